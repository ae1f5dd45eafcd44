/* sort.c: qsort of floating data is a choice of their order and a move into it, before anything is differentiated:
 *
 *   qsort(a, n, sizeof *a, cmp)   ->   ad_sort_order(order, a, n, sizeof *a, cmp); old = a; a[i] = old[order[i]]
 *
 * The order is that which qsort gives (runtime/sort.c); its derivative is 0, and that of the move is the machinery's. Sorting of integers, and
 * of pointers, stays as it is. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

static bool is_qsort(const Op *op)
{
    const char *name = op->code != OP_CALL ? NULL : op->callee ? (op->callee->has_body ? NULL : op->callee->name) : op->text;
    return name && !strcmp(name, "qsort") && op->nargs == 4;
}

Type *sized_element_type(const Value *base, const Value *bytes)
{
    while (base->def && base->def->code == OP_PTRCAST && base->type->elem->kind == TY_VOID)
        base = base->def->args[0];
    Type *t = base->type->elem;
    int64_t size;
    const Op *sized = bytes->def;
    bool fits = sized && sized->code == OP_SIZEOF ? sized->of->size == t->size : value_int(bytes, &size) && size == t->size;
    return fits && t->size > 0 && type_has_float(t) ? t : NULL;
}

static Value *new_array(Builder *b, Value *n, Type *t, const char *name, const char *note)
{
    Type *size = type_scalar(TY_ULONG);
    Value *args[2] = {n, build_int(b, size, t->size)};
    Op *op = op_build(b, OP_ALLOC, args, 2, 1);
    op->tape = true;
    op->note = note;
    op->results[0]->type = type_ptr(t);
    op->results[0]->var = var_named(b->fn, type_ptr(t), "", NULL, name);
    return op->results[0];
}

void move_elements(Builder *b, Value *n, Value *to, Value *from, Value *order)
{
    Type *size = type_scalar(TY_ULONG);
    Op *loop = build_for(b, build_int(b, size, 0), n, build_int(b, size, 1), OP_LT);
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    Value *i = loop->regions[0]->args[0];
    i->var = var_named(b->fn, size, "", NULL, "i");
    Value *k = order ? build_load(&in, build_index(&in, order, i)) : i;
    copy_value(&in, build_index(&in, to, i), build_index(&in, from, k), to->type->elem);
    build_yield(&in, NULL, 0);
}

static void lower_qsort(Op *op)
{
    Type *t = sized_element_type(op->args[0], op->args[2]), *size = type_scalar(TY_ULONG);
    if (!t || type_hides_numbers(t) || !known_call(op))
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    Value *base = build_ptrcast(&b, op->args[0], type_ptr(t)), *n = build_cast(&b, op->args[1], size);
    Value *order = new_array(&b, n, size, "order", "where qsort takes each element from"), *old = new_array(&b, n, t, "unsorted", NULL);
    move_elements(&b, n, old, base, NULL);
    Value *args[5] = {order, base, n, op->args[2], op->args[3]};
    Op *call = op_build(&b, OP_CALL, args, 5, 0);
    call->text = "ad_sort_order";
    call->of = type_void();
    move_elements(&b, n, base, old, order);
    op_build(&b, OP_FREE, &old, 1, 0);
    op_build(&b, OP_FREE, &order, 1, 0);
    op_remove(op);
}

static void find_qsort(Op *op, void *ctx)
{
    if (is_qsort(op))
        ptrs_push(ctx, op);
}

void lower_sorts(Fn *fn)
{
    Ptrs found = {.arena = fn->arena};
    walk_ops(fn->body, find_qsort, &found);
    for (size_t i = 0; i < found.n; i++)
        lower_qsort(found.at[i]);
}
