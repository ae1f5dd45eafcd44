/* exits.c: a path on which nothing is left to do returns at once, as it does in the source.
 *
 *   if (n <= 0) {                       if (n <= 0)
 *       result = -1;                        return -1;
 *       kept = 0;                       ...
 *   } else {                            d_x[0] += kept;
 *       ...                       ->    return result;
 *   }
 *   d_x[0] += n <= 0 ? 0 : kept;
 *   return result;
 *
 * Lowering has made one exit of all returns, so that there is something to reverse. Here what follows an if moves into its arms, where one
 * of them makes all of it disappear: conditions known, sums of zero, loops that do not run. What is left of it there may only compute the
 * result, free memory, store and add a few values. Derivatives have the same bits, but for -0.0 + 0, which is not computed any more.
 */
#include "derivative.h"

enum { MAX_STORES = 3 };

typedef struct {
    Fn *fn;
    Region *region; /* whose end is the function's */
    Op *branch;
    int arm;        /* the one to return from */
    PtrMap map;     /* what follows the branch, as it is on that path */
    Builder to;
    int vanished;   /* ops with an effect that are not needed there */
    int stores, sums; /* ... that stay: at most MAX_STORES, of them sums */
} Path;

static Value *on_path(Path *p, Value *v)
{
    Value *to = ptrmap_get(&p->map, v);
    return to ? to : v;
}

/* ---------------------------------------------------------------------- what is known on the path */

/* p != NULL, where the branch asks for p == NULL? */
static bool is_opposite(const Path *p, const Op *test)
{
    const Op *asked = p->branch->args[0]->def;
    OpCode inverse;
    return asked && test && op_is_compare(asked->code) && op_is_compare(test->code) && op_inverse_compare(asked, &inverse) &&
           test->code == inverse && value_same(test->args[0], asked->args[0]) && value_same(test->args[1], asked->args[1]);
}

static bool known_truth(Path *p, Value *v, bool *truth)
{
    int64_t k;
    bool other;
    v = on_path(p, v);
    if (value_int(v, &k)) {
        *truth = k != 0;
        return true;
    }
    if (v == p->branch->args[0]) {
        *truth = p->arm == 0;
        return true;
    }
    if (is_opposite(p, v->def)) {
        *truth = p->arm != 0;
        return true;
    }
    if (!v->def || v->def->code != OP_LNOT || !known_truth(p, v->def->args[0], &other))
        return false;
    *truth = !other;
    return true;
}

static bool is_zero(const Value *v)
{
    return v->def && v->def->code == OP_FCONST && v->def->fval == 0;
}

/* A loop that does not run, going by constants. */
static bool never_runs(Path *p, const Op *loop)
{
    int64_t lo, hi;
    if (!value_int(on_path(p, loop->args[0]), &lo) || !value_int(on_path(p, loop->args[1]), &hi))
        return false;
    if (!type_is_signed(loop->args[0]->type) && (lo < 0 || hi < 0))
        return false;
    return (loop->cmp == OP_LT && lo >= hi) || (loop->cmp == OP_GT && lo <= hi);
}

/* ---------------------------------------------------------------------- what follows the branch */

static bool follow(Path *p, const Op *from);

static bool follow_if(Path *p, const Op *op)
{
    bool truth;
    if (!known_truth(p, op->args[0], &truth))
        return false;
    const Region *arm = op->regions[truth ? 0 : 1], *other = op->regions[truth ? 1 : 0];
    if (!follow(p, arm->first))
        return false;
    p->vanished += other->first != other->last;
    for (int i = 0; i < op->nresults; i++)
        ptrmap_put(&p->map, op->results[i], on_path(p, arm->last->args[i]));
    return true;
}

static bool uses_value(const Region *r, const Op *end, const Value *v)
{
    for (const Op *op = r->first; op && op != end; op = op->next) {
        for (int i = 0; i < op->nargs; i++)
            if (op->args[i] == v)
                return true;
        for (int i = 0; i < op->nregions; i++)
            if (uses_value(op->regions[i], NULL, v))
                return true;
    }
    return false;
}

