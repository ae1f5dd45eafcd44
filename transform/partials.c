/* partials.c: the partial derivatives of scalar ops as new IR.
 *
 * A row's text is parsed into a small tree, operands that are constants become literals, the tree is simplified (which is how
 * pow(x, 3) gets 3*(x*x) without a call), the factor is pushed in, and the tree is written as IR:
 *     sqrt, factor d:  "0.5 / y"  ->  mulz(d, 0.5 / y)
 *     sin, factor d:   "cos(a)"   ->  d * cos(a)
 *     fdim, factor d:  "a > b ? 1 : 0"  ->  a > b ? d : 0
 */
#include "transform.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum { N_LIT, N_ARG, N_RESULT, N_FACTOR, N_NEG, N_BIN, N_SELECT, N_CALL } NodeKind;

typedef struct Node {
    NodeKind kind;
    OpCode code; /* N_BIN: ADD SUB MUL DIV or a comparison; N_CALL: the row */
    long double lit;
    int arg;
    struct Node *kid[3];
} Node;

/* The partial of one op with respect to one operand. */
typedef struct {
    const Op *op;
    Type *type;    /* the op's floating type */
    const char *p; /* what is left to parse */
    Node nodes[96];
    int n;
} Tree;

static const struct {
    OpCode code;
    const char *partial[2];
} arith_rows[] = {
    {OP_ADD, {"1", "1"}}, {OP_SUB, {"1", "-1"}}, {OP_MUL, {"b", "a"}}, {OP_DIV, {"1 / b", "-y / b"}}, {OP_NEG, {"-1", NULL}},
};

