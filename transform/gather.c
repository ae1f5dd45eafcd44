/* gather.c: a reverse loop that scatters what each iteration adds over neighbouring elements gathers instead what each element gets.
 *
 *   for (i = 1; i < n - 1; i++) {            d_u[0] += p(1);
 *       d_u[i - 1] += p(i);                  d_u[1] += q(1); d_u[1] += p(2);
 *       d_u[i]     += q(i);          ->      for (i = 2; i < n - 2; i++) {
 *       d_u[i + 1] += r(i);                      d_u[i] += r(i - 1); d_u[i] += q(i); d_u[i] += p(i + 1);
 *   }                                        }
 *                                            ... and the last two
 *
 * Compilers vectorise that, and no bit changes: each element gets the same sums in the same order. What else the loop does stays in it,
 * behind these. Precondition:
 *   - the sums go to elements at constant distances of each other, and no two arrays meet, nor what else the loop reads or writes;
 *   - what is added is computed from the counter and from what the loop does not write, or not before it is read;
 *   - computing some of that more than once is cheap: additions and multiplications of what is read along memory;
 *   - enough iterations: a test before it where they are not known; in its else the sums are scattered as they were.
 */
#include "analysis.h"
#include "derivative.h"
#include "nest.h"

enum { MAX_GROUPS = 8, MAX_SUMS = 24, MAX_OPS = 160, MAX_SPREAD = 4, MAX_REPEATED = 3, MIN_TRIPS = 12 };

/* A sum of the loop: to the element `at` places from iteration i's, which is the group's own. */
typedef struct {
    Op *accum;
    int64_t at;
} Sum;

/* Sums to elements of one array. */
typedef struct {
    const Sum *like;
    int64_t first, last; /* the sums' least and greatest `at` */
    int64_t own;         /* of the element that iteration i of the new loop completes */
    int direction;       /* of `at` in memory: that in which the loop's iterations go */
    bool zero;           /* the elements that the new loop completes are zero before it */
} Group;

typedef struct {
    const Memory *memory;
    Op *loop;
    Ptrs loads, stores; /* Op* */
    Ptrs cone;          /* Op*: what the sums are computed with */
    Sum sums[MAX_SUMS];
    int of[MAX_SUMS]; /* the group that a sum belongs to */
    int nsums;
    Group groups[MAX_GROUPS];
    int ngroups;
    int64_t step;          /* 1 or -1 */
    int64_t before, after; /* so many iterations at either end are no centre of a new one */
    int nops;              /* floating operations of an iteration, as it is */
} Plan;

/* ---------------------------------------------------------------------- is it such a loop? */

/* p = root + what moves by one element in each iteration + rest: in which direction it moves; 0: otherwise, or not as far as is known. */
static int moves_along(const Plan *g, const Value *p, Poly *rest)
{
    const MemInfo *m = g->memory->m;
    if (!mem_knows(m, p))
        return 0;
    const Address *a = &m->address[p->id];
    int64_t size = p->type->elem->size;
    Poly with;
    if (!a->root || !value_outside(a->root, g->loop) ||
        !poly_split(a->off, symbol_of(g->loop->regions[0]->args[0], 0), &with, rest) || with.n)
        return 0;
    return with.c == size * g->step ? 1 : with.c == -size * g->step ? -1 : 0;
}

/* Is what p depends on known before the loop, but for the counter? */
static bool stays_put(const Plan *g, const Poly *p)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++)
            if (!value_outside(g->memory->m->value[p->t[i].sym[k] / POLY_SIDES], g->loop))
                return false;
    return true;
}

static bool is_read_along(const Plan *g, const Op *load)
{
    Poly rest;
    return value_outside(load->args[0], g->loop) || (moves_along(g, load->args[0], &rest) && stays_put(g, &rest));
}

