/* affine.c: integers and addresses as polynomials in the values they are computed from, and whether two accesses can meet.
 *
 * The overlap test is the usual mix for array subscripts: greatest common divisor, ranges of loop counters (U. Banerjee, 1988), and
 * splitting a flattened subscript b*T*C + t*C + i into its digits by the loops' bounds (V. Maslov, Delinearization, 1992).
 */
#include "analysis.h"

#include <string.h>

/* ------------------------------------------------------------------ arithmetic */

static const int64_t COEF_LIMIT = (int64_t)1 << 50;

Poly poly_constant(int64_t c)
{
    return (Poly){.c = c, .known = true};
}

static Poly poly_unknown(void)
{
    return (Poly){.known = false};
}

static Poly poly_symbol(int sym)
{
    Poly p = poly_constant(0);
    p.n = 1;
    p.t[0] = (Term){.coef = 1, .sym = {sym, -1, -1, -1}};
    return p;
}

static int symbol_of(const Value *v, int side)
{
    return v->id * POLY_SIDES + side;
}

static void term_add(Poly *p, Term t)
{
    int i = 0, order = 1;
    while (i < p->n && (order = memcmp(p->t[i].sym, t.sym, sizeof t.sym)) < 0)
        i++;
    if (i < p->n && order == 0) {
        p->t[i].coef += t.coef;
        if (p->t[i].coef == 0) {
            memmove(p->t + i, p->t + i + 1, (size_t)(p->n - i - 1) * sizeof *p->t);
            p->n--;
        }
    } else if (p->n == POLY_TERMS) {
        p->known = false;
    } else {
        memmove(p->t + i + 1, p->t + i, (size_t)(p->n - i) * sizeof *p->t);
        p->t[i] = t;
        p->n++;
    }
}

static bool too_large(int64_t x)
{
    return x > COEF_LIMIT || x < -COEF_LIMIT;
}

/* x * y; 0 and *ok = false when it is too large to be trusted. */
static int64_t times(int64_t x, int64_t y, bool *ok)
{
    if (x && y && (too_large(x) || too_large(y) || (x < 0 ? -x : x) > COEF_LIMIT / (y < 0 ? -y : y))) {
        *ok = false;
        return 0;
    }
    return x * y;
}

void poly_add(Poly *p, const Poly *q, int64_t scale)
{
    p->known &= q->known;
    p->c += times(q->c, scale, &p->known);
    p->known &= !too_large(p->c);
    for (int i = 0; i < q->n && p->known; i++) {
        Term t = q->t[i];
        t.coef = times(t.coef, scale, &p->known);
        if (t.coef)
            term_add(p, t);
    }
}

/* Product of two terms; false when the degree is too high. */
static bool term_mul(const Term *x, const Term *y, Term *out)
{
    bool ok = true;
    *out = (Term){.coef = times(x->coef, y->coef, &ok), .sym = {-1, -1, -1, -1}};
    int i = 0, j = 0, n = 0;
    while (i < POLY_DEGREE || j < POLY_DEGREE) {
        int a = i < POLY_DEGREE ? x->sym[i] : -1, b = j < POLY_DEGREE ? y->sym[j] : -1;
        if (a < 0 && b < 0)
            break;
        if (n == POLY_DEGREE)
            return false;
        out->sym[n++] = a >= b ? a : b;
        if (a >= b)
            i++;
        else
            j++;
    }
    return ok;
}

Poly poly_mul(const Poly *p, const Poly *q)
{
    Poly r = poly_constant(0);
    poly_add(&r, p, q->c);
    r.known &= q->known;
    for (int j = 0; j < q->n && r.known; j++) {
        Poly part = poly_constant(0);
        Term t = q->t[j];
        t.coef = times(t.coef, p->c, &part.known);
        if (t.coef)
            term_add(&part, t);
        for (int i = 0; i < p->n && part.known; i++) {
            if (term_mul(&p->t[i], &q->t[j], &t))
                term_add(&part, t);
            else
                part.known = false;
        }
        poly_add(&r, &part, 1);
    }
    return r;
}

