/* raise.c: a while that counts becomes a for.
 *
 *     while i0 {(i) cond i < n, i} {(i) ...; yield i + 1}   ->   for i0, n, 1 {(i) ...}
 *
 * The counter is a carried integer whose next value is itself plus a step that does not change, and the condition compares it (or it plus a
 * constant, or a wider conversion of it) with a bound that does not change. The for counts in the comparison's type, and by what is
 * compared; the source's variable is computed from that where they differ. What `before` computes besides is repeated in the body, and behind
 * the loop for the results.
 *
 * Where unsigned counters wrap around, a counted loop and the while would still agree as C loops, but trip counts would not; so unsigned
 * steps other than one are taken only for counters as wide as memory, and != only with a step of one. */
#include "transform.h"

#include <stdlib.h>

enum { MAX_CHAIN = 16 };

/* ---------------------------------------------------------------------- what does not change in a loop */

static bool is_invariant(const Op *loop, const Value *v, int depth)
{
    if (value_outside(v, loop))
        return true;
    const Op *op = v->def;
    if (!op || op->nregions || depth == 0 || op_info[op->code].effect != EFFECT_PURE || op->code == OP_LOCAL || op->code == OP_USE)
        return false;
    if (op->parent != loop->regions[0] && !op_speculatable(op))
        return false; /* `before` runs at least once, `after` may not */
    for (int i = 0; i < op->nargs; i++)
        if (!is_invariant(loop, op->args[i], depth - 1))
            return false;
    return true;
}

bool value_invariant(const Op *loop, const Value *v)
{
    return is_invariant(loop, v, MAX_CHAIN);
}

Value *outside_copy(const Op *loop, Builder *b, Value *v, PtrMap *map)
{
    if (value_outside(v, loop))
        return v;
    if (!ptrmap_get(map, v)) {
        for (int i = 0; i < v->def->nargs; i++)
            outside_copy(loop, b, v->def->args[i], map);
        clone_op(b, v->def, map);
    }
    return ptrmap_get(map, v);
}

/* ---------------------------------------------------------------------- recognising the counter */

/* The constant that v adds to *inner, signed whatever the type. */
static bool adds_constant(const Value *v, Value **inner, int64_t *c)
{
    if (!v->def || (v->def->code != OP_ADD && v->def->code != OP_SUB) || !value_int(v->def->args[1], c))
        return false;
    *inner = v->def->args[0];
    const Type *t = v->type;
    if (!type_is_signed(t) && t->size < 8 && *c >= INT64_C(1) << (t->size * 8 - 1))
        *c -= INT64_C(1) << (t->size * 8);
    if (*c == INT64_MIN)
        return false;
    *c = v->def->code == OP_SUB ? -*c : *c;
    return true;
}

static bool is_int_cast(const Value *v)
{
    return v->def && v->def->code == OP_CAST && type_is_int(v->type) && type_is_int(v->def->args[0]->type) &&
           v->type->kind != TY_BOOL;
}

/* v == cast(argument + offset), of before's arguments. */
static bool match_compared(Counted *c, Value *v)
{
    c->type = v->type;
    c->offset = 0;
    for (int n = 0; n < MAX_CHAIN; n++) {
        int64_t k;
        Value *inner;
        if (v->arg_of == c->before) {
            c->arg = v->index;
            return type_is_int(v->type);
        }
        if (adds_constant(v, &inner, &k)) {
            if (v->type != c->type && !type_is_signed(v->type))
                return false; /* may wrap before it is widened */
            c->offset += k;
            v = inner;
        } else if (is_int_cast(v) && v->def->args[0]->type->size <= v->type->size) {
            v = v->def->args[0];
        } else {
            return false;
        }
    }
    return false;
}

