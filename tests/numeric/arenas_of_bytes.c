// std: c11
// check: --set n=5
// construct: memory: allocators that hand out pieces of an array of `char`
#include <adgen.h>
#include <math.h>
#include <stdint.h>
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

/* Memory that is used again, cleared byte by byte; sizes rounded up; a local and a global array. */
char pool[2048];
size_t pool_used;

static void *take(size_t n)
{
    char *p = pool + pool_used;
    n = (n + 7) & ~(size_t)7;
    for (size_t i = 0; i < n; i++)
        p[i] = 0;
    pool_used += n;
    return p;
}

AD_GRAD(x)
double used_again(AD_LEN(n) const double *x, int n)
{
    _Alignas(16) unsigned char local[2048];
    Arena a = {local, 0, sizeof local};
    double s = 0;
    for (int turn = 0; turn < 2; turn++) {
        a.used = pool_used = 0;
        double *t = take(sizeof(double) * (size_t)n), *u = NEW(&a, double, n);
        for (int i = 0; i < n; i++)
            t[i] += sin(x[i]) * (turn + 1);
        for (int i = 0; i < n; i++)
            u[i] += t[i] * t[(i + 1) % n];
        for (int i = 0; i < n; i++)
            s += u[i] * u[i];
    }
    return s;
}

/* Numbers, small weights and text in one block; arrays of integers in a struct of numbers. */
AD_GRAD(x)
double text_beside(AD_LEN(n) const double *x, int n)
{
    char *block = malloc(1024), *p = block;
    double *t = (double *)(void *)p, s = 0;
    p += 8 * n;
    int8_t *w = (int8_t *)p;
    char *name = p + n;
    for (int i = 0; i < n; i++)
        t[i] = sin(x[i]);
    for (int i = 0; i < n; i++)
        w[i] = (int8_t)(i * 3 - 4);
    name[0] = (char)('a' + n % 2);
    for (int i = 0; i < n; i++)
        s += t[i] * w[i] * (name[0] == 'a' ? 2 : 3);
    free(block);
    return s;
}

typedef struct {
    double v[4];
    int idx[4];
    char name[8];
    unsigned char flags[4];
} Record;

AD_GRAD(x)
double record(AD_LEN(n) const double *x, int n)
{
    Record r;
    memset(r.idx, 0, sizeof r.idx);
    memset(r.flags, 0xff, sizeof r.flags);
    memcpy(r.name, "hello", 6);
    for (int i = 0; i < 4; i++)
        r.v[i] = x[i % n] * r.flags[i];
    for (int i = 0; i < 4; i++)
        r.flags[i] = r.name[i] == 'l';
    Record q = r;
    double s = 0;
    for (int i = 0; i < 4; i++)
        s += q.v[i] * q.v[i] * (1 + q.idx[i] + q.flags[i]);
    return s;
}
