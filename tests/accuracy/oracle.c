/* oracle.c: see oracle.h. */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>

enum { STEP = 110 };

typedef int (*One)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
typedef int (*Two)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);
typedef int (*Order)(mpfr_ptr, long, mpfr_srcptr, mpfr_rnd_t);

static int lgamma_of(mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t rnd)
{
    int sign;
    return mpfr_lgamma(r, &sign, x, rnd);
}

static int logistic_of(mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t rnd)
{
    mpfr_exp(r, x, rnd);
    mpfr_add_ui(r, r, 1, rnd);
    return mpfr_ui_div(r, 1, r, rnd);
}

static int gaussian_of(mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t rnd)
{
    mpfr_sqr(r, x, rnd);
    mpfr_neg(r, r, rnd);
    return mpfr_exp(r, r, rnd);
}

static int exp2_of(mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t rnd)
{
    return mpfr_exp2(r, x, rnd);
}

/* Rows of one operand, and what their differences need. */
typedef enum {
    SMOOTH,  /* changes over lengths of 1 near 0 */
    DECAYS,  /* the same, towards a constant: many bits cancel */
    AT_ZERO, /* changes over lengths of its operand */
} Shape;

static const struct {
    OpCode code;
    One f;
    Shape shape;
} ones[] = {
    {OP_EXP, mpfr_exp, SMOOTH},
    {OP_EXP2, exp2_of, SMOOTH},
    {OP_EXP10, mpfr_exp10, SMOOTH},
    {OP_LOG1P, mpfr_log1p, SMOOTH},
    {OP_SIN, mpfr_sin, SMOOTH},
    {OP_COS, mpfr_cos, SMOOTH},
    {OP_TAN, mpfr_tan, SMOOTH},
    {OP_ASIN, mpfr_asin, SMOOTH},
    {OP_ACOS, mpfr_acos, SMOOTH},
    {OP_SINH, mpfr_sinh, SMOOTH},
    {OP_COSH, mpfr_cosh, SMOOTH},
    {OP_ACOSH, mpfr_acosh, SMOOTH},
    {OP_ATANH, mpfr_atanh, SMOOTH},
    {OP_J0, mpfr_j0, SMOOTH},
    {OP_J1, mpfr_j1, SMOOTH},
    {OP_FLOOR, mpfr_rint_floor, SMOOTH},
    {OP_ATAN, mpfr_atan, SMOOTH},
    {OP_ASINH, mpfr_asinh, SMOOTH},
    {OP_EXPM1, mpfr_expm1, DECAYS},
    {OP_LOGISTIC, logistic_of, DECAYS},
    {OP_GAUSSIAN, gaussian_of, SMOOTH},
    {OP_TANH, mpfr_tanh, DECAYS},
    {OP_ERF, mpfr_erf, DECAYS},
    {OP_ERFC, mpfr_erfc, DECAYS},
    {OP_SQRT, mpfr_sqrt, AT_ZERO},
    {OP_CBRT, mpfr_cbrt, AT_ZERO},
    {OP_LOG, mpfr_log, AT_ZERO},
    {OP_LOG2, mpfr_log2, AT_ZERO},
    {OP_LOG10, mpfr_log10, AT_ZERO},
    {OP_TGAMMA, mpfr_gamma, AT_ZERO},
    {OP_LGAMMA, lgamma_of, AT_ZERO},
    {OP_Y0, mpfr_y0, AT_ZERO},
    {OP_Y1, mpfr_y1, AT_ZERO},
    {OP_FABS, mpfr_abs, AT_ZERO},
    {OP_DIGAMMA, mpfr_digamma, AT_ZERO},
};

static const struct {
    OpCode code;
    Two f;
} twos[] = {
    {OP_HYPOT, mpfr_hypot}, {OP_POW, mpfr_pow},   {OP_ATAN2, mpfr_atan2},         {OP_FMAX, mpfr_max},
    {OP_FMIN, mpfr_min},    {OP_FDIM, mpfr_dim},  {OP_FMOD, mpfr_fmod},           {OP_REMAINDER, mpfr_remainder},
    {OP_COPYSIGN, mpfr_copysign},
};

