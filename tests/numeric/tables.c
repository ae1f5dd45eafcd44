// check: --set n=5 --set m=3 --set none=0 --range x=0.2:1.2
// directions: parameter 'r' is a struct
/* Calls in inner loops. In functions that start with `table_` they are made once, in `call_` again each time: tables.sh looks. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_GRAD(x, w)
double table_pairs(AD_LEN(n *m) const double *x, AD_LEN(m) const double *w, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double r = 0;
            for (int k = 0; k < m; k++) {
                double d = (x[i * m + k] - x[j * m + k]) * exp(-w[k]);
                r += d * d;
            }
            s += log(1 + r);
        }
    return s;
}

/* Three numbers: no heap. A call of a call, and one that is used twice. */
AD_GRAD(x, w)
float table_three(AD_LEN(n * 3) const float *x, AD_LEN(3) const float *w, int n)
{
    float s = 0;
    int i = 0;
    while (i < n) {
        for (int k = 0; k < 3; k++) {
            float c = cosf(w[k] * k), e = expf(logf(w[k]) * 2);
            s += x[i * 3 + k] * c + x[i * 3 + k] * x[i * 3 + k] * e * c;
        }
        i++;
    }
    return s;
}

struct rates {
    double decay[4];
};

/* ... of a table of constants and a counter. */
AD_GRAD(r, x)
double table_record(const struct rates *r, AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 4; k++)
            s += x[i] * exp(-r->decay[k] * (k + 1));
    return s;
}

/* The loops do not run: w is not read. */
AD_GRAD(x)
double table_not_run(AD_LEN(n) const double *x, int n, int none)
{
    double *w = calloc(1, sizeof *w), s = x[0];
    for (int i = 0; i < none; i++)
        for (int k = 0; k < n; k++)
            s += x[k] * exp(w[1000000 + k]);
    free(w);
    return s * s;
}

/* ------------------------------------------------------------------ not */

/* w changes in the loops around. */
AD_GRAD(x)
double call_written(AD_LEN(n) const double *x, int n)
{
    double *w = malloc(n * sizeof *w), s = 0;
    for (int k = 0; k < n; k++)
        w[k] = x[k];
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            s += x[i] * exp(-w[k]);
            w[k] += 0.1 * x[i];
        }
    free(w);
    return s;
}

/* Only in some iterations, where w[k] can be read. */
AD_GRAD(x)
double call_in_if(AD_LEN(n) const double *x, int n, int m)
{
    double *w = malloc(m * sizeof *w), s = 0;
    for (int k = 0; k < m; k++)
        w[k] = x[k];
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            if (k < m)
                s += x[i] * exp(-w[k]);
    free(w);
    return s;
}

/* The loop in between does not run in the first iteration; p is not set before the second. */
AD_GRAD(x)
double call_later(AD_LEN(n) const double *x, int n)
{
    double *w = malloc(n * sizeof *w), s = 0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++)
            for (int k = 0; k < n; k++)
                s += x[i] * exp(-w[k]);
        if (i == 0)
            for (int k = 0; k < n; k++)
                w[k] = x[k] * x[k];
    }
    free(w);
    return s;
}

/* Another range each time. */
AD_GRAD(x)
double call_triangle(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            s += x[i] * exp(-x[k]);
    return s;
}

/* One loop. */
AD_GRAD(x)
double call_once(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int k = 0; k < n; k++)
        s += exp(-x[k]);
    return s;
}

/* Not only its own counter. */
AD_GRAD(x)
double call_both(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            s += exp(x[i] * x[k]);
    return s;
}

/* Results may be what is read. */
AD_VJP(x -> y)
void call_overlap(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int k = 0; k < n; k++)
            s += x[i] * exp(-x[k]);
        y[i] = s;
    }
}
