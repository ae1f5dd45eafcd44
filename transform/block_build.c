/* block_build.c: the loop that block.c has found, in blocks of iterations that run side by side.
 *
 * What differs between iterations is computed in loops over l, one for each stretch of ops of one kind (LaneKind). A scalar that a later
 * stretch needs is an array with an element for each l; addresses and indices are computed again. Memory of an iteration's own becomes
 * memory of arrays: y[j] is each_y[j][l].
 */
#include "block.h"

#include <math.h>

typedef struct {
    Block *b;
    PtrMap same;   /* Value* -> what it is in the new loop, for all iterations */
    PtrMap lane;   /* ... in the open loop over l */
    Ptrs known;    /* Value*: those that are in `lane`, in order; what a branch has computed is forgotten behind it */
    PtrMap home;   /* Value* -> pointer to the array with an element for each l */
    PtrMap groups; /* Op* -> the stretch it belongs to */
    PtrMap memory; /* Op* (LOCAL, ALLOC) -> pointer to what has an array for each of its elements */
    Ptrs allocs;   /* Value*: to be freed behind the loop */
    Builder out, in;
    Op *made;  /* the loop in blocks */
    Op *lanes; /* the open loop over l, or NULL */
    intptr_t group;
    Value *l, *counter;
    Ptrs sums; /* Value*: addresses and arrays of sums to be added up behind the open loop, in turn */
} Blocks;

/* ---------------------------------------------------------------------- stretches */

typedef struct {
    intptr_t now;
    LaneKind kind; /* LANES_NONE: of easy ops alone so far */
} Stretch;

static intptr_t group_of(const Blocks *s, const Op *op)
{
    return (intptr_t)ptrmap_get(&s->groups, op);
}

/* Loads, and stores in order, go with whatever is there. */
static bool is_easy(const Blocks *s, const Op *op)
{
    return op->code == OP_LOAD ||
           (op->code == OP_STORE && block_own_object(s->b, op->args[0]) >= 0 && !block_varies(s->b, op->args[0]));
}

static intptr_t stretch_for(Blocks *s, Stretch *at, LaneKind kind, bool easy)
{
    if (!at->now || (!easy && at->kind != LANES_NONE && at->kind != kind))
        *at = (Stretch){++s->b->ngroups, LANES_NONE};
    if (!easy)
        at->kind = kind;
    return at->now;
}

/* Is a uniform op one whose place among the others counts? */
static bool ends_stretch(const Op *op)
{
    return op->code == OP_STORE || op->code == OP_ACCUM || op->nregions > 0;
}

static bool hands_on(const Blocks *s, const Op *loop, int i)
{
    return block_varies(s->b, loop->regions[0]->args[i]);
}

static void number_region(Blocks *s, const Region *r)
{
    Stretch at = {0};
    for (const Op *op = r->first; op; op = op_next(op)) {
        LaneKind kind = block_kind(s->b, op);
        if (op->code == OP_YIELD) {
            ptrmap_put(&s->groups, op, (void *)(at.now ? at.now : ++s->b->ngroups));
        } else if (kind == LANES_NEST) {
            ptrmap_put(&s->groups, op, (void *)(at.now ? at.now : ++s->b->ngroups));
            for (int k = 0; k < op->nregions; k++)
                number_region(s, op->regions[k]);
            at = (Stretch){0};
        } else if (kind != LANES_NONE) {
            ptrmap_put(&s->groups, op, (void *)stretch_for(s, &at, kind, is_easy(s, op)));
        } else if (ends_stretch(op)) {
            at = (Stretch){0};
        }
    }
}

/* The stretch in which the value is computed; 0: it is not in one (a region's argument). */
static intptr_t group_of_value(const Blocks *s, const Value *v)
{
    return v->def && block_kind(s->b, v->def) != LANES_NEST ? group_of(s, v->def) : 0;
}

/* ---------------------------------------------------------------------- the loop over l */

static Builder before_lanes(Blocks *s)
{
    return s->lanes ? before_op(s->lanes) : s->out;
}

