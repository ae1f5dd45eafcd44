// check: --set n=4 --set t=2 --set i=1
#include <adgen.h>

/* Names that generated code would like to use itself. */
AD_VJP(x, d_x -> y)
double names(AD_LEN(n) const double *x, AD_LEN(n) const double *d_x, AD_LEN(n) double *y, int n, int t, int i)
{
    double d_y = 0, t1 = 1, tape = 2;
    for (int k = 0; k < n; k++) {
        double t = x[k] * d_x[k];
        {
            double t = x[0];
            t1 *= t;
        }
        y[k] = t * tape;
        d_y += y[k];
    }
    return d_y * t1 + t + i;
}
