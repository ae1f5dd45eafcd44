#include "layernorm.h"
#include "layernorm_grad.h"

#include "bench.h"

typedef struct {
    int rows, C;
    double *out, *mean, *rstd, *inp, *weight, *bias, *d_out, *d_inp, *d_weight, *d_bias;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int rows = p->rows = size[0], C = p->C = size[1];
    p->inp = bench_array(b, BENCH_IN, (size_t)rows * C, 1, &p->d_inp);
    p->weight = bench_array(b, BENCH_IN, C, 1, &p->d_weight);
    p->bias = bench_array(b, BENCH_IN, C, 1, &p->d_bias);
    p->out = bench_array(b, BENCH_OUT, (size_t)rows * C, 0, &p->d_out);
    p->mean = bench_data(b, rows, 0);
    p->rstd = bench_data(b, rows, 0);
    return p;
}

#define ARGUMENTS p->out, p->mean, p->rstd, p->inp, p->weight, p->bias, p->rows, p->C
BENCH_CALL(primal, (layernorm(ARGUMENTS), 0))
BENCH_VOID_DERIVATIVES(layernorm_vjp, layernorm_limit, (ARGUMENTS, p->d_out, p->d_inp, p->d_weight, p->d_bias))

const BenchCase bench_layernorm[] = {
    {"layernorm 256x256", make, primal, BENCH_GRADIENTS, {256, 256}, {64, 256}},
    {NULL},
};
