/* lower_arith.c: arithmetic, conversions, compound assignment, ++ and --. */
#include "lower.h"

#include <string.h>

static const OpCode bin_code[] = {
    [BIN_ADD] = OP_ADD, [BIN_SUB] = OP_SUB, [BIN_MUL] = OP_MUL, [BIN_DIV] = OP_DIV, [BIN_REM] = OP_REM, [BIN_AND] = OP_AND,
    [BIN_OR] = OP_OR,   [BIN_XOR] = OP_XOR, [BIN_SHL] = OP_SHL, [BIN_SHR] = OP_SHR, [BIN_EQ] = OP_EQ,   [BIN_NE] = OP_NE,
    [BIN_LT] = OP_LT,   [BIN_LE] = OP_LE,   [BIN_GT] = OP_GT,   [BIN_GE] = OP_GE,
};

/* ---------------------------------------------------------------------- objects */

static void check_access(Lower *l, const Value *addr)
{
    if (addr->type->elem_volatile && type_is_float(addr->type->elem))
        lower_unsupported(l, l->b.loc, "a volatile floating object is read or written here; use an ordinary one");
}

/* A const member that is initialised is written through a cast of its address, which a bit-field does not have. */
void lower_check_write(Lower *l, const Value *addr)
{
    check_access(l, addr);
    if (!addr->def || addr->def->code != OP_FIELD)
        return;
    const Field *f = &addr->def->args[0]->type->elem->fields[addr->def->ival];
    if (f->bit_width && f->is_const)
        lower_unsupported(l, l->b.loc, "the const bit-field '%s' is initialised here; declare it without const", f->name ? f->name : "");
}

Value *lower_load(Lower *l, Value *addr)
{
    if (!type_is_scalar(addr->type->elem)) {
        const char *name = type_spelling(addr->type->elem);
        bool list = !strcmp(name, "va_list");
        lower_unsupported(l, l->b.loc, "a value of type '%s' cannot be used here%s", name,
                          list ? "; take the arguments in this function, or pass an array" : "");
        return lower_stub(l, type_scalar(TY_INT));
    }
    check_access(l, addr);
    return build_load(&l->b, addr);
}

void lower_store(Lower *l, Value *addr, Value *v)
{
    lower_check_write(l, addr);
    if (v && type_is_scalar(addr->type->elem))
        build_store(&l->b, addr, lower_as(l, v, addr->type->elem));
    else
        lower_unsupported(l, l->b.loc, "an object of type '%s' cannot be assigned by adgen", type_spelling(addr->type->elem));
}

/* ---------------------------------------------------------------------- operators */

/* GNU __real__ z, __imag__ z. */
static Value *lower_part(Lower *l, Expr *e)
{
    Value *v = lower_expr(l, e->a);
    if (type_is_complex(v->type))
        return build_un(&l->b, e->op == UN_REAL ? OP_CREAL : OP_CIMAG, v);
    return e->op == UN_REAL ? v : build_zero(&l->b, v->type);
}

Value *lower_unary(Lower *l, Expr *e)
{
    if (e->op == UN_LNOT)
        return build_un(&l->b, OP_LNOT, lower_truth(l, e->a));
    if (e->op == UN_REAL || e->op == UN_IMAG)
        return lower_part(l, e);
    Value *v = lower_as(l, lower_expr(l, e->a), e->type);
    if (e->op == UN_BITNOT && type_is_complex(v->type))
        return build_un(&l->b, OP_CONJ, v);
    if (e->op == UN_PLUS)
        return v;
    Op *literal = v->def;
    if (e->op == UN_NEG && literal && literal->code == OP_ICONST && !literal->text && literal->ival > 0 &&
        literal->ival <= INT32_MAX && type_is_signed(v->type))
        return build_int(&l->b, v->type, -literal->ival);
    if (e->op == UN_NEG && literal && literal->code == OP_FCONST && !literal->text && type_is_float(v->type))
        return build_float(&l->b, v->type, -literal->fval);
    return build_un(&l->b, e->op == UN_NEG ? OP_NEG : OP_BITNOT, v);
}

static Value *negated_index(Lower *l, Value *i)
{
    if (!type_is_signed(i->type) || i->type->size < 4)
        i = build_cast(&l->b, i, type_scalar(TY_LONG));
    if (i->def && i->def->code == OP_ICONST && !i->def->text)
        return build_int(&l->b, i->type, -i->def->ival);
    return build_un(&l->b, OP_NEG, i);
}

