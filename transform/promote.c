/* promote.c: LOCALs that are only loaded and stored become values.
 *
 * One forward walk that knows each variable's current value. An if gives a result for every variable that a branch changed, a loop carries
 * every variable that is stored in it and declared outside; what of that nobody reads, remove_dead() takes away again, which needs one
 * backward pass for all variables where liveness by variable would need sets. (Structured control needs no dominance frontiers: Brandis and
 * Moessenboeck, Single-pass generation of static single-assignment form for structured languages, 1994.) */
#include "transform.h"

enum { MAX_ROUNDS = 32 };

typedef struct {
    Op *local;
    bool ok;
    Value *now; /* NULL outside the LOCAL's scope */
} Variable;

typedef struct {
    Variable *v;
    Value *before;
} Undo;

/* The variables that are stored to in a loop, in order and as a set. */
typedef struct {
    Ptrs list;
    PtrMap set;
} Stored;

typedef struct {
    Fn *fn;
    Arena *scratch;
    Variable **of;   /* by value id: the variable whose address it is */
    int nof;
    Ptrs variables;  /* Variable* */
    PtrMap stored;   /* loop -> Stored* */
    PtrMap replaced; /* loads' results */
    Ptrs trail;      /* Undo*, oldest first */
} Promoter;

/* ---------------------------------------------------------------------- which LOCALs */

static Variable *variable_of(const Promoter *p, const Value *address)
{
    return address->id < p->nof ? p->of[address->id] : NULL;
}

static void add_variable(Promoter *p, Op *op)
{
    /* What is AD_INACTIVE stays an object: a value of it could be one with a value that carries derivatives. */
    if (op->nargs || !type_is_scalar(op->of) ||
        (op->var && (op->var->is_volatile || op->var->is_atomic || (op->var->is_inactive && type_is_float(op->of)))))
        return;
    Variable *v = arena_alloc(p->scratch, sizeof *v);
    v->local = op;
    v->ok = true;
    p->of[op->results[0]->id] = v;
    ptrs_push(&p->variables, v);
}

static bool writes_variable(const Op *op)
{
    return op->code == OP_STORE || op->code == OP_ACCUM;
}

static void check_uses(Promoter *p, Op *op)
{
    for (int i = 0; i < op->nargs; i++) {
        Variable *v = variable_of(p, op->args[i]);
        if (!v)
            continue;
        if (i == 0 && op_only_qualifies(op))
            p->of[op->results[0]->id] = v;
        else if (i != 0 || !(op->code == OP_LOAD || writes_variable(op)))
            v->ok = false;
    }
}

static void find_variables(Promoter *p, Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_LOCAL)
            add_variable(p, op);
        check_uses(p, op);
        for (int i = 0; i < op->nregions; i++)
            find_variables(p, op->regions[i]);
    }
}

static Stored *stored_in(Promoter *p, const Op *loop)
{
    Stored *s = ptrmap_get(&p->stored, loop);
    if (!s) {
        s = arena_alloc(p->scratch, sizeof *s);
        s->list.arena = s->set.arena = p->scratch;
        ptrmap_put(&p->stored, loop, s);
    }
    return s;
}

/* Lists for each loop the variables that are stored to in it. */
static void find_stores(Promoter *p, Region *r)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        Variable *v = writes_variable(op) ? variable_of(p, op->args[0]) : NULL;
        for (const Region *at = v && v->ok ? r : NULL; at && at->owner && at != v->local->parent; at = at->owner->parent) {
            if (at->owner->code == OP_IF)
                continue;
            Stored *s = stored_in(p, at->owner);
            if (ptrmap_get(&s->set, v))
                break; /* and the loops around this one have it too */
            ptrmap_put(&s->set, v, v);
            ptrs_push(&s->list, v);
        }
        for (int i = 0; i < op->nregions; i++)
            find_stores(p, op->regions[i]);
    }
}

/* ---------------------------------------------------------------------- current values */

static void set_now(Promoter *p, Variable *v, Value *now)
{
    Undo *u = arena_alloc(p->scratch, sizeof *u);
    *u = (Undo){v, v->now};
    ptrs_push(&p->trail, u);
    v->now = now;
}

static void undo_to(Promoter *p, size_t mark)
{
    while (p->trail.n > mark) {
        Undo *u = p->trail.at[--p->trail.n];
        u->v->now = u->before;
    }
}

static void promote_region(Promoter *p, Region *r);

/* The variables that a region just walked (trail from mark) leaves changed, once each. */
static Ptrs changed_since(Promoter *p, size_t mark)
{
    Ptrs list = {.arena = p->scratch};
    PtrMap seen = {.arena = p->scratch};
    for (size_t i = mark; i < p->trail.n; i++) {
        Undo *u = p->trail.at[i];
        if (ptrmap_get(&seen, u->v))
            continue;
        ptrmap_put(&seen, u->v, u->v);
        if (u->before && u->v->now != u->before)
            ptrs_push(&list, u->v);
    }
    return list;
}

static Var *hint_of(const Variable *v)
{
    return v->local->var;
}

