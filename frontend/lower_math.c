/* lower_math.c: calls of <math.h> functions -> rows of the op table. */
#include "lower.h"

#include <string.h>

static bool is_generic(OpCode op)
{
    return strchr(op_info[op].sig, 'g') != NULL;
}

/* The row that `name` calls, and the floating type it works in: "sqrtf" -> SQRT in float. */
static bool find_row(const char *name, OpCode *op, TypeKind *kind)
{
    size_t n = strlen(name);
    if (!n)
        return false;
    bool wider = false;
    for (int i = 0; i < OP_COUNT; i++) {
        const OpInfo *row = &op_info[i];
        if (row->kind != KIND_MATH)
            continue;
        if (!strcmp(row->text, name)) { /* before erff: erf */
            *op = (OpCode)i;
            *kind = TY_F64;
            return true;
        }
        if ((name[n - 1] == 'f' || name[n - 1] == 'l') && strlen(row->text) == n - 1 && !strncmp(row->text, name, n - 1) &&
            !is_generic((OpCode)i)) {
            *op = (OpCode)i;
            *kind = name[n - 1] == 'f' ? TY_F32 : TY_F80;
            wider = true;
        }
    }
    return wider;
}

static Type *letter_type(char c, TypeKind f, Type *own)
{
    switch (c) {
    case 'f':
        return type_scalar(f);
    case 'i':
        return type_scalar(TY_INT);
    case 'l':
        return type_scalar(TY_LONG);
    case 'L':
        return type_scalar(TY_LLONG);
    case 'e':
        return type_scalar(TY_F80);
    default:
        return own;
    }
}

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

bool lower_math(Lower *l, const char *name, Expr *call, Value **result)
{
    OpCode code;
    TypeKind f;
    if (!find_row(plain_name(name), &code, &f))
        return false;
    const char *results = op_info[code].sig, *operands = strchr(results, ':') + 1;
    int nresults = (int)(operands - 1 - results), nargs = (int)strlen(operands), skip = skipped_arguments(code, call);
    if (call->nargs != skip + nargs + nresults - 1)
        return false;
    Value *args[4], *pointers[4];
    for (int i = 0; i < nargs; i++) {
        Value *v = lower_expr(l, call->args[skip + i]);
        args[i] = lower_as(l, v, letter_type(operands[i], f, v->type));
    }
    for (int i = 1; i < nresults; i++)
        pointers[i] = lower_expr(l, call->args[nargs + i - 1]);
    Op *op = op_build(&l->b, code, args, nargs, nresults);
    for (int i = 0; i < nresults; i++)
        op->results[i]->type = letter_type(results[i], f, args[0]->type);
    for (int i = 1; i < nresults; i++)
        lower_store(l, pointers[i], op->results[i]);
    *result = op->results[0];
    return true;
}
