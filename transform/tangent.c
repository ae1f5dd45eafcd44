/* tangent.c: the forward-mode transformation, IR -> IR, in place: beside each op its tangent
 * (Griewank and Walther, Evaluating Derivatives, 2nd ed. 2008, section 3.1).
 *
 *   y = f(x)   ->   y = f(x); d_y = df/dx * d_x
 */
#include "derivative.h"

typedef struct {
    Shadow *s;
    Fn *fn;
    PtrMap tangents; /* Value* -> its tangent; absent: zero */
} Tangent;

static void region_tangent(Tangent *t, Region *r);

static Value *tangent_of(Tangent *t, const Value *v)
{
    return ptrmap_get(&t->tangents, v);
}

static Value *tangent_or_zero(Tangent *t, Builder *b, const Value *v)
{
    Value *d = tangent_of(t, v);
    return d ? d : build_zero(b, v->type);
}

static Var *tangent_var(Tangent *t, const Value *v)
{
    return v->var ? var_of_derivative(t->fn, t->s->rq, v->type, v->var, "v") : NULL;
}

static Value *operand_itself(void *ctx, const Op *op, int k)
{
    (void)ctx;
    return op->args[k];
}

static Value *result_itself(void *ctx, const Op *op)
{
    (void)ctx;
    return op->results[0];
}

static void scalar_tangent(Tangent *t, Op *op)
{
    if (op->nresults == 0 || !shadow_is_active(t->s, op->results[0]))
        return;
    Builder b = after_op(op);
    b.loc = op->loc;
    PartialEnv env = {operand_itself, result_itself, NULL, NULL, false, false};
    Value *sum = NULL;
    for (int k = 0; k < op->nargs; k++) {
        Value *d = tangent_of(t, op->args[k]);
        Value *term = d ? build_partial_product(&b, op, k, d, &env) : NULL;
        if (term)
            sum = sum ? build_bin(&b, OP_ADD, sum, term) : term;
    }
    if (!sum)
        return;
    sum = build_cast(&b, sum, op->results[0]->type);
    if (sum->def && !sum->var)
        sum->var = tangent_var(t, op->results[0]);
    ptrmap_put(&t->tangents, op->results[0], sum);
}

static void load_tangent(Tangent *t, Op *op)
{
    if (!shadow_is_active(t->s, op->results[0]) || !shadow_has(t->s, op->args[0]))
        return;
    Value *address = shadow_twin(t->s, op->args[0]);
    Builder b = after_op(op);
    b.loc = op->loc;
    Value *given = shadow_given(t->s, &b, op->args[0], false);
    Value *d = given ? absent_load(&b, address, given) : build_load(&b, address);
    follow_access(given ? d->def->regions[0]->first : d->def, op);
    if (!given)
        d->def->mirror = op; /* it can be read again where op can */
    d->var = tangent_var(t, op->results[0]);
    ptrmap_put(&t->tangents, op->results[0], d);
}

/* The op just built at b accesses the shadow of what op does. */
static void follows(const Builder *b, const Op *op)
{
    follow_access(b->before ? b->before->prev : b->region->last, op);
}

/* Every write of memory with a shadow, also of a constant; an address that is stored takes its twin along. */
static void store_tangent(Tangent *t, Op *op)
{
    if (!shadow_has(t->s, op->args[0]))
        return;
    Value *v = op->args[1];
    Value *address = shadow_twin(t->s, op->args[0]);
    if (v->type->kind == TY_PTR) {
        if (!shadow_follows(t->s, op))
            return;
        Value *twin = shadow_twin(t->s, v);
        Builder b = after_op(op);
        build_store(&b, address, build_ptrcast(&b, twin, address->type->elem));
        follows(&b, op);
    } else if (type_is_differentiable(v->type) || stores_byte(op)) {
        Builder b = after_op(op);
        b.loc = op->loc;
        build_store(&b, address, tangent_or_zero(t, &b, v));
        follows(&b, op);
    }
}

/* Second order: d_x[i] += d; h_x[i] += the tangent of d. */
static void accum_tangent(Tangent *t, Op *op)
{
    Value *d = tangent_of(t, op->args[1]);
    if (!d || !shadow_has(t->s, op->args[0]))
        return;
    Value *address = shadow_twin(t->s, op->args[0]);
    Builder b = after_op(op);
    b.loc = op->loc;
    build_accum(&b, address, d);
    follows(&b, op);
}