static int term_power(const Term *t, int sym)
{
    int n = 0;
    for (int i = 0; i < POLY_DEGREE; i++)
        n += t->sym[i] == sym;
    return n;
}

static Term term_without(const Term *t, int sym)
{
    Term r = {.coef = t->coef, .sym = {-1, -1, -1, -1}};
    bool left_out = false;
    for (int i = 0, n = 0; i < POLY_DEGREE; i++) {
        if (t->sym[i] == sym && !left_out)
            left_out = true;
        else
            r.sym[n++] = t->sym[i];
    }
    return r;
}

static Poly poly_of_term(Term t)
{
    Poly p = poly_constant(t.sym[0] < 0 ? t.coef : 0);
    if (t.sym[0] >= 0)
        term_add(&p, t);
    return p;
}

/* p = *with * sym + *rest. False when sym has a higher power in p. */
static bool poly_split(const Poly *p, int sym, Poly *with, Poly *rest)
{
    *with = poly_constant(0);
    *rest = poly_constant(p->c);
    for (int i = 0; i < p->n; i++) {
        int power = term_power(&p->t[i], sym);
        if (power > 1)
            return false;
        Poly part = poly_of_term(power ? term_without(&p->t[i], sym) : p->t[i]);
        poly_add(power ? with : rest, &part, 1);
    }
    return with->known && rest->known;
}

/* ------------------------------------------------------------------ polynomials of values */

Poly poly_of_value(const MemInfo *m, const Value *v)
{
    if (!mem_knows(m, v))
        return poly_unknown();
    return m->poly[v->id] ? *m->poly[v->id] : poly_symbol(symbol_of(v, 0));
}

/* Does the conversion keep every value that a correct program gives it? Unsigned 64-bit integers count as exact: they wrap where
 * addresses do. */
static bool cast_keeps_value(const Type *from, const Type *to)
{
    if (to->kind == TY_BOOL)
        return from->kind == TY_BOOL;
    if (to->size == 8)
        return true;
    if (to->size == from->size)
        return type_is_signed(to) == type_is_signed(from);
    return to->size > from->size && (type_is_signed(to) || !type_is_signed(from));
}

/* Can t's arithmetic be read as that of the integers? Signed overflow is the source's mistake; narrow unsigned types wrap. */
static bool type_is_exact(const Type *t)
{
    return type_is_int(t) && (type_is_signed(t) || t->size == 8);
}

static Poly shifted(const Poly *p, const Poly *by)
{
    if (by->n || by->c < 0 || by->c > 40)
        return poly_unknown();
    Poly r = poly_constant(0);
    poly_add(&r, p, (int64_t)1 << by->c);
    return r;
}

static Poly poly_of_op(const MemInfo *m, const Op *op)
{
    const Type *t = op->results[0]->type;
    if (op->code == OP_ICONST)
        return too_large(op->ival) ? poly_unknown() : poly_constant(op->ival);
    if (op->code == OP_SIZEOF)
        return op->of->size > 0 ? poly_constant(op->of->size) : poly_unknown();
    if (op->code == OP_CAST) {
        bool exact = type_is_int(op->args[0]->type) && cast_keeps_value(op->args[0]->type, t);
        return exact ? poly_of_value(m, op->args[0]) : poly_unknown();
    }
    if (!type_is_exact(t))
        return poly_unknown();
    Poly x = poly_of_value(m, op->args[0]);
    Poly y = op->nargs > 1 ? poly_of_value(m, op->args[1]) : poly_constant(0);
    Poly r = poly_constant(0);
    switch (op->code) {
    case OP_ADD:
    case OP_SUB:
        poly_add(&r, &x, 1);
        poly_add(&r, &y, op->code == OP_ADD ? 1 : -1);
        return r;
    case OP_NEG:
        poly_add(&r, &x, -1);
        return r;
    case OP_MUL:
        return poly_mul(&x, &y);
    default:
        return shifted(&x, &y);
    }
}

