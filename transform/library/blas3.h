/* blas3.h: rules of level 3, matrices (blas.h says what the names mean). */

/* C = alpha op(A) op(B) + beta C; op(A) is m x k, op(B) k x n */
static void VJP(gemm)(int order, int transa, int transb, int m, int n, int k, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb,
                      REAL beta, const REAL *C_in, int ldc, REAL *d_alpha, REAL *d_A, REAL *d_B, REAL *d_beta, REAL *d_C,
                      int active_alpha, int active_A, int active_B, int active_beta)
{
    if (active_A && transa == CblasNoTrans)
        BLAS(gemm)(order, CblasNoTrans, FLIP(transb), m, k, n, alpha, d_C, ldc, B, ldb, 1, d_A, lda);
    if (active_A && transa != CblasNoTrans)
        BLAS(gemm)(order, transb, CblasTrans, k, m, n, alpha, B, ldb, d_C, ldc, 1, d_A, lda);
    if (active_B && transb == CblasNoTrans)
        BLAS(gemm)(order, FLIP(transa), CblasNoTrans, k, n, m, alpha, A, lda, d_C, ldc, 1, d_B, ldb);
    if (active_B && transb != CblasNoTrans)
        BLAS(gemm)(order, CblasTrans, transa, n, k, m, alpha, d_C, ldc, A, lda, 1, d_B, ldb);
    if (active_alpha) {
        int ld = HELP(packed)(order, m, n);
        REAL *AB = HELP(new_matrix)(m, n);
        BLAS(gemm)(order, transa, transb, m, n, k, 1, A, lda, B, ldb, 0, AB, ld);
        *d_alpha += HELP(matrix_dot)(order, m, n, AB, ld, d_C, ldc);
        free(AB);
    }
    if (active_beta)
        *d_beta += HELP(matrix_dot)(order, m, n, C_in, ldc, d_C, ldc);
    HELP(scale_matrix)(order, m, n, beta, d_C, ldc);
}
static void JVP(gemm)(int order, int transa, int transb, int m, int n, int k, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb,
                      REAL beta, const REAL *C_in, int ldc, REAL d_alpha, const REAL *d_A, const REAL *d_B, REAL d_beta, REAL *d_C,
                      int active_alpha, int active_A, int active_B, int active_beta)
{
    int lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
    HELP(scale_matrix)(order, m, n, beta, d_C, ldc);
    if (active_beta)
        for (int i = 0; i < lines; i++)
            BLAS(axpy)(length, d_beta, C_in + (long)i * ldc, 1, d_C + (long)i * ldc, 1);
    if (active_A)
        BLAS(gemm)(order, transa, transb, m, n, k, alpha, d_A, lda, B, ldb, 1, d_C, ldc);
    if (active_B)
        BLAS(gemm)(order, transa, transb, m, n, k, alpha, A, lda, d_B, ldb, 1, d_C, ldc);
    if (active_alpha)
        BLAS(gemm)(order, transa, transb, m, n, k, d_alpha, A, lda, B, ldb, 1, d_C, ldc);
}
static long LEN(gemm, A)(int order, int transa, int m, int k, int lda)
{
    return HELP(matrix_len)(order, transa == CblasNoTrans ? m : k, transa == CblasNoTrans ? k : m, lda);
}
static long LEN(gemm, B)(int order, int transb, int n, int k, int ldb)
{
    return HELP(matrix_len)(order, transb == CblasNoTrans ? k : n, transb == CblasNoTrans ? n : k, ldb);
}
static long LEN(gemm, C)(int order, int m, int n, int ldc) { return HELP(matrix_len)(order, m, n, ldc); }

/* The step from one row to the next, and from one column to the next. */
#define ROW_STEP(order, ld) ((order) == CblasRowMajor ? (ld) : 1)
#define COL_STEP(order, ld) ((order) == CblasRowMajor ? 1 : (ld))

