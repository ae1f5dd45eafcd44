// check: --set n=8 --set m=4 --set 'idx[i]=(i*3)%m'
// construct: pointers and arrays: indices from memory
#include <adgen.h>

AD_GRAD(x)
double gather(AD_LEN(m) const double *x, AD_LEN(n) const int *idx, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[idx[i]] * x[idx[n - 1 - i]];
    return s * m;
}

AD_VJP(x -> h)
void scatter(AD_LEN(n) const double *x, AD_LEN(n) const int *idx, AD_LEN(m) double *h, int n, int m)
{
    for (int j = 0; j < m; j++)
        h[j] = 0;
    for (int i = 0; i < n; i++)
        h[idx[i]] += x[i] * x[i];
    for (int i = 0; i < n; i++)
        h[idx[i]] *= x[i];
}
