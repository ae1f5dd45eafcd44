/* accuracy.c: the error of every row of <math.h>: its first and second partials, and the runtime's special functions, against MPFR.
 *
 *     accuracy [-q] [POINTS [NAME]]     a table; exit status 1 if a bound is exceeded; -q: only what exceeds one, and a summary
 *
 * The partials are built by adgen from the op table and evaluated with the C library, rounded operation by operation in the row's type.
 * Points: the row's interval, all magnitudes, and closer and closer to where functions have poles, zeros and ends.
 */
#include "oracle.h"
#include "tests/op_bench.h"

#include <float.h>

/* What errors are measured by: units in the last place of the true value, or of the largest size that belongs to the formula. */
typedef enum {
    BY_ULP,   /* of the true value */
    BY_ONE,   /* of max(1, |true value|): the result form, 1 - y*y */
    BY_WAVE,  /* of |operand|^-1/2: functions with zeros all along; libm has them to that accuracy */
    BY_TERMS, /* of the terms of the reflection formula where the operand is negative, pi*cot(pi*x) */
} Measure;

typedef struct {
    OpCode code;
    Measure measure;
    double bound[2]; /* of first and second partials */
} Rule;

/* Rows that are not listed: 8 ulp, 8 ulp. */
static const Rule rules[] = {
    {OP_TANH, BY_ONE, {8, 8}},    {OP_LOGISTIC, BY_ONE, {8, 8}}, {OP_EXPM1, BY_ONE, {8, 8}},    {OP_J0, BY_WAVE, {8, 8}},    {OP_J1, BY_WAVE, {8, 8}},
    {OP_JN, BY_WAVE, {8, 8}},     {OP_Y0, BY_WAVE, {8, 8}},      {OP_Y1, BY_WAVE, {8, 8}},    {OP_YN, BY_WAVE, {8, 8}},
    {OP_TGAMMA, BY_TERMS, {8, 8}}, {OP_LGAMMA, BY_TERMS, {8, 8}}, {OP_DIGAMMA, BY_TERMS, {8, 8}},
    {OP_POLYGAMMA, BY_TERMS, {16, 16}},
};

static Rule rule_of(OpCode code)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].code == code)
            return rules[i];
    return (Rule){code, BY_ULP, {8, 8}};
}

typedef struct {
    double ulp, scaled; /* largest error in ulps of the true value; by the rule's measure */
    Number at[3];
    long double got, want;
    int points;
} Worst;

/* ---------------------------------------------------------------------- points */

static uint64_t random_state = 88172645463325252u;

static double uniform(double lo, double hi)
{
    random_state ^= random_state << 13; /* xorshift64, G. Marsaglia 2003 */
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return lo + (hi - lo) * (double)(random_state >> 11) / 9007199254740992.0;
}

/* Where functions end, have poles or zeros; approached from both sides. */
static const double special[] = {1, -1, 0.5, -0.5, 2, 10, -2, -3, -7, 1.4616321449683622, 1.5707963267948966, 2.404825557695773, 3.8317059702075125,
                                 0.8935769662791675, 2.197141326031017, -0.504083008264455, -1.573498473162390, 26, 700, 1e-300};

static long double random_operand(OpCode code, TypeKind type, int i)
{
    const OpInfo *info = &op_info[code];
    double exponents = type == TY_F32 ? 125 : 1020;
    double sign = uniform(-1, 1) < 0 ? -1 : 1;
    switch (i % 6) {
    case 0:
    case 1:
        return uniform(info->lo, info->hi);
    case 2:
        return sign * exp2l(uniform(-60, 60));
    case 3:
        return sign * exp2l(uniform(-exponents, exponents));
    case 4:
        return special[(size_t)uniform(0, sizeof special / sizeof *special)] * (1 + sign * exp2(-uniform(0, 60)));
    default:
        return uniform(-50, 50);
    }
}

/* MPFR takes its time where the series of these are long. */
static long double within(OpCode code, int k, long double x)
{
    bool bessel = code == OP_J0 || code == OP_J1 || code == OP_JN || code == OP_Y0 || code == OP_Y1 || code == OP_YN;
    bool waves = code == OP_SIN || code == OP_COS || code == OP_TAN;
    bool gamma = code == OP_LGAMMA || code == OP_TGAMMA || code == OP_DIGAMMA || code == OP_TRIGAMMA || code == OP_POLYGAMMA;
    if (bessel)
        return fmodl(x, 200);
    if (gamma && x < 0)
        return fmodl(x, 150);
    if (code == OP_POW && k == 1) /* b - 1 is not b */
        return fmodl(x, 1e6L);
    return waves ? fmodl(x, 1e9L) : x;
}

