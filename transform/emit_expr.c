/* emit_expr.c: values as C expressions, with the parentheses and casts that C needs and no others.
 *
 * The IR writes every conversion as a CAST. An operand is printed "bare", without its cast, where C's usual arithmetic conversions,
 * an assignment or a prototype convert it in the same way. */
#include "emit.h"

#include <string.h>

static Text text_of(const char *s, Prec prec, Type *type)
{
    return (Text){.s = s, .prec = prec, .type = type};
}

const char *at_prec(Emitter *e, Text t, Prec least)
{
    return t.prec >= least ? t.s : arena_printf(e->arena, "(%s)", t.s);
}

static Text cast_text(Emitter *e, Text t, Type *to)
{
    if (t.type == to)
        return t;
    const char *name = declare_var(e->arena, to, NULL, "");
    if (to->kind == TY_ULONG) {
        name = "size_t";
        e->needs->stddef_h = true;
    }
    return text_of(arena_printf(e->arena, "(%s)%s", name, at_prec(e, t, PREC_UNARY)), PREC_UNARY, to);
}

static bool is_inline(const Emitter *e, const Value *v)
{
    return plan_of(e->plan, v)->show == SHOW_INLINE;
}

static bool is_real(const Type *t)
{
    return type_is_int(t) || type_is_float(t);
}

/* ---------------------------------------------------------------------- operands with and without their casts */

/* An operand: bare.type tells what C sees when the cast is left out; full is exactly of the value's type. */
typedef struct {
    Text bare, full;
    bool constant; /* bare is a non-negative integer literal */
} Operand;

static Text full_expr(Emitter *e, Value *v)
{
    const ValuePlan *vp = plan_of(e->plan, v);
    switch (vp->show) {
    case SHOW_VAR:
        return text_of(vp->var->name, PREC_PRIMARY, v->type);
    case SHOW_OBJECT:
        return object_address(e, v);
    case SHOW_INLINE:
        return op_expr(e, v->def);
    default:
        ICE("emit: %%%d is used but not shown: %s", v->id, v->def ? op_to_text(e->arena, v->def) : "an argument");
    }
}

/* Through casts that C may do by itself. The first one always; inner ones where they keep every value. */
static Value *without_casts(const Emitter *e, Value *v)
{
    for (bool first = true;; first = false) {
        const Op *op = v->def;
        if (!op || op->code != OP_CAST || !is_inline(e, v) || !is_real(v->type) || !is_real(op->args[0]->type))
            return v;
        if (!first && !conversion_exact(op->args[0]->type, v->type))
            return v;
        v = op->args[0];
    }
}

static Text operand_bare(Emitter *e, Value *v);

static Operand operand_of_op(Emitter *e, const Op *op)
{
    Value *v = op->results[0];
    Operand o = {0};
    if (op->code == OP_ICONST && !op->text) {
        o.full = op_expr(e, op);
        o.bare = o.full;
        if (op->ival >= 0 ? op->ival <= INT32_MAX : op->ival > INT32_MIN && type_is_signed(v->type))
            o.bare = text_of(arena_printf(e->arena, "%d", (int)op->ival), op->ival < 0 ? PREC_UNARY : PREC_PRIMARY, type_scalar(TY_INT));
        o.constant = op->ival >= 0;
        return o;
    }
    if (op->code == OP_CAST && is_real(v->type) && is_real(op->args[0]->type)) {
        Value *u = without_casts(e, op->args[0]);
        if (u != op->args[0] && !conversion_exact(u->type, op->args[0]->type))
            u = op->args[0];
        o.bare = full_expr(e, u);
        o.full = cast_text(e, o.bare, v->type);
        return o;
    }
    if (op->code == OP_CAST && type_is_complex(v->type) && is_real(op->args[0]->type)) {
        o.bare = operand_bare(e, op->args[0]);
        o.full = cast_text(e, o.bare, v->type);
        return o;
    }
    o.bare = op_expr(e, op);
    o.full = cast_text(e, o.bare, v->type);
    if (type_is_int(v->type) && promoted_type(v->type) == o.bare.type && value_is_bool(v))
        o.full = o.bare;
    return o;
}

static Operand operand(Emitter *e, Value *v)
{
    if (is_inline(e, v))
        return operand_of_op(e, v->def);
    Text t = full_expr(e, v);
    return (Operand){t, t, false};
}

