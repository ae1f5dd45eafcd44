// check: --set n=5
// directions: 3 directions at once are not possible: derivatives are addressed through another type
// construct: memory: lists and rows in pieces of one block of bytes
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char *base;
    size_t used, cap;
} Arena;

static void *arena_alloc(Arena *a, size_t size)
{
    size_t p = (a->used + 15u) & ~(size_t)15u;
    if (p + size > a->cap)
        return NULL;
    a->used = p + size;
    return memset(a->base + p, 0, size);
}

#define NEW(a, T, n) ((T *)arena_alloc((a), sizeof(T) * (size_t)(n)))

struct layer {
    int in, out;
    double *w, *y;
    struct layer *next;
};

AD_GRAD(w, x)
double network(AD_LEN(2 * n * n) const double *w, AD_LEN(n) const double *x, int n)
{
    size_t cap = 4096 + (size_t)n * (size_t)n * 32;
    Arena a = {malloc(cap), 0, cap};
    struct layer *first = NULL, **tail = &first;
    for (int l = 0; l < 2; l++) {
        struct layer *k = NEW(&a, struct layer, 1);
        k->in = k->out = n;
        k->w = NEW(&a, double, n *n);
        k->y = NEW(&a, double, n);
        for (int i = 0; i < n * n; i++)
            k->w[i] = w[l * n * n + i];
        *tail = k;
        tail = &k->next;
    }
    const double *h = x;
    for (struct layer *k = first; k; k = k->next) {
        for (int i = 0; i < k->out; i++) {
            for (int j = 0; j < k->in; j++)
                k->y[i] += k->w[i * k->in + j] * h[j];
            k->y[i] = tanh(k->y[i]);
        }
        h = k->y;
    }
    double e = 0;
    for (int i = 0; i < n; i++)
        e += h[i] * h[i];
    free(a.base);
    return e;
}