/* C = alpha A B + beta C or alpha B A + beta C, A symmetric */
static void VJP(symm)(int order, int side, int uplo, int m, int n, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb, REAL beta,
                      const REAL *C_in, int ldc, REAL *d_alpha, REAL *d_A, REAL *d_B, REAL *d_beta, REAL *d_C, int active_alpha,
                      int active_A, int active_B, int active_beta)
{
    if (active_A) { /* the triangle of d_C B^T + B d_C^T (or B^T d_C + d_C^T B), its diagonal once */
        int left = side == CblasLeft, na = left ? m : n, len = left ? n : m;
        BLAS(syr2k)(order, uplo, left ? CblasNoTrans : CblasTrans, na, len, alpha, d_C, ldc, B, ldb, 1, d_A, lda);
        for (int i = 0; i < na; i++) {
            long c = (long)i * (left ? ROW_STEP(order, ldc) : COL_STEP(order, ldc));
            long b = (long)i * (left ? ROW_STEP(order, ldb) : COL_STEP(order, ldb));
            d_A[(long)i * (lda + 1)] -=
                alpha * BLAS(dot)(len, d_C + c, (left ? COL_STEP(order, ldc) : ROW_STEP(order, ldc)), B + b,
                                  (left ? COL_STEP(order, ldb) : ROW_STEP(order, ldb)));
        }
    }
    if (active_B)
        BLAS(symm)(order, side, uplo, m, n, alpha, A, lda, d_C, ldc, 1, d_B, ldb);
    if (active_alpha) {
        int ld = HELP(packed)(order, m, n);
        REAL *AB = HELP(new_matrix)(m, n);
        BLAS(symm)(order, side, uplo, m, n, 1, A, lda, B, ldb, 0, AB, ld);
        *d_alpha += HELP(matrix_dot)(order, m, n, AB, ld, d_C, ldc);
        free(AB);
    }
    if (active_beta)
        *d_beta += HELP(matrix_dot)(order, m, n, C_in, ldc, d_C, ldc);
    HELP(scale_matrix)(order, m, n, beta, d_C, ldc);
}
static void JVP(symm)(int order, int side, int uplo, int m, int n, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb, REAL beta,
                      const REAL *C_in, int ldc, REAL d_alpha, const REAL *d_A, const REAL *d_B, REAL d_beta, REAL *d_C,
                      int active_alpha, int active_A, int active_B, int active_beta)
{
    int lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
    HELP(scale_matrix)(order, m, n, beta, d_C, ldc);
    if (active_beta)
        for (int i = 0; i < lines; i++)
            BLAS(axpy)(length, d_beta, C_in + (long)i * ldc, 1, d_C + (long)i * ldc, 1);
    if (active_A)
        BLAS(symm)(order, side, uplo, m, n, alpha, d_A, lda, B, ldb, 1, d_C, ldc);
    if (active_B)
        BLAS(symm)(order, side, uplo, m, n, alpha, A, lda, d_B, ldb, 1, d_C, ldc);
    if (active_alpha)
        BLAS(symm)(order, side, uplo, m, n, d_alpha, A, lda, B, ldb, 1, d_C, ldc);
}
static long LEN(symm, A)(int order, int side, int m, int n, int lda)
{
    return HELP(matrix_len)(order, side == CblasLeft ? m : n, side == CblasLeft ? m : n, lda);
}
static long LEN(symm, B)(int order, int m, int n, int ldb) { return HELP(matrix_len)(order, m, n, ldb); }
static long LEN(symm, C)(int order, int m, int n, int ldc) { return HELP(matrix_len)(order, m, n, ldc); }

/* X += alpha (S + diag S) Y, or Y (S + diag S) for Trans: S is stored in a triangle; Y is n x k, k x n for Trans */
static void HELP(add_rank_k)(int order, int uplo, int trans, int n, int k, REAL alpha, const REAL *S, int lds, const REAL *Y, int ldy,
                             REAL *X, int ldx)
{
    int rows = trans == CblasNoTrans;
    BLAS(symm)(order, rows ? CblasLeft : CblasRight, uplo, rows ? n : k, rows ? k : n, alpha, S, lds, Y, ldy, 1, X, ldx);
    for (int i = 0; i < n; i++)
        BLAS(axpy)(k, alpha * S[(long)i * (lds + 1)],
                   Y + (long)i * (rows ? ROW_STEP(order, ldy) : COL_STEP(order, ldy)),
                   (rows ? COL_STEP(order, ldy) : ROW_STEP(order, ldy)),
                   X + (long)i * (rows ? ROW_STEP(order, ldx) : COL_STEP(order, ldx)),
                   (rows ? COL_STEP(order, ldx) : ROW_STEP(order, ldx)));
}

