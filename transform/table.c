/* table.c: calls of libm that an inner loop makes again and again with the same numbers are made once, into a table.
 *
 *     for (i...) for (j...) for (k = 0; k < n; k++) d += x[i * n + k] * exp(-w[k]);
 *  -> if (loops run) for (k = 0; k < n; k++) table[k] = exp(-w[k]);
 *     for (i...) for (j...) for (k = 0; k < n; k++) d += x[i * n + k] * table[k];
 *
 * What the call is computed from changes with the counter of its own loop only: memory that the loops around write is not read. In the
 * reverse sweep the derivatives by table[k] are summed, and each call's own is taken once. The table is filled where the calls would be made
 * for certain, so that nothing is read that the source would not have read. It is on the heap, of the function and not of a loop's
 * iteration, or a small local array.
 */
#include "derivative.h"

enum { MAX_LEFT = 8, DEPTH = 8, MAX_TABLES = 8, SMALL = 64, MAX_BODY = 400 };

typedef struct {
    Fn *fn;
    const MemInfo *mem;
    Op *loop;             /* that with the calls */
    Op *nest[MAX_LEFT];   /* the loops around it, innermost first */
    int depth;            /* so many of them are left by the calls: */
    Op *outer;            /* ... this one as the last */
    Ptrs same;            /* Op* in loop: what they compute is the same in each execution of the loop */
    PtrMap replaced;
    bool found;
} Tables;

/* ---------------------------------------------------------------------- what stays the same */

static bool costs_a_call(const Op *op)
{
    switch (op->code) {
    case OP_SQRT:
    case OP_FABS:
    case OP_FMAX:
    case OP_FMIN:
    case OP_FDIM:
    case OP_COPYSIGN:
        return false;
    default:
        return op_info[op->code].kind == KIND_MATH && op->nresults == 1 && type_is_float(op->results[0]->type) &&
               !op_partial_is_zero(op, 0);
    }
}

/* In the straight line from outer to the loop's body. */
static bool in_line(const Tables *t, const Op *op)
{
    if (op->parent == t->loop->regions[0])
        return true;
    for (int i = 0; i < t->depth; i++)
        if (op->parent == t->nest[i]->regions[0])
            return true;
    return false;
}

static bool may_repeat(const Tables *t, const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (op->nregions || op->nresults != 1 || op->code == OP_UNDEF)
        return false;
    if (op->code == OP_LOAD)
        return !op->args[0]->type->elem_volatile && !op->shared && !mem_op_may_write(t->mem, t->outer, op->args[0]);
    if (kind == KIND_CONST || kind == KIND_MATH || op->code == OP_INDEX || op->code == OP_FIELD || op->code == OP_DECAY ||
        op->code == OP_GLOBAL || op_only_qualifies(op))
        return true;
    return kind == KIND_ARITH && (type_is_float(op->results[0]->type) || op_speculatable(op));
}

/* Does v depend on the counter alone? */
static bool is_same(const Tables *t, const Value *v, int depth)
{
    if (value_outside(v, t->outer) || v == t->loop->regions[0]->args[0])
        return true;
    const Op *op = v->def;
    if (!op || depth == 0 || !in_line(t, op) || !may_repeat(t, op))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!is_same(t, op->args[i], depth - 1))
            return false;
    return true;
}

static bool needs_counter(const Tables *t, const Value *v)
{
    if (value_outside(v, t->outer) || !v->def)
        return v == t->loop->regions[0]->args[0];
    for (int i = 0; i < v->def->nargs; i++)
        if (needs_counter(t, v->def->args[i]))
            return true;
    return false;
}

/* ---------------------------------------------------------------------- which loops are left */

static bool may_stop(const Op *op)
{
    if (op_info[op->code].effect == EFFECT_OUTSIDE || op->code == OP_WHILE)
        return true;
    for (int i = 0; i < op->nregions; i++)
        for (const Op *in = op->regions[i]->first; in; in = in->next)
            if (may_stop(in))
                return true;
    return false;
}

static const Value *without_casts(const Value *v)
{
    while (v->def && v->def->code == OP_CAST && type_is_int(v->def->args[0]->type) && v->def->args[0]->type->size <= v->type->size)
        v = v->def->args[0];
    return v;
}

/* The least value of hi, where it is a constant or a counter that counts up from one, or more than that by a constant. */
static bool least(const Value *hi, int64_t *out)
{
    int64_t more = 0;
    hi = without_casts(hi);
    if (value_int(hi, out))
        return true;
    if (hi->def && hi->def->code == OP_ADD && type_is_signed(hi->type) && value_int(hi->def->args[1], &more))
        hi = without_casts(hi->def->args[0]);
    const Op *loop = hi->def ? NULL : hi->arg_of->owner;
    if (!loop || loop->code != OP_FOR || hi->index != 0 || for_step(loop) <= 0 || !value_int(loop->args[0], out))
        return false;
    *out += more;
    return true;
}

