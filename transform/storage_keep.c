/* storage_keep.c: the places where forward values are kept for the reverse sweep.
 *
 * outside loops: a C local (slot);   in counted loops: an array indexed by the loop counters;   else: a push/pop stack
 */
#include "derivative.h"

#include <string.h>

Region *value_region(const Value *v)
{
    return v->def ? v->def->parent : v->arg_of;
}

/* kept_x for x, and for what is loaded from x[i]; else after what computes it. */
static Var *kept_var(Fn *fn, Type *t, const Value *v)
{
    const Value *named = v;
    while (!named->var && named->def && (named->def->code == OP_LOAD || op_info[named->def->code].kind == KIND_ADDR))
        named = named->def->args[0];
    const Op *op = v->def;
    const char *what = op && op_info[op->code].kind == KIND_MATH ? op_info[op->code].text : op && op_is_compare(op->code) ? "test" : "value";
    const Var *like = !named->var && named->def && named->def->code == OP_LOCAL ? named->def->var : named->var;
    bool again = named->var && named->var->name && !strncmp(named->var->name, "kept_", 5); /* the address of what is kept */
    return var_named(fn, t, again ? "" : "kept_", like, what);
}

/* Just after v's definition: where it can be stored. */
static Builder after_definition(Value *v)
{
    if (v->def)
        return after_op(v->def);
    Region *r = v->arg_of;
    return r->first ? before_op(r->first) : at_end(r);
}

static Builder function_top(Fn *fn)
{
    return fn->body->first ? before_op(fn->body->first) : at_end(fn->body);
}

/* ---------------------------------------------------------------------- slots */

/* The iteration in which v is made and used: that of the innermost fused loop, or the whole function. */
static Builder iteration_top(Fn *fn, const Value *v)
{
    for (Region *r = value_region(v); r->owner; r = r->owner->parent)
        if (r->owner->fused && r == r->owner->regions[0])
            return before_op(r->first);
    return function_top(fn);
}

static Value *make_slot(Fn *fn, Value *v)
{
    Builder top = iteration_top(fn, v);
    Value *slot = build_local(&top, v->type, kept_var(fn, v->type, v), NULL, 0);
    slot->def->zeroed = true; /* the reverse sweep reads it only where the forward sweep wrote it, which compilers cannot see */
    Builder b = slot->def->parent == v->arg_of ? after_op(slot->def) : after_definition(v);
    build_store(&b, slot, v);
    return slot;
}

/* ---------------------------------------------------------------------- arrays */

enum { INVARIANT_DEPTH = 8 };

static bool is_same_throughout(const Fn *fn, const Value *v, const Op *loop, int depth);

/* The counter of a loop inside, which has an index of its own: the same in the iteration of the same number. */
static bool counts_the_same(const Fn *fn, const Value *v, const Op *loop, int depth)
{
    const Op *inner = v->arg_of ? v->arg_of->owner : NULL;
    return inner && inner != loop && inner->code == OP_FOR && v->index == 0 && is_same_throughout(fn, inner->args[0], loop, depth + 1) &&
           is_same_throughout(fn, inner->args[2], loop, depth + 1);
}

/* Has v the same value in every iteration of the loop (where loops inside it have done as many iterations)? Then all can keep it in one place:
 *
 *   for (i..) for (j..) for (k..) { double b_kj = b[k][j]; kept_b[k * m + j] = b_kj; c[i][j] += a[i][k] * b_kj; }
 */
static bool is_same_throughout(const Fn *fn, const Value *v, const Op *loop, int depth)
{
    if (value_outside(v, loop))
        return v->def != loop;
    if (counts_the_same(fn, v, loop, depth))
        return true;
    const Op *op = v->def;
    if (!op || depth > INVARIANT_DEPTH || op->nregions > 0 || v->id >= fn->mem_values)
        return false;
    if (op->code == OP_LOAD ? mem_op_may_write(fn->mem, loop, op->args[0]) : op_info[op->code].effect != EFFECT_PURE)
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!is_same_throughout(fn, op->args[i], loop, depth + 1))
            return false;
    return op->code != OP_LOCAL;
}

