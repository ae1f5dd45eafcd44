// std: c11
// check: --set n=5
// construct: memory: containers of any type: `memcpy` of `void *`, elements of `size` bytes
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    void *data;
    size_t n, cap, size;
} Vec;

static void vec_init(Vec *v, size_t size)
{
    v->data = NULL;
    v->n = v->cap = 0;
    v->size = size;
}

static void *vec_at(const Vec *v, size_t i)
{
    return (char *)v->data + i * v->size;
}

static void vec_push(Vec *v, const void *e)
{
    if (v->n == v->cap) {
        v->cap = v->cap ? 2 * v->cap : 2;
        v->data = realloc(v->data, v->cap * v->size);
        if (!v->data)
            abort();
    }
    memcpy(vec_at(v, v->n++), e, v->size);
}

static void vec_get(const Vec *v, size_t i, void *out)
{
    memcpy(out, vec_at(v, i), v->size);
}

static void vec_erase(Vec *v, size_t i)
{
    memmove(vec_at(v, i), vec_at(v, i + 1), (v->n - i - 1) * v->size);
    v->n--;
}

static void vec_swap(Vec *v, size_t i, size_t j)
{
    unsigned char tmp[64];
    memcpy(tmp, vec_at(v, i), v->size);
    memcpy(vec_at(v, i), vec_at(v, j), v->size);
    memcpy(vec_at(v, j), tmp, v->size);
}

AD_GRAD(x)
double vector(AD_LEN(n) const double *x, int n)
{
    Vec v;
    vec_init(&v, sizeof(double));
    for (int i = 0; i < n; i++) {
        double y = sin(x[i]);
        vec_push(&v, &y);
    }
    for (int i = 1; i < n; i++)
        vec_swap(&v, 0, (size_t)i);
    vec_erase(&v, 1);
    double s = 0;
    for (size_t i = 0; i < v.n; i++) {
        double y;
        vec_get(&v, i, &y);
        s += y * *(double *)vec_at(&v, (i + 1) % v.n) * (double)(i + 1);
    }
    free(v.data);
    return s;
}

struct point {
    double x, y;
    int id;
    char name[4];
};

/* In memory of the function's own, elements that are structs; a void * that hides what is copied. */
static void put(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

AD_GRAD(x)
double points(AD_LEN(n) const double *x, int n)
{
    _Alignas(8) char memory[512];
    struct point copy[8];
    Vec v = {memory, 0, 16, sizeof(struct point)};
    for (int i = 0; i + 1 < n; i++) {
        struct point p = {sin(x[i]), x[i + 1], i, "abc"};
        put(vec_at(&v, v.n++), &p, sizeof p);
    }
    put(copy, memory, v.n * sizeof *copy);
    double s = 0, t[2] = {x[0] * x[1], x[1]};
    static const double constants[2] = {2, 3};
    for (size_t i = 0; i < v.n; i++) {
        struct point *p = vec_at(&v, i);
        s += p->x * copy[v.n - 1 - i].y * (p->id + (p->name[0] == 'a'));
    }
    s += t[0] * t[1];
    put(t, constants, sizeof t);
    return s + t[0] * x[0] + t[1];
}
