/* recursion_memory.c: what calls of recursive functions do with memory: a summary of each function, to a fixed point over all of them,
 * and what it says about one call. */
#include "recursion.h"

/* ---------------------------------------------------------------------- one call */

static const struct Recursion *callee_of(const Op *call)
{
    return call->code == OP_CALL && call->callee ? call->callee->recursion : NULL;
}

static bool leads_on(const Value *arg)
{
    const Type *t = arg->type->elem;
    return t->kind == TY_VOID || t->kind == TY_OPAQUE || type_has_pointers(t);
}

bool recursion_leaves(const struct Recursion *r)
{
    return r->returns_new || r->stores_new;
}

/* What stands for memory that calls of the op leave. */
static int new_object(MemInfo *m, const Op *call)
{
    return object_new(m, (MemObject){.kind = OBJ_HEAP, .op = (Op *)(uintptr_t)call, .parent = -1, .own = true});
}

/* One object stands for all memory that calls of the op leave. It may hold what the summary says, and others of its kind. */
static int new_memory(MemInfo *m, const Op *call, int behind)
{
    const struct Recursion *r = callee_of(call);
    int obj = new_object(m, call), node = node_new(m), held = node_new(m);
    node_point(m, node, obj);
    node_point(m, held, obj);
    for (int k = 0; k < call->nargs; k++)
        if (r->new_holds[k])
            edge_add(m, mem_node(m, call->args[k]), held);
    if (r->new_holds_behind)
        edge_add(m, behind, held);
    constraint_add(m, node, (Constraint){.kind = WHEN_STORED, .other = held});
    return node;
}

int recursion_new_object(const MemInfo *m, const Op *call)
{
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].op == call)
            return i;
    return -1;
}

/* Bytes may be anything's. */
static bool points_to_numbers(const Value *arg)
{
    const Type *t = arg->type->kind == TY_PTR ? arg->type->elem : NULL;
    while (t && t->kind == TY_ARRAY)
        t = t->elem;
    return t && (type_is_float(t) || (type_is_int(t) && t->size > 1));
}

/* Text and constants: where an address may be theirs as far as is known, nothing is written. */
bool recursion_is_fixed(const MemInfo *m, int obj)
{
    const MemObject *o = &m->objects[obj];
    if (o->kind == OBJ_GLOBAL && (o->op->code == OP_STRING || o->op->var->is_const || (o->op->var->type->kind == TY_ARRAY && o->op->var->type->elem_const)))
        return true;
    const Type *t = o->kind == OBJ_PARAM ? o->param->type : NULL;
    if (o->kind == OBJ_POINTEE && m->objects[o->parent].kind != OBJ_GLOBAL && recursion_is_fixed(m, o->parent))
        return true; /* bytes of a text as an address */
    if (o->kind == OBJ_POINTEE)
        t = o->key ? o->key->type : m->objects[o->parent].elem;
    while (t && t->kind == TY_ARRAY)
        t = t->elem;
    return t && t->kind == TY_PTR && t->elem_const && t->elem->size == 1;
}

/* With the summary of the callee in place of unknown code. */
bool recursion_constraints(MemInfo *m, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    if (!r || !r->known || r->wild || r->returns_other)
        return false;
    int result = call->nresults ? mem_node(m, call->results[0]) : -1;
    int reached = node_new(m), behind = node_new(m), stored = node_new(m);
    for (int k = 0; k < call->nargs; k++) {
        int arg = mem_node(m, call->args[k]);
        if (!points_to_numbers(call->args[k]) && (r->reads_deep[k] || r->writes[k] || r->deep[k]))
            edge_add(m, arg, reached);
        if (r->stores[k])
            edge_add(m, arg, stored);
        if (r->returns[k])
            edge_add(m, arg, result);
    }
    constraint_add(m, reached, (Constraint){.kind = WHEN_LOADED, .other = behind});
    edge_add(m, behind, reached);
    if (r->stores_behind)
        edge_add(m, behind, stored);
    if (r->returns_behind)
        edge_add(m, behind, result);
    if (r->stores_pointers) /* anywhere that it can reach */
        constraint_add(m, reached, (Constraint){.kind = WHEN_STORED, .other = stored});
    if (recursion_leaves(r)) {
        int made = new_memory(m, call, behind);
        if (r->returns_new)
            edge_add(m, made, result);
        if (r->stores_new)
            edge_add(m, made, stored);
    }
    return true;
}

/* A derivative of such a function that does with memory only what its summary says; else NULL. One that leaves memory is
 * followed where it matters which memory holds derivatives. */
