/* memory_globals.c: which variables of static lifetime hold addresses of which others when a function is entered.
 *
 *     static double pool[99], *next = pool;      next may hold pool
 *     void reset(void) { next = pool; }          likewise
 *
 * What other files store is not known. The caller answers for that, as for arguments that overlap. */
#include "analysis.h"

#include <string.h>

typedef struct {
    const Var *holder, *held;
} Held;

static void note_held(Program *p, const Var *holder, const Var *held)
{
    for (size_t i = 0; i < p->held.n; i++) {
        const Held *h = p->held.at[i];
        if (h->holder == holder && h->held == held)
            return;
    }
    Held *h = arena_alloc(p->arena, sizeof *h);
    *h = (Held){holder, held};
    ptrs_push(&p->held, h);
}

static void note_initialiser(Program *p, const Var *holder)
{
    LastingVars all = {.p = p};
    for (const Var *v = next_lasting(&all); v; v = next_lasting(&all)) {
        bool seen = (!v->owner || v->owner == holder->owner) && (!v->is_static || v->loc.file == holder->loc.file);
        if (seen && var_initialiser_names(holder, v->name))
            note_held(p, holder, v);
    }
}

const Var *global_at(const Value *address)
{
    const Op *op = address_root(address)->def;
    return op && op->code == OP_GLOBAL ? op->var : NULL;
}

static void note_store(Op *op, void *p)
{
    if (op->code != OP_STORE || op->args[1]->type->kind != TY_PTR)
        return;
    const Var *holder = global_at(op->args[0]), *held = global_at(op->args[1]);
    if (holder && held && holder != held)
        note_held(p, holder, held);
}

static void find_held(Program *p)
{
    p->held.arena = p->arena;
    p->held_known = true;
    LastingVars all = {.p = p};
    for (const Var *v = next_lasting(&all); v; v = next_lasting(&all))
        if (v->decl_text && type_leads_to_data(v->type))
            note_initialiser(p, v);
    for (size_t i = 0; i < p->fns.n; i++) {
        const Fn *fn = p->fns.at[i];
        if (fn->has_body && fn->body)
            walk_ops(fn->body, note_store, p);
    }
}

static bool same_variable(const Var *a, const Var *b)
{
    return a == b || (!a->is_static && !b->is_static && !strcmp(a->name, b->name));
}

static bool leads_to(const Program *p, const Var *from, const Var *to, bool on, Ptrs *seen)
{
    for (size_t i = 0; i < p->held.n; i++) {
        const Held *h = p->held.at[i];
        if (!same_variable(h->holder, from))
            continue;
        if (same_variable(h->held, to))
            return true;
        if (!on || ptrs_has(seen, h->held))
            continue;
        ptrs_push(seen, (Var *)(uintptr_t)h->held);
        if (leads_to(p, h->held, to, on, seen))
            return true;
    }
    return false;
}

bool global_may_hold(Program *p, const Var *holder, const Var *held, bool on)
{
    if (!p->held_known)
        find_held(p);
    if (!p->held.n)
        return false;
    Arena *arena = arena_new();
    Ptrs seen = {.arena = arena};
    bool yes = leads_to(p, holder, held, on, &seen);
    arena_free(arena);
    return yes;
}
