// check: --set n=4 --set which=1
// construct: functions: recursion with callbacks, matrices, tables and structs
// directions: is a struct or a pointer to pointers
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include <string.h>
#include <adgen.h>

struct par {
    double k, s;
};
typedef double (*Integrand)(double x, const struct par *ctx);
double bump(double x, const struct par *ctx)
{
    return exp(-ctx->k * x * x) + ctx->s;
}
double wave(double x, const struct par *ctx)
{
    return sin(ctx->k * x) * ctx->s;
}
static double simpson(Integrand f, const struct par *ctx, double a, double b, double eps, int depth)
{
    double m = 0.5 * (a + b), h = b - a;
    double whole = h / 6 * (f(a, ctx) + 4 * f(m, ctx) + f(b, ctx));
    double l = h / 12 * (f(a, ctx) + 4 * f(a + h / 4, ctx) + f(m, ctx)),
           r = h / 12 * (f(m, ctx) + 4 * f(b - h / 4, ctx) + f(b, ctx));
    if (depth <= 0 || fabs(l + r - whole) <= 15 * eps)
        return l + r + (l + r - whole) / 15;
    return simpson(f, ctx, a, m, eps / 2, depth - 1) + simpson(f, ctx, m, b, eps / 2, depth - 1);
}
AD_GRAD(k, s, b)
double callback(double k, double s, double b, int which)
{
    struct par p = {k, s};
    return simpson(which ? bump : wave, &p, 0, b, 1e-5, 10);
}

AD_GRAD(a)
double det(int n, AD_LEN(n *n) double a[n][n])
{
    if (n == 1)
        return a[0][0];
    double s = 0;
    for (int c = 0; c < n; c++) {
        double m[n - 1][n - 1];
        for (int i = 1; i < n; i++)
            for (int j = 0, k = 0; j < n; j++)
                if (j != c)
                    m[i - 1][k++] = a[i][j];
        s += (c % 2 ? -1 : 1) * a[0][c] * det(n - 1, m);
    }
    return s;
}

static double fib(double x, int n)
{
    return n < 2 ? n + x : fib(x, n - 1) + x * fib(x, n - 2);
}
AD_GRAD(x)
double fibs(double x, int n)
{
    double s = 1;
    int i = 0;
    while (s < 50) {
        s += fib(x * s, i % 4) + 1;
        if (i++ > n)
            break;
        switch (i % 3) {
        case 0:
            s *= x;
            continue;
        case 1:
            s += fib(x, 2);
        default:
            s += 0.1;
        }
    }
    return s;
}

static double memo(double *tab, bool *done, double x, unsigned n)
{
    if (n < 2)
        return x + n;
    if (done[n])
        return tab[n];
    tab[n] = memo(tab, done, x, n - 1) * x + memo(tab, done, x, n - 2);
    done[n] = true;
    return tab[n];
}
AD_GRAD(x)
double memoised(double x)
{
    double tab[12];
    bool done[12] = {false};
    return memo(tab, done, x, 9u) + tab[5] * tab[4];
}
static const double coef[4] = {0.5, -1.5, 2, 0.25};
static void overlap(double *out, const double *in, int n)
{
    if (!n)
        return;
    out[0] = in[1] * coef[n % 4] + in[0] * out[0];
    overlap(out + 1, in + 1, n - 1);
    out[0] *= in[0];
}
AD_VJP(x->x)
void overlapping(AD_LEN(n + 1) double *x, int n)
{
    overlap(x, x, n);
}
static void permute(const double *w, int *p, bool *used, int n, int at, double acc, double *best)
{
    if (at == n) {
        if (acc > *best)
            *best = acc;
        return;
    }
    for (int i = 0; i < n; i++) {
        if (used[i])
            continue;
        used[i] = true;
        p[at] = i;
        permute(w, p, used, n, at + 1, acc + w[at * n + i] * w[i] * (at ? w[p[at - 1]] : 1), best);
        used[i] = false;
    }
}
AD_GRAD(w)
double assignment(AD_LEN(9) const double *w)
{
    int p[3];
    bool used[3] = {false};
    double best = -1;
    permute(w, p, used, 3, 0, 0, &best);
    return best * best;
}
static double change(double x, double y, int n)
{
    x *= y;
    if (n % 2)
        goto out;
    y = x + n;
    if (n > 0)
        x = change(y, x, n - 1);
    (void)change(x, y, n - 3);
out:
    if (n > 0)
        y += change(x, y * 0.5, n - 2);
    return x * y;
}
AD_GRAD(x, y)
double changed(double x, double y, int n)
{
    return change(x, y, n);
}
typedef struct {
    double m[2][2];
} Mat;
static Mat mul(Mat a, Mat b)
{
    Mat c = {{{0}}};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            for (int k = 0; k < 2; k++)
                c.m[i][j] += a.m[i][k] * b.m[k][j];
    return c;
}
static Mat mpow(Mat a, int n)
{
    if (n == 1)
        return a;
    Mat h = mpow(a, n / 2);
    Mat s = mul(h, h);
    return n % 2 ? mul(s, a) : s;
}
AD_GRAD(a)
double matrix_power(Mat a, int n)
{
    Mat p = mpow(a, n);
    return p.m[0][0] * p.m[1][1] + p.m[0][1];
}
AD_VJP(a)
Mat matrix_result(Mat a, int n)
{
    return mpow(a, n);
}
AD_JACOBIAN(x->x)
void halves(AD_LEN(n) double *x, int n)
{
    if (n < 2)
        return;
    x[0] *= x[n - 1];
    halves(x + n / 2, n - n / 2);
}
int count(int n, int a[n][n])
{
    if (n == 1)
        return a[0][0];
    int m[n - 1][n - 1];
    for (int i = 0; i < n - 1; i++)
        for (int j = 0; j < n - 1; j++)
            m[i][j] = a[i + 1][j] + 1;
    return count(n - 1, m) % 3;
}
AD_GRAD(x)
double f(AD_LEN(n) const double *x, int n)
{
    int a[n][n];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i][j] = i;
    return x[count(n, a)] * x[0];
}

/* A table that nothing writes. */
double table[4] = {1, 2, 0.5, 3};

static double horner(double x, int n)
{
    return n < 0 ? 0 : table[n] + x * horner(x, n - 1);
}

AD_GRAD(x)
double by_table(double x)
{
    return horner(x, 3) * horner(x * x, 2);
}
