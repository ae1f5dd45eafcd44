/* derivative.h: what tangent.c, adjoint.c and storage.c share; private to them.
 *
 * Shadow memory has its primal's layout. A pointer that may reach shadowed memory has a *twin*: the same address computation on the
 * shadow. Twins of anything but plain address arithmetic are made in the forward sweep (shadow_twin); the reverse sweep repeats plain
 * address arithmetic on them (shadow_in_reverse).
 */
#ifndef ADGEN_DERIVATIVE_H
#define ADGEN_DERIVATIVE_H

#include "library.h"

/* ====================================================================== signature.c: the generated parameters */

/* The derivative parameters of one request, in the order of INTERFACE.md section 3. */
typedef struct {
    Value **shadow;      /* by primal region argument: pointer d_x (for a by-value scalar under --jvp: the tangent itself); NULL: none */
    int nshadow;
    Value *d_return;     /* vjp: the seed value (records: pointer to the own copy); jvp: pointer to the result's tangent; else NULL */
    Value **global_shadow; /* by rq->global_vars */
} Signature;

/* const double *const * -> double **: a shadow is written wherever its primal's type is floating. */
Type *type_without_const(Type *t);

/* Appends the derivative parameters to g (a clone of the primal) and names them d_*. */
Signature signature_add(Fn *g, const Request *rq);

/* ====================================================================== shadow.c: shadow memory */

typedef struct Shadow {
    Fn *fn;
    Request *rq;
    MemInfo *mem;
    Activity *act;
    Signature sig;
    int nvalues;         /* values that the analyses know */
    bool *shadowed;      /* by object */
    bool *absent;        /* by object: it is among those that pointers to shadowed ones may point to, and has none (absent.c) */
    PtrMap twins;        /* forward Value* -> twin Value* */
    PtrMap origins;      /* origin.c: pointer Value* -> the int that goes with it */
    int origin_object;   /* ... which is 1 where it points into this object; -1: where its shadow is only added to */
    Ptrs origin_maps;    /* ... origins of the objects asked about */
    PtrMap globals;      /* Var* of a written global -> its shadow */
    Ptrs asides;         /* split_aside.c */
    bool *accumulators;       /* accumulators.c: by parameter */
    Value **given, **lengths; /* split_own.c: by parameter and then named global, the caller's shadow where sig has one of f's own, and how long it is */
    Ptrs own;            /* Value*: shadows of large globals, on the heap */
    PtrMap in_reverse;   /* forward Value* of an object made and ended inside a loop -> its shadow in the reverse sweep */
    PtrMap copied;       /* shared_bytes.c: STORE of a number that is reversed with an address -> its adjoint, or another value */
    PtrMap result_twins; /* recursion.c: CALL op -> the local that gets the shadow of the pointer that it returns */
    bool failed;
} Shadow;

/* Analyses fn, adds the parameters, decides which objects have shadows. failed is set after a diag_error. */
Shadow *shadow_new(Fn *fn, Request *rq);
/* Frees what nothing else does, at the end of the derivative. */
void shadow_end(Shadow *s, Builder *b);
bool shadow_is_active(const Shadow *s, const Value *v);   /* a floating value with a derivative */
bool shadow_has(const Shadow *s, const Value *ptr);
bool shadow_follows(const Shadow *s, const Op *store); /* ... of a pointer, into shadowed memory: is the shadow's address stored there? */       /* ptr may reach shadowed memory */
/* An independent that is not a dependent: its shadow is only added to, a store to the primal must save and put back (INTERFACE.md). */
bool shadow_accumulates_only(const Shadow *s, const Value *ptr);
Role shadow_role(const Shadow *s, int obj);        /* of the parameter or named global that the object belongs to */
bool shadow_object_sums(const Shadow *s, int obj); /* is the object such an independent's? */
/* ptr may point to such an independent, and also to what has seeds: a store can treat its shadow in one way only. */
bool shadow_is_ambiguous(const Shadow *s, const Value *ptr);
Value *shadow_twin(Shadow *s, Value *ptr);
/* The address of ptr's shadow at b in the reverse sweep. */
Value *shadow_in_reverse(Shadow *s, Builder *b, Value *ptr);
/* v as it was in the forward sweep: a USE, or a copy of a constant. */
Value *build_use(Builder *b, Value *v);
/* rev, or what is around it, in the region `home` or in its reversal; NULL: rev is not part of either. */
Op *reversed_around(Op *rev, const Region *home);
/* Does op follow the other one in the same region? */
bool op_follows(const Op *op, const Op *other);
/* What a free frees, in terms of the forward sweep. */
const Value *freed_pointer(const Op *op);
/* Moves a free of the forward sweep to where the reverse of the loop `fwd` is over. */
void free_later(Op *op, Op *fwd, Builder *at);
/* The number of a FOR's iteration: (i - lo) / step, as a size. */
Value *step_number(Builder *b, const Op *loop, Value *lo, Value *i);
/* How often each value is an operand, by id. */
int *count_uses(Fn *fn);
/* Moves fixed-size locals to the function's top: an object whose contents start undefined can serve every iteration. */
void hoist_locals(Fn *fn);
/* Shadow root Value* -> primal root Value*, for all shadows there are. */
void shadow_roots(const Shadow *s, PtrMap *roots);
/* A Var for an invented name, e.g. d_x for x. */
Var *var_named(Fn *fn, Type *t, const char *prefix, const Var *like, const char *fallback);
/* ... for a derivative of like: d_x; second order: v_x of x, h_x of d_x. */
Var *var_of_derivative(Fn *fn, const Request *rq, Type *t, const Var *like, const char *fallback);
/* ====================================================================== absent.c */