static const Poly *keep_poly(MemInfo *m, const Poly *p)
{
    Poly *kept = arena_alloc(m->arena, sizeof *kept);
    *kept = *p;
    return kept;
}

/* ------------------------------------------------------------------ addresses */

static int64_t pointee_size(const Type *ptr)
{
    const Type *t = ptr->elem;
    return t->kind == TY_VOID ? 1 : t->size;
}

/* Bytes that an address op adds; unknown for bit-fields and types whose size is not known. */
static Poly step_of_op(const MemInfo *m, const Op *op)
{
    if (op->code == OP_FIELD) {
        const Field *f = &op->args[0]->type->elem->fields[op->ival];
        return f->bit_width || f->offset_bits % 8 ? poly_unknown() : poly_constant(f->offset_bits / 8);
    }
    if (op->code != OP_INDEX)
        return poly_constant(0);
    int64_t size = pointee_size(op->args[0]->type);
    Poly index = poly_of_value(m, op->args[1]);
    if (op->nargs > 2) {
        Poly stride = poly_of_value(m, op->args[2]);
        index = poly_mul(&index, &stride);
    }
    Poly r = poly_constant(0);
    poly_add(&r, &index, size);
    r.known &= size > 0;
    return r;
}

static const Value *root_of_global(const MemInfo *m, const Op *op)
{
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->code == OP_GLOBAL && m->objects[i].op->var == op->var)
            return m->objects[i].op->results[0];
    return op->results[0];
}

static void define_address(MemInfo *m, const Op *op)
{
    const Value *result = op->results[0];
    bool moves = op->code == OP_INDEX || op->code == OP_FIELD || op->code == OP_DECAY || op->code == OP_PTRCAST;
    Poly zero = poly_constant(0);
    Address *a = &m->address[result->id];
    *a = (Address){op->code == OP_GLOBAL ? root_of_global(m, op) : result, NULL};
    if (moves && mem_knows(m, op->args[0]) && op->args[0]->type->kind == TY_PTR) {
        const Address *base = &m->address[op->args[0]->id];
        Poly off = base->off ? *base->off : zero;
        Poly step = step_of_op(m, op);
        poly_add(&off, &step, 1);
        if (off.known)
            *a = (Address){base->root ? base->root : op->args[0], keep_poly(m, &off)};
    }
    if (!a->off)
        a->off = keep_poly(m, &zero);
}

