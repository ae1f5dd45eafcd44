/* oracle.h: derivatives of the rows of <math.h> by MPFR, independent of the op table's formulas: differences of the function itself
 * in so many digits that what they leave out is far below a double's. */
#ifndef ADGEN_TESTS_ORACLE_H
#define ADGEN_TESTS_ORACLE_H

#include "transform/transform.h"

#include <mpfr.h>

/* Can the row be computed here? Those with integer results and no derivatives cannot. */
bool oracle_has(OpCode code);
/* Does it change over lengths of 1, also near 0? Then rounding errors of its derivatives are of the size of 1 there. */
bool oracle_is_smooth(OpCode code);
/* The row's derivative with respect to operands k and l at x (n: its integer operand) into r; k or l -1: not differentiated there, so
 * that (-1, -1) is the value. False: no number, or the differences do not settle (a kink, a pole). r has any precision. */
bool oracle(OpCode code, const long double *x, long n, int k, int l, mpfr_t r);

#endif
