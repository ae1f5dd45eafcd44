#ifndef ACTIVATIONS_H
#define ACTIVATIONS_H

void relu(double *out, const double *x, int n);
double sigmoid(double x);
double hyperbolic(double x);
void softmax(double *p, const double *x, int n);
double mse(const double *prediction, const double *target, int n);
double cross_entropy(const double *logits, int class, int n);

#endif
