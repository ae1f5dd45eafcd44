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
Expr *expr_decay(Reader *r, Expr *e, const Type *like)
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
        e = expr_decay(r, e, t);
    if (e->type == t || e->type->kind == TY_RECORD || t->kind == TY_ARRAY)
        return e;
    if (points_to_unsized(e->type) && e->type->elem_const == t->elem_const && same_shape(e->type, t))
        return e; /* VLAs: the child knows the dimensions */
    return cast(r, e, t);
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
    if (e->type->kind == TY_RECORD && strchr(name, '(')) /* "(anonymous union at ...)": its member is found in e */
        return e;
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
        a = expr_decay(r, a, t);
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
        return read_va_arg(r, kids.at[0], t, loc);
    return coerce(r, a, t);
}

static Expr *read_paren(Reader *r, CXCursor c, Type *t, Loc loc)
{
    Kids kids = cursor_kids(r, c);
    Expr *e = last_operand(r, &kids);
    return e ? e : expr_unsupported(r, t, loc, "an empty pair of parentheses");
}

/* ---------------------------------------------------------------------- _Generic and the rest */

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

static bool is_vector(CXCursor c)
{
    enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(c)).kind;
    return kind == CXType_Vector || kind == CXType_ExtVector;
}

/* A vector, or an element of one. */
static bool uses_vector(Reader *r, CXCursor c)
{
    if (is_vector(c) || clang_getCursorKind(c) != CXCursor_ArraySubscriptExpr)
        return is_vector(c);
    Kids kids = cursor_kids(r, c);
    return kids.n > 0 && is_vector(kids.at[0]);
}

Expr *read_expr(Reader *r, CXCursor c)
{
    reader_enter(r, c);
    Expr *e = uses_vector(r, c) ? expr_unsupported(r, read_type(r, clang_getCursorType(c)), cursor_loc(r, c), "vector types (vector_size)")
                                : read_kind(r, c);
    if (e->loc.file < 0)
        e->loc = e->a && e->a->loc.file >= 0 ? start_of(e->a) : cursor_loc(r, c);
    reader_leave(r);
    return e;
}