/* v as an operand of arithmetic in type t: beside a complex number a real one stays real. */
static Value *operand_as(Lower *l, Value *v, Type *t)
{
    return lower_as(l, v, type_is_complex(v->type) ? t : type_real_of(t));
}

/* The operand, without its implicit conversion to a complex number: C's arithmetic does not do it (C11 G.5.1). */
static Value *lower_operand(Lower *l, Expr *e)
{
    bool widened = e->kind == EX_CAST && !e->explicit_cast && type_is_complex(e->type) && !type_is_complex(e->a->type);
    return widened ? lower_as(l, lower_expr(l, e->a), type_real_of(e->type)) : lower_expr(l, e);
}

/* x op y in type t (shifts: t is x's). Pointers: x + y, x - y with an integer y, where `of` is the pointer's expression. */
static Value *arithmetic(Lower *l, BinaryOp op, Value *x, Value *y, Type *t, Expr *of)
{
    if (x->type->kind == TY_PTR && (op == BIN_ADD || op == BIN_SUB) && type_is_int(y->type))
        return lower_index(l, x, op == BIN_SUB ? negated_index(l, y) : y, of);
    return build_bin(&l->b, bin_code[op], operand_as(l, x, t), operand_as(l, y, t));
}

static Value *lower_complex_binary(Lower *l, BinaryOp op, Value *x, Value *y, Type *t)
{
    if (op >= BIN_EQ)
        t = type_is_complex(x->type) ? x->type : y->type;
    if (!type_is_differentiable(x->type) || !type_is_differentiable(y->type) || !type_is_complex(t))
        return lower_stub(l, t);
    x = operand_as(l, x, t);
    return build_bin(&l->b, bin_code[op], x, operand_as(l, y, t));
}

Value *lower_binary(Lower *l, Expr *e)
{
    Value *x = lower_operand(l, e->a);
    Value *y = lower_operand(l, e->b);
    BinaryOp op = (BinaryOp)e->op;
    if (!x || !y)
        return lower_stub(l, e->type);
    if (type_is_complex(x->type) || type_is_complex(y->type))
        return lower_complex_binary(l, op, x, y, e->type);
    if (op >= BIN_EQ)
        return build_bin(&l->b, bin_code[op], x, lower_as(l, y, x->type));
    if (x->type->kind == TY_PTR && y->type->kind == TY_PTR && op == BIN_SUB)
        return lower_pointer_difference(l, x, y, e->a);
    if (x->type->kind != TY_PTR && y->type->kind == TY_PTR)
        return lower_index(l, y, x, e->b);
    return arithmetic(l, op, x, y, e->type, e->a);
}

static bool is_bit_field(const Expr *e)
{
    return e->kind == EX_MEMBER && e->a->type->kind == TY_RECORD && e->a->type->fields[e->field].bit_width > 0;
}

Value *lower_assigned(Lower *l, Expr *to, Value *addr, Value *v)
{
    lower_store(l, addr, v);
    return is_bit_field(to) ? lower_load(l, addr) : v;
}

/* GNU __real__ z = v, __imag__ z = v. */
static bool is_part(const Expr *e)
{
    return e->kind == EX_UNARY && (e->op == UN_REAL || e->op == UN_IMAG) && type_is_complex(e->a->type);
}

static void store_part(Lower *l, const Expr *part, Value *addr, Value *old, Value *v)
{
    Value *args[2] = {v, v};
    int other = part->op == UN_REAL;
    args[other] = build_un(&l->b, other ? OP_CIMAG : OP_CREAL, old);
    lower_store(l, addr, build_math(&l->b, OP_CMPLX, type_real_of(old->type), args)->results[0]);
}

Value *lower_assign(Lower *l, Expr *e)
{
    Value *addr = lower_lvalue(l, is_part(e->a) ? e->a->a : e->a);
    if (is_part(e->a)) {
        Value *part = lower_as(l, lower_expr(l, e->b), type_real_of(addr->type->elem));
        store_part(l, e->a, addr, lower_load(l, addr), part);
        return part;
    }
    Value *v = lower_as(l, lower_expr(l, e->b), addr->type->elem);
    return lower_assigned(l, e->a, addr, v);
}