static void random_point(OpCode code, TypeKind type, int i, Number *x)
{
    bool order = code == OP_JN || code == OP_YN || code == OP_POLYGAMMA;
    for (int k = 0; k < op_info[code].arity; k++) {
        long double v = within(code, k, random_operand(code, type, k ? i / 7 + (int)uniform(0, 6) : i));
        x[k] = (Number){eval_round(type_scalar(type), v), (int64_t)uniform(order ? 0 : -20, order ? 5 : 20)};
    }
}

/* ---------------------------------------------------------------------- errors */

static int precision(TypeKind t)
{
    return t == TY_F32 ? FLT_MANT_DIG : t == TY_F64 ? DBL_MANT_DIG : LDBL_MANT_DIG;
}

static long double least(TypeKind t)
{
    return t == TY_F32 ? FLT_MIN : t == TY_F64 ? DBL_MIN : LDBL_MIN;
}

static long double most(TypeKind t)
{
    return t == TY_F32 ? FLT_MAX : t == TY_F64 ? DBL_MAX : LDBL_MAX;
}

/* |x - y| in units in the last place of `of`. */
static double in_ulps(long double x, const mpfr_t y, long double of, TypeKind t)
{
    mpfr_t d;
    int e;
    mpfr_init2(d, 200);
    mpfr_set_ld(d, x, MPFR_RNDN);
    mpfr_sub(d, d, y, MPFR_RNDN);
    frexpl(of, &e);
    mpfr_mul_2si(d, d, precision(t) - e, MPFR_RNDN);
    double r = fabs(mpfr_get_d(d, MPFR_RNDN));
    mpfr_clear(d);
    return isnan(x) ? INFINITY : r;
}

/* x: the operand; value: of the function. */
static long double measure_by(const Rule *rule, long double want, const Number *x, long double value)
{
    const long double pi = 3.14159265358979323846L;
    long double size = fabsl(want);
    if (rule->measure == BY_ONE)
        return fmaxl(size, 1);
    if (rule->measure == BY_WAVE)
        return fmaxl(size, 1 / sqrtl(fmaxl(1, fabsl(x->f))));
    if (rule->measure == BY_TERMS && x->f < 0) {
        long double cot = fabsl(pi / tanl(pi * (x->f - roundl(x->f))));
        if (rule->code == OP_POLYGAMMA) /* a polynomial in the cotangent */
            return fmaxl(size, tgammal((long double)x[-1].i + 1) * powl(fmaxl(cot, pi), (long double)x[-1].i + 1));
        return fmaxl(size, (rule->code == OP_TGAMMA ? fabsl(value) : 1) * fmaxl(cot, logl(1 - x->f)));
    }
    return size;
}

/* One value against the truth. other: a size that errors may have too (second partials), or 0. */
static void compare(Worst *w, TypeKind t, const Rule *rule, long double got, const mpfr_t want, const Number *x, int operand,
                    long double value, long double other)
{
    long double truth = mpfr_get_ld(want, MPFR_RNDN), size = fabsl(truth);
    if (size > most(t) / 4096) /* also what it is made of may overflow */
        return;
    w->points++;
    if (size < 8 * least(t) && fabsl(got) < 16 * least(t)) /* the type underflows */
        return;
    double ulp = in_ulps(got, want, size, t);
    double scaled = in_ulps(got, want, fmaxl(measure_by(rule, truth, &x[operand], value), other), t);
    if (!(ulp <= w->ulp))
        w->ulp = ulp;
    if (!(scaled <= w->scaled)) {
        w->scaled = scaled;
        memcpy(w->at, x, sizeof w->at);
        w->got = got;
        w->want = truth;
    }
}

/* ---------------------------------------------------------------------- rows */

static const char *const type_names[] = {[TY_F32] = "float", [TY_F64] = "double", [TY_F80] = "long double"};

typedef struct {
    int points, checked, exceeded;
    bool quiet;
} Run;

static void report(Run *run, OpCode code, TypeKind t, const char *what, const Worst *w, double bound)
{
    bool bad = !(w->scaled <= bound);
    run->checked++;
    run->exceeded += bad;
    if (run->quiet && !bad)
        return;
    printf("%-12s %-11s %-8s %6d %10.3g %10.3g %5g%s", op_info[code].text, type_names[t], what, w->points, w->ulp, w->scaled, bound,
           bad ? "  EXCEEDED" : "  ok");
    if (bad || w->scaled > bound / 2)
        printf("  at %.17Lg, %.17Lg (%d): %.17Lg, not %.17Lg", w->at[0].f, w->at[1].f, (int)w->at[0].i, w->got, w->want);
    putchar('\n');
}

