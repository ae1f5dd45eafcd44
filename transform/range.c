/* range.c: between which numbers an integer of a function stays, computed from the function's arguments in another one, before the first runs.
 *
 *   for (i = 0; i < n; i++) x[2 * i + 1]        ->  1 and 2 * (n - 1) + 1
 *   for (i = 0; i < n; i++) x[map[i]]           ->  a loop that finds the smallest and the largest map[i]
 *
 * Ranges may be too large, never too small, for what is executed: what is in a loop that runs no iteration has any range at all.
 */
#include "analysis.h"
#include "derivative.h"

void ranges_init(Ranges *r, const MemInfo *m, Fn *into)
{
    *r = (Ranges){.m = m, .fn = into, .b = at_end(into->body)};
    r->here.arena = r->known.arena = r->path.arena = r->computing.arena = into->arena;
    for (int i = 0; i < m->fn->body->nargs && i < into->body->nargs; i++)
        ptrmap_put(&r->here, m->fn->body->args[i], into->body->args[i]);
    ptrs_push(&r->path, m->fn->body);
}

/* ---------------------------------------------------------------------- values */

static bool may_end_program(const Op *op)
{
    if (op_info[op->code].effect == EFFECT_OUTSIDE)
        return true;
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            if (may_end_program(in))
                return true;
    return false;
}

/* Has something run before op that might have ended the program? */
static bool after_a_way_out(const Ranges *r, const Op *op)
{
    const Region *body = r->m->fn->body;
    for (const Op *o = body->first; o; o = o->next)
        if (mem_position(r->m, o) < mem_position(r->m, op) && may_end_program(o))
            return true;
    return false;
}

static bool load_is_constant(const Ranges *r, const Op *load)
{
    const int *objs;
    int n = mem_objects(r->m, load->args[0], &objs);
    for (int i = 0; i < n; i++)
        if (!mem_object_read_only(r->m, objs[i]))
            return false;
    return n > 0 && !load->args[0]->type->elem_volatile && ptrs_has(&r->path, load->parent) && !after_a_way_out(r, load);
}

/* A division may stop the program: then only where the function makes it too, whatever its arguments are. */
static bool can_copy_division(const Ranges *r, const Op *op)
{
    int64_t divisor;
    return type_is_int(op->results[0]->type) &&
           ((value_int(op->args[1], &divisor) && divisor > 0) || (op->parent == r->m->fn->body && !after_a_way_out(r, op)));
}

static bool can_copy(const Ranges *r, const Op *op)
{
    const OpInfo *info = &op_info[op->code];
    if (op->code == OP_LOAD)
        return load_is_constant(r, op);
    if (op->code == OP_DIV || op->code == OP_REM)
        return can_copy_division(r, op);
    return op->code == OP_GLOBAL || info->kind == KIND_CONST || info->kind == KIND_ARITH || info->kind == KIND_ADDR;
}

/* An if that chooses between integers, as a whole: the trip count of stride.c. */
static bool is_choice(const Op *op)
{
    if (op->code != OP_IF)
        return false;
    for (int k = 0; k < 2; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next) {
            OpKind kind = op_info[in->code].kind;
            if (in->code != OP_YIELD &&
                (in->nregions || (kind != KIND_ARITH && kind != KIND_CONST) || !type_is_int(in->results[0]->type)))
                return false;
        }
    return true;
}

static bool map_operands(Ranges *r, const Op *op, const Op *whole, PtrMap *map)
{
    for (int i = 0; i < op->nargs; i++) {
        if (!value_outside(op->args[i], whole))
            continue;
        Value *arg = range_value(r, op->args[i]);
        if (!arg)
            return false;
        ptrmap_put(map, op->args[i], arg);
    }
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            if (!map_operands(r, in, whole, map))
                return false;
    return true;
}

Value *range_value(Ranges *r, const Value *v)
{
    Value *known = ptrmap_get(&r->here, v);
    if (known || !v->def || !(is_choice(v->def) || (v->def->nregions == 0 && can_copy(r, v->def))))
        return known;
    PtrMap map = {.arena = r->fn->arena};
    if (!map_operands(r, v->def, v->def, &map))
        return NULL;
    Value *copy = clone_op(&r->b, v->def, &map)->results[v->index];
    ptrmap_put(&r->here, v, copy);
    return copy;
}

