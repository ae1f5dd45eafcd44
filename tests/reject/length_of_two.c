// expect: 6:49: error: a dense Jacobian of 'f' cannot be made: the length of 'y' is not known; annotate it with AD_LEN(...)
#include <adgen.h>

/* *x alone is one number; of y there are more */
AD_JACOBIAN(x -> y)
void f(const double *x, int n, double *restrict y)
{
    for (int i = 0; i < n; i++)
        y[i] = *x * i;
}
