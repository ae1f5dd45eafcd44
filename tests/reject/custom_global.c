// expect: 17:12: error: 'scaled' uses the global 'scale', which carries derivatives
// args: --grad f
#include <adgen.h>
double scale;
double scaled(double x)
{
    return scale * x;
}
double scaled_vjp(double x, double *d_x, double d_return)
{
    *d_x += scale * d_return;
    return scale * x;
}
AD_CUSTOM_VJP(scaled, scaled_vjp)
double f(double x)
{   scale = x;
    return scaled(x);
}
