/* clang_expr.c: expressions, with every conversion explicit.
 *
 * libclang shows an implicit conversion as an UnexposedExpr whose kind it does not tell: it follows from the child's type and its own.
 * Types of lvalues come from our declarations rather than from libclang, which shows array parameters as arrays and drops the
 * dimensions of VLAs. */
#include "clang_reader.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- building */

Expr *expr_new(Reader *r, ExprKind kind, Type *type, Loc loc)
{
    Expr *e = arena_alloc(r->arena, sizeof *e);
    e->kind = kind;
    e->type = type;
    e->loc = loc;
    return e;
}

Expr *expr_unsupported(Reader *r, Type *type, Loc loc, const char *what)
{
    Expr *e = expr_new(r, EX_UNSUPPORTED, type, loc);
    e->text = what;
    return e;
}

Expr *expr_int(Reader *r, Type *type, int64_t value, Loc loc)
{
    Expr *e = expr_new(r, EX_INT, type, loc);
    e->ival = value;
    return e;
}

static Expr *unary(Reader *r, ExprKind kind, Type *type, Expr *a)
{
    Expr *e = expr_new(r, kind, type, a->loc);
    e->a = a;
    return e;
}

/* Array or function to pointer. `like` is the pointer type that libclang gives, for its qualifiers. */
static Expr *decay(Reader *r, Expr *e, const Type *like)
{
    if (e->type->kind == TY_FUNC) {
        if (e->kind == EX_UNARY && e->op == UN_DEREF) /* *f of a pointer to function is f again */
            return e->a;
        return unary(r, EX_DECAY, type_ptr(e->type), e);
    }
    bool same = like && like->kind == TY_PTR;
    return unary(r, EX_DECAY, type_ptr_q(e->type->elem, same && like->elem_const, same && like->elem_volatile), e);
}

static Expr *cast(Reader *r, Expr *e, Type *t)
{
    /* NULL: (T *)(void *)0 is (T *)0 */
    if (t->kind == TY_PTR && e->kind == EX_CAST && e->type->kind == TY_PTR && e->a->kind == EX_INT && e->a->ival == 0)
        e = e->a;
    return unary(r, EX_CAST, t, e);
}

static bool points_to_unsized(const Type *t)
{
    if (t->kind != TY_PTR)
        return false;
    while (t->kind == TY_PTR || (t->kind == TY_ARRAY && t->count >= 0))
        t = t->elem;
    return t->kind == TY_ARRAY;
}

Expr *coerce(Reader *r, Expr *e, Type *t)
{
    if (e->type == t || e->kind == EX_UNSUPPORTED)
        return e;
    if (t->kind == TY_ARRAY && e->type->kind == TY_PTR) /* a parameter's type as declared */
        t = type_ptr(t->elem);
    bool pointer_like = t->kind == TY_PTR || type_is_va_list(t);
    if (pointer_like && ((e->type->kind == TY_ARRAY && !type_is_va_list(e->type)) || e->type->kind == TY_FUNC))
        e = decay(r, e, t);
    if (e->type == t || e->type->kind == TY_RECORD || t->kind == TY_ARRAY)
        return e;
    if (points_to_unsized(e->type) && e->type->elem_const == t->elem_const && same_shape(e->type, t))
        return e; /* VLAs: the child knows the dimensions */
    return cast(r, e, t);
}

/* An operand whose type libclang may give as a declared array: what is no lvalue is a pointer by now. */
static Type *rvalue_type(Reader *r, CXCursor c)
{
    Type *t = read_type(r, clang_getCursorType(c));
    return t->kind == TY_ARRAY ? type_ptr_q(t->elem, cx_is_const(clang_getCursorType(c)), false) : t;
}

/* ---------------------------------------------------------------------- literals */

bool evaluate_int(CXCursor c, int64_t *value)
{
    CXEvalResult result = clang_Cursor_Evaluate(c);
    if (!result)
        return false;
    bool is_int = clang_EvalResult_getKind(result) == CXEval_Int;
    if (is_int)
        *value = clang_EvalResult_isUnsignedInt(result) ? (int64_t)clang_EvalResult_getAsUnsigned(result)
                                                        : clang_EvalResult_getAsLongLong(result);
    clang_EvalResult_dispose(result);
    return is_int;
}