/* a op= b: the right side first, so that a call in it may change a; as gcc and clang do. */
Value *lower_compound(Lower *l, Expr *e)
{
    Value *addr = lower_lvalue(l, is_part(e->a) ? e->a->a : e->a);
    Value *y = lower_operand(l, e->b);
    Value *old = lower_load(l, addr);
    Value *x = is_part(e->a) ? build_un(&l->b, e->a->op == UN_REAL ? OP_CREAL : OP_CIMAG, old) : old;
    Type *t = x->type;
    if (t->kind == TY_PTR)
        return lower_assigned(l, e->a, addr, arithmetic(l, (BinaryOp)e->op, x, y, t, e->a));
    Type *comp = e->comp_type ? e->comp_type : e->type;
    if (type_is_complex(comp))
        x = operand_as(l, x, comp);
    else
        x = build_cast(&l->b, x, comp);
    Value *v = build_cast(&l->b, arithmetic(l, (BinaryOp)e->op, x, y, comp, e->a), t);
    if (!is_part(e->a))
        return lower_assigned(l, e->a, addr, v);
    store_part(l, e->a, addr, old, v);
    return v;
}

Value *lower_step(Lower *l, Expr *e)
{
    bool up = e->op == UN_PREINC || e->op == UN_POSTINC, post = e->op == UN_POSTINC || e->op == UN_POSTDEC;
    Value *addr = lower_lvalue(l, e->a);
    Value *old = lower_load(l, addr);
    Type *t = old->type, *integer = type_scalar(TY_INT);
    Value *next;
    if (t->kind == TY_PTR) {
        next = lower_index(l, old, build_int(&l->b, integer, up ? 1 : -1), e->a);
    } else {
        Type *comp = type_is_int(t) && t->size < integer->size ? integer : t;
        Value *one = type_is_int(comp) ? build_int(&l->b, comp, 1) : build_float(&l->b, type_real_of(comp), 1);
        next = build_cast(&l->b, build_bin(&l->b, up ? OP_ADD : OP_SUB, build_cast(&l->b, old, comp), one), t);
    }
    next = lower_assigned(l, e->a, addr, next);
    return post ? old : next;
}

/* ---------------------------------------------------------------------- conversions */

/* A literal's conversion that cannot lose anything is done here: `double x = 0`. NULL: not such. */
static Value *convert_literal(Lower *l, Expr *from, Type *to)
{
    int64_t v;
    if (type_is_complex(to)) {
        Value *part = type_is_complex(from->type) ? NULL : convert_literal(l, from->kind == EX_CAST ? from->a : from, type_real_of(to));
        bool known = part && part->def && part->def->code == OP_FCONST && !part->def->text;
        return known ? build_float(&l->b, to, part->def->fval) : NULL;
    }
    if (from->kind == EX_INT && from->text)
        return NULL;
    if ((from->kind == EX_INT || from->kind == EX_UNARY) && expr_const_int(from, &v) && v >= INT32_MIN && v <= INT32_MAX) {
        if (type_is_int(to) && to->size >= 4 && (v >= 0 || type_is_signed(to)))
            return build_int(&l->b, to, v);
        if (type_is_float(to) && (to->kind != TY_F32 || (v > -(1 << 24) && v < 1 << 24)))
            return build_float(&l->b, to, v);
    }
    if (from->kind == EX_FLOAT && type_is_float(from->type) && type_is_float(to)) {
        Value *literal = lower_expr(l, from);
        return literal->def->text ? build_cast(&l->b, literal, to) : build_float(&l->b, to, literal->def->fval);
    }
    return NULL;
}

Value *lower_cast(Lower *l, Expr *e)
{
    Type *to = lower_type(e->type);
    if (to->kind == TY_VOID) {
        lower_discard(l, e->a);
        return NULL;
    }
    if (to->kind == TY_RECORD)
        return lower_record(l, e->a);
    if (to->kind == TY_PTR && to->elem->size && is_alloca_call(expr_strip(e->a)))
        return lower_as(l, lower_alloca(l, expr_strip(e->a), to->elem), to);
    Value *literal = convert_literal(l, e->a, to);
    if (literal)
        return literal;
    Value *v = lower_expr(l, e->a);
    if (!v || !type_is_scalar(to))
        return lower_stub(l, e->type);
    if (to->kind == TY_PTR && v->def && v->def->code == OP_ICONST && v->def->ival == 0)
        return build_zero(&l->b, to);
    if (to->kind == TY_BOOL && v->type->kind == TY_PTR)
        return build_cast(&l->b, lower_bool(l, v), to);
    if (v->def && v->def->code == OP_FCONST && v->def->text && type_is_complex(v->type) && type_is_complex(to)) {
        v->type = to; /* I is a float constant that arithmetic widens */
        return v;
    }
    return lower_as(l, v, to);
}
