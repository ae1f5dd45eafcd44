/* transform.h: the IR and everything that is done to it.
 *
 * Sections follow the pipeline: support, types, IR, builder, text form, verifier, passes, derivatives, storage, emitters.
 * Nothing here knows libclang, tree-sitter or the front end's AST.
 */
#ifndef ADGEN_TRANSFORM_H
#define ADGEN_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "support.h" /* support.c: memory and containers */
#include "types.h"   /* types.c: C types */
#include "diag.h"    /* diag.c: what the user is told */

/* ====================================================================== ir.c: the IR */

typedef enum {
#define OP(code, text, kind, effect) OP_##code,
#define OP_MATH1(code, text, da, lo, hi, guard) OP_##code,
#define OP_MATH2(code, text, da, db, lo, hi, guard) OP_##code,
#define OP_MATH3(code, text, da, db, dc, lo, hi, guard) OP_##code,
#define OP_MATHN(code, text, results, operands, da, db, lo, hi, guard) OP_##code,
#define OP_MATHC(code, text, results, operands, tangent, adjoint, lo, hi) OP_##code,
#include "ops.h"
    OP_COUNT
} OpCode;

typedef enum { KIND_CTL, KIND_CONST, KIND_ARITH, KIND_ADDR, KIND_MEM, KIND_CALL, KIND_AD, KIND_MATH } OpKind;
typedef enum { EFFECT_PURE, EFFECT_READS, EFFECT_WRITES, EFFECT_OUTSIDE } OpEffect;

typedef struct {
    const char *text;
    OpKind kind;
    OpEffect effect;
    int arity;              /* KIND_MATH: 1 to 3; else -1 */
    const char *sig;        /* KIND_MATH: "results:operands", see ops.h; else NULL */
    const char *partial[3]; /* KIND_MATH; where adjoint is set, [0] is the tangent */
    const char *adjoint;    /* OP_MATHC, else NULL */
    double lo, hi;          /* self-test interval */
    bool guard;             /* zero rule */
} OpInfo;
extern const OpInfo op_info[OP_COUNT];

typedef struct Value Value;
typedef struct Op Op;
typedef struct Region Region;
typedef struct Fn Fn;
typedef struct Var Var;
typedef struct Program Program;

/* A declared name of the source (or one adgen invents): what the emitter calls things and how it declares them. */
struct Var {
    const char *name;
    Type *type;          /* const-size arrays are TY_ARRAY; VLAs are flattened: element type, ndims > 0 */
    const char *spelled; /* how the source spells the base type where a typedef hides it ("real"), else NULL: use type */
    Loc loc;
    bool is_param, is_global, is_static, is_extern, is_const, is_volatile, is_restrict, is_atomic, is_thread;
    bool is_made;        /* adgen has named it: d_x, kept_y */
    bool only_read;      /* parameter: `restrict` in the definition, though not in declarations (restrict.c) */
    int shadow;          /* 0: primal memory; else which derivative memory: what different numbers reach never overlaps (d_ 1, v_ 2, h_ 3) */
    bool is_inactive;    /* AD_INACTIVE */
    bool is_array_param; /* declared with [] : a[], a[3], a[n][m]; dims below */
    int ndims;           /* declared array dimensions as source text; param: outermost included (may be "") */
    const char **dims;
    int64_t *dim_counts; /* those that are constants (their texts may be enum constants); else 0. NULL: not known */
    bool dims_runtime;   /* one of dims but a parameter's first is not a constant: indexing uses INDEX with stride */
    const char *decl_text; /* file scope and static locals: full definition's source text, macros expanded; NULL for locals */
    const char *len;     /* AD_LEN's text or NULL: in elements of what the parameter's value points to */
    Fn *owner;           /* function of a param or local, NULL at file scope */
    Value *local_at;     /* globals_local.c, for its pass: the address of the variable */
    Fn *initial;         /* static local with an initialiser that is not zero, or a table of addresses: void initial(T *p) sets *p to it; else NULL */
};

struct Value {
    Type *type;
    Op *def;       /* the op, or NULL for a region argument */
    Region *arg_of;
    int index;     /* result or argument number */
    int id;        /* unique within its Fn, dense: fn->nvalues bounds it */
    Var *var;      /* name hint: the source variable this value is a version of; may be NULL */
};

/* A sequence of ops ended by YIELD or COND. Values defined in it (and its args) are visible from their definition to the
 * region's end, nested regions included. */
struct Region {
    Op *owner;     /* the op it belongs to; NULL for a function body */
    Fn *fn;
    Value **args;
    int nargs;
    Op *first, *last;
    Region *mirror; /* reverse sweep: the forward region whose execution this one reverses; else NULL */
};

typedef struct LoopInfo {
    bool independent;       /* AD_INDEPENDENT */
    bool checkpoint;        /* AD_CHECKPOINT(n) */
    int snapshots;          /* 0: adgen chooses */
    const char *omp;        /* text after `#pragma omp`, or NULL */
    const struct LoopInfo *outer; /* parallel.c: the next loop around it with an omp pragma, or NULL */
} LoopInfo;

/* Does the op access what a load, or a store, of the source does: that place or its shadow? */
typedef enum { OMP_NONE, OMP_OF_LOAD, OMP_OF_STORE } OmpRole;

/* What every walk over the ops looks at is in the first 64 bytes, which are one line of the processor's cache: a large function is larger than
 * the caches, and walks are most of what adgen does. */
