// check: --set which=1
// construct: functions: recursion that hands functions on
// Recursive functions that are given functions: the tables of targets are the same in all directions.
#include <math.h>
#include <stdlib.h>
#include <adgen.h>
typedef double (*fn)(double, double *);
static double gauss(double x, double *p) { return p[0] * exp(-p[1] * x * x); }
static double wave(double x, double *p) { p[2] += 1; return p[0] * cos(p[1] * x) + p[2]; }
static double simpson(fn f, double a, double b, double *p, int depth)
{
    double m = 0.5 * (a + b), h = b - a;
    if (depth <= 0)
        return h / 6 * (f(a, p) + 4 * f(m, p) + f(b, p));
    return simpson(f, a, m, p, depth - 1) + simpson(f, m, b, p, depth - 1);
}
AD_GRAD() AD_JVP()
double top(AD_LEN(3) double *p, double a, double b, int which)
{
    fn table[2] = {gauss, wave};
    return simpson(table[which & 1], a, b, p, 2);
}
AD_GRAD() AD_JVP()
double top2(AD_LEN(3) const double *p, double a, double b, int which)
{
    double *q = malloc(3 * sizeof *q);
    for (int i = 0; i < 3; i++) q[i] = p[i] * p[i];
    fn f = which ? gauss : wave;
    double s = simpson(f, a, b, q, 2) + simpson(wave, a, b, q, 1);
    free(q);
    return s;
}
typedef struct { fn f; double *p; } Ctx;
static double simc(Ctx *c, double a, double b, int depth)
{
    double m = 0.5 * (a + b), h = b - a;
    if (depth <= 0)
        return h / 6 * (c->f(a, c->p) + 4 * c->f(m, c->p) + c->f(b, c->p));
    return simc(c, a, m, depth - 1) + simc(c, m, b, depth - 1);
}
AD_GRAD() AD_JVP()
double top3(AD_LEN(3) const double *p, double a, double b, int which)
{
    double q[3];
    for (int i = 0; i < 3; i++) q[i] = p[i] * p[i];
    Ctx c = {which ? gauss : wave, q};
    return simc(&c, a, b, 2);
}
static double two(double (*f)(double, const double *), double (*g)(double, const double *), double a, const double *p, const double *q, int d)
{
    if (d == 0)
        return f(a, p) * g(a, q);
    return two(g, f, a * 0.5, q, p, d - 1) + two(f, f, a + 0.1, p, p, d - 1);
}
static double cg(double x, const double *p) { return p[0] * exp(-p[1] * x * x); }
static double cw(double x, const double *p) { return p[0] * sin(p[1] * x); }
AD_GRAD() AD_JVP()
double top4(AD_LEN(2) const double *p, AD_LEN(2) const double *q, double a, int which)
{
    return two(which ? cg : cw, cw, a, p, q, 3);
}
static double adapt(double (*f)(double, const double *), const double *p, double a, double b, double eps, double fa, double fm, double fb, double whole, int depth)
{
    double m = 0.5 * (a + b), lm = 0.5 * (a + m), rm = 0.5 * (m + b);
    double flm = f(lm, p), frm = f(rm, p);
    double left = (m - a) / 6 * (fa + 4 * flm + fm), right = (b - m) / 6 * (fm + 4 * frm + fb);
    double delta = left + right - whole;
    if (depth <= 0 || fabs(delta) <= 15 * eps)
        return left + right + delta / 15;
    return adapt(f, p, a, m, eps / 2, fa, flm, fm, left, depth - 1) + adapt(f, p, m, b, eps / 2, fm, frm, fb, right, depth - 1);
}
AD_GRAD(a, b, p) AD_JVP(a, b, p)
double integral(double a, double b, AD_LEN(2) const double *p, AD_INACTIVE double eps)
{
    double fa = cg(a, p), fb = cg(b, p), m = (a + b) / 2, fm = cg(m, p);
    return adapt(cg, p, a, b, 1e-6, fa, fm, fb, (b - a) / 6 * (fa + 4 * fm + fb), 6);
}
static double sim1(double (*f)(double), double a, double b, int depth)
{
    double m = 0.5 * (a + b), h = b - a;
    if (depth <= 0)
        return h / 6 * (f(a) + 4 * f(m) + f(b));
    return sim1(f, a, m, depth - 1) + sim1(f, m, b, depth - 1);
}
AD_GRAD() AD_JVP()
double library_targets(double a, double b)
{
    return sim1(sin, a, b, 3) + sim1(exp, a, b * b, 2);
}
