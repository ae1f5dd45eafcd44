/* storage_workspace.c: --tape-storage=arg: the tape is taken from memory that the caller gives, and a second function says how much that
 * has to be, from the primal's integer parameters.
 *
 *   double f_grad(const double *x, int n, double *d_x, void *workspace);
 *   size_t f_grad_workspace(int n);
 *
 * Sizes are computed in both from the same expressions, cut out of the function where they depend on the parameters alone; else the
 * constant bound is taken. */
#include "derivative.h"

#include <string.h>

struct Workspace {
    Fn *fn, *sizes;  /* sizes: the second function */
    PtrMap in_sizes; /* Value* of fn -> Value* of sizes */
    Value *space;    /* local: what is left of the workspace */
    Value *total;    /* in sizes; NULL: 0 */
    int pieces;
};

/* What a piece may lose to alignment; as AD_WORKSPACE_ALIGN of adgen_rt.h. */
enum { ALIGNMENT = 16, MAX_DEPTH = 64 };

/* ---------------------------------------------------------------------- the functions */

/* size_t NAME_workspace(the integer parameters). */
static Fn *sizes_function(Fn *fn, PtrMap *map)
{
    Fn *g = clone_fn(fn, arena_printf(fn->arena, "%s_workspace", fn->name));
    g->body = region_new(g, NULL);
    g->nparams = 0;
    g->sret = g->is_static = g->is_inline = false;
    g->mem = NULL;
    g->shadow = NULL;
    g->ret = type_scalar(TY_ULONG);
    g->ret_spelled = "size_t";
    g->comment = arena_printf(g->arena, "The bytes of workspace that %s needs; any alignment will do.", fn->name);
    for (int i = 0; i < fn->nparams; i++) {
        if (!type_is_int(fn->body->args[i]->type))
            continue;
        fn_add_param(g, fn->params[i]->type, fn->params[i]);
        ptrmap_put(map, fn->body->args[i], g->body->args[g->nparams - 1]);
    }
    return g;
}

Workspace *workspace_begin(Fn *fn)
{
    Workspace *w = arena_alloc(fn->arena, sizeof *w);
    w->fn = fn;
    w->in_sizes.arena = fn->arena;
    w->sizes = sizes_function(fn, &w->in_sizes);
    Type *t = type_ptr(type_void());
    Var *var = var_named(fn, t, "", NULL, "workspace");
    var->is_param = true;
    fn_add_param(fn, var->type, var);
    Value *arg = fn->body->args[fn->body->nargs - (fn->sret ? 2 : 1)];
    Builder top = before_op(fn->body->first);
    w->space = build_local(&top, t, var_named(fn, t, "", NULL, "space"), NULL, 0);
    build_store(&top, w->space, arg);
    return w;
}

/* ---------------------------------------------------------------------- sizes */

static bool is_repeatable(const Op *op)
{
    if (op_info[op->code].kind == KIND_CONST || (op->code == OP_CALL && op->text && !strcmp(op->text, "ad_checkpoint_slots")))
        return true;
    if (op_info[op->code].kind != KIND_ARITH || op->nregions || !type_is_int(op->results[0]->type))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!type_is_int(op->args[i]->type))
            return false;
    return true;
}

/* v computed again at b from what the map has and from constants; NULL: it depends on something else. */
static Value *repeat(Builder *b, PtrMap *map, Value *v, int depth)
{
    Value *known = ptrmap_get(map, v);
    if (known)
        return known;
    if (!v->def || depth > MAX_DEPTH || !is_repeatable(v->def))
        return NULL;
    for (int i = 0; i < v->def->nargs; i++)
        if (!repeat(b, map, v->def->args[i], depth + 1))
            return NULL;
    Op *op = clone_op(b, v->def, map);
    int64_t divisor;
    if ((op->code == OP_DIV || op->code == OP_REM) && !value_int(op->args[1], &divisor)) {
        /* it may be 0 where the function itself does not come to the division */
        Value *d = op->args[1];
        Builder in = before_op(op);
        op->args[1] = build_select(&in, build_bin(&in, OP_NE, d, build_int(&in, d->type, 0)), d, build_int(&in, d->type, 1));
    }
    return op->results[v->index];
}

