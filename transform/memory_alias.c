/* memory_alias.c: which memory may overlap, and which loads read the same value when they are repeated later. */
#include "analysis.h"

#include <string.h>

/* ------------------------------------------------------------------ objects */

/* One variable can be declared in several places; static ones are distinct. */
static bool globals_may_be_same(const MemObject *a, const MemObject *b)
{
    const Var *x = a->op->var, *y = b->op->var;
    if (!x || !y || x == y)
        return x && x == y;
    return !x->is_static && !y->is_static && strcmp(x->name, y->name) == 0;
}

bool mem_objects_may_alias(const MemInfo *m, int i, int j)
{
    const MemObject *a = &m->objects[i], *b = &m->objects[j];
    if (i == j)
        return true;
    if (a->own || b->own || a->shadow != b->shadow)
        return false;
    if (a->kind == OBJ_GLOBAL && b->kind == OBJ_GLOBAL)
        return globals_may_be_same(a, b);
    if (m->fn->apart && a->kind == OBJ_PARAM && b->kind == OBJ_PARAM && a->shadow == 0)
        return false;
    /* C11 6.7.3.1: of what a restrict parameter is used to reach, nothing that is written is reached in another way. */
    return !a->restricted && !b->restricted;
}

/* ------------------------------------------------------------------ C's effective types, between scalar types only */

enum { CLASS_ANY, CLASS_F32, CLASS_F64, CLASS_F80, CLASS_POINTER, CLASS_INT }; /* CLASS_INT + size in bytes */

static int type_class(const Type *t)
{
    while (t && t->kind == TY_ARRAY)
        t = t->elem;
    if (!t)
        return CLASS_ANY;
    switch (t->kind) {
    case TY_F32:
    case TY_CF32:
        return CLASS_F32;
    case TY_F64:
    case TY_CF64:
        return CLASS_F64;
    case TY_F80:
    case TY_CF80:
        return CLASS_F80;
    case TY_PTR:
        return CLASS_POINTER;
    default:
        return type_is_int(t) && t->size > 1 ? CLASS_INT + (int)t->size : CLASS_ANY;
    }
}

/* The class of what is accessed at addr; any where a union or a cast between scalar types is on the way. */
static int access_class(const Value *addr)
{
    int cls = type_class(addr->type->elem);
    for (const Value *v = addr; v->def; v = v->def->args[0]) {
        const Op *op = v->def;
        if (op->code == OP_FIELD) {
            if (op->args[0]->type->elem->is_union)
                return CLASS_ANY;
        } else if (op->code == OP_PTRCAST) {
            const Type *from = op->args[0]->type->elem;
            if (from->kind != TY_VOID && type_class(from) != type_class(v->type->elem))
                return CLASS_ANY;
        } else if (op->code != OP_INDEX && op->code != OP_DECAY) {
            break;
        }
    }
    return cls;
}

unsigned mem_type_classes(const Type *t)
{
    if (type_is_int(t) && t->size == 1) /* one byte holds nothing else; an array of them may */
        return 1u << (CLASS_INT + 1);
    while (t->kind == TY_ARRAY)
        t = t->elem;
    if (t->kind != TY_RECORD)
        return 1u << type_class(t);
    unsigned classes = t->is_union || t->nfields == 0 ? 1u << CLASS_ANY : 0;
    for (int i = 0; i < t->nfields; i++)
        classes |= mem_type_classes(t->fields[i].type);
    return classes;
}

bool mem_classes_carry(unsigned classes)
{
    return classes & (1u << CLASS_ANY | 1u << CLASS_F32 | 1u << CLASS_F64 | 1u << CLASS_F80 | 1u << CLASS_POINTER);
}

static bool classes_may_alias(int a, int b)
{
    return a == CLASS_ANY || b == CLASS_ANY || a == b;
}

static bool class_is_among(int cls, unsigned classes)
{
    return cls == CLASS_ANY || (classes & (1u << CLASS_ANY | 1u << cls));
}

/* ------------------------------------------------------------------ accesses */

/* An address in the function; size <= 0: unknown extent. */
typedef struct {
    const Value *ptr;
    int64_t size;
} Access;

static Access access_of(const Value *ptr)
{
    return (Access){ptr, ptr->type->elem->size};
}

