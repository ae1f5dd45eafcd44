/* storage_room.c: arrays that are kept in each iteration of a while loop: rooms on a stack of their own.
 *
 *   while (rr > tol) {                                        while (rr > tol) {
 *       ...                                                       double *kept_r = ad_push_room(&kept, n, sizeof(double));
 *       for (i = 0; i < n; i++) { use r[i]; push r[i]; }   ->     for (i = 0; i < n; i++) { use r[i]; kept_r[i] = r[i]; }
 *   }                                                         }
 *
 * and the reverse iteration begins with kept_r = ad_pop_room(&kept). Precondition: how often the loops inside run at most is known where
 * the outermost of them is entered. Each region has its own stack: what it pushes in one execution is on top when that is reversed,
 * whatever the regions inside have pushed.
 */
#include "derivative.h"

static const Op *omp_loop(const Op *op)
{
    return pass_options.openmp && op->loop && op->loop->omp ? op : NULL;
}

bool room_possible(const Keeper *k, const Region *r)
{
    if (pass_options.no_rooms || pass_options.tape != TAPE_HEAP || k->fn->split || k->fn->tape || !k->mirror_of ||
        !ptrmap_get(k->mirror_of, r))
        return false;
    for (; r->owner; r = r->owner->parent) {
        const Region *mirror = ptrmap_get(k->mirror_of, r);
        if (omp_loop(r->owner) || (mirror && mirror->owner && mirror->owner->rerun))
            return false;
    }
    return true;
}

bool room_is_for(const Keeper *k, const Region *r)
{
    Op *loops[MAX_NEST];
    int n = 0;
    for (; r->owner && r->owner->code != OP_WHILE; r = r->owner->parent)
        if (r->owner->code == OP_FOR) {
            if (n == MAX_NEST || r->owner->fused)
                return false;
            loops[n++] = r->owner;
        }
    if (!r->owner)
        return false;
    if (n > 0)
        r = loops[n - 1]->parent;
    for (int i = 0; i < n; i++) {
        Builder b = before_op(loops[n - 1]);
        if (!extent_at_entry(&b, loops[i], loops[n - 1]))
            return false;
    }
    return room_possible(k, r);
}

static Op *outermost_loop(const Op *op)
{
    Op *found = NULL;
    for (const Region *r = op->parent; r->owner; r = r->owner->parent)
        if (r->owner->code == OP_FOR || r->owner->code == OP_WHILE)
            found = r->owner;
    return found;
}

Value *room_extent(Keeper *k, Op *loop, Op *entry)
{
    Op *top = outermost_loop(entry);
    Value *known = ptrmap_get(&k->extents, loop);
    if (known)
        return known;
    Builder outside = before_op(top), b = before_op(entry);
    outside.loc = b.loc = entry->loc;
    Value *v = extent_at_entry(&outside, loop, top);
    if (!v)
        v = extent_at_entry(&b, loop, entry);
    ptrmap_put(&k->extents, loop, v);
    return v;
}

static Value *stack_of(Keeper *k, Region *r)
{
    Value *stack = ptrmap_get(&k->rooms, r);
    if (stack)
        return stack;
    Fn *fn = k->fn;
    Builder top = before_op(fn->body->first);
    Type *t = type_opaque("ad_rooms");
    stack = build_local(&top, t, var_named(fn, t, "", NULL, "kept"), NULL, 0);
    stack->def->zeroed = true;
    ptrmap_put(&k->rooms, r, stack);
    ptrs_push(&k->with_rooms, r);
    return stack;
}

Value *room_build(Keeper *k, Builder *b, Region *r, Value *count, Value *size, Type *elem)
{
    Value *args[3] = {count, size, stack_of(k, r)};
    Op *room = op_build(b, OP_ROOM, args, 3, 1);
    room->results[0]->type = type_ptr(elem);
    room->ival = room->results[0]->id;
    turn_back(k->mirror_of, room);
    return room->results[0];
}

void room_pops(const Keeper *k, void (*popped)(void *ctx, Region *mirror, Value *v, Value *popped), void *ctx)
{
    for (size_t i = 0; i < k->with_rooms.n; i++) {
        Region *r = k->with_rooms.at[i], *mirror = ptrmap_get(k->mirror_of, r);
        Value *stack = ptrmap_get(&k->rooms, r);
        for (Op *op = r->first; op; op = op->next) {
            if (op->code != OP_ROOM || op->args[2] != stack)
                continue;
            Builder b = before_op(mirror->first); /* the last one comes first */
            Op *pop = op_build(&b, OP_POP, &stack, 1, 1);
            pop->results[0]->type = op->results[0]->type;
            pop->results[0]->var = op->results[0]->var;
            pop->ival = op->ival;
            popped(ctx, mirror, op->results[0], pop->results[0]);
        }
    }
}
