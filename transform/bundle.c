/* bundle.c: what is kept for the reverse sweep is allocated at once, and so are derivatives of scratch.
 *
 *   double *kept_a = ad_tape_alloc(n, sizeof(double));         double *kept = ad_tape_alloc(n + m, sizeof(double));
 *   double *kept_b = ad_tape_alloc(m, sizeof(double));    ->   double *kept_a = kept;
 *   ...                                                        double *kept_b = kept_a + n;
 *   free(kept_a);                                              ...
 *   free(kept_b);                                              free(kept);
 *
 * Precondition, of arrays of one type, cleared or not: they are allocated in one region, and nothing between frees memory; where one is
 * used before another is allocated, the size of the other is known by then; and wherever one is freed, all are, with nothing else between. So
 * the memory in use at a time does not grow, and none is allocated on a path that did without (exits.c has made the paths). */
#include "derivative.h"

#include <string.h>

typedef struct {
    Ptrs allocs; /* Op* */
    Op *at;      /* ... that of them where all will be */
    bool used;   /* behind it, in what has been seen */
    Type *elem;
    bool zeroed;
} Bundle;

enum { OPEN = 8, MOST = 32 }; /* kinds of arrays at a time; arrays in one allocation */

typedef struct {
    Fn *fn;
    Bundle *open[OPEN];
    int n;
    Ptrs done;     /* Bundle* */
    PtrMap frees;  /* the value allocated -> Ptrs* of FREEs */
    PtrMap bundle; /* the value allocated -> Bundle* */
    PtrMap place;  /* Op* -> its number in its region */
} Bundler;

/* ---------------------------------------------------------------------- what can be one */

/* The number of elements that op allocates; NULL: not told in elements. */
static Value *count_of(const Op *op)
{
    const Type *elem = op->results[0]->type->elem;
    const Op *size = op->args[1]->def, *product = op->args[0]->def;
    if (size && size->code == OP_SIZEOF && size->of == elem)
        return op->args[0];
    bool bytes = size && size->code == OP_ICONST && size->ival == 1;
    const Op *factor = bytes && product && product->code == OP_MUL ? product->args[1]->def : NULL;
    return factor && factor->code == OP_SIZEOF && factor->of == elem ? product->args[0] : NULL;
}

static bool may_join(const Op *op)
{
    return op->code == OP_ALLOC && op->tape && !op->deferred && op->nargs == 2 && op->results[0]->type->kind == TY_PTR &&
           op->results[0]->type->elem->kind != TY_VOID && count_of(op);
}

static Bundle *open_bundle(Bundler *b, const Op *op)
{
    Type *elem = op->results[0]->type->elem;
    for (int i = 0; i < b->n; i++)
        if (b->open[i]->elem == elem && b->open[i]->zeroed == op->zeroed)
            return b->open[i];
    if (b->n == OPEN)
        return NULL;
    Bundle *made = arena_alloc(b->fn->arena, sizeof *made);
    *made = (Bundle){.allocs = {.arena = b->fn->arena}, .elem = elem, .zeroed = op->zeroed};
    return b->open[b->n++] = made;
}

static void close_bundle(Bundler *b, const Bundle *bundle)
{
    int i = 0;
    while (b->open[i] != bundle)
        i++;
    if (bundle->allocs.n > 1)
        ptrs_push(&b->done, b->open[i]);
    b->open[i] = b->open[--b->n];
}

static void note_use(Op *op, void *ctx)
{
    Bundler *b = ctx;
    for (int i = 0; i < op->nargs; i++) {
        Bundle *bundle = ptrmap_get(&b->bundle, op->args[i]);
        if (bundle)
            bundle->used = true;
    }
}

static void note_any_free(Op *op, void *ctx)
{
    *(bool *)ctx |= op->code == OP_FREE || op->code == OP_REALLOC;
}

static bool frees_memory(Op *op)
{
    bool any = false;
    note_any_free(op, &any);
    for (int i = 0; i < op->nregions; i++)
        walk_ops(op->regions[i], note_any_free, &any);
    return any;
}

