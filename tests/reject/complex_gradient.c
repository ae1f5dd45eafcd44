// expect: 5:1: error: 'square' returns 'double _Complex': a gradient needs one real scalar; use --vjp
// construct: the gradient of a complex result: use --vjp
#include <adgen.h>
#include <complex.h>
AD_GRAD(z)
double _Complex square(double _Complex z)
{
    return z * z;
}
