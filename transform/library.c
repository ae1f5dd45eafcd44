/* library.c: what is known of the functions of BLAS and LAPACK that a program calls. Their prototypes and the rules for their derivatives
 * are C functions below transform/library, which the front end reads; blas.h there explains their names.
 */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

static Fn *rule(const Program *rules, const char *kind, const char *name)
{
    return program_find_fn((Program *)(uintptr_t)rules, arena_printf(rules->arena, "%s_%s", kind, name));
}

static Library *library_new(Program *p, const Fn *proto)
{
    Library *lib = arena_alloc(p->arena, sizeof *lib);
    const Program *rules = p->library;
    lib->proto = proto;
    lib->vjp = rule(rules, "vjp", proto->name);
    lib->jvp = rule(rules, "jvp", proto->name);
    lib->jvp_after = rule(rules, "jvp_after", proto->name);
    lib->known = (KnownCall){.name = proto->name, .returns = RETURNS_NOTHING, .again = AGAIN};
    for (int k = 0; k < proto->nparams; k++)
        if (proto->params[k]->type->kind == TY_PTR && !proto->params[k]->type->elem_const)
            lib->known.writes |= 1u << k;
    return lib;
}

const Library *library_call(const Op *call)
{
    Program *p = call->code == OP_CALL ? call->parent->fn->program : NULL;
    const Fn *callee = call->callee;
    if (!p || !p->library || (callee && (callee->has_body || callee->custom_vjp || callee->custom_jvp || callee->is_inactive)))
        return NULL;
    const char *name = callee ? callee->name : call->text;
    Library *lib = strmap_get(&p->library_fns, name);
    if (lib)
        return lib->proto->nparams == call->nargs ? lib : NULL;
    const Fn *proto = program_find_fn(p->library, name);
    if (!proto || proto->has_body || proto->nparams != call->nargs)
        return NULL;
    lib = library_new(p, proto);
    strmap_put(&p->library_fns, proto->name, lib);
    return lib;
}

bool call_is_library(const Op *call)
{
    return library_call(call) != NULL;
}

bool call_only_reads(const Op *call)
{
    const Library *lib = library_call(call);
    return lib && !lib->known.writes;
}

const char *library_constant(Arena *a, const Op *call, int k)
{
    const Library *lib = library_call(call);
    int64_t v;
    if (!lib || !value_int(call->args[k], &v))
        return NULL;
    const Var *param = lib->proto->params[k];
    if (param->type->kind == TY_CHAR && v >= 'A' && v <= 'z')
        return arena_printf(a, "'%c'", (char)v);
    if (strcmp(param->name, "order") || call->callee || (v != 101 && v != 102))
        return NULL;
    bool lapack = !strncmp(lib->proto->name, "LAPACKE_", 8);
    return arena_printf(a, lapack ? "LAPACK_%s_MAJOR" : "Cblas%sMajor",
                        v == 101 ? (lapack ? "ROW" : "Row") : (lapack ? "COL" : "Col"));
}

const KnownCall *library_known(const Op *call)
{
    const Library *lib = library_call(call);
    return lib ? &lib->known : NULL;
}

const Library *library_rules(const Op *call)
{
    const Library *lib = library_call(call);
    return lib && lib->vjp ? lib : NULL;
}

bool call_has_derivative(const Op *op, Mode mode)
{
    return custom_derivative(op, mode) || library_rules(op);
}

/* Of the library's functions, which take numbers and arrays of numbers only: does argument k carry derivatives? */
static bool library_carries(const Op *call, int k)
{
    const Type *t = call->args[k]->type;
    return type_is_float(t->kind == TY_PTR ? t->elem : t);
}

bool call_carries(const Op *call, int k)
{
    return !library_rules(call) || library_carries(call, k);
}

bool library_is_active(const Shadow *s, const Op *call)
{
    const Library *lib = library_rules(call);
    if (!lib)
        return false;
    if (call->nresults && shadow_is_active(s, call->results[0]))
        return true;
    for (int k = 0; k < call->nargs; k++)
        if (call->args[k]->type->kind == TY_PTR && (lib->known.writes >> k & 1u) && library_carries(call, k) &&
            shadow_has(s, call->args[k]))
            return true;
    return false;
}
