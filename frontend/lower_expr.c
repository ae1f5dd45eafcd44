/* lower_expr.c: the value of an expression; conditions; what && || and ?: make. */
#include "lower.h"

#include <ctype.h>
#include <string.h>

Value *lower_stub(Lower *l, Type *t)
{
    t = lower_type(t);
    if (t->kind == TY_VOID)
        return NULL;
    if (!type_is_scalar(t) && t->kind != TY_OPAQUE)
        return lower_temp(l, t, false);
    Op *op = op_build(&l->b, OP_UNDEF, NULL, 0, 1);
    op->results[0]->type = t;
    return op->results[0];
}

/* A vector, a number of 128 bits: a value of no type that the IR has. */
static bool is_foreign(const Type *t)
{
    return t && t->kind == TY_OPAQUE && !type_is_va_list(t);
}

bool lower_is_foreign(Lower *l, const Expr *e)
{
    const Expr *found = is_foreign(e->type) ? e : e->a && is_foreign(e->a->type) ? e->a : e->b && is_foreign(e->b->type) ? e->b : NULL;
    if (found)
        lower_not_supported(l, e->loc, arena_printf(l->arena, "values of type '%s'", found->type->name));
    return found != NULL;
}

Value *lower_as(Lower *l, Value *v, Type *t)
{
    if (!v || v->type == t)
        return v;
    if (v->def && v->def->code == OP_NULLPTR && t->kind == TY_PTR)
        return build_zero(&l->b, t);
    if (!type_is_scalar(v->type) || !type_is_scalar(t))
        return lower_stub(l, t);
    if (v->def && v->def->code == OP_STRING && t->kind == TY_PTR && t->elem == v->type->elem) {
        v->type = t; /* const char *s = "..": no cast */
        return v;
    }
    return build_cast(&l->b, v, t);
}

Expr *expr_strip(Expr *e)
{
    while (e->kind == EX_CAST)
        e = e->a;
    return e;
}

/* ---------------------------------------------------------------------- conditions */

static bool is_bool_value(const Value *v)
{
    if (!v->def)
        return false;
    OpCode c = v->def->code;
    return op_is_compare(c) || c == OP_LNOT || c == OP_LAND || c == OP_LOR ||
           (c == OP_ICONST && (v->def->ival == 0 || v->def->ival == 1));
}

Value *lower_bool(Lower *l, Value *v)
{
    if (is_bool_value(v) && v->type->kind == TY_INT)
        return v;
    return build_bin(&l->b, OP_NE, v, build_zero(&l->b, v->type));
}

static OpCode opposite(OpCode compare)
{
    switch (compare) {
    case OP_EQ:
        return OP_NE;
    case OP_NE:
        return OP_EQ;
    case OP_LT:
        return OP_GE;
    case OP_LE:
        return OP_GT;
    case OP_GT:
        return OP_LE;
    default:
        return OP_LT;
    }
}

/* As a condition. v was made for this use only, so what it replaces goes: !(a < b) -> a >= b for integers, !!a -> a. */
Value *lower_not(Lower *l, Value *v)
{
    Op *op = v->def;
    if (op && op == (l->b.before ? l->b.before->prev : l->b.region->last)) {
        bool exact = op_is_compare(op->code) && !type_is_float(op->args[0]->type);
        if (exact || op->code == OP_EQ || op->code == OP_NE) {
            op->code = opposite(op->code);
            return v;
        }
        if (op->code == OP_LNOT && op->args[0]->type->kind == TY_INT) {
            op_remove(op);
            return op->args[0];
        }
    }
    return build_un(&l->b, OP_LNOT, v);
}

Value *lower_truth(Lower *l, Expr *e)
{
    if (e->kind == EX_UNARY && e->op == UN_LNOT) {
        Loc outer = l->b.loc;
        l->b.loc = e->loc;
        Value *v = lower_not(l, lower_truth(l, e->a));
        l->b.loc = outer;
        return v;
    }
    if (e->kind == EX_CAST && type_is_int(e->type) && type_is_int(e->a->type) && e->type->size >= e->a->type->size)
        return lower_truth(l, e->a);
    Value *v = lower_expr(l, e);
    return type_is_int(v->type) ? v : lower_bool(l, v);
}

/* ---------------------------------------------------------------------- short circuits */

static bool is_plain_variable(const Expr *e)
{
    while (e->kind == EX_MEMBER && !e->a->type->is_union)
        e = e->a;
    return e->kind == EX_VAR && !e->decl->var->is_volatile && !e->decl->var->is_atomic;
}

