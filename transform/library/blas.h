/* blas.h: derivatives of the cblas functions, as calls of cblas functions. Read by adgen itself (transform/library.c), once for each
 * precision; README.md, "Libraries", says what the names mean. For each function f of the library with a parameter x:
 *
 *   the prototype of f, whose parameters' names those below refer to
 *   len_f_x         how many elements, from x on, f may touch
 *   vjp_f           the reverse of a call, in the reverse sweep
 *   jvp_f           its tangent, before the call; jvp_after_f: after it
 *
 * Their parameters: x a parameter of the call; x_in, x_out what f overwrites, as it was before and after the call; d_x its derivative (a
 * pointer to the adjoint of a number in a vjp); d_return the adjoint of the result, `result` the result itself; active_x: has x a d_x?
 * BLAS forbids that what a call overwrites overlaps its other arguments. Everything is made for the call it is used at: a test of what
 * is active there costs nothing.
 *
 * Sources: M. Giles, Collected matrix derivative results for forward and reverse mode AD, 2008; BLAS Technical Forum Standard, 2001. */

/* ---------------------------------------------------------------------- the functions */

size_t BLAS_INDEX(amax)(int n, const REAL *x, int incx);
REAL BLAS(dot)(int n, const REAL *x, int incx, const REAL *y, int incy);
REAL BLAS(nrm2)(int n, const REAL *x, int incx);
REAL BLAS(asum)(int n, const REAL *x, int incx);
void BLAS(axpy)(int n, REAL alpha, const REAL *x, int incx, REAL *y, int incy);
void BLAS(scal)(int n, REAL alpha, REAL *x, int incx);
void BLAS(copy)(int n, const REAL *x, int incx, REAL *y, int incy);
void BLAS(swap)(int n, REAL *x, int incx, REAL *y, int incy);
void BLAS(rot)(int n, REAL *x, int incx, REAL *y, int incy, REAL c, REAL s);
void BLAS(gemv)(int order, int trans, int m, int n, REAL alpha, const REAL *A, int lda, const REAL *x, int incx, REAL beta, REAL *y,
                int incy);
void BLAS(ger)(int order, int m, int n, REAL alpha, const REAL *x, int incx, const REAL *y, int incy, REAL *A, int lda);
void BLAS(symv)(int order, int uplo, int n, REAL alpha, const REAL *A, int lda, const REAL *x, int incx, REAL beta, REAL *y, int incy);
void BLAS(trmv)(int order, int uplo, int trans, int diag, int n, const REAL *A, int lda, REAL *x, int incx);
void BLAS(trsv)(int order, int uplo, int trans, int diag, int n, const REAL *A, int lda, REAL *x, int incx);
void BLAS(syr)(int order, int uplo, int n, REAL alpha, const REAL *x, int incx, REAL *A, int lda);
void BLAS(syr2)(int order, int uplo, int n, REAL alpha, const REAL *x, int incx, const REAL *y, int incy, REAL *A, int lda);
void BLAS(gemm)(int order, int transa, int transb, int m, int n, int k, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb,
                REAL beta, REAL *C, int ldc);
void BLAS(symm)(int order, int side, int uplo, int m, int n, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb, REAL beta,
                REAL *C, int ldc);
void BLAS(syrk)(int order, int uplo, int trans, int n, int k, REAL alpha, const REAL *A, int lda, REAL beta, REAL *C, int ldc);
void BLAS(syr2k)(int order, int uplo, int trans, int n, int k, REAL alpha, const REAL *A, int lda, const REAL *B, int ldb, REAL beta,
                 REAL *C, int ldc);
void BLAS(trmm)(int order, int side, int uplo, int transa, int diag, int m, int n, REAL alpha, const REAL *A, int lda, REAL *B, int ldb);
void BLAS(trsm)(int order, int side, int uplo, int transa, int diag, int m, int n, REAL alpha, const REAL *A, int lda, REAL *B, int ldb);

/* ---------------------------------------------------------------------- helpers */

static long HELP(vector_len)(int n, int inc)
{
    return n > 0 ? 1 + (long)(n - 1) * (inc < 0 ? -inc : inc) : 0;
}

static long HELP(matrix_len)(int order, int rows, int cols, int ld)
{
    int lines = order == CblasRowMajor ? rows : cols, length = order == CblasRowMajor ? cols : rows;
    return lines > 0 && length > 0 ? (long)(lines - 1) * ld + length : 0;
}

/* The first element: vectors with a negative increment are stored backwards. */
static long HELP(start)(int n, int inc)
{
    return inc < 0 ? (long)(n - 1) * -inc : 0;
}

static void HELP(zero_vector)(int n, REAL *x, int incx)
{
    for (int i = 0; i < n; i++)
        x[HELP(start)(n, incx) + (long)i * incx] = 0;
}

