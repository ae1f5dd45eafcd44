// check: -lblas
// needs: cblas.h
// construct: libraries: BLAS level 3
/* cblas level 3: layouts, transposes, triangles, sides, leading dimensions, scalars that carry derivatives. */
#include <adgen.h>
#include <cblas.h>

#define R CblasRowMajor
#define C_ CblasColMajor
#define N CblasNoTrans
#define T CblasTrans
#define U CblasUpper
#define L CblasLower

#define GEMM(name, order, ta, tb, beta_)                                                                                           \
    AD_VJP(a, A, B, b, C -> C)                                                                                                     \
    void name(double a, AD_LEN(42) const double *A, AD_LEN(42) const double *B, double b, AD_LEN(42) double *C)                    \
    {                                                                                                                              \
        cblas_dgemm(order, ta, tb, 3, 4, 5, a, A, 6, B, 7, beta_, C, 5);                                                           \
    }
GEMM(gemm_nn_row, R, N, N, b)
GEMM(gemm_nt_row, R, N, T, 1 + 0 * b)
GEMM(gemm_tn_row, R, T, N, b)
GEMM(gemm_tt_row, R, T, T, 0)
GEMM(gemm_nn_col, C_, N, N, 1)
GEMM(gemm_nt_col, C_, N, T, b)
GEMM(gemm_tn_col, C_, T, N, b)
GEMM(gemm_tt_col, C_, T, T, b)

#define SYMM(name, order, side, uplo)                                                                                              \
    AD_VJP(a, A, B, b, C -> C)                                                                                                     \
    AD_JVP(a, A, B, b, C -> C)                                                                                                     \
    void name(double a, AD_LEN(30) const double *A, AD_LEN(30) const double *B, double b, AD_LEN(30) double *C)                    \
    {                                                                                                                              \
        cblas_dsymm(order, side, uplo, 3, 4, a, A, 5, B, 5, b, C, 6);                                                              \
    }
SYMM(symm_a, R, CblasLeft, U)
SYMM(symm_b, C_, CblasRight, U)
SYMM(symm_c, R, CblasRight, L)
SYMM(symm_d, C_, CblasLeft, L)

#define SYRK(name, order, uplo, trans)                                                                                             \
    AD_VJP(a, A, B, b, C -> C)                                                                                                     \
    void name(double a, AD_LEN(30) const double *A, AD_LEN(30) const double *B, double b, AD_LEN(30) double *C)                    \
    {                                                                                                                              \
        cblas_dsyrk(order, uplo, trans, 4, 3, a, A, 5, b, C, 5);                                                                   \
        cblas_dsyr2k(order, uplo, trans, 4, 3, a, A, 5, B, 6, b, C, 5);                                                            \
    }
SYRK(syrk_a, R, U, N)
SYRK(syrk_b, C_, U, T)
SYRK(syrk_c, R, L, T)
SYRK(syrk_d, C_, L, N)

#define TRM(name, f, order, side, uplo, trans, diag)                                                                               \
    AD_VJP(a, A, B -> B)                                                                                                           \
    void name(double a, AD_LEN(24) const double *A, AD_LEN(30) double *B)                                                          \
    {                                                                                                                              \
        f(order, side, uplo, trans, diag, 3, 4, a, A, 5, B, 6);                                                                    \
    }
TRM(trmm_a, cblas_dtrmm, R, CblasLeft, U, N, CblasNonUnit)
TRM(trmm_b, cblas_dtrmm, C_, CblasRight, L, T, CblasUnit)
TRM(trmm_c, cblas_dtrmm, R, CblasRight, U, N, CblasUnit)
TRM(trmm_d, cblas_dtrmm, C_, CblasLeft, L, T, CblasNonUnit)
TRM(trsm_a, cblas_dtrsm, R, CblasLeft, L, N, CblasNonUnit)
TRM(trsm_b, cblas_dtrsm, C_, CblasRight, U, T, CblasUnit)
TRM(trsm_c, cblas_dtrsm, R, CblasRight, L, N, CblasNonUnit)
TRM(trsm_d, cblas_dtrsm, C_, CblasLeft, U, T, CblasUnit)
TRM(trsm_e, cblas_dtrsm, R, CblasRight, U, T, CblasNonUnit)

/* What is not known when adgen runs: a choice of layout and transpose at run time, floats. */
AD_VJP(A, B, C -> C)
void gemm_at_run_time(int row, int ta, int tb, int m, int n, int k, AD_LEN(25) const float *A, AD_LEN(25) const float *B, AD_LEN(25) float *C)
{
    cblas_sgemm(row ? R : C_, ta ? T : N, tb ? T : N, m, n, k, 0.5f, A, 5, B, 5, 2.0f, C, 5);
}
