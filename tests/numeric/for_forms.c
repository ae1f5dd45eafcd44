// check: --set n=8 --set step=3 --set lo=2
// construct: control flow: `for` of any form
#include <adgen.h>

AD_GRAD(x)
double directions(AD_LEN(n) const double *x, int n, int step, int lo)
{
    double s = 1;
    for (int i = n - 1; i >= 0; i--)
        s = s * x[i] + 1;
    for (int i = lo; i < n; i += step)
        s *= 1 + x[i];
    for (int i = n; i > 0; i -= 2)
        s += x[i - 1] * s;
    for (int i = 0; i != n; ++i)
        s -= 0.1 * x[i];
    for (unsigned i = (unsigned)n; i-- > 0;)
        s += x[i] * x[i];
    for (int i = 1; i <= n / 2; i *= 2)
        s += x[i] * s;
    int k = 0;
    for (; k < n;)
        s += 0.01 * x[k++] * s;
    for (int i = 0;; i++) {
        if (i >= n)
            break;
        s *= 0.9 + 0.1 * x[i];
    }
    return s + k;
}

AD_GRAD(x)
double bound_changes(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    int hi = n;
    for (int i = 0; i < hi; i++) {
        s += x[i] * x[hi - 1];
        if (i % 3 == 1)
            hi--;
        if (i == 4)
            i++;
    }
    return s;
}

AD_GRAD(x)
double triangular(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            for (int k = i - 1; k > j; k--)
                s += x[i] * x[j] * x[k];
    return s;
}

AD_GRAD(x)
double no_trips(AD_LEN(n) const double *x, int n)
{
    double s = x[0];
    for (int i = n; i < n; i++)
        s *= x[i];
    for (int i = 5; i < -n; i += 2)
        s += x[i];
    return s * x[1];
}
