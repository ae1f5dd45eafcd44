/* fuse.c: a loop whose iterations are independent but for sums runs each iteration's reverse right after its forward part.
 *
 *   for (i up) F(i); ... for (i down) R(i)   ->   for (i up) { F(i); R(i) }
 *
 * so that what R(i) needs of F(i) is still there. This is legal when
 *   - what the reverse loop starts from (the adjoints of the loop's sums) can be computed before the forward loop; where it is only added
 *     to, the sum starts from zero and what it should have started from is added behind the loop;
 *   - the reverse loop only adds up: each carried adjoint is handed on unchanged or is a sum;
 *   - no derivative flows from one iteration to another through memory: what the loop writes and has a shadow is scratch that every
 *     iteration writes before it reads it, or is touched by one iteration only, or the reverse loop only reads its derivative (out[k] += e).
 *     The last is used only where the reverse loop needs what is dear to have again: it adds stores to loops that compilers do well with;
 *   - the reverse ops that are overtaken touch other shadows, or both only add.
 * Two ifs of both sweeps around such loops, as an early return leaves them, become one by the same rules.
 * Scratch is proved thus: all accesses to it are in the loop, it starts undefined, and neither their addresses nor whether they are
 * executed depends on the iteration, but for one if around all of them. The first iteration cannot read what was not written, so no iteration does. Loads behind all
 * stores of an iteration may be anywhere: every iteration stores to the same places, and nothing else was ever written. Or thus: whatever
 * an iteration loads, it has stored before (scratch.c).
 */
#include "fuse.h"

/* ---------------------------------------------------------------------- sums */

static void forget_uses(const Fuse *f, Value *const *values, int n)
{
    for (int i = 0; i < n; i++)
        f->uses[values[i]->id] = 0;
}

static void count_uses_in(const Fuse *f, const Region *r)
{
    forget_uses(f, r->args, r->nargs);
    for (const Op *op = r->first; op; op = op_next(op)) {
        forget_uses(f, op->results, op->nresults);
        for (int i = 0; i < op->nargs; i++)
            f->uses[op->args[i]->id]++;
        for (int i = 0; i < op->nregions; i++)
            count_uses_in(f, op->regions[i]);
    }
}

/* What only_sums() asks for: uses of what is defined in the loop, which are all in it. */
static void count_loop_uses(Fuse *f, const Op *loop)
{
    if (f->nuses < f->fn->nvalues) { /* a merged loop has new values */
        f->nuses = 2 * f->fn->nvalues;
        f->uses = arena_alloc(f->fn->arena, sizeof *f->uses * (size_t)f->nuses);
    }
    for (int i = 0; i < loop->nregions; i++)
        count_uses_in(f, loop->regions[i]);
}

/* Is y = arg + ..., arg used for nothing else? Counts the uses it accounts for. */
static bool sums_up(const Fuse *f, const Value *y, const Value *arg, int *accounted)
{
    if (y == arg) {
        ++*accounted;
        return true;
    }
    const Op *op = y->def;
    if (!op || !op->in_reverse || (f->uses[y->id] != 1 && op->code != OP_IF))
        return false;
    if (op->code == OP_ADD)
        return sums_up(f, op->args[0], arg, accounted) || sums_up(f, op->args[1], arg, accounted);
    if (op->code == OP_SUB)
        return sums_up(f, op->args[0], arg, accounted);
    if (op->code == OP_FOR && y->index > 0) {
        const Value *inner = op->regions[0]->args[y->index];
        int inner_uses = 0;
        return sums_up(f, region_terminator(op->regions[0])->args[y->index - 1], inner, &inner_uses) &&
               inner_uses == f->uses[inner->id] && sums_up(f, op->args[2 + y->index], arg, accounted);
    }
    if (op->code == OP_IF && f->uses[y->id] == 1)
        return sums_up(f, region_terminator(op->regions[0])->args[y->index], arg, accounted) &&
               sums_up(f, region_terminator(op->regions[1])->args[y->index], arg, accounted);
    return false;
}

