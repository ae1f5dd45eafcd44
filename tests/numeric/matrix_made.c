// check: --set n=6
// construct: functions: Jacobians and Hessians through trees and lists that recursion builds, structs that end in arrays of any length
#include <math.h>
#include <stdlib.h>
#include <adgen.h>

typedef struct tree {
    struct tree *left, *right;
    double v;
    int key;
} tree;

static tree *insert(tree *t, int key, double v)
{
    if (!t) {
        t = calloc(1, sizeof *t);
        if (!t)
            abort();
        t->key = key;
        t->v = v;
    } else if (key < t->key) {
        t->left = insert(t->left, key, v * t->v);
    } else {
        t->right = insert(t->right, key, v + t->v);
    }
    return t;
}

static double total(const tree *t)
{
    return t ? sin(t->v) * (1 + total(t->left)) + t->v * total(t->right) : 0.5;
}

static void discard(tree *t)
{
    if (!t)
        return;
    discard(t->left);
    discard(t->right);
    free(t);
}

AD_JACOBIAN(x -> y)
AD_HESSIAN(x; y)
double search_tree(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    tree *root = NULL;
    double last = 0;
    for (int i = 0; i < n; i++) {
        root = insert(root, i * 5 % 7, x[i]);
        last = y[i] = total(root);
    }
    discard(root);
    return last;
}

/* A list in the order of its values, by cons. */
struct cell {
    double head;
    struct cell *tail;
};

static struct cell *cons(double head, struct cell *tail)
{
    struct cell *c = malloc(sizeof *c);
    if (!c)
        exit(1);
    *c = (struct cell){head, tail};
    return c;
}

static struct cell *sorted(struct cell *l, double v)
{
    if (!l || v < l->head)
        return cons(v, l);
    l->tail = sorted(l->tail, v);
    return l;
}

static double polynomial(const struct cell *l, double at)
{
    return l ? l->head + at * polynomial(l->tail, at) : 0;
}

static void drop(struct cell *l)
{
    if (l)
        drop(l->tail);
    free(l);
}

AD_JACOBIAN(c, at)
AD_HESSIAN(c, at)
double by_size(AD_LEN(n) const double *c, double at, int n)
{
    struct cell *l = NULL;
    for (int i = 0; i < n; i++)
        l = sorted(l, c[i] * c[i]);
    double p = polynomial(l, at);
    drop(l);
    return p;
}

/* K structs with an array behind each do not follow each other in memory: one direction at a time. */
struct samples {
    int n;
    double scale;
    double v[];
};

AD_JACOBIAN(x -> z)
AD_HESSIAN(x; z)
double scaled(AD_LEN(n) const double *x, AD_LEN(n) double *z, int n)
{
    struct samples *s = malloc(sizeof *s + (size_t)n * sizeof s->v[0]);
    if (!s)
        abort();
    s->n = n;
    s->scale = x[0];
    for (int i = 0; i < s->n; i++)
        s->v[i] = exp(x[i]) * (i ? s->v[i - 1] : 1);
    double e = 0;
    for (int i = 0; i < s->n; i++)
        e += z[i] = s->scale * s->v[i];
    free(s);
    return e;
}
