/* wrap.c: unsigned integers that are narrower than addresses, as polynomials.
 *
 *   a[i + k], i and k unsigned: i + k may wrap around at M = 2^32
 *
 * v = i + k is a symbol of its own to affine.c, and two executions of it are two numbers. But v is i + k - e * M for some integer e, and both
 * are between 0 and M - 1; so where i is the same and k moves by less than M between the two, v' - v is k' - k + e * M with e one of -1, 0
 * and 1: three questions instead of one.
 */
#include "analysis.h"

enum { DEPTH = 6 };

static bool is_narrow(const Type *t)
{
    return type_is_int(t) && t->kind != TY_BOOL && !type_is_signed(t) && t->size < 8;
}

int64_t wrap_modulus(const Value *v)
{
    return is_narrow(v->type) ? (int64_t)1 << (8 * v->type->size) : 0;
}

/* v but for multiples of its modulus. */
static Poly unwrapped(const MemInfo *m, const Value *v, int depth)
{
    const Op *op = v->def;
    Poly r = poly_constant(0);
    int64_t c;
    if (depth == 0 || !op || !mem_knows(m, v) || m->poly[v->id] || (op->code != OP_ADD && op->code != OP_SUB && op->code != OP_MUL))
        return poly_of_value(m, v);
    Poly x = unwrapped(m, op->args[0], depth - 1), y = unwrapped(m, op->args[1], depth - 1);
    if (op->code == OP_MUL)
        return value_int(op->args[0], &c) || value_int(op->args[1], &c) ? poly_mul(&x, &y) : poly_of_value(m, v);
    poly_add(&r, &x, 1);
    poly_add(&r, &y, op->code == OP_ADD ? 1 : -1);
    return r;
}

/* Is the term a multiple of a narrow unsigned value, on that side? */
static const Value *narrow_value(const MemInfo *m, const Term *t, int side)
{
    const Value *v = t->sym[0] >= 0 && t->sym[1] < 0 && t->sym[0] % POLY_SIDES == side ? m->value[t->sym[0] / POLY_SIDES] : NULL;
    return v && wrap_modulus(v) ? v : NULL;
}

bool wrap_next(const Timing *t, const Poly *difference, int *at, Wrapped *out)
{
    const Poly *d = difference;
    while (*at < d->n * d->n) {
        int i = *at / d->n, k = *at % d->n;
        ++*at;
        const Value *first = narrow_value(t->m, &d->t[i], 0), *second = narrow_value(t->m, &d->t[k], 1);
        if (!first || !second || d->t[i].coef != -d->t[k].coef || wrap_modulus(first) != wrap_modulus(second))
            continue;
        *out = (Wrapped){unwrapped(t->m, first, DEPTH), unwrapped(t->m, second, DEPTH), *d, d->t[k].coef, wrap_modulus(first)};
        Poly itself = poly_symbol(d->t[i].sym[0]), other = poly_symbol(d->t[k].sym[0]), same = itself;
        poly_add(&out->rest, &itself, out->scale);
        poly_add(&out->rest, &other, -out->scale);
        poly_add(&same, &out->first, -1);
        if (out->first.known && out->second.known && out->rest.known && (same.n || first != second))
            return true;
    }
    return false;
}

/* The greatest value of v: of its type, or less where it is a quotient. */
bool wrap_most(const Value *v, int64_t *most)
{
    int64_t c;
    if (!type_is_int(v->type) || v->type->size >= 8)
        return false;
    *most = ((int64_t)1 << (8 * v->type->size - (type_is_signed(v->type) ? 1 : 0))) - 1;
    const Op *op = v->def;
    if (op && op->code == OP_DIV && value_int(op->args[1], &c) && c > 0)
        *most /= c;
    if (op && op->code == OP_SHR && value_int(op->args[1], &c) && c > 0 && c < 8 * v->type->size)
        *most >>= c;
    return true;
}
