#ifndef LINEAR_H
#define LINEAR_H

/* Mean over the rows of (X W^T + b - y)^2; X[rows][features]. */
double linear_loss(int rows, int features, const double *X, const double *W, double b, const double *y);

#endif
