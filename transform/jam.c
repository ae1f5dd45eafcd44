/* jam.c: two or four iterations of a loop at once, side by side in the loops inside it (unroll and jam: F. E. Allen and J. Cocke, A Catalogue
 * of Optimizing Transformations, 1972; D. Callahan, S. Carr and K. Kennedy, Improving Register Allocation for Subscripted Variables, 1990).
 *
 *   for (o < n) {                             for (o < n / 2 * 2; o += 2) {
 *       d = d_y[o];                               d = d_y[o]; d1 = d_y[o + 1];
 *       for (i < m) {                             for (i < m) {
 *           d_w[o * m + i] += d * x[i];   ->          d_w[o * m + i] += d * x[i];
 *           d_x[i] += d * w[o * m + i];               d_w[(o + 1) * m + i] += d1 * x[i];
 *       }                                             d_x[i] = d_x[i] + d * w[o * m + i] + d1 * w[(o + 1) * m + i];
 *   }                                             }
 *                                             }
 *                                             for (; o < n; o++) ...
 *
 * d_x is read and written half as often, and sums in scalars (dot products) do not wait for each other. Where the derivative of a matrix gets
 * sums in each iteration of a loop around o (rows of a batch), it is that loop's iterations that run side by side: the matrix is walked once
 * for four rows. No bit changes: each place and each scalar gets the same sums in the same order. Precondition, for what runs in another
 * order afterwards:
 *   - different iterations of o do not touch the same place, but for sums to different parameters' derivatives, and but for what each
 *     iteration of i (of both loops in there) touches where no other does;
 *   - the bounds of i do not depend on o, and what o hands on is not needed before it is known.
 * Only in nests of three loops and more, those of matrix products: elsewhere there is little to gain. How many iterations: no more than leaves
 * compilers with as few run-time tests for overlap as they put up with.
 */
#include "nest.h"

enum { MAX_WIDTH = 4, MAX_OPS = 64, MAX_TOUCHED = 20, FEW_TRIPS = 8, UNROLLED = 16, MAX_TESTS = 8 };

typedef struct {
    const Op *op;
    const Op *inner; /* the innermost loop it is in; NULL: in the outer one */
    int segment;
} Touch;

typedef struct {
    Fn *fn;
    const Memory *memory;
    Op *outer;
    Touch touch[MAX_TOUCHED];
    int n, nops;
    bool rows;   /* the loops in the outer one have loops in them */
    bool pays;
    Ptrs sums; /* Op*: ACCUMs whose place is the same for each o */
    int width;
    bool apart; /* they are in a loop of their own */
    PtrMap map[MAX_WIDTH];
} Jam;

/* ---------------------------------------------------------------------- what is in the loop */

static bool may_stand(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (op->atomic || op->shared || (op->nregions && op->code != OP_IF && op->code != OP_FOR) || op->code == OP_PTRINT)
        return false;
    if (kind == KIND_CONST || kind == KIND_ARITH || kind == KIND_ADDR || kind == KIND_MATH)
        return op_info[op->code].effect == EFFECT_PURE;
    bool cell = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
    return cell ? !op->args[0]->type->elem_volatile : op->code == OP_IF || op->code == OP_YIELD || op->code == OP_MULZ;
}

/* few: of so many iterations, it is better left. */
static bool is_plain(const Op *loop, int few)
{
    int64_t trips = trip_bound(loop);
    return !loop->omp && !(loop->loop && loop->loop->omp) && value_is(loop->args[2], 1) && loop->cmp == OP_LT &&
           (trips < 0 || trips > few);
}

/* Lists what r accesses; counts its ops. */
static bool take_region(Jam *j, const Region *r, const Op *inner, int segment)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (!may_stand(op) || op->code == OP_FOR || ++j->nops > MAX_OPS)
            return false;
        for (int k = 0; k < op->nregions; k++)
            if (!take_region(j, op->regions[k], inner, segment))
                return false;
        if (op_info[op->code].kind != KIND_MEM)
            continue;
        if (j->n == MAX_TOUCHED || !mem_position(j->memory->m, op))
            return false;
        j->touch[j->n++] = (Touch){op, inner, segment};
    }
    return true;
}

static bool has_loop(const Op *op)
{
    const Op *in = op->regions[0]->first;
    while (in && in->code != OP_FOR)
        in = in->next;
    return in != NULL;
}

