// check: --set n=6 --set terms=12
#include <adgen.h>
#include <math.h>

AD_GRAD(c, x)
double horner(AD_LEN(n) const double *c, double x, int n)
{
    double r = c[n - 1];
    for (int i = n - 2; i >= 0; i--)
        r = r * x + c[i];
    return r;
}

AD_GRAD(x)
double series(double x, int terms)
{
    double term = 1, s = 0;
    for (int k = 0; k < terms; k++) {
        s += term;
        term *= x / (k + 1);
        if (fabs(term) < 1e-9)
            break;
    }
    return s;
}
