/* emit.h: what the files of the C emitter share; private to emit_*.c.
 *
 * A function is first planned, then printed:
 *   emit_prepare.c allocations get types
 *   emit_exit.c    loops that are left by break, ifs that end in return
 *   emit_inline.c  which values are printed inside their uses, which become C variables
 *   emit_size.c    expressions that would be too long
 *   emit_live.c    live ranges of those; values that share one C variable
 *   emit_names.c   scopes, places of declaration, unique names
 *   emit_type.c    declarations, C's conversions
 *   emit_expr.c    expressions with as few parentheses and casts as C needs
 *   emit_addr.c    addresses: a[i][j], p->f, *p
 *   emit_call.c    calls and memory
 *   emit_stmt.c    statements
 *   emit_loop.c    loops
 *   emit_fn.c      functions
 *   emit_c.c       files and headers
 */
#ifndef ADGEN_EMIT_H
#define ADGEN_EMIT_H

#include "transform.h"

/* ====================================================================== the plan */

typedef enum {
    SHOW_NONE,   /* not needed */
    SHOW_INLINE, /* printed inside its uses */
    SHOW_VAR,    /* a C variable */
    SHOW_OBJECT  /* address of a named C object: LOCAL, GLOBAL, a record parameter */
} Show;

/* Program points: op number n is evaluated at 2n and defines at 2n + 1; an op with regions has numbers before and after them. */
typedef struct {
    int from, to;
} Seg;

typedef struct {
    Seg *at;
    int n, cap;
} Segs;

/* A C variable (or named object). */
typedef struct CVar {
    const char *name;
    Type *type;
    Var *hint;
    Region *scope;        /* the block that declares it */
    Op *decl_at;          /* the op of that block before (or with) which it is declared */
    bool param;
    bool object;          /* SHOW_OBJECT local: declared by its LOCAL op */
    bool at_assign;       /* the first assignment declares it */
    bool in_header;       /* a for counter declared in the for statement */
    bool zero_init;       /* undefined on some path: initialised, so that compilers do not warn */
    bool written;         /* a parameter that is assigned to */
    bool declared;        /* printing has passed the declaration */
    int first, last;      /* program points between which its name is visible */
    int last_mention;     /* number of the last op that mentions it */
    struct CVar *next_decl;
    struct CVar *next;    /* all of a function, in order of first mention */
} CVar;

/* A statement that prints a value. */
typedef struct {
    Op *at;
    bool repeated;        /* in a for header: evaluated in each iteration */
} Site;

typedef struct {
    Site *at;
    int n, cap;
    bool many;            /* more than are listed */
} Sites;

typedef struct {
    Value *value;
    Show show;
    int prints;           /* how often an inline value is printed */
    int size;             /* estimated characters */
    int cheap;            /* integer operations that may be repeated instead of kept; -1: not such a value */
    bool locked;          /* part of a ?: expression's arm or of p[i] += e: must stay inline */
    bool accessed;        /* an address that is loaded from or stored to */
    bool lazy;            /* printed where it may not be evaluated: right of && and ||, in an arm of ?: */
    bool indexed;         /* an address that is the base of an INDEX */
    bool is_index;        /* an integer that is the index of one */
    Value *stored;        /* an address that it is stored to */
    bool own;             /* must be a variable of its own */
    bool is_zero;         /* the flag of a loop's breaks where the loop goes on */
    bool to_copy;         /* a loop or if hands it on */
    bool updated;         /* a load that is the target of its one use's store: p[i] += e */
    bool at_copy;         /* may be printed where a loop or if hands it on (it shares no variable with the target) */
    Sites sites;
    /* emit_live.c */
    int parent;           /* union-find: values of one C variable */
    Segs live;
    const Region *last_read; /* where the range was last extended to */
    bool counter;         /* a for counter */
    CVar *var;
} ValuePlan;

typedef enum { LOOP_WHILE, LOOP_DO, LOOP_FOREVER } LoopShape;

/* How a region in a loop with breaks ends. In the IR a flag leaves it, and the loop's condition asks for the flag. */
typedef struct {
    Value *flag;          /* nonzero: break */
    Op *producer;         /* the if whose result the flag is: its arms break by themselves */
    Op *test;             /* the last statement, an if that does nothing more once the flag is set: `if (flag) break;` */
    int broken;           /* the test's arm for a set flag */
} Exit;

