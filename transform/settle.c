/* settle.c: what the reverse sweep clears and adds to right afterwards is stored.
 *
 *   d = d_x[i]; d_x[i] = 0; ... d_x[i] += d * w;   ->   d = d_x[i]; ... d_x[i] = d * w;
 *
 * The reverse of a store clears a derivative, the reverse of an earlier load of the same place adds to it. Where both run in the same
 * straight line and nothing between them may touch the place, the sum begins with what is added. (0 + v is v, but for the sign of a zero.)
 * Whether places meet is asked of the forward accesses that the two reverse: shadows have their primal's layout. a[i] and a[j] do not where
 * `if (i < j)` is around both: an exchange of two elements is reversed by one.
 */
#include "analysis.h"
#include "derivative.h"

enum { MOST_CLEARED = 16 };

typedef struct {
    Fn *fn;
    Op *cleared[MOST_CLEARED]; /* STOREs of 0 that nothing has touched since */
    int n;
} Settle;

/* The address of the forward access that the op of the reverse sweep reverses; NULL: not known. */
static const Value *primal_address(const Settle *s, const Op *op)
{
    const Op *primal = op->reverses;
    bool access = primal && (primal->code == OP_LOAD || primal->code == OP_STORE);
    return access && primal->args[0]->id < s->fn->mem_values ? primal->args[0] : NULL;
}

static bool is_clearing(const Settle *s, const Op *op)
{
    return op_clears(op) && primal_address(s, op) && op->reverses->code == OP_STORE && !op->shared && !is_bit_field(op->reverses->args[0]);
}

static void drop(Settle *s, int k)
{
    s->cleared[k] = s->cleared[--s->n];
}

static bool touches_memory(const Op *op)
{
    if (op_info[op->code].effect != EFFECT_PURE)
        return true;
    for (int r = 0; r < op->nregions; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            if (touches_memory(in))
                return true;
    return false;
}

static bool is_shadow_access(const Settle *s, const Op *op)
{
    return (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM) && primal_address(s, op);
}

/* The sum of 0 and v, and nothing else, is what is behind p now. */
static Op *settle(Op *clearing, Op *accum)
{
    Builder b = before_op(accum);
    b.loc = accum->loc;
    build_store(&b, accum->args[0], accum->args[1]);
    Op *store = accum->prev;
    store->in_reverse = true;
    store->reverses = accum->reverses;
    store->loop = accum->loop;
    store->omp_role = clearing->omp_role;
    op_remove(clearing);
    op_remove(accum);
    return store;
}

/* Is it known in the region that x and y differ? r: a region of an if. */
static bool says_differ(const Region *r, const Value *x, const Value *y)
{
    const Op *test = value_condition(r->owner->args[0])->def;
    if (!test || !op_is_compare(test->code) || !type_is_int(test->args[0]->type) ||
        !((test->args[0] == x && test->args[1] == y) || (test->args[0] == y && test->args[1] == x)))
        return false;
    bool holds_for_equal = test->code == OP_EQ || test->code == OP_LE || test->code == OP_GE;
    return (r == r->owner->regions[0]) != holds_for_equal;
}

/* Are the elements that x and y access apart as their indices differ, c * i + k and c * j, by an if around both? */
static bool are_told_apart(const MemInfo *m, const Op *x, const Op *y)
{
    const Value *p = x->args[0], *q = y->args[0];
    const Address *a = &m->address[p->id], *b = &m->address[q->id];
    if (!mem_knows(m, p) || !mem_knows(m, q) || !a->root || a->root != b->root || !a->off || !b->off || p->type->elem->size <= 0 ||
        q->type->elem->size <= 0)
        return false;
    Poly between = poly_copy(a->off);
    poly_add(&between, b->off, -1);
    if (!between.known || between.n != 2 || between.t[0].sym[1] >= 0 || between.t[1].sym[1] >= 0 ||
        between.t[0].coef != -between.t[1].coef)
        return false;
    int64_t stride = between.t[0].coef < 0 ? -between.t[0].coef : between.t[0].coef, k = between.c < 0 ? -between.c : between.c;
    int64_t size = p->type->elem->size > q->type->elem->size ? p->type->elem->size : q->type->elem->size;
    const Value *i = m->value[between.t[0].sym[0] / POLY_SIDES], *j = m->value[between.t[1].sym[0] / POLY_SIDES];
    for (const Region *r = x->parent; r->owner && stride - k >= size; r = r->owner->parent)
        if (r->owner->code == OP_IF && region_contains(r, y) && says_differ(r, i, j))
            return true;
    return false;
}

/* What op, of the reverse sweep, does to what was cleared before. Returns the op to go on behind. */
static Op *meet(Settle *s, Op *op)
{
    if (!is_shadow_access(s, op)) {
        if (touches_memory(op))
            s->n = 0;
        return op;
    }
    const Value *p = primal_address(s, op);
    for (int k = s->n; k-- > 0;) {
        Op *clearing = s->cleared[k];
        const Value *q = primal_address(s, clearing);
        if (op->code == OP_ACCUM && p == q && !op->shared && clearing->args[0]->type == op->args[0]->type) {
            drop(s, k);
            return settle(clearing, op);
        }
        if (p == q || (mem_may_alias_now(s->fn->mem, p, q) && !are_told_apart(s->fn->mem, op->reverses, clearing->reverses)))
            drop(s, k);
    }
    return op;
}

static void settle_region(Fn *fn, Region *r)
{
    Settle s = {.fn = fn};
    for (Op *op = r->first; op; op = op_next(op)) {
        for (int k = 0; k < op->nregions; k++)
            settle_region(fn, op->regions[k]);
        if (!op->in_reverse)
            continue;
        op = meet(&s, op);
        if (is_clearing(&s, op) && s.n < MOST_CLEARED)
            s.cleared[s.n++] = op;
    }
}

void settle_sums(Fn *fn)
{
    if (fn->mem)
        settle_region(fn, fn->body);
}
