/* lapacke.h: derivatives of LAPACKE functions, as calls of cblas and LAPACKE functions; names as in blas.h. Where a factorisation or solve
 * fails (its result is not 0) there is no derivative: what it overwrites has 0.
 *
 * Sources: M. Giles, 2008 (blas.h); I. Murray, Differentiation of the Cholesky decomposition, 2016; F. de Hoog, R. Anderssen and
 * M. Lukas, Differentiation of matrix functionals using triangular factorization, 2011 (LU). */

/* ---------------------------------------------------------------------- the functions */

int LAPACKE(potrf)(int order, char uplo, int n, REAL *A, int lda);
int LAPACKE(potrs)(int order, char uplo, int n, int nrhs, const REAL *A, int lda, REAL *B, int ldb);
int LAPACKE(potri)(int order, char uplo, int n, REAL *A, int lda);
int LAPACKE(posv)(int order, char uplo, int n, int nrhs, REAL *A, int lda, REAL *B, int ldb);
int LAPACKE(laswp)(int order, int n, REAL *A, int lda, int k1, int k2, const int *ipiv, int incx);
int LAPACKE(getrf)(int order, int m, int n, REAL *A, int lda, int *ipiv);
int LAPACKE(getrs)(int order, char trans, int n, int nrhs, const REAL *A, int lda, const int *ipiv, REAL *B, int ldb);
int LAPACKE(gesv)(int order, int n, int nrhs, REAL *A, int lda, int *ipiv, REAL *B, int ldb);
int LAPACKE(trtrs)(int order, char uplo, char trans, char diag, int n, int nrhs, const REAL *A, int lda, REAL *B, int ldb);

static int HELP(uplo)(char c)
{
    return c == 'U' || c == 'u' ? CblasUpper : CblasLower;
}

static int HELP(trans)(char c)
{
    return c == 'N' || c == 'n' ? CblasNoTrans : CblasTrans;
}

#define AT(order, i, j, ld) ((order) == CblasRowMajor ? (long)(i) * (ld) + (j) : (i) + (long)(j) * (ld))

/* F = the triangle of A, with 0 elsewhere. F is n x n, packed. */
static void HELP(only_triangle)(int order, int uplo, int n, const REAL *A, int lda, REAL *F)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            F[AT(order, i, j, n)] = (uplo == CblasLower ? j <= i : j >= i) ? A[AT(order, i, j, lda)] : 0;
}

/* F = the symmetric matrix whose triangle A is */
static void HELP(both_triangles)(int order, int uplo, int n, const REAL *A, int lda, REAL *F)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            F[AT(order, i, j, n)] = (uplo == CblasLower ? j <= i : j >= i) ? A[AT(order, i, j, lda)] : A[AT(order, j, i, lda)];
}

/* The triangle of A = alpha (F + F^T) / 2; with half the diagonal, which a gradient with respect to a stored triangle has */
static void HELP(half_diagonal)(int order, int uplo, int n, const REAL *F, REAL *A, int lda)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            int r = uplo == CblasLower ? i : j, c = uplo == CblasLower ? j : i;
            A[AT(order, r, c, lda)] = i == j ? F[AT(order, r, c, n)] / 2 : (F[AT(order, r, c, n)] + F[AT(order, c, r, n)]) / 2;
        }
}

static void HELP(zero_triangle)(int order, int uplo, int n, REAL *A, int lda)
{
    for (int i = 0; i < n; i++)
        HELP(zero_vector)(LINE_LENGTH(order, uplo, n, i), A + LINE_START(order, uplo, i, lda), 1);
}

