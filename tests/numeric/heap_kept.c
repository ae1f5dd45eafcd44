// check: --set n=6
// construct: memory: lists, trees, growing arrays (`realloc`)
// Heap objects made in loops and kept in memory: rows, lists, trees, growing arrays, members allocated when first needed.
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

AD_GRAD(x)
double growing(AD_LEN(n) const double *x, int n)
{
    int cap = 1, len = 0;
    double *t = malloc(sizeof *t * (size_t)cap);
    for (int i = 0; i < n; i++) {
        if (len == cap) {
            cap *= 2;
            t = realloc(t, sizeof *t * (size_t)cap);
        }
        t[len++] = x[i] * x[(i + 1) % n];
    }
    double s = 0;
    for (int i = 0; i < len; i++)
        s += t[i] * t[len - 1 - i];
    free(t);
    return s;
}

struct node {
    double v;
    struct node *next;
};
AD_GRAD(x)
double list(AD_LEN(n) const double *x, int n)
{
    struct node *head = NULL;
    for (int i = 0; i < n; i++) {
        struct node *p = malloc(sizeof *p);
        p->v = x[i] * x[i];
        p->next = head;
        head = p;
    }
    double s = 0, prev = 1;
    for (struct node *p = head; p; p = p->next) {
        s += p->v * prev;
        prev = p->v;
    }
    while (head) {
        struct node *p = head;
        head = head->next;
        free(p);
    }
    return s;
}

struct ws {
    double *a, *b;
    int n;
};
static void ensure(struct ws *w, int n)
{
    if (!w->a) {
        w->a = malloc(sizeof(double) * (size_t)n);
        w->n = n;
    }
    if (w->b == NULL)
        w->b = calloc((size_t)n, sizeof(double));
}
static void one_step(struct ws *w, const double *x, int n)
{
    ensure(w, n);
    for (int i = 0; i < n; i++) {
        w->a[i] = x[i] * (w->b[i] + 1);
    }
    memmove(w->b + 1, w->a, sizeof(double) * (size_t)(n - 1));
}
AD_GRAD(x)
double lazy_members(AD_LEN(n) const double *x, int n)
{
    struct ws w = {0};
    for (int t = 0; t < 3; t++)
        one_step(&w, x, n);
    double s = 0;
    for (int i = 0; i < n; i++)
        s += w.a[i] * w.b[i];
    free(w.a);
    free(w.b);
    return s;
}

typedef struct {
    double *v;
    int n, cap;
} Vec;
static void push(Vec *v, double x)
{
    if (v->n >= v->cap) {
        int c = v->cap ? 2 * v->cap : 2;
        double *t = realloc(v->v, sizeof(double) * (size_t)c);
        if (!t)
            return;
        v->v = t;
        v->cap = c;
    }
    v->v[v->n++] = x;
}
AD_GRAD(x)
double vectors(AD_LEN(n) const double *x, int n)
{
    Vec a = {0}, b = {NULL, 0, 0};
    for (int i = 0; i < n; i++) {
        push(&a, x[i] * x[0]);
        if (i % 2)
            push(&b, a.v[i] * x[i]);
    }
    double s = 0;
    for (int i = 0; i < b.n; i++) {
        s += b.v[i] * a.v[i];
        a.v[i] = s;
    }
    for (int i = 0; i < a.n; i++)
        s += a.v[i] * x[i];
    free(a.v);
    free(b.v);
    return s;
}
AD_GRAD(x)
double growing_rows(AD_LEN(n) const double *x, int n)
{
    double **rows = NULL;
    int nr = 0;
    for (int i = 0; i < n; i++) {
        rows = realloc(rows, sizeof *rows * (size_t)(nr + 1));
        rows[nr] = calloc((size_t)(i + 1), sizeof **rows);
        for (int j = 0; j <= i; j++)
            rows[nr][j] = x[i] * x[j];
        nr++;
    }
    double s = 0;
    for (int i = 0; i < nr; i++)
        for (int j = 0; j <= i; j++)
            s += rows[i][j] * rows[nr - 1][j];
    while (nr-- > 0)
        free(rows[nr]);
    free(rows);
    return s;
}

AD_GRAD(x)
double rows(AD_LEN(n) const double *x, int n)
{
    double **a = malloc(sizeof *a * (size_t)n);
    for (int i = 0; i < n; i++) {
        a[i] = malloc(sizeof **a * (size_t)n);
        for (int j = 0; j < n; j++)
            a[i][j] = x[i] * (j + 1) + x[j];
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            s += a[i][j] * a[j][i];
    for (int i = 0; i < n; i++)
        free(a[i]);
    free(a);
    return s;
}

struct tree {
    double v;
    struct tree *left, *right;
};
static struct tree *leaf(double v)
{
    struct tree *p = malloc(sizeof *p);
    if (!p)
        exit(1);
    p->v = v;
    p->left = p->right = NULL;
    return p;
}
AD_GRAD(x)
double search_tree(AD_LEN(n) const double *x, int n)
{
    struct tree *root = leaf(x[0] * 2), *todo[16];
    for (int i = 1; i < n; i++) {
        struct tree *p = root, *q = leaf(sin(x[i]));
        for (;;) {
            struct tree **child = x[i] < p->v ? &p->left : &p->right;
            if (!*child) {
                *child = q;
                break;
            }
            p = *child;
            p->v += 0.1 * q->v;
        }
    }
    double s = 0, d = 1;
    int waiting = 0;
    todo[waiting++] = root;
    while (waiting) {
        struct tree *p = todo[--waiting];
        s += p->v * p->v * d;
        d *= 1.1 + s * 0.01;
        if (p->left)
            todo[waiting++] = p->left;
        if (p->right)
            todo[waiting++] = p->right;
        free(p);
    }
    return s;
}

/* Nothing is left to reverse where the branch was not taken: what was freed is freed on both ways, after it was read for the result. */
AD_VJP(a, c -> b)
double grown_last(AD_LEN(n) const double *a, int n, double c, AD_LEN(6) double *b)
{
    if (n < 9) {
        double s = 2 * c;
        for (int i = 0; i < 6; i++) {
            s += atan(b[2]);
            b[i] = cos(s);
        }
    }
    double *grown = NULL;
    int length = 0, room = 0;
    for (int i = 0; i < 5; i++) {
        if (length == room) {
            room = room ? 2 * room : 2;
            grown = realloc(grown, (size_t)room * sizeof *grown);
        }
        grown[length++] = -a[n - 1];
    }
    double result = cos(tanh(a[0])) - grown[n % 5];
    free(grown);
    return result;
}