void affine_define(MemInfo *m, const Op *op)
{
    if (op->nresults == 0)
        return;
    if (op->results[0]->type->kind == TY_PTR) {
        define_address(m, op);
        return;
    }
    switch (op->code) {
    case OP_ICONST:
    case OP_SIZEOF:
    case OP_CAST:
    case OP_ADD:
    case OP_SUB:
    case OP_NEG:
    case OP_MUL:
    case OP_SHL:
        if (type_is_int(op->results[0]->type)) {
            Poly p = poly_of_op(m, op);
            if (p.known)
                m->poly[op->results[0]->id] = keep_poly(m, &p);
        }
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------------------ which values are the same at both times */

/* The value a symbol is, in the loops of which access (side) it lives. */
static const Value *symbol_value(const MemInfo *m, int sym)
{
    return m->value[sym / POLY_SIDES];
}

/* p as `second` sees it: what is defined inside loops that are not in the same iteration is another value. */
static Poly on_second_side(const Timing *t, const Poly *p)
{
    Poly r = poly_constant(p->c);
    r.known = p->known;
    for (int i = 0; i < p->n; i++) {
        Poly part = poly_constant(p->t[i].coef);
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            int sym = p->t[i].sym[k];
            const Value *v = symbol_value(t->m, sym);
            Poly s = poly_symbol(t->m->depth[v->id] > t->share ? symbol_of(v, 1) : sym);
            part = poly_mul(&part, &s);
        }
        poly_add(&r, &part, 1);
    }
    return r;
}

/* ------------------------------------------------------------------ what loops say about their counters */

static const Op *counted_loop(const MemInfo *m, int sym)
{
    const Value *v = symbol_value(m, sym);
    const Op *loop = !v->def && v->arg_of && v->index == 0 ? v->arg_of->owner : NULL;
    return loop && loop->code == OP_FOR ? loop : NULL;
}

/* Does the counter grow? cmp and step agree in a loop that runs; NE is only read with steps of one. */
static bool counts_up(const Op *loop)
{
    return for_step(loop) > 0;
}

static bool bounds_known(const Op *loop)
{
    int64_t step = for_step(loop);
    bool up = loop->cmp == OP_LT || loop->cmp == OP_LE, down = loop->cmp == OP_GT || loop->cmp == OP_GE;
    return (up && step > 0) || (down && step < 0) || (loop->cmp == OP_NE && (step == 1 || step == -1));
}

/* The least (or greatest) value of a counter in any iteration, as a polynomial of what is outside the loop, on the given side. */
static Poly counter_bound(const Timing *t, int sym, bool least)
{
    const Op *loop = counted_loop(t->m, sym);
    if (!bounds_known(loop))
        return poly_unknown();
    bool is_first = counts_up(loop) == least;
    Poly p = poly_of_value(t->m, loop->args[is_first ? 0 : 1]);
    if (!is_first && loop->cmp != OP_LE && loop->cmp != OP_GE)
        p.c += least ? 1 : -1;
    return sym % POLY_SIDES ? on_second_side(t, &p) : p;
}

/* In the carrier, second's iteration is a later one: by at least a step, in the direction the loop runs in. The bound that this gives
 * for second's counter. */
static bool carried_bound(const Timing *t, int sym, bool least, Poly *bound)
{
    const Op *loop = counted_loop(t->m, sym);
    if (loop != t->carrier || sym % POLY_SIDES == 0)
        return false;
    int64_t step = for_step(loop);
    bool upwards = (step > 0) != loop->reversed;
    if (step == 0 || upwards != least)
        return false;
    *bound = poly_symbol(sym - 1);
    bound->c = loop->reversed ? -step : step;
    return true;
}

/* ------------------------------------------------------------------ is a polynomial never negative? */

enum { MAX_FACTS = 16 };

/* Invariant values of which a loop that runs tells the least value: i < n with i >= 0 makes n at least 1. */
typedef struct {
    const Timing *t;
    int sym[MAX_FACTS];
    int64_t least[MAX_FACTS];
    int n;
    int budget;
} Facts;

static void fact_from_loop(Facts *f, const Op *loop, bool second)
{
    if (f->n == MAX_FACTS || !bounds_known(loop))
        return;
    bool up = counts_up(loop);
    Poly room = poly_of_value(f->t->m, loop->args[up ? 1 : 0]);
    Poly low = poly_of_value(f->t->m, loop->args[up ? 0 : 1]);
    poly_add(&room, &low, -1);
    room.c -= loop->cmp != OP_LE && loop->cmp != OP_GE;
    if (second)
        room = on_second_side(f->t, &room);
    if (!room.known || room.n != 1 || room.t[0].coef != 1 || room.t[0].sym[1] >= 0)
        return;
    f->sym[f->n] = room.t[0].sym[0];
    f->least[f->n++] = -room.c;
}

static Facts facts_of(const Timing *t)
{
    Facts f = {.t = t, .budget = 200};
    for (const Op *op = t->first; op; op = op->parent->owner)
        if (op->code == OP_FOR && op != t->first)
            fact_from_loop(&f, op, false);
    for (const Op *op = t->second; op; op = op->parent->owner)
        if (op->code == OP_FOR && op != t->second)
            fact_from_loop(&f, op, true);
    return f;
}

static const int64_t *fact_about(const Facts *f, int sym)
{
    const int64_t *best = NULL;
    for (int i = 0; i < f->n; i++)
        if (f->sym[i] == sym && (!best || f->least[i] > *best))
            best = &f->least[i];
    return best;
}

/* All counters are gone: with s = least + s', s' >= 0, no coefficient may be negative. */
static bool constants_not_negative(const Facts *f, const Poly *p)
{
    Poly r = poly_constant(p->c);
    for (int i = 0; i < p->n; i++) {
        Poly part = poly_constant(p->t[i].coef);
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            const int64_t *least = fact_about(f, p->t[i].sym[k]);
            if (!least)
                return false;
            Poly s = poly_symbol(p->t[i].sym[k]);
            s.c = *least;
            part = poly_mul(&part, &s);
        }
        poly_add(&r, &part, 1);
    }
    for (int i = 0; i < r.n; i++)
        if (r.t[i].coef < 0)
            return false;
    return r.known && r.c >= 0;
}

