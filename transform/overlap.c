/* overlap.c: can two accesses through addresses of one root meet?
 *
 * The usual mix of tests for array subscripts: greatest common divisor, ranges of loop counters (U. Banerjee, Dependence Analysis for
 * Supercomputing, 1988), and splitting a flattened subscript b*T*C + t*C + i into its digits by the loops' bounds (V. Maslov,
 * Delinearization, 1992). Every "no" is a proof.
 */
#include "analysis.h"

#include <string.h>

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
        Term term = p->t[i];
        for (int k = 0; k < POLY_DEGREE && term.sym[k] >= 0; k++) {
            const Value *v = symbol_value(t->m, term.sym[k]);
            if (t->m->depth[v->id] > t->share)
                term.sym[k] = symbol_of(v, 1);
        }
        poly_add_term(&r, term);
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

enum { MAX_FACTS = 16, MAX_GUARDS = 4, BUDGET = 200 };

/* Invariant values, or products of such, of which a loop that runs tells the least value: i < n with i >= 0 makes n at least 1. */
typedef struct {
    const Timing *t;
    Term of[MAX_FACTS]; /* coefficient 1 */
    int64_t least[MAX_FACTS];
    int n;
    Term slice[MAX_FACTS]; /* ... and of which the addresses tell that they are not negative (slices.c) */
    int nslices; /* -1: not asked for yet */
    Poly guard[MAX_GUARDS], apart[MAX_GUARDS]; /* what the ifs around the accesses say: not negative; not 0 */
    int nguards, napart;
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
    if (!room.known || room.n != 1 || room.t[0].coef != 1)
        return;
    for (int i = 0; i < f->n; i++)
        if (f->least[i] == -room.c && memcmp(f->of[i].sym, room.t[0].sym, sizeof room.t[0].sym) == 0)
            return;
    f->of[f->n] = room.t[0];
    f->least[f->n++] = -room.c;
}

static Facts facts_of(const Timing *t)
{
    Facts f = {.t = t, .nslices = -1, .budget = BUDGET};
    for (const Op *op = t->first; op; op = op->parent->owner)
        if (op->code == OP_FOR && op != t->first)
            fact_from_loop(&f, op, false);
    for (const Op *op = t->second; op; op = op->parent->owner)
        if (op->code == OP_FOR && op != t->second)
            fact_from_loop(&f, op, true);
    return f;
}

/* A counter in an address has a value: its loop runs, and so do those around it. */
static void facts_from_counters(Facts *f, const Poly *p)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++)
            for (const Op *op = counted_loop(f->t->m, p->t[i].sym[k]); op; op = op->parent->owner)
                if (op->code == OP_FOR)
                    fact_from_loop(f, op, p->t[i].sym[k] % POLY_SIDES);
}

static bool is_product(const Term *t)
{
    return t->sym[1] >= 0;
}

static const int64_t *fact_about(const Facts *f, int sym)
{
    const int64_t *best = NULL;
    for (int i = 0; i < f->n; i++)
        if (!is_product(&f->of[i]) && f->of[i].sym[0] == sym && (!best || f->least[i] > *best))
            best = &f->least[i];
    return best;
}

static bool is_symbol(const Poly *p, int sym)
{
    return p->known && p->n == 1 && p->c == 0 && p->t[0].coef == 1 && p->t[0].sym[0] == sym && p->t[0].sym[1] < 0;
}

