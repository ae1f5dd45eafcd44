/* lower_decl.c: local variables and initialisers. */
#include "lower.h"

#include <math.h>
#include <string.h>

static bool is_global(const Decl *d)
{
    return d->is_static_local || d->var->is_global || d->var->is_static || d->var->is_extern;
}

static bool mentions_vla(const Type *t)
{
    for (; t->kind == TY_PTR || t->kind == TY_ARRAY; t = t->elem)
        if (t->kind == TY_ARRAY && t->count < 0 && t->vla_dim)
            return true;
    return false;
}

bool decl_is_vla(const Decl *d)
{
    return !is_global(d) && mentions_vla(d->ctype);
}

static int collect_dims(Lower *l, Type *t, Value **dims, int max)
{
    int n = 0;
    for (; t->kind == TY_ARRAY; t = t->elem) {
        if (n == max) {
            lower_unsupported(l, l->b.loc, "an array of more than %d dimensions is not supported", max);
            break;
        }
        dims[n++] = array_dim(l, t);
    }
    return n;
}

Value *lower_local(Lower *l, Decl *d, bool zeroed)
{
    Var *var = d->var;
    Type *t = d->ctype;
    Value *dims[16];
    int ndims = type_is_vla(t) ? collect_dims(l, t, dims, 16) : 0;
    if ((var->is_volatile || var->is_atomic) && type_has_float(t))
        lower_unsupported(l, d->loc, "'%s' is a %s floating variable; use an ordinary one", var->name,
                          var->is_volatile ? "volatile" : "_Atomic");
    Value *v = build_local(&l->b, ndims ? lower_type(array_base(t)) : lower_type(t), var, dims, ndims);
    v->def->zeroed = zeroed;
    return v;
}

void lower_hoist(Lower *l, Decl *d)
{
    if (is_global(d) || d->lowered || decl_is_vla(d))
        return;
    Slot *slot = arena_alloc(l->arena, sizeof *slot);
    d->lowered = slot;
    slot->hoisted = true;
    slot->addr = lower_local(l, d, false);
}

/* void last_x_initial(double *p) { *p = -1; } */
static Fn *initial_value(Program *p, Decl *d)
{
    Fn *fn = fn_new(p, arena_printf(p->arena, "%s_initial", d->var->name));
    p->fns.n--; /* it is nobody's but the variable's */
    Lower in = {.program = p, .fn = fn, .decl = d, .arena = p->arena, .dims = {.arena = p->arena}};
    fn->loc = d->loc;
    fn->has_body = fn->is_static = true;
    fn->params = arena_alloc(p->arena, sizeof *fn->params);
    fn->params[fn->nparams++] = lower_new_var(&in, "p", type_ptr(d->ctype));
    Value *address = region_add_arg(fn->body, type_ptr(d->ctype), fn->params[0]);
    in.b = at_end(fn->body);
    in.b.loc = d->loc;
    lower_mark_statement(&in);
    lower_init(&in, address, d->ctype, d->init, true);
    build_yield(&in.b, NULL, 0);
    return fn->unsupported.what ? NULL : fn;
}

/* Pointers to numbers, in the object itself. */
static bool holds_addresses(const Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    if (t->kind == TY_PTR)
        return type_reaches_float(t);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++)
        if (holds_addresses(t->fields[i].type))
            return true;
    return false;
}

void lower_lasting(Program *p, Decl *d)
{
    bool state = d->is_static_local && !d->var->is_const;
    if (d->init && !d->var->initial && (state || holds_addresses(d->ctype)))
        d->var->initial = initial_value(p, d);
}

void lower_decl(Lower *l, Decl *d)
{
    if (d->is_static_local)
        lower_lasting(l->program, d);
    if (is_global(d))
        return;
    l->b.loc = d->loc;
    Slot *slot = d->lowered;
    if (!slot) {
        slot = arena_alloc(l->arena, sizeof *slot);
        d->lowered = slot;
        lower_dims(l, d->ctype);
        slot->addr = lower_local(l, d, d->init && init_leaves_zeros(d->ctype, d->init));
        if (d->init)
            lower_init(l, slot->addr, d->ctype, d->init, slot->addr->def->zeroed);
    } else if (d->init) {
        bool zeros = init_leaves_zeros(d->ctype, d->init);
        if (zeros)
            lower_zero(l, slot->addr, d->ctype, d->loc);
        lower_init(l, slot->addr, d->ctype, d->init, zeros);
    }
}

/* ---------------------------------------------------------------------- initialisers */

static const Expr *aggregate_init(const Expr *e)
{
    while (e && e->kind == EX_COMPOUND_LIT)
        e = e->a;
    return e;
}