/* The group with sums to the same array, a known distance from p, whose rest is given; *at: that distance. A new one if there is none. */
static int group_of(const Plan *g, const Value *p, const Poly *rest, int direction, int64_t *at)
{
    const MemInfo *m = g->memory->m;
    for (int k = 0; k < g->ngroups; k++) {
        const Value *q = g->groups[k].like->accum->args[0];
        Poly between = poly_copy(rest), other;
        bool along = moves_along(g, q, &other) == direction;
        poly_add(&between, &other, -1);
        *at = direction * between.c / q->type->elem->size;
        if (along && m->address[p->id].root == m->address[q->id].root && p->type == q->type && between.known && between.n == 0 &&
            between.c % q->type->elem->size == 0)
            return k;
    }
    *at = 0;
    return g->ngroups < MAX_GROUPS ? g->ngroups : -1;
}

static bool take_sum(Plan *g, Op *accum)
{
    Poly rest;
    int direction = moves_along(g, accum->args[0], &rest);
    if (!direction || g->nsums == MAX_SUMS || accum->atomic || !type_is_float(accum->args[1]->type) || !stays_put(g, &rest))
        return false;
    Sum *sum = &g->sums[g->nsums];
    sum->accum = accum;
    int k = g->of[g->nsums] = group_of(g, accum->args[0], &rest, direction, &sum->at);
    if (k < 0)
        return false;
    g->nsums++;
    Group *group = &g->groups[k];
    if (k == g->ngroups) {
        g->ngroups++;
        *group = (Group){.like = sum, .direction = direction};
    }
    group->first = sum->at < group->first ? sum->at : group->first;
    group->last = sum->at > group->last ? sum->at : group->last;
    return true;
}

/* Sorts out the loop's body; false: it does something else. */
static bool sort_out(Plan *g)
{
    int n = 0;
    for (Op *op = g->loop->regions[0]->first; op->code != OP_YIELD; op = op->next) {
        bool access = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
        if (++n > MAX_OPS || op->nregions || (!access && op_info[op->code].effect != EFFECT_PURE) ||
            (access && (!mem_position(g->memory->m, op) || op->args[0]->type->elem_volatile || op->shared)))
            return false;
        g->nops += !access && op->nresults && type_is_float(op->results[0]->type) && op_info[op->code].kind != KIND_CONST;
        if (op->code == OP_LOAD)
            ptrs_push(&g->loads, op);
        if (op->code == OP_STORE)
            ptrs_push(&g->stores, op);
        if (op->code == OP_ACCUM && !take_sum(g, op))
            return false;
    }
    return true;
}

/* Adds what v needs; false: it cannot be computed at other places. */
static bool cone_add(Plan *g, Value *v)
{
    Op *op = v->def;
    if (value_outside(v, g->loop) || (op && ptrs_has(&g->cone, op)))
        return true;
    if (!op)
        return v->index == 0;
    OpKind kind = op_info[op->code].kind;
    bool cheap = kind == KIND_CONST || kind == KIND_ADDR || kind == KIND_ARITH || op->code == OP_MULZ;
    if (op->nresults != 1 || !(op->code == OP_LOAD ? is_read_along(g, op) : cheap))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!cone_add(g, op->args[i]))
            return false;
    ptrs_push(&g->cone, op);
    return true;
}

static bool find_cone(Plan *g)
{
    for (int i = 0; i < g->nsums; i++)
        if (!cone_add(g, g->sums[i].accum->args[0]) || !cone_add(g, g->sums[i].accum->args[1]))
            return false;
    return true;
}

/* Do the accesses never meet while the loop runs? */
static bool keep_apart(const Plan *g, const Op *x, const Op *y)
{
    const MemInfo *m = g->memory->m;
    return !may_meet(g->memory, x, y) || (!mem_iterations_meet(m, g->loop, x, y) && !mem_may_alias_now(m, x->args[0], y->args[0]));
}

