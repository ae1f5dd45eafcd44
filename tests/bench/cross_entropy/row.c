#include "cross_entropy.h"
#include "cross_entropy_grad.h"

#include "bench.h"

typedef struct {
    int rows, V, *targets;
    double *logits, *d_logits;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int rows = p->rows = size[0], V = p->V = size[1];
    p->logits = bench_array(b, BENCH_IN, (size_t)rows * V, 2, &p->d_logits);
    p->targets = (int *)malloc(rows * sizeof(int));
    for (int r = 0; r < rows; r++)
        p->targets[r] = (int)bench_uniform(b, 0, V);
    return p;
}

#define ARGUMENTS p->logits, p->targets, p->rows, p->V
BENCH_CALL(primal, (cross_entropy(ARGUMENTS)))
BENCH_DERIVATIVES(cross_entropy_grad, cross_entropy_limit, (ARGUMENTS, p->d_logits))

const BenchCase bench_cross_entropy[] = {
    {"softmax + cross-entropy 256x500", make, primal, BENCH_GRADIENTS, {256, 500}, {64, 500}},
    {NULL},
};
