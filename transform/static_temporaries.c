/* static_temporaries.c: static variables that are only temporaries become locals.
 *
 *   static float sqrarg;   #define SQR(a) ((sqrarg = (a)) == 0 ? 0 : sqrarg * sqrarg)
 *   static int i;          for (i = 0; i < n; i++) ...
 *
 * What an earlier call left in them is read nowhere: in each function that mentions the variable a store comes before every load, and its
 * address goes nowhere. Then no call sees another's value, and the derivative needs no copy that lives on. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

typedef struct {
    const Var *var;
    bool temporary;
} Search;

static bool is_variable(const Value *p, const Var *var)
{
    return p->def && p->def->code == OP_GLOBAL && p->def->var == var;
}

/* Is there a store among the op and those before it? */
static bool stored_by(const Op *op, const Var *var)
{
    for (; op; op = op->prev)
        if (op->code == OP_STORE && is_variable(op->args[0], var))
            return true;
    return false;
}

bool stored_on_every_way(const Op *load, const Var *var)
{
    for (const Op *at = load; at; at = at->parent->owner) {
        const Op *owner = at->parent->owner;
        if (stored_by(at->prev, var))
            return true;
        if (owner && owner->code == OP_WHILE && at->parent == owner->regions[1] && stored_by(owner->regions[0]->last, var))
            return true; /* in the loop's condition */
    }
    return false;
}

static void check_use(Op *op, void *ctx)
{
    Search *s = ctx;
    for (int i = 0; i < op->nargs && s->temporary; i++)
        if (is_variable(op->args[i], s->var))
            s->temporary = (op->code == OP_STORE && i == 0) || (op->code == OP_LOAD && stored_on_every_way(op, s->var));
}

static bool can_be_local(const Fn *fn, const Var *var)
{
    bool scalar = type_is_int(var->type) || type_is_float(var->type);
    bool own = var->is_static || var->owner;
    return fn->program && scalar && own && !(var->is_extern || var->is_const || var->is_volatile || var->is_atomic || var->is_thread);
}

typedef struct {
    const Var *var;
    Ptrs seen; /* Fn* */
    bool found;
} Mentions;

static void find_mention(Op *op, void *ctx)
{
    Mentions *m = ctx;
    Fn *f = op->code == OP_CALL || op->code == OP_FNADDR ? op->callee : NULL;
    m->found = m->found || (op->code == OP_GLOBAL && op->var == m->var);
    if (m->found || !f || !f->has_body || ptrs_has(&m->seen, f))
        return;
    ptrs_push(&m->seen, f);
    walk_ops(f->body, find_mention, m);
}

typedef struct {
    const Var *var;
    Arena *arena;
    bool found;
} Calls;

static void find_call(Op *op, void *ctx)
{
    Calls *c = ctx;
    if (c->found || (op->code != OP_CALL && op->code != OP_FNADDR))
        return;
    Mentions m = {c->var, {.arena = c->arena}, false};
    find_mention(op, &m);
    c->found = m.found;
}

/* A function that stays called has the variable still, and could change it behind a local's back. */
static bool is_temporary(const Fn *fn, const Var *var)
{
    const Program *p = fn->program;
    Search s = {var, can_be_local(fn, var) && !program_initialiser_names(p, var->name)};
    Calls calls = {var, arena_new(), false};
    if (s.temporary)
        walk_ops(fn->body, check_use, &s);
    if (s.temporary)
        walk_ops(fn->body, find_call, &calls);
    for (size_t i = 0; i < p->fns.n && s.temporary; i++) {
        const Fn *other = p->fns.at[i];
        if (other->has_body && other->body)
            walk_ops(other->body, check_use, &s);
    }
    arena_free(calls.arena);
    return s.temporary && !calls.found;
}

/* ---------------------------------------------------------------------- locals in their place */

typedef struct {
    Fn *fn;
    const Request *rq;
    PtrMap local;    /* Var* -> its LOCAL's address; Var* -> the Var itself where it stays */
    PtrMap replaced; /* addresses of the variable -> that of the local */
} Temporaries;

static Value *make_local(Temporaries *t, Var *var)
{
    Var *copy = arena_alloc(t->fn->arena, sizeof *copy);
    *copy = *var;
    copy->is_static = copy->is_global = false;
    copy->owner = t->fn;
    copy->decl_text = NULL;
    copy->initial = NULL;
    ptrs_push(&t->fn->locals, copy);
    Builder top = before_op(t->fn->body->first);
    top.loc = var->loc;
    return build_local(&top, var->type, copy, NULL, 0);
}

static void replace(Op *op, void *ctx)
{
    Temporaries *t = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&t->replaced, op->args[i]);
    if (op->code != OP_GLOBAL)
        return;
    void *known = ptrmap_get(&t->local, op->var);
    if (!known) {
        bool named = ptrs_has(&t->rq->global_vars, op->var);
        known = !named && is_temporary(t->fn, op->var) ? (void *)make_local(t, op->var) : op->var;
        ptrmap_put(&t->local, op->var, known);
    }
    if (known == op->var)
        return;
    ptrmap_put(&t->replaced, op->results[0], known);
    op_remove(op);
}

void localise_temporaries(Fn *fn, const Request *rq)
{
    Temporaries t = {.fn = fn, .rq = rq};
    t.local.arena = t.replaced.arena = fn->arena;
    walk_ops(fn->body, replace, &t);
}
