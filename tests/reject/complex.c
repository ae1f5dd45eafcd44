// expect: 7:25: error: complex arithmetic is not supported yet
// args: --grad f
// construct: complex arithmetic: write real and imaginary parts out
#include <complex.h>
double f(double x)
{
    double _Complex z = x + 2.0 * I;
    return creal(z * z);
}
