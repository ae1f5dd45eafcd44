/* check_differences.c: numerical derivatives whose step is found, and what to make of kinks, for programs made by `adgen --check`.
 *
 * C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982): central differences with
 * ever smaller steps are extrapolated to step zero, and the pair of estimates that agree best is taken.
 */
#include "check_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ad_ck_exit_values(const Check *c, const long double *v, long double h, long double *y)
{
    ad_ck_args a = ad_ck_args_new(c->t);
    for (size_t i = 0; i < c->n; i++)
        if (v[i] != 0)
            ad_ck_set(&a.leaf[i], ad_ck_get(&a.leaf[i]) + h * v[i]);
    ad_ck_call_begin();
    c->t->primal(&a);
    for (size_t i = 0; i < c->n; i++)
        y[i] = ad_ck_get(&a.leaf[i]);
    ad_ck_args_free(&a);
}

void ad_ck_difference(const Check *c, const long double *v, long double h, long double *dy)
{
    long double *y = ad_ck_grow(NULL, sizeof *y * (c->n + 1));
    ad_ck_exit_values(c, v, -h, y);
    ad_ck_exit_values(c, v, h, dy);
    for (size_t i = 0; i < c->n; i++)
        dy[i] -= y[i];
    free(y);
}

/* <s, y> over what comes back. */
static long double weighed(const Check *c, const long double *s, const long double *y)
{
    long double sum = 0;
    for (size_t i = 0; i < c->n; i++)
        if (ad_ck_is_output(&c->x0.leaf[i]) && s[i] != 0)
            sum += s[i] * y[i];
    return sum;
}

/* Of <s, f> along v. The weights are of differences, not values: equal outputs cancel exactly. */
static long double central(const Check *c, const long double *s, const long double *v, long double h, long double *y)
{
    ad_ck_difference(c, v, h, y);
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
    long double *at = ad_ck_grow(NULL, sizeof *at * (c->n + 1)), side[2];
    for (int k = 0; k < 2; k++) {
        ad_ck_exit_values(c, v, k ? h : -h, y);
        for (size_t i = 0; i < c->n; i++)
            at[i] = k ? y[i] - ad_ck_get(&c->y0.leaf[i]) : ad_ck_get(&c->y0.leaf[i]) - y[i];
        side[k] = weighed(c, c->seed, at) / h;
    }
    *left = side[0];
    *right = side[1];
    free(at);
}

/* ---------------------------------------------------------------------- where rounding or jumps decide */

/* <s, f(x + h v) - f(x)> */
static long double moved(const Check *c, const long double *s, const long double *v, long double h, long double *y)
{
    ad_ck_exit_values(c, v, h, y);
    for (size_t i = 0; i < c->n; i++)
        y[i] -= ad_ck_get(&c->y0.leaf[i]);
    return weighed(c, s, y);
}

/* How far rounding moves <s, f> along v, from third differences over lengths in which nothing else happens (R. W. Hamming; J. J. More and
 * S. M. Wild, Estimating computational noise, SIAM J. Sci. Comput. 33, 2011). It is found on both sides: a jump at x is on one only.
 * At least what rounds the widest difference. */
static long double noise_along(const Check *c, const long double *s, const long double *v, long double *y)
{
    enum { POINTS = 8 };
    long double most = ad_ck_epsilon(c) * fminl(fabsl(moved(c, s, v, 0.1L, y)), fabsl(moved(c, s, v, -0.1L, y))), f[POINTS], level[2];
    if (!isfinite(most))
        most = 0;
    for (int size = 0; size < 3; size++) {
        long double apart = (c->t->single ? 1e-6L : 1e-12L) * (size == 0 ? 1 : size == 1 ? 64 : 4096);
        for (int side = 0; side < 2; side++) {
            level[side] = 0;
            for (int k = 0; k < POINTS; k++)
                f[k] = moved(c, s, v, (side ? apart : -apart) * (k + 1), y);
            for (int k = 3; k < POINTS; k++) {
                long double d = (f[k] - f[k - 3]) - 3 * (f[k - 1] - f[k - 2]);
                level[side] += d * d / 20 / (POINTS - 3); /* a third difference has 20 times the variance */
            }
        }
        if (isfinite(level[0]) && isfinite(level[1]))
            most = fmaxl(most, sqrtl(fminl(level[0], level[1])));
    }
    return most;
}

