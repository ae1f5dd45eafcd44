// check: --set n=5
// construct: memory: lists whose head is a global, counters and cursors at file scope
// What is at file scope and written before all else is a value that the function hands from step to step, and leaves there at its end.
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

typedef struct var {
    double v;
    struct var *a, *b;
    double da, db, grad;
    struct var *next;
} var;

var *all;
int made;
double total;

static var *make(double v, var *a, double da, var *b, double db)
{
    var *p = malloc(sizeof *p);
    if (!p)
        abort();
    *p = (var){v, a, b, da, db, 0, all};
    all = p;
    made++;
    return p;
}

static var *mul(var *a, var *b)
{
    return make(a->v * b->v, a, b->v, b, a->v);
}

static var *add(var *a, var *b)
{
    return make(a->v + b->v, a, 1, b, 1);
}

static var *squash(var *a)
{
    double t = tanh(a->v);
    return make(t, a, 1 - t * t, NULL, 0);
}

/* A tape as small libraries have it; with its reverse sweep, which is differentiated as well. */
AD_GRAD(w, x)
double tape(AD_LEN(n) const double *w, AD_LEN(n) const double *x, int n)
{
    all = NULL;
    made = 0;
    var *first = make(w[0], NULL, 0, NULL, 0), *s = first;
    for (int i = 1; i < n; i++)
        s = add(s, squash(mul(make(w[i], NULL, 0, NULL, 0), make(x[i], NULL, 0, NULL, 0))));
    s = mul(s, s);
    s->grad = 1;
    for (var *p = all; p; p = p->next) {
        if (p->a)
            p->a->grad += p->da * p->grad;
        if (p->b)
            p->b->grad += p->db * p->grad;
    }
    double r = s->v + first->grad * made;
    while (all) {
        var *p = all;
        all = p->next;
        free(p);
    }
    return r;
}

/* A number, a counter and a cursor. */
struct {
    double lo, hi;
} limits;
double history[32], *cursor;

static void record(double v)
{
    *cursor++ = v;
    made++;
    total += v * v;
}

AD_GRAD(x)
double counters(AD_LEN(n) const double *x, int n)
{
    total = 0;
    made = n;
    cursor = history;
    limits.lo = x[0];
    for (int i = 0; i < n; i++)
        if (x[i] > limits.lo)
            record(sin(x[i]) * total);
        else
            record(x[i]);
    for (const double *p = history; p < cursor; p++)
        total += *p * made;
    return total;
}
