/* merge_if.c: an if whose condition an earlier if decides goes into that if's branches.
 *
 *     if c { A; yield 1 } else { B; yield 0 } -> done          if c { A } else { B; C }
 *     if !done { C }                                      ->
 *
 * Early exits arrive as such flags; this takes them back to plain nesting. Nothing is duplicated: either both branches of the first if decide
 * the second one, and each gets one side of it, or one branch decides for a side without ops and the second if moves into the other.
 * Ops between the two must be pure; those that use results of the first are copied into the branches. */
#include "transform.h"

enum { MAX_BETWEEN = 24, MAX_DEPTH = 6 };

typedef struct {
    Op *first, *second;
    Op *between[MAX_BETWEEN]; /* in order */
    bool depends[MAX_BETWEEN]; /* on a result of first */
    int n;
    Value **results; /* of second, before */
    int nresults;
    Arena *scratch;
} Pair;

/* ---------------------------------------------------------------------- deciding */

/* Is a the comparison that is true where b is false? */
static bool opposite(const Value *a, const Value *b)
{
    OpCode inverse;
    return a->def && b->def && op_is_compare(a->def->code) && op_inverse_compare(b->def, &inverse) && a->def->code == inverse &&
           value_same(a->def->args[0], b->def->args[0]) && value_same(a->def->args[1], b->def->args[1]);
}

/* What v is at the end of branch i of `first`: 1, 0, or -1 where that is not known. */
static int truth_in(const Op *first, int i, Value *v, int depth)
{
    int64_t c;
    v = value_condition(v);
    if (value_int(v, &c))
        return c != 0;
    if (v == first->args[0])
        return i == 0;
    if (!v->def || depth == 0)
        return -1;
    if (v->def == first)
        return truth_in(first, i, first->regions[i]->last->args[v->index], depth - 1);
    if (v->def->code == OP_LNOT) {
        int x = truth_in(first, i, v->def->args[0], depth - 1);
        return x < 0 ? x : !x;
    }
    Value *c0 = value_condition(first->args[0]);
    if ((c0->def && c0->def->code == OP_LNOT && value_condition(c0->def->args[0]) == v) || opposite(v, c0))
        return i != 0;
    if (v->def->code != OP_LAND && v->def->code != OP_LOR)
        return -1;
    int x = truth_in(first, i, v->def->args[0], depth - 1), y = truth_in(first, i, v->def->args[1], depth - 1);
    int decides = v->def->code == OP_LOR;
    if (x == decides || y == decides)
        return decides;
    return x < 0 || y < 0 ? -1 : !decides;
}

static bool contains_writes(const Op *op)
{
    if (op_info[op->code].effect >= EFFECT_WRITES)
        return true;
    for (int i = 0; i < op->nregions; i++)
        for (const Op *in = op->regions[i]->first; in; in = in->next)
            if (contains_writes(in))
                return true;
    return false;
}

static bool is_between(const Pair *p, const Op *op)
{
    for (int i = 0; i < p->n; i++)
        if (p->between[i] == op)
            return p->depends[i];
    return false;
}

static bool depends_on_first(const Pair *p, const Op *op)
{
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i]->def && (op->args[i]->def == p->first || is_between(p, op->args[i]->def)))
            return true;
    return false;
}

/* The if before `second`, with only pure ops between that may stand before it or depend on it. */
static bool find_pair(Pair *p, Op *second)
{
    Op *at = second->prev;
    int n = 0;
    for (; at && at->code != OP_IF; at = at->prev) {
        bool pure = op_info[at->code].effect == EFFECT_PURE && at->nregions == 0 && at->code != OP_USE;
        bool load = at->code == OP_LOAD && !at->args[0]->type->elem_volatile;
        if ((!pure && !load) || ++n > MAX_BETWEEN)
            return false;
    }
    if (!at || at->mirror || second->mirror)
        return false;
    *p = (Pair){.first = at, .second = second, .scratch = p->scratch};
    int writes = -1;
    for (Op *op = at->next; op != second; op = op->next) {
        p->depends[p->n] = depends_on_first(p, op);
        if ((op->code == OP_LOAD || op->code == OP_LOCAL) && p->depends[p->n])
            return false;
        if (op->code == OP_LOAD) {
            writes = writes < 0 ? contains_writes(at) : writes;
            if (writes)
                return false;
        }
        p->between[p->n++] = op;
    }
    return true;
}

/* ---------------------------------------------------------------------- moving */

static void map_operands(Op *op, void *ctx)
{
    PtrMap *map = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(map, op->args[i]);
}

