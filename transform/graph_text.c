/* graph_text.c: values, addresses and ops as short texts, for the nodes of graphs. */
#include "graph.h"

#include <string.h>

enum { DEPTH = 6 };

static void put_value(Str *s, const Value *v, int depth);

static const char *operator_text(OpCode code)
{
    static const struct {
        OpCode code;
        const char *text;
    } operators[] = {
        {OP_ADD, "+"}, {OP_SUB, "-"}, {OP_MUL, "*"},  {OP_DIV, "/"},  {OP_REM, "%"},   {OP_AND, "&"},
        {OP_OR, "|"},  {OP_XOR, "^"}, {OP_SHL, "<<"}, {OP_SHR, ">>"}, {OP_LT, "<"},    {OP_LE, "<="},
        {OP_GT, ">"},  {OP_GE, ">="}, {OP_EQ, "=="},  {OP_NE, "!="},  {OP_LAND, "&&"}, {OP_LOR, "||"},
    };
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (operators[i].code == code)
            return operators[i].text;
    return NULL;
}

static void put_constant(Str *s, const Op *op)
{
    if (op->text)
        str_put(s, op->text);
    else if (op->code == OP_ICONST)
        str_fmt(s, "%lld", (long long)op->ival);
    else if (op->code == OP_FCONST)
        str_fmt(s, "%.6Lg", op->fval);
    else if (op->code == OP_SIZEOF)
        str_fmt(s, "sizeof(%s)", type_spelling(op->of));
    else
        str_put(s, op->code == OP_NULLPTR ? "NULL" : op_info[op->code].text);
}

static bool names_itself(const Value *v)
{
    return v->var && v->var->name && *v->var->name;
}

static void put_address(Str *s, Value *p, Builder *b, Ptrs *indices, int depth);

static bool is_factor(OpCode code)
{
    return code == OP_MUL || code == OP_DIV || code == OP_REM;
}

/* An operand of `outer`: in parentheses unless it is a factor in a sum. */
static void put_operand(Str *s, const Value *v, OpCode outer, int depth)
{
    bool nested = !names_itself(v) && v->def && operator_text(v->def->code);
    nested = nested && !(is_factor(v->def->code) && (outer == OP_ADD || outer == OP_SUB));
    str_put(s, nested ? "(" : "");
    put_value(s, v, depth + 1);
    str_put(s, nested ? ")" : "");
}

static void put_value(Str *s, const Value *v, int depth)
{
    const Op *op = v->def;
    if (op && op_info[op->code].kind == KIND_CONST) {
        put_constant(s, op);
    } else if (names_itself(v)) {
        str_put(s, v->var->name);
    } else if (!op || depth > DEPTH) {
        str_put(s, "...");
    } else if (op->code == OP_LOAD) {
        put_address(s, op->args[0], NULL, NULL, depth + 1);
    } else if (op->code == OP_CAST || op->code == OP_USE) {
        put_value(s, op->args[0], depth);
    } else if (operator_text(op->code)) {
        put_operand(s, op->args[0], op->code, depth);
        str_fmt(s, " %s ", operator_text(op->code));
        put_operand(s, op->args[1], op->code, depth);
    } else if (op->code == OP_NEG || op->code == OP_LNOT || op->code == OP_BITNOT) {
        str_put(s, op->code == OP_NEG ? "-" : op->code == OP_LNOT ? "!" : "~");
        put_operand(s, op->args[0], OP_NEG, depth);
    } else if (op_info[op->code].kind == KIND_MATH) {
        str_fmt(s, "%s(", op_info[op->code].text);
        for (int i = 0; i < op->nargs; i++) {
            str_put(s, i ? ", " : "");
            put_value(s, op->args[i], depth + 1);
        }
        str_put(s, ")");
    } else {
        str_put(s, op->nargs ? arena_printf(s->arena, "%s(...)", op->text ? op->text : op_info[op->code].text)
                             : op_info[op->code].text);
    }
}

const char *graph_value_text(Arena *a, const Value *v)
{
    Str s = {.arena = a};
    str_put(&s, "");
    put_value(&s, v, 0);
    return s.s;
}

/* ---------------------------------------------------------------------- addresses */

/* index(index(p, i), j) without strides is p[i + j]: the innermost base, and the indices summed up. */
static Value *flat_base(Value *p, Ptrs *sum)
{
    while (p->def && p->def->code == OP_INDEX && p->def->nargs == 2) {
        ptrs_push(sum, p->def->args[1]);
        p = p->def->args[0];
    }
    return p;
}