struct Op {
    OpCode code : 16;
    int nregions : 16;
    int nargs, nresults;
    int ahead;         /* a hint: where the op is that a walk comes to some ops later, in lines of the cache from this one */
    Value **args;
    Value **results;
    Op *next, *prev;
    Region *parent;
    int mark;          /* scratch for the pass that runs */
    int id;            /* in the order of making, below the fn->nops of the function that it was made in */
    Region *regions[2];
    /* attributes; each op's row says which it uses */
    Type *of;
    Var *var;
    Fn *callee;
    int64_t ival;
    bool reversed;     /* FOR: the same iterations, last first */
    bool zeroed;       /* LOCAL, ALLOC: starts as all zero */
    bool deferred;     /* heap.c: ALLOC: stays, with its shadow beside it, for the reverse sweep; FREE, PUSH: of what is freed after it */
    bool tape;         /* ALLOC, LOCAL: of storage.c or a shadow, checked; COPY: with derivatives; PTRCAST: build_pointer_variable */
    bool in_reverse;   /* an op of the reverse sweep, from adjoint() to storage_resolve() */
    bool rerun;        /* FOR of the reverse sweep: hands on what its forward loop does, in that one's order (rerun.c) */
    bool fused;        /* FOR: each iteration contains its own reverse (fuse.c) */
    bool within;       /* IF of a reverse loop: counter < how far the loop came, which is no more than its bound (rounds.c) */
    bool is_static;    /* LOCAL: of --tape-storage=static; WHILE, FOR: a memcpy, which is printed as one if nothing else is done in the loop */
    bool guarded;      /* scalar op made inside the partial of a guarded row: its own partials obey the zero rule too */
    bool shared;       /* LOAD, STORE, CALL: under omp critical or atomic: other iterations may touch the same place */
    bool either;       /* STORE: of a union that is copied: a number or, in another's bytes, an address (union_parts.c); of an int: tagged.c */
    bool atomic;       /* ACCUM: other threads may add to the same place */
    OpCode cmp;        /* FOR: continue while counter cmp hi */
    OmpRole omp_role;  /* memory ops: how it follows from an access of the source in `loop` (parallel.c) */
    long double fval;
    const char *text;
    Op *reverses;      /* reverse sweep: the forward op this one belongs to the reverse of; else NULL */
    Op *mirror;        /* reverse-sweep op: the forward op it reverses (loops, ifs); else NULL */
    const struct Keep *kept; /* LOAD, STORE of an element that belongs to one iteration of the loops around it (derivative.h); or NULL */
    Loc loc;
    LoopInfo *loop;    /* FOR, WHILE: annotations or NULL; memory ops: the innermost loop with an omp pragma around it in the source */
    Op *home;          /* LOCAL, ALLOC: the op in whose region it was made, before hoist_locals or allocs.c moved it; else NULL */
    const char *note;  /* a short comment for the generated code, or the reason of a proof; or NULL */
    const char *omp;   /* FOR: emitted with `#pragma omp` and this */
};

/* The op behind op in its region, which every walk goes on to through here: a large function's ops are not in the processor's caches, so that
 * which is some ops ahead is sent for. */
static inline Op *op_next(const Op *op)
{
    uintptr_t ahead = (uintptr_t)op + (uintptr_t)(intptr_t)op->ahead * CACHE_LINE;
    __builtin_prefetch((const void *)ahead);
    __builtin_prefetch((const void *)(ahead + sizeof *op)); /* its operands */
    return op->next;
}

/* Parameter `count` + plus <= parameter `stride`, of type integer; count < 0: plus <= stride. */
enum { MAX_PITCHES = 4 };
typedef struct {
    int count, stride, plus;
} Pitch;

/* A function. Its body's region arguments are the parameters, in order. A parameter of record type by value is represented by a
 * pointer to the (own copy of the) object: var->type is the record, the value's type a pointer to it (byval). A function that returns a
 * record has one more, last, region argument: a pointer to the result object (sret). The body's YIELD has the return value
 * (none for void and sret). Early exits are structured away. */
struct Fn {
    const char *name;
    Program *program;
    Region *body;
    Type *ret;            /* declared return type */
    bool sret;
    Var **params;         /* one per declared parameter */
    int nparams;
    int nvalues, nops;
    Loc loc;
    bool is_static, is_inline, is_variadic;
    bool takes_varargs;   /* variadic or with a va_list, and unsupported but where its calls are expanded (varargs.c) */
    bool noalias;         /* AD_NOALIAS */
    const struct Request *request; /* what will be derived of it; or NULL */
    Ptrs anew;            /* Var*: static variables of the source that start anew in each call (workspaces.c) */
    bool anew_plain;      /* ... nothing but the memory's content is left to the next call */
    const Ptrs *named_globals; /* Var*: those of the SPEC; NULL: globals stay in memory (globals_local.c) */
    bool apart;           /* what is written behind one of the primal's pointer parameters is not accessed through another */
    Pitch pitch[MAX_PITCHES]; /* what is taken for true: in the version of a derivative that is for it (pitch.c) */
    int npitches;
    int64_t tape_cost;    /* set by storage_resolve: estimated bytes of kept arrays, stacks and logs */
    bool is_inactive;     /* AD_INACTIVE on the function */
    signed char reports;  /* reports.c: 1: it only prints; -1: it does not; 0: not looked at */
    bool has_body;
    const char *comment;  /* what a generated function computes: printed above it; may have several lines */
    const char *ret_spelled; /* typedef spelling of the return type or NULL */
    const char *decl_text;/* prototype's source text */
    const char *text_body; /* jacobian.c: what is between the braces, as C text; the body has no ops then; else NULL */
    Fn *helper;           /* a static function that it calls, to be emitted before it; or NULL */
    Ptrs helpers;         /* Fn*: other functions to be emitted before it, in order */
    const char *def_text; /* whole definition's source text (to be repeated for static callees that stay called) */
    struct { Loc loc; const char *what; } unsupported; /* first construct that lowering could not take: what == NULL: none */
    Ptrs locals;          /* Var*: every local variable, in order (names in use) */
    Ptrs statics;         /* Var*: its static variables, in order */
    Fn *custom_vjp, *custom_jvp;
    Arena *arena;         /* of its ops */
    bool at_rest;         /* simplify() has just found nothing more to do */
    struct MemInfo *mem;  /* set by differentiation: memory facts of the forward sweep, for storage_resolve */
    int mem_values;       /* values with smaller ids are known to mem */
    bool primal_done;     /* the caller has just run the primal: nothing of it is written or repeated */
    Ptrs *decisions;      /* Decision*, with --report; else NULL */
    bool limited;         /* --max-tape: loops that advance a state are checkpointed, and kept memory is taken from tape_left */
    Value *tape_left;     /* ... the local that holds what is left; or NULL */
    bool has_tape;        /* a derivative in reverse mode: what --tape-storage is about */
    Fn *workspace;        /* --tape-storage=arg: says how large its workspace has to be; or NULL */
    PtrMap *rerun;         /* rerun.c: forward Value* -> what the reverse loop carries instead; or NULL */
    Ptrs *normals;         /* shift.c: Normal*; or NULL */
    PtrMap *read_again;    /* scale.c: Value* -> the store Op* whose memory has what the reverse sweep is to see as that value; and the stores that are
                              to last; or NULL */
    struct Shadow *shadow; /* set by adjoint(): where the shadows are, for fuse_loops */
    bool split;            /* the reverse sweep becomes a function of its own: what it needs goes through the tape (split.c) */
    Value *to_free; /* the ad_stack of what is freed after the reverse sweep; or NULL */
    Value *tape;  /* the ad_stack that carries kept values: a parameter, a local or made by ad_tape_new; NULL: made when needed */
    bool is_tangent;             /* hvp_recursion.c: a tangent as one of the program's own */
    struct Recursion *recursion; /* recursion.h: a function that calls itself, with all else expanded; else NULL */
    struct Instance *instance;   /* ... a derivative of one; else NULL */
    Op *boundary; /* split: the op between the forward and the reverse sweep */
};

