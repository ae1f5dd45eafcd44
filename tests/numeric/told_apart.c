// check: --set n=5 --set m=2 --range x=0.4:1.6
// construct: memory: matrices in place, where ifs tell which elements are not the same (`if (i == j)`, `if (k != i)`)
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* Rosetta Code's style: the diagonal is one case of the inner loop. */
AD_GRAD(x)
double apart_cholesky(AD_LEN(n) const double *x, int n)
{
    double *a = malloc(n * n * sizeof *a), s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            a[i * n + j] = exp(-(x[i] - x[j]) * (x[i] - x[j])) + (i == j);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (int k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j)
                a[i * n + i] = sqrt(sum);
            else
                a[i * n + j] = sum / a[j * n + j];
        }
    for (int i = 0; i < n; i++)
        s += log(a[i * n + i]);
    free(a);
    return s;
}

/* ... with unsigned counters, and the other way round. */
AD_GRAD(x)
double apart_unsigned(AD_LEN(n) const double *x, int n)
{
    size_t m = n;
    double *a = malloc(m * m * sizeof *a), s = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++)
            a[i * m + j] = exp(-(x[i] - x[j]) * (x[i] - x[j])) + (i == j);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * m + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * m + k] * a[j * m + k];
            if (i != j)
                a[i * m + j] = sum / a[j * m + j];
            else
                a[i * m + i] = sqrt(sum);
        }
    for (size_t i = 0; i < m; i++)
        s += log(a[i * m + i]);
    free(a);
    return s;
}

/* Sums over what is not of the row's own: the element of row i is read while others are written, and written itself in no other row. */
AD_GRAD(x)
double apart_others(AD_LEN(n) const double *x, int n)
{
    double *v = malloc(n * sizeof *v), s = 0;
    for (int i = 0; i < n; i++)
        v[i] = sin(x[i]);
    for (int i = 0; i < n; i++) {
        double own = v[i];
        for (int k = 0; k < n; k++)
            if (k > i)
                v[k] += 0.1 * own * own * x[k];
        s += own * own;
    }
    free(v);
    return s;
}

/* ---------------------------------------------------------------------- ifs that do not tell enough */

/* Gauss-Jordan: every row but one is changed in each round, and each of them again. */
AD_GRAD(x)
double other_jordan(AD_LEN(n *n) const double *x, int n)
{
    double *a = malloc(n * n * sizeof *a), s = 0;
    for (int i = 0; i < n * n; i++)
        a[i] = x[i] + 2 * (i % (n + 1) == 0);
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            if (i != k) {
                double f = a[i * n + k] / a[k * n + k];
                for (int j = 0; j < n; j++)
                    a[i * n + j] -= f * a[k * n + j];
            }
    for (int i = 0; i < n; i++)
        s += log(fabs(a[i * n + i]));
    free(a);
    return s;
}

/* The if speaks of another number. */
AD_GRAD(x)
double other_number(AD_LEN(n) const double *x, int n, int m)
{
    double *v = malloc(n * sizeof *v), s = 0;
    for (int i = 0; i < n; i++)
        v[i] = x[i];
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            if (i != m)
                v[i] = sin(v[i] * v[j]);
            else
                s += v[j] * v[i];
    for (int i = 0; i < n; i++)
        s += v[i];
    free(v);
    return s;
}

/* Not the same in this round; in a later one they are. */
AD_GRAD(x)
double other_round(AD_LEN(n) const double *x, int n)
{
    double *v = malloc(n * sizeof *v), s = 0;
    for (int i = 0; i < n; i++)
        v[i] = x[i];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (i != j)
                v[i] = sin(v[i] * v[j]);
    for (int i = 0; i < n; i++)
        s += v[i] * v[n - 1 - i];
    free(v);
    return s;
}

/* Unsigned numbers that wrap around: i - 1 is the greatest where i is 0. */
AD_GRAD(x)
double other_wrapped(AD_LEN(n) const double *x, int n)
{
    double *v = malloc(n * sizeof *v), s = 0;
    unsigned m = n;
    for (unsigned i = 0; i < m; i++)
        v[i] = x[i];
    for (unsigned r = 0; r < 2; r++)
        for (unsigned i = 0; i < m; i++)
            if (i - 1 >= m || i < (unsigned)-1)
                v[i] = sin(v[i] * v[i < 1 ? 0 : i - 1]);
    for (unsigned i = 0; i < m; i++)
        s += v[i] * v[m - 1 - i];
    free(v);
    return s;
}

/* One or the other; either way they may be the same. */
AD_GRAD(x)
double other_either(AD_LEN(n) const double *x, int n, int m)
{
    double *v = malloc(n * sizeof *v), s = 0;
    for (int i = 0; i < n; i++)
        v[i] = x[i];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (i != j || j > m)
                v[i] = sin(v[i] * v[j] + 0.1 * v[n - 1 - j]);
    for (int i = 0; i < n; i++)
        s += v[i] * v[n - 1 - i];
    free(v);
    return s;
}
