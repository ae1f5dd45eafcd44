/* scratch.c: which parameters are scratch under a bare --grad: arrays that f fills with something varied before it reads them.
 *
 * A load reads no entry value if an earlier store covers it: one that is always executed before it, to the same address; or one in a nest
 * of counted loops, always executed whole before it, whose counters take the values that give the load's address:
 *
 *   for (i < n) for (j < m) t[i * m + j] = ..;   ...   for (k < n) s += t[(n - 1 - k) * m]    i = n - 1 - k, j = 0
 *
 * (A loop without trips stores nothing, and where nothing is stored scratch and independents are the same.) What is not proved to be
 * scratch stays an independent, which is right for every array, but keeps what it held.
 */
#include "analysis.h"

typedef struct {
    const Activity *a;
    int obj;
    Ptrs stores, loads; /* Op*: floating ones that may access obj; stores also ZERO */
    bool other;         /* accessed by something else, or at an address that is not known */
    const Op *loop;     /* what is outside it counts as something else; NULL: the whole function */
} Accesses;

/* ---------------------------------------------------------------------- what accesses the object */

static bool reaches(const Accesses *c, const Value *p)
{
    return p->type->kind == TY_PTR && (!c->loop || p->id < c->a->fn->mem_values) && intset_has(mem_points_to(c->a->m, p), c->obj);
}

static void find_access(Op *op, void *ctx)
{
    Accesses *c = ctx;
    if (op->in_reverse)
        return;
    bool inside = !c->loop || region_contains(c->loop->regions[0], op);
    if (!inside && (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ZERO)) {
        c->other |= reaches(c, op->args[0]);
    } else if (op->code == OP_LOAD && reaches(c, op->args[0])) {
        if (type_is_differentiable(op->results[0]->type))
            ptrs_push(&c->loads, op);
    } else if (op->code == OP_STORE && reaches(c, op->args[0])) {
        if (type_is_differentiable(op->args[1]->type))
            ptrs_push(&c->stores, op);
    } else if (op->code == OP_ZERO && reaches(c, op->args[0])) {
        ptrs_push(&c->stores, op);
    } else if (op->code == OP_CALL || op->code == OP_CALLPTR || op->code == OP_COPY || op->code == OP_ACCUM || op->code == OP_REALLOC) {
        for (int i = 0; i < op->nargs; i++)
            c->other |= reaches(c, op->args[i]);
    }
}

/* ---------------------------------------------------------------------- is the store always executed before the load? */

/* The op of region r that op is in, or is. */
static const Op *ancestor_in(const Region *r, const Op *op)
{
    while (op && op->parent != r)
        op = op->parent->owner;
    return op;
}

/* The outermost loop of a nest with nothing but counted loops around `store` that runs before `load`; the store itself where they share
 * all loops; NULL: it may be left out, or comes later. */
static const Op *nest_before(const Activity *a, const Op *store, const Op *load)
{
    const Op *nest = store, *other;
    while (!(other = ancestor_in(nest->parent, load))) {
        nest = nest->parent->owner;
        if (!nest || nest->code != OP_FOR)
            return NULL;
    }
    return mem_position(a->m, nest) < mem_position(a->m, other) ? nest : NULL;
}

/* ---------------------------------------------------------------------- does it store all that is loaded? */

static Poly difference(const Poly *p, const Poly *q)
{
    Poly r = poly_copy(p);
    poly_add(&r, q, -1);
    return r;
}

/* p with `by` for sym. */
static Poly substituted(const Poly *p, int sym, const Poly *by)
{
    Poly with, rest;
    if (!p->known || !poly_split(p, sym, &with, &rest))
        return poly_unknown();
    Poly r = poly_mul(&with, by);
    poly_add(&r, &rest, 1);
    return r;
}

/* The index of `loop` is a value that it counts: between its bounds; every step counts, as steps are one. */
static bool counts_to(const Timing *t, const Op *loop, const Poly *lo, const Poly *hi, const Poly *index)
{
    bool up = for_step(loop) == 1 && (loop->cmp == OP_LT || loop->cmp == OP_LE || loop->cmp == OP_NE);
    bool down = for_step(loop) == -1 && (loop->cmp == OP_GT || loop->cmp == OP_GE || loop->cmp == OP_NE);
    if (!up && !down)
        return false;
    Poly first = difference(index, lo), last = difference(hi, index);
    if (down)
        first = difference(lo, index), last = difference(index, hi);
    last.c -= loop->cmp != OP_LE && loop->cmp != OP_GE;
    if (!first.known || !last.known)
        return false;
    bool is_first = first.n == 0 && first.c == 0, is_last = last.n == 0 && last.c == 0;
    return is_first || is_last || (affine_never_negative(t, &first) && affine_never_negative(t, &last));
}

