// check: --set n=6 --set steps=2
// directions: --directions: parameter 'z' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

/* Places that are read and overwritten in one iteration: the reverse stores there, or clears and adds where they may meet (settle.c). */

AD_VJP(x -> x)
void scaled(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = sin(x[i]) * 1.5;
}

typedef struct {
    double re, im;
} Pair;

AD_VJP(z -> z)
void turned(AD_LEN(n) Pair *z, int n)
{
    for (int i = 0; i + 1 < n; i += 2) {
        Pair a = z[i], b = z[i + 1];
        z[i].re = a.re - b.im * a.im;
        z[i].im = a.im + b.re;
        z[i + 1].re = b.re * a.re;
        z[i + 1].im = b.im - a.re;
    }
}

/* j may be i. */
AD_VJP(x -> x)
void exchanged(AD_LEN(n) double *x, AD_LEN(n) const int *to, int n)
{
    for (int i = 0; i < n; i++) {
        int j = (to[i] % n + n) % n;
        double a = x[i], b = x[j];
        x[i] = b * 0.5 + a * a;
        x[j] = a * b;
    }
}

/* Stored twice, read in between; stored what is no function of anything. */
AD_VJP(x -> x)
void twice(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++) {
        double a = x[i];
        x[i] = a * a;
        double b = x[i];
        x[i] = b + a;
        double c = x[i];
        if (i % 2)
            x[i] = 2;
        else
            x[i] = c * a;
    }
}

/* A loop between the store and the load, which may touch the same place. */
AD_VJP(x -> x)
void around(AD_LEN(n) double *x, int n, int steps)
{
    for (int i = 0; i < n; i++) {
        double a = x[i], sum = 0;
        for (int k = 0; k < steps; k++)
            sum += x[(i + k) % n] * a;
        x[i] = sum * a;
    }
}

/* x and y may overlap where the caller says so. */
AD_VJP(x, y -> y)
void shifted(AD_LEN(n) double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 1; i < n; i++) {
        double a = y[i] * x[i - 1];
        y[i] = a + x[i];
    }
}

/* A test tells the two places apart: by `<`, */
AD_VJP(z -> z)
void told_apart(AD_LEN(n) Pair *z, AD_LEN(n) const int *to, int n)
{
    for (int i = 0; i < n; i++) {
        int j = (to[i] % n + n) % n;
        if (i < j) {
            Pair t = z[i];
            z[i] = z[j];
            z[j] = t;
        }
    }
}

/* and on the other side of `==`. */
AD_VJP(x -> x)
void told_by_else(AD_LEN(n) double *x, AD_LEN(n) const int *to, int n)
{
    for (int i = 0; i < n; i++) {
        int j = (to[i] % n + n) % n;
        if (j == i) {
            x[i] *= 2;
        } else {
            double a = x[i], b = x[j];
            x[i] = b * 0.5 + a * a;
            x[j] = a * b;
        }
    }
}

/* Not: `<=` does not, */
AD_VJP(x -> x)
void not_told(AD_LEN(n) double *x, AD_LEN(n) const int *to, int n)
{
    for (int i = 0; i < n; i++) {
        int j = (to[i] % n + n) % n;
        if (i <= j) {
            double a = x[i], b = x[j];
            x[i] = b * 0.5 + a * a;
            x[j] = a * b;
        }
    }
}

/* nor does a test of something else. */
AD_VJP(x -> x)
void not_their_test(AD_LEN(n + 1) double *x, AD_LEN(n) const int *to, int n)
{
    for (int i = 0; i < n; i++) {
        int j = (to[i] % n + n) % n;
        if (i < j) {
            double a = x[i + 1], b = x[j];
            x[i + 1] = b * 0.5 + a * a;
            x[j] = a * b;
        }
    }
}
