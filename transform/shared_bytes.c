/* shared_bytes.c: unions in which an object has a number at one time and an address at another:
 *
 *   union { float value; const float *at; } u;      u.value = x; ...  u.at = p; ...  u.value = y; ...
 *
 * The shadow has the adjoint of the one and the shadow of the other in the same bytes. So the bits of an address must be gone before the
 * reverse sweep adds to the number: a store of the number clears them in the forward sweep, the reversal of a store of an address before it
 * comes to what was there earlier. That is possible in objects of the function's own only. Where a union is copied whole (union_parts.c), the
 * shadow tells at run time whether it was a number or an address. */
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

bool mem_is_own(const MemInfo *m, const Value *p)
{
    const int *objs;
    int n = mem_objects(m, p, &objs);
    bool own = n > 0;
    for (int i = 0; i < n && own; i++) {
        const Op *op = mem_object_op(m, objs[i]);
        own = op && (op->code == OP_LOCAL || op->code == OP_ALLOC);
    }
    return own;
}

static bool is_own(const Shadow *s, const Value *p)
{
    return mem_is_own(s->mem, p);
}

static bool has_single_float(const Type *t)
{
    bool found = t->kind == TY_F32 || (type_is_complex(t) && t->size == 8);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && !found; i++)
        found = has_single_float(t->fields[i].type);
    return found || (t->kind == TY_ARRAY && has_single_float(t->elem));
}

static void shared_address(Shadow *s, Builder *b, const Op *store)
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

/* ---------------------------------------------------------------------- copies: a number or an address, whichever is there */

/* The load that v is where a union's number or address is copied from another; NULL: v is certainly what its type says. */
static Op *loaded_either(const Op *store)
{
    Op *load = store->either ? store->args[1]->def : NULL;
    return load && load->code == OP_LOAD && shared_union(load->args[0]) ? load : NULL;
}

static const Value *union_of(const Value *p)
{
    while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs &&
           !(p->def->code == OP_FIELD && p->def->args[0]->type->elem->is_union))
        p = p->def->args[0];
    return p->def && p->def->nargs ? p->def->args[0] : NULL;
}

/* Has what *load reads its adjoint still when its store is reversed? */
static bool is_untouched(const Shadow *s, const Op *load, const Op *store)
{
    const Op *op = load->parent == store->parent ? load->next : NULL;
    while (op && op != store && !mem_op_may_write(s->mem, op, load->args[0]))
        op = op->next;
    return op == store;
}

/* The reversal of one number's copy, in the branch where it is one. NULL: nothing is left to be done; else its adjoint. */
static Value *move_back(Shadow *s, Builder *in, Op *number)
{
    Value *shadow = shadow_in_reverse(s, in, number->args[0]), *v = number->args[1];
    Value *d = shadow_is_active(s, v) ? build_load(in, shadow) : NULL;
    build_store(in, shadow, build_zero(in, v->type));
    Op *load = loaded_either(number);
    if (!d || !load || !is_untouched(s, load, number))
        return d;
    if (shadow_has(s, load->args[0]))
        build_accum(in, shadow_in_reverse(s, in, load->args[0]), d);
    return NULL;
}

/* Between the numbers of a union and its address nothing else is stored. */
static void reverse_numbers(Shadow *s, Op *rev, const Op *store)
{
    Builder number = at_end(rev->regions[0]), address = at_end(rev->regions[1]);
    number.loc = address.loc = store->loc;
    const Value *to = union_of(store->args[0]);
    Ptrs yields[2] = {{.arena = s->fn->arena}, {.arena = s->fn->arena}};
    for (Op *op = store->prev; op; op = op->prev) {
        if (op->code != OP_STORE)
            continue;
        if (!op->either || !to || !union_of(op->args[0]) || !same_address(union_of(op->args[0]), to))
            break;
        if (!type_is_float(op->args[1]->type))
            continue;
        Value *d = move_back(s, &number, op);
        ptrmap_put(&s->copied, op, d ? op_add_result(rev, d->type, NULL) : rev->args[0]);
        if (d) {
            ptrs_push(&yields[0], d);
            ptrs_push(&yields[1], build_zero(&address, d->type));
        }
    }
    if (is_own(s, store->args[0]))
        build_store(&address, shadow_in_reverse(s, &address, store->args[0]), build_zero(&address, store->args[1]->type));
    build_yield(&number, (Value **)yields[0].at, (int)yields[0].n);
    build_yield(&address, (Value **)yields[1].at, (int)yields[1].n);
}

/* In the shadow of an own object there is an address, or zero: whether it was a number is known in the forward sweep. */
static void reverse_either(Shadow *s, Builder *b, Op *store)
{
    const Op *load = loaded_either(store);
    if (!is_own(s, load->args[0]) || (shadow_accumulates_only(s, store->args[0]) && !is_own(s, store->args[0]))) {
        diag_error(store->loc, "this copies '%s' of the caller's, in the bytes of whose shadow may be a derivative or an address; copy the member "
                               "that is in use",
                   type_spelling(shared_union(store->args[0])));
        s->failed = true;
        return;
    }
    Value *to = shadow_twin(s, store->args[0]), *twin = shadow_twin(s, store->args[1]);
    Builder fwd = after_op(store);
    fwd.loc = store->loc;
    Value *address = build_ptrcast(&fwd, twin, to->type->elem), *is_number = build_bin(&fwd, OP_EQ, twin, build_zero(&fwd, twin->type));
    if (is_own(s, store->args[0])) {
        build_store(&fwd, to, address);
    } else {
        Op *given = build_if(&fwd, is_number);
        Builder none = at_end(given->regions[0]), some = at_end(given->regions[1]);
        build_store(&some, to, address);
        build_yield(&none, NULL, 0);
        build_yield(&some, NULL, 0);
    }
    reverse_numbers(s, build_if(b, build_use(b, is_number)), store);
}

void reverse_address(Shadow *s, Builder *b, Op *store)
{
    if (loaded_either(store)) {
        reverse_either(s, b, store);
        return;
    }
    Value *address = shadow_twin(s, store->args[0]), *twin = shadow_twin(s, store->args[1]);
    Builder fwd = after_op(store);
    build_store(&fwd, address, build_ptrcast(&fwd, twin, address->type->elem));
    shared_address(s, b, store);
}

bool reversed_with_address(const Shadow *s, const Op *store, Value **d)
{
    Value *v = ptrmap_get(&s->copied, store);
    *d = v && type_is_float(v->type) ? v : NULL;
    return v != NULL;
}

void shared_number(Shadow *s, Op *store)
{
    if (!shared_union(store->args[0]) || !is_own(s, store->args[0]))
        return;
    Builder fwd = after_op(store);
    build_store(&fwd, shadow_twin(s, store->args[0]), build_zero(&fwd, store->args[1]->type));
}
