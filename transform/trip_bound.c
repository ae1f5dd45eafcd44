/* trip_bound.c: how often a loop runs at most, for memory of fixed size.
 *
 *   for (i = 0; i < n; i++) ... x[i] ...   with AD_LEN(8) or x[static 8]   ->   8: the loop would leave x
 *   while (k < 50 && e > tol) { ... k++; }                                 ->   50
 *   do { ... } while (e > tol && ++k < 20);                                ->   20
 */
#include "derivative.h"

/* ---------------------------------------------------------------------- while loops: the counter */

typedef WhileCounter Counter;

/* v before it is negated, was carried into the next round, or came out of an if in whose arm `at` is executed. */
static Value *before_step(const Counter *c, const Op *at, Value *v, bool *negated)
{
    const Op *op = v->def;
    if (v->arg_of == c->loop->regions[0])
        return region_terminator(c->loop->regions[1])->args[v->index];
    if (op && op->code == OP_LNOT) {
        *negated = !*negated;
        return op->args[0];
    }
    for (int arm = 0; op && op->code == OP_IF && arm < 2; arm++)
        if (region_contains(op->regions[arm], at))
            return region_terminator(op->regions[arm])->args[v->index];
    return NULL;
}

/* The side that the if `at` on cond takes where goes_on is true (negated: false), -1: either. A flag of the loop is what the iteration before set
 * it to. */
static int known_side(const Counter *c, const Op *at, const Value *cond, Value *goes_on, bool negated, int depth)
{
    goes_on = value_condition(goes_on);
    for (Value *v = goes_on; v && goes_on != cond && depth < 32; depth++) {
        v = before_step(c, at, goes_on, &negated);
        goes_on = v ? value_condition(v) : goes_on;
    }
    if (goes_on == cond)
        return negated;
    const Op *op = goes_on->def;
    if (!op || depth > 16)
        return -1;
    for (int arm = 0; op == at && arm < 2; arm++) { /* if c {...; yield 1} {...}, which is not to be 1 */
        int64_t k;
        if (value_int(region_terminator(op->regions[arm])->args[goes_on->index], &k) && (k != 0) == negated)
            return !arm;
    }
    bool both = op->code == (negated ? OP_LOR : OP_LAND);
    if (!both && (op->code != OP_IF || negated || !value_is(region_terminator(op->regions[1])->args[goes_on->index], 0)))
        return -1;
    int side = known_side(c, at, cond, op->args[0], negated, depth + 1);
    if (side < 0)
        side = known_side(c, at, cond, both ? op->args[1] : region_terminator(op->regions[0])->args[goes_on->index], negated, depth + 1);
    return side;
}

/* The operand of an if's yield that counts where the loop goes on; NULL: not known. */
static Value *where_it_goes_on(const Counter *c, const Value *v)
{
    const Op *op = v->def;
    Value *cond = value_condition(op->args[0]);
    bool negated = cond->def && cond->def->code == OP_LNOT;
    int side = known_side(c, op, negated ? value_condition(cond->def->args[0]) : cond, c->cond->args[0], false, 0);
    if (side >= 0 && negated)
        side = !side;
    return side < 0 ? NULL : region_terminator(op->regions[side])->args[v->index];
}

/* v as before's argument plus a constant: -1, or the argument's number. */
static int argument_plus(const Counter *c, const Value *v, int64_t *sum)
{
    const Region *before = c->loop->regions[0], *after = c->loop->regions[1];
    *sum = 0;
    for (int depth = 0; depth < 32 && v; depth++) {
        int64_t k;
        const Op *op = v->def;
        if (!op) {
            if (v->arg_of == before)
                return v->index;
            if (v->arg_of != after)
                return -1;
            v = c->cond->args[1 + v->index];
        } else if ((op->code == OP_ADD || op->code == OP_SUB) && value_int(op->args[1], &k) && k > -(1 << 30) && k < 1 << 30) {
            *sum += op->code == OP_ADD ? k : -k;
            v = op->args[0];
        } else if (op->code == OP_CAST && type_is_int(op->args[0]->type) && op->args[0]->type->size <= v->type->size) {
            v = op->args[0];
        } else if (op->code == OP_IF) {
            v = where_it_goes_on(c, v);
        } else {
            return -1;
        }
    }
    return -1;
}

