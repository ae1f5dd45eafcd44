// expect: adgen: error: 'f' does not return a floating value
// args: --grad f
void f(const double *x, double *y)
{
    *y = *x;
}