/* The counter of the deepest loop in p: bounds of deeper counters speak of outer ones. Second's come first: the carrier's bound for them
 * speaks of first's. */
static int deepest_counter(const Facts *f, const Poly *p)
{
    int best = -1, best_depth = -1;
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            int sym = p->t[i].sym[k];
            int depth = f->t->m->depth[sym / POLY_SIDES] * POLY_SIDES + sym % POLY_SIDES;
            if (depth > best_depth && counted_loop(f->t->m, sym)) {
                best = sym;
                best_depth = depth;
            }
        }
    return best;
}

static bool never_negative(Facts *f, const Poly *p);

/* p = with * sym + rest: replaces sym by the bound that makes p least. */
static bool never_negative_at_bound(Facts *f, int sym, bool least, const Poly *with, const Poly *rest)
{
    Poly bounds[2] = {counter_bound(f->t, sym, least), poly_unknown()};
    bool carried = carried_bound(f->t, sym, least, &bounds[1]);
    for (int i = carried ? 1 : 0; i >= 0; i--) {
        if (!bounds[i].known)
            continue;
        Poly p = poly_mul(with, &bounds[i]);
        poly_add(&p, rest, 1);
        if (p.known && never_negative(f, &p))
            return true;
    }
    return false;
}

static bool never_negative(Facts *f, const Poly *p)
{
    if (!p->known || f->budget-- <= 0)
        return false;
    if (p->n == 0)
        return p->c >= 0;
    int sym = deepest_counter(f, p);
    if (sym < 0)
        return constants_not_negative(f, p);
    Poly with, rest, minus = poly_constant(0);
    if (!poly_split(p, sym, &with, &rest))
        return false;
    poly_add(&minus, &with, -1);
    if (never_negative(f, &with))
        return never_negative_at_bound(f, sym, true, &with, &rest);
    if (never_negative(f, &minus))
        return never_negative_at_bound(f, sym, false, &with, &rest);
    return false;
}

/* p - least >= 0 (sign 1), or -p - least >= 0 (sign -1). */
static bool at_least(Facts *f, const Poly *p, int sign, int64_t least)
{
    Poly q = poly_constant(-least);
    poly_add(&q, p, sign);
    return never_negative(f, &q);
}

/* ------------------------------------------------------------------ can the difference of two addresses be small? */

/* Overlap means -below < difference < above. */
typedef struct {
    int64_t below, above;
} Window;

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a < 0 ? -a : a;
}

static bool gcd_excludes(const Poly *d, Window w)
{
    int64_t g = 0;
    for (int i = 0; i < d->n; i++)
        g = gcd(d->t[i].coef, g);
    if (g == 0)
        return d->c >= w.above || d->c <= -w.below;
    int64_t r = d->c % g;
    if (r < 0)
        r += g;
    return r >= w.above && g - r >= w.below;
}

