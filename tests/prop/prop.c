/* prop.c: checks a batch of random programs.
 *
 *   adjoint against tangent          <s, J v> = <J^T s, v>, with s and v on everything that carries a derivative
 *   tangent against differences      loosely, and only where two step sizes agree (no kink was crossed)
 *   the contract of d_               accumulation, in/out, nothing else touched, primal results to the bit
 *
 * prog [DUMP]: the bits of all derivatives go to DUMP, to be compared between ways to make them. */
#include "prop.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAXLEAVES = 400, DIRECTIONS = 2 };
static const double UNTOUCHED = 0.71875;

typedef struct {
    size_t offset;
    int is_float, roles;
} Leaf;

typedef struct {
    const Case *c;
    Leaf leaf[MAXLEAVES];
    int n;
    State x0, y0;
    double seed[MAXLEAVES], g[MAXLEAVES];
    int failed, skipped;
    FILE *dump;
} Check;

static uint64_t random_state;

static double uniform(double lo, double hi)
{
    random_state += 0x9e3779b97f4a7c15u; /* splitmix64, Vigna 2015 */
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return lo + (hi - lo) * (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double get(const State *s, const Leaf *l)
{
    const char *at = (const char *)s + l->offset;
    return l->is_float ? (double)*(const float *)(const void *)at : *(const double *)(const void *)at;
}

static void set(State *s, const Leaf *l, double v)
{
    char *at = (char *)s + l->offset;
    if (l->is_float)
        *(float *)(void *)at = (float)v;
    else
        *(double *)(void *)at = v;
}

/* A number that float holds too. */
static double short_uniform(double lo, double hi)
{
    return (float)uniform(lo, hi);
}

static void add_range(Check *c, size_t offset, int count, int is_float, int roles)
{
    for (int i = 0; i < count; i++) {
        size_t at = offset + (size_t)i * (is_float ? sizeof(float) : sizeof(double));
        int k = 0;
        while (k < c->n && c->leaf[k].offset != at)
            k++;
        if (k == c->n)
            c->leaf[c->n++] = (Leaf){at, is_float, 0};
        c->leaf[k].roles |= roles;
    }
}

static void all_leaves(Check *c)
{
    add_range(c, offsetof(State, d), 112, 0, 0);
    add_range(c, offsetof(State, f), 64, 1, 0);
    for (size_t i = 0; i < 3; i++) {
        size_t p = offsetof(State, p) + i * sizeof(struct P);
        add_range(c, p + offsetof(struct P, u), 1, 0, 0);
        add_range(c, p + offsetof(struct P, v), LEN, 0, 0);
        add_range(c, p + offsetof(struct P, q) + offsetof(struct Q, w), 1, 0, 0);
        add_range(c, p + offsetof(struct P, q) + offsetof(struct Q, g), 3, 0, 0);
    }
    add_range(c, offsetof(State, s), 6, 0, 0);
    add_range(c, offsetof(State, fs), 2, 1, 0);
    add_range(c, offsetof(State, g), 6, 0, 0);
    add_range(c, offsetof(State, ret), 1, 0, 0);
}

static int is_output(const Leaf *l)
{
    return (l->roles & (DEP | SCRATCH)) != 0;
}

static int is_ret(const Leaf *l)
{
    return l->offset == offsetof(State, ret);
}

static void complain(Check *c, const char *what, const char *where)
{
    printf("FAIL %s: %s%s\n", c->c->name, what, where);
    fflush(stdout);
    c->failed = 1;
}

static const char *place(const Leaf *l)
{
    static char text[80];
    size_t at = l->offset;
    if (at < offsetof(State, f))
        snprintf(text, sizeof text, " (d[%d])", (int)((at - offsetof(State, d)) / 8));
    else if (at < offsetof(State, p))
        snprintf(text, sizeof text, " (f[%d])", (int)((at - offsetof(State, f)) / 4));
    else if (at < offsetof(State, s))
        snprintf(text, sizeof text, " (p[%d] + %d)", (int)((at - offsetof(State, p)) / sizeof(struct P)),
                 (int)((at - offsetof(State, p)) % sizeof(struct P)) / 8);
    else
        snprintf(text, sizeof text, " (+%d)", (int)(at - offsetof(State, s)) / 8);
    return text;
}

static void make_arguments(State *x)
{
    memset(x, 0, sizeof *x);
    Check all = {.n = 0};
    all_leaves(&all);
    for (int i = 0; i < all.n; i++)
        if (!is_ret(&all.leaf[i]))
            set(x, &all.leaf[i], uniform(-1, 1));
    for (int i = 0; i < 3; i++)
        x->p[i].q.k = (int)uniform(0, 2.999);
    for (int i = 0; i < LEN; i++)
        x->ix[i] = (int)uniform(0, LEN - 0.001);
}

/* ---------------------------------------------------------------------- calls */

/* PROP_ROUNDED is set where adgen may round primal results otherwise (-fassociative). */
static int same_rounded(const Check *c, const State *x)
{
    const double tolerance = 1e-9;
    for (int i = 0; i < c->n; i++) {
        double is = get(x, &c->leaf[i]), want = get(&c->y0, &c->leaf[i]);
        if (is != want && !(fabs(is - want) <= tolerance * (1 + fabs(want))))
            return 0;
    }
    return 1;
}

static void same_results(Check *c, const State *x, const char *who)
{
    if (!memcmp(x, &c->y0, sizeof *x) || (getenv("PROP_ROUNDED") && same_rounded(c, x)))
        return;
    for (int i = 0; i < c->n; i++)
        if (get(x, &c->leaf[i]) != get(&c->y0, &c->leaf[i]) || signbit(get(x, &c->leaf[i])) != signbit(get(&c->y0, &c->leaf[i]))) {
            complain(c, who, place(&c->leaf[i]));
            return;
        }
    complain(c, who, " (an integer)");
}

static void blank_shadow(const Check *c, State *d)
{
    memset(d, 0, sizeof *d);
    for (int i = 0; i < c->n; i++)
        set(d, &c->leaf[i], c->leaf[i].roles ? 0 : UNTOUCHED);
    for (int i = 0; i < 3; i++)
        d->p[i].q.k = 1000 + i;
}

static void shadow_is_untouched(Check *c, const State *d, const char *who)
{
    for (int i = 0; i < c->n; i++)
        if (!c->leaf[i].roles && !is_ret(&c->leaf[i]) && get(d, &c->leaf[i]) != UNTOUCHED) {
            complain(c, who, place(&c->leaf[i]));
            return;
        }
    for (int i = 0; i < 3; i++)
        if (d->p[i].q.k != 1000 + i)
            complain(c, who, " (an integer field)");
}

/* entry: what the d_ of pure independents hold before. Exit values to g. */
static void run_adjoint(Check *c, const double *entry, double *g)
{
    State x = c->x0, d;
    blank_shadow(c, &d);
    for (int i = 0; i < c->n; i++)
        if (is_output(&c->leaf[i]))
            set(&d, &c->leaf[i], c->seed[i]);
        else if (c->leaf[i].roles)
            set(&d, &c->leaf[i], entry[i]);
    c->c->adjoint(&x, &d);
    same_results(c, &x, "the adjoint leaves other primal results");
    shadow_is_untouched(c, &d, "the adjoint writes where nothing is asked");
    for (int i = 0; i < c->n; i++)
        g[i] = get(&d, &c->leaf[i]);
}

static void run_tangent(Check *c, const double *v, double *dy)
{
    State x = c->x0, d;
    blank_shadow(c, &d);
    for (int i = 0; i < c->n; i++)
        set(&d, &c->leaf[i], v[i]);
    c->c->tangent(&x, &d);
    same_results(c, &x, "the tangent leaves other primal results");
    for (int i = 0; i < c->n; i++)
        dy[i] = get(&d, &c->leaf[i]);
}

/* ---------------------------------------------------------------------- checks */

static void difference(const Check *c, const double *v, double h, double *dy)
{
    State end[2];
    for (int k = 0; k < 2; k++) {
        end[k] = c->x0;
        for (int i = 0; i < c->n; i++)
            if (v[i] != 0)
                set(&end[k], &c->leaf[i], get(&c->x0, &c->leaf[i]) + (k ? -h : h) * v[i]);
        c->c->primal(&end[k]);
    }
    for (int i = 0; i < c->n; i++)
        dy[i] = (get(&end[0], &c->leaf[i]) - get(&end[1], &c->leaf[i])) / (2 * h);
}

static void against_differences(Check *c, const double *v, const double *dy)
{
    double wide[MAXLEAVES], narrow[MAXLEAVES], third[MAXLEAVES], h = c->c->single ? 2e-2 : 1e-4, bound = c->c->single ? 3e-2 : 1e-4;
    double spread = 0, err = 0, norm = 0;
    difference(c, v, h, wide);
    difference(c, v, h / 4, narrow);
    difference(c, v, h / 13, third); /* in chaos two may agree by chance */
    for (int i = 0; i < c->n; i++) {
        if (!is_output(&c->leaf[i]))
            continue;
        spread += (wide[i] - narrow[i]) * (wide[i] - narrow[i]) + (third[i] - narrow[i]) * (third[i] - narrow[i]);
        err += (narrow[i] - dy[i]) * (narrow[i] - dy[i]);
        norm += (narrow[i] + dy[i]) * (narrow[i] + dy[i]) / 4;
    }
    if (!(sqrt(spread) <= bound * sqrt(norm) + 1e-7))
        c->skipped++;
    else if (!(sqrt(err) <= bound * sqrt(norm) + (c->c->single ? 1e-4 : 1e-7)))
        complain(c, "the tangent disagrees with differences", "");
}

static void dot_product(Check *c, const double *v, const double *dy)
{
    double left = 0, right = 0, size = 0;
    for (int i = 0; i < c->n; i++) {
        if (is_output(&c->leaf[i])) {
            left += c->seed[i] * dy[i];
            size += fabs(c->seed[i] * dy[i]);
        }
        if (v[i] != 0) {
            right += c->g[i] * v[i];
            size += fabs(c->g[i] * v[i]);
        }
    }
    if (fabs(left - right) <= (c->c->single ? 1e-4 : 1e-12) * size + 1e-15) /* all may be the rounding of 0 */
        return;
    char text[120];
    snprintf(text, sizeof text, ": %.12g and %.12g, relative %.1e", left, right, fabs(left - right) / size);
    complain(c, "<s, Jv> and <J^T s, v> differ", text);
}

static void accumulates(Check *c)
{
    double entry[MAXLEAVES], again[MAXLEAVES];
    for (int i = 0; i < c->n; i++)
        entry[i] = c->leaf[i].roles & EITHER ? 0 : short_uniform(-2, 2);
    run_adjoint(c, entry, again);
    for (int i = 0; i < c->n; i++) {
        const Leaf *l = &c->leaf[i];
        if (!l->roles || is_ret(l))
            continue;
        double want = c->g[i] + (is_output(l) ? 0 : entry[i]), size = fabs(c->g[i]) + 2;
        if (!(fabs(again[i] - want) <= (c->c->single ? 1e-4 : 1e-11) * size)) {
            complain(c, is_output(l) ? "another derivative when the d_ of pure independents are not zero" : "a pure independent is not added to",
                     place(l));
            break;
        }
    }
    for (int i = 0; i < c->n && c->dump; i++)
        if (c->leaf[i].roles)
            fprintf(c->dump, "%s %d %d %a %a\n", c->c->name, i, c->c->single, c->g[i] + 0.0, again[i] + 0.0);
}

/* Does the program keep to numbers that tell something? */
static int is_bounded(const Check *c, const State *y)
{
    for (int i = 0; i < c->n; i++)
        if (!(fabs(get(y, &c->leaf[i])) < 1e3))
            return 0;
    return 1;
}

static void check_case(Check *c)
{
    double v[MAXLEAVES], dy[MAXLEAVES], zero[MAXLEAVES] = {0};
    all_leaves(c);
    for (const Range *r = c->c->ranges; r->count; r++)
        add_range(c, r->offset, r->count, r->is_float, r->roles);
    make_arguments(&c->x0);
    c->y0 = c->x0;
    c->c->primal(&c->y0);
    if (!is_bounded(c, &c->y0)) {
        c->skipped++;
        return;
    }
    for (int i = 0; i < c->n; i++)
        c->seed[i] = c->c->is_grad ? is_ret(&c->leaf[i]) : short_uniform(-1, 1);
    run_adjoint(c, zero, c->g);
    for (int k = 0; k < DIRECTIONS; k++) {
        for (int i = 0; i < c->n; i++)
            v[i] = c->leaf[i].roles && !is_ret(&c->leaf[i]) ? short_uniform(-1, 1) : 0;
        run_tangent(c, v, dy);
        against_differences(c, v, dy);
        dot_product(c, v, dy);
    }
    accumulates(c);
}

int main(int argc, char **argv)
{
    int n = 0, failed = 0, skipped = 0;
    FILE *dump = argc > 1 ? fopen(argv[1], "w") : NULL;
    for (const Case *k = prop_cases; k->name; k++) {
        Check c = {.c = k, .dump = dump};
        random_state = 1;
        for (const char *p = k->name; *p; p++)
            random_state = random_state * 31 + (unsigned char)*p;
        check_case(&c);
        n++;
        failed += c.failed;
        skipped += c.skipped;
    }
    if (dump)
        fclose(dump);
    printf("%d cases, %d wrong, %d differences left out\n", n, failed, skipped);
    return failed > 0;
}
