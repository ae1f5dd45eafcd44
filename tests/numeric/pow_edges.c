// construct: numbers: pow at its edges, first and second derivatives: exponents 0 and 1, a base of 0, negative bases
#include <complex.h>
#include <math.h>
#include <adgen.h>

AD_GRAD(x, y)
AD_JVP(x, y)
AD_HESSIAN(x, y)
double p(double x, double y)
{
    return pow(x, y);
}

AD_HESSIAN(x, y)
float pf(float x, float y)
{
    return powf(x, y);
}

AD_HESSIAN(x, y)
long double pl(long double x, long double y)
{
    return powl(x, y);
}

/* Re z^w. */
AD_HESSIAN(z, w)
double pc(double _Complex z, double _Complex w)
{
    return creal(cpow(z, w));
}