static const struct {
    const char *name;
    long double value;
} constants[] = {
    {"ln2", 0.693147180559945309417232121458176568L},
    {"ln10", 2.302585092994045684017991454684364208L},
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

static bool compare(OpCode code, long double x, long double y)
{
    switch (code) {
    case OP_EQ:
        return x == y;
    case OP_NE:
        return x != y;
    case OP_LT:
        return x < y;
    case OP_LE:
        return x <= y;
    case OP_GT:
        return x > y;
    default:
        return x >= y;
    }
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

static Node *node_bin(Tree *t, OpCode code, Node *x, Node *y)
{
    long double v;
    bool both = x->kind == N_LIT && y->kind == N_LIT;
    if (code >= OP_EQ && code <= OP_GE)
        return both ? node_lit(t, compare(code, x->lit, y->lit)) : node_new(t, N_BIN, code, x, y, NULL);
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

/* pow with a constant exponent; inside pow's own partial y is pow(a, b). */
static Node *node_pow(Tree *t, Node *x, Node *e)
{
    const Op *op = t->op;
    Node *square = NULL;
    if (e->kind != N_LIT)
        return node_new(t, N_CALL, OP_POW, x, e, NULL);
    if (e->lit == 0)
        return node_lit(t, 1);
    if (e->lit == 1)
        return x;
    if (e->lit == 0.5L)
        return node_new(t, N_CALL, OP_SQRT, x, NULL, NULL);
    if (e->lit == 2 || e->lit == 3 || e->lit == 4)
        square = node_bin(t, OP_MUL, x, x);
    if (e->lit == 2)
        return square;
    if (e->lit == 3 || e->lit == 4)
        return node_bin(t, OP_MUL, square, e->lit == 3 ? x : square);
    if (e->lit == -0.5L && op->code == OP_POW)
        return node_bin(t, OP_DIV, node_lit(t, 1), node_new(t, N_RESULT, OP_USE, NULL, NULL, NULL));
    /* a^(b-1) with a negative b is y/a, also where a is 0 or infinite */
    if (op->code == OP_POW && e->lit < -1 && x->kind == N_ARG && x->arg == 0)
        return node_bin(t, OP_DIV, node_new(t, N_RESULT, OP_USE, NULL, NULL, NULL), x);
    return node_new(t, N_CALL, OP_POW, x, e, NULL);
}

/* The constant that operand k is, looking through a conversion; false where it is none or is written symbolically. */
static bool constant_operand(const Op *op, int k, long double *v)
{
    const Op *def = op->args[k]->def;
    if (def && def->code == OP_CAST && def->args[0]->def && type_is_float(def->results[0]->type))
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
    return code == OP_POW ? node_pow(t, kid[0], kid[1]) : node_new(t, N_CALL, code, kid[0], kid[1], kid[2]);
}

/* name = a | b | c | y | constant | function '(' expr {',' expr} ')' */
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

/* expr = sum [('==' | '!=' | '<=' | '>=' | '<' | '>') sum] ['?' expr ':' expr] */
static Node *parse_expr(Tree *t)
{
    static const struct {
        const char *token;
        OpCode code;
    } compares[] = {{"==", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE}, {">=", OP_GE}, {"<", OP_LT}, {">", OP_GT}};
    Node *n = parse_sum(t);
    for (size_t i = 0; i < sizeof compares / sizeof compares[0]; i++)
        if (take(t, compares[i].token)) {
            n = node_bin(t, compares[i].code, n, parse_sum(t));
            break;
        }
    if (!take(t, "?"))
        return n;
    Node *then = parse_expr(t);
    expect(t, ":");
    return node_select(t, n, then, parse_expr(t));
}

static const char *partial_text(const Op *op, int k)
{
    if (op_info[op->code].kind == KIND_MATH)
        return k < 3 ? op_info[op->code].partial[k] : NULL;
    for (size_t i = 0; i < sizeof arith_rows / sizeof arith_rows[0]; i++)
        if (arith_rows[i].code == op->code && k < 2)
            return arith_rows[i].partial[k];
    return NULL;
}

/* Can the op's result 0 change with operand k at all, by its types? */
static bool is_differentiable(const Op *op, int k)
{
    if (!op->nresults)
        return false;
    Type *r = op->results[0]->type;
    if (type_is_complex(r) || type_is_complex(op->args[k]->type))
        ICE("the partials of complex '%s' are not known", op_info[op->code].text);
    return type_is_float(r) && type_is_float(op->args[k]->type);
}

/* The tree of op's partial with respect to operand k; NULL where it is zero or has no text (SELECT, CAST, MULZ). */
static Node *tree_parse(Tree *t, const Op *op, int k, const char *text)
{
    t->op = op;
    t->n = 0;
    t->p = text;
    if (!text)
        return NULL;
    t->type = op->results[0]->type;
    Node *n = parse_expr(t);
    if (*t->p)
        ICE("the partial of '%s' ends in \"%s\"", op_info[op->code].text, t->p);
    return is_lit(n, 0) || !is_differentiable(op, k) ? NULL : n;
}

/* ---------------------------------------------------------------------- factor * tree */

static Node *times_factor(Tree *t, Node *n)
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

/* ---------------------------------------------------------------------- writing a tree as IR */

typedef struct {
    Builder *b;
    const Op *op;
    const PartialEnv *env;
    Type *type; /* the op's floating type */
    Value *factor;
    bool guarded; /* mark what is made: its own partials obey the zero rule */
} Writer;

/* NULL: a literal, which takes the type that is wanted. */
static Type *node_type(const Writer *w, const Node *n)
{
    switch (n->kind) {
    case N_LIT:
        return NULL;
    case N_ARG:
        return w->op->args[n->arg]->type;
    case N_CALL:
        return math_result_type(n->code, 0, w->type);
    case N_NEG:
        return node_type(w, n->kid[0]);
    case N_BIN: {
        if (n->code >= OP_EQ && n->code <= OP_GE)
            return type_scalar(TY_INT);
        Type *x = node_type(w, n->kid[0]), *y = node_type(w, n->kid[1]);
        return x == y || !y ? x : !x ? y : w->type;
    }
    default:
        return w->type;
    }
}

static Value *marked(const Writer *w, Value *v)
{
    if (w->guarded && type_is_float(v->type))
        v->def->guarded = true;
    return v;
}

static Value *write_node(const Writer *w, const Node *n, Type *want);

static Value *write_bin(const Writer *w, const Node *n, Type *want)
{
    bool is_compare = n->code >= OP_EQ && n->code <= OP_GE;
    Type *x = node_type(w, n->kid[0]), *y = node_type(w, n->kid[1]);
    Type *t = x && y && x != y ? w->type : x ? x : y;
    if (!t)
        t = is_compare ? w->type : want;
    Value *l = write_node(w, n->kid[0], t), *r = n->kid[1] == n->kid[0] ? l : write_node(w, n->kid[1], t);
    return build_cast(w->b, marked(w, build_bin(w->b, n->code, l, r)), want);
}

static Value *write_call(const Writer *w, const Node *n, Type *want)
{
    Value *args[3] = {NULL}, *known = NULL;
    if (w->env->known && op_info[n->code].arity == 1 && n->kid[0]->kind == N_ARG)
        known = w->env->known(w->env->ctx, w->op, n->code, n->kid[0]->arg, math_result_type(n->code, 0, w->type));
    if (known)
        return build_cast(w->b, known, want);
    for (int k = 0; k < op_info[n->code].arity; k++)
        args[k] = write_node(w, n->kid[k], math_operand_type(n->code, k, w->type));
    return build_cast(w->b, marked(w, build_math(w->b, n->code, w->type, args)->results[0]), want);
}

static Value *write_node(const Writer *w, const Node *n, Type *want)
{
    Builder *b = w->b;
    switch (n->kind) {
    case N_LIT:
        return type_is_int(want) ? build_int(b, want, (int64_t)n->lit) : build_float(b, want, n->lit);
    case N_ARG:
        return build_cast(b, w->env->operand(w->env->ctx, w->op, n->arg), want);
    case N_RESULT:
        return build_cast(b, w->env->result(w->env->ctx, w->op), want);
    case N_FACTOR:
        return build_cast(b, w->factor, want);
    case N_NEG:
        return marked(w, build_un(b, OP_NEG, write_node(w, n->kid[0], want)));
    case N_BIN:
        return write_bin(w, n, want);
    case N_SELECT: {
        Value *c = write_node(w, n->kid[0], type_scalar(TY_INT));
        Value *x = write_node(w, n->kid[1], want), *y = write_node(w, n->kid[2], want);
        return marked(w, build_select(b, c, x, y));
    }
    case N_CALL:
        return write_call(w, n, want);
    }
    ICE("node kind %d", (int)n->kind);
}

static bool is_guarded(const Op *op)
{
    return op_info[op->code].guard || op->guarded;
}

static Writer writer_for(Builder *b, const Op *op, const PartialEnv *env, Value *factor)
{
    return (Writer){.b = b, .op = op, .env = env, .type = op->results[0]->type, .factor = factor, .guarded = is_guarded(op)};
}

static Value *build_mulz(Builder *b, Value *a, Value *p)
{
    Op *op = op_build(b, OP_MULZ, (Value *[]){a, p}, 2, 1);
    op->results[0]->type = p->type;
    return op->results[0];
}

Value *build_partial(Builder *b, const Op *op, int k, const PartialEnv *env)
{
    Tree t;
    if (op_partial_is_zero(op, k))
        return NULL;
    Type *type = op->results[0]->type;
    if (op->code == OP_CAST)
        return build_float(b, type, 1);
    if (op->code == OP_SELECT) /* k is 1 or 2 */
        return build_select(b, env->operand(env->ctx, op, 0), build_float(b, type, k == 1), build_float(b, type, k == 2));
    if (op->code == OP_MULZ)
        return env->operand(env->ctx, op, 1 - k);
    Writer w = writer_for(b, op, env, NULL);
    return write_node(&w, tree_parse(&t, op, k, partial_text(op, k)), type);
}

Value *build_partial_product(Builder *b, const Op *op, int k, Value *factor, const PartialEnv *env)
{
    Tree t;
    if (op_partial_is_zero(op, k))
        return NULL;
    Type *type = op->results[0]->type;
    if (op->code == OP_CAST) /* an adjoint goes back to the operand's type, a tangent on to the result's */
        return build_cast(b, factor, factor->type == type ? op->args[0]->type : type);
    if (op->code == OP_SELECT) {
        Value *zero = build_zero(b, type), *c = env->operand(env->ctx, op, 0);
        return build_select(b, c, k == 1 ? factor : zero, k == 1 ? zero : factor);
    }
    if (op->code == OP_MULZ)
        return k == 0 ? build_mulz(b, factor, env->operand(env->ctx, op, 1)) : build_mulz(b, env->operand(env->ctx, op, 0), factor);
    Writer w = writer_for(b, op, env, factor);
    /* d/b first: then both operands' products share the division */
    const char *text = op->code == OP_DIV && k == 1 && !is_guarded(op) ? "-(1 / b * y)" : partial_text(op, k);
    Node *n = tree_parse(&t, op, k, text);
    if (is_guarded(op) && n->kind != N_LIT)
        return build_mulz(b, factor, write_node(&w, n, type));
    return write_node(&w, times_factor(&t, n), type);
}

bool op_partial_is_zero(const Op *op, int k)
{
    Tree t;
    if (!is_differentiable(op, k))
        return true;
    if (op->code == OP_CAST || op->code == OP_MULZ)
        return false;
    if (op->code == OP_SELECT)
        return k == 0;
    return tree_parse(&t, op, k, partial_text(op, k)) == NULL;
}

bool partial_needs(const Op *op, int k, int which)
{
    Tree t;
    if (op_partial_is_zero(op, k) || op->code == OP_CAST)
        return false;
    if (op->code == OP_SELECT)
        return which == 0;
    if (op->code == OP_MULZ)
        return which == 1 - k;
    Node *used[96], *root = tree_parse(&t, op, k, partial_text(op, k));
    int n = 0;
    used[n++] = root;
    while (n > 0) { /* only what the root reaches: simplification leaves orphans */
        Node *x = used[--n];
        if ((x->kind == N_ARG && x->arg == which) || (x->kind == N_RESULT && which < 0))
            return true;
        for (int i = 0; i < 3; i++)
            if (x->kid[i])
                used[n++] = x->kid[i];
    }
    return false;
}
