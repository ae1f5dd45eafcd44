/* A derivative that is exactly 0 times a quotient that is infinite, or is not: outside loops, in loops around others, and in innermost ones.
 * guards.main.c has the numbers, guards.sh the forms of the tests. */
#include <adgen.h>
#include <math.h>

/* straight_: the divisor is asked first */
AD_GRAD(x, w)
double straight_root(double x, double w)
{
    return (w - 1) * sqrt(x);
}

AD_GRAD(x, w)
float straight_logf(float x, float w)
{
    return (w - 1) * (3 * logf(x) + log1pf(x - 1));
}

AD_GRAD(x)
double straight_in_outer(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double r = 0;
        for (int j = 0; j < i; j++)
            r += x[j] * x[j];
        s += (i % 2) * sqrt(r);
    }
    return s;
}

/* short_: the derivative alone */
AD_GRAD(x, w)
double short_given(double x, double w)
{
    return w * sqrt(x);
}

AD_GRAD(x)
double short_in_inner(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += (i % 2) * sqrt(x[i]);
    return s;
}

/* ... where a call is saved, or the divisor is not all that there is */
AD_GRAD(x, w)
double short_power(double x, double w)
{
    return w * pow(x, 0.75);
}

AD_GRAD(x, y, w)
double short_hypot(double x, double y, double w)
{
    return w * hypot(x, y);
}
