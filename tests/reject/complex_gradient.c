/* construct: gradient of a _Complex result */
// expect: 5:1: error: 'square' returns 'double _Complex': a gradient needs one real scalar; use --vjp
#include <adgen.h>
#include <complex.h>
AD_GRAD(z)
double _Complex square(double _Complex z)
{
    return z * z;
}
