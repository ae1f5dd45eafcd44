/* lower.c: each function's way from the syntax tree to the IR in memory form. */
#include "lower.h"

#include <stdarg.h>
#include <string.h>

void lower_unsupported(Lower *l, Loc loc, const char *fmt, ...)
{
    if (l->fn->unsupported.what)
        return;
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    l->fn->unsupported.loc = loc;
    l->fn->unsupported.what = arena_strdup(l->program->arena, text);
}

void lower_not_supported(Lower *l, Loc loc, const char *what)
{
    lower_unsupported(l, loc,
                      "adgen does not support %s; move it to a function that is not differentiated, or write it differently",
                      what ? what : "this construct");
}

/* ---------------------------------------------------------------------- syntax that lowering makes */

Var *lower_new_var(Lower *l, const char *name, Type *t)
{
    Var *v = arena_alloc(l->arena, sizeof *v);
    v->name = name;
    v->type = t;
    v->loc = l->b.loc;
    v->owner = l->fn;
    ptrs_push(&l->fn->locals, v);
    return v;
}

Decl *lower_new_decl(Lower *l, const char *name, Type *t, Expr *init, Loc loc)
{
    Decl *d = arena_alloc(l->arena, sizeof *d);
    d->var = lower_new_var(l, name, t);
    d->var->loc = loc;
    d->ctype = t;
    d->init = init;
    d->loc = loc;
    return d;
}

Stmt *make_stmt(Lower *l, StmtKind kind, Loc loc)
{
    Stmt *s = arena_alloc(l->arena, sizeof *s);
    s->kind = kind;
    s->loc = loc;
    s->falls = kind != ST_BREAK && kind != ST_CONTINUE && kind != ST_RETURN && kind != ST_GOTO;
    return s;
}

Stmt *make_block(Lower *l, Loc loc, Stmt **list, int n)
{
    Stmt *s = make_stmt(l, ST_BLOCK, loc);
    s->list = arena_alloc(l->arena, (size_t)(n + 1) * sizeof *list);
    if (n > 0)
        memcpy(s->list, list, (size_t)n * sizeof *list);
    s->nlist = n;
    return s;
}

Stmt *make_declaration(Lower *l, StmtKind kind, Decl **decls, int n, Loc loc)
{
    Stmt *s = make_stmt(l, kind, loc);
    s->decls = arena_alloc(l->arena, (size_t)(n + 1) * sizeof *decls);
    for (int i = 0; i < n; i++)
        s->decls[i] = decls[i];
    s->ndecls = n;
    return s;
}

Stmt *make_assign_int(Lower *l, Decl *var, int value, Loc loc)
{
    Stmt *s = make_stmt(l, ST_EXPR, loc);
    s->e = make_expr(l, EX_ASSIGN, var->var->type, loc);
    s->e->a = make_var(l, var, loc);
    s->e->b = make_int(l, var->var->type, value, loc);
    return s;
}

Expr *make_expr(Lower *l, ExprKind kind, Type *t, Loc loc)
{
    Expr *e = arena_alloc(l->arena, sizeof *e);
    e->kind = kind;
    e->type = t;
    e->loc = loc;
    return e;
}

Expr *make_int(Lower *l, Type *t, int64_t v, Loc loc)
{
    Expr *e = make_expr(l, EX_INT, t, loc);
    e->ival = v;
    return e;
}

Expr *make_var(Lower *l, Decl *d, Loc loc)
{
    Expr *e = make_expr(l, EX_VAR, d->var->type, loc);
    e->decl = d;
    return e;
}

Expr *make_binary(Lower *l, BinaryOp op, Expr *a, Expr *b, Type *t)
{
    Expr *e = make_expr(l, EX_BINARY, t, a->loc);
    e->op = (int)op;
    e->a = a;
    e->b = b;
    return e;
}

Expr *make_logical(Lower *l, ExprKind kind, Expr *a, Expr *b)
{
    Expr *e = make_expr(l, kind, type_scalar(TY_INT), a->loc);
    e->a = a;
    e->b = b;
    return e;
}

/* ---------------------------------------------------------------------- functions */

/* The parameters as region arguments; scalars and pointers then live in objects like every variable. */
static void lower_params(Lower *l)
{
    Decl *d = l->decl;
    Fn *fn = l->fn;
    for (int i = 0; i < d->nparams; i++) {
        Type *t = lower_type(d->params[i]->ctype);
        region_add_arg(fn->body, t->kind == TY_RECORD || type_is_va_list(t) ? type_ptr(t) : t, d->params[i]->var);
    }
    if (fn->sret)
        l->result = region_add_arg(fn->body, type_ptr(fn->ret), lower_new_var(l, "result", fn->ret));
    for (int i = 0; i < d->nparams; i++) {
        Decl *param = d->params[i];
        Value *arg = fn->body->args[i];
        Slot *slot = arena_alloc(l->arena, sizeof *slot);
        param->lowered = slot;
        l->b.loc = param->loc;
        if (lower_type(param->ctype)->kind == TY_RECORD || type_is_va_list(lower_type(param->ctype))) {
            slot->addr = arg;
            continue;
        }
        slot->addr = build_local(&l->b, arg->type, param->var, NULL, 0);
        if (type_is_scalar(arg->type))
            build_store(&l->b, slot->addr, arg);
        else
            lower_not_supported(l, param->loc, arena_printf(l->arena, "values of type '%s'", type_spelling(arg->type)));
    }
    for (int i = 0; i < d->nparams; i++)
        lower_dims(l, d->params[i]->ctype);
}