/* No point where the function itself over- or underflows, nor outside its domain: those follow rules of their own (ops_test.c). */
static bool is_usable(OpCode code, TypeKind t, const Number *x, int k, int l, long double value)
{
    bool reaches_zero = code == OP_FMOD || code == OP_REMAINDER || code == OP_FDIM || code == OP_FLOOR;
    for (int i = 0; i < op_info[code].arity; i++)
        if (fabsl(x[i].f) < least(t))
            return false;
    if (code == OP_POW && x[0].f < 0 && (k == 1 || l == 1))
        return false;
    return isfinite(value) && (fabsl(value) >= least(t) || (value == 0 && reaches_zero));
}

/* The largest second partial on the row's interval. */
static long double largest_within(OpCode code, int k, int l)
{
    long double largest = 0;
    mpfr_t d;
    mpfr_init2(d, 100);
    for (int i = 0; i < 32; i++) {
        long double x[3];
        for (int j = 0; j < 3; j++)
            x[j] = uniform(op_info[code].lo, op_info[code].hi);
        if (oracle(code, x, 2, k, l, d))
            largest = fmaxl(largest, fabsl(mpfr_get_ld(d, MPFR_RNDN)));
    }
    mpfr_clear(d);
    return largest;
}

/* What is looked at: the value (the runtime's functions only), one partial, or one second partial. */
static void check(Run *run, OpCode code, TypeKind t, int k, int l)
{
    Bench n = bench(code, t, NULL);
    Rule rule = rule_of(code);
    Value *y = n.op->results[0], *p = k < 0 ? y : build_partial(&n.b, n.op, k, &itself), *v = l < 0 || !p ? p : tangent_value(&n, p, l);
    Worst w = {0};
    mpfr_t want, first;
    mpfr_init2(want, 200);
    mpfr_init2(first, 200);
    long double around = l < 0 ? 0 : largest_within(code, k, l);
    for (int i = 0; i < run->points; i++) {
        Number x[3];
        random_point(code, t, i, x);
        long double operands[3] = {x[0].f, x[1].f, x[2].f};
        long order = (long)x[op_info[code].sig[2] != 'i'].i; /* jn(n, x), ldexp(x, n) */
        if (!is_usable(code, t, x, k, l, value_at(&n, y, x)) || !oracle(code, operands, order, k, l, want))
            continue;
        long double value = value_at(&n, y, x), other = 0;
        if (l >= 0 && oracle(code, operands, order, k, -1, first))
            other = fabsl(mpfr_get_ld(first, MPFR_RNDN) / operands[l]);
        if (l >= 0 && k != l && code == OP_POW) /* y/a * (1 + b*log(a)) */
            other = fmaxl(other, fabsl(value / x[0].f));
        if (l >= 0 && oracle_is_smooth(code) && !(other <= around))
            other = around;
        compare(&w, t, &rule, value_at(&n, v, x), want, x, k < 0 ? code == OP_POLYGAMMA : k, value, isfinite(other) ? other : 0);
    }
    char what[16];
    snprintf(what, sizeof what, k < 0 ? "value" : l < 0 ? "d/d%c" : "d2/d%cd%c", 'a' + k, 'a' + l);
    if (w.points)
        report(run, code, t, what, &w, rule.bound[l >= 0]);
    mpfr_clears(want, first, (mpfr_ptr)0);
    bench_free(&n);
}

static void check_row(Run *run, OpCode code, TypeKind t)
{
    int arity = op_info[code].arity;
    Bench n = bench(code, t, NULL);
    if (!strncmp(op_info[code].text, "ad_", 3))
        check(run, code, t, -1, -1);
    for (int k = 0; k < arity; k++)
        for (int l = -1; l < arity; l++) {
            bool is_real = type_is_float(n.op->args[k]->type) && (l < 0 || type_is_float(n.op->args[l]->type));
            if (is_real && !op_partial_is_zero(n.op, k))
                check(run, code, t, k, l);
        }
    bench_free(&n);
}

int main(int argc, char **argv)
{
    Run run = {.points = 3000};
    if (argc > 1 && !strcmp(argv[1], "-q")) {
        run.quiet = true;
        argc--;
        argv++;
    }
    if (argc > 1)
        run.points = atoi(argv[1]);
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
    if (!run.quiet)
        printf("%-12s %-11s %-8s %6s %10s %10s %5s\n", "function", "type", "what", "points", "max ulp", "measured", "bound");
    for (int code = 0; code < OP_COUNT; code++) {
        bool wanted = argc < 3 || !strcmp(op_info[code].text, argv[2]);
        if (wanted && op_info[code].kind == KIND_MATH && op_info[code].sig[0] == 'f' && oracle_has((OpCode)code))
            for (int t = TY_F32; t <= TY_F80; t++)
                check_row(&run, (OpCode)code, (TypeKind)t);
    }
    printf("%d tables of errors, %d beyond their bound\n", run.checked, run.exceeded);
    return run.exceeded > 0 || run.checked == 0;
}