/* Characters in a string literal's text, the final 0 included. */
static int64_t literal_length(const char *text)
{
    int64_t n = 1;
    const char *p = strchr(text, '"');
    while (p && *++p) {
        if (*p == '"') { /* "a" "b" */
            p = strchr(p + 1, '"');
            continue;
        }
        n++;
        if (*p != '\\')
            continue;
        p++;
        size_t digits = *p == 'x' ? 1 + strspn(p + 1, "0123456789abcdefABCDEF") : strspn(p, "01234567");
        if (digits > 1)
            p += *p != 'x' && digits > 3 ? 2 : digits - 1;
    }
    return n;
}

static bool has_gap(const Type *t, const Expr *init)
{
    init = aggregate_init(init);
    if (!init)
        return true;
    if (t->kind == TY_ARRAY && init->kind == EX_STRING)
        return literal_length(init->text) < t->count;
    if ((t->kind != TY_ARRAY && t->kind != TY_RECORD) || init->kind != EX_INIT)
        return false;
    if (t->kind == TY_RECORD && t->is_union)
        return !init->nargs || !init->args[0] || t->fields[init->field].type->size < t->size ||
               has_gap(t->fields[init->field].type, init->args[0]);
    int64_t n = t->kind == TY_ARRAY ? t->count : t->nfields;
    if (init->nargs < n)
        return true;
    for (int i = 0; i < init->nargs; i++)
        if ((t->kind == TY_ARRAY || i < t->nfields) && has_gap(t->kind == TY_ARRAY ? t->elem : t->fields[i].type, init->args[i]))
            return true;
    return false;
}

bool init_leaves_zeros(const Type *t, const Expr *init)
{
    return (t->kind == TY_ARRAY || t->kind == TY_RECORD) && has_gap(t, init);
}

static bool is_zero(const Expr *e)
{
    while (e->kind == EX_CAST)
        e = e->a;
    return (e->kind == EX_INT && e->ival == 0) || (e->kind == EX_FLOAT && e->fval == 0 && !signbit(e->fval));
}

static void init_array(Lower *l, Value *addr, Type *t, Expr *init, bool zeroed)
{
    Value *first = addr->type->elem->kind == TY_ARRAY ? build_decay(&l->b, addr) : addr;
    if (init->kind == EX_STRING) {
        int64_t length = literal_length(init->text), n = length < t->count ? length : t->count;
        Op *op = op_build(&l->b, OP_STRING, NULL, 0, 1);
        op->text = init->text;
        op->results[0]->type = type_ptr_q(init->type->elem, true, false);
        Value *bytes = build_int(&l->b, type_scalar(TY_ULONG), n * t->elem->size);
        op_build(&l->b, OP_COPY, (Value *[]){first, op->results[0], bytes}, 3, 0);
        return;
    }
    for (int i = 0; i < init->nargs; i++)
        if (init->args[i] && !(zeroed && is_zero(init->args[i]))) {
            Value *at = build_index(&l->b, first, build_int(&l->b, type_scalar(TY_INT), i));
            lower_init(l, at, t->elem, init->args[i], zeroed);
        }
}

static void init_record(Lower *l, Value *addr, Type *t, Expr *init, bool zeroed)
{
    if (init->kind == EX_CALL) {
        lower_call(l, init, addr);
        return;
    }
    if (init->kind != EX_INIT) {
        lower_copy(l, addr, lower_record(l, init), t, init->loc);
        return;
    }
    for (int i = 0; i < init->nargs && i < t->nfields; i++) {
        int field = t->is_union ? init->field : i;
        if (init->args[i] && !(zeroed && is_zero(init->args[i])))
            lower_init(l, build_field(&l->b, addr, field), t->fields[field].type, init->args[i], zeroed);
    }
}

void lower_init(Lower *l, Value *addr, Type *t, Expr *init, bool zeroed)
{
    if (init->kind == EX_COMPOUND_LIT && (t->kind == TY_ARRAY || t->kind == TY_RECORD))
        init = init->a;
    if (t->kind == TY_ARRAY) {
        if (init->kind == EX_INIT || init->kind == EX_STRING)
            init_array(l, addr, t, init, zeroed);
        else
            lower_unsupported(l, init->loc, "this array initialiser is not supported; assign the elements one by one");
        return;
    }
    if (t->kind == TY_RECORD) {
        init_record(l, addr, t, init, zeroed);
        return;
    }
    if (init->kind == EX_INIT) {
        if (!init->nargs || !init->args[0]) {
            if (!zeroed)
                lower_zero(l, addr, t, init->loc);
            return;
        }
        init = init->args[0];
    }
    if (zeroed && is_zero(init))
        return;
    l->b.loc = init->loc;
    Value *v = lower_expr(l, init);
    lower_check_write(l, addr);
    if (addr->type->kind == TY_PTR && type_is_scalar(addr->type->elem))
        build_store(&l->b, addr, lower_as(l, v, addr->type->elem));
    else
        lower_unsupported(l, init->loc, "a variable of type '%s' cannot be initialised by adgen", type_spelling(t));
}
