/* fold.c: the value of one scalar or address op where its operands make it known.
 *
 * Integers fold in their type's width; what overflows a signed type stays as it is. Floats fold only + - * / and conversions, which
 * IEEE 754 makes exact (correctly rounded) on every host; libm calls never fold, for hosts differ. An identity is applied only where it
 * keeps every bit of every operand: x * 1, x - 0.0 and x + -0.0, but not x + 0.0 (x may be -0.0) nor x * 0. */
#include "transform.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    Op *op;
    Builder b; /* before op */
    const int *uses;
    int nuses;
} Folder;

static bool float_const(const Value *v, long double *out)
{
    if (!v->def || v->def->code != OP_FCONST || v->def->text || !type_is_float(v->type))
        return false;
    *out = v->def->fval;
    return true;
}

static bool is_float(const Value *v, long double c)
{
    long double x;
    return float_const(v, &x) && float_same_bits(x, c);
}

static Value *int_value(Folder *f, Type *t, int64_t x)
{
    return build_int(&f->b, t, int_wrap(t, (uint64_t)x));
}

static bool used_once(const Folder *f, const Value *v)
{
    return v->id < f->nuses && f->uses[v->id] <= 1;
}

/* ---------------------------------------------------------------------- two constant operands */

/* x op y of a signed type where the result fits in 64 bits; the caller checks the type's range. */
static bool signed_arith(OpCode code, int64_t x, int64_t y, int64_t *out)
{
    switch (code) {
    case OP_ADD:
        if ((y > 0 && x > INT64_MAX - y) || (y < 0 && x < INT64_MIN - y))
            return false;
        *out = x + y;
        return true;
    case OP_SUB:
        if ((y < 0 && x > INT64_MAX + y) || (y > 0 && x < INT64_MIN + y))
            return false;
        *out = x - y;
        return true;
    case OP_MUL:
        if (x != 0 && y != 0 && (x == INT64_MIN || y == INT64_MIN || llabs(y) > INT64_MAX / llabs(x)))
            return false;
        *out = x * y;
        return true;
    case OP_DIV:
    case OP_REM:
        if (y == 0 || (x == INT64_MIN && y == -1))
            return false;
        *out = code == OP_DIV ? x / y : x % y;
        return true;
    default:
        return false;
    }
}

static bool unsigned_arith(OpCode code, uint64_t x, uint64_t y, uint64_t *out)
{
    switch (code) {
    case OP_ADD:
        *out = x + y;
        return true;
    case OP_SUB:
        *out = x - y;
        return true;
    case OP_MUL:
        *out = x * y;
        return true;
    case OP_DIV:
    case OP_REM:
        if (y != 0)
            *out = code == OP_DIV ? x / y : x % y;
        return y != 0;
    default:
        return false;
    }
}

static bool bit_arith(OpCode code, const Type *t, int64_t x, int64_t y, uint64_t *out)
{
    bool shift = code == OP_SHL || code == OP_SHR;
    if (shift && (y < 0 || y >= t->size * 8 || x < 0 || (code == OP_SHL && type_is_signed(t) && x > (INT64_MAX >> y))))
        return false;
    switch (code) {
    case OP_AND:
        *out = (uint64_t)(x & y);
        return true;
    case OP_OR:
        *out = (uint64_t)(x | y);
        return true;
    case OP_XOR:
        *out = (uint64_t)(x ^ y);
        return true;
    case OP_SHL:
        *out = (uint64_t)x << y;
        return true;
    case OP_SHR:
        *out = (uint64_t)x >> y;
        return true;
    default:
        return false;
    }
}

static Value *fold_int_arith(Folder *f, const Type *t, int64_t x, int64_t y)
{
    OpCode code = f->op->code;
    Type *result = f->op->results[0]->type;
    uint64_t bits;
    if (bit_arith(code, t, x, y, &bits))
        return type_is_signed(t) && int_wrap(t, bits) != (int64_t)bits ? NULL : int_value(f, result, (int64_t)bits);
    if (!type_is_signed(t))
        return unsigned_arith(code, (uint64_t)x, (uint64_t)y, &bits) ? int_value(f, result, (int64_t)bits) : NULL;
    int64_t r;
    if (!signed_arith(code, x, y, &r) || int_wrap(t, (uint64_t)r) != r)
        return NULL;
    return int_value(f, result, r);
}

static bool compare_ints(OpCode code, bool is_signed, int64_t x, int64_t y)
{
    bool less = is_signed ? x < y : (uint64_t)x < (uint64_t)y;
    switch (code) {
    case OP_EQ:
        return x == y;
    case OP_NE:
        return x != y;
    case OP_LT:
        return less;
    case OP_LE:
        return less || x == y;
    case OP_GT:
        return !less && x != y;
    default:
        return !less;
    }
}

