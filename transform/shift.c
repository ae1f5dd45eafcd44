/* shift.c: what is subtracted before exp, and cancels, is taken as a constant by differentiation.
 *
 *     m = max(x); s = sum of exp(x[i] - m);   p[i] = exp(x[i] - m) / s;      and   log(s) + m
 *
 * keep values in range by an m that they do not depend on: as functions of x and m they are the same for every m, so that the derivative by
 * m is 0 whatever m is. It then need not be computed: neither the sum of all d_x[i] that would make it up to rounding, nor the way back
 * through the search for the largest. The derivatives differ by what rounding left of that 0 (-fno-shift); the function's value does not.
 *
 * The proof: every value made from m is traced as what becomes of it when m becomes m + c. It
 *
 *     stays                  not made from m, or m has cancelled
 *     gets c * k added       m itself: k = 1;   x - m: k = -1;   log of a value with factor k
 *     gets the factor e^kc   exp of the above;  its sums, products, quotients
 *
 * and all else is a refusal, as is any of them but the first where it leaves the region in which m is known: in a result, in memory that is
 * read again, in a branch or an integer. Values of both kinds of a comparison's operands change alike, and so do a value with a factor and
 * 0: the outcome stays. Arrays are followed where a loop stores each of its elements (p[i] = ...), whole: a later loop over the same indices
 * reads, or overwrites, what that one has left.
 */
#include "analysis.h"
#include "derivative.h"

#include <math.h>

/* What becomes of a value when m grows by c: + k * c, or * exp(k * c). */
typedef enum { STAYS, ZERO, ADDS, SCALES } ChangeKind; /* ZERO: the constant, which any factor leaves as it is */
typedef struct {
    ChangeKind kind;
    double k;
} Change;

/* Where an access in a loop over an array is. */
typedef struct {
    const Value *base;
    Poly start; /* in bytes */
    const Op *loop;
} Spot;

/* base[start + lo .. start + hi), lo and hi the range of a for over it. */
typedef struct {
    const Value *base, *address; /* address: of an element, in that loop */
    Poly start;
    const Op *range;
    Change change;      /* of what is in it */
    const Op *loop;     /* it is being overwritten in this loop; or NULL: */
    Change next;        /* ... with this */
    bool stored, fresh; /* ... this iteration has done so; nothing followed was in it before */
    Op *by, *next_by;   /* the stores that have left change and next */
} Array;

enum { MAX_ARRAYS = 8, MAX_OPS = 20000, MAX_ROUNDS = 6 };

typedef struct {
    Array at[MAX_ARRAYS];
    int n;
} Arrays;

typedef struct {
    Fn *fn;
    MemInfo *mem;
    PtrMap changes;   /* Value* -> Change*, but STAYS */
    Arrays arrays;
    Ptrs followed;    /* Op*: loads of arrays in which the array's change is known */
    Ptrs normals;     /* Normal*: arrays that m cancels out of */
    int left;         /* ops that may still be looked at, for all m together */
    bool refused;
} Proof;

static bool walk_region(Proof *p, Op *first);

/* ---------------------------------------------------------------------- changes */

static Change stays(void)
{
    return (Change){STAYS, 0};
}

static Change change_of(const Proof *p, const Value *v)
{
    const Change *c = ptrmap_get(&p->changes, v);
    if (c)
        return *c;
    bool zero = v->def && v->def->code == OP_FCONST && !v->def->text && v->def->fval == 0;
    return zero ? (Change){ZERO, 0} : stays();
}

static void set_change(Proof *p, const Value *v, Change c)
{
    if (c.kind <= ZERO && !ptrmap_get(&p->changes, v))
        return;
    Change *own = arena_alloc(p->fn->arena, sizeof *own);
    *own = c;
    ptrmap_put(&p->changes, v, own);
}

static bool is_kept(Change c)
{
    return c.kind <= ZERO;
}

static bool same_change(Change a, Change b)
{
    return a.kind == b.kind && a.k == b.k;
}

static Change changing(ChangeKind kind, double k)
{
    return k == 0 ? stays() : (Change){kind, k};
}

/* Of a value that is one or the other. */
static bool join(Change *into, Change other)
{
    if (same_change(*into, other))
        return true;
    if (into->kind == ZERO && (other.kind == SCALES || other.kind == STAYS))
        *into = other;
    else if (other.kind != ZERO || (into->kind != SCALES && into->kind != STAYS))
        return false;
    return true;
}

