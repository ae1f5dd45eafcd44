/* storage.c: where the reverse sweep gets each forward value from. Every USE becomes, in this order of preference,
 *
 *   the value itself        it is still in scope
 *   the reverse counter     it is the counter of the loop that is reversed
 *   a reload or recompute   from such values, without library calls but for square roots
 *   a kept value            slot, indexed array or stack (storage_keep.c)
 *
 * Which values are kept is a minimum vertex cut between those that cannot be recomputed and those that are used; a vertex costs its
 * bytes times its estimated number of executions (L. Hascoet, U. Naumann, V. Pascual, "To be recorded" analysis in reverse-mode
 * automatic differentiation, 2005, gives the problem).
 */
#include "storage.h"

#include <stdlib.h>

static Value *resolve(void *ctx, Value *v, Op *user);

/* ---------------------------------------------------------------------- what is kept */

static int64_t times_trips(const Storage *s, const Region *r, int64_t cost)
{
    for (; r && r->owner; r = r->owner->parent)
        if ((r->owner->code == OP_FOR || r->owner->code == OP_WHILE) && cost < ((int64_t)1 << 40))
            cost *= trips_of(s->fn->mem, r->owner, s->fn->mem_values);
    return cost;
}

static int64_t keep_cost(const Storage *s, const Value *v)
{
    return times_trips(s, value_region(v), v->type->size ? v->type->size : 8);
}

/* The nest whose range is put aside at once when the store is to be taken back; NULL: there is none. */
static const Ranged *range_for(Storage *s, Op *store)
{
    Ranged *r = ptrmap_get(&s->ranges, store);
    if (!r) {
        r = ptrmap_get(&s->stored, store->args[1]) == store ? NULL : range_find(&s->logger, &s->keeper, store);
        ptrmap_put(&s->ranges, store, r ? (void *)r : (void *)s);
    }
    return r == (void *)s ? NULL : r;
}

/* A log entry has the value and its address; a range is copied there and back, a little more than a copy that is only read. */
static int64_t log_cost(Storage *s, Op *store)
{
    int64_t size = store->args[1]->type->size;
    return times_trips(s, store->parent, range_for(s, store) ? size + size / 2 : 16);
}

/* Computing v again, where that is more than a few cycles: a square root takes about as long as it takes to keep half a double in memory,
 * and longer than to keep one in a variable. */
static int64_t recompute_cost(const Storage *s, const Value *v)
{
    bool root = v->def && v->def->code == OP_SQRT && !ptrmap_get(&s->stored, v);
    return root ? times_trips(s, value_region(v), keep_is_variable(&s->keeper, v) ? 12 : 4) : 0;
}

static int node_of(Storage *s, Value *v)
{
    intptr_t known = (intptr_t)ptrmap_get(&s->node_of, v);
    if (known)
        return (int)known - 1;
    ptrs_push(&s->nodes, v);
    ptrmap_put(&s->node_of, v, (void *)(intptr_t)s->nodes.n);
    return (int)s->nodes.n - 1;
}

/* A local's address in an ended scope cannot be kept or recomputed. */
static void check_keepable(const Value *v)
{
    if (v->def && (v->def->code == OP_LOCAL || v->def->code == OP_USE))
        ICE("storage: the reverse sweep needs %s, which is gone by then", op_info[v->def->code].text);
}

static int store_node(Storage *s, Op *store)
{
    intptr_t known = (intptr_t)ptrmap_get(&s->store_node, store);
    if (known)
        return (int)known - 1;
    ptrs_push(&s->stores, store);
    ptrmap_put(&s->store_node, store, (void *)(intptr_t)s->stores.n);
    return (int)s->stores.n - 1;
}

