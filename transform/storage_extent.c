/* storage_extent.c: how many iterations a loop nest has at most, computed before it is entered.
 *
 *   for (i = 0; i < n; i++) for (j = i + 1; j < n; j++)   ->   n and n - 1
 *   for (l = 0; l < n; l++) { int rows = B * T; for (r = 0; r < rows; r++)   ->   n and B * T
 */
#include "derivative.h"

static bool is_inside(const Region *r, const Op *loop)
{
    for (; r; r = r->owner ? r->owner->parent : NULL)
        if (r->owner == loop)
            return true;
    return false;
}

static Value *bound(Builder *b, const Value *v, const Op *outermost, int direction);

static int step_sign(const Op *for_op)
{
    int64_t step = for_step(for_op);
    return step > 0 ? 1 : step < 0 ? -1 : 0;
}

/* The largest (direction 1) or smallest (-1) value a counter takes. */
static Value *counter_bound(Builder *b, const Op *for_op, const Op *outermost, int direction)
{
    int sign = step_sign(for_op);
    if (sign == 0)
        return NULL;
    if (sign != direction)
        return bound(b, for_op->args[0], outermost, direction);
    Value *hi = bound(b, for_op->args[1], outermost, direction);
    if (!hi || for_op->cmp == OP_LE || for_op->cmp == OP_GE)
        return hi;
    return build_bin(b, OP_SUB, hi, build_int(b, hi->type, direction));
}

enum { EXACT_DEPTH = 8 };

/* Is v made of what is there before the loop, by arithmetic that a long has too? Then it is the same whenever it is computed. */
static bool is_exact(const Value *v, const Op *outermost, int depth)
{
    const Op *op = v->def;
    if (op && op->code == OP_ICONST)
        return true;
    if (!is_inside(value_region(v), outermost))
        return true;
    if (!op || depth > EXACT_DEPTH || !type_is_int(v->type) || !(type_is_signed(v->type) || v->type->size == 8))
        return false;
    if (op->code == OP_CAST)
        return type_is_int(op->args[0]->type) && op->args[0]->type->size <= v->type->size && is_exact(op->args[0], outermost, depth + 1);
    return (op->code == OP_ADD || op->code == OP_SUB || op->code == OP_MUL) && is_exact(op->args[0], outermost, depth + 1) &&
           is_exact(op->args[1], outermost, depth + 1);
}

/* x * y for numbers from before the loop: as it may be that no iteration asks for it, it must not overflow. */
static Value *exact_product(Builder *b, const Op *op, const Op *outermost)
{
    Type *t = type_scalar(TY_ULONG);
    if (!is_exact(op->results[0], outermost, 0))
        return NULL;
    Value *x = build_cast(b, bound(b, op->args[0], outermost, 1), t), *y = build_cast(b, bound(b, op->args[1], outermost, 1), t);
    return build_cast(b, build_bin(b, OP_MUL, x, y), type_scalar(TY_LONG));
}

static Value *product_bound(Builder *b, const Op *op, const Op *outermost, int direction)
{
    for (int k = 0; k < 2; k++) {
        const Op *c = op->args[k]->def;
        if (!c || c->code != OP_ICONST)
            continue;
        Value *x = bound(b, op->args[1 - k], outermost, c->ival >= 0 ? direction : -direction);
        return x ? build_bin(b, OP_MUL, x, build_int(b, x->type, c->ival)) : NULL;
    }
    return exact_product(b, op, outermost);
}

static Value *bound(Builder *b, const Value *v, const Op *outermost, int direction)
{
    Type *t = type_scalar(TY_LONG);
    const Region *home = v->def ? v->def->parent : v->arg_of;
    const Op *op = v->def;
    if (op && op->code == OP_ICONST)
        return build_int(b, t, op->ival);
    if (!is_inside(home, outermost))
        return build_cast(b, (Value *)v, t);
    if (!op)
        return home->owner->code == OP_FOR && v->index == 0 ? counter_bound(b, home->owner, outermost, direction) : NULL;
    Value *x, *y;
    switch (op->code) {
    case OP_CAST:
        return type_is_int(op->args[0]->type) ? bound(b, op->args[0], outermost, direction) : NULL;
    case OP_ADD:
        x = bound(b, op->args[0], outermost, direction);
        y = x ? bound(b, op->args[1], outermost, direction) : NULL;
        return y ? build_bin(b, OP_ADD, x, y) : NULL;
    case OP_SUB:
        x = bound(b, op->args[0], outermost, direction);
        y = x ? bound(b, op->args[1], outermost, -direction) : NULL;
        return y ? build_bin(b, OP_SUB, x, y) : NULL;
    case OP_MUL:
        return product_bound(b, op, outermost, direction);
    default:
        return NULL;
    }
}

Value *bound_at_entry(Builder *b, const Value *v, const Op *outermost, int direction)
{
    return bound(b, v, outermost, direction);
}

static bool has_constant_step(const Op *for_op)
{
    const Op *step = for_op->args[2]->def;
    return step && step->code == OP_ICONST;
}

Value *extent_at_entry(Builder *b, const Op *for_op, const Op *outermost)
{
    return has_constant_step(for_op) ? extent_at_most(b, for_op, outermost) : NULL;
}

/* How far it is from one end to the other, each by itself. */
static Value *distance(Builder *b, const Op *for_op, const Op *outermost, int sign)
{
    Value *hi = bound(b, for_op->args[1], outermost, sign);
    Value *lo = hi ? bound(b, for_op->args[0], outermost, -sign) : NULL;
    if (!lo)
        return NULL;
    return sign < 0 ? build_bin(b, OP_SUB, lo, hi) : value_is(lo, 0) ? hi : build_bin(b, OP_SUB, hi, lo);
}

Value *extent_at_most(Builder *b, const Op *for_op, const Op *outermost)
{
    int sign = step_sign(for_op);
    if (sign == 0 || (!has_constant_step(for_op) && for_op->cmp == OP_NE))
        return NULL;
    int64_t stride = sign * for_step(for_op); /* 1 where only its sign is known */
    Value *span = span_at_entry(b, for_op, outermost);
    if (!span)
        span = distance(b, for_op, outermost, sign);
    if (!span)
        return NULL;
    Type *t = span->type;
    int64_t extra = (for_op->cmp == OP_LE || for_op->cmp == OP_GE ? 1 : 0) + stride - 1;
    if (extra != 0)
        span = build_bin(b, OP_ADD, span, build_int(b, t, extra));
    if (stride != 1)
        span = build_bin(b, OP_DIV, span, build_int(b, t, stride));
    if (span->def && span->def->code == OP_ICONST)
        return span->def->ival >= 0 ? span : build_int(b, t, 0);
    Value *none = build_int(b, t, 0);
    return build_select(b, build_bin(b, OP_GT, span, none), span, none);
}
