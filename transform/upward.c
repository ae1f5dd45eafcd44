/* upward.c: a loop that counts down, but uses only how far it has come, counts up.
 *
 *   for (k = n; k > 0; k--) s += x[n - k];   ->   for (k = 0; k < n; k++) s += x[k];
 *
 * That is what `while (n--) s += *x++;` becomes (raise.c). Iterations keep their order, and a count that is negative still runs none.
 */
#include "transform.h"

typedef struct {
    const Value *counter, *start;
    Ptrs ways;  /* start - counter */
    bool other; /* used otherwise */
} Uses;

static void find_uses(Op *op, void *ctx)
{
    Uses *u = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i] != u->counter)
            continue;
        if (op->code == OP_SUB && i == 1 && op->args[0] == u->start)
            ptrs_push(&u->ways, op);
        else
            u->other = true;
    }
}

static bool is_used(const Region *r, const Value *v)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        for (int i = 0; i < op->nargs; i++)
            if (op->args[i] == v)
                return true;
        for (int i = 0; i < op->nregions; i++)
            if (is_used(op->regions[i], v))
                return true;
    }
    return false;
}

static void count_up(Op *loop, void *ctx)
{
    Fn *fn = ctx;
    int64_t step;
    if (loop->code != OP_FOR || loop->mirror || loop->reversed || loop->cmp != OP_GT || !value_int(loop->args[2], &step) || for_step(loop) != -1 ||
        !value_is(loop->args[1], 0))
        return;
    Value *counter = loop->regions[0]->args[0];
    Uses u = {.counter = counter, .start = loop->args[0], .ways.arena = fn->arena};
    walk_ops(loop->regions[0], find_uses, &u);
    if (u.other || u.ways.n == 0 || is_used(fn->body, loop->results[0]))
        return;
    Builder b = before_op(loop);
    Type *t = counter->type;
    loop->args[1] = loop->args[0];
    loop->args[0] = build_int(&b, t, 0);
    loop->args[2] = build_int(&b, t, 1);
    loop->cmp = OP_LT;
    counter->var = loop->results[0]->var = NULL;
    PtrMap map = {.arena = fn->arena};
    for (size_t i = 0; i < u.ways.n; i++)
        ptrmap_put(&map, ((Op *)u.ways.at[i])->results[0], counter);
    replace_uses_map(fn, &map);
}

void count_upwards(Fn *fn)
{
    walk_ops(fn->body, count_up, fn);
}
