/* frees.c: memory that a block makes and every way out of it frees is freed in one place.
 *
 *   p = malloc(n);                              p = malloc(n);
 *   if (p == NULL) r = -1;                      if (p == NULL) r = -1;
 *   else { r = g(p); free(p); }          ->     else r = g(p);
 *                                               free(p);
 *
 * free(NULL) does nothing, so that the arm which has no memory needs none. Outside loops the reverse sweep then reads what is in the memory,
 * which is freed behind it (adjoint.c: delay_frees), instead of what was kept of it. In a loop, what is freed in the block that made it ends
 * there for the reverse sweep, too (adjoint.c: reverse_free), and its shadow is allocated once for all iterations (shadow_hoist.c); otherwise
 * both stay until the function's end (heap.c). */
#include "derivative.h"

static bool points_to(const Value *p, const Op *alloc)
{
    while (p->def && p->def->code == OP_PTRCAST)
        p = p->def->args[0];
    return p->def == alloc;
}

bool tests_null(const Value *c, const Op *alloc, bool equal)
{
    const Op *op = c->def;
    if (op && op->code == OP_LNOT && op->args[0]->type->kind != TY_PTR)
        return tests_null(op->args[0], alloc, !equal);
    if (!op || op->code != (equal ? OP_EQ : OP_NE))
        return false;
    for (int k = 0; k < 2; k++)
        if (op->args[1 - k]->def && op->args[1 - k]->def->code == OP_NULLPTR)
            return points_to(op->args[k], alloc);
    return false;
}

static Op *find_free(const Region *arm, const Op *alloc)
{
    for (Op *op = arm->first; op; op = op->next)
        if (op->code == OP_FREE && free_target(op) == alloc)
            return op;
    return NULL;
}

/* The frees in one arm of what was made before the if. */
static void join_arm(Op *branch, int arm)
{
    for (Op *op = branch->regions[arm]->first, *next; op; op = next) {
        next = op->next;
        Op *alloc = op->code == OP_FREE ? free_target(op) : NULL;
        if (!alloc || loop_depth(alloc) != loop_depth(branch) ||
            region_contains(branch->regions[arm], alloc))
            continue;
        Op *other = find_free(branch->regions[1 - arm], alloc);
        if (!other && !tests_null(branch->args[0], alloc, arm == 1))
            continue;
        Builder b = after_op(branch);
        b.loc = op->loc;
        op_build(&b, OP_FREE, (Value *[]){alloc->results[0]}, 1, 0);
        op_remove(op);
        if (other)
            op_remove(other);
    }
}

static void join_region(Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        for (int k = 0; k < op->nregions; k++)
            join_region(op->regions[k]);
        for (int arm = 0; op->code == OP_IF && arm < 2; arm++)
            join_arm(op, arm);
    }
}

void join_frees(Fn *fn)
{
    join_region(fn->body);
}
