/* heap.c: heap memory that the reverse sweep still reads.
 *
 *   q = realloc(p, n)   ->   q = malloc(n); copy; free(p)                    before anything is analysed, for what holds numbers or pointers
 *   free(p)             ->   push p and its shadow on a stack; the end of the derivative frees them
 *
 * The second is for objects made in loops and kept in memory (rows, lists): each has its shadow allocated beside it, and both are there until the
 * reverse sweep is over. Objects that one iteration makes and ends are left to adjoint.c. */
#include "analysis.h"
#include "derivative.h"

/* ---------------------------------------------------------------------- realloc */

static bool has_pointer(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return has_pointer(t->elem);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++)
        if (has_pointer(t->fields[i].type))
            return true;
    return t->kind == TY_PTR;
}

void copy_value(Builder *b, Value *to, Value *from, const Type *t)
{
    Type *size = type_scalar(TY_ULONG);
    if (t->kind == TY_ARRAY) {
        Op *loop = build_for(b, build_int(b, size, 0), build_int(b, size, t->count), build_int(b, size, 1), OP_LT);
        Builder in = at_end(loop->regions[0]);
        in.loc = b->loc;
        Value *i = loop->regions[0]->args[0];
        copy_value(&in, build_index(&in, build_decay(&in, to), i), build_index(&in, build_decay(&in, from), i), t->elem);
        build_yield(&in, NULL, 0);
    } else if (t->kind == TY_RECORD && t->is_union && union_view(t) < 0) {
        copy_union(b, to, from, t);
    } else if (t->kind == TY_RECORD && t->is_union) {
        int i = union_view(t);
        copy_value(b, build_field(b, to, i), build_field(b, from, i), t->fields[i].type);
    } else if (t->kind == TY_RECORD) {
        for (int i = 0; i < t->nfields; i++)
            copy_value(b, build_field(b, to, i), build_field(b, from, i), t->fields[i].type);
    } else {
        build_store(b, to, build_load(b, from));
    }
}

/* What the block holds: the type of the result's use, or of the operand's. */
static Type *element_of_realloc(const Op *op)
{
    for (const Op *user = op->next; user; user = user->next)
        if (user->code == OP_PTRCAST && user->args[0] == op->results[0])
            return user->results[0]->type->elem;
    const Op *cast = op->args[0]->def;
    return cast && cast->code == OP_PTRCAST ? cast->args[0]->type->elem : op->args[0]->type->elem;
}

/* One struct and what follows it, of which there may have been nothing. */
static void keep_open(Builder *b, Value *to, Value *from, Value *kept, const Type *t)
{
    int last = type_open_end(t);
    Value *head = build_int(b, kept->type, t->fields[last].offset_bits / 8);
    Op *any = build_if(b, build_bin(b, OP_GE, kept, head));
    Builder in = at_end(any->regions[0]), out = at_end(any->regions[1]);
    in.loc = out.loc = b->loc;
    for (int i = 0; i < last; i++)
        copy_value(&in, build_field(&in, to, i), build_field(&in, from, i), t->fields[i].type);
    Value *n = build_bin(&in, OP_DIV, build_bin(&in, OP_SUB, kept, head), build_int(&in, kept->type, t->fields[last].type->elem->size));
    Value *behind = build_decay(&in, build_field(&in, to, last));
    move_elements(&in, n, behind, build_decay(&in, build_field(&in, from, last)), NULL);
    build_yield(&in, NULL, 0);
    build_yield(&out, NULL, 0);
}

void realloc_elements(Op *op, Type *t)
{
    Type *size = type_scalar(TY_ULONG);
    if (t->size == 0 || type_hides_numbers(t) || (!type_has_float(t) && !has_pointer(t)))
        return;
    Builder b = before_op(op);
    b.loc = op->loc;
    Value *old = op->args[0], *bytes = build_cast(&b, op->args[1], size);
    Op *made = op_build(&b, OP_ALLOC, &bytes, 1, 1);
    Value *q = made->results[0];
    q->type = op->results[0]->type;
    Op *call = op_build(&b, OP_CALL, &old, 1, 1);
    call->text = "ad_block_size";
    call->of = call->results[0]->type = size;
    Value *had = call->results[0], *to = build_ptrcast(&b, q, type_ptr(t)); /* says what the block holds */
    Op *given = build_if(&b, build_bin(&b, OP_NE, q, build_zero(&b, q->type)));
    Builder in = at_end(given->regions[0]), out = at_end(given->regions[1]);
    in.loc = out.loc = op->loc;
    Value *kept = build_select(&in, build_bin(&in, OP_LT, had, bytes), had, bytes), *from = build_ptrcast(&in, old, type_ptr(t));
    if (type_open_end(t) >= 0 && !bytes_quotient(&b, bytes, t->size))
        keep_open(&in, to, from, kept, t);
    else
        move_elements(&in, build_bin(&in, OP_DIV, kept, build_int(&in, size, t->size)), to, from, NULL);
    op_build(&in, OP_FREE, &old, 1, 0);
    build_yield(&in, NULL, 0);
    build_yield(&out, NULL, 0);
    replace_uses(b.fn, op->results[0], q);
    op_remove(op);
}