/* ---------------------------------------------------------------------- arithmetic */

static Value *integer(Ranges *r, int64_t x)
{
    return build_int(&r->b, type_scalar(TY_LONG), x);
}

/* x = the result + *c */
static const Value *without_constant(const Value *x, int64_t *c)
{
    *c = 0;
    if (value_int(x, c))
        return NULL;
    if (x->def && (x->def->code == OP_ADD || x->def->code == OP_SUB) && value_int(x->def->args[1], c)) {
        *c = x->def->code == OP_ADD ? *c : -*c;
        return x->def->args[0];
    }
    return x;
}

Value *range_sum(Ranges *r, OpCode code, Value *x, Value *y)
{
    int64_t a, b;
    bool x_known = value_int(x, &a), y_known = value_int(y, &b);
    if (x_known && y_known)
        return integer(r, code == OP_ADD ? a + b : a - b);
    if (y_known) { /* x = base + a */
        Value *base = (Value *)(uintptr_t)without_constant(x, &a);
        int64_t c = code == OP_ADD ? a + b : a - b;
        return c == 0 ? base : build_bin(&r->b, c > 0 ? OP_ADD : OP_SUB, base, integer(r, c > 0 ? c : -c));
    }
    if (x_known && code == OP_ADD)
        return range_sum(r, OP_ADD, y, x);
    Value *p = (Value *)(uintptr_t)without_constant(x, &a), *q = (Value *)(uintptr_t)without_constant(y, &b);
    if (!p || (a == 0 && b == 0))
        return build_bin(&r->b, code, x, y);
    return range_sum(r, OP_ADD, build_bin(&r->b, code, p, q), integer(r, code == OP_ADD ? a + b : a - b));
}

static Value *product(Ranges *r, Value *x, Value *y)
{
    int64_t a, b;
    bool x_known = value_int(x, &a), y_known = value_int(y, &b);
    if (x_known && y_known)
        return integer(r, a * b);
    if ((x_known && a == 0) || (y_known && b == 1))
        return x;
    return (y_known && b == 0) || (x_known && a == 1) ? y : build_bin(&r->b, OP_MUL, x, y);
}

static bool equal_trees(const Value *x, const Value *y, int depth)
{
    if (x == y || value_same(x, y))
        return true;
    const Op *a = x->def, *b = y->def;
    if (!a || !b || a->code != b->code || a->nargs != b->nargs || a->nregions || x->type != y->type || x->index != y->index ||
        a->code == OP_LOCAL)
        return false;
    if (depth == 0 || op_info[a->code].kind == KIND_CONST || a->ival != b->ival || a->cmp != b->cmp || a->var != b->var ||
        a->text != b->text)
        return false;
    for (int i = 0; i < a->nargs; i++)
        if (!equal_trees(a->args[i], b->args[i], depth - 1))
            return false;
    return true;
}

/* The smaller (OP_LT) or larger (OP_GT) of two. */
static Value *extreme(Ranges *r, OpCode cmp, Value *x, Value *y)
{
    int64_t a, b;
    const Value *p = without_constant(x, &a), *q = without_constant(y, &b);
    if (p && q ? equal_trees(p, q, 12) : p == q)
        return (cmp == OP_LT) == (a < b) ? x : y;
    return build_select(&r->b, build_bin(&r->b, cmp, x, y), x, y);
}

Range range_hull(Ranges *r, Range x, Range y)
{
    return (Range){extreme(r, OP_LT, x.lo, y.lo), extreme(r, OP_GT, x.hi, y.hi)};
}

static bool starts_at_least_at_0(const Range *x)
{
    int64_t lo;
    return value_int(x->lo, &lo) && lo >= 0;
}

static Range range_add(Ranges *r, Range x, Range y)
{
    Value *lo = range_sum(r, OP_ADD, x.lo, y.lo);
    return (Range){lo, x.lo == x.hi && y.lo == y.hi ? lo : range_sum(r, OP_ADD, x.hi, y.hi)};
}

static Range range_subtract(Ranges *r, Range x, Range y)
{
    Value *lo = range_sum(r, OP_SUB, x.lo, y.hi);
    return (Range){lo, x.lo == x.hi && y.lo == y.hi ? lo : range_sum(r, OP_SUB, x.hi, y.lo)};
}

