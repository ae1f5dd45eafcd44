/* clang_stmt.c: statements. */
#include "clang_reader.h"

#include <stdlib.h>
#include <string.h>

static Stmt *stmt_new(Reader *r, StmtKind kind, Loc loc)
{
    Stmt *s = arena_alloc(r->arena, sizeof *s);
    s->kind = kind;
    s->loc = loc;
    return s;
}

static Stmt *unsupported(Reader *r, Loc loc, const char *what)
{
    Stmt *s = stmt_new(r, ST_UNSUPPORTED, loc);
    s->text = what;
    return s;
}

/* ---------------------------------------------------------------------- loop annotations */

static void add_mark(const Note *note, LoopInfo *info)
{
    if (!strcmp(note->kind, "independent")) {
        info->independent = true;
    } else if (!strcmp(note->kind, "checkpoint")) {
        char *end;
        long n = strtol(note->text, &end, 0);
        if (*end != '\0' || n < 0 || n > 1000000)
            diag_error(note->loc, "the number of snapshots must be an integer constant from 0 to 1000000, not '%s'", note->text);
        info->checkpoint = true;
        info->snapshots = (int)n;
    } else {
        diag_error(note->loc, "this annotation does not belong before a loop");
    }
}

/* AD_CHECKPOINT and AD_INDEPENDENT arrive as typedefs of their own; true where the statement is nothing else. */
static bool read_loop_marks(Reader *r, CXCursor stmt, LoopInfo *info)
{
    if (clang_getCursorKind(stmt) != CXCursor_DeclStmt)
        return false;
    Kids kids = cursor_kids(r, stmt);
    bool any = false;
    for (int i = 0; i < kids.n; i++) {
        Note *notes;
        int n = clang_getCursorKind(kids.at[i]) == CXCursor_TypedefDecl ? read_notes(r, kids.at[i], &notes) : 0;
        for (int k = 0; k < n; k++)
            add_mark(&notes[k], info);
        any |= n > 0;
    }
    return any;
}

/* The pragmas before a statement, the last of which is nearest to it. */
static Stmt *attach_pragma(Reader *r, CXCursor c, Stmt *s)
{
    Place at = cursor_place(r, c);
    for (const char *omp; r->opt->openmp && (omp = take_pragma(r, at));)
        s = omp_apply(r, at.loc, omp, s);
    return s;
}

/* ---------------------------------------------------------------------- blocks and declarations */

static Stmt *read_block(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, ST_BLOCK, cursor_loc(r, c));
    s->list = arena_alloc(r->arena, (size_t)kids.n * sizeof *s->list);
    LoopInfo *pending = NULL;
    Loc pending_loc = s->loc;
    for (int i = 0; i < kids.n; i++) {
        LoopInfo marks = pending ? *pending : (LoopInfo){0};
        if (read_loop_marks(r, kids.at[i], &marks)) {
            pending = arena_alloc(r->arena, sizeof *pending);
            *pending = marks;
            pending_loc = cursor_loc(r, kids.at[i]);
            continue;
        }
        Stmt *kid = s->list[s->nlist++] = read_stmt(r, kids.at[i]);
        if (!pending)
            continue;
        if (kid->kind != ST_FOR && kid->kind != ST_WHILE && kid->kind != ST_DO) {
            diag_error(pending_loc, "AD_CHECKPOINT and AD_INDEPENDENT belong right before a loop");
        } else {
            pending->omp = kid->loop ? kid->loop->omp : NULL;
            kid->loop = pending;
        }
        pending = NULL;
    }
    if (pending)
        diag_error(pending_loc, "AD_CHECKPOINT and AD_INDEPENDENT belong right before a loop");
    return s;
}

static Stmt *read_decls(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, ST_DECL, cursor_loc(r, c));
    s->decls = arena_alloc(r->arena, (size_t)kids.n * sizeof *s->decls);
    for (int i = 0; i < kids.n; i++) {
        Decl *d = clang_getCursorKind(kids.at[i]) == CXCursor_VarDecl ? read_local(r, kids.at[i]) : NULL;
        if (d)
            s->decls[s->ndecls++] = d;
    }
    if (!read_local_types(r, &kids))
        return unsupported(r, s->loc, "a type declared in a function that has the name of another type");
    if (!s->ndecls)
        s->kind = ST_EMPTY;
    return s;
}

