#include "gelu.h"
#include "gelu_grad.h"

#include "bench.h"

typedef struct {
    int n;
    double *out, *inp, *d_out, *d_inp;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    p->n = size[0];
    p->inp = bench_array(b, BENCH_IN, p->n, 1, &p->d_inp);
    p->out = bench_array(b, BENCH_OUT, p->n, 0, &p->d_out);
    return p;
}

#define ARGUMENTS p->out, p->inp, p->n
BENCH_CALL(primal, (gelu(ARGUMENTS), 0))
BENCH_VOID_DERIVATIVES(gelu_vjp, gelu_limit, (ARGUMENTS, p->d_out, p->d_inp))

const BenchCase bench_gelu[] = {
    {"GELU 65536", make, primal, BENCH_GRADIENTS, {65536}, {65536}},
    {NULL},
};
