/* guard.c: which of the two tests that keep 0 * infinity out of a derivative comes first.
 *
 *     d != 0.0 ? d * (1.0 / y) : 0.0   ->   fabs(y) > 1e-300 || d != 0.0 ? d * (1.0 / y) : 0.0
 *
 * A derivative that is exactly 0 stays 0, whatever it is multiplied with. Whether one is 0 can be a matter of chance, as where two of them
 * cancel up to rounding: a branch on that is mispredicted, which costs more than the division. That the quotient is finite is nearly always
 * so. The numbers are the same, but a derivative that is 0 may have another sign. Innermost loops keep the shorter test, which compilers
 * know how to vectorise, and so do derivatives from the caller.
 */
#include "derivative.h"

#include <math.h>

enum { LARGEST_FACTOR = 1000000 };

/* c * ... / y: y, with the size of all constants multiplied into *size; NULL: another form. */
static Value *divisor_of(Value *p, double *size)
{
    for (Op *op = p->def; op; op = p->def) {
        const Op *c = op->nargs == 2 && op->args[0]->def ? op->args[0]->def : NULL;
        if (op->code == OP_NEG) {
            p = op->args[0];
            continue;
        }
        if ((op->code != OP_MUL && op->code != OP_DIV) || !c || c->code != OP_FCONST || c->text)
            return NULL;
        *size *= (double)fabsl(c->fval);
        p = op->args[1];
        if (op->code == OP_DIV)
            return p;
    }
    return NULL;
}

static bool has_loop(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_FOR || op->code == OP_WHILE)
            return true;
        for (int i = 0; i < op->nregions; i++)
            if (has_loop(op->regions[i]))
                return true;
    }
    return false;
}

static bool in_innermost_loop(const Op *op)
{
    for (const Op *owner = op->parent->owner; owner; owner = owner->parent->owner)
        if (owner->code == OP_FOR || owner->code == OP_WHILE)
            return !has_loop(owner->regions[owner->nregions - 1]);
    return false;
}

/* A number from the caller, which is not 0 by chance. */
static bool is_given(const Value *d)
{
    while (d->def && d->def->code == OP_NEG)
        d = d->def->args[0];
    return !d->def && !d->arg_of->owner;
}

typedef struct {
    PtrMap map;
    Ptrs opened; /* Op* */
} Guards;

static void open_guard(Op *op, void *ctx)
{
    Guards *g = ctx;
    if (op->code != OP_MULZ || !type_is_float(op->results[0]->type) || is_given(op->args[0]) || in_innermost_loop(op))
        return;
    Type *t = op->results[0]->type;
    double size = 1;
    Value *y = divisor_of(op->args[1], &size);
    if (!y || y->type != t || !(size <= LARGEST_FACTOR))
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    Value *zero = build_float(&b, t, 0), *least = build_float(&b, t, t->kind == TY_F32 ? 1e-30L : 1e-300L);
    Value *away = build_bin(&b, OP_GT, y->def && y->def->code == OP_SQRT ? y : build_un(&b, OP_FABS, y), least);
    Value *test = build_bin(&b, OP_LOR, away, build_bin(&b, OP_NE, op->args[0], zero));
    Value *result = build_select(&b, test, build_bin(&b, OP_MUL, op->args[0], op->args[1]), zero);
    result->var = op->results[0]->var;
    ptrmap_put(&g->map, op->results[0], result);
    ptrs_push(&g->opened, op);
}

void open_guards(Fn *fn)
{
    Guards g = {{.arena = fn->arena}, {.arena = fn->arena}};
    walk_ops(fn->body, open_guard, &g);
    replace_uses_map(fn, &g.map);
    for (size_t i = 0; i < g.opened.n; i++)
        op_remove(g.opened.at[i]);
}