/* The derivative of a factor, L (Lower: A = L L^T) or U (A = U^T U), becomes that of the triangle of A. */
static void HELP(potrf_reverse)(int order, int uplo, int n, const REAL *A_out, int lda, REAL *d_A)
{
    REAL *F = HELP(new_matrix)(n, n);
    int lower = uplo == CblasLower, side = lower ? CblasLeft : CblasRight, up = lower ? CblasTrans : CblasNoTrans;
    HELP(only_triangle)(order, uplo, n, d_A, lda, F);
    BLAS(trmm)(order, side, uplo, CblasTrans, CblasNonUnit, n, n, 1, A_out, lda, F, n);
    HELP(both_triangles)(order, uplo, n, F, n, F);
    BLAS(trsm)(order, CblasLeft, uplo, up, CblasNonUnit, n, n, 1, A_out, lda, F, n);
    BLAS(trsm)(order, CblasRight, uplo, lower ? CblasNoTrans : CblasTrans, CblasNonUnit, n, n, 1, A_out, lda, F, n);
    HELP(half_diagonal)(order, uplo, n, F, d_A, lda);
    free(F);
}

/* The tangent of the triangle of A becomes that of the factor. */
static void HELP(potrf_forward)(int order, int uplo, int n, const REAL *A_out, int lda, REAL *d_A)
{
    REAL *F = HELP(new_matrix)(n, n);
    int lower = uplo == CblasLower;
    HELP(both_triangles)(order, uplo, n, d_A, lda, F);
    BLAS(trsm)(order, CblasLeft, uplo, lower ? CblasNoTrans : CblasTrans, CblasNonUnit, n, n, 1, A_out, lda, F, n);
    BLAS(trsm)(order, CblasRight, uplo, lower ? CblasTrans : CblasNoTrans, CblasNonUnit, n, n, 1, A_out, lda, F, n);
    for (int i = 0; i < n; i++)
        F[AT(order, i, i, n)] /= 2;
    HELP(only_triangle)(order, uplo, n, F, n, F);
    BLAS(trmm)(order, lower ? CblasLeft : CblasRight, uplo, CblasNoTrans, CblasNonUnit, n, n, 1, A_out, lda, F, n);
    HELP(scale_triangle)(order, uplo, n, 0, d_A, lda);
    HELP(add_triangle)(order, uplo, CblasNonUnit, n, 1, F, n, d_A, lda);
    free(F);
}

/* ---------------------------------------------------------------------- Cholesky */

static void LVJP(potrf)(int order, char uplo, int n, const REAL *A_out, int lda, REAL *d_A, int result)
{
    if (result == 0)
        HELP(potrf_reverse)(order, HELP(uplo)(uplo), n, A_out, lda, d_A);
    else
        HELP(zero_triangle)(order, HELP(uplo)(uplo), n, d_A, lda);
}
static void LJVP_AFTER(potrf)(int order, char uplo, int n, const REAL *A_out, int lda, REAL *d_A, int result)
{
    if (result == 0)
        HELP(potrf_forward)(order, HELP(uplo)(uplo), n, A_out, lda, d_A);
    else
        HELP(zero_triangle)(order, HELP(uplo)(uplo), n, d_A, lda);
}
static long LLEN(potrf, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }

/* d(op of the factor A) -= W X^T and its transpose, with M = op(A) op(A)^T the matrix that was solved with */
static void HELP(potrs_factor)(int order, int uplo, int n, int nrhs, const REAL *A, int lda, const REAL *W, int ldw, const REAL *X,
                               int ldx, REAL *d_A)
{
    REAL *F = HELP(new_matrix)(n, n);
    int ld = n > 1 ? n : 1;
    BLAS(gemm)(order, CblasNoTrans, CblasTrans, n, n, nrhs, 1, W, ldw, X, ldx, 0, F, ld);
    BLAS(gemm)(order, CblasNoTrans, CblasTrans, n, n, nrhs, 1, X, ldx, W, ldw, 1, F, ld);
    BLAS(trmm)(order, uplo == CblasLower ? CblasRight : CblasLeft, uplo, CblasNoTrans, CblasNonUnit, n, n, 1, A, lda, F, ld);
    HELP(add_triangle)(order, uplo, CblasNonUnit, n, -1, F, ld, d_A, lda);
    free(F);
}

