/* counted.c: a loop that counts along memory and may be left earlier stays a counted loop, so that what is kept in it is kept in arrays, and
 * what it wrote is known by its indices.
 *
 *     while i0, v0 {(i, v) cond !left(v) && i < n, i, v} {(i, v) ...; yield i + 1, v'}
 *     ->   for i0, n, 1, v0 {(i, v) if !left(v) {...; yield v'} {yield v}}
 *
 * In the rounds after it was left nothing changes, so that it stays left, where what decides is a function of carried values, without the
 * counter. (The emitter prints `for (i = i0; i < n && !left; i++)`.) Where it is not, or reads memory, a flag of its own says so:
 *
 *     while i0, v0 {(i, v) cond i < n && x[i] > 0, i, v} {(i, v) ...; yield i + 1, v'}
 *     ->   for i0, n, 1, v0, 0 {(i, v, left) if !left {g = x[i] > 0; if g {...; yield v'} {yield v}; left' = !g} {yield v, left}}
 *
 * Several bounds of the counter are one, the nearest: `i < n && i < m` is no loop that is left.
 *
 * The counter must be a subscript in the loop: the memory that it goes along bounds what is kept. A loop that is left when it has converged
 * counts to a limit that may be far away; it keeps what it keeps on a stack. So does an inner loop that memory ends: it is a search, which ends soon.
 * Loops in which nothing can have a derivative stay as they are. */
#include "derivative.h"

enum { MAX_DEPTH = 16, MAX_TRIPS = 1 << 20, MAX_TESTS = 8 };

typedef struct {
    Op *loop;
    Region *before, *after;
    Op *cond, *yield;
    const Op *cmp;
    WhileCounter counter;
    bool own; /* has it a flag of its own? */
} Left;

/* ---------------------------------------------------------------------- may it be counted? */

/* Is v, of `before`, made of carried values without the counter, and of what does not change? */
static bool stays_left(const Left *l, const Value *v, int depth)
{
    if (value_outside(v, l->loop))
        return true;
    if (v->arg_of == l->before)
        return v->index != l->counter.arg;
    if (!v->def || depth == MAX_DEPTH || v->def->nregions || op_info[v->def->code].effect != EFFECT_PURE)
        return false;
    for (int i = 0; i < v->def->nargs; i++)
        if (!stays_left(l, v->def->args[i], depth + 1))
            return false;
    return true;
}

/* cond: the comparison that counts, and what else must hold. */
static bool condition_fits(const Left *l, Value *cond, int *others)
{
    cond = value_condition(cond);
    if (cond->def == l->cmp)
        return true;
    if (cond->def && cond->def->code == OP_LAND)
        return condition_fits(l, cond->def->args[0], others) && condition_fits(l, cond->def->args[1], others);
    ++*others;
    return stays_left(l, cond, 0);
}

/* Does the region nothing but compute and read? */
static bool only_reads(const Region *r)
{
    for (const Op *op = r->first; op != r->last; op = op_next(op)) {
        bool reads = op->code == OP_LOAD && !op->args[0]->type->elem_volatile;
        if (op->code == OP_IF ? !only_reads(op->regions[0]) || !only_reads(op->regions[1])
                              : op->nregions || op->code == OP_LOCAL || op->code == OP_USE || (op_info[op->code].effect != EFFECT_PURE && !reads))
            return false;
    }
    return true;
}

/* Are what the loop passes on at its end values that it has carried? */
static bool passes_on(const Left *l)
{
    for (int k = 1; k < l->cond->nargs; k++)
        if (l->cond->args[k]->arg_of != l->before && !value_outside(l->cond->args[k], l->loop))
            return false;
    return true;
}

static bool carries_number(const Op *loop)
{
    for (int i = 0; i < loop->nargs; i++)
        if (type_is_differentiable(loop->args[i]->type))
            return true;
    return false;
}

/* What the counter is followed through to subscripts: l->counter in `after`, values made of it. */
typedef struct {
    const Left *l;
    bool numbers, indexed;
} Uses;

static bool made_of_counter(const Left *l, const Value *v, int depth)
{
    if (v->arg_of == l->after)
        return made_of_counter(l, l->cond->args[1 + v->index], depth);
    if (v->arg_of == l->before)
        return v->index == l->counter.arg;
    const Op *op = v->def;
    if (!op || op->nregions || depth == MAX_DEPTH || (op->code != OP_ADD && op->code != OP_SUB && op->code != OP_MUL && op->code != OP_CAST))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (made_of_counter(l, op->args[i], depth + 1))
            return true;
    return false;
}

