/* affine.c: integers and addresses as polynomials in the values they are computed from. */
#include "analysis.h"

#include <string.h>

/* ------------------------------------------------------------------ arithmetic */

static const int64_t COEF_LIMIT = (int64_t)1 << 50;

/* As far as it is in use: the terms after n are neither kept nor copied. */
static size_t poly_bytes(const Poly *p)
{
    return offsetof(Poly, t) + (size_t)p->n * sizeof p->t[0];
}

Poly poly_copy(const Poly *p)
{
    Poly copy;
    memcpy(&copy, p, poly_bytes(p));
    return copy;
}

Poly poly_constant(int64_t c)
{
    Poly p;
    p.c = c;
    p.known = true;
    p.n = 0;
    return p;
}

Poly poly_unknown(void)
{
    Poly p = poly_constant(0);
    p.known = false;
    return p;
}

Poly poly_symbol(int sym)
{
    Poly p = poly_constant(0);
    p.n = 1;
    p.t[0] = (Term){.coef = 1, .sym = {sym, -1, -1, -1}};
    return p;
}

int symbol_of(const Value *v, int side)
{
    return v->id * POLY_SIDES + side;
}

void poly_add_term(Poly *p, Term t)
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
            poly_add_term(p, t);
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
            poly_add_term(&part, t);
        for (int i = 0; i < p->n && part.known; i++) {
            if (term_mul(&p->t[i], &q->t[j], &t))
                poly_add_term(&part, t);
            else
                part.known = false;
        }
        poly_add(&r, &part, 1);
    }
    return r;
}

int term_power(const Term *t, int sym)
{
    int n = 0;
    for (int i = 0; i < POLY_DEGREE; i++)
        n += t->sym[i] == sym;
    return n;
}

Term term_without(const Term *t, int sym)
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

Poly poly_of_term(Term t)
{
    Poly p = poly_constant(t.sym[0] < 0 ? t.coef : 0);
    if (t.sym[0] >= 0)
        poly_add_term(&p, t);
    return p;
}

bool poly_same(const Poly *p, const Poly *q)
{
    Poly between = poly_copy(p);
    poly_add(&between, q, -1);
    return between.known && between.n == 0 && between.c == 0;
}

bool poly_divide(Poly *p, int64_t by)
{
    bool whole = p->known && p->c % by == 0;
    p->c /= by;
    for (int i = 0; i < p->n; i++) {
        whole &= p->t[i].coef % by == 0;
        p->t[i].coef /= by;
    }
    return whole;
}

bool poly_steady(const MemInfo *m, const Poly *p, const Op *op)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++)
            if (!value_outside(m->value[p->t[i].sym[k] / POLY_SIDES], op))
                return false;
    return p->known;
}

bool poly_split(const Poly *p, int sym, Poly *with, Poly *rest)
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
    return m->poly[v->id] ? poly_copy(m->poly[v->id]) : poly_symbol(symbol_of(v, 0));
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

const Poly *affine_keep(MemInfo *m, const Poly *p)
{
    size_t bytes = poly_bytes(p);
    return memcpy(arena_alloc(m->arena, bytes), p, bytes);
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
    bool moves = op_is_step(op->code);
    Poly zero = poly_constant(0);
    Address *a = &m->address[result->id];
    *a = (Address){op->code == OP_GLOBAL ? root_of_global(m, op) : result, NULL};
    if (moves && mem_knows(m, op->args[0]) && op->args[0]->type->kind == TY_PTR) {
        const Address *base = &m->address[op->args[0]->id];
        Poly off = base->off ? poly_copy(base->off) : zero;
        Poly step = step_of_op(m, op);
        poly_add(&off, &step, 1);
        if (off.known)
            *a = (Address){base->root ? base->root : op->args[0], affine_keep(m, &off)};
    }
    if (!a->off)
        a->off = affine_keep(m, &zero);
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
                m->poly[op->results[0]->id] = affine_keep(m, &p);
        }
        break;
    default:
        break;
    }
}
