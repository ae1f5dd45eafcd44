/* block.c: -fassociative: some iterations of a loop over samples at once, each scalar of an iteration an array with one number for each.
 *
 *   for (i < n) {                                   for (i < n / 4 * 4; i += 4) {
 *       s = 0;                                          double s[4] = {0};
 *       for (j < m) {                                   for (j < m) {
 *           y[j] = x[i * m + j] - mean[j];    ->            for (l < 4) {
 *           s += y[j] * y[j];                                   each_y[j][l] = x[(i + l) * m + j] - mean[j];
 *       }                                                       s[l] += each_y[j][l] * each_y[j][l];
 *       ...                                                 }
 *       for (j < m)                                     }
 *           d_mean[j] -= 2 * d_s * y[j];                ...
 *   }
 *
 * (structure of arrays). Compilers vectorise the loops over l, whatever the inner loops look like. Each sample has its operations in their
 * order, but sums over samples are added up in another one. Precondition:
 *   - what differs between iterations decides about no loop's bounds and no branch with a loop in it;
 *   - what the loop hands on are sums, and what it writes outside is only added to, or is touched by one iteration;
 *   - scratch memory: each iteration has it anew, or writes it before it reads it (as in fuse.c: it starts undefined, all accesses are in
 *     the loop, neither their places nor whether they are executed depend on the iteration), or it holds derivatives of such, of a loop
 *     whose iterations are reversed at once: these are zero, or written first, at the start of each iteration;
 *   - it pays: most of the work is arithmetic in inner loops, but not in nests that compilers vectorise as they are, and not calls or
 *     accesses far apart.
 * A sum with the same place for all iterations is added up in halves (p[0] + p[1] + (p[2] + p[3])), and then added to its place.
 */
#include "block.h"

#include <string.h>

enum {
    BYTES = 32,
    MAX_TOUCHED = 64,
    MAX_OPS = 400,
    ROUNDS = 4,
    INNER = 8,
    CALL_COSTS = 16,
    FAR_COSTS = 4,
    LITTLE = 64,
    FEW_TRIPS = 16
};

bool block_varies(const Block *b, const Value *v)
{
    return v->id < b->nvalues && b->varies[v->id];
}

int block_own_object(const Block *b, const Value *p)
{
    const int *objs;
    return mem_objects(b->memory->m, p, &objs) == 1 && b->own[objs[0]] ? objs[0] : -1;
}

static bool is_cell(const Op *op)
{
    return op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
}

/* ---------------------------------------------------------------------- may the ops stand in such a loop? */

static bool any_inside(const Region *r, bool (*is)(const Op *op))
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (is(op))
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (any_inside(op->regions[k], is))
                return true;
    }
    return false;
}

static bool is_for(const Op *op)
{
    return op->code == OP_FOR;
}

static bool is_local(const Op *op)
{
    return op->code == OP_LOCAL;
}

static bool is_nest(const Op *op)
{
    return op->code == OP_FOR ||
           (op->code == OP_IF && (any_inside(op->regions[0], is_for) || any_inside(op->regions[1], is_for) ||
                                  any_inside(op->regions[0], is_local) || any_inside(op->regions[1], is_local)));
}

static bool may_stand(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (op->atomic || op->shared || op->omp || (op->loop && op->loop->omp))
        return false;
    if (op->code == OP_FOR) {
        int64_t step;
        return value_int(op->args[2], &step);
    }
    if (op->code == OP_IF)
        return !is_nest(op) || op->nresults == 0;
    if (op->code == OP_LOCAL)
        return op->nargs == 0 && !op->is_static;
    if (is_cell(op))
        return !op->args[0]->type->elem_volatile && (op->code == OP_LOAD || op->args[1]->type->kind != TY_PTR);
    if (op->code == OP_PTRINT || op->code == OP_PTRDIFF)
        return false;
    return kind == KIND_CONST || kind == KIND_ARITH || kind == KIND_ADDR || op->code == OP_YIELD || op->code == OP_MULZ ||
           op->code == OP_GLOBAL || (kind == KIND_MATH && op_info[op->code].effect == EFFECT_PURE && op->nresults == 1);
}

static bool all_may_stand(const Region *r, int *n)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (!may_stand(op) || ++*n > MAX_OPS)
            return false;
        for (int k = 0; k < op->nregions; k++)
            if (!all_may_stand(op->regions[k], n))
                return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- memory of the iteration's own */