/* x * f, f one number. */
static Range range_scale(Ranges *r, Range x, Value *f, bool positive)
{
    int64_t c;
    Value *lo = product(r, x.lo, f), *hi = x.lo == x.hi ? lo : product(r, x.hi, f);
    if (lo == hi || positive || (value_int(f, &c) && c >= 0))
        return (Range){lo, hi};
    if (value_int(f, &c))
        return (Range){hi, lo};
    return (Range){extreme(r, OP_LT, lo, hi), extreme(r, OP_GT, lo, hi)};
}

static bool range_mul(Ranges *r, Range x, Range y, Range *out)
{
    if (x.lo == x.hi)
        *out = range_scale(r, y, x.lo, false);
    else if (y.lo == y.hi)
        *out = range_scale(r, x, y.lo, false);
    else if (starts_at_least_at_0(&x) && starts_at_least_at_0(&y))
        *out = (Range){product(r, x.lo, y.lo), product(r, x.hi, y.hi)};
    else
        return false;
    return true;
}

/* ---------------------------------------------------------------------- what is loaded in a loop */

typedef struct {
    const Region *at[MAX_NEST]; /* regions around the load, innermost last, without the body */
    int n;
} Path;

static bool find_path(const Op *load, Path *path)
{
    const Region *regions[MAX_NEST];
    int n = 0;
    for (const Region *g = load->parent; g->owner; g = g->owner->parent) {
        if (n == MAX_NEST || (g->owner->code != OP_FOR && g->owner->code != OP_IF))
            return false;
        regions[n++] = g;
    }
    path->n = n;
    for (int i = 0; i < n; i++)
        path->at[i] = regions[n - 1 - i];
    return n > 0;
}

static bool inspect(Ranges *r, const Path *path, int depth, const Value *v, Value *found[2]);

static bool inspect_for(Ranges *r, const Path *path, int depth, const Value *v, Value *found[2])
{
    const Op *loop = path->at[depth]->owner;
    Value *bound[3];
    for (int i = 0; i < 3; i++)
        if (!(bound[i] = range_value(r, loop->args[i])))
            return false;
    Op *copy = build_for(&r->b, bound[0], bound[1], bound[2], loop->cmp);
    Region *body = copy->regions[0];
    body->args[0]->var = loop->regions[0]->args[0]->var;
    ptrmap_put(&r->here, loop->regions[0]->args[0], body->args[0]);
    Value *inner[2];
    for (int i = 0; i < 2; i++)
        inner[i] = for_add_carried(copy, found[i], found[i]->var);
    Builder outside = r->b;
    r->b = at_end(body);
    bool good = inspect(r, path, depth + 1, v, inner);
    if (good)
        build_yield(&r->b, inner, 2);
    r->b = outside;
    found[0] = copy->results[1];
    found[1] = copy->results[2];
    return good;
}

static bool inspect_if(Ranges *r, const Path *path, int depth, const Value *v, Value *found[2])
{
    const Op *branch = path->at[depth]->owner;
    Value *c = range_value(r, branch->args[0]);
    if (!c)
        return false;
    Op *copy = build_if(&r->b, c);
    int taken = branch->regions[0] == path->at[depth] ? 0 : 1;
    Value *inner[2] = {found[0], found[1]};
    Builder outside = r->b, other = at_end(copy->regions[1 - taken]);
    build_yield(&other, found, 2);
    r->b = at_end(copy->regions[taken]);
    bool good = inspect(r, path, depth + 1, v, inner);
    if (good)
        build_yield(&r->b, inner, 2);
    r->b = outside;
    for (int i = 0; i < 2; i++)
        found[i] = op_add_result(copy, found[i]->type, found[i]->var);
    return good;
}

/* found = {smallest, largest} so far; is given the new ones. */
static bool inspect(Ranges *r, const Path *path, int depth, const Value *v, Value *found[2])
{
    if (depth < path->n) {
        ptrs_push(&r->path, (Region *)(uintptr_t)path->at[depth]);
        bool good =
            path->at[depth]->owner->code == OP_FOR ? inspect_for(r, path, depth, v, found) : inspect_if(r, path, depth, v, found);
        r->path.n--;
        return good;
    }
    Value *x = range_value(r, v);
    if (!x)
        return false;
    x = build_cast(&r->b, x, type_scalar(TY_LONG));
    for (int i = 0; i < 2; i++)
        found[i] = build_select(&r->b, build_bin(&r->b, i ? OP_GT : OP_LT, x, found[i]), x, found[i]);
    return true;
}

