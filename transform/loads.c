/* loads.c: a load whose value is known from an earlier load or store of the same address, with nothing between that may write it.
 *
 *   g[i] = h[i] * w[i];  o[i] = h[i] * v[i];      h[i] is read once if g does not overlap it
 *
 * cse.c does the same where no memory is written at all. */
#include "transform.h"

enum { MAX_KNOWN = 48 };

typedef struct {
    Value *address, *value;
} Known;

typedef struct {
    const MemInfo *m;
    PtrMap replaced; /* Value* -> Value* */
    Ptrs needless;   /* Op*: stores, which the analysis knows until the end */
    Known known[MAX_KNOWN];
    int n;
} Loads;

static void forget(Loads *l, const Op *op)
{
    int kept = 0;
    for (int i = 0; i < l->n; i++)
        if (!mem_op_may_write(l->m, op, l->known[i].address))
            l->known[kept++] = l->known[i];
    l->n = kept;
}

static void know(Loads *l, Value *address, Value *value)
{
    if (l->n == MAX_KNOWN) { /* the oldest goes */
        for (int i = 1; i < MAX_KNOWN; i++)
            l->known[i - 1] = l->known[i];
        l->n--;
    }
    l->known[l->n++] = (Known){address, value};
}

static bool is_plain(const Value *address)
{
    const Op *op = address->def;
    if (op && op->code == OP_FIELD && op->args[0]->type->elem->fields[op->ival].bit_width)
        return false;
    return !address->type->elem_volatile;
}

static void visit_load(Loads *l, Op *op)
{
    if (!is_plain(op->args[0]))
        return;
    for (int i = l->n - 1; i >= 0; i--) {
        Value *v = map_value(&l->replaced, l->known[i].value);
        if (v->type == op->results[0]->type && same_address(l->known[i].address, op->args[0])) {
            ptrmap_put(&l->replaced, op->results[0], v);
            return;
        }
    }
    know(l, op->args[0], op->results[0]);
}

/* Is what op stores there already? */
static bool changes_nothing(Loads *l, const Op *op)
{
    if (op->code != OP_STORE || !is_plain(op->args[0]) || memory_is_inactive(op->args[0]))
        return false;
    for (int i = l->n - 1; i >= 0; i--)
        if (same_address(l->known[i].address, op->args[0]))
            return map_value(&l->replaced, l->known[i].value) == map_value(&l->replaced, op->args[1]);
    return false;
}

static void visit_region(Loads *l, Region *r);

/* What is known before op is known in its regions; what they learn stays there. */
static void visit_regions(Loads *l, Op *op)
{
    int n = l->n;
    for (int k = 0; k < op->nregions; k++) {
        Known outer[MAX_KNOWN];
        for (int i = 0; i < n; i++)
            outer[i] = l->known[i];
        visit_region(l, op->regions[k]);
        for (int i = 0; i < n; i++)
            l->known[i] = outer[i];
        l->n = n;
    }
}

static void visit_region(Loads *l, Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        OpEffect effect = op_info[op->code].effect;
        if (op->code == OP_LOAD) {
            visit_load(l, op);
            continue;
        }
        if (changes_nothing(l, op)) {
            ptrs_push(&l->needless, op);
            continue;
        }
        if (op->code == OP_IF)
            visit_regions(l, op);
        if (op->nregions || effect == EFFECT_WRITES || effect == EFFECT_OUTSIDE)
            forget(l, op);
        if (op->code != OP_IF)
            visit_regions(l, op); /* after it: a loop's earlier iterations write, too */
        if (op->code == OP_STORE && is_plain(op->args[0]) && !memory_is_inactive(op->args[0]) &&
            op->args[1]->type == op->args[0]->type->elem)
            know(l, op->args[0], op->args[1]);
    }
}

void merge_loads(Fn *fn)
{
    Loads l = {.m = mem_analyse(fn), .replaced = {.arena = fn->arena}, .needless = {.arena = fn->arena}};
    visit_region(&l, fn->body);
    mem_free(l.m);
    for (size_t i = 0; i < l.needless.n; i++)
        op_remove(l.needless.at[i]);
    replace_uses_map(fn, &l.replaced);
    simplify(fn);
}
