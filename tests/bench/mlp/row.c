#include "mlp.h"
#include "mlp_grad.h"

#include "bench.h"

typedef struct {
    Sizes s;
    int n, *target;
    double *weights, *x, *d_weights;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int in = p->s.in = size[0], hidden = p->s.hidden = size[1], out = p->s.out = size[2], n = p->n = size[3];
    p->weights = bench_array(b, BENCH_IN, (size_t)hidden * (in + hidden + 2) + out * (hidden + 1), 0.1, &p->d_weights);
    p->x = bench_data(b, (size_t)n * in, 1);
    p->target = (int *)malloc(n * sizeof(int));
    for (int k = 0; k < n; k++)
        p->target[k] = (int)bench_uniform(b, 0, out);
    return p;
}

#define ARGUMENTS p->s, p->weights, p->x, p->target, p->n
BENCH_CALL(primal, mlp_loss(ARGUMENTS))
BENCH_DERIVATIVES(mlp_loss_grad, mlp_loss_limit, (ARGUMENTS, p->d_weights))

const BenchCase bench_mlp[] = {
    {"MLP 64-128-128-10 batch 64", make, primal, BENCH_GRADIENTS, {64, 128, 10, 64}, {64, 128, 10, 8}},
    {NULL},
};
