// check: --set n=5
// construct: memory: lists, search trees, growing arrays, swapped rows, what is allocated when needed
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
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
        p->v = x[i] * (head ? head->v : 1);
        p->next = head;
        head = p;
    }
    double s = 0;
    for (struct node *p = head; p; p = p->next)
        s += p->v * p->v;
    while (head) {
        struct node *n2 = head->next;
        free(head);
        head = n2;
    }
    return s;
}
struct tree {
    double key;
    struct tree *kid[2];
};
AD_GRAD(x)
double bst(AD_LEN(n) const double *x, int n)
{
    struct tree *root = NULL, pool[16];
    int used = 0;
    for (int i = 0; i < n; i++) {
        struct tree **at = &root;
        while (*at)
            at = &(*at)->kid[x[i] > (*at)->key];
        *at = &pool[used++];
        **at = (struct tree){.key = x[i] * x[i]};
    }
    double s = 0;
    struct tree *stack[16];
    int sp = 0;
    if (root)
        stack[sp++] = root;
    while (sp) {
        struct tree *t = stack[--sp];
        s = s * 0.9 + t->key;
        for (int k = 0; k < 2; k++)
            if (t->kid[k])
                stack[sp++] = t->kid[k];
    }
    return s;
}
typedef struct {
    double *at;
    size_t n, cap;
} Vec;
static void push(Vec *v, double x)
{
    if (v->n == v->cap) {
        v->cap = v->cap ? 2 * v->cap : 2;
        v->at = realloc(v->at, v->cap * sizeof *v->at);
    }
    v->at[v->n++] = x;
}
AD_GRAD(x)
double grow(AD_LEN(n) const double *x, int n)
{
    Vec v = {0};
    for (int i = 0; i < n; i++) {
        push(&v, x[i] * x[i]);
        if (i & 1)
            push(&v, sin(x[i]) * v.at[0]);
    }
    double s = 0;
    for (size_t i = 0; i < v.n; i++)
        s += v.at[i] * (double)(i + 1);
    free(v.at);
    return s;
}
AD_GRAD(x)
double rows(AD_LEN(n) const double *x, int n)
{
    double **m = malloc(n * sizeof *m);
    for (int i = 0; i < n; i++) {
        m[i] = calloc(n, sizeof **m);
        for (int j = 0; j < n; j++)
            m[i][j] = x[i] * x[j] + (i == j);
    }
    for (int k = 0; k + 1 < n; k++) {
        int p = k;
        for (int i = k + 1; i < n; i++)
            if (fabs(m[i][k]) > fabs(m[p][k]))
                p = i;
        double *t = m[k];
        m[k] = m[p];
        m[p] = t;
        for (int i = k + 1; i < n; i++) {
            double f = m[i][k] / m[k][k];
            for (int j = k; j < n; j++)
                m[i][j] -= f * m[k][j];
        }
    }
    double d = 1;
    for (int i = 0; i < n; i++)
        d *= m[i][i];
    for (int i = 0; i < n; i++)
        free(m[i]);
    free(m);
    return d;
}
struct net {
    int n;
    double *w, *act;
};
static void forward(struct net *t, const double *x)
{
    if (!t->act)
        t->act = malloc(t->n * sizeof *t->act);
    for (int i = 0; i < t->n; i++)
        t->act[i] = tanh(t->w[i] * x[i]);
}
AD_GRAD(w, x)
double lazy(AD_LEN(n) double *w, AD_LEN(n) const double *x, int n)
{
    struct net t = {n, w, NULL};
    double s = 0;
    for (int k = 0; k < 3; k++) {
        forward(&t, x);
        for (int i = 0; i < n; i++)
            s += t.act[i] * (k + 1);
    }
    free(t.act);
    return s;
}
