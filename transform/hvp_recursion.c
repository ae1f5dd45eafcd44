/* hvp_recursion.c: Hessian-vector products through functions that call themselves, the adjoint of the tangent: the tangent's instances
 * (recursion.h) are ordinary recursive functions, which the adjoint then takes as it takes the program's own.
 *
 *   f(x)  ->  f_tangent(x, v_x, &d_return) = f'(x) v  ->  its gradient by v_x is added to d_x, that by x to h_x */
#include "recursion.h"

#include <string.h>

/* What becomes of each parameter of the tangent, and of the shadows that its adjoint gets. */
typedef enum { PART_PRIMAL, PART_V, PART_D, PART_H, PART_INSIDE } Part;

typedef struct {
    PtrMap copy; /* Fn* -> the same as a function of the program */
    bool sets;   /* Request.sets_in_place */
} Copies;

static void find_recursion(Op *op, void *ctx)
{
    const Fn *f = op->code == OP_CALL ? op->callee : NULL;
    bool *found = ctx;
    if (f && f->has_body && !*found)
        *found = !f->is_inactive && !f->custom_vjp && !f->custom_jvp && calls_itself(f);
}

bool hvp_meets_recursion(Fn *g)
{
    bool found = false;
    walk_ops(g->body, find_recursion, &found);
    return found;
}

static void call_copies(Op *op, void *ctx)
{
    const Copies *c = ctx;
    Fn *copy = op->code == OP_CALL && op->callee ? ptrmap_get(&c->copy, op->callee) : NULL;
    if (copy)
        op->callee = copy;
}

/* d_x becomes v_x from parameter nprimal on: d_x will be another one's name. For sets in place v_result, too, is the tangents' (recursion_build.c). */
static void name_tangents(Fn *fn, int nprimal, bool sets)
{
    for (int i = nprimal; i < fn->nparams; i++) {
        Var *var = arena_alloc(fn->arena, sizeof *var);
        *var = *fn->params[i];
        if (!strncmp(var->name, "d_", 2))
            var->name = arena_printf(fn->arena, "v_%s", var->name + 2);
        if (sets)
            var->shadow = 2;
        fn->params[i] = fn->body->args[i]->var = var;
    }
}

/* What ops have to do with each other is the first derivative's affair. */
static void forget_mirror(Op *op, void *ctx)
{
    (void)ctx;
    op->mirror = op->reverses = NULL;
    for (int i = 0; i < op->nregions; i++)
        op->regions[i]->mirror = NULL;
}

static Fn *copy_of(Copies *c, const Fn *fn, int nprimal)
{
    Fn *copy = clone_fn(fn, fn->name);
    walk_ops(copy->body, forget_mirror, NULL);
    name_tangents(copy, nprimal, c->sets);
    copy->has_body = copy->is_tangent = true;
    copy->instance = NULL;
    copy->recursion = NULL;
    copy->shadow = NULL;
    copy->tape = NULL;
    ptrmap_put(&c->copy, fn, copy);
    return copy;
}

/* The tangent and the functions it calls, as the program's own. */
static Fn *as_source(const Fn *tangent, int nprimal, bool sets)
{
    Copies c = {.copy = {.arena = tangent->program->arena}, .sets = sets};
    Fn *copy = copy_of(&c, tangent, nprimal);
    for (size_t i = 0; i < tangent->helpers.n; i++) {
        const Fn *helper = tangent->helpers.at[i];
        copy_of(&c, helper, helper->instance ? helper->instance->of->fn->nparams : helper->nparams);
    }
    walk_ops(copy->body, call_copies, &c);
    for (size_t i = 0; i < tangent->helpers.n; i++)
        walk_ops(((Fn *)ptrmap_get(&c.copy, tangent->helpers.at[i]))->body, call_copies, &c);
    return copy;
}

/* Parameters of the primal and then its named globals, by number. */
static Role role_of(const Request *rq, int k)
{
    return k < rq->fn->nparams ? rq->roles[k] : rq->global_roles[k - rq->fn->nparams];
}

static const Var *var_of(const Request *rq, int k)
{
    return k < rq->fn->nparams ? rq->fn->params[k] : rq->global_vars.at[k - rq->fn->nparams];
}

/* Which of them each parameter of the tangent is, or is the tangent of; -1: d_return, which is between those of parameters and globals. */
static int primal_of(const Request *rq, int i)
{
    int np = rq->fn->nparams, all = np + (int)rq->global_vars.n, at = np;
    if (i < np)
        return i;
    for (int k = 0; k < all; k++) {
        if (k == np && rq->return_is_dep && at++ == i)
            return -1;
        if (role_of(rq, k) && at++ == i)
            return k;
    }
    return -1;
}

/* What takes the result's tangent is the caller's own number: no other pointer gets there. */
static void hold_result_apart(const Request *rq, Fn *tangent)
{
    for (int i = rq->fn->nparams; i < tangent->nparams; i++)
        if (primal_of(rq, i) < 0)
            tangent->params[i]->is_restrict = true;
}

