/* analysis.h: what the parts of the analyses share; private to them.
 *
 * memory.c          objects, and what each op says about pointers
 * points_to.c       what pointers point to (L. O. Andersen, 1994)
 * memory_effects.c  what each op, and each known library function, writes
 * affine.c          integers and addresses as polynomials
 * overlap.c         can two addresses meet, and when
 * range.c           between which numbers an integer stays
 * memory_globals.c  what variables of static lifetime hold on entry
 * memory_alias.c    overlap, and whether a load can be repeated later
 * activity.c        varied and useful values and objects
 * scratch.c         which parameters are scratch under a bare --grad
 * activity_bytes.c  numbers accessed as bytes
 * activity_check.c  what cannot be differentiated, and what the SPEC forgot
 * objective.c       ... what is differentiated is one number
 */
#ifndef ADGEN_ANALYSIS_H
#define ADGEN_ANALYSIS_H

#include "library.h"

/* ====================================================================== affine.c */

enum { POLY_TERMS = 24, POLY_DEGREE = 4, POLY_SIDES = 2 };

/* A symbol is a Value's id times POLY_SIDES plus a side: side 1 is the value in another execution of the loops around it. */
typedef struct {
    int64_t coef;            /* never 0 */
    int sym[POLY_DEGREE];    /* descending, -1 at the end */
} Term;

/* c + sum of coef * product of symbols, terms in a fixed order. known is false when it did not fit. */
typedef struct Poly {
    int64_t c;
    bool known;
    int n;
    Term t[POLY_TERMS];
} Poly;

/* An address: root + off bytes. */
typedef struct {
    const Value *root;
    const Poly *off;
} Address;

/* ====================================================================== memory.c */

enum { UNKNOWN_OBJECT = 0 };

/* A sorted set of small integers, in an arena. */
typedef struct {
    int *at;
    int n, cap;
} IntSet;
bool intset_has(const IntSet *s, int x);
bool intset_add(Arena *a, IntSet *s, int x); /* true when it was not there */

/* What pointers stored in an object point to, one node per record field (key NULL: anywhere in it). */
typedef struct {
    const Field **keys;
    int *nodes;
    int n, cap;
    int any;                 /* node of what is stored where no field is known; included in every load */
    int all;                 /* node of the union, for loads where no field is known */
} Slots;

typedef struct {
    ObjKind kind;
    Op *op;                  /* LOCAL, ALLOC, REALLOC, GLOBAL, STRING, CALL of a recursive function that allocates */
    Value *param;            /* PARAM: the region argument; POINTEE: that of the root, NULL below a global */
    int parent;              /* POINTEE; else -1 */
    const Field *key;        /* POINTEE: the field of parent it was loaded from, NULL: an element */
    int depth;
    bool own;                /* no address from outside can point into it */
    bool named_elsewhere;    /* GLOBAL that is own: other functions write it by its name */
    bool restricted;         /* a restrict parameter's pointee: what is written in it is reached through that parameter alone */
    int shadow;              /* Var.shadow of the root, or of what is_left_by */
    const Type *elem;        /* declared element type where the object has one; else NULL */
    Slots slots;
    bool changes;            /* its contents may be others when the reverse sweep runs (mem_changes) */
    const Type *outer;       /* record type that fields were first reached through */
    bool punned;             /* reached as unrelated record types: fields are not told apart */
    IntSet children;         /* POINTEEs of it */
    IntSet writes;           /* indices of MemWrite that may write it through an address into it */
    IntSet overlaps;         /* objects with writes that may overlap it, itself included */
    unsigned written_classes; /* bit c: written as a scalar type of class c (memory_alias.c) */
} MemObject;

typedef enum {
    WRITE_CELL,    /* one element at addr */
    WRITE_RANGE,   /* from addr on, unknown extent */
    WRITE_OBJECT,  /* all of what addr points to (a call that is given it, FREE, a LOCAL that starts anew) */
    WRITE_WILD     /* a call of unknown code: everything that others can reach */
} WriteKind;

typedef struct {
    WriteKind kind;
    const Op *op;
    const Value *addr;
    unsigned classes;        /* OBJECT: as which scalar types (memory_alias.c); 0: any */
    int position;            /* of op in program order */
} MemWrite;

typedef struct MemNode MemNode;

