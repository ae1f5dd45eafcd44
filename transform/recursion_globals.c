/* recursion_globals.c: variables of static lifetime in recursive functions become parameters.
 *
 *   static struct node pool[64]; ... build(x, 0, n)   ->   build(x, 0, n, pool)
 *
 * Of adgen's own copies of the functions only, and of what some function of the program writes or hands on. The derivative follows
 * parameters; the caller has the shadow of the variable. Plain integers and places in texts stay variables. */
#include "recursion.h"

#include <string.h>

static bool is_text(const Type *t)
{
    return t->kind == TY_PTR && type_is_int(t->elem) && t->elem->size == 1;
}

/* Plain integers and a place in a text stay where they are (recursion_memory.c). */
static bool is_followed(const Var *var)
{
    const Type *t = var->type;
    while (t->kind == TY_ARRAY || t->kind == TY_PTR)
        t = t->elem;
    if (strchr(type_spelling(t), '{')) /* a struct without a name is another type in each parameter list */
        return false;
    bool carries = type_has_float(var->type) || (type_has_pointers(var->type) && !is_text(var->type));
    return carries && !var->is_const && !var->is_volatile && !var->is_atomic && !var->is_thread && !var->is_inactive;
}

/* ---------------------------------------------------------------------- which variables */

typedef struct {
    const Var *var;
    bool found;
} Writes;

/* A store, or an address that goes on. */
static void find_write(Op *op, void *ctx)
{
    Writes *w = ctx;
    bool reads = op->code == OP_LOAD || op_info[op->code].kind == KIND_ADDR || op_is_compare(op->code);
    for (int i = 0; i < op->nargs && !reads && !w->found; i++)
        w->found = op->args[i]->type->kind == TY_PTR && global_at(op->args[i]) == w->var;
}

static bool is_written(const Program *p, const Var *var)
{
    Writes w = {.var = var};
    for (size_t i = 0; i < p->fns.n && !w.found; i++) {
        const Fn *fn = p->fns.at[i];
        if (fn->has_body && fn->body)
            walk_ops(fn->body, find_write, &w);
    }
    for (size_t i = 0; i < p->requests.n && !w.found; i++)
        w.found = ptrs_has(&((const Request *)p->requests.at[i])->global_vars, var);
    return w.found;
}

typedef struct {
    struct Recursion *of;
    const Program *program;
    bool changed;
} Lift;

static void add_variable(Lift *l, Var *var)
{
    if (ptrs_has(&l->of->lifted, var))
        return;
    ptrs_push(&l->of->lifted, var);
    l->changed = true;
}

static void find_variable(Op *op, void *ctx)
{
    Lift *l = ctx;
    if (op->code == OP_GLOBAL && op->var && !ptrs_has(&l->of->lifted, op->var) && is_followed(op->var) && is_written(l->program, op->var))
        add_variable(l, op->var);
    const struct Recursion *callee = op->code == OP_CALL && op->callee ? op->callee->recursion : NULL;
    for (size_t i = 0; callee && i < callee->lifted.n; i++)
        add_variable(l, callee->lifted.at[i]);
}

typedef struct {
    const Var *var;
    bool moved; /* to what it did not point to */
} Cursor;

static void find_move(Op *op, void *ctx)
{
    Cursor *c = ctx;
    if (op->code != OP_STORE || global_at(op->args[0]) != c->var)
        return;
    const Value *v = op->args[1];
    while (v->def && v->def->code == OP_INDEX)
        v = v->def->args[0];
    c->moved |= !v->def || v->def->code != OP_LOAD || global_at(v->def->args[0]) != c->var;
}

bool recursion_is_cursor(const Fn *fn, const Var *var)
{
    Cursor c = {.var = var};
    if (is_text(var->type) && var->type->elem_const)
        walk_ops(fn->body, find_move, &c);
    return is_text(var->type) && var->type->elem_const && !c.moved;
}

/* ---------------------------------------------------------------------- parameters and arguments */

