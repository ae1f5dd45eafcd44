// args: --hvp 'twice(x)'
// expect: 16:12: error: 'lookup' has no AD_CUSTOM_JVP and its body is not in the given files: cannot differentiate through this call
// A custom derivative is no second one: that is taken of the body.
#include <adgen.h>

double lookup(double x);

double lookup_vjp(double x, double *d_x, double d_return)
{
    *d_x += d_return * x;
    return lookup(x);
}
AD_CUSTOM_VJP(lookup, lookup_vjp)
double twice(double x)
{
    return lookup(x) * x;
}
