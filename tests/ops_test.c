/* ops_test.c: every row of <math.h> holds what it says: its partials, first and second, against differences; the conventions of
 * kinks, ties and zeros exactly; and the runtime's special functions and stack. */
#include <criterion/criterion.h>

#include "runtime/adgen.h"
#include "tests/op_bench.h"

/* ---------------------------------------------------------------------- points and differences */

static uint64_t random_state = 88172645463325252u;

static double uniform(double lo, double hi)
{
    random_state ^= random_state << 13; /* xorshift64, G. Marsaglia 2003 */
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return lo + (hi - lo) * (double)(random_state >> 11) / 9007199254740992.0;
}

static void random_point(OpCode code, TypeKind type, Number *x)
{
    const OpInfo *info = &op_info[code];
    for (int k = 0; k < info->arity; k++) {
        long double v = uniform(info->lo, info->hi);
        x[k] = (Number){eval_round(type_scalar(type), v), (int64_t)uniform(1, 5)};
    }
}

/* d v / d argument j in long double by central differences of two steps, extrapolated. NAN at a kink (the two disagree). */
static long double slope(const Bench *n, const Value *v, const Number *at, int j)
{
    long double d[2];
    for (int s = 0; s < 2; s++) {
        Number x[3] = {at[0], at[1], at[2]};
        long double h = (s ? 0x1p-13L : 0x1p-12L) * fmaxl(0.25L, fabsl(at[j].f));
        x[j].f = at[j].f + h;
        long double high = value_at(n, v, x);
        x[j].f = at[j].f - h;
        d[s] = (high - value_at(n, v, x)) / (2 * h);
    }
    if (!(fabsl(d[0] - d[1]) <= 1e-4L * (1 + fabsl(d[0]))))
        return NAN;
    return d[1] + (d[1] - d[0]) / 3;
}

static bool has_partials(OpCode code)
{
    return op_info[code].kind == KIND_MATH && op_info[code].sig[0] == 'f' && !strchr(op_info[code].sig, 'z');
}

static bool close_to(long double x, long double reference, long double tolerance)
{
    return fabsl(x - reference) <= tolerance * (1 + fabsl(reference));
}

static void check_first(OpCode code, TypeKind type, int points, long double tolerance)
{
    Bench wide = bench(code, TY_F80, NULL), n = bench(code, type, NULL);
    for (int k = 0; k < op_info[code].arity; k++) {
        if (!type_is_float(n.op->args[k]->type))
            continue;
        Value *p = build_partial(&n.b, n.op, k, &itself);
        Value *seed = build_float(&n.b, n.op->results[0]->type, -2);
        Value *product = build_partial_product(&n.b, n.op, k, seed, &itself);
        cr_assert_eq(p == NULL, op_partial_is_zero(n.op, k));
        cr_assert_eq(p == NULL, product == NULL);
        int kinks = 0;
        for (int i = 0; i < points; i++) {
            Number x[3];
            random_point(code, type, x);
            long double r = slope(&wide, wide.op->results[0], x, k);
            long double f = value_at(&n, p, x), g = value_at(&n, product, x);
            kinks += isnan(r);
            cr_assert(isnan(r) || close_to(f, r, tolerance),
                      "%s: d/d operand %d at %.17Lg (%d), %.17Lg: %.17Lg, differences %.17Lg", op_info[code].text, k, x[0].f,
                      (int)x[0].i, x[1].f, f, r);
            cr_assert(close_to(g, -2 * f, 4 * tolerance), "%s: product", op_info[code].text);
        }
        cr_assert(kinks <= points / 20 + 1, "%s: %d kinks", op_info[code].text, kinks);
    }
    bench_free(&n);
    bench_free(&wide);
}

Test(ops, partials_in_double)
{
    for (int code = 0; code < OP_COUNT; code++)
        if (has_partials((OpCode)code))
            check_first((OpCode)code, TY_F64, 300, 1e-10L);
}

Test(ops, partials_in_float_and_long_double)
{
    for (int code = 0; code < OP_COUNT; code++)
        if (has_partials((OpCode)code)) {
            check_first((OpCode)code, TY_F32, 40, 2e-5L);
            check_first((OpCode)code, TY_F80, 40, 1e-10L);
        }
}

