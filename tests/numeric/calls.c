// check: --set n=5
// construct: functions: calls of functions in the given files
#include <adgen.h>
#include <math.h>

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