typedef struct {
    Op *op;
    Exit *exits[2];       /* by region */
    int flag_slot;        /* WHILE left by break: 1 + the number of its flag */
    bool no_break;        /* ... which had no C form */
    int flag_result;      /* IF that breaks in its arms: 1 + the number of the result that says so */
    Exit *tested;         /* IF that is an exit's test */
    bool tail;            /* IF whose arms return from the function */
    int unnested;         /* IF: 1 + the arm that follows the if instead of standing in it */
    int start, end;       /* numbers; equal for ops without regions */
    int from[2], to[2];   /* numbers around each region's ops */
    bool expression;      /* IF: a ?: expression */
    Op *update;           /* STORE of load op something: the load */
    bool skip;            /* IF, FOR, WHILE: nothing of it is needed */
    LoopShape shape;
    CVar *decls;          /* declared before or with this op */
    CVar *trip;           /* reversed FOR that counts trips */
} OpPlan;

typedef struct Plan {
    Fn *fn;
    Arena *arena;
    ValuePlan *vals;      /* by value id */
    int nvals;
    int *raw_uses;        /* operands that are the value, by id */
    OpPlan *ops;          /* by op->mark */
    int nops;
    CVar *vars, **vars_end;
    StrMap references;    /* names that the function's text uses for other things than its variables */
    Ptrs statics;         /* Var*: static locals */
    const char **static_names; /* ... and how they are called here */
    struct MemInfo *mem;
} Plan;

static inline ValuePlan *plan_of(const Plan *p, const Value *v)
{
    return &p->vals[v->id];
}

static inline OpPlan *op_plan(const Plan *p, const Op *op)
{
    return &p->ops[op->mark];
}

/* ====================================================================== emit_prepare.c */

/* malloc's result has the type that it is cast to: double *p = malloc(n * sizeof(double)). */
void type_allocations(Fn *fn, Arena *arena);
void place_steps(Fn *fn); /* the steps of while loops come last in them */
/* Local arrays that are read before anything is written to them begin as zeros. */
void set_what_is_read_first(Fn *fn, Arena *arena);

/* ====================================================================== emit_exit.c */

/* Finds breaks and returns; before plan_inline. */
void plan_exits(Plan *p);
/* Takes back those that the choice of variables does not allow. Returns whether there were any. */
bool exits_failed(Plan *p);
Exit *region_exit(const Plan *p, const Region *r); /* NULL: an ordinary region */
/* What is printed as an if's condition; NULL: nothing. */
Value *if_condition(const Plan *p, const Op *op);
/* The value printed as `if (v) break;` or returned at this YIELD, NULL: none. */
Value *yield_condition(const Plan *p, const Op *yield);
bool has_returned(const Plan *p, const Op *yield); /* the if before it returns from the function */
bool is_quiet(const Op *op); /* does nothing by itself: an expression or address */

/* ====================================================================== emit_inline.c */

/* Decides show for every value. Called again after values got at_copy. */
void plan_inline(Plan *p);
/* Is the op printed as a statement of its own? */
bool is_statement(const Plan *p, const Op *op);
/* Does slot k of a FOR (carried value k), WHILE or IF reach anybody? */
bool slot_live(const Plan *p, const Op *op, int k);
/* Does value k that leaves a WHILE's first region? */
bool result_live(const Plan *p, const Op *loop, int k);
bool if_fits(const Plan *p, const Op *op); /* could be a ?: expression */
/* Calls f for each variable and object that printing v reads. */
void each_leaf(const Plan *p, Value *v, void (*f)(void *ctx, Value *leaf), void *ctx);
/* Is (p + k)[i] the same as p[k + i]? */
bool offsets_add(const Op *index, const Op *inner);
/* Of the two regions of an if that is an expression: its one yielded value. */
Value *arm_value(const Op *if_op, int arm);

bool prints_call(const Op *op); /* a call, also of malloc */

/* ====================================================================== emit_size.c */

/* A guess at how long v prints if it is inline, up to about `budget` characters: so the guess is cheap. */
int guess_size(const Value *v, int budget);
/* Makes variables of what would be too long inside its uses. */
void limit_sizes(Plan *p);

/* ====================================================================== emit_live.c */

/* Live ranges; puts values that can share a C variable into one class. Returns true when plan_inline should run again because
 * values that share no variable with what they are copied to got at_copy. */
bool plan_live(Plan *p);
int class_of(const Plan *p, const Value *v);
/* The value a copy ends in: IF result, FOR argument k, WHILE arguments; NULL when the slot is not needed. */
Value *copy_target(const Plan *p, const Op *terminator, int k);
Value *init_target(const Plan *p, const Op *loop, int k);
/* Are all copies of this terminator (or a loop's entry) copies of a variable to itself? */
bool copies_nothing(const Plan *p, const Op *op);

/* ====================================================================== emit_names.c */

typedef struct {
    StrMap taken;         /* names of the file that no variable may hide */
} Names;

