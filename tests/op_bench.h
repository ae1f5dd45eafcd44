/* op_bench.h: one op of the table on arguments or constants, with the derivatives that adgen would build from it. */
#ifndef ADGEN_TESTS_OP_BENCH_H
#define ADGEN_TESTS_OP_BENCH_H

#include "tests/eval.h"

/* One op on arguments or constants, what is built from it, and where it is evaluated. */
typedef struct {
    Program *program;
    Fn *fn;
    Builder b;
    Op *op;
} Bench;

static Value *itself_operand(void *ctx, const Op *op, int k)
{
    (void)ctx;
    return op->args[k];
}

static Value *itself_result(void *ctx, const Op *op)
{
    (void)ctx;
    return op->results[0];
}

static const PartialEnv itself = {itself_operand, itself_result, NULL, NULL, false, true};

static Bench bench_empty(void)
{
    Bench n = {.program = program_new()};
    n.fn = fn_new(n.program, "f");
    n.b = at_end(n.fn->body);
    return n;
}

/* constant[k]: NAN, or the value of a constant operand. The body's arguments are the operands all the same. */
static Bench bench(OpCode code, TypeKind type, const long double *constant)
{
    Bench n = bench_empty();
    Type *t = type_scalar(type);
    Value *args[3] = {NULL};
    for (int k = 0; k < op_info[code].arity; k++) {
        Type *ot = math_operand_type(code, k, t);
        args[k] = region_add_arg(n.fn->body, ot, NULL);
        if (constant && !isnan(constant[k]))
            args[k] = type_is_int(ot) ? build_int(&n.b, ot, (int64_t)constant[k]) : build_float(&n.b, ot, constant[k]);
    }
    n.op = build_math(&n.b, code, t, args);
    return n;
}

static void bench_free(Bench *n)
{
    program_free(n->program);
}

static long double value_at(const Bench *n, const Value *v, const Number *args)
{
    Number *values = eval_fn(n->fn, args);
    long double f = v ? values[v->id].f : 0;
    free(values);
    return f;
}

/* The tangent of v with respect to body argument j, as tangent mode would build it from what defines v. */
static Value *tangent_value(Bench *n, Value *v, int j)
{
    Value **d = calloc((size_t)n->fn->nvalues + 1, sizeof *d);
    int nvalues = n->fn->nvalues;
    Op *last = n->fn->body->last;
    d[n->fn->body->args[j]->id] = build_float(&n->b, n->fn->body->args[j]->type, 1);
    for (Op *op = n->fn->body->first; op; op = op == last ? NULL : op->next) {
        Value *sum = NULL;
        for (int k = 0; k < op->nargs; k++) {
            Value *dk = op->args[k]->id < nvalues ? d[op->args[k]->id] : NULL;
            Value *term = dk && op->nresults ? build_partial_product(&n->b, op, k, dk, &itself) : NULL;
            if (term)
                sum = sum ? build_bin(&n->b, OP_ADD, sum, term) : term;
        }
        if (op->nresults)
            d[op->results[0]->id] = sum;
    }
    Value *r = d[v->id];
    free(d);
    return r;
}

#endif
