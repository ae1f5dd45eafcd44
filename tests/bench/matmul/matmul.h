#ifndef MATMUL_H
#define MATMUL_H

void matmul(double *out, const double *inp, const double *weight, const double *bias, int rows, int C, int OC);

#endif
