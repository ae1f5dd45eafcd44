/* ir_build.c: making ops. Builders give each op its result type and check its operands; they fold nothing but what their
 * contract says (a cast to the same type). */
#include "transform.h"

static Type *int_type(void)
{
    return type_scalar(TY_INT);
}

static void expect(bool ok, const Builder *b, OpCode code, const char *what)
{
    if (!ok)
        ICE("building '%s' in %s: %s", op_info[code].text, b->fn->name, what);
}

static void expect_ptr(const Builder *b, OpCode code, const Value *p)
{
    expect(p->type->kind == TY_PTR, b, code, "the address is not a pointer");
}

Op *op_build(Builder *b, OpCode code, Value **args, int nargs, int nresults)
{
    Fn *fn = b->fn;
    Op *op = op_new(fn, args, nargs);
    op->code = code;
    op->loc = b->loc;
    for (int i = 0; i < nargs; i++)
        expect(args[i] != NULL, b, code, "an operand is NULL");
    op_insert(b, op);
    for (int i = 0; i < nresults; i++)
        op_add_result(op, NULL, NULL);
    return op;
}

static Value *build_op1(Builder *b, OpCode code, Type *t, Value **args, int nargs)
{
    Op *op = op_build(b, code, args, nargs, 1);
    op->results[0]->type = t;
    return op->results[0];
}

/* ---------------------------------------------------------------------- scalars */

Type *un_result_type(OpCode code, Type *operand)
{
    if (op_info[code].kind == KIND_MATH)
        return math_result_type(code, 0, operand);
    if (code == OP_NEG || code == OP_BITNOT || code == OP_USE)
        return operand;
    return int_type();
}

bool op_is_compare(OpCode code)
{
    return code >= OP_EQ && code <= OP_GE;
}

bool op_compare_floats(OpCode code, long double x, long double y)
{
    switch (code) {
    case OP_EQ:
        return x == y;
    case OP_NE:
        return x != y;
    case OP_LT:
        return x < y;
    case OP_LE:
        return x <= y;
    case OP_GT:
        return x > y;
    default:
        return x >= y;
    }
}

Type *bin_result_type(OpCode code, Type *left, Type *right)
{
    if (op_is_compare(code) || code == OP_LAND || code == OP_LOR)
        return int_type();
    if (op_info[code].kind == KIND_MATH)
        return math_result_type(code, 0, left);
    return code == OP_PTRDIFF ? type_scalar(TY_LONG) : type_is_complex(right) ? right : left;
}

/* Do the operands of a binary op have types that go together? */
bool bin_types_fit(OpCode code, const Type *x, const Type *y)
{
    if (code == OP_SHL || code == OP_SHR)
        return type_is_int(x) && type_is_int(y);
    if (code == OP_LAND || code == OP_LOR)
        return type_is_scalar(x) && type_is_scalar(y);
    bool mixed = (type_is_complex(x) || type_is_complex(y)) && type_real_of(x) == type_real_of(y);
    if (mixed && (code == OP_EQ || code == OP_NE || code == OP_ADD || code == OP_SUB || code == OP_MUL || code == OP_DIV))
        return true; /* a real operand stays real, as in C */
    if (op_is_compare(code) || code == OP_PTRDIFF)
        return x == y || (x->kind == TY_PTR && y->kind == TY_PTR); /* pointers may differ in qualifiers */
    return x == y && x->kind < TY_VOID;
}

/* A row of <math.h> with one result; its floating type is that of the first floating operand. */
static Value *build_math_row(Builder *b, OpCode code, Value **args, int nargs)
{
    expect(op_info[code].arity == nargs && math_nresults(code) == 1, b, code, "wrong number of operands or results");
    int k = 0;
    while (k < nargs - 1 && !type_is_float(args[k]->type) && !type_is_complex(args[k]->type))
        k++;
    expect(type_is_float(args[k]->type) || type_is_complex(args[k]->type), b, code, "no floating operand");
    return build_math(b, code, type_real_of(args[k]->type), args)->results[0];
}

Value *build_un(Builder *b, OpCode code, Value *a)
{
    if (op_info[code].kind == KIND_MATH)
        return build_math_row(b, code, (Value *[]){a}, 1);
    expect(type_is_scalar(a->type), b, code, "the operand is not a scalar");
    return build_op1(b, code, un_result_type(code, a->type), (Value *[]){a}, 1);
}

