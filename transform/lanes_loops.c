/* lanes_loops.c: what computes lanes moves into loops over the directions.
 *
 * Between two points where it must be done (a loop or if with lanes inside, the end of a block) all that computes lanes is put off and goes
 * into one loop: the primal depends on none of it, and no derivative memory overlaps the primal's. A lane that is used in another loop has
 * a home, an array of K numbers; so have those that ifs and loops hand on.
 */
#include "lanes.h"

#include <string.h>

/* ---------------------------------------------------------------------- what is where */

static bool hands_on_lanes(const Lanes *l, const Op *op)
{
    for (int i = 0; i < op->nresults; i++)
        if (is_lane(l, op->results[i]))
            return true;
    for (int r = 0; r < op->nregions; r++)
        for (int i = 0; i < op->regions[r]->nargs; i++)
            if (is_lane(l, op->regions[r]->args[i]))
                return true;
    return false;
}

static bool has_lanes(const Lanes *l, const Op *op)
{
    return ptrmap_get(&l->has, op) != NULL;
}

static bool takes_lanes(const Lanes *l, const Op *call)
{
    for (int i = 0; i < call->nargs; i++)
        if (lanes_takes(l, call, i))
            return true;
    return false;
}

/* Memory that was put on the list of what is freed may hold derivatives. */
static bool frees_list(const Op *call)
{
    return call->text && !strcmp(call->text, "ad_free_pushed");
}

/* Must what was put off be done before op? */
static bool is_barrier(const Lanes *l, const Op *op)
{
    switch (op->code) {
    case OP_ZERO: case OP_FREE: case OP_COPY:
        return points_to_lanes(l, op->args[0]);
    case OP_CALL:
        return frees_list(op) || lanes_is_aside(op) || takes_lanes(l, op) || lanes_is_single(l, op) || op == l->fn->boundary;
    case OP_PUSH:
        return is_lane(l, op->args[1]);
    case OP_POP:
        return is_lane(l, op->results[0]);
    default:
        return op->nregions > 0 && has_lanes(l, op);
    }
}

static bool find_inside(Lanes *l, Op *op)
{
    bool found = hands_on_lanes(l, op);
    for (int r = 0; r < op->nregions; r++)
        for (Op *in = op->regions[r]->first; in; in = in->next) {
            bool inside = in->nregions > 0 && find_inside(l, in);
            found = found || inside || is_lane_op(l, in) || is_barrier(l, in);
        }
    if (found)
        ptrmap_put(&l->has, op, op);
    return found;
}

static void set_group(Lanes *l, Op *op)
{
    ptrmap_put(&l->group_of, op, (void *)(intptr_t)l->groups);
    for (int i = 0; i < op->nresults; i++)
        l->group[op->results[i]->id] = l->groups;
    for (int r = 0; r < op->nregions; r++)
        for (Op *in = op->regions[r]->first; in; in = in->next)
            set_group(l, in);
}

/* Numbers the loops in the order of region_loops. A terminator belongs to its region's last one; a loop's operands to the one before it. */
static void number_groups(Lanes *l, Region *r)
{
    l->groups++;
    for (Op *op = r->first; op; op = op_next(op)) {
        if (is_lane_op(l, op)) {
            set_group(l, op);
            continue;
        }
        ptrmap_put(&l->group_of, op, (void *)(intptr_t)l->groups);
        if (!is_barrier(l, op))
            continue;
        for (int k = 0; k < op->nregions; k++)
            number_groups(l, op->regions[k]);
        l->groups++;
    }
}

static void find_home(Op *op, void *ctx)
{
    Lanes *l = ctx;
    intptr_t group = (intptr_t)ptrmap_get(&l->group_of, op);
    bool apart = op->code == OP_PUSH || op->code == OP_CALL;
    for (int i = 0; i < op->nargs; i++)
        if (is_lane(l, op->args[i]) && (apart || l->group[op->args[i]->id] != group))
            l->needs_home[op->args[i]->id] = true;
}

/* ---------------------------------------------------------------------- what only one branch needs */

typedef struct {
    const Lanes *l;
    const Region *home; /* where the value is computed */
    const Value *value;
    Region *branch;     /* of an if in `home`: all uses are in it */
    bool elsewhere;
} Users;

