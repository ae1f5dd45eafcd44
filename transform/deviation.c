/* deviation.c: a variance does not change with the mean that its deviations are taken from, to first order.
 *
 *     for (i < n) m += x[i];   m /= n;   for (i < n) v += (x[i] - m) * (x[i] - m);
 *
 * v is least where m is the mean: the derivative by m is -2 times the sum of all x[i] - m, which is 0. So m is a constant to the differentiation
 * of v, and what is left of that 0 by rounding need not be summed up. Proved are: both loops over the same elements, n their number, nothing
 * stored to them from the first loop to the end of the second, the square of the difference used for v alone. Instead of a loop there may be a
 * nest of them (the mean over samples, rows and columns), n the product of their counts. (-fno-deviation; derivatives of first order only.)
 */
#include "analysis.h"
#include "derivative.h"

typedef struct {
    Fn *fn;
    const MemInfo *mem;
    const int *uses;
    Ptrs found; /* Op*: the subtractions */
} Deviations;

enum { MAX_LOOPS = 4 };

/* Loops, each the only one around the next that hands the sum on; outermost first. */
typedef struct {
    const Op *loop[MAX_LOOPS];
    int n;
} Nest;

/* for (i = 0; i < n; i++) with an n that does not change. */
static bool is_plain(const Op *loop)
{
    return loop->code == OP_FOR && loop->cmp == OP_LT && !loop->reversed && value_is(loop->args[0], 0) &&
           value_is(loop->args[2], 1) && type_is_signed(loop->args[0]->type);
}

/* As often, whatever the loops around are at. */
static bool same_ranges(const Nest *a, const Nest *b)
{
    for (int i = 0; i < a->n; i++) {
        const Op *x = a->loop[i], *y = b->loop[i];
        if (!is_plain(x) || !is_plain(y) || x->args[1]->type != y->args[1]->type || !value_same(x->args[1], y->args[1]) ||
            !(value_outside(x->args[1], a->loop[0]) || value_is_const(x->args[1])) ||
            !(value_outside(y->args[1], b->loop[0]) || value_is_const(y->args[1])))
            return false;
    }
    return true;
}

/* s = 0 + x[0] + x[1] + ... in *nest: the load of x[i]; else NULL. */
static const Op *summed_load(const Value *s, Nest *nest)
{
    const Op *loop = s->def;
    const Value *init = loop && loop->code == OP_FOR && s->index > 0 ? loop->args[2 + s->index] : NULL;
    if (!init || !init->def || init->def->code != OP_FCONST || init->def->fval != 0)
        return NULL;
    for (nest->n = 0; nest->n < MAX_LOOPS;) {
        const Region *body = loop->regions[0];
        const Value *arg = body->args[s->index], *next = body->last->args[s->index - 1];
        const Op *sum = next->def;
        nest->loop[nest->n++] = loop;
        if (!sum || sum->parent != body)
            return NULL;
        if (sum->code == OP_FOR && next->index > 0 && sum->args[2 + next->index] == arg) {
            s = next;
            loop = sum;
            continue;
        }
        for (int k = 0; k < 2 && sum->code == OP_ADD; k++) {
            const Op *load = sum->args[k]->def;
            if (sum->args[1 - k] == arg && load && load->code == OP_LOAD && load->parent == body)
                return load;
        }
        return NULL;
    }
    return NULL;
}

/* How often the innermost loop's body runs. */
static Poly count_of(const MemInfo *m, const Nest *nest)
{
    Poly n = poly_constant(1);
    for (int i = 0; i < nest->n; i++) {
        Poly bound = poly_of_value(m, nest->loop[i]->args[1]);
        n = poly_mul(&n, &bound);
    }
    return n;
}

/* Is v the number n as a floating one? */
static bool is_count(const MemInfo *m, const Value *v, const Poly *n)
{
    if (v->def && v->def->code == OP_FCONST)
        return n->known && n->n == 0 && v->def->fval == n->c;
    if (!v->def || v->def->code != OP_CAST || !type_is_int(v->def->args[0]->type))
        return false;
    Poly difference = poly_of_value(m, v->def->args[0]);
    poly_add(&difference, n, -1);
    return difference.known && difference.n == 0 && difference.c == 0;
}

