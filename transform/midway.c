/* midway.c: a loop that ends in the middle, or at its end, where a counter has come to its end, becomes a counted loop. What it keeps is kept
 * in arrays then, and where its last iteration ends is a function of the counter.
 *
 *     while i0, v0 {(i, v) A; cond i != n - 1, w} {(w) B; yield i + 1, v'}
 *     ->   for i0, n, 1, v0 {(i, v) A; if i != n - 1 {B; yield v'} {yield w}}
 *
 *     do { A } while (++i < n);   ->   for (; i < (n > i + 1 ? n : i + 1); i++) { A }
 *
 * A runs at least once. The counted loop must not need numbers that its type does not have: where A runs up to and with i == n, that n has
 * a successor must be known. `!=` comes to its end, as without that a signed counter would overflow, unless the loop calls what might end the
 * program.
 *
 * Loops in which nothing can have a derivative stay as they are. */
#include "derivative.h"

typedef struct {
    Counted c;
    int sign;
    bool at_once;    /* does the comparison see the counter that the next iteration begins with? */
    OpCode cmp;      /* of the counted loop, with hi: */
    Value *hi, *least; /* ... the further one of both; least NULL: hi */
    int *slot;       /* by result: carried value of the counted loop that has it at the end (before's argument), -1: one of its own */
} Midway;

/* ---------------------------------------------------------------------- may it be counted? */

static void find_numbers(Op *op, void *ctx)
{
    bool *numbers = ctx;
    *numbers |= op->code == OP_STORE && type_is_differentiable(op->args[1]->type);
    *numbers |= op->code == OP_COPY || op->code == OP_CALL;
}

static bool has_numbers(const Op *loop)
{
    bool numbers = false;
    for (int i = 0; i < loop->nargs; i++)
        numbers |= type_is_differentiable(loop->args[i]->type);
    for (int r = 0; r < 2; r++)
        walk_ops(loop->regions[r], find_numbers, &numbers);
    return numbers;
}

static void find_calls(Op *op, void *ctx)
{
    bool *calls = ctx;
    *calls |= op->code == OP_CALL || op_info[op->code].effect == EFFECT_OUTSIDE;
}

static bool calls_something(const Op *loop)
{
    bool calls = false;
    for (int r = 0; r < 2; r++)
        walk_ops(loop->regions[r], find_calls, &calls);
    return calls;
}

/* Has v, a number of a type that the loop counts in, a neighbour in that type on the side that it counts to? */
static bool has_next(const Op *loop, const Value *v, int sign)
{
    int64_t lo, hi, k;
    const Type *t = v->type;
    const Op *op = v->def;
    if (op && type_is_signed(t) && op->code == (sign > 0 ? OP_SUB : OP_ADD) && value_int(op->args[1], &k) && k > 0)
        return true; /* it has overflowed otherwise */
    bool known = int_interval(v, loop, &lo, &hi);
    int64_t largest = t->size < 8 ? (INT64_C(1) << (t->size * 8 - type_is_signed(t))) - 1 : INT64_C(1) << 60;
    return sign > 0 ? known && hi < largest : lo > (type_is_signed(t) ? -largest : 0);
}

static bool match(Midway *m, Op *loop)
{
    *m = (Midway){0};
    bool annotated = loop->loop && (loop->loop->checkpoint || loop->loop->independent);
    if (loop->code != OP_WHILE || loop->mirror || annotated || region_only_computes(loop->regions[0]) || !match_counter(&m->c, loop))
        return false;
    const Counted *c = &m->c;
    const Type *t = c->before->args[c->arg]->type;
    m->sign = c->step > 0 ? 1 : -1;
    m->at_once = c->offset == c->step;
    if (!c->step || c->type != t || !(m->at_once || (c->offset == 0 && (c->step == 1 || c->step == -1))) || !has_numbers(loop))
        return false;
    if (!m->at_once && c->bound && !has_next(loop, c->bound, m->sign))
        return false;
    if (c->cmp == OP_NE)
        return type_is_signed(t) && !calls_something(loop);
    if (!type_is_signed(t))
        return m->at_once && c->step == 1 && c->cmp == OP_LT && has_next(loop, loop->args[c->arg], 1);
    bool inclusive = c->cmp == OP_LE || c->cmp == OP_GE;
    return m->at_once || (!inclusive && has_next(loop, loop->args[c->arg], m->sign));
}

