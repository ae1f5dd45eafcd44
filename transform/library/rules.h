/* rules.h: derivatives of library functions, for adgen: once for each precision. */
typedef unsigned long size_t;
void *malloc(size_t bytes);
void free(void *p);
enum { CblasRowMajor = 101, CblasColMajor = 102 };
enum { CblasNoTrans = 111, CblasTrans = 112, CblasConjTrans = 113 };
enum { CblasUpper = 121, CblasLower = 122 };
enum { CblasNonUnit = 131, CblasUnit = 132 };
enum { CblasLeft = 141, CblasRight = 142 };

#define REAL double
#define HELP(f) ad_##f##_d
#define BLAS(f) cblas_d##f
#define BLAS_INDEX(f) cblas_id##f
#define VJP(f) vjp_cblas_d##f
#define JVP(f) jvp_cblas_d##f
#define JVP_AFTER(f) jvp_after_cblas_d##f
#define LEN(f, x) len_cblas_d##f##_##x
#define LAPACKE(f) LAPACKE_d##f
#define LVJP(f) vjp_LAPACKE_d##f
#define LJVP(f) jvp_LAPACKE_d##f
#define LJVP_AFTER(f) jvp_after_LAPACKE_d##f
#define LLEN(f, x) len_LAPACKE_d##f##_##x
#include "blas.h"
#include "blas1.h"
#include "blas2.h"
#include "blas3.h"
#include "lapacke.h"
#undef REAL
#undef HELP
#undef BLAS
#undef BLAS_INDEX
#undef VJP
#undef JVP
#undef JVP_AFTER
#undef LEN
#undef LAPACKE
#undef LVJP
#undef LJVP
#undef LJVP_AFTER
#undef LLEN

#define REAL float
#define HELP(f) ad_##f##_s
#define BLAS(f) cblas_s##f
#define BLAS_INDEX(f) cblas_is##f
#define VJP(f) vjp_cblas_s##f
#define JVP(f) jvp_cblas_s##f
#define JVP_AFTER(f) jvp_after_cblas_s##f
#define LEN(f, x) len_cblas_s##f##_##x
#define LAPACKE(f) LAPACKE_s##f
#define LVJP(f) vjp_LAPACKE_s##f
#define LJVP(f) jvp_LAPACKE_s##f
#define LJVP_AFTER(f) jvp_after_LAPACKE_s##f
#define LLEN(f, x) len_LAPACKE_s##f##_##x
#include "blas.h"
#include "blas1.h"
#include "blas2.h"
#include "blas3.h"
#include "lapacke.h"

/* ---------------------------------------------------------------------- float data, products in double */

double cblas_dsdot(int n, const float *x, int incx, const float *y, int incy);
static void vjp_cblas_dsdot(int n, const float *x, int incx, const float *y, int incy, float *d_x, float *d_y, double d_return,
                            int active_x, int active_y)
{
    if (active_x)
        cblas_saxpy(n, (float)d_return, y, incy, d_x, incx);
    if (active_y)
        cblas_saxpy(n, (float)d_return, x, incx, d_y, incy);
}
static double jvp_cblas_dsdot(int n, const float *x, int incx, const float *y, int incy, const float *d_x, const float *d_y,
                              int active_x, int active_y)
{
    double d = 0;
    if (active_x)
        d += cblas_dsdot(n, d_x, incx, y, incy);
    if (active_y)
        d += cblas_dsdot(n, x, incx, d_y, incy);
    return d;
}
static long len_cblas_dsdot_x(int n, int incx) { return ad_vector_len_s(n, incx); }
static long len_cblas_dsdot_y(int n, int incy) { return ad_vector_len_s(n, incy); }

float cblas_sdsdot(int n, float alpha, const float *x, int incx, const float *y, int incy);
static void vjp_cblas_sdsdot(int n, const float *x, int incx, const float *y, int incy, float *d_alpha, float *d_x, float *d_y,
                             float d_return, int active_alpha, int active_x, int active_y)
{
    if (active_alpha)
        *d_alpha += d_return;
    if (active_x)
        cblas_saxpy(n, d_return, y, incy, d_x, incx);
    if (active_y)
        cblas_saxpy(n, d_return, x, incx, d_y, incy);
}
static float jvp_cblas_sdsdot(int n, const float *x, int incx, const float *y, int incy, float d_alpha, const float *d_x,
                              const float *d_y, int active_alpha, int active_x, int active_y)
{
    float d = 0;
    if (active_alpha)
        d += d_alpha;
    if (active_x)
        d += cblas_sdsdot(n, 0, d_x, incx, y, incy);
    if (active_y)
        d += cblas_sdsdot(n, 0, x, incx, d_y, incy);
    return d;
}
static long len_cblas_sdsdot_x(int n, int incx) { return ad_vector_len_s(n, incx); }
static long len_cblas_sdsdot_y(int n, int incy) { return ad_vector_len_s(n, incy); }