static bool refuse(Proof *p)
{
    p->refused = true;
    return false;
}

/* ---------------------------------------------------------------------- scalar ops */

static bool constant(const Value *v, double *c)
{
    if (!v->def || v->def->code != OP_FCONST || v->def->text)
        return false;
    *c = (double)v->def->fval;
    return fabs(*c) > 1e-30 && fabs(*c) < 1e30; /* no k becomes 0 by underflow */
}

/* Exponent of the factor: 0 for what stays. */
static bool factor(Change c, double *k)
{
    *k = c.kind == SCALES ? c.k : 0;
    return c.kind != ADDS;
}

static bool sum_change(Change a, Change b, bool minus, Change *out)
{
    *out = a;
    if (a.kind == SCALES || b.kind == SCALES)
        return join(out, b);
    *out = changing(ADDS, (a.kind == ADDS ? a.k : 0) + (b.kind != ADDS ? 0 : minus ? -b.k : b.k));
    return true;
}

static bool product_change(const Op *op, Change a, Change b, Change *out)
{
    double c, ka, kb;
    bool divides = op->code == OP_DIV;
    *out = (Change){ZERO, 0};
    if (a.kind == ADDS && constant(op->args[1], &c))
        *out = changing(ADDS, divides ? a.k / c : a.k * c);
    else if (b.kind == ADDS && !divides && constant(op->args[0], &c))
        *out = changing(ADDS, b.k * c);
    else if (!factor(a, &ka) || !factor(b, &kb))
        return false;
    else if (a.kind != ZERO && (divides || b.kind != ZERO))
        *out = changing(SCALES, divides ? ka - kb : ka + kb);
    return true;
}

/* Of a comparison: it stays if both sides change alike. */
static bool comparison_stays(Change a, Change b)
{
    return same_change(a, b) || (a.kind == ZERO && b.kind == SCALES) || (a.kind == SCALES && b.kind == ZERO);
}

/* ... or one is infinite. */
static bool is_infinite(const Value *v)
{
    const Op *op = v->def;
    bool sign = op && (op->code == OP_NEG || op->code == OP_CAST);
    return sign ? is_infinite(op->args[0]) : op && op->code == OP_FCONST && isinf((double)op->fval);
}

static bool scalar_change(const Op *op, const Change *a, Change *out)
{
    *out = a[0];
    switch (op->code) {
    case OP_CAST:
        return type_is_float(op->results[0]->type);
    case OP_NEG:
        out->k = a[0].kind == ADDS ? -a[0].k : a[0].k;
        return true;
    case OP_ADD:
    case OP_SUB:
        return sum_change(a[0], a[1], op->code == OP_SUB, out);
    case OP_MUL:
    case OP_DIV:
        return product_change(op, a[0], a[1], out);
    case OP_EXP:
        *out = changing(SCALES, a[0].k);
        return a[0].kind == ADDS;
    case OP_LOG:
        *out = changing(ADDS, a[0].k);
        return a[0].kind == SCALES;
    case OP_SQRT:
        *out = changing(SCALES, a[0].k / 2);
        return a[0].kind == SCALES;
    case OP_FABS:
        return a[0].kind == SCALES;
    case OP_FMAX:
    case OP_FMIN:
        return same_change(a[0], a[1]);
    case OP_SELECT:
        *out = a[1];
        return is_kept(a[0]) && join(out, a[2]);
    default:
        *out = stays();
        return op_is_compare(op->code) && (comparison_stays(a[0], a[1]) || is_infinite(op->args[0]) || is_infinite(op->args[1]));
    }
}

static bool visit_scalar(Proof *p, const Op *op)
{
    Change a[3], out;
    bool changes = false;
    for (int i = 0; i < op->nargs; i++) {
        Change c = change_of(p, op->args[i]);
        changes |= !is_kept(c);
        if (i < 3)
            a[i] = c;
    }
    if (!changes) {
        for (int i = 0; i < op->nresults; i++)
            set_change(p, op->results[i], stays()); /* an earlier round may have known otherwise */
        return true;
    }
    if (op->nargs > 3 || op->nresults != 1 || type_is_complex(op->args[op->nargs - 1]->type) || !scalar_change(op, a, &out))
        return refuse(p);
    set_change(p, op->results[0], out);
    return true;
}

