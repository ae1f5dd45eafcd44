// expect: 5:25: error:
// args: --grad f
double f(double x, int n)
{
    return n ? x * f(x, n - 1) : 1;
}