/* Does the loop run whenever those around it do? */
static bool runs(const Op *loop)
{
    int64_t lo, hi;
    if ((loop->cmp != OP_LT && loop->cmp != OP_LE) || !value_int(loop->args[0], &lo) || !least(loop->args[1], &hi))
        return false;
    return loop->cmp == OP_LE ? lo <= hi : lo < hi;
}

static bool known_outside(const Value *v, const Op *outer)
{
    return value_is_const(v) || value_outside(v, outer);
}

static bool bounds_outside(const Op *loop, const Op *outer)
{
    return known_outside(loop->args[0], outer) && known_outside(loop->args[1], outer);
}

/* At b, before t->outer. */
static Value *bound(const Tables *t, Builder *b, Value *v)
{
    int64_t n;
    return !value_outside(v, t->outer) && value_int(v, &n) ? build_int(b, v->type, n) : v;
}

/* The loop counts 0, 1, ... or from another constant on, and the same whenever outer runs. */
static bool has_plain_range(const Op *loop)
{
    int64_t lo;
    return value_int(loop->args[0], &lo) && lo >= 0 && value_is(loop->args[2], 1) && loop->cmp == OP_LT;
}

static bool is_small(const Op *loop)
{
    int64_t n;
    return value_int(loop->args[1], &n) && n <= SMALL;
}

/* May the first `depth` loops of the nest be left? */
static bool may_leave(const Tables *t, int depth)
{
    const Op *outer = t->nest[depth - 1];
    if (!bounds_outside(t->loop, outer) || may_stop(outer))
        return false;
    bool heap = pass_options.tape == TAPE_HEAP && !pass_options.max_tape && outer->parent == t->fn->body;
    if (!is_small(t->loop) && !heap)
        return false;
    for (int i = 0; i < depth; i++)
        if (!runs(t->nest[i]) && !bounds_outside(t->nest[i], outer))
            return false;
    return true;
}

static void find_nest(Tables *t)
{
    t->depth = 0;
    for (Op *at = t->loop->parent->owner; at && at->code == OP_FOR && t->depth < MAX_LEFT; at = at->parent->owner) {
        if (at->loop && (at->loop->omp || at->loop->checkpoint))
            break;
        t->nest[t->depth++] = at;
    }
}

/* ---------------------------------------------------------------------- which calls are worth it */

static bool is_used_by(const Value *v, const Op *op)
{
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i] == v)
            return true;
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            if (is_used_by(v, in))
                return true;
    return false;
}

/* Is v only part of what another call is computed from? */
static bool only_feeds_calls(const Tables *t, const Value *v)
{
    for (const Op *op = v->def->next; op; op = op->next)
        if (is_used_by(v, op) && (!ptrs_has(&t->same, op) || (!costs_a_call(op) && !only_feeds_calls(t, op->results[0]))))
            return false;
    return true;
}

static Ptrs find_calls(Tables *t)
{
    Ptrs calls = {.arena = t->fn->arena};
    int n = 0;
    t->same = (Ptrs){.arena = t->fn->arena};
    for (Op *op = t->loop->regions[0]->first; op; op = op->next) {
        if (++n > MAX_BODY)
            return (Ptrs){.arena = t->fn->arena};
        if (op->nresults == 1 && is_same(t, op->results[0], DEPTH))
            ptrs_push(&t->same, op);
    }
    for (size_t i = 0; i < t->same.n && calls.n < MAX_TABLES; i++) {
        Op *op = t->same.at[i];
        if (costs_a_call(op) && needs_counter(t, op->results[0]) && !only_feeds_calls(t, op->results[0]))
            ptrs_push(&calls, op);
    }
    return calls;
}

static bool makes_calls(const Op *loop)
{
    for (const Op *op = loop->regions[0]->first; op; op = op->next)
        if (costs_a_call(op))
            return true;
    return false;
}

/* ---------------------------------------------------------------------- the table */

static Value *make_table(const Tables *t, Builder *b, const Op *call)
{
    Type *elem = call->results[0]->type, *size = type_scalar(TY_ULONG);
    Value *hi = bound(t, b, t->loop->args[1]);
    Var *like = call->results[0]->var;
    int64_t n;
    if (value_int(hi, &n) && n <= SMALL) {
        Type *array = type_array(elem, n > 0 ? n : 1);
        return build_decay(b, build_local(b, array, var_named(t->fn, array, "table_", like, op_info[call->code].text), NULL, 0));
    }
    Value *zero = build_int(b, hi->type, 0);
    Value *count = type_is_signed(hi->type) ? build_select(b, build_bin(b, OP_GT, hi, zero), hi, zero) : hi;
    Op *bytes = op_build(b, OP_SIZEOF, NULL, 0, 1);
    bytes->of = elem;
    bytes->results[0]->type = size;
    Value *args[2] = {build_cast(b, count, size), bytes->results[0]};
    Op *op = op_build(b, OP_ALLOC, args, 2, 1);
    op->tape = true;
    op->results[0]->type = type_ptr(elem);
    op->results[0]->var = var_named(t->fn, type_ptr(elem), "table_", like, op_info[call->code].text);
    return op->results[0];
}

