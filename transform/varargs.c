/* varargs.c: the arguments behind `...`, when a call is expanded: they are known there, and in functions that are given the list.
 *
 *   double sum(int n, ...) { ... va_start(ap, n); while (n--) s += va_arg(ap, double); }       sum(2, x, y)
 *
 * va_list counts how many have been taken; va_arg chooses among those of its type. (Asking for another type than that of the next one is an
 * error of the source, as is asking for more than there are.) */
#include "transform.h"

#include <string.h>

bool is_vararg_op(const Op *op)
{
    return op->code == OP_CALL && op->text && !strncmp(op->text, "ad_va_", 6);
}

typedef struct {
    const Fn *fn;
    int depth;
    bool found, other; /* some such op; a va_list that goes elsewhere */
} Uses;

static bool is_list(const Value *p)
{
    const Type *t = p->type->kind == TY_PTR ? p->type->elem : p->type;
    return t->kind == TY_OPAQUE && !strcmp(t->name, "va_list");
}

static bool list_is_followed(const Fn *fn, int depth);

/* A list goes to va_arg and its kin, or to a function that gives it to those. */
static void find_uses(Op *op, void *ctx)
{
    Uses *u = ctx;
    bool own = is_vararg_op(op);
    u->found |= own;
    for (int i = 0; i < op->nargs; i++) {
        const Value *list = op->args[i];
        if (!is_list(list))
            continue;
        bool handed = op->code == OP_CALL && op->callee && !op->callee->is_variadic && list_is_followed(op->callee, u->depth + 1);
        u->found |= handed;
        u->other |= (!own && !handed) || (list->def && list->def->code != OP_LOCAL);
    }
}

static bool list_is_followed(const Fn *fn, int depth)
{
    Uses u = {.fn = fn, .depth = depth};
    if (!fn->has_body || depth > 8)
        return false;
    walk_ops(fn->body, find_uses, &u);
    return u.found && !u.other && !fn->sret;
}

bool varargs_are_followed(const Fn *fn)
{
    for (int i = 0; i < fn->nparams && fn->is_variadic; i++)
        if (is_list(fn->body->args[i]))
            return false;
    return list_is_followed(fn, 0);
}

/* ---------------------------------------------------------------------- at a call */

typedef struct {
    Value *const *extra;
    int n;
    PtrMap *results;
} Extras;

static bool fits(const Type *asked, const Type *given)
{
    bool ints = type_is_int(asked) && type_is_int(given) && asked->size == given->size;
    return asked == given || ints || (asked->kind == TY_PTR && given->kind == TY_PTR);
}

static Value *chosen(Builder *b, const Extras *e, Value *k, Type *t)
{
    Value *v = NULL;
    for (int i = e->n; i-- > 0;) {
        if (!fits(t, e->extra[i]->type))
            continue;
        Value *one = build_cast(b, e->extra[i], t);
        v = v ? build_select(b, build_bin(b, OP_EQ, k, build_int(b, k->type, i)), one, v) : one;
    }
    if (v)
        return v;
    Op *none = op_build(b, OP_UNDEF, NULL, 0, 1);
    none->results[0]->type = t;
    return none->results[0];
}

static void expand_op(Op *op, void *ctx)
{
    Extras *e = ctx;
    Type *t = type_scalar(TY_INT);
    if (op->code == OP_LOCAL && is_list(op->results[0])) {
        op->of = t;
        op->results[0]->type = type_ptr(t);
        return;
    }
    if (!is_vararg_op(op))
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    const char *what = op->text + 6;
    Value *list = op->args[0];
    if (!strcmp(what, "start")) {
        build_store(&b, list, build_int(&b, t, 0));
    } else if (!strcmp(what, "copy")) {
        build_store(&b, list, build_load(&b, op->args[1]));
    } else if (!strcmp(what, "arg")) {
        Value *k = build_load(&b, list);
        build_store(&b, list, build_bin(&b, OP_ADD, k, build_int(&b, t, 1)));
        ptrmap_put(e->results, op->results[0], chosen(&b, e, k, op->results[0]->type));
    }
    op_remove(op);
}

void expand_varargs(Op *first, const Op *end, Value *const *extra, int n, PtrMap *results)
{
    Extras e = {extra, n, results};
    for (Op *op = first, *next; op && op != end; op = next) {
        next = op->next;
        for (int k = 0; k < op->nregions; k++)
            walk_ops(op->regions[k], expand_op, &e);
        expand_op(op, &e);
    }
}
