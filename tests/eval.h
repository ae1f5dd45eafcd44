/* eval.h: runs straight-line scalar IR, for tests of the op table and of what is built from it.
 *
 * Numbers are kept as long double and rounded as their type says. Rows of <math.h> call the C library's function of that name. */
#ifndef ADGEN_TESTS_EVAL_H
#define ADGEN_TESTS_EVAL_H

#include "runtime/adgen_rt.h"
#include "transform/transform.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    long double f; /* floating values */
    int64_t i;     /* integer values */
} Number;

typedef void (*AnyFunction)(void);

/* The runtime's functions are linked in statically, where dlsym does not see them. */
static const struct {
    const char *name;
    AnyFunction fn;
} eval_runtime[] = {
    {"ad_gaussian", (AnyFunction)ad_gaussian},     {"ad_gaussianf", (AnyFunction)ad_gaussianf},
    {"ad_gaussianl", (AnyFunction)ad_gaussianl},
    {"ad_digamma", (AnyFunction)ad_digamma},       {"ad_digammaf", (AnyFunction)ad_digammaf},
    {"ad_digammal", (AnyFunction)ad_digammal},     {"ad_trigamma", (AnyFunction)ad_trigamma},
    {"ad_trigammaf", (AnyFunction)ad_trigammaf},   {"ad_trigammal", (AnyFunction)ad_trigammal},
    {"ad_polygamma", (AnyFunction)ad_polygamma},   {"ad_polygammaf", (AnyFunction)ad_polygammaf},
    {"ad_polygammal", (AnyFunction)ad_polygammal},
};

static AnyFunction eval_function(const char *name)
{
    for (size_t i = 0; i < sizeof eval_runtime / sizeof eval_runtime[0]; i++)
        if (!strcmp(eval_runtime[i].name, name))
            return eval_runtime[i].fn;
    void *libm = dlopen("libm.so.6", RTLD_LAZY);
    AnyFunction fn = NULL;
    void *symbol = libm ? dlsym(libm, name) : NULL;
    memcpy(&fn, &symbol, sizeof fn);
    if (!fn)
        ICE("no function %s", name);
    return fn;
}

/* Calls a row in C type T: x are its floating operands, n its integer one; a second result goes to *second. */
#define EVAL_CALL(T)                                                                                                               \
    static long double eval_call_##T(AnyFunction fn, const char *sig, const Number *a, Number *second)                             \
    {                                                                                                                              \
        T part = 0;                                                                                                                \
        int whole = 0;                                                                                                             \
        long double r = 0;                                                                                                         \
        if (!strcmp(sig, "f:f"))                                                                                                   \
            return ((T(*)(T))fn)((T)a[0].f);                                                                                       \
        if (!strcmp(sig, "f:ff"))                                                                                                  \
            return ((T(*)(T, T))fn)((T)a[0].f, (T)a[1].f);                                                                         \
        if (!strcmp(sig, "f:fff"))                                                                                                 \
            return ((T(*)(T, T, T))fn)((T)a[0].f, (T)a[1].f, (T)a[2].f);                                                           \
        if (!strcmp(sig, "f:if"))                                                                                                  \
            return ((T(*)(int, T))fn)((int)a[0].i, (T)a[1].f);                                                                     \
        if (!strcmp(sig, "f:fi"))                                                                                                  \
            return ((T(*)(T, int))fn)((T)a[0].f, (int)a[1].i);                                                                     \
        if (!strcmp(sig, "f:fl"))                                                                                                  \
            return ((T(*)(T, long))fn)((T)a[0].f, (long)a[1].i);                                                                   \
        if (!strcmp(sig, "f:fe"))                                                                                                  \
            return ((T(*)(T, long double))fn)((T)a[0].f, a[1].f);                                                                  \
        if (!strcmp(sig, "fi:ff"))                                                                                                 \
            r = ((T(*)(T, T, int *))fn)((T)a[0].f, (T)a[1].f, &whole);                                                             \
        else if (!strcmp(sig, "fi:f"))                                                                                             \
            r = ((T(*)(T, int *))fn)((T)a[0].f, &whole);                                                                           \
        else if (!strcmp(sig, "ff:f"))                                                                                             \
            r = ((T(*)(T, T *))fn)((T)a[0].f, &part);                                                                              \
        else if (!strcmp(sig, "i:f"))                                                                                              \
            whole = ((int (*)(T))fn)((T)a[0].f);                                                                                   \
        else                                                                                                                       \
            ICE("no call for signature %s", sig);                                                                                  \
        *second = (Number){part, whole};                                                                                           \
        return r;                                                                                                                  \
    }
typedef long double ldouble;
EVAL_CALL(float)
EVAL_CALL(double)
EVAL_CALL(ldouble)

static long double eval_round(const Type *t, long double v)
{
    return t->kind == TY_F32 ? (float)v : t->kind == TY_F64 ? (double)v : v;
}

