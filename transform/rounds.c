/* rounds.c: of a counted loop that was left (counted.c) the reverse sweep needs to know how far it came, and no flags.
 *
 *     for (i ...) { if (!left) { ...; left = c; } }            reverse: for (i ... down) { if (use !left) { ... use c ... } }
 *     ->  for (i ...) { if (!left) { ...; left = c; end = i + 1; } }    for (i from end - 1 down) { ... i >= done ... }
 *
 * done: end, but for a round that was left, which is the last; in it c held, and before it it did not.
 *
 * Before storage: what would be kept is found by its USE. Behind it, where nothing is popped in each round, the reverse loop starts at end. */
#include "derivative.h"

enum { MAX_DEPTH = 16 };

typedef struct {
    Fn *fn;
    Op *loop, *branch; /* the for, and its if */
    int flag;          /* number of the carried flag that alone decides, -1: none */
    Value *end, *done;
    PtrMap replaced;
} Rounds;

/* ---------------------------------------------------------------------- is it such a loop? */

static bool decides(const Op *loop, const Value *v, int depth)
{
    if (value_outside(v, loop))
        return true;
    if (!v->def)
        return v->arg_of == loop->regions[0] && v->index > 0;
    if (v->def->nregions || op_info[v->def->code].effect != EFFECT_PURE || depth == MAX_DEPTH)
        return false;
    for (int i = 0; i < v->def->nargs; i++)
        if (!decides(loop, v->def->args[i], depth + 1))
            return false;
    return true;
}

/* Does what is carried stay as it is where the branch is not taken? */
static bool stays(const Op *loop, const Op *branch)
{
    const Region *body = loop->regions[0];
    for (int k = 0; k < body->last->nargs; k++) {
        const Value *next = body->last->args[k], *arg = body->args[1 + k];
        if (next != arg && (next->def != branch || region_terminator(branch->regions[1])->args[next->index] != arg))
            return false;
    }
    return branch->regions[1]->first == branch->regions[1]->last;
}

/* The only op of a loop's body that does anything: an if. */
static Op *only_branch(const Region *body)
{
    Op *branch = NULL;
    for (Op *op = body->first; op != body->last; op = op_next(op)) {
        bool quiet = !op->nregions && op_info[op->code].effect == EFFECT_PURE && op->code != OP_LOCAL;
        if (!quiet && (branch || op->code != OP_IF))
            return NULL;
        if (!quiet)
            branch = op;
    }
    return branch;
}

bool loop_stays_left(const Op *loop, const Op *branch)
{
    return decides(loop, branch->args[0], 0) && !value_outside(branch->args[0], loop) && stays(loop, branch);
}

static bool match(Rounds *r, Op *loop)
{
    if (loop->code != OP_FOR || loop->in_reverse || loop->reversed || loop->cmp != OP_LT || !value_is(loop->args[2], 1) ||
        loop->regions[0]->nargs < 2)
        return false;
    r->loop = loop;
    r->branch = only_branch(loop->regions[0]);
    if (!r->branch || !loop_stays_left(loop, r->branch))
        return false;
    const Op *test = r->branch->args[0]->def;
    bool flag = test && test->code == OP_LNOT && test->args[0]->arg_of == loop->regions[0];
    r->flag = flag ? test->args[0]->index - 1 : -1;
    return true;
}

/* What the flag becomes in a round that is run; NULL: not known. */
static Value *next_flag(const Rounds *r)
{
    const Value *next = r->flag < 0 ? NULL : r->loop->regions[0]->last->args[r->flag];
    if (!next || next->def != r->branch)
        return NULL;
    Value *v = region_terminator(r->branch->regions[0])->args[next->index];
    return value_outside(v, r->loop) ? NULL : v; /* known before the loop: it has uses elsewhere */
}

/* ---------------------------------------------------------------------- how far it came */

static void count_rounds(Rounds *r)
{
    Op *loop = r->loop;
    Value *counter = loop->regions[0]->args[0];
    Type *t = counter->type;
    Var *var = var_named(r->fn, t, "end_", counter->var, "rounds");
    Value *arg = for_add_carried(loop, loop->args[0], var);
    Builder b = before_op(region_terminator(r->branch->regions[0]));
    Value *next = build_bin(&b, OP_ADD, counter, build_int(&b, t, 1));
    next->var = var;
    op_add_arg(region_terminator(r->branch->regions[0]), next);
    op_add_arg(region_terminator(r->branch->regions[1]), arg);
    op_add_arg(loop->regions[0]->last, op_add_result(r->branch, t, var));
    r->end = for_result_of(loop, arg);
    if (r->flag < 0)
        return;
    b = after_op(loop);
    Value *before = build_bin(&b, OP_SUB, r->end, build_int(&b, t, 1));
    r->done = build_select(&b, loop->results[1 + r->flag], before, r->end);
    r->done->var = var_named(r->fn, t, "done_", counter->var, "done");
}

/* ---------------------------------------------------------------------- the reverse sweep */