/* Adds q * d to the least value of sym, where a loop runs to q = sym / d and one to d: q >= 1 and d >= 1 make sym >= q * d. */
static bool at_least_its_quotient(const Facts *f, int sym, Poly *s)
{
    for (int i = 0; i < f->n; i++) {
        int counted = f->of[i].sym[0];
        const Value *v = symbol_value(f->t->m, counted);
        if (f->least[i] < 1 || is_product(&f->of[i]) || counted % POLY_SIDES || !v->def || v->def->code != OP_DIV)
            continue;
        Poly dividend = poly_of_value(f->t->m, v->def->args[0]), divisor = poly_of_value(f->t->m, v->def->args[1]);
        if (!is_symbol(&dividend, sym))
            continue;
        if (divisor.known && divisor.n == 0 && divisor.c > 0) {
            Poly times = poly_symbol(counted);
            times.c = f->least[i];
            poly_add(s, &times, divisor.c);
            return true;
        }
        if (divisor.n != 1 || divisor.c)
            continue;
        int d = divisor.t[0].sym[0];
        const int64_t *least = fact_about(f, d);
        if (!is_symbol(&divisor, d) || !least || *least < 1)
            continue;
        Poly quotient = poly_symbol(counted), by = poly_symbol(d);
        quotient.c = f->least[i];
        by.c = *least;
        Poly product = poly_mul(&quotient, &by);
        poly_add(s, &product, 1);
        return true;
    }
    return false;
}

/* Is v = a > b ? a : b? The one of the two that is not a constant. */
static const Value *larger_of(const Value *v)
{
    const Op *op = v->def, *test = op && op->code == OP_SELECT ? op->args[0]->def : NULL;
    int64_t k;
    if (!test || test->nargs != 2)
        return NULL;
    bool less = test->code == OP_LT || test->code == OP_LE, more = test->code == OP_GT || test->code == OP_GE;
    if ((!less && !more) || !value_same(test->args[less ? 1 : 0], op->args[1]) || !value_same(test->args[less ? 0 : 1], op->args[2]))
        return NULL;
    return value_int(op->args[1], &k) ? op->args[2] : op->args[1];
}

/* Adds n to the least value of sym = n > 0 ? n : 0, where a loop tells the least n. */
static bool at_least_the_larger(const Facts *f, int sym, Poly *s)
{
    const Value *n = sym % POLY_SIDES ? NULL : larger_of(symbol_value(f->t->m, sym));
    Poly p = n ? poly_of_value(f->t->m, n) : poly_unknown();
    const int64_t *least = p.known && p.n == 1 ? fact_about(f, p.t[0].sym[0]) : NULL;
    if (!least || !is_symbol(&p, p.t[0].sym[0]))
        return false;
    p.c = *least;
    poly_add(s, &p, 1);
    return true;
}

/* Adds n to the least value of a stride, where the function's version is for n <= stride (pitch.c). */
static bool at_least_its_row(const Facts *f, int sym, Poly *s)
{
    const Fn *fn = f->t->m->fn;
    const Value *v = symbol_value(f->t->m, sym);
    for (int i = 0; i < fn->npitches && !v->def && v->arg_of == fn->body; i++) {
        const Pitch *p = &fn->pitch[i];
        if (p->stride != v->index)
            continue;
        int count = p->count < 0 ? -1 : symbol_of(fn->body->args[p->count], 0);
        const int64_t *least = count < 0 ? NULL : fact_about(f, count);
        if (count >= 0 && !least)
            continue;
        Poly row = count < 0 ? poly_constant(p->plus) : poly_symbol(count);
        row.c += least ? *least + p->plus : 0;
        poly_add(s, &row, 1);
        return true;
    }
    return false;
}

