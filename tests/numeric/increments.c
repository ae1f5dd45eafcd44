// check: --set n=5
// construct: numbers: `++` and `--`
#include <adgen.h>

AD_VJP(x -> y)
void inc(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    int i = 0, k = n;
    while (i < n) {
        --k;
        y[k] = x[i++] * 2;
        y[k]++;
        ++y[k];
        y[k]--;
        double t = y[k]--;
        y[k] *= t;
    }
}
