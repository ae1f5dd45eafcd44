// check: --sparse --set n=7 -lblas -llapacke
// needs: cblas.h lapacke.h
// construct: functions: sparse matrices through BLAS, LAPACK and custom derivatives
#include <adgen.h>
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* Elements of three unknowns: blocks on the diagonal; the buffer serves all elements. */
AD_JACOBIAN(x -> y)
void elements(AD_LEN(9) const double *K, AD_LEN(3 * n) const double *x, AD_LEN(3 * n) double *y, int n)
{
    double force[3];
    for (int e = 0; e < n; e++) {
        cblas_dgemv(CblasRowMajor, CblasNoTrans, 3, 3, 2.0, K, 3, x + 3 * e, 1, 0.0, force, 1);
        for (int i = 0; i < 3; i++)
            y[3 * e + i] = sin(force[i]) * x[3 * e + i];
    }
}

/* Vectors, element by element, backwards and in steps; a factor that carries derivatives reaches all. */
AD_JACOBIAN(x, w -> y, z)
void vectors(AD_LEN(n) const float *x, float w, AD_LEN(n) float *y, AD_LEN(n) float *z, int n)
{
    cblas_scopy(n, x, 1, y, -1);
    cblas_scopy(n, x, 1, z, 1);
    cblas_sscal(n / 2, 3, y, 2);
    cblas_saxpy(n - 1, w, x + 1, 1, y, 1);
    cblas_sswap(n / 2, y, 2, z, -1);
    for (int i = 0; i < n; i++)
        z[i] *= y[i];
}

/* A solve for each of the small systems, in memory of their own. */
AD_JACOBIAN(A, b -> b)
void solves(AD_LEN(4 * n) const double *A, AD_LEN(2 * n) double *b, int n)
{
    for (int i = 0; i < n; i++) {
        double *M = malloc(4 * sizeof *M);
        int pivot[2];
        cblas_dcopy(4, A + 4 * i, 1, M, 1);
        M[0] += 3;
        M[3] += 3;
        LAPACKE_dgesv(LAPACK_ROW_MAJOR, 2, 1, M, 2, pivot, b + 2 * i, 1);
        free(M);
    }
}

AD_HESSIAN(x)
double energy(AD_LEN(3 * n) const double *x, AD_LEN(9) const double *K, int n)
{
    double t[3], sum = 0;
    for (int e = 0; e < n; e++) {
        cblas_dgemv(CblasRowMajor, CblasNoTrans, 3, 3, 2.0, K, 3, x + 3 * e, 1, 0, t, 1);
        for (int i = 0; i < 3; i++)
            t[i] = exp(0.1 * t[i]);
        sum += cblas_ddot(3, t, 1, x + 3 * e, 1);
    }
    return sum;
}

double spring(double a, double b)
{
    return a * a * sin(b);
}

double spring_vjp(double a, double b, double *d_a, double *d_b, double d_return)
{
    *d_a += 2 * a * sin(b) * d_return;
    *d_b += a * a * cos(b) * d_return;
    return spring(a, b);
}
AD_CUSTOM_VJP(spring, spring_vjp)

double spring_jvp(double a, double b, double d_a, double d_b, double *d_return)
{
    *d_return = 2 * a * sin(b) * d_a + a * a * cos(b) * d_b;
    return spring(a, b);
}
AD_CUSTOM_JVP(spring, spring_jvp)

void around(AD_LEN(3) const double *x, AD_LEN(3) double *y)
{
    for (int i = 0; i < 3; i++)
        y[i] = x[i] * x[(i + 1) % 3];
}

void around_jvp(AD_LEN(3) const double *x, AD_LEN(3) double *y, AD_LEN(3) const double *d_x, AD_LEN(3) double *d_y)
{
    for (int i = 0; i < 3; i++) {
        y[i] = x[i] * x[(i + 1) % 3];
        d_y[i] = d_x[i] * x[(i + 1) % 3] + x[i] * d_x[(i + 1) % 3];
    }
}
AD_CUSTOM_JVP(around, around_jvp)

AD_JACOBIAN(x -> y)
void own(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = spring(x[i], x[n - 1 - i]);
    for (int i = 0; i + 3 <= n; i += 3) {
        double t[3];
        around(x + i, t);
        for (int k = 0; k < 3; k++)
            y[i + k] += t[k];
    }
}

AD_HESSIAN(x)
double chain(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += spring(x[i], x[(i + 1) % n]) * x[i];
    return s;
}
