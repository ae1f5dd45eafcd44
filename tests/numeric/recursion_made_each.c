// check: --set n=7
// construct: functions: recursion over structs by value, nodes with growing arrays
// directions: several directions at once are not possible: the recursive function
// Trees in each iteration, two that change places, trees of constants alone, arrays in nodes that grow, a struct with the root by value.
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
typedef struct node {
    double key, v;
    struct node *left, *right;
} node;
static node *insert(node *t, double key, double v)
{
    if (!t) {
        t = malloc(sizeof *t);
        if (!t)
            return NULL;
        *t = (node){key, v, NULL, NULL};
        return t;
    }
    if (key < t->key)
        t->left = insert(t->left, key, v);
    else
        t->right = insert(t->right, key, v);
    return t;
}
static double eval(const node *t)
{
    return t ? t->v * (1 + eval(t->left)) + t->key * eval(t->right) : 0.5;
}
static void destroy(node *t)
{
    if (!t)
        return;
    destroy(t->left);
    destroy(t->right);
    free(t);
}

/* tree per iteration */
AD_GRAD(x)
AD_JVP(x)
double each(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int k = 0; k < 3; k++) {
        node *root = NULL;
        for (int i = k; i < n; i++)
            root = insert(root, x[i], x[i] * s);
        s = s * 0.3 + eval(root);
        destroy(root);
    }
    return s;
}

/* unshadowed tree (keys only), freed before the reverse */
typedef struct it {
    int key;
    double w;
    struct it *l, *r;
} it;
static it *add(it *t, int key, double w)
{
    if (!t) {
        t = malloc(sizeof *t);
        t->key = key;
        t->w = w;
        t->l = t->r = NULL;
    } else if (key < t->key)
        t->l = add(t->l, key, w);
    else
        t->r = add(t->r, key, w);
    return t;
}
static double look(const it *t, int key)
{
    return !t ? 0 : t->key == key ? t->w : look(key < t->key ? t->l : t->r, key);
}
static void gone(it *t)
{
    if (t) {
        gone(t->l);
        gone(t->r);
        free(t);
    }
}
AD_GRAD(x)
AD_JVP(x)
double consts(AD_LEN(n) const double *x, int n)
{
    it *t = NULL;
    for (int i = 0; i < n; i++)
        t = add(t, i * 7 % 5, i * 0.5);
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i] * look(t, i % 5) * (t->key + 1.5);
    gone(t);
    return s;
}

/* growing arrays in nodes, by realloc */
typedef struct bag {
    int n, cap;
    double *item;
    struct bag *next;
} bag;
static bag *put(bag *b, int which, double v)
{
    if (!b) {
        b = calloc(1, sizeof *b);
    }
    if (which > 0) {
        b->next = put(b->next, which - 1, v);
        return b;
    }
    if (b->n == b->cap) {
        b->cap = b->cap ? 2 * b->cap : 1;
        b->item = realloc(b->item, b->cap * sizeof *b->item);
    }
    b->item[b->n++] = v;
    return b;
}
static double sum(const bag *b)
{
    if (!b)
        return 1;
    double s = 0;
    for (int i = 0; i < b->n; i++)
        s += b->item[i] * b->item[0] * (i + 1);
    return s * sum(b->next);
}
static void bag_free(bag *b)
{
    if (!b)
        return;
    bag_free(b->next);
    free(b->item);
    free(b);
}
AD_GRAD(x)
AD_JVP(x)
double bags(AD_LEN(n) const double *x, int n)
{
    bag *b = NULL;
    for (int i = 0; i < n; i++)
        b = put(b, i % 3, x[i] + x[0]);
    double s = sum(b);
    bag_free(b);
    return s;
}

/* struct tree by value */
typedef struct {
    node *root;
    int n;
} tree;
static tree grow(tree t, const double *x, int n)
{
    if (n == 0)
        return t;
    t.root = insert(t.root, x[0], x[0] * x[0]);
    t.n++;
    return grow(t, x + 1, n - 1);
}
AD_GRAD(x)
AD_JVP(x)
double byval(AD_LEN(n) const double *x, int n)
{
    tree t = grow((tree){0}, x, n);
    double s = eval(t.root) / t.n;
    destroy(t.root);
    return s;
}

/* early return frees on error path */
AD_GRAD(x)
AD_JVP(x)
double paths(AD_LEN(n) const double *x, int n)
{
    node *root = NULL, *other = insert(NULL, x[1], x[2]);
    for (int i = 0; i < n; i++) {
        root = insert(root, x[i], x[i]);
        if (!root)
            return -1;
    }
    if (eval(root) > 1e6) {
        destroy(root);
        destroy(other);
        return eval(NULL);
    }
    node *swap = root;
    if (x[0] > 0.5) {
        root = other;
        other = swap;
    }
    double s = eval(root) * 2 + eval(other);
    destroy(root);
    destroy(other);
    return s;
}