/* What results of first, and the ops between that depend on them, are inside branch i. */
static PtrMap branch_values(const Pair *p, int i)
{
    PtrMap map = {.arena = p->scratch};
    Op *yield = p->first->regions[i]->last;
    for (int k = 0; k < p->first->nresults; k++)
        ptrmap_put(&map, p->first->results[k], yield->args[k]);
    Builder b = before_op(yield);
    for (int k = 0; k < p->n; k++)
        if (p->depends[k])
            clone_op(&b, p->between[k], &map);
    return map;
}

/* Appends the branch that second takes to branch i of first. */
static void move_branch(Pair *p, int i, Region *taken)
{
    PtrMap map = branch_values(p, i);
    Op *yield = p->first->regions[i]->last, *end = taken->last;
    if (p->first->nresults)
        walk_ops(taken, map_operands, &map);
    region_splice(taken, yield);
    for (int k = 0; k < end->nargs; k++)
        op_add_arg(yield, end->args[k]);
}

/* Moves second itself to the end of branch i; the other branch yields what second's empty side yields there. second gets new results, for
 * the old ones stand for what comes out of first from now on. */
static void move_second(Pair *p, int i, Region *other_side)
{
    PtrMap here = branch_values(p, i), there = branch_values(p, !i);
    Op *yield = p->first->regions[i]->last, *other_yield = p->first->regions[!i]->last;
    for (int k = 0; k < p->second->nresults; k++)
        op_add_arg(other_yield, map_value(&there, other_side->last->args[k]));
    Builder b = before_op(yield);
    op_move(p->second, &b);
    map_operands(p->second, &here);
    for (int r = 0; r < 2; r++)
        walk_ops(p->second->regions[r], map_operands, &here);
    int n = p->second->nresults;
    p->second->results = NULL;
    p->second->nresults = 0;
    for (int k = 0; k < n; k++)
        op_add_arg(yield, op_add_result(p->second, p->results[k]->type, p->results[k]->var));
}

static bool is_empty(const Region *r)
{
    return r->first == r->last;
}

/* Values made by second's branch that a later op uses become results of first. */
static bool merge(Pair *p, PtrMap *replaced)
{
    Op *first = p->first, *second = p->second;
    int truth[2];
    for (int i = 0; i < 2; i++)
        truth[i] = truth_in(first, i, second->args[0], MAX_DEPTH);
    if (truth[0] == truth[1])
        return false;
    int into = truth[0] < 0 ? 0 : truth[1] < 0 ? 1 : -1; /* branch that does not decide, or -1 */
    if (into >= 0 && !is_empty(second->regions[!truth[!into]]))
        return false;
    for (int k = 0; k < p->n; k++)
        if (!p->depends[k]) {
            Builder b = before_op(first);
            op_move(p->between[k], &b);
        }
    for (int i = 0; i < 2; i++) /* merges before this one */
        walk_ops(second->regions[i], map_operands, replaced);
    p->results = second->results;
    p->nresults = second->nresults;
    if (into >= 0) {
        move_second(p, into, second->regions[!truth[!into]]);
    } else {
        for (int i = 0; i < 2; i++)
            move_branch(p, i, second->regions[!truth[i]]);
        op_remove(second);
    }
    for (int k = 0; k < p->nresults; k++)
        ptrmap_put(replaced, p->results[k], op_add_result(first, p->results[k]->type, p->results[k]->var));
    return true;
}

/* ---------------------------------------------------------------------- over the function */

static bool merge_with_earlier(Op *op, PtrMap *replaced, Arena *scratch)
{
    Pair p = {.scratch = scratch};
    return find_pair(&p, op) && merge(&p, replaced);
}

static bool merge_region(Region *r, PtrMap *replaced, Arena *scratch)
{
    bool changed = false, nested = false;
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        nested |= op->nregions > 0;
        if (replaced->n)
            map_operands(op, replaced);
        if (op->code == OP_IF)
            changed |= merge_with_earlier(op, replaced, scratch);
    }
    for (Op *op = nested ? r->first : NULL; op; op = op_next(op))
        for (int i = 0; i < op->nregions; i++)
            changed |= merge_region(op->regions[i], replaced, scratch);
    return changed;
}

bool merge_ifs(Fn *fn)
{
    Arena *scratch = arena_new();
    PtrMap replaced = {.arena = scratch};
    bool changed = merge_region(fn->body, &replaced, scratch);
    replace_uses_map(fn, &replaced);
    arena_free(scratch);
    return changed;
}
