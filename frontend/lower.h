/* lower.h: private to lower_*.c: the state of lowering one function.
 *
 * First exits (lower_exits.c), over the syntax tree: which statements control may leave early, and how; switch and goto become ifs, loops
 * and scopes on the way. Then one walk writes the IR. A statement that may be left early is followed by its block's rest either in
 * the branch that goes on (`if (c) return; rest` -> `if (c) {} else {rest}`), or under a guard that tests flags:
 *
 *     while (..) { if (a) { x; if (b) break; y; } z; }
 *  -> while (!done && ..) { if (a) { x; if (b) done = 1; else y; } if (!done) z; }
 */
#ifndef ADGEN_LOWER_H
#define ADGEN_LOWER_H

#include "frontend.h"

/* ---------------------------------------------------------------------- exits */

/* Ways to leave a statement. Break and continue mean the innermost target around; each label jumped to has a bit of its own. */
enum { EXIT_BREAK = 1, EXIT_CONTINUE = 2, EXIT_RETURN = 4, EXIT_LABELS = 8, MAX_LABELS = 56 };

/* ST_SCOPE: `body`, left at its end by the exits in `absorbs`. A jump that also says where to go on stores to `jump` first:
 * jump_value[k] for label bit k. ST_HOIST: `decls` are declared here, and initialised where their ST_DECL is. */
typedef struct Scope {
    uint64_t absorbs;
    Decl *jump;
    int jump_value[MAX_LABELS];
} Scope;

/* A place between ops. */
typedef struct {
    Region *region;
    Op *after; /* NULL: the region's start */
} Mark;

/* Somewhere exits lead to, while what it encloses is lowered. */
typedef struct Target {
    uint64_t bit;
    Mark at;          /* where its flag belongs */
    const char *name; /* the flag's */
    Value *flag;      /* address of the flag, NULL until it is needed */
    int guarded;      /* > 0: a guard further on tests the flag */
    Value *jump;      /* address to store jump_value to, or NULL */
    int jump_value;
    struct Target *outer;
} Target;

/* A declared variable's object. */
typedef struct {
    Value *addr;
    bool hoisted; /* the LOCAL stands before the declaration and may be executed less often */
} Slot;

typedef struct {
    Program *program;
    Fn *fn;
    Decl *decl;
    Arena *arena; /* for statements and expressions made by lowering */
    Builder b;
    Target *targets; /* innermost first */
    Mark stmt;       /* the statement being lowered begins there */
    const Region *once;  /* what is lowered into it is executed once in each call, if at all */
    PtrMap dims;     /* dimension Expr* of a VLA type -> its value */
    const char *labels[MAX_LABELS];
    int nlabels;
    int nreturns;
    Value *result;   /* address of the returned object: LOCAL or the sret parameter; NULL: none yet */
    Value *returned; /* the value, where the only return ends the function */
    Stmt *last;      /* the body's last statement */
} Lower;

/* Records that fn has something adgen cannot take (the first counts): a sentence for the user. */
void lower_unsupported(Lower *l, Loc loc, const char *fmt, ...);
/* For what the syntax tree marks, a noun phrase: `computed goto`. */
void lower_not_supported(Lower *l, Loc loc, const char *what);

/* ---------------------------------------------------------------------- lower.c */

Var *lower_new_var(Lower *l, const char *name, Type *t);
Decl *lower_new_decl(Lower *l, const char *name, Type *t, Expr *init, Loc loc);
Stmt *make_stmt(Lower *l, StmtKind kind, Loc loc);
Stmt *make_block(Lower *l, Loc loc, Stmt **list, int n);
Stmt *make_declaration(Lower *l, StmtKind kind, Decl **decls, int n, Loc loc);
Stmt *make_assign_int(Lower *l, Decl *var, int value, Loc loc);
Expr *make_expr(Lower *l, ExprKind kind, Type *t, Loc loc);
Expr *make_int(Lower *l, Type *t, int64_t v, Loc loc);
Expr *make_var(Lower *l, Decl *d, Loc loc);
Expr *make_binary(Lower *l, BinaryOp op, Expr *a, Expr *b, Type *t);
Expr *make_logical(Lower *l, ExprKind kind, Expr *a, Expr *b);