static void find_user(Op *op, void *ctx)
{
    Users *u = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i] != u->value)
            continue;
        Region *r = op->parent;
        while (r != u->home && r->owner->parent != u->home)
            r = r->owner->parent;
        bool branch = r != u->home && r->owner->code == OP_IF && !is_lane_op(u->l, r->owner);
        u->elsewhere = u->elsewhere || !branch || (u->branch && u->branch != r);
        u->branch = r;
    }
}

static bool stores_lanes(const Lanes *l, const Op *op)
{
    return ((op->code == OP_STORE || op->code == OP_ACCUM) && is_lane_op(l, op)) || is_barrier(l, op);
}

/* d = d_x[i]; if (c) d_y += d;  ->  if (c) d_y += d_x[i];  an array of K numbers less */
static void sink_into_branches(Lanes *l, Region *r)
{
    for (Op *op = r->last, *prev; op; op = prev) {
        prev = op->prev;
        if (!is_lane_op(l, op) || op->nresults != 1 || op->nregions > 0)
            continue;
        Users u = {l, r, op->results[0], NULL, false};
        for (Op *after = op->next; after; after = after->next) {
            find_user(after, &u);
            for (int k = 0; k < after->nregions; k++)
                walk_ops(after->regions[k], find_user, &u);
        }
        bool moves = u.branch && !u.elsewhere;
        for (const Op *between = op->next; moves && between != u.branch->owner; between = between->next)
            moves = op->code != OP_LOAD || !stores_lanes(l, between);
        if (moves) {
            Builder b = before_op(u.branch->first);
            op_move(op, &b);
        }
    }
    for (Op *op = r->first; op; op = op_next(op))
        for (int k = 0; k < op->nregions && !is_lane_op(l, op); k++)
            sink_into_branches(l, op->regions[k]);
}

/* ---------------------------------------------------------------------- one loop over the directions */

typedef struct {
    Value *from, *to; /* a lane, and the home that it is handed on to */
} Copy;

typedef struct {
    Lanes *l;
    Ptrs ops;    /* Op*: put off */
    Ptrs copies; /* Copy* */
    PtrMap had;  /* lane Value* -> what was loaded from its home */
    Value *k;
    int group;
    Value **ends; /* what the terminator's operands from number `from` on become */
    int nends, from;
} Loop;

static Value *make_home(Lanes *l, Builder *b, Type *t, const Var *var, bool zeroed)
{
    Type *array = type_array(t, l->k);
    Var *named = arena_alloc(l->fn->arena, sizeof *named);
    *named = (Var){.name = var && var->name ? var->name : "d", .type = array, .spelled = var ? var->spelled : NULL, .owner = l->fn};
    Value *local = build_local(b, array, named, NULL, 0);
    local->def->zeroed = zeroed;
    return local;
}

Value *lanes_home_address(Builder *b, Value *home, Value *k)
{
    Value *p = home->type->elem->kind == TY_ARRAY ? build_decay(b, home) : home;
    return build_index(b, p, k);
}

/* The lane as it is in this loop, before `user`. */
static Value *lane_in(Loop *loop, Op *user, Value *v)
{
    Lanes *l = loop->l;
    if (!is_lane(l, v) || (loop->group && l->group[v->id] == loop->group))
        return v;
    Value *known = ptrmap_get(&loop->had, v);
    if (known)
        return known;
    if (!l->home[v->id])
        ICE("a lane has no home");
    Builder b = before_op(user);
    Value *x = build_load(&b, lanes_home_address(&b, l->home[v->id], loop->k));
    x->var = v->var;
    ptrmap_put(&loop->had, v, x);
    return x;
}

/* Operands of op, and of what is inside a plain if, which is loaded before it. */
static void use_lanes(Loop *loop, Op *op, Op *user)
{
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = lane_in(loop, user, op->args[i]);
    for (int r = 0; r < op->nregions; r++)
        for (Op *in = op->regions[r]->first; in; in = in->next)
            use_lanes(loop, in, user);
}

static void move_op(Loop *loop, Op *op, Builder *end)
{
    Lanes *l = loop->l;
    op_move(op, end);
    use_lanes(loop, op, op);
    if (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM) {
        Builder b = before_op(op);
        op->args[0] = lane_address(l, &b, op->args[0], loop->k);
    }
    for (int i = 0; i < op->nresults; i++)
        if (l->home[op->results[i]->id])
            build_store(end, lanes_home_address(end, l->home[op->results[i]->id], loop->k), op->results[i]);
}

