/* tagged.c: integers in the bytes of numbers, where a tag says which of the two is there.
 *
 *   struct { int tag; union { double num; int var; long count; struct { int op; struct node *l, *r; } bin; } u; }
 *
 * An integer of its own has nothing to do with the number: it is another size, or beside pointers in a struct; or it is accessed after a test
 * of a tag that stands beside the union, or a store to it, where the number is not accessed. All else may look at a number's bits; so does an
 * integer under the very tag under which the number is accessed elsewhere in the function. */
#include "derivative.h"

enum { MOST_STEPS = 8 }; /* from a test to the tag */

/* The FIELD that chooses the union's member in which the access is, of the innermost union whose numbers it meets; NULL: none. */
static const Op *chosen_member(const Value *addr)
{
    for (const Value *v = addr; v->def && op_info[v->def->code].kind == KIND_ADDR && v->def->nargs; v = v->def->args[0]) {
        if (v->def->code == OP_PTRCAST)
            return NULL;
        const Type *outer = v->def->code == OP_FIELD ? v->def->args[0]->type->elem : NULL;
        if (outer && outer->is_union && type_has_float(outer))
            return v->def;
    }
    return NULL;
}

static bool has_float_of_size(const Type *t, int64_t size)
{
    if (t->kind == TY_ARRAY)
        return has_float_of_size(t->elem, size);
    bool found = type_is_differentiable(t) && (t->size == size || type_is_complex(t));
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && !found; i++)
        found = has_float_of_size(t->fields[i].type, size);
    return found;
}

static bool is_of_its_own(const Op *member, const Type *accessed)
{
    const Type *u = member->args[0]->type->elem, *t = u->fields[member->ival].type;
    return t == accessed ? !has_float_of_size(u, t->size)
                         : t->kind == TY_RECORD && !t->is_union && !type_has_float(t) && type_has_pointers(t);
}

/* ---------------------------------------------------------------------- tags */

/* The struct around the union; NULL: there is none. Unnamed unions are members like others. */
static const Value *struct_around(const Op *member)
{
    const Value *u = member->args[0];
    return u->def && u->def->code == OP_FIELD && !u->def->args[0]->type->elem->is_union ? u->def->args[0] : NULL;
}

/* The same object, where both name it in the same way: variables are loaded each time that they are named. */
static bool is_same(const Value *x, const Value *y, int depth)
{
    const Op *p = x->def, *q = y->def;
    int64_t i, k;
    if (x == y)
        return true;
    if (!p || !q || p->code != q->code || p->nargs != q->nargs || p->ival != q->ival || depth == 0)
        return false;
    if (value_int(x, &i))
        return value_int(y, &k) && i == k;
    bool same = p->nargs > 0 && (op_info[p->code].kind == KIND_ADDR || op_info[p->code].kind == KIND_ARITH || p->code == OP_LOAD);
    for (int n = 0; n < p->nargs && same; n++)
        same = is_same(p->args[n], q->args[n], depth - 1);
    return same;
}

/* An integer beside the union in that struct. */
static bool is_tag(const Value *addr, const Value *record)
{
    return addr->def && addr->def->code == OP_FIELD && type_is_int(addr->type->elem) &&
           addr->def->args[0]->type->elem == record->type->elem && is_same(addr->def->args[0], record, MOST_STEPS);
}

typedef struct {
    const Fn *fn;
    const Value *record, *local; /* local: of the function, a scalar: is what is stored there made of the tag? */
    bool found;
    int depth;
} Question;

static bool asks_tag(const Fn *fn, const Value *v, const Value *record, int depth);

static void ask_stored(Op *op, void *ctx)
{
    Question *q = ctx;
    if (!q->found && op->code == OP_STORE && op->args[0] == q->local)
        q->found = asks_tag(q->fn, op->args[1], q->record, q->depth);
}

/* Is v made of the tag? Locals are still in memory. */
static bool asks_tag(const Fn *fn, const Value *v, const Value *record, int depth)
{
    const Op *op = v->def;
    if (!op || depth == 0)
        return false;
    if (op->code == OP_LOAD && is_tag(op->args[0], record))
        return true;
    if (op->code == OP_LOAD && op->args[0]->def && op->args[0]->def->code == OP_LOCAL) {
        Question q = {.fn = fn, .record = record, .local = op->args[0], .depth = depth - 1};
        walk_ops(fn->body, ask_stored, &q);
        return q.found;
    }
    if (op->code == OP_IF) {
        bool found = asks_tag(fn, op->args[0], record, depth - 1);
        for (int k = 0; k < 2 && !found; k++)
            found = asks_tag(fn, region_terminator(op->regions[k])->args[v->index], record, depth - 1);
        return found;
    }
    for (int i = 0; i < op->nargs && op_info[op->code].kind == KIND_ARITH; i++)
        if (asks_tag(fn, op->args[i], record, depth - 1))
            return true;
    return false;
}

typedef struct {
    const Value *record, *number; /* number: an address in the union, of something floating that is accessed; or NULL */
    bool tagged;                  /* the tag is stored */
} Seen;

/* A number that is loaded here and stored there as it is, from union to union. */
static bool is_move(const Op *op)
{
    const Op *load = op->code == OP_STORE ? op->args[1]->def : op, *store = op->code == OP_STORE ? op : op->next;
    if (!load || load->code != OP_LOAD || !store || store->code != OP_STORE || store->args[1] != load->results[0])
        return false;
    const Op *from = chosen_member(load->args[0]), *to = chosen_member(store->args[0]);
    return from && to && from->args[0]->type->elem == to->args[0]->type->elem;
}