static void gather_loads(const Op *op, Ptrs *out)
{
    if (op->code == OP_LOAD)
        ptrs_push(out, (Op *)(uintptr_t)op);
    for (int r = 0; r < op->nregions; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            gather_loads(in, out);
}

/* The stores whose logging recomputing v depends on. */
static void gather_stores(Storage *s, const Value *v, Ptrs *out)
{
    Ptrs loads = {.arena = s->fn->arena};
    if (ptrmap_get(&s->stored, v) || ptrmap_get(&s->yielded, v) || storage_forwarded(s, v) || peel_possible(v) || storage_is_counted(s, v) || storage_access_copied(s, v))
        return;
    gather_loads(v->def, &loads);
    for (size_t i = 0; i < loads.n; i++) {
        const Ptrs *spoilers = storage_spoilers(s, loads.at[i]);
        for (size_t k = 0; k < spoilers->n; k++)
            ptrs_push(out, spoilers->at[k]);
    }
}

/* ---------------------------------------------------------------------- copies of whole arrays */

/* A little more than the values of its loads: it is copied besides. */
static int64_t copy_cost(const Storage *s, const Snapshot *c)
{
    int64_t cost = times_trips(s, c->place->parent, c->elements * c->like->results[0]->type->size);
    return cost + cost / 4;
}

static int64_t cost_of_logs(Storage *s, const Ptrs *stores)
{
    int64_t sum = 0;
    for (size_t i = 0; i < stores->n; i++)
        sum += log_cost(s, stores->at[i]);
    return sum;
}

/* The loads that v is made of and that cannot be repeated as they are. */
static void find_lost_loads(Storage *s, Value *v, PtrMap *seen, PtrMap *lost)
{
    Ptrs inputs = {.arena = s->fn->arena};
    if (ptrmap_get(seen, v) || storage_is_free(s, v))
        return;
    ptrmap_put(seen, v, v);
    if (v->def && v->def->code == OP_LOAD && !ptrmap_get(&s->stored, v) && !ptrmap_get(&s->forwarded, v->def)) {
        const Ptrs *spoilers = storage_known_load(s, v->def) == v->def ? storage_spoilers(s, v->def) : NULL;
        if (!spoilers || spoilers->n > 0)
            ptrmap_put(lost, v->def, v->def);
        return;
    }
    if (!storage_can_recompute(s, v))
        return;
    storage_inputs(s, v, &inputs);
    for (size_t i = 0; i < inputs.n; i++)
        find_lost_loads(s, inputs.at[i], seen, lost);
}

typedef struct {
    Storage *s;
    const PtrMap *lost;
} Lost;

static void offer_copy(Op *op, void *ctx)
{
    const Lost *l = ctx;
    if (op->code == OP_LOAD && ptrmap_get(l->lost, op))
        snapshot_offer(&l->s->snapshots, op);
}

static void find_copies(Storage *s, const Ptrs *targets)
{
    PtrMap seen = {.arena = s->fn->arena}, lost = seen;
    Lost l = {s, &lost};
    if (pass_options.no_snapshot || pass_options.no_reload || pass_options.tape != TAPE_HEAP || s->fn->split)
        return;
    for (size_t i = 0; i < targets->n; i++)
        find_lost_loads(s, targets->at[i], &seen, &lost);
    walk_ops(s->fn->body, offer_copy, &l);
    for (size_t i = 0; i < s->snapshots.loads.n; i++) {
        Op *load = s->snapshots.loads.at[i];
        Snapshot *c = snapshot_for(&s->snapshots, load);
        const Ptrs *spoilers = storage_spoilers(s, load);
        if (c && spoilers && cost_of_logs(s, spoilers) <= copy_cost(s, c))
            c->good = false;
    }
}

static int copy_node(const Storage *s, const Snapshot *c)
{
    for (size_t i = 0; i < s->snapshots.list.n; i++)
        if (s->snapshots.list.at[i] == c)
            return 2 * (int)s->nodes.n + (int)s->stores.n + (int)i;
    ICE("a copy that is not offered");
}

/* ---------------------------------------------------------------------- the cut */

/* All values that recomputing the targets can lead to, and the stores that would have to be logged. */
static void close_nodes(Storage *s, const Ptrs *targets)
{
    Ptrs operands = {.arena = s->fn->arena}, stores = {.arena = s->fn->arena};
    for (size_t i = 0; i < targets->n; i++)
        node_of(s, targets->at[i]);
    for (size_t i = 0; i < s->nodes.n; i++) { /* node_of appends */
        Value *v = s->nodes.at[i];
        if (!storage_can_recompute(s, v))
            continue;
        stores.n = 0;
        storage_inputs(s, v, &operands);
        for (size_t k = 0; k < operands.n; k++)
            if (!storage_is_free(s, operands.at[k]))
                node_of(s, operands.at[k]);
        gather_stores(s, v, &stores);
        for (size_t k = 0; k < stores.n; k++)
            store_node(s, stores.at[k]);
    }
}

/* A reverse loop that has to run in its forward loop's order has no use of a stack. */
static bool cannot_keep(const Storage *s, const Value *v)
{
    if (v->def && v->def->code == OP_LOCAL)
        return true;
    for (const Region *r = value_region(v); s->fn->rerun && r->owner; r = r->owner->parent) {
        const Region *mirror = ptrmap_get(&s->mirror_of, r);
        if (mirror && mirror->owner && mirror->owner->rerun)
            return !keep_is_indexed(&s->keeper, value_region(v));
    }
    return false;
}

/* Node 2i is where value i is needed from, 2i+1 where it is had; then the stores, the copies, the source, the sink. */
static FlowGraph *build_graph(Storage *s, const Ptrs *targets, int source, int sink)
{
    int n = (int)s->nodes.n;
    Ptrs operands = {.arena = s->fn->arena}, stores = {.arena = s->fn->arena};
    FlowGraph *g = flow_new(s->fn->arena, sink + 1);
    for (int i = 0; i < n; i++) {
        Value *v = s->nodes.at[i];
        flow_edge(g, 2 * i, 2 * i + 1, cannot_keep(s, v) ? FLOW_INFINITE : keep_cost(s, v));
        if (!storage_can_recompute(s, v)) {
            flow_edge(g, source, 2 * i, FLOW_INFINITE);
            continue;
        }
        if (recompute_cost(s, v) > 0)
            flow_edge(g, source, 2 * i, recompute_cost(s, v));
        stores.n = 0;
        storage_inputs(s, v, &operands);
        for (size_t k = 0; k < operands.n; k++)
            if (!storage_is_free(s, operands.at[k]))
                flow_edge(g, 2 * node_of(s, operands.at[k]) + 1, 2 * i, FLOW_INFINITE);
        gather_stores(s, v, &stores);
        for (size_t k = 0; k < stores.n; k++)
            flow_edge(g, 2 * n + store_node(s, stores.at[k]), 2 * i, FLOW_INFINITE);
        const Op *access = ptrmap_get(&s->stored, v) ? NULL : storage_access_copied(s, v);
        if (access)
            flow_edge(g, copy_node(s, snapshot_for(&s->snapshots, access)), 2 * i, FLOW_INFINITE);
    }
    for (size_t i = 0; i < s->snapshots.list.n; i++)
        flow_edge(g, source, copy_node(s, s->snapshots.list.at[i]), copy_cost(s, s->snapshots.list.at[i]));
    for (size_t i = 0; i < s->stores.n; i++)
        flow_edge(g, source, 2 * n + (int)i, log_cost(s, s->stores.at[i]));
    for (size_t i = 0; i < targets->n; i++)
        flow_edge(g, 2 * node_of(s, targets->at[i]) + 1, sink, FLOW_INFINITE);
    return g;
}

static int by_position(const void *x, const void *y)
{
    const Op *const *a = x, *const *b = y;
    return (*a)->mark < (*b)->mark ? -1 : (*a)->mark > (*b)->mark;
}

/* Is a store taken back between the reverse of `store` and that of v's definition? */
static bool undone_between(const Storage *s, const Value *v, const Op *store, const Ptrs *logged)
{
    int from = v->def ? mem_position(s->fn->mem, v->def) : 0, to = mem_position(s->fn->mem, store);
    for (size_t i = 0; i < logged->n; i++) {
        int at = mem_position(s->fn->mem, logged->at[i]);
        if (at > from && at <= to)
            return true;
    }
    return false;
}

/* What is to be read from where it was stored is read before something may be taken back there:
 * x[i] = w / a;   ->   q = x[i];  undo x[i];  d_a -= d_w * q */
static void read_before_undo(Storage *s, const Ptrs *logged)
{
    for (size_t i = 0; i < s->nodes.n; i++) {
        Value *v = s->nodes.at[i];
        Op *store = ptrmap_get(&s->stored, v);
        if (!store || ptrmap_get(&s->keeper.by_value, v) || !undone_between(s, v, store, logged))
            continue;
        Op *place = log_undo_place(&s->logger, store);
        if (!place)
            continue;
        Builder b = before_op(place);
        Op *use = build_use(&b, v)->def;
        use->in_reverse = true;
        use->reverses = store;
    }
}

/* In reverse order: each finds the place of its reversal behind those of later stores. */
static void log_stores(Storage *s, const FlowGraph *g)
{
    Ptrs chosen = {.arena = s->fn->arena};
    for (size_t i = 0; i < s->stores.n; i++)
        if (flow_on_sink_side(g, 2 * (int)s->nodes.n + (int)i)) {
            Op *store = s->stores.at[i];
            store->mark = mem_position(s->fn->mem, store);
            ptrs_push(&chosen, store);
        }
    if (chosen.n)
        qsort(chosen.at, chosen.n, sizeof *chosen.at, by_position);
    for (size_t i = chosen.n; i-- > 0;) {
        const Ranged *range = range_for(s, chosen.at[i]);
        if (range)
            range_keep(&s->logger, &s->keeper, range, chosen.at[i]);
        else
            log_store(&s->logger, chosen.at[i]);
    }
    if (chosen.n)
        read_before_undo(s, &chosen);
}

static int64_t tape_cost(Storage *s, const FlowGraph *g)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->keeper.keeps.n; i++) {
        const Keep *keep = s->keeper.keeps.at[i];
        sum += keep->kind == KEEP_SLOT ? 0 : keep_cost(s, keep->value);
    }
    for (size_t i = 0; i < s->stores.n; i++)
        if (flow_on_sink_side(g, 2 * (int)s->nodes.n + (int)i))
            sum += log_cost(s, s->stores.at[i]);
    return sum;
}