/* m = s / n or s * (1 / n), with n, if it is that, behind *by: s. */
static const Value *sum_of_mean(const Value *m, const Value **by)
{
    const Op *op = m->def;
    *by = op && op->code == OP_DIV ? op->args[1] : NULL;
    if (*by)
        return op->args[0];
    for (int k = 0; op && op->code == OP_MUL && k < 2; k++) {
        const Op *inverse = op->args[k]->def;
        if (inverse && inverse->code == OP_DIV && inverse->args[0]->def && inverse->args[0]->def->code == OP_FCONST &&
            inverse->args[0]->def->fval == 1) {
            *by = inverse->args[1];
            return op->args[1 - k];
        }
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

/* Which of the values that the loop hands on is a sum to which the square is only added? 0: none. */
static int only_added(const Deviations *d, const Op *loop, const Value *square)
{
    const Region *body = loop->regions[0];
    for (int i = 1; i < body->nargs; i++) {
        const Op *sum = body->last->args[i - 1]->def;
        if (sum && sum->code == OP_ADD && sum->parent == body &&
            ((sum->args[0] == body->args[i] && sum->args[1] == square) ||
             (sum->args[1] == body->args[i] && sum->args[0] == square)) &&
            d->uses[square->id] == 1 && d->uses[sum->results[0]->id] == 1 && d->uses[body->args[i]->id] == 1)
            return i;
    }
    return 0;
}

/* The nest of n loops around the square, in which its sum is handed on as it is. */
static bool squares_nest(const Deviations *d, const Op *square, int n, Nest *nest)
{
    const Op *loop = square->parent->owner;
    int sum = only_added(d, loop, square->results[0]);
    nest->n = n;
    nest->loop[n - 1] = loop;
    for (int k = n - 1; k > 0; k--) {
        const Op *outer = loop->parent->owner;
        const Value *init = loop->args[2 + sum], *result = loop->results[sum];
        if (!sum || !outer || outer->code != OP_FOR || init->arg_of != outer->regions[0] || init->index == 0 || d->uses[init->id] != 1 ||
            d->uses[result->id] != 1 || outer->regions[0]->last->args[init->index - 1] != result)
            return false;
        sum = init->index;
        nest->loop[k - 1] = loop = outer;
    }
    return sum > 0;
}

/* x[i] - m in the loop, or m - x[i], with the mean m of all x[i]. */
static bool is_deviation(const Deviations *d, const Op *square, const Op *minus, int mean)
{
    const Op *load = minus->args[1 - mean]->def;
    const Value *m = minus->args[mean], *count;
    Nest sums, squares;
    if (!load || load->code != OP_LOAD || load->parent != minus->parent || load->args[0]->type->elem_volatile)
        return false;
    const Value *sum = sum_of_mean(m, &count);
    const Op *first = sum ? summed_load(sum, &sums) : NULL;
    if (!first || !squares_nest(d, square, sums.n, &squares) || !same_ranges(&sums, &squares))
        return false;
    Poly n = count_of(d->mem, &sums);
    return is_count(d->mem, count, &n) && value_outside(m, squares.loop[0]) && sums.loop[0]->parent == squares.loop[0]->parent &&
           !first->args[0]->type->elem_volatile && first->results[0]->type == load->results[0]->type &&
           same_in_nests(first->args[0], load->args[0], sums.loop, squares.loop, sums.n) &&
           is_unchanged(d, sums.loop[0], squares.loop[0], load->args[0]);
}

static void visit(Op *square, void *ctx)
{
    Deviations *d = ctx;
    const Op *loop = square->parent->owner;
    Op *minus = square->nargs == 2 ? square->args[0]->def : NULL;
    if (square->code != OP_MUL || square->args[0] != square->args[1] || !type_is_float(square->args[0]->type) || !loop ||
        !is_plain(loop) || !minus || minus->code != OP_SUB || minus->parent != square->parent ||
        d->uses[minus->results[0]->id] != 2)
        return;
    for (int mean = 0; mean < 2; mean++)
        if (is_deviation(d, square, minus, mean)) {
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
