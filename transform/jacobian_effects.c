/* jacobian_effects.c: a matrix runs f several times: what f writes is put back in between, what it prints is printed by the first run.
 *
 *   fprintf(stderr, "no memory\n");   ->   if (!again) fprintf(stderr, "no memory\n");
 */
#include "analysis.h"
#include "derivative.h"
#include "jacobian.h"

#include <string.h>

typedef struct {
    Dense *d;
    Ptrs seen;    /* Fn*: called functions that have been looked at */
    Ptrs tellers; /* Fn*: ... with messages in them */
    Ptrs prints;  /* Op*: calls in the function itself that are for the first run alone */
    int *uses;    /* of the function's values; NULL: inside a call */
    Loc *message; /* inside a call: the first message, NULL where there may be none */
} Effects;

/* ---------------------------------------------------------------------- effects */

static void refuse_effect(const Effects *e, const Op *op)
{
    const char *name = op->callee ? op->callee->name : op->text ? op->text : "a function";
    refuse_matrix(e->d, op->loc, arena_printf(e->d->arena, "it is run several times, but calls '%s', whose effects would be repeated; leave that out, or use --%s", name,
                                              e->d->rq->mode == MODE_HESSIAN ? "hvp" : "jvp"));
}

/* Does the program end behind it, so that there is no other run? */
static bool is_last(const Op *op)
{
    for (op = op->next; op; op = op->next)
        if (op->code == OP_CALL && op->text && (!strcmp(op->text, "exit") || !strcmp(op->text, "abort") || !strcmp(op->text, "_Exit")))
            return true;
    return false;
}

/* Whoever declares a derivative of a function of another file says that it, and this, do nothing besides their arguments. */
static bool is_function_of_arguments(const Program *p, const Op *call)
{
    const Fn *callee = call->callee;
    bool found = callee && (callee->custom_vjp || callee->custom_jvp);
    for (size_t i = 0; callee && i < p->fns.n && !found; i++)
        found = ((const Fn *)p->fns.at[i])->custom_vjp == callee || ((const Fn *)p->fns.at[i])->custom_jvp == callee;
    return found;
}

static void find_effect(Op *op, void *ctx);

/* For the first run alone. */
static void note_message(Effects *e, Op *call)
{
    if (e->uses)
        ptrs_push(&e->prints, call);
    else if (e->message)
        *e->message = call->loc;
}

/* A function that stays called: nothing but messages, without an influence on what f computes, may happen in it. */
static void find_inside(Effects *e, Op *call)
{
    if (ptrs_has(&e->seen, call->callee)) {
        if (ptrs_has(&e->tellers, call->callee))
            note_message(e, call);
        return;
    }
    ptrs_push(&e->seen, call->callee);
    bool tells = !call->callee->instance && !call->nresults;
    Habits h = tells ? habits_of(e->d->arena, call->callee) : (Habits){0};
    for (int i = 0; i < call->nargs; i++)
        tells = tells && (call->args[i]->type->kind != TY_PTR || (call->args[i]->type->elem_const && !type_has_pointers(call->args[i]->type->elem)));
    Loc message = {0};
    Effects inner = {.d = e->d, .seen = e->seen, .tellers = e->tellers, .message = tells && !h.writes.n && !h.unknown ? &message : NULL};
    walk_ops(call->callee->body, find_effect, &inner);
    e->seen = inner.seen;
    e->tellers = inner.tellers;
    if (!message.line)
        return;
    ptrs_push(&e->tellers, call->callee);
    note_message(e, call);
}

static void find_effect(Op *op, void *ctx)
{
    Effects *e = ctx;
    const KnownCall *known = op->code == OP_CALL ? known_call(op) : NULL;
    if ((op->code == OP_LOAD || op->code == OP_STORE) && op->args[0]->type->elem_volatile)
        refuse_matrix(e->d, op->loc, "it is run several times, but this reads or writes volatile memory");
    if (op->code == OP_CALLPTR)
        refuse_effect(e, op);
    if (op->code != OP_CALL || (op->text && !op->callee && !strncmp(op->text, "ad_", 3))) /* the runtime's tapes and logs end with the run */
        return;
    bool ignored = !e->uses || op->nresults == 0 || !e->uses[op->results[0]->id];
    bool reports = known && known->again == ONCE && ignored && (e->uses || e->message);
    if (op->callee && op->callee->has_body && !reports) /* reports.c */
        find_inside(e, op);
    else if (known && known->again == ONCE && is_last(op))
        return;
    else if (reports)
        note_message(e, op);
    else if ((!known || known->again != AGAIN) && !is_function_of_arguments(e->d->helper->program, op))
        refuse_effect(e, op);
}

static void add_again(Dense *d)
{
    Var *v = arena_alloc(d->helper->arena, sizeof *v);
    *v = (Var){.name = "again", .type = type_scalar(TY_INT), .owner = d->helper};
    for (int i = 0; i < d->helper->nparams; i++)
        while (d->helper->params[i]->name && !strcmp(d->helper->params[i]->name, v->name))
            v->name = arena_printf(d->arena, "%s_", v->name);
    fn_add_param(d->helper, v->type, v);
    d->again = v->name;
}

static void print_once(Dense *d, Op *call)
{
    Builder at = before_op(call);
    Value *again = d->helper->body->args[d->helper->nparams - 1];
    Op *branch = build_if(&at, build_un(&at, OP_LNOT, again));
    Builder in = at_end(branch->regions[0]);
    op_move(call, &in);
    build_yield(&in, NULL, 0);
    in = at_end(branch->regions[1]);
    build_yield(&in, NULL, 0);
}

