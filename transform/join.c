/* join.c: loops side by side that go over the same elements and only add to derivatives become one.
 *
 *   for (i < n) d_x[i] += a * y[i];                  d_m = d_s * t;
 *   d_m = d_s * t;                          ->       for (i < n) {
 *   for (i < n) d_x[i] += d_m;                           d_x[i] += a * y[i];
 *                                                        d_x[i] += d_m;
 *                                                    }
 *
 * d_x is read and written once. No bit changes: each element gets the same sums in the same order. Precondition: the same iterations; neither
 * loop hands on values (a sum in a scalar would keep compilers from vectorising the rest); what one writes the other touches in the same
 * iteration only, at the same place, or not at all; what stands between does not depend on the first. Each may have one such loop in it, and so
 * on: of two nests the outer loops are joined first, then those that are side by side inside.
 */
#include "derivative.h"

enum { MAX_ACCESSES = 12, MAX_BETWEEN = 16, MAX_DEPTH = 4 };

typedef struct {
    const FinalMemory *memory;
    Op *first, *second;
    const Op *access[2][MAX_ACCESSES];
    int n[2];
    const Op *nest[2][MAX_DEPTH];
    int depth[2];
} Join;

static bool is_plain(const Op *loop)
{
    int64_t step;
    return loop->code == OP_FOR && !loop->omp && !loop->loop && loop->nresults == 1 && value_int(loop->args[2], &step);
}

static bool gather(Join *j, int k, const Op *loop)
{
    bool adds = false, inner = false;
    if (j->depth[k] == MAX_DEPTH)
        return false;
    j->nest[k][j->depth[k]++] = loop;
    for (const Op *op = loop->regions[0]->first; op->next; op = op->next) {
        if (op->code == OP_FOR) {
            if (inner || j->n[k] || !is_plain(op) || !gather(j, k, op))
                return false;
            adds = inner = true;
            continue;
        }
        OpEffect effect = op_info[op->code].effect;
        bool cell = op->code == OP_LOAD || op->code == OP_ACCUM;
        if (op->nregions || op->code == OP_LOCAL || (effect != EFFECT_PURE && !cell) || op_info[op->code].kind == KIND_CALL ||
            (inner && cell))
            return false;
        if (!cell)
            continue;
        if (op->args[0]->type->elem_volatile || op->shared || op->atomic || !mem_position(j->memory->m, op) ||
            j->n[k] == MAX_ACCESSES)
            return false;
        j->access[k][j->n[k]++] = op;
        adds |= op->code == OP_ACCUM;
    }
    return adds;
}

static bool same_iterations(const Op *a, const Op *b)
{
    return a->cmp == b->cmp && a->reversed == b->reversed && a->args[0]->type == b->args[0]->type &&
           value_same(a->args[0], b->args[0]) && value_same(a->args[1], b->args[1]) && value_same(a->args[2], b->args[2]);
}

/* The loops inside, in the same iterations of those around. */
static bool same_nests(const Join *j)
{
    for (int d = 1; d < j->depth[0] && j->depth[0] == j->depth[1]; d++) {
        const Op *a = j->nest[0][d], *b = j->nest[1][d];
        if (a->cmp != b->cmp || a->reversed != b->reversed || a->args[0]->type != b->args[0]->type)
            return false;
        for (int i = 0; i < 3; i++)
            if (!same_in_nests(a->args[i], b->args[i], j->nest[0], j->nest[1], d))
                return false;
    }
    return j->depth[0] == j->depth[1];
}

/* Do x of the first loop and y of the second touch one place in each iteration, another in every one? */
static bool is_one_place(const Join *j, const Op *x, const Op *y)
{
    return x->args[0]->type == y->args[0]->type && same_in_nests(x->args[0], y->args[0], j->nest[0], j->nest[1], j->depth[0]) &&
           !mem_iterations_meet(j->memory->m, j->first, x, x);
}

static bool may_join(const Join *j)
{
    bool pays = false;
    for (int i = 0; i < j->n[0]; i++)
        for (int k = 0; k < j->n[1]; k++) {
            const Op *x = j->access[0][i], *y = j->access[1][k];
            if (x->code == OP_LOAD && y->code == OP_LOAD)
                continue;
            bool one = is_one_place(j, x, y);
            if (!one && may_meet(j->memory, x, y))
                return false;
            pays |= one;
        }
    return pays;
}

/* The loop behind `first`, with little between that could as well be before it; else NULL. */
static Op *next_loop(const Op *first)
{
    int n = 0;
    for (Op *op = first->next; op && op->next; op = op->next) {
        if (op->code == OP_FOR)
            return op;
        if (op_info[op->code].effect != EFFECT_PURE || op->nregions || ++n > MAX_BETWEEN)
            return NULL;
        for (int i = 0; i < op->nargs; i++)
            if (op->args[i]->def == first)
                return NULL;
    }
    return NULL;
}

static bool join(const FinalMemory *memory, Op *first, PtrMap *replaced)
{
    Join j = {.memory = memory, .first = first, .second = is_plain(first) ? next_loop(first) : NULL};
    if (!j.second || !is_plain(j.second) || !same_iterations(first, j.second) || !gather(&j, 0, first) ||
        !gather(&j, 1, j.second) || !same_nests(&j) || !may_join(&j))
        return false;
    Region *body = first->regions[0], *other = j.second->regions[0];
    Builder b = before_op(first);
    while (first->next != j.second)
        op_move(first->next, &b);
    region_splice(other, body->last);
    ptrmap_put(replaced, other->args[0], body->args[0]);
    ptrmap_put(replaced, j.second->results[0], first->results[0]);
    return true;
}

static bool has_pair(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        const Op *next = is_plain(op) ? next_loop(op) : NULL;
        if (next && is_plain(next) && same_iterations(op, next))
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (has_pair(op->regions[k]))
                return true;
    }
    return false;
}

/* No loop twice: then memory is to be looked at anew. */
static void join_region(const FinalMemory *memory, Region *r, PtrMap *replaced, Ptrs *gone)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        Op *second = op->code == OP_FOR ? next_loop(op) : NULL;
        if (second && join(memory, op, replaced)) {
            ptrs_push(gone, second);
            op = second;
            continue;
        }
        for (int k = 0; k < op->nregions; k++)
            join_region(memory, op->regions[k], replaced, gone);
    }
}

void join_loops(Fn *fn)
{
    enum { MOST = 6 };
    for (int round = 0; round < MOST && has_pair(fn->body); round++) {
        FinalMemory memory;
        final_memory(&memory, fn);
        PtrMap replaced = {.arena = fn->arena};
        Ptrs gone = {.arena = fn->arena};
        join_region(&memory, fn->body, &replaced, &gone);
        mem_free(memory.m);
        if (gone.n == 0)
            return;
        replace_uses_map(fn, &replaced);
        for (size_t i = 0; i < gone.n; i++)
            op_remove(gone.at[i]);
        simplify(fn);
    }
}