static Text operand_bare(Emitter *e, Value *v)
{
    return operand(e, v).full;
}

Text expr(Emitter *e, Value *v)
{
    return operand(e, v).full;
}

/* Does assignment convert without a word? Losing a fraction is worth one. */
static bool assignment_converts(const Type *from, const Type *to)
{
    return is_real(from) && (is_real(to) || type_is_complex(to)) && !(type_is_float(from) && type_is_int(to));
}

static Text assigned(const Operand *o, const Type *to)
{
    return assignment_converts(o->bare.type, to) ? o->bare : o->full;
}

/* T * and void * convert into each other, T * into const T *. */
static bool is_implicit(const Type *from, const Type *to)
{
    if (from->elem->kind == TY_FUNC || to->elem->kind == TY_FUNC)
        return false;
    bool drops = (from->elem_const && !to->elem_const) || (from->elem_volatile && !to->elem_volatile);
    return !drops && (from->elem == to->elem || from->elem->kind == TY_VOID || to->elem->kind == TY_VOID);
}

/* The value that op assigns without a cast: T * to void * to U * needs one. NULL: op has to be written. */
static Value *assigned_value(Emitter *e, const Op *op)
{
    if (op->code != OP_PTRCAST || !is_implicit(op->args[0]->type, op->results[0]->type))
        return NULL;
    Value *v = op->args[0];
    while (is_inline(e, v) && v->def->code == OP_PTRCAST && is_implicit(v->def->args[0]->type, v->type))
        v = v->def->args[0];
    return is_implicit(v->type, op->results[0]->type) ? v : NULL;
}

Text op_assign(Emitter *e, const Op *op)
{
    Value *v = assigned_value(e, op);
    if (v)
        return expr_assign(e, v);
    Operand o = operand_of_op(e, op);
    return assigned(&o, op->results[0]->type);
}

Text expr_assign(Emitter *e, Value *v)
{
    return is_inline(e, v) ? op_assign(e, v->def) : full_expr(e, v);
}

/* (long)i - 1 as an index is i - 1. */
static Text offset_index(Emitter *e, const Op *op)
{
    int64_t k;
    const Op *cast = op->args[0]->def;
    bool small = value_int(op->args[1], &k) && k > -64 && k < 64;
    if (!small || !cast || cast->code != OP_CAST || !is_inline(e, op->args[0]) || cast->args[0]->type->kind != TY_INT)
        return text_of(NULL, PREC_ADD, NULL);
    const char *i = at_prec(e, expr(e, cast->args[0]), PREC_ADD);
    bool minus = (op->code == OP_SUB) == (k > 0);
    return text_of(arena_printf(e->arena, "%s %c %d", i, minus ? '-' : '+', (int)(k < 0 ? -k : k)), PREC_ADD, type_scalar(TY_INT));
}

Text expr_index(Emitter *e, Value *v)
{
    if (is_inline(e, v) && (v->def->code == OP_ADD || v->def->code == OP_SUB) && v->type->kind == TY_LONG) {
        Text t = offset_index(e, v->def);
        if (t.s)
            return t;
    }
    Operand o = operand(e, v);
    bool same = type_is_int(o.bare.type) && (conversion_exact(o.bare.type, v->type) || v->type->size == 8);
    return same ? o.bare : o.full;
}

Text expr_arg(Emitter *e, Value *v)
{
    Operand o = operand(e, v);
    bool promotes = (o.bare.type->kind == TY_F32 && v->type->kind == TY_F64) || (o.bare.type && promoted_type(o.bare.type) == v->type);
    return promotes ? o.bare : o.full;
}

/* ---------------------------------------------------------------------- binary operators */

typedef struct {
    const char *text;
    Prec prec;
} Operator;

