/* frontend.h: from C text to the IR.
 *
 * Sections follow the pipeline: options, the AST (ours: small, fully typed), clang_*.c that fill it, sitter.c that completes it,
 * lowering to the IR. Only clang_*.c include <clang-c/Index.h>, only sitter.c <tree_sitter/api.h>.
 */
#ifndef ADGEN_FRONTEND_H
#define ADGEN_FRONTEND_H

#include "../transform/report.h"

/* ====================================================================== options.c: the command line */

/* Diagnostics' own options (-W, -Werror, format, colour) go to diag.c as they are read. */
typedef enum { EMIT_C, EMIT_IR, EMIT_DOT, EMIT_PRIMAL } EmitKind;

typedef struct {
    Ptrs inputs;          /* char*: FILE.c */
    const char *out;      /* -o; "-": standard output */
    EmitKind emit;
    Ptrs requests;        /* Request* in order */
    int directions;       /* --directions before any SPEC: of the derivatives that annotations ask for; else 0 */
    bool sparse;          /* --sparse before any SPEC: of the matrices that annotations ask for */
    Ptrs clang_args;      /* char*: -I -D -U -std= -include -isystem and what follows -- */
    Ptrs link_args;       /* char*: -lNAME and -LDIR, for --check */
    const char *std;      /* value of -std=, or NULL */
    bool openmp;
    bool header;
    const char *header_file; /* NULL: OUT with .h */
    bool standalone, line_directives, with_primal;
    const char *after;       /* --after=PASS */
    const char *report;      /* --report=FILE */
    struct {
        bool on, user_only;  /* -MD; -MMD: without system headers */
        bool phony;          /* -MP */
        const char *file;    /* -MF, or NULL: OUT with .d */
        Ptrs targets;        /* char*: -MT and -MQ, quoted as they are to be written */
    } deps;
    bool verbose;
    const char *command;     /* the command as typed, for the header comment */
    const char *include_dir; /* where adgen.h is: beside the program (build tree) or in PREFIX/include */
    const char *runtime_lib; /* libadgen_rt.a, for --check */
    bool check;
    CheckOptions check_opt;
} Options;

/* Parses argv. Returns true to go on; false when the run is over (--help, wrong usage), with the exit status in *status. */
bool options_parse(int argc, char **argv, Arena *arena, Options *opt, int *status);
/* Is no output one of the files that were read (Inclusion*), unless adgen made it? False after a diag_error. */
bool options_spare(const Options *opt, Arena *a, const Ptrs *inclusions);

/* ====================================================================== output.c: files that appear whole or not at all */

/* A file on its way: a temporary neighbour of its final name, so that a failed run leaves what was there. */
typedef struct {
    const char *name;
    char *temp; /* NULL: written in place (a device or pipe), or nothing to rename */
} Pending;

/* The file as a path from the folder of `from` ("-": from here). */
const char *relative_path(Arena *a, const char *file, const char *from);
/* Writes text to a temporary file beside `name`; pending_finish renames it. "-": standard output. A link is followed: what it points to
 * is replaced. False after a diag_error. */
bool pending_write(Pending *pend, Arena *arena, const char *name, const Str *text);
bool pending_finish(Pending *pend);
void pending_drop(Pending *pend);
/* foo.c, ".h" -> foo.h */
const char *with_suffix(Arena *arena, const char *file, const char *suffix);

/* ====================================================================== depfile.c: -MD */

/* A file that was read. */
typedef struct {
    const char *name;
    bool system; /* -MMD leaves it out */
} Inclusion;

/* What OUT depends on, as gcc writes it: `target: file file ...`, in lines of at most 72 columns. files: Inclusion*. */
void depfile_text(Str *out, const Options *opt, const Ptrs *files);
const char *depfile_name(const Options *opt, Arena *arena);
/* A file name as make reads it. */
const char *depfile_quote(Arena *arena, const char *name);

/* ====================================================================== check_input.c: --input */

/* Do any of --set, --range, --len and --input say something about the arguments? */
bool check_says(const CheckOptions *opt);
/* Reads a file into opt->input, input_len and tables. False after a diag_error. */
bool check_input_read(Arena *a, CheckOptions *opt, const char *file);
/* False after a diag_error for each value of the files that nobody asked for. */
bool check_input_used(const CheckOptions *opt);

/* ====================================================================== check_run.c: --check */

/* Builds and runs the derivatives in out_text (the generated file) against their tangents and central differences; with
 * --emit=primal the written-back functions against the source. Prints a table. False when they disagree or cannot be built. */
bool check_run(Program *p, const Options *opt, const char *out_text);
/* Builds and runs a traced primal (graph_trace.c) with arguments as --check makes them; the graphs it draws are appended to *dot. */
bool check_run_graph(Program *p, const Options *opt, const char *traced, Str *dot);

/* ====================================================================== report_run.c: --report */

/* The page about the functions; report has the generated text and where its lines come from, the rest is filled in. */
void report_page(Program *p, const Options *opt, const Ptrs *fns, Report *report, Str *out);

