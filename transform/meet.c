/* meet.c: in a loop whose iterations are reversed at once, ifs of both sweeps on one condition become one; so do those of the reverse sweep
 * that stand one behind the other.
 *
 *   if (c) y = f(x); else y = g(x);                     if (c) { y = f(x); d_x = d_y * f'; } else { y = g(x); d_x = d_y * g'; }
 *   s += y;                                      ->     s += y;
 *   if (c) d_x = d_y * f'; else d_x = d_y * g';
 *
 * It is merge_if.c that joins them; while storage is resolved it keeps off ifs that mirror others. Nothing is computed twice for it.
 */
#include "derivative.h"

enum { MAX_DEPTH = 4, MAX_BETWEEN = 24 };

typedef struct {
    const Ptrs *values;
    bool found;
} Needs;

static void find_need(Op *op, void *ctx)
{
    Needs *n = ctx;
    for (int i = 0; i < op->nargs && !n->found; i++)
        n->found = ptrs_has(n->values, op->args[i]);
}

/* The forward if that `op` mirrors stands before it in an iteration that is reversed at once. Can the two be one without anything that is
 * computed between them from the first's results, and that the second needs, being computed in both branches? */
static bool joins_without_copies(const Fn *fn, Op *op)
{
    Ptrs depend = {.arena = fn->arena};
    const Op *at = op->prev;
    for (int n = 0; at && at != op->mirror && n < MAX_BETWEEN && at->nregions == 0 && op_info[at->code].effect <= EFFECT_READS; n++)
        at = at->prev;
    if (!at || at != op->mirror)
        return false;
    for (at = at->next; at != op; at = at->next) {
        bool from = false;
        for (int i = 0; i < at->nargs; i++)
            from |= at->args[i]->def == op->mirror || ptrs_has(&depend, at->args[i]);
        for (int i = 0; i < at->nresults && from; i++)
            ptrs_push(&depend, at->results[i]);
    }
    Needs n = {&depend, false};
    walk_ops(op->regions[0], find_need, &n);
    walk_ops(op->regions[1], find_need, &n);
    return !n.found;
}

/* The if before op, with nothing but computing between. */
static Op *if_before(const Op *op)
{
    Op *at = op->prev;
    while (at && at->nregions == 0 && op_info[at->code].effect == EFFECT_PURE)
        at = at->prev;
    return at && at->code == OP_IF ? at : NULL;
}

/* In loops: a way out of the function is to be found as it is (exits.c). */
static bool let_meet(const Fn *fn, Region *r, bool in_loop)
{
    bool changed = false;
    for (Op *op = r->first; op; op = op_next(op)) {
        bool branch = op->code == OP_IF && in_loop;
        if (branch && op->mirror && joins_without_copies(fn, op)) {
            op->mirror = NULL;
            changed = true;
        }
        Op *before = branch ? if_before(op) : NULL;
        if (before && (before->mirror || op->mirror) && before->nresults == 0 && value_same(before->args[0], op->args[0])) {
            before->mirror = op->mirror = NULL;
            changed = true;
        }
        for (int k = 0; k < op->nregions; k++)
            changed |= let_meet(fn, op->regions[k], in_loop || op->code != OP_IF);
    }
    return changed;
}

void join_branches(Fn *fn)
{
    for (int depth = 0; depth < MAX_DEPTH && let_meet(fn, fn->body, false); depth++) /* and then those in them */
        simplify(fn);
}
