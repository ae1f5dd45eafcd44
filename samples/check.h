/* check.h: what the samples' drivers share: random numbers, numbers beside the expected ones, gradients against differences.
 *
 * A driver keeps what it differentiates with respect to in CheckVars, fills d with the generated gradient and gives v to the
 * generated tangent. Define CHECK_FLOAT first where the objective computes in float.
 */
#ifndef SAMPLES_CHECK_H
#define SAMPLES_CHECK_H

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef CHECK_FLOAT
typedef float CheckReal;
#define CHECK_STEP 2e-2
#define CHECK_DIFFERENCES 2e-3
#define CHECK_DOT 1e-5
#define CHECK_EPSILON FLT_EPSILON
#else
typedef double CheckReal;
#define CHECK_STEP 2e-4
#define CHECK_DIFFERENCES 1e-6
#define CHECK_DOT 1e-12
#define CHECK_EPSILON DBL_EPSILON
#endif

/* One array (or number: n = 1) that an objective is differentiated with respect to. */
typedef struct {
    const char *name;
    CheckReal *x; /* the primal's memory */
    CheckReal *d; /* its gradient; zero until the driver calls the derivative */
    CheckReal *v; /* a direction; all variables' together have length 1 after check_direction */
    size_t n;
} CheckVar;

/* The objective at what the variables' x hold now. */
typedef double (*CheckFn)(void *ctx);

static int check_failed;

/* The same numbers on every machine: a 64-bit linear congruential generator (Knuth's MMIX constants), its upper bits. */
static inline double check_uniform(double lo, double hi)
{
    static unsigned long long state = 20240229;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return lo + (hi - lo) * (double)(state >> 11) / 9007199254740992.0;
}

static inline double check_normal(void)
{
    double u = check_uniform(0, 1), v = check_uniform(0, 1);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}

static inline void check_line(const char *what, double error, double bound)
{
    int ok = error <= bound; /* false for NaN */
    printf("  %-46s %9.1e  (at most %.0e)%s\n", what, error, bound, ok ? "" : "  WRONG");
    check_failed |= !ok;
}

/* A number beside the one it should be; tolerance is relative for |expected| > 1. */
static inline void check_number(const char *what, double got, double expected, double tolerance)
{
    int ok = fabs(got - expected) <= tolerance * fmax(1, fabs(expected));
    printf("  %-34s %22.15g  expected %.15g%s\n", what, got, expected, ok ? "" : "  WRONG");
    check_failed |= !ok;
}

static inline void *check_alloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return p;
}

static inline CheckVar check_var(const char *name, CheckReal *x, size_t n)
{
    CheckVar var = {name, x, check_alloc(n, sizeof(CheckReal)), check_alloc(n, sizeof(CheckReal)), n};
    return var;
}

static inline void check_free(CheckVar *var, int nvars)
{
    for (int i = 0; i < nvars; i++) {
        free(var[i].d);
        free(var[i].v);
    }
}

/* A new random direction of length 1 in all v. */
static inline void check_direction(CheckVar *var, int nvars)
{
    double sum = 0;
    for (int i = 0; i < nvars; i++)
        for (size_t k = 0; k < var[i].n; k++) {
            var[i].v[k] = (CheckReal)check_normal();
            sum += (double)var[i].v[k] * var[i].v[k];
        }
    for (int i = 0; i < nvars; i++)
        for (size_t k = 0; k < var[i].n; k++)
            var[i].v[k] = (CheckReal)(var[i].v[k] / sqrt(sum));
}

/* <d, v> over all variables. */
static inline double check_dot(const CheckVar *var, int nvars)
{
    double sum = 0;
    for (int i = 0; i < nvars; i++)
        for (size_t k = 0; k < var[i].n; k++)
            sum += (double)var[i].d[k] * var[i].v[k];
    return sum;
}

