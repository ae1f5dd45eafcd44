/* activity_warn.c: -Wnondifferentiable: where a result depends on an independent, and its derivative does not know.
 *
 *     n = (int)(x * 8);  s += n * c;      lost in the conversion
 *     return x > lo ? 1 : 2;              only a comparison uses x
 *
 * A value that is also used as a number says nothing: x - (int)x, a table with its weights, max = x > max ? x : max. */
#include "analysis.h"

typedef struct {
    const Activity *a;
    const Op **lost; /* integers, by value id: the conversion they come from */
    bool *depends;   /* floating values, by id: on the independent that is looked at */
    const Var *independent;
    const Op *use;   /* of something that depends on it: a comparison or conversion */
    bool changed;
} Warn;

static bool knows(const Warn *w, const Value *v)
{
    return v->id < w->a->nvalues;
}

/* A floating number becomes an integer: (int)x, lround(x). */
static bool is_conversion(const Op *op)
{
    if (!op->nresults || !op->nargs || !type_is_int(op->results[0]->type) || !type_is_float(op->args[0]->type))
        return false;
    switch (op->code) {
    case OP_CAST:
        return op->results[0]->type->kind != TY_BOOL;
    case OP_LROUND:
    case OP_LLROUND:
    case OP_LRINT:
    case OP_LLRINT:
        return true;
    default:
        return false;
    }
}

/* ------------------------------------------------------------------ values lost in a conversion */

static void mark_lost(Warn *w, const Value *v, const Op *from)
{
    if (!knows(w, v) || w->lost[v->id] || !from || !type_is_int(v->type))
        return;
    w->lost[v->id] = from;
    w->changed = true;
}

static void flow_lost(void *ctx, Value *from, Value *to)
{
    Warn *w = ctx;
    if (knows(w, from))
        mark_lost(w, to, w->lost[from->id]);
}

static void spread_lost(Op *op, void *ctx)
{
    Warn *w = ctx;
    const Activity *a = w->a;
    mem_op_flows(op, flow_lost, w);
    if (is_conversion(op)) {
        const Value *v = op->args[0];
        if (knows(w, v) && a->varied[v->id] && !a->useful[v->id])
            mark_lost(w, op->results[0], op);
        return;
    }
    if (op_info[op->code].kind != KIND_ARITH || op->nresults != 1 || op_is_compare(op->code) || op->code == OP_LNOT ||
        op->code == OP_LAND || op->code == OP_LOR)
        return;
    for (int k = op->code == OP_SELECT; k < op->nargs; k++)
        if (knows(w, op->args[k]))
            mark_lost(w, op->results[0], w->lost[op->args[k]->id]);
}

static void report_lost(Op *op, void *ctx)
{
    const Warn *w = ctx;
    if (op->code != OP_CAST || !type_is_int(op->args[0]->type) || !knows(w, op->results[0]) || !w->a->useful[op->results[0]->id])
        return;
    const Op *from = w->lost[op->args[0]->id];
    if (from)
        diag_warning(from->loc, "nondifferentiable", "the derivative of this value ends here: only its conversion to '%s' is used",
                     type_spelling(from->results[0]->type));
}

/* ------------------------------------------------------------------ independents that only decide */

static void flow_depends(void *ctx, Value *from, Value *to)
{
    Warn *w = ctx;
    if (knows(w, from) && knows(w, to) && w->depends[from->id] && !w->depends[to->id])
        w->depends[to->id] = w->changed = true;
}

static bool loads_independent(const Warn *w, const Op *op)
{
    const int *objs;
    int n = op->code == OP_LOAD ? mem_objects(w->a->m, op->args[0], &objs) : 0;
    for (int i = 0; i < n; i++)
        if (activity_root(w->a, objs[i]) == w->independent)
            return true;
    return false;
}

static void spread_depends(Op *op, void *ctx)
{
    Warn *w = ctx;
    mem_op_flows(op, flow_depends, w);
    bool depends = loads_independent(w, op);
    for (int k = 0; k < op->nargs && !depends; k++)
        depends = knows(w, op->args[k]) && w->depends[op->args[k]->id];
    if (!depends)
        return;
    if (!w->use && (op_is_compare(op->code) || is_conversion(op)))
        w->use = op;
    OpKind kind = op_info[op->code].kind;
    if ((kind != KIND_ARITH && kind != KIND_MATH && kind != KIND_MEM) || !op->nresults || !knows(w, op->results[0]) ||
        !type_is_differentiable(op->results[0]->type) || w->depends[op->results[0]->id])
        return;
    w->depends[op->results[0]->id] = w->changed = true;
}

static bool has_derivative(const Activity *a, const Value *param, const Var *var)
{
    if (type_is_differentiable(param->type))
        return a->useful[param->id];
    for (int i = 0; i < a->nobjects; i++)
        if (activity_root(a, i) == var && (a->object_useful[i] || (a->role[i] & ROLE_DEP)))
            return true;
    return false;
}

static void check_independent(Warn *w, Value *param, const Var *var)
{
    w->independent = var;
    w->use = NULL;
    for (int i = 0; i < w->a->nvalues; i++)
        w->depends[i] = false;
    w->depends[param->id] = type_is_differentiable(param->type);
    do {
        w->changed = false;
        walk_ops(w->a->fn->body, spread_depends, w);
    } while (w->changed);
    if (w->use)
        diag_warning(w->use->loc, "nondifferentiable",
                     "the derivative with respect to '%s' is zero: only comparisons and conversions to integers use it", var->name);
}

void activity_warn(const Activity *a)
{
    if (a->rq->second_order)
        return;
    Arena *scratch = arena_new();
    Warn w = {.a = a};
    w.lost = arena_alloc(scratch, sizeof *w.lost * (size_t)(a->nvalues + 1));
    w.depends = arena_alloc(scratch, (size_t)a->nvalues + 1);
    do {
        w.changed = false;
        walk_ops(a->fn->body, spread_lost, &w);
    } while (w.changed);
    walk_ops(a->fn->body, report_lost, &w);
    for (int i = 0; i < a->fn->nparams && !a->rq->bare && !a->fn->instance; i++) /* instances: no independent of the user's */
        if (a->rq->roles[i] == ROLE_INDEP && !has_derivative(a, a->fn->body->args[i], a->fn->params[i]))
            check_independent(&w, a->fn->body->args[i], a->fn->params[i]);
    arena_free(scratch);
}