/* Correctly rounded in the operands' type; long double stays (hosts differ). */
static Value *fold_float_arith(Folder *f, Type *t, long double a, long double b)
{
    if (t->kind == TY_F80)
        return NULL;
    double x = (double)a, y = (double)b, r;
    float xf = (float)a, yf = (float)b, rf;
    switch (f->op->code) {
    case OP_ADD:
        r = x + y;
        rf = xf + yf;
        break;
    case OP_SUB:
        r = x - y;
        rf = xf - yf;
        break;
    case OP_MUL:
        r = x * y;
        rf = xf * yf;
        break;
    case OP_DIV:
        r = x / y;
        rf = xf / yf;
        break;
    default:
        return NULL;
    }
    long double v = t->kind == TY_F32 ? (long double)rf : (long double)r;
    return isfinite(v) ? build_float(&f->b, t, v) : NULL;
}

static Value *fold_constants(Folder *f)
{
    Op *op = f->op;
    int64_t x, y;
    long double a, b;
    bool compare = op_is_compare(op->code);
    Type *t = op->args[0]->type;
    if (value_int(op->args[0], &x) && value_int(op->args[1], &y))
        return compare ? int_value(f, op->results[0]->type, compare_ints(op->code, type_is_signed(t), x, y))
                       : fold_int_arith(f, t, x, y);
    if (float_const(op->args[0], &a) && float_const(op->args[1], &b))
        return compare ? int_value(f, op->results[0]->type, op_compare_floats(op->code, a, b)) : fold_float_arith(f, t, a, b);
    return NULL;
}

/* ---------------------------------------------------------------------- identities */

/* (x + c1) + c2 -> x + (c1 + c2), and with - for either. Neither side can overflow where the other does not: the result is the same
 * number and c1, c2 have the same sign, or the sum is x itself. */
static Value *reassociate(Folder *f)
{
    Op *op = f->op;
    Type *t = op->results[0]->type;
    int64_t c1, c2, sum;
    Op *in = op->args[0]->def;
    if (!in || (in->code != OP_ADD && in->code != OP_SUB) || !value_int(op->args[1], &c2) || !value_int(in->args[1], &c1))
        return NULL;
    if (c1 == INT64_MIN || c2 == INT64_MIN)
        return NULL;
    c1 = in->code == OP_SUB ? -c1 : c1;
    c2 = op->code == OP_SUB ? -c2 : c2;
    if (type_is_signed(t)) {
        if (!signed_arith(OP_ADD, c1, c2, &sum) || int_wrap(t, (uint64_t)sum) != sum)
            return NULL;
    } else {
        sum = (int64_t)((uint64_t)c1 + (uint64_t)c2);
    }
    sum = int_wrap(t, (uint64_t)sum);
    if (sum == 0)
        return in->args[0];
    if (sum < 0 && sum != INT64_MIN && type_is_signed(t))
        return build_bin(&f->b, OP_SUB, in->args[0], int_value(f, t, -sum));
    return build_bin(&f->b, OP_ADD, in->args[0], int_value(f, t, sum));
}

static Value *fold_add_sub(Folder *f)
{
    Op *op = f->op;
    Value *x = op->args[0], *y = op->args[1];
    bool add = op->code == OP_ADD;
    if (!type_is_int(x->type)) {
        if (is_float(y, add ? -0.0L : 0.0L))
            return x;
        return add && is_float(x, -0.0L) ? y : NULL;
    }
    if (value_is(y, 0))
        return x;
    if (add && value_is(x, 0))
        return y;
    if (!add && x == y)
        return int_value(f, x->type, 0);
    if (!add && defined_by(x, OP_ADD) && (x->def->args[0] == y || x->def->args[1] == y)) /* (y + k) - y */
        return x->def->args[x->def->args[0] == y];
    if (add && defined_by(x, OP_SUB) && x->def->args[1] == y) /* (k - y) + y */
        return x->def->args[0];
    if (add && value_is_const(x) && !value_is_const(y)) { /* the constant on the right */
        op->args[0] = y;
        op->args[1] = x;
    }
    return reassociate(f);
}

