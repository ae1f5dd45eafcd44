/* zeros.c: what is known to be zero: elements that a loop close before has cleared, and that nothing has touched since. */
#include "analysis.h"
#include "derivative.h"
#include "nest.h"

enum { LOOK_BACK = 48 };

/* Is p known to be q or less? */
static bool at_most(const Poly *p, const Poly *q)
{
    Poly room = poly_copy(q);
    poly_add(&room, p, -1);
    return room.known && room.n == 0 && room.c >= 0;
}

/* Is the access, of one element, to none of the bytes? */
static bool is_beside(const Memory *memory, const Op *access, const Op *sum, const Extent *bytes)
{
    const MemInfo *m = memory->m;
    const Value *p = access->args[0], *q = sum->args[0];
    if (!may_meet(memory, access, sum))
        return true;
    if (!mem_knows(m, p) || m->address[p->id].root != m->address[q->id].root)
        return false;
    Poly end = poly_copy(m->address[p->id].off);
    end.c += p->type->elem->size;
    return at_most(&end, &bytes->lo) || at_most(&bytes->hi, m->address[p->id].off);
}

/* The store by which each iteration of the loop leaves one of the bytes' elements zero, and all together leave all so. */
static Op *clears(const Memory *memory, const Op *loop, const Op *sum, const Extent *bytes)
{
    const MemInfo *m = memory->m;
    Op *clearing = NULL;
    Extent e;
    for (Op *op = loop->regions[0]->last; op; op = op->prev) {
        if (op_info[op->code].effect == EFFECT_PURE && op->nregions == 0)
            continue;
        bool cell = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
        if (!cell || !mem_position(m, op))
            return NULL;
        if (!may_meet(memory, op, sum))
            continue;
        if (!clearing && op->code == OP_STORE && value_is_zero(op->args[1]) && !op->shared && op->args[0]->type == sum->args[0]->type)
            clearing = op;
        else if (!clearing || op->args[0] != clearing->args[0])
            return NULL;
    }
    bool all = clearing && m->address[clearing->args[0]->id].root == m->address[sum->args[0]->id].root &&
               walked_bytes(m, clearing, loop, &e) && at_most(&e.lo, &bytes->lo) && at_most(&bytes->hi, &e.hi);
    return all ? clearing : NULL;
}

Op *clearing_before(const Memory *memory, const Op *op, const Op *sum, const Extent *bytes, bool *read)
{
    int n = 0;
    *read = false;
    for (op = op->prev; op && ++n < LOOK_BACK; op = op->prev) {
        bool cell = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
        if (op_info[op->code].effect == EFFECT_PURE && op->nregions == 0 && !cell)
            continue;
        if (op->code == OP_FOR && mem_position(memory->m, op))
            return clears(memory, op, sum, bytes);
        bool beside = cell && mem_position(memory->m, op) && is_beside(memory, op, sum, bytes);
        if (!beside && op->code != OP_LOAD)
            return NULL;
        *read |= !beside;
    }
    return NULL;
}
