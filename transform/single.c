/* single.c: parameters that point to one number or one struct, going by what the function does with them: their length is 1 without an AD_LEN.
 *
 *   void price(double spot, double *out) { *out = ...; }
 *   double area(const struct box *b) { return b->width * b->height; }
 */
#include "transform.h"

typedef struct {
    const Fn *fn;
    bool *other; /* by parameter: it is used in another way */
} Single;

static bool goes_no_further(const Op *op, int i)
{
    bool asks = op_is_compare(op->code) || op->code == OP_LNOT || op->code == OP_IF || op->code == OP_LAND || op->code == OP_LOR;
    return asks || (i == 0 && (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_FIELD));
}

/* Of a struct of open length, or of a union, it does not say all. */
static bool is_plain(const Type *t)
{
    if (t->kind == TY_RECORD)
        return !type_has_union(t) && type_open_end(t) < 0;
    return type_is_differentiable(t) || (type_is_int(t) && t->size > 1);
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
        if (!s.other[i] && !var->len && !var->ndims && var->type->kind == TY_PTR && t->kind == TY_PTR && is_plain(t->elem))
            var->len = "1";
    }
}
