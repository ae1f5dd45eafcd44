/* check_entries.c: a small Jacobian by rows (the adjoint, a unit seed at a time) and by columns (the tangent, a unit direction at a time),
 * entry by entry, for programs made by `adgen --check`. */
#include "check_impl.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_RUNS = 100, MOST_ENTRIES = 1600 };

/* A gradient has one row; what the seeds of scratch give would be added to it. */
static int is_row(const Check *c, size_t i)
{
    const ad_ck_leaf *l = &c->x0.leaf[i];
    return c->t->grad ? (l->roles & AD_CK_DEP) != 0 : ad_ck_is_output(l);
}

static int is_column(const Check *c, size_t i)
{
    const ad_ck_leaf *l = &c->x0.leaf[i];
    return ad_ck_is_input(l) && l->param != c->ret && !(c->t->grad && !(l->roles & (AD_CK_INDEP | AD_CK_SCRATCH)));
}

/* The leaves of one kind, in order; their number. */
static size_t list(const Check *c, int (*is)(const Check *, size_t), size_t *at)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (is(c, i))
            at[n++] = i;
    return n;
}

static void by_rows(Check *c, const size_t *row, size_t rows, const size_t *column, size_t columns, long double *j)
{
    long double *seed = c->seed, *g = ad_ck_grow(NULL, sizeof *g * (c->n + 1));
    c->seed = ad_ck_grow(NULL, sizeof *c->seed * (c->n + 1));
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < c->n; i++)
            c->seed[i] = i == row[r];
        ad_ck_run_adjoint(c, NULL, g);
        for (size_t k = 0; k < columns; k++)
            j[r * columns + k] = g[column[k]];
    }
    free(c->seed);
    free(g);
    c->seed = seed;
}

static void by_columns(Check *c, const size_t *row, size_t rows, const size_t *column, size_t columns, long double *j)
{
    long double *v = ad_ck_grow(NULL, sizeof *v * (c->n + 1)), *dy = ad_ck_grow(NULL, sizeof *dy * (c->n + 1));
    for (size_t k = 0; k < columns; k++) {
        for (size_t i = 0; i < c->n; i++)
            v[i] = i == column[k];
        ad_ck_run_tangent(c, v, dy);
        for (size_t r = 0; r < rows; r++)
            j[r * columns + k] = dy[row[r]];
    }
    free(v);
    free(dy);
}

static long double largest(const long double *j, size_t n)
{
    long double most = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(j[i]) && fabsl(j[i]) > most)
            most = fabsl(j[i]);
    return most;
}

/* Where an entry is not finite, the order of the factors decides which of them is 0. */
static void compare(Check *c, const size_t *row, size_t rows, const size_t *column, size_t columns, const long double *r, const long double *k)
{
    char y[128], x[128];
    long double bound = (c->t->single ? 1e-4L : 1e-11L) * fmaxl(largest(r, rows * columns), largest(k, rows * columns));
    for (size_t i = 0; i < rows * columns; i++)
        if (isfinite(r[i]) && isfinite(k[i]) && fabsl(r[i] - k[i]) > bound) {
            ad_ck_say(c, "%s: the derivative of %s with respect to %s is %.13Lg by the adjoint and %.13Lg by the tangent", c->t->name,
                    ad_ck_leaf_name(c, row[i / columns], y, sizeof y), ad_ck_leaf_name(c, column[i % columns], x, sizeof x), r[i], k[i]);
            c->failed = 1;
            return;
        }
}

void ad_ck_check_entries(Check *c)
{
    size_t *row = ad_ck_grow(NULL, sizeof *row * (c->n + 1)), *column = ad_ck_grow(NULL, sizeof *column * (c->n + 1));
    size_t rows = list(c, is_row, row), columns = list(c, is_column, column);
    if (rows && columns && rows + columns <= MOST_RUNS && rows * columns <= MOST_ENTRIES) {
        long double *r = ad_ck_grow(NULL, sizeof *r * rows * columns), *k = ad_ck_grow(NULL, sizeof *k * rows * columns);
        by_rows(c, row, rows, column, columns, r);
        by_columns(c, row, rows, column, columns, k);
        compare(c, row, rows, column, columns, r, k);
        free(r);
        free(k);
    }
    free(row);
    free(column);
}
