/* check_second.c: Hessian-vector products and dense matrices, for programs made by `adgen --check`.
 *
 * With g(x) the gradient (of the objective, plus what the seeds of scratch add) and H its derivative:
 *   Hessian-vector   H v against (g(x + hv) - g(x - hv)) / 2h, u.(H v) = v.(H u), d_ equal to the gradient's, both added to
 *   Jacobian         each column against the tangent of that direction and central differences
 *   Hessian          symmetric; H v as above
 */
#include "check_impl.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static long double *vector(const Check *c)
{
    return memset(ad_ck_grow(NULL, sizeof(long double) * (c->n + 1)), 0, sizeof(long double) * (c->n + 1));
}

/* Has it a v_, d_ and h_? */
static int is_active(const Check *c, size_t i)
{
    const ad_ck_leaf *l = &c->x0.leaf[i];
    return l->param != c->ret && (l->roles & (AD_CK_INDEP | AD_CK_SCRATCH)) != 0;
}

/* ---------------------------------------------------------------------- against differences of the gradient */

static void gradient_at(const Check *c, const long double *v, long double h, long double *g)
{
    ad_ck_args a = ad_ck_args_new(c->t), d = ad_ck_shadow_new(c);
    for (size_t i = 0; i < c->n; i++) {
        if (v[i] != 0)
            ad_ck_set(&a.leaf[i], ad_ck_get(&a.leaf[i]) + h * v[i]);
        if (ad_ck_is_output(&d.leaf[i]))
            ad_ck_set(&d.leaf[i], c->seed[i]);
    }
    ad_ck_call_begin();
    c->t->adjoint(&a, &d);
    for (size_t i = 0; i < c->n; i++)
        g[i] = ad_ck_get(&d.leaf[i]);
    ad_ck_args_free(&a);
    ad_ck_args_free(&d);
}

/* Of one parameter's h_ and the difference of its gradients, in units of the whole h_: a part that is nearly zero is not known better. */
static long double part_error(const Check *c, int param, const long double *hv, const long double *const g[2], long double h)
{
    long double err = 0, norm = 0, noise = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!is_active(c, i))
            continue;
        long double n = (g[0][i] - g[1][i]) / (2 * h), size = fabsl(hv[i]) + fabsl(n);
        norm += size * size;
        noise += c->g[i] * c->g[i];
        if (c->x0.leaf[i].param == param)
            err += (hv[i] - n) * (hv[i] - n);
    }
    err = sqrtl(err);
    return err <= 64 * ad_ck_epsilon(c) * sqrtl(noise) / h ? 0 : err / sqrtl(norm);
}

/* Where gradients are numbers on one side of x only: is <w, h_>, in a random mixture of the parameter's, what their slopes on that side tend to? */
static int fits_one_side(Check *c, int param, const long double *v, const long double *hv, long double *g)
{
    enum { POINTS = 12 };
    long double *w = vector(c), slope[2][POINTS + 1], noise[2][POINTS + 1], got = 0, limit;
    int n[2], fine = 1;
    for (size_t i = 0; i < c->n; i++)
        if (is_active(c, i) && c->x0.leaf[i].param == param)
            got += hv[i] * (w[i] = ad_ck_random(&c->x0, -1, 1));
    for (int side = 0; side < 2; side++) {
        n[side] = 0;
        long double h = side ? 0.1L : -0.1L;
        for (int k = 0; k < POINTS; k++, h /= 8) {
            long double sum = 0, size = 0;
            gradient_at(c, v, h, g);
            for (size_t i = 0; i < c->n; i++)
                if (w[i] != 0) {
                    sum += w[i] * (g[i] - c->g[i]);
                    size += fabsl(w[i] * g[i]) + fabsl(w[i] * c->g[i]);
                }
            slope[side][n[side]] = sum / h;
            noise[side][n[side]] = ad_ck_epsilon(c) * size / fabsl(h);
            n[side] = isfinite(sum) ? n[side] + 1 : 0;
        }
        fine = fine && (n[side] < POINTS / 2 || ad_ck_tends_to(c, slope[side], noise[side], n[side], got, &limit));
    }
    free(w);
    return fine && isfinite(got) && (n[0] >= POINTS / 2) + (n[1] >= POINTS / 2) > 0;
}

