/* partial_tree.h: private to partial*.c: a row's partial as a small tree.
 *
 * A row's text is parsed, operands that are constants become literals, the tree is simplified as it grows (which is how pow(x, 3) gets
 * 3*(x*x) without a call), the factor is pushed in, and partials.c or partials_complex.c writes the tree as IR. */
#ifndef ADGEN_PARTIAL_TREE_H
#define ADGEN_PARTIAL_TREE_H

#include "transform.h"

typedef enum {
    N_LIT,    /* lit */
    N_IMAG,   /* the imaginary unit */
    N_ARG,    /* operand `arg` */
    N_RESULT, /* result 0 */
    N_FACTOR, /* the tangent or adjoint */
    N_NEG,
    N_BIN, /* code: ADD SUB MUL DIV, a comparison, LAND or LOR */
    N_SELECT,
    N_CALL /* code: the row */
} NodeKind;

typedef struct Node {
    NodeKind kind;
    OpCode code;
    long double lit;
    int arg;
    struct Node *kid[3];
} Node;

/* The partial of one op with respect to one operand. */
typedef struct {
    const Op *op;
    Type *type;    /* the op's floating type */
    const char *p; /* what is left to parse */
    Node nodes[96];
    int n;
} Tree;

/* The row's text of op's partial with respect to operand k, or NULL: none. */
const char *partial_text(const Op *op, int k);
/* The tree of text, which belongs to op and operand k; NULL where the partial is zero or has no text (SELECT, CAST, MULZ). */
Node *tree_parse(Tree *t, const Op *op, int k, const char *text);
/* factor * n, the factor as far down as the value stays the same. */
Node *times_factor(Tree *t, Node *n);
/* A comparison, or two tests combined. */
bool is_test(OpCode code);
/* Can op's result 0 change with operand k at all, by its types? */
bool is_differentiable(const Op *op, int k);
/* Does op, or a partial of it, obey the zero rule? */
bool is_guarded(const Op *op);

/* partials_complex.c: as build_partial_product, where an operand or the result is complex. */
bool is_complex_op(const Op *op);
Value *build_complex_product(Builder *b, const Op *op, int k, Value *factor, const PartialEnv *env);

#endif
