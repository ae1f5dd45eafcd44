/* max_tape.c: --max-tape: what is kept for the reverse sweep stays below a number of bytes.
 *
 * Where bounds of all sizes are proven and their sum is small enough, nothing changes. Otherwise loops that advance a state are checkpointed
 * (checkpoint.c), with as many snapshots as there is room for, and all that is kept is taken from what is left of the limit while the
 * derivative runs:
 *
 *     double *kept_x = ad_tape_alloc(n, sizeof(double));   ->   double *kept_x = ad_limit_alloc(&tape_left, n, sizeof(double));
 *     free(kept_x);                                         ->   ad_limit_free(&tape_left, kept_x);
 *
 * What does not fit then is out of memory. What is known to be too large is an error. */
#include "derivative.h"

#include <string.h>

typedef struct {
    Fn *fn;
    const MemInfo *mem;
    Ptrs allocs, frees, stacks; /* Op* */
    int64_t fixed;              /* bytes of local arrays */
    bool unbounded;             /* it calls what keeps any amount */
} Limit;

static bool is_kept(const Op *op)
{
    return op->code == OP_ALLOC && op->tape && !op->zeroed;
}

static bool is_a(const Op *op, const char *type)
{
    return op->code == OP_LOCAL && op->of->kind == TY_OPAQUE && !strcmp(op->of->name, type);
}

static void collect(Op *op, void *ctx)
{
    Limit *l = ctx;
    if (is_kept(op))
        ptrs_push(&l->allocs, op);
    else if (op->code == OP_FREE)
        ptrs_push(&l->frees, op);
    else if (is_a(op, "ad_stack") || is_a(op, "ad_rooms") || is_a(op, "ad_log"))
        ptrs_push(&l->stacks, op);
    else if (op->code == OP_LOCAL && op->tape && !op->zeroed)
        l->fixed += op->of->size;
    l->unbounded |= op->code == OP_CALL && op->callee && op->callee->instance;
}

static Limit find_all(Fn *fn)
{
    Limit l = {.fn = fn, .allocs = {.arena = fn->arena}, .frees = {.arena = fn->arena}, .stacks = {.arena = fn->arena}};
    walk_ops(fn->body, collect, &l);
    return l;
}

/* ---------------------------------------------------------------------- how much it is */

/* Of an ALLOC: between how many bytes? *most -1: not known. */
static void bytes_of(const Op *alloc, int64_t *least, int64_t *most)
{
    int64_t lo, hi, size = 1;
    *least = 0;
    *most = -1;
    const Op *each = alloc->nargs > 1 ? alloc->args[1]->def : NULL;
    if (each && each->code == OP_SIZEOF)
        size = each->of->size;
    else if (each && !value_int(alloc->args[1], &size))
        return;
    if (size <= 0 || size > TRIPS_LIMIT)
        return;
    bool known = int_interval(alloc->args[0], alloc, &lo, &hi);
    *least = known && lo > 0 && lo <= TRIPS_LIMIT ? lo * size : 0;
    if (known && hi <= TRIPS_LIMIT)
        *most = hi > 0 ? hi * size : 0;
}

bool tape_fits(Fn *fn)
{
    Limit l = find_all(fn);
    int64_t total = l.fixed, least, most;
    if (l.unbounded || l.stacks.n || fn->tape)
        return false;
    for (size_t i = 0; i < l.allocs.n; i++) {
        bytes_of(l.allocs.at[i], &least, &most);
        if (most < 0 || loop_depth(l.allocs.at[i]) > 0)
            return false;
        total += most;
    }
    return total <= pass_options.max_tape;
}

static const Op *loop_after(const Op *op)
{
    for (const Op *at = op; at; at = at->next)
        if (at->code == OP_FOR || at->code == OP_WHILE)
            return at;
    return op;
}

/* Does what is certainly kept not fit? */
static bool refuse_if_too_large(const Limit *l)
{
    int64_t total = l->fixed, biggest = 0, least, most;
    const Op *worst = NULL;
    for (size_t i = 0; i < l->allocs.n; i++) {
        const Op *op = l->allocs.at[i];
        if (op->parent != l->fn->body)
            continue;
        bytes_of(op, &least, &most);
        total += least;
        if (least > biggest) {
            biggest = least;
            worst = op;
        }
    }
    if (total <= pass_options.max_tape)
        return false;
    diag_error(worst ? loop_after(worst)->loc : l->fn->loc, "--max-tape: at least %lld bytes have to be kept, %lld of them for this loop, but the limit is %lld",
               (long long)total, (long long)biggest, (long long)pass_options.max_tape);
    return true;
}