/* Is t a multiple of s? *q = t / s. */
static bool term_divide(const Term *t, const Term *s, Term *q)
{
    if (t->coef % s->coef)
        return false;
    *q = *t;
    for (int i = 0; i < POLY_DEGREE && s->sym[i] >= 0; i++) {
        if (term_power(q, s->sym[i]) == 0)
            return false;
        *q = term_without(q, s->sym[i]);
    }
    q->coef = t->coef / s->coef;
    return true;
}

/* d = stride * quotient + rest. The constant's share of a numeric stride is rounded to the nearest. */
static void divide_by_stride(const Poly *d, const Term *stride, Poly *quotient, Poly *rest)
{
    *quotient = poly_constant(0);
    *rest = poly_constant(d->c);
    if (stride->sym[0] < 0) {
        int64_t half = stride->coef / 2;
        int64_t q = (d->c >= 0 ? d->c + half : d->c - half) / stride->coef;
        quotient->c = q;
        rest->c -= q * stride->coef;
    }
    for (int i = 0; i < d->n; i++) {
        Term q;
        bool whole = term_divide(&d->t[i], stride, &q);
        Poly part = poly_of_term(whole ? q : d->t[i]);
        poly_add(whole ? quotient : rest, &part, 1);
    }
}

static bool excluded(Facts *f, const Poly *d, Window w, int depth);

/* If |rest| leaves no room for another multiple of the stride, an overlap needs quotient == 0: then it is enough that the quotient is never
 * 0, or that the rest alone excludes it. */
static bool stride_excludes(Facts *f, const Poly *d, const Term *stride, Window w, int depth)
{
    Poly quotient, rest, s = poly_of_term(*stride);
    divide_by_stride(d, stride, &quotient, &rest);
    if (!quotient.known || !rest.known || (quotient.n == 0 && quotient.c == 0) || quotient.n + rest.n < d->n)
        return false;
    Poly up = s, down = s;
    poly_add(&up, &rest, 1);
    poly_add(&down, &rest, -1);
    if (!at_least(f, &up, 1, w.above) || !at_least(f, &down, 1, w.below))
        return false;
    return at_least(f, &quotient, 1, 1) || at_least(f, &quotient, -1, 1) || excluded(f, &rest, w, depth + 1);
}

/* What multiplies the counters in a term: 8*T*C*(i) -> 8*T*C. */
static Term stride_of_term(const Facts *f, const Term *t)
{
    Term s = *t;
    for (int i = 0; i < POLY_DEGREE && t->sym[i] >= 0; i++)
        if (counted_loop(f->t->m, t->sym[i]) || t->sym[i] % POLY_SIDES)
            s = term_without(&s, t->sym[i]);
    if (s.coef < 0)
        s.coef = -s.coef;
    return s;
}

static bool excluded(Facts *f, const Poly *d, Window w, int depth)
{
    if (!d->known || f->budget <= 0)
        return false;
    if (gcd_excludes(d, w))
        return true;
    if (d->n == 0 || depth > 4)
        return false;
    if (at_least(f, d, 1, w.above) || at_least(f, d, -1, w.below))
        return true;
    for (int i = 0; i < d->n; i++) {
        Term stride = stride_of_term(f, &d->t[i]);
        if (stride_excludes(f, d, &stride, w, depth))
            return true;
    }
    return false;
}

bool affine_may_overlap(const Timing *t, const Poly *first, int64_t first_size, const Poly *second, int64_t second_size)
{
    if (first_size <= 0 || second_size <= 0)
        return true;
    Window w = {.below = second_size, .above = first_size};
    if (first->n == 0 && second->n == 0)
        return second->c - first->c < w.above && second->c - first->c > -w.below;
    Poly d = on_second_side(t, second);
    poly_add(&d, first, -1);
    if (!d.known)
        return true;
    Facts f = facts_of(t);
    return !excluded(&f, &d, w, 0);
}
