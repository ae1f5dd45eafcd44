/* emit_stmt.c: statements: assignments, declarations, branches, and the copies that hand values on. */
#include "emit.h"

#include <stdarg.h>
#include <string.h>

/* ---------------------------------------------------------------------- lines */

void line(Emitter *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *text = arena_alloc(e->arena, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    if ((e->opt->line_directives || e->opt->lines) && e->loc.line > 0)
        str_fmt(e->out, "%c%d:%d:%d%c", MARK_BEGIN, e->loc.file, e->loc.line, e->reverse, MARK_END);
    str_fmt(e->out, "%*s%s\n", 4 * e->indent, "", wrap_line(e->arena, text, e->indent));
}

void emit_comment(Emitter *e, const char *text)
{
    const char *nl = strchr(text, '\n');
    if (!nl) {
        str_fmt(e->out, "%*s/* %s */\n", 4 * e->indent, "", text);
        return;
    }
    str_fmt(e->out, "%*s/* %.*s\n", 4 * e->indent, "", (int)(nl - text), text);
    for (const char *at = nl + 1; at; at = nl ? nl + 1 : NULL) {
        nl = strchr(at, '\n');
        int n = nl ? (int)(nl - at) : (int)strlen(at);
        str_fmt(e->out, "%*s *%s%.*s%s\n", 4 * e->indent, "", n ? " " : "", n, at, nl ? "" : " */");
    }
}

Str *body_begin(Emitter *e)
{
    Str *outer = e->out;
    e->out = arena_alloc(e->arena, sizeof *e->out);
    e->out->arena = e->arena;
    str_put(e->out, "");
    e->indent++;
    return outer;
}

char *body_text(Emitter *e, Str *outer)
{
    char *text = e->out->s;
    e->out = outer;
    e->indent--;
    return text;
}

bool is_one_line(const char *text)
{
    const char *nl = strchr(text, '\n');
    return nl && !nl[1] && !strstr(text, "/*");
}

void body_end(Emitter *e, Str *outer, const char *head, const char *tail)
{
    char *body = body_text(e, outer);
    bool braces = !is_one_line(body) || tail;
    if (!*body && !tail) {
        line(e, "%s", head);
        str_fmt(e->out, "%*s;\n", 4 * e->indent + 4, "");
        return;
    }
    line(e, braces ? "%s {" : "%s", head);
    str_put(e->out, body);
    if (braces)
        line(e, tail ? "} %s" : "}", tail);
}

/* ---------------------------------------------------------------------- declarations and assignments */

static bool is_plain(const CVar *var)
{
    return var->type->kind != TY_PTR && var->type->kind != TY_ARRAY && !var->zero_init;
}

void emit_declarations(Emitter *e, Op *op)
{
    for (CVar *var = op_plan(e->plan, op)->decls; var; var = var->next_decl) {
        if (var->at_assign || var->declared)
            continue;
        var->declared = true;
        Str s = {.arena = e->arena};
        str_put(&s, declare_var(e->arena, var->type, var->hint, var->name));
        const char *type = declare_var(e->arena, var->type, var->hint, "");
        for (CVar *more = var->next_decl; more && is_plain(var); more = more->next_decl) { /* double x, y; */
            if (more->at_assign || more->declared || !is_plain(more) || strcmp(declare_var(e->arena, more->type, more->hint, ""), type) != 0)
                continue;
            str_fmt(&s, ", %s", more->name);
            more->declared = true;
        }
        e->needs->stddef_h |= var->zero_init && var->type->kind == TY_PTR;
        line(e, "%s%s;", s.s, !var->zero_init ? "" : var->type->kind == TY_PTR ? " = NULL" : " = 0");
    }
}

/* Is this the assignment that declares the variable? */
static bool declares(CVar *var, const Op *at)
{
    if (var->declared || !var->at_assign || var->decl_at != at)
        return false;
    var->declared = true;
    return true;
}

/* var = op's result. */
static void assign_op(Emitter *e, CVar *var, const Op *op, const Op *at)
{
    if (declares(var, at)) {
        bool room = var->hint && var->hint->is_restrict && !var->hint->is_param; /* nothing else in its block gets at that memory */
        const char *declared = room ? declare_param(e->arena, var->hint, var->name) : declare_var(e->arena, var->type, var->hint, var->name);
        line(e, "%s = %s;", declared, op_assign(e, op).s);
        return;
    }
    Target target = {var->name, var->type, var, NULL};
    char *update = compound_assign(e, &target, op);
    if (update)
        line(e, "%s;", update);
    else
        line(e, "%s = %s;", var->name, op_assign(e, op).s);
}

static void assign_value(Emitter *e, CVar *var, Value *v, const Op *at)
{
    if (plan_of(e->plan, v)->show == SHOW_INLINE) {
        assign_op(e, var, v->def, at);
        return;
    }
    const char *target = declares(var, at) ? declare_var(e->arena, var->type, var->hint, var->name) : var->name;
    line(e, "%s = %s;", target, expr_assign(e, v).s);
}

/* ---------------------------------------------------------------------- copies */

typedef struct {
    CVar *target;
    Value *source;
    const char *saved; /* the source's value, computed before its variables changed */
    bool done;
} Copy;

typedef struct {
    const Plan *plan;
    const CVar *var;
    bool found;
} Search;

static void find_variable(void *ctx, Value *leaf)
{
    Search *s = ctx;
    const ValuePlan *vp = plan_of(s->plan, leaf);
    s->found |= vp->show == SHOW_VAR && vp->var == s->var;
}

static bool copy_reads(const Emitter *e, const Copy *c, const CVar *var)
{
    Search s = {e->plan, var, false};
    if (!c->done && !c->saved)
        each_leaf(e->plan, c->source, find_variable, &s);
    return s.found;
}

static int collect_copies(Emitter *e, Op *op, Copy *list)
{
    bool loop = op->nregions > 0;
    int first = op->code == OP_FOR ? 3 : op->code == OP_COND, n = 0;
    for (int k = 0; first + k < op->nargs; k++) {
        Value *source = op->args[first + k], *target = loop ? init_target(e->plan, op, k) : copy_target(e->plan, op, k);
        if (!target || (source->def && source->def->code == OP_UNDEF))
            continue;
        const ValuePlan *from = plan_of(e->plan, source);
        CVar *to = plan_of(e->plan, target)->var;
        if (from->show != SHOW_VAR || from->var != to)
            list[n++] = (Copy){to, source, NULL, false};
    }
    return n;
}

static bool others_read(const Emitter *e, const Copy *list, int n, int i)
{
    for (int k = 0; k < n; k++)
        if (k != i && copy_reads(e, &list[k], list[i].target))
            return true;
    return false;
}

const char *unused_name(Emitter *e, const char *base)
{
    const char *name = base;
    for (int i = 1;; i++) {
        const CVar *var = e->plan->vars;
        while (var && strcmp(var->name, name))
            var = var->next;
        if (!var && !strmap_get(&e->plan->references, name))
            return name;
        name = arena_printf(e->arena, "%s%d", base, i);
    }
}

/* Copies that wait for each other: the first one's value is computed before anything changes. */
static void save_source(Emitter *e, Copy *c)
{
    c->saved = unused_name(e, arena_printf(e->arena, "next_%s", c->target->name));
    line(e, "%s = %s;", declare_var(e->arena, c->target->type, c->target->hint, c->saved), expr_assign(e, c->source).s);
}

void emit_copies(Emitter *e, Op *op)
{
    Copy *list = arena_alloc(e->arena, sizeof *list * (size_t)(op->nargs + 1));
    int n = collect_copies(e, op, list);
    for (int left = n; left > 0;) {
        bool progress = false;
        for (int i = 0; i < n; i++) {
            if (list[i].done || others_read(e, list, n, i))
                continue;
            list[i].done = progress = true;
            left--;
            if (list[i].saved)
                line(e, "%s = %s;", list[i].target->name, list[i].saved);
            else
                assign_value(e, list[i].target, list[i].source, op);
        }
        for (int i = 0; i < n && !progress; i++)
            if (!list[i].done && !list[i].saved) {
                save_source(e, &list[i]);
                progress = true;
            }
    }
}

bool copies_reach(Emitter *e, Op *op, Value *v)
{
    Copy *list = arena_alloc(e->arena, sizeof *list * (size_t)(op->nargs + 1));
    int n = collect_copies(e, op, list);
    for (int i = 0; i < n; i++)
        if (copy_reads(e, &(Copy){NULL, v, NULL, false}, list[i].target))
            return true;
    return false;
}

/* ---------------------------------------------------------------------- branches */

static char *arm_text(Emitter *e, const Op *op, int arm)
{
    Str *outer = body_begin(e);
    emit_region(e, op->regions[arm]);
    return body_text(e, outer);
}

/* if (c) { ...; return x; } and the other arm after it, where both leave: the function, or the loop. */
static void emit_leaving_if(Emitter *e, Op *op)
{
    int after = op_plan(e->plan, op)->unnested - 1;
    const char *text = arm_text(e, op, 1 - after);
    Value *c = if_condition(e->plan, op);
    if (*text && c) {
        bool braces = !is_one_line(text);
        line(e, "if (%s)%s", condition(e, c, after == 0).s, braces ? " {" : "");
        str_put(e->out, text);
        if (braces)
            line(e, "}");
    }
    emit_region(e, op->regions[after]);
}

/* if (flag) { ...; break; } and what is done otherwise. */
static void emit_break_test(Emitter *e, Op *op, const Exit *x)
{
    Value *c = if_condition(e->plan, op);
    if (c) {
        Str *outer = body_begin(e);
        emit_region(e, op->regions[x->broken]);
        line(e, "break;");
        body_end(e, outer, arena_printf(e->arena, "if (%s)", condition(e, c, false).s), NULL);
    }
    emit_region(e, op->regions[1 - x->broken]);
}

Op *single_if(const Emitter *e, const Region *r)
{
    Op *found = NULL;
    for (Op *op = r->first; op != r->last; op = op_next(op)) {
        if (!is_statement(e->plan, op) && !(op->code == OP_LOCAL && plan_of(e->plan, op->results[0])->show == SHOW_OBJECT))
            continue;
        if (found || op->code != OP_IF || op_plan(e->plan, op)->expression || op->note || op_plan(e->plan, op)->unnested)
            return NULL;
        found = op;
    }
    return found && copies_nothing(e->plan, r->last) && !yield_condition(e->plan, r->last) && !op_plan(e->plan, found)->tested && !op_plan(e->plan, found)->decls ? found : NULL;
}

static void emit_if(Emitter *e, Op *op, const char *before, bool braces)
{
    const char *then = arm_text(e, op, 0), *other = "";
    Op *chained = *then ? single_if(e, op->regions[1]) : NULL;
    if (!chained)
        other = arm_text(e, op, 1);
    bool negated = !*then;
    if (negated) {
        then = other;
        other = "";
    }
    if (!*then) { /* nothing to do: what it goes on from ends here */
        if (*before)
            line(e, "}");
        return;
    }
    bool both = chained || *other;
    braces |= chained || !is_one_line(then) || (*other && !is_one_line(other));
    line(e, "%sif (%s)%s", before, condition(e, op->args[0], negated).s, braces ? " {" : "");
    str_put(e->out, then);
    if (chained) {
        emit_if(e, chained, "} else ", true);
        return;
    }
    if (both)
        line(e, "%selse%s", braces ? "} " : "", braces ? " {" : "");
    str_put(e->out, other);
    if (braces)
        line(e, "}");
}

/* ---------------------------------------------------------------------- objects */

static bool reads_object(const Op *op, const Value *object)
{
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i] == object)
            return true;
    return false;
}