static void against_differences(Check *c, const long double *v, const long double *hv)
{
    long double *g[2] = {vector(c), vector(c)};
    for (int p = 0; p < c->t->nparams; p++) {
        long double best = p != c->ret && (c->t->params[p].roles & (AD_CK_INDEP | AD_CK_SCRATCH)) ? INFINITY : 0;
        for (int k = 0; k < AD_CK_NSTEPS && !(best <= ad_ck_bound(c)); k++) {
            long double h = ad_ck_step(c, k);
            gradient_at(c, v, h, g[0]);
            gradient_at(c, v, -h, g[1]);
            long double err = part_error(c, p, hv, (const long double *const *)g, h);
            if (err < best)
                best = err;
        }
        if (!(best <= ad_ck_bound(c)) && fits_one_side(c, p, v, hv, g[0]))
            best = 0;
        if (best > c->worst_tangent)
            c->worst_tangent = (double)best;
        if (best <= ad_ck_bound(c))
            continue;
        ad_ck_say(c, "%s: second derivatives of '%s' disagree with differences of the gradient: relative error %.2Lg", c->t->name,
                c->t->params[p].name, best);
        c->failed = 1;
    }
    free(g[0]);
    free(g[1]);
}

/* |u.Hv - v.Hu| against the sum of the terms' sizes. */
static void symmetry(Check *c, const long double *u, const long double *hu, const long double *v, const long double *hv)
{
    long double left = 0, right = 0, size = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!is_active(c, i))
            continue;
        left += u[i] * hv[i];
        right += v[i] * hu[i];
        size += fabsl(u[i] * hv[i]) + fabsl(v[i] * hu[i]);
    }
    long double rel = left == right ? 0 : fabsl(left - right) / size;
    if (!(rel <= c->dot_error))
        c->dot_error = (double)rel;
    if (!(rel <= (c->t->single ? 1e-4L : 1e-12L)))
        ad_ck_complain(c, "u.(H v) and v.(H u) differ");
}

/* ---------------------------------------------------------------------- Hessian-vector products */

/* d_ and h_ start from `entry` (NULL: zero) but for scratch, whose d_ starts from its seed. */
static void run_second(Check *c, const long double *v, const long double *entry, long double *d, long double *h)
{
    ad_ck_args a = ad_ck_args_new(c->t), sv = ad_ck_shadow_new(c), sd = ad_ck_shadow_new(c), sh = ad_ck_shadow_new(c);
    for (size_t i = 0; i < c->n; i++) {
        ad_ck_set(&sv.leaf[i], v[i]);
        if (ad_ck_is_output(&sd.leaf[i])) {
            ad_ck_set(&sd.leaf[i], c->seed[i]);
        } else if (entry && ad_ck_is_input(&sd.leaf[i])) {
            ad_ck_set(&sd.leaf[i], entry[i]);
            ad_ck_set(&sh.leaf[i], entry[i]);
        }
    }
    ad_ck_call_begin();
    c->t->second(&a, &sv, &sd, &sh);
    ad_ck_same_effects(c, &a, "the Hessian-vector product");
    for (size_t i = 0; i < c->n; i++) {
        d[i] = ad_ck_get(&sd.leaf[i]);
        h[i] = ad_ck_get(&sh.leaf[i]);
    }
    ad_ck_args_free(&a);
    ad_ck_args_free(&sv);
    ad_ck_args_free(&sd);
    ad_ck_args_free(&sh);
}

static int is_close(const Check *c, long double x, long double y, long double size)
{
    return x == y || (isnan(x) && isnan(y)) || fabsl(x - y) <= (c->t->single ? 1e-5L : 1e-14L) * size;
}

/* d_ is what the gradient says, up to the rounding of sums in another order, which an ill-conditioned f (20 steps of conjugate
 * gradients) magnifies. */
static void same_gradient(Check *c, const long double *d)
{
    long double size = 0;
    for (size_t i = 0; i < c->n; i++)
        if (is_active(c, i))
            size = fmaxl(size, fabsl(c->g[i]));
    for (size_t i = 0; i < c->n; i++) {
        if (!is_active(c, i) || fabsl(d[i] - c->g[i]) <= (c->t->single ? 1e-5L : 1e-12L) * size || is_close(c, d[i], c->g[i], size))
            continue;
        ad_ck_say(c, "%s: d_%s is %.17Lg, that of the gradient %.17Lg", c->t->name, c->t->params[c->x0.leaf[i].param].name, d[i],
                c->g[i]);
        c->failed = 1;
        return;
    }
}