static const struct Instance *followed(const Op *call)
{
    const Fn *f = call->code == OP_CALL ? call->callee : NULL;
    const struct Recursion *r = f && f->instance ? f->instance->of : NULL;
    bool known = r && r->known && !r->wild && !r->returns_other;
    return known && (!recursion_leaves(r) || f->instance->directions == SETS_IN_PLACE) ? f->instance : NULL;
}

bool is_followed_instance(const Op *call)
{
    return followed(call) != NULL;
}

bool is_left_by(const MemInfo *m, int obj, const Op *call)
{
    const MemObject *o = &m->objects[obj];
    return o->kind == OBJ_HEAP && o->op->code == OP_CALL && o->op->callee->instance && (!call || o->op == call);
}

/* The kinds of memory there are by Var.shadow: the primal's, d_, of a tangent as the program's own (hvp_recursion.c) v_ and h_, too. */
enum { KINDS = 4 };

static bool has_kind(const struct Instance *inst, int kind)
{
    int derivative = inst->mode == MODE_JVP ? 2 : 1;
    return kind == 0 || kind == derivative || (inst->of->source->is_tangent && kind < KINDS);
}

/* The memory that the forward function leaves: each kind holds addresses of its own. */
static void leave_memory(MemInfo *m, const Op *call, const int reach[], const int deep[])
{
    const struct Instance *inst = call->callee->instance;
    const struct Recursion *r = inst->of;
    for (int i = 0; i < KINDS; i++) {
        if (!has_kind(inst, i))
            continue;
        int obj = new_object(m, call), node = node_new(m);
        m->objects[obj].shadow = i;
        node_point(m, node, obj);
        edge_add(m, node, deep[i]);
        constraint_add(m, node, (Constraint){.kind = WHEN_STORED, .other = reach[i]});
        if (r->stores_new)
            constraint_add(m, deep[i], (Constraint){.kind = WHEN_STORED, .other = node});
        if (i == 0 && call->nresults && r->returns_new)
            edge_add(m, node, mem_node(m, call->results[0]));
    }
}

/* Sets in place ask for all kinds, others only whether memory is the primal's. */
static int kind_of(const struct Instance *inst, int shadow)
{
    return inst->directions == SETS_IN_PLACE ? shadow : shadow != 0;
}

/* Where it leaves the shadow of the pointer that it returns; -1: nowhere. */
static int left_result(const Op *call)
{
    const struct Instance *inst = call->callee->instance;
    return inst->twin_result && call->callee == inst->fwd ? recursion_result_index(inst) : -1;
}

/* A derivative of such a function: pointers to derivatives come from those that it is given, also the one that it leaves at d_result. */
bool instance_constraints(MemInfo *m, const Op *call)
{
    const Fn *f = call->callee;
    if (!followed(call))
        return false;
    int reach[KINDS], deep[KINDS], result = left_result(call);
    for (int i = 0; i < KINDS; i++) {
        reach[i] = node_new(m);
        deep[i] = node_new(m);
    }
    const struct Recursion *r = f->instance->of;
    int n = call->nargs - (f->instance->mode != MODE_JVP); /* without the tape, which is last, */
    n -= f == f->instance->fwd && recursion_frees_later(f->instance); /* and the list before it */
    for (int k = 0; k < n && k < f->nparams; k++) {
        const Value *arg = call->args[k];
        if (k != result && arg->type->kind == TY_PTR)
            edge_add(m, mem_node(m, arg), (leads_on(arg) ? deep : reach)[kind_of(f->instance, f->params[k]->shadow)]);
        if (call->nresults && k < r->fn->nparams && r->returns[k])
            edge_add(m, mem_node(m, arg), mem_node(m, call->results[0]));
    }
    for (int i = 0; i < KINDS; i++) {
        constraint_add(m, deep[i], (Constraint){.kind = WHEN_LOADED, .other = deep[i]});
        edge_add(m, deep[i], reach[i]);
        if (r->stores_pointers) /* derivatives hold addresses of derivatives, and the primal those of the primal */
            constraint_add(m, deep[i], (Constraint){.kind = WHEN_STORED, .other = reach[i]});
    }
    if (recursion_leaves(r) && f == f->instance->fwd)
        leave_memory(m, call, reach, deep);
    if (result >= 0)
        constraint_add(m, mem_node(m, call->args[result]),
                       (Constraint){.kind = WHEN_STORED, .other = reach[kind_of(f->instance, f->instance->mode == MODE_JVP ? 2 : 1)]});
    if (call->nresults && r->returns_behind)
        edge_add(m, deep[0], mem_node(m, call->results[0]));
    return true;
}

