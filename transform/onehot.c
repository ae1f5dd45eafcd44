/* onehot.c: sums over a derivative of which one element alone is not zero.
 *
 *   d_p[target] += d;                                          d_p[target] += d;
 *   for (i < n) d_sum += d_p[i] * p[i];                   ->   d_sum = 0.0 + d_p[target] * p[target];
 *   for (i < n) { d_x[i] += (d_sum + d_p[i]) * p[i]; d_p[i] = 0; }
 *
 * The reverse of a cross-entropy: of a row of probabilities, one is looked at. Precondition: d_p is memory of the derivative's own, of n
 * elements, zeroed where it was made; in the whole function one sum is added to it, beside and before the loop, and all else that happens to
 * it are loads, stores of zero and of products with the element itself; where it was made outside of a loop around these, a loop over all its
 * elements clears them at the end of each iteration. What is handed on starts at 0.0 and only gets products with an element of d_p. The bits
 * are the same, but for the sign of a zero, where these products' other factors are finite: 0 * infinity is left out.
 */
#include "derivative.h"

typedef struct {
    const Op *memory;
    Op *sum;
    Ptrs zeros; /* Op*: stores of zero */
    bool good;
} Uses;

static bool uses_memory(const Value *p, const Op *memory)
{
    return p->type->kind == TY_PTR && address_base((Value *)(uintptr_t)p)->def == memory;
}

/* The index of p in the memory; NULL: it is not an element of it. */
static Value *index_in(const Value *p, const Op *memory)
{
    const Op *at = p->def;
    if (!at || at->code != OP_INDEX || !type_is_float(p->type->elem))
        return NULL;
    const Value *start = at->args[0];
    if (start->def && start->def->code == OP_DECAY)
        start = start->def->args[0];
    return start == memory->results[0] ? at->args[1] : NULL;
}

/* Zero, in the iteration of an element that is zero. */
static bool is_vanishing(const Value *v, const Op *loop, const Op *memory)
{
    const Op *op = v->def;
    if (!op || op->parent != loop->regions[0])
        return false;
    switch (op->code) {
    case OP_LOAD:
        return index_in(op->args[0], memory) == loop->regions[0]->args[0];
    case OP_MUL:
        return is_vanishing(op->args[0], loop, memory) || is_vanishing(op->args[1], loop, memory);
    case OP_ADD:
        return is_vanishing(op->args[0], loop, memory) && is_vanishing(op->args[1], loop, memory);
    case OP_NEG: case OP_DIV: case OP_MULZ:
        return is_vanishing(op->args[0], loop, memory);
    default:
        return false;
    }
}

/* A store that leaves the element zero if it is zero. */
static bool keeps_zero(const Op *store, const Op *memory)
{
    const Op *loop = store->parent->owner;
    return value_is_zero(store->args[1]) || (loop && loop->code == OP_FOR && index_in(store->args[0], memory) == loop->regions[0]->args[0] &&
                                       is_vanishing(store->args[1], loop, memory));
}

static void note_use(Op *op, void *ctx)
{
    Uses *u = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (!uses_memory(op->args[i], u->memory))
            continue;
        if (op->code == OP_ACCUM && i == 0) {
            u->good &= !u->sum && !op->atomic && !op->shared;
            u->sum = op;
        } else if (op->code == OP_STORE && i == 0 && keeps_zero(op, u->memory)) {
            if (value_is_zero(op->args[1]))
                ptrs_push(&u->zeros, op);
        } else {
            u->good &= op->code == OP_FREE || (i == 0 && (op->code == OP_LOAD || op_info[op->code].kind == KIND_ADDR));
        }
    }
}

static bool is_size(const Value *v, const Type *t)
{
    return v->def && v->def->code == OP_SIZEOF ? v->def->of == t : value_is(v, t->size);
}

/* for (i = 0; i < n; i++), in one order or the other, with as many elements in the memory. */
static bool goes_over_all(const Op *loop, const Op *memory)
{
    if (loop->code != OP_FOR || loop->omp || loop->cmp != OP_LT || !value_is(loop->args[0], 0) || !value_is(loop->args[2], 1))
        return false;
    const Value *n = loop->args[1];
    if (memory->code == OP_LOCAL)
        return memory->of->kind == TY_ARRAY && type_is_float(memory->of->elem) && value_is(n, memory->of->size / memory->of->elem->size);
    const Type *elem = memory->results[0]->type->elem;
    const Value *bytes = value_is(memory->args[1], 1) ? memory->args[0] : NULL, *elements = NULL;
    if (bytes && bytes->def && bytes->def->code == OP_MUL && is_size(bytes->def->args[1], elem))
        elements = bytes->def->args[0];
    else if (is_size(memory->args[1], elem))
        elements = memory->args[0];
    while (elements && elements != n && elements->def && elements->def->code == OP_CAST)
        elements = elements->def->args[0];
    return elements == n;
}

