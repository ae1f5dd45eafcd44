/* checkpoint.c: AD_CHECKPOINT before a loop: the forward sweep puts the loop's state aside at a few steps, and the reverse loop runs each step
 * again from the nearest of these before it reverses it. Kept values then are those of one step.
 *
 *   for (i up) F(i); ... for (i down) R(i)
 *   ->  for (i up) { if (due) put state; F(i); }  ...
 *       for (i down) { get state of step j; for (j up to i) { if (due) put state; F(j); }  F(i); R(i); }
 *
 * The state: what the loop carries, and the memory it accesses that is written in it or after it. Which steps is decided at run time
 * (runtime/checkpoint.c). Memory ends as it was before the reverse loop. */
#include "checkpoint.h"

#include <string.h>

void checkpoint_refuse(Checkpoint *c, Loc loc, const char *why)
{
    if (c->automatic && c->simple) {
        c->failed = c->skip = true;
        return;
    }
    diag_error(loc, "%s%s", c->automatic ? "--max-tape: the loop cannot be checkpointed: " : "AD_CHECKPOINT: ", why);
    if (!c->failed && (loc.line != c->fwd->loc.line || loc.file != c->fwd->loc.file))
        diag_note(c->fwd->loc, "the loop is here");
    c->failed = true;
}

/* ---------------------------------------------------------------------- may it be run again? */

/* Prints and asserts: they have happened when steps are run again. */
bool happens_once(const Op *op)
{
    const KnownCall *known = op->code == OP_CALL && op->text ? known_call(op) : NULL;
    return op->code == OP_ASSERT || (known && known->again == ONCE);
}

/* A function with a derivative of its own that takes numbers and gives one. */
static bool only_computes(const Op *op)
{
    bool numbers = op->code == OP_CALL && custom_is_tame(op);
    for (int k = 0; k < op->nargs && numbers; k++)
        numbers = op->args[k]->type->kind != TY_PTR;
    return numbers;
}

static void check_op(Op *op, void *ctx)
{
    Checkpoint *c = ctx;
    OpEffect effect = op_info[op->code].effect;
    bool memory = op->code == OP_STORE || op->code == OP_ZERO || op->code == OP_COPY;
    if (memory && op->args[0]->id >= c->fn->mem_values)
        checkpoint_refuse(c, op->loc, "this overwrites an independent that is not a dependent, or stores an address; name the array on both sides of '->', or "
                           "work on a copy");
    else if (op->code == OP_ALLOC || op->code == OP_FREE || op->code == OP_REALLOC || op->code == OP_PUSH)
        checkpoint_refuse(c, op->loc, "memory is allocated or freed in the loop; do it outside");
    else if (effect == EFFECT_OUTSIDE && !happens_once(op) && !only_computes(op))
        checkpoint_refuse(c, op->loc, "this call cannot be repeated when steps are run again; move it out of the loop");
    else if (effect == EFFECT_WRITES && !memory)
        checkpoint_refuse(c, op->loc, "this cannot be repeated when steps are run again");
}

/* What printf returns is of no use later. */
static void check_results(Checkpoint *c)
{
    int *uses = count_uses(c->fn);
    for (int r = 0; r < c->fwd->nregions; r++)
        for (Op *op = c->fwd->regions[r]->first; op; op = op->next)
            if (happens_once(op) && op->nresults && uses[op->results[0]->id])
                checkpoint_refuse(c, op->loc, "the result of this call is not there when steps are run again");
}

/* Does the reverse loop need anything of the forward one but what its counters say? */
static bool needs_memory(const Checkpoint *c, const Value *v, int depth)
{
    if (value_outside(v, c->fwd))
        return false;
    const Op *op = v->def;
    if (!op)
        return v->index > 0 || v->arg_of->owner->code != OP_FOR;
    if (op_info[op->code].kind == KIND_CONST || op->code == OP_LOCAL || op->code == OP_GLOBAL)
        return false;
    if ((op_info[op->code].kind != KIND_ARITH && op_info[op->code].kind != KIND_ADDR) || op->nregions || depth > 20)
        return true;
    for (int i = 0; i < op->nargs; i++)
        if (needs_memory(c, op->args[i], depth + 1))
            return true;
    return false;
}