/* A top-level item of a source file that generated code repeats: an include, a type, a constant. */
typedef struct {
    enum { TOP_INCLUDE, TOP_TYPE, TOP_VAR, TOP_FUNCTION } kind;
    const char *text;     /* `#include <math.h>`, or the declaration's text without the closing `;` */
    const char *name;     /* tag, typedef, variable or function name, may be NULL */
    Var *var;             /* TOP_VAR */
    Fn *fn;               /* TOP_FUNCTION */
    bool in_main;         /* written in a given file itself, not in a header */
    bool in_block;        /* TOP_TYPE: declared in a function */
    const void *unit;     /* which of the given files it was read in */
    int pack;             /* TOP_TYPE: laid out under `#pragma pack(N)`; or 0 */
    Loc loc;
} TopItem;

struct Program {
    Arena *arena;         /* lives for the whole run */
    Ptrs fns;             /* Fn* with and without body */
    Ptrs globals;         /* Var* */
    Ptrs items;           /* TopItem*, in source order */
    Ptrs files;           /* char*: the given source files */
    Ptrs requests;        /* Request*: from annotations, then from the command line */
    Ptrs recursions, instances; /* recursion.h: functions that call themselves, and what has been made of them */
    bool settling;        /* bodies of instances are being made */
    bool widened;         /* ... one of them now serves another call as well, and has to be made again */
    const char *std;      /* "c99", "gnu11": what the source was parsed as */
    void *front;          /* the front end's own tables that live across files */
    Program *library;     /* prototypes and rules of the library functions that are called (library.c), or NULL */
    Ptrs macros;          /* char*: names of the source's macros, which OUT then sees */
    Ptrs headers;         /* char*: the user's headers that OUT includes, by their paths */
    bool has_errors, with_primal, has_cblas; /* --with-primal: OUT includes the source; the source itself calls functions of cblas */
    StrMap library_fns;   /* name -> struct Library* */
    Ptrs held;            /* which lasting variables hold addresses of which (memory_globals.c), once held_known */
    bool held_known;
    PtrMap library_ready; /* Fn* in library -> the same, ready to be copied into another function */
};
Program *program_new(void);
void program_free(Program *p);                    /* with the functions in p->fns */
Fn *program_find_fn(Program *p, const char *name);
Var *program_find_global(Program *p, const char *name);
/* All variables of static lifetime, also those of functions: `LastingVars all = {.p = p};`, then until NULL. */
typedef struct {
    const Program *p;
    size_t nglobals, nfns, nstatics; /* that were seen */
} LastingVars;

Var *next_lasting(LastingVars *w);
bool var_is_plain_constant(const Var *var); /* static, const, and no address in it: what is in it is numbers, NULL, or no initialiser */
bool var_initialiser_names(const Var *var, const char *name);         /* as a table of functions does: may it hold the address? */
bool program_initialiser_names(const Program *p, const char *name);   /* does any of static lifetime? */

/* ---------------------------------------------------------------------- building */

/* Where new ops go: before `before`, or at the region's end (before nothing) when NULL. */
typedef struct {
    Fn *fn;
    Region *region;
    Op *before;
    Loc loc;
} Builder;

Fn *fn_new(Program *p, const char *name);          /* appended to p->fns; empty body region, returns void until set */
Value *value_new(Fn *fn, Type *t, Var *hint);      /* for ir*.c: belongs to nothing yet */
Value **value_list(Arena *a, Value *const *values, int n); /* for ir*.c: a list that op_add_arg & co. can extend */
Op *op_new(Fn *fn, Value *const *args, int nargs);         /* for ir*.c: in no region; with its lists in one piece of memory */
Region *region_new(Fn *fn, Op *owner);
Value *region_add_arg(Region *r, Type *t, Var *hint);
Value *fn_add_param(Fn *fn, Type *t, Var *var); /* at the end, or before the result object, which stays last */
Builder at_end(Region *r);
Builder before_op(Op *op);
Builder after_op(Op *op);

