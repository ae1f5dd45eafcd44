/* dce.c: removes what nothing needs.
 *
 * Liveness starts at effects and the returned value and follows operands; a loop's carried value is needed only if its result or its region
 * argument is, so values that only feed themselves around a loop go too. A store into a LOCAL counts only once something can read the
 * object: a live load, or its address going anywhere but into other addresses and stores through it. */
#include "library.h"

enum { LIVE = 1, READ = 2, PASSED = 4 }; /* of a value; READ: what it points to may be read through it; PASSED: the walk has been there */

typedef struct {
    Fn *fn;
    unsigned char *live; /* by value id */
    Ptrs work;           /* Value*: newly live, behind the walk */
    PtrMap stores;       /* LOCAL -> Ptrs*: the stores to it that are not live yet */
    Arena *scratch;
    bool has_use;        /* a USE needs the loops and ifs that its own ones mirror */
    bool changed;
} Dce;

static void need_op(Dce *d, Op *op);

static void need(Dce *d, Value *v, int how)
{
    int old = d->live[v->id];
    if ((old & how) == how)
        return;
    d->live[v->id] = (unsigned char)(old | how);
    if (old & PASSED)
        ptrs_push(&d->work, v);
}

/* ---------------------------------------------------------------------- stores */

/* Ops that only write what operand 0 points to. */
static bool writes_through(OpCode code)
{
    return code == OP_STORE || code == OP_ACCUM || code == OP_ZERO || code == OP_COPY;
}

Value *address_base(Value *p)
{
    while (p->def && op_is_step(p->def->code))
        p = p->def->args[0];
    return p;
}

static Op *local_root(Value *p)
{
    p = address_base(p);
    return p->def && p->def->code == OP_LOCAL ? p->def : NULL;
}

static void postpone_store(Dce *d, Op *store, Op *local)
{
    Ptrs *list = ptrmap_get(&d->stores, local);
    if (!list) {
        list = arena_alloc(d->scratch, sizeof *list);
        list->arena = d->scratch;
        ptrmap_put(&d->stores, local, list);
    }
    ptrs_push(list, store);
}

/* ---------------------------------------------------------------------- marking */

static void need_around(Dce *d, Op *op)
{
    for (Op *owner = op->parent->owner; owner && owner->mark != LIVE; owner = owner->parent->owner) {
        owner->mark = LIVE;
        if (owner->code == OP_IF)
            need(d, owner->args[0], LIVE | READ);
        for (int i = 0; owner->code == OP_FOR && i < 3; i++)
            need(d, owner->args[i], LIVE);
        if (owner->code == OP_WHILE)
            need(d, owner->regions[0]->last->args[0], LIVE | READ);
        if (owner->mirror && d->has_use)
            need_op(d, owner->mirror);
    }
}

static void need_op(Dce *d, Op *op)
{
    if (op->mark == LIVE)
        return;
    if (op->nregions) { /* its own operands are needed one by one */
        Op *inside = op->regions[0]->last;
        need_around(d, inside);
        return;
    }
    op->mark = LIVE;
    need_around(d, op);
    for (int i = 0; i < op->nargs; i++) {
        bool address = i == 0 && (op_is_step(op->code) || writes_through(op->code));
        need(d, op->args[i], address ? LIVE : LIVE | READ);
    }
}

static void need_result(Dce *d, Value *v)
{
    Op *op = v->def;
    int k = v->index;
    need_around(d, op->nregions ? op->regions[0]->last : op);
    if (op->code == OP_IF) {
        for (int i = 0; i < 2; i++)
            need(d, op->regions[i]->last->args[k], LIVE | READ);
    } else if (op->code == OP_WHILE) {
        need(d, op->regions[0]->last->args[1 + k], LIVE | READ);
    } else if (op->code == OP_FOR && k > 0) {
        need(d, op->args[2 + k], LIVE | READ);
        need(d, op->regions[0]->last->args[k - 1], LIVE | READ);
    } else if (op->nregions == 0) {
        need_op(d, op);
    }
}

static void need_region_arg(Dce *d, Value *v)
{
    Op *op = v->arg_of->owner;
    int k = v->index;
    if (!op)
        return;
    need_around(d, op->regions[0]->last);
    if (op->code == OP_FOR && k > 0) {
        need(d, op->args[2 + k], LIVE | READ);
        need(d, op->regions[0]->last->args[k - 1], LIVE | READ);
    } else if (op->code == OP_WHILE && v->arg_of == op->regions[0]) {
        need(d, op->args[k], LIVE | READ);
        need(d, op->regions[1]->last->args[k], LIVE | READ);
    } else if (op->code == OP_WHILE) {
        need(d, op->regions[0]->last->args[1 + k], LIVE | READ);
    }
}

/* The address v may be read through: so may what it was made from. */
static void need_read(Dce *d, Value *v)
{
    if (!v->def)
        return;
    if (op_is_step(v->def->code))
        need(d, v->def->args[0], LIVE | READ);
    Ptrs *stores = v->def->code == OP_LOCAL ? ptrmap_get(&d->stores, v->def) : NULL;
    for (size_t i = 0; stores && i < stores->n; i++)
        need_op(d, stores->at[i]);
}

