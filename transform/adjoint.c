/* adjoint.c: the reverse-mode transformation, IR -> IR (Griewank and Walther, Evaluating Derivatives, 2nd ed. 2008, chapter 3, for
 * structured programs: the reverse of a region is its ops read backwards).
 *
 *   { y = f(x); z = g(y) }   ->   forward: the same;   reverse: { dy += dz * dg/dy;  dx += dy * df/dx }
 *
 * Adjoints of scalars are SSA values; adjoints of memory live in shadow memory (shadow.c). What the reverse sweep needs of the forward
 * sweep it asks for by USE; where that comes from is storage.c's decision.
 */
#include "adjoint.h"

/* ---------------------------------------------------------------------- adjoints of scalars */

Value *adjoint_of(Adjoint *a, const Value *v)
{
    return ptrmap_get(&a->adjoint, v);
}

void set_adjoint(Adjoint *a, const Value *v, Value *d)
{
    ptrmap_put(&a->adjoint, v, d);
}

Value *adjoint_or_zero(Adjoint *a, Builder *b, const Value *v)
{
    Value *d = adjoint_of(a, v);
    return d ? build_cast(b, d, v->type) : build_zero(b, v->type);
}

Var *adjoint_var(Adjoint *a, const Value *v)
{
    return v->var ? var_named(a->fn, v->type, "d_", v->var, "v") : NULL;
}

static void name_adjoint(Adjoint *a, Value *d, const Value *of)
{
    if (d->def && !d->var && d->type == of->type)
        d->var = adjoint_var(a, of);
}

void add_adjoint(Adjoint *a, Builder *b, const Value *v, Value *d)
{
    if (!d || !shadow_is_active(a->s, v))
        return;
    Value *old = adjoint_of(a, v);
    Value *sum = !old ? d : type_is_complex(d->type) && !type_is_complex(old->type) ? build_bin(b, OP_ADD, d, old) : build_bin(b, OP_ADD, old, d);
    name_adjoint(a, sum, v);
    set_adjoint(a, v, sum);
}

/* ---------------------------------------------------------------------- scalar ops */

typedef struct {
    Builder *b;
    const PtrMap *siblings;
} UseEnv;

static Value *use_operand(void *ctx, const Op *op, int k)
{
    return build_use(((UseEnv *)ctx)->b, op->args[k]);
}

static Value *use_result(void *ctx, const Op *op)
{
    return build_use(((UseEnv *)ctx)->b, op->results[0]);
}

static Value *use_known(void *ctx, const Op *op, OpCode code, int k, const Type *t)
{
    const UseEnv *env = ctx;
    Value *v = sibling_result(env->siblings, op, code, op->args[k], t);
    return v ? build_use(env->b, v) : NULL;
}

static void reverse_scalar(Adjoint *a, Builder *b, Op *op)
{
    Value *d = op->nresults ? adjoint_of(a, op->results[0]) : NULL;
    if (!d)
        return;
    UseEnv use = {b, &a->siblings};
    PartialEnv env = {use_operand, use_result, &use, use_known, true, a->s->rq->again};
    for (int k = 0; k < op->nargs; k++)
        if (shadow_is_active(a->s, op->args[k]))
            add_adjoint(a, b, op->args[k], build_partial_product(b, op, k, d, &env));
}

/* ---------------------------------------------------------------------- memory */

static void reverse_load(Adjoint *a, Builder *b, Op *op)
{
    Value *d = adjoint_of(a, op->results[0]);
    if (!d || !shadow_has(a->s, op->args[0]))
        return;
    Builder in = open_given(b, shadow_given(a->s, b, op->args[0], true));
    build_accum(&in, shadow_in_reverse(a->s, &in, op->args[0]), build_cast(&in, d, op->results[0]->type));
    for (Op *made = in.region != b->region ? in.region->first : NULL; made; made = made->next)
        made->reverses = op;
}