/* ---------------------------------------------------------------------- lower_exits.c, lower_switch.c, lower_goto.c */

/* Fills exits and falls of s and all below; rewrites switch, goto and labels. */
void exits_analyse(Lower *l, Stmt *s);
uint64_t label_bit(Lower *l, const char *label); /* 0: too many labels */
/* exits and falls of s from its parts, which are done */
void exits_combine(Stmt *s);
bool stmt_never_ends(const Expr *cond); /* a loop condition that is absent or a constant other than 0 */
void switch_rewrite(Lower *l, Stmt *s);
/* `label: statement` in a list -> a label without a statement, then the statement. False: there are none. */
bool split_labels(Lower *l, Stmt *block);
/* lower_enter.c: jumps into blocks become jumps within lists. Before exits_analyse. */
void jumps_enter(Lower *l, Stmt *body);
int count_gotos(const Stmt *s, const char *label); /* in s, to label (NULL: to any) */
/* lower_jump_table.c: switches with case labels deeper inside become jumps, and those with cases that other cases jump into (true: some). */
void switch_enter(Lower *l, Stmt *body);
bool switch_enter_cases(Lower *l, Stmt *body);
Expr *switch_match(Lower *l, Decl *choice, const Stmt *label); /* choice is what the CASE names (lower_switch.c) */
/* A block whose list has labels: they are resolved as far as jumps come from the list itself. Parts are analysed. */
void goto_rewrite(Lower *l, Stmt *block);

/* ---------------------------------------------------------------------- lower_stmt.c */

void lower_body(Lower *l, Stmt *s);
/* Lowers the statements of a statement expression and returns its value (NULL: void). */
Value *lower_stmt_expr(Lower *l, Expr *e);
void lower_mark_statement(Lower *l);

/* ---------------------------------------------------------------------- lower_decl.c: declarations and initialisers */

Value *lower_local(Lower *l, Decl *d, bool zeroed);
void lower_decl(Lower *l, Decl *d);
void lower_lasting(Program *p, Decl *d); /* what a variable of static lifetime starts with: Var.initial */
void lower_hoist(Lower *l, Decl *d);
/* Does the declared object have a length that is only known at run time? */
bool decl_is_vla(const Decl *d);
bool init_leaves_zeros(const Type *t, const Expr *init);
/* Initialises the object at addr. zeroed: it is all zero already. */
void lower_init(Lower *l, Value *addr, Type *t, Expr *init, bool zeroed);

/* ---------------------------------------------------------------------- lower_expr.c, lower_arith.c */

/* The value of a scalar expression; for void expressions NULL. Records: lower_record. */
Value *lower_expr(Lower *l, Expr *e);
void lower_discard(Lower *l, Expr *e);
/* Has the expression, or an operand, a type that the IR does not have? Then the function cannot be taken. */
bool lower_is_foreign(Lower *l, const Expr *e);
/* A condition: nonzero is true, any integer type. */
Value *lower_truth(Lower *l, Expr *e);
/* A value of e's type where none can be had. */
Value *lower_stub(Lower *l, Type *t);
/* v as a value of IR type t, with a pointer cast where the source's and the IR's pointer types differ. */
Value *lower_as(Lower *l, Value *v, Type *t);
Value *lower_unary(Lower *l, Expr *e);
Value *lower_binary(Lower *l, Expr *e);
Value *lower_cast(Lower *l, Expr *e);
Value *lower_assign(Lower *l, Expr *e); /* of a scalar */
Value *lower_compound(Lower *l, Expr *e);
Value *lower_step(Lower *l, Expr *e); /* ++ and -- */
/* a && b, a || b, c ? x : y */
Value *lower_logical(Lower *l, Expr *e);
Value *lower_conditional(Lower *l, Expr *e);
/* A 0/1 of type int. */
Value *lower_bool(Lower *l, Value *v);
Value *lower_not(Lower *l, Value *v);
/* Safe to compute even where C would not: no effect, no trap. */
bool expr_is_simple(const Expr *e);
Expr *expr_strip(Expr *e); /* without the casts around it */
/* An IF whose regions end with (yet operand-less) yields; *then_ and *else_ insert before them. */
Op *lower_open_if(Lower *l, Value *cond, Builder *then_, Builder *else_);
/* Gives that IF a result: `then_` and `else_` are yielded. */
Value *lower_if_result(Op *op, Value *then_, Value *else_);