static Value *element(Builder *b, Value *array, Value *l)
{
    return build_index(b, build_decay(b, array), l);
}

static Value *add_halves(Builder *b, Value *array, int from, int n)
{
    if (n == 1)
        return build_load(b, element(b, array, build_int(b, type_scalar(TY_INT), from)));
    Value *left = add_halves(b, array, from, n / 2);
    return build_bin(b, OP_ADD, left, add_halves(b, array, from + n / 2, n - n / 2));
}

static void forget(Blocks *s, size_t from);

static void close_lanes(Blocks *s)
{
    if (!s->lanes)
        return;
    build_yield(&s->in, NULL, 0);
    s->lanes = NULL;
    s->group = 0;
    forget(s, 0);
    for (size_t i = 0; i < s->sums.n; i += 2)
        build_accum(&s->out, s->sums.at[i], add_halves(&s->out, s->sums.at[i + 1], 0, s->b->width));
    s->sums.n = 0;
}

static Builder open_for(Blocks *s, Builder *b)
{
    Type *t = type_scalar(TY_INT);
    Op *loop = build_for(b, build_int(b, t, 0), build_int(b, t, s->b->width), build_int(b, t, 1), OP_LT);
    s->l = loop->regions[0]->args[0];
    s->l->var = var_named(s->b->fn, t, "", NULL, "l");
    s->lanes = loop;
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    return in;
}

static void open_lanes(Blocks *s, intptr_t group)
{
    if (s->lanes && s->group == group)
        return;
    close_lanes(s);
    s->in = open_for(s, &s->out);
    s->group = group;
}

static Value *make_array(Blocks *s, Builder *b, Type *t, const Var *var, bool zeroed)
{
    Type *array = type_array(t, s->b->width);
    Value *local = build_local(b, array, var_named(s->b->fn, array, "", var, "t"), NULL, 0);
    local->def->zeroed = zeroed;
    return local;
}

/* ---------------------------------------------------------------------- values */

static Value *same_value(Blocks *s, Value *v)
{
    Value *to = ptrmap_get(&s->same, v);
    return to ? to : v;
}

static void know(Blocks *s, Value *v, Value *lane)
{
    ptrmap_put(&s->lane, v, lane);
    ptrs_push(&s->known, v);
}

static void forget(Blocks *s, size_t from)
{
    for (size_t i = from; i < s->known.n; i++)
        ptrmap_put(&s->lane, s->known.at[i], NULL);
    s->known.n = from;
}

static Value *lane_value(Blocks *s, Value *v);

/* The op with its operands as they are in the open loop. */
static Value *clone_in_lanes(Blocks *s, const Op *op)
{
    PtrMap map = {.arena = s->b->fn->arena};
    for (int i = 0; i < op->nargs; i++)
        ptrmap_put(&map, op->args[i], lane_value(s, op->args[i]));
    return clone_op(&s->in, op, &map)->results[0];
}

static Value *lane_value(Blocks *s, Value *v)
{
    Value *known = ptrmap_get(&s->lane, v); /* also what is the same for all, in a branch */
    if (!known && !block_varies(s->b, v))
        known = value_outside(v, s->b->loop) ? v : ptrmap_get(&s->same, v);
    if (known)
        return known;
    Value *home = ptrmap_get(&s->home, v), *made;
    if (v == s->b->loop->regions[0]->args[0])
        made = build_bin(&s->in, OP_ADD, s->counter, build_cast(&s->in, s->l, v->type));
    else if (home)
        made = build_load(&s->in, element(&s->in, home, s->l));
    else if (block_repeats(v))
        made = clone_in_lanes(s, v->def);
    else
        ICE("a value of a block of iterations is not at hand");
    know(s, v, made);
    return made;
}

/* v, just computed in the open loop, where later stretches find it. */
static void put_home(Blocks *s, Value *v)
{
    Value *home = ptrmap_get(&s->home, v);
    if (home)
        build_store(&s->in, element(&s->in, home, s->l), ptrmap_get(&s->lane, v));
}

