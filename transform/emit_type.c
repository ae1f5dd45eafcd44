/* emit_type.c: declarations of variables and parameters, and C's conversions between arithmetic types. */
#include "emit.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- declarations */

static const Type *base_of(const Type *t)
{
    while (t->kind == TY_PTR || t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

typedef struct {
    Arena *arena;
    const char *base;  /* replaces the base type's name; NULL: as it is */
    const char *first; /* qualifiers of the variable itself, behind the outermost `*` */
} Speller;

/* Declarators are written inside out: `inner` is what has been declared so far, quals those of t itself. */
static char *declarator(Speller *s, const Type *t, const char *inner, const char *quals)
{
    static const char *const names[] = {"", "const ", "volatile ", "const volatile "};
    if (t->kind == TY_PTR) {
        bool paren = t->elem->kind == TY_ARRAY || t->elem->kind == TY_FUNC;
        const char *first = s->first;
        s->first = "";
        char *star = arena_printf(s->arena, paren ? "(*%s%s%s)" : "*%s%s%s", quals, first, inner);
        return declarator(s, t->elem, star, names[t->elem_const + 2 * t->elem_volatile]);
    }
    if (t->kind == TY_ARRAY) {
        char *dim = t->count < 0 ? arena_printf(s->arena, "%s[]", inner) : arena_printf(s->arena, "%s[%lld]", inner, (long long)t->count);
        return declarator(s, t->elem, dim, t->elem_const ? "const " : quals);
    }
    if (t->kind == TY_FUNC)
        return type_declare(s->arena, t, inner);
    const char *name = s->base ? s->base : type_spelling(t);
    return arena_printf(s->arena, "%s%s%s%s", quals, name, *inner ? " " : "", inner);
}

static const char *spelled_as(const Type *t, const Var *hint)
{
    if (!hint || !hint->spelled || base_of(t) != base_of(hint->type))
        return NULL;
    return hint->spelled;
}

const char *base_type_name(const Type *t, const Var *hint)
{
    const Type *base = base_of(t);
    const char *spelled = spelled_as(t, hint);
    return spelled ? spelled : base->kind == TY_RECORD || base->kind == TY_OPAQUE ? base->name : NULL;
}

char *declare_var(Arena *a, const Type *t, const Var *hint, const char *name)
{
    Speller s = {a, spelled_as(t, hint), ""};
    return declarator(&s, t, name, "");
}

int declared_rows(const Var *var)
{
    if (!var || !var->dims_runtime || var->ndims < 2)
        return 1;
    const Type *elem = var->is_param && var->type->kind == TY_PTR ? var->type->elem : var->type;
    int constant = 0;
    for (; elem->kind == TY_ARRAY; elem = elem->elem)
        constant++;
    return var->ndims - constant;
}

char *declare_param(Arena *a, const Var *var, const char *name)
{
    const Type *t = var->type;
    Speller s = {a, spelled_as(t, var), var->is_restrict ? "restrict " : ""};
    if (!var->is_array_param || !var->ndims || t->kind != TY_PTR)
        return declarator(&s, t, name, var->is_const && t->kind != TY_PTR ? "const " : "");
    Str dims = {.arena = a};
    str_put(&dims, name);
    for (int i = 0; i < var->ndims; i++)
        str_fmt(&dims, i || !var->is_restrict ? "[%s]" : *var->dims[i] ? "[restrict %s]" : "[restrict]", var->dims[i]);
    const Type *elem = t->elem;
    bool is_const = t->elem_const;
    for (; elem->kind == TY_ARRAY; elem = elem->elem)
        is_const |= elem->elem_const;
    s.first = "";
    return declarator(&s, elem, dims.s, is_const ? "const " : "");
}

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

char *replace_word(Arena *a, const char *text, const char *word, const char *by)
{
    Str s = {.arena = a};
    str_put(&s, "");
    size_t n = strlen(word);
    for (const char *at = text; *at;) {
        bool starts = at == text || !word_char(at[-1]);
        if (starts && !strncmp(at, word, n) && !word_char(at[n])) {
            str_put(&s, by);
            at += n;
        } else {
            str_putn(&s, at++, 1);
        }
    }
    return s.s;
}

/* ---------------------------------------------------------------------- conversions */

static bool is_arithmetic(const Type *t)
{
    return t->kind < TY_VOID;
}

/* INTEGER types only: C's conversion rank. */
static int rank(const Type *t)
{
    switch (t->kind) {
    case TY_BOOL:
        return 0;
    case TY_CHAR:
    case TY_SCHAR:
    case TY_UCHAR:
        return 1;
    case TY_SHORT:
    case TY_USHORT:
        return 2;
    case TY_INT:
    case TY_UINT:
        return 3;
    case TY_LONG:
    case TY_ULONG:
        return 4;
    default:
        return 5;
    }
}

Type *promoted_type(Type *t)
{
    return type_is_int(t) && rank(t) < 3 ? type_scalar(TY_INT) : t;
}

static Type *unsigned_of(const Type *t)
{
    return type_scalar(t->kind == TY_INT ? TY_UINT : t->kind == TY_LONG ? TY_ULONG : TY_ULLONG);
}

static Type *usual_int_type(Type *x, Type *y)
{
    x = promoted_type(x);
    y = promoted_type(y);
    if (x == y)
        return x;
    if (type_is_signed(x) == type_is_signed(y))
        return rank(x) > rank(y) ? x : y;
    Type *s = type_is_signed(x) ? x : y, *u = type_is_signed(x) ? y : x;
    if (rank(u) >= rank(s))
        return u;
    return s->size > u->size ? s : unsigned_of(s);
}

Type *usual_type(Type *x, Type *y)
{
    if (!is_arithmetic(x) || !is_arithmetic(y))
        return NULL;
    bool complex = type_is_complex(x) || type_is_complex(y);
    Type *a = type_real_of(x), *b = type_real_of(y), *t;
    if (!type_is_float(a) && !type_is_float(b))
        return usual_int_type(a, b);
    if (!type_is_float(a))
        t = b;
    else if (!type_is_float(b))
        t = a;
    else
        t = a->kind > b->kind ? a : b;
    return complex ? type_complex_of(t) : t;
}

bool conversion_exact(const Type *from, const Type *to)
{
    if (from == to)
        return true;
    if (type_is_int(from) && type_is_int(to)) {
        if (to->kind == TY_BOOL)
            return false;
        if (type_is_signed(from))
            return type_is_signed(to) && to->size >= from->size;
        return to->size > from->size || (to->size == from->size && !type_is_signed(to));
    }
    if (type_is_float(from) && type_is_float(to))
        return to->kind >= from->kind;
    return type_is_int(from) && type_is_float(to) && from->size <= 4 && to->kind >= TY_F64;
}

/* ---------------------------------------------------------------------- literals */

static bool round_trips(const Type *t, const char *text, long double x)
{
    switch (t->kind) {
    case TY_F32:
        return strtof(text, NULL) == (float)x;
    case TY_F80:
        return strtold(text, NULL) == x;
    default:
        return strtod(text, NULL) == (double)x;
    }
}

/* 1e-05 -> 1e-5, and 10000 for 1e+04. */
static char *plain_number(Arena *a, char *text, long double x)
{
    char *e = strchr(text, 'e');
    if (!e)
        return text;
    long double size = fabsl(x);
    if (size >= 1 && size < 1e6L && x == floorl(x))
        return arena_printf(a, "%.0Lf", x);
    const char *digits = e + 2 + strspn(e + 2, "0");
    return arena_printf(a, "%.*s%s%s", (int)(e + 1 - text), text, e[1] == '-' ? "-" : "", digits);
}

char *float_literal(Arena *a, const Type *t, long double x)
{
    if (x != x)
        return arena_strdup(a, "NAN");
    if (x > LDBL_MAX || x < -LDBL_MAX)
        return arena_strdup(a, x > 0 ? "INFINITY" : "-INFINITY");
    char *text = NULL;
    for (int digits = 1; digits <= 21; digits++) {
        text = arena_printf(a, "%.*Lg", digits, x);
        if (round_trips(t, text, x))
            break;
    }
    text = plain_number(a, text, x);
    const char *point = strpbrk(text, ".e") ? "" : ".0";
    return arena_printf(a, "%s%s%s", text, point, t->kind == TY_F32 ? "f" : t->kind == TY_F80 ? "L" : "");
}

char *int_literal(Arena *a, const Type *t, int64_t x)
{
    bool is_signed = type_is_signed(t);
    if (is_signed && x == (t->size == 8 ? INT64_MIN : INT32_MIN)) /* the literal without its sign would be too large */
        return arena_printf(a, "(-%s - 1)", int_literal(a, t, t->size == 8 ? INT64_MAX : INT32_MAX));
    static const char *const suffixes[] = {"", "u", "L", "UL", "LL", "ULL"};
    int r = rank(t);
    const char *suffix = r < 3 ? "" : suffixes[2 * (r - 3) + !is_signed];
    return is_signed ? arena_printf(a, "%lld%s", (long long)x, suffix) : arena_printf(a, "%llu%s", (unsigned long long)x, suffix);
}
