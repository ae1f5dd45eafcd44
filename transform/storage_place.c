/* storage_place.c: --no-malloc and --tape-storage: what storage.c keeps goes into memory that is not from the heap.
 *
 *   stack, static   C arrays of constant size, from proven bounds of the loops (trip_bound.c)
 *   arg             the caller's workspace, a last parameter; storage_workspace.c makes the function that says how large it has to be
 *
 * Stacks of kept values and logs of overwritten ones become ad_fixed_stack and ad_fixed_log, which never grow. */
#include "derivative.h"

#include <string.h>

typedef struct {
    Fn *fn;
    Workspace *space; /* arg */
    Ptrs allocs, frees, vlas, pushes, saves, stacks, calls; /* Op* */
} Place;

static bool fixed_size(void)
{
    return pass_options.tape == TAPE_STACK || pass_options.tape == TAPE_STATIC;
}

static const char *option_name(void)
{
    return pass_options.no_malloc ? "--no-malloc" : pass_options.tape == TAPE_STATIC ? "--tape-storage=static" : "--tape-storage=stack";
}

static void unknown_bound(const Op *loop)
{
    diag_error(loop->loc,
               "%s: no bound is known for the number of iterations of this loop, and values of each are kept; bound it by a constant "
               "('if (n > 100) return ...;' before it will do), walk through an array of constant length (AD_LEN(100), [static 100])%s",
               option_name(), pass_options.tape == TAPE_ARG ? "" : ", or use --tape-storage=arg");
}

/* ---------------------------------------------------------------------- indexed arrays */

int64_t place_elements(Op *const *nest, Value *const *extent, int depth, const Op *outermost)
{
    int64_t total = 1, lo, hi;
    for (int d = 0; d < depth; d++) {
        const Op *loop = nest[d];
        bool known = int_interval(extent[d], outermost, &lo, &hi) && hi <= TRIPS_LIMIT;
        /* The extent is that of each entry only where it is the same each time. */
        bool same = value_outside(loop->args[0], outermost) && value_outside(loop->args[1], outermost);
        int64_t here = same || loop == outermost ? trip_bound(loop) : -1, n = known ? hi : -1;
        int64_t below = d + 1 < depth && (same || loop == outermost) ? trips_by_inner(loop, nest[d + 1]) : -1;
        if (here >= 0 && (n < 0 || here < n))
            n = here;
        if (below >= 0 && (n < 0 || below < n))
            n = below;
        if (n < 0 || total > TRIPS_LIMIT / (n ? n : 1)) {
            if (fixed_size())
                unknown_bound(loop);
            return -1;
        }
        total *= n;
    }
    return total;
}

bool place_in_array(void)
{
    return fixed_size();
}

/* ---------------------------------------------------------------------- what there is */

static bool is_text(const Op *call, const char *name)
{
    return call->code == OP_CALL && call->text && !strcmp(call->text, name);
}

static bool is_a(const Op *local, const char *type)
{
    return local->code == OP_LOCAL && local->of->kind == TY_OPAQUE && !strcmp(local->of->name, type);
}

static void collect(Op *op, void *ctx)
{
    Place *p = ctx;
    if (op->code == OP_ALLOC || op->code == OP_REALLOC)
        ptrs_push(&p->allocs, op);
    if (op->code == OP_FREE)
        ptrs_push(&p->frees, op);
    if (op->code == OP_LOCAL && op->nargs > 0)
        ptrs_push(&p->vlas, op);
    if (op->code == OP_PUSH || op->code == OP_POP)
        ptrs_push(&p->pushes, op);
    if (is_a(op, "ad_stack") || is_a(op, "ad_log"))
        ptrs_push(&p->stacks, op);
    if (op->code == OP_CALL && op->text && !strncmp(op->text, "ad_", 3))
        ptrs_push(&p->calls, op);
}

/* ---------------------------------------------------------------------- sizes of stacks and logs */

/* How often the op is executed at most; -1: not known, for want of the bound of *unknown. An iteration that contains its own reverse leaves
 * the stack as it found it. */
static int64_t executions(const Op *op, const Op **unknown)
{
    int64_t total = 1;
    for (const Region *r = op->parent; r->owner; r = r->owner->parent) {
        const Op *loop = r->owner;
        if ((loop->code != OP_FOR && loop->code != OP_WHILE) || loop->fused)
            continue;
        int64_t n = trip_bound(loop);
        if (n >= 0 && loop->code == OP_WHILE && r == loop->regions[0])
            n++;
        if (n < 0 || total > TRIPS_LIMIT / (n ? n : 1)) {
            *unknown = loop;
            return -1;
        }
        total *= n;
    }
    return total;
}

