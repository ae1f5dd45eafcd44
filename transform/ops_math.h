/* Rows of <math.h>; part of ops.h. Syntax and the partials' language are explained there. */

/* --- powers, exponentials, logarithms. Guarded: the functions INTERFACE.md's zero rule names, and log's scaled and shifted kin. */
OP_MATH1(SQRT, "sqrt", "0.5 / y", 0.01, 10, 1)
/* y / a doubles no error of y; it does not exist at 0 and infinity. */
OP_MATH1(CBRT, "cbrt", "y != a ? y / a / 3 : 1 / (3 * (y * y))", 0.05, 10, 1)
OP_MATH2(HYPOT, "hypot", "a / y", "b / y", -5, 5, 1)
/* The first test of d/db: no contribution where a is 0 (the result does not move with a positive b). */
/* b - 1 is exact from 0.5 on; below, pow(a, b - 1) would lose digits where log(a) is large, and y / a only exists where y is not a. */
OP_MATH2(POW, "pow", "b == 0 && (a == 0 || a != a) ? 0 : b < 0.5 && (b < 0 || y != a) ? b * y / a : b * pow(a, b - 1)", "a == 0 ? (b >= 0 ? 0 : y * log(a)) : y * log(a)", 0.1, 4, 1)
OP_MATH1(EXP, "exp", "y", -5, 5, 0)
OP_MATH1(EXP2, "exp2", "y * ln2", -5, 5, 0)
OP_MATH1(EXP10, "exp10", "y * ln10", -2, 2, 0)
OP_MATH1(EXPM1, "expm1", "y + 1", -5, 5, 0)
OP_MATH1(LOG, "log", "1 / a", 0.01, 10, 1)
OP_MATH1(LOG2, "log2", "log2e / a", 0.01, 10, 1)
OP_MATH1(LOG10, "log10", "log10e / a", 0.01, 10, 1)
OP_MATH1(LOG1P, "log1p", "1 / (1 + a)", -0.9, 10, 1)

/* 1 / (1 + exp(a)), as logistic.c finds it; no C function. */
OP_MATH1(LOGISTIC, "ad_logistic", "-(y * (1 - y))", -5, 5, 0)

/* --- trigonometric and hyperbolic functions -------------------------------------------------------------- */
OP_MATH1(SIN, "sin", "cos(a)", -5, 5, 0)
OP_MATH1(COS, "cos", "-sin(a)", -5, 5, 0)
OP_MATH1(TAN, "tan", "1 + y * y", -1.4, 1.4, 0)
OP_MATH1(ASIN, "asin", "1 / sqrt((1 - a) * (1 + a))", -0.95, 0.95, 1)
OP_MATH1(ACOS, "acos", "-1 / sqrt((1 - a) * (1 + a))", -0.95, 0.95, 1)
OP_MATH1(ATAN, "atan", "1 / (1 + a * a)", -5, 5, 0)
OP_MATH2(ATAN2, "atan2", "ad_turn_b(a, b)", "-ad_turn_a(a, b)", -5, 5, 0)
/* a / (a * a + b * b) and b / (a * a + b * b): turn.c writes them with hypot; no C functions. */
OP_MATH2(TURN_A, "ad_turn_a", "(ad_turn_b(a, b) - y) * (ad_turn_b(a, b) + y)", "-2 * y * ad_turn_b(a, b)", -5, 5, 0)
OP_MATH2(TURN_B, "ad_turn_b", "-2 * y * ad_turn_a(a, b)", "(ad_turn_a(a, b) - y) * (ad_turn_a(a, b) + y)", -5, 5, 0)
OP_MATH1(SINH, "sinh", "cosh(a)", -5, 5, 0)
OP_MATH1(COSH, "cosh", "sinh(a)", -5, 5, 0)
OP_MATH1(TANH, "tanh", "1 - y * y", -5, 5, 0)
OP_MATH1(ASINH, "asinh", "1 / hypot(1, a)", -5, 5, 0)
OP_MATH1(ACOSH, "acosh", "1 / (sqrt(a - 1) * sqrt(a + 1))", 1.05, 10, 1)
OP_MATH1(ATANH, "atanh", "1 / ((1 - a) * (1 + a))", -0.95, 0.95, 1)

/* --- special functions. Those named ad_ are in the runtime, libm lacks them. ----------------------------------- */
OP_MATH1(ERF, "erf", "sqrtpi2 * ad_gaussian(a)", -3, 3, 0)
OP_MATH1(ERFC, "erfc", "-sqrtpi2 * ad_gaussian(a)", -3, 3, 0)
OP_MATH1(GAUSSIAN, "ad_gaussian", "-2 * a * y", -3, 3, 0)
OP_MATH1(TGAMMA, "tgamma", "y * ad_digamma(a)", 0.3, 6, 0)
OP_MATH1(LGAMMA, "lgamma", "ad_digamma(a)", 0.3, 10, 0)
OP_MATH1(DIGAMMA, "ad_digamma", "ad_trigamma(a)", 0.3, 10, 0)
OP_MATH1(TRIGAMMA, "ad_trigamma", "ad_polygamma(2, a)", 0.5, 10, 0)
OP_MATHN(POLYGAMMA, "ad_polygamma", "f", "if", "0", "ad_polygamma(a + 1, b)", 0.7, 10, 0)
OP_MATH1(J0, "j0", "-j1(a)", -10, 10, 0)
OP_MATH1(J1, "j1", "0.5 * (j0(a) - jn(2, a))", -10, 10, 0)
OP_MATHN(JN, "jn", "f", "if", "0", "0.5 * (jn(a - 1, b) - jn(a + 1, b))", 0.1, 10, 0)
OP_MATH1(Y0, "y0", "-y1(a)", 0.3, 10, 0)
OP_MATH1(Y1, "y1", "y0(a) - y / a", 0.3, 10, 0)
OP_MATHN(YN, "yn", "f", "if", "0", "0.5 * (yn(a - 1, b) - yn(a + 1, b))", 2, 10, 0)

