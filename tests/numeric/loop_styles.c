// check: --set n=6 --set k=1.5 --set tend=2 --set m=7 --set h=1 --set a=2
// construct: control flow: loops that count in floats, wrap around, walk pointers, iterate to a tolerance
#include <adgen.h>
#include <math.h>
#include <stddef.h>
AD_GRAD(x)
double floatcount(AD_LEN(20) const double *x, double h)
{
    double s = 0;
    for (float t = 0; t < 1; t += 0.25f)
        s += x[(int)(t * 4)] * t;
    for (double t = 1; t > 0.05; t *= 0.5)
        s += sin(x[2] * t);
    for (double t = 0; t < h; t += h / 5)
        s += t * x[1];
    return s;
}
AD_GRAD(x)
double wrap(AD_LEN(n) const double *x, unsigned n)
{
    double s = 0;
    for (unsigned i = n - 1; i != (unsigned)-1; i--)
        s = s * 0.5 + x[i] * x[i];
    for (size_t i = n; i-- > 0;)
        s += x[i] * s * 0.1;
    for (unsigned char c = 250; c >= 250; c++)
        s += x[c - 250 < (int)n ? c - 250 : 0];
    return s;
}
AD_GRAD(x)
double ptr(AD_LEN(7) const double *x, int m)
{
    const double *end = x + m;
    double s = 1;
    const double *p = x;
    while (p < end) {
        s *= 1 + *p++ * 0.1;
    }
    for (p = end; p-- > x;)
        s += *p * s * 0.01;
    do {
        s += p[1];
        p += 2;
    } while (p + 1 < end);
    return s;
}
AD_GRAD(x, x0)
double newton(AD_LEN(3) const double *x, double x0)
{
    int it = 0;
    double f, z = x0;
    while ((f = x[0] + z * (x[1] + z * z * x[2])), fabs(f) > 1e-12 && it++ < 50)
        z -= f / (x[1] + 3 * z * z * x[2]);
    return z;
}
AD_GRAD(y0, k)
double adaptive(double y0, double k, double tend)
{
    double t = 0, h = 0.1, y = y0;
    for (int guard = 0; guard < 1000 && t < tend; guard++) {
        double k1 = -k * y * y, k2 = -k * (y + h * k1) * (y + h * k1), err = fabs(k2 - k1) * h;
        if (err > 1e-3) {
            h *= 0.5;
            continue;
        }
        if (t + h > tend)
            h = tend - t;
        y += 0.5 * h * (k1 + k2);
        t += h;
        if (err < 1e-4)
            h *= 1.5;
        if (y < 1e-8)
            break;
        if (y > 100)
            return -1;
    }
    return y;
}
/* NR */
static double *vec1(double *v)
{
    return v - 1;
}
AD_VJP(a, b->b)
void nr_solve(AD_LEN(n *n) const double *a, AD_LEN(n) double *b, int n)
{
    b = vec1(b);
    --a;
    for (int i = 1; i <= n; i++) {
        double s = b[i];
        for (int j = 1; j < i; j++)
            s -= a[(i - 1) * n + j] * b[j];
        b[i] = s / (2 + a[(i - 1) * n + i]);
    }
}

/* Unsigned counters that pass 0 before they are equal. */
AD_GRAD(x)
double past_zero(AD_LEN(n) const double *x, unsigned n, unsigned a)
{
    double s = 1;
    for (unsigned i = n - 1; i != (unsigned)-1; i--)
        s = sin(s * x[i]);
    for (unsigned i = a; i != a - 5; i--)
        s = sin(s * x[i % n]);
    for (unsigned i = a - 4; i != a; i++)
        s = sin(s + x[i % n]);
    unsigned k = a;
    while (k-- != a - 3)
        s = cos(s * x[k % n]);
    return s * k;
}
