/* ends.c: what a gathering loop overwrites is not cleared for it.
 *
 *   for (i = 0; i < n; i++) {                       for (i = 0; i < n; i++)
 *       d_next[i] = d_u[i];                             d_next[i] = d_u[i];
 *       d_u[i] = 0;                                 if (n >= 4)
 *   }                                        ->         d_u[0] = d_u[1] = d_u[n - 2] = d_u[n - 1] = 0;
 *   ...                                             else
 *   for (i = 2; i < n - 2; i++)                         for (i = 0; i < n; i++)
 *       d_u[i] = ...;                                       d_u[i] = 0;
 *
 * Precondition: the loop that clears goes along memory, a known number of elements farther at either end, and nothing reads those between
 * before they are stored. Where the ends meet, the loop that stores does not run: then all are cleared, as before.
 */
#include "analysis.h"
#include "derivative.h"
#include "nest.h"

enum { MOST_ENDS = 6 }; /* elements at an end */

static bool is_upward(const Op *loop)
{
    int64_t step, from, size = loop->args[0]->type->size;
    return value_int(loop->args[2], &step) && step == 1 && loop->cmp == OP_LT && !loop->omp && !(loop->loop && loop->loop->omp) &&
           (size == 4 || (size == 8 && value_int(loop->args[0], &from) && from >= 0 && from < INT16_MAX));
}

/* Is v computed from the counter and what is known before the loop, without memory? */
static bool is_plain_in(const Op *loop, const Value *v)
{
    if (value_outside(v, loop) || v == loop->regions[0]->args[0])
        return true;
    OpKind kind = v->def ? op_info[v->def->code].kind : KIND_CTL;
    if (kind != KIND_CONST && kind != KIND_ADDR && kind != KIND_ARITH)
        return false;
    for (int i = 0; i < v->def->nargs; i++)
        if (!is_plain_in(loop, v->def->args[i]))
            return false;
    return true;
}

static Value *repeat(Builder *b, const Op *loop, Value *v, PtrMap *map)
{
    Value *made = ptrmap_get(map, v);
    if (value_outside(v, loop) || made)
        return made ? made : v;
    for (int i = 0; i < v->def->nargs; i++)
        repeat(b, loop, v->def->args[i], map);
    return clone_op(b, v->def, map)->results[0];
}

/* The element of the iteration with that counter := 0. */
static void clear_at(Builder *b, const Op *loop, const Op *clearing, Value *counter)
{
    PtrMap map = {.arena = b->fn->arena};
    ptrmap_put(&map, loop->regions[0]->args[0], counter);
    build_store(b, repeat(b, loop, clearing->args[0], &map), build_zero(b, clearing->args[1]->type));
}

static void clear_ends(Op *loop, const Op *clearing, int64_t low, int64_t high)
{
    Type *t = loop->args[0]->type;
    Builder b = before_op(loop->next);
    b.loc = clearing->loc;
    Op *choice = build_if(&b, build_room(&b, loop->args[0], loop->args[1], low + high));
    choice->note = "those between are stored before they are read";
    Builder yes = at_end(choice->regions[0]), no = at_end(choice->regions[1]);
    yes.loc = no.loc = clearing->loc;
    for (int64_t k = 0; k < low; k++)
        clear_at(&yes, loop, clearing, k ? build_bin(&yes, OP_ADD, loop->args[0], build_int(&yes, t, k)) : loop->args[0]);
    for (int64_t k = high; k > 0; k--)
        clear_at(&yes, loop, clearing, build_bin(&yes, OP_SUB, loop->args[1], build_int(&yes, t, k)));
    build_yield(&yes, NULL, 0);
    Op *all = build_for(&no, loop->args[0], loop->args[1], loop->args[2], loop->cmp);
    all->regions[0]->args[0]->var = loop->regions[0]->args[0]->var;
    Builder in = at_end(all->regions[0]);
    in.loc = clearing->loc;
    clear_at(&in, loop, clearing, all->regions[0]->args[0]);
    build_yield(&in, NULL, 0);
    build_yield(&no, NULL, 0);
}

/* *elements: how many there are from byte lo to byte hi; false: not known, or many. */
static bool count_between(const Poly *lo, const Poly *hi, int64_t size, int64_t *elements)
{
    Poly between = poly_copy(hi);
    poly_add(&between, lo, -1);
    *elements = between.c / size;
    return between.known && between.n == 0 && between.c % size == 0 && between.c >= 0 && *elements <= MOST_ENDS;
}

bool clear_only_ends(const Memory *memory, Op *clearing, const Extent *stored)
{
    Op *loop = clearing->parent->owner;
    int64_t low, high, size = clearing->args[0]->type->elem->size, trips = trip_bound(loop);
    Extent all;
    if (!is_upward(loop) || (trips >= 0 && trips <= 2 * MOST_ENDS) || !is_plain_in(loop, clearing->args[0]) ||
        !walked_bytes(memory->m, clearing, loop, &all) || !count_between(&all.lo, &stored->lo, size, &low) ||
        !count_between(&stored->hi, &all.hi, size, &high))
        return false;
    clear_ends(loop, clearing, low, high);
    op_remove(clearing);
    return true;
}
