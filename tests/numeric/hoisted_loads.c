// check: --set n=4 --set none=0 --set g.rows=3 --set g.cols=2 --set g.some=1 --len g.w=3 --len g.bias=1
// directions: --directions: parameter 'g' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

typedef struct { int rows, cols, some; double gain; const double *w, *bias; } Grid;

/* g->cols, g->gain and g->w are read inside: known before the loops, for g->rows was read. */
AD_GRAD(g, x)
double members(const Grid *g, AD_LEN(3) const double *x)
{
    double s = 0;
    for (int i = 0; i < g->rows; i++)
        for (int j = 0; j < g->cols; j++)
            s += sin(g->gain * x[i] * g->w[i + j - 1 + (j == 0)]) * (j < g->some ? g->bias[0] : 1);
    return s;
}

/* z[j] is there also when the inner loop does not run. */
AD_GRAD(x)
double lower(AD_LEN(n *n) const double *x, int n)
{
    double *z = malloc(n * sizeof *z), *y = calloc(n, sizeof *y), s = 0;
    for (int j = 0; j < n; j++)
        z[j] = x[j] * x[j * n];
    for (int j = 0; j < n; j++)
        for (int i = j + 1; i < n; i++)
            y[i] += x[i * n + j] * z[j];
    for (int i = 0; i < n; i++)
        s += y[i] * y[i] * z[i];
    free(z);
    free(y);
    return s;
}

/* Nothing is read where the inner loop would have read it. */
AD_GRAD(x)
double not_there(AD_LEN(n) const double *x, int n, int none)
{
    double *z = malloc(n * sizeof *z), s = 0;
    for (int j = 0; j < n; j++)
        z[j] = x[j] * x[j];
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < none; i++)
            s += x[j + 1000] * z[2 * j] * i;
        s += z[j];
    }
    free(z);
    return s;
}
