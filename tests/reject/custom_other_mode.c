// expect: 9:16: error: 'sq' has no AD_CUSTOM_JVP and its body is not in the given files
// args: --jvp f
#include <adgen.h>
double sq(double x);
double sq_vjp(double x, double *d_x, double d_return);
AD_CUSTOM_VJP(sq, sq_vjp)
double f(double x)
{
    return x * sq(x);
}
