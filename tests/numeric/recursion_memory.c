// check: --set n=3 --range x=0.3:0.9
// construct: functions: recursion that changes memory, returns pointers
#include <math.h>
#include <stdlib.h>
#include <stddef.h>
#include <adgen.h>
/* what a call changes is read again behind it */
static double spoil(double *x, const double *k, int n)
{
    double s = 0;
    for (int i = 0; i < 2; i++) {
        s += x[0] * k[0];
        if (n > 0)
            s += spoil(x, k, n - 1) * x[1];
        x[0] *= 0.5 + 0.1 * s;
    }
    return s;
}
AD_GRAD(x; w)
double spoiled(AD_LEN(2) const double *x, AD_LEN(2) double *w, int n)
{
    w[0] = x[0];
    w[1] = x[1] * x[1];
    return spoil(w, x, n);
}
AD_VJP(w->w)
double spoiled_same(AD_LEN(2) double *w, int n)
{
    return spoil(w, w + 1, n); /* overlapping */
}
static double settle(double x, int n)
{
    return n > 0 ? 0.5 * settle(x * x, n - 1) + 0.1 * x : 0.4 * x;
}
AD_GRAD(x)
double until(double x)
{
    double s = 2;
    int k = 0;
    while (settle(s * x, 2) > 0.2 && k++ < 20)
        s *= settle(x + 1, 1);
    do {
        s += settle(x * s, 3);
    } while ((s = s * settle(s, 1)) > 1);
    return s;
}
typedef struct {
    double a[2];
    int hops;
} Hop;
static double hop(Hop h, Hop *out)
{
    h.a[0] *= h.a[1];
    if (h.hops-- <= 0) {
        *out = h;
        return h.a[0];
    }
    Hop in = h;
    in.a[1] += 0.5;
    double y = hop(in, &h);
    *out = h;
    out->a[1] *= y + in.a[0];
    return y * h.a[1];
}
AD_GRAD(a, b)
double hopped(double a, double b)
{
    Hop h = {{a, b}, 3}, out;
    double y = hop(h, &out);
    return y + out.a[0] * out.a[1] * h.a[1];
}
AD_VJP(m->m)
void ends(AD_LEN(4) double m[4])
{
    Hop h = {{m[0], m[1]}, 2}, o;
    m[3] = hop(h, &o);
    m[0] = o.a[1];
}
/* written by the innermost call alone */
static double inner(double *x, int n)
{
    double s = 0;
    if (n == 0) {
        x[0] *= 0.5 * x[1];
        return x[0];
    }
    for (int i = 0; i < 3; i++) {
        s += x[0] * x[0];
        s += inner(x, n - 1) * s;
    }
    return s;
}
AD_GRAD(a)
double innermost(AD_LEN(2) const double *a, int n)
{
    double x[2] = {a[0], a[1]};
    return inner(x, n) * x[0];
}
static const double *last(const double *x, int n)
{
    return n > 1 ? last(x + 1, n - 1) : x;
}
AD_GRAD(x)
double at_the_end(AD_LEN(n) const double *x, int n)
{
    const double *p = last(x, n), *q = last(x, n - 1);
    return *p * *q + p[-1] * sin(q[1]);
}
static double *pick(double *a, double *b, int n)
{
    return n == 0 ? a : pick(b, a, n - 1);
}
AD_VJP(x->x)
void picked(AD_LEN(4) double *x)
{
    double w[2] = {x[0], x[1]};
    for (int i = 0; i < 5; i++)
        *pick(w, x + 2, i % 3) *= 1 + *pick(x + 3, w + 1, i);
    x[0] = w[0];
    x[1] = w[1] * x[2];
}
