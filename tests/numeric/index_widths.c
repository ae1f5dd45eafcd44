// check: --set n=6
// construct: numbers: integers of every width
#include <adgen.h>
#include <stddef.h>
#include <stdint.h>

AD_GRAD(x)
double widths(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (unsigned char i = 0; i < n; i++)
        s += x[i] * i;
    for (short i = 0; i < (short)n; i++)
        s += x[i] * x[i];
    for (size_t i = 0; i < (size_t)n; i++)
        s += x[i] / (double)(i + 1);
    for (long long i = n - 1; i >= 0; i--)
        s *= 1.0 + 0.1 * x[i];
    for (uint32_t i = 0; i < (uint32_t)n; i += 2u)
        s += x[i] * x[n - 1 - (int)i];
    for (int64_t i = 0; i < n / 2; ++i)
        s -= x[2 * i];
    return s;
}

AD_GRAD(x)
double wraps(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    unsigned char w = 250;
    for (int i = 0; i < n; i++) {
        w += 3;
        s += x[w % n] * x[i];
    }
    return s;
}