static bool needs_forward(const Checkpoint *c, const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_USE && needs_memory(c, op->args[0], 0))
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (needs_forward(c, op->regions[k]))
                return true;
    }
    return false;
}

/* ---------------------------------------------------------------------- putting and getting */

static Op *runtime_call(Builder *b, const char *name, Value **args, int n, Type *result)
{
    Op *call = op_build(b, OP_CALL, args, n, result ? 1 : 0);
    call->text = name;
    call->of = result ? result : type_void();
    if (result)
        call->results[0]->type = result;
    return call;
}

static void move_bytes(Checkpoint *c, Builder *b, const char *name, Value *p, Value *bytes)
{
    if (p->type->elem_const && !strcmp(name, "ad_checkpoint_get")) { /* what it may overlap is written */
        p = build_ptrcast(b, p, type_ptr(p->type->elem));
        name = "ad_checkpoint_get_const";
    }
    Value *args[3] = {c->cp, p, bytes};
    runtime_call(b, name, args, 3, NULL);
}

/* v of the forward sweep where the reverse loop is. */
static Value *reach(Checkpoint *c, Value *v)
{
    const Region *home = value_region(v);
    for (const Region *r = c->rev->parent; r; r = r->owner ? r->owner->parent : NULL)
        if (r == home)
            return v;
    Value *known = ptrmap_get(&c->reached, v);
    if (!known) {
        Builder b = before_op(c->rev);
        known = build_use(&b, v);
        known->def->in_reverse = true;
        known->def->reverses = c->fwd;
        ptrmap_put(&c->reached, v, known);
    }
    return known;
}

static void move_memory(Checkpoint *c, Builder *b, const char *name, bool in_reverse)
{
    for (int i = 0; i < c->npieces; i++) {
        Piece p = c->pieces[i];
        move_bytes(c, b, name, in_reverse ? reach(c, p.base) : p.base, in_reverse ? reach(c, p.bytes) : p.bytes);
    }
}

/* if (ad_checkpoint_due(&cp, step)) put the state */
static void put_if_due(Checkpoint *c, Builder *b, Value *step, Value **carried, bool in_reverse)
{
    Value *args[2] = {c->cp, build_cast(b, step, type_scalar(TY_ULONG))};
    Op *due = runtime_call(b, "ad_checkpoint_due", args, 2, type_scalar(TY_INT));
    Op *choice = build_if(b, due->results[0]);
    Builder in = at_end(choice->regions[0]), none = at_end(choice->regions[1]);
    in.loc = none.loc = b->loc;
    for (size_t i = 0; i < c->slots.n; i++) {
        Value *slot = c->slots.at[i];
        build_store(&in, slot, carried[i]);
        move_bytes(c, &in, "ad_checkpoint_put", slot, build_sizeof(&in, slot->type->elem));
    }
    move_memory(c, &in, "ad_checkpoint_put", in_reverse);
    build_yield(&in, NULL, 0);
    build_yield(&none, NULL, 0);
}

/* ---------------------------------------------------------------------- the forward loop */

/* The counter that reverse_while's count_trips has added: the argument of `before`, by the reverse loop's bound. */
static Value *trips_argument(const Checkpoint *c)
{
    const Op *use = c->rev->args[1]->def;
    if (!use || use->code != OP_USE || use->args[0]->def != c->fwd)
        return NULL;
    const Op *cond = region_terminator(c->fwd->regions[0]);
    Value *v = cond->args[1 + use->args[0]->index];
    return v->arg_of == c->fwd->regions[0] ? v : NULL;
}

/* The loop gets copies of its ops; the ops themselves, which the analyses know and the reverse sweep refers to, are left in *own. */
static void copy_body(Checkpoint *c, Region **own)
{
    Op *fwd = c->fwd;
    PtrMap map = {.arena = c->fn->arena};
    for (int r = 0; r < fwd->nregions; r++) {
        own[r] = fwd->regions[r];
        Region *copy = region_new(c->fn, fwd);
        for (int i = 0; i < own[r]->nargs; i++)
            ptrmap_put(&map, own[r]->args[i], region_add_arg(copy, own[r]->args[i]->type, own[r]->args[i]->var));
        Builder b = at_end(copy);
        fwd->regions[r] = copy;
        clone_ops(&b, own[r], &map, false);
    }
}

