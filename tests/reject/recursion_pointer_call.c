// expect: error: recursive call of 'f' is not supported
// args: --grad 'f(x)'
// construct: recursion through a function pointer: call the function by its name
double f(double x, int n)
{
    double (*again)(double, int) = f;
    return n ? x * again(x, n - 1) : 1;
}
