/* emit_addr.c: addresses as C writes them: a[i][j], p->f, s.f[k], *p, &x.
 *
 * An address is printed as the object that it points to (lvalue) or as a pointer. Arrays with dimensions known only at run time are
 * flat in the IR, their INDEX ops say how many elements a step skips: "rows" counts the subscripts that the C text still takes. */
#include "emit.h"

#include <string.h>

static Text text_of(const char *s, Prec prec, Type *type)
{
    return (Text){.s = s, .prec = prec, .type = type};
}

static bool is_inline(const Emitter *e, const Value *v)
{
    return plan_of(e->plan, v)->show == SHOW_INLINE;
}

/* ---------------------------------------------------------------------- named objects */

static const char *object_name(Emitter *e, const Value *v)
{
    const ValuePlan *vp = plan_of(e->plan, v);
    if (vp->var)
        return vp->var->name;
    Var *var = v->def->var;
    if (!var->owner && !ptrs_has(&e->needs->globals, var))
        ptrs_push(&e->needs->globals, var);
    return var->owner ? static_name(e->plan, var) : var->name;
}

static bool is_vla(const Value *v)
{
    return v->def && v->def->code == OP_LOCAL && v->def->nargs > 0;
}

/* ---------------------------------------------------------------------- arrays with run-time dimensions */

static int rows(const Emitter *e, const Value *v)
{
    const ValuePlan *vp = plan_of(e->plan, v);
    if (vp->show == SHOW_INLINE && v->def->code == OP_INDEX && v->def->nargs == 3) {
        int base = rows(e, v->def->args[0]);
        return base > 1 ? base - 1 : 1;
    }
    if (is_vla(v))
        return declared_rows(vp->var->hint) == v->def->nargs ? v->def->nargs : 1;
    if (vp->show == SHOW_VAR && vp->var->param)
        return declared_rows(vp->var->hint);
    return 1;
}

/* Of double a[n][m][2] the IR casts a[i] to double (*)[2]; in C it has this type. */
static bool is_row_cast(const Emitter *e, const Value *v)
{
    if (!is_inline(e, v) || v->def->code != OP_PTRCAST)
        return false;
    int depth = 1;
    for (const Type *t = v->type->elem; t->kind == TY_ARRAY; t = t->elem)
        depth++;
    return depth > 1 && rows(e, v->def->args[0]) == depth;
}

static const char *with_zeros(Emitter *e, const char *s, int n)
{
    while (n-- > 0)
        s = arena_printf(e->arena, "%s[0]", s);
    return s;
}

/* ---------------------------------------------------------------------- objects */

/* A pointer that a subscript or -> can follow. */
static const char *postfix(Emitter *e, Value *v)
{
    if (v->def && (v->def->code == OP_NULLPTR || v->def->code == OP_UNDEF)) /* behind a test that never holds */
        return arena_printf(e->arena, "((%s)0)", declare_var(e->arena, v->type, NULL, ""));
    if (e->unconst && v->type->elem_const) {
        e->unconst = false;
        const char *type = declare_var(e->arena, type_ptr(v->type->elem), NULL, "");
        return arena_printf(e->arena, "((%s)%s)", type, at_prec(e, expr(e, v), PREC_UNARY));
    }
    return at_prec(e, expr(e, v), PREC_POSTFIX);
}

/* v as a pointer that a subscript can follow; of an array with rows to go, the array itself. */
static const char *subscripted(Emitter *e, Value *v)
{
    const ValuePlan *vp = plan_of(e->plan, v);
    if (vp->show == SHOW_OBJECT && is_vla(v))
        return object_name(e, v);
    if (vp->show == SHOW_VAR && !(e->unconst && v->type->elem_const))
        return vp->var->name;
    if (is_row_cast(e, v))
        return subscripted(e, v->def->args[0]);
    if (is_inline(e, v) && v->def->code == OP_INDEX && v->def->nargs == 3 && rows(e, v->def->args[0]) > 1)
        return arena_printf(e->arena, "%s[%s]", subscripted(e, v->def->args[0]), expr_index(e, v->def->args[1]).s);
    return postfix(e, v);
}