/* Can the load of each iteration be done before the store of any? */
static bool is_read_before(const Plan *g, const Op *load, const Op *store)
{
    const MemInfo *m = g->memory->m;
    return keep_apart(g, load, store) ||
           (!mem_iterations_meet(m, g->loop, load, store) && mem_position(m, load) < mem_position(m, store));
}

static bool accesses_allow(const Plan *g)
{
    for (int i = 0; i < g->nsums; i++) {
        const Op *sum = g->sums[i].accum;
        for (size_t k = 0; k < g->loads.n; k++)
            if (!keep_apart(g, sum, g->loads.at[k]))
                return false;
        for (size_t k = 0; k < g->stores.n; k++)
            if (!keep_apart(g, sum, g->stores.at[k]))
                return false;
        for (int k = 0; k < i; k++)
            if (g->of[i] != g->of[k] && !keep_apart(g, sum, g->sums[k].accum) && !sums_commute(g->memory->m, sum, g->sums[k].accum))
                return false;
    }
    for (size_t i = 0; i < g->stores.n; i++)
        for (size_t k = 0; k < g->loads.n; k++)
            if (ptrs_has(&g->cone, g->loads.at[k]) && !is_read_before(g, g->loads.at[k], g->stores.at[i]))
                return false;
    return true;
}

/* ---------------------------------------------------------------------- is it worth it? */

/* Which element of each group an iteration of the new loop completes: that in the middle. */
static void find_centres(Plan *g)
{
    for (int k = 0; k < g->ngroups; k++) {
        Group *group = &g->groups[k];
        int64_t spread = group->last - group->first;
        group->own = group->first + spread / 2;
        g->before = group->last - group->own > g->before ? group->last - group->own : g->before;
        g->after = group->own - group->first > g->after ? group->own - group->first : g->after;
    }
}

typedef struct {
    const Plan *g;
    PtrMap *seen;
    int nops;
    bool costly; /* something that is not cheap would be done more than once */
} Cost;

/* What computing v in an iteration of the new loop costs, for iteration i + shift of the old; seen: by shift, what is counted. */
static void add_cost(Cost *c, Value *v, int64_t shift)
{
    Op *op = v->def;
    PtrMap *seen = &c->seen[shift + c->g->before];
    if (value_outside(v, c->g->loop) || !op || ptrmap_get(seen, v))
        return;
    ptrmap_put(seen, v, v);
    bool flop = op->code != OP_LOAD && type_is_float(v->type) && op_info[op->code].kind != KIND_CONST;
    c->nops += flop;
    for (int64_t other = -c->g->before; other <= c->g->after && (op->code == OP_DIV || op->code == OP_REM); other++)
        c->costly |= other != shift && ptrmap_get(&c->seen[other + c->g->before], v);
    for (int i = 0; i < op->nargs; i++)
        add_cost(c, op->args[i], shift);
}

static int64_t shift_of(const Plan *g, int sum)
{
    return g->groups[g->of[sum]].own - g->sums[sum].at;
}

static bool is_cheap(const Plan *g)
{
    PtrMap seen[2 * MAX_SPREAD + 1];
    for (int k = 0; k <= 2 * MAX_SPREAD; k++)
        seen[k] = (PtrMap){.arena = g->memory->fn->arena};
    Cost c = {g, seen, 0, false};
    for (int i = 0; i < g->nsums; i++)
        add_cost(&c, g->sums[i].accum->args[1], shift_of(g, i));
    return !c.costly && c.nops <= MAX_REPEATED * g->nops;
}

/* ---------------------------------------------------------------------- the new loop */

/* Where ops of iteration i + shift of the old loop are repeated, and what has been. */
typedef struct {
    const Op *loop;
    Builder *b;
    Value *counter; /* there */
    PtrMap map;
} Repeat;

