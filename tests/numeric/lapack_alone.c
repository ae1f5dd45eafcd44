// check: -llapacke -lblas
// needs: lapacke.h cblas.h
/* A source that includes no <cblas.h>, whose derivative calls its functions. */
#include <adgen.h>
#include <lapacke.h>

AD_GRAD(A, b)
double solved(AD_LEN(n *n) const double *A, AD_LEN(n) const double *b, int n)
{
    double M[64], x[8];
    int ipiv[8];
    for (int i = 0; i < n * n; i++)
        M[i] = A[i] * A[i] + (i % (n + 1) == 0);
    for (int i = 0; i < n; i++)
        x[i] = b[i];
    LAPACKE_dgesv(LAPACK_COL_MAJOR, n, 1, M, n, ipiv, x, n);
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * (i + 1);
    return s;
}