static void make_copies(Storage *s, const FlowGraph *g)
{
    for (size_t i = 0; i < s->snapshots.list.n; i++) {
        Snapshot *c = s->snapshots.list.at[i];
        if (flow_on_sink_side(g, copy_node(s, c)))
            snapshot_make(&s->snapshots, &s->keeper, c);
    }
}

static void choose_kept(Storage *s, const Ptrs *targets)
{
    find_copies(s, targets);
    storage_find_elsewhere(s, targets);
    close_nodes(s, targets);
    int n = (int)s->nodes.n, source = 2 * n + (int)s->stores.n + (int)s->snapshots.list.n, sink = source + 1;
    FlowGraph *g = build_graph(s, targets, source, sink);
    flow_solve(g, source, sink);
    for (int i = 0; i < n; i++)
        if (!flow_on_sink_side(g, 2 * i) && flow_on_sink_side(g, 2 * i + 1)) {
            check_keepable(s->nodes.at[i]);
            keep_value(&s->keeper, s->nodes.at[i]);
        }
    log_stores(s, g);
    make_copies(s, g);
    s->fn->tape_cost = tape_cost(s, g);
}

/* ---------------------------------------------------------------------- resolving */

static PtrMap *cache_of(Storage *s, Region *r)
{
    PtrMap *m = ptrmap_get(&s->cache, r);
    if (!m) {
        m = arena_alloc(s->fn->arena, sizeof *m);
        *m = (PtrMap){.arena = s->fn->arena};
        ptrmap_put(&s->cache, r, m);
    }
    return m;
}

