#include "out.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 24 };
static int failures;

static double value(int i)
{
    return sin(1.0 + 3.7 * i) * 0.8;
}

static void fill(double *a, int from)
{
    for (int i = 0; i < N; i++)
        a[i] = value(from + i);
}

/* <seed, J v> = <J^T seed, v> over a memory that everything is part of. */
static void same(const char *what, const double *seed, const double *jv, const double *jts, const double *v)
{
    double left = 0, right = 0, size = 0;
    for (int i = 0; i < N; i++) {
        left += seed[i] * jv[i];
        right += jts[i] * v[i];
        size += fabs(seed[i] * jv[i]);
    }
    if (!(fabs(left - right) <= 1e-12 * size) || size < 1e-3) {
        printf("%s: <seed, Jv> = %.17g, <J^T seed, v> = %.17g\n", what, left, right);
        failures++;
    }
}

typedef void Run(double *memory, double *shadow, int tangent, int at, int shift);

static void run_scatter(double *p, double *d, int tangent, int at, int shift)
{
    static const int map[8] = {3, 1, 4, 1, 5, 0, 2, 6};
    if (tangent)
        scatter_jvp(6, map, p + shift, p + at, d + shift, d + at);
    else
        scatter_vjp(6, map, p + shift, p + at, d + shift, d + at);
}

static void run_rows(double *p, double *d, int tangent, int at, int shift)
{
    const double *bias = shift % 2 ? p + 21 : NULL;
    if (tangent)
        rows_jvp(3, 3, p + shift, bias, p + at, d + shift, bias ? d + 21 : NULL, d + at);
    else
        rows_vjp(3, 3, p + shift, bias, p + at, d + shift, bias ? d + 21 : NULL, d + at);
}

static void run_forces(double *p, double *d, int tangent, int at, int shift)
{
    struct node *nodes = (struct node *)(void *)p, *d_nodes = (struct node *)(void *)d;
    if (tangent)
        forces_jvp(4, nodes + shift, p + at, d_nodes + shift, d + at);
    else
        forces_vjp(4, nodes + shift, p + at, d_nodes + shift, d + at);
}

/* Everything in one array, input at `shift`, output at `at`: seeds outside what is written pass through. */
static void check(const char *what, Run *run, int at, int shift)
{
    double p[N], v[N], jv[N], seed[N], jts[N];
    fill(p, 0);
    fill(v, 100);
    memcpy(jv, v, sizeof v);
    run(p, jv, 1, at, shift);
    fill(p, 0);
    fill(seed, 200);
    memcpy(jts, seed, sizeof seed);
    run(p, jts, 0, at, shift);
    char name[64];
    snprintf(name, sizeof name, "%s, written at %d, read at %d", what, at, shift);
    same(name, seed, jv, jts, v);
}

int main(void)
{
    for (int at = 0; at < 16; at++)
        for (int shift = 0; shift < 8; shift++) {
            check("scatter", run_scatter, at, shift);
            check("rows", run_rows, at, shift);
            check("forces", run_forces, at, shift);
        }
    return failures != 0;
}
