/* blas1.h: rules of level 1, vectors (blas.h says what the names mean). */

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