bool recursion_frees(const Op *op)
{
    const struct Recursion *r = callee_of(op);
    return r && r->frees;
}

bool recursion_makes(const Op *op)
{
    const struct Recursion *r = callee_of(op);
    return r && recursion_leaves(r);
}

bool recursion_leaves_memory(const Fn *fn)
{
    return fn->instance && recursion_leaves(fn->instance->of);
}

bool is_recursion(const Op *op)
{
    return callee_of(op) != NULL;
}

bool recursion_is_known(const Op *call)
{
    const struct Recursion *r = callee_of(call);
    return r && r->known && !r->wild;
}

bool recursion_is_closed(const Op *call)
{
    const struct Recursion *r = callee_of(call);
    return r && r->known && !r->wild && !recursion_leaves(r);
}

bool recursion_is_wild(const MemInfo *m, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    bool wild = r->wild || !r->known;
    for (int k = 0; k < call->nargs && !wild; k++) {
        IntSet all = r->deep[k] ? mem_reachable(m, call->args[k]) : (IntSet){0};
        for (int i = 0; i < all.n; i++)
            wild |= m->objects[all.at[i]].kind != OBJ_LOCAL && m->objects[all.at[i]].kind != OBJ_HEAP && !recursion_is_fixed(m, all.at[i]);
    }
    return wild;
}

bool recursion_writes(const Op *call, int k)
{
    const struct Recursion *r = callee_of(call);
    return r->writes[k] || !r->known;
}

static void add_all(Arena *a, IntSet *to, const IntSet *from)
{
    for (int i = 0; i < from->n; i++)
        intset_add(a, to, from->at[i]);
}

static bool names_variable(const struct Recursion *r, const Var *var)
{
    for (size_t i = 0; i < r->names.n; i++)
        if (((Op *)r->names.at[i])->var == var)
            return true;
    return false;
}

unsigned recursion_classes(const Op *call, int k)
{
    const struct Recursion *r = callee_of(call);
    return r->known ? r->classes[k] : 0;
}

const Ptrs *recursion_named(const Op *call)
{
    const Fn *f = call->code == OP_CALL ? call->callee : NULL;
    const struct Recursion *r = f && f->recursion ? f->recursion : f && f->instance ? f->instance->of : NULL;
    return r ? &r->written : NULL;
}

/* Those that lead on may come to hold any address that code elsewhere has. */
void recursion_globals(MemInfo *m, const Op *call)
{
    const Ptrs *named = recursion_named(call);
    for (size_t i = 0; named && i < named->n; i++) {
        Op *global = named->at[i];
        int obj = mem_global(m, global);
        if (type_has_pointers(global->var->type))
            node_point(m, m->pool.any, obj);
    }
}

IntSet recursion_written(const MemInfo *m, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    IntSet out = recursion_changes(m, call);
    for (int k = 0; k < call->nargs; k++)
        if (call->args[k]->type->kind == TY_PTR && r->writes[k] && mem_classes_carry(r->classes[k]))
            add_all(m->arena, &out, mem_points_to(m, call->args[k]));
    return out;
}

IntSet recursion_changes(const MemInfo *m, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    IntSet out = {0};
    for (int k = 0; k < call->nargs; k++) {
        if (call->args[k]->type->kind != TY_PTR)
            continue;
        IntSet all = mem_reachable(m, call->args[k]);
        for (int i = 0; i < all.n && (r->deep[k] || r->wild); i++)
            if (!recursion_is_fixed(m, all.at[i]))
                intset_add(m->arena, &out, all.at[i]);
    }
    bool unknown = r->wild || r->returns_other;
    int made = recursion_leaves(r) ? recursion_new_object(m, call) : -1;
    if (made >= 0)
        intset_add(m->arena, &out, made);
    for (int i = 0; i < m->nobjects; i++)
        if ((unknown && i == UNKNOWN_OBJECT) || (r->global && m->objects[i].kind == OBJ_GLOBAL) ||
            (r->wild && (mem_escaped(m, i) || !m->objects[i].own)))
            intset_add(m->arena, &out, i);
    return out;
}