static bool compare_counts(Counter *c, const Op *cmp)
{
    static const OpCode mirrored[] = {[OP_LT] = OP_GT, [OP_GT] = OP_LT, [OP_LE] = OP_GE, [OP_GE] = OP_LE};
    if (!op_is_compare(cmp->code) || cmp->code == OP_EQ || cmp->code == OP_NE || !type_is_int(cmp->args[0]->type))
        return false;
    for (int k = 0; k < 2; k++) {
        int64_t next;
        int arg = argument_plus(c, cmp->args[k], &c->offset);
        if (arg < 0)
            continue;
        c->arg = arg;
        c->cmp = k ? mirrored[cmp->code] : cmp->code;
        c->bound = cmp->args[1 - k];
        if (argument_plus(c, region_terminator(c->loop->regions[1])->args[arg], &next) != arg)
            continue;
        c->step = next;
        bool up = c->cmp == OP_LT || c->cmp == OP_LE;
        if (up ? next > 0 : next < 0)
            return true;
    }
    return false;
}

/* Looks for a counter in what must hold for the loop to go on. */
static bool find_counter(Counter *c, Value *cond, int depth)
{
    cond = value_condition(cond);
    const Op *op = cond->def;
    int64_t zero;
    if (!op || depth > 16)
        return false;
    if (op->code == OP_LAND)
        return find_counter(c, op->args[0], depth + 1) || find_counter(c, op->args[1], depth + 1);
    if (op->code == OP_IF && op->nresults > 0) {
        const Op *t = region_terminator(op->regions[0]), *e = region_terminator(op->regions[1]);
        if (!value_int(e->args[cond->index], &zero) || zero != 0)
            return false;
        return find_counter(c, op->args[0], depth + 1) || find_counter(c, t->args[cond->index], depth + 1);
    }
    OpCode inverse;
    if (op->code == OP_LNOT && op->args[0]->def && op_inverse_compare(op->args[0]->def, &inverse)) {
        Op negated = *op->args[0]->def;
        negated.code = inverse;
        c->cmp_op = NULL;
        return compare_counts(c, &negated);
    }
    c->cmp_op = op;
    return compare_counts(c, op);
}

bool while_counter(const Op *loop, WhileCounter *c)
{
    *c = (Counter){.loop = loop, .cond = region_terminator(loop->regions[0])};
    return find_counter(c, c->cond->args[0], 0);
}

/* Does the counter stay what it is as a number, where its type wraps around? */
static bool counts_plainly(const Counter *c, int64_t bound_lo, int64_t from_hi)
{
    const Type *t = c->bound->type;
    if (type_is_signed(t) && type_is_signed(c->loop->args[c->arg]->type))
        return true;
    if (c->step < 0)
        return c->offset == 0 && c->cmp == OP_GT && -c->step <= bound_lo + 1;
    return c->offset <= 0 || from_hi <= TRIPS_LIMIT;
}

static int64_t counted_bound(const Op *loop)
{
    Counter c;
    int64_t lo, hi, from_lo, from_hi;
    if (!while_counter(loop, &c))
        return -1;
    int_interval(c.bound, c.cond, &lo, &hi);
    int_interval(loop->args[c.arg], loop, &from_lo, &from_hi);
    bool up = c.step > 0;
    int64_t first = up ? from_lo : lo, last = up ? hi : from_hi, stride = up ? c.step : -c.step;
    if (first < -TRIPS_LIMIT || last > TRIPS_LIMIT || !counts_plainly(&c, lo, from_hi))
        return -1;
    int64_t span = last - first + (up ? -c.offset : c.offset) + (c.cmp == OP_LE || c.cmp == OP_GE ? 1 : 0);
    return span <= 0 ? 0 : (span + stride - 1) / stride;
}

Value *while_limit(Builder *b, const Op *loop, const Op *outermost)
{
    Counter c;
    if (!while_counter(loop, &c) || !type_is_signed(c.bound->type))
        return NULL;
    Type *t = type_scalar(TY_LONG);
    int sign = c.step > 0 ? 1 : -1;
    int64_t stride = sign * c.step, extra = (c.cmp == OP_LE || c.cmp == OP_GE ? 1 : 0) + stride - 1 - sign * c.offset;
    Value *from = bound_at_entry(b, loop->args[c.arg], outermost, -sign), *to = bound_at_entry(b, c.bound, outermost, sign);
    if (!from || !to)
        return NULL;
    Value *span = sign > 0 ? build_bin(b, OP_SUB, to, from) : build_bin(b, OP_SUB, from, to);
    if (extra)
        span = build_bin(b, OP_ADD, span, build_int(b, t, extra));
    if (stride != 1)
        span = build_bin(b, OP_DIV, span, build_int(b, t, stride));
    Value *none = build_int(b, t, 0);
    return build_select(b, build_bin(b, OP_GT, span, none), span, none);
}

