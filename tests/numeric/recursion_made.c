// check: --set n=9
// construct: memory: trees and lists that recursive functions allocate, change and free
// directions: several directions at once are not possible: the recursive function
// Nodes from malloc that recursive functions return to their callers, or leave behind a pointer to a pointer; and that others free.
#include <adgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A search tree that returns its root, with removal. */
typedef struct node {
    double key, v;
    int count;
    struct node *left, *right;
} node;

static node *insert(node *t, double key, double v)
{
    if (!t) {
        t = malloc(sizeof *t);
        if (!t)
            abort();
        t->key = key;
        t->v = v;
        t->count = 1;
        t->left = t->right = NULL;
        return t;
    }
    t->count++;
    if (key < t->key)
        t->left = insert(t->left, key, v);
    else if (key > t->key)
        t->right = insert(t->right, key, v);
    else
        t->v += v * t->v;
    return t;
}

static double eval(const node *t, double x)
{
    if (!t)
        return x;
    return t->v * (1 + 0.5 * eval(t->left, x * t->key)) + t->key * eval(t->right, x + 0.1 * t->v) / t->count;
}

static void destroy(node *t)
{
    if (!t)
        return;
    destroy(t->left);
    destroy(t->right);
    free(t);
}

AD_GRAD(x)
AD_JVP(x)
double search_tree(AD_LEN(n) const double *x, int n)
{
    node *root = NULL;
    for (int i = 0; i < n; i++)
        root = insert(root, x[i], x[i] * x[i]);
    root = insert(root, x[1], x[0]);
    double s = eval(root, x[2]);
    destroy(root);
    return s;
}

/* The smallest node is taken out and freed; the rest are put in its place. */
static node *take_smallest(node *t, double *v)
{
    if (!t->left) {
        node *rest = t->right;
        *v = t->v * t->key;
        free(t);
        return rest;
    }
    t->left = take_smallest(t->left, v);
    t->v += 0.1 * *v;
    return t;
}

AD_GRAD(x)
AD_JVP(x)
double in_order(AD_LEN(n) const double *x, int n)
{
    node *root = NULL;
    double s = 1;
    for (int i = 0; i < n; i++)
        root = insert(root, sin(5 * x[i]), x[i]);
    for (int i = 0; root; i++) {
        double v;
        root = take_smallest(root, &v);
        s = s * 0.5 + v * (i + 1);
    }
    return s;
}

/* Halving, with a struct for the tree and arrays of each node's own. */
typedef struct kd {
    double lo, hi, *sums;
    struct kd *child[2];
} kd;

typedef struct {
    kd *root;
    int nodes;
} tree;

static kd *build(const double *x, int lo, int hi, tree *of)
{
    kd *t = calloc(1, sizeof(kd));
    int n = hi - lo;
    of->nodes++;
    t->sums = malloc((size_t)n * sizeof *t->sums);
    t->lo = x[lo];
    t->hi = x[hi - 1];
    for (int i = 0; i < n; i++)
        t->sums[i] = x[lo + i] * x[lo + i] + (i ? t->sums[i - 1] : 0);
    if (n > 2) {
        t->child[0] = build(x, lo, lo + n / 2, of);
        t->child[1] = build(x, lo + n / 2, hi, of);
        t->sums[0] += 0.25 * t->child[0]->sums[0] * t->child[1]->hi;
    }
    return t;
}

static double walk(const kd *t, double w)
{
    double s = w * t->lo * t->sums[0];
    for (int k = 0; k < 2; k++)
        if (t->child[k])
            s += walk(t->child[k], w * t->hi + k);
    return s;
}

static void drop(kd **t)
{
    if (!*t)
        return;
    for (int k = 0; k < 2; k++)
        drop(&(*t)->child[k]);
    free((*t)->sums);
    free(*t);
    *t = NULL;
}

AD_GRAD(x)
AD_JVP(x)
double halved(AD_LEN(n) const double *x, int n)
{
    tree t = {NULL, 0};
    t.root = build(x, 0, n, &t);
    double s = walk(t.root, x[0]) / t.nodes;
    drop(&t.root);
    return t.root ? -1 : s;
}

/* A list: cons, reverse in place, sum. */
struct cell {
    double x;
    struct cell *next;
};

static struct cell *cons(double x, struct cell *next)
{
    struct cell *c = malloc(sizeof *c);
    c->x = x;
    c->next = next;
    return c;
}

static struct cell *range(const double *x, int n)
{
    return n > 0 ? cons(x[0] * x[0], range(x + 1, n - 1)) : NULL;
}

/* a copy, of another length */
static struct cell *squares(const struct cell *c)
{
    if (!c)
        return NULL;
    return c->x > 0.2 ? cons(c->x * c->x, squares(c->next)) : squares(c->next);
}

static void append(struct cell **list, double x)
{
    if (*list)
        append(&(*list)->next, x);
    else
        *list = cons(x, NULL);
}

static double fold(const struct cell *c, double s)
{
    return c ? fold(c->next, s * 0.7 + sin(c->x)) : s;
}

static void release(struct cell *c)
{
    if (c) {
        struct cell *next = c->next;
        free(c);
        release(next);
    }
}

AD_GRAD(x)
AD_JVP(x)
double lists(AD_LEN(n) const double *x, int n)
{
    struct cell *a = range(x, n), *b = squares(a);
    append(&a, x[0] * x[1]);
    append(&b, fold(a, 0));
    double s = fold(a, x[2]) * fold(b, 1);
    release(a);
    for (struct cell *c = b, *next; c; c = next) {
        s += c->x * c->x;
        next = c->next;
        free(c);
    }
    return s;
}
