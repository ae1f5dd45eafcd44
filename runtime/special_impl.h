/* special_impl.h: polygamma functions for one floating type; special.c includes it for double and for long double with
 *   REAL      the type
 *   FN(name)  the name with the type's suffix
 *   C(x)      the literal x in the type
 *   SHIFT     arguments from here on use the asymptotic series
 *   REFLECTED_DIGAMMA(x)  digamma of a negative x
 *   TERMS     terms of it: the first one left out is below half an ulp at SHIFT
 *
 * NIST Digital Library of Mathematical Functions, sections 5.5 (recurrence, reflection), 5.11 (asymptotic series), 25.11 (Hurwitz
 * zeta by Euler-Maclaurin summation).
 */

/* B(2k) / (2k): 5.11.2 */
static const REAL FN(bernoulli)[] = {
    C(1.) / 12,       C(-1.) / 120,          C(1.) / 252,         C(-1.) / 240,        C(5.) / 660, C(-691.) / 32760,
    C(1.) / 12,       C(-3617.) / 8160,      C(43867.) / 14364,   C(-174611.) / 6600,  C(77683.) / 276,
    C(-236364091.) / 65520,
};

/* psi(x) = (x - x0) * sum p[i] * (2*x - 3)^i on [1, 2], where x0 is psi's zero (in two parts): Chebyshev series, relative error
 * below 4e-22. The factor keeps the relative error small around the zero. */
#define X0_HI C(0x1.762d86356be3fp+0)
#define X0_LO C(9.549995429965697715184199e-17)
static const REAL FN(psi_1_2)[] = {
    C(0.951055876031832879710709), C(-0.211813710640730248112578), C(0.0601356210601967286341017),
    C(-0.0185506153817396653417525), C(0.00593679527830715705662363), C(-0.00193506666474103676575912),
    C(0.000636888030286620690151697), C(-0.000210748412813295114300403), C(0.0000699501892060696648411603),
    C(-0.0000232582330713700742521622), C(0.00000774122913984925916428185), C(-0.00000257813194094596372629738),
    C(0.00000085892513670257456572368), C(-0.00000028621843234567485316705), C(9.53886665822679425349897e-8),
    C(-3.17927164091513832729649e-8), C(1.0595785726971258138314e-8), C(-3.53166078580818107536064e-9),
    C(1.17904341211384126027628e-9), C(-3.93170013555900814190762e-10), C(1.28814103633826273818306e-10),
    C(-4.27965370979987447841596e-11), C(1.61284738643842273257196e-11), C(-5.45655553219186630075157e-12),
    C(8.06346239647161821718853e-13), C(-2.41979499227868472020232e-13), C(4.04660973263528034605897e-13),
    C(-1.38857672920650231218051e-13),
};

static REAL FN(digamma_1_2)(REAL x)
{
    REAL t = 2 * x - 3, p = 0;
    for (size_t i = sizeof FN(psi_1_2) / sizeof FN(psi_1_2)[0]; i-- > 0;)
        p = p * t + FN(psi_1_2)[i];
    return ((x - X0_HI) - X0_LO) * p;
}

/* x >= SHIFT */
static REAL FN(digamma_large)(REAL x)
{
    REAL z = 1 / x / x, p = 0;
    for (int k = TERMS; k-- > 0;)
        p = (p + FN(bernoulli)[k]) * z;
    return FN(log)(x) - C(0.5) / x - p;
}

/* exp(-x*x). The rounding error of x*x, which exp would multiply, is taken from the result; it is found by the upper half of x, whose square is
 * exact, since fma is a slow call where the processor has no such instruction. */
REAL FN(ad_gaussian)(REAL x)
{
    REAL square = x * x;
    if (square > C(1e5))
        return 0;
    REAL upper = (REAL)(float)x;
    return FN(exp)(-square) * (1 - ((upper * upper - square) + (x - upper) * (x + upper)));
}

/* x - the nearest integer, exactly: the reflection formulas' pi*x without rounding in x */
static REAL FN(fraction)(REAL x)
{
    return x - FN(round)(x);
}

/* cot(pi * r), |r| <= 0.5; 0.5 - |r| is exact where the cotangent is small. */
static REAL FN(cot_pi)(REAL r)
{
    if (FN(fabs)(r) <= C(0.25))
        return 1 / FN(tan)(PI * r);
    REAL c = FN(tan)(PI * (C(0.5) - FN(fabs)(r)));
    return r < 0 ? -c : c;
}

REAL FN(ad_digamma)(REAL x)
{
    if (x == 0)
        return -1 / x;
    if (x < 0)
        return REFLECTED_DIGAMMA(x);
    if (x >= SHIFT)
        return FN(digamma_large)(x);
    if (!(x >= 1))
        return FN(digamma_1_2)(x + 1) - 1 / x;
    REAL sum = 0;
    while (x > 2) {
        x -= 1;
        sum += 1 / x;
    }
    return sum + FN(digamma_1_2)(x);
}

