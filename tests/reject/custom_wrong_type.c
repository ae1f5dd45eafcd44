// expect: 10:1: error: 'sq_vjp' does not have the type of a VJP of 'sq'
// expect: note: expected: double sq_vjp(double x, const double *p, double *d_x, double *d_p, double d_return)
// args: --grad f
#include <adgen.h>
double sq(double x, const double *p)
{
    return x * x * *p;
}
double sq_vjp(double x, const double *p, double *d_x, const double *d_p, double d_return);
AD_CUSTOM_VJP(sq, sq_vjp)
double f(double x, const double *p)
{
    return sq(x, p);
}
