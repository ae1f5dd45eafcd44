/* Fits with NLopt (https://nlopt.readthedocs.io): gradients from adgen in nlopt_set_min_objective and in constraints. Writes decay.svg. */
#include "decay.h"
#include "decay_grad.h"

#include "check.h"
#include "fit_plot.h"

#include <nlopt.h>
#include <string.h>

enum { POINTS = 80 };

typedef struct {
    double t[POINTS], y[POINTS];
    int calls;
} Data;

/* NLopt asks for the gradient by grad != NULL; it overwrites, adgen adds. */
static double misfit(unsigned n, const double *p, double *grad, void *ctx)
{
    Data *data = ctx;
    data->calls++;
    if (!grad)
        return decay_misfit(p, data->t, data->y, POINTS);
    memset(grad, 0, n * sizeof *grad);
    return decay_misfit_grad(p, data->t, data->y, POINTS, grad);
}

static const double truth[DECAY_PARAMETERS] = {2, 0.3, 4, 0.5, 1};

static double fit(nlopt_algorithm algorithm, Data *data, double *p)
{
    static const double low[DECAY_PARAMETERS] = {0, 0, 3, -2, -5}, high[DECAY_PARAMETERS] = {5, 2, 5, 2, 5};
    static const double start[DECAY_PARAMETERS] = {1, 0.5, 3.8, 0, 0};
    double least = NAN;
    nlopt_opt opt = nlopt_create(algorithm, DECAY_PARAMETERS);
    nlopt_set_lower_bounds(opt, low);
    nlopt_set_upper_bounds(opt, high);
    nlopt_set_min_objective(opt, misfit, data);
    nlopt_set_xtol_rel(opt, 1e-9);
    nlopt_set_maxeval(opt, 20000);
    memcpy(p, start, sizeof start);
    data->calls = 0;
    if (nlopt_optimize(opt, p, &least) < 0)
        least = NAN;
    nlopt_destroy(opt);
    return least;
}

static void oscillation(void)
{
    static Data data;
    static double curve[POINTS];
    double p[DECAY_PARAMETERS], without[DECAY_PARAMETERS];
    for (int i = 0; i < POINTS; i++) {
        data.t[i] = 0.1 * i;
        data.y[i] = decay(truth, data.t[i]) + 0.1 * check_normal();
    }
    double least = fit(NLOPT_LN_COBYLA, &data, without);
    int calls_without = data.calls;
    printf("COBYLA, no derivatives: %d calls, misfit %.6f\n", data.calls, least);
    least = fit(NLOPT_LD_SLSQP, &data, p);
    printf("SLSQP with the gradient: %d calls, misfit %.6f\n", data.calls, least);
    for (int i = 0; i < DECAY_PARAMETERS; i++)
        check_number("p", p[i], truth[i], 0.06);
    check_line("misfit below the noise", least, 0.012);
    check_line("calls, as a part of those without gradient", (double)data.calls / calls_without, 0.5);
    double g[DECAY_PARAMETERS] = {0}, size = 0;
    decay_misfit_grad(p, data.t, data.y, POINTS, g);
    for (int i = 0; i < DECAY_PARAMETERS; i++)
        size += g[i] * g[i];
    check_line("gradient at the minimum", sqrt(size), 1e-5);
    double other = fit(NLOPT_LD_LBFGS, &data, without);
    printf("L-BFGS with the gradient: %d calls, misfit %.6f\n", data.calls, other);
    check_number("the same minimum", other, least, 1e-7);
    for (int i = 0; i < POINTS; i++)
        curve[i] = decay(p, data.t[i]);
    if (fit_plot_svg("decay.svg", "A damped oscillation and its fit", data.t, data.y, curve, POINTS))
        check_failed = 1;
}

/* ---------------------------------------------------------------------- constraints */

static double objective(unsigned n, const double *x, double *grad, void *ctx)
{
    (void)ctx;
    if (!grad)
        return corner(x);
    memset(grad, 0, n * sizeof *grad);
    return corner_grad(x, grad);
}

static double constraint(unsigned n, const double *x, double *grad, void *ctx)
{
    const double *ab = ctx;
    if (!grad)
        return wall(x, ab[0], ab[1]);
    memset(grad, 0, n * sizeof *grad);
    return wall_grad(x, ab[0], ab[1], grad);
}

static void constrained(void)
{
    static double walls[2][2] = {{2, 0}, {-1, 1}};
    double x[2] = {1.234, 5.678}, low[2] = {-HUGE_VAL, 1e-6}, least = NAN;
    nlopt_opt opt = nlopt_create(NLOPT_LD_MMA, 2);
    nlopt_set_lower_bounds(opt, low);
    nlopt_set_min_objective(opt, objective, NULL);
    for (int i = 0; i < 2; i++)
        nlopt_add_inequality_constraint(opt, constraint, walls[i], 1e-9);
    nlopt_set_xtol_rel(opt, 1e-8);
    nlopt_optimize(opt, x, &least);
    nlopt_destroy(opt);
    puts("sqrt(x1) above two cubics, by MMA");
    check_number("x0", x[0], 1. / 3, 1e-6);
    check_number("x1", x[1], 8. / 27, 1e-6);
    check_number("sqrt(x1)", least, sqrt(8. / 27), 1e-6);
}

int main(void)
{
    oscillation();
    constrained();
    puts("wrote decay.svg");
    return check_status();
}