REAL FN(ad_trigamma)(REAL x)
{
    if (x <= 0) {
        REAL r = FN(fraction)(x), s = FN(sin)(PI * r);
        return isinf(x) ? (REAL)NAN : r == 0 ? (REAL)INFINITY : (PI / s) * (PI / s) - FN(ad_trigamma)(1 - x);
    }
    REAL head = 0, p = 0;
    for (; x < SHIFT; x += 1)
        head += 1 / (x * x);
    REAL z = 1 / x / x;
    for (int k = TERMS; k-- > 0;)
        p = (p + (2 * k + 2) * FN(bernoulli)[k]) * z;
    return head + (z / 2 + (1 + p) / x);
}

/* sum over i >= 0 of (q / (q + i))^s, that is q^s * zeta(s, q), for q > 0 and s > 1. The smallest terms are added first, and each
 * q + i is rounded once. */
static REAL FN(scaled_zeta)(REAL s, REAL q)
{
    REAL last = FN(ceil)(SHIFT + 2 * s - q), n = last > 0 ? last : 0, a = q + n, f = s / a, sum = 0;
    for (int k = 0; k < TERMS; k++) {
        sum += FN(bernoulli)[k] * f;
        f *= (s + (2 * k + 1)) / (2 * k + 2) * ((s + (2 * k + 2)) / (2 * k + 3)) / a / a;
    }
    sum = FN(pow)(q / a, s) * (sum + C(0.5) + a / (s - 1));
    for (REAL i = n - 1; i >= 0; i -= 1)
        sum += FN(pow)(q / (q + i), s);
    return sum;
}

/* The n-th derivative of pi*cot(pi*x), divided by n!, with r = x minus the nearest integer, n >= 1: (-1)^n times the sum of (r + k)^-(n+1)
 * over all integers k. Between two poles the sums of an even n cancel; there, if n is small, a polynomial in the cotangent c by
 * Q' = -(1 + c^2) dQ/dc, whose terms never do. */
static REAL FN(cot_derivative)(int n, REAL r)
{
    REAL q[16] = {0, 1}, scale = PI, s = (REAL)(n + 1), sum = 0;
    if (n > 12 || n % 2 || FN(fabs)(r) < C(0.25)) {
        REAL above = FN(scaled_zeta)(s, 1 + r) * FN(pow)(1 + r, -s), below = FN(scaled_zeta)(s, 1 - r) * FN(pow)(1 - r, -s);
        sum = (n % 2 ? above + below : above - below) + FN(pow)(r, -s);
        return n % 2 ? -sum : sum;
    }
    for (int k = 1; k <= n; k++) { /* after this, q is the k-th derivative / (pi^k k!) */
        REAL d[16] = {0};
        for (int i = 1; i <= k; i++) {
            d[i - 1] -= (REAL)i * q[i] / (REAL)k;
            d[i + 1] -= (REAL)i * q[i] / (REAL)k;
        }
        for (int i = 0; i < 16; i++)
            q[i] = d[i];
        scale *= PI;
    }
    for (int i = n + 1; i >= 0; i--)
        sum = sum * FN(cot_pi)(r) + q[i];
    return scale * sum;
}

REAL FN(ad_polygamma)(int n, REAL x)
{
    if (n < 2 || isnan(x))
        return n == 0 ? FN(ad_digamma)(x) : n == 1 ? FN(ad_trigamma)(x) : (REAL)NAN;
    REAL sign = n % 2 ? 1 : -1, factorial = 1;
    if (x == 0)
        return n % 2 ? (REAL)INFINITY : -1 / x;
    if (x < 0) {
        REAL r = FN(fraction)(x);
        if (r == 0 || isinf(x))
            return n % 2 && !isinf(x) ? (REAL)INFINITY : (REAL)NAN;
        for (int k = 2; k <= n; k++)
            factorial *= (REAL)k;
        return -sign * FN(ad_polygamma)(n, 1 - x) - factorial * FN(cot_derivative)(n, r);
    }
    if (isinf(x))
        return sign * 0;
    /* n! / x^n may leave the range before the result does; up to 5! its factor is exact. */
    REAL result = sign * (FN(scaled_zeta)((REAL)(n + 1), x) / x);
    for (int k = 2; k <= n && k <= 5; k++)
        result *= (REAL)k;
    for (int k = n; k > 0; k--)
        result = (k > 5 ? result * (REAL)k : result) / x;
    return result;
}

#undef X0_HI
#undef X0_LO
