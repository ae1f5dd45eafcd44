// check: --set n=6 --range x=0.2:0.9 -Wno-private-static
// construct: memory: static matrices, evaluation stacks, helpers that may fail to grow
// Static memory in other styles: NULL where it does not grow, a struct by pointer, a stack of values, a new block in each step.
#include <adgen.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
static double *ensure(int n)
{
    static double *b;
    static int c;
    if (n > c) {
        double *t = realloc(b, n * sizeof *t);
        if (!t)
            return NULL;
        b = t;
        c = n;
    }
    return b;
}
AD_GRAD(x)
AD_JVP(x)
double work_f(AD_LEN(n) const double *x, int n)
{
    double *t = ensure(n);
    if (!t)
        return -1;
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += t[i] * t[n - 1 - i];
    return s;
}
typedef struct {
    double *data;
    int rows, cols, cap;
} mat;
static mat work;
static void resize(mat *m, int r, int c)
{
    if (r * c > m->cap) {
        free(m->data);
        m->data = malloc(sizeof(double) * r * c);
        m->cap = r * c;
    }
    m->rows = r;
    m->cols = c;
}
AD_GRAD(x)
AD_JVP(x)
double work_g(AD_LEN(n) const double *x, int n)
{
    resize(&work, n, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            work.data[i * work.cols + j] = x[i] * x[j] + (i == j);
    double s = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            s += work.data[i * work.cols + j] * work.data[j * work.cols + i];
    return s;
}
static double *stack;
static int top, size;
static void push(double v)
{
    if (top == size) {
        size = size ? 2 * size : 4;
        stack = realloc(stack, size * sizeof *stack);
    }
    stack[top++] = v;
}
static double pop(void)
{
    return stack[--top];
}
AD_GRAD(x)
AD_JVP(x)
double work_h(AD_LEN(n) const double *x, int n)
{
    for (int i = 0; i < n; i++)
        push(x[i] * x[i]);
    while (top > 1) {
        double a = pop(), b = pop();
        push(sin(a) * b + 0.1);
    }
    return pop();
}

static double *scratch;
AD_GRAD(x)
AD_JVP(x)
double work_k(AD_LEN(n) const double *x, int n)
{
    double s = 1;
    for (int step = 0; step < 3; step++) {
        free(scratch);
        scratch = calloc((size_t)(n + step), sizeof *scratch);
        for (int i = 0; i < n; i++)
            scratch[(i + step) % n] += x[i] * s;
        for (int i = 0; i < n; i++)
            s += scratch[i] * scratch[(i + 1) % n];
    }
    return s;
}
