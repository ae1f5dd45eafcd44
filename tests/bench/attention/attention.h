#ifndef ATTENTION_H
#define ATTENTION_H

void attention(double *out, double *preatt, double *att, const double *inp, int B, int T, int C, int NH);

#endif
