/* The gradient by hand, in the primal's loop order: factor and solution are not overwritten after they are made, so they are read
 * again; the covariances alone are kept. The length scales' exponentials are computed once. */
#include "gp.h"

#include <math.h>
#include <stdlib.h>

/* A: covariances without the noise; L the same with it, first half of what `cholesky` does in place. */
static void covariances(int n, int dim, const double *x, const double *scale, double signal, double noise, double *restrict A,
                        double *restrict L)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double r2 = 0;
            for (int k = 0; k < dim; k++) {
                double d = (x[i * dim + k] - x[j * dim + k]) * scale[k];
                r2 += d * d;
            }
            L[i * n + j] = A[i * n + j] = exp(2 * signal - 0.5 * r2);
        }
        L[i * n + i] += noise;
    }
}

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

/* D: derivative by the factor, becomes that by the matrix. */
static void reverse_cholesky(int n, const double *restrict L, double *restrict D)
{
    for (int i = n - 1; i >= 0; i--) {
        const double *li = L + i * n;
        double *di = D + i * n, d = di[i] = 0.5 * di[i] / li[i];
        for (int k = 0; k < i; k++)
            di[k] -= 2 * d * li[k];
        for (int j = i - 1; j >= 0; j--) {
            const double *lj = L + j * n;
            double *dj = D + j * n, s = di[j] / lj[j];
            di[j] = s;
            dj[j] -= s * li[j];
            for (int k = 0; k < j; k++) {
                di[k] -= s * lj[k];
                dj[k] -= s * li[k];
            }
        }
    }
}

static void reverse_covariances(int n, int dim, const double *x, const double *scale, const double *A, const double *restrict D,
                                double *restrict d_parameters)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double d = D[i * n + j] * A[i * n + j];
            d_parameters[dim] += 2 * d;
            for (int k = 0; k < dim; k++) {
                double r = (x[i * dim + k] - x[j * dim + k]) * scale[k];
                d_parameters[k] += d * r * r;
            }
        }
}

double gp_nll_limit(int n, int dim, const double *x, const double *y, const double *parameters, double *d_parameters)
{
    size_t square = (size_t)n * n;
    double *memory = calloc(3 * square + 2 * n + dim, sizeof *memory), *A = memory, *L = A + square, *D = L + square,
           *a = D + square;
    double *d_a = a + n, *scale = d_a + n, nll = 0.5 * n * log(2 * 3.14159265358979323846);
    double noise = exp(2 * parameters[dim + 1]), d_noise = 0;

    for (int k = 0; k < dim; k++)
        scale[k] = exp(-parameters[k]);
    covariances(n, dim, x, scale, parameters[dim], noise, A, L);
    cholesky(n, L);
    for (int i = 0; i < n; i++) {
        double s = y[i];
        for (int j = 0; j < i; j++)
            s -= L[i * n + j] * a[j];
        a[i] = d_a[i] = s / L[i * n + i];
        nll += 0.5 * a[i] * a[i] + log(L[i * n + i]);
    }
    for (int i = n - 1; i >= 0; i--) {
        double s = d_a[i] / L[i * n + i];
        D[i * n + i] = 1 / L[i * n + i] - s * a[i];
        for (int j = 0; j < i; j++) {
            D[i * n + j] = -s * a[j];
            d_a[j] -= s * L[i * n + j];
        }
    }
    reverse_cholesky(n, L, D);
    for (int i = 0; i < n; i++)
        d_noise += D[i * n + i];
    d_parameters[dim + 1] += 2 * noise * d_noise;
    reverse_covariances(n, dim, x, scale, A, D, d_parameters);
    free(memory);
    return nll;
}
