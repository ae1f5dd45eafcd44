/* union.c: unions whose members are views of the same floating numbers.
 *
 *     union { struct { double x, y, z; }; double v[3]; }        one view: each number has one shadow, whatever its name
 *     union { float f; double d; }                              two: what is written as one and read as the other has no derivative
 */
#include "transform.h"

enum { MAX_LEAVES = 4096 };

typedef struct {
    int64_t at, size; /* bytes */
    const Type *type;
} Leaf;

typedef struct {
    Leaf *at;
    int n; /* MAX_LEAVES + 1: too many */
} Leaves;

/* The scalars of t from byte `at` on; a complex number is two reals. */
static void collect(Leaves *l, const Type *t, int64_t at)
{
    if (t->kind == TY_RECORD) {
        for (int i = 0; i < t->nfields && l->n <= MAX_LEAVES; i++)
            collect(l, t->fields[i].type, at + t->fields[i].offset_bits / 8);
    } else if (t->kind == TY_ARRAY) {
        for (int64_t i = 0; i < t->count && l->n <= MAX_LEAVES; i++)
            collect(l, t->elem, at + i * t->elem->size);
    } else if (type_is_complex(t)) {
        collect(l, type_real_of(t), at);
        collect(l, type_real_of(t), at + t->size / 2);
    } else {
        if (l->n < MAX_LEAVES)
            l->at[l->n] = (Leaf){at, t->size, t};
        l->n++;
    }
}

static Leaves leaves_of(Arena *a, const Type *t)
{
    Leaves l = {.at = arena_alloc(a, sizeof *l.at * MAX_LEAVES)};
    collect(&l, t, 0);
    return l;
}

static bool overlap(const Leaf *x, const Leaf *y)
{
    return x->at < y->at + y->size && y->at < x->at + x->size;
}

/* Is each floating number of x that overlaps one of y the same number of the same type? */
static bool agree(const Leaves *x, const Leaves *y)
{
    if (x->n > MAX_LEAVES || y->n > MAX_LEAVES)
        return false;
    for (int i = 0; i < x->n; i++)
        for (int k = 0; type_is_float(x->at[i].type) && k < y->n; k++)
            if (type_is_float(y->at[k].type) && overlap(&x->at[i], &y->at[k]) &&
                (x->at[i].at != y->at[k].at || x->at[i].type != y->at[k].type))
                return false;
    return true;
}

/* Are x's bytes moved where y is? A floating number takes integers in its bytes along. */
static bool holds(const Leaf *y, const Leaf *x)
{
    if (y->at == x->at && y->type == x->type)
        return true;
    return type_is_float(y->type) && type_is_int(x->type) && y->at <= x->at && x->at + x->size <= y->at + y->size;
}

/* Is every scalar of part one of whole? */
static bool covers(const Leaves *whole, const Leaves *part)
{
    if (whole->n > MAX_LEAVES || part->n > MAX_LEAVES)
        return false;
    for (int i = 0; i < part->n; i++) {
        bool found = false;
        for (int k = 0; k < whole->n && !found; k++)
            found = holds(&whole->at[k], &part->at[i]);
        if (!found)
            return false;
    }
    return true;
}

typedef bool (*Relation)(const Leaves *x, const Leaves *y);

/* Has member i that relation to all others? */
static bool relates(const Leaves *members, int n, int i, Relation relation)
{
    for (int k = 0; k < n; k++)
        if (k != i && !relation(&members[i], &members[k]))
            return false;
    return true;
}

bool union_is_one_view(const Type *t)
{
    int with_floats = 0;
    for (int i = 0; i < t->nfields; i++)
        with_floats += type_has_float(t->fields[i].type);
    if (with_floats < 2)
        return true;
    Arena *a = arena_new();
    Leaves *members = arena_alloc(a, sizeof *members * (size_t)t->nfields);
    for (int i = 0; i < t->nfields; i++)
        members[i] = leaves_of(a, t->fields[i].type);
    bool one = true;
    for (int i = 0; i < t->nfields && one; i++)
        one = relates(members, t->nfields, i, agree);
    arena_free(a);
    return one;
}

bool type_has_float_at(const Type *t, int64_t at, int64_t size)
{
    Arena *a = arena_new();
    Leaves l = leaves_of(a, t);
    Leaf part = {at, size, NULL};
    bool found = l.n > MAX_LEAVES;
    for (int i = 0; i < l.n && i < MAX_LEAVES && !found; i++)
        found = type_is_float(l.at[i].type) && overlap(&l.at[i], &part);
    arena_free(a);
    return found;
}

int union_view(const Type *t)
{
    Arena *a = arena_new();
    Leaves *members = arena_alloc(a, sizeof *members * (size_t)(t->nfields + 1));
    for (int i = 0; i < t->nfields; i++)
        members[i] = leaves_of(a, t->fields[i].type);
    int view = -1;
    for (int i = 0; i < t->nfields && view < 0; i++)
        if (relates(members, t->nfields, i, covers))
            view = i;
    arena_free(a);
    return view;
}