static Value *repeat(Repeat *r, Value *v)
{
    if (value_outside(v, r->loop))
        return v;
    if (!v->def)
        return r->counter;
    Value *made = ptrmap_get(&r->map, v);
    if (made)
        return made;
    for (int i = 0; i < v->def->nargs; i++)
        repeat(r, v->def->args[i]);
    Op *copy = clone_op(r->b, v->def, &r->map);
    copy->kept = NULL;
    if (type_is_int(v->type))
        copy->results[0]->var = NULL; /* n - 1 is not to be called i */
    return copy->results[0];
}

static Value *counter_after(Builder *b, Value *from, int64_t by)
{
    if (by == 0)
        return from;
    return build_bin(b, by < 0 ? OP_SUB : OP_ADD, from, build_int(b, from->type, by < 0 ? -by : by));
}

static Repeat repeat_at(const Plan *g, Builder *b, Value *from, int64_t shift)
{
    Repeat r = {.loop = g->loop, .b = b, .map.arena = g->memory->fn->arena};
    r.counter = counter_after(b, from, g->step * shift);
    ptrmap_put(&r.map, g->loop->regions[0]->args[0], r.counter);
    return r;
}

/* The sums of the group to the element that is `element` places behind that of iteration `from`, where their iteration, from + shift, is
 * between least and most; in the old loop's order. */
static int find_sums(const Plan *g, int group, int64_t element, int64_t least, int64_t most, int *out)
{
    const Group *k = &g->groups[group];
    int n = 0;
    for (int64_t step = k->first; step <= k->last; step++) {
        int64_t where = g->loop->reversed ? step : k->first + k->last - step;
        for (int i = 0; i < g->nsums && element - where >= least && element - where <= most; i++)
            if (g->of[i] == group && g->sums[i].at == where)
                out[n++] = i;
    }
    return n;
}

/* at: by shift, from the least; zero: the element has been cleared. Where there are several sums, the element is read and written once: clang does not see that it could be.
 * What they need is read from high shifts to low ones: in the other order clang carries each of a[i - 1], a[i], a[i + 1] on to the next
 * iteration, and then cannot vectorise. */
static void build_sums(const Plan *g, int group, Repeat *at, int64_t element, int64_t least, int64_t most, bool zero)
{
    int sums[MAX_SUMS], n = find_sums(g, group, element, least, most, sums);
    Value *sum = NULL, *place = NULL;
    for (int64_t shift = most; shift >= least; shift--)
        for (int i = 0; i < n; i++)
            if (element - g->sums[sums[i]].at == shift)
                repeat(&at[shift - least], g->sums[sums[i]].accum->args[1]);
    for (int i = 0; i < n; i++) {
        const Sum *s = &g->sums[sums[i]];
        Repeat *r = &at[element - s->at - least];
        r->b->loc = s->accum->loc;
        place = place ? place : repeat(r, s->accum->args[0]);
        sum = sum || n == 1 || zero ? sum : build_load(r->b, place);
        Value *v = repeat(r, s->accum->args[1]);
        sum = sum ? build_bin(r->b, OP_ADD, sum, v) : v;
    }
    if (n > 1 || (n && zero))
        build_store(at->b, place, sum);
    else if (n)
        build_accum(at->b, place, sum);
}

/* What of an end's elements the old loop's iterations from + least to from + most add, all of them near this end. */
static void build_end(const Plan *g, Builder *b, Value *from, int64_t least, int64_t most, bool first)
{
    Repeat at[2 * MAX_SPREAD + 1];
    for (int64_t s = least; s <= most; s++)
        at[s - least] = repeat_at(g, b, from, s);
    for (int k = 0; k < g->ngroups; k++) {
        const Group *group = &g->groups[k];
        int64_t lo = first ? group->first : group->own - g->after + 1, hi = first ? group->own + g->before - 1 : group->last;
        for (int64_t element = lo; element <= hi; element++)
            build_sums(g, k, at, element, least, most, false);
    }
}

