/* emit_prepare.c: what is changed in the IR before it is printed.
 *
 *     %1:void* = alloc ...                  %1:double* $p = alloc ...
 *     %2:double* $p = ptrcast %1     ->     free %1
 *     free %1
 */
#include "derivative.h"
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

/* ---------------------------------------------------------------------- steps of loops */

/* What the slot of a while holds where its body begins; NULL: something else than at the condition. */
static const Value *at_begin(const Op *loop, int slot)
{
    const Op *cond = region_terminator(loop->regions[0]);
    for (int k = 1; k < cond->nargs; k++)
        if (cond->args[k] == loop->regions[0]->args[slot])
            return loop->regions[1]->args[k - 1];
    return NULL;
}

/* `j = j - 1` comes last: where the body still reads the old j after it, there would have to be two. */
static void step_last(Op *loop, void *ctx)
{
    const int *uses = ctx;
    if (loop->code != OP_WHILE)
        return;
    Op *yield = region_terminator(loop->regions[1]);
    for (int i = 0; i < yield->nargs; i++) {
        Op *step = yield->args[i]->def;
        bool plain = step && (step->code == OP_ADD || step->code == OP_SUB) && step->parent == yield->parent && type_is_int(step->results[0]->type);
        if (!plain || step->args[0] != at_begin(loop, i) || !step->args[1]->def || step->args[1]->def->code != OP_ICONST)
            continue;
        Builder b = before_op(yield);
        b.loc = step->loc;
        if (uses[step->results[0]->id] == 1) {
            op_move(step, &b);
            continue;
        }
        Op *last = op_build(&b, step->code, step->args, step->nargs, 1);
        last->results[0]->type = step->results[0]->type;
        last->results[0]->var = step->results[0]->var;
        yield->args[i] = last->results[0];
    }
}

void place_steps(Fn *fn)
{
    walk_ops(fn->body, step_last, count_uses(fn));
}

/* ---------------------------------------------------------------------- what is read before it is written */

typedef struct {
    bool *touched; /* by value id of a LOCAL's address */
} FirstTouches;

static bool runs_once(const Op *op, const Op *local)
{
    for (const Region *r = op->parent; r != local->parent; r = r->owner->parent)
        if (!r->owner || r->owner->code == OP_FOR || r->owner->code == OP_WHILE)
            return false;
    return true;
}

static void note_touch(Op *op, void *ctx)
{
    FirstTouches *f = ctx;
    for (int i = 0; i < op->nargs; i++) {
        const Value *p = op->args[i];
        bool address = op_info[op->code].kind == KIND_ADDR; /* touches nothing by itself */
        while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs)
            p = p->def->args[0];
        Op *local = p->def;
        if (address || !local || local->code != OP_LOCAL || f->touched[p->id])
            continue;
        f->touched[p->id] = true;
        if (op->code == OP_LOAD && !local->nargs && local->of->kind == TY_ARRAY && runs_once(op, local))
            local->zeroed = true;
    }
}

/* `struct hull h; h.count = 0; return h;` copies what was never set: compilers warn where it is copied element by element. */
void set_what_is_read_first(Fn *fn, Arena *arena)
{
    FirstTouches f = {arena_alloc(arena, sizeof *f.touched * (size_t)(fn->nvalues + 1))};
    walk_ops(fn->body, note_touch, &f);
}
