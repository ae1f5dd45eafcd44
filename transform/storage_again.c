/* storage_again.c: which forward values the reverse sweep can have again without their being kept, and from what. */
#include "storage.h"

/* ---------------------------------------------------------------------- what is free, what can be computed again */

bool storage_is_counter(const Value *v)
{
    return !v->def && v->index == 0 && v->arg_of->owner && v->arg_of->owner->code == OP_FOR;
}

/* A USE that a forward op has is one that is run again in the reverse sweep, before which it stands (checkpoint.c). */
bool storage_is_free(const Storage *s, const Value *v)
{
    return (v->def && (op_info[v->def->code].kind == KIND_CONST || v->def->code == OP_USE)) || value_region(v) == s->fn->body || storage_is_counter(v) ||
           (s->fn->rerun && ptrmap_get(s->fn->rerun, v));
}

const Op *storage_known_load(const Storage *s, const Op *load)
{
    const Op *primal = load->mirror ? load->mirror : load; /* a twin's load reads what is written where its primal's is */
    return primal->code == OP_LOAD && primal->results[0]->id < s->fn->mem_values ? primal : NULL; /* not a call that returns a pointer */
}

/* Is one of the stores not to be taken back, as others read what it leaves? */
static bool any_lasts(const Storage *s, const Ptrs *stores)
{
    for (size_t i = 0; s->fn->read_again && i < stores->n; i++)
        if (ptrmap_get(s->fn->read_again, stores->at[i]))
            return true;
    return false;
}

/* The stores to log so that the load can be repeated (none: it can be as it is); NULL: logging does not help. */
const Ptrs *storage_spoilers(Storage *s, const Op *load)
{
    const Op *primal = storage_known_load(s, load);
    if (!primal)
        return NULL;
    Ptrs *found = ptrmap_get(&s->spoilers, load);
    if (!found) {
        found = arena_alloc(s->fn->arena, sizeof *found);
        *found = (Ptrs){.arena = s->fn->arena};
        bool helps = !pass_options.no_reload && mem_reloadable_but_for(s->fn->mem, primal, found) && !any_lasts(s, found) &&
                     (found->n == 0 || (!pass_options.no_log && log_covers(&s->logger, primal, found)));
        if (!helps || (found->n > 0 && (primal != load || ptrmap_get(&s->no_log, load)))) /* the log restores no twins */
            found->cap = SIZE_MAX;                      /* never */
        ptrmap_put(&s->spoilers, load, found);
    }
    return found->cap == SIZE_MAX ? NULL : found;
}

/* The copy that the load is to be repeated from. */
Snapshot *storage_copy_for(Storage *s, const Op *load)
{
    return ptrmap_get(&s->forwarded, load) ? NULL : snapshot_for(&s->snapshots, load);
}

static bool is_cheap(Storage *s, const Op *op)
{
    const OpInfo *info = &op_info[op->code];
    if (op->code == OP_LOAD)
        return ptrmap_get(&s->forwarded, op) || storage_spoilers(s, op) != NULL;
    if (op->code == OP_USE)
        return false;
    if (pass_options.no_recompute && (info->kind == KIND_MATH || info->kind == KIND_ARITH))
        return false;
    if (info->kind == KIND_MATH)
        return op->code == OP_FABS || op->code == OP_FMAX || op->code == OP_FMIN || op->code == OP_CREAL || op->code == OP_CIMAG ||
               op->code == OP_CONJ || op->code == OP_CMPLX || op->code == OP_SQRT; /* one instruction, always the same bits */
    return info->kind == KIND_ARITH || info->kind == KIND_ADDR || info->kind == KIND_CONST || op->code == OP_MULZ ||
           op->code == OP_GLOBAL;
}

enum { CHEAP_IF_OPS = 12 };

