/* twins.c: what two loops keep alike is kept once.
 *
 *   for (i < n) { ...; kept_j[i] = j; swap(x[i], x[j]); }     the permutation of a Fourier transform, kept for its reversal, and that of
 *   for (i < n) { ...; kept_j1[i] = j; swap(x[i], x[j]); }    the inverse transform: kept_j is read for both, kept_j1 goes
 *
 * Precondition: each is filled by one store alone, in different ops of the function's body; values, places, bounds and conditions of the two
 * stores are made of equal values by equal ops that touch no memory (what loops hand on is taken to be equal if it starts equal and goes on
 * equal); the memory is the derivative's own, as much of it, and its address goes nowhere but into loads.
 */
#include "derivative.h"

#include <string.h>

enum { MOST_STORES = 32 };

typedef struct {
    Op *store;
    Value *memory; /* allocated and freed in the function's body */
    Op *top, *end; /* what the store is in there; the free */
} Filled;

/* ---------------------------------------------------------------------- are two values equal? */

static bool same_attributes(const Op *a, const Op *b)
{
    bool text = a->text == b->text || (a->text && b->text && !strcmp(a->text, b->text));
    return a->code == b->code && a->nargs == b->nargs && a->ival == b->ival && text && a->of == b->of && a->callee == b->callee &&
           a->zeroed == b->zeroed && a->tape == b->tape && a->guarded == b->guarded &&
           a->var == b->var && (a->code != OP_FCONST || float_same_bits(a->fval, b->fval));
}

static bool touches_no_memory(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    return (kind == KIND_CONST || kind == KIND_ARITH || kind == KIND_ADDR || kind == KIND_MATH) &&
           op_info[op->code].effect == EFFECT_PURE && op->code != OP_UNDEF && op->code != OP_USE && op->code != OP_PTRINT;
}

static int place_of(const Value *v, Value *const *in, int n)
{
    int i = 0;
    while (i < n && in[i] != v)
        i++;
    return i;
}

static bool equal(PtrMap *taken, Value *a, Value *b);

/* Do they run as often, with the same counter? */
static bool same_control(PtrMap *taken, const Op *a, const Op *b)
{
    if (a->code != b->code || a->omp || b->omp)
        return false;
    if (a->code == OP_FOR)
        return a->cmp == b->cmp && a->reversed == b->reversed && equal(taken, a->args[0], b->args[0]) &&
               equal(taken, a->args[1], b->args[1]) && equal(taken, a->args[2], b->args[2]);
    if (a->code == OP_WHILE)
        return equal(taken, a->regions[0]->last->args[0], b->regions[0]->last->args[0]);
    return a->code == OP_IF && equal(taken, a->args[0], b->args[0]);
}

/* The i-th of what loops hand on, or of what the results of an op with regions are. */
static bool same_handed_on(PtrMap *taken, const Op *a, int i, const Op *b, int k)
{
    if (!same_control(taken, a, b))
        return false;
    const Op *x = a->regions[a->code != OP_FOR]->last, *y = b->regions[b->code != OP_FOR]->last;
    if (a->code == OP_IF)
        return equal(taken, a->regions[0]->last->args[i], b->regions[0]->last->args[k]) && equal(taken, x->args[i], y->args[k]);
    if (a->code == OP_WHILE)
        return equal(taken, a->args[i], b->args[k]) && equal(taken, x->args[i], y->args[k]);
    return (i == 0) == (k == 0) && (i == 0 || (equal(taken, a->args[2 + i], b->args[2 + k]) && equal(taken, x->args[i - 1], y->args[k - 1])));
}

static bool same_result(PtrMap *taken, const Value *a, const Value *b)
{
    const Op *x = a->def, *y = b->def;
    int i = place_of(a, x->results, x->nresults), k = place_of(b, y->results, y->nresults);
    if (x->nregions == 0 || y->nregions == 0) {
        bool same = same_attributes(x, y) && i == k && touches_no_memory(x);
        for (int n = 0; n < x->nargs && same; n++)
            same = equal(taken, x->args[n], y->args[n]);
        return same;
    }
    if (x->code == OP_WHILE && y->code == OP_WHILE)
        return same_control(taken, x, y) && equal(taken, x->regions[0]->last->args[1 + i], y->regions[0]->last->args[1 + k]);
    return same_handed_on(taken, x, i, y, k);
}

