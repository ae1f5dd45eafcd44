/* cross_entropy.c: softmax, then the mean log-loss. */
#include "cross_entropy.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static void softmax(const double *x, double *p, int n)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > top)
            top = x[i];
    for (int i = 0; i < n; i++) {
        p[i] = exp(x[i] - top);
        sum += p[i];
    }
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

AD_GRAD(logits)
double cross_entropy(AD_LEN(rows *V) const double *logits, AD_LEN(rows) const int *targets, int rows, int V)
{
    double *p = malloc(V * sizeof *p), loss = 0;
    for (int r = 0; r < rows; r++) {
        softmax(logits + r * V, p, V);
        loss -= log(p[targets[r]]);
    }
    free(p);
    return loss / rows;
}
