// check: --sparse --set n=9
// construct: functions: sparse matrices through trees, lists and arrays that recursion builds and frees
#include <math.h>
#include <stdlib.h>
#include <adgen.h>

/* A tree that recursion builds and frees: nobody but the caller knows what is in it. */
struct node {
    double v, weight;
    struct node *left, *right;
};

static struct node *build(const double *x, int lo, int hi)
{
    if (lo >= hi)
        return NULL;
    struct node *n = malloc(sizeof *n);
    if (!n)
        abort();
    int mid = (lo + hi) / 2;
    n->v = x[mid] * x[mid];
    n->weight = mid;
    n->left = build(x, lo, mid);
    n->right = build(x, mid + 1, hi);
    return n;
}

static double neighbours(const struct node *n)
{
    return n ? n->v * (n->left ? n->left->v : n->weight) + neighbours(n->left) + neighbours(n->right) : 0;
}

static void write_out(const struct node *n, double *y, int *at)
{
    if (!n)
        return;
    write_out(n->left, y, at);
    y[(*at)++] = n->v * (n->right ? sin(n->right->v) : 1);
    write_out(n->right, y, at);
}

static void discard(struct node *n)
{
    if (!n)
        return;
    discard(n->left);
    discard(n->right);
    free(n);
}

AD_JACOBIAN(x)
AD_HESSIAN(x)
double tree(AD_LEN(n) const double *x, int n)
{
    struct node *t = build(x, 0, n);
    double s = neighbours(t);
    discard(t);
    return s;
}

AD_JACOBIAN(x -> y)
void tree_values(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct node *t = build(x, 0, n);
    int at = 0;
    write_out(t, y, &at);
    discard(t);
}

/* A list behind a pointer that the function is given. */
struct cell {
    double head;
    struct cell *tail;
};

static void append(struct cell **l, double v)
{
    if (*l) {
        append(&(*l)->tail, v);
        return;
    }
    *l = malloc(sizeof **l);
    if (!*l)
        abort();
    **l = (struct cell){v, NULL};
}

static void drop(struct cell *l)
{
    if (l)
        drop(l->tail);
    free(l);
}

AD_JACOBIAN(x -> y)
AD_HESSIAN(x; y)
double list(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct cell *l = NULL;
    for (int i = 0; i < n; i++)
        append(&l, x[i] * x[(i + 1) % n]);
    double s = 0;
    int i = 0;
    for (const struct cell *c = l; c; c = c->tail) {
        y[i] = c->head + (c->tail ? c->tail->head : 0);
        s += y[i] * y[i];
        i++;
    }
    drop(l);
    return s;
}

/* Arrays that each level allocates and its caller frees. */
static double *halves(const double *x, int n)
{
    double *h = malloc((size_t)n * sizeof *h);
    if (!h)
        abort();
    if (n == 1) {
        h[0] = exp(x[0]);
        return h;
    }
    double *a = halves(x, n / 2), *b = halves(x + n / 2, n - n / 2);
    for (int i = 0; i < n / 2; i++)
        h[i] = a[i] * (i + 1);
    for (int i = 0; i < n - n / 2; i++)
        h[n / 2 + i] = b[i] + (i == 0 ? a[0] : 0);
    free(a);
    free(b);
    return h;
}

AD_JACOBIAN(x -> y)
AD_HESSIAN(x; y)
double arrays(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    double *h = halves(x, n), s = 0;
    for (int i = 0; i < n; i++) {
        y[i] = h[i];
        s += h[i] * x[i];
    }
    free(h);
    return s;
}
