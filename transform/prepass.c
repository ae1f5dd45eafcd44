/* prepass.c: what a loop only counts is counted before it, where its reverse starts from it (fuse.c).
 *
 *   for (i...) if (use[i]) { s += f(x[i]); n++; }              for (i...) if (use[i]) n++;
 *   return s / n;                                       ->     for (i...) if (use[i]) { s += f(x[i]); <its reverse, from 1.0 / n> }
 *
 * Counted, or summed up without calling a function, from what the loop does not overwrite. The same operations in the same order.
 */
#include "fuse.h"

#include <limits.h>

enum { MAX_OPS = 24 };

typedef struct {
    Fuse *f;
    PtrMap needed; /* Value* and Op* */
    int n;
} Slice;

static bool needs(Slice *s, Value *v);

static bool need_all(Slice *s, Value *const *v, int n)
{
    for (int i = 0; i < n; i++)
        if (!needs(s, v[i]))
            return false;
    return true;
}

/* ... an if as a whole, for the sake of one result. */
static bool needs_result(Slice *s, Op *op, int index)
{
    if (op->code == OP_IF)
        return needs(s, op->args[0]) && needs(s, region_terminator(op->regions[0])->args[index]) &&
               needs(s, region_terminator(op->regions[1])->args[index]);
    if (op->nregions || op_info[op->code].kind == KIND_MATH || op->in_reverse)
        return false;
    if (op->code == OP_LOAD ? mem_op_may_write(s->f->mem, s->f->fwd, op->args[0]) || op->args[0]->type->elem_volatile
                            : op_info[op->code].effect != EFFECT_PURE || op->code == OP_LOCAL)
        return false;
    return need_all(s, op->args, op->nargs);
}

static bool needs(Slice *s, Value *v)
{
    Op *fwd = s->f->fwd;
    if (ptrmap_get(&s->needed, v) || (value_outside(v, fwd) && v->def != fwd))
        return true;
    ptrmap_put(&s->needed, v, v);
    if (!v->def)
        return v->arg_of == fwd->regions[0] &&
               (v->index == 0 || needs(s, region_terminator(v->arg_of)->args[v->index - 1]));
    for (Op *op = v->def; op != fwd; op = op->parent->owner) { /* the ifs that it stands in */
        if (!op || (op != v->def && op->code != OP_IF))
            return false;
        if (op != v->def && !ptrmap_get(&s->needed, op) && !needs(s, op->args[0]))
            return false;
        if (!ptrmap_get(&s->needed, op) && ++s->n > MAX_OPS)
            return false;
        ptrmap_put(&s->needed, op, op);
    }
    return needs_result(s, v->def, v->index);
}

bool can_count_before(Fuse *f, const Value *result)
{
    Slice s = {.f = f, .needed.arena = f->fn->arena};
    return f->fwd->code == OP_FOR && result->def == f->fwd && result->index > 0 && result->type->kind != TY_PTR &&
           needs(&s, f->fwd->regions[0]->args[result->index]);
}

static void copy_needed(Slice *s, const Region *from, Builder *to, PtrMap *map)
{
    for (Op *op = from->first; op != from->last; op = op_next(op)) {
        if (!ptrmap_get(&s->needed, op))
            continue;
        to->loc = op->loc;
        if (op->code != OP_IF) {
            clone_op(to, op, map);
            continue;
        }
        Op *branch = build_if(to, map_value(map, op->args[0]));
        for (int k = 0; k < 2; k++) {
            Builder b = at_end(branch->regions[k]);
            copy_needed(s, op->regions[k], &b, map);
            Ptrs passed = {.arena = s->f->fn->arena};
            const Op *end = region_terminator(op->regions[k]);
            for (int i = 0; i < op->nresults; i++)
                if (ptrmap_get(&s->needed, op->results[i]))
                    ptrs_push(&passed, map_value(map, end->args[i]));
            b.loc = end->loc;
            build_yield(&b, (Value **)passed.at, (int)passed.n);
        }
        for (int i = 0; i < op->nresults; i++)
            if (ptrmap_get(&s->needed, op->results[i]))
                ptrmap_put(map, op->results[i], op_add_result(branch, op->results[i]->type, op->results[i]->var));
    }
}

void count_before(Fuse *f)
{
    Slice s = {.f = f, .needed.arena = f->fn->arena, .n = INT_MIN};
    Op *fwd = f->fwd;
    const Region *body = fwd->regions[0];
    if (f->counted.n == 0)
        return;
    for (size_t i = 0; i < f->counted.n; i++)
        if (!needs(&s, body->args[((Value *)f->counted.at[i])->index]))
            ICE("a loop whose count is not its own");
    Builder b = before_op(fwd);
    b.loc = fwd->loc;
    Op *loop = build_for(&b, fwd->args[0], fwd->args[1], fwd->args[2], fwd->cmp);
    loop->loc = fwd->loc;
    loop->reversed = fwd->reversed;
    loop->note = "what the reverse starts from";
    loop->regions[0]->args[0]->var = loop->results[0]->var = body->args[0]->var;
    PtrMap map = {.arena = f->fn->arena}, results = {.arena = f->fn->arena};
    Ptrs next = {.arena = f->fn->arena};
    ptrmap_put(&map, body->args[0], loop->regions[0]->args[0]);
    for (int i = 1; i < body->nargs; i++) {
        if (!ptrmap_get(&s.needed, body->args[i]))
            continue;
        Value *carried = for_add_carried(loop, fwd->args[2 + i], body->args[i]->var);
        ptrmap_put(&map, body->args[i], carried);
        ptrmap_put(&results, fwd->results[i], for_result_of(loop, carried));
        ptrs_push(&next, region_terminator(body)->args[i - 1]);
    }
    Builder in = at_end(loop->regions[0]);
    copy_needed(&s, body, &in, &map);
    for (size_t i = 0; i < next.n; i++)
        next.at[i] = map_value(&map, next.at[i]);
    in.loc = fwd->loc;
    build_yield(&in, (Value **)next.at, (int)next.n);
    replace_uses_map(f->fn, &results);
}
