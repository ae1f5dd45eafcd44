/* ir.c: the op table, programs, functions, regions, and moving ops about. */
#include "transform.h"

#include <ctype.h>
#include <string.h>

const OpInfo op_info[OP_COUNT] = {
#define OP(code, name, k, e) [OP_##code] = {.text = name, .kind = KIND_##k, .effect = EFFECT_##e, .arity = -1},
#define MATH(code, name, n, signature, l, h, g, ...)                                                                               \
    [OP_##code] = {.text = name,                                                                                                   \
                   .kind = KIND_MATH,                                                                                              \
                   .effect = EFFECT_PURE,                                                                                          \
                   .arity = n,                                                                                                     \
                   .sig = signature,                                                                                               \
                   .partial = {__VA_ARGS__},                                                                                       \
                   .lo = l,                                                                                                        \
                   .hi = h,                                                                                                        \
                   .guard = g},
#define OP_MATH1(code, name, da, l, h, g) MATH(code, name, 1, "f:f", l, h, g, da)
#define OP_MATH2(code, name, da, db, l, h, g) MATH(code, name, 2, "f:ff", l, h, g, da, db)
#define OP_MATH3(code, name, da, db, dc, l, h, g) MATH(code, name, 3, "f:fff", l, h, g, da, db, dc)
#define OP_MATHN(code, name, results, operands, da, db, l, h, g)                                                                   \
    MATH(code, name, sizeof operands - 1, results ":" operands, l, h, g, da, db)
#define OP_MATHC(code, name, results, operands, tangent_, adjoint_, l, h)                                                          \
    [OP_##code] = {.text = name,                                                                                                   \
                   .kind = KIND_MATH,                                                                                              \
                   .effect = EFFECT_PURE,                                                                                          \
                   .arity = sizeof operands - 1,                                                                                   \
                   .sig = results ":" operands,                                                                                    \
                   .partial = {tangent_},                                                                                          \
                   .adjoint = adjoint_,                                                                                            \
                   .lo = l,                                                                                                        \
                   .hi = h},
#include "ops.h"
#undef MATH
};

/* ---------------------------------------------------------------------- programs and functions */

Program *program_new(void)
{
    Arena *a = arena_new();
    Program *p = arena_alloc(a, sizeof *p);
    p->arena = p->fns.arena = p->globals.arena = p->items.arena = p->files.arena = p->requests.arena = p->recursions.arena =
        p->instances.arena = a;
    p->macros.arena = p->headers.arena = p->library_fns.arena = p->library_ready.arena = a;
    return p;
}

void program_free(Program *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->fns.n; i++)
        arena_free(((Fn *)p->fns.at[i])->arena);
    arena_free(p->arena);
}

Fn *program_find_fn(Program *p, const char *name)
{
    for (size_t i = 0; i < p->fns.n; i++)
        if (!strcmp(((Fn *)p->fns.at[i])->name, name))
            return p->fns.at[i];
    return NULL;
}

Var *program_find_global(Program *p, const char *name)
{
    for (size_t i = 0; i < p->globals.n; i++)
        if (!strcmp(((Var *)p->globals.at[i])->name, name))
            return p->globals.at[i];
    return NULL;
}

Var *next_lasting(LastingVars *w)
{
    const Program *p = w->p;
    if (w->nglobals < p->globals.n)
        return p->globals.at[w->nglobals++];
    for (; w->nfns < p->fns.n; w->nfns++, w->nstatics = 0) {
        const Fn *fn = p->fns.at[w->nfns];
        if (w->nstatics < fn->statics.n)
            return fn->statics.at[w->nstatics++];
    }
    return NULL;
}

bool var_initialiser_names(const Var *var, const char *name)
{
    const char *init = var->decl_text ? strchr(var->decl_text, '=') : NULL;
    return init && strcmp(var->name, name) != 0 && text_has_word(init, name);
}

bool var_is_plain_constant(const Var *var)
{
    if (!var->is_static || !var->is_const || !var->decl_text)
        return false;
    const char *s = strchr(var->decl_text, '=');
    for (bool in_number = false; s && *s; s++) {
        bool letter = isalpha((unsigned char)*s) || *s == '_', null = !strncmp(s, "NULL", 4);
        if (*s == '"' || *s == '&' || (letter && !in_number && !null))
            return false;
        in_number = isdigit((unsigned char)*s) || *s == '.' || (in_number && letter); /* also .name = */
        s += letter && null ? 3 : 0;
    }
    return true;
}

/* One of the same name is another file's, or hides var. */
bool program_initialiser_names(const Program *p, const char *name)
{
    LastingVars all = {.p = p};
    for (const Var *other = next_lasting(&all); other; other = next_lasting(&all))
        if (var_initialiser_names(other, name))
            return true;
    return false;
}