static void find_uses(Op *op, void *ctx)
{
    Uses *u = ctx;
    u->numbers |= op->code == OP_STORE && type_is_differentiable(op->args[1]->type);
    u->numbers |= op->code == OP_COPY || op->code == OP_CALL;
    u->indexed |= op->code == OP_INDEX && made_of_counter(u->l, op->args[1], 0);
}

static bool can_be_counted(Left *l, Op *loop)
{
    *l = (Left){.loop = loop, .before = loop->regions[0], .after = loop->regions[1]};
    l->cond = l->before->last;
    l->yield = l->after->last;
    bool annotated = loop->loop && (loop->loop->checkpoint || loop->loop->independent);
    if (loop->mirror || annotated || !only_reads(l->before) || !while_counter(loop, &l->counter))
        return false;
    l->cmp = l->counter.cmp_op;
    int64_t limit;
    const WhileCounter *c = &l->counter;
    Type *t = c->bound->type;
    if (!l->cmp || c->offset || !value_invariant(loop, c->bound) || l->before->args[c->arg]->type != t ||
        (c->step != 1 && !type_is_signed(t)) || (value_int(c->bound, &limit) && limit > MAX_TRIPS))
        return false;
    int others = 0;
    Uses u = {.l = l, .numbers = carries_number(loop)};
    walk_ops(l->after, find_uses, &u);
    walk_ops(l->before, find_uses, &u);
    l->own = !condition_fits(l, l->cond->args[0], &others) || !region_only_computes(l->before);
    return others && u.numbers && u.indexed && (!l->own || (passes_on(l) && loop_depth(loop) == 0));
}

/* ---------------------------------------------------------------------- the nearest bound */

static void list_tests(Value *cond, Ptrs *tests)
{
    cond = value_condition(cond);
    if (defined_by(cond, OP_LAND)) {
        list_tests(cond->def->args[0], tests);
        list_tests(cond->def->args[1], tests);
    } else {
        ptrs_push(tests, cond);
    }
}

/* v: `argument cmp bound`, with a bound that does not change in the loop. */
static bool match_bound(const Op *loop, const Value *v, const Value **arg, OpCode *cmp, Value **bound)
{
    static const OpCode mirrored[] = {[OP_LT] = OP_GT, [OP_GT] = OP_LT, [OP_LE] = OP_GE, [OP_GE] = OP_LE};
    const Op *op = v->def;
    if (!op || !op_is_compare(op->code) || op->code == OP_EQ || op->code == OP_NE || !type_is_int(op->args[0]->type))
        return false;
    for (int i = 0; i < 2; i++) {
        *arg = op->args[i];
        *bound = op->args[1 - i];
        *cmp = i ? mirrored[op->code] : op->code;
        if ((*arg)->arg_of == loop->regions[0] && value_invariant(loop, *bound))
            return true;
    }
    return false;
}

/* i < n && i < m   ->   i < (n < m ? n : m) */
static bool merge_bounds(Op *loop)
{
    Region *before = loop->regions[0];
    Arena *a = arena_new();
    Ptrs tests = {.arena = a};
    list_tests(before->last->args[0], &tests);
    bool merged = false;
    for (size_t i = 0; i < tests.n && tests.n <= MAX_TESTS; i++)
        for (size_t j = i + 1; j < tests.n; j++) {
            const Value *x, *y;
            Value *m, *n;
            OpCode cmp, other;
            if (!match_bound(loop, tests.at[i], &x, &cmp, &m) || !match_bound(loop, tests.at[j], &y, &other, &n) || x != y || cmp != other)
                continue;
            PtrMap copies = {.arena = a};
            Builder b = before_op(loop), in = before_op(before->last);
            m = outside_copy(loop, &b, m, &copies);
            n = outside_copy(loop, &b, n, &copies);
            m = build_select(&b, build_bin(&b, cmp == OP_LE ? OP_LT : cmp == OP_GE ? OP_GT : cmp, m, n), m, n);
            tests.at[i] = build_bin(&in, cmp, (Value *)(uintptr_t)x, m);
            tests.at[j--] = tests.at[--tests.n];
            merged = true;
        }
    Builder in = before_op(before->last);
    Value *all = tests.at[0];
    for (size_t i = 1; merged && i < tests.n; i++)
        all = build_bin(&in, OP_LAND, all, tests.at[i]);
    if (merged)
        before->last->args[0] = all;
    arena_free(a);
    return merged;
}

