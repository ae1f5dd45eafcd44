// expect: adgen: error: 'x' is both scratch and an independent
// args: --grad 'f(x; x)'
double f(double *x)
{
    return *x;
}
