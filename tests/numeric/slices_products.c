// check: --set rows=3 --set C=2 --set H=4 --set B=2 --set T=3 --range x=0.2:0.9 --range w=0.2:0.9
// construct: memory: buffers that are slices of one allocation
// Where one slice ends and the next begins is a product of sizes: matrices in one allocation, time and batch as one index; and slices that overlap.
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static void matmul(double *out, const double *in, const double *w, int rows, int C, int OC)
{
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < OC; o++) {
            double v = 0;
            for (int c = 0; c < C; c++)
                v += in[r * C + c] * w[o * C + c];
            out[r * OC + o] = v;
        }
}

/* two layers */
AD_GRAD(x, w)
AD_JVP(x, w)
double apart_layers(AD_LEN(rows *C) const double *x, AD_LEN(C *H) const double *w, int rows, int C, int H)
{
    double *h = malloc((size_t)(rows * H + rows * C) * sizeof *h), *y = h + rows * H, s = 0;
    matmul(h, x, w, rows, C, H);
    for (int i = 0; i < rows * H; i++)
        h[i] = tanh(h[i]);
    matmul(y, h, w, rows, H, C);
    for (int i = 0; i < rows * C; i++)
        s += y[i] * y[i];
    free(h);
    return s;
}

/* rows that are batch times time, in size_t */
AD_GRAD(x)
AD_JVP(x)
double apart_batch(AD_LEN(B *T *C) const double *x, int B, int T, int C, int H)
{
    size_t rows = (size_t)B * T, n = C, m = H;
    double *memory = malloc((rows * (n + m) + n) * sizeof *memory), *in = memory, *out = in + rows * n, s = 0;
    for (size_t i = 0; i < rows * n; i++)
        in[i] = x[i] * x[rows * n - 1 - i];
    for (int r = 0; r < B * T; r++)
        for (int o = 0; o < H; o++) {
            double v = 0;
            for (int c = 0; c < C; c++)
                v += sin(in[r * C + c] * (o + 1));
            out[r * H + o] = v;
        }
    for (size_t i = 0; i < rows * m; i++)
        s += out[i] * out[i];
    free(memory);
    return s;
}

/* the last of the first slice is the first of the second: written before it is read by the next row */
AD_GRAD(x)
AD_JVP(x)
double meet_at_one(AD_LEN(rows *H) const double *x, int rows, int C, int H)
{
    double *h = malloc((size_t)(rows * H + rows * C) * sizeof *h), *y = h + rows * H - 1, s = 0;
    for (int i = 0; i < rows * H + rows * C; i++)
        h[i] = i < rows * H ? x[i] : 0.5;
    for (int r = rows - 1; r >= 0; r--)
        for (int o = 0; o < C; o++) {
            double v = 0;
            for (int c = 0; c < H; c++)
                v += sin(h[r * H + c] * (o + 1));
            y[r * C + o] = v;
        }
    for (int i = 0; i < rows * C; i++)
        s += y[i] * y[i];
    free(h);
    return s;
}

/* sizes of which nothing is known: C may be less than 0 where the loop over it is not around */
AD_GRAD(x)
AD_JVP(x)
double meet_perhaps(AD_LEN(rows *H) const double *x, int rows, int C, int H)
{
    double h[64], *y = h + rows * C, s = 0;
    for (int i = 0; i < 64; i++)
        h[i] = 0.5;
    for (int i = 0; i < rows * H; i++)
        h[i] = x[i];
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < H; c++)
            y[r] += sin(h[r * H + c] * 2);
    for (int r = 0; r < rows; r++)
        s += y[r] * y[r];
    return s;
}