/* Which objects of other roles do without a shadow, once it is known which objects a twin may point to. */
void absent_decide(Shadow *s);
bool shadow_may_be_absent(const Shadow *s, const Value *ptr);
bool shadow_is_absent(const Shadow *s, const Value *ptr);  /* always */
/* At b, an int: has what ptr points to a shadow? NULL: always. */
Value *shadow_given(Shadow *s, Builder *b, Value *ptr, bool in_reverse);
/* NULL stays NULL. */
Value *absent_address(Builder *b, Value *base, Value *moved);
Value *absent_load(Builder *b, Value *address, Value *given);
/* Where ops go that are done only if `given` holds (NULL: b itself). */
Builder open_given(Builder *b, Value *given);

/* ====================================================================== origin.c */

/* Where ptr is ambiguous: an int that is 1 where it points to an independent whose shadow is only added to. NULL: not known. */
Value *origin_sums(Shadow *s, Value *p);
/* An int that is 1 where p points into the object. NULL: not known. */
Value *origin_is(Shadow *s, Value *p, int object);
/* What is in the shadow, which becomes 0; where sums is given and 0, it stays, and the result is 0. */
Value *shadow_put_aside(Builder *b, Value *shadow, Value *sums);

/* static_temporaries.c: static variables that every function writes before it reads them become locals, but those that rq names. */
void localise_temporaries(Fn *fn, const Request *rq);
/* pointer_tables.c: true where calls that fill the locals have to be inlined. */
bool localise_pointer_tables(Fn *root, const Request *rq);

/* static_locals.c: static locals that keep floating numbers become locals of root, a copy of primal where nothing is left to
 * inline; true: calls that initialise them are to be inlined. */
bool localise_statics(Fn *root, const Fn *primal);

/* Zeroed shadow of an ALLOC at b (calloc with the primal's size). use: through USEs, for the reverse sweep. */
Value *shadow_alloc(Builder *b, const Op *alloc, bool use);
/* double *x = malloc(n): the type of x. */
const Type *shadow_pointer_type(const Op *alloc);
/* The ALLOC whose object a FREE ends, looking through casts; NULL when it is not plain. */
Op *free_target(const Op *free_op);

/* ====================================================================== sibling.c */

/* The calls of <math.h>'s functions of one operand in fn, by operand. */
PtrMap siblings_of(Fn *fn);
/* What the forward sweep has for code(a), of type t, whenever the reverse of op runs; NULL: nothing. */
Value *sibling_result(const PtrMap *siblings, const Op *op, OpCode code, const Value *a, const Type *t);
bool is_reciprocal(const Op *op); /* 1 / u? */
/* In the reverse sweep, c / u with c a power of two becomes c * (1 / u) where the forward sweep has 1 / u: the same bits but for subnormal
 * results, and u need not be had. */
void reuse_reciprocals(Fn *fn);

/* ====================================================================== sort.c */

/* qsort of what holds floating numbers becomes an order and a move. Before promotion. */
void lower_sorts(Fn *fn);
/* The type of what base points to, where that holds floating numbers and has so many bytes; else NULL. */
Type *sized_element_type(const Value *base, const Value *bytes);
/* for (i = 0; i < n; i++) to[i] = from[order ? order[i] : i] */
void move_elements(Builder *b, Value *n, Value *to, Value *from, Value *order);

/* ====================================================================== input.c */

/* What fread and scanf read goes into memory of its own and is moved. Before promotion. */
void lower_input(Fn *fn);

/* ====================================================================== heap.c */

/* Stores each scalar of the t behind from to that behind to. */
void copy_value(Builder *b, Value *to, Value *from, const Type *t);

/* realloc of what holds floating numbers or pointers becomes malloc, a copy and free. */
void lower_reallocs(Fn *fn);
/* ... of one OP_REALLOC, whose block holds such elements. */
void realloc_elements(Op *op, Type *t);
/* Marks what stays for the reverse sweep and puts its FREEs off. Returns the op that ends it, before the return; or NULL. */
Op *heap_defer_frees(Fn *fn);
/* Removes that op if nothing is freed later after all. */
void heap_drop_list(Fn *fn, Op *frees);
/* The shadows of what is freed later are, too. */
void heap_defer_shadows(Shadow *s);
void heap_defer_shadow(Shadow *s, Op *push);

/* ====================================================================== clear.c */

/* memset of what is an independent and no dependent becomes a loop. */
void clear_by_stores(Fn *fn, const Request *rq);
/* for (i < n) first[i] = 0, scalar by scalar */
void clear_elements(Builder *b, Value *first, Value *n);
/* At b in the reverse sweep: the shadow of a byte that is stored, of what may be a number, becomes 0. */
void clear_byte(Shadow *s, Builder *b, const Op *store);
/* shared_bytes.c: a stored address takes its twin along. At its reversal, and in the forward sweep of a stored number, the bytes that they
 * have in common in a union start anew. */
