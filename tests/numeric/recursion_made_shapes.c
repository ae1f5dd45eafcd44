// check: --set n=6 --range x=0.2:0.9
// construct: memory: trees that recursion copies, prunes, joins and exchanges
// directions: several directions at once are not possible: the recursive function
// Rows of children and of numbers in nodes, pruning, insertion through pointers to pointers, copies, subtrees that change places.
#include <adgen.h>
#include <stdlib.h>
#include <math.h>
typedef struct tree {
    double v;
    int nk;
    struct tree **kid;
    double *w;
} tree;
static tree *build(const double *x, int n, int depth)
{
    tree *t = malloc(sizeof *t);
    t->v = x[depth % n] * x[0];
    t->nk = depth > 0 ? 1 + depth % 3 : 0;
    t->kid = t->nk ? malloc(t->nk * sizeof *t->kid) : NULL;
    t->w = malloc((t->nk + 1) * sizeof *t->w);
    for (int i = 0; i <= t->nk; i++)
        t->w[i] = sin(x[(i + depth) % n]);
    for (int i = 0; i < t->nk; i++)
        t->kid[i] = build(x, n, depth - 1 - i % 2 > 0 ? depth - 1 - i % 2 : 0);
    return t;
}
static double eval(const tree *t, double in)
{
    double s = t->v * in + t->w[0];
    for (int i = 0; i < t->nk; i++)
        s += t->w[i + 1] * eval(t->kid[i], tanh(s));
    return s;
}
static void prune(tree *t, double limit)
{
    int k = 0;
    for (int i = 0; i < t->nk; i++) {
        tree *c = t->kid[i];
        prune(c, limit);
        if (c->nk == 0 && fabs(c->v) < limit) {
            t->w[0] += 0.1 * c->v * t->w[i + 1];
            free(c->kid);
            free(c->w);
            free(c);
        } else {
            t->w[k + 1] = t->w[i + 1];
            t->kid[k++] = c;
        }
    }
    t->nk = k;
}
static void del(tree *t)
{
    for (int i = 0; i < t->nk; i++)
        del(t->kid[i]);
    free(t->kid);
    free(t->w);
    free(t);
}
AD_GRAD(x)
AD_JVP(x)
double tree_f(AD_LEN(n) const double *x, int n)
{
    tree *t = build(x, n, 4);
    double s = eval(t, x[1]);
    prune(t, 0.4);
    s = s * eval(t, s);
    prune(t, 0.8);
    s += eval(t, x[0]);
    del(t);
    return s;
}
typedef struct n {
    double k, v;
    struct n *l, *r;
} node;
static void ins(node **t, double k, double v)
{
    if (!*t) {
        *t = calloc(1, sizeof **t);
        (*t)->k = k;
        (*t)->v = v;
        return;
    }
    ins(k < (*t)->k ? &(*t)->l : &(*t)->r, k, v);
    (*t)->v += 0.1 * v;
}
static node *copy(const node *t)
{
    if (!t)
        return NULL;
    node *c = malloc(sizeof *c);
    *c = *t;
    c->l = copy(t->r);
    c->r = copy(t->l);
    c->v *= 1.5;
    return c;
}
static double sum(const node *t)
{
    return t ? t->v * t->v + 0.5 * sum(t->l) * t->k + sum(t->r) : 1;
}
static void drop(node *t)
{
    if (t) {
        drop(t->l);
        drop(t->r);
        free(t);
    }
}
static void exchange(node **a, node **b)
{
    node *t = *a;
    *a = *b;
    *b = t;
}
static node *join(node *a, node *b, int pick)
{
    if (pick) {
        drop(b);
        return a;
    }
    drop(a);
    return b;
}
AD_GRAD(x)
AD_JVP(x)
double tree_g(AD_LEN(n) const double *x, int n)
{
    node *a = NULL, *b;
    for (int i = 0; i < n; i++)
        ins(&a, sin(5 * x[i]), x[i]);
    b = copy(a);
    ins(&b, 0.1, x[2] * x[3]);
    exchange(&a, &b);
    if (a->l)
        exchange(&a->l, &b->r);
    double s = sum(a) * sum(b);
    node *c = join(copy(a), copy(b), x[0] > 0.5);
    a->v *= s;
    s += sum(c) * sum(a);
    drop(a);
    drop(b);
    drop(c);
    return s;
}
AD_GRAD(x)
AD_JVP(x)
double tree_h(AD_LEN(n) const double *x, int n)
{
    node *t[3] = {NULL, NULL, NULL};
    double s = 0;
    for (int i = 0; i < 2 * n; i++)
        ins(&t[i % 3], cos(3 * x[i % n]), x[i % n] * (i + 1));
    for (int i = 0; i < 3; i++) {
        node *c = copy(t[i]);
        s += sum(c);
        drop(c);
    }
    for (int k = 0; k < 3; k++) {
        s = s * 0.01 + sum(t[k]);
        if (t[k])
            t[k]->v += s;
        s += sum(t[(k + 1) % 3]) * 0.1;
    }
    for (int i = 0; i < 3; i++)
        drop(t[i]);
    return s;
}