/* `next` is the counter's value plus a step: follows the ops in `after`, and through its arguments those in `before`. */
static bool match_step(Counted *c, Value *next)
{
    c->step = 0;
    c->step_value = NULL;
    for (int n = 0; n < MAX_CHAIN; n++) {
        int64_t k;
        Value *inner;
        if (next->arg_of == c->before)
            return next->index == c->arg && (c->step != 0) != (c->step_value != NULL);
        if (next->arg_of == c->after) {
            next = c->cond->args[1 + next->index];
        } else if (adds_constant(next, &inner, &k)) {
            c->step += k;
            next = inner;
        } else if (is_int_cast(next) && next->type->size >= c->before->args[c->arg]->type->size) { /* narrower ones wrap */
            next = next->def->args[0];
        } else if (next->def && !c->step_value && (next->def->code == OP_ADD || next->def->code == OP_SUB)) {
            Op *add = next->def;
            int k_at = is_invariant(c->loop, add->args[1], MAX_CHAIN) ? 1 : 0;
            if (!is_invariant(c->loop, add->args[k_at], MAX_CHAIN) || (k_at == 0 && add->code == OP_SUB))
                return false;
            c->step_value = add->args[k_at];
            c->step_minus = add->code == OP_SUB;
            next = add->args[!k_at];
        } else {
            return false;
        }
    }
    return false;
}

static OpCode mirrored(OpCode cmp)
{
    static const OpCode other[] = {[OP_LT] = OP_GT, [OP_GT] = OP_LT, [OP_LE] = OP_GE, [OP_GE] = OP_LE, [OP_NE] = OP_NE, [OP_EQ] = OP_EQ};
    return other[cmp];
}

/* Do the comparison and the step go together, and is the number of trips what arithmetic says? */
static bool step_fits(const Counted *c)
{
    const Type *t = c->type, *counter = c->before->args[c->arg]->type;
    bool up = c->cmp == OP_LT || c->cmp == OP_LE, down = c->cmp == OP_GT || c->cmp == OP_GE;
    if (c->step_value) /* a signed counter that moves away from the bound would overflow */
        return type_is_signed(t) && t == counter && c->step_value->type == t && (c->step_minus ? down : up);
    if (c->step == 0 || (up && c->step < 0) || (down && c->step > 0))
        return false;
    if (!up && !down) /* != */
        return (c->step == 1 || c->step == -1) && t == counter;
    if (type_is_signed(t) && type_is_signed(counter))
        return true;
    return c->step == 1 || c->step == -1 || (up && t->size == 8);
}

/* The condition as `counter cmp bound`. */
static bool match_condition(Counted *c)
{
    Value *v = value_condition(c->cond->args[0]), *zero = NULL;
    OpCode code = OP_NE;
    if (v->def && v->def->code == OP_LNOT) {
        v = value_condition(v->def->args[0]);
        if (!v->def || !op_is_compare(v->def->code) || !op_inverse_compare(v->def, &code))
            return false;
    } else if (v->def && op_is_compare(v->def->code)) {
        code = v->def->code;
    } else { /* while (n) */
        zero = v;
    }
    if (code == OP_EQ || (!zero && !type_is_int(v->def->args[0]->type)))
        return false;
    for (int i = 0; i < (zero ? 1 : 2); i++) {
        c->cmp = i ? mirrored(code) : code;
        c->bound = zero ? NULL : v->def->args[!i];
        if (c->bound && !is_invariant(c->loop, c->bound, MAX_CHAIN))
            continue;
        if (match_compared(c, zero ? zero : v->def->args[i]) && match_step(c, c->yield->args[c->arg]) && step_fits(c))
            return true;
    }
    return false;
}

bool region_only_computes(const Region *r)
{
    for (const Op *op = r->first; op != r->last; op = op_next(op))
        if (op->nregions || op_info[op->code].effect != EFFECT_PURE || op->code == OP_LOCAL || op->code == OP_USE)
            return false;
    return true;
}

bool match_counter(Counted *c, Op *loop)
{
    *c = (Counted){.loop = loop, .before = loop->regions[0], .after = loop->regions[1]};
    c->cond = c->before->last;
    c->yield = c->after->last;
    return match_condition(c);
}

static bool match_counted(Counted *c, Op *loop)
{
    return !loop->mirror && region_only_computes(loop->regions[0]) && match_counter(c, loop);
}

/* ---------------------------------------------------------------------- building the for */

