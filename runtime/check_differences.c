/* check_differences.c: numerical derivatives whose step is found, and what to make of kinks, for programs made by `adgen --check`.
 *
 * C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982): central differences with
 * ever smaller steps are extrapolated to step zero, and the pair of estimates that agree best is taken.
 */
#include "check_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The numbers after the primal at x + h v, by leaf. */
static void exit_values(const Check *c, const long double *v, long double h, long double *y)
{
    ck_args a = ck_args_new(c->t);
    for (size_t i = 0; i < c->n; i++)
        if (v[i] != 0)
            ck_set(&a.leaf[i], ck_get(&a.leaf[i]) + h * v[i]);
    ck_call_begin();
    c->t->primal(&a);
    for (size_t i = 0; i < c->n; i++)
        y[i] = ck_get(&a.leaf[i]);
    ck_args_free(&a);
}

void ck_difference(const Check *c, const long double *v, long double h, long double *dy)
{
    long double *y = ck_grow(NULL, sizeof *y * (c->n + 1));
    exit_values(c, v, -h, y);
    exit_values(c, v, h, dy);
    for (size_t i = 0; i < c->n; i++)
        dy[i] -= y[i];
    free(y);
}

/* <s, y> over what comes back. */
static long double weighed(const Check *c, const long double *s, const long double *y)
{
    long double sum = 0;
    for (size_t i = 0; i < c->n; i++)
        if (ck_is_output(&c->x0.leaf[i]) && s[i] != 0)
            sum += s[i] * y[i];
    return sum;
}

/* Of <s, f> along v. The weights are of differences, not values: equal outputs cancel exactly. */
static long double central(const Check *c, const long double *s, const long double *v, long double h, long double *y)
{
    ck_difference(c, v, h, y);
    return weighed(c, s, y) / (2 * h);
}

static long double ridders(const Check *c, const long double *s, const long double *v, long double h, long double *y)
{
    enum { ROWS = 9 };
    const long double shrink = 1.6L;
    long double t[ROWS][ROWS], best = NAN, least = INFINITY;
    int n = 0;
    for (int tries = 0; tries < 2 * ROWS && n < ROWS; tries++, h /= shrink) {
        t[n][0] = central(c, s, v, h, y);
        if (!isfinite(t[n][0])) { /* out of the domain: start with a smaller step */
            n = 0;
            h /= 8;
            continue;
        }
        long double power = shrink * shrink;
        for (int j = 1; j <= n; j++, power *= shrink * shrink) {
            t[n][j] = (t[n][j - 1] * power - t[n - 1][j - 1]) / (power - 1);
            long double err = fmaxl(fabsl(t[n][j] - t[n][j - 1]), fabsl(t[n][j] - t[n - 1][j - 1]));
            if (err <= least) {
                least = err;
                best = t[n][j];
            }
        }
        if (n > 0 && fabsl(t[n][n] - t[n - 1][n - 1]) >= 2 * least && n > 3)
            break;
        n++;
    }
    return best;
}

/* One-sided slopes of <s, f> with step h. */
static void sides(const Check *c, const long double *v, long double h, long double *y, long double *left, long double *right)
{
    long double *at = ck_grow(NULL, sizeof *at * (c->n + 1)), side[2];
    for (int k = 0; k < 2; k++) {
        exit_values(c, v, k ? h : -h, y);
        for (size_t i = 0; i < c->n; i++)
            at[i] = k ? y[i] - ck_get(&c->y0.leaf[i]) : ck_get(&c->y0.leaf[i]) - y[i];
        side[k] = weighed(c, c->seed, at) / h;
    }
    *left = side[0];
    *right = side[1];
    free(at);
}

/* By more than a step as small as those here would make of a curve. */
static int apart(const Check *c, long double left, long double right)
{
    return fabsl(left - right) > (c->t->single ? 2e-2L : 5e-4L) * (fabsl(left) + fabsl(right));
}

