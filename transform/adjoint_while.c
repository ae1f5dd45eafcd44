/* adjoint_while.c: the reverse of a while loop, which counts how often it ran. */
#include "adjoint.h"

/* Counts how often `after` runs: a carried value of the forward loop. */
static Value *count_trips(Adjoint *a, Op *op)
{
    Type *t = type_scalar(TY_ULONG);
    Var *var = var_named(a->fn, t, "", NULL, "trips");
    var->spelled = "size_t";
    Builder b = before_op(op);
    op_add_arg(op, build_int(&b, t, 0));
    Value *in_before = region_add_arg(op->regions[0], t, var);
    op_add_arg(region_terminator(op->regions[0]), in_before);
    Value *in_after = region_add_arg(op->regions[1], t, var);
    Op *yield = region_terminator(op->regions[1]);
    b = before_op(yield);
    Value *next = build_bin(&b, OP_ADD, in_after, build_int(&b, t, 1));
    next->var = var;
    op_add_arg(yield, next);
    return op_add_result(op, t, var);
}

/* Adjoints across a while loop. vals: what COND passes on (and the results); args: what `before` receives. */
typedef struct {
    Op *op;
    Ptrs vals, args, outer;      /* forward values: after's arguments, before's arguments, outer values */
    Ptrs carried_arg, outer_arg; /* the reverse loop's region arguments */
} WhileRev;

static void collect_while(Adjoint *a, WhileRev *w)
{
    Op *op = w->op;
    for (int k = 0; k < op->regions[1]->nargs; k++)
        if (passes_adjoint(a, op->regions[1]->args[k], op->results[k]))
            ptrs_push(&w->vals, op->regions[1]->args[k]);
    for (int k = 0; k < op->regions[0]->nargs; k++)
        if (shadow_is_active(a->s, op->regions[0]->args[k]))
            ptrs_push(&w->args, op->regions[0]->args[k]);
    for (int r = 0; r < 2; r++) {
        Ptrs o = *outer_active(a, op->regions[r]);
        for (size_t i = 0; i < o.n; i++)
            if (!ptrs_has(&w->outer, o.at[i]))
                ptrs_push(&w->outer, o.at[i]);
    }
}

static void carry(Adjoint *a, Builder *before, Op *rev, WhileRev *w, Value **init)
{
    for (size_t i = 0; i < w->args.n; i++)
        ptrs_push(&w->carried_arg, for_add_carried(rev, init[i], adjoint_var(a, w->args.at[i])));
    for (size_t i = 0; i < w->outer.n; i++) {
        Value *v = w->outer.at[i];
        ptrs_push(&w->outer_arg, for_add_carried(rev, adjoint_or_zero(a, before, v), adjoint_var(a, v)));
        set_adjoint(a, v, w->outer_arg.at[i]);
    }
}

static void yield_carried(Adjoint *a, Builder *in, Op *rev, WhileRev *w, Builder *b)
{
    Ptrs next = {.arena = a->fn->arena};
    for (size_t i = 0; i < w->args.n; i++)
        ptrs_push(&next, adjoint_or_zero(a, in, w->args.at[i]));
    for (size_t i = 0; i < w->outer.n; i++)
        ptrs_push(&next, adjoint_or_zero(a, in, w->outer.at[i]));
    build_yield(in, (Value **)next.at, (int)next.n);
    for (size_t i = 0; i < w->outer.n; i++)
        set_adjoint(a, w->outer.at[i], for_result_of(rev, w->outer_arg.at[i]));
    for (size_t i = 0; i < w->args.n; i++) {
        const Value *arg = w->args.at[i];
        add_adjoint(a, b, w->op->args[arg->index], for_result_of(rev, w->carried_arg.at[i]));
    }
}

/* d vals -> d of what COND passed; a pass-through when `before` computes nothing active. */
static void reverse_before(Adjoint *a, Builder *in, WhileRev *w, Value **d_vals)
{
    Op *cond = region_terminator(w->op->regions[0]);
    for (size_t i = 0; i < w->vals.n; i++) {
        const Value *val = w->vals.at[i];
        add_adjoint(a, in, cond->args[1 + val->index], d_vals[i]);
    }
    reverse_region(a, in, w->op->regions[0]);
}