/* C = alpha A A^T + beta C (Trans: A^T A) on a triangle */
static void VJP(syrk)(int order, int uplo, int trans, int n, int k, REAL alpha, const REAL *A, int lda, REAL beta, const REAL *C_in,
                      int ldc, REAL *d_alpha, REAL *d_A, REAL *d_beta, REAL *d_C, int active_alpha, int active_A, int active_beta)
{
    if (active_A)
        HELP(add_rank_k)(order, uplo, trans, n, k, alpha, d_C, ldc, A, lda, d_A, lda);
    if (active_alpha) {
        REAL *AA = HELP(new_matrix)(n, n);
        BLAS(syrk)(order, uplo, trans, n, k, 1, A, lda, 0, AA, n);
        *d_alpha += HELP(triangle_dot)(order, uplo, n, AA, n, d_C, ldc);
        free(AA);
    }
    if (active_beta)
        *d_beta += HELP(triangle_dot)(order, uplo, n, C_in, ldc, d_C, ldc);
    HELP(scale_triangle)(order, uplo, n, beta, d_C, ldc);
}
static void JVP(syrk)(int order, int uplo, int trans, int n, int k, REAL alpha, const REAL *A, int lda, REAL beta, const REAL *C_in,
                      int ldc, REAL d_alpha, const REAL *d_A, REAL d_beta, REAL *d_C, int active_alpha, int active_A, int active_beta)
{
    HELP(scale_triangle)(order, uplo, n, beta, d_C, ldc);
    if (active_beta)
        HELP(add_triangle)(order, uplo, CblasNonUnit, n, d_beta, C_in, ldc, d_C, ldc);
    if (active_A)
        BLAS(syr2k)(order, uplo, trans, n, k, alpha, A, lda, d_A, lda, 1, d_C, ldc);
    if (active_alpha)
        BLAS(syrk)(order, uplo, trans, n, k, d_alpha, A, lda, 1, d_C, ldc);
}
static long LEN(syrk, A)(int order, int trans, int n, int k, int lda)
{
    return HELP(matrix_len)(order, trans == CblasNoTrans ? n : k, trans == CblasNoTrans ? k : n, lda);
}
static long LEN(syrk, C)(int order, int n, int ldc) { return HELP(matrix_len)(order, n, n, ldc); }

