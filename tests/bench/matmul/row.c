#include "matmul.h"
#include "matmul_grad.h"

#include "bench.h"

typedef struct {
    int rows, C, OC;
    double *out, *inp, *weight, *bias, *d_out, *d_inp, *d_weight, *d_bias;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int rows = p->rows = size[0], C = p->C = size[1], OC = p->OC = size[2];
    p->inp = bench_array(b, BENCH_IN, (size_t)rows * C, 1, &p->d_inp);
    p->weight = bench_array(b, BENCH_IN, (size_t)OC * C, 1, &p->d_weight);
    p->bias = bench_array(b, BENCH_IN, OC, 1, &p->d_bias);
    p->out = bench_array(b, BENCH_OUT, (size_t)rows * OC, 0, &p->d_out);
    return p;
}

#define ARGUMENTS p->out, p->inp, p->weight, p->bias, p->rows, p->C, p->OC
BENCH_CALL(primal, (matmul(ARGUMENTS), 0))
BENCH_VOID_DERIVATIVES(matmul_vjp, matmul_limit, (ARGUMENTS, p->d_out, p->d_inp, p->d_weight, p->d_bias))

const BenchCase bench_matmul[] = {
    {"matmul 128x256x256", make, primal, BENCH_GRADIENTS, {128, 256, 256}, {16, 256, 256}},
    {NULL},
};