/* In `*p = *p + v` the load of *p, where nothing else uses it and *p is not written in between; *other: v. */
static Op *updated_load(Adjoint *a, Op *store, Value **other)
{
    Op *sum = store->args[1]->def;
    if (!sum || (sum->code != OP_ADD && sum->code != OP_SUB) || a->uses[sum->results[0]->id] != 1)
        return NULL;
    for (int k = 0; k < (sum->code == OP_ADD ? 2 : 1); k++) {
        Op *load = sum->args[k]->def;
        if (!load || load->code != OP_LOAD || load->parent != store->parent || a->uses[load->results[0]->id] != 1 ||
            !same_address(load->args[0], store->args[0]))
            continue;
        Op *op = load->next;
        while (op && op != store && !mem_op_may_write(a->s->mem, op, load->args[0]))
            op = op->next;
        *other = sum->args[1 - k];
        return op == store ? load : NULL;
    }
    return NULL;
}

/* *p += v: the shadow of *p stays, and v gets it. */
static bool reverse_update(Adjoint *a, Builder *b, Op *store)
{
    Value *other;
    if (shadow_accumulates_only(a->s, store->args[0]) || !updated_load(a, store, &other))
        return false;
    if (!shadow_is_active(a->s, other))
        return true;
    Value *d = build_load(b, shadow_in_reverse(a->s, b, store->args[0]));
    if (!type_is_complex(other->type) && type_is_complex(d->type))
        d = build_un(b, OP_CREAL, d);
    bool subtracted = store->args[1]->def->code == OP_SUB;
    add_adjoint(a, b, other, subtracted ? build_un(b, OP_NEG, d) : d);
    return true;
}

/* The shadow of what is overwritten starts anew. Where the shadow is the caller's accumulator, what it held is put aside in the forward
 * sweep and put back here (INTERFACE.md, "purely accumulated"). */
static void reverse_store(Adjoint *a, Builder *b, Op *op)
{
    Value *p = op->args[0];
    if (!shadow_has(a->s, p))
        return;
    if (op->args[1]->type->kind == TY_PTR && shadow_follows(a->s, op))
        reverse_address(a->s, b, op);
    if (stores_byte(op))
        clear_byte(a->s, b, op);
    if (!type_is_differentiable(op->args[1]->type) || reverse_update(a, b, op))
        return;
    Value *after = build_zero(b, op->args[1]->type), *moved;
    if (reversed_with_address(a->s, op, &moved)) {
        add_adjoint(a, b, op->args[1], moved);
        return;
    }
    shared_number(a->s, op);
    bool ambiguous = shadow_is_ambiguous(a->s, p);
    Value *sums = ambiguous && !a->fn->split ? origin_sums(a->s, p) : NULL;
    if (ambiguous && !sums) {
        diag_error(op->loc, "this may write to an independent or to a dependent, whose d_ have different meanings on entry; name both on both "
                            "sides of '->', or write to them through different pointers");
        a->s->failed = true;
    }
    Builder noting = before_op(op);
    bool put_aside = shadow_accumulates_only(a->s, p) && a->fn->split && !a->fn->instance && split_note_place(a->s, &noting, p);
    if (shadow_accumulates_only(a->s, p) && !put_aside)
        after = build_use(b, shadow_put_aside(&noting, shadow_twin(a->s, p), sums));
    Value *shadow = shadow_in_reverse(a->s, b, p), *d = shadow_is_active(a->s, op->args[1]) ? build_load(b, shadow) : NULL;
    build_store(b, shadow, after);
    add_adjoint(a, b, op->args[1], d);
}

static void reverse_zero(Adjoint *a, Builder *b, Op *op)
{
    if (!type_has_float(op->args[0]->type->elem) || !shadow_has(a->s, op->args[0]))
        return;
    if (shadow_accumulates_only(a->s, op->args[0])) {
        diag_error(op->loc, "this may clear an independent or other memory; clear it element by element, or through pointers of their own");
        a->s->failed = true;
        return;
    }
    Value *args[2] = {shadow_in_reverse(a->s, b, op->args[0]), build_use(b, op->args[1])};
    op_build(b, OP_ZERO, args, 2, 0);
}

/* An object that lives for one iteration: its shadow lives from the reversal of its end to the reversal of its beginning. */
static void reverse_free(Adjoint *a, Builder *b, Op *op)
{
    Op *alloc = free_target(op);
    if (!alloc || loop_depth(alloc) == 0 || !shadow_has(a->s, alloc->results[0]))
        return;
    if (alloc->parent != op->parent) {
        diag_error(alloc->loc, "memory that is allocated in a loop must be freed at the end of the same block to be differentiated; "
                               "allocate it before the loop");
        a->s->failed = true;
        return;
    }
    ptrmap_put(&a->s->in_reverse, alloc->results[0], shadow_alloc(b, alloc, true));
}

