#ifndef PEAKS_H
#define PEAKS_H

/* Three numbers a peak: height, place, logarithm of the width; then the two of a sloping background. */
enum { PEAKS = 3, PEAK_PARAMETERS = 3 * PEAKS + 2 };

/* The spectrum at x. */
double spectrum(const double *p, double x);
/* Minus the logarithm of the likelihood of the counts, but for what does not depend on p: sum of s - count log(s). */
double poisson_loss(const double *p, const double *x, const double *count, int n);

#endif
