// check: --set n=4
#include <adgen.h>
#include <math.h>

/* Several dependents, a return value among them. */
AD_VJP(x -> mean, sd)
double summary(AD_LEN(n) const double *x, int n, AD_LEN(1) double *mean, AD_LEN(1) float *sd)
{
    double s = 0, q = 0, p = 1;
    for (int i = 0; i < n; i++) {
        s += x[i];
        q += x[i] * x[i];
        p *= x[i];
    }
    *mean = s / n;
    *sd = (float)sqrt(q / n - *mean * *mean + 0.1);
    return p;
}
