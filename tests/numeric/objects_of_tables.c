// check: --set n=5
// construct: functions: objects with tables of functions; workspaces behind `void *`; templates as macros
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <adgen.h>
struct shape;
struct vtbl {
    double (*area)(const struct shape *);
    void (*scale)(struct shape *, double);
    size_t size;
};
struct shape {
    const struct vtbl *v;
    double x;
};
struct circle {
    struct shape base;
    double r;
};
struct poly {
    struct shape base;
    int n;
    double *xy;
};
static double circle_area(const struct shape *s)
{
    const struct circle *c = (const struct circle *)s;
    return 3.14 * c->r * c->r + s->x;
}
static void circle_scale(struct shape *s, double k)
{
    ((struct circle *)s)->r *= k;
}
static double poly_area(const struct shape *s)
{
    const struct poly *p = (const struct poly *)s;
    double a = 0;
    for (int i = 0, j = p->n - 1; i < p->n; j = i++)
        a += p->xy[2 * j] * p->xy[2 * i + 1] - p->xy[2 * i] * p->xy[2 * j + 1];
    return a / 2;
}
static void poly_scale(struct shape *s, double k)
{
    struct poly *p = (struct poly *)s;
    for (int i = 0; i < 2 * p->n; i++)
        p->xy[i] *= k;
}
static const struct vtbl circle_v = {circle_area, circle_scale, sizeof(struct circle)},
                         poly_v = {poly_area, .size = sizeof(struct poly), .scale = poly_scale};
AD_GRAD(x, k)
double total(AD_LEN(2 * n) const double *x, double k, int n)
{
    double buf[32];
    struct circle c = {{&circle_v, 0.5}, x[0]};
    struct poly p = {{&poly_v, 0}, n, buf};
    struct shape *all[2] = {&c.base, &p.base};
    memcpy(buf, x, sizeof *x * 2 * (size_t)n);
    double s = 0;
    for (int i = 0; i < 2; i++) {
        all[i]->v->scale(all[i], k * (i + 1));
        s += all[i]->v->area(all[i]);
    }
    return s;
}
/* GSL-like */
typedef struct {
    const char *name;
    void *(*alloc)(size_t dim);
    int (*apply)(void *st, size_t dim, double t, double h, double y[], int (*f)(double, const double *, double *, void *), void *p);
    void (*free)(void *);
} step_type;
typedef struct {
    const step_type *type;
    size_t dim;
    void *state;
} stepper;
typedef struct {
    double *k1, *k2, *tmp;
} rk2_state;
static void *rk2_alloc(size_t dim)
{
    rk2_state *s = malloc(sizeof *s);
    if (!s)
        return 0;
    s->k1 = malloc(dim * sizeof(double));
    s->k2 = malloc(dim * sizeof(double));
    s->tmp = malloc(dim * sizeof(double));
    return s;
}
static void rk2_free(void *v)
{
    rk2_state *s = (rk2_state *)v;
    free(s->k1);
    free(s->k2);
    free(s->tmp);
    free(s);
}
static int rk2_apply(void *v, size_t dim, double t, double h, double y[], int (*f)(double, const double *, double *, void *),
                     void *p)
{
    rk2_state *s = v;
    int e;
    if ((e = f(t, y, s->k1, p)) != 0)
        return e;
    for (size_t i = 0; i < dim; i++)
        s->tmp[i] = y[i] + 0.5 * h * s->k1[i];
    if ((e = f(t + h / 2, s->tmp, s->k2, p)) != 0)
        return e;
    for (size_t i = 0; i < dim; i++)
        y[i] += h * s->k2[i];
    return 0;
}
static const step_type rk2 = {"rk2", rk2_alloc, rk2_apply, rk2_free};
static int lv(double t, const double *y, double *d, void *p)
{
    const double *q = p;
    (void)t;
    d[0] = q[0] * y[0] - q[1] * y[0] * y[1];
    d[1] = q[2] * y[0] * y[1] - q[3] * y[1];
    return 0;
}
AD_GRAD(q)
double lotka(AD_LEN(4) const double *q, int n)
{
    stepper s = {&rk2, 2, rk2.alloc(2)};
    double y[2] = {1, 0.5}, e = 0, par[4];
    memcpy(par, q, sizeof par);
    for (int i = 0; i < n; i++) {
        if (s.type->apply(s.state, s.dim, i * 0.1, 0.1, y, lv, par)) {
            s.type->free(s.state);
            return -1;
        }
        e += y[0] * y[1];
    }
    s.type->free(s.state);
    return e;
}
/* X macros and templates */
#define FIELDS X(gain, 1.5) X(bias, 0.1) X(leak, 0.9)
typedef struct {
#define X(n, d) double n;
    FIELDS
#undef X
} neuron;
#define DEFINE_RING(T, N)                                                                                                          \
    typedef struct {                                                                                                               \
        T at[N];                                                                                                                   \
        uint8_t head, count;                                                                                                       \
    } ring_##T;                                                                                                                    \
    static void ring_##T##_push(ring_##T *r, T v)                                                                                  \
    {                                                                                                                              \
        r->at[(uint8_t)(r->head + r->count) % N] = v;                                                                              \
        if (r->count < N)                                                                                                          \
            r->count++;                                                                                                            \
        else                                                                                                                       \
            r->head = (uint8_t)((r->head + 1) % N);                                                                                \
    }                                                                                                                              \
    static T ring_##T##_get(const ring_##T *r, unsigned i)                                                                         \
    {                                                                                                                              \
        return r->at[(r->head + i) % N];                                                                                           \
    }
DEFINE_RING(double, 4)
DEFINE_RING(float, 3)
AD_GRAD(x)
double spikes(AD_LEN(n) const double *x, int n)
{
    neuron p = {
#define X(n, d) .n = d,
        FIELDS
#undef X
    };
    ring_double r = {{0}, 0, 0};
    ring_float q = {.head = 0};
    double v = 0, s = 0;
    for (int i = 0; i < 2 * n; i++) {
        v = p.leak * v + p.gain * x[i % n] + p.bias;
        ring_double_push(&r, v);
        ring_float_push(&q, (float)(v * v));
        for (unsigned k = 0; k < r.count; k++)
            s += ring_double_get(&r, k) / (k + 1.0);
        s -= (double)ring_float_get(&q, 0);
    }
    return s;
}
