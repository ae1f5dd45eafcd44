/* gen.h: the generator of random programs, gen_expr.c (expressions, lvalues, indices), gen_stmt.c (statements), gen_idiom.c (statement
 * patterns that derivative code is often wrong about), gen_heap.c (structs, rows, lists), gen_flow.c (jumps, calls), gen_value.c (structs by
 * value, unions, addresses handed out), gen_kernel.c and gen_forms.c (nests of loops over vectors and matrices), gen.c (functions, requests, the driver).
 *
 * A program is well defined by construction: each integer variable has a range that is known here, so indices stay inside; an array is
 * read only when all of it has been written on every path. Values stay bounded: what is stored is a sum of values read, with factors
 * up to 1, and of bounded functions.
 */
#ifndef PROP_GEN_H
#define PROP_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"

typedef struct {
    const char *name; /* what is indexed: `a`, `p->v` */
    int len, cols;    /* cols > 0: name[i / cols][i % cols] */
    bool is_float, is_const, ready, apart; /* apart: no pointer may point to it or to another */
    const char *suffix; /* name[i]suffix: a field; NULL: none */
} Array;

typedef struct {
    const char *name;
    bool is_float, is_const;
} Scalar;

typedef struct {
    const char *name;
    int lo, hi;
    bool is_unsigned, is_const; /* const: a loop counter, a bound */
} Int;

typedef struct {
    const char *name; /* int array with elements in 0..max */
    int len, max;
    bool is_const;
} Index;

typedef struct {
    const char *field, *address; /* `p->`, `p` */
    bool is_const, apart;
} Record;

enum { MANY = 96 };

typedef struct {
    Array array[MANY];
    Scalar scalar[MANY];
    Int integer[MANY];
    Index index[MANY];
    Record record[MANY];
    const char *heap[MANY], *optional[4], *vector[MANY]; /* vector: struct Vec */
    int narrays, nscalars, nintegers, nindices, nrecords, nheap, noptionals, nvectors;
    int depth;         /* of blocks */
    int work;          /* trips of all loops around */
    bool can_break, can_continue, loop_exits;
    int loop_heap;     /* heap blocks below this belong outside the innermost loop */
    bool in_helper, returns_value;
} Env;

typedef struct {
    const char *name;
    int kind;
} Helper;

typedef struct {
    Env e;
    int n, m, l;       /* the values of parameters */
    bool single;       /* float takes part */
    bool apart;        /* so are all parameters: pure independents and others are not to be mixed up */
    Helper helper[8];
    int nhelpers;
    bool needs_vectors, needs_addresses, needs_outs; /* helpers of gen_value.c */
    int names;         /* for fresh ones */
    int statements;    /* numbers them */
    int budget;        /* statements still to make */
} Gen;

extern Gen gen;

/* gen.c */
int rnd(int n); /* 0..n-1 */
bool chance(int percent);
const char *text(const char *format, ...);
void put(const char *format, ...); /* into the program, as it is */
void line(const char *format, ...); /* an indented line */
int mark(void);
void cut(int at);
bool is_deleted(int statement);
const char *fresh(const char *stem);

/* gen_expr.c: C text; F values are floating. */
const char *literal(void);
const char *index_below(int len);
const char *element(const Array *a, const char *index);
Array *some_array(bool writable, int min_len);   /* NULL: there is none; readable if not writable */
Array *whole_array(bool writable, int min_len);  /* double, plain memory that may be passed on */
Array *some_target(void);                        /* ... that a pointer may be set to, now or later */
const char *some_read(void);
const char *some_lvalue(bool *is_float);
const char *value(int depth);   /* about as large as what is read */
const char *bounded(int depth); /* up to about 1 */
const char *condition(int depth);
Int *some_int(bool writable);

/* gen_stmt.c */
void block(int count); /* `{`, statements, `}` of a region that may not be executed */
void statement(void);
void body(int count);  /* statements in the current scope */
void open_scope(Env *saved);
void close_scope(const Env *saved, bool executed);
int open_loop(const char **counter); /* writes a loop head and its counter; returns the least number of trips */
void frees(int from);
void declare_array(void);
void fill(Array *a);
void store(void);
void declare_scalar(void);
Array *add_array(const char *name, int len, bool is_float, bool ready);
void add_scalar(const char *name, bool is_float, bool is_const);
void add_int(const char *name, int lo, int hi, bool is_unsigned, bool is_const);
void add_struct_p(const char *field, const char *address, bool is_const);

/* gen_idiom.c, gen_heap.c, gen_flow.c, gen_value.c */
void idiom(void);
void heap_idiom(void);
void flow_idiom(void);
void value_idiom(void);
void value_helpers(void); /* those that the programs so far need */

/* gen_kernel.c */
void kernel_helpers(int program); /* functions that the kernel calls */
void kernel_begin(int program);
void kernel_array(const char *name, const char *dims, bool is_const, bool is_float); /* dims: "n", "m" or "nm" */
void kernel_scalar(const char *name);
void kernel_indices(bool is_const); /* there is an `int *idx` */
void kernel_body(void);

#endif