/* C = alpha (A B^T + B A^T) + beta C (Trans: A^T B + B^T A) on a triangle */
static void VJP(syr2k)(int order, int uplo, int trans, int n, int k, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb,
                       REAL beta, const REAL *C_in, int ldc, REAL *d_alpha, REAL *d_A, REAL *d_B, REAL *d_beta, REAL *d_C,
                       int active_alpha, int active_A, int active_B, int active_beta)
{
    if (active_A)
        HELP(add_rank_k)(order, uplo, trans, n, k, alpha, d_C, ldc, B, ldb, d_A, lda);
    if (active_B)
        HELP(add_rank_k)(order, uplo, trans, n, k, alpha, d_C, ldc, A, lda, d_B, ldb);
    if (active_alpha) {
        REAL *AB = HELP(new_matrix)(n, n);
        BLAS(syr2k)(order, uplo, trans, n, k, 1, A, lda, B, ldb, 0, AB, n);
        *d_alpha += HELP(triangle_dot)(order, uplo, n, AB, n, d_C, ldc);
        free(AB);
    }
    if (active_beta)
        *d_beta += HELP(triangle_dot)(order, uplo, n, C_in, ldc, d_C, ldc);
    HELP(scale_triangle)(order, uplo, n, beta, d_C, ldc);
}
static void JVP(syr2k)(int order, int uplo, int trans, int n, int k, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb,
                       REAL beta, const REAL *C_in, int ldc, REAL d_alpha, const REAL *d_A, const REAL *d_B, REAL d_beta, REAL *d_C,
                       int active_alpha, int active_A, int active_B, int active_beta)
{
    HELP(scale_triangle)(order, uplo, n, beta, d_C, ldc);
    if (active_beta)
        HELP(add_triangle)(order, uplo, CblasNonUnit, n, d_beta, C_in, ldc, d_C, ldc);
    if (active_A)
        BLAS(syr2k)(order, uplo, trans, n, k, alpha, d_A, lda, B, ldb, 1, d_C, ldc);
    if (active_B)
        BLAS(syr2k)(order, uplo, trans, n, k, alpha, A, lda, d_B, ldb, 1, d_C, ldc);
    if (active_alpha)
        BLAS(syr2k)(order, uplo, trans, n, k, d_alpha, A, lda, B, ldb, 1, d_C, ldc);
}
static long LEN(syr2k, A)(int order, int trans, int n, int k, int lda)
{
    return HELP(matrix_len)(order, trans == CblasNoTrans ? n : k, trans == CblasNoTrans ? k : n, lda);
}
static long LEN(syr2k, B)(int order, int trans, int n, int k, int ldb)
{
    return HELP(matrix_len)(order, trans == CblasNoTrans ? n : k, trans == CblasNoTrans ? k : n, ldb);
}
static long LEN(syr2k, C)(int order, int n, int ldc) { return HELP(matrix_len)(order, n, n, ldc); }

/* T += alpha * (what op(T) gets from d(op(T) X) = D, or d(X op(T)) = D), on the triangle */
static void HELP(add_side)(int order, int side, int uplo, int transa, int diag, int m, int n, REAL alpha, const REAL *D, int ldd,
                           const REAL *X, int ldx, REAL *T, int ldt)
{
    int left = side == CblasLeft, plain = transa == CblasNoTrans, na = left ? m : n, len = left ? n : m;
    const REAL *first = left == plain ? D : X, *second = left == plain ? X : D;
    int ld1 = left == plain ? ldd : ldx, ld2 = left == plain ? ldx : ldd;
    REAL *G = HELP(new_matrix)(na, na);
    BLAS(gemm)(order, left ? CblasNoTrans : CblasTrans, left ? CblasTrans : CblasNoTrans, na, na, len, 1, first, ld1, second, ld2, 0, G,
               na > 1 ? na : 1);
    HELP(add_triangle)(order, uplo, diag, na, alpha, G, na > 1 ? na : 1, T, ldt);
    free(G);
}

/* Y += alpha op(T) X or alpha X op(T), where T is A without what is not stored; packed is where B's copy goes */
static void HELP(add_trmm)(int order, int side, int uplo, int transa, int diag, int m, int n, REAL alpha, const REAL *A, int lda,
                           const REAL *X, int ldx, REAL *Y, int ldy)
{
    int ld = HELP(packed)(order, m, n), lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
    REAL *AX = HELP(new_matrix)(m, n);
    HELP(copy_matrix)(order, m, n, X, ldx, AX, ld);
    BLAS(trmm)(order, side, uplo, transa, diag, m, n, alpha, A, lda, AX, ld);
    for (int i = 0; i < lines; i++) {
        BLAS(axpy)(length, 1, AX + (long)i * ld, 1, Y + (long)i * ldy, 1);
        if (diag == CblasUnit)
            BLAS(axpy)(length, -alpha, X + (long)i * ldx, 1, Y + (long)i * ldy, 1);
    }
    free(AX);
}

