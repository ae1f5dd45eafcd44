// check: --set layers=3 --set n=3 --set m=2 --range x=0.3:1.2 --range w=-0.6:0.6
// construct: memory: layers whose activations are slices of one allocation, each overwritten as a whole
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* Each slice is overwritten by a nest that writes all of it: put aside at once. */
AD_GRAD(x, w)
double range_layers(AD_LEN(n *m) const double *x, AD_LEN(layers *m *m) const double *w, int layers, int n, int m)
{
    double *memory = malloc(3 * n * m * sizeof *memory), *at = memory, *norm = at + n * m, *up = norm + n * m, s = 0;
    for (int i = 0; i < n * m; i++)
        at[i] = x[i];
    for (int l = 0; l < layers; l++) {
        for (int r = 0; r < n; r++) {
            double mean = 0;
            for (int c = 0; c < m; c++)
                mean += at[r * m + c];
            mean /= m;
            for (int c = 0; c < m; c++)
                norm[r * m + c] = (at[r * m + c] - mean) * (1 + 0.1 * mean);
        }
        for (int r = 0; r < n; r++)
            for (int o = 0; o < m; o++) {
                double v = 0.1;
                for (int c = 0; c < m; c++)
                    v += norm[r * m + c] * w[(l * m + o) * m + c];
                up[r * m + o] = tanh(v);
            }
        for (int r = 0; r < n; r++)
            for (int o = 0; o < m; o++) {
                double v = 0;
                for (int c = 0; c < m; c++)
                    v += up[r * m + c] * w[(l * m + c) * m + o];
                at[r * m + o] += v;
            }
    }
    for (int i = 0; i < n * m; i++)
        s += at[i] * at[i];
    free(memory);
    return s;
}

/* The nest reads what it has written. */
AD_GRAD(x, w)
double each_prefix(AD_LEN(n *m) const double *x, AD_LEN(layers *m *m) const double *w, int layers, int n, int m)
{
    double *memory = malloc(2 * n * m * sizeof *memory), *at = memory, *sum = at + n * m, s = 0;
    for (int i = 0; i < n * m; i++)
        at[i] = x[i];
    for (int l = 0; l < layers; l++) {
        for (int i = 0; i < n * m; i++)
            sum[i] = at[i] * at[i] + (i > 0 ? 0.5 * sum[i - 1] / (1 + sum[i - 1] * sum[i - 1]) : 0.2);
        for (int r = 0; r < n; r++)
            for (int o = 0; o < m; o++) {
                double v = 0;
                for (int c = 0; c < m; c++)
                    v += sum[r * m + c] * w[(l * m + o) * m + c];
                at[r * m + o] = 0.5 * at[r * m + o] + v;
            }
    }
    for (int i = 0; i < n * m; i++)
        s += at[i] * at[i];
    free(memory);
    return s;
}

/* Not every element, and some twice. */
AD_GRAD(x, w)
double each_some(AD_LEN(n *m) const double *x, AD_LEN(layers *m *m) const double *w, int layers, int n, int m)
{
    double *memory = calloc(2 * n * m, sizeof *memory), *at = memory, *some = at + n * m, s = 0;
    for (int i = 0; i < n * m; i++)
        at[i] = x[i];
    for (int l = 0; l < layers; l++) {
        for (int i = 0; i < n * m; i++)
            if ((i + l) % 2)
                some[i] = sin(at[i]);
        for (int i = 0; i < n * m; i++)
            some[i / 2] += at[i];
        for (int r = 0; r < n; r++)
            for (int o = 0; o < m; o++) {
                double v = 0;
                for (int c = 0; c < m; c++)
                    v += some[r * m + c] * w[(l * m + o) * m + c];
                at[r * m + o] = 0.5 * at[r * m + o] + v;
            }
    }
    for (int i = 0; i < n * m; i++)
        s += at[i] * at[i];
    free(memory);
    return s;
}
