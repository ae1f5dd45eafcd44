/* lanes.c: --directions K: the derivative of one direction becomes that of K, innermost.
 *
 *   d = x * d_a[i]; d_y[i] = d + d_b;   ->   for (long k = 0; k < K; k++) { d = x * d_a[i * K + k]; d_y[i * K + k] = d + d_b[k]; }
 *
 * It works on a finished derivative, so that each direction has the operations of a single run, in their order. What the primal computes
 * stays where it is and is done once. This file finds the lanes.
 */
#include "analysis.h"
#include "lanes.h"

#include <string.h>

static void cannot(Lanes *l, Loc loc, const char *why)
{
    if (!l->why) {
        l->why = why;
        l->where = loc;
    }
}

bool is_lane(const Lanes *l, const Value *v)
{
    return v->id < l->nvalues && l->lane[v->id];
}

static void set_lane(Lanes *l, const Value *v)
{
    if (!is_lane(l, v))
        l->changed = l->lane[v->id] = true;
}

/* May what the pointer points to be numbers? */
static bool may_hold_numbers(const Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t->kind != TY_PTR && t->kind != TY_FUNC && t->kind != TY_OPAQUE;
}

bool points_to_lanes(const Lanes *l, const Value *p)
{
    if (p->type->kind != TY_PTR || p->id >= l->nvalues || !may_hold_numbers(p->type->elem))
        return false;
    const int *objs;
    int n = mem_objects(l->mem, p, &objs);
    for (int i = 0; i < n; i++)
        if (l->object[objs[i]])
            return true;
    return false;
}

static void mark_object(Lanes *l, int obj)
{
    if (!l->object[obj])
        l->changed = l->object[obj] = true;
}

static void mark_objects(Lanes *l, const Value *p)
{
    const int *objs;
    int n = mem_objects(l->mem, p, &objs);
    for (int i = 0; i < n; i++)
        mark_object(l, objs[i]);
}

/* The derivative memory that is to have several directions. */
static bool differs(const Lanes *l, const Var *var)
{
    return l->shadows >> var->shadow & 1;
}

/* ---------------------------------------------------------------------- what the ops say */

static bool computes(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    return kind == KIND_ARITH || kind == KIND_MATH || op->code == OP_MULZ;
}

