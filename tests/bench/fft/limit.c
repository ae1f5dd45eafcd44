/* The transform is linear: its adjoint needs nothing of the primal but the roots of unity, which each block makes again in the
 * primal's order: the butterflies of a block are independent. */
#include "fft.h"

#include <math.h>

void there_and_back_limit(cpx *a, unsigned n, cpx *d_a);

static void bit_reverse(cpx *a, unsigned n)
{
    for (unsigned i = 1, j = 0; i < n; i++) {
        unsigned bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            cpx t = a[i];
            a[i] = a[j];
            a[j] = t;
        }
    }
}

static void reverse_fft(cpx *d, unsigned n, int sign)
{
    for (unsigned len = n; len >= 2; len >>= 1) {
        double angle = sign * 2 * 3.14159265358979323846 / len;
        cpx step = {cos(angle), sin(angle)};
        for (unsigned i = 0; i < n; i += len) {
            cpx w = {1, 0};
            for (unsigned k = 0; k < len / 2; k++) {
                cpx *p = &d[i + k], *q = p + len / 2;
                cpx difference = {p->re - q->re, p->im - q->im};
                p->re += q->re;
                p->im += q->im;
                q->re = difference.re * w.re + difference.im * w.im;
                q->im = difference.im * w.re - difference.re * w.im;
                double re = w.re * step.re - w.im * step.im;
                w.im = w.re * step.im + w.im * step.re;
                w.re = re;
            }
        }
    }
    bit_reverse(d, n);
}

void there_and_back_limit(cpx *a, unsigned n, cpx *d_a)
{
    (void)a;
    for (unsigned i = 0; i < n; i++) {
        d_a[i].re /= n;
        d_a[i].im /= n;
    }
    reverse_fft(d_a, n, 1);
    reverse_fft(d_a, n, -1);
}