/* The reverse derivative against the tangent along the v: <s, J v> = <J^T s, v>. */
static inline void check_tangent(const CheckVar *var, int nvars, double tangent)
{
    check_line("gradient against tangent", fabs(check_dot(var, nvars) - tangent) / fabs(tangent), CHECK_DOT);
}

/* Central difference of fourth order from values at -2h, -h, h, 2h: its truncation error lets h stay large, far from rounding. */
static inline double check_stencil(const double f[4], double h)
{
    return (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h);
}

static inline double check_along(CheckVar *var, int nvars, CheckFn f, void *ctx)
{
    static const int at[4] = {-2, -1, 1, 2};
    double value[4];
    CheckReal **keep = check_alloc((size_t)nvars, sizeof *keep);
    for (int i = 0; i < nvars; i++) {
        keep[i] = check_alloc(var[i].n, sizeof(CheckReal));
        for (size_t k = 0; k < var[i].n; k++)
            keep[i][k] = var[i].x[k];
    }
    for (int j = 0; j < 5; j++) { /* the last round puts x back */
        for (int i = 0; i < nvars; i++)
            for (size_t k = 0; k < var[i].n; k++)
                var[i].x[k] = j < 4 ? (CheckReal)(keep[i][k] + at[j] * CHECK_STEP * var[i].v[k]) : keep[i][k];
        if (j < 4)
            value[j] = f(ctx);
    }
    for (int i = 0; i < nvars; i++)
        free(keep[i]);
    free(keep);
    return check_stencil(value, CHECK_STEP);
}

/* *noise: what the objective's own rounding makes of a difference. */
static inline double check_component(CheckVar *var, size_t k, CheckFn f, void *ctx, double *noise)
{
    static const int at[4] = {-2, -1, 1, 2};
    double value[4];
    CheckReal keep = var->x[k];
    double h = CHECK_STEP * fmax(1, fabs((double)keep));
    for (int j = 0; j < 4; j++) {
        var->x[k] = (CheckReal)(keep + at[j] * h);
        value[j] = f(ctx);
    }
    var->x[k] = keep;
    *noise = 2 * CHECK_EPSILON * fabs(value[0]) / h;
    return check_stencil(value, h);
}

/* Up to eight components of one variable. An error is what goes beyond the differences' noise, relative to the component,
 * but to no less than the gradient's typical component. */
static inline double check_components(CheckVar *var, CheckFn f, void *ctx)
{
    double sum = 0, worst = 0;
    for (size_t k = 0; k < var->n; k++)
        sum += (double)var->d[k] * var->d[k];
    double typical = sqrt(sum / (double)var->n);
    size_t tries = var->n < 8 ? var->n : 8;
    for (size_t j = 0; j < tries; j++) {
        size_t k = tries == var->n ? j : (size_t)check_uniform(0, (double)var->n);
        double noise, n = check_component(var, k, f, ctx, &noise), a = var->d[k];
        double error = fabs(n - a) - noise, scale = fmax(fmax(fabs(n), fabs(a)), typical);
        if (!(error <= worst * scale))
            worst = error / scale;
    }
    return worst;
}

/* The d against central differences: along three random directions, and by component. */
static inline void check_gradient(CheckVar *var, int nvars, CheckFn f, void *ctx)
{
    double worst = 0;
    for (int j = 0; j < 3; j++) {
        check_direction(var, nvars);
        double n = check_along(var, nvars, f, ctx), a = check_dot(var, nvars);
        double error = fabs(a - n) / (fabs(a) + fabs(n));
        if (!(error <= worst))
            worst = error;
    }
    check_line("gradient against differences, directions", worst, CHECK_DIFFERENCES);
    for (int i = 0; i < nvars; i++) {
        char what[64];
        snprintf(what, sizeof what, "gradient against differences, %s", var[i].name);
        check_line(what, check_components(&var[i], f, ctx), CHECK_DIFFERENCES);
    }
}

/* The driver's exit status, with a last line. */
static inline int check_status(void)
{
    puts(check_failed ? "FAILED" : "ok");
    return check_failed;
}

#endif
