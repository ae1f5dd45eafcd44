/* ast_dump.c: the syntax tree for people, one node a line. */
#include "frontend.h"

static const char *const expr_names[] = {[EX_INT] = "int",
                                         [EX_FLOAT] = "float",
                                         [EX_STRING] = "string",
                                         [EX_VAR] = "var",
                                         [EX_FN] = "fn",
                                         [EX_UNARY] = "unary",
                                         [EX_BINARY] = "binary",
                                         [EX_LOGAND] = "&&",
                                         [EX_LOGOR] = "||",
                                         [EX_ASSIGN] = "=",
                                         [EX_COMPOUND] = "compound",
                                         [EX_COND] = "?:",
                                         [EX_COMMA] = ",",
                                         [EX_CAST] = "cast",
                                         [EX_DECAY] = "decay",
                                         [EX_CALL] = "call",
                                         [EX_INDEX] = "index",
                                         [EX_MEMBER] = "member",
                                         [EX_SIZEOF] = "sizeof",
                                         [EX_INIT] = "init",
                                         [EX_COMPOUND_LIT] = "compound-literal",
                                         [EX_STMT_EXPR] = "stmt-expr",
                                         [EX_UNSUPPORTED] = "UNSUPPORTED"};

static const char *const stmt_names[] = {[ST_EXPR] = "expr",
                                         [ST_DECL] = "decl",
                                         [ST_BLOCK] = "block",
                                         [ST_IF] = "if",
                                         [ST_FOR] = "for",
                                         [ST_WHILE] = "while",
                                         [ST_DO] = "do",
                                         [ST_SWITCH] = "switch",
                                         [ST_CASE] = "case",
                                         [ST_DEFAULT] = "default",
                                         [ST_BREAK] = "break",
                                         [ST_CONTINUE] = "continue",
                                         [ST_RETURN] = "return",
                                         [ST_GOTO] = "goto",
                                         [ST_LABEL] = "label",
                                         [ST_EMPTY] = "empty",
                                         [ST_UNSUPPORTED] = "UNSUPPORTED"};

typedef struct {
    FILE *out;
    Arena *arena;
} Dump;

static void dump_stmt(const Dump *d, const Stmt *s, int depth);

static void indent(const Dump *d, int depth)
{
    fprintf(d->out, "%*s", 2 * depth, "");
}

static void dump_type(const Dump *d, const Type *t)
{
    for (; t->kind == TY_ARRAY; t = t->elem) {
        if (t->vla_dim)
            fprintf(d->out, "[%s]", expr_text(d->arena, t->vla_dim));
        else
            fprintf(d->out, "[%lld]", (long long)t->count);
    }
    if (t->kind == TY_PTR) {
        fprintf(d->out, "*%s", t->elem_const ? "const " : "");
        dump_type(d, t->elem);
    } else {
        fprintf(d->out, "%s", type_spelling(t));
    }
}

static void dump_expr_head(const Dump *d, const Expr *e)
{
    fprintf(d->out, "%s", expr_names[e->kind]);
    if (e->kind == EX_UNARY)
        fprintf(d->out, " %s%s", e->op == UN_POSTINC || e->op == UN_POSTDEC ? "post" : "", unary_op_text(e->op));
    if (e->kind == EX_BINARY || e->kind == EX_COMPOUND)
        fprintf(d->out, " %s", binary_op_text(e->op));
    if (e->kind == EX_CAST && e->explicit_cast)
        fprintf(d->out, " explicit");
    if (e->kind == EX_INT || e->kind == EX_SIZEOF)
        fprintf(d->out, " %lld", (long long)e->ival);
    if (e->kind == EX_FLOAT)
        fprintf(d->out, " %.21Lg", e->fval);
    if (e->kind == EX_VAR)
        fprintf(d->out, " %s", e->decl->var->name);
    if (e->kind == EX_FN)
        fprintf(d->out, " %s%s", e->decl->fn->name, e->decl->in_system ? " (system)" : "");
    if (e->kind == EX_MEMBER || (e->kind == EX_INIT && e->type->is_union))
        fprintf(d->out, " .%d", e->field);
    if (e->text)
        fprintf(d->out, " \"%s\"", e->text);
    if (e->of) {
        fprintf(d->out, " of ");
        dump_type(d, e->of);
    }
    fprintf(d->out, " : ");
    dump_type(d, e->type);
    if (e->comp_type) {
        fprintf(d->out, " in ");
        dump_type(d, e->comp_type);
    }
    fprintf(d->out, " @%d:%d\n", e->loc.line, e->loc.col);
}