static Var *named(Ranges *r, const char *name)
{
    Var *v = arena_alloc(r->fn->arena, sizeof *v);
    *v = (Var){.name = name, .type = type_scalar(TY_LONG), .owner = r->fn};
    return v;
}

/* Values found in a loop are known in it alone. */
static bool load_range(Ranges *r, const Op *load, Range *out)
{
    Path path;
    if (!find_path(load, &path))
        return false;
    PtrMap here = {.arena = r->fn->arena};
    for (size_t i = 0; i < r->here.cap; i++)
        if (r->here.slots[i].key)
            ptrmap_put(&here, r->here.slots[i].key, r->here.slots[i].val);
    Value *first = integer(r, 0), *last = integer(r, 0);
    first->var = named(r, "first");
    last->var = named(r, "last");
    Value *found[2] = {first, last};
    bool good = inspect(r, &path, 0, load->results[0], found);
    r->here = here;
    *out = (Range){type_is_signed(load->results[0]->type) ? found[0] : first, found[1]};
    return good;
}

/* ---------------------------------------------------------------------- integers */

static bool counter_range(Ranges *r, const Op *loop, Range *out)
{
    Range start, end;
    int64_t step = for_step(loop), fixed;
    if (step == 0 || !value_int(loop->args[2], &fixed) || loop->cmp == OP_NE || !range_of(r, loop->args[0], &start) ||
        !range_of(r, loop->args[1], &end))
        return false;
    bool strict = loop->cmp == OP_LT || loop->cmp == OP_GT;
    Value *last = step > 0 ? end.hi : end.lo;
    if (strict)
        last = range_sum(r, step > 0 ? OP_SUB : OP_ADD, last, integer(r, 1));
    int64_t stride = step > 0 ? step : -step;
    if (stride != 1 && start.lo == start.hi) { /* start + (last - start) / stride * stride */
        Value *span = range_sum(r, OP_SUB, last, start.lo), *s = integer(r, stride);
        last = range_sum(r, OP_ADD, start.lo, product(r, build_bin(&r->b, OP_DIV, span, s), s));
    }
    *out = step > 0 ? (Range){start.lo, last} : (Range){last, start.hi};
    return true;
}

/* As in affine.c: can t's arithmetic be read as that of the integers? */
static bool is_exact(const Type *t)
{
    return type_is_int(t) && (type_is_signed(t) || t->size == 8);
}

static bool op_range(Ranges *r, const Op *op, Range *out)
{
    Range x, y;
    const Type *t = op->results[0]->type, *from = op->nargs ? op->args[0]->type : NULL;
    int64_t c;
    switch (op->code) {
    case OP_ICONST:
        out->lo = out->hi = integer(r, op->ival);
        return true;
    case OP_LOAD:
        return load_range(r, op, out);
    case OP_CAST: {
        bool keeps = type_is_int(from) && t->kind != TY_BOOL &&
                     (t->size == 8 || (t->size == from->size && type_is_signed(t) == type_is_signed(from)) ||
                      (t->size > from->size && (type_is_signed(t) || !type_is_signed(from))));
        return keeps && range_of(r, op->args[0], out);
    }
    case OP_ADD:
    case OP_SUB:
        if (!is_exact(t) || !range_of(r, op->args[0], &x) || !range_of(r, op->args[1], &y))
            return false;
        *out = op->code == OP_ADD ? range_add(r, x, y) : range_subtract(r, x, y);
        return true;
    case OP_MUL:
        return is_exact(t) && range_of(r, op->args[0], &x) && range_of(r, op->args[1], &y) && range_mul(r, x, y, out);
    case OP_DIV:
        if (!is_exact(t) || !type_is_signed(t) || !value_int(op->args[1], &c) || c <= 0 || !range_of(r, op->args[0], &x))
            return false;
        *out = (Range){build_bin(&r->b, OP_DIV, x.lo, integer(r, c)), build_bin(&r->b, OP_DIV, x.hi, integer(r, c))};
        return true;
    case OP_REM: /* of what is not negative */
        if (!is_exact(t) || !value_int(op->args[1], &c) || c <= 0 || !range_of(r, op->args[0], &x) || !starts_at_least_at_0(&x))
            return false;
        *out = (Range){integer(r, 0), integer(r, c - 1)};
        return true;
    case OP_SELECT:
        if (!range_of(r, op->args[1], &x) || !range_of(r, op->args[2], &y))
            return false;
        *out = range_hull(r, x, y);
        return true;
    default:
        return false;
    }
}

