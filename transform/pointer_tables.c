/* pointer_tables.c: tables of addresses that nobody writes become locals.
 *
 *     static double w[9], b[3], *const layer[] = {w, b};        layer[k][i] = x * x;
 *
 * As a local, the table has a shadow that is made in the same way: of the addresses of the derivatives of w and b. */
#include "derivative.h"

typedef struct {
    Fn *root;
    const Request *rq;
    PtrMap fresh, replaced; /* Var* -> its local's address; addresses -> the same */
} Tables;

static bool is_constant(const Type *t)
{
    while (t->kind == TY_ARRAY && !t->elem_const)
        t = t->elem;
    return t->kind == TY_ARRAY;
}

static void find_numbers(Op *op, void *found)
{
    const Var *v = op->code == OP_GLOBAL ? op->var : NULL;
    if (v && type_reaches_float(v->type) && !v->is_const && !is_constant(v->type))
        *(bool *)found = true;
}

static bool is_table(const Tables *t, const Var *var)
{
    if (!var || !var->initial || !type_has_pointers(var->type) || var->is_thread || var->is_inactive)
        return false;
    for (size_t i = 0; i < t->rq->global_vars.n; i++)
        if (t->rq->global_vars.at[i] == var)
            return false;
    bool numbers = false;
    walk_ops(var->initial->body, find_numbers, &numbers);
    bool closed = var->is_static || var->is_const || is_constant(var->type);
    return numbers && closed && !static_may_be_written(t->root->program, var);
}

static Value *make_local(const Tables *t, const Var *var)
{
    Fn *root = t->root;
    Var *copy = arena_alloc(root->arena, sizeof *copy);
    *copy = *var;
    copy->is_static = copy->is_global = copy->is_extern = copy->is_const = false;
    copy->owner = root;
    copy->decl_text = NULL;
    copy->initial = NULL;
    ptrs_push(&root->locals, copy);
    Builder b = before_op(root->body->first);
    b.loc = var->loc;
    Value *local = build_local(&b, var->type, copy, NULL, 0);
    local->def->zeroed = true;
    Op *call = op_build(&b, OP_CALL, &local, 1, 0);
    call->callee = var->initial;
    call->of = type_void();
    return local;
}

static void replace(Op *op, void *ctx)
{
    Tables *t = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&t->replaced, op->args[i]);
    Var *var = op->code == OP_GLOBAL ? op->var : NULL;
    if (!var || (!ptrmap_get(&t->fresh, var) && !is_table(t, var)))
        return;
    if (!ptrmap_get(&t->fresh, var))
        ptrmap_put(&t->fresh, var, make_local(t, var));
    ptrmap_put(&t->replaced, op->results[0], ptrmap_get(&t->fresh, var));
    op_remove(op);
}

bool localise_pointer_tables(Fn *root, const Request *rq)
{
    Tables t = {.root = root, .rq = rq, .fresh = {.arena = root->arena}, .replaced = {.arena = root->arena}};
    walk_ops(root->body, replace, &t);
    return t.fresh.n > 0;
}