/* The last resort: is `got` the slope along v but for what rounding does to the widest differences, or, where a jump or a kink is nearer
 * than these reach, that of much closer ones? *error is the closest distance, of *best; *jump: only the closer ones say so. */
static int within_noise(const Check *c, const long double *s, const long double *v, long double got, long double *y, long double *best,
                        long double *error, int *jump)
{
    static const long double close[] = {6e-8L, 6e-9L};
    enum { SIGMAS = 16 };
    long double noise = SIGMAS * noise_along(c, s, v, y), n = ridders(c, s, v, 0.1L, y), err = fabsl(got - n);
    *jump = 0;
    if (err <= ad_ck_bound(c) * (fabsl(got) + fabsl(n)) + noise / 2e-3L) { /* the narrowest of Ridders' */
        *best = n;
        *error = 0;
        return 1;
    }
    for (size_t k = 0; k < sizeof close / sizeof *close && !c->t->single; k++) {
        n = central(c, s, v, close[k], y);
        long double size = fabsl(got) + fabsl(n), slack = noise / close[k];
        err = fabsl(got - n);
        if (!(slack <= 1e-5L * size))
            continue;
        if (err < *error || isnan(*error)) {
            *error = err;
            *best = n;
        }
        if (err <= ad_ck_bound(c) * size + slack)
            return *jump = 1;
    }
    return 0;
}

/* By more than a step as small as those here would make of a curve. */
static int apart(const Check *c, long double left, long double right)
{
    return fabsl(left - right) > (c->t->single ? 2e-2L : 5e-4L) * (fabsl(left) + fabsl(right));
}

/* The slope of one side with step 0, from those with a step and a sixteenth of it. */
static long double sharpened(long double far, long double near)
{
    return near + (near - far) / 15;
}

/* How well the slopes of one side are known. */
static long double side_slack(const Check *c, long double size)
{
    return (c->t->single ? 1e-3L : 1e-5L) * size;
}

/* Is x itself at a kink in direction v: do the sides' slopes stay as far apart however small the step is? */
static int at_kink(const Check *c, const long double *v, long double *y, long double *left, long double *right)
{
    long double l, r, h = c->t->single ? 3e-3L : 1e-5L;
    sides(c, v, h, y, &l, &r);
    sides(c, v, h / 16, y, left, right);
    long double gap = fabsl(r - l), next = fabsl(*right - *left);
    int kink = apart(c, l, r) && apart(c, *left, *right) && next > 0.5L * gap && next < 2 * gap;
    *left = sharpened(l, *left);
    *right = sharpened(r, *right);
    return kink;
}

static int between(long double g, long double left, long double right, long double slack)
{
    return g >= fminl(left, right) - slack && g <= fmaxl(left, right) + slack;
}

/* Is x itself at a jump in direction v, one side's slope out of all proportion, and g the slope of the other? */
static int at_jump(const Check *c, const long double *v, long double *y, long double g)
{
    long double near[2], far[2], h = c->t->single ? 3e-3L : 1e-5L;
    sides(c, v, h, y, &far[0], &far[1]);
    sides(c, v, h / 16, y, &near[0], &near[1]);
    for (int k = 0; k < 2; k++) {
        int smooth = !apart(c, near[k], far[k]), jump = fabsl(near[1 - k] / far[1 - k] - 16) < 0.1L;
        if (smooth && jump && fabsl(g - sharpened(far[k], near[k])) <= side_slack(c, fabsl(g) + fabsl(near[k])))
            return 1;
    }
    return 0;
}

/* Do slopes of one side, with a step and with a 1024th of it, grow without bound towards g, which is infinite? Those of sqrt grow 32 times,
 * those of a jump 1024 times. */
static int grows(long double wide, long double close, long double g)
{
    return isfinite(close) && (close > 0) == (g > 0) && fabsl(close) > 4 * fabsl(wide) && fabsl(close) < 800 * fabsl(wide);
}

/* ... on the sides that there are: f may end at x. */
static int sides_grow(const long double *wide, const long double *close, long double g)
{
    int ends[2];
    for (int k = 0; k < 2; k++)
        ends[k] = isnan(wide[k]) || isnan(close[k]);
    return !(ends[0] && ends[1]) && (ends[0] || grows(wide[0], close[0], g)) && (ends[1] || grows(wide[1], close[1], g));
}

