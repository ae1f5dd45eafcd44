/* activity.c: which values and objects carry derivatives. Varied: depends on an independent, by floating data flow. Useful: a dependent
 * depends on it. Active: both. Flow-insensitive for memory; control dependence carries nothing.
 *
 * Memory that the SPEC does not list is a constant of the derivative, even where it might overlap listed memory: overlapping arguments need
 * shadows that overlap alike (INTERFACE.md section 3), and it has none.
 */
#include "analysis.h"

#include <string.h>

/* ------------------------------------------------------------------ roots and roles */

const Var *activity_root(const Activity *a, int obj)
{
    const MemObject *o = &a->m->objects[mem_object_root(a->m, obj)];
    if (o->kind == OBJ_GLOBAL)
        return o->op->var;
    return o->kind == OBJ_PARAM && o->param->index < a->fn->nparams ? a->fn->params[o->param->index] : NULL;
}

static Role role_of_object(const Activity *a, int obj)
{
    const MemObject *o = &a->m->objects[mem_object_root(a->m, obj)];
    if (o->kind == OBJ_PARAM) {
        if (o->param->index < a->fn->nparams)
            return a->rq->roles[o->param->index];
        return a->rq->return_is_dep ? ROLE_DEP : ROLE_NONE; /* the result object */
    }
    for (size_t i = 0; o->kind == OBJ_GLOBAL && i < a->rq->global_vars.n; i++)
        if (a->rq->global_vars.at[i] == o->op->var)
            return a->rq->global_roles[i];
    return ROLE_NONE;
}

static bool declared_inactive(const Activity *a, int obj)
{
    const MemObject *o = &a->m->objects[mem_object_root(a->m, obj)];
    const Var *root = activity_root(a, obj);
    return (root && root->is_inactive) || (o->op && o->op->var && o->op->var->is_inactive);
}

static void start_objects(Activity *a)
{
    for (int i = 0; i < a->nobjects; i++) {
        a->role[i] = role_of_object(a, i);
        a->listed[i] = a->role[i] != ROLE_NONE;
        a->fixed_inactive[i] = !a->listed[i] && declared_inactive(a, i);
        a->object_varied[i] |= a->listed[i];
        /* Shadows of dependents and scratch must follow every write, be the value varied or not. */
        a->object_useful[i] |= (a->role[i] & (ROLE_DEP | ROLE_SCRATCH)) != 0;
    }
}

static void start_values(Activity *a)
{
    const Region *body = a->fn->body;
    for (int i = 0; i < body->nargs && i < a->fn->nparams; i++)
        if (type_is_differentiable(body->args[i]->type))
            a->varied[body->args[i]->id] = a->rq->roles[i] != ROLE_NONE;
    const Op *end = region_terminator(body);
    for (int i = 0; end && a->rq->return_is_dep && i < end->nargs; i++)
        if (type_is_differentiable(end->args[i]->type))
            a->useful[end->args[i]->id] = true;
}

/* ------------------------------------------------------------------ what the caller gets */

typedef struct {
    Activity *a;
    bool changed;
} Handing;

/* The caller finds a new object whose address is left in a listed object, or in another new one that it finds: a dependent where that is. */
static void hand_out(Op *op, void *ctx)
{
    Handing *h = ctx;
    Activity *a = h->a;
    if (op->code != OP_STORE || op->args[1]->type->kind != TY_PTR)
        return;
    const IntSet *into = mem_points_to(a->m, op->args[0]), *what = mem_points_to(a->m, op->args[1]);
    Role found = ROLE_NONE;
    for (int i = 0; i < into->n; i++)
        found |= a->role[into->at[i]] | a->handed_out[into->at[i]];
    for (int i = 0; i < what->n; i++) {
        int obj = what->at[i];
        if (a->m->objects[obj].kind != OBJ_HEAP || (a->handed_out[obj] | found) == a->handed_out[obj])
            continue;
        a->handed_out[obj] |= found;
        a->object_useful[obj] |= (found & (ROLE_DEP | ROLE_SCRATCH)) != 0;
        h->changed = true;
    }
}

/* ... or that a recursive function returns with its shadow. */
static void hand_out_result(Activity *a)
{
    const Op *yield = region_terminator(a->fn->body);
    bool pointer = a->fn->instance && yield->nargs && yield->args[0]->type->kind == TY_PTR;
    const IntSet none = {0}, *what = pointer ? mem_points_to(a->m, yield->args[0]) : &none;
    for (int i = 0; i < what->n; i++) {
        int obj = what->at[i];
        if (a->m->objects[obj].kind == OBJ_HEAP)
            a->handed_out[obj] = ROLE_INDEP | ROLE_DEP, a->object_useful[obj] = true;
    }
}

