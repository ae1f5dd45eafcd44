// expect: 5:12: error: cannot differentiate through this call of a function pointer: no function in the given files fits
// args: --grad f
double f(double (*g)(double), double x)
{
    return g(x) * x;
}
