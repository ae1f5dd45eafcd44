// check: --set n=6 --set steps=4
// construct: pointers and arrays: updates in place
// construct: pointers and arrays: buffers that a loop exchanges
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

AD_VJP()
void square_all(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] *= x[i];
}

AD_VJP()
void prefix(AD_LEN(n) double *x, int n)
{
    for (int i = 1; i < n; i++)
        x[i] = x[i] * x[i - 1] + sin(x[i]);
}

AD_VJP()
void smooth(AD_LEN(n) double *x, int n)
{
    for (int sweep = 0; sweep < 3; sweep++)
        for (int i = 1; i < n - 1; i++)
            x[i] = 0.25 * x[i - 1] + 0.5 * x[i] * x[i] + 0.25 * x[i + 1];
}

/* x is an independent and not a dependent, but overwritten: d_x is added to. */
AD_GRAD(x)
double destroys(AD_LEN(n) double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        x[i] = exp(x[i]) * 0.5;
        s += x[i] * x[(i + 1) % n];
    }
    for (int i = 0; i < n; i++)
        x[i] = 0;
    return s;
}

AD_VJP(x -> y)
void destroys_too(AD_LEN(n) double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        x[i] = x[i] * y[i];
        y[i] = x[i] + y[0];
        x[i] = 3;
    }
}

// Heap buffers that a loop exchanges: their shadows go along.

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

/* Two buffers whose pointers change places. */
AD_GRAD(x)
double diffuse_swapped(AD_LEN(n) const double *x, int n, int steps)
{
    double *a = malloc(sizeof *a * (size_t)n), *b = malloc(sizeof *b * (size_t)n);
    memcpy(a, x, sizeof *a * (size_t)n);
    for (int s = 0; s < steps; s++) {
        for (int i = 0; i < n; i++) {
            double left = i > 0 ? a[i - 1] : a[i], right = i + 1 < n ? a[i + 1] : a[i];
            b[i] = a[i] + 0.2 * (left - 2 * a[i] + right) * a[i];
        }
        double *t = a;
        a = b;
        b = t;
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += a[i] * a[i];
    free(a);
    free(b);
    return s;
}

AD_VJP()
void two_rows(double g[2][6], int steps)
{
    int now = 0;
    for (int s = 0; s < steps; s++) {
        for (int i = 1; i < 5; i++)
            g[1 - now][i] = g[now][i] * (g[now][i - 1] + g[now][i + 1]) * 0.5;
        now = 1 - now;
    }
}
