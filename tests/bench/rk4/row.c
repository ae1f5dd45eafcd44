#include "rk4.h"
#include "rk4_grad.h"

#include "bench.h"

typedef struct {
    double *speed, *d_speed, time;
    Flight *parameters, *d_flight;
    int steps;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    double *d;
    p->steps = size[0];
    p->time = 2;
    p->speed = bench_array(b, BENCH_IN, 2, 1, &p->d_speed);
    p->parameters = (Flight *)bench_array(b, BENCH_IN, sizeof(Flight) / sizeof(double), 0.1, &d);
    p->d_flight = (Flight *)d;
    p->speed[0] += 10;
    p->parameters->gravity += 9.81;
    p->parameters->drag += 0.3;
    return p;
}

#define ARGUMENTS p->speed, *p->parameters, p->time, p->steps, 8, 3, 0.01
BENCH_CALL(primal, miss(ARGUMENTS))
BENCH_DERIVATIVES(miss_grad, miss_limit, (ARGUMENTS, p->d_speed, p->d_flight))

const BenchCase bench_rk4[] = {
    {"RK4 10000 steps", make, primal, BENCH_GRADIENTS, {10000}, {1000}},
    {NULL},
};