/* ====================================================================== graph_run.c: --emit=dot */

bool graph_text(Program *p, const Options *opt, const Ptrs *fns, Str *text);

/* ====================================================================== ast.c, ast_dump.c: the syntax tree */

typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Decl Decl;

typedef enum {
    EX_INT,       /* ival (also characters, enum constants, folded sizeof of constants); text: symbolic spelling for enum constants */
    EX_FLOAT,     /* fval, text: source spelling or NULL; __builtin_inf etc. have text "INFINITY" "NAN" "HUGE_VAL" (f, l);
                     of complex type: the imaginary literal fval*I */
    EX_STRING,    /* text: literal with quotes, as the source has it */
    EX_VAR,       /* decl */
    EX_FN,        /* decl (function) */
    EX_UNARY,     /* op: UN_*, a */
    EX_BINARY,    /* op: BIN_*, a, b (operands already converted to their common type by EX_CAST) */
    EX_LOGAND, EX_LOGOR, /* a, b */
    EX_ASSIGN,    /* a = b (b already of a's type) */
    EX_COMPOUND,  /* a op= b; op: BIN_*, computed in comp_type (b is already of it; shifts: b has its own promoted type) */
    EX_COND,      /* a ? b : c; GNU a ?: c has b == NULL */
    EX_COMMA,     /* a, b */
    EX_CAST,      /* a to type; explicit_cast tells (T)a from a conversion */
    EX_DECAY,     /* array a to pointer, or function to pointer to function */
    EX_CALL,      /* a: callee (EX_FN after stripping decay, or a pointer), args */
    EX_INDEX,     /* a[b]: a pointer, b integer (already in this order) */
    EX_MEMBER,    /* a.field: a is a record lvalue (-> is given as EX_UNARY(DEREF)); field: index */
    EX_SIZEOF,    /* ival: the value, of: the type, NULL where only the value is known. VLA: ival is -1 and a is the size in bytes as an
                     expression of this type, or NULL where it is not known */
    EX_INIT,      /* { ... }: args in order of elements/fields after designators are applied (NULL: zero), for aggregates; elements from
                     nargs on are zero; a union has one arg, for field `field` */
    EX_COMPOUND_LIT, /* (T){...}: a is the EX_INIT; type T; an lvalue */
    EX_STMT_EXPR, /* ({ ... }): stmt; value is its last expression */
    EX_UNSUPPORTED /* text says what: lowering refuses it only if a differentiated function reaches it */
} ExprKind;

typedef enum { UN_NEG, UN_PLUS, UN_BITNOT, UN_LNOT, UN_DEREF, UN_ADDR, UN_PREINC, UN_PREDEC, UN_POSTINC, UN_POSTDEC, UN_REAL, UN_IMAG } UnaryOp;
typedef enum { BIN_ADD, BIN_SUB, BIN_MUL, BIN_DIV, BIN_REM, BIN_AND, BIN_OR, BIN_XOR, BIN_SHL, BIN_SHR,
               BIN_EQ, BIN_NE, BIN_LT, BIN_LE, BIN_GT, BIN_GE } BinaryOp;
/* BIN_ADD/SUB on pointers: pointer operand first for ADD (the builder swaps i + p). BIN_SUB of two pointers: type long. */

struct Expr {
    ExprKind kind;
    Type *type;           /* after conversions; arrays stay arrays until EX_DECAY. VLA types: TY_ARRAY, count -1, vla_dim = Expr* */
    Loc loc;
    int op;
    Expr *a, *b, *c;
    Expr **args;
    int nargs;
    Decl *decl;
    int field;
    int64_t ival;
    long double fval;
    const char *text;
    Type *of;
    Type *comp_type;
    Stmt *stmt;
    bool explicit_cast;
};

typedef enum { ST_EXPR, ST_DECL, ST_BLOCK, ST_IF, ST_FOR, ST_WHILE, ST_DO, ST_SWITCH, ST_CASE, ST_DEFAULT, ST_BREAK,
               ST_CONTINUE, ST_RETURN, ST_GOTO, ST_LABEL, ST_EMPTY, ST_UNSUPPORTED,
               ST_SCOPE, ST_HOIST /* made by lowering only, see lower.h */ } StmtKind;

struct Stmt {
    StmtKind kind;
    Loc loc;
    Expr *e;              /* EXPR, IF/WHILE/DO/SWITCH/FOR condition (NULL: absent), RETURN value (NULL), CASE low value */
    Expr *case_high;      /* GNU case ranges, else NULL */
    Stmt *init;           /* FOR: declaration or expression statement, or NULL */
    Expr *inc;            /* FOR, or NULL */
    Stmt *body;           /* loops, switch, IF's then; CASE, DEFAULT and LABEL: the labelled statement */
    Stmt *els;            /* IF */
    Stmt **list;          /* BLOCK */
    int nlist;
    Decl **decls;         /* DECL (variables; types and prototypes are left out) */
    int ndecls;
    bool outermost;       /* EXPR, DECL: in no loop or branch of its function (lower_stmt.c) */
    const char *label;    /* GOTO, LABEL */
    const char *text;     /* UNSUPPORTED: what it is */
    LoopInfo *loop;       /* FOR WHILE DO: annotations and pragmas before it, or NULL */
    enum { SHARED_NONE, SHARED_CRITICAL, SHARED_ATOMIC } shared; /* under omp critical or atomic */
    Ptrs summed;          /* Decl*: arrays and globals in an omp reduction */
    /* for lowering */
    uint64_t exits;       /* the ways control may leave it other than by its end: EXIT_ bits of lower.h */
    bool falls;           /* control may reach its end */
    struct Scope *scope;  /* ST_SCOPE */
};

