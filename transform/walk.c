/* walk.c: a pointer that a loop moves becomes the pointer it started from and a carried offset.
 *
 *     while a {(p) cond p < end, p} {(p) load p; yield p + 1}
 *  -> while 0 {(k) cond a + k < end, k} {(k) load a + k; yield k + 1}
 *
 * Comparisons and differences of pointers with the same root then become those of integers (fold.c), counted loops show (raise.c), and an
 * address is again an object and an index. A pointer qualifies when all it ever becomes is itself plus something: through index, the
 * results of ifs and select, and the loop's own second region. */
#include "transform.h"

typedef struct {
    Op *loop;
    Region *before, *after;
    Op *cond;
    Value *pointer;  /* before's argument */
    Value *offset;   /* what takes its place */
    PtrMap visited;  /* Value -> itself: moves() has said yes */
    PtrMap offsets;  /* Value -> how far it is from the root */
} Walker;

static Type *offset_type(void)
{
    return type_scalar(TY_LONG);
}

/* ---------------------------------------------------------------------- is v the pointer, moved? */

static bool moves(Walker *w, Value *v, int depth)
{
    if (v == w->pointer || ptrmap_get(&w->visited, v))
        return true;
    if (depth == 0 || v->type != w->pointer->type)
        return false;
    bool yes = false;
    Op *op = v->def;
    if (v->arg_of == w->after)
        yes = moves(w, w->cond->args[1 + v->index], depth - 1);
    else if (op && op->code == OP_INDEX)
        yes = moves(w, op->args[0], depth - 1);
    else if (op && op->code == OP_SELECT)
        yes = moves(w, op->args[1], depth - 1) && moves(w, op->args[2], depth - 1);
    else if (op && op->code == OP_IF && !value_outside(v, w->loop))
        yes = moves(w, op->regions[0]->last->args[v->index], depth - 1) && moves(w, op->regions[1]->last->args[v->index], depth - 1);
    if (yes)
        ptrmap_put(&w->visited, v, v);
    return yes;
}

/* ---------------------------------------------------------------------- how far */

static Value *offset_of(Walker *w, Value *v);

static Value *new_offset(Walker *w, Value *v)
{
    Op *op = v->def;
    if (op->code == OP_IF) {
        Value *then = offset_of(w, op->regions[0]->last->args[v->index]);
        Value *other = offset_of(w, op->regions[1]->last->args[v->index]);
        op_add_arg(op->regions[0]->last, then);
        op_add_arg(op->regions[1]->last, other);
        return op_add_result(op, offset_type(), w->offset->var);
    }
    Builder b = before_op(op);
    if (op->code == OP_SELECT)
        return build_select(&b, op->args[0], offset_of(w, op->args[1]), offset_of(w, op->args[2]));
    Value *from = offset_of(w, op->args[0]), *step = build_cast(&b, op->args[1], offset_type());
    if (op->nargs > 2)
        step = build_bin(&b, OP_MUL, step, build_cast(&b, op->args[2], offset_type()));
    return build_bin(&b, OP_ADD, from, step);
}

static Value *offset_of(Walker *w, Value *v)
{
    Value *known = ptrmap_get(&w->offsets, v);
    if (!known) {
        known = new_offset(w, v);
        ptrmap_put(&w->offsets, v, known);
    }
    return known;
}

/* ---------------------------------------------------------------------- rewriting one loop */

static Var *offset_var(Fn *fn, const Value *pointer)
{
    if (!pointer->var)
        return NULL;
    Var *v = arena_alloc(fn->arena, sizeof *v);
    v->name = arena_printf(fn->arena, "%s_at", pointer->var->name);
    v->type = offset_type();
    v->loc = pointer->var->loc;
    v->owner = fn;
    ptrs_push(&fn->locals, v);
    return v;
}

/* Moved pointers that `before` hands on: the offset goes with them, and the pointer is made again where it arrives. */
static void hand_on(Walker *w, Value *root, PtrMap *replaced)
{
    int n = w->loop->nresults;
    for (int k = 0; k < n; k++) {
        Value *v = w->cond->args[1 + k];
        if (!moves(w, v, 16))
            continue;
        op_add_arg(w->cond, offset_of(w, v));
        Value *arrives = region_add_arg(w->after, offset_type(), w->offset->var);
        Value *result = op_add_result(w->loop, offset_type(), w->offset->var);
        ptrmap_put(&w->offsets, w->after->args[k], arrives);
        Builder b = before_op(w->after->first), behind = after_op(w->loop);
        Value *inside = build_index(&b, root, arrives), *outside = build_index(&behind, root, result);
        inside->var = outside->var = v->var;
        ptrmap_put(replaced, w->after->args[k], inside);
        ptrmap_put(replaced, w->loop->results[k], outside);
    }
}

static void rewrite_pointer(Walker *w, int k, PtrMap *replaced)
{
    Op *loop = w->loop;
    Fn *fn = w->before->fn;
    Builder b = before_op(loop);
    Value *root = build_ptrcast(&b, index_root(loop->args[k]), w->pointer->type);
    op_add_arg(loop, index_offset(&b, loop->args[k]));
    w->offset = region_add_arg(w->before, offset_type(), offset_var(fn, w->pointer));
    ptrmap_put(&w->offsets, w->pointer, w->offset);
    Value *next = w->after->last->args[k];
    hand_on(w, root, replaced);
    op_add_arg(w->after->last, offset_of(w, next));
    b = before_op(w->before->first);
    Value *now = build_index(&b, root, w->offset);
    now->var = w->pointer->var;
    ptrmap_put(replaced, w->pointer, now);
    op_drop_arg(loop, k);
    op_drop_arg(w->after->last, k);
    region_drop_arg(w->before, k);
}

static bool normalise_loop(Op *loop, PtrMap *replaced)
{
    bool changed = false;
    for (int k = loop->nargs - 1; k >= 0; k--) {
        Region *before = loop->regions[0];
        Value *pointer = before->args[k], *next = loop->regions[1]->last->args[k];
        Value *root = index_root(loop->args[k]);
        bool no_object = root->def && (root->def->code == OP_NULLPTR || root->def->code == OP_UNDEF);
        if (pointer->type->kind != TY_PTR || no_object || next == pointer)
            continue;
        Arena *scratch = arena_new();
        Walker w = {.loop = loop, .before = before, .after = loop->regions[1], .cond = before->last, .pointer = pointer};
        w.visited.arena = w.offsets.arena = scratch;
        if (moves(&w, next, 16)) {
            rewrite_pointer(&w, k, replaced);
            changed = true;
        }
        arena_free(scratch);
    }
    return changed;
}

static void map_operands(Op *op, void *ctx)
{
    PtrMap *map = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(map, op->args[i]);
}

static void normalise_region(Region *r, PtrMap *replaced)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        map_operands(op, replaced);
        for (int i = 0; i < op->nregions; i++)
            normalise_region(op->regions[i], replaced);
        if (op->code == OP_WHILE && !op->mirror && normalise_loop(op, replaced))
            for (int i = 0; i < 2; i++)
                walk_ops(op->regions[i], map_operands, replaced);
    }
}

void normalise_pointers(Fn *fn)
{
    PtrMap replaced = {.arena = arena_new()};
    normalise_region(fn->body, &replaced);
    replace_uses_map(fn, &replaced);
    if (replaced.n)
        simplify(fn);
    arena_free(replaced.arena);
}
