/* partial_tree.c: the partial derivatives of scalar ops as trees: parsing, simplification. */
#include "partial_tree.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    OpCode code;
    const char *partial[2];
} arith_rows[] = {
    {OP_ADD, {"1", "1"}}, {OP_SUB, {"1", "-1"}}, {OP_MUL, {"b", "a"}}, {OP_DIV, {"1 / b", "-y / b"}}, {OP_NEG, {"-1", NULL}},
};

static const struct {
    OpCode code;
    const char *partial;
} argument_forms[] = {
#define OP_TAILS(code, da) {OP_##code, da},
#include "ops.h"
};

static const struct {
    const char *name;
    long double value;
} constants[] = {
    {"ln2", 0.693147180559945309417232121458176568L},
    {"ln10", 2.302585092994045684017991454684364208L},
    {"log2e", 1.442695040888963407359924681001892137L},
    {"log10e", 0.434294481903251827651128918916605082L},
    {"sqrtpi2", 1.128379167095512573896158903121545172L},
};

/* ---------------------------------------------------------------------- trees, simplified as they grow */

static Node *node_new(Tree *t, NodeKind kind, OpCode code, Node *x, Node *y, Node *z)
{
    if (t->n == (int)(sizeof t->nodes / sizeof t->nodes[0]))
        ICE("the partial of '%s' is too long", op_info[t->op->code].text);
    Node *n = &t->nodes[t->n++];
    *n = (Node){.kind = kind, .code = code, .kid = {x, y, z}};
    return n;
}

static Node *node_lit(Tree *t, long double v)
{
    Node *n = node_new(t, N_LIT, OP_FCONST, NULL, NULL, NULL);
    n->lit = v;
    return n;
}

static bool is_lit(const Node *n, long double v)
{
    return n->kind == N_LIT && n->lit == v && !signbit(n->lit) == !signbit(v);
}

static bool same_leaf(const Node *x, const Node *y)
{
    return x->kind == y->kind && ((x->kind == N_ARG && x->arg == y->arg) || x->kind == N_RESULT);
}

static Node *node_neg(Tree *t, Node *x)
{
    if (x->kind == N_LIT)
        return node_lit(t, -x->lit);
    return x->kind == N_NEG ? x->kid[0] : node_new(t, N_NEG, OP_NEG, x, NULL, NULL);
}

/* x op y as the generated program would round it; false where the result could depend on the machine adgen runs on. */
static bool fold(OpCode code, TypeKind type, long double x, long double y, long double *result)
{
    bool small = fabsl(x) < 0x1p20L && fabsl(y) < 0x1p20L && 2 * x == roundl(2 * x) && 2 * y == roundl(2 * y);
    if (type == TY_F80 && (!small || code == OP_DIV))
        return false;
    double d = (double)x, e = (double)y;
    double v = code == OP_ADD ? d + e : code == OP_SUB ? d - e : code == OP_MUL ? d * e : d / e;
    /* one operation in double, rounded again to float, is the float operation: 53 >= 2*24 + 2 */
    *result = type == TY_F32 ? (double)(float)v : v;
    return isfinite(x) && isfinite(y) && isfinite(*result);
}

bool is_test(OpCode code)
{
    return (code >= OP_EQ && code <= OP_GE) || code == OP_LAND || code == OP_LOR;
}

static Node *node_test(Tree *t, OpCode code, Node *x, Node *y)
{
    bool both = x->kind == N_LIT && y->kind == N_LIT;
    if (code != OP_LAND && code != OP_LOR)
        return both ? node_lit(t, op_compare_floats(code, x->lit, y->lit)) : node_new(t, N_BIN, code, x, y, NULL);
    if (x->kind == N_LIT) /* 1 && y, 0 || y */
        return (x->lit != 0) == (code == OP_LAND) ? y : x;
    if (y->kind == N_LIT)
        return (y->lit != 0) == (code == OP_LAND) ? x : y;
    return node_new(t, N_BIN, code, x, y, NULL);
}

static Node *node_bin(Tree *t, OpCode code, Node *x, Node *y)
{
    long double v;
    bool both = x->kind == N_LIT && y->kind == N_LIT;
    if (is_test(code))
        return node_test(t, code, x, y);
    if (both && fold(code, t->type->kind, x->lit, y->lit, &v))
        return node_lit(t, v);
    if (code == OP_MUL && (is_lit(x, 0) || is_lit(y, 0)))
        return node_lit(t, 0);
    if (code == OP_MUL && is_lit(x, 1))
        return y;
    if ((code == OP_MUL || code == OP_DIV) && is_lit(y, 1))
        return x;
    if (code == OP_MUL && is_lit(x, -1))
        return node_neg(t, y);
    if ((code == OP_MUL || code == OP_DIV) && is_lit(y, -1))
        return node_neg(t, x);
    return node_new(t, N_BIN, code, x, y, NULL);
}

static Node *node_select(Tree *t, Node *c, Node *x, Node *y)
{
    if (c->kind == N_LIT)
        return c->lit != 0 ? x : y;
    return x->kind == N_LIT && is_lit(y, x->lit) ? x : node_new(t, N_SELECT, OP_SELECT, c, x, y);
}