/* A raw op with `nargs` operands (copied) and `nresults` results (types NULL until set by the caller), inserted at b. */
Op *op_build(Builder *b, OpCode code, Value **args, int nargs, int nresults);
/* Scalar ops: checks operand types in debug builds, returns the result. */
Value *build_un(Builder *b, OpCode code, Value *a);               /* NEG BITNOT LNOT, math1, and the other one-operand rows */
Type *un_result_type(OpCode code, Type *operand);                 /* result types of one- and two-operand rows */
Type *bin_result_type(OpCode code, Type *left, Type *right);
bool bin_types_fit(OpCode code, const Type *x, const Type *y);
bool op_is_compare(OpCode code);                                  /* EQ NE LT LE GT GE */
bool op_compare_floats(OpCode code, long double x, long double y); /* what such a comparison of x and y gives */
Value *build_bin(Builder *b, OpCode code, Value *x, Value *y);    /* arithmetic, comparisons (result int), math2 */
Value *build_select(Builder *b, Value *c, Value *t, Value *e);
Value *build_cast(Builder *b, Value *v, Type *to);                /* v itself where the type is the same; pointers: PTRCAST, PTRINT */
Value *build_int(Builder *b, Type *t, int64_t v);
Value *build_float(Builder *b, Type *t, long double v);           /* v is rounded to t */
Value *build_sizeof(Builder *b, Type *t);                         /* sizeof(t), written so */
Value *build_zero(Builder *b, Type *t);                           /* 0, 0.0 or NULL */
Value *build_index(Builder *b, Value *p, Value *i);
Value *build_index_stride(Builder *b, Value *p, Value *i, Value *stride);
Value *build_field(Builder *b, Value *p, int field);
Value *build_decay(Builder *b, Value *p);
bool decay_ends(const Op *decay);                                 /* is behind the array nothing that the pointer may go on to? */
void decay_to_pointer(Value *p);                                  /* p = &a[i][0] may be followed to other rows of a: see OP_DECAY */
Type *field_ptr_type(const Type *ptr, int field);                 /* type of FIELD and DECAY of a pointer, qualifiers passed on */
Type *decay_ptr_type(const Type *ptr);
Value *build_ptrcast(Builder *b, Value *p, Type *to);
Value *build_pointer_variable(Builder *b, Value *p, Var *var);    /* p, as a variable where it is emitted */
Value *build_local(Builder *b, Type *of, Var *var, Value **dims, int ndims);
Value *build_load(Builder *b, Value *p);
void build_store(Builder *b, Value *p, Value *v);
void build_accum(Builder *b, Value *p, Value *v);
Op *build_if(Builder *b, Value *cond);                            /* two empty regions; results are added by op_add_result */
Op *build_for(Builder *b, Value *lo, Value *hi, Value *step, OpCode cmp); /* body with its counter argument; result 0: final counter */
Op *build_while(Builder *b);
Value *op_add_result(Op *op, Type *t, Var *hint);
void op_add_arg(Op *op, Value *v);
void op_set_args(Op *op, Value *const *args, int nargs);          /* replaces the operand list (never assign op->args) */
void op_add_region(Op *op);
/* Adds a loop-carried value to a FOR: operand, region argument and result (not the yield's operand: the caller pushes it). */
Value *for_add_carried(Op *for_op, Value *init, Var *hint);       /* returns the region argument */
Value *for_result_of(Op *for_op, Value *region_arg);
void build_yield(Builder *b, Value **vals, int n);
void build_cond(Builder *b, Value *c, Value **vals, int n);
Op *region_terminator(const Region *r);

void op_remove(Op *op);                        /* unlinks; its results must be unused */
void op_move(Op *op, Builder *to);
void op_insert(Builder *b, Op *op);            /* an op that is in no region */
void replace_uses(Fn *fn, Value *from, Value *to); /* every operand in fn: O(ops), so passes collect a map and call */
void replace_uses_map(Fn *fn, PtrMap *map);    /* ... this once: Value* -> Value*, chains a -> b -> c are followed */
Value *map_value(PtrMap *map, Value *v);       /* where such chains end; v itself when it is not in the map */
/* The same, quicker where a map is asked about every operand of a large function: by the values' numbers. The arena is zero-initialised with. */
typedef struct {
    Value **to; /* by id */
    int n;
    bool any;
    Arena *arena;
} ValueMap;
void valuemap_put(ValueMap *m, Value *from, Value *to);
Value *valuemap_end(ValueMap *m, Value *v);    /* map_value */
void replace_uses_by_id(Fn *fn, ValueMap *map);
/* Copies src's ops (without its terminator when skip_terminator) to b; map takes and gets Value* -> Value* (also Op* -> Op* and Region* ->
 * Region*, so that `mirror` follows when both are copied); operands not in the map stay. */
void clone_ops(Builder *b, const Region *src, PtrMap *map, bool skip_terminator);
Op *clone_op(Builder *b, const Op *op, PtrMap *map);
Fn *clone_fn(const Fn *fn, const char *name);                     /* own arena, ids and lists, same Vars; not in p->fns */
bool region_contains(const Region *r, const Op *op);              /* at any depth */
int loop_depth(const Op *op);                                     /* number of loops around op */
/* Calls visit on each op, outer before inner, in order. visit may remove its op (its regions are then skipped) and insert before it. */
void walk_ops(Region *r, void (*visit)(Op *op, void *ctx), void *ctx);

/* ====================================================================== ir_print.c, ir_parse.c, verify.c */

/* The text form; stable numbering; reads back to an equal program. */
void ir_print(FILE *out, Program *p);
void ir_print_fn(FILE *out, const Fn *fn);
/* One op on one line, values by their ids, regions left out: for messages and debuggers. */
char *op_to_text(Arena *a, const Op *op);
/* Reads what ir_print wrote; NULL and a diagnostic on a syntax error. */
Program *ir_parse(const char *text, const char *name);
/* Checks structure, types, dominance (USE is exempt), terminators; ICE with the pass's name on a violation. */
void verify_fn(const Fn *fn, const char *after_pass);
/* After every pass, or only at the end of a list of them? The former where the environment has ADGEN_VERIFY: tests. */
bool verify_each_pass(void);

/* ====================================================================== rewrite.c: what passes share */

bool defined_by(const Value *v, OpCode code);
/* Is it an index, a field, a decay or a cast of an address? */
bool op_is_step(OpCode code);
/* p without such steps, and before it was made of an integer. */
Value *address_root(const Value *p);
/* Is v an integer constant (looking through casts of constants)? Its value, wrapped to v's type, in *out. */
bool value_int(const Value *v, int64_t *out);
bool value_is_zero(const Value *v);       /* the floating constant 0, not -0? */
bool op_clears(const Op *op);             /* a store of it? */
bool value_is(const Value *v, int64_t k); /* the constant k, as its type holds it? */
/* x as the integer type t holds it: sign-extended, or zero-extended for unsigned types (64-bit ones: the bit pattern). */
int64_t int_wrap(const Type *t, uint64_t x);
/* Is v always 0 or 1? */
bool value_is_bool(const Value *v);
bool value_is_const(const Value *v);              /* ICONST FCONST NULLPTR */
bool value_same(const Value *a, const Value *b);  /* the same value, or equal constants */
bool float_same_bits(long double x, long double y); /* equal and of equal sign; false for NaN */
/* Known sign of a FOR's step: its constant value, or +1/-1 where only cmp tells the direction. */
int64_t for_step(const Op *for_op);
/* Does v exist outside op (is it not defined in op's regions)? */
bool value_outside(const Value *v, const Op *op);
/* May op, with what is inside it, be executed where it would not have been (no effect, no memory, no trap, cheap)? */
bool op_speculatable(const Op *op);
/* Is op a cast that adds or drops const only? */
bool op_only_qualifies(const Op *op);
/* Is p an address in an AD_INACTIVE variable? What goes through it loses its derivative: the value stored is not the value loaded. */
bool memory_is_inactive(const Value *p);
/* Moves all ops of r but its terminator before `op`. Returns the first moved one or op. */
Op *region_splice(Region *r, Op *before);
void op_drop_arg(Op *op, int k);
void op_drop_result(Op *op, int k);
void region_drop_arg(Region *r, int k);
/* Are two addresses in one execution computed in the same way from the same values? */
bool same_address(const Value *p, const Value *q);
/* ... Is p in loop a what q is in loop b, in the same iteration? */
bool same_in_loops(const Value *p, const Value *q, const Op *a, const Op *b);
/* ... in nests of n loops, outermost first. */
bool same_in_nests(const Value *p, const Value *q, const Op *const *a, const Op *const *b, int n);
/* Is v known before outer, or can it be computed there from what is? b is before such an op: v there. */
bool value_computable(const Value *v, const Op *outer);
Value *value_computed(Builder *b, Value *v);
/* A name hint for `v` where it has none and can have one. */
void value_hint(Value *v, Var *hint);

