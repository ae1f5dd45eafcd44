// check: -lblas -llapacke
// needs: lapacke.h cblas.h
/* The library's functions declared by hand: constants have no names, and what the derivative calls besides is declared. */
#include <adgen.h>

enum { RowMajor = 101, NoTrans = 111 };
void cblas_dgemv(int layout, int trans, int m, int n, double alpha, const double *a, int lda, const double *x, int incx, double beta,
                 double *y, int incy);
int LAPACKE_dpotrf(int layout, char uplo, int n, double *a, int lda);

AD_GRAD(A, x)
double row_of_product(AD_LEN(n *n) const double *A, AD_LEN(n) const double *x, int n)
{
    double y[20];
    cblas_dgemv(RowMajor, NoTrans, n, n, 1, A, n, x, 1, 0, y, 1);
    return y[0] * y[n - 1];
}

/* The factor's only use is a number of it. */
AD_GRAD(a, b)
double corner(double a, double b)
{
    double M[2][2] = {{4 + a, a * b}, {a * b, 3 + b}};
    LAPACKE_dpotrf(RowMajor, 'L', 2, M[0], 2);
    return M[1][1] + M[1][0];
}
