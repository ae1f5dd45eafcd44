/* bytes.c: what is copied and cleared as bytes becomes what it is, where the pointers' other uses tell.
 *
 *     static void push(Vec *v, const void *e) { memcpy(at(v, v->n++), e, v->size); }       double y; push(&v, &y);
 *     void *alloc(Arena *a, size_t n) { ... return memset(p, 0, n); }                      struct layer *l = alloc(a, sizeof *l);
 *
 * Calls have been expanded: the other side of the copy, or a cast of the result, has the type. Where neither has one, all that the
 * function does with the objects may (a swap through an array of char). Copies and zeros of numbers and pointers are then loads and stores,
 * which have derivatives. What stays is left to activity_bytes.c. */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

typedef struct {
    Fn *fn;
    PtrMap views; /* Value* -> the type that what it points to is cast to later, or &several */
    Ptrs found;   /* Op* */
    Type **held;  /* by object of mem: what its elements are, or &several */
    MemInfo *mem;
    bool changed;
} Bytes;

static Type several;

/* ---------------------------------------------------------------------- types */

static Type *base_of(Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

/* Bytes may be anything's. */
static bool tells(const Type *t)
{
    return type_is_differentiable(t) || (type_is_int(t) && t->size > 1) || t->kind == TY_PTR || (t->kind == TY_RECORD && t->size > 0);
}

/* Can its values be copied and cleared scalar by scalar? */
static bool is_plain(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return t->count > 0 && is_plain(t->elem);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++)
        if ((t->fields[i].bit_width && !t->fields[i].name) || !is_plain(t->fields[i].type))
            return false;
    return t->kind == TY_RECORD ? !type_hides_numbers(t) : type_is_scalar(t);
}

static bool is_followed(const Type *t)
{
    return t && t != &several && (type_has_float(t) || type_has_pointers(t)) && is_plain(t);
}

/* p before it became a pointer to bytes; NULL: it always was one. */
static Value *typed(Value *p)
{
    while (!tells(base_of(p->type->elem))) {
        if (!p->def || p->def->code != OP_PTRCAST)
            return NULL;
        p = p->def->args[0];
    }
    return p;
}

static Type *typed_as(Value *p)
{
    p = typed(p);
    return p ? base_of(p->type->elem) : NULL;
}

static Type *both(Type *x, Type *y)
{
    return !x || x == y ? y : !y ? x : &several;
}

/* ---------------------------------------------------------------------- casts that come later */

static bool is_memset(const Op *op)
{
    const char *name = op->code != OP_CALL ? NULL : op->callee ? (op->callee->has_body ? NULL : op->callee->name) : op->text;
    return name && (!strcmp(name, "memset") || !strcmp(name, "__builtin_memset")) && op->nargs == 3 &&
           op->args[0]->type->kind == TY_PTR && value_is(op->args[1], 0);
}

static void see(Bytes *b, Value *p, Type *t)
{
    Type *old = ptrmap_get(&b->views, p), *now = both(old, t);
    if (p->type->kind != TY_PTR || tells(base_of(p->type->elem)) || (old && old == now))
        return;
    ptrmap_put(&b->views, p, now);
    Op *op = p->def;
    if (op && op->code == OP_PTRCAST) {
        see(b, op->args[0], t);
    } else if (op && is_memset(op)) {
        see(b, op->args[0], t);
    } else if (op && op->code == OP_SELECT) {
        see(b, op->args[1], t);
        see(b, op->args[2], t);
    } else if (op && op->code == OP_IF) {
        see(b, region_terminator(op->regions[0])->args[p->index], t);
        see(b, region_terminator(op->regions[1])->args[p->index], t);
    }
}

/* Also through the casts that p has been through. */
static Type *seen_as(const Bytes *b, const Value *p)
{
    Type *t = NULL;
    for (;; p = p->def->args[0]) {
        t = both(t, ptrmap_get(&b->views, p));
        if (!p->def || p->def->code != OP_PTRCAST)
            return t;
    }
}

static bool is_bytes_realloc(const Op *op)
{
    return op->code == OP_REALLOC && op->nargs == 2 && !typed_as(op->args[0]);
}

static void collect(Op *op, void *ctx)
{
    Bytes *b = ctx;
    if (op->code == OP_PTRCAST && tells(base_of(op->results[0]->type->elem)))
        see(b, op->args[0], base_of(op->results[0]->type->elem));
    if ((op->code == OP_COPY && !op->tape) || is_memset(op) || is_bytes_realloc(op))
        ptrs_push(&b->found, op);
}

/* ---------------------------------------------------------------------- what objects hold */

/* Where an address comes from, not how it moves on within an object: what its type says is said of the whole object. */
static bool is_origin(const Op *op)
{
    return op->code != OP_FIELD && op->code != OP_INDEX && op->code != OP_DECAY && op->code != OP_USE;
}

