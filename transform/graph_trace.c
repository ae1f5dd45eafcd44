/* graph_trace.c: a primal that reports what it computes to runtime/graph.c, for --emit=dot with inputs.
 *
 *     t = w * x;   ->   t = w * x; ad_graph_operand(w's, x); ad_graph_operand(x's, w); ad_graph_op(t's, "*", "t", line, t);
 *
 * A value is known by its number in the function; which execution of it is meant is the runtime's to know. What loops carry and ifs merge
 * is handed from number to number (ad_graph_copy); what memory holds is known by its address.
 */
#include "derivative.h"
#include "analysis.h"
#include "graph.h"
#include "library.h"

typedef struct {
    Fn *fn;
    const Request *rq;
    Arena *arena;
    int nvalues; /* those of the primal; larger numbers are places between loops' iterations */
    int next;
    Ptrs ops;
} Trace;

static Value *number(Builder *b, int n)
{
    return build_int(b, type_scalar(TY_INT), n);
}

static Value *string(Builder *b, const char *text)
{
    Op *op = op_build(b, OP_STRING, NULL, 0, 1);
    op->text = graph_quoted(b->fn->arena, text);
    op->results[0]->type = type_ptr_q(type_scalar(TY_CHAR), true, false);
    return op->results[0];
}

static void call(Builder *b, const char *name, Value **args, int n)
{
    Op *op = op_build(b, OP_CALL, args, n, 0);
    op->text = name;
    op->of = type_void();
}

static Value *as_double(Builder *b, Value *v)
{
    return build_cast(b, v, type_scalar(TY_F64));
}

static const char *name_of(const Value *v)
{
    return v->var && v->var->name ? v->var->name : "";
}

/* The node of a constant is made where it is needed. */
static int node(Builder *b, Value *v)
{
    if (!graph_is_node(v))
        call(b, "ad_graph_constant", (Value *[]){number(b, v->id), as_double(b, v)}, 2);
    return v->id;
}

static void copy(Builder *b, int to, int from)
{
    call(b, "ad_graph_copy", (Value *[]){number(b, to), number(b, from)}, 2);
}

/* ---------------------------------------------------------------------- operations */

static Value *own_operand(void *ctx, const Op *op, int k)
{
    (void)ctx;
    return op->args[k];
}

static Value *own_result(void *ctx, const Op *op)
{
    (void)ctx;
    return op->results[0];
}

static void trace_op(Trace *t, Op *op)
{
    Value *v = op->results[0];
    PartialEnv env = {own_operand, own_result, t, NULL, false, false};
    Builder b = after_op(op);
    if (op->code == OP_CAST && type_is_float(op->args[0]->type)) {
        copy(&b, v->id, node(&b, op->args[0]));
        return;
    }
    for (int k = 0; k < op->nargs; k++) {
        Value *partial = graph_is_node(op->args[k]) ? build_partial(&b, op, k, &env) : NULL;
        if (partial)
            call(&b, "ad_graph_operand", (Value *[]){number(&b, op->args[k]->id), as_double(&b, partial)}, 2);
    }
    const char *text = op->code == OP_CAST ? graph_value_text(t->arena, op->args[0]) : graph_op_text(t->arena, op);
    call(&b, "ad_graph_op",
         (Value *[]){number(&b, v->id), string(&b, text), string(&b, name_of(v)), number(&b, op->loc.line), as_double(&b, v)}, 5);
}

/* What root an address has: a parameter's number and role, where it has one. */
static bool is_independent(const Trace *t, Value *p)
{
    while (p->def && p->def->nargs && (op_info[p->def->code].kind == KIND_ADDR || p->def->code == OP_LOAD))
        p = p->def->args[0];
    if (!p->def && p->arg_of == t->fn->body && p->index < t->fn->nparams)
        return (t->rq->roles[p->index] & ROLE_INDEP) != 0;
    for (size_t i = 0; p->def && p->def->code == OP_GLOBAL && i < t->rq->global_vars.n; i++)
        if (t->rq->global_vars.at[i] == p->def->var)
            return (t->rq->global_roles[i] & ROLE_INDEP) != 0;
    return false;
}

