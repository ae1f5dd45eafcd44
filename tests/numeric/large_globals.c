// check: --set n=5
/* A workspace at file scope: its shadow is a local of the derivative, on the heap where it is larger than 16 KiB. */
#include <adgen.h>

double large[40000], matrix[100][50];

AD_GRAD(x)
AD_VJP(x)
AD_JVP(x)
double chained(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n; i++)
        large[i] = x[i] * x[i];
    for (int i = 1; i < n; i++)
        large[i] *= large[i - 1];
    return large[n - 1];
}

static void spread(const double *x, int n)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            matrix[i][k] = x[i] * x[k];
}

AD_GRAD(x)
double through_helper(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    spread(x, n);
    for (int i = 0; i < n; i++)
        s += matrix[i][n - 1 - i] * matrix[0][i];
    return s;
}
