/* sroa.c: scalar replacement of aggregates.
 *
 *     struct P p; p.x = 1;      ->  double p_x; p_x = 1;
 *     double a[2]; a[1] = x;    ->  double a_0, a_1; a_1 = x;
 *
 * One level at a time: a record becomes one LOCAL per field that is used, an array one per element where every index is a constant. A LOCAL
 * qualifies when its address is only extended by field, decay and index, and only loaded and stored through: an address that is stored,
 * passed on, merged, compared or cast could reach a neighbouring field. */
#include "transform.h"

enum { MAX_ELEMENTS = 64 };

/* What a pointer into a candidate points at, by value id. */
typedef struct {
    Op *root;      /* the LOCAL; NULL: not into a candidate */
    int64_t part;  /* field or element number; -1: the object itself */
    bool inside;   /* at something within the part: of no interest here */
    bool in_array; /* inside: steps from element to element are allowed */
    bool flat;     /* inside: the source has it as a pointer, which may go on to the next part: only known places are of this part */
    int64_t bytes; /* inside: from the part's start, as far as constant steps tell */
} Place;

/* A candidate's state hangs on op->mark: index + 1 into candidates. */
typedef struct {
    Op *local;
    bool ok;
    Value **parts; /* by field or element: the new LOCAL's address, made when first used */
} Candidate;

typedef struct {
    Fn *fn;
    Arena *scratch;
    Place *places;
    Ptrs candidates; /* Candidate* */
    PtrMap replaced;
} Sroa;

static bool is_array(const Candidate *c)
{
    return c->local->of->kind == TY_ARRAY;
}

static Candidate *candidate_of(const Sroa *s, const Op *local)
{
    return s->candidates.at[local->mark - 1];
}

/* Scalars in t; more than MAX_ELEMENTS counts as just that. */
static int64_t leaves(const Type *t)
{
    int64_t n = 0;
    if (t->kind == TY_ARRAY)
        return t->count > MAX_ELEMENTS ? MAX_ELEMENTS + 1 : t->count * leaves(t->elem);
    if (t->kind != TY_RECORD)
        return 1;
    for (int i = 0; i < t->nfields && n <= MAX_ELEMENTS; i++)
        n += leaves(t->fields[i].type);
    return n;
}

static void add_candidate(Sroa *s, Op *op)
{
    Type *t = op->of;
    op->mark = 0;
    if (op->nargs || (op->var && op->var->is_volatile))
        return;
    bool record = t->kind == TY_RECORD && !t->is_union && t->nfields > 0;
    bool array = t->kind == TY_ARRAY && t->count > 0 && leaves(t) <= MAX_ELEMENTS;
    if (!record && !array)
        return;
    Candidate *c = arena_alloc(s->scratch, sizeof *c);
    c->local = op;
    c->ok = true;
    c->parts = arena_alloc(s->scratch, (size_t)(record ? t->nfields : t->count) * sizeof *c->parts);
    ptrs_push(&s->candidates, c);
    op->mark = (int)s->candidates.n;
    s->places[op->results[0]->id] = (Place){.root = op, .part = -1};
}

/* ---------------------------------------------------------------------- which candidates qualify */

static bool in_range(const Candidate *c, int64_t part)
{
    return part >= 0 && part < (is_array(c) ? c->local->of->count : c->local->of->nfields);
}

/* A step of so many elements within a part. `p = a[0]` may be followed to a[1] by p[k], which a[0][k] may not. */
static bool step_inside(const Candidate *c, const Op *op, bool constant, int64_t i, Place *to)
{
    to->bytes += constant ? i * op->results[0]->type->elem->size : 0;
    return to->in_array && (!to->flat || (constant && to->bytes >= 0 && to->bytes < c->local->of->elem->size));
}

/* The place of an address op's result; false: the op makes the candidate unfit. */
static bool extend(Candidate *c, const Op *op, const Place *from, Place *to)
{
    int64_t i;
    *to = *from;
    if (op->code == OP_INDEX) {
        bool constant = op->nargs == 2 && value_int(op->args[1], &i);
        if (constant && i == 0)
            return true;
        if (from->inside)
            return step_inside(c, op, constant, i, to);
        to->part += constant ? i : 0;
        return is_array(c) && from->part >= 0 && constant;
    }
    if (op->code == OP_DECAY && from->part < 0) {
        to->part = 0;
        return is_array(c);
    }
    if (op->code == OP_FIELD && from->part < 0) {
        to->part = op->ival;
        to->inside = true;
        return !is_array(c) && !op->args[0]->type->elem->fields[op->ival].bit_width;
    }
    if (op->code != OP_DECAY && op->code != OP_FIELD)
        return op_only_qualifies(op);
    to->inside = true;
    to->in_array = op->code == OP_DECAY;
    to->flat = op->code == OP_DECAY && is_array(c) && op->ival;
    if (op->code == OP_FIELD)
        to->bytes += op->args[0]->type->elem->fields[op->ival].offset_bits / 8;
    return in_range(c, from->part);
}

