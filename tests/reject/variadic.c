// expect: adgen: error: 'f' has variable arguments
// args: --grad f
// construct: variable arguments: pass an array
double f(double x, ...)
{
    return x;
}
