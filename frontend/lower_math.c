/* lower_math.c: calls of <math.h> functions -> rows of the op table. */
#include "lower.h"

#include <string.h>

/* glibc's and the compilers' spellings of the classification macros */
static const char *plain_name(const char *name)
{
    if (!strcmp(name, "isinf_sign") || !strcmp(name, "__isinf"))
        return "isinf";
    if (!strcmp(name, "drem"))
        return "remainder";
    if (!strcmp(name, "__isnan"))
        return "isnan";
    if (!strcmp(name, "__finite") || !strcmp(name, "finite"))
        return "isfinite";
    return strcmp(name, "__signbit") ? name : "signbit";
}

/* Operands that a macro's operand has before its operand proper: __builtin_fpclassify(NAN, .., x). */
static int skipped_arguments(OpCode op, const Expr *call)
{
    return op == OP_FPCLASSIFY && call->nargs == 6 ? 5 : 0;
}

static bool is_number(const Type *t)
{
    return type_is_float(t) || type_is_int(t) || type_is_complex(t);
}

/* A function of the user's own may have a library name and other types: double cabs(struct pair *). */
static bool fits(OpCode code, const Expr *call, int skip, Type *f)
{
    for (int i = 0; i < op_info[code].arity; i++)
        if (!is_number(call->args[skip + i]->type))
            return false;
    const Type *t = math_result_type(code, 0, f);
    return call->type->kind == TY_VOID || is_number(call->type) == is_number(t ? t : call->type);
}

bool lower_math(Lower *l, const char *name, Expr *call, Value **result)
{
    Type *f;
    OpCode code = math_find(plain_name(name), &f);
    if (code == OP_COUNT)
        return false;
    int nresults = math_nresults(code), nargs = op_info[code].arity, skip = skipped_arguments(code, call);
    if (call->nargs != skip + nargs + nresults - 1 || !fits(code, call, skip, f))
        return false;
    Value *args[4], *pointers[4];
    for (int i = 0; i < nargs; i++) {
        args[i] = lower_expr(l, call->args[skip + i]);
        Type *t = math_operand_type(code, i, f);
        args[i] = t ? lower_as(l, args[i], t) : args[i]; /* a type-generic macro's is as given */
    }
    for (int i = 1; i < nresults; i++)
        pointers[i] = lower_expr(l, call->args[nargs + i - 1]);
    Op *op = op_build(&l->b, code, args, nargs, nresults);
    for (int i = 0; i < nresults; i++)
        op->results[i]->type = math_result_type(code, i, f);
    for (int i = 1; i < nresults; i++)
        lower_store(l, pointers[i], op->results[i]);
    *result = op->results[0];
    return true;
}
