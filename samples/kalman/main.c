/* The filter's gradient with respect to its model, and a fit of the noise levels by gradient ascent. */
#include "kalman.h"
#include "kalman_grad.h"

#include "check.h"

#include <string.h>

enum { T = 100, PARAMETERS = 9 };

typedef struct {
    struct model m;
    double z[T][NZ];
} Problem;

/* All floating fields of a model are doubles in a row; the first is dt. */
static double *fields(struct model *m)
{
    return &m->dt;
}

static double objective(void *ctx)
{
    Problem *p = ctx;
    return kalman_loglik(&p->m, T, p->z);
}

static void simulate(Problem *p)
{
    struct model m = {0.1, 0.2, 0.5, {-1.5, -1}, {1, 2, 3, -1}, -1000};
    double x[NX] = {1, 2, 3, -1};
    p->m = m;
    for (int t = 0; t < T; t++) {
        for (int i = 0; i < NZ; i++) {
            double accel = exp(m.log_accel) * check_normal();
            if (t > 0) {
                x[i] += m.dt * x[i + NZ] + accel * m.dt * m.dt / 2;
                x[i + NZ] = exp(-m.drag * m.dt) * x[i + NZ] + accel * m.dt;
            }
            p->z[t][i] = x[i] + exp(m.log_noise[i]) * check_normal();
        }
        if (t % 7 == 3)
            p->z[t][0] = -2000; /* no measurement */
    }
}

/* Plain gradient ascent on the noise levels only. */
static void fit(Problem *p)
{
    double first = objective(p), last = first;
    p->m.log_accel = -1;
    p->m.log_noise[0] = p->m.log_noise[1] = 0;
    for (int step = 0; step < 400; step++) {
        struct model d;
        memset(&d, 0, sizeof d);
        last = kalman_loglik_grad(&p->m, T, p->z, &d);
        p->m.log_accel += 0.005 * d.log_accel;
        for (int i = 0; i < NZ; i++)
            p->m.log_noise[i] += 0.005 * d.log_noise[i];
    }
    printf("fitted: log_accel %.3f (0.5), log_noise %.3f (-1.5), %.3f (-1); log-likelihood %.4f, at the truth %.4f\n",
           p->m.log_accel, p->m.log_noise[0], p->m.log_noise[1], last, first);
    check_number("better than the truth", last >= first, 1, 0);
    check_number("log_noise[0]", p->m.log_noise[0], -1.5, 0.3);
    check_number("log_noise[1]", p->m.log_noise[1], -1, 0.3);
}

int main(void)
{
    Problem p;
    simulate(&p);
    CheckVar var = check_var("model", fields(&p.m), PARAMETERS);
    struct model d, v;
    memset(&d, 0, sizeof d);
    double value = kalman_loglik_grad(&p.m, T, p.z, &d), tangent;
    printf("%d measurements: log-likelihood %.15g\n", T, value);
    check_number("value that the gradient returns", value, objective(&p), 0);
    memcpy(var.d, fields(&d), PARAMETERS * sizeof(double));
    check_gradient(&var, 1, objective, &p);
    memset(&v, 0, sizeof v);
    memcpy(fields(&v), var.v, PARAMETERS * sizeof(double));
    kalman_loglik_jvp(&p.m, T, p.z, &v, &tangent);
    check_tangent(&var, 1, tangent);
    check_free(&var, 1);

    /* One measurement of the start itself, all variances 1 + 1: log-likelihood -log(2 pi) - log 2. */
    struct model unit = {0.1, 0, 0, {0, 0}, {5, 6, 0, 0}, -1000};
    double z[1][NZ] = {{5, 6}};
    check_number("one exact measurement", kalman_loglik(&unit, 1, z), -log(6.283185307179586) - log(2), 1e-14);
    fit(&p);
    return check_status();
}
