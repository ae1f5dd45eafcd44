/* sibling.c: library functions that the forward sweep has called already.
 *
 *     c = cos(a); s = sin(a);   ->   reverse: d_a += d_s * c; d_a -= d_c * s;      and not cos(a), sin(a) once more
 */
#include "derivative.h"

static void collect(Op *op, void *ctx)
{
    PtrMap *by_operand = ctx;
    if (op_info[op->code].kind != KIND_MATH || op->nargs != 1)
        return;
    Ptrs *ops = ptrmap_get(by_operand, op->args[0]);
    if (!ops) {
        ops = arena_alloc(by_operand->arena, sizeof *ops);
        ops->arena = by_operand->arena;
        ptrmap_put(by_operand, op->args[0], ops);
    }
    ptrs_push(ops, op);
}

PtrMap siblings_of(Fn *fn)
{
    PtrMap by_operand = {.arena = fn->arena};
    walk_ops(fn->body, collect, &by_operand);
    return by_operand;
}

/* Is `earlier` executed whenever op is, and before what follows op's region? In op's own region it may also come after op. */
static bool comes_along(const Op *earlier, const Op *op)
{
    const Op *at = op;
    while (at && at->parent != earlier->parent)
        at = at->parent->owner;
    if (!at || at == op)
        return at != NULL;
    for (; at; at = at->prev)
        if (at == earlier)
            return true;
    return false;
}

Value *sibling_result(const PtrMap *siblings, const Op *op, OpCode code, const Value *a, const Type *t)
{
    const Ptrs *ops = ptrmap_get(siblings, a);
    for (size_t i = 0; ops && i < ops->n; i++) {
        const Op *sibling = ops->at[i];
        if (sibling->code == code && sibling->results[0]->type == t && comes_along(sibling, op))
            return sibling->results[0];
    }
    return NULL;
}
