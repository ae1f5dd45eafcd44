/* statics.c: OUT is a translation unit of its own, with copies of what is static in the source. A copy of a constant or a table is as
 * good as the original; one of a variable that is written is another variable. */
#include "transform.h"

#include <string.h>

/* ---------------------------------------------------------------------- may it be written? */

/* Where an object's address goes in a function: that of var, or of what the parameter points to. */
typedef struct {
    Arena *arena;
    const Var *var;
    const Value *param;
    Ptrs holders; /* const Var*: variables whose initialisers lead to it */
    Ptrs slots; /* Op*: LOCALs that hold it */
    Ptrs *asked; /* Value*: parameters that have been looked at, or are being */
    bool more, written;
} Search;

static const Value *root_of(const Value *p)
{
    while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs && p->type->kind == TY_PTR)
        p = p->def->args[0];
    return p;
}

/* Where a variable holds the address, its own address and all that is loaded from it count as well. */
static bool is_address(const Search *s, const Value *p)
{
    p = root_of(p);
    const Op *op = p->def;
    if (!op)
        return p == s->param;
    if (op->code == OP_GLOBAL)
        return op->var == s->var || ptrs_has(&s->holders, op->var);
    return op->code == OP_LOAD && ((op->args[0]->def && ptrs_has(&s->slots, op->args[0]->def)) || (s->holders.n && is_address(s, op->args[0])));
}

static bool is_only_accessed(const Op *first, const Value *p)
{
    bool good = true;
    for (const Op *op = first; op && good; op = op->next) {
        for (int i = 0; i < op->nargs && good; i++)
            good = op->args[i] != p || op->code == OP_LOAD || (op->code == OP_STORE && i == 0);
        for (int r = 0; r < op->nregions && good; r++)
            good = is_only_accessed(op->regions[r]->first, p);
    }
    return good;
}

/* A pointer variable of the function's own, whose address goes nowhere. */
static bool is_slot(const Op *local)
{
    bool variable = local && local->code == OP_LOCAL && local->nargs == 0 && local->of->kind == TY_PTR;
    return variable && is_only_accessed(local->next, local->results[0]);
}

static bool writes_behind(Search *s, const Op *call, int k);

/* Loads, comparisons and conversions to pointers to const are harmless, and calls of what does no more; all else may lead to a write. */
static void find_write(Op *op, void *ctx)
{
    Search *s = ctx;
    OpKind kind = op_info[op->code].kind;
    if (s->written || op->code == OP_LOAD || kind == KIND_ADDR || kind == KIND_ARITH)
        return;
    for (int i = 0; i < op->nargs && !s->written; i++) {
        const Type *t = op->args[i]->type;
        bool reads_only = t->kind == TY_PTR && t->elem_const && !(s->holders.n && type_leads_to_data(t->elem));
        if (t->kind != TY_PTR || reads_only || !is_address(s, op->args[i]))
            continue;
        Op *slot = op->code == OP_STORE && i == 1 ? op->args[0]->def : NULL;
        if (is_slot(slot)) {
            s->more |= !ptrs_has(&s->slots, slot);
            if (!ptrs_has(&s->slots, slot))
                ptrs_push(&s->slots, slot);
            continue;
        }
        s->written = op->code != OP_CALL || writes_behind(s, op, i);
    }
}

static bool written_in(Search *s, const Fn *fn)
{
    do {
        s->more = false;
        walk_ops(fn->body, find_write, s);
    } while (s->more && !s->written);
    return s->written;
}

static bool writes_behind(Search *s, const Op *call, int k)
{
    const Fn *f = call->callee;
    if (!f || !f->has_body || !f->body || k >= f->nparams || k >= f->body->nargs)
        return true;
    Value *param = f->body->args[k];
    if (ptrs_has(s->asked, param))
        return false;
    ptrs_push(s->asked, param);
    Search in = {.arena = s->arena, .param = param, .holders = s->holders, .slots = {.arena = s->arena}, .asked = s->asked};
    return written_in(&in, f);
}

static bool is_constant(const Var *var)
{
    const Type *t = var->type;
    while (t->kind == TY_ARRAY && !t->elem_const)
        t = t->elem;
    return var->is_const || t->kind == TY_ARRAY;
}

/* static double *rows[] = {a, b}; false: one of them is seen by other files, which may write through it. */
static bool find_holders(const Program *p, const Var *var, Ptrs *holders)
{
    LastingVars all = {.p = p};
    for (Var *v = next_lasting(&all); v; v = next_lasting(&all)) {
        if (v == var || ptrs_has(holders, v) || !var_initialiser_names(v, var->name))
            continue;
        const Type *t = v->type;
        while (t->kind == TY_ARRAY)
            t = t->elem;
        bool reads_only = t->kind == TY_PTR && t->elem_const && !type_leads_to_data(t->elem);
        if (!v->is_static && !reads_only)
            return false;
        ptrs_push(holders, v);
        if (!find_holders(p, v, holders))
            return false;
    }
    return true;
}

