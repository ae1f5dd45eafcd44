/* overtake.c: may the reverse of a loop, or of an if, run right behind its forward part (fuse.c)? What it starts from must be known by then, and
 * what it goes past must touch other shadows, or both only add. */
#include "fuse.h"

/* ---------------------------------------------------------------------- what reverse ops touch */

static const Value *memory_root(const Value *p)
{
    while (p->def && (p->def->code == OP_USE || op_info[p->def->code].kind == KIND_ADDR))
        p = p->def->args[0];
    return p;
}

/* What is loaded or changed: a derivative is never added to where a pointer is. */
static Touched touched_kind(const Op *op)
{
    const Type *t = op->code == OP_LOAD ? op->results[0]->type : op->code == OP_STORE || op->code == OP_ACCUM ? op->args[1]->type : NULL;
    return !t ? ANYTHING : t->kind == TY_PTR ? POINTER : type_is_differentiable(t) ? NUMBER : ANYTHING;
}

static void touch(Touches *t, const Value *shadow, const Value *root, const Op *op)
{
    if (t->n == t->cap) {
        int cap = t->cap ? 2 * t->cap : 16;
        Touch *grown = arena_alloc(t->arena, sizeof *grown * (size_t)cap);
        for (int i = 0; i < t->n; i++)
            grown[i] = t->at[i];
        t->at = grown;
        t->cap = cap;
    }
    t->at[t->n++] = (Touch){shadow, root, op->code == OP_ACCUM, op->code == OP_LOAD, touched_kind(op)};
}

void collect_touches(const Fuse *f, const Op *op, Touches *out)
{
    OpEffect effect = op_info[op->code].effect;
    if (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO || op->code == OP_FREE)
        touch(out, memory_root(op->args[0]), ptrmap_get(&f->primal_of, memory_root(op->args[0])), op);
    else if (effect != EFFECT_PURE && op->code != OP_ALLOC)
        touch(out, NULL, NULL, op);
    for (int r = 0; r < op->nregions; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            collect_touches(f, in, out);
}

/* Shadow memory that this function made itself. */
static bool is_own(const Value *shadow)
{
    return shadow && shadow->def && (shadow->def->code == OP_LOCAL || shadow->def->code == OP_ALLOC);
}

/* ... or a parameter: nothing that may point to one of several objects. */
static bool is_base(const Fuse *f, const Value *shadow)
{
    return is_own(shadow) || (shadow && !shadow->def && shadow->arg_of == f->fn->body);
}

bool touches_overlap(const Fuse *f, const Touch *x, const Touch *y)
{
    if (x->what && y->what && x->what != y->what)
        return false;
    if (x->root && y->root && (is_own(x->shadow) || is_own(y->shadow)) && is_base(f, x->shadow) && is_base(f, y->shadow))
        return x->shadow == y->shadow;
    if (!x->root || !y->root)
        return true;
    const int *a, *b;
    int na = mem_objects(f->mem, x->root, &a), nb = mem_objects(f->mem, y->root, &b);
    for (int i = 0; i < na; i++)
        for (int k = 0; k < nb; k++)
            if (a[i] == b[k] || mem_objects_may_alias(f->mem, a[i], b[k]))
                return true;
    return na == 0 || nb == 0;
}

static bool touches_conflict(const Fuse *f, const Touches *x, const Touches *y)
{
    for (int i = 0; i < x->n; i++)
        for (int k = 0; k < y->n; k++)
            if (!(x->at[i].only_adds && y->at[k].only_adds) && touches_overlap(f, &x->at[i], &y->at[k]))
                return true;
    return false;
}

/* ---------------------------------------------------------------------- what the reverse loop starts from */

static bool is_outside_between(const Fuse *f, const Value *v)
{
    const Region *home = value_region(v);
    for (const Region *r = f->fwd->parent; r; r = r->owner ? r->owner->parent : NULL)
        if (r == home)
            return v->def != f->fwd && !(v->def && ptrmap_get(&f->is_between, v->def));
    return false;
}

/* May the load go before all that is in front of it? */
static bool load_is_early(const Fuse *f, const Op *load)
{
    Touches mine = {.arena = f->fn->arena};
    collect_touches(f, load, &mine);
    for (size_t i = 0; i < f->between.n && f->between.at[i] != load; i++) {
        const Op *op = f->between.at[i];
        Touches theirs = {.arena = f->fn->arena};
        if (op->in_reverse)
            collect_touches(f, op, &theirs);
        for (int k = 0; k < theirs.n; k++)
            theirs.at[k].only_adds = false;
        if (touches_conflict(f, &mine, &theirs))
            return false;
    }
    return load->in_reverse;
}

static bool can_start_early(Fuse *f, Value *v);

/* The ops of an if only compute, from what can go early as well. */
static bool region_starts_early(Fuse *f, const Op *branch, const Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        if (op->nregions || (op != r->last && op_info[op->code].effect != EFFECT_PURE))
            return false;
        for (int i = 0; i < op->nargs; i++)
            if (value_outside(op->args[i], branch) && !can_start_early(f, op->args[i]))
                return false;
    }
    return true;
}