static bool only_sums(const Fuse *f)
{
    const Region *body = f->rev->regions[0];
    const Op *yield = region_terminator(body);
    for (int i = 1; i < body->nargs; i++) {
        const Value *arg = body->args[i], *next = yield->args[i - 1];
        int accounted = 0;
        if (!hands_on_only(next, arg) && !(sums_up(f, next, arg, &accounted) && accounted == f->uses[arg->id]))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- scratch */

enum { VARIES = 1, SAME = 2 };

static bool is_invariant(Fuse *f, const Value *v);

static bool loop_is_invariant(Fuse *f, const Op *loop)
{
    return loop->code == OP_FOR && loop != f->fwd && is_invariant(f, loop->args[0]) && is_invariant(f, loop->args[1]) &&
           is_invariant(f, loop->args[2]);
}

static bool argument_is_invariant(Fuse *f, const Value *v)
{
    const Op *loop = v->arg_of->owner;
    if (!loop_is_invariant(f, loop))
        return false;
    return v->index == 0 ||
           (is_invariant(f, loop->args[2 + v->index]) && is_invariant(f, region_terminator(loop->regions[0])->args[v->index - 1]));
}

static bool result_is_invariant(Fuse *f, const Value *v)
{
    const Op *op = v->def;
    if (op->code == OP_FOR)
        return loop_is_invariant(f, op) && (v->index == 0 || argument_is_invariant(f, op->regions[0]->args[v->index]));
    if (op->code == OP_IF)
        return is_invariant(f, op->args[0]) && is_invariant(f, region_terminator(op->regions[0])->args[v->index]) &&
               is_invariant(f, region_terminator(op->regions[1])->args[v->index]);
    if (op->code == OP_LOAD ? mem_op_may_write(f->mem, f->fwd, op->args[0]) : op_info[op->code].effect != EFFECT_PURE || op->nregions > 0)
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!is_invariant(f, op->args[i]))
            return false;
    return true;
}

/* Does v take the same sequence of values in every iteration of fwd? Cycles through inner loops are assumed to while they are examined. */
static bool is_invariant(Fuse *f, const Value *v)
{
    if (value_outside(v, f->fwd))
        return v->def != f->fwd;
    intptr_t known = (intptr_t)ptrmap_get(&f->invariant, v);
    if (known)
        return known == SAME;
    ptrmap_put(&f->invariant, v, (void *)(intptr_t)SAME);
    bool same = v->def ? result_is_invariant(f, v) : argument_is_invariant(f, v);
    ptrmap_put(&f->invariant, v, (void *)(intptr_t)(same ? SAME : VARIES));
    return same;
}

/* ... in each execution of `home`, which is fwd's body, or an arm of an if there. */
static bool always_executed(Fuse *f, const Region *home, const Op *op)
{
    for (const Op *owner = op->parent->owner; owner && owner != home->owner; owner = owner->parent->owner)
        if (owner->code == OP_IF ? !is_invariant(f, owner->args[0]) : !loop_is_invariant(f, owner))
            return false;
    return true;
}

typedef struct {
    Fuse *f;
    int obj;
    const Region *home;   /* where all accesses are: fwd's body, or an arm of an if there */
    const Op *last_store; /* which of home's ops has it */
    bool good;
} Scratch;

/* The op of home that op is, or is in. */
static const Op *in_home(const Scratch *s, const Op *op)
{
    while (op->parent != s->home)
        op = op->parent->owner;
    return op;
}

static bool accesses(const Scratch *s, const Op *op)
{
    const int *objs;
    if (op->in_reverse || op->nargs == 0 || (op->code != OP_LOAD && op->code != OP_STORE && op->code != OP_ZERO) || op->args[0]->id >= s->f->fn->mem_values)
        return false;
    int n = mem_objects(s->f->mem, op->args[0], &objs);
    for (int k = 0; k < n; k++)
        if (objs[k] == s->obj)
            return true;
    return false;
}

static bool region_accesses(const Scratch *s, const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (accesses(s, op))
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (region_accesses(s, op->regions[k]))
                return true;
    }
    return false;
}