/* What d_ and h_ hold on entry is added to. */
static void accumulation(Check *c, const long double *v, const long double *hv)
{
    long double *entry = vector(c), *d = vector(c), *h = vector(c), size = 3;
    for (size_t i = 0; i < c->n; i++) {
        entry[i] = (float)ad_ck_random(&c->x0, -3, 3);
        if (is_active(c, i))
            size = fmaxl(size, fmaxl(fabsl(c->g[i]), fabsl(hv[i])));
    }
    run_second(c, v, entry, d, h);
    for (size_t i = 0; i < c->n; i++) {
        if (!is_active(c, i))
            continue;
        long double from = ad_ck_is_output(&c->x0.leaf[i]) ? 0 : entry[i];
        if (is_close(c, d[i], c->g[i] + from, 1000 * size) && is_close(c, h[i], hv[i] + from, 1000 * size))
            continue;
        ad_ck_say(c, "%s: of '%s': with %.10Lg on entry d_ is %.10Lg and h_ %.10Lg, where %.10Lg and %.10Lg are to be added",
                c->t->name, c->t->params[c->x0.leaf[i].param].name, from, d[i], h[i], c->g[i], hv[i]);
        c->failed = 1;
        break;
    }
    free(entry);
    free(d);
    free(h);
}

/* <g, v> against differences of the objective: a wrong custom derivative is as wrong in the gradient as in what is made from it. */
static void gradient_against_differences(Check *c, const long double *v)
{
    long double *dy = vector(c), best = INFINITY, got = 0, n = 0, nearest = 0, size = 0;
    for (size_t i = 0; i < c->n; i++) {
        got += c->g[i] * v[i];
        size += fabsl(c->g[i] * v[i]);
        if (ad_ck_is_output(&c->x0.leaf[i]))
            size += ad_ck_epsilon(c) * 1e6L * fabsl(c->seed[i] * ad_ck_get(&c->y0.leaf[i]));
    }
    for (int k = 0; k < AD_CK_NSTEPS && !(best <= ad_ck_bound(c) * size); k++) {
        ad_ck_difference(c, v, ad_ck_step(c, k), dy);
        n = 0;
        for (size_t i = 0; i < c->n; i++)
            n += ad_ck_is_output(&c->x0.leaf[i]) ? c->seed[i] * dy[i] / (2 * ad_ck_step(c, k)) : 0;
        if (fabsl(got - n) < best) {
            best = fabsl(got - n);
            nearest = n;
        }
    }
    int end;
    if (!(best <= ad_ck_bound(c) * size) && !ad_ck_fits_ends(c, c->seed, v, got, &n, &end)) {
        ad_ck_say(c, "%s: the gradient along a direction is %.10Lg, central difference %.10Lg", c->t->name, got, nearest);
        c->failed = 1;
    }
    free(dy);
}

void ad_ck_check_second(Check *c)
{
    long double *v = vector(c), *hv = vector(c), *u = vector(c), *hu = vector(c), *d = vector(c), *swap;
    ad_ck_args rng = {.random = 521288629546311ULL};
    ad_ck_run_adjoint(c, NULL, c->g);
    for (int k = 0; k < AD_CK_DIRECTIONS; k++) {
        ad_ck_random_direction(c, &rng, v);
        run_second(c, v, NULL, d, hv);
        gradient_against_differences(c, v);
        same_gradient(c, d);
        against_differences(c, v, hv);
        if (k > 0)
            symmetry(c, u, hu, v, hv);
        swap = u, u = v, v = swap;
        swap = hu, hu = hv, hv = swap;
    }
    accumulation(c, u, hu);
    ad_ck_say(c, "symmetry %.2g, second derivatives %.2g against differences", c->dot_error, c->worst_tangent);
    free(v);
    free(hv);
    free(u);
    free(hu);
    free(d);
}

/* ---------------------------------------------------------------------- dense matrices */

/* The leaves that are rows or columns, in their order; returns how many. */
static size_t lines_of(const Check *c, unsigned role, size_t *leaf)
{
    size_t n = 0;
    for (int p = 0; p < c->t->nparams; p++)
        for (size_t i = 0; i < c->n && (c->t->params[p].roles & role); i++)
            if (c->x0.leaf[i].param == p && c->x0.leaf[i].kind != AD_CK_OTHER)
                leaf[n++] = i;
    return n;
}

static long double element(const Check *c, const void *matrix, size_t k)
{
    ad_ck_leaf l = {.at = NULL, .kind = c->t->matrix_kind};
    size_t size = l.kind == AD_CK_F32 ? sizeof(float) : l.kind == AD_CK_F64 ? sizeof(double) : sizeof(long double);
    l.at = (char *)(size_t)matrix + k * size;
    return ad_ck_get(&l);
}

/* What rounding leaves of an entry, where the others of its row, which went through the same sums, are so large: a root that Newton's method
 * has found does not depend on where it began, but for the last bits of the steps. */
static long double rounding_of_row(const Check *c, const void *m, size_t i, size_t ncolumns)
{
    long double largest = 0;
    for (size_t j = 0; j < ncolumns; j++)
        largest = fmaxl(largest, fabsl(element(c, m, i * ncolumns + j)));
    return isfinite(largest) ? 16 * (c->t->single ? (long double)FLT_EPSILON : (long double)DBL_EPSILON) * largest : 0;
}