static Address address_of(const MemInfo *m, const Value *ptr)
{
    static const Poly zero = {.known = true};
    Address a = m->address[ptr->id];
    return a.root ? a : (Address){ptr, &zero};
}

/* a, where it is in a row that a table holds, as a place among all rows. */
static bool place_among_rows(const MemInfo *m, Address *a, Poly *off)
{
    const Address *row = m->row && mem_knows(m, a->root) && m->row[a->root->id].root ? &m->row[a->root->id] : NULL;
    if (!row)
        return false;
    *off = poly_copy(row->off);
    poly_add(off, a->off, 1);
    *a = (Address){row->root, off};
    return true;
}

/* Do two executions with `share` common iterations see the same root, or (fresh objects) roots that do not overlap unless they are
 * the same? */
static bool root_is_stable(const MemInfo *m, const Value *root, int share)
{
    OpCode code = root->def ? root->def->code : OP_COUNT;
    return m->depth[root->id] <= share || code == OP_LOCAL || code == OP_GLOBAL || code == OP_STRING || code == OP_ALLOC;
}

static bool objects_meet(const MemInfo *m, const Value *p, const Value *q)
{
    const IntSet *a = mem_points_to(m, p), *b = mem_points_to(m, q);
    bool types = classes_may_alias(access_class(p), access_class(q));
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            if (a->at[i] == b->at[j] || (types && mem_objects_may_alias(m, a->at[i], b->at[j])))
                return true;
    return a->n == 0 || b->n == 0;
}

static bool accesses_meet(const Timing *t, Access first, Access second)
{
    const MemInfo *m = t->m;
    if (!mem_knows(m, first.ptr) || !mem_knows(m, second.ptr))
        return true;
    Address a = address_of(m, first.ptr), b = address_of(m, second.ptr);
    bool stable = a.root == b.root && root_is_stable(m, a.root, t->share);
    Poly off[2];
    if (!stable && place_among_rows(m, &a, &off[0]) + place_among_rows(m, &b, &off[1]) > 0)
        stable = a.root == b.root && root_is_stable(m, a.root, t->share);
    if (!stable)
        return objects_meet(m, first.ptr, second.ptr);
    if (a.off->n || b.off->n) {
        if (*m->effort <= 0)
            return true;
        --*m->effort;
    }
    Timing at = *t;
    at.address[0] = first.ptr;
    at.address[1] = second.ptr;
    return affine_may_overlap(&at, a.off, first.size, b.off, second.size);
}

bool mem_may_alias(const MemInfo *m, const Value *p, const Value *q)
{
    Timing t = {.m = m, .first = p->def, .second = q->def, .share = 0};
    return accesses_meet(&t, access_of(p), access_of(q));
}

bool mem_accesses_meet(const Timing *t, const Value *p, const Value *q)
{
    return accesses_meet(t, access_of(p), access_of(q));
}

bool mem_may_alias_now(const MemInfo *m, const Value *p, const Value *q)
{
    Timing t = {.m = m, .first = p->def, .second = q->def, .share = INT32_MAX};
    return accesses_meet(&t, access_of(p), access_of(q));
}

/* ------------------------------------------------------------------ which writes concern an object */

static unsigned classes_written(const MemInfo *m, const IntSet *writes)
{
    unsigned classes = 0;
    for (int i = 0; i < writes->n; i++) {
        const MemWrite *w = &m->writes[writes->at[i]];
        classes |= w->kind == WRITE_CELL ? 1u << access_class(w->addr) : w->classes ? w->classes : 1u << CLASS_ANY;
    }
    return classes;
}

void mem_relate_objects(MemInfo *m)
{
    for (int i = 0; i < m->nobjects; i++)
        m->objects[i].written_classes = classes_written(m, &m->objects[i].writes);
    IntSet outside = {0}; /* written objects that others can reach */
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].writes.n && !m->objects[i].own)
            intset_add(m->arena, &outside, i);
    for (int i = 0; i < m->nobjects; i++) {
        if (m->objects[i].writes.n)
            intset_add(m->arena, &m->objects[i].overlaps, i);
        for (int k = 0; k < outside.n && !m->objects[i].own; k++)
            if (mem_objects_may_alias(m, i, outside.at[k]))
                intset_add(m->arena, &m->objects[i].overlaps, outside.at[k]);
    }
}

