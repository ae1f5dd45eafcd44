// check: --set n=8 --range x=0.2:1.7
// construct: memory: expression trees, heaps and quadtrees built by recursion
// directions: several directions at once are not possible: the recursive function
// Mutual recursion that makes a syntax tree, nodes that are joined, exchanged and taken out, children in arrays, a pool of nodes.
#include <adgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    return p;
}

/* "a*(b+2)": a parser by recursive descent, and the value of what it makes */
enum kind { NUMBER, VARIABLE, SUM, PRODUCT, SINE };

struct expr {
    enum kind kind;
    double number;
    int variable;
    struct expr *a, *b;
};

static struct expr *make(enum kind kind, struct expr *a, struct expr *b)
{
    struct expr *e = need(sizeof *e);
    e->kind = kind;
    e->a = a;
    e->b = b;
    return e;
}

static struct expr *parse_sum(const char **at);

static struct expr *parse_factor(const char **at)
{
    char c = *(*at)++;
    struct expr *e;
    if (c == '(') {
        e = parse_sum(at);
        (*at)++;
    } else if (c == 's') {
        e = make(SINE, parse_factor(at), NULL);
    } else if (c >= '0' && c <= '9') {
        e = make(NUMBER, NULL, NULL);
        e->number = c - '0';
    } else {
        e = make(VARIABLE, NULL, NULL);
        e->variable = c - 'a';
    }
    return e;
}

static struct expr *parse_product(const char **at)
{
    struct expr *e = parse_factor(at);
    while (**at == '*') {
        ++*at;
        e = make(PRODUCT, e, parse_factor(at));
    }
    return e;
}

static struct expr *parse_sum(const char **at)
{
    struct expr *e = parse_product(at);
    while (**at == '+') {
        ++*at;
        e = make(SUM, e, parse_product(at));
    }
    return e;
}

static double value(const struct expr *e, const double *x)
{
    switch (e->kind) {
    case NUMBER:
        return e->number;
    case VARIABLE:
        return x[e->variable];
    case SUM:
        return value(e->a, x) + value(e->b, x);
    case PRODUCT:
        return value(e->a, x) * value(e->b, x);
    default:
        return sin(value(e->a, x));
    }
}

static void forget(struct expr *e)
{
    if (e->a)
        forget(e->a);
    if (e->b)
        forget(e->b);
    free(e);
}

AD_GRAD(x)
AD_JVP(x)
double expression(AD_LEN(8) const double *x)
{
    const char *text = "a*(b+2*c*s(d+e))+s(a*f)*3*(g+h*b)";
    struct expr *e = parse_sum(&text);
    double v = value(e, x);
    forget(e);
    return v;
}

/* numbers of the tree itself are derivatives' business */
static void scale(struct expr *e, double by)
{
    if (!e)
        return;
    if (e->kind == NUMBER)
        e->number *= by;
    scale(e->a, by * 0.9);
    scale(e->b, by);
}

AD_GRAD(x)
AD_JVP(x)
double scaled(AD_LEN(8) const double *x)
{
    const char *text = "2*a+3*s(4*b+c*5)";
    struct expr *e = parse_sum(&text);
    scale(e, x[4]);
    double v = value(e, x);
    scale(e, v);
    v += value(e, x);
    forget(e);
    return v;
}

/* A skew heap: two are melted into one. */
typedef struct heap {
    struct heap *left, *right;
    float key, load[2];
} heap;

static heap *meld(heap *a, heap *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->key < a->key) {
        heap *t = a;
        a = b;
        b = t;
    }
    heap *l = meld(b, a->right);
    a->right = a->left;
    a->left = l;
    a->load[1] += 0.5f * l->load[0];
    return a;
}

static heap *pop(heap *h, double *load)
{
    heap *rest = meld(h->left, h->right);
    *load = h->load[0] + h->load[1];
    free(h);
    return rest;
}

AD_GRAD(x)
double served(AD_LEN(n) const double *x, int n)
{
    heap *h = NULL;
    for (int i = 0; i < n; i++) {
        heap *e = need(sizeof *e);
        e->key = (float)sin(9 * x[i]);
        e->load[0] = (float)(x[i] * x[(i + 1) % n]);
        h = meld(h, e);
    }
    double s = 0, load;
    while (h) {
        h = pop(h, &load);
        s = 0.8 * s + load * load;
    }
    return s;
}

/* A quadtree of bodies: mass and centre on the way back. */
struct quad {
    double mass, cx, cy, half, x0, y0;
    int body;
    struct quad *child[4];
};

static struct quad *quad_new(double x0, double y0, double half)
{
    struct quad *q = need(sizeof(struct quad));
    q->x0 = x0, q->y0 = y0, q->half = half, q->body = -1;
    return q;
}

static void quad_insert(struct quad *q, const double *p, int i, int depth)
{
    double m = q->mass + 1 + 0.1 * i;
    q->cx = (q->cx * q->mass + p[2 * i] * (1 + 0.1 * i)) / m;
    q->cy = (q->cy * q->mass + p[2 * i + 1] * (1 + 0.1 * i)) / m;
    int first = q->mass == 0, had = q->body;
    q->mass = m;
    if (first || depth == 0) {
        q->body = i;
        return;
    }
    q->body = -1;
    for (int k = 0; k < 2; k++) {
        int b = k ? i : had;
        if (b < 0)
            continue;
        int at = (p[2 * b] > q->x0) + 2 * (p[2 * b + 1] > q->y0);
        double h = q->half / 2;
        if (!q->child[at])
            q->child[at] = quad_new(q->x0 + (at & 1 ? h : -h), q->y0 + (at & 2 ? h : -h), h);
        quad_insert(q->child[at], p, b, depth - 1);
    }
}

static double pull(const struct quad *q, double x, double y)
{
    if (!q || q->mass == 0)
        return 0;
    double dx = q->cx - x, dy = q->cy - y, d2 = dx * dx + dy * dy + 0.05;
    if (q->body >= 0 || q->half * q->half < 0.3 * d2)
        return q->mass / sqrt(d2);
    double s = 0;
    for (int k = 0; k < 4; k++)
        s += pull(q->child[k], x, y);
    return s;
}

static void quad_free(struct quad *q)
{
    for (int k = 0; k < 4; k++)
        if (q->child[k])
            quad_free(q->child[k]);
    free(q);
}

AD_GRAD(x)
AD_JVP(x)
double potential(AD_LEN(n) const double *x, int n)
{
    struct quad *root = quad_new(1, 1, 1);
    double e = 0;
    for (int i = 0; i < n / 2; i++)
        quad_insert(root, x, i, 6);
    for (int i = 0; i < n / 2; i++)
        e += pull(root, x[2 * i] + 0.3, x[2 * i + 1]);
    quad_free(root);
    return e;
}

/* ---- a list made by recursion that a loop of the caller walks through and frees */
struct cell {
    double v;
    struct cell *next;
};

static struct cell *prepend(struct cell *head, const double *x, int n)
{
    if (n == 0)
        return head;
    struct cell *p = malloc(sizeof *p);
    if (!p)
        return head;
    p->v = x[n - 1] * 2;
    p->next = head;
    return prepend(p, x, n - 1);
}

AD_GRAD(x)
double walked(AD_LEN(n) const double *x, int n)
{
    struct cell *h = prepend(NULL, x, n);
    double s = 0;
    while (h) {
        s = s * 0.5 + sin(h->v) * h->v;
        struct cell *next = h->next;
        free(h);
        h = next;
    }
    return s;
}