static Expr *read_int(Reader *r, CXCursor c, Type *t, Loc loc)
{
    int64_t value;
    return evaluate_int(c, &value) ? expr_int(r, t, value, loc) : expr_unsupported(r, t, loc, "an integer constant of this type");
}

static double evaluate_double(CXCursor c)
{
    CXEvalResult result = clang_Cursor_Evaluate(c);
    double value = result && clang_EvalResult_getKind(result) == CXEval_Float ? clang_EvalResult_getAsDouble(result) : 0;
    if (result)
        clang_EvalResult_dispose(result);
    return value;
}

static Expr *read_float(Reader *r, CXCursor c, Type *t, Loc loc)
{
    if (!type_is_float(t))
        return expr_unsupported(r, t, loc, arena_printf(r->arena, "a constant of type %s", type_spelling(t)));
    Expr *e = expr_new(r, EX_FLOAT, t, loc);
    double value = evaluate_double(c);
    e->fval = value;
    const char *text = t->kind == TY_F80 ? float_text(r, c) : literal_text(r, c);
    if (!text && t->kind == TY_F80)
        return expr_unsupported(r, t, loc, "a long double constant whose digits come out of a macro");
    if (!text)
        return e;
    long double exact = t->kind == TY_F80   ? strtold(text, NULL)
                        : t->kind == TY_F32 ? (long double)strtof(text, NULL)
                                            : (long double)strtod(text, NULL);
    if ((double)exact == value || t->kind == TY_F80) {
        e->fval = exact;
        e->text = text;
    }
    return e;
}

/* 1.0i: the imaginary part as an EX_FLOAT of complex type. */
static Expr *read_imaginary(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    if (!type_is_complex(t) || kids.n != 1)
        return expr_unsupported(r, t, loc, "an imaginary constant of this type");
    Expr *part = read_expr(r, kids.at[0]);
    Expr *e = expr_new(r, EX_FLOAT, t, loc);
    e->fval = part->kind == EX_INT ? (long double)part->ival : part->fval;
    return e;
}

static Expr *read_string(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Expr *e = expr_new(r, EX_STRING, t, loc);
    e->text = take_string(r->arena, clang_getCursorSpelling(c));
    return e;
}

/* ---------------------------------------------------------------------- names */

static Expr *read_name(Reader *r, CXCursor c, Type *t, Loc loc)
{
    CXCursor ref = clang_getCursorReferenced(c);
    switch (clang_getCursorKind(ref)) {
    case CXCursor_EnumConstantDecl: {
        Expr *e = expr_int(r, t, clang_getEnumConstantDeclValue(ref), loc);
        e->text = take_string(r->arena, clang_getCursorSpelling(ref));
        return e;
    }
    case CXCursor_FunctionDecl: {
        Decl *d = decl_of_fn(r, ref);
        Expr *e = expr_new(r, EX_FN, d->ctype, loc);
        e->decl = d;
        return e;
    }
    case CXCursor_VarDecl:
    case CXCursor_ParmDecl: {
        Decl *d = ptrmap_get(&r->decls, ref.data[0]);
        if (!d && clang_getCursorLinkage(ref) == CXLinkage_NoLinkage)
            return expr_unsupported(r, t, loc, "a variable or parameter of another declaration");
        if (!d)
            d = decl_of_var(r, ref);
        Expr *e = expr_new(r, EX_VAR, d->ctype, loc);
        e->decl = d;
        return e;
    }
    default:
        return expr_unsupported(r, t, loc,
                                arena_printf(r->arena, "the name '%s'", take_string(r->scratch, clang_getCursorSpelling(c))));
    }
}

/* ---------------------------------------------------------------------- members and elements */