IntSet recursion_read(const MemInfo *m, const Op *call)
{
    IntSet out = {0};
    for (int k = 0; k < call->nargs; k++)
        if (call->args[k]->type->kind == TY_PTR) {
            IntSet all = mem_reachable(m, call->args[k]);
            add_all(m->arena, &out, &all);
        }
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->var && names_variable(callee_of(call), m->objects[i].op->var))
            intset_add(m->arena, &out, i);
    return out;
}

IntSet recursion_freed(const MemInfo *m, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    IntSet out = {0};
    for (int k = 0; r->frees && k < call->nargs; k++) {
        if (call->args[k]->type->kind != TY_PTR)
            continue;
        IntSet all = mem_reachable(m, call->args[k]);
        for (int i = 0; i < all.n && r->frees_deep[k]; i++)
            if (!recursion_is_fixed(m, all.at[i]))
                intset_add(m->arena, &out, all.at[i]);
        if (r->frees_at[k])
            add_all(m->arena, &out, mem_points_to(m, call->args[k]));
    }
    if (r->frees_other)
        intset_add(m->arena, &out, UNKNOWN_OBJECT);
    return out;
}

/* The variable is written by the caller, by a recursive function, or carries derivatives because the SPEC says so. */
static bool may_have_changed(const MemInfo *m, const Request *rq, const Var *var)
{
    const Program *p = m->fn->program;
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->var == var && m->objects[i].writes.n)
            return true;
    for (size_t i = 0; i < p->recursions.n; i++) {
        const struct Recursion *r = p->recursions.at[i];
        if (r->global && names_variable(r, var))
            return true;
    }
    return ptrs_has(&rq->global_vars, var);
}

const Op *recursion_state(const MemInfo *m, const Request *rq, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    if (r->global)
        return r->global;
    for (size_t i = 0; i < r->names.n; i++)
        if (may_have_changed(m, rq, ((Op *)r->names.at[i])->var))
            return r->names.at[i];
    return NULL;
}

bool recursion_stays(const MemInfo *m, const Value *arg)
{
    IntSet all = mem_reachable(m, arg);
    for (int i = 0; i < all.n; i++)
        if (!mem_object_read_only(m, all.at[i]) || m->objects[all.at[i]].changes || m->objects[all.at[i]].kind == OBJ_UNKNOWN)
            return false;
    if (!leads_on(arg))
        return all.n > 0;
    /* What is behind pointers that only the callee follows has no object here: nothing from outside may be written. */
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].writes.n && !m->objects[i].own && !m->objects[i].restricted)
            return false;
    return all.n > 0 && m->wild.n == 0;
}

/* ---------------------------------------------------------------------- summaries */

static void set(struct Recursion *r, bool *flag)
{
    r->changed |= !*flag;
    *flag = true;
}

/* Are all objects that the pointer may point to the function's own? */
static bool is_own(const MemInfo *m, const Value *ptr)
{
    const IntSet *objs = mem_points_to(m, ptr);
    for (int i = 0; i < objs->n; i++)
        if (m->objects[objs->at[i]].kind != OBJ_LOCAL && m->objects[objs->at[i]].kind != OBJ_HEAP)
            return false;
    return objs->n > 0;
}

typedef struct {
    struct Recursion *r;
    const MemInfo *m;
} Summary;

static bool may_carry(const Var *var)
{
    bool constant = var->is_const || (var->type->kind == TY_ARRAY && var->type->elem_const);
    return !constant && !var->is_inactive && type_reaches_float(var->type);
}

static void deep_through(struct Recursion *r, const MemInfo *m, const Value *arg)
{
    IntSet all = mem_reachable(m, arg);
    for (int i = 0; i < all.n; i++)
        if (m->objects[all.at[i]].param)
            set(r, &r->deep[m->objects[all.at[i]].param->index]);
}

/* Addresses of these are stored where callers find them. */
static void stores_address(struct Recursion *r, const MemInfo *m, const IntSet *objs)
{
    set(r, &r->stores_pointers);
    for (int i = 0; i < objs->n; i++) {
        const MemObject *o = &m->objects[objs->at[i]];
        set(r, o->kind == OBJ_PARAM ? &r->stores[o->param->index] : o->kind == OBJ_HEAP ? &r->stores_new : &r->stores_behind);
    }
}

/* ... in memory of its own, which may be what callers find. */
static void holds_address(struct Recursion *r, const MemInfo *m, const IntSet *objs)
{
    for (int i = 0; i < objs->n; i++) {
        const MemObject *o = &m->objects[objs->at[i]];
        if (o->kind != OBJ_HEAP && o->kind != OBJ_LOCAL)
            set(r, o->kind == OBJ_PARAM ? &r->new_holds[o->param->index] : &r->new_holds_behind);
    }
}