static void promote_if(Promoter *p, Op *op)
{
    Ptrs changed[2], values = {.arena = p->scratch};
    for (int i = 0; i < 2; i++) {
        size_t mark = p->trail.n;
        promote_region(p, op->regions[i]);
        changed[i] = changed_since(p, mark);
        for (size_t k = 0; k < changed[i].n; k++)
            ptrs_push(&values, ((Variable *)changed[i].at[k])->now);
        undo_to(p, mark);
    }
    PtrMap result = {.arena = p->scratch};
    size_t at = 0;
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < changed[i].n; k++, at++) {
            Variable *v = changed[i].at[k];
            Value *r = ptrmap_get(&result, v);
            if (!r) {
                r = op_add_result(op, v->local->of, hint_of(v));
                ptrmap_put(&result, v, r);
                op_add_arg(op->regions[0]->last, v->now);
                op_add_arg(op->regions[1]->last, v->now);
            }
            op->regions[i]->last->args[r->index] = values.at[at];
        }
    }
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < changed[i].n; k++) {
            Variable *v = changed[i].at[k];
            set_now(p, v, ptrmap_get(&result, v));
        }
}

/* The variables that a loop carries: stored to inside, declared outside. */
static Ptrs carried_variables(Promoter *p, Op *loop)
{
    Ptrs list = {.arena = p->scratch};
    Stored *stored = ptrmap_get(&p->stored, loop);
    for (size_t i = 0; stored && i < stored->list.n; i++)
        if (((Variable *)stored->list.at[i])->now)
            ptrs_push(&list, stored->list.at[i]);
    return list;
}

static void carry_in(Promoter *p, const Ptrs *carried, Region *r)
{
    for (size_t i = 0; i < carried->n; i++) {
        Variable *v = carried->at[i];
        set_now(p, v, region_add_arg(r, v->local->of, hint_of(v)));
    }
}

static void carry_out(const Ptrs *carried, Op *terminator)
{
    for (size_t i = 0; i < carried->n; i++)
        op_add_arg(terminator, ((Variable *)carried->at[i])->now);
}

static void promote_loop(Promoter *p, Op *loop)
{
    Ptrs carried = carried_variables(p, loop);
    size_t mark = p->trail.n;
    for (size_t i = 0; i < carried.n; i++)
        op_add_arg(loop, ((Variable *)carried.at[i])->now);
    for (int i = 0; i < loop->nregions; i++) {
        carry_in(p, &carried, loop->regions[i]);
        promote_region(p, loop->regions[i]);
        carry_out(&carried, loop->regions[i]->last);
    }
    undo_to(p, mark);
    for (size_t i = 0; i < carried.n; i++) {
        Variable *v = carried.at[i];
        set_now(p, v, op_add_result(loop, v->local->of, hint_of(v)));
    }
}

/* ---------------------------------------------------------------------- the walk */

static Value *initial_value(const Variable *v)
{
    Builder b = before_op(v->local);
    if (v->local->zeroed)
        return build_zero(&b, v->local->of);
    Op *op = op_build(&b, OP_UNDEF, NULL, 0, 1);
    op->results[0]->type = v->local->of;
    op->results[0]->var = v->local->var;
    return op->results[0];
}

static void promote_access(Promoter *p, Op *op, Variable *v)
{
    if (!v->now)
        ICE("a local is used outside its scope in %s", p->fn->name);
    if (op->code == OP_LOAD) {
        ptrmap_put(&p->replaced, op->results[0], v->now);
    } else {
        Builder b = before_op(op);
        Value *to = op->code == OP_ACCUM ? build_bin(&b, OP_ADD, v->now, op->args[1]) : op->args[1];
        value_hint(to, hint_of(v));
        set_now(p, v, build_cast(&b, to, v->local->of)); /* pointers may differ in const */
    }
    op_remove(op);
}

static void promote_op(Promoter *p, Op *op)
{
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&p->replaced, op->args[i]);
    Variable *v = op->nargs ? variable_of(p, op->args[0]) : NULL;
    bool access = op->code == OP_LOAD || writes_variable(op);
    if (v && v->ok && access) {
        promote_access(p, op, v);
    } else if (op->code == OP_LOCAL && (v = variable_of(p, op->results[0])) && v->ok) {
        set_now(p, v, initial_value(v));
    } else if (op->code == OP_IF) {
        promote_if(p, op);
    } else if (op->nregions) {
        promote_loop(p, op);
    }
}

static void promote_region(Promoter *p, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        promote_op(p, op);
    }
}

/* One round: every LOCAL that qualifies now. Returns whether there was one. */
static bool promote_round(Fn *fn)
{
    Promoter p = {.fn = fn, .scratch = arena_new(), .nof = fn->nvalues};
    p.variables.arena = p.stored.arena = p.replaced.arena = p.trail.arena = p.scratch;
    p.of = arena_alloc(p.scratch, (size_t)fn->nvalues * sizeof *p.of);
    find_variables(&p, fn->body);
    bool any = false;
    for (size_t i = 0; i < p.variables.n; i++)
        any |= ((Variable *)p.variables.at[i])->ok;
    if (any) {
        find_stores(&p, fn->body);
        promote_region(&p, fn->body);
        for (size_t i = 0; i < p.variables.n; i++) {
            Variable *v = p.variables.at[i];
            if (v->ok)
                op_remove(v->local);
        }
    }
    arena_free(p.scratch);
    return any;
}

void promote_locals(Fn *fn)
{
    simplify(fn);
    for (int n = 0; n < MAX_ROUNDS; n++) {
        bool changed = split_locals(fn);
        changed |= promote_round(fn);
        if (!changed)
            return;
        simplify(fn); /* a pointer that was kept in a LOCAL is now seen to point to another one */
    }
}
