// check: --set steps=3 --set rows=3 --set n=4 --set extra=2 --set shift=-2
// construct: memory: slices of one allocation, their places `size_t` products
/* Slices of one allocation. In the functions that start with `apart_` nothing but the arithmetic of their places tells that they do not overlap, as
 * `extra` may be negative; in those with `near_` they overlap: slices.sh looks at which values are kept. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    double *memory, *in, *unused, *row;
} Buffers;

static int buffers_alloc(Buffers *b, int rows, int n, int extra)
{
    size_t count = (size_t)rows * n;
    b->memory = malloc((count + (size_t)rows * extra + n) * sizeof(double));
    if (!b->memory)
        return -1;
    b->in = b->memory;
    b->unused = b->in + count;
    b->row = b->unused + (size_t)rows * extra;
    return 0;
}

AD_GRAD(x)
double apart_struct(AD_LEN(rows * n) const double *x, int rows, int n, int extra)
{
    Buffers b;
    if (buffers_alloc(&b, rows, n, extra) != 0)
        return NAN;
    for (int i = 0; i < rows * n; i++)
        b.in[i] = sin(x[i]);
    double sum = 0;
    for (int r = 0; r < rows; r++) {
        for (int i = 0; i < n; i++) {
            b.row[i] = 0.1;
            for (int k = 0; k < n; k++)
                b.row[i] += b.in[r * n + i] * b.in[r * n + k];
        }
        for (int i = 0; i < n; i++)
            sum += exp(0.2 * b.row[i]);
    }
    free(b.memory);
    return sum;
}

/* The place moves on behind each slice; what is found out is said by leaving. */
AD_VJP(x -> out)
int apart_moving(AD_LEN(rows * n) const double *x, int rows, int n, int extra, AD_LEN(n) double *out)
{
    size_t m = (size_t)n, gap = (size_t)extra * m;
    double *memory = malloc((rows * m + gap + m) * sizeof *memory), *next = memory;
    if (memory == NULL)
        goto failed;
    double *u = next;
    next += rows * m;
    next += gap;
    double *sums = next;
    for (int i = 0; i < rows * n; i++)
        u[i] = cos(x[i]);
    for (int i = 0; i < n; i++)
        sums[i] = 0;
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < n; i++)
            sums[i] += u[r * n + i] * u[r * n + n - 1 - i];
    for (int i = 0; i < n; i++)
        out[i] = sums[i];
    free(memory);
    return 0;
failed:
    return -1;
}

/* A signed number may well go back. */
AD_GRAD(x)
double near_signed(AD_LEN(n) const double *x, int n, int shift)
{
    double *memory = malloc((2 * (size_t)n + 2) * sizeof *memory);
    if (!memory)
        return 0;
    double *u = memory, *v = u + n, *w = v + shift, sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = sin(x[i]);
    for (int i = 0; i < n; i++) {
        sum += u[i] * u[i];
        w[i] = x[i] * u[n - 1 - i];
    }
    for (int i = 0; i < n; i++)
        sum += w[i] * w[i] * u[i];
    free(memory);
    return sum;
}

/* So may one that only one of the two accesses' addresses has: the other is made from elsewhere. */
AD_GRAD(x)
double near_other(AD_LEN(n) const double *x, int n, int shift)
{
    double *memory = malloc(3 * (size_t)n * sizeof *memory);
    if (!memory)
        return 0;
    double *u = memory + n, *w = u + shift + (size_t)n - n, sum = 0;
    for (int i = 0; i < n; i++)
        u[i] = sin(x[i]);
    for (int i = 0; i < n; i++) {
        sum += u[i] * u[i];
        w[i] = x[i] * u[i] + u[n - 1 - i];
    }
    free(memory);
    return sum + x[0];
}

/* Steps of a helper whose loops go to a product that is computed in them: what is kept is an array all the same. */
static void relax(double *u, double *next, const double *w, int rows, int n)
{
    int count = rows * n;
    for (int i = 0; i < count; i++)
        next[i] = sin(u[i]) * w[i % n];
    for (int i = 0; i < count; i++)
        u[i] += 0.3 * next[i] * next[i];
}

AD_GRAD(x)
double indexed_steps(AD_LEN(rows * n) const double *x, const AD_LEN(n) double *w, int rows, int n, int steps)
{
    double *memory = malloc(2 * (size_t)rows * n * sizeof *memory), sum = 0;
    if (!memory)
        return NAN;
    double *u = memory, *next = u + (size_t)rows * n;
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < n; i++)
            u[r * n + i] = x[r * n + i];
    for (int s = 0; s < steps; s++)
        relax(u, next, w, rows, n);
    for (int r = 0; r < rows; r++)
        sum += u[r * n] * u[r * n];
    free(memory);
    return sum;
}

/* A row of weights that each step makes anew, read by a loop that may be empty: what is put before that loop is not read again from the row. */
AD_GRAD(x)
double weights_of_steps(AD_LEN(rows * n) const double *x, int rows, int n)
{
    double *u = malloc((size_t)rows * n * sizeof *u), *weight = malloc((size_t)rows * sizeof *weight), total = 0;
    for (int i = 0; i < rows * n; i++)
        u[i] = x[i];
    for (int t = 0; t < rows; t++) {
        double sum = 0;
        for (int s = 0; s <= t; s++)
            weight[s] = u[s * n] * u[t * n];
        for (int s = 0; s <= t; s++) {
            weight[s] = exp(weight[s]);
            sum += weight[s];
        }
        for (int s = 0; s <= t; s++)
            for (int i = 0; i < n; i++)
                total += weight[s] / sum * u[s * n + i] * (i + 1);
    }
    free(u);
    free(weight);
    return total;
}
