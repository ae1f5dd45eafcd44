/* fold_address.c: what an address, a difference or comparison of addresses, or a conversion of one is where operands make it known. */
#include "transform.h"

/* ---------------------------------------------------------------------- differences and comparisons */

/* The address of an object, or one that lies behind some address (&st[1]). */
static bool never_null(const Value *p)
{
    int64_t k;
    for (; p->def && (p->def->code == OP_DECAY || p->def->code == OP_FIELD || p->def->code == OP_PTRCAST || p->def->code == OP_INDEX); p = p->def->args[0])
        if (p->def->code == OP_INDEX && value_int(p->def->args[1], &k) && k > 0)
            return true;
    if (!p->def)
        return false;
    return (p->def->code == OP_LOCAL && !p->def->tape) || p->def->code == OP_FNADDR || p->def->code == OP_STRING;
}

/* p without an index or a change of qualifiers; NULL: there is none. */
static Value *index_base(const Value *p)
{
    return defined_by(p, OP_INDEX) || (p->def && op_only_qualifies(p->def)) ? p->def->args[0] : NULL;
}

Value *index_root(Value *p)
{
    for (Value *base; (base = index_base(p));)
        p = base;
    return p;
}

Value *index_offset(Builder *b, Value *p)
{
    Type *t = type_scalar(TY_LONG);
    Value *base = index_base(p);
    if (!base)
        return build_int(b, t, 0);
    if (!defined_by(p, OP_INDEX))
        return index_offset(b, base);
    Value *off = build_cast(b, p->def->args[1], t);
    if (p->def->nargs > 2)
        off = build_bin(b, OP_MUL, off, build_cast(b, p->def->args[2], t));
    return index_base(base) ? build_bin(b, OP_ADD, index_offset(b, base), off) : off;
}

static Value *compare_pointers(Builder *b, Op *op)
{
    for (int i = 0; i < 2; i++)
        if ((op->code == OP_EQ || op->code == OP_NE) && defined_by(op->args[i], OP_NULLPTR) &&
            (never_null(op->args[!i]) || defined_by(op->args[!i], OP_NULLPTR)))
            return build_int(b, op->results[0]->type, (op->code == OP_NE) == never_null(op->args[!i]));
    Value *root = index_root(op->args[0]);
    if (root != index_root(op->args[1]) || defined_by(root, OP_NULLPTR))
        return NULL;
    Value *x = index_offset(b, op->args[0]);
    return build_bin(b, op->code, x, index_offset(b, op->args[1]));
}

static Value *pointer_difference(Builder *b, Op *op)
{
    if (index_root(op->args[0]) != index_root(op->args[1]))
        return NULL;
    Value *x = index_offset(b, op->args[0]);
    return build_bin(b, OP_SUB, x, index_offset(b, op->args[1]));
}

/* ---------------------------------------------------------------------- addresses */

/* A row of a[n][m], or all of it: the next index is that of another dimension. */
static bool is_row(const Value *p)
{
    bool declared = p->var && p->var->dims_runtime && p->var->ndims > 1;
    return declared || (p->def && p->def->code == OP_INDEX && p->def->nargs > 2) || (p->def && p->def->code == OP_LOCAL && p->def->nargs > 1);
}

/* a[r][k] with a constant k beyond the row, where a pointer to a[r][0] is followed: a[r + 1][k - count] and so on. */
static Value *next_row(Builder *b, Op *op, int64_t k)
{
    const Op *decay = op->args[0]->def;
    if (!decay || decay->code != OP_DECAY || !decay->args[0]->def)
        return NULL;
    const Op *row = decay->args[0]->def;
    int64_t r = 0, count = decay->args[0]->type->elem->count;
    bool first = row->code == OP_DECAY, other = row->code == OP_INDEX && row->nargs == 2 && value_int(row->args[1], &r);
    if ((!first && !other) || count <= 0 || (k >= 0 && k < count) || k <= INT32_MIN || k >= INT32_MAX)
        return NULL;
    int64_t rows = k >= 0 ? k / count : -((count - 1 - k) / count);
    Value *at = build_index(b, first ? decay->args[0] : row->args[0], build_int(b, type_scalar(TY_LONG), r + rows));
    Value *start = build_decay(b, at);
    start->def->ival = decay->ival;
    return build_index(b, start, build_int(b, type_scalar(TY_LONG), k - rows * count));
}

/* (a - 1)[k] of a local array is a[k - 1]: compilers warn of a pointer before its start. */
static Value *before_start(Builder *b, Op *op)
{
    const Op *in = op->args[0]->def;
    Value *i = op->args[1];
    int64_t c;
    if (!in || in->code != OP_INDEX || in->nargs != 2 || !value_int(in->args[1], &c) || c >= 0 || c <= INT16_MIN || i->type->size < 4 ||
        !defined_by(in->args[0], OP_DECAY) || !defined_by(in->args[0]->def->args[0], OP_LOCAL))
        return NULL;
    return build_index(b, in->args[0], build_bin(b, OP_SUB, i, build_int(b, i->type, -c)));
}

