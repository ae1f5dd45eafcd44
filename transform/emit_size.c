/* emit_size.c: how long expressions become, and which values are variables because they would be too long inside their uses. */
#include "emit.h"

#include <string.h>

enum {
    MAX_SIZE = 96,       /* characters of an expression */
    MAX_SUM = 160,       /* ... of a sum, which breaks well into lines */
    MAX_NAMED = 44       /* ... before the user's own variable is kept */
};

static int name_size(const Value *v)
{
    return v->var && v->var->name ? (int)strlen(v->var->name) : 2;
}

int guess_size(const Value *v, int budget)
{
    const Op *op = v->def;
    if (!op || budget <= 0 || op->nregions > 1)
        return name_size(v);
    int size = 3;
    for (int i = 0; i < op->nargs && size < budget; i++)
        size += guess_size(op->args[i], budget - size);
    return size;
}

/* ---------------------------------------------------------------------- what is decided */

static int value_size(const Plan *p, const Value *v)
{
    const ValuePlan *vp = plan_of(p, v);
    return vp->show == SHOW_INLINE ? vp->size : name_size(v);
}

static int own_size(const Op *op)
{
    switch (op->code) {
    case OP_ICONST:
    case OP_FCONST:
    case OP_NULLPTR:
        return op->text ? (int)strlen(op->text) : 3;
    case OP_STRING:
    case OP_SIZEOF:
        return 12;
    case OP_LOAD:
        return 0;
    case OP_INDEX:
        return 2;
    case OP_FIELD: {
        const char *name = op->args[0]->type->elem->fields[op->ival].name;
        return name ? 2 + (int)strlen(name) : 0;
    }
    case OP_CAST:
        return 4;
    default:
        return op_info[op->code].kind == KIND_MATH || op->code == OP_CALL ? 8 : 4;
    }
}

static int op_size(const Plan *p, const Op *op)
{
    int size = own_size(op);
    for (int i = 0; i < op->nargs; i++)
        size += value_size(p, op->args[i]);
    if (op->code == OP_IF && op_plan(p, op)->expression)
        size += 3 + value_size(p, arm_value(op, 0)) + value_size(p, arm_value(op, 1));
    return size;
}

static bool can_be_variable(const Plan *p, const Value *v)
{
    const ValuePlan *vp = plan_of(p, v);
    return vp->show == SHOW_INLINE && !vp->locked && !vp->updated && v->def && op_info[v->def->code].kind != KIND_CONST &&
           !op_is_step(v->def->code) && v->def->code != OP_PTRDIFF;
}

/* The largest operand, through addresses and loads, that can become a variable. */
static Value *largest_operand(const Plan *p, const Op *op)
{
    Value *best = NULL;
    for (int i = 0; i < op->nargs; i++) {
        Value *v = op->args[i];
        if (plan_of(p, v)->show == SHOW_INLINE && v->def && op_is_step(v->def->code))
            v = largest_operand(p, v->def);
        if (v && can_be_variable(p, v) && (!best || value_size(p, v) > value_size(p, best)))
            best = v;
    }
    return best;
}

/* Does op print a sum? */
static bool is_sum(const Op *op)
{
    if (op->code == OP_STORE || op->code == OP_ACCUM)
        op = op->args[1]->def;
    else if (op->code == OP_YIELD)
        op = op->nargs ? op->args[0]->def : NULL;
    return op && (op->code == OP_ADD || op->code == OP_SUB);
}

static void limit_size(Plan *p, Op *op)
{
    int max = prints_call(op) ? 4 * MAX_SIZE : is_sum(op) ? MAX_SUM : MAX_SIZE;
    int size = op_size(p, op);
    while (size > max) {
        Value *v = largest_operand(p, op);
        if (!v || value_size(p, v) < 12)
            break;
        plan_of(p, v)->show = SHOW_VAR;
        size = op_size(p, op);
    }
    if (!op->nresults)
        return;
    ValuePlan *vp = plan_of(p, op->results[0]);
    vp->size = size;
    if (vp->value->var && size > MAX_NAMED && can_be_variable(p, vp->value) && op->code != OP_CAST)
        vp->show = SHOW_VAR;
}

static void size_region(Plan *p, Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        for (int i = 0; i < op->nregions; i++)
            size_region(p, op->regions[i]);
        if (op->code != OP_FOR && op->code != OP_WHILE)
            limit_size(p, op);
    }
}

void limit_sizes(Plan *p)
{
    size_region(p, p->fn->body);
}