void reverse_address(Shadow *s, Builder *b, Op *store);
void shared_number(Shadow *s, Op *store);
/* Was the store of a number reversed with that of the address in the same bytes? *d: its adjoint; NULL: nothing is left to be done. */
bool reversed_with_address(const Shadow *s, const Op *store, Value **d);
/* tagged.c: is the integer that is loaded or stored in the bytes of a number, and certainly not the number's bits? */
bool is_beside_number(const MemInfo *m, const Op *access);
bool is_in_union(const Op *access);
/* Before locals are taken apart: notes the accesses that a tag beside the union tells apart. */
void mark_tagged(Fn *fn);
/* Does ptr point to the function's own objects only? */
bool mem_is_own(const MemInfo *m, const Value *ptr);
/* union_parts.c: may a union that has no view of all its numbers (union_view) be copied and cleared member by member? */
bool union_has_parts(const Type *t);
void copy_union(Builder *b, Value *to, Value *from, const Type *t);
void clear_union(Builder *b, Value *to, const Type *t);
/* A store of an address, with one of the shadow's address into the shadow behind it? */
bool moves_address(const Fn *fn, const Op *op);

/* ====================================================================== globals_local.c */

/* File-scope scalars that the function writes on every way become locals, but those in fn->named_globals. */
void localise_globals(Fn *fn);

/* ====================================================================== workspaces.c */

/* Static pointers to memory that carries derivatives, which the function allocates, become locals. */
void localise_workspaces(Fn *fn);
/* Says so where an earlier call might matter; after the passes that make loops of whiles. */
void warn_of_workspaces(Fn *fn);

/* ====================================================================== bytes.c */

/* memcpy, memset and realloc of bytes become those of the elements that they are. */
void type_bytes(Fn *fn);
/* bytes / size where it is in sight that nothing is left over: n * sizeof(T) -> n; else NULL. */
Value *bytes_quotient(Builder *b, Value *bytes, int64_t size);

/* ====================================================================== fuse.c */

/* Makes the reverse loops of all loops around the forward op run backwards again: what is popped there needs the opposite order. */
void turn_back(const PtrMap *mirror_of, const Op *op);

/* ====================================================================== custom.c: calls of functions with a custom derivative */

/* Has the call anything for its derivative to propagate? Then calls of it: */
bool custom_is_active(const Shadow *s, const Op *call);
/* ... of f_vjp at b in the reverse sweep. d_args[k]: what argument k's adjoint is to be increased by, or NULL. */
void custom_reverse(Shadow *s, Builder *b, Op *call, Value *d_result, Value **d_args);
/* ... of f_jvp instead of f. tangents[k]: of argument k or NULL. Returns the tangent of a floating result. */
Value *custom_forward(Shadow *s, Op *call, Value **tangents);

/* custom_memory.c: argument k as f_vjp is to see it, at b; copies are freed by the caller through *to_free (Value*). */
Value *custom_argument(Shadow *s, Builder *b, Op *call, int k, Ptrs *to_free);
/* Number of elements behind pointer argument k, a size_t at b, before the call; or NULL and *why (if asked). */
Value *custom_length(Builder *b, const Op *call, int k, const char **why);
/* diag_errors where f does not do the same when it is run again. */
void custom_check_globals(Shadow *s, const Op *call);

/* ====================================================================== split.c */

/* split.c: prepares fn, whose adjoint is to be cut, before it is made; cuts it after storage. */
void split_begin(Fn *fn);
/* Only cuts it, for recursion: fn becomes the forward half; returns the reverse half, with the same parameters. */
Fn *split_halves(Fn *fn);
/* ... into `primal..., result -> tape` (the first of the result's helpers) and `tape, primal..., d_... -> void`. NULL after diag_error. */
Fn *split_adjoint(Fn *fn, Request *rq);

/* ====================================================================== hvp_recursion.c: second order where functions call themselves */

bool hvp_meets_recursion(Fn *g); /* g is prepared for MODE_HVP */
/* derive_one derives rq->fn, which need not be a function of the source, under this name. NULL after a diag_error. */
Fn *hvp_recursion(Request *rq, Fn *(*derive_one)(Request *rq, const char *name));

/* ====================================================================== split_aside.c: overwritten independents under --split */

/* Notes in the forward half, at b, that the independent at p is overwritten; false where its place cannot be told. */
bool split_note_place(Shadow *s, Builder *b, Value *p);
/* What d_ hold at those places is put aside at the reverse half's start, and comes back at its end. */
void split_put_aside(Shadow *s, Builder start, Builder end);
/* accumulators.c: is this independent overwritten so often that it should have a shadow of its own? */
bool accumulator_wanted(const Shadow *s, int param);
/* split_own.c: would a shadow of its own, instead of this parameter, keep the forward half from needing it? Notes it in rq. */
bool split_own_wanted(Fn *fn, Request *rq, const Value *param);
/* Makes those that rq says, after the signature; before the reverse sweep they get the seeds, behind it the caller gets what they hold. */
void split_own_begin(Shadow *s);
void split_own_seed(Shadow *s, Builder start);
void split_own_give(Shadow *s, Builder *b);
/* Tells fn->mem what a reverse sweep of its own cannot read again. */
void split_forget(Fn *fn);

