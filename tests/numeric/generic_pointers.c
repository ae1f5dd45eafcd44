// check: --set n=5
// construct: memory: lists of `void *` that grow, pointers copied as bytes
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <adgen.h>
/* pointers kept in a generic list */
struct item {
    double v, w;
};
typedef struct {
    void **at;
    int n, cap;
} list;
static void add(list *l, void *p)
{
    if (l->n == l->cap)
        l->at = realloc(l->at, sizeof *l->at * (size_t)(l->cap = l->cap ? 2 * l->cap : 4));
    l->at[l->n++] = p;
}
AD_GRAD(x)
double pointers(AD_LEN(n) const double *x, int n)
{
    list l = {0};
    for (int i = 0; i < n; i++) {
        struct item *it = malloc(sizeof *it);
        it->v = x[i];
        it->w = sin(x[i]);
        add(&l, it);
    }
    double s = 0;
    for (int i = 0; i < l.n; i++) {
        struct item *it = l.at[i], *other = l.at[(i + 1) % l.n];
        s += it->v * other->w;
    }
    for (int i = 0; i < l.n; i++)
        free(l.at[i]);
    free(l.at);
    return s;
}
typedef struct {
    char *data;
    int n, size;
} gvec;
static void gpush(gvec *v, const void *e)
{
    memcpy(v->data + v->n++ * v->size, e, (size_t)v->size);
}
AD_GRAD(x)
double pointer_vec(AD_LEN(n) const double *x, int n)
{
    gvec v = {malloc(8 * 64), 0, sizeof(double *)};
    for (int i = 0; i < n; i++) {
        const double *p = &x[n - 1 - i];
        gpush(&v, &p);
    }
    double s = 0;
    for (int i = 0; i < v.n; i++)
        s += **(const double **)(void *)(v.data + i * v.size) * i * sin(x[i]);
    free(v.data);
    return s;
}