static bool comes_before(const Bundler *b, const Op *first, const Op *second)
{
    return (uintptr_t)ptrmap_get(&b->place, first) < (uintptr_t)ptrmap_get(&b->place, second);
}

/* v, which is had at an op of r behind `at`, is had at `at`, too. */
static bool is_had_at(const Bundler *b, const Value *v, const Region *r, const Op *at)
{
    return !v->def || v->def->parent != r || comes_before(b, v->def, at);
}

static void join(Bundler *b, Op *op)
{
    Bundle *bundle = open_bundle(b, op);
    if (bundle && (bundle->allocs.n == MOST || (bundle->used && !is_had_at(b, count_of(op), op->parent, bundle->at)))) {
        close_bundle(b, bundle);
        bundle = open_bundle(b, op);
    }
    if (!bundle)
        return;
    ptrs_push(&bundle->allocs, op);
    ptrmap_put(&b->bundle, op->results[0], bundle);
    if (!bundle->used)
        bundle->at = op;
}

static void find_bundles(Bundler *b, Region *r)
{
    uintptr_t place = 0;
    for (Op *op = r->first; op; op = op_next(op)) {
        ptrmap_put(&b->place, op, (void *)++place);
        while (b->n > 0 && frees_memory(op))
            close_bundle(b, b->open[b->n - 1]);
        note_use(op, b);
        for (int i = 0; i < op->nregions; i++)
            walk_ops(op->regions[i], note_use, b);
        if (may_join(op))
            join(b, op);
    }
    while (b->n > 0)
        close_bundle(b, b->open[b->n - 1]);
    for (Op *op = r->first; op; op = op_next(op))
        for (int i = 0; i < op->nregions; i++)
            find_bundles(b, op->regions[i]);
}

/* ---------------------------------------------------------------------- where it is freed */

static Value *freed_by(const Op *op)
{
    Value *p = op->args[0];
    while (p->def && p->def->code == OP_PTRCAST)
        p = p->def->args[0];
    return p;
}

static void note_free(Op *op, void *ctx)
{
    Bundler *b = ctx;
    if (op->code != OP_FREE || !ptrmap_get(&b->bundle, freed_by(op)))
        return;
    Ptrs *all = ptrmap_get(&b->frees, freed_by(op));
    if (!all) {
        all = arena_alloc(b->fn->arena, sizeof *all);
        *all = (Ptrs){.arena = b->fn->arena};
        ptrmap_put(&b->frees, freed_by(op), all);
    }
    ptrs_push(all, op);
}

/* From a on, nothing but memory is freed before b. */
static bool leads_to(const Op *a, const Op *b)
{
    while (a && a != b && a->nregions == 0 && (a->code == OP_FREE || op_info[a->code].effect == EFFECT_PURE))
        a = a->next;
    return a == b;
}

static bool has_same_life(const Bundler *b, const Ptrs *first, const Op *alloc)
{
    const Ptrs *frees = ptrmap_get(&b->frees, alloc->results[0]);
    if (!frees || !first || frees->n != first->n)
        return false;
    for (size_t i = 0; i < frees->n; i++)
        if (!leads_to(first->at[i], frees->at[i]) && !leads_to(frees->at[i], first->at[i]))
            return false;
    return true;
}

/* Those that live as long as the first. */
static void keep_same_lives(const Bundler *b, Bundle *bundle)
{
    Ptrs same = {.arena = b->fn->arena};
    const Ptrs *first = ptrmap_get(&b->frees, ((Op *)bundle->allocs.at[0])->results[0]);
    for (size_t i = 0; i < bundle->allocs.n; i++)
        if (has_same_life(b, first, bundle->allocs.at[i]))
            ptrs_push(&same, bundle->allocs.at[i]);
    bundle->allocs = same;
}

/* ---------------------------------------------------------------------- making it one */

/* ... where it is converted again. */
static Value *bundled_count(const Fn *fn, const Op *room)
{
    Value *count = count_of(room);
    const Op *cast = count ? count->def : NULL;
    bool of_int = cast && cast->code == OP_CAST && type_is_int(cast->args[0]->type) && count->type->kind == TY_ULONG;
    return room->code == OP_ROOM && of_int && cast->parent != fn->body ? cast->args[0] : count;
}