static void remember_popped(void *ctx, Region *mirror, Value *v, Value *popped)
{
    ptrmap_put(cache_of(ctx, mirror), v, popped);
}

static Value *recompute(Storage *s, Value *v, Op *anchor)
{
    Ptrs operands = {.arena = s->fn->arena};
    storage_inputs(s, v, &operands);
    const Op *store = ptrmap_get(&s->stored, v);
    if (store) {
        Value *p = resolve(s, store->args[0], anchor);
        Builder b = before_op(anchor);
        return build_load(&b, p);
    }
    if (ptrmap_get(&s->copied, v))
        return snapshot_load(snapshot_for(&s->snapshots, ptrmap_get(&s->copied, v)), ptrmap_get(&s->copied, v), anchor, resolve, s);
    if (ptrmap_get(&s->yielded, v))
        return resolve(s, ptrmap_get(&s->yielded, v), anchor);
    if (storage_forwarded(s, v))
        return resolve(s, storage_forwarded(s, v)->args[1], anchor);
    if (peel_possible(v))
        return peel_value(v, anchor, resolve, s);
    if (storage_is_counted(s, v))
        return count_value(v, anchor, resolve, s);
    Snapshot *copy = v->def->code == OP_LOAD ? storage_copy_for(s, v->def) : NULL;
    if (copy)
        return snapshot_load(copy, v->def, anchor, resolve, s);
    PtrMap map = {.arena = s->fn->arena};
    for (size_t i = 0; i < operands.n; i++)
        ptrmap_put(&map, operands.at[i], resolve(s, operands.at[i], anchor));
    Builder b = before_op(anchor);
    return clone_op(&b, v->def, &map)->results[v->index];
}

/* Does each iteration of a's loop read what the same one of b's has made? */
static bool is_twin(const Storage *s, const Region *a, const Region *b, int depth)
{
    const Ptrs *twins = ptrmap_get(&s->twins, a);
    for (size_t i = 0; twins && i < twins->n; i++)
        if (twins->at[i] == b || (depth > 0 && is_twin(s, twins->at[i], b, depth - 1)))
            return true;
    return false;
}

