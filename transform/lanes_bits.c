/* lanes_bits.c: which directions reach what: a derivative in which each lane is a set of 64 directions, a word of bits.
 *
 *   d = x * d_a[i] + d_b;   ->   s = s_a[i] | s_b;
 *
 * A product of a set and any number is the set (bit patterns: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. 2008, section
 * 7.1): the structure does not depend on values, but for branches that are taken and elements that are chosen.
 *
 * Words need memory of their own type. In place, each is in the bytes of the number that it stands for, so that structs, rows of pointers
 * and addresses in memory stay what they are:   d += d_p->x;   ->   s |= ad_set_double(&d_p->x);
 */
#include "lanes.h"

#include <string.h>

typedef struct {
    Lanes l;
    PtrMap sets; /* lane Value* that was computed -> its set */
    bool in_place;
    bool calls; /* are there calls that take sets? */
} Bits;

static Type *word(void)
{
    return type_scalar(TY_ULLONG);
}

static Type *type_of_sets(Type *t)
{
    if (t->kind == TY_ARRAY)
        return type_array_q(type_of_sets(t->elem), t->count, t->elem_const, t->elem_volatile);
    if (t->kind == TY_PTR)
        return type_ptr_q(type_of_sets(t->elem), t->elem_const, t->elem_volatile);
    return type_is_float(t) || type_is_complex(t) ? word() : t;
}

static void cannot(Bits *b, Loc loc, const char *why)
{
    if (!b->l.why) {
        b->l.why = why;
        b->l.where = loc;
    }
}

/* ---------------------------------------------------------------------- what cannot be done */