static void merge_all_bounds(Op *op, void *ctx)
{
    bool *merged = ctx;
    if (op->code != OP_WHILE || op->mirror || !region_only_computes(op->regions[0]))
        return;
    Left l = {.before = op->regions[0], .after = op->regions[1], .cond = op->regions[0]->last};
    Uses u = {.l = &l, .numbers = carries_number(op)};
    walk_ops(l.after, find_uses, &u);
    *merged |= u.numbers && merge_bounds(op);
}

/* ---------------------------------------------------------------------- the for */

/* What must hold besides the comparison, at b, of the copies in map. */
static Value *build_goes_on(const Left *l, Builder *b, PtrMap *map, Value *cond)
{
    cond = value_condition(cond);
    if (cond->def == l->cmp)
        return NULL;
    if (!cond->def || cond->def->code != OP_LAND)
        return map_value(map, cond);
    Value *x = build_goes_on(l, b, map, cond->def->args[0]), *y = build_goes_on(l, b, map, cond->def->args[1]);
    return x && y ? build_bin(b, OP_LAND, x, y) : x ? x : y;
}

static Op *build_header(const Left *l)
{
    const WhileCounter *c = &l->counter;
    Op *loop = l->loop;
    Builder b = before_op(loop);
    PtrMap copies = {.arena = b.fn->arena};
    Op *f = build_for(&b, loop->args[c->arg], outside_copy(loop, &b, c->bound, &copies), build_int(&b, c->bound->type, c->step), c->cmp);
    f->loc = loop->loc;
    f->loop = loop->loop;
    f->note = loop->note;
    f->is_static = loop->is_static;
    f->regions[0]->args[0]->var = f->results[0]->var = l->before->args[c->arg]->var;
    for (int k = 0; k < loop->nargs; k++) /* also the source's counter: where the loop is left it may be read */
        for_add_carried(f, loop->args[k], l->before->args[k]->var);
    return f;
}

static void count_loop(const Left *l, PtrMap *replaced)
{
    Op *f = build_header(l);
    Region *body = f->regions[0];
    Builder b = at_end(body);
    b.loc = f->loc;
    PtrMap in_body = {.arena = replaced->arena}, behind = {.arena = replaced->arena};
    for (int k = 0; k < l->before->nargs; k++)
        ptrmap_put(&in_body, l->before->args[k], body->args[k == l->counter.arg ? 0 : 1 + k]);
    clone_ops(&b, l->before, &in_body, true);
    Op *branch = build_if(&b, build_goes_on(l, &b, &in_body, l->cond->args[0]));
    Builder in = at_end(branch->regions[0]), out = at_end(branch->regions[1]);
    build_yield(&in, l->yield->args, l->yield->nargs);
    build_yield(&out, body->args + 1, l->yield->nargs);
    for (int k = 0; k < l->after->nargs; k++)
        ptrmap_put(replaced, l->after->args[k], map_value(&in_body, l->cond->args[1 + k]));
    region_splice(l->after, branch->regions[0]->last);
    for (int k = 0; k < l->before->nargs; k++)
        op_add_result(branch, l->before->args[k]->type, l->before->args[k]->var);
    build_yield(&b, branch->results, branch->nresults);
    b = after_op(f);
    for (int k = 0; k < l->before->nargs; k++)
        ptrmap_put(&behind, l->before->args[k], f->results[1 + k]);
    clone_ops(&b, l->before, &behind, true);
    for (int k = 0; k < l->loop->nresults; k++)
        ptrmap_put(replaced, l->loop->results[k], map_value(&behind, l->cond->args[1 + k]));
    op_remove(l->loop);
}

/* ---------------------------------------------------------------------- ... with a flag of its own */

/* v, a function of before's arguments, at b. */
static Value *copy_at(const Left *l, Builder *b, Value *v, PtrMap *map)
{
    Value *known = ptrmap_get(map, v);
    if (known || value_outside(v, l->loop))
        return known ? known : v;
    for (int i = 0; i < v->def->nargs; i++)
        copy_at(l, b, v->def->args[i], map);
    clone_op(b, v->def, map);
    return ptrmap_get(map, v);
}

