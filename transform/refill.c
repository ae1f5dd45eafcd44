/* refill.c: derivatives that each iteration of a loop fills in, uses up and clears are stored rather than added, and not cleared.
 *
 *   for (t down) {                               for (t down) {
 *       for (i = 0; i < n; i++)                      for (i = 0; i < n; i++)
 *           d_next[i] += d_u[i];                         d_next[i] = d_u[i];
 *       for (i = 0; i < n; i++) {           ->       for (i = 0; i < n; i++)
 *           d_u[i] += d_next[i] * c;                     d_u[i] += d_next[i] * c;
 *           d_next[i] = 0;                       }
 *       }
 *   }
 *
 * That is the reverse of steps through a scratch array, which starts as all zero. Precondition:
 *   - the array is the function's own, and accessed in one loop alone;
 *   - there each iteration adds to it first, in a loop over a range that is always the same, to each element once; nothing else adds to it
 *     or stores but zeros, and nothing reads it before;
 *   - the stores of zeros cover that range, so that each iteration begins with zeros.
 * A store of zeros stays where what it clears may be read behind it in the same iteration. (0 + v is v, but for the sign of a zero.)
 */
#include "analysis.h"
#include "derivative.h"
#include "nest.h"

enum { MOST_ACCESSES = 32, MOST_ARRAYS = 64 };

/* The function's own array of zeros. */
typedef struct {
    int obj;
    Op *made;      /* ALLOC or LOCAL */
    Ptrs accesses; /* Op*: LOADs, STOREs, ACCUMs */
    bool other;    /* is it used otherwise? */
} Array;

typedef struct {
    Fn *fn;
    const MemInfo *m;
    Array array[MOST_ARRAYS];
    int n;
} Arrays;

typedef struct {
    const MemInfo *m;
    const Array *array;
    Op *sum;                /* the one ACCUM */
    const Op *around, *out; /* the loop; the outermost one around it that the array is made before */
} Refill;

/* ---------------------------------------------------------------------- what is accessed where */

static Op *made_by(const Value *p)
{
    Op *op = address_root(p)->def;
    return op && (op->code == OP_ALLOC || op->code == OP_LOCAL) && op->zeroed ? op : NULL;
}

/* The array that a loop in a loop adds to. */
static void find_array(Op *op, void *ctx)
{
    Arrays *all = ctx;
    const Op *loop = op->code == OP_ACCUM ? op->parent->owner : NULL;
    Op *made =
        loop && loop->code == OP_FOR && loop->parent->owner && loop->parent->owner->code == OP_FOR ? made_by(op->args[0]) : NULL;
    for (int i = 0; i < all->n; i++)
        if (all->array[i].made == made)
            return;
    if (made && all->n < MOST_ARRAYS)
        all->array[all->n++] = (Array){-1, made, {.arena = all->fn->arena}, false};
}

static void know_memory(Arrays *all)
{
    const int *objs;
    all->m = mem_analyse(all->fn);
    for (int i = 0; i < all->n; i++) {
        Array *a = &all->array[i];
        a->other = mem_objects(all->m, a->made->results[0], &objs) != 1 || mem_object_op(all->m, objs[0]) != a->made;
        a->obj = a->other ? -1 : objs[0];
    }
}

static void note_access(Array *a, Op *op, int arg, bool alone)
{
    bool cell = (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM) && arg == 0 && alone;
    if (cell && a->accesses.n < MOST_ACCESSES)
        ptrs_push(&a->accesses, op);
    else if (op->code != OP_FREE && op != a->made)
        a->other = true;
}

static void find_access(Op *op, void *ctx)
{
    Arrays *all = ctx;
    if (op_info[op->code].effect == EFFECT_PURE)
        return;
    for (int i = 0; i < op->nargs; i++) {
        const int *objs;
        int n = op->args[i]->type->kind == TY_PTR ? mem_objects(all->m, op->args[i], &objs) : 0;
        for (int k = 0; k < n; k++)
            for (int a = 0; a < all->n; a++)
                if (!all->array[a].other &&
                    (objs[k] == all->array[a].obj || mem_objects_may_alias(all->m, objs[k], all->array[a].obj)))
                    note_access(&all->array[a], op, i, n == 1 && objs[0] == all->array[a].obj);
    }
}

/* ---------------------------------------------------------------------- extents */

/* The values of the loop's counter, [lo, hi). */
static bool counter_extent(const MemInfo *m, const Op *loop, const Op *out, Extent *extent)
{
    int64_t step;
    if (loop->code != OP_FOR || !value_int(loop->args[2], &step) || (step != 1 && step != -1))
        return false;
    bool up = step == 1, closed = loop->cmp == OP_LE || loop->cmp == OP_GE;
    if (!closed && loop->cmp != (up ? OP_LT : OP_GT))
        return false;
    *extent = (Extent){poly_of_value(m, loop->args[!up]), poly_of_value(m, loop->args[up])};
    extent->lo.c += !up && !closed;
    extent->hi.c += !up || closed;
    return poly_steady(m, &extent->lo, out) && poly_steady(m, &extent->hi, out);
}

bool walked_bytes(const MemInfo *m, const Op *access, const Op *out, Extent *extent)
{
    const Value *p = access->args[0];
    const Op *loop = access->parent->owner;
    int64_t size = p->type->elem->size;
    Poly with, rest;
    Extent of;
    if (!mem_knows(m, p) || !loop || !counter_extent(m, loop, out, &of) ||
        !poly_split(m->address[p->id].off, symbol_of(loop->regions[0]->args[0], 0), &with, &rest) || with.n || with.c != size ||
        !poly_steady(m, &rest, out))
        return false;
    *extent = (Extent){rest, rest};
    poly_add(&extent->lo, &of.lo, size);
    poly_add(&extent->hi, &of.hi, size);
    return extent->lo.known && extent->hi.known;
}