/* --- pieces. At a kink the branch that was taken decides; a tie of fmax or fmin gives one half to each; of a NaN and a number
 *     C's fmax and fmin take the number. ------------------------------------------------------------------------ */
OP_MATH1(FABS, "fabs", "a > 0 ? 1 : a < 0 ? -1 : 0", -5, 5, 0)
OP_MATH2(FMAX, "fmax", "a > b ? 1 : a < b ? 0 : a == b ? 0.5 : b != b", "b > a ? 1 : b < a ? 0 : a == b ? 0.5 : a != a", -5, 5, 0)
OP_MATH2(FMIN, "fmin", "a < b ? 1 : a > b ? 0 : a == b ? 0.5 : b != b", "b < a ? 1 : b > a ? 0 : a == b ? 0.5 : a != a", -5, 5, 0)
OP_MATH2(FDIM, "fdim", "a > b ? 1 : 0", "a > b ? -1 : 0", -5, 5, 0)
/* (a - y) / b is the quotient that was taken, up to rounding; trunc(a / b) can be one off where a / b rounds to an integer. */
OP_MATH2(FMOD, "fmod", "1", "-rint((a - y) / b)", 0.5, 5, 0)
OP_MATH2(REMAINDER, "remainder", "1", "-rint((a - y) / b)", 0.5, 5, 0)
OP_MATHN(REMQUO, "remquo", "fi", "ff", "1", "-rint((a - y) / b)", 0.5, 5, 0)
OP_MATH2(COPYSIGN, "copysign", "a == 0 ? 0 : y == a ? 1 : -1", "0", -5, 5, 0)
OP_MATH2(NEXTAFTER, "nextafter", "1", "0", -5, 5, 0)
OP_MATHN(NEXTTOWARD, "nexttoward", "f", "fe", "1", "0", -5, 5, 0)
OP_MATH3(FMA, "fma", "b", "a", "1", -5, 5, 0)
OP_MATH1(FLOOR, "floor", "0", -5, 5, 0)
OP_MATH1(CEIL, "ceil", "0", -5, 5, 0)
OP_MATH1(TRUNC, "trunc", "0", -5, 5, 0)
OP_MATH1(ROUND, "round", "0", -5, 5, 0)
OP_MATH1(RINT, "rint", "0", -5, 5, 0)
OP_MATH1(NEARBYINT, "nearbyint", "0", -5, 5, 0)
OP_MATH1(LOGB, "logb", "0", 0.1, 10, 0)

/* --- scaling and splitting. Result 0 carries the derivative, result 1 (the exponent, the integral part) none. ------ */
OP_MATHN(LDEXP, "ldexp", "f", "fi", "ldexp(1, b)", "0", -5, 5, 0)
OP_MATHN(SCALBN, "scalbn", "f", "fi", "scalbn(1, b)", "0", -5, 5, 0)
OP_MATHN(SCALBLN, "scalbln", "f", "fl", "scalbln(1, b)", "0", -5, 5, 0)
OP_MATHN(FREXP, "frexp", "fi", "f", "a == 0 ? 1 : y / a", NULL, 0.1, 10, 0)
OP_MATHN(MODF, "modf", "ff", "f", "1", NULL, -5, 5, 0)

/* --- integer results: no derivative ---------------------------------------------------------------------- */
OP_MATHN(ILOGB, "ilogb", "i", "f", "0", NULL, 0.1, 10, 0)
OP_MATHN(LROUND, "lround", "l", "f", "0", NULL, -5, 5, 0)
OP_MATHN(LLROUND, "llround", "L", "f", "0", NULL, -5, 5, 0)
OP_MATHN(LRINT, "lrint", "l", "f", "0", NULL, -5, 5, 0)
OP_MATHN(LLRINT, "llrint", "L", "f", "0", NULL, -5, 5, 0)
OP_MATHN(FPCLASSIFY, "fpclassify", "i", "g", "0", NULL, -5, 5, 0)
OP_MATHN(ISFINITE, "isfinite", "i", "g", "0", NULL, -5, 5, 0)
OP_MATHN(ISINF, "isinf", "i", "g", "0", NULL, -5, 5, 0)
OP_MATHN(ISNAN, "isnan", "i", "g", "0", NULL, -5, 5, 0)
OP_MATHN(ISNORMAL, "isnormal", "i", "g", "0", NULL, -5, 5, 0)
OP_MATHN(SIGNBIT, "signbit", "i", "g", "0", NULL, -5, 5, 0)
OP_MATHN(ISGREATER, "isgreater", "i", "gg", "0", "0", -5, 5, 0)
OP_MATHN(ISGREATEREQUAL, "isgreaterequal", "i", "gg", "0", "0", -5, 5, 0)
OP_MATHN(ISLESS, "isless", "i", "gg", "0", "0", -5, 5, 0)
OP_MATHN(ISLESSEQUAL, "islessequal", "i", "gg", "0", "0", -5, 5, 0)
OP_MATHN(ISLESSGREATER, "islessgreater", "i", "gg", "0", "0", -5, 5, 0)
OP_MATHN(ISUNORDERED, "isunordered", "i", "gg", "0", "0", -5, 5, 0)

/* --- argument forms, for -faccurate-tails: as many digits where the partial is near 0 as elsewhere, for another call. ---- */
OP_TAILS(EXPM1, "exp(a)")
OP_TAILS(LOGISTIC, "-(y * ad_logistic(-a))")
OP_TAILS(TANH, "1 / (cosh(a) * cosh(a))")
