/* flags.c: a flag that ends a loop is not set to what it is.
 *
 *     for (... && !left) { if (ok) {...; left = 0;} else left = test; }    ->    ... if (ok) {...} else left = test;
 *
 * Where the loop's body is executed the flag is 0; branches that yield the constant yield what is carried. The last pass over the tree: simplify
 * would put the constant back. */
#include "derivative.h"

/* v, what the flag will be, is made of constants and other values in branches: the constant 0 there becomes flag. */
static void keep_flag(Value **v, Value *flag)
{
    Op *op = (*v)->def;
    if (value_is(*v, 0) && (*v)->type == flag->type) {
        *v = flag;
        return;
    }
    if (!op || op->code != OP_IF || op->mirror)
        return;
    for (int i = 0; i < 2; i++)
        keep_flag(&region_terminator(op->regions[i])->args[(*v)->index], flag);
}

/* Is it a condition that v is 0? */
static bool says_zero(const Value *cond, const Value *v)
{
    const Op *op = cond->def;
    if (op && op->code == OP_LAND)
        return says_zero(op->args[0], v) || says_zero(op->args[1], v);
    return op && op->code == OP_LNOT && op->args[0] == v;
}

static void keep_flags_of_for(const Op *loop)
{
    Region *body = loop->regions[0];
    for (int k = 0; k < body->last->nargs; k++) {
        Value *next = body->last->args[k], *arg = body->args[1 + k];
        Op *branch = next->def;
        if (branch && branch->code == OP_IF && branch->parent == body && says_zero(branch->args[0], arg))
            keep_flag(&region_terminator(branch->regions[0])->args[next->index], arg);
    }
}

static void keep_flags_of_while(const Op *loop)
{
    const Region *before = loop->regions[0], *after = loop->regions[1];
    const Op *cond = before->last;
    for (int k = 0; k < before->nargs; k++)
        for (int j = 0; j < after->nargs; j++)
            if (cond->args[1 + j] == before->args[k] && says_zero(cond->args[0], before->args[k]))
                keep_flag(&after->last->args[k], after->args[j]);
}

static void keep_flags_of(Op *op, void *ctx)
{
    (void)ctx;
    if (op->code == OP_FOR)
        keep_flags_of_for(op);
    else if (op->code == OP_WHILE)
        keep_flags_of_while(op);
}

void keep_flags(Fn *fn)
{
    walk_ops(fn->body, keep_flags_of, NULL);
}
