// check: --set n=4
/* Several derivatives of one function, each in versions for arguments that overlap and that do not. */
#include <adgen.h>
#include <math.h>

AD_GRAD(x, y)
AD_VJP(x, y -> y)

double smooth(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < n; i++) {
            y[i] = y[i] * cos(x[i]) + x[n - 1 - i];
            s += sin(y[i]) * x[i];
        }
    return s;
}
