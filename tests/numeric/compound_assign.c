// check: --set n=6
// construct: numbers: compound assignment
#include <adgen.h>

AD_VJP()
void ops(AD_LEN(n) double *x, double a, int n)
{
    for (int i = 0; i < n; i++) {
        x[i] += a;
        x[i] -= a * x[i];
        x[i] *= x[(i + 1) % n];
        x[i] /= 2 + a;
    }
}

AD_GRAD(x)
double ints(AD_LEN(n) const double *x, int n)
{
    int m = 7;
    m += n;
    m -= 2;
    m *= 3;
    m /= 2;
    m %= 11;
    m <<= 2;
    m >>= 1;
    m &= 0x1f;
    m |= 1;
    m ^= 4;
    double s = x[m % n] * x[0];
    s += m;
    float f = 1.5f;
    f *= x[1];
    f += 2;
    int k = 3;
    k *= 1.7;
    return (s *= x[2]) + f * k;
}

AD_GRAD(x)
double chained(AD_LEN(n) const double *x, int n)
{
    double a, b, c;
    a = b = c = x[n - 1];
    a += b *= c - x[0];
    return a * b * c;
}