/* The source's counter from the for's: cast(t - offset). */
static Value *source_counter(const Counted *c, Builder *b, Value *t)
{
    Value *v = c->base ? build_bin(b, OP_ADD, t, c->base) : t;
    if (c->offset)
        v = build_bin(b, OP_SUB, v, build_int(b, c->type, int_wrap(c->type, (uint64_t)c->offset)));
    v = build_cast(b, v, c->before->args[c->arg]->type);
    if (v != t)
        value_hint(v, c->before->args[c->arg]->var);
    return v;
}

/* Makes the values of before's arguments known in map: `counter` and, for what else is carried, vals in order. */
static void map_arguments(const Counted *c, Builder *b, PtrMap *map, Value *counter, Value **carried)
{
    int n = 0;
    for (int k = 0; k < c->before->nargs; k++)
        ptrmap_put(map, c->before->args[k], k == c->arg ? source_counter(c, b, counter) : carried[n++]);
    clone_ops(b, c->before, map, true);
}

/* An unsigned counter that goes on until it is equal may pass 0 on its way: then the for counts what is left of the way, or what is done.
 *
 *   for (unsigned i = n - 1; i != -1u; i--)   ->   for (t = n - 1 - -1u; t != 0; t--) { i = t + -1u; ... } */
static bool may_wrap(const Counted *c, const Value *lo, const Value *hi)
{
    return c->cmp == OP_NE && !type_is_signed(c->type) && c->type->size < 8 && !value_is(c->step > 0 ? lo : hi, 0);
}

/* Nothing that might not come back: no call of another function. */
static bool region_only_accesses(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_CALL || op->code == OP_WHILE || op_info[op->code].effect > EFFECT_WRITES)
            return false;
        for (int i = 0; i < op->nregions; i++)
            if (!region_only_accesses(op->regions[i]))
                return false;
    }
    return true;
}

/* while (n--): unsigned `n != 0` downwards is `n > 0`, and `i != n` upwards from 0 is `i < n`. A signed n < 0 would overflow before the loop ends. */
static OpCode ordered(const Counted *c, const Value *lo, const Value *hi)
{
    if (c->cmp != OP_NE || (type_is_signed(c->type) && !region_only_accesses(c->after)))
        return c->cmp;
    return c->step < 0 && value_is(hi, 0) ? OP_GT : c->step > 0 && value_is(lo, 0) ? OP_LT : c->cmp;
}

static Op *build_counted(Counted *c)
{
    Op *loop = c->loop;
    Builder b = before_op(loop);
    PtrMap copies = {.arena = c->before->fn->arena};
    Value *lo = build_cast(&b, loop->args[c->arg], c->type);
    if (c->offset)
        lo = build_bin(&b, OP_ADD, lo, build_int(&b, c->type, int_wrap(c->type, (uint64_t)c->offset)));
    Value *hi = c->bound ? outside_copy(loop, &b, c->bound, &copies) : build_int(&b, c->type, 0);
    Value *step = c->step_value ? outside_copy(loop, &b, c->step_value, &copies)
                                : build_int(&b, c->type, int_wrap(c->type, (uint64_t)c->step));
    if (c->step_value && c->step_minus)
        step = build_un(&b, OP_NEG, step);
    if (may_wrap(c, lo, hi)) {
        Value *zero = build_int(&b, c->type, 0);
        int64_t known;
        c->base = c->step > 0 ? lo : hi;
        lo = c->step > 0 ? zero : build_bin(&b, OP_SUB, lo, c->base);
        hi = c->step > 0 ? build_bin(&b, OP_SUB, hi, c->base) : zero;
        if (value_int(c->base, &known)) {
            c->offset = int_wrap(c->type, (uint64_t)c->offset - (uint64_t)known);
            c->base = NULL;
        }
    }
    Op *f = build_for(&b, lo, hi, step, ordered(c, lo, hi));
    f->loc = loop->loc;
    f->loop = loop->loop;
    f->note = loop->note;
    f->is_static = loop->is_static;
    f->regions[0]->args[0]->var = f->results[0]->var = c->before->args[c->arg]->var;
    for (int k = 0; k < loop->nargs; k++)
        if (k != c->arg)
            for_add_carried(f, loop->args[k], c->before->args[k]->var);
    return f;
}