static void find_realloc(Op *op, void *ctx)
{
    if (op->code == OP_REALLOC && op->nargs == 2)
        ptrs_push(ctx, op);
}

void lower_reallocs(Fn *fn)
{
    Ptrs found = {.arena = fn->arena};
    walk_ops(fn->body, find_realloc, &found);
    for (size_t i = 0; i < found.n; i++)
        realloc_elements(found.at[i], element_of_realloc(found.at[i]));
}

/* ---------------------------------------------------------------------- which objects stay */

typedef struct {
    PtrMap from;  /* Value* -> the ALLOC in a loop whose object it points into */
    Ptrs allocs, frees;
    Ptrs calls;   /* of recursive functions that free */
    bool leaves;  /* the function leaves memory to its caller: its other ALLOCs are like those in a loop */
    bool given;   /* recursive functions leave it memory that they allocate */
} Heap;

/* Does the operand only say where to read, write, or what to end? */
static bool stays_here(const Op *op, int k)
{
    OpCode c = op->code;
    return c == OP_LOAD || c == OP_FREE || c == OP_CALL || op_is_compare(c) || c == OP_LNOT ||
           (k == 0 && (c == OP_STORE || c == OP_ZERO || c == OP_ACCUM)) || (c == OP_COPY && k < 2);
}

/* void * may lead to numbers, too: a list of objects of any type. */
static bool may_reach(const Type *t)
{
    while ((t->kind == TY_PTR && t->elem->kind != TY_FUNC) || t->kind == TY_ARRAY)
        t = t->elem;
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++) {
        const Type *f = t->fields[i].type;
        if (f->kind == TY_PTR && f->elem->kind == TY_VOID)
            return true;
    }
    return t->kind == TY_VOID || type_reaches_float(t);
}

/* What of any type may be laid into: an arena. */
static bool is_bytes(const Type *t)
{
    return type_is_int(t) && t->size == 1;
}

/* Are addresses of numbers kept in the object? Then the shadow's are kept in its shadow, in the forward sweep. */
static bool keeps_address(const Op *op)
{
    const Value *p = op->code == OP_STORE ? op->args[1] : op->code == OP_LOAD ? op->results[0] : NULL;
    return p && p->type->kind == TY_PTR && may_reach(p->type);
}

/* What is stored, or handed on by a loop or an if, may be needed when its iteration is over. */
static void follow_addresses(Op *op, void *ctx)
{
    Heap *h = ctx;
    const Type *made = op->code == OP_ALLOC ? shadow_pointer_type(op)->elem : NULL;
    if (made && (may_reach(made) || is_bytes(made))) {
        ptrs_push(&h->allocs, op);
        if (loop_depth(op) > 0 || h->leaves)
            ptrmap_put(&h->from, op->results[0], op);
    }
    if (op->code == OP_FREE)
        ptrs_push(&h->frees, op);
    if (recursion_frees(op))
        ptrs_push(&h->calls, op);
    h->given |= recursion_makes(op);
    for (int k = 0; k < op->nargs; k++) {
        Op *alloc = ptrmap_get(&h->from, op->args[k]);
        if (!alloc)
            continue;
        if (op_is_step(op->code) && k == 0)
            ptrmap_put(&h->from, op->results[0], alloc);
        else if (!stays_here(op, k) || (k == 0 && keeps_address(op)) || is_recursion(op))
            alloc->deferred = true;
    }
}

/* An object that is not ended in its iteration stays, too. */
static bool some_stay(const Heap *h)
{
    bool some = false;
    for (size_t i = 0; i < h->allocs.n; i++) {
        Op *alloc = h->allocs.at[i];
        bool ends = loop_depth(alloc) == 0;
        for (size_t k = 0; k < h->frees.n && !ends; k++)
            ends = free_target(h->frees.at[k]) == alloc && ((Op *)h->frees.at[k])->parent == alloc->parent;
        alloc->deferred |= !ends;
        some |= alloc->deferred;
    }
    return some;
}

static bool stay(const MemInfo *m, const int *objs, int n)
{
    bool changed = false;
    for (int i = 0; i < n; i++) {
        Op *made = mem_object_op(m, objs[i]);
        if (made && made->code == OP_ALLOC && !made->deferred)
            changed = made->deferred = true;
    }
    return changed;
}