/* Shapes of loops, C variables with scopes, declarations and names. */
void plan_names(Plan *p, const Names *reserved);
LoopShape loop_shape(const Plan *p, const Op *loop);
bool has_statements(const Plan *p, const Region *r);
Region *scope_parent(const Plan *p, const Region *r);
Plan *plan_fn(Fn *fn, Arena *arena, const Names *reserved);

/* ====================================================================== emit_static.c */

/* Names for p->statics: their own, where nothing else has them. */
void plan_statics(Plan *p, const Names *reserved);
const char *static_name(const Plan *p, const Var *var);
const char *static_text(const Plan *p, const Var *var); /* its definition */
/* text with the variable's new name: not where a member or a tag has the old one. */
const char *text_renamed(Arena *a, const char *text, const char *from, const char *to);

/* ====================================================================== emit_tables.c */

/* Gives static variables of one name, of several source files, names of their own where all of them are used. */
void emit_tables(Program *p, const Ptrs *fns);

/* ====================================================================== emit_type.c */

/* The word for the base type of a variable of type t in its declaration, as in declare_var; NULL for built-in types. */
const char *base_type_name(const Type *t, const Var *hint);
/* The declaration of a variable of type t; its base type is spelled as hint's in the source, if that is the same (hint may be NULL). */
char *declare_var(Arena *a, const Type *t, const Var *hint, const char *name);
/* A parameter as the source declares it: `const double a[n][m]`. */
char *declare_param(Arena *a, const Var *var, const char *name);
/* Text with a word replaced where it stands by itself. */
char *replace_word(Arena *a, const char *text, const char *word, const char *by);
/* How many subscripts a variable's C declaration takes for which the IR has one flat pointer: 2 for a[n][m], also for a[n][m][3];
 * 1 where it is declared as a pointer or with constant dimensions. */
int declared_rows(const Var *var);
/* The type of `x op y` after C's usual arithmetic conversions; the promoted type. NULL: not arithmetic. */
Type *usual_type(Type *x, Type *y);
Type *promoted_type(Type *t);
/* Does the conversion keep every value? */
bool conversion_exact(const Type *from, const Type *to);
/* Shortest decimal that reads back as x; INFINITY, NAN. */
char *float_literal(Arena *a, const Type *t, long double x);
char *int_literal(Arena *a, const Type *t, int64_t x); /* with the suffix that gives it type t */

/* ====================================================================== emit_expr.c */

typedef enum {
    PREC_COND = 1,
    PREC_LOR,
    PREC_LAND,
    PREC_BOR,
    PREC_XOR,
    PREC_BAND,
    PREC_EQ,
    PREC_REL,
    PREC_SHIFT,
    PREC_ADD,
    PREC_MUL,
    PREC_UNARY,
    PREC_POSTFIX,
    PREC_PRIMARY
} Prec;

/* A printed expression; type is what C makes of it. */
typedef struct {
    const char *s;
    Prec prec;
    Type *type;
    bool int_head; /* `k / 2.0`: a sign in front would be that of an integer, which has no -0 */
} Text;

/* What the whole file needs, collected while functions are printed. */
typedef struct {
    bool math, complex_h, stdlib, string, assert_h, stddef_h, stdint_h, cblas, stdio_h, stdarg_h, runtime, openmp;
    Ptrs globals; /* Var*: file-scope variables referenced */
    Ptrs callees; /* Fn* called */
    Ptrs statics; /* Var*: static locals printed, whose initialisers name others */
} Needs;

typedef struct {
    Str *out;
    Arena *arena;
    Program *program;
    Fn *fn;
    Plan *plan;
    Needs *needs;
    int indent;
    Loc loc;              /* of the statement that is being printed, for --line-directives */
    bool reverse;        /* in the reverse sweep */
    bool unconst;         /* the address that is being printed is written to, whatever its type says */
    const EmitOptions *opt;
} Emitter;

Text expr(Emitter *e, Value *v);                    /* a value, exactly of its type (up to promotion) */
Text expr_assign(Emitter *e, Value *v);             /* ... where C converts to its type by assignment */
Text expr_index(Emitter *e, Value *v);              /* ... between brackets */
Text expr_arg(Emitter *e, Value *v);                /* ... as an argument of an unprototyped or variadic function */
Text condition(Emitter *e, Value *v, bool negated); /* as a truth value */
const char *at_prec(Emitter *e, Text t, Prec least); /* t in parentheses if it binds less than least */
/* What an assignment updates: a variable, or the memory that `load` reads. */
typedef struct {
    const char *text;
    Type *type;
    const CVar *var;
    const Op *load;
} Target;
/* `target op= ...` when op is target op something; NULL when it is not. */
char *compound_assign(Emitter *e, const Target *target, const Op *op);
char *add_to(Emitter *e, const char *target, Type *t, Value *v); /* target += v */
Text call_expr(Emitter *e, const Op *op);           /* emit_call.c */
Op *emit_pushes(Emitter *e, Op *op);
void emit_memory(Emitter *e, const Op *op);         /* STORE, ALLOC and so on as statements */
bool emit_transfer(Emitter *e, const Op *loop);     /* a loop that is still the memcpy it was; false: it is not */
/* name cmp v, for loop headers; v + delta. */
Text compare_text(Emitter *e, const char *name, Type *t, OpCode cmp, Value *v);
Text offset_text(Emitter *e, Value *v, int delta);
Text op_expr(Emitter *e, const Op *op);             /* the expression of an op's result, whatever its show */
Text op_assign(Emitter *e, const Op *op);           /* ... where C converts to its type by assignment */

