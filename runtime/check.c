/* check.c: a derivative against its tangent and central differences, for programs made by `adgen --check`.
 *
 * With entry values x of all numbers that carry derivatives and exit values y = f(x):
 *   tangent    y' = J v                                   against (f(x + hv) - f(x - hv)) / 2h
 *   adjoint    g = J^T s                                  against <s, J v> = <g, v>, and component by component against differences
 * and what the contract of d_ says beyond that: accumulation, primal results to the bit, the same answer on a second call, output printed
 * once and in order.
 */
#define _POSIX_C_SOURCE 200809L
#include "check_impl.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

FILE *ad_ck_report;

/* ---------------------------------------------------------------------- argument sets */

void *ad_ck_grow(void *p, size_t bytes)
{
    p = realloc(p, bytes);
    if (!p) {
        fprintf(stderr, "check: out of memory\n");
        exit(2);
    }
    return p;
}

void *ad_ck_array(ad_ck_args *a, long long count, size_t size)
{
    size_t n = count < 0 ? 0 : (size_t)count;
    void *p = calloc(n ? n : 1, n ? size : 1);
    if (!p) {
        fprintf(stderr, "check: out of memory for an array of %zu elements\n", n);
        exit(2);
    }
    if (a->nblocks == a->block_cap) {
        a->block = ad_ck_grow(a->block, sizeof *a->block * (a->block_cap = 2 * a->block_cap + 16));
        a->block_bytes = ad_ck_grow(a->block_bytes, sizeof *a->block_bytes * a->block_cap);
    }
    a->block_bytes[a->nblocks] = n * size;
    a->block[a->nblocks++] = p;
    return p;
}