static bool find_field(const Type *record, const char *name, int *path, int depth, int *length)
{
    for (int i = 0; i < record->nfields && depth < 16; i++) {
        const Field *f = &record->fields[i];
        path[depth] = i;
        *length = depth + 1;
        if (f->name ? !strcmp(f->name, name) : f->type->kind == TY_RECORD && find_field(f->type, name, path, depth + 1, length))
            return true;
    }
    return false;
}

static Expr *member(Reader *r, Expr *base, int field, Loc loc)
{
    Expr *e = expr_new(r, EX_MEMBER, base->type->fields[field].type, loc);
    e->a = base;
    e->field = field;
    return e;
}

/* a.x or a->x; members of anonymous structs and unions are found through them: a.<anonymous>.x. */
static Expr *read_member(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    if (!kids.n || !clang_isExpression(clang_getCursorKind(kids.at[0])))
        return expr_unsupported(r, t, loc, "a member without its object");
    Expr *e = read_expr(r, kids.at[0]);
    if (e->kind == EX_UNSUPPORTED)
        return e;
    if (e->type->kind == TY_PTR) {
        e = unary(r, EX_UNARY, e->type->elem, e);
        e->op = UN_DEREF;
    }
    int path[16], length = 0;
    const char *name = take_string(r->scratch, clang_getCursorSpelling(c));
    if (e->type->kind != TY_RECORD || !find_field(e->type, name, path, 0, &length))
        return expr_unsupported(r, t, loc, arena_printf(r->arena, "the member '%s' of %s", name, type_spelling(e->type)));
    for (int i = 0; i < length; i++)
        e = member(r, e, path[i], loc);
    return e;
}

static Expr *read_subscript(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    if (kids.n != 2)
        return expr_unsupported(r, t, loc, "this subscript");
    Expr *a = read_expr(r, kids.at[0]), *b = read_expr(r, kids.at[1]);
    if (type_is_int(a->type)) { /* i[a] */
        Expr *swap = a;
        a = b;
        b = swap;
    }
    if (a->kind == EX_UNSUPPORTED || a->type->kind != TY_PTR)
        return a->kind == EX_UNSUPPORTED ? a : expr_unsupported(r, t, loc, "a subscript of a vector type");
    Expr *e = expr_new(r, EX_INDEX, a->type->elem, loc);
    e->a = a;
    e->b = b;
    return e;
}

/* ---------------------------------------------------------------------- operators */