static Operator operator_of(OpCode code)
{
    switch (code) {
    case OP_ADD:
        return (Operator){"+", PREC_ADD};
    case OP_SUB:
        return (Operator){"-", PREC_ADD};
    case OP_MUL:
        return (Operator){"*", PREC_MUL};
    case OP_DIV:
        return (Operator){"/", PREC_MUL};
    case OP_REM:
        return (Operator){"%", PREC_MUL};
    case OP_AND:
        return (Operator){"&", PREC_BAND};
    case OP_OR:
        return (Operator){"|", PREC_BOR};
    case OP_XOR:
        return (Operator){"^", PREC_XOR};
    case OP_SHL:
        return (Operator){"<<", PREC_SHIFT};
    case OP_SHR:
        return (Operator){">>", PREC_SHIFT};
    case OP_EQ:
        return (Operator){"==", PREC_EQ};
    case OP_NE:
        return (Operator){"!=", PREC_EQ};
    case OP_LT:
        return (Operator){"<", PREC_REL};
    case OP_LE:
        return (Operator){"<=", PREC_REL};
    case OP_GT:
        return (Operator){">", PREC_REL};
    case OP_GE:
        return (Operator){">=", PREC_REL};
    default:
        return (Operator){NULL, PREC_PRIMARY};
    }
}

/* A signed operand that becomes unsigned in a comparison draws a warning: the cast says that it is meant. */
static bool sign_changes(const Operand *o, Text t, const Type *want)
{
    return !o->constant && type_is_int(want) && !type_is_signed(want) && type_is_int(t.type) && type_is_signed(promoted_type(t.type));
}

/* Do two integers compare, and choose, alike without their casts to a wider type? */
static bool narrower_is_same(const Operand *x, const Operand *y, const Type *want)
{
    const Type *t = type_is_int(want) && type_is_int(x->bare.type) && type_is_int(y->bare.type) ? usual_type(x->bare.type, y->bare.type) : NULL;
    return t && type_is_signed(t) && conversion_exact(x->bare.type, t) && conversion_exact(y->bare.type, t) && conversion_exact(t, want);
}

/* Chooses how much of the operands' casts to leave out so that C converts both to `want`. */
static void choose(Operand *x, Operand *y, Type *want, bool mixed_signs_warn, Text *tx, Text *ty)
{
    want = promoted_type(want);
    for (int i = 0; i < 4; i++) {
        Text a = i & 1 ? x->full : x->bare, b = i & 2 ? y->full : y->bare;
        *tx = a;
        *ty = b;
        if (i == 3)
            return;
        if (usual_type(a.type, b.type) != want)
            continue;
        if (!mixed_signs_warn || (!sign_changes(x, a, want) && !sign_changes(y, b, want)))
            return;
    }
}

/* The same where one of the two is complex. Arithmetic tells real operands from complex ones, a comparison or choice does not. */
static void choose_complex(Operand *x, Operand *y, bool x_complex, bool y_complex, const Type *want, Text *tx, Text *ty)
{
    for (int i = 0; i < 4; i++) {
        *tx = i & 1 ? x->full : x->bare;
        *ty = i & 2 ? y->full : y->bare;
        bool fits = (!x_complex || type_is_complex(tx->type)) && (!y_complex || type_is_complex(ty->type));
        if (fits && usual_type(tx->type, ty->type) == want)
            return;
    }
}

/* -a * b as an operand of + and -: the product without its sign. Exact for floats; for integers only a literal's sign. */
static bool drop_sign(Text *t, const Type *type)
{
    if (t->s[0] != '-' || t->prec < PREC_MUL)
        return false;
    bool literal = strspn(t->s + 1, "0123456789") == strlen(t->s + 1);
    if (!literal && !(type_is_float(type) && type_is_float(t->type) && !t->int_head)) /* -n as a float is 0.0, not -0.0, where n is 0 */
        return false;
    t->s++;
    return true;
}

/* z + -w is z - w, of complex numbers: takes the sign off w, which is the second operand of + or -. */
static Value *unsigned_complex(const Emitter *e, Value *w, OpCode *code)
{
    bool sum = *code == OP_ADD || *code == OP_SUB;
    if (!sum || !type_is_complex(w->type) || !is_inline(e, w) || w->def->code != OP_NEG)
        return w;
    *code = *code == OP_ADD ? OP_SUB : OP_ADD;
    return w->def->args[0];
}

/* The least precedences of operands that neither C nor gcc's -Wparentheses wants parenthesised. */
static void operand_precs(OpCode code, Prec prec, Prec *left, Prec *right)
{
    *left = prec;
    *right = (Prec)(prec + 1);
    if (op_is_compare(code))
        *left = *right = PREC_ADD;
    else if (prec >= PREC_BOR && prec <= PREC_SHIFT)
        *left = *right = PREC_UNARY;
}

