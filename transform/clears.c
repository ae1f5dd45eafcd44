/* clears.c: rows of a block that are read and cleared are cleared at once, behind the loop over them.
 *
 *   for (b ...)                                             for (b ...) {
 *       for (t < T)                                             for (t < T)
 *           for (i < n) {                                           for (i < n)
 *               d_a[i] += d_y[(b * T + t) * n + i];     ->              d_a[i] += d_y[(b * T + t) * n + i];
 *               d_y[(b * T + t) * n + i] = 0;                       memset(d_y + b * T * n, 0, T * n * ...);
 *           }                                                   }
 *
 * Compilers vectorise the store, but rows begin anywhere in a line of the cache, and memset does not mind. Behind the outermost loop the clearing
 * would be a second way through memory; a block of several rows is still near. The same bits. Precondition: the two loops hold nothing
 * but loads, stores and sums; the cleared rows lie one behind the other; of their elements nothing in the two loops touches any but the
 * loads of the element itself before it is cleared; there is a loop around them; the blocks are not known to be small.
 */
#include "nest.h"

#include "derivative.h"

enum { SMALL_BLOCK = 256, MOST_OPS = 64 };

typedef struct {
    Memory memory;
    Op *inner, *outer, *store;
    int nops;
    bool read, good; /* is what is cleared read before? */
} Clearing;

static bool is_clearing(const Op *op)
{
    return op_clears(op) && !op->args[0]->type->elem_volatile && !op->shared;
}

static bool is_plain(const Op *loop)
{
    return loop && loop->code == OP_FOR && !loop->omp && !(loop->loop && loop->loop->omp);
}

static void check_op(Op *op, void *ctx)
{
    Clearing *c = ctx;
    bool cell = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
    if (op == c->store || op_info[op->code].effect == EFFECT_PURE)
        return;
    bool own = op->code == OP_LOAD && op->parent == c->store->parent && same_address(op->args[0], c->store->args[0]) &&
               mem_position(c->memory.m, op) < mem_position(c->memory.m, c->store);
    c->read |= own;
    c->good = c->good && ++c->nops < MOST_OPS && cell && mem_position(c->memory.m, op) && !op->args[0]->type->elem_volatile &&
              (own || !may_meet(&c->memory, c->store, op));
}

/* The first element and their number. */
static bool range_cleared(const Clearing *c, Value *root, Poly *first, Poly *count)
{
    const MemInfo *m = c->memory.m;
    int64_t size = c->store->args[0]->type->elem->size;
    Extent bytes;
    if (!fills_once(m, c->store, root, c->outer->parent, NULL, &bytes) || !poly_steady(m, &bytes.lo, c->outer) || !poly_steady(m, &bytes.hi, c->outer))
        return false;
    *first = bytes.lo;
    *count = bytes.hi;
    poly_add(count, &bytes.lo, -1);
    return count->known && poly_divide(first, size) && poly_divide(count, size) && (count->n > 0 || count->c >= SMALL_BLOCK);
}

/* Not what is left over of a loop that takes several iterations at once. */
static bool goes_over_all(const Op *loop)
{
    int64_t end;
    return value_int(loop->args[loop->cmp == OP_GE], &end);
}

static Value *runs(Builder *b, const Op *loop)
{
    return build_bin(b, loop->cmp, loop->args[0], loop->args[1]);
}

static bool clear_behind(Clearing *c)
{
    const MemInfo *m = c->memory.m;
    const Value *p = c->store->args[0], *found = mem_knows(m, p) ? m->address[p->id].root : NULL;
    Value *root = (Value *)(uintptr_t)found;
    Poly first, count;
    if (!root || root->type->kind != TY_PTR || root->type->elem != p->type->elem || !value_outside(root, c->outer))
        return false;
    for (int i = 0; i < 3; i++)
        if (!value_outside(c->inner->args[i], c->outer))
            return false;
    c->good = true;
    walk_ops(c->outer->regions[0], check_op, c);
    if (!c->good || !c->read || !range_cleared(c, root, &first, &count))
        return false;
    Builder b = before_op(c->outer->next);
    b.loc = c->store->loc;
    Op *both = build_if(&b, build_bin(&b, OP_LAND, runs(&b, c->outer), runs(&b, c->inner)));
    Builder then = at_end(both->regions[0]), otherwise = at_end(both->regions[1]);
    then.loc = otherwise.loc = b.loc;
    Value *at = first.n || first.c ? build_index(&then, root, build_poly(&then, m, &first)) : root;
    op_build(&then, OP_ZERO, (Value *[]){at, build_cast(&then, build_poly(&then, m, &count), type_scalar(TY_ULONG))}, 2, 0);
    build_yield(&then, NULL, 0);
    build_yield(&otherwise, NULL, 0);
    op_remove(c->store);
    return true;
}

static void find_clearing(Op *op, void *ctx)
{
    Op *outer = op->code == OP_FOR ? op->parent->owner : NULL;
    if (!is_plain(op) || !is_plain(outer) || !is_plain(outer->parent->owner) || !goes_over_all(op) || !goes_over_all(outer))
        return;
    for (Op *in = op->regions[0]->first; in->next; in = in->next)
        if (is_clearing(in))
            ptrs_push(ctx, in);
}

void clear_blocks(Fn *fn)
{
    Ptrs found = {.arena = fn->arena};
    walk_ops(fn->body, find_clearing, &found);
    for (size_t i = 0; i < found.n; i++) {
        Clearing c = {.store = found.at[i]};
        c.inner = c.store->parent->owner;
        c.outer = c.inner->parent->owner;
        final_memory(&c.memory, fn);
        clear_behind(&c);
        mem_free(c.memory.m);
    }
}