static Value *address_name(Trace *t, Builder *b, Value *p)
{
    Ptrs indices = {.arena = t->arena};
    const char *text = graph_address_text(t->arena, p, b, &indices);
    for (size_t i = 0; i < indices.n; i++)
        call(b, "ad_graph_index", (Value *[]){indices.at[i]}, 1);
    return string(b, text);
}

static void trace_load(Trace *t, Op *op)
{
    Value *v = op->results[0];
    Builder b = after_op(op);
    Value *name = address_name(t, &b, op->args[0]);
    call(&b, "ad_graph_load",
         (Value *[]){number(&b, v->id), op->args[0], name, number(&b, is_independent(t, op->args[0])), as_double(&b, v)}, 5);
}

static void trace_store(Trace *t, Op *op)
{
    Builder b = after_op(op);
    int from = node(&b, op->args[1]);
    Value *name = address_name(t, &b, op->args[0]);
    call(&b, "ad_graph_store", (Value *[]){op->args[0], name, number(&b, from)}, 3);
}

/* ---------------------------------------------------------------------- control */

static bool is_traced(const Value *v)
{
    return type_is_float(v->type);
}

/* Before b: place k of `place` takes operand first + k of op. */
static void hand_over(Trace *t, Builder *b, int place, Op *op, int first, int n)
{
    (void)t;
    for (int k = 0; k < n; k++)
        if (is_traced(op->args[first + k]))
            copy(b, place + k, node(b, op->args[first + k]));
}

static void take_over(Builder *b, int place, Value **values, int n)
{
    for (int k = 0; k < n; k++)
        if (is_traced(values[k]))
            copy(b, values[k]->id, place + k);
}

static Builder at_start(Region *r)
{
    return before_op(r->first);
}

static void trace_control(Trace *t, Op *op)
{
    int first = op->code == OP_FOR ? 3 : 0, skip = op->code == OP_FOR; /* a for's counter is no number of the graph */
    int carried = op->code == OP_IF ? op->nresults : op->nargs - first;
    int place = t->next, after = place + carried; /* a while's second region and its results have places of their own */
    t->next += carried + op->nresults + 1;
    Builder b = before_op(op), behind = after_op(op);
    if (op->code != OP_IF)
        hand_over(t, &b, place, op, first, carried);
    for (int r = 0; r < op->nregions; r++) {
        Region *region = op->regions[r];
        Op *end = region_terminator(region);
        Builder start = at_start(region), stop = before_op(end);
        bool before = op->code == OP_WHILE && r == 0;
        if (op->code != OP_IF)
            take_over(&start, op->code == OP_WHILE && r == 1 ? after : place, region->args + skip, region->nargs - skip);
        hand_over(t, &stop, before ? after : place, end, before, end->nargs - before);
    }
    take_over(&behind, op->code == OP_WHILE ? after : place, op->results + skip, op->nresults - skip);
}

static void collect(Op *op, void *ctx)
{
    ptrs_push(ctx, op);
}

/* A node shows one number. */
static bool is_complex_free(const Trace *t)
{
    for (size_t i = 0; i < t->ops.n; i++) {
        const Op *op = t->ops.at[i];
        if (op->nresults && type_is_complex(op->results[0]->type)) {
            diag_error(op->loc, "a graph with values cannot show complex numbers; leave out the inputs, or --emit=c");
            return false;
        }
    }
    return true;
}

static bool takes_numbers(const Op *call)
{
    for (int k = 0; k < call->nargs; k++)
        if (is_traced(call->args[k]) || (call->args[k]->type->kind == TY_PTR && type_reaches_float(call->args[k]->type)))
            return true;
    return false;
}

