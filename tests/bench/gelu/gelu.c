/* gelu.c: the tanh form of GELU. */
#include "gelu.h"

#include <math.h>

#define SCALE 0.79788456080286541 /* sqrt(2 / pi) */

void gelu(double *out, const double *inp, int n)
{
    for (int i = 0; i < n; i++) {
        double x = inp[i];
        double cube = 0.044715 * x * x * x;
        out[i] = 0.5 * x * (1 + tanh(SCALE * (x + cube)));
    }
}
