/* nest.c: sums that a reverse nest adds to places far apart become a nest of their own, whose inner loop runs along memory.
 *
 *   for (i) {                                        for (k)
 *       w = a[i]; s = 0;                                 for (i)
 *       for (k) {                                            d_x[k * n + i] += d[k] * a[i];
 *           s += d[k] * x[k * n + i];            ->      for (i) {
 *           d_x[k * n + i] += d[k] * w;                      s = 0;
 *       }                                                    for (k)
 *       d_a[i] += s;                                             s += d[k] * x[k * n + i];
 *   }                                                        d_a[i] += s;
 *                                                        }
 *
 * Compilers vectorise that, and no bit changes: each place gets the same sums in the same order. Precondition:
 *   - the sums of different iterations of i go to different places;
 *   - nothing else in the nest touches these places, but for sums to another parameter's derivative;
 *   - what is added is computed, by a few additions and multiplications, from what no earlier part of the nest writes;
 *   - the bounds of k do not depend on i.
 * A loop that runs backwards though its iterations do not meet runs forwards.
 */
#include "analysis.h"
#include "derivative.h"

enum { MAX_CONE = 24, MAX_FLOPS = 8, MIN_TRIPS = 8, MAX_ACCESSES = 24 };

typedef struct {
    Fn *fn;
    const MemInfo *m;
    Op *outer, *inner; /* as they are: i and k */
    Ptrs sums;         /* the ACCUMs that move */
    Ptrs cone;         /* the ops that they need, operands first */
    int flops;
} Nest;

/* ---------------------------------------------------------------------- strides */

typedef enum { STRIDE_NONE, STRIDE_UNIT, STRIDE_FAR, STRIDE_UNKNOWN } Stride;

/* Are all symbols of p counters of the two loops, or from outside? */
static bool is_known_in(const Nest *n, const Poly *p)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            const Value *v = n->m->value[p->t[i].sym[k] / POLY_SIDES];
            if (v != n->outer->regions[0]->args[0] && v != n->inner->regions[0]->args[0] && !value_outside(v, n->outer))
                return false;
        }
    return true;
}

/* By what p moves in one iteration of loop, whose step is one. */
static Stride stride_along(const Nest *n, const Value *p, const Op *loop)
{
    if (!mem_knows(n->m, p))
        return STRIDE_UNKNOWN;
    const Address *a = &n->m->address[p->id];
    Poly with, rest;
    if (!a->root || !value_outside(a->root, n->outer) || !is_known_in(n, a->off) ||
        !poly_split(a->off, symbol_of(loop->regions[0]->args[0], 0), &with, &rest))
        return STRIDE_UNKNOWN;
    if (with.n == 0 && with.c == 0)
        return STRIDE_NONE;
    int64_t size = p->type->elem->size;
    return with.n == 0 && (with.c == size || with.c == -size) ? STRIDE_UNIT : STRIDE_FAR;
}

/* ---------------------------------------------------------------------- what a sum needs */

static bool is_in_nest(const Nest *n, const Op *op)
{
    return op->parent == n->outer->regions[0] || op->parent == n->inner->regions[0];
}

static bool cone_add(Nest *n, Value *v)
{
    if (value_outside(v, n->outer) && v->def != n->outer)
        return true;
    Op *op = v->def;
    if (!op)
        return v == n->outer->regions[0]->args[0] || v == n->inner->regions[0]->args[0];
    if (ptrs_has(&n->cone, op))
        return true;
    OpKind kind = op_info[op->code].kind;
    bool cheap = kind == KIND_CONST || kind == KIND_ADDR || op->code == OP_MULZ ||
                 (kind == KIND_ARITH && op->code != OP_DIV && op->code != OP_REM);
    bool load = op->code == OP_LOAD && !op->args[0]->type->elem_volatile && !op->shared;
    if (!is_in_nest(n, op) || op->nregions > 0 || op->nresults != 1 || !(cheap || load) || n->cone.n >= MAX_CONE)
        return false;
    if (load) {
        Stride stride = stride_along(n, op->args[0], n->outer);
        if (stride != STRIDE_NONE && stride != STRIDE_UNIT)
            return false;
    }
    n->flops += !load && type_is_float(v->type);
    for (int i = 0; i < op->nargs; i++)
        if (!cone_add(n, op->args[i]))
            return false;
    ptrs_push(&n->cone, op);
    return n->flops <= MAX_FLOPS;
}

