// check: --set T=5 --set n=3 --range x=0.3:1.4
// construct: loops: time loops whose steps choose between functions, element by element: each number is kept once
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* Gates in one loop, read in four pieces. */
AD_GRAD(w)
double once_gates(AD_LEN(4 * n * n) const double *w, AD_LEN(4 * n * T) const double *x, int T, int n)
{
    double *h = calloc(n, sizeof *h), *c = calloc(n, sizeof *c), *g = malloc(4 * n * sizeof *g), s = 0;
    for (int t = 0; t < T; t++) {
        for (int r = 0; r < 4 * n; r++) {
            double a = x[t * 4 * n + r];
            for (int j = 0; j < n; j++)
                a += w[r * n + j] * h[j];
            g[r] = r < 3 * n ? 1 / (1 + exp(-a)) : tanh(a);
        }
        for (int j = 0; j < n; j++) {
            c[j] = g[j] * c[j] + g[n + j] * g[3 * n + j];
            h[j] = g[2 * n + j] * tanh(c[j]);
        }
        for (int j = 0; j < n; j++)
            s += h[j] * h[j];
    }
    free(h);
    free(c);
    free(g);
    return s;
}

/* The result goes nowhere but into the state. */
AD_GRAD(x)
double once_result(AD_LEN(n) const double *x, int T, int n)
{
    double y = 0.5;
    for (int t = 0; t < T; t++) {
        double z = x[t % n] * y, f;
        if (z > 0.4)
            f = exp(-z);
        else
            f = tanh(z);
        y = 0.3 * y + f + 0.1;
    }
    return y;
}

/* The element that a number was stored in is another one's before the copy is taken. */
AD_GRAD(x)
double twice_pairs(AD_LEN(2 * n) const double *x, int T, int n)
{
    double *g = malloc(2 * n * sizeof *g), *h = malloc(n * sizeof *h), s = 0;
    for (int i = 0; i < n; i++)
        h[i] = x[i];
    for (int t = 0; t < T; t++) {
        for (int r = 0; r < 2 * n; r++)
            g[r / 2 + n / 2] = x[r] > 0.8 ? exp(-x[r] * h[r / 2]) : tanh(x[r] * h[r / 2]);
        for (int i = 0; i < n / 2; i++)
            g[i] = g[2 * n - 1 - i] = h[i] * h[i];
        for (int i = n + n / 2; i < 2 * n; i++)
            g[i] = h[i - n];
        for (int i = 0; i < n; i++)
            h[i] = g[i] * g[n + i] + g[(i + 1) % n] * g[2 * n - 1 - i] + 0.2 * x[i];
        for (int i = 0; i < n; i++)
            s += h[i] * h[i];
    }
    free(g);
    free(h);
    return s;
}

/* Changed after it was stored. */
AD_GRAD(x)
double twice_scaled(AD_LEN(2 * n) const double *x, int T, int n)
{
    double *g = malloc(2 * n * sizeof *g), *h = malloc(n * sizeof *h), s = 0;
    for (int i = 0; i < n; i++)
        h[i] = x[i];
    for (int t = 0; t < T; t++) {
        for (int r = 0; r < 2 * n; r++)
            g[r] = x[r] > 0.8 ? exp(-x[r] * h[r / 2]) : tanh(x[r] * h[r / 2]);
        for (int r = 1; r < 2 * n; r++)
            g[r] *= 1 + 0.1 * g[r - 1];
        for (int i = 0; i < n; i++)
            h[i] = g[i] * g[n + i] + g[n - 1 - i] * g[2 * n - 1 - i] + 0.2 * x[i];
        for (int i = 0; i < n; i++)
            s += h[i] * h[i];
    }
    free(g);
    free(h);
    return s;
}

/* Stored in some iterations only. */
AD_GRAD(x)
double twice_some(AD_LEN(2 * n) const double *x, int T, int n)
{
    double *g = calloc(2 * n, sizeof *g), *h = malloc(n * sizeof *h), s = 0;
    for (int i = 0; i < n; i++)
        h[i] = x[i];
    for (int t = 0; t < T; t++) {
        for (int r = 0; r < 2 * n; r++) {
            double a = x[r] * h[r / 2], y = a > 0.6 ? exp(-a) : tanh(a);
            if ((r + t) % 3)
                g[r] = y;
            s += y * y * a;
        }
        for (int i = 0; i < n; i++)
            h[i] = g[i] * g[n + i] + g[n - 1 - i] * g[2 * n - 1 - i] + 0.2 * x[i];
    }
    for (int i = 0; i < n; i++)
        s += h[i];
    free(g);
    free(h);
    return s;
}
