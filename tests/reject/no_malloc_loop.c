// args: --no-malloc
// expect: 13:5: error: --no-malloc: no bound is known for the number of iterations of this loop, and values of each are kept; bound it by a constant ('if (n > 100) return ...;' before it will do), walk through an array of constant length (AD_LEN(100), [static 100]), or use --tape-storage=arg
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double f(AD_LEN(n) const double *x, int n)
{
    double y = 1;
    for (int k = 0; k < 10; k++)
        y = sin(y);
    /* AD_LEN(n) says nothing about n itself. */
    for (int i = 0; i < n; i++)
        y = sin(y * x[i]);
    return y;
}
