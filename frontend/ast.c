/* ast.c: the syntax tree: questions, C text of expressions. */
#include "frontend.h"

#include <string.h>

/* ---------------------------------------------------------------------- questions */

bool expr_is_lvalue(const Expr *e)
{
    switch (e->kind) {
    case EX_VAR:
    case EX_INDEX:
    case EX_STRING:
    case EX_COMPOUND_LIT:
        return true;
    case EX_MEMBER:
        return expr_is_lvalue(e->a);
    case EX_UNARY:
        return e->op == UN_DEREF || ((e->op == UN_REAL || e->op == UN_IMAG) && expr_is_lvalue(e->a));
    default:
        return false;
    }
}

static int64_t wrapped(const Type *t, int64_t v)
{
    if (!type_is_int(t) || t->size >= 8)
        return v;
    if (t->kind == TY_BOOL)
        return v != 0;
    int unused = (int)(64 - 8 * t->size);
    uint64_t shifted = (uint64_t)v << unused;
    return type_is_signed(t) ? (int64_t)shifted >> unused : (int64_t)(shifted >> unused);
}

static bool fold_binary(const Expr *e, int64_t a, int64_t b, int64_t *v)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    bool is_signed = type_is_signed(e->a->type);
    if ((e->op == BIN_DIV || e->op == BIN_REM) && (b == 0 || (b == -1 && a == INT64_MIN)))
        return false;
    if ((e->op == BIN_SHL || e->op == BIN_SHR) && y >= 64)
        return false;
    switch ((BinaryOp)e->op) {
    case BIN_ADD:
        *v = (int64_t)(x + y);
        break;
    case BIN_SUB:
        *v = (int64_t)(x - y);
        break;
    case BIN_MUL:
        *v = (int64_t)(x * y);
        break;
    case BIN_DIV:
        *v = is_signed ? a / b : (int64_t)(x / y);
        break;
    case BIN_REM:
        *v = is_signed ? a % b : (int64_t)(x % y);
        break;
    case BIN_AND:
        *v = a & b;
        break;
    case BIN_OR:
        *v = a | b;
        break;
    case BIN_XOR:
        *v = a ^ b;
        break;
    case BIN_SHL:
        *v = (int64_t)(x << y);
        break;
    case BIN_SHR:
        *v = is_signed ? a >> b : (int64_t)(x >> y);
        break;
    case BIN_EQ:
        *v = a == b;
        break;
    case BIN_NE:
        *v = a != b;
        break;
    case BIN_LT:
        *v = is_signed ? a < b : x < y;
        break;
    case BIN_LE:
        *v = is_signed ? a <= b : x <= y;
        break;
    case BIN_GT:
        *v = is_signed ? a > b : x > y;
        break;
    case BIN_GE:
        *v = is_signed ? a >= b : x >= y;
        break;
    }
    *v = wrapped(e->type, *v);
    return true;
}

static bool fold_unary(const Expr *e, int64_t *v)
{
    int64_t a;
    if (!expr_const_int(e->a, &a))
        return false;
    switch (e->op) {
    case UN_NEG:
        *v = wrapped(e->type, (int64_t)(0 - (uint64_t)a));
        return true;
    case UN_PLUS:
        *v = a;
        return true;
    case UN_BITNOT:
        *v = wrapped(e->type, ~a);
        return true;
    case UN_LNOT:
        *v = !a;
        return true;
    default:
        return false;
    }
}

bool expr_const_int(const Expr *e, int64_t *value)
{
    int64_t a, b;
    switch (e->kind) {
    case EX_INT:
        *value = e->ival;
        return true;
    case EX_SIZEOF:
        *value = e->ival;
        return e->ival >= 0;
    case EX_UNARY:
        return fold_unary(e, value);
    case EX_BINARY:
        return type_is_int(e->a->type) && expr_const_int(e->a, &a) && expr_const_int(e->b, &b) && fold_binary(e, a, b, value);
    case EX_LOGAND:
    case EX_LOGOR:
        if (!expr_const_int(e->a, &a) || !expr_const_int(e->b, &b))
            return false;
        *value = e->kind == EX_LOGAND ? a && b : a || b;
        return true;
    case EX_CAST:
        if (!type_is_int(e->type) || !type_is_int(e->a->type) || !expr_const_int(e->a, &a))
            return false;
        *value = wrapped(e->type, a);
        return true;
    case EX_COND:
        return e->b && expr_const_int(e->a, &a) && expr_const_int(a ? e->b : e->c, value);
    default:
        return false;
    }
}