/* Adds the sum, with what it needs; false: n is as it was. */
static bool take_sum(Nest *n, Op *sum)
{
    size_t before = n->cone.n;
    int flops = n->flops;
    bool good = stride_along(n, sum->args[0], n->inner) == STRIDE_FAR && stride_along(n, sum->args[0], n->outer) == STRIDE_UNIT &&
                !sum->atomic && !sum->shared && !mem_iterations_meet(n->m, n->outer, sum, sum) && cone_add(n, sum->args[0]) &&
                cone_add(n, sum->args[1]);
    if (good) {
        ptrs_push(&n->sums, sum);
        return true;
    }
    n->cone.n = before;
    n->flops = flops;
    return false;
}

/* ---------------------------------------------------------------------- who else touches what */

static bool objects_apart(const MemInfo *m, const Value *p, const Value *q)
{
    const int *a, *b;
    int na = mem_objects(m, p, &a), nb = mem_objects(m, q, &b);
    for (int i = 0; i < na; i++)
        for (int k = 0; k < nb; k++)
            if (a[i] == b[k] || mem_objects_may_alias(m, a[i], b[k]))
                return false;
    return na > 0 && nb > 0;
}

/* Two sums may change places where they never meet, or belong to different parameters: then they meet only if the caller has them overlap,
 * and are added all the same. */
static bool sums_commute(const MemInfo *m, const Op *x, const Op *y)
{
    const int *a, *b;
    if (!mem_may_alias(m, x->args[0], y->args[0]))
        return true;
    return mem_objects(m, x->args[0], &a) == 1 && mem_objects(m, y->args[0], &b) == 1 && a[0] != b[0] &&
           mem_object_kind(m, a[0]) == OBJ_PARAM && mem_object_kind(m, b[0]) == OBJ_PARAM;
}

/* May the store change what the load reads, if that is done before all of the nest? */
static bool comes_first(const Nest *n, const Op *store, const Op *load)
{
    int around = loop_depth(n->outer);
    Timing t = {.m = n->m, .first = store, .second = load, .share = around, .carrier = n->outer};
    if (mem_accesses_meet(&t, store->args[0], load->args[0]))
        return true;
    const Region *body = n->inner->regions[0];
    bool later = mem_position(n->m, store) > mem_position(n->m, load);
    if (later && !(region_contains(body, store) && region_contains(body, load)))
        return false;
    t.share = around + 1;
    t.carrier = NULL;
    return mem_accesses_meet(&t, store->args[0], load->args[0]);
}

/* May the two ever meet? A ZERO is of several elements. */
static bool may_meet(const MemInfo *m, const Op *x, const Op *y)
{
    bool cells = x->code != OP_ZERO && y->code != OP_ZERO;
    return cells ? mem_may_alias(m, x->args[0], y->args[0]) : !objects_apart(m, x->args[0], y->args[0]);
}

static bool spoils_loads(const Nest *n, const Op *write)
{
    bool stays = write->code != OP_ZERO && !ptrs_has(&n->sums, write);
    for (size_t i = 0; i < n->cone.n; i++) {
        const Op *load = n->cone.at[i];
        if (load->code == OP_LOAD && (stays ? comes_first(n, write, load) : may_meet(n->m, write, load)))
            return true;
    }
    return false;
}

static bool meets_sums(const Nest *n, const Op *op)
{
    for (size_t i = 0; i < n->sums.n; i++) {
        const Op *sum = n->sums.at[i];
        if (op != sum && (op->code == OP_ACCUM ? !sums_commute(n->m, op, sum) : may_meet(n->m, op, sum)))
            return true;
    }
    return false;
}

