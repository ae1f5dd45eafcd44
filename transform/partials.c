/* partials.c: the partial derivatives of scalar ops as new IR.
 *
 *     sqrt, factor d:  "0.5 / y"  ->  mulz(d, 0.5 / y)
 *     sin, factor d:   "cos(a)"   ->  d * cos(a)
 *     fdim, factor d:  "a > b ? 1 : 0"  ->  a > b ? d : 0
 */
#include "derivative.h"
#include "partial_tree.h"

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
        if (is_test(n->code))
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
    bool is_compare = is_test(n->code);
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
    if (is_turn(n->code) && !w->env->again)
        return build_cast(w->b, build_turn(w->b, n->code, w->type, args), want);
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
    case N_IMAG:
        break;
    }
    ICE("node kind %d", (int)n->kind);
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
    if (is_complex_op(op))
        return build_complex_product(b, op, k, factor, env);
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
    const char *text = partial_text(op, k);
    bool divisor = op->code == OP_DIV && k == 1 && !is_guarded(op);
    if (divisor && is_reciprocal(op) && !env->adjoint) /* y * y leaves the range before d * y * y does */
        return write_node(&w, tree_parse(&t, op, k, "-(d * y * y)"), type);
    if (divisor) /* d/b first: then both operands' products share the division */
        text = is_reciprocal(op) ? "-(y * y)" : "-(1 / b * y)";
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