/* The tangent of each partial against differences of the partial. */
Test(ops, second_partials)
{
    for (int code = 0; code < OP_COUNT; code++) {
        if (!has_partials((OpCode)code))
            continue;
        int arity = op_info[code].arity;
        for (int k = 0; k < arity * arity; k++) {
            Bench n = bench((OpCode)code, TY_F80, NULL);
            Value *a = n.op->args[k / arity], *b = n.op->args[k % arity];
            bool real = type_is_float(a->type) && type_is_float(b->type) && a->type == b->type;
            Value *p = real ? build_partial(&n.b, n.op, k / arity, &itself) : NULL;
            Value *pp = p ? tangent_value(&n, p, k % arity) : NULL;
            for (int i = 0; p && i < 30; i++) {
                Number x[3];
                random_point((OpCode)code, TY_F80, x);
                long double r = slope(&n, p, x, k % arity), f = value_at(&n, pp, x);
                cr_assert(isnan(r) || close_to(f, r, 1e-9L), "%s: d2/d%d d%d at %Lg, %Lg: %.17Lg, differences %.17Lg",
                          op_info[code].text, k / arity, k % arity, x[0].f, x[1].f, f, r);
            }
            bench_free(&n);
        }
    }
}

/* Far from the origin: no factor leaves the range before the second partial does. */
Test(ops, second_partials_far_out)
{
    static const struct {
        OpCode code;
        TypeKind type;
        long double a, b, want; /* d2/da db, or of one operand d2/da2 */
    } rows[] = {
        {OP_ATAN, TY_F32, 1e12L, 0, -2e-36L},      {OP_ATAN, TY_F64, -1e90L, 0, 2e-270L},        {OP_ATAN, TY_F80, 1e1000L, 0, -2e-3000L},
        {OP_ATAN2, TY_F64, 1e150L, 2e150L, -3e-300L / 25}, {OP_ATAN2, TY_F32, 3e-15L, 4e-15L, -7e30L / 625}, {OP_ATAN2, TY_F64, 2, 0, 0.25L},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Bench n = bench(rows[i].code, rows[i].type, NULL);
        Value *pp = tangent_value(&n, build_partial(&n.b, n.op, 0, &itself), op_info[rows[i].code].arity - 1);
        long double got = value_at(&n, pp, (Number[]){{rows[i].a, 0}, {rows[i].b, 0}, {0, 0}});
        cr_assert(fabsl(got / rows[i].want - 1) < (rows[i].type == TY_F32 ? 1e-6L : 1e-14L), "%s(%Lg, %Lg): %.17Lg, not %.17Lg",
                  op_info[rows[i].code].text, rows[i].a, rows[i].b, got, rows[i].want);
        bench_free(&n);
    }
}

static int count_ops(const Bench *n, OpCode code)
{
    int count = 0;
    for (const Op *op = n->fn->body->first; op; op = op->next)
        count += op->code == code;
    return count;
}