static void find_effects(Dense *d)
{
    Effects e = {.d = d, .seen = {.arena = d->arena}, .tellers = {.arena = d->arena}, .prints = {.arena = d->arena}, .uses = count_uses(d->helper)};
    walk_ops(d->helper->body, find_effect, &e);
    if (d->failed || !e.prints.n)
        return;
    add_again(d);
    for (size_t i = 0; i < e.prints.n; i++)
        print_once(d, e.prints.at[i]);
}

/* The structure is found by runs of their own, before the first run that counts. */
static void silence_structure(Dense *d)
{
    Effects e = {.d = d, .seen = {.arena = d->arena}, .tellers = {.arena = d->arena}, .prints = {.arena = d->arena}, .uses = count_uses(d->structure)};
    walk_ops(d->structure->body, find_effect, &e);
    for (size_t i = 0; i < e.prints.n; i++)
        op_remove(e.prints.at[i]);
}

/* ---------------------------------------------------------------------- memory */

/* A recursive function does not write what is given to it as const, though it may reach it through the same structs as what it writes. */
static bool is_write(const MemInfo *m, int write, const Value *param)
{
    return !(param->type->elem_const && is_recursion(m->writes[write].op));
}

static bool is_written(const MemInfo *m, const Value *param)
{
    for (int i = 0; i < m->nobjects; i++) {
        const MemObject *o = &m->objects[i];
        for (int k = 0; k < o->writes.n && (o->kind == OBJ_PARAM || o->kind == OBJ_POINTEE) && o->param == param; k++)
            if (is_write(m, o->writes.at[k], param))
                return true;
    }
    return false;
}

typedef struct {
    const Value *pointer;
    bool found;
} Question;

static void find_question(Op *op, void *ctx)
{
    Question *q = ctx;
    bool asks = op_is_compare(op->code) || op->code == OP_LNOT || op->code == OP_IF || op->code == OP_SELECT || op->code == OP_LAND || op->code == OP_LOR;
    for (int i = 0; i < op->nargs; i++)
        q->found = q->found || (asks && op->args[i] == q->pointer);
}

static bool is_optional(const Value *pointer)
{
    Question q = {pointer, false};
    if (pointer->type->kind == TY_PTR)
        walk_ops(pointer->arg_of, find_question, &q);
    return q.found;
}

static void save_param(Dense *d, Part *p)
{
    p->saved = true;
    if (type_has_pointers(p->leaf) || p->leaf->kind == TY_VOID || p->leaf->kind == TY_OPAQUE)
        refuse_matrix(d, p->var->loc, arena_printf(d->arena, "it is run several times, but changes what '%s' points to, which cannot be put back", p->name));
    else if (!p->length)
        refuse_matrix(d, p->var->loc, arena_printf(d->arena, "it is run several times, but changes '%s', whose length is not known; annotate it with AD_LEN(...)",
                                            p->name));
}

static void save_global(Dense *d, Var *var)
{
    bool named = ptrs_has(&d->rq->global_vars, var);
    if (ptrs_has(&d->globals, var) || var->is_const || (var->type->kind == TY_ARRAY && var->type->elem_const))
        return;
    if (var->owner || type_has_pointers(var->type) || (!named && strmap_get(&d->taken, var->name)))
        refuse_matrix(d, var->loc, arena_printf(d->arena, "it is run several times, but changes '%s', which cannot be put back", var->name));
    else
        ptrs_push(&d->globals, var);
}

/* A write of memory that is not the function's own, and has no name. */
static void refuse_nameless(Dense *d, const MemInfo *m)
{
    for (int i = 0; i < m->nobjects; i++) {
        const MemObject *o = &m->objects[i];
        bool nameless = o->kind == OBJ_UNKNOWN || (o->kind == OBJ_POINTEE && !o->param);
        if (nameless && o->writes.n)
            refuse_matrix(d, m->writes[o->writes.at[0]].op->loc, "it is run several times, but this changes memory that cannot be named and put back");
    }
    for (int i = 0; i < m->wild.n; i++) {
        const Op *op = m->writes[m->wild.at[i]].op;
        if (!recursion_is_known(op) && !is_function_of_arguments(d->helper->program, op))
            refuse_matrix(d, op->loc, "it is run several times, but this call may change memory behind pointers, which cannot be put back");
    }
}

/* What f writes, its derivatives' memory apart, is what the function of the source writes. */
static void find_saved(Dense *d)
{
    Fn *primal = prepare_for(d->rq);
    if (!primal) {
        d->failed = true;
        return;
    }
    MemInfo *m = mem_analyse(primal);
    for (int i = 0; i < d->nparams; i++) {
        bool own = d->part[i].scalar || d->part[i].by_value;
        d->part[i].optional = !own && is_optional(primal->body->args[i]);
        if (!own && is_written(m, primal->body->args[i]))
            save_param(d, &d->part[i]);
    }
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->code == OP_GLOBAL && m->objects[i].writes.n)
            save_global(d, m->objects[i].op->var);
    for (size_t i = 0; i < d->globals.n; i++)
        strmap_put(&d->taken, ((Var *)d->globals.at[i])->name, d);
    refuse_nameless(d, m);
}

void matrix_effects(Dense *d)
{
    find_effects(d);
    if (!d->failed && d->structure)
        silence_structure(d);
    if (!d->failed)
        find_saved(d);
}