/* ---------------------------------------------------------------------- control flow */

static Stmt *read_expr_stmt(Reader *r, CXCursor c)
{
    Stmt *s = stmt_new(r, ST_EXPR, cursor_loc(r, c));
    s->e = read_expr(r, c);
    return s;
}

static Stmt *read_for(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, ST_FOR, cursor_loc(r, c));
    ForClauses has;
    if (!kids.n || !for_clauses(r, c, &kids, &has))
        return unsupported(r, s->loc, "a `for` whose absent clauses could not be told apart");
    int i = 0;
    if (has.has_init) {
        CXCursor init = kids.at[i++];
        s->init = clang_isExpression(clang_getCursorKind(init)) ? read_expr_stmt(r, init) : read_decls(r, init);
    }
    if (has.has_cond)
        s->e = read_expr(r, kids.at[i++]);
    if (has.has_inc)
        s->inc = read_expr(r, kids.at[i++]);
    s->body = read_stmt(r, kids.at[i]);
    return s;
}

/* while and switch: condition and body; `do` has them the other way round. */
static Stmt *read_cond_body(Reader *r, CXCursor c, StmtKind kind)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, kind, cursor_loc(r, c));
    if (kids.n != 2)
        return unsupported(r, s->loc, "a loop or `switch` of unknown form");
    int cond = kind == ST_DO;
    if (kind == ST_DO)
        s->body = read_stmt(r, kids.at[0]);
    s->e = read_expr(r, kids.at[cond]);
    if (kind != ST_DO)
        s->body = read_stmt(r, kids.at[1]);
    return s;
}

static Stmt *read_if(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, ST_IF, cursor_loc(r, c));
    if (kids.n < 2)
        return unsupported(r, s->loc, "an `if` of unknown form");
    s->e = read_expr(r, kids.at[0]);
    s->body = read_stmt(r, kids.at[1]);
    if (kids.n > 2)
        s->els = read_stmt(r, kids.at[2]);
    return s;
}

static Expr *read_constant(Reader *r, CXCursor c)
{
    Expr *e = read_expr(r, c);
    int64_t value;
    return e->kind != EX_INT && expr_const_int(e, &value) ? expr_int(r, e->type, value, e->loc) : e;
}

/* `case 1: s` and `case 1 ... 3: s`: the labelled statement is last. */
static Stmt *read_case(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, ST_CASE, cursor_loc(r, c));
    if (kids.n < 2)
        return unsupported(r, s->loc, "a `case` of unknown form");
    s->e = read_constant(r, kids.at[0]);
    if (kids.n == 3)
        s->case_high = read_constant(r, kids.at[1]);
    s->body = read_stmt(r, kids.at[kids.n - 1]);
    return s;
}

static Stmt *read_labelled(Reader *r, CXCursor c, StmtKind kind)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, kind, cursor_loc(r, c));
    if (kind == ST_LABEL)
        s->label = take_string(r->arena, clang_getCursorSpelling(c));
    s->body = kids.n ? read_stmt(r, kids.at[kids.n - 1]) : stmt_new(r, ST_EMPTY, s->loc);
    return s;
}

static Stmt *read_goto(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, ST_GOTO, cursor_loc(r, c));
    if (kids.n)
        s->label = take_string(r->arena, clang_getCursorSpelling(kids.at[0]));
    return s;
}

static Stmt *read_return(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    Stmt *s = stmt_new(r, ST_RETURN, cursor_loc(r, c));
    if (kids.n) {
        s->e = read_expr(r, kids.at[0]);
        if (r->fn->decl->fn->ret->kind != TY_VOID)
            s->e = coerce(r, s->e, r->fn->decl->fn->ret);
    }
    return s;
}