/* Narrows home down to the arm of an if that has all accesses. */
static void find_home(Scratch *s)
{
    for (bool found = true; found;) {
        const Region *arm = NULL;
        int n = 0;
        for (const Op *op = s->home->first; op; op = op_next(op)) {
            if (accesses(s, op))
                return;
            for (int k = 0; k < op->nregions; k++)
                if (region_accesses(s, op->regions[k])) {
                    arm = op->code == OP_IF ? op->regions[k] : NULL;
                    n++;
                }
        }
        found = n == 1 && arm;
        if (found)
            s->home = arm;
    }
}

static void find_store(Op *op, void *ctx)
{
    Scratch *s = ctx;
    if (op->code != OP_LOAD && accesses(s, op) && region_contains(s->home, op))
        s->last_store = in_home(s, op);
}

/* Is the load's part of the iteration behind the last part that stores? */
static bool comes_after_stores(Scratch *s, const Op *load)
{
    if (!s->last_store)
        walk_ops(s->f->fn->body, find_store, s);
    const Op *part = in_home(s, load);
    for (const Op *op = s->last_store ? s->last_store->next : NULL; op; op = op->next)
        if (op == part)
            return true;
    return false;
}

static void check_access(Op *op, void *ctx)
{
    Scratch *s = ctx;
    if (op->in_reverse || op_info[op->code].kind == KIND_ADDR || op->code == OP_FREE || op->code == OP_LOCAL)
        return;
    for (int i = 0; i < op->nargs && s->good; i++) {
        const Value *p = op->args[i];
        const int *objs;
        if (p->type->kind != TY_PTR || p->id >= s->f->fn->mem_values)
            continue;
        int n = mem_objects(s->f->mem, p, &objs);
        bool reaches = false;
        for (int k = 0; k < n; k++)
            reaches = reaches || objs[k] == s->obj;
        if (!reaches)
            continue;
        bool access = (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ZERO) && i == 0;
        bool handed_on = op->code == OP_YIELD || op->code == OP_EQ || op->code == OP_NE || op->code == OP_LNOT;
        if (handed_on)
            continue;
        s->good = access && n == 1 && region_contains(s->home, op) &&
                  ((is_invariant(s->f, p) && always_executed(s->f, s->home, op)) || (op->code == OP_LOAD && comes_after_stores(s, op)));
    }
}

/* Was it made in the loop, in the source? Then there is nothing in it when an iteration begins. */
static bool is_of_iteration(const Fuse *f, const Op *made)
{
    const Op *owner = made->home;
    while (owner && owner != f->fwd)
        owner = owner->parent ? owner->parent->owner : NULL; /* an op that is gone is in no region */
    return owner != NULL;
}

static bool is_scratch(Fuse *f, int obj)
{
    ObjKind kind = mem_object_kind(f->mem, obj);
    const Op *op = mem_object_op(f->mem, obj);
    if ((kind != OBJ_LOCAL && kind != OBJ_HEAP) || !op || op->zeroed)
        return false;
    if (is_of_iteration(f, op))
        return true;
    Scratch s = {f, obj, f->fwd->regions[0], NULL, true};
    find_home(&s);
    walk_ops(f->fn->body, check_access, &s);
    return s.good || memory_is_filled(f->fn, f->mem, obj, f->fwd);
}

/* A call with a custom derivative, which reads and overwrites shadows of what it writes. */
static bool custom_writes_shadowed(const Fuse *f, const Op *call)
{
    for (int k = 0; k < call->nargs && call_has_derivative(call, f->shadow->rq->mode); k++)
        if (call->args[k]->type->kind == TY_PTR && custom_may_write(call, k) && shadow_has(f->shadow, call->args[k]))
            return true;
    return false;
}

/* AD_INDEPENDENT: the user knows what the subscripts do not show. */
static bool is_declared(const Op *loop)
{
    return loop->loop && loop->loop->independent;
}

