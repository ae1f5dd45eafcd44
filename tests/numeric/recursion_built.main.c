#include <math.h>
#include <stdio.h>
#include <string.h>
#include "out.h"

double tree(const struct node *t, double x);
double aged(struct node *t, double rate);
double aged_sum(struct node *t, double rate);
double found(struct node *t, double rate);
double mirrored(struct node *t, double rate);
double distance(const struct item *a, const struct item *b, const double *weight);

enum { NODES = 11, ITEMS = 6 };
static int wrong;

static void expect(const char *what, int i, double have, double want)
{
    if (fabs(have - want) <= 2e-6 * (1 + fabs(want)))
        return;
    printf("%s[%d]: %.12g, differences say %.12g\n", what, i, have, want);
    wrong = 1;
}

static void link_nodes(struct node *t)
{
    static const int left[NODES] = {1, 3, 5, -1, -1, 7, -1, 9, -1, -1, -1}, right[NODES] = {2, 4, 6, -1, -1, -1, -1, 8, 10, -1, -1};
    for (int i = 0; i < NODES; i++) {
        t[i].l = left[i] < 0 ? NULL : &t[left[i]];
        t[i].r = right[i] < 0 ? NULL : &t[right[i]];
    }
}

static void plant(struct node *t)
{
    link_nodes(t);
    for (int i = 0; i < NODES; i++) {
        t[i].v = 0.4 + 0.07 * i;
        t[i].w = 0.9 - 0.06 * i;
    }
}

typedef double (*Function)(struct node *t, double x);
static double by_tree(struct node *t, double x) { return tree(t, x); }

/* seeds on the nodes' final values: weight k of value k */
static double objective(Function f, const struct node *from, double x, const double *seed)
{
    struct node t[NODES];
    memcpy(t, from, sizeof t);
    link_nodes(t);
    double s = f(t, x);
    for (int i = 0; i < NODES; i++)
        s += seed ? seed[2 * i] * t[i].v + seed[2 * i + 1] * t[i].w : 0;
    return s;
}

static void check_tree(const char *name, Function f, double x, const double *seed, const struct node *d)
{
    struct node t[NODES];
    const double h = 1e-5;
    plant(t);
    for (int i = 0; i < 2 * NODES; i++) {
        double *at = i % 2 ? &t[i / 2].w : &t[i / 2].v, old = *at;
        *at = old + h;
        double up = objective(f, t, x, seed);
        *at = old - h;
        double down = objective(f, t, x, seed);
        *at = old;
        expect(name, i, i % 2 ? d[i / 2].w : d[i / 2].v, (up - down) / (2 * h));
    }
}

static void trees(void)
{
    struct node t[NODES], d[NODES];
    double d_x = 0, seed[2 * NODES], h = 1e-6;
    for (int i = 0; i < 2 * NODES; i++)
        seed[i] = 0.3 * (i % 5) - 0.5;
    plant(t);
    memset(d, 0, sizeof d);
    link_nodes(d);
    double y = tree_grad(t, 0.7, d, &d_x);
    expect("tree", 0, y, tree(t, 0.7));
    expect("x", 0, d_x, (tree(t, 0.7 + h) - tree(t, 0.7 - h)) / (2 * h));
    check_tree("tree", by_tree, 0.7, NULL, d);

    plant(t);
    for (int i = 0; i < NODES; i++) {
        d[i].v = seed[2 * i];
        d[i].w = seed[2 * i + 1];
    }
    aged_vjp(t, 0.3, d, 1.0);
    check_tree("aged", aged, 0.3, seed, d);

    plant(t);
    for (int i = 0; i < NODES; i++)
        d[i].v = d[i].w = 5; /* is added to */
    aged_sum_grad(t, 0.3, d);
    for (int i = 0; i < NODES; i++) {
        d[i].v -= 5;
        d[i].w -= 5;
    }
    check_tree("aged_sum", aged_sum, 0.3, NULL, d);
}

typedef double (*Gradient)(struct node *t, double x, struct node *d, double *d_x);

static void pointers(const char *name, Function f, Gradient g)
{
    struct node t[NODES], d[NODES];
    double d_x = 0;
    plant(t);
    memset(d, 0, sizeof d);
    link_nodes(d);
    double y = g(t, 0.4, d, &d_x), h = 1e-6;
    plant(t);
    expect(name, -1, y, f(t, 0.4));
    check_tree(name, f, 0.4, NULL, d);
    plant(t);
    double up = objective(f, t, 0.4 + h, NULL), down = objective(f, t, 0.4 - h, NULL);
    expect(name, -2, d_x, (up - down) / (2 * h));
}

