/* partials_complex.c: factor * partial for ops with complex numbers.
 *
 * A complex number is a pair of reals, and the derivative with respect to z = x + iy is the pair d/dx + i d/dy (PyTorch's convention).
 * For w = f(z) with complex derivative f':
 *     tangent   dw = f'(z) * dz
 *     adjoint   dz = conj(f'(z)) * dw
 * A real operand takes the real part. Real factors stay real: the adjoint of creal(z) is a real number. */
#include "partial_tree.h"

typedef struct {
    Builder *b;
    const Op *op;
    const PartialEnv *env;
    Type *real; /* the op's real floating type */
    Value *factor;
} Writer;

bool is_complex_op(const Op *op)
{
    if (type_is_complex(op->results[0]->type))
        return true;
    for (int k = 0; k < op->nargs; k++)
        if (type_is_complex(op->args[k]->type))
            return true;
    return false;
}

/* ---------------------------------------------------------------------- parts of complex values, simplified */

static bool is_op(const Value *v, OpCode code)
{
    return v->def && v->def->code == code;
}

static bool is_unit(const Value *v)
{
    return is_op(v, OP_FCONST) && v->def->text && type_is_complex(v->type);
}

static Value *build_part(Builder *b, OpCode code, Value *z)
{
    return build_math(b, code, type_real_of(z->type), &z)->results[0];
}

/* conj(r * conj(z)) -> r * z */
static Value *build_conj(Builder *b, Value *z)
{
    if (!type_is_complex(z->type))
        return z;
    Op *op = z->def;
    if (is_op(z, OP_CONJ))
        return op->args[0];
    if (is_op(z, OP_MUL) && !type_is_complex(op->args[0]->type))
        return build_bin(b, OP_MUL, op->args[0], build_conj(b, op->args[1]));
    if (is_op(z, OP_NEG))
        return build_un(b, OP_NEG, build_conj(b, op->args[0]));
    if (is_unit(z))
        return build_un(b, OP_NEG, z);
    return build_part(b, OP_CONJ, z);
}

/* creal(r * conj(z)) -> r * creal(z), creal(z * -I) -> cimag(z) */
static Value *build_creal(Builder *b, Value *z)
{
    if (!type_is_complex(z->type))
        return z;
    Op *op = z->def;
    if (is_op(z, OP_CONJ))
        return build_creal(b, op->args[0]);
    if (is_op(z, OP_NEG))
        return build_un(b, OP_NEG, build_creal(b, op->args[0]));
    if (is_op(z, OP_MUL)) {
        for (int k = 0; k < 2; k++)
            if (!type_is_complex(op->args[k]->type))
                return build_bin(b, OP_MUL, op->args[k], build_creal(b, op->args[1 - k]));
        if (is_op(op->args[1], OP_NEG) && is_unit(op->args[1]->def->args[0]))
            return build_part(b, OP_CIMAG, op->args[0]);
    }
    if (is_op(z, OP_DIV) && !type_is_complex(op->args[1]->type))
        return build_bin(b, OP_DIV, build_creal(b, op->args[0]), op->args[1]);
    return build_part(b, OP_CREAL, z);
}

static Value *build_cimag(Builder *b, Value *z)
{
    return type_is_complex(z->type) ? build_part(b, OP_CIMAG, z) : build_zero(b, z->type);
}

/* ---------------------------------------------------------------------- trees */

static Value *write_node(const Writer *w, const Node *n);

static Value *marked(const Writer *w, Value *v)
{
    if (is_guarded(w->op) && v->def)
        v->def->guarded = true;
    return v;
}

static Value *write_call(const Writer *w, const Node *n)
{
    Value *args[3] = {NULL};
    if (w->env->known && op_info[n->code].arity == 1 && n->kid[0]->kind == N_ARG) {
        Value *known = w->env->known(w->env->ctx, w->op, n->code, n->kid[0]->arg, math_result_type(n->code, 0, w->real));
        if (known)
            return known;
    }
    for (int k = 0; k < op_info[n->code].arity; k++)
        args[k] = write_node(w, n->kid[k]);
    switch (n->code) {
    case OP_CREAL:
        return build_creal(w->b, args[0]);
    case OP_CIMAG:
        return build_cimag(w->b, args[0]);
    case OP_CONJ:
        return build_conj(w->b, args[0]);
    default:
        break;
    }
    for (int k = 0; k < op_info[n->code].arity; k++)
        args[k] = build_cast(w->b, args[k], math_operand_type(n->code, k, w->real));
    return build_math(w->b, n->code, w->real, args)->results[0];
}

/* Both arms of one type: complex where one is. */
static Value *write_select(const Writer *w, Value *c, Value *x, Value *y)
{
    if (x->type != y->type) {
        Type *t = type_complex_of(w->real);
        x = build_cast(w->b, x, t);
        y = build_cast(w->b, y, t);
    }
    return build_select(w->b, c, x, y);
}

static Value *imaginary_unit(Builder *b, Type *real)
{
    Value *v = build_float(b, type_complex_of(real), 0);
    v->def->text = "I";
    return v;
}

