/* single.c: parameters that point to one number, going by what the function does with them: their length is 1 without an AD_LEN.
 *
 *   void price(double spot, double *out) { *out = ...; }
 */
#include "transform.h"

typedef struct {
    const Fn *fn;
    bool *other; /* by parameter: it is used in another way */
} Single;

static bool goes_no_further(const Op *op, int i)
{
    bool asks = op_is_compare(op->code) || op->code == OP_LNOT || op->code == OP_IF || op->code == OP_LAND || op->code == OP_LOR;
    return asks || (i == 0 && (op->code == OP_LOAD || op->code == OP_STORE));
}

static void find_other(Op *op, void *ctx)
{
    Single *s = ctx;
    for (int i = 0; i < op->nargs; i++) {
        const Value *v = op->args[i];
        if (v->arg_of == s->fn->body && v->index < s->fn->nparams && !goes_no_further(op, i))
            s->other[v->index] = true;
    }
}

void note_single_numbers(Fn *fn)
{
    Single s = {fn, arena_alloc(fn->arena, (size_t)fn->nparams + 1)};
    walk_ops(fn->body, find_other, &s);
    for (int i = 0; i < fn->nparams; i++) {
        const Type *t = fn->body->args[i]->type;
        Var *var = fn->params[i];
        if (!s.other[i] && !var->len && !var->ndims && var->type->kind == TY_PTR && t->kind == TY_PTR &&
            (type_is_differentiable(t->elem) || (type_is_int(t->elem) && t->elem->size > 1)))
            var->len = "1";
    }
}