/* ---------------------------------------------------------------------- C text */

/* C's operators; postfix ones and a pointer's are the same text. */
static const char *const unary_text[] = {
    [UN_NEG] = "-",      [UN_PLUS] = "+",     [UN_BITNOT] = "~",       [UN_LNOT] = "!",
    [UN_DEREF] = "*",    [UN_ADDR] = "&",     [UN_PREINC] = "++",      [UN_PREDEC] = "--",
    [UN_POSTINC] = "++", [UN_POSTDEC] = "--", [UN_REAL] = "__real__ ", [UN_IMAG] = "__imag__ "};

static const struct {
    const char *text;
    int level; /* binds tighter: higher */
} binary_text[] = {[BIN_ADD] = {"+", 12},  [BIN_SUB] = {"-", 12},  [BIN_MUL] = {"*", 13}, [BIN_DIV] = {"/", 13},
                   [BIN_REM] = {"%", 13},  [BIN_AND] = {"&", 8},   [BIN_OR] = {"|", 6},   [BIN_XOR] = {"^", 7},
                   [BIN_SHL] = {"<<", 11}, [BIN_SHR] = {">>", 11}, [BIN_EQ] = {"==", 9},  [BIN_NE] = {"!=", 9},
                   [BIN_LT] = {"<", 10},   [BIN_LE] = {"<=", 10},  [BIN_GT] = {">", 10},  [BIN_GE] = {">=", 10}};

const char *unary_op_text(int op)
{
    return unary_text[op];
}

const char *binary_op_text(int op)
{
    return binary_text[op].text;
}

enum { LEVEL_COMMA = 1, LEVEL_ASSIGN = 2, LEVEL_COND = 3, LEVEL_OR = 4, LEVEL_AND = 5, LEVEL_UNARY = 14, LEVEL_POSTFIX = 15 };

static int level_of(const Expr *e)
{
    switch (e->kind) {
    case EX_BINARY:
        return binary_text[e->op].level;
    case EX_COMMA:
        return LEVEL_COMMA;
    case EX_ASSIGN:
    case EX_COMPOUND:
        return LEVEL_ASSIGN;
    case EX_COND:
        return LEVEL_COND;
    case EX_LOGOR:
        return LEVEL_OR;
    case EX_LOGAND:
        return LEVEL_AND;
    case EX_UNARY:
        return e->op == UN_POSTINC || e->op == UN_POSTDEC ? LEVEL_POSTFIX : LEVEL_UNARY;
    case EX_CAST:
        return e->explicit_cast ? LEVEL_UNARY : level_of(e->a);
    case EX_DECAY:
        return level_of(e->a);
    default:
        return LEVEL_POSTFIX;
    }
}

static void put(Str *s, const Expr *e, int least);

static void put_binary(Str *s, const Expr *a, const char *op, const Expr *b, int level)
{
    put(s, a, level);
    str_fmt(s, " %s ", op);
    put(s, b, level + 1);
}

static void put_unary(Str *s, const Expr *e)
{
    bool after = e->op == UN_POSTINC || e->op == UN_POSTDEC;
    if (!after)
        str_put(s, unary_text[e->op]);
    put(s, e->a, after ? LEVEL_POSTFIX : LEVEL_UNARY);
    if (after)
        str_put(s, unary_text[e->op]);
}

static void put_list(Str *s, Expr **args, int n)
{
    for (int i = 0; i < n; i++) {
        if (i)
            str_put(s, ", ");
        if (args[i])
            put(s, args[i], LEVEL_ASSIGN);
        else
            str_put(s, "0");
    }
}