/* Unknown code writes what others can reach: memory from outside, unless restrict says that only this function's pointers get there, and
 * what it was given. */
static bool wild_reaches(const MemInfo *m, int obj)
{
    const MemObject *o = &m->objects[obj];
    return mem_escaped(m, obj) || (!o->own && !o->restricted) || o->named_elsewhere;
}

bool mem_object_read_only(const MemInfo *m, int obj)
{
    const MemObject *o = &m->objects[obj];
    if (o->writes.n || (m->wild.n && wild_reaches(m, obj)))
        return false;
    for (int i = 0; i < o->overlaps.n; i++)
        if (class_is_among(type_class(o->elem), m->objects[o->overlaps.at[i]].written_classes))
            return false;
    return true;
}

bool mem_write_may_change(const MemInfo *m, int written, int obj)
{
    const MemObject *o = &m->objects[obj], *w = &m->objects[written];
    return w->writes.n && intset_has(&o->overlaps, written) && class_is_among(type_class(o->elem), w->written_classes);
}

static Access access_of_write(const MemWrite *w)
{
    return (Access){w->addr, w->kind == WRITE_CELL ? w->addr->type->elem->size : 0};
}

/* ------------------------------------------------------------------ loops in common, order */

enum { MAX_LOOPS = 48 };

typedef struct {
    const Op *loop[MAX_LOOPS]; /* outermost first */
    int n;                     /* > MAX_LOOPS: too deep */
} Nest;

static int loops_around(const Op *op)
{
    int n = 0;
    for (const Op *o = op->parent->owner; o; o = o->parent->owner)
        n += o->code == OP_FOR || o->code == OP_WHILE;
    return n;
}

static Nest nest_of(const Op *op)
{
    Nest nest = {.n = loops_around(op)};
    int k = nest.n;
    for (const Op *o = op->parent->owner; o && nest.n <= MAX_LOOPS; o = o->parent->owner)
        if (o->code == OP_FOR || o->code == OP_WHILE)
            nest.loop[--k] = o;
    return nest;
}

static int common_loops(const Nest *nest, const Op *op)
{
    for (const Op *o = op->parent->owner; o; o = o->parent->owner)
        for (int k = nest->n - 1; k >= 0; k--)
            if (nest->loop[k] == o)
                return k + 1;
    return 0;
}

