#include "newton.h"
#include "newton_grad.h"

#include "bench.h"

typedef struct {
    int n;
    double *anomaly, *eccentricity, *seen, *d_anomaly, *d_eccentricity;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int n = p->n = size[0];
    p->anomaly = bench_array(b, BENCH_IN, n, 1, &p->d_anomaly);
    p->eccentricity = bench_array(b, BENCH_IN, n, 0, &p->d_eccentricity);
    p->seen = bench_data(b, n, 0.5);
    for (int i = 0; i < n; i++)
        p->eccentricity[i] = bench_uniform(b, 0.05, 0.8);
    return p;
}

#define ARGUMENTS p->anomaly, p->eccentricity, p->seen, p->n
BENCH_CALL(primal, orbits(ARGUMENTS))
BENCH_DERIVATIVES(orbits_grad, orbits_limit, (ARGUMENTS, p->d_anomaly, p->d_eccentricity))

const BenchCase bench_newton[] = {
    {"Newton loops 20000 orbits", make, primal, BENCH_GRADIENTS, {20000}, {2000}},
    {NULL},
};