/* What the access, in each iteration of the loop around, gets at: one element, or those that a loop in it walks through. */
static bool access_extent(const Refill *r, const Op *access, Extent *out)
{
    const Value *p = access->args[0];
    const Region *body = r->around->regions[0];
    if (!mem_knows(r->m, p) || r->m->address[p->id].root != r->array->made->results[0])
        return false;
    if (access->parent != body)
        return access->parent->owner->parent == body && walked_bytes(r->m, access, r->out, out);
    const Poly *off = r->m->address[p->id].off;
    *out = (Extent){poly_copy(off), poly_copy(off)};
    out->hi.c += p->type->elem->size;
    return poly_steady(r->m, off, r->out);
}

/* Is what the sum adds to cleared again? By stores of which each begins where another ends. */
static bool is_cleared(const Refill *r, const Extent *filled)
{
    Poly at = filled->lo;
    bool used[MOST_ACCESSES] = {false};
    for (size_t i = 0; i < r->array->accesses.n && !poly_same(&at, &filled->hi); i++) {
        Extent e;
        bool next = !used[i] && op_clears(r->array->accesses.at[i]) &&
                    mem_position(r->m, r->array->accesses.at[i]) > mem_position(r->m, r->sum) &&
                    access_extent(r, r->array->accesses.at[i], &e) && poly_same(&e.lo, &at);
        if (next) {
            at = e.hi;
            used[i] = true;
            i = SIZE_MAX; /* from the first again */
        }
    }
    return poly_same(&at, &filled->hi);
}

/* ---------------------------------------------------------------------- the proof */

static bool is_parallel(const Op *loop)
{
    return loop->omp || (loop->loop && loop->loop->omp);
}

/* The outermost loop around op that `made` is not in; NULL: there is none, or one of them is parallel. */
static const Op *loop_around(const Op *op, const Op *made)
{
    const Op *found = NULL;
    for (const Region *r = op->parent; r->owner && !region_contains(r, made); r = r->owner->parent) {
        bool loop = r->owner->code == OP_FOR || r->owner->code == OP_WHILE;
        if (loop && is_parallel(r->owner))
            return NULL;
        found = loop ? r->owner : found;
    }
    return found;
}

/* The one sum, and the loop that it fills the array in; false: there is another. */
static bool find_sum(Refill *r)
{
    for (size_t i = 0; i < r->array->accesses.n; i++) {
        Op *op = r->array->accesses.at[i];
        if (op->code == OP_ACCUM && r->sum)
            return false;
        if (op->code == OP_ACCUM)
            r->sum = op;
        if (op->shared || op->atomic || op->args[0]->type->elem_volatile || !mem_position(r->m, op) ||
            (op->code == OP_STORE && !op_clears(op)))
            return false;
    }
    const Op *filling = r->sum ? r->sum->parent->owner : NULL;
    r->around = filling ? filling->parent->owner : NULL;
    if (!r->around || filling->code != OP_FOR || r->around->code != OP_FOR)
        return false;
    r->out = loop_around(r->sum, r->array->made);
    return r->out && r->out != filling && region_contains(r->out->regions[0], filling);
}

static bool is_refilled(Refill *r)
{
    Extent filled;
    if (r->array->other || !find_sum(r) || !access_extent(r, r->sum, &filled))
        return false;
    const Op *filling = r->sum->parent->owner;
    for (size_t i = 0; i < r->array->accesses.n; i++) {
        const Op *op = r->array->accesses.at[i];
        bool behind = mem_position(r->m, op) > mem_last_position(r->m, filling);
        if (!region_contains(r->around->regions[0], op) || (op != r->sum && !behind))
            return false;
    }
    return is_cleared(r, &filled);
}

/* ---------------------------------------------------------------------- the change */

/* May the same iteration of the loop read behind the store what that clears? */
static bool is_read_behind(const Refill *r, const Op *store)
{
    const Op *inner = store->parent->owner;
    for (size_t i = 0; i < r->array->accesses.n; i++) {
        const Op *load = r->array->accesses.at[i];
        bool inside = inner != r->around && region_contains(store->parent, load);
        bool later = mem_position(r->m, load) > mem_position(r->m, store);
        if (load->code != OP_LOAD || (!inside && !later))
            continue;
        bool now = later && (load->parent != store->parent || mem_may_alias_now(r->m, load->args[0], store->args[0]));
        if (inside ? now || mem_iterations_meet(r->m, inner, load, store) : mem_may_alias(r->m, load->args[0], store->args[0]))
            return true;
    }
    return false;
}

static void refill(const Refill *r)
{
    Builder b = before_op(r->sum);
    b.loc = r->sum->loc;
    build_store(&b, r->sum->args[0], r->sum->args[1]);
    op_remove(r->sum);
    for (size_t i = 0; i < r->array->accesses.n; i++) {
        Op *op = r->array->accesses.at[i];
        if (op->code == OP_STORE && (op->parent == r->around->regions[0] || op->parent->owner->code == OP_FOR) &&
            !is_read_behind(r, op))
            op_remove(op);
    }
}

void refill_shadows(Fn *fn)
{
    Arrays all = {.fn = fn};
    walk_ops(fn->body, find_array, &all);
    if (all.n == 0)
        return;
    know_memory(&all);
    walk_ops(fn->body, find_access, &all);
    bool any = false;
    for (int i = 0; i < all.n; i++) {
        Refill r = {.m = all.m, .array = &all.array[i]};
        if (!is_refilled(&r))
            continue;
        refill(&r);
        any = true;
    }
    mem_free(all.m);
    if (any)
        simplify(fn);
}