static void fill(struct item *a, int n, double at)
{
    for (int i = 0; i < n; i++) {
        a[i].x = at + 0.3 * sin(3 * i + at);
        a[i].y[0] = 1 - 0.1 * i;
        a[i].y[1] = 0.8 + 0.05 * i;
        a[i].next = i + 1 < n ? &a[i + 1] : NULL;
    }
}

static void lists(void)
{
    struct item a[ITEMS], b[4], d_a[ITEMS], d_b[4];
    double w[5] = {1, 0.7, 1.2, 0.4, 0.9}, d_w[5] = {0}, h = 1e-6;
    fill(a, ITEMS, 0.5);
    fill(b, 4, 0.8);
    fill(d_a, ITEMS, 0);
    fill(d_b, 4, 0);
    for (int i = 0; i < ITEMS; i++)
        d_a[i].x = d_a[i].y[0] = d_a[i].y[1] = 0;
    for (int i = 0; i < 4; i++)
        d_b[i].x = d_b[i].y[0] = d_b[i].y[1] = 0;
    distance_grad(a, b, w, d_a, d_b, d_w);
    for (int i = 0; i < 3 * ITEMS + 12 + 5; i++) {
        double *at = i < 3 * ITEMS ? (i % 3 ? &a[i / 3].y[i % 3 - 1] : &a[i / 3].x)
                     : i < 3 * ITEMS + 12 ? (i % 3 ? &b[i / 3 - ITEMS].y[i % 3 - 1] : &b[i / 3 - ITEMS].x) : &w[i - 3 * ITEMS - 12];
        double d = i < 3 * ITEMS ? (i % 3 ? d_a[i / 3].y[i % 3 - 1] : d_a[i / 3].x)
                   : i < 3 * ITEMS + 12 ? (i % 3 ? d_b[i / 3 - ITEMS].y[i % 3 - 1] : d_b[i / 3 - ITEMS].x) : d_w[i - 3 * ITEMS - 12];
        double old = *at;
        *at = old + h;
        double up = distance(a, b, w);
        *at = old - h;
        double down = distance(a, b, w);
        *at = old;
        expect("distance", i, d, (up - down) / (2 * h));
    }
}

double expression(const struct expr *e, const double *x);
double program(const struct expr *e, int n, const double *x);

/* sin(1.5 * x[1]) * (x[0] + 0.7) * x[1], as a tree and, in this order, as a program. */
enum { TERMS = 10 };

static void write_terms(struct expr *e)
{
    static const int tags[TERMS] = {0, 1, 3, 4, 1, 0, 2, 3, 1, 3}, l[TERMS] = {0, 0, 0, 2, 0, 0, 4, 3, 0, 7}, r[TERMS] = {0, 0, 1, 0, 0, 0, 5, 6, 0, 8};
    static const long variable[TERMS] = {0, 1, 0, 0, 0, 0, 0, 0, 1, 0};
    memset(e, 0, TERMS * sizeof *e);
    for (int i = 0; i < TERMS; i++) {
        e[i].tag = tags[i];
        if (tags[i] == CONSTANT) {
            e[i].as.value = i ? 0.7 : 1.5;
        } else if (tags[i] == VARIABLE) {
            e[i].as.variable = variable[i];
        } else {
            e[i].as.of.l = &e[l[i]];
            e[i].as.of.r = &e[r[i]];
        }
    }
}

static double term_value(struct expr *e, const double *x, int as_tree)
{
    return as_tree ? expression(&e[TERMS - 1], x) : program(e, TERMS, x);
}

static void expressions(int as_tree)
{
    struct expr e[TERMS], d[TERMS];
    double x[2] = {0.4, 0.9}, d_x[2] = {0}, h = 1e-6;
    write_terms(e);
    write_terms(d);
    d[0].as.value = d[5].as.value = 0;
    double y = as_tree ? expression_grad(&e[TERMS - 1], x, &d[TERMS - 1], d_x) : program_grad(e, TERMS, x, d, d_x);
    expect("term", -1, y, term_value(e, x, as_tree));
    for (int i = 0; i < 4; i++) {
        double *at = i < 2 ? &x[i] : &e[i == 2 ? 0 : 5].as.value, old = *at;
        *at = old + h;
        double up = term_value(e, x, as_tree);
        *at = old - h;
        double down = term_value(e, x, as_tree);
        *at = old;
        expect(as_tree ? "expression" : "program", i, i < 2 ? d_x[i] : d[i == 2 ? 0 : 5].as.value, (up - down) / (2 * h));
    }
}

int main(void)
{
    trees();
    lists();
    expressions(0);
    expressions(1);
    pointers("found", found, found_grad);
    pointers("mirrored", mirrored, mirrored_grad);
    return wrong;
}