/* ====================================================================== passes before differentiation */

/* inline.c: expands every CALL to a function of the program with a body, in root, to any depth. A CALLPTR whose target became a known
 * FNADDR becomes a CALL first. Recursion: diag_error at the call. Returns false after an error. */
bool inline_calls(Fn *root);
/* varargs.c: can calls of the variadic function be expanded? They can where its va_lists stay in it. */
bool varargs_are_followed(const Fn *fn);
bool is_vararg_op(const Op *op); /* va_start, va_arg, va_end, va_copy: CALLs ad_va_start... of the va_list's address */
/* ... in the body of an expanded call, from `first` to before end; what va_arg gives is put into results. */
void expand_varargs(Op *first, const Op *end, Value *const *extra, int n, PtrMap *results);
/* byval.c: the scalars of records given by value are loaded once, on entry, where the record's address goes nowhere. */
void load_byval(Fn *fn);
bool call_fits(const Op *call, int first, const Fn *f); /* inline.c: do operands first.. of the call, and its result, fit the function? */
/* targets.c: replaces a CALLPTR by a choice among the functions that it may call (by CALLPTRs of FNADDRs; result in *results), where
 * there are any. may_call: those of the program that can be expanded here. False after a diag_error. */
bool choose_target(Fn *root, Op *call, PtrMap *results, bool (*may_call)(void *ctx, const Fn *fn), void *ctx);
/* promote.c: scalar replacement of local records and small constant-index arrays, then locals to SSA values, repeated until
 * nothing is left to promote (a pointer to a local that was itself kept in a local). */
void promote_locals(Fn *fn);
/* sroa.c: one level of records and arrays into LOCALs of their own. Returns whether anything changed. */
bool split_locals(Fn *fn);
/* simplify.c: integer and exact folding, identities, common subexpressions, unused results and region arguments, dead pure ops. */
void simplify(Fn *fn);
/* ... its parts. fold.c: the value of a scalar or address op where operands make it known; new ops go before op. NULL: op stays.
 * uses[id]: how often a value is used (at least), for ids below nuses. */
Value *fold_op(Op *op, const int *uses, int nuses);
Value *fold_address(Op *op); /* fold_address.c: the same of addresses, loads and stores, and comparisons of pointers */
/* fold_status.c: `status cmp c` as a further result of the if that status comes from, where all branches choose among constants and not only
 * among 0 and 1; else NULL. asking: the op that it is for. */
Value *fold_status(Value *status, OpCode cmp, int64_t c, const Op *asking);
/* What v's truth depends on: v without the `!= 0`, widening casts and double negations around it. */
Value *value_condition(Value *v);
bool op_inverse_compare(const Op *cmp, OpCode *inverse); /* is `!cmp` the comparison *inverse? (not < of floats: NaN) */
/* p = index(index(root, i), j): root, and i + j as a long (new ops at b). */
Value *index_root(Value *p);
Value *index_offset(Builder *b, Value *p);
/* cse.c: available expressions, scoped by region. */
typedef struct Cse Cse;
Cse *cse_new(Arena *a);
size_t cse_enter(Cse *c);                 /* a region begins: returns what cse_leave needs */
void cse_leave(Cse *c, size_t mark);
void cse_clobber(Cse *c);                 /* memory may have changed */
long cse_memory(const Cse *c);            /* the state of memory, to go back to for a second region */
void cse_set_memory(Cse *c, long state);
Value *cse_find(Cse *c, Op *op);          /* an op that computed result 0 of op already, else NULL and op is available from now on */
void cse_stored(Cse *c, const Op *store); /* after a store: a load of the same address gives the value */
/* merge_if.c: consecutive ifs of which one decides the other become one. Returns whether anything changed. */
bool merge_ifs(Fn *fn);
/* dce.c: removes ops, region arguments and results that nothing needs. Returns whether anything changed. */
bool remove_dead(Fn *fn);
/* What an address is made from by indices, fields and casts: a LOCAL, ALLOC, GLOBAL, load, parameter... */
Value *address_base(Value *p);
/* walk.c: a pointer that a loop moves along one object becomes that object's base and a carried offset. */
void normalise_pointers(Fn *fn);
/* raise.c: a while whose trip count is known on entry becomes a for. Run hoist_invariants before (bounds in memory), simplify after. */
void raise_loops(Fn *fn);
/* May a while loop's `before` be repeated behind the loop, and run where it did not? No memory, no effect. */
bool region_only_computes(const Region *r);
/* A while loop that goes on where `argument + offset cmp bound`, whose argument then grows by a step. */
typedef struct {
    Op *loop;
    Region *before, *after;
    Op *cond, *yield;
    int arg;           /* the counter: number of before's argument */
    OpCode cmp;
    Type *type;        /* compared in this type */
    int64_t offset;
    Value *base;       /* the for counts compared - base; NULL: compared */
    Value *bound;      /* NULL: 0; an invariant value, which may be in `before` */
    int64_t step;      /* 0: step_value */
    Value *step_value; /* in the counter's type */
    bool step_minus;   /* the counter loses step_value */
} Counted;
bool match_counter(Counted *c, Op *loop);
bool value_invariant(const Op *loop, const Value *v);                    /* can it be computed before the loop? */
Value *outside_copy(const Op *loop, Builder *b, Value *v, PtrMap *map); /* ... so, at b */
/* midway.c: loops that end in the middle, where a counter has come to its end, are counted loops whose last iteration leaves out the rest. */
void count_midway(Fn *fn);
/* counted.c: loops that count along memory and may be left earlier are counted loops in which nothing happens after that. */
void count_left_loops(Fn *fn);
/* rounds.c: how far such loops came, instead of flags of their rounds. */
void rounds_of_left_loops(Fn *fn);
/* ... the reverse loop runs from there, where nothing is popped in the rounds that were not run. After storage. */
void limit_rounds(Fn *fn);
/* flags.c: a flag that ends a loop is not set to 0 where it is. The last pass. */
void keep_flags(Fn *fn);
/* Is branch, an if of the for loop, taken in no round after one in which it is not, and does nothing that is carried change then? */
bool loop_stays_left(const Op *loop, const Op *branch);
/* loads.c: a load of what is known from an earlier load or store of the same address. */
void merge_loads(Fn *fn);
/* upward.c: a loop that counts down and uses only how far it has come counts up. */
void count_upwards(Fn *fn);

