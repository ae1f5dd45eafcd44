// check: --set n=4
// construct: functions: `AD_INACTIVE`
#include <adgen.h>
#include <stdio.h>

AD_INACTIVE static double probe(double v)
{
    return v > 0.5 ? 2.0 : 3.0;
}

AD_GRAD()
double with_inactive(AD_LEN(n) const double *x, AD_INACTIVE AD_LEN(n) const double *data, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * data[i] * probe(x[i]);
    return s;
}