static void build_middle(const Plan *g, Builder *b)
{
    const Op *old = g->loop;
    Value *first = counter_after(b, old->args[0], g->step * g->before), *end = counter_after(b, old->args[1], -g->step * g->after);
    Op *made = build_for(b, first, end, old->args[2], old->cmp);
    made->regions[0]->args[0]->var = old->regions[0]->args[0]->var;
    made->note = "each element gets at once what its neighbours' iterations add to it, in their order";
    Builder in = at_end(made->regions[0]);
    in.loc = old->loc;
    Repeat at[2 * MAX_SPREAD + 1];
    for (int64_t s = -g->before; s <= g->after; s++)
        at[s + g->before] = repeat_at(g, &in, made->regions[0]->args[0], s);
    for (int k = 0; k < g->ngroups; k++)
        build_sums(g, k, at, g->groups[k].own, -g->before, g->after, g->groups[k].zero);
    build_yield(&in, NULL, 0);
}

/* The sums as they were. */
static void build_short(const Plan *g, Builder *b)
{
    const Op *old = g->loop;
    Op *made = build_for(b, old->args[0], old->args[1], old->args[2], old->cmp);
    made->reversed = old->reversed;
    made->regions[0]->args[0]->var = old->regions[0]->args[0]->var;
    Builder in = at_end(made->regions[0]);
    Repeat r = repeat_at(g, &in, made->regions[0]->args[0], 0);
    for (int i = 0; i < g->nsums; i++) {
        const Op *accum = g->sums[i].accum;
        in.loc = accum->loc;
        repeat(&r, accum->args[0]);
        repeat(&r, accum->args[1]);
        clone_op(&in, accum, &r.map);
    }
    build_yield(&in, NULL, 0);
}

static bool includes_end(const Op *loop)
{
    return loop->cmp == OP_LE || loop->cmp == OP_GE;
}

static bool is_small(const Value *v, int64_t *out)
{
    return value_int(v, out) && *out >= 0 && *out < INT16_MAX;
}

Value *build_room(Builder *b, Value *least, Value *most, int64_t need)
{
    Type *t = least->type, *wide = type_scalar(TY_LONG);
    int64_t from;
    if (is_small(least, &from))
        return build_bin(b, OP_GE, most, build_int(b, t, from + need));
    Value *room = build_bin(b, OP_SUB, build_cast(b, most, wide), build_cast(b, least, wide));
    return build_bin(b, OP_GE, room, build_int(b, wide, need));
}

/* Are there iterations enough that the two ends do not meet? */
static Value *build_test(const Plan *g, Builder *b)
{
    return build_room(b, g->loop->args[g->step < 0], g->loop->args[g->step > 0], g->before + g->after - includes_end(g->loop));
}

static void gather(const Plan *g)
{
    Op *loop = g->loop;
    Builder b = before_op(loop);
    b.loc = loop->loc;
    Op *choice = build_if(&b, build_test(g, &b));
    Builder yes = at_end(choice->regions[0]), no = at_end(choice->regions[1]);
    yes.loc = no.loc = loop->loc;
    int64_t most = g->before + g->after - 1;
    build_end(g, &yes, loop->args[0], 0, most, true);
    build_middle(g, &yes);
    Value *last = includes_end(loop) ? loop->args[1] : counter_after(&yes, loop->args[1], -g->step);
    build_end(g, &yes, last, -most, 0, false);
    build_yield(&yes, NULL, 0);
    if (most > 0) /* else there is no iteration at all */
        build_short(g, &no);
    build_yield(&no, NULL, 0);
    for (int i = 0; i < g->nsums; i++)
        op_remove(g->sums[i].accum);
    choice->note = "sums over neighbours: the first elements, those between, the last";
    loop->note = NULL;
}

/* ---------------------------------------------------------------------- where */