static void add_size(Workspace *w, Value *bytes)
{
    Builder b = at_end(w->sizes->body);
    w->total = w->total ? build_bin(&b, OP_ADD, w->total, bytes) : bytes;
    w->pieces++;
}

static Value *take(Workspace *w, Builder *b, Value *count, Value *size, Type *elem, Var *var)
{
    Value *args[3] = {w->space, count, size};
    Op *call = op_build(b, OP_CALL, args, 3, 1);
    call->text = "ad_workspace_take";
    call->of = type_ptr(type_void());
    call->results[0]->type = call->of;
    Value *p = build_ptrcast(b, call->results[0], type_ptr(elem));
    p->var = var;
    p->def->tape = elem->kind == TY_ARRAY && p->def->code == OP_PTRCAST; /* a variable of its own: its type is long */
    return p;
}

static void not_known(const Op *op)
{
    diag_error(op->loc, "--tape-storage=arg: how much this loop keeps does not depend on the integer parameters alone, and no bound is known; "
                        "make the number of iterations a parameter, or bound it by a constant ('if (n > 100) return ...;' before it will do)");
}

bool workspace_knows(Workspace *w, const Op *alloc)
{
    Builder in = at_end(w->sizes->body);
    return repeat(&in, &w->in_sizes, alloc->args[0], 0) && (alloc->nargs < 2 || repeat(&in, &w->in_sizes, alloc->args[1], 0));
}

Value *workspace_take(Workspace *w, Op *alloc)
{
    Type *size_type = type_scalar(TY_ULONG), *elem = alloc->results[0]->type->elem;
    Builder in = at_end(w->sizes->body), b = before_op(alloc);
    b.loc = alloc->loc;
    Value *n = repeat(&in, &w->in_sizes, alloc->args[0], 0), *size = alloc->nargs > 1 ? alloc->args[1] : build_int(&b, size_type, 1);
    Value *size_there = repeat(&in, &w->in_sizes, size, 0);
    int64_t lo, hi;
    if (!n && alloc->ival > 0)
        n = build_int(&in, size_type, alloc->ival - 1);
    else if (!n && int_interval(alloc->args[0], alloc, &lo, &hi) && hi <= TRIPS_LIMIT)
        n = build_int(&in, size_type, hi > 0 ? hi : 0);
    if (!n || !size_there) {
        not_known(alloc);
        return NULL;
    }
    add_size(w, build_bin(&in, OP_MUL, build_cast(&in, n, size_type), build_cast(&in, size_there, size_type)));
    Value *p = take(w, &b, alloc->args[0], size, elem, alloc->results[0]->var);
    return p;
}

Value *workspace_for_alloc(Workspace *w, Op *alloc)
{
    Value *p = workspace_take(w, alloc);
    if (p && alloc->zeroed) {
        Builder b = before_op(alloc);
        b.loc = alloc->loc;
        Value *count = alloc->args[0]; /* of size_t; elements have the allocation's own size */
        Value *args[2] = {p, build_cast(&b, count, type_scalar(TY_ULONG))};
        op_build(&b, OP_ZERO, args, 2, 0);
    }
    return p;
}

/* Of a workspace that nothing is taken from. */
void workspace_leave(Workspace *w)
{
    op_remove(w->space->def->next);
    op_remove(w->space->def);
}

/* ---------------------------------------------------------------------- stacks and logs */

static const Op *outermost_loop(const Op *op)
{
    const Op *found = NULL;
    for (const Region *r = op->parent; r->owner; r = r->owner->parent)
        if ((r->owner->code == OP_FOR || r->owner->code == OP_WHILE) && !r->owner->fused)
            found = r->owner;
    return found;
}

