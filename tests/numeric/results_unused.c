// check: --set n=4
// Functions that are called for what they write; arrays that begin at 1 and are freed through a pointer of another type.
#include <math.h>
#include <stdlib.h>
#include <adgen.h>

/* scaling and squaring: the exponent alone */
AD_GRAD(x)
double squared(double x)
{
    int exponent;
    frexp(5 * x, &exponent);
    x = ldexp(x, -exponent);
    double e = 1 + x + x * x / 2;
    while (exponent-- > 0)
        e *= e;
    return e;
}

AD_VJP(x->y)
AD_JVP(x->y)
void fractions(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        double whole;
        int quotient;
        (void)modf(7 * x[i], &whole);
        remquo(x[i], 0.4, &quotient);
        y[i] = x[i] * whole * quotient;
    }
}

#define VECTOR(n) ((double *)malloc((size_t)(n) * sizeof(double)) - 1)
#define FREE_VECTOR(v) free((char *)((v) + 1))

AD_VJP(x->y)
AD_JVP(x->y)
void from_one(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double *t = VECTOR(n);
    for (int i = 1; i <= n; i++)
        t[i] = sin(x[i - 1]);
    for (int i = 1; i <= n; i++)
        y[i - 1] = t[i] * t[n + 1 - i];
    FREE_VECTOR(t);
}
