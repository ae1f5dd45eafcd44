// check: --set n=8 --set m=3 --set steps=2
#include <adgen.h>
#include <math.h>

/* What a loop hands on is not differentiated, and needed in its reverse (rerun.c). */

AD_NOALIAS AD_VJP(x, y -> y)
void powers(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n, int m, double q)
{
    for (int i = 0; i < m; i++) {
        double w = 1;
        for (int k = 0; k < n; k++) {
            y[k] = y[k] * 0.5 + w * x[k];
            w *= q;
        }
    }
}

/* The twiddles of a transform, in unsigned arithmetic that may wrap around. */
AD_NOALIAS AD_VJP(re, im -> re, im)
void butterflies(AD_LEN(n) double *re, AD_LEN(n) double *im, unsigned n)
{
    for (unsigned len = 2; len <= n; len <<= 1) {
        double c = cos(6.283185307179586 / len), s = sin(6.283185307179586 / len);
        for (unsigned i = 0; i < n; i += len) {
            double wr = 1, wi = 0;
            for (unsigned k = 0; k < len / 2; k++) {
                unsigned p = i + k, q = p + len / 2;
                double tr = re[q] * wr - im[q] * wi, ti = re[q] * wi + im[q] * wr, next = wr * c - wi * s;
                re[q] = re[p] - tr;
                im[q] = im[p] - ti;
                re[p] += tr;
                im[p] += ti;
                wi = wr * s + wi * c;
                wr = next;
            }
        }
    }
}

/* The same in one array that holds both; 2 * (i + k) + len might wrap around to where another iteration is if it were not signed. */
AD_VJP(z -> z)
void interleaved(AD_LEN(2 * n) double *z, int n)
{
    for (int len = 2; len <= n; len <<= 1)
        for (int i = 0; i < n; i += len) {
            double w = 1;
            for (int k = 0; k < len / 2; k++) {
                double *p = z + 2 * (i + k), *q = p + len, t = q[0] * w;
                q[0] = p[0] - t;
                p[0] += t;
                t = q[1] * w;
                q[1] = p[1] - t;
                p[1] += t;
                w *= -0.5;
            }
        }
}

AD_VJP(z -> z)
void wrapping(AD_LEN(2 * n) double *z, unsigned n)
{
    for (unsigned len = 2; len <= n; len <<= 1)
        for (unsigned i = 0; i < n; i += len) {
            double w = 1;
            for (unsigned k = 0; k < len / 2; k++) {
                double *p = z + 2 * (i + k), *q = p + len, t = q[0] * w;
                q[0] = p[0] - t;
                p[0] += t;
                w *= -0.5;
            }
        }
}

/* Random numbers; downwards. */
AD_GRAD(x)
double sampled(AD_LEN(n) const double *x, int n, int steps)
{
    double sum = 0;
    int t = 0;
    while (t++ < steps) {
        unsigned seed = 7u + (unsigned)t;
        double part = 0;
        for (int k = n - 1; k >= 0; k--) {
            seed = seed * 1664525u + 1013904223u;
            part += x[k] * (seed >> 8);
        }
        sum += part * 1e-6;
    }
    return sum;
}

/* Two that depend on each other, and on memory that stays. */
AD_GRAD(x)
double woven(AD_LEN(n) const double *x, AD_LEN(n) const double *weights, int n, int steps)
{
    double sum = 0;
    for (int t = 0; t < steps; t++) {
        double a = 1, b = 0.5;
        for (int k = 0; k < n; k++) {
            double old = a;
            sum += sin(x[k]) * a * b;
            a = b + weights[k];
            b = old - 0.25 * b;
        }
    }
    return sum;
}

/* Here the order matters: the derivative is handed on as well, and what is needed comes from the other end. */
AD_GRAD(x)
double ordered(AD_LEN(n) const double *x, int n, int steps)
{
    double sum = 0;
    for (int t = 0; t < steps; t++) {
        double s = 0, w = 1;
        for (int k = 0; k < n; k++) {
            s = s * w * 0.9 + x[k] * x[k];
            w *= 0.8;
        }
        sum += s;
    }
    return sum;
}

/* Neighbours meet: the same. */
AD_VJP(x -> x)
void meeting(AD_LEN(n) double *x, int n)
{
    int stop = 0;
    while (stop++ < 3) {
        double w = 1;
        for (int k = 1; k < n; k++) {
            x[k] += w * x[k - 1];
            w *= 0.75;
        }
    }
}

/* Any order would do, but a value has to be pushed in each iteration, which is popped backwards. */
AD_VJP(x -> x)
void pushed(AD_LEN(n) double *x, int n)
{
    int t = 1;
    while (t < 20) {
        double w = 1;
        for (int k = 0; k < n; k++) {
            x[k] = exp(0.1 * x[k] * w) * w;
            w *= 0.75;
        }
        t *= 3;
    }
}

/* Not arithmetic alone: sin would be called again. */
AD_VJP(x -> x)
void called(AD_LEN(n) double *x, int n)
{
    int t = 1;
    while (t < 20) {
        double w = 1;
        for (int k = 0; k < n; k++) {
            x[k] = x[k] * w + x[k];
            w = sin(w);
        }
        t *= 3;
    }
}

/* A table that the loop before overwrites each time. */
AD_VJP(x -> x)
void from_table(AD_LEN(n) double *x, int n)
{
    double table[8];
    int t = 1;
    while (t < 20) {
        double w = 1;
        for (int k = 0; k < 8; k++)
            table[k] = 1.0 / (k + t);
        for (int k = 0; k < n; k++) {
            x[k] *= w;
            w = w * 0.5 + table[k % 8];
        }
        t *= 3;
    }
}
