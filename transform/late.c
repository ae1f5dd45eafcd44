/* late.c: the last thing that an iteration does with a derivative it has handed on is to clear it.
 *
 *     t = d_y[i];                    t = d_y[i];
 *     d_y[i] = 0.0;          ->      d_a[i] += t;
 *     d_a[i] += t;                   d_b[i] += t;
 *     d_b[i] += t;                   d_y[i] = 0.0;
 *
 * Processors compare the addresses of loads with those of stores still under way by their low bits: arrays of one size, or allocated one by one,
 * often agree in these, and then the load of d_a[i] waits for the store to d_y[i]. No bit changes. Precondition: straight code of an innermost
 * loop, and nothing between the two places reads or writes, in one iteration, what is cleared.
 */
#include "analysis.h"
#include "derivative.h"

static bool is_clearing(const Op *op)
{
    return op_clears(op) && !op->args[0]->type->elem_volatile && !op->shared;
}

static bool may_pass(const FinalMemory *memory, const Op *store, const Op *op)
{
    if (op_info[op->code].effect == EFFECT_PURE)
        return op->nregions == 0;
    if ((op->code != OP_LOAD && op->code != OP_STORE && op->code != OP_ACCUM) || op->args[0]->type->elem_volatile)
        return false;
    return !may_meet(memory, store, op) || !mem_may_alias_now(memory->m, store->args[0], op->args[0]);
}

/* Is there a load for it to be behind of, and nothing in the way? */
static bool pays(const FinalMemory *memory, const Op *store)
{
    bool loads = false;
    for (const Op *op = store->next; op->next; op = op->next) {
        if (!may_pass(memory, store, op))
            return false;
        loads |= op->code == OP_LOAD || op->code == OP_ACCUM;
    }
    return loads;
}

/* Is it innermost, and of straight code? */
static bool is_straight(const Op *loop)
{
    for (const Op *op = loop->regions[0]->first; op; op = op->next)
        if (op->nregions)
            return false;
    return true;
}

static void find_clearing(Op *op, void *ctx)
{
    if (op->code != OP_FOR || !is_straight(op))
        return;
    for (Op *in = op->regions[0]->first; in->next; in = in->next)
        if (is_clearing(in))
            ptrs_push(ctx, in);
}

void clear_late(Fn *fn)
{
    Ptrs found = {.arena = fn->arena};
    walk_ops(fn->body, find_clearing, &found);
    if (found.n == 0)
        return;
    FinalMemory memory;
    final_memory(&memory, fn);
    for (size_t i = 0; i < found.n; i++) {
        Op *store = found.at[i];
        if (!pays(&memory, store))
            continue;
        Builder b = before_op(store->parent->last);
        op_move(store, &b);
    }
    mem_free(memory.m);
}
