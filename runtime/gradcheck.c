/* gradcheck.c: derivatives by differences, and comparisons with them. */
#include "adgen.h"
#include "adgen_rt.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static double *copy_of(const double *x, size_t n)
{
    double *y = (double *)ad_tape_alloc(n, sizeof *y);
    if (n)
        memcpy(y, x, n * sizeof *y);
    return y;
}

static double *zeros(size_t n)
{
    return (double *)ad_tape_calloc(n, sizeof(double));
}

/* ---------------------------------------------------------------------- differences */

/* (f(x + up*h) - f(x - down*h)) / the distance, in component i of x, which is put back. */
static double difference(ad_function f, double *x, size_t i, void *ctx, double h, int up, int down)
{
    double at = x[i], slope = NAN;
    for (int tries = 0; tries < 10; tries++, h /= 16) {
        volatile double high = at + up * h, low = at - down * h; /* volatile: the distance is that of the rounded arguments */
        x[i] = high;
        double f_high = f(x, ctx);
        x[i] = low;
        double f_low = f(x, ctx);
        x[i] = at;
        slope = (f_high - f_low) / (high - low);
        if (isfinite(slope))
            break;
    }
    return slope;
}

static void differences(ad_function f, const double *x, size_t n, void *ctx, double step, int up, int down, double *g)
{
    double *at = copy_of(x, n);
    for (size_t i = 0; i < n; i++)
        g[i] = difference(f, at, i, ctx, step * fmax(1, fabs(x[i])), up, down);
    free(at);
}

void ad_difference_forward(ad_function f, const double *x, size_t n, void *ctx, double step, double *g)
{
    differences(f, x, n, ctx, step > 0 ? step : sqrt(DBL_EPSILON), 1, 0, g);
}

void ad_difference_backward(ad_function f, const double *x, size_t n, void *ctx, double step, double *g)
{
    differences(f, x, n, ctx, step > 0 ? step : sqrt(DBL_EPSILON), 0, 1, g);
}

void ad_difference_central(ad_function f, const double *x, size_t n, void *ctx, double step, double *g)
{
    differences(f, x, n, ctx, step > 0 ? step : cbrt(DBL_EPSILON), 1, 1, g);
}

/* W. Squire and G. Trapp, Using Complex Variables to Estimate Derivatives of Real Functions, 1998. */
void ad_difference_complex(ad_complex_function f, const double *x, size_t n, void *ctx, double *g)
{
    const double h = 1e-100;
    double _Complex *z = (double _Complex *)ad_tape_alloc(n, sizeof *z);
    for (size_t i = 0; i < n; i++)
        z[i] = x[i];
    for (size_t i = 0; i < n; i++) {
        z[i] = x[i] + h * _Complex_I;
        g[i] = cimag(f(z, ctx)) / h;
        z[i] = x[i];
    }
    free(z);
}

/* ---------------------------------------------------------------------- comparisons */

double ad_relative_error(const double *a, const double *b, size_t n)
{
    double scale = 0, aa = 0, bb = 0, dd = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return INFINITY;
        scale = fmax(scale, fmax(fabs(a[i]), fabs(b[i])));
    }
    if (scale == 0)
        return 0;
    for (size_t i = 0; i < n; i++) { /* scaled: squares neither overflow nor vanish */
        double p = a[i] / scale, q = b[i] / scale;
        aa += p * p;
        bb += q * q;
        dd += (p - q) * (p - q);
    }
    return sqrt(dd) / (sqrt(aa) + sqrt(bb));
}

double ad_check_gradient(ad_function f, ad_gradient gradient, const double *x, size_t n, void *ctx)
{
    double *g = zeros(n), *numeric = zeros(n);
    gradient(x, g, ctx);
    ad_difference_central(f, x, n, ctx, 0, numeric);
    double error = ad_relative_error(g, numeric, n);
    free(g);
    free(numeric);
    return error;
}

/* A map seen through a seed or along a direction, as a scalar function. */
typedef struct {
    ad_map f;
    void *ctx;
    size_t n, m;
    double *seed, *y; /* <seed, f(x)> */
    const double *x, *v;
    double *at; /* f(x + t*v)[row] */
} Probe;

static double seeded(const double *x, void *ctx)
{
    Probe *p = (Probe *)ctx;
    double sum = 0;
    p->f(x, p->y, p->ctx);
    for (size_t j = 0; j < p->m; j++)
        sum += p->seed[j] * p->y[j];
    return sum;
}

/* Numerical Recipes' 32-bit linear congruential generator: the same directions on every machine. */
static void random_vector(double *v, size_t n, uint32_t *state)
{
    for (size_t i = 0; i < n; i++) {
        *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
        v[i] = (double)(*state >> 8) / 8388608.0 - 1;
    }
}

double ad_check_vjp(ad_map f, ad_vjp_map vjp, const double *x, size_t n, size_t m, void *ctx)
{
    Probe p = {f, ctx, n, m, zeros(m), zeros(m), x, NULL, NULL};
    double *d_x = zeros(n), *numeric = zeros(n), worst = 0;
    uint32_t state = 1;
    for (int round = 0; round < 4; round++) {
        random_vector(p.seed, m, &state);
        for (size_t i = 0; i < n; i++)
            d_x[i] = 0;
        ad_difference_central(seeded, x, n, &p, 0, numeric);
        vjp(x, p.seed, d_x, ctx);
        worst = fmax(worst, ad_relative_error(d_x, numeric, n));
    }
    free(d_x);
    free(numeric);
    free(p.seed);
    free(p.y);
    return worst;
}

/* f(x + t*v) into y */
static void along(const Probe *p, double t, double *y)
{
    for (size_t i = 0; i < p->n; i++)
        p->at[i] = p->x[i] + t * p->v[i];
    p->f(p->at, y, p->ctx);
}

double ad_check_jvp(ad_map f, ad_jvp_map jvp, const double *x, size_t n, size_t m, void *ctx)
{
    double *v = zeros(n), *d_y = zeros(m), *low = zeros(m), worst = 0;
    Probe p = {f, ctx, n, m, NULL, zeros(m), x, v, zeros(n)};
    double largest = 1, step;
    uint32_t state = 1;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i]));
    step = cbrt(DBL_EPSILON) * largest;
    for (int round = 0; round < 4; round++) {
        random_vector(v, n, &state);
        along(&p, step, p.y);
        along(&p, -step, low);
        for (size_t j = 0; j < m; j++) {
            low[j] = (p.y[j] - low[j]) / (2 * step);
            d_y[j] = 0;
        }
        jvp(x, v, d_y, ctx);
        worst = fmax(worst, ad_relative_error(d_y, low, m));
    }
    free(v);
    free(d_y);
    free(low);
    free(p.y);
    free(p.at);
    return worst;
}
