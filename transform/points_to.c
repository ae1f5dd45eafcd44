/* points_to.c: what pointers may point to. Inclusion constraints over the whole function, flow-insensitive, solved with a worklist
 * (L. O. Andersen, Program Analysis and Specialization for the C Programming Language, 1994). */
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

/* ------------------------------------------------------------------ nodes and edges */

struct MemNode {
    IntSet points_to;
    IntSet fresh; /* those of points_to whose consequences are not drawn yet */
    IntSet out;   /* nodes that include this one */
    Constraint *constraints;
    bool queued;
    bool no_text; /* pointers to structs, which no string literal is */
};

int node_new(MemInfo *m)
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

void node_point_to_records(MemInfo *m, int node)
{
    m->nodes[node].no_text = true;
}

void node_point(MemInfo *m, int node, int obj)
{
    if (node >= 0 && m->nodes[node].no_text && m->objects[obj].op && m->objects[obj].op->code == OP_STRING)
        return;
    if (node < 0 || !intset_add(m->arena, &m->nodes[node].points_to, obj))
        return;
    intset_add(m->arena, &m->nodes[node].fresh, obj);
    node_queue(m, node);
}

static void node_include(MemInfo *m, int to, const IntSet *from)
{
    for (int i = 0; i < from->n; i++)
        node_point(m, to, from->at[i]);
}

void edge_add(MemInfo *m, int from, int to)
{
    if (from < 0 || to < 0 || from == to || !intset_add(m->arena, &m->nodes[from].out, to))
        return;
    node_include(m, to, &m->nodes[from].points_to);
}

void constraint_add(MemInfo *m, int node, Constraint c)
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

void slots_init(MemInfo *m, Slots *s)
{
    s->any = node_new(m);
    s->all = node_new(m);
    edge_add(m, s->any, s->all);
}

int object_new(MemInfo *m, MemObject o)
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

enum { POINTEE_DEPTH = 4, POINTEES = 150 };

/* The object that pointers found in `parent` on entry point to. Recursive types (lists) and deep chains end in a summary, which holds
 * things of any type; so does what is left when there are many. */
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
    if (m->objects[parent].depth >= POINTEE_DEPTH || (m->objects[parent].depth > 0 && m->npointees >= POINTEES)) {
        m->objects[parent].elem = NULL;
        return parent;
    }
    m->npointees++;
    MemObject *p = &m->objects[parent];
    MemObject child = {.kind = OBJ_POINTEE, .param = p->param, .parent = parent, .key = key, .depth = p->depth + 1,
                       .shadow = p->shadow, .elem = pointee_type(p, key)};
    int obj = object_new(m, child);
    intset_add(m->arena, &m->objects[parent].children, obj);
    return obj;
}

/* `static const struct tree empty;`: there are no addresses in it, and there never are. */
static bool holds_no_address(const MemObject *o)
{
    return o->kind == OBJ_GLOBAL && o->op->code == OP_GLOBAL && o->op->var && var_is_plain_constant(o->op->var);
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

const Field *address_field(const Value *addr, const Type **outer)
{
    const Field *key = NULL;
    bool moved = false; /* (&s.x)[i] may be s.y */
    *outer = NULL;
    for (const Value *v = addr; v->def; v = v->def->args[0]) {
        const Op *op = v->def;
        moved = op->code == OP_INDEX || (moved && op->code != OP_DECAY);
        if (op->code == OP_FIELD) {
            const Type *record = op->args[0]->type->elem;
            if (record->is_union || (moved && !key))
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

/* Unknown code may store any address that it reaches anywhere that it reaches. */
void pools_connect(MemInfo *m)
{
    if (m->one_pool)
        return;
    m->one_pool = true;
    edge_add(m, m->pool.all, m->pool.any);
    for (int i = 0; i < 3; i++) {
        edge_add(m, m->shadow_pool[i].all, m->pool.any);
        edge_add(m, m->pool.any, m->shadow_pool[i].any);
    }
}

/* Pointers in memory that callers can reach, of the object's kind. */
static Slots *pool_of(MemInfo *m, int obj)
{
    int shadow = m->objects[obj].shadow;
    if (obj == UNKNOWN_OBJECT)
        pools_connect(m);
    return shadow > 0 && shadow <= 3 ? &m->shadow_pool[shadow - 1] : &m->pool;
}

/* What the program itself stores in a global, or behind it. */
static void point_to_globals(MemInfo *m, int obj, int node)
{
    int root = obj;
    while (m->objects[root].parent >= 0)
        root = m->objects[root].parent;
    const Op *op = m->objects[root].op;
    if (m->objects[root].kind != OBJ_GLOBAL || op->code != OP_GLOBAL || !op->var || !m->fn->program)
        return;
    for (int i = 0; i < m->nobjects; i++) {
        const MemObject *o = &m->objects[i];
        if (o->kind == OBJ_GLOBAL && !o->own && o->op->code == OP_GLOBAL && o->op->var &&
            global_may_hold(m->fn->program, op->var, o->op->var, root != obj))
            node_point(m, node, i);
    }
}

static void object_loaded(MemInfo *m, int obj, const Constraint *c)
{
    const Type *outer = NULL;
    if (c->addr && address_field(c->addr, &outer))
        note_record(m, obj, outer);
    if (holds_no_address(&m->objects[obj]))
        return;
    if (has_entry_contents(&m->objects[obj])) {
        int pointee = pointee_of(m, obj, c->key);
        node_point(m, field_node(m, obj, c->key), pointee);
        point_to_globals(m, obj, field_node(m, obj, c->key));
    }
    if (c->key) {
        edge_add(m, field_node(m, obj, c->key), c->other);
        edge_add(m, m->objects[obj].slots.any, c->other);
    } else {
        edge_add(m, m->objects[obj].slots.all, c->other);
    }
    if (!is_external(&m->objects[obj]))
        return;
    Slots *pool = pool_of(m, obj);
    if (c->key) {
        edge_add(m, slot_node(m, pool, c->key), c->other);
        edge_add(m, pool->any, c->other);
    } else {
        edge_add(m, pool->all, c->other);
    }
}

static void object_stored(MemInfo *m, int obj, const Constraint *c)
{
    const Type *outer = NULL;
    if (c->addr && address_field(c->addr, &outer))
        note_record(m, obj, outer);
    edge_add(m, c->other, field_node(m, obj, c->key));
    if (is_external(&m->objects[obj]))
        edge_add(m, c->other, slot_node(m, pool_of(m, obj), c->key));
}

static void object_escaped(MemInfo *m, int obj)
{
    edge_add(m, m->objects[obj].slots.all, m->pool.any);
    edge_add(m, m->pool.any, m->objects[obj].slots.any);
}

void points_to_solve(MemInfo *m)
{
    while (m->queued) {
        int node = m->queue[--m->queued];
        m->nodes[node].queued = false;
        IntSet now = m->nodes[node].fresh;
        m->nodes[node].fresh = (IntSet){0};
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

const IntSet *node_points_to(const MemInfo *m, int node)
{
    return &m->nodes[node].points_to;
}