static void holds_reachable(struct Recursion *r, const MemInfo *m, const Value *p)
{
    IntSet all = p->type->kind == TY_PTR ? mem_reachable(m, p) : (IntSet){0};
    holds_address(r, m, &all);
}

/* What pointers in memory lead to that the call can reach. */
static IntSet behind_arguments(const MemInfo *m, const Op *call)
{
    IntSet out = {0};
    for (int k = 0; k < call->nargs; k++) {
        IntSet all = call->args[k]->type->kind == TY_PTR ? mem_reachable(m, call->args[k]) : (IntSet){0};
        for (int i = 0; i < all.n; i++) {
            add_all(m->arena, &out, &m->objects[all.at[i]].children);
            add_all(m->arena, &out, node_points_to(m, m->objects[all.at[i]].slots.all));
        }
    }
    return out;
}

static bool may_be_new(const MemInfo *m, const Value *p)
{
    const IntSet *objs = mem_points_to(m, p);
    for (int i = 0; i < objs->n; i++)
        if (m->objects[objs->at[i]].kind == OBJ_HEAP)
            return true;
    return false;
}

static void stores_any(struct Recursion *r)
{
    set(r, &r->stores_pointers);
    set(r, &r->stores_behind);
    for (int k = 0; k < r->fn->nparams; k++)
        set(r, &r->stores[k]);
}

/* What a function that it calls stores. */
static void stores_of_callee(struct Recursion *r, const struct Recursion *callee, const MemInfo *m, const Op *call)
{
    if (callee->stores_pointers)
        set(r, &r->stores_pointers);
    IntSet behind = callee->stores_behind || callee->new_holds_behind ? behind_arguments(m, call) : (IntSet){0};
    if (callee->stores_behind)
        stores_address(r, m, &behind);
    holds_address(r, m, &behind);
    if (callee->stores_new)
        set(r, &r->stores_new);
    for (int k = 0; k < call->nargs; k++) {
        if (callee->stores[k])
            stores_address(r, m, mem_points_to(m, call->args[k]));
        if (callee->stores[k] || callee->new_holds[k])
            holds_address(r, m, mem_points_to(m, call->args[k]));
    }
}

/* What a function that it calls frees, and what it frees itself: memory that is not its own. */
static void frees_objects(struct Recursion *r, const MemInfo *m, const Op *op, const IntSet *objs)
{
    for (int i = 0; i < objs->n; i++) {
        const MemObject *o = &m->objects[objs->at[i]];
        if (o->kind == OBJ_HEAP || o->kind == OBJ_LOCAL)
            continue;
        bool at = o->kind == OBJ_PARAM, deep = o->kind == OBJ_POINTEE && o->param;
        set(r, at ? &r->frees_at[o->param->index] : deep ? &r->frees_deep[o->param->index] : &r->frees_other);
        r->frees = r->frees ? r->frees : op;
    }
}

/* Has a reverse sweep anything to do for the op? */
static bool is_reversed(const Op *op)
{
    const struct Recursion *callee = callee_of(op);
    if (op->code == OP_STORE)
        return type_is_differentiable(op->args[1]->type) || op->args[1]->type->size == 1;
    if (op->code == OP_CALL)
        return callee ? callee->reverses : !known_call(op);
    return op->code == OP_ACCUM || op->code == OP_ZERO || op->code == OP_COPY || op->code == OP_ALLOC || op->code == OP_REALLOC ||
           op->code == OP_CALLPTR;
}