static bool is_simple(const Expr *e, int *budget)
{
    int64_t v;
    if (--*budget < 0 || !type_is_scalar(e->type) || type_is_complex(e->type))
        return false;
    switch (e->kind) {
    case EX_INT:
    case EX_FLOAT:
        return true;
    case EX_VAR:
    case EX_MEMBER:
        return is_plain_variable(e);
    case EX_UNARY:
        return (e->op == UN_NEG || e->op == UN_PLUS || e->op == UN_BITNOT || e->op == UN_LNOT) && is_simple(e->a, budget);
    case EX_CAST: /* a float that does not fit an integer: undefined */
        return type_is_scalar(e->a->type) && (type_is_float(e->type) || !type_is_float(e->a->type)) && is_simple(e->a, budget);
    case EX_LOGAND:
    case EX_LOGOR:
        return is_simple(e->a, budget) && is_simple(e->b, budget);
    case EX_BINARY:
        if (e->op == BIN_SHL || e->op == BIN_SHR)
            return false;
        if ((e->op == BIN_DIV || e->op == BIN_REM) && !(expr_const_int(e->b, &v) && v > 0))
            return false;
        return is_simple(e->a, budget) && is_simple(e->b, budget);
    default:
        return false;
    }
}

bool expr_is_simple(const Expr *e)
{
    int budget = 40;
    return is_simple(e, &budget);
}

/* Simple, and its derivative cannot be 0 * inf where the value is not chosen. */
static bool is_selectable(const Expr *e)
{
    if (!type_is_float(e->type))
        return expr_is_simple(e);
    switch (e->kind) {
    case EX_UNARY:
        return (e->op == UN_NEG || e->op == UN_PLUS) && is_selectable(e->a);
    case EX_CAST:
        return type_is_float(e->a->type) ? is_selectable(e->a) : expr_is_simple(e);
    case EX_FLOAT:
    case EX_VAR:
    case EX_MEMBER:
        return expr_is_simple(e);
    default:
        return false;
    }
}

Op *lower_open_if(Lower *l, Value *cond, Builder *then_, Builder *else_)
{
    Op *op = build_if(&l->b, cond);
    Builder *parts[2] = {then_, else_};
    for (int i = 0; i < 2; i++) {
        Builder end = at_end(op->regions[i]);
        end.loc = l->b.loc;
        build_yield(&end, NULL, 0);
        *parts[i] = before_op(op->regions[i]->last);
        parts[i]->loc = l->b.loc;
    }
    return op;
}

Value *lower_if_result(Op *op, Value *then_, Value *else_)
{
    op_add_arg(op->regions[0]->last, then_);
    op_add_arg(op->regions[1]->last, else_);
    return op_add_result(op, then_->type, NULL);
}

Value *lower_logical(Lower *l, Expr *e)
{
    bool and = e->kind == EX_LOGAND;
    Value *a = lower_truth(l, e->a);
    if (expr_is_simple(e->b))
        return build_bin(&l->b, and? OP_LAND : OP_LOR, a, lower_truth(l, e->b));
    Builder outer = l->b, then_, else_;
    Op *op = lower_open_if(l, a, &then_, &else_);
    l->b = and? then_ : else_;
    Value *b = lower_bool(l, lower_truth(l, e->b));
    l->b = outer;
    Value *known = build_int(and? &else_ : &then_, type_scalar(TY_INT), !and);
    return and? lower_if_result(op, b, known) : lower_if_result(op, known, b);
}

/* GNU a ?: c */
static Value *lower_elvis(Lower *l, Expr *e)
{
    Type *t = lower_type(e->type);
    Value *a = lower_expr(l, e->a);
    Builder outer = l->b, then_, else_;
    Op *op = lower_open_if(l, lower_bool(l, a), &then_, &else_);
    l->b = then_;
    Value *v = lower_as(l, a, t);
    l->b = else_;
    Value *c = lower_as(l, lower_expr(l, e->c), t);
    l->b = outer;
    return lower_if_result(op, v, c);
}

Value *lower_conditional(Lower *l, Expr *e)
{
    Type *t = lower_type(e->type);
    if (!e->b)
        return lower_elvis(l, e);
    Value *cond = lower_truth(l, e->a);
    if (t->kind != TY_VOID && is_selectable(e->b) && is_selectable(e->c)) {
        Value *b = lower_as(l, lower_expr(l, e->b), t);
        return build_select(&l->b, cond, b, lower_as(l, lower_expr(l, e->c), t));
    }
    Builder outer = l->b, then_, else_;
    Op *op = lower_open_if(l, cond, &then_, &else_);
    Value *vals[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        Expr *arm = i ? e->c : e->b;
        l->b = i ? else_ : then_;
        if (t->kind == TY_VOID)
            lower_discard(l, arm);
        else
            vals[i] = lower_as(l, lower_expr(l, arm), t);
    }
    l->b = outer;
    return vals[0] && vals[1] ? lower_if_result(op, vals[0], vals[1]) : NULL;
}

/* ---------------------------------------------------------------------- the dispatch */

/* &x */
static Value *lower_address(Lower *l, Expr *e)
{
    Expr *a = e->a;
    if (a->kind == EX_FN)
        return lower_function_address(l, a->decl, e->type);
    Value *v = lower_lvalue(l, a);
    if (a->kind == EX_INDEX)
        decay_to_pointer(v);
    return lower_as(l, v, lower_type(e->type));
}

