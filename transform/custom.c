/* custom.c: calls of functions that have a derivative of the user's (AD_CUSTOM_VJP, AD_CUSTOM_JVP).
 *
 *     y = f(p, x)   reverse:   double d_x = 0; f_vjp(p, x, d_p, &d_x, d_y); dx += d_x
 *                   tangent:   y = f_jvp(p, x, d_p, dx, &d_y)              in place of the call
 *
 * f_vjp is called when the sweep is long past f, and runs f again: what memory it is given, custom_memory.c decides. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

/* ---------------------------------------------------------------------- what a function's declaration says */

const Fn *custom_derivative(const Op *call, Mode mode)
{
    if (call->code != OP_CALL || !call->callee)
        return NULL;
    return mode == MODE_JVP ? call->callee->custom_jvp : call->callee->custom_vjp;
}

static const Type *param_type(const Fn *f, int k)
{
    return k < f->nparams ? f->params[k]->type : NULL;
}

bool custom_may_write(const Op *call, int k)
{
    const KnownCall *known = library_known(call);
    if (known)
        return call_writes_arg(call, known, k);
    const Type *t = param_type(call->callee, k);
    return !t || (t->kind == TY_PTR ? !t->elem_const : t->kind == TY_ARRAY);
}

/* Parameters as they arrive: arrays as pointers. */
static Type *adjusted(Type *t)
{
    return t->kind == TY_ARRAY ? type_ptr_q(t->elem, t->elem_const, false) : t;
}

bool custom_has_shadow(const Fn *f, int k)
{
    if (k >= f->nparams || f->params[k]->is_inactive)
        return false;
    const Type *t = f->params[k]->type;
    return type_is_float(t) || type_is_complex(t) ||
           ((t->kind == TY_PTR || t->kind == TY_ARRAY || t->kind == TY_RECORD) && type_reaches_float(t));
}

/* ---------------------------------------------------------------------- do the declared types fit? */

typedef struct {
    Type *type;
    const char *name;
} Expected;

/* The prototype that INTERFACE.md, section 3, gives the bare --vjp or --jvp of f; returns how many parameters. */
static int expected_params(const Fn *f, bool jvp, Arena *a, Expected *e)
{
    int n = 0;
    for (int i = 0; i < f->nparams; i++)
        e[n++] = (Expected){adjusted(f->params[i]->type), f->params[i]->name};
    for (int i = 0; i < f->nparams; i++) {
        if (!custom_has_shadow(f, i))
            continue;
        Type *t = adjusted(f->params[i]->type), *d = type_without_const(t);
        if (t->kind == TY_PTR)
            d = jvp && t->elem_const ? type_ptr_q(d->elem, true, false) : d;
        else if (!jvp)
            d = type_ptr(d);
        e[n++] = (Expected){d, arena_printf(a, "d_%s", f->params[i]->name ? f->params[i]->name : "")};
    }
    if (type_has_float(f->ret))
        e[n++] = (Expected){jvp ? type_ptr(f->ret) : f->ret, "d_return"};
    return n;
}

static bool same_type(const Type *x, const Type *y)
{
    if (x == y)
        return true;
    if (x->kind != y->kind)
        return false;
    if (x->kind == TY_RECORD || x->kind == TY_OPAQUE || x->kind == TY_FUNC)
        return x->name && y->name && !strcmp(x->name, y->name);
    if (x->kind == TY_ARRAY)
        return x->count == y->count && x->elem_const == y->elem_const && same_type(x->elem, y->elem);
    return x->kind == TY_PTR ? x->elem_const == y->elem_const && same_type(x->elem, y->elem)
                             : x->kind < TY_VOID || x->kind == TY_VOID;
}

/* Can a `from` be passed where `to` is declared? Also where that adds const, if it is for reading. */
static bool passes_as(const Type *from, const Type *to, bool for_reading)
{
    if (same_type(from, to))
        return true;
    return for_reading && from->kind == TY_PTR && to->kind == TY_PTR && to->elem_const && !from->elem_const &&
           same_type(from->elem, to->elem);
}

static void put_prototype(Str *s, const Fn *f, const char *name, const Expected *e, int n)
{
    str_put(s, type_declare(s->arena, f->ret, arena_printf(s->arena, "%s(", name)));
    for (int i = 0; i < n; i++)
        str_fmt(s, "%s%s", i ? ", " : "", type_declare(s->arena, e[i].type, e[i].name ? e[i].name : ""));
    str_put(s, n ? ")" : "void)");
}