/* Memory that there is not, as the branch says (`if (p == NULL) return`), or the shadow of such. */
static bool was_not_made(const Path *p, const Value *v)
{
    while (v->def && v->def->code == OP_PTRCAST)
        v = v->def->args[0];
    const Op *alloc = v->def;
    if (!alloc || alloc->code != OP_ALLOC)
        return false;
    if (tests_null(p->branch->args[0], alloc, p->arm == 0))
        return true;
    return alloc->nargs > 2 && was_not_made(p, alloc->args[2]); /* only made if that was */
}

/* Is v not used before the branch, in its region and those around it up to v's own? */
static bool is_new(const Path *p, const Value *v)
{
    const Op *until = p->branch;
    for (const Region *r = p->region; r; r = until->parent) {
        if (uses_value(r, until, v))
            return false;
        if (r == v->def->parent)
            return true;
        until = r->owner;
        if (!until || until->code != OP_IF)
            return false;
    }
    return false;
}

/* NULL, or a stack or log that nothing was put in: need not be freed, nor read. */
static bool is_nothing(const Path *p, const Value *v)
{
    if (!v->def || v->def->code == OP_NULLPTR)
        return v->def != NULL;
    return was_not_made(p, v) || (v->def->code == OP_LOCAL && is_new(p, v) && !uses_value(p->branch->regions[p->arm], NULL, v));
}

/* One op behind the branch, on the path: false where it stays, and does something. */
static bool follow_op(Path *p, const Op *op)
{
    switch (op->code) {
    case OP_IF:
        return follow_if(p, op);
    case OP_FOR:
        if (!never_runs(p, op))
            return false;
        for (int i = 0; i < op->nresults; i++)
            ptrmap_put(&p->map, op->results[i], on_path(p, op->args[i ? i + 2 : 0]));
        p->vanished++;
        return true;
    case OP_ACCUM:
        if (is_zero(on_path(p, op->args[1]))) {
            p->vanished++;
            return true;
        }
        p->sums++;
        /* fall through */
    case OP_STORE:
        clone_op(&p->to, op, &p->map);
        return ++p->stores <= MAX_STORES;
    case OP_CALL:
    case OP_FREE:
        if (op->nargs && is_nothing(p, on_path(p, op->args[0]))) {
            p->vanished++;
            return true;
        }
        clone_op(&p->to, op, &p->map);
        return op->code == OP_FREE || frees_tape(op);
    default:
        if (op->nregions || op_info[op->code].effect > EFFECT_READS)
            return false;
        clone_op(&p->to, op, &p->map);
        return true;
    }
}

static bool follow(Path *p, const Op *from)
{
    for (const Op *op = from; op->next; op = op->next)
        if (!follow_op(p, op))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- the rewriting */

/* In region r the branch's condition is known. */
static void decide(const Path *p, Region *r, Value *truth, Value *opposite)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_IF && op->args[0] == p->branch->args[0])
            op->args[0] = truth;
        else if (op->code == OP_IF && is_opposite(p, op->args[0]->def))
            op->args[0] = opposite;
        for (int i = 0; i < op->nregions; i++)
            decide(p, op->regions[i], truth, opposite);
    }
}

/* Objects of the function that only the other arm uses now are made there. */
static void sink_locals(Path *p, Region *rest)
{
    Builder start = rest->first ? before_op(rest->first) : at_end(rest);
    for (Op *op = p->region->first, *next; op != p->branch; op = next) {
        next = op->next;
        if (op->code == OP_LOCAL && op->nargs == 0 && uses_value(rest, NULL, op->results[0]) &&
            !uses_value(p->region, p->branch, op->results[0]) && !uses_value(p->branch->regions[p->arm], NULL, op->results[0]))
            op_move(op, &start);
    }
}

