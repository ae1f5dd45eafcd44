// check: --set n=6
// construct: numbers: `?:`
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double relu_sum(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] > 0.7 ? x[i] * x[i] : 0.1 * x[i];
    return s;
}

AD_GRAD(x)
double nested(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double t = i % 3 == 0 ? sin(x[i]) : i % 3 == 1 ? cos(x[i]) : x[i] / (1 + x[i]);
        s = s > 1 ? s * t : s + t;
    }
    return s;
}

AD_GRAD(x, y)
double choose(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n, int which)
{
    const double *p = which > 2 ? x : y;
    double s = 0;
    for (int i = 0; i < n; i++)
        s += p[i] * (which ? y[i] : x[i]);
    return s;
}
