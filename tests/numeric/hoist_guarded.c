// check: --set n=5 --set m=0
// directions: parameter 'r' is a struct
/* Loads that do not change in a loop which may not run at all: the address is not touched where it does not. And loads that do change. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

struct rates {
    double growth, loss[2];
};

/* m is 0: p[k] would be out of bounds. */
AD_GRAD(x)
double empty_inner(AD_LEN(n) const double *x, int n, int m)
{
    double *p = malloc((m + 1) * sizeof *p), s = 0;
    for (int i = 0; i < m; i++)
        p[i] = x[i];
    for (int k = 0; k < n; k++) {
        s += x[k] * x[k];
        for (int i = 0; i < m; i++)
            s += p[1000000 + k] * x[i];
    }
    free(p);
    return s;
}

AD_VJP(x, w -> y)
void rows(AD_LEN(n) const double *x, AD_LEN(n *n) const double *w, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        y[i] = 0;
        for (int j = 0; j < i; j++)
            y[i] += w[i * n + j] * sin(x[i]) * x[j];
    }
}

/* What is read is written in the loop, by its last iteration; or by one through another name. */
AD_GRAD(x)
double changing(AD_LEN(n) double *x, int n)
{
    double s = 0;
    for (int k = 0; k + 1 < n; k++)
        for (int i = 0; i < k; i++) {
            s += x[k] * x[i];
            if (i == k - 1)
                x[k] = 0.5 * x[k] * x[i];
        }
    double *last = &x[n - 1];
    for (int i = 0; i < n; i++) {
        s += sin(*last) * x[i];
        x[i] = s;
    }
    return s;
}

/* Parts of a record given by value are there whether or not the loop runs. */
AD_GRAD(r, x)
double grown(struct rates r, double x, int n)
{
    for (int i = 0; i < n; i++)
        x += r.growth * x - r.loss[0] * x * x - r.loss[1] * sin(x);
    return x;
}