/* stride.c: a for whose step is a variable counts iterations instead. */
void unit_strides(Fn *fn);
/* unroll.c: loops of a few iterations over small local arrays are written out; the arrays become values. */
void unroll_small(Fn *fn);
/* constants.c: local arrays that hold constants, once they are filled, become static const ones. */
void make_constant_tables(Fn *fn);
/* logistic.c: 1 / (1 + exp(u)) as one op, whose derivative is finite everywhere. */
void raise_logistic(Fn *fn);
/* invariant.c: loop-invariant pure ops, and loads that nothing in the loop may overwrite, move before the loop. */
void hoist_invariants(Fn *fn);
/* The same before reversal: floating loads of loops that may not run move behind a test, so that their adjoints are sums in scalars. */
void hoist_guarded(Fn *fn);

/* ====================================================================== analyses */

/* memory.c: what pointers point to, which memory may overlap, what is overwritten. Facts hold for the function as it was at
 * mem_analyse; new ops need a new analysis. */
typedef struct MemInfo MemInfo;
MemInfo *mem_analyse(Fn *fn);
void mem_free(const MemInfo *m); /* and all that it answered with; else it is freed with fn */
/* The abstract objects a pointer may point into, as indices 0..mem_count-1; returns how many, set in *objs. */
int mem_objects(const MemInfo *m, const Value *ptr, const int **objs);
int mem_held_objects(const MemInfo *m, int obj, const int **objs); /* what the pointers in an object may point to */
int mem_count(const MemInfo *m);
/* What object i is: its defining LOCAL/ALLOC/GLOBAL op or parameter value; NULL where it is what memory of object *parent points to
 * (rows of a double **, a struct's buffers) or unknown memory. */
typedef enum { OBJ_LOCAL, OBJ_HEAP, OBJ_GLOBAL, OBJ_PARAM, OBJ_POINTEE, OBJ_UNKNOWN } ObjKind;
ObjKind mem_object_kind(const MemInfo *m, int obj);
Op *mem_object_op(const MemInfo *m, int obj);
Value *mem_object_param(const MemInfo *m, int obj);   /* OBJ_PARAM: the region argument; OBJ_POINTEE: that of the root */
int mem_object_root(const MemInfo *m, int obj);        /* of a POINTEE: what it is reached from; else itself */
int mem_object_parent(const MemInfo *m, int obj);
bool mem_object_read_only(const MemInfo *m, int obj);  /* no op of the function may write it */
/* May the two addresses overlap (accesses of the given pointers' pointee types)? false is a proof. */
bool mem_may_alias(const MemInfo *m, const Value *p, const Value *q);
bool mem_objects_may_alias(const MemInfo *m, int a, int b);
/* The same for two values that are in scope at one point, in one iteration: a[i] and a[i + 1] do not overlap. mem_may_alias speaks of any
 * two executions. */
bool mem_may_alias_now(const MemInfo *m, const Value *p, const Value *q);
/* No op that can run after `load` within `fn` (later in order, or in a later iteration of a loop around it) may write what it
 * reads, and the object is alive at the function's end. Then a reverse sweep can repeat the load. */
bool mem_reloadable(const MemInfo *m, const Op *load);
/* The same but for a few (32) plain stores, which are collected in *stores: were they taken back, the load could be repeated. */
bool mem_reloadable_but_for(const MemInfo *m, const Op *load, Ptrs *stores);
int mem_position(const MemInfo *m, const Op *op); /* in program order, from 1; 0: not known to m */
/* The same for the value that `store` stores: it can be read from there later, and need not be kept. */
bool mem_stored_reloadable(const MemInfo *m, const Op *store);
/* From now on, memory that is not the function's own is taken to be read when the function has ended, also in fused loops. */
void mem_read_at_end(MemInfo *m);
/* The object's contents may be others when the reverse sweep runs, which is a function of its own: no load of it is repeated. */
void mem_changes(MemInfo *m, int obj);
bool mem_object_own(const MemInfo *m, int obj); /* no address from outside can point into it */
/* Do different iterations of `loop` never touch the same location of object obj, at least one of them writing it? */
bool mem_iterations_disjoint(const MemInfo *m, const Op *loop, int obj);
/* May a and b, accesses of one element in the loop, touch the same place in different iterations? */
bool mem_iterations_meet(const MemInfo *m, const Op *loop, const Op *a, const Op *b);
/* May op (or anything inside its regions) write the memory that `ptr` addresses? */
bool mem_op_may_write(const MemInfo *m, const Op *op, const Value *ptr);

/* ====================================================================== derivatives */

typedef enum { MODE_GRAD, MODE_VJP, MODE_JVP, MODE_HVP, MODE_JACOBIAN, MODE_HESSIAN } Mode;
typedef enum { ROLE_NONE = 0, ROLE_INDEP = 1, ROLE_DEP = 2, ROLE_SCRATCH = 4 } Role; /* bits; INDEP|DEP: in/out */

