/* static_locals.c: static variables of functions that keep floating numbers between calls.
 *
 *     static double last_x = -1, last_y;
 *     if (x == last_x) return last_y;        what an earlier call of the derivative left has no derivative in this one
 *
 * A derivative has them as locals of its own, which start as the program does: within one call of it they keep what they hold from call to
 * call of the function, and it stays re-entrant. */
#include "derivative.h"

typedef struct {
    Fn *root;
    const Fn *primal;
    Ptrs vars;   /* Var*: static locals that root uses and the program writes */
    PtrMap fresh; /* Var* -> its local's address */
    PtrMap replaced;
} Statics;

static void collect(Op *op, void *ctx)
{
    Statics *s = ctx;
    const Var *var = op->code == OP_GLOBAL ? op->var : NULL;
    if (var && var->owner && var->is_static && !ptrs_has(&s->vars, var) && static_may_be_written(s->root->program, var))
        ptrs_push(&s->vars, op->var);
}

/* Does the function that var belongs to keep numbers? Then what it keeps beside them goes along. */
static bool is_numeric_state(const Statics *s, const Var *var)
{
    for (size_t i = 0; i < s->vars.n; i++) {
        const Var *other = s->vars.at[i];
        if (other->owner == var->owner && type_has_float(other->type))
            return true;
    }
    return false;
}

static Var *copy_of(const Statics *s, const Var *var)
{
    Var *copy = arena_alloc(s->root->arena, sizeof *copy);
    *copy = *var;
    copy->is_static = copy->is_global = copy->is_thread = false;
    copy->owner = s->root;
    copy->decl_text = NULL;
    copy->initial = NULL;
    ptrs_push(&s->root->locals, copy);
    return copy;
}

static void make_fresh(Statics *s, Var *var)
{
    Op *first = s->root->body->first;
    Builder b = before_op(first);
    b.loc = var->loc;
    Value *local = build_local(&b, var->type, copy_of(s, var), NULL, 0);
    local->def->zeroed = true;
    if (var->initial) {
        Op *call = op_build(&b, OP_CALL, &local, 1, 0);
        call->callee = var->initial;
        call->of = type_void();
    }
    ptrmap_put(&s->fresh, var, local);
    diag_warning(var->loc, "private-static",
                 "derivatives of '%s' have their own copy of the static variable '%s', which '%s' writes; it starts anew in each call",
                 s->primal->name, var->name, var->owner->name);
}

static void replace(Op *op, void *ctx)
{
    Statics *s = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&s->replaced, op->args[i]);
    Value *local = op->code == OP_GLOBAL ? ptrmap_get(&s->fresh, op->var) : NULL;
    if (!local)
        return;
    ptrmap_put(&s->replaced, op->results[0], local);
    op_remove(op);
}

bool localise_statics(Fn *root, const Fn *primal)
{
    Statics s = {.root = root, .primal = primal};
    s.vars.arena = s.fresh.arena = s.replaced.arena = root->arena;
    walk_ops(root->body, collect, &s);
    for (size_t i = 0; i < s.vars.n; i++)
        if (is_numeric_state(&s, s.vars.at[i]))
            make_fresh(&s, s.vars.at[i]);
    if (s.fresh.n)
        walk_ops(root->body, replace, &s);
    return s.fresh.n > 0;
}