static bool find_nest(const Keeper *keeper, Keep *k, Region *home)
{
    Op *inner_first[MAX_NEST];
    int n = 0;
    bool fused = false;
    for (const Region *r = home; r && r->owner; r = r->owner->parent) {
        Op *op = r->owner;
        if (op->code == OP_FOR && n == MAX_NEST)
            return false;
        if (op->code == OP_WHILE && fused)
            k->entry = op;
        if (op->code == OP_WHILE && !fused) {
            k->room = k->entry ? k->entry->parent : home;
            if (!k->entry && !k->block)
                return false;
            if (!room_possible(keeper, k->room))
                return false;
            break;
        }
        fused = fused || op->fused; /* from here outwards an iteration's values die with it */
        if (op->code == OP_FOR) {
            k->entry = op;
            if (!fused && (k->block || !is_same_throughout(keeper->fn, k->value, op, 0)))
                inner_first[n++] = op;
        }
    }
    for (int i = 0; i < n; i++)
        k->nest[i] = inner_first[n - 1 - i];
    k->depth = n;
    return true;
}

enum { SMALL_ARRAY = 1024 }; /* elements: up to here a C array, no allocation */

static Value *constant_product(Builder *b, Keep *k)
{
    int64_t total = 1;
    if (k->block || k->room)
        return NULL;
    if (place_in_array()) {
        int64_t most = place_elements(k->nest, k->extent, k->depth, k->entry);
        return most < 0 ? NULL : build_int(b, type_scalar(TY_ULONG), most > 0 ? most : 1);
    }
    for (int i = 0; i < k->depth; i++) {
        const Op *c = k->extent[i]->def;
        if (!c || c->code != OP_ICONST || c->ival > SMALL_ARRAY)
            return NULL;
        total *= c->ival;
        if (total > SMALL_ARRAY)
            return NULL;
    }
    return build_int(b, type_scalar(TY_ULONG), total > 0 ? total : 1);
}

/* A truth value takes one byte. */
static Type *kept_type(const Value *v)
{
    return value_is_bool(v) ? type_scalar(TY_UCHAR) : v->type;
}

/* x > 0 ? x : 0, or a product of such. */
static bool is_count(const Value *v)
{
    const Op *op = v->def;
    if (op && op->code == OP_MUL)
        return is_count(op->args[0]) && is_count(op->args[1]);
    return op && op->code == OP_SELECT && value_is(op->args[2], 0) && defined_by(op->args[0], OP_GT) && op->args[0]->def->args[0] == op->args[1] &&
           value_is(op->args[0]->def->args[1], 0);
}

static Value *allocate(Keeper *keeper, Builder *b, Keep *k)
{
    Fn *fn = keeper->fn;
    Type *elem = kept_type(k->value), *size_type = type_scalar(TY_ULONG);
    Value *constant = constant_product(b, k);
    if (constant) {
        Builder top = function_top(fn);
        Type *array = type_array(elem, constant->def->ival);
        Value *local = build_local(&top, array, kept_var(fn, array, k->value), NULL, 0);
        local->def->is_static = pass_options.tape == TAPE_STATIC;
        local->def->tape = (pass_options.openmp || pass_options.max_tape) && !local->def->is_static; /* parallel.c, max_tape.c */
        Builder behind = after_op(local->def);
        return build_decay(&behind, local);
    }
    Value *count = k->depth ? build_cast(b, k->extent[0], size_type) : NULL;
    for (int i = 1; i < k->depth; i++)
        count = build_bin(b, OP_MUL, count, build_cast(b, k->extent[i], size_type));
    if (k->block) {
        Value *none = build_int(b, k->block->type, 0), *some = is_count(k->block) ? NULL : build_bin(b, OP_GT, k->block, none);
        Value *each = build_cast(b, some ? build_select(b, some, k->block, none) : k->block, size_type);
        count = count ? build_bin(b, OP_MUL, count, each) : each;
    }
    count = count ? count : build_int(b, size_type, 1); /* the same in all iterations of the loops in a room's region */
    Op *size = op_build(b, OP_SIZEOF, NULL, 0, 1);
    size->of = elem;
    size->results[0]->type = size_type;
    if (k->room) {
        Value *room = room_build(keeper, b, k->room, count, size->results[0], elem);
        room->var = kept_var(fn, type_ptr(elem), k->value);
        room->var->is_restrict = true;
        return room;
    }
    Value *args[2] = {count, size->results[0]};
    Op *alloc = op_build(b, OP_ALLOC, args, 2, 1);
    alloc->tape = true;
    alloc->results[0]->type = type_ptr(elem);
    alloc->results[0]->var = kept_var(fn, type_ptr(elem), k->value);
    if (pass_options.tape == TAPE_ARG) { /* storage_place.c will see to it */
        int64_t most = place_elements(k->nest, k->extent, k->depth, k->entry);
        alloc->ival = most < 0 ? -1 : most + 1;
    } else {
        ptrs_push(&keeper->to_free, alloc->results[0]);
    }
    return alloc->results[0];
}

