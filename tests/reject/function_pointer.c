// expect: 5:12: error:
// args: --grad f
double f(double (*g)(double), double x)
{
    return g(x) * x;
}