static void need_home(Blocks *s, Value *v, intptr_t group)
{
    if (block_varies(s->b, v) && v->def && !block_repeats(v) && group_of_value(s, v) != group && !ptrmap_get(&s->home, v) &&
        group_of_value(s, v))
        ptrmap_put(&s->home, v, v); /* made when it is computed */
}

static void find_need(Blocks *s, Value *v, intptr_t group)
{
    if (!block_varies(s->b, v) || !v->def || value_outside(v, s->b->loop))
        return;
    if (block_repeats(v))
        for (int i = 0; i < v->def->nargs; i++)
            find_need(s, v->def->args[i], group);
    else
        need_home(s, v, group);
}

/* What the op, of this stretch, needs of other stretches. */
static void find_needs(Blocks *s, const Op *op, intptr_t group)
{
    for (int i = 0; i < op->nargs; i++)
        find_need(s, op->args[i], group);
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            find_needs(s, in, group);
}

static void find_homes(Blocks *s, const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (block_kind(s->b, op) != LANES_NEST) {
            if (group_of(s, op))
                find_needs(s, op, group_of(s, op));
            continue;
        }
        for (int i = 0; i < op->nargs; i++)
            find_need(s, op->args[i], group_of(s, op));
        for (int k = 0; k < op->nregions; k++)
            find_homes(s, op->regions[k]);
    }
}

/* ---------------------------------------------------------------------- memory of an iteration's own */

static Type *type_of_arrays(const Blocks *s, Type *t)
{
    return t->kind == TY_ARRAY ? type_array(type_of_arrays(s, t->elem), t->count) : type_array(t, s->b->width);
}

/* p[j] -> each_p[j], an array. */
static Value *place_of_lanes(Blocks *s, Value *p)
{
    Op *def = p->def;
    if (def->code == OP_INDEX) {
        Value *base = place_of_lanes(s, def->args[0]), *i = lane_value(s, def->args[1]);
        return def->nargs > 2 ? build_index_stride(&s->in, base, i, lane_value(s, def->args[2])) : build_index(&s->in, base, i);
    }
    if (def->code == OP_DECAY)
        return build_decay(&s->in, place_of_lanes(s, def->args[0]));
    Op *object = def->code == OP_PTRCAST ? def->args[0]->def : def;
    Value *made = ptrmap_get(&s->memory, object);
    if (made)
        return made;
    if (object->code != OP_ALLOC)
        ICE("memory of an iteration's own was not found");
    Type *array = type_array(p->type->elem, s->b->width);
    Builder b = before_op(s->made);
    b.loc = object->loc;
    Value *size = build_int(&b, type_scalar(TY_ULONG), s->b->width);
    int64_t each;
    if (object->nargs > 1)
        size = value_int(object->args[1], &each) ? build_int(&b, type_scalar(TY_ULONG), s->b->width * each)
                                                 : build_bin(&b, OP_MUL, size, object->args[1]);
    Op *alloc = op_build(&b, OP_ALLOC, (Value *[]){object->args[0], size}, 2, 1);
    alloc->zeroed = object->zeroed;
    alloc->tape = true;
    Value *v = alloc->results[0];
    v->type = type_ptr(array);
    v->var = var_named(s->b->fn, v->type, "each_", p->var ? p->var : object->results[0]->var, "heap");
    ptrmap_put(&s->memory, object, v);
    ptrs_push(&s->allocs, v);
    return v;
}

/* Where the access goes, in the open loop. */
static Value *lane_place(Blocks *s, Value *p)
{
    int obj = block_own_object(s->b, p);
    if (obj < 0 || !s->b->object_varies[obj])
        return lane_value(s, p);
    return element(&s->in, place_of_lanes(s, p), s->l);
}

/* ---------------------------------------------------------------------- ops */

static void build_lane_op(Blocks *s, Op *op);

