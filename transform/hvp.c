/* hvp.c: Hessian-vector products, the tangent of the adjoint (Griewank and Walther, 2nd ed. 2008, section 5.1). Both are made before
 * storage is decided, so that the forward sweep's values and their tangents are kept by one rule.
 *
 *   f(x)  ->  f_grad(x, d_x)  ->  f_hvp(x, v_x, d_x, h_x):  d_x += f'(x),  h_x += f''(x) v
 */
#include "derivative.h"

/* Roles of the gradient's parameters for its tangent: primal ones carry v_ in, the d_ (of parameters, then of globals) h_ in and out.
 * An objective in memory stays what it is: its tangent is internal. */
static void second_roles(const Fn *g, const Request *first, Request *second, int nprimal)
{
    int n = g->nparams, at = nprimal, nglobals = (int)first->global_vars.n;
    Role given = ROLE_INDEP | ROLE_SCRATCH;
    second->roles = arena_alloc(g->arena, sizeof *second->roles * (size_t)(n + 1));
    second->global_roles = arena_alloc(g->arena, sizeof *second->global_roles * (size_t)(nglobals + 1));
    for (int i = 0; i < nprimal + nglobals; i++) {
        Role role = i < nprimal ? first->roles[i] : first->global_roles[i - nprimal];
        *(i < nprimal ? &second->roles[i] : &second->global_roles[i - nprimal]) = role & given ? role & given : role;
        if (role & given)
            second->roles[at++] = role & ROLE_SCRATCH ? ROLE_SCRATCH : ROLE_INDEP | ROLE_DEP;
    }
}

/* primal..., d_..., then added: v_ and h_ of parameters, v_ of globals -> primal..., v_..., d_..., h_...
 * The address of a record that is returned stays behind them. */
static void reorder(Fn *h, const Request *first, int nprimal, int nfirst)
{
    Region *r = h->body;
    int n = h->nparams, nd = nfirst - nprimal, at = 0;
    Value **args = arena_alloc(h->arena, sizeof *args * (size_t)n);
    Var **params = arena_alloc(h->arena, sizeof *params * (size_t)n);
    Value **h_first = &r->args[nfirst];
    for (int i = 0; i < nprimal; i++)
        h_first += (first->roles[i] & (ROLE_INDEP | ROLE_SCRATCH)) != 0;
    for (int i = 0; i < nprimal; i++)
        args[at++] = r->args[i];
    for (Value **v = &r->args[nfirst]; v < &r->args[n]; v++)
        if (v < h_first || v >= h_first + nd)
            args[at++] = *v;
    for (int i = 0; i < nd; i++)
        args[at++] = r->args[nprimal + i];
    for (int i = 0; i < nd; i++)
        args[at++] = h_first[i];
    for (int i = 0; i < n; i++)
        params[i] = h->params[args[i]->index];
    for (int i = 0; i < n; i++) {
        args[i]->index = i;
        r->args[i] = args[i];
        h->params[i] = params[i];
    }
}

Fn *hessian_vector(Fn *fn, Request *rq)
{
    int nprimal = fn->nparams;
    Request first = *rq;
    first.mode = MODE_GRAD;
    first.again = true;
    Fn *g = adjoint(fn, &first);
    if (!g)
        return NULL;
    int nfirst = g->nparams;
    if (!pass_options.no_fuse)
        fuse_loops(g); /* a fused loop's tangent is one, too */
    Request second = first;
    second.mode = MODE_JVP;
    second.again = false;
    second_roles(g, &first, &second, nprimal);
    second.return_is_dep = false;
    second.second_order = nprimal;
    Fn *h = tangent(g, &second);
    if (!h)
        return NULL;
    expand_turns(h);
    h->shadow = NULL; /* fuse_loops is done */
    reorder(h, &first, nprimal, nfirst);
    return h;
}
