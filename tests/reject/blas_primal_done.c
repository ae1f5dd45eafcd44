// args: --vjp 'layer(W, x -> y)' --primal-done -std=c99
// needs: cblas.h
// expect: 10:5: error: --primal-done: the derivative of this call needs what 'x' held, which is overwritten; differentiate without --primal-done
#include <cblas.h>
#include <math.h>

void layer(const double *restrict W, double *restrict x, double *restrict y, int n)
{
    cblas_dscal(n, 2.0, x, 1);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1.0, W, n, x, 1, 0.0, y, 1);
    x[0] = 1;
}