/* A constant exponent: never log(x), and few need a second pow. */
Test(ops, constant_exponents)
{
    static const struct {
        double exponent;
        int pows; /* the op's own included */
    } rows[] = {{-2, 1}, {-1, 1},  {-0.5, 1}, {0, 1}, {0.5, 1}, {1, 1}, {1.5, 1},
                {2, 1},  {2.4, 2}, {3, 1},    {4, 1}, {5, 1},   {7, 2}, {1 / 3., 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int t = TY_F32; t <= TY_F80; t++) {
            long double e = eval_round(type_scalar((TypeKind)t), rows[i].exponent);
            Bench n = bench(OP_POW, (TypeKind)t, (long double[]){NAN, e, NAN});
            Value *p = build_partial(&n.b, n.op, 0, &itself);
            cr_assert_eq(count_ops(&n, OP_POW), rows[i].pows, "pow(x, %g)", rows[i].exponent);
            cr_assert_eq(count_ops(&n, OP_LOG), 0);
            for (int j = 0; j < 20; j++) {
                Number x[3];
                random_point(OP_POW, (TypeKind)t, x);
                long double r = e * powl(x[0].f, e - 1);
                cr_assert(close_to(value_at(&n, p, x), r, t == TY_F32 ? 1e-5L : 1e-13L), "pow(x, %g)", rows[i].exponent);
            }
            bench_free(&n);
        }
}

/* ---------------------------------------------------------------------- conventions */

typedef struct {
    OpCode code;
    double a, b;
    int k;
    double partial, times_zero; /* the partial; 0 * partial (NAN: not looked at) */
} Point;

static bool same(long double x, double y)
{
    return isnan(y) ? isnan(x) : x == y;
}

static void check_point(const Point *q, bool constants)
{
    long double c[3] = {q->a, q->b, NAN};
    Bench n = bench(q->code, TY_F64, constants ? c : NULL);
    Number x[3] = {{q->a, (int64_t)0}, {q->b, isfinite(q->b) ? (int64_t)q->b : 0}, {0, 0}};
    Value *p = build_partial(&n.b, n.op, q->k, &itself);
    Value *zero = region_add_arg(n.fn->body, type_scalar(TY_F64), NULL); /* its number is 0: not a constant to fold */
    Number args[4] = {x[0], x[1], {0, 0}, {0, 0}};
    Value *product = build_partial_product(&n.b, n.op, q->k, zero, &itself);
    args[n.fn->body->nargs - 1] = (Number){0, 0};
    cr_assert(same(value_at(&n, p, args), q->partial), "%s(%g, %g): d/d operand %d is %Lg, not %g", op_info[q->code].text, q->a,
              q->b, q->k, value_at(&n, p, args), q->partial);
    cr_assert(isnan(q->times_zero) || same(value_at(&n, product, args), q->times_zero), "0 * d %s(%g, %g) is %Lg",
              op_info[q->code].text, q->a, q->b, value_at(&n, product, args));
    bench_free(&n);
}

/* kinks, ties, quotients, and functions of integers */
static const Point at_kinks[] = {
    {OP_FABS, 0, 0, 0, 0, 0},
    {OP_FABS, -0.0, 0, 0, 0, 0},
    {OP_FABS, -INFINITY, 0, 0, -1, 0},
    {OP_FABS, 3, 0, 0, 1, 0},
    {OP_FMAX, 1, 1, 0, 0.5, 0},
    {OP_FMAX, 1, 1, 1, 0.5, 0},
    {OP_FMIN, 0, -0.0, 0, 0.5, 0},
    {OP_FMIN, 0, -0.0, 1, 0.5, 0},
    {OP_FMAX, 2, 1, 0, 1, 0},
    {OP_FMAX, 2, 1, 1, 0, 0},
    {OP_FMIN, 2, 1, 0, 0, 0},
    {OP_FMIN, 2, 1, 1, 1, 0},
    {OP_FMAX, NAN, 1, 0, 0, 0},
    {OP_FMAX, NAN, 1, 1, 1, 0},
    {OP_FMIN, 1, NAN, 0, 1, 0},
    {OP_FMIN, 1, NAN, 1, 0, 0},
    {OP_FMAX, INFINITY, INFINITY, 0, 0.5, 0},
    {OP_FDIM, 1, 1, 0, 0, 0},
    {OP_FDIM, 2, 1, 0, 1, 0},
    {OP_FDIM, 2, 1, 1, -1, 0},
    {OP_FDIM, 1, 2, 1, 0, 0},
    {OP_COPYSIGN, -2, 3, 0, -1, 0},
    {OP_COPYSIGN, 0, -3, 0, 0, 0},
    {OP_COPYSIGN, -2, -0.0, 0, 1, 0},
    /* the quotient that was taken; 1/0.1 rounds to 10, fmod takes 9 */
    {OP_FMOD, 5.5, 2, 0, 1, 0},
    {OP_FMOD, 5.5, 2, 1, -2, 0},
    {OP_FMOD, -5.5, 2, 1, 2, 0},
    {OP_FMOD, 1, 0.1, 1, -9, 0},
    {OP_FMOD, 3, INFINITY, 1, -0.0, 0},
    {OP_REMAINDER, 5.5, 2, 1, -3, 0},
    {OP_REMAINDER, 5, 2, 1, -2, 0},
    {OP_REMQUO, 7, 2, 1, -4, 0},
    /* no derivative */
    {OP_FLOOR, 2, 0, 0, 0, 0},
    {OP_RINT, 0.5, 0, 0, 0, 0},
    {OP_FREXP, 0, 0, 0, 1, 0},
    {OP_FREXP, 6, 0, 0, 0.125, 0},
    {OP_LDEXP, 3, 4, 0, 16, 0},
    {OP_MODF, -2.5, 0, 0, 1, 0},
};

static const Point at_infinity[] = {
    /* infinite partials and the zero rule */
    {OP_SQRT, 0, 0, 0, INFINITY, 0},
    {OP_CBRT, 0, 0, 0, INFINITY, 0},
    {OP_LOG, 0, 0, 0, INFINITY, 0},
    {OP_ASIN, 1, 0, 0, INFINITY, 0},
    {OP_ASIN, -1, 0, 0, INFINITY, 0},
    {OP_ACOS, 1, 0, 0, -INFINITY, 0},
    {OP_ACOSH, 1, 0, 0, INFINITY, 0},
    {OP_ATANH, 1, 0, 0, INFINITY, 0},
    {OP_ATANH, -1, 0, 0, INFINITY, 0},
    {OP_HYPOT, 0, 0, 0, NAN, 0},
    {OP_HYPOT, 0, 0, 1, NAN, 0},
    {OP_HYPOT, 3, 4, 1, 0.8, 0},
    {OP_SQRT, -1, 0, 0, NAN, 0},
    {OP_SQRT, NAN, 0, 0, NAN, 0},
    {OP_EXP, INFINITY, 0, 0, INFINITY, NAN},
    /* pow */
    {OP_POW, 0, 2, 0, 0, 0},
    {OP_POW, 0, 1, 0, 1, 0},
    {OP_POW, 0, 0.5, 0, INFINITY, 0},
    {OP_POW, 0, 0, 0, 0, 0},
    {OP_POW, 7, 0, 0, 0, 0},
    {OP_POW, INFINITY, 0, 0, 0, 0},
    {OP_POW, NAN, 0, 0, 0, 0},
    {OP_POW, 0, -1, 0, -INFINITY, 0},
    {OP_POW, -2, 3, 0, 12, 0},
    {OP_POW, -2, -1, 0, -0.25, 0},
    {OP_POW, INFINITY, 2, 0, INFINITY, 0},
    {OP_POW, INFINITY, -1, 0, -0.0, 0},
    {OP_POW, 0, 2, 1, 0, 0},
    {OP_POW, -0.0, 3, 1, 0, 0},
    {OP_POW, 0, 0, 1, 0, 0},
    {OP_POW, 0, -1, 1, -INFINITY, 0},
    {OP_POW, -2, 2, 1, NAN, 0},
    {OP_POW, 1, 5, 1, 0, 0},
    /* functions with poles, and infinity */
    {OP_TANH, INFINITY, 0, 0, 0, 0},
    {OP_ATAN, -INFINITY, 0, 0, 0, 0},
    {OP_ERF, INFINITY, 0, 0, 0, 0},
    {OP_LGAMMA, INFINITY, 0, 0, INFINITY, NAN},
    {OP_J1, 0, 0, 0, 0.5, 0},
    {OP_ATAN2, 0, -1, 0, -1, 0},
};

Test(ops, conventions_at_kinks)
{
    for (size_t i = 0; i < sizeof at_kinks / sizeof at_kinks[0]; i++)
        check_point(&at_kinks[i], false);
}

Test(ops, conventions_at_infinity)
{
    for (size_t i = 0; i < sizeof at_infinity / sizeof at_infinity[0]; i++) {
        check_point(&at_infinity[i], false);
        if (at_infinity[i].code == OP_POW && isfinite(at_infinity[i].a))
            check_point(&at_infinity[i], true);
    }
}

/* Second order: a tangent that is exactly zero contributes nothing although sqrt'' and log'' are infinite at 0. */
Test(ops, zero_rule_in_second_order)
{
    static const OpCode codes[] = {OP_SQRT, OP_LOG, OP_CBRT, OP_POW, OP_ASIN, OP_ACOS, OP_ACOSH, OP_ATANH, OP_HYPOT};
    static const double at[] = {0, 0, 0, 0, 1, -1, 1, 1, 0};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        Bench n = bench(codes[i], TY_F64, codes[i] == OP_POW ? (long double[]){NAN, 0.5L, NAN} : NULL);
        Value *d = region_add_arg(n.fn->body, type_scalar(TY_F64), NULL);
        Value *g = build_partial_product(&n.b, n.op, 0, d, &itself);
        Value *dg = tangent_value(&n, g, 0);
        Number args[5] = {{at[i], 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}};
        cr_assert_eq(value_at(&n, g, args), 0, "%s", op_info[codes[i]].text);
        cr_assert_eq(value_at(&n, dg, args), 0, "%s: adjoint 0, tangent 1", op_info[codes[i]].text);
        bench_free(&n);
    }
    /* y = sqrt(x * s), d = 1, x = s = 0: the tangent of x*s along s is x = 0 */
    for (size_t i = 0; i < 3; i++) {
        Bench n = bench_empty();
        Type *t = type_scalar(TY_F64);
        Value *x = region_add_arg(n.fn->body, t, NULL), *s = region_add_arg(n.fn->body, t, NULL);
        n.op = build_math(&n.b, codes[i], t, (Value *[]){build_bin(&n.b, OP_MUL, x, s)});
        Value *g = build_partial_product(&n.b, n.op, 0, build_float(&n.b, t, 1), &itself);
        Value *dg = tangent_value(&n, g, 1);
        cr_assert_eq(value_at(&n, dg, (Number[]){{0, 0}, {0, 0}}), 0, "%s: tangent 0", op_info[codes[i]].text);
        bench_free(&n);
    }
}