static void check_columns(Check *c, const void *m, const size_t *row, size_t nrows, const size_t *column, size_t ncolumns)
{
    long double *v = vector(c), *dy = vector(c), *num = vector(c), *rounding = ad_ck_grow(NULL, sizeof *rounding * (nrows + 1));
    for (size_t i = 0; i < nrows; i++)
        rounding[i] = rounding_of_row(c, m, i, ncolumns);
    for (size_t j = 0; j < ncolumns && j < AD_CK_COMPONENTS; j++) {
        long double size = 0, err = 0;
        memset(v, 0, sizeof *v * c->n);
        v[column[j]] = 1;
        ad_ck_run_tangent(c, v, dy);
        for (size_t i = 0; i < nrows; i++) {
            long double x = element(c, m, i * ncolumns + j);
            int same = x == dy[row[i]] || fabsl(x - dy[row[i]]) <= rounding[i];
            err = fmaxl(err, same ? 0 : fabsl(x - dy[row[i]]));
            size = fmaxl(size, fabsl(dy[row[i]]));
            dy[row[i]] = x;
        }
        if (!(err <= (c->t->single ? 1e-5L : 1e-12L) * size))
            ad_ck_complain(c, "a column differs from the tangent of its direction");
        ad_ck_tangent_against_differences(c, v, dy, num);
    }
    ad_ck_say(c, "%zu x %zu, %.2g against differences", nrows, ncolumns, c->worst_tangent);
    free(v);
    free(dy);
    free(num);
    free(rounding);
}

static void check_hessian(Check *c, const void *m, const size_t *column, size_t n)
{
    long double *v = vector(c), *hv = vector(c), *u = vector(c), *hu = vector(c), *swap;
    ad_ck_args rng = {.random = 521288629546311ULL};
    ad_ck_run_adjoint(c, NULL, c->g);
    for (int k = 0; k < AD_CK_DIRECTIONS; k++) {
        memset(v, 0, sizeof *v * c->n);
        memset(hv, 0, sizeof *hv * c->n);
        for (size_t j = 0; j < n; j++)
            v[column[j]] = ad_ck_random(&rng, -1, 1) * (double)ad_ck_scale(c, column[j]);
        ad_ck_turn_inside(c, v);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                hv[column[i]] += element(c, m, i * n + j) * v[column[j]];
        against_differences(c, v, hv);
        gradient_against_differences(c, v);
        if (k > 0)
            symmetry(c, u, hu, v, hv);
        swap = u, u = v, v = swap;
        swap = hu, hu = hv, hv = swap;
    }
    ad_ck_say(c, "%zu x %zu, symmetry %.2g, %.2g against differences", n, n, c->dot_error, c->worst_tangent);
    free(v);
    free(hv);
    free(u);
    free(hu);
}

void ad_ck_check_matrix(Check *c)
{
    if (c->x0.overlap) { /* an element would have several rows and columns */
        ad_ck_complain(c, "a matrix cannot be checked with arguments that overlap");
        return;
    }
    size_t *row = ad_ck_grow(NULL, sizeof *row * (c->n + 1)), *column = ad_ck_grow(NULL, sizeof *column * (c->n + 1));
    size_t ncolumns = lines_of(c, AD_CK_INDEP, column), nrows = c->t->adjoint ? ncolumns : lines_of(c, AD_CK_DEP, row);
    size_t bytes = sizeof(long double) * nrows * ncolumns;
    void *m = memset(ad_ck_grow(NULL, bytes + 1), 0x5a, bytes + 1); /* it is overwritten */
    ad_ck_args a = ad_ck_args_new(c->t);
    if (c->t->adjoint) /* scratch starts without derivatives */
        for (size_t i = 0; i < c->n; i++)
            if (c->x0.leaf[i].roles & AD_CK_SCRATCH)
                c->seed[i] = 0;
    ad_ck_call_begin();
    c->t->matrix(&a, m);
    for (size_t i = 0; i < c->n; i++)
        if (a.leaf[i].param == c->ret) /* it returns nothing */
            memcpy(a.leaf[i].at, c->y0.leaf[i].at, a.leaf[i].size);
    ad_ck_same_effects(c, &a, "the function for the matrix");
    if (c->t->adjoint)
        check_hessian(c, m, column, ncolumns);
    else
        check_columns(c, m, row, nrows, column, ncolumns);
    ad_ck_args_free(&a);
    free(m);
    free(row);
    free(column);
}
