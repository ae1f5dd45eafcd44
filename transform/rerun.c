/* rerun.c: what a loop hands on from iteration to iteration is handed on in the reverse loop as well, where that runs in the same order.
 *
 *   w = 1;  for (k up) { y[k] += w * x[k]; w *= q; }   reversed:   w = 1;  for (k up) { d_x[k] += w * d_y[k]; w *= q; }
 *
 * so that no w is kept. The reverse loop runs in the forward loop's order where fuse.c has proved that the order does not matter; here is
 * looked for what of the forward loop's carried values the reverse loop needs and each iteration can make from the one before with
 * arithmetic alone: twiddle factors, powers, random numbers. The numbers are the same: it is the same arithmetic in the same order.
 *
 * Such a loop cannot be turned back later, so nothing that the reverse loop needs may have to be pushed on a stack.
 */
#include "derivative.h"

enum { DEPTH = 32, MOST_OPS = 24 };

typedef struct {
    Fn *fn;
    Keeper keeper; /* only to ask keep_is_indexed */
    Op *fwd, *rev;
    Ptrs used;    /* Value*: what the reverse loop needs of the forward one */
    Ptrs carried; /* Value*: arguments of fwd's body among what that is made of */
    bool pushes;  /* something of it would be kept on a stack */
} Rerun;

static bool is_arithmetic(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    return kind == KIND_ARITH || kind == KIND_CONST || kind == KIND_ADDR || op->code == OP_MULZ;
}

/* Is op, of the forward loop, repeated in the reverse sweep rather than kept? Arithmetic, and loads of what stays. */
static bool is_repeated(const Rerun *r, const Op *op)
{
    if (op->code == OP_LOAD)
        return !pass_options.no_reload && op->results[0]->id < r->fn->mem_values && mem_reloadable(r->fn->mem, op);
    return is_arithmetic(op) && (!pass_options.no_recompute || op_info[op->code].kind != KIND_ARITH);
}

static bool is_counter(const Value *v)
{
    return !v->def && v->index == 0 && v->arg_of->owner->code == OP_FOR;
}

static bool is_handed_on(const Rerun *r, const Value *v)
{
    return !v->def && v->arg_of == r->fwd->regions[0] && v->index > 0;
}

static Value *next_of(const Rerun *r, const Value *v)
{
    return region_terminator(r->fwd->regions[0])->args[v->index - 1];
}

/* Notes what of the loop's carried values v is made of. */
static void trace(Rerun *r, Value *v, PtrMap *seen)
{
    if (value_outside(v, r->fwd) || is_counter(v) || ptrmap_get(seen, v))
        return;
    ptrmap_put(seen, v, v);
    if (is_handed_on(r, v)) {
        ptrs_push(&r->carried, v);
        trace(r, next_of(r, v), seen);
    } else if (v->def && is_repeated(r, v->def)) {
        for (int i = 0; i < v->def->nargs; i++)
            trace(r, v->def->args[i], seen);
    } else if (!keep_is_indexed(&r->keeper, value_region(v))) {
        r->pushes = true;
    }
}

static void gather_used(Rerun *r, const Region *reg)
{
    for (const Op *op = reg->first; op; op = op->next) {
        if (op->code == OP_USE && !value_outside(op->args[0], r->fwd) && !ptrs_has(&r->used, op->args[0]))
            ptrs_push(&r->used, op->args[0]);
        for (int k = 0; k < op->nregions; k++)
            gather_used(r, op->regions[k]);
    }
}

/* Can each iteration make v from what the last one had, the counter and what is outside, by arithmetic? ops: how much may be left. */
static bool is_made(const Rerun *r, const Value *v, int depth, int *ops)
{
    if (value_outside(v, r->fwd) || v == r->fwd->regions[0]->args[0])
        return v->def != r->fwd;
    if (is_handed_on(r, v))
        return ptrs_has(&r->carried, v);
    if (!v->def || v->def->parent != r->fwd->regions[0] || depth == 0 || --*ops < 0 || !is_repeated(r, v->def))
        return false;
    for (int i = 0; i < v->def->nargs; i++)
        if (!is_made(r, v->def->args[i], depth - 1, ops))
            return false;
    return true;
}

/* Leaves those carried values that can be handed on again; of the others what is made of them cannot either. */
static bool all_are_made(const Rerun *r)
{
    for (size_t i = 0; i < r->carried.n; i++) {
        const Value *v = r->carried.at[i];
        int ops = MOST_OPS;
        if (v->type->kind == TY_PTR || !is_made(r, next_of(r, v), DEPTH, &ops))
            return false;
    }
    return r->carried.n > 0;
}

static bool is_plain(const Op *fwd, const Op *rev)
{
    const LoopInfo *info = fwd->loop;
    bool same_place = rev->parent->mirror ? rev->parent->mirror == fwd->parent : !rev->parent->owner && !fwd->parent->owner;
    return same_place && !fwd->in_reverse && !fwd->fused && fwd->code == OP_FOR && rev->regions[0]->mirror == fwd->regions[0] &&
           rev->reversed == fwd->reversed && !(info && (info->omp || info->checkpoint));
}

static void hand_on(Rerun *r)
{
    Builder before = before_op(r->rev), end = before_op(region_terminator(r->rev->regions[0]));
    before.loc = end.loc = r->rev->loc;
    if (!r->fn->rerun) {
        r->fn->rerun = arena_alloc(r->fn->arena, sizeof *r->fn->rerun);
        *r->fn->rerun = (PtrMap){.arena = r->fn->arena};
    }
    for (size_t i = 0; i < r->carried.n; i++) {
        Value *v = r->carried.at[i], *init = build_use(&before, r->fwd->args[2 + v->index]);
        Value *again = for_add_carried(r->rev, init, v->var), *next = build_use(&end, next_of(r, v));
        init->def->in_reverse = next->def->in_reverse = true;
        op_add_arg(region_terminator(r->rev->regions[0]), next);
        ptrmap_put(r->fn->rerun, v, again);
    }
    r->rev->rerun = true;
}

typedef struct {
    Fn *fn;
    PtrMap reversed; /* forward loop -> its reverse loop, or itself where there are two */
} Loops;

static void find_reverse(Op *op, void *ctx)
{
    Loops *l = ctx;
    if (op->in_reverse && op->code == OP_FOR && op->mirror)
        ptrmap_put(&l->reversed, op->mirror, ptrmap_get(&l->reversed, op->mirror) ? op->mirror : op);
}

static void try_loop(Op *rev, void *ctx)
{
    Loops *l = ctx;
    Fn *fn = l->fn;
    Op *fwd = rev->mirror;
    if (!rev->in_reverse || rev->code != OP_FOR || !fwd || ptrmap_get(&l->reversed, fwd) != rev || !is_plain(fwd, rev))
        return;
    Rerun r = {.fn = fn, .fwd = fwd, .rev = rev, .used.arena = fn->arena, .carried.arena = fn->arena, .keeper.fn = fn};
    gather_used(&r, rev->regions[0]);
    PtrMap seen = {.arena = fn->arena};
    for (size_t i = 0; i < r.used.n; i++)
        trace(&r, r.used.at[i], &seen);
    if (!r.pushes && all_are_made(&r))
        hand_on(&r);
}

void rerun_recurrences(Fn *fn)
{
    remove_dead(fn); /* nothing is handed on for a USE that nobody needs */
    Loops l = {fn, {.arena = fn->arena}};
    walk_ops(fn->body, find_reverse, &l);
    walk_ops(fn->body, try_loop, &l);
}
