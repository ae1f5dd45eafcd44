/* objective.c: what --grad, --hvp and --hessian differentiate is one number: `-> err` is *err, and no other element behind it is touched. */
#include "analysis.h"

typedef struct {
    const MemInfo *m;
    const Value *objective; /* a parameter */
    Ptrs *seen;             /* Value*: parameters of called functions that have been looked at */
    const Op *other;        /* the first op that may reach another element */
} Reach;

static bool points_to(const Reach *r, const Value *p)
{
    const IntSet *objects = p->type->kind == TY_PTR ? mem_points_to(r->m, p) : NULL;
    for (int i = 0; objects && i < objects->n; i++)
        if (mem_object_kind(r->m, objects->at[i]) == OBJ_PARAM && mem_object_param(r->m, objects->at[i]) == r->objective)
            return true;
    return false;
}

static void look_at(Op *op, void *ctx);

/* A function that stays called, as recursive ones do: `next(err + 1, n - 1)` in its body. */
static bool callee_reaches_other(const Reach *r, const Op *call, int k)
{
    Fn *f = call->callee;
    if (!f->has_body || f->is_inactive || k >= f->body->nargs || ptrs_has(r->seen, f->body->args[k]))
        return false;
    ptrs_push(r->seen, f->body->args[k]);
    Reach inner = {.m = mem_analyse(f), .objective = f->body->args[k], .seen = r->seen};
    walk_ops(f->body, look_at, &inner);
    return inner.other != NULL;
}

static void look_at(Op *op, void *ctx)
{
    Reach *r = ctx;
    int64_t n;
    if (r->other)
        return;
    if (op->code == OP_INDEX && points_to(r, op->args[0]) && !(value_int(op->args[1], &n) && n == 0))
        r->other = op;
    for (int k = 0; op->code == OP_CALL && op->callee && k < op->nargs && !r->other; k++)
        if (points_to(r, op->args[k]) && callee_reaches_other(r, op, k))
            r->other = op;
}

void objective_check(Fn *fn, const MemInfo *m, const Request *rq)
{
    for (int i = 0; i < rq->fn->nparams && rq->mode == MODE_GRAD; i++) {
        const Var *var = fn->params[i];
        if (rq->roles[i] != ROLE_DEP || var->type->kind != TY_PTR)
            continue;
        Ptrs seen = {.arena = fn->arena};
        Reach r = {.m = m, .objective = fn->body->args[i], .seen = &seen};
        walk_ops(fn->body, look_at, &r);
        if (r.other)
            diag_error(r.other->loc, "the dependent of '%s' is not one scalar: this may be another element behind it; use --vjp", rq->text);
    }
}
