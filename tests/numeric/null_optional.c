// check: --set n=5 --set bias=NULL --set count=NULL
// construct: pointers and arrays: `NULL` for what is optional
#include <adgen.h>
#include <stddef.h>

AD_VJP(x, bias -> y)
void linear(AD_LEN(n) const double *x, AD_LEN(n) const double *bias, AD_LEN(n) double *y, int n, AD_LEN(1) int *count)
{
    for (int i = 0; i < n; i++) {
        double v = bias ? bias[i] : 0;
        y[i] = x[i] * x[i] + v;
        if (bias != NULL)
            y[i] *= bias[0];
    }
    if (count)
        *count = n;
}