/* xorshift64*, Vigna 2016: the same arguments on every machine. */
double ad_ck_random(ad_ck_args *a, double lo, double hi)
{
    a->random ^= a->random >> 12;
    a->random ^= a->random << 25;
    a->random ^= a->random >> 27;
    double unit = (double)((a->random * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
    return lo + unit * (hi - lo);
}

double ad_ck_between(ad_ck_args *a, double lo, double hi, const char *name)
{
    if (lo <= hi)
        return ad_ck_random(a, lo, hi);
    fprintf(stderr, "check: no number is in the range of '%s', from %g to %g\n", name, lo, hi);
    exit(2);
}

long ad_ck_length(long n, const char *name)
{
    if (n >= 0)
        return n;
    fprintf(stderr, "check: the length of '%s' is %ld\n", name, n);
    exit(2);
}

void ad_ck_number(ad_ck_args *a, void *at, size_t size, ad_ck_kind kind, int param, int by_value)
{
    if (a->nleaves == a->leaf_cap)
        a->leaf = ad_ck_grow(a->leaf, sizeof *a->leaf * (a->leaf_cap = 2 * a->leaf_cap + 64));
    unsigned roles = kind == AD_CK_OTHER ? 0 : a->test->params[param].roles;
    if (by_value && roles)
        roles = AD_CK_INDEP;
    a->leaf[a->nleaves++] = (ad_ck_leaf){.at = at, .size = size, .kind = kind, .param = param, .by_value = by_value, .roles = roles};
}

void ad_ck_named(ad_ck_args *a, const char *format, int n, ...)
{
    ad_ck_leaf *l = &a->leaf[a->nleaves - 1];
    va_list ap;
    va_start(ap, n);
    for (int k = 0; k < n && k < 4; k++)
        l->index[k] = va_arg(ap, long);
    va_end(ap);
    l->format = n <= 4 ? format : NULL;
}

double ad_ck_input(const double *values, long n, long i, const char *name)
{
    if (i >= 0 && i < n)
        return values[i];
    fprintf(stderr, "check: '%s' has %ld values in the input file, but element %ld is needed\n", name, n, i);
    exit(2);
}

void ad_ck_alias(ad_ck_args *a, const void *at, size_t bytes, int param)
{
    const char *from = at;
    int owner = -1;
    for (size_t i = 0; from && i < a->nleaves; i++) {
        ad_ck_leaf *l = &a->leaf[i];
        const char *p = l->at;
        if (p == from)
            owner = l->param;
        if (l->kind != AD_CK_OTHER && p >= from && (bytes ? p < from + bytes : l->param == owner)) {
            unsigned roles = a->test->params[param].roles;
            if (l->roles && roles && l->param != param)
                a->overlap = 1;
            l->roles |= roles;
        }
    }
}

ad_ck_args ad_ck_args_new(const ad_ck_test *t)
{
    ad_ck_args a = {.test = t, .random = 88172645463325252ULL};
    t->build(&a);
    return a;
}

void *ad_ck_malloc(size_t bytes)
{
    return malloc(bytes);
}

void ad_ck_free(void *p)
{
    free(p);
}

void ad_ck_args_free(ad_ck_args *a)
{
    for (size_t i = 0; i < a->nblocks; i++)
        free(a->block[i]);
    free(a->block);
    free(a->block_bytes);
    free(a->leaf);
}

/* By memcpy: fields of packed structs may lie anywhere. */
long double ad_ck_get(const ad_ck_leaf *l)
{
    float f;
    double d;
    long double x = 0;
    switch (l->kind) {
    case AD_CK_F32:
        memcpy(&f, l->at, sizeof f);
        return f;
    case AD_CK_F64:
        memcpy(&d, l->at, sizeof d);
        return d;
    case AD_CK_F80:
        memcpy(&x, l->at, sizeof x);
        break;
    case AD_CK_OTHER:
        break;
    }
    return x;
}

void ad_ck_set(const ad_ck_leaf *l, long double v)
{
    float f = (float)v;
    double d = (double)v;
    switch (l->kind) {
    case AD_CK_F32:
        memcpy(l->at, &f, sizeof f);
        break;
    case AD_CK_F64:
        memcpy(l->at, &d, sizeof d);
        break;
    case AD_CK_F80:
        memcpy(l->at, &v, sizeof v);
        break;
    case AD_CK_OTHER:
        break;
    }
}

/* With several threads, and with -fassociative, ($ADGEN_CHECK_THREADS) sums are in any order. */
static int is_close(long double x, long double y, int single)
{
    return getenv("ADGEN_CHECK_THREADS") && fabsl(x - y) <= (single ? 1e-4L : 1e-11L) * (1 + fabsl(x) + fabsl(y));
}

int ad_ck_same_bits(const ad_ck_leaf *x, const ad_ck_leaf *y)
{
    if (x->kind != AD_CK_OTHER && is_close(ad_ck_get(x), ad_ck_get(y), x->kind == AD_CK_F32))
        return 1;
    size_t size = x->kind == AD_CK_F80 ? 10 : x->size; /* the padding of x87's long double is anything */
    return memcmp(x->at, y->at, size) == 0;
}

int ad_ck_is_input(const ad_ck_leaf *l)
{
    return l->roles != 0;
}

/* Its exit value is visible to the caller and carries a derivative. */
int ad_ck_is_output(const ad_ck_leaf *l)
{
    return (l->roles & (AD_CK_DEP | AD_CK_SCRATCH)) != 0;
}

/* ---------------------------------------------------------------------- calls */

void ad_ck_complain(Check *c, const char *what)
{
    ad_ck_say(c, "%s: %s", c->t->name, what);
    c->failed = 1;
}

/* Before each call: the same random numbers, an empty scratch file for what is printed. */
void ad_ck_call_begin(void)
{
    srand(1);
    fflush(stdout);
    if (ftruncate(STDOUT_FILENO, 0) == 0)
        lseek(STDOUT_FILENO, 0, SEEK_SET);
}

static size_t call_printed(char *text, size_t cap)
{
    fflush(stdout);
    lseek(STDOUT_FILENO, 0, SEEK_SET);
    ssize_t n = read(STDOUT_FILENO, text, cap);
    return n < 0 ? 0 : (size_t)n;
}

void ad_ck_same_effects(Check *c, const ad_ck_args *after, const char *who)
{
    char text[sizeof c->printed], message[256];
    size_t n = call_printed(text, sizeof text);
    if (n != c->nprinted || memcmp(text, c->printed, n)) {
        snprintf(message, sizeof message, "%s prints something else than the primal", who);
        ad_ck_complain(c, message);
    }
    for (size_t i = 0; i < c->n; i++) {
        if (ad_ck_same_bits(&after->leaf[i], &c->y0.leaf[i]))
            continue;
        snprintf(message, sizeof message, "%s leaves other bits than the primal in '%s': %.17Lg, not %.17Lg", who,
                 c->t->params[after->leaf[i].param].name, ad_ck_get(&after->leaf[i]), ad_ck_get(&c->y0.leaf[i]));
        ad_ck_complain(c, message);
        return;
    }
}

/* A shadow with all zero numbers. */
ad_ck_args ad_ck_shadow_new(const Check *c)
{
    ad_ck_args s = ad_ck_args_new(c->t);
    for (size_t i = 0; i < c->n; i++)
        ad_ck_set(&s.leaf[i], 0);
    return s;
}

/* One adjoint call: entry values of pure independents from `entry` (may be NULL: zero), exit values to g. */
void ad_ck_run_adjoint(Check *c, const long double *entry, long double *g)
{
    ad_ck_args a = ad_ck_args_new(c->t), d = ad_ck_shadow_new(c);
    for (size_t i = 0; i < c->n; i++) {
        if (ad_ck_is_output(&d.leaf[i]))
            ad_ck_set(&d.leaf[i], c->seed[i]);
        else if (entry && ad_ck_is_input(&d.leaf[i]))
            ad_ck_set(&d.leaf[i], entry[i]);
    }
    ad_ck_call_begin();
    c->t->adjoint(&a, &d);
    ad_ck_same_effects(c, &a, "the derivative");
    for (size_t i = 0; i < c->n; i++)
        g[i] = ad_ck_get(&d.leaf[i]);
    ad_ck_args_free(&a);
    ad_ck_args_free(&d);
}

/* Steps to try: rounding and truncation decide which is best, and a wrong derivative is wrong with each of them. */
static const long double steps_double[] = {6e-6L, 1e-4L, 6e-7L, 1e-3L, 1e-5L};
static const long double steps_single[] = {1e-2L, 3e-3L, 3e-2L, 1e-3L, 5e-3L};

long double ad_ck_step(const Check *c, int k)
{
    return c->t->single ? steps_single[k] : steps_double[k];
}

long double ad_ck_bound(const Check *c)
{
    return c->t->single ? 2e-3L : 1e-6L;
}

long double ad_ck_epsilon(const Check *c)
{
    return c->t->single ? (long double)FLT_EPSILON : (long double)DBL_EPSILON;
}

/* A step fits the number's size. */
long double ad_ck_scale(const Check *c, size_t i)
{
    return fmaxl(0.1L, fabsl(ad_ck_get(&c->x0.leaf[i])));
}

/* ---------------------------------------------------------------------- tangent */

void ad_ck_random_direction(Check *c, ad_ck_args *rng, long double *v)
{
    for (size_t i = 0; i < c->n; i++) {
        const ad_ck_leaf *l = &c->x0.leaf[i];
        int only_out =
            c->t->grad && !(l->roles & (AD_CK_INDEP | AD_CK_SCRATCH)); /* a gradient does not tell about its result's old value */
        v[i] = ad_ck_is_input(l) && l->param != c->ret && !only_out ? (float)(ad_ck_random(rng, -1, 1) * (double)ad_ck_scale(c, i)) : 0;
    }
    ad_ck_turn_inside(c, v);
}

/* Calls the tangent with direction v; Jv to dy. */
void ad_ck_run_tangent(Check *c, const long double *v, long double *dy)
{
    ad_ck_args a = ad_ck_args_new(c->t), s = ad_ck_shadow_new(c);
    for (size_t i = 0; i < c->n; i++)
        ad_ck_set(&s.leaf[i], v[i]);
    ad_ck_call_begin();
    c->t->tangent(&a, &s);
    ad_ck_same_effects(c, &a, "the tangent");
    for (size_t i = 0; i < c->n; i++)
        dy[i] = ad_ck_get(&s.leaf[i]);
    ad_ck_args_free(&a);
    ad_ck_args_free(&s);
}

/* ||Jv - difference|| / (||Jv|| + ||difference||) over one parameter's outputs, with the best step. */
static long double tangent_error(const Check *c, int param, const long double *v, const long double *dy, long double *num)
{
    long double best = INFINITY;
    for (int k = 0; k < AD_CK_NSTEPS && !(best <= ad_ck_bound(c)); k++) {
        long double h = ad_ck_step(c, k), err = 0, norm = 0, noise = 0;
        ad_ck_difference(c, v, h, num);
        for (size_t i = 0; i < c->n; i++) {
            if (!ad_ck_is_output(&c->x0.leaf[i]) || c->x0.leaf[i].param != param)
                continue;
            long double n = num[i] / (2 * h), y = ad_ck_get(&c->y0.leaf[i]), size = fabsl(dy[i]) + fabsl(n);
            err += (dy[i] - n) * (dy[i] - n);
            norm += size * size;
            noise += y * y;
        }
        err = sqrtl(err);
        long double rounding = 8 * ad_ck_epsilon(c) * sqrtl(noise) / h;
        long double rel = err <= rounding && rounding <= 10 * ad_ck_bound(c) * sqrtl(norm) ? 0 : err / sqrtl(norm);
        if (rel < best)
            best = rel;
    }
    return best;
}

/* The output of the parameter where the tangent and the difference (of the first step) are farthest apart. */
static size_t worst_output(const Check *c, int param, const long double *dy, const long double *difference)
{
    size_t worst = 0;
    long double most = -1;
    for (size_t i = 0; i < c->n; i++) {
        long double err = fabsl(dy[i] - difference[i] / (2 * ad_ck_step(c, 0)));
        if (ad_ck_is_output(&c->x0.leaf[i]) && c->x0.leaf[i].param == param && !(err <= most)) {
            most = err;
            worst = i;
        }
    }
    return worst;
}

void ad_ck_tangent_against_differences(Check *c, const long double *v, const long double *dy, long double *num)
{
    for (int p = 0; p < c->t->nparams; p++) {
        long double worst = tangent_error(c, p, v, dy, num);
        if (!(worst <= ad_ck_bound(c)))
            worst = fminl(worst, ad_ck_directional_error(c, p, v, dy));
        if (!(worst <= ad_ck_bound(c)) && ad_ck_kink_along(c, p, v, dy)) {
            if (!c->kinks_said++)
                ad_ck_say(c, "the tangent of '%s' is at a kink or jump, and what its two sides allow", c->t->params[p].name);
            continue;
        }
        if (!(worst <= ad_ck_bound(c)) && ad_ck_infinite_along(c, p, v, dy))
            continue;
        if (worst > c->worst_tangent)
            c->worst_tangent = (double)worst;
        if (worst <= ad_ck_bound(c))
            continue;
        ad_ck_difference(c, v, ad_ck_step(c, 0), num);
        size_t i = worst_output(c, p, dy, num);
        char name[64];
        ad_ck_say(c,
               "%s: the tangent of '%s' disagrees with central differences, relative error %.2Lg; worst at %s: %.10Lg, central "
               "difference %.10Lg",
               c->t->name, c->t->params[p].name, worst, ad_ck_leaf_name(c, i, name, sizeof name), dy[i], num[i] / (2 * ad_ck_step(c, 0)));
        c->failed = 1;
    }
}

/* |<s, Jv> - <g, v>| against the sum of the terms' sizes. */
static void dot_product(Check *c, const long double *v, const long double *dy)
{
    long double left = 0, right = 0, size = 0;
    for (size_t i = 0; i < c->n; i++) {
        const ad_ck_leaf *l = &c->x0.leaf[i];
        if (ad_ck_is_output(l)) {
            left += c->seed[i] * dy[i];
            size += fabsl(c->seed[i] * dy[i]);
        }
        if (v[i] != 0) {
            right += c->g[i] * v[i];
            size += fabsl(c->g[i] * v[i]);
        }
    }
    long double rel = left == right ? 0 : fabsl(left - right) / size, bound = c->t->single ? 1e-5L : 1e-12L;
    if (!(rel <= bound) && ad_ck_within_noise(c, v, fabsl(left - right)))
        rel = 0;
    if (!(rel <= c->dot_error))
        c->dot_error = (double)rel;
    if (!(rel <= bound))
        ad_ck_complain(c, "<s, J v> and <J^T s, v> differ");
}

/* ---------------------------------------------------------------------- adjoint, by component */

/* One parameter: its components (a sample where there are many) against differences, by component and by norm. */
static void check_param(Check *c, int param, long double *v, long double *dy)
{
    size_t total = 0, seen = 0, bad = 0;
    long double err2 = 0, norm2 = 0, size = 0, biggest = 0, worst = -1;
    ad_ck_row_data row = {.name = c->t->params[param].name, .worst = ""};
    char name[64];
    for (size_t i = 0; i < c->n; i++) {
        const ad_ck_leaf *l = &c->x0.leaf[i];
        if (ad_ck_is_output(l))
            size += fabsl(c->seed[i] * ad_ck_get(&c->y0.leaf[i]));
        if (l->param == param && ad_ck_is_input(l)) {
            total++;
            biggest = fmaxl(biggest, fabsl(c->g[i]));
        }
    }
    size_t stride = total > AD_CK_COMPONENTS ? total / AD_CK_COMPONENTS : 1;
    for (size_t i = 0; i < c->n; i++) {
        const ad_ck_leaf *l = &c->x0.leaf[i];
        if (l->param != param || !ad_ck_is_input(l) || seen++ % stride)
            continue;
        ad_ck_slope slope = ad_ck_slope_of(c, i, v, dy, size, biggest);
        long double both = fabsl(c->g[i]) + fabsl(slope.numerical);
        row.kinks += (size_t)slope.kink;
        row.ends += (size_t)slope.end;
        bad += !slope.fine;
        err2 += slope.error * slope.error;
        norm2 += both * both;
        if (!(slope.error <= worst) && !isnan(worst)) {
            worst = slope.error;
            row.derivative = c->g[i];
            row.difference = slope.numerical;
            row.worst = ad_ck_leaf_name(c, i, name, sizeof name);
        }
    }
    if (!total)
        return;
    row.elements = total;
    row.biggest = biggest;
    row.error = err2 == 0 ? 0 : isinf(err2) ? err2 : sqrtl(err2 / norm2);
    row.bad = bad > 0;
    ad_ck_row(c, &row);
    if (bad) {
        ad_ck_say(c, "%s: the derivative with respect to %s is %.10Lg, central difference %.10Lg", c->t->name, row.worst,
               row.derivative, row.difference);
        c->failed = 1;
    }
}

/* The d_ of a pure independent is added to, and a second call gives the same bits. */
static void check_contract(Check *c)
{
    long double *entry = ad_ck_grow(NULL, sizeof *entry * (c->n + 1)), *again = ad_ck_grow(NULL, sizeof *again * (c->n + 1)), biggest = 0;
    ad_ck_run_adjoint(c, NULL, again);
    for (size_t i = 0; i < c->n; i++) {
        entry[i] = ad_ck_random(&c->x0, -3, 3);
        if (c->x0.leaf[i].kind == AD_CK_F32)
            entry[i] = (float)entry[i];
        biggest = fmaxl(biggest, fabsl(c->g[i]));
        if (ad_ck_is_input(&c->x0.leaf[i]) && again[i] != c->g[i] && !(isnan(again[i]) && isnan(c->g[i])) &&
            !is_close(again[i], c->g[i], c->t->single)) {
            ad_ck_complain(c, "a second call gives another answer");
            break;
        }
    }
    ad_ck_run_adjoint(c, entry, again);
    for (size_t i = 0; i < c->n; i++) {
        const ad_ck_leaf *l = &c->x0.leaf[i];
        if (!ad_ck_is_input(l) || l->param == c->ret)
            continue;
        int pure = !ad_ck_is_output(l);
        long double want = c->g[i] + (pure ? entry[i] : 0), err = fabsl(again[i] - want);
        if (again[i] != want && !(err <= (c->t->single ? 1e-4L : 1e-11L) * (3 + biggest))) {
            ad_ck_say(c, "%s: d_%s: %.10Lg with %.10Lg on entry, but %.10Lg is to be added", c->t->name, c->t->params[l->param].name,
                   again[i], entry[i], c->g[i]);
            c->failed = 1;
            break;
        }
    }
    free(entry);
    free(again);
}

/* ---------------------------------------------------------------------- the whole */

/* Seeds: random; for a gradient 1 on the dependent. Scratch has them too: J is that of everything that comes back. */
static void make_seeds(Check *c)
{
    ad_ck_args rng = {.random = 362436069362436069ULL};
    for (size_t i = 0; i < c->n; i++) {
        const ad_ck_leaf *l = &c->x0.leaf[i];
        int one = c->t->grad && (l->roles & AD_CK_DEP);
        c->seed[i] = !ad_ck_is_output(l) ? 0 : one ? 1 : (long double)(float)ad_ck_random(&rng, -1, 1);
    }
}

static void check_written_back(Check *c)
{
    ad_ck_args a = ad_ck_args_new(c->t);
    ad_ck_call_begin();
    c->t->again(&a);
    ad_ck_same_effects(c, &a, "the written-back function");
    ad_ck_args_free(&a);
}

/* (1 - x) * asin(x) at 1: the adjoint of asin is exactly zero, and so is its product with the infinite partial; the tangent of asin is infinite
 * before anything is zero. What was asked for can do without this comparison. */
static int tangent_is_lost(Check *c, const long double *v, const long double *dy, long double *y)
{
    int lost = 0;
    for (size_t i = 0; i < c->n; i++) {
        lost |= ad_ck_is_output(&c->x0.leaf[i]) && isnan(dy[i]);
        if (ad_ck_is_input(&c->x0.leaf[i]) && !isfinite(c->g[i]))
            return 0;
    }
    if (!lost || !ad_ck_at_end(c, v, y))
        return 0;
    ad_ck_say(c, "at this end of the domain the tangent is infinity times zero: the derivative is compared with differences alone");
    return 1;
}

static void check_derivative(Check *c)
{
    long double *v = ad_ck_grow(NULL, sizeof *v * (c->n + 1)), *dy = ad_ck_grow(NULL, sizeof *dy * (c->n + 1)),
                *num = ad_ck_grow(NULL, sizeof *num * (c->n + 1));
    ad_ck_args rng = {.random = 521288629546311ULL};
    if (c->t->adjoint)
        ad_ck_run_adjoint(c, NULL, c->g);
    for (int k = 0; k < AD_CK_DIRECTIONS && c->t->tangent; k++) {
        ad_ck_random_direction(c, &rng, v);
        ad_ck_run_tangent(c, v, dy);
        if (c->t->adjoint && tangent_is_lost(c, v, dy, num))
            break;
        ad_ck_tangent_against_differences(c, v, dy, num);
        if (c->t->adjoint)
            dot_product(c, v, dy);
    }
    if (c->t->adjoint) {
        for (size_t i = 0; i < c->n; i++)
            v[i] = 0;
        for (int p = 0; p < c->t->nparams; p++)
            if (p != c->ret && (!c->t->grad || (c->t->params[p].roles & (AD_CK_INDEP | AD_CK_SCRATCH))))
                check_param(c, p, v, num);
        check_contract(c);
        if (c->t->tangent)
            ad_ck_check_entries(c);
        if (c->t->tangent)
            ad_ck_say(c, "dot product %.2g, tangent %.2g against differences", c->dot_error, c->worst_tangent);
    } else {
        ad_ck_say(c, "tangent %.2g against differences", c->worst_tangent);
    }
    free(v);
    free(dy);
    free(num);
}

/* ---------------------------------------------------------------------- timing, for `make bench` */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The shortest of many calls of one kind, each with the arguments as made (set back outside the clock). */
static double best_time(const Check *c, int adjoint)
{
    ad_ck_args a = ad_ck_args_new(c->t), d = ad_ck_shadow_new(c);
    double best = 1e30, total = 0;
    for (int calls = 0; calls < 5 || (total < 0.5 && calls < 100000); calls++) {
        for (size_t i = 0; i < c->n; i++) {
            memcpy(a.leaf[i].at, c->x0.leaf[i].at, a.leaf[i].size);
            ad_ck_set(&d.leaf[i], c->seed[i]);
        }
        double start = seconds();
        if (adjoint)
            c->t->adjoint(&a, &d);
        else
            c->t->primal(&a);
        double took = seconds() - start;
        total += took;
        if (took < best)
            best = took;
    }
    ad_ck_args_free(&a);
    ad_ck_args_free(&d);
    return best;
}

static void time_derivative(Check *c)
{
    double primal = best_time(c, 0), adjoint = best_time(c, 1);
    ad_ck_say(c, "primal %.3g s, derivative %.3g s, ratio %.2f", primal, adjoint, adjoint / primal);
}

/* ---------------------------------------------------------------------- the whole program */

/* From here on the functions under test print into a scratch file. */
static void divert_output(void)
{
    FILE *scratch = tmpfile();
    ad_ck_report = fdopen(dup(STDOUT_FILENO), "w");
    if (!ad_ck_report || !scratch || dup2(fileno(scratch), STDOUT_FILENO) < 0) {
        fprintf(stderr, "check: cannot divert standard output\n");
        exit(2);
    }
    fclose(scratch);
}

int ad_ck_run(const ad_ck_test *t)
{
    Check c = {.t = t};
    if (!ad_ck_report)
        divert_output();
    if (t->unknown) {
        ad_ck_report_unknown(&c);
        return 0;
    }
    c.x0 = ad_ck_args_new(t);
    c.y0 = ad_ck_args_new(t);
    c.n = c.x0.nleaves;
    ad_ck_report_begin(&c);
    c.ret = -1;
    if (t->nparams && !strcmp(t->params[t->nparams - 1].name, "return"))
        c.ret = t->nparams - 1;
    c.nothing = !t->again;
    for (size_t i = 0; i < c.n; i++)
        c.nothing = c.nothing && !(ad_ck_is_input(&c.x0.leaf[i]) && c.x0.leaf[i].param != c.ret);
    c.seed = ad_ck_grow(NULL, sizeof *c.seed * (c.n + 1));
    c.g = ad_ck_grow(NULL, sizeof *c.g * (c.n + 1));
    ad_ck_call_begin();
    t->primal(&c.y0);
    c.nprinted = call_printed(c.printed, sizeof c.printed);
    make_seeds(&c);
    if (t->again)
        check_written_back(&c);
    else if (getenv("ADGEN_CHECK_BENCH") && t->adjoint)
        time_derivative(&c);
    else if (t->second)
        ad_ck_check_second(&c);
    else if (t->matrix)
        ad_ck_check_matrix(&c);
    else
        check_derivative(&c);
    if (t->lanes && !t->again)
        ad_ck_check_lanes(&c);
    if (!getenv("ADGEN_CHECK_BENCH"))
        ad_ck_report_end(&c);
    fflush(ad_ck_report);
    free(c.seed);
    free(c.g);
    ad_ck_args_free(&c.x0);
    ad_ck_args_free(&c.y0);
    return c.failed;
}
