// expect: adgen: error: the body of 'f' is not in the given files
// args: --grad f
double f(double x);
double g(double x)
{
    return f(x);
}