static bool take_body(Jam *j, const Op *loop, int *segment);

static bool take_inner(Jam *j, const Op *loop, int *segment)
{
    bool around = has_loop(loop);
    if (around ? !j->rows || loop->parent != j->outer->regions[0] || !is_plain(loop, FEW_TRIPS)
               : !is_plain(loop, UNROLLED)) /* compilers unroll such a loop, and then turn the outer one into vectors */
        return false;
    for (int i = 0; i < 3; i++)
        if (!value_outside(loop->args[i], j->outer) && !value_is_const(loop->args[i]))
            return false;
    for (int i = 1; i < loop->regions[0]->nargs && !j->rows; i++)
        j->pays |= type_is_float(loop->regions[0]->args[i]->type);
    return around ? take_body(j, loop, segment) : take_region(j, loop->regions[0], loop, *segment);
}

/* A loop is a segment of its own; so is what stands before, between and after loops. */
static bool take_body(Jam *j, const Op *loop, int *segment)
{
    const Op *inner = loop == j->outer ? NULL : loop;
    for (Op *op = loop->regions[0]->first; op; op = op->next) {
        bool is_loop = op->code == OP_FOR;
        *segment += is_loop;
        op->mark = *segment;
        if (is_loop ? !take_inner(j, op, segment) : !may_stand(op) || ++j->nops > MAX_OPS)
            return false;
        for (int k = 0; k < op->nregions && !is_loop; k++)
            if (!take_region(j, op->regions[k], inner, *segment))
                return false;
        if (op_info[op->code].kind == KIND_MEM) {
            if (j->n == MAX_TOUCHED || !mem_position(j->memory->m, op))
                return false;
            j->touch[j->n++] = (Touch){op, inner, *segment};
        }
        *segment += is_loop;
    }
    return *segment > 0;
}

/* ---------------------------------------------------------------------- what o hands on */

static bool used_before(const Region *r, const Value *v, const Op *from, int limit)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        const Op *top = from ? from : op;
        for (int i = 0; i < op->nargs; i++)
            if (op->args[i] == v && (top->mark < limit || (top->mark == limit && top->code == OP_FOR)))
                return true;
        for (int k = 0; k < op->nregions; k++)
            if (used_before(op->regions[k], v, top, limit))
                return true;
    }
    return false;
}