static void LVJP(potrs)(int order, char uplo, int n, int nrhs, const REAL *A, int lda, const REAL *B_out, int ldb, REAL *d_A, REAL *d_B,
                        int active_A)
{
    LAPACKE(potrs)(order, uplo, n, nrhs, A, lda, d_B, ldb);
    if (active_A)
        HELP(potrs_factor)(order, HELP(uplo)(uplo), n, nrhs, A, lda, d_B, ldb, B_out, ldb, d_A);
}
static void LJVP_AFTER(potrs)(int order, char uplo, int n, int nrhs, const REAL *A, int lda, const REAL *B_out, int ldb, const REAL *d_A,
                              REAL *d_B, int active_A)
{
    if (active_A) { /* M = L L^T: d_B -= (d_L L^T + L d_L^T) X */
        int u = HELP(uplo)(uplo), ld = HELP(packed)(order, n, nrhs), lower = u == CblasLower;
        int lines = order == CblasRowMajor ? n : nrhs, length = order == CblasRowMajor ? nrhs : n;
        int inner = lower ? CblasTrans : CblasNoTrans, outer = lower ? CblasNoTrans : CblasTrans;
        REAL *Y = HELP(new_matrix)(n, nrhs);
        for (int side = 0; side < 2; side++) {
            HELP(copy_matrix)(order, n, nrhs, B_out, ldb, Y, ld);
            BLAS(trmm)(order, CblasLeft, u, inner, CblasNonUnit, n, nrhs, 1, side ? d_A : A, lda, Y, ld);
            BLAS(trmm)(order, CblasLeft, u, outer, CblasNonUnit, n, nrhs, 1, side ? A : d_A, lda, Y, ld);
            for (int i = 0; i < lines; i++)
                BLAS(axpy)(length, -1, Y + (long)i * ld, 1, d_B + (long)i * ldb, 1);
        }
        free(Y);
    }
    LAPACKE(potrs)(order, uplo, n, nrhs, A, lda, d_B, ldb);
}
static long LLEN(potrs, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LLEN(potrs, B)(int order, int n, int nrhs, int ldb) { return HELP(matrix_len)(order, n, nrhs, ldb); }

/* The triangle of M^-1, from the factor of M */
static void LVJP(potri)(int order, char uplo, int n, const REAL *A_in, int lda, REAL *d_A, int result)
{
    int u = HELP(uplo)(uplo), lower = u == CblasLower, ld = n > 1 ? n : 1;
    if (result != 0) {
        HELP(zero_triangle)(order, u, n, d_A, lda);
        return;
    }
    REAL *F = HELP(new_matrix)(n, n);
    for (int i = 0; i < n; i++)
        d_A[AT(order, i, i, lda)] *= 2;
    HELP(both_triangles)(order, u, n, d_A, lda, F); /* of the full inverse, times 2 */
    if (lower) { /* d_L = -(M^-1 F L^-T) */
        BLAS(trsm)(order, CblasRight, u, CblasTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
        LAPACKE(potrs)(order, uplo, n, n, A_in, lda, F, ld);
    } else { /* d_U = -(U^-T F M^-1) */
        BLAS(trsm)(order, CblasLeft, u, CblasTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
        BLAS(trsm)(order, CblasRight, u, CblasNoTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
        BLAS(trsm)(order, CblasRight, u, CblasTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
    }
    HELP(scale_triangle)(order, u, n, 0, d_A, lda);
    HELP(add_triangle)(order, u, CblasNonUnit, n, -1, F, ld, d_A, lda);
    free(F);
}
static void LJVP(potri)(int order, char uplo, int n, const REAL *A_in, int lda, REAL *d_A)
{
    int u = HELP(uplo)(uplo), lower = u == CblasLower, ld = n > 1 ? n : 1;
    REAL *F = HELP(new_matrix)(n, n);
    HELP(only_triangle)(order, u, n, d_A, lda, F);
    if (lower) { /* K = M^-1 d_L L^-1 */
        BLAS(trsm)(order, CblasRight, u, CblasNoTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
        LAPACKE(potrs)(order, uplo, n, n, A_in, lda, F, ld);
    } else { /* K = U^-1 d_U M^-1 */
        BLAS(trsm)(order, CblasLeft, u, CblasNoTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
        BLAS(trsm)(order, CblasRight, u, CblasNoTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
        BLAS(trsm)(order, CblasRight, u, CblasTrans, CblasNonUnit, n, n, 1, A_in, lda, F, ld);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            d_A[AT(order, lower ? i : j, lower ? j : i, lda)] = -(F[AT(order, i, j, ld)] + F[AT(order, j, i, ld)]);
    free(F);
}
static long LLEN(potri, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }

static void LVJP(posv)(int order, char uplo, int n, int nrhs, const REAL *A_out, int lda, const REAL *B_out, int ldb, REAL *d_A, REAL *d_B,
                       int active_A, int result)
{
    int u = HELP(uplo)(uplo);
    if (result != 0) {
        if (active_A)
            HELP(zero_triangle)(order, u, n, d_A, lda);
        HELP(scale_matrix)(order, n, nrhs, 0, d_B, ldb);
        return;
    }
    LAPACKE(potrs)(order, uplo, n, nrhs, A_out, lda, d_B, ldb);
    if (active_A) {
        HELP(potrf_reverse)(order, u, n, A_out, lda, d_A);
        BLAS(syr2k)(order, u, CblasNoTrans, n, nrhs, -1, d_B, ldb, B_out, ldb, 1, d_A, lda);
        for (int i = 0; i < n; i++) /* the diagonal once */
            d_A[(long)i * (lda + 1)] += BLAS(dot)(nrhs, d_B + (long)i * ROW_STEP(order, ldb), COL_STEP(order, ldb),
                                                  B_out + (long)i * ROW_STEP(order, ldb), COL_STEP(order, ldb));
    }
}
static void LJVP_AFTER(posv)(int order, char uplo, int n, int nrhs, const REAL *A_out, int lda, const REAL *B_out, int ldb, REAL *d_A,
                             REAL *d_B, int active_A, int result)
{
    int u = HELP(uplo)(uplo);
    if (result != 0) {
        if (active_A)
            HELP(zero_triangle)(order, u, n, d_A, lda);
        HELP(scale_matrix)(order, n, nrhs, 0, d_B, ldb);
        return;
    }
    if (active_A) {
        BLAS(symm)(order, CblasLeft, u, n, nrhs, -1, d_A, lda, B_out, ldb, 1, d_B, ldb);
        HELP(potrf_forward)(order, u, n, A_out, lda, d_A);
    }
    LAPACKE(potrs)(order, uplo, n, nrhs, A_out, lda, d_B, ldb);
}
static long LLEN(posv, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LLEN(posv, B)(int order, int n, int nrhs, int ldb) { return HELP(matrix_len)(order, n, nrhs, ldb); }

/* ---------------------------------------------------------------------- LU with row interchanges: P A = L U */

static void LVJP(laswp)(int order, int n, int lda, int k1, int k2, const int *ipiv, int incx, REAL *d_A)
{
    LAPACKE(laswp)(order, n, d_A, lda, k1, k2, ipiv, -incx);
}
static void LJVP(laswp)(int order, int n, int lda, int k1, int k2, const int *ipiv, int incx, REAL *d_A)
{
    LAPACKE(laswp)(order, n, d_A, lda, k1, k2, ipiv, incx);
}
static long LLEN(laswp, ipiv)(int k1, int k2, int incx)
{
    return k1 + (long)(k2 - k1) * (incx < 0 ? -incx : incx);
}
static long LLEN(laswp, A)(int order, int n, int lda, int k1, int k2, const int *ipiv, int incx)
{
    int rows = k2;
    for (long i = k1 - 1; i < k1 + (long)(k2 - k1) * (incx < 0 ? -incx : incx); i += incx < 0 ? -incx : incx)
        rows = ipiv[i] > rows ? ipiv[i] : rows;
    return HELP(matrix_len)(order, rows, n, lda);
}

/* The derivative of L and U becomes that of A. */
static void HELP(getrf_reverse)(int order, int m, int n, const REAL *A_out, int lda, const int *ipiv, REAL *d_A)
{
    int k = m < n ? m : n, ld = k > 1 ? k : 1;
    if (k <= 0)
        return;
    REAL *G = HELP(new_matrix)(k, k), *H = HELP(new_matrix)(k, k);
    HELP(copy_matrix)(order, k, k, d_A, lda, G, ld);
    if (m > n) { /* below the square part, L2 = A2 U^-1: d_A2 = d_L2 U^-T, d_U -= L2^T d_A2 */
        const REAL *L2 = A_out + n * ROW_STEP(order, lda);
        REAL *d_A2 = d_A + n * ROW_STEP(order, lda);
        BLAS(trsm)(order, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, m - n, n, 1, A_out, lda, d_A2, lda);
        BLAS(gemm)(order, CblasTrans, CblasNoTrans, n, n, m - n, -1, L2, lda, d_A2, lda, 0, H, ld);
        HELP(add_triangle)(order, CblasUpper, CblasNonUnit, n, 1, H, ld, G, ld);
    }
    if (m < n) { /* right of it, U2 = L^-1 A2: d_A2 = L^-T d_U2, d_L -= d_A2 U2^T */
        const REAL *U2 = A_out + m * COL_STEP(order, lda);
        REAL *d_A2 = d_A + m * COL_STEP(order, lda);
        BLAS(trsm)(order, CblasLeft, CblasLower, CblasTrans, CblasUnit, m, n - m, 1, A_out, lda, d_A2, lda);
        BLAS(gemm)(order, CblasNoTrans, CblasTrans, m, m, n - m, -1, d_A2, lda, U2, lda, 0, H, ld);
        HELP(add_triangle)(order, CblasLower, CblasUnit, m, 1, H, ld, G, ld);
    }
    /* L^-T (the strictly lower part of L^T d_L + the upper part of d_U U^T) U^-T */
    HELP(only_triangle)(order, CblasLower, k, G, ld, H);
    for (int i = 0; i < k; i++)
        H[AT(order, i, i, ld)] = 0;
    BLAS(trmm)(order, CblasLeft, CblasLower, CblasTrans, CblasUnit, k, k, 1, A_out, lda, H, ld);
    HELP(only_triangle)(order, CblasUpper, k, G, ld, G);
    BLAS(trmm)(order, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, k, k, 1, A_out, lda, G, ld);
    for (int i = 0; i < k; i++)
        for (int j = 0; j < i; j++)
            G[AT(order, i, j, ld)] = H[AT(order, i, j, ld)];
    BLAS(trsm)(order, CblasLeft, CblasLower, CblasTrans, CblasUnit, k, k, 1, A_out, lda, G, ld);
    BLAS(trsm)(order, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, k, k, 1, A_out, lda, G, ld);
    HELP(copy_matrix)(order, k, k, G, ld, d_A, lda);
    LAPACKE(laswp)(order, n, d_A, lda, 1, k, ipiv, -1);
    free(H);
    free(G);
}

/* The tangent of A becomes that of L and U. */
static void HELP(getrf_forward)(int order, int m, int n, const REAL *A_out, int lda, const int *ipiv, REAL *d_A)
{
    int k = m < n ? m : n, ld = k > 1 ? k : 1;
    if (k <= 0)
        return;
    REAL *G = HELP(new_matrix)(k, k), *H = HELP(new_matrix)(k, k);
    LAPACKE(laswp)(order, n, d_A, lda, 1, k, ipiv, 1);
    HELP(copy_matrix)(order, k, k, d_A, lda, G, ld);
    BLAS(trsm)(order, CblasLeft, CblasLower, CblasNoTrans, CblasUnit, k, k, 1, A_out, lda, G, ld);
    BLAS(trsm)(order, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, k, k, 1, A_out, lda, G, ld);
    HELP(only_triangle)(order, CblasLower, k, G, ld, H);
    for (int i = 0; i < k; i++)
        H[AT(order, i, i, ld)] = 0;
    BLAS(trmm)(order, CblasLeft, CblasLower, CblasNoTrans, CblasUnit, k, k, 1, A_out, lda, H, ld);
    HELP(only_triangle)(order, CblasUpper, k, G, ld, G);
    BLAS(trmm)(order, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, k, k, 1, A_out, lda, G, ld);
    if (m > n) {
        REAL *d_A2 = d_A + n * ROW_STEP(order, lda);
        BLAS(gemm)(order, CblasNoTrans, CblasNoTrans, m - n, n, n, -1, A_out + n * ROW_STEP(order, lda), lda, G, ld, 1, d_A2, lda);
        BLAS(trsm)(order, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, m - n, n, 1, A_out, lda, d_A2, lda);
    }
    if (m < n) {
        REAL *d_A2 = d_A + m * COL_STEP(order, lda);
        BLAS(gemm)(order, CblasNoTrans, CblasNoTrans, m, n - m, m, -1, H, ld, A_out + m * COL_STEP(order, lda), lda, 1, d_A2, lda);
        BLAS(trsm)(order, CblasLeft, CblasLower, CblasNoTrans, CblasUnit, m, n - m, 1, A_out, lda, d_A2, lda);
    }
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++)
            d_A[AT(order, i, j, lda)] = j < i ? H[AT(order, i, j, ld)] : G[AT(order, i, j, ld)];
    free(H);
    free(G);
}

static void LVJP(getrf)(int order, int m, int n, const REAL *A_out, int lda, const int *ipiv_out, REAL *d_A, int result)
{
    if (result == 0)
        HELP(getrf_reverse)(order, m, n, A_out, lda, ipiv_out, d_A);
    else
        HELP(scale_matrix)(order, m, n, 0, d_A, lda);
}
static void LJVP_AFTER(getrf)(int order, int m, int n, const REAL *A_out, int lda, const int *ipiv_out, REAL *d_A, int result)
{
    if (result == 0)
        HELP(getrf_forward)(order, m, n, A_out, lda, ipiv_out, d_A);
    else
        HELP(scale_matrix)(order, m, n, 0, d_A, lda);
}
static long LLEN(getrf, A)(int order, int m, int n, int lda) { return HELP(matrix_len)(order, m, n, lda); }
static long LLEN(getrf, ipiv)(int m, int n) { return m < n ? m : n; }

/* op(A) X = B, with the factors of A */
static void LVJP(getrs)(int order, char trans, int n, int nrhs, const REAL *A, int lda, const int *ipiv, const REAL *B_out, int ldb,
                        REAL *d_A, REAL *d_B, int active_A)
{
    int plain = HELP(trans)(trans) == CblasNoTrans, ld = HELP(packed)(order, n, nrhs), ldg = n > 1 ? n : 1;
    LAPACKE(getrs)(order, plain ? 'T' : 'N', n, nrhs, A, lda, ipiv, d_B, ldb);
    if (active_A) { /* of P A = L U: d_L -= Y (U X)^T strictly below, d_U -= (L^T Y) X^T above; Y = P d_B, or exchanged for A^T */
        REAL *Y = HELP(new_matrix)(n, nrhs), *X = HELP(new_matrix)(n, nrhs), *G = HELP(new_matrix)(n, n);
        HELP(copy_matrix)(order, n, nrhs, plain ? d_B : B_out, ldb, Y, ld);
        HELP(copy_matrix)(order, n, nrhs, plain ? B_out : d_B, ldb, X, ld);
        LAPACKE(laswp)(order, nrhs, Y, ld, 1, n, ipiv, 1);
        BLAS(gemm)(order, CblasNoTrans, CblasTrans, n, n, nrhs, 1, Y, ld, X, ld, 0, G, ldg);
        BLAS(trmm)(order, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, n, n, 1, A, lda, G, ldg);
        HELP(add_triangle)(order, CblasLower, CblasUnit, n, -1, G, ldg, d_A, lda);
        BLAS(gemm)(order, CblasNoTrans, CblasTrans, n, n, nrhs, 1, Y, ld, X, ld, 0, G, ldg);
        BLAS(trmm)(order, CblasLeft, CblasLower, CblasTrans, CblasUnit, n, n, 1, A, lda, G, ldg);
        HELP(add_triangle)(order, CblasUpper, CblasNonUnit, n, -1, G, ldg, d_A, lda);
        free(G);
        free(X);
        free(Y);
    }
}
static void LJVP_AFTER(getrs)(int order, char trans, int n, int nrhs, const REAL *A, int lda, const int *ipiv, const REAL *B_out, int ldb,
                              const REAL *d_A, REAL *d_B, int active_A)
{
    int plain = HELP(trans)(trans) == CblasNoTrans, ld = HELP(packed)(order, n, nrhs);
    if (active_A) { /* d_B -= P^T (d_L U + L d_U) X, or its transpose */
        int lines = order == CblasRowMajor ? n : nrhs, length = order == CblasRowMajor ? nrhs : n;
        REAL *S = HELP(new_matrix)(n, nrhs), *Y = HELP(new_matrix)(n, nrhs), *Z = HELP(new_matrix)(n, nrhs);
        int first = plain ? CblasUpper : CblasLower, second = plain ? CblasLower : CblasUpper;
        int diag1 = plain ? CblasNonUnit : CblasUnit, diag2 = plain ? CblasUnit : CblasNonUnit;
        int op = plain ? CblasNoTrans : CblasTrans;
        HELP(copy_matrix)(order, n, nrhs, B_out, ldb, S, ld);
        if (!plain)
            LAPACKE(laswp)(order, nrhs, S, ld, 1, n, ipiv, 1);
        HELP(scale_matrix)(order, n, nrhs, 0, Z, ld);
        HELP(copy_matrix)(order, n, nrhs, S, ld, Y, ld);
        BLAS(trmm)(order, CblasLeft, first, op, diag1, n, nrhs, 1, A, lda, Y, ld);
        HELP(add_trmm)(order, CblasLeft, second, op, diag2, n, nrhs, 1, d_A, lda, Y, ld, Z, ld);
        HELP(scale_matrix)(order, n, nrhs, 0, Y, ld);
        HELP(add_trmm)(order, CblasLeft, first, op, diag1, n, nrhs, 1, d_A, lda, S, ld, Y, ld);
        BLAS(trmm)(order, CblasLeft, second, op, diag2, n, nrhs, 1, A, lda, Y, ld);
        for (int i = 0; i < lines; i++)
            BLAS(axpy)(length, 1, Y + (long)i * ld, 1, Z + (long)i * ld, 1);
        if (plain)
            LAPACKE(laswp)(order, nrhs, Z, ld, 1, n, ipiv, -1);
        for (int i = 0; i < lines; i++)
            BLAS(axpy)(length, -1, Z + (long)i * ld, 1, d_B + (long)i * ldb, 1);
        free(Z);
        free(Y);
        free(S);
    }
    LAPACKE(getrs)(order, trans, n, nrhs, A, lda, ipiv, d_B, ldb);
}
static long LLEN(getrs, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LLEN(getrs, ipiv)(int n) { return n > 0 ? n : 0; }
static long LLEN(getrs, B)(int order, int n, int nrhs, int ldb) { return HELP(matrix_len)(order, n, nrhs, ldb); }

static void LVJP(gesv)(int order, int n, int nrhs, const REAL *A_out, int lda, const int *ipiv_out, const REAL *B_out, int ldb, REAL *d_A,
                       REAL *d_B, int active_A, int result)
{
    if (result != 0) {
        if (active_A)
            HELP(scale_matrix)(order, n, n, 0, d_A, lda);
        HELP(scale_matrix)(order, n, nrhs, 0, d_B, ldb);
        return;
    }
    LAPACKE(getrs)(order, 'T', n, nrhs, A_out, lda, ipiv_out, d_B, ldb);
    if (active_A) {
        HELP(getrf_reverse)(order, n, n, A_out, lda, ipiv_out, d_A);
        BLAS(gemm)(order, CblasNoTrans, CblasTrans, n, n, nrhs, -1, d_B, ldb, B_out, ldb, 1, d_A, lda);
    }
}
static void LJVP_AFTER(gesv)(int order, int n, int nrhs, const REAL *A_out, int lda, const int *ipiv_out, const REAL *B_out, int ldb,
                             REAL *d_A, REAL *d_B, int active_A, int result)
{
    if (result != 0) {
        if (active_A)
            HELP(scale_matrix)(order, n, n, 0, d_A, lda);
        HELP(scale_matrix)(order, n, nrhs, 0, d_B, ldb);
        return;
    }
    if (active_A) {
        BLAS(gemm)(order, CblasNoTrans, CblasNoTrans, n, nrhs, n, -1, d_A, lda, B_out, ldb, 1, d_B, ldb);
        HELP(getrf_forward)(order, n, n, A_out, lda, ipiv_out, d_A);
    }
    LAPACKE(getrs)(order, 'N', n, nrhs, A_out, lda, ipiv_out, d_B, ldb);
}
static long LLEN(gesv, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LLEN(gesv, ipiv)(int n) { return n > 0 ? n : 0; }
static long LLEN(gesv, B)(int order, int n, int nrhs, int ldb) { return HELP(matrix_len)(order, n, nrhs, ldb); }

/* ---------------------------------------------------------------------- triangular systems */

static void LVJP(trtrs)(int order, char uplo, char trans, char diag, int n, int nrhs, const REAL *A, int lda, const REAL *B_out, int ldb,
                        REAL *d_A, REAL *d_B, int active_A, int result)
{
    int u = HELP(uplo)(uplo), t = HELP(trans)(trans), d = diag == 'U' || diag == 'u' ? CblasUnit : CblasNonUnit;
    if (result != 0) /* singular: B is as it was */
        return;
    BLAS(trsm)(order, CblasLeft, u, FLIP(t), d, n, nrhs, 1, A, lda, d_B, ldb);
    if (active_A)
        HELP(add_side)(order, CblasLeft, u, t, d, n, nrhs, -1, d_B, ldb, B_out, ldb, d_A, lda);
}
static void LJVP_AFTER(trtrs)(int order, char uplo, char trans, char diag, int n, int nrhs, const REAL *A, int lda, const REAL *B_out,
                              int ldb, const REAL *d_A, REAL *d_B, int active_A, int result)
{
    int u = HELP(uplo)(uplo), t = HELP(trans)(trans), d = diag == 'U' || diag == 'u' ? CblasUnit : CblasNonUnit;
    if (result != 0)
        return;
    if (active_A)
        HELP(add_trmm)(order, CblasLeft, u, t, d, n, nrhs, -1, d_A, lda, B_out, ldb, d_B, ldb);
    BLAS(trsm)(order, CblasLeft, u, t, d, n, nrhs, 1, A, lda, d_B, ldb);
}
static long LLEN(trtrs, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LLEN(trtrs, B)(int order, int n, int nrhs, int ldb) { return HELP(matrix_len)(order, n, nrhs, ldb); }