/* Are the two in different branches of one if? */
static bool exclusive(const Op *a, const Op *b)
{
    for (const Op *o = a; o; o = o->parent->owner) {
        const Op *owner = o->parent->owner;
        if (owner && owner->code == OP_IF && region_contains(owner->regions[o->parent == owner->regions[0]], b))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ loads that can be repeated */

typedef struct {
    const MemInfo *m;
    const Op *load;
    Ptrs *spoilers; /* where the plain stores that spoil the load are collected; NULL: the first one decides */
    Nest nest;
    int fused; /* loops of the nest that reverse each iteration at once: what later iterations write does not matter */
    int position;
    int cls; /* what the load is of */
} Reload;

static bool runs_after(const Reload *r, const MemWrite *w)
{
    return w->position > r->position && !exclusive(r->load, w->op);
}

/* Of a gradient that is differentiated again: memory that its reverse sweep ends is read by that for the last time before. */
static bool ends_behind(const Reload *r, const MemWrite *w)
{
    return w->op->code == OP_FREE && w->op->in_reverse && !r->load->in_reverse;
}

/* May w, in a later iteration of a loop around both or later in the same one, write what the load read? */
static bool write_spoils(const Reload *r, const MemWrite *w)
{
    if (ends_behind(r, w))
        return false;
    int common = common_loops(&r->nest, w->op);
    if (common < r->fused)
        return false;
    if (w->kind == WRITE_OBJECT || w->kind == WRITE_WILD)
        return common > r->fused || runs_after(r, w);
    Access read = access_of(r->load->args[0]), written = access_of_write(w);
    Timing t = {.m = r->m, .first = r->load, .second = w->op};
    if (runs_after(r, w)) {
        t.share = common;
        if (accesses_meet(&t, read, written))
            return true;
    }
    for (int k = common; k > r->fused; k--) {
        t.share = k - 1;
        t.carrier = r->nest.loop[k - 1];
        if (accesses_meet(&t, read, written))
            return true;
    }
    return false;
}

/* First of the writes (in program order) at or after a position. */
static int writes_from(const MemInfo *m, const IntSet *writes, int position)
{
    int lo = 0, hi = writes->n;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (m->writes[writes->at[mid]].position < position)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

enum { MAX_SPOILERS = 32 };

/* A write that spoils the load: goes on when it is a plain store and those are collected. */
static bool may_go_on(const Reload *r, const MemWrite *w)
{
    if (!r->spoilers || w->kind != WRITE_CELL || w->op->code != OP_STORE || r->spoilers->n >= MAX_SPOILERS)
        return false;
    if (!ptrs_has(r->spoilers, w->op))
        ptrs_push(r->spoilers, (Op *)(uintptr_t)w->op);
    return true;
}

/* None of the writes before the outermost loop around the load matters. The likeliest to spoil it are the last. */
static bool writes_spoil(const Reload *r, const IntSet *writes)
{
    int from = writes_from(r->m, writes, r->nest.n ? mem_position(r->m, r->nest.loop[0]) : r->position);
    for (int i = from; i < writes->n; i++) {
        const MemWrite *w = &r->m->writes[writes->at[r->spoilers ? i : writes->n - 1 - (i - from)]];
        if (write_spoils(r, w) && !may_go_on(r, w))
            return true;
    }
    return false;
}

static bool object_spoiled(const Reload *r, int obj)
{
    const MemInfo *m = r->m;
    for (int i = 0; i < m->objects[obj].overlaps.n; i++) {
        int other = m->objects[obj].overlaps.at[i];
        bool types = other == obj || class_is_among(r->cls, m->objects[other].written_classes);
        if (types && writes_spoil(r, &m->objects[other].writes))
            return true;
    }
    return m->wild.n && wild_reaches(m, obj) && writes_spoil(r, &m->wild);
}

static bool is_volatile(const MemInfo *m, const Value *ptr)
{
    for (const Value *v = ptr; v; v = v->def && op_info[v->def->code].kind == KIND_ADDR ? v->def->args[0] : NULL)
        if (v->type->kind == TY_PTR && v->type->elem_volatile)
            return true;
    const IntSet *objs = mem_points_to(m, ptr);
    for (int i = 0; i < objs->n; i++) {
        const Op *op = m->objects[objs->at[i]].op;
        if (op && op->var && (op->var->is_volatile || op->var->is_atomic))
            return true;
    }
    return false;
}

bool mem_reloadable(const MemInfo *m, const Op *load)
{
    return mem_reloadable_but_for(m, load, NULL);
}

/* Nothing but the address is read of the op: what holds for a load right after the store holds for the store. */
void mem_read_at_end(MemInfo *m)
{
    m->at_end = true;
}

void mem_changes(MemInfo *m, int obj)
{
    m->objects[obj].changes = true;
}

bool mem_object_own(const MemInfo *m, int obj)
{
    return m->objects[obj].own;
}

bool mem_stored_reloadable(const MemInfo *m, const Op *store)
{
    return mem_reloadable_but_for(m, store, NULL);
}

bool mem_reloadable_but_for(const MemInfo *m, const Op *load, Ptrs *stores)
{
    const Value *ptr = load->args[0];
    Reload r = {.m = m,
                .load = load,
                .spoilers = stores,
                .nest = nest_of(load),
                .position = mem_position(m, load),
                .cls = access_class(ptr)};
    const IntSet *objs = mem_points_to(m, ptr);
    if (!r.position || objs->n == 0 || r.nest.n > MAX_LOOPS || is_volatile(m, ptr))
        return false;
    bool own = true;
    for (int i = 0; i < objs->n; i++) {
        own = own && m->objects[objs->at[i]].own;
        if (m->objects[objs->at[i]].changes)
            return false;
    }
    for (int k = 0; k < r.nest.n; k++)
        if (r.nest.loop[k]->fused && (own || !m->at_end))
            r.fused = k + 1;
    for (int i = 0; i < objs->n; i++)
        if (object_spoiled(&r, objs->at[i]))
            return false;
    return true;
}

/* ------------------------------------------------------------------ may an op write an address? */

int mem_last_position(const MemInfo *m, const Op *op)
{
    int last = mem_position(m, op);
    for (int k = 0; k < op->nregions; k++) {
        const Op *end = op->regions[k]->last;
        int inner = end ? mem_last_position(m, end) : 0;
        if (inner > last)
            last = inner;
    }
    return last;
}

static bool writes_within(const Timing *t, const Value *ptr, const IntSet *writes, int from, int to)
{
    Timing at = *t;
    for (int i = writes_from(t->m, writes, from); i < writes->n; i++) {
        const MemWrite *w = &t->m->writes[writes->at[i]];
        if (w->position > to)
            return false;
        at.second = w->op;
        if (w->kind == WRITE_OBJECT || w->kind == WRITE_WILD || accesses_meet(&at, access_of(ptr), access_of_write(w)))
            return true;
    }
    return false;
}

bool mem_op_may_write(const MemInfo *m, const Op *op, const Value *ptr)
{
    int from = mem_position(m, op), to = mem_last_position(m, op);
    const IntSet *objs = mem_points_to(m, ptr);
    if (!from || !mem_knows(m, ptr) || objs->n == 0)
        return op->nregions > 0 || op_info[op->code].effect >= EFFECT_WRITES;
    Timing t = {.m = m, .first = op, .share = loops_around(op)};
    int cls = access_class(ptr);
    for (int i = 0; i < objs->n; i++) {
        const IntSet *overlaps = &m->objects[objs->at[i]].overlaps;
        for (int k = 0; k < overlaps->n; k++)
            if ((overlaps->at[k] == objs->at[i] || class_is_among(cls, m->objects[overlaps->at[k]].written_classes)) &&
                writes_within(&t, ptr, &m->objects[overlaps->at[k]].writes, from, to))
                return true;
        if (wild_reaches(m, objs->at[i]) && writes_within(&t, ptr, &m->wild, from, to))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ independence of iterations */

typedef struct {
    const MemInfo *m;
    const Op *loop;
    int obj;
    Ptrs reads, writes; /* Op* that touch obj or what may overlap it */
    bool good;
} Iterations;

static bool touches_object(const Iterations *it, const Value *ptr)
{
    const IntSet *objs = mem_points_to(it->m, ptr);
    for (int i = 0; i < objs->n; i++)
        if (objs->at[i] == it->obj || mem_objects_may_alias(it->m, objs->at[i], it->obj))
            return true;
    return objs->n == 0;
}

static void gather_access(Op *op, void *ctx)
{
    Iterations *it = ctx;
    OpEffect effect = op_info[op->code].effect;
    if (effect == EFFECT_PURE || op->in_reverse)
        return;
    bool plain = op->code == OP_LOAD || op->code == OP_STORE;
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i]->type->kind == TY_PTR && touches_object(it, op->args[i])) {
            it->good = it->good && plain && i == 0;
            ptrs_push(op->code == OP_STORE ? &it->writes : &it->reads, op);
        }
}

static bool never_meet(const Iterations *it, const Op *a, const Op *b)
{
    Timing t = {.m = it->m, .first = a, .second = b, .share = loops_around(it->loop), .carrier = it->loop};
    return !accesses_meet(&t, access_of(a->args[0]), access_of(b->args[0]));
}

bool mem_iterations_meet(const MemInfo *m, const Op *loop, const Op *a, const Op *b)
{
    Iterations it = {.m = m, .loop = loop};
    return !never_meet(&it, a, b) || !never_meet(&it, b, a);
}

bool mem_iterations_disjoint(const MemInfo *m, const Op *loop, int obj)
{
    Iterations it = {m, loop, obj, {.arena = m->arena}, {.arena = m->arena}, true};
    walk_ops(loop->regions[0], gather_access, &it);
    for (size_t i = 0; i < it.writes.n && it.good; i++) {
        const Op *w = it.writes.at[i];
        for (size_t k = 0; k < it.writes.n && it.good; k++)
            it.good = never_meet(&it, w, it.writes.at[k]);
        for (size_t k = 0; k < it.reads.n && it.good; k++)
            it.good = never_meet(&it, w, it.reads.at[k]) && never_meet(&it, it.reads.at[k], w);
    }
    return it.good;
}