/* Does rev leave the derivative of obj as it finds it? */
static bool derivative_is_only_read(const Fuse *f, const Touches *rev, int obj)
{
    for (int i = 0; i < rev->n; i++) {
        const int *objs;
        if (rev->at[i].only_reads)
            continue;
        if (!rev->at[i].root)
            return false;
        int n = mem_objects(f->mem, rev->at[i].root, &objs);
        for (int k = 0; k < n; k++)
            if (objs[k] == obj || mem_objects_may_alias(f->mem, objs[k], obj))
                return false;
        if (n == 0)
            return false;
    }
    return true;
}

static bool is_private(Fuse *f, const Touches *rev, int obj)
{
    return is_declared(f->fwd) || is_scratch(f, obj) || mem_iterations_disjoint(f->mem, f->fwd, obj) || (rev && derivative_is_only_read(f, rev, obj));
}

/* r: the body of fwd; rev: what the reverse loop touches, or NULL. */
static bool writes_are_private(Fuse *f, Region *r, const Touches *rev)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        for (int k = 0; k < op->nregions; k++)
            if (!writes_are_private(f, op->regions[k], rev))
                return false;
        if (op->code == OP_ALLOC || op->code == OP_FREE || op->code == OP_REALLOC)
            return false;
        if (op->code == OP_CALL && !op->in_reverse && custom_writes_shadowed(f, op))
            return false;
        if ((op->code != OP_STORE && op->code != OP_ZERO && op->code != OP_COPY) || op->in_reverse)
            continue;
        if (op->args[0]->id >= f->fn->mem_values)
            return false; /* a twin's address: the store puts a shadow aside */
        if (!shadow_has(f->shadow, op->args[0]))
            continue;
        const int *objs;
        int n = mem_objects(f->mem, op->args[0], &objs);
        for (int i = 0; i < n; i++)
            if (!is_private(f, rev, objs[i]))
                return false;
    }
    return true;
}

enum { CHEAP_DEPTH = 16, NO = 1, YES = 2 };

static bool is_cheap(Fuse *f, const Value *v, int depth);

static bool are_cheap(Fuse *f, Value *const *v, int n, int depth)
{
    for (int i = 0; i < n; i++)
        if (!is_cheap(f, v[i], depth - 1))
            return false;
    return true;
}

static bool is_cheap_now(Fuse *f, const Value *v, int depth)
{
    const Op *op = v->def ? v->def : v->arg_of->owner;
    if (!v->def) /* a counter */
        return v->index == 0 && op->code == OP_FOR && (op == f->fwd || are_cheap(f, op->args, 3, depth));
    if (op->nregions > 0 || op_info[op->code].kind == KIND_MATH)
        return false;
    if (op->code == OP_LOAD ? !mem_reloadable(f->mem, op) : op_info[op->code].effect != EFFECT_PURE)
        return false;
    return are_cheap(f, op->args, op->nargs, depth);
}

/* Is v arithmetic on what is at hand in the reverse sweep, or can be loaded again? */
static bool is_cheap(Fuse *f, const Value *v, int depth)
{
    if (value_outside(v, f->fwd))
        return true;
    intptr_t known = (intptr_t)ptrmap_get(&f->cheap, v);
    if (known || depth == 0)
        return known == YES;
    bool cheap = is_cheap_now(f, v, depth);
    ptrmap_put(&f->cheap, v, (void *)(intptr_t)(cheap ? YES : NO));
    return cheap;
}

static bool uses_what_is_dear(Fuse *f, const Region *rev)
{
    for (const Op *op = rev->first; op; op = op_next(op)) {
        if (op->code == OP_USE && !is_cheap(f, op->args[0], CHEAP_DEPTH))
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (uses_what_is_dear(f, op->regions[k]))
                return true;
    }
    return false;
}

static bool iterations_keep_off(Fuse *f)
{
    Touches rev = {.arena = f->fn->arena};
    if (writes_are_private(f, f->fwd->regions[0], NULL))
        return true;
    collect_touches(f, f->rev, &rev);
    return uses_what_is_dear(f, f->rev->regions[0]) && writes_are_private(f, f->fwd->regions[0], &rev);
}

