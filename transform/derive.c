/* derive.c: the way of one request, from a function of the source to its derivative. The list of passes is the architecture. */
#include "derivative.h"

#include <string.h>

PassOptions pass_options;

typedef struct {
    const char *name;
    void (*run)(Fn *fn);
} Pass;

static const Pass before_differentiation[] = {
    {"promote", promote_locals},
    {"simplify", simplify},
    {"walk", normalise_pointers},
    {"hoist", hoist_invariants},
    {"raise", raise_loops},
    {"simplify", simplify},
};

static const Pass after_differentiation[] = {
    {"fuse", fuse_loops},
    {"storage", storage_resolve},
    {"promote", promote_locals},
    {"simplify", simplify},
};

static void run_passes(Fn *fn, const Pass *passes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        passes[i].run(fn);
        verify_fn(fn, passes[i].name);
        if (pass_options.after && !strcmp(pass_options.after, passes[i].name))
            return;
    }
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Fn *prepare(Fn *fn, const char *name)
{
    Fn *g = clone_fn(fn, name);
    if (!inline_calls(g))
        return NULL;
    verify_fn(g, "inline");
    run_passes(g, before_differentiation, COUNT(before_differentiation));
    return g;
}

Fn *prepare_primal(Program *p, Fn *fn)
{
    (void)p;
    return prepare(fn, fn->name);
}

static const char *what_it_computes(const Request *rq, const Fn *g)
{
    static const char *const what[] = {
        [MODE_GRAD] = "Gradient of %s, reverse mode.",
        [MODE_VJP] = "Vector-Jacobian product of %s, reverse mode.",
        [MODE_JVP] = "Jacobian-vector product of %s, forward mode.",
    };
    return arena_printf(g->arena, what[rq->mode], rq->text);
}

static bool is_supported(const Request *rq)
{
    const char *what = rq->mode == MODE_HVP          ? "Hessian-vector products are"
                       : rq->mode == MODE_JACOBIAN   ? "dense Jacobians are"
                       : rq->mode == MODE_HESSIAN    ? "dense Hessians are"
                       : rq->split                   ? "--split is"
                       : rq->primal_done             ? "--primal-done is"
                       : rq->directions              ? "--directions is"
                                                     : NULL;
    if (what)
        diag_error(rq->loc, "%s not supported yet; use --grad, --vjp or --jvp", what);
    return !what;
}

Fn *derive(Program *p, Request *rq)
{
    if (!is_supported(rq))
        return NULL;
    const char *name = request_result_name(rq, p->arena);
    Fn *g = prepare(rq->fn, name);
    if (!g)
        return NULL;
    g = rq->mode == MODE_JVP ? tangent(g, rq) : adjoint(g, rq);
    if (!g)
        return NULL;
    verify_fn(g, rq->mode == MODE_JVP ? "tangent" : "adjoint");
    run_passes(g, after_differentiation, COUNT(after_differentiation));
    g->is_static = false;
    g->is_inline = false;
    g->comment = what_it_computes(rq, g);
    return g;
}