static const Type *leaf(const Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

static void refuse_op(Op *op, void *ctx)
{
    Bits *b = ctx;
    for (int i = 0; i < op->nresults; i++) {
        const Value *v = op->results[i];
        if (is_lane(&b->l, v) && !type_is_float(v->type) && !type_is_complex(v->type))
            cannot(b, op->loc, "a comparison depends on a derivative");
        if (!b->in_place && points_to_lanes(&b->l, v) && leaf(v->type->elem)->kind == TY_RECORD)
            cannot(b, op->loc, "derivatives inside structs");
    }
    bool pointer = (op->code == OP_STORE && points_to_lanes(&b->l, op->args[1])) || (op->code == OP_LOAD && points_to_lanes(&b->l, op->results[0]));
    if (pointer && !b->in_place)
        cannot(b, op->loc, "addresses of derivatives are kept in memory");
    if (op->code == OP_IF && is_lane(&b->l, op->args[0]))
        cannot(b, op->loc, "a condition depends on a derivative");
}

/* ---------------------------------------------------------------------- types */

static Var *var_of_sets(Bits *b, const Var *var)
{
    Var *v = arena_alloc(b->l.fn->program->arena, sizeof *v);
    *v = *var;
    v->type = type_of_sets(var->type);
    v->spelled = NULL;
    return v;
}

static void retype(Bits *b, Value *v)
{
    bool pointer = v->type->kind == TY_PTR && points_to_lanes(&b->l, v);
    if (pointer && b->in_place)
        return;
    if (!pointer && !is_lane(&b->l, v))
        return;
    v->type = type_of_sets(v->type);
    v->var = v->var ? var_of_sets(b, v->var) : NULL;
}

static void find_call(Op *op, void *ctx)
{
    Bits *b = ctx;
    b->calls = b->calls || (op->code == OP_CALL && lanes_takes_sets(&b->l, op));
}

/* Calls read the sets of whole arrays, also where the function only writes. */
static void zero_object(Bits *b, Op *op)
{
    bool object = (op->code == OP_LOCAL || op->code == OP_ALLOC) && points_to_lanes(&b->l, op->results[0]);
    if (!b->calls || !object || op->zeroed)
        return;
    Builder at = op->code == OP_ALLOC ? before_op(op) : after_op(op);
    Type *size_type = type_scalar(TY_ULONG);
    op->zeroed = op->code == OP_ALLOC || op->nargs == 0;
    if (op->code == OP_ALLOC && op->nargs == 1)
        op_add_arg(op, build_int(&at, size_type, 1));
    if (op->zeroed)
        return;
    Value *n = build_int(&at, size_type, 1);
    for (int i = 0; i < op->nargs; i++)
        n = build_bin(&at, OP_MUL, n, build_cast(&at, op->args[i], size_type));
    op_build(&at, OP_ZERO, (Value *[]){op->results[0], n}, 2, 0);
}

static void retype_op(Op *op, void *ctx)
{
    Bits *b = ctx;
    bool object = !b->in_place && op->nresults == 1 && op->results[0]->type->kind == TY_PTR && points_to_lanes(&b->l, op->results[0]);
    Builder at = before_op(op);
    zero_object(b, op);
    if (op->code == OP_LOCAL && object) {
        op->of = type_of_sets(op->of);
        op->var = op->var ? var_of_sets(b, op->var) : NULL;
    } else if (op->code == OP_ALLOC && object) { /* a float has half a word */
        int last = op->nargs > 1 ? 1 : 0;
        op->args[last] = build_bin(&at, OP_MUL, op->args[last], build_int(&at, op->args[last]->type, 2));
    }
    for (int i = 0; i < op->nresults; i++)
        retype(b, op->results[i]);
    for (int r = 0; r < op->nregions; r++)
        for (int i = 0; i < op->regions[r]->nargs; i++)
            retype(b, op->regions[r]->args[i]);
}

/* ---------------------------------------------------------------------- ops */

/* The set of v at b; what is no lane is reached by no direction. */
static Value *set_of(Bits *b, Builder *at, Value *v)
{
    return is_lane(&b->l, v) ? map_value(&b->sets, v) : build_zero(at, word());
}

static void compute(Bits *b, Op *op)
{
    Builder at = before_op(op);
    Value *sum = NULL;
    if (op->code == OP_SELECT) {
        sum = build_select(&at, op->args[0], set_of(b, &at, op->args[1]), set_of(b, &at, op->args[2]));
    } else {
        for (int i = 0; i < op->nargs; i++) {
            Value *set = is_lane(&b->l, op->args[i]) ? set_of(b, &at, op->args[i]) : NULL;
            if (set && set != sum)
                sum = sum ? build_bin(&at, OP_OR, sum, set) : set;
        }
    }
    for (int i = 0; i < op->nresults; i++)
        ptrmap_put(&b->sets, op->results[i], sum);
}

/* ---------------------------------------------------------------------- sets in the bytes of numbers */

typedef enum { SET_GET, SET_PUT, SET_ADD } Access;

static Value *call_access(Builder *at, Access access, const Type *t, Value *p, Value *set)
{
    static const char *const names[][3] = {
        {"ad_set_float", "ad_put_set_float", "ad_add_set_float"},
        {"ad_set_double", "ad_put_set_double", "ad_add_set_double"},
        {"ad_set_ldouble", "ad_put_set_ldouble", "ad_add_set_ldouble"},
    };
    Op *call = op_build(at, OP_CALL, (Value *[]){p, set}, access == SET_GET ? 1 : 2, access == SET_GET ? 1 : 0);
    call->text = names[t->kind == TY_F32 ? 0 : t->kind == TY_F64 ? 1 : 2][access];
    call->of = access == SET_GET ? word() : type_void();
    if (access != SET_GET)
        return NULL;
    call->results[0]->type = word();
    return call->results[0];
}

/* A complex number has its set in both parts. */
static Value *access_set(Builder *at, Access access, Value *p, Value *set)
{
    Type *t = p->type->elem;
    if (access != SET_GET && p->type->elem_const)
        p = build_ptrcast(at, p, type_ptr(t));
    if (!type_is_complex(t))
        return call_access(at, access, t, p, set);
    Type *part = type_real_of(t);
    Value *re = build_ptrcast(at, p, type_ptr(part)), *im = build_index(at, re, build_int(at, type_scalar(TY_INT), 1));
    Value *first = call_access(at, access, part, re, set), *second = call_access(at, access, part, im, set);
    return first ? build_bin(at, OP_OR, first, second) : NULL;
}

/* The load, store or addition of a number. */
static void access_in_place(Bits *b, Op *op)
{
    Builder at = before_op(op);
    if (op->code == OP_LOAD) {
        ptrmap_put(&b->sets, op->results[0], access_set(&at, SET_GET, op->args[0], NULL));
        return;
    }
    if (is_lane(&b->l, op->args[1]))
        access_set(&at, op->code == OP_ACCUM ? SET_ADD : SET_PUT, op->args[0], set_of(b, &at, op->args[1]));
    else if (op->code == OP_STORE)
        build_store(&at, op->args[0], build_zero(&at, op->args[0]->type->elem));
    op_remove(op);
}

static bool is_access_in_place(const Bits *b, const Op *op)
{
    if (!b->in_place || (op->code != OP_LOAD && op->code != OP_STORE && op->code != OP_ACCUM))
        return false;
    if (op->code == OP_LOAD)
        return is_lane(&b->l, op->results[0]);
    return type_is_differentiable(op->args[0]->type->elem) && (is_lane(&b->l, op->args[1]) || points_to_lanes(&b->l, op->args[0]));
}

static void find_narrow(Op *op, void *ctx)
{
    bool *narrow = ctx;
    *narrow = *narrow || (op->code == OP_CALL && op->text && strstr(op->text, "set_float"));
}

int index_set_size(const Fn *fn)
{
    bool narrow = false;
    walk_ops(fn->body, find_narrow, &narrow);
    for (size_t i = 0; i < fn->helpers.n; i++)
        walk_ops(((Fn *)fn->helpers.at[i])->body, find_narrow, &narrow);
    return narrow ? 32 : 64;
}

/* ---------------------------------------------------------------------- regions */

static void accumulate(Bits *b, Op *op)
{
    Builder at = before_op(op);
    if (is_lane(&b->l, op->args[1]))
        build_store(&at, op->args[0], build_bin(&at, OP_OR, build_load(&at, op->args[0]), set_of(b, &at, op->args[1])));
    op_remove(op);
}

/* Operands `from` on of op become the lanes among values. */
static void hand_on(Bits *b, Op *op, int from, Value **values, int n)
{
    Builder at = before_op(op);
    for (int i = 0; i < n; i++)
        if (is_lane(&b->l, values[i]))
            op->args[from + i] = set_of(b, &at, op->args[from + i]);
}

static void region_bits(Bits *b, Region *r);

static void control(Bits *b, Op *op)
{
    Region *first = op->regions[0];
    if (op->code == OP_FOR)
        hand_on(b, op, 3, first->args + 1, first->nargs - 1);
    else if (op->code == OP_WHILE)
        hand_on(b, op, 0, first->args, first->nargs);
    for (int r = 0; r < op->nregions; r++)
        region_bits(b, op->regions[r]);
    if (op->code == OP_FOR)
        hand_on(b, region_terminator(first), 0, first->args + 1, first->nargs - 1);
    for (int r = 0; r < 2 && op->code == OP_IF; r++)
        hand_on(b, region_terminator(op->regions[r]), 0, op->results, op->nresults);
    if (op->code == OP_WHILE) {
        hand_on(b, region_terminator(first), 1, op->results, op->nresults);
        hand_on(b, region_terminator(op->regions[1]), 0, first->args, first->nargs);
    }
}

static void call_with_sets(Bits *b, Op *call)
{
    Builder at = before_op(call);
    Value *scalars = NULL, *set;
    at.loc = call->loc;
    for (int i = 0; i < call->nargs; i++)
        if (is_lane(&b->l, call->args[i])) {
            set = set_of(b, &at, call->args[i]);
            scalars = scalars ? build_bin(&at, OP_OR, scalars, set) : set;
        }
    set = lanes_call_sets(&b->l, &at, call, scalars ? scalars : build_zero(&at, word()));
    if (call->nresults && is_lane(&b->l, call->results[0]))
        ptrmap_put(&b->sets, call->results[0], set);
    else
        lanes_end_call(call);
}

static void region_bits(Bits *b, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        Builder at = before_op(op);
        if (op->nregions)
            control(b, op);
        else if (is_access_in_place(b, op))
            access_in_place(b, op);
        else if (op->code == OP_CALL && lanes_takes_sets(&b->l, op))
            call_with_sets(b, op);
        else if (op->code == OP_ACCUM && points_to_lanes(&b->l, op->args[0]))
            accumulate(b, op);
        else if ((op->code == OP_STORE && !b->in_place && is_lane_op(&b->l, op)) || (op->code == OP_PUSH && is_lane(&b->l, op->args[1])))
            op->args[1] = set_of(b, &at, op->args[1]);
        else if (op->code != OP_LOAD && op->code != OP_STORE && is_lane_op(&b->l, op))
            compute(b, op);
    }
}

