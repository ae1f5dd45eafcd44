/* storage_count.c: an integer that grows by the same amount in each iteration of a while loop is a function of the iteration's number.
 *
 *   i = 0; while (i < n) { ...; i += len; }   ->   in the reverse of iteration `trip`: i = trip * len
 *
 * (A while that counts is a for by then, raise.c, but not where an unsigned counter may wrap around.) Arithmetic is that of the integer's
 * unsigned type, in which sums and products wrap around as the steps did.
 */
#include "derivative.h"

/* The while loop that hands v on: v is an argument of one of its regions; *first: the argument of the first region that it is. */
static const Op *loop_of(const Value *v, const Value **first)
{
    const Op *loop = v->def ? NULL : v->arg_of->owner;
    if (!loop || loop->code != OP_WHILE)
        return NULL;
    *first = v->arg_of == loop->regions[0] ? v : region_terminator(loop->regions[0])->args[1 + v->index];
    return !(*first)->def && (*first)->arg_of == loop->regions[0] ? loop : NULL;
}

/* The amount that the loop adds to its argument, or takes away; NULL: not known. */
static Value *step_of(const Op *loop, const Value *first, bool *minus)
{
    const Value *next = region_terminator(loop->regions[1])->args[first->index];
    if (!next->def && next->arg_of == loop->regions[1])
        next = region_terminator(loop->regions[0])->args[1 + next->index];
    const Op *sum = next->def;
    *minus = sum && sum->code == OP_SUB;
    for (int k = 0; sum && (sum->code == OP_ADD || *minus) && k < (*minus ? 1 : 2); k++) {
        const Value *from;
        Value *step = sum->args[1 - k];
        bool fixed = value_is_const(step) || (value_outside(step, loop) && step->def != loop);
        if (fixed && !sum->args[k]->def && loop_of(sum->args[k], &from) == loop && from == first)
            return step;
    }
    return NULL;
}

bool count_possible(const Value *v)
{
    const Value *first;
    bool minus;
    const Op *loop = loop_of(v, &first);
    return loop && type_is_int(v->type) && v->type->kind != TY_BOOL && v->type->size >= 4 && !type_is_signed(v->type) &&
           step_of(loop, first, &minus);
}

void count_inputs(const Value *v, Ptrs *out)
{
    const Value *first;
    bool minus;
    const Op *loop = loop_of(v, &first);
    Value *inputs[2] = {loop->args[first->index], step_of(loop, first, &minus)};
    for (int i = 0; i < 2; i++)
        if (!ptrs_has(out, inputs[i]))
            ptrs_push(out, inputs[i]);
}

/* The number of the iteration that user reverses. */
static Value *trip_of(const Op *loop, const Op *user)
{
    for (const Region *r = user->parent; r && r->owner; r = r->owner->parent)
        if (r->owner->mirror == loop && r->owner->code == OP_FOR)
            return r->args[0];
    ICE("a while loop without a reverse");
}

Value *count_value(const Value *v, Op *user, Resolve resolve, void *ctx)
{
    const Value *first;
    bool minus;
    const Op *loop = loop_of(v, &first);
    Value *init = resolve(ctx, loop->args[first->index], user), *step = resolve(ctx, step_of(loop, first, &minus), user);
    Builder b = before_op(user);
    b.loc = user->loc;
    Value *way = build_bin(&b, OP_MUL, build_cast(&b, trip_of(loop, user), v->type), step);
    return build_bin(&b, minus ? OP_SUB : OP_ADD, init, way);
}
