#ifndef MODEL_H
#define MODEL_H

enum { HIDDEN = 3 };

/* Squared error of a network x -> HIDDEN tanh units -> 1 on n samples. */
double network_loss(const double *w, const double *x, const double *y, int n);
/* Softmax with a temperature. */
void soft_choice(const double *score, double *p, int n, double temperature);

#endif
