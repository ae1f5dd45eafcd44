/* storage_peel.c: a pointer or integer that a loop hands on, but makes anew each time, is computed again instead of being kept.
 *
 *   p = first;  for (k = 0; k < n; k++) { use(p); p = a + 2 * k; }   ->   p of iteration k: k == 0 ? first : a + 2 * (k - 1)
 */
#include "derivative.h"

enum { DEPTH = 8 };

/* Is v made of the loop's counter and of what is outside the loop, by address and integer arithmetic alone? */
static bool is_closed(const Value *v, const Op *loop, int depth)
{
    if (value_outside(v, loop) || v == loop->regions[0]->args[0])
        return v->def != loop;
    if (!v->def || depth == 0 || v->def->nregions || v->def->code == OP_USE || !(v->type->kind == TY_PTR || type_is_int(v->type)))
        return false;
    OpKind kind = op_info[v->def->code].kind;
    if (kind != KIND_CONST && kind != KIND_ADDR && !op_speculatable(v->def))
        return false;
    for (int i = 0; i < v->def->nargs; i++)
        if (!is_closed(v->def->args[i], loop, depth - 1))
            return false;
    return true;
}

/* The loop that hands v on: v is its argument or its result. */
static const Op *loop_of(const Value *v)
{
    const Op *loop = v->def ? v->def : v->arg_of->owner;
    return loop && loop->code == OP_FOR && v->index > 0 ? loop : NULL;
}

static Value *next_of(const Value *v)
{
    return region_terminator(loop_of(v)->regions[0])->args[v->index - 1];
}

bool peel_possible(const Value *v)
{
    const Op *loop = loop_of(v);
    int64_t step;
    return loop && (v->type->kind == TY_PTR || type_is_int(v->type)) && loop->cmp == OP_LT && !loop->reversed && value_int(loop->args[2], &step) &&
           step == 1 && type_is_signed(loop->args[0]->type) && is_closed(next_of(v), loop, DEPTH);
}

static void gather(const Value *v, const Op *loop, Ptrs *out)
{
    if (v == loop->regions[0]->args[0])
        return;
    if (value_outside(v, loop)) {
        if (!ptrs_has(out, v))
            ptrs_push(out, (Value *)(uintptr_t)v);
        return;
    }
    for (int i = 0; i < v->def->nargs; i++)
        gather(v->def->args[i], loop, out);
}

void peel_inputs(const Value *v, Ptrs *out)
{
    const Op *loop = loop_of(v);
    gather(next_of(v), loop, out);
    gather(loop->args[2 + v->index], loop, out);
    gather(loop->args[0], loop, out);
    if (v->def)
        gather(loop->args[1], loop, out);
}

typedef struct {
    const Op *loop;
    Op *user;
    Value *counter;
    Resolve resolve;
    void *ctx;
} Peel;

static Value *computed(Peel *p, Builder *b, Value *v)
{
    if (v == p->loop->regions[0]->args[0])
        return p->counter;
    bool constant = v->def && op_info[v->def->code].kind == KIND_CONST;
    if (value_outside(v, p->loop) && !constant)
        return p->resolve(p->ctx, v, p->user);
    PtrMap map = {.arena = b->fn->arena};
    for (int i = 0; i < v->def->nargs; i++)
        ptrmap_put(&map, v->def->args[i], computed(p, b, v->def->args[i]));
    return clone_op(b, v->def, &map)->results[v->index];
}

Value *peel_value(Value *v, Op *user, Resolve resolve, void *ctx)
{
    const Op *loop = loop_of(v);
    Peel p = {loop, user, NULL, resolve, ctx};
    Value *lo = resolve(ctx, loop->args[0], user), *init = resolve(ctx, loop->args[2 + v->index], user);
    Value *at = resolve(ctx, v->def ? loop->args[1] : loop->regions[0]->args[0], user);
    Ptrs inputs = {.arena = user->parent->fn->arena};
    peel_inputs(v, &inputs);
    for (size_t i = 0; i < inputs.n; i++)
        resolve(ctx, inputs.at[i], user); /* before the if: what is found there is remembered */
    Builder b = before_op(user);
    b.loc = user->loc;
    Op *choice = build_if(&b, build_bin(&b, OP_LE, at, lo));
    Builder first = at_end(choice->regions[0]), later = at_end(choice->regions[1]);
    build_yield(&first, &init, 1);
    p.counter = build_bin(&later, OP_SUB, at, build_int(&later, at->type, 1));
    Value *next = computed(&p, &later, next_of(v));
    build_yield(&later, &next, 1);
    return op_add_result(choice, v->type, v->var);
}
