// check: --set n=4 --set m=3 --range x=0.1:1.5
// construct: pointers and arrays: pointers into arrays
// construct: pointers and arrays: walking pointers
// construct: functions: results through pointers
// construct: pointers and arrays: `double h[n][4]` copied whole and walked through from its first row
#include <adgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double row_dot(const double *a, const double *b, int m)
{
    double s = 0;
    for (int j = 0; j < m; j++)
        s += a[j] * b[j];
    return s;
}

AD_GRAD(a)
double rows(AD_LEN(n * m) const double *a, int n, int m)
{
    double s = 0;
    for (int i = 0; i + 1 < n; i++)
        s += row_dot(&a[i * m], a + (i + 1) * m, m);
    return s;
}

AD_GRAD(a)
double row_pointer(AD_LEN(n * m) const double *a, int n, int m)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        const double *row = a + i * m;
        const double *last = row + m - 1;
        s += row[0] * *last + last[-1] * i;
    }
    return s;
}

AD_VJP(a -> b)
void write_rows(AD_LEN(n * m) const double *a, AD_LEN(n * m) double *b, int n, int m)
{
    for (int i = 0; i < n; i++) {
        double *out = &b[i * m];
        const double *in = a + (n - 1 - i) * m;
        for (int j = 0; j < m; j++)
            out[j] = in[j] * in[j];
    }
}

AD_GRAD(x)
double walk(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    const double *p = x;
    for (int i = 0; i < n; i++, p++)
        s += *p * *p;
    return s;
}

AD_GRAD(x)
double star_inc(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    while (n-- > 0)
        s *= 0.5 + *x++;
    return s;
}

AD_GRAD(x)
double to_end(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (const double *p = x, *end = x + n; p < end; p += 2)
        s += *p * p[1];
    return s;
}

AD_VJP(x -> y)
void both(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    const double *end = x + n;
    while (x != end) {
        *y++ = *x * *x;
        x++;
    }
}

AD_GRAD(x)
double difference(AD_LEN(n) const double *x, int n)
{
    const double *p = x;
    while (p - x < n - 1 && p[1] > 0)
        p++;
    return *p * (double)(p - x);
}

static void step(double *x, double *v, const double *k)
{
    double a = -*k * *x;
    *v += 0.1 * a;
    *x += 0.1 * *v;
}

static double *pick(double *a, double *b, int first)
{
    return first ? a : b;
}

AD_GRAD(k, x0)
double oscillator(double k, double x0, int n)
{
    double x = x0, v = 0;
    for (int i = 0; i < 3 * n; i++)
        step(&x, &v, &k);
    return x * x + v * v;
}

AD_VJP()
void swap_some(AD_LEN(n) double *x, int n)
{
    for (int i = 0; i + 1 < n; i++) {
        double *p = pick(&x[i], &x[i + 1], x[i] > x[i + 1]);
        *p = *p * 2 + x[0];
    }
}

typedef struct { double mean, var; } Stats;

static void stats(const double *x, int n, Stats *out)
{
    out->mean = out->var = 0;
    for (int i = 0; i < n; i++)
        out->mean += x[i] / n;
    for (int i = 0; i < n; i++)
        out->var += (x[i] - out->mean) * (x[i] - out->mean) / n;
}

AD_VJP(x -> y)
void standardise(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    Stats s;
    stats(x, n, &s);
    for (int i = 0; i < n; i++)
        y[i] = (x[i] - s.mean) / sqrt(s.var + 1e-5);
}

/* construct: pointers that a loop hands on; scratch allocated in loops */

/* The layer's input is the output of the one before; each layer has scratch of its own. */
AD_VJP(x, w -> y)
void layers(AD_LEN(m) const double *x, AD_LEN(n *m) const double *w, AD_LEN(n *m) double *y, int n, int m)
{
    const double *in = x;
    for (int k = 0; k < n; k++) {
        double *t = malloc((size_t)m * sizeof *t);
        if (!t)
            return;
        for (int i = 0; i < m; i++)
            t[i] = tanh(in[i] * w[k * m + i]);
        for (int i = 0; i < m; i++)
            y[k * m + i] = t[i] * t[m - 1 - i] + in[i];
        free(t);
        in = y + k * m;
    }
}

/* Memory that begins as zero and is read as such; an allocation behind a condition; none at all. */
AD_GRAD(x)
double zeroed(AD_LEN(n) const double *x, int n, int m)
{
    double s = 0;
    for (int k = 0; k < n; k++) {
        double *t = calloc((size_t)m, sizeof *t);
        if (!t)
            return 0;
        if (x[k] > 0.7)
            t[k % m] = sin(x[k]);
        for (int i = 0; i < m; i++)
            s += t[i] * t[i] * x[k];
        free(t);
        if (x[k] < 0.5) {
            double *u = malloc((size_t)(k + 1) * sizeof *u);
            if (!u)
                return 0;
            for (int i = 0; i <= k; i++)
                u[i] = exp(-x[i]);
            s += u[k] * u[0];
            free(u);
        }
    }
    const double *p = x;
    double r = 0;
    for (int k = n; k < n - m; k++) { /* no iteration */
        double *t = malloc((size_t)(n - m) * sizeof *t);
        if (!t)
            return 0;
        t[0] = *p;
        r += t[0] * s;
        free(t);
        p = x + k;
    }
    return s + r + *p * s;
}

static void shrink(double *x, size_t n)
{
    while (n--) {
        *x = tanh(*x);
        x++;
    }
}

AD_GRAD(x)
double walked(AD_LEN(4 * n) const double *x, int n)
{
    double h[n][4], s = 0;
    memcpy(h, x, sizeof h);
    shrink(h[0], (size_t)n * 4);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 4; c++)
            s += h[i][c] * h[n - 1 - i][3 - c] * (c + 1);
    return s;
}