/* The constant of `rest` belongs to this counter and to inner ones: the nearest multiple of the stride (x[i][j - 1]) or the one below
 * (x[i][3]). */
static Poly quotient_of(const Poly *rest, const Term *stride, bool below)
{
    Poly quotient, remainder;
    affine_divide(rest, stride, &quotient, &remainder);
    int64_t left = remainder.c;
    if (below && stride->sym[0] < 0 && (left < 0) != (stride->coef < 0) && left)
        quotient.c--;
    return quotient;
}

enum { MAX_LOOPS = 16 };

/* The loops around the store that the load is not in, innermost first; -1: too many. */
static int loops_of(const Op *nest, const Op *store, const Op **loops)
{
    int n = 0;
    for (const Op *op = store->parent->owner; op && nest != store && (n == 0 || loops[n - 1] != nest); op = op->parent->owner) {
        if (n == MAX_LOOPS)
            return -1;
        loops[n++] = op;
    }
    return n;
}

static int counter_of(const Op *loop)
{
    return symbol_of(loop->regions[0]->args[0], 0);
}

/* Solves the addresses' equality for the counters of the loops from `nest` down to the store, outermost first. left: the load's offset
 * minus the store's; the store's counters are replaced one by one by what they are when it stores what is loaded. */
static bool solves(const Activity *a, const Timing *t, const Op *nest, const Op *store, Poly left, bool below)
{
    const Op *loops[MAX_LOOPS];
    Poly counter[MAX_LOOPS];
    int n = loops_of(nest, store, loops);
    for (int i = n - 1; i >= 0; i--) {
        Poly with, rest, lo = poly_of_value(a->m, loops[i]->args[0]), hi = poly_of_value(a->m, loops[i]->args[1]);
        for (int k = n - 1; k > i; k--) {
            lo = substituted(&lo, counter_of(loops[k]), &counter[k]);
            hi = substituted(&hi, counter_of(loops[k]), &counter[k]);
        }
        if (!left.known || !poly_split(&left, counter_of(loops[i]), &with, &rest) || with.n + (with.c != 0) > 1)
            return false;
        if (with.n == 0 && with.c == 0) {
            counter[i] = lo; /* every iteration stores it */
            continue;
        }
        Term stride = with.n ? with.t[0] : (Term){.coef = with.c, .sym = {-1, -1, -1, -1}};
        stride.coef = -stride.coef;
        counter[i] = quotient_of(&rest, &stride, below);
        if (!counter[i].known || !counts_to(t, loops[i], &lo, &hi, &counter[i]))
            return false;
        left = substituted(&left, counter_of(loops[i]), &counter[i]);
    }
    return n >= 0 && left.known && left.n == 0 && left.c == 0;
}

static Address address_of(const Activity *a, const Value *p)
{
    Address at = a->m->address[p->id];
    return at.root ? at : (Address){p, NULL};
}

/* in: NULL, or what both are in, in the same iteration. */
static bool covers(const Activity *a, const Op *store, const Op *load, const Op *in)
{
    const Op *nest = nest_before(a, store, load);
    if (in && nest && !region_contains(in->regions[0], nest))
        return false;
    Address from = address_of(a, load->args[0]), to = address_of(a, store->args[0]);
    if (!nest || from.root != to.root)
        return false;
    Timing t = {.m = a->m, .first = load};
    Poly zero = poly_constant(0), left = difference(from.off ? from.off : &zero, to.off ? to.off : &zero);
    if (store->code == OP_ZERO) {
        int64_t size = load->results[0]->type->size;
        Poly n = poly_of_value(a->m, store->args[1]), end = poly_constant(-size);
        poly_add(&end, &n, store->args[0]->type->elem->size);
        poly_add(&end, &left, -1);
        return nest == store && left.known && end.known && affine_never_negative(&t, &left) && affine_never_negative(&t, &end);
    }
    bool same_size = load->results[0]->type->size == store->args[1]->type->size;
    return same_size && (solves(a, &t, nest, store, left, false) || solves(a, &t, nest, store, left, true));
}

/* ---------------------------------------------------------------------- the parameters */

static bool varied_store(const Activity *a, const Accesses *c)
{
    for (size_t i = 0; i < c->stores.n; i++) {
        const Op *op = c->stores.at[i];
        if (op->code == OP_STORE && a->varied[op->args[1]->id])
            return true;
    }
    return false;
}

