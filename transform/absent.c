/* absent.c: pointers that may point to what has no shadow.
 *
 *   const double *in = x;                 x is not in the SPEC: the shadow of in is NULL
 *   for (...) { layer(in, out); in = out; }     ... and from the second layer on d_out
 *
 * What is only read and carries no derivative has no shadow, and a pointer to it has a NULL twin; where a pointer may also point to what
 * has one, its twin is asked before it is used or moved. */
#include "analysis.h"
#include "derivative.h"

static const IntSet none;

static const IntSet *objects_of(const Shadow *s, const Value *ptr)
{
    return ptr->id < s->nvalues && ptr->type->kind == TY_PTR ? mem_points_to(s->mem, ptr) : &none;
}

/* The caller's memory that the function does not write, and what can be reached from it. */
static bool is_only_read(const Shadow *s, int obj)
{
    const MemObject *o = &s->mem->objects[obj];
    return (o->kind == OBJ_PARAM || o->kind == OBJ_POINTEE) && o->param && o->writes.n == 0 && s->mem->wild.n == 0;
}

/* What the derivative of a call is given has a shadow. */
static void find_arguments(Op *op, void *ctx)
{
    Shadow *s = ctx;
    if (op->code != OP_CALL && op->code != OP_CALLPTR && op->code != OP_COPY)
        return;
    for (int k = 0; k < op->nargs; k++) {
        if (!shadow_has(s, op->args[k]))
            continue;
        IntSet all = mem_reachable(s->mem, op->args[k]);
        for (int i = 0; i < all.n; i++)
            s->absent[all.at[i]] = false;
    }
}

void absent_decide(Shadow *s)
{
    int n = mem_count(s->mem);
    s->absent = arena_alloc(s->fn->arena, sizeof *s->absent * (size_t)(n + 1));
    for (int i = 0; i < n; i++)
        s->absent[i] = s->shadowed[i] && !active_object(s->act, i) && shadow_role(s, i) == ROLE_NONE && is_only_read(s, i);
    walk_ops(s->fn->body, find_arguments, s);
    for (int i = 0; i < n; i++) /* no shadow: then what it points to has none either */
        for (int up = s->mem->objects[i].parent; up >= 0; up = s->mem->objects[up].parent)
            s->absent[i] = s->absent[i] && s->absent[up];
}

/* How many objects of ptr's have no shadow, of how many. */
static int count_absent(const Shadow *s, const Value *ptr, int *all)
{
    const IntSet *objs = objects_of(s, ptr);
    int n = 0;
    for (int i = 0; i < objs->n; i++)
        n += s->absent[objs->at[i]];
    *all = objs->n;
    return n;
}

bool shadow_may_be_absent(const Shadow *s, const Value *ptr)
{
    int all;
    return count_absent(s, ptr, &all) > 0;
}

bool shadow_is_absent(const Shadow *s, const Value *ptr)
{
    int all;
    return count_absent(s, ptr, &all) == all && all > 0;
}

static Value *is_given(Builder *b, Value *twin)
{
    return build_bin(b, OP_NE, twin, build_zero(b, twin->type));
}

Value *shadow_given(Shadow *s, Builder *b, Value *ptr, bool in_reverse)
{
    if (!shadow_may_be_absent(s, ptr))
        return NULL;
    while (ptr->def && op_info[ptr->def->code].kind == KIND_ADDR && shadow_may_be_absent(s, ptr->def->args[0]))
        ptr = ptr->def->args[0];
    Value *twin = shadow_twin(s, ptr);
    return is_given(b, in_reverse ? build_use(b, twin) : twin);
}

Value *absent_address(Builder *b, Value *base, Value *moved)
{
    return build_select(b, is_given(b, base), moved, build_zero(b, moved->type));
}

Value *absent_load(Builder *b, Value *address, Value *given)
{
    Op *op = build_if(b, given);
    Builder in = at_end(op->regions[0]), out = at_end(op->regions[1]);
    Value *loaded = build_load(&in, address), *nothing = build_zero(&out, loaded->type);
    build_yield(&in, &loaded, 1);
    build_yield(&out, &nothing, 1);
    return op_add_result(op, loaded->type, NULL);
}

Builder open_given(Builder *b, Value *given)
{
    if (!given)
        return *b;
    Op *op = build_if(b, given);
    for (int r = 0; r < 2; r++) {
        Builder in = at_end(op->regions[r]);
        build_yield(&in, NULL, 0);
    }
    Builder in = before_op(op->regions[0]->last);
    in.loc = b->loc;
    return in;
}
