/* reciprocal.c: divisions of the reverse sweep by one value become multiplications by its reciprocal.
 *
 *   for (...) { d_x[i] += d[i] / s; }   ->   r = 1 / s; for (...) { d_x[i] += d[i] * r; }
 *   d_x += a / z; d_y += b / z;         ->   r = 1 / z; d_x += a * r; d_y += b * r;
 *
 * Where a loop divides by what does not change in it, and where two divisions in one straight line have the same divisor. A product with a
 * reciprocal has one rounding more than the quotient; the derivatives alone are computed so: this runs before storage, when the reverse
 * sweep has no copies of the primal's operations yet (a branch that is decided again must be decided the same).
 */
#include "derivative.h"

typedef struct {
    Value *divisor;     /* of the forward sweep */
    Op *loop;           /* the reciprocal goes before it; NULL: into the line */
    Region *line;
    Ptrs divisions;     /* Op*, in order */
} Group;

typedef struct {
    Fn *fn;
    Ptrs groups;        /* Group* */
    PtrMap of_divisor;  /* Value* -> Ptrs* of its groups */
    PtrMap map;
} Reciprocals;

/* The outermost loop around the division in which the divisor is the same; NULL: none. */
static Op *loop_to_leave(const Op *division, const Value *divisor)
{
    Op *found = NULL;
    for (Op *owner = division->parent->owner; owner && owner->in_reverse; owner = owner->parent->owner) {
        if (!owner->mirror || (owner->code != OP_FOR && owner->code != OP_IF) || !value_outside(divisor, owner->mirror) ||
            divisor->def == owner->mirror)
            break;
        if (owner->code == OP_FOR)
            found = owner;
    }
    return found;
}

static Group *group_of(Reciprocals *r, Value *divisor, Op *loop, Region *line)
{
    Ptrs *same = ptrmap_get(&r->of_divisor, divisor);
    if (!same) {
        same = arena_alloc(r->fn->arena, sizeof *same);
        *same = (Ptrs){.arena = r->fn->arena};
        ptrmap_put(&r->of_divisor, divisor, same);
    }
    for (size_t i = 0; i < same->n; i++) {
        Group *g = same->at[i];
        if (g->loop == loop && (loop || g->line == line))
            return g;
    }
    Group *g = arena_alloc(r->fn->arena, sizeof *g);
    *g = (Group){divisor, loop, line, {.arena = r->fn->arena}};
    ptrs_push(same, g);
    ptrs_push(&r->groups, g);
    return g;
}

/* x / hypot(x, y) is never above 1; the reciprocal of a subnormal number is infinite, and its product with 0 no number. */
static bool is_of_unit_vector(const Op *division, const Value *divisor)
{
    const Value *x = division->args[0];
    while (x->def && x->def->code == OP_USE)
        x = x->def->args[0];
    const Op *length = divisor->def;
    return length && length->code == OP_HYPOT && (x == length->args[0] || x == length->args[1]);
}

static void find_division(Op *op, void *ctx)
{
    Reciprocals *r = ctx;
    if (op->code != OP_DIV || !op->in_reverse || !type_is_float(op->results[0]->type) || !op->args[1]->def ||
        op->args[1]->def->code != OP_USE)
        return;
    Value *divisor = op->args[1]->def->args[0];
    if (is_of_unit_vector(op, divisor))
        return;
    ptrs_push(&group_of(r, divisor, loop_to_leave(op, divisor), op->parent)->divisions, op);
}

static Value *build_reciprocal(Builder *b, Value *divisor)
{
    Value *of = build_use(b, divisor), *one = build_float(b, divisor->type, 1);
    Value *result = build_bin(b, OP_DIV, one, of);
    of->def->in_reverse = one->def->in_reverse = result->def->in_reverse = true;
    return result;
}

void share_reciprocals(Fn *fn)
{
    Reciprocals r = {.fn = fn, .groups = {.arena = fn->arena}, .of_divisor = {.arena = fn->arena}, .map = {.arena = fn->arena}};
    walk_ops(fn->body, find_division, &r);
    for (size_t i = 0; i < r.groups.n; i++) {
        Group *g = r.groups.at[i];
        if (!g->loop && g->divisions.n < 2)
            continue;
        Op *first = g->divisions.at[0];
        Builder b = before_op(g->loop ? g->loop : first);
        b.loc = first->loc;
        Value *reciprocal = build_reciprocal(&b, g->divisor);
        for (size_t k = 0; k < g->divisions.n; k++) {
            Op *op = g->divisions.at[k];
            Builder at = before_op(op);
            at.loc = op->loc;
            Value *product = build_bin(&at, OP_MUL, op->args[0], reciprocal);
            product->def->in_reverse = true;
            product->var = op->results[0]->var;
            ptrmap_put(&r.map, op->results[0], product);
        }
    }
    replace_uses_map(fn, &r.map);
    for (size_t i = 0; i < r.groups.n; i++) {
        Group *g = r.groups.at[i];
        for (size_t k = 0; k < g->divisions.n && (g->loop || g->divisions.n > 1); k++)
            op_remove(g->divisions.at[k]);
    }
}
