// check: -fassociative --set n=21 --set m=6 --set none=-5 --set s=-1
/* Sums under -fassociative. Functions that start with `part_` have loops with partial sums, those with `whole_` have none, in neither sweep:
 * associative.sh looks. */
#include <adgen.h>
#include <math.h>
#include <stddef.h>

AD_GRAD(x, y)
double part_dot(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++)
        s += x[i] * y[i] * y[i];
    return s * s;
}

/* Eight of float; two at once; from the second on; what the counter is in the end. */
AD_GRAD(x, y)
float part_float(AD_LEN(n) const float *x, AD_LEN(n) const float *y, size_t n)
{
    float s = 0, t = 2;
    size_t i;
    for (i = 1; i < n; i++) {
        s += x[i] * y[i];
        t = t - x[i] * x[i] + y[i];
    }
    return s * t + (float)i * 0.01f;
}

AD_GRAD(x)
long double part_long(AD_LEN(n) const long double *x, unsigned n)
{
    long double s = 0;
    for (unsigned i = 0; i < n; i++)
        s = x[i] * x[i] + s;
    return sqrtl(s);
}

/* Rows of a triangle, also empty and shorter than a block, and loops that do not run. */
AD_GRAD(a, x)
double part_triangle(AD_LEN(m *m) const double *a, AD_LEN(m) const double *x, int m, int none)
{
    double r = 0;
    for (int i = 0; i < m; i++) {
        double s = 0, u = 0;
        for (int j = 0; j < i; j++)
            s += a[i * m + j] * x[j];
        for (int j = i + 1; j < m; j++)
            u += a[i * m + j] * x[j] * x[j];
        for (int j = 0; j < none; j++)
            u += x[1000 + j];
        r += s * u;
    }
    return r;
}

/* A square root is one instruction. */
AD_GRAD(x)
double part_root(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (long i = 0; i < n; i++)
        s += sqrt(x[i]) - fabs(x[i] - 0.5);
    return s * s;
}

/* A sum of the reverse sweep. */
AD_GRAD(w)
double part_scalar(double w, AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += (w * x[i] - 1) * (w * x[i] - 1) * w;
    return s * s;
}

/* Matrix times vector: each row is reversed at once, beside updates of d_x and d_a. */
AD_VJP(a, x -> y)
void whole_rows(AD_LEN(m *n) const double *a, AD_LEN(n) const double *x, AD_LEN(m) double *restrict y, int m, int n)
{
    for (int i = 0; i < m; i++) {
        double s = 0;
        for (int j = 0; j < n; j++)
            s += a[i * n + j] * x[j];
        y[i] = s;
    }
}

/* ------------------------------------------------------------------ not */

AD_GRAD(x)
double whole_call(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += sin(x[i]);
    return s;
}

AD_GRAD(x)
double whole_few(const double x[3])
{
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += x[i] * x[i];
    return s * s;
}

AD_GRAD(x)
double whole_recurrence(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s = 0.5 * s + x[i];
    return s;
}

/* The sum is read on the way. */
AD_VJP(x -> y)
void whole_prefix(AD_LEN(n) const double *x, AD_LEN(n) double *restrict y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += x[i];
        y[i] = s;
    }
}

AD_GRAD(x)
double whole_some(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > 0.6)
            s += x[i] * x[i];
    return s;
}

AD_GRAD(x)
double whole_strided(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i += 2)
        s += x[i] * x[i];
    return s;
}

/* From a number that may be negative. */
AD_GRAD(x)
double whole_from(AD_LEN(n) const double *x, int n, int s)
{
    double r = 0;
    for (int i = s; i < n - 1; i++)
        r += x[i + 1] * x[i + 1];
    return r;
}

/* d_x[i] may be y[i], for all that the compiler knows: a sum beside updates of memory from outside. */
AD_VJP(x, y, w -> z)
void whole_beside_updates(AD_LEN(n) const double *x, AD_LEN(n) const double *y, double w, AD_LEN(n) double *restrict z, int n)
{
    for (int i = 0; i < n; i++)
        z[i] = w * x[i] * y[i];
}

/* What the counter is in the end where there are no iterations. */
AD_GRAD(y)
double part_counted(AD_LEN(20) const double *x, double y, int none)
{
    double s = 0;
    int i;
    for (i = 0; i < none; i++)
        s += x[i] * y * y;
    return s + i * y;
}