/* B = alpha op(A) B or alpha B op(A), A triangular */
static void VJP(trmm)(int order, int side, int uplo, int transa, int diag, int m, int n, REAL alpha, const REAL *A, int lda,
                      const REAL *B_in, int ldb, REAL *d_alpha, REAL *d_A, REAL *d_B, int active_alpha, int active_A)
{
    if (active_A)
        HELP(add_side)(order, side, uplo, transa, diag, m, n, alpha, d_B, ldb, B_in, ldb, d_A, lda);
    BLAS(trmm)(order, side, uplo, FLIP(transa), diag, m, n, active_alpha ? 1 : alpha, A, lda, d_B, ldb);
    if (active_alpha) {
        *d_alpha += HELP(matrix_dot)(order, m, n, B_in, ldb, d_B, ldb);
        HELP(scale_matrix)(order, m, n, alpha, d_B, ldb);
    }
}
static void JVP(trmm)(int order, int side, int uplo, int transa, int diag, int m, int n, REAL alpha, const REAL *A, int lda,
                      const REAL *B_in, int ldb, REAL d_alpha, const REAL *d_A, REAL *d_B, int active_alpha, int active_A)
{
    BLAS(trmm)(order, side, uplo, transa, diag, m, n, alpha, A, lda, d_B, ldb);
    if (active_A)
        HELP(add_trmm)(order, side, uplo, transa, diag, m, n, alpha, d_A, lda, B_in, ldb, d_B, ldb);
    if (active_alpha) {
        int ld = HELP(packed)(order, m, n), lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
        REAL *AB = HELP(new_matrix)(m, n);
        HELP(copy_matrix)(order, m, n, B_in, ldb, AB, ld);
        BLAS(trmm)(order, side, uplo, transa, diag, m, n, d_alpha, A, lda, AB, ld);
        for (int i = 0; i < lines; i++)
            BLAS(axpy)(length, 1, AB + (long)i * ld, 1, d_B + (long)i * ldb, 1);
        free(AB);
    }
}
static long LEN(trmm, A)(int order, int side, int m, int n, int lda)
{
    return HELP(matrix_len)(order, side == CblasLeft ? m : n, side == CblasLeft ? m : n, lda);
}
static long LEN(trmm, B)(int order, int m, int n, int ldb) { return HELP(matrix_len)(order, m, n, ldb); }

/* B = alpha op(A)^-1 B or alpha B op(A)^-1 */
static void VJP(trsm)(int order, int side, int uplo, int transa, int diag, int m, int n, REAL alpha, const REAL *A, int lda,
                      const REAL *B_in, const REAL *B_out, int ldb, REAL *d_alpha, REAL *d_A, REAL *d_B, int active_alpha, int active_A)
{
    BLAS(trsm)(order, side, uplo, FLIP(transa), diag, m, n, 1, A, lda, d_B, ldb);
    if (active_A)
        HELP(add_side)(order, side, uplo, transa, diag, m, n, -1, d_B, ldb, B_out, ldb, d_A, lda);
    if (active_alpha)
        *d_alpha += HELP(matrix_dot)(order, m, n, B_in, ldb, d_B, ldb);
    HELP(scale_matrix)(order, m, n, alpha, d_B, ldb);
}
static void JVP(trsm)(int order, int m, int n, REAL alpha, const REAL *B_in, int ldb, REAL d_alpha, REAL *d_B, int active_alpha)
{
    int lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
    HELP(scale_matrix)(order, m, n, alpha, d_B, ldb);
    if (active_alpha)
        for (int i = 0; i < lines; i++)
            BLAS(axpy)(length, d_alpha, B_in + (long)i * ldb, 1, d_B + (long)i * ldb, 1);
}
static void JVP_AFTER(trsm)(int order, int side, int uplo, int transa, int diag, int m, int n, const REAL *A, int lda, const REAL *B_out,
                            int ldb, const REAL *d_A, REAL *d_B, int active_A)
{
    if (active_A)
        HELP(add_trmm)(order, side, uplo, transa, diag, m, n, -1, d_A, lda, B_out, ldb, d_B, ldb);
    BLAS(trsm)(order, side, uplo, transa, diag, m, n, 1, A, lda, d_B, ldb);
}
static long LEN(trsm, A)(int order, int side, int m, int n, int lda)
{
    return HELP(matrix_len)(order, side == CblasLeft ? m : n, side == CblasLeft ? m : n, lda);
}
static long LEN(trsm, B)(int order, int m, int n, int ldb) { return HELP(matrix_len)(order, m, n, ldb); }
