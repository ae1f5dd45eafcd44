/* fold_status.c: the comparison of a status, a number that branches choose among constants, is made where the branches choose.
 *
 *     status = if singular {...; yield -1} {...; yield 0}           status, failed = if singular {...; yield -1, 1} {...; yield 0, 0}
 *     failed = status != 0                                    ->
 *
 * failed is then the condition itself, which says more to merge_if.c, to while_counter and to the reader than a number that stands for it.
 * Every branch, of ifs within ifs too, must yield a constant, so that nothing is computed twice and what comes out is constants again. */
#include "transform.h"

enum { MAX_DEPTH = 8 };

static bool chosen_among_constants(const Value *v, int depth)
{
    const Op *op = v->def;
    if (value_is_const(v))
        return true;
    if (!op || op->code != OP_IF || op->mirror || depth == MAX_DEPTH)
        return false;
    return chosen_among_constants(region_terminator(op->regions[0])->args[v->index], depth + 1) &&
           chosen_among_constants(region_terminator(op->regions[1])->args[v->index], depth + 1);
}

Value *fold_status(Value *status, OpCode cmp, int64_t c, const Op *asking)
{
    Op *branch = status->def;
    if (!branch || branch->code != OP_IF || !type_is_int(status->type) || value_is_bool(status) || !chosen_among_constants(status, 0))
        return NULL;
    for (int i = 0; i < 2; i++) {
        Op *yield = region_terminator(branch->regions[i]);
        Builder b = before_op(yield);
        b.loc = asking->loc;
        op_add_arg(yield, build_bin(&b, cmp, yield->args[status->index], build_int(&b, status->type, c)));
    }
    return op_add_result(branch, type_scalar(TY_INT), NULL);
}
