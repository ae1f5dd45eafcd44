/* split_own.c: under --split, a shadow of its own between the halves where the forward half has to know it.
 * A pointer into it is stored in memory, or given to a recursive function or a library that keeps what it overwrites:
 *
 *   f_fwd: own_x = zeros;  ... struct node nd = {x + i}, d_nd = {own_x + i};
 *   f_rev: own_x = d_x, where that is a seed;  the reverse sweep;  d_x += own_x (or = own_x);  free(own_x)
 *
 * Their lengths must be known (AD_LEN). The arguments must not overlap then. Which they are is known after the function has been cut: it is
 * derived once more.
 */
#include "derivative.h"

/* The length of the primal's parameter i, NULL where it cannot be computed. */
static Value *length_of(Builder *b, const Request *rq, Fn *fn, int i)
{
    Op call = {.code = OP_CALL, .callee = rq->fn, .args = fn->body->args, .nargs = rq->fn->nparams, .loc = fn->loc};
    return custom_length(b, &call, i, NULL);
}

bool split_own_wanted(Fn *fn, Request *rq, const Value *param)
{
    const Shadow *s = fn->shadow;
    for (int i = 0; rq->own_shadow && s && i < s->sig.nshadow - 1 && i < rq->fn->nparams; i++) {
        const Value *p = fn->body->args[i];
        if (s->sig.shadow[i] != param || rq->own_shadow[i] || rq->directions || p->type->kind != TY_PTR ||
            !type_is_differentiable(p->type->elem) || shadow_may_be_absent(s, p))
            continue;
        Builder b = before_op(fn->body->first);
        rq->own_shadow[i] = length_of(&b, rq, fn, i) != NULL;
        return rq->own_shadow[i];
    }
    return false;
}

/* So many parameters may have one; a tangent, the companion of --check, has none. */
static int number_of_own(const Shadow *s)
{
    return s->fn->split && s->rq->own_shadow && s->rq->mode == MODE_VJP ? s->rq->fn->nparams : 0;
}

void split_own_begin(Shadow *s)
{
    s->given = arena_alloc(s->fn->arena, sizeof *s->given * (size_t)s->sig.nshadow);
    s->lengths = arena_alloc(s->fn->arena, sizeof *s->lengths * (size_t)s->sig.nshadow);
    for (int i = 0; i < number_of_own(s); i++) {
        if (!s->rq->own_shadow[i] || !s->sig.shadow[i])
            continue;
        Builder b = before_op(s->fn->body->first);
        Type *t = s->sig.shadow[i]->type;
        Op *size;
        s->lengths[i] = length_of(&b, s->rq, s->fn, i);
        size = op_build(&b, OP_SIZEOF, NULL, 0, 1);
        size->of = t->elem;
        size->results[0]->type = type_scalar(TY_ULONG);
        Op *alloc = op_build(&b, OP_ALLOC, (Value *[]){s->lengths[i], size->results[0]}, 2, 1);
        alloc->zeroed = alloc->tape = true;
        Value *own = alloc->results[0];
        own->type = t;
        own->var = var_named(s->fn, t, "own_", s->fn->body->args[i]->var, "shadow");
        s->given[i] = s->sig.shadow[i];
        s->sig.shadow[i] = own;
        ptrs_push(&s->own, own);
    }
}

/* to[k] = from[k], or to[k] += from[k] */
static void build_copy(Builder *b, Value *n, Value *to, Value *from, bool add)
{
    Type *t = n->type;
    Op *loop = build_for(b, build_int(b, t, 0), n, build_int(b, t, 1), OP_LT);
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    Value *k = loop->regions[0]->args[0], *value = build_load(&in, build_index(&in, from, k)), *place = build_index(&in, to, k);
    if (add)
        build_accum(&in, place, value);
    else
        build_store(&in, place, value);
    build_yield(&in, NULL, 0);
}

void split_own_seed(Shadow *s, Builder start)
{
    for (int i = 0; i < number_of_own(s); i++)
        if (s->given[i] && s->rq->roles[i] != ROLE_INDEP)
            build_copy(&start, build_use(&start, s->lengths[i]), build_use(&start, s->sig.shadow[i]), s->given[i], false);
}

void split_own_give(Shadow *s, Builder *b)
{
    for (int i = 0; i < number_of_own(s); i++)
        if (s->given[i])
            build_copy(b, build_use(b, s->lengths[i]), s->given[i], build_use(b, s->sig.shadow[i]), s->rq->roles[i] == ROLE_INDEP);
}
