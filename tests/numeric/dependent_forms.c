// check: --set n=6
#include <adgen.h>

/* overwritten, added to, not written, overwritten in one branch only */
AD_VJP(x -> a, b, c, d)
void forms(AD_LEN(n) const double *x, AD_LEN(n) double *a, AD_LEN(n) double *b, AD_LEN(n) double *c, AD_LEN(n) double *d, int n)
{
    for (int i = 0; i < n; i++) {
        a[i] = x[i];
        b[i] += x[i] * x[i];
        (void)c;
        if (i % 2)
            d[i] = x[i] * 3;
        if (i % 3)
            d[i] = 0;
    }
}
