/* shared_bytes.c: unions in which an object has a number at one time and an address at another:
 *
 *   union { float value; const float *at; } u;      u.value = x; ...  u.at = p; ...  u.value = y; ...
 *
 * The shadow has the adjoint of the one and the shadow of the other in the same bytes. So the bits of an address must be gone before the
 * reverse sweep adds to the number: a store of the number clears them in the forward sweep, the reversal of a store of an address before it
 * comes to what was there earlier. That is possible in objects of the function's own only. */
#include "derivative.h"

/* The union in whose bytes the address is, and a pointer or a number shares them with a number or a pointer. */
static const Type *shared_union(const Value *p)
{
    for (; p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs; p = p->def->args[0]) {
        const Type *outer = p->def->code == OP_FIELD ? p->def->args[0]->type->elem : NULL;
        if (outer && outer->is_union && type_has_float(outer) && type_has_pointers(outer))
            return outer;
    }
    return NULL;
}

static bool is_own(const Shadow *s, const Value *p)
{
    const int *objs;
    int n = mem_objects(s->mem, p, &objs);
    bool own = n > 0;
    for (int i = 0; i < n && own; i++) {
        const Op *op = mem_object_op(s->mem, objs[i]);
        own = op && (op->code == OP_LOCAL || op->code == OP_ALLOC);
    }
    return own;
}

static bool has_single_float(const Type *t)
{
    bool found = t->kind == TY_F32 || (type_is_complex(t) && t->size == 8);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && !found; i++)
        found = has_single_float(t->fields[i].type);
    return found || (t->kind == TY_ARRAY && has_single_float(t->elem));
}

void shared_address(Shadow *s, Builder *b, const Op *store)
{
    const Type *u = shared_union(store->args[0]);
    if (!u)
        return;
    if (is_own(s, store->args[0])) {
        build_store(b, shadow_in_reverse(s, b, store->args[0]), build_zero(b, store->args[1]->type));
    } else if (has_single_float(u)) { /* the bits of an address are less than 1e-308 as a double */
        diag_error(store->loc, "this stores an address in the bytes of a number that carries derivatives; use a struct instead of the union");
        s->failed = true;
    }
}

void shared_number(Shadow *s, Op *store)
{
    if (!shared_union(store->args[0]) || !is_own(s, store->args[0]))
        return;
    Builder fwd = after_op(store);
    build_store(&fwd, shadow_twin(s, store->args[0]), build_zero(&fwd, store->args[1]->type));
}