/* A statement with attributes, such as [[fallthrough]]: the statement is the last child. */
static Stmt *read_unexposed(Reader *r, CXCursor c)
{
    Kids kids = cursor_kids(r, c);
    if (kids.n)
        return read_stmt(r, kids.at[kids.n - 1]);
    return stmt_new(r, ST_EMPTY, cursor_loc(r, c));
}

static Stmt *read_kind(Reader *r, CXCursor c)
{
    enum CXCursorKind kind = clang_getCursorKind(c);
    switch (kind) {
    case CXCursor_CompoundStmt:
        return read_block(r, c);
    case CXCursor_DeclStmt:
        return read_decls(r, c);
    case CXCursor_NullStmt:
        return stmt_new(r, ST_EMPTY, cursor_loc(r, c));
    case CXCursor_ForStmt:
        return read_for(r, c);
    case CXCursor_WhileStmt:
        return read_cond_body(r, c, ST_WHILE);
    case CXCursor_DoStmt:
        return read_cond_body(r, c, ST_DO);
    case CXCursor_IfStmt:
        return read_if(r, c);
    case CXCursor_SwitchStmt:
        return read_cond_body(r, c, ST_SWITCH);
    case CXCursor_CaseStmt:
        return read_case(r, c);
    case CXCursor_DefaultStmt:
        return read_labelled(r, c, ST_DEFAULT);
    case CXCursor_LabelStmt:
        return read_labelled(r, c, ST_LABEL);
    case CXCursor_GotoStmt:
        return read_goto(r, c);
    case CXCursor_BreakStmt:
        return stmt_new(r, ST_BREAK, cursor_loc(r, c));
    case CXCursor_ContinueStmt:
        return stmt_new(r, ST_CONTINUE, cursor_loc(r, c));
    case CXCursor_ReturnStmt:
        return read_return(r, c);
    case CXCursor_UnexposedStmt:
        return read_unexposed(r, c);
    case CXCursor_IndirectGotoStmt:
        return unsupported(r, cursor_loc(r, c), "computed goto");
    case CXCursor_GCCAsmStmt:
    case CXCursor_MSAsmStmt:
        return unsupported(r, cursor_loc(r, c), "inline assembly");
    default:
        break;
    }
    if (clang_isExpression(kind))
        return read_expr_stmt(r, c);
    return unsupported(r, cursor_loc(r, c), take_string(r->arena, clang_getCursorKindSpelling(kind)));
}

Stmt *read_stmt(Reader *r, CXCursor c)
{
    reader_enter(r, c);
    Stmt *s = attach_pragma(r, c, read_kind(r, c));
    reader_leave(r);
    return s;
}

/* ---------------------------------------------------------------------- entry */

/* A pragma inside the function that stands before no statement (a barrier before `}`): the function is not supported. */
static void refuse_unused_pragmas(Reader *r, CXCursor block, Stmt *body)
{
    CXFile file;
    unsigned line, col, end;
    clang_getExpansionLocation(clang_getRangeEnd(clang_getCursorExtent(block)), &file, &line, &col, &end);
    Loc loc;
    const char *omp;
    do
        omp = unused_pragma(r, cursor_place(r, block), end, &loc);
    while (omp && omp_is_nothing(omp));
    if (!omp)
        return;
    Stmt **list = arena_alloc(r->arena, ((size_t)body->nlist + 1) * sizeof *list);
    list[0] = unsupported(r, loc, arena_printf(r->arena, "`#pragma omp %s` that is not before a statement", omp));
    for (int i = 0; i < body->nlist; i++)
        list[i + 1] = body->list[i];
    body->list = list;
    body->nlist++;
}

Stmt *read_body(Reader *r, CXCursor fn)
{
    Kids kids = cursor_kids(r, fn);
    for (int i = 0; i < kids.n; i++) {
        if (clang_getCursorKind(kids.at[i]) != CXCursor_CompoundStmt)
            continue;
        Stmt *body = read_stmt(r, kids.at[i]);
        if (r->opt->openmp && body->kind == ST_BLOCK)
            refuse_unused_pragmas(r, kids.at[i], body);
        return body;
    }
    return unsupported(r, cursor_loc(r, fn), "a function body that libclang does not show");
}