bool range_of(Ranges *r, const Value *v, Range *out)
{
    const Range *known = ptrmap_get(&r->known, v);
    if (known) {
        *out = *known;
        return true;
    }
    if (!type_is_int(v->type) || ptrs_has(&r->computing, v))
        return false;
    ptrs_push(&r->computing, (Value *)(uintptr_t)v);
    bool good = false;
    if (v->def && (v->def->code == OP_ADD || v->def->code == OP_SUB || v->def->code == OP_CAST || v->def->code == OP_ICONST))
        good = op_range(r, v->def, out); /* n - 1 + 1 is n */
    Value *fixed = good ? NULL : range_value(r, v);
    if (fixed) {
        out->lo = out->hi = build_cast(&r->b, fixed, type_scalar(TY_LONG));
        good = true;
    } else if (!good) {
        bool counter = !v->def && v->index == 0 && v->arg_of->owner && v->arg_of->owner->code == OP_FOR;
        good = v->def ? op_range(r, v->def, out) : counter && counter_range(r, v->arg_of->owner, out);
    }
    r->computing.n--;
    if (good) {
        Range *kept = arena_alloc(r->fn->arena, sizeof *kept);
        *kept = *out;
        ptrmap_put(&r->known, v, kept);
    }
    return good;
}

/* ---------------------------------------------------------------------- polynomials */

/* Is v positive wherever op is executed: does a loop around op count from 0 or more up to v? */
static bool is_positive_at(const Op *op, const Value *v)
{
    for (const Region *g = op->parent; g->owner; g = g->owner->parent) {
        int64_t lo;
        const Op *loop = g->owner;
        if (loop->code != OP_FOR || loop->cmp != OP_LT || !value_int(loop->args[0], &lo) || lo < 0)
            continue;
        const Value *hi = loop->args[1];
        while (hi->def && hi->def->code == OP_CAST && type_is_int(hi->def->args[0]->type))
            hi = hi->def->args[0];
        if (hi == v)
            return true;
    }
    return false;
}

static bool counts_from_0(const Value *v)
{
    const Op *loop = v->def ? NULL : v->arg_of->owner;
    int64_t lo;
    return loop && loop->code == OP_FOR && v->index == 0 && for_step(loop) > 0 && value_int(loop->args[0], &lo) && lo >= 0;
}

bool range_is_positive(const MemInfo *m, const Poly *p, const Op *op)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            const Value *v = m->value[p->t[i].sym[k] / POLY_SIDES];
            if (p->t[i].coef < 0 || !(is_positive_at(op, v) || counts_from_0(v)))
                return false;
        }
    return p->known && p->n > 0;
}

static bool term_range(Ranges *r, const Op *op, const Term *t, int64_t unit, Range *out)
{
    Range varying = {NULL, NULL};
    Value *factor = integer(r, t->coef / unit);
    bool positive = t->coef > 0;
    for (int i = 0; i < POLY_DEGREE && t->sym[i] >= 0; i++) {
        const Value *v = r->m->value[t->sym[i] / POLY_SIDES];
        Range x;
        if (t->sym[i] % POLY_SIDES || !range_of(r, v, &x))
            return false;
        if (x.lo == x.hi) {
            factor = product(r, x.lo, factor);
            positive = positive && is_positive_at(op, v);
        } else if (!varying.lo) {
            varying = x;
        } else if (!range_mul(r, varying, x, &varying)) {
            return false;
        }
    }
    *out = varying.lo ? range_scale(r, varying, factor, positive) : (Range){factor, factor};
    return true;
}

bool range_of_poly(Ranges *r, const Op *op, const Poly *p, int64_t unit, Range *out)
{
    *out = (Range){integer(r, 0), integer(r, 0)};
    for (int i = 0; i < p->n; i++) {
        Range x;
        if (p->t[i].coef % unit || !term_range(r, op, &p->t[i], unit, &x))
            return false;
        *out = range_add(r, *out, x);
    }
    return p->known;
}
