/* A maximum-likelihood fit with libLBFGS (N. Okazaki): its callback wants value and gradient, which one adgen call gives. Writes peaks.svg. */
#include "peaks.h"
#include "peaks_grad.h"

#include "check.h"
#include "fit_plot.h"

#include <lbfgs.h>
#include <string.h>

enum { CHANNELS = 200 };

typedef struct {
    double x[CHANNELS], count[CHANNELS];
    int calls;
} Data;

static lbfgsfloatval_t evaluate(void *ctx, const lbfgsfloatval_t *p, lbfgsfloatval_t *g, const int n, const lbfgsfloatval_t step)
{
    Data *data = ctx;
    (void)step;
    data->calls++;
    memset(g, 0, (size_t)n * sizeof *g);
    return poisson_loss_grad(p, data->x, data->count, CHANNELS, g);
}

/* Knuth's method; fine for small means. */
static int poisson(double mean)
{
    int k = 0;
    for (double product = check_uniform(0, 1), limit = exp(-mean); product > limit; product *= check_uniform(0, 1))
        k++;
    return k;
}

static double loss_at(void *ctx)
{
    const double *const *a = ctx;
    return poisson_loss(a[0], a[1], a[2], CHANNELS);
}

/* Before it is trusted: the gradient at the start against differences. */
static void check_start(Data *data, double *p)
{
    CheckVar var = check_var("p", p, PEAK_PARAMETERS);
    const double *args[3] = {p, data->x, data->count};
    poisson_loss_grad(p, data->x, data->count, CHANNELS, var.d);
    check_gradient(&var, 1, loss_at, args);
    check_free(&var, 1);
}

int main(void)
{
    static const double truth[PEAK_PARAMETERS] = {60, 2, -0.9, 90, 5, -1.2, 40, 6.5, -0.7, 20, -1.5};
    static const double start[PEAK_PARAMETERS] = {50, 2.3, -0.7, 50, 4.8, -0.7, 50, 7, -0.7, 10, 0};
    static Data data;
    static double fitted[CHANNELS];
    double *p = lbfgs_malloc(PEAK_PARAMETERS), least;
    for (int i = 0; i < CHANNELS; i++) {
        data.x[i] = 0.05 * i;
        data.count[i] = poisson(spectrum(truth, data.x[i]));
    }
    memcpy(p, start, sizeof start);
    check_start(&data, p);
    lbfgs_parameter_t parameter;
    lbfgs_parameter_init(&parameter);
    parameter.m = 12; /* steps remembered: as many as parameters */
    parameter.epsilon = 1e-5; /* of |gradient| / |p| */
    int status = lbfgs(PEAK_PARAMETERS, p, &least, evaluate, NULL, &data, &parameter);
    printf("L-BFGS: status %d, %d calls, loss %.6f (%.6f at the truth)\n", status, data.calls, least,
           poisson_loss(truth, data.x, data.count, CHANNELS));
    check_line("status is good", status < 0, 0);
    check_line("no worse than the truth", least - poisson_loss(truth, data.x, data.count, CHANNELS), 0);
    for (int k = 0; k < PEAKS; k++) {
        check_number("height", p[3 * k], truth[3 * k], 0.12);
        check_number("place", p[3 * k + 1], truth[3 * k + 1], 0.02);
        check_number("log width", p[3 * k + 2], truth[3 * k + 2], 0.12);
    }
    for (int i = 0; i < CHANNELS; i++)
        fitted[i] = spectrum(p, data.x[i]);
    lbfgs_free(p);
    if (fit_plot_svg("peaks.svg", "Counts in 200 channels and the fitted spectrum", data.x, data.count, fitted, CHANNELS))
        return 1;
    puts("wrote peaks.svg");
    return check_status();
}
