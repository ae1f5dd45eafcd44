/* check_ends.c: derivatives at the end of a domain (x^1.5 at 0, asin at 1), and where f is no power series (x*sqrt(fabs(x)) at 0).
 *
 * Slopes of the sides that there are, with ever smaller steps, are extrapolated to step zero by Aitken's delta-squared process, which needs
 * no exponent: what is left over may be any power of the step (A. C. Aitken, On Bernoulli's numerical solution of algebraic equations, Proc.
 * Royal Soc. Edinburgh 46, 1926).
 */
#include "check_impl.h"

#include <math.h>
#include <stdlib.h>

enum { POINTS = 12 };

/* Is every number that comes back one at x + h v, if it is one at x? */
static int inside(const Check *c, const long double *v, long double h, long double *y)
{
    ad_ck_exit_values(c, v, h, y);
    for (size_t i = 0; i < c->n; i++)
        if (ad_ck_is_output(&c->x0.leaf[i]) && !isfinite(y[i]) && isfinite(ad_ck_get(&c->y0.leaf[i])))
            return 0;
    return 1;
}

void ad_ck_turn_inside(const Check *c, long double *v)
{
    long double *y = ad_ck_grow(NULL, sizeof *y * (c->n + 1)), *one = ad_ck_grow(NULL, sizeof *one * (c->n + 1)), h = ad_ck_step(c, 0);
    if (!inside(c, v, h, y) && !inside(c, v, -h, y)) {
        for (size_t i = 0; i < c->n; i++)
            one[i] = 0;
        for (size_t i = 0; i < c->n; i++) {
            one[i] = v[i];
            if (v[i] != 0 && !inside(c, one, h, y) && inside(c, one, -h, y))
                v[i] = -v[i];
            one[i] = 0;
        }
    }
    free(y);
    free(one);
}

int ad_ck_at_end(const Check *c, const long double *v, long double *y)
{
    return inside(c, v, ad_ck_step(c, 0), y) != inside(c, v, -ad_ck_step(c, 0), y);
}

/* x2 of a sequence that tends to its limit as a geometric one does, in the limit. */
static long double aitken(long double x0, long double x1, long double x2)
{
    long double d = x2 - x1, dd = d - (x1 - x0);
    return dd == 0 ? x2 : x2 - d * d / dd;
}

/* The limit of n slopes, each known to its noise, and how well it is known. */
static long double limit_of(const long double *slope, const long double *noise, int n, long double *known)
{
    long double x[POINTS], best = NAN;
    *known = INFINITY;
    for (int k = 0; k < n; k++)
        x[k] = slope[k];
    for (int level = 0; level < 3; level++) { /* x[k] is in its place from 2 * level on */
        for (int k = 2 * level + 1; k < n; k++) {
            long double err = fabsl(x[k] - x[k - 1]) + (1 + 4 * level) * noise[k];
            if (err < *known) {
                *known = err;
                best = x[k];
            }
        }
        for (int k = n - 1; k >= 2 * level + 2; k--)
            x[k] = aitken(x[k - 2], x[k - 1], x[k]);
    }
    return best;
}

int ad_ck_tends_to(const Check *c, const long double *slope, const long double *noise, int n, long double got, long double *limit)
{
    long double known, most = fabsl(got);
    *limit = limit_of(slope, noise, n, &known);
    for (int k = 0; k < n; k++)
        most = fmaxl(most, fabsl(slope[k]));
    return known <= 32 * ad_ck_bound(c) * most && fabsl(got - *limit) <= ad_ck_bound(c) * (fabsl(got) + fabsl(*limit)) + known;
}

/* The slopes of <s, f> on one side along v, those with the widest steps left out that leave the domain at its other end. Returns how many. */
static int slopes_of(const Check *c, const long double *s, const long double *v, int side, long double *y, long double *slope,
                     long double *noise)
{
    int n = 0;
    long double h = (side ? 1 : -1) * (c->t->single ? 4.0L : 0.1L),
                shrink = c->t->single ? 3 : 8; /* float knows no slopes of small steps */
    for (int k = 0; k < POINTS; k++, h /= shrink) {
        long double sum = 0, size = 0;
        ad_ck_exit_values(c, v, h, y);
        for (size_t i = 0; i < c->n; i++) {
            if (!ad_ck_is_output(&c->x0.leaf[i]) || s[i] == 0)
                continue;
            long double y0 = ad_ck_get(&c->y0.leaf[i]);
            sum += s[i] * (y[i] - y0);
            size += fabsl(s[i] * y0) + fabsl(s[i] * y[i]);
        }
        slope[n] = sum / h;
        noise[n] = ad_ck_epsilon(c) * size / fabsl(h);
        n = isfinite(slope[n]) ? n + 1 : 0;
    }
    return n;
}

int ad_ck_fits_ends(const Check *c, const long double *s, const long double *v, long double got, long double *limit, int *end)
{
    long double slope[POINTS + 1], noise[POINTS + 1], *y = ad_ck_grow(NULL, sizeof *y * (c->n + 1));
    int sides = 0, fine = 1;
    for (int side = 0; side < 2 && fine; side++) {
        int n = slopes_of(c, s, v, side, y, slope, noise);
        if (n < POINTS / 2)
            continue;
        sides++;
        fine = ad_ck_tends_to(c, slope, noise, n, got, limit);
    }
    free(y);
    *end = fine && sides == 1;
    return sides > 0 && fine;
}