/* In the node's natural type, real or complex. */
static Value *write_node(const Writer *w, const Node *n)
{
    Builder *b = w->b;
    switch (n->kind) {
    case N_LIT:
        return build_float(b, w->real, n->lit);
    case N_IMAG:
        return imaginary_unit(b, w->real);
    case N_ARG:
        return w->env->operand(w->env->ctx, w->op, n->arg);
    case N_RESULT:
        return w->env->result(w->env->ctx, w->op);
    case N_FACTOR:
        return w->factor;
    case N_NEG:
        return marked(w, build_un(b, OP_NEG, write_node(w, n->kid[0])));
    case N_BIN: {
        Value *x = write_node(w, n->kid[0]), *y = n->kid[1] == n->kid[0] ? x : write_node(w, n->kid[1]);
        return marked(w, build_bin(b, n->code, x, y));
    }
    case N_SELECT: {
        Value *c = write_node(w, n->kid[0]), *x = write_node(w, n->kid[1]);
        return marked(w, write_select(w, c, x, write_node(w, n->kid[2])));
    }
    case N_CALL:
        return marked(w, write_call(w, n));
    }
    ICE("node kind %d", (int)n->kind);
}

static bool has_factor(const Node *n)
{
    if (n->kind == N_FACTOR)
        return true;
    for (int i = 0; i < 3; i++)
        if (n->kid[i] && has_factor(n->kid[i]))
            return true;
    return false;
}

/* The node with everything but the factor conjugated. */
static Value *write_conjugate(const Writer *w, const Node *n)
{
    switch (n->kind) {
    case N_FACTOR:
    case N_LIT:
        return write_node(w, n);
    case N_NEG:
        return marked(w, build_un(w->b, OP_NEG, write_conjugate(w, n->kid[0])));
    case N_SELECT: {
        Value *c = write_node(w, n->kid[0]), *x = write_conjugate(w, n->kid[1]);
        return marked(w, write_select(w, c, x, write_conjugate(w, n->kid[2])));
    }
    case N_BIN:
        if (has_factor(n) || n->kid[0]->kind == N_LIT || n->kid[1]->kind == N_LIT) {
            Value *x = write_conjugate(w, n->kid[0]);
            return marked(w, build_bin(w->b, n->code, x, write_conjugate(w, n->kid[1])));
        }
        return marked(w, build_conj(w->b, write_node(w, n)));
    default:
        return marked(w, build_conj(w->b, write_node(w, n)));
    }
}

/* ---------------------------------------------------------------------- products */

static Value *cast_product(const Writer *w, int k)
{
    Value *d = w->factor;
    Type *from = w->op->args[k]->type, *to = w->op->results[0]->type;
    if (!w->env->adjoint && !type_is_complex(to))
        return build_cast(w->b, build_creal(w->b, d), to);
    Type *t = w->env->adjoint ? from : to;
    return build_cast(w->b, d, type_is_complex(d->type) ? type_complex_of(type_real_of(t)) : type_real_of(t));
}

static Value *guarded_product(const Writer *w, Value *partial)
{
    Type *t = type_is_complex(w->factor->type) || type_is_complex(partial->type) ? type_complex_of(w->real) : w->real;
    Value *args[2] = {build_cast(w->b, w->factor, t), build_cast(w->b, partial, t)};
    Op *op = op_build(w->b, OP_MULZ, args, 2, 1);
    op->results[0]->type = t;
    return op->results[0];
}

static Value *select_product(const Writer *w, int k)
{
    Value *c = w->env->operand(w->env->ctx, w->op, 0), *zero = build_zero(w->b, w->factor->type);
    return build_select(w->b, c, k == 1 ? w->factor : zero, k == 1 ? zero : w->factor);
}

/* d mulz(x, p) = mulz(dx, p) + mulz(x, dp): second order, the tangent of the adjoint or (recursion) the adjoint of the tangent. */
static Value *mulz_product(const Writer *w, int k)
{
    Value *other = w->env->operand(w->env->ctx, w->op, 1 - k), *d = build_cast(w->b, w->factor, other->type);
    if (w->env->adjoint && type_is_complex(other->type))
        other = build_conj(w->b, other);
    Op *op = op_build(w->b, OP_MULZ, k == 0 ? (Value *[]){d, other} : (Value *[]){other, d}, 2, 1);
    op->results[0]->type = other->type;
    return op->results[0];
}

static Value *tree_product(const Writer *w, int k)
{
    Tree t;
    const Op *op = w->op;
    bool adjoint = w->env->adjoint;
    if (op_info[op->code].adjoint)
        return write_node(w, tree_parse(&t, op, k, adjoint ? op_info[op->code].adjoint : partial_text(op, k)));
    /* d/b first: then both operands' products share the division */
    bool divisor = op->code == OP_DIV && k == 1 && !is_guarded(op);
    const Node *n = tree_parse(&t, op, k, divisor ? "-(1 / b * y)" : partial_text(op, k));
    if (is_guarded(op) && n->kind != N_LIT)
        return guarded_product(w, adjoint ? write_conjugate(w, n) : write_node(w, n));
    n = times_factor(&t, (Node *)(uintptr_t)n);
    return adjoint ? write_conjugate(w, n) : write_node(w, n);
}

Value *build_complex_product(Builder *b, const Op *op, int k, Value *factor, const PartialEnv *env)
{
    Type *real = type_real_of(op->code == OP_SELECT ? op->results[0]->type : op->args[k]->type);
    Writer w = {.b = b, .op = op, .env = env, .real = real, .factor = factor};
    Value *product = op->code == OP_CAST     ? cast_product(&w, k)
                     : op->code == OP_SELECT ? select_product(&w, k)
                     : op->code == OP_MULZ   ? mulz_product(&w, k)
                                             : tree_product(&w, k);
    Type *operand = op->args[k]->type;
    return env->adjoint && !type_is_complex(operand) ? build_cast(b, build_creal(b, product), operand) : product;
}