/* The store after a LOCAL that can initialise it, if no other statement comes between. */
static Op *initialising_store(const Emitter *e, const Op *local)
{
    for (Op *op = local->next; op; op = op->next) {
        if (op->code == OP_STORE && op->args[0] == local->results[0])
            return op;
        if (is_statement(e->plan, op) || op->code == OP_LOCAL || reads_object(op, local->results[0]))
            return NULL;
    }
    return NULL;
}

static const char *vla_dims(Emitter *e, const Op *op, const Var *hint)
{
    Str s = {.arena = e->arena};
    bool declared = declared_rows(hint) == op->nargs;
    str_put(&s, declared || op->nargs == 1 ? "" : "[");
    for (int i = 0; i < op->nargs; i++) {
        Text t = expr_index(e, op->args[i]);
        if (declared || op->nargs == 1)
            str_fmt(&s, "[%s]", t.s);
        else
            str_fmt(&s, "%s%s", i ? " * " : "", at_prec(e, t, i ? PREC_UNARY : PREC_MUL));
    }
    str_put(&s, declared || op->nargs == 1 ? "" : "]");
    return s.s;
}

static void emit_local(Emitter *e, Op *op)
{
    const ValuePlan *vp = plan_of(e->plan, op->results[0]);
    if (vp->show != SHOW_OBJECT)
        return;
    CVar *var = vp->var;
    if (op->nargs) {
        const char *name = arena_printf(e->arena, "%s%s", var->name, vla_dims(e, op, var->hint));
        line(e, "%s;", declare_var(e->arena, op->of, var->hint, name));
        e->needs->string |= op->zeroed;
        if (op->zeroed)
            line(e, "memset(%s, 0, sizeof(%s));", var->name, var->name);
        return;
    }
    bool scalar = type_is_scalar(op->of);
    Op *store = scalar ? initialising_store(e, op) : NULL;
    if (store) {
        var->at_assign = true;
        var->decl_at = store;
        return;
    }
    e->needs->runtime |= op->of->kind == TY_OPAQUE && !strncmp(op->of->name, "ad_", 3);
    e->needs->stddef_h |= op->zeroed && op->of->kind == TY_PTR;
    const char *init = !op->zeroed ? "" : !scalar ? " = {0}" : op->of->kind == TY_PTR ? " = NULL" : " = 0";
    line(e, "%s%s%s;", op->is_static ? "static " : "", declare_var(e->arena, op->of, var->hint, var->name), init);
}