/* ---------------------------------------------------------------------- the loop that sums */

/* Nothing happens in it but to the element and to what is handed on, which is used for that alone and gets what vanishes with the element. */
static bool only_sums(const Op *loop, const Op *memory)
{
    const Region *body = loop->regions[0];
    for (const Op *op = body->first; op != body->last; op = op->next) {
        OpKind kind = op_info[op->code].kind;
        bool plain = kind == KIND_CONST || kind == KIND_ARITH || kind == KIND_ADDR || op->code == OP_MULZ ||
                     (op->code == OP_LOAD && !op->args[0]->type->elem_volatile && !op->shared) ||
                     (op->code == OP_STORE && uses_memory(op->args[0], memory) && !value_is_zero(op->args[1]));
        if (op->nregions || !plain)
            return false;
        for (int i = 0; i < op->nargs; i++)
            for (int k = 1; k < body->nargs; k++)
                if (op->args[i] == body->args[k] && op != body->last->args[k - 1]->def)
                    return false;
    }
    for (int k = 1; k < body->nargs; k++) {
        const Value *next = body->last->args[k - 1];
        const Op *add = next->def;
        if (!value_is_zero(loop->args[2 + k]) || !add || add->parent != body || (add->code != OP_ADD && add->code != OP_SUB) ||
            add->args[0] != body->args[k] || !is_vanishing(add->args[1], loop, memory))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- is all else zero? */

static bool comes_before(const Op *a, const Op *b)
{
    while (a && a != b)
        a = a->next;
    return a == b;
}

static bool is_shared_out(const Op *op)
{
    for (const Region *r = op->parent; r->owner; r = r->owner->parent)
        if (r->owner->omp)
            return true;
    return false;
}

/* Before the sum, in each execution of the region it is in. */
static bool starts_as_zero(const Uses *u)
{
    const Region *r = u->sum->parent;
    if (u->memory->parent == r)
        return true;
    for (size_t i = 0; i < u->zeros.n; i++) {
        const Op *store = u->zeros.at[i], *loop = store->parent->owner;
        if (loop && loop->parent == r && comes_before(u->sum, loop) && goes_over_all(loop, u->memory) &&
            index_in(store->args[0], u->memory) == loop->regions[0]->args[0])
            return true;
    }
    return false;
}

/* The iteration that there is. */
static void replace_loop(Fn *fn, Op *loop, Value *index)
{
    const Region *body = loop->regions[0];
    Builder b = before_op(loop);
    b.loc = loop->loc;
    PtrMap map = {.arena = fn->arena};
    Type *t = body->args[0]->type;
    ptrmap_put(&map, body->args[0], index->type == t ? index : build_cast(&b, index, t));
    for (int i = 1; i < body->nargs; i++)
        ptrmap_put(&map, body->args[i], loop->args[2 + i]);
    for (Op *op = body->first; op != body->last; op = op->next)
        clone_op(&b, op, &map);
    for (int i = 1; i < body->nargs; i++)
        replace_uses(fn, loop->results[i], map_value(&map, body->last->args[i - 1]));
    op_remove(loop);
}

static bool look_at(Fn *fn, const Op *memory)
{
    Uses u = {.memory = memory, .zeros.arena = fn->arena, .good = true};
    walk_ops(fn->body, note_use, &u);
    Value *index = u.good && u.sum ? index_in(u.sum->args[0], memory) : NULL;
    if (!index || is_shared_out(u.sum) || !starts_as_zero(&u))
        return false;
    bool changed = false;
    const int *uses = count_uses(fn);
    for (Op *op = u.sum, *next; op; op = next) {
        next = op->next;
        if (op->code == OP_FOR && goes_over_all(op, memory) && only_sums(op, memory) && uses[op->results[0]->id] == 0) {
            replace_loop(fn, op, index);
            changed = true;
        }
    }
    return changed;
}

static void find_memory(Op *op, void *ctx)
{
    if (((op->code == OP_ALLOC && op->tape) || op->code == OP_LOCAL) && op->zeroed)
        ptrs_push(ctx, op);
}

void sum_one_element(Fn *fn)
{
    Ptrs memory = {.arena = fn->arena};
    bool changed = false;
    walk_ops(fn->body, find_memory, &memory);
    for (size_t i = 0; i < memory.n; i++)
        changed |= look_at(fn, memory.at[i]);
    if (changed)
        simplify(fn);
}
