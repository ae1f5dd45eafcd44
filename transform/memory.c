/* memory.c: memory objects and what pointers may point to. Inclusion constraints over the whole function, flow-insensitive,
 * solved with a worklist (L. O. Andersen, Program Analysis and Specialization for the C Programming Language, 1994). */
#include "analysis.h"

#include <string.h>

/* ------------------------------------------------------------------ sorted sets */

static int intset_place(const IntSet *s, int x)
{
    int lo = 0, hi = s->n;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (s->at[mid] < x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool intset_has(const IntSet *s, int x)
{
    int i = intset_place(s, x);
    return i < s->n && s->at[i] == x;
}

bool intset_add(Arena *a, IntSet *s, int x)
{
    int i = intset_place(s, x);
    if (i < s->n && s->at[i] == x)
        return false;
    if (s->n == s->cap) {
        int cap = s->cap ? 2 * s->cap : 4;
        int *at = arena_alloc(a, (size_t)cap * sizeof *at);
        if (s->n)
            memcpy(at, s->at, (size_t)s->n * sizeof *at);
        s->at = at;
        s->cap = cap;
    }
    memmove(s->at + i + 1, s->at + i, (size_t)(s->n - i) * sizeof *s->at);
    s->at[i] = x;
    s->n++;
    return true;
}

static IntSet intset_copy(Arena *a, const IntSet *s)
{
    IntSet copy = {.n = s->n, .cap = s->n};
    if (s->n) {
        copy.at = arena_alloc(a, (size_t)s->n * sizeof *copy.at);
        memcpy(copy.at, s->at, (size_t)s->n * sizeof *copy.at);
    }
    return copy;
}

/* ------------------------------------------------------------------ nodes and edges */

typedef enum { WHEN_LOADED, WHEN_STORED, WHEN_ESCAPED } ConstraintKind;

/* What follows for each object that its node comes to point to. */
typedef struct Constraint {
    ConstraintKind kind;
    const Value *addr; /* for the record type that the field belongs to */
    const Field *key;
    int other;         /* LOADED: node of the result; STORED: node of what is stored */
    struct Constraint *next;
} Constraint;

struct MemNode {
    IntSet points_to;
    IntSet out; /* nodes that include this one */
    Constraint *constraints;
    bool queued;
};

static int node_new(MemInfo *m)
{
    if (m->nnodes == m->nodes_cap) {
        int cap = m->nodes_cap ? 2 * m->nodes_cap : 64;
        MemNode *nodes = arena_alloc(m->arena, (size_t)cap * sizeof *nodes);
        if (m->nnodes)
            memcpy(nodes, m->nodes, (size_t)m->nnodes * sizeof *nodes);
        m->nodes = nodes;
        m->nodes_cap = cap;
    }
    return m->nnodes++;
}

static void node_queue(MemInfo *m, int node)
{
    if (m->nodes[node].queued)
        return;
    m->nodes[node].queued = true;
    if (m->queued == m->queue_cap) {
        int cap = m->queue_cap ? 2 * m->queue_cap : 256;
        int *queue = arena_alloc(m->arena, (size_t)cap * sizeof *queue);
        if (m->queued)
            memcpy(queue, m->queue, (size_t)m->queued * sizeof *queue);
        m->queue = queue;
        m->queue_cap = cap;
    }
    m->queue[m->queued++] = node;
}

static void node_point(MemInfo *m, int node, int obj)
{
    if (node >= 0 && intset_add(m->arena, &m->nodes[node].points_to, obj))
        node_queue(m, node);
}

static void node_include(MemInfo *m, int to, const IntSet *from)
{
    for (int i = 0; i < from->n; i++)
        node_point(m, to, from->at[i]);
}

static void edge_add(MemInfo *m, int from, int to)
{
    if (from < 0 || to < 0 || from == to || !intset_add(m->arena, &m->nodes[from].out, to))
        return;
    node_include(m, to, &m->nodes[from].points_to);
}

static void constraint_add(MemInfo *m, int node, Constraint c)
{
    if (node < 0)
        return;
    Constraint *kept = arena_alloc(m->arena, sizeof *kept);
    *kept = c;
    kept->next = m->nodes[node].constraints;
    m->nodes[node].constraints = kept;
    node_queue(m, node);
}

/* ------------------------------------------------------------------ objects and their slots */

static void slots_init(MemInfo *m, Slots *s)
{
    s->any = node_new(m);
    s->all = node_new(m);
    edge_add(m, s->any, s->all);
}

static int object_new(MemInfo *m, MemObject o)
{
    if (m->nobjects == m->objects_cap) {
        int cap = m->objects_cap ? 2 * m->objects_cap : 16;
        MemObject *objects = arena_alloc(m->arena, (size_t)cap * sizeof *objects);
        if (m->nobjects)
            memcpy(objects, m->objects, (size_t)m->nobjects * sizeof *objects);
        m->objects = objects;
        m->objects_cap = cap;
    }
    slots_init(m, &o.slots);
    m->objects[m->nobjects] = o;
    return m->nobjects++;
}

/* The node of the pointers stored under key; NULL means anywhere. */
static int slot_node(MemInfo *m, Slots *s, const Field *key)
{
    if (!key)
        return s->any;
    for (int i = 0; i < s->n; i++)
        if (s->keys[i] == key)
            return s->nodes[i];
    if (s->n == s->cap) {
        int cap = s->cap ? 2 * s->cap : 4;
        const Field **keys = arena_alloc(m->arena, (size_t)cap * sizeof *keys);
        int *nodes = arena_alloc(m->arena, (size_t)cap * sizeof *nodes);
        if (s->n) {
            memcpy(keys, s->keys, (size_t)s->n * sizeof *keys);
            memcpy(nodes, s->nodes, (size_t)s->n * sizeof *nodes);
        }
        s->keys = keys;
        s->nodes = nodes;
        s->cap = cap;
    }
    int node = node_new(m);
    s->keys[s->n] = key;
    s->nodes[s->n++] = node;
    edge_add(m, node, s->all);
    return node;
}

static bool type_contains(const Type *t, const Type *part, int depth)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    if (t == part)
        return true;
    if (t->kind != TY_RECORD || depth > 8)
        return false;
    for (int i = 0; i < t->nfields; i++)
        if (type_contains(t->fields[i].type, part, depth + 1))
            return true;
    return false;
}

/* An object reached as two record types of which neither contains the other: one field may be the other's. */
static void note_record(MemInfo *m, int obj, const Type *outer)
{
    MemObject *o = &m->objects[obj];
    if (!outer || o->punned || o->outer == outer)
        return;
    if (!o->outer || type_contains(outer, o->outer, 0)) {
        o->outer = outer;
    } else if (!type_contains(o->outer, outer, 0)) {
        o->punned = true;
        for (int i = 0; i < o->slots.n; i++)
            edge_add(m, o->slots.all, o->slots.nodes[i]);
    }
}

static int field_node(MemInfo *m, int obj, const Field *key)
{
    MemObject *o = &m->objects[obj];
    int known = o->slots.n;
    int node = slot_node(m, &o->slots, key);
    if (o->punned && o->slots.n > known)
        edge_add(m, o->slots.all, node);
    return node;
}

/* Element type of what a slot's pointers point to, where the declarations tell. */
static const Type *pointee_type(const MemObject *parent, const Field *key)
{
    const Type *t = key ? key->type : parent->elem;
    while (t && t->kind == TY_ARRAY)
        t = t->elem;
    return t && t->kind == TY_PTR ? t->elem : NULL;
}

enum { POINTEE_DEPTH = 4 };

/* The object that pointers found in `parent` on entry point to. Recursive types (lists) and deep chains end in a summary. */
static int pointee_of(MemInfo *m, int parent, const Field *key)
{
    for (int i = 0; i < m->objects[parent].children.n; i++) {
        int child = m->objects[parent].children.at[i];
        if (m->objects[child].key == key)
            return child;
    }
    for (int o = parent; o >= 0 && key; o = m->objects[o].parent)
        if (m->objects[o].key == key)
            return o;
    if (m->objects[parent].depth >= POINTEE_DEPTH)
        return parent;
    MemObject *p = &m->objects[parent];
    MemObject child = {.kind = OBJ_POINTEE, .param = p->param, .parent = parent, .key = key, .depth = p->depth + 1,
                       .shadow = p->shadow, .elem = pointee_type(p, key)};
    int obj = object_new(m, child);
    intset_add(m->arena, &m->objects[parent].children, obj);
    return obj;
}

static bool has_entry_contents(const MemObject *o)
{
    return o->kind == OBJ_PARAM || o->kind == OBJ_POINTEE || (o->kind == OBJ_GLOBAL && o->op->code == OP_GLOBAL);
}

static bool is_external(const MemObject *o)
{
    return !o->own;
}

/* ------------------------------------------------------------------ constraints */

/* The innermost field that an address selects (NULL: not known), and the outermost record that it is typed as a part of. A cast between
 * field and access hides the field, but for one between pointers to pointers. */
static const Field *address_field(const Value *addr, const Type **outer)
{
    const Field *key = NULL;
    *outer = NULL;
    for (const Value *v = addr; v->def; v = v->def->args[0]) {
        const Op *op = v->def;
        if (op->code == OP_FIELD) {
            const Type *record = op->args[0]->type->elem;
            if (record->is_union)
                return NULL;
            *outer = record;
            if (!key)
                key = &record->fields[op->ival];
        } else if (op->code == OP_PTRCAST) {
            if (key)
                return key;
            if (v->type->elem->kind != TY_PTR || op->args[0]->type->elem->kind != TY_PTR)
                return NULL;
        } else if (op->code != OP_INDEX && op->code != OP_DECAY) {
            break;
        }
    }
    return key;
}

static void object_loaded(MemInfo *m, int obj, const Constraint *c)
{
    const Type *outer = NULL;
    if (c->addr && address_field(c->addr, &outer))
        note_record(m, obj, outer);
    if (has_entry_contents(&m->objects[obj])) {
        int pointee = pointee_of(m, obj, c->key);
        node_point(m, field_node(m, obj, c->key), pointee);
    }
    if (c->key) {
        edge_add(m, field_node(m, obj, c->key), c->other);
        edge_add(m, m->objects[obj].slots.any, c->other);
    } else {
        edge_add(m, m->objects[obj].slots.all, c->other);
    }
    if (!is_external(&m->objects[obj]))
        return;
    if (c->key) {
        edge_add(m, slot_node(m, &m->pool, c->key), c->other);
        edge_add(m, m->pool.any, c->other);
    } else {
        edge_add(m, m->pool.all, c->other);
    }
}

static void object_stored(MemInfo *m, int obj, const Constraint *c)
{
    const Type *outer = NULL;
    if (c->addr && address_field(c->addr, &outer))
        note_record(m, obj, outer);
    edge_add(m, c->other, field_node(m, obj, c->key));
    if (is_external(&m->objects[obj]))
        edge_add(m, c->other, slot_node(m, &m->pool, c->key));
}

static void object_escaped(MemInfo *m, int obj)
{
    edge_add(m, m->objects[obj].slots.all, m->pool.any);
    edge_add(m, m->pool.any, m->objects[obj].slots.any);
}

static void solve(MemInfo *m)
{
    while (m->queued) {
        int node = m->queue[--m->queued];
        m->nodes[node].queued = false;
        IntSet now = intset_copy(m->arena, &m->nodes[node].points_to);
        for (Constraint *c = m->nodes[node].constraints; c; c = c->next)
            for (int i = 0; i < now.n; i++) {
                if (c->kind == WHEN_LOADED)
                    object_loaded(m, now.at[i], c);
                else if (c->kind == WHEN_STORED)
                    object_stored(m, now.at[i], c);
                else
                    object_escaped(m, now.at[i]);
            }
        for (int i = 0; i < m->nodes[node].out.n; i++)
            node_include(m, m->nodes[node].out.at[i], &now);
    }
}

/* ------------------------------------------------------------------ what each op asks for */

static bool is_data_pointer(const Type *t)
{
    return t->kind == TY_PTR && t->elem->kind != TY_FUNC;
}

static int node_of(const MemInfo *m, const Value *v)
{
    return v->id < m->nvalues ? m->node_of[v->id] : -1;
}

static void value_define(MemInfo *m, const Value *v, int depth)
{
    m->value[v->id] = v;
    m->depth[v->id] = depth;
    m->node_of[v->id] = is_data_pointer(v->type) ? node_new(m) : -1;
}

/* Can code elsewhere have the address of this file-scope or static local variable? Yes, unless it is static and no function takes its
 * address for anything but an access. */
static bool address_is_taken(const Value *v, const Region *r, int depth);

static bool op_takes_address(const Value *v, const Op *op, int depth)
{
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i] != v)
            continue;
        if (op->code == OP_INDEX || op->code == OP_FIELD || op->code == OP_DECAY) {
            if (depth > 16 || address_is_taken(op->results[0], op->parent, depth + 1))
                return true;
        } else if (op->code != OP_LOAD && op->code != OP_ZERO && op->code != OP_ACCUM && !(op->code == OP_STORE && i == 0)) {
            return true;
        }
    }
    for (int k = 0; k < op->nregions; k++)
        if (address_is_taken(v, op->regions[k], depth))
            return true;
    return false;
}

