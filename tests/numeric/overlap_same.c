// check: --set n=5 --set y=x
#include <adgen.h>

AD_VJP()
void may_overlap(AD_LEN(n) double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * y[n - 1 - i];
}

AD_GRAD(x, y)
double read_only(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * y[i];
    return s;
}

AD_VJP(x -> y)
void read_and_write(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 1; i < n; i++)
        y[i] = x[i - 1] * x[i];
}