/* What arithmetic gives, and what it reads. */
Test(ops, arithmetic)
{
    Bench n = bench_empty();
    Type *t = type_scalar(TY_F64), *f = type_scalar(TY_F32);
    Value *x = region_add_arg(n.fn->body, t, NULL), *y = region_add_arg(n.fn->body, t, NULL),
          *d = region_add_arg(n.fn->body, t, NULL);
    Number args[3] = {{3, 0}, {4, 0}, {10, 0}};
    Op *div = build_bin(&n.b, OP_DIV, x, y)->def, *sub = build_bin(&n.b, OP_SUB, x, y)->def;
    cr_assert_eq(build_partial_product(&n.b, sub, 0, d, &itself), d);
    cr_assert_eq(build_partial_product(&n.b, sub, 1, d, &itself)->def->code, OP_NEG);
    cr_assert_eq(value_at(&n, build_partial_product(&n.b, div, 0, d, &itself), args), 2.5L);
    cr_assert_eq(value_at(&n, build_partial_product(&n.b, div, 1, d, &itself), args), -1.875L);
    cr_assert_eq(value_at(&n, build_partial(&n.b, div, 1, &itself), args), -0.1875L);
    cr_assert(partial_needs(div, 1, -1) && partial_needs(div, 1, 1) && !partial_needs(div, 1, 0) && !partial_needs(div, 0, -1));
    Op *cast = build_cast(&n.b, x, f)->def;
    cr_assert_eq(build_partial_product(&n.b, cast, 0, d, &itself)->type, f); /* a tangent */
    cr_assert_eq(build_partial_product(&n.b, cast, 0, build_float(&n.b, f, 1), &itself)->type, t);
    Op *select = build_select(&n.b, build_bin(&n.b, OP_LT, x, y), x, y)->def;
    cr_assert_eq(value_at(&n, build_partial_product(&n.b, select, 1, d, &itself), args), 10);
    cr_assert_eq(value_at(&n, build_partial_product(&n.b, select, 2, d, &itself), args), 0);
    cr_assert(op_partial_is_zero(select, 0));
    Op *to_int = build_cast(&n.b, x, type_scalar(TY_INT))->def;
    cr_assert(op_partial_is_zero(to_int, 0));
    bench_free(&n);
}

