/* split_aside.c: independents that f overwrites, under --split.
 *
 *   f_fwd: x[i] = x[i] * x[i];            f_rev: what d_x holds where x was overwritten is put aside, and 0 there instead;
 *   the place i is noted                         the reverse sweep; what was put aside is added again
 *
 * The d_ of an independent that is no dependent is purely accumulated into (INTERFACE.md, section 3): it says nothing about the new value.
 * adjoint.c clears it where the forward sweep stores, but f_fwd is not given it. */
#include "derivative.h"

/* The stores of one type to one parameter or global. */
typedef struct {
    Value *base, *shadow; /* where the primal and its shadow begin */
    const Type *type;
    Value *places;        /* ad_tape: offsets from base */
    const Type *unit;     /* ... counted in these */
} Aside;

/* The object as what p points into; false where it is reached through a pointer in memory. */
static bool find_root(const Shadow *s, int object, Aside *out)
{
    const Op *op = mem_object_op(s->mem, object);
    if (mem_object_kind(s->mem, object) == OBJ_PARAM) {
        out->base = mem_object_param(s->mem, object);
        out->shadow = out->base->index < s->sig.nshadow - 1 ? s->sig.shadow[out->base->index] : NULL;
        return out->shadow != NULL && !s->given[out->base->index]; /* its own shadow is known in the forward half (split_own.c) */
    }
    for (size_t i = 0; op && op->code == OP_GLOBAL && i < s->rq->global_vars.n; i++)
        if (s->rq->global_vars.at[i] == op->var) {
            out->base = op->results[0];
            out->shadow = s->sig.global_shadow[i];
            return out->shadow != NULL && !s->given[(size_t)s->rq->fn->nparams + i];
        }
    return false;
}

static Aside *aside_of(Shadow *s, const Aside *found, Value *p)
{
    for (size_t i = 0; i < s->asides.n; i++) {
        Aside *known = s->asides.at[i];
        if (known->shadow == found->shadow && known->type == p->type->elem)
            return known;
    }
    Aside *made = arena_alloc(s->fn->arena, sizeof *made);
    *made = *found;
    made->type = p->type->elem;
    Builder top = after_op(s->fn->tape->def);
    Op *call = op_build(&top, OP_CALL, NULL, 0, 1);
    call->text = "ad_tape_new";
    call->of = call->results[0]->type = s->fn->tape->type;
    call->results[0]->var = var_named(s->fn, call->of, "overwritten_", found->base->var, "places");
    made->places = call->results[0];
    ptrs_push(&s->asides, made);
    return made;
}

/* The offset of p from the base. */
static void note_offset(Shadow *s, Builder *b, const Aside *found, Value *p)
{
    Aside *a = aside_of(s, found, p);
    Value *base = found->base;
    if (!base->def || base->def->parent != s->fn->body) /* a global's address is taken where it is used */
        base = base->def ? clone_op(b, base->def, &(PtrMap){.arena = s->fn->arena})->results[0] : base;
    while (base->type->elem->kind == TY_ARRAY)
        base = build_decay(b, base);
    a->unit = p->type->elem;
    if (base->type->elem != p->type->elem) {
        a->unit = type_scalar(TY_CHAR);
        base = build_ptrcast(b, base, type_ptr(type_scalar(TY_CHAR)));
        p = build_ptrcast(b, p, base->type);
    }
    Value *ends[2] = {p, base}, *push[2] = {a->places, NULL};
    Op *difference = op_build(b, OP_PTRDIFF, ends, 2, 1);
    difference->results[0]->type = type_scalar(TY_LONG);
    push[1] = difference->results[0];
    op_build(b, OP_PUSH, push, 2, 0);
}

bool split_note_place(Shadow *s, Builder *b, Value *p)
{
    enum { MOST = 8 };
    const int *objs;
    int n = mem_objects(s->mem, p, &objs);
    Aside found[MOST] = {{0}};
    Value *flag[MOST] = {NULL};
    if (n < 1 || n > MOST)
        return false;
    for (int i = 0; i < n; i++)
        if (!find_root(s, objs[i], &found[i]) || (n > 1 && !(flag[i] = origin_is(s, p, objs[i]))))
            return false;
    if (n == 1) {
        note_offset(s, b, &found[0], p);
        return true;
    }
    for (int i = 0; i < n; i++) { /* one of them */
        Op *is = build_if(b, flag[i]);
        Builder in = at_end(is->regions[0]), out = at_end(is->regions[1]);
        in.loc = b->loc;
        note_offset(s, &in, &found[i], p);
        build_yield(&in, NULL, 0);
        build_yield(&out, NULL, 0);
    }
    return true;
}

static Value *size_of(Builder *b, const Type *t)
{
    Op *size = op_build(b, OP_SIZEOF, NULL, 0, 1);
    size->of = (Type *)(uintptr_t)t;
    size->results[0]->type = type_scalar(TY_ULONG);
    return size->results[0];
}

void split_put_aside(Shadow *s, Builder start, Builder end)
{
    split_own_seed(s, start);
    for (size_t i = 0; i < s->asides.n; i++) {
        Aside *a = s->asides.at[i];
        Value *unit = size_of(&start, a->unit), *size = size_of(&start, a->type);
        Value *args[5] = {a->places, a->shadow, unit, size, size_of(&start, type_real_of(a->type))};
        Op *call = op_build(&start, OP_CALL, args, 4, 1);
        call->text = "ad_put_aside";
        call->of = call->results[0]->type = a->places->type;
        call->results[0]->var = var_named(s->fn, call->of, "aside_", a->base->var, "values");
        args[0] = call->results[0];
        Op *back = op_build(&end, OP_CALL, args, 5, 0);
        back->text = "ad_put_back";
        back->of = type_void();
    }
}
