// check: --set n=8 --set mask=11
// construct: numbers: bit operations on integers
#include <adgen.h>

AD_GRAD(x)
double bits(AD_LEN(n) const double *x, int n, unsigned mask)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        int a = (i << 1) ^ (i >> 1), b = ~i & 7, c = (a | b) % n;
        if ((mask >> (i & 3)) & 1u)
            s += x[c] * x[b % n];
        else
            s -= x[i] / (1 + (a & 3));
    }
    return s;
}