/* How often op is executed, computed before the outermost loop around it; NULL: not known. */
static Value *executions(Builder *b, const Op *op, const Op *outermost)
{
    Type *t = type_scalar(TY_LONG);
    Value *total = build_int(b, t, 1);
    for (const Region *r = op->parent; r->owner && outermost; r = r->owner->parent) {
        const Op *loop = r->owner;
        if ((loop->code != OP_FOR && loop->code != OP_WHILE) || loop->fused)
            continue;
        Value *n = loop->code == OP_FOR ? extent_at_most(b, loop, outermost) : while_limit(b, loop, outermost);
        if (!n) {
            int64_t known = trip_bound(loop);
            n = known >= 0 ? build_int(b, t, known) : NULL;
        }
        if (!n)
            return NULL;
        if (loop->code == OP_WHILE && r == loop->regions[0])
            n = build_bin(b, OP_ADD, n, build_int(b, t, 1));
        total = build_bin(b, OP_MUL, total, n);
        if (loop == outermost)
            break;
    }
    return total;
}

static Value *entry_bytes(Builder *b, const Op *op)
{
    if (op->code == OP_PUSH)
        return build_sizeof(b, op->args[1]->type);
    Value *address = build_sizeof(b, type_ptr(type_void()));
    return build_bin(b, OP_ADD, address, build_sizeof(b, op->args[1]->type->elem));
}

Value *workspace_for_stack(Workspace *w, const Ptrs *growth, Op *stack)
{
    Fn *fn = w->fn;
    Type *size_type = type_scalar(TY_ULONG);
    PtrMap at_top = {.arena = fn->arena};
    for (int i = 0; i < fn->body->nargs; i++)
        ptrmap_put(&at_top, fn->body->args[i], fn->body->args[i]);
    Builder in = at_end(w->sizes->body), top = after_op(w->space->def->next);
    Value *bytes = NULL, *bytes_there = NULL;
    for (size_t i = 0; i < growth->n; i++) {
        Op *op = growth->at[i];
        const Op *outermost = outermost_loop(op);
        Builder b = outermost ? before_op((Op *)(uintptr_t)outermost) : top;
        int64_t known = times_executed(op);
        Value *n = executions(&b, op, outermost);
        Value *here = n ? repeat(&top, &at_top, n, 0) : NULL, *there = n ? repeat(&in, &w->in_sizes, n, 0) : NULL;
        if (!here || !there) {
            here = known >= 0 ? build_int(&top, size_type, known) : NULL;
            there = known >= 0 ? build_int(&in, size_type, known) : NULL;
        }
        if (!here) {
            not_known(outermost);
            return NULL;
        }
        here = build_bin(&top, OP_MUL, build_cast(&top, here, size_type), entry_bytes(&top, op));
        there = build_bin(&in, OP_MUL, build_cast(&in, there, size_type), entry_bytes(&in, op));
        bytes = bytes ? build_bin(&top, OP_ADD, bytes, here) : here;
        bytes_there = bytes_there ? build_bin(&in, OP_ADD, bytes_there, there) : there;
    }
    if (!bytes)
        bytes = build_int(&top, size_type, 0);
    if (bytes_there)
        add_size(w, bytes_there);
    return take(w, &top, bytes, build_int(&top, size_type, 1), type_scalar(TY_UCHAR),
                var_named(fn, type_ptr(type_scalar(TY_UCHAR)), "memory_of_", stack->var, "stack"));
}

void workspace_end(Workspace *w)
{
    Builder b = at_end(w->sizes->body);
    Type *t = type_scalar(TY_ULONG);
    Value *total = w->total;
    if (total)
        total = build_bin(&b, OP_ADD, total, build_int(&b, t, (int64_t)ALIGNMENT * w->pieces));
    else
        total = build_int(&b, t, 0);
    build_yield(&b, &total, 1);
    verify_fn(w->sizes, "place");
    simplify(w->sizes);
    w->fn->workspace = w->sizes;
}
