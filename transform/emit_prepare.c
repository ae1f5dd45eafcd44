/* emit_prepare.c: what is changed in the IR before it is printed.
 *
 *     %1:void* = alloc ...                  %1:double* $p = alloc ...
 *     %2:double* $p = ptrcast %1     ->     free %1
 *     free %1
 */
#include "emit.h"

#include <string.h>

typedef struct {
    Op **casts;    /* by value id: the first cast of an allocation */
    bool *other;   /* ... it is used in other ways, or cast to several types */
    PtrMap become; /* result of a cast -> the allocation */
} Allocations;

static bool is_untyped(const Value *v)
{
    return v->def && (v->def->code == OP_ALLOC || v->def->code == OP_REALLOC) && v->type->elem->kind == TY_VOID;
}

static void find_use(Op *op, void *ctx)
{
    Allocations *a = ctx;
    for (int i = 0; i < op->nargs; i++) {
        const Value *v = op->args[i];
        if (!is_untyped(v) || op->code == OP_FREE || op->code == OP_EQ || op->code == OP_NE)
            continue;
        if (op->code != OP_PTRCAST || op->results[0]->type->elem->kind == TY_FUNC) {
            a->other[v->id] = true;
            continue;
        }
        Op *first = a->casts[v->id];
        if (!first)
            a->casts[v->id] = op;
        else if (first->results[0]->type != op->results[0]->type)
            a->other[v->id] = true;
    }
}

static void use_type(Op *op, void *ctx)
{
    Allocations *a = ctx;
    if (op->code != OP_PTRCAST || !op->args[0]->def)
        return;
    Value *v = op->args[0];
    const Op *first = a->casts[v->id];
    if (a->other[v->id] || !first || (op != first && !ptrmap_get(&a->become, first->results[0])))
        return;
    if (op == first) {
        v->type = op->results[0]->type;
        v->var = op->results[0]->var;
    }
    ptrmap_put(&a->become, op->results[0], v);
}

void type_allocations(Fn *fn, Arena *arena)
{
    Allocations a = {.become = {.arena = arena}};
    a.casts = arena_alloc(arena, sizeof *a.casts * (size_t)(fn->nvalues + 1));
    a.other = arena_alloc(arena, sizeof *a.other * (size_t)(fn->nvalues + 1));
    walk_ops(fn->body, find_use, &a);
    walk_ops(fn->body, use_type, &a);
    replace_uses_map(fn, &a.become);
}
