/* rounds.c: of a counted loop that was left (counted.c) the reverse sweep needs to know how far it came, and no flags.
 *
 *     for (i ...) { if (!left) { ...; left = c; } }            reverse: for (i ... down) { if (use !left) { ... use c ... } }
 *     ->  for (i ...) { if (!left) { ...; left = c; end = i + 1; } }    for (i from end - 1 down) { ... i >= done ... }
 *
 * done: end, but for a round that was left, which is the last; in it c held, and before it it did not. Of several flags, that one held that is
 * set in the end. Where the loop's bound belongs to it
 * (`i <= n`), so does the end: i, and the first counter less one step of one where no round was run.
 *
 * Before storage: what would be kept is found by its USE. Behind it, where nothing is popped in each round, the reverse loop starts at end. */
#include "derivative.h"

enum { MAX_DEPTH = 16, MAX_FLAGS = 4 };

typedef struct {
    Fn *fn;
    Op *loop, *branch; /* the for, and its if */
    int flag[MAX_FLAGS]; /* numbers of the carried flags that decide: it is run while none is set; */
    int nflags;          /* ... 0: something else decides */
    int sign;          /* of the step */
    OpCode cmp;        /* rounds were run where `counter cmp end` */
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

/* Has v a neighbour in its type, one less (sign 1) or one more (-1)? Or as many as `need`. */
static bool has_neighbour(const Value *v, const Op *at, int sign, int64_t need)
{
    const Type *t = v->type;
    int64_t lo, hi, k;
    const Op *op = v->def;
    if (op && type_is_signed(t) && op->code == (sign > 0 ? OP_ADD : OP_SUB) && value_int(op->args[1], &k) && k >= need)
        return true; /* it has overflowed otherwise */
    int64_t largest = t->size < 8 ? (INT64_C(1) << (t->size * 8 - type_is_signed(t))) - 1 : INT64_C(1) << 60;
    bool known = int_interval(v, at, &lo, &hi);
    return sign > 0 ? lo >= need - (type_is_signed(t) ? largest : 0) : known && hi <= largest - need;
}

/* ... has the first counter, on the side that the loop comes from? Two, where `done` may be one before `end` though no round was run. */
static bool begins_inside(const Rounds *r, const Op *loop)
{
    bool may_be_left = false;
    for (int i = 0; i < r->nflags; i++)
        may_be_left |= !value_is(loop->args[3 + r->flag[i]], 0);
    return has_neighbour(loop->args[0], loop, r->sign, may_be_left && type_is_signed(loop->args[0]->type) ? 2 : 1);
}

/* The comparison that tells which rounds were run; false: not known. `!=` counts like `<` where it begins below the bound. */
static bool match_direction(Rounds *r, const Op *loop)
{
    int64_t step, lo, hi, from_lo, from_hi;
    if (!value_int(loop->args[2], &step) || step == 0)
        return false;
    r->sign = for_step(loop) > 0 ? 1 : -1;
    r->cmp = loop->cmp;
    if (loop->cmp == OP_NE) {
        int_interval(loop->args[0], loop, &from_lo, &from_hi);
        int_interval(loop->args[1], loop, &lo, &hi);
        r->cmp = OP_LT;
        return step == 1 && (type_is_signed(loop->args[0]->type) || from_hi <= lo);
    }
    bool up = r->cmp == OP_LT || r->cmp == OP_LE;
    if (up != (r->sign > 0))
        return false;
    if ((r->cmp == OP_LE || r->cmp == OP_GE) && !begins_inside(r, loop)) { /* then the number behind the last one */
        r->cmp = up ? OP_LT : OP_GT;
        return has_neighbour(loop->args[1], loop, -r->sign, 1);
    }
    return true;
}

/* !a && !b, !(a || b) */
static bool find_flags(Rounds *r, const Value *test, bool negated)
{
    const Op *op = test->def;
    if (op && op->code == OP_LNOT)
        return find_flags(r, op->args[0], !negated);
    if (op && op->code == (negated ? OP_LOR : OP_LAND))
        return find_flags(r, op->args[0], negated) && find_flags(r, op->args[1], negated);
    if (!negated || test->arg_of != r->loop->regions[0] || r->nflags == MAX_FLAGS)
        return false;
    r->flag[r->nflags++] = test->index - 1;
    return true;
}

static bool match(Rounds *r, Op *loop)
{
    if (loop->code != OP_FOR || loop->in_reverse || loop->reversed || loop->regions[0]->nargs < 2)
        return false;
    r->loop = loop;
    r->branch = only_branch(loop->regions[0]);
    if (!r->branch || !loop_stays_left(loop, r->branch))
        return false;
    r->nflags = 0;
    if (!find_flags(r, r->branch->args[0], false))
        r->nflags = 0;
    return match_direction(r, loop);
}

/* What flag i becomes in a round that is run; NULL: not known. */
static Value *next_flag(const Rounds *r, int i)
{
    const Value *next = r->loop->regions[0]->last->args[r->flag[i]];
    if (next->def != r->branch)
        return NULL;
    Value *v = region_terminator(r->branch->regions[0])->args[next->index];
    return value_outside(v, r->loop) || !value_is_bool(v) ? NULL : v; /* known before the loop: it has uses elsewhere */
}

/* ---------------------------------------------------------------------- how far it came */

/* v moved by as many of the loop's directions. */
static Value *moved(const Rounds *r, Builder *b, Value *v, int by)
{
    return by == 0 ? v : build_bin(b, by * r->sign > 0 ? OP_ADD : OP_SUB, v, build_int(b, v->type, 1));
}

static void count_rounds(Rounds *r)
{
    Op *loop = r->loop;
    Value *counter = loop->regions[0]->args[0];
    Type *t = counter->type;
    bool inclusive = r->cmp == OP_LE || r->cmp == OP_GE;
    Var *var = var_named(r->fn, t, inclusive ? "last_" : "end_", counter->var, "rounds");
    Builder b = before_op(loop);
    Value *arg = for_add_carried(loop, moved(r, &b, loop->args[0], inclusive ? -1 : 0), var);
    b = before_op(region_terminator(r->branch->regions[0]));
    Value *next = moved(r, &b, counter, inclusive ? 0 : 1);
    if (next != counter)
        next->var = var;
    op_add_arg(region_terminator(r->branch->regions[0]), next);
    op_add_arg(region_terminator(r->branch->regions[1]), arg);
    op_add_arg(loop->regions[0]->last, op_add_result(r->branch, t, var));
    r->end = for_result_of(loop, arg);
    if (r->nflags == 0)
        return;
    b = after_op(loop);
    Value *left = loop->results[1 + r->flag[0]];
    for (int i = 1; i < r->nflags; i++)
        left = build_bin(&b, OP_LOR, left, loop->results[1 + r->flag[i]]);
    r->done = build_select(&b, left, moved(r, &b, r->end, -1), r->end);
    r->done->var = var_named(r->fn, t, "done_", counter->var, "done");
}

/* ---------------------------------------------------------------------- the reverse sweep */

typedef enum { NOTHING, RUN, LEFT, NOT_LEFT } Told;

/* What of a round does v tell, and which flag does? */
static Told what_it_tells(const Rounds *r, const Value *v, int *flag)
{
    if (v == r->branch->args[0])
        return RUN;
    for (int i = 0; i < r->nflags; i++) {
        const Value *left = next_flag(r, i);
        *flag = r->flag[i];
        if (left == v)
            return LEFT;
        if (left && ((defined_by(v, OP_LNOT) && v->def->args[0] == left) || (defined_by(left, OP_LNOT) && left->def->args[0] == v && value_is_bool(v))))
            return NOT_LEFT;
    }
    return NOTHING;
}

/* Was the round at which it was left left by the flag? */
static Value *by_flag(const Rounds *r, Builder *b, Value *left, int flag)
{
    return r->nflags == 1 ? left : build_bin(b, OP_LAND, left, build_use(b, r->loop->results[1 + flag]));
}

static void rewrite_uses(Op *op, void *ctx)
{
    static const OpCode inverse[] = {[OP_LT] = OP_GE, [OP_LE] = OP_GT, [OP_GT] = OP_LE, [OP_GE] = OP_LT};
    Rounds *r = ctx;
    int flag;
    if (op->code == OP_IF && op->mirror == r->branch)
        op->within = true;
    Told told = op->code == OP_USE ? what_it_tells(r, op->args[0], &flag) : NOTHING;
    if (told == NOTHING)
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    Value *at = build_use(&b, r->loop->regions[0]->args[0]), *to = build_use(&b, told == RUN ? r->end : r->done);
    bool one = told == NOT_LEFT && r->nflags == 1;
    Value *holds = build_bin(&b, told == RUN || one ? r->cmp : inverse[r->cmp], at, to);
    if (told != RUN && !one)
        holds = by_flag(r, &b, holds, flag);
    if (told == NOT_LEFT && !one)
        holds = build_un(&b, OP_LNOT, holds);
    ptrmap_put(&r->replaced, op->results[0], build_cast(&b, holds, op->results[0]->type));
}

typedef struct {
    const Rounds *r;
    bool found, inside;
} Search;

static void find_use(Op *op, void *ctx)
{
    Search *s = ctx;
    int flag;
    if (op->code != OP_USE || what_it_tells(s->r, op->args[0], &flag) == NOTHING)
        return;
    s->found = true;
    s->inside |= region_contains(s->r->loop->regions[0], op);
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
        Search s = {&r, false, false};
        walk_ops(fn->body, find_use, &s);
        if (!s.found || s.inside) /* nothing to know; each round is reversed at once (fuse.c) */
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
    if (!loop || loop->code != OP_FOR || !region_contains(fn->body, loop)) /* it is in the other half */
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
    int64_t step;
    if (loop->code != OP_FOR || !loop->in_reverse || !value_int(loop->args[2], &step))
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
    bool same_way = test && (test->code == OP_LT || test->code == OP_LE ? step > 0 : (test->code == OP_GT || test->code == OP_GE) && step < 0);
    if (!same_way || test->args[0] != body->args[0] || !value_outside(test->args[1], loop) ||
        test->args[1]->type != loop->args[1]->type || !stays(loop, branch))
        return;
    loop->cmp = test->code;
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