struct MemInfo {
    Fn *fn;
    Arena *arena;
    int nvalues;             /* values that the analysis knows */
    const Value **value;     /* by id */
    int *depth;              /* by id: number of loops around the definition in which it may change (a loop's own arguments count it) */
    int *node_of;            /* by id: points-to node, -1 for values that are not pointers */
    const Poly **poly;       /* by id: integers that are not plain symbols */
    Address *address;        /* by id: pointers */
    Address *row;            /* by id: where a pointer that a table of rows holds points to (row_tables.c); NULL: there is no such table */
    struct Placed {
        const Op *op;        /* or NULL */
        int position;
    } *placed;               /* by the op's id: its position in program order, from 1 */
    PtrMap elsewhere;        /* Op* -> position: ops that were made in another function */
    int nops, positions;
    MemObject *objects;
    int nobjects, objects_cap, npointees;
    MemNode *nodes;
    int nnodes, nodes_cap;
    Slots shadow_pool[3];    /* the same for derivative memory, by Var.shadow - 1, which is apart from the primal's and from each other */
    bool one_pool;           /* ... unless unknown code may have moved them */
    Slots pool;              /* pointers stored in memory that others can reach; its `any` node: all that unknown code can reach */
    bool pointer_from_integer;
    bool at_end;             /* memory from outside is read as it is when the function has ended */
    int *queue, queued, queue_cap; /* nodes whose consequences are to be drawn */
    MemWrite *writes;
    int nwrites, writes_cap;
    IntSet wild;             /* indices of WRITE_WILD */
    int *effort;             /* hard overlap questions that may still be asked: keeps adversarial input near-linear */
};

/* The last position inside op. */
int mem_last_position(const MemInfo *m, const Op *op);
/* May a write to the one object, through an address into it, change the other? */
bool mem_write_may_change(const MemInfo *m, int written, int obj);
bool mem_knows(const MemInfo *m, const Value *v);
bool mem_escaped(const MemInfo *m, int obj);             /* unknown code may have its address */
const IntSet *mem_points_to(const MemInfo *m, const Value *ptr);
/* All objects that code which is given the address can get to (custom_memory.c). */
IntSet mem_reachable(const MemInfo *m, const Value *p);
/* May what p points to be overwritten after the call (or by it, when it runs again in a loop)? */
bool mem_written_later(const MemInfo *m, const Op *call, const Value *p);
/* Can w run after op, in this or a later iteration of a loop around both? */
bool mem_runs_after(const MemInfo *m, const Op *w, const Op *op);

/* ====================================================================== custom_effects.c */

/* What the text of a function does besides its arguments, functions that it calls included. */
typedef struct {
    Arena *arena;
    Ptrs seen;          /* Fn* */
    Ptrs reads;         /* Var*: variables of static lifetime that it mentions */
    Ptrs writes;        /* Var*: those that it may write */
    const Op *write;    /* the first such write, or effect */
    const char *effect; /* the name of the function that has one, or NULL */
    bool unknown;       /* it calls what adgen does not know */
} Habits;
Habits habits_of(Arena *a, const Fn *f);
/* Does the call, of a function with a custom derivative and a known body, write through its pointers to non-const alone? */
bool custom_is_tame(const Op *call);
/* diag_error where a global carries derivatives into or out of the callee. */
void custom_check_carriers(const Activity *a, const Op *call);

/* ====================================================================== recursion_memory.c: calls of recursive functions */