/* One derivative to make, as asked for by an option or annotation. */
typedef struct Request {
    Mode mode;
    const char *fn_name;
    const char *new_name;  /* --name or NULL */
    bool bare;             /* NAME without parentheses */
    Ptrs indep, dep, scratch; /* char* names as written */
    bool has_arrow;
    int directions;        /* 0: none */
    bool sparse;           /* JACOBIAN, HESSIAN: compressed rows */
    bool inner;            /* made by jacobian.c: NULL without a diagnostic where several directions are not possible; one gradient for all */
    bool index_sets;       /* made by jacobian.c: which of 64 directions reach what */
    bool sets_in_place;    /* ... the sets are in the bytes of the numbers */
    unsigned lanes;        /* the derivative memory that differs between directions: bit Var.shadow; 0: what derive.c says of the mode */
    bool primal_done, split;
    bool *own_shadow;      /* split_own.c: by parameter and then named global; NULL: never */
    bool one_version;      /* not one for arguments that overlap and one for others (apart.c) */
    const char *text;      /* the SPEC as written */
    Loc loc;               /* annotation's place, or file -1 for the command line */
    /* filled by request_resolve */
    Fn *fn;
    Role *roles;           /* one per fn->params */
    Ptrs global_vars;      /* Var*: named globals, with */
    Role *global_roles;
    const bool *sums; /* recursion.h: parameters whose d_ is an accumulator of the caller's, though they are read after the call; or NULL */
    bool return_is_dep;
    bool again;            /* hvp.c: the gradient is differentiated again */
    int second_order;      /* hvp.c: the function is a gradient whose first so many parameters are the primal's; else 0 */
} Request;

/* request.c: parses a SPEC (`f(w, b -> y; tmp)`); NULL and *error set (a message) when malformed. */
Request *request_parse(Arena *a, Mode mode, const char *spec, const char **error);
/* Fits it to the program: diag_error (exit 1) where a name is unknown or the SPEC does not fit. Returns false after an error. */
bool request_resolve(Request *rq, Program *p);
const char *request_result_name(const Request *rq, Arena *a); /* NAME_grad ... or new_name */
const char *request_forward_name(const Request *rq, Arena *a); /* --split: NAME_fwd beside NAME_rev */
Type *request_matrix_type(const Request *rq); /* the widest floating type among independents and dependents */

/* activity.c: which values and objects carry derivatives from the independents to the dependents. */
typedef struct Activity Activity;
/* fn's parameters have the roles rq->roles[0 .. fn->nparams - 1]. diag_errors where a derivative would be lost. Under a bare SPEC of one
 * scalar it turns the role of arrays that are scratch into ROLE_SCRATCH. Scratch is listed: ROLE_SCRATCH alone, treated as INDEP|DEP. */
Activity *activity_analyse(Fn *fn, const MemInfo *m, const Request *rq);
bool active_value(const Activity *a, const Value *v);
bool active_object(const Activity *a, int obj);
bool active_pointer(const Activity *a, const Value *p); /* points to an active object: it has a shadow */
bool stores_byte(const Op *store); /* activity_bytes.c: ... of what may be a number: its shadow becomes 0 where it has one */
/* Can the generated function have shadow memory for the object? Not for parameters that the SPEC leaves out and unknown memory: a pointer
 * that may point to an active object and to one of those is to be refused. */
bool activity_has_shadow(const Activity *a, int obj);
bool activity_hands_out(const Activity *a, int obj); /* ... does the caller find the address of this new object in a listed one? */
const char *activity_reason(const Activity *a, const Value *v); /* "active", "not varied: ...": for --emit=ir */

/* math.c: the rows of <math.h> as C functions. float_type: what the letter f of a row's signature stands for.
 * math_find: the row of a C function's name ("sqrtf": OP_SQRT, float; *float_type NULL: a type-generic macro); OP_COUNT: none. */
OpCode math_find(const char *c_name, Type **float_type);
const char *math_name(OpCode code, const Type *float_type, Arena *a); /* SQRT in float: "sqrtf" */
const char *math_c_name(const Op *op, Arena *a);                     /* that of the op */
Type *math_float_type(const Op *op);                       /* of its first floating operand */
int math_nresults(OpCode code);
Type *math_result_type(OpCode code, int r, Type *float_type);
Type *math_operand_type(OpCode code, int k, Type *float_type);
Op *build_math(Builder *b, OpCode code, Type *float_type, Value **args);

/* partials.c: d result 0 / d operand k of a scalar op as new IR at b (other results carry no derivative). `operand` and `result`
 * give values usable at b (USEs in a reverse sweep). NULL: the partial is identically zero. */
typedef struct {
    Value *(*operand)(void *ctx, const Op *op, int k);
    Value *(*result)(void *ctx, const Op *op);
    void *ctx;
    Value *(*known)(void *ctx, const Op *op, OpCode code, int k, const Type *t); /* code(operand k) of type t if it is had; or NULL */
    bool adjoint; /* the factor is an adjoint, not a tangent: complex partials are conjugated */
    bool again;   /* what is made is differentiated again: turn.c */
} PartialEnv;
Value *build_partial(Builder *b, const Op *op, int k, const PartialEnv *env);
/* adjoint/tangent * partial of op wrt operand k, with MULZ where the row says so; trivial factors 1, -1 are folded. NULL: zero.
 * Of a CAST, an adjoint (type of the result) becomes the operand's type, a tangent (type of the operand) the result's. Tangents and
 * adjoints of complex values may come, and be given, as real numbers where the imaginary part is zero. */
Value *build_partial_product(Builder *b, const Op *op, int k, Value *factor, const PartialEnv *env);
bool op_partial_is_zero(const Op *op, int k);
/* Does the partial with respect to operand k read operand `which` (-1: the result)? */
bool partial_needs(const Op *op, int k, int which);

/* custom.c: the user's derivative (AD_CUSTOM_VJP, AD_CUSTOM_JVP) of what a CALL calls, for the mode; NULL: it has none. */
const Fn *custom_derivative(const Op *call, Mode mode);
/* inline_calls for differentiation: calls of functions with a custom derivative stay calls only where it is for this mode, and calls
 * through unknown pointers become choices (targets.c). */
bool inline_calls_for(Fn *root, Mode mode);
bool custom_may_write(const Op *call, int k); /* ... may it change what argument k points to, going by its declaration? */
bool custom_has_shadow(const Fn *f, int k);   /* parameter k has a d_ in the derivative */
/* Has `own` the type of a VJP or JVP of f (INTERFACE.md section 3)? Else a diag_error at loc. */
bool custom_fits(const Fn *f, const Fn *own, bool jvp, Loc loc);

/* tangent.c, adjoint.c: new functions, USEs unresolved. NULL after diag_error. */
Fn *tangent(Fn *fn, Request *rq);
Fn *adjoint(Fn *fn, Request *rq);

/* primal_done.c: takes out what the caller has done already (--primal-done). After storage. */
void drop_primal(Fn *fn);

/* hvp.c: the tangent of the gradient. NULL after diag_error. */
Fn *hessian_vector(Fn *fn, Request *rq);