/* All members of a record, the elements of an array up to the last that is given. */
static void put_init(Str *s, const Expr *e)
{
    const Type *t = e->type;
    int n = t->kind == TY_RECORD && !t->is_union ? t->nfields : e->nargs;
    str_put(s, "{");
    for (int i = 0; i < n; i++) {
        const Type *member = t->kind == TY_RECORD ? t->fields[i].type : t->elem;
        bool aggregate = member->kind == TY_RECORD || member->kind == TY_ARRAY;
        str_put(s, i ? ", " : "");
        if (i < e->nargs && e->args[i])
            put(s, e->args[i], LEVEL_ASSIGN);
        else
            str_put(s, aggregate ? "{0}" : "0");
    }
    str_put(s, n ? "}" : "0}");
}

static void put_member(Str *s, const Expr *e)
{
    const char *name = e->a->type->fields[e->field].name;
    bool arrow = e->a->kind == EX_UNARY && e->a->op == UN_DEREF;
    put(s, arrow ? e->a->a : e->a, LEVEL_POSTFIX);
    if (name)
        str_fmt(s, "%s%s", arrow ? "->" : ".", name);
}

static void put_leaf(Str *s, const Expr *e)
{
    switch (e->kind) {
    case EX_INT:
        if (e->text)
            str_put(s, e->text);
        else
            str_fmt(s, "%lld", (long long)e->ival);
        break;
    case EX_FLOAT:
        if (e->text)
            str_put(s, e->text);
        else
            str_fmt(s, "%.17Lg", e->fval);
        break;
    case EX_VAR:
        str_put(s, e->decl->var->name);
        break;
    case EX_FN:
        str_put(s, e->decl->fn->name);
        break;
    case EX_SIZEOF:
        if (e->of)
            str_fmt(s, "sizeof(%s)", type_spelling(e->of));
        else
            str_fmt(s, "%lld", (long long)e->ival);
        break;
    default:
        str_put(s, e->text ? e->text : "...");
    }
}

static void put_compound(Str *s, const Expr *e)
{
    switch (e->kind) {
    case EX_UNARY:
        put_unary(s, e);
        break;
    case EX_BINARY:
        put_binary(s, e->a, binary_text[e->op].text, e->b, binary_text[e->op].level);
        break;
    case EX_LOGAND:
        put_binary(s, e->a, "&&", e->b, LEVEL_AND);
        break;
    case EX_LOGOR:
        put_binary(s, e->a, "||", e->b, LEVEL_OR);
        break;
    case EX_COMMA:
        put_binary(s, e->a, ",", e->b, LEVEL_COMMA);
        break;
    case EX_ASSIGN:
    case EX_COMPOUND:
        put(s, e->a, LEVEL_UNARY);
        str_fmt(s, " %s= ", e->kind == EX_ASSIGN ? "" : binary_text[e->op].text);
        put(s, e->b, LEVEL_ASSIGN);
        break;
    case EX_COND:
        put(s, e->a, LEVEL_OR);
        str_put(s, " ? ");
        if (e->b)
            put(s, e->b, LEVEL_COMMA);
        str_put(s, " : ");
        put(s, e->c, LEVEL_COND);
        break;
    case EX_CAST:
        if (e->explicit_cast)
            str_fmt(s, "(%s)", type_spelling(e->type));
        put(s, e->a, e->explicit_cast ? LEVEL_UNARY : 0);
        break;
    case EX_DECAY:
        put(s, e->a, 0);
        break;
    case EX_CALL:
        put(s, e->a, LEVEL_POSTFIX);
        str_put(s, "(");
        put_list(s, e->args, e->nargs);
        str_put(s, ")");
        break;
    case EX_INDEX:
        put(s, e->a, LEVEL_POSTFIX);
        str_put(s, "[");
        put(s, e->b, 0);
        str_put(s, "]");
        break;
    case EX_MEMBER:
        put_member(s, e);
        break;
    case EX_INIT:
        put_init(s, e);
        break;
    default:
        put_leaf(s, e);
    }
}

static void put(Str *s, const Expr *e, int least)
{
    bool parens = level_of(e) < least;
    if (parens)
        str_put(s, "(");
    put_compound(s, e);
    if (parens)
        str_put(s, ")");
}

const char *expr_text(Arena *arena, const Expr *e)
{
    Str s = {.arena = arena};
    put(&s, e, 0);
    return s.s ? s.s : "";
}
