#include "gmm.h"
#include "gmm_grad.h"

#include "bench.h"

typedef struct {
    int d, K, n;
    double *alphas, *means, *factors, *x, *d_alphas, *d_means, *d_factors;
    struct gmm_prior prior;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int d = p->d = size[0], K = p->K = size[1], n = p->n = size[2];
    size_t packed = (size_t)d * (d + 1) / 2;
    p->alphas = bench_array(b, BENCH_IN, K, 1, &p->d_alphas);
    p->means = bench_array(b, BENCH_IN, (size_t)K * d, 1, &p->d_means);
    p->factors = bench_array(b, BENCH_IN, K * packed, 0.1, &p->d_factors);
    p->x = bench_data(b, (size_t)n * d, 1);
    p->prior.scale = 1;
    p->prior.extra_dof = 0;
    return p;
}

#define ARGUMENTS p->d, p->K, p->n, p->alphas, p->means, p->factors, p->x, p->prior
BENCH_CALL(primal, (gmm(ARGUMENTS)))
BENCH_DERIVATIVES(gmm_grad, gmm_limit, (ARGUMENTS, p->d_alphas, p->d_means, p->d_factors))

const BenchCase bench_gmm[] = {
    {"GMM d10 K25 n1000", make, primal, BENCH_GRADIENTS, {10, 25, 1000}, {10, 25, 100}},
    {"GMM d32 K25 n1000", make, primal, BENCH_GRADIENTS, {32, 25, 1000}, {32, 25, 20}},
    {"GMM d64 K200 n1000", make, primal, BENCH_GRADIENTS, {64, 200, 1000}, {64, 20, 10}},
    {NULL},
};
