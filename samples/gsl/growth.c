/* growth.c: what is fitted and minimised with the GNU Scientific Library. */
#include "growth.h"

#include <adgen.h>
#include <math.h>

double growth(const double *p, double t)
{
    return p[0] * exp(-p[1] * t) + p[2];
}

AD_JACOBIAN(p -> r)
AD_JVP(p -> r)
void growth_residuals(AD_LEN(GROWTH_PARAMETERS) const double *p, AD_LEN(n) double *r, AD_LEN(n) const double *t, AD_LEN(n) const double *y,
                      double sigma, int n)
{
    for (int i = 0; i < n; i++)
        r[i] = (growth(p, t[i]) - y[i]) / sigma;
}

AD_GRAD(x)
double paraboloid(AD_LEN(2) const double *x, AD_LEN(2) const double *c)
{
    return 10 * (x[0] - c[0]) * (x[0] - c[0]) + 20 * (x[1] - c[1]) * (x[1] - c[1]) + 30;
}

AD_GRAD(x)
AD_HESSIAN(x)
double valley(AD_LEN(n) const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i + 1 < n; i++) {
        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        sum += 100 * a * a + b * b;
    }
    return sum;
}