/* A constant may stand behind b. */
static Value *had_again(Builder *b, Value *count)
{
    int64_t known;
    return value_int(count, &known) ? build_int(b, count->type, known) : count;
}

/* The sum of all counts; one that several arrays have is multiplied. */
static Value *total_count(const Fn *fn, Builder *b, const Bundle *bundle)
{
    Type *t = type_scalar(TY_ULONG);
    Value *sum = NULL;
    PtrMap times = {.arena = fn->arena};
    for (size_t i = 0; i < bundle->allocs.n; i++) {
        Value *count = bundled_count(fn, bundle->allocs.at[i]);
        ptrmap_put(&times, count, (void *)((uintptr_t)ptrmap_get(&times, count) + 1));
    }
    for (size_t i = 0; i < bundle->allocs.n; i++) {
        Value *count = bundled_count(fn, bundle->allocs.at[i]);
        int64_t n = (int64_t)(uintptr_t)ptrmap_get(&times, count);
        if (n == 0)
            continue;
        ptrmap_put(&times, count, NULL);
        Value *term = build_cast(b, had_again(b, count), t);
        if (n > 1)
            term = build_bin(b, OP_MUL, build_int(b, t, n), term);
        sum = sum ? build_bin(b, OP_ADD, sum, term) : term;
    }
    return sum;
}

static void make_one(Bundler *bundler, const Bundle *bundle, PtrMap *map)
{
    Fn *fn = bundler->fn;
    Builder b = before_op(bundle->at);
    b.loc = bundle->at->loc;
    Value *args[2] = {total_count(fn, &b, bundle), build_sizeof(&b, bundle->elem)};
    Op *whole = op_build(&b, OP_ALLOC, args, 2, 1);
    whole->tape = true;
    whole->zeroed = bundle->zeroed;
    Value *base = whole->results[0], *at = base;
    base->type = bundle->at->results[0]->type;
    base->var = var_named(fn, base->type, "", NULL, bundle->zeroed ? "shadows" : "kept");
    for (size_t i = 0; i < bundle->allocs.n; i++) {
        Op *alloc = bundle->allocs.at[i];
        Ptrs *frees = ptrmap_get(&bundler->frees, alloc->results[0]);
        for (size_t k = 0; k < frees->n; k++) {
            Op *op = frees->at[k];
            if (i == 0)
                op_set_args(op, &base, 1);
            else
                op_remove(op);
        }
        Value *p = build_pointer_variable(&b, at, alloc->results[0]->var);
        ptrmap_put(map, alloc->results[0], p);
        at = build_index(&b, p, count_of(alloc));
    }
    op_remove(at->def);
}

/* ---------------------------------------------------------------------- rooms (storage_room.c) of one region */

typedef struct {
    Op *room, *pop;
    int rooms, pops;
} Pair;

typedef struct {
    Fn *fn;
    PtrMap pair; /* Op.ival -> Pair* */
    Ptrs pairs;  /* Pair*, in the order of the rooms */
} Rooms;

static void note_room(Op *op, void *ctx)
{
    Rooms *r = ctx;
    const void *key = (const void *)(intptr_t)(op->ival + 1);
    bool pop = op->code == OP_POP && op->args[0]->type->elem->kind == TY_OPAQUE && !strcmp(op->args[0]->type->elem->name, "ad_rooms");
    if (op->code != OP_ROOM && !pop)
        return;
    Pair *p = ptrmap_get(&r->pair, key);
    if (!p) {
        p = arena_alloc(r->fn->arena, sizeof *p);
        *p = (Pair){0};
        ptrmap_put(&r->pair, key, p);
        ptrs_push(&r->pairs, p);
    }
    *(pop ? &p->pop : &p->room) = op;
    ++*(pop ? &p->pops : &p->rooms);
}

/* Is the number of elements known in both sweeps? */
static bool may_share(const Rooms *r, const Pair *p)
{
    const Value *count = p->rooms == 1 && p->pops == 1 ? bundled_count(r->fn, p->room) : NULL;
    return count && count->def && (value_is_const(count) || count->def->parent == r->fn->body);
}