Fn *fn_new(Program *p, const char *name)
{
    Fn *fn = arena_alloc(p->arena, sizeof *fn);
    fn->name = arena_strdup(p->arena, name);
    fn->program = p;
    fn->arena = fn->locals.arena = fn->statics.arena = arena_new();
    fn->ret = type_void();
    fn->loc.file = -1;
    fn->body = region_new(fn, NULL);
    ptrs_push(&p->fns, fn);
    return fn;
}

Region *region_new(Fn *fn, Op *owner)
{
    Region *r = arena_alloc(fn->arena, sizeof *r);
    r->fn = fn;
    r->owner = owner;
    return r;
}

Value *value_new(Fn *fn, Type *t, Var *hint)
{
    Value *v = arena_alloc(fn->arena, sizeof *v);
    v->type = t;
    v->id = fn->nvalues++;
    v->var = hint;
    return v;
}

/* ---------------------------------------------------------------------- operand, result and argument lists
 *
 * Lists have room for the next power of two, so appending needs no capacity field: it reallocates when the count is one. */

static size_t list_room(int n)
{
    size_t room = 2;
    while (room < (size_t)n)
        room *= 2;
    return room;
}

Value **value_list(Arena *a, Value *const *values, int n)
{
    Value **list = arena_alloc(a, list_room(n) * sizeof *list);
    if (values && n)
        memcpy(list, values, (size_t)n * sizeof *list);
    return list;
}

Op *op_new(Fn *fn, Value *const *args, int nargs)
{
    size_t room = list_room(nargs);
    Op *op = arena_line(fn->arena, sizeof *op + (room + list_room(0)) * sizeof *op->args);
    op->id = fn->nops++;
    op->nargs = nargs;
    op->args = (Value **)(op + 1);
    op->results = op->args + room;
    for (int i = 0; i < nargs; i++)
        op->args[i] = args[i];
    return op;
}

static void list_push(Arena *a, Value ***list, int *n, Value *v)
{
    if (!*list || list_room(*n) == (size_t)*n) {
        Value **fresh = arena_alloc(a, list_room(*n + 1) * sizeof *fresh);
        if (*n)
            memcpy(fresh, *list, (size_t)*n * sizeof *fresh);
        *list = fresh;
    }
    (*list)[(*n)++] = v;
}

Value *region_add_arg(Region *r, Type *t, Var *hint)
{
    Value *v = value_new(r->fn, t, hint);
    v->arg_of = r;
    v->index = r->nargs;
    list_push(r->fn->arena, &r->args, &r->nargs, v);
    return v;
}

Value *fn_add_param(Fn *fn, Type *t, Var *var)
{
    Region *r = fn->body;
    Value *arg = region_add_arg(r, t, var);
    if (fn->sret) {
        Value *sret = r->args[r->nargs - 2];
        r->args[r->nargs - 2] = arg;
        r->args[r->nargs - 1] = sret;
        arg->index = r->nargs - 2;
        sret->index = r->nargs - 1;
    }
    Var **params = arena_alloc(fn->arena, sizeof *params * (size_t)(fn->nparams + 1));
    for (int i = 0; i < fn->nparams; i++)
        params[i] = fn->params[i];
    params[fn->nparams++] = var;
    fn->params = params;
    var->is_param = true;
    return arg;
}

static Fn *fn_of(const Op *op)
{
    if (!op->parent)
        ICE("op '%s' is in no region", op_info[op->code].text);
    return op->parent->fn;
}

Value *op_add_result(Op *op, Type *t, Var *hint)
{
    Fn *fn = fn_of(op);
    Value *v = value_new(fn, t, hint);
    v->def = op;
    v->index = op->nresults;
    list_push(fn->arena, &op->results, &op->nresults, v);
    return v;
}

void op_add_arg(Op *op, Value *v)
{
    list_push(fn_of(op)->arena, &op->args, &op->nargs, v);
}

void op_set_args(Op *op, Value *const *args, int nargs)
{
    op->args = value_list(fn_of(op)->arena, args, nargs);
    op->nargs = nargs;
}

/* ---------------------------------------------------------------------- where ops are */

Builder at_end(Region *r)
{
    return (Builder){.fn = r->fn, .region = r, .loc = r->owner ? r->owner->loc : r->fn->loc};
}

Builder before_op(Op *op)
{
    return (Builder){.fn = fn_of(op), .region = op->parent, .before = op, .loc = op->loc};
}

Builder after_op(Op *op)
{
    return (Builder){.fn = fn_of(op), .region = op->parent, .before = op->next, .loc = op->loc};
}

void op_insert(Builder *b, Op *op)
{
    Region *r = b->region;
    Op *next = b->before, *prev = next ? next->prev : r->last;
    op->parent = r;
    op->prev = prev;
    op->next = next;
    if (prev)
        prev->next = op;
    else
        r->first = op;
    if (next)
        next->prev = op;
    else
        r->last = op;
}

