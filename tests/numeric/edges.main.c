/* The values at the edges: gradient, tangent and second derivatives must agree with INTERFACE's section 3 and with one another. */
#include "out.h"

#include <math.h>
#include <stdio.h>

static int wrong;

/* Equal, both NaN, or to a few ulp where the value is no special one. */
static void same(const char *name, const char *what, double x, double got, double want)
{
    int ok = got == want || (isnan(got) && isnan(want)) || fabs(got - want) <= 1e-15 * fabs(want);
    if (ok)
        return;
    printf("%s at %g: %s is %.17g, not %.17g\n", name, x, what, got, want);
    wrong = 1;
}

typedef struct {
    const char *name;
    double (*grad)(double x, double k, double *d_x);
    double (*jvp)(double x, double k, double d_x, double *d_return);
    double (*hvp)(double x, double k, double v_x, double *d_x, double *h_x);
} One;

#define ONE(f) {#f, e_##f##_grad, e_##f##_jvp, e_##f##_hvp}
enum { SQRT, CBRT, LOG, ASIN, ACOS, ATANH, ACOSH, FABS, HALF, THIRD, CUBE, INVERSE, SIGMOID, SIGMOIDF, SOFTPLUS, EXPM1 };
static const One ones[] = {ONE(sqrt), ONE(cbrt), ONE(log),   ONE(asin), ONE(acos),    ONE(atanh),   ONE(acosh),    ONE(fabs),
                           ONE(half), ONE(third), ONE(cube), ONE(inverse), ONE(sigmoid), ONE(sigmoidf), ONE(softplus), ONE(expm1)};

#define ANY 77.0 /* a second derivative that is not looked at: infinite, of a sign that depends on the form */

static void one(int f, double x, double first, double second, int zero_rule)
{
    const One *p = &ones[f];
    double d = 0, h = 0, t;
    p->grad(x, 1, &d);
    same(p->name, "the gradient", x, d, first);
    p->jvp(x, 1, 1, &t);
    same(p->name, "the tangent", x, t, first);
    d = 0;
    p->hvp(x, 1, 1, &d, &h);
    same(p->name, "the gradient of hvp", x, d, first);
    if (second != ANY)
        same(p->name, "the second derivative", x, h, second);
    if (!zero_rule && !isfinite(first))
        return;
    d = h = 0;
    p->grad(x, 0, &d);
    same(p->name, "the gradient times 0", x, d, 0);
    p->jvp(x, 1, 0, &t);
    same(p->name, "the tangent of 0", x, t, 0);
    p->hvp(x, 0, 1, &d, &h);
    same(p->name, "0 times the second derivative", x, h, 0);
    d = h = 0;
    p->hvp(x, 1, 0, &d, &h);
    same(p->name, "the second derivative times 0", x, h, 0);
}

typedef struct {
    const char *name;
    double (*grad)(double x, double y, double k, double *d_x, double *d_y);
    double (*jvp)(double x, double y, double k, double d_x, double d_y, double *d_return);
    double (*hvp)(double x, double y, double k, double v_x, double v_y, double *d_x, double *d_y, double *h_x, double *h_y);
} Two;

enum { POW, HYPOT, ATAN2, FMAX, FDIM, FMOD, REMAINDER };
static const Two twos[] = {ONE(pow), ONE(hypot), ONE(atan2), ONE(fmax), ONE(fdim), ONE(fmod), ONE(remainder)};

static void two(int f, double x, double y, double dx, double dy)
{
    const Two *p = &twos[f];
    double a = 0, b = 0, h = 0, g = 0, t;
    p->grad(x, y, 1, &a, &b);
    same(p->name, "d/dx", x, a, dx);
    same(p->name, "d/dy", x, b, dy);
    p->jvp(x, y, 1, 1, 0, &t);
    same(p->name, "the tangent along x", x, t, dx);
    p->jvp(x, y, 1, 0, 1, &t);
    same(p->name, "the tangent along y", x, t, dy);
    a = b = 0;
    p->hvp(x, y, 1, 0, 0, &a, &b, &h, &g);
    same(p->name, "d/dx of hvp", x, a, dx);
    same(p->name, "d/dy of hvp", x, b, dy);
    if (f != ATAN2) {
        same(p->name, "Hv for v = 0, x", x, h, 0);
        same(p->name, "Hv for v = 0, y", x, g, 0);
        a = b = h = g = 0;
        p->grad(x, y, 0, &a, &b);
        p->hvp(x, y, 0, 1, 1, &a, &b, &h, &g);
        same(p->name, "0 times the partials", x, fabs(a) + fabs(b), 0);
        same(p->name, "0 times the second partials", x, fabs(h) + fabs(g), 0);
    }
}