int mem_node(const MemInfo *m, const Value *v);              /* points-to node, -1: not a pointer (memory.c) */
int mem_global(MemInfo *m, Op *op);                          /* the object of a GLOBAL op, of this function or of one that it calls (memory.c) */
unsigned mem_type_classes(const Type *t);                    /* for MemWrite.classes: all scalar types in t (memory_alias.c) */
bool mem_classes_carry(unsigned classes);                    /* ... is there one that may be a floating number or lead to one? */
void recursion_globals(MemInfo *m, const Op *call);          /* makes the objects of what the callee writes by name */
bool recursion_constraints(MemInfo *m, const Op *call);      /* false: the call is to be treated as unknown code */
bool instance_constraints(MemInfo *m, const Op *call);       /* ... of a derivative of a recursive function */
bool is_followed_instance(const Op *call); /* instance_constraints says all: it may write what its arguments lead to, what others left, and nothing else */
/* Is the object memory that a derivative of a recursive function (this call of it; NULL: any) leaves to its caller? */
bool is_left_by(const MemInfo *m, int obj, const Op *call);
bool recursion_is_known(const Op *call);                     /* recursion_written lists all that it may write */
bool recursion_is_closed(const Op *call);                    /* it stores and returns addresses from its arguments only */
bool recursion_is_wild(const MemInfo *m, const Op *call);    /* it may write what recursion_written does not list */
bool recursion_writes(const Op *call, int k);                /* ... what argument k points to */
unsigned recursion_classes(const Op *call, int k);           /* ... as which scalar types (MemWrite.classes) */
IntSet recursion_written(const MemInfo *m, const Op *call);  /* the objects that it may write numbers or addresses to */
IntSet recursion_changes(const MemInfo *m, const Op *call);  /* ... but for what its arguments point to directly */
const Ptrs *recursion_named(const Op *call);                 /* Op*: GLOBAL, of those that it, or a derivative of one, writes by name; or NULL */
IntSet recursion_freed(const MemInfo *m, const Op *call);    /* ... may free */
int recursion_new_object(const MemInfo *m, const Op *call);  /* what stands for the memory that the call leaves; -1: it leaves none */
IntSet recursion_read(const MemInfo *m, const Op *call);    /* ... and read */
/* An op that names a variable of static lifetime through which the callee may get or hand on derivatives; NULL: there is none. */
const Op *recursion_state(const MemInfo *m, const Request *rq, const Op *call);
bool recursion_frees(const Op *op);                          /* a call that may free what it is given */
bool recursion_makes(const Op *op);                          /* ... that leaves memory which it allocates */
bool is_recursion(const Op *op);                             /* a call of a prepared function */

/* ====================================================================== memory.c: flows */

/* Calls flow(from, to) for every value that a loop or if hands on: inits, yields, while conditions. */
void mem_op_flows(Op *op, void (*flow)(void *ctx, Value *from, Value *to), void *ctx);

/* ====================================================================== memory_globals.c */

/* May the one, on entry to a function, hold the other's address? on: or lead to one that does. */
const Var *global_at(const Value *address); /* the variable of static lifetime that it leads into, or NULL */
bool global_may_hold(Program *p, const Var *holder, const Var *held, bool on);

/* ====================================================================== points_to.c */

typedef enum { WHEN_LOADED, WHEN_STORED, WHEN_ESCAPED } ConstraintKind;

/* What follows for each object that a node comes to point to. */
typedef struct Constraint {
    ConstraintKind kind;
    const Value *addr; /* for the record type that the field belongs to */
    const Field *key;
    int other;         /* LOADED: node of the result; STORED: node of what is stored */
    struct Constraint *next;
} Constraint;

int node_new(MemInfo *m);
void node_point(MemInfo *m, int node, int obj);          /* node may point to obj */
void node_point_to_records(MemInfo *m, int node);        /* ... but no string literal */
void pools_connect(MemInfo *m);
void edge_add(MemInfo *m, int from, int to);             /* `to` may point to all that `from` does */
void constraint_add(MemInfo *m, int node, Constraint c); /* node -1, here and above: not a pointer, ignored */
const IntSet *node_points_to(const MemInfo *m, int node);
void slots_init(MemInfo *m, Slots *s);
int object_new(MemInfo *m, MemObject o);
/* The innermost field that an address selects (NULL: not known), and the outermost record that it is typed as a part of. A cast between
 * field and access hides the field, but for one between pointers to pointers. */
const Field *address_field(const Value *addr, const Type **outer);
void points_to_solve(MemInfo *m);

/* ====================================================================== memory_effects.c */

typedef enum { RETURNS_NOTHING, RETURNS_UNKNOWN, RETURNS_ARG0, RETURNS_ARG1 } CallReturn;

/* May it be called again when code runs again? ONCE: its effect has happened by then, and nothing but its result depends on it. */
typedef enum { NEVER, ONCE, AGAIN } CallAgain;

/* What a library function does with its pointer arguments. */
typedef struct {
    const char *name;
    unsigned writes;         /* bit k: writes what argument k points to; ALL_FROM(k): k and all after it */
    CallReturn returns;
    CallAgain again;
} KnownCall;
const KnownCall *known_call(const Op *call);             /* NULL: unknown code */
const KnownCall *reporting_call(const Op *call);         /* reports.c: of an inactive function that only prints; else NULL */
const KnownCall *library_known(const Op *call);          /* library.c: the same of BLAS and LAPACK */
bool format_has_n(const char *text);                     /* a printf or scanf format with %n */
bool call_writes_arg(const Op *call, const KnownCall *known, int k);
/* Fills m->writes and the objects' write lists; needs points-to. */
void mem_collect_writes(MemInfo *m);