bool static_may_be_written(const Program *p, const Var *var)
{
    if (is_constant(var))
        return false;
    Arena *arena = arena_new();
    Ptrs asked = {.arena = arena};
    Search s = {.arena = arena, .var = var, .holders = {.arena = arena}, .slots = {.arena = arena}, .asked = &asked};
    s.written = !find_holders(p, var, &s.holders);
    for (size_t i = 0; i < p->fns.n && !s.written; i++) {
        const Fn *fn = p->fns.at[i];
        if (fn->has_body && fn->body)
            written_in(&s, fn);
    }
    arena_free(arena);
    return s.written;
}

/* ---------------------------------------------------------------------- what OUT will hold copies of */

typedef struct {
    Program *p;
    const Fn *root, *fn; /* fn: the copied function that is being looked at, or root */
    Loc loc;             /* of the call that leads there */
    Ptrs seen;           /* Var* and Fn* */
    Ptrs locals, homes;  /* Var*: static locals that are written; const Fn*: the function of OUT that has each */
    bool good;
} Check;

static void check_op(Op *op, void *ctx);

static void check_copy(Check *c, const Fn *fn, Loc loc)
{
    bool copied = fn->instance || ((fn->is_static || fn->is_inline) && !c->p->with_primal);
    if (!copied || !fn->has_body || ptrs_has(&c->seen, fn))
        return;
    ptrs_push(&c->seen, (Fn *)(uintptr_t)fn);
    Check in = *c;
    in.fn = fn;
    in.loc = c->fn == c->root ? loc : c->loc;
    walk_ops(fn->body, check_op, &in);
    c->seen = in.seen;
    c->locals = in.locals;
    c->homes = in.homes;
    c->good = in.good;
}

/* One that lives on in two functions of OUT would be two variables. */
static void check_home(Check *c, Loc loc, const Var *var)
{
    for (size_t i = 0; i < c->locals.n; i++) {
        if (c->locals.at[i] != var || c->homes.at[i] == c->fn)
            continue;
        diag_error(loc, "the recursive function '%s' writes its static variable '%s', of which the generated file would have several",
                   var->owner->name, var->name);
        diag_note(var->loc, "move it out of the function: without static, or with --with-primal");
        c->good = false;
    }
}

static void check_variable(Check *c, const Op *op, const Var *var);

/* The copy of a pointer leads to copies. */
static void check_initialiser(Check *c, const Op *op, const Var *var)
{
    LastingVars all = {.p = c->p};
    for (const Var *named = next_lasting(&all); named; named = next_lasting(&all))
        if (named->loc.file == var->loc.file && (!named->owner || named->owner == var->owner) && var_initialiser_names(var, named->name))
            check_variable(c, op, named);
}

static void check_variable(Check *c, const Op *op, const Var *var)
{
    Loc loc = op->loc.line ? op->loc : var->loc;
    if (var->owner && c->good)
        check_home(c, loc, var);
    if (!var->is_static || ptrs_has(&c->seen, var))
        return;
    ptrs_push(&c->seen, (Var *)(uintptr_t)var);
    check_initialiser(c, op, var);
    if (!static_may_be_written(c->p, var))
        return;
    if (c->p->with_primal && !var->owner)
        return;
    if (var->owner) {
        ptrs_push(&c->locals, (Var *)(uintptr_t)var);
        ptrs_push(&c->homes, (Fn *)(uintptr_t)c->fn);
    }
    if (var->owner && c->root->apart)
        return; /* the other version has said so */
    if (var->owner) {
        diag_warning(loc, "private-static", "'%s' has its own copy of the static variable '%s', which '%s' writes", c->root->name,
                     var->name, var->owner->name);
        return;
    }
    diag_error(loc, "'%s' uses the static variable '%s', which is written: the generated file would have a variable of its own",
               c->fn == c->root ? c->root->name : c->fn->name, var->name);
    diag_note(var->loc,
              "give it external linkage, or use --with-primal, which includes this file in the generated one");
    c->good = false;
}

static void check_op(Op *op, void *ctx)
{
    Check *c = ctx;
    if (op->code == OP_GLOBAL && op->var)
        check_variable(c, op, op->var);
    else if ((op->code == OP_CALL || op->code == OP_FNADDR) && op->callee)
        check_copy(c, op->callee, op->loc);
}

/* --with-primal: all sources are one translation unit, in which these two would be one. */
static bool names_meet(const Program *p)
{
    for (size_t i = 0; i < p->globals.n; i++) {
        const Var *a = p->globals.at[i];
        for (size_t k = i + 1; k < p->globals.n && a->is_static && !a->owner; k++) {
            const Var *b = p->globals.at[k];
            if (b->owner || a->loc.file == b->loc.file || strcmp(a->name, b->name))
                continue;
            diag_error(b->loc, "--with-primal includes two files that have a variable '%s': one of them is static; rename it", b->name);
            diag_note(a->loc, "the other one");
            return true;
        }
    }
    return false;
}

bool statics_check(Program *p, const Fn *fn)
{
    if (p->with_primal && p->files.n > 1 && names_meet(p))
        return false;
    Check c = {.p = p, .root = fn, .fn = fn, .seen = {.arena = fn->arena}, .locals = {.arena = fn->arena}, .homes = {.arena = fn->arena}, .good = true};
    walk_ops(fn->body, check_op, &c);
    return c.good;
}
