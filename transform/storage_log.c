/* storage_log.c: stores that are logged in the forward sweep and taken back in the reverse sweep, so that loads before them can simply
 * be repeated there. For memory that is overwritten less often than it is read this is far less than keeping what was read:
 *
 *   out[o] = sum_i w[o][i] * x[i];   where out may overlap w and x: one value a row instead of two a product
 *
 * What was taken back in the caller's memory is put back at the function's end: outputs end as the primal's.
 */
#include "derivative.h"

#include <string.h>

/* What ends the objects that the reverse sweep needed stands at its end, though it belongs to the forward sweep. */
static bool is_forward(const Op *op)
{
    return !op->in_reverse && !(op->code == OP_CALL && op->text && !strcmp(op->text, "ad_free_pushed"));
}

/* Where the reverse sweep begins: ops of it that stand before that were put there for a fused loop, and are in nobody's way. */
static Op *reverse_sweep(const Region *body)
{
    Op *op = region_terminator(body);
    while (op->prev && !is_forward(op->prev))
        op = op->prev;
    return op;
}

Op *log_undo_place(const Logger *l, const Op *store)
{
    Region *home = store->parent, *mirror = home == l->fn->body ? home : ptrmap_get(l->mirror_of, home);
    if (!mirror)
        return NULL;
    int position = mem_position(l->fn->mem, store);
    for (Op *op = mirror == home ? reverse_sweep(home) : mirror->first; op; op = op->next) {
        if (op == region_terminator(mirror) || (op->reverses && mem_position(l->fn->mem, op->reverses) <= position))
            return op;
    }
    return NULL;
}

bool is_bit_field(const Value *p)
{
    return p->def && p->def->code == OP_FIELD && p->def->args[0]->type->elem->fields[p->def->ival].bit_width > 0;
}

/* Is all that the store may write this function's own (*own true) or all of it not (false)? A mixture cannot be logged: what is the
 * caller's is put back at the end, when what is its own may be gone. */
static bool one_owner(const Logger *l, const Op *store, bool *own)
{
    const int *objs;
    int n = mem_objects(l->fn->mem, store->args[0], &objs), nown = 0;
    for (int i = 0; i < n; i++) {
        ObjKind kind = mem_object_kind(l->fn->mem, objs[i]);
        nown += kind == OBJ_LOCAL || kind == OBJ_HEAP;
    }
    *own = nown > 0;
    return n > 0 && (nown == 0 || nown == n);
}

enum { CAN_LOG = 1, CANNOT_LOG = 2 };

/* Must the loop's reverse run in its own order? */
static bool runs_again(const Logger *l, const Op *loop)
{
    const Region *mirror = ptrmap_get(l->mirror_of, loop->regions[0]);
    return mirror && mirror->owner && mirror->owner->rerun;
}

bool log_possible(Logger *l, const Op *store)
{
    intptr_t known = (intptr_t)ptrmap_get(&l->possible, store);
    if (known)
        return known == CAN_LOG;
    bool own, can = !l->fn->primal_done && !l->fn->split && one_owner(l, store, &own) && !is_bit_field(store->args[0]) &&
                    log_undo_place(l, store) != NULL;
    for (const Op *owner = store->parent->owner; owner && can; owner = owner->parent->owner)
        can = !owner->fused && !runs_again(l, owner);
    ptrmap_put(&l->possible, store, (void *)(intptr_t)(can ? CAN_LOG : CANNOT_LOG));
    return can;
}

bool log_covers(Logger *l, const Op *load, const Ptrs *stores)
{
    for (size_t i = 0; i < stores->n; i++) {
        const Op *store = stores->at[i];
        /* The store may run between the load and the use of what was loaded: then the use is reversed before the store is. */
        bool between = region_contains(load->parent, store) && mem_position(l->fn->mem, store) > mem_position(l->fn->mem, load);
        if (between || !log_possible(l, store))
            return false;
    }
    return true;
}

static Value *log_for(Logger *l, const Op *store)
{
    bool own;
    one_owner(l, store, &own);
    int64_t size = store->args[1]->type->size;
    for (size_t i = 0; i < l->logs.n; i++) {
        Value *log = l->logs.at[i];
        if (log->def->ival == size && log->def->mark == own)
            return log;
    }
    Builder top = before_op(l->fn->body->first);
    Type *t = type_opaque("ad_log");
    Value *log = build_local(&top, t, var_named(l->fn, t, "", NULL, "overwritten"), NULL, 0);
    log->def->zeroed = true;
    log->def->ival = size;
    log->def->mark = own;
    ptrs_push(&l->logs, log);
    return log;
}

static Op *build_log_call(Builder *b, const char *name, Value **args, int n)
{
    Op *call = op_build(b, OP_CALL, args, n, 0);
    call->text = name;
    call->of = type_void();
    return call;
}

void log_store(Logger *l, Op *store)
{
    Value *p = store->args[0], *log = log_for(l, store);
    decided_log(l->fn, store);
    turn_back(l->mirror_of, store);
    Builder undo = before_op(log_undo_place(l, store)), save = before_op(store);
    save.loc = undo.loc = store->loc;
    Value *saved[3] = {log, p, build_sizeof(&save, p->type->elem)};
    build_log_call(&save, "ad_log_save", saved, 3);
    Value *undone[2] = {log, build_sizeof(&undo, p->type->elem)};
    Op *call = build_log_call(&undo, log->def->mark ? "ad_log_back" : "ad_log_undo", undone, 2);
    call->in_reverse = undone[1]->def->in_reverse = true;
    call->reverses = undone[1]->def->reverses = store;
}

void log_finish(Logger *l)
{
    Builder b = before_op(region_terminator(l->fn->body));
    for (size_t i = 0; i < l->logs.n; i++) {
        Value *log = l->logs.at[i];
        Value *args[2] = {log, build_int(&b, type_scalar(TY_ULONG), log->def->ival)};
        if (log->def->mark)
            build_log_call(&b, "ad_log_free", args, 1);
        else
            build_log_call(&b, "ad_log_redo", args, 2);
        log->def->ival = 0;
    }
}