static void remove_computed(Op *op, void *ctx)
{
    const Bits *b = ctx;
    if (op->nresults && ptrmap_get(&b->sets, op->results[0]))
        op_remove(op);
}

bool index_sets(Fn *fn, unsigned shadows, bool in_place, Loc *where, const char **why)
{
    Bits b = {.sets = {.arena = fn->arena}, .in_place = in_place};
    if (lanes_find(&b.l, fn, in_place ? SETS_IN_PLACE : DIRECTION_SETS, shadows))
        walk_ops(fn->body, refuse_op, &b);
    for (int i = 0; i < fn->body->nargs && !in_place; i++)
        if (points_to_lanes(&b.l, fn->body->args[i]) && leaf(fn->body->args[i]->type->elem)->kind == TY_RECORD)
            cannot(&b, fn->loc, "derivatives inside structs");
    *why = b.l.why;
    *where = b.l.where.line ? b.l.where : fn->loc;
    if (b.l.why)
        return false;
    for (int i = 0; i < fn->body->nargs; i++) {
        Value *p = fn->body->args[i];
        retype(&b, p);
        if (is_lane(&b.l, p) || points_to_lanes(&b.l, p))
            fn->params[i] = p->var;
    }
    walk_ops(fn->body, find_call, &b);
    walk_ops(fn->body, retype_op, &b);
    region_bits(&b, fn->body);
    lanes_forget_lengths(fn);
    replace_uses_map(fn, &b.sets);
    walk_ops(fn->body, remove_computed, &b);
    return true;
}