static void build_free(Builder *b, Value *p)
{
    op_build(b, OP_FREE, &p, 1, 0);
}

typedef struct {
    const MemInfo *mem;
    const Op *alloc;
    bool found;
} FindFree;

/* Also a free through a pointer that may point to one of several objects. */
static void find_free(Op *op, void *ctx)
{
    FindFree *f = ctx;
    const int *objs;
    if (op->code != OP_FREE || f->found || !mem_position(f->mem, op))
        return;
    int n = mem_objects(f->mem, op->args[0], &objs);
    for (int i = 0; i < n; i++)
        f->found = f->found || mem_object_op(f->mem, objs[i]) == f->alloc;
}

static void reverse_alloc(Adjoint *a, Builder *b, Op *op)
{
    Value *p = op->results[0];
    bool delayed = ptrmap_get(&a->delayed, op) != NULL;
    if (op->deferred)
        return;
    if (shadow_has(a->s, p)) {
        if (loop_depth(op) > 0) {
            Value *shadow = ptrmap_get(&a->s->in_reverse, p);
            if (shadow) {
                build_free(b, shadow);
            } else {
                diag_error(op->loc, "memory that is allocated in a loop and not freed in the same iteration cannot be differentiated "
                                    "yet; allocate it before the loop");
                a->s->failed = true;
            }
        } else {
            FindFree f = {a->s->mem, op, delayed};
            walk_ops(a->fn->body, find_free, &f);
            if (f.found) /* else the object outlives the function, and so does its shadow */
                build_free(b, build_use(b, shadow_twin(a->s, p)));
        }
    }
    if (delayed)
        build_free(b, build_use(b, p));
}

/* A local of run-time size in an inner block. */
static void open_scope(Adjoint *a, Builder *b, Region *forward)
{
    for (Op *op = forward->first; op; op = op->next) {
        if (op->code != OP_LOCAL || op->nargs == 0 || forward == a->fn->body || !shadow_has(a->s, op->results[0]))
            continue;
        Value **dims = arena_alloc(a->fn->arena, sizeof *dims * (size_t)op->nargs);
        for (int i = 0; i < op->nargs; i++)
            dims[i] = build_use(b, op->args[i]);
        Value *d = build_local(b, op->of, var_named(a->fn, op->of, "d_", op->var, "local"), dims, op->nargs);
        d->def->zeroed = true;
        ptrmap_put(&a->s->in_reverse, op->results[0], d);
    }
}

static void reverse_recursion(Adjoint *a, Builder *b, Op *call)
{
    int n = call->nargs;
    Value **args = arena_alloc(a->fn->arena, sizeof *args * (size_t)(n + 1));
    Value **d = arena_alloc(a->fn->arena, sizeof *d * (size_t)(n + 1));
    for (int k = 0; k < n; k++)
        args[k] = call->args[k];
    recursion_reverse(a->s, b, call, call->nresults ? adjoint_of(a, call->results[0]) : NULL, d);
    for (int k = 0; k < n && !a->s->failed; k++)
        add_adjoint(a, b, args[k], d[k]);
}

/* A call that has a derivative of its own. */
static void reverse_call(Adjoint *a, Builder *b, Op *call)
{
    int n = call->nargs;
    Value **d = arena_alloc(a->fn->arena, sizeof *d * (size_t)(n + 1));
    Value *seed = call->nresults ? adjoint_of(a, call->results[0]) : NULL;
    seed = seed ? build_cast(b, seed, call->results[0]->type) : NULL;
    (library_is_active(a->s, call) ? library_reverse : custom_reverse)(a->s, b, call, seed, d);
    for (int k = 0; k < n; k++)
        add_adjoint(a, b, call->args[k], d[k]);
}

/* ---------------------------------------------------------------------- control */