/* May it write numbers to memory? */
static bool writes_numbers(const Op *call)
{
    const KnownCall *known = known_call(call);
    for (int k = 0; k < call->nargs; k++) {
        Type *t = call->args[k]->type;
        bool numbers = t->kind == TY_PTR && (type_reaches_float(t) || t->elem->kind == TY_VOID);
        if (numbers && known && call_writes_arg(call, known, k))
            return true;
    }
    return false;
}

/* What a call computes out of sight would be shown as if it depended on nothing. */
static bool sees_into_calls(const Trace *t)
{
    for (size_t i = 0; i < t->ops.n; i++) {
        const Op *op = t->ops.at[i];
        bool source = op->code == OP_CALL && op->callee && op->callee->has_body && !op->callee->is_inactive && takes_numbers(op);
        bool pointer = op->code == OP_CALLPTR && takes_numbers(op);
        if (!source && !pointer && !(op->code == OP_CALL && (call_is_library(op) ? takes_numbers(op) : writes_numbers(op))))
            continue;
        diag_error(op->loc, "a graph with values cannot show what %s '%s' computes; leave out the inputs, or --emit=c",
                   source ? "the recursive function" : "the call of", pointer ? "a function pointer" : op->callee ? op->callee->name : op->text);
        return false;
    }
    return true;
}

static void trace(Trace *t, Op *op)
{
    const OpInfo *info = &op_info[op->code];
    if (op->code == OP_IF || op->code == OP_FOR || op->code == OP_WHILE)
        trace_control(t, op);
    else if (op->code == OP_LOAD && is_traced(op->results[0]))
        trace_load(t, op);
    else if (op->code == OP_STORE && is_traced(op->args[1]))
        trace_store(t, op);
    else if ((info->kind == KIND_ARITH || info->kind == KIND_MATH || info->kind == KIND_CALL) && op->nresults > 0 &&
             is_traced(op->results[0]))
        trace_op(t, op);
}

static void trace_ends(Trace *t)
{
    Op *end = region_terminator(t->fn->body);
    Builder b = before_op(end);
    if (end->nargs && is_traced(end->args[0]) && t->rq->return_is_dep)
        call(&b, "ad_graph_result", (Value *[]){number(&b, node(&b, end->args[0]))}, 1);
    if (t->fn->sret && t->rq->return_is_dep) {
        Value *object = t->fn->body->args[t->fn->nparams];
        call(&b, "ad_graph_result_in", (Value *[]){object, build_int(&b, type_scalar(TY_ULONG), object->type->elem->size)}, 2);
    }
    b = at_start(t->fn->body);
    for (int i = 0; i < t->fn->nparams; i++) {
        Value *v = t->fn->body->args[i];
        if (is_traced(v))
            call(&b, "ad_graph_parameter",
                 (Value *[]){number(&b, v->id), string(&b, name_of(v)), number(&b, (t->rq->roles[i] & ROLE_INDEP) != 0),
                             as_double(&b, v)},
                 4);
    }
}

Fn *graph_traced(Program *p, const Request *rq)
{
    Fn *whole = clone_fn(rq->fn, rq->fn->name);
    Fn *fn = inline_calls_for(whole, MODE_HVP) ? prepare_primal(p, whole) : NULL; /* also what has derivatives of its own, and pointers' targets */
    if (!fn)
        return NULL;
    fn->name = graph_traced_name(fn->arena, rq);
    fn->is_static = fn->is_inline = false;
    Trace t = {.fn = fn, .rq = rq, .arena = fn->arena, .nvalues = fn->nvalues, .next = fn->nvalues, .ops = {.arena = fn->arena}};
    walk_ops(fn->body, collect, &t.ops);
    if (!is_complex_free(&t) || !sees_into_calls(&t))
        return NULL;
    for (size_t i = 0; i < t.ops.n; i++)
        trace(&t, t.ops.at[i]);
    trace_ends(&t);
    verify_fn(fn, "graph");
    return fn;
}

const char *graph_traced_name(Arena *a, const Request *rq)
{
    return arena_printf(a, "ad_ck_traced_%s", request_result_name(rq, a));
}
