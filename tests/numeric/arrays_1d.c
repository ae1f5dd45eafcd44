// check: --set n=9
// construct: pointers and arrays: arrays
#include <adgen.h>

AD_VJP(x -> y)
void copy_square(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[n - 1 - i];
}

AD_VJP()
void saxpy(double a, AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] += a * x[i];
}

AD_GRAD()
double dot(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * y[i];
    return s;
}

AD_VJP(x -> y)
void some_written(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i += 2)
        y[i] = x[i] * 3;
    y[1] += x[0] * y[2];
}
