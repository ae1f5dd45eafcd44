#include "out.h"

#include <stddef.h>

#include <math.h>
#include <stdio.h>

int main(void)
{
    enum { N = 5 };
    double x[N] = {1, 2, 3, 4, 5}, one[N] = {0}, a[N] = {0}, b[N] = {0};
    double v = dot_grad(x, x, N, one, one), w = dot_grad(x, x, N, a, b);
    int wrong = v != w || v != 225;
    for (int i = 0; i < N; i++) {
        double want_a = x[i] * x[i], want_b = 2 * x[i] * x[i];
        if (fabs(a[i] - want_a) > 1e-12 || fabs(b[i] - want_b) > 1e-12 || fabs(one[i] - want_a - want_b) > 1e-12)
            wrong = 1;
    }
    /* Nothing to do: no element, a negative count, no arrays at all. */
    wrong |= dot_grad(x, x, 0, a, b) != 0 || dot_grad(x, x, -3, a, b) != 0 || dot_grad(NULL, NULL, 0, NULL, NULL) != 0;
    if (wrong)
        printf("wrong sums\n");
    return wrong;
}