/* All that is handed on is read before any of it is written. */
static void make_copies(Loop *loop, Op *yield)
{
    for (size_t i = 0; i < loop->copies.n; i++) {
        Copy *c = loop->copies.at[i];
        c->from = lane_in(loop, yield, c->from);
    }
    Builder b = before_op(yield);
    for (size_t i = 0; i < loop->copies.n; i++) {
        const Copy *c = loop->copies.at[i];
        build_store(&b, lanes_home_address(&b, c->to, loop->k), c->from);
    }
}

/* for (long k = 0; k < K; k++), or down */
static Op *build_lanes(Lanes *l, Builder *b, bool down)
{
    Type *t = type_scalar(TY_LONG);
    Value *zero = build_int(b, t, 0), *n = build_int(b, t, l->k), *one = build_int(b, t, 1);
    Op *op = build_for(b, zero, n, one, OP_LT);
    op->reversed = down;
    Var *k = arena_alloc(l->fn->arena, sizeof *k);
    *k = (Var){.name = "k", .type = t, .owner = l->fn};
    op->regions[0]->args[0]->var = k;
    Builder in = at_end(op->regions[0]);
    build_yield(&in, NULL, 0);
    return op;
}

static void make_homes(Loop *loop, Builder *b)
{
    Lanes *l = loop->l;
    for (size_t i = 0; i < loop->ops.n; i++) {
        const Op *op = loop->ops.at[i];
        for (int k = 0; k < op->nresults; k++) {
            const Value *v = op->results[k];
            if (l->needs_home[v->id])
                l->home[v->id] = make_home(l, b, v->type, v->var, false);
        }
    }
}

/* Does what was put off, before op. */
static void flush(Loop *loop, Op *before)
{
    if (loop->ops.n || loop->copies.n) {
        Builder b = before_op(before);
        b.loc = loop->ops.n ? ((Op *)loop->ops.at[0])->loc : before->loc;
        make_homes(loop, &b);
        Op *lanes = build_lanes(loop->l, &b, false);
        Op *yield = region_terminator(lanes->regions[0]);
        Builder end = before_op(yield);
        loop->k = lanes->regions[0]->args[0];
        for (size_t i = 0; i < loop->ops.n; i++) {
            end.loc = ((Op *)loop->ops.at[i])->loc;
            move_op(loop, loop->ops.at[i], &end);
        }
        make_copies(loop, yield);
    }
    loop->ops.n = loop->copies.n = 0;
    loop->had = (PtrMap){.arena = loop->l->fn->arena};
    loop->group = 0;
}

/* ---------------------------------------------------------------------- what is handed on */

static bool is_undefined(const Value *v)
{
    return v->def && v->def->code == OP_UNDEF;
}

static bool is_zero(const Value *v)
{
    return v->def && ((v->def->code == OP_FCONST && float_same_bits(v->def->fval, 0)) || (v->def->code == OP_ICONST && v->def->ival == 0));
}

static void copy_to(Loop *loop, Value *from, Value *to)
{
    if (is_undefined(from) || loop->l->home[from->id] == to)
        return;
    Copy *c = arena_alloc(loop->l->fn->arena, sizeof *c);
    *c = (Copy){from, to};
    ptrs_push(&loop->copies, c);
}

typedef struct {
    const Lanes *l;
    const Value *home, *but;
    bool found;
} Readers;

static void find_reader(Op *op, void *ctx)
{
    Readers *r = ctx;
    for (int i = 0; i < op->nargs; i++)
        if (is_lane(r->l, op->args[i]) && op->args[i] != r->but && r->l->home[op->args[i]->id] == r->home)
            r->found = true;
}

/* Is what is at `home` now read in or after op (in its block), other than through `but`? */
static bool is_read_from(const Lanes *l, Op *op, const Value *home, const Value *but)
{
    Readers r = {l, home, but, false};
    for (; op; op = op->next) {
        find_reader(op, &r);
        for (int k = 0; k < op->nregions; k++)
            walk_ops(op->regions[k], find_reader, &r);
    }
    return r.found;
}

/* Is result `v` of op only handed on, to what lives at a home whose contents nothing needs any more? Then it can be made there. */
static Value *home_ahead(const Loop *loop, Op *op, const Value *v, const Value *init)
{
    const Op *end = region_terminator(op->parent);
    Lanes *l = loop->l;
    for (int i = 0; i < loop->nends && l->uses[v->id] == 1; i++)
        if (end->args[loop->from + i] == v && is_lane(l, loop->ends[i])) {
            Value *home = l->home[loop->ends[i]->id];
            /* an if reads before it writes */
            Op *from = op->code == OP_IF ? op->next : op;
            return home && !is_read_from(l, from, home, init) ? home : NULL;
        }
    return NULL;
}

