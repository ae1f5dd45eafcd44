/* fft.c: design of a filter by its power spectrum: the loss goes through a radix-2 Fourier transform. */
#include "fft.h"

#include <adgen.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    double re, im;
} cpx;

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

/* In place, decimation in time (Cooley and Tukey 1965); sign -1 is forward, +1 backward without the 1/n. */
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

AD_GRAD(taps)
AD_JVP(taps)
double spectrum_loss(AD_LEN(ntaps) const double *taps, int ntaps, AD_LEN(n / 2 + 1) const double *wanted, int n)
{
    cpx *a = calloc(n, sizeof *a);
    double loss = 0;

    for (int i = 0; i < ntaps; i++)
        a[i].re = taps[i];
    fft(a, n, -1);
    for (int k = 0; k <= n / 2; k++) {
        double power = a[k].re * a[k].re + a[k].im * a[k].im;
        double d = log(power + 1e-6) - log(wanted[k] + 1e-6);
        loss += d * d;
    }
    free(a);
    return loss / (n / 2 + 1);
}

AD_GRAD(x)
AD_JVP(x)
double autoconvolution(AD_LEN(n) const float *x, int n)
{
    cpx *a = malloc(n * sizeof *a);
    double energy = 0;

    for (int i = 0; i < n; i++) {
        a[i].re = x[i];
        a[i].im = 0;
    }
    fft(a, n, -1);
    for (int i = 0; i < n; i++) {
        cpx z = a[i];
        a[i].re = z.re * z.re - z.im * z.im;
        a[i].im = 2 * z.re * z.im;
    }
    fft(a, n, 1);
    for (int i = 0; i < n; i++)
        energy += a[i].re / n * (a[i].re / n) + a[i].im / n * (a[i].im / n);
    free(a);
    return energy;
}