static void find_odd(Op *op, void *ctx)
{
    Block *b = ctx;
    if (op_info[op->code].kind == KIND_ADDR || op->code == OP_FREE || op->code == OP_LOCAL)
        return;
    bool inside = region_contains(b->loop->regions[0], op);
    for (int i = 0; i < op->nargs; i++) {
        const int *objs;
        if (op->args[i]->type->kind != TY_PTR)
            continue;
        int n = mem_objects(b->memory->m, op->args[i], &objs);
        for (int k = 0; k < n; k++) {
            b->outside[objs[k]] |= !inside;
            b->odd[objs[k]] |= inside && (!is_cell(op) || i > 0 || n != 1);
        }
    }
}

/* p = an element of an array of scalars, by indices from where that starts: what block_build.c can follow. */
static bool is_plain_place(const Value *p)
{
    const Type *elem = p->type->elem;
    if (!type_is_scalar(elem) || elem->kind == TY_PTR)
        return false;
    while (p->def && (p->def->code == OP_INDEX || p->def->code == OP_DECAY))
        p = p->def->args[0];
    const Op *def = p->def;
    if (def && def->code == OP_PTRCAST && def->args[0]->def)
        def = def->args[0]->def->code == OP_ALLOC && p->type->elem == elem ? def->args[0]->def : NULL;
    return def && ((def->code == OP_ALLOC && p->type->kind == TY_PTR && p->type->elem == elem && def->nargs <= 2) ||
                   (def->code == OP_LOCAL && def->nargs == 0));
}

/* Is op executed the same number of times whatever the iteration? */
static bool is_always_executed(const Block *b, const Op *op)
{
    for (const Op *owner = op->parent->owner; owner && owner != b->loop; owner = owner->parent->owner)
        for (int i = 0; i < (owner->code == OP_FOR ? 3 : 1); i++)
            if (block_varies(b, owner->args[i]))
                return false;
    return true;
}

static const Op *in_body(const Block *b, const Op *op)
{
    while (op->parent != b->loop->regions[0])
        op = op->parent->owner;
    return op;
}

typedef struct {
    Block *b;
    int obj;
    const Op *last_store;
    bool good, filled;
} Scratch;

static void find_last_store(Op *op, void *ctx)
{
    Scratch *s = ctx;
    if (is_cell(op) && op->code != OP_LOAD && block_own_object(s->b, op->args[0]) == s->obj)
        s->last_store = in_body(s->b, op);
}

static void check_access(Op *op, void *ctx)
{
    Scratch *s = ctx;
    if (!is_cell(op) || block_own_object(s->b, op->args[0]) != s->obj)
        return;
    s->good &= is_plain_place(op->args[0]);
    if (block_varies(s->b, op->args[0]) || !is_always_executed(s->b, op)) {
        bool behind = false;
        for (const Op *at = s->last_store ? s->last_store->next : NULL; at && op->code == OP_LOAD && !behind; at = at->next)
            behind = at == in_body(s->b, op);
        s->filled &= behind;
    }
}

static bool is_own_object(const Block *b, int obj)
{
    ObjKind kind = mem_object_kind(b->memory->m, obj);
    return (kind == OBJ_LOCAL || kind == OBJ_HEAP) && !b->outside[obj] && !b->odd[obj];
}

/* The primal's object that obj has the derivatives of; -1: not known. */
static int primal_object(const Block *b, int obj)
{
    const Op *op = mem_object_op(b->memory->m, obj);
    const Value *primal = op && op->nresults ? ptrmap_get(&b->memory->primal_of, op->results[0]) : NULL;
    const int *objs;
    return primal && primal->type->kind == TY_PTR && mem_knows(b->memory->m, primal) &&
                   mem_objects(b->memory->m, primal, &objs) == 1
               ? objs[0]
               : -1;
}

/* Does each iteration find the object as the first one did, as far as it reads it before it writes it? */
static bool is_scratch(Block *b, int obj)
{
    const Op *op = mem_object_op(b->memory->m, obj);
    Scratch s = {b, obj, NULL, true, true};
    walk_ops(b->loop->regions[0], find_last_store, &s);
    walk_ops(b->loop->regions[0], check_access, &s);
    if (!s.good || !op)
        return false;
    if (region_contains(b->loop->regions[0], op))
        return op->code == OP_LOCAL;
    if (op->code == OP_ALLOC && (pass_options.tape != TAPE_HEAP || pass_options.no_malloc || b->fn->limited))
        return false;
    if (!op->zeroed)
        return s.filled;
    int primal = primal_object(b, obj);
    const Op *of = primal >= 0 ? mem_object_op(b->memory->m, primal) : NULL;
    return b->loop->fused && of && !of->zeroed && is_own_object(b, primal);
}