bool is_plain_if(const Op *op)
{
    if (op->code != OP_IF || op->nresults == 0)
        return false;
    for (int r = 0; r < 2; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            if (!computes(in) && op_info[in->code].kind != KIND_CONST && in->code != OP_YIELD && !is_plain_if(in))
                return false;
    for (int i = 0; i < op->nresults; i++)
        if (op->results[i]->type->kind == TY_PTR)
            return false;
    return true;
}

static bool all_results_are_lanes(const Lanes *l, const Op *op)
{
    for (int i = 0; i < op->nresults; i++)
        if (!is_lane(l, op->results[i]))
            return false;
    return op->nresults > 0;
}

/* Operations in the if, those that name constants and results left out. */
static int work_inside(const Op *op)
{
    int n = 0;
    for (int r = 0; r < op->nregions; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            n += in->code != OP_YIELD && op_info[in->code].kind != KIND_CONST ? 1 + work_inside(in) : 0;
    return n;
}

/* One test for all directions: compilers vectorise the loops in its branches, but no loop with branches in it. */
static bool stands_outside(const Lanes *l, const Op *op)
{
    enum { LITTLE = 3 };
    return !is_lane(l, op->args[0]) && work_inside(op) > LITTLE;
}

bool is_lane_op(const Lanes *l, const Op *op)
{
    if (op->code == OP_LOAD || (computes(op) && op->nresults > 0))
        return is_lane(l, op->results[0]);
    if (op->code == OP_STORE || op->code == OP_ACCUM)
        return is_lane(l, op->args[1]) || (op->args[1]->type->kind != TY_PTR && points_to_lanes(l, op->args[0]));
    return is_plain_if(op) && all_results_are_lanes(l, op) && !stands_outside(l, op);
}

static bool any_lane(const Lanes *l, const Op *op)
{
    for (int i = 0; i < op->nargs; i++)
        if (is_lane(l, op->args[i]))
            return true;
    return false;
}

static void flow(void *ctx, Value *from, Value *to)
{
    Lanes *l = ctx;
    if (is_lane(l, from))
        set_lane(l, to);
}

static void find_if(Lanes *l, const Op *op)
{
    for (int i = 0; i < op->nresults && is_lane(l, op->args[0]); i++)
        set_lane(l, op->results[i]);
}

bool lanes_is_instance(const Op *call)
{
    return call->code == OP_CALL && call->callee && call->callee->instance;
}

bool lanes_takes(const Lanes *l, const Op *call, int i)
{
    return lanes_is_instance(call) && i < call->callee->nparams && differs(l, call->callee->params[i]);
}

/* What it is given, and what that leads to, has a last index in whatever call. */
static void find_given(Lanes *l, const Op *call)
{
    for (int i = 0; i < call->nargs; i++) {
        IntSet all = lanes_takes(l, call, i) && call->args[i]->type->kind == TY_PTR ? mem_reachable(l->mem, call->args[i]) : (IntSet){0};
        for (int k = 0; k < all.n; k++)
            mark_object(l, all.at[k]);
    }
    for (int i = 0; i < mem_count(l->mem) && l->k == SETS_IN_PLACE; i++)
        if (is_left_by(l->mem, i, call) && l->shadows >> l->mem->objects[i].shadow & 1)
            mark_object(l, i);
}

static bool copies_lanes(const Lanes *l, const Op *copy)
{
    return points_to_lanes(l, copy->args[0]) || points_to_lanes(l, copy->args[1]);
}

static void find_lanes(Op *op, void *ctx)
{
    Lanes *l = ctx;
    if (computes(op) && any_lane(l, op))
        for (int i = 0; i < op->nresults; i++)
            set_lane(l, op->results[i]);
    else if (op->code == OP_LOAD && op->results[0]->type->kind != TY_PTR && points_to_lanes(l, op->args[0]))
        set_lane(l, op->results[0]);
    else if ((op->code == OP_STORE || op->code == OP_ACCUM) && is_lane(l, op->args[1]))
        mark_objects(l, op->args[0]);
    else if (op->code == OP_PUSH && is_lane(l, op->args[1]) && op->ival < l->nvalues)
        l->pushed[op->ival] = true;
    else if (op->code == OP_POP && op->ival < l->nvalues && l->pushed[op->ival])
        set_lane(l, op->results[0]);
    else if (op->code == OP_IF && is_plain_if(op))
        find_if(l, op);
    else if (lanes_is_instance(op))
        find_given(l, op);
    else if (op->code == OP_CALL && (lanes_is_single(l, op) || lanes_takes_sets(l, op)))
        lanes_find_single(l, op, mark_objects);
    else if (op->code == OP_COPY && copies_lanes(l, op))
        mark_objects(l, op->args[0]), mark_objects(l, op->args[1]);
    if (lanes_gives_lane(l, op))
        set_lane(l, op->results[0]);
    mem_op_flows(op, flow, l);
    for (int i = 0; i < op->nresults; i++)
        if (points_to_lanes(l, op->results[i]))
            mark_objects(l, op->results[i]);
    for (int r = 0; r < op->nregions; r++)
        for (int i = 0; i < op->regions[r]->nargs; i++)
            if (points_to_lanes(l, op->regions[r]->args[i]))
                mark_objects(l, op->regions[r]->args[i]);
}

/* ---------------------------------------------------------------------- what cannot be done */

static bool is_row_pointer(const Value *p)
{
    return p->type->kind == TY_PTR && p->type->elem->kind == TY_ARRAY;
}

/* split_aside.c: they take blocks of any size. */
bool lanes_is_aside(const Op *call)
{
    return call->text && (!strcmp(call->text, "ad_put_aside") || !strcmp(call->text, "ad_put_back"));
}

/* Sets in the bytes of numbers go with these. */
static bool moves_bytes(const Lanes *l, const Op *call)
{
    return l->k == SETS_IN_PLACE && call->text && (!strncmp(call->text, "ad_log", 6) || !strcmp(call->text, "ad_push_ptr"));
}

static void refuse_call(Lanes *l, const Op *op)
{
    const char *name = op->callee ? op->callee->name : op->text ? op->text : "a function";
    bool follows = lanes_is_instance(op) && op->callee->instance->directions == l->k;
    if (frees_tape(op) || lanes_is_aside(op))
        return;
    if (lanes_is_single(l, op) || lanes_takes_sets(l, op)) {
        const char *why = l->k > 0 ? lanes_why_not_single(l, op) : lanes_why_no_sets(l, op);
        if (why)
            cannot(l, op->loc, why);
        return;
    }
    for (int i = 0; i < op->nargs; i++)
        if ((is_lane(l, op->args[i]) || (points_to_lanes(l, op->args[i]) && !moves_bytes(l, op))) && !(follows && lanes_takes(l, op, i)))
            cannot(l, op->loc, !strncmp(name, "ad_log", 6) ? "derivatives that are overwritten here would have to be saved"
                               : op->callee ? arena_printf(l->fn->arena, "'%s' takes one direction", name)
                                            : arena_printf(l->fn->arena, "'%s' would have to take several", name));
}

static bool same_size(const Type *a, const Type *b)
{
    return a->kind == TY_VOID || b->kind == TY_VOID || (a->size == b->size && a->size > 0);
}

static const Type *leaf_of(const Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

/* Does the struct go on behind its end, with as many elements of its last field as there is memory for? K such do not follow each other. */
static bool is_open_ended(const Op *field)
{
    return type_open_end(field->args[0]->type->elem) == field->ival;
}

/* Numbers of two sizes in one place. */
static bool is_punned(const Type *a, const Type *b)
{
    bool complex = type_is_complex(a) || type_is_complex(b);
    return (type_is_float(a) || type_is_complex(a)) && (type_is_float(b) || type_is_complex(b)) && !complex && a->size != b->size;
}

static void refuse_address(Lanes *l, const Op *op)
{
    for (int i = 1; i < op->nargs; i++)
        if (is_lane(l, op->args[i]))
            cannot(l, op->loc, "an index depends on a derivative");
    if (l->k == SETS_IN_PLACE) {
        if (op->code == OP_PTRCAST && is_punned(leaf_of(op->args[0]->type->elem), leaf_of(op->results[0]->type->elem)))
            cannot(l, op->loc, "derivatives are addressed through another type");
        return;
    }
    if (op->code == OP_FIELD && is_open_ended(op))
        cannot(l, op->loc, "derivatives at the end of a struct that has any number of them");
    const Type *from = leaf_of(op->args[0]->type->elem), *to = leaf_of(op->results[0]->type->elem);
    bool records = (from->kind == TY_RECORD) != (to->kind == TY_RECORD) && from->kind != TY_VOID && to->kind != TY_VOID;
    if (op->code == OP_PTRCAST && (records || !same_size(from, to)))
        cannot(l, op->loc, "derivatives are addressed through another type");
}

/* The K copies of a part of a struct lie in K structs: the address of the first does not lead to the others. */
static bool is_in_struct(const Value *p)
{
    for (const Op *op = p->def; op && op_info[op->code].kind == KIND_ADDR && op->nargs; op = op->args[0]->def)
        if (op->code == OP_FIELD)
            return true;
    return false;
}

/* Addresses that are known by their values alone from here on. */
static void refuse_handed_on(Lanes *l, const Op *op)
{
    bool stored = op->code == OP_STORE || op->code == OP_PUSH;
    for (int i = stored || op->code == OP_SELECT || op->code == OP_COND; i < op->nargs; i++) {
        bool on = stored || op->nregions || op->code == OP_SELECT || op->code == OP_COND || op->code == OP_YIELD || lanes_takes(l, op, i);
        if (on && points_to_lanes(l, op->args[i]) && is_in_struct(op->args[i]))
            cannot(l, op->loc, "the address of a part of a struct with derivatives is kept");
    }
}

/* Bytes of whole numbers, of which there are K times as many. */
static bool copies_numbers(const Lanes *l, const Op *copy)
{
    bool plain = l->k > 0;
    for (int i = 0; i < 2; i++)
        plain = plain && type_is_float(copy->args[i]->type->elem) && !is_in_struct(copy->args[i]);
    return plain || !copies_lanes(l, copy);
}

static void refuse_op(Op *op, void *ctx)
{
    Lanes *l = ctx;
    if (l->k > 0)
        refuse_handed_on(l, op);
    bool lanes = any_lane(l, op), address = op->nargs > 0 && points_to_lanes(l, op->args[0]), in_place = l->k == SETS_IN_PLACE;
    if ((op->code == OP_CALL || op->code == OP_CALLPTR))
        refuse_call(l, op);
    else if (!in_place && op->code == OP_STORE && points_to_lanes(l, op->args[1]) && is_row_pointer(op->args[1]))
        cannot(l, op->loc, "the address of a row of derivatives is stored");
    else if (!in_place && op->code == OP_LOAD && points_to_lanes(l, op->results[0]) && is_row_pointer(op->results[0]))
        cannot(l, op->loc, "the address of a row of derivatives is loaded");
    else if (op_info[op->code].kind == KIND_ADDR && (address || lanes))
        !in_place && (op->code == OP_PTRDIFF || op->code == OP_PTRINT) ? cannot(l, op->loc, "addresses of derivatives are computed with")
                                                        : refuse_address(l, op);
    else if ((op->code == OP_IF && is_lane(l, op->args[0]) && !is_plain_if(op)) || (op->code == OP_COND && is_lane(l, op->args[0])))
        cannot(l, op->loc, "a condition depends on a derivative");
    else if (op->code == OP_FOR && (is_lane(l, op->args[0]) || is_lane(l, op->args[1]) || is_lane(l, op->args[2])))
        cannot(l, op->loc, "the bounds of a loop depend on a derivative");
    else if (!in_place && ((op->code == OP_COPY && !copies_numbers(l, op)) || (op->code == OP_REALLOC && address)))
        cannot(l, op->loc, "a block of memory with derivatives is copied or resized");
    else if (op->code == OP_ALLOC && lanes)
        cannot(l, op->loc, "a size depends on a derivative");
    else if (op->code == OP_YIELD && op->parent == l->fn->body && lanes)
        cannot(l, op->loc, "a pointer may point to derivatives and to other memory");
    else if (op->code == OP_ASSERT && lanes)
        cannot(l, op->loc, "an assertion depends on a derivative");
}

/* Derivative memory that is to be the same for all directions (the gradient beside the columns of a Hessian) must not have become one of
 * several by being mixed up with that of others. */
static void refuse_shared(Lanes *l)
{
    for (int i = 0; i < mem_count(l->mem); i++) {
        ObjKind kind = mem_object_kind(l->mem, i);
        const Value *param = kind == OBJ_PARAM || kind == OBJ_POINTEE ? mem_object_param(l->mem, i) : NULL;
        if (l->object[i] && kind != OBJ_LOCAL && kind != OBJ_HEAP && !(param && differs(l, param->var)))
            cannot(l, l->fn->loc, "a pointer may point to derivatives and to other memory");
    }
}

/* ---------------------------------------------------------------------- the pass */

/* What a recursive function leaves behind its parameters holds lanes, too, which its caller puts there. */
static void mark_left(Lanes *l, const Value *p)
{
    IntSet all = l->k == SETS_IN_PLACE && l->fn->instance ? mem_reachable(l->mem, p) : (IntSet){0};
    for (int i = 0; i < all.n; i++)
        mark_object(l, all.at[i]);
}

static void start(Lanes *l)
{
    Fn *fn = l->fn;
    size_t n = (size_t)fn->nvalues + 1;
    l->nvalues = fn->nvalues;
    l->mem = mem_analyse(fn);
    l->lane = arena_alloc(fn->arena, n * sizeof *l->lane);
    l->pushed = arena_alloc(fn->arena, n * sizeof *l->pushed);
    l->object = arena_alloc(fn->arena, (size_t)(mem_count(l->mem) + 1) * sizeof *l->object);
    for (int i = 0; i < fn->body->nargs; i++) {
        const Value *p = fn->body->args[i];
        const Var *var = i < fn->nparams ? fn->params[i] : NULL;
        if (!var || !differs(l, var))
            continue;
        if (p->type->kind == TY_PTR)
            mark_objects(l, p), mark_left(l, p);
        else
            set_lane(l, p);
    }
    for (int i = 0; i < mem_count(l->mem); i++)
        if (mem_object_kind(l->mem, i) == OBJ_POINTEE && mem_object_param(l->mem, i) && differs(l, mem_object_param(l->mem, i)->var))
            mark_object(l, i);
}

bool lanes_find(Lanes *l, Fn *fn, int k, unsigned shadows)
{
    *l = (Lanes){.fn = fn, .k = k, .shadows = shadows, .group_of = {.arena = fn->arena}, .has = {.arena = fn->arena}, .steps = {.arena = fn->arena}};
    start(l);
    for (l->changed = true; l->changed;) {
        l->changed = false;
        walk_ops(fn->body, find_lanes, l);
    }
    walk_ops(fn->body, refuse_op, l);
    refuse_shared(l);
    return !l->why;
}

bool lanes_add(Fn *fn, int k, unsigned shadows, Loc *where, const char **why)
{
    Lanes l;
    bool possible = lanes_find(&l, fn, k, shadows);
    *why = l.why;
    *where = l.where.line ? l.where : fn->loc;
    if (!possible)
        return false;
    size_t n = (size_t)l.nvalues + 1;
    l.form = arena_alloc(fn->arena, n * sizeof *l.form);
    l.home = arena_alloc(fn->arena, n * sizeof *l.home);
    l.needs_home = arena_alloc(fn->arena, n * sizeof *l.needs_home);
    l.group = arena_alloc(fn->arena, n * sizeof *l.group);
    l.rows = arena_alloc(fn->arena, n * sizeof *l.rows);
    l.uses = count_uses(fn);
    lanes_grow_memory(&l);
    lanes_make_loops(&l);
    lanes_forget_lengths(fn);
    return true;
}
