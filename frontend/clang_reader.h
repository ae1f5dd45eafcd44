/* clang_reader.h: what the clang_*.c files share. Only they include it: libclang ends here.
 *
 * Sections by file, in the order of reading: parse, type, fn, item, decl, stmt, pragma, expr, call, init, syntax.
 */
#ifndef ADGEN_CLANG_READER_H
#define ADGEN_CLANG_READER_H

#include <clang-c/Index.h>

#include "frontend.h"

/* ====================================================================== clang_parse.c: the translation unit */

/* A file of the translation unit. Pragmas are read when the first loop in the file is met. */
typedef struct {
    int diag; /* index in the diagnostics' file list */
    const char *text;
    size_t len;
    bool pragmas_read;
    Pragma *pragmas; /* the `omp` ones that are not in a skipped #if */
    size_t *targets; /* byte offset of the first token after each, annotations skipped */
    bool *used;
    int npragmas;
} SourceFile;

/* A place in a file of the translation unit. */
typedef struct {
    SourceFile *file; /* NULL: none (the compiler's own) */
    size_t offset;
    Loc loc;
} Place;

/* What is known about the function whose body is being read. The lists are in pre-order, as the pretty-printed text is. */
typedef struct {
    Decl *decl;
    CXCursor cursor;
    FnSyntax *syntax; /* NULL: not asked for yet */
    CXCursor *fors, *sizeofs, *floats;
    int nfors, nsizeofs, nfloats;
} FnScope;

typedef struct {
    Program *program;
    const Options *opt;
    Arena *arena;   /* of the AST: the program's */
    Arena *scratch; /* until the file is read */
    CXTranslationUnit tu;
    CXFile main_file;
    CXPrintingPolicy policy, terse, with_tags;
    bool braces_missing; /* in the initialiser that was read last (clang_init.c sets it) */
    Unit *unit;
    PtrMap files;   /* CXFile -> SourceFile */
    PtrMap types;   /* canonical type -> Type */
    PtrMap decls;   /* clang's declaration -> Decl */
    PtrMap cursors; /* Decl of a function whose body is to be read -> its definition's CXCursor */
    Ptrs builtins;  /* Decl: functions that have no declaration in the source (isnan, assert) */
    Ptrs bodies;    /* Decl: functions whose body is still to be read, in order */
    FnScope *fn;    /* NULL outside functions */
    int depth;
} Reader;

/* The direct children of a cursor. */
typedef struct {
    CXCursor *at;
    int n;
} Kids;
Kids cursor_kids(Reader *r, CXCursor c);
/* Takes a libclang string into the arena. */
char *take_string(Arena *a, CXString s);
Place cursor_place(Reader *r, CXCursor c);
Loc cursor_loc(Reader *r, CXCursor c);
SourceFile *source_file(Reader *r, CXFile file);
bool cursor_in_main(Reader *r, CXCursor c);
bool cursor_in_system(CXCursor c);
/* Every recursion over the user's tree passes here: deep input ends in exit 3, not in a signal. */
void reader_enter(Reader *r, CXCursor c);
#define reader_leave(r) ((r)->depth--)

/* ====================================================================== clang_include.c */

void read_inclusions(Reader *r);
void read_macros(Reader *r); /* fills program->macros */ /* into unit->inclusions */
bool defines_before_include(Reader *r, const char *file, const char *text);

/* ====================================================================== clang_type.c */

/* The type with qualifiers dropped and typedefs looked through. Dimensions of VLAs are left NULL. */
Type *read_type(Reader *r, CXType t);
/* The type of a declaration or cast whose VLA dimensions are the given expression children, innermost first. */
Type *read_written_type(Reader *r, CXType t, const Kids *dims);
bool cx_has_vla(CXType t);
bool cx_is_const(CXType t); /* of arrays: the elements */
bool cx_is_volatile(CXType t);
/* Equal but for what VLA dimensions are, and qualifiers. */
bool same_shape(const Type *a, const Type *b);
/* A typedef's or enum's name that hides the base type (pointers and arrays stripped), or NULL. */
const char *spelled_base(Reader *r, CXType t);
Type *promoted(Type *t);
Type *usual_arithmetic(Type *a, Type *b);

/* ====================================================================== clang_fn.c, clang_item.c: functions, file scope */

/* Everything at file scope: declarations, items, annotation requests; bodies are queued. */
void read_top_level(Reader *r);
/* A function, made when it is met first; without its body. */
Decl *declare_fn(Reader *r, CXCursor c);
/* The function that an expression refers to; its body is queued. */
Decl *decl_of_fn(Reader *r, CXCursor c);
/* A function that has no declaration in the source: isnan, assert. */
Decl *builtin_fn(Reader *r, const char *name, Type *ret);
void read_bodies(Reader *r);
void read_items(Reader *r, const Kids *top);
/* Types declared in a block become items, too; false where another type has the name. */
bool read_local_types(Reader *r, const Kids *kids);