bool custom_fits(const Fn *f, const Fn *own, bool jvp, Loc loc)
{
    Arena *a = f->program->arena;
    Expected *e = arena_alloc(a, sizeof *e * (size_t)(2 * f->nparams + 2));
    int n = expected_params(f, jvp, a, e);
    bool fits = own->nparams == n && !own->is_variadic && same_type(own->ret, f->ret);
    for (int i = 0; i < n && fits; i++)
        fits = passes_as(e[i].type, adjusted(own->params[i]->type), jvp || i < f->nparams);
    if (fits && !f->is_variadic)
        return true;
    if (f->is_variadic) {
        diag_error(loc, "'%s' has variable arguments ('...'): it cannot have a custom derivative", f->name);
        return false;
    }
    Str s = {.arena = a};
    put_prototype(&s, f, own->name, e, n);
    diag_error(loc, "'%s' does not have the type of a %s of '%s'", own->name, jvp ? "JVP" : "VJP", f->name);
    diag_note(loc, "expected: %s", s.s);
    if (own->loc.line)
        diag_note(own->loc, "'%s' is declared here", own->name);
    return false;
}

/* ---------------------------------------------------------------------- both modes */

bool custom_is_active(const Shadow *s, const Op *call)
{
    if (!custom_derivative(call, s->rq->mode))
        return false;
    bool active = call->nresults && shadow_is_active(s, call->results[0]);
    for (int i = 0; i < call->nargs && !active; i++)
        active = call->args[i]->type->kind == TY_PTR && custom_may_write(call, i) && shadow_has(s, call->args[i]);
    return active;
}

static Value *refuse(Shadow *s, Builder *b, const Op *call, int k, const char *why)
{
    const Var *p = call->callee->params[k];
    diag_error(call->loc, "the derivative of this call of '%s' needs zeros for '%s', which has no derivative here: %s",
               call->callee->name, p->name ? p->name : "an argument", why);
    s->failed = true;
    return build_zero(b, call->args[k]->type);
}

/* Zeros of the size of pointer argument k, where nothing is to be propagated through it; freed by the caller of the list. */
static Value *zeros(Shadow *s, Builder *b, Op *call, int k, bool reverse, Ptrs *to_free)
{
    Value *p = call->args[k];
    Type *t = type_without_const(p->type);
    Var *var = var_named(s->fn, t, "zero_", call->callee->params[k], "zeros");
    if (p->def && p->def->code == OP_NULLPTR)
        return build_zero(b, t);
    if (call->callee->params[k]->type->kind == TY_RECORD) {
        Value *d = build_local(b, t->elem, var, NULL, 0);
        d->def->zeroed = true;
        return d;
    }
    const char *why;
    Builder fwd = before_op(call);
    Value *n = custom_length(&fwd, call, k, &why);
    if (!n)
        return refuse(s, b, call, k, why);
    Value *args[2] = {reverse ? build_use(b, n) : n, build_int(b, type_scalar(TY_ULONG), t->elem->size)};
    Op *op = op_build(b, OP_ALLOC, args, 2, 1);
    op->zeroed = op->tape = true;
    op->results[0]->type = t;
    op->results[0]->var = var;
    ptrs_push(to_free, op->results[0]);
    return op->results[0];
}

static void free_all(Builder *b, const Ptrs *to_free)
{
    for (size_t i = 0; i < to_free->n; i++) {
        Value *p = to_free->at[i];
        op_build(b, OP_FREE, &p, 1, 0);
    }
}

static Value *zeroed_local(Shadow *s, Builder *b, Type *t, const Var *like, const char *fallback)
{
    Value *d = build_local(b, t, var_named(s->fn, t, "d_", like, fallback), NULL, 0);
    d->def->zeroed = true;
    return d;
}

static Value *sret_arg(const Op *call)
{
    return call->callee->sret ? call->args[call->nargs - 1] : NULL;
}

/* ---------------------------------------------------------------------- lengths, for several directions */

/* Of what primal argument k points to, as a value at b. */
static Value *length_at(Builder *b, Op *call, int k, bool reverse)
{
    const char *why;
    Builder fwd = before_op(call);
    Type *t = call->args[k]->type;
    if (t->kind != TY_PTR || t->elem->kind == TY_FUNC || t->elem->kind == TY_OPAQUE)
        return NULL;
    Value *n = call->callee->params[k]->type->kind == TY_RECORD ? build_int(&fwd, type_scalar(TY_ULONG), 1) : custom_length(&fwd, call, k, &why);
    return n && reverse ? build_use(b, n) : n;
}

/* Before the derivative's own call is built at b: that has f's parameters, their shadows, and d_return. */
static void note_all_lengths(Shadow *s, Builder *b, Op *call, bool reverse)
{
    const Fn *f = call->callee;
    Value **lengths = arena_alloc(s->fn->arena, sizeof *lengths * (size_t)(2 * f->nparams + 2));
    int n = 0;
    if (s->rq->directions <= 0 && !s->rq->index_sets)
        return;
    for (int k = 0; k < f->nparams; k++)
        lengths[n++] = length_at(b, call, k, reverse);
    for (int k = 0; k < f->nparams; k++)
        if (custom_has_shadow(f, k))
            lengths[n++] = call->args[k]->type->kind == TY_PTR ? lengths[k] : build_int(b, type_scalar(TY_ULONG), 1);
    lengths[n++] = build_int(b, type_scalar(TY_ULONG), 1);
    lengths[n++] = build_int(b, type_scalar(TY_ULONG), 1); /* a record result */
    note_lengths(b, lengths, n, f->nparams);
}