static bool is_volatile_access(const Op *op)
{
    return (op->code == OP_LOAD || op->code == OP_STORE) && op->args[0]->type->elem_volatile;
}

/* A loop that may not end is not dropped when its condition is a constant (C11 6.8.5p6). */
static bool endless(const Op *op)
{
    int64_t c;
    return op->code == OP_WHILE && value_int(op->regions[0]->last->args[0], &c) && c;
}

static void find_roots(Dce *d, Region *r, Ptrs *roots)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        op->mark = 0;
        d->has_use |= op->code == OP_USE;
        Op *local = writes_through(op->code) && !is_volatile_access(op) ? local_root(op->args[0]) : NULL;
        if (local)
            postpone_store(d, op, local);
        else if ((op_info[op->code].effect >= EFFECT_WRITES && !call_only_reads(op)) || is_volatile_access(op) || endless(op))
            ptrs_push(roots, op);
        for (int i = 0; i < op->nregions; i++)
            find_roots(d, op->regions[i], roots);
    }
}

static void need_origin(Dce *d, Value *v)
{
    if (v->def)
        need_result(d, v);
    else
        need_region_arg(d, v);
    if (d->live[v->id] & READ)
        need_read(d, v);
}

static void pass(Dce *d, Value **values, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        d->live[values[i]->id] |= PASSED;
        if (d->live[values[i]->id] & (LIVE | READ))
            need_origin(d, values[i]);
    }
}

/* Backwards, so that nearly every value is passed when all that needs it has been: memory is gone through in order. What a loop hands to its
 * next iteration, and stores that are found to be read, come after. */
static void walk_back(Dce *d, Region *r)
{
    for (Op *op = r->last; op; op = op->prev) {
        pass(d, op->results, op->nresults);
        for (int i = op->nregions - 1; i >= 0; i--)
            walk_back(d, op->regions[i]);
    }
    pass(d, r->args, r->nargs);
}

static void mark_live(Dce *d)
{
    Ptrs roots = {.arena = d->scratch};
    find_roots(d, d->fn->body, &roots);
    for (size_t i = 0; i < roots.n; i++)
        need_op(d, roots.at[i]);
    Op *ret = d->fn->body->last;
    for (int i = 0; i < ret->nargs; i++)
        need(d, ret->args[i], LIVE | READ);
    walk_back(d, d->fn->body);
    while (d->work.n)
        need_origin(d, d->work.at[--d->work.n]);
}

/* ---------------------------------------------------------------------- removing */

static bool is_live(const Dce *d, const Value *v)
{
    return d->live[v->id] & (LIVE | READ);
}

static void drop_if_results(Dce *d, Op *op)
{
    for (int k = op->nresults - 1; k >= 0; k--) {
        if (is_live(d, op->results[k]))
            continue;
        op_drop_result(op, k);
        for (int i = 0; i < 2; i++)
            op_drop_arg(op->regions[i]->last, k);
        d->changed = true;
    }
}

static void drop_for_carried(Dce *d, Op *op)
{
    for (int k = op->nresults - 1; k > 0; k--) {
        if (is_live(d, op->results[k]) || is_live(d, op->regions[0]->args[k]))
            continue;
        op_drop_result(op, k);
        op_drop_arg(op, 2 + k);
        op_drop_arg(op->regions[0]->last, k - 1);
        region_drop_arg(op->regions[0], k);
        d->changed = true;
    }
}

static void drop_while_carried(Dce *d, Op *op)
{
    Region *before = op->regions[0], *after = op->regions[1];
    for (int k = op->nargs - 1; k >= 0; k--) {
        if (is_live(d, before->args[k]))
            continue;
        op_drop_arg(op, k);
        op_drop_arg(after->last, k);
        region_drop_arg(before, k);
        d->changed = true;
    }
    for (int k = op->nresults - 1; k >= 0; k--) {
        if (is_live(d, after->args[k]) || is_live(d, op->results[k]))
            continue;
        op_drop_result(op, k);
        op_drop_arg(before->last, 1 + k);
        region_drop_arg(after, k);
        d->changed = true;
    }
}

static void sweep(Dce *d, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        if (op->code == OP_YIELD || op->code == OP_COND)
            continue;
        if (op->mark != LIVE) {
            op_remove(op);
            d->changed = true;
            continue;
        }
        if (op->code == OP_IF)
            drop_if_results(d, op);
        else if (op->code == OP_FOR)
            drop_for_carried(d, op);
        else if (op->code == OP_WHILE)
            drop_while_carried(d, op);
        for (int i = 0; i < op->nregions; i++)
            sweep(d, op->regions[i]);
    }
}

bool remove_dead(Fn *fn)
{
    Arena *scratch = arena_new();
    Dce d = {.fn = fn, .scratch = scratch, .work.arena = scratch, .stores.arena = scratch};
    d.live = arena_alloc(scratch, (size_t)fn->nvalues);
    mark_live(&d);
    sweep(&d, fn->body);
    arena_free(scratch);
    return d.changed;
}
