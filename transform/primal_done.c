/* primal_done.c: a derivative whose caller has just run the primal (INTERFACE.md, --primal-done). What the forward sweep wrote for the
 * caller is there already: those stores and all outside effects are taken out, and what is still needed is computed again from memory
 * as the primal left it. That is right where what is read has not been overwritten since it was read; else the program is refused.
 */
#include "derivative.h"

/* Is it the record that the primal returned? Nobody has kept that: it is the function's own here. */
static bool is_result(const Fn *fn, int object)
{
    const int *objs;
    return fn->sret && mem_objects(fn->mem, fn->body->args[fn->body->nargs - 1], &objs) == 1 && objs[0] == object;
}

static bool writes_own_memory(const Fn *fn, const Value *p)
{
    const int *objs;
    int n = mem_objects(fn->mem, p, &objs);
    for (int i = 0; i < n; i++)
        if (!mem_object_own(fn->mem, objs[i]) && !is_result(fn, objs[i]))
            return false;
    return n > 0;
}

static bool is_primal(const Fn *fn, const Op *op)
{
    return !op->in_reverse && mem_position(fn->mem, op) > 0;
}

/* May the call fill memory of the function's own? */
static bool fills_own_memory(const Fn *fn, const Op *call)
{
    for (int i = 0; i < call->nargs; i++) {
        const Type *t = call->args[i]->type;
        bool writes = t->kind == TY_PTR && t->elem->kind != TY_FUNC && (call_is_library(call) ? custom_may_write(call, i) : !t->elem_const);
        if (writes && writes_own_memory(fn, call->args[i]))
            return true;
    }
    return false;
}

typedef struct {
    Fn *fn;
    const int *uses;
} Drop;

static void drop_effect(Op *op, void *ctx)
{
    const Drop *d = ctx;
    const Fn *fn = d->fn;
    if (!is_primal(fn, op))
        return;
    OpEffect effect = op_info[op->code].effect;
    bool write = op->code == OP_STORE || op->code == OP_ZERO || op->code == OP_COPY;
    if (write ? writes_own_memory(fn, op->args[0]) : effect != EFFECT_OUTSIDE)
        return;
    if (op->callee && op->callee->instance) {
        diag_error(op->loc, "--primal-done: what the recursive calls would keep for their reverse is not there, and calls are not repeated; "
                            "differentiate without --primal-done");
        return;
    }
    if (fills_own_memory(fn, op)) {
        diag_error(op->loc, "--primal-done: what this call writes is the function's own and gone by now, and calls are not repeated; "
                            "let it write to a parameter, or differentiate without --primal-done");
        return;
    }
    if (op->nresults > 0 && d->uses[op->results[0]->id] > 0) {
        diag_error(op->loc, "--primal-done: the result of this call would be needed again, and calls are not repeated; differentiate "
                            "without --primal-done");
        return;
    }
    op_remove(op);
}

/* ---------------------------------------------------------------------- what the primal stored */

/* Is v there right after `op`? */
static bool is_there(const Fn *fn, const Value *v, const Op *op)
{
    const Region *home = value_region(v);
    const Op *at = op;
    for (const Region *r = op->parent; r; r = at ? at->parent : NULL) {
        if (r == home)
            return !v->def || v->def == at || (is_primal(fn, v->def) && mem_position(fn->mem, v->def) < mem_position(fn->mem, at));
        at = r->owner;
    }
    return false;
}

/* The address p computed anew at b; NULL where it depends on what is not there yet. */
static Value *address_at(const Fn *fn, Builder *b, const Op *after, Value *p)
{
    Op *op = p->def;
    if (is_there(fn, p, after))
        return p;
    if (!op || (op_info[op->code].kind != KIND_ADDR && op_info[op->code].kind != KIND_ARITH && op_info[op->code].kind != KIND_CONST))
        return NULL;
    PtrMap map = {.arena = fn->arena};
    for (int i = 0; i < op->nargs; i++) {
        Value *operand = address_at(fn, b, after, op->args[i]);
        if (!operand)
            return NULL;
        ptrmap_put(&map, op->args[i], operand);
    }
    return clone_op(b, op, &map)->results[0];
}

typedef struct {
    Fn *fn;
    PtrMap read_again; /* Value* -> Value*: what was stored -> its load */
} Stored;

/* y = sqrt(...); s[i] = y   ->   y = s[i]: the primal has stored it there and nothing has overwritten it. */
static void read_stored(Op *op, void *ctx)
{
    Stored *s = ctx;
    Fn *fn = s->fn;
    if (op->code != OP_STORE || !is_primal(fn, op) || writes_own_memory(fn, op->args[0]))
        return;
    Value *v = op->args[1];
    if (!v->def || !is_primal(fn, v->def) || v->def->parent != op->parent || op_info[v->def->code].kind == KIND_CONST ||
        v->def->code == OP_LOAD || ptrmap_get(&s->read_again, v) || !mem_stored_reloadable(fn->mem, op))
        return;
    Builder b = after_op(v->def);
    b.loc = op->loc;
    Value *p = address_at(fn, &b, v->def, op->args[0]);
    if (!p)
        return;
    Value *load = build_load(&b, p);
    load->var = v->var;
    ptrmap_put(&s->read_again, v, load);
}

/* ---------------------------------------------------------------------- what it overwrote */

/* Loads whose memory the primal has overwritten since -> a store that did (or the load). Found while the stores are still there. */
typedef struct {
    Fn *fn;
    PtrMap overwritten;
} Loads;

static void find_overwritten(Op *op, void *ctx)
{
    Loads *l = ctx;
    Fn *fn = l->fn;
    if (op->code != OP_LOAD || !is_primal(fn, op) || mem_reloadable(fn->mem, op) || writes_own_memory(fn, op->args[0]))
        return;
    Ptrs stores = {.arena = fn->arena};
    mem_reloadable_but_for(fn->mem, op, &stores);
    ptrmap_put(&l->overwritten, op, stores.n ? stores.at[0] : op);
}

static void refuse_overwritten(Op *op, void *ctx)
{
    Loads *l = ctx;
    const Op *by = ptrmap_get(&l->overwritten, op);
    if (!by)
        return;
    diag_error(by->loc, "--primal-done: a value that the derivative needs is overwritten here; store it in an array of its own, or "
                        "differentiate without --primal-done");
    if (by != op)
        diag_note(op->loc, "it is read here");
}

/* The record that the primal returned becomes a local object. */
static void keep_result(Fn *fn)
{
    Value *result = fn->body->args[fn->body->nargs - 1];
    Builder b = before_op(fn->body->first);
    b.loc = fn->loc;
    replace_uses(fn, result, build_local(&b, fn->ret, result->var, NULL, 0));
    region_drop_arg(fn->body, fn->body->nargs - 1);
    fn->sret = false;
}

void drop_primal(Fn *fn)
{
    if (!fn->primal_done)
        return;
    Loads loads = {fn, {.arena = fn->arena}};
    walk_ops(fn->body, find_overwritten, &loads);
    Stored stored = {fn, {.arena = fn->arena}};
    walk_ops(fn->body, read_stored, &stored);
    replace_uses_map(fn, &stored.read_again);
    Drop drop = {fn, count_uses(fn)};
    walk_ops(fn->body, drop_effect, &drop);
    if (fn->sret)
        keep_result(fn);
    op_set_args(region_terminator(fn->body), NULL, 0);
    fn->ret = type_void();
    fn->ret_spelled = NULL;
    remove_dead(fn);
    walk_ops(fn->body, refuse_overwritten, &loads);
}
