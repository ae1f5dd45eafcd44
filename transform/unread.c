/* unread.c: stores into the function's own memory that nothing reads before the function ends.
 *
 *   for (int i = 0; i < n; i++) d_now[i] = 0.0;    the reversal of now[i] = state[i]; d_now is not read again
 *   free(d_now);
 *
 * Precondition: the object is a local or was allocated at the function's top level, its address goes only into addresses, loads and stores
 * through it, selections and free (not into memory, calls or the result), and what the pointer of the store may point to are only such objects.
 * Of an if or a while loop, everything is taken to run after everything; of a for loop, other iterations are where the object is not proved to be
 * touched in other places by each.
 */
#include "analysis.h"
#include "derivative.h"

typedef struct {
    const MemInfo *m;
    bool *read; /* by object: from here on, or by somebody else */
    Ptrs dead;
} Unread;

static void read_through(Unread *u, const Value *p)
{
    const int *objs;
    if (p->type->kind != TY_PTR)
        return;
    int n = mem_objects(u->m, p, &objs);
    for (int i = 0; i < n; i++)
        u->read[objs[i]] = true;
}

static bool writes_only(const Op *op)
{
    return (op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO || op->code == OP_COPY) && !op->args[0]->type->elem_volatile;
}

/* Pointers go through it into pointers, whose objects are known. */
static bool hands_on(const Op *op)
{
    return op_info[op->code].kind == KIND_ADDR || op->code == OP_SELECT || op->code == OP_FREE || op_is_compare(op->code) ||
           op->code == OP_YIELD || op->code == OP_COND;
}

/* What has its address in memory or in other code is read at any time; what a load reads is read there. */
static void note_shared(Op *op, void *ctx)
{
    if (hands_on(op) || op->nregions > 0 || op->code == OP_LOAD)
        return;
    for (int i = writes_only(op); i < op->nargs; i++)
        read_through(ctx, op->args[i]);
}

static void note_load(Op *op, void *ctx)
{
    if (op->code == OP_LOAD)
        read_through(ctx, op->args[0]);
}

static void note_dead(Op *op, void *ctx)
{
    Unread *u = ctx;
    const int *objs;
    if (!writes_only(op))
        return;
    int n = mem_objects(u->m, op->args[0], &objs);
    for (int i = 0; i < n; i++)
        if (u->read[objs[i]])
            return;
    if (n > 0)
        ptrs_push(&u->dead, op);
}

static void visit(Op *op, void (*note)(Op *op, void *ctx), Unread *u)
{
    note(op, u);
    for (int i = 0; i < op->nregions; i++)
        walk_ops(op->regions[i], note, u);
}

typedef struct {
    const Unread *u;
    Ptrs loads, stores; /* Op* that touch objects that are not read yet */
} Touched;

static bool touches_unread(const Unread *u, const Value *p)
{
    const int *objs;
    int n = mem_objects(u->m, p, &objs);
    for (int i = 0; i < n; i++)
        if (!u->read[objs[i]])
            return true;
    return false;
}

static void note_touched(Op *op, void *ctx)
{
    Touched *t = ctx;
    if ((op->code == OP_LOAD || writes_only(op)) && touches_unread(t->u, op->args[0]))
        ptrs_push(op->code == OP_LOAD ? &t->loads : &t->stores, op);
}

/* May the load read what the store has written in another iteration? */
static bool meets(const MemInfo *m, const Op *loop, const Op *load, const Op *store)
{
    return mem_may_alias(m, load->args[0], store->args[0]) && (store->code != OP_STORE || mem_iterations_meet(m, loop, load, store));
}

enum { MOST_PAIRS = 4096 };

static void note_other_iterations(Unread *u, const Op *loop)
{
    Touched t = {u, {.arena = u->dead.arena}, {.arena = u->dead.arena}};
    walk_ops(loop->regions[0], note_touched, &t);
    bool many = t.loads.n * t.stores.n > MOST_PAIRS;
    for (size_t i = 0; i < t.loads.n; i++) {
        const Op *load = t.loads.at[i];
        for (size_t k = 0; k < t.stores.n && (k == 0 || !many); k++)
            if (many || meets(u->m, loop, load, t.stores.at[k])) {
                read_through(u, load->args[0]);
                break;
            }
    }
}

/* From the last op to the first. */
static void search_region(Unread *u, Region *r)
{
    for (Op *op = r->last; op; op = op->prev) {
        if (op->code == OP_FOR) {
            note_other_iterations(u, op);
            search_region(u, op->regions[0]);
            continue;
        }
        visit(op, note_load, u);
        visit(op, note_dead, u);
    }
}

/* Does it live and end with the function, known to nobody else? */
static bool is_private(const Fn *fn, const MemInfo *m, int obj)
{
    ObjKind kind = mem_object_kind(m, obj);
    if (kind != OBJ_LOCAL && kind != OBJ_HEAP)
        return false;
    const Op *op = mem_object_op(m, obj);
    return op && (op->code == OP_LOCAL || op->code == OP_ALLOC) && op->parent == fn->body && !op->is_static && mem_object_own(m, obj) &&
           !mem_escaped(m, obj);
}

typedef struct {
    bool *used; /* by value id: for anything but free */
    Ptrs frees;
} Uses;

static void note_uses(Op *op, void *ctx)
{
    Uses *u = ctx;
    if (op->code == OP_FREE && op->args[0]->def && op->args[0]->def->tape)
        ptrs_push(&u->frees, op);
    for (int i = op->code == OP_FREE; i < op->nargs; i++)
        u->used[op->args[i]->id] = true;
}

/* Memory of the derivative that is only freed. */
static void drop_unused_tapes(Fn *fn)
{
    Uses u = {.used = arena_alloc(fn->arena, (size_t)fn->nvalues), .frees.arena = fn->arena};
    walk_ops(fn->body, note_uses, &u);
    for (size_t i = 0; i < u.frees.n; i++) {
        Op *end = u.frees.at[i], *alloc = end->args[0]->def;
        if (alloc->code != OP_ALLOC || u.used[alloc->results[0]->id])
            continue;
        op_remove(end);
        if (alloc->parent)
            op_remove(alloc);
    }
}

/* Most functions need no analysis: what they store goes to their parameters, and to what the reverse sweep reads. */
static void find_candidate(Op *op, void *ctx)
{
    bool *any = ctx;
    if (writes_only(op) && !op->kept)
        *any |= !address_base(op->args[0])->arg_of || address_base(op->args[0])->arg_of->owner;
}

void drop_unread_stores(Fn *fn)
{
    bool candidate = false;
    walk_ops(fn->body, find_candidate, &candidate);
    if (!candidate)
        return;
    MemInfo *m = mem_analyse(fn);
    Unread u = {.m = m, .dead.arena = fn->arena};
    u.read = arena_alloc(fn->arena, (size_t)mem_count(m));
    bool any = false;
    for (int i = 0; i < mem_count(m); i++)
        any |= !(u.read[i] = !is_private(fn, m, i));
    for (int i = 0; i < fn->body->last->nargs; i++)
        read_through(&u, fn->body->last->args[i]);
    walk_ops(fn->body, note_shared, &u);
    if (any)
        search_region(&u, fn->body);
    mem_free(m);
    for (size_t i = 0; i < u.dead.n; i++)
        op_remove(u.dead.at[i]);
    if (u.dead.n) {
        simplify(fn);
        drop_unused_tapes(fn);
    }
}
