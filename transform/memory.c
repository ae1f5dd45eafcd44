/* memory.c: the function's memory objects, and what each op says about what pointers point to. */
#include "analysis.h"

#include <string.h>

/* ------------------------------------------------------------------ what each op asks for */

static bool is_data_pointer(const Type *t)
{
    return t->kind == TY_PTR && t->elem->kind != TY_FUNC;
}

static int node_of(const MemInfo *m, const Value *v)
{
    return v->id < m->nvalues ? m->node_of[v->id] : -1;
}

int mem_node(const MemInfo *m, const Value *v)
{
    return node_of(m, v);
}

static void value_define(MemInfo *m, const Value *v, int depth)
{
    m->value[v->id] = v;
    m->depth[v->id] = depth;
    m->node_of[v->id] = is_data_pointer(v->type) ? node_new(m) : -1;
    if (m->node_of[v->id] >= 0 && v->type->elem->kind == TY_RECORD)
        node_point_to_records(m, m->node_of[v->id]);
}

/* Can code elsewhere have the address of this file-scope or static local variable? Yes, unless it is static and no function takes its
 * address for anything but an access. */
typedef struct {
    const MemInfo *m;
    const Var *var;
    bool taken;   /* ... the address */
    bool written; /* a function other than m's may write it by its name */
} GlobalUse;

static void use_address(GlobalUse *use, const Value *v, const Region *r, int depth);

static void note_use(GlobalUse *use, const Value *v, const Op *op, int depth)
{
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i] != v)
            continue;
        bool writes = op->code == OP_ZERO || op->code == OP_ACCUM || (op->code == OP_STORE && i == 0);
        bool leads_on = op->code == OP_INDEX || op->code == OP_FIELD || op->code == OP_DECAY;
        if (leads_on && depth <= 16)
            use_address(use, op->results[0], op->parent, depth + 1);
        use->written |= writes;
        use->taken |= leads_on ? depth > 16 : !writes && op->code != OP_LOAD;
    }
    for (int k = 0; k < op->nregions; k++)
        use_address(use, v, op->regions[k], depth);
}

static void use_address(GlobalUse *use, const Value *v, const Region *r, int depth)
{
    for (const Op *op = r->first; op && !use->taken; op = op->next)
        note_use(use, v, op, depth);
}

static void check_global_use(Op *op, void *ctx)
{
    GlobalUse *use = ctx;
    if (op->code == OP_GLOBAL && op->var == use->var && !use->taken)
        use_address(use, op->results[0], op->parent, 0);
}

static GlobalUse use_of_global(const MemInfo *m, const Var *var)
{
    const Program *p = m->fn->program;
    GlobalUse use = {.m = m, .var = var, .taken = true};
    if (!var || !p)
        return use;
    use.taken = false;
    if (var->is_const || (var->type->kind == TY_ARRAY && var->type->elem_const))
        return use; /* nobody may write it, through whatever pointer */
    use.taken = !var->is_static || program_initialiser_names(p, var->name);
    for (size_t i = 0; i < p->fns.n && !use.taken; i++) {
        Fn *fn = p->fns.at[i];
        if (fn != m->fn && fn->has_body && fn->body)
            walk_ops(fn->body, check_global_use, &use);
    }
    return use;
}

