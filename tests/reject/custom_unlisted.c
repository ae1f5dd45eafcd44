// expect: 9:5: error: 't' carries derivatives from this write to a later read, but SPEC 'f(x)' does not name it
// args: --grad 'f(x)'
#include <adgen.h>
void half(double x, double *y);
void half_vjp(double x, double *y, double *d_x, double *d_y);
AD_CUSTOM_VJP(half, half_vjp)
double f(double x, double *t)
{
    half(x, t);
    return t[0] * x;
}