static const char *element_pointer(Emitter *e, Value *v)
{
    return with_zeros(e, subscripted(e, v), rows(e, v) - 1);
}

static bool is_record_path(const Emitter *e, const Value *v)
{
    if (plan_of(e->plan, v)->show == SHOW_OBJECT)
        return !is_vla(v);
    if (!is_inline(e, v))
        return false;
    return v->def->code == OP_INDEX || v->def->code == OP_FIELD || v->def->code == OP_DECAY;
}

static const char *field_lvalue(Emitter *e, const Op *op)
{
    Value *base = op->args[0];
    const Field *f = &base->type->elem->fields[op->ival];
    if (!f->name)
        ICE("emit: an anonymous member by itself");
    while (base->def && is_inline(e, base) && base->def->code == OP_FIELD && !base->def->args[0]->type->elem->fields[base->def->ival].name)
        base = base->def->args[0];
    if (is_record_path(e, base))
        return arena_printf(e->arena, "%s.%s", at_prec(e, lvalue(e, base), PREC_POSTFIX), f->name);
    return arena_printf(e->arena, "%s->%s", postfix(e, base), f->name);
}

/* What the subscript of a flat index follows. Of an array with rows it may lead beyond the first, which a[0][i] must not. */
static const char *flat_pointer(Emitter *e, Value *base, const Value *i)
{
    const char *p = element_pointer(e, base);
    return rows(e, base) > 1 && !value_is(i, 0) ? arena_printf(e->arena, "(&%s[0])", p) : p;
}

static Text index_lvalue(Emitter *e, const Op *op)
{
    Type *t = op->results[0]->type->elem;
    Value *base = op->args[0];
    const char *more = "";
    while (is_inline(e, base) && base->def->code == OP_INDEX && offsets_add(op, base->def)) {
        more = arena_printf(e->arena, "%s + %s", at_prec(e, expr_index(e, base->def->args[1]), PREC_ADD), more);
        base = base->def->args[0];
    }
    bool unconst = e->unconst;
    e->unconst = false;
    Text last = expr_index(e, op->args[1]);
    const char *i = *more ? arena_printf(e->arena, "%s%s", more, at_prec(e, last, PREC_MUL)) : last.s;
    e->unconst = unconst;
    if (op->nargs == 2)
        return text_of(arena_printf(e->arena, "%s[%s]", flat_pointer(e, base, op->args[1]), i), PREC_POSTFIX, t);
    if (rows(e, base) > 1) {
        int left = rows(e, base) - 1;
        return text_of(with_zeros(e, arena_printf(e->arena, "%s[%s]", subscripted(e, base), i), left), PREC_POSTFIX, t);
    }
    const char *n = at_prec(e, expr_index(e, op->args[1]), PREC_MUL), *stride = at_prec(e, expr_index(e, op->args[2]), PREC_UNARY);
    return text_of(arena_printf(e->arena, "%s[%s * %s]", element_pointer(e, base), n, stride), PREC_POSTFIX, t);
}

Text lvalue(Emitter *e, Value *p)
{
    const ValuePlan *vp = plan_of(e->plan, p);
    Type *t = p->type->elem;
    if (vp->show == SHOW_OBJECT && !is_vla(p))
        return text_of(object_name(e, p), PREC_PRIMARY, t);
    if (vp->show == SHOW_OBJECT || (vp->show == SHOW_VAR && rows(e, p) > 1))
        return text_of(with_zeros(e, subscripted(e, p), rows(e, p)), PREC_POSTFIX, t);
    if (vp->show == SHOW_INLINE) {
        const Op *op = p->def;
        if (op->code == OP_INDEX)
            return index_lvalue(e, op);
        if (op->code == OP_FIELD)
            return text_of(field_lvalue(e, op), PREC_POSTFIX, t);
        if (op->code == OP_DECAY)
            return text_of(arena_printf(e->arena, "%s[0]", at_prec(e, lvalue(e, op->args[0]), PREC_POSTFIX)), PREC_POSTFIX, t);
    }
    if (vp->show == SHOW_VAR && (vp->indexed || (vp->var->hint && vp->var->hint->is_array_param)))
        return text_of(arena_printf(e->arena, "%s[0]", vp->var->name), PREC_POSTFIX, t);
    bool never = p->def && (p->def->code == OP_NULLPTR || p->def->code == OP_UNDEF); /* behind a test that never holds */
    const char *at = never ? postfix(e, p) : at_prec(e, expr(e, p), PREC_UNARY);
    return text_of(arena_printf(e->arena, "*%s", at), PREC_UNARY, t);
}

