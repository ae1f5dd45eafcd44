// check:
// Function pointers whose targets are all written in the function itself: static functions and those of libm too.
#include <math.h>
#include <adgen.h>

double sq(double x)
{
    return x * x;
}
static double tenth(double x)
{
    return 0.1 * x;
}
static double twice(double (*f)(double), double x)
{
    return f(f(x));
}

AD_GRAD()
double local_choice(AD_LEN(n) const double *x, int n)
{
    double (*table[3])(double) = {tenth, sin, sq}, s = twice(tenth, x[0]);
    for (int i = 0; i < n; i++) {
        double (*f)(double) = x[i] > 1 ? tenth : cos;
        s += f(x[i]) * table[i % 3](x[i]) + twice(f, s);
    }
    return s;
}

typedef double (*Function)(double);
static Function *second(Function *table)
{
    return table + 1;
}

AD_GRAD()
double through_memory(double x, int k)
{
    Function table[2] = {sin, sin};
    *second(table) = tenth;
    if (k > 3)
        table[0] = sq;
    return table[k % 2](x) * table[1](x);
}

/* Two callbacks in a struct, of different types, called in a loop. */
struct motion {
    void (*rate)(double t, const double *s, double *ds, void *user);
    void (*event)(double *s, void *user);
    void *user;
};
static void falls(double t, const double *s, double *ds, void *user)
{
    const double *g = user;
    ds[0] = s[1];
    ds[1] = -g[0] * t;
}
static void bounces(double *s, void *user)
{
    double *g = user;
    if (s[0] < 0)
        s[1] *= -g[1];
}

AD_GRAD(g)
double two_callbacks(AD_LEN(n) double *g, int n)
{
    double s[2] = {1, 0.5}, ds[2];
    struct motion m = {.rate = falls, .event = bounces, .user = g};
    for (int k = 0; k < 3 * n; k++) {
        m.rate(0.2 * k, s, ds, m.user);
        s[0] += 0.2 * ds[0];
        s[1] += 0.2 * ds[1];
        if (m.event)
            m.event(s, m.user);
    }
    return s[0] + s[1];
}