/* (long)i * 4 -> i * 4L */
static bool long_literal(Emitter *e, const Op *op, const Operand *x, Text *tx, Text *ty)
{
    const Op *literal = op->args[1]->def, *cast = op->args[0]->def;
    bool fits = op->code == OP_MUL && literal && literal->code == OP_ICONST && !literal->text && literal->ival > 0 && cast && cast->code == OP_CAST;
    if (!fits || op->args[0]->type->kind != TY_LONG || !type_is_int(x->bare.type) || x->bare.type->size > 4)
        return false;
    *tx = x->bare;
    *ty = text_of(arena_printf(e->arena, "%lldL", (long long)literal->ival), PREC_PRIMARY, op->args[0]->type);
    return true;
}

static Text binary(Emitter *e, const Op *op)
{
    OpCode code = op->code;
    bool shift = code == OP_SHL || code == OP_SHR, compare = op_is_compare(code);
    Type *want = op->args[0]->type, *yt = op->args[1]->type;
    bool x_complex = type_is_complex(want), y_complex = type_is_complex(yt);
    want = y_complex ? yt : want;
    Type *result = compare ? type_scalar(TY_INT) : promoted_type(want);
    Operand x = operand(e, op->args[0]), y = operand(e, unsigned_complex(e, op->args[1], &code));
    Text tx = x.full, ty = y.full;
    if (shift) {
        tx = promoted_type(x.bare.type) == promoted_type(want) ? x.bare : x.full;
        ty = y.bare;
    } else if (compare && narrower_is_same(&x, &y, want)) {
        tx = x.bare;
        ty = y.bare;
    } else if (is_real(want) && !long_literal(e, op, &x, &tx, &ty)) {
        choose(&x, &y, want, compare, &tx, &ty);
    } else if (x_complex || y_complex) {
        choose_complex(&x, &y, x_complex && !compare, y_complex && !compare, want, &tx, &ty);
    }
    Operator o = operator_of(code);
    if ((code == OP_ADD || code == OP_SUB) && drop_sign(&ty, want))
        o.text = code == OP_ADD ? "-" : "+";
    Prec left, right;
    operand_precs(code, o.prec, &left, &right);
    const char *lhs = at_prec(e, tx, left), *rhs = at_prec(e, ty, right);
    Text t = text_of(arena_printf(e->arena, "%s %s %s", lhs, o.text, rhs), o.prec, result);
    t.int_head = type_is_int(tx.type) || (tx.prec >= left && tx.int_head);
    return t;
}

/* ---------------------------------------------------------------------- pieces of loop headers */

Text compare_text(Emitter *e, const char *name, Type *t, OpCode cmp, Value *v)
{
    Text counter = text_of(name, PREC_PRIMARY, t), tx, ty;
    Operand x = {counter, counter, false}, y = operand(e, v);
    choose(&x, &y, t, true, &tx, &ty);
    Operator o = operator_of(cmp);
    return text_of(arena_printf(e->arena, "%s %s %s", tx.s, o.text, at_prec(e, ty, PREC_ADD)), o.prec, type_scalar(TY_INT));
}

/* n + 1 with delta -1 is n. */
Text offset_text(Emitter *e, Value *v, int delta)
{
    int64_t x;
    const Op *op = v->def;
    if (!delta)
        return expr_assign(e, v);
    if (value_int(v, &x) && x > INT32_MIN && x < INT32_MAX)
        return text_of(arena_printf(e->arena, "%lld", (long long)x + delta), x + delta < 0 ? PREC_UNARY : PREC_PRIMARY, v->type);
    bool sum = op && is_inline(e, v) && (op->code == OP_ADD || op->code == OP_SUB) && type_is_signed(v->type);
    if (sum && value_int(op->args[1], &x) && x > -1000 && x < 1000)
        return offset_text(e, op->args[0], (int)(op->code == OP_ADD ? x : -x) + delta);
    const char *s = at_prec(e, expr_assign(e, v), PREC_ADD);
    return text_of(arena_printf(e->arena, "%s %c %d", s, delta < 0 ? '-' : '+', delta < 0 ? -delta : delta), PREC_ADD, v->type);
}