static Value *repeat(const Tables *t, Builder *b, Value *v, PtrMap *done)
{
    if (value_outside(v, t->outer))
        return v;
    Value *known = ptrmap_get(done, v);
    if (known)
        return known;
    for (int i = 0; i < v->def->nargs; i++)
        repeat(t, b, v->def->args[i], done);
    return clone_op(b, v->def, done)->results[0];
}

/* At b: do all loops that are left run? Where that is certain, b itself. */
static Builder where_loops_run(const Tables *t, Builder *b)
{
    Value *run = NULL;
    for (int i = t->depth - 1; i >= 0; i--) {
        const Op *l = t->nest[i];
        if (runs(l))
            continue;
        Value *this = build_bin(b, l->cmp, bound(t, b, l->args[0]), bound(t, b, l->args[1]));
        run = run ? build_bin(b, OP_LAND, run, this) : this;
    }
    if (!run)
        return *b;
    Op *test = build_if(b, run);
    Builder then = at_end(test->regions[0]), otherwise = at_end(test->regions[1]);
    build_yield(&otherwise, NULL, 0);
    then.loc = b->loc;
    build_yield(&then, NULL, 0);
    then.before = test->regions[0]->last;
    return then;
}

static void fill(const Tables *t, Builder *b, const Ptrs *calls, Value *const *tables)
{
    const Op *loop = t->loop;
    Op *made = build_for(b, bound(t, b, loop->args[0]), bound(t, b, loop->args[1]), bound(t, b, loop->args[2]), loop->cmp);
    Builder in = at_end(made->regions[0]);
    in.loc = b->loc;
    Value *k = made->regions[0]->args[0];
    PtrMap done = {.arena = t->fn->arena};
    k->var = loop->regions[0]->args[0]->var;
    ptrmap_put(&done, loop->regions[0]->args[0], k);
    for (size_t i = 0; i < calls->n; i++) {
        Op *call = calls->at[i];
        build_store(&in, build_index(&in, tables[i], k), repeat(t, &in, call->results[0], &done));
    }
    build_yield(&in, NULL, 0);
}

static void tabulate(Tables *t, const Ptrs *calls)
{
    Value *tables[MAX_TABLES], *counter = t->loop->regions[0]->args[0];
    Builder b = before_op(t->outer);
    b.loc = ((Op *)calls->at[0])->loc;
    for (size_t i = 0; i < calls->n; i++)
        tables[i] = make_table(t, &b, calls->at[i]);
    Builder where = where_loops_run(t, &b);
    fill(t, &where, calls, tables);
    for (size_t i = 0; i < calls->n; i++) {
        Op *call = calls->at[i];
        Builder at = before_op(call), behind = after_op(t->outer);
        at.loc = call->loc;
        behind.loc = b.loc;
        Value *loaded = build_load(&at, build_index(&at, tables[i], counter));
        loaded->var = call->results[0]->var;
        ptrmap_put(&t->replaced, call->results[0], loaded);
        if (tables[i]->def->code == OP_ALLOC)
            op_build(&behind, OP_FREE, &tables[i], 1, 0);
    }
    t->found = true;
}

static void visit(Op *op, void *ctx)
{
    Tables *t = ctx;
    if (t->found || op->code != OP_FOR || !has_plain_range(op) || !makes_calls(op))
        return;
    t->loop = op;
    find_nest(t);
    for (; t->depth > 0; t->depth--) {
        t->outer = t->nest[t->depth - 1];
        if (!may_leave(t, t->depth))
            continue;
        Ptrs calls = find_calls(t);
        if (calls.n == 0)
            continue;
        tabulate(t, &calls);
        return;
    }
}

typedef struct {
    bool any;
} Candidates;

/* A call in a loop in a loop: else nothing need be analysed. */
static void find_candidate(Op *op, void *ctx)
{
    Candidates *c = ctx;
    c->any |= op->code == OP_FOR && has_plain_range(op) && op->parent->owner && op->parent->owner->code == OP_FOR && makes_calls(op);
}

void tabulate_calls(Fn *fn)
{
    Candidates c = {false};
    walk_ops(fn->body, find_candidate, &c);
    for (int round = 0; c.any && round < MAX_TABLES; round++) { /* new ops need a new analysis */
        Tables t = {.fn = fn, .mem = mem_analyse(fn), .replaced = {.arena = fn->arena}};
        walk_ops(fn->body, visit, &t);
        c.any = t.found;
        replace_uses_map(fn, &t.replaced);
        if (t.found)
            simplify(fn);
    }
}
