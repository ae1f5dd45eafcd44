/* lanes.h: what the files of --directions share; private to lanes*.c.
 *
 * K directions at once: a number that differs between them (it was read from a tangent or seed, or computed from such) is a *lane*.
 *   lanes.c         which values are lanes, which memory holds them; why it cannot be done
 *   lanes_memory.c  derivative memory becomes K times as large, addresses follow
 *   lanes_bits.c    ... or becomes words of bits, one for each direction
 *   lanes_loops.c   what computes lanes moves into loops over the directions
 *   lanes_calls.c   functions that take one direction are called in such loops
 */
#ifndef ADGEN_LANES_H
#define ADGEN_LANES_H

#include "derivative.h"
#include "recursion.h"

/* How the K numbers of one element are found from a pointer to lanes. */
typedef enum {
    FORM_NONE,   /* no pointer to lanes */
    FORM_FLAT,   /* T *p: p[0] to p[K - 1]; the next element is K further */
    FORM_ROWS,   /* the same, of an array with run-time dimensions: [K] is one of them */
    FORM_TYPED,  /* T (*p)[K] */
    FORM_RECORD  /* inside one of K structs: the direction is chosen at the struct */
} Form;

typedef struct {
    Fn *fn;
    MemInfo *mem;
    int k;           /* DIRECTION_SETS: words of bits; SETS_IN_PLACE: such in the bytes of the numbers */
    unsigned shadows; /* which derivative memory: bit Var.shadow */
    int nvalues;     /* values that the analysis knows */
    bool *lane;      /* by value id */
    bool *object;    /* by object: it holds lanes */
    bool *pushed;    /* by Op.ival of PUSH and POP */
    bool changed;
    const char *why; /* NULL: it can be done */
    Loc where;
    Form *form;      /* by value id */
    int *rows;       /* by value id, of FORM_ROWS: subscripts before the element is reached */
    PtrMap steps;    /* flat INDEX's result -> the number of elements from its base */
    Value **home;    /* by value id: pointer to the K numbers, where they are kept in memory; else NULL */
    bool *needs_home;
    int *uses;       /* by value id: how often it is an operand */
    int *group;      /* by value id: the loop that computes it; 0: none */
    int groups;
    PtrMap group_of; /* Op* that moves into a loop, or that hands lanes on -> its loop */
    PtrMap has;      /* Op* with regions -> itself, when there are lanes inside */
} Lanes;

/* Fills in *l; false, with l->why and l->where, where several directions are not possible. */
bool lanes_find(Lanes *l, Fn *fn, int k, unsigned shadows);
bool lanes_is_aside(const Op *call);
/* Is operand i of a call of a recursive function's derivative (recursion.h) a lane, or a pointer to such, by its declaration? */
bool lanes_takes(const Lanes *l, const Op *call, int i);
bool lanes_is_instance(const Op *call);
bool is_lane(const Lanes *l, const Value *v);
bool points_to_lanes(const Lanes *l, const Value *p);
/* Does op compute, load or store lanes, so that it belongs into a loop over the directions? */
bool is_lane_op(const Lanes *l, const Op *op);
/* Is it an if that computes numbers from numbers only? It moves as a whole. */
bool is_plain_if(const Op *op);

/* lanes_memory.c */
void lanes_grow_memory(Lanes *l);
/* The address of number k of the K ones that p points to, at b. */
Value *lane_address(const Lanes *l, Builder *b, Value *p, Value *k);
/* T[K] for T, element by element. */
Type *lane_type(const Lanes *l, Type *t);

/* lanes_loops.c */
void lanes_make_loops(Lanes *l);
/* The address of number k of a lane's home. */
Value *lanes_home_address(Builder *b, Value *home, Value *k);

/* lanes_calls.c: calls of what takes one direction, with lanes among their arguments. */
bool lanes_is_single(const Lanes *l, const Op *call);
void lanes_find_single(Lanes *l, const Op *call, void (*mark)(Lanes *l, const Value *p)); /* what else then points to lanes */
bool lanes_gives_lane(const Lanes *l, const Op *call); /* is its result a derivative? */
const char *lanes_why_not_single(const Lanes *l, const Op *call); /* NULL: it can be called once for each */
void lanes_call_each(Lanes *l, Op *call, Op *(*build_lanes)(Lanes *l, Builder *b, bool down));
void lanes_forget_lengths(Fn *fn);
/* SETS_IN_PLACE: is it such a call? Then each derivative that it gives may depend on each that it takes. */
bool lanes_takes_sets(const Lanes *l, const Op *call);
const char *lanes_why_no_sets(const Lanes *l, const Op *call);
Value *lanes_call_sets(Lanes *l, Builder *b, Op *call, Value *set); /* set: of the numbers among its arguments; that of its result */
void lanes_end_call(Op *call); /* what is left of it: the primal's call, or nothing */

#endif