int64_t times_executed(const Op *op)
{
    const Op *unknown;
    return executions(op, &unknown);
}

/* The ops that put something on the stack or log. */
static void find_growth(const Place *p, const Op *stack, Ptrs *out)
{
    for (size_t i = 0; i < p->pushes.n; i++) {
        Op *op = p->pushes.at[i];
        if (op->code == OP_PUSH && op->args[0] == stack->results[0])
            ptrs_push(out, op);
    }
    for (size_t i = 0; i < p->calls.n; i++) {
        Op *op = p->calls.at[i];
        if (is_text(op, "ad_log_save") && op->args[0] == stack->results[0])
            ptrs_push(out, op);
    }
}

static int64_t entry_size(const Op *op)
{
    const Type *t = op->code == OP_PUSH ? op->args[1]->type : op->args[1]->type->elem;
    return t->size + (op->code == OP_PUSH ? 0 : (int64_t)sizeof(void *));
}

static int64_t fixed_bytes(const Place *p, const Op *stack)
{
    int64_t total = 0;
    Ptrs growth = {.arena = p->fn->arena};
    find_growth(p, stack, &growth);
    for (size_t i = 0; i < growth.n; i++) {
        const Op *op = growth.at[i], *unknown;
        int64_t n = executions(op, &unknown);
        if (n < 0) {
            unknown_bound(unknown);
            return -1;
        }
        total += n * entry_size(op);
    }
    return total > 0 ? total : 1;
}

/* ---------------------------------------------------------------------- moving */

static Builder function_top(Fn *fn)
{
    return before_op(fn->body->first);
}

static Var *named(Fn *fn, Type *t, const Var *like, const char *suffix, const char *fallback)
{
    const char *name = like && like->name ? arena_printf(fn->arena, "%s%s", like->name, suffix) : fallback;
    return var_named(fn, t, "", NULL, name);
}

static Value *fixed_memory(Fn *fn, const Var *like, int64_t bytes)
{
    Builder top = function_top(fn);
    Type *t = type_array(type_scalar(TY_UCHAR), bytes);
    Value *local = build_local(&top, t, named(fn, t, like, "_memory", "memory"), NULL, 0);
    local->def->is_static = pass_options.tape == TAPE_STATIC;
    Builder behind = after_op(local->def);
    return build_decay(&behind, local);
}

/* The calls that belong to it, under their other names; what frees goes. */
static void rename_calls(const Place *p, const Op *stack)
{
    static const char *const names[][2] = {{"ad_log_save", "ad_fixed_log_save"},
                                           {"ad_log_undo", "ad_fixed_log_undo"},
                                           {"ad_log_back", "ad_fixed_log_back"},
                                           {"ad_log_redo", "ad_fixed_log_redo"}};
    for (size_t i = 0; i < p->calls.n; i++) {
        Op *op = p->calls.at[i];
        if (op->nargs == 0 || op->args[0] != stack->results[0])
            continue;
        if (is_text(op, "ad_stack_free") || is_text(op, "ad_log_free"))
            op_remove(op);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (is_text(op, names[k][0]))
                op->text = names[k][1];
    }
}

static void make_fixed(Place *p, Op *stack, Value *memory)
{
    bool log = is_a(stack, "ad_log");
    rename_calls(p, stack);
    stack->of = type_opaque(log ? "ad_fixed_log" : "ad_fixed_stack");
    stack->results[0]->type = type_ptr(stack->of);
    if (stack->var)
        stack->var->type = stack->of;
    Builder b = memory->def && memory->def->parent == stack->parent ? after_op(memory->def) : after_op(stack);
    Value *args[2] = {stack->results[0], memory};
    Op *call = op_build(&b, OP_CALL, args, 2, 0);
    call->text = log ? "ad_fixed_log_start" : "ad_fixed_start";
    call->of = type_void();
    if (stack->next != call) { /* declared before it is used */
        Builder first = function_top(p->fn);
        op_move(stack, &first);
    }
}

static void place_stack(Place *p, Op *stack)
{
    Ptrs growth = {.arena = p->fn->arena};
    if (pass_options.tape != TAPE_ARG) {
        int64_t bytes = fixed_bytes(p, stack);
        if (bytes > 0)
            make_fixed(p, stack, fixed_memory(p->fn, stack->var, bytes));
        return;
    }
    find_growth(p, stack, &growth);
    Value *memory = workspace_for_stack(p->space, &growth, stack);
    if (memory)
        make_fixed(p, stack, memory);
}

