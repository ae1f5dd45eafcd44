// construct: control flow: with `-fopenmp`: `parallel` regions with `for`, `critical`, `atomic`, `single`
// check: -fopenmp --set n=9 --set m=4 --set 'idx[i]=(i*7+3)%4' --set 'flag[i]=i%2'
/* Parallel regions, updates of shared places, and loops that cannot be shared. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* A partial sum of each thread. */
AD_GRAD(x)
double omp_region(AD_LEN(n) const double *x, int n)
{
    double total = 0;
#pragma omp parallel
    {
        double mine = 0;
#pragma omp for nowait
        for (int i = 0; i < n; i++)
            mine += sin(x[i]) * x[i];
#pragma omp critical
        total += mine;
#pragma omp barrier
    }
    return total;
}

/* Two loops of one region; what the second reads the first has written. */
AD_VJP(x -> y)
void omp_two_loops(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double *t = malloc(n * sizeof *t);
#pragma omp parallel
    {
#pragma omp for
        for (int i = 0; i < n; i++)
            t[i] = exp(0.3 * x[i]);
#pragma omp single
        t[0] = 2 * t[0];
#pragma omp for schedule(guided)
        for (int i = 0; i < n; i++)
            y[i] = t[i] * t[n - 1 - i];
    }
    free(t);
}

/* Places that several iterations add to. */
AD_VJP(w -> h)
void omp_histogram(AD_LEN(n) const double *w, AD_LEN(n) const int *idx, AD_LEN(m) double *h, int n, int m)
{
    for (int k = 0; k < m; k++)
        h[k] = 0;
#pragma omp parallel for
    for (int i = 0; i < n; i++) {
#pragma omp atomic
        h[idx[i] % m] += w[i] * w[i];
    }
}

/* Places that several iterations read. */
AD_GRAD(table)
double omp_gather(AD_LEN(m) const double *table, AD_LEN(n) const int *idx, AD_LEN(n) const double *x, int n, int m)
{
    double s = 0;
#pragma omp parallel for reduction(+ : s)
    for (int i = 0; i < n; i++)
        s += table[idx[i] % m] * sin(x[i] * table[(idx[i] + 1) % m]);
    return s;
}

/* What the pragma promises and subscripts do not show: idx is a permutation. */
AD_VJP(x -> y)
void omp_scatter(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
#pragma omp parallel for
    for (int i = 0; i < n; i++)
        y[i * 4 % n] = x[i] * x[i];
}

AD_GRAD(x)
double omp_max(AD_LEN(n) const double *x, int n)
{
    double m = -1e30;
#pragma omp parallel for reduction(max : m)
    for (int i = 0; i < n; i++)
        if (x[i] * x[i] > m)
            m = x[i] * x[i];
    return m;
}

/* An array that is summed up. */
AD_VJP(x -> s)
void omp_array_sum(AD_LEN(n) const double *x, AD_LEN(n) const int *idx, double s[4], int n)
{
#pragma omp parallel for reduction(+ : s[:4])
    for (int i = 0; i < n; i++)
        s[idx[i] % 4] += x[i] * x[i];
}

/* firstprivate; memory of each iteration. */
AD_GRAD(x)
double omp_heap(AD_LEN(n) const double *x, int n, int m, double scale)
{
    double s = 0;
#pragma omp parallel for firstprivate(scale) reduction(+ : s) default(none) shared(x, n, m)
    for (int i = 0; i < n; i++) {
        double *t = malloc(m * sizeof *t);
        for (int k = 0; k < m; k++)
            t[k] = scale * x[i] + k;
        for (int k = 0; k < m; k++)
            s += scale * sin(t[k] * x[(i + 1) % n]);
        free(t);
    }
    return s;
}

static void omp_roots(const double *x, double *y, int n)
{
#pragma omp for
    for (int i = 0; i < n; i++)
        y[i] = sqrt(x[i]);
}

/* A work-sharing loop in a function, and code that one thread does. */
AD_GRAD(x)
double omp_called(AD_LEN(n) const double *x, AD_LEN(n) const int *flag, int n)
{
    double s = 0, extra = 0, y[64];
#pragma omp parallel
    {
#pragma omp master
        extra = x[0] * x[0];
        omp_roots(x, y, n);
    }
    s = extra;
    for (int i = 0; i < n; i++)
        s += y[i] * y[n - 1 - i];
#pragma omp parallel for lastprivate(extra)
    for (int i = 0; i < n; i++)
        extra = flag[i] ? x[i] * x[i] : x[i];
    return s + extra;
}
