// args: --grad 'loss(b)' -std=c99
// needs: lapacke.h
// expect: 10:9: error: 'A' carries derivatives from this write to a later read, but SPEC 'loss(b)' does not name it
// expect: 10:9: note: name it as scratch: 'loss(b; A)'
#include <lapacke.h>

double loss(double *A, double *b)
{
    int ipiv[3];
    if (LAPACKE_dgesv(LAPACK_ROW_MAJOR, 3, 1, A, 3, ipiv, b, 1))
        return 0;
    return b[0];
}
