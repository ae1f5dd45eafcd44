#ifndef GELU_H
#define GELU_H

void gelu(double *out, const double *inp, int n);

#endif