/* ---------------------------------------------------------------------- what differs */

static void set_varies(Block *b, const Value *v)
{
    if (!block_varies(b, v))
        b->changed = b->varies[v->id] = true;
}

static void set_object(Block *b, int obj)
{
    if (!b->object_varies[obj])
        b->changed = b->object_varies[obj] = true;
}

static bool any_operand_varies(const Block *b, const Op *op)
{
    for (int i = 0; i < op->nargs; i++)
        if (block_varies(b, op->args[i]))
            return true;
    return false;
}

static void flow(void *ctx, Value *from, Value *to)
{
    Block *b = ctx;
    if (block_varies(b, from))
        set_varies(b, to);
}

/* ... which may be done for one iteration after the other. */
static bool is_in_branch(const Block *b, const Op *op)
{
    for (const Op *owner = op->parent->owner; owner && owner != b->loop; owner = owner->parent->owner)
        if (owner->code == OP_IF)
            return true;
    return false;
}

static void find_varying(Op *op, void *ctx)
{
    Block *b = ctx;
    bool varies = any_operand_varies(b, op);
    if (is_cell(op)) {
        int obj = block_own_object(b, op->args[0]);
        if (op->code == OP_LOAD && (varies || (obj >= 0 && b->object_varies[obj])))
            set_varies(b, op->results[0]);
        else if (op->code != OP_LOAD && obj >= 0 && (varies || is_in_branch(b, op)))
            set_object(b, obj);
    } else if (op->nregions == 0 || op->code == OP_IF) {
        for (int i = 0; i < op->nresults && varies; i++)
            set_varies(b, op->results[i]);
    }
    if (op->code == OP_IF || op->code == OP_FOR)
        mem_op_flows(op, flow, b);
}

static void find_all_varying(Block *b)
{
    memset(b->varies, 0, (size_t)b->nvalues * sizeof *b->varies);
    memset(b->object_varies, 0, (size_t)mem_count(b->memory->m) * sizeof *b->object_varies);
    Region *body = b->loop->regions[0];
    for (int i = 0; i < body->nargs; i++)
        b->varies[body->args[i]->id] = true;
    for (b->changed = true; b->changed;) {
        b->changed = false;
        walk_ops(body, find_varying, b);
    }
}

