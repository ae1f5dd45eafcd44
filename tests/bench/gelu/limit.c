/* GELU's backward by hand: one tanh, whose derivative is 1 - y*y. */
#include "gelu.h"

#include <math.h>

void gelu_limit(double *out, const double *inp, int n, double *d_out, double *d_inp);

void gelu_limit(double *out, const double *inp, int n, double *restrict d_out, double *restrict d_inp)
{
    const double scale = 0.79788456080286541, c = 0.044715;
    (void)out;
    for (int i = 0; i < n; i++) {
        double x = inp[i], square = x * x, y = tanh(scale * x * (1 + c * square));
        d_inp[i] += d_out[i] * (0.5 * (1 + y) + 0.5 * x * (1 - y * y) * scale * (1 + 3 * c * square));
        d_out[i] = 0;
    }
}