/* ---------------------------------------------------------------------- conditions */

static Text logical(Emitter *e, Text a, Text b, bool both)
{
    if (!strcmp(a.s, both ? "1" : "0"))
        return b;
    if (!strcmp(b.s, both ? "1" : "0"))
        return a;
    Prec prec = both ? PREC_LAND : PREC_LOR;
    /* gcc wants parentheses around && within || */
    Prec least = both ? PREC_LAND : PREC_BOR;
    const char *lhs = a.prec == prec ? a.s : at_prec(e, a, least), *rhs = b.prec == prec ? b.s : at_prec(e, b, least);
    return text_of(arena_printf(e->arena, "%s %s %s", lhs, both ? "&&" : "||", rhs), prec, type_scalar(TY_INT));
}

static Text negate(Emitter *e, Text t)
{
    return text_of(arena_printf(e->arena, "!%s", at_prec(e, t, PREC_UNARY)), PREC_UNARY, type_scalar(TY_INT));
}

static Text if_text(Emitter *e, const Op *op, bool truth, bool negated);

/* Has C a plain form of !v, or only !(v)? */
static bool negates_well(const Emitter *e, const Value *v)
{
    const Op *op = v->def;
    OpCode inverse;
    if (!is_inline(e, v) || op->code == OP_LNOT || op->code == OP_LOAD || op->code == OP_ICONST)
        return true;
    if (op->code == OP_LAND || op->code == OP_LOR)
        return negates_well(e, op->args[0]) && negates_well(e, op->args[1]);
    if (op->code == OP_IF)
        return negates_well(e, op->args[0]) && negates_well(e, arm_value(op, 0)) && negates_well(e, arm_value(op, 1));
    return op_is_compare(op->code) && op_inverse_compare(op, &inverse);
}

static Text compare_condition(Emitter *e, const Op *op, bool negated)
{
    bool equality = op->code == OP_EQ || op->code == OP_NE;
    if (equality && (value_is_bool(op->args[0]) || plan_of(e->plan, op->args[0])->is_zero) && value_is(op->args[1], 0))
        return condition(e, op->args[0], negated != (op->code == OP_EQ));
    OpCode inverse;
    if (!negated)
        return binary(e, op);
    if (!op_inverse_compare(op, &inverse))
        return negate(e, binary(e, op));
    Op flipped = *op;
    flipped.code = inverse;
    return binary(e, &flipped);
}

static Text op_condition(Emitter *e, const Op *op, bool negated)
{
    if (op_is_compare(op->code))
        return compare_condition(e, op, negated);
    switch (op->code) {
    case OP_LNOT:
        return condition(e, op->args[0], !negated);
    case OP_LAND:
    case OP_LOR: {
        bool turned = negated && negates_well(e, op->args[0]) && negates_well(e, op->args[1]); /* !a || !b for !(a && b) */
        Text t = logical(e, condition(e, op->args[0], turned), condition(e, op->args[1], turned), (op->code == OP_LAND) != turned);
        return negated && !turned ? negate(e, t) : t;
    }
    case OP_IF:
        return if_text(e, op, true, negated);
    case OP_CAST:
        if (type_is_int(op->args[0]->type) && (conversion_exact(op->args[0]->type, op->results[0]->type) || op->results[0]->type->kind == TY_BOOL))
            return condition(e, op->args[0], negated);
        break;
    default:
        break;
    }
    Text t = op_expr(e, op);
    return negated ? negate(e, t) : t;
}

Text condition(Emitter *e, Value *v, bool negated)
{
    if (plan_of(e->plan, v)->is_zero)
        return text_of(negated ? "1" : "0", PREC_PRIMARY, type_scalar(TY_INT));
    if (is_inline(e, v))
        return op_condition(e, v->def, negated);
    Text t = full_expr(e, v);
    return negated ? negate(e, t) : t;
}

