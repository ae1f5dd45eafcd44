// check: --range u=-0.8:0.8 --range l=1:2
// construct: preprocessor and library: all of C99's `<math.h>`
// construct: preprocessor and library: `<tgmath.h>`
#include <adgen.h>
#include <math.h>
#include <tgmath.h>

AD_VJP(x, u -> y)
void functions(double x, double u, double y[32])
{
    int k = 0;
    y[k++] = sin(u) + cos(u) + tan(u);
    y[k++] = asin(u) + acos(u) + atan(x);
    y[k++] = atan2(u, x);
    y[k++] = sinh(u) + cosh(u) + tanh(x);
    y[k++] = asinh(u) + acosh(x + 1) + atanh(u);
    y[k++] = exp(u) + exp2(u) + expm1(u);
    y[k++] = log(x) + log2(x) + log10(x) + log1p(x);
    y[k++] = pow(x, u);
    y[k++] = pow(x, 2) + pow(x, -3.0) + pow(2.5, u);
    y[k++] = sqrt(x) + cbrt(x);
    y[k++] = hypot(x, u);
    y[k++] = erf(u) + erfc(x);
    y[k++] = tgamma(x + 1) + lgamma(x + 1);
    y[k++] = fabs(u) + fdim(x, u) + copysign(x, u);
    y[k++] = fma(x, u, x) + fmod(x + 3, 2.5) + remainder(x + 3, 2.25);
    y[k++] = floor(x) + ceil(u) + trunc(x * 3) + round(u) + rint(x);
    y[k++] = ldexp(x, 3) + scalbn(u, -2);
}

AD_VJP(x, u -> y)
void functions_float(float x, float u, float y[16])
{
    int k = 0;
    y[k++] = sinf(u) * cosf(u) + tanf(u);
    y[k++] = atan2f(u, x) + asinf(u) + acosf(u);
    y[k++] = expf(u) + logf(x) + log1pf(x) + exp2f(x);
    y[k++] = powf(x, u) + sqrtf(x) + hypotf(x, u);
    y[k++] = tanhf(x) + sinhf(u) + coshf(u);
    y[k++] = erff(u) + fabsf(u) + fmaxf(x, u) + fminf(x, u);
}

AD_GRAD(x, f)
double tgm(AD_LEN(3) const double *x, float f, long double l)
{
    long double s = l;
    for (int i = 0; i < 3; i++)
        s += sin(x[i]) * exp(f) + pow(x[i], f) + sqrt(l * x[i]) + fmax(f, x[i]) + hypot(x[i], 3);
    return (double)s;
}

/* Copied as they are, <tgmath.h>'s macros by their names. */
static double rooted(double x) { return sqrt(x) + pow(x, 2.5F); }
static double nested(double x) { return fabs(sin(exp(x))); }

AD_GRAD(x)
double chosen(double x, int k)
{
    static double (*const table[])(double) = {rooted, nested};
    return table[k % 2](x);
}