static void rewrite_uses(Op *op, void *ctx)
{
    Rounds *r = ctx;
    if (op->code == OP_IF && op->mirror == r->branch)
        op->within = true;
    bool guard = op->code == OP_USE && op->args[0] == r->branch->args[0];
    if (op->code != OP_USE || (!guard && (!r->done || op->args[0] != next_flag(r))))
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    Value *at = build_use(&b, r->loop->regions[0]->args[0]);
    Value *holds = guard ? build_bin(&b, OP_LT, at, build_use(&b, r->end)) : build_bin(&b, OP_GE, at, build_use(&b, r->done));
    ptrmap_put(&r->replaced, op->results[0], build_cast(&b, holds, op->results[0]->type));
}

typedef struct {
    const Rounds *r;
    bool found;
} Search;

static void find_use(Op *op, void *ctx)
{
    Search *s = ctx;
    s->found |= op->code == OP_USE && (op->args[0] == s->r->branch->args[0] || (op->args[0] == next_flag(s->r)));
}

static void find_loops(Op *op, void *ctx)
{
    Rounds r;
    if (match(&r, op))
        ptrs_push(ctx, op);
}

void rounds_of_left_loops(Fn *fn)
{
    Arena *arena = arena_new();
    Ptrs loops = {.arena = arena};
    walk_ops(fn->body, find_loops, &loops);
    for (size_t i = 0; i < loops.n; i++) {
        Rounds r = {.fn = fn, .replaced = {.arena = arena}};
        match(&r, loops.at[i]);
        Search s = {&r, false};
        walk_ops(fn->body, find_use, &s);
        if (!s.found)
            continue;
        count_rounds(&r);
        walk_ops(fn->body, rewrite_uses, &r);
        replace_uses_map(fn, &r.replaced);
    }
    arena_free(arena);
}

/* ---------------------------------------------------------------------- behind storage */

static bool is_quiet(const Op *op)
{
    return !op->nregions && op->code != OP_LOCAL && (op_info[op->code].effect == EFFECT_PURE || (op->code == OP_LOAD && !op->args[0]->type->elem_volatile));
}

/* What is kept at `at`, a tape, in the forward loop: is it read in `reverse` alone? */
typedef struct {
    const Value *tape;
    const Op *address, *reverse;
    bool elsewhere;
} Readers;

static void find_readers(Op *op, void *ctx)
{
    Readers *r = ctx;
    if (op->code == OP_FREE)
        return;
    for (int i = 0; i < op->nargs; i++)
        r->elsewhere |= (op->args[i] == r->tape && op != r->address && !region_contains(r->reverse->regions[0], op)) ||
                        (op->args[i] == r->address->results[0] && op->code != OP_STORE);
}

static bool kept_for(Fn *fn, const Op *op, const Op *reverse)
{
    const Op *address = op->code == OP_STORE ? op->args[0]->def : NULL;
    const Value *tape = address && address->code == OP_INDEX ? address->args[0] : NULL;
    if (!tape || !defined_by(tape, OP_ALLOC) || !tape->def->tape)
        return false;
    Readers r = {tape, address, reverse, false};
    walk_ops(fn->body, find_readers, &r);
    return !r.elsewhere;
}

/* for (i ...) { kept[i] = v; if (!left) ... } -> for (i ...) if (!left) { kept[i] = v; ... }, where no other rounds are reversed. */
static void keep_where_taken(Fn *fn, const Op *reverse)
{
    Op *loop = reverse->mirror, *branch = NULL;
    if (!loop || loop->code != OP_FOR)
        return;
    for (Op *op = loop->regions[0]->first; op != loop->regions[0]->last && !branch; op = op_next(op))
        branch = op->code == OP_IF ? op : NULL;
    if (!branch || !loop_stays_left(loop, branch))
        return;
    Builder b = before_op(branch->regions[0]->first);
    for (Op *op = loop->regions[0]->first, *next; op != branch; op = next) {
        next = op_next(op);
        if (kept_for(fn, op, reverse))
            op_move(op, &b);
    }
}

/* for (i = hi - 1; ...) { if (i < end) ... }, where end is no more than hi: from end - 1. */
static void limit_loop(Op *loop, void *ctx)
{
    if (loop->code != OP_FOR || !loop->in_reverse || !loop->reversed || loop->cmp != OP_LT || !value_is(loop->args[2], 1))
        return;
    const Region *body = loop->regions[0];
    Op *branch = NULL;
    for (Op *op = body->first; op != body->last; op = op_next(op)) {
        if (op->code == OP_IF && op->within && !branch)
            branch = op;
        else if (!is_quiet(op))
            return;
    }
    const Op *test = branch ? branch->args[0]->def : NULL;
    if (!test || test->code != OP_LT || test->args[0] != body->args[0] || !value_outside(test->args[1], loop) ||
        test->args[1]->type != loop->args[1]->type || !stays(loop, branch))
        return;
    loop->args[1] = test->args[1];
    Builder b = before_op(branch);
    branch->args[0] = build_int(&b, branch->args[0]->type, 1);
    keep_where_taken(ctx, loop);
}

void limit_rounds(Fn *fn)
{
    walk_ops(fn->body, limit_loop, fn);
    simplify(fn);
}
