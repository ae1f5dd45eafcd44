/* rewrite.c: small questions and edits that several passes share. */
#include "transform.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------- values */

int64_t int_wrap(const Type *t, uint64_t x)
{
    if (t->kind == TY_BOOL)
        return x != 0;
    if (t->size >= 8)
        return (int64_t)x;
    unsigned bits = (unsigned)t->size * 8;
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    x &= mask;
    if (type_is_signed(t) && x >> (bits - 1))
        x |= ~mask;
    return (int64_t)x;
}

bool value_int(const Value *v, int64_t *out)
{
    if (!v->def || !type_is_int(v->type))
        return false;
    if (v->def->code == OP_ICONST) {
        *out = int_wrap(v->type, (uint64_t)v->def->ival);
        return true;
    }
    int64_t x;
    if (v->def->code != OP_CAST || !value_int(v->def->args[0], &x))
        return false;
    *out = int_wrap(v->type, (uint64_t)x);
    return true;
}

bool value_is_zero(const Value *v)
{
    return v->def && v->def->code == OP_FCONST && !v->def->text && float_same_bits(v->def->fval, 0);
}

bool op_clears(const Op *op)
{
    return op->code == OP_STORE && value_is_zero(op->args[1]);
}

bool value_is(const Value *v, int64_t k)
{
    int64_t x;
    return value_int(v, &x) && x == int_wrap(v->type, (uint64_t)k);
}

bool value_is_const(const Value *v)
{
    return v->def && (v->def->code == OP_ICONST || v->def->code == OP_FCONST || v->def->code == OP_NULLPTR);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

bool value_same(const Value *a, const Value *b)
{
    if (a == b)
        return true;
    if (!value_is_const(a) || !value_is_const(b) || a->def->code != b->def->code || a->type != b->type)
        return false;
    if (!same_text(a->def->text, b->def->text))
        return false;
    if (a->def->code == OP_ICONST)
        return int_wrap(a->type, (uint64_t)a->def->ival) == int_wrap(b->type, (uint64_t)b->def->ival);
    return a->def->code == OP_NULLPTR || float_same_bits(a->def->fval, b->def->fval);
}

bool float_same_bits(long double x, long double y)
{
    if (x != x || y != y)
        return false; /* NaNs are not told apart: never the same */
    return x == y && !signbit(x) == !signbit(y);
}

static bool is_bool(const Value *v, int depth)
{
    int64_t c;
    if (value_int(v, &c))
        return c == 0 || c == 1;
    if (v->type->kind == TY_BOOL)
        return true;
    if (!v->def || !type_is_int(v->type) || !depth)
        return false;
    OpCode code = v->def->code;
    if (op_is_compare(code) || code == OP_LNOT || code == OP_LAND || code == OP_LOR)
        return true;
    if (code == OP_CAST)
        return type_is_int(v->def->args[0]->type) && is_bool(v->def->args[0], depth - 1);
    if (code == OP_IF)
        return is_bool(v->def->regions[0]->last->args[v->index], depth - 1) &&
               is_bool(v->def->regions[1]->last->args[v->index], depth - 1);
    return false;
}

bool value_is_bool(const Value *v)
{
    return is_bool(v, 4);
}

bool value_outside(const Value *v, const Op *op)
{
    const Region *at = v->def ? v->def->parent : v->arg_of;
    for (; at; at = at->owner ? at->owner->parent : NULL)
        if (at->owner == op)
            return false;
    return true;
}

void value_hint(Value *v, Var *hint)
{
    if (hint && !v->var && !(v->def && op_info[v->def->code].kind == KIND_CONST))
        v->var = hint;
}

/* ---------------------------------------------------------------------- ops */

int64_t for_step(const Op *for_op)
{
    const Value *step = for_op->args[2];
    int64_t c;
    if (!value_int(step, &c))
        return for_op->cmp == OP_GT || for_op->cmp == OP_GE ? -1 : 1;
    if (step->type->size < 8) { /* i += -1 on an unsigned counter: the short way round */
        int64_t half = INT64_C(1) << (step->type->size * 8 - 1);
        if (c >= half)
            c -= 2 * half;
    }
    return c;
}

static bool traps(const Op *op)
{
    const Type *t = op->nresults ? op->results[0]->type : NULL;
    switch (op->code) {
    case OP_DIV:
    case OP_REM:
        return true;
    case OP_CAST: /* a float that does not fit is undefined behaviour */
        return type_is_int(t) && !type_is_int(op->args[0]->type);
    default:
        return false;
    }
}

bool op_speculatable(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    return (kind == KIND_ARITH && !traps(op)) || kind == KIND_CONST;
}

bool op_only_qualifies(const Op *op)
{
    if (op->code != OP_PTRCAST || op->tape)
        return false;
    const Type *from = op->args[0]->type, *to = op->results[0]->type;
    return from->elem == to->elem && !from->elem_volatile && !to->elem_volatile;
}

bool defined_by(const Value *v, OpCode code)
{
    return v->def && v->def->code == code;
}

bool op_is_step(OpCode code)
{
    return code == OP_INDEX || code == OP_FIELD || code == OP_DECAY || code == OP_PTRCAST;
}

Value *address_root(const Value *p)
{
    while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs)
        p = p->def->args[0];
    return (Value *)(uintptr_t)p;
}