/* ====================================================================== recursion.c */

/* Does fn call itself, directly or through others? Such calls stay calls. */
bool calls_itself(const Fn *fn);
/* Makes the call one of the callee's prepared form, which differentiation follows. */
void recursion_call(Op *call, Mode mode);
/* Gives all prepared forms their bodies: prepare() expands calls and runs the passes before differentiation. False after a diag_error. */
bool recursion_prepare(Program *p, bool (*prepare)(Fn *fn, Mode mode));
/* Calls that have nothing to propagate become calls of the source's function again. */
void recursion_leave(Fn *fn);
/* Gives the calls the arguments that the parameters made of static variables ask for (recursion_globals.c). */
void recursion_add_arguments(Fn *fn);
/* Lists what of recursion fn calls as its helpers. */
void recursion_helpers(Fn *fn);
/* derive.c: the passes after storage, on the derivative of a recursive function. */
void finish_callee(Fn *fn);
/* ... Makes g one of the directions that rq asks for, if it does. False: not possible; after a diag_error unless rq->inner. */
bool add_lanes(Fn *g, const Request *rq);
/* The derivative memory that differs between directions, as bits Var.shadow: all; in the Hessian's product the gradient is the same for all,
 * which is the d_ of the v_ where it is the adjoint of a tangent (hvp_recursion.c). */
unsigned varying_shadows(const Request *rq);
bool recursion_is_active(const Shadow *s, const Op *call); /* a call of a prepared function that needs a derivative */
bool recursion_close_over(Shadow *s, const Op *call);      /* what it is given has shadows wherever it leads; true: more than before */
/* Turns the call into one of the forward function, and calls the reverse function at b. d_args[k]: what argument k's adjoint is to be
 * increased by, or NULL. */
void recursion_reverse(Shadow *s, Builder *b, Op *call, Value *d_result, Value **d_args);
/* ... into one of the tangent function. Returns the tangent of a floating result, or NULL. */
Value *recursion_forward(Shadow *s, Op *call, Value **tangents);
Type *recursion_twin_type(Mode mode, Type *t);
Value *recursion_twin(Shadow *s, Op *call);      /* the shadow of the pointer that the call returns */
/* Memory that the prepared function, whose instance fn is, leaves to its caller? */
bool recursion_leaves_memory(const Fn *fn);
void recursion_return(Shadow *s, Builder *b);     /* hands on the shadow of the pointer that s->fn returns */
/* Tells fn->mem what may have changed when the reverse function of a recursive function runs. */
void recursion_forget(Fn *fn);

/* ====================================================================== library_rules.c: calls of BLAS and LAPACK */

bool library_is_active(const Shadow *s, const Op *call);
/* As custom_reverse and custom_forward: the rules' ops, at b in the reverse sweep, or beside the call. */
void library_reverse(Shadow *s, Builder *b, Op *call, Value *d_result, Value **d_args);
Value *library_forward(Shadow *s, Op *call, Value **tangents);
/* How many elements a call of the library may touch from its pointer argument k on: a long at b. */
Value *library_extent(Builder *b, Op *call, int k);

/* ====================================================================== mincut.c */

/* Minimum vertex cut between must-keep values and needed values; see storage.c. */
typedef struct FlowGraph FlowGraph;
FlowGraph *flow_new(Arena *a, int nodes);
void flow_edge(FlowGraph *g, int from, int to, int64_t capacity);
#define FLOW_INFINITE ((int64_t)1 << 60)
/* Maximum flow from s to t (E. A. Dinic, 1970); afterwards flow_on_sink_side tells the minimum cut that is nearest to t. */
int64_t flow_solve(FlowGraph *g, int s, int t);
bool flow_on_sink_side(const FlowGraph *g, int node);

/* ====================================================================== storage_span.c */

/* How far a FOR counts at most, a long at b, which is before `outermost`, a loop around it. NULL: its two ends have nothing in common and
 * are not chosen, or it is not known. */
Value *span_at_entry(Builder *b, const Op *for_op, const Op *outermost);

/* ====================================================================== storage_extent.c */

/* An upper bound of a FOR's trip count, in type long and not negative, computed at b, which is before `outermost`, a loop around the
 * FOR or the FOR itself; exact where its bounds do not depend on counters of loops inside outermost. NULL: not known there. */
Value *extent_at_entry(Builder *b, const Op *for_op, const Op *outermost);
/* The largest (direction 1) or smallest (-1) value that integer v takes in the loops, as a long; NULL: not known there. */
Value *bound_at_entry(Builder *b, const Value *v, const Op *outermost, int direction);
/* An extent for any step, taken to be one where it is not constant. */
Value *extent_at_most(Builder *b, const Op *for_op, const Op *outermost);

/* ====================================================================== interval.c, trip_bound.c: sizes that are known */

/* The interval of integer v where `at` is executed, clamped to +-2^62. False: v has no upper bound below that. */
bool int_interval(const Value *v, const Op *at, int64_t *lo, int64_t *hi);

/* Larger counts, such as those of a type's whole range, are as good as unknown. */
#define TRIPS_LIMIT ((int64_t)1 << 24)
/* The counter of a WHILE: `before`'s argument `arg`, to which each round adds `step` if another one follows, goes on while
 * arg + offset cmp bound. cmp_op: that comparison; NULL: its negation. False: there is none. */