void keep_visible(Keeper *keeper, Value *v)
{
    if (value_region(v) == keeper->fn->body || ptrmap_get(&keeper->by_value, v) || op_info[v->def->code].kind == KIND_CONST)
        return;
    Keep *k = arena_alloc(keeper->fn->arena, sizeof *k);
    k->value = v;
    k->kind = KEEP_SLOT;
    k->memory = make_slot(keeper->fn, v);
    ptrmap_put(&keeper->by_value, v, k);
}

/* The bounds of a loop of the nest and its counter, as they are seen where an element is addressed. */
typedef struct {
    Value *counter, *lo, *extent;
} Level;

/* Where in its dimension an iteration keeps its value: its number, or counted from the other end where that is the counter itself. */
static Value *trip_number(Builder *b, const Op *loop, const Level *at)
{
    Type *t = type_scalar(TY_LONG);
    Value *i = build_cast(b, at->counter, t);
    int64_t step = for_step(loop);
    if (step == -1 && loop->cmp == OP_GE && value_is(loop->args[1], 0))
        return i; /* for (i = n; i >= 0; i--): n + 1 elements */
    if (step == -1)
        return build_bin(b, OP_SUB, build_cast(b, at->lo, t), i);
    if (!value_is(at->lo, 0))
        i = build_bin(b, OP_SUB, i, build_cast(b, at->lo, t));
    return step == 1 ? i : build_bin(b, OP_DIV, i, build_int(b, t, step));
}

/* ... in a while loop: of each iteration. */
static void make_room_extent_visible(Keeper *keeper, const Keep *k, Value *v)
{
    for (const Region *r = k->room; r->owner; r = r->owner->parent)
        if (r == value_region(v) && !value_is_const(v) && !ptrmap_get(&keeper->by_value, v)) {
            keep_value(keeper, v);
            return;
        }
    keep_visible(keeper, v);
}

static Value *element(Builder *b, Keep *k, Value *memory, const Level *level)
{
    if (k->depth == 0)
        return memory;
    Value *i = trip_number(b, k->nest[0], &level[0]);
    for (int d = 1; d < k->depth; d++) {
        i = build_bin(b, OP_MUL, i, level[d].extent);
        i = build_bin(b, OP_ADD, i, trip_number(b, k->nest[d], &level[d]));
    }
    return build_index(b, memory, i);
}

static Value *block_at(Builder *b, Keep *k, Value *memory, const Level *level, Value *length)
{
    if (k->depth == 0)
        return memory;
    Value *i = trip_number(b, k->nest[0], &level[0]);
    for (int d = 1; d < k->depth; d++)
        i = build_bin(b, OP_ADD, build_bin(b, OP_MUL, i, level[d].extent), trip_number(b, k->nest[d], &level[d]));
    return build_index(b, memory, build_bin(b, OP_MUL, i, length));
}

