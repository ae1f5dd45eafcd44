// expect: adgen: error: 'x' is named twice
// args: --grad 'f(x, x)'
double f(double x)
{
    return x;
}