void op_remove(Op *op)
{
    Region *r = op->parent;
    if (!r)
        ICE("op '%s' is removed twice", op_info[op->code].text);
    if (op->prev)
        op->prev->next = op->next;
    else
        r->first = op->next;
    if (op->next)
        op->next->prev = op->prev;
    else
        r->last = op->prev;
    op->prev = op->next = NULL;
    op->parent = NULL;
}

void op_move(Op *op, Builder *to)
{
    if (to->before == op)
        return;
    op_remove(op);
    op_insert(to, op);
}

Op *region_terminator(const Region *r)
{
    return r->last && (r->last->code == OP_YIELD || r->last->code == OP_COND) ? r->last : NULL;
}

bool region_contains(const Region *r, const Op *op)
{
    for (const Region *at = op->parent; at; at = at->owner ? at->owner->parent : NULL)
        if (at == r)
            return true;
    return false;
}

int loop_depth(const Op *op)
{
    int depth = 0;
    for (const Region *at = op->parent; at && at->owner; at = at->owner->parent)
        depth += at->owner->code == OP_FOR || at->owner->code == OP_WHILE;
    return depth;
}

/* ---------------------------------------------------------------------- over all ops */

enum { AHEAD = 16 };

typedef struct {
    void (*visit)(Op *op, void *ctx);
    void *ctx;
    Op *past[AHEAD]; /* the last ops, in a ring */
    unsigned at;
} OpWalk;

/* The walk has come to op: for the next walk, that is what lies ahead of the op some ops before it. */
static void note_ahead(OpWalk *w, Op *op)
{
    Op *before = w->past[w->at];
    if (before) {
        intptr_t lines = (intptr_t)((uintptr_t)op - (uintptr_t)before) / CACHE_LINE;
        before->ahead = lines == (int)lines ? (int)lines : 0;
    }
    w->past[w->at] = op;
    w->at = (w->at + 1) % AHEAD;
}

static void walk_region(OpWalk *w, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        note_ahead(w, op);
        next = op_next(op);
        w->visit(op, w->ctx);
        if (!op->parent)
            continue;
        for (int i = 0; i < op->nregions; i++)
            walk_region(w, op->regions[i]);
    }
}

void walk_ops(Region *r, void (*visit)(Op *op, void *ctx), void *ctx)
{
    walk_region(&(OpWalk){.visit = visit, .ctx = ctx}, r);
}

typedef struct {
    Value *from, *to;
} Replacement;

static void replace_one(Op *op, void *ctx)
{
    const Replacement *r = ctx;
    for (int i = 0; i < op->nargs; i++)
        if (op->args[i] == r->from)
            op->args[i] = r->to;
}

void replace_uses(Fn *fn, Value *from, Value *to)
{
    walk_ops(fn->body, replace_one, &(Replacement){from, to});
}

Value *map_value(PtrMap *m, Value *v)
{
    Value *to = ptrmap_get(m, v);
    if (!to)
        return v;
    Value *last = to;
    for (Value *next; (next = ptrmap_get(m, last)) && next != last;)
        last = next;
    for (Value *at = v; at != last; at = to) { /* shorten the chain, so that long ones stay linear */
        to = ptrmap_get(m, at);
        if (to != last)
            ptrmap_put(m, at, last);
    }
    return last;
}

static void replace_mapped(Op *op, void *ctx)
{
    PtrMap *m = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(m, op->args[i]);
}

void replace_uses_map(Fn *fn, PtrMap *map)
{
    if (map->n)
        walk_ops(fn->body, replace_mapped, map);
}

/* ---------------------------------------------------------------------- ValueMap */

static Value *value_at(const ValueMap *m, const Value *v)
{
    return v->id < m->n ? m->to[v->id] : NULL;
}

void valuemap_put(ValueMap *m, Value *from, Value *to)
{
    if (from->id >= m->n) {
        int n = from->id + from->id / 2 + 64;
        Value **list = arena_alloc(m->arena, (size_t)n * sizeof *list);
        if (m->n)
            memcpy(list, m->to, (size_t)m->n * sizeof *list);
        m->to = list;
        m->n = n;
    }
    m->to[from->id] = to;
    m->any = true;
}

Value *valuemap_end(ValueMap *m, Value *v)
{
    Value *to = value_at(m, v);
    if (!to)
        return v;
    Value *last = to;
    for (Value *next; (next = value_at(m, last)) && next != last;)
        last = next;
    for (Value *at = v; at != last; at = to) { /* as in map_value */
        to = value_at(m, at);
        if (to != last)
            m->to[at->id] = last;
    }
    return last;
}

static void replace_by_id(Op *op, void *ctx)
{
    ValueMap *m = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = valuemap_end(m, op->args[i]);
}

void replace_uses_by_id(Fn *fn, ValueMap *map)
{
    if (map->any)
        walk_ops(fn->body, replace_by_id, map);
}
