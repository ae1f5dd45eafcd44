// check: --set n=6 -Wno-private-static
// construct: memory: static workspaces that grow, lists in static variables
// Memory that a function keeps from call to call for its own use: each call of the derivative has its own.
#include <adgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double *buf;
static size_t cap;

static double *workspace(size_t n)
{
    if (n > cap) {
        buf = realloc(buf, n * sizeof *buf);
        cap = n;
    }
    return buf;
}

AD_GRAD(x)
AD_JVP(x)
double grown(AD_LEN(n) const double *x, int n)
{
    double *t = workspace((size_t)n), s = 0;
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    for (int i = 0; i < n; i++)
        s += t[i] * t[n - 1 - i] * x[i];
    return s;
}

/* grown again in the same call, with what is in it */
AD_GRAD(x)
AD_JVP(x)
double grown_twice(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int m = 2; m <= n; m += 2) {
        double *t = workspace((size_t)m);
        for (int i = 0; i < m; i++)
            t[i] = sin(x[i]) + s;
        for (int i = 1; i < m; i++)
            s += t[i] * t[i - 1];
    }
    return s;
}

/* static variables of a function; malloc and free */
static double smooth(const double *x, int n, double w)
{
    static double *old;
    static int room = 0;
    if (room < n) {
        free(old);
        old = (double *)malloc(sizeof(double) * (size_t)n);
        if (old == NULL) {
            fprintf(stderr, "no memory for %d\n", n);
            exit(1);
        }
        room = n;
    }
    memcpy(old, x, sizeof(double) * (size_t)n);
    for (int i = 1; i + 1 < n; i++)
        old[i] = old[i] * (1 - w) + w * (old[i - 1] + x[i + 1]);
    double e = 0;
    for (int i = 0; i < n; i++)
        e += old[i] * old[i];
    return e;
}

AD_GRAD(x, w)
AD_JVP(x, w)
double smoothed(AD_LEN(n) const double *x, int n, double w)
{
    return smooth(x, n, w) * smooth(x + 1, n - 1, 2 * w);
}

/* a struct of them, one a part of another's block */
static struct {
    float *a;
    double *b, *tail;
    int size;
} ws;

AD_GRAD(x)
AD_JVP(x)
double together(AD_LEN(n) const double *x, int n)
{
    if (ws.size < n) {
        ws.a = realloc(ws.a, (size_t)n * sizeof *ws.a);
        ws.b = realloc(ws.b, 2 * (size_t)n * sizeof *ws.b);
        ws.tail = ws.b + n;
        ws.size = n;
    }
    for (int i = 0; i < n; i++) {
        ws.a[i] = (float)(x[i] * x[i]);
        ws.b[i] = exp(-x[i]);
        ws.tail[i] = ws.a[i] + ws.b[i] * x[0];
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += ws.tail[i] * ws.b[n - 1 - i] * ws.a[i];
    return s;
}

/* allocated once, of constant size */
AD_GRAD(x)
AD_JVP(x)
double once(AD_LEN(n) const double *x, int n)
{
    static double *m = NULL;
    if (!m)
        m = calloc(8 * 8, sizeof *m);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            m[i * 8 + j] = x[i] * x[j] + (i == j);
    for (int k = 0; k < n; k++)
        for (int i = k + 1; i < n; i++) {
            double f = m[i * 8 + k] / m[k * 8 + k];
            for (int j = k; j < n; j++)
                m[i * 8 + j] -= f * m[k * 8 + j];
        }
    double det = 1;
    for (int k = 0; k < n; k++)
        det *= m[k * 8 + k];
    return log(det);
}

/* All values that a small library makes are in a list, through which they are freed. */
typedef struct value {
    double v;
    struct value *next;
} value;

static value *all;

static value *make(double v)
{
    value *p = malloc(sizeof *p);
    p->v = v;
    p->next = all;
    all = p;
    return p;
}

static value *mul(const value *a, const value *b)
{
    return make(a->v * b->v);
}

static value *plus(const value *a, const value *b)
{
    return make(a->v + b->v);
}

static void free_all(void)
{
    while (all) {
        value *next = all->next;
        free(all);
        all = next;
    }
}

AD_GRAD(x)
AD_JVP(x)
double listed(AD_LEN(n) const double *x, int n)
{
    value *s = make(1);
    for (int i = 0; i < n; i++)
        s = plus(mul(s, make(x[i])), mul(make(0.3), make(x[n - 1 - i])));
    double r = sin(s->v);
    free_all();
    return r;
}

/* made and ended in each call, through a static pointer */
AD_GRAD(x)
AD_JVP(x)
double ended(AD_LEN(n) const double *x, int n)
{
    static double *t;
    if (n < 1)
        return 0;
    t = malloc((size_t)n * sizeof *t);
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    double s = t[0] * t[n - 1];
    free(t);
    return s;
}
