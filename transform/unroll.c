/* unroll.c: loops of a few iterations over a small local array are written out, so that the array becomes scalars (promote.c).
 *
 *   double e[3]; for (i = 0; i < 3; i++) e[i] = x[i] - c[i];   ->   e0 = x[0] - c[0]; e1 = ...
 *
 * Only where that removes the array: every index into it is a constant or made of constants and counters of such loops, and its address
 * goes nowhere else. Then the reverse sweep keeps values where it would have kept memory.
 */
#include "transform.h"

enum { MAX_TRIPS = 4, MAX_ELEMENTS = 16, MAX_OPS = 400 };

typedef struct {
    Fn *fn;
    PtrMap uses;  /* Value* of an address -> Ptrs*: the ops that use it */
    Ptrs loops;   /* Op*: to be written out */
    Ptrs arrays;  /* Op*: the LOCALs this is done for */
} Unroll;

/* ---------------------------------------------------------------------- which loops */

/* Number of iterations of a loop of constants; 0: unknown, none or too many. */
static int trips_of(const Op *loop)
{
    int64_t lo, hi, step;
    if (loop->code != OP_FOR || loop->loop || !value_int(loop->args[0], &lo) || !value_int(loop->args[1], &hi) || !value_int(loop->args[2], &step))
        return 0;
    if (step == 0 || lo < -1000 || lo > 1000 || hi < -1000 || hi > 1000 || loop->cmp == OP_NE)
        return 0;
    int n = 0;
    for (int64_t i = lo; n <= MAX_TRIPS; i += step, n++)
        if (loop->cmp == OP_LT ? i >= hi : loop->cmp == OP_LE ? i > hi : loop->cmp == OP_GT ? i <= hi : i < hi)
            return n;
    return 0;
}

static int count_ops(const Region *r)
{
    int n = 0;
    for (const Op *op = r->first; op; op = op_next(op)) {
        int times = trips_of(op);
        for (int k = 0; k < op->nregions; k++)
            n += count_ops(op->regions[k]) * (times ? times : 1);
        n++;
    }
    return n;
}

/* Is v known once these loops are written out? They are added to *loops. */
static bool is_fixed(const Value *v, Ptrs *loops, int depth)
{
    int64_t c;
    if (value_int(v, &c))
        return true;
    if (!v->def) {
        Op *loop = v->arg_of->owner;
        if (!loop || v->index != 0 || !trips_of(loop) || count_ops(loop->regions[0]) * trips_of(loop) > MAX_OPS)
            return false;
        if (!ptrs_has(loops, loop))
            ptrs_push(loops, loop);
        return true;
    }
    OpCode code = v->def->code;
    if (depth == 0 || (code != OP_ADD && code != OP_SUB && code != OP_MUL && code != OP_CAST && code != OP_NEG))
        return false;
    for (int i = 0; i < v->def->nargs; i++)
        if (!type_is_int(v->def->args[i]->type) || !is_fixed(v->def->args[i], loops, depth - 1))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- which arrays */

static void note_use(Op *op, void *ctx)
{
    Unroll *u = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i]->type->kind != TY_PTR)
            continue;
        Ptrs *list = ptrmap_get(&u->uses, op->args[i]);
        if (!list) {
            list = arena_alloc(u->fn->arena, sizeof *list);
            *list = (Ptrs){.arena = u->fn->arena};
            ptrmap_put(&u->uses, op->args[i], list);
        }
        ptrs_push(list, op);
    }
}

static int64_t elements_of(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return t->count * elements_of(t->elem);
    return type_is_scalar(t) ? 1 : MAX_ELEMENTS + 1;
}

static bool only_fixed_accesses(const Unroll *u, const Value *address, Ptrs *loops)
{
    const Ptrs *uses = ptrmap_get(&u->uses, address);
    for (size_t i = 0; uses && i < uses->n; i++) {
        const Op *op = uses->at[i];
        bool access = op->code == OP_LOAD || (op->code == OP_STORE && op->args[1] != address);
        if (access)
            continue;
        bool step = op->code == OP_DECAY || (op->code == OP_INDEX && is_fixed(op->args[1], loops, 8) && (op->nargs < 3 || is_fixed(op->args[2], loops, 8))) ||
                    op_only_qualifies(op);
        if (!step || !only_fixed_accesses(u, op->results[0], loops))
            return false;
    }
    return true;
}