/* A FREE that may end an object that stays is put off, and with it all else that it may end. */
static bool put_off(const MemInfo *m, Op *op)
{
    const int *objs;
    int n = mem_objects(m, op->args[0], &objs);
    bool any = op->deferred;
    for (int i = 0; i < n; i++) {
        const Op *made = mem_object_op(m, objs[i]);
        any |= made && (made->code == OP_ALLOC ? made->deferred : made->code == OP_CALL);
        any |= m->fn->instance && mem_object_kind(m, objs[i]) != OBJ_HEAP; /* of its caller */
    }
    bool changed = (any && stay(m, objs, n)) || any != op->deferred;
    op->deferred = any;
    return changed;
}

/* The list of what is freed later: a recursive function's caller has it. */
static Value *free_stack(Fn *fn)
{
    Type *t = type_opaque("ad_stack");
    if (fn->to_free)
        return fn->to_free;
    Builder top = before_op(fn->body->first);
    Value *frees = build_local(&top, t, var_named(fn, t, "", NULL, "to_free"), NULL, 0);
    frees->def->zeroed = true;
    Builder end = before_op(region_terminator(fn->body));
    Op *call = op_build(&end, OP_CALL, &frees, 1, 0);
    call->text = "ad_free_pushed";
    call->of = type_void();
    return fn->to_free = frees;
}

static Op *push_pointer(Builder *b, Value *stack, Value *p)
{
    Value *args[2] = {stack, build_ptrcast(b, p, type_ptr(type_void()))};
    Op *push = op_build(b, OP_PUSH, args, 2, 0);
    push->deferred = true;
    return push;
}

Op *heap_defer_frees(Fn *fn)
{
    Heap h = {{.arena = fn->arena}, {.arena = fn->arena}, {.arena = fn->arena}, {.arena = fn->arena}, recursion_leaves_memory(fn), false};
    walk_ops(fn->body, follow_addresses, &h);
    if (!some_stay(&h) && h.calls.n == 0 && !h.given && !fn->to_free)
        return NULL;
    MemInfo *m = mem_analyse(fn);
    bool changed = true, any = h.calls.n > 0;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < h.calls.n; i++) {
            IntSet freed = recursion_freed(m, h.calls.at[i]);
            changed |= stay(m, freed.at, freed.n);
        }
        for (size_t i = 0; i < h.frees.n; i++)
            changed |= put_off(m, h.frees.at[i]);
    }
    for (size_t i = 0; i < h.frees.n; i++)
        any |= ((Op *)h.frees.at[i])->deferred;
    if (!any)
        return NULL;
    Value *stack = free_stack(fn);
    for (size_t i = 0; i < h.frees.n; i++) {
        Op *op = h.frees.at[i];
        if (!op->deferred)
            continue;
        Builder b = before_op(op);
        b.loc = op->loc;
        push_pointer(&b, stack, op->args[0]);
        op_remove(op);
    }
    return stack->def ? region_terminator(fn->body)->prev : NULL; /* NULL: the caller's list */
}

void heap_drop_list(Fn *fn, Op *frees)
{
    int *uses = count_uses(fn);
    if (uses[fn->to_free->id] > 1)
        return;
    op_remove(frees);
    fn->to_free = NULL;
}

/* ---------------------------------------------------------------------- their shadows */

static void find_push(Op *op, void *ctx)
{
    if (op->code == OP_PUSH && op->deferred)
        ptrs_push(ctx, op);
}

void heap_defer_shadow(Shadow *s, Op *push)
{
    Value *p = push->args[1];
    if (!shadow_has(s, p))
        return;
    const int *objs;
    int n = mem_objects(s->mem, p, &objs);
    for (int i = 0; i < n; i++)
        if (mem_object_kind(s->mem, objs[i]) != OBJ_HEAP && !s->fn->instance) {
            diag_error(push->loc, "this may free memory that the function was given as well as memory that it allocated; "
                                  "only the latter can be followed");
            s->failed = true;
            return;
        }
    Value *twin = shadow_twin(s, p);
    Builder b = after_op(push);
    /* A stale shadow pointer behind a pointer that was set to NULL is not freed twice. */
    Value *null = build_zero(&b, p->type);
    twin = build_select(&b, build_bin(&b, OP_NE, p, null), build_ptrcast(&b, twin, p->type), null);
    push_pointer(&b, push->args[0], twin);
}

void heap_defer_shadows(Shadow *s)
{
    Ptrs found = {.arena = s->fn->arena};
    walk_ops(s->fn->body, find_push, &found);
    for (size_t i = 0; i < found.n; i++)
        heap_defer_shadow(s, found.at[i]);
}