/* The home of what begins as init, before op: init's own where nothing else uses that. result: what it is in the end. */
static Value *home_of(Loop *loop, Op *op, const Value *like, Value *init, const Value *result)
{
    Lanes *l = loop->l;
    Builder b = before_op(op);
    bool own = init && is_lane(l, init) && l->home[init->id] && l->home[init->id] != init; /* not the caller's d_return */
    if (own && l->uses[init->id] == 1 && !is_read_from(l, op, l->home[init->id], init) &&
        value_region(init) == op->parent)
        return l->home[init->id];
    Value *ahead = result && init && !is_undefined(init) ? home_ahead(loop, op, result, init) : NULL;
    if (ahead) {
        copy_to(loop, init, ahead);
        return ahead;
    }
    bool none = !init || is_undefined(init) || is_zero(init);
    Value *home = make_home(loop->l, &b, like->type, like->var, init && none);
    if (!none)
        copy_to(loop, init, home);
    return home;
}

static void region_loops(Lanes *l, Region *r, Value **ends, int n, int from);

/* Drops the operands of op whose targets are lanes. */
static void drop_operands(const Lanes *l, Op *op, Value *const *targets, int n, int from)
{
    for (int i = n; i-- > 0;)
        if (is_lane(l, targets[i]))
            op_drop_arg(op, from + i);
}

static void drop_results(const Lanes *l, Op *op)
{
    for (int i = op->nresults; i-- > 0;)
        if (is_lane(l, op->results[i]))
            op_drop_result(op, i);
}

static void drop_arguments(const Lanes *l, Region *r)
{
    for (int i = r->nargs; i-- > 0;)
        if (is_lane(l, r->args[i]))
            region_drop_arg(r, i);
}

static void for_loops(Loop *loop, Op *op)
{
    Lanes *l = loop->l;
    Region *body = op->regions[0];
    int n = body->nargs;
    for (int i = 1; i < n; i++)
        if (is_lane(l, body->args[i]))
            l->home[body->args[i]->id] = l->home[op->results[i]->id] = home_of(loop, op, body->args[i], op->args[2 + i], op->results[i]);
    flush(loop, op);
    region_loops(l, body, body->args + 1, n - 1, 0);
    drop_operands(l, op, body->args + 1, n - 1, 3);
    drop_arguments(l, body);
    drop_results(l, op);
}

static void if_loops(Loop *loop, Op *op)
{
    Lanes *l = loop->l;
    for (int i = 0; i < op->nresults; i++)
        if (is_lane(l, op->results[i])) {
            Builder b = before_op(op);
            Value *v = op->results[i], *ahead = home_ahead(loop, op, v, NULL);
            bool some = is_undefined(region_terminator(op->regions[0])->args[i]) || is_undefined(region_terminator(op->regions[1])->args[i]);
            l->home[v->id] = ahead ? ahead : make_home(l, &b, v->type, v->var, some);
        }
    flush(loop, op);
    for (int r = 0; r < 2; r++)
        region_loops(l, op->regions[r], op->results, op->nresults, 0);
    drop_results(l, op);
}

static void while_loops(Loop *loop, Op *op)
{
    Lanes *l = loop->l;
    Region *before = op->regions[0], *after = op->regions[1];
    const Op *cond = region_terminator(before);
    for (int i = 0; i < before->nargs; i++)
        if (is_lane(l, before->args[i]))
            l->home[before->args[i]->id] = home_of(loop, op, before->args[i], op->args[i], NULL);
    for (int i = 0; i < op->nresults; i++) {
        Value *v = cond->args[1 + i];
        if (!is_lane(l, op->results[i]))
            continue;
        bool same = !v->def && v->arg_of == before && is_lane(l, v); /* it is overwritten only after all that reads it */
        Value *home = same ? l->home[v->id] : home_of(loop, op, op->results[i], NULL, NULL);
        l->home[op->results[i]->id] = l->home[after->args[i]->id] = home;
    }
    flush(loop, op);
    region_loops(l, before, op->results, op->nresults, 1);
    region_loops(l, after, before->args, before->nargs, 0);
    drop_operands(l, op, before->args, before->nargs, 0);
    drop_arguments(l, before);
    drop_arguments(l, after);
    drop_results(l, op);
}