Test(ops, names)
{
    Type *t = NULL;
    cr_assert(math_find("sqrtf", &t) == OP_SQRT && t == type_scalar(TY_F32));
    cr_assert(math_find("modf", &t) == OP_MODF && t == type_scalar(TY_F64));
    cr_assert(math_find("modff", &t) == OP_MODF && t == type_scalar(TY_F32));
    cr_assert(math_find("erf", &t) == OP_ERF && t == type_scalar(TY_F64));
    cr_assert(math_find("fmal", &t) == OP_FMA && t == type_scalar(TY_F80));
    cr_assert(math_find("isnan", &t) == OP_ISNAN && t == NULL);
    cr_assert(math_find("sin2", &t) == OP_COUNT && math_find("add", &t) == OP_COUNT);
}

/* ---------------------------------------------------------------------- the runtime */

/* Values from NIST DLMF 5.4 and 5.15: gamma, pi^2/6, zeta(3). */
Test(runtime, special_functions)
{
    cr_assert_eq(ad_digamma(1), -0.57721566490153286061);
    cr_assert_float_eq(ad_digamma(0.5), -1.96351002602142347944, 4e-16);
    cr_assert_float_eq(ad_digamma(-0.5), 0.03648997397857652056, 4e-16);
    cr_assert_float_eq(ad_trigamma(1), 1.64493406684822643647, 4e-16);
    cr_assert_float_eq(ad_polygamma(2, 1), -2.40411380631918857080, 1e-15);
    cr_assert(fabsl(ad_digammal(1) + 0.57721566490153286061L) < 2e-19L);
    cr_assert(isinf(ad_digamma(0)) && ad_digamma(0) < 0 && ad_digamma(-0.0) > 0 && isnan(ad_digamma(-3)));
    cr_assert(isinf(ad_trigamma(-3)) && isnan(ad_polygamma(2, -3)) && isnan(ad_polygamma(-1, 2)));
    for (double x = -20.37; x < 60; x += 0.6180339887) {
        cr_assert_float_eq(ad_digamma(x + 1), ad_digamma(x) + 1 / x, 4e-14, "at %g", x);
        cr_assert_float_eq(ad_trigamma(x + 1), ad_trigamma(x) - 1 / x / x, 4e-13, "at %g", x);
        double step = 6 / pow(x, 4);
        cr_assert(fabs(ad_polygamma(3, x + 1) - ad_polygamma(3, x) + step) < 1e-12 * (1 + fabs(ad_polygamma(3, x))), "at %g", x);
        cr_assert(fabs(ad_polygammaf(1, (float)x) - (float)ad_trigamma((float)x)) <= 1e-6f * fabsf(ad_trigammaf((float)x)));
    }
}