Text target_lvalue(Emitter *e, Value *p)
{
    e->unconst = p->type->elem_const;
    Text t = lvalue(e, p);
    if (e->unconst && plan_of(e->plan, p)->show != SHOW_OBJECT) { /* nothing took the cast */
        const char *type = declare_var(e->arena, type_ptr(p->type->elem), NULL, "");
        t = text_of(arena_printf(e->arena, "*(%s)%s", type, at_prec(e, expr(e, p), PREC_UNARY)), PREC_UNARY, t.type);
    }
    e->unconst = false;
    return t;
}

/* ---------------------------------------------------------------------- pointers */

Text object_address(Emitter *e, Value *v)
{
    if (is_vla(v))
        return text_of(element_pointer(e, v), PREC_POSTFIX, v->type);
    return text_of(arena_printf(e->arena, "&%s", object_name(e, v)), PREC_UNARY, v->type);
}

/* Arrays and records read better as &a[i], plain pointers as p + i. */
static Text index_pointer(Emitter *e, const Op *op)
{
    Type *t = op->results[0]->type;
    Value *base = op->args[0];
    if (op->nargs == 3 && rows(e, base) > 1) {
        int left = rows(e, base) - 1;
        const char *row = arena_printf(e->arena, "%s[%s]", subscripted(e, base), expr_index(e, op->args[1]).s);
        return text_of(with_zeros(e, row, left - 1), PREC_POSTFIX, t);
    }
    Text i = expr_index(e, op->args[1]);
    if (op->nargs == 3) {
        const char *n = at_prec(e, i, PREC_MUL), *stride = at_prec(e, expr_index(e, op->args[2]), PREC_UNARY);
        i = text_of(arena_printf(e->arena, "%s * %s", n, stride), PREC_MUL, i.type);
    }
    bool literal = base->def && base->def->code == OP_STRING; /* clang warns of "text" + i */
    bool array = literal || (base->def && is_inline(e, base) && base->def->code == OP_DECAY) || is_vla(base);
    bool before = i.s[0] == '-' && i.prec >= PREC_MUL; /* a - 1, as code that counts from 1 has it: compilers warn of &a[-1] */
    if (!before && (array || i.prec < PREC_MUL || t->elem->kind == TY_RECORD))
        return text_of(arena_printf(e->arena, "&%s", index_lvalue(e, op).s), PREC_UNARY, t);
    const char *p = rows(e, base) > 1 ? element_pointer(e, base) : at_prec(e, expr(e, base), PREC_ADD);
    if (before) /* &a[0] - i: sanitizers know how long an array is, and such a pointer is used further on in it only */
        return text_of(arena_printf(e->arena, array ? "&%s[0] - %s" : "%s - %s", p, i.s + 1), PREC_ADD, t);
    return text_of(arena_printf(e->arena, "%s + %s", p, i.s), PREC_ADD, t);
}

Text address(Emitter *e, const Op *op)
{
    Type *t = op->results[0]->type;
    switch (op->code) {
    case OP_INDEX:
        return index_pointer(e, op);
    case OP_FIELD:
        return text_of(arena_printf(e->arena, "&%s", field_lvalue(e, op)), PREC_UNARY, t);
    case OP_DECAY: {
        Text at = lvalue(e, op->args[0]);
        return text_of(at_prec(e, at, PREC_UNARY), at.prec, t);
    }
    default: {
        if (is_row_cast(e, op->results[0]))
            return text_of(subscripted(e, op->args[0]), PREC_POSTFIX, t);
        const char *type = declare_var(e->arena, t, NULL, "");
        return text_of(arena_printf(e->arena, "(%s)%s", type, at_prec(e, expr(e, op->args[0]), PREC_UNARY)), PREC_UNARY, t);
    }
    }
}