static bool is_beside(const Pair *p, const Pair *q)
{
    return p->room->parent == q->room->parent && p->room->args[2] == q->room->args[2] && p->pop->parent == q->pop->parent &&
           p->room->results[0]->type == q->room->results[0]->type;
}

/* The arrays of the bundle one behind the other from `base` on. */
static void build_pointers(const Fn *fn, Builder *b, Value *base, const Ptrs *group, bool pops, PtrMap *map)
{
    Value *at = base;
    for (size_t i = 0; i < group->n; i++) {
        const Pair *p = group->at[i];
        const Value *old = (pops ? p->pop : p->room)->results[0];
        Value *pointer = i ? build_pointer_variable(b, at, old->var) : base;
        ptrmap_put(map, old, pointer);
        at = build_index(b, pointer, had_again(b, bundled_count(fn, p->room)));
    }
    op_remove(at->def);
}

static void share_room(const Rooms *r, const Ptrs *group, PtrMap *map)
{
    Bundle bundle = {.allocs = {.arena = r->fn->arena}};
    const Pair *first = group->at[0];
    for (size_t i = 0; i < group->n; i++)
        ptrs_push(&bundle.allocs, ((Pair *)group->at[i])->room);
    Builder b = before_op(first->room), back = before_op(first->pop);
    Op *room = clone_op(&b, first->room, map), *pop;
    room->args[0] = total_count(r->fn, &b, &bundle);
    op_move(room, &b);
    room->ival = room->results[0]->id;
    room->results[0]->var = first->room->results[0]->var;
    build_pointers(r->fn, &b, room->results[0], group, false, map);
    pop = clone_op(&back, first->pop, map);
    pop->ival = room->ival;
    pop->results[0]->var = room->results[0]->var;
    build_pointers(r->fn, &back, pop->results[0], group, true, map);
}

static void bundle_rooms(Fn *fn)
{
    Rooms r = {fn, {.arena = fn->arena}, {.arena = fn->arena}};
    PtrMap map = {.arena = fn->arena};
    walk_ops(fn->body, note_room, &r);
    Ptrs old = {.arena = fn->arena};
    for (size_t i = 0; i < r.pairs.n; i++) {
        Pair *first = r.pairs.at[i];
        Ptrs group = {.arena = fn->arena};
        if (!first->room || !may_share(&r, first))
            continue;
        for (size_t k = i; k < r.pairs.n; k++) {
            Pair *p = r.pairs.at[k];
            if (p->room && may_share(&r, p) && is_beside(first, p))
                ptrs_push(&group, p);
        }
        if (group.n < 2)
            continue;
        share_room(&r, &group, &map);
        for (size_t k = 0; k < group.n; k++) {
            Pair *p = group.at[k];
            ptrs_push(&old, p->room);
            ptrs_push(&old, p->pop);
            p->rooms = 0;
        }
    }
    replace_uses_map(fn, &map);
    for (size_t i = 0; i < old.n; i++)
        op_remove(old.at[i]);
}

void bundle_tapes(Fn *fn)
{
    if (pass_options.tape != TAPE_HEAP)
        return;
    bundle_rooms(fn);
    Bundler b = {.fn = fn, .done = {.arena = fn->arena}, .frees = {.arena = fn->arena}, .bundle = {.arena = fn->arena}, .place = {.arena = fn->arena}};
    PtrMap map = {.arena = fn->arena};
    find_bundles(&b, fn->body);
    walk_ops(fn->body, note_free, &b);
    for (size_t i = 0; i < b.done.n; i++) {
        Bundle *bundle = b.done.at[i];
        keep_same_lives(&b, bundle);
        if (bundle->allocs.n > 1)
            make_one(&b, bundle, &map);
        else
            bundle->allocs.n = 0;
    }
    replace_uses_map(fn, &map);
    for (size_t i = 0; i < b.done.n; i++)
        for (size_t k = 0; k < ((Bundle *)b.done.at[i])->allocs.n; k++)
            op_remove(((Bundle *)b.done.at[i])->allocs.at[k]);
}
