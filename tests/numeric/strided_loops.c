// check: --set n=24 --set b=3 --set m=6 --range x=0.1:1.5
/* construct: loops whose step is a variable */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* Blocks, the last one shorter; values kept per block and element. */
AD_GRAD(x)
double blocks(AD_LEN(n) const double *x, int n, int b)
{
    double total = 0, carry = 0;
    for (int t = 0; t < n; t += b) {
        double s = 0;
        for (int i = t; i < t + b && i < n; i++)
            s += exp(x[i] * carry);
        carry = sin(s);
        total += carry * s;
    }
    return total;
}

/* Downwards, with a limit that is reached exactly, and the counter used behind the loop. */
AD_VJP(x -> y)
double down(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n, int b)
{
    int i;
    double s = 1;
    for (i = n - 1; i >= 0; i -= b) {
        s = tanh(s * x[i]);
        y[i] = s * s;
    }
    return s * (i + b);
}

/* A step that is zero where the loop is not entered. */
AD_GRAD(x)
double not_entered(AD_LEN(n) const double *x, int n, int b)
{
    double s = 0;
    for (int k = 0; k < n; k++)
        for (int i = k; i < n - b * 8; i += b - 3 + (k > n))
            s += x[i];
    return s + x[0] * x[1];
}

/* Gates: a scratch array that one loop writes and the next two read. */
AD_VJP(w, state -> state)
void cells(AD_LEN(4 * n) const double *w, AD_LEN(2 * n) double *state, int n, int b)
{
    const double *in = state + b;
    for (int i = 0; i <= 2 * n - 2 * b; i += 2 * b) {
        double *g = malloc(2 * (size_t)b * sizeof(double)), *cell = state + i, *hidden = &state[i + b];
        if (!g)
            return;
        for (int k = 0; k < b; k++) {
            g[k] = tanh(in[k] * w[i + k]);
            g[b + k] = 1 / (1 + exp(-hidden[k] * w[i + b + k]));
        }
        for (int k = 0; k < b; k++)
            cell[k] = cell[k] * g[b + k] + g[k];
        for (int k = 0; k < b; k++)
            hidden[k] = g[b + k] * tanh(cell[k]);
        free(g);
        in = hidden;
    }
}

/* From loop to loop, nested; and where it must not be taken from there: overwritten, shifted, another shape, a branch. */
AD_GRAD(x)
double loop_to_loop(AD_LEN(n) const double *x, int n, int m)
{
    double *a = malloc((size_t)n * sizeof *a), *c = malloc((size_t)(n * m) * sizeof *c), s = 0;
    if (!a || !c) {
        free(a);
        free(c);
        return 0;
    }
    for (int r = 0; r < 2; r++) {
        for (int i = 0; i < n; i++)
            a[i] = exp(-x[i] * (r + 1));
        for (int i = 0; i < n; i++)
            s += a[i] * a[i];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                c[i * m + j] = sin(x[i] + j * s);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                s += c[i * m + j] * c[i * m + j] * 1e-2;
        for (int i = 0; i < n; i++)
            if (x[i] > 0.5)
                a[i] = cos(x[i] * s);
        for (int i = 0; i < n; i++)
            s += a[i] * a[n - 1 - i];
        for (int i = 1; i < n; i++)
            s += a[i] * a[i - 1] * a[i];
        for (int i = 0; i < n; i++) {
            s += 0.1 * a[i] * a[i];
            a[(i + 1) % n] *= 0.5;
        }
    }
    free(a);
    free(c);
    return s;
}
