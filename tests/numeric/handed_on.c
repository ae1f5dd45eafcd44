// check: --set n=12 --set m=4 --range x=0.1:1.5
/* construct: pointers that a loop hands on; scratch allocated in loops */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* The layer's input is the output of the one before; each layer has scratch of its own. */
AD_VJP(x, w -> y)
void layers(AD_LEN(m) const double *x, AD_LEN(n *m) const double *w, AD_LEN(n *m) double *y, int n, int m)
{
    const double *in = x;
    for (int k = 0; k < n; k++) {
        double *t = malloc((size_t)m * sizeof *t);
        if (!t)
            return;
        for (int i = 0; i < m; i++)
            t[i] = tanh(in[i] * w[k * m + i]);
        for (int i = 0; i < m; i++)
            y[k * m + i] = t[i] * t[m - 1 - i] + in[i];
        free(t);
        in = y + k * m;
    }
}

/* Memory that begins as zero and is read as such; an allocation behind a condition; none at all. */
AD_GRAD(x)
double zeroed(AD_LEN(n) const double *x, int n, int m)
{
    double s = 0;
    for (int k = 0; k < n; k++) {
        double *t = calloc((size_t)m, sizeof *t);
        if (!t)
            return 0;
        if (x[k] > 0.7)
            t[k % m] = sin(x[k]);
        for (int i = 0; i < m; i++)
            s += t[i] * t[i] * x[k];
        free(t);
        if (x[k] < 0.5) {
            double *u = malloc((size_t)(k + 1) * sizeof *u);
            if (!u)
                return 0;
            for (int i = 0; i <= k; i++)
                u[i] = exp(-x[i]);
            s += u[k] * u[0];
            free(u);
        }
    }
    const double *p = x;
    double r = 0;
    for (int k = n; k < n - m; k++) { /* no iteration */
        double *t = malloc((size_t)(n - m) * sizeof *t);
        if (!t)
            return 0;
        t[0] = *p;
        r += t[0] * s;
        free(t);
        p = x + k;
    }
    return s + r + *p * s;
}
