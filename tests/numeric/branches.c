// check: --set n=7 --range x=-1:1 --set m=3
// construct: control flow: `if`
// construct: numbers: `?:`
// construct: numbers: `&&`, `||`, `!`
// construct: numbers: the comma operator
#include <adgen.h>
#include <math.h>

AD_VJP(x -> y)
void branches(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] > 0.9)
            y[i] = x[i] * x[i];
        else if (x[i] > 0.6) {
            double t = exp(x[i]);
            y[i] = t;
            if (i & 1)
                y[i] *= t;
        } else if (x[i] > 0.4)
            ;
        else
            y[i] += x[i];
    }
}

AD_GRAD(a, b)
double merge(double a, double b, int k)
{
    double r;
    double q = a;
    if (k > 3) {
        r = a * b;
        q = b;
    } else
        r = a + b;
    if (r > 100)
        r = 0;
    return r * q;
}

AD_GRAD(x)
double relu_sum(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] > 0.7 ? x[i] * x[i] : 0.1 * x[i];
    return s;
}

AD_GRAD(x)
double nested(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double t = i % 3 == 0 ? sin(x[i]) : i % 3 == 1 ? cos(x[i]) : x[i] / (1 + x[i]);
        s = s > 1 ? s * t : s + t;
    }
    return s;
}

AD_GRAD(x, y)
double choose(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n, int which)
{
    const double *p = which > 2 ? x : y;
    double s = 0;
    for (int i = 0; i < n; i++)
        s += p[i] * (which ? y[i] : x[i]);
    return s;
}

static int count_and_test(int *calls, double v)
{
    ++*calls;
    return v > 0.6;
}

AD_GRAD(x)
double shortcut(AD_LEN(n) const double *x, int n)
{
    int calls = 0;
    double s = 0;
    for (int i = 0; i < n; i++) {
        if (i > 2 && count_and_test(&calls, x[i]))
            s += x[i] * x[i];
        if (x[i] < 0.3 || count_and_test(&calls, x[i] * 2) || !i)
            s += 2 * x[i];
        if (i + 1 < n && x[i + 1] > x[i] && !(x[i] > 1))
            s *= x[i + 1];
    }
    return s * calls + !calls;
}

AD_GRAD(x)
double comma(AD_LEN(n) const double *x, int n)
{
    double s = 0, p = 1;
    int i, j;
    for (i = 0, j = n - 1; i < j; i++, j--)
        s += x[i] * x[j], p *= x[i];
    s = (p += 1, s * p);
    return (void)i, s;
}

AD_VJP(x -> y)
void kinks(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = fabs(x[i]) + fmax(x[i], 0.25 * x[(i + 1) % n]) * fmin(x[i], 0.5) + fmax(0.0, x[i]);
}

AD_GRAD(x)
float single(AD_LEN(n) const float *x, int n)
{
    float s = 0;
    for (int i = 0; i < n; i++)
        s += fabsf(x[i]) + fmaxf(x[i], 0.1f);
    return s;
}

AD_GRAD(x)
double largest(AD_LEN(n) const double *x, int n)
{
    double m = x[0];
    int at = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > m) {
            m = x[i];
            at = i;
        }
    return m * m + x[at] * at;
}

AD_VJP(x -> best)
void nearest(AD_LEN(n) const double *x, AD_LEN(m) const double *c, AD_LEN(n) double *best, int n, int m)
{
    for (int i = 0; i < n; i++) {
        int arg = 0;
        double lo = 1e30;
        for (int j = 0; j < m; j++) {
            double d = (x[i] - c[j]) * (x[i] - c[j]);
            if (d < lo) {
                lo = d;
                arg = j;
            }
        }
        best[i] = lo + arg;
    }
}

/* Two tests that cannot both hold. */
AD_GRAD(x)
double never_both(AD_LEN(n) const double *x, int n)
{
    int other = n != 6;
    double s = x[0];
    if (other && n == 6)
        s *= x[1];
    if (other || n == 6)
        s += sin(x[0]);
    return s * s;
}
