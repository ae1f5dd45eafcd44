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

#endif
