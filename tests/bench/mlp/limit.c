/* The network's gradient by hand: each sample forward and back, three short vectors of scratch; tanh' = 1 - y*y. */
#include "mlp.h"

#include <math.h>
#include <stdlib.h>

static void dense(const double *w, const double *b, const double *restrict x, double *restrict y, int in, int out)
{
    for (int i = 0; i < out; i++) {
        double s = b[i];
        for (int j = 0; j < in; j++)
            s += w[i * in + j] * x[j];
        y[i] = s;
    }
}

/* d_x: NULL for the data. */
static void reverse_dense(const double *w, const double *restrict x, const double *restrict d_y, double *restrict d_x,
                          double *restrict d_w, double *restrict d_b, int in, int out)
{
    if (d_x)
        for (int j = 0; j < in; j++)
            d_x[j] = 0;
    for (int i = 0; i < out; i++) {
        double d = d_y[i];
        d_b[i] += d;
        if (d_x) {
            for (int j = 0; j < in; j++) {
                d_w[i * in + j] += d * x[j];
                d_x[j] += d * w[i * in + j];
            }
        } else {
            for (int j = 0; j < in; j++)
                d_w[i * in + j] += d * x[j];
        }
    }
}

static double log_loss(double *score, int n, int target, double seed)
{
    double top = score[0], sum = 0, at = score[target];
    for (int i = 1; i < n; i++)
        top = score[i] > top ? score[i] : top;
    for (int i = 0; i < n; i++) {
        score[i] = exp(score[i] - top);
        sum += score[i];
    }
    for (int i = 0; i < n; i++)
        score[i] *= seed / sum;
    score[target] -= seed;
    return log(sum) + top - at;
}

double mlp_loss_limit(Sizes s, const double *weights, const double *x, const int *target, int n, double *d_weights)
{
    int H = s.hidden, w2 = H * s.in + H, w3 = w2 + H * H + H;
    double *h1 = malloc((4 * H + s.out) * sizeof *h1), *h2 = h1 + H, *d1 = h2 + H, *d2 = d1 + H, *score = d2 + H, loss = 0;

    for (int k = 0; k < n; k++) {
        const double *in = x + k * s.in;
        dense(weights, weights + H * s.in, in, h1, s.in, H);
        for (int i = 0; i < H; i++)
            h1[i] = tanh(h1[i]);
        dense(weights + w2, weights + w2 + H * H, h1, h2, H, H);
        for (int i = 0; i < H; i++)
            h2[i] = tanh(h2[i]);
        dense(weights + w3, weights + w3 + s.out * H, h2, score, H, s.out);
        loss += log_loss(score, s.out, target[k], 1.0 / n);

        reverse_dense(weights + w3, h2, score, d2, d_weights + w3, d_weights + w3 + s.out * H, H, s.out);
        for (int i = 0; i < H; i++)
            d2[i] *= 1 - h2[i] * h2[i];
        reverse_dense(weights + w2, h1, d2, d1, d_weights + w2, d_weights + w2 + H * H, H, H);
        for (int i = 0; i < H; i++)
            d1[i] *= 1 - h1[i] * h1[i];
        reverse_dense(weights, in, d1, NULL, d_weights, d_weights + H * s.in, s.in, H);
    }
    free(h1);
    return loss / n;
}