/* An argument of a region: what the op that it belongs to hands on. */
static bool same_argument(PtrMap *taken, const Value *a, const Value *b)
{
    const Region *x = a->arg_of, *y = b->arg_of;
    if (!x || !y || !x->owner || !y->owner || x->owner->code != y->owner->code)
        return false;
    int i = place_of(a, x->args, x->nargs), k = place_of(b, y->args, y->nargs);
    if (x->owner->code != OP_WHILE)
        return x->owner->code == OP_FOR && same_handed_on(taken, x->owner, i, y->owner, k);
    bool within = x == x->owner->regions[1];
    if (within != (y == y->owner->regions[1]))
        return false;
    return within ? same_control(taken, x->owner, y->owner) &&
                        equal(taken, x->owner->regions[0]->last->args[1 + i], y->owner->regions[0]->last->args[1 + k])
                  : same_handed_on(taken, x->owner, i, y->owner, k);
}

/* taken: pairs that are taken to be equal while they are looked at, and found so if nothing else is found: by induction over iterations. */
static bool equal(PtrMap *taken, Value *a, Value *b)
{
    Value *is = ptrmap_get(taken, b);
    if (is || a == b)
        return is ? is == a : true;
    if (a->type != b->type || !a->def != !b->def)
        return false;
    ptrmap_put(taken, b, a);
    return a->def ? same_result(taken, a, b) : same_argument(taken, a, b);
}

/* ---------------------------------------------------------------------- what is filled by one store */

typedef struct {
    Fn *fn;
    Filled *at;
    int n;
} Search;

static void note_store(Op *op, void *ctx)
{
    Search *s = ctx;
    if (op->code != OP_STORE || s->n == MOST_STORES || op->parent == s->fn->body)
        return;
    Value *memory = address_base(op->args[0]);
    if (!memory->def || memory->def->code != OP_ALLOC || !memory->def->tape || memory->def->parent != s->fn->body)
        return;
    Op *top = op;
    while (top->parent != s->fn->body)
        top = top->parent->owner;
    s->at[s->n++] = (Filled){op, memory, top, NULL};
}

static void note_use(Op *op, void *ctx)
{
    const Search *s = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i]->type->kind != TY_PTR)
            continue;
        const Value *memory = address_base(op->args[i]);
        for (int k = 0; k < s->n; k++) {
            Filled *f = &s->at[k];
            if (f->memory != memory)
                continue;
            if (op->code == OP_FREE && !f->end && op->parent == s->fn->body)
                f->end = op;
            else if (op != f->store && op->code != OP_LOAD && op_info[op->code].kind != KIND_ADDR)
                f->store = NULL;
            else if (op->code == OP_STORE && i > 0)
                f->store = NULL;
        }
    }
}

/* ---------------------------------------------------------------------- one for both */

static bool keep_alike(Fn *fn, const Filled *a, const Filled *b)
{
    PtrMap taken = {.arena = fn->arena};
    const Op *x = a->memory->def, *y = b->memory->def;
    if (a->top == b->top || a->memory->type != b->memory->type || !same_attributes(x, y))
        return false;
    for (int i = 0; i < x->nargs; i++)
        if (!equal(&taken, x->args[i], y->args[i]))
            return false;
    ptrmap_put(&taken, b->memory, a->memory);
    const Region *r = a->store->parent, *s = b->store->parent;
    for (; r != fn->body && s != fn->body; r = r->owner->parent, s = s->owner->parent)
        if ((r == r->owner->regions[0]) != (s == s->owner->regions[0]) || !same_control(&taken, r->owner, s->owner))
            return false;
    return r == s && equal(&taken, a->store->args[0], b->store->args[0]) && equal(&taken, a->store->args[1], b->store->args[1]);
}

static bool comes_before(const Op *a, const Op *b)
{
    while (a && a != b)
        a = a->next;
    return a == b;
}

/* Reads a instead of b. */
static void unite(Fn *fn, Filled *a, const Filled *b)
{
    op_remove(b->store);
    replace_uses(fn, b->memory, a->memory);
    Op *first = comes_before(a->end, b->end) ? a->end : b->end;
    a->end = first == a->end ? b->end : a->end;
    op_remove(first);
    op_remove(b->memory->def);
}

void unite_twins(Fn *fn)
{
    Filled filled[MOST_STORES];
    Search s = {fn, filled, 0};
    bool changed = false;
    walk_ops(fn->body, note_store, &s);
    if (s.n < 2)
        return;
    walk_ops(fn->body, note_use, &s);
    for (int i = 0; i < s.n; i++)
        for (int k = i + 1; k < s.n && filled[i].store && filled[i].end; k++)
            if (filled[k].store && filled[k].end && keep_alike(fn, &filled[i], &filled[k])) {
                unite(fn, &filled[i], &filled[k]);
                filled[k].store = NULL;
                changed = true;
            }
    if (changed)
        simplify(fn);
}
