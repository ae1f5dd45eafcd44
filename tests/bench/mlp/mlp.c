/* mlp.c: a network's mean log-loss, sample by sample. */
#include "mlp.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* y = W x + b; W and b are side by side. Returns what comes behind b. */
static const double *dense(const double *w, const double *x, double *y, int in, int out)
{
    const double *b = w + out * in;
    for (int i = 0; i < out; i++) {
        y[i] = b[i];
        for (int j = 0; j < in; j++)
            y[i] += w[i * in + j] * x[j];
    }
    return b + out;
}

static void activate(double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = tanh(y[i]);
}

static double log_loss(const double *score, int n, int target)
{
    double top = score[0], sum = 0;
    for (int i = 1; i < n; i++)
        if (score[i] > top)
            top = score[i];
    for (int i = 0; i < n; i++)
        sum += exp(score[i] - top);
    return log(sum) + top - score[target];
}

AD_GRAD(weights)
double mlp_loss(Sizes s, AD_LEN(s.hidden *(s.in + s.hidden + 2) + s.out * (s.hidden + 1)) const double *weights,
                AD_LEN(n *s.in) const double *x, AD_LEN(n) const int *target, int n)
{
    double *h1 = malloc(s.hidden * sizeof *h1), *h2 = malloc(s.hidden * sizeof *h2), *score = malloc(s.out * sizeof *score);
    double loss = 0;

    for (int k = 0; k < n; k++) {
        const double *w = dense(weights, x + k * s.in, h1, s.in, s.hidden);
        activate(h1, s.hidden);
        w = dense(w, h1, h2, s.hidden, s.hidden);
        activate(h2, s.hidden);
        dense(w, h2, score, s.hidden, s.out);
        loss += log_loss(score, s.out, target[k]);
    }
    free(h1);
    free(h2);
    free(score);
    return loss / n;
}