static bool address_is_taken(const Value *v, const Region *r, int depth)
{
    for (const Op *op = r->first; op; op = op->next)
        if (op_takes_address(v, op, depth))
            return true;
    return false;
}

typedef struct {
    const Var *var;
    bool taken;
} GlobalUse;

static void check_global_use(Op *op, void *ctx)
{
    GlobalUse *use = ctx;
    if (op->code == OP_GLOBAL && op->var == use->var && !use->taken)
        use->taken = address_is_taken(op->results[0], op->parent, 0);
}

static bool text_has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        bool starts = at == text || !strchr("_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", at[-1]);
        bool ends = !at[n] || !strchr("_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", at[n]);
        if (starts && ends)
            return true;
    }
    return false;
}

static bool global_is_private(const MemInfo *m, const Var *var)
{
    const Program *p = m->fn->program;
    if (!var || !p)
        return false;
    if (var->is_const || (var->type->kind == TY_ARRAY && var->type->elem_const))
        return true; /* nobody may write it, through whatever pointer */
    if (!var->is_static)
        return false;
    for (size_t i = 0; i < p->globals.n; i++) {
        const Var *other = p->globals.at[i];
        if (other != var && other->decl_text && text_has_word(other->decl_text, var->name))
            return false;
    }
    GlobalUse use = {.var = var};
    for (size_t i = 0; i < p->fns.n && !use.taken; i++) {
        Fn *fn = p->fns.at[i];
        if (fn != m->fn && fn->has_body && fn->body)
            walk_ops(fn->body, check_global_use, &use);
    }
    return !use.taken;
}