/* ---------------------------------------------------------------------- arrays */


/* Is p the same in all iterations of the loop? */
static bool is_same_in(const MemInfo *m, const Poly *p, const Op *loop)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++)
            if (!value_outside(m->value[p->t[i].sym[k] / POLY_SIDES], loop))
                return false;
    return true;
}

/* base[start + i] with the counter i of a for, base and start the same throughout: that loop, else NULL. */
static Spot spot_of(const Proof *p, const Op *access)
{
    Spot at = {.loop = NULL};
    Poly with;
    const Value *address = access->args[0];
    const Address *a = mem_knows(p->mem, address) ? &p->mem->address[address->id] : NULL;
    at.base = a ? a->root : NULL;
    for (Op *loop = access->parent->owner; at.base && a->off && loop && value_outside(at.base, loop); loop = loop->parent->owner)
        if (loop->code == OP_FOR && poly_split(a->off, symbol_of(loop->regions[0]->args[0], 0), &with, &at.start) && with.n == 0 &&
            with.c == address->type->elem->size && is_same_in(p->mem, &at.start, loop)) {
            at.loop = loop;
            return at;
        }
    return at;
}

static bool same_start(const Poly *a, const Poly *b)
{
    Poly difference = poly_copy(a);
    poly_add(&difference, b, -1);
    return difference.known && difference.n == 0 && difference.c == 0;
}

static bool same_range(const Op *a, const Op *b)
{
    return a == b || (a->cmp == b->cmp && a->args[0]->type == b->args[0]->type && value_same(a->args[0], b->args[0]) &&
                      value_same(a->args[1], b->args[1]) && value_same(a->args[2], b->args[2]));
}

/* The array that an access in a loop over it is to; NULL: none, or (refused) who knows. */
static Array *array_at(Proof *p, const Value *address, const Spot *at)
{
    const Op *loop = at->loop;
    for (int i = 0; i < p->arrays.n; i++) {
        Array *a = &p->arrays.at[i];
        if (loop && a->base == at->base && same_start(&a->start, &at->start) && a->address->type->elem == address->type->elem && same_range(a->range, loop) &&
            (!a->loop || a->loop == loop))
            return a;
        if (mem_may_alias(p->mem, a->address, address)) {
            refuse(p);
            return NULL;
        }
    }
    return NULL;
}

static bool visit_load(Proof *p, Op *op)
{
    Spot at = spot_of(p, op);
    Array *a = array_at(p, op->args[0], &at);
    if (p->refused)
        return false;
    Change c = !a ? stays() : a->loop && a->stored ? a->next : a->change;
    set_change(p, op->results[0], c);
    if (a && !(a->fresh && !a->stored))
        ptrs_push(&p->followed, op);
    return true;
}

/* x[i] = x[i] * c or x[i] / c, where m cancels: in scale.c the exponential that was there is what it is now. */
static void note_normalised(Proof *p, Op *by, Op *norm)
{
    const Op *op = norm->args[1]->def;
    if (!by || by->args[1]->def->code != OP_EXP || !op || (op->code != OP_MUL && op->code != OP_DIV))
        return;
    for (size_t i = 0; i < p->normals.n; i++)
        if (((Normal *)p->normals.at[i])->norm == norm)
            return; /* in an earlier round */
    for (int k = 0; k < (op->code == OP_DIV ? 1 : 2); k++) {
        Value *x = op->args[k];
        if (x->def && x->def->code == OP_LOAD && same_address(x->def->args[0], norm->args[0]) && x->type == by->args[1]->type) {
            Normal *n = arena_alloc(p->fn->arena, sizeof *n);
            *n = (Normal){by->args[1], norm->args[1], x, op->args[1 - k], by, norm, {0}};
            ptrs_push(&p->normals, n);
            return;
        }
    }
}