/* So many snapshots that none of so many steps is run more than three times again: s with s + 3 over 3 not less. */
static int64_t slots_for(int64_t steps)
{
    int64_t s = 1;
    while (s < steps && (s + 1) * (s + 2) / 2 * (s + 3) / 3 < steps)
        s++;
    return s;
}

/* As many as there is room for. */
static Value *limited_count(Checkpoint *c, Builder *b, Value *bytes, Value *steps)
{
    Type *t = type_scalar(TY_ULONG);
    Value *args[4] = {tape_left(c->fn), build_int(b, t, c->parts), bytes, steps ? steps : build_int(b, t, -1)};
    if (!steps)
        args[3]->def->text = "-1";
    return runtime_call(b, "ad_limit_slots", args, 4, t)->results[0];
}

/* A constant where memory is to have constant size. */
static Value *snapshot_count(Checkpoint *c, Builder *b, Value *bytes, Value *steps)
{
    Type *t = type_scalar(TY_ULONG);
    enum { WHEN_UNKNOWN = 64 };
    int64_t lo, hi, n = c->fwd->loop ? c->fwd->loop->snapshots : 0;
    if (n == 0 && c->fn->limited && !place_in_array())
        return limited_count(c, b, bytes, steps);
    if (n == 0 && steps && place_in_array())
        n = int_interval(steps, c->fwd, &lo, &hi) && hi <= TRIPS_LIMIT ? slots_for(hi) : WHEN_UNKNOWN;
    if (n > 0 || !steps)
        return build_int(b, t, n > 0 ? n : WHEN_UNKNOWN);
    return runtime_call(b, "ad_checkpoint_slots", &steps, 1, t)->results[0];
}

static void start(Checkpoint *c, Value *steps)
{
    Fn *fn = c->fn;
    Type *t = type_scalar(TY_ULONG), *bytes_type = type_scalar(TY_UCHAR);
    Builder b = before_op(c->fwd);
    b.loc = c->fwd->loc;
    Value *bytes = build_int(&b, t, 0);
    for (int i = 0; i < c->npieces; i++)
        bytes = i ? build_bin(&b, OP_ADD, bytes, c->pieces[i].bytes) : c->pieces[i].bytes;
    for (size_t i = 0; i < c->slots.n; i++)
        bytes = build_bin(&b, OP_ADD, bytes, build_sizeof(&b, ((Value *)c->slots.at[i])->type->elem));
    Value *slots = snapshot_count(c, &b, bytes, steps);
    Value *size[2] = {build_bin(&b, OP_ADD, slots, build_int(&b, t, 1)), build_bin(&b, OP_ADD, bytes, build_sizeof(&b, t))};
    Op *alloc = op_build(&b, OP_ALLOC, size, 2, 1);
    alloc->tape = true;
    alloc->ival = -1;
    alloc->results[0]->type = type_ptr(bytes_type);
    alloc->results[0]->var = var_named(fn, type_ptr(bytes_type), "", NULL, "snapshots");
    c->memory = alloc->results[0];
    Value *unknown = build_int(&b, t, -1);
    if (!steps)
        unknown->def->text = "-1"; /* AD_STEPS_UNKNOWN: a macro, which standalone files do not have */
    Value *args[5] = {c->cp, c->memory, bytes, slots, steps ? steps : unknown};
    runtime_call(&b, "ad_checkpoint_start", args, 5, NULL);
}

/* ---------------------------------------------------------------------- the reverse loop */

/* Marks what is new at the reverse loop's own level. */
static void mark_new(const Checkpoint *c, Op *from, const Op *to)
{
    for (Op *op = from; op != to; op = op->next) {
        op->in_reverse = true;
        op->reverses = c->fwd;
    }
}

static void remove_once(Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        for (int k = 0; k < op->nregions; k++)
            remove_once(op->regions[k]);
        if (happens_once(op))
            op_remove(op);
    }
}