static Value *resolve(void *ctx, Value *v, Op *user)
{
    Storage *s = ctx;
    if (v->def && op_info[v->def->code].kind == KIND_CONST) {
        PtrMap none = {.arena = s->fn->arena};
        Builder b = before_op(user);
        return clone_op(&b, v->def, &none)->results[0];
    }
    Region *home = value_region(v), *mirror = NULL;
    Op *anchor = user;
    for (Region *r = user->parent; r; r = anchor->parent) {
        if (r == home)
            return v;
        if (r->mirror == home || (r->mirror && is_twin(s, r->mirror, home, 8))) {
            mirror = r;
            break;
        }
        if (!r->owner)
            break;
        anchor = r->owner;
    }
    Keep *keep = ptrmap_get(&s->keeper.by_value, v);
    if (!mirror) {
        if (keep && keep->kind == KEEP_SLOT)
            return keep_load(&s->keeper, keep, user, resolve, s);
        ICE("storage: %s has no place in the reverse sweep", v->def ? op_info[v->def->code].text : "a region argument");
    }
    if (storage_is_counter(v))
        return mirror->args[0];
    if (s->fn->rerun && ptrmap_get(s->fn->rerun, v))
        return ptrmap_get(s->fn->rerun, v);
    PtrMap *cache = cache_of(s, mirror);
    Value *known = ptrmap_get(cache, v);
    if (known)
        return known;
    Value *resolved = keep ? keep_load(&s->keeper, keep, anchor, resolve, s) : recompute(s, v, anchor);
    if (!resolved->var)
        resolved->var = v->var;
    ptrmap_put(cache, v, resolved);
    return resolved;
}

/* ---------------------------------------------------------------------- the pass */

static void collect(Op *op, void *ctx)
{
    Storage *s = ctx;
    if (op->code == OP_USE)
        ptrs_push(&s->uses, op);
    for (int r = 0; r < op->nregions; r++)
        if (op->regions[r]->mirror)
            ptrmap_put(&s->mirror_of, op->regions[r]->mirror, op->regions[r]);
}

static bool in_scope_at(const Op *user, const Value *v)
{
    const Region *home = value_region(v);
    for (const Region *r = user->parent; r; r = r->owner ? r->owner->parent : NULL)
        if (r == home)
            return true;
    return false;
}

void storage_resolve(Fn *fn)
{
    Arena *arena = fn->arena;
    if (!fn->rerun)      /* its values have no uses yet */
        remove_dead(fn); /* nothing is kept for a USE that nobody needs */
    Storage s = {.fn = fn};
    s.keeper = (Keeper){.fn = fn, .keeps = {.arena = arena}, .by_value = {.arena = arena}, .to_free = {.arena = arena}};
    s.keeper.rooms.arena = s.keeper.extents.arena = s.keeper.with_rooms.arena = arena;
    s.keeper.mirror_of = &s.mirror_of;
    s.uses.arena = s.nodes.arena = s.stores.arena = arena;
    s.store_node.arena = s.spoilers.arena = s.stored.arena = s.copied.arena = s.yielded.arena = s.ranges.arena = arena;
    s.forwarded.arena = s.twins.arena = s.no_log.arena = arena;
    s.snapshots = (Snapshots){.fn = fn, .keeper.fn = fn, .keeper.mirror_of = &s.mirror_of, .list.arena = arena, .loads.arena = arena, .of.arena = arena};
    s.logger = (Logger){fn, &s.mirror_of, {.arena = arena}, {.arena = arena}};
    s.mirror_of.arena = s.cache.arena = s.node_of.arena = arena;
    walk_ops(fn->body, collect, &s);
    walk_ops(fn->body, storage_find_forwarded, &s);
    walk_ops(fn->body, storage_find_stored, &s);
    walk_ops(fn->body, storage_find_read_again, &s);
    Ptrs targets = {.arena = arena};
    PtrMap seen = {.arena = arena};
    for (size_t i = 0; i < s.uses.n; i++) {
        Op *use = s.uses.at[i];
        Value *v = use->args[0];
        if (storage_is_free(&s, v) || in_scope_at(use, v) || ptrmap_get(&seen, v))
            continue;
        ptrmap_put(&seen, v, v);
        ptrs_push(&targets, v);
    }
    choose_kept(&s, &targets);
    s.uses.n = 0;
    walk_ops(fn->body, collect, &s); /* again, in order: there may be new ones */
    keep_stacks(&s.keeper, &s.mirror_of, remember_popped, &s);
    PtrMap resolved = {.arena = arena};
    for (size_t i = 0; i < s.uses.n; i++) {
        Op *use = s.uses.at[i];
        ptrmap_put(&resolved, use->results[0], resolve(&s, use->args[0], use));
    }
    replace_uses_map(fn, &resolved);
    for (size_t i = 0; i < s.uses.n; i++)
        op_remove(s.uses.at[i]);
    log_finish(&s.logger);
    keep_finish(&s.keeper, resolve, &s);
}
