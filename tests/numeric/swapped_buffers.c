// check: --set n=6
// construct: pointers and arrays: buffers that a loop exchanges
// Heap buffers that a loop exchanges: their shadows go along.
#include <adgen.h>
#include <stdlib.h>
#include <string.h>

AD_GRAD(u0)
AD_HESSIAN(u0)
double diffuse(AD_LEN(n) const double *u0, int n, double dt)
{
    double *u = malloc(sizeof *u * (size_t)n), *v = malloc(sizeof *v * (size_t)n);
    memcpy(u, u0, sizeof *u * (size_t)n);
    for (double t = 0; t < 1.0; t += 0.25) {
        for (int i = 1; i < n - 1; i++)
            v[i] = u[i] + dt * (u[i - 1] - 2 * u[i] + u[i + 1]) * u[i];
        v[0] = u[0];
        v[n - 1] = u[n - 1];
        double *s = u;
        u = v;
        v = s;
    }
    double e = 0;
    for (const double *p = u; p != u + n; ++p)
        e += *p * *p;
    free(u);
    free(v);
    return e;
}

AD_GRAD(x)
double rotate(AD_LEN(n) const double *x, int n)
{
    double *a = calloc((size_t)n, sizeof *a), *b = calloc((size_t)n, sizeof *b), *c = calloc((size_t)n, sizeof *c);
    double *d = calloc((size_t)n, sizeof *d), *e = calloc((size_t)n, sizeof *e);
    for (int i = 0; i < n; i++)
        a[i] = x[i];
    for (int t = 0; t < 7; t++) {
        for (int i = 0; i < n; i++)
            b[i] = a[i] * x[(i + 1) % n] + c[i] - 0.5 * e[i] * d[i];
        double *s = e;
        e = d;
        d = c;
        c = b;
        b = a;
        a = s;
        a[t % n] += 0.1 * c[0];
    }
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i] + c[i] * d[i] + e[i];
    free(a);
    free(b);
    free(c);
    free(d);
    free(e);
    return sum;
}
