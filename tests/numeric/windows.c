// construct: loops over windows and bands: `k < j + 3`, `j - w > 0 ? j - w : 0`
// check: --set n=7 --set w=2 --range x=-1:1
#include <stddef.h>
#include <math.h>
#include <adgen.h>

/* What is kept has 3 numbers for each j. */
AD_GRAD(x)
double window(AD_LEN(n + 3) const double *x, int n)
{
    double s = 0;
    for (int j = 0; j < n; j++)
        for (int k = j; k < j + 3; k++)
            s = s * sin(x[k]) + x[k];
    return s;
}

/* ... 2 for each, in steps of two and backwards. */
AD_GRAD(x)
double window_back(AD_LEN(n + 3) const double *x, int n)
{
    double s = 0;
    for (int j = n - 1; j >= 0; j--)
        for (int k = j + 3; k >= j; k -= 2)
            s = s * sin(x[k]) + x[k];
    return s;
}

/* min(n, 2 * w + 1) */
AD_GRAD(x)
double band_both(AD_LEN(n) const double *x, int n, int w)
{
    double s = 0;
    for (int j = 0; j < n; j++) {
        int lo = j - w > 0 ? j - w : 0, hi = j + w < n - 1 ? j + w : n - 1;
        for (int k = lo; k <= hi; k++)
            s = s * sin(x[k]) + x[k];
    }
    return s;
}

AD_GRAD(x)
double band_ifs(AD_LEN(n) const double *x, int n, int w)
{
    double s = 0;
    for (int j = 0; j < n; j++) {
        int lo = j - w, hi = j + w + 1;
        if (lo < 0)
            lo = 0;
        if (hi > n)
            hi = n;
        for (int k = hi - 1; k >= lo; k--)
            s = s * sin(x[k]) + x[k];
    }
    return s;
}

/* The larger of two numbers, to within one: w. */
AD_GRAD(x)
double band_off_by_one(AD_LEN(n) const double *x, int n, int w)
{
    double s = 0;
    for (int j = 1; j <= n; j++)
        for (int k = w + 1 - j > 1 ? w + 2 - j : 1; k <= w; k++)
            s = s * sin(x[k]) + x[j - 1];
    return s;
}

/* The wrong one of the two: the loop begins at the smaller number, or ends at the larger one. */
AD_GRAD(x)
double band_wide(AD_LEN(n) const double *x, int n, int w)
{
    double s = 0;
    for (int j = 0; j < n; j++) {
        for (int k = j - w > 0 ? 0 : j; k < n; k++)
            s = s * sin(x[k]) + x[j];
        for (int k = 0; k < (j + 1 > w ? j + 1 : w); k++)
            s = s * sin(x[k]) + x[j];
    }
    return s;
}

/* A choice by something else. */
AD_GRAD(x)
double chosen(AD_LEN(n) const double *x, AD_LEN(n) const int *from, int n, int w)
{
    double s = 0;
    for (int j = 0; j < n; j++) {
        int lo = w == j ? 0 : w > j ? 1 : j;
        for (int k = lo; k < n; k++)
            s = s * sin(x[k]) + x[j] * (from[j] > 0 ? 1 : 2);
    }
    return s;
}

/* Three loops: both inner ones move along. */
AD_GRAD(x)
double inner_windows(AD_LEN(n + 4) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = i; j < i + 2; j++)
            for (int k = j; k <= j + i % 2; k++)
                s = s * sin(x[k]) + x[j];
    return s;
}

AD_GRAD(x)
double tiles(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (size_t j = 0; j < (size_t)n; j += 3)
        for (size_t k = j; k < (j + 3 < (size_t)n ? j + 3 : (size_t)n); k++)
            s = s * sin(x[k]) + x[j];
    for (int j = 0; j < n; j += 4) {
        int end = j + 4 < n ? j + 4 : n;
        for (int k = j; k < end; k++)
            s = s * sin(x[k]) + x[j];
    }
    return s;
}

/* Unsigned numbers that wrap around below 0: not the smaller of two. */
AD_GRAD(x)
double wraps(AD_LEN(n) const double *x, int n, int w)
{
    double s = 0;
    for (size_t j = 0; j < (size_t)n; j++)
        for (size_t k = j - (size_t)w < (size_t)n ? j - (size_t)w : j; k < (size_t)n; k++)
            s = s * sin(x[k]) + x[j];
    return s;
}
