/* memory_forward.c: a load in one loop nest that reads what the same iteration of an earlier nest of the same shape has stored.
 *
 *   for (i = 0; i < n; i++) g[i] = tanh(a[i]);
 *   for (i = 0; i < n; i++) c[i] = c[i] * g[i];      g[i] is tanh(a[i]) of iteration i
 *
 * A proof needs: one object; nests of equal loops side by side; a store that every iteration of its nest executes, at the load's address with
 * the counters exchanged; and no other write, nor the same store in another iteration, to that place before the load. The load's loop may be
 * the longer one where the load is behind a test that asks for the store's bound: `for (i < n) if (i <= t)` after `for (i <= t)`.
 */
#include "analysis.h"
#include "derivative.h"

/* The loops around an access, innermost first, down to where the two nests are side by side. */
typedef struct {
    const Op *store_loop[FORWARD_DEPTH], *load_loop[FORWARD_DEPTH];
    int depth;
} Pair;

static const Op *loop_outside(const Region *r, bool through_ifs)
{
    for (; r->owner; r = r->owner->parent) {
        if (r->owner->code == OP_FOR)
            return r->owner;
        if (!through_ifs || r->owner->code != OP_IF)
            return NULL;
    }
    return NULL;
}

static bool equal_headers(const Op *a, const Op *b)
{
    int64_t x, y;
    return a->cmp == b->cmp && a->reversed == b->reversed && value_int(a->args[2], &x) && value_int(b->args[2], &y) && x == y &&
           value_same(a->args[0], b->args[0]) && value_same(a->args[1], b->args[1]) && a->args[0]->type == b->args[0]->type;
}

/* Is the load behind a test `counter cmp bound` that the store's loop makes, whose counters begin and step as the load's do? */
static bool guarded_by(const Op *s, const Op *l, const Op *load)
{
    int64_t x, y;
    const Value *counter = l->regions[0]->args[0];
    if (s->reversed || l->reversed || !value_int(s->args[2], &x) || !value_int(l->args[2], &y) || x != 1 || y != 1 ||
        !value_same(s->args[0], l->args[0]) || s->args[0]->type != l->args[0]->type)
        return false;
    for (const Region *r = load->parent; r->owner && r->owner != l; r = r->owner->parent) {
        const Op *test = r->owner->code == OP_IF && r == r->owner->regions[0] ? r->owner->args[0]->def : NULL;
        if (test && op_is_compare(test->code) && test->code == s->cmp && test->args[0] == counter && value_same(test->args[1], s->args[1]))
            return true;
    }
    return false;
}

static bool find_pair(const Op *store, const Op *load, Pair *p)
{
    const Op *s = loop_outside(store->parent, false), *l = loop_outside(load->parent, true);
    p->depth = 0;
    while (s && l && p->depth < FORWARD_DEPTH && s != l && (equal_headers(s, l) || guarded_by(s, l, load))) {
        p->store_loop[p->depth] = s;
        p->load_loop[p->depth++] = l;
        if (s->parent == l->parent)
            return true;
        s = loop_outside(s->parent, false);
        l = loop_outside(l->parent, false);
    }
    return false;
}

/* ------------------------------------------------------------------ the same address */

/* p with the load's counters replaced by the store's; unknown when it has values of the load's loops besides them. */
static Poly exchanged(const MemInfo *m, const Poly *p, const Pair *pair)
{
    Poly r = poly_constant(p->c);
    const Op *outermost = pair->load_loop[pair->depth - 1];
    for (int i = 0; i < p->n; i++) {
        Poly term = poly_constant(p->t[i].coef);
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            const Value *v = m->value[p->t[i].sym[k] / POLY_SIDES];
            int d = 0;
            while (d < pair->depth && pair->load_loop[d]->regions[0]->args[0] != v)
                d++;
            if (d == pair->depth && !value_outside(v, outermost))
                return poly_unknown();
            Poly sym = poly_symbol(symbol_of(d < pair->depth ? pair->store_loop[d]->regions[0]->args[0] : v, 0));
            term = poly_mul(&term, &sym);
        }
        poly_add(&r, &term, 1);
    }
    return r;
}

static bool same_place(const MemInfo *m, const Op *store, const Op *load, const Pair *pair)
{
    const Address *to = &m->address[store->args[0]->id], *from = &m->address[load->args[0]->id];
    if (!to->root || to->root != from->root || !value_outside(to->root, pair->load_loop[pair->depth - 1]) ||
        store->args[1]->type != load->results[0]->type)
        return false;
    Poly difference = exchanged(m, from->off, pair);
    poly_add(&difference, to->off, -1);
    return difference.known && difference.n == 0 && difference.c == 0;
}

/* ------------------------------------------------------------------ no other write */