/* The array, made before `outermost`, and the loops' bounds in the forward sweep. */
static bool make_memory(Keeper *keeper, Keep *k, Op *outermost, Level *level)
{
    Builder b = before_op(outermost);
    b.loc = outermost->loc;
    for (int d = 0; d < k->depth; d++) {
        k->extent[d] = k->room ? room_extent(keeper, k->nest[d], outermost) : extent_at_entry(&b, k->nest[d], outermost);
        if (!k->extent[d])
            return false;
    }
    k->memory = allocate(keeper, &b, k);
    if (!k->room)
        keep_visible(keeper, k->memory);
    for (int d = 0; d < k->depth; d++) {
        if (d > 0 && k->room)
            make_room_extent_visible(keeper, k, k->extent[d]);
        else if (d > 0)
            keep_visible(keeper, k->extent[d]);
        level[d] = (Level){k->nest[d]->regions[0]->args[0], k->nest[d]->args[0], k->extent[d]};
    }
    return true;
}

static bool make_array(Keeper *keeper, Keep *k)
{
    Level level[MAX_NEST];
    if (!make_memory(keeper, k, k->entry, level))
        return false;
    Builder b = after_definition(k->value);
    Value *place = element(&b, k, k->memory, level);
    build_store(&b, place, build_cast(&b, k->value, kept_type(k->value)));
    (b.before ? b.before->prev : b.region->last)->kept = k;
    return true;
}

/* The element of the iteration that user reverses. */
static Value *element_again(Builder *b, Keep *k, Op *user, Resolve resolve, void *ctx)
{
    Level level[MAX_NEST];
    for (int d = 0; d < k->depth; d++) {
        Op *loop = k->nest[d];
        level[d].counter = resolve(ctx, loop->regions[0]->args[0], user);
        level[d].lo = resolve(ctx, loop->args[0], user);
        level[d].extent = d > 0 ? resolve(ctx, k->extent[d], user) : NULL;
    }
    Value *memory = resolve(ctx, k->memory, user), *block = k->block ? resolve(ctx, k->block, user) : NULL;
    *b = before_op(user);
    b->loc = user->loc;
    return block ? block_at(b, k, memory, level, block) : element(b, k, memory, level);
}

static Value *load_array(Keep *k, Op *user, Resolve resolve, void *ctx)
{
    Builder b;
    Value *v = build_load(&b, element_again(&b, k, user, resolve, ctx));
    v->def->kept = k;
    return build_cast(&b, v, k->value->type);
}

/* ---------------------------------------------------------------------- blocks */

Keep *keep_block(Keeper *keeper, Value *like, Op *place, Value *length, Value **to)
{
    Keep *k = arena_alloc(keeper->fn->arena, sizeof *k);
    Level level[MAX_NEST];
    *k = (Keep){.value = like, .kind = KEEP_ARRAY, .block = length};
    if (!find_nest(keeper, k, place->parent) || !make_memory(keeper, k, k->entry ? k->entry : place, level))
        ICE("a copy of an array has no place");
    keep_visible(keeper, length);
    Builder b = before_op(place);
    b.loc = place->loc;
    *to = block_at(&b, k, k->memory, level, length);
    ptrs_push(&keeper->keeps, k);
    decided_keep(keeper->fn, k);
    return k;
}

Value *keep_block_again(Keep *k, Op *user, Resolve resolve, void *ctx)
{
    Builder b;
    return element_again(&b, k, user, resolve, ctx);
}

/* ---------------------------------------------------------------------- the stack */

static void need_stack(Keeper *k)
{
    k->stack = k->stack ? k->stack : k->fn->tape;
    if (k->stack)
        return;
    Builder top = function_top(k->fn);
    Type *t = type_opaque("ad_stack");
    k->stack = build_local(&top, t, var_named(k->fn, t, "", NULL, "tape"), NULL, 0);
    k->stack->def->zeroed = true;
}

typedef struct {
    Region *region;
    Ptrs values;
} RegionStack;

/* Is it the first region of a while loop whose reverse iteration also reverses the second? */
static bool reversed_after_the_rest(const Region *r, const Region *mirror)
{
    Op *loop = r->owner;
    return loop && loop->code == OP_WHILE && r == loop->regions[0] && mirror->owner && mirror->owner->mirror == loop;
}