/* A function of BLAS or LAPACK: its prototype and rules in transform/library. */
typedef struct Library {
    const Fn *proto;
    Fn *vjp, *jvp, *jvp_after; /* or NULL */
    KnownCall known;
} Library;
const Library *library_call(const Op *call);  /* what is known of the function that is called; or NULL */
const Library *library_rules(const Op *call); /* ... that has a derivative */

/* ====================================================================== memory_alias.c */

/* Fills every object's `overlaps`; needs the writes. */
void mem_relate_objects(MemInfo *m);

/* ====================================================================== affine.c: prototypes */

/* Records v's polynomial or address once its operands have theirs. */
void affine_define(MemInfo *m, const Op *op);
const Poly *affine_keep(MemInfo *m, const Poly *p);      /* a copy as long as its terms */
Poly poly_of_value(const MemInfo *m, const Value *v);
Poly poly_constant(int64_t c);
Poly poly_copy(const Poly *p); /* what mem_analyse keeps is as long as its terms: never *p */
Poly poly_unknown(void);
Poly poly_symbol(int sym);
int symbol_of(const Value *v, int side);
void poly_add(Poly *p, const Poly *q, int64_t scale);    /* p += scale * q */
void poly_add_term(Poly *p, Term t);
Poly poly_mul(const Poly *p, const Poly *q);
bool poly_same(const Poly *p, const Poly *q);             /* known, and without a difference */
bool poly_divide(Poly *p, int64_t by);                   /* p /= by; false: not without a rest, p is of no use */
bool poly_steady(const MemInfo *m, const Poly *p, const Op *op); /* is it the same throughout op: known before it? */
/* p = *with * sym + *rest. False when sym has a higher power in p. */
bool poly_split(const Poly *p, int sym, Poly *with, Poly *rest);
Poly poly_of_term(Term t);
int term_power(const Term *t, int sym);
Term term_without(const Term *t, int sym);               /* t / sym */

/* ====================================================================== row_tables.c */

/* Fills m->row; needs all addresses. In a row's offset the symbol of a table's own address stands for what no row is as long as. */
void mem_find_rows(MemInfo *m);

/* ====================================================================== storage_snapshot.c */

/* How many elements of so many bytes a LOCAL or ALLOC has. */
Poly object_elements(const MemInfo *m, const Op *object, int64_t size);
/* Iterations of the loops around the op inside `around`. */
Poly iterations_around(const MemInfo *m, const Op *op, const Region *around);
/* Is n about as much as trips, or less? Its terms of the highest degree say so. */
bool about_as_many(const Poly *n, const Poly *trips);
/* p as a long at b, where its symbols' values are known. */
Value *build_poly(Builder *b, const MemInfo *m, const Poly *p);

/* ====================================================================== slices.c */

/* Products, of values outside all loops, that are 0 or more if an access through the address happens; how many, at most `most`. */
int slice_products(const MemInfo *m, const Value *address, Term *out, int most);

/* ====================================================================== overlap.c */

/* Two accesses and when they happen relative to each other. */
typedef struct {
    const MemInfo *m;
    const Op *first, *second;  /* the ops that execute (for the loops around them); may be NULL */
    int share;                 /* so many outermost loops are in the same iteration for both */
    const Op *carrier;         /* the next loop, in which second's iteration comes after first's; NULL: same iteration or unordered */
    const Value *address[2];   /* through which they access memory; may be NULL */
} Timing;
/* May [second, second + second_size) and [first, first + first_size) overlap? Same root; false is a proof. */
bool affine_may_overlap(const Timing *t, const Poly *first, int64_t first_size, const Poly *second, int64_t second_size);
/* Is p, of values at t->first, proved to be 0 or more? */
bool affine_never_negative(const Timing *t, const Poly *p);
/* d = stride * quotient + rest. The constant's share of a numeric stride is rounded to the nearest. */
void affine_divide(const Poly *d, const Term *stride, Poly *quotient, Poly *rest);
/* Can the accesses through p and q meet? */
bool mem_accesses_meet(const Timing *t, const Value *p, const Value *q);

/* ====================================================================== wrap.c */