static void find_handed_out(Activity *a)
{
    Handing h = {a, true};
    hand_out_result(a);
    while (h.changed) {
        h.changed = false;
        walk_ops(a->fn->body, hand_out, &h);
    }
}

/* ------------------------------------------------------------------ marks */

static void mark(Activity *a, bool *at)
{
    if (!*at)
        *at = a->changed = true;
}

static bool any_object(const Activity *a, const Value *ptr, const bool *set)
{
    const IntSet *objs = mem_points_to(a->m, ptr);
    for (int i = 0; i < objs->n; i++)
        if (set[objs->at[i]])
            return true;
    return false;
}

static void mark_object(Activity *a, int obj, bool *set)
{
    if (!a->fixed_inactive[obj])
        mark(a, &set[obj]);
}

static void mark_objects(Activity *a, const Value *ptr, bool *set)
{
    const IntSet *objs = mem_points_to(a->m, ptr);
    for (int i = 0; i < objs->n; i++)
        mark_object(a, objs->at[i], set);
}

/* What is read through one listed parameter may have been written through another. (All that is listed is varied from the start.) */
static void mark_overlapping_useful(Activity *a)
{
    for (int i = 0; i < a->nobjects; i++)
        for (int k = 0; a->object_useful[i] && a->listed[i] && k < a->m->objects[i].overlaps.n; k++) {
            int other = a->m->objects[i].overlaps.at[k];
            if (a->listed[other])
                mark(a, &a->object_useful[other]);
        }
}

static void join(Activity *a, int i, int j, bool *set)
{
    if (set[i])
        mark_object(a, j, set);
    if (set[j])
        mark_object(a, i, set);
}

/* What an object's pointers point to is told apart by the field they are in. Where one was reached with no field known, or as the field of
 * another type, it may be any of them. */
static void mark_siblings(Activity *a, bool *set)
{
    for (int i = 0; i < a->nobjects; i++) {
        const IntSet *c = &a->m->objects[i].children;
        for (int k = 0; k < c->n; k++)
            for (int n = 0; n < c->n; n++)
                if (!a->m->objects[c->at[k]].key || a->m->objects[i].punned)
                    join(a, c->at[k], c->at[n], set);
    }
}

/* ------------------------------------------------------------------ ops */

/* Does result 0 of a scalar op depend smoothly on operand k? */
static bool carries(const Op *op, int k)
{
    const Type *t = op->args[k]->type;
    if (!type_is_differentiable(t) || !type_is_differentiable(op->results[0]->type))
        return false;
    if (op_info[op->code].kind == KIND_MATH) {
        const char *partial = k < 3 ? op_info[op->code].partial[k] : NULL;
        return partial && strcmp(partial, "0") != 0;
    }
    return op->code != OP_SELECT || k > 0;
}

static bool is_scalar_op(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    return (kind == KIND_ARITH || kind == KIND_MATH || op->code == OP_USE || op->code == OP_MULZ) && op->nresults > 0;
}

static void custom_call_forward(Activity *a, const Op *op)
{
    bool any = false;
    for (int i = 0; i < op->nargs; i++)
        if (call_carries(op, i))
            any |= op->args[i]->type->kind == TY_PTR ? any_object(a, op->args[i], a->object_varied) : a->varied[op->args[i]->id];
    if (!any)
        return;
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i]->type->kind == TY_PTR && custom_may_write(op, i) && call_carries(op, i))
            mark_objects(a, op->args[i], a->object_varied);
    if (op->nresults && type_is_differentiable(op->results[0]->type))
        mark(a, &a->varied[op->results[0]->id]);
}

static void custom_call_backward(Activity *a, const Op *op)
{
    bool any = op->nresults && a->useful[op->results[0]->id];
    for (int i = 0; i < op->nargs; i++)
        any |= op->args[i]->type->kind == TY_PTR && custom_may_write(op, i) && any_object(a, op->args[i], a->object_useful);
    for (int i = 0; any && i < op->nargs; i++) {
        if (!call_carries(op, i))
            continue;
        if (op->args[i]->type->kind == TY_PTR)
            mark_objects(a, op->args[i], a->object_useful);
        else if (type_is_differentiable(op->args[i]->type))
            mark(a, &a->useful[op->args[i]->id]);
    }
}

