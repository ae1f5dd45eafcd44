/* storage_span.c: how far a loop counts at most, where its two ends move together or are chosen.
 *
 *   for (k = j; k < j + 3; k++)                                  ->   3
 *   for (k = j - w > 0 ? j - w : 0; k < m; k++)                  ->   m
 *   for (k = max(j - w, 0); k < min(j + w, n); k++)              ->   the smaller of 2 * w and n
 *
 * The distance is a sum in which what both ends have cancels. Then each value made by a choice becomes what it is no more than, on either
 * side, and each counter of a loop around becomes its last or first value, until all is known before the outermost loop. */
#include "derivative.h"

enum { MAX_TERMS = 8, MAX_DEPTH = 16, MAX_STEPS = 6, MAX_FOUND = 4 };

/* c + sum of coef * value */
typedef struct {
    int64_t c, coef[MAX_TERMS];
    Value *value[MAX_TERMS];
    int n;
} Sum;

typedef struct {
    const Op *outermost;
    Sum found[MAX_FOUND]; /* all hold; with counters replaced as seldom as possible, `replaced` times */
    int n, replaced;
    bool chosen, cancelled; /* is there a choice; do the two ends have something of the loops around in common? */
} Span;

static bool is_inner(const Span *s, const Value *v)
{
    return !value_outside(v, s->outermost);
}

/* ---------------------------------------------------------------------- sums */

static bool add_term(Sum *s, Value *v, int64_t coef)
{
    for (int i = 0; i < s->n; i++) {
        if (s->value[i] != v)
            continue;
        s->coef[i] += coef;
        if (s->coef[i] == 0) {
            s->n--;
            s->value[i] = s->value[s->n];
            s->coef[i] = s->coef[s->n];
        }
        return true;
    }
    if (s->n == MAX_TERMS)
        return false;
    s->value[s->n] = v;
    s->coef[s->n++] = coef;
    return true;
}

static bool keeps_value(const Type *from, const Type *to)
{
    return type_is_int(from) && from->size <= to->size && (type_is_signed(from) || from->size < to->size || !type_is_signed(to));
}

/* s += scale * v, by arithmetic that does not wrap around; constants stay small. */
static bool add_value(Sum *s, Value *v, int64_t scale, int depth)
{
    const int64_t limit = INT64_C(1) << 40;
    int64_t k;
    const Op *op = v->def;
    bool exact = type_is_int(v->type) && (type_is_signed(v->type) || v->type->size == 8);
    if (exact && value_int(v, &k) && k > -limit && k < limit && scale > -1024 && scale < 1024) {
        s->c += scale * k;
        return s->c > -limit && s->c < limit;
    }
    if (!exact || !op || depth == MAX_DEPTH)
        return add_term(s, v, scale);
    if (op->code == OP_CAST && keeps_value(op->args[0]->type, v->type))
        return add_value(s, op->args[0], scale, depth + 1);
    if (op->code == OP_ADD || op->code == OP_SUB)
        return add_value(s, op->args[0], scale, depth + 1) && add_value(s, op->args[1], op->code == OP_ADD ? scale : -scale, depth + 1);
    for (int i = 0; op->code == OP_MUL && i < 2; i++)
        if (value_int(op->args[i], &k) && k > -1024 && k < 1024 && scale > -1024 && scale < 1024)
            return add_value(s, op->args[1 - i], scale * k, depth + 1);
    return add_term(s, v, scale);
}

static bool difference(Value *x, Value *y, Sum *s)
{
    *s = (Sum){0};
    return add_value(s, x, 1, 0) && add_value(s, y, -1, 0);
}

/* x - y, where it is a constant. */
static bool constant_difference(Value *x, Value *y, int64_t *c)
{
    Sum s;
    bool known = difference(x, y, &s) && s.n == 0;
    *c = s.c;
    return known;
}

/* ---------------------------------------------------------------------- choices */

typedef struct {
    Value *arm[2]; /* where cond holds, and where not */
    const Op *cmp;
} Choice;

