/* clang_operator.c: unary, binary, assigning and conditional operators. */
#include "clang_reader.h"

static Expr *address_of(Reader *r, Expr *a, const Type *like, Loc loc)
{
    if (a->type->kind == TY_FUNC)
        return expr_decay(r, a, NULL);
    bool same = like->kind == TY_PTR;
    Expr *e = expr_new(r, EX_UNARY, type_ptr_q(a->type, same && like->elem_const, same && like->elem_volatile), loc);
    e->op = UN_ADDR;
    e->a = a;
    return e;
}

static int unary_op(enum CXUnaryOperatorKind k)
{
    switch (k) {
    case CXUnaryOperator_PostInc:
        return UN_POSTINC;
    case CXUnaryOperator_PostDec:
        return UN_POSTDEC;
    case CXUnaryOperator_PreInc:
        return UN_PREINC;
    case CXUnaryOperator_PreDec:
        return UN_PREDEC;
    case CXUnaryOperator_AddrOf:
        return UN_ADDR;
    case CXUnaryOperator_Deref:
        return UN_DEREF;
    case CXUnaryOperator_Plus:
        return UN_PLUS;
    case CXUnaryOperator_Minus:
        return UN_NEG;
    case CXUnaryOperator_Not:
        return UN_BITNOT;
    case CXUnaryOperator_LNot:
        return UN_LNOT;
    case CXUnaryOperator_Real:
        return UN_REAL;
    case CXUnaryOperator_Imag:
        return UN_IMAG;
    default:
        return -1;
    }
}

Expr *read_unary(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    enum CXUnaryOperatorKind kind = clang_getCursorUnaryOperatorKind(c);
    if (kids.n != 1)
        return expr_unsupported(r, t, loc, "this unary operator");
    Expr *a = read_expr(r, kids.at[0]);
    int op = unary_op(kind);
    if (kind == CXUnaryOperator_Extension || a->kind == EX_UNSUPPORTED)
        return a;
    if (op < 0)
        return expr_unsupported(r, t, loc, "this unary operator");
    if (op == UN_ADDR)
        return address_of(r, a, t, loc);
    Expr *e = expr_new(r, EX_UNARY, t, loc);
    e->op = op;
    e->a = a;
    if (op == UN_DEREF && a->type->kind == TY_PTR)
        e->type = a->type->elem;
    else if (op >= UN_PREINC && op <= UN_POSTDEC)
        e->type = a->type;
    return e;
}

/* The arithmetic operator of both `a + b` and `a += b`; -1: none. */
static int binary_op(enum CXBinaryOperatorKind k)
{
    switch (k) {
    case CXBinaryOperator_Mul:
    case CXBinaryOperator_MulAssign:
        return BIN_MUL;
    case CXBinaryOperator_Div:
    case CXBinaryOperator_DivAssign:
        return BIN_DIV;
    case CXBinaryOperator_Rem:
    case CXBinaryOperator_RemAssign:
        return BIN_REM;
    case CXBinaryOperator_Add:
    case CXBinaryOperator_AddAssign:
        return BIN_ADD;
    case CXBinaryOperator_Sub:
    case CXBinaryOperator_SubAssign:
        return BIN_SUB;
    case CXBinaryOperator_Shl:
    case CXBinaryOperator_ShlAssign:
        return BIN_SHL;
    case CXBinaryOperator_Shr:
    case CXBinaryOperator_ShrAssign:
        return BIN_SHR;
    case CXBinaryOperator_And:
    case CXBinaryOperator_AndAssign:
        return BIN_AND;
    case CXBinaryOperator_Xor:
    case CXBinaryOperator_XorAssign:
        return BIN_XOR;
    case CXBinaryOperator_Or:
    case CXBinaryOperator_OrAssign:
        return BIN_OR;
    case CXBinaryOperator_LT:
        return BIN_LT;
    case CXBinaryOperator_GT:
        return BIN_GT;
    case CXBinaryOperator_LE:
        return BIN_LE;
    case CXBinaryOperator_GE:
        return BIN_GE;
    case CXBinaryOperator_EQ:
        return BIN_EQ;
    case CXBinaryOperator_NE:
        return BIN_NE;
    default:
        return -1;
    }
}

