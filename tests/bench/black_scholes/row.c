#include "black_scholes.h"
#include "black_scholes_grad.h"

#include "bench.h"

typedef struct {
    int n;
    double *x[4], *d[4], *strike;
} Data;

static void *make(Bench *b, const int *size)
{
    static const Plain least[4] = {80, 0.01, 0.1, 0.5}, most[4] = {120, 0.05, 0.4, 2};
    Data *p = (Data *)malloc(sizeof *p);
    p->n = size[0];
    p->strike = bench_data(b, p->n, 5);
    for (int i = 0; i < p->n; i++)
        p->strike[i] += 100;
    for (int k = 0; k < 4; k++) {
        p->x[k] = bench_array(b, BENCH_IN, p->n, 1, &p->d[k]);
        for (int i = 0; i < p->n; i++)
            p->x[k][i] = bench_uniform(b, least[k], most[k]);
    }
    return p;
}

/* One call for each option. */
#define FOR_ALL(call)                                                                                                              \
    double sum = 0;                                                                                                                \
    for (int i = 0; i < p->n; i++)                                                                                                 \
        sum += call;                                                                                                               \
    return sum;
#define ARGUMENTS p->x[0][i], p->strike[i], p->x[1][i], p->x[2][i], p->x[3][i]

static double prices(Data *p){FOR_ALL(call_price(ARGUMENTS))} BENCH_CALL(primal, prices(p))

#ifndef BENCH_ADOLC
    static double gradients(Data *p, __typeof__(call_price_grad) *f)
{
    FOR_ALL(f(ARGUMENTS, &p->d[0][i], &p->d[1][i], &p->d[2][i], &p->d[3][i]))
}

__typeof__(call_price_grad) call_price_limit;
BENCH_CALL(gradient, gradients(p, call_price_grad))
BENCH_CALL(limit, gradients(p, call_price_limit))
#endif

const BenchCase bench_black_scholes[] = {
    {"Black-Scholes 100000 calls", make, primal, BENCH_GRADIENTS, {100000}, {10000}},
    {NULL},
};