static void build_branches(Blocks *s, Op *op)
{
    Value *c = lane_value(s, op->args[0]);
    Op *made = build_if(&s->in, c);
    Builder around = s->in;
    for (int k = 0; k < 2; k++) {
        size_t before = s->known.n;
        s->in = at_end(made->regions[k]);
        s->in.loc = op->loc;
        for (Op *in = op->regions[k]->first; in; in = in->next) {
            if (in->code != OP_YIELD) {
                build_lane_op(s, in);
                continue;
            }
            Ptrs vals = {.arena = s->b->fn->arena};
            for (int i = 0; i < in->nargs; i++)
                ptrs_push(&vals, lane_value(s, in->args[i]));
            build_yield(&s->in, (Value **)vals.at, (int)vals.n);
        }
        forget(s, before);
    }
    s->in = around;
    for (int i = 0; i < op->nresults; i++)
        know(s, op->results[i], op_add_result(made, op->results[i]->type, op->results[i]->var));
}

/* A sum at one place for all: its parts are put aside. */
static void build_part(Blocks *s, Op *accum)
{
    Builder b = before_lanes(s);
    Value *array = make_array(s, &b, accum->args[1]->type, accum->args[1]->var, false);
    array->def->var = var_named(s->b->fn, array->def->of, "part_", accum->args[1]->var, "sum");
    build_store(&s->in, element(&s->in, array, s->l), lane_value(s, accum->args[1]));
    ptrs_push(&s->sums, same_value(s, accum->args[0]));
    ptrs_push(&s->sums, array);
}

static void build_lane_op(Blocks *s, Op *op)
{
    s->in.loc = op->loc;
    bool own = false;
    if (op->nargs && op->args[0]->type->kind == TY_PTR && op_info[op->code].kind == KIND_MEM)
        own = block_own_object(s->b, op->args[0]) >= 0;
    if (op->code == OP_IF)
        build_branches(s, op);
    else if (op->code == OP_LOAD)
        know(s, op->results[0], build_load(&s->in, lane_place(s, op->args[0])));
    else if (op->code == OP_STORE)
        build_store(&s->in, lane_place(s, op->args[0]), lane_value(s, op->args[1]));
    else if (op->code == OP_ACCUM && !own && !block_varies(s->b, op->args[0]) && op->parent->owner->code != OP_IF)
        build_part(s, op);
    else if (op->code == OP_ACCUM)
        build_accum(&s->in, lane_place(s, op->args[0]), lane_value(s, op->args[1]));
    else if (!block_repeats(op->results[0]))
        know(s, op->results[0], clone_in_lanes(s, op));
    if (op->code == OP_LOAD)
        ((Value *)ptrmap_get(&s->lane, op->results[0]))->var = op->results[0]->var;
}

/* Arrays for what is needed again, before the loop over l that computes it. */
static void make_homes(Blocks *s, const Op *op)
{
    for (int i = 0; i < op->nresults; i++)
        if (ptrmap_get(&s->home, op->results[i]) == op->results[i]) {
            Builder b = before_lanes(s);
            ptrmap_put(&s->home, op->results[i], make_array(s, &b, op->results[i]->type, op->results[i]->var, false));
        }
}

static void build_region(Blocks *s, const Region *r);

static bool is_zero(const Value *v)
{
    return v->def && v->def->code == OP_FCONST && v->def->fval == 0 && !signbit(v->def->fval);
}

static void start_carried(Blocks *s, const Op *loop)
{
    for (int i = 1; i < loop->regions[0]->nargs; i++) {
        Value *arg = loop->regions[0]->args[i], *init = loop->args[2 + i];
        if (!hands_on(s, loop, i))
            continue;
        bool zero = is_zero(init);
        if (!zero)
            open_lanes(s, group_of(s, loop));
        Builder b = before_lanes(s);
        Value *array = make_array(s, &b, arg->type, arg->var, zero);
        if (!zero)
            build_store(&s->in, element(&s->in, array, s->l), lane_value(s, init));
        ptrmap_put(&s->home, arg, array);
        ptrmap_put(&s->home, loop->results[i], array);
    }
}

