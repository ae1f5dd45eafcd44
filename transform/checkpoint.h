/* checkpoint.h: what the files of checkpointing share; private to checkpoint*.c. */
#ifndef ADGEN_CHECKPOINT_H
#define ADGEN_CHECKPOINT_H

#include "analysis.h"
#include "derivative.h"

typedef struct {
    Value *base, *bytes; /* in the forward sweep */
} Piece;

typedef struct {
    Fn *fn;
    Op *fwd, *rev;
    bool is_for;
    Value *cp;      /* the ad_checkpoints local */
    Value *memory;  /* of the snapshots */
    Piece *pieces;
    int npieces;
    Ptrs slots;     /* Value*: a local for each carried value */
    Ptrs frees;     /* Op*: of what belongs to the state, to be put off until the reverse loop is over */
    PtrMap reached; /* forward Value* -> its USE before the reverse loop */
    bool failed;
    bool automatic; /* not annotated: for --max-tape */
    int parts;      /* ... into how many parts what is left is divided: for this loop, the ones after it, and the steps */
    bool simple;    /* no loop in it */
    bool skip;      /* ... and a snapshot is not less than what is kept */
} Checkpoint;

/* Says why the loop cannot be checkpointed; where nobody asked for it, only that it is not. */
void checkpoint_refuse(Checkpoint *c, Loc loc, const char *why);
bool happens_once(const Op *op); /* prints and asserts: they have happened when steps are run again */

/* checkpoint_state.c: fills c->pieces and c->frees; the sizes are computed before the loop. Refuses where one is not known. */
void checkpoint_state(Checkpoint *c);

#endif
