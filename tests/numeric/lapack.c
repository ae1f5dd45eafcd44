// check: -llapacke -lblas
// needs: lapacke.h cblas.h
// construct: libraries: LAPACKE
/* LAPACKE: factorisations and solves, both layouts and triangles, several right-hand sides. */
#include <adgen.h>
#include <cblas.h>
#include <lapacke.h>

#define ROW LAPACK_ROW_MAJOR
#define COL LAPACK_COL_MAJOR

/* Diagonally dominant, so that random numbers factorise. */
static void dominate(double *A, int n, int ld)
{
    for (int i = 0; i < n; i++)
        A[i * (ld + 1)] += 2 * n;
}

#define POTRF(name, order, uplo)                                                                                                   \
    AD_VJP(A -> A)                                                                                                                 \
    int name(AD_LEN(24) double *A)                                                                                                 \
    {                                                                                                                              \
        dominate(A, 4, 5);                                                                                                         \
        return LAPACKE_dpotrf(order, uplo, 4, A, 5);                                                                               \
    }
POTRF(potrf_row_lower, ROW, 'L')
POTRF(potrf_row_upper, ROW, 'U')
POTRF(potrf_col_lower, COL, 'L')
POTRF(potrf_col_upper, COL, 'u')

#define POTRI(name, order, uplo)                                                                                                   \
    AD_VJP(A -> A)                                                                                                                 \
    AD_JVP(A -> A)                                                                                                                 \
    void name(AD_LEN(24) double *A)                                                                                                \
    {                                                                                                                              \
        dominate(A, 4, 5);                                                                                                         \
        LAPACKE_dpotri(order, uplo, 4, A, 5);                                                                                      \
    }
POTRI(potri_row_lower, ROW, 'L')
POTRI(potri_col_upper, COL, 'U')

#define POTRS(name, order, uplo)                                                                                                   \
    AD_VJP(A, B -> B)                                                                                                              \
    void name(AD_LEN(24) double *A, AD_LEN(30) double *B)                                                                          \
    {                                                                                                                              \
        dominate(A, 4, 5);                                                                                                         \
        LAPACKE_dpotrs(order, uplo, 4, 3, A, 5, B, 6);                                                                             \
    }
POTRS(potrs_row_lower, ROW, 'L')
POTRS(potrs_col_upper, COL, 'U')

#define POSV(name, order, uplo)                                                                                                    \
    AD_VJP(A, B -> A, B)                                                                                                           \
    void name(AD_LEN(24) double *A, AD_LEN(30) double *B)                                                                          \
    {                                                                                                                              \
        dominate(A, 4, 5);                                                                                                         \
        LAPACKE_dposv(order, uplo, 4, 3, A, 5, B, 6);                                                                              \
    }
POSV(posv_row_lower, ROW, 'L')
POSV(posv_col_upper, COL, 'U')

#define GETRF(name, order, m, n)                                                                                                   \
    AD_VJP(A -> A)                                                                                                                 \
    void name(AD_LEN(30) double *A)                                                                                                \
    {                                                                                                                              \
        int ipiv[5];                                                                                                               \
        A[1] += 3;                                                                                                                 \
        LAPACKE_dgetrf(order, m, n, A, 5, ipiv);                                                                                   \
    }
GETRF(getrf_row, ROW, 4, 4)
GETRF(getrf_col, COL, 4, 4)
GETRF(getrf_row_wide, ROW, 3, 5)
GETRF(getrf_row_tall, ROW, 5, 3)
GETRF(getrf_col_wide, COL, 3, 5)
GETRF(getrf_col_tall, COL, 5, 3)

#define GETRS(name, order, trans)                                                                                                  \
    AD_VJP(A, B -> A, B)                                                                                                           \
    void name(AD_LEN(24) double *A, AD_LEN(30) double *B)                                                                          \
    {                                                                                                                              \
        int ipiv[4];                                                                                                               \
        A[2] += 4;                                                                                                                 \
        dominate(A, 4, 5);                                                                                                         \
        LAPACKE_dgetrf(order, 4, 4, A, 5, ipiv);                                                                                   \
        LAPACKE_dgetrs(order, trans, 4, 3, A, 5, ipiv, B, 6);                                                                      \
    }
GETRS(getrs_row, ROW, 'N')
GETRS(getrs_row_t, ROW, 'T')
GETRS(getrs_col, COL, 'N')
GETRS(getrs_col_t, COL, 'T')

#define GESV(name, order)                                                                                                          \
    AD_VJP(A, B -> A, B)                                                                                                           \
    void name(AD_LEN(24) double *A, AD_LEN(30) double *B)                                                                          \
    {                                                                                                                              \
        int ipiv[4];                                                                                                               \
        A[2] += 9;                                                                                                                 \
        LAPACKE_dgesv(order, 4, 3, A, 5, ipiv, B, 6);                                                                              \
    }
GESV(gesv_row, ROW)
GESV(gesv_col, COL)

#define TRTRS(name, order, uplo, trans, diag)                                                                                      \
    AD_VJP(A, B -> B)                                                                                                              \
    void name(AD_LEN(24) const double *A, AD_LEN(30) double *B) { LAPACKE_dtrtrs(order, uplo, trans, diag, 4, 3, A, 5, B, 6); }
TRTRS(trtrs_row, ROW, 'L', 'N', 'N')
TRTRS(trtrs_col, COL, 'U', 'T', 'U')
