// check: --set n=5
// construct: pointers and arrays: `const`, `restrict`, `static n`
#include <adgen.h>

AD_VJP(x, w -> y)
void layer(AD_LEN(1) const double *restrict w, AD_LEN(n) const double *restrict x, AD_LEN(n) double *restrict y, const int n)
{
    register const double bias = 0.25;
    for (register int i = 0; i < n; i++)
        y[i] = *w * x[i] + bias;
}
