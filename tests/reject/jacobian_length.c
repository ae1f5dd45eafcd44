// expect: 5:50: error: a dense Jacobian of 'f' cannot be made: the length of 'y' is not known; annotate it with AD_LEN(...)
#include <adgen.h>

AD_JACOBIAN(x -> y)
void f(AD_LEN(n) const double *x, int n, double *y)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i];
}
