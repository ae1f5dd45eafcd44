// check: --set n=6
// std: gnu11
// construct: memory: `posix_memalign`, `bzero`, `strdup`, complex numbers reached as pairs of reals
#include <math.h>
#include <string.h>
#include <strings.h>
#include <stdlib.h>
#include <complex.h>
#include <adgen.h>
AD_GRAD(x)
double complex_as_reals(AD_LEN(2 * n) const double *x, int n)
{
    double complex z[8], w;
    double *p = (double *)z, s = 0;
    for (int i = 0; i < 2 * n && i < 16; i++)
        p[i] = x[i] * (i + 1);
    for (int i = 0; i < n; i++) {
        w = z[i] * z[(i + 1) % n];
        s += creal(w) - ((double *)&w)[1] * 2;
        ((double *)&z[i])[0] += 0.5 * cimag(w);
    }
    return s + cabs(z[0]);
}
AD_GRAD(x)
double zeroed(AD_LEN(n) const double *x, int n)
{
    double t[8], s = 0;
    for (int i = 0; i < n; i++)
        t[i] = x[i];
    bzero(t, sizeof(double) * 3);
    for (int i = 0; i < n; i++)
        s += t[i] * t[i] * x[0];
    return s;
}
AD_GRAD(x)
double aligned(AD_LEN(n) const double *x, int n)
{
    void *v = NULL;
    double s = 0;
    if (posix_memalign(&v, 64, sizeof(double) * (size_t)n))
        return 0;
    double *t = v;
    for (int i = 0; i < n; i++)
        t[i] = sin(x[i]);
    for (int i = 0; i < n; i++)
        s += t[i] * t[(i + 2) % n];
    free(v);
    return s;
}
static int resize(double **p, int *cap, int need)
{
    if (need <= *cap)
        return 0;
    int c = *cap ? *cap : 1;
    while (c < need)
        c *= 2;
    double *q = realloc(*p, sizeof **p * (size_t)c);
    if (!q) {
        free(*p);
        *p = NULL;
        *cap = 0;
        return -1;
    }
    *p = q;
    *cap = c;
    return 0;
}
AD_GRAD(x)
double resized(AD_LEN(n) const double *x, int n)
{
    double *p = NULL, s = 0;
    int cap = 0;
    for (int i = 0; i < n; i++) {
        if (resize(&p, &cap, i + 1))
            goto fail;
        p[i] = i ? p[i - 1] * x[i] : x[0];
    }
    for (int i = 0; i < n; i++)
        s += p[i];
    free(p);
    return s;
fail:
    return NAN;
}
AD_GRAD(x)
double duplicated(AD_LEN(n) const double *x, int n)
{
    struct {
        double a;
        char *name;
        double b;
    } r = {x[0], strdup("weights"), x[1]}, q;
    q = r;
    if (strlen(q.name) > 3)
        q.a *= x[2];
    double s = q.a * q.b + r.a;
    free(r.name);
    return s * n;
}

/* A plan with what belongs to it behind it; its parts are set up where they are, or allocated where there is no room. */
struct plan {
    int n;
    double *weights;
    struct plan *half;
};

static struct plan *plan_in(int n, void *room, size_t *bytes)
{
    size_t needed = sizeof(struct plan) + (size_t)n * sizeof(double);
    struct plan *p = NULL;
    if (!bytes) {
        p = malloc(needed);
    } else {
        if (room != NULL && *bytes >= needed)
            p = room;
        *bytes = needed;
    }
    if (p) {
        p->n = n;
        p->half = NULL;
        p->weights = (double *)(p + 1);
    }
    return p;
}

AD_GRAD(x)
double planned(AD_LEN(n) const double *x, int n)
{
    size_t half = 0;
    plan_in(n / 2, NULL, &half);
    struct plan *p = malloc(sizeof *p + half + (size_t)n * sizeof(double));
    if (!p)
        return 0;
    p->n = n;
    p->half = plan_in(n / 2, p + 1, &half);
    p->weights = (double *)((char *)(p + 1) + half);
    double s = 0;
    for (int i = 0; i < n; i++)
        p->weights[i] = x[i] * x[i];
    for (int i = 0; p->half && i < p->half->n; i++)
        p->half->weights[i] = p->weights[2 * i] * x[i];
    for (int i = 0; p->half && i < p->half->n; i++)
        s += p->half->weights[i] * p->weights[i];
    free(p);
    return s;
}
