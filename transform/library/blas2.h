/* blas2.h: rules of level 2, a matrix and vectors (blas.h says what the names mean). */

/* y = alpha op(A) x + beta y */
static void VJP(gemv)(int order, int trans, int m, int n, REAL alpha, const REAL *A, int lda, const REAL *x, int incx, REAL beta,
                      const REAL *y_in, int incy, REAL *d_alpha, REAL *d_A, REAL *d_x, REAL *d_beta, REAL *d_y, int active_alpha,
                      int active_A, int active_x, int active_beta)
{
    int ny = trans == CblasNoTrans ? m : n;
    if (active_A && trans == CblasNoTrans)
        BLAS(ger)(order, m, n, alpha, d_y, incy, x, incx, d_A, lda);
    if (active_A && trans != CblasNoTrans)
        BLAS(ger)(order, m, n, alpha, x, incx, d_y, incy, d_A, lda);
    if (active_x)
        BLAS(gemv)(order, FLIP(trans), m, n, alpha, A, lda, d_y, incy, 1, d_x, incx);
    if (active_alpha) {
        REAL *Ax = HELP(new_matrix)(ny, 1);
        BLAS(gemv)(order, trans, m, n, 1, A, lda, x, incx, 0, Ax, 1);
        *d_alpha += BLAS(dot)(ny, Ax, 1, d_y, incy);
        free(Ax);
    }
    if (active_beta)
        *d_beta += BLAS(dot)(ny, y_in, incy, d_y, incy);
    HELP(scale_vector)(ny, beta, d_y, incy);
}
static void JVP(gemv)(int order, int trans, int m, int n, REAL alpha, const REAL *A, int lda, const REAL *x, int incx, REAL beta,
                      const REAL *y_in, int incy, REAL d_alpha, const REAL *d_A, const REAL *d_x, REAL d_beta, REAL *d_y,
                      int active_alpha, int active_A, int active_x, int active_beta)
{
    int ny = trans == CblasNoTrans ? m : n;
    HELP(scale_vector)(ny, beta, d_y, incy);
    if (active_beta)
        BLAS(axpy)(ny, d_beta, y_in, incy, d_y, incy);
    if (active_A)
        BLAS(gemv)(order, trans, m, n, alpha, d_A, lda, x, incx, 1, d_y, incy);
    if (active_x)
        BLAS(gemv)(order, trans, m, n, alpha, A, lda, d_x, incx, 1, d_y, incy);
    if (active_alpha)
        BLAS(gemv)(order, trans, m, n, d_alpha, A, lda, x, incx, 1, d_y, incy);
}
static long LEN(gemv, A)(int order, int m, int n, int lda) { return HELP(matrix_len)(order, m, n, lda); }
static long LEN(gemv, x)(int trans, int m, int n, int incx) { return HELP(vector_len)(trans == CblasNoTrans ? n : m, incx); }
static long LEN(gemv, y)(int trans, int m, int n, int incy) { return HELP(vector_len)(trans == CblasNoTrans ? m : n, incy); }

/* A += alpha x y^T */
static void VJP(ger)(int order, int m, int n, REAL alpha, const REAL *x, int incx, const REAL *y, int incy, int lda, REAL *d_alpha,
                     REAL *d_x, REAL *d_y, const REAL *d_A, int active_alpha, int active_x, int active_y)
{
    if (active_x)
        BLAS(gemv)(order, CblasNoTrans, m, n, alpha, d_A, lda, y, incy, 1, d_x, incx);
    if (active_y)
        BLAS(gemv)(order, CblasTrans, m, n, alpha, d_A, lda, x, incx, 1, d_y, incy);
    if (active_alpha) {
        REAL *Ay = HELP(new_matrix)(m, 1);
        BLAS(gemv)(order, CblasNoTrans, m, n, 1, d_A, lda, y, incy, 0, Ay, 1);
        *d_alpha += BLAS(dot)(m, Ay, 1, x, incx);
        free(Ay);
    }
}
static void JVP(ger)(int order, int m, int n, REAL alpha, const REAL *x, int incx, const REAL *y, int incy, int lda, REAL d_alpha,
                     const REAL *d_x, const REAL *d_y, REAL *d_A, int active_alpha, int active_x, int active_y)
{
    if (active_x)
        BLAS(ger)(order, m, n, alpha, d_x, incx, y, incy, d_A, lda);
    if (active_y)
        BLAS(ger)(order, m, n, alpha, x, incx, d_y, incy, d_A, lda);
    if (active_alpha)
        BLAS(ger)(order, m, n, d_alpha, x, incx, y, incy, d_A, lda);
}
static long LEN(ger, x)(int m, int incx) { return HELP(vector_len)(m, incx); }
static long LEN(ger, y)(int n, int incy) { return HELP(vector_len)(n, incy); }
static long LEN(ger, A)(int order, int m, int n, int lda) { return HELP(matrix_len)(order, m, n, lda); }