static void mixed(ad_stack *s, int i, bool push)
{
    double block[3] = {i, i + 1, i + 2}, back[3];
    switch (i * 7 % 5) {
    case 0:
        if (push)
            ad_push_double(s, i);
        else
            cr_assert_eq(ad_pop_double(s), i);
        break;
    case 1:
        if (push)
            ad_push_bit(s, i % 3 == 0);
        else
            cr_assert_eq(ad_pop_bit(s), i % 3 == 0);
        break;
    case 2:
        if (push)
            ad_push_int(s, -i);
        else
            cr_assert_eq(ad_pop_int(s), -i);
        break;
    case 3:
        if (push)
            ad_push_block(s, block, sizeof block);
        else {
            ad_pop_block(s, back, sizeof back);
            cr_assert(memcmp(block, back, sizeof block) == 0);
        }
        break;
    default:
        if (push)
            ad_push_float(s, 0.5f * (float)i);
        else
            cr_assert_eq(ad_pop_float(s), 0.5f * (float)i);
    }
}

/* Up and down several times around every chunk's edge. */
Test(runtime, stack)
{
    enum { N = 400000 };
    ad_stack s = AD_STACK_INIT;
    size_t *depth = malloc(N * sizeof *depth);
    int i = 0;
    for (int target = 1000; target <= N; target = target < N && 3 * target > N ? N : 3 * target) {
        for (; i < target; i++) {
            depth[i] = ad_stack_depth(&s);
            mixed(&s, i, true);
        }
        for (; i > target / 3; i--) {
            mixed(&s, i - 1, false);
            cr_assert_eq(ad_stack_depth(&s), depth[i - 1]);
        }
        for (; i < target; i++)
            mixed(&s, i, true);
    }
    while (i-- > 0)
        mixed(&s, i, false);
    cr_assert_eq(ad_stack_depth(&s), 0);
    ad_stack_free(&s);
    ad_stack_free(&s);
    free(depth);
}

