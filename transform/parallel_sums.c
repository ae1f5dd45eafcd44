/* parallel_sums.c: what all iterations of a shared loop add to: each thread adds to numbers of its own, which are summed up afterwards in a
 * fixed order.
 *
 *   #pragma omp parallel for                     long threads = ad_thread_count();
 *   for (i) for (j)                              double *sums_d_w = ad_tape_calloc(threads * (n + 8), sizeof(double));
 *       atomic d_w[j] += ...;             ->     #pragma omp parallel for
 *                                                for (i) { double *my_d_w = sums_d_w + ad_thread() * (n + 8); for (j) my_d_w[j] += ...; }
 *                                                for (t < threads) for (j < n) d_w[j] += sums_d_w[t * (n + 8) + j];
 *
 * Where the subscripts are not the same in each iteration, threads seldom meet, and the updates stay atomic. Numbers that are zero are not
 * added: they may belong to places that are not there. */
#include "derivative.h"

#include <string.h>

/* Between two threads' numbers: no cache line has some of both. */
enum { GAP = 8, DEPTH = 40 };

/* Is v, in the loop, another in each of its iterations, or not known to be the same? */
static bool depends_on_iteration(const Op *loop, const Value *v, int depth)
{
    if (value_outside(v, loop))
        return false;
    const Op *op = v->def;
    if (depth == 0)
        return true;
    if (!op) {
        const Op *inner = v->arg_of->owner;
        return inner == loop || inner->code != OP_FOR || v->index > 0 || depends_on_iteration(loop, inner->args[0], depth - 1) ||
               depends_on_iteration(loop, inner->args[1], depth - 1);
    }
    if ((op_info[op->code].kind != KIND_ARITH && op_info[op->code].kind != KIND_CONST) || op->nregions)
        return true;
    for (int i = 0; i < op->nargs; i++)
        if (depends_on_iteration(loop, op->args[i], depth - 1))
            return true;
    return false;
}

static Value *larger(Builder *b, Value *x, Value *y)
{
    return x ? build_select(b, build_bin(b, OP_GT, x, y), x, y) : y;
}

static const Value *without_casts(const Value *v)
{
    while (v->def && v->def->code == OP_CAST && type_is_int(v->def->args[0]->type))
        v = v->def->args[0];
    return v;
}

/* Is v, of outside the loop, positive whenever `access` is executed: a constant, the end of a loop from 0 on around it, made of such? */
static bool is_positive(const Value *v, const Op *access)
{
    int64_t k;
    v = without_casts(v);
    if (value_int(v, &k))
        return k > 0;
    if (v->def && v->def->code == OP_SHL)
        return is_positive(v->def->args[0], access) && value_int(v->def->args[1], &k) && k < 32;
    if (v->def && (v->def->code == OP_MUL || v->def->code == OP_ADD))
        return is_positive(v->def->args[0], access) && is_positive(v->def->args[1], access);
    for (const Op *loop = access->parent->owner; loop; loop = loop->parent->owner)
        if (loop->code == OP_FOR && value_int(loop->args[0], &k) && k >= 0 && for_step(loop) > 0 && loop->cmp == OP_LT &&
            without_casts(loop->args[1]) == without_casts(v))
            return true;
    return false;
}

typedef struct {
    const Op *loop, *access;
    Builder b; /* before the loop */
} Bounds;

/* The largest value of v, which is known not to be negative when the access is executed, as a long before the loop. NULL: not known. */
static Value *largest(Bounds *n, const Value *v, int depth)
{
    Type *t = type_scalar(TY_LONG);
    int64_t k;
    const Op *op = v->def;
    if (depth == 0)
        return NULL;
    if (value_int(v, &k))
        return k >= 0 ? build_int(&n->b, t, k) : NULL;
    if (value_outside(v, n->loop))
        return is_positive(v, n->access) ? build_cast(&n->b, (Value *)(uintptr_t)v, t) : NULL;
    if (!op) {
        const Op *inner = v->arg_of->owner;
        bool up = inner->code == OP_FOR && v->index == 0 && for_step(inner) > 0 && (inner->cmp == OP_LT || inner->cmp == OP_LE);
        bool down = inner->code == OP_FOR && v->index == 0 && for_step(inner) == -1 && inner->cmp == OP_GE && value_int(inner->args[1], &k);
        if (up && value_int(inner->args[0], &k) && k >= 0 && value_outside(inner->args[1], n->loop)) {
            Value *end = build_cast(&n->b, inner->args[1], t);
            return inner->cmp == OP_LE ? end : build_bin(&n->b, OP_SUB, end, build_int(&n->b, t, 1));
        }
        return down && k >= 0 && value_outside(inner->args[0], n->loop) ? build_cast(&n->b, inner->args[0], t) : NULL;
    }
    if (op->code == OP_CAST && type_is_int(op->args[0]->type))
        return largest(n, op->args[0], depth - 1);
    if (op->code == OP_REM && value_int(op->args[1], &k) && k > 0) {
        Value *x = largest(n, op->args[0], depth - 1);
        return x ? build_int(&n->b, t, k - 1) : NULL;
    }
    if (op->code == OP_SHL && value_int(op->args[1], &k) && k >= 0 && k < 32) {
        Value *x = largest(n, op->args[0], depth - 1);
        return x ? build_bin(&n->b, OP_MUL, x, build_int(&n->b, t, (int64_t)1 << k)) : NULL;
    }
    if (op->code != OP_ADD && op->code != OP_MUL)
        return NULL;
    Value *x = largest(n, op->args[0], depth - 1), *y = x ? largest(n, op->args[1], depth - 1) : NULL;
    return y ? build_bin(&n->b, op->code, x, y) : NULL;
}

