/* clear.c: memset of an independent that is not a dependent becomes a loop of stores.
 *
 *   zero x, n   ->   for (i < n) x[i] = 0
 *
 * Its d_x is the caller's accumulator: each store puts aside what it holds (adjoint.c), where clearing a shadow is enough for all others.
 */
#include "derivative.h"

/* The parameter that p points into; NULL: it may be another object. */
static const Value *parameter_of(const Fn *fn, const Value *p)
{
    p = address_root(p);
    return !p->def && p->arg_of == fn->body && p->index < fn->nparams ? p : NULL;
}

static bool can_clear(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return can_clear(t->elem);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++)
        if (t->fields[i].bit_width || !can_clear(t->fields[i].type))
            return false;
    return t->kind == TY_RECORD ? !type_hides_numbers(t) : type_is_int(t) || type_is_float(t) || t->kind == TY_PTR;
}

static void clear_value(Builder *b, Value *to, const Type *t);

void clear_elements(Builder *b, Value *first, Value *n)
{
    Op *loop = build_for(b, build_int(b, n->type, 0), n, build_int(b, n->type, 1), OP_LT);
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    clear_value(&in, build_index(&in, first, loop->regions[0]->args[0]), first->type->elem);
    build_yield(&in, NULL, 0);
}

static void clear_value(Builder *b, Value *to, const Type *t)
{
    if (t->kind == TY_ARRAY)
        clear_elements(b, build_decay(b, to), build_int(b, type_scalar(TY_ULONG), t->count));
    else if (t->kind == TY_RECORD && t->is_union && union_view(t) < 0)
        clear_union(b, to, t);
    else if (t->kind == TY_RECORD && t->is_union)
        clear_value(b, build_field(b, to, union_view(t)), t->fields[union_view(t)].type);
    else if (t->kind == TY_RECORD)
        for (int i = 0; i < t->nfields; i++)
            clear_value(b, build_field(b, to, i), t->fields[i].type);
    else
        build_store(b, to, build_zero(b, to->type->elem));
}

typedef struct {
    const Fn *fn;
    const Request *rq;
    Ptrs found;
} Clears;

static void find_clear(Op *op, void *ctx)
{
    Clears *c = ctx;
    if (op->code != OP_ZERO || !type_has_float(op->args[0]->type->elem) || !can_clear(op->args[0]->type->elem))
        return;
    const Value *p = parameter_of(c->fn, op->args[0]);
    if (p && c->rq->roles[p->index] == ROLE_INDEP)
        ptrs_push(&c->found, op);
}

void clear_by_stores(Fn *fn, const Request *rq)
{
    Clears c = {fn, rq, {.arena = fn->arena}};
    walk_ops(fn->body, find_clear, &c);
    for (size_t i = 0; i < c.found.n; i++) {
        Op *op = c.found.at[i];
        Builder b = before_op(op);
        b.loc = op->loc;
        clear_elements(&b, op->args[0], op->args[1]);
        op_remove(op);
    }
}

void clear_byte(Shadow *s, Builder *b, const Op *store)
{
    if (shadow_accumulates_only(s, store->args[0])) {
        diag_error(store->loc, "this may clear an independent or other memory; clear it element by element, or through pointers of their own");
        s->failed = true;
        return;
    }
    build_store(b, shadow_in_reverse(s, b, store->args[0]), build_zero(b, store->args[1]->type));
}

bool moves_address(const Fn *fn, const Op *op)
{
    const Op *twin = op->next;
    return op->code == OP_STORE && op->args[1]->type->kind == TY_PTR && op->args[0]->id < fn->mem_values && twin &&
           twin->code == OP_STORE && twin->args[1]->type->kind == TY_PTR && twin->args[0]->id >= fn->mem_values;
}
