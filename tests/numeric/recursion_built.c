// Trees and lists of many nodes, made by the test: the gradient of each node's numbers.
#include <math.h>
#include <stddef.h>

#include <adgen.h>

struct node {
    double v, w;
    struct node *l, *r;
};

struct item {
    double x, y[2];
    const struct item *next;
};

static double eval(const struct node *t, double x)
{
    if (!t)
        return x;
    double a = eval(t->l, x * t->v), b = eval(t->r, x + t->w);
    return sin(a) * b + t->v;
}

AD_GRAD(t, x)
double tree(const struct node *t, double x)
{
    return eval(t, x) * x;
}

/* Each node's number depends on its children's, which have just been changed; and the parent reads the child again. */
static double age(struct node *t, double rate)
{
    if (!t)
        return 0.1;
    double old = t->v, below = age(t->l, rate * t->w);
    t->v = old * exp(-rate) + t->w * below;
    if (t->l)
        t->w += t->l->v;
    return age(t->r, rate * 0.5) * t->v + below;
}

AD_VJP(t -> t)
double aged(struct node *t, double rate)
{
    double s = age(t, rate);
    return s * age(t, rate + t->w) + t->v;
}

AD_GRAD(t)
double aged_sum(struct node *t, double rate)
{
    double s = age(t, rate);
    return s * eval(t, s);
}

/* Two lists at once, with a buffer that is passed down and a table of weights. */
static double match(const struct item *a, const struct item *b, const double *weight, double *path)
{
    if (!a || !b)
        return a ? a->x : b ? b->x * b->y[1] : 1;
    *path = a->x * b->y[0];
    double d = (a->x - b->x) * weight[0];
    double skip = match(a->next, b, weight, path), both = match(a->next, b->next, weight + 1, path);
    return d * d + (skip < both ? skip : both) * *path * a->y[1];
}

AD_GRAD(a, b, weight)
double distance(const struct item *a, const struct item *b, const double *weight)
{
    double path = 1;
    return match(a, b, weight, &path) + path;
}

/* A recursive search: the pointer that it returns is used for reading and for writing. */
static struct node *search(struct node *t, double v)
{
    if (!t || fabs(t->v - v) < 0.01)
        return t;
    return v < t->v ? search(t->l, v) : search(t->r, v);
}

static struct node *leftmost(struct node *t)
{
    return t->l ? leftmost(t->l) : t;
}

AD_GRAD(t, rate)
double found(struct node *t, double rate)
{
    struct node *a = leftmost(t), *b = search(t, 0.54);
    a->v *= rate;
    double s = b ? b->v * rate : 1;
    for (struct node *p = t; p->r; p = leftmost(p->r))
        s += p->w * sin(p->v) * s;
    return s + leftmost(t)->v * s;
}

/* Children change places and change back. */
static void mirror(struct node *t)
{
    if (!t)
        return;
    struct node *l = t->l;
    t->l = t->r;
    t->r = l;
    mirror(t->l);
    mirror(t->r);
}

AD_GRAD(t, rate)
double mirrored(struct node *t, double rate)
{
    double s = eval(t, rate);
    mirror(t);
    s = s * eval(t, s);
    mirror(t);
    return s + eval(t, rate);
}

/* Expressions: what a node has is said by its tag. The gradient of the constants lies where they do, of the others are links. */
struct expr {
    enum { CONSTANT, VARIABLE, SUM, PRODUCT, SINE } tag;
    union {
        double value;
        long variable; /* as large as a number: only the test of the tag tells it from the number's bits */
        struct {
            struct expr *l, *r;
        } of;
    } as;
};

static double valued(const struct expr *e, const double *x)
{
    switch (e->tag) {
    case CONSTANT:
        return e->as.value;
    case VARIABLE:
        return x[e->as.variable];
    case SUM:
        return valued(e->as.of.l, x) + valued(e->as.of.r, x);
    case PRODUCT:
        return valued(e->as.of.l, x) * valued(e->as.of.r, x);
    default:
        return sin(valued(e->as.of.l, x));
    }
}

AD_GRAD(e, x)
double expression(const struct expr *e, const double *x)
{
    return valued(e, x) * (1 + valued(e, x));
}

/* The same without recursion: a program for a stack of numbers. */
AD_GRAD(e, x)
double program(const struct expr *e, int n, const double *x)
{
    double stack[8] = {0};
    int top = 0;
    for (int i = 0; i < n; i++) {
        if (e[i].tag == CONSTANT)
            stack[top++] = e[i].as.value;
        else if (e[i].tag == VARIABLE)
            stack[top++] = x[e[i].as.variable];
        else if (e[i].tag == SINE)
            stack[top - 1] = sin(stack[top - 1]);
        else {
            top--;
            stack[top - 1] = e[i].tag == SUM ? stack[top - 1] + stack[top] : stack[top - 1] * stack[top];
        }
    }
    return stack[0];
}
