/* globals_local.c: a file-scope scalar that a function writes on every way becomes a local that is stored back at the end.
 *
 *   Node *all;   all = NULL; ... v->next = all; all = v; ... while (all) ...          a list whose head is a global
 *   int used;    used = 0; ... p = memory + used; used += n; ...
 *
 * As memory the variable holds, as far as analyses can tell, also what the caller left in it: pointers to objects that nobody here knows.
 * As a value it is followed step by step. Only where nothing else in the function can reach it: no other access may overlap it, and what
 * is called is known. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

typedef struct {
    Fn *fn;
    const MemInfo *mem;
    Ptrs vars;    /* Var*: those that may become locals */
    Ptrs bad;     /* Var*: those that may not */
    Ptrs written; /* Var*: by a store that every call executes */
    bool unknown; /* some code may access any of them */
} Search;

static Var *variable_at(const Value *p)
{
    return p->def && p->def->code == OP_GLOBAL ? p->def->var : NULL;
}

static bool can_be_local(const Search *s, const Var *v)
{
    bool plain = !(v->is_const || v->is_volatile || v->is_atomic || v->is_thread || v->is_inactive || v->owner || v->shadow);
    bool real = type_is_int(v->type) || type_is_float(v->type) || (v->type->kind == TY_PTR && v->type->elem->kind != TY_FUNC);
    return plain && real && !ptrs_has(s->fn->named_globals, v);
}

static void note(Ptrs *list, Var *v)
{
    if (!ptrs_has(list, v))
        ptrs_push(list, v);
}

static void find_uses(Op *op, void *ctx)
{
    Search *s = ctx;
    s->unknown = s->unknown || op->code == OP_FNADDR || op->code == OP_CALLPTR || (op->code == OP_CALL && !known_call(op));
    for (int i = 0; i < op->nargs; i++) {
        Var *v = variable_at(op->args[i]);
        if (!v)
            continue;
        bool access = i == 0 && (op->code == OP_LOAD || op->code == OP_STORE);
        note(access && op->args[0]->type->elem == v->type && can_be_local(s, v) ? &s->vars : &s->bad, v);
        if (access && op->code == OP_STORE && op->parent == s->fn->body)
            note(&s->written, v);
    }
}

/* p->next, of a struct that is larger than the variable: no part of it. */
static bool is_part_of_larger(const Value *p, const Var *v)
{
    const Type *outer = NULL;
    address_field(p, &outer);
    return outer && outer->size > v->type->size;
}

/* What else is accessed. */
static void find_overlaps(Op *op, void *ctx)
{
    Search *s = ctx;
    bool memory = op->code != OP_FREE && (op_info[op->code].kind == KIND_MEM || op_info[op->code].kind == KIND_CALL);
    for (int i = 0; i < op->nargs && memory; i++) {
        const Value *p = op->args[i];
        if (p->type->kind != TY_PTR || p->type->elem->kind == TY_FUNC || (op->code == OP_STORE && i == 1))
            continue;
        for (size_t k = 0; k < s->vars.n; k++) {
            Var *v = s->vars.at[k];
            if (variable_at(p) != v && !ptrs_has(&s->bad, v) && !is_part_of_larger(p, v) && mem_may_alias(s->mem, v->local_at, p))
                note(&s->bad, v);
        }
    }
}

static void find_address(Op *op, void *ctx)
{
    (void)ctx;
    if (op->code == OP_GLOBAL)
        op->var->local_at = op->results[0];
}

static Value *make_local(Fn *fn, Var *var)
{
    Var *copy = arena_alloc(fn->arena, sizeof *copy);
    *copy = *var;
    copy->is_static = copy->is_global = copy->is_extern = false;
    copy->owner = fn;
    copy->decl_text = NULL;
    copy->initial = NULL;
    ptrs_push(&fn->locals, copy);
    Builder top = before_op(fn->body->first), end = before_op(region_terminator(fn->body));
    top.loc = end.loc = var->loc;
    Op *first = op_build(&top, OP_GLOBAL, NULL, 0, 1), *last = op_build(&end, OP_GLOBAL, NULL, 0, 1);
    first->var = last->var = var;
    first->results[0]->type = last->results[0]->type = var->local_at->type;
    Value *local = build_local(&top, var->type, copy, NULL, 0);
    build_store(&top, local, build_load(&top, first->results[0]));
    build_store(&end, last->results[0], build_load(&end, local));
    return local;
}

typedef struct {
    PtrMap local, replaced; /* Var* -> the local's address; addresses -> the same */
} Locals;

static void replace(Op *op, void *ctx)
{
    Locals *l = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&l->replaced, op->args[i]);
    Value *local = op->code == OP_GLOBAL ? ptrmap_get(&l->local, op->var) : NULL;
    if (local)
        ptrmap_put(&l->replaced, op->results[0], local);
}

static void localise(Fn *fn, const Ptrs *vars)
{
    Locals l = {{.arena = fn->arena}, {.arena = fn->arena}};
    Op *first = fn->body->first, *last = region_terminator(fn->body)->prev;
    Ptrs ops = {.arena = fn->arena};
    for (Op *op = first; op; op = op == last ? NULL : op->next)
        ptrs_push(&ops, op);
    for (size_t i = 0; i < vars->n; i++)
        ptrmap_put(&l.local, vars->at[i], make_local(fn, vars->at[i]));
    for (size_t i = 0; i < ops.n; i++) {
        Op *op = ops.at[i];
        replace(op, &l);
        for (int k = 0; k < op->nregions; k++)
            walk_ops(op->regions[k], replace, &l);
    }
    Op *end = region_terminator(fn->body);
    for (int i = 0; i < end->nargs; i++)
        end->args[i] = map_value(&l.replaced, end->args[i]);
    promote_locals(fn);
    simplify(fn);
}

void localise_globals(Fn *fn)
{
    Arena *a = fn->arena;
    Search s = {.fn = fn, .vars = {.arena = a}, .bad = {.arena = a}, .written = {.arena = a}};
    if (!fn->named_globals)
        return;
    walk_ops(fn->body, find_uses, &s);
    bool any = false;
    for (size_t i = 0; i < s.written.n; i++)
        any |= ptrs_has(&s.vars, s.written.at[i]) && !ptrs_has(&s.bad, s.written.at[i]);
    if (s.unknown || !any)
        return;
    walk_ops(fn->body, find_address, NULL);
    s.mem = mem_analyse(fn);
    walk_ops(fn->body, find_overlaps, &s);
    Ptrs found = {.arena = a};
    for (size_t i = 0; i < s.written.n; i++)
        if (ptrs_has(&s.vars, s.written.at[i]) && !ptrs_has(&s.bad, s.written.at[i]))
            ptrs_push(&found, s.written.at[i]);
    if (found.n)
        localise(fn, &found);
}
