// std: gnu11
// check: --set n=5 --set name='"x"'
// construct: functions: statement expressions, `?:` without a middle, `_Generic`, `alloca`, `sincos`, thread-local variables
#define _GNU_SOURCE
#include <adgen.h>
#include <math.h>
#include <alloca.h>
#include <stdlib.h>
#include <string.h>
#define MAX(a, b)                                                                                                                  \
    ({                                                                                                                             \
        __typeof__(a) _a = (a);                                                                                                    \
        __typeof__(b) _b = (b);                                                                                                    \
        _a > _b ? _a : _b;                                                                                                         \
    })
#define SQ(x) _Generic((x), float : sqf, double : sqd, int : sqi)(x)
static float sqf(float x)
{
    return x * x;
}
static double sqd(double x)
{
    return x * x;
}
static int sqi(int x)
{
    return x * x;
}
AD_GRAD(x, y)
double gnu(AD_LEN(n) const double *x, float y, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double m = MAX(x[i] * y, MAX(0.3, s * x[i]));
        s += ({
                 double t = 0;
                 for (int k = 0; k < i; k++)
                     t += x[k] * m;
                 t;
             }) +
             SQ(x[i]) + SQ(y) + SQ(i);
        double d = (x[i] > 0.8 ? 0 : x[i]) ?: 2 * y;
        s += d * (i ?: 3);
        double sn, cs;
        sincos(x[i], &sn, &cs);
        s += sn * cs;
    }
    return s;
}
AD_GRAD(x)
double al(AD_LEN(n) const double *x, int n)
{
    double *tmp = alloca(n * sizeof *tmp), vla[n];
    for (int i = 0; i < n; i++) {
        tmp[i] = x[i] * x[n - 1 - i];
        vla[i] = sin(tmp[i]);
    }
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += vla[i];
    }
    return s;
}
/* alloca behind early returns, also in a recursion. */
static double product(const double *x, int n)
{
    if (n <= 1)
        return n ? x[0] : 0;
    double *t = alloca(sizeof *t * (size_t)n);
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[n - 1 - i];
    int half = n / 2;
    return sqrt(1 + product(t, half) * product(t + half, n - half));
}
AD_GRAD(x)
double behind_returns(AD_LEN(n) const double *x, int n)
{
    if (n < 2)
        return 0;
    double *w = alloca((size_t)n * sizeof *w), *v;
    for (int i = 0; i < n; i++) {
        if (x[i] < -100)
            return -1;
        w[i] = sin(x[i]) * x[n - 1 - i];
    }
    v = alloca((size_t)n * sizeof *v);
    for (int i = 0; i < n; i++)
        v[i] = w[i] * w[(i + 1) % n];
    return product(v, n) + w[1];
}
static double *dup(const double *x, size_t n)
{
    double *p = malloc(n * sizeof *p);
    if (p)
        memcpy(p, x, n * sizeof *p);
    return p;
}
static char *dupstr(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = malloc(n);
    return p ? memcpy(p, s, n) : NULL;
}
AD_GRAD(x)
double dups(AD_LEN(n) const double *x, int n, const char *name)
{
    char *nm = dupstr(name);
    if (!nm)
        return -1;
    double *a = dup(x, (size_t)n), *b = dup(a, (size_t)n), s = 0;
    if (!a || !b)
        goto fail;
    for (int i = 0; i < n; i++) {
        a[i] *= b[n - 1 - i];
    }
    for (int i = 0; i < n; i++)
        s += a[i] * (nm[0] == 'x' ? 1 : 2);
    free(a);
    free(b);
    free(nm);
    return s;
fail:
    free(a);
    free(b);
    free(nm);
    return -1;
}
__thread double work[8];
AD_GRAD(x)
double tls(AD_LEN(8) const double *x)
{
    for (int i = 0; i < 8; i++)
        work[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < 8; i++)
        s += work[i] * work[7 - i];
    return s;
}

/* Builtins that count bits, and hints to the compiler. */
AD_GRAD(x)
double gray_code(AD_LEN(32) const double *x, int n)
{
    const double *p = __builtin_assume_aligned(x, 8);
    double s = 0, level[32] = {0};
    for (unsigned k = 1; k < 4u * n; k++) {
        int bit = __builtin_ctz(k);
        __builtin_prefetch(&p[bit + 1], 0, 3);
        level[bit] += p[k];
        s += level[bit] * sin(p[__builtin_popcount(k ^ k >> 1)]);
    }
    return __builtin_expect(s > 0, 1) ? s : s * s;
}
