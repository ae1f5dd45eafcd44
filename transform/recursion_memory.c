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

/* With the summary of the callee in place of unknown code. */
bool recursion_constraints(MemInfo *m, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    if (!r || !r->known || r->wild || r->returns_new || (r->stores_pointers && r->allocates))
        return false;
    int result = call->nresults ? mem_node(m, call->results[0]) : -1;
    int written = node_new(m), reached = node_new(m), behind = node_new(m), stored = node_new(m);
    bool has_deep = false;
    for (int k = 0; k < call->nargs; k++) {
        int arg = mem_node(m, call->args[k]);
        if (r->deep[k]) /* what it leads to is written as unknown code would */
            edge_add(m, arg, written);
        has_deep |= r->deep[k];
        edge_add(m, arg, reached);
        if (r->stores[k])
            edge_add(m, arg, stored);
        if (r->returns[k])
            edge_add(m, arg, result);
    }
    constraint_add(m, written, (Constraint){.kind = WHEN_LOADED, .other = written});
    constraint_add(m, reached, (Constraint){.kind = WHEN_LOADED, .other = behind});
    edge_add(m, behind, reached);
    if (r->stores_behind)
        edge_add(m, behind, stored);
    if (r->returns_behind)
        edge_add(m, behind, result);
    if (r->stores_pointers) /* anywhere that it can reach */
        constraint_add(m, reached, (Constraint){.kind = WHEN_STORED, .other = stored});
    edge_add(m, written, m->pool.any);
    if (has_deep)
        pools_connect(m);
    return true;
}

/* A derivative of such a function that does with memory only what its summary says; else NULL. */
static const struct Instance *followed(const Op *call)
{
    const Fn *f = call->code == OP_CALL ? call->callee : NULL;
    const struct Recursion *r = f && f->instance ? f->instance->of : NULL;
    return r && r->known && !r->wild && !r->returns_new ? f->instance : NULL;
}

bool is_followed_instance(const Op *call)
{
    return followed(call) != NULL;
}

/* A derivative of such a function: pointers to derivatives come from those that it is given, also the one that it leaves at d_result. */
bool instance_constraints(MemInfo *m, const Op *call)
{
    const Fn *f = call->callee;
    if (!followed(call))
        return false;
    int reach[2] = {node_new(m), node_new(m)}, deep[2] = {node_new(m), node_new(m)}; /* of the primal, of derivatives */
    int result = f->instance->twin_result && f == f->instance->fwd ? recursion_result_index(f->instance) : -1;
    int n = call->nargs - (f->instance->mode != MODE_JVP); /* without the tape, which is last */
    const struct Recursion *r = f->instance->of;
    for (int k = 0; k < n && k < f->nparams; k++) {
        const Value *arg = call->args[k];
        int which = f->params[k]->shadow != 0;
        if (k != result && arg->type->kind == TY_PTR)
            edge_add(m, mem_node(m, arg), (leads_on(arg) ? deep : reach)[which]);
        if (call->nresults && k < r->fn->nparams && r->returns[k])
            edge_add(m, mem_node(m, arg), mem_node(m, call->results[0]));
    }
    for (int i = 0; i < 2; i++) {
        constraint_add(m, deep[i], (Constraint){.kind = WHEN_LOADED, .other = deep[i]});
        edge_add(m, deep[i], reach[i]);
        if (r->stores_pointers) /* derivatives hold addresses of derivatives, and the primal those of the primal */
            constraint_add(m, deep[i], (Constraint){.kind = WHEN_STORED, .other = reach[i]});
    }
    if (result >= 0)
        constraint_add(m, mem_node(m, call->args[result]), (Constraint){.kind = WHEN_STORED, .other = reach[1]});
    if (call->nresults && r->returns_behind)
        edge_add(m, deep[0], mem_node(m, call->results[0]));
    return true;
}

bool is_recursion(const Op *op)
{
    return callee_of(op) != NULL;
}

bool recursion_is_closed(const Op *call)
{
    const struct Recursion *r = callee_of(call);
    return r && r->known && !r->wild && !r->allocates;
}

