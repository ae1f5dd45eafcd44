/* deviation.c: a variance does not change with the mean that its deviations are taken from, to first order.
 *
 *     for (i < n) m += x[i];   m /= n;   for (i < n) v += (x[i] - m) * (x[i] - m);
 *
 * v is least where m is the mean: the derivative by m is -2 times the sum of all x[i] - m, which is 0. So m is a constant to the differentiation
 * of v, and what is left of that 0 by rounding need not be summed up. Proved are: both loops over the same elements, n their number, nothing
 * stored to them from the first loop to the end of the second, the square of the difference used for v alone. (-fno-deviation; derivatives of
 * first order only.)
 */
#include "analysis.h"
#include "derivative.h"

typedef struct {
    Fn *fn;
    const MemInfo *mem;
    const int *uses;
    Ptrs found; /* Op*: the subtractions */
} Deviations;

static const Value *without_casts(const Value *v)
{
    while (v->def && v->def->code == OP_CAST && type_is_int(v->def->args[0]->type) && v->def->args[0]->type->size <= v->type->size)
        v = v->def->args[0];
    return v;
}

/* for (i = 0; i < n; i++) with an n that does not change. */
static bool is_plain(const Op *loop)
{
    return loop->code == OP_FOR && loop->cmp == OP_LT && !loop->reversed && value_is(loop->args[0], 0) &&
           value_is(loop->args[2], 1) && type_is_signed(loop->args[0]->type);
}

static bool same_range(const Op *a, const Op *b)
{
    return is_plain(a) && is_plain(b) && a->args[1]->type == b->args[1]->type && value_same(a->args[1], b->args[1]);
}

/* s = 0 + x[0] + x[1] + ...: the load of x[i]; else NULL. */
static const Op *summed_load(const Value *s)
{
    const Op *loop = s->def;
    if (!loop || loop->code != OP_FOR || s->index == 0)
        return NULL;
    const Value *arg = loop->regions[0]->args[s->index], *init = loop->args[2 + s->index];
    const Op *sum = loop->regions[0]->last->args[s->index - 1]->def;
    if (!sum || sum->code != OP_ADD || sum->parent != loop->regions[0] || !init->def || init->def->code != OP_FCONST ||
        init->def->fval != 0)
        return NULL;
    for (int k = 0; k < 2; k++) {
        const Op *load = sum->args[k]->def;
        if (sum->args[1 - k] == arg && load && load->code == OP_LOAD && load->parent == loop->regions[0])
            return load;
    }
    return NULL;
}

/* Is v the number n as a floating one? */
static bool is_count(const Value *v, const Value *n)
{
    int64_t k;
    if (v->def && v->def->code == OP_FCONST)
        return value_int(n, &k) && v->def->fval == k;
    return v->def && v->def->code == OP_CAST && type_is_int(v->def->args[0]->type) &&
           without_casts(v->def->args[0]) == without_casts(n);
}

/* m = s / n or s * (1 / n): s. */
static const Value *sum_of_mean(const Value *m, const Value *n)
{
    const Op *op = m->def;
    if (op && op->code == OP_DIV && is_count(op->args[1], n))
        return op->args[0];
    for (int k = 0; op && op->code == OP_MUL && k < 2; k++) {
        const Op *inverse = op->args[k]->def;
        if (inverse && inverse->code == OP_DIV && inverse->args[0]->def && inverse->args[0]->def->code == OP_FCONST &&
            inverse->args[0]->def->fval == 1 && is_count(inverse->args[1], n))
            return op->args[1 - k];
    }
    return NULL;
}

/* Is nothing stored to p from the first loop, side by side with the second, to the second's end? */
static bool is_unchanged(const Deviations *d, const Op *first, const Op *second, const Value *p)
{
    for (const Op *op = first; op; op = op->next) {
        if (mem_op_may_write(d->mem, op, p))
            return false;
        if (op == second)
            return true;
    }
    return false;
}

/* Is y a sum that the loop hands on and only adds to? */
static bool is_only_added(const Deviations *d, const Op *loop, const Value *square)
{
    const Region *body = loop->regions[0];
    for (int i = 1; i < body->nargs; i++) {
        const Op *sum = body->last->args[i - 1]->def;
        if (sum && sum->code == OP_ADD && sum->parent == body &&
            ((sum->args[0] == body->args[i] && sum->args[1] == square) ||
             (sum->args[1] == body->args[i] && sum->args[0] == square)) &&
            d->uses[square->id] == 1 && d->uses[sum->results[0]->id] == 1 && d->uses[body->args[i]->id] == 1)
            return true;
    }
    return false;
}

/* x[i] - m in the loop, or m - x[i], with the mean m of all x[i]. */
static bool is_deviation(const Deviations *d, const Op *loop, const Op *minus, int mean)
{
    const Op *load = minus->args[1 - mean]->def;
    const Value *m = minus->args[mean];
    if (!load || load->code != OP_LOAD || load->parent != minus->parent || load->args[0]->type->elem_volatile ||
        !value_outside(m, loop))
        return false;
    const Value *sum = sum_of_mean(m, loop->args[1]);
    const Op *first = sum ? summed_load(sum) : NULL;
    return first && same_range(sum->def, loop) && sum->def->parent == loop->parent && !first->args[0]->type->elem_volatile &&
           first->results[0]->type == load->results[0]->type && same_in_loops(first->args[0], load->args[0], sum->def, loop) &&
           is_unchanged(d, sum->def, loop, load->args[0]);
}

static void visit(Op *square, void *ctx)
{
    Deviations *d = ctx;
    const Op *loop = square->parent->owner;
    Op *minus = square->nargs == 2 ? square->args[0]->def : NULL;
    if (square->code != OP_MUL || square->args[0] != square->args[1] || !type_is_float(square->args[0]->type) || !loop ||
        !is_plain(loop) || !minus || minus->code != OP_SUB || minus->parent != square->parent ||
        d->uses[minus->results[0]->id] != 2 || !is_only_added(d, loop, square->results[0]))
        return;
    for (int mean = 0; mean < 2; mean++)
        if (is_deviation(d, loop, minus, mean)) {
            minus->mark = mean;
            ptrs_push(&d->found, minus);
            return;
        }
}

static void find_square(Op *op, void *ctx)
{
    bool *any = ctx;
    *any |= op->code == OP_MUL && op->args[0] == op->args[1] && op->args[0]->def && op->args[0]->def->code == OP_SUB &&
            op->parent->owner;
}

void hold_means(Fn *fn)
{
    bool any = false;
    walk_ops(fn->body, find_square, &any);
    if (!any)
        return;
    MemInfo *mem = mem_analyse(fn);
    Deviations d = {fn, mem, count_uses(fn), {.arena = fn->arena}};
    walk_ops(fn->body, visit, &d);
    mem_free(mem);
    for (size_t i = 0; i < d.found.n; i++) {
        Op *minus = d.found.at[i];
        Value **m = &minus->args[minus->mark];
        Builder b = before_op(minus);
        Op *hold = op_build(&b, OP_HOLD, m, 1, 1);
        hold->results[0]->type = (*m)->type;
        hold->results[0]->var = (*m)->var;
        hold->note = "the sum of squares has its least value here";
        *m = hold->results[0];
    }
}
