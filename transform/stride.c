/* stride.c: a loop whose step is a variable counts its iterations, so that what it keeps can be indexed by them.
 *
 *   for (t = lo; t < hi; t += b) ...   ->   trips = lo < hi ? (hi - lo - 1) / b + 1 : 0;  for (k = 0; k < trips; k++) { t = lo + k * b; ... }
 */
#include "transform.h"

/* The outermost loop around this one (or itself) before which its bounds and step are known. */
static Op *known_before(Op *loop)
{
    Op *at = loop;
    for (Op *outer = loop->parent->owner; outer; outer = outer->parent->owner) {
        for (int i = 0; i < 3; i++)
            if (!value_computable(loop->args[i], outer))
                return at;
        at = outer->code == OP_FOR || outer->code == OP_WHILE ? outer : at;
    }
    return at;
}

static Value *trip_count(Builder *b, const Op *loop)
{
    Value *lo = value_computed(b, loop->args[0]), *hi = value_computed(b, loop->args[1]), *step = value_computed(b, loop->args[2]);
    Type *t = lo->type;
    bool up = loop->cmp == OP_LT || loop->cmp == OP_LE, strict = loop->cmp == OP_LT || loop->cmp == OP_GT;
    Value *runs_at_all = build_bin(b, loop->cmp, lo, hi);
    if (b->before != loop) /* and may not be reached: the step may be anything */
        runs_at_all = build_bin(b, OP_LAND, build_bin(b, up ? OP_GT : OP_LT, step, build_int(b, t, 0)), runs_at_all);
    Op *choice = build_if(b, runs_at_all);
    Builder runs = at_end(choice->regions[0]), none = at_end(choice->regions[1]);
    runs.loc = none.loc = loop->loc;
    Value *span = up ? build_bin(&runs, OP_SUB, hi, lo) : build_bin(&runs, OP_SUB, lo, hi);
    if (strict)
        span = build_bin(&runs, OP_SUB, span, build_int(&runs, t, 1));
    if (!up)
        step = build_un(&runs, OP_NEG, step);
    Value *n = build_bin(&runs, OP_ADD, build_bin(&runs, OP_DIV, span, step), build_int(&runs, t, 1));
    Value *zero = build_int(&none, t, 0);
    build_yield(&runs, &n, 1);
    build_yield(&none, &zero, 1);
    return op_add_result(choice, t, NULL);
}

static Var *count_var(Fn *fn, Type *t)
{
    Var *v = arena_alloc(fn->arena, sizeof *v);
    *v = (Var){.name = "k", .type = t, .owner = fn};
    ptrs_push(&fn->locals, v);
    return v;
}

static void count_trips(Op *loop, void *ctx)
{
    PtrMap *replaced = ctx;
    int64_t known;
    bool ordered = loop->cmp == OP_LT || loop->cmp == OP_LE || loop->cmp == OP_GT || loop->cmp == OP_GE;
    if (loop->code != OP_FOR || !ordered || value_int(loop->args[2], &known))
        return;
    Region *body = loop->regions[0];
    Value *lo = loop->args[0], *step = loop->args[2], *old = body->args[0];
    Type *t = lo->type;
    Builder b = before_op(known_before(loop));
    b.loc = loop->loc;
    Value *args[3] = {build_int(&b, t, 0), trip_count(&b, loop), build_int(&b, t, 1)};
    Builder top = body->first ? before_op(body->first) : at_end(body);
    top.loc = loop->loc;
    /* The counter: the argument stays the counter of iterations, what used it uses lo + k * step. */
    Value *product = build_bin(&top, OP_MUL, old, step), *counter = build_bin(&top, OP_ADD, lo, product);
    counter->var = old->var;
    old->var = count_var(loop->parent->fn, t);
    product->def->mark = counter->def->mark = 0;
    PtrMap inner = {.arena = loop->parent->fn->arena};
    ptrmap_put(&inner, old, counter);
    replace_uses_map(loop->parent->fn, &inner);
    product->def->args[0] = old;
    Value **operands = arena_alloc(loop->parent->fn->arena, sizeof *operands * (size_t)loop->nargs);
    for (int i = 0; i < loop->nargs; i++)
        operands[i] = i < 3 ? args[i] : loop->args[i];
    op_set_args(loop, operands, loop->nargs);
    loop->cmp = OP_LT;
    Builder after = after_op(loop);
    after.loc = loop->loc;
    Value *last = loop->results[0], *total = build_bin(&after, OP_MUL, args[1], step);
    ptrmap_put(replaced, last, build_bin(&after, OP_ADD, lo, total));
}

void unit_strides(Fn *fn)
{
    PtrMap replaced = {.arena = fn->arena};
    if (pass_options.tape != TAPE_HEAP) /* storage_workspace.c computes bounds from the loops as they are */
        return;
    walk_ops(fn->body, count_trips, &replaced);
    replace_uses_map(fn, &replaced);
    simplify(fn);
}