/* g is infinite: do the slopes of both sides, or of the one on which f is a number, grow without bound, in its direction? */
static ad_ck_slope infinite_slope(const Check *c, const long double *v, long double g, long double *y)
{
    long double wide[2], close[2], h = ad_ck_step(c, 3);
    sides(c, v, h, y, &wide[0], &wide[1]);
    sides(c, v, h / 1024, y, &close[0], &close[1]);
    ad_ck_slope s = {isnan(close[1]) ? close[0] : close[1], INFINITY, sides_grow(wide, close, g), 0, 0};
    if (s.fine)
        s.error = 0;
    return s;
}

ad_ck_slope ad_ck_slope_of(const Check *c, size_t i, long double *v, long double *y, long double noise, long double biggest)
{
    ad_ck_slope s = {NAN, INFINITY, 0, 0, 0};
    long double g = c->g[i], scale = ad_ck_scale(c, i);
    long double left, right;
    v[i] = scale;
    if (isinf(g)) {
        s = infinite_slope(c, v, g, y);
        v[i] = 0;
        return s;
    }
    sides(c, v, ad_ck_step(c, 0), y, &left, &right);
    int bend = apart(c, left, right);
    long double blur = INFINITY; /* of the narrow differences that agree but for rounding */
    for (int k = 0; k < 4 && !s.fine; k++) {
        long double h = k < 3 ? ad_ck_step(c, k) : 0.1L, n = (left + right) / 2;
        if (k > 0)
            n = k < 3 ? central(c, c->seed, v, h, y) : ridders(c, c->seed, v, h, y);
        n /= scale;
        long double err = fabsl(g - n);
        long double size = fabsl(g) + fabsl(n), rounding = 16 * ad_ck_epsilon(c) * noise / ((k < 3 ? h : 1e-3L) * scale);
        int tells = k == 3 || rounding <= 10 * ad_ck_bound(c) * size; /* more than rounding */
        s.fine = tells && err <= ad_ck_bound(c) * size + 1e-9L * biggest + rounding;
        if (k < 3 && err <= rounding)
            blur = fminl(blur, rounding);
        if (tells && (err < s.error || isnan(s.numerical))) {
            s.error = err;
            s.numerical = n;
        }
        if (k == 3 && !s.fine && blur <= ad_ck_bound(c) * fmaxl(biggest, fabsl(n))) {
            s.error = 0;
            s.fine = s.kink = 1; /* what the widest meets is further away */
            break;
        }
        s.kink = bend && k > 0 && s.fine; /* only a smaller step stays on one side */
    }
    if (bend && at_kink(c, v, y, &left, &right)) {
        long double slack = side_slack(c, fabsl(left) + fabsl(right)) / scale;
        int fits = between(g, left / scale, right / scale, slack); /* the derivative of a branch, or between two */
        s.kink = fits;
        if (fits && !s.fine)
            s.error = 0;
        s.fine = s.fine || fits;
    }
    if (!s.fine && isfinite(g)) {
        long double n = s.numerical * scale, err = s.error * scale;
        s.fine = within_noise(c, c->seed, v, g * scale, y, &n, &err, &s.kink) || (s.kink = at_jump(c, v, y, g * scale));
        if (!s.fine) {
            s.fine = ad_ck_fits_ends(c, c->seed, v, g * scale, &n, &s.end);
            err = s.fine ? 0 : fabsl(g * scale - n);
        }
        s.numerical = n / scale;
        s.error = s.fine && s.kink ? 0 : err / scale;
    }
    v[i] = 0;
    return s;
}

long double ad_ck_directional_error(Check *c, int param, const long double *v, const long double *dy)
{
    long double *s = ad_ck_grow(NULL, sizeof *s * (c->n + 1)), *y = ad_ck_grow(NULL, sizeof *y * (c->n + 1)), noise = 0;
    for (size_t i = 0; i < c->n; i++) {
        const ad_ck_leaf *l = &c->x0.leaf[i];
        s[i] = ad_ck_is_output(l) && l->param == param ? ad_ck_random(&c->x0, -1, 1) : 0;
        noise += fabsl(s[i] * ad_ck_get(&c->y0.leaf[i]));
    }
    long double n = ridders(c, s, v, 0.1L, y), got = weighed(c, s, dy), err = fabsl(got - n);
    int jump, end, fine = err <= 1e4L * ad_ck_epsilon(c) * noise || (isfinite(got) && within_noise(c, s, v, got, y, &n, &err, &jump));
    fine = fine || (isfinite(got) && ad_ck_fits_ends(c, s, v, got, &n, &end));
    free(s);
    free(y);
    return fine ? 0 : err / (fabsl(got) + fabsl(n));
}