typedef struct {
    const Op *loop, *cond;
    int arg;
    int64_t step, offset;
    OpCode cmp;
    Value *bound;
    const Op *cmp_op;
} WhileCounter;
bool while_counter(const Op *loop, WhileCounter *out);
/* How often the body of a FOR, the second region of a WHILE, runs at most each time the loop is entered; -1: not known. */
int64_t trip_bound(const Op *loop);
/* The largest v, going by loops `for (i = c; i < v; i++)` before `at` that walk through arrays; -1: not known. */
int64_t walked_before(const Value *v, const Op *at);
/* As trip_bound, going by the arrays that the loop walks through alone. */
int64_t trips_by_access(const Op *loop);
/* The same for a loop around `inner`, if that has any iterations. */
int64_t trips_by_inner(const Op *loop, const Op *inner);
/* The same for a WHILE as a long at b, which is before outermost; NULL: not known. */
Value *while_limit(Builder *b, const Op *loop, const Op *outermost);

/* ====================================================================== memory_forward.c */

/* The load reads what `store` has stored in the same iteration of an earlier loop nest of the same shape. */
enum { FORWARD_DEPTH = 3 };
typedef struct {
    const Op *store;
    const Region *from[FORWARD_DEPTH], *to[FORWARD_DEPTH]; /* bodies of the nests' loops, innermost first */
    int depth;
} Forward;
bool mem_forwarded(const MemInfo *m, const Op *load, Forward *out);

/* ====================================================================== nest.c */

/* Sums to places far apart become nests whose inner loop runs along memory; loops whose iterations do not meet run forwards. Of a function
 * that is finished but for restrict and pragmas. */
void split_nests(Fn *fn);
/* What is known of the finished function's memory. */
typedef struct {
    Fn *fn;
    const MemInfo *m;
    PtrMap primal_of; /* parameter that points to derivatives -> the primal's */
} FinalMemory;
void final_memory(FinalMemory *memory, Fn *fn); /* m is to be freed by mem_free */
bool may_meet(const FinalMemory *memory, const Op *x, const Op *y);

/* ====================================================================== jam.c */

/* Some iterations of a loop at once, side by side in the loops inside it. Of a function that is finished. */
void jam_loops(Fn *fn);

/* ====================================================================== associative.c */

/* block.c: loops over samples, some iterations at a time, side by side. */
void block_samples(Fn *fn);
/* lo + (hi - lo) / size * size, or no more than lo (lo itself where the counter is used behind the loop) where there are no iterations; of a
 * loop_is_natural. */
Value *end_of_blocks(Builder *b, Value *lo, Value *hi, int size, bool counter_used);
/* Takes the loop over what blocks leave out, if that is known to be nothing. */
void drop_if_empty(Fn *fn, Op *rest);
/* for (i = lo; i < hi; ..) with lo never negative? */
bool loop_is_natural(const Op *loop);

/* ====================================================================== join.c */

/* Loops side by side over the same elements that only add to derivatives become one. */
void join_loops(Fn *fn);

/* ====================================================================== frees.c */

/* Memory that a loop's iteration makes, and that every way out of it frees, is freed in one place, in the block that made it. */
void join_frees(Fn *fn);
/* Is the condition `alloc == NULL` (equal), or `alloc != NULL`? */
bool tests_null(const Value *c, const Op *alloc, bool equal);

/* ====================================================================== diagonal.c */

/* Loops that do one thing up to the counter of a loop around, and another behind it, become two. */
void split_diagonals(Fn *fn);

/* ====================================================================== deviation.c */

/* The mean in a sum of squared deviations becomes hold(mean). */
void hold_means(Fn *fn);

/* ====================================================================== scale.c */

/* e, the exponential of what m is subtracted from, stored in an array whose elements all become p, a multiple of it that does not depend on m. */
typedef struct {
    Value *e, *p, *loaded, *factor; /* p = loaded * factor, or / factor: loaded is e again */
    Op *store, *norm;               /* of e and of p, to one place */
    PtrMap changing;                /* Value*: all that changes with m */
} Normal;
/* Exponentials of the forward sweep are read as what became of them (fn->normals). Before storage. */
void use_normalised(Fn *fn);

/* ====================================================================== skip.c */

/* What only hands on a derivative that is zero on one side of an if moves into its other side. */
void skip_zeros(Fn *fn);
/* ====================================================================== refill.c */

/* Own arrays of derivatives that each iteration of a loop fills, uses up and clears are stored to, and not cleared. */
void refill_shadows(Fn *fn);

/* ====================================================================== allocs.c */

/* Memory that a block allocates for itself: small ones become locals. */
void localise_blocks(Fn *fn);
/* ... others are allocated before the loops around them. */
void hoist_blocks(Fn *fn);

/* ====================================================================== buffers.c */

/* Buffers that a loop exchanges stay where they are; what is in them goes round instead. Before reversal. */
void keep_buffers(Fn *fn);

/* ====================================================================== rows.c */

/* Arrays that each step of a loop overwrites live in the rows that are kept of them. After all that looks at what is kept. */
void live_in_kept_rows(Fn *fn);

/* ====================================================================== handed_on.c */

