// check: --set n=5
#include <adgen.h>
#include <math.h>

/* Forward work that no derivative needs; independents that do not matter; results thrown away. */
AD_GRAD(x, y)
double partly(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n)
{
    double dead[8], s = 0, unused = 0;
    for (int i = 0; i < n; i++) {
        dead[i] = exp(x[i]);
        unused += dead[i] * y[i];
        s += x[i];
    }
    if (unused > 1e9)
        s = 0;
    return s * 2;
}