/* The steps from `from` up to the one to be reversed; carried[] becomes the state before that. */
static void run_again(Checkpoint *c, Builder *b, Value *from, Value *step, Region *const *own, Value **carried)
{
    Fn *fn = c->fn;
    Op *loop;
    Type *size = type_scalar(TY_ULONG);
    if (c->is_for) {
        Value *lo = reach(c, c->fwd->args[0]), *i = c->rev->regions[0]->args[0];
        int64_t by = for_step(c->fwd);
        Value *first = build_cast(b, from, i->type);
        if (by != 1)
            first = build_bin(b, OP_MUL, first, build_int(b, i->type, by));
        if (!value_is(lo, 0))
            first = build_bin(b, OP_ADD, lo, first);
        loop = build_for(b, first, i, build_int(b, i->type, by), by > 0 ? OP_LT : OP_GT);
        loop->regions[0]->args[0]->var = var_named(fn, i->type, "", NULL, "again");
    } else {
        loop = build_for(b, from, step, build_int(b, size, 1), OP_LT);
        loop->regions[0]->args[0]->var = var_named(fn, size, "", NULL, "again");
        loop->regions[0]->args[0]->var->spelled = "size_t";
    }
    Value **args = arena_alloc(fn->arena, sizeof *args * (c->slots.n + 1));
    for (size_t i = 0; i < c->slots.n; i++)
        args[i] = for_add_carried(loop, carried[i], own[0]->args[c->is_for ? i + 1 : i]->var);
    Region *body = loop->regions[0];
    Builder in = at_end(body);
    in.loc = b->loc;
    Value *number = c->is_for ? step_number(&in, c->fwd, reach(c, c->fwd->args[0]), body->args[0]) : body->args[0];
    put_if_due(c, &in, number, args, true);
    PtrMap map = {.arena = fn->arena};
    if (c->is_for)
        ptrmap_put(&map, own[0]->args[0], body->args[0]);
    for (size_t i = 0; i < c->slots.n; i++)
        ptrmap_put(&map, own[0]->args[c->is_for ? i + 1 : i], args[i]);
    clone_ops(&in, own[0], &map, true);
    Op *end = region_terminator(own[0]);
    if (!c->is_for) {
        for (int i = 0; i < own[1]->nargs; i++)
            ptrmap_put(&map, own[1]->args[i], map_value(&map, end->args[1 + i]));
        clone_ops(&in, own[1], &map, true);
        end = region_terminator(own[1]);
    }
    Value **next = arena_alloc(fn->arena, sizeof *next * (c->slots.n + 1));
    for (size_t i = 0; i < c->slots.n; i++)
        next[i] = map_value(&map, end->args[i]);
    build_yield(&in, next, (int)c->slots.n);
    remove_once(body);
    for (size_t i = 0; i < c->slots.n; i++)
        carried[i] = for_result_of(loop, args[i]);
}

/* The step's own ops, with what they were given; what they use from before the loop is had where the reverse loop is. */
static void move_step(Checkpoint *c, Builder *b, Region *const *own, Value *const *carried)
{
    PtrMap map = {.arena = c->fn->arena};
    Region *body = c->rev->regions[0];
    if (c->is_for)
        ptrmap_put(&map, own[0]->args[0], body->args[0]);
    for (size_t i = 0; i < c->slots.n; i++)
        ptrmap_put(&map, own[0]->args[c->is_for ? i + 1 : i], carried[i]);
    for (int r = 0; r < c->fwd->nregions; r++) {
        remove_once(own[r]);
        Op *end = region_terminator(own[r]);
        for (int i = 0; r == 0 && !c->is_for && i < own[1]->nargs; i++)
            ptrmap_put(&map, own[1]->args[i], end->args[1 + i]);
        for (Op *op = own[r]->first, *next; op != end; op = next) {
            next = op->next;
            op_move(op, b);
        }
    }
    replace_uses_map(c->fn, &map);
}

/* Operands of the ops in r that are not visible there. */
static void reach_operands(Checkpoint *c, Region *r, const Op *end)
{
    for (Op *op = r->first; op && op != end; op = op->next) {
        for (int i = 0; i < op->nargs; i++)
            if (op->code != OP_USE && value_outside(op->args[i], c->rev))
                op->args[i] = reach(c, op->args[i]);
        for (int k = 0; k < op->nregions; k++)
            reach_operands(c, op->regions[k], NULL);
    }
}

