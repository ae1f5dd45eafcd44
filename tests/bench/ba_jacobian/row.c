#include "ba_jacobian.h"
#include "bench.h"

enum { CAM = 11, POINT = 3, COLUMNS = CAM + POINT + 1 };

typedef struct {
    int nobs;
    double *cam, *point, *weight, *seen, *err, *d_cam, *d_point, *d_weight, *d_err;
} Data;

/* Each observation has a camera and a point of its own, so that a seed for each residual tells whether all of the Jacobian is right. */
static void *make(Bench *b, const int *size)
{
    Data *p = (Data *)malloc(sizeof *p);
    int n = p->nobs = size[0];
    p->cam = bench_array(b, BENCH_IN, (size_t)CAM * n, 0.05, &p->d_cam);
    p->point = bench_array(b, BENCH_IN, (size_t)POINT * n, 1, &p->d_point);
    p->weight = bench_array(b, BENCH_IN, n, 0.1, &p->d_weight);
    p->seen = bench_data(b, (size_t)2 * n, 0.1);
    p->err = bench_array(b, BENCH_OUT, (size_t)2 * n, 0, &p->d_err);
    for (int i = 0; i < n; i++) {
        p->cam[CAM * i + 6] += 1;
        p->point[POINT * i + 2] += 6;
    }
    return p;
}

static double primal(void *data)
{
    Data *p = (Data *)data;
    for (int i = 0; i < p->nobs; i++)
        residual(p->cam + CAM * i, p->point + POINT * i, p->weight[i], p->seen + 2 * i, p->err + 2 * i);
    return 0;
}

#ifndef BENCH_ADOLC
#include "ba_jacobian_grad.h"

void residual_limit(const double *cam, const double *point, double weight, const double *seen, double *err, double *J);

/* The seeds times all Jacobians. */
static double jacobians(Data *p, void (*of_one)(const double *, const double *, double, const double *, double *, double *))
{
    for (int i = 0; i < p->nobs; i++) {
        double J[2 * COLUMNS], *d_err = p->d_err + 2 * i;
        of_one(p->cam + CAM * i, p->point + POINT * i, p->weight[i], p->seen + 2 * i, p->err + 2 * i, J);
        for (int j = 0; j < CAM; j++)
            p->d_cam[CAM * i + j] += d_err[0] * J[j] + d_err[1] * J[COLUMNS + j];
        for (int j = 0; j < POINT; j++)
            p->d_point[POINT * i + j] += d_err[0] * J[CAM + j] + d_err[1] * J[COLUMNS + CAM + j];
        p->d_weight[i] += d_err[0] * J[CAM + POINT] + d_err[1] * J[COLUMNS + CAM + POINT];
    }
    return 0;
}

static double gradient(void *data)
{
    return jacobians(data, residual_jac);
}

static double limit(void *data)
{
    return jacobians(data, residual_limit);
}
#endif

const BenchCase bench_ba_jacobian[] = {
    {"bundle adjustment Jacobian", make, primal, BENCH_GRADIENTS, {36455}, {3645}},
    {NULL},
};
