// construct: preprocessor and library: `qsort` in functions that call themselves
// construct: preprocessor and library: `qsort` of active elements and of indices, `bsearch`
/* qsort is a choice of an order and a move: of numbers, structs, rows, indices. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

AD_GRAD(x)
double order_statistics(AD_LEN(n) const double *x, int n)
{
    double t[32], s = 0;
    for (int i = 0; i < n; i++)
        t[i] = sin(7 * x[i]);
    qsort(t, (size_t)n, sizeof t[0], ascending);
    for (int i = 0; i < n; i++)
        s += t[i] * t[i] * (i + 1);
    return s;
}

/* The independent itself is sorted, and the caller sees it. */
AD_VJP(x -> x)
void sort_in_place(AD_LEN(n) double *x, int n) { qsort(x, (size_t)n, sizeof *x, ascending); }

AD_GRAD(x)
double range_of(AD_LEN(n) double *x, int n)
{
    qsort(x, (size_t)n, sizeof(double), ascending);
    return x[n - 1] * x[n - 1] - x[0] + x[n / 2];
}

typedef struct {
    int id;
    float weight;
    struct {
        double x, y;
    } at;
} Point;

static int by_distance(const void *a, const void *b)
{
    const Point *p = a, *q = b;
    double d = p->at.x * p->at.x + p->at.y * p->at.y - q->at.x * q->at.x - q->at.y * q->at.y;
    return (d > 0) - (d < 0);
}

/* Structs on the heap, sorted again in every step, after they have moved. */
AD_GRAD(x, y)
double nearest(AD_LEN(n) const double *x, AD_LEN(n) const double *y, int n, int steps)
{
    Point *p = malloc(sizeof(Point) * (size_t)n);
    double s = 0;
    for (int i = 0; i < n; i++) {
        p[i].id = i;
        p[i].weight = 1.0f + (float)i;
        p[i].at.x = x[i] - 0.5;
        p[i].at.y = y[i] * x[i];
    }
    for (int k = 0; k < steps; k++) {
        qsort(p, (size_t)n, sizeof *p, by_distance);
        for (int i = 0; i < n; i++) {
            s += p[i].weight * p[i].at.x * p[i].at.y / (i + 1 + p[i].id);
            p[i].at.x = cos(3 * p[i].at.x + k);
        }
    }
    free(p);
    return s;
}

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* An array of integers: sorted and searched as in the primal. */
AD_GRAD(x)
double sorted_indices(AD_LEN(n) const double *x, int n)
{
    int keys[32], at;
    double s = 0;
    for (int i = 0; i < n; i++)
        keys[i] = (i * 7 + 3) % 31;
    qsort(keys, (size_t)n, sizeof(int), by_number);
    for (int i = 0; i < n; i++) {
        at = (i * 7 + 3) % 31;
        const int *found = bsearch(&at, keys, (size_t)n, sizeof(int), by_number);
        s += found ? x[i] * x[i] * (double)(found - keys) : 0;
    }
    return s;
}

/* In functions that call themselves: of what they are given, and of arrays of their own. */
typedef struct {
    double key, weight;
} site;
static int by_key(const void *a, const void *b)
{
    const site *p = a, *q = b;
    return p->key < q->key ? -1 : p->key > q->key;
}
static double split_sites(site *s, int n, int depth)
{
    double w[6];
    if (n <= 0)
        return 0;
    for (int i = 0; i < n; i++)
        w[i] = s[i].weight * s[i].key;
    qsort(w, (size_t)n, sizeof w[0], ascending);
    qsort(s, (size_t)n, sizeof *s, by_key);
    int m = n / 2;
    for (int i = 0; i < n; i++)
        s[i].key *= depth % 2 ? -1.1 : s[i].weight;
    return w[m] * s[m].weight + 0.5 * split_sites(s, m, depth + 1) + split_sites(s + m + 1, n - m - 1, depth + 1);
}
AD_GRAD(x)
AD_HVP(x)
double sites(AD_LEN(6) const double *x)
{
    site s[6];
    for (int i = 0; i < 6; i++)
        s[i] = (site){x[i], 1 + x[(i + 2) % 6] * x[i]};
    return split_sites(s, 6, 0) + s[0].key * s[5].weight;
}
