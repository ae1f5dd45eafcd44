/* jacobian.h: what the files of dense and sparse matrices share; private to jacobian*.c. */
#ifndef ADGEN_JACOBIAN_H
#define ADGEN_JACOBIAN_H

#include "derivative.h"

/* A parameter, a named global, or the return value (last, when it is a dependent): the order of rows and columns. */
typedef struct {
    const char *name;   /* NULL: the return value */
    const Var *var;
    Type *leaf;         /* type of the numbers */
    Role role;
    bool is_global;
    bool scalar;        /* by value, or the return value */
    bool nested;        /* a[n][m]: the helper's pointer has another type */
    bool saved;         /* memory that f writes: put back between runs */
    bool optional;      /* f asks whether it is NULL: it has no elements then */
    bool constant;      /* size is a number */
    long size;
    const char *length; /* C text of an int, NULL: not known */
    const char *count;  /* C text of how many: 1, n_x */
    const char *row, *column; /* where its rows and columns start, NULL: none */
} Part;

typedef struct {
    Program *program;
    Arena *arena;
    Request *rq;
    Fn *helper;         /* what is called in the loop */
    Fn *structure;      /* --sparse: its index sets */
    Mode mode;          /* the helper's: JVP, VJP or HVP */
    int block;          /* directions that the helper takes at once */
    bool in_place;      /* its sets are in the bytes of the numbers */
    bool bits;          /* the text is of the index-set sweep: derivatives are words of 64 bits, one for each direction */
    Part *part;
    int nparts, nparams;
    Ptrs globals;       /* Var*: saved as well */
    const char *again;  /* the helper's last parameter, which keeps effects from happening again; NULL: it has none */
    StrMap taken;
    const char *matrix, *values, *rows, *columns; /* names */
    const char *target, *stride; /* where results go: the matrix, with so many numbers in a line */
    const char *index, *total;   /* the loop's variable, up to this */
    const char *counter;         /* of loops over numbers */
    Str text;
    bool failed;
} Dense;

bool is_indep(const Part *p);
bool is_dep(const Part *p);
/* name, or like it where the function has that already. */
const char *fresh(Dense *d, const char *name);

/* A diag_error that says why there cannot be such a matrix; returns false. */
bool refuse_matrix(Dense *d, Loc loc, const char *why);

/* jacobian_effects.c: what f writes is marked as saved; messages in the helper depend on `again`, those in the structure function go. Refuses
 * what cannot be put back or repeated. */
void matrix_effects(Dense *d);

/* jacobian_text.c: the function's body, from what d says. */
void dense_body(Dense *d);
void sparse_body(Dense *d);

#endif