static void visit_uses(Sroa *s, Op *op)
{
    for (int i = 0; i < op->nargs; i++) {
        Place *from = &s->places[op->args[i]->id];
        if (!from->root)
            continue;
        Candidate *c = candidate_of(s, from->root);
        if (i == 0 && op_info[op->code].kind == KIND_ADDR && op->nresults == 1)
            c->ok = extend(c, op, from, &s->places[op->results[0]->id]) && c->ok;
        else if (i == 0 && (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM))
            c->ok = c->ok && in_range(c, from->part);
        else
            c->ok = false;
    }
}

static void visit_region(Sroa *s, Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_LOCAL)
            add_candidate(s, op);
        visit_uses(s, op);
        for (int i = 0; i < op->nregions; i++)
            visit_region(s, op->regions[i]);
    }
}

/* ---------------------------------------------------------------------- splitting */

static Var *part_var(Sroa *s, const Candidate *c, int64_t part)
{
    const Var *whole = c->local->var;
    if (!whole)
        return NULL;
    Arena *a = s->fn->arena;
    Type *t = c->local->of;
    Var *v = arena_alloc(a, sizeof *v);
    v->name = is_array(c)            ? arena_printf(a, "%s_%ld", whole->name, (long)part)
              : t->fields[part].name ? arena_printf(a, "%s_%s", whole->name, t->fields[part].name)
                                     : whole->name;
    v->type = is_array(c) ? t->elem : t->fields[part].type;
    v->loc = whole->loc;
    v->owner = s->fn;
    v->is_inactive = whole->is_inactive;
    ptrs_push(&s->fn->locals, v);
    return v;
}

static Value *part_address(Sroa *s, Candidate *c, int64_t part)
{
    if (c->parts[part])
        return c->parts[part];
    Type *t = c->local->of;
    Builder b = before_op(c->local);
    Value *v = build_local(&b, is_array(c) ? t->elem : t->fields[part].type, part_var(s, c, part), NULL, 0);
    v->def->zeroed = c->local->zeroed;
    v->def->tape = c->local->tape;
    v->def->home = c->local->home;
    return c->parts[part] = v;
}

/* An address op that reaches a part is that part's own address. */
static void split_op(Op *op, void *ctx)
{
    Sroa *s = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&s->replaced, op->args[i]);
    if (op_info[op->code].kind != KIND_ADDR)
        return;
    const Place *to = &s->places[op->results[0]->id];
    if (!to->root || !candidate_of(s, to->root)->ok)
        return;
    Candidate *c = candidate_of(s, to->root);
    if (to->part < 0 || !in_range(c, to->part)) {
        ptrmap_put(&s->replaced, op->results[0], op->args[0]); /* &p + 0, or past the end and not used */
        op_remove(op);
        return;
    }
    bool enters = !is_array(c) ? op->code == OP_FIELD && op->args[0]->type->elem == c->local->of : !to->inside;
    if (!enters)
        return;
    Builder b = before_op(op);
    Value *address = part_address(s, c, to->part);
    bool scalar = type_is_scalar(address->type->elem);
    ptrmap_put(&s->replaced, op->results[0], scalar ? address : build_ptrcast(&b, address, op->results[0]->type));
    op_remove(op);
}

bool split_locals(Fn *fn)
{
    Sroa s = {.fn = fn, .scratch = arena_new()};
    s.candidates.arena = s.replaced.arena = s.scratch;
    s.places = arena_alloc(s.scratch, (size_t)fn->nvalues * sizeof *s.places);
    visit_region(&s, fn->body);
    bool changed = false;
    for (size_t i = 0; i < s.candidates.n; i++)
        changed |= ((Candidate *)s.candidates.at[i])->ok;
    if (changed) {
        walk_ops(fn->body, split_op, &s);
        for (size_t i = 0; i < s.candidates.n; i++) {
            Candidate *c = s.candidates.at[i];
            if (c->ok)
                op_remove(c->local);
        }
    }
    arena_free(s.scratch);
    return changed;
}