int ad_ck_within_noise(const Check *c, const long double *v, long double difference)
{
    long double *y = ad_ck_grow(NULL, sizeof *y * (c->n + 1)), noise = noise_along(c, c->seed, v, y);
    free(y);
    return difference <= 64 * noise;
}

/* Of one output, the slopes to the left and right with a step and with a sixteenth of it: is there a kink at x, dy between its slopes; or
 * a jump, and dy the slope of the side without it? *kink: one of these; else dy is the slope of both sides. */
static int fits_sides(const Check *c, long double dy, const long double *far, const long double *near, long double noise, int *kink)
{
    long double gap = fabsl(far[1] - far[0]), next = fabsl(near[1] - near[0]);
    long double left = sharpened(far[0], near[0]), right = sharpened(far[1], near[1]), slack = side_slack(c, fabsl(left) + fabsl(right)) + noise;
    if (!apart(c, near[0], near[1]) || next < 0.5L * gap) /* a curve: its sides become one */
        return between(dy, left, right, slack);
    *kink = 1;
    if (next < 2 * gap)
        return between(dy, left, right, slack);
    for (int k = 0; k < 2; k++) {
        long double slope = k ? right : left;
        if (!apart(c, near[k], far[k]) && fabsl(dy - slope) <= side_slack(c, fabsl(dy) + fabsl(slope)) + noise)
            return 1;
    }
    return 0;
}

int ad_ck_kink_along(const Check *c, int param, const long double *v, const long double *dy)
{
    long double *y[4], h = c->t->single ? 3e-3L : 1e-5L;
    int kink = 0, fine = 1;
    for (int k = 0; k < 4; k++) {
        y[k] = ad_ck_grow(NULL, sizeof **y * (c->n + 1));
        ad_ck_exit_values(c, v, (k % 2 ? h : -h) / (k < 2 ? 1 : 16), y[k]);
    }
    for (size_t i = 0; i < c->n && fine; i++) {
        if (!ad_ck_is_output(&c->x0.leaf[i]) || c->x0.leaf[i].param != param)
            continue;
        long double y0 = ad_ck_get(&c->y0.leaf[i]), slope[4];
        for (int k = 0; k < 4; k++)
            slope[k] = (k % 2 ? y[k][i] - y0 : y0 - y[k][i]) / h * (k < 2 ? 1 : 16);
        fine = fits_sides(c, dy[i], slope, slope + 2, 256 * ad_ck_epsilon(c) * fabsl(y0) / h, &kink);
    }
    for (int k = 0; k < 4; k++)
        free(y[k]);
    return fine && kink;
}

int ad_ck_infinite_along(const Check *c, int param, const long double *v, const long double *dy)
{
    long double *y[4], h = ad_ck_step(c, 3);
    int infinite = 0, fine = 1;
    for (int k = 0; k < 4; k++) {
        y[k] = ad_ck_grow(NULL, sizeof **y * (c->n + 1));
        ad_ck_exit_values(c, v, (k % 2 ? h : -h) / (k < 2 ? 1 : 1024), y[k]);
    }
    for (size_t i = 0; i < c->n && fine; i++) {
        if (!ad_ck_is_output(&c->x0.leaf[i]) || c->x0.leaf[i].param != param)
            continue;
        long double y0 = ad_ck_get(&c->y0.leaf[i]), slope[4];
        for (int k = 0; k < 4; k++)
            slope[k] = (k % 2 ? y[k][i] - y0 : y0 - y[k][i]) / h * (k < 2 ? 1 : 1024);
        infinite |= isinf(dy[i]) != 0;
        if (isinf(dy[i]))
            fine = sides_grow(slope, slope + 2, dy[i]);
        else /* beside infinite ones: the side that there is */
            fine = between(dy[i], isnan(slope[2]) ? slope[3] : slope[2], isnan(slope[3]) ? slope[2] : slope[3],
                           side_slack(c, fabsl(dy[i])) + 256 * ad_ck_epsilon(c) * fabsl(y0) / h * 1024);
    }
    for (int k = 0; k < 4; k++)
        free(y[k]);
    return fine && infinite;
}