/* coef * symbol with a negative coefficient: the least that it can be. */
static bool least_of_negative(const Facts *f, const Term *t, int64_t *least)
{
    int64_t most;
    return t->coef < 0 && t->sym[0] >= 0 && t->sym[1] < 0 && wrap_most(symbol_value(f->t->m, t->sym[0]), &most) &&
           !__builtin_mul_overflow(t->coef, most, least);
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

enum { PRODUCT_SYMBOLS = 1 << 28 }; /* ... and up: what a product is above its least value */

/* The least of the product of left's symbols, in terms of what each is above its own least: with s = least + s', s' >= 0. */
static bool least_of_symbols(const Facts *f, const Term *left, Poly *part)
{
    for (int k = 0; k < POLY_DEGREE && left->sym[k] >= 0; k++) {
        const int64_t *least = fact_about(f, left->sym[k]);
        Poly s = poly_symbol(left->sym[k]);
        if (!at_least_its_quotient(f, left->sym[k], &s) && !at_least_the_larger(f, left->sym[k], &s) &&
            !at_least_its_row(f, left->sym[k], &s)) {
            if (!least && !wrap_modulus(symbol_value(f->t->m, left->sym[k])))
                return false;
            s.c = least ? *least : 0;
        }
        *part = poly_mul(part, &s);
    }
    return true;
}

/* t's symbols without those of the products that loops speak of, which go into *part. */
static Term take_products(const Facts *f, const Term *t, Poly *part)
{
    Term left = *t, whole, one = {.coef = 1, .sym = {-1, -1, -1, -1}};
    for (int i = 0; i < f->n; i++) {
        if (!is_product(&f->of[i]) || !term_divide(&left, &f->of[i], &whole))
            continue;
        one.sym[0] = PRODUCT_SYMBOLS + i;
        Poly s = poly_of_term(one);
        s.c = f->least[i];
        *part = poly_mul(part, &s);
        left = whole;
    }
    return left;
}

static void ask_for_slices(Facts *f)
{
    if (f->nslices >= 0)
        return;
    f->nslices = slice_products(f->t->m, f->t->address[0], f->slice, MAX_FACTS);
    f->nslices += slice_products(f->t->m, f->t->address[1], f->slice + f->nslices, MAX_FACTS - f->nslices);
}

/* *part *= what of t's symbols an address speaks of, times the others. */
static bool least_of_slices(Facts *f, const Term *t, Poly *part)
{
    ask_for_slices(f);
    for (int i = 0; i < f->nslices; i++) {
        Term others, slice = {.coef = 1, .sym = {PRODUCT_SYMBOLS + MAX_FACTS + i, -1, -1, -1}};
        if (!term_divide(t, &f->slice[i], &others))
            continue;
        Poly p = poly_of_term(slice);
        p = poly_mul(part, &p);
        if (!least_of_symbols(f, &others, &p))
            continue;
        *part = p;
        return true;
    }
    return false;
}

/* BY_TYPE: what is subtracted is taken to be as large as its type allows; PRODUCTS: of B * T it is known together what it is at least; SLICES: that
 * the addresses say B * T * n >= 0 is asked first, and is often enough (B * T * (n - 1 + 1) with n >= a * b has many terms). */
typedef enum { AS_IT_IS, BY_TYPE, PRODUCTS, SLICES } Reading;

/* The least of a term's value, or something below it. */
static bool least_of_term(Facts *f, const Term *t, Reading how, Poly *out)
{
    int64_t least;
    *out = poly_constant(t->coef);
    if (how == BY_TYPE && least_of_negative(f, t, &least)) {
        *out = poly_constant(least);
        return true;
    }
    if (how == SLICES && t->coef > 0 && least_of_slices(f, t, out))
        return true;
    Term left = how == PRODUCTS ? take_products(f, t, out) : *t;
    if (least_of_symbols(f, &left, out))
        return true;
    *out = poly_constant(t->coef);
    return how != SLICES && least_of_slices(f, t, out);
}

/* All counters are gone: with all symbols at their least or above, no coefficient may be negative. */
static bool constants_not_negative(Facts *f, const Poly *p, Reading how)
{
    if (how == SLICES)
        ask_for_slices(f);
    if (how == SLICES && f->nslices == 0)
        return false;
    Poly r = poly_constant(p->c);
    for (int i = 0; i < p->n; i++) {
        Poly part;
        if (!least_of_term(f, &p->t[i], how, &part))
            return false;
        poly_add(&r, &part, 1);
    }
    for (int i = 0; i < r.n; i++)
        if (r.t[i].coef < 0)
            return false;
    return r.known && r.c >= 0;
}

/* The counter of the deepest loop in p: bounds of deeper counters speak of outer ones. Second's come first: the carrier's bound for them
 * speaks of first's. */
static int deepest_counter(const Timing *t, const Poly *p)
{
    int best = -1, best_depth = -1;
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            int sym = p->t[i].sym[k];
            int depth = t->m->depth[sym / POLY_SIDES] * POLY_SIDES + sym % POLY_SIDES;
            if (depth > best_depth && counted_loop(t->m, sym)) {
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
    int sym = deepest_counter(f->t, p);
    if (sym < 0)
        return constants_not_negative(f, p, AS_IT_IS) || constants_not_negative(f, p, BY_TYPE) || constants_not_negative(f, p, PRODUCTS) ||
               constants_not_negative(f, p, SLICES);
    Poly with, rest, minus = poly_constant(0);
    if (!poly_split(p, sym, &with, &rest))
        return false;
    poly_add(&minus, &with, -1);
    if (never_negative(f, &with))
        return never_negative_at_bound(f, sym, true, &with, &rest);
    if (never_negative(f, &minus))
        return never_negative_at_bound(f, sym, false, &with, &rest);
    /* linear in sym: least where sym is least or greatest */
    return never_negative_at_bound(f, sym, true, &with, &rest) && never_negative_at_bound(f, sym, false, &with, &rest);
}

bool affine_never_negative(const Timing *t, const Poly *p)
{
    Facts f = facts_of(t);
    return never_negative(&f, p);
}

/* p - least >= 0 (sign 1), or -p - least >= 0 (sign -1). */
static bool at_least(Facts *f, const Poly *p, int sign, int64_t least)
{
    Poly q = poly_constant(-least);
    poly_add(&q, p, sign);
    if (never_negative(f, &q))
        return true;
    for (int i = 0; i < f->nguards; i++) {
        Poly more = poly_copy(&q);
        poly_add(&more, &f->guard[i], -1);
        if (never_negative(f, &more))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ what the ifs around two accesses say */

static void add_guard(Facts *f, const Poly *p, int sign, int64_t more)
{
    if (f->nguards == MAX_GUARDS)
        return;
    f->guard[f->nguards] = poly_constant(more);
    poly_add(&f->guard[f->nguards++], p, sign);
}

/* An unsigned number that is not computed, nor from a signed one: p is its value. */
static bool is_plain(const Value *v, const Poly *p)
{
    if (defined_by(v, OP_CAST) && type_is_signed(v->def->args[0]->type))
        return false;
    return p->n == 0 ? p->c >= 0 : p->n == 1 && p->c == 0 && p->t[0].coef == 1 && p->t[0].sym[1] < 0;
}

/* a compared with b holds, as numbers. */
static void guard_from_comparison(Facts *f, OpCode cmp, const Op *op, bool second)
{
    Poly a = poly_of_value(f->t->m, op->args[0]), d = poly_of_value(f->t->m, op->args[1]);
    if (!type_is_signed(op->args[0]->type) && (!is_plain(op->args[0], &a) || !is_plain(op->args[1], &d)))
        return;
    poly_add(&d, &a, -1); /* b - a */
    if (second)
        d = on_second_side(f->t, &d);
    if (!d.known || d.n == 0)
        return;
    if (cmp == OP_NE && f->napart < MAX_GUARDS)
        f->apart[f->napart++] = d;
    if (cmp == OP_LT || cmp == OP_LE || cmp == OP_EQ)
        add_guard(f, &d, 1, -(cmp == OP_LT));
    if (cmp == OP_GT || cmp == OP_GE || cmp == OP_EQ)
        add_guard(f, &d, -1, -(cmp == OP_GT));
}

static void guard_from_condition(Facts *f, const Value *cond, bool holds, bool second, int depth)
{
    const Op *op = cond->def;
    OpCode cmp;
    if (!op || depth == MAX_GUARDS)
        return;
    if (op->code == OP_LNOT) {
        guard_from_condition(f, op->args[0], !holds, second, depth + 1);
    } else if (op->code == (holds ? OP_LAND : OP_LOR)) {
        guard_from_condition(f, op->args[0], holds, second, depth + 1);
        guard_from_condition(f, op->args[1], holds, second, depth + 1);
    } else if (op_is_compare(op->code) && type_is_int(op->args[0]->type)) {
        cmp = op->code;
        if (holds || op_inverse_compare(op, &cmp))
            guard_from_comparison(f, cmp, op, second);
    }
}

static void guards_around(Facts *f, const Op *access, bool second)
{
    for (const Op *op = access; op && op->parent->owner; op = op->parent->owner)
        if (op->parent->owner->code == OP_IF)
            guard_from_condition(f, op->parent->owner->args[0], op->parent == op->parent->owner->regions[0], second, 0);
}

/* a != b, of which a is not less, is a > b. */
static void guards_from_apart(Facts *f)
{
    for (int i = 0; i < f->napart; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            if (at_least(f, &f->apart[i], sign, 0))
                add_guard(f, &f->apart[i], sign, -1);
        }
}

/* Do the ifs contradict each other, or the loops? Then not both accesses happen. */
static bool guards_contradict(Facts *f)
{
    for (int i = 0; i < f->nguards; i++)
        for (int k = i; k < f->nguards; k++) {
            Poly p = poly_constant(-1);
            poly_add(&p, &f->guard[i], -1);
            if (k > i)
                poly_add(&p, &f->guard[k], -1);
            if (never_negative(f, &p))
                return true;
        }
    return false;
}

/* A multiple of what an if says is not 0. */
static bool is_apart(const Facts *f, const Poly *p)
{
    for (int i = 0; i < f->napart; i++) {
        const Poly *a = &f->apart[i];
        int64_t times = p->n ? p->t[0].coef / a->t[0].coef : 0;
        Poly d = poly_copy(p);
        poly_add(&d, a, -times);
        if (times && d.known && d.n == 0 && d.c == 0)
            return true;
    }
    return false;
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

void affine_divide(const Poly *d, const Term *stride, Poly *quotient, Poly *rest)
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

/* Does it stand for what no row is as long as (row_tables.c)? */
static bool is_row_stride(const MemInfo *m, int sym)
{
    return symbol_value(m, sym)->type->kind == TY_PTR;
}

static bool has_row_stride(const MemInfo *m, const Poly *p)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++)
            if (is_row_stride(m, p->t[i].sym[k]))
                return true;
    return false;
}

/* If |rest| leaves no room for another multiple of the stride, an overlap needs quotient == 0: then it is enough that the quotient is never
 * 0, or that the rest alone excludes it. */
static bool stride_excludes(Facts *f, const Poly *d, const Term *stride, Window w, int depth)
{
    Poly quotient, rest, s = poly_of_term(*stride);
    affine_divide(d, stride, &quotient, &rest);
    if (!quotient.known || !rest.known || (quotient.n == 0 && quotient.c == 0) || quotient.n + rest.n < d->n)
        return false;
    Poly up = s, down = s;
    poly_add(&up, &rest, 1);
    poly_add(&down, &rest, -1);
    bool rows = stride->sym[0] >= 0 && is_row_stride(f->t->m, stride->sym[0]);
    if (has_row_stride(f->t->m, &quotient) || has_row_stride(f->t->m, &rest)) /* tables of two iterations, or one of which that is not known */
        return false;
    if (!rows && (!at_least(f, &up, 1, w.above) || !at_least(f, &down, 1, w.below)))
        return false;
    return at_least(f, &quotient, 1, 1) || at_least(f, &quotient, -1, 1) || is_apart(f, &quotient) || excluded(f, &rest, w, depth + 1);
}

/* What multiplies the counters in a term: 8*T*C*(i) -> 8*T*C. */
static Term stride_of_term(const Facts *f, const Term *t)
{
    Term s = *t;
    for (int i = 0; i < POLY_DEGREE && t->sym[i] >= 0; i++)
        if (is_row_stride(f->t->m, t->sym[i]))
            return (Term){.coef = 1, .sym = {t->sym[i], -1, -1, -1}};
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
        if (depth == 0) /* which of the terms is tried first is chance */
            f->budget = BUDGET;
        if (stride_excludes(f, d, &stride, w, depth))
            return true;
    }
    return false;
}

static bool is_near(int64_t d, Window w)
{
    return d < w.above && d > -w.below;
}

/* The way of a counter in one step, for a loop of which nothing says that it has only one iteration. */
static int64_t next_step(const Op *loop)
{
    int64_t bound;
    return value_int(loop->args[1], &bound) ? 0 : for_step(loop);
}

/* Do they meet where every counter has its first value, or one of them its second? Then no test can exclude it, and none need be tried. A
 * counter of the carrier is not free to take any value on both sides. */
static bool meet_near_start(const Timing *t, const Poly *difference, Window w)
{
    Poly d = poly_copy(difference);
    int64_t moves[MAX_FACTS];
    int counters = 0;
    bool rectangular = true;
    while (d.known && d.n && counters < MAX_FACTS) {
        int sym = deepest_counter(t, &d);
        const Op *loop = sym < 0 ? NULL : counted_loop(t->m, sym);
        Poly with, rest;
        if (!loop || loop == t->carrier || !bounds_known(loop) || !poly_split(&d, sym, &with, &rest))
            return false;
        Poly first = counter_bound(t, sym, counts_up(loop)), last = counter_bound(t, sym, !counts_up(loop));
        if (!first.known || !last.known || deepest_counter(t, &last) >= 0) /* a triangle may be empty there */
            return false;
        rectangular &= first.n == 0 && with.n == 0;
        if (__builtin_mul_overflow(with.c, next_step(loop), &moves[counters++]))
            return false;
        d = poly_mul(&with, &first);
        poly_add(&d, &rest, 1);
    }
    if (!d.known || d.n)
        return false;
    bool meet = is_near(d.c, w);
    for (int64_t i = 0, at; rectangular && i < counters; i++)
        meet |= !__builtin_add_overflow(d.c, moves[i], &at) && is_near(at, w);
    return meet;
}

/* ... however often v wraps around between them. */
static bool excluded_wrapped(const Timing *t, const Wrapped *v, Window w)
{
    Facts f = facts_of(t);
    Poly moved = on_second_side(t, &v->second);
    poly_add(&moved, &v->first, -1);
    if (!at_least(&f, &moved, 1, 1 - v->modulus) || !at_least(&f, &moved, -1, 1 - v->modulus))
        return false;
    for (int e = -1; e <= 1; e++) {
        Poly by = moved, whole = v->rest;
        by.c += e * v->modulus;
        poly_add(&whole, &by, v->scale);
        f = facts_of(t);
        if (!excluded(&f, &whole, w, 0))
            return false;
    }
    return true;
}

static bool excluded_by_wrapping(const Timing *t, const Poly *d, Window w)
{
    Wrapped v;
    for (int at = 0; wrap_next(t, d, &at, &v);)
        if (excluded_wrapped(t, &v, w))
            return true;
    return false;
}

static bool excluded_by_guards(Facts *f, const Poly *d, Window w)
{
    f->budget = BUDGET;
    guards_around(f, f->t->first, false);
    guards_around(f, f->t->second, true);
    if (!f->nguards && !f->napart)
        return false;
    guards_from_apart(f);
    return guards_contradict(f) || excluded(f, d, w, 0);
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
    facts_from_counters(&f, &d);
    if (!meet_near_start(t, &d, w) && (excluded(&f, &d, w, 0) || excluded_by_wrapping(t, &d, w)))
        return false;
    return !excluded_by_guards(&f, &d, w);
}
