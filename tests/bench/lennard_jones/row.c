#include "lennard_jones.h"
#include "lennard_jones_grad.h"

#include "bench.h"

typedef struct {
    int n;
    double *x, *d_x;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int n = p->n = size[0];
    p->x = bench_array(b, BENCH_IN, (size_t)3 * n, 0.05, &p->d_x);
    for (int i = 0; i < n; i++) { /* a jittered grid of 10 x 10 x ... in a box of 11 */
        p->x[3 * i] += 1.1 * (i % 10);
        p->x[3 * i + 1] += 1.1 * (i / 10 % 10);
        p->x[3 * i + 2] += 1.1 * (i / 100);
    }
    return p;
}

#define ARGUMENTS p->x, p->n, 11.0, 2.5
BENCH_CALL(primal, lennard_jones(ARGUMENTS))
BENCH_DERIVATIVES(lennard_jones_grad, lennard_jones_limit, (ARGUMENTS, p->d_x))

const BenchCase bench_lennard_jones[] = {
    {"Lennard-Jones 1000 atoms", make, primal, BENCH_GRADIENTS, {1000}, {200}},
    {NULL},
};
