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
 * BLAS forbids that what a call overwrites overlaps its other arguments. Everything is made for the call it is used at: what is asked for only where something is not active costs nothing.
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

/* ---------------------------------------------------------------------- level 1 */


static void VJP(dot)(int n, const REAL *x, int incx, const REAL *y, int incy, REAL *d_x, REAL *d_y, REAL d_return, int active_x,
                     int active_y)
{
    if (active_x)
        BLAS(axpy)(n, d_return, y, incy, d_x, incx);
    if (active_y)
        BLAS(axpy)(n, d_return, x, incx, d_y, incy);
}
static REAL JVP(dot)(int n, const REAL *x, int incx, const REAL *y, int incy, const REAL *d_x, const REAL *d_y, int active_x,
                     int active_y)
{
    REAL d = 0;
    if (active_x)
        d += BLAS(dot)(n, d_x, incx, y, incy);
    if (active_y)
        d += BLAS(dot)(n, x, incx, d_y, incy);
    return d;
}
static long LEN(dot, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(dot, y)(int n, int incy) { return HELP(vector_len)(n, incy); }

static void VJP(nrm2)(int n, const REAL *x, int incx, REAL *d_x, REAL d_return, REAL result)
{
    if (result != 0)
        BLAS(axpy)(n, d_return / result, x, incx, d_x, incx);
}
static REAL JVP_AFTER(nrm2)(int n, const REAL *x, int incx, const REAL *d_x, REAL result)
{
    return result != 0 ? BLAS(dot)(n, x, incx, d_x, incx) / result : 0;
}
static long LEN(nrm2, x)(int n, int incx) { return HELP(vector_len)(n, incx); }

static void VJP(asum)(int n, const REAL *x, int incx, REAL *d_x, REAL d_return)
{
    for (int i = 0; i < n && incx > 0; i++) {
        long at = (long)i * incx;
        d_x[at] += x[at] > 0 ? d_return : x[at] < 0 ? -d_return : 0;
    }
}
static REAL JVP(asum)(int n, const REAL *x, int incx, const REAL *d_x)
{
    REAL d = 0;
    for (int i = 0; i < n && incx > 0; i++) {
        long at = (long)i * incx;
        d += x[at] > 0 ? d_x[at] : x[at] < 0 ? -d_x[at] : 0;
    }
    return d;
}
static long LEN(asum, x)(int n, int incx) { return HELP(vector_len)(n, incx); }

static void VJP(axpy)(int n, REAL alpha, const REAL *x, int incx, int incy, REAL *d_alpha, REAL *d_x, const REAL *d_y, int active_alpha,
                      int active_x)
{
    if (active_alpha)
        *d_alpha += BLAS(dot)(n, x, incx, d_y, incy);
    if (active_x)
        BLAS(axpy)(n, alpha, d_y, incy, d_x, incx);
}
static void JVP(axpy)(int n, REAL alpha, const REAL *x, int incx, int incy, REAL d_alpha, const REAL *d_x, REAL *d_y, int active_alpha,
                      int active_x)
{
    if (active_x)
        BLAS(axpy)(n, alpha, d_x, incx, d_y, incy);
    if (active_alpha)
        BLAS(axpy)(n, d_alpha, x, incx, d_y, incy);
}
static long LEN(axpy, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(axpy, y)(int n, int incy) { return HELP(vector_len)(n, incy); }

static void VJP(scal)(int n, REAL alpha, const REAL *x_in, int incx, REAL *d_alpha, REAL *d_x, int active_alpha)
{
    if (incx <= 0)
        return;
    if (active_alpha)
        *d_alpha += BLAS(dot)(n, x_in, incx, d_x, incx);
    BLAS(scal)(n, alpha, d_x, incx);
}
static void JVP(scal)(int n, REAL alpha, const REAL *x_in, int incx, REAL d_alpha, REAL *d_x, int active_alpha)
{
    if (incx <= 0)
        return;
    BLAS(scal)(n, alpha, d_x, incx);
    if (active_alpha)
        BLAS(axpy)(n, d_alpha, x_in, incx, d_x, incx);
}
static long LEN(scal, x)(int n, int incx) { return HELP(vector_len)(n, incx); }

static void VJP(copy)(int n, int incx, int incy, REAL *d_x, REAL *d_y, int active_x)
{
    if (active_x)
        BLAS(axpy)(n, 1, d_y, incy, d_x, incx);
    HELP(zero_vector)(n, d_y, incy);
}
static void JVP(copy)(int n, int incx, int incy, const REAL *d_x, REAL *d_y, int active_x)
{
    if (active_x)
        BLAS(copy)(n, d_x, incx, d_y, incy);
    else
        HELP(zero_vector)(n, d_y, incy);
}
static long LEN(copy, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(copy, y)(int n, int incy) { return HELP(vector_len)(n, incy); }

static void VJP(swap)(int n, int incx, int incy, REAL *d_x, REAL *d_y)
{
    BLAS(swap)(n, d_x, incx, d_y, incy);
}
static void JVP(swap)(int n, int incx, int incy, REAL *d_x, REAL *d_y)
{
    BLAS(swap)(n, d_x, incx, d_y, incy);
}
static long LEN(swap, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(swap, y)(int n, int incy) { return HELP(vector_len)(n, incy); }

static void VJP(rot)(int n, const REAL *x_in, int incx, const REAL *y_in, int incy, REAL c, REAL s, REAL *d_x, REAL *d_y, REAL *d_c,
                     REAL *d_s, int active_c, int active_s)
{
    if (active_c)
        *d_c += BLAS(dot)(n, x_in, incx, d_x, incx) + BLAS(dot)(n, y_in, incy, d_y, incy);
    if (active_s)
        *d_s += BLAS(dot)(n, y_in, incy, d_x, incx) - BLAS(dot)(n, x_in, incx, d_y, incy);
    BLAS(rot)(n, d_x, incx, d_y, incy, c, -s);
}
static void JVP(rot)(int n, const REAL *x_in, int incx, const REAL *y_in, int incy, REAL c, REAL s, REAL *d_x, REAL *d_y, REAL d_c,
                     REAL d_s, int active_c, int active_s)
{
    BLAS(rot)(n, d_x, incx, d_y, incy, c, s);
    if (active_c) {
        BLAS(axpy)(n, d_c, x_in, incx, d_x, incx);
        BLAS(axpy)(n, d_c, y_in, incy, d_y, incy);
    }
    if (active_s) {
        BLAS(axpy)(n, d_s, y_in, incy, d_x, incx);
        BLAS(axpy)(n, -d_s, x_in, incx, d_y, incy);
    }
}
static long LEN(rot, x)(int n, int incx) { return HELP(vector_len)(n, incx); }
static long LEN(rot, y)(int n, int incy) { return HELP(vector_len)(n, incy); }

/* ---------------------------------------------------------------------- level 2 */

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

/* ---------------------------------------------------------------------- level 3 */

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