/* ---------------------------------------------------------------------- the move */

static void move_marked(const Fuse *f, Op *op, Builder *to)
{
    for (int k = 0; k < op->nregions; k++)
        for (Op *in = op->regions[k]->first, *next; in; in = next) {
            next = in->next;
            move_marked(f, in, to);
        }
    if (ptrmap_get(&f->moved, op))
        op_move(op, to);
}

static void move_inputs(Fuse *f)
{
    count_before(f);
    Builder b = before_op(f->fwd);
    for (size_t i = 0; i < f->between.n; i++)
        move_marked(f, f->between.at[i], &b);
}

/* init + sum, where rev is. */
static Value *added_behind(const Fuse *f, Value *init, Value *sum)
{
    Builder b = before_op(f->rev);
    Value *all = build_bin(&b, OP_ADD, init, sum);
    all->def->in_reverse = true;
    return all;
}

static void merge(Fuse *f)
{
    Op *fwd = f->fwd, *rev = f->rev;
    Region *from = rev->regions[0], *to = fwd->regions[0];
    Op *from_yield = region_terminator(from), *to_yield = region_terminator(to);
    PtrMap map = {.arena = f->fn->arena};
    ptrmap_put(&map, from->args[0], to->args[0]);
    for (int i = 1; i < from->nargs; i++) {
        Value *arg = from->args[i], *next = from_yield->args[i - 1], *init = rev->args[2 + i];
        if (hands_on_only(next, arg)) {
            ptrmap_put(&map, arg, init);
            ptrmap_put(&map, rev->results[i], init);
            continue;
        }
        bool late = ptrmap_get(&f->late, arg);
        Builder before = before_op(fwd);
        Value *carried = for_add_carried(fwd, late ? build_zero(&before, arg->type) : init, arg->var);
        ptrmap_put(&map, arg, carried);
        ptrmap_put(&map, rev->results[i], late ? added_behind(f, init, for_result_of(fwd, carried)) : for_result_of(fwd, carried));
        op_add_arg(to_yield, next);
    }
    Builder b = before_op(to_yield);
    for (Op *op = from->first, *next; op != from_yield; op = next) {
        next = op->next;
        op_move(op, &b);
    }
    op_set_args(rev, NULL, 0);
    op_set_args(from_yield, NULL, 0);
    replace_uses_map(f->fn, &map);
    op_remove(rev);
    fwd->fused = true;
    const Op *around = fwd->parent->owner;
    if (!around || !around->fused) /* said once for a nest */
        fwd->note = "iterations are independent but for sums: each is reversed at once";
}

/* Under --primal-done: does v, of fwd, come from a load of the caller's memory that fwd has overwritten since? What the same iteration had
 * stored there before will do (memory_forward.c); what another one had is found by other means, but not in one loop with the overwriting. */
static bool comes_from_overwritten(Fuse *f, const Value *v, PtrMap *seen)
{
    Forward stored;
    if (!v->def || value_outside(v, f->fwd) || ptrmap_get(seen, v))
        return false;
    ptrmap_put(seen, v, v->def);
    if (v->def->code == OP_LOAD && mem_op_may_write(f->mem, f->fwd, v->def->args[0]) && !mem_reloadable(f->mem, v->def))
        return pass_options.no_forward || !mem_forwarded(f->mem, v->def, &stored) || !region_contains(f->fwd->regions[0], stored.store) ||
               comes_from_overwritten(f, stored.store->args[1], seen);
    for (int i = 0; i < v->def->nargs; i++)
        if (comes_from_overwritten(f, v->def->args[i], seen))
            return true;
    return false;
}

static bool needs_overwritten(Fuse *f, const Op *op, PtrMap *seen)
{
    if (op->code == OP_USE && comes_from_overwritten(f, op->args[0], seen))
        return true;
    for (int k = 0; k < op->nregions; k++)
        for (const Op *in = op->regions[k]->first; in; in = in->next)
            if (needs_overwritten(f, in, seen))
                return true;
    return false;
}

