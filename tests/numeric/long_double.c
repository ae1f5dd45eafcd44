// check: --set n=4
// construct: numbers: `long double`
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
long double wide(AD_LEN(n) const long double *x, int n)
{
    long double s = 0.1L;
    for (int i = 0; i < n; i++)
        s += sinl(x[i]) * expl(-x[i]) + powl(x[i], 3.0L);
    return s;
}
