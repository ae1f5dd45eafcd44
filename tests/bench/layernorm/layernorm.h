#ifndef LAYERNORM_H
#define LAYERNORM_H

void layernorm(double *out, double *mean, double *rstd, const double *inp, const double *weight, const double *bias, int rows,
               int C);

#endif
