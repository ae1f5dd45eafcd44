/* clang_call.c: calls: compiler builtins under their library names, <tgmath.h>, assert(). */
#include "clang_reader.h"

#include <string.h>

/* ---------------------------------------------------------------------- assert */

static bool is_call_of(CXCursor c, const char *name)
{
    while (clang_getCursorKind(c) != CXCursor_CallExpr)
        return false;
    CXString s = clang_getCursorSpelling(c);
    bool same = clang_getCString(s) && !strcmp(clang_getCString(s), name);
    clang_disposeString(s);
    return same;
}

/* Strips parentheses, casts and __extension__ around a cursor. */
static CXCursor stripped(Reader *r, CXCursor c)
{
    for (;;) {
        enum CXCursorKind k = clang_getCursorKind(c);
        bool wrapper = k == CXCursor_ParenExpr || k == CXCursor_CStyleCastExpr || k == CXCursor_UnexposedExpr ||
                       (k == CXCursor_UnaryOperator && clang_getCursorUnaryOperatorKind(c) == CXUnaryOperator_Extension);
        if (!wrapper)
            return c;
        Kids kids = cursor_kids(r, c);
        if (kids.n == 0 || kids.n > 2)
            return c;
        c = kids.at[kids.n - 1];
    }
}

/* The text of a string literal's contents. */
static char *unescaped(Arena *a, const char *literal)
{
    size_t n = strlen(literal);
    if (n < 2)
        return NULL;
    char *text = arena_strndup(a, literal + 1, n - 2), *to = text;
    for (const char *from = text; *from; from++) {
        if (*from == '\\' && from[1])
            from++;
        *to++ = *from;
    }
    *to = '\0';
    return text;
}

/* `fail` is the call of __assert_fail("condition", file, line, function). */
static Expr *assertion(Reader *r, CXCursor cond, CXCursor fail, Loc loc)
{
    Kids kids = cursor_kids(r, fail);
    Decl *d = builtin_fn(r, "assert", type_void());
    Expr *e = expr_new(r, EX_CALL, type_void(), loc);
    e->a = expr_new(r, EX_FN, d->ctype, loc);
    e->a->decl = d;
    e->args = arena_alloc(r->arena, sizeof *e->args);
    e->args[0] = read_expr(r, cond);
    e->nargs = 1;
    CXCursor literal = kids.n > 1 ? stripped(r, kids.at[1]) : clang_getNullCursor();
    if (clang_getCursorKind(literal) == CXCursor_StringLiteral)
        e->text = unescaped(r->arena, take_string(r->scratch, clang_getCursorSpelling(literal)));
    return e;
}

/* glibc: `({ if (cond) ; else __assert_fail(...); })`, or `cond ? (void)0 : __assert_fail(...)` in strict modes. */
Expr *read_assert(Reader *r, CXCursor c)
{
    CXCursor outer = c;
    c = stripped(r, c);
    enum CXCursorKind kind = clang_getCursorKind(c);
    Kids kids = {0};
    if (kind == CXCursor_ConditionalOperator) {
        if (clang_getCanonicalType(clang_getCursorType(c)).kind != CXType_Void)
            return NULL;
        kids = cursor_kids(r, c);
    } else if (kind == CXCursor_StmtExpr) {
        Kids block = cursor_kids(r, c), stmts = {0};
        if (block.n == 1)
            stmts = cursor_kids(r, block.at[0]);
        if (stmts.n != 1 || clang_getCursorKind(stmts.at[0]) != CXCursor_IfStmt)
            return NULL;
        kids = cursor_kids(r, stmts.at[0]);
    }
    if (kids.n != 3)
        return NULL;
    CXCursor fail = stripped(r, kids.at[2]);
    return is_call_of(fail, "__assert_fail") ? assertion(r, kids.at[0], fail, cursor_loc(r, outer)) : NULL;
}

/* ---------------------------------------------------------------------- builtins */

/* Constants that headers spell as calls. */
static const struct {
    const char *builtin, *text;
    bool is_nan;
} builtin_constants[] = {{"inf", "INFINITY", false},
                         {"inff", "INFINITY", false},
                         {"infl", "INFINITY", false},
                         {"huge_val", "HUGE_VAL", false},
                         {"huge_valf", "HUGE_VALF", false},
                         {"huge_vall", "HUGE_VALL", false},
                         {"nan", "NAN", true},
                         {"nanf", "NAN", true},
                         {"nanl", "NAN", true}};

