/* statics_address.c: OUT has copies of what is static in the source, at other addresses. A pointer into a copy is as good as one into the
 * original until somebody asks whether both are the same:
 *
 *   static const struct class spring_class = {...};
 *   int is_spring(const struct object *o) { return o->class == &spring_class; }     never true in OUT
 *
 * So comparisons of such addresses with pointers from elsewhere are refused, and stores of them where the source may find them. Loops over a
 * static table compare pointers of which all are into the copy. */
#include "transform.h"

#include <string.h>

typedef struct {
    Program *p;
    const Fn *root, *fn; /* fn: the copied function that is looked at, or root */
    Ptrs seen;           /* Fn* */
    Ptrs traced;         /* Value*: against cycles */
    bool good;
} Addresses;

static bool is_copy(const Addresses *a, const Value *p)
{
    const Var *var = p->def && p->def->code == OP_GLOBAL ? p->def->var : NULL;
    return var && var->is_static && (var->owner || !a->p->with_primal);
}

/* ---------------------------------------------------------------------- where a pointer comes from */

typedef struct {
    Addresses *a;
    const Value *slot;
    bool (*test)(Addresses *, const Value *);
    bool found;
} Stores;

static bool any_origin(Addresses *a, const Value *p, bool (*test)(Addresses *, const Value *));

static void find_store(Op *op, void *ctx)
{
    Stores *s = ctx;
    if (s->found || op->code != OP_STORE)
        return;
    const Value *at = op->args[0];
    while (at->def && op_info[at->def->code].kind == KIND_ADDR && at->def->nargs)
        at = at->def->args[0];
    s->found = at == s->slot && any_origin(s->a, op->args[1], s->test);
}

/* A value that a loop or an if hands on. */
static bool handed_on(Addresses *a, const Value *p, bool (*test)(Addresses *, const Value *))
{
    const Op *op = p->def ? p->def : p->arg_of->owner;
    for (int r = 0; r < op->nregions; r++) {
        const Op *end = region_terminator(op->regions[r]);
        for (int i = 0; end && i < end->nargs; i++)
            if (end->args[i]->type->kind == TY_PTR && any_origin(a, end->args[i], test))
                return true;
    }
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i]->type->kind == TY_PTR && any_origin(a, op->args[i], test))
            return true;
    return false;
}

/* Does the test hold for a place that the pointer may come from? */
static bool any_origin(Addresses *a, const Value *p, bool (*test)(Addresses *, const Value *))
{
    while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs && p->def->args[0]->type->kind == TY_PTR)
        p = p->def->args[0];
    if (ptrs_has(&a->traced, p))
        return false;
    ptrs_push(&a->traced, (Value *)(uintptr_t)p);
    const Op *op = p->def;
    if (op ? op->nregions > 0 : p->arg_of->owner != NULL)
        return handed_on(a, p, test);
    if (op && op->code == OP_SELECT)
        return any_origin(a, op->args[1], test) || any_origin(a, op->args[2], test);
    if (op && op->code == OP_LOAD && op->args[0]->def && op->args[0]->def->code == OP_LOCAL) {
        Stores s = {a, op->args[0], test, false};
        walk_ops(a->fn->body, find_store, &s);
        return s.found;
    }
    return test(a, p);
}

/* Not an object of OUT's own. */
static bool is_from_outside(Addresses *a, const Value *p)
{
    const Op *op = p->def;
    if (!op)
        return true;
    if (op->code == OP_LOAD) { /* what a table of constants has is as much a copy as the table */
        const Value *at = op->args[0];
        while (at->def && op_info[at->def->code].kind == KIND_ADDR && at->def->nargs)
            at = at->def->args[0];
        return !is_copy(a, at);
    }
    return op->code == OP_CALL;
}

static bool is_static_copy(Addresses *a, const Value *p)
{
    return is_copy(a, p);
}

static bool asks(Addresses *a, const Value *p, bool (*test)(Addresses *, const Value *))
{
    a->traced.n = 0;
    return any_origin(a, p, test);
}

/* ---------------------------------------------------------------------- the check */

static const Var *copied_object(Addresses *a, const Value *p)
{
    if (!asks(a, p, is_static_copy))
        return NULL;
    for (size_t i = 0; i < a->traced.n; i++)
        if (is_copy(a, a->traced.at[i]))
            return ((const Value *)a->traced.at[i])->def->var;
    return NULL;
}

static void report(Addresses *a, const Op *op, const Var *var, const char *what)
{
    diag_error(op->loc.line ? op->loc : var->loc, "the address of the static variable '%s' %s, and the generated file has a copy of it elsewhere",
               var->name, what);
    diag_note(var->loc, var->owner ? "make it a variable with external linkage"
                                   : "give it external linkage, or use --with-primal, which includes this file in the generated one");
    a->good = false;
}

static void check_addresses(Addresses *a, const Fn *fn);

static void check_op(Op *op, void *ctx)
{
    Addresses *a = ctx;
    if (!a->good)
        return;
    if (op_is_compare(op->code) && op->nargs == 2 && op->args[0]->type->kind == TY_PTR && op->args[1]->type->kind == TY_PTR) {
        const Var *left = copied_object(a, op->args[0]), *right = copied_object(a, op->args[1]);
        if ((left && asks(a, op->args[1], is_from_outside)) || (right && asks(a, op->args[0], is_from_outside)))
            report(a, op, left ? left : right, "is compared");
    } else if (op->code == OP_STORE && op->args[1]->type->kind == TY_PTR) {
        const Var *var = copied_object(a, op->args[1]);
        if (var && var->type->kind == TY_RECORD && asks(a, op->args[0], is_from_outside))
            report(a, op, var, "is stored where others find it");
    } else if (op->code == OP_CALL && op->callee && (op->callee->is_static || op->callee->is_inline)) {
        check_addresses(a, op->callee);
    }
}

static void note_pointers(Op *op, void *ctx)
{
    bool *any = ctx;
    *any = *any || (op->code == OP_GLOBAL && op->var && op->var->is_static) || (op->code == OP_CALL && op->callee && op->callee->has_body);
}

static void check_addresses(Addresses *a, const Fn *fn)
{
    if (!fn->has_body || !fn->body || ptrs_has(&a->seen, fn) || (fn != a->root && a->p->with_primal))
        return;
    ptrs_push(&a->seen, (Fn *)(uintptr_t)fn);
    bool any = false;
    walk_ops(fn->body, note_pointers, &any);
    if (!any)
        return;
    const Fn *before = a->fn;
    a->fn = fn;
    walk_ops(fn->body, check_op, a);
    a->fn = before;
}

bool statics_addresses(Program *p, const Fn *fn)
{
    Arena *arena = arena_new();
    Addresses a = {.p = p, .root = fn, .seen = {.arena = arena}, .traced = {.arena = arena}, .good = true};
    check_addresses(&a, fn);
    arena_free(arena);
    return a.good;
}