/* ---------------------------------------------------------------------- statements */

static bool initialises_local(Emitter *e, Op *op)
{
    const ValuePlan *vp = op->code == OP_STORE ? plan_of(e->plan, op->args[0]) : NULL;
    if (!vp || vp->show != SHOW_OBJECT || !vp->var || !declares(vp->var, op))
        return false;
    line(e, "%s = %s;", declare_var(e->arena, vp->var->type, vp->var->hint, vp->var->name), expr_assign(e, op->args[1]).s);
    return true;
}

static void emit_results(Emitter *e, Op *op)
{
    for (int i = 1; i < op->nresults; i++) { /* written through a pointer */
        CVar *var = plan_of(e->plan, op->results[i])->var;
        if (!var->declared)
            line(e, "%s;", declare_var(e->arena, var->type, var->hint, var->name));
        var->declared = true;
    }
    const ValuePlan *vp = plan_of(e->plan, op->results[0]);
    if (vp->show == SHOW_VAR)
        assign_op(e, vp->var, op, op);
    else
        line(e, "%s;", op_expr(e, op).s);
}

/* Does r end where the function ends? */
static bool at_the_end(const Emitter *e, const Region *r)
{
    for (; r->owner; r = r->owner->parent) {
        int after = op_plan(e->plan, r->owner)->unnested - 1;
        if (after < 0 || r->owner->regions[after] != r)
            return false;
    }
    return true;
}