/* Is y nothing but arg, through ifs and inner loops that hand it on? */
bool hands_on_only(const Value *y, const Value *arg);
/* What a reverse loop returns of such values is replaced by what it was given. */
void pass_handed_on(Fn *fn);

/* ====================================================================== meet.c */

/* Ifs of both sweeps on one condition, in one iteration of a loop, become one. After skip_zeros. */
void join_branches(Fn *fn);

/* ====================================================================== late.c */

/* Loops clear derivatives that they hand on at the end of the iteration. Of a function that is finished. */
void clear_late(Fn *fn);
/* clears.c: rows of a block that are read and cleared are cleared at once, behind the loop over them. */
void clear_blocks(Fn *fn);

/* ====================================================================== gather.c */

/* Loops that scatter sums over neighbouring elements gather them, element by element. After split_nests. */
void gather_sums(Fn *fn);

/* ====================================================================== restrict.c */

/* `restrict` for those of the first nprimal parameters that are pointers, where the function, which is finished, writes nothing but
 * derivatives and memory of its own. */
void restrict_primal(Fn *fn, int nprimal);
/* exits.c: paths on which nothing is left to do return at once. */
void early_exits(Fn *fn);
/* bundle.c: what is kept in arrays of one type, and lives equally long, is allocated at once. The last pass. */
void bundle_tapes(Fn *fn);

/* ====================================================================== max_tape.c */

/* Is what the derivative keeps certainly within --max-tape? */
bool tape_fits(Fn *fn);
/* The local that holds how many bytes are left; made when there is none. */
Value *tape_left(Fn *fn);
/* All that is kept is taken from there. diag_error where it certainly does not fit. After all other passes but parallel.c. */
void limit_tape(Fn *fn);

/* ====================================================================== reciprocal.c */

/* Divisions of a fresh reverse sweep by one value become multiplications by its reciprocal. */
void share_reciprocals(Fn *fn);

/* ====================================================================== lanes_calls.c */

/* For --directions: how many elements of its type are behind each of the n arguments of the call that is built next (NULL: not known, or
 * no pointer), of which the first nprimal are the primal's. */
void note_lengths(Builder *b, Value **lengths, int n, int nprimal);

/* ====================================================================== turn.c */

/* The partials of atan2, which are ops only in what is differentiated again. */
bool is_turn(OpCode code);
Value *build_turn(Builder *b, OpCode code, Type *type, Value **args); /* one in C's terms */
void expand_turns(Fn *fn);

/* ====================================================================== table.c */

/* Calls of libm in inner loops whose operands only their own counter changes are made once. Before reversal. */
void tabulate_calls(Fn *fn);

/* ====================================================================== associative.c */

/* -fassociative: innermost loops that sum up do so in several partial sums. The last pass. */
void split_all_sums(Fn *fn);

/* ====================================================================== guard.c */

/* Which test of a MULZ comes first. After all that knows derivatives by their ops. */
void open_guards(Fn *fn);

/* ====================================================================== shift.c */

/* m of exp(x - m) is held where the function is proved not to depend on it: max in softmax and log-sum-exp. Before differentiation. */
void hold_shifts(Fn *fn, bool scale); /* scale: also notes in fn->normals what scale.c asks for */
void release_shifts(Fn *fn); /* after it: hold(m) is m */

/* ====================================================================== unread.c */

/* Removes stores into the function's own memory that nothing reads before it ends. */
void drop_unread_stores(Fn *fn);

/* ====================================================================== onehot.c */

/* Sums over a derivative of which one element alone is not zero are that element's term. */
void sum_one_element(Fn *fn);

/* ====================================================================== twins.c */

/* What two loops keep alike is kept once. */
void unite_twins(Fn *fn);

/* ====================================================================== settle.c */

/* What a fresh reverse sweep clears and then adds to is stored. */
void settle_sums(Fn *fn);

/* ====================================================================== parallel.c: -fopenmp */

/* What memory ops are in loops with a pragma: before differentiation, and after it. */
void note_accesses(Fn *fn);
void note_reverse_accesses(Fn *fn);
void follow_access(Op *op, const Op *primal); /* op accesses the shadow of what `primal` accesses */
/* Which loops have a pragma in the generated code (op->omp; what they carry are sums), with atomic updates where they are needed.
 * After all other passes. */
void share_loops(Fn *fn);

/* ====================================================================== parallel_sums.c */

/* Of the loop's atomic ACCUMs, those of places that all iterations add to add to numbers of the thread's own, which are summed up behind the
 * loop; the others are left in *atomic. accesses: the loop's of memory that is not the iteration's own. */
void separate_sums(Fn *fn, Op *loop, Ptrs *atomic, const Ptrs *accesses);

/* ====================================================================== apart.c */

/* A function of the same parameters that tells whether what g (ready to be differentiated) writes behind its pointer parameters overlaps
 * nothing else that it accesses there. NULL: the extents are not known, or there is nothing that could overlap. */
Fn *apart_test(const Fn *g, const char *name);
/* Makes `apart`, a derivative for arguments that are, say restrict where it is true. */
void apart_restrict(Fn *apart, const Fn *test);
/* fn: if (test and apart->pitch) apart; else overlapping. All have parameters of the same types; test, which may be NULL, those of the primal. */
Fn *apart_choice(const char *name, Fn *test, Fn *apart, Fn *overlapping);