/* Are iterations independent but for sums? */
static bool may_pair(Fuse *f, Op *fwd, Op *rev)
{
    Arena *arena = f->fn->arena;
    f->fwd = fwd;
    f->rev = rev;
    f->invariant = f->late = f->cheap = (PtrMap){.arena = arena};
    count_loop_uses(f, rev);
    PtrMap seen = {.arena = arena};
    return only_sums(f) && iterations_keep_off(f) && !(f->fn->primal_done && needs_overwritten(f, rev, &seen));
}

/* May rev run right behind fwd? What has to be computed for it goes before fwd. */
static bool comes_together(Fuse *f, Op *fwd, Op *rev)
{
    f->fwd = fwd;
    f->rev = rev;
    f->between = f->counted = (Ptrs){.arena = f->fn->arena};
    f->is_between = f->moved = (PtrMap){.arena = f->fn->arena};
    for (Op *op = fwd->next; op != rev; op = op->next) {
        ptrs_push(&f->between, op);
        ptrmap_put(&f->is_between, op, op);
    }
    if (!inputs_start_early(f) || !may_overtake(f))
        return false;
    move_inputs(f);
    return true;
}

/* A call or a loop, beside which counting is little. */
static bool has_inner_work(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->in_reverse)
            continue;
        if (op->code == OP_FOR || op->code == OP_WHILE || op->code == OP_CALL || op_info[op->code].kind == KIND_MATH)
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (has_inner_work(op->regions[k]))
                return true;
    }
    return false;
}

static bool try_pair(Fuse *f, Op *fwd, Op *rev)
{
    if (!may_pair(f, fwd, rev))
        return false;
    f->may_count = has_inner_work(fwd->regions[0]) && uses_what_is_dear(f, rev->regions[0]);
    if (!comes_together(f, fwd, rev))
        return false;
    merge(f);
    return true;
}

static void find_reverse(Op *op, void *ctx)
{
    Fuse *f = ctx;
    if (op->in_reverse && (op->code == OP_FOR || op->code == OP_IF) && op->mirror && !ptrmap_get(&f->reverse_of, op->mirror))
        ptrmap_put(&f->reverse_of, op->mirror, op);
}

/* Does it call a recursive function, whose reverse takes what it left from the end of the tape? */
static bool keeps_on_tape(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_CALL && op->callee && op->callee->instance)
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (keeps_on_tape(op->regions[k]))
                return true;
    }
    return false;
}

/* ---------------------------------------------------------------------- ifs around loops */

/* Would a loop in r be reversed at once if its reverse, which is in rev, came to stand in r as well? */
static bool has_pair(Fuse *f, const Region *r, const Op *rev)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        Op *mirror = ptrmap_get(&f->reverse_of, op);
        if (op->in_reverse || !mirror || !region_contains(rev->regions[0], mirror) == !region_contains(rev->regions[1], mirror))
            continue;
        if (op->code == OP_FOR ? !keeps_on_tape(op->regions[0]) && may_pair(f, op, mirror) : has_pair(f, op->regions[0], mirror) || has_pair(f, op->regions[1], mirror))
            return true;
    }
    return false;
}

/*   if (n > 0) { for (i up) F(i); } ... if (n > 0) { for (i down) R(i); }   ->   if (n > 0) { for (i up) F(i); for (i down) R(i); } ...
 * An early return leaves all that follows it in such an if. */
static bool try_ifs(Fuse *f, Op *fwd, Op *rev)
{
    if (!has_pair(f, fwd->regions[0], rev) && !has_pair(f, fwd->regions[1], rev))
        return false;
    f->late = (PtrMap){.arena = f->fn->arena};
    f->may_count = false;
    if (!comes_together(f, fwd, rev))
        return false;
    PtrMap map = {.arena = f->fn->arena};
    for (int i = 0; i < rev->nresults; i++)
        ptrmap_put(&map, rev->results[i], op_add_result(fwd, rev->results[i]->type, rev->results[i]->var));
    for (int k = 0; k < 2; k++) {
        Op *yield = region_terminator(rev->regions[k]), *end = region_terminator(fwd->regions[k]);
        Builder b = before_op(end);
        for (Op *op = rev->regions[k]->first, *next; op != yield; op = next) {
            next = op->next;
            op_move(op, &b);
        }
        for (int i = 0; i < yield->nargs; i++)
            op_add_arg(end, yield->args[i]);
        op_set_args(yield, NULL, 0);
    }
    op_set_args(rev, NULL, 0);
    replace_uses_map(f->fn, &map);
    op_remove(rev);
    return true;
}

