// check: --set n=4 --set m=3
// construct: memory: `AD_CHECKPOINT` of loops whose steps allocate scratch
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static void step(double *y, int m, double h)
{
    double *k1 = malloc(m * sizeof *k1), *k2 = malloc(m * sizeof *k2), *at = malloc(m * sizeof *at);
    for (int i = 0; i < m; i++)
        k1[i] = sin(y[i]) - 0.3 * y[(i + 1) % m];
    for (int i = 0; i < m; i++)
        at[i] = y[i] + h * k1[i];
    for (int i = 0; i < m; i++)
        k2[i] = sin(at[i]) - 0.3 * at[(i + 1) % m];
    for (int i = 0; i < m; i++)
        y[i] += h / 2 * (k1[i] + k2[i]);
    free(k1);
    free(k2);
    free(at);
}

/* The state of a checkpointed loop is y alone. */
AD_GRAD(x)
double known_checkpointed(AD_LEN(m) const double *x, int n, int m)
{
    double *y = malloc(m * sizeof *y), s = 0;
    for (int i = 0; i < m; i++)
        y[i] = x[i];
    AD_CHECKPOINT(2)
    for (int k = 0; k < n; k++)
        step(y, m, 0.1);
    for (int i = 0; i < m; i++)
        s += y[i] * y[i];
    free(y);
    return s;
}
