// check: --set n=9 --set steps=4
/* Scratch arrays that each step of a loop fills and uses up: their derivatives are stored, and not cleared (transform/refill.c), and some that
 * must be; tests/reverse_loops.sh says which is which. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* Written in three pieces, read in one loop. */
AD_GRAD(x)
double pieces(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        next[0] = u[1] * u[0];
        for (int i = 1; i < n - 1; i++)
            next[i] = 0.5 * u[i] * u[i + 1] + 0.3;
        next[n - 1] = u[n - 1];
        for (int i = 0; i < n; i++)
            u[i] = next[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(next);
    free(u);
    return sum;
}

/* An array of the function, walked through from its end. */
AD_GRAD(x)
float backwards(AD_LEN(n) const float *x, int n, int steps)
{
    float tmp[5], s = 0.5f;
    int t = steps, i;
    while (t-- > 0) {
        for (i = 4; i >= 0; i--)
            tmp[i] = x[(t + i) % n] * s;
        for (i = 5; i-- > 0;)
            s += sinf(tmp[i]);
    }
    return s;
}

/* Not: each step uses another part of it. */
AD_GRAD(x)
double growing(AD_LEN(n) const double *x, int n, int steps)
{
    double *tmp = malloc(n * sizeof *tmp), s = 1;
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < t; i++)
            tmp[i] = x[i] * s;
        for (int i = 0; i < t; i++)
            s += tmp[i] * 0.1;
    }
    free(tmp);
    return s;
}

/* Not: the ends stay what they were. */
AD_GRAD(x)
double ends(AD_LEN(n) const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        next[i] = u[i] = x[i];
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            next[i] = u[i - 1] * u[i + 1];
        for (int i = 0; i < n; i++)
            u[i] = 0.7 * next[i] + 0.1 * u[i];
    }
    for (int i = 0; i < n; i++)
        sum += u[i];
    free(next);
    free(u);
    return sum;
}

/* Not: it is read in two places. */
AD_GRAD(x)
double twice(AD_LEN(n) const double *x, int n, int steps)
{
    double *tmp = malloc(n * sizeof *tmp), s = 1;
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            tmp[i] = x[i] * s;
        for (int i = 0; i < n; i++)
            s += tmp[i] * 0.1;
        for (int i = 0; i < n; i++)
            s -= tmp[i] * 0.01 * (i + 1);
    }
    free(tmp);
    return s;
}

/* Not: not in each step. */
AD_GRAD(x)
double sometimes(AD_LEN(n) const double *x, int n, int steps)
{
    double *tmp = malloc(n * sizeof *tmp), s = 1;
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            tmp[i] = x[i] * s;
        if (t % 2)
            for (int i = 0; i < n; i++)
                s += tmp[i] * 0.1;
    }
    free(tmp);
    return s;
}

/* Not: what is left of the last step is used after the loop. */
AD_GRAD(x)
double last(AD_LEN(n) const double *x, int n, int steps)
{
    double *tmp = calloc(n, sizeof *tmp), s = 1;
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            tmp[i] = x[i] * s;
        for (int i = 0; i < n; i++)
            s += tmp[i] * 0.1;
    }
    for (int i = 0; i < n; i++)
        s += tmp[i];
    free(tmp);
    return s;
}

/* Stored twice: the first is overwritten, its derivative is what the second leaves there, zero. */
AD_GRAD(x)
double overwritten(AD_LEN(n) const double *x, int n, int steps)
{
    double tmp[4], s = 1;
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 4; i++)
            tmp[i] = x[i] * s;
        tmp[(t + n) % 4] = x[5] * x[6];
        for (int i = 0; i < 4; i++)
            s += tmp[i] * 0.1;
    }
    return s;
}