static void fuse_region(Fuse *f, Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        Op *rev = op->in_reverse ? NULL : ptrmap_get(&f->reverse_of, op);
        if (!rev || rev->parent != r || (op->code == OP_FOR && keeps_on_tape(op->regions[0])))
            continue;
        if (op->code == OP_FOR ? try_pair(f, op, rev) : try_ifs(f, op, rev))
            for (int k = 0; k < op->nregions; k++)
                fuse_region(f, op->regions[k]);
    }
}

/* Do the iterations of fwd keep off each other's elements of what has this root? */
static bool iterations_are_apart(Fuse *f, const Value *root)
{
    const int *objs;
    int n = root ? mem_objects(f->mem, root, &objs) : 0;
    for (int i = 0; i < n; i++)
        if (!is_declared(f->fwd) && !is_scratch(f, objs[i]) && !mem_iterations_disjoint(f->mem, f->fwd, objs[i]))
            return false;
    return n > 0;
}

/* Does rev only add to derivatives, and read others that it does not change? What it takes away again must be one iteration's own. */
static bool only_adds(Fuse *f)
{
    Touches t = {.arena = f->fn->arena};
    collect_touches(f, f->rev, &t);
    for (int i = 0; i < t.n; i++)
        for (int k = i; k < t.n; k++) {
            const Touch *x = &t.at[i], *y = &t.at[k];
            bool together = (x->only_adds && y->only_adds) || (x->only_reads && y->only_reads);
            if (!together && touches_overlap(f, x, y) && !(x->shadow == y->shadow && iterations_are_apart(f, x->root)))
                return false;
        }
    return true;
}

/* for (i down) R(i)  ->  for (i up) R(i), where the order does not matter: compilers and readers prefer it. Within --max-tape, a loop that hands
 * on a state may still have to run its steps again, last first. */
static void turn_upwards(Op *rev, void *ctx)
{
    Fuse *f = ctx;
    Op *fwd = rev->mirror;
    if (!rev->in_reverse || rev->code != OP_FOR || !fwd || fwd->code != OP_FOR || keeps_on_tape(fwd->regions[0]))
        return;
    f->fwd = fwd;
    f->rev = rev;
    f->invariant = (PtrMap){.arena = f->fn->arena};
    count_loop_uses(f, rev);
    if (only_sums(f) && (writes_are_private(f, fwd->regions[0], NULL) || (!f->fn->limited && only_adds(f))))
        rev->reversed = fwd->reversed;
}

void turn_back(const PtrMap *mirror_of, const Op *op)
{
    for (const Op *owner = op->parent->owner; owner; owner = owner->parent->owner) {
        Region *mirror = owner->code == OP_FOR ? ptrmap_get(mirror_of, owner->regions[0]) : NULL;
        if (mirror && mirror->owner->rerun)
            ICE("a reverse loop that has to run in its forward loop's order is turned");
        if (mirror)
            mirror->owner->reversed = !owner->reversed;
    }
}

void fuse_loops(Fn *fn)
{
    if (!fn->shadow || fn->split) /* split: the adjoints of sums come with the reverse sweep */
        return;
    Fuse f = {.fn = fn, .shadow = fn->shadow, .mem = fn->mem, .primal_of = {.arena = fn->arena}};
    shadow_roots(fn->shadow, &f.primal_of);
    f.reverse_of.arena = fn->arena;
    pass_handed_on(fn);
    walk_ops(fn->body, find_reverse, &f);
    fuse_region(&f, fn->body);
    walk_ops(fn->body, turn_upwards, &f);
}
