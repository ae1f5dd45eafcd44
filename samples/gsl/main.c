/* The GNU Scientific Library with derivatives from adgen: multimin with a gradient, multifit_nlinear with a Jacobian, Newton's method with
 * a Hessian and GSL's linear algebra. Writes growth.svg. */
#include "growth.h"
#include "growth_grad.h"

#include "check.h"
#include "fit_plot.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_multimin.h>
#include <string.h>

/* ---------------------------------------------------------------------- multimin */

enum { VALLEY = 10 };

static double paraboloid_f(const gsl_vector *x, void *c)
{
    return paraboloid(x->data, c);
}

/* GSL's vectors here have stride 1. The gradient is overwritten: zero it, adgen adds. */
static void paraboloid_fdf(const gsl_vector *x, void *c, double *f, gsl_vector *g)
{
    gsl_vector_set_zero(g);
    *f = paraboloid_grad(x->data, c, g->data);
}

static void paraboloid_df(const gsl_vector *x, void *c, gsl_vector *g)
{
    double f;
    paraboloid_fdf(x, c, &f, g);
}

static double valley_f(const gsl_vector *x, void *ctx)
{
    (void)ctx;
    return valley(x->data, VALLEY);
}

static void valley_fdf(const gsl_vector *x, void *ctx, double *f, gsl_vector *g)
{
    (void)ctx;
    gsl_vector_set_zero(g);
    *f = valley_grad(x->data, VALLEY, g->data);
}

static void valley_df(const gsl_vector *x, void *ctx, gsl_vector *g)
{
    double f;
    valley_fdf(x, ctx, &f, g);
}

/* Starts at x and leaves the minimum there; returns the number of steps. */
static int minimise(gsl_multimin_function_fdf *f, double *x, double *least)
{
    gsl_vector_view start = gsl_vector_view_array(x, f->n);
    gsl_multimin_fdfminimizer *s = gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, f->n);
    gsl_multimin_fdfminimizer_set(s, f, &start.vector, 0.01, 0.1);
    int steps = 0;
    while (steps < 2000 && gsl_multimin_fdfminimizer_iterate(s) == GSL_SUCCESS) {
        steps++;
        if (gsl_multimin_test_gradient(s->gradient, 1e-8) == GSL_SUCCESS)
            break;
    }
    gsl_vector_memcpy(&start.vector, s->x);
    *least = s->f;
    gsl_multimin_fdfminimizer_free(s);
    return steps;
}

static void multimin(void)
{
    double c[2] = {1, 2}, x[2] = {5, 7}, hill[VALLEY], least;
    gsl_multimin_function_fdf f = {paraboloid_f, paraboloid_df, paraboloid_fdf, 2, c};
    int steps = minimise(&f, x, &least);
    printf("paraboloid by BFGS: %d steps\n", steps);
    check_number("x0", x[0], 1, 1e-8);
    check_number("x1", x[1], 2, 1e-8);
    check_number("least", least, 30, 1e-12);
    for (int i = 0; i < VALLEY; i++)
        hill[i] = i % 2 ? 1 : -1.2;
    f = (gsl_multimin_function_fdf){valley_f, valley_df, valley_fdf, VALLEY, NULL};
    steps = minimise(&f, hill, &least);
    printf("valley in %d variables by BFGS: %d steps, %.1e\n", VALLEY, steps, least);
    double g[VALLEY] = {0};
    valley_grad(hill, VALLEY, g);
    gsl_vector_view gv = gsl_vector_view_array(g, VALLEY);
    check_line("length of the gradient there", gsl_blas_dnrm2(&gv.vector), 1e-4);
}

/* ---------------------------------------------------------------------- Newton's method */

