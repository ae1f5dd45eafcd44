/* Gradient checks as unit tests: Criterion (https://github.com/Snaipe/Criterion) and the checks of <adgen.h>. */
#include "model.h"
#include "model_grad.h"

#include <adgen.h>
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>

enum { WEIGHTS = 3 * HIDDEN + 1, SAMPLES = 4, CHOICES = 5 };

static const double weights[WEIGHTS] = {0.5, -1.2, 0.8, 0.1, 0.3, -0.4, 1.5, -0.7, 0.9, 0.2};

/* The library's form of a function: one vector and a context. */
typedef struct {
    double x[SAMPLES], y[SAMPLES];
} Samples;

static Samples samples = {{-1, 0, 0.5, 2}, {0.3, -0.2, 0.1, 0.8}};

static double loss(const double *w, void *ctx)
{
    const Samples *s = ctx;
    return network_loss(w, s->x, s->y, SAMPLES);
}

static void gradient(const double *w, double *g, void *ctx)
{
    const Samples *s = ctx;
    network_loss_grad(w, s->x, s->y, SAMPLES, g);
}

Test(network, gradient_agrees_with_differences)
{
    cr_assert_lt(ad_check_gradient(loss, gradient, weights, WEIGHTS, &samples), 1e-7);
}

/* A mistake of one part in a thousand in one component. */
static void wrong_gradient(const double *w, double *g, void *ctx)
{
    gradient(w, g, ctx);
    g[4] *= 1.001;
}

Test(network, a_wrong_gradient_is_found)
{
    cr_assert_gt(ad_check_gradient(loss, wrong_gradient, weights, WEIGHTS, &samples), 1e-7);
}

/* Forward differences have errors of the order of their step, central ones of its square. */
Test(network, differences_by_scheme)
{
    double exact[WEIGHTS] = {0}, forward[WEIGHTS], backward[WEIGHTS], central[WEIGHTS];
    gradient(weights, exact, &samples);
    ad_difference_forward(loss, weights, WEIGHTS, &samples, 1e-4, forward);
    ad_difference_backward(loss, weights, WEIGHTS, &samples, 1e-4, backward);
    ad_difference_central(loss, weights, WEIGHTS, &samples, 1e-4, central);
    cr_assert_lt(ad_relative_error(exact, forward, WEIGHTS), 1e-3);
    cr_assert_lt(ad_relative_error(exact, backward, WEIGHTS), 1e-3);
    cr_assert_lt(ad_relative_error(exact, central, WEIGHTS), 1e-7);
    cr_assert_gt(ad_relative_error(exact, forward, WEIGHTS), ad_relative_error(exact, central, WEIGHTS));
    for (int i = 0; i < WEIGHTS; i++) /* the mean of both sides */
        cr_assert_float_eq((forward[i] + backward[i]) / 2, central[i], 1e-9);
}

/* The same network for complex numbers: the imaginary part of f(w + ih)/h is exact to rounding, as nothing is subtracted. */
static double complex complex_loss(const double complex *w, void *ctx)
{
    const Samples *s = ctx;
    double complex sum = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double complex out = w[3 * HIDDEN];
        for (int k = 0; k < HIDDEN; k++)
            out += w[2 * HIDDEN + k] * ctanh(w[k] * s->x[i] + w[HIDDEN + k]);
        sum += (out - s->y[i]) * (out - s->y[i]);
    }
    return sum / SAMPLES;
}

Test(network, complex_step)
{
    double exact[WEIGHTS] = {0}, steps[WEIGHTS];
    gradient(weights, exact, &samples);
    ad_difference_complex(complex_loss, weights, WEIGHTS, &samples, steps);
    cr_assert_lt(ad_relative_error(exact, steps, WEIGHTS), 1e-14);
}

/* ---------------------------------------------------------------------- a function with an array of results */

static void choice(const double *score, double *p, void *ctx)
{
    soft_choice(score, p, CHOICES, *(const double *)ctx);
}

/* The seed is an in/out argument of the generated function: a copy. */
static void choice_vjp(const double *score, const double *seed, double *d_score, void *ctx)
{
    double p[CHOICES], d_p[CHOICES];
    for (int i = 0; i < CHOICES; i++)
        d_p[i] = seed[i];
    soft_choice_vjp(score, p, CHOICES, *(const double *)ctx, d_score, d_p);
}

static void choice_jvp(const double *score, const double *v, double *d_p, void *ctx)
{
    double p[CHOICES];
    soft_choice_jvp(score, p, CHOICES, *(const double *)ctx, v, d_p);
}

Test(softmax, both_modes)
{
    static const double score[CHOICES] = {2, 1, 0.1, -1, 0.5};
    double temperature = 0.7;
    cr_assert_lt(ad_check_vjp(choice, choice_vjp, score, CHOICES, CHOICES, &temperature), 1e-7);
    cr_assert_lt(ad_check_jvp(choice, choice_jvp, score, CHOICES, CHOICES, &temperature), 1e-7);
}

/* What a derivative promises besides its numbers. */
Test(softmax, adds_to_the_derivative)
{
    static const double score[CHOICES] = {2, 1, 0.1, -1, 0.5};
    double p[CHOICES], d_p[CHOICES] = {1}, once[CHOICES] = {0}, twice[CHOICES] = {0}, sum = 0;
    soft_choice_vjp(score, p, CHOICES, 1, once, d_p);
    for (int k = 0; k < 2; k++) {
        double seed[CHOICES] = {1};
        soft_choice_vjp(score, p, CHOICES, 1, twice, seed);
    }
    for (int i = 0; i < CHOICES; i++) {
        cr_assert_float_eq(twice[i], 2 * once[i], 1e-15);
        cr_assert_eq(d_p[i], 0, "p was overwritten: nothing depends on what it held");
        sum += once[i];
    }
    cr_assert_float_eq(sum, 0, 1e-15, "a shift of all scores changes nothing");
}
