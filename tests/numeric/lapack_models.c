// check: -llapacke -lblas
// needs: lapacke.h cblas.h
/* Factorisations inside models, in double and float. */
#include <adgen.h>
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* The negative log-likelihood of a Gaussian process. */
AD_GRAD(log_length, log_noise)
double gaussian_process(double log_length, double log_noise, AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double *K = malloc(sizeof(double) * (size_t)n * (size_t)n), *alpha = malloc(sizeof(double) * (size_t)n);
    double scale = exp(-2 * log_length), noise = exp(2 * log_noise);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double d = x[i] - x[j];
            K[i * n + j] = exp(-0.5 * d * d * scale) + (i == j ? noise : 0);
        }
    cblas_dcopy(n, y, 1, alpha, 1);
    double nll = INFINITY;
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, K, n) == 0) {
        LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'L', n, 1, K, n, alpha, 1);
        nll = 0.5 * cblas_ddot(n, y, 1, alpha, 1);
        for (int i = 0; i < n; i++)
            nll += log(K[i * n + i]);
    }
    free(K);
    free(alpha);
    return nll;
}

/* A linear system that is factorised once and solved twice; the matrix and right side are made from parameters. */
AD_GRAD(p)
double two_solves(AD_LEN(3) const double *p)
{
    double A[3][3] = {{p[0], 1, 4}, {2, p[1], p[0]}, {5, 1, p[2]}}, b[3] = {p[2], 1, p[0]};
    int ipiv[3];
    LAPACKE_dgetrf(LAPACK_ROW_MAJOR, 3, 3, A[0], 3, ipiv);
    for (int k = 0; k < 2; k++) {
        LAPACKE_dgetrs(LAPACK_ROW_MAJOR, k ? 'T' : 'N', 3, 1, A[0], 3, ipiv, b, 1);
        b[k] *= p[1];
    }
    return cblas_dnrm2(3, b, 1) + A[2][2];
}

AD_GRAD(A, b)
float solve_floats(AD_LEN(9) float *A, AD_LEN(3) float *b)
{
    int ipiv[3];
    for (int i = 0; i < 3; i++)
        A[4 * i] += 4;
    if (LAPACKE_sgesv(LAPACK_COL_MAJOR, 3, 1, A, 3, ipiv, b, 3))
        return 0;
    return b[0] * b[1] + b[2];
}

/* Not positive definite: the branch for that has its derivative, and the factor none. */
AD_GRAD(a, b)
double fails(double a, double b)
{
    double M[4] = {a, 3, 3, b};
    int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', 2, M, 2);
    return info ? a * b : M[3];
}