struct Decl {
    bool is_fn;
    Var *var;             /* variables and parameters: name, type (arrays as declared), qualifiers, storage class */
    Type *ctype;          /* the variable's full front-end type, VLA dimensions included (array parameters: adjusted pointer type,
                             its pointee an array, VLA where so declared) */
    Expr *init;           /* variables; EX_INIT for aggregates, EX_STRING for char arrays */
    Fn *fn;               /* functions: IR function with everything but its body filled */
    Decl **params;
    int nparams;
    Stmt *body;           /* NULL for prototypes */
    Loc loc;
    bool is_static_local;
    bool in_system;       /* functions: declared in a system header, or known to the compiler (isnan, assert): such an Fn is not in
                             program->fns unless it has a body here (static inline), and is called by its name */
    /* for lowering */
    void *lowered;
};

/* C text of an expression, without the conversions that the source left implicit (dimensions of arrays, messages). */
const char *expr_text(Arena *arena, const Expr *e);
bool expr_is_lvalue(const Expr *e);
/* The value of an integer constant expression. */
bool expr_const_int(const Expr *e, int64_t *value);
/* C's spelling of a UN_* (++ and -- stand on either side) or BIN_* operator. */
const char *unary_op_text(int op);
const char *binary_op_text(int op);
/* ast_dump.c: the tree of a unit, one node a line, for people. */
struct Unit;
void ast_dump(FILE *out, const struct Unit *u);

/* ====================================================================== clang_parse.c clang_type.c clang_expr.c clang_stmt.c clang_decl.c */

/* The whole translation unit. Functions with a body in the given files (and static/inline ones in headers) have `body`. */
typedef struct Unit {
    Ptrs functions;       /* Decl*, one per function (definition preferred): source order, then those met in bodies */
    Ptrs globals;         /* Decl*: file scope variables of the given file and the user's headers */
    Ptrs inclusions;      /* Inclusion*: all files read, the given one first */
} Unit;

/* Parses one FILE.c with libclang into AST, adds top-level items, globals, annotation requests to program. NULL after diag_errors
 * (libclang's own errors become ours, with file:line:col). Calls sitter_* for what libclang does not tell.
 * text: what the file holds (it need not exist); NULL: it is read.
 *
 * What lowering relies on: the operands of EX_BINARY on complex numbers may be of the corresponding real type (as in C). A VLA's
 * dimensions are expressions to evaluate where the variable is declared (parameters: on entry); a dimension that is not known (a
 * typedef of a VLA) is vla_dim == NULL. Var->type of a pointer to a VLA is the flattened pointer, too. Stmt.decls has static locals, too,
 * but no extern declarations. Fn->locals is filled. */
Unit *clang_parse(Program *p, const Options *opt, const char *file, const char *text);

/* library.c: the rules for derivatives of library functions (transform/library), if the program calls any: they become p->library. */
void library_read(Program *p);

/* ====================================================================== sitter.c: concrete syntax */

/* What one function's pretty-printed text tells, each kind in order of the text. */
typedef struct {
    bool has_init, has_cond, has_inc;
} ForClauses;
typedef struct {
    ForClauses *fors;
    int nfors;
    const char **sizeofs; /* sizeof and alignof expressions, keyword and operand */
    int nsizeofs;
    const char **floats;  /* floating literals */
    int nfloats;
} FnSyntax;
FnSyntax *sitter_function(const char *fn_text, size_t len, Arena *arena);
/* Pragmas of a file: text after `#pragma `, byte offsets of its `#` and of what follows its line. */
typedef struct {
    size_t offset, end;
    const char *text;
} Pragma;
int sitter_pragmas(const char *file_text, size_t len, Arena *arena, Pragma **out);

/* ====================================================================== lower_*.c: AST to IR */

/* Lowers every function of the unit that has a body into its Fn's body (memory form: locals are LOCAL objects, loads and stores;
 * loops are WHILE; break, continue, return, goto are flags and guards). A construct that is not supported is recorded in
 * fn->unsupported and reported only when a differentiated function reaches it. */
void lower_unit(Program *p, Unit *u);
/* lower_enum.c: enumerators that several of the files (or functions) have are numbers from now on. After all units. */
void enumerators_resolve(Program *p);

/* clang_type.c: variable arguments of a function. */
bool type_is_va_list(const Type *t);

#endif
