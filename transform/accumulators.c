/* accumulators.c: independents that loops overwrite again and again have a shadow of their own.
 *
 * The d_ of an independent that is no dependent is purely accumulated into (INTERFACE.md, section 3), so that each store to the primal puts
 * aside what it holds. Elimination in place overwrites each element up to n times, and all but the first of these find 0 there:
 *
 *     for (k ...) for (i ...) for (j ...) a[i * n + j] -= f * a[k * n + j];      n * n * n values put aside
 *     ->  own_a = zeros;  the reverse sweep adds to own_a;  d_a[i] += own_a[i]   n * n (split_own.c)
 *
 * Where a loop stores at an address that does not depend on one of the loops around it, but on another of them; the length is known, and the
 * parameter overlaps nothing that has a shadow. Sums begin with 0 then, not with what the caller has in d_: that is added last. */
#include "derivative.h"

enum { MAX_DEPTH = 32 };

/* Does v, of an op in the loop, change from round to round of it? Counters of loops inside start anew in each. */
static bool depends(const Value *v, const Op *loop, int depth)
{
    if (value_outside(v, loop))
        return false;
    const Op *op = v->def;
    if (!op) {
        const Op *owner = v->arg_of->owner;
        return owner == loop || owner->code != OP_FOR || v->index != 0;
    }
    if (op->nregions || op_info[op->code].effect != EFFECT_PURE || depth == MAX_DEPTH)
        return true;
    for (int i = 0; i < op->nargs; i++)
        if (depends(op->args[i], loop, depth + 1))
            return true;
    return false;
}

static bool is_repeated(const Op *store)
{
    bool repeated = false, moves = false;
    for (const Op *owner = store->parent->owner; owner; owner = owner->parent->owner) {
        if (owner->code != OP_FOR && owner->code != OP_WHILE)
            continue;
        bool varies = depends(store->args[0], owner, 0);
        int64_t trips = owner->code == OP_FOR ? trip_bound(owner) : -1;
        moves |= varies;
        repeated |= !varies && (trips < 0 || trips > 2);
    }
    return repeated && moves;
}

typedef struct {
    const Shadow *s;
    int obj;
    bool found;
} Search;

static void find_repeated(Op *op, void *ctx)
{
    Search *f = ctx;
    const int *objs;
    if (f->found || op->code != OP_STORE || !type_is_differentiable(op->args[1]->type))
        return;
    for (int n = mem_objects(f->s->mem, op->args[0], &objs), i = 0; i < n; i++)
        f->found |= objs[i] == f->obj && is_repeated(op);
}

static bool stands_alone(const Shadow *s, int obj)
{
    for (int i = 0; i < mem_count(s->mem); i++)
        if (i != obj && s->shadowed[i] && mem_objects_may_alias(s->mem, i, obj))
            return false;
    return true;
}

bool accumulator_wanted(const Shadow *s, int param)
{
    const Request *rq = s->rq;
    const Value *p = s->fn->body->args[param];
    const int *objs;
    if (pass_options.no_accumulators || rq->mode == MODE_JVP || s->fn->instance || s->fn->split || s->fn->primal_done ||
        rq->roles[param] != ROLE_INDEP || p->type->kind != TY_PTR || mem_objects(s->mem, p, &objs) != 1 || !s->shadowed[objs[0]])
        return false;
    Search f = {.s = s, .obj = objs[0]};
    walk_ops(s->fn->body, find_repeated, &f);
    return f.found && stands_alone(s, objs[0]);
}