static void rebuild_reverse(Checkpoint *c, Region *const *own)
{
    Op *rev = c->rev, *first = rev->regions[0]->first;
    Region *body = rev->regions[0];
    Builder b = before_op(first), before = before_op(rev), after = after_op(rev);
    b.loc = before.loc = after.loc = c->fwd->loc;
    Op *marker = rev->prev;
    runtime_call(&before, "ad_checkpoint_last", &c->cp, 1, NULL);
    move_memory(c, &before, "ad_checkpoint_put", true);
    mark_new(c, marker ? marker->next : rev->parent->first, rev);
    Op *behind = rev->next;
    runtime_call(&after, "ad_checkpoint_last", &c->cp, 1, NULL);
    move_memory(c, &after, "ad_checkpoint_get", true);
    Value *memory = reach(c, c->memory);
    if (pass_options.tape == TAPE_HEAP)
        op_build(&after, OP_FREE, &memory, 1, 0);
    mark_new(c, rev->next, behind);
    for (size_t i = 0; i < c->frees.n; i++) {
        Op *op = c->frees.at[i], *around = reversed_around(rev, op->parent);
        Builder outside = after_op(around);
        if (!op_follows(op, around)) /* put off for a loop around this one */
            free_later(op, c->fwd, around == rev ? &after : &outside);
    }
    Value *step = c->is_for ? step_number(&b, c->fwd, reach(c, c->fwd->args[0]), body->args[0]) : body->args[0];
    Value *args[2] = {c->cp, step};
    Value *from = runtime_call(&b, "ad_checkpoint_back", args, 2, type_scalar(TY_ULONG))->results[0];
    Value **carried = arena_alloc(c->fn->arena, sizeof *carried * (c->slots.n + 1));
    for (size_t i = 0; i < c->slots.n; i++) {
        Value *slot = c->slots.at[i];
        move_bytes(c, &b, "ad_checkpoint_get", slot, build_sizeof(&b, slot->type->elem));
        carried[i] = build_load(&b, slot);
    }
    move_memory(c, &b, "ad_checkpoint_get", true);
    run_again(c, &b, from, step, own, carried);
    move_step(c, &b, own, carried);
    reach_operands(c, body, first);
    rev->fused = true;
    rev->reversed = !c->fwd->reversed; /* fuse_loops may have found that the order does not matter, which it does now */
    rev->mirror = NULL;
    body->mirror = NULL;
    rev->note = "each step is run again from the nearest snapshot, then reversed";
}

/* ---------------------------------------------------------------------- the pass */

static void make_slots(Checkpoint *c)
{
    Fn *fn = c->fn;
    Builder top = before_op(fn->body->first);
    Type *t = type_opaque("ad_checkpoints");
    c->cp = build_local(&top, t, var_named(fn, t, "", NULL, "checkpoints"), NULL, 0);
    c->cp->def->zeroed = true;
    const Region *r = c->fwd->regions[0];
    for (int i = c->is_for; i < r->nargs; i++) {
        Value *arg = r->args[i];
        ptrs_push(&c->slots, build_local(&top, arg->type, var_named(fn, arg->type, "state_", arg->var, "value"), NULL, 0));
    }
}

/* A loop of the forward sweep around it that does not end its iterations with their reverse. */
static const Op *taped_loop_around(const Checkpoint *c)
{
    for (const Op *owner = c->rev->parent->owner; owner; owner = owner->parent->owner)
        if ((owner->code == OP_FOR || owner->code == OP_WHILE) && !owner->fused)
            return owner;
    return NULL;
}