Value *build_bin(Builder *b, OpCode code, Value *x, Value *y)
{
    if (op_info[code].kind == KIND_MATH)
        return build_math_row(b, code, (Value *[]){x, y}, 2);
    if (!bin_types_fit(code, x->type, y->type))
        ICE("building '%s' in %s: operands are %s and %s", op_info[code].text, b->fn->name, type_spelling(x->type),
            type_spelling(y->type));
    return build_op1(b, code, bin_result_type(code, x->type, y->type), (Value *[]){x, y}, 2);
}

Value *build_select(Builder *b, Value *c, Value *t, Value *e)
{
    expect(t->type == e->type || (t->type->kind == TY_PTR && e->type->kind == TY_PTR), b, OP_SELECT,
           "the two values differ in type");
    return build_op1(b, OP_SELECT, t->type, (Value *[]){c, t, e}, 3);
}

Value *build_cast(Builder *b, Value *v, Type *to)
{
    if (v->type == to)
        return v;
    bool from_ptr = v->type->kind == TY_PTR, to_ptr = to->kind == TY_PTR;
    if (from_ptr && to_ptr)
        return build_ptrcast(b, v, to);
    expect(type_is_scalar(v->type) && type_is_scalar(to), b, OP_CAST, "a cast between types that are not scalar");
    return build_op1(b, from_ptr || to_ptr ? OP_PTRINT : OP_CAST, to, (Value *[]){v}, 1);
}

Value *build_int(Builder *b, Type *t, int64_t v)
{
    expect(type_is_int(t), b, OP_ICONST, "not an integer type");
    Value *r = build_op1(b, OP_ICONST, t, NULL, 0);
    r->def->ival = v;
    return r;
}

Value *build_float(Builder *b, Type *t, long double v)
{
    expect(type_is_float(t) || type_is_complex(t), b, OP_FCONST, "not a floating type");
    Value *r = build_op1(b, OP_FCONST, t, NULL, 0);
    if (t->kind == TY_F32 || t->kind == TY_CF32)
        v = (float)v;
    else if (t->kind == TY_F64 || t->kind == TY_CF64)
        v = (double)v;
    r->def->fval = v;
    return r;
}

Value *build_sizeof(Builder *b, Type *t)
{
    Op *size = op_build(b, OP_SIZEOF, NULL, 0, 1);
    size->of = t;
    size->results[0]->type = type_scalar(TY_ULONG);
    return size->results[0];
}

Value *build_zero(Builder *b, Type *t)
{
    if (t->kind == TY_PTR)
        return build_op1(b, OP_NULLPTR, t, NULL, 0);
    return type_is_int(t) ? build_int(b, t, 0) : build_float(b, t, 0);
}

/* ---------------------------------------------------------------------- addresses */

Value *build_index(Builder *b, Value *p, Value *i)
{
    expect_ptr(b, OP_INDEX, p);
    expect(type_is_int(i->type), b, OP_INDEX, "the index is not an integer");
    return build_op1(b, OP_INDEX, p->type, (Value *[]){p, i}, 2);
}

Value *build_index_stride(Builder *b, Value *p, Value *i, Value *stride)
{
    expect_ptr(b, OP_INDEX, p);
    expect(type_is_int(i->type) && type_is_int(stride->type), b, OP_INDEX, "index or stride is not an integer");
    return build_op1(b, OP_INDEX, p->type, (Value *[]){p, i, stride}, 3);
}

Type *field_ptr_type(const Type *ptr, int field)
{
    const Field *f = &ptr->elem->fields[field];
    return type_ptr_q(f->type, ptr->elem_const || f->is_const, ptr->elem_volatile);
}

Value *build_field(Builder *b, Value *p, int field)
{
    expect_ptr(b, OP_FIELD, p);
    Type *record = p->type->elem;
    expect(record->kind == TY_RECORD && field >= 0 && field < record->nfields, b, OP_FIELD, "no such field");
    Value *v = build_op1(b, OP_FIELD, field_ptr_type(p->type, field), (Value *[]){p}, 1);
    v->def->ival = field;
    return v;
}

Type *decay_ptr_type(const Type *ptr)
{
    const Type *array = ptr->elem;
    return type_ptr_q(array->elem, ptr->elem_const || array->elem_const, ptr->elem_volatile || array->elem_volatile);
}

Value *build_decay(Builder *b, Value *p)
{
    expect_ptr(b, OP_DECAY, p);
    expect(p->type->elem->kind == TY_ARRAY, b, OP_DECAY, "not a pointer to an array");
    return build_op1(b, OP_DECAY, decay_ptr_type(p->type), (Value *[]){p}, 1);
}

bool decay_ends(const Op *decay)
{
    const Op *array = decay->args[0]->def;
    return !decay->ival || (array && (array->code == OP_LOCAL || array->code == OP_GLOBAL));
}

