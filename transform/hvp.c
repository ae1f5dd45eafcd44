/* hvp.c: Hessian-vector products, the tangent of the adjoint (Griewank and Walther, 2nd ed. 2008, section 5.1). Both are made before
 * storage is decided, so that the forward sweep's values and their tangents are kept by one rule.
 *
 *   f(x)  ->  f_grad(x, d_x)  ->  f_hvp(x, v_x, d_x, h_x):  d_x += f'(x),  h_x += f''(x) v
 */
#include "derivative.h"

/* Role of each parameter of the gradient for its tangent: primal ones carry v_ in, the d_ carry h_ in and out. */
static Role *second_roles(const Fn *g, const Request *rq, int nprimal, int *primal_of)
{
    int n = g->body->nargs, at = nprimal;
    Role *roles = arena_alloc(g->arena, sizeof *roles * (size_t)(n + 1));
    for (int i = 0; i < nprimal; i++) {
        roles[i] = rq->roles[i] & (ROLE_INDEP | ROLE_SCRATCH);
        if (rq->roles[i] & (ROLE_INDEP | ROLE_SCRATCH))
            primal_of[at++] = i;
    }
    for (int i = nprimal; i < at; i++)
        roles[i] = rq->roles[primal_of[i]] & ROLE_SCRATCH ? ROLE_SCRATCH : ROLE_INDEP | ROLE_DEP;
    return roles;
}

/* primal..., d_..., then added: v_ and h_ mixed as they came -> primal..., v_..., d_..., h_... */
static void reorder(Fn *h, int nprimal, int nfirst)
{
    Region *r = h->body;
    int n = r->nargs, at = 0;
    Value **args = arena_alloc(h->arena, sizeof *args * (size_t)n);
    Var **params = arena_alloc(h->arena, sizeof *params * (size_t)n);
    int nsecond = n - nfirst, nv = nsecond - (nfirst - nprimal);
    for (int i = 0; i < nprimal; i++)
        args[at++] = r->args[i];
    for (int i = 0; i < nv; i++)
        args[at++] = r->args[nfirst + i];
    for (int i = nprimal; i < nfirst; i++)
        args[at++] = r->args[i];
    for (int i = nfirst + nv; i < n; i++)
        args[at++] = r->args[i];
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
    if (rq->global_vars.n || fn->sret) {
        diag_error(rq->loc, "Hessian-vector products with named globals or record results are not supported yet");
        return NULL;
    }
    int nprimal = fn->body->nargs;
    Request first = *rq;
    first.mode = MODE_GRAD;
    Fn *g = adjoint(fn, &first);
    if (!g)
        return NULL;
    int nfirst = g->body->nargs;
    int *primal_of = arena_alloc(g->arena, sizeof *primal_of * (size_t)(nfirst + 1));
    Request second = first;
    second.mode = MODE_JVP;
    second.roles = second_roles(g, &first, nprimal, primal_of);
    second.return_is_dep = false;
    second.second_order = nprimal;
    Fn *h = tangent(g, &second);
    if (!h)
        return NULL;
    h->shadow = NULL; /* what fuse_loops knows is the gradient's */
    reorder(h, nprimal, nfirst);
    return h;
}
