#include "ba.h"
#include "ba_grad.h"

#include "bench.h"

typedef struct {
    int ncams, npoints, nobs;
    Camera *cams, *d_cams;
    Point *points, *d_points;
    double *weights, *d_weights;
    Observation *obs;
} Data;

static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    double *d;
    p->ncams = size[0], p->npoints = size[1], p->nobs = size[2];
    p->cams = (Camera *)bench_array(b, BENCH_IN, (size_t)11 * p->ncams, 0.05, &d);
    p->d_cams = (Camera *)d;
    p->points = (Point *)bench_array(b, BENCH_IN, (size_t)3 * p->npoints, 1, &d);
    p->d_points = (Point *)d;
    p->weights = bench_array(b, BENCH_IN, p->nobs, 0.1, &p->d_weights);
    p->obs = (Observation *)malloc(p->nobs * sizeof *p->obs);
    for (int i = 0; i < p->ncams; i++)
        p->cams[i].focal += 1;
    for (int i = 0; i < p->npoints; i++)
        p->points[i].z += 6;
    for (int i = 0; i < p->nobs; i++) {
        p->weights[i] += 1;
        p->obs[i].camera = (int)bench_uniform(b, 0, p->ncams);
        p->obs[i].point = (int)bench_uniform(b, 0, p->npoints);
        p->obs[i].u = p->obs[i].v = 0;
    }
    return p;
}

#define ARGUMENTS p->ncams, p->npoints, p->nobs, p->cams, p->points, p->weights, p->obs
BENCH_CALL(primal, (ba_error(ARGUMENTS)))
BENCH_DERIVATIVES(ba_error_grad, ba_error_limit, (ARGUMENTS, p->d_cams, p->d_points, p->d_weights))

const BenchCase bench_ba[] = {
    {"bundle adjustment scalar", make, primal, BENCH_GRADIENTS, {21, 11315, 36455}, {21, 1131, 3645}},
    {NULL},
};
