/* lower_call.c: calls, allocation, assert. */
#include "lower.h"

#include <string.h>

/* ---------------------------------------------------------------------- functions as values */

Decl *call_target(Expr *call)
{
    Expr *f = call->a;
    while (f->kind == EX_DECAY || f->kind == EX_CAST || (f->kind == EX_UNARY && (f->op == UN_DEREF || f->op == UN_ADDR))) {
        if (f->kind == EX_CAST && f->explicit_cast)
            return NULL;
        f = f->a;
    }
    return f->kind == EX_FN ? f->decl : NULL;
}

Value *lower_function_address(Lower *l, Decl *d, Type *t)
{
    Op *op = op_build(&l->b, OP_FNADDR, NULL, 0, 1);
    op->callee = d->fn;
    op->text = d->fn ? d->fn->name : NULL;
    op->results[0]->type = t;
    return op->results[0];
}

/* __builtin_memcpy -> memcpy */
static const char *library_name(const char *name)
{
    static const char prefix[] = "__builtin_";
    return strncmp(name, prefix, sizeof prefix - 1) ? name : name + sizeof prefix - 1;
}

/* ---------------------------------------------------------------------- plain calls */

/* Records are passed as the address of a copy of their own. */
static Value *argument(Lower *l, Expr *arg, Type *param)
{
    const Expr *list = arg;
    while (list->kind == EX_CAST)
        list = list->a;
    if (list->kind == EX_VAR && list->decl->lowered && list->decl->var && type_is_va_list(list->decl->var->type))
        return ((Slot *)list->decl->lowered)->addr; /* the callee may take from it, and the caller no more after it */
    if (arg->type->kind != TY_RECORD) {
        Value *v = lower_expr(l, arg);
        if (!v)
            return lower_stub(l, type_scalar(TY_INT));
        return param && type_is_scalar(lower_type(param)) ? lower_as(l, v, lower_type(param)) : v;
    }
    if (arg->kind == EX_CALL) /* its result is a copy already */
        return lower_call(l, arg, NULL);
    Value *copy = lower_temp(l, arg->type, false);
    lower_copy(l, copy, lower_record(l, arg), arg->type, arg->loc);
    return copy;
}

/* Emits the call op: leading (CALLPTR's function or NULL), the arguments, and where a record result goes. */
static Value *emit_call(Lower *l, OpCode code, Value *leading, Expr *call, Fn *callee, Value *into)
{
    bool record = call->type->kind == TY_RECORD;
    Value **args = arena_alloc(l->arena, (size_t)(call->nargs + 2) * sizeof *args);
    int n = 0;
    if (leading)
        args[n++] = leading;
    for (int i = 0; i < call->nargs; i++) {
        Var *param = callee && i < callee->nparams ? callee->params[i] : NULL;
        bool plain = param && param->type && (param->type->kind < TY_VOID || param->type->kind == TY_PTR);
        args[n++] = argument(l, call->args[i], plain ? param->type : NULL);
    }
    Value *result = NULL;
    if (record)
        args[n++] = result = into ? into : lower_temp(l, call->type, false);
    Op *op = op_build(&l->b, code, args, n, 0);
    op->of = call->type;
    if (!record && call->type->kind != TY_VOID)
        result = op_add_result(op, lower_type(call->type), NULL);
    op->callee = callee;
    return result;
}

Value *lower_external(Lower *l, const char *name, Expr *call)
{
    for (int i = 0; i < call->nargs; i++)
        if (type_is_va_list(call->args[i]->type))
            lower_unsupported(l, call->args[i]->loc, "a value of type 'va_list' cannot be used here; take the arguments in this function, "
                                                     "or pass an array");
        else if (call->args[i]->type->kind == TY_RECORD)
            lower_unsupported(l, call->args[i]->loc,
                              "'%s' takes a struct by value, which adgen supports for functions of the program only", name);
    Value *v = emit_call(l, OP_CALL, NULL, call, NULL, NULL);
    Op *op = l->b.before ? l->b.before->prev : l->b.region->last;
    op->text = name;
    return v;
}

/* ---------------------------------------------------------------------- allocation */

static Value *alloc(Lower *l, OpCode code, Value **args, int n, bool zeroed)
{
    Op *op = op_build(&l->b, code, args, n, 1);
    op->zeroed = zeroed;
    op->results[0]->type = type_ptr(type_void());
    return op->results[0];
}

static Value *size_argument(Lower *l, Expr *e)
{
    return build_cast(&l->b, lower_expr(l, e), type_scalar(TY_ULONG));
}

static Value *lower_malloc(Lower *l, Expr *call)
{
    Value *bytes = size_argument(l, call->args[0]);
    return alloc(l, OP_ALLOC, &bytes, 1, false);
}