/* ---------------------------------------------------------------------- lower_lvalue.c */

/* The address of the object e designates. Its IR type is a pointer to e's type, or for arrays of run-time size to their elements. */
Value *lower_lvalue(Lower *l, Expr *e);
/* The address of a record expression's object, which may be a temporary. */
Value *lower_record(Lower *l, Expr *e);
/* An array's address as a pointer to its first element. */
Value *lower_decay(Lower *l, Expr *array);
/* p + i, where p is the value of expression `of` (pointee type, run-time dimensions). */
Value *lower_index(Lower *l, Value *p, Value *i, Expr *of);
Value *lower_pointer_difference(Lower *l, Value *p, Value *q, Expr *of);
/* The IR's type for a front-end type: arrays of run-time size become their elements. */
Type *lower_type(Type *t);
Type *array_base(Type *t); /* the type below all array dimensions */
bool type_is_vla(const Type *t);
/* Evaluates the run-time dimensions in t, once, here. */
void lower_dims(Lower *l, Type *t);
Value *array_elements(Lower *l, Type *t); /* how many base elements an array has */
Value *array_dim(Lower *l, Type *t);
Value *lower_sizeof(Lower *l, Expr *e);
/* A local object without a name, in the scope of the statement being lowered. */
Value *lower_temp(Lower *l, Type *t, bool zeroed);
/* Reads and writes a scalar object; refuses volatile and atomic floating ones. */
Value *lower_load(Lower *l, Value *addr);
void lower_store(Lower *l, Value *addr, Value *v);
/* Refuses what cannot be written: bit-fields that are const. */
void lower_check_write(Lower *l, const Value *addr);
/* Stores v to the object at addr, which expression `to` designates; returns the assignment's value (of a bit-field: what it holds then). */
Value *lower_assigned(Lower *l, Expr *to, Value *addr, Value *v);

/* ---------------------------------------------------------------------- lower_memory.c */

/* *dst = *src, field by field and element by element. */
void lower_copy(Lower *l, Value *dst, Value *src, Type *t, Loc loc);
void lower_zero(Lower *l, Value *dst, Type *t, Loc loc);
/* `for (i = 0; i < n; i++)`: between begin and end, ops go into its body. n is unsigned long. */
typedef struct {
    Value *counter; /* its address */
    Value *i;       /* its value in the body */
    Op *loop;
    Builder outer;
} CountLoop;
CountLoop count_loop_begin(Lower *l, Value *n);
void count_loop_end(Lower *l, CountLoop *c);
/* The number of objects of type elem in `bytes` bytes, unsigned long. */
Value *count_elements(Lower *l, Expr *bytes, Type *elem);
Value *lower_memcpy(Lower *l, Expr *call);
Value *lower_memmove(Lower *l, Expr *call);
Value *lower_memset(Lower *l, Expr *call);

/* ---------------------------------------------------------------------- lower_call.c, lower_math.c */

/* A call's value: NULL for void; for records the address of the result, which is built at *into where into is not NULL. */
Value *lower_call(Lower *l, Expr *call, Value *into);
Value *lower_function_address(Lower *l, Decl *d, Type *t);
/* The function that the called expression names, or NULL. */
Decl *call_target(Expr *call);
bool is_alloca_call(Expr *e);
Value *lower_alloca(Lower *l, Expr *call, Type *elem);
/* A call of a <math.h> function that is a row of the op table. False: it is not. */
bool lower_math(Lower *l, const char *name, Expr *call, Value **result);
/* A call of an external function that is passed on as it is. */
Value *lower_external(Lower *l, const char *name, Expr *call);

#endif