bool recursion_is_wild(const Op *call)
{
    const struct Recursion *r = callee_of(call);
    bool wild = r->wild || !r->known;
    for (int k = 0; k < call->nargs; k++)
        wild |= r->deep[k];
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

IntSet recursion_written(const MemInfo *m, const Op *call)
{
    const struct Recursion *r = callee_of(call);
    IntSet out = {0};
    for (int k = 0; k < call->nargs; k++) {
        if (call->args[k]->type->kind != TY_PTR)
            continue;
        IntSet all = mem_reachable(m, call->args[k]);
        if (r->deep[k] || r->wild)
            add_all(m->arena, &out, &all);
        else if (r->writes[k])
            add_all(m->arena, &out, mem_points_to(m, call->args[k]));
    }
    bool unknown = r->wild || r->allocates || r->returns_new;
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

/* Addresses that p may be are stored where callers find them. */
static void stores_address(struct Recursion *r, const MemInfo *m, const Value *p)
{
    const IntSet *objs = mem_points_to(m, p);
    set(r, &r->stores_pointers);
    for (int i = 0; i < objs->n; i++) {
        const MemObject *o = &m->objects[objs->at[i]];
        set(r, o->kind == OBJ_PARAM ? &r->stores[o->param->index] : &r->stores_behind);
    }
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
    if (callee->stores_behind) /* it may be an address that this one has put there */
        stores_any(r);
    for (int k = 0; k < call->nargs; k++)
        if (callee->stores[k])
            stores_address(r, m, call->args[k]);
}

static void summarise_op(Op *op, void *ctx)
{
    const Summary *s = ctx;
    struct Recursion *r = s->r;
    const struct Recursion *callee = callee_of(op);
    if (op->code == OP_STORE && op->args[1]->type->kind == TY_PTR && !is_own(s->m, op->args[0]))
        stores_address(r, s->m, op->args[1]);
    if (op->code == OP_COPY && !is_own(s->m, op->args[0]) && type_has_pointers(op->args[0]->type->elem))
        stores_any(r);
    if ((op->code == OP_FREE || op->code == OP_REALLOC) && !r->frees && !is_own(s->m, op->args[0]))
        r->frees = op;
    if (op->code == OP_GLOBAL && op->var && may_carry(op->var) && !names_variable(r, op->var))
        ptrs_push(&r->names, op);
    if (op->code == OP_ALLOC)
        set(r, &r->allocates);
    if (!callee)
        return;
    stores_of_callee(r, callee, s->m, op);
    if (callee->allocates)
        set(r, &r->allocates);
    for (int k = 0; k < op->nargs; k++)
        if (callee->deep[k])
            deep_through(r, s->m, op->args[k]);
    if (callee->frees && !r->frees) {
        r->frees = callee->frees;
        r->changed = true;
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

static void summarise_object(struct Recursion *r, const MemInfo *m, int obj)
{
    const MemObject *o = &m->objects[obj];
    if (!o->writes.n || o->kind == OBJ_LOCAL || o->kind == OBJ_HEAP)
        return;
    if (o->kind == OBJ_PARAM)
        set(r, &r->writes[o->param->index]);
    else if (o->kind == OBJ_POINTEE && o->param)
        set(r, &r->deep[o->param->index]);
    else
        set(r, &r->wild);
    if (o->kind == OBJ_GLOBAL && o->op->code == OP_GLOBAL && may_carry(o->op->var) && !r->global) {
        r->global = o->op;
        r->changed = true;
    }
}

static void summarise_result(struct Recursion *r, const MemInfo *m)
{
    const Op *yield = region_terminator(r->fn->body);
    if (!yield->nargs || yield->args[0]->type->kind != TY_PTR)
        return;
    const IntSet *objs = mem_points_to(m, yield->args[0]);
    for (int i = 0; i < objs->n; i++)
        if (m->objects[objs->at[i]].kind == OBJ_PARAM)
            set(r, &r->returns[m->objects[objs->at[i]].param->index]);
        else
            set(r, m->objects[objs->at[i]].kind == OBJ_POINTEE ? &r->returns_behind : &r->returns_new);
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
