/* Rows of <complex.h>; part of ops.h. A complex operand or result is a `z`. Partials are complex derivatives; where there is none, the
 * row is an OP_MATHC. The derivative with respect to z = x + iy is d/dx + i d/dy: an adjoint is multiplied by the conjugate. */

/* --- parts. CMPLX is written x + y*I in C99. At 0, cabs and carg have derivative 0. ------------------------------ */
OP_MATHC(CREAL, "creal", "f", "z", "creal(d)", "d", -2, 2)
OP_MATHC(CIMAG, "cimag", "f", "z", "cimag(d)", "d * I", -2, 2)
OP_MATHC(CONJ, "conj", "z", "z", "conj(d)", "conj(d)", -2, 2)
OP_MATHC(CABS, "cabs", "f", "z", "y == 0 ? 0 : creal(conj(a) * d) / y", "y == 0 ? 0 : d / y * a", -2, 2)
OP_MATHC(CARG, "carg", "f", "z", "a == 0 ? 0 : cimag(d / a)", "a == 0 ? 0 : d * I / conj(a)", -2, 2)
OP_MATHN(CPROJ, "cproj", "z", "z", "1", NULL, -2, 2, 0)
OP_MATHN(CMPLX, "CMPLX", "z", "ff", "1", "I", -2, 2, 0)

/* --- powers, exponential, logarithm ------------------------------------------------------------------------ */
OP_MATHN(CSQRT, "csqrt", "z", "z", "0.5 / y", NULL, -2, 2, 1)
OP_MATHN(CPOW, "cpow", "z", "zz", "b == 0 && a == 0 ? 0 : b * cpow(a, b - 1)", "a == 0 ? 0 : y * clog(a)", -2, 2, 1)
OP_MATHN(CEXP, "cexp", "z", "z", "y", NULL, -2, 2, 0)
OP_MATHN(CLOG, "clog", "z", "z", "1 / a", NULL, -2, 2, 1)

/* --- trigonometric and hyperbolic functions ------------------------------------------------------------------ */
OP_MATHN(CSIN, "csin", "z", "z", "ccos(a)", NULL, -2, 2, 0)
OP_MATHN(CCOS, "ccos", "z", "z", "-csin(a)", NULL, -2, 2, 0)
OP_MATHN(CTAN, "ctan", "z", "z", "1 + y * y", NULL, -1, 1, 0)
OP_MATHN(CASIN, "casin", "z", "z", "1 / csqrt((1 - a) * (1 + a))", NULL, -2, 2, 1)
OP_MATHN(CACOS, "cacos", "z", "z", "-1 / csqrt((1 - a) * (1 + a))", NULL, -2, 2, 1)
OP_MATHN(CATAN, "catan", "z", "z", "1 / (1 + a * a)", NULL, -2, 2, 0)
OP_MATHN(CSINH, "csinh", "z", "z", "ccosh(a)", NULL, -2, 2, 0)
OP_MATHN(CCOSH, "ccosh", "z", "z", "csinh(a)", NULL, -2, 2, 0)
OP_MATHN(CTANH, "ctanh", "z", "z", "1 - y * y", NULL, -1, 1, 0)
OP_MATHN(CASINH, "casinh", "z", "z", "1 / csqrt(1 + a * a)", NULL, -2, 2, 0)
OP_MATHN(CACOSH, "cacosh", "z", "z", "1 / (csqrt(a - 1) * csqrt(a + 1))", NULL, -2, 2, 1)
OP_MATHN(CATANH, "catanh", "z", "z", "1 / ((1 - a) * (1 + a))", NULL, -2, 2, 1)
