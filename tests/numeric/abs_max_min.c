// check: --set n=8 --range x=-1:1
#include <adgen.h>
#include <math.h>

AD_VJP(x -> y)
void kinks(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = fabs(x[i]) + fmax(x[i], 0.25 * x[(i + 1) % n]) * fmin(x[i], 0.5) + fmax(0.0, x[i]);
}

AD_GRAD(x)
float single(AD_LEN(n) const float *x, int n)
{
    float s = 0;
    for (int i = 0; i < n; i++)
        s += fabsf(x[i]) + fmaxf(x[i], 0.1f);
    return s;
}

AD_GRAD(x)
double largest(AD_LEN(n) const double *x, int n)
{
    double m = x[0];
    int at = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > m) {
            m = x[i];
            at = i;
        }
    return m * m + x[at] * at;
}