static Value *fold_mul(Folder *f)
{
    Value *x = f->op->args[0], *y = f->op->args[1];
    if (!type_is_int(x->type)) {
        if (is_float(y, 1) || is_float(x, 1))
            return is_float(y, 1) ? x : y;
        return is_float(y, -1) ? build_un(&f->b, OP_NEG, x) : is_float(x, -1) ? build_un(&f->b, OP_NEG, y) : NULL;
    }
    if (value_is(y, 1) || value_is(x, 0))
        return x;
    return value_is(x, 1) || value_is(y, 0) ? y : NULL;
}

static Value *fold_div_rem(Folder *f)
{
    Value *x = f->op->args[0], *y = f->op->args[1];
    if (!type_is_int(x->type))
        return f->op->code == OP_DIV && is_float(y, 1) ? x : NULL;
    if (value_is(y, 1))
        return f->op->code == OP_DIV ? x : int_value(f, x->type, 0);
    return NULL;
}

static Value *fold_bits(Folder *f)
{
    Op *op = f->op;
    Value *x = op->args[0], *y = op->args[1];
    switch (op->code) {
    case OP_AND:
        return x == y || value_is(x, 0) || value_is(y, -1) ? x : value_is(y, 0) || value_is(x, -1) ? y : NULL;
    case OP_OR:
        return x == y || value_is(y, 0) ? x : value_is(x, 0) ? y : NULL;
    case OP_XOR:
        return x == y ? int_value(f, x->type, 0) : value_is(y, 0) ? x : value_is(x, 0) ? y : NULL;
    default: /* shifts */
        return value_is(y, 0) ? x : NULL;
    }
}

/* ---------------------------------------------------------------------- truth */

/* v as an int that is 0 or 1. */
static Value *as_bool(Folder *f, Value *v)
{
    if (value_is_bool(v))
        return build_cast(&f->b, v, type_scalar(TY_INT));
    return build_bin(&f->b, OP_NE, v, build_zero(&f->b, v->type));
}

Value *value_condition(Value *v)
{
    int64_t k;
    for (;;) {
        Op *op = v->def;
        if (!op || !type_is_int(v->type))
            return v;
        if (op->code == OP_NE && value_is(op->args[1], 0) && type_is_int(op->args[0]->type))
            v = op->args[0];
        else if (op->code == OP_CAST && type_is_int(op->args[0]->type) &&
                 (op->args[0]->type->size <= v->type->size || v->type->kind == TY_BOOL || value_is_bool(op->args[0])))
            v = op->args[0];
        else if (op->code == OP_LNOT && defined_by(op->args[0], OP_LNOT))
            v = op->args[0]->def->args[0];
        else if (op->code == OP_SELECT && value_int(op->args[1], &k) && k != 0 && value_is(op->args[2], 0))
            v = op->args[0];
        else
            return v;
    }
}

