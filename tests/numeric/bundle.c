// check: --set n=7 --set m=3 --range x=0.3:1.2
// construct: memory: what is kept in several arrays is allocated at once (tests/bundle.sh says in which of these functions)
// Functions whose reverse sweeps need several arrays: sizes that differ, scratch, types, ways out, memory that is freed before more is needed.
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* three arrays for two nests, the last one's size known from the start */
AD_GRAD(x)
AD_JVP(x)
double one_of_kept(AD_LEN(n) const double *x, int n, int m)
{
    double s = 1, p = 0.5;
    for (int i = 0; i < n; i++) {
        s = 0.4 * s * x[i] + sin(0.5 * s);
        for (int j = 0; j < m; j++)
            p = 0.5 * cos(p * s) + x[i];
    }
    for (int i = 0; i < n; i++)
        p = p * sin(0.5 * x[i] * p) + x[i];
    return s * p;
}

/* scratch of the primal is its own; derivatives of it are allocated together */
AD_GRAD(x)
AD_JVP(x)
double one_of_shadows(AD_LEN(n) const double *x, int n, int m)
{
    double *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * (size_t)m * sizeof *b), s = 0;
    for (int i = 0; i < n; i++) {
        a[i] = x[i] * x[(i + 1) % n];
        for (int j = 0; j < m; j++)
            b[i * m + j] = a[i] * x[j];
    }
    for (int i = 0; i < n * m; i++)
        s += b[i] * a[i % n] * b[n * m - 1 - i];
    free(a);
    free(b);
    return s;
}

/* nothing is allocated on the way out */
AD_GRAD(x)
AD_JVP(x)
double one_behind_exit(AD_LEN(n) const double *x, int n, AD_LEN(1) double *y)
{
    if (n > 100)
        return *y = -1;
    double s = 1, t = 0.5;
    for (int i = 0; i < n; i++) {
        s = 0.5 * sin(s * x[i]) + 0.2 * t;
        t = 0.3 * t * s + x[i];
    }
    return *y = s * t;
}

/* float and double */
AD_GRAD(x)
AD_JVP(x)
double two_types(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    float f = 0.5f;
    for (int i = 0; i < n; i++) {
        s = 0.5 * sin(s * x[i]) + 0.2 * s;
        f = f * f * 0.5f + 0.25f;
        s += 0.2 * f * s * s;
    }
    return s;
}

/* the first scratch is gone before there is a second one */
AD_GRAD(x)
AD_JVP(x)
double two_lives(AD_LEN(n) const double *x, int n)
{
    double *a = malloc((size_t)n * sizeof *a), s = 0;
    for (int i = 0; i < n; i++)
        a[i] = x[i] * x[n - 1 - i];
    for (int i = 0; i < n; i++)
        s += a[i] * a[(i + 1) % n];
    free(a);
    double *b = malloc((size_t)n * sizeof *b);
    for (int i = 0; i < n; i++)
        b[i] = s * x[i];
    for (int i = 0; i < n; i++)
        s += b[i] * b[(i + 2) % n];
    free(b);
    return s;
}