/* Is x itself at a kink in direction v: do the sides' slopes stay as far apart however small the step is? */
static int at_kink(const Check *c, const long double *v, long double *y, long double *left, long double *right)
{
    long double l, r, h = c->t->single ? 3e-3L : 1e-5L;
    sides(c, v, h, y, &l, &r);
    sides(c, v, h / 16, y, left, right);
    long double gap = fabsl(r - l), next = fabsl(*right - *left);
    return apart(c, l, r) && apart(c, *left, *right) && next > 0.5L * gap && next < 2 * gap;
}

static int between(long double g, long double left, long double right, long double slack)
{
    return g >= fminl(left, right) - slack && g <= fmaxl(left, right) + slack;
}

ck_slope ck_slope_of(const Check *c, size_t i, long double *v, long double *y, long double noise, long double biggest)
{
    ck_slope s = {NAN, INFINITY, 0, 0};
    long double g = c->g[i], scale = ck_scale(c, i);
    long double left, right;
    v[i] = scale;
    sides(c, v, ck_step(c, 0), y, &left, &right);
    int bend = apart(c, left, right);
    for (int k = 0; k < 4 && !s.fine; k++) {
        long double h = k < 3 ? ck_step(c, k) : 0.1L, n = (left + right) / 2;
        if (k > 0)
            n = k < 3 ? central(c, c->seed, v, h, y) : ridders(c, c->seed, v, h, y);
        n /= scale;
        long double err = fabsl(g - n);
        long double slack = 1e-9L * biggest + 16 * ck_epsilon(c) * noise / ((k < 3 ? h : 1e-3L) * scale);
        s.fine = err <= ck_bound(c) * (fabsl(g) + fabsl(n)) + slack;
        if (err < s.error || isnan(s.numerical)) {
            s.error = err;
            s.numerical = n;
        }
        s.kink = bend && k > 0 && s.fine; /* only a smaller step stays on one side */
    }
    if (bend && at_kink(c, v, y, &left, &right)) {
        long double slack = 1e-3L * (fabsl(left) + fabsl(right)) / scale;
        int fits = between(g, left / scale, right / scale, slack); /* the derivative of a branch, or between two */
        s.kink = fits;
        if (fits && !s.fine)
            s.error = 0;
        s.fine = s.fine || fits;
    }
    v[i] = 0;
    return s;
}

long double ck_directional_error(Check *c, int param, const long double *v, const long double *dy)
{
    long double *s = ck_grow(NULL, sizeof *s * (c->n + 1)), *y = ck_grow(NULL, sizeof *y * (c->n + 1)), noise = 0;
    for (size_t i = 0; i < c->n; i++) {
        const ck_leaf *l = &c->x0.leaf[i];
        s[i] = ck_is_output(l) && l->param == param ? ck_random(&c->x0, -1, 1) : 0;
        noise += fabsl(s[i] * ck_get(&c->y0.leaf[i]));
    }
    long double n = ridders(c, s, v, 0.1L, y), got = weighed(c, s, dy), err = fabsl(got - n);
    free(s);
    free(y);
    return err <= 1e4L * ck_epsilon(c) * noise ? 0 : err / (fabsl(got) + fabsl(n));
}

int ck_kink_along(const Check *c, int param, const long double *v, const long double *dy)
{
    long double *y[2] = {ck_grow(NULL, sizeof **y * (c->n + 1)), ck_grow(NULL, sizeof **y * (c->n + 1))};
    long double h = c->t->single ? 1e-3L : 1e-6L;
    int kink = 0, fine = 1;
    for (int k = 0; k < 2; k++)
        exit_values(c, v, k ? h : -h, y[k]);
    for (size_t i = 0; i < c->n && fine; i++) {
        if (!ck_is_output(&c->x0.leaf[i]) || c->x0.leaf[i].param != param)
            continue;
        long double y0 = ck_get(&c->y0.leaf[i]), left = (y0 - y[0][i]) / h, right = (y[1][i] - y0) / h;
        long double slack = (c->t->single ? 1e-2L : 1e-4L) * (fabsl(left) + fabsl(right)) + 16 * ck_epsilon(c) * fabsl(y0) / h;
        kink |= apart(c, left, right);
        fine = between(dy[i], left, right, slack);
    }
    free(y[0]);
    free(y[1]);
    return fine && kink;
}