static const Type *element_type(const Type *t)
{
    while (t && t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

static int global_object(MemInfo *m, Op *op)
{
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->code == OP_GLOBAL && m->objects[i].op->var == op->var)
            return i;
    MemObject o = {.kind = OBJ_GLOBAL, .op = op, .parent = -1, .own = global_is_private(m, op->var)};
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
        if (known->returns == RETURNS_UNKNOWN)
            node_point(m, result, UNKNOWN_OBJECT);
        return;
    }
    for (int i = 0; i < op->nargs; i++)
        edge_add(m, node_of(m, op->args[i]), m->pool.any);
    /* What code that the user vouches for stores is not the address of memory that nobody here knows. */
    bool vouched = op->code == OP_CALL && op->callee && (op->callee->is_inactive || op->callee->custom_vjp || op->callee->custom_jvp);
    if (!vouched)
        node_point(m, m->pool.any, UNKNOWN_OBJECT);
    constraint_add(m, m->pool.any, (Constraint){.kind = WHEN_ESCAPED});
    edge_add(m, m->pool.all, m->pool.any);
    edge_add(m, m->pool.any, result);
    node_point(m, result, UNKNOWN_OBJECT);
}

/* An integer may come from any pointer that was ever turned into one: everything escapes (all_escape). */
static void integer_to_pointer(MemInfo *m, const Op *op)
{
    m->pointer_from_integer = true;
    edge_add(m, m->pool.any, node_of(m, op->results[0]));
}

