/* interval.c: what values an integer can have, where it is used.
 *
 *   if (n > 8) return 0;  for (i = 0; i < n; i++) ...     ->  n <= 8 there, 0 <= i <= 7
 *
 * Intervals follow from constants, types, arithmetic (signed overflow does not happen), loop counters, the conditions of the ifs around
 * the place of use, and for parameters from the loops before it that walk through arrays of known length. */
#include "derivative.h"

__extension__ typedef __int128 Wide;

enum { MAX_DEPTH = 12 };

static const Wide HUGE_INT = (Wide)1 << 100;

typedef struct {
    Wide lo, hi;
} Interval;

static Interval type_interval(const Type *t)
{
    if (!type_is_int(t))
        return (Interval){-HUGE_INT, HUGE_INT};
    if (t->kind == TY_BOOL)
        return (Interval){0, 1};
    int bits = (int)t->size * 8;
    if (type_is_signed(t))
        return (Interval){-((Wide)1 << (bits - 1)), ((Wide)1 << (bits - 1)) - 1};
    return (Interval){0, ((Wide)1 << bits) - 1};
}

static Wide smaller(Wide a, Wide b)
{
    return a < b ? a : b;
}

static Wide larger(Wide a, Wide b)
{
    return a > b ? a : b;
}

static Interval meet(Interval a, Interval b)
{
    Interval m = {larger(a.lo, b.lo), smaller(a.hi, b.hi)};
    return m.lo <= m.hi ? m : b; /* empty: never executed, anything holds */
}

static Interval join(Interval a, Interval b)
{
    return (Interval){smaller(a.lo, b.lo), larger(a.hi, b.hi)};
}

static Interval interval_of(const Value *v, const Op *at, int depth);

/* ---------------------------------------------------------------------- conditions */

/* v without the conversions that keep every value. */
static const Value *narrow(const Value *v)
{
    while (v->def && v->def->code == OP_CAST && type_is_int(v->type) && type_is_int(v->def->args[0]->type)) {
        Interval from = type_interval(v->def->args[0]->type), to = type_interval(v->type);
        if (from.lo < to.lo || from.hi > to.hi)
            break;
        v = v->def->args[0];
    }
    return v;
}

static OpCode mirrored(OpCode cmp)
{
    return cmp == OP_LT ? OP_GT : cmp == OP_GT ? OP_LT : cmp == OP_LE ? OP_GE : cmp == OP_GE ? OP_LE : cmp;
}