/* ====================================================================== pitch.c */

/* The conditions under which rows of what fn accesses do not reach into each other go into fn->pitch. False: there are none. */
bool note_pitches(Fn *fn);
/* ... of fn as C text, with the names of `names`. */
const char *pitch_condition(const Fn *fn, const Fn *names);

/* ====================================================================== shadow_hoist.c */

/* Shadows of what is allocated and freed in each iteration are allocated once. After storage_resolve. */
void hoist_shadows(Fn *fn);

/* ====================================================================== storage_peel.c */

/* Is v a pointer or integer that a loop hands on, but that each iteration makes from its counter and what is outside? */
bool peel_possible(const Value *v);
void peel_inputs(const Value *v, Ptrs *out); /* what it can be computed from: Value*, appended */

/* ====================================================================== storage_count.c */

/* Is v an unsigned integer that a while loop adds the same to in each iteration? */
bool count_possible(const Value *v);
void count_inputs(const Value *v, Ptrs *out); /* what it can be computed from besides the iteration's number: Value*, appended */

/* ====================================================================== storage_log.c */

typedef struct {
    Fn *fn;
    const PtrMap *mirror_of; /* forward Region* -> reverse Region* */
    Ptrs logs;               /* Value*: the ad_log locals, one for each size (op->ival) of own and of the caller's memory */
    PtrMap possible;         /* store Op* -> what log_possible found */
} Logger;

/* Where the reverse of `store` begins in the reverse sweep: ops from there on reverse what ran before it. NULL: it has no place. */
Op *log_undo_place(const Logger *l, const Op *store);
/* Is it the address of a bit-field? */
bool is_bit_field(const Value *p);
/* Can the store be taken back at its place in the reverse sweep? */
bool log_possible(Logger *l, const Op *store);
/* Would taking back these stores make the load repeatable wherever its value is used? */
bool log_covers(Logger *l, const Op *load, const Ptrs *stores);
void log_store(Logger *l, Op *store);
/* Puts back what was taken back. */
void log_finish(Logger *l);

/* ====================================================================== storage_place.c, storage_workspace.c */

/* Are indexed arrays to be C arrays of constant size? */
bool place_in_array(void);
/* The most elements that an array over the nest, with these extents, can have; -1: not known, and a diag_error where it has to be. */
int64_t place_elements(Op *const *nest, Value *const *extent, int depth, const Op *outermost);
/* How often the op is executed at most, not counting iterations that contain their own reverse; -1: not known. */
int64_t times_executed(const Op *op);

/* The function that gets a workspace. begin adds the parameter; end makes fn->workspace. */
typedef struct Workspace Workspace;
Workspace *workspace_begin(Fn *fn);
void workspace_end(Workspace *w);
/* Does alloc's size depend on the integer parameters alone? */
bool workspace_knows(Workspace *w, const Op *alloc);
/* A piece of it instead of what alloc makes, before it; in bytes for what growth (PUSHes, ad_log_saves) put on the stack, at the top. NULL
 * after a diag_error. */
Value *workspace_for_alloc(Workspace *w, Op *alloc);
/* ... what is in it is not cleared. */
Value *workspace_take(Workspace *w, Op *alloc);
/* Where nothing is taken. */
void workspace_leave(Workspace *w);
Value *workspace_for_stack(Workspace *w, const Ptrs *growth, Op *stack);

/* ====================================================================== pool.c */

/* Puts what fn, made for the heap, allocates into a workspace. False: it does not fit, and fn is of no use any more. */
bool pool_tapes(Fn *fn);

/* ====================================================================== storage_keep.c */

/* A call of the runtime that ends a stack or log of the function's. */
bool frees_tape(const Op *call);

/* How one forward value survives until the reverse sweep. */
typedef enum { KEEP_SLOT, KEEP_ARRAY, KEEP_STACK } KeepKind;
enum { MAX_NEST = 16 };
typedef struct Keep {
    Value *value;
    KeepKind kind;
    Value *memory;           /* SLOT: the local; ARRAY: pointer to the first element */
    Op *entry;               /* ARRAY: the outermost loop, before which the array is made */
    Op *nest[MAX_NEST];      /* ARRAY: the loops around value inside fused ones, outermost first */
    Value *extent[MAX_NEST]; /* ARRAY: their trip counts */
    int depth;
    Region *room;            /* ARRAY: made in each execution of this region of a while loop (storage_room.c); else NULL */
    Value *block;            /* keep_block: so many elements for each iteration, a long known before entry; else NULL */
} Keep;

/* Finds v in the reverse sweep, usable before `user`. */
typedef Value *(*Resolve)(void *ctx, Value *v, Op *user);
/* storage_peel.c: such a v, for user in the reverse sweep. */
Value *peel_value(Value *v, Op *user, Resolve resolve, void *ctx);
Value *count_value(const Value *v, Op *user, Resolve resolve, void *ctx); /* storage_count.c: the same */

typedef struct {
    Fn *fn;
    Ptrs keeps;        /* Keep* in order of their decision */
    PtrMap by_value;   /* Value* -> Keep* */
    Value *stack;      /* the ad_stack local, or NULL */
    Ptrs to_free;      /* ARRAY memories: Value* that are visible, or slots */
    PtrMap rooms;      /* Region* -> the ad_rooms local of its arrays */
    PtrMap extents;    /* loop Op* -> how often it runs at most, for rooms */
    Ptrs with_rooms;   /* Region*: those that have one */
    const PtrMap *mirror_of; /* forward Region* -> reverse Region* */
} Keeper;

