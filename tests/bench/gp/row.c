#include "gp.h"
#include "gp_grad.h"

#include "bench.h"

typedef struct {
    int n, dim;
    double *x, *y, *parameters, *d_parameters;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int n = p->n = size[0], dim = p->dim = size[1];
    p->x = bench_data(b, (size_t)n * dim, 1);
    p->y = bench_data(b, n, 1);
    p->parameters = bench_array(b, BENCH_IN, dim + 2, 0.1, &p->d_parameters);
    return p;
}

#define ARGUMENTS p->n, p->dim, p->x, p->y, p->parameters
BENCH_CALL(primal, gp_nll(ARGUMENTS))
BENCH_DERIVATIVES(gp_nll_grad, gp_nll_limit, (ARGUMENTS, p->d_parameters))

const BenchCase bench_gp[] = {
    {"Cholesky / GP n200", make, primal, BENCH_GRADIENTS, {200, 3}, {60, 3}},
    {NULL},
};