/* The reverse of iteration k's `after`, when it ran; else the adjoints of the loop's results. */
static void reverse_after_or_results(Adjoint *a, Builder *in, WhileRev *w, Value *k, Value *trips, Value **d_vals)
{
    Op *op = w->op;
    Op *rev = build_if(in, build_bin(in, OP_LT, k, build_use(in, trips)));
    Builder t = at_end(rev->regions[0]), e = at_end(rev->regions[1]);
    rev->regions[0]->mirror = op->regions[1];
    t.loc = e.loc = op->loc;
    PtrMap outer_before = {.arena = a->fn->arena};
    for (size_t i = 0; i < w->outer.n; i++)
        ptrmap_put(&outer_before, w->outer.at[i], adjoint_of(a, w->outer.at[i]));
    Op *yield = region_terminator(op->regions[1]);
    for (size_t i = 0; i < w->args.n; i++) {
        const Value *arg = w->args.at[i];
        add_adjoint(a, &t, yield->args[arg->index], w->carried_arg.at[i]);
    }
    reverse_region(a, &t, op->regions[1]);
    Ptrs yt = {.arena = a->fn->arena}, ye = {.arena = a->fn->arena};
    for (size_t i = 0; i < w->vals.n; i++) {
        const Value *val = w->vals.at[i];
        ptrs_push(&yt, adjoint_or_zero(a, &t, val));
        ptrs_push(&ye, adjoint_or_zero(a, &e, op->results[val->index]));
        d_vals[i] = op_add_result(rev, val->type, adjoint_var(a, val));
    }
    for (size_t i = 0; i < w->outer.n; i++) {
        Value *v = w->outer.at[i];
        ptrs_push(&yt, adjoint_or_zero(a, &t, v));
        ptrs_push(&ye, ptrmap_get(&outer_before, v));
        set_adjoint(a, v, op_add_result(rev, v->type, adjoint_var(a, v)));
    }
    build_yield(&t, (Value **)yt.at, (int)yt.n);
    build_yield(&e, (Value **)ye.at, (int)ye.n);
}

/* `after` runs T times, `before` T + 1 times. Where `before` computes nothing active the reverse loop runs T times over `after`;
 * else it runs T + 1 times, and its first time skips the reverse of `after`. */
void reverse_while(Adjoint *a, Builder *b, Op *op)
{
    bool before_matters = region_needs_reverse(op->regions[0], a);
    if (!before_matters && !region_needs_reverse(op->regions[1], a) && op->nresults == 0)
        return;
    Arena *arena = a->fn->arena;
    WhileRev w = {op, {.arena = arena}, {.arena = arena}, {.arena = arena}, {.arena = arena}, {.arena = arena}};
    collect_while(a, &w);
    if (!before_matters && !region_needs_reverse(op->regions[1], a) && w.args.n == 0 && w.vals.n == 0)
        return;
    Value *trips = count_trips(a, op);
    Type *t = trips->type;
    Value *hi = build_use(b, trips), *one = build_int(b, t, 1);
    Value **d_vals = arena_alloc(arena, sizeof *d_vals * (w.vals.n + 1));
    Value **init = arena_alloc(arena, sizeof *init * (w.args.n + 1));
    for (size_t i = 0; i < w.vals.n; i++)
        d_vals[i] = adjoint_of(a, op->results[((Value *)w.vals.at[i])->index]);
    if (before_matters) {
        hi = build_bin(b, OP_ADD, hi, one);
        for (size_t i = 0; i < w.args.n; i++)
            init[i] = build_zero(b, ((Value *)w.args.at[i])->type);
    } else {
        reverse_before(a, b, &w, d_vals); /* only hands adjoints on */
        for (size_t i = 0; i < w.args.n; i++) {
            init[i] = adjoint_or_zero(a, b, w.args.at[i]);
            set_adjoint(a, w.args.at[i], NULL);
        }
    }
    Op *rev = build_for(b, build_int(b, t, 0), hi, one, OP_LT);
    rev->reversed = true;
    rev->mirror = op;
    Region *body = rev->regions[0];
    body->args[0]->var = var_named(a->fn, t, "", NULL, "trip");
    body->args[0]->var->spelled = "size_t";
    body->mirror = op->regions[before_matters ? 0 : 1];
    Builder before = before_op(rev), in = at_end(body);
    in.loc = op->loc;
    carry(a, &before, rev, &w, init);
    if (before_matters) {
        reverse_after_or_results(a, &in, &w, body->args[0], trips, d_vals);
        reverse_before(a, &in, &w, d_vals);
    } else {
        Op *yield = region_terminator(op->regions[1]);
        for (size_t i = 0; i < w.args.n; i++)
            add_adjoint(a, &in, yield->args[((Value *)w.args.at[i])->index], w.carried_arg.at[i]);
        reverse_region(a, &in, op->regions[1]);
        for (size_t i = 0; i < w.vals.n; i++)
            d_vals[i] = adjoint_of(a, w.vals.at[i]);
        reverse_before(a, &in, &w, d_vals);
    }
    yield_carried(a, &in, rev, &w, b);
}
