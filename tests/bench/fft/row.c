#include "fft.h"
#include "fft_grad.h"

#include "bench.h"

typedef struct {
    unsigned n;
    cpx *a, *d_a;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    double *d;
    p->n = 1u << size[0];
    p->a = (cpx *)bench_array(b, BENCH_IN | BENCH_OUT, (size_t)2 * p->n, 1, &d);
    p->d_a = (cpx *)d;
    return p;
}

#define ARGUMENTS p->a, p->n
BENCH_CALL(primal, (there_and_back(ARGUMENTS), 0))
BENCH_VOID_DERIVATIVES(there_and_back_vjp, there_and_back_limit, (ARGUMENTS, p->d_a))

const BenchCase bench_fft[] = {
    {"FFT and inverse 2^20", make, primal, BENCH_GRADIENTS, {20}, {12}},
    {NULL},
};
