// check: --set n=3 --set T=3
// construct: memory: matrices, rows and structs that are allocated and freed in each iteration
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

/* A small library of matrices: each operation returns a new one. */
typedef struct {
    int rows, cols;
    double *data;
} Matrix;

static Matrix *mat_new(int r, int c)
{
    Matrix *m = malloc(sizeof(Matrix));
    if (!m)
        abort();
    m->rows = r;
    m->cols = c;
    m->data = calloc(r * c, sizeof(double));
    return m;
}

static void mat_free(Matrix *m)
{
    free(m->data);
    free(m);
}

static Matrix *mat_mul(const Matrix *a, const Matrix *b)
{
    Matrix *o = mat_new(a->rows, b->cols);
    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < b->cols; j++) {
            double s = 0;
            for (int k = 0; k < a->cols; k++)
                s += a->data[i * a->cols + k] * b->data[k * b->cols + j];
            o->data[i * o->cols + j] = s;
        }
    return o;
}

static Matrix *mat_map(const Matrix *a, double (*f)(double))
{
    Matrix *o = mat_new(a->rows, a->cols);
    for (int i = 0; i < a->rows * a->cols; i++)
        o->data[i] = f(a->data[i]);
    return o;
}

static double square(double x)
{
    return x * x;
}

AD_GRAD(x)
double operations(AD_LEN(n) const double *x, int n, int T)
{
    Matrix *h = mat_new(n, 1), *w = mat_new(n, n);
    double s = 0;
    for (int i = 0; i < n; i++) {
        h->data[i] = x[i];
        for (int j = 0; j < n; j++)
            w->data[i * n + j] = sin(x[i] + j);
    }
    for (int t = 0; t < T; t++) {
        Matrix *z = mat_mul(w, h), *a = mat_map(z, tanh), *q = mat_map(a, square);
        for (int i = 0; i < n; i++)
            s += q->data[i];
        mat_free(z);
        mat_free(q);
        mat_free(h);
        h = a;
    }
    s += h->data[0];
    mat_free(h);
    mat_free(w);
    return s;
}

static double **rows_new(int r, int c)
{
    double **m = malloc(r * sizeof *m);
    for (int i = 0; i < r; i++)
        m[i] = calloc(c, sizeof **m);
    return m;
}

static void rows_free(double **m, int r)
{
    for (int i = 0; i < r; i++)
        free(m[i]);
    free(m);
}

AD_GRAD(x)
double rows_each_time(AD_LEN(n) const double *x, int n, int T)
{
    double s = 0;
    for (int t = 0; t < T; t++) {
        double **m = rows_new(n, n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                m[i][j] = x[i] * x[j] + s * 0.1;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                s += sin(m[i][j]) * m[j][i];
        rows_free(m, n);
    }
    return s;
}

/* Numerical Recipes' way: one block, and pointers to its rows. */
static double determinant(const double *x, double s, int n)
{
    double **m = malloc(n * sizeof *m), d = 1;
    m[0] = malloc(n * n * sizeof **m);
    for (int i = 1; i < n; i++)
        m[i] = m[i - 1] + n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            m[i][j] = x[i] * x[j] + s * 0.1 + (i == j ? 2 : 0);
    for (int k = 0; k < n; k++) {
        d *= m[k][k];
        for (int i = k + 1; i < n; i++) {
            double l = m[i][k] / m[k][k];
            for (int j = k; j < n; j++)
                m[i][j] -= l * m[k][j];
        }
    }
    free(m[0]);
    free(m);
    return d;
}

AD_GRAD(x)
double one_block(AD_LEN(n) const double *x, int n, int T)
{
    double s = 0;
    for (int t = 0; t < T; t++)
        s += 0.1 * determinant(x, s, n);
    return s;
}
