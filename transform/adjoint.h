/* adjoint.h: what the files of the adjoint transformation share; private to adjoint*.c. */
#ifndef ADGEN_ADJOINT_H
#define ADGEN_ADJOINT_H

#include "derivative.h"

typedef struct {
    Shadow *s;
    Fn *fn;
    PtrMap adjoint;   /* forward Value* -> its adjoint, valid at the current place of the reverse sweep; absent: zero */
    PtrMap siblings;  /* library calls of the forward sweep, by operand */
    int *uses;        /* of forward values, by id, before anything is added */
    PtrMap outer;     /* Region* -> Ptrs*: outer_values() */
    PtrMap delayed;   /* ALLOC op -> itself: its FREE was taken out and happens when the reverse sweep is done with it */
} Adjoint;

/* NULL: zero. That of a complex value may be a real number. */
Value *adjoint_of(Adjoint *a, const Value *v);
Value *adjoint_or_zero(Adjoint *a, Builder *b, const Value *v); /* of v's type */
void set_adjoint(Adjoint *a, const Value *v, Value *d);
void add_adjoint(Adjoint *a, Builder *b, const Value *v, Value *d); /* v's += d, if v is active; d may be NULL */
Var *adjoint_var(Adjoint *a, const Value *v); /* how v's adjoint is named; NULL: v has no name */
/* The active values from outside that a region's ops add adjoints to, in order of first use: those of the ops, and of their regions. */
const Ptrs *outer_active(Adjoint *a, const Region *r);
/* Of a value that a loop or an if hands on, and the result it becomes: is one of them active? */
bool passes_adjoint(const Adjoint *a, const Value *x, const Value *y);
bool region_needs_reverse(Region *r, const Adjoint *a); /* is there anything to be reversed? */
/* Puts the reverse of a region of the forward sweep at b. */
void reverse_region(Adjoint *a, Builder *b, Region *forward);

/* adjoint_while.c: the same of a WHILE. */
void reverse_while(Adjoint *a, Builder *b, Op *op);

#endif
