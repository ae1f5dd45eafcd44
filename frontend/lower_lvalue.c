/* lower_lvalue.c: objects and their addresses; arrays whose dimensions are known at run time only.
 *
 * double a[n][m] is a flat double * in the IR: a[i][j] = index(index(a, i, stride = m), j). The strides come from the declaration of
 * what is indexed, which shape_of looks up: libclang's types of inner expressions do not tell them.
 */
#include "lower.h"

/* ---------------------------------------------------------------------- types with run-time dimensions */

bool type_is_vla(const Type *t)
{
    for (; t->kind == TY_ARRAY; t = t->elem)
        if (t->count < 0)
            return true;
    return false;
}

Type *array_base(Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

Type *lower_type(Type *t)
{
    if (t->kind != TY_PTR)
        return t;
    Type *to = t->elem;
    bool is_const = t->elem_const, is_volatile = t->elem_volatile;
    if (type_is_vla(to))
        for (; to->kind == TY_ARRAY; to = to->elem) {
            is_const = is_const || to->elem_const;
            is_volatile = is_volatile || to->elem_volatile;
        }
    Type *lowered = lower_type(to);
    return lowered == t->elem ? t : type_ptr_q(lowered, is_const, is_volatile);
}

/* The declared type of an expression, run-time dimensions included. */
static Type *shape_of(Expr *e)
{
    Type *t;
    switch (e->kind) {
    case EX_VAR:
        return e->decl->ctype ? e->decl->ctype : e->type;
    case EX_DECAY:
        t = shape_of(e->a);
        return t->kind == TY_ARRAY ? type_ptr(t->elem) : t;
    case EX_INDEX:
        return shape_of(e->a)->elem;
    case EX_UNARY:
        if (e->op == UN_DEREF)
            return shape_of(e->a)->elem;
        return e->op == UN_ADDR ? type_ptr(shape_of(e->a)) : shape_of(e->a);
    case EX_BINARY:
    case EX_ASSIGN:
    case EX_COMPOUND:
        return shape_of(e->a);
    case EX_COMMA:
    case EX_COND:
        return shape_of(e->b ? e->b : e->a);
    case EX_CAST:
        return e->explicit_cast || e->a->type->kind != e->type->kind ? e->type : shape_of(e->a);
    default:
        return e->type;
    }
}

Value *array_dim(Lower *l, Type *t)
{
    if (t->count >= 0)
        return build_int(&l->b, type_scalar(TY_LONG), t->count);
    Value *v = t->vla_dim ? ptrmap_get(&l->dims, t->vla_dim) : NULL;
    if (!v && t->vla_dim)
        v = lower_expr(l, t->vla_dim);
    if (!v) {
        lower_unsupported(l, l->b.loc, "adgen does not see this array's dimensions; declare it with them, or index a flat pointer");
        v = build_int(&l->b, type_scalar(TY_LONG), 1);
    }
    return v;
}

void lower_dims(Lower *l, Type *t)
{
    for (; t->kind == TY_PTR || t->kind == TY_ARRAY; t = t->elem)
        if (t->kind == TY_ARRAY && t->count < 0 && t->vla_dim && !ptrmap_get(&l->dims, t->vla_dim))
            ptrmap_put(&l->dims, t->vla_dim, lower_expr(l, t->vla_dim));
}

Value *array_elements(Lower *l, Type *t)
{
    Type *size = type_scalar(TY_LONG);
    Value *product = NULL;
    int64_t constant = 1;
    for (; t->kind == TY_ARRAY; t = t->elem) {
        if (t->count >= 0) {
            constant *= t->count;
            continue;
        }
        Value *dim = array_dim(l, t);
        product = product ? build_bin(&l->b, OP_MUL, build_cast(&l->b, product, size), build_cast(&l->b, dim, size)) : dim;
    }
    if (!product)
        return build_int(&l->b, size, constant);
    if (constant != 1)
        product = build_bin(&l->b, OP_MUL, build_cast(&l->b, product, size), build_int(&l->b, size, constant));
    return product;
}

static Value *size_of(Lower *l, Type *t)
{
    Op *op = op_build(&l->b, OP_SIZEOF, NULL, 0, 1);
    op->of = t;
    op->results[0]->type = type_scalar(TY_ULONG);
    return op->results[0];
}

Value *lower_sizeof(Lower *l, Expr *e)
{
    if (e->ival < 0 && e->a)
        return build_cast(&l->b, lower_expr(l, e->a), e->type);
    if (e->of)
        return size_of(l, e->of);
    return build_int(&l->b, e->type, e->ival);
}

/* ---------------------------------------------------------------------- address arithmetic */

/* Elements per step of a pointer of type shape_of(of) whose value p points to base elements; NULL: p's own pointee is the step. */
static Value *stride_of(Lower *l, Value *p, Expr *of)
{
    if (of->type->kind != TY_PTR || of->type->elem->kind != TY_ARRAY || p->type->elem->kind == TY_ARRAY)
        return NULL;
    Type *shape = shape_of(of);
    return array_elements(l, shape->kind == TY_PTR && shape->elem->kind == TY_ARRAY ? shape->elem : of->type->elem);
}

Value *lower_index(Lower *l, Value *p, Value *i, Expr *of)
{
    Value *stride = stride_of(l, p, of);
    if (stride)
        return build_index_stride(&l->b, p, i, stride);
    if (p->type->elem->kind != TY_VOID && p->type->elem->kind != TY_FUNC)
        return build_index(&l->b, p, i);
    Type *bytes = type_ptr_q(type_scalar(TY_CHAR), p->type->elem_const, p->type->elem_volatile); /* GNU C: void has size 1 */
    return build_ptrcast(&l->b, build_index(&l->b, build_ptrcast(&l->b, p, bytes), i), p->type);
}

Value *lower_pointer_difference(Lower *l, Value *p, Value *q, Expr *of)
{
    Type *bytes = type_ptr(type_scalar(TY_CHAR));
    if (p->type->elem->kind == TY_VOID)
        p = build_ptrcast(&l->b, p, bytes);
    Value *n = build_bin(&l->b, OP_PTRDIFF, p, lower_as(l, q, p->type));
    Value *stride = stride_of(l, p, of);
    return stride ? build_bin(&l->b, OP_DIV, n, build_cast(&l->b, stride, n->type)) : n;
}

Value *lower_decay(Lower *l, Expr *array)
{
    if (array->kind == EX_STRING) {
        Op *op = op_build(&l->b, OP_STRING, NULL, 0, 1);
        op->text = array->text;
        op->results[0]->type = type_ptr(array->type->elem);
        return op->results[0];
    }
    Value *addr = lower_lvalue(l, array);
    return addr->type->elem->kind == TY_ARRAY ? build_decay(&l->b, addr) : addr;
}

/* ---------------------------------------------------------------------- objects */

Value *lower_temp(Lower *l, Type *t, bool zeroed)
{
    Builder at = l->b;
    if (l->b.region != l->stmt.region) {
        at.region = l->stmt.region;
        at.before = l->stmt.after ? l->stmt.after->next : at.region->first;
    }
    Value *v = build_local(&at, lower_type(t), NULL, NULL, 0);
    v->def->zeroed = zeroed;
    return v;
}

static Value *global(Lower *l, Var *var)
{
    Op *op = op_build(&l->b, OP_GLOBAL, NULL, 0, 1);
    op->var = var;
    op->results[0]->type = type_ptr_q(var->type, var->is_const, var->is_volatile);
    if (var->is_atomic && type_has_float(var->type))
        lower_unsupported(l, l->b.loc, "'%s' is an _Atomic floating variable; use an ordinary one", var->name);
    return op->results[0];
}

static Value *variable(Lower *l, Expr *e)
{
    const Slot *slot = e->decl->lowered;
    if (slot)
        return slot->addr;
    Var *var = e->decl->var;
    if (var->owner == l->fn && !e->decl->is_static_local && !var->is_static && !var->is_extern && !var->is_global) {
        lower_unsupported(l, e->loc, "'%s' is used outside of the block that adgen could place it in; declare it earlier",
                          var->name);
        return lower_temp(l, e->type, false);
    }
    return global(l, var);
}

static Value *member(Lower *l, Expr *e)
{
    Value *base = lower_record(l, e->a);
    Type *record = e->a->type;
    if (base->type->elem != record)
        base = build_ptrcast(&l->b, base, type_ptr(record));
    if (record->kind != TY_RECORD || e->field < 0 || e->field >= record->nfields) {
        lower_unsupported(l, e->loc, "adgen does not know the members of type '%s'", type_spelling(record));
        return lower_temp(l, e->type, false);
    }
    if (record->is_union && !union_is_one_view(record))
        lower_unsupported(l, e->loc, "the members of '%s' see the same bytes as different floating numbers; use a struct",
                          type_spelling(record));
    return build_field(&l->b, base, e->field);
}

static Value *compound_literal(Lower *l, Expr *e)
{
    bool zeroed = init_leaves_zeros(e->type, e->a);
    Value *addr = lower_temp(l, e->type, zeroed);
    lower_init(l, addr, e->type, e->a, zeroed);
    return addr;
}

static Value *lvalue(Lower *l, Expr *e)
{
    switch (e->kind) {
    case EX_VAR:
        return variable(l, e);
    case EX_INDEX: {
        bool named = e->a->kind == EX_DECAY && !ptrmap_get(&l->dims, e->a);
        Value *p = named ? lower_as(l, lower_decay(l, e->a->a), lower_type(e->a->type)) : lower_expr(l, e->a);
        Value *i = lower_expr(l, e->b);
        return lower_index(l, p, i, e->a);
    }
    case EX_MEMBER:
        return member(l, e);
    case EX_COMPOUND_LIT:
        return compound_literal(l, e);
    case EX_STRING:
        return build_ptrcast(&l->b, lower_decay(l, e), type_ptr(e->type));
    case EX_UNARY:
        if (e->op == UN_DEREF)
            return lower_expr(l, e->a);
        break;
    case EX_UNSUPPORTED:
        lower_not_supported(l, e->loc, e->text);
        return lower_temp(l, e->type, false);
    default:
        break;
    }
    if (e->type->kind == TY_RECORD)
        return lower_record(l, e);
    lower_unsupported(l, e->loc, "adgen cannot take the address of this expression; use a variable");
    return lower_temp(l, e->type, false);
}

Value *lower_lvalue(Lower *l, Expr *e)
{
    Loc outer = l->b.loc;
    l->b.loc = e->loc;
    bool foreign = e->kind != EX_VAR && e->kind != EX_COMPOUND_LIT && !(e->kind == EX_UNARY && e->op == UN_DEREF) && lower_is_foreign(l, e);
    Value *v = foreign ? lower_temp(l, e->type, false) : lvalue(l, e);
    l->b.loc = outer;
    return v;
}

/* ---------------------------------------------------------------------- records */

static Value *record_conditional(Lower *l, Expr *e)
{
    Value *tmp = lower_temp(l, e->type, false);
    Builder outer = l->b, then_, else_;
    lower_open_if(l, lower_truth(l, e->a), &then_, &else_);
    l->b = then_;
    lower_copy(l, tmp, lower_record(l, e->b), e->type, e->loc);
    l->b = else_;
    lower_copy(l, tmp, lower_record(l, e->c), e->type, e->loc);
    l->b = outer;
    return tmp;
}

static Value *record(Lower *l, Expr *e)
{
    Value *v;
    switch (e->kind) {
    case EX_CALL:
        return lower_call(l, e, NULL);
    case EX_ASSIGN:
        v = lower_lvalue(l, e->a);
        lower_copy(l, v, lower_record(l, e->b), e->type, e->loc);
        return v;
    case EX_COND:
        if (e->b)
            return record_conditional(l, e);
        break;
    case EX_COMMA:
        lower_discard(l, e->a);
        return lower_record(l, e->b);
    case EX_CAST:
        return lower_record(l, e->a);
    case EX_STMT_EXPR:
        return lower_stmt_expr(l, e);
    case EX_INIT:
        v = lower_temp(l, e->type, init_leaves_zeros(e->type, e));
        lower_init(l, v, e->type, e, v->def->zeroed);
        return v;
    case EX_VAR:
    case EX_INDEX:
    case EX_MEMBER:
    case EX_UNARY:
    case EX_COMPOUND_LIT:
    case EX_UNSUPPORTED:
        return lower_lvalue(l, e);
    default:
        break;
    }
    lower_unsupported(l, e->loc, "this expression of type '%s' is not supported; assign it to a variable first",
                      type_spelling(e->type));
    return lower_temp(l, e->type, false);
}

Value *lower_record(Lower *l, Expr *e)
{
    Loc outer = l->b.loc;
    l->b.loc = e->loc;
    Value *v = record(l, e);
    l->b.loc = outer;
    return v;
}