static Text choice(Emitter *e, Value *c, Value *t, Value *f)
{
    Operand x = operand(e, t), y = operand(e, f);
    Text tx = x.full, ty = y.full;
    if (narrower_is_same(&x, &y, t->type)) {
        tx = x.bare;
        ty = y.bare;
    } else if (is_real(t->type)) {
        choose(&x, &y, t->type, true, &tx, &ty);
    } else if (type_is_complex(t->type)) {
        choose_complex(&x, &y, false, false, t->type, &tx, &ty);
    }
    const char *cond = at_prec(e, condition(e, c, false), PREC_LOR);
    const char *then = at_prec(e, tx, PREC_LOR), *other = at_prec(e, ty, PREC_COND);
    Type *type = type_is_scalar(t->type) && t->type->kind != TY_PTR ? usual_type(tx.type, ty.type) : t->type;
    return text_of(arena_printf(e->arena, "%s ? %s : %s", cond, then, other), PREC_COND, type);
}

/* if c {b} else {0} is c && b; if c {1} else {b} is c || b; if c {0} else {b} is !c && b. truth: only whether it is 0 matters. */
static Text if_text(Emitter *e, const Op *op, bool truth, bool negated)
{
    Value *c = op->args[0], *t = arm_value(op, 0), *f = arm_value(op, 1);
    bool turned = negated && negates_well(e, c) && negates_well(e, t) && negates_well(e, f);
    Text r;
    if (type_is_int(t->type) && value_is(f, 0) && (truth || value_is_bool(t)))
        r = logical(e, condition(e, c, turned), condition(e, t, turned), !turned);
    else if (type_is_int(t->type) && value_is(t, 1) && (truth || value_is_bool(f)))
        r = logical(e, condition(e, c, turned), condition(e, f, turned), turned);
    else if (type_is_int(t->type) && value_is(t, 0) && (truth || value_is_bool(f)))
        r = logical(e, condition(e, c, !turned), condition(e, f, turned), !turned);
    else
        return negated ? negate(e, choice(e, c, t, f)) : choice(e, c, t, f);
    return negated && !turned ? negate(e, r) : r;
}

/* ---------------------------------------------------------------------- other expressions */