/* lanes.c: makes a finished derivative one of k directions: derivative memory whose Var.shadow is a bit of `shadows` gets a last index.
 * False, with *why and *where, when that cannot be done; fn is as it was. */
bool lanes_add(Fn *fn, int k, unsigned shadows, Loc *where, const char **why);

/* lanes_bits.c: ... into one whose derivatives are words of 64 bits, one for each direction: bit k of a result is set when direction k may
 * reach it. in_place: memory keeps its types, a set is in the bytes of a number; for structs, rows, addresses in memory. */
bool index_sets(Fn *fn, unsigned shadows, bool in_place, Loc *where, const char **why);
/* How many directions its sets, and those of the functions that it calls, have room for: 32 where sets are in the bytes of a float. */
int index_set_size(const Fn *fn);

/* single.c: a prepared function's parameters that only `*p` is used of get the length 1, where they have none. */
void note_single_numbers(Fn *fn);

/* jacobian.c: a dense or sparse Jacobian or Hessian, with its helpers. NULL after diag_error. */
Fn *matrix_function(Program *p, Request *rq);

/* checkpoint.c: AD_CHECKPOINT. After fuse_loops, before storage. */
void checkpoint_loops(Fn *fn);

/* fuse.c: independent iterations are reversed at once. After adjoint, before storage. */
void fuse_loops(Fn *fn);

/* rerun.c: reverse loops that run in the forward loop's order hand on what that hands on, instead of keeping it. Before storage. */
void rerun_recurrences(Fn *fn);

/* storage_place.c: puts what storage keeps where --no-malloc and --tape-storage want it. After storage. */
void place_tapes(Fn *fn);

/* storage.c: resolves every USE: in scope, counter, reload, recompute, kept in an indexed array, kept on a stack. */
void storage_resolve(Fn *fn);

/* parallel.c: the ops from `from` to before end, and all inside them, are under omp critical; update: only what is updated, under atomic. */
void share_ops(Op *from, const Op *end, bool update);

/* nan_trap.c: derivatives that are not finite stop the program (--nan-trap). The last pass. */
void trap_nans(Fn *fn);

/* statics.c: may any function of the program write the static variable? */
bool static_may_be_written(const Program *p, const Var *var);
/* ... a diag_error where the generated function uses a file-scope static variable that is written: OUT would have one of its own. */
bool statics_check(Program *p, const Fn *fn);
/* statics_address.c: false after an error about an address that means something by itself. */
bool statics_addresses(Program *p, const Fn *fn);

/* derive.c: the whole way of one request: clone, inline, promote, raise, differentiate, store, clean. The pipeline's list of passes.
 * Returns the generated function or NULL after errors. */
typedef enum { TAPE_HEAP, TAPE_STACK, TAPE_STATIC, TAPE_ARG } TapeStorage;
typedef struct {
    TapeStorage tape;                                     /* --tape-storage */
    bool no_malloc;                                       /* --no-malloc: tape is not TAPE_HEAP */
    bool no_checkpoint;
    int64_t max_tape;                                     /* --max-tape in bytes; 0: no limit */
    const char *after;                                    /* --after=PASS: stop after its first run */
    bool nan_trap;                                        /* --nan-trap */
    bool openmp;                                          /* -fopenmp */
    bool explain;                                         /* passes tell decisions.c what they decide */
    bool associative;    /* -fassociative: sums in another order */
    bool accurate_tails; /* partials in argument form: ops.h, OP_TAILS */
    bool no_accumulators, no_allocs, no_apart, no_block, no_buffers, no_bundle, no_clears, no_constants, no_counted, no_deviation, no_diagonal, no_exits, no_forward, no_fuse, no_gather, no_guards, no_hoist, no_jam, no_join, no_late, no_loads, no_log, no_matrix, no_meet, no_midway, no_nest, no_onehot, no_pitch, no_pool, no_ranges, no_reciprocals, no_recompute, no_reload, no_rerun, no_restrict, no_rooms, no_rows, no_scale, no_settle, no_shift, no_skip, no_slices, no_snapshot, no_table, no_twins, no_unread, no_unroll; /* -fno-PASS */
} PassOptions;
extern PassOptions pass_options;
Fn *derive(Program *p, Request *rq);
/* A derived function after the static ones that it calls, which are emitted before it. */
void push_with_helpers(Ptrs *fns, Fn *f);
/* The same passes up to (not including) differentiation: what --emit=primal writes back. */
Fn *prepare_primal(Program *p, Fn *fn);
Fn *prepare_for(const Request *rq); /* the same of rq's function for rq: calls of recursive functions are of prepared ones; NULL after diag_error */
/* The names that --after takes, or (optional) -fno-; with spaces between. */
const char *pass_names(Arena *a, bool optional);
bool pass_switch_off(const char *name); /* false: no such optimisation */

/* ====================================================================== trace.c: -v, progress */

void trace_start(bool verbose);
/* A step has ended: of what (a function, a file), which; the function as it is now, or NULL. */
void trace_step(const char *what, const char *step, const Fn *fn);
void trace_note(Loc loc, const char *text); /* something to know about a line */
void trace_end(void);
void trace_clear(void); /* takes a progress line away, before something else is printed */

/* ====================================================================== emit_c.c */

typedef struct {
    const char *command;   /* as typed, for the header comment */
    const char *out_name;
    bool primal;           /* --emit=primal: functions under their own names */
    bool standalone;       /* the runtime's part is repeated in the file */
    bool line_directives;  /* #line back to the source */
    bool with_primal;      /* the sources are included in place of what is repeated of them: */
    Ptrs sources;          /* char*: as #include has them, or none */
    Ptrs *lines;           /* gets an OutLine* for each line of the file, NULL where it is of no source line; or NULL */
} EmitOptions;
/* Where a line of the generated file comes from. */
typedef struct {
    int file, line;
    bool reverse; /* part of the reverse sweep */
} OutLine;
/* Writes a whole C file with the given functions (Fn*). */
void emit_c(Str *out, Program *p, const Ptrs *fns, const EmitOptions *opt);
/* char*: what the runtime's part of a standalone file may declare (emit_runtime.c). */
void runtime_names(Arena *a, Ptrs *names);
/* The prototypes with documentation, for --header. */
void emit_header(Str *out, Program *p, const Ptrs *fns, const EmitOptions *opt);

#endif