/* An if that only chooses between cheap values can be repeated as a whole. */
static bool is_cheap_if(Storage *s, const Op *op)
{
    int n = 0;
    for (int r = 0; r < 2; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            if (in->code != OP_YIELD && (!(in->code == OP_LOAD ? storage_spoilers(s, in) != NULL : is_cheap(s, in)) || in->code == OP_SQRT || ++n > CHEAP_IF_OPS))
                return false; /* a load in it is repeated as it is, not read from where its value was stored */
    return true;
}

/* ... by a while loop whose reverse knows the number of each iteration. */
bool storage_is_counted(const Storage *s, const Value *v)
{
    const Region *mirror = count_possible(v) ? ptrmap_get(&s->mirror_of, v->arg_of) : NULL;
    const Op *reverse = mirror ? mirror->owner : NULL;
    return reverse && reverse->code == OP_FOR && reverse->mirror == v->arg_of->owner;
}

bool storage_can_recompute(Storage *s, const Value *v)
{
    if (ptrmap_get(&s->stored, v) || ptrmap_get(&s->copied, v) || ptrmap_get(&s->yielded, v) || (!pass_options.no_recompute && (peel_possible(v) || storage_is_counted(s, v))))
        return true;
    if (!v->def)
        return false;
    if (v->def->code == OP_LOAD && storage_copy_for(s, v->def))
        return true;
    return v->def->code == OP_IF ? is_cheap_if(s, v->def) : is_cheap(s, v->def);
}

/* Can v be had again from registers and what it was loaded from? Then it need not be read from where it was stored. */
static bool is_trivial(Storage *s, const Value *v)
{
    if (!v->def || !storage_can_recompute(s, v))
        return false;
    const Ptrs *spoilers = v->def->code == OP_LOAD ? storage_spoilers(s, v->def) : NULL; /* NULL of one that is stored elsewhere, too */
    if (v->def->code == OP_LOAD)
        return !ptrmap_get(&s->forwarded, v->def) && !storage_copy_for(s, v->def) && spoilers && spoilers->n == 0;
    for (int i = 0; i < v->def->nargs; i++)
        if (!storage_is_free(s, v->def->args[i]))
            return false;
    return v->def->nregions == 0;
}

/* Is u had again by way of v: made of it, or read from where it was stored, at a place made of it? */
static bool comes_from(Storage *s, const Value *u, const Value *v, PtrMap *seen)
{
    if (u == v)
        return true;
    if (!u->def || ptrmap_get(seen, u))
        return false;
    ptrmap_put(seen, u, s);
    const Op *store = ptrmap_get(&s->stored, u);
    if (store)
        return comes_from(s, store->args[0], v, seen);
    if (ptrmap_get(&s->yielded, u) && comes_from(s, ptrmap_get(&s->yielded, u), v, seen))
        return true;
    for (int i = 0; i < u->def->nargs; i++)
        if (comes_from(s, u->def->args[i], v, seen))
            return true;
    return false;
}

/* After `mean[r] = m` m is mean[r], unless that is overwritten, or r is made of m. */
void storage_find_stored(Op *op, void *ctx)
{
    Storage *s = ctx;
    if (pass_options.no_reload || op->code != OP_STORE || op->in_reverse || !mem_position(s->fn->mem, op))
        return;
    Value *v = op->args[1];
    if (v->type->kind == TY_PTR || op->parent != value_region(v) || storage_is_free(s, v) || is_trivial(s, v) || is_bit_field(op->args[0]))
        return;
    PtrMap seen = {.arena = s->stored.arena};
    if (mem_stored_reloadable(s->fn->mem, op) && !comes_from(s, op->args[0], v, &seen))
        ptrmap_put(&s->stored, v, op);
}

void storage_find_read_again(Op *op, void *ctx)
{
    Storage *s = ctx;
    const PtrMap *again = s->fn->read_again;
    if (op->code == OP_STORE && again && ptrmap_get(again, op->args[1]) == op)
        ptrmap_put(&s->stored, op->args[1], op);
}

static void forbid_log(Storage *s, const Value *v, int depth)
{
    if (!v->def || depth == 0 || storage_is_free(s, v))
        return;
    if (v->def->code == OP_LOAD)
        ptrmap_put(&s->no_log, v->def, v->def);
    else if (v->def->code != OP_IF && !is_cheap(s, v->def))
        return; /* is kept: nothing that it is made of is repeated */
    for (int i = 0; i < v->def->nargs; i++)
        forbid_log(s, v->def->args[i], depth - 1);
    for (int r = 0; r < v->def->nregions; r++)
        for (const Op *in = v->def->regions[r]->first; in; in = in->next)
            for (int i = 0; i < in->nargs; i++) {
                if (in->code == OP_LOAD)
                    ptrmap_put(&s->no_log, in, (void *)(uintptr_t)in);
                if (value_outside(in->args[i], v->def))
                    forbid_log(s, in->args[i], depth - 1);
            }
}

/* Loads of what an earlier loop has stored, where what that is made of can be found by the counters. */
void storage_find_forwarded(Op *op, void *ctx)
{
    enum { DEPTH = 24 };
    Storage *s = ctx;
    Forward f;
    if (op->code != OP_LOAD || op->in_reverse || pass_options.no_forward || op->results[0]->type->kind == TY_PTR || !mem_position(s->fn->mem, op))
        return;
    if ((!pass_options.no_reload && mem_reloadable(s->fn->mem, op)) || !mem_forwarded(s->fn->mem, op, &f))
        return;
    for (int d = 0; d < f.depth; d++)
        if (f.from[d]->owner->fused || f.to[d]->owner->fused)
            return;
    if (!keep_is_indexed(&s->keeper, f.from[0]) && !room_is_for(&s->keeper, f.from[0]))
        return;
    ptrmap_put(&s->forwarded, op, (void *)(uintptr_t)f.store);
    forbid_log(s, f.store->args[1], DEPTH);
    for (int d = 0; d < f.depth; d++) {
        Ptrs *twins = ptrmap_get(&s->twins, f.to[d]);
        if (!twins) {
            twins = arena_alloc(s->fn->arena, sizeof *twins);
            *twins = (Ptrs){.arena = s->fn->arena};
            ptrmap_put(&s->twins, f.to[d], twins);
        }
        if (!ptrs_has(twins, f.from[d]))
            ptrs_push(twins, (Region *)(uintptr_t)f.from[d]);
    }
}

/* The values an op needs that are not its own: operands, and for an if what its regions take from outside. */
static void gather_operands(const Op *op, const Op *top, Ptrs *out)
{
    for (int i = 0; i < op->nargs; i++) {
        const Region *home = value_region(op->args[i]);
        bool own = home->owner == top;
        if (!own && !ptrs_has(out, op->args[i]))
            ptrs_push(out, op->args[i]);
    }
    for (int r = 0; r < op->nregions; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            gather_operands(in, top, out);
}

/* The access whose element of a copy v is; NULL: another value. */
const Op *storage_access_copied(Storage *s, const Value *v)
{
    const Op *store = ptrmap_get(&s->copied, v);
    return store ? store : v->def && v->def->code == OP_LOAD && storage_copy_for(s, v->def) ? v->def : NULL;
}

const Op *storage_forwarded(const Storage *s, const Value *v)
{
    return v->def ? ptrmap_get(&s->forwarded, v->def) : NULL;
}

/* What v is recomputed from. */
void storage_inputs(Storage *s, const Value *v, Ptrs *out)
{
    const Op *store = ptrmap_get(&s->stored, v);
    out->n = 0;
    if (store)
        ptrs_push(out, store->args[0]);
    else if (ptrmap_get(&s->copied, v))
        snapshot_inputs(ptrmap_get(&s->copied, v), out);
    else if (ptrmap_get(&s->yielded, v))
        ptrs_push(out, ptrmap_get(&s->yielded, v));
    else if (storage_forwarded(s, v))
        ptrs_push(out, storage_forwarded(s, v)->args[1]);
    else if (peel_possible(v))
        peel_inputs(v, out);
    else if (storage_is_counted(s, v))
        count_inputs(v, out);
    else if (v->def->code == OP_LOAD && storage_copy_for(s, v->def))
        snapshot_inputs(v->def, out);
    else
        gather_operands(v->def, v->def, out);
}

typedef struct {
    Storage *s;
    const PtrMap *wanted;
} Wanted;

static void find_copied(Op *op, void *ctx)
{
    const Wanted *w = ctx;
    Storage *s = w->s;
    Value *v = op->code == OP_STORE && !op->in_reverse ? op->args[1] : NULL;
    if (!v || !ptrmap_get(w->wanted, v) || op->parent != value_region(v) || ptrmap_get(&s->copied, v) || !mem_position(s->fn->mem, op))
        return;
    PtrMap seen = {.arena = s->fn->arena};
    if (!comes_from(s, op->args[0], v, &seen) && snapshot_holds(&s->snapshots, op))
        ptrmap_put(&s->copied, v, op);
}

/* Values that cannot be had again by themselves, but where they were stored before a copy was taken, or as the result of an if. */
void storage_find_elsewhere(Storage *s, const Ptrs *targets)
{
    PtrMap wanted = {.arena = s->fn->arena}, dear = wanted;
    Wanted w = {s, &wanted};
    for (size_t i = 0; i < targets->n && !pass_options.no_reload; i++) {
        Value *v = targets->at[i], *result = yielded_as(v);
        if (storage_can_recompute(s, v))
            continue;
        ptrmap_put(&dear, v, v);
        ptrmap_put(&wanted, v, v);
        if (result && !storage_can_recompute(s, result))
            ptrmap_put(&wanted, result, result);
    }
    walk_ops(s->fn->body, find_copied, &w);
    for (size_t i = 0; i < targets->n; i++) {
        Value *v = targets->at[i], *result = yielded_as(v), *other = yielded_by_other(v);
        if (!result || !ptrmap_get(&dear, v) || ptrmap_get(&s->copied, v))
            continue;
        PtrMap seen = {.arena = s->fn->arena};
        bool read = ptrmap_get(&s->copied, result) || ptrmap_get(&s->stored, result);
        if ((read || (other && ptrmap_get(&dear, other))) && !comes_from(s, result, v, &seen))
            ptrmap_put(&s->yielded, v, result);
    }
}
