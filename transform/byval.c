/* byval.c: what a function uses of a record that it was given by value is loaded once, on entry.
 *
 *     double f(struct size s) { for (i = 0; i < s.n; i++) ... }   ->   int n = s.n; for (i = 0; i < n; i++) ...
 *     p.x += 1; return p.x;                                       ->   double p_x = p.x; p_x += 1; return p_x;
 *
 * The record is the function's own copy, so nobody else can see or change it, as long as its address goes nowhere. Then its
 * scalars are values like any other parameter: loop bounds in it are known on entry, and nothing of it need be kept. A scalar that
 * is written becomes a LOCAL. What is reached by an index that is not constant, unions and bit-fields stay as they are. */
#include "transform.h"

enum { MAX_INDEX = 1 << 20 };

/* What a pointer into the record points at, by value id. Sizes and offsets in bits. */
typedef struct {
    bool inside;        /* into the record at all */
    bool known;         /* at offset; else somewhere in [lo, hi) */
    int64_t offset;
    int64_t lo, hi;     /* what steps from here may reach: the array it is an element of, or the object itself */
} Place;

/* A scalar of the record that is accessed. */
typedef struct {
    int64_t offset;
    Type *type;
    bool written, ok;
    Value *value;       /* never written: loaded on entry */
    Value *local;       /* else its LOCAL */
    const Op *access;   /* one of them: where the address comes from */
} Leaf;

typedef struct {
    Fn *fn;
    Var *param;
    Value *record;
    Place *places;
    int nplaces;
    Ptrs leaves;        /* Leaf* */
    Ptrs dark;          /* Place*: accessed, but not as a known scalar */
    PtrMap replaced;    /* loads' results */
    bool escapes;
} ByVal;

static int64_t bits(const Type *t)
{
    return t->size * 8;
}

/* ---------------------------------------------------------------------- where addresses point */

/* The place of an address op's result. False: not followed, so the address goes somewhere. */
static bool extend(const Op *op, const Place *from, Place *to)
{
    const Type *t = op->args[0]->type->elem;
    int64_t i;
    *to = *from;
    switch (op->code) {
    case OP_FIELD:
        if (to->known && !t->is_union) {
            const Field *f = &t->fields[op->ival];
            to->offset = to->lo = from->offset + f->offset_bits;
            to->hi = to->lo + (f->bit_width ? f->bit_width : bits(f->type));
        }
        to->known = to->known && !t->is_union && !t->fields[op->ival].bit_width;
        return true;
    case OP_DECAY:
        return true;
    case OP_INDEX:
        to->known = to->known && op->nargs == 2 && value_int(op->args[1], &i) && i >= 0 && i < MAX_INDEX;
        if (to->known)
            to->offset += i * bits(t);
        to->known = to->known && to->offset + bits(t) <= to->hi;
        return true;
    default:
        return op_only_qualifies(op);
    }
}

static Leaf *leaf_at(ByVal *v, const Place *at, Type *type)
{
    for (size_t i = 0; i < v->leaves.n; i++) {
        Leaf *l = v->leaves.at[i];
        if (l->offset == at->offset && l->type == type)
            return l;
    }
    return NULL;
}

static void visit_access(ByVal *v, const Op *op, const Place *at)
{
    Type *type = op->args[0]->type->elem;
    Leaf *l = at->known ? leaf_at(v, at, type) : NULL;
    if (!at->known || op->args[0]->type->elem_volatile) {
        ptrs_push(&v->dark, (Place *)(uintptr_t)at);
        return;
    }
    if (!l) {
        l = arena_alloc(v->fn->arena, sizeof *l);
        *l = (Leaf){.offset = at->offset, .type = type, .ok = true, .access = op};
        ptrs_push(&v->leaves, l);
    }
    l->written |= op->code != OP_LOAD;
}

static void visit_op(Op *op, void *ctx)
{
    ByVal *v = ctx;
    for (int i = 0; i < op->nargs; i++) {
        const Place *from = &v->places[op->args[i]->id];
        if (!from->inside)
            continue;
        bool access = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
        if (i == 0 && access)
            visit_access(v, op, from);
        else if (i > 0 || op_info[op->code].kind != KIND_ADDR || !extend(op, from, &v->places[op->results[0]->id]))
            v->escapes = true;
    }
}

/* ---------------------------------------------------------------------- scalars on entry */

