/* storage_yield.c: what an arm of an if yields is the if's result.
 *
 *   g[r] = r < n ? exp(s) : tanh(s);      the reverse of exp needs exp(s), that of tanh needs tanh(s): either is the number in g[r]
 *
 * Kept by themselves they are as many numbers for each arm as the if is executed; the result is kept once, or read again where it was stored.
 */
#include "derivative.h"

Value *yielded_as(const Value *v)
{
    const Region *r = v->def ? v->def->parent : NULL;
    if (!r || !r->owner || r->owner->code != OP_IF)
        return NULL;
    const Op *end = region_terminator(r);
    for (int i = 0; i < end->nargs; i++)
        if (end->args[i] == v)
            return r->owner->results[i];
    return NULL;
}

Value *yielded_by_other(const Value *v)
{
    const Value *result = yielded_as(v);
    if (!result)
        return NULL;
    const Op *branch = result->def;
    Region *other = branch->regions[v->def->parent == branch->regions[0]];
    Value *w = region_terminator(other)->args[result->index];
    return w->def && w->def->parent == other ? w : NULL;
}
