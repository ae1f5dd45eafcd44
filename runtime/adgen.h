/* adgen.h: what sources that adgen reads, and programs that use its derivatives, include.
 *
 * Annotations tell adgen what to differentiate. Every macro is empty unless adgen itself is reading (it defines __ADGEN__), so that
 * ordinary builds see plain C.
 *
 *     AD_GRAD(w, b)                                  the gradient of loss with respect to w and b -> loss_grad
 *     double loss(AD_LEN(n) const double *w, double b, AD_LEN(n) const double *x, int n);
 */
#ifndef ADGEN_H
#define ADGEN_H

/* ====================================================================== annotations */

#ifdef __ADGEN__

/* Arguments are expanded first: a length or a parameter that is spelled by a macro is known to adgen by what it expands to. */
#define AD_NOTE_(kind, ...) __attribute__((annotate("adgen:" kind ":" #__VA_ARGS__)))
#define AD_NOTE(kind, ...) AD_NOTE_(kind, __VA_ARGS__)
/* A note that belongs to no declaration sits on a typedef of its own; __COUNTER__ keeps each one a new declaration. */
#define AD_CAT_(a, b) a##b
#define AD_CAT(a, b) AD_CAT_(a, b)
#define AD_MARK(kind, ...) typedef int AD_CAT(ad_mark_, __COUNTER__) AD_NOTE(kind, __VA_ARGS__);

#define AD_GRAD(...) AD_NOTE("grad", __VA_ARGS__)
#define AD_VJP(...) AD_NOTE("vjp", __VA_ARGS__)
#define AD_JVP(...) AD_NOTE("jvp", __VA_ARGS__)
#define AD_HVP(...) AD_NOTE("hvp", __VA_ARGS__)
#define AD_JACOBIAN(...) AD_NOTE("jacobian", __VA_ARGS__)
#define AD_HESSIAN(...) AD_NOTE("hessian", __VA_ARGS__)
#define AD_LEN(...) AD_NOTE("len", __VA_ARGS__)
#define AD_INACTIVE AD_NOTE("inactive", )
#define AD_NOALIAS AD_NOTE("noalias", )
#define AD_CUSTOM_VJP(f, vjp) AD_MARK("custom_vjp", f, vjp)
#define AD_CUSTOM_JVP(f, jvp) AD_MARK("custom_jvp", f, jvp)
#define AD_CHECKPOINT(...) AD_MARK("checkpoint", __VA_ARGS__)
#define AD_INDEPENDENT AD_MARK("independent", )

#else

/* On a function: make its gradient, products with its Jacobian or Hessian, or these matrices. The arguments are those of the
 * command line's SPEC: AD_GRAD(w, b), AD_VJP(inp, weight -> out), AD_GRAD() for everything floating. */
#define AD_GRAD(...)
#define AD_VJP(...)
#define AD_JVP(...)
#define AD_HVP(...)
#define AD_JACOBIAN(...)
#define AD_HESSIAN(...)
/* Before a pointer parameter: its length in elements, in terms of the other parameters. */
#define AD_LEN(...)
/* First in the declaration of a function, parameter or variable: carries no derivative. */
#define AD_INACTIVE
/* On a function: its pointer parameters never overlap, as if each were restrict. */
#define AD_NOALIAS
/* At file scope, without semicolon: use a hand-written derivative of f. */
#define AD_CUSTOM_VJP(f, vjp)
#define AD_CUSTOM_JVP(f, jvp)
/* Before a loop: binomial checkpointing with n snapshots, or as many as adgen chooses. */
#define AD_CHECKPOINT(...)
/* Before a loop: its iterations are independent but for sums. */
#define AD_INDEPENDENT

#endif

/* ====================================================================== gradient checks, for users' own tests */

/* Link with libadgen_rt.a and libm.
 *
 *     static double f(const double *w, void *ctx) { struct data *d = ctx; return loss(w, d->b, d->x, d->n); }
 *     static void g(const double *w, double *d_w, void *ctx) { ... loss_grad(w, ..., d_w, ...); }
 *     assert(ad_check_gradient(f, g, w, n, &data) < 1e-7);
 *
 * An error is ||a - b|| / (||a|| + ||b||), from 0 to 1, with a from the derivative and b from central differences; 0 where both
 * are zero, infinity where one is not finite. Correct code is below 1e-7 in double. Functions that compute in float have about
 * 7 digits: give ad_difference_central a step of 1e-2 and compare with ad_relative_error, below 2e-3. */
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A scalar function of x[n]; its gradient, added to g[n], which the caller has zeroed; a map from x[n] to y[m]. ctx is passed on. */
typedef double (*ad_function)(const double *x, void *ctx);
typedef void (*ad_gradient)(const double *x, double *g, void *ctx);
typedef void (*ad_map)(const double *x, double *y, void *ctx);
/* d_x[n] += transposed Jacobian times seed[m];  d_y[m] = Jacobian times v[n]. */
typedef void (*ad_vjp_map)(const double *x, const double *seed, double *d_x, void *ctx);
typedef void (*ad_jvp_map)(const double *x, const double *v, double *d_y, void *ctx);

double ad_relative_error(const double *a, const double *b, size_t n);
double ad_check_gradient(ad_function f, ad_gradient gradient, const double *x, size_t n, void *ctx);
/* Along fixed pseudo-random seeds and directions with components in [-1, 1]; the largest error of 4. */
double ad_check_vjp(ad_map f, ad_vjp_map vjp, const double *x, size_t n, size_t m, void *ctx);
double ad_check_jvp(ad_map f, ad_jvp_map jvp, const double *x, size_t n, size_t m, void *ctx);

/* Numerical gradients g[n] of f at x[n]. The step in x[i] is step * max(1, |x[i]|); step <= 0: the usual one, sqrt(2^-52) for
 * one-sided and cbrt(2^-52) for central differences. It shrinks where f is not finite a step away (log near 0). */
void ad_difference_forward(ad_function f, const double *x, size_t n, void *ctx, double step, double *g);
void ad_difference_backward(ad_function f, const double *x, size_t n, void *ctx, double step, double *g);
void ad_difference_central(ad_function f, const double *x, size_t n, void *ctx, double step, double *g);

#ifndef __cplusplus
/* Im f(x + ih) / h: exact to rounding for a function that is analytic and written for complex numbers (no fabs, no conj). */
typedef double _Complex (*ad_complex_function)(const double _Complex *x, void *ctx);
void ad_difference_complex(ad_complex_function f, const double *x, size_t n, void *ctx, double *g);
#endif

#ifdef __cplusplus
}
#endif

#endif
