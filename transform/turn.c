/* turn.c: how fast an angle turns, the partials of atan2, a / (a*a + b*b) and b / (a*a + b*b), as C has them.
 *
 *     %t = ad_turn_b %a, %b   ->   %h = hypot %a, %b; %q = div %b, %h; %t = div %q, %h
 *
 * What is differentiated again has them as ops with partials of their own: by the chain through hypot the errors of second partials add
 * up where (a - b) * (a + b) / h^4 has none to add.
 */
#include "derivative.h"

bool is_turn(OpCode code)
{
    return code == OP_TURN_A || code == OP_TURN_B;
}

Value *build_turn(Builder *b, OpCode code, Type *type, Value **args)
{
    Value *h = build_math(b, OP_HYPOT, type, args)->results[0];
    return build_bin(b, OP_DIV, build_bin(b, OP_DIV, args[code == OP_TURN_B], h), h);
}

static void visit(Op *op, void *ctx)
{
    if (!is_turn(op->code))
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    Op *before = op->prev;
    Value *v = build_turn(&b, op->code, op->results[0]->type, op->args);
    v->var = op->results[0]->var;
    for (Op *made = before ? before->next : op->parent->first; made != op; made = made->next) {
        made->in_reverse = op->in_reverse;
        made->reverses = op->reverses;
    }
    ptrmap_put(ctx, op->results[0], v);
}

static void drop(Op *op, void *ctx)
{
    (void)ctx;
    if (is_turn(op->code))
        op_remove(op);
}

void expand_turns(Fn *fn)
{
    PtrMap expanded = {.arena = fn->arena};
    walk_ops(fn->body, visit, &expanded);
    replace_uses_map(fn, &expanded);
    walk_ops(fn->body, drop, NULL);
}
