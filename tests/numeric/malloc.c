// check: --set n=6
// construct: memory: `malloc`, `calloc`, `free`
#include <adgen.h>
#include <stdlib.h>
#include <math.h>

AD_GRAD(x)
double buffer(AD_LEN(n) const double *x, int n)
{
    double *t = malloc((size_t)n * sizeof *t);
    if (!t)
        return -1;
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[n - 1 - i];
    free(t);
    return s;
}

AD_GRAD(x)
double zeroed(AD_LEN(n) const double *x, int n)
{
    double *acc = (double *)calloc((size_t)n, sizeof(double));
    int *count = calloc((size_t)n, sizeof *count);
    for (int i = 0; i < 3 * n; i++) {
        acc[(i * i) % n] += sin(x[i % n]);
        count[i % n]++;
    }
    double s = 1;
    for (int i = 0; i < n; i++)
        s += acc[i] * acc[i] / (1 + count[i]);
    free(count);
    free(acc);
    return s;
}

AD_GRAD(x)
double in_loop(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 1; i < n; i++) {
        float *row = malloc(sizeof(float) * (size_t)i);
        for (int j = 0; j < i; j++)
            row[j] = (float)(x[i] * x[j]);
        for (int j = 0; j < i; j++)
            s += row[j] * row[i - 1 - j];
        free(row);
    }
    return s;
}

typedef struct { double a, b; int k; } Cell;

AD_GRAD(x)
double records(AD_LEN(n) const double *x, int n)
{
    Cell *c = malloc(sizeof(Cell) * (size_t)n);
    for (int i = 0; i < n; i++) {
        c[i].a = x[i];
        c[i].b = x[i] * x[0];
        c[i].k = i;
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += c[i].a * c[c[n - 1 - i].k].b;
    free(c);
    return s;
}