/* ... and not as soon as it is computed, nor handed on as it was. */
static bool is_stored_late(const Blocks *s, const Value *arg, const Value *next)
{
    return block_varies(s->b, arg) && next != arg && ptrmap_get(&s->home, next) != ptrmap_get(&s->home, arg);
}

/* What an iteration hands on goes to its arrays, all of it computed first. */
static void end_carried(Blocks *s, const Region *body, const Op *yield)
{
    Ptrs next = {.arena = s->b->fn->arena};
    for (int i = 1; i < body->nargs; i++)
        if (is_stored_late(s, body->args[i], yield->args[i - 1])) {
            open_lanes(s, group_of(s, yield));
            ptrs_push(&next, lane_value(s, yield->args[i - 1]));
        }
    size_t k = 0;
    for (int i = 1; i < body->nargs; i++)
        if (is_stored_late(s, body->args[i], yield->args[i - 1]))
            build_store(&s->in, element(&s->in, ptrmap_get(&s->home, body->args[i]), s->l), next.at[k++]);
    close_lanes(s);
}

static void build_for_nest(Blocks *s, Op *loop)
{
    const Region *body = loop->regions[0];
    start_carried(s, loop);
    close_lanes(s);
    Builder outer = s->out;
    Op *made =
        build_for(&s->out, same_value(s, loop->args[0]), same_value(s, loop->args[1]), same_value(s, loop->args[2]), loop->cmp);
    made->reversed = loop->reversed;
    made->loc = loop->loc;
    made->regions[0]->args[0]->var = body->args[0]->var;
    made->results[0]->var = loop->results[0]->var;
    ptrmap_put(&s->same, body->args[0], made->regions[0]->args[0]);
    ptrmap_put(&s->same, loop->results[0], made->results[0]);
    for (int i = 1; i < body->nargs; i++)
        if (!hands_on(s, loop, i)) {
            Value *arg = for_add_carried(made, same_value(s, loop->args[2 + i]), body->args[i]->var);
            ptrmap_put(&s->same, body->args[i], arg);
            ptrmap_put(&s->same, loop->results[i], for_result_of(made, arg));
        }
    s->out = at_end(made->regions[0]);
    s->out.loc = loop->loc;
    build_region(s, body);
    end_carried(s, body, body->last);
    Ptrs next = {.arena = s->b->fn->arena};
    for (int i = 1; i < body->nargs; i++)
        if (!hands_on(s, loop, i))
            ptrs_push(&next, same_value(s, body->last->args[i - 1]));
    build_yield(&s->out, (Value **)next.at, (int)next.n);
    s->out = outer;
}

static void build_if_nest(Blocks *s, Op *op)
{
    close_lanes(s);
    Builder outer = s->out;
    Op *made = build_if(&s->out, same_value(s, op->args[0]));
    made->loc = op->loc;
    for (int k = 0; k < 2; k++) {
        s->out = at_end(made->regions[k]);
        s->out.loc = op->loc;
        build_region(s, op->regions[k]);
        close_lanes(s);
        build_yield(&s->out, NULL, 0);
    }
    s->out = outer;
}

static void build_own_local(Blocks *s, Op *op)
{
    const int *objs;
    Builder b = before_lanes(s);
    if (mem_objects(s->b->memory->m, op->results[0], &objs) != 1 || !s->b->own[objs[0]] || !s->b->object_varies[objs[0]]) {
        clone_op(&b, op, &s->same);
        return;
    }
    Type *t = type_of_arrays(s, op->of);
    Value *made = build_local(&b, t, var_named(s->b->fn, t, "each_", op->var, "t"), NULL, 0);
    made->def->zeroed = op->zeroed;
    ptrmap_put(&s->memory, op, made);
}

