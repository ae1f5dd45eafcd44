#ifndef FFT_H
#define FFT_H

/* Mean squared difference of logarithms between the power spectrum of a filter's taps and a wanted one.
 * n is a power of two, at least ntaps; wanted[n/2 + 1]. */
double spectrum_loss(const double *taps, int ntaps, const double *wanted, int n);

/* Energy of the signal convolved with itself cyclically, by FFT. */
double autoconvolution(const float *x, int n);

#endif