static void all_escape(MemInfo *m)
{
    constraint_add(m, m->pool.any, (Constraint){.kind = WHEN_ESCAPED});
    for (int i = 0; i < m->nobjects; i++)
        node_point(m, m->pool.any, i);
}

static void copy_constraints(MemInfo *m, const Op *op)
{
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
    case OP_STRING:
        object_of_op(m, op, OBJ_GLOBAL);
        break;
    case OP_GLOBAL:
        node_point(m, node_of(m, op->results[0]), global_object(m, op));
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

static void number_region(MemInfo *m, Region *r, int depth)
{
    for (int i = 0; i < r->nargs; i++)
        value_define(m, r->args[i], depth);
    for (Op *op = r->first; op; op = op->next) {
        ptrmap_put(&m->position, op, (void *)(intptr_t)++m->positions);
        for (int i = 0; i < op->nresults; i++)
            value_define(m, op->results[i], depth);
        bool loop = op->code == OP_FOR || op->code == OP_WHILE;
        for (int k = 0; k < op->nregions; k++)
            number_region(m, op->regions[k], depth + loop);
    }
}

typedef struct {
    MemInfo *m;
    int popped; /* what was ever pushed on a tape */
} Collect;

static void collect_flow(void *ctx, Value *from, Value *to)
{
    pass_on(((Collect *)ctx)->m, from, to);
}

static void collect_op(Op *op, void *ctx)
{
    Collect *c = ctx;
    op_constraints(c->m, op, c->popped);
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
    MemInfo *m = arena_alloc(fn->arena, sizeof *m);
    size_t n = (size_t)fn->nvalues + 1;
    m->fn = fn;
    m->arena = m->position.arena = fn->arena;
    m->nvalues = fn->nvalues;
    m->effort = arena_alloc(m->arena, sizeof *m->effort);
    *m->effort = 200000;
    m->value = arena_alloc(m->arena, n * sizeof *m->value);
    m->depth = arena_alloc(m->arena, n * sizeof *m->depth);
    m->node_of = arena_alloc(m->arena, n * sizeof *m->node_of);
    m->poly = arena_alloc(m->arena, n * sizeof *m->poly);
    m->address = arena_alloc(m->arena, n * sizeof *m->address);
    for (size_t i = 0; i < n; i++)
        m->node_of[i] = -1;
    slots_init(m, &m->pool);
    int unknown = object_new(m, (MemObject){.kind = OBJ_UNKNOWN, .parent = -1});
    node_point(m, m->objects[unknown].slots.any, UNKNOWN_OBJECT);
    number_region(m, fn->body, 0);
    parameter_objects(m);
    Collect c = {.m = m, .popped = node_new(m)};
    walk_ops(fn->body, collect_op, &c);
    if (m->pointer_from_integer)
        all_escape(m);
    solve(m);
    mem_collect_writes(m);
    mem_relate_objects(m);
    return m;
}

/* ------------------------------------------------------------------ queries */

bool mem_knows(const MemInfo *m, const Value *v)
{
    return v->id < m->nvalues && m->value[v->id] == v;
}

int mem_position(const MemInfo *m, const Op *op)
{
    return (int)(intptr_t)ptrmap_get(&m->position, op);
}

const IntSet *mem_points_to(const MemInfo *m, const Value *ptr)
{
    static const IntSet nothing;
    return mem_knows(m, ptr) && node_of(m, ptr) >= 0 ? &m->nodes[node_of(m, ptr)].points_to : &nothing;
}

bool mem_escaped(const MemInfo *m, int obj)
{
    return intset_has(&m->nodes[m->pool.any].points_to, obj);
}

int mem_objects(const MemInfo *m, const Value *ptr, const int **objs)
{
    const IntSet *s = mem_points_to(m, ptr);
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

Value *mem_object_param(const MemInfo *m, int obj)
{
    return m->objects[obj].param;
}

int mem_object_parent(const MemInfo *m, int obj)
{
    return m->objects[obj].parent;
}
