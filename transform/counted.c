/* counted.c: a loop that counts along memory and may be left earlier stays a counted loop, so that what is kept in it is kept in arrays, and
 * what it wrote is known by its indices.
 *
 *     while i0, v0 {(i, v) cond !left(v) && i < n, i, v} {(i, v) ...; yield i + 1, v'}
 *     ->   for i0, n, 1, v0 {(i, v) if !left(v) {...; yield v'} {yield v}}
 *
 * In the rounds after it was left nothing changes, so that it stays left: what decides must be a function of carried values, without the
 * counter. (The emitter prints `for (i = i0; i < n && !left; i++)`.)
 *
 * The counter must be a subscript in the loop: the memory that it goes along bounds what is kept. A loop that is left when it has converged
 * counts to a limit that may be far away; it keeps what it keeps on a stack. Loops in which nothing can have a derivative stay as they are. */
#include "derivative.h"

enum { MAX_DEPTH = 16, MAX_TRIPS = 1 << 20 };

typedef struct {
    Op *loop;
    Region *before, *after;
    Op *cond, *yield;
    const Op *cmp;
    WhileCounter counter;
} Left;

/* ---------------------------------------------------------------------- may it be counted? */

/* Is v, of `before`, made of carried values without the counter, and of what does not change? */
static bool stays_left(const Left *l, const Value *v, int depth)
{
    if (value_outside(v, l->loop))
        return true;
    if (v->arg_of == l->before)
        return v->index != l->counter.arg;
    if (!v->def || depth == MAX_DEPTH)
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
    if (loop->mirror || annotated || !region_only_computes(l->before) || !while_counter(loop, &l->counter))
        return false;
    l->cmp = l->counter.cmp_op;
    int64_t limit;
    const WhileCounter *c = &l->counter;
    Type *t = c->bound->type;
    if (!l->cmp || c->offset || !value_outside(c->bound, loop) || l->before->args[c->arg]->type != t || (c->step != 1 && !type_is_signed(t)) ||
        (value_int(c->bound, &limit) && limit > MAX_TRIPS))
        return false;
    int others = 0;
    Uses u = {.l = l, .numbers = carries_number(loop)};
    walk_ops(l->after, find_uses, &u);
    return condition_fits(l, l->cond->args[0], &others) && others && u.numbers && u.indexed;
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
    Op *f = build_for(&b, loop->args[c->arg], c->bound, build_int(&b, c->bound->type, c->step), c->cmp);
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

static bool count_region(Region *r, PtrMap *replaced)
{
    bool changed = false;
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        for (int i = 0; i < op->nregions; i++)
            changed |= count_region(op->regions[i], replaced);
        Left l;
        if (op->code == OP_WHILE && can_be_counted(&l, op)) {
            count_loop(&l, replaced);
            changed = true;
        }
    }
    return changed;
}

void count_left_loops(Fn *fn)
{
    PtrMap replaced = {.arena = arena_new()};
    if (count_region(fn->body, &replaced)) {
        replace_uses_map(fn, &replaced);
        simplify(fn);
    }
    arena_free(replaced.arena);
}