/* Second order: the tangent of a value of the forward sweep is one as well. */
static void use_tangent(Tangent *t, Op *op)
{
    Value *d = tangent_of(t, op->args[0]);
    if (!d)
        return;
    Builder b = after_op(op);
    ptrmap_put(&t->tangents, op->results[0], build_use(&b, d));
}

static void zero_tangent(Tangent *t, Op *op)
{
    if (!shadow_has(t->s, op->args[0]) || !type_has_float(op->args[0]->type->elem))
        return;
    Value *args[2] = {shadow_twin(t->s, op->args[0]), op->args[1]};
    Builder b = after_op(op);
    op_build(&b, OP_ZERO, args, 2, 0);
}

/* Memory that was put aside for the derivative of a call: its tangent is, too. */
static void copy_tangent(Tangent *t, Op *op)
{
    if (!op->tape || !shadow_has(t->s, op->args[0]))
        return;
    Builder b = after_op(op);
    Value *to = shadow_twin(t->s, op->args[0]);
    if (shadow_has(t->s, op->args[1])) {
        Value *args[3] = {to, shadow_twin(t->s, op->args[1]), op->args[2]};
        op_build(&b, OP_COPY, args, 3, 0)->tape = true;
    } else {
        Value *bytes = op->args[2];
        Value *args[2] = {to, build_bin(&b, OP_DIV, bytes, build_int(&b, bytes->type, to->type->elem->size))};
        op_build(&b, OP_ZERO, args, 2, 0);
    }
}

static void free_tangent(Tangent *t, Op *op)
{
    if (!shadow_has(t->s, op->args[0]))
        return;
    Value *twin = shadow_twin(t->s, op->args[0]);
    Builder b = after_op(op);
    op_build(&b, OP_FREE, &twin, 1, 0);
}

static void recursion_tangent(Tangent *t, Op *call)
{
    Value **d = arena_alloc(t->fn->arena, sizeof *d * (size_t)(call->nargs + 1));
    for (int k = 0; k < call->nargs; k++)
        d[k] = tangent_of(t, call->args[k]);
    Value *result = recursion_forward(t->s, call, d);
    if (result) {
        result->var = tangent_var(t, call->results[0]);
        ptrmap_put(&t->tangents, call->results[0], result);
    }
}

/* A call that has a derivative of its own. */
static void call_tangent(Tangent *t, Op *call)
{
    int n = call->nargs;
    Value **d = arena_alloc(t->fn->arena, sizeof *d * (size_t)(n + 1));
    for (int k = 0; k < n; k++)
        d[k] = tangent_of(t, call->args[k]);
    Value *result = (library_is_active(t->s, call) ? library_forward : custom_forward)(t->s, call, d);
    if (result && shadow_is_active(t->s, call->results[0])) {
        result->var = tangent_var(t, call->results[0]);
        ptrmap_put(&t->tangents, call->results[0], result);
    }
}

static void if_tangent(Tangent *t, Op *op)
{
    region_tangent(t, op->regions[0]);
    region_tangent(t, op->regions[1]);
    int n = op->nresults;
    for (int k = 0; k < n; k++) {
        if (!shadow_is_active(t->s, op->results[k]))
            continue;
        for (int r = 0; r < 2; r++) {
            Op *yield = region_terminator(op->regions[r]);
            Builder b = before_op(yield);
            op_add_arg(yield, tangent_or_zero(t, &b, yield->args[k]));
        }
        ptrmap_put(&t->tangents, op->results[k], op_add_result(op, op->results[k]->type, tangent_var(t, op->results[k])));
    }
}

static bool is_active_pair(const Tangent *t, const Value *x, const Value *y)
{
    return shadow_is_active(t->s, x) || shadow_is_active(t->s, y);
}

static void for_tangent(Tangent *t, Op *op)
{
    Region *body = op->regions[0];
    int n = body->nargs;
    Op *yield = region_terminator(body);
    Builder before = before_op(op);
    for (int i = 1; i < n; i++) {
        Value *arg = body->args[i];
        if (!is_active_pair(t, arg, op->results[i]))
            continue;
        Value *d = for_add_carried(op, tangent_or_zero(t, &before, op->args[2 + i]), tangent_var(t, arg));
        ptrmap_put(&t->tangents, arg, d);
        op_add_arg(yield, d); /* its place; the body may carry shadow pointers behind it */
    }
    region_tangent(t, body);
    Builder end = before_op(yield);
    for (int i = 1; i < n; i++) {
        Value *d = tangent_of(t, body->args[i]);
        if (!d)
            continue;
        yield->args[d->index - 1] = tangent_or_zero(t, &end, yield->args[i - 1]);
        ptrmap_put(&t->tangents, op->results[i], for_result_of(op, d));
    }
}