static Value *lower_calloc(Lower *l, Expr *call)
{
    Value *args[2] = {size_argument(l, call->args[0]), NULL};
    args[1] = size_argument(l, call->args[1]);
    return alloc(l, OP_ALLOC, args, 2, true);
}

static Value *lower_realloc(Lower *l, Expr *call)
{
    Value *args[2] = {lower_expr(l, call->args[0]), NULL};
    args[1] = size_argument(l, call->args[1]);
    return alloc(l, OP_REALLOC, args, 2, false);
}

/* The alignment is a matter of speed; malloc's is enough for every scalar type. */
static Value *lower_aligned_alloc(Lower *l, Expr *call)
{
    lower_discard(l, call->args[0]);
    Value *bytes = size_argument(l, call->args[1]);
    return alloc(l, OP_ALLOC, &bytes, 1, false);
}

/* posix_memalign((void **)&p, 64, n): *&p = malloc(n) */
static Value *lower_posix_memalign(Lower *l, Expr *call)
{
    Expr *where = call->args[0];
    while (where->kind == EX_CAST && where->a->type->kind == TY_PTR && where->a->type->elem->kind == TY_PTR)
        where = where->a;
    Value *at = lower_expr(l, where);
    lower_discard(l, call->args[1]);
    Value *bytes = size_argument(l, call->args[2]), *p = alloc(l, OP_ALLOC, &bytes, 1, false);
    lower_store(l, at, build_ptrcast(&l->b, p, at->type->elem));
    Type *t = type_scalar(TY_INT);
    Value *failed = build_bin(&l->b, OP_EQ, p, build_zero(&l->b, p->type));
    return build_select(&l->b, failed, build_int(&l->b, t, 12), build_int(&l->b, t, 0)); /* ENOMEM */
}

/* bzero(p, n): memset(p, 0, n) */
static Value *lower_bzero(Lower *l, Expr *call)
{
    Expr *set = make_expr(l, EX_CALL, type_void(), call->loc);
    *set = *call;
    set->args = arena_alloc(l->arena, 3 * sizeof *set->args);
    set->args[0] = call->args[0];
    set->args[1] = make_int(l, type_scalar(TY_INT), 0, call->loc);
    set->args[2] = call->args[1];
    set->nargs = 3;
    set->type = type_ptr(type_void());
    lower_memset(l, set);
    return NULL;
}

static Value *lower_free(Lower *l, Expr *call)
{
    Value *p = lower_expr(l, call->args[0]);
    op_build(&l->b, OP_FREE, &p, 1, 0);
    return NULL;
}

/* Memory that lives until the function returns: a local array, if this is executed once. elem: what the result is assigned as. */
Value *lower_alloca(Lower *l, Expr *call, Type *elem)
{
    if (l->b.region != l->once)
        lower_unsupported(l, call->loc,
                          "alloca inside a loop or a branch is not supported; use malloc, or call it at the function's start");
    if (!elem->size)
        lower_unsupported(l, call->loc, "alloca is supported where its result is used as a typed pointer: double *p = alloca(..)");
    elem = elem->size ? lower_type(elem) : type_scalar(TY_CHAR);
    Value *n = count_elements(l, call->args[0], elem);
    return build_local(&l->b, elem, NULL, &n, 1);
}

bool is_alloca_call(Expr *e)
{
    const Decl *d = e->kind == EX_CALL && e->nargs == 1 ? call_target(e) : NULL;
    return d && d->fn && !d->body && !strcmp(library_name(d->fn->name), "alloca");
}

static Value *lower_untyped_alloca(Lower *l, Expr *call)
{
    return build_ptrcast(&l->b, lower_alloca(l, call, type_void()), type_ptr(type_void()));
}

/* ---------------------------------------------------------------------- functions lowering knows */

static Value *lower_abs(Lower *l, Expr *call)
{
    Value *v = build_cast(&l->b, lower_expr(l, call->args[0]), call->type);
    Value *negative = build_bin(&l->b, OP_LT, v, build_zero(&l->b, v->type));
    return build_select(&l->b, negative, build_un(&l->b, OP_NEG, v), v);
}

/* __builtin_expect(x, likely) */
static Value *lower_first(Lower *l, Expr *call)
{
    return lower_expr(l, call->args[0]);
}

/* sincos(x, &s, &c) */
static Value *lower_sincos(Lower *l, Expr *call)
{
    Value *x = lower_expr(l, call->args[0]);
    Value *s = lower_expr(l, call->args[1]);
    Value *c = lower_expr(l, call->args[2]);
    lower_store(l, s, build_un(&l->b, OP_SIN, x));
    lower_store(l, c, build_un(&l->b, OP_COS, x));
    return NULL;
}

