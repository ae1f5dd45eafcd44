/* decay.c: a damped oscillation fitted to measurements; the constrained problem of NLopt's tutorial. */
#include "decay.h"

#include <adgen.h>
#include <math.h>

double decay(const double *p, double t)
{
    return p[0] * exp(-p[1] * t) * cos(p[2] * t + p[3]) + p[4];
}

AD_GRAD(p)
double decay_misfit(AD_LEN(DECAY_PARAMETERS) const double *p, AD_LEN(n) const double *t, AD_LEN(n) const double *y, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double r = decay(p, t[i]) - y[i];
        sum += r * r;
    }
    return sum / n;
}

AD_GRAD(x)
double corner(AD_LEN(2) const double *x)
{
    return sqrt(x[1]);
}

AD_GRAD(x)
double wall(AD_LEN(2) const double *x, double a, double b)
{
    double r = a * x[0] + b;
    return r * r * r - x[1];
}