static bool any_input(const Activity *a, const Op *call)
{
    IntSet read = recursion_read(a->m, call);
    if (recursion_state(a->m, a->rq, call))
        return true;
    for (int i = 0; i < read.n; i++)
        if (a->object_varied[read.at[i]])
            return true;
    for (int k = 0; k < call->nargs; k++)
        if (call->args[k]->type->kind != TY_PTR && a->varied[call->args[k]->id])
            return true;
    return false;
}

/* A recursive function hands on derivatives from all that it can read to all that it writes. */
static void recursion_forward_activity(Activity *a, const Op *call)
{
    if (!any_input(a, call))
        return;
    IntSet written = recursion_written(a->m, call);
    for (int i = 0; i < written.n; i++)
        mark_object(a, written.at[i], a->object_varied);
    if (call->nresults && type_is_differentiable(call->results[0]->type))
        mark(a, &a->varied[call->results[0]->id]);
}

static void recursion_backward_activity(Activity *a, const Op *call)
{
    bool any = call->nresults && a->useful[call->results[0]->id];
    IntSet written = recursion_written(a->m, call);
    for (int i = 0; i < written.n; i++)
        any |= a->object_useful[written.at[i]];
    if (!any)
        return;
    for (int k = 0; k < call->nargs; k++)
        if (type_is_differentiable(call->args[k]->type))
            mark(a, &a->useful[call->args[k]->id]);
    IntSet read = recursion_read(a->m, call);
    for (int i = 0; i < read.n; i++)
        mark_object(a, read.at[i], a->object_useful);
}

static void op_forward(Activity *a, const Op *op)
{
    if (is_scalar_op(op)) {
        for (int k = 0; k < op->nargs; k++)
            if (carries(op, k) && a->varied[op->args[k]->id])
                mark(a, &a->varied[op->results[0]->id]);
    } else if (op->code == OP_LOAD) {
        if (type_is_differentiable(op->results[0]->type) && any_object(a, op->args[0], a->object_varied))
            mark(a, &a->varied[op->results[0]->id]);
    } else if (op->code == OP_STORE || op->code == OP_ACCUM) {
        if (a->varied[op->args[1]->id])
            mark_objects(a, op->args[0], a->object_varied);
    } else if (op->code == OP_REALLOC || op->code == OP_COPY) {
        const Value *from = op->code == OP_COPY ? op->args[1] : op->args[0];
        const Value *to = op->code == OP_COPY ? op->args[0] : op->results[0];
        if (any_object(a, from, a->object_varied))
            mark_objects(a, to, a->object_varied);
    } else if (op->code == OP_PUSH) {
        a->tape_varied |= a->varied[op->args[op->nargs - 1]->id];
    } else if (op->code == OP_POP) {
        if (a->tape_varied && type_is_differentiable(op->results[0]->type))
            mark(a, &a->varied[op->results[0]->id]);
    } else if (call_has_derivative(op, a->rq->mode)) {
        custom_call_forward(a, op);
    } else if (is_recursion(op)) {
        recursion_forward_activity(a, op);
    }
}

static void op_backward(Activity *a, const Op *op)
{
    if (is_scalar_op(op)) {
        for (int k = 0; k < op->nargs; k++)
            if (carries(op, k) && a->useful[op->results[0]->id])
                mark(a, &a->useful[op->args[k]->id]);
    } else if (op->code == OP_LOAD) {
        if (a->useful[op->results[0]->id])
            mark_objects(a, op->args[0], a->object_useful);
    } else if (op->code == OP_STORE || op->code == OP_ACCUM) {
        if (type_is_differentiable(op->args[1]->type) && any_object(a, op->args[0], a->object_useful))
            mark(a, &a->useful[op->args[1]->id]);
    } else if (op->code == OP_REALLOC || op->code == OP_COPY) {
        const Value *from = op->code == OP_COPY ? op->args[1] : op->args[0];
        const Value *to = op->code == OP_COPY ? op->args[0] : op->results[0];
        if (any_object(a, to, a->object_useful))
            mark_objects(a, from, a->object_useful);
    } else if (op->code == OP_POP) {
        a->tape_useful |= a->useful[op->results[0]->id];
    } else if (op->code == OP_PUSH) {
        const Value *v = op->args[op->nargs - 1];
        if (a->tape_useful && type_is_differentiable(v->type))
            mark(a, &a->useful[v->id]);
    } else if (call_has_derivative(op, a->rq->mode)) {
        custom_call_backward(a, op);
    } else if (is_recursion(op)) {
        recursion_backward_activity(a, op);
    }
}

