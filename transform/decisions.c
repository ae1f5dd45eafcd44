/* decisions.c: what was decided about each line, for --report: what is kept for the reverse sweep, how many bytes and why; what is fused;
 * what carries no derivative and why. Passes tell (decided_keep and its companions); nothing reads it but the report. */
#include "derivative.h"
#include "graph.h"

#include <string.h>

static Decision *decision(Fn *fn, DecisionKind kind, Loc loc)
{
    if (!fn->decisions) {
        fn->decisions = arena_alloc(fn->program->arena, sizeof *fn->decisions);
        fn->decisions->arena = fn->program->arena;
    }
    Decision *d = arena_alloc(fn->program->arena, sizeof *d);
    *d = (Decision){.kind = kind, .loc = loc, .what = "", .where = "", .count = "1", .why = ""};
    ptrs_push(fn->decisions, d);
    return d;
}

/* ---------------------------------------------------------------------- how often */

/* The number of iterations: `n`, `(n - 1) / 2`. */
static const char *trips(Arena *a, const Op *loop)
{
    if (loop->code != OP_FOR)
        return arena_printf(a, "iterations of line %d", loop->loc.line);
    int64_t step = for_step(loop), known;
    const char *from = graph_value_text(a, loop->args[0]), *to = graph_value_text(a, loop->args[1]);
    bool down = loop->cmp == OP_GT || loop->cmp == OP_GE || step < 0;
    bool zero = value_is(down ? loop->args[1] : loop->args[0], 0);
    bool closed = loop->cmp == OP_LE || loop->cmp == OP_GE, one = value_int(loop->args[2], &known) && (known == 1 || known == -1);
    const char *n = zero ? (down ? from : to) : down ? arena_printf(a, "%s - %s", from, to) : arena_printf(a, "%s - %s", to, from);
    if (closed)
        n = arena_printf(a, "%s + 1", n);
    if (one)
        return n;
    bool bare = !strchr(n, ' ');
    return arena_printf(a, bare ? "%s / %s" : "(%s) / %s", n, graph_value_text(a, loop->args[2]));
}

static const char *times(Arena *a, const char *count, const char *n)
{
    const char *factor = strchr(n, ' ') && strncmp(n, "iterations", 10) != 0 ? arena_printf(a, "(%s)", n) : n;
    return !strcmp(count, "1") ? n : arena_printf(a, "%s × %s", factor, count);
}

/* All loops around a region. */
static const char *executions(Arena *a, const Region *r)
{
    const char *count = "1";
    for (; r && r->owner; r = r->owner->parent)
        if (r->owner->code == OP_FOR || r->owner->code == OP_WHILE)
            count = times(a, count, trips(a, r->owner));
    return count;
}

/* ---------------------------------------------------------------------- why */

typedef struct {
    const MemInfo *mem;
    Value *address;
    const Op *load, *found;
} Search;

static void find_write(Op *op, void *ctx)
{
    Search *s = ctx;
    bool writes = op->code == OP_STORE || op->code == OP_CALL || op->code == OP_COPY || op->code == OP_ZERO || op->code == OP_FREE;
    if (!s->found && writes && !op->in_reverse && mem_position(s->mem, op) && mem_op_may_write(s->mem, op, s->address))
        s->found = op;
}

static const char *why_not_read_again(Fn *fn, const Op *load)
{
    Arena *a = fn->program->arena;
    Search s = {.mem = fn->mem, .address = load->args[0], .load = load};
    if (pass_options.no_reload)
        return "-fno-reload: it is not read again";
    walk_ops(fn->body, find_write, &s);
    const char *what = graph_address_text(a, load->args[0], NULL, NULL);
    if (!s.found)
        return arena_printf(a, "%s may be gone or changed when the reverse sweep comes here", what);
    return arena_printf(a, "%s may be overwritten at line %d before the reverse sweep comes here", what, s.found->loc.line);
}

static const char *why_kept(Fn *fn, const Value *v)
{
    Arena *a = fn->program->arena;
    const Op *op = v->def;
    if (!op)
        return "one iteration hands it to the next: it cannot be computed again from within";
    if (op->code == OP_LOAD)
        return v->id < fn->mem_values ? why_not_read_again(fn, op) : "what it is read from is not known to stay";
    if (op_info[op->code].kind == KIND_MATH)
        return arena_printf(a, "computing it again would call %s again", op_info[op->code].text);
    if (op_info[op->code].kind == KIND_CALL)
        return "a call's result: the call must not happen twice";
    if (op->nregions)
        return op->code == OP_IF ? "computing it again would repeat a branch" : "computing it again would repeat the loop";
    if (op->code == OP_ALLOC)
        return "the memory is needed again";
    if (pass_options.no_recompute)
        return "-fno-recompute: it is not computed again";
    return "keeping it takes fewer bytes than keeping what it is computed from";
}