bool op_inverse_compare(const Op *cmp, OpCode *inverse)
{
    static const OpCode opposite[] = {[OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE, [OP_GE] = OP_LT, [OP_GT] = OP_LE, [OP_LE] = OP_GT};
    if (!op_is_compare(cmp->code))
        return false;
    *inverse = opposite[cmp->code];
    const Type *t = cmp->args[0]->type;
    return cmp->code == OP_EQ || cmp->code == OP_NE || type_is_int(t) || t->kind == TY_PTR; /* !(a < b) is not a >= b with a NaN */
}

static Value *fold_not(Folder *f)
{
    Value *x = value_condition(f->op->args[0]);
    int64_t c;
    OpCode inverse;
    if (value_int(x, &c))
        return int_value(f, f->op->results[0]->type, c == 0);
    if (defined_by(x, OP_NULLPTR))
        return int_value(f, f->op->results[0]->type, 1);
    if (defined_by(x, OP_LNOT))
        return as_bool(f, value_condition(x->def->args[0]));
    if (x->def && used_once(f, x) && op_inverse_compare(x->def, &inverse))
        return build_bin(&f->b, inverse, x->def->args[0], x->def->args[1]);
    f->op->args[0] = x;
    return fold_status(x, OP_EQ, 0, f->op);
}

/* a == b and a != b, x and !x. */
static bool are_opposite(const Value *x, const Value *y)
{
    OpCode inverse;
    if ((defined_by(x, OP_LNOT) && x->def->args[0] == y) || (defined_by(y, OP_LNOT) && y->def->args[0] == x))
        return true;
    return x->def && y->def && op_inverse_compare(x->def, &inverse) && y->def->code == inverse &&
           value_same(x->def->args[0], y->def->args[0]) && value_same(x->def->args[1], y->def->args[1]);
}

/* land and lor: 1 is neutral for land and decides lor. */
static Value *fold_and_or(Folder *f)
{
    Op *op = f->op;
    bool land = op->code == OP_LAND;
    for (int i = 0; i < 2; i++)
        op->args[i] = value_condition(op->args[i]);
    Value *x = op->args[0], *y = op->args[1];
    int64_t c;
    for (int i = 0; i < 2; i++) {
        if (!value_int(op->args[i], &c))
            continue;
        if ((c != 0) == land)
            return as_bool(f, op->args[!i]);
        return int_value(f, op->results[0]->type, !land);
    }
    if (x == y)
        return as_bool(f, x);
    if (are_opposite(x, y))
        return int_value(f, op->results[0]->type, !land);
    if (defined_by(x, OP_LNOT) && defined_by(y, OP_LNOT) && used_once(f, x) && used_once(f, y)) { /* !a && !b -> !(a || b) */
        Value *both = build_bin(&f->b, land ? OP_LOR : OP_LAND, x->def->args[0], y->def->args[0]);
        return build_un(&f->b, OP_LNOT, both);
    }
    return NULL;
}

/* v as an integer that a floating type holds exactly: (double)i -> i, 3.0 -> 3. */
static Value *exact_int(Folder *f, Value *v, Type *t)
{
    long double c;
    if (float_const(v, &c) && t && c == (long double)(int32_t)fmaxl(fminl(c, 1e9L), -1e9L))
        return int_value(f, t, (int64_t)c);
    if (!defined_by(v, OP_CAST) || !type_is_int(v->def->args[0]->type))
        return NULL;
    Value *x = v->def->args[0];
    int64_t exact_bytes = v->type->kind == TY_F32 ? 2 : v->type->kind == TY_F64 ? 4 : 0;
    return x->type->size <= exact_bytes && (!t || x->type == t) ? x : NULL;
}

/* for (j = 1; j <= p; j++) where p is an int that was passed as a double */
static Value *fold_compare_converted(Folder *f)
{
    Value *x = exact_int(f, f->op->args[0], NULL), *y = exact_int(f, f->op->args[1], x ? x->type : NULL);
    if (!x && y)
        x = exact_int(f, f->op->args[0], y->type);
    bool fits = x && y && x->type == y->type && int_wrap(x->type, UINT64_MAX) == -1 && x->type->size == 4;
    return fits ? build_bin(&f->b, f->op->code, x, y) : NULL;
}

static Value *fold_compare(Folder *f)
{
    Op *op = f->op;
    Value *x = op->args[0], *y = op->args[1];
    if (x->type->kind == TY_PTR)
        return fold_address(op);
    if (!type_is_int(x->type))
        return fold_compare_converted(f);
    if (x == y)
        return int_value(f, op->results[0]->type, compare_ints(op->code, true, 0, 0));
    if (!type_is_signed(x->type) && value_is(y, 0) && (op->code == OP_GE || op->code == OP_LT))
        return int_value(f, op->results[0]->type, op->code == OP_GE);
    int64_t c;
    if (!value_int(y, &c))
        return NULL;
    if ((op->code != OP_EQ && op->code != OP_NE) || !value_is_bool(x))
        return fold_status(x, op->code, c, op);
    if (c != 0 && c != 1)
        return int_value(f, op->results[0]->type, op->code == OP_NE);
    if ((op->code == OP_NE) == (c == 0)) /* b != 0, b == 1 */
        return build_cast(&f->b, x, op->results[0]->type);
    return build_un(&f->b, OP_LNOT, x);
}

static Value *fold_select(Folder *f)
{
    Op *op = f->op;
    op->args[0] = value_condition(op->args[0]);
    int64_t c, t, e;
    if (value_int(op->args[0], &c))
        return op->args[c ? 1 : 2];
    if (value_same(op->args[1], op->args[2]))
        return op->args[1];
    if (value_int(op->args[1], &t) && value_int(op->args[2], &e) && t + e == 1 && t * e == 0) {
        Value *b = t ? as_bool(f, op->args[0]) : build_un(&f->b, OP_LNOT, op->args[0]);
        return build_cast(&f->b, b, op->results[0]->type);
    }
    return NULL;
}

/* ---------------------------------------------------------------------- conversions */

/* Does every value of `from` keep its value in `to`? */
static bool widens(const Type *from, const Type *to)
{
    if (from->kind == TY_BOOL)
        return true;
    if (to->kind == TY_BOOL)
        return false;
    if (type_is_signed(from))
        return type_is_signed(to) && from->size <= to->size;
    return from->size < to->size || (from->size == to->size && !type_is_signed(to));
}

static Value *fold_cast(Folder *f)
{
    Op *op = f->op;
    Value *x = op->args[0];
    Type *to = op->results[0]->type;
    int64_t c;
    long double v;
    if (x->type == to)
        return x;
    if (value_int(x, &c)) {
        if (type_is_int(to))
            return x->def->text ? NULL : int_value(f, to, c);
        bool exact = type_is_float(to) && (to->kind != TY_F80 || (float)c == (long double)c) && (type_is_signed(x->type) || c >= 0);
        return exact ? build_float(&f->b, to, to->kind == TY_F32 ? (long double)(float)c : (long double)(double)c) : NULL;
    }
    if (float_const(x, &v)) {
        bool known = to->kind != TY_F80 || (long double)(float)v == v; /* long double is another type elsewhere, which has 0.5 too */
        if (type_is_float(to) && known && isfinite(to->kind == TY_F32 ? (float)v : (double)v))
            return build_float(&f->b, to, v);
        if (type_is_complex(to) && type_real_of(to) == x->type)
            return build_float(&f->b, to, v);
        bool fits = type_is_int(to) && to->kind != TY_BOOL && v > -1e9L && v < 1e9L && int_wrap(to, (uint64_t)(int64_t)v) == (int64_t)v;
        return fits ? int_value(f, to, (int64_t)v) : NULL;
    }
    if (!defined_by(x, OP_CAST))
        return NULL;
    Value *in = x->def->args[0]; /* to <- x <- in */
    if (in->type == to && type_is_float(to) && type_is_float(x->type) && x->type->size > to->size)
        return in;
    if (type_is_int(to) && type_is_int(x->type) && type_is_int(in->type) && to->kind != TY_BOOL &&
        (widens(in->type, x->type) || (to->size <= x->type->size && x->type->kind != TY_BOOL)))
        return build_cast(&f->b, in, to);
    if (type_is_int(to) && type_is_int(x->type) && value_is_bool(in) && type_is_int(in->type))
        return build_cast(&f->b, in, to);
    if (type_is_int(in->type) && type_is_int(x->type) && type_is_float(to) && widens(in->type, x->type))
        return build_cast(&f->b, in, to);
    return NULL;
}

static Value *fold_unary(Folder *f)
{
    Op *op = f->op;
    Value *x = op->args[0];
    int64_t c;
    long double v;
    if (op->code == OP_NEG) {
        if (defined_by(x, OP_NEG))
            return x->def->args[0];
        if (float_const(x, &v))
            return build_float(&f->b, x->type, -v);
        bool fits = value_int(x, &c) && (!type_is_signed(x->type) || int_wrap(x->type, 0 - (uint64_t)c) != c || c == 0);
        return fits ? int_value(f, x->type, (int64_t)(0 - (uint64_t)c)) : NULL;
    }
    return value_int(x, &c) ? int_value(f, x->type, ~c) : NULL;
}

/* a == 0 ? 0 : a * p. A constant decides the test. */
static Value *fold_mulz(Folder *f)
{
    Value *a = f->op->args[0], *p = f->op->args[1];
    long double c;
    if (!float_const(a, &c))
        return NULL;
    return c == 0 ? build_float(&f->b, a->type, 0) : c == 1 ? p : build_bin(&f->b, OP_MUL, a, p);
}

Value *fold_op(Op *op, const int *uses, int nuses)
{
    Folder f = {op, before_op(op), uses, nuses};
    Value *v = op->nargs == 2 && op_info[op->code].kind == KIND_ARITH ? fold_constants(&f) : NULL;
    if (v)
        return v;
    switch (op->code) {
    case OP_ADD:
    case OP_SUB:
        return fold_add_sub(&f);
    case OP_MUL:
        return fold_mul(&f);
    case OP_DIV:
    case OP_REM:
        return fold_div_rem(&f);
    case OP_AND:
    case OP_OR:
    case OP_XOR:
    case OP_SHL:
    case OP_SHR:
        return fold_bits(&f);
    case OP_NEG:
    case OP_BITNOT:
        return fold_unary(&f);
    case OP_LNOT:
        return fold_not(&f);
    case OP_LAND:
    case OP_LOR:
        return fold_and_or(&f);
    case OP_SELECT:
        return fold_select(&f);
    case OP_CAST:
        return fold_cast(&f);
    case OP_PTRCAST:
    case OP_INDEX:
    case OP_FIELD:
    case OP_DECAY:
    case OP_LOAD:
    case OP_STORE:
    case OP_ACCUM:
    case OP_PTRDIFF:
        return fold_address(op);
    case OP_MULZ:
        return fold_mulz(&f);
    default:
        return op_is_compare(op->code) ? fold_compare(&f) : NULL;
    }
}
