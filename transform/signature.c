/* signature.c: the parameters of generated functions (INTERFACE.md section 3). */
#include "derivative.h"

#include <string.h>

Type *type_without_const(Type *t)
{
    if (t->kind == TY_PTR)
        return type_ptr(type_without_const(t->elem));
    if (t->kind == TY_ARRAY)
        return type_array(type_without_const(t->elem), t->count);
    return t;
}

Var *var_named(Fn *fn, Type *t, const char *prefix, const Var *like, const char *fallback)
{
    Var *v = arena_alloc(fn->arena, sizeof *v);
    v->name = arena_printf(fn->arena, "%s%s", prefix, like && like->name ? like->name : fallback);
    v->type = t;
    v->owner = fn;
    v->is_made = true;
    if (like)
        v->loc = like->loc;
    return v;
}

Var *var_of_derivative(Fn *fn, const Request *rq, Type *t, const Var *like, const char *fallback)
{
    Var *v = var_named(fn, t, rq->second_order ? "v_" : "d_", like, fallback);
    if (rq->second_order && !strncmp(v->name, "v_d_", 4))
        v->name = arena_printf(fn->arena, "h_%s", v->name + 4);
    return v;
}

/* Like d_x[] for x[]: declared dimensions and typedef spelling are the primal's. */
static Var *shadow_var(Fn *fn, const Request *rq, const Value *primal_arg, Type *t)
{
    const Var *primal = primal_arg->var;
    Var *v = var_named(fn, t, "d_", primal, "d");
    if (rq->second_order && primal_arg->index < rq->second_order)
        v->name = arena_printf(fn->arena, "v_%s", primal->name); /* whatever it is called */
    else if (rq->second_order)
        v->name = arena_printf(fn->arena, "h_%s", primal->name + 2); /* of d_x */
    v->spelled = primal->spelled;
    v->is_array_param = primal->is_array_param;
    v->ndims = primal->ndims;
    v->dims = primal->dims;
    v->dims_runtime = primal->dims_runtime;
    v->is_param = true;
    return v;
}

static bool role_has_shadow(const Request *rq, Role role)
{
    if (rq->mode == MODE_GRAD)
        return (role & (ROLE_INDEP | ROLE_SCRATCH)) != 0;
    return role != ROLE_NONE;
}

/* Second order: the objective in memory, whose tangent stays inside. */
static bool is_objective(const Request *rq, int param)
{
    return param < rq->second_order && rq->roles[param] == ROLE_DEP;
}

/* The d_ of a by-value scalar: where its adjoint goes, or its tangent. */
static Value *add_scalar_shadow(Fn *g, const Request *rq, const Value *arg)
{
    Type *t = arg->type;
    if (rq->mode == MODE_JVP)
        return fn_add_param(g, t, shadow_var(g, rq, arg, t));
    Type *p = type_ptr(t);
    return fn_add_param(g, p, shadow_var(g, rq, arg, p));
}

static Value *add_shadow(Fn *g, const Request *rq, const Value *arg)
{
    const Var *var = arg->var;
    if (type_is_float(arg->type) || type_is_complex(arg->type))
        return add_scalar_shadow(g, rq, arg);
    if (arg->type->kind != TY_PTR)
        return NULL;
    Type *t = type_without_const(arg->type);
    bool by_value = var->type->kind == TY_RECORD;
    if (rq->mode == MODE_JVP) {
        bool reads_only = arg->type->elem_const && !by_value;
        if (g->instance && arg->type->elem->kind == TY_PTR) /* adgen's own: const double ** is given what const double ** is */
            t = arg->type;
        else if (reads_only)
            t = type_ptr_q(t->elem, true, false);
        Var *v = shadow_var(g, rq, arg, by_value ? var->type : t);
        return fn_add_param(g, t, v);
    }
    return fn_add_param(g, t, shadow_var(g, rq, arg, t));
}

static Value *add_return_shadow(Fn *g, const Request *rq)
{
    bool jvp = rq->mode == MODE_JVP;
    Type *t = jvp ? type_ptr(g->ret) : g->ret;
    Var *v = var_named(g, t, "d_return", NULL, "");
    v->spelled = g->ret_spelled;
    v->is_param = true;
    if (g->ret->kind == TY_RECORD)
        return fn_add_param(g, type_ptr(g->ret), v);
    return fn_add_param(g, t, v);
}

/* Derivative memory never overlaps primal memory, nor d_ of adjoint and tangent each other (Var.shadow). */
static void mark_shadow(const Request *rq, const Value *shadow, const Var *primal)
{
    if (shadow)
        shadow->var->shadow = (primal ? primal->shadow : 0) | (rq->mode == MODE_JVP ? 2 : 1);
}

Signature signature_add(Fn *g, const Request *rq)
{
    Signature s = {0};
    int nprimal = g->body->nargs - (g->sret ? 1 : 0);
    s.nshadow = nprimal + 1;
    s.shadow = arena_alloc(g->arena, sizeof *s.shadow * (size_t)s.nshadow);
    Value **primal = arena_alloc(g->arena, sizeof *primal * (size_t)s.nshadow);
    for (int i = 0; i < nprimal; i++)
        primal[i] = g->body->args[i];
    for (int i = 0; i < nprimal; i++)
        if (role_has_shadow(rq, rq->roles[i]) && !is_objective(rq, i))
            s.shadow[i] = add_shadow(g, rq, primal[i]);
    if (rq->return_is_dep && rq->mode != MODE_GRAD)
        s.d_return = add_return_shadow(g, rq);
    s.global_shadow = arena_alloc(g->arena, sizeof *s.global_shadow * (rq->global_vars.n + 1));
    for (size_t i = 0; i < rq->global_vars.n; i++) {
        const Var *var = rq->global_vars.at[i];
        if (!role_has_shadow(rq, rq->global_roles[i]) || (rq->second_order && rq->global_roles[i] == ROLE_DEP)) /* the objective */
            continue;
        Type *t = type_ptr(type_without_const(var->type->kind == TY_ARRAY ? var->type->elem : var->type));
        s.global_shadow[i] = fn_add_param(g, t, var_of_derivative(g, rq, t, var, "d"));
    }
    for (int i = 0; i < nprimal; i++)
        mark_shadow(rq, s.shadow[i], primal[i]->var);
    for (size_t i = 0; i < rq->global_vars.n; i++)
        mark_shadow(rq, s.global_shadow[i], rq->global_vars.at[i]);
    mark_shadow(rq, s.d_return, NULL);
    return s;
}