static bool visit_store(Proof *p, Op *op)
{
    const Value *address = op->args[0];
    Spot at = spot_of(p, op);
    Change c = change_of(p, op->args[1]);
    if (at.loop && op->parent != at.loop->regions[0])
        at.loop = NULL; /* not in every iteration */
    Array *a = array_at(p, address, &at);
    if (p->refused || (a && a->loop && a->stored && a->address != address))
        return refuse(p);
    if (!a && is_kept(c))
        return true;
    if (!a) {
        if (!at.loop || p->arrays.n == MAX_ARRAYS || address->type->elem_volatile || op->shared)
            return refuse(p);
        a = &p->arrays.at[p->arrays.n++];
        *a = (Array){.base = at.base, .start = poly_copy(&at.start), .range = at.loop, .change = stays(), .fresh = true};
    }
    if (a->change.kind == SCALES && c.kind == STAYS && a->by && !a->loop)
        note_normalised(p, a->by, op);
    a->address = address;
    a->next_by = op;
    a->loop = at.loop;
    a->next = c;
    a->stored = true;
    return true;
}

/* After the loop. */
static void settle_arrays(Proof *p, const Op *loop)
{
    int n = 0;
    for (int i = 0; i < p->arrays.n; i++) {
        Array a = p->arrays.at[i];
        if (a.loop == loop) {
            a.change = a.next;
            a.by = a.next_by;
            a.range = loop;
            a.loop = NULL;
            a.fresh = a.stored = false;
        }
        if (!is_kept(a.change) || a.loop)
            p->arrays.at[n++] = a;
    }
    p->arrays.n = n;
}

static bool same_arrays(const Arrays *a, const Arrays *b, const Op *but_of)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++) {
        const Array *x = &a->at[i], *y = &b->at[i];
        if (x->base != y->base || !same_start(&x->start, &y->start) || x->range != y->range || x->loop != y->loop || !same_change(x->change, y->change) ||
            !same_change(x->next, y->next) || (x->stored != y->stored && x->loop != but_of))
            return false;
    }
    return true;
}