/* An array is handed on as a pointer to its first element. */
static Type *parameter_type(const Var *var)
{
    return type_ptr(var->type->kind == TY_ARRAY ? var->type->elem : var->type);
}

typedef struct {
    Fn *fn;
    const Var *var;
    Ptrs found;
} Uses;

static void find_use(Op *op, void *ctx)
{
    Uses *u = ctx;
    if (op->code == OP_GLOBAL && op->var == u->var)
        ptrs_push(&u->found, op);
}

typedef struct {
    const Value *whole;
    Ptrs found;
    bool others;
} Firsts;

static void find_first(Op *op, void *ctx)
{
    Firsts *f = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i] != f->whole)
            continue;
        if (op->code == OP_DECAY)
            ptrs_push(&f->found, op);
        else
            f->others = true;
    }
}

static void take_parameter(Fn *fn, Op *op, Value *param)
{
    Value *whole = op->results[0];
    Firsts f = {.whole = whole, .found = {.arena = fn->arena}, .others = true};
    if (param->type != whole->type) {
        f.others = false;
        walk_ops(fn->body, find_first, &f);
    }
    for (size_t i = 0; i < f.found.n; i++) {
        Op *first = f.found.at[i];
        replace_uses(fn, first->results[0], param);
        op_remove(first);
    }
    if (f.others) {
        Builder b = before_op(op);
        b.loc = op->loc;
        replace_uses(fn, whole, param->type == whole->type ? param : build_ptrcast(&b, param, whole->type));
    }
    op_remove(op);
}

static void add_parameters(struct Recursion *r)
{
    Fn *fn = r->fn;
    for (size_t i = 0; i < r->lifted.n; i++) {
        Var *var = r->lifted.at[i];
        Type *t = parameter_type(var);
        Value *param = fn_add_param(fn, t, var_named(fn, t, "", var, "global"));
        Uses u = {.fn = fn, .var = var, .found = {.arena = fn->arena}};
        walk_ops(fn->body, find_use, &u);
        for (size_t k = 0; k < u.found.n; k++)
            take_parameter(fn, u.found.at[k], param);
    }
}

static Value *argument(const Fn *fn, Op *call, Var *var)
{
    const struct Recursion *own = fn->recursion;
    for (size_t i = 0; own && i < own->lifted.n; i++)
        if (own->lifted.at[i] == var)
            return fn->body->args[fn->nparams - (int)own->lifted.n + (int)i];
    Builder b = before_op(call);
    b.loc = call->loc;
    Op *op = op_build(&b, OP_GLOBAL, NULL, 0, 1);
    op->var = var;
    op->results[0]->type = type_ptr_q(var->type, var->is_const, var->is_volatile);
    return var->type->kind == TY_ARRAY ? build_decay(&b, op->results[0]) : op->results[0];
}

static void add_arguments(Op *op, void *ctx)
{
    const Fn *fn = ctx;
    const struct Recursion *r = op->code == OP_CALL && op->callee ? op->callee->recursion : NULL;
    int missing = r ? op->callee->nparams - op->nargs : 0;
    for (int i = 0; i < missing; i++)
        op_add_arg(op, argument(fn, op, r->lifted.at[(int)r->lifted.n - missing + i]));
}

void recursion_add_arguments(Fn *fn)
{
    walk_ops(fn->body, add_arguments, fn);
}

void recursion_lift_globals(Program *p, size_t first)
{
    Lift l = {.program = p, .changed = true};
    while (l.changed) {
        l.changed = false;
        for (size_t i = first; i < p->recursions.n; i++) {
            l.of = p->recursions.at[i];
            walk_ops(l.of->fn->body, find_variable, &l);
        }
    }
    for (size_t i = first; i < p->recursions.n; i++)
        add_parameters(p->recursions.at[i]);
    for (size_t i = first; i < p->recursions.n; i++)
        recursion_add_arguments(((struct Recursion *)p->recursions.at[i])->fn);
}
