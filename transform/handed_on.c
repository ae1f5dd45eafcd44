/* handed_on.c: adjoints that reverse loops and ifs only hand on. What such a loop returns is what it was given: known before it. */
#include "derivative.h"

bool hands_on_only(const Value *y, const Value *arg)
{
    const Op *op = y->def;
    if (y == arg || !op)
        return y == arg;
    if (op->code == OP_FOR)
        return y->index > 0 && hands_on_only(region_terminator(op->regions[0])->args[y->index - 1], op->regions[0]->args[y->index]) &&
               hands_on_only(op->args[2 + y->index], arg);
    return op->code == OP_IF && hands_on_only(region_terminator(op->regions[0])->args[y->index], arg) &&
           hands_on_only(region_terminator(op->regions[1])->args[y->index], arg);
}

static void pass_loop(Op *op, void *ctx)
{
    PtrMap *same = ctx;
    for (int i = 1; op->in_reverse && op->code == OP_FOR && i < op->nresults; i++)
        if (hands_on_only(region_terminator(op->regions[0])->args[i - 1], op->regions[0]->args[i]))
            ptrmap_put(same, op->results[i], op->args[2 + i]);
}

void pass_handed_on(Fn *fn)
{
    PtrMap same = {.arena = fn->arena};
    walk_ops(fn->body, pass_loop, &same);
    replace_uses_map(fn, &same);
}