/* Are they those of every iteration, and not of the last only? */
static bool arrays_outside(const Proof *p, const Op *loop)
{
    for (int i = 0; i < p->arrays.n; i++) {
        const Array *a = &p->arrays.at[i];
        if (!value_outside(a->base, loop) || !is_same_in(p->mem, &a->start, loop) || (a->range != loop && !(value_outside(a->range->args[0], loop) &&
                                                                    value_outside(a->range->args[1], loop) &&
                                                                    value_outside(a->range->args[2], loop))))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- loops and branches */

/* What the loop carries, from its results (or the values that its condition hands on) back to its arguments. */
static bool next_round(Proof *p, Region *body, Value *const *next, int first, bool *again)
{
    for (int i = first; i < body->nargs; i++) {
        Change was = change_of(p, body->args[i]), now = was;
        if (!join(&now, change_of(p, next[i - first])))
            return refuse(p);
        *again |= !same_change(was, now);
        set_change(p, body->args[i], now);
    }
    return true;
}

static void hand_on(Proof *p, Value *const *to, Value *const *from, int n)
{
    for (int i = 0; i < n; i++) {
        Change c = change_of(p, from[i]);
        if (c.kind == ZERO) { /* of an argument that is 0 at first */
            Change *own = arena_alloc(p->fn->arena, sizeof *own);
            *own = c;
            ptrmap_put(&p->changes, to[i], own);
        } else {
            set_change(p, to[i], c);
        }
    }
}

static bool visit_for(Proof *p, Op *op)
{
    Region *body = op->regions[0];
    hand_on(p, body->args + 1, op->args + 3, body->nargs - 1);
    bool again = true;
    for (int round = 0; again; round++) {
        Arrays before = p->arrays;
        again = false;
        if (round == MAX_ROUNDS)
            return refuse(p);
        if (!walk_region(p, body->first) || !next_round(p, body, body->last->args, 1, &again) || !arrays_outside(p, op))
            return refuse(p);
        if (!same_arrays(&before, &p->arrays, op))
            again = true;
        for (int i = 0; again && i < p->arrays.n; i++)
            if (p->arrays.at[i].loop == op)
                p->arrays.at[i].stored = false;
    }
    hand_on(p, op->results + 1, body->args + 1, body->nargs - 1);
    settle_arrays(p, op);
    return true;
}

static bool visit_while(Proof *p, Op *op)
{
    Region *before = op->regions[0], *after = op->regions[1];
    hand_on(p, before->args, op->args, before->nargs);
    bool again = true;
    for (int round = 0; again; round++) {
        Arrays arrays = p->arrays;
        again = false;
        if (round == MAX_ROUNDS || !walk_region(p, before->first) || !is_kept(change_of(p, before->last->args[0])))
            return refuse(p);
        hand_on(p, after->args, before->last->args + 1, after->nargs);
        if (!walk_region(p, after->first) || !next_round(p, before, after->last->args, 0, &again) ||
            !same_arrays(&arrays, &p->arrays, NULL) || !arrays_outside(p, op))
            return refuse(p);
    }
    hand_on(p, op->results, before->last->args + 1, op->nresults);
    return true;
}

static bool visit_if(Proof *p, Op *op)
{
    if (!is_kept(change_of(p, op->args[0])))
        return refuse(p);
    for (int k = 0; k < 2; k++) {
        Arrays before = p->arrays;
        if (!walk_region(p, op->regions[k]->first))
            return false;
        if (!same_arrays(&before, &p->arrays, NULL))
            return refuse(p);
    }
    for (int i = 0; i < op->nresults; i++) {
        Change c = change_of(p, op->regions[0]->last->args[i]);
        if (!join(&c, change_of(p, op->regions[1]->last->args[i])))
            return refuse(p);
        set_change(p, op->results[i], c);
    }
    return true;
}

/* Calls, and ops on memory that are neither loads nor stores: of what does not change. */
static bool visit_other(Proof *p, const Op *op)
{
    for (int i = 0; i < op->nargs; i++)
        if (!is_kept(change_of(p, op->args[i])))
            return refuse(p);
    bool harmless = op_info[op->code].effect == EFFECT_PURE || op->code == OP_FREE || op->code == OP_ALLOC || op->code == OP_ASSERT;
    return harmless || p->arrays.n == 0 || refuse(p);
}

/* From first on, the terminator left out. */
static bool walk_region(Proof *p, Op *first)
{
    for (Op *op = first; op && op->next; op = op->next) {
        OpKind kind = op_info[op->code].kind;
        if (p->left-- <= 0)
            return refuse(p);
        bool ok = op->code == OP_FOR     ? visit_for(p, op)
                  : op->code == OP_WHILE ? visit_while(p, op)
                  : op->code == OP_IF    ? visit_if(p, op)
                  : op->code == OP_LOAD  ? visit_load(p, op)
                  : op->code == OP_STORE ? is_kept(change_of(p, op->args[0])) && visit_store(p, op)
                  : kind == KIND_ARITH || kind == KIND_MATH ? visit_scalar(p, op)
                                                            : visit_other(p, op);
        if (!ok)
            return refuse(p);
    }
    return true;
}

/* ---------------------------------------------------------------------- what is left behind */

typedef struct {
    Proof *p;
    const Array *array;
    bool read;
} Reader;

static bool points_into(const Proof *p, const Value *pointer, const Value *array)
{
    const IntSet *to = mem_points_to(p->mem, pointer), *of = mem_points_to(p->mem, array);
    for (int i = 0; i < of->n; i++)
        if (intset_has(to, of->at[i]))
            return true;
    return false;
}

/* Might op read what is left in the array, at a time when that is not followed? */
static void find_reader(Op *op, void *ctx)
{
    Reader *r = ctx;
    if (op->code == OP_LOAD) {
        r->read |= !ptrs_has(&r->p->followed, op) && mem_may_alias(r->p->mem, r->array->address, op->args[0]);
    } else if (op->code == OP_STORE) { /* of its address: others read it */
        r->read |= op->args[1]->type->kind == TY_PTR && points_into(r->p, op->args[1], r->array->address);
    } else if (op->code == OP_COPY || op->code == OP_REALLOC || op_info[op->code].kind == KIND_CALL) {
        for (int i = 0; i < op->nargs; i++)
            r->read |= op->args[i]->type->kind == TY_PTR && points_into(r->p, op->args[i], r->array->address);
    }
}

/* The function's own memory, read only where it is followed, or after it is overwritten there. */
static bool is_dead(Proof *p, const Array *a)
{
    const IntSet *objects = mem_points_to(p->mem, a->address);
    for (int i = 0; i < objects->n; i++) {
        ObjKind kind = mem_object_kind(p->mem, objects->at[i]);
        if ((kind != OBJ_LOCAL && kind != OBJ_HEAP) || mem_escaped(p->mem, objects->at[i]))
            return false;
    }
    Reader r = {p, a, objects->n == 0};
    walk_ops(p->fn->body, find_reader, &r);
    const Op *end = region_terminator(p->fn->body);
    for (int i = 0; i < end->nargs; i++)
        r.read |= end->args[i]->type->kind == TY_PTR && points_into(p, end->args[i], a->address);
    return !r.read;
}

/* ---------------------------------------------------------------------- m */

static bool cancels(Proof *p, const Value *m)
{
    Region *region = m->def ? m->def->parent : m->arg_of;
    const Op *end = region->last;
    p->changes = (PtrMap){.arena = p->fn->arena};
    p->followed = p->normals = (Ptrs){.arena = p->fn->arena};
    p->arrays.n = 0;
    p->refused = false;
    set_change(p, m, (Change){ADDS, 1});
    if (!walk_region(p, m->def ? m->def->next : region->first))
        return false;
    for (int i = 0; i < end->nargs; i++)
        if (!is_kept(change_of(p, end->args[i])))
            return false;
    for (int i = 0; i < p->arrays.n; i++)
        if (!is_dead(p, &p->arrays.at[i]))
            return false;
    return true;
}

/* exp(x - m), also of a multiple: m in *found. */
static void find_shift(Op *op, void *ctx)
{
    Ptrs *found = ctx;
    double c;
    if (op->code != OP_EXP)
        return;
    const Value *v = op->args[0];
    for (; v->def && v->def->code != OP_SUB; v = v->def->args[constant(v->def->args[0], &c)])
        if (v->def->code != OP_NEG && v->def->code != OP_CAST &&
            ((v->def->code != OP_MUL && v->def->code != OP_DIV) || !(constant(v->def->args[0], &c) || constant(v->def->args[1], &c))))
            return;
    if (!v->def || v->def->code != OP_SUB)
        return;
    for (int k = 1; k >= 0; k--) {
        Value *m = v->def->args[k];
        if (type_is_float(m->type) && !value_is_const(m) && !ptrs_has(found, m))
            ptrs_push(found, m);
    }
}

/* All later uses are of the constant. */
static void hold(Fn *fn, Value *m)
{
    Builder b = m->def ? after_op(m->def) : (Builder){fn, m->arg_of, m->arg_of->first, fn->loc};
    PtrMap map = {.arena = fn->arena};
    Op *op = op_build(&b, OP_HOLD, &m, 1, 1);
    op->results[0]->type = m->type;
    op->results[0]->var = m->var;
    op->note = "the function is the same for every value of this";
    ptrmap_put(&map, m, op->results[0]);
    replace_uses_map(fn, &map);
    op->args[0] = m;
}

/* One array that m has cancelled out of, and what else changes with m: for scale.c. */
static void keep_normal(Proof *p)
{
    Fn *fn = p->fn;
    if (p->normals.n != 1)
        return;
    Normal *n = p->normals.at[0];
    n->changing.arena = fn->arena;
    for (size_t i = 0; i < p->changes.cap; i++)
        if (p->changes.slots[i].key && !is_kept(*(const Change *)p->changes.slots[i].val))
            ptrmap_put(&n->changing, p->changes.slots[i].key, n);
    if (!fn->normals) {
        fn->normals = arena_alloc(fn->arena, sizeof *fn->normals);
        *fn->normals = (Ptrs){.arena = fn->arena};
    }
    ptrs_push(fn->normals, n);
}

void hold_shifts(Fn *fn, bool scale)
{
    Ptrs found = {.arena = fn->arena};
    walk_ops(fn->body, find_shift, &found);
    if (found.n == 0)
        return;
    Proof p = {.fn = fn, .mem = mem_analyse(fn), .left = MAX_OPS};
    Ptrs held = {.arena = fn->arena};
    for (size_t i = 0; i < found.n; i++)
        if (cancels(&p, found.at[i])) {
            ptrs_push(&held, found.at[i]);
            if (scale)
                keep_normal(&p);
        }
    for (size_t i = 0; i < held.n; i++)
        hold(fn, held.at[i]);
}

static void find_held(Op *op, void *ctx)
{
    if (op->code == OP_HOLD)
        ptrmap_put(ctx, op->results[0], op->args[0]);
}

void release_shifts(Fn *fn)
{
    PtrMap held = {.arena = fn->arena};
    walk_ops(fn->body, find_held, &held);
    if (held.n == 0)
        return;
    replace_uses_map(fn, &held);
    remove_dead(fn);
}