void emit_return(Emitter *e, const Op *op)
{
    const Fn *fn = e->fn;
    if (fn->sret)
        line(e, "return %s;", plan_of(e->plan, fn->body->args[fn->body->nargs - 1])->var->name);
    else if (op->nargs)
        line(e, "return %s;", expr_assign(e, op->args[0]).s);
    else if (!at_the_end(e, op->parent))
        line(e, "return;");
}

/* What a YIELD prints. */
static void emit_yield(Emitter *e, Op *op)
{
    const Op *owner = op->parent->owner;
    if (!owner || op_plan(e->plan, owner)->tail) {
        if (!has_returned(e->plan, op))
            emit_return(e, op);
        return;
    }
    emit_copies(e, op);
    const Exit *x = region_exit(e->plan, op->parent);
    Value *end = yield_condition(e->plan, op);
    int64_t flag;
    if (x && !x->test && value_int(x->flag, &flag) && flag)
        line(e, "break;");
    if (!x || !end)
        return;
    line(e, "if (%s)", condition(e, end, false).s);
    line(e, "    break;");
}

static void emit_branch(Emitter *e, Op *op)
{
    const OpPlan *o = op_plan(e->plan, op);
    if (o->expression)
        emit_results(e, op);
    else if (o->tested)
        emit_break_test(e, op, o->tested);
    else if (o->unnested)
        emit_leaving_if(e, op);
    else
        emit_if(e, op, "", false);
}

static void emit_statement(Emitter *e, Op *op)
{
    if (op->code == OP_LOCAL) {
        emit_local(e, op);
        return;
    }
    if (!is_statement(e->plan, op))
        return;
    bool loop = op->code == OP_FOR || op->code == OP_WHILE;
    if (op->note && !loop)
        emit_comment(e, op->note);
    emit_declarations(e, op);
    switch (op->code) {
    case OP_IF:
        emit_branch(e, op);
        break;
    case OP_FOR:
        emit_copies(e, op);
        emit_for(e, op);
        break;
    case OP_WHILE:
        emit_while(e, op);
        break;
    case OP_YIELD:
        emit_yield(e, op);
        break;
    case OP_COND:
        break; /* emit_while */
    default:
        if (op->nresults > 1 || (op->nresults && plan_of(e->plan, op->results[0])->show == SHOW_VAR))
            emit_results(e, op);
        else if (!initialises_local(e, op))
            emit_memory(e, op);
    }
}

void emit_op(Emitter *e, Op *op)
{
    Loc outer = e->loc;
    if (op->loc.line > 0)
        e->loc = op->loc;
    emit_statement(e, op);
    e->loc = outer;
}

void emit_region(Emitter *e, Region *r)
{
    bool outer = e->reverse;
    for (Op *op = r->first; op; op = op_next(op)) {
        e->reverse = (e->reverse || op->in_reverse) && !op->fused; /* and what follows it: the reverse comes last */
        Op *last = emit_pushes(e, op);
        if (last)
            op = last;
        else
            emit_op(e, op);
    }
    e->reverse = outer;
}