/* ---------------------------------------------------------------------- reverse mode */

static Value *reverse_shadow(Shadow *s, Builder *b, Op *call, int k, Ptrs *to_free)
{
    Value *arg = call->args[k];
    if (arg->type->kind != TY_PTR)
        return zeroed_local(s, b, arg->type, arg->var ? arg->var : call->callee->params[k], "x");
    if (!shadow_has(s, arg))
        return zeros(s, b, call, k, true, to_free);
    if (custom_may_write(call, k) && shadow_accumulates_only(s, arg)) {
        diag_error(call->loc,
                   "'%s' may write '%s', an independent whose derivative is only added to; name it on both sides of '->', or "
                   "after ';' if it is scratch",
                   call->callee->name, arg->var && arg->var->name ? arg->var->name : call->callee->params[k]->name);
        s->failed = true;
    }
    Value *d = shadow_in_reverse(s, b, arg);
    return build_ptrcast(b, d, type_without_const(arg->type));
}

/* The seed of a record result is passed by value, as the address of it. */
static Value *reverse_seed(Shadow *s, Builder *b, Op *call, Value *d_result)
{
    Value *sret = sret_arg(call);
    if (!sret)
        return d_result ? d_result : build_zero(b, call->callee->ret);
    return shadow_has(s, sret) ? shadow_in_reverse(s, b, sret) : zeroed_local(s, b, call->callee->ret, NULL, "return");
}

void custom_reverse(Shadow *s, Builder *b, Op *call, Value *d_result, Value **d_args)
{
    const Fn *f = call->callee, *own = custom_derivative(call, s->rq->mode);
    int n = 0;
    Value **args = arena_alloc(s->fn->arena, sizeof *args * (size_t)(2 * f->nparams + 3));
    Value **locals = arena_alloc(s->fn->arena, sizeof *locals * (size_t)(f->nparams + 1));
    Ptrs to_free = {.arena = s->fn->arena};
    custom_check_globals(s, call);
    for (int k = 0; k < f->nparams; k++)
        args[n++] = custom_argument(s, b, call, k, &to_free);
    for (int k = 0; k < f->nparams; k++)
        if (custom_has_shadow(f, k))
            locals[k] = args[n++] = reverse_shadow(s, b, call, k, &to_free);
    Value *sret = sret_arg(call);
    if (type_has_float(f->ret))
        args[n++] = reverse_seed(s, b, call, d_result);
    note_all_lengths(s, b, call, true);
    Op *op = op_build(b, OP_CALL, args, n, 0);
    op->callee = (Fn *)(uintptr_t)own;
    op->of = type_void();              /* what f returns again is not used */
    if (sret && shadow_has(s, sret)) { /* it was overwritten */
        Value *zero[2] = {shadow_in_reverse(s, b, sret), build_int(b, type_scalar(TY_ULONG), 1)};
        op_build(b, OP_ZERO, zero, 2, 0);
    }
    for (int k = 0; k < f->nparams; k++)
        d_args[k] = locals[k] && type_is_differentiable(call->args[k]->type) ? build_load(b, locals[k]) : NULL;
    free_all(b, &to_free);
}

/* ---------------------------------------------------------------------- forward mode */

static Value *forward_shadow(Shadow *s, Builder *b, Op *call, int k, Value *tangent, Ptrs *to_free)
{
    Value *arg = call->args[k];
    if (arg->type->kind != TY_PTR)
        return tangent ? tangent : build_zero(b, arg->type);
    return shadow_has(s, arg) ? shadow_twin(s, arg) : zeros(s, b, call, k, false, to_free);
}

Value *custom_forward(Shadow *s, Op *call, Value **tangents)
{
    const Fn *f = call->callee, *own = custom_derivative(call, s->rq->mode);
    int n = 0;
    Value **args = arena_alloc(s->fn->arena, sizeof *args * (size_t)(2 * f->nparams + 3));
    Ptrs to_free = {.arena = s->fn->arena};
    Builder b = before_op(call);
    b.loc = call->loc;
    for (int k = 0; k < f->nparams; k++)
        args[n++] = call->args[k];
    for (int k = 0; k < f->nparams; k++)
        if (custom_has_shadow(f, k))
            args[n++] = forward_shadow(s, &b, call, k, tangents[k], &to_free);
    Value *sret = sret_arg(call), *d_return = NULL;
    if (type_has_float(f->ret)) {
        bool twin = sret && shadow_has(s, sret);
        args[n++] = d_return =
            twin ? shadow_twin(s, sret) : zeroed_local(s, &b, f->ret, call->nresults ? call->results[0]->var : NULL, "return");
    }
    if (sret)
        args[n++] = sret;
    note_all_lengths(s, &b, call, false);
    op_set_args(call, args, n);
    call->callee = (Fn *)(uintptr_t)own;
    Builder after = after_op(call);
    after.loc = call->loc;
    free_all(&after, &to_free);
    return d_return && !sret ? build_load(&after, d_return) : NULL;
}