static const char *value_name(Arena *a, const Value *v)
{
    const Op *op = v->def;
    if (v->var && v->var->name)
        return v->var->name;
    if (op && op_info[op->code].kind == KIND_MATH)
        return arena_printf(a, "%s(%s)", op_info[op->code].text, op->nargs ? graph_value_text(a, op->args[0]) : "");
    return graph_value_text(a, v);
}

static Loc place_of(const Value *v)
{
    const Op *op = v->def ? v->def : v->arg_of->owner;
    return op ? op->loc : (Loc){.file = -1};
}

/* ---------------------------------------------------------------------- what passes tell */

void decided_keep(Fn *fn, const Keep *k)
{
    if (!pass_options.explain)
        return;
    Arena *a = fn->program->arena;
    Decision *d = decision(fn, DECIDED_KEEP, place_of(k->value));
    d->what = value_name(a, k->value);
    d->why = why_kept(fn, k->value);
    d->bytes = value_is_bool(k->value) && k->kind == KEEP_ARRAY ? 1 : k->value->type->size;
    if (k->kind == KEEP_ARRAY)
        for (int i = k->depth; i-- > 0;)
            d->count = times(a, d->count, trips(a, k->nest[i]));
    else if (k->kind == KEEP_STACK)
        d->count = executions(a, value_region(k->value));
    d->where = k->kind == KEEP_SLOT    ? "in a variable"
               : k->kind == KEEP_ARRAY ? "in an array by iteration"
                                       : "on the tape, last in first out";
}

void decided_log(Fn *fn, const Op *store)
{
    if (!pass_options.explain)
        return;
    Arena *a = fn->program->arena;
    Decision *d = decision(fn, DECIDED_LOG, store->loc);
    d->what = arena_printf(a, "what %s held before", graph_address_text(a, store->args[0], NULL, NULL));
    d->why = "the reverse sweep takes the store back, so that what was read before it can be read again";
    d->bytes = store->args[1]->type->size + (int64_t)sizeof(void *);
    d->count = executions(a, store->parent);
    d->where = "in the log of overwritten values";
}

typedef struct {
    Fn *fn;
    const Activity *act;
    StrMap said;
} Inactive;

static void note_inactive(Op *op, void *ctx)
{
    Inactive *n = ctx;
    Arena *a = n->fn->program->arena;
    for (int r = 0; r < op->nresults; r++) {
        Value *v = op->results[r];
        bool read = op->code == OP_LOAD;
        if (!type_is_float(v->type) || active_value(n->act, v) || (!read && !(v->var && v->var->name)))
            continue;
        const char *what = read ? graph_address_text(a, op->args[0], NULL, NULL) : v->var->name, *why = activity_reason(n->act, v);
        const char *key = arena_printf(a, "%d:%s:%s", op->loc.line, what, why);
        if (strmap_get(&n->said, key))
            continue;
        strmap_put(&n->said, key, n);
        Decision *d = decision(n->fn, DECIDED_INACTIVE, op->loc);
        d->what = what;
        d->why = why;
        d->count = "0";
    }
}

void decided_activity(Fn *fn, const Activity *act)
{
    Inactive n = {fn, act, {.arena = fn->program->arena}};
    if (pass_options.explain && !fn->decisions) /* second derivatives: as the first ones have it */
        walk_ops(fn->body, note_inactive, &n);
}

static void note_fused(Op *op, void *ctx)
{
    Fn *fn = ctx;
    if (op->code != OP_FOR || !op->fused)
        return;
    Decision *d = decision(fn, DECIDED_FUSED, op->loc);
    d->what = arena_printf(fn->program->arena, "this loop, %s iterations", trips(fn->program->arena, op));
    d->why = op->note ? op->note : "each iteration is reversed at once: nothing in it is kept beyond it";
    d->count = "0";
}

void decided_fused(Fn *fn)
{
    if (pass_options.explain)
        walk_ops(fn->body, note_fused, fn);
}