/* ====================================================================== clang_decl.c: declarations */

/* A variable at file scope, made when it is met first. */
Decl *decl_of_var(Reader *r, CXCursor c);
/* A variable declared in a block; NULL for extern ones. */
Decl *read_local(Reader *r, CXCursor c);
/* A parameter; its VLA dimensions are read only where the function is defined. */
Decl *read_param(Reader *r, Fn *owner, CXCursor c, int number, bool defined);
/* An empty Decl, known by its cursor. */
Decl *decl_new(Reader *r, CXCursor c);
/* adgen.h's notes on a declaration: kind and text of "adgen:kind:text". */
typedef struct {
    const char *kind, *text;
    Loc loc;
} Note;
int read_notes(Reader *r, CXCursor c, Note **out);
/* C text of a declaration, macros expanded, without adgen's notes. */
char *decl_source(Reader *r, CXCursor c, CXPrintingPolicy policy);

/* ====================================================================== clang_stmt.c, clang_pragma.c */

Stmt *read_body(Reader *r, CXCursor fn);
Stmt *read_stmt(Reader *r, CXCursor c);
/* Is the byte at this offset in a part of its file that an #if left out? skipped: of that file, by clang_getSkippedRanges. */
bool is_skipped(const CXSourceRangeList *skipped, size_t offset);
/* The last OpenMP pragma in front of the statement at a place that was not taken before, or NULL. */
const char *take_pragma(Reader *r, Place at);
/* A pragma between two offsets that no statement took, nor this function before: its text and *loc, or NULL. */
const char *unused_pragma(Reader *r, Place from, size_t to, Loc *loc);

/* ====================================================================== clang_omp.c */

/* The statement as `#pragma omp PRAGMA`, which stands before it, makes it. */
Stmt *omp_apply(Reader *r, Loc loc, const char *pragma, Stmt *s);
/* Does the pragma (a barrier) mean nothing to one thread? */
bool omp_is_nothing(const char *pragma);

/* ====================================================================== clang_expr.c and clang_operator, _sizeof, _call, _init.c */

Expr *read_expr(Reader *r, CXCursor c);
Expr *expr_new(Reader *r, ExprKind kind, Type *type, Loc loc);
Expr *expr_unsupported(Reader *r, Type *type, Loc loc, const char *what);
Expr *expr_int(Reader *r, Type *type, int64_t value, Loc loc);
/* e converted to type t as C's implicit conversions do: decay, then a cast where the types differ. */
Expr *coerce(Reader *r, Expr *e, Type *t);
/* Array or function to pointer; `like`: the pointer type that libclang gives, for its qualifiers, or NULL. */
Expr *expr_decay(Reader *r, Expr *e, const Type *like);
/* t, loc: type and place as libclang tells them. */
Expr *read_unary(Reader *r, CXCursor c, Type *t, Loc loc);
Expr *read_binary(Reader *r, CXCursor c, Type *t, Loc loc);
Expr *read_compound(Reader *r, CXCursor c, Type *t, Loc loc);
Expr *read_conditional(Reader *r, CXCursor c, Loc loc);
Expr *read_sizeof(Reader *r, CXCursor c, Type *t, Loc loc);
Expr *read_call(Reader *r, CXCursor c);
Expr *read_va_arg(Reader *r, CXCursor list, Type *t, Loc loc); /* va_arg(list, T) */
/* An assert() expansion below c, as a call of "assert" with its condition; NULL where c is none. */
Expr *read_assert(Reader *r, CXCursor c);
/* The initialiser c of an object of type t, designators and missing braces applied. */
Expr *read_init(Reader *r, CXCursor c, Type *t);
bool evaluate_int(CXCursor c, int64_t *value);

/* ====================================================================== clang_syntax.c: what libclang does not tell */

/* Which clauses the children of a `for` are; the last child is its body. False: the text could not be matched. */
bool for_clauses(Reader *r, CXCursor c, const Kids *kids, ForClauses *out);
/* Text of a sizeof or alignof expression, as written where that is simple, and with macros expanded; NULL: not known. */
const char *sizeof_text(Reader *r, CXCursor c);
const char *expanded_sizeof_text(Reader *r, CXCursor c);
/* The literal's text; NULL: not known. */
const char *float_text(Reader *r, CXCursor c);
/* The literal's text as the source file has it at its place; NULL when it comes out of a macro. */
const char *literal_text(Reader *r, CXCursor c);

#endif
