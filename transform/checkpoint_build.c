/* checkpoint_build.c: what checkpoint.c makes of ops besides the loops themselves.
 *
 * Memory that a checkpointed loop works in is freed when its reverse loop is over, which runs steps again:
 *
 *     if (!z)                            if (!z)
 *         return -1;                         return -1;
 *     for (...) F(z);                    for (...) F(z);
 *     free(z);                     ->    ...
 *                                        for (...) R(z);
 *                                        free(z);
 */
#include "derivative.h"

bool op_follows(const Op *op, const Op *other)
{
    if (op->parent != other->parent)
        return false;
    for (other = other->next; other && other != op; other = other->next)
        ;
    return other != NULL;
}

Op *reversed_around(Op *rev, const Region *home)
{
    for (Op *op = rev; op; op = op->parent->owner)
        if (op->parent == home || op->parent->mirror == home)
            return op;
    return NULL;
}

const Value *freed_pointer(const Op *op)
{
    const Value *p = op->args[0];
    return p->def && p->def->code == OP_USE ? p->def->args[0] : p;
}

void free_later(Op *op, Op *fwd, Builder *at)
{
    if (op->parent != at->region && op->args[0]->def && op->args[0]->def->code != OP_USE) {
        Value *p = build_use(at, op->args[0]);
        p->def->in_reverse = true;
        p->def->reverses = fwd;
        op->args[0] = p;
    }
    op_move(op, at);
}

Value *step_number(Builder *b, const Op *loop, Value *lo, Value *i)
{
    Type *t = type_scalar(TY_LONG);
    int64_t step = for_step(loop);
    Value *n = build_cast(b, i, t);
    if (step > 0 && !value_is(lo, 0))
        n = build_bin(b, OP_SUB, n, build_cast(b, lo, t));
    if (step < 0)
        n = build_bin(b, OP_SUB, build_cast(b, lo, t), n);
    int64_t by = step < 0 ? -step : step;
    if (by != 1)
        n = build_bin(b, OP_DIV, n, build_int(b, t, by));
    return build_cast(b, n, type_scalar(TY_ULONG));
}
