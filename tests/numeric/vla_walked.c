// check: --set n=4
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