void decay_to_pointer(Value *p)
{
    while (p->def && (p->def->code == OP_INDEX || p->def->code == OP_PTRCAST))
        p = p->def->args[0];
    if (p->def && p->def->code == OP_DECAY)
        p->def->ival = 1;
}

Value *build_ptrcast(Builder *b, Value *p, Type *to)
{
    expect_ptr(b, OP_PTRCAST, p);
    expect(to->kind == TY_PTR, b, OP_PTRCAST, "the target type is not a pointer");
    return p->type == to ? p : build_op1(b, OP_PTRCAST, to, (Value *[]){p}, 1);
}

/* ---------------------------------------------------------------------- memory */

Value *build_pointer_variable(Builder *b, Value *p, Var *var)
{
    expect_ptr(b, OP_PTRCAST, p);
    Value *v = build_op1(b, OP_PTRCAST, p->type, (Value *[]){p}, 1);
    v->def->tape = true;
    v->var = var;
    return v;
}

Value *build_local(Builder *b, Type *of, Var *var, Value **dims, int ndims)
{
    Value *v = build_op1(b, OP_LOCAL, type_ptr(of), dims, ndims);
    v->def->of = of;
    v->def->var = var;
    return v;
}

Value *build_load(Builder *b, Value *p)
{
    expect_ptr(b, OP_LOAD, p);
    expect(type_is_scalar(p->type->elem), b, OP_LOAD, "what is loaded is not a scalar");
    return build_op1(b, OP_LOAD, p->type->elem, (Value *[]){p}, 1);
}

/* Pointers may differ in qualifiers from what the memory is declared to hold. */
static void expect_storable(const Builder *b, OpCode code, const Value *p, const Value *v)
{
    expect_ptr(b, code, p);
    const Type *t = p->type->elem;
    expect(type_is_scalar(t) && (t == v->type || (t->kind == TY_PTR && v->type->kind == TY_PTR)), b, code,
           "the value's type is not the memory's");
}

void build_store(Builder *b, Value *p, Value *v)
{
    expect_storable(b, OP_STORE, p, v);
    op_build(b, OP_STORE, (Value *[]){p, v}, 2, 0);
}

void build_accum(Builder *b, Value *p, Value *v)
{
    expect_storable(b, OP_ACCUM, p, v);
    op_build(b, OP_ACCUM, (Value *[]){p, v}, 2, 0);
}

/* ---------------------------------------------------------------------- structured control */

void op_add_region(Op *op)
{
    if (op->nregions == 2)
        ICE("op '%s' has two regions already", op_info[op->code].text);
    op->regions[op->nregions++] = region_new(op->parent->fn, op);
}

Op *build_if(Builder *b, Value *cond)
{
    expect(type_is_scalar(cond->type), b, OP_IF, "the condition is not a scalar");
    Op *op = op_build(b, OP_IF, (Value *[]){cond}, 1, 0);
    op_add_region(op);
    op_add_region(op);
    return op;
}

Op *build_for(Builder *b, Value *lo, Value *hi, Value *step, OpCode cmp)
{
    expect(lo->type == hi->type && lo->type == step->type && type_is_int(lo->type), b, OP_FOR, "bounds and step differ in type");
    expect(op_is_compare(cmp) && cmp != OP_EQ, b, OP_FOR, "not a loop comparison");
    Op *op = op_build(b, OP_FOR, (Value *[]){lo, hi, step}, 3, 0);
    op->cmp = cmp;
    op_add_region(op);
    region_add_arg(op->regions[0], lo->type, NULL);
    op_add_result(op, lo->type, NULL);
    return op;
}

Op *build_while(Builder *b)
{
    Op *op = op_build(b, OP_WHILE, NULL, 0, 0);
    op_add_region(op);
    op_add_region(op);
    return op;
}

Value *for_add_carried(Op *for_op, Value *init, Var *hint)
{
    op_add_arg(for_op, init);
    op_add_result(for_op, init->type, hint);
    return region_add_arg(for_op->regions[0], init->type, hint);
}

Value *for_result_of(Op *for_op, Value *region_arg)
{
    if (region_arg->arg_of != for_op->regions[0])
        ICE("the value is not an argument of this loop");
    return for_op->results[region_arg->index];
}

void build_yield(Builder *b, Value **vals, int n)
{
    op_build(b, OP_YIELD, vals, n, 0);
}

void build_cond(Builder *b, Value *c, Value **vals, int n)
{
    Op *op = op_build(b, OP_COND, (Value *[]){c}, 1, 0);
    for (int i = 0; i < n; i++)
        op_add_arg(op, vals[i]);
}