static Value *fold_index(Builder *b, Op *op)
{
    int64_t c1, c2;
    if (op->nargs == 2 && value_is(op->args[1], 0))
        return op->args[0];
    if (op->nargs > 2) { /* also by 0: a[0][i] says which dimension i is of */
        if (value_is(op->args[2], 1) && !is_row(op->args[0]))
            return build_index(b, op->args[0], op->args[1]);
        return NULL;
    }
    Op *in = op->args[0]->def;
    if (in && in->code == OP_INDEX && in->nargs == 2 && value_int(op->args[1], &c2) && value_int(in->args[1], &c1) &&
        c1 > INT32_MIN && c1 < INT32_MAX && c2 > INT32_MIN && c2 < INT32_MAX)
        return build_index(b, in->args[0], build_int(b, type_scalar(TY_LONG), c1 + c2));
    return value_int(op->args[1], &c2) ? next_row(b, op, c2) : before_start(b, op);
}

/* index (const T *)p, i -> (const T *)(index p, i): casts that only change const move outwards and end at loads and stores, so that
 * equal addresses look equal. */
static Value *requalify(Builder *b, Op *op)
{
    Op *cast = op->args[0]->def;
    bool bit_field = op->code == OP_FIELD && op->args[0]->type->elem->fields[op->ival].bit_width;
    if (!cast || !op_only_qualifies(cast) || bit_field)
        return NULL;
    Value *p = cast->args[0], *to = NULL;
    if (op->code == OP_FIELD) {
        to = build_field(b, p, (int)op->ival);
    } else if (op->code == OP_DECAY) {
        to = build_decay(b, p);
        to->def->ival = op->ival;
    } else {
        to = op->nargs > 2 ? build_index_stride(b, p, op->args[1], op->args[2]) : build_index(b, p, op->args[1]);
    }
    value_hint(to, op->results[0]->var);
    return build_ptrcast(b, to, op->results[0]->type);
}

/* *(double (*)[3])p -> p, for double *p */
static Value *fold_decay(const Op *op)
{
    const Op *cast = op->args[0]->def;
    bool back = cast && cast->code == OP_PTRCAST && !cast->tape && cast->args[0]->type == op->results[0]->type;
    return back ? cast->args[0] : NULL;
}

/* How many of t are in so many bytes: k * sizeof(t) -> k. NULL: not in sight. */
static Value *elements_in(Builder *b, Value *bytes, const Type *t)
{
    int64_t k;
    if (value_int(bytes, &k))
        return k % t->size == 0 ? build_int(b, bytes->type, k / t->size) : NULL;
    if (!defined_by(bytes, OP_MUL))
        return NULL;
    for (int side = 0; side < 2; side++) {
        const Value *size = bytes->def->args[side];
        if (defined_by(size, OP_SIZEOF) ? size->def->of->size == t->size : value_is(size, t->size))
            return bytes->def->args[1 - side];
    }
    return NULL;
}

/* p before it became a void * or char *. */
static Value *before_bytes(Value *p)
{
    while (defined_by(p, OP_PTRCAST) && p->type->elem->size <= 1 && p->type->elem->kind != TY_FUNC && !p->def->tape)
        p = p->def->args[0];
    return p;
}

/* (double *)((char *)p + i * sizeof(double)) -> (double *)p + i */
static Value *fold_ptrcast(Builder *b, Op *op)
{
    const Type *t = op->results[0]->type->elem;
    Value *from = op->args[0];
    if (op->tape)
        return NULL;
    if (from->type == op->results[0]->type)
        return from;
    from = before_bytes(from);
    if (from->type == op->results[0]->type)
        return from;
    bool plain = t->kind == TY_VOID || from->type->elem->size <= 1; /* free((char *)p) is free(p) */
    if (from != op->args[0] && plain && from->type->elem->kind != TY_FUNC)
        return build_ptrcast(b, from, op->results[0]->type);
    if (!defined_by(from, OP_INDEX) || from->def->nargs != 2 || from->type->elem->size != 1 || !type_is_int(from->type->elem) ||
        t->size <= 1 || t->kind == TY_FUNC)
        return NULL;
    Value *n = elements_in(b, from->def->args[1], t), *p = before_bytes(from->def->args[0]);
    return n ? build_index(b, build_ptrcast(b, p, op->results[0]->type), n) : NULL;
}

static void strip_qualifiers(Op *op)
{
    for (Op *cast; (cast = op->args[0]->def) && op_only_qualifies(cast); op->args[0] = cast->args[0])
        if (op->code != OP_LOAD && cast->args[0]->type->elem_const)
            return;
}

Value *fold_address(Op *op)
{
    Builder b = before_op(op);
    Value *v;
    switch (op->code) {
    case OP_PTRCAST:
        return fold_ptrcast(&b, op);
    case OP_INDEX:
        v = requalify(&b, op);
        return v ? v : fold_index(&b, op);
    case OP_FIELD:
        return requalify(&b, op);
    case OP_DECAY:
        v = fold_decay(op);
        return v ? v : requalify(&b, op);
    case OP_LOAD:
        if (defined_by(op->args[0], OP_UNDEF)) { /* where nothing can lead to: varargs.c */
            Op *none = op_build(&b, OP_UNDEF, NULL, 0, 1);
            none->results[0]->type = op->results[0]->type;
            return none->results[0];
        }
        strip_qualifiers(op);
        return NULL;
    case OP_STORE:
    case OP_ACCUM:
        strip_qualifiers(op);
        return NULL;
    case OP_PTRDIFF:
        return pointer_difference(&b, op);
    default:
        return op_is_compare(op->code) ? compare_pointers(&b, op) : NULL;
    }
}