static Expr *address_of(Reader *r, Expr *a, const Type *like, Loc loc)
{
    if (a->type->kind == TY_FUNC)
        return decay(r, a, NULL);
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

static Expr *read_unary(Reader *r, CXCursor c, Type *t, Loc loc)
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

static Expr *read_binary(Reader *r, CXCursor c, Type *t, Loc loc)
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
static Expr *read_compound(Reader *r, CXCursor c, Type *t, Loc loc)
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

/* `a ? b : c`; GNU `a ?: c` comes with four children, of which the second and third stand for a. */
static Expr *read_conditional(Reader *r, CXCursor c, Loc loc)
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

/* ---------------------------------------------------------------------- conversions */

static Expr *last_operand(Reader *r, const Kids *kids)
{
    return kids->n && clang_isExpression(clang_getCursorKind(kids->at[kids->n - 1])) ? read_expr(r, kids->at[kids->n - 1]) : NULL;
}

/* (T)a: children are what T names (its type, dimensions of VLAs innermost first), then a. */
static Expr *read_cast(Reader *r, CXCursor c, Loc loc)
{
    Kids kids = cursor_kids(r, c), dims = {.at = kids.at};
    Expr *a = last_operand(r, &kids);
    for (int i = 0; i < kids.n - 1; i++)
        if (clang_isExpression(clang_getCursorKind(kids.at[i])))
            dims.at[dims.n++] = kids.at[i];
    Type *t = read_written_type(r, clang_getCursorType(c), &dims);
    if (!a)
        return expr_unsupported(r, t, loc, "this cast");
    if (a->kind == EX_UNSUPPORTED || a->type->kind == TY_RECORD || t->kind == TY_RECORD)
        return a->kind == EX_UNSUPPORTED || a->type == t || t->kind == TY_VOID ? a
                                                                               : expr_unsupported(r, t, loc, "a cast to a union");
    if (t->kind == TY_PTR && (a->type->kind == TY_ARRAY || a->type->kind == TY_FUNC))
        a = decay(r, a, t);
    Expr *e = cast(r, a, t);
    e->explicit_cast = true;
    e->loc = loc;
    return e;
}

static Expr *read_unexposed(Reader *r, CXCursor c, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    Type *t = read_type(r, clang_getCursorType(c));
    if (kids.n == 4)
        return read_conditional(r, c, loc);
    if (kids.n != 1 || !clang_isExpression(clang_getCursorKind(kids.at[0]))) {
        int64_t value;
        if (type_is_int(t) && evaluate_int(c, &value)) /* offsetof and the like */
            return expr_int(r, t, value, loc);
        return expr_unsupported(r, t, loc, "a compiler builtin or an atomic operation");
    }
    Expr *a = read_expr(r, kids.at[0]);
    if (type_is_va_list(a->type) && !type_is_va_list(t))
        return expr_unsupported(r, t, loc, "va_arg");
    return coerce(r, a, t);
}

static Expr *read_paren(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    Expr *e = last_operand(r, &kids);
    return e ? e : expr_unsupported(r, t, loc, "an empty pair of parentheses");
}

/* ---------------------------------------------------------------------- sizeof, _Generic and the rest */

/* The size in bytes of a type with known dimensions, as an unsigned long expression; NULL where one is not known. */
static Expr *size_expr(Reader *r, Type *t, Loc loc)
{
    Type *ulong_type = type_scalar(TY_ULONG);
    if (t->kind != TY_ARRAY || t->size)
        return t->size ? expr_int(r, ulong_type, t->size, loc) : NULL;
    Expr *elem = size_expr(r, t->elem, loc);
    Expr *n = t->count >= 0 ? expr_int(r, ulong_type, t->count, loc) : t->vla_dim;
    if (!elem || !n)
        return NULL;
    Expr *e = expr_new(r, EX_BINARY, ulong_type, loc);
    e->op = BIN_MUL;
    e->a = coerce(r, n, ulong_type);
    e->b = elem;
    return e;
}

static const struct {
    const char *text;
    TypeKind kind;
} type_words[] = {{"double", TY_F64},
                  {"float", TY_F32},
                  {"int", TY_INT},
                  {"char", TY_CHAR},
                  {"long double", TY_F80},
                  {"long", TY_LONG},
                  {"unsigned int", TY_UINT},
                  {"unsigned long", TY_ULONG},
                  {"unsigned char", TY_UCHAR},
                  {"short", TY_SHORT},
                  {"unsigned short", TY_USHORT},
                  {"_Bool", TY_BOOL},
                  {"bool", TY_BOOL},
                  {"long long", TY_LLONG},
                  {"unsigned", TY_UINT},
                  {"signed char", TY_SCHAR},
                  {"unsigned long long", TY_ULLONG}};

/* The type that the text between sizeof's parentheses names: a keyword type, or the one child that libclang shows, with stars. */
static Type *named_type(Reader *r, const char *text, const Kids *kids)
{
    size_t n = strcspn(text, "*[");
    const char *stars = text + n;
    while (n && text[n - 1] == ' ')
        n--;
    Type *t = NULL;
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++)
        if (strlen(type_words[i].text) == n && !strncmp(text, type_words[i].text, n))
            t = type_scalar(type_words[i].kind);
    if (!t && kids->n && clang_getCursorKind(kids->at[0]) == CXCursor_TypeRef)
        t = read_type(r, clang_getCursorType(kids->at[0]));
    for (; t && (*stars == '*' || *stars == ' '); stars++)
        if (*stars == '*')
            t = type_ptr(t);
    return *stars ? NULL : t;
}

static const char *after_sizeof(const char *text)
{
    text += strncmp(text, "sizeof", 6) ? 0 : 6;
    return text + strspn(text, " \t\n");
}