/* ------------------------------------------------------------------ to the fixed point, with the flow and against it */

static void flow_forward(void *ctx, Value *from, Value *to)
{
    Activity *a = ctx;
    if (a->varied[from->id])
        mark(a, &a->varied[to->id]);
}

static void flow_backward(void *ctx, Value *from, Value *to)
{
    Activity *a = ctx;
    if (a->useful[to->id])
        mark(a, &a->useful[from->id]);
}

static void region_forward(Activity *a, const Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        op_forward(a, op);
        mem_op_flows(op, flow_forward, a);
        for (int k = 0; k < op->nregions; k++)
            region_forward(a, op->regions[k]);
        mem_op_flows(op, flow_forward, a);
    }
}

static void region_backward(Activity *a, const Region *r)
{
    for (Op *op = r->last; op; op = op->prev) {
        mem_op_flows(op, flow_backward, a);
        for (int k = op->nregions - 1; k >= 0; k--)
            region_backward(a, op->regions[k]);
        mem_op_flows(op, flow_backward, a);
        op_backward(a, op);
    }
}

static void propagate(Activity *a)
{
    do {
        a->changed = false;
        region_forward(a, a->fn->body);
        mark_siblings(a, a->object_varied);
    } while (a->changed);
    do {
        a->changed = false;
        region_backward(a, a->fn->body);
        mark_overlapping_useful(a);
        mark_siblings(a, a->object_useful);
    } while (a->changed);
}

Activity *activity_draft(Fn *fn, const MemInfo *m, const Request *rq)
{
    Arena *arena = fn->arena;
    Activity *a = arena_alloc(arena, sizeof *a);
    *a = (Activity){.fn = fn, .m = m, .rq = rq, .nvalues = m->nvalues, .nobjects = m->nobjects};
    size_t values = (size_t)m->nvalues + 1, objects = (size_t)m->nobjects + 1;
    a->varied = arena_alloc(arena, values);
    a->useful = arena_alloc(arena, values);
    a->object_varied = arena_alloc(arena, objects);
    a->object_useful = arena_alloc(arena, objects);
    a->role = arena_alloc(arena, objects * sizeof *a->role);
    a->listed = arena_alloc(arena, objects);
    a->fixed_inactive = arena_alloc(arena, objects);
    a->handed_out = arena_alloc(arena, objects * sizeof *a->handed_out);
    start_objects(a);
    find_handed_out(a);
    start_values(a);
    propagate(a);
    return a;
}

Activity *activity_analyse(Fn *fn, const MemInfo *m, const Request *rq)
{
    Activity *a = activity_draft(fn, m, rq);
    scratch_settle(a);
    start_objects(a); /* scratch is useful at the end; only adds */
    find_handed_out(a);
    propagate(a);
    activity_check(a);
    activity_warn(a);
    return a;
}

/* ------------------------------------------------------------------ queries */

bool active_value(const Activity *a, const Value *v)
{
    return v->id < a->nvalues && a->varied[v->id] && a->useful[v->id];
}

bool active_object(const Activity *a, int obj)
{
    return a->object_varied[obj] && a->object_useful[obj];
}

bool active_pointer(const Activity *a, const Value *p)
{
    const IntSet *objs = mem_points_to(a->m, p);
    for (int i = 0; i < objs->n; i++)
        if (active_object(a, objs->at[i]))
            return true;
    return false;
}

bool activity_has_shadow(const Activity *a, int obj)
{
    const MemObject *o = &a->m->objects[obj];
    if (a->listed[obj] || o->kind == OBJ_LOCAL || o->kind == OBJ_HEAP)
        return true;
    return o->kind == OBJ_GLOBAL && o->op->code == OP_GLOBAL && !a->fixed_inactive[obj];
}

bool activity_hands_out(const Activity *a, int obj)
{
    return a->handed_out[obj] != ROLE_NONE;
}

const char *activity_reason(const Activity *a, const Value *v)
{
    if (!type_is_differentiable(v->type))
        return "not floating";
    if (v->id >= a->nvalues)
        return "made after the analysis";
    if (!a->varied[v->id])
        return a->useful[v->id] ? "not varied: depends on no independent" : "neither varied nor useful";
    return a->useful[v->id] ? "active" : "not useful: no dependent depends on it";
}
