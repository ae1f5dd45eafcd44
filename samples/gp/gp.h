#ifndef GP_H
#define GP_H

/* Negative log marginal likelihood of y[n] at x[n][dim] under a Gaussian process with squared-exponential covariance.
 * log_scale[dim]: length scales; log_signal, log_noise: standard deviations. INFINITY where the covariance is not positive definite. */
double gp_nll(int n, int dim, double x[n][dim], const double *y, const double *log_scale, double log_signal, double log_noise);

#endif