static void eval_math(const Op *op, const Number *a, Number *values)
{
    if (op->code == OP_LOGISTIC) {
        TypeKind f = op->results[0]->type->kind;
        long double e = f == TY_F32 ? expf((float)a[0].f) : f == TY_F64 ? exp((double)a[0].f) : expl(a[0].f);
        const Type *type = op->results[0]->type;
        values[op->results[0]->id].f = eval_round(type, 1 / eval_round(type, 1 + e));
        return;
    }
    if (op->code == OP_TURN_A || op->code == OP_TURN_B) { /* turn.c: divided twice by hypot */
        const Type *t = op->results[0]->type;
        long double x = a[op->code == OP_TURN_B].f;
        long double h = t->kind == TY_F32 ? hypotf((float)a[0].f, (float)a[1].f) : t->kind == TY_F64 ? hypot((double)a[0].f, (double)a[1].f) : hypotl(a[0].f, a[1].f);
        values[op->results[0]->id].f = eval_round(t, eval_round(t, x / h) / h);
        return;
    }
    Arena *names = arena_new();
    AnyFunction fn = eval_function(math_c_name(op, names));
    const char *sig = op_info[op->code].sig;
    TypeKind t = math_float_type(op)->kind;
    Number second = {0, 0};
    long double r = t == TY_F32   ? eval_call_float(fn, sig, a, &second)
                    : t == TY_F64 ? eval_call_double(fn, sig, a, &second)
                                  : eval_call_ldouble(fn, sig, a, &second);
    values[op->results[0]->id] = type_is_float(op->results[0]->type) ? (Number){r, 0} : second;
    if (op->nresults > 1)
        values[op->results[1]->id] = second;
    arena_free(names);
}

static long double eval_arith_float(const Op *op, const Number *a)
{
    TypeKind t = op->results[0]->type->kind;
    long double x = a[0].f, y = a[1].f;
    bool wide = t == TY_F80;
    switch (op->code) { /* float through double: one operation does not round twice differently */
    case OP_ADD:
        return wide ? x + y : (double)x + (double)y;
    case OP_SUB:
        return wide ? x - y : (double)x - (double)y;
    case OP_MUL:
        return wide ? x * y : (double)x * (double)y;
    case OP_DIV:
        return wide ? x / y : (double)x / (double)y;
    case OP_NEG:
        return -x;
    case OP_MULZ:
        return x == 0 ? 0 : wide ? x * y : (double)x * (double)y;
    case OP_SELECT:
        return a[0].i ? a[1].f : a[2].f;
    case OP_CAST:
        return type_is_int(op->args[0]->type) ? (long double)a[0].i : x;
    default:
        ICE("eval: no floating '%s'", op_info[op->code].text);
    }
}

static int64_t eval_arith_int(const Op *op, const Number *a)
{
    bool real = type_is_float(op->args[0]->type);
#define COMPARE(o) (real ? a[0].f o a[1].f : a[0].i o a[1].i)
    switch (op->code) {
    case OP_EQ:
        return COMPARE(==);
    case OP_NE:
        return COMPARE(!=);
    case OP_LT:
        return COMPARE(<);
    case OP_LE:
        return COMPARE(<=);
    case OP_GT:
        return COMPARE(>);
    case OP_GE:
        return COMPARE(>=);
    case OP_LAND:
        return a[0].i && a[1].i;
    case OP_LOR:
        return a[0].i || a[1].i;
    case OP_ADD:
        return a[0].i + a[1].i;
    case OP_SUB:
        return a[0].i - a[1].i;
    case OP_NEG:
        return -a[0].i;
    case OP_CAST:
        return real ? (int64_t)a[0].f : a[0].i;
    default:
        ICE("eval: no integer '%s'", op_info[op->code].text);
    }
#undef COMPARE
}

/* Runs fn's body with the given arguments; the result has every value by its id (malloc'ed). */
static Number *eval_fn(const Fn *fn, const Number *args)
{
    Number *values = calloc((size_t)fn->nvalues + 1, sizeof *values);
    for (int i = 0; i < fn->body->nargs; i++)
        values[fn->body->args[i]->id] = args[i];
    for (const Op *op = fn->body->first; op; op = op->next) {
        Number a[3] = {{0, 0}, {0, 0}, {0, 0}};
        for (int k = 0; k < op->nargs && k < 3; k++)
            a[k] = values[op->args[k]->id];
        if (op->code == OP_YIELD)
            break;
        Value *r = op->results[0];
        if (op->code == OP_FCONST || op->code == OP_ICONST)
            values[r->id] = (Number){op->fval, op->ival};
        else if (op_info[op->code].kind == KIND_MATH)
            eval_math(op, a, values);
        else if (type_is_float(r->type))
            values[r->id].f = eval_round(r->type, eval_arith_float(op, a));
        else
            values[r->id].i = eval_arith_int(op, a);
    }
    return values;
}

#endif
