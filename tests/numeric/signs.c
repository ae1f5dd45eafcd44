// check: --set k=0
// construct: numbers: signed zeros
/* The sign of a product goes in front of it only where it is the sign of a floating number: an integer has no -0. */
#include <adgen.h>

AD_VJP(a, b -> a, b)
void signs(AD_LEN(4) double *a, AD_LEN(4) double *b, int k)
{
    a[0] = -((double)k / 5.0);
    a[1] = -((k + 1 - 1) * 0.25) * b[1];
    b[2] = b[2] * 0.0 - (-k / 3.0);
    b[3] = -(a[3] * (double)k);
}
