// check: --set n=6 --set rounds=3 --range x=0.4:1.6
// construct: memory: matrices as tables of rows (`double **a`): rows of their own, in one block, counted from 1
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* In place, below the diagonal. */
static void factor(double **a, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            if (i == j)
                a[i][i] = sqrt(sum);
            else
                a[i][j] = sum / a[j][j];
        }
}

static void fill(double **a, const double *x, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            a[i][j] = exp(-(x[i] - x[j]) * (x[i] - x[j])) + (i == j);
}

static double log_diagonal(double **a, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += log(a[i][i]);
    return s;
}

static double **make_rows(int rows, int columns)
{
    double **a = malloc(rows * sizeof *a);
    for (int i = 0; i < rows; i++)
        a[i] = malloc(columns * sizeof **a);
    return a;
}

static void delete_rows(double **a, int rows)
{
    for (int i = 0; i < rows; i++)
        free(a[i]);
    free(a);
}

AD_GRAD(x)
double own_rows(AD_LEN(n) const double *x, int n)
{
    double **a = make_rows(n, n);
    fill(a, x, n);
    factor(a, n);
    double s = log_diagonal(a, n);
    delete_rows(a, n);
    return s;
}

AD_GRAD(x)
double own_packed(AD_LEN(n) const double *x, int n)
{
    double **a = malloc(n * sizeof *a);
    for (int i = 0; i < n; i++)
        a[i] = malloc((i + 1) * sizeof **a);
    fill(a, x, n);
    factor(a, n);
    double s = log_diagonal(a, n);
    delete_rows(a, n);
    return s;
}

AD_GRAD(x)
double own_in_block(AD_LEN(n) const double *x, int n)
{
    double **a = malloc(n * sizeof *a), *block = calloc(n * n, sizeof *block);
    for (int i = 0; i < n; i++)
        a[i] = block + i * n;
    fill(a, x, n);
    factor(a, n);
    double s = log_diagonal(a, n);
    free(block);
    free(a);
    return s;
}

AD_GRAD(x)
double own_after_first(AD_LEN(n) const double *x, int n)
{
    double **a = malloc(n * sizeof *a);
    a[0] = malloc(n * n * sizeof **a);
    for (int i = 1; i < n; i++)
        a[i] = a[i - 1] + n;
    fill(a, x, n);
    factor(a, n);
    double s = log_diagonal(a, n);
    free(a[0]);
    free(a);
    return s;
}

AD_GRAD(x)
double own_from_first(AD_LEN(n) const double *x, int n)
{
    double **a = malloc(n * sizeof *a);
    a[0] = malloc(n * n * sizeof **a);
    for (int i = 1; i < n; i++)
        a[i] = a[0] + i * n;
    fill(a, x, n);
    factor(a, n);
    double s = log_diagonal(a, n);
    free(a[0]);
    free(a);
    return s;
}

/* A table for each round. */
AD_GRAD(x)
double in_rounds(AD_LEN(n) const double *x, int n, int rounds)
{
    double s = 0;
    for (int r = 0; r < rounds; r++) {
        double **a = make_rows(n, n);
        fill(a, x, n);
        factor(a, n);
        s += (r + 1) * log_diagonal(a, n);
        delete_rows(a, n);
    }
    return s;
}

/* Counted from 1. */
AD_GRAD(x)
double own_from_one(AD_LEN(n) const double *x, int n)
{
    double **a = malloc((n + 1) * sizeof *a);
    for (int i = 1; i <= n; i++)
        a[i] = (double *)malloc(n * sizeof **a) - 0;
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= i; j++)
            a[i][j - 1] = exp(-(x[i - 1] - x[j - 1]) * (x[i - 1] - x[j - 1])) + (i == j);
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= i; j++) {
            double sum = a[i][j - 1];
            for (int k = 1; k < j; k++)
                sum -= a[i][k - 1] * a[j][k - 1];
            if (i == j)
                a[i][i - 1] = sqrt(sum);
            else
                a[i][j - 1] = sum / a[j][j - 1];
        }
    double s = 0;
    for (int i = 1; i <= n; i++) {
        s += log(a[i][i - 1]);
        free(a[i]);
    }
    free(a);
    return s;
}

/* Rows and columns counted from 1, in one block. */
static double **matrix_from_one(long n)
{
    double **a = malloc((n + 1) * sizeof *a);
    a += 1;
    a -= 1;
    a[1] = malloc((n * n + 1) * sizeof **a);
    a[1] += 1;
    a[1] -= 1;
    for (long i = 2; i <= n; i++)
        a[i] = a[i - 1] + n;
    return a;
}

AD_GRAD(x)
double own_block_from_one(AD_LEN(n) const double *x, int n)
{
    double **a = matrix_from_one(n), *p = malloc((n + 1) * sizeof *p), s = 0;
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= n; j++)
            a[i][j] = exp(-(x[i - 1] - x[j - 1]) * (x[i - 1] - x[j - 1])) + (i == j);
    for (int i = 1; i <= n; i++)
        for (int j = i; j <= n; j++) {
            double sum = a[i][j];
            for (int k = i - 1; k >= 1; k--)
                sum -= a[i][k] * a[j][k];
            if (i == j)
                p[i] = sqrt(sum);
            else
                a[j][i] = sum / p[i];
        }
    for (int i = 1; i <= n; i++)
        s += 2 * log(p[i]);
    free(a[1]);
    free(a);
    free(p);
    return s;
}

