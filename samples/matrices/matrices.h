#ifndef MATRICES_H
#define MATRICES_H

double sum_product(int n, int m, const double *x, const double *W);
double quadratic_form(int n, const double *x, const double *W);
double dense_sum(int rows, int n, int m, const double *x, const double *W, const double *b);
double two_layers(int rows, int n, int hidden, int m, const double *x, const double *y, const double *W1, const double *b1,
                  const double *W2, const double *b2);

#endif
