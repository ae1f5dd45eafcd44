// check: -lblas
// needs: cblas.h
// construct: libraries: BLAS level 1
/* cblas level 1: every function, strides of both signs, as products with vectors and inside a loss. */
#include <adgen.h>
#include <cblas.h>
#include <math.h>

AD_VJP(x, y) AD_JVP(x, y) double dot(AD_LEN(13) const double *x, AD_LEN(13) const double *y) { return cblas_ddot(5, x, 3, y, -2); }
AD_VJP(x, y) double dot_itself(AD_LEN(8) const double *x, AD_LEN(8) const double *y) { return cblas_ddot(8, x, 1, x, 1) * y[0]; }
AD_VJP(x, y) double dot_of_floats(AD_LEN(8) const float *x, AD_LEN(8) const float *y) { return cblas_dsdot(8, x, 1, y, 1); }
AD_VJP(b, x, y) float dot_and_sum(float b, AD_LEN(8) const float *x, AD_LEN(8) const float *y) { return cblas_sdsdot(4, b, x, 2, y, 1); }
AD_VJP(x) double norm(AD_LEN(8) const double *x) { return cblas_dnrm2(4, x, 2); }
AD_VJP(x) float norm_of_floats(AD_LEN(8) const float *x) { return cblas_snrm2(8, x, 1); }
AD_VJP(x) double sum(AD_LEN(9) const double *x) { return cblas_dasum(3, x, 4); }
AD_VJP(a, x, y -> y) void add(double a, AD_LEN(9) const double *x, AD_LEN(9) double *y) { cblas_daxpy(4, a, x, -2, y, 2); }
AD_VJP(a, x, y -> y) void add_floats(float a, AD_LEN(9) const float *x, AD_LEN(9) float *y) { cblas_saxpy(9, a, x, 1, y, 1); }
AD_VJP(a, x -> x) void scale(double a, AD_LEN(9) double *x) { cblas_dscal(4, a, x, 2); }
AD_VJP(x, y -> y) void copy(AD_LEN(9) const double *x, AD_LEN(9) double *y) { cblas_dcopy(4, x, -1, y, 2); }
AD_VJP(x, y -> x, y) void swap(AD_LEN(9) double *x, AD_LEN(9) double *y) { cblas_dswap(4, x, 2, y, -1); }
AD_VJP(x, y, c, s -> x, y) void rotate(AD_LEN(9) double *x, AD_LEN(9) double *y, double c, double s) { cblas_drot(4, x, 2, y, -1, c, s); }

/* In place, in a loop, with a choice by cblas_idamax: what is overwritten is kept. */
AD_GRAD(x, a)
double power_iteration(AD_LEN(n) const double *x, double a, int n)
{
    double v[16], w[16];
    for (int i = 0; i < n; i++)
        v[i] = x[i] * x[i];
    for (int k = 0; k < 5; k++) {
        cblas_dcopy(n, v, 1, w, 1);
        cblas_daxpy(n - 1, a * (k + 1), v, 1, w + 1, 1);
        cblas_dscal(n, 1 / cblas_dnrm2(n, w, 1), w, 1);
        cblas_dswap(n, v, 1, w, -1);
    }
    return v[cblas_idamax(n, v, 1)] + cblas_dasum(n, v, 1);
}

/* x is only added to, though it is overwritten: the d_ that the caller gives stays as a sum. */
AD_GRAD(x)
double normalised_entropy(AD_LEN(n) double *x, int n)
{
    cblas_dscal(n, 1 / cblas_dasum(n, x, 1), x, 1);
    double s = 0;
    for (int i = 0; i < n; i++)
        s -= x[i] * log(x[i]);
    return s;
}

/* Rows of a matrix: each iteration's reverse is done at once. */
AD_GRAD(w, b)
double logistic_rows(AD_LEN(n) const double *w, double b, AD_LEN(rows *n) const double *X, AD_LEN(rows) const double *y, int rows, int n)
{
    double loss = 0;
    for (int i = 0; i < rows; i++) {
        double z = cblas_ddot(n, w, 1, X + i * n, 1) + b;
        loss += log1p(exp(-z * (y[i] - 0.5)));
    }
    return loss;
}