/* The syntax tree has assert(condition) as a call, whatever it expands to. */
static Value *lower_assert(Lower *l, Expr *call)
{
    Value *holds = lower_truth(l, call->args[0]);
    Op *op = op_build(&l->b, OP_ASSERT, &holds, 1, 0);
    op->text = call->text;
    return NULL;
}

static Value *refuse_jump(Lower *l, Expr *call)
{
    lower_unsupported(l, call->loc, "setjmp and longjmp are not supported; return an error code instead");
    return lower_stub(l, call->type);
}

static const struct {
    const char *name;
    int nargs;
    Value *(*lower)(Lower *l, Expr *call);
} known[] = {
    {"malloc", 1, lower_malloc},
    {"calloc", 2, lower_calloc},
    {"realloc", 2, lower_realloc},
    {"free", 1, lower_free},
    {"alloca", 1, lower_untyped_alloca},
    {"aligned_alloc", 2, lower_aligned_alloc},
    {"posix_memalign", 3, lower_posix_memalign},
    {"bzero", 2, lower_bzero},
    {"memcpy", 3, lower_memcpy},
    {"memset", 3, lower_memset},
    {"memmove", 3, lower_memmove},
    {"abs", 1, lower_abs},
    {"labs", 1, lower_abs},
    {"llabs", 1, lower_abs},
    {"assert", 1, lower_assert},
    {"expect", 2, lower_first},
    {"sincos", 3, lower_sincos},
    {"sincosf", 3, lower_sincos},
    {"setjmp", 1, refuse_jump},
    {"_setjmp", 1, refuse_jump},
    {"longjmp", 2, refuse_jump},
};

/* Its answer differs between the threads of a team, and a derivative is that of one thread. */
static bool asks_for_thread(const char *name)
{
    static const char *const allowed[] = {"wtime", "wtick", "max_threads", "num_procs"};
    bool get = pass_options.openmp && !strncmp(name, "omp_get_", 8);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed && get; i++)
        get = strcmp(name + 8, allowed[i]) != 0;
    return get || (pass_options.openmp && !strncmp(name, "omp_", 4) && strstr(name, "_lock")) ||
           (pass_options.openmp && !strcmp(name, "omp_in_parallel"));
}

/* va_start(ap, n), va_arg(ap, T): of the address of ap (varargs.c). */
static Value *lower_vararg(Lower *l, Expr *call)
{
    Value *args[2] = {NULL, NULL};
    for (int i = 0; i < call->nargs && i < 2; i++) {
        Expr *e = call->args[i];
        while (e->kind == EX_CAST)
            e = e->a;
        if (e->kind != EX_VAR || !e->decl->lowered || !type_is_va_list(e->decl->var->type)) {
            lower_unsupported(l, call->loc, "a va_list that comes from elsewhere is not supported; pass an array and its length instead");
            return call->type->kind == TY_VOID ? NULL : lower_stub(l, lower_type(call->type));
        }
        args[i] = ((Slot *)e->decl->lowered)->addr;
    }
    Op *op = op_build(&l->b, OP_CALL, args, call->nargs, 0);
    op->text = call->a->decl->fn->name;
    op->of = call->type;
    return call->type->kind == TY_VOID ? NULL : op_add_result(op, lower_type(call->type), NULL);
}

static Value *call_function(Lower *l, Decl *target, Expr *call, Value *into)
{
    Fn *fn = target->fn;
    if (!strncmp(fn->name, "ad_va_", 6))
        return lower_vararg(l, call);
    if (asks_for_thread(fn->name))
        lower_unsupported(l, call->loc,
                          "'%s' depends on the threads that run, which a derivative does not know; let `#pragma omp for` share the "
                          "work, with private and reduction variables", fn->name);
    if (target->body || fn->has_body)
        return emit_call(l, OP_CALL, NULL, call, fn, into);
    const char *name = library_name(fn->name);
    Value *result;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (call->nargs == known[i].nargs && !strcmp(name, known[i].name))
            return known[i].lower(l, call);
    bool special = fn->custom_vjp || fn->custom_jvp || fn->is_inactive;
    if (!special && lower_math(l, name, call, &result))
        return result;
    bool fits = call->nargs == fn->nparams || (fn->is_variadic && call->nargs > fn->nparams);
    if (fits && (special || !target->in_system)) /* declared by the user */
        return emit_call(l, OP_CALL, NULL, call, fn, into);
    return lower_external(l, fn->name, call);
}

Value *lower_call(Lower *l, Expr *call, Value *into)
{
    Decl *target = call_target(call);
    if (target && target->fn) {
        Value *v = call_function(l, target, call, into);
        if (into && v && v != into)
            lower_copy(l, into, v, call->type, call->loc);
        return v;
    }
    Value *f = lower_expr(l, call->a);
    return emit_call(l, OP_CALLPTR, f, call, NULL, into);
}