static void build_region(Blocks *s, const Region *r)
{
    for (Op *op = r->first; op != r->last; op = op_next(op)) {
        LaneKind kind = block_kind(s->b, op);
        s->out.loc = op->loc;
        if (op->code == OP_LOCAL)
            build_own_local(s, op);
        else if (kind == LANES_NEST)
            (op->code == OP_FOR ? build_for_nest : build_if_nest)(s, op);
        else if (kind == LANES_NONE) {
            if (ends_stretch(op))
                close_lanes(s);
            Builder b = before_lanes(s);
            clone_op(&b, op, &s->same);
        } else if (op->nresults != 1 || !block_repeats(op->results[0])) {
            open_lanes(s, group_of(s, op));
            make_homes(s, op);
            build_lane_op(s, op);
            for (int i = 0; i < op->nresults; i++)
                put_home(s, op->results[i]);
        }
    }
}

/* Locals outside of the loop that its iterations have for themselves. */
static void find_outer_local(Op *op, void *ctx)
{
    Blocks *s = ctx;
    const int *objs;
    if (op->code != OP_LOCAL || region_contains(s->b->loop->regions[0], op) ||
        mem_objects(s->b->memory->m, op->results[0], &objs) != 1 || !s->b->own[objs[0]] || !s->b->object_varies[objs[0]])
        return;
    Builder b = before_op(s->b->loop);
    Type *t = type_of_arrays(s, op->of);
    Value *made = build_local(&b, t, var_named(s->b->fn, t, "each_", op->var, "t"), NULL, 0);
    made->def->zeroed = op->zeroed;
    ptrmap_put(&s->memory, op, made);
}

static void add_parts(Builder *b, Value **init, Value *parts)
{
    *init = is_zero(*init) ? parts : build_bin(b, OP_ADD, *init, parts);
}

void block_build(Block *b)
{
    Arena *arena = b->fn->arena;
    Op *loop = b->loop;
    Region *body = loop->regions[0];
    Blocks s = {.b = b,
                .same.arena = arena,
                .lane.arena = arena,
                .known.arena = arena,
                .home.arena = arena,
                .groups.arena = arena,
                .memory.arena = arena,
                .allocs.arena = arena,
                .sums.arena = arena};
    b->ngroups = 0;
    number_region(&s, body);
    find_homes(&s, body);
    walk_ops(b->fn->body, find_outer_local, &s);
    Builder before = before_op(loop);
    before.loc = loop->loc;
    for (int i = 1; i < body->nargs; i++) {
        Value *array = make_array(&s, &before, body->args[i]->type, body->args[i]->var, true);
        array->def->var = var_named(b->fn, array->def->of, "part_", body->args[i]->var, "sum");
        ptrmap_put(&s.home, body->args[i], array);
        Value *next = body->last->args[i - 1];
        if (next->def && block_kind(b, next->def) != LANES_NEST) /* a sum is not read between here and the next iteration */
            ptrmap_put(&s.home, next, array);
    }
    Type *t = loop->args[0]->type;
    Op *made = build_for(&before, loop->args[0], end_of_blocks(&before, loop->args[0], loop->args[1], b->width, false),
                         build_int(&before, t, b->width), OP_LT);
    made->note = arena_printf(arena, "%d iterations at a time, side by side", b->width);
    s.made = made;
    s.counter = made->regions[0]->args[0];
    s.counter->var = body->args[0]->var;
    s.out = at_end(made->regions[0]);
    s.out.loc = loop->loc;
    build_region(&s, body);
    end_carried(&s, body, body->last);
    build_yield(&s.out, NULL, 0);
    before = before_op(loop);
    for (size_t i = 0; i < s.allocs.n; i++)
        op_build(&before, OP_FREE, (Value *[]){s.allocs.at[i]}, 1, 0);
    for (int i = 1; i < body->nargs; i++)
        add_parts(&before, &loop->args[2 + i], add_halves(&before, ptrmap_get(&s.home, body->args[i]), 0, b->width));
    loop->args[0] = end_of_blocks(&before, loop->args[0], loop->args[1], b->width, false);
    drop_if_empty(b->fn, loop);
}