/* kept: the id of the value that v is, or is handed on from. */
static void build_push(Keeper *k, Builder *b, Value *v, int kept, const PtrMap *mirror_of)
{
    Value *args[2] = {k->stack, v};
    Op *push = op_build(b, OP_PUSH, args, 2, 0);
    push->ival = kept;
    turn_back(mirror_of, push);
}

static void push_at_end(Keeper *k, const RegionStack *s, const PtrMap *mirror_of)
{
    Builder b = before_op(region_terminator(s->region));
    for (size_t i = 0; i < s->values.n; i++)
        build_push(k, &b, s->values.at[i], ((Value *)s->values.at[i])->id, mirror_of);
}

/* The reverse iteration pops these values first, so that they are pushed last: at the end of the second region, and behind the loop. */
static void push_late(Keeper *k, const RegionStack *s, const PtrMap *mirror_of)
{
    Op *loop = s->region->owner, *cond = region_terminator(s->region);
    Builder in = before_op(region_terminator(loop->regions[1])), behind = after_op(loop);
    for (size_t i = 0; i < s->values.n; i++) {
        Value *v = s->values.at[i];
        op_add_arg(cond, v);
        build_push(k, &in, region_add_arg(loop->regions[1], v->type, v->var), v->id, mirror_of);
        build_push(k, &behind, op_add_result(loop, v->type, v->var), v->id, mirror_of);
    }
}

static void pop_at_start(Keeper *k, const RegionStack *s, Region *mirror,
                         void (*popped)(void *ctx, Region *mirror, Value *v, Value *popped), void *ctx)
{
    Builder b = before_op(mirror->first);
    for (size_t i = s->values.n; i-- > 0;) {
        Value *v = s->values.at[i];
        Op *op = op_build(&b, OP_POP, &k->stack, 1, 1);
        op->results[0]->type = v->type;
        op->results[0]->var = v->var;
        op->ival = v->id;
        popped(ctx, mirror, v, op->results[0]);
    }
}

void keep_stacks(Keeper *k, const PtrMap *mirror_of, void (*popped)(void *ctx, Region *mirror, Value *v, Value *popped), void *ctx)
{
    Arena *arena = k->fn->arena;
    Ptrs stacks = {.arena = arena};
    PtrMap of = {.arena = arena};
    for (size_t i = 0; i < k->keeps.n; i++) {
        Keep *keep = k->keeps.at[i];
        if (keep->kind != KEEP_STACK)
            continue;
        Region *r = value_region(keep->value);
        RegionStack *s = ptrmap_get(&of, r);
        if (!s) {
            s = arena_alloc(arena, sizeof *s);
            *s = (RegionStack){r, {.arena = arena}};
            ptrmap_put(&of, r, s);
            ptrs_push(&stacks, s);
        }
        ptrs_push(&s->values, keep->value);
    }
    room_pops(k, popped, ctx);
    for (int later = 0; later < 2; later++) /* after the pushes of the regions that come before them */
        for (size_t i = 0; i < stacks.n; i++) {
            RegionStack *s = stacks.at[i];
            Region *mirror = ptrmap_get(mirror_of, s->region);
            if (!mirror)
                ICE("a kept value's region has no reverse");
            bool late = reversed_after_the_rest(s->region, mirror);
            if (late != later)
                continue;
            if (late)
                push_late(k, s, mirror_of);
            else
                push_at_end(k, s, mirror_of);
            pop_at_start(k, s, mirror, popped, ctx);
        }
}

/* ---------------------------------------------------------------------- decisions */

bool keep_is_indexed(const Keeper *keeper, const Region *r)
{
    Op *outermost = NULL, *loops[MAX_NEST];
    int n = 0;
    if (keeper->fn->split)
        return false;
    for (; r->owner; r = r->owner->parent) {
        Op *op = r->owner;
        if (op->code == OP_WHILE || (op->code == OP_FOR && n == MAX_NEST))
            return false;
        if (op->code == OP_FOR)
            outermost = loops[n++] = op;
    }
    for (int i = 0; i < n; i++) { /* the extents themselves are not needed: dead code */
        Builder b = before_op(outermost);
        if (!extent_at_entry(&b, loops[i], outermost))
            return false;
    }
    return n > 0;
}

