// expect: 6:12: error: cannot differentiate through this call of a function pointer: no function in the given files fits
// args: --grad f
// construct: a function pointer that no function in the given files fits: give the source of its targets
double f(double (*g)(double), double x)
{
    return g(x) * x;
}
