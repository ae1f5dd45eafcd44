/* cse.c: available expressions.
 *
 * A hash table of ops seen, with scopes: what a region adds is forgotten when the region ends, so an entry always dominates the place that
 * asks. Loads carry the state of memory they saw (a number, new after each op that may write) and match only in the same state. */
#include "transform.h"

#include <string.h>

typedef struct Entry Entry;
struct Entry {
    Entry *next;   /* in its bucket: newest first, so leaving a scope pops */
    uint64_t hash;
    const Op *op;
    Value *value;  /* what an equal op computes: op's result, or what a store stored */
    long memory;
};

struct Cse {
    Arena *arena;
    Entry **buckets;
    size_t nbuckets;
    Ptrs entries; /* Entry*, in order */
    long memory, states;
};

Cse *cse_new(Arena *a)
{
    Cse *c = arena_alloc(a, sizeof *c);
    c->arena = c->entries.arena = a;
    c->nbuckets = 64;
    c->buckets = arena_alloc(a, c->nbuckets * sizeof *c->buckets);
    return c;
}

size_t cse_enter(Cse *c)
{
    return c->entries.n;
}

void cse_leave(Cse *c, size_t mark)
{
    while (c->entries.n > mark) {
        Entry *e = c->entries.at[--c->entries.n];
        c->buckets[e->hash & (c->nbuckets - 1)] = e->next;
    }
}

void cse_clobber(Cse *c)
{
    c->memory = ++c->states;
}

long cse_memory(const Cse *c)
{
    return c->memory;
}

void cse_set_memory(Cse *c, long state)
{
    c->memory = state;
}

/* Rehashing keeps the order inside buckets: oldest entries go in first. */
static void grow(Cse *c)
{
    c->nbuckets *= 4;
    c->buckets = arena_alloc(c->arena, c->nbuckets * sizeof *c->buckets);
    for (size_t i = 0; i < c->entries.n; i++) {
        Entry *e = c->entries.at[i];
        Entry **at = &c->buckets[e->hash & (c->nbuckets - 1)];
        e->next = *at;
        *at = e;
    }
}

static void add(Cse *c, uint64_t hash, const Op *op, Value *value)
{
    if (c->entries.n >= c->nbuckets)
        grow(c);
    Entry *e = arena_alloc(c->arena, sizeof *e);
    Entry **at = &c->buckets[hash & (c->nbuckets - 1)];
    *e = (Entry){.next = *at, .hash = hash, .op = op, .value = value, .memory = c->memory};
    *at = e;
    ptrs_push(&c->entries, e);
}

/* ---------------------------------------------------------------------- which ops are equal */

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

/* With the state of memory: of the many loads of one address in a long function, a bucket has those that can match. */
static uint64_t hash_load(const Cse *c, const Value *address)
{
    return mix(mix(OP_LOAD, (uint64_t)c->memory), (uint64_t)address->id);
}

static bool commutes(OpCode code)
{
    return code == OP_ADD || code == OP_MUL || code == OP_AND || code == OP_OR || code == OP_XOR || code == OP_EQ || code == OP_NE ||
           code == OP_LAND || code == OP_LOR;
}

static uint64_t hash_op(const Cse *c, const Op *op)
{
    if (op->code == OP_LOAD)
        return hash_load(c, op->args[0]);
    uint64_t h = mix((uint64_t)op->code, (uint64_t)op->ival);
    if (commutes(op->code))
        return mix(h, (uint64_t)op->args[0]->id + (uint64_t)op->args[1]->id);
    for (int i = 0; i < op->nargs; i++)
        h = mix(h, (uint64_t)op->args[i]->id);
    double d = (double)op->fval;
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return op->code == OP_FCONST ? mix(h, bits) : h;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_attributes(const Op *a, const Op *b)
{
    if (a->code == OP_FCONST && !(float_same_bits(a->fval, b->fval) && same_text(a->text, b->text)))
        return false;
    return a->ival == b->ival && same_text(a->text, b->text) && a->of == b->of && a->var == b->var && a->callee == b->callee &&
           a->guarded == b->guarded;
}

static bool same_op(const Op *a, const Op *b)
{
    if (a->code != b->code || a->nargs != b->nargs || a->nresults != b->nresults)
        return false;
    for (int i = 0; i < a->nresults; i++)
        if (a->results[i]->type != b->results[i]->type)
            return false;
    bool same = true, crossed = commutes(a->code);
    for (int i = 0; i < a->nargs; i++)
        same = same && a->args[i] == b->args[i];
    crossed = crossed && a->args[0] == b->args[1] && a->args[1] == b->args[0];
    return (same || crossed) && same_attributes(a, b);
}

static bool is_bit_field(const Value *p)
{
    return p->def && p->def->code == OP_FIELD && p->def->args[0]->type->elem->fields[p->def->ival].bit_width;
}

/* Plain memory: what is stored is what is loaded, as often as one likes. */
static bool plain_memory(const Value *p)
{
    return !p->type->elem_volatile && !is_bit_field(p);
}

static bool mergeable(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (op->code == OP_LOAD)
        return plain_memory(op->args[0]);
    if (op->code == OP_UNDEF || op->code == OP_STRING || op->code == OP_USE || op->nresults == 0)
        return false;
    return kind == KIND_ARITH || kind == KIND_CONST || kind == KIND_ADDR || kind == KIND_MATH || op->code == OP_GLOBAL ||
           op->code == OP_MULZ;
}

static bool entry_matches(const Cse *c, const Entry *e, const Op *op)
{
    if (op->code != OP_LOAD)
        return same_op(e->op, op);
    return e->memory == c->memory && (e->op->code == OP_LOAD || e->op->code == OP_STORE) && e->op->args[0] == op->args[0] &&
           e->value->type == op->results[0]->type;
}

Value *cse_find(Cse *c, Op *op)
{
    if (!mergeable(op))
        return NULL;
    uint64_t hash = hash_op(c, op);
    for (Entry *e = c->buckets[hash & (c->nbuckets - 1)]; e; e = e->next)
        if (e->hash == hash && entry_matches(c, e, op))
            return e->value;
    add(c, hash, op, op->results[0]);
    return NULL;
}

void cse_stored(Cse *c, const Op *store)
{
    if (plain_memory(store->args[0]) && !memory_is_inactive(store->args[0]))
        add(c, hash_load(c, store->args[0]), store, store->args[1]);
}
