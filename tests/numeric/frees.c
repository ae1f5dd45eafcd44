// check: --set n=3 --set m=4 --set rows=3
// directions: derivatives are addressed through another type
// construct: memory: memory that each call allocates and every way out of it frees, called in a loop
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* Failed allocations end the call. */
static double row(const double *x, int n)
{
    double *t = malloc(n * sizeof *t);
    if (!t)
        return -1;
    double *u = malloc(n * sizeof *u);
    if (u == NULL) {
        free(t);
        return -2;
    }
    for (int i = 0; i < n; i++) {
        t[i] = sin(x[i]);
        u[i] = t[i] * t[i];
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * u[n - 1 - i];
    if (s > 1e6) {
        free(u);
        free(t);
        return HUGE_VAL;
    }
    free(t);
    free(u);
    return s;
}

AD_GRAD(x)
double rows_sum(AD_LEN(n *m) const double *x, int n, int m)
{
    double s = 0;
    for (int r = 0; r < m; r++)
        s += row(x + r * n, n);
    return s;
}

/* An arena of bytes for each call; both failures in one test. */
typedef struct {
    unsigned char *base;
    size_t used;
} Arena;

static double *push(Arena *a, int n)
{
    double *p = (double *)(a->base + a->used);
    a->used += n * sizeof *p;
    return p;
}

static int layer(const double *w, const double *x, double *y, int n)
{
    Arena a = {malloc(1024), 0};
    double *scale = malloc(n * sizeof *scale);
    if (!a.base || !scale) {
        free(a.base);
        free(scale);
        return 0;
    }
    double *h = push(&a, n);
    for (int i = 0; i < n; i++) {
        h[i] = w[i] * x[i];
        scale[i] = 1 + h[i] * h[i];
    }
    for (int l = 0; l < 2; l++) {
        double *g = push(&a, n);
        for (int i = 0; i < n; i++)
            g[i] = tanh(h[i]) * scale[n - 1 - i];
        h = g;
    }
    for (int i = 0; i < n; i++)
        y[i] = h[i];
    free(scale);
    free(a.base);
    return 1;
}

AD_VJP(w, x -> y)
void layers(AD_LEN(n *rows) const double *w, AD_LEN(n *rows) const double *x, AD_LEN(n *rows) double *y, int n, int rows)
{
    for (int r = 0; r < rows; r++)
        if (!layer(w + r * n, x + r * n, y + r * n, n))
            return;
}
