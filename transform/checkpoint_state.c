/* checkpoint_state.c: the memory that belongs to the state of a checkpointed loop, and its sizes. */
#include "checkpoint.h"

#include <string.h>

typedef struct {
    Checkpoint *c;
    bool *state; /* by object */
} Frees;

static void find_free(Op *op, void *ctx)
{
    Frees *f = ctx;
    Checkpoint *c = f->c;
    const int *objs;
    bool found = false, moves = moves_address(c->fn, op);
    if ((op->code != OP_FREE && !moves) || op->in_reverse || mem_position(c->fn->mem, op) <= mem_position(c->fn->mem, c->fwd))
        return;
    int n = mem_objects(c->fn->mem, freed_pointer(op), &objs);
    for (int i = 0; i < n; i++)
        found |= f->state[objs[i]];
    if (found && moves)
        checkpoint_refuse(c, op->loc, "this changes a pointer that the loop reads: when steps are run again it is another; change a copy of it");
    else if (found && !reversed_around(c->rev, op->parent))
        checkpoint_refuse(c, op->loc, "memory of the loop is freed here, where it is not certain that it will be; free it where the loop is");
    else if (found)
        ptrs_push(&c->frees, op);
}

typedef struct {
    Checkpoint *c;
    int n;
    bool *accessed, *written; /* by object; written: in the loop or later */
    bool all_written;
} Objects;

static void mark(const Objects *o, bool *set, const Value *p)
{
    const int *objs;
    int n = mem_objects(o->c->fn->mem, p, &objs);
    for (int i = 0; i < n; i++)
        set[objs[i]] = true;
}

static void find_access(Op *op, void *ctx)
{
    Objects *o = ctx;
    if (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ZERO || op->code == OP_COPY)
        mark(o, o->accessed, op->args[0]);
    if (op->code == OP_COPY)
        mark(o, o->accessed, op->args[1]);
}

static void find_write(Op *op, void *ctx)
{
    Objects *o = ctx;
    const MemInfo *m = o->c->fn->mem;
    int at = mem_position(m, op);
    if (!at || op->in_reverse)
        return;
    bool later = at >= mem_position(m, o->c->fwd);
    for (const Op *owner = o->c->fwd->parent->owner; owner && !later; owner = owner->parent->owner)
        later = (owner->code == OP_FOR || owner->code == OP_WHILE) && region_contains(owner->regions[0], op);
    if (!later)
        return;
    if (op->code == OP_STORE || op->code == OP_ZERO || op->code == OP_COPY || op->code == OP_FREE)
        mark(o, o->written, op->args[0]);
    else if (op_info[op->code].effect == EFFECT_OUTSIDE && !happens_once(op))
        o->all_written = true;
}

/* A local of the loop's own body, or what was allocated there (allocs.c), starts anew in each iteration. */
static bool is_of_iteration(const Checkpoint *c, const Op *local)
{
    if (!local || (local->code != OP_LOCAL && !local->home))
        return false;
    for (const Op *owner = local->home ? local->home : local->parent->owner; owner;
         owner = owner->parent ? owner->parent->owner : NULL) /* a home that is gone is in no region */
        if (owner == c->fwd)
            return true;
    return false;
}

static bool is_state(const Objects *o, int obj)
{
    const MemInfo *m = o->c->fn->mem;
    if (!o->accessed[obj] || is_of_iteration(o->c, mem_object_op(m, obj)))
        return false;
    if (o->all_written)
        return !mem_object_read_only(m, obj) || mem_object_kind(m, obj) != OBJ_GLOBAL;
    for (int i = 0; i < o->n; i++)
        if (o->written[i] && (i == obj || mem_objects_may_alias(m, i, obj)))
            return true;
    return false;
}

/* Is a parameter's pointee accessed as one object alone: (*p).field, never p[i]? */
static bool is_single(const Region *r, const Value *p)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        bool own = op->code == OP_CALL && op->text && !strncmp(op->text, "ad_checkpoint_", 14); /* of another loop */
        for (int i = 0; i < op->nargs && !own; i++)
            if (op->args[i] == p && !op->in_reverse && op->code != OP_FIELD && op->code != OP_DECAY && op->code != OP_LOAD && op->code != OP_STORE &&
                !op_is_compare(op->code))
                return false;
        for (int k = 0; k < op->nregions; k++)
            if (!is_single(op->regions[k], p))
                return false;
    }
    return true;
}

static Value *times(Builder *b, Value *n, Value *size)
{
    return build_bin(b, OP_MUL, build_cast(b, n, type_scalar(TY_ULONG)), size);
}