/* Of what must hold for the loop to go on, what stays false once it is: *flags at b, and true where that was tested. So is the comparison. */
static void test_flags(const Left *l, Builder *b, PtrMap *map, PtrMap *replaced, Value *cond, Value *one, Value **flags)
{
    cond = value_condition(cond);
    const Op *op = cond->def;
    if (op && op == l->cmp) {
        ptrmap_put(replaced, cond, one);
    } else if (op && op->code == OP_LAND) {
        test_flags(l, b, map, replaced, op->args[0], one, flags);
        test_flags(l, b, map, replaced, op->args[1], one, flags);
    } else if (op && op->code == OP_IF && value_is(region_terminator(op->regions[1])->args[cond->index], 0)) {
        test_flags(l, b, map, replaced, op->args[0], one, flags);
        test_flags(l, b, map, replaced, region_terminator(op->regions[0])->args[cond->index], one, flags);
    } else if (op && op->parent == l->before && (op->code == OP_LNOT || op_is_compare(op->code)) && stays_left(l, cond, 0)) {
        Value *holds = copy_at(l, b, cond, map);
        *flags = *flags ? build_bin(b, OP_LAND, *flags, holds) : holds;
        ptrmap_put(replaced, cond, one);
    }
}

static void count_with_flag(const Left *l, PtrMap *replaced)
{
    Op *f = build_header(l), *loop = l->loop;
    Region *body = f->regions[0];
    Builder first = before_op(f), b = at_end(body);
    b.loc = f->loc;
    Type *flag = type_scalar(TY_INT);
    Value *one = build_int(&first, flag, 1), *flags = NULL;
    Value *left = for_add_carried(f, build_int(&first, flag, 0), var_named(b.fn, flag, "", NULL, "left"));
    PtrMap in_body = {.arena = replaced->arena};
    for (int k = 0; k < loop->nargs; k++)
        ptrmap_put(&in_body, l->before->args[k], body->args[k == l->counter.arg ? 0 : 1 + k]);
    test_flags(l, &b, &in_body, replaced, l->cond->args[0], one, &flags);
    Value *runs = build_un(&b, OP_LNOT, left);
    Op *branch = build_if(&b, flags ? build_bin(&b, OP_LAND, flags, runs) : runs);
    Builder in = at_end(branch->regions[0]), out = at_end(branch->regions[1]);
    build_yield(&out, body->args + 1, loop->nargs + 1);
    Op *inner = build_if(&in, l->cond->args[0]);
    Builder goes_on = at_end(inner->regions[0]), ends = at_end(inner->regions[1]);
    build_yield(&goes_on, l->yield->args, l->yield->nargs);
    build_yield(&ends, body->args + 1, loop->nargs);
    for (int k = 0; k < loop->nargs; k++) {
        op_add_result(inner, loop->args[k]->type, l->before->args[k]->var);
        op_add_result(branch, loop->args[k]->type, l->before->args[k]->var);
        ptrmap_put(replaced, l->before->args[k], map_value(&in_body, l->before->args[k]));
    }
    op_add_result(branch, flag, left->var);
    for (int k = 0; k < l->after->nargs; k++)
        ptrmap_put(replaced, l->after->args[k], l->cond->args[1 + k]);
    for (int k = 0; k < loop->nresults; k++) {
        Value *v = l->cond->args[1 + k];
        ptrmap_put(replaced, loop->results[k], v->arg_of == l->before ? f->results[1 + v->index] : v);
    }
    region_splice(l->after, inner->regions[0]->last);
    region_splice(l->before, inner);
    Value **next = arena_alloc(b.fn->arena, sizeof *next * (size_t)(loop->nargs + 1));
    for (int k = 0; k < loop->nargs; k++)
        next[k] = inner->results[k];
    in = before_op(inner);
    next[loop->nargs] = build_un(&in, OP_LNOT, l->cond->args[0]);
    next[loop->nargs]->var = left->var;
    in = at_end(branch->regions[0]);
    build_yield(&in, next, loop->nargs + 1);
    build_yield(&b, branch->results, branch->nresults);
    op_remove(loop);
}

static bool count_region(Region *r, PtrMap *replaced)
{
    bool changed = false;
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        for (int i = 0; i < op->nregions; i++)
            changed |= count_region(op->regions[i], replaced);
        Left l;
        if (op->code == OP_WHILE && can_be_counted(&l, op)) {
            if (l.own)
                count_with_flag(&l, replaced);
            else
                count_loop(&l, replaced);
            changed = true;
        }
    }
    return changed;
}

void count_left_loops(Fn *fn)
{
    PtrMap replaced = {.arena = arena_new()};
    bool merged = false;
    walk_ops(fn->body, merge_all_bounds, &merged);
    if (merged) {
        raise_loops(fn);
        simplify(fn);
    }
    if (count_region(fn->body, &replaced)) {
        replace_uses_map(fn, &replaced);
        simplify(fn);
    }
    arena_free(replaced.arena);
}