static bool is_scratch(const Activity *a, int obj)
{
    Accesses c = {.a = a, .obj = obj, .stores.arena = a->fn->arena, .loads.arena = a->fn->arena};
    walk_ops(a->fn->body, find_access, &c);
    if (c.other || !varied_store(a, &c))
        return false;
    for (size_t i = 0; i < c.loads.n; i++) {
        bool covered = false;
        for (size_t k = 0; k < c.stores.n && !covered; k++)
            covered = covers(a, c.stores.at[k], c.loads.at[i], NULL);
        if (!covered)
            return false;
    }
    return true;
}

typedef struct {
    const Accesses *c;
    bool other;
} Others;

static void find_other(Op *op, void *ctx)
{
    Others *o = ctx;
    if (op->in_reverse)
        return;
    const Value *v = op->code == OP_LOAD ? op->results[0] : op->code == OP_STORE ? op->args[1] : NULL;
    o->other |= v && reaches(o->c, op->args[0]) && !type_is_differentiable(v->type);
}

bool memory_is_filled(Fn *fn, const MemInfo *m, int obj, const Op *loop)
{
    Activity a = {.fn = fn, .m = m};
    Accesses c = {.a = &a, .loop = loop, .obj = obj, .stores.arena = fn->arena, .loads.arena = fn->arena};
    Others o = {&c, false};
    walk_ops(fn->body, find_other, &o);
    walk_ops(fn->body, find_access, &c);
    bool filled = !c.other && !o.other;
    for (size_t i = 0; i < c.loads.n && filled; i++) {
        filled = false;
        for (size_t k = 0; k < c.stores.n && !filled; k++)
            filled = covers(&a, c.stores.at[k], c.loads.at[i], loop);
    }
    return filled;
}

/* A pointer that f writes through and that may point to scratch points to nothing that stays an independent. */
static bool told_apart(const Activity *a, const bool *scratch, int obj)
{
    const IntSet *writes = &a->m->objects[obj].writes;
    for (int i = 0; i < writes->n; i++) {
        const Value *addr = a->m->writes[writes->at[i]].addr;
        const IntSet *to = addr ? mem_points_to(a->m, addr) : writes;
        for (int k = 0; addr && k < to->n; k++)
            if (a->role[to->at[k]] == ROLE_INDEP && !scratch[to->at[k]])
                return false;
    }
    return true;
}

/* The parameter that obj is memory of, as an index; -1: another object, or one that can be no scratch. */
static int parameter_of(const Activity *a, int obj)
{
    while (a->m->objects[obj].parent >= 0)
        obj = a->m->objects[obj].parent;
    const MemObject *o = &a->m->objects[obj];
    return o->kind == OBJ_PARAM && !o->own && o->param->index < a->fn->nparams ? o->param->index : -1;
}

/* Of a parameter all active memory is scratch, or none. */
static void all_or_none(const Activity *a, bool *scratch)
{
    bool *none = arena_alloc(a->fn->arena, sizeof *none * (size_t)(a->fn->nparams + 1));
    for (int i = 0; i < a->nobjects; i++)
        if (parameter_of(a, i) >= 0 && active_object(a, i) && !scratch[i])
            none[parameter_of(a, i)] = true;
    for (int i = 0; i < a->nobjects; i++)
        if (parameter_of(a, i) >= 0 && none[parameter_of(a, i)])
            scratch[i] = false;
}

void scratch_settle(Activity *a)
{
    bool scalar = a->rq->mode == MODE_GRAD || a->rq->mode == MODE_HVP || a->rq->mode == MODE_HESSIAN;
    if (!a->rq->bare || !scalar)
        return;
    bool *scratch = arena_alloc(a->fn->arena, sizeof *scratch * (size_t)(a->nobjects + 1)), again = true;
    for (int i = 0; i < a->nobjects; i++)
        scratch[i] = parameter_of(a, i) >= 0 && a->role[i] == ROLE_INDEP && active_object(a, i) && is_scratch(a, i);
    while (again) {
        again = false;
        all_or_none(a, scratch);
        for (int i = 0; i < a->nobjects; i++)
            if (scratch[i] && !told_apart(a, scratch, i)) {
                scratch[i] = false;
                again = true;
            }
    }
    for (int i = 0; i < a->nobjects; i++)
        if (scratch[i])
            a->rq->roles[parameter_of(a, i)] = ROLE_SCRATCH;
}
