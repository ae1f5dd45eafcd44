// check: --set n=7 --set m=5 --set verbose=1
// construct: functions: Jacobians and Hessians of functions that print, sort and fail with a message
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <adgen.h>

/* A library's style: one function for all failures, a log, sorted keys, buffers of bytes. */
static void fail(const char text[])
{
    fprintf(stderr, "fill: %s\n", text);
    exit(1);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

AD_JACOBIAN(x -> y)
double fill(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n, int verbose)
{
    if (n < 0) {
        fprintf(stderr, "fill: n is %d\n", n);
        return NAN;
    }
    int keys[8];
    char seen[8], line[40];
    memset(seen, 1, sizeof seen);
    for (int i = 0; i < 8; i++)
        keys[i] = i * 5 % 8;
    qsort(keys, 8, sizeof keys[0], by_number);
    double *t = malloc((size_t)n * sizeof *t);
    if (!t)
        fail("no memory");
    for (int i = 0; i < n; i++) {
        t[i] = x[keys[i % 8] % n] * sin(x[i]);
        seen[keys[(i + 1) % 8]]++;
        if (verbose && snprintf(line, sizeof line, "t[%d] = %.3f", i, t[i]) > 0)
            puts(line);
    }
    for (int i = 0; i < n; i++)
        y[i] += t[i] * seen[i % 8];
    free(t);
    return y[0] * y[n - 1];
}

/* An experiment's: printf on the way, the state in a global. */
int calls;
double last;

static void report(const char *what, double v)
{
    printf("%s: %g\n", what, v);
}

AD_HESSIAN()
double energy(AD_LEN(m) double *u, double stiffness, int m)
{
    double e = 0;
    calls++;
    for (int i = 1; i < m; i++) {
        e += 0.5 * stiffness * pow(u[i] - u[i - 1], 2) + cos(u[i]);
        if (e > 1e9) {
            perror("energy");
            break;
        }
    }
    report("energy", e);
    last = e;
    calls++;
    fflush(stdout);
    return e;
}

/* Sparse: the runs that find the structure print nothing. */
AD_JACOBIAN(q -> r)
void chain(AD_LEN(m) const double *q, AD_LEN(m) double *r, int m)
{
    printf("chain of %d\n", m);
    for (int i = 0; i < m; i++) {
        r[i] = exp(q[i]) * q[(i + 1) % m];
        if (isnan(r[i]))
            fprintf(stderr, "chain: r[%d] is not a number\n", i);
    }
}
