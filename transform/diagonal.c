/* diagonal.c: a loop over a row that does one thing up to the diagonal and another behind it becomes two loops.
 *
 *   for (t = 0; t < n; t++)                          for (t = 0; t < n; t++) {
 *       for (s = 0; s < n; s++)                          for (s = 0; s <= t; s++)
 *           if (s <= t)                                      A;
 *               A;                          ->           for (s = t + 1; s < n; s++)
 *           else                                             B;
 *               B;                                   }
 *
 * The same iterations in the same order. It needs a condition on the counter and a counter of a loop around, which is known to stay within the
 * row. Each part is then reversed by itself: no test is made or kept, and what A reads of earlier loops over s <= t is seen to be theirs. Not
 * where the loop hands on values, which would be kept in an array for each part.
 */
#include "derivative.h"

typedef struct {
    Op *loop, *branch; /* the one if of its body */
    Value *x;          /* the other loop's counter */
    OpCode cmp;        /* counter cmp x is the condition */
} Row;

static OpCode exchanged(OpCode cmp)
{
    return cmp == OP_LT ? OP_GT : cmp == OP_LE ? OP_GE : cmp == OP_GT ? OP_LT : OP_LE;
}

static bool is_order(OpCode code)
{
    return code == OP_LT || code == OP_LE || code == OP_GT || code == OP_GE;
}

static bool counts_by_one(const Op *loop)
{
    return loop->code == OP_FOR && !loop->reversed && value_is(loop->args[2], 1) &&
           (loop->cmp == OP_LT || loop->cmp == OP_LE) && type_is_signed(loop->args[0]->type);
}

/* Is x, whenever the loop runs, one of the numbers that its counter takes? */
static bool is_within(const Op *loop, const Value *x)
{
    const Op *around = x->def ? NULL : x->arg_of->owner;
    int64_t lo, least;
    return around && x->index == 0 && around != loop && counts_by_one(around) && around->cmp == loop->cmp &&
           x->type == loop->args[0]->type && value_same(around->args[1], loop->args[1]) && value_int(loop->args[0], &lo) &&
           value_int(around->args[0], &least) && lo <= least;
}

static bool find_condition(Row *r, const Op *test)
{
    const Value *counter = r->loop->regions[0]->args[0];
    if (!test || !is_order(test->code))
        return false;
    for (int k = 0; k < 2; k++)
        if (test->args[k] == counter && is_within(r->loop, test->args[1 - k])) {
            r->x = test->args[1 - k];
            r->cmp = k ? exchanged(test->code) : test->code;
            return true;
        }
    return false;
}

/* The body: arithmetic and one if at its end. */
static bool find_row(Row *r, Op *loop)
{
    *r = (Row){.loop = loop};
    if (!counts_by_one(loop) || loop->loop || loop->nresults > 1)
        return false;
    for (Op *op = loop->regions[0]->first; op && op->next; op = op->next) {
        if (r->branch || (op->code != OP_IF && (op->nregions || op_info[op->code].effect != EFFECT_PURE || op->code == OP_LOCAL)))
            return false;
        r->branch = op->code == OP_IF ? op : NULL;
    }
    return r->branch && find_condition(r, r->branch->args[0]->def);
}

static void decide(Op *branch, int truth)
{
    Builder b = before_op(branch);
    branch->args[0] = build_int(&b, branch->args[0]->type, truth);
}

static void split(Fn *fn, Row *r)
{
    Op *last = r->loop;
    PtrMap map = {.arena = fn->arena};
    Builder b = before_op(last);
    b.loc = last->loc;
    Op *first = clone_op(&b, last, &map), *branch = first->regions[0]->last->prev;
    bool to_x = r->cmp == OP_LE || r->cmp == OP_GT; /* x itself belongs to the first part */
    first->args[1] = r->x;
    first->cmp = to_x ? OP_LE : OP_LT;
    decide(branch, r->cmp == OP_LE || r->cmp == OP_LT);
    decide(r->branch, r->cmp == OP_GE || r->cmp == OP_GT);
    last->args[0] = to_x ? build_bin(&b, OP_ADD, r->x, build_int(&b, r->x->type, 1)) : r->x;
}

static bool split_rows(Fn *fn, Region *region)
{
    bool changed = false;
    for (Op *op = region->first; op; op = op->next) {
        Row r;
        if (find_row(&r, op)) {
            split(fn, &r);
            changed = true;
        }
        for (int k = 0; k < op->nregions; k++)
            changed |= split_rows(fn, op->regions[k]);
    }
    return changed;
}

void split_diagonals(Fn *fn)
{
    if (split_rows(fn, fn->body))
        simplify(fn);
}
