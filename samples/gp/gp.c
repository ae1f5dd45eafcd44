/* gp.c: marginal likelihood of a Gaussian process, by Cholesky factorisation. */
#include "gp.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static double covariance(int dim, const double *a, const double *b, const double *log_scale, double log_signal)
{
    double r2 = 0;
    for (int i = 0; i < dim; i++) {
        double d = (a[i] - b[i]) / exp(log_scale[i]);
        r2 += d * d;
    }
    return exp(2 * log_signal - 0.5 * r2);
}

/* The lower triangle of A becomes its Cholesky factor. Returns -1 where A is not positive definite. */
static int cholesky(int n, double A[n][n])
{
    for (int j = 0; j < n; j++) {
        double d = A[j][j];
        for (int k = 0; k < j; k++)
            d -= A[j][k] * A[j][k];
        if (!(d > 0))
            return -1;
        A[j][j] = sqrt(d);
        for (int i = j + 1; i < n; i++) {
            double s = A[i][j];
            for (int k = 0; k < j; k++)
                s -= A[i][k] * A[j][k];
            A[i][j] = s / A[j][j];
        }
    }
    return 0;
}

/* Solves L b' = b in place. */
static void forward_substitute(int n, double L[n][n], double *b)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++)
            b[i] -= L[i][j] * b[j];
        b[i] /= L[i][i];
    }
}

AD_GRAD(log_scale, log_signal, log_noise)
AD_JVP(log_scale, log_signal, log_noise)
double gp_nll(int n, int dim, double x[n][dim], AD_LEN(n) const double *y, AD_LEN(dim) const double *log_scale, double log_signal,
              double log_noise)
{
    double(*K)[n] = malloc(sizeof(double[n][n]));
    double *a = malloc(n * sizeof *a);
    double nll = INFINITY;

    if (!K || !a)
        goto done;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++)
            K[i][j] = covariance(dim, x[i], x[j], log_scale, log_signal);
        K[i][i] += exp(2 * log_noise);
    }
    if (cholesky(n, K) != 0)
        goto done;
    for (int i = 0; i < n; i++)
        a[i] = y[i];
    forward_substitute(n, K, a);
    nll = 0.5 * n * log(2 * 3.14159265358979323846);
    for (int i = 0; i < n; i++)
        nll += 0.5 * a[i] * a[i] + log(K[i][i]);
done:
    free(K);
    free(a);
    return nll;
}