static void newton(void)
{
    double x[VALLEY], H[VALLEY * VALLEY], size = 0;
    int steps = 0;
    for (int i = 0; i < VALLEY; i++)
        x[i] = i % 2 ? 1.2 : 0.9;
    do {
        double g[VALLEY] = {0}, step[VALLEY];
        gsl_vector_view gv = gsl_vector_view_array(g, VALLEY), sv = gsl_vector_view_array(step, VALLEY);
        gsl_matrix_view Hv = gsl_matrix_view_array(H, VALLEY, VALLEY);
        valley_grad(x, VALLEY, g);
        valley_hess(x, VALLEY, H);
        for (int i = 0; i < VALLEY; i++)
            H[i * VALLEY + i] += 1e-3 * gsl_blas_dnrm2(&gv.vector); /* far away it may not be positive definite */
        gsl_linalg_cholesky_decomp1(&Hv.matrix);
        gsl_linalg_cholesky_solve(&Hv.matrix, &gv.vector, &sv.vector);
        for (int i = 0; i < VALLEY; i++)
            x[i] -= step[i];
        size = gsl_blas_dnrm2(&gv.vector);
    } while (++steps < 50 && size > 1e-10);
    printf("valley by Newton's method: %d steps\n", steps);
    check_line("steps", steps, 15);
    for (int i = 0; i < VALLEY; i += VALLEY - 1)
        check_number("x", x[i], 1, 1e-9);
}

/* ---------------------------------------------------------------------- least squares */

enum { POINTS = 100 };

typedef struct {
    double t[POINTS], y[POINTS], sigma;
} Data;

static int residuals(const gsl_vector *p, void *ctx, gsl_vector *r)
{
    const Data *d = ctx;
    growth_residuals(p->data, r->data, d->t, d->y, d->sigma, POINTS);
    return GSL_SUCCESS;
}

/* GSL's matrices are row-major, like adgen's. */
static int jacobian(const gsl_vector *p, void *ctx, gsl_matrix *J)
{
    const Data *d = ctx;
    double r[POINTS];
    growth_residuals_jac(p->data, r, d->t, d->y, d->sigma, POINTS, J->data);
    return GSL_SUCCESS;
}

static void fit(void)
{
    static const double truth[GROWTH_PARAMETERS] = {5, 1.5, 1};
    static const char *const names[GROWTH_PARAMETERS] = {"amplitude", "rate", "offset"};
    static Data data = {.sigma = 0.1};
    static double fitted[POINTS];
    double start[GROWTH_PARAMETERS] = {1, 1, 0}, chi2;
    for (int i = 0; i < POINTS; i++) {
        data.t[i] = 3.0 * i / (POINTS - 1);
        data.y[i] = growth(truth, data.t[i]) + data.sigma * check_normal();
    }
    gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_workspace *w = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, POINTS, GROWTH_PARAMETERS);
    gsl_multifit_nlinear_fdf fdf = {.f = residuals, .df = jacobian, .n = POINTS, .p = GROWTH_PARAMETERS, .params = &data};
    gsl_vector_view from = gsl_vector_view_array(start, GROWTH_PARAMETERS);
    gsl_matrix *covariance = gsl_matrix_alloc(GROWTH_PARAMETERS, GROWTH_PARAMETERS);
    int info, status;
    gsl_multifit_nlinear_init(&from.vector, &fdf, w);
    status = gsl_multifit_nlinear_driver(100, 1e-10, 1e-10, 0, NULL, NULL, &info, w);
    gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(w), 0, covariance);
    gsl_blas_ddot(gsl_multifit_nlinear_residual(w), gsl_multifit_nlinear_residual(w), &chi2);
    printf("exponential by Levenberg-Marquardt: %zu steps, %zu Jacobians, chi^2/degrees of freedom %.3f\n", gsl_multifit_nlinear_niter(w),
           fdf.nevaldf, chi2 / (POINTS - GROWTH_PARAMETERS));
    check_line("converged", status != GSL_SUCCESS, 0);
    check_number("chi^2/degrees of freedom", chi2 / (POINTS - GROWTH_PARAMETERS), 1, 0.4);
    for (size_t i = 0; i < GROWTH_PARAMETERS; i++) {
        double sigma = sqrt(gsl_matrix_get(covariance, i, i));
        printf("  %-10s %.4f +- %.4f\n", names[i], gsl_vector_get(w->x, i), sigma);
        check_number(names[i], gsl_vector_get(w->x, i), truth[i], 4 * sigma);
    }
    for (int i = 0; i < POINTS; i++)
        fitted[i] = growth(w->x->data, data.t[i]);
    if (fit_plot_svg("growth.svg", "Exponential decay and its fit", data.t, data.y, fitted, POINTS))
        check_failed = 1;
    gsl_matrix_free(covariance);
    gsl_multifit_nlinear_free(w);
}

int main(void)
{
    gsl_set_error_handler_off();
    multimin();
    newton();
    fit();
    puts("wrote growth.svg");
    return check_status();
}
