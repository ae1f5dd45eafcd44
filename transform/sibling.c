/* sibling.c: library functions that the forward sweep has called already, and divisions it has made.
 *
 *     c = cos(a); s = sin(a);   ->   reverse: d_a += d_s * c; d_a -= d_c * s;      and not cos(a), sin(a) once more
 *     u = sqrt(v); r = 1 / u;       ->   reverse: d_v += d_u * (0.5 * r);          which is 0.5 / u to the bit
 */
#include "derivative.h"

#include <math.h>

static void collect(Op *op, void *ctx)
{
    PtrMap *by_operand = ctx;
    if (op_info[op->code].kind != KIND_MATH || op->nargs != 1)
        return;
    Ptrs *ops = ptrmap_get(by_operand, op->args[0]);
    if (!ops) {
        ops = arena_alloc(by_operand->arena, sizeof *ops);
        ops->arena = by_operand->arena;
        ptrmap_put(by_operand, op->args[0], ops);
    }
    ptrs_push(ops, op);
}

PtrMap siblings_of(Fn *fn)
{
    PtrMap by_operand = {.arena = fn->arena};
    walk_ops(fn->body, collect, &by_operand);
    return by_operand;
}

/* Is `earlier` executed whenever op is, and before what follows op's region? In op's own region it may also come after op. */
static bool comes_along(const Op *earlier, const Op *op)
{
    const Op *at = op;
    while (at && at->parent != earlier->parent)
        at = at->parent->owner;
    if (!at || at == op)
        return at != NULL;
    for (; at; at = at->prev)
        if (at == earlier)
            return true;
    return false;
}

Value *sibling_result(const PtrMap *siblings, const Op *op, OpCode code, const Value *a, const Type *t)
{
    const Ptrs *ops = ptrmap_get(siblings, a);
    for (size_t i = 0; ops && i < ops->n; i++) {
        const Op *sibling = ops->at[i];
        if (sibling->code == code && sibling->results[0]->type == t && comes_along(sibling, op))
            return sibling->results[0];
    }
    return NULL;
}

/* ---------------------------------------------------------------------- 1 / u */

bool is_reciprocal(const Op *op)
{
    const Op *one = op->code == OP_DIV ? op->args[0]->def : NULL;
    return one && one->code == OP_FCONST && one->fval == 1;
}

typedef struct {
    PtrMap reciprocal; /* Value* u -> the op 1 / u of the forward sweep */
    PtrMap replaced;
} Reciprocals;

static void note_reciprocal(Op *op, void *ctx)
{
    Reciprocals *r = ctx;
    if (!op->in_reverse && is_reciprocal(op) && !ptrmap_get(&r->reciprocal, op->args[1]))
        ptrmap_put(&r->reciprocal, op->args[1], op);
}

static bool is_power_of_two(long double c)
{
    int exponent;
    return c != 0 && fabsl(frexpl(c, &exponent)) == 0.5L;
}

/* Does the reverse region undo a forward region in which v is made, or one inside that? */
static bool undoes_inside(const Region *reverse, const Region *made_in)
{
    for (const Region *r = reverse; r; r = r->owner ? r->owner->parent : NULL)
        if ((r->mirror ? r->mirror : r) == made_in)
            return true;
    return false;
}

static void use_reciprocal(Op *op, void *ctx)
{
    Reciprocals *r = ctx;
    const Op *c = op->in_reverse && op->code == OP_DIV ? op->args[0]->def : NULL, *use = c ? op->args[1]->def : NULL;
    if (!c || c->code != OP_FCONST || !is_power_of_two(c->fval) || !use || use->code != OP_USE)
        return;
    const Op *known = ptrmap_get(&r->reciprocal, use->args[0]);
    if (!known || known->results[0]->type != op->results[0]->type || !undoes_inside(op->parent, known->parent))
        return;
    Builder b = before_op(op);
    Value *product = build_bin(&b, OP_MUL, op->args[0], build_use(&b, known->results[0]));
    ptrmap_put(&r->replaced, op->results[0], product);
}

void reuse_reciprocals(Fn *fn)
{
    Reciprocals r = {{.arena = fn->arena}, {.arena = fn->arena}};
    walk_ops(fn->body, note_reciprocal, &r);
    walk_ops(fn->body, use_reciprocal, &r);
    replace_uses_map(fn, &r.replaced);
}
