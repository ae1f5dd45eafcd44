// check: --set n=7 --set steps=3
/* Buffers that a loop exchanges: their contents go round instead (transform/buffers.c), and some where that must not be;
 * tests/reverse_loops.sh says which is which. Each function runs once with steps, once with one step more. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Filled in each step: copied. */
static double rod(const double *x, const double *w, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    memcpy(u, x, n * sizeof *u);
    for (int t = 0; t < steps; t++) {
        next[0] = u[1] * u[0];
        for (int i = 1; i < n - 1; i++)
            next[i] = 0.5 * u[i] * u[i + 1] * w[i] + 0.3 * u[i - 1];
        next[n - 1] = u[n - 1] * w[t];
        double *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(next);
    free(u);
    return sum;
}

AD_GRAD(x, w)
double copied_rod(AD_LEN(n) const double *x, AD_LEN(n) const double *w, int n, int steps)
{
    return rod(x, w, n, steps) + rod(x, w, n, steps + 1);
}

/* Ends that differ in the two buffers: exchanged. Arrays and pointers to them. */
static float ends(const float *x, int n, int steps)
{
    float a[8], b[8] = {0}, *u = a, *next = b, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    next[0] = x[1] * 0.5f;
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < 7; i++)
            next[i] = u[i] * u[i + 1] * 0.6f + 0.3f * u[i - 1] * u[i];
        float *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < 8; i++)
        sum += u[i] * u[i] + next[i];
    return sum;
}

AD_GRAD(x)
float exchanged_ends(AD_LEN(n) const float *x, int n, int steps)
{
    return ends(x, n, steps) + ends(x, n, steps + 1);
}

/* A wave: three buffers. */
static double wave(const double *x, const double *c, int n, int steps)
{
    double *before = calloc(n, sizeof *before), *now = malloc(n * sizeof *now), *after = malloc(n * sizeof *after), sum = 0;
    for (int i = 0; i < n; i++)
        now[i] = x[i];
    for (int t = 1; t <= steps; t++) {
        after[0] = after[n - 1] = 0;
        for (int i = 1; i < n - 1; i++)
            after[i] = 2 * now[i] - before[i] + c[i] * now[i] * (now[i + 1] - 2 * now[i] + now[i - 1]);
        double *swap = before;
        before = now;
        now = after;
        after = swap;
        sum += now[n / 2] * before[1];
    }
    for (int i = 0; i < n; i++)
        sum += now[i] * before[i];
    free(before);
    free(now);
    free(after);
    return sum;
}

AD_GRAD(x, c)
double copied_wave(AD_LEN(n) const double *x, AD_LEN(n) const double *c, int n, int steps)
{
    return wave(x, c, n, steps) + wave(x, c, n, steps + 1);
}

/* Read behind the loop: exchanged. */
static double both(const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++) {
        u[i] = x[i];
        next[i] = 0.1 * x[n - 1 - i];
    }
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < n; i++)
            next[i] = u[i] * u[(i + 1) % n];
        double *swap = u;
        u = next;
        next = swap;
        u[t % n] += 0.5 * next[0];
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * next[i];
    free(next);
    free(u);
    return sum;
}

AD_GRAD(x)
double exchanged_both(AD_LEN(n) const double *x, int n, int steps)
{
    return both(x, n, steps) + both(x, n, steps + 1);
}

/* Read before it is filled: exchanged. */
static double early(const double *x, int n, int steps)
{
    double a[8], b[8] = {1, 2, 3}, *u = a, *next = b, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            sum += next[i] * x[i % n];
        for (int i = 0; i < 8; i++)
            next[i] = u[i] * u[(i + 1) % 8];
        double *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < 8; i++)
        sum += u[i];
    return sum;
}

AD_GRAD(x)
double exchanged_early(AD_LEN(n) const double *x, int n, int steps)
{
    return early(x, n, steps) + early(x, n, steps + 1);
}

/* Not: a step changes one element. */
static double little(const double *x, int n, int steps)
{
    double *u = malloc(n * sizeof *u), *next = malloc(n * sizeof *next), sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = next[i] = x[i];
    for (int t = 0; t < steps; t++) {
        next[t % n] = u[t % n] * u[0];
        double *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < n; i++)
        sum += u[i] * u[i];
    free(next);
    free(u);
    return sum;
}

AD_GRAD(x)
double not_little(AD_LEN(n) const double *x, int n, int steps)
{
    return little(x, n, steps) + little(x, n, steps + 1);
}

/* Not: one of them is known by another name, too. */
static double named(const double *x, int n, int steps)
{
    double a[8], b[8] = {0}, *u = a, *next = b, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            next[i] = u[i] * u[(i + 1) % 8];
        sum += a[1] * b[2];
        double *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < 8; i++)
        sum += u[i];
    return sum;
}

AD_GRAD(x)
double not_named(AD_LEN(n) const double *x, int n, int steps)
{
    return named(x, n, steps) + named(x, n, steps + 1);
}

/* Not: the one before is kept in a pointer of its own. */
static double older(const double *x, int n, int steps)
{
    double a[8], b[8] = {0}, *u = a, *next = b, *old = b, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        sum += old[t % 8] * u[1];
        for (int i = 0; i < 8; i++)
            next[i] = u[i] * u[(i + 1) % 8];
        old = u;
        double *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < 8; i++)
        sum += u[i] + old[i];
    return sum;
}

AD_GRAD(x)
double not_older(AD_LEN(n) const double *x, int n, int steps)
{
    return older(x, n, steps) + older(x, n, steps + 1);
}

/* Not: of two sizes. */
static double sizes(const double *x, int n, int steps)
{
    double a[8], b[9] = {0}, *u = a, *next = b, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            next[i] = u[i] * u[(i + 1) % 8];
        double *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < 8; i++)
        sum += u[i];
    return sum + b[8];
}

AD_GRAD(x)
double not_sizes(AD_LEN(n) const double *x, int n, int steps)
{
    return sizes(x, n, steps) + sizes(x, n, steps + 1);
}

/* Not: exchanged in some steps only. */
static double sometimes(const double *x, int n, int steps)
{
    double a[8], b[8] = {0}, *u = a, *next = b, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 8; i++)
            next[i] = u[i] * u[(i + 1) % 8];
        if (next[0] > 0.5 * u[0]) {
            double *swap = u;
            u = next;
            next = swap;
        }
    }
    for (int i = 0; i < 8; i++)
        sum += u[i];
    return sum;
}

AD_GRAD(x)
double not_always(AD_LEN(n) const double *x, int n, int steps)
{
    return sometimes(x, n, steps) + sometimes(x, n, steps + 1);
}

/* Not: one of them has an element that nothing is ever stored in; moving it, too, would be warned of. */
static double empty(const double *x, int n, int steps)
{
    double a[8], b[8], *u = a, *next = b, sum = 0;
    for (int i = 0; i < 8; i++)
        u[i] = x[i % n];
    for (int t = 0; t < steps; t++) {
        for (int i = 0; i < 7; i++)
            next[i] = u[i] * u[(i + 1) % 7];
        double *swap = u;
        u = next;
        next = swap;
    }
    for (int i = 0; i < 7; i++)
        sum += u[i];
    return sum;
}

AD_GRAD(x)
double not_empty(AD_LEN(n) const double *x, int n, int steps)
{
    return empty(x, n, steps) + empty(x, n, steps + 1);
}