static void put_index(Str *s, const Ptrs *sum, Builder *b, Ptrs *indices)
{
    int64_t constant = 0, k;
    Value *total = NULL;
    str_put(s, "[");
    for (size_t i = sum->n; i-- > 0;) {
        Value *v = sum->at[i];
        if (value_int(v, &k)) {
            constant += k;
        } else if (b) {
            Value *wide = build_cast(b, v, type_scalar(TY_LONG));
            total = total ? build_bin(b, OP_ADD, total, wide) : wide;
        } else {
            str_put(s, total ? " + " : "");
            put_value(s, v, 1);
            total = v;
        }
    }
    if (!total) {
        str_fmt(s, "%lld]", (long long)constant);
        return;
    }
    if (b) {
        ptrs_push(indices, constant ? build_bin(b, OP_ADD, total, build_int(b, type_scalar(TY_LONG), constant)) : total);
        str_put(s, "%ld");
    } else if (constant) {
        str_fmt(s, " %c %lld", constant < 0 ? '-' : '+', (long long)(constant < 0 ? -constant : constant));
    }
    str_put(s, "]");
}

/* The object or element that p points to, as an lvalue before `.field` or `[index]`. */
static void put_address(Str *s, Value *p, Builder *b, Ptrs *indices, int depth)
{
    Op *op = p->def;
    if (depth > DEPTH) {
        str_put(s, "...");
    } else if (op && (op->code == OP_INDEX)) {
        Ptrs sum = {.arena = s->arena};
        Value *base = p;
        if (op->nargs == 2) {
            base = flat_base(p, &sum);
        } else {
            base = op->args[0];
            ptrs_push(&sum, op->args[1]);
        }
        Op *below = base->def;
        if (below && (below->code == OP_LOAD || below->code == OP_DECAY || below->code == OP_INDEX))
            put_address(s, below->code == OP_INDEX ? base : below->args[0], b, indices, depth + 1);
        else
            put_value(s, base, depth + 1);
        put_index(s, &sum, b, indices);
    } else if (op && op->code == OP_FIELD) {
        const Type *record = op->args[0]->type->elem;
        const Op *below = op->args[0]->def;
        bool object =
            below && (below->code == OP_INDEX || below->code == OP_FIELD || below->code == OP_LOCAL || below->code == OP_GLOBAL);
        if (object)
            put_address(s, op->args[0], b, indices, depth + 1);
        else
            put_value(s, op->args[0], depth + 1);
        bool by_value = !below && op->args[0]->var && op->args[0]->var->type && op->args[0]->var->type->kind == TY_RECORD;
        const char *name = op->ival < record->nfields ? record->fields[op->ival].name : NULL;
        str_fmt(s, "%s%s", object || by_value ? "." : "->", name ? name : "...");
    } else if (op && (op->code == OP_DECAY || op->code == OP_PTRCAST)) {
        put_address(s, op->args[0], b, indices, depth);
        str_put(s, op->code == OP_DECAY ? "[0]" : "");
    } else if (op && (op->code == OP_LOCAL || op->code == OP_GLOBAL)) {
        str_put(s, op->var && op->var->name ? op->var->name : names_itself(p) ? p->var->name : "...");
    } else {
        str_put(s, "*");
        put_value(s, p, depth);
    }
}

const char *graph_address_text(Arena *a, Value *p, Builder *b, Ptrs *indices)
{
    Str s = {.arena = a};
    str_put(&s, "");
    put_address(&s, p, b, indices, 0);
    return s.s;
}

/* ---------------------------------------------------------------------- ops */

bool graph_is_node(const Value *v)
{
    return type_is_differentiable(v->type) && !(v->def && op_info[v->def->code].kind == KIND_CONST);
}

const char *graph_op_text(Arena *a, const Op *op)
{
    const char *text = operator_text(op->code);
    if (op->code == OP_NEG)
        return "-";
    if (!text)
        return op->text ? op->text : op_info[op->code].text;
    bool left = graph_is_node(op->args[0]), right = graph_is_node(op->args[1]);
    if (left == right)
        return text;
    Str s = {.arena = a};
    str_put(&s, "");
    if (!left)
        put_operand(&s, op->args[0], op->code, 0);
    str_fmt(&s, left ? "%s " : " %s", text);
    if (!right)
        put_operand(&s, op->args[1], op->code, 0);
    return s.s;
}

const char *graph_quoted(Arena *a, const char *text)
{
    Str s = {.arena = a};
    str_put(&s, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            str_put(&s, "\\");
        str_putn(&s, c, 1);
    }
    str_put(&s, "\"");
    return s.s;
}