/* storage_room.c: may arrays be kept in each execution of r, which is in a while loop? */
bool room_possible(const Keeper *k, const Region *r);
bool room_is_for(const Keeper *k, const Region *r); /* ... of what is computed in r, which may be in loops of such a region */
/* How often the loop runs at most, had where the outermost loop around is entered, or else at entry. */
Value *room_extent(Keeper *k, Op *loop, Op *entry);
Value *room_build(Keeper *k, Builder *b, Region *r, Value *count, Value *size, Type *elem);
void room_pops(const Keeper *k, void (*popped)(void *ctx, Region *mirror, Value *v, Value *popped), void *ctx);

/* Would all that is kept of values of the region be in arrays indexed by the loops around it? */
bool keep_is_indexed(const Keeper *k, const Region *r);
bool keep_is_variable(const Keeper *keeper, const Value *v); /* would v be kept in one? */
/* Decides the kind, makes the memory and the forward stores (not the pushes). */
Keep *keep_value(Keeper *k, Value *v);
/* The kept SLOT or ARRAY value again, before user. */
Value *keep_load(Keeper *k, Keep *keep, Op *user, Resolve resolve, void *ctx);
/* Pushes at the end of each region with STACK keeps, pops at the start of its mirror; popped(ctx, mirror, value, result) is told. */
void keep_stacks(Keeper *k, const PtrMap *mirror_of, void (*popped)(void *ctx, Region *mirror, Value *v, Value *popped), void *ctx);
/* Room for `length` values such as `like` in each iteration of the loops around place; *to: where, before place. */
Keep *keep_block(Keeper *k, Value *like, Op *place, Value *length, Value **to);
Value *keep_block_again(Keep *keep, Op *user, Resolve resolve, void *ctx); /* the same place, before user in the reverse sweep */
/* A value made before a loop nest inside an if must be seen by the reverse sweep as well. */
void keep_visible(Keeper *keeper, Value *v);
/* Frees all memory before the function's return. */
void keep_finish(Keeper *k, Resolve resolve, void *ctx);
Region *value_region(const Value *v);

/* ====================================================================== storage_snapshot.c */

enum { UNKNOWN_TRIPS = 64 }; /* what an unknown number of iterations, or of elements, is taken to be */
/* How often the loop runs, about: to B * T as often as a loop to B around one to T. known: values that m knows. */
int64_t trips_of(const MemInfo *m, const Op *loop, int known);

/* A copy of a whole object, taken before `place` in each iteration, that serves some loads. */
typedef struct {
    Op *place;
    Value *base;    /* what LOCAL or ALLOC makes */
    Op *object;     /* that, or where it is a tangent's memory the primal's */
    Value *address; /* an address in it */
    Op *like;       /* one of the loads: that which is read most often */
    int nloads;
    struct Poly *read; /* how many elements they read, taken together */
    bool again;     /* one of the loads reads elements more than once */
    int64_t elements; /* so many, about */
    bool good;      /* has about as many elements as a nest that reads it has iterations */
    Keep *keep;     /* when it is made */
} Snapshot;
typedef struct {
    Fn *fn;
    Keeper keeper;  /* only to ask keep_is_indexed */
    Ptrs list;      /* Snapshot* */
    Ptrs loads;     /* Op* that may be served */
    PtrMap of;      /* load or store Op* -> Snapshot* */
} Snapshots;
/* The forward load, which cannot be repeated, is needed: could a copy serve it? In program order. */
void snapshot_offer(Snapshots *all, Op *load);
Snapshot *snapshot_for(const Snapshots *all, const Op *load); /* NULL: none */
void snapshot_inputs(const Op *load, Ptrs *out);              /* what its place in the copy is computed from */
void snapshot_make(Snapshots *all, Keeper *keeper, Snapshot *s);
Value *snapshot_load(Snapshot *s, const Op *load, Op *user, Resolve resolve, void *ctx); /* before user in the reverse sweep */
/* The value that `store` stores is needed: is it in a copy that was offered? It then serves the store as it does loads. */
bool snapshot_holds(Snapshots *all, Op *store);

/* ====================================================================== storage_range.c */

typedef struct Ranged Ranged;
/* The nest around the store that overwrites a range of which each element can be put aside at once; NULL: there is none. */
Ranged *range_find(Logger *l, const Keeper *keeper, const Op *store);
/* Puts it aside, and back: instead of log_store. */
void range_keep(Logger *l, Keeper *keeper, const Ranged *r, Op *store);

/* ====================================================================== storage_yield.c */

/* v is made in an arm of an if and yielded by it: the result that it is; NULL: it is not. */
Value *yielded_as(const Value *v);
/* ... what the other arm makes and yields in its place, or NULL. */
Value *yielded_by_other(const Value *v);

/* ====================================================================== decisions.c: for --report (report.h) */

void decided_keep(Fn *fn, const Keep *k);
void decided_log(Fn *fn, const Op *store);
void decided_activity(Fn *fn, const Activity *act);

#endif
