#ifndef CROSS_ENTROPY_H
#define CROSS_ENTROPY_H

/* Mean of -log softmax(logits)[target] over rows of V logits. */
double cross_entropy(const double *logits, const int *targets, int rows, int V);

#endif