/* ad_push of each of the K numbers; ad_pop of them in the opposite order */
static void stack_loop(Loop *loop, Op *op)
{
    Lanes *l = loop->l;
    Builder b = before_op(op);
    bool pop = op->code == OP_POP;
    Value *v = pop ? op->results[0] : op->args[1];
    flush(loop, op);
    if (pop)
        l->home[v->id] = make_home(l, &b, v->type, v->var, false);
    Op *lanes = build_lanes(l, &b, pop), *yield = region_terminator(lanes->regions[0]);
    Builder in = before_op(yield);
    op_move(op, &in);
    Value *k = lanes->regions[0]->args[0];
    if (pop) {
        build_store(&in, lanes_home_address(&in, l->home[v->id], k), v);
    } else {
        Builder first = before_op(op);
        op->args[1] = build_load(&first, lanes_home_address(&first, l->home[v->id], k));
    }
}

/* Numbers are handed to a derivative of a recursive function as an array of K. */
static void call_loops(Loop *loop, Op *call)
{
    Lanes *l = loop->l;
    flush(loop, call);
    for (int i = 0; i < call->nargs; i++) {
        Value *v = call->args[i];
        if (!lanes_takes(l, call, i) || v->type->kind == TY_PTR)
            continue;
        Builder b = before_op(call);
        Value *home = is_lane(l, v) ? l->home[v->id] : make_home(l, &b, v->type, v->var, is_zero(v));
        if (!home)
            ICE("a lane has no home");
        if (!is_lane(l, v) && !is_zero(v)) {
            Op *lanes = build_lanes(l, &b, false);
            Builder in = before_op(region_terminator(lanes->regions[0]));
            build_store(&in, lanes_home_address(&in, home, lanes->regions[0]->args[0]), v);
        }
        Value *p = home->type->elem->kind == TY_ARRAY ? build_decay(&b, home) : home;
        call->args[i] = build_ptrcast(&b, p, type_ptr_q(p->type->elem, true, false));
    }
}

static void single_calls(Loop *loop, Op *call)
{
    Lanes *l = loop->l;
    flush(loop, call);
    if (lanes_gives_lane(l, call)) {
        Builder b = before_op(call);
        l->home[call->results[0]->id] = make_home(l, &b, call->results[0]->type, call->results[0]->var, false);
    }
    lanes_call_each(l, call, build_lanes);
}

/* ---------------------------------------------------------------------- regions */

static void barrier_loops(Loop *loop, Op *op)
{
    if (op->code == OP_FOR)
        for_loops(loop, op);
    else if (op->code == OP_IF)
        if_loops(loop, op);
    else if (op->code == OP_WHILE)
        while_loops(loop, op);
    else if (op->code == OP_PUSH || op->code == OP_POP)
        stack_loop(loop, op);
    else if (lanes_is_instance(op))
        call_loops(loop, op);
    else if (op->code == OP_CALL && lanes_is_single(loop->l, op))
        single_calls(loop, op);
    else
        flush(loop, op);
}

static void region_loops(Lanes *l, Region *r, Value **ends, int n, int from)
{
    Loop loop = {.l = l, .ops = {.arena = l->fn->arena}, .copies = {.arena = l->fn->arena}, .had = {.arena = l->fn->arena},
                 .ends = ends, .nends = n, .from = from};
    Op *terminator = region_terminator(r);
    for (Op *op = r->first, *next; op != terminator; op = next) {
        next = op_next(op);
        if (is_lane_op(l, op)) {
            loop.group = (int)(intptr_t)ptrmap_get(&l->group_of, op);
            ptrs_push(&loop.ops, op);
        } else if (is_barrier(l, op)) {
            barrier_loops(&loop, op);
        }
    }
    for (int i = 0; i < n; i++)
        if (is_lane(l, ends[i]))
            copy_to(&loop, terminator->args[from + i], l->home[ends[i]->id]);
    flush(&loop, terminator);
    drop_operands(l, terminator, ends, n, from);
}

void lanes_make_loops(Lanes *l)
{
    Region *body = l->fn->body;
    for (Op *op = body->first; op; op = op->next)
        if (op->nregions)
            find_inside(l, op);
    sink_into_branches(l, body);
    l->groups = 0;
    number_groups(l, body);
    walk_ops(body, find_home, l);
    region_loops(l, body, NULL, 0, 0);
}