/* ---------------------------------------------------------------------- the limit */

Value *tape_left(Fn *fn)
{
    if (fn->tape_left)
        return fn->tape_left;
    Type *t = type_scalar(TY_ULONG);
    Builder top = before_op(fn->body->first);
    Var *var = var_named(fn, t, "", NULL, "tape_left");
    var->spelled = "size_t";
    fn->tape_left = build_local(&top, t, var, NULL, 0);
    build_store(&top, fn->tape_left, build_int(&top, t, pass_options.max_tape));
    return fn->tape_left;
}

static Op *build_call(Builder *b, const char *name, Value **args, int n, Type *result)
{
    Op *call = op_build(b, OP_CALL, args, n, result ? 1 : 0);
    call->text = name;
    call->of = result ? result : type_void();
    if (result)
        call->results[0]->type = result;
    return call;
}

static void limit_alloc(const Limit *l, Op *alloc, PtrMap *replaced)
{
    Builder b = before_op(alloc);
    b.loc = alloc->loc;
    Value *one = alloc->nargs > 1 ? alloc->args[1] : build_int(&b, type_scalar(TY_ULONG), 1);
    Value *args[3] = {tape_left(l->fn), build_cast(&b, alloc->args[0], type_scalar(TY_ULONG)), one};
    Value *old = alloc->results[0], *p = build_call(&b, "ad_limit_alloc", args, 3, old->type)->results[0];
    p->var = old->var;
    p->def->note = alloc->note;
    ptrmap_put(replaced, old, p);
}

/* Is it memory that is kept? All that the pointer may point to must be, or nothing. */
static bool frees_kept(const Limit *l, const Op *op)
{
    const int *objs;
    int n = mem_objects(l->mem, op->args[0], &objs), kept = 0;
    for (int i = 0; i < n; i++) {
        const Op *alloc = mem_object_op(l->mem, objs[i]);
        kept += alloc && is_kept(alloc);
    }
    if (kept && kept != n)
        ICE("max_tape: a pointer to memory that is kept or is not");
    return kept > 0;
}

static void limit_free(const Limit *l, Op *op)
{
    Builder b = before_op(op);
    b.loc = op->loc;
    Value *args[2] = {tape_left(l->fn), op->args[0]};
    build_call(&b, "ad_limit_free", args, 2, NULL);
    op_remove(op);
}

/* Where the variable is set. */
static Op *left_is_set(const Limit *l)
{
    for (Op *op = tape_left(l->fn)->def->next; op; op = op->next)
        if (op->code == OP_STORE && op->args[0] == l->fn->tape_left)
            return op;
    ICE("max_tape: the limit is not set");
}

/* Local arrays are part of it. */
static void set_left(const Limit *l)
{
    Op *set = left_is_set(l);
    Builder b = before_op(set);
    set->args[1] = build_int(&b, type_scalar(TY_ULONG), pass_options.max_tape - l->fixed);
}

static void limit_stack(const Limit *l, Op *op)
{
    Op *set = left_is_set(l);
    if (op->parent == l->fn->body) {
        Builder top = before_op(l->fn->tape_left->def);
        op_move(op, &top);
    }
    Builder b = after_op(op->parent == l->fn->body ? set : op);
    Value *args[2] = {op->results[0], l->fn->tape_left};
    build_call(&b, is_a(op, "ad_log") ? "ad_limit_log" : "ad_limit_stack", args, 2, NULL);
}

void limit_tape(Fn *fn)
{
    Limit l = find_all(fn);
    if (l.unbounded || fn->split) {
        diag_error(fn->loc, "--max-tape: what '%s' keeps on a tape %s has no bound", fn->name,
                   fn->split ? "between two functions" : "for recursive calls");
        return;
    }
    if (refuse_if_too_large(&l))
        return;
    l.mem = mem_analyse(fn);
    set_left(&l);
    Ptrs kept = {.arena = fn->arena};
    for (size_t i = 0; i < l.frees.n; i++)
        if (frees_kept(&l, l.frees.at[i]))
            ptrs_push(&kept, l.frees.at[i]);
    for (size_t i = 0; i < kept.n; i++)
        limit_free(&l, kept.at[i]);
    PtrMap replaced = {.arena = fn->arena};
    for (size_t i = 0; i < l.allocs.n; i++)
        limit_alloc(&l, l.allocs.at[i], &replaced);
    replace_uses_map(fn, &replaced);
    for (size_t i = 0; i < l.allocs.n; i++)
        op_remove(l.allocs.at[i]);
    for (size_t i = 0; i < l.stacks.n; i++)
        limit_stack(&l, l.stacks.at[i]);
}