/* The operand's type. `text` is the whole sizeof expression, or NULL. */
static Type *sizeof_operand(Reader *r, const char *text, const Kids *kids, Expr **operand)
{
    *operand = NULL;
    if (text) {
        text = after_sizeof(text);
        size_t n = strlen(text);
        const char *inner = n > 2 && text[0] == '(' && text[n - 1] == ')' ? arena_strndup(r->scratch, text + 1, n - 2) : text;
        Type *t = named_type(r, inner, kids);
        if (t)
            return t;
    }
    if (kids->n == 1 && clang_isExpression(clang_getCursorKind(kids->at[0]))) {
        *operand = read_expr(r, kids->at[0]);
        return (*operand)->type;
    }
    return NULL;
}

/* sizeof(T[n][m]): the children are the dimensions, innermost first (and some of them again). */
static Expr *vla_type_size(Reader *r, const char *text, const Kids *kids, Type *t, Loc loc)
{
    text = text ? after_sizeof(text) : "";
    const char *open = strchr(text, '[');
    if (text[0] != '(' || !open)
        return NULL;
    Type *base = named_type(r, arena_strndup(r->scratch, text + 1, (size_t)(open - text - 1)), kids);
    int ndims = 0, depth = 0;
    for (const char *s = open; *s; s++) {
        ndims += *s == '[' && depth == 0;
        depth += (*s == '[') - (*s == ']');
    }
    Expr *size = base && base->size ? expr_int(r, t, base->size, loc) : NULL;
    for (int i = 0; i < kids->n && ndims > 0 && size; i++) {
        if (!clang_isExpression(clang_getCursorKind(kids->at[i])))
            continue;
        Expr *product = expr_new(r, EX_BINARY, t, loc);
        product->op = BIN_MUL;
        product->a = coerce(r, read_expr(r, kids->at[i]), t);
        product->b = size;
        size = product;
        ndims--;
    }
    return ndims ? NULL : size;
}

static Expr *read_sizeof(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    const char *text = sizeof_text(r, c);
    bool align = text && strstr(text, "lignof") && strstr(text, "lignof") - text < 12;
    int64_t value;
    bool known = evaluate_int(c, &value);
    if (align && known)
        return expr_int(r, t, value, loc);
    Expr *operand, *e = expr_new(r, EX_SIZEOF, t, loc);
    Type *of = align ? NULL : sizeof_operand(r, text, &kids, &operand);
    if (!of && !align) {
        text = expanded_sizeof_text(r, c);
        of = sizeof_operand(r, text, &kids, &operand);
    }
    if (known) {
        e->ival = value;
        e->of = of && of->size == value ? of : NULL;
        return e;
    }
    e->ival = -1;
    e->of = of;
    e->a = of ? size_expr(r, of, loc) : vla_type_size(r, text, &kids, t, loc);
    return e->a ? e : expr_unsupported(r, t, loc, "sizeof of a type with run-time dimensions; multiply the sizes instead");
}

/* libclang shows every association; the one that was taken has the selection's own type. */
static Expr *read_generic(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    CXType own = clang_getCanonicalType(clang_getCursorType(c));
    CXCursor taken = clang_getNullCursor();
    int found = 0;
    for (int i = 1; i < kids.n; i++) { /* the first is the controlling expression */
        if (!clang_isExpression(clang_getCursorKind(kids.at[i])))
            continue;
        if (clang_equalTypes(clang_getCanonicalType(clang_getCursorType(kids.at[i])), own)) {
            taken = kids.at[i];
            found++;
        }
    }
    if (found == 1)
        return read_expr(r, taken);
    int64_t value;
    if (type_is_int(t) && evaluate_int(c, &value))
        return expr_int(r, t, value, loc);
    return expr_unsupported(r, t, loc, "_Generic with several associations of one type");
}

static Expr *read_stmt_expr(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Expr *assertion = read_assert(r, c);
    if (assertion)
        return assertion;
    Kids kids = cursor_kids(r, c);
    Expr *e = expr_new(r, EX_STMT_EXPR, t, loc);
    if (kids.n != 1)
        return expr_unsupported(r, t, loc, "this statement expression");
    e->stmt = read_stmt(r, kids.at[0]);
    return e;
}

