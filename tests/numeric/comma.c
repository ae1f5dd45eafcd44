// check: --set n=5
// construct: numbers: the comma operator
#include <adgen.h>

AD_GRAD(x)
double comma(AD_LEN(n) const double *x, int n)
{
    double s = 0, p = 1;
    int i, j;
    for (i = 0, j = n - 1; i < j; i++, j--)
        s += x[i] * x[j], p *= x[i];
    s = (p += 1, s * p);
    return (void)i, s;
}
