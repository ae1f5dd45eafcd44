// check: --set n=6 --set m=3
#include <adgen.h>

AD_VJP(x -> best)
void nearest(AD_LEN(n) const double *x, AD_LEN(m) const double *c, AD_LEN(n) double *best, int n, int m)
{
    for (int i = 0; i < n; i++) {
        int arg = 0;
        double lo = 1e30;
        for (int j = 0; j < m; j++) {
            double d = (x[i] - c[j]) * (x[i] - c[j]);
            if (d < lo) {
                lo = d;
                arg = j;
            }
        }
        best[i] = lo + arg;
    }
}