static void dump_expr(const Dump *d, const Expr *e, int depth)
{
    if (!e)
        return;
    indent(d, depth);
    dump_expr_head(d, e);
    dump_expr(d, e->a, depth + 1);
    dump_expr(d, e->b, depth + 1);
    dump_expr(d, e->c, depth + 1);
    for (int i = 0; i < e->nargs; i++) {
        if (e->args[i]) {
            dump_expr(d, e->args[i], depth + 1);
        } else {
            indent(d, depth + 1);
            fprintf(d->out, "zero\n");
        }
    }
    if (e->stmt)
        dump_stmt(d, e->stmt, depth + 1);
}

static void dump_decl(const Dump *d, const Decl *decl, int depth)
{
    const Var *v = decl->var;
    indent(d, depth);
    fprintf(d->out, "%s%s%s%s%s%s%s: ", v->is_static ? "static " : "", v->is_extern ? "extern " : "", v->is_const ? "const " : "",
            v->is_volatile ? "volatile " : "", v->is_restrict ? "restrict " : "", v->is_inactive ? "inactive " : "", v->name);
    dump_type(d, decl->ctype);
    fprintf(d->out, " as ");
    dump_type(d, v->type);
    if (v->spelled)
        fprintf(d->out, " spelled %s", v->spelled);
    for (int i = 0; i < v->ndims; i++)
        fprintf(d->out, "%s[%s]", i ? "" : v->dims_runtime ? " runtime dims " : " dims ", v->dims[i]);
    if (v->len)
        fprintf(d->out, " len(%s)", v->len);
    if (v->decl_text)
        fprintf(d->out, " text {%s}", v->decl_text);
    fprintf(d->out, "\n");
    dump_expr(d, decl->init, depth + 1);
}

static void dump_loop_info(const Dump *d, const LoopInfo *info)
{
    if (info->independent)
        fprintf(d->out, " independent");
    if (info->checkpoint)
        fprintf(d->out, " checkpoint(%d)", info->snapshots);
    if (info->omp)
        fprintf(d->out, " omp {%s}", info->omp);
}

static void dump_stmt(const Dump *d, const Stmt *s, int depth)
{
    if (!s)
        return;
    indent(d, depth);
    fprintf(d->out, "%s", stmt_names[s->kind]);
    if (s->label || s->text)
        fprintf(d->out, " %s", s->label ? s->label : s->text);
    if (s->loop)
        dump_loop_info(d, s->loop);
    fprintf(d->out, " @%d:%d\n", s->loc.line, s->loc.col);
    dump_stmt(d, s->init, depth + 1);
    dump_expr(d, s->e, depth + 1);
    dump_expr(d, s->case_high, depth + 1);
    dump_expr(d, s->inc, depth + 1);
    for (int i = 0; i < s->ndecls; i++)
        dump_decl(d, s->decls[i], depth + 1);
    for (int i = 0; i < s->nlist; i++)
        dump_stmt(d, s->list[i], depth + 1);
    dump_stmt(d, s->body, depth + 1);
    dump_stmt(d, s->els, depth + 1);
}

void ast_dump(FILE *out, const Unit *u)
{
    Dump d = {out, u->functions.arena};
    for (size_t i = 0; i < u->globals.n; i++)
        dump_decl(&d, u->globals.at[i], 0);
    for (size_t i = 0; i < u->functions.n; i++) {
        const Decl *fn = u->functions.at[i];
        fprintf(out, "%s%s {%s}\n", fn->fn->noalias ? "noalias " : "", fn->fn->name, fn->fn->decl_text ? fn->fn->decl_text : "");
        for (int k = 0; k < fn->nparams; k++)
            dump_decl(&d, fn->params[k], 1);
        dump_stmt(&d, fn->body, 1);
    }
}