/* Of an array; with dimensions of a constant value where it has a run-time size (`const int n = 8; double a[n]`). 0: too many, or none. */
static int64_t elements_of_local(const Op *op)
{
    int64_t n = op->nargs || (op->of && op->of->kind == TY_ARRAY) ? elements_of(op->of) : 0, dim;
    for (int i = 0; i < op->nargs; i++) {
        if (!value_int(op->args[i], &dim) || dim <= 0 || dim > MAX_ELEMENTS)
            return 0;
        n *= dim;
        if (n > MAX_ELEMENTS)
            return 0;
    }
    return n > 0 && n <= MAX_ELEMENTS ? n : 0;
}

static void find_arrays(Op *op, void *ctx)
{
    Unroll *u = ctx;
    if (op->code != OP_LOCAL || !elements_of_local(op))
        return;
    Ptrs loops = {.arena = u->fn->arena};
    if (!only_fixed_accesses(u, op->results[0], &loops))
        return;
    for (size_t i = 0; i < loops.n; i++)
        if (!ptrs_has(&u->loops, loops.at[i]))
            ptrs_push(&u->loops, loops.at[i]);
    ptrs_push(&u->arrays, op);
}

/* An array of run-time size that is constant becomes one of constant size, which promote.c knows how to split. */
static void fix_size(Op *op)
{
    if (!op->nargs)
        return;
    Value *old = op->results[0];
    Builder b = after_op(op);
    Value *fixed = build_local(&b, type_array(op->of, elements_of_local(op) / elements_of(op->of)), op->var, NULL, 0);
    fixed->def->loc = op->loc;
    replace_uses(op->parent->fn, old, build_decay(&b, fixed));
    op_remove(op);
}

/* ---------------------------------------------------------------------- writing out */

static void write_out(Unroll *u, Op *loop, PtrMap *replaced)
{
    Region *body = loop->regions[0];
    const Op *yield = region_terminator(body);
    int trips = trips_of(loop);
    int64_t lo = 0, step = 0;
    if (!trips || !value_int(loop->args[0], &lo) || !value_int(loop->args[2], &step))
        return;
    Builder b = before_op(loop);
    b.loc = loop->loc;
    Ptrs carried = {.arena = u->fn->arena};
    for (int i = 1; i < body->nargs; i++)
        ptrs_push(&carried, loop->args[2 + i]);
    for (int k = 0; k < trips; k++) {
        PtrMap map = {.arena = u->fn->arena};
        ptrmap_put(&map, body->args[0], build_int(&b, body->args[0]->type, lo + k * step));
        for (int i = 1; i < body->nargs; i++)
            ptrmap_put(&map, body->args[i], carried.at[i - 1]);
        clone_ops(&b, body, &map, true);
        for (int i = 1; i < body->nargs; i++) {
            Value *next = yield->args[i - 1], *copy = ptrmap_get(&map, next);
            carried.at[i - 1] = copy ? copy : next;
        }
    }
    ptrmap_put(replaced, loop->results[0], build_int(&b, body->args[0]->type, lo + trips * step));
    for (int i = 1; i < body->nargs; i++)
        ptrmap_put(replaced, loop->results[i], carried.at[i - 1]);
    replace_uses_map(u->fn, replaced);
    op_remove(loop);
}

static void collect_inner_first(const Unroll *u, Region *r, Ptrs *out)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        for (int k = 0; k < op->nregions; k++)
            collect_inner_first(u, op->regions[k], out);
        if (op->code == OP_FOR && ptrs_has(&u->loops, op))
            ptrs_push(out, op);
    }
}

void unroll_small(Fn *fn)
{
    Unroll u = {.fn = fn, .uses = {.arena = fn->arena}, .loops = {.arena = fn->arena}, .arrays = {.arena = fn->arena}};
    walk_ops(fn->body, note_use, &u);
    walk_ops(fn->body, find_arrays, &u);
    if (!u.loops.n)
        return;
    Ptrs order = {.arena = fn->arena};
    collect_inner_first(&u, fn->body, &order);
    for (size_t i = 0; i < order.n; i++) {
        PtrMap replaced = {.arena = fn->arena};
        write_out(&u, order.at[i], &replaced);
    }
    for (size_t i = 0; i < u.arrays.n; i++)
        fix_size(u.arrays.at[i]);
    simplify(fn);
    promote_locals(fn);
}
