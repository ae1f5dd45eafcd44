#ifndef GP_H
#define GP_H

/* Negative log-likelihood of y at n points x (rows of dim numbers) under a Gaussian process: parameters are logarithms of dim length
 * scales, of the signal's deviation and of the noise's. */
double gp_nll(int n, int dim, const double *x, const double *y, const double *parameters);

#endif
