// check: --set n=4
// construct: functions: headers that depend on macros defined before them; templates included several times
// directions: --directions: parameter 'f' is a struct
#define USE_DOUBLE
#define TAPS 6
#if 0
#define TAPS 2
#endif
#include "configured.h"
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
real filtered(AD_LEN(n) const real *x, const struct filter *f, int n)
{
    real s = 0;
    for (int i = 0; i < n; i++)
        s += sin(x[i]) * f->gain + f->tap[i % TAPS] * x[i] * x[n - 1 - i];
    return s;
}

AD_VJP(f -> y)
void response(const struct filter *f, AD_LEN(n) const real *x, AD_LEN(n) real *y, int n)
{
    for (int i = 0; i < n; i++) {
        y[i] = 0;
        for (int k = 0; k < TAPS && k <= i; k++)
            y[i] += f->gain * f->tap[k] * x[i - k];
    }
}

#define T double
#define NAME(x) x##_double
#include "configured.inc"
#define T float
#define NAME(x) x##_float
#include "configured.inc"

AD_GRAD(re, im)
double powers(double re, double im, int n)
{
    return power_double(re, im, n) + power_double(im, re, n / 2);
}

AD_GRAD(re)
float powers_in_float(float re, int n)
{
    return power_float(re, 0.5f, n);
}
