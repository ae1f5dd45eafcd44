/* math.c: the rows of <math.h> as C functions: their names with suffixes, their operand and result types. */
#include "transform.h"

#include <ctype.h>
#include <string.h>

static const char *results_of(OpCode code)
{
    if (!op_info[code].sig)
        ICE("'%s' is no row of <math.h>", op_info[code].text);
    return op_info[code].sig;
}

static const char *operands_of(OpCode code)
{
    return strchr(results_of(code), ':') + 1;
}

static Type *letter_type(char letter, Type *float_type)
{
    switch (letter) {
    case 'i':
        return type_scalar(TY_INT);
    case 'l':
        return type_scalar(TY_LONG);
    case 'L':
        return type_scalar(TY_LLONG);
    case 'e':
        return type_scalar(TY_F80);
    case 'z':
        return type_complex_of(float_type);
    default: /* f, g */
        return float_type;
    }
}

int math_nresults(OpCode code)
{
    return (int)strcspn(results_of(code), ":");
}

Type *math_result_type(OpCode code, int r, Type *float_type)
{
    return letter_type(results_of(code)[r], float_type);
}

Type *math_operand_type(OpCode code, int k, Type *float_type)
{
    return letter_type(operands_of(code)[k], float_type);
}

Type *math_float_type(const Op *op)
{
    size_t k = strcspn(operands_of(op->code), "fgz");
    return type_real_of(op->args[k]->type);
}

static bool is_generic(OpCode code)
{
    return strchr(operands_of(code), 'g') != NULL;
}

OpCode math_find(const char *c_name, Type **float_type)
{
    size_t n = strlen(c_name);
    for (int code = 0; code < OP_COUNT; code++) {
        const char *text = op_info[code].text;
        size_t m = strlen(text);
        if (op_info[code].kind != KIND_MATH || strncmp(c_name, text, m) != 0)
            continue;
        if (n == m) {
            *float_type = is_generic((OpCode)code) ? NULL : type_scalar(TY_F64);
            return (OpCode)code;
        }
        char suffix = code == OP_CMPLX ? (char)tolower((unsigned char)c_name[m]) : c_name[m];
        if (n == m + 1 && (suffix == 'f' || suffix == 'l') && !is_generic((OpCode)code)) {
            *float_type = type_scalar(suffix == 'f' ? TY_F32 : TY_F80);
            return (OpCode)code;
        }
    }
    return OP_COUNT;
}

const char *math_name(OpCode code, const Type *float_type, Arena *a)
{
    TypeKind t = float_type->kind;
    const char *suffix = is_generic(code) || t == TY_F64 ? "" : t == TY_F32 ? "f" : "l";
    if (code == OP_CMPLX)
        suffix = *suffix == 'f' ? "F" : *suffix ? "L" : "";
    const char *name = code == OP_LOGISTIC ? "exp" : op_info[code].text; /* what its expression calls */
    return arena_printf(a, "%s%s", name, suffix);
}

const char *math_c_name(const Op *op, Arena *a)
{
    return math_name(op->code, math_float_type(op), a);
}

Op *build_math(Builder *b, OpCode code, Type *float_type, Value **args)
{
    int n = op_info[code].arity;
    for (int k = 0; k < n; k++)
        if (args[k]->type != math_operand_type(code, k, float_type))
            ICE("operand %d of '%s' is %s", k, op_info[code].text, type_spelling(args[k]->type));
    Op *op = op_build(b, code, args, n, math_nresults(code));
    for (int r = 0; r < op->nresults; r++)
        op->results[r]->type = math_result_type(code, r, float_type);
    return op;
}