static void hold(Bytes *b, const Value *p)
{
    if (p->type->kind != TY_PTR || !tells(base_of(p->type->elem)))
        return;
    const IntSet *objs = mem_points_to(b->mem, p);
    for (int i = 0; i < objs->n; i++)
        b->held[objs->at[i]] = both(b->held[objs->at[i]], base_of(p->type->elem));
}

static void hold_results(Op *op, void *ctx)
{
    for (int i = 0; i < op->nresults && is_origin(op); i++)
        hold(ctx, op->results[i]);
    for (int k = 0; k < op->nregions; k++)
        for (int i = 0; i < op->regions[k]->nargs; i++)
            hold(ctx, op->regions[k]->args[i]);
}

static void find_held(Bytes *b)
{
    b->mem = mem_analyse(b->fn);
    b->held = arena_alloc(b->fn->arena, sizeof *b->held * (size_t)(mem_count(b->mem) + 1));
    b->held[UNKNOWN_OBJECT] = &several;
    for (int i = 0; i < b->fn->body->nargs; i++)
        hold(b, b->fn->body->args[i]);
    walk_ops(b->fn->body, hold_results, b);
}

static Type *held_by(const Bytes *b, const Value *p)
{
    if (!mem_knows(b->mem, p))
        return &several;
    const IntSet *objs = mem_points_to(b->mem, p);
    Type *t = NULL;
    for (int i = 0; i < objs->n; i++)
        t = both(t, b->held[objs->at[i]]);
    return t;
}

/* ---------------------------------------------------------------------- how many */

Value *bytes_quotient(Builder *b, Value *bytes, int64_t size)
{
    int64_t k;
    bool known = value_int(bytes, &k);
    if (!known && bytes->def && bytes->def->code == OP_SIZEOF) {
        known = true;
        k = bytes->def->of->size;
    }
    if (known)
        return k % size == 0 ? build_int(b, bytes->type, k / size) : NULL;
    if (!bytes->def || bytes->def->code != OP_MUL)
        return NULL;
    for (int side = 0; side < 2; side++) {
        Value *q = bytes_quotient(b, bytes->def->args[side], size);
        if (q)
            return value_is(q, 1) ? bytes->def->args[1 - side] : build_bin(b, OP_MUL, q, bytes->def->args[1 - side]);
    }
    return NULL;
}

/* Is the size rounded up to this much: (n + 15) & ~15? */
static bool is_multiple(const Value *bytes, int64_t size)
{
    int64_t mask;
    const Op *op = bytes->def;
    return op && op->code == OP_AND && value_int(op->args[1], &mask) && (mask & -mask) % size == 0;
}

/* NULL: no whole number of elements. rest: some bytes may be left over. */
static Value *count_of(Builder *b, Value *bytes, const Type *t, bool *rest)
{
    int64_t k;
    *rest = false;
    bytes = build_cast(b, bytes, type_scalar(TY_ULONG));
    Value *n = bytes_quotient(b, bytes, t->size);
    if (n || value_int(bytes, &k) || type_open_end(t) >= 0)
        return n;
    *rest = !is_multiple(bytes, t->size);
    return build_bin(b, OP_DIV, bytes, build_int(b, bytes->type, t->size));
}

/* ---------------------------------------------------------------------- writing it out */

static Value *elements(Builder *b, Value *p, Type *t)
{
    Value *from = typed(p);
    while (from && from->type->elem->kind == TY_ARRAY) {
        from = build_decay(b, from);
        decay_to_pointer(from);
    }
    p = from ? from : p;
    return p->type->elem == t ? p : build_ptrcast(b, p, type_ptr_q(t, p->type->elem_const, p->type->elem_volatile));
}

/* The last element first. */
static void move_down(Builder *b, Value *n, Value *to, Value *from)
{
    Value *one = build_int(b, n->type, 1);
    Op *loop = build_for(b, build_int(b, n->type, 0), n, one, OP_LT);
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    Value *k = build_bin(&in, OP_SUB, build_bin(&in, OP_SUB, n, one), loop->regions[0]->args[0]);
    copy_value(&in, build_index(&in, to, k), build_index(&in, from, k), to->type->elem);
    build_yield(&in, NULL, 0);
}

static void write_copy(Builder *b, const Op *op, Value *n, Type *t)
{
    Value *to = elements(b, op->args[0], t), *from = elements(b, op->args[1], t);
    if (value_is(n, 1)) {
        copy_value(b, to, from, t);
        return;
    }
    if (op->ival) { /* memcpy */
        move_elements(b, n, to, from, NULL);
        return;
    }
    Op *order = build_if(b, build_bin(b, OP_LE, build_ptrcast(b, to, from->type), from));
    Builder up = at_end(order->regions[0]), down = at_end(order->regions[1]);
    up.loc = down.loc = op->loc;
    move_elements(&up, n, to, from, NULL);
    move_down(&down, n, to, from);
    build_yield(&up, NULL, 0);
    build_yield(&down, NULL, 0);
}

