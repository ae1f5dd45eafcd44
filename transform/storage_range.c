/* storage_range.c: a nest of loops that overwrites a range of the function's own memory: what was in the range is put aside before the nest, and
 * comes back at once before the nest is reversed, instead of element by element with their addresses (storage_log.c).
 *
 *   for (r = 0; r < rows; r++)                           for (k = 0; k < rows * n; k++) kept_norm[k] = norm[k];
 *       for (c = 0; c < n; c++)                    ->    for (r..) for (c..) norm[r * n + c] = ..;
 *           norm[r * n + c] = ..;                        ...   for (k..) norm[k] = kept_norm[k];   the reverse of the nest
 *
 * Precondition: the nest does nothing but count and store, in every iteration, to elements of which each lies behind the one before; its loops'
 * bounds and the range are known before the loops around it; nothing else in the nest writes to the range, nothing reads there what the nest
 * has stored, and the reverse sweep reads nothing from there that the nest has stored.
 */
#include "nest.h"

enum { MOST_LOOPS = 6 };

struct Ranged {
    Op *nest;
    const Value *root;
    Value *base;          /* the range begins at base[lo] */
    Poly lo, trips[MOST_LOOPS];
    int n;
};

/* The next loop out, of which op is in the body. */
static Op *loop_around(const Op *op)
{
    Op *owner = op->parent->owner;
    return owner && owner->code == OP_FOR ? owner : NULL;
}

static Op *outermost_around(Op *op)
{
    Op *found = op;
    for (Op *owner = op; owner; owner = owner->parent->owner)
        if (owner->code == OP_FOR || owner->code == OP_WHILE)
            found = owner;
    return found;
}

/* ---------------------------------------------------------------------- what else the nest does */

typedef struct {
    const MemInfo *m;
    const Op *store, *nest;
    bool other;
} Rest;

static bool meets_store(const Rest *r, const Op *op)
{
    Timing t = {.m = r->m, .first = r->store, .second = op, .share = loop_depth(r->nest)};
    return mem_accesses_meet(&t, r->store->args[0], op->args[0]);
}

static void check_rest(Op *op, void *ctx)
{
    Rest *r = ctx;
    OpEffect effect = op_info[op->code].effect;
    if (op == r->store || effect == EFFECT_PURE || r->other)
        return;
    if (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM) {
        bool read_before = op->code == OP_LOAD && op->parent == r->store->parent && mem_position(r->m, op) < mem_position(r->m, r->store) &&
                           same_address(op->args[0], r->store->args[0]);
        r->other = !mem_knows(r->m, op->args[0]) || (!read_before && meets_store(r, op));
    } else {
        r->other = true;
    }
}

static bool is_alone(const MemInfo *m, const Op *store, const Op *nest)
{
    Rest r = {m, store, nest, false};
    walk_ops(nest->regions[0], check_rest, &r);
    return !r.other;
}

/* ---------------------------------------------------------------------- the nest */

/* The pointer to the array in the address, known before `at`, that the range begins at; NULL: it has no such start. */
static Value *base_of(const MemInfo *m, const Op *store, const Op *at)
{
    Value *p = store->args[0];
    while (p->def && op_is_step(p->def->code) && !value_outside(p, at))
        p = p->def->args[0];
    return value_outside(p, at) && mem_knows(m, p) && p->type->kind == TY_PTR && p->type->elem == store->args[0]->type->elem ? p : NULL;
}

static bool range_filled(const MemInfo *m, const Op *store, Op *nest, Ranged *out)
{
    const Op *at = outermost_around(nest);
    int64_t size = store->args[0]->type->elem->size;
    Extent range;
    out->nest = nest;
    out->root = m->address[store->args[0]->id].root;
    out->base = base_of(m, store, at);
    if (size <= 0 || !out->root || !out->base || !fills_once(m, store, out->root, nest->parent, NULL, &range))
        return false;
    const Address *base = &m->address[out->base->id];
    if (base->root != out->root && out->base != out->root)
        return false;
    out->lo = range.lo;
    if (out->base != out->root)
        poly_add(&out->lo, base->off, -1);
    out->n = 0;
    for (const Op *loop = store->parent->owner;; loop = loop->parent->owner) {
        bool up = loop->cmp == OP_LT;
        Poly trips = poly_of_value(m, loop->args[up]), from = poly_of_value(m, loop->args[!up]);
        poly_add(&trips, &from, -1);
        trips.c += !up;
        if (out->n == MOST_LOOPS || !poly_steady(m, &trips, at))
            return false;
        out->trips[out->n++] = trips;
        if (loop == nest)
            break;
    }
    return poly_steady(m, &out->lo, at) && poly_divide(&out->lo, size);
}