/* d_x += alpha diag(A) y, for triangles whose diagonal counts twice */
static void HELP(add_diagonal)(int n, REAL alpha, const REAL *A, int lda, const REAL *y, int incy, REAL *d_x, int incx)
{
    long iy = HELP(start)(n, incy), ix = HELP(start)(n, incx);
    for (int i = 0; i < n; i++)
        d_x[ix + (long)i * incx] += alpha * A[(long)i * (lda + 1)] * y[iy + (long)i * incy];
}

/* A_ii += alpha x_i y_i */
static void HELP(add_to_diagonal)(int n, REAL alpha, const REAL *x, int incx, const REAL *y, int incy, REAL *A, int lda)
{
    long iy = HELP(start)(n, incy), ix = HELP(start)(n, incx);
    for (int i = 0; i < n; i++)
        A[(long)i * (lda + 1)] += alpha * x[ix + (long)i * incx] * y[iy + (long)i * incy];
}

/* y = alpha A x + beta y, A symmetric */
static void VJP(symv)(int order, int uplo, int n, REAL alpha, const REAL *A, int lda, const REAL *x, int incx, REAL beta,
                      const REAL *y_in, int incy, REAL *d_alpha, REAL *d_A, REAL *d_x, REAL *d_beta, REAL *d_y, int active_alpha,
                      int active_A, int active_x, int active_beta)
{
    if (active_A) {
        BLAS(syr2)(order, uplo, n, alpha, d_y, incy, x, incx, d_A, lda);
        HELP(add_to_diagonal)(n, -alpha, d_y, incy, x, incx, d_A, lda);
    }
    if (active_x)
        BLAS(symv)(order, uplo, n, alpha, A, lda, d_y, incy, 1, d_x, incx);
    if (active_alpha) {
        REAL *Ax = HELP(new_matrix)(n, 1);
        BLAS(symv)(order, uplo, n, 1, A, lda, x, incx, 0, Ax, 1);
        *d_alpha += BLAS(dot)(n, Ax, 1, d_y, incy);
        free(Ax);
    }
    if (active_beta)
        *d_beta += BLAS(dot)(n, y_in, incy, d_y, incy);
    HELP(scale_vector)(n, beta, d_y, incy);
}
static void JVP(symv)(int order, int uplo, int n, REAL alpha, const REAL *A, int lda, const REAL *x, int incx, REAL beta,
                      const REAL *y_in, int incy, REAL d_alpha, const REAL *d_A, const REAL *d_x, REAL d_beta, REAL *d_y,
                      int active_alpha, int active_A, int active_x, int active_beta)
{
    HELP(scale_vector)(n, beta, d_y, incy);
    if (active_beta)
        BLAS(axpy)(n, d_beta, y_in, incy, d_y, incy);
    if (active_A)
        BLAS(symv)(order, uplo, n, alpha, d_A, lda, x, incx, 1, d_y, incy);
    if (active_x)
        BLAS(symv)(order, uplo, n, alpha, A, lda, d_x, incx, 1, d_y, incy);
    if (active_alpha)
        BLAS(symv)(order, uplo, n, d_alpha, A, lda, x, incx, 1, d_y, incy);
}
static long LEN(symv, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LEN(symv, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(symv, y)(int n, int incy) { return HELP(vector_len)(n, incy); }

/* x = op(A) x, A triangular */
static void VJP(trmv)(int order, int uplo, int trans, int diag, int n, const REAL *A, int lda, const REAL *x_in, int incx, REAL *d_A,
                      REAL *d_x, int active_A)
{
    if (active_A && trans == CblasNoTrans)
        HELP(add_outer)(order, uplo, diag, n, 1, d_x, incx, x_in, incx, d_A, lda);
    if (active_A && trans != CblasNoTrans)
        HELP(add_outer)(order, uplo, diag, n, 1, x_in, incx, d_x, incx, d_A, lda);
    BLAS(trmv)(order, uplo, FLIP(trans), diag, n, A, lda, d_x, incx);
}
/* y += alpha op(T) x, where T is A without what is not stored */
static void HELP(add_trmv)(int order, int uplo, int trans, int diag, int n, REAL alpha, const REAL *A, int lda, const REAL *x, int incx,
                           REAL *y, int incy)
{
    REAL *Ax = HELP(new_matrix)(n, 1);
    BLAS(copy)(n, x, incx, Ax, 1);
    BLAS(trmv)(order, uplo, trans, diag, n, A, lda, Ax, 1);
    if (diag == CblasUnit)
        BLAS(axpy)(n, -1, x, incx, Ax, 1);
    BLAS(axpy)(n, alpha, Ax, 1, y, incy);
    free(Ax);
}
static void JVP(trmv)(int order, int uplo, int trans, int diag, int n, const REAL *A, int lda, const REAL *x_in, int incx,
                      const REAL *d_A, REAL *d_x, int active_A)
{
    BLAS(trmv)(order, uplo, trans, diag, n, A, lda, d_x, incx);
    if (active_A)
        HELP(add_trmv)(order, uplo, trans, diag, n, 1, d_A, lda, x_in, incx, d_x, incx);
}
static long LEN(trmv, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LEN(trmv, x)(int n, int incx) { return HELP(vector_len)(n, incx); }

/* x = op(A)^-1 x */
static void VJP(trsv)(int order, int uplo, int trans, int diag, int n, const REAL *A, int lda, const REAL *x_out, int incx, REAL *d_A,
                      REAL *d_x, int active_A)
{
    BLAS(trsv)(order, uplo, FLIP(trans), diag, n, A, lda, d_x, incx);
    if (active_A && trans == CblasNoTrans)
        HELP(add_outer)(order, uplo, diag, n, -1, d_x, incx, x_out, incx, d_A, lda);
    if (active_A && trans != CblasNoTrans)
        HELP(add_outer)(order, uplo, diag, n, -1, x_out, incx, d_x, incx, d_A, lda);
}
static void JVP_AFTER(trsv)(int order, int uplo, int trans, int diag, int n, const REAL *A, int lda, const REAL *x_out, int incx,
                            const REAL *d_A, REAL *d_x, int active_A)
{
    if (active_A)
        HELP(add_trmv)(order, uplo, trans, diag, n, -1, d_A, lda, x_out, incx, d_x, incx);
    BLAS(trsv)(order, uplo, trans, diag, n, A, lda, d_x, incx);
}
static long LEN(trsv, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
static long LEN(trsv, x)(int n, int incx) { return HELP(vector_len)(n, incx); }

/* A += alpha x x^T on a triangle */
static void VJP(syr)(int order, int uplo, int n, REAL alpha, const REAL *x, int incx, int lda, REAL *d_alpha, REAL *d_x, const REAL *d_A,
                     int active_alpha, int active_x)
{
    if (active_x) {
        BLAS(symv)(order, uplo, n, alpha, d_A, lda, x, incx, 1, d_x, incx);
        HELP(add_diagonal)(n, alpha, d_A, lda, x, incx, d_x, incx);
    }
    if (active_alpha) {
        REAL *Ax = HELP(new_matrix)(n, 1);
        BLAS(copy)(n, x, incx, Ax, 1);
        BLAS(trmv)(order, uplo, CblasNoTrans, CblasNonUnit, n, d_A, lda, Ax, 1);
        *d_alpha += BLAS(dot)(n, Ax, 1, x, incx);
        free(Ax);
    }
}
static void JVP(syr)(int order, int uplo, int n, REAL alpha, const REAL *x, int incx, int lda, REAL d_alpha, const REAL *d_x, REAL *d_A,
                     int active_alpha, int active_x)
{
    if (active_x)
        BLAS(syr2)(order, uplo, n, alpha, x, incx, d_x, incx, d_A, lda);
    if (active_alpha)
        BLAS(syr)(order, uplo, n, d_alpha, x, incx, d_A, lda);
}
static long LEN(syr, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(syr, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }

/* A += alpha (x y^T + y x^T) on a triangle */
static void VJP(syr2)(int order, int uplo, int n, REAL alpha, const REAL *x, int incx, const REAL *y, int incy, int lda, REAL *d_alpha,
                      REAL *d_x, REAL *d_y, const REAL *d_A, int active_alpha, int active_x, int active_y)
{
    if (active_x) {
        BLAS(symv)(order, uplo, n, alpha, d_A, lda, y, incy, 1, d_x, incx);
        HELP(add_diagonal)(n, alpha, d_A, lda, y, incy, d_x, incx);
    }
    if (active_y) {
        BLAS(symv)(order, uplo, n, alpha, d_A, lda, x, incx, 1, d_y, incy);
        HELP(add_diagonal)(n, alpha, d_A, lda, x, incx, d_y, incy);
    }
    if (active_alpha) {
        REAL *Ay = HELP(new_matrix)(n, 1);
        BLAS(symv)(order, uplo, n, 1, d_A, lda, y, incy, 0, Ay, 1);
        HELP(add_diagonal)(n, 1, d_A, lda, y, incy, Ay, 1);
        *d_alpha += BLAS(dot)(n, Ay, 1, x, incx);
        free(Ay);
    }
}
static void JVP(syr2)(int order, int uplo, int n, REAL alpha, const REAL *x, int incx, const REAL *y, int incy, int lda, REAL d_alpha,
                      const REAL *d_x, const REAL *d_y, REAL *d_A, int active_alpha, int active_x, int active_y)
{
    if (active_x)
        BLAS(syr2)(order, uplo, n, alpha, d_x, incx, y, incy, d_A, lda);
    if (active_y)
        BLAS(syr2)(order, uplo, n, alpha, x, incx, d_y, incy, d_A, lda);
    if (active_alpha)
        BLAS(syr2)(order, uplo, n, d_alpha, x, incx, y, incy, d_A, lda);
}
static long LEN(syr2, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(syr2, y)(int n, int incy) { return HELP(vector_len)(n, incy); }
static long LEN(syr2, A)(int order, int n, int lda) { return HELP(matrix_len)(order, n, n, lda); }