/* Can `first`, in an iteration of one of the loops, reach what `second` does in a later one? loops: innermost first. */
static bool reaches_later(const MemInfo *m, const Op *const *loops, int depth, const Op *first, const Value *p, const Op *second, const Value *q)
{
    int share = loop_depth(loops[depth - 1]);
    for (int d = depth - 1; d >= 0; d--, share++) {
        Timing t = {.m = m, .first = first, .second = second, .share = share, .carrier = loops[d]};
        if (mem_accesses_meet(&t, p, q))
            return true;
    }
    return false;
}

/* A write behind the load that no later iteration reads: x[i] = x[i] * s. */
static bool comes_after(const MemInfo *m, const MemWrite *w, const Op *load, const Pair *pair)
{
    return mem_position(m, w->op) > mem_position(m, load) && region_contains(pair->load_loop[0]->regions[0], w->op) &&
           !reaches_later(m, pair->load_loop, pair->depth, w->op, w->addr, load, load->args[0]);
}

static bool is_untouched_by(const MemInfo *m, const MemWrite *w, const Op *store, const Op *load, const Pair *pair)
{
    Timing t = {.m = m, .first = store, .second = w->op, .share = loop_depth(pair->store_loop[pair->depth - 1])};
    return w->op == store ||
           (w->kind == WRITE_CELL && (!mem_accesses_meet(&t, store->args[0], w->addr) || comes_after(m, w, load, pair)));
}

/* The writes to an object, or all, in program order. */
typedef struct {
    const MemInfo *m;
    const int *at; /* indices in m->writes; NULL: all */
    int n;
} Writes;

static const MemWrite *write_at(const Writes *w, int i)
{
    return &w->m->writes[w->at ? w->at[i] : i];
}

/* The first at a position or behind it. */
static int write_from(const Writes *w, int position)
{
    int lo = 0, hi = w->n;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (write_at(w, mid)->position < position)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* What only this function sees is changed by writes to that object; the caller's memory by any that may reach it. */
static bool untouched(const MemInfo *m, int obj, const Op *store, const Op *load, const Pair *pair)
{
    const MemObject *o = &m->objects[obj];
    bool own = o->own && !mem_escaped(m, obj);
    Writes writes = {m, own ? o->writes.at : NULL, own ? o->writes.n : m->nwrites};
    int end = mem_last_position(m, pair->load_loop[pair->depth - 1]);
    for (int i = write_from(&writes, mem_position(m, pair->store_loop[pair->depth - 1])); i < writes.n; i++) {
        const MemWrite *w = write_at(&writes, i);
        if (w->position > end)
            break;
        if (!is_untouched_by(m, w, store, load, pair))
            return false;
    }
    return true;
}

/* Addresses from one root whose constant parts are the same: what is not so need not be looked at closely. */
static bool may_be_same_place(const Address *to, const Address *from)
{
    return to->root && to->root == from->root && to->off->known && from->off->known && to->off->c == from->off->c;
}

bool mem_forwarded(const MemInfo *m, const Op *load, Forward *out)
{
    const int *objs;
    if (load->code != OP_LOAD || !mem_knows(m, load->args[0]) || mem_objects(m, load->args[0], &objs) != 1)
        return false;
    const MemObject *o = &m->objects[objs[0]];
    bool own = o->own && !mem_escaped(m, objs[0]) && (o->kind == OBJ_LOCAL || o->kind == OBJ_HEAP);
    if ((!own && o->kind != OBJ_PARAM) || load->args[0]->type->elem_volatile || memory_is_inactive(load->args[0]))
        return false;
    const Address *from = &m->address[load->args[0]->id];
    Writes writes = {m, o->writes.at, o->writes.n};
    for (int i = write_from(&writes, mem_position(m, load) + 1) - 1; i >= 0; i--) {
        const MemWrite *w = write_at(&writes, i);
        Pair pair;
        const int *stored;
        if (w->kind != WRITE_CELL || !may_be_same_place(&m->address[w->addr->id], from) || w->op->code != OP_STORE)
            continue;
        if (mem_objects(m, w->op->args[0], &stored) != 1 || !find_pair(w->op, load, &pair) ||
            mem_position(m, pair.store_loop[0]) > mem_position(m, pair.load_loop[0]))
            continue;
        if (!same_place(m, w->op, load, &pair))
            continue;
        if (reaches_later(m, pair.store_loop, pair.depth, w->op, w->op->args[0], w->op, w->op->args[0]) ||
            !untouched(m, objs[0], w->op, load, &pair))
            return false; /* what earlier stores leave there is overwritten by this one */
        out->store = w->op;
        out->depth = pair.depth;
        for (int d = 0; d < pair.depth; d++) {
            out->from[d] = pair.store_loop[d]->regions[0];
            out->to[d] = pair.load_loop[d]->regions[0];
        }
        return true;
    }
    return false;
}
