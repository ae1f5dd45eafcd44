/* statics.c: OUT is a translation unit of its own, with copies of what is static in the source. A copy of a constant or a table is as
 * good as the original; one of a variable that is written is another variable. */
#include "transform.h"

/* ---------------------------------------------------------------------- may it be written? */

typedef struct {
    const Var *var;
    bool written;
} Search;

static bool is_address_of(const Value *p, const Var *var)
{
    while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs && p->type->kind == TY_PTR)
        p = p->def->args[0];
    return p->def && p->def->code == OP_GLOBAL && p->def->var == var;
}

/* Loads, comparisons and conversions to pointers to const are harmless; all else may lead to a write. */
static void find_write(Op *op, void *ctx)
{
    Search *s = ctx;
    OpKind kind = op_info[op->code].kind;
    if (s->written || op->code == OP_LOAD || kind == KIND_ADDR || kind == KIND_ARITH)
        return;
    for (int i = 0; i < op->nargs; i++) {
        const Type *t = op->args[i]->type;
        if (t->kind == TY_PTR && !t->elem_const && is_address_of(op->args[i], s->var))
            s->written = true;
    }
}

static bool is_constant(const Var *var)
{
    const Type *t = var->type;
    while (t->kind == TY_ARRAY && !t->elem_const)
        t = t->elem;
    return var->is_const || t->kind == TY_ARRAY;
}

bool static_may_be_written(const Program *p, const Var *var)
{
    if (is_constant(var))
        return false;
    Search s = {.var = var};
    for (size_t i = 0; i < p->fns.n && !s.written; i++) {
        const Fn *fn = p->fns.at[i];
        if (fn->has_body && fn->body)
            walk_ops(fn->body, find_write, &s);
    }
    for (size_t i = 0; i < p->globals.n && !s.written; i++) { /* its address in an initialiser */
        const Var *other = p->globals.at[i];
        s.written = other != var && other->decl_text && text_has_word(other->decl_text, var->name);
    }
    return s.written;
}

/* ---------------------------------------------------------------------- what OUT will hold copies of */

typedef struct {
    Program *p;
    const Fn *root, *fn; /* fn: the copied function that is being looked at, or root */
    Loc loc;             /* of the call that leads there */
    Ptrs seen;           /* Var* and Fn* */
    bool good;
} Check;

static void check_op(Op *op, void *ctx);

static void check_copy(Check *c, const Fn *fn, Loc loc)
{
    bool copied = fn->is_static || fn->is_inline;
    if (!copied || c->p->with_primal || !fn->has_body || ptrs_has(&c->seen, fn))
        return;
    ptrs_push(&c->seen, (Fn *)(uintptr_t)fn);
    Check in = *c;
    in.fn = fn;
    in.loc = c->fn == c->root ? loc : c->loc;
    walk_ops(fn->body, check_op, &in);
    c->seen = in.seen;
    c->good = in.good;
}

static void check_variable(Check *c, const Op *op, const Var *var)
{
    if (!var->is_static || ptrs_has(&c->seen, var))
        return;
    ptrs_push(&c->seen, (Var *)(uintptr_t)var);
    if (!static_may_be_written(c->p, var))
        return;
    Loc loc = op->loc.line ? op->loc : var->loc;
    if (c->p->with_primal && !var->owner)
        return;
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

bool statics_check(Program *p, const Fn *fn)
{
    Check c = {.p = p, .root = fn, .fn = fn, .seen = {.arena = fn->arena}, .good = true};
    walk_ops(fn->body, check_op, &c);
    return c.good;
}