static const Type *element_type(const Type *t)
{
    while (t && t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

/* The op may be of another function, which m's calls: then one of m's own, which has an address there, takes its place. */
int mem_global(MemInfo *m, Op *op)
{
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->code == OP_GLOBAL && m->objects[i].op->var == op->var) {
            if (!mem_knows(m, m->objects[i].op->results[0]))
                m->objects[i].op = op;
            return i;
        }
    GlobalUse use = use_of_global(m, op->var);
    MemObject o = {.kind = OBJ_GLOBAL, .op = op, .parent = -1, .own = !use.taken, .named_elsewhere = use.written};
    o.elem = op->var ? element_type(op->var->type) : NULL;
    o.shadow = op->var ? op->var->shadow : 0;
    return object_new(m, o);
}

static void pass_on(MemInfo *m, const Value *from, const Value *to)
{
    edge_add(m, node_of(m, from), node_of(m, to));
}

/* Unknown code gets the pointer arguments, and what it returns may be anything it can reach. */
static void call_constraints(MemInfo *m, Op *op)
{
    const KnownCall *known = known_call(op);
    int result = op->nresults ? node_of(m, op->results[0]) : -1;
    if (known) {
        if (known->returns == RETURNS_ARG0 && op->nargs)
            edge_add(m, node_of(m, op->args[0]), result);
        if (known->returns == RETURNS_ARG1 && op->nargs > 1)
            edge_add(m, node_of(m, op->args[1]), result);
        if (known->returns == RETURNS_UNKNOWN)
            node_point(m, result, UNKNOWN_OBJECT);
        return;
    }
    recursion_globals(m, op);
    if (recursion_constraints(m, op) || instance_constraints(m, op))
        return;
    for (int i = 0; i < op->nargs; i++)
        edge_add(m, node_of(m, op->args[i]), m->pool.any);
    /* What code that the user vouches for stores is not the address of memory that nobody here knows. */
    bool vouched = op->code == OP_CALL && op->callee &&
                   (op->callee->is_inactive || op->callee->custom_vjp || op->callee->custom_jvp || recursion_is_closed(op));
    if (!vouched)
        node_point(m, m->pool.any, UNKNOWN_OBJECT);
    constraint_add(m, m->pool.any, (Constraint){.kind = WHEN_ESCAPED});
    pools_connect(m);
    edge_add(m, m->pool.any, result);
    node_point(m, result, UNKNOWN_OBJECT);
}

/* An integer may come from any pointer that was ever turned into one: everything escapes (all_escape). */
static void integer_to_pointer(MemInfo *m, const Op *op)
{
    m->pointer_from_integer = true;
    pools_connect(m);
    edge_add(m, m->pool.any, node_of(m, op->results[0]));
}

static void all_escape(MemInfo *m)
{
    constraint_add(m, m->pool.any, (Constraint){.kind = WHEN_ESCAPED});
    for (int i = 0; i < m->nobjects; i++)
        node_point(m, m->pool.any, i);
}

/* Is p, looking through casts, a pointer to numbers? Bytes of type char may be anything's. */
static bool points_to_numbers(const Value *p)
{
    while (p->def && p->def->code == OP_PTRCAST && p->type->elem->kind == TY_VOID)
        p = p->def->args[0];
    const Type *t = p->type->elem;
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return type_is_float(t) || (type_is_int(t) && t->size > 1);
}

static void copy_constraints(MemInfo *m, const Op *op)
{
    if (points_to_numbers(op->args[0]) && points_to_numbers(op->args[1]))
        return;
    int between = node_new(m);
    constraint_add(m, node_of(m, op->args[1]), (Constraint){.kind = WHEN_LOADED, .other = between});
    constraint_add(m, node_of(m, op->args[0]), (Constraint){.kind = WHEN_STORED, .other = between});
}

static void load_constraints(MemInfo *m, const Op *op)
{
    const Type *outer;
    Constraint c = {.kind = WHEN_LOADED, .addr = op->args[0], .key = address_field(op->args[0], &outer)};
    c.other = node_of(m, op->results[0]);
    if (c.other >= 0)
        constraint_add(m, node_of(m, op->args[0]), c);
}

static void store_constraints(MemInfo *m, const Op *op)
{
    const Type *outer;
    Constraint c = {.kind = WHEN_STORED, .addr = op->args[0], .key = address_field(op->args[0], &outer)};
    c.other = node_of(m, op->args[1]);
    if (c.other >= 0)
        constraint_add(m, node_of(m, op->args[0]), c);
}

static void object_of_op(MemInfo *m, Op *op, ObjKind kind)
{
    MemObject o = {.kind = kind, .op = op, .parent = -1, .own = true};
    o.elem = kind == OBJ_LOCAL ? element_type(op->of) : NULL;
    int obj = object_new(m, o);
    node_point(m, node_of(m, op->results[0]), obj);
    if (op->code == OP_REALLOC && op->nargs) {
        int between = node_new(m);
        constraint_add(m, node_of(m, op->args[0]), (Constraint){.kind = WHEN_LOADED, .other = between});
        constraint_add(m, node_of(m, op->results[0]), (Constraint){.kind = WHEN_STORED, .other = between});
    }
}

static void op_constraints(MemInfo *m, Op *op, int popped)
{
    switch (op->code) {
    case OP_INDEX:
    case OP_FIELD:
    case OP_DECAY:
    case OP_PTRCAST:
    case OP_USE:
        pass_on(m, op->args[0], op->results[0]);
        break;
    case OP_SELECT:
        pass_on(m, op->args[1], op->results[0]);
        pass_on(m, op->args[2], op->results[0]);
        break;
    case OP_LOCAL:
        object_of_op(m, op, OBJ_LOCAL);
        break;
    case OP_ALLOC:
    case OP_REALLOC:
        object_of_op(m, op, OBJ_HEAP);
        break;
    case OP_ROOM:
        object_of_op(m, op, OBJ_HEAP);
        edge_add(m, node_of(m, op->results[0]), popped);
        break;
    case OP_STRING:
        object_of_op(m, op, OBJ_GLOBAL);
        break;
    case OP_GLOBAL:
        node_point(m, node_of(m, op->results[0]), mem_global(m, op));
        break;
    case OP_PTRINT:
        if (node_of(m, op->results[0]) >= 0)
            integer_to_pointer(m, op);
        break;
    case OP_LOAD:
        load_constraints(m, op);
        break;
    case OP_STORE:
        store_constraints(m, op);
        break;
    case OP_COPY:
        copy_constraints(m, op);
        break;
    case OP_CALL:
    case OP_CALLPTR:
        call_constraints(m, op);
        break;
    case OP_PUSH:
        edge_add(m, node_of(m, op->args[op->nargs - 1]), popped);
        break;
    case OP_POP:
        edge_add(m, popped, node_of(m, op->results[0]));
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------------------ walking the function */

void mem_op_flows(Op *op, void (*flow)(void *ctx, Value *from, Value *to), void *ctx)
{
    if (op->code == OP_IF) {
        for (int k = 0; k < 2; k++) {
            Op *yield = region_terminator(op->regions[k]);
            for (int i = 0; yield && i < op->nresults; i++)
                flow(ctx, yield->args[i], op->results[i]);
        }
    } else if (op->code == OP_FOR) {
        Op *yield = region_terminator(op->regions[0]);
        for (int i = 1; i < op->nresults; i++) {
            flow(ctx, op->args[2 + i], op->regions[0]->args[i]);
            flow(ctx, op->args[2 + i], op->results[i]);
            flow(ctx, yield->args[i - 1], op->regions[0]->args[i]);
            flow(ctx, yield->args[i - 1], op->results[i]);
        }
    } else if (op->code == OP_WHILE) {
        Op *cond = region_terminator(op->regions[0]), *yield = region_terminator(op->regions[1]);
        for (int i = 0; i < op->regions[0]->nargs; i++) {
            flow(ctx, op->args[i], op->regions[0]->args[i]);
            flow(ctx, yield->args[i], op->regions[0]->args[i]);
        }
        for (int i = 0; i < op->nresults; i++) {
            flow(ctx, cond->args[1 + i], op->regions[1]->args[i]);
            flow(ctx, cond->args[1 + i], op->results[i]);
        }
    }
}

/* Loops around the definition of what op computes; those in which it is always the same number do not count. */
static int depth_of(const MemInfo *m, const Op *op, int depth)
{
    int deepest = 0;
    if ((op_info[op->code].kind != KIND_ARITH && op_info[op->code].kind != KIND_CONST) || op->nregions || !type_is_int(op->results[0]->type))
        return depth;
    for (int i = 0; i < op->nargs; i++)
        deepest = m->depth[op->args[i]->id] > deepest ? m->depth[op->args[i]->id] : deepest;
    return deepest;
}

static void place(MemInfo *m, const Op *op, int position)
{
    if (op->id < m->nops && !m->placed[op->id].op)
        m->placed[op->id] = (struct Placed){op, position};
    else
        ptrmap_put(&m->elsewhere, op, (void *)(intptr_t)position);
}

static void number_region(MemInfo *m, Region *r, int depth)
{
    for (int i = 0; i < r->nargs; i++)
        value_define(m, r->args[i], depth);
    for (Op *op = r->first; op; op = op_next(op)) {
        place(m, op, ++m->positions);
        for (int i = 0; i < op->nresults; i++)
            value_define(m, op->results[i], depth_of(m, op, depth));
        bool loop = op->code == OP_FOR || op->code == OP_WHILE;
        for (int k = 0; k < op->nregions; k++)
            number_region(m, op->regions[k], depth + loop);
    }
}

typedef struct {
    MemInfo *m;
    PtrMap popped; /* Op.ival of PUSH and POP -> 1 + the node of what was ever pushed so */
} Collect;

static int popped_node(Collect *c, const Op *op)
{
    const void *key = (const void *)(intptr_t)(op->ival + 1);
    int node = (int)(intptr_t)ptrmap_get(&c->popped, key);
    if (!node)
        ptrmap_put(&c->popped, key, (void *)(intptr_t)(node = node_new(c->m) + 1));
    return node - 1;
}

static void collect_flow(void *ctx, Value *from, Value *to)
{
    pass_on(((Collect *)ctx)->m, from, to);
}

static void collect_op(Op *op, void *ctx)
{
    Collect *c = ctx;
    op_constraints(c->m, op, op->code == OP_PUSH || op->code == OP_POP || op->code == OP_ROOM ? popped_node(c, op) : -1);
    mem_op_flows(op, collect_flow, c);
    affine_define(c->m, op);
}

static void parameter_objects(MemInfo *m)
{
    const Region *body = m->fn->body;
    for (int i = 0; i < body->nargs; i++) {
        Value *arg = body->args[i];
        if (!is_data_pointer(arg->type))
            continue;
        const Var *var = i < m->fn->nparams ? m->fn->params[i] : NULL;
        MemObject o = {.kind = OBJ_PARAM, .param = arg, .parent = -1, .elem = element_type(arg->type->elem)};
        o.own = !var || var->type->kind == TY_RECORD; /* the callee's own copy; the result object */
        o.restricted = var && (var->is_restrict || m->fn->noalias);
        o.shadow = var ? var->shadow : 0;
        node_point(m, node_of(m, arg), object_new(m, o));
    }
}

MemInfo *mem_analyse(Fn *fn)
{
    Arena *arena = arena_within(fn->arena);
    MemInfo *m = arena_alloc(arena, sizeof *m);
    size_t n = (size_t)fn->nvalues + 1;
    m->fn = fn;
    m->arena = m->elsewhere.arena = arena;
    m->nvalues = fn->nvalues;
    m->effort = arena_alloc(m->arena, sizeof *m->effort);
    *m->effort = 200000;
    m->nops = fn->nops;
    m->placed = arena_alloc(m->arena, ((size_t)fn->nops + 1) * sizeof *m->placed);
    m->value = arena_alloc(m->arena, n * sizeof *m->value);
    m->depth = arena_alloc(m->arena, n * sizeof *m->depth);
    m->node_of = arena_alloc(m->arena, n * sizeof *m->node_of);
    m->poly = arena_alloc(m->arena, n * sizeof *m->poly);
    m->address = arena_alloc(m->arena, n * sizeof *m->address);
    for (size_t i = 0; i < n; i++)
        m->node_of[i] = -1;
    slots_init(m, &m->pool);
    for (int i = 0; i < 3; i++)
        slots_init(m, &m->shadow_pool[i]);
    int unknown = object_new(m, (MemObject){.kind = OBJ_UNKNOWN, .parent = -1});
    node_point(m, m->objects[unknown].slots.any, UNKNOWN_OBJECT);
    number_region(m, fn->body, 0);
    parameter_objects(m);
    Collect c = {.m = m, .popped = {.arena = m->arena}};
    walk_ops(fn->body, collect_op, &c);
    if (m->pointer_from_integer)
        all_escape(m);
    points_to_solve(m);
    mem_collect_writes(m);
    mem_relate_objects(m);
    if (!pass_options.no_matrix)
        mem_find_rows(m);
    return m;
}

void mem_free(const MemInfo *m)
{
    arena_free(m->arena);
}

/* ------------------------------------------------------------------ queries */

bool mem_knows(const MemInfo *m, const Value *v)
{
    return v->id < m->nvalues && m->value[v->id] == v;
}

int mem_position(const MemInfo *m, const Op *op)
{
    if (op->id < m->nops && m->placed[op->id].op == op)
        return m->placed[op->id].position;
    return (int)(intptr_t)ptrmap_get(&m->elsewhere, op);
}

const IntSet *mem_points_to(const MemInfo *m, const Value *ptr)
{
    static const IntSet nothing;
    return mem_knows(m, ptr) && node_of(m, ptr) >= 0 ? node_points_to(m, node_of(m, ptr)) : &nothing;
}

bool mem_escaped(const MemInfo *m, int obj)
{
    return intset_has(node_points_to(m, m->pool.any), obj);
}

int mem_objects(const MemInfo *m, const Value *ptr, const int **objs)
{
    const IntSet *s = mem_points_to(m, ptr);
    *objs = s->at;
    return s->n;
}

int mem_held_objects(const MemInfo *m, int obj, const int **objs)
{
    const IntSet *s = node_points_to(m, m->objects[obj].slots.all);
    *objs = s->at;
    return s->n;
}

int mem_count(const MemInfo *m)
{
    return m->nobjects;
}

ObjKind mem_object_kind(const MemInfo *m, int obj)
{
    return m->objects[obj].kind;
}

Op *mem_object_op(const MemInfo *m, int obj)
{
    return m->objects[obj].op;
}

int mem_object_root(const MemInfo *m, int obj)
{
    while (m->objects[obj].parent >= 0)
        obj = m->objects[obj].parent;
    return obj;
}

Value *mem_object_param(const MemInfo *m, int obj)
{
    return m->objects[obj].param;
}

int mem_object_parent(const MemInfo *m, int obj)
{
    return m->objects[obj].parent;
}