static void write_zeros(Builder *b, Op *op, Value *n, Type *t, bool rest)
{
    clear_elements(b, elements(b, op->args[0], t), n);
    if (rest) {
        Type *byte = type_scalar(TY_CHAR);
        Value *bytes = build_cast(b, op->args[2], n->type), *size = build_int(b, n->type, t->size);
        Op *loop = build_for(b, build_bin(b, OP_MUL, n, size), bytes, build_int(b, n->type, 1), OP_LT);
        Builder in = at_end(loop->regions[0]);
        in.loc = b->loc;
        Value *at = build_index(&in, build_ptrcast(&in, op->args[0], type_ptr(byte)), loop->regions[0]->args[0]);
        build_store(&in, at, build_int(&in, byte, 0));
        build_yield(&in, NULL, 0);
    }
    if (op->nresults)
        replace_uses(b->fn, op->results[0], build_ptrcast(b, op->args[0], op->results[0]->type));
}

/* False: the op stays. */
static bool retype(Bytes *b, Op *op, Type *t)
{
    if (!is_followed(t))
        return false;
    Builder at = before_op(op);
    at.loc = op->loc;
    if (op->code == OP_REALLOC) {
        realloc_elements(op, t);
        return true;
    }
    bool rest;
    Value *n = count_of(&at, op->args[2], t, &rest);
    if (!n)
        return false;
    if (op->code == OP_COPY)
        write_copy(&at, op, n, t);
    else
        write_zeros(&at, op, n, t, rest);
    op_remove(op);
    b->changed = true;
    return true;
}

/* What the op's own pointers tell. */
static Type *type_told(const Bytes *b, const Op *op)
{
    Type *t = typed_as(op->args[0]);
    if (op->code == OP_COPY)
        t = both(t, typed_as(op->args[1]));
    if (!t)
        t = seen_as(b, op->args[0]);
    if (op->code == OP_COPY && (!t || t == &several) && !typed_as(op->args[0]))
        t = both(typed_as(op->args[1]), seen_as(b, op->args[1]));
    return op->code == OP_REALLOC ? NULL : t;
}

/* ---------------------------------------------------------------------- arrays of char that hold elements */

typedef struct {
    const Op *local;
    Type *as;     /* NULL: it is used as bytes */
    PtrMap parts; /* Value* -> itself: pointers to its start */
    bool no;
} Buffer;

static void find_buffer_use(Op *op, void *ctx)
{
    Buffer *u = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (!ptrmap_get(&u->parts, op->args[i]))
            continue;
        Value *p = op->nresults ? op->results[0] : NULL;
        if (op->code != OP_DECAY && op->code != OP_PTRCAST)
            u->no = true;
        else if (tells(base_of(p->type->elem)))
            u->as = both(u->as, p->type->elem);
        else
            ptrmap_put(&u->parts, p, p);
    }
}

static void retype_buffer(Op *local, void *ctx)
{
    Bytes *b = ctx;
    if (local->code != OP_LOCAL || local->nargs || local->of->kind != TY_ARRAY || local->of->elem->size != 1 || local->zeroed)
        return;
    Buffer u = {.local = local, .parts = {.arena = b->fn->arena}};
    ptrmap_put(&u.parts, local->results[0], local);
    walk_ops(b->fn->body, find_buffer_use, &u);
    if (u.no || !is_followed(u.as) || local->of->count < u.as->size)
        return;
    Builder at = after_op(local);
    Value *p = build_local(&at, type_array(u.as, local->of->count / u.as->size), local->var, NULL, 0);
    p->def->loc = local->loc;
    Builder behind = after_op(p->def);
    replace_uses(b->fn, local->results[0], build_ptrcast(&behind, build_decay(&behind, p), local->results[0]->type));
}

/* ---------------------------------------------------------------------- the pass */

void type_bytes(Fn *fn)
{
    Bytes b = {.fn = fn, .views = {.arena = fn->arena}, .found = {.arena = fn->arena}};
    walk_ops(fn->body, collect, &b);
    Ptrs rest = {.arena = fn->arena};
    for (size_t i = 0; i < b.found.n; i++)
        if (!retype(&b, b.found.at[i], type_told(&b, b.found.at[i])))
            ptrs_push(&rest, b.found.at[i]);
    if (b.changed) {
        promote_locals(fn);
        simplify(fn);
    }
    if (rest.n == 0)
        return;
    b.changed = false;
    b.found.n = 0;
    walk_ops(fn->body, collect, &b);
    find_held(&b);
    for (size_t i = 0; i < b.found.n; i++) {
        Op *op = b.found.at[i];
        Type *t = held_by(&b, op->args[0]);
        retype(&b, op, op->code == OP_COPY ? both(t, held_by(&b, op->args[1])) : t);
    }
    if (!b.changed)
        return;
    walk_ops(fn->body, retype_buffer, &b);
    promote_locals(fn);
    simplify(fn);
}
