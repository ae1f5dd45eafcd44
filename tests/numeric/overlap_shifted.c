// check: --set n=5 --len x=n+2 --set y=x+2
// construct: pointers and arrays: arguments that overlap
#include <adgen.h>

AD_VJP()
void shifted(double *x, double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * y[i] + 1;
}

AD_VJP(x -> y)
void one_way(const double *x, double *y, int n)
{
    double keep = x[2];
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i] * keep;
}
