/* The op table: every operation of the IR, one row each. Include it with the macros you need defined;
 * each defaults to nothing.
 *
 *   OP(CODE, "text", kind, effect)
 *   OP_MATH1(CODE, "libm", "d/da", lo, hi, guard)            one-argument row of <math.h>
 *   OP_MATH2(CODE, "libm", "d/da", "d/db", lo, hi, guard)    two arguments; both drawn from [lo, hi] in the self-test
 *   OP_MATH3(CODE, "libm", "d/da", "d/db", "d/dc", lo, hi, guard)
 *   OP_MATHN(CODE, "libm", "results", "operands", "d/da", "d/db", lo, hi, guard)
 *                                                            other types, one letter each: f the function's floating type, i int,
 *                                                            l long, L long long, e long double, g any floating type (a type-generic
 *                                                            macro: the name has no suffix), z complex. C returns a second result through a
 *                                                            pointer. Only result 0 has partials; d/db is NULL for one operand.
 *   OP_MATHC(CODE, "libm", "results", "operands", "tangent", "adjoint", lo, hi)
 *                                                            functions of <complex.h> with no complex derivative: both are
 *                                                            expressions in d, the operand's tangent or the result's adjoint
 *   OP_TAILS(CODE, "d/da")                                   of an OP_MATH1 row whose partial is in result form: the argument form
 *
 * `text` is the op's name in the IR's text form; for OP_MATH rows it is the double libm name in lower case
 * (float and long double names add f and l).
 * kind:   CTL   structured control and terminators
 *         CONST constants and symbolic values
 *         ARITH scalar arithmetic on integers, floats, booleans
 *         ADDR  address arithmetic; never reads memory
 *         MEM   objects, loads, stores
 *         CALL  calls
 *         AD    made by differentiation and storage
 * effect: PURE     no effect, may be moved, merged, dropped, repeated
 *         READS    reads memory
 *         WRITES   writes memory (or makes or ends an object)
 *         OUTSIDE  talks to the outside world: exactly once, in order
 *
 * Partials are written in a small expression language (transform/partials.c parses it into IR):
 *   a b c   the operands          y        result 0
 *   + - * / unary-, parentheses, decimal literals, comparisons, && and || (from left to right), c ? t : e
 *   any row's libm name as a function: exp(a), pow(a, b-1); literals take the type that is asked for
 *   I, the imaginary unit; d in a row of OP_MATHC
 *   ln2, ln10, log2e, log10e, sqrtpi2 (2/sqrt(pi))
 * A partial in y is the result form: it costs no second libm call.
 * guard: 1 when a factor that is exactly zero times a non-finite partial contributes 0 (INTERFACE.md section 3).
 */
#ifndef OP
#define OP(code, text, kind, effect)
#endif
#ifndef OP_MATH1
#define OP_MATH1(code, text, da, lo, hi, guard)
#endif
#ifndef OP_MATH2
#define OP_MATH2(code, text, da, db, lo, hi, guard)
#endif
#ifndef OP_MATH3
#define OP_MATH3(code, text, da, db, dc, lo, hi, guard)
#endif
#ifndef OP_TAILS
#define OP_TAILS(code, da)
#endif
#ifndef OP_MATHN
#define OP_MATHN(code, text, results, operands, da, db, lo, hi, guard)
#endif
#ifndef OP_MATHC
#define OP_MATHC(code, text, results, operands, tangent, adjoint, lo, hi)
#endif

/* --- control. Regions end with YIELD; a while's first region ends with COND. ------------------------------ */
/* if c {then} {else} -> results: both regions yield one value per result. */
OP(IF, "if", CTL, PURE)
/* for lo, hi, step, init... {body(counter, carried...) yield next...} -> final counter, carried...
 * attributes: cmp (OP_LT LE GT GE NE: continue while counter cmp hi), reversed. hi and step are fixed on entry. */
OP(FOR, "for", CTL, PURE)
/* while init... {before(args...) cond c, vals...} {after(vals...) yield args...} -> vals of the last `before`. */
OP(WHILE, "while", CTL, PURE)
OP(YIELD, "yield", CTL, PURE)
OP(COND, "cond", CTL, PURE)

/* --- constants ------------------------------------------------------------------------------------------- */
OP(ICONST, "iconst", CONST, PURE)   /* op->ival; op->text: its symbolic spelling or NULL */
OP(FCONST, "fconst", CONST, PURE)   /* op->fval (long double); op->text: INFINITY, NAN... or NULL */
OP(NULLPTR, "null", CONST, PURE)
OP(STRING, "string", CONST, PURE)   /* op->text: the literal's source spelling, quotes included */
OP(SIZEOF, "sizeof", CONST, PURE)   /* op->of: emitted as sizeof(T) */
OP(FNADDR, "fnaddr", CONST, PURE)   /* op->callee or op->text: a function's address */
OP(UNDEF, "undef", CONST, PURE)     /* a value never assigned on this path; reading it is the source's bug */

