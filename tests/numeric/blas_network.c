// check: -lblas
// needs: cblas.h
/* Matrix products in the way programs use them: a network, an in-place elimination, a recurrence that overwrites its state. */
#include <adgen.h>
#include <cblas.h>
#include <math.h>
#include <stdlib.h>

enum { IN = 4, HIDDEN = 5 };

AD_GRAD(W1, b1, w2)
double network(AD_LEN(IN *HIDDEN) const double *W1, AD_LEN(HIDDEN) const double *b1, AD_LEN(HIDDEN) const double *w2,
               AD_LEN(rows *IN) const double *X, AD_LEN(rows) const double *y, int rows)
{
    double *H = malloc(sizeof(double) * (size_t)rows * HIDDEN), *p = malloc(sizeof(double) * (size_t)rows);
    for (int i = 0; i < rows; i++)
        cblas_dcopy(HIDDEN, b1, 1, H + i * HIDDEN, 1);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, HIDDEN, IN, 1.0, X, IN, W1, HIDDEN, 1.0, H, HIDDEN);
    for (int i = 0; i < rows * HIDDEN; i++)
        H[i] = tanh(H[i]);
    cblas_dcopy(rows, y, 1, p, 1);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, HIDDEN, 1.0, H, HIDDEN, w2, 1, -1.0, p, 1);
    double loss = 0.5 * cblas_ddot(rows, p, 1, p, 1) / rows;
    free(H);
    free(p);
    return loss;
}

/* h = tanh(A h + x_t): the state is overwritten in every step. */
AD_GRAD(A, h)
double recurrence(AD_LEN(n *n) const double *A, AD_LEN(n) double *h, AD_LEN(n) const double *x, int n, int steps)
{
    double next[12];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            next[i] = x[i] * (t + 1);
        cblas_dgemv(CblasColMajor, CblasTrans, n, n, 0.5, A, n, h, 1, 0.1, next, 1);
        for (int i = 0; i < n; i++)
            h[i] = tanh(next[i]);
    }
    return cblas_dnrm2(n, h, 1);
}

/* A blocked Cholesky factorisation in place: panels of one array are read and overwritten by turns. */
AD_GRAD(A)
double blocked_cholesky(AD_LEN(n *n) double *A, int n)
{
    enum { B = 2 };
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++)
            A[i * n + j] *= 0.1;
        A[i * n + i] += n;
    }
    for (int k = 0; k < n; k += B) {
        int b = k + B < n ? B : n - k, rest = n - k - b;
        double *D = A + k * n + k;
        for (int j = 0; j < b; j++) {
            for (int i = j; i < b; i++) {
                double s = D[i * n + j] - cblas_ddot(j, D + i * n, 1, D + j * n, 1);
                D[i * n + j] = i == j ? sqrt(s) : s / D[j * n + j];
            }
        }
        if (rest > 0) {
            cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rest, b, 1.0, D, n, D + b * n, n);
            cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, rest, b, -1.0, D + b * n, n, 1.0, D + b * n + b, n);
        }
    }
    double logdet = 0;
    for (int i = 0; i < n; i++)
        logdet += log(A[i * n + i]);
    return logdet;
}

/* The same array twice, and a product that overwrites what an earlier one read. */
AD_VJP(A, B -> B)
void squared_twice(AD_LEN(9) double *A, AD_LEN(9) double *B)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 3, 3, 3, 1.0, A, 3, A, 3, 0.0, B, 3);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, 3, 3, 3, 0.5, B, 3, B, 3, 1.0, A, 3);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, 3, 3, 3, 1.0, A, 3, A, 3, 0.25, B, 3);
}
