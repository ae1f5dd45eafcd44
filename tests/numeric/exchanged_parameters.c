// check: --set n=5 --set steps=3
// construct: pointers and arrays: a loop that exchanges an independent with scratch or a dependent
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static void step(const double *a, double *b, int n, double k)
{
    for (int i = 0; i < n; i++)
        b[i] = a[i] + k * ((i ? a[i - 1] : 0) - 2 * a[i] + (i < n - 1 ? a[i + 1] : 0)) + 0.1 * a[i] * a[i];
}

/* Buffers of the caller. */
AD_GRAD(u, k; tmp)
double heat(AD_LEN(n) double *u, AD_LEN(n) double *tmp, int n, int steps, double k)
{
    double *a = u, *b = tmp, s = 0;
    for (int t = 0; t < steps; t++) {
        step(a, b, n, k);
        double *c = a;
        a = b;
        b = c;
    }
    for (int i = 0; i < n; i++)
        s += a[i] * a[i];
    return s;
}

AD_GRAD(u; tmp)
double until_flat(AD_LEN(n) double *u, AD_LEN(n) double *tmp, int n, int steps)
{
    double *old = u, *new = tmp;
    int count = 0;
    while (count < 2 * steps && fabs(old[0]) < 1e3) {
        step(old, new, n, 0.2);
        if (++count > steps && fabs(new[1] - old[1]) < 1e-9)
            break;
        double *swap = old;
        old = new;
        new = swap;
    }
    return old[0] * new[1] + old[n - 1];
}

/* One of the two is written, by a choice. */
AD_VJP(x -> y)
AD_JVP(x -> y)
void scatter(AD_LEN(n) double *x, AD_LEN(n) double *y, int n)
{
    for (int k = 0; k < 2 * n; k++) {
        double *to = k % 3 == 0 ? x : y;
        to[k % n] = sin(x[(k + 1) % n]) * to[k % n] + k;
    }
}

AD_VJP(x -> e)
void smoothed(AD_LEN(n) double *x, AD_LEN(1) double *e, int n)
{
    double *p = x;
    for (int k = 0; k <= n; k++) {
        if (k == n)
            p = e;
        *p = 0.5 * *p * *p + x[k % n];
        p = p == e ? e : p + 1;
    }
}