static bool region_allows(const Nest *n, const Region *r)
{
    for (const Op *op = r->first; op; op = op->next) {
        for (int k = 0; k < op->nregions; k++)
            if (!region_allows(n, op->regions[k]))
                return false;
        bool write = op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO;
        if (op_info[op->code].effect == EFFECT_PURE)
            continue;
        if ((op->code != OP_LOAD && !write) || !mem_position(n->m, op) || meets_sums(n, op) || (write && spoils_loads(n, op)))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- the move */

/* In bytes; 0: not constant. */
static int64_t size_of_local(const Op *local)
{
    int64_t size = local->of->size, dim;
    for (int i = 0; i < local->nargs; i++)
        if (!value_int(local->args[i], &dim) || dim < 0 || __builtin_mul_overflow(size, dim, &size))
            return 0;
    return size;
}

/* What p reads is a local array's, and in it for each k. */
static bool is_readable(const Nest *n, const Value *p)
{
    const Address *a = &n->m->address[p->id];
    const Op *local = a->root->def;
    int64_t lo, hi, size, at = a->off->c;
    if (!local || local->code != OP_LOCAL || (size = size_of_local(local)) == 0 || a->off->n > 1 || n->inner->cmp != OP_LT ||
        !value_int(n->inner->args[0], &lo) || !value_int(n->inner->args[1], &hi) || hi <= lo || hi > MAX_CONE || lo < 0)
        return false;
    int64_t step = 0;
    if (a->off->n) {
        const Term *t = &a->off->t[0];
        if (t->sym[0] != symbol_of(n->inner->regions[0]->args[0], 0) || t->sym[1] >= 0 || t->coef < 0)
            return false;
        step = t->coef;
    }
    int64_t last;
    return at + lo * step >= 0 && !__builtin_mul_overflow(step, hi - 1, &last) && !__builtin_add_overflow(last, at, &last) &&
           last <= size - p->type->elem->size;
}

/* Can the op be done once for each k, whether or not there is any i? */
static bool is_of_outer(const Nest *n, const Op *op, const PtrMap *map, const Op *loop)
{
    for (int i = 0; i < op->nargs; i++)
        if (!value_outside(map_value((PtrMap *)(uintptr_t)map, op->args[i]), loop))
            return false;
    return op_info[op->code].kind != KIND_CONST && (op->code != OP_LOAD || is_readable(n, op->args[0]));
}

static Op *build_like(Builder *b, const Op *loop, Value *const *header, PtrMap *map)
{
    Op *made = build_for(b, header[0], header[1], header[2], loop->cmp);
    Value *counter = loop->regions[0]->args[0];
    made->regions[0]->args[0]->var = counter->var;
    ptrmap_put(map, counter, made->regions[0]->args[0]);
    return made;
}

static void build_nest(Nest *n)
{
    PtrMap map = {.arena = n->fn->arena};
    Builder b = before_op(n->outer);
    b.loc = n->inner->loc;
    Value *header[3];
    for (int i = 0; i < 3; i++)
        header[i] = value_computed(&b, n->inner->args[i]);
    Op *outer = build_like(&b, n->inner, header, &map);
    outer->reversed = n->inner->reversed;
    Builder in_outer = at_end(outer->regions[0]);
    Op *inner = build_like(&in_outer, n->outer, n->outer->args, &map);
    Builder in_inner = at_end(inner->regions[0]);
    in_outer = before_op(inner);
    for (size_t i = 0; i < n->cone.n; i++)
        clone_op(is_of_outer(n, n->cone.at[i], &map, inner) ? &in_outer : &in_inner, n->cone.at[i], &map);
    for (size_t i = 0; i < n->sums.n; i++) {
        clone_op(&in_inner, n->sums.at[i], &map);
        op_remove(n->sums.at[i]);
    }
    build_yield(&in_inner, NULL, 0);
    in_outer = at_end(outer->regions[0]);
    build_yield(&in_outer, NULL, 0);
    outer->note = "a nest of its own, whose inner loop runs along memory";
}

static bool is_plain(const Op *loop)
{
    int64_t step;
    return loop->code == OP_FOR && !loop->omp && !(loop->loop && loop->loop->omp) && value_int(loop->args[2], &step) &&
           (step == 1 || step == -1) && loop->cmp != OP_NE;
}

static bool runs_rarely(const Op *loop)
{
    int64_t trips = trip_bound(loop);
    return trips >= 0 && trips < MIN_TRIPS;
}

static bool header_known(const Nest *n)
{
    for (int i = 0; i < 3; i++)
        if (!value_computable(n->inner->args[i], n->outer))
            return false;
    return true;
}

static bool split_nest(Fn *fn, const MemInfo *m, Op *outer, Op *inner)
{
    Nest n = {.fn = fn, .m = m, .outer = outer, .inner = inner, .sums = {.arena = fn->arena}, .cone = {.arena = fn->arena}};
    if (!is_plain(outer) || !is_plain(inner) || runs_rarely(outer) || !header_known(&n))
        return false;
    for (Op *op = inner->regions[0]->first; op; op = op->next)
        if (op->code == OP_ACCUM)
            take_sum(&n, op);
    if (n.sums.n == 0 || !region_allows(&n, outer->regions[0]))
        return false;
    build_nest(&n);
    return true;
}

/* ---------------------------------------------------------------------- loops that need not run backwards */

/* Memory that each iteration has anew. */
static bool is_private(const MemInfo *m, const Op *loop, const Value *p)
{
    const Value *root = mem_knows(m, p) ? m->address[p->id].root : NULL;
    return root && root->def && root->def->code == OP_LOCAL && !value_outside(root, loop);
}

static bool gather_accesses(const MemInfo *m, const Op *loop, const Region *r, Ptrs *out)
{
    for (Op *op = r->first; op; op = op->next) {
        for (int k = 0; k < op->nregions; k++)
            if (!gather_accesses(m, loop, op->regions[k], out))
                return false;
        if (op_info[op->code].effect == EFFECT_PURE)
            continue;
        bool cell = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
        if ((cell || op->code == OP_ZERO) && is_private(m, loop, op->args[0]))
            continue;
        if (!cell || !mem_position(m, op) || out->n == MAX_ACCESSES)
            return false;
        ptrs_push(out, op);
    }
    return true;
}

static void turn_upwards(Fn *fn, const MemInfo *m, Op *loop)
{
    Ptrs accesses = {.arena = fn->arena};
    if (!loop->reversed || loop->regions[0]->nargs > 1 || loop->omp || !gather_accesses(m, loop, loop->regions[0], &accesses))
        return;
    for (size_t i = 0; i < accesses.n; i++)
        for (size_t k = i; k < accesses.n; k++) {
            const Op *x = accesses.at[i], *y = accesses.at[k];
            if ((x->code != OP_LOAD || y->code != OP_LOAD) && mem_iterations_meet(m, loop, x, y))
                return;
        }
    loop->reversed = false;
}

/* ---------------------------------------------------------------------- where */

typedef struct {
    Ptrs nests;    /* Op*: a loop around a loop that adds to memory, and that one */
    Ptrs reversed; /* Op* */
} Candidates;

static bool adds_to_memory(const Op *loop)
{
    for (const Op *op = loop->regions[0]->first; op; op = op->next)
        if (op->code == OP_ACCUM)
            return true;
    return false;
}

static void find_candidates(Op *op, void *ctx)
{
    Candidates *c = ctx;
    if (op->code != OP_FOR)
        return;
    if (op->reversed && op->regions[0]->nargs == 1)
        ptrs_push(&c->reversed, op);
    Op *outer = op->parent->owner;
    if (outer && outer->code == OP_FOR && adds_to_memory(op)) {
        ptrs_push(&c->nests, outer);
        ptrs_push(&c->nests, op);
    }
}

void split_nests(Fn *fn)
{
    Candidates c = {.nests.arena = fn->arena, .reversed.arena = fn->arena};
    walk_ops(fn->body, find_candidates, &c);
    if (c.nests.n + c.reversed.n == 0)
        return;
    const MemInfo *m = mem_analyse(fn);
    bool any = false;
    for (size_t i = c.nests.n; i >= 2; i -= 2)
        any |= split_nest(fn, m, c.nests.at[i - 2], c.nests.at[i - 1]);
    for (size_t i = 0; i < c.reversed.n; i++)
        turn_upwards(fn, m, c.reversed.at[i]);
    if (any)
        simplify(fn);
}
