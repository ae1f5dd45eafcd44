// directions: derivatives are addressed through another type
// check: --set n=6
// construct: structs: fields of one type reached as an array, `memcpy` over several
// construct: structs: `memcpy` between structs of numbers and flat arrays
#include <math.h>
#include <string.h>
#include <stdlib.h>
#include <adgen.h>
typedef struct {
    double x, y, z, w;
} v4;
AD_GRAD(x)
double numbers(AD_LEN(n) const double *x, int n)
{
    v4 a, b = {1, 2, 3, 4};
    double s = 0;
    memcpy(&a.x, x, 3 * sizeof(double));
    a.w = x[3];
    memcpy(&b.y, x + 1, 2 * sizeof(double));
    memset(&a.y, 0, 2 * sizeof(double));
    for (int i = 0; i < 2; i++)
        (&b.z)[i] += a.x * x[i];
    double *q = &a.y;
    q[1] = x[4] * x[5];
    s += a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
    return s;
}
typedef struct {
    const double *a, *b, *c;
} refs;
AD_GRAD(x)
double pointers(AD_LEN(n) const double *x, int n)
{
    refs r = {NULL, NULL, NULL};
    const double *src[3] = {x, x + 1, x + 2};
    memcpy(&r.a, src, sizeof src);
    return r.a[0] * r.b[0] + r.c[0] * r.c[1];
}
AD_GRAD(x)
double pointers_loop(AD_LEN(n) const double *x, int n)
{
    refs r;
    const double **p = &r.a;
    double t[4] = {x[0] * x[1], x[1], x[2], 1};
    for (int i = 0; i < 3; i++)
        p[i] = t + i;
    double s = 0;
    for (int i = 0; i < n; i++)
        s += *r.b * *r.c * x[i] + *r.a;
    return s;
}
struct net {
    double *w1, *b1, *w2;
    int n;
};
AD_GRAD(x)
double split_arena(AD_LEN(n) const double *x, int n)
{
    struct net m;
    double mem[16], **p = &m.w1, s = 0;
    for (int k = 0; k < 3; k++)
        p[k] = mem + 4 * k;
    m.n = 4;
    for (int i = 0; i < 12; i++)
        mem[i] = x[i % n] * (i + 1);
    for (int i = 0; i < m.n; i++)
        s += m.w1[i] * m.w2[i] + m.b1[i];
    return s;
}
/* Structs of numbers alone are copied from and to flat arrays, and to other structs of numbers. */
typedef struct {
    double x, y;
} point;
typedef struct {
    point from, to;
    double m[2][2];
} frame;
AD_GRAD(x)
double flat(AD_LEN(2 * n) const double *x, int n)
{
    point *p = malloc((size_t)n * sizeof *p);
    double s = 0, last[2], all[8];
    frame f;
    if (!p)
        return 0;
    memcpy(p, x, 2 * (size_t)n * sizeof *x);
    memcpy(&f, x, sizeof f);
    f.m[1][0] *= f.to.y;
    memcpy(all, &f, sizeof f);
    memmove(last, p + n - 1, sizeof(point));
    for (int i = 0; i < 8; i++)
        s += all[i] * all[(i + 1) % 8];
    for (int i = 0; i < n; i++)
        s += p[i].x * p[i].y * last[0] + last[1];
    free(p);
    return s;
}
AD_VJP(x -> v)
void unflat(AD_LEN(4) const double *x, AD_LEN(4) double *v)
{
    point q[2], p[2] = {{x[0], x[1] * x[2]}, {x[2], x[3]}};
    memcpy(v, p, sizeof p);
    memcpy(q, v, sizeof q);
    v[0] *= q[0].x * q[1].y;
}