/* Where the counter was widened for the comparison, indexing can do with the wide one. */
static void index_by_counter(Region *r, const Value *counter)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        for (int i = 0; i < op->nregions; i++)
            index_by_counter(op->regions[i], counter);
        if (op->code != OP_INDEX || !is_int_cast(op->args[1]) || op->args[1]->def->args[0] != counter)
            continue;
        if (op->args[1]->type->size <= counter->type->size)
            op->args[1] = op->args[1]->def->args[0];
    }
}

static Op *raise_loop(Counted *c, PtrMap *replaced)
{
    Op *loop = c->loop, *f = build_counted(c);
    Region *body = f->regions[0];
    Arena *a = body->fn->arena;
    Builder b = at_end(body);
    b.loc = loop->loc;
    PtrMap in_body = {.arena = a}, behind = {.arena = a};
    map_arguments(c, &b, &in_body, body->args[0], body->args + 1);
    for (int k = 0; k < c->after->nargs; k++)
        ptrmap_put(replaced, c->after->args[k], map_value(&in_body, c->cond->args[1 + k]));
    Value **next = arena_alloc(a, (size_t)loop->nargs * sizeof *next);
    int n = 0;
    for (int k = 0; k < loop->nargs; k++)
        if (k != c->arg)
            next[n++] = c->yield->args[k];
    build_yield(&b, next, n);
    region_splice(c->after, body->last);
    b = after_op(f);
    map_arguments(c, &b, &behind, f->results[0], f->results + 1);
    for (int k = 0; k < loop->nresults; k++)
        ptrmap_put(replaced, loop->results[k], map_value(&behind, c->cond->args[1 + k]));
    op_remove(loop);
    return f;
}

/* ---------------------------------------------------------------------- other values that count along */

/* The counter that a loop inside ends with, where it is the larger of two values: for (k = 0; k < n; k++). */
static bool ends_at_larger(const Value *v)
{
    const Op *loop = v->def;
    int64_t lo;
    return loop->code == OP_FOR && v->index == 0 && !loop->reversed && loop->cmp == OP_LT && value_int(loop->args[0], &lo) && lo >= 0 &&
           value_is(loop->args[2], 1);
}

/* Is v the same in every trip of f, and can it be computed before f? */
static bool repeats(const Op *f, const Value *v, int depth)
{
    if (value_outside(v, f))
        return v->def != f;
    const Op *op = v->def;
    if (!op || depth == 0)
        return false;
    if (op->nregions)
        return ends_at_larger(v) && repeats(f, op->args[1], depth - 1);
    if (op_info[op->code].kind != KIND_CONST && !op_speculatable(op))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!repeats(f, op->args[i], depth - 1))
            return false;
    return true;
}

/* ... v at b, which is before f. */
static Value *repeat(Builder *b, const Op *f, Value *v)
{
    Op *op = v->def;
    if (value_outside(v, f))
        return v;
    if (op->nregions) {
        Value *lo = repeat(b, f, op->args[0]), *hi = repeat(b, f, op->args[1]);
        if (!type_is_signed(hi->type) && value_is(lo, 0))
            return hi;
        return build_select(b, build_bin(b, OP_GT, hi, lo), hi, lo);
    }
    PtrMap map = {.arena = b->fn->arena};
    for (int i = 0; i < op->nargs; i++)
        ptrmap_put(&map, op->args[i], repeat(b, f, op->args[i]));
    Value *copy = clone_op(b, op, &map)->results[0];
    copy->var = NULL; /* the name is that of one trip's */
    return copy;
}

enum { MAX_SUMMANDS = 4 };

/* What is added in each trip: a constant, or values that repeat. */
typedef struct {
    int64_t c;
    Value *value[MAX_SUMMANDS];
    int n;
} Growth;

/* Can one more value be taken? The sum of several may overflow where adding one after the other does not, but for sizes of memory. */
static bool has_room(const Growth *g, const Type *t)
{
    return g->n == 0 || (g->n < MAX_SUMMANDS && (t->size == 8 || !type_is_signed(t)));
}

