// construct: control flow: loops along memory that are left by `break` or `return`: factorisations with a test of the pivot
// check: --set n=6
#include <math.h>
#include <stdlib.h>
#include <adgen.h>

/* Cholesky factors of b b^T + shift: not positive definite for a shift that is low enough. */
static double log_det(int n, const double *b, double shift)
{
    double l[n * n], s = 0;
    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            l[i * n + j] = i == j ? shift : 0;
            for (int k = 0; k < n; k++)
                l[i * n + j] += b[i * n + k] * b[j * n + k];
        }
    }
    for (int j = 0; j < n; j++) {
        double d = l[j * n + j];
        for (int k = 0; k < j; k++)
            d -= l[j * n + k] * l[j * n + k];
        if (d <= 0)
            return -1;
        l[j * n + j] = sqrt(d);
        s += log(l[j * n + j]);
        for (int i = j + 1; i < n; i++) {
            double t = l[i * n + j];
            for (int k = 0; k < j; k++)
                t -= l[i * n + k] * l[j * n + k];
            l[i * n + j] = t / l[j * n + j];
        }
    }
    return 2 * s;
}

AD_GRAD(b)
double definite(int n, AD_LEN(n * n) const double *b)
{
    return log_det(n, b, 2.0);
}

/* -1 after some rounds, with the derivative 0. */
AD_GRAD(b)
double indefinite(int n, AD_LEN(n * n) const double *b)
{
    return log_det(n, b, -0.2) + b[0];
}

/* Elimination in place; a row that is left out of the rest when its pivot is small. */
AD_VJP(a, x -> x)
int solve(int n, AD_LEN(n * n) double *restrict a, AD_LEN(n) double *restrict x)
{
    for (int k = 0; k < n; k++) {
        if (fabs(a[k * n + k]) < 1e-12)
            return -1;
        for (int i = k + 1; i < n; i++) {
            double f = a[i * n + k] / a[k * n + k];
            for (int j = k; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
            x[i] -= f * x[k];
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++)
            x[i] -= a[i * n + j] * x[j];
        x[i] /= a[i * n + i];
    }
    return 0;
}

/* Left in the middle of a round, after numbers have been computed in it and before others. */
AD_VJP(x -> y)
int prefix(int n, AD_LEN(n) const double *restrict x, AD_LEN(n) double *restrict y, double limit)
{
    double s = 0;
    int i;
    for (i = 0; i < n; i++) {
        s += x[i] * x[i];
        y[i] = s * x[i];
        if (s > limit * 1.5)
            break;
        y[i] *= sin(s);
    }
    return i;
}

/* From an inner loop out of both. */
AD_GRAD(x)
double scan(int n, int m, AD_LEN(n * m) const double *x, double limit)
{
    double s = 1;
    for (int i = 0; i < n; i++) {
        double row = 0;
        for (int j = 0; j < m; j++) {
            row += x[i * m + j] * s;
            if (row > 2 * limit)
                return row * s;
        }
        if (row < -10)
            break;
        s += sin(row);
    }
    return s * s;
}

/* Where it was left decides what is read behind it. */
AD_GRAD(x)
double found(int n, AD_LEN(n) const double *x, double limit)
{
    double s = 0;
    int at = n - 1;
    for (int i = 0; i < n; i++) {
        s += exp(x[i]);
        if (s > limit * 3) {
            at = i;
            break;
        }
    }
    return s * x[at];
}

/* Left in the first round, or without one; by what the counter is. */
AD_GRAD(x)
double at_once(int n, AD_LEN(n) const double *x)
{
    double s = x[0];
    for (int i = 0; i < n; i++) {
        s *= x[i];
        if (i >= 0)
            break;
        s *= 2;
    }
    for (int i = n; i < n; i++) {
        if (x[i] > 1)
            break;
        s *= x[i];
    }
    return s;
}

/* Rounds that are left out, and the one that is the last. */
AD_GRAD(x)
double likelihood(int n, AD_LEN(n) const double *x, AD_LEN(n) const int *kind, double worst)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        if (kind[i] % 3 == 0)
            continue;
        if (x[i] < -50)
            return worst;
        s -= log1p(exp(-x[i])) * s + x[i];
    }
    return s;
}

/* Counts down, by two, to a bound that is included. */
AD_GRAD(x)
double others(int n, AD_LEN(n) const double *x)
{
    double s = 1;
    for (int i = n - 1; i >= 0; i--) {
        s += sin(s * x[i]);
        if (s > 40)
            break;
    }
    for (int i = 0; i < n; i += 2) {
        s += cos(s * x[i]);
        if (s > 50)
            break;
    }
    for (int i = 1; i <= n - 1; i++) {
        s *= 1 + 0.1 * x[i];
        if (s > 60)
            break;
    }
    return s;
}