/* The bytes behind a parameter; NULL and *why. */
static Value *parameter_bytes(const Checkpoint *c, Builder *b, Value *p, const char **why)
{
    Fn *fn = c->fn;
    Type *elem = p->type->elem;
    if (p->index >= fn->nparams || fn->params[p->index]->type->kind == TY_RECORD)
        return build_sizeof(b, elem); /* given or returned by value */
    Op call = {.code = OP_CALL, .callee = fn, .args = fn->body->args, .nargs = fn->nparams};
    Value *n = elem->size ? custom_length(b, &call, p->index, why) : NULL;
    if (n)
        return times(b, n, build_sizeof(b, elem));
    return elem->size && is_single(fn->body, p) ? build_sizeof(b, elem) : NULL;
}

/* Are the object's address and the operands of its size there before the loop? */
static bool is_there(const Checkpoint *c, const Op *op)
{
    const Op *outer = c->fwd;
    while (outer && outer->parent != op->parent)
        outer = outer->parent->owner;
    const Op *at = outer ? op : NULL;
    while (at && at != outer)
        at = at->next;
    return outer && at == outer;
}

static bool describe_object(Checkpoint *c, Builder *b, int obj, Piece *out)
{
    const MemInfo *m = c->fn->mem;
    Op *op = mem_object_op(m, obj);
    if (op && op->code != OP_GLOBAL && !is_there(c, op))
        return false;
    Value *param = mem_object_param(m, obj);
    const char *why;
    PtrMap none = {.arena = c->fn->arena};
    switch (mem_object_kind(m, obj)) {
    case OBJ_LOCAL:
        out->base = op->results[0];
        out->bytes = build_sizeof(b, op->of);
        for (int i = 0; i < op->nargs; i++)
            out->bytes = times(b, op->args[i], out->bytes);
        return true;
    case OBJ_HEAP:
        if (op->code == OP_CALL)
            return false;
        out->base = op->results[0];
        out->bytes = build_cast(b, op->args[0], type_scalar(TY_ULONG));
        if (op->nargs > 1)
            out->bytes = times(b, op->args[1], out->bytes);
        return op->code == OP_ALLOC;
    case OBJ_GLOBAL:
        if (!op || op->code != OP_GLOBAL || op->var->type->size == 0)
            return false;
        out->base = clone_op(b, op, &none)->results[0];
        out->bytes = build_sizeof(b, op->var->type);
        return true;
    case OBJ_PARAM:
        out->base = param;
        out->bytes = parameter_bytes(c, b, param, &why);
        return out->bytes != NULL;
    default:
        return false;
    }
}

static const char *object_name(const Checkpoint *c, int obj)
{
    const MemInfo *m = c->fn->mem;
    const Op *op = mem_object_op(m, obj);
    const Value *param = mem_object_param(m, obj);
    const Var *var = op ? (op->var ? op->var : op->nresults ? op->results[0]->var : NULL) : param ? param->var : NULL;
    bool below = mem_object_kind(m, obj) == OBJ_POINTEE;
    const char *name = var && var->name ? arena_printf(c->fn->arena, "'%s'", var->name) : "a pointer";
    return below ? arena_printf(c->fn->arena, "what %s points to", name) : name;
}

void checkpoint_state(Checkpoint *c)
{
    int n = mem_count(c->fn->mem);
    Arena *a = c->fn->arena;
    Objects o = {c, n, arena_alloc(a, (size_t)n + 1), arena_alloc(a, (size_t)n + 1), false};
    for (int r = 0; r < c->fwd->nregions; r++)
        walk_ops(c->fwd->regions[r], find_access, &o);
    walk_ops(c->fn->body, find_write, &o);
    Frees frees = {c, arena_alloc(a, (size_t)n + 1)};
    c->pieces = arena_alloc(a, sizeof *c->pieces * (size_t)(n + 1));
    Builder b = before_op(c->fwd);
    b.loc = c->fwd->loc;
    for (int i = 0; i < n; i++) {
        if (!is_state(&o, i))
            continue;
        Piece *piece = &c->pieces[c->npieces++];
        frees.state[i] = true;
        if (!describe_object(c, &b, i, piece))
            checkpoint_refuse(c, c->fwd->loc,
                   arena_printf(a, "the size of %s, which the loop changes or reads before it changes, is not known; declare the parameter with "
                                   "AD_LEN, or use arrays that the function declares or allocates",
                                object_name(c, i)));
    }
    walk_ops(c->fn->body, find_free, &frees);
}