/* ---------------------------------------------------------------------- counters that double or halve */

/* v as before's argument times 2 or more (1), or divided (-1); 0: neither. */
static int grows(const Counter *c, const Value *v, int *arg)
{
    int64_t k, none;
    const Op *op = v->def;
    if (!op || op->nargs != 2 || !value_int(op->args[1], &k) || (*arg = argument_plus(c, op->args[0], &none)) < 0 || none != 0)
        return 0;
    if (op->code == OP_MUL || op->code == OP_DIV)
        return k < 2 || k > 1 << 20 ? 0 : op->code == OP_MUL ? 1 : -1;
    return (op->code != OP_SHL && op->code != OP_SHR) || k < 1 || k > 20 ? 0 : op->code == OP_SHL ? 1 : -1;
}

/* Does the loop go on only where before's argument is positive? */
static bool stays_positive(const Counter *c, Value *cond, int arg)
{
    cond = value_condition(cond);
    const Op *op = cond->def;
    int64_t k, sum;
    if (!op)
        return cond->arg_of == c->loop->regions[0] && cond->index == arg && !type_is_signed(cond->type);
    if (op->code == OP_LAND)
        return stays_positive(c, op->args[0], arg) || stays_positive(c, op->args[1], arg);
    if (op->code == OP_IF && op->nresults > 0 && value_is(region_terminator(op->regions[1])->args[cond->index], 0))
        return stays_positive(c, op->args[0], arg) || stays_positive(c, region_terminator(op->regions[0])->args[cond->index], arg);
    return (op->code == OP_GT || op->code == OP_GE) && value_int(op->args[1], &k) && k >= (op->code == OP_GE) &&
           argument_plus(c, op->args[0], &sum) == arg && sum == 0;
}

/* for (len = 1; len < n; len *= 2): signed integers do not overflow. */
static int64_t doubling_bound(const Op *loop)
{
    Counter c = {.loop = loop, .cond = region_terminator(loop->regions[0])};
    const Op *yield = region_terminator(loop->regions[1]);
    for (int i = 0; i < yield->nargs; i++) {
        int64_t lo, hi;
        int arg, sign = type_is_int(yield->args[i]->type) ? grows(&c, yield->args[i], &arg) : 0;
        if (sign == 0 || arg != i)
            continue;
        const Type *t = yield->args[i]->type;
        int_interval(loop->args[i], loop, &lo, &hi);
        if (sign > 0 ? type_is_signed(t) && lo >= 1 : stays_positive(&c, c.cond->args[0], i))
            return 8 * t->size;
    }
    return -1;
}

/* ---------------------------------------------------------------------- arrays that a loop walks through */

/* v = coef * counter + what does not change in the loop. */
static bool linear_in(const Value *v, const Value *counter, const Op *loop, int64_t *coef, int depth)
{
    int64_t x, y, k;
    const Op *op = v->def;
    *coef = v == counter ? 1 : 0;
    if (v == counter || value_outside(v, loop) || value_int(v, &k))
        return true;
    if (!op) /* of an inner loop: in its first iteration */
        return v->index == 0 && v->arg_of->owner->code == OP_FOR && value_outside(v->arg_of->owner->args[0], loop);
    if (depth > 16)
        return false;
    switch (op->code) {
    case OP_CAST:
        return type_is_int(op->args[0]->type) && linear_in(op->args[0], counter, loop, coef, depth + 1);
    case OP_ADD:
    case OP_SUB:
        if (!linear_in(op->args[0], counter, loop, &x, depth + 1) || !linear_in(op->args[1], counter, loop, &y, depth + 1))
            return false;
        *coef = op->code == OP_ADD ? x + y : x - y;
        return true;
    case OP_MUL:
        for (int i = 0; i < 2; i++)
            if (value_int(op->args[i], &k) && k > -(1 << 20) && k < 1 << 20 && linear_in(op->args[1 - i], counter, loop, &x, depth + 1)) {
                *coef = k * x;
                return true;
            }
        return false;
    default:
        return false;
    }
}

/* How many elements p, the operand of an INDEX, has behind it at most; -1: not known. */
static int64_t elements_behind(const Fn *fn, Value *p, const Op *at)
{
    const Op *op = p->def;
    int64_t lo, hi;
    if (op && op->code == OP_DECAY)
        return decay_ends(op) ? op->args[0]->type->elem->count : -1;
    if (op && op->code == OP_LOCAL && op->nargs == 0)
        return 1;
    if (op || p->arg_of != fn->body || p->index >= fn->nparams)
        return -1;
    Op *top = fn->body->first;
    Builder b = before_op(top);
    Op call = {.code = OP_CALL, .callee = (Fn *)(uintptr_t)fn, .args = fn->body->args, .nargs = fn->nparams};
    Value *n = p->type->elem->size ? custom_length(&b, &call, p->index, NULL) : NULL;
    return n && int_interval(n, at, &lo, &hi) && hi <= TRIPS_LIMIT ? hi : -1;
}

