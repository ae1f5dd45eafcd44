/* The dense layer's backward by hand, in the primal's loop order: row and column together, both updates in one vector loop. */
#include "matmul.h"

#include <stddef.h>

void matmul_limit(double *out, const double *inp, const double *weight, const double *bias, int rows, int C, int OC, double *d_out,
                  double *d_inp, double *d_weight, double *d_bias);

void matmul_limit(double *out, const double *inp, const double *weight, const double *bias, int rows, int C, int OC,
                  double *restrict d_out, double *restrict d_inp, double *restrict d_weight, double *restrict d_bias)
{
    (void)out;
    for (int r = 0; r < rows; r++) {
        const double *x = inp + r * C;
        double *dx = d_inp + r * C;
        for (int o = 0; o < OC; o++) {
            const double *w = weight + o * C;
            double *dw = d_weight + o * C, d = d_out[r * OC + o];
            d_out[r * OC + o] = 0;
            if (bias != NULL)
                d_bias[o] += d;
            for (int c = 0; c < C; c++) {
                dx[c] += w[c] * d;
                dw[c] += x[c] * d;
            }
        }
    }
}
