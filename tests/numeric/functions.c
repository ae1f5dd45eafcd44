// check: --set n=5
// construct: functions: calls of functions in the given files
// construct: functions: `AD_INACTIVE`
// construct: pointers and arrays: results and parameters that are only `*p`, whose length is known without `AD_LEN`
#include <adgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double later(double x);
static inline double twice(double x) { return 2 * x; }

static void split(double v, double *whole, double *part)
{
    *whole = v * v;
    *part = later(v) - *whole;
}

static double level3(double x, int k) { return k > 2 ? x * x : sin(x); }
static double level2(double x, int k) { return level3(x, k) * level3(x + 1, k - 1); }
static double level1(double x, int k)
{
    double s = 0;
    for (int i = 0; i < k; i++)
        s += level2(x * i, i);
    return s;
}

AD_GRAD(x)
double uses(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double a, b;
        split(x[i], &a, &b);
        s += twice(a) * b;
    }
    return s + level1(x[0], n);
}

static double later(double x) { return exp(twice(x)); }

static void normalise(double *v, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += v[i] * v[i];
    s = 1 / sqrt(s);
    for (int i = 0; i < n; i++)
        v[i] *= s;
}

AD_VJP(x -> y)
void with_buffers(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double t[16];
    for (int i = 0; i < n; i++)
        t[i] = x[i] + i;
    normalise(t, n);
    normalise(t + 1, n - 1);
    for (int i = 0; i < n; i++)
        y[i] = t[i];
}

/* External linkage, and differentiated itself too. */
AD_GRAD(x)
double helper(double x)
{
    return x * x * x;
}

AD_GRAD(x, y)
double calls_helper(double x, double y)
{
    return helper(x * y) + helper(y);
}

/* Forward work that no derivative needs; independents that do not matter; results thrown away. */
AD_GRAD(x, y)
double partly(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double dead[8], s = 0, unused = 0;
    for (int i = 0; i < n; i++) {
        dead[i] = exp(x[i]);
        unused += dead[i] * y[i];
        s += x[i];
    }
    if (unused > 1e9)
        s = 0;
    return s * 2;
}

// Functions that are called for what they write; arrays that begin at 1 and are freed through a pointer of another type.

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

/* Several dependents, a return value among them. */
AD_VJP(x -> mean, sd)
double summary(AD_LEN(n) const double *x, int n, AD_LEN(1) double *mean, AD_LEN(1) float *sd)
{
    double s = 0, q = 0, p = 1;
    for (int i = 0; i < n; i++) {
        s += x[i];
        q += x[i] * x[i];
        p *= x[i];
    }
    *mean = s / n;
    *sd = (float)sqrt(q / n - *mean * *mean + 0.1);
    return p;
}

/* A price and its sensitivities, each through a pointer that may be NULL. */
AD_JACOBIAN(spot, vol -> price, delta)
AD_VJP(spot, vol -> price, delta)
AD_JVP(spot, vol -> price, delta)
void option(double spot, double vol, double *price, double *delta, int *calls)
{
    if (price)
        *price = spot * exp(-vol * vol);
    *delta = spot / vol;
    if (calls)
        *calls += 1;
}

/* The objective is handed on to functions that add to it. */
static void add(double *sum, double v)
{
    *sum += v;
}

AD_GRAD(x -> err)
AD_HESSIAN(x -> err)
AD_JACOBIAN(x, scale -> err)
void loss(const double *scale, AD_LEN(n) const double *x, int n, double *err)
{
    *err = 0;
    for (int i = 0; i < n; i++)
        add(err, *scale * x[i] * x[i]);
}

/* overwritten, added to, not written, overwritten in one branch only */
AD_VJP(x -> a, b, c, d)
void forms(AD_LEN(n) const double *x, AD_LEN(n) double *a, AD_LEN(n) double *b, AD_LEN(n) double *c, AD_LEN(n) double *d, int n)
{
    for (int i = 0; i < n; i++) {
        a[i] = x[i];
        b[i] += x[i] * x[i];
        (void)c;
        if (i % 2)
            d[i] = x[i] * 3;
        if (i % 3)
            d[i] = 0;
    }
}
