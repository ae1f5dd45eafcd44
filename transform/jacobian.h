/* jacobian.h: what the files of dense and sparse matrices share; private to jacobian*.c. */
#ifndef ADGEN_JACOBIAN_H
#define ADGEN_JACOBIAN_H

#include "derivative.h"

/* A parameter, a named global, or the return value (last, when it is a dependent): the order of rows and columns. */
typedef struct {
    const char *name;   /* NULL: the return value */
    const Var *var;
    Type *element;      /* of the array: a number, a complex number, a struct of numbers */
    Type *leaf;         /* type of the numbers */
    const char *place;  /* the function that finds a number in an array of structs (jacobian_numbers.c), NULL: they are not structs */
    long numbers;       /* in one element */
    Role role;
    bool is_global;
    bool scalar;        /* a number by value, or the return value */
    bool by_value;      /* a struct or a complex number by value */
    bool nested;        /* a[n][m]: the helper's pointer has another type */
    bool saved;         /* memory that f writes: put back between runs */
    bool optional;      /* f asks whether it is NULL: it has no elements then */
    bool constant;      /* size is a number */
    long size;          /* of numbers */
    const char *length; /* C text of an int, of elements, NULL: not known */
    const char *elements; /* C text of how many: 1, n_x */
    const char *count;  /* ... numbers */
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
    PtrMap number_of;     /* Type *record -> Fn *: its number function */
    Ptrs number_functions; /* Fn *: these, in order */
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

/* The function's parameter, of a function that is C text. */
void matrix_parameter(Fn *fn, const char *name, Type *t);

/* jacobian_numbers.c: of what type are the numbers in an element, and how many? NULL: they are of several types, or behind pointers. */
Type *matrix_numbers(Type *t, long *n);
/* The name of a static function, to be emitted before `function`: number i of an array of these structs. */
const char *matrix_number_function(Dense *d, const char *function, Type *record);

/* jacobian_effects.c: what f writes is marked as saved; messages in the helper depend on `again`, those in the structure function go. Refuses
 * what cannot be put back or repeated. */
void matrix_effects(Dense *d);

/* jacobian_text.c: the function's body, from what d says. */
void dense_body(Dense *d);
void sparse_body(Dense *d);

#endif
