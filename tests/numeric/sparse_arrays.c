// args: --jacobian 'chain(x -> y)' --sparse --hessian 'edges(x)' --sparse --hessian 'edges(x)' --name edges_dense --jacobian 'rows(x -> y)' --sparse --name rows_sparse --jacobian 'chain(x -> y)' --name chain_dense
// The arrays of compressed rows themselves, their colours, and structures that are used again.
#include <adgen.h>

void chain(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        y[i] = -2 * x[i] * x[i];
        if (i > 0)
            y[i] += x[i - 1];
        if (i < n - 1)
            y[i] += x[i + 1] * x[i];
    }
}

double edges(AD_LEN(n) const double *x, int n, const int *from, const int *to, int m)
{
    double s = 0;
    for (int e = 0; e < m; e++)
        s += (e + 1) * x[from[e]] * x[to[e]] * x[to[e]];
    return s;
}

void rows(AD_LEN(n) const double *x, double y[3], int n)
{
    y[0] = y[1] = y[2] = 0;
    for (int i = 0; i < n; i++)
        y[i < n / 2 ? 0 : 1] += x[i] * x[i];
}
