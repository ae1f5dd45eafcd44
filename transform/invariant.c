/* invariant.c: what a loop computes anew each time although nothing it depends on changes moves before the loop.
 *
 * Floating operations and what feeds them move: in a derivative they would cost an adjoint each time around. Integer and address arithmetic
 * alone stays where the source has it: repeating it costs nothing there, and an address may be guarded by a test. Nothing moves out
 * of an if. A load moves only from where it is executed for certain, the first straight part of a while's `before`, and only when nothing in
 * the loop may write what it reads; then loop bounds that live in memory are known on entry. */
#include "transform.h"

typedef struct {
    const MemInfo *mem;
    Op *loop;
    bool certain; /* the ops being visited run whenever the loop is reached */
} Hoister;

/* ---------------------------------------------------------------------- what may move */

static bool outside(const Hoister *h, const Value *v)
{
    return value_outside(v, h->loop);
}

/* Cannot trap and touches no memory. */
static bool harmless(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (kind == KIND_MATH || op->code == OP_MULZ || op_speculatable(op))
        return true;
    return op->code == OP_DIV && !type_is_int(op->results[0]->type);
}

static bool is_address(const Op *op)
{
    return op_info[op->code].kind == KIND_ADDR || op->code == OP_GLOBAL;
}

static bool movable(const Hoister *h, const Op *op)
{
    if (op->nregions || op->nresults == 0 || op_info[op->code].effect >= EFFECT_WRITES)
        return false;
    if (op->code == OP_LOAD)
        return h->certain && !op->args[0]->type->elem_volatile && !mem_op_may_write(h->mem, h->loop, op->args[0]);
    if (is_address(op))
        return h->certain;
    return harmless(op) || (h->certain && op_info[op->code].kind == KIND_ARITH);
}

/* Can v be had before the loop? Looks through movable ops of the loop's own straight line. */
static bool available(const Hoister *h, const Value *v, const Region *line, int depth)
{
    if (outside(h, v))
        return true;
    const Op *op = v->def;
    if (!op || op->parent != line || depth == 0 || !movable(h, op))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!available(h, op->args[i], line, depth - 1))
            return false;
    return true;
}

/* Worth a move by itself; the rest follows when needed. */
static bool worth_moving(const Op *op)
{
    if (op->code == OP_LOAD)
        return true;
    OpKind kind = op_info[op->code].kind;
    const Type *t = op->nresults ? op->results[0]->type : NULL;
    return (kind == KIND_ARITH || kind == KIND_MATH) && (type_is_float(t) || type_is_complex(t)) && op->code != OP_USE;
}

static void move_out(const Hoister *h, Value *v)
{
    if (outside(h, v))
        return;
    for (int i = 0; i < v->def->nargs; i++)
        move_out(h, v->def->args[i]);
    Builder b = before_op(h->loop);
    op_move(v->def, &b);
}

/* ---------------------------------------------------------------------- over the function */

/* Can control not get past op? Then what follows is not certain to run. */
static bool may_stop(const Op *op)
{
    if (op_info[op->code].effect == EFFECT_OUTSIDE)
        return true;
    for (int i = 0; i < op->nregions; i++)
        for (const Op *in = op->regions[i]->first; in; in = in->next)
            if (may_stop(in))
                return true;
    return op->code == OP_WHILE;
}

static void hoist_line(Hoister *h, Region *line, bool certain)
{
    h->certain = certain;
    for (Op *op = line->first, *next; op; op = next) {
        next = op->next;
        if (h->certain && may_stop(op))
            h->certain = false;
        if (op->nresults && worth_moving(op) && available(h, op->results[0], line, 8))
            move_out(h, op->results[0]);
    }
}

/* Inner loops first: what leaves one may leave the next. */
static void hoist_region(const MemInfo *mem, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op->next;
        for (int i = 0; i < op->nregions; i++)
            hoist_region(mem, op->regions[i]);
        if (op->code != OP_FOR && op->code != OP_WHILE)
            continue;
        Hoister h = {.mem = mem, .loop = op};
        for (int i = 0; i < op->nregions; i++)
            hoist_line(&h, op->regions[i], op->code == OP_WHILE && i == 0);
    }
}

static bool has_loop(const Region *r)
{
    for (const Op *op = r->first; op; op = op->next) {
        if (op->code == OP_FOR || op->code == OP_WHILE)
            return true;
        for (int i = 0; i < op->nregions; i++)
            if (has_loop(op->regions[i]))
                return true;
    }
    return false;
}

void hoist_invariants(Fn *fn)
{
    if (has_loop(fn->body))
        hoist_region(mem_analyse(fn), fn->body);
}