/* Which objects are the iterations' own depends on what varies, and the other way round: those that turn out not to be are left out. */
static bool find_own(Block *b)
{
    int n = mem_count(b->memory->m);
    walk_ops(b->fn->body, find_odd, b);
    for (int i = 0; i < n; i++)
        b->own[i] = is_own_object(b, i);
    for (int round = 0; round < ROUNDS; round++) {
        bool stable = true;
        find_all_varying(b);
        for (int i = 0; i < n; i++)
            if (b->own[i] && !is_scratch(b, i))
                stable = b->own[i] = false;
        if (stable)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------------- sums */

/* Is next = arg + ..., through inner loops, and arg used for nothing else? */
static bool sums_up(const Block *b, const Value *next, const Value *arg)
{
    if (next == arg)
        return b->uses[arg->id] <= 1;
    const Op *op = next->def;
    if (!op || b->uses[next->id] != 1)
        return false;
    if (op->code == OP_ADD)
        return sums_up(b, op->args[0], arg) || sums_up(b, op->args[1], arg);
    if (op->code == OP_SUB)
        return sums_up(b, op->args[0], arg);
    return op->code == OP_FOR && next->index > 0 && sums_up(b, op->args[2 + next->index], arg) &&
           sums_up(b, op->regions[0]->last->args[next->index - 1], op->regions[0]->args[next->index]);
}

static bool carries_sums(const Block *b)
{
    const Region *body = b->loop->regions[0];
    for (int i = 1; i < body->nargs; i++)
        if (!type_is_float(body->args[i]->type) || body->last->args[i - 1] == body->args[i] ||
            !sums_up(b, body->last->args[i - 1], body->args[i]))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- what meets */

typedef struct {
    Block *b;
    const Op *at[MAX_TOUCHED];
    int n;
    bool good;
} Touched;

static void find_touched(Op *op, void *ctx)
{
    Touched *t = ctx;
    if (!is_cell(op) || block_own_object(t->b, op->args[0]) >= 0)
        return;
    t->good &= t->n < MAX_TOUCHED && mem_position(t->b->memory->m, op);
    if (t->good)
        t->at[t->n++] = op;
}

static bool iterations_are_apart(Block *b)
{
    Touched t = {.b = b, .good = true};
    walk_ops(b->loop->regions[0], find_touched, &t);
    for (int i = 0; i < t.n && t.good; i++)
        for (int k = i; k < t.n && t.good; k++) {
            const Op *x = t.at[i], *y = t.at[k];
            bool same = (x->code == OP_LOAD && y->code == OP_LOAD) || (x->code == OP_ACCUM && y->code == OP_ACCUM);
            t.good = same || !mem_iterations_meet(b->memory->m, b->loop, x, y) || (x != y && !may_meet(b->memory, x, y));
        }
    return t.good;
}

/* ---------------------------------------------------------------------- control, and does it pay? */

LaneKind block_kind(const Block *b, const Op *op)
{
    if (is_nest(op))
        return LANES_NEST;
    bool varies = any_operand_varies(b, op);
    if (op->code == OP_IF) {
        LaneKind kind = varies ? LANES_PLAIN : LANES_NONE;
        for (int k = 0; k < 2; k++)
            for (const Op *in = op->regions[k]->first; in; in = in->next) {
                LaneKind inner = in->code == OP_YIELD ? any_operand_varies(b, in) ? LANES_PLAIN : LANES_NONE : block_kind(b, in);
                kind = inner > kind ? inner : kind;
                if (is_cell(in) && in->code != OP_LOAD && kind != LANES_NONE)
                    kind = LANES_SCATTER;
            }
        return kind;
    }
    if (is_cell(op) && op->code != OP_LOAD) {
        int obj = block_own_object(b, op->args[0]);
        if (obj >= 0)
            return !b->object_varies[obj] ? LANES_NONE : block_varies(b, op->args[0]) ? LANES_SCATTER : LANES_PLAIN;
        return op->code == OP_ACCUM && !block_varies(b, op->args[0]) ? LANES_PLAIN : LANES_SCATTER;
    }
    if (op->nresults == 0 || !block_varies(b, op->results[0]))
        return LANES_NONE;
    bool call = op_info[op->code].kind == KIND_MATH && op->code != OP_SQRT && op->code != OP_FABS;
    return call ? LANES_CALL : LANES_PLAIN;
}

bool block_repeats(const Value *v)
{
    const Op *op = v->def;
    OpKind kind = op ? op_info[op->code].kind : KIND_CTL;
    return kind == KIND_ADDR ||
           (kind == KIND_ARITH && type_is_int(v->type) && op->code != OP_DIV && op->code != OP_REM && !op_is_compare(op->code));
}

typedef struct {
    long work, calls, far;
    long even; /* work in nests of two loops whose bounds do not depend on each other */
} Cost;

/* Elements that follow each other from iteration to iteration? */
static bool is_near(const Block *b, const Op *load)
{
    const MemInfo *m = b->memory->m;
    const Value *p = load->args[0];
    Poly with, rest;
    return mem_knows(m, p) && m->address[p->id].root &&
           poly_split(m->address[p->id].off, symbol_of(b->loop->regions[0]->args[0], 0), &with, &rest) && with.n == 0 &&
           with.c == p->type->elem->size;
}

/* Pointers that are not computed from their indices cannot be put aside. */
static bool has_odd_pointer(const Block *b, const Op *op)
{
    for (int i = 0; i < op->nresults; i++)
        if (op->results[i]->type->kind == TY_PTR && block_varies(b, op->results[i]) && op_info[op->code].kind != KIND_ADDR)
            return true;
    for (int k = 0; k < op->nregions; k++)
        for (int i = 0; i < op->regions[k]->nargs; i++)
            if (op->regions[k]->args[i]->type->kind == TY_PTR && block_varies(b, op->regions[k]->args[i]))
                return true;
    return false;
}

/* Does what differs decide about a loop, or a branch with loops? */
static bool decides(const Block *b, const Op *op)
{
    for (int i = 0; i < (op->code == OP_FOR ? 3 : 1) && block_kind(b, op) == LANES_NEST; i++)
        if (block_varies(b, op->args[i]))
            return true;
    return false;
}

/* A loop in a loop of as many iterations each time: compilers vectorise it as it is, and jam.c has more for it. */
static bool is_even(const Block *b, const Op *loop)
{
    const Op *around = loop->parent->owner;
    int64_t trips = loop->code == OP_FOR ? trip_bound(loop) : 0;
    return loop->code == OP_FOR && !any_inside(loop->regions[0], is_for) && around && around != b->loop && around->code == OP_FOR &&
           (trips < 0 || trips > FEW_TRIPS) && value_outside(loop->args[0], around) && value_outside(loop->args[1], around);
}

/* False: it cannot be done. */
static bool add_cost(const Block *b, const Region *r, long times, Cost *cost)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        LaneKind kind = block_kind(b, op);
        int64_t trips = op->code == OP_FOR ? trip_bound(op) : 1;
        if (decides(b, op) || has_odd_pointer(b, op))
            return false;
        long before = cost->work;
        for (int k = 0; k < op->nregions; k++)
            if (!add_cost(b, op->regions[k], times * (trips >= 0 && trips < INNER ? (long)trips : INNER), cost))
                return false;
        cost->even += is_even(b, op) ? cost->work - before : 0;
        if (kind == LANES_NONE || kind == LANES_NEST)
            continue;
        bool arithmetic = op_info[op->code].kind == KIND_ARITH && op->nresults && type_is_float(op->results[0]->type);
        cost->work += arithmetic || op->code == OP_ACCUM || op->code == OP_SQRT ? times : 0;
        cost->calls += kind == LANES_CALL ? times : 0;
        cost->far += is_cell(op) && block_varies(b, op->args[0]) && !is_near(b, op) ? times : 0;
    }
    return true;
}

static bool pays(const Block *b)
{
    Cost cost = {0};
    return add_cost(b, b->loop->regions[0], 1, &cost) && cost.work >= LITTLE && 2 * cost.even <= cost.work &&
           cost.work >= CALL_COSTS * cost.calls + FAR_COSTS * cost.far;
}

/* ---------------------------------------------------------------------- where */

static void find_widest(Op *op, void *ctx)
{
    int64_t *widest = ctx;
    for (int i = 0; i < op->nresults; i++) {
        const Type *t = op->results[i]->type;
        if (type_is_float(t))
            *widest = t->size > *widest ? t->size : *widest;
    }
}

static bool is_candidate(const Op *loop, const int *uses)
{
    int64_t trips = trip_bound(loop);
    int n = 0;
    return !loop->reversed && !loop->omp && !(loop->loop && (loop->loop->omp || loop->loop->checkpoint)) &&
           value_is(loop->args[2], 1) && loop_is_natural(loop) && uses[loop->results[0]->id] == 0 &&
           (trips < 0 || trips >= FEW_TRIPS) && any_inside(loop->regions[0], is_for) && all_may_stand(loop->regions[0], &n);
}

static bool block_one(const Memory *memory, Op *loop, const int *uses, int nvalues)
{
    Arena *arena = memory->fn->arena;
    size_t objects = (size_t)mem_count(memory->m), values = (size_t)nvalues + 1;
    int64_t widest = 4;
    Block b = {.fn = memory->fn, .memory = memory, .loop = loop, .uses = uses, .nvalues = nvalues};
    b.varies = arena_alloc(arena, values * sizeof *b.varies);
    b.own = arena_alloc(arena, objects * sizeof *b.own);
    b.object_varies = arena_alloc(arena, objects * sizeof *b.object_varies);
    b.outside = arena_alloc(arena, objects * sizeof *b.outside);
    b.odd = arena_alloc(arena, objects * sizeof *b.odd);
    walk_ops(loop->regions[0], find_widest, &widest);
    b.width = (int)(BYTES / widest);
    if (b.width < 2 || !carries_sums(&b) || !find_own(&b) || !iterations_are_apart(&b) || !pays(&b))
        return false;
    block_build(&b);
    return true;
}

typedef struct {
    const int *uses;
    Ptrs loops; /* Op*, outer ones first */
} Candidates;

static void find_candidates(Op *op, void *ctx)
{
    Candidates *c = ctx;
    if (op->code == OP_FOR && is_candidate(op, c->uses))
        ptrs_push(&c->loops, op);
}

void block_samples(Fn *fn)
{
    Candidates c = {count_uses(fn), {.arena = fn->arena}};
    walk_ops(fn->body, find_candidates, &c);
    if (c.loops.n == 0)
        return;
    Memory memory;
    int nvalues = fn->nvalues;
    Ptrs done = {.arena = fn->arena};
    final_memory(&memory, fn);
    for (size_t i = 0; i < c.loops.n; i++) {
        bool inside = false;
        for (size_t k = 0; k < done.n && !inside; k++)
            inside = region_contains(((Op *)done.at[k])->regions[0], c.loops.at[i]);
        if (!inside && block_one(&memory, c.loops.at[i], c.uses, nvalues))
            ptrs_push(&done, c.loops.at[i]);
    }
    mem_free(memory.m);
}