/* 2.0i is 2.0 * I. */
static Value *lower_imaginary(Lower *l, const Expr *e)
{
    Value *unit = build_float(&l->b, e->type, 0);
    unit->def->text = "I";
    return e->fval == 1 ? unit : build_bin(&l->b, OP_MUL, build_float(&l->b, type_real_of(e->type), e->fval), unit);
}

static Value *lower_float(Lower *l, Expr *e)
{
    if (type_is_complex(e->type))
        return lower_imaginary(l, e);
    Value *v = build_float(&l->b, e->type, e->fval);
    if (e->text && (isalpha((unsigned char)e->text[0]) || e->text[0] == '_')) /* INFINITY, NAN, HUGE_VAL */
        v->def->text = e->text;
    return v;
}

static Value *lower_int(Lower *l, Expr *e)
{
    if (!type_is_int(e->type))
        return lower_stub(l, e->type);
    Value *v = build_int(&l->b, e->type, e->ival);
    v->def->text = e->text;
    return v;
}

static Value *unsupported(Lower *l, Expr *e, const char *what)
{
    lower_unsupported(l, e->loc, "%s", what);
    return lower_stub(l, e->type);
}

static Value *lower_object_value(Lower *l, Expr *e)
{
    if (e->type->kind == TY_RECORD)
        return lower_record(l, e);
    if (e->type->kind == TY_ARRAY)
        return lower_decay(l, e);
    return lower_load(l, lower_lvalue(l, e));
}

static Value *value_of(Lower *l, Expr *e)
{
    Value *v;
    switch (e->kind) {
    case EX_INT:
        return lower_int(l, e);
    case EX_FLOAT:
        return lower_float(l, e);
    case EX_STRING:
        return lower_decay(l, e);
    case EX_FN:
        return lower_function_address(l, e->decl, type_ptr(e->type));
    case EX_UNARY:
        if (e->op == UN_DEREF)
            return e->type->kind == TY_FUNC ? lower_expr(l, e->a) : lower_object_value(l, e);
        if (e->op == UN_ADDR)
            return lower_address(l, e);
        return e->op >= UN_PREINC && e->op <= UN_POSTDEC ? lower_step(l, e) : lower_unary(l, e);
    case EX_BINARY:
        return lower_binary(l, e);
    case EX_LOGAND:
    case EX_LOGOR:
        return lower_logical(l, e);
    case EX_ASSIGN:
        return e->type->kind == TY_RECORD ? lower_record(l, e) : lower_assign(l, e);
    case EX_COMPOUND:
        return lower_compound(l, e);
    case EX_COND:
        return e->type->kind == TY_RECORD ? lower_record(l, e) : lower_conditional(l, e);
    case EX_COMMA:
        lower_discard(l, e->a);
        return lower_expr(l, e->b);
    case EX_CAST:
        return lower_cast(l, e);
    case EX_DECAY:
        if (e->a->type->kind == TY_FUNC)
            return e->a->kind == EX_FN ? lower_function_address(l, e->a->decl, e->type) : lower_expr(l, e->a);
        v = lower_decay(l, e->a);
        decay_to_pointer(v);
        return lower_as(l, v, lower_type(e->type));
    case EX_CALL:
        return lower_call(l, e, NULL);
    case EX_SIZEOF:
        return lower_sizeof(l, e);
    case EX_STMT_EXPR:
        return lower_stmt_expr(l, e);
    case EX_INIT:
        return e->type->kind == TY_RECORD ? lower_record(l, e)
               : e->nargs && e->args[0]   ? lower_expr(l, e->args[0])
                                          : build_zero(&l->b, e->type);
    case EX_VAR:
    case EX_INDEX:
    case EX_MEMBER:
    case EX_COMPOUND_LIT:
        return lower_object_value(l, e);
    case EX_UNSUPPORTED:
        lower_not_supported(l, e->loc, e->text);
        return lower_stub(l, e->type);
    }
    return unsupported(l, e, "this expression is not supported");
}

Value *lower_expr(Lower *l, Expr *e)
{
    Loc outer = l->b.loc;
    l->b.loc = e->loc;
    Value *v = l->dims.n ? ptrmap_get(&l->dims, e) : NULL;
    if (v) /* a dimension keeps the value it had at the declaration */
        ;
    else if (lower_is_foreign(l, e))
        v = lower_stub(l, e->type);
    else
        v = value_of(l, e);
    l->b.loc = outer;
    return v;
}

void lower_discard(Lower *l, Expr *e)
{
    Loc outer = l->b.loc;
    l->b.loc = e->loc;
    if (e->kind == EX_CAST && e->type->kind == TY_VOID)
        lower_discard(l, e->a);
    else if (type_is_scalar(e->type) && expr_is_simple(e))
        ;
    else if (e->type->kind == TY_ARRAY)
        lower_lvalue(l, e);
    else
        lower_expr(l, e);
    l->b.loc = outer;
}
