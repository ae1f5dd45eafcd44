/* fft.c: a Fourier transform, there and back, in place. */
#include "fft.h"

#include <math.h>

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

/* Decimation in time (Cooley and Tukey 1965); sign -1 is forward, +1 backward without the 1/n. */
static void fft(cpx *a, unsigned n, int sign)
{
    bit_reverse(a, n);
    for (unsigned len = 2; len <= n; len <<= 1) {
        double angle = sign * 2 * 3.14159265358979323846 / len;
        cpx step = {cos(angle), sin(angle)};
        for (unsigned i = 0; i < n; i += len) {
            cpx w = {1, 0};
            for (unsigned k = 0; k < len / 2; k++) {
                cpx *p = &a[i + k], *q = p + len / 2;
                cpx u = *p, v;
                v.re = q->re * w.re - q->im * w.im;
                v.im = q->re * w.im + q->im * w.re;
                p->re = u.re + v.re;
                p->im = u.im + v.im;
                q->re = u.re - v.re;
                q->im = u.im - v.im;
                double re = w.re * step.re - w.im * step.im;
                w.im = w.re * step.im + w.im * step.re;
                w.re = re;
            }
        }
    }
}

void there_and_back(cpx *a, unsigned n)
{
    fft(a, n, -1);
    fft(a, n, 1);
    for (unsigned i = 0; i < n; i++) {
        a[i].re /= n;
        a[i].im /= n;
    }
}