Test(runtime, sizes)
{
    cr_assert_eq(ad_count(-3), 0);
    cr_assert_eq(ad_size_mul((size_t)-1 / 2, 3), (size_t)-1);
    cr_assert_eq(ad_size_mul(6, 7), 42);
    void *none = ad_tape_alloc(0, 8), *zero = ad_tape_calloc(2, 8);
    cr_assert(none && zero && !((char *)zero)[15]);
    free(none);
    free(zero);
}

/* ---------------------------------------------------------------------- gradient checks */

static double product_of_logs(const double *x, void *ctx)
{
    return log(x[0]) * x[1] + *(double *)ctx * x[2] * x[2];
}

static void gradient_of_it(const double *x, double *g, void *ctx)
{
    g[0] += x[1] / x[0];
    g[1] += log(x[0]);
    g[2] += 2 * *(double *)ctx * x[2];
}

static void wrong_gradient(const double *x, double *g, void *ctx)
{
    gradient_of_it(x, g, ctx);
    g[2] *= 1.00001;
}

static double _Complex complex_cube(const double _Complex *z, void *ctx)
{
    (void)ctx;
    return z[0] * z[0] * z[0] / z[1];
}

static void map(const double *x, double *y, void *ctx)
{
    (void)ctx;
    y[0] = x[0] * x[1];
    y[1] = sin(x[1]);
}

static void map_vjp(const double *x, const double *seed, double *d_x, void *ctx)
{
    (void)ctx;
    d_x[0] += seed[0] * x[1];
    d_x[1] += seed[0] * x[0] + seed[1] * cos(x[1]);
}

static void map_jvp(const double *x, const double *v, double *d_y, void *ctx)
{
    (void)ctx;
    d_y[0] = v[0] * x[1] + x[0] * v[1];
    d_y[1] = cos(x[1]) * v[1];
}

static void map_jvp_wrong(const double *x, const double *v, double *d_y, void *ctx)
{
    map_jvp(x, v, d_y, ctx);
    d_y[1] = -d_y[1];
}

Test(runtime, gradient_checks)
{
    double c = 3, x[3] = {1e-7, 2, -5}, g[3], exact[3] = {0, 0, 0};
    cr_assert_lt(ad_check_gradient(product_of_logs, gradient_of_it, (double[]){0.7, 2, -5}, 3, &c), 1e-9);
    cr_assert_gt(ad_check_gradient(product_of_logs, wrong_gradient, (double[]){0.7, 2, -5}, 3, &c), 1e-7);
    cr_assert(isinf(ad_check_gradient(product_of_logs, gradient_of_it, (double[]){-1, 2, -5}, 3, &c)));
    gradient_of_it(x, exact, &c);
    ad_difference_central(product_of_logs, x, 3, &c, 0, g); /* the first steps leave the domain */
    cr_assert_lt(ad_relative_error(g, exact, 3), 1e-2);
    ad_difference_forward(product_of_logs, x, 3, &c, 1e-12, g);
    cr_assert_lt(ad_relative_error(g, exact, 3), 1e-2);
    ad_difference_backward(product_of_logs, x, 3, &c, 1e-12, g);
    cr_assert_lt(ad_relative_error(g, exact, 3), 1e-2);
    ad_difference_complex(complex_cube, (double[]){2, 4}, 2, NULL, g);
    cr_assert_float_eq(g[0], 3, 1e-14);
    cr_assert_float_eq(g[1], -0.5, 1e-14);
    cr_assert_lt(ad_check_vjp(map, map_vjp, x, 2, 2, NULL), 1e-9);
    cr_assert_lt(ad_check_jvp(map, map_jvp, x, 2, 2, NULL), 1e-9);
    cr_assert_gt(ad_check_jvp(map, map_jvp_wrong, x, 2, 2, NULL), 1e-2);
    cr_assert_eq(ad_relative_error((double[]){0, 0}, (double[]){0, 0}, 2), 0);
    cr_assert_float_eq(ad_relative_error((double[]){1e300, 0}, (double[]){0, 1e300}, 2), sqrt(2) / 2, 1e-15);
}