/* hi and least at b, which is before the loop. */
static void find_end(Midway *m, Builder *b)
{
    const Counted *c = &m->c;
    PtrMap copies = {.arena = b->fn->arena};
    Value *from = c->loop->args[c->arg], *one = build_int(b, c->type, 1);
    OpCode beyond = m->sign > 0 ? OP_ADD : OP_SUB;
    m->hi = c->bound ? outside_copy(c->loop, b, c->bound, &copies) : build_int(b, c->type, 0);
    m->cmp = c->cmp;
    if (c->cmp == OP_NE) {
        m->hi = m->at_once ? m->hi : build_bin(b, beyond, m->hi, one);
        m->cmp = m->sign > 0 ? OP_LT : OP_GT;
        return;
    }
    if (!m->at_once) /* with its end */
        m->cmp = c->cmp == OP_LT ? OP_LE : OP_GE;
    m->least = m->cmp == OP_LE || m->cmp == OP_GE ? from : build_bin(b, beyond, from, one);
}

/* ---------------------------------------------------------------------- what comes out of it */

/* What the loop passes on at its end for v, of `after` or outside. */
static Value *passed(const Counted *c, Value *v)
{
    return v->arg_of == c->after ? c->cond->args[1 + v->index] : v;
}

static bool rest_is_empty(const Counted *c)
{
    return c->after->first == c->after->last;
}

/* Does carried value k have at the end what result i has? */
static bool fits(const Counted *c, int k, int i)
{
    if (k == c->arg || c->before->args[k]->type != c->loop->results[i]->type)
        return false;
    if (rest_is_empty(c))
        return passed(c, c->yield->args[k]) == c->cond->args[1 + i];
    return c->before->args[k]->var == c->after->args[i]->var;
}