/* Builtins that are calls of a function or macro of the same name (or the one given). Math functions are found in the op table. */
static const struct {
    const char *builtin, *plain;
} builtin_calls[] = {{"isnan", NULL},       {"isinf", NULL},         {"isinf_sign", "isinf"},  {"isfinite", NULL},
                     {"isnormal", NULL},    {"signbit", NULL},       {"signbitf", "signbit"},  {"signbitl", "signbit"},
                     {"fpclassify", NULL},  {"isgreater", NULL},     {"isgreaterequal", NULL}, {"isless", NULL},
                     {"islessequal", NULL}, {"islessgreater", NULL}, {"isunordered", NULL},    {"abs", NULL},
                     {"labs", NULL},        {"llabs", NULL},         {"memcpy", NULL},         {"memmove", NULL},
                     {"memset", NULL},      {"memcmp", NULL},        {"strlen", NULL},         {"strcmp", NULL},
                     {"strcpy", NULL},      {"malloc", NULL},        {"calloc", NULL},         {"realloc", NULL},
                     {"free", NULL},        {"alloca", NULL},        {"printf", NULL},         {"fprintf", NULL},
                     {"puts", NULL},        {"putchar", NULL},       {"abort", NULL},          {"exit", NULL}};

/* Builtins for integers that no library has: they stay what they are. */
static const char *const bit_builtins[] = {"popcount", "popcountl", "popcountll", "parity", "parityl", "parityll", "clz",     "clzl",    "clzll",
                                           "ctz",      "ctzl",      "ctzll",      "ffs",    "ffsl",    "ffsll",    "bswap16", "bswap32", "bswap64"};

static bool is_math_name(const char *name)
{
    Type *float_type;
    return math_find(name, &float_type) != OP_COUNT;
}

/* The library's name of __builtin_X, or NULL. */
static const char *plain_name(const Reader *r, const char *x)
{
    for (size_t i = 0; i < sizeof builtin_calls / sizeof *builtin_calls; i++)
        if (!strcmp(x, builtin_calls[i].builtin))
            return builtin_calls[i].plain ? builtin_calls[i].plain : builtin_calls[i].builtin;
    for (size_t i = 0; i < sizeof bit_builtins / sizeof *bit_builtins; i++)
        if (!strcmp(x, bit_builtins[i]))
            return arena_printf(r->scratch, "__builtin_%s", x);
    return is_math_name(x) ? x : NULL;
}

/* __builtin_complex of this type. */
static const char *complex_macro(const Type *t)
{
    return t->kind == TY_CF32 ? "CMPLXF" : t->kind == TY_CF64 ? "CMPLX" : "CMPLXL";
}

static Expr *builtin_constant(Reader *r, const char *x, Type *t, Loc loc)
{
    for (size_t i = 0; i < sizeof builtin_constants / sizeof *builtin_constants; i++) {
        if (strcmp(x, builtin_constants[i].builtin))
            continue;
        Expr *e = expr_new(r, EX_FLOAT, t, loc);
        e->fval = builtin_constants[i].is_nan ? (long double)__builtin_nan("") : (long double)__builtin_inf();
        e->text = builtin_constants[i].text;
        return e;
    }
    return NULL;
}

static Expr *named_call(Reader *r, const char *name, Type *t, const Kids *args, Loc loc)
{
    Decl *d = builtin_fn(r, arena_strdup(r->arena, name), t);
    Expr *e = expr_new(r, EX_CALL, t, loc);
    e->a = expr_new(r, EX_FN, d->ctype, loc);
    e->a->decl = d;
    e->args = arena_alloc(r->arena, (size_t)args->n * sizeof *e->args);
    for (int i = 0; i < args->n; i++)
        e->args[e->nargs++] = read_expr(r, args->at[i]);
    return e;
}

Expr *read_va_arg(Reader *r, CXCursor list, Type *t, Loc loc)
{
    return named_call(r, "ad_va_arg", t, &(Kids){&list, 1}, loc);
}

/* A call of __builtin_X; args are its arguments. */
static Expr *read_builtin(Reader *r, CXCursor c, const char *x, Kids args, Type *t, Loc loc)
{
    Expr *constant = builtin_constant(r, x, t, loc);
    if (constant)
        return constant;
    if (args.n > 0 && (!strcmp(x, "expect") || !strcmp(x, "expect_with_probability") || !strcmp(x, "assume_aligned")))
        return coerce(r, read_expr(r, args.at[0]), t); /* hints to the optimiser */
    if (!strcmp(x, "prefetch") || !strcmp(x, "assume"))
        return coerce(r, expr_int(r, type_scalar(TY_INT), 0, loc), type_void());
    if (!strcmp(x, "fpclassify") && args.n > 1)
        args = (Kids){&args.at[args.n - 1], 1}; /* fpclassify(x): the macro adds the classes */
    const char *plain = !strcmp(x, "complex") ? complex_macro(t) : plain_name(r, x);
    if (plain)
        return named_call(r, plain, t, &args, loc);
    if (!strcmp(x, "va_start") || !strcmp(x, "va_end") || !strcmp(x, "va_copy")) {
        args.n = !strcmp(x, "va_copy") ? args.n : args.n > 0;
        return named_call(r, arena_printf(r->scratch, "ad_%s", x), type_void(), &args, loc);
    }
    if (!strncmp(x, "va_", 3))
        return expr_unsupported(r, t, loc, "variable arguments (va_start, va_arg)");
    if (!strcmp(x, "unreachable") || !strcmp(x, "trap"))
        return named_call(r, "abort", type_void(), &(Kids){0}, loc);
    int64_t value;
    if (type_is_int(t) && evaluate_int(c, &value))
        return expr_int(r, t, value, loc);
    return expr_unsupported(r, t, loc, arena_printf(r->arena, "__builtin_%s", x));
}