bool memory_is_inactive(const Value *p)
{
    p = address_root(p);
    const Var *var = p->def ? p->def->var : p->var;
    return var && var->is_inactive;
}

Op *region_splice(Region *r, Op *before)
{
    Op *first = NULL, *end = region_terminator(r);
    Builder b = before_op(before);
    for (Op *op = r->first, *next; op && op != end; op = next) {
        next = op_next(op);
        op_move(op, &b);
        if (!first)
            first = op;
    }
    return first ? first : before;
}

/* ---------------------------------------------------------------------- operand, result and argument lists */

static void drop(Value **list, int *n, int k)
{
    memmove(list + k, list + k + 1, (size_t)(*n - k - 1) * sizeof *list);
    --*n;
}

void op_drop_arg(Op *op, int k)
{
    drop(op->args, &op->nargs, k);
}

void op_drop_result(Op *op, int k)
{
    drop(op->results, &op->nresults, k);
    for (int i = k; i < op->nresults; i++)
        op->results[i]->index = i;
}

void region_drop_arg(Region *r, int k)
{
    drop(r->args, &r->nargs, k);
    for (int i = k; i < r->nargs; i++)
        r->args[i]->index = i;
}

bool same_address(const Value *p, const Value *q)
{
    if (value_same(p, q))
        return true;
    const Op *a = p->def, *b = q->def;
    if (!a || !b || a->code != b->code || a->nargs != b->nargs || a->ival != b->ival || a->var != b->var || p->type != q->type)
        return false;
    OpKind kind = op_info[a->code].kind;
    if (kind != KIND_ADDR && kind != KIND_ARITH && a->code != OP_GLOBAL)
        return false;
    for (int i = 0; i < a->nargs; i++)
        if (!same_address(a->args[i], b->args[i]))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- values at another place */

static bool is_computable(const Value *v, const Op *outer, int depth)
{
    if (value_outside(v, outer))
        return v->def != outer;
    if (!v->def || depth == 0 || v->def->nregions)
        return false;
    if (op_info[v->def->code].kind != KIND_CONST && !op_speculatable(v->def))
        return false;
    for (int i = 0; i < v->def->nargs; i++)
        if (!is_computable(v->def->args[i], outer, depth - 1))
            return false;
    return true;
}

bool value_computable(const Value *v, const Op *outer)
{
    enum { DEPTH = 8 };
    return is_computable(v, outer, DEPTH);
}

Value *value_computed(Builder *b, Value *v)
{
    if (value_outside(v, b->before))
        return v;
    PtrMap map = {.arena = b->fn->arena};
    for (int i = 0; i < v->def->nargs; i++)
        ptrmap_put(&map, v->def->args[i], value_computed(b, v->def->args[i]));
    return clone_op(b, v->def, &map)->results[v->index];
}

static bool same_there(const Value *p, const Value *q, const Op *const *a, const Op *const *b, int n, int depth)
{
    const Op *x = p->def, *y = q->def;
    for (int k = 0; k < n; k++)
        if (p == a[k]->regions[0]->args[0])
            return q == b[k]->regions[0]->args[0];
    if (value_same(p, q))
        return value_is_const(p) || (value_outside(p, a[0]) && value_outside(p, b[0]));
    if (!x || !y || depth == 0 || x->code != y->code || x->nargs != y->nargs || p->type != q->type || x->ival != y->ival ||
        x->nregions ||
        (x->code != OP_INDEX && x->code != OP_CAST && x->code != OP_ADD && x->code != OP_MUL && x->code != OP_DECAY &&
         x->code != OP_FIELD))
        return false;
    for (int i = 0; i < x->nargs; i++)
        if (!same_there(x->args[i], y->args[i], a, b, n, depth - 1))
            return false;
    return true;
}

bool same_in_nests(const Value *p, const Value *q, const Op *const *a, const Op *const *b, int n)
{
    enum { DEPTH = 12 };
    return same_there(p, q, a, b, n, DEPTH);
}

bool same_in_loops(const Value *p, const Value *q, const Op *a, const Op *b)
{
    return same_in_nests(p, q, &a, &b, 1);
}