/* The objective, f_tangent's result in direction v: *d_return, or v_err of `-> err`. What err itself holds is internal. */
static Request adjoint_request(const Request *rq, Fn *tangent)
{
    Request second = *rq;
    int nglobals = (int)rq->global_vars.n;
    second.mode = MODE_GRAD;
    second.fn = tangent;
    second.return_is_dep = false;
    second.roles = arena_alloc(tangent->arena, sizeof *second.roles * (size_t)(tangent->nparams + 1));
    second.global_roles = arena_alloc(tangent->arena, sizeof *second.global_roles * (size_t)(nglobals + 1));
    for (int i = 0; i < tangent->nparams; i++) {
        int k = primal_of(rq, i);
        Role role = k < 0 ? ROLE_DEP : role_of(rq, k);
        second.roles[i] = role == ROLE_DEP && i < rq->fn->nparams ? ROLE_SCRATCH : role;
    }
    for (int i = 0; i < nglobals; i++)
        second.global_roles[i] = rq->global_roles[i] == ROLE_DEP ? ROLE_NONE : rq->global_roles[i];
    return second;
}

static Part part_of(const Request *rq, int i)
{
    int k = primal_of(rq, i);
    if (i < rq->fn->nparams)
        return PART_PRIMAL;
    return k < 0 || role_of(rq, k) == ROLE_DEP ? PART_INSIDE : PART_V;
}

/* A parameter that nobody gives becomes a zeroed local: one number, or one for each direction. */
static void make_local(Fn *h, const Request *second, Value *param)
{
    Builder top = before_op(h->body->first);
    Type *t = param->type->elem;
    bool several = second->directions && t->kind != TY_ARRAY && varying_shadows(second) >> param->var->shadow & 1;
    if (several)
        t = type_array(t, second->directions);
    Value *local = build_local(&top, t, var_named(h, t, "", param->var, "inside"), NULL, 0);
    local->def->zeroed = true;
    replace_uses(h, param, several ? build_decay(&top, local) : local);
}

static void rename_param(Fn *h, Value *param, const char *prefix, const Var *primal)
{
    Var *var = arena_alloc(h->arena, sizeof *var);
    *var = *param->var;
    var->name = arena_printf(h->arena, "%s%s", prefix, primal->name);
    param->var = var;
}

static void take(Fn *h, const Part *part, Part wanted, Value **args, int *n)
{
    for (int i = 0; i < h->nparams; i++)
        if (part[i] == wanted)
            args[(*n)++] = h->body->args[i];
}

/* What becomes of each parameter of h, which gets its name. */
static Part *parts_of(Fn *h, const Request *rq, const Request *second, int ntangent)
{
    static const char *const prefix[] = {[PART_V] = "v_", [PART_D] = "d_", [PART_H] = "h_"};
    int at = ntangent, nglobals = (int)rq->global_vars.n;
    Part *part = arena_alloc(h->arena, sizeof *part * (size_t)h->nparams);
    for (int i = 0; i < ntangent; i++) {
        int k = primal_of(rq, i);
        part[i] = part_of(rq, i);
        if (second->roles[i] & (ROLE_INDEP | ROLE_SCRATCH)) {
            part[at] = role_of(rq, k) == ROLE_DEP ? PART_INSIDE : part[i] == PART_V ? PART_D : PART_H;
            rename_param(h, h->body->args[at], prefix[part[at] == PART_INSIDE ? PART_H : part[at]], var_of(rq, k));
            at++;
        }
        if (part[i] == PART_V)
            rename_param(h, h->body->args[i], "v_", var_of(rq, k));
    }
    for (int i = 0; i < nglobals; i++)
        if (second->global_roles[i] & (ROLE_INDEP | ROLE_SCRATCH)) {
            part[at] = PART_H;
            rename_param(h, h->body->args[at++], "h_", rq->global_vars.at[i]);
        }
    return part;
}

/* primal..., v_..., d_return, v_ of globals, then shadows of all of these in their order, then those of globals
 * -> primal..., v_..., d_..., h_..., and the address of a record that is returned */
static void reorder(Fn *h, const Request *rq, const Request *second, int ntangent)
{
    int n = h->nparams, kept = 0;
    Part *part = parts_of(h, rq, second, ntangent);
    Value **args = arena_alloc(h->arena, sizeof *args * (size_t)(n + 1));
    for (int i = 0; i < n; i++)
        if (part[i] == PART_INSIDE)
            make_local(h, second, h->body->args[i]);
    for (Part p = PART_PRIMAL; p < PART_INSIDE; p++)
        take(h, part, p, args, &kept);
    Var **params = arena_alloc(h->arena, sizeof *params * (size_t)(kept + 1));
    for (int i = 0; i < kept; i++) {
        params[i] = args[i]->var;
        args[i]->index = i;
    }
    h->params = params;
    h->nparams = kept;
    if (h->sret) {
        args[kept] = h->body->args[n];
        args[kept]->index = kept;
        kept++;
    }
    h->body->nargs = kept;
    h->body->args = value_list(h->arena, args, kept);
}

Fn *hvp_recursion(Request *rq, Fn *(*derive_one)(Request *rq, const char *name))
{
    Arena *a = rq->fn->program->arena;
    Request first = *rq;
    first.mode = MODE_JVP;
    first.directions = 0;
    first.index_sets = first.sets_in_place = false;
    bool nan_trap = pass_options.nan_trap; /* of the end alone */
    pass_options.nan_trap = false;
    Fn *tangent = derive_one(&first, arena_printf(a, "%s_tangent", rq->fn->name));
    pass_options.nan_trap = nan_trap;
    if (!tangent)
        return NULL;
    tangent = as_source(tangent, rq->fn->nparams, rq->sets_in_place);
    int ntangent = tangent->nparams;
    hold_result_apart(rq, tangent);
    Request second = adjoint_request(rq, tangent);
    Fn *h = derive_one(&second, request_result_name(rq, a));
    if (!h)
        return NULL;
    reorder(h, rq, &second, ntangent);
    promote_locals(h);
    simplify(h);
    return h;
}