/* ====================================================================== emit_addr.c */

Text lvalue(Emitter *e, Value *p);                  /* the object at address p */
Text target_lvalue(Emitter *e, Value *p);           /* ... to be written: a shadow also where its primal's type is const */
Text address(Emitter *e, const Op *op);             /* the value of an ADDR op, LOCAL or GLOBAL */
Text object_address(Emitter *e, Value *v);          /* of a SHOW_OBJECT value */

/* ====================================================================== emit_stmt.c */

/* The if that is all of r and goes without a block of its own: `else if`. NULL: there is more. */
Op *single_if(const Emitter *e, const Region *r);
void emit_region(Emitter *e, Region *r);
/* The initial values of a loop, or what a terminator hands on: all sources are read before any target is written. */
void emit_copies(Emitter *e, Op *op);
bool copies_reach(Emitter *e, Op *op, Value *v); /* do they change a variable that v's expression reads? */
void emit_op(Emitter *e, Op *op);
void emit_return(Emitter *e, const Op *op); /* of a YIELD's value */
void emit_declarations(Emitter *e, Op *op); /* variables that op's statement mentions first but does not declare */
void line(Emitter *e, const char *fmt, ...); /* one statement at the current indentation, in several lines if it is long */
/* What is printed between begin and end is the body of a loop or branch: */
Str *body_begin(Emitter *e);                /* returns what body_end and body_text need */
char *body_text(Emitter *e, Str *outer);    /* ... takes it as text */
void body_end(Emitter *e, Str *outer, const char *head, const char *tail); /* ... prints head, the body with braces if needed, tail */
bool is_one_line(const char *text);
const char *unused_name(Emitter *e, const char *base); /* no variable of the function has it */

/* ====================================================================== emit_c.c, emit_header.c, emit_lines.c, emit_runtime.c */

/* Adds the identifiers of C text, without those in comments and literals. */
void scan_words(StrMap *words, const char *text);
/* --header: a function's comment with what its derivative parameters hold; its prototype as C++ takes it (no restrict, no VLA). */
const char *header_comment(Arena *a, Program *p, const Fn *fn);
char *cxx_prototype(Arena *a, const Fn *fn);
/* --line-directives, --report: a line begins with MARK_BEGIN file:line:reverse MARK_END, which put_with_lines makes #line of where it is
 * needed, and remembers in opt->lines. */
#define MARK_BEGIN '\001'
#define MARK_END '\002'
void put_with_lines(Str *out, const char *text, const EmitOptions *opt);
/* --standalone: what of the runtime the words need, as C text; and the headers for that. */
void emit_runtime(Str *out, StrMap *words, Needs *needs);
void scan_runtime(StrMap *words); /* all identifiers in the runtime */
extern const char *const runtime_text[]; /* made by the build: the lines of the runtime's sources; NULL ends them */

/* ====================================================================== emit_loop.c */

bool loop_counts_trips(const Plan *p, const Op *op); /* a reversed loop with a trip counter of its own */
void emit_for(Emitter *e, Op *op);
void emit_pragma(Emitter *e, const char *text); /* #pragma omp text */
void emit_while(Emitter *e, Op *op);

/* ====================================================================== emit_fn.c */

bool returns_size(const Fn *fn); /* ... a size_t, which <stddef.h> declares */
void emit_function(Emitter *e, Fn *fn, const Names *reserved);
/* What fn's i-th parameter is called in a declaration: derivatives get a number where the primal has a parameter of their name. */
const char *declared_name(Arena *a, const Fn *fn, int i);
char *prototype(Arena *a, const Fn *fn, const Plan *plan); /* without `;`, unwrapped; plan: NULL or how parameters are called */
/* Statement text broken into lines of at most 110 columns where it can be. */
char *wrap_line(Arena *a, const char *text, int indent);
void emit_comment(Emitter *e, const char *text);

#endif
