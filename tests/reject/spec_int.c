// expect: adgen: error: parameter 'n' has no floating-point data
// args: --grad 'f(n)'
double f(const double *x, int n)
{
    return x[n];
}
