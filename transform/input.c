/* input.c: floating numbers that are read go into memory of their own first, before anything is differentiated:
 *
 *   fread(a, sizeof *a, n, f)   ->   r = fread(new, sizeof *new, n, f); a[i] = new[i] for i < r
 *   scanf("%lf", &x)            ->   r = scanf("%lf", &new); if (r > 0) x = new
 *
 * So what is overwritten is known, and its derivative with it: that of a constant. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

static const char *called(const Op *op)
{
    if (op->code != OP_CALL)
        return "";
    const char *name = op->callee ? (op->callee->has_body ? "" : op->callee->name) : op->text;
    return !strncmp(name, "__isoc99_", 9) ? name + 9 : name;
}

static const Value *without_casts(const Value *p)
{
    while (p->def && (p->def->code == OP_PTRCAST || p->def->code == OP_DECAY))
        p = p->def->args[0];
    return p;
}

/* The result of the call, which the source may leave unused. */
static Value *result_of(Op *call)
{
    return call->nresults ? call->results[0] : op_add_result(call, call->of ? call->of : type_scalar(TY_INT), NULL);
}

/* ---------------------------------------------------------------------- fread */

static void lower_fread(Op *op)
{
    Type *t = sized_element_type(op->args[0], op->args[1]), *size = type_scalar(TY_ULONG);
    if (!t || type_has_union(t) || op->nargs != 4)
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    Value *base = build_ptrcast(&b, op->args[0], type_ptr(t)), *n = build_cast(&b, op->args[2], size);
    Value *args[2] = {n, build_int(&b, size, t->size)};
    Op *made = op_build(&b, OP_ALLOC, args, 2, 1);
    Value *fresh = made->results[0];
    made->tape = true;
    made->note = "what is read has no derivative";
    fresh->type = type_ptr(t);
    fresh->var = var_named(b.fn, fresh->type, "", NULL, "input");
    op->args[0] = build_ptrcast(&b, fresh, op->args[0]->type);
    Builder after = after_op(op);
    after.loc = op->loc;
    move_elements(&after, build_cast(&after, result_of(op), size), base, fresh, NULL);
    op_build(&after, OP_FREE, &fresh, 1, 0);
}

/* ---------------------------------------------------------------------- scanf */

/* Does the format assign to every argument in turn? */
static bool assigns_all(const Op *op, int format)
{
    const Value *v = without_casts(op->args[format]);
    return v->def && v->def->code == OP_STRING && !format_has_n(v->def->text);
}

static void lower_scanf(Op *op, int format)
{
    if (!assigns_all(op, format))
        return;
    Builder b = before_op(op), after = after_op(op);
    b.loc = after.loc = op->loc;
    for (int k = format + 1; k < op->nargs; k++) {
        Value *p = op->args[k];
        if (p->type->kind != TY_PTR || !type_is_float(p->type->elem))
            continue;
        Value *fresh = build_local(&b, p->type->elem, var_named(b.fn, p->type->elem, "", NULL, "input"), NULL, 0);
        Value *r = result_of(op);
        op->args[k] = fresh;
        Op *read = build_if(&after, build_bin(&after, OP_GT, r, build_int(&after, r->type, k - format - 1)));
        Builder yes = at_end(read->regions[0]), no = at_end(read->regions[1]);
        yes.loc = op->loc;
        build_store(&yes, p, build_load(&yes, fresh));
        build_yield(&yes, NULL, 0);
        build_yield(&no, NULL, 0);
    }
}

static void find_input(Op *op, void *ctx)
{
    const char *name = called(op);
    if (!strcmp(name, "fread") || !strcmp(name, "scanf") || !strcmp(name, "fscanf") || !strcmp(name, "sscanf"))
        ptrs_push(ctx, op);
}

void lower_input(Fn *fn)
{
    Ptrs found = {.arena = fn->arena};
    walk_ops(fn->body, find_input, &found);
    for (size_t i = 0; i < found.n; i++) {
        Op *op = found.at[i];
        if (!strcmp(called(op), "fread"))
            lower_fread(op);
        else
            lower_scanf(op, strcmp(called(op), "scanf") ? 1 : 0);
    }
}