/* Two sums to what may be neighbours. */
static bool scatters(const Op *loop)
{
    const Op *accum[MAX_SUMS];
    int n = 0;
    for (const Op *op = loop->regions[0]->first; op && n < MAX_SUMS; op = op->next) {
        const Op *p = op->code == OP_ACCUM ? op->args[0]->def : NULL;
        if (!p || p->code != OP_INDEX)
            continue;
        for (int k = 0; k < n; k++)
            if (accum[k]->args[0] == p->args[0] && accum[k]->args[1] != p->args[1])
                return true;
        accum[n++] = p;
    }
    return false;
}

static bool is_plain(const Op *loop)
{
    int64_t step, least, trips = trip_bound(loop), size = loop->args[0]->type->size;
    bool known = value_int(loop->args[2], &step) &&
                 (step == 1 ? loop->cmp == OP_LT || loop->cmp == OP_LE : step == -1 && (loop->cmp == OP_GT || loop->cmp == OP_GE));
    return known && !loop->omp && !(loop->loop && loop->loop->omp) && (trips < 0 || trips >= MIN_TRIPS) &&
           (size == 4 || (size == 8 && is_small(loop->args[step < 0], &least)));
}

static void find_loops(Op *op, void *ctx)
{
    if (op->code == OP_FOR && is_plain(op) && scatters(op))
        ptrs_push(ctx, op);
}

/* What of a group's array the new loop completes, where the elements follow an upward counter. */
static bool find_middle(const Plan *g, const Group *k, Extent *out)
{
    const Op *loop = g->loop;
    Poly rest, lo = poly_of_value(g->memory->m, loop->args[0]), hi = poly_of_value(g->memory->m, loop->args[1]);
    int64_t size = k->like->accum->args[0]->type->elem->size;
    if (g->step != 1 || k->direction != 1 || !moves_along(g, k->like->accum->args[0], &rest) || !stays_put(g, &rest))
        return false;
    lo.c += g->before + k->own;
    hi.c += includes_end(loop) - g->after + k->own;
    *out = (Extent){rest, rest};
    poly_add(&out->lo, &lo, size);
    poly_add(&out->hi, &hi, size);
    return out->lo.known && out->hi.known;
}

/* Do the sums of another group go to the same array? */
static bool shares_array(const Plan *g, int k)
{
    const MemInfo *m = g->memory->m;
    const Address *a = &m->address[g->groups[k].like->accum->args[0]->id];
    for (int other = 0; other < g->ngroups; other++)
        if (other != k && m->address[g->groups[other].like->accum->args[0]->id].root == a->root)
            return true;
    return false;
}

static void find_zeros(Plan *g)
{
    Extent middle;
    for (int k = 0; k < g->ngroups && !pass_options.no_settle; k++) {
        bool read, found = find_middle(g, &g->groups[k], &middle);
        Op *clearing = found ? clearing_before(g->memory, g->loop, g->groups[k].like->accum, &middle, &read) : NULL;
        g->groups[k].zero = clearing != NULL;
        if (clearing && !read && !shares_array(g, k))
            clear_only_ends(g->memory, clearing, &middle);
    }
}

static bool try_gather(const Memory *memory, Op *loop)
{
    Arena *arena = memory->fn->arena;
    Plan g = {
        .memory = memory, .loop = loop, .step = for_step(loop), .loads.arena = arena, .stores.arena = arena, .cone.arena = arena};
    if (!sort_out(&g) || !find_cone(&g))
        return false;
    find_centres(&g);
    int64_t spread = g.before + g.after;
    if (spread == 0 || spread > MAX_SPREAD || !is_cheap(&g) || !accesses_allow(&g))
        return false;
    find_zeros(&g);
    gather(&g);
    return true;
}

void gather_sums(Fn *fn)
{
    Ptrs loops = {.arena = fn->arena};
    walk_ops(fn->body, find_loops, &loops);
    if (loops.n == 0)
        return;
    Memory memory;
    final_memory(&memory, fn);
    bool any = false;
    for (size_t i = 0; i < loops.n; i++)
        any |= try_gather(&memory, loops.at[i]);
    mem_free(memory.m);
    if (any)
        simplify(fn);
}