static const struct {
    OpCode code;
    Order f;
} orders[] = {{OP_JN, mpfr_jn}, {OP_YN, mpfr_yn}};

/* Rows that are derivatives of digamma, or lgamma's: how many times. */
static int digamma_order(OpCode code, long n)
{
    return code == OP_DIGAMMA ? 0 : code == OP_TRIGAMMA ? 1 : code == OP_POLYGAMMA ? (int)n : -1;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool is_scaling(OpCode code)
{
    return code == OP_LDEXP || code == OP_SCALBN || code == OP_SCALBLN;
}

bool oracle_has(OpCode code)
{
    bool found = digamma_order(code, 0) >= 0 || is_scaling(code) || code == OP_FMA;
    for (size_t i = 0; i < COUNT(ones); i++)
        found |= ones[i].code == code;
    for (size_t i = 0; i < COUNT(twos); i++)
        found |= twos[i].code == code;
    for (size_t i = 0; i < COUNT(orders); i++)
        found |= orders[i].code == code;
    return found;
}

static void evaluate(OpCode code, mpfr_t r, mpfr_t *x, long n)
{
    for (size_t i = 0; i < COUNT(ones); i++)
        if (ones[i].code == code) {
            ones[i].f(r, x[0], MPFR_RNDN);
            return;
        }
    for (size_t i = 0; i < COUNT(twos); i++)
        if (twos[i].code == code) {
            twos[i].f(r, x[0], x[1], MPFR_RNDN);
            return;
        }
    for (size_t i = 0; i < COUNT(orders); i++)
        if (orders[i].code == code) {
            orders[i].f(r, n, x[1], MPFR_RNDN);
            return;
        }
    if (is_scaling(code))
        mpfr_mul_2si(r, x[0], n, MPFR_RNDN);
    else if (code == OP_FMA)
        mpfr_fma(r, x[0], x[1], x[2], MPFR_RNDN);
    else
        mpfr_digamma(r, digamma_order(code, n) >= 0 && code == OP_POLYGAMMA ? x[1] : x[0], MPFR_RNDN);
}

static Shape shape_of(OpCode code, int k)
{
    for (size_t i = 0; i < COUNT(ones); i++)
        if (ones[i].code == code)
            return ones[i].shape;
    return code == OP_JN || (code == OP_POW && k == 1) ? SMOOTH : AT_ZERO;
}

bool oracle_is_smooth(OpCode code)
{
    return shape_of(code, 0) != AT_ZERO;
}

/* 2^-STEP of the length over which operand k changes the function. Waves and poles have a length of 1. */
static void step_of(OpCode code, int k, mpfr_t h, const mpfr_t x)
{
    bool poles = (digamma_order(code, 0) >= 0 || code == OP_LGAMMA || code == OP_TGAMMA) && mpfr_sgn(x) < 0;
    bool waves = code == OP_JN || code == OP_YN || code == OP_J0 || code == OP_J1 || code == OP_Y0 || code == OP_Y1 || code == OP_SIN ||
                 code == OP_COS || code == OP_TAN || code == OP_TGAMMA;
    long e = mpfr_zero_p(x) ? 0 : mpfr_get_exp(x);
    if ((poles || waves) && e > 0)
        e = 0;
    if (shape_of(code, k) != AT_ZERO && e < 0)
        e = 0;
    mpfr_set_ui_2exp(h, 1, e - STEP, MPFR_RNDN);
}

/* sum over i <= m, j <= o of (-1)^(i+j) C(m,i) C(o,j) f(x_k + (m/2-i) h_k, x_l + (o/2-j) h_l) / h_k^m / h_l^o */
static void stencil(OpCode code, mpfr_t r, mpfr_t *x, long n, const int *at, const int *order)
{
    mpfr_t h[2], y, sum, start[2];
    mpfr_prec_t bits = mpfr_get_prec(x[0]);
    mpfr_inits2(bits, h[0], h[1], y, sum, start[0], start[1], (mpfr_ptr)0);
    for (int s = 0; s < 2; s++)
        if (order[s]) {
            step_of(code, at[s], h[s], x[at[s]]);
            mpfr_set(start[s], x[at[s]], MPFR_RNDN);
        }
    mpfr_set_zero(sum, 1);
    long ci = 1;
    for (int i = 0; i <= order[0]; ci = ci * (order[0] - i) / (i + 1), i++) {
        long cj = 1;
        for (int j = 0; j <= order[1]; cj = cj * (order[1] - j) / (j + 1), j++) {
            for (int s = 0; s < 2; s++)
                if (order[s]) {
                    mpfr_mul_si(y, h[s], order[s] - 2 * (s ? j : i), MPFR_RNDN);
                    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
                    mpfr_add(x[at[s]], start[s], y, MPFR_RNDN);
                }
            evaluate(code, y, x, n);
            mpfr_mul_si(y, y, ((i + j) % 2 ? -1 : 1) * ci * cj, MPFR_RNDN);
            mpfr_add(sum, sum, y, MPFR_RNDN);
        }
    }
    for (int s = 0; s < 2; s++)
        if (order[s]) {
            mpfr_set(x[at[s]], start[s], MPFR_RNDN);
            mpfr_pow_ui(h[s], h[s], (unsigned long)order[s], MPFR_RNDN);
            mpfr_div(sum, sum, h[s], MPFR_RNDN);
        }
    mpfr_set(r, sum, MPFR_RNDN);
    mpfr_clears(h[0], h[1], y, sum, start[0], start[1], (mpfr_ptr)0);
}

/* Enough for differences of the order: the digits that cancel, twice the operands' magnitudes, how close the value is to a constant. */
static mpfr_prec_t bits_for(OpCode code, int order, const long double *x)
{
    int e, most = 0;
    for (int k = 0; k < op_info[code].arity; k++) {
        frexpl(x[k], &e);
        most += abs(e); /* of hypot, the smaller may count with its square over that of the larger */
    }
    mpfr_prec_t bits = 300 + STEP * order + 2 * most;
    bool decays = op_info[code].arity == 1 && shape_of(code, 0) == DECAYS;
    long double size = fminl(fabsl(x[0]), 1000);
    if (code == OP_JN) /* x^n */
        bits += 6 * most;
    if (decays)
        bits += code == OP_ERF || code == OP_ERFC ? (mpfr_prec_t)fminl(1.5L * size * size, 18000) : (mpfr_prec_t)(3 * size);
    return bits;
}

/* A tie, a multiple of the divisor, or so far that the step would cross one. */
static bool at_kink(OpCode code, const long double *x)
{
    if (code == OP_FMAX || code == OP_FMIN || code == OP_FDIM)
        return x[0] == x[1];
    if (code != OP_FMOD && code != OP_REMAINDER)
        return code == OP_FLOOR && x[0] == floorl(x[0]);
    long double twice = fmodl(2 * x[0], x[1]);
    return fabsl(x[0] / x[1]) > 0x1p60L || twice == 0;
}

bool oracle(OpCode code, const long double *x, long n, int k, int l, mpfr_t r)
{
    int extra = digamma_order(code, n), at[2] = {k < 0 ? 0 : k, l < 0 ? 0 : l}, order[2] = {k >= 0, l >= 0};
    if (extra >= 0)
        at[0] = at[1] = code == OP_POLYGAMMA;
    if (at[0] == at[1] || extra > 0) { /* one operand: one stencil of the whole order */
        order[0] += order[1] + (extra > 0 ? extra : 0);
        order[1] = 0;
        if (k < 0 && l >= 0)
            at[0] = at[1];
    }
    if (at_kink(code, x))
        return false;
    mpfr_t point[3], again;
    mpfr_prec_t bits = bits_for(code, order[0] + order[1], x);
    for (int i = 0; i < 3; i++) {
        mpfr_init2(point[i], bits);
        mpfr_set_ld(point[i], x[i], MPFR_RNDN);
    }
    mpfr_init2(again, bits);
    stencil(code, again, point, n, at, order);
    bool ok = mpfr_number_p(again) != 0;
    mpfr_set(r, again, MPFR_RNDN);
    for (int i = 0; i < 3; i++)
        mpfr_clear(point[i]);
    mpfr_clear(again);
    return ok;
}
