/* split_own.c: shadows that are the derivative's own instead of the caller's: where accumulators.c asks for them, and under --split where
 * the forward half has to know them. A pointer into it is stored in memory, or given to a recursive function or a library that keeps what it overwrites:
 *
 *   f_fwd: own_x = zeros;  ... struct node nd = {x + i}, d_nd = {own_x + i};
 *   f_rev: own_x = d_x, where that is a seed;  the reverse sweep;  d_x += own_x (or = own_x);  free(own_x)
 *
 * Parameters, of known length (AD_LEN), and named globals, of numbers, arrays or structs without addresses of numbers. The arguments must not
 * overlap then. Which they are is known after the function has been cut: it is derived once more.
 */
#include "derivative.h"

/* Parameters and then named globals have slots. */
static int number_of_slots(const Request *rq)
{
    return rq->fn->nparams + (int)rq->global_vars.n;
}

static Value **shadow_at(const Shadow *s, int slot)
{
    int np = s->rq->fn->nparams;
    return slot < np ? &s->sig.shadow[slot] : &s->sig.global_shadow[slot - np];
}

static const Var *var_at(const Shadow *s, int slot)
{
    int np = s->rq->fn->nparams;
    return slot < np ? s->fn->body->args[slot]->var : s->rq->global_vars.at[slot - np];
}

/* Is all that is differentiable in it there itself, and not behind an address? */
static bool holds_its_numbers(const Type *t)
{
    while (t->kind == TY_ARRAY && t->count > 0)
        t = t->elem;
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++) {
        const Type *field = t->fields[i].type;
        if (type_reaches_float(field) && !holds_its_numbers(field))
            return false;
    }
    return t->kind == TY_RECORD ? !t->is_union && t->size > 0 : type_is_differentiable(t);
}

/* The length of the primal's parameter or global, NULL where it cannot be computed. */
static Value *length_of(Builder *b, const Request *rq, Fn *fn, int slot)
{
    if (slot >= rq->fn->nparams) {
        const Type *t = ((const Var *)rq->global_vars.at[slot - rq->fn->nparams])->type;
        return build_int(b, type_scalar(TY_ULONG), t->kind == TY_ARRAY ? t->count : 1);
    }
    Op call = {.code = OP_CALL, .callee = rq->fn, .args = fn->body->args, .nargs = rq->fn->nparams, .loc = fn->loc};
    return custom_length(b, &call, slot, NULL);
}

/* A record that is passed by value is a copy of the function's. */
static bool may_have_own(const Shadow *s, int slot)
{
    const Request *rq = s->rq;
    const Value *d = *shadow_at(s, slot);
    if (!d || d->type->kind != TY_PTR || !holds_its_numbers(d->type->elem))
        return false;
    if (slot >= rq->fn->nparams)
        return true;
    const Value *p = s->fn->body->args[slot];
    return p->type->kind == TY_PTR && p->var->type->kind != TY_RECORD && !shadow_may_be_absent(s, p);
}

bool split_own_wanted(Fn *fn, Request *rq, const Value *param)
{
    const Shadow *s = fn->shadow;
    for (int i = 0; rq->own_shadow && s && i < number_of_slots(rq); i++) {
        if (*shadow_at(s, i) != param || rq->own_shadow[i] || !may_have_own(s, i))
            continue;
        Builder b = before_op(fn->body->first);
        rq->own_shadow[i] = length_of(&b, rq, fn, i) != NULL;
        return rq->own_shadow[i];
    }
    return false;
}

/* Has the slot one? A tangent, the companion of --check, has none. */
static bool has_own(const Shadow *s, int slot)
{
    if (!s->fn->split)
        return s->accumulators && slot < s->rq->fn->nparams && s->accumulators[slot];
    return s->rq->own_shadow && s->rq->mode == MODE_VJP && s->rq->own_shadow[slot];
}

/* The independents of a function in one piece that accumulators.c asks for. */
static void find_accumulators(Shadow *s)
{
    if (s->fn->split || s->fn->instance || s->rq->mode == MODE_JVP)
        return;
    s->accumulators = arena_alloc(s->fn->arena, (size_t)s->rq->fn->nparams + 1);
    Builder b = before_op(s->fn->body->first);
    for (int i = 0; i < s->rq->fn->nparams; i++)
        s->accumulators[i] = may_have_own(s, i) && accumulator_wanted(s, i) && length_of(&b, s->rq, s->fn, i);
}

void split_own_begin(Shadow *s)
{
    size_t n = (size_t)s->sig.nshadow + s->rq->global_vars.n;
    s->given = arena_alloc(s->fn->arena, sizeof *s->given * n);
    s->lengths = arena_alloc(s->fn->arena, sizeof *s->lengths * n);
    find_accumulators(s);
    for (int i = 0; i < number_of_slots(s->rq); i++) {
        Value **shadow = shadow_at(s, i);
        if (!has_own(s, i) || !*shadow)
            continue;
        Builder b = before_op(s->fn->body->first);
        Type *t = (*shadow)->type;
        s->lengths[i] = length_of(&b, s->rq, s->fn, i);
        Op *alloc = op_build(&b, OP_ALLOC, (Value *[]){s->lengths[i], build_sizeof(&b, t->elem)}, 2, 1);
        alloc->zeroed = alloc->tape = true;
        Value *own = alloc->results[0];
        own->type = t;
        own->var = var_named(s->fn, t, "own_", var_at(s, i), "shadow");
        s->given[i] = *shadow;
        *shadow = own;
        ptrs_push(&s->own, own);
    }
}

static void copy_numbers(Builder *b, Value *to, Value *from, bool add);

/* to[k] = from[k], or to[k] += from[k] */
static void copy_elements(Builder *b, Value *n, Value *to, Value *from, bool add)
{
    Type *t = n->type;
    Op *loop = build_for(b, build_int(b, t, 0), n, build_int(b, t, 1), OP_LT);
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    Value *k = loop->regions[0]->args[0];
    copy_numbers(&in, build_index(&in, to, k), build_index(&in, from, k), add);
    build_yield(&in, NULL, 0);
}

static void copy_numbers(Builder *b, Value *to, Value *from, bool add)
{
    const Type *t = to->type->elem;
    if (t->kind == TY_ARRAY) {
        copy_elements(b, build_int(b, type_scalar(TY_ULONG), t->count), build_decay(b, to), build_decay(b, from), add);
    } else if (t->kind == TY_RECORD) {
        for (int i = 0; i < t->nfields; i++)
            if (type_has_float(t->fields[i].type))
                copy_numbers(b, build_field(b, to, i), build_field(b, from, i), add);
    } else if (add) {
        Value *v = build_load(b, from);
        build_accum(b, to, v);
    } else {
        build_store(b, to, build_load(b, from));
    }
}

static Role role_at(const Shadow *s, int slot)
{
    int np = s->rq->fn->nparams;
    return slot < np ? s->rq->roles[slot] : s->rq->global_roles[slot - np];
}

void split_own_seed(Shadow *s, Builder start)
{
    for (int i = 0; i < number_of_slots(s->rq); i++)
        if (s->given[i] && role_at(s, i) != ROLE_INDEP)
            copy_elements(&start, build_use(&start, s->lengths[i]), build_use(&start, *shadow_at(s, i)), s->given[i], false);
}

void split_own_give(Shadow *s, Builder *b)
{
    for (int i = 0; i < number_of_slots(s->rq); i++)
        if (s->given[i])
            copy_elements(b, build_use(b, s->lengths[i]), s->given[i], build_use(b, *shadow_at(s, i)), role_at(s, i) == ROLE_INDEP);
}
