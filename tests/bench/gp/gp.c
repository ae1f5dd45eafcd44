/* gp.c: marginal likelihood of a Gaussian process, by Cholesky factorisation. */
#include "gp.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static void covariances(int n, int dim, const double *x, const double *parameters, double *A)
{
    double signal = parameters[dim], noise = exp(2 * parameters[dim + 1]);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double r2 = 0;
            for (int k = 0; k < dim; k++) {
                double d = (x[i * dim + k] - x[j * dim + k]) * exp(-parameters[k]);
                r2 += d * d;
            }
            A[i * n + j] = exp(2 * signal - 0.5 * r2);
        }
        A[i * n + i] += noise;
    }
}

/* The lower triangle of A becomes its factor, row by row. */
static void cholesky(int n, double *A)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            double s = A[i * n + j];
            for (int k = 0; k < j; k++)
                s -= A[i * n + k] * A[j * n + k];
            A[i * n + j] = s / A[j * n + j];
        }
        double d = A[i * n + i];
        for (int k = 0; k < i; k++)
            d -= A[i * n + k] * A[i * n + k];
        A[i * n + i] = sqrt(d);
    }
}

/* b becomes L^-1 b. */
static void substitute(int n, const double *L, double *b)
{
    for (int i = 0; i < n; i++) {
        double s = b[i];
        for (int j = 0; j < i; j++)
            s -= L[i * n + j] * b[j];
        b[i] = s / L[i * n + i];
    }
}

AD_GRAD(parameters)
double gp_nll(int n, int dim, AD_LEN(n *dim) const double *x, AD_LEN(n) const double *y, AD_LEN(dim + 2) const double *parameters)
{
    double *L = malloc((size_t)n * n * sizeof *L), *a = malloc(n * sizeof *a), nll = 0.5 * n * log(2 * 3.14159265358979323846);

    covariances(n, dim, x, parameters, L);
    cholesky(n, L);
    for (int i = 0; i < n; i++)
        a[i] = y[i];
    substitute(n, L, a);
    for (int i = 0; i < n; i++)
        nll += 0.5 * a[i] * a[i] + log(L[i * n + i]);
    free(L);
    free(a);
    return nll;
}
