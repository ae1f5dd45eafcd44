// expect: 6:38: error: a dense Jacobian of 'norm' cannot be made: 'z' is not an array of real numbers; name others in the SPEC, or use --jvp
// construct: dense matrices of complex numbers: use --jvp or --vjp
#include <adgen.h>
#include <complex.h>
AD_JACOBIAN(z)
double norm(AD_LEN(3) double complex z[3])
{
    return cabs(z[0]) + cabs(z[1] - z[2]);
}