/* In the order of the segments, each for all iterations: is what an iteration hands on known when the next needs it? */
static bool carries_in_time(const Jam *j)
{
    const Region *body = j->outer->regions[0];
    if (j->rows)
        return body->nargs == 1;
    for (int i = 1; i < body->nargs; i++) {
        const Value *next = body->last->args[i - 1];
        bool known = value_outside(next, j->outer) || !next->def;
        if (next->type->kind == TY_PTR || (known && next != body->args[i]) ||
            used_before(body, body->args[i], NULL, known ? 0 : next->def->mark))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- who touches what */

/* By how many bytes p moves in an iteration of loop. False: not known, or not constant. */
static bool moves_by(const Jam *j, const Value *p, const Op *loop, int64_t *bytes)
{
    const MemInfo *m = j->memory->m;
    if (!mem_knows(m, p))
        return false;
    const Address *a = &m->address[p->id];
    Poly with, rest;
    if (!a->root || !value_outside(a->root, j->outer) ||
        !poly_split(a->off, symbol_of(loop->regions[0]->args[0], 0), &with, &rest) || with.n)
        return false;
    *bytes = with.c;
    return true;
}

/* The loop in the outer one that has op in a loop of its own; NULL: none. */
static const Op *middle_of(const Jam *j, const Op *inner)
{
    return inner && inner->parent != j->outer->regions[0] ? inner->parent->owner : NULL;
}

/* Nothing of p is different for each o but by way of counters. */
static bool depends_on_counters_only(const Jam *j, const Value *p, const Op *inner)
{
    const MemInfo *m = j->memory->m;
    const Poly *off = m->address[p->id].off;
    for (int i = 0; i < off->n; i++)
        for (int k = 0; k < POLY_DEGREE && off->t[i].sym[k] >= 0; k++) {
            const Value *v = m->value[off->t[i].sym[k] / POLY_SIDES];
            const Op *middle = middle_of(j, inner);
            if (v != j->outer->regions[0]->args[0] && v != inner->regions[0]->args[0] &&
                (!middle || v != middle->regions[0]->args[0]) && !value_outside(v, j->outer))
                return false;
        }
    return true;
}

/* Each iteration of the inner loop has a place of its own, the same for each o. */
static bool is_shared(const Jam *j, const Touch *t)
{
    int64_t along_outer, along_inner;
    const Value *p = t->op->args[0];
    const Op *middle = middle_of(j, t->inner);
    if (middle && mem_iterations_meet(j->memory->m, middle, t->op, t->op))
        return false;
    return t->inner && moves_by(j, p, j->outer, &along_outer) && along_outer == 0 && moves_by(j, p, t->inner, &along_inner) &&
           depends_on_counters_only(j, p, t->inner) && (along_inner >= p->type->elem->size || -along_inner >= p->type->elem->size);
}

static bool same_place(const Jam *j, const Touch *x, const Touch *y)
{
    const Address *a = &j->memory->m->address[x->op->args[0]->id], *b = &j->memory->m->address[y->op->args[0]->id];
    Poly d = poly_copy(a->off);
    poly_add(&d, b->off, -1);
    return a->root == b->root && d.known && d.n == 0 && d.c == 0;
}

static bool is_sum(const Touch *t)
{
    return t->op->code == OP_ACCUM;
}

/* Is the order of the two, in different iterations of o, as it was, or of no consequence? */
static bool order_kept(const Jam *j, const Touch *x, const Touch *y)
{
    const MemInfo *m = j->memory->m;
    if ((x->op->code == OP_LOAD && y->op->code == OP_LOAD) || (x->segment == y->segment && !x->inner))
        return true;
    if (x->inner && x->segment == y->segment && is_shared(j, x) && is_shared(j, y) && same_place(j, x, y))
        return true;
    if (x->op != y->op && is_sum(x) && is_sum(y) && sums_commute(m, x->op, y->op))
        return true;
    return !mem_iterations_meet(m, j->outer, x->op, y->op) || (x->op != y->op && !may_meet(j->memory, x->op, y->op));
}

/* A sum whose place is the same for each o can be done behind all else of its iteration. */
static bool moves_behind(const Jam *j, const Touch *sum)
{
    for (int i = 0; i < j->n; i++) {
        const Touch *t = &j->touch[i];
        if (t != sum && t->inner == sum->inner && !(is_sum(t) && sums_commute(j->memory->m, t->op, sum->op)) &&
            may_meet(j->memory, t->op, sum->op))
            return false;
    }
    return true;
}

static bool order_allows(Jam *j)
{
    for (int i = 0; i < j->n; i++) {
        for (int k = i; k < j->n; k++)
            if (!order_kept(j, &j->touch[i], &j->touch[k]))
                return false;
        const Touch *t = &j->touch[i];
        int64_t bytes;
        if (!t->inner || has_loop(t->inner) || t->op->code == OP_LOAD || !moves_by(j, t->op->args[0], t->inner, &bytes))
            continue;
        j->pays |= !j->rows && bytes == 0 && type_is_float(t->op->args[1]->type); /* a sum that waits for itself */
        if (is_sum(t) && t->op->parent == t->inner->regions[0] && is_shared(j, t) && moves_behind(j, t)) {
            ptrs_push(&j->sums, (Op *)(uintptr_t)t->op);
            j->pays |= !j->rows || middle_of(j, t->inner);
        }
    }
    return j->pays;
}

/* ---------------------------------------------------------------------- how many iterations */

/* Can a compiler see that nothing else overlaps what p points to? */
static bool is_known_apart(const Jam *j, const Value *p)
{
    const Value *root = j->memory->m->address[p->id].root;
    if (!root)
        return false;
    if (root->def)
        return root->def->code == OP_LOCAL || root->def->code == OP_ALLOC || (root->var && root->var->is_restrict);
    return root->var && root->var->is_param && (root->var->is_restrict || root->var->only_read);
}

/* The tests for overlap that a compiler has to make before it may use vectors for x and y, if it takes so many iterations at once. */
static int tests_between(const Jam *j, const Touch *x, const Touch *y, int width)
{
    const Value *p = x->op->args[0], *q = y->op->args[0];
    bool one_root = j->memory->m->address[p->id].root == j->memory->m->address[q->id].root;
    int64_t bytes;
    int nx = moves_by(j, p, j->outer, &bytes) && bytes == 0 ? 1 : width,
        ny = moves_by(j, q, j->outer, &bytes) && bytes == 0 ? 1 : width;
    if (!one_root)
        return is_known_apart(j, p) || is_known_apart(j, q) ? 0 : nx * ny;
    if (moves_by(j, p, j->outer, &bytes) && moves_by(j, q, j->outer, &bytes))
        return 0; /* constant distances */
    return x == y ? nx * (nx - 1) / 2 : nx * ny - (nx < ny ? nx : ny);
}

/* Has the loop sums, and can what these need be computed again behind it? */
static bool may_part(const Jam *j, const Op *inner)
{
    bool sums = false, others = false;
    for (int i = 0; i < j->n; i++) {
        const Touch *t = &j->touch[i];
        if (t->inner != inner)
            continue;
        bool sum = ptrs_has(&j->sums, t->op);
        sums |= sum;
        others |= t->op->code != OP_LOAD && !sum;
        if (inner->regions[0]->nargs > 1 || t->op->parent != inner->regions[0])
            return false;
        for (int k = 0; k < j->n && t->op->code == OP_LOAD; k++)
            if (j->touch[k].inner == inner && j->touch[k].op->code != OP_LOAD && may_meet(j->memory, t->op, j->touch[k].op))
                return false;
    }
    return sums && others;
}

/* apart: where that can be, sums are in loops of their own. */
static int tests_needed(const Jam *j, int width, bool apart)
{
    int tests = 0;
    for (int i = 0; i < j->n; i++)
        for (int k = i; k < j->n; k++) {
            const Touch *x = &j->touch[i], *y = &j->touch[k];
            if (!x->inner || has_loop(x->inner) || x->inner != y->inner || (x->op->code == OP_LOAD && y->op->code == OP_LOAD))
                continue;
            bool part = apart && x->op->code != OP_LOAD && y->op->code != OP_LOAD &&
                        ptrs_has(&j->sums, x->op) != ptrs_has(&j->sums, y->op) && may_part(j, x->inner);
            tests += part ? 0 : tests_between(j, x, y, width);
        }
    return tests;
}

static void choose_width(Jam *j)
{
    for (j->width = MAX_WIDTH; j->width > 1; j->width /= 2)
        for (int apart = 0; apart < 2; apart++) {
            j->apart = apart;
            if (tests_needed(j, j->width, apart) <= MAX_TESTS)
                return;
        }
}

/* ---------------------------------------------------------------------- the loop anew */

/* bt * n + o -> bt * n + o + u. Only where o has been added to what is there in the first of them: no sum can overflow that did not. */
static void clone_one(Jam *j, Builder *b, const Op *op, int u)
{
    const Value *counter = j->outer->regions[0]->args[0];
    if (u && op->code == OP_ADD && op->args[1] == counter && op->results[0]->type == counter->type)
        ptrmap_put(&j->map[u], op->results[0],
                   build_bin(b, OP_ADD, map_value(&j->map[0], op->results[0]), build_int(b, counter->type, u)));
    else
        clone_op(b, op, &j->map[u]);
}

static void build_shared_sums(Jam *j, Builder *b, const Op *inner)
{
    for (size_t i = 0; i < j->sums.n; i++) {
        const Op *sum = j->sums.at[i];
        if (sum->parent != inner->regions[0])
            continue;
        Value *p = map_value(&j->map[0], sum->args[0]), *v = build_load(b, p);
        for (int u = 0; u < j->width; u++)
            v = build_bin(b, OP_ADD, v, map_value(&j->map[u], sum->args[1]));
        build_store(b, p, v);
    }
}

static Builder build_header(Jam *j, Builder *b, const Op *inner)
{
    const Region *body = inner->regions[0];
    Op *made = build_for(b, map_value(&j->map[0], inner->args[0]), map_value(&j->map[0], inner->args[1]),
                         map_value(&j->map[0], inner->args[2]), inner->cmp);
    made->reversed = inner->reversed;
    made->loc = inner->loc;
    Value *counter = made->regions[0]->args[0];
    counter->var = body->args[0]->var;
    made->results[0]->var = inner->results[0]->var;
    for (int u = 0; u < j->width; u++) {
        ptrmap_put(&j->map[u], body->args[0], counter);
        ptrmap_put(&j->map[u], inner->results[0], made->results[0]);
        for (int i = 1; i < body->nargs; i++) {
            Value *arg = for_add_carried(made, map_value(&j->map[u], inner->args[2 + i]), body->args[i]->var);
            ptrmap_put(&j->map[u], body->args[i], arg);
            ptrmap_put(&j->map[u], inner->results[i], for_result_of(made, arg));
        }
    }
    Builder in = at_end(made->regions[0]);
    in.loc = inner->loc;
    return in;
}

static bool needs(const Region *body, const Op *user, const Op *op)
{
    for (int i = 0; i < user->nargs; i++) {
        const Op *def = user->args[i]->def;
        if (def && def->parent == body && (def == op || needs(body, def, op)))
            return true;
    }
    return false;
}

static bool sums_need(const Jam *j, const Region *body, const Op *op)
{
    for (size_t i = 0; i < j->sums.n; i++)
        if (((const Op *)j->sums.at[i])->parent == body && needs(body, j->sums.at[i], op))
            return true;
    return false;
}

static bool others_need(const Jam *j, const Region *body, const Op *op)
{
    for (const Op *other = body->first; other; other = other->next)
        if (op_info[other->code].effect > EFFECT_READS && !ptrs_has(&j->sums, other) && (other == op || needs(body, other, op)))
            return true;
    return false;
}

/* The loop but for its sums, and one for these. */
static void build_two_loops(Jam *j, Builder *b, const Op *inner)
{
    const Region *body = inner->regions[0];
    for (int k = 0; k < 2; k++) {
        Builder in = build_header(j, b, inner);
        for (int u = 0; u < j->width; u++)
            for (Op *op = body->first; op != body->last; op = op->next)
                if (k == 0 ? others_need(j, body, op) : sums_need(j, body, op))
                    clone_one(j, &in, op, u);
        if (k == 1)
            build_shared_sums(j, &in, inner);
        build_yield(&in, NULL, 0);
    }
}

static void yield_all(Jam *j, Builder *in, const Region *body)
{
    Ptrs next = {.arena = j->fn->arena};
    for (int u = 0; u < j->width; u++)
        for (int i = 0; i < body->last->nargs; i++)
            ptrs_push(&next, map_value(&j->map[u], body->last->args[i]));
    build_yield(in, (Value **)next.at, (int)next.n);
}

static void build_inner(Jam *j, Builder *b, const Op *inner)
{
    const Region *body = inner->regions[0];
    Builder in = build_header(j, b, inner);
    for (int u = 0; u < j->width; u++)
        for (Op *op = body->first; op != body->last; op = op->next)
            if (!ptrs_has(&j->sums, op))
                clone_one(j, &in, op, u);
    build_shared_sums(j, &in, inner);
    yield_all(j, &in, body);
}

/* What iteration u - 1 hands on, as far as it is known by now, is what u gets. */
static void hand_on(Jam *j, int u)
{
    const Region *body = j->outer->regions[0];
    for (int i = 1; i < body->nargs && u > 0; i++) {
        const Value *next = body->last->args[i - 1];
        Value *v = ptrmap_get(&j->map[u - 1], next);
        if (v || value_outside(next, j->outer))
            ptrmap_put(&j->map[u], body->args[i], v ? v : (Value *)(uintptr_t)next);
    }
}

static void clone_segment(Jam *j, Builder *b, Op *from, const Op *end)
{
    for (int u = 0; u < j->width; u++) {
        hand_on(j, u);
        for (Op *op = from; op != end; op = op->next)
            clone_one(j, b, op, u);
    }
}

static void build_middle(Jam *j, Builder *b, const Op *middle);

static void build_body(Jam *j, Builder *b, const Region *body)
{
    for (Op *op = body->first; op != body->last;) {
        Op *end = op;
        while (end != body->last && end->code != OP_FOR)
            end = end->next;
        clone_segment(j, b, op, end);
        for (; end != body->last && end->code == OP_FOR; end = end->next) {
            for (int u = 1; u < j->width; u++)
                hand_on(j, u);
            (has_loop(end) ? build_middle : j->apart && may_part(j, end) ? build_two_loops : build_inner)(j, b, end);
        }
        op = end;
    }
    for (int u = 1; u < j->width; u++)
        hand_on(j, u);
}

static void build_middle(Jam *j, Builder *b, const Op *middle)
{
    Builder in = build_header(j, b, middle);
    build_body(j, &in, middle->regions[0]);
    yield_all(j, &in, middle->regions[0]);
}

static void build_jammed(Jam *j)
{
    Op *outer = j->outer;
    Region *body = outer->regions[0];
    Builder b = before_op(outer);
    b.loc = outer->loc;
    Type *t = outer->args[0]->type;
    Value *end = end_of_blocks(&b, outer->args[0], outer->args[1], j->width, false);
    Op *made = build_for(&b, outer->args[0], end, build_int(&b, t, j->width), OP_LT);
    made->note = arena_printf(j->fn->arena, "%s at a time: %s", j->width == 2 ? "two" : "four",
                              j->sums.n ? "what all add to is read and written once" : "no sum waits for itself");
    Builder in = at_end(made->regions[0]);
    in.loc = outer->loc;
    Value *counter = made->regions[0]->args[0];
    counter->var = body->args[0]->var;
    for (int u = 0; u < j->width; u++) {
        j->map[u] = (PtrMap){.arena = j->fn->arena};
        ptrmap_put(&j->map[u], body->args[0], u ? build_bin(&in, OP_ADD, counter, build_int(&in, t, u)) : counter);
    }
    for (int i = 1; i < body->nargs; i++)
        ptrmap_put(&j->map[0], body->args[i], for_add_carried(made, outer->args[2 + i], body->args[i]->var));
    build_body(j, &in, body);
    Ptrs next = {.arena = j->fn->arena};
    for (int i = 0; i < body->last->nargs; i++)
        ptrs_push(&next, map_value(&j->map[j->width - 1], body->last->args[i]));
    build_yield(&in, (Value **)next.at, (int)next.n);
    outer->args[0] = end_of_blocks(&b, outer->args[0], outer->args[1], j->width, false);
    for (int i = 1; i < body->nargs; i++)
        outer->args[2 + i] = made->results[i];
    drop_if_empty(j->fn, outer);
}

/* ---------------------------------------------------------------------- where */

/* rows: a loop around those of a matrix whose derivative it adds to. */
static bool jam(const Memory *memory, Op *outer, bool rows)
{
    Jam j = {.fn = memory->fn, .memory = memory, .outer = outer, .rows = rows, .sums.arena = memory->fn->arena};
    int segment = 0;
    if (!take_body(&j, outer, &segment) || !carries_in_time(&j) || !order_allows(&j))
        return false;
    choose_width(&j);
    if (j.width > 1)
        build_jammed(&j);
    return j.width > 1;
}

typedef struct {
    const int *uses; /* a final counter that is used is not that of the rest where there are no iterations */
    Ptrs loops;
} Candidates;

static void find_loop(Op *op, void *ctx)
{
    Candidates *c = ctx;
    if (op->code == OP_FOR && !op->reversed && is_plain(op, FEW_TRIPS) && loop_is_natural(op) && !c->uses[op->results[0]->id] &&
        has_loop(op))
        ptrs_push(&c->loops, op);
}

static bool is_around(const Op *loop, const Op *op)
{
    return op != loop && region_contains(loop->regions[0], op);
}

/* Loops around others come first. */
static void jam_outermost(const Memory *memory, const Ptrs *loops)
{
    for (size_t i = 0; i < loops->n; i++) {
        Op *loop = loops->at[i];
        if (loop && jam(memory, loop, true))
            for (size_t k = i + 1; k < loops->n; k++)
                if (loops->at[k] && is_around(loop, loops->at[k]))
                    loops->at[k] = NULL;
    }
}
static bool has_plain_loop(const Op *op)
{
    const Op *in = op->regions[0]->first;
    while (in && !(in->code == OP_FOR && is_plain(in, UNROLLED)))
        in = in->next;
    return in != NULL;
}

void jam_loops(Fn *fn)
{
    Candidates c = {count_uses(fn), {.arena = fn->arena}};
    walk_ops(fn->body, find_loop, &c);
    if (c.loops.n == 0)
        return;
    Memory memory;
    final_memory(&memory, fn);
    jam_outermost(&memory, &c.loops);
    for (size_t i = 0; i < c.loops.n; i++) {
        Op *loop = c.loops.at[i];
        if (loop && loop_depth(loop) > 0 && has_plain_loop(loop))
            jam(&memory, loop, false);
    }
    mem_free(memory.m);
    remove_dead(fn); /* what only the last of several iterations hands on */
}