static bool op_starts_early(Fuse *f, Op *op)
{
    if (op->nregions)
        return op->code == OP_IF && region_starts_early(f, op, op->regions[0]) && region_starts_early(f, op, op->regions[1]);
    return op_info[op->code].effect == EFFECT_PURE || (op->code == OP_LOAD && load_is_early(f, op));
}

/* Is op in an if between, and can be computed without that? */
static bool can_leave_if(const Fuse *f, const Op *op)
{
    const Op *owner = op->parent->owner;
    for (; owner && owner->code == OP_IF; owner = owner->parent->owner)
        if (ptrmap_get(&f->is_between, owner))
            return op_speculatable(op) && op->nregions == 0;
    return false;
}

static bool can_start_early(Fuse *f, Value *v)
{
    if (is_outside_between(f, v))
        return true;
    Op *op = v->def;
    if (op && op == f->fwd && f->may_count && can_count_before(f, v)) {
        if (!ptrs_has(&f->counted, v))
            ptrs_push(&f->counted, v);
        return true;
    }
    if (!op || op == f->fwd || (!ptrmap_get(&f->is_between, op) && !can_leave_if(f, op)))
        return false;
    if (ptrmap_get(&f->moved, op))
        return true;
    if (!op_starts_early(f, op))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!can_start_early(f, op->args[i]))
            return false;
    ptrmap_put(&f->moved, op, op);
    return true;
}

static bool starts_early(Fuse *f, Op *op);

static bool body_starts_early(Fuse *f, Op *op)
{
    for (int r = 0; r < op->nregions; r++)
        for (Op *in = op->regions[r]->first; in; in = in->next)
            if (!starts_early(f, in))
                return false;
    return true;
}

static bool starts_early(Fuse *f, Op *op)
{
    for (int i = 0; i < op->nargs; i++) {
        Value *v = op->args[i];
        if (op->code == OP_USE) {
            bool in_loop = !value_outside(v, f->fwd) && v->def != f->fwd;
            if (!in_loop && !can_start_early(f, v))
                return false;
        } else if (value_outside(v, f->rev) && !can_start_early(f, v)) {
            return false;
        }
    }
    return body_starts_early(f, op);
}

/* The same of rev. */
bool inputs_start_early(Fuse *f)
{
    Region *body = f->rev->regions[0];
    for (int i = 0; i < f->rev->nargs; i++) {
        if (!value_outside(f->rev->args[i], f->rev) || can_start_early(f, f->rev->args[i]))
            continue;
        Value *arg = i > 2 ? body->args[i - 2] : NULL;
        if (!arg || !type_is_differentiable(arg->type) || hands_on_only(region_terminator(body)->args[i - 3], arg))
            return false;
        ptrmap_put(&f->late, arg, arg); /* only_sums() */
    }
    return body_starts_early(f, f->rev);
}

/* An op with an effect that the reverse loop must not overtake goes early too. */
static bool effect_starts_early(Fuse *f, Op *op)
{
    if (op->nregions > 0 || (op->code != OP_STORE && op->code != OP_ACCUM && op->code != OP_ZERO))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!can_start_early(f, op->args[i]))
            return false;
    ptrmap_put(&f->moved, op, op);
    return true;
}

/* Backwards: what the reverse loop, or an op that goes early, conflicts with must go early as well. */
bool may_overtake(Fuse *f)
{
    Touches mine = {.arena = f->fn->arena};
    collect_touches(f, f->rev, &mine);
    for (size_t i = f->between.n; i-- > 0;) {
        Op *op = f->between.at[i];
        if (!op->in_reverse)
            continue;
        bool moves = ptrmap_get(&f->moved, op) != NULL;
        Touches theirs = {.arena = f->fn->arena};
        collect_touches(f, op, &theirs);
        if (!moves && touches_conflict(f, &mine, &theirs)) {
            if (!effect_starts_early(f, op))
                return false;
            moves = true;
        }
        if (moves)
            collect_touches(f, op, &mine);
    }
    return true;
}