/* next == arg + what *g tells */
static bool match_linear(const Op *f, const Value *arg, Value *next, Growth *g)
{
    Value *inner;
    *g = (Growth){0};
    for (int n = 0; n < MAX_CHAIN; n++) {
        int64_t k;
        const Op *op = next->def;
        if (next == arg)
            return (g->c != 0) != (g->n > 0);
        if (adds_constant(next, &inner, &k)) {
            g->c += k;
            next = inner;
        } else if (op && op->code == OP_ADD && has_room(g, arg->type)) {
            int k_at = repeats(f, op->args[1], MAX_CHAIN) ? 1 : 0;
            if (!repeats(f, op->args[k_at], MAX_CHAIN))
                return false;
            g->value[g->n++] = op->args[k_at];
            next = op->args[!k_at];
        } else {
            return false;
        }
    }
    return false;
}

/* The sum of g's values at b, which is before f; NULL: there are none. */
static Value *growth_at(Builder *b, const Op *f, const Growth *g)
{
    Value *sum = NULL;
    for (int i = g->n; i-- > 0;) {
        Value *v = repeat(b, f, g->value[i]);
        sum = sum ? build_bin(b, OP_ADD, sum, v) : v;
    }
    return sum;
}

/* init + per_trip * (how far the counter t has come, in steps of one, as the value's type). */
static Value *linear_value(Builder *b, const Op *f, Value *t, Value *init, int64_t c, Value *value)
{
    Type *type = init->type;
    int64_t step = for_step(f), q = c / llabs(step);
    Value *way = step > 0 ? build_bin(b, OP_SUB, t, f->args[0]) : build_bin(b, OP_SUB, f->args[0], t);
    way = build_cast(b, way, type);
    if (value)
        return build_bin(b, OP_ADD, init, build_bin(b, OP_MUL, value, way));
    bool minus = q < 0;
    if (llabs(q) != 1)
        way = build_bin(b, OP_MUL, way, build_int(b, type, int_wrap(type, (uint64_t)llabs(q))));
    return build_bin(b, minus ? OP_SUB : OP_ADD, init, way);
}

/* A carried integer that grows by the same amount in each trip is a function of the counter: nothing need be carried. */
static void count_along(Op *f, PtrMap *replaced)
{
    int64_t step;
    if (!value_int(f->args[2], &step))
        return;
    step = for_step(f);
    Region *body = f->regions[0];
    for (int k = 0; k < body->last->nargs; k++) {
        Value *arg = body->args[1 + k], *init = map_value(replaced, f->args[3 + k]);
        Growth g;
        if (!type_is_int(arg->type) || arg->type->kind == TY_BOOL || arg->type->size < 4)
            continue;
        if (!match_linear(f, arg, map_value(replaced, body->last->args[k]), &g))
            continue;
        if (g.c % step != 0 || (g.n && llabs(step) != 1))
            continue;
        Builder above = before_op(f);
        Value *value = growth_at(&above, f, &g);
        Builder b = before_op(body->first), behind = after_op(f);
        Value *now = linear_value(&b, f, body->args[0], init, g.c, value);
        Value *end = linear_value(&behind, f, f->results[0], init, g.c, value);
        value_hint(now, arg->var);
        value_hint(end, arg->var);
        ptrmap_put(replaced, arg, now);
        ptrmap_put(replaced, f->results[1 + k], end);
    }
}

/* ---------------------------------------------------------------------- over the function */

static void map_operands(Op *op, void *ctx)
{
    PtrMap *map = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(map, op->args[i]);
}

/* Inner loops first: an outer loop that counts may need what is known of them. */
static void raise_region(Region *r, PtrMap *replaced)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        map_operands(op, replaced);
        for (int i = 0; i < op->nregions; i++)
            raise_region(op->regions[i], replaced);
        Counted c;
        Op *f = op->code == OP_FOR ? op : NULL;
        if (op->code == OP_WHILE && match_counted(&c, op)) {
            f = raise_loop(&c, replaced);
            walk_ops(f->regions[0], map_operands, replaced);
            if (c.type != c.before->args[c.arg]->type && c.offset == 0)
                index_by_counter(f->regions[0], f->regions[0]->args[0]);
        }
        if (f && !f->mirror && !f->reversed)
            count_along(f, replaced);
    }
}

void raise_loops(Fn *fn)
{
    PtrMap replaced = {.arena = arena_new()};
    raise_region(fn->body, &replaced);
    replace_uses_map(fn, &replaced);
    arena_free(replaced.arena);
}