/* Is something written to the object before the op? Compilers warn of local arrays that are copied before that. */
static bool is_begun(const MemInfo *m, int obj, const Op *op)
{
    const IntSet *writes = &m->objects[obj].writes;
    for (int i = 0; i < writes->n; i++)
        if (m->writes[writes->at[i]].position < mem_position(m, op))
            return true;
    return mem_object_op(m, obj)->zeroed;
}

/* The one object, of the function's own, that the store may write to, before which there is something in it. */
static bool is_own(const MemInfo *m, const Op *store)
{
    const int *objs;
    int n = mem_objects(m, store->args[0], &objs);
    if (n != 1)
        return false;
    return mem_object_kind(m, objs[0]) == OBJ_HEAP || (mem_object_kind(m, objs[0]) == OBJ_LOCAL && is_begun(m, objs[0], outermost_around(store->parent->owner)));
}

Ranged *range_find(Logger *l, const Keeper *keeper, const Op *store)
{
    const MemInfo *m = l->fn->mem;
    Ranged r, *found = NULL;
    if (pass_options.no_ranges || pass_options.tape != TAPE_HEAP || store->code != OP_STORE || !mem_knows(m, store->args[0]) || !store->parent->owner || !is_own(m, store) ||
        !type_is_float(store->args[1]->type))
        return NULL;
    for (Op *nest = loop_around(store); nest; nest = loop_around(nest)) {
        if (!is_alone(m, store, nest))
            break;
        if (!range_filled(m, store, nest, &r) || !keep_is_indexed(keeper, nest->parent) || !log_undo_place(l, nest))
            continue;
        found = found ? found : arena_alloc(l->fn->arena, sizeof *found);
        *found = r;
    }
    return found;
}

/* ---------------------------------------------------------------------- putting aside and back */

/* The product of the trips, where several are not negative. */
static Value *length_of(Builder *b, const MemInfo *m, const Ranged *r)
{
    Value *n = NULL;
    for (int i = 0; i < r->n; i++) {
        Value *trips = build_poly(b, m, &r->trips[i]), *none = build_int(b, trips->type, 0);
        if (r->n > 1)
            trips = build_select(b, build_bin(b, OP_GT, trips, none), trips, none);
        n = n ? build_bin(b, OP_MUL, n, trips) : trips;
    }
    return n;
}

/* for (k = 0; k < n; k++) to[k] = from[k]; */
static Op *copy_range(Builder *b, Value *to, Value *from, Value *n)
{
    Type *t = type_scalar(TY_LONG);
    Op *loop = build_for(b, build_int(b, t, 0), n, build_int(b, t, 1), OP_LT);
    Value *k = loop->regions[0]->args[0];
    k->var = var_named(b->fn, t, "", NULL, "k");
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    build_store(&in, build_index(&in, to, k), build_load(&in, build_index(&in, from, k)));
    build_yield(&in, NULL, 0);
    return loop;
}

static void mark_undo(Op *op, Op *nest)
{
    op->reverses = nest;
    op->in_reverse = true;
    for (int k = 0; k < op->nregions; k++)
        for (Op *in = op->regions[k]->first; in; in = in->next)
            mark_undo(in, nest);
}

void range_keep(Logger *l, Keeper *keeper, const Ranged *r, Op *store)
{
    const MemInfo *m = l->fn->mem;
    decided_log(l->fn, store);
    turn_back(l->mirror_of, r->nest); /* as for each of the stores: what is put back is right when what came later has been */
    Builder top = before_op(outermost_around(r->nest)), save = before_op(r->nest);
    Value *n = length_of(&top, m, r), *from = r->base, *to;
    if (r->lo.n || r->lo.c)
        from = build_index(&top, from, build_poly(&top, m, &r->lo));
    keep_block(keeper, store->args[1], r->nest, n, &to);
    keep_visible(keeper, from);
    save.loc = store->loc;
    copy_range(&save, to, from, n);
    Op *place = log_undo_place(l, r->nest), *before = place->prev;
    Builder undo = before_op(place);
    undo.loc = store->loc;
    Value *back = build_use(&undo, from), *row = build_use(&undo, to);
    copy_range(&undo, back, row, build_use(&undo, n));
    for (Op *op = before ? before->next : place->parent->first; op != place; op = op->next)
        mark_undo(op, r->nest);
}