/* ---------------------------------------------------------------------- tgmath */

/* <tgmath.h>'s sqrt(x) is __tg_sqrt(x), with x already of the type that the macro chose: sqrtf, sqrt, sqrtl, csqrtf... */
static Expr *read_tgmath(Reader *r, const char *name, const Kids *args, Type *t, Loc loc)
{
    static const char *const complex_only[] = {"carg", "cimag", "conj", "cproj", "creal"};
    Expr *first = args->n ? read_expr(r, args->at[0]) : NULL;
    if (!first || !(type_is_float(first->type) || type_is_complex(first->type)))
        return expr_unsupported(r, t, loc, arena_printf(r->arena, "%s of <tgmath.h> with an argument of this type", name));
    const char *prefix = type_is_complex(first->type) ? "c" : "";
    if (!strcmp(name, "fabs") && *prefix)
        name = "abs";
    for (size_t i = 0; i < sizeof complex_only / sizeof *complex_only; i++)
        if (!strcmp(name, complex_only[i]))
            prefix = "";
    TypeKind kind = first->type->kind;
    const char *suffix = kind == TY_F32 || kind == TY_CF32 ? "f" : kind == TY_F80 || kind == TY_CF80 ? "l" : "";
    return named_call(r, arena_printf(r->arena, "%s%s%s", prefix, name, suffix), t, args, loc);
}

/* ---------------------------------------------------------------------- all calls */

/* Calls that leave the structure of the program or do what no translation can repeat. */
static const char *refused_call(const char *name)
{
    static const char *const jumps[] = {"setjmp", "_setjmp", "__sigsetjmp", "sigsetjmp", "longjmp", "_longjmp", "siglongjmp"};
    for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++)
        if (!strcmp(name, jumps[i]))
            return "setjmp and longjmp";
    if (!strncmp(name, "__sync_", 7) || !strncmp(name, "__atomic_", 9) || !strncmp(name, "__c11_atomic_", 13))
        return "an atomic operation";
    return NULL;
}

/* A function known by its name: a builtin or refused one; NULL: an ordinary call. */
static Expr *read_named_call(Reader *r, CXCursor c, const Kids *kids, Type *t, Loc loc)
{
    CXCursor ref = clang_getCursorReferenced(c);
    if (clang_getCursorKind(ref) != CXCursor_FunctionDecl)
        return NULL;
    const char *name = take_string(r->scratch, clang_getCursorSpelling(ref));
    Kids args = {kids->at + 1, kids->n - 1};
    if (!strncmp(name, "__builtin_", 10))
        return read_builtin(r, c, name + 10, args, t, loc);
    if (!strncmp(name, "__tg_", 5))
        return read_tgmath(r, name + 5, &args, t, loc);
    const char *refused = refused_call(name);
    return refused ? expr_unsupported(r, t, loc, refused) : NULL;
}

Expr *read_call(Reader *r, CXCursor c)
{
    Loc loc = cursor_loc(r, c);
    Type *t = read_type(r, clang_getCursorType(c));
    Kids kids = cursor_kids(r, c);
    if (!kids.n)
        return expr_unsupported(r, t, loc, "this call");
    Expr *known = read_named_call(r, c, &kids, t, loc);
    if (known)
        return known;
    Expr *e = expr_new(r, EX_CALL, t, loc);
    e->a = read_expr(r, kids.at[0]);
    if (e->a->kind == EX_UNSUPPORTED)
        return e->a;
    while (e->a->kind == EX_DECAY)
        e->a = e->a->a;
    e->args = arena_alloc(r->arena, (size_t)(kids.n - 1) * sizeof *e->args);
    for (int i = 1; i < kids.n; i++)
        e->args[e->nargs++] = read_expr(r, kids.at[i]);
    return e;
}