/* Is v a size made of sizes, by nothing that could wrap around below 0? */
static bool only_grows(const Value *v, int depth)
{
    int64_t k;
    const Op *op = v->def;
    if (value_int(v, &k))
        return k >= 0;
    if (op && op->code == OP_ADD && depth < MAX_DEPTH)
        return only_grows(op->args[0], depth + 1) && only_grows(op->args[1], depth + 1);
    return v->type->size == 8 && (!op || op->code != OP_SUB);
}

static bool match_choice(const Value *v, Choice *c)
{
    const Op *op = v->def;
    if (!op || (op->code != OP_SELECT && op->code != OP_IF))
        return false;
    for (int i = 0; i < 2; i++) {
        c->arm[i] = op->code == OP_SELECT ? op->args[1 + i] : region_terminator(op->regions[i])->args[v->index];
        if (op->code == OP_IF && !value_outside(c->arm[i], op))
            return false;
    }
    c->cmp = value_condition(op->args[0])->def;
    if (!c->cmp || !op_is_compare(c->cmp->code) || !type_is_int(c->cmp->args[0]->type))
        return false;
    return type_is_signed(c->cmp->args[0]->type) ||
           (only_grows(c->cmp->args[0], 0) && only_grows(c->cmp->args[1], 0) && only_grows(c->arm[0], 0) && only_grows(c->arm[1], 0));
}

/* The value is at most (direction 1) or at least (-1) its arm i plus *more. In the other arm the comparison, `large` >= `small` + d, says so. */
static bool bounded_by_arm(const Choice *c, int i, int direction, int64_t *more)
{
    static const OpCode inverse[] = {[OP_LT] = OP_GE, [OP_LE] = OP_GT, [OP_GT] = OP_LE, [OP_GE] = OP_LT};
    OpCode cmp = c->cmp->code;
    if (cmp == OP_EQ || cmp == OP_NE)
        return false;
    if (i == 0)
        cmp = inverse[cmp];
    bool first_large = cmp == OP_GT || cmp == OP_GE;
    Value *large = c->cmp->args[!first_large], *small = c->cmp->args[first_large], *here = c->arm[i], *other = c->arm[!i];
    int64_t d = cmp == OP_GT || cmp == OP_LT ? 1 : 0, x, y;
    if (direction < 0) { /* other = large + x >= small + d + x = here - y + d + x */
        if (!constant_difference(other, large, &x) || !constant_difference(here, small, &y))
            return false;
        *more = x + d - y < 0 ? x + d - y : 0;
    } else { /* other = small + x <= large - d + x = here - y - d + x */
        if (!constant_difference(other, small, &x) || !constant_difference(here, large, &y))
            return false;
        *more = x - d - y > 0 ? x - d - y : 0;
    }
    return true;
}

/* ---------------------------------------------------------------------- what is known before the loop */

static void reduce(Span *s, const Sum *p, int replaced, int steps);

static void reduce_with(Span *s, const Sum *p, int at, Value *by, int64_t more, int replaced, int steps)
{
    Sum q = *p;
    int64_t coef = q.coef[at];
    q.n--;
    q.coef[at] = q.coef[q.n];
    q.value[at] = q.value[q.n];
    q.c += coef * more;
    if (add_value(&q, by, coef, 0))
        reduce(s, &q, replaced, steps - 1);
}

static int depth_of(const Value *counter)
{
    return loop_depth(counter->arg_of->owner);
}

/* The term to be replaced next: choices first, then the counters of the innermost loops. -1: none. *possible is false for other values. */
static int next_inner(const Span *s, const Sum *p, bool *possible)
{
    int found = -1;
    Choice c;
    *possible = true;
    for (int i = 0; i < p->n; i++) {
        const Value *v = p->value[i];
        if (!is_inner(s, v))
            continue;
        if (match_choice(v, &c))
            return i;
        bool counter = !v->def && v->arg_of->owner && v->arg_of->owner->code == OP_FOR && v->index == 0;
        *possible &= counter;
        if (counter && (found < 0 || depth_of(v) > depth_of(p->value[found])))
            found = i;
    }
    return found;
}