/* False: a result would need a carried value that has none to begin with. */
static bool assign_results(Midway *m, Arena *a)
{
    const Counted *c = &m->c;
    m->slot = arena_alloc(a, sizeof *m->slot * (size_t)(c->loop->nresults + 1));
    for (int i = 0; i < c->loop->nresults; i++) {
        m->slot[i] = -1;
        for (int k = 0; k < c->loop->nargs && m->slot[i] < 0; k++) {
            bool taken = false;
            for (int j = 0; j < i && !rest_is_empty(c); j++)
                taken |= m->slot[j] == k;
            if (!taken && fits(c, k, i))
                m->slot[i] = k;
        }
        const Type *t = c->loop->results[i]->type;
        if (m->slot[i] < 0 && !type_is_int(t) && !type_is_differentiable(t))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- the for */

static Op *build_header(const Midway *m, Builder *b)
{
    const Counted *c = &m->c;
    Op *loop = c->loop;
    Value *hi = m->hi;
    if (m->least)
        hi = build_select(b, build_bin(b, m->sign > 0 ? OP_GT : OP_LT, hi, m->least), hi, m->least);
    Op *f = build_for(b, loop->args[c->arg], hi, build_int(b, c->type, int_wrap(c->type, (uint64_t)c->step)), m->cmp);
    f->loc = loop->loc;
    f->loop = loop->loop;
    f->note = loop->note;
    f->is_static = loop->is_static;
    f->regions[0]->args[0]->var = f->results[0]->var = c->before->args[c->arg]->var;
    for (int k = 0; k < loop->nargs; k++)
        if (k != c->arg)
            for_add_carried(f, loop->args[k], c->before->args[k]->var);
    Builder first = before_op(f);
    for (int i = 0; i < loop->nresults; i++)
        if (m->slot[i] < 0)
            for_add_carried(f, build_zero(&first, loop->results[i]->type), c->after->args[i]->var);
    return f;
}

/* Number of the for's argument for carried value k. */
static int carried_at(const Counted *c, int k)
{
    return k < c->arg ? k + 1 : k;
}

/* What carried value k is behind the iteration that is the last one. */
static Value *at_the_end(const Midway *m, const Op *f, int k)
{
    for (int i = 0; i < m->c.loop->nresults; i++)
        if (m->slot[i] == k)
            return m->c.cond->args[1 + i];
    return f->regions[0]->args[carried_at(&m->c, k)];
}

/* What the next iteration begins with: carried values without the counter. Moves `after` into f's body. */
static int build_rest(const Midway *m, Op *f, Builder *b, Value **next)
{
    const Counted *c = &m->c;
    int n = 0;
    if (rest_is_empty(c)) {
        for (int k = 0; k < c->loop->nargs; k++)
            if (k != c->arg)
                next[n++] = passed(c, c->yield->args[k]);
        return n;
    }
    Op *branch = build_if(b, c->cond->args[0]);
    Builder in = at_end(branch->regions[0]), out = at_end(branch->regions[1]);
    Value **last = arena_alloc(b->fn->arena, sizeof *last * (size_t)(c->loop->nargs + 1));
    for (int k = 0; k < c->loop->nargs; k++) {
        if (k == c->arg)
            continue;
        next[n] = passed(c, c->yield->args[k]);
        last[n++] = at_the_end(m, f, k);
    }
    build_yield(&in, next, n);
    build_yield(&out, last, n);
    region_splice(c->after, branch->regions[0]->last);
    for (int i = 0; i < n; i++)
        next[i] = op_add_result(branch, next[i]->type, f->regions[0]->args[1 + i]->var);
    return n;
}

static void count(const Midway *m, Builder *b, PtrMap *replaced)
{
    const Counted *c = &m->c;
    Op *loop = c->loop, *f = build_header(m, b);
    Region *body = f->regions[0];
    Value **next = arena_alloc(b->fn->arena, sizeof *next * (size_t)(loop->nargs + loop->nresults + 1));
    Builder in = at_end(body);
    in.loc = f->loc;
    int n = build_rest(m, f, &in, next);
    int own = n;
    for (int i = 0; i < loop->nresults; i++)
        if (m->slot[i] < 0)
            next[n++] = c->cond->args[1 + i];
    build_yield(&in, next, n);
    for (int k = 0; k < loop->nargs; k++)
        ptrmap_put(replaced, c->before->args[k], body->args[k == c->arg ? 0 : carried_at(c, k)]);
    for (int i = 0; i < c->after->nargs; i++)
        ptrmap_put(replaced, c->after->args[i], c->cond->args[1 + i]);
    for (int i = 0; i < loop->nresults; i++)
        ptrmap_put(replaced, loop->results[i], f->results[1 + (m->slot[i] < 0 ? own++ : carried_at(c, m->slot[i]) - 1)]);
    region_splice(c->before, body->first);
    op_remove(loop);
}

static bool count_region(Region *r, PtrMap *replaced)
{
    bool changed = false;
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        for (int i = 0; i < op->nregions; i++)
            changed |= count_region(op->regions[i], replaced);
        Midway m;
        Builder b = before_op(op);
        if (!match(&m, op) || !assign_results(&m, replaced->arena))
            continue;
        find_end(&m, &b);
        count(&m, &b, replaced);
        changed = true;
    }
    return changed;
}

void count_midway(Fn *fn)
{
    PtrMap replaced = {.arena = arena_new()};
    if (count_region(fn->body, &replaced)) {
        replace_uses_map(fn, &replaced);
        simplify(fn);
    }
    arena_free(replaced.arena);
}
