/* logistic.c: 1 / (1 + exp(u)) becomes one op.
 *
 * Its derivative is then -y * (1 - y), from its value alone: finite where exp(u) is infinite (by the chain it would be 0 * infinity), and
 * one multiplication and one subtraction in place of three operations. It is computed, and written back, as it was.
 *
 *     %e = exp %u; %s = add 1, %e; %y = div 1, %s   ->   %y = ad_logistic %u
 */
#include "derivative.h"

typedef struct {
    Fn *fn;
    const int *uses;
    PtrMap map; /* quotients that have become something else */
    bool found;
} Finder;

static bool is_one(const Value *v)
{
    return v->def && v->def->code == OP_FCONST && !v->def->text && v->def->fval == 1;
}

/* v where it comes from that op and is used once: nobody else needs it. */
static Op *only_here(const Finder *f, const Value *v, OpCode code)
{
    return v->def && v->def->code == code && f->uses[v->id] == 1 ? v->def : NULL;
}

static void visit(Op *op, void *ctx)
{
    Finder *f = ctx;
    if (op->code != OP_DIV || !is_one(op->args[0]))
        return;
    Op *sum = only_here(f, op->args[1], OP_ADD);
    if (!sum || (!is_one(sum->args[0]) && !is_one(sum->args[1])))
        return;
    Op *power = only_here(f, sum->args[is_one(sum->args[0])], OP_EXP);
    if (!power || power->parent != op->parent || sum->parent != op->parent)
        return;
    Builder b = before_op(op);
    Value *y = build_math(&b, OP_LOGISTIC, op->results[0]->type, power->args)->results[0];
    y->var = op->results[0]->var;
    y->def->loc = op->loc;
    ptrmap_put(&f->map, op->results[0], y);
    f->found = true;
}

void raise_logistic(Fn *fn)
{
    Finder f = {fn, count_uses(fn), {.arena = fn->arena}, false};
    walk_ops(fn->body, visit, &f);
    if (!f.found)
        return;
    replace_uses_map(fn, &f.map);
    simplify(fn);
}