/* ---------------------------------------------------------------------- what is not known, or not apart */

/* A bound that is not known to stay within a row. */
AD_GRAD(x)
double in_local(AD_LEN(n) const double *x, int n)
{
    double block[8 * 8], *a[8];
    for (int i = 0; i < 8; i++)
        a[i] = block + 8 * i;
    int m = n < 8 ? n : 8;
    fill(a, x, m);
    factor(a, m);
    return log_diagonal(a, m);
}

/* Rows that change places while they are used. */
AD_GRAD(x)
double other_swapped(AD_LEN(n) const double *x, int n)
{
    double **a = make_rows(n, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i][j] = exp(-(x[i] - x[j]) * (x[i] - x[j])) + (i == j) * (1 + i);
    double s = 0;
    for (int k = 0; k < n; k++) {
        if (k + 1 < n && k % 2 == 0) {
            double *t = a[k];
            a[k] = a[k + 1];
            a[k + 1] = t;
        }
        for (int i = k + 1; i < n; i++) {
            double f = a[i][k] / (2 + a[k][k] * a[k][k]);
            for (int j = k; j < n; j++)
                a[i][j] -= f * a[k][j];
        }
        s += a[k][k] * a[k][n - 1];
    }
    delete_rows(a, n);
    return s;
}

/* Rows that overlap: the next begins in the middle of this one. */
AD_GRAD(x)
double other_overlapping(AD_LEN(n) const double *x, int n)
{
    int half = n / 2 + 1;
    double **a = malloc(n * sizeof *a), *block = calloc(n * half + n, sizeof *block), s = 0;
    for (int i = 0; i < n; i++)
        a[i] = block + i * half;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i][j] += x[i] * x[j];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            s += a[i][j] * a[i][j];
            if (i > 0)
                a[i][j] = sin(a[i - 1][j] * a[i][j]);
        }
    for (int i = 0; i < n; i++)
        s += a[i][n - 1];
    free(block);
    free(a);
    return s;
}

/* All rows are the same. */
AD_GRAD(x)
double other_shared(AD_LEN(n) const double *x, int n)
{
    double **a = malloc(n * sizeof *a), *row = calloc(n, sizeof *row), s = 0;
    for (int i = 0; i < n; i++)
        a[i] = row;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            a[i][j] = sin(a[i][j] + x[i] * x[j]);
            s += a[i][j] * a[n - 1 - i][n - 1 - j];
        }
    free(row);
    free(a);
    return s;
}

/* Two rows of each are the same: stored twice. */
AD_GRAD(x)
double other_paired(AD_LEN(n) const double *x, int n)
{
    double **a = malloc(2 * n * sizeof *a), s = 0;
    for (int i = 0; i < n; i++) {
        double *row = calloc(n, sizeof *row);
        a[i] = row;
        a[2 * n - 1 - i] = row;
    }
    for (int i = 0; i < 2 * n; i++)
        for (int j = 0; j < n; j++) {
            a[i][j] = sin(a[i][j] + x[i % n] * x[j]);
            s += a[i][j] * a[(i + n) % (2 * n)][j];
        }
    for (int i = 0; i < n; i++)
        free(a[i]);
    free(a);
    return s;
}

/* The table of one round is filled again in the next, from the other end. */
AD_GRAD(x)
double other_refilled(AD_LEN(n) const double *x, int n, int rounds)
{
    double **a = malloc(n * sizeof *a), *block = calloc(n * n, sizeof *block), s = 0;
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < n; i++)
            a[i] = block + (r % 2 ? n - 1 - i : i) * n;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                a[i][j] = sin(a[i][j] + x[i] * x[j]);
        for (int i = 0; i < n; i++)
            s += a[i][n - 1 - i] * a[n - 1 - i][i];
    }
    free(block);
    free(a);
    return s;
}

/* A second table over the same rows. */
AD_GRAD(x)
double other_transposed(AD_LEN(n) const double *x, int n)
{
    double **a = make_rows(n, n), **b = malloc(n * sizeof *b), s = 0;
    for (int i = 0; i < n; i++)
        b[i] = a[n - 1 - i];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i][j] = x[i] * x[j];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            s += b[i][j] * b[i][j];
            a[i][j] = sin(a[i][j] * b[i][j]);
        }
    for (int i = 0; i < n; i++)
        s += a[i][n - 1];
    free(b);
    delete_rows(a, n);
    return s;
}

/* Column operations: row i is read while row k of the same table, i or not, is written. */
AD_GRAD(x)
double any_row(AD_LEN(n) const double *x, int n)
{
    double **a = make_rows(n, n), s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i][j] = x[i] + x[j];
    for (int i = 0; i < n; i++) {
        int k = (i * i + 2) % n;
        for (int j = 1; j < n; j++) {
            a[i][j] = sin(a[k][j - 1] * a[i][j]);
            s += a[i][j] * a[k][j];
        }
    }
    delete_rows(a, n);
    return s;
}
