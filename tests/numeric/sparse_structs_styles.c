// check: --sparse --set n=36 --set m=7
// construct: functions: sparse matrices of solvers with objects, workspaces and recursion over structs
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <adgen.h>

/* A matrix library: a header with its rows, made and freed by functions. */
typedef struct {
    int rows, cols;
    double **at;
} matrix;

static matrix make(int rows, int cols)
{
    matrix a = {rows, cols, malloc((size_t)rows * sizeof *a.at)};
    if (!a.at)
        abort();
    for (int i = 0; i < rows; i++) {
        a.at[i] = calloc((size_t)cols, sizeof **a.at);
        if (!a.at[i])
            abort();
    }
    return a;
}

static void discard(matrix *a)
{
    for (int i = 0; i < a->rows; i++)
        free(a->at[i]);
    free(a->at);
}

AD_JACOBIAN(k -> r)
AD_HESSIAN(k; r)
double assemble(AD_LEN(m) const double *k, AD_LEN(m) double *r, int m)
{
    matrix a = make(m, m);
    for (int e = 0; e + 1 < m; e++) {
        a.at[e][e] += k[e];
        a.at[e + 1][e + 1] += k[e];
        a.at[e][e + 1] -= k[e] * k[e];
    }
    double s = 0;
    for (int i = 0; i < a.rows; i++) {
        r[i] = 0;
        for (int j = 0; j < a.cols; j++)
            r[i] += a.at[i][j] * (j + 1);
        s += r[i] * r[i];
    }
    discard(&a);
    return s;
}

/* A state that a loop advances, in a struct of arrays on the stack. */
struct state {
    double u[40], flux[41];
    int steps;
};

static void step(struct state *s, const double *c, int n)
{
    for (int i = 1; i < n; i++)
        s->flux[i] = c[i] * (s->u[i] - s->u[i - 1]);
    for (int i = 0; i < n; i++)
        s->u[i] += 0.1 * (s->flux[i + 1] - s->flux[i]) + 0.01 * s->u[i] * s->u[i];
    s->steps++;
}

AD_JACOBIAN(u0, c -> u)
void diffuse(AD_LEN(n) const double *u0, AD_LEN(n) const double *c, AD_LEN(n) double *u, int n)
{
    struct state s, before;
    memset(&s, 0, sizeof s);
    memcpy(s.u, u0, (size_t)n * sizeof *u0);
    while (s.steps < 2) {
        before = s;
        step(&s, c, n);
        for (int i = 0; i < n; i += 5)
            s.u[i] = before.u[i] * 2;
    }
    for (int i = 0; i < n; i++)
        u[i] = s.u[i];
}

/* Recursion that hands on a struct of ranges. */
struct range {
    const double *x;
    double *y;
    double scale;
    int lo, hi;
};

static void halves(const struct range *r)
{
    if (r->hi - r->lo <= 3) {
        for (int i = r->lo; i < r->hi; i++)
            r->y[i] = sin(r->x[i]) * r->scale * r->x[r->lo];
        return;
    }
    int mid = (r->lo + r->hi) / 2;
    struct range left = *r, right = *r;
    left.hi = right.lo = mid;
    left.scale *= 1 + r->x[r->lo];
    halves(&left);
    halves(&right);
}

AD_JACOBIAN(x -> y)
void recursive(AD_LEN(n) const double *x, AD_LEN(n) double *y, int n)
{
    struct range all = {x, y, 1, 0, n};
    halves(&all);
}