static bool needs_reverse(Op *op, const Adjoint *a)
{
    for (int i = 0; i < op->nresults; i++)
        if (shadow_is_active(a->s, op->results[i]))
            return true;
    if ((op->code == OP_STORE || op->code == OP_ZERO) && shadow_has(a->s, op->args[0]))
        return true;
    if ((op->code == OP_ALLOC && !op->deferred) || op->code == OP_FREE || custom_is_active(a->s, op) || library_is_active(a->s, op) ||
        recursion_is_active(a->s, op))
        return true;
    for (int r = 0; r < op->nregions; r++)
        for (Op *in = op->regions[r]->first; in; in = in->next)
            if (needs_reverse(in, a))
                return true;
    return false;
}

bool region_needs_reverse(Region *r, const Adjoint *a)
{
    for (Op *op = r->first; op; op = op_next(op))
        if (needs_reverse(op, a))
            return true;
    return false;
}

static void add_outer(Adjoint *a, const Region *r, Value *v, Ptrs *list, PtrMap *seen)
{
    if (!shadow_is_active(a->s, v) || value_region(v) == r || ptrmap_get(seen, v))
        return;
    ptrmap_put(seen, v, v);
    ptrs_push(list, v);
}

const Ptrs *outer_active(Adjoint *a, const Region *r)
{
    Ptrs *list = ptrmap_get(&a->outer, r);
    if (list)
        return list;
    list = arena_alloc(a->fn->arena, sizeof *list);
    list->arena = a->fn->arena;
    Arena *scratch = arena_new();
    PtrMap seen = {.arena = scratch};
    for (const Op *op = r->first; op; op = op_next(op)) {
        for (int i = 0; i < op->nargs; i++)
            add_outer(a, r, op->args[i], list, &seen);
        for (int k = 0; k < op->nregions; k++) {
            const Ptrs *inner = outer_active(a, op->regions[k]);
            for (size_t i = 0; i < inner->n; i++)
                add_outer(a, r, inner->at[i], list, &seen);
        }
    }
    arena_free(scratch);
    ptrmap_put(&a->outer, r, list);
    return list;
}

static bool region_is_empty(const Region *r)
{
    return r->first == r->last;
}

static void reverse_if(Adjoint *a, Builder *b, Op *op)
{
    Op *rev = build_if(b, build_use(b, op->args[0]));
    rev->mirror = op;
    Ptrs outer[2];
    Value **after[2];
    Ptrs all = {.arena = a->fn->arena};
    PtrMap before = {.arena = a->fn->arena}, seen = before;
    for (int r = 0; r < 2; r++) {
        outer[r] = *outer_active(a, op->regions[r]);
        for (size_t i = 0; i < outer[r].n; i++)
            if (!ptrmap_get(&seen, outer[r].at[i])) {
                ptrmap_put(&seen, outer[r].at[i], op);
                ptrs_push(&all, outer[r].at[i]);
            }
    }
    for (size_t i = 0; i < all.n; i++)
        ptrmap_put(&before, all.at[i], adjoint_of(a, all.at[i]));
    for (int r = 0; r < 2; r++) {
        Region *region = rev->regions[r];
        region->mirror = op->regions[r];
        Builder in = at_end(region);
        in.loc = op->loc;
        Op *yield = region_terminator(op->regions[r]);
        for (int k = 0; k < op->nresults; k++)
            add_adjoint(a, &in, yield->args[k], adjoint_of(a, op->results[k]));
        reverse_region(a, &in, op->regions[r]);
        after[r] = arena_alloc(a->fn->arena, sizeof **after * (all.n + 1));
        for (size_t i = 0; i < all.n; i++) {
            after[r][i] = adjoint_of(a, all.at[i]);
            set_adjoint(a, all.at[i], ptrmap_get(&before, all.at[i]));
        }
    }
    Ptrs yields[2] = {{.arena = a->fn->arena}, {.arena = a->fn->arena}};
    for (size_t i = 0; i < all.n; i++) {
        Value *v = all.at[i], *old = ptrmap_get(&before, v);
        if (after[0][i] == old && after[1][i] == old)
            continue;
        for (int r = 0; r < 2; r++) {
            Builder in = at_end(rev->regions[r]);
            ptrs_push(&yields[r], after[r][i] ? build_cast(&in, after[r][i], v->type) : build_zero(&in, v->type));
        }
        set_adjoint(a, v, op_add_result(rev, v->type, adjoint_var(a, v)));
    }
    for (int r = 0; r < 2; r++) {
        Builder in = at_end(rev->regions[r]);
        build_yield(&in, (Value **)yields[r].at, (int)yields[r].n);
    }
    if (rev->nresults == 0 && region_is_empty(rev->regions[0]) && region_is_empty(rev->regions[1]))
        op_remove(rev);
}