/* One more than the largest subscript of the accesses, before the loop; NULL: not known, or not the same in each iteration. */
static Value *count_numbers(Op *loop, const Ptrs *group)
{
    Bounds n = {.loop = loop, .b = before_op(loop)};
    Value *most = NULL;
    bool same = false;
    for (size_t i = 0; i < group->n; i++) {
        Op *op = group->at[i];
        Builder at = before_op(op);
        Value *off = index_offset(&at, op->args[0]);
        n.access = op;
        Value *hi = largest(&n, off, DEPTH);
        if (!hi)
            return NULL;
        same |= !depends_on_iteration(loop, off, DEPTH);
        most = larger(&n.b, most, hi);
    }
    if (!same)
        return NULL;
    Value *count = build_bin(&n.b, OP_ADD, most, build_int(&n.b, most->type, 1));
    return larger(&n.b, build_int(&n.b, count->type, 0), count);
}

static Value *call(Builder *b, const char *name)
{
    Op *op = op_build(b, OP_CALL, NULL, 0, 1);
    op->text = name;
    op->of = op->results[0]->type = type_scalar(TY_LONG);
    return op->results[0];
}

/* for (t < threads) for (j < n) if (sums[t * stride + j] != 0) root[j] += it */
static void add_up(Op *loop, Value *root, Value *sums, Value *threads, Value *stride, Value *n)
{
    Builder b = after_op(loop);
    b.loc = loop->loc;
    Type *t = type_scalar(TY_LONG);
    Value *zero = build_int(&b, t, 0), *one = build_int(&b, t, 1);
    Op *outer = build_for(&b, zero, threads, one, OP_LT);
    op_build(&b, OP_FREE, &sums, 1, 0);
    Builder o = at_end(outer->regions[0]);
    o.loc = loop->loc;
    Value *from = build_index(&o, sums, build_bin(&o, OP_MUL, outer->regions[0]->args[0], stride));
    Op *inner = build_for(&o, zero, n, one, OP_LT);
    build_yield(&o, NULL, 0);
    Builder i = at_end(inner->regions[0]);
    i.loc = loop->loc;
    Value *j = inner->regions[0]->args[0], *v = build_load(&i, build_index(&i, from, j));
    Op *some = build_if(&i, build_bin(&i, OP_NE, v, build_zero(&i, v->type)));
    build_yield(&i, NULL, 0);
    Builder then = at_end(some->regions[0]), none = at_end(some->regions[1]);
    then.loc = none.loc = loop->loc;
    build_accum(&then, build_index(&then, root, j), v);
    build_yield(&then, NULL, 0);
    build_yield(&none, NULL, 0);
}

static void separate(Fn *fn, Op *loop, Value *root, const Ptrs *group, Value *n)
{
    Builder b = before_op(loop), top = before_op(loop->regions[0]->first);
    b.loc = top.loc = loop->loc;
    Type *ulong = type_scalar(TY_ULONG), *elem = root->type->elem;
    Value *stride = build_bin(&b, OP_ADD, n, build_int(&b, n->type, GAP)), *threads = call(&b, "ad_thread_count");
    Op *size = op_build(&b, OP_SIZEOF, NULL, 0, 1);
    size->of = elem;
    size->results[0]->type = ulong;
    Value *args[2] = {build_cast(&b, build_bin(&b, OP_MUL, threads, stride), ulong), size->results[0]};
    Op *alloc = op_build(&b, OP_ALLOC, args, 2, 1);
    alloc->tape = alloc->zeroed = true;
    Value *sums = alloc->results[0];
    sums->type = type_ptr(elem);
    sums->var = var_named(fn, sums->type, "sums_", root->var, "values");
    threads->var = var_named(fn, threads->type, "", NULL, "threads");
    if (!n->var && n->def)
        n->var = var_named(fn, n->type, "n_", root->var, "values");
    Value *mine = build_index(&top, sums, build_bin(&top, OP_MUL, call(&top, "ad_thread"), stride));
    mine->var = var_named(fn, sums->type, "my_", root->var, "values");
    for (size_t i = 0; i < group->n; i++) {
        Op *op = group->at[i];
        Builder at = before_op(op);
        op->args[0] = build_index(&at, mine, index_offset(&at, op->args[0]));
    }
    add_up(loop, root, sums, threads, stride, n);
}

/* Is it declared with several dimensions, so that C has no subscript for all of it? */
static bool has_rows(const Value *root)
{
    return (root->var && root->var->ndims > 1) || (root->def && root->def->nargs > 1);
}

void separate_sums(Fn *fn, Op *loop, Ptrs *atomic, const Ptrs *accesses)
{
    Ptrs left = {.arena = fn->arena}, seen = {.arena = fn->arena}; /* seen: ops */
    for (size_t i = 0; i < atomic->n; i++) {
        Value *root = index_root(((Op *)atomic->at[i])->args[0]);
        if (ptrs_has(&seen, atomic->at[i]))
            continue;
        Ptrs group = {.arena = fn->arena};
        bool only_added = value_outside(root, loop) && !has_rows(root) && root->type->elem == ((Op *)atomic->at[i])->args[1]->type;
        for (size_t k = 0; k < accesses->n; k++) {
            Op *op = accesses->at[k];
            if (index_root(op->args[0]) != root)
                continue;
            only_added = only_added && op->code == OP_ACCUM;
            if (ptrs_has(atomic, op)) {
                ptrs_push(&group, op);
                ptrs_push(&seen, op);
            }
        }
        Value *n = only_added ? count_numbers(loop, &group) : NULL;
        if (n)
            separate(fn, loop, root, &group, n);
        for (size_t k = 0; k < group.n && !n; k++)
            ptrs_push(&left, group.at[k]);
    }
    *atomic = left;
}
