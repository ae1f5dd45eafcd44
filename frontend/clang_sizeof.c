/* clang_sizeof.c: sizeof and _Alignof: the value, and the type that the operand names. */
#include "clang_reader.h"

#include <string.h>

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

Expr *read_sizeof(Reader *r, CXCursor c, Type *t, Loc loc)
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