static void summarise_op(Op *op, void *ctx)
{
    const Summary *s = ctx;
    struct Recursion *r = s->r;
    const struct Recursion *callee = callee_of(op);
    if (op->code == OP_STORE && op->args[1]->type->kind == TY_PTR && !is_own(s->m, op->args[0]))
        stores_address(r, s->m, mem_points_to(s->m, op->args[1]));
    if (op->code == OP_STORE && op->args[1]->type->kind == TY_PTR && may_be_new(s->m, op->args[0]))
        holds_address(r, s->m, mem_points_to(s->m, op->args[1]));
    if (op->code == OP_COPY && !is_own(s->m, op->args[0]) && type_has_pointers(op->args[0]->type->elem))
        stores_any(r);
    if (op->code == OP_COPY && may_be_new(s->m, op->args[0]) && type_has_pointers(op->args[0]->type->elem))
        holds_reachable(r, s->m, op->args[1]);
    if (is_reversed(op))
        set(r, &r->reverses);
    if (op->code == OP_FREE || op->code == OP_REALLOC)
        frees_objects(r, s->m, op, mem_points_to(s->m, op->args[0]));
    if (op->code == OP_GLOBAL && op->var && may_carry(op->var) && !names_variable(r, op->var))
        ptrs_push(&r->names, op);
    if (!callee)
        return;
    stores_of_callee(r, callee, s->m, op);
    for (int k = 0; k < op->nargs; k++)
        if (callee->deep[k])
            deep_through(r, s->m, op->args[k]);
    if (callee->frees) {
        IntSet freed = recursion_freed(s->m, op);
        frees_objects(r, s->m, callee->frees, &freed);
    }
    for (size_t i = 0; i < callee->names.n; i++)
        if (!names_variable(r, ((Op *)callee->names.at[i])->var)) {
            ptrs_push(&r->names, callee->names.at[i]);
            r->changed = true;
        }
    if (callee->global && !r->global) {
        r->global = callee->global;
        r->changed = true;
    }
}

static void add_classes(struct Recursion *r, unsigned *to, unsigned classes)
{
    r->changed |= (*to | classes) != *to;
    *to |= classes;
}

static bool writes_variable(const struct Recursion *r, const Var *var)
{
    for (size_t i = 0; i < r->written.n; i++)
        if (((Op *)r->written.at[i])->var == var)
            return true;
    return false;
}

/* Numbers that no derivative is of, and that are no part of an address: an error code, a counter, a sign. */
static bool is_plain(const Var *var)
{
    return !mem_classes_carry(mem_type_classes(var->type));
}

static void summarise_object(struct Recursion *r, const MemInfo *m, int obj)
{
    const MemObject *o = &m->objects[obj];
    bool named = o->kind == OBJ_GLOBAL && o->op->code == OP_GLOBAL;
    if (o->kind == OBJ_POINTEE && o->param)
        set(r, &r->reads_deep[o->param->index]);
    if (!o->writes.n || o->kind == OBJ_LOCAL || o->kind == OBJ_HEAP)
        return;
    if (named && !writes_variable(r, o->op->var)) {
        ptrs_push(&r->written, o->op);
        r->changed = true;
    }
    if (o->kind == OBJ_PARAM) {
        set(r, &r->writes[o->param->index]);
        add_classes(r, &r->classes[o->param->index], o->written_classes);
    } else if (o->kind == OBJ_POINTEE && o->param) {
        set(r, &r->deep[o->param->index]);
    } else if (!named || (!is_plain(o->op->var) && !recursion_is_cursor(r->fn, o->op->var))) {
        set(r, &r->wild);
    }
    if (named && may_carry(o->op->var) && !r->global) {
        r->global = o->op;
        r->changed = true;
    }
}

static void summarise_result(struct Recursion *r, const MemInfo *m)
{
    const Op *yield = region_terminator(r->fn->body);
    if (yield->nargs && type_is_differentiable(yield->args[0]->type))
        set(r, &r->reverses);
    if (!yield->nargs || yield->args[0]->type->kind != TY_PTR)
        return;
    const IntSet *objs = mem_points_to(m, yield->args[0]);
    for (int i = 0; i < objs->n; i++)
        if (m->objects[objs->at[i]].kind == OBJ_PARAM)
            set(r, &r->returns[m->objects[objs->at[i]].param->index]);
        else
            set(r, m->objects[objs->at[i]].kind == OBJ_POINTEE ? &r->returns_behind
                   : m->objects[objs->at[i]].kind == OBJ_HEAP  ? &r->returns_new
                                                               : &r->returns_other);
}

static void summarise(struct Recursion *r)
{
    MemInfo *m = mem_analyse(r->fn);
    r->changed = false;
    Summary s = {r, m};
    walk_ops(r->fn->body, summarise_op, &s);
    for (int i = 0; i < m->nobjects; i++)
        summarise_object(r, m, i);
    for (int i = 0; i < m->wild.n; i++) {
        const struct Recursion *callee = callee_of(m->writes[m->wild.at[i]].op);
        if (!callee || callee->wild)
            set(r, &r->wild);
    }
    summarise_result(r, m);
}

void recursion_summaries(const Ptrs *all)
{
    for (size_t i = 0; i < all->n; i++)
        ((struct Recursion *)all->at[i])->known = true; /* from nothing to what there is */
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < all->n; i++) {
            struct Recursion *r = all->at[i];
            summarise(r);
            changed |= r->changed;
        }
    }
}
