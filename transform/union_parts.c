/* union_parts.c: copying and clearing unions none of whose members has all that the others have.
 *
 *   union { double num; int var; struct node *kids; } to = from;   ->   to.num = from.num; to.kids = from.kids;
 *
 * Each number and each address is moved once, whichever is there; addresses last, so that the bytes are the primal's. The stores of the
 * numbers that share their bytes with an address, and those of the address, are marked: shared_bytes.c asks which it was. */
#include "derivative.h"

enum { MOST_PARTS = 64 };

typedef struct {
    int64_t at;
    const Type *type;
} Part;

typedef struct {
    Part at[MOST_PARTS];
    int n;
    bool fits; /* all of the union's bytes are moved by parts that do not cut each other */
} Parts;

static bool meets(const Part *x, int64_t at, int64_t size)
{
    return x->at < at + size && at < x->at + x->type->size;
}

static void add(Parts *p, int64_t at, const Type *t, int first)
{
    for (int i = 0; i < p->n; i++) {
        const Part *x = &p->at[i];
        bool within = x->at <= at && at + t->size <= x->at + x->type->size;
        if (!meets(x, at, t->size) || (i < first && t->kind == TY_PTR && type_is_float(x->type)))
            continue;
        bool taken_along = type_is_int(t) ? within : x->at == at && (t->kind == TY_PTR ? x->type->kind == TY_PTR : x->type == t);
        p->fits = p->fits && taken_along;
        return;
    }
    if (p->n < MOST_PARTS)
        p->at[p->n] = (Part){at, t};
    p->fits = p->fits && p->n < MOST_PARTS;
    p->n += p->n < MOST_PARTS;
}

/* The scalars of t from byte `at` on, of one kind: 0: numbers, 1: addresses, 2: others. first: how many parts are of earlier kinds. */
static void collect(Parts *p, const Type *t, int64_t at, int kind, int first)
{
    if (t->kind == TY_RECORD) {
        for (int i = 0; i < t->nfields && p->fits; i++) {
            p->fits = p->fits && !t->fields[i].bit_width;
            collect(p, t->fields[i].type, at + t->fields[i].offset_bits / 8, kind, first);
        }
    } else if (t->kind == TY_ARRAY) {
        for (int64_t i = 0; i < t->count && p->fits; i++)
            collect(p, t->elem, at + i * t->elem->size, kind, first);
    } else if (!type_is_scalar(t) || type_is_complex(t)) {
        p->fits = false;
    } else if (kind == (type_is_float(t) ? 0 : t->kind == TY_PTR ? 1 : 2)) {
        add(p, at, t, first);
    }
}

static Parts parts_of(const Type *t)
{
    Parts p = {.fits = t->nfields > 0};
    for (int kind = 0, first = 0; kind < 3; kind++, first = p.n)
        collect(&p, t, 0, kind, first);
    return p;
}

bool union_has_parts(const Type *t)
{
    return parts_of(t).fits && union_is_one_view(t);
}

bool type_hides_numbers(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return type_hides_numbers(t->elem);
    bool hides = t->kind == TY_RECORD && t->is_union && union_view(t) < 0 && !union_has_parts(t);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && !hides; i++)
        hides = type_hides_numbers(t->fields[i].type);
    return hides;
}

static bool has_part(const Type *t, int64_t at, const Type *part)
{
    bool found = t == part && at == 0;
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && !found; i++)
        found = has_part(t->fields[i].type, at - t->fields[i].offset_bits / 8, part);
    if (t->kind == TY_ARRAY && at >= 0 && at < t->size)
        found = has_part(t->elem, at % t->elem->size, part);
    return found;
}

static Value *address_of(Builder *b, Value *p, int64_t at, const Type *part)
{
    while (p->type->elem != part) {
        const Type *t = p->type->elem;
        if (t->kind == TY_ARRAY) {
            p = build_index(b, build_decay(b, p), build_int(b, type_scalar(TY_INT), at / t->elem->size));
            at %= t->elem->size;
            continue;
        }
        int i = 0;
        while (!has_part(t->fields[i].type, at - t->fields[i].offset_bits / 8, part))
            i++;
        at -= t->fields[i].offset_bits / 8;
        p = build_field(b, p, i);
    }
    return p;
}

/* Does part i share its bytes with one of the other kind? */
static bool is_either(const Parts *p, int i)
{
    bool found = false;
    for (int k = 0; k < p->n && !found; k++)
        found = k != i && meets(&p->at[k], p->at[i].at, p->at[i].type->size);
    return found;
}

static int order_of(const Type *t)
{
    return t->kind == TY_PTR;
}

void copy_union(Builder *b, Value *to, Value *from, const Type *t)
{
    Parts p = parts_of(t);
    for (int turn = 0; turn < 2; turn++)
        for (int i = 0; i < p.n; i++) {
            if (order_of(p.at[i].type) != turn)
                continue;
            Value *at = address_of(b, to, p.at[i].at, p.at[i].type);
            Value *v = build_load(b, address_of(b, from, p.at[i].at, p.at[i].type));
            op_build(b, OP_STORE, (Value *[]){at, v}, 2, 0)->either = is_either(&p, i);
        }
}

void clear_union(Builder *b, Value *to, const Type *t)
{
    Parts p = parts_of(t);
    for (int turn = 0; turn < 2; turn++)
        for (int i = 0; i < p.n; i++)
            if (order_of(p.at[i].type) == turn) {
                Value *at = address_of(b, to, p.at[i].at, p.at[i].type);
                build_store(b, at, build_zero(b, at->type->elem));
            }
}