/* difference = rest + scale * (w' - v), v = first and w = second (to be put on the second side) but for multiples of modulus; both are in
 * [0, modulus). */
typedef struct {
    Poly first, second, rest;
    int64_t scale, modulus;
} Wrapped;
/* The next two narrow unsigned values among the symbols of the difference of two addresses, one of each of the timing's times; false: no more.
 * *at: 0 at first. */
bool wrap_next(const Timing *t, const Poly *difference, int *at, Wrapped *out);
bool wrap_most(const Value *v, int64_t *most); /* the greatest value that v's type and division leave; false: too large */
int64_t wrap_modulus(const Value *v);          /* 2^bits of a narrow unsigned integer; else 0 */

/* ====================================================================== range.c */

typedef struct {
    Value *lo, *hi; /* long; both included; the same Value: one number */
} Range;

/* Ranges of the integers of m->fn, as values of another function with the same parameters. */
typedef struct {
    const MemInfo *m;
    Fn *fn;
    Builder b;        /* where new ops go: at the end of fn, or of a loop in it that is being built */
    PtrMap here;      /* values of m->fn -> what they are at b */
    PtrMap known;     /* values of m->fn -> Range* */
    Ptrs path;        /* regions of m->fn whose execution is repeated at b */
    Ptrs computing;   /* Value*: against cycles */
} Ranges;

void ranges_init(Ranges *r, const MemInfo *m, Fn *into);
/* v itself at r->b, where it does not depend on what the function does; else NULL. */
Value *range_value(Ranges *r, const Value *v);
bool range_of(Ranges *r, const Value *v, Range *out);
/* Of p's terms (without p->c), in units; p is about what op accesses. False: not known, or not a multiple of unit. */
bool range_of_poly(Ranges *r, const Op *op, const Poly *p, int64_t unit, Range *out);
/* Has p no negative term, and not all of it 0 (so that no two exclude each other), whenever op is executed? */
bool range_is_positive(const MemInfo *m, const Poly *p, const Op *op);
Range range_hull(Ranges *r, Range x, Range y);
Value *range_sum(Ranges *r, OpCode code, Value *x, Value *y); /* ADD or SUB */

/* ====================================================================== static_temporaries.c */

/* Is there a store to the variable on every way to the load? */
bool stored_on_every_way(const Op *load, const Var *var);

/* ====================================================================== activity.c */

struct Activity {
    Fn *fn;
    const MemInfo *m;
    const Request *rq;
    int nvalues, nobjects;
    bool *varied, *useful;          /* by value id */
    bool *object_varied, *object_useful;
    Role *role;                     /* by object: that of the parameter or named global it belongs to */
    bool *listed;                   /* by object: role is not NONE */
    Role *handed_out;               /* by object: of a new object, the roles of those in which the caller finds its address */
    bool *fixed_inactive;           /* by object: AD_INACTIVE */
    bool tape_varied, tape_useful;  /* some PUSH and POP */
    bool changed;
};

/* The parameter or global that obj is memory of, looking through POINTEEs; NULL for the function's own objects and unknown memory. */
const Var *activity_root(const Activity *a, int obj);

/* scratch.c: sets the request's roles. */
void scratch_settle(Activity *a);
/* ... Holds the object numbers alone, and is each stored before it is read? With a loop, which may have been reversed already: is it
 * accessed there alone, and each stored before it is read in every iteration? */
bool memory_is_filled(Fn *fn, const MemInfo *m, int obj, const Op *loop);
/* activity.c: what carries derivatives as things stand; nothing is refused, and no role is found. */
Activity *activity_draft(Fn *fn, const MemInfo *m, const Request *rq);

/* objective.c: diag_errors. */
void objective_check(Fn *fn, const MemInfo *m, const Request *rq);
/* activity_check.c: diag_errors. */
void activity_check(Activity *a);
/* Is the address a floating location seen as another type: a cast from a floating pointer, or in a union with a number in these bytes? */
bool is_seen_as_other(const Value *addr);
/* activity_bytes.c: diag_errors. */
void activity_bytes(const Activity *a);
/* What the declarations say that p points to: floating numbers among others, none, or bytes that may be any. */
typedef enum { PLACE_NUMBERS, PLACE_OTHER, PLACE_BYTES } Place;
Place place_of(const Value *p);
/* activity_warn.c: -Wnondifferentiable. */
void activity_warn(const Activity *a);

#endif