/* pow or cpow with a constant exponent; inside its own partial y is pow(a, b). */
static Node *node_pow(Tree *t, OpCode pow, Node *x, Node *e)
{
    bool own = t->op->code == pow;
    Node *square = NULL;
    if (e->kind != N_LIT)
        return node_new(t, N_CALL, pow, x, e, NULL);
    if (e->lit == 0)
        return node_lit(t, 1);
    if (e->lit == 1)
        return x;
    if (e->lit == 0.5L)
        return node_new(t, N_CALL, pow == OP_POW ? OP_SQRT : OP_CSQRT, x, NULL, NULL);
    if (e->lit == 2 || e->lit == 3 || e->lit == 4)
        square = node_bin(t, OP_MUL, x, x);
    if (e->lit == 2)
        return square;
    if (e->lit == 3 || e->lit == 4)
        return node_bin(t, OP_MUL, square, e->lit == 3 ? x : square);
    if (e->lit == -0.5L && own)
        return node_bin(t, OP_DIV, node_lit(t, 1), node_new(t, N_RESULT, OP_USE, NULL, NULL, NULL));
    /* a^(b-1) with a negative b is y/a */
    if (own && pow == OP_CPOW && e->lit < -1 && x->kind == N_ARG && x->arg == 0)
        return node_bin(t, OP_DIV, node_new(t, N_RESULT, OP_USE, NULL, NULL, NULL), x);
    return node_new(t, N_CALL, pow, x, e, NULL);
}

/* The constant that operand k is, looking through a conversion; false where it is none or is written symbolically. */
static bool constant_operand(const Op *op, int k, long double *v)
{
    const Op *def = op->args[k]->def;
    if (def && def->code == OP_CAST && def->args[0]->def && type_is_differentiable(def->results[0]->type))
        def = def->args[0]->def;
    if (!def || def->text)
        return false;
    *v = def->code == OP_FCONST ? def->fval : (long double)def->ival;
    bool exact = def->results[0] == op->args[k] || (fabsl(*v) < 0x1p24L && *v == floorl(*v));
    return isfinite(*v) && exact && (def->code == OP_FCONST || def->code == OP_ICONST);
}

static Node *node_arg(Tree *t, int k)
{
    long double v;
    if (k >= t->op->nargs)
        ICE("the partial of '%s' names operand %d", op_info[t->op->code].text, k);
    if (constant_operand(t->op, k, &v))
        return node_lit(t, v);
    Node *n = node_new(t, N_ARG, OP_USE, NULL, NULL, NULL);
    n->arg = k;
    return n;
}

/* ---------------------------------------------------------------------- parsing a row's text */

static Node *parse_expr(Tree *t);

static bool take(Tree *t, const char *token)
{
    t->p += strspn(t->p, " ");
    size_t n = strlen(token);
    if (strncmp(t->p, token, n) != 0)
        return false;
    t->p += n;
    return true;
}

static void expect(Tree *t, const char *token)
{
    if (!take(t, token))
        ICE("the partial of '%s': '%s' expected before \"%s\"", op_info[t->op->code].text, token, t->p);
}

static Node *parse_call(Tree *t, const char *name)
{
    Type *unused;
    OpCode code = math_find(name, &unused);
    if (code == OP_COUNT)
        ICE("the partial of '%s': unknown name %s", op_info[t->op->code].text, name);
    Node *kid[3] = {NULL};
    expect(t, "(");
    for (int k = 0; k < op_info[code].arity; k++) {
        if (k)
            expect(t, ",");
        kid[k] = parse_expr(t);
    }
    expect(t, ")");
    return code == OP_POW || code == OP_CPOW ? node_pow(t, code, kid[0], kid[1])
                                             : node_new(t, N_CALL, code, kid[0], kid[1], kid[2]);
}

