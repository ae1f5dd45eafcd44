// check: --set n=4 --set m=3
// construct: pointers and arrays: `double h[n][4]` copied whole and walked through from its first row
#include <adgen.h>
#include <math.h>
#include <string.h>

static void shrink(double *x, size_t n)
{
    while (n--) {
        *x = tanh(*x);
        x++;
    }
}

AD_GRAD(x)
double walked(AD_LEN(4 * n) const double *x, int n)
{
    double h[n][4], s = 0;
    memcpy(h, x, sizeof h);
    shrink(h[0], (size_t)n * 4);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 4; c++)
            s += h[i][c] * h[n - 1 - i][3 - c] * (c + 1);
    return s;
}

AD_VJP(x -> y)
void flat(int n, int m, AD_LEN(n *m) const double *x, double y[n][m])
{
    double *p = &y[0][0];
    for (int i = 0; i < n * m; i++)
        p[i] = x[i] * x[n * m - 1 - i];
    for (int i = 1; i < n; i++)
        for (int j = 0; j < m; j++)
            y[i][j] += sin(y[i - 1][j]);
}