static void note(Span *s, const Sum *p, int replaced)
{
    if (s->n > 0 && replaced > s->replaced)
        return;
    if (replaced < s->replaced)
        s->n = 0;
    s->replaced = replaced;
    for (int i = 0; i < s->n; i++) { /* of two that differ by a constant the smaller one */
        Sum q = *p;
        bool fits = true;
        for (int k = 0; k < s->found[i].n; k++)
            fits &= add_term(&q, s->found[i].value[k], -s->found[i].coef[k]);
        if (fits && q.n == 0) {
            if (p->c < s->found[i].c)
                s->found[i] = *p;
            return;
        }
    }
    if (s->n < MAX_FOUND)
        s->found[s->n++] = *p;
}

static void reduce(Span *s, const Sum *p, int replaced, int steps)
{
    bool possible;
    int at = next_inner(s, p, &possible);
    if (!possible || steps == 0)
        return;
    if (at < 0) {
        note(s, p, replaced);
        return;
    }
    int direction = p->coef[at] > 0 ? 1 : -1;
    int64_t more;
    Choice c;
    if (match_choice(p->value[at], &c)) {
        s->chosen = true;
        for (int i = 0; i < 2; i++)
            if (bounded_by_arm(&c, i, direction, &more))
                reduce_with(s, p, at, c.arm[i], more, replaced, steps);
        return;
    }
    const Op *loop = p->value[at]->arg_of->owner;
    int sign = for_step(loop) > 0 ? 1 : for_step(loop) < 0 ? -1 : 0;
    if (sign == 0)
        return;
    bool last = sign == direction, inclusive = loop->cmp == OP_LE || loop->cmp == OP_GE;
    reduce_with(s, p, at, loop->args[last], last && !inclusive ? -direction : 0, replaced + 1, steps);
}

/* ---------------------------------------------------------------------- entry */

static int inner_terms(const Span *s, const Sum *p)
{
    int n = 0;
    for (int i = 0; i < p->n; i++)
        n += is_inner(s, p->value[i]);
    return n;
}

static Value *build_sum(Builder *b, const Sum *p)
{
    Type *t = type_scalar(TY_LONG);
    Value *sum = NULL;
    for (int minus = 0; minus < 2; minus++)
        for (int i = 0; i < p->n; i++) {
            if ((p->coef[i] < 0) != minus)
                continue;
            Value *v = build_cast(b, p->value[i], t);
            int64_t k = minus ? -p->coef[i] : p->coef[i];
            if (k != 1)
                v = build_bin(b, OP_MUL, build_int(b, t, k), v);
            sum = !sum && minus ? build_un(b, OP_NEG, v) : sum ? build_bin(b, minus ? OP_SUB : OP_ADD, sum, v) : v;
        }
    if (!sum)
        return build_int(b, t, p->c);
    return p->c == 0 ? sum : build_bin(b, p->c > 0 ? OP_ADD : OP_SUB, sum, build_int(b, t, p->c > 0 ? p->c : -p->c));
}

Value *span_at_entry(Builder *b, const Op *for_op, const Op *outermost)
{
    Span s = {.outermost = outermost, .replaced = MAX_STEPS + 1};
    Sum from = {0}, to = {0}, span;
    bool up = for_step(for_op) > 0;
    Value *first = for_op->args[!up], *last = for_op->args[up]; /* of the two ends the lower and the upper one */
    if (!add_value(&from, first, 1, 0) || !add_value(&to, last, 1, 0) || !difference(last, first, &span))
        return NULL;
    s.cancelled = inner_terms(&s, &span) < inner_terms(&s, &from) + inner_terms(&s, &to);
    reduce(&s, &span, 0, MAX_STEPS);
    if (s.n == 0 || !(s.chosen || s.cancelled))
        return NULL;
    Value *least = build_sum(b, &s.found[0]);
    for (int i = 1; i < s.n; i++) {
        Value *other = build_sum(b, &s.found[i]);
        least = build_select(b, build_bin(b, OP_LT, least, other), least, other);
    }
    return least;
}