/* name = a | b | c | y | d | I | constant | function '(' expr {',' expr} ')' */
static Node *parse_name(Tree *t)
{
    char name[24];
    size_t n = 0;
    while ((isalnum((unsigned char)*t->p) || *t->p == '_') && n < sizeof name - 1)
        name[n++] = *t->p++;
    name[n] = '\0';
    if (n == 1 && name[0] >= 'a' && name[0] <= 'c')
        return node_arg(t, name[0] - 'a');
    if (!strcmp(name, "y"))
        return node_new(t, N_RESULT, OP_USE, NULL, NULL, NULL);
    if (!strcmp(name, "d") || !strcmp(name, "I"))
        return node_new(t, *name == 'd' ? N_FACTOR : N_IMAG, OP_USE, NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (!strcmp(name, constants[i].name))
            return node_lit(t, constants[i].value);
    return parse_call(t, name);
}

/* unary = '-' unary | number | name | '(' expr ')' */
static Node *parse_unary(Tree *t)
{
    if (take(t, "-"))
        return node_neg(t, parse_unary(t));
    if (take(t, "(")) {
        Node *n = parse_expr(t);
        expect(t, ")");
        return n;
    }
    t->p += strspn(t->p, " ");
    if (!isdigit((unsigned char)*t->p))
        return parse_name(t);
    char *end;
    long double v = strtold(t->p, &end);
    t->p = end;
    return node_lit(t, v);
}

/* term = unary {('*' | '/') unary} */
static Node *parse_term(Tree *t)
{
    Node *n = parse_unary(t);
    for (;;) {
        if (take(t, "*"))
            n = node_bin(t, OP_MUL, n, parse_unary(t));
        else if (take(t, "/"))
            n = node_bin(t, OP_DIV, n, parse_unary(t));
        else
            return n;
    }
}

/* sum = term {('+' | '-') term} */
static Node *parse_sum(Tree *t)
{
    Node *n = parse_term(t);
    for (;;) {
        if (take(t, "+"))
            n = node_bin(t, OP_ADD, n, parse_term(t));
        else if (take(t, "-"))
            n = node_bin(t, OP_SUB, n, parse_term(t));
        else
            return n;
    }
}

/* test = sum [('==' | '!=' | '<=' | '>=' | '<' | '>') sum] */
static Node *parse_test(Tree *t)
{
    static const struct {
        const char *token;
        OpCode code;
    } compares[] = {{"==", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE}, {">=", OP_GE}, {"<", OP_LT}, {">", OP_GT}};
    Node *n = parse_sum(t);
    for (size_t i = 0; i < sizeof compares / sizeof compares[0]; i++)
        if (take(t, compares[i].token))
            return node_bin(t, compares[i].code, n, parse_sum(t));
    return n;
}

/* expr = test {('&&' | '||') test} ['?' expr ':' expr] */
static Node *parse_expr(Tree *t)
{
    Node *n = parse_test(t);
    for (;;) {
        if (take(t, "&&"))
            n = node_bin(t, OP_LAND, n, parse_test(t));
        else if (take(t, "||"))
            n = node_bin(t, OP_LOR, n, parse_test(t));
        else
            break;
    }
    if (!take(t, "?"))
        return n;
    Node *then = parse_expr(t);
    expect(t, ":");
    return node_select(t, n, then, parse_expr(t));
}

/* NULL: none, or not asked for. */
static const char *argument_form(OpCode code)
{
    for (size_t i = 0; i < sizeof argument_forms / sizeof argument_forms[0] && pass_options.accurate_tails; i++)
        if (argument_forms[i].code == code)
            return argument_forms[i].partial;
    return NULL;
}

const char *partial_text(const Op *op, int k)
{
    if (op_info[op->code].kind == KIND_MATH)
        return k == 0 && argument_form(op->code) ? argument_form(op->code) : k < 3 ? op_info[op->code].partial[k] : NULL;
    for (size_t i = 0; i < sizeof arith_rows / sizeof arith_rows[0]; i++)
        if (arith_rows[i].code == op->code && k < 2)
            return arith_rows[i].partial[k];
    return NULL;
}

bool is_differentiable(const Op *op, int k)
{
    return op->nresults && type_is_differentiable(op->results[0]->type) && type_is_differentiable(op->args[k]->type);
}

bool is_guarded(const Op *op)
{
    return op_info[op->code].guard || op->guarded;
}

Node *tree_parse(Tree *t, const Op *op, int k, const char *text)
{
    t->op = op;
    t->n = 0;
    t->p = text;
    if (!text)
        return NULL;
    t->type = type_real_of(op->results[0]->type);
    Node *n = parse_expr(t);
    if (*t->p)
        ICE("the partial of '%s' ends in \"%s\"", op_info[op->code].text, t->p);
    return is_lit(n, 0) || !is_differentiable(op, k) ? NULL : n;
}

/* ---------------------------------------------------------------------- factor * tree */

Node *times_factor(Tree *t, Node *n)
{
    if (n->kind == N_NEG)
        return node_neg(t, times_factor(t, n->kid[0]));
    if (n->kind == N_SELECT)
        return node_select(t, n->kid[0], times_factor(t, n->kid[1]), times_factor(t, n->kid[2]));
    if (n->kind == N_BIN && n->code == OP_DIV)
        return node_bin(t, OP_DIV, times_factor(t, n->kid[0]), n->kid[1]);
    if (n->kind == N_BIN && n->code == OP_MUL && !same_leaf(n->kid[0], n->kid[1]))
        return node_bin(t, OP_MUL, times_factor(t, n->kid[0]), n->kid[1]);
    if (n->kind == N_CALL && (n->code == OP_LDEXP || n->code == OP_SCALBN || n->code == OP_SCALBLN) && is_lit(n->kid[0], 1))
        return node_new(t, N_CALL, n->code, node_new(t, N_FACTOR, OP_USE, NULL, NULL, NULL), n->kid[1], NULL);
    Node *factor = node_new(t, N_FACTOR, OP_USE, NULL, NULL, NULL);
    return n->kind == N_LIT ? node_bin(t, OP_MUL, n, factor) : node_bin(t, OP_MUL, factor, n);
}