/* --- scalar arithmetic. Operands of binary ops have the result's type (comparisons: one common type, result int);
 *     shifts take the left operand's type. C's promotions are explicit casts. ------------------------------------ */
OP(ADD, "add", ARITH, PURE)
OP(SUB, "sub", ARITH, PURE)
OP(MUL, "mul", ARITH, PURE)
OP(DIV, "div", ARITH, PURE)
OP(NEG, "neg", ARITH, PURE)
OP(REM, "rem", ARITH, PURE)
OP(AND, "and", ARITH, PURE)
OP(OR, "or", ARITH, PURE)
OP(XOR, "xor", ARITH, PURE)
OP(SHL, "shl", ARITH, PURE)
OP(SHR, "shr", ARITH, PURE)
OP(BITNOT, "bitnot", ARITH, PURE)
OP(LNOT, "not", ARITH, PURE)
OP(LAND, "land", ARITH, PURE)       /* both operands already computed; result int 0/1 */
OP(LOR, "lor", ARITH, PURE)
OP(EQ, "eq", ARITH, PURE)
OP(NE, "ne", ARITH, PURE)
OP(LT, "lt", ARITH, PURE)
OP(LE, "le", ARITH, PURE)
OP(GT, "gt", ARITH, PURE)
OP(GE, "ge", ARITH, PURE)
OP(SELECT, "select", ARITH, PURE)   /* select c, t, e */
OP(CAST, "cast", ARITH, PURE)       /* C conversion between scalar types, result's type says to what */

/* --- addresses ------------------------------------------------------------------------------------------- */
OP(INDEX, "index", ADDR, PURE)      /* index p, i [, stride]: p + i*stride elements, same type as p */
OP(FIELD, "field", ADDR, PURE)      /* field p: &p->f, f = record field op->ival; a bit-field's only uses are load/store */
OP(DECAY, "decay", ADDR, PURE)      /* pointer to array -> pointer to its first element; ival 1: the source has it as a pointer, which may
                                     * go on behind that array into the next row */
OP(PTRCAST, "ptrcast", ADDR, PURE)  /* pointer to pointer conversion */
OP(PTRDIFF, "ptrdiff", ADDR, PURE)  /* p - q in elements, type long */
OP(PTRINT, "ptrint", ADDR, PURE)    /* pointer to integer and integer to pointer: never on active data */

/* --- memory ---------------------------------------------------------------------------------------------- */
OP(LOCAL, "local", MEM, PURE)       /* object in the enclosing region's scope; op->of its type; operands: VLA dimensions
                                       (flattened: of = element type); op->zeroed. Result: pointer to it */
OP(GLOBAL, "global", MEM, PURE)     /* address of op->var (file scope, static local, extern) */
OP(ALLOC, "alloc", MEM, WRITES)     /* malloc(bytes) / calloc(n, size) with op->zeroed / tape; -> void* or typed pointer. Third operand: NULL where that is NULL or 0 */
OP(FREE, "free", MEM, WRITES)
OP(REALLOC, "realloc", MEM, WRITES)
OP(LOAD, "load", MEM, READS)        /* load p -> scalar or pointer of p's pointee type */
OP(STORE, "store", MEM, WRITES)     /* store p, v */
OP(ACCUM, "accum", MEM, WRITES)     /* accum p, v: *p += v */
OP(ZERO, "zero", MEM, WRITES)       /* zero p, n: n elements of p's pointee type become 0 */
OP(COPY, "copy", MEM, WRITES)       /* copy dst, src, bytes: memmove of data whose type is not floating; ival 1: memcpy */

/* --- calls ----------------------------------------------------------------------------------------------- */
OP(CALL, "call", CALL, OUTSIDE)     /* op->callee with a body in the program (gone after inlining), or op->text external */
OP(CALLPTR, "callptr", CALL, OUTSIDE) /* callptr f, args... */
OP(ASSERT, "assert", CALL, OUTSIDE) /* assert(c), op->text: the condition's source text or NULL */

/* --- differentiation and storage --------------------------------------------------------------------------- */
OP(USE, "use", AD, PURE)            /* use v, in a reverse region: v as it was in the mirrored forward iteration */
OP(HOLD, "hold", AD, PURE)          /* hold v: v, a constant to differentiation (shift.c); gone after it */
OP(MULZ, "mulz", AD, PURE)          /* mulz a, p: a == 0 ? 0 : a*p */
OP(PUSH, "push", AD, WRITES)        /* push tape, v; op->ival: equal to that of the POPs that may get v */
OP(POP, "pop", AD, WRITES)          /* pop tape -> v */
OP(ROOM, "room", AD, WRITES)        /* room n, size, rooms -> p: memory of n elements on top of an ad_rooms; op->ival as in PUSH */

/* --- <math.h> -------------------------------------------------------------------------------------------- */
#include "ops_math.h"

/* --- <complex.h> ----------------------------------------------------------------------------------------- */
#include "ops_complex.h"

#undef OP
#undef OP_MATH1
#undef OP_MATH2
#undef OP_MATH3
#undef OP_MATHN
#undef OP_MATHC
#undef OP_TAILS