/* y = beta * y, which is 0 for beta = 0 whatever y held. */
static void HELP(scale_vector)(int n, REAL beta, REAL *y, int incy)
{
    if (beta == 0)
        HELP(zero_vector)(n, y, incy);
    else if (beta != 1)
        BLAS(scal)(n, beta, y, incy < 0 ? -incy : incy);
}

static void HELP(scale_matrix)(int order, int m, int n, REAL beta, REAL *C, int ldc)
{
    int lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
    if (beta != 1)
        for (int i = 0; i < lines; i++)
            HELP(scale_vector)(length, beta, C + (long)i * ldc, 1);
}

static REAL HELP(matrix_dot)(int order, int m, int n, const REAL *A, int lda, const REAL *B, int ldb)
{
    int lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
    REAL sum = 0;
    for (int i = 0; i < lines; i++)
        sum += BLAS(dot)(length, A + (long)i * lda, 1, B + (long)i * ldb, 1);
    return sum;
}

/* m x n, tightly packed as order says. */
static int HELP(packed)(int order, int m, int n)
{
    int ld = order == CblasRowMajor ? n : m;
    return ld > 1 ? ld : 1;
}

static REAL *HELP(new_matrix)(int m, int n)
{
    return malloc((size_t)m * (size_t)n * sizeof(REAL));
}

static void HELP(copy_matrix)(int order, int m, int n, const REAL *A, int lda, REAL *B, int ldb)
{
    int lines = order == CblasRowMajor ? m : n, length = order == CblasRowMajor ? n : m;
    for (int i = 0; i < lines; i++)
        BLAS(copy)(length, A + (long)i * lda, 1, B + (long)i * ldb, 1);
}

/* The stored part of line i of a triangle (row or column, as order says): where it begins, and how long it is. */
#define IS_BACK(order, uplo) (((order) == CblasRowMajor) == ((uplo) == CblasLower))
#define LINE_START(order, uplo, i, lda) ((long)(i) * (lda) + (IS_BACK(order, uplo) ? 0 : (i)))
#define LINE_LENGTH(order, uplo, n, i) (IS_BACK(order, uplo) ? (i) + 1 : (n) - (i))

static void HELP(scale_triangle)(int order, int uplo, int n, REAL beta, REAL *C, int ldc)
{
    if (beta != 1)
        for (int i = 0; i < n; i++)
            HELP(scale_vector)(LINE_LENGTH(order, uplo, n, i), beta, C + LINE_START(order, uplo, i, ldc), 1);
}

static REAL HELP(triangle_dot)(int order, int uplo, int n, const REAL *A, int lda, const REAL *B, int ldb)
{
    REAL sum = 0;
    for (int i = 0; i < n; i++)
        sum += BLAS(dot)(LINE_LENGTH(order, uplo, n, i), A + LINE_START(order, uplo, i, lda), 1, B + LINE_START(order, uplo, i, ldb), 1);
    return sum;
}

/* A += alpha * T on the triangle; the diagonal only where it is not taken to be 1. */
static void HELP(add_triangle)(int order, int uplo, int diag, int n, REAL alpha, const REAL *T, int ldt, REAL *A, int lda)
{
    int unit = diag == CblasUnit, back = IS_BACK(order, uplo);
    for (int i = 0; i < n; i++) {
        int skip = unit && !back;
        BLAS(axpy)(LINE_LENGTH(order, uplo, n, i) - unit, alpha, T + LINE_START(order, uplo, i, ldt) + skip, 1,
                   A + LINE_START(order, uplo, i, lda) + skip, 1);
    }
}

/* A += alpha * u v^T on the triangle, the same. */
static void HELP(add_outer)(int order, int uplo, int diag, int n, REAL alpha, const REAL *u, int incu, const REAL *v, int incv, REAL *A,
                            int lda)
{
    int row = order == CblasRowMajor, unit = diag == CblasUnit, back = IS_BACK(order, uplo);
    const REAL *outer = row ? u : v, *inner = row ? v : u;
    int inco = row ? incu : incv, inci = row ? incv : incu;
    long o0 = HELP(start)(n, inco), i0 = HELP(start)(n, inci);
    for (int i = 0; i < n; i++) {
        int first = back ? 0 : i + unit, len = LINE_LENGTH(order, uplo, n, i) - unit;
        int last = inci < 0 ? first + len - 1 : first; /* axpy is given the lowest address */
        if (len > 0)
            BLAS(axpy)(len, alpha * outer[o0 + (long)i * inco], inner + (i0 + (long)last * inci), inci,
                       A + (long)i * lda + first, 1);
    }
}

#define FLIP(trans) ((trans) == CblasNoTrans ? CblasTrans : CblasNoTrans)
#define OTHER(uplo) ((uplo) == CblasUpper ? CblasLower : CblasUpper)