static Expr *read_arithmetic(Reader *r, Expr *e, int op, Expr *a, Expr *b)
{
    if (op < 0)
        return expr_unsupported(r, e->type, e->loc, "this binary operator");
    e->kind = EX_BINARY;
    e->op = op;
    if (op == BIN_ADD && b->type->kind == TY_PTR) { /* i + p */
        Expr *swap = a;
        a = b;
        b = swap;
    }
    if ((op == BIN_ADD || op == BIN_SUB) && a->type->kind == TY_PTR && b->type->kind != TY_PTR)
        e->type = a->type;
    e->a = a;
    e->b = b;
    return e;
}

Expr *read_binary(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(c);
    if (kids.n != 2)
        return expr_unsupported(r, t, loc, "this binary operator");
    if (kind == CXBinaryOperator_Comma) {
        Expr *assertion = read_assert(r, kids.at[1]); /* its left side only checks the syntax */
        if (assertion)
            return assertion;
    }
    Expr *a = read_expr(r, kids.at[0]), *b = read_expr(r, kids.at[1]);
    Expr *e = expr_new(r, EX_COMMA, t, loc);
    e->a = a;
    e->b = b;
    switch (kind) {
    case CXBinaryOperator_Comma:
        e->type = b->type;
        return e;
    case CXBinaryOperator_Assign:
        e->kind = EX_ASSIGN;
        e->type = a->type;
        e->b = coerce(r, b, a->type);
        return e;
    case CXBinaryOperator_LAnd:
        e->kind = EX_LOGAND;
        return e;
    case CXBinaryOperator_LOr:
        e->kind = EX_LOGOR;
        return e;
    default:
        return read_arithmetic(r, e, binary_op(kind), a, b);
    }
}

/* A bit-field narrower than int promotes to int even where its type is unsigned. */
static Type *promoted_operand(const Expr *a)
{
    if (a->kind == EX_MEMBER && type_is_int(a->type)) {
        int width = a->a->type->fields[a->field].bit_width;
        if (width > 0 && width < 32 && a->type->size <= 4)
            return type_scalar(TY_INT);
    }
    return promoted(a->type);
}

/* libclang converts the right side only; the left side's promotion is hidden. */
Expr *read_compound(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    int op = binary_op(clang_getCursorBinaryOperatorKind(c));
    if (kids.n != 2 || op < 0)
        return expr_unsupported(r, t, loc, "this compound assignment");
    Expr *e = expr_new(r, EX_COMPOUND, t, loc);
    e->op = op;
    e->a = read_expr(r, kids.at[0]);
    e->b = read_expr(r, kids.at[1]);
    e->type = e->a->type;
    if (e->type->kind == TY_PTR)
        e->comp_type = e->type;
    else if (op == BIN_SHL || op == BIN_SHR)
        e->comp_type = promoted_operand(e->a);
    else
        e->comp_type = usual_arithmetic(promoted_operand(e->a), e->b->type);
    if (op != BIN_SHL && op != BIN_SHR && type_is_int(e->comp_type))
        e->b = coerce(r, e->b, e->comp_type);
    return e;
}

/* An operand whose type libclang may give as a declared array: what is no lvalue is a pointer by now. */
static Type *rvalue_type(Reader *r, CXCursor c)
{
    Type *t = read_type(r, clang_getCursorType(c));
    return t->kind == TY_ARRAY ? type_ptr_q(t->elem, cx_is_const(clang_getCursorType(c)), false) : t;
}

/* `a ? b : c`; GNU `a ?: c` comes with four children, of which the second and third stand for a. */
Expr *read_conditional(Reader *r, CXCursor c, Loc loc)
{
    Expr *assertion = read_assert(r, c);
    if (assertion)
        return assertion;
    Kids kids = cursor_kids(r, c);
    Expr *e = expr_new(r, EX_COND, rvalue_type(r, c), loc);
    if (kids.n != 3 && kids.n != 4)
        return expr_unsupported(r, e->type, loc, "this conditional");
    e->a = read_expr(r, kids.at[0]);
    if (kids.n == 3)
        e->b = coerce(r, read_expr(r, kids.at[1]), e->type);
    e->c = coerce(r, read_expr(r, kids.at[kids.n - 1]), e->type);
    if (e->b && same_shape(e->b->type, e->type))
        e->type = e->b->type; /* VLAs: the operand knows the dimensions */
    return e;
}
