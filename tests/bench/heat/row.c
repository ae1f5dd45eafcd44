#include "heat.h"
#include "heat_grad.h"

#include "bench.h"

typedef struct {
    int n, steps;
    double dt, *first, *conductivity, *target, *d_first, *d_conductivity;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int n = p->n = size[0];
    p->steps = size[1];
    p->dt = 0.2;
    p->first = bench_array(b, BENCH_IN, n, 1, &p->d_first);
    p->conductivity = bench_array(b, BENCH_IN, n - 1, 0.1, &p->d_conductivity);
    p->target = bench_data(b, n, 1);
    for (int i = 0; i < n - 1; i++)
        p->conductivity[i] += 1;
    return p;
}

#define ARGUMENTS p->first, p->conductivity, p->target, p->n, p->steps, p->dt
BENCH_CALL(primal, (heat(ARGUMENTS)))
BENCH_DERIVATIVES(heat_grad, heat_limit, (ARGUMENTS, p->d_first, p->d_conductivity))

const BenchCase bench_heat[] = {
    {"heat equation 1000x500", make, primal, BENCH_GRADIENTS, {1000, 500}, {1000, 50}},
    {NULL},
};
