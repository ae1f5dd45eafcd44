// expect: adgen: error: 'f' has variable arguments
// args: --grad f
double f(double x, ...)
{
    return x;
}
