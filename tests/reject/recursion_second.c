// expect: adgen: error: second derivatives through recursion of 'g' with globals in the SPEC, or of a record, are not supported yet
// args: --hvp 'g(x, k)'
// construct: second derivatives through recursion with respect to globals: pass them as parameters
double k = 2;
static double f(double x, double by, int n)
{
    return n ? x * f(x * by, by, n - 1) : 1;
}
double g(double x)
{
    return f(x, k, 3);
}