bool passes_adjoint(const Adjoint *a, const Value *x, const Value *y)
{
    return shadow_is_active(a->s, x) || shadow_is_active(a->s, y);
}

/* for (i up) { r' = F(r, u) }  ->  for (i down) { (d_r, d_u) = reverse of F } */
static void reverse_for(Adjoint *a, Builder *b, Op *op)
{
    Region *body = op->regions[0];
    Ptrs outer = *outer_active(a, body);
    Value *lo = build_use(b, op->args[0]), *hi = build_use(b, op->args[1]), *step = build_use(b, op->args[2]);
    Op *rev = build_for(b, lo, hi, step, op->cmp);
    rev->reversed = !op->reversed;
    rev->mirror = op;
    rev->loop = op->loop;
    Region *rbody = rev->regions[0];
    rbody->mirror = body;
    rbody->args[0]->var = body->args[0]->var;
    Ptrs web = {.arena = a->fn->arena}, web_arg = {.arena = a->fn->arena}, outer_arg = {.arena = a->fn->arena};
    int ncarried = body->nargs - 1;
    Builder before = before_op(rev);
    for (int k = 0; k < ncarried; k++) {
        Value *arg = body->args[1 + k], *result = op->results[1 + k];
        if (!passes_adjoint(a, arg, result))
            continue;
        ptrs_push(&web, arg);
        ptrs_push(&web_arg, for_add_carried(rev, adjoint_or_zero(a, &before, result), adjoint_var(a, arg)));
    }
    for (size_t i = 0; i < outer.n; i++) {
        Value *v = outer.at[i];
        ptrs_push(&outer_arg, for_add_carried(rev, adjoint_or_zero(a, &before, v), adjoint_var(a, v)));
        set_adjoint(a, v, outer_arg.at[i]);
    }
    Builder in = at_end(rbody);
    in.loc = op->loc;
    Op *yield = region_terminator(body);
    for (size_t i = 0; i < web.n; i++) {
        const Value *arg = web.at[i];
        add_adjoint(a, &in, yield->args[arg->index - 1], web_arg.at[i]);
    }
    reverse_region(a, &in, body);
    Ptrs next = {.arena = a->fn->arena};
    for (size_t i = 0; i < web.n; i++)
        ptrs_push(&next, adjoint_or_zero(a, &in, web.at[i]));
    for (size_t i = 0; i < outer.n; i++)
        ptrs_push(&next, adjoint_or_zero(a, &in, outer.at[i]));
    build_yield(&in, (Value **)next.at, (int)next.n);
    for (size_t i = 0; i < outer.n; i++)
        set_adjoint(a, outer.at[i], for_result_of(rev, outer_arg.at[i]));
    for (size_t i = 0; i < web.n; i++) {
        const Value *arg = web.at[i];
        add_adjoint(a, b, op->args[2 + arg->index], for_result_of(rev, web_arg.at[i]));
    }
}

/* ---------------------------------------------------------------------- the sweep */

static void reverse_op(Adjoint *a, Builder *b, Op *op)
{
    b->loc = op->loc;
    switch (op->code) {
    case OP_LOAD:
        reverse_load(a, b, op);
        return;
    case OP_STORE:
        reverse_store(a, b, op);
        return;
    case OP_ZERO:
        reverse_zero(a, b, op);
        return;
    case OP_ALLOC:
        reverse_alloc(a, b, op);
        return;
    case OP_FREE:
        reverse_free(a, b, op);
        return;
    case OP_REALLOC:
        if (shadow_has(a->s, op->results[0])) {
            diag_error(op->loc, "realloc of memory that carries derivatives is not supported yet; allocate a new block and copy");
            a->s->failed = true;
        }
        return;
    case OP_CALL:
        if (custom_is_active(a->s, op) || library_is_active(a->s, op))
            reverse_call(a, b, op);
        else if (recursion_is_active(a->s, op))
            reverse_recursion(a, b, op);
        return;
    case OP_IF:
        if (needs_reverse(op, a))
            reverse_if(a, b, op);
        return;
    case OP_FOR:
        if (needs_reverse(op, a))
            reverse_for(a, b, op);
        return;
    case OP_WHILE:
        if (needs_reverse(op, a))
            reverse_while(a, b, op);
        return;
    default:
        if (op_info[op->code].effect == EFFECT_PURE)
            reverse_scalar(a, b, op);
    }
}

