#include <stdio.h>
#include <string.h>

struct network;
struct layer;
#include "out.h"

int main(void)
{
    float w[2] = {3, 2}, x[2] = {5, 7}, out[2], d_w[2] = {0}, d_x[2] = {0}, d_out[2] = {1, 10};
    apply_vjp(w, x, out, 2, d_w, d_x, d_out); /* out[0] = x0 w0 w0; out[1] = x1 w1 w0 + out[0] w1 */
    float s0 = d_out[0], want_w0 = 10 * (7 * 2) + 21 * (5 * 2 * 3), want_w1 = 10 * (7 * 3 + 45), want_x0 = 21 * 9, want_x1 = 10 * 6;
    if (s0 != 0 || d_w[0] != want_w0 || d_w[1] != want_w1 || d_x[0] != want_x0 || d_x[1] != want_x1) {
        printf("%g, %g %g, %g %g\n", s0, d_w[0], d_w[1], d_x[0], d_x[1]);
        return 1;
    }
    return 0;
}
