/* block.h: what block.c finds out about a loop whose iterations are to run side by side, and block_build.c makes of it. Private to them. */
#ifndef ADGEN_BLOCK_H
#define ADGEN_BLOCK_H

#include "nest.h"

typedef enum {
    LANES_NONE,    /* the same for all iterations, and done once */
    LANES_PLAIN,   /* arithmetic and accesses that compilers vectorise */
    LANES_CALL,    /* functions of libm */
    LANES_SCATTER, /* writes to memory at places that differ in no known way */
    LANES_NEST     /* a loop, or an if with loops inside: its parts are one of these */
} LaneKind;

typedef struct {
    Fn *fn;
    const Memory *memory;
    Op *loop;
    const int *uses; /* by value id */
    int nvalues, width;
    bool *varies;        /* by value id: differs between iterations */
    bool *own;           /* by object: each iteration has it for itself */
    bool *object_varies; /* ... with contents of its own */
    bool *outside, *odd; /* by object: accessed outside of the loop, in other ways than by elements */
    bool changed;
    int ngroups;
} Block;

bool block_varies(const Block *b, const Value *v);
/* The own object that p points into, -1: none. */
int block_own_object(const Block *b, const Value *p);
LaneKind block_kind(const Block *b, const Op *op);
/* Can v be computed again wherever it is needed: is it an address, or an integer from what is at hand? */
bool block_repeats(const Value *v);

/* The loop in blocks of b->width iterations; what is left over stays. */
void block_build(Block *b);

#endif