/* `passed` is what the region's end says on the path. */
static void rewrite(Path *p, Region *cloned, Value **passed)
{
    Op *branch = p->branch, *end = region_terminator(p->region);
    Region *leaving = branch->regions[p->arm], *rest = branch->regions[!p->arm];
    Builder at = before_op(leaving->last);
    for (Op *op = cloned->first, *next; op; op = next) {
        next = op->next;
        op_move(op, &at);
    }
    op_set_args(leaving->last, passed, end->nargs);

    Op *others = rest->last;
    PtrMap results = {.arena = p->fn->arena};
    for (int i = 0; i < branch->nresults; i++)
        ptrmap_put(&results, branch->results[i], others->args[i]);
    Builder into = before_op(others);
    while (branch->next != end)
        op_move(branch->next, &into);
    op_set_args(others, end->args, end->nargs);
    replace_uses_map(p->fn, &results);
    Builder first = before_op(rest->first);
    Value *truth = build_int(&first, type_scalar(TY_INT), p->arm);
    decide(p, rest, truth, build_int(&first, type_scalar(TY_INT), !p->arm));

    while (branch->nresults)
        op_drop_result(branch, branch->nresults - 1);
    for (int i = 0; i < end->nargs; i++)
        end->args[i] = op_add_result(branch, end->args[i]->type, end->args[i]->var);
    sink_locals(p, rest);
}

static int count_ops(const Op *from)
{
    int n = 0;
    for (const Op *op = from; op; op = op->next) {
        n++;
        for (int i = 0; i < op->nregions; i++)
            n += count_ops(op->regions[i]->first);
    }
    return n;
}

/* A way out that has a derivative, in a short word beside the rest. Of two arms that are alike none is a way out. */
static bool is_short(const Path *p, const Region *cloned)
{
    enum { TIMES = 5 };
    const Region *leaving = p->branch->regions[p->arm], *rest = p->branch->regions[!p->arm];
    return TIMES * (count_ops(leaving->first) + count_ops(cloned->first)) < count_ops(rest->first) + count_ops(p->branch->next);
}

static bool is_followed_by_effects(const Op *branch)
{
    for (const Op *op = branch->next; op && op->next; op = op->next)
        if (op->nregions || op_info[op->code].effect > EFFECT_READS)
            return true;
    return false;
}

/* Can the branch's arm be left at once? Then it is. */
static bool leave(Fn *fn, Op *branch, int arm)
{
    Region *region = branch->parent, *cloned = region_new(fn, NULL);
    Op *end = region_terminator(region);
    Path p = {.fn = fn, .region = region, .branch = branch, .arm = arm, .map.arena = fn->arena, .to = at_end(cloned)};
    for (int i = 0; i < branch->nresults; i++)
        ptrmap_put(&p.map, branch->results[i], branch->regions[arm]->last->args[i]);
    if (!follow(&p, branch->next) || !p.vanished || (p.sums && !is_short(&p, cloned)))
        return false;
    Value **passed = arena_alloc(fn->arena, sizeof *passed * (size_t)(end->nargs + 1));
    for (int i = 0; i < end->nargs; i++)
        passed[i] = on_path(&p, end->args[i]);
    rewrite(&p, cloned, passed);
    return true;
}

/* Does the region pass on what its last op, an if, computes, and nothing else? Then its arms end where it does. */
static Op *last_if(const Region *r)
{
    const Op *end = r->last;
    Op *op = end->prev;
    if (!op || op->code != OP_IF || op->nresults != end->nargs)
        return NULL;
    for (int i = 0; i < end->nargs; i++)
        if (end->args[i] != op->results[i])
            return NULL;
    return op;
}

/* region ends where the function does. */
static bool leave_early(Fn *fn, Region *region)
{
    bool changed = false;
    for (Op *op = region->first; op && !changed; op = op->next)
        for (int arm = 0; arm < 2 && !changed && op->code == OP_IF && is_followed_by_effects(op); arm++)
            changed = leave(fn, op, arm);
    const Op *last = last_if(region);
    for (int arm = 0; last && arm < 2; arm++)
        changed |= leave_early(fn, last->regions[arm]);
    return changed;
}

void early_exits(Fn *fn)
{
    while (leave_early(fn, fn->body)) {
        simplify(fn);
        merge_loads(fn); /* may show that another condition is the one that was decided */
    }
}