bool keep_is_variable(const Keeper *keeper, const Value *v)
{
    Keep k = {.value = (Value *)(uintptr_t)v};
    return !keeper->fn->split && find_nest(keeper, &k, value_region(v)) && k.depth == 0 && !k.room;
}

Keep *keep_value(Keeper *keeper, Value *v)
{
    Keep *k = arena_alloc(keeper->fn->arena, sizeof *k);
    k->value = v;
    bool counted = find_nest(keeper, k, value_region(v));
    bool pushed = keeper->fn->split && ptrmap_get(keeper->mirror_of, value_region(v)); /* on the branch that needs it only */
    if (counted && k->depth == 0 && !k->room && !pushed) {
        k->kind = KEEP_SLOT;
        k->memory = make_slot(keeper->fn, v);
    } else if (counted && (k->depth > 0 || k->room) && make_array(keeper, k)) {
        k->kind = KEEP_ARRAY;
    } else {
        k->kind = KEEP_STACK;
        need_stack(keeper);
    }
    ptrs_push(&keeper->keeps, k);
    ptrmap_put(&keeper->by_value, v, k);
    decided_keep(keeper->fn, k);
    return k;
}

Value *keep_load(Keeper *keeper, Keep *keep, Op *user, Resolve resolve, void *ctx)
{
    (void)keeper;
    if (keep->kind == KEEP_ARRAY)
        return load_array(keep, user, resolve, ctx);
    Builder b = before_op(user);
    b.loc = user->loc;
    return build_load(&b, keep->memory);
}

bool frees_tape(const Op *call)
{
    static const char *const names[] = {"ad_stack_free", "ad_log_free", "ad_free_pushed"};
    for (size_t i = 0; call->code == OP_CALL && call->text && i < sizeof names / sizeof *names; i++)
        if (!strcmp(call->text, names[i]))
            return true;
    return false;
}

static void build_stack_free(Op *yield, Value *stack)
{
    Builder b = before_op(yield);
    Op *op = op_build(&b, OP_CALL, &stack, 1, 0);
    op->text = "ad_stack_free";
    op->of = type_void();
}

static void find_loaded(Op *op, void *ctx)
{
    if (op->code == OP_LOAD)
        ptrmap_put(ctx, op->args[0], op);
}

/* Where the memory is freed: at the function's end, or, where both sweeps are within one if (fuse.c), at that branch's. */
static Op *end_of_use(const Keeper *k, const Value *memory, const PtrMap *loaded)
{
    Op *last = region_terminator(k->fn->body);
    Region *r = value_region(memory);
    const Keep *slot = ptrmap_get(&k->by_value, memory);
    if (r == k->fn->body || !slot || ptrmap_get(loaded, slot->memory))
        return last;
    for (const Op *owner = r->owner; owner; owner = owner->parent->owner)
        if (owner->code != OP_IF)
            return last;
    return region_terminator(r);
}

void keep_finish(Keeper *k, Resolve resolve, void *ctx)
{
    PtrMap loaded = {.arena = k->fn->arena};
    walk_ops(k->fn->body, find_loaded, &loaded);
    for (size_t i = 0; i < k->to_free.n; i++) {
        Op *yield = end_of_use(k, k->to_free.at[i], &loaded);
        Value *p = resolve(ctx, k->to_free.at[i], yield);
        Builder b = before_op(yield);
        op_build(&b, OP_FREE, &p, 1, 0);
    }
    Op *yield = region_terminator(k->fn->body);
    Value *stack = k->stack ? k->stack : k->fn->tape;
    if (stack && stack->def && stack->def->code == OP_LOCAL) /* else it is somebody else's */
        build_stack_free(yield, stack);
    for (size_t i = 0; i < k->with_rooms.n; i++)
        build_stack_free(yield, ptrmap_get(&k->rooms, k->with_rooms.at[i]));
}
