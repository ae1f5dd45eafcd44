/* memory_forward.c: a load in one loop nest that reads what the same iteration of an earlier nest of the same shape has stored.
 *
 *   for (i = 0; i < n; i++) g[i] = tanh(a[i]);
 *   for (i = 0; i < n; i++) c[i] = c[i] * g[i];      g[i] is tanh(a[i]) of iteration i
 *
 * A proof needs: one object of the function's own; nests of equal loops side by side; a store that every iteration of its nest executes, at
 * the load's address with the counters exchanged; and no other write, nor the same store in another iteration, to that place before the load.
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

static bool find_pair(const Op *store, const Op *load, Pair *p)
{
    const Op *s = loop_outside(store->parent, false), *l = loop_outside(load->parent, true);
    p->depth = 0;
    while (s && l && p->depth < FORWARD_DEPTH && s != l && equal_headers(s, l)) {
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

static bool iterations_apart(const MemInfo *m, const Op *store, const Pair *pair)
{
    int share = loop_depth(pair->store_loop[pair->depth - 1]);
    for (int d = pair->depth - 1; d >= 0; d--, share++) {
        Timing t = {.m = m, .first = store, .second = store, .share = share, .carrier = pair->store_loop[d]};
        if (mem_accesses_meet(&t, store->args[0], store->args[0]))
            return false;
    }
    return true;
}

static bool untouched(const MemInfo *m, int obj, const Op *store, const Pair *pair)
{
    const Op *first = pair->store_loop[pair->depth - 1], *last = pair->load_loop[pair->depth - 1];
    int from = mem_position(m, first), to = mem_last_position(m, last), share = loop_depth(first);
    const IntSet *writes = &m->objects[obj].writes;
    for (int i = 0; i < writes->n; i++) {
        const MemWrite *w = &m->writes[writes->at[i]];
        if (w->op == store || w->position < from || w->position > to)
            continue;
        Timing t = {.m = m, .first = store, .second = w->op, .share = share};
        if (w->kind != WRITE_CELL || mem_accesses_meet(&t, store->args[0], w->addr))
            return false;
    }
    return true;
}

bool mem_forwarded(const MemInfo *m, const Op *load, Forward *out)
{
    const int *objs;
    if (load->code != OP_LOAD || !mem_knows(m, load->args[0]) || mem_objects(m, load->args[0], &objs) != 1)
        return false;
    const MemObject *o = &m->objects[objs[0]];
    if (!o->own || mem_escaped(m, objs[0]) || (o->kind != OBJ_LOCAL && o->kind != OBJ_HEAP) || load->args[0]->type->elem_volatile)
        return false;
    for (int i = o->writes.n - 1; i >= 0; i--) {
        const MemWrite *w = &m->writes[o->writes.at[i]];
        Pair pair;
        const int *stored;
        if (w->kind != WRITE_CELL || w->op->code != OP_STORE || w->position > mem_position(m, load))
            continue;
        if (mem_objects(m, w->op->args[0], &stored) != 1 || !find_pair(w->op, load, &pair) ||
            mem_position(m, pair.store_loop[0]) > mem_position(m, pair.load_loop[0]))
            continue;
        if (!same_place(m, w->op, load, &pair) || !iterations_apart(m, w->op, &pair) || !untouched(m, objs[0], w->op, &pair))
            continue;
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
