// check: --set n=5
// construct: functions: results through pointers
#include <adgen.h>
#include <math.h>

static void step(double *x, double *v, const double *k)
{
    double a = -*k * *x;
    *v += 0.1 * a;
    *x += 0.1 * *v;
}

static double *pick(double *a, double *b, int first)
{
    return first ? a : b;
}

AD_GRAD(k, x0)
double oscillator(double k, double x0, int n)
{
    double x = x0, v = 0;
    for (int i = 0; i < 3 * n; i++)
        step(&x, &v, &k);
    return x * x + v * v;
}

AD_VJP()
void swap_some(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i + 1 < n; i++) {
        double *p = pick(&x[i], &x[i + 1], x[i] > x[i + 1]);
        *p = *p * 2 + x[0];
    }
}

typedef struct { double mean, var; } Stats;

static void stats(const double *x, int n, Stats *out)
{
    out->mean = out->var = 0;
    for (int i = 0; i < n; i++)
        out->mean += x[i] / n;
    for (int i = 0; i < n; i++)
        out->var += (x[i] - out->mean) * (x[i] - out->mean) / n;
}

AD_VJP(x -> y)
void standardise(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    Stats s;
    stats(x, n, &s);
    for (int i = 0; i < n; i++)
        y[i] = (x[i] - s.mean) / sqrt(s.var + 1e-5);
}
