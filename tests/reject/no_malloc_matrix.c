// args: --no-malloc
// expect: 6:53: error: a dense Jacobian of 'f' cannot be made: --no-malloc: the length of 'y' is not a constant
#include <adgen.h>

AD_JACOBIAN(x -> y)
void f(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[n - 1 - i];
}
