// check: --set n=4 -lblas
// construct: libraries: BLAS level 2
// needs: cblas.h
// needs: cblas.h
#include <adgen.h>
#include <cblas.h>
#include <string.h>

/* Library functions have no effects but on what they are given: they may run again for each column. */

AD_HESSIAN(x; t)
AD_JACOBIAN(x; t)
double quadratic(AD_LEN(n * n) const double *A, AD_LEN(n) const double *x, AD_LEN(n) double *t, int n)
{
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1.0, A, n, x, 1, 0.0, t, 1);
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[i] * x[n - 1 - i];
    return s * (double)strlen("twice");
}

/* cblas level 2: layouts, transposes, triangles, leading dimensions, negative increments, scalars that carry derivatives. */

#define R CblasRowMajor
#define C_ CblasColMajor
#define N CblasNoTrans
#define T CblasTrans
#define U CblasUpper
#define L CblasLower

#define GEMV(name, order, trans, beta_)                                                                                            \
    AD_VJP(a, A, x, b, y -> y)                                                                                                     \
    void name(double a, AD_LEN(30) const double *A, AD_LEN(10) const double *x, double b, AD_LEN(10) double *y)                    \
    {                                                                                                                              \
        cblas_dgemv(order, trans, 4, 5, a, A, 6, x, 2, beta_, y, -2);                                                              \
    }
GEMV(gemv_row, R, N, b)
GEMV(gemv_row_t, R, T, b)
GEMV(gemv_col, C_, N, 0)
GEMV(gemv_col_t, C_, T, 1 + 0 * b)

#define GER(name, order)                                                                                                           \
    AD_VJP(a, x, y, A -> A)                                                                                                        \
    void name(double a, AD_LEN(10) const double *x, AD_LEN(10) const double *y, AD_LEN(30) double *A)                              \
    {                                                                                                                              \
        cblas_dger(order, 4, 5, a, x, -2, y, 2, A, 6);                                                                             \
    }
GER(ger_row, R)
GER(ger_col, C_)

#define SYMV(name, order, uplo)                                                                                                    \
    AD_VJP(a, A, x, b, y -> y)                                                                                                     \
    AD_JVP(a, A, x, b, y -> y)                                                                                                     \
    void name(double a, AD_LEN(24) const double *A, AD_LEN(10) const double *x, double b, AD_LEN(10) double *y)                    \
    {                                                                                                                              \
        cblas_dsymv(order, uplo, 4, a, A, 5, x, 1, b, y, -2);                                                                      \
    }
SYMV(symv_row_upper, R, U)
SYMV(symv_col_upper, C_, U)
SYMV(symv_row_lower, R, L)

#define TRV(name, f, order, uplo, trans, diag, inc)                                                                                \
    AD_VJP(A, x -> x)                                                                                                              \
    void name(AD_LEN(24) const double *A, AD_LEN(8) double *x) { f(order, uplo, trans, diag, 4, A, 5, x, inc); }
TRV(trmv_a, cblas_dtrmv, R, U, N, CblasNonUnit, 2)
TRV(trmv_b, cblas_dtrmv, C_, U, T, CblasUnit, 1)
TRV(trmv_c, cblas_dtrmv, R, L, T, CblasNonUnit, -2)
TRV(trmv_d, cblas_dtrmv, C_, L, N, CblasUnit, -1)
TRV(trsv_a, cblas_dtrsv, R, L, N, CblasNonUnit, 1)
TRV(trsv_b, cblas_dtrsv, C_, U, T, CblasUnit, 2)
TRV(trsv_c, cblas_dtrsv, R, U, T, CblasNonUnit, -2)
TRV(trsv_d, cblas_dtrsv, C_, L, N, CblasUnit, 1)

#define SYR(name, order, uplo)                                                                                                     \
    AD_VJP(a, x, y, A -> A)                                                                                                        \
    void name(double a, AD_LEN(8) const double *x, AD_LEN(8) const double *y, AD_LEN(24) double *A)                                \
    {                                                                                                                              \
        cblas_dsyr(order, uplo, 4, a, x, 2, A, 5);                                                                                 \
        cblas_dsyr2(order, uplo, 4, 0.7 * a, x, -2, y, 1, A, 5);                                                                   \
    }
SYR(syr_row_upper, R, U)
SYR(syr_col_upper, C_, U)
SYR(syr_row_lower, R, L)
