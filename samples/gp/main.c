/* The Gaussian process's gradient, and a fit of its hyperparameters. */
#include "gp.h"
#include "gp_grad.h"

#include "check.h"

enum { N = 40, DIM = 2, STEPS = 200 };

typedef struct {
    double x[N][DIM], y[N];
    double log_scale[DIM], log_signal, log_noise;
} Problem;

static double objective(void *ctx)
{
    Problem *p = ctx;
    return gp_nll(N, DIM, p->x, p->y, p->log_scale, p->log_signal, p->log_noise);
}

/* n = 1: variance s^2 + t^2; nll = 0.5 log(2 pi) + 0.5 y^2 / v + 0.5 log v, v = 2: derivative by either log: (1 - y^2 / v) / v. */
static void by_hand(void)
{
    double x[1][1] = {{0.3}}, y = 2, log_scale = 0.1, d_scale = 0, d_signal = 0, d_noise = 0;
    puts("one point");
    check_number("value", gp_nll_grad(1, 1, x, &y, &log_scale, 0, 0, &d_scale, &d_signal, &d_noise),
                 0.5 * log(6.283185307179586) + 1 + 0.5 * log(2), 1e-15);
    check_number("d_log_signal", d_signal, -0.5, 1e-15);
    check_number("d_log_noise", d_noise, -0.5, 1e-15);
    check_number("d_log_scale", d_scale, 0, 1e-15);
    /* Two equal points without noise: not positive definite, a constant result. */
    double twice[2][1] = {{0.3}, {0.3}}, both[2] = {1, 2};
    check_number("not positive definite: infinite",
                 isinf(gp_nll_grad(2, 1, twice, both, &log_scale, 0, -INFINITY, &d_scale, &d_signal, &d_noise)), 1, 0);
    check_number("and its derivative adds 0", d_signal, -0.5, 1e-15);
}

static void fit(Problem *p)
{
    double first = 0, last = 0;
    for (int step = 0; step < STEPS; step++) {
        double d_scale[DIM] = {0}, d_signal = 0, d_noise = 0;
        last = gp_nll_grad(N, DIM, p->x, p->y, p->log_scale, p->log_signal, p->log_noise, d_scale, &d_signal, &d_noise);
        first = step ? first : last;
        for (int i = 0; i < DIM; i++)
            p->log_scale[i] -= 0.01 * d_scale[i];
        p->log_signal -= 0.01 * d_signal;
        p->log_noise -= 0.01 * d_noise;
    }
    printf("fit: nll %.4f -> %.4f, length scales %.3f and %.3f, signal %.3f, noise %.3f (0.1)\n", first, last, exp(p->log_scale[0]),
           exp(p->log_scale[1]), exp(p->log_signal), exp(p->log_noise));
    check_number("noise", exp(p->log_noise), 0.1, 0.05);
}

int main(void)
{
    Problem p = {.log_scale = {-0.2, 0.3}, .log_signal = 0.1, .log_noise = -0.5};
    for (int i = 0; i < N; i++) {
        p.x[i][0] = check_uniform(-2, 2);
        p.x[i][1] = check_uniform(-2, 2);
        p.y[i] = sin(2 * p.x[i][0]) + 0.3 * p.x[i][1] + 0.1 * check_normal();
    }
    by_hand();
    CheckVar var[] = {check_var("log_scale", p.log_scale, DIM), check_var("log_signal", &p.log_signal, 1),
                      check_var("log_noise", &p.log_noise, 1)};
    double value = gp_nll_grad(N, DIM, p.x, p.y, p.log_scale, p.log_signal, p.log_noise, var[0].d, var[1].d, var[2].d), tangent;
    printf("%d points: value %.15g\n", N, value);
    check_number("value that the gradient returns", value, objective(&p), 0);
    check_gradient(var, 3, objective, &p);
    gp_nll_jvp(N, DIM, p.x, p.y, p.log_scale, p.log_signal, p.log_noise, var[0].v, *var[1].v, *var[2].v, &tangent);
    check_tangent(var, 3, tangent);
    check_free(var, 3);
    fit(&p);
    return check_status();
}
