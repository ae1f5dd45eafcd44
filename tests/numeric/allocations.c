// check: --set n=6
// construct: memory: `malloc`, `calloc`, `free`
// construct: pointers and arrays: NULL for results that are not asked for
#include <adgen.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

AD_GRAD(x)
double buffer(AD_LEN(n) const double *x, int n)
{
    double *t = malloc((size_t)n * sizeof *t);
    if (!t)
        return -1;
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[n - 1 - i];
    free(t);
    return s;
}

AD_GRAD(x)
double zeroed(AD_LEN(n) const double *x, int n)
{
    double *acc = (double *)calloc((size_t)n, sizeof(double));
    int *count = calloc((size_t)n, sizeof *count);
    for (int i = 0; i < 3 * n; i++) {
        acc[(i * i) % n] += sin(x[i % n]);
        count[i % n]++;
    }
    double s = 1;
    for (int i = 0; i < n; i++)
        s += acc[i] * acc[i] / (1 + count[i]);
    free(count);
    free(acc);
    return s;
}

AD_GRAD(x)
double in_loop(AD_LEN(n) const double *x, int n)
{
    double s = 0;
    for (int i = 1; i < n; i++) {
        float *row = malloc(sizeof(float) * (size_t)i);
        for (int j = 0; j < i; j++)
            row[j] = (float)(x[i] * x[j]);
        for (int j = 0; j < i; j++)
            s += row[j] * row[i - 1 - j];
        free(row);
    }
    return s;
}

typedef struct { double a, b; int k; } Cell;

AD_GRAD(x)
double records(AD_LEN(n) const double *x, int n)
{
    Cell *c = malloc(sizeof(Cell) * (size_t)n);
    for (int i = 0; i < n; i++) {
        c[i].a = x[i];
        c[i].b = x[i] * x[0];
        c[i].k = i;
    }
    double s = 0;
    for (int i = 0; i < n; i++)
        s += c[i].a * c[c[n - 1 - i].k].b;
    free(c);
    return s;
}

/* What the returned expression reads is read before the objects that were kept for the reverse sweep are freed. */

AD_GRAD(x)
double rows(AD_LEN(n) const double *x, int n)
{
    double **r = malloc(2 * sizeof *r);
    for (int i = 0; i < 2; i++)
        r[i] = malloc((size_t)n * sizeof **r);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < n; j++)
            r[i][j] = cos(x[j]) * (i + 1);
    r[(n + 1) % 2][n - 1] = 0.6 * sin(r[(n * 2) % 2][0]) + 0.3 * r[(n + 1) % 2][n - 1];
    double result = 0.7 * r[0][n - 1] + 0.5 * log(2.0 + sin(r[n % 2][n / 2]));
    free(r[1]);
    free(r[0]);
    free(r);
    return result;
}

struct item { double v; struct item *next; };

AD_GRAD(x)
double last_item(AD_LEN(n) const double *x, int n)
{
    struct item *head = NULL;
    for (int i = 0; i < n; i++) {
        struct item *e = malloc(sizeof *e);
        e->v = x[i] * x[i];
        e->next = head;
        head = e;
    }
    double s = head->v * head->next->v;
    while (head) {
        struct item *next = head->next;
        free(head);
        head = next;
    }
    return s;
}

static double polar(double x, double y, double *angle, int *quadrant)
{
    if (angle)
        *angle = atan2(y, x);
    if (quadrant != NULL)
        *quadrant = x > 0 ? (y > 0 ? 1 : 4) : (y > 0 ? 2 : 3);
    return sqrt(x * x + y * y);
}

AD_GRAD(x, y)
double radius_only(double x, double y)
{
    return polar(x, y, NULL, NULL) * x;
}

AD_GRAD(x, y)
double radius_and_angle(double x, double y)
{
    double a;
    double r = polar(x, y, &a, 0);
    return r * a;
}

/* Stores that are taken back at the reverse sweep's beginning, where objects that were kept are freed at its end. */

AD_VJP(a -> a)
double grown_and_updated(AD_LEN(n * n) double *a, double c, int n)
{
    double *g = NULL, s = c;
    int cap = 0;
    for (int i = 0; i < n; i++) {
        if (i == cap) {
            cap = cap ? 2 * cap : 1;
            g = realloc(g, (size_t)cap * sizeof *g);
        }
        g[i] = a[i] * c;
        s += g[0] * a[i];
    }
    free(g);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += 0.3 * a[i * n + k] * sin(a[k * n + j]);
            a[i * n + j] = sum;
        }
    a[n - 1] += a[1] * cos(s);
    return a[0];
}