static Expr *read_compound_literal(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    Expr *e = expr_new(r, EX_COMPOUND_LIT, t, loc);
    if (!kids.n)
        return expr_unsupported(r, t, loc, "this compound literal");
    e->a = read_init(r, kids.at[kids.n - 1], t);
    return e;
}

/* ---------------------------------------------------------------------- entry */

/* Operators whose place is that of their first operand: asking libclang for it each time would be quadratic in a long sum. */
static bool starts_with_operand(enum CXCursorKind k)
{
    return k == CXCursor_BinaryOperator || k == CXCursor_CompoundAssignOperator || k == CXCursor_ConditionalOperator ||
           k == CXCursor_ArraySubscriptExpr || k == CXCursor_CallExpr || k == CXCursor_UnexposedExpr;
}

static Expr *read_kind(Reader *r, CXCursor c)
{
    enum CXCursorKind kind = clang_getCursorKind(c);
    Loc loc = starts_with_operand(kind) ? (Loc){.file = -1} : cursor_loc(r, c);
    Type *t = read_type(r, clang_getCursorType(c));
    switch (kind) {
    case CXCursor_ParenExpr:
        return read_paren(r, c, t, loc);
    case CXCursor_UnexposedExpr:
        return read_unexposed(r, c, loc);
    case CXCursor_IntegerLiteral:
    case CXCursor_CharacterLiteral:
    case CXCursor_CXXBoolLiteralExpr:
        return read_int(r, c, t, loc);
    case CXCursor_FloatingLiteral:
        return read_float(r, c, t, loc);
    case CXCursor_ImaginaryLiteral:
        return read_imaginary(r, c, t, loc);
    case CXCursor_StringLiteral:
        return read_string(r, c, t, loc);
    case CXCursor_CXXNullPtrLiteralExpr:
        return cast(r, expr_int(r, type_scalar(TY_INT), 0, loc), t);
    case CXCursor_DeclRefExpr:
        return read_name(r, c, t, loc);
    case CXCursor_MemberRefExpr:
        return read_member(r, c, t, loc);
    case CXCursor_ArraySubscriptExpr:
        return read_subscript(r, c, t, loc);
    case CXCursor_CallExpr:
        return read_call(r, c);
    case CXCursor_UnaryOperator:
        return read_unary(r, c, t, loc);
    case CXCursor_BinaryOperator:
        return read_binary(r, c, t, loc);
    case CXCursor_CompoundAssignOperator:
        return read_compound(r, c, t, loc);
    case CXCursor_ConditionalOperator:
        return read_conditional(r, c, loc);
    case CXCursor_CStyleCastExpr:
        return read_cast(r, c, loc);
    case CXCursor_UnaryExpr:
        return read_sizeof(r, c, t, loc);
    case CXCursor_GenericSelectionExpr:
        return read_generic(r, c, t, loc);
    case CXCursor_StmtExpr:
        return read_stmt_expr(r, c, t, loc);
    case CXCursor_CompoundLiteralExpr:
        return read_compound_literal(r, c, t, loc);
    case CXCursor_InitListExpr:
        return read_init(r, c, t);
    case CXCursor_AddrLabelExpr:
        return expr_unsupported(r, t, loc, "computed goto");
    default:
        return expr_unsupported(r, t, loc, take_string(r->arena, clang_getCursorKindSpelling(kind)));
    }
}

static Loc start_of(const Expr *e)
{
    while (e->kind == EX_MEMBER) /* its own place is the member's name */
        e = e->a;
    return e->loc;
}

Expr *read_expr(Reader *r, CXCursor c)
{
    reader_enter(r, c);
    Expr *e = read_kind(r, c);
    if (e->loc.file < 0)
        e->loc = e->a && e->a->loc.file >= 0 ? start_of(e->a) : cursor_loc(r, c);
    reader_leave(r);
    return e;
}
