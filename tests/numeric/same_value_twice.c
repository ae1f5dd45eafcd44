// check: --set n=5
#include <adgen.h>
#include <math.h>

/* Several reads and writes of one element, reads after overwrites, dead stores. */
AD_VJP()
void rewrite(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++) {
        double old = x[i];
        x[i] = sin(x[i]);
        x[i] = x[i] * old;
        x[i] = x[i] + x[i] * x[i];
        x[0] += 0.1 * x[i];
        if (i == 2)
            x[i] = old;
    }
}

AD_GRAD(x)
double scalar_reuse(double x)
{
    double t = x;
    t = t * t;
    t = t * t + t;
    double u = t;
    t = sin(u);
    u = u * t;
    t = 0;
    return u + t * x;
}