typedef struct {
    Ptrs seen; /* Fn* */
    bool writes;
} Writes;

static void find_write(Op *op, void *ctx)
{
    Writes *w = ctx;
    const Value *to = op->code == OP_STORE && type_is_differentiable(op->args[1]->type) ? op->args[0] : NULL;
    while (to && to->def && to->def->nargs && op_info[to->def->code].kind == KIND_ADDR)
        to = to->def->args[0];
    w->writes |= to && (!to->def || to->def->code != OP_LOCAL);
    Fn *f = op->code == OP_CALL ? op->callee : NULL;
    w->writes |= op->code == OP_CALLPTR;
    if (w->writes || !f || !f->body || ptrs_has(&w->seen, f))
        return;
    ptrs_push(&w->seen, f);
    walk_ops(f->body, find_write, w);
}

/* Does no number come out of it but to the outside world? void log(const char *format, ...) */
static bool only_reports(const Fn *fn)
{
    Writes w = {{.arena = fn->arena}, type_is_differentiable(fn->ret) || type_reaches_float(fn->ret)};
    for (int i = 0; i < fn->nparams; i++) {
        const Type *t = fn->params[i]->type;
        w.writes |= t->kind == TY_PTR && !t->elem_const && type_reaches_float(t);
    }
    if (!w.writes)
        walk_ops(fn->body, find_write, &w);
    return !w.writes;
}

/* A function of a variable number of arguments is called as it is, where that is enough. */
static void lower_variadic(Program *p, Decl *d)
{
    Fn *fn = d->fn;
    bool takes_list = false;
    for (int i = 0; i < fn->nparams; i++)
        takes_list |= type_is_va_list(fn->params[i]->type);
    if ((!fn->is_variadic && !takes_list) || fn->is_inactive)
        return;
    Lower l = {.program = p, .fn = fn, .decl = d, .arena = p->arena, .dims = {.arena = p->arena}};
    l.b = before_op(fn->body->first);
    l.b.loc = fn->loc;
    lower_mark_statement(&l);
    if (fn->is_variadic && only_reports(fn))
        fn->is_inactive = true;
    else if (!fn->unsupported.what)
        fn->takes_varargs = varargs_are_followed(fn);
    if (!fn->is_inactive || fn->unsupported.what == NULL)
        lower_unsupported(&l, fn->loc, "'%s' takes a variable number of arguments; pass an array and its length instead", fn->name);
}

/* The value of a function without a return at its end: none, but main's is 0. */
static Value *end_value(Lower *l)
{
    return strcmp(l->fn->name, "main") ? lower_stub(l, l->fn->ret) : build_zero(&l->b, l->fn->ret);
}

static void lower_return(Lower *l)
{
    Fn *fn = l->fn;
    l->b = at_end(fn->body);
    l->b.loc = fn->loc;
    if (fn->ret->kind == TY_VOID || fn->sret) {
        build_yield(&l->b, NULL, 0);
        return;
    }
    Value *v = l->returned ? l->returned : l->result && type_is_scalar(fn->ret) ? build_load(&l->b, l->result) : end_value(l);
    build_yield(&l->b, &v, 1);
}

/* Types that adgen does not know (vectors), by value. */
static bool is_unknown(const Type *t)
{
    return t->kind != TY_VOID && t->kind != TY_RECORD && !type_is_scalar(t) && !type_is_va_list(t);
}

/* Only the prototype of a function that takes or gives values of unknown types is of use. */
static bool has_unknown(const Decl *d)
{
    bool unknown = is_unknown(d->fn->ret);
    for (int i = 0; i < d->nparams; i++)
        unknown |= is_unknown(lower_type(d->params[i]->ctype));
    return unknown;
}

static void lower_unknown(Lower *l)
{
    Fn *fn = l->fn;
    for (int i = 0; i < l->decl->nparams; i++)
        region_add_arg(fn->body, lower_type(l->decl->params[i]->ctype), l->decl->params[i]->var);
    lower_not_supported(l, fn->loc, "parameters and results of vector types (vector_size)");
    Op *end = op_build(&l->b, OP_UNDEF, NULL, 0, 1);
    end->results[0]->type = fn->ret;
    build_yield(&l->b, end->results, fn->ret->kind != TY_VOID);
}

static void lower_fn(Program *p, Decl *d)
{
    Fn *fn = d->fn;
    Lower l = {.program = p, .fn = fn, .decl = d, .arena = p->arena, .dims = {.arena = p->arena}};
    fn->body = region_new(fn, NULL);
    fn->has_body = true;
    fn->sret = fn->ret->kind == TY_RECORD;
    l.b = at_end(fn->body);
    l.b.loc = fn->loc;
    lower_mark_statement(&l);
    if (has_unknown(d)) {
        lower_unknown(&l);
        return;
    }
    lower_params(&l);
    switch_enter(&l, d->body);
    jumps_enter(&l, d->body);
    exits_analyse(&l, d->body);
    lower_body(&l, d->body);
    lower_return(&l);
}

void lower_unit(Program *p, Unit *u)
{
    for (size_t i = 0; i < u->globals.n; i++)
        lower_lasting(p, u->globals.at[i]);
    for (size_t i = 0; i < u->functions.n; i++) {
        Decl *d = u->functions.at[i];
        if (d->body)
            lower_fn(p, d);
    }
    for (size_t i = 0; i < u->functions.n; i++) {
        Decl *d = u->functions.at[i];
        if (d->body)
            lower_variadic(p, d);
    }
}