static int64_t access_bound(const Fn *fn, const Op *loop, const Value *p, const Op *access)
{
    int64_t best = -1, stride = for_step(loop);
    for (; p->def && op_info[p->def->code].kind == KIND_ADDR; p = p->def->args[0]) {
        const Op *op = p->def;
        int64_t coef, scale = 1;
        if (op->code != OP_INDEX || (op->nargs > 2 && !value_int(op->args[2], &scale)))
            continue;
        if (!linear_in(op->args[1], loop->regions[0]->args[0], loop, &coef, 0) || coef == 0)
            continue;
        int64_t n = elements_behind(fn, op->args[0], access), move = coef * stride * scale;
        move = move < 0 ? -move : move;
        if (n >= 0 && (best < 0 || n < best))
            best = n == 0 ? 0 : (n - 1) / move + 1;
    }
    return best;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Going by the accesses of the ops in r. */
static int64_t region_bound(const Fn *fn, const Op *loop, const Region *r)
{
    int64_t best = -1;
    for (const Op *op = r->first; op; op = op_next(op))
        if ((op->code == OP_LOAD || op->code == OP_STORE) && !op->in_reverse)
            best = least(best, access_bound(fn, loop, op->args[0], op));
    return best;
}

static bool has_known_step(const Op *loop)
{
    const Op *step = loop->code == OP_FOR ? loop->args[2]->def : NULL;
    return step && step->code == OP_ICONST && step->ival != 0;
}

int64_t trips_by_access(const Op *loop)
{
    return has_known_step(loop) ? region_bound(loop->parent->fn, loop, loop->regions[0]) : -1;
}

int64_t trips_by_inner(const Op *loop, const Op *inner)
{
    for (int i = 0; i < 2; i++)
        if (!value_outside(inner->args[i], loop))
            return -1;
    bool plain = has_known_step(loop) && inner->parent == loop->regions[0];
    return plain ? region_bound(loop->parent->fn, loop, inner->regions[0]) : -1;
}

/* ---------------------------------------------------------------------- loops */

enum { LOOPS_ASKED = 16 }; /* those before are like them, and may be thousands */

int64_t walked_before(const Value *v, const Op *at)
{
    static bool asking; /* lengths of arrays may depend on other parameters: once is enough */
    int64_t found = -1;
    int asked = 0;
    if (asking)
        return -1;
    asking = true;
    for (; at && found < 0; at = at->parent->owner)
        for (const Op *op = at->prev; op && found < 0 && asked < LOOPS_ASKED; op = op->prev) {
            int64_t lo, n;
            if (op->code != OP_FOR || op->args[1] != v || op->cmp != OP_LT || for_step(op) != 1 || !value_int(op->args[0], &lo))
                continue;
            asked++;
            n = trips_by_access(op);
            if (n >= 0 && lo >= 0 && lo < TRIPS_LIMIT)
                found = lo + n;
        }
    asking = false;
    return found;
}

static int64_t for_bound(const Op *loop)
{
    const Op *step = loop->args[2]->def;
    int64_t lo, hi, none;
    bool constant = step && step->code == OP_ICONST;
    if (for_step(loop) == 0 || (!constant && loop->cmp == OP_NE))
        return -1;
    int64_t by = for_step(loop), stride = by < 0 ? -by : by, extra = loop->cmp == OP_LE || loop->cmp == OP_GE ? 1 : 0;
    bool known = int_interval(loop->args[by > 0 ? 1 : 0], loop, &none, &hi);
    int_interval(loop->args[by > 0 ? 0 : 1], loop, &lo, &none);
    if (!known || hi > TRIPS_LIMIT || lo < -TRIPS_LIMIT)
        return -1;
    int64_t span = hi - lo + extra;
    return span <= 0 ? 0 : (span + stride - 1) / stride;
}

int64_t trip_bound(const Op *loop)
{
    int64_t n = loop->code == OP_FOR ? for_bound(loop) : counted_bound(loop);
    if (n < 0 && loop->code == OP_WHILE)
        n = doubling_bound(loop);
    int64_t walked = trips_by_access(loop);
    return n < 0 || (walked >= 0 && walked < n) ? walked : n;
}
