/* The loss and its gradient by hand: the gradient of a row is (softmax - one-hot) / rows, its exponentials computed once. */
#include "cross_entropy.h"

#include <math.h>
#include <stdlib.h>

double cross_entropy_limit(const double *logits, const int *targets, int rows, int V, double *d_logits)
{
    double *e = malloc(V * sizeof *e), loss = 0;
    for (int r = 0; r < rows; r++) {
        const double *x = logits + r * V;
        double *restrict d = d_logits + r * V;
        double top = x[0], sum = 0;
        for (int i = 1; i < V; i++)
            top = x[i] > top ? x[i] : top;
        for (int i = 0; i < V; i++) {
            e[i] = exp(x[i] - top);
            sum += e[i];
        }
        loss -= log(e[targets[r]] / sum);
        double factor = 1 / (sum * rows);
        for (int i = 0; i < V; i++)
            d[i] += factor * e[i];
        d[targets[r]] -= 1.0 / rows;
    }
    free(e);
    return loss / rows;
}
