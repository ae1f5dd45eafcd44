#ifndef FFT_H
#define FFT_H

typedef struct {
    double re, im;
} cpx;

/* n: a power of 2. */
void there_and_back(cpx *a, unsigned n);

#endif
