// check: --set n=6 --set steps=4
#include <adgen.h>
#include <stdlib.h>
#include <string.h>

/* Two buffers whose pointers change places. */
AD_GRAD(x)
double diffuse(AD_LEN(n) const double *x, int n, int steps)
{
    double *a = malloc(sizeof *a * (size_t)n), *b = malloc(sizeof *b * (size_t)n);
    memcpy(a, x, sizeof *a * (size_t)n);
    for (int s = 0; s < steps; s++) {
        for (int i = 0; i < n; i++) {
            double left = i > 0 ? a[i - 1] : a[i], right = i + 1 < n ? a[i + 1] : a[i];
            b[i] = a[i] + 0.2 * (left - 2 * a[i] + right) * a[i];
        }
        double *t = a;
        a = b;
        b = t;
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a[i] * a[i];
    free(a);
    free(b);
    return s;
}

AD_VJP()
void two_rows(double g[2][6], int steps)
{
    int now = 0;
    for (int s = 0; s < steps; s++) {
        for (int i = 1; i < 5; i++)
            g[1 - now][i] = g[now][i] * (g[now][i - 1] + g[now][i + 1]) * 0.5;
        now = 1 - now;
    }
}
