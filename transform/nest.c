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
#include "nest.h"

enum { MAX_CONE = 24, MAX_FLOPS = 8, MIN_TRIPS = 8, MAX_ACCESSES = 24 };

typedef struct {
    Fn *fn;
    const MemInfo *m;
    const Memory *memory;
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

/* The primal's parameter that obj has the derivatives of; NULL: it is something else. */
static const Value *primal_of(const Memory *memory, int obj)
{
    return mem_object_kind(memory->m, obj) == OBJ_PARAM ? ptrmap_get(&memory->primal_of, mem_object_param(memory->m, obj)) : NULL;
}

/* Derivatives overlap where their primals do, and of two primals that do not, one at least is written: what is only read may be passed twice. */
static bool primals_apart(const Memory *memory, int x, int y)
{
    const Value *p = primal_of(memory, x), *q = primal_of(memory, y);
    const MemInfo *m = memory->fn->mem;
    const int *a, *b;
    return p && q && p != q && mem_objects(m, p, &a) == 1 && mem_objects(m, q, &b) == 1 && !mem_objects_may_alias(m, a[0], b[0]) &&
           !(mem_object_read_only(m, a[0]) && mem_object_read_only(m, b[0]));
}

static bool objects_apart(const Memory *memory, const Value *p, const Value *q)
{
    const int *a, *b;
    int na = mem_objects(memory->m, p, &a), nb = mem_objects(memory->m, q, &b);
    for (int i = 0; i < na; i++)
        for (int k = 0; k < nb; k++)
            if (a[i] == b[k] || (mem_objects_may_alias(memory->m, a[i], b[k]) && !primals_apart(memory, a[i], b[k])))
                return false;
    return na > 0 && nb > 0;
}

bool sums_commute(const MemInfo *m, const Op *x, const Op *y)
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
    if (objects_apart(n->memory, store->args[0], load->args[0]))
        return false;
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

void final_memory(Memory *memory, Fn *fn)
{
    *memory = (Memory){.fn = fn, .m = mem_analyse(fn), .primal_of.arena = fn->arena};
    if (fn->shadow && fn->shadow->fn == fn && !fn->split)
        shadow_roots(fn->shadow, &memory->primal_of);
}

/* May the two ever meet? A ZERO is of several elements. */
bool may_meet(const Memory *memory, const Op *x, const Op *y)
{
    bool cells = x->code != OP_ZERO && y->code != OP_ZERO;
    return !(cells && !mem_may_alias(memory->m, x->args[0], y->args[0])) && !objects_apart(memory, x->args[0], y->args[0]);
}

static bool spoils_loads(const Nest *n, const Op *write)
{
    bool stays = write->code != OP_ZERO && !ptrs_has(&n->sums, write);
    for (size_t i = 0; i < n->cone.n; i++) {
        const Op *load = n->cone.at[i];
        if (load->code == OP_LOAD && (stays ? comes_first(n, write, load) : may_meet(n->memory, write, load)))
            return true;
    }
    return false;
}

static bool meets_sums(const Nest *n, const Op *op)
{
    for (size_t i = 0; i < n->sums.n; i++) {
        const Op *sum = n->sums.at[i];
        if (op != sum && (op->code == OP_ACCUM ? !sums_commute(n->m, op, sum) : may_meet(n->memory, op, sum)))
            return true;
    }
    return false;
}

static bool region_allows(const Nest *n, const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
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

static bool split_nest(const Memory *memory, Op *outer, Op *inner)
{
    Arena *arena = memory->fn->arena;
    Nest n = {memory->fn, memory->m, memory, outer, inner, {.arena = arena}, {.arena = arena}, 0};
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
    for (Op *op = r->first; op; op = op_next(op)) {
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

/* Does the order of these two matter? */
static bool depend(const Memory *memory, const Op *loop, const Op *x, const Op *y)
{
    if (x->code == OP_LOAD && y->code == OP_LOAD)
        return false;
    if (x != y && x->code == OP_ACCUM && y->code == OP_ACCUM && sums_commute(memory->m, x, y))
        return false;
    return mem_iterations_meet(memory->m, loop, x, y) && !objects_apart(memory, x->args[0], y->args[0]);
}

static void turn_upwards(const Memory *memory, Op *loop)
{
    Ptrs accesses = {.arena = memory->fn->arena};
    if (!loop->reversed || loop->regions[0]->nargs > 1 || loop->omp ||
        !gather_accesses(memory->m, loop, loop->regions[0], &accesses))
        return;
    for (size_t i = 0; i < accesses.n; i++)
        for (size_t k = i; k < accesses.n; k++)
            if (depend(memory, loop, accesses.at[i], accesses.at[k]))
                return;
    loop->reversed = false;
}

/* ---------------------------------------------------------------------- loads that a loop need not repeat */

/* for (k) { ... d_y[i] ... } d_y[i] = 0;   ->   t = d_y[i]; for (k) { ... t ... } d_y[i] = 0;
 *
 * where nothing in the loop writes there. The access behind the loop shows that it is in order also where the loop has no iterations. */

enum { LOOK_AHEAD = 12 };

static bool may_write(const Memory *memory, const Op *op, const Op *access)
{
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            if (may_write(memory, in, access))
                return true;
    if (op_info[op->code].effect <= EFFECT_READS)
        return false;
    bool known = op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO;
    return !known || !mem_position(memory->m, op) || may_meet(memory, op, access);
}

/* p before the loop, which is known behind it and computed from what is there before. */
static Value *address_before(Builder *b, const Op *loop, Value *p)
{
    bool behind = false;
    for (const Op *op = loop; op && p->def && !behind; op = op->next)
        behind = op == p->def;
    if (!behind)
        return p;
    PtrMap map = {.arena = b->fn->arena};
    for (int i = 0; i < p->def->nargs; i++)
        ptrmap_put(&map, p->def->args[i], address_before(b, loop, p->def->args[i]));
    return clone_op(b, p->def, &map)->results[0];
}

static bool is_address_known(const Op *loop, const Value *p, int depth)
{
    const Op *def = p->def;
    if (def == loop || depth == 0)
        return false;
    if (!def || def->parent != loop->parent)
        return true;
    OpKind kind = op_info[def->code].kind;
    bool before = false;
    for (const Op *op = def; op && !before; op = op->next)
        before = op == loop;
    if (before)
        return true;
    if (kind != KIND_ADDR && kind != KIND_ARITH && kind != KIND_CONST)
        return false;
    for (int i = 0; i < def->nargs; i++)
        if (!is_address_known(loop, def->args[i], depth - 1))
            return false;
    return true;
}

typedef struct {
    const Op *behind;
    Ptrs same; /* Op*: loads of the same place */
} Repeated;

static void find_same(Op *op, void *ctx)
{
    Repeated *r = ctx;
    if (op->code == OP_LOAD && type_is_float(op->results[0]->type) && !op->shared &&
        op->args[0]->type == r->behind->args[0]->type && same_address(op->args[0], r->behind->args[0]))
        ptrs_push(&r->same, op);
}

static void move_before(const Memory *memory, Op *loop, const Repeated *r, PtrMap *replaced)
{
    Op *first = r->same.at[0];
    Builder b = before_op(loop);
    b.loc = first->loc;
    PtrMap map = {.arena = memory->fn->arena};
    ptrmap_put(&map, first->args[0], address_before(&b, loop, r->behind->args[0]));
    Value *early = clone_op(&b, first, &map)->results[0];
    for (size_t i = 0; i < r->same.n; i++)
        ptrmap_put(replaced, ((Op *)r->same.at[i])->results[0], early);
    if (r->behind->code == OP_LOAD)
        ptrmap_put(replaced, r->behind->results[0], early);
}

/* The next access behind `at`, not far from the loop, to what the loop loads; where, in *r. */
static Op *next_repeated(const Memory *memory, Op *loop, Op *at, Repeated *r)
{
    int steps = 0;
    for (Op *op = loop->next; op && op->nregions == 0 && steps < LOOK_AHEAD; op = op->next, steps++) {
        if (at == op)
            at = NULL;
        else if (!at && (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM) &&
                 !op->args[0]->type->elem_volatile) {
            *r = (Repeated){op, {.arena = memory->fn->arena}};
            walk_ops(loop->regions[0], find_same, r);
            if (r->same.n && is_address_known(loop, op->args[0], LOOK_AHEAD))
                return op;
        }
    }
    return NULL;
}

static bool hoist_loads(const Memory *memory, Op *loop, PtrMap *replaced)
{
    bool any = false;
    Repeated r;
    for (Op *op = NULL; (op = next_repeated(memory, loop, op, &r)) != NULL;) {
        bool written = ptrmap_get(replaced, ((Op *)r.same.at[0])->results[0]) || may_write(memory, loop, op);
        for (const Op *between = loop->next; between != op && !written; between = between->next)
            written = may_write(memory, between, op);
        if (!written) {
            move_before(memory, loop, &r, replaced);
            any = true;
        }
    }
    return any;
}

/* ---------------------------------------------------------------------- where */

typedef struct {
    Ptrs nests;     /* Op*: a loop around a loop that adds to memory, and that one */
    Ptrs reversed;  /* Op* */
    Ptrs repeating; /* Op*: loops that may repeat a load */
    Memory memory;
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
    Repeated r;
    if (next_repeated(&c->memory, op, NULL, &r))
        ptrs_push(&c->repeating, op);
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
    Arena *arena = fn->arena;
    PtrMap replaced = {.arena = arena};
    Candidates c = {
        .nests.arena = arena, .reversed.arena = arena, .repeating.arena = arena, .memory = {.fn = fn, .primal_of.arena = arena}};
    walk_ops(fn->body, find_candidates, &c);
    if (c.nests.n + c.reversed.n + c.repeating.n == 0)
        return;
    final_memory(&c.memory, fn);
    bool any = false;
    for (size_t i = c.nests.n; i >= 2; i -= 2)
        any |= split_nest(&c.memory, c.nests.at[i - 2], c.nests.at[i - 1]);
    for (size_t i = 0; i < c.reversed.n; i++)
        turn_upwards(&c.memory, c.reversed.at[i]);
    for (size_t i = c.repeating.n; i-- > 0;)
        any |= hoist_loads(&c.memory, c.repeating.at[i], &replaced);
    mem_free(c.memory.m);
    replace_uses_map(fn, &replaced);
    if (any)
        simplify(fn);
}