static void while_tangent(Tangent *t, Op *op)
{
    Region *before = op->regions[0], *after = op->regions[1];
    int nargs = before->nargs, nvals = after->nargs;
    Op *yield = region_terminator(after);
    Builder outside = before_op(op);
    for (int i = 0; i < nargs; i++) {
        Value *arg = before->args[i];
        if (!shadow_is_active(t->s, arg))
            continue;
        op_add_arg(op, tangent_or_zero(t, &outside, op->args[i]));
        Value *d = region_add_arg(before, arg->type, tangent_var(t, arg));
        ptrmap_put(&t->tangents, arg, d);
        op_add_arg(yield, d); /* its place, as in a for */
    }
    region_tangent(t, before);
    Op *cond = region_terminator(before);
    Builder b = before_op(cond);
    for (int i = 0; i < nvals; i++) {
        Value *val = after->args[i];
        if (!is_active_pair(t, val, op->results[i]))
            continue;
        op_add_arg(cond, tangent_or_zero(t, &b, cond->args[1 + i]));
        ptrmap_put(&t->tangents, val, region_add_arg(after, val->type, tangent_var(t, val)));
        ptrmap_put(&t->tangents, op->results[i], op_add_result(op, val->type, tangent_var(t, val)));
    }
    region_tangent(t, after);
    b = before_op(yield);
    for (int i = 0; i < nargs; i++) {
        const Value *d = tangent_of(t, before->args[i]);
        if (d)
            yield->args[d->index] = tangent_or_zero(t, &b, yield->args[i]);
    }
}

static void op_tangent(Tangent *t, Op *op)
{
    switch (op->code) {
    case OP_LOAD:
        load_tangent(t, op);
        return;
    case OP_STORE:
        store_tangent(t, op);
        return;
    case OP_ACCUM:
        accum_tangent(t, op);
        return;
    case OP_USE:
        use_tangent(t, op);
        return;
    case OP_ZERO:
        zero_tangent(t, op);
        return;
    case OP_COPY:
        copy_tangent(t, op);
        return;
    case OP_FREE:
        free_tangent(t, op);
        return;
    case OP_PUSH:
        if (op->deferred)
            heap_defer_shadow(t->s, op);
        return;
    case OP_REALLOC:
        if (shadow_has(t->s, op->results[0])) {
            diag_error(op->loc, "realloc of memory that carries derivatives is not supported yet; allocate a new block and copy");
            t->s->failed = true;
        }
        return;
    case OP_CALL:
        if (custom_is_active(t->s, op) || library_is_active(t->s, op))
            call_tangent(t, op);
        else if (recursion_is_active(t->s, op))
            recursion_tangent(t, op);
        return;
    case OP_IF:
        if_tangent(t, op);
        return;
    case OP_FOR:
        for_tangent(t, op);
        return;
    case OP_WHILE:
        while_tangent(t, op);
        return;
    default:
        if (op_info[op->code].effect == EFFECT_PURE)
            scalar_tangent(t, op);
    }
}

static void region_tangent(Tangent *t, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op); /* what is inserted after op is not visited */
        op_tangent(t, op);
    }
}

static void deliver_return(Tangent *t)
{
    Op *yield = region_terminator(t->fn->body);
    if (!t->s->sig.d_return || yield->nargs == 0)
        return;
    Builder b = before_op(yield);
    build_store(&b, t->s->sig.d_return, tangent_or_zero(t, &b, yield->args[0]));
}

Fn *tangent(Fn *fn, Request *rq)
{
    Tangent t = {.fn = fn, .tangents = {.arena = fn->arena}};
    hoist_locals(fn);
    t.s = shadow_new(fn, rq);
    if (t.s->failed)
        return NULL;
    for (int i = 0; i < t.s->sig.nshadow - 1; i++) {
        Value *p = fn->body->args[i];
        if (t.s->sig.shadow[i] && type_is_differentiable(p->type))
            ptrmap_put(&t.tangents, p, t.s->sig.shadow[i]);
    }
    region_tangent(&t, fn->body);
    deliver_return(&t);
    Builder end = before_op(region_terminator(fn->body));
    shadow_end(t.s, &end);
    recursion_return(t.s, &end);
    recursion_leave(fn);
    return t.s->failed ? NULL : fn;
}
