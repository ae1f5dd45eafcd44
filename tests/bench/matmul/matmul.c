/* matmul.c: a dense layer: out[r][o] = bias[o] + sum_c inp[r][c] weight[o][c]; bias may be NULL. */
#include "matmul.h"

#include <stddef.h>

void matmul(double *out, const double *inp, const double *weight, const double *bias, int rows, int C, int OC)
{
    for (int r = 0; r < rows; r++) {
        for (int o = 0; o < OC; o++) {
            double v = bias != NULL ? bias[o] : 0;
            for (int c = 0; c < C; c++)
                v += inp[r * C + c] * weight[o * C + c];
            out[r * OC + o] = v;
        }
    }
}