static void exclude_overlaps(ByVal *v)
{
    for (size_t i = 0; i < v->leaves.n; i++) {
        Leaf *l = v->leaves.at[i];
        int64_t end = l->offset + bits(l->type);
        for (size_t k = 0; k < v->dark.n; k++) {
            const Place *p = v->dark.at[k];
            l->ok = l->ok && (p->hi <= l->offset || end <= p->lo);
        }
        for (size_t k = 0; k < v->leaves.n; k++) {
            const Leaf *m = v->leaves.at[k];
            l->ok = l->ok && (l == m || m->offset + bits(m->type) <= l->offset || end <= m->offset);
        }
        l->ok = l->ok && !(l->written && v->param->is_inactive);
    }
}

/* The access's address computed anew on entry; its operands are the record and constants. */
static Value *address_on_entry(Builder *b, Value *p, const Value *record)
{
    if (p == record)
        return p;
    PtrMap map = {.arena = b->fn->arena};
    ptrmap_put(&map, p->def->args[0], address_on_entry(b, p->def->args[0], record));
    if (p->def->code == OP_INDEX)
        ptrmap_put(&map, p->def->args[1], clone_op(b, p->def->args[1]->def, &map)->results[0]);
    return clone_op(b, p->def, &map)->results[0];
}

static Var *leaf_var(const ByVal *v, const Leaf *l)
{
    Arena *a = v->fn->arena;
    const Op *field = l->access->args[0]->def;
    while (field->code != OP_FIELD)
        field = field->args[0]->def;
    const char *name = field->args[0]->type->elem->fields[field->ival].name;
    Var *var = arena_alloc(a, sizeof *var);
    var->name = name ? arena_printf(a, "%s_%s", v->param->name, name) : v->param->name;
    var->type = l->type;
    var->loc = v->param->loc;
    var->owner = v->fn;
    ptrs_push(&v->fn->locals, var);
    return var;
}

static void load_leaf(ByVal *v, Builder *b, Leaf *l)
{
    Value *address = address_on_entry(b, l->access->args[0], v->record);
    if (!l->written) {
        l->value = build_load(b, address);
        return;
    }
    l->local = build_local(b, l->type, leaf_var(v, l), NULL, 0);
    build_store(b, l->local, build_load(b, address));
}

static void replace_access(Op *op, void *ctx)
{
    ByVal *v = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&v->replaced, op->args[i]);
    if (op->code != OP_LOAD && op->code != OP_STORE && op->code != OP_ACCUM)
        return;
    Value *p = op->args[0];
    if (p->id >= v->nplaces || !v->places[p->id].inside || !v->places[p->id].known)
        return;
    const Leaf *l = leaf_at(v, &v->places[p->id], p->type->elem);
    if (!l || !l->ok || (l->value && l->value->def == op))
        return;
    if (l->local) {
        op->args[0] = l->local;
        return;
    }
    ptrmap_put(&v->replaced, op->results[0], l->value);
    op_remove(op);
}

static void load_on_entry(Fn *fn, Value *record, Var *param)
{
    ByVal v = {.fn = fn, .param = param, .record = record, .nplaces = fn->nvalues};
    v.leaves.arena = v.dark.arena = v.replaced.arena = fn->arena;
    v.places = arena_alloc(fn->arena, (size_t)fn->nvalues * sizeof *v.places);
    v.places[record->id] = (Place){.inside = true, .known = true, .hi = bits(record->type->elem)};
    walk_ops(fn->body, visit_op, &v);
    if (v.escapes || !fn->body->first)
        return;
    exclude_overlaps(&v);
    Op *first = fn->body->first;
    Builder b = before_op(first);
    for (size_t i = 0; i < v.leaves.n; i++) {
        Leaf *l = v.leaves.at[i];
        if (l->ok)
            load_leaf(&v, &b, l);
    }
    for (Op *op = first, *next; op; op = next) {
        next = op->next;
        replace_access(op, &v);
        for (int r = 0; r < op->nregions; r++)
            walk_ops(op->regions[r], replace_access, &v);
    }
}

void load_byval(Fn *fn)
{
    for (int i = 0; i < fn->nparams; i++) {
        Var *param = fn->params[i];
        if (param->type->kind == TY_RECORD && !param->type->is_union && !param->is_volatile && !param->is_atomic)
            load_on_entry(fn, fn->body->args[i], param);
    }
}