/* The frees of what is no longer allocated. */
static void drop_frees(const Place *p, const Value *v)
{
    for (size_t i = 0; i < p->frees.n; i++) {
        Op *op = p->frees.at[i];
        if (op->parent && op->args[0] == v) {
            op_remove(op);
            op->parent = NULL;
        }
    }
}

/* A local array in place of an allocation of known size. */
static void alloc_to_array(Place *p, Op *alloc)
{
    int64_t lo, hi, size = 1, none;
    Type *elem = alloc->results[0]->type->elem;
    bool known = int_interval(alloc->args[0], alloc, &lo, &hi) && hi <= TRIPS_LIMIT;
    if (known && alloc->nargs > 1 && alloc->args[1]->def && alloc->args[1]->def->code == OP_SIZEOF)
        size = alloc->args[1]->def->of->size;
    else if (known && alloc->nargs > 1)
        known = int_interval(alloc->args[1], alloc, &none, &size) && size <= TRIPS_LIMIT;
    if (!known || elem->size == 0) {
        diag_error(alloc->loc, "%s: the size of memory that the derivative needs here is not known", option_name());
        return;
    }
    int64_t count = (hi * size + elem->size - 1) / elem->size;
    Type *t = type_array(elem, count > 0 ? count : 1);
    Builder b = before_op(alloc), top = function_top(p->fn);
    Value *local = build_local(&top, t, alloc->results[0]->var, NULL, 0);
    local->def->is_static = pass_options.tape == TAPE_STATIC;
    if (alloc->zeroed) {
        Value *args[2] = {local, build_int(&b, type_scalar(TY_ULONG), 1)};
        op_build(&b, OP_ZERO, args, 2, 0);
    }
    Value *array = build_decay(&b, local);
    drop_frees(p, alloc->results[0]);
    replace_uses(p->fn, alloc->results[0], array);
    op_remove(alloc);
}

static void place_alloc(Place *p, Op *op)
{
    if (!op->tape) {
        if (pass_options.no_malloc)
            diag_error(op->loc, "--no-malloc: the function allocates memory here; use an array of constant size, or one of the caller's");
        return;
    }
    bool kept = op->ival != 0;
    if (p->space && (kept || pass_options.no_malloc)) {
        Value *memory = workspace_for_alloc(p->space, op);
        if (!memory)
            return;
        drop_frees(p, op->results[0]);
        replace_uses(p->fn, op->results[0], memory);
        op_remove(op);
    } else if (pass_options.no_malloc || (kept && fixed_size())) {
        alloc_to_array(p, op);
    }
}

static void check_vla(const Op *local)
{
    int64_t lo, hi;
    for (int i = 0; i < local->nargs; i++)
        if (!int_interval(local->args[i], local, &lo, &hi) || hi > TRIPS_LIMIT) {
            diag_error(local->loc, "--no-malloc: no bound is known for the size of this array; make it constant, or bound it by 'if (n > 100) "
                                   "return ...;' before");
            return;
        }
}

static bool frees_memory(const Place *p, const Op *stack)
{
    for (size_t i = 0; i < p->calls.n; i++) {
        const Op *op = p->calls.at[i];
        if (is_text(op, "ad_free_pushed") && op->args[0] == stack->results[0])
            return true;
    }
    return false;
}

void place_tapes(Fn *fn)
{
    if (pass_options.tape == TAPE_HEAP || diag_error_count())
        return;
    Arena *a = fn->arena;
    Place p = {fn, NULL, {.arena = a}, {.arena = a}, {.arena = a}, {.arena = a}, {.arena = a}, {.arena = a}, {.arena = a}};
    walk_ops(fn->body, collect, &p);
    bool arg = pass_options.tape == TAPE_ARG && fn->has_tape;
    if (arg)
        p.space = workspace_begin(fn);
    for (size_t i = 0; i < p.stacks.n; i++)
        if (!frees_memory(&p, p.stacks.at[i]))
            place_stack(&p, p.stacks.at[i]);
    for (size_t i = 0; i < p.allocs.n; i++)
        place_alloc(&p, p.allocs.at[i]);
    for (size_t i = 0; i < p.vlas.n && pass_options.no_malloc && fixed_size(); i++)
        check_vla(p.vlas.at[i]);
    if (arg)
        workspace_end(p.space);
}
