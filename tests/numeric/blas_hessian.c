// needs: cblas.h
// check: --set n=4 -lblas
/* Library functions have no effects but on what they are given: they may run again for each column. */
#include <adgen.h>
#include <cblas.h>
#include <string.h>

AD_HESSIAN(x; t)
AD_JACOBIAN(x; t)
double quadratic(AD_LEN(n * n) const double *A, AD_LEN(n) const double *x, AD_LEN(n) double *t, int n)
{
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1.0, A, n, x, 1, 0.0, t, 1);
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[i] * x[n - 1 - i];
    return s * (double)strlen("twice");
}