/* Reverses the ops from `last` back to the first of its region; b is at the end of a region or before a terminator. */
static void reverse_ops(Adjoint *a, Builder *b, Op *last)
{
    for (Op *op = last; op; op = op->prev) {
        Op *before = b->before ? b->before->prev : b->region->last;
        reverse_op(a, b, op);
        Op *made = before ? before->next : b->region->first;
        for (; made != b->before; made = made->next)
            made->reverses = op;
    }
}

void reverse_region(Adjoint *a, Builder *b, Region *forward)
{
    open_scope(a, b, forward);
    reverse_ops(a, b, region_terminator(forward)->prev);
}

/* Takes out each FREE that ends, in the same block and outside loops, an object made there: the reverse sweep may still read it. */
static void delay_frees(Adjoint *a, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        if (op->code == OP_IF)
            for (int k = 0; k < 2; k++)
                delay_frees(a, op->regions[k]);
        if (op->code != OP_FREE)
            continue;
        Op *alloc = free_target(op);
        if (alloc && alloc->parent == r) {
            ptrmap_put(&a->delayed, alloc, alloc);
            op_remove(op);
        }
    }
}

static void seed_return(Adjoint *a, Builder *b, Op *yield)
{
    if (yield->nargs == 0 || !a->s->rq->return_is_dep || !type_is_differentiable(yield->args[0]->type))
        return;
    Value *seed = a->s->rq->mode == MODE_GRAD ? build_float(b, yield->args[0]->type, 1.0L) : a->s->sig.d_return;
    add_adjoint(a, b, yield->args[0], seed);
}

static void deliver_scalars(Adjoint *a, Builder *b)
{
    for (int i = 0; i < a->s->sig.nshadow - 1; i++) {
        Value *p = a->fn->body->args[i], *shadow = a->s->sig.shadow[i];
        if (!shadow || !type_is_differentiable(p->type))
            continue;
        Value *d = adjoint_of(a, p);
        if (d)
            build_accum(b, shadow, build_cast(b, d, p->type));
    }
}

static void mark_reverse(Op *op)
{
    op->in_reverse = true;
    for (int r = 0; r < op->nregions; r++)
        for (Op *in = op->regions[r]->first; in; in = in->next)
            mark_reverse(in);
}

Fn *adjoint(Fn *fn, Request *rq)
{
    Adjoint a = {.fn = fn, .adjoint = {.arena = fn->arena}, .outer = {.arena = fn->arena}, .delayed = {.arena = fn->arena}};
    hoist_locals(fn);
    clear_by_stores(fn, rq);
    Op *frees = heap_defer_frees(fn);
    delay_frees(&a, fn->body);
    a.uses = count_uses(fn);
    a.siblings = siblings_of(fn);
    a.s = shadow_new(fn, rq);
    if (a.s->failed)
        return NULL;
    Op *yield = region_terminator(fn->body);
    /* The reverse sweep is built after the last forward op, before the return. A marker separates them while twins are inserted. */
    heap_defer_shadows(a.s);
    Builder b = before_op(yield);
    Op *marker = op_build(&b, OP_CALL, NULL, 0, 0);
    marker->text = "ad_boundary";
    marker->of = type_void();
    seed_return(&a, &b, yield);
    open_scope(&a, &b, fn->body);
    reverse_ops(&a, &b, marker->prev);
    deliver_scalars(&a, &b);
    shadow_end(a.s, &b);
    split_put_aside(a.s, after_op(marker), b);
    Builder end = before_op(marker);
    recursion_return(a.s, &end);
    for (Op *op = marker->next; op != yield; op = op->next)
        mark_reverse(op);
    if (fn->split)
        fn->boundary = marker;
    else
        op_remove(marker);
    if (frees) {
        op_move(frees, &b);
        heap_drop_list(fn, frees);
    }
    fn->shadow = a.s;
    note_reverse_accesses(fn);
    recursion_leave(fn);
    reuse_reciprocals(fn);
    return a.s->failed ? NULL : fn;
}
