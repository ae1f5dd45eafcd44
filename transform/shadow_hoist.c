/* shadow_hoist.c: the shadow of memory that each iteration allocates and frees is allocated once, before the loops.
 *
 *   for (...) { d_g = calloc(n); R(d_g); free(d_g); }   ->   d_g = calloc(n); for (...) R(d_g); free(d_g);
 *
 * An iteration leaves the shadow as it found it, zero: the reverse of each store clears what it stores to, and memory from malloc has no
 * element that is read but not stored. (Memory from calloc has: its shadow stays where it is.)
 */
#include "derivative.h"

typedef struct {
    Op *alloc, *free;
} Pair;

/* The FREE of the shadow in the same region. */
static Op *find_free(const Op *alloc)
{
    Op *found = NULL;
    for (Op *op = alloc->next; op; op = op->next) {
        if (op->code != OP_FREE)
            continue;
        const Value *p = op->args[0];
        while (p->def && (p->def->code == OP_PTRCAST || op_only_qualifies(p->def)))
            p = p->def->args[0];
        if (p == alloc->results[0])
            found = found ? NULL : op;
    }
    return found;
}

static bool is_shadow_of_malloc(const Op *op)
{
    if (op->code != OP_ALLOC || !op->tape || !op->zeroed || !op->reverses || op->reverses->code != OP_FREE)
        return false;
    const Op *primal = free_target(op->reverses);
    return primal && primal->code == OP_ALLOC && !primal->zeroed;
}

/* Can the loop's header and v be computed before `outer`? */
static bool header_known(const Op *loop, const Op *outer)
{
    return value_computable(loop->args[0], outer) && value_computable(loop->args[1], outer) && loop->cmp != OP_NE;
}

/* The outermost loop that the allocation can leave: every loop on the way runs it in each iteration. */
static Op *outermost(const Op *alloc)
{
    Op *found = NULL;
    for (Op *loop = alloc->parent->owner; loop && loop->code == OP_FOR; loop = loop->parent->owner) {
        if (loop->loop && loop->loop->omp) /* each thread needs its own */
            return found;
        for (const Op *inner = alloc->parent->owner;; inner = inner->parent->owner) {
            if (!header_known(inner, loop))
                return found;
            if (inner == loop)
                break;
        }
        for (int i = 0; i < alloc->nargs; i++)
            if (!value_computable(alloc->args[i], loop))
                return found;
        found = loop;
    }
    return found;
}

static void move_out(Op *alloc, Op *free_op, Op *outer)
{
    Builder b = before_op(outer);
    b.loc = alloc->loc;
    Value *runs = NULL;
    for (const Op *loop = alloc->parent->owner;; loop = loop->parent->owner) {
        Value *one = build_bin(&b, loop->cmp, value_computed(&b, loop->args[0]), value_computed(&b, loop->args[1]));
        runs = runs ? build_bin(&b, OP_LAND, one, runs) : one;
        if (loop == outer)
            break;
    }
    Value *args[2];
    for (int i = 0; i < alloc->nargs; i++)
        args[i] = value_computed(&b, alloc->args[i]);
    Op *choice = build_if(&b, runs);
    Builder yes = at_end(choice->regions[0]), no = at_end(choice->regions[1]);
    op_set_args(alloc, args, alloc->nargs);
    Value *old = alloc->results[0];
    op_move(alloc, &yes);
    Value *shadow = op_add_result(choice, old->type, old->var), *none = build_zero(&no, old->type);
    PtrMap map = {.arena = b.fn->arena};
    ptrmap_put(&map, old, shadow);
    replace_uses_map(b.fn, &map);
    build_yield(&yes, &old, 1);
    build_yield(&no, &none, 1);
    Builder behind = after_op(outer);
    behind.loc = free_op->loc;
    op_remove(free_op);
    op_build(&behind, OP_FREE, &shadow, 1, 0);
}

static void collect(Op *op, void *ctx)
{
    if (is_shadow_of_malloc(op))
        ptrs_push(ctx, op);
}

void hoist_shadows(Fn *fn)
{
    Ptrs allocs = {.arena = fn->arena};
    walk_ops(fn->body, collect, &allocs);
    for (size_t i = 0; i < allocs.n; i++) {
        Op *alloc = allocs.at[i], *free_op = find_free(alloc), *outer = free_op ? outermost(alloc) : NULL;
        if (outer)
            move_out(alloc, free_op, outer);
    }
}