static void check_loop(Checkpoint *c, Value **steps)
{
    const Op *step = c->is_for ? c->fwd->args[2]->def : NULL;
    *steps = NULL;
    if (taped_loop_around(c))
        checkpoint_refuse(c, c->fwd->loc, "this loop is inside another one; annotate that one, too, or instead");
    if (c->is_for && (!step || step->code != OP_ICONST || step->ival == 0))
        checkpoint_refuse(c, c->fwd->loc, "the loop's step is not constant");
    if (!c->is_for && !trips_argument(c))
        checkpoint_refuse(c, c->fwd->loc, "what the condition of this loop computes carries derivatives; compute it in the body");
    for (int r = 0; r < c->fwd->nregions && !c->failed; r++)
        walk_ops(c->fwd->regions[r], check_op, c);
    if (!c->failed)
        check_results(c);
    if (c->failed || !c->is_for)
        return;
    Builder b = before_op(c->fwd);
    b.loc = c->fwd->loc;
    Value *n = extent_at_entry(&b, c->fwd, c->fwd);
    if (n)
        *steps = build_cast(&b, n, type_scalar(TY_ULONG));
    else
        checkpoint_refuse(c, c->fwd->loc, "the number of iterations of this loop is not known before it");
}

static bool has_loop(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_FOR || op->code == OP_WHILE)
            return true;
        for (int k = 0; k < op->nregions; k++)
            if (has_loop(op->regions[k]))
                return true;
    }
    return false;
}

/* Is the state an array of a size that is not known, and what a step keeps a few numbers? Then it is not worth a snapshot. */
static bool is_larger_than_step(const Checkpoint *c)
{
    for (int i = 0; i < c->npieces && c->simple; i++)
        if (!c->pieces[i].bytes->def || c->pieces[i].bytes->def->code != OP_SIZEOF)
            return true;
    return false;
}

static bool is_annotated(const Op *loop)
{
    return loop->loop && loop->loop->checkpoint;
}

/* *parts: how many share what is left, when the forward sweep comes to the loop. */
static bool checkpoint_loop(Fn *fn, Op *rev, int *parts)
{
    Arena *a = fn->arena;
    Checkpoint c = {.fn = fn, .fwd = rev->mirror, .rev = rev, .slots = {.arena = a}, .frees = {.arena = a}, .reached = {.arena = a}};
    Region *own[2];
    Value *steps;
    c.is_for = c.fwd->code == OP_FOR;
    c.automatic = !is_annotated(c.fwd);
    c.parts = *parts;
    c.simple = !has_loop(c.fwd->regions[0]) && (c.is_for || !has_loop(c.fwd->regions[1]));
    if (c.automatic && taped_loop_around(&c))
        return true;
    if (!needs_forward(&c, rev->regions[0]))
        return true;
    check_loop(&c, &steps);
    if (!c.failed)
        checkpoint_state(&c);
    if (c.failed || (c.automatic && is_larger_than_step(&c)))
        return c.skip || !c.failed;
    ++*parts;
    make_slots(&c);
    copy_body(&c, own);
    start(&c, steps);
    Region *first = c.fwd->regions[0];
    Builder b = before_op(first->first);
    b.loc = c.fwd->loc;
    Value *number = c.is_for ? step_number(&b, c.fwd, c.fwd->args[0], first->args[0]) : first->args[trips_argument(&c)->index];
    put_if_due(&c, &b, number, first->args + c.is_for, false);
    if (!c.is_for) {
        Builder behind = after_op(c.fwd);
        behind.loc = c.fwd->loc;
        Value *args[2] = {c.cp, c.rev->args[1]->def->args[0]};
        runtime_call(&behind, "ad_checkpoint_finish", args, 2, NULL);
    }
    rebuild_reverse(&c, own);
    return true;
}

/* Does the order of iterations matter? */
static bool advances_state(const Op *fwd, const Op *rev)
{
    return fwd->code == OP_WHILE || rev->reversed != fwd->reversed;
}

static void find_reverse(Op *op, void *ctx)
{
    const Op *fwd = op->mirror;
    if (op->in_reverse && op->code == OP_FOR && fwd &&
        (is_annotated(fwd) || (op->parent->fn->limited && !fwd->fused && advances_state(fwd, op))))
        ptrs_push(ctx, op);
}

void checkpoint_loops(Fn *fn)
{
    Ptrs found = {.arena = fn->arena};
    if (!fn->shadow || fn->primal_done) /* a tangent needs none, a second derivative keeps everything, the primal is not to be written again */
        return;
    walk_ops(fn->body, find_reverse, &found); /* outer ones first */
    int parts = 2; /* the loop's snapshots, and what its steps keep */
    for (size_t i = 0; i < found.n; i++)
        if (!checkpoint_loop(fn, found.at[i], &parts))
            return;
}
