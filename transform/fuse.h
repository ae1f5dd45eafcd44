/* fuse.h: what fuse.c and overtake.c know of the forward and the reverse part that are to become one. Private to them. */
#ifndef ADGEN_FUSE_H
#define ADGEN_FUSE_H

#include "analysis.h"
#include "derivative.h"

typedef struct {
    Fn *fn;
    Shadow *shadow;
    MemInfo *mem;
    PtrMap primal_of; /* root of a shadow address -> root of the primal's */
    Op *fwd, *rev;    /* two FOR, or two IF */
    Ptrs between;     /* ops after fwd and before rev, in order */
    PtrMap is_between;
    PtrMap moved;     /* those of them that rev needs and that go before fwd */
    Ptrs counted;     /* results of fwd that rev starts from, and that are counted before fwd */
    bool may_count;   /* is a loop of its own for them worth it? */
    PtrMap late;      /* arguments of rev's body: sums whose start is not known before fwd */
    PtrMap invariant; /* Value* -> verdict: 1 no, 2 yes, in fwd */
    PtrMap cheap;     /* Value* -> verdict of is_cheap: NO or YES */
    PtrMap reverse_of; /* forward FOR -> the first FOR of the reverse sweep that mirrors it */
    int *uses;        /* by value id: of what is defined in rev */
    int nuses;
} Fuse;

typedef enum { ANYTHING, NUMBER, POINTER } Touched;
typedef struct {
    const Value *shadow; /* root of the shadow's address */
    const Value *root;   /* root of the primal's; NULL: not known */
    bool only_adds, only_reads;
    Touched what;
} Touch;

typedef struct {
    Touch *at;
    int n, cap;
    Arena *arena;
} Touches;

/* ====================================================================== overtake.c */

/* What op and all in it touch of shadow memory. */
void collect_touches(const Fuse *f, const Op *op, Touches *out);
bool touches_overlap(const Fuse *f, const Touch *x, const Touch *y);

/* Can all that rev starts from be computed before fwd? Sums that only start from something that cannot are put into `late`. */
bool inputs_start_early(Fuse *f);
/* ... and may rev go before the ops of the reverse sweep in between? Those that must go first are put into `moved`. */
bool may_overtake(Fuse *f);

/* ====================================================================== prepass.c */

/* Can this result of the loop fwd be computed by a loop before it that counts, or sums up, and nothing else? */
bool can_count_before(Fuse *f, const Value *result);
/* Makes that loop, for all of `counted`. */
void count_before(Fuse *f);

#endif
