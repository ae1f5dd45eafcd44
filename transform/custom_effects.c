/* custom_effects.c: what functions with a custom derivative do besides their arguments: globals, effects. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

/* ---------------------------------------------------------------------- what the text of a function says */

static bool is_effect(const char *name)
{
    static const char *const names[] = {"printf",  "fprintf", "puts",   "fputs",  "putchar", "fputc",   "putc",
                                        "fwrite",  "scanf",   "fscanf", "fread",  "fgets",   "getchar", "fgetc",
                                        "rand",    "srand",   "rand_r", "random", "srandom", "drand48", "srand48",
                                        "erand48", "fseek",   "fclose", "fopen",  "fseeko",  "getc"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

static void find_habits(Habits *h, const Fn *f);

static bool is_constant(const Var *var)
{
    return var->is_const || (var->type->kind == TY_ARRAY && var->type->elem_const);
}

/* A global whose address goes anywhere but into a load is taken to be written. */
static void habit_of_operands(Habits *h, const Op *op)
{
    if (op_info[op->code].kind == KIND_ADDR)
        return;
    for (int i = op->code == OP_LOAD; i < op->nargs; i++) {
        const Var *var = op->args[i]->type->kind == TY_PTR ? global_at(op->args[i]) : NULL;
        if (!var || is_constant(var))
            continue;
        if (!ptrs_has(&h->writes, var))
            ptrs_push(&h->writes, (Var *)(uintptr_t)var);
        h->write = h->write ? h->write : op;
    }
}

static void habit_of_op(Op *op, void *ctx)
{
    Habits *h = ctx;
    if (op->code == OP_GLOBAL && op->var && !is_constant(op->var) && !ptrs_has(&h->reads, op->var))
        ptrs_push(&h->reads, op->var);
    habit_of_operands(h, op);
    h->unknown |= op->code == OP_CALLPTR;
    if (op->code != OP_CALL)
        return;
    const char *name = op->text ? op->text : op->callee->has_body ? NULL : op->callee->name;
    if (name && is_effect(name) && !h->write) {
        h->write = op;
        h->effect = name;
    }
    h->unknown |= name && !known_call(op);
    if (op->callee)
        find_habits(h, op->callee);
}

static void find_habits(Habits *h, const Fn *f)
{
    if (!f->has_body || ptrs_has(&h->seen, f))
        return;
    ptrs_push(&h->seen, (Fn *)(uintptr_t)f);
    h->unknown |= f->unsupported.what != NULL;
    walk_ops(f->body, habit_of_op, h);
}

Habits habits_of(Arena *a, const Fn *f)
{
    Habits h = {.arena = a, .seen = {.arena = a}, .reads = {.arena = a}, .writes = {.arena = a}};
    find_habits(&h, f);
    return h;
}

bool custom_is_tame(const Op *call)
{
    const Fn *f = call->callee;
    if (!f || !f->has_body || (!f->custom_vjp && !f->custom_jvp))
        return false;
    Habits h = habits_of(f->arena, f);
    bool tame = !h.write && !h.unknown;
    for (size_t i = 0; i < h.reads.n; i++)
        tame = tame && !type_has_pointers(((const Var *)h.reads.at[i])->type);
    for (int k = 0; k < call->nargs; k++)
        tame = tame && (call->args[k]->type->kind != TY_PTR || !type_has_pointers(call->args[k]->type->elem));
    return tame;
}

/* ---------------------------------------------------------------------- is it the same when it runs again? */

/* Does another call whose body is known write the variable? */
typedef struct {
    const Shadow *s;
    const Op *call;
    const Var *var;
    const Op *found;
} OtherWrite;

static void find_other_write(Op *op, void *ctx)
{
    OtherWrite *o = ctx;
    if (op->code != OP_CALL || !op->callee || !mem_position(o->s->mem, op) || !mem_runs_after(o->s->mem, op, o->call) || o->found)
        return;
    Habits h = habits_of(o->s->fn->arena, op->callee);
    if (ptrs_has(&h.writes, o->var))
        o->found = op;
}

static void check_global(Shadow *s, const Op *call, const Var *var)
{
    const MemInfo *m = s->mem;
    const char *f = call->callee->name;
    OtherWrite other = {s, call, var, NULL};
    if (type_has_pointers(var->type)) {
        diag_error(call->loc, "'%s' uses the global pointer '%s', and its derivative would do so again; pass it as a parameter", f,
                   var->name);
        s->failed = true;
        return;
    }
    for (int i = 0; i < m->nobjects && !other.found; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->code == OP_GLOBAL && m->objects[i].op->var == var)
            for (int k = 0; k < m->objects[i].writes.n && !other.found; k++) {
                const Op *w = m->writes[m->objects[i].writes.at[k]].op;
                other.found = mem_runs_after(m, w, call) ? w : NULL;
            }
    if (!other.found)
        walk_ops(s->fn->body, find_other_write, &other);
    if (!other.found)
        return;
    diag_error(call->loc, "'%s' uses '%s', which is overwritten before the derivative of this call runs; pass it as a parameter", f,
               var->name);
    diag_note(other.found->loc, "it is overwritten here");
    s->failed = true;
}

void custom_check_globals(Shadow *s, const Op *call)
{
    Habits h = habits_of(s->fn->arena, call->callee);
    if (h.write) {
        if (!h.effect)
            diag_error(call->loc, "'%s' may write '%s', and its derivative would do so again; make that a parameter",
                       call->callee->name, ((const Var *)h.writes.at[0])->name);
        else
            diag_error(call->loc, "'%s' calls '%s', and its derivative would do so again; do that outside of it",
                       call->callee->name, h.effect);
        diag_note(h.write->loc, "here");
        s->failed = true;
    }
    find_habits(&h, custom_derivative(call, s->rq->mode));
    for (size_t i = 0; i < h.reads.n; i++)
        check_global(s, call, h.reads.at[i]);
}

/* ---------------------------------------------------------------------- do globals carry derivatives into or out of it? */

static int global_object(const MemInfo *m, const Var *var)
{
    for (int i = 0; i < m->nobjects; i++)
        if (m->objects[i].kind == OBJ_GLOBAL && m->objects[i].op->code == OP_GLOBAL && m->objects[i].op->var == var)
            return i;
    return -1;
}

void custom_check_carriers(const Activity *a, const Op *call)
{
    Habits h = habits_of(a->fn->arena, call->callee);
    for (size_t i = 0; i < h.reads.n; i++) {
        const Var *var = h.reads.at[i];
        int obj = global_object(a->m, var);
        if (obj < 0 || !(a->object_varied[obj] || (ptrs_has(&h.writes, var) && a->object_useful[obj])))
            continue;
        diag_error(call->loc, "'%s' uses the global '%s', which carries derivatives that its custom derivative does not know of",
                   call->callee->name, var->name);
        diag_note(call->loc, "pass it as a parameter");
        return;
    }
}