static Text constant(Emitter *e, const Op *op)
{
    Type *t = op->results[0]->type;
    if (op->code == OP_ICONST) {
        if (op->text) {
            bool word = strspn(op->text, "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(op->text);
            return text_of(op->text, word || op->text[0] == '\'' ? PREC_PRIMARY : PREC_COND, type_scalar(TY_INT));
        }
        return text_of(int_literal(e->arena, t, op->ival), type_is_signed(t) && op->ival < 0 ? PREC_UNARY : PREC_PRIMARY, t);
    }
    if (op->text && type_is_complex(t)) { /* I, a constant of type float _Complex */
        e->needs->complex_h = true;
        return text_of(op->text, PREC_PRIMARY, type_scalar(TY_CF32));
    }
    t = type_real_of(t);
    if (op->text) {
        e->needs->math = true;
        bool is_float = !strcmp(op->text, "INFINITY") || !strcmp(op->text, "NAN");
        return text_of(op->text, op->text[0] == '-' ? PREC_UNARY : PREC_PRIMARY, is_float ? type_scalar(TY_F32) : t);
    }
    const char *s = float_literal(e->arena, t, op->fval);
    bool special = strpbrk(s, "NI") != NULL;
    e->needs->math |= special;
    return text_of(s, s[0] == '-' ? PREC_UNARY : PREC_PRIMARY, special ? type_scalar(TY_F32) : t);
}

static Text unary(Emitter *e, const Op *op)
{
    Operand x = operand(e, op->args[0]);
    Type *want = promoted_type(op->args[0]->type);
    Text t = promoted_type(x.bare.type) == want ? x.bare : x.full;
    if (type_is_complex(want) && op->args[0]->def && op->args[0]->def->code == OP_FCONST && op->args[0]->def->text)
        want = (t = x.bare).type; /* -I is as exact as I */
    if (op->code == OP_NEG && t.prec == PREC_MUL && t.s[0] != '-' && type_is_float(t.type) && !t.int_head) /* exact: -(a * b) is -a * b */
        return text_of(arena_printf(e->arena, "-%s", t.s), PREC_MUL, want);
    const char *s = at_prec(e, t, PREC_UNARY);
    if (op->code == OP_NEG && s[0] == '-')
        s = arena_printf(e->arena, "(%s)", s);
    return text_of(arena_printf(e->arena, "%s%s", op->code == OP_NEG ? "-" : "~", s), PREC_UNARY, want);
}

/* mulz a, p: no contribution where the factor is 0, whatever p is. */
static Text mulz(Emitter *e, const Op *op)
{
    Operand a = operand(e, op->args[0]), p = operand(e, op->args[1]);
    Text ta, tp;
    Type *t = op->results[0]->type;
    if (type_is_complex(t))
        choose_complex(&a, &p, false, false, t, &ta, &tp);
    else
        choose(&a, &p, t, false, &ta, &tp);
    const char *zero = float_literal(e->arena, type_real_of(t), 0);
    const char *factor = at_prec(e, ta, PREC_MUL), *test = at_prec(e, a.full, PREC_ADD);
    return text_of(arena_printf(e->arena, "%s != %s ? %s * %s : %s", test, zero, factor, at_prec(e, tp, PREC_UNARY), zero), PREC_COND, t);
}

static Text math_call(Emitter *e, const Op *op)
{
    Str s = {.arena = e->arena};
    bool builtin = op->code == OP_CMPLX; /* CMPLX came with C11, and glibc hides it from clang */
    const char *name = builtin ? "__builtin_complex" : math_c_name(op, e->arena);
    bool generic = strchr(strchr(op_info[op->code].sig, ':'), 'g') != NULL;
    if (!strncmp(name, "ad_", 3))
        e->needs->runtime = true;
    else if (builtin)
        ;
    else if (strchr(op_info[op->code].sig, 'z'))
        e->needs->complex_h = true;
    else
        e->needs->math = true;
    str_fmt(&s, "%s(", name);
    for (int i = 0; i < op->nargs; i++) {
        Text t = generic || builtin ? expr(e, op->args[i]) : expr_assign(e, op->args[i]);
        str_fmt(&s, "%s%s", i ? ", " : "", t.s);
    }
    for (int i = 1; i < op->nresults; i++)
        str_fmt(&s, ", &%s", plan_of(e->plan, op->results[i])->var->name);
    str_put(&s, ")");
    return text_of(s.s, PREC_POSTFIX, op->results[0]->type);
}

static Text logistic(Emitter *e, const Op *op)
{
    Type *t = op->results[0]->type;
    const char *one = float_literal(e->arena, t, 1);
    return text_of(arena_printf(e->arena, "%s / (%s + %s)", one, one, math_call(e, op).s), PREC_MUL, t);
}

static Text pointer_difference(Emitter *e, const Op *op)
{
    const char *p = at_prec(e, expr(e, op->args[0]), PREC_ADD), *q = at_prec(e, expr(e, op->args[1]), PREC_MUL);
    return text_of(arena_printf(e->arena, "%s - %s", p, q), PREC_ADD, op->results[0]->type);
}

static Text sizeof_type(Emitter *e, const Op *op)
{
    return text_of(arena_printf(e->arena, "sizeof(%s)", declare_var(e->arena, op->of, NULL, "")), PREC_POSTFIX, op->results[0]->type);
}

static Text op_cast(Emitter *e, const Op *op)
{
    Operand o = operand(e, op->args[0]);
    return cast_text(e, o.full, op->results[0]->type);
}

Text op_expr(Emitter *e, const Op *op)
{
    Type *t = op->nresults ? op->results[0]->type : NULL;
    if (op->code == OP_LOGISTIC)
        return logistic(e, op);
    if (op_info[op->code].kind == KIND_MATH)
        return math_call(e, op);
    if (operator_of(op->code).text)
        return binary(e, op);
    switch (op->code) {
    case OP_ICONST:
    case OP_FCONST:
        return constant(e, op);
    case OP_NULLPTR:
        e->needs->stddef_h = true;
        return text_of("NULL", PREC_PRIMARY, t);
    case OP_UNDEF:
        e->needs->stddef_h |= t->kind == TY_PTR;
        return text_of(t->kind == TY_PTR ? "NULL" : "0", PREC_PRIMARY, t);
    case OP_STRING:
        return text_of(op->text, PREC_PRIMARY, t);
    case OP_SIZEOF:
        return sizeof_type(e, op);
    case OP_FNADDR:
        if (op->callee)
            ptrs_push(&e->needs->callees, op->callee);
        return text_of(op->callee ? op->callee->name : op->text, PREC_PRIMARY, t);
    case OP_NEG:
    case OP_BITNOT:
        return unary(e, op);
    case OP_LNOT:
        return condition(e, op->args[0], true);
    case OP_LAND:
    case OP_LOR:
        return op_condition(e, op, false);
    case OP_SELECT:
        return choice(e, op->args[0], op->args[1], op->args[2]);
    case OP_IF:
        return if_text(e, op, false, false);
    case OP_MULZ:
        return mulz(e, op);
    case OP_CAST:
    case OP_PTRINT:
        return op_cast(e, op);
    case OP_PTRDIFF:
        return pointer_difference(e, op);
    case OP_LOAD: {
        Text at = lvalue(e, op->args[0]);
        return text_of(at.s, at.prec, t);
    }
    case OP_INDEX:
    case OP_FIELD:
    case OP_DECAY:
    case OP_PTRCAST:
        return address(e, op);
    default:
        return call_expr(e, op);
    }
}

/* ---------------------------------------------------------------------- updates */

static bool reads_target(const Emitter *e, const Target *target, const Value *v)
{
    const ValuePlan *vp = plan_of(e->plan, v);
    if (vp->show == SHOW_INLINE && v->def->code == OP_CAST)
        return reads_target(e, target, v->def->args[0]);
    if (target->load)
        return v->def == target->load;
    return vp->show == SHOW_VAR && vp->var == target->var;
}

/* x++, (*p)++: the postfix operator binds more tightly than a target's `*`. */
static char *step_text(Emitter *e, const char *target, char sign)
{
    return arena_printf(e->arena, *target == '*' ? "(%s)%c%c" : "%s%c%c", target, sign, sign);
}

static char *pointer_step(Emitter *e, const Target *target, const Op *op)
{
    if (op->nargs != 2 || !reads_target(e, target, op->args[0]))
        return NULL;
    Text by = operand(e, op->args[1]).bare;
    if (!strcmp(by.s, "1") || !strcmp(by.s, "-1"))
        return step_text(e, target->text, by.s[0] == '-' ? '-' : '+');
    return arena_printf(e->arena, "%s += %s", target->text, by.s);
}

static char *update_text(Emitter *e, const char *target, OpCode code, Text by, const Type *type)
{
    const char *o = operator_of(code).text;
    if ((code == OP_ADD || code == OP_SUB) && drop_sign(&by, type))
        o = code == OP_ADD ? "-" : "+";
    if (type_is_int(type) && (*o == '+' || *o == '-') && !strcmp(by.s, "1"))
        return step_text(e, target, *o);
    return arena_printf(e->arena, "%s %s= %s", target, o, by.s);
}

char *compound_assign(Emitter *e, const Target *target, const Op *op)
{
    if (op->code == OP_INDEX)
        return pointer_step(e, target, op);
    if (op->code == OP_CAST && is_inline(e, op->args[0]) && op->args[0]->def && is_real(op->args[0]->type))
        op = op->args[0]->def;
    if (!operator_of(op->code).text || op_is_compare(op->code))
        return NULL;
    bool commutes = op->code == OP_ADD || op->code == OP_MUL || op->code == OP_AND || op->code == OP_OR || op->code == OP_XOR;
    int left = reads_target(e, target, op->args[0]) ? 0 : commutes && reads_target(e, target, op->args[1]) ? 1 : -1;
    Type *computed = op->results[0]->type;
    if (left < 0 || !(is_real(target->type) || target->type == type_complex_of(computed)))
        return NULL;
    OpCode code = op->code;
    Operand by = operand(e, unsigned_complex(e, op->args[1 - left], &code));
    if (type_is_complex(op->args[1 - left]->type) && !type_is_complex(by.bare.type))
        by.bare = by.full;
    if (op->code == OP_SHL || op->code == OP_SHR)
        return promoted_type(target->type) == computed ? update_text(e, target->text, op->code, by.bare, target->type) : NULL;
    Text t = usual_type(target->type, by.bare.type) == computed ? by.bare : by.full;
    if (usual_type(target->type, t.type) != computed)
        return NULL;
    return update_text(e, target->text, code, t, target->type);
}

char *add_to(Emitter *e, const char *target, Type *t, Value *v)
{
    OpCode code = OP_ADD;
    Operand by = operand(e, unsigned_complex(e, v, &code));
    return update_text(e, target, code, usual_type(t, by.bare.type) == t ? by.bare : by.full, t);
}
