// construct: memory: new objects that the caller gets
/* New objects whose address the caller finds in what it gave have their shadows in its shadow; where malloc fails the primal goes its own
 * way, and nothing else is tried. */
#include <adgen.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
struct node {
    double v;
    struct node *next;
};
AD_VJP(x -> head)
AD_JVP(x -> head)

void build(const double *x, int n, struct node **head)
{
    *head = NULL;
    for (int i = 0; i < n; i++) {
        struct node *p = malloc(sizeof *p);
        if (!p)
            abort();
        p->v = x[i] * x[i];
        p->next = *head;
        *head = p;
    }
}
struct vec {
    int n;
    double *v;
};
AD_VJP(x -> o)
AD_JVP(x -> o)

double fill(const double *x, int n, struct vec *o)
{
    double s = 0;
    o->n = n;
    o->v = malloc(n * sizeof(double));
    if (!o->v)
        return -1;
    for (int i = 0; i < n; i++) {
        o->v[i] = x[i] * x[i];
        s += o->v[i];
    }
    return s;
}
AD_GRAD(x)
AD_JVP(x)
AD_HVP(x)
double f(const double *x, size_t n)
{
    double *p = malloc(n * sizeof *p);
    if (!p)
        return -1;
    double s = 0;
    p[0] = x[0];
    for (size_t i = 1; i < n; i++)
        p[i] = sin(p[i - 1]) * x[i];
    for (size_t i = 0; i < n; i++)
        s += p[i] * p[n - 1 - i];
    free(p);
    return s;
}
