/* recursion.h: functions that call themselves, directly or through others; private to recursion*.c and what asks them.
 *
 * A call of such a function stays a call. Its callee becomes a function of adgen's own: `prepared`, with all other calls expanded, records
 * given and returned through pointers. For each context (which arguments have shadows, which memory stays as it is) that has instances: a
 * forward function that leaves its tape on the caller's and a reverse function that takes it; or a tangent function. */
#ifndef ADGEN_RECURSION_H
#define ADGEN_RECURSION_H

#include "analysis.h"
#include "derivative.h"

/* What a prepared function may do with memory, functions that it calls included. */
struct Recursion {
    Fn *source; /* the function of the source */
    Fn *fn;     /* prepared */
    bool jvp;   /* for tangents: other custom derivatives stay calls */
    bool prepared;
    bool *writes;         /* by parameter: may what it points to be written? */
    unsigned *classes;    /* ... as which scalar types (MemWrite.classes) */
    bool *deep;           /* ... or what pointers in that point to? */
    bool *reads_deep;     /* ... are pointers read from what it leads to? */
    bool *returns;        /* ... may the pointer that it returns point to that? */
    bool returns_behind;  /* ... or to what pointers in memory lead to? */
    bool wild;            /* may write what is in nobody's arguments */
    bool stores_pointers; /* ... an address into what its arguments lead to */
    bool *stores;         /* ... by parameter: that of what it points to? */
    bool stores_behind;   /* ... one that is in memory already? */
    bool returns_other; /* the pointer that it returns may point to what no argument leads to and it has not allocated */
    bool returns_new;   /* ... to memory that it allocates */
    bool stores_new;    /* it leaves addresses of memory that it allocates behind its arguments */
    bool *new_holds;    /* by parameter: may such memory hold the address of what it points to? */
    bool new_holds_behind; /* ... of what pointers in memory lead to? */
    const Op *frees;    /* the first that ends memory which is not its own, or NULL */
    bool *frees_at;     /* by parameter: may it end what that points to? */
    bool *frees_deep;   /* ... or what pointers in that lead to? */
    bool frees_other;   /* ... or what is in nobody's arguments? */
    bool reverses;      /* there may be something for a reverse sweep to do: numbers are stored or returned, memory allocated */
    const Op *global; /* the first that may write a variable of static lifetime that may carry derivatives, or NULL */
    Ptrs lifted;      /* Var*: of static lifetime, which became the last parameters of fn (recursion_globals.c) */
    Ptrs names;       /* Op*: GLOBAL, of those variables that are named */
    Ptrs written;     /* Op*: GLOBAL, of all variables that are written by name; plain numbers among them are not `wild` */
    bool known;   /* false: the above is not computed yet, anything may happen */
    bool changed;     /* in the computation of the above */
};

/* How much an argument matters to an instance. */
enum { ARG_PLAIN = 0, ARG_SHADOW = 1, ARG_SUM = 2, ARG_STABLE = 4 };
/* SHADOW: a d_ whose entry is a seed; SUM: a d_ that is only added to, an independent's; STABLE, added: what it leads to stays as it is */

enum { DIRECTION_SETS = -1, SETS_IN_PLACE = -2 };

struct Instance {
    struct Recursion *of;
    Mode mode;           /* MODE_VJP or MODE_JVP */
    int directions;      /* --directions, DIRECTION_SETS or SETS_IN_PLACE: sets of 64 (lanes_bits.c), or 0 */
    unsigned lanes;      /* ... of what: Request.lanes */
    bool inner;          /* Request.inner */
    unsigned char *args; /* by parameter */
    bool active_result;
    bool twin_result;    /* fwd returns the shadow of the pointer that it returns through a parameter behind the primal ones */
    Fn *fwd, *rev;         /* JVP: fwd is the tangent function; until it is settled they have parameters and no body */
    bool *twin;            /* by parameter: fwd takes its d_ (VJP) */
    bool *needed;          /* by parameter: rev takes the parameter itself */
    Fn *made[2];           /* the bodies as they are so far */
    bool settled, widened; /* widened: since its body was last made */
};

/* Does its forward function take the list of what is freed after the reverse sweep, before the tape? */
bool recursion_frees_later(const struct Instance *inst);

/* recursion.c */
bool recursion_is_active(const Shadow *s, const Op *call); /* a call of a prepared function that needs a derivative */
struct Instance *instance_for(Shadow *s, const Op *call);
/* recursion_build.c: the number of parameters of the placeholders. */
void recursion_declare(struct Instance *inst);
/* Where its forward (or tangent) function takes the pointer that gets the shadow of the pointer that it returns: twin_result. */
int recursion_result_index(const struct Instance *inst);
/* Makes the bodies of all instances that have none, and of those that these ask for. False after a diag_error. */
bool recursion_settle(Program *p);
/* Does all that the argument leads to stay as it is from here to the end, and to the reverse sweep? */
bool recursion_stays(const MemInfo *m, const Value *arg);
bool recursion_is_fixed(const MemInfo *m, int obj);
/* Does the caller find memory that the call has allocated? */
bool recursion_leaves(const struct Recursion *r);
/* recursion_globals.c: for the functions from `first` on, when all are prepared. */
void recursion_lift_globals(Program *p, size_t first);
/* A pointer into a text that fn only moves within it. */
bool recursion_is_cursor(const Fn *fn, const Var *var);
/* Computes what all prepared functions do with memory. */
void recursion_summaries(const Ptrs *all);

#endif