static OpCode negated(OpCode cmp)
{
    static const OpCode opposite[] = {[OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE, [OP_GE] = OP_LT, [OP_GT] = OP_LE, [OP_LE] = OP_GT};
    return opposite[cmp];
}

/* x, of which `x cmp y` is true. */
static Interval under_compare(Interval x, OpCode cmp, Interval y)
{
    Interval all = {-HUGE_INT, HUGE_INT};
    switch (cmp) {
    case OP_LT:
        all.hi = y.hi - 1;
        break;
    case OP_LE:
        all.hi = y.hi;
        break;
    case OP_GT:
        all.lo = y.lo + 1;
        break;
    case OP_GE:
        all.lo = y.lo;
        break;
    case OP_EQ:
        all = y;
        break;
    default:
        if (y.lo == y.hi && x.hi == y.lo)
            all.hi = y.lo - 1;
        if (y.lo == y.hi && x.lo == y.lo)
            all.lo = y.lo + 1;
    }
    return meet(all, x);
}

/* What of x, the interval of v, is left where `cond` is `truth`. */
static Interval under_condition(Interval x, const Value *v, Value *cond, bool truth, int depth)
{
    cond = value_condition(cond);
    Op *op = cond->def;
    if (!op || depth > MAX_DEPTH)
        return x;
    if (op->code == OP_LNOT)
        return under_condition(x, v, op->args[0], !truth, depth + 1);
    if (op->code == (truth ? OP_LAND : OP_LOR))
        return under_condition(under_condition(x, v, op->args[0], truth, depth + 1), v, op->args[1], truth, depth + 1);
    int64_t known;
    if (op->code == OP_IF && op->nresults) { /* a && f(b) */
        Value *then = region_terminator(op->regions[0])->args[cond->index], *other = region_terminator(op->regions[1])->args[cond->index];
        if (truth && value_is(other, 0))
            return under_condition(under_condition(x, v, op->args[0], true, depth + 1), v, then, true, depth + 1);
        if (!truth && value_int(then, &known) && known != 0)
            return under_condition(under_condition(x, v, op->args[0], false, depth + 1), v, other, false, depth + 1);
        return x;
    }
    if (!op_is_compare(op->code) || !type_is_int(op->args[0]->type))
        return x;
    OpCode cmp = truth ? op->code : negated(op->code);
    for (int k = 0; k < 2; k++)
        if (narrow(op->args[k]) == narrow(v) && narrow(v) != op->args[1 - k])
            x = under_compare(x, k ? mirrored(cmp) : cmp, interval_of(op->args[1 - k], op, depth + 1));
    return x;
}

/* The ifs around the place of use. */
static Interval under_ifs(Interval x, const Value *v, const Op *at, int depth)
{
    for (const Region *r = at->parent; r && r->owner; r = r->owner->parent)
        if (r->owner->code == OP_IF)
            x = under_condition(x, v, r->owner->args[0], r == r->owner->regions[0], depth);
    return x;
}

/* ---------------------------------------------------------------------- arithmetic */

static Interval product(Interval x, Interval y)
{
    Interval p = {HUGE_INT, -HUGE_INT};
    const Wide limit = (Wide)1 << 62;
    if (x.lo < -limit || x.hi > limit || y.lo < -limit || y.hi > limit)
        return (Interval){-HUGE_INT, HUGE_INT};
    for (int i = 0; i < 4; i++) {
        Wide z = (i & 1 ? x.lo : x.hi) * (i & 2 ? y.lo : y.hi);
        p = join(p, (Interval){z, z});
    }
    return p;
}

static Interval quotient(Interval x, Interval y)
{
    if (y.lo <= 0)
        return (Interval){-larger(-x.lo, larger(x.hi, 0)), larger(x.hi, larger(-x.lo, 0))};
    return (Interval){x.lo < 0 ? x.lo / y.lo : x.lo / y.hi, x.hi < 0 ? x.hi / y.hi : x.hi / y.lo};
}

static Interval remainder_of(Interval x, Interval y)
{
    if (y.lo <= 0)
        return x;
    return (Interval){x.lo >= 0 ? 0 : larger(x.lo, 1 - y.hi), x.hi <= 0 ? 0 : smaller(x.hi, y.hi - 1)};
}

static Interval bits_of(OpCode code, Interval x, Interval y, Interval all)
{
    if (code == OP_AND && (x.lo >= 0 || y.lo >= 0))
        return (Interval){0, x.lo < 0 ? y.hi : y.lo < 0 ? x.hi : smaller(x.hi, y.hi)};
    if (code == OP_SHR && x.lo >= 0 && y.lo >= 0 && y.hi < 64)
        return (Interval){x.lo >> (int)y.hi, x.hi >> (int)y.lo};
    if (code == OP_SHL && x.lo >= 0 && y.lo >= 0 && y.hi < 32)
        return (Interval){x.lo << (int)y.lo, x.hi << (int)y.hi};
    return all;
}

/* Of an if that chooses: each value where its side is taken. */
static Interval choice(const Value *t, const Value *e, Value *cond, const Op *at_t, const Op *at_e, int depth)
{
    Interval x = under_condition(interval_of(t, at_t, depth), t, cond, true, depth);
    return join(x, under_condition(interval_of(e, at_e, depth), e, cond, false, depth));
}

static Interval of_op(const Value *v, const Op *at, int depth)
{
    const Op *op = v->def;
    Interval all = type_interval(v->type), x = all, y = all;
    int64_t c;
    if (value_int(v, &c))
        return type_is_signed(v->type) || c >= 0 ? (Interval){c, c} : all;
    if (op->code == OP_SIZEOF && op->of->size > 0)
        return (Interval){op->of->size, op->of->size};
    if (op->code == OP_IF) {
        const Op *t = region_terminator(op->regions[0]), *e = region_terminator(op->regions[1]);
        return meet(choice(t->args[v->index], e->args[v->index], op->args[0], t, e, depth + 1), all);
    }
    if (op->code == OP_SELECT)
        return meet(choice(op->args[1], op->args[2], op->args[0], at, at, depth + 1), all);
    if (op_is_compare(op->code) || op->code == OP_LAND || op->code == OP_LOR || op->code == OP_LNOT)
        return (Interval){0, 1};
    bool arithmetic = op_info[op->code].kind == KIND_ARITH && op->nargs > 0 && op->nargs <= 2;
    for (int k = 0; k < op->nargs && arithmetic; k++)
        arithmetic = type_is_int(op->args[k]->type);
    if (!arithmetic)
        return all;
    x = interval_of(op->args[0], at, depth + 1);
    if (op->nargs == 2)
        y = interval_of(op->args[1], at, depth + 1);
    Interval r = op->code == OP_CAST  ? x
                 : op->code == OP_ADD ? (Interval){x.lo + y.lo, x.hi + y.hi}
                 : op->code == OP_SUB ? (Interval){x.lo - y.hi, x.hi - y.lo}
                 : op->code == OP_NEG ? (Interval){-x.hi, -x.lo}
                 : op->code == OP_MUL ? product(x, y)
                 : op->code == OP_DIV ? quotient(x, y)
                 : op->code == OP_REM ? remainder_of(x, y)
                                      : bits_of(op->code, x, y, all);
    bool fits = r.lo >= all.lo && r.hi <= all.hi;
    return fits ? r : type_is_signed(v->type) && op->code != OP_CAST ? meet(r, all) : all; /* unsigned arithmetic wraps */
}

static Interval of_counter(const Value *v, int depth)
{
    const Op *loop = v->arg_of->owner;
    Interval lo = interval_of(loop->args[0], loop, depth + 1), hi = interval_of(loop->args[1], loop, depth + 1), all = type_interval(v->type);
    int64_t step = for_step(loop);
    if (step > 0)
        return meet((Interval){lo.lo, loop->cmp == OP_LE ? hi.hi : hi.hi - 1}, all);
    if (step < 0)
        return meet((Interval){loop->cmp == OP_GE ? hi.lo : hi.lo + 1, lo.hi}, all);
    return all;
}

static Interval interval_of(const Value *v, const Op *at, int depth)
{
    Interval x = type_interval(v->type);
    if (depth > MAX_DEPTH || !type_is_int(v->type))
        return x;
    const Op *owner = v->def ? NULL : v->arg_of->owner;
    if (v->def)
        x = of_op(v, at, depth);
    else if (owner && owner->code == OP_FOR && v->index == 0)
        x = of_counter(v, depth);
    int64_t walked = owner || v->def || x.hi <= TRIPS_LIMIT ? -1 : walked_before(v, at);
    if (walked >= 0)
        x = meet((Interval){x.lo, walked}, x);
    return under_ifs(x, v, at, depth + 1);
}

bool int_interval(const Value *v, const Op *at, int64_t *lo, int64_t *hi)
{
    const Wide limit = (Wide)1 << 62;
    Interval x = interval_of(v, at, 0);
    *lo = (int64_t)larger(x.lo, -limit);
    *hi = (int64_t)smaller(x.hi, limit);
    return x.hi <= limit;
}