static void see(Op *op, void *ctx)
{
    Seen *s = ctx;
    if ((op->code != OP_LOAD && op->code != OP_STORE) || is_move(op))
        return;
    if (op->code == OP_STORE && is_tag(op->args[0], s->record))
        s->tagged = true;
    const Op *member = type_is_differentiable(op->args[0]->type->elem) ? chosen_member(op->args[0]) : NULL;
    const Value *record = member ? struct_around(member) : NULL;
    if (record && record->type->elem == s->record->type->elem && is_same(record, s->record, MOST_STEPS))
        s->number = op->args[0];
}

/* ---------------------------------------------------------------------- which tag */

typedef struct {
    bool known;
    int64_t tag;
} Tag;

static const Tag no_tag = {false, 0};

/* The tag of record, where cond is true or not; only what is one value. */
static Tag implied(const Value *cond, bool holds, const Value *record, int depth)
{
    const Op *op = cond->def;
    int64_t k;
    if (!op || depth == 0)
        return no_tag;
    if (op->code == OP_CAST || op->code == OP_LNOT)
        return implied(op->args[0], holds == (op->code == OP_CAST), record, depth - 1);
    if (op->code == OP_LOAD)
        return (Tag){!holds && is_tag(op->args[0], record), 0};
    if ((op->code == OP_EQ || op->code == OP_NE) && value_int(op->args[1], &k)) {
        const Op *load = op->args[0]->def;
        while (load && load->code == OP_CAST)
            load = load->args[0]->def;
        return (Tag){holds == (op->code == OP_EQ) && load && load->code == OP_LOAD && is_tag(load->args[0], record), k};
    }
    bool both = op->code == OP_IF && op->nregions == 2 && holds; /* a && b */
    if ((op->code == OP_LAND && holds) || (op->code == OP_LOR && !holds) || both) {
        const Value *second = both ? region_terminator(op->regions[0])->args[cond->index] : op->args[1];
        Tag first = implied(op->args[0], holds, record, depth - 1);
        return first.known ? first : implied(second, holds, record, depth - 1);
    }
    return no_tag;
}

/* The tag that record has at op: what was stored there before it, or what an if around it asks. */
static Tag tag_at(const Op *op, const Value *record)
{
    for (const Region *r = op->parent; r; op = r->owner, r = op ? op->parent : NULL) {
        int64_t k;
        for (const Op *before = op->prev; before; before = before->prev)
            if (before->code == OP_STORE && is_tag(before->args[0], record))
                return value_int(before->args[1], &k) ? (Tag){true, k} : no_tag;
        const Op *owner = r->owner;
        Tag t = owner && owner->code == OP_IF ? implied(owner->args[0], r == owner->regions[0], record, MOST_STEPS) : no_tag;
        if (t.known)
            return t;
    }
    return no_tag;
}

typedef struct {
    const Value *record;
    int64_t tag;
    bool found;
} Search;

static void find_number(Op *op, void *ctx)
{
    Search *s = ctx;
    if (s->found || (op->code != OP_LOAD && op->code != OP_STORE) || !type_is_differentiable(op->args[0]->type->elem) ||
        is_move(op))
        return;
    const Op *member = chosen_member(op->args[0]);
    const Value *record = member ? struct_around(member) : NULL;
    if (!record || record->type->elem != s->record->type->elem)
        return;
    Tag t = tag_at(op, record);
    s->found = t.known && t.tag == s->tag;
}

/* Is there a number in such a struct under the tag that it has at access, where an integer is asked for? */
static bool is_a_numbers_tag(const Fn *fn, const Op *access, const Value *record)
{
    Tag t = tag_at(access, record);
    Search s = {.record = record, .tag = t.tag};
    if (t.known)
        walk_ops(fn->body, find_number, &s);
    return s.found;
}

static bool has_tag(const Fn *fn, const Op *access)
{
    const Op *member = chosen_member(access->args[0]);
    const Value *record = member ? struct_around(member) : NULL;
    for (const Region *r = access->parent; record && r; r = r->owner ? r->owner->parent : NULL) {
        Seen seen = {.record = record};
        walk_ops((Region *)r, see, &seen);
        if (seen.number)
            return false;
        if (seen.tagged || (r->owner && r->owner->code == OP_IF && asks_tag(fn, r->owner->args[0], record, MOST_STEPS)))
            return !is_a_numbers_tag(fn, access, record);
    }
    return false;
}

static void mark(Op *op, void *ctx)
{
    if ((op->code == OP_LOAD || op->code == OP_STORE) && type_is_int(op->args[0]->type->elem) && op->args[0]->type->elem->size > 1)
        op->either = has_tag(ctx, op);
}

void mark_tagged(Fn *fn)
{
    walk_ops(fn->body, mark, fn);
}

bool is_in_union(const Op *access)
{
    return chosen_member(access->args[0]) != NULL;
}

/* A number that the caller sees must lose its derivative where an integer is stored over it: that is left to own objects. */
bool is_beside_number(const MemInfo *m, const Op *access)
{
    const Op *member = chosen_member(access->args[0]);
    if (!member || (access->code == OP_STORE && !mem_is_own(m, access->args[0])))
        return false;
    return access->either || is_of_its_own(member, access->args[0]->type->elem);
}