int main(void)
{
    const double inf = INFINITY, nan_ = NAN;
    one(SQRT, 0, inf, ANY, 1);
    one(SQRT, inf, 0, 0, 1);
    one(SQRT, -1, nan_, nan_, 1);
    one(CBRT, 0, inf, ANY, 1);
    one(CBRT, -8, 1. / 12, 2. / 9 / 32, 1);
    one(LOG, 0, inf, -inf, 1);
    one(LOG, inf, 0, ANY, 1);
    one(ASIN, 1, inf, ANY, 1);
    one(ASIN, -1, inf, ANY, 1);
    one(ACOS, 1, -inf, ANY, 1);
    one(ATANH, 1, inf, ANY, 1);
    one(ACOSH, 1, inf, ANY, 1);
    one(FABS, 0, 0, 0, 1);
    one(FABS, -0.0, 0, 0, 1);
    one(FABS, -3, -1, 0, 1);
    one(HALF, 0, inf, ANY, 1);
    one(THIRD, 0, inf, ANY, 1);
    one(THIRD, inf, 0, ANY, 1);
    one(CUBE, 0, 0, 0, 1);
    one(CUBE, -2, 12, -12, 1);
    one(INVERSE, -2, -0.25, -0.25, 1);
    one(INVERSE, 0, -inf, ANY, 1);
    /* stable far out: s * (1 - s) */
    for (int i = 0; i < 2; i++) {
        one(SIGMOID + i, 0, 0.25, 0, 0);
        one(SIGMOID + i, 700, 0, 0, 0);
        one(SIGMOID + i, 1e6, 0, 0, 0);
        one(SIGMOID + i, -1e6, 0, 0, 0);
    }
    one(SIGMOID, -700, exp(-700), exp(-700), 0);
    one(SIGMOIDF, -700, 0, 0, 0);
    one(SOFTPLUS, 700, 1, ANY, 0);
    one(SOFTPLUS, -700, exp(-700), exp(-700), 0);
    one(SOFTPLUS, 1e6, 1, ANY, 0);
    one(EXPM1, 1e-300, 1, ANY, 0);

    two(POW, 0, 0, 0, 0);
    two(POW, 3, 0, 0, log(3));
    two(POW, 0, 2, 0, 0);
    two(POW, 0, 1, 1, 0);
    two(POW, 0, 0.5, inf, 0);
    two(POW, 0, 0.3, inf, 0);
    two(POW, -2, 3, 12, nan_);
    two(POW, -2, -1, -0.25, nan_);
    two(POW, 1, 5, 5, 0);
    two(POW, inf, 0.3, 0, inf);
    two(POW, inf, -1, 0, nan_);
    two(HYPOT, 0, 0, nan_, nan_);
    two(HYPOT, 3, 4, 0.6, 0.8);
    two(HYPOT, 1e300, 1e300, sqrt(0.5), sqrt(0.5));
    two(HYPOT, 0, -2, 0, -1);
    two(HYPOT, 0, 1e-310, 0, 1);
    two(HYPOT, ldexp(-3, -1050), ldexp(4, -1050), -0.6, 0.8);
    two(ATAN2, 0, -1, -1, 0);
    two(ATAN2, 1e200, 1e200, 0.5e-200, -0.5e-200);
    two(ATAN2, 3e-200, 4e-200, 4 / 25e-200, -3 / 25e-200);
    two(FMAX, 2, 2, 0.5, 0.5);
    two(FMAX, nan_, 2, 0, 1);
    two(FMAX, inf, 2, 1, 0);
    two(FDIM, 3, 1, 1, -1);
    two(FDIM, 1, 1, 0, 0);
    two(FMOD, -5.5, 2, 1, 2);
    two(FMOD, 1, 0.1, 1, -9);
    two(REMAINDER, 5.5, 2, 1, -3);
    two(REMAINDER, 5, 2, 1, -2);
    return wrong;
}
