/* ir_clone.c: copies of ops, regions and functions. */
#include "transform.h"

#include <string.h>

static Value *mapped(const PtrMap *map, Value *v)
{
    Value *to = ptrmap_get(map, v);
    return to ? to : v;
}

static void clone_region_into(Region *to, const Region *from, PtrMap *map)
{
    ptrmap_put(map, from, to);
    if (from->mirror) {
        Region *mirror = ptrmap_get(map, from->mirror);
        to->mirror = mirror ? mirror : from->mirror;
    }
    for (int i = 0; i < from->nargs; i++)
        ptrmap_put(map, from->args[i], region_add_arg(to, from->args[i]->type, from->args[i]->var));
    Builder b = at_end(to);
    clone_ops(&b, from, map, false);
}

Op *clone_op(Builder *b, const Op *op, PtrMap *map)
{
    Op *copy = op_new(b->fn, op->args, op->nargs), made = *copy;
    *copy = *op;
    copy->id = made.id;
    copy->args = made.args;
    for (int i = 0; i < op->nargs; i++)
        copy->args[i] = mapped(map, op->args[i]);
    copy->results = made.results;
    copy->nresults = copy->nregions = 0;
    copy->regions[0] = copy->regions[1] = NULL;
    copy->mark = 0;
    op_insert(b, copy);
    ptrmap_put(map, op, copy); /* before the regions: an op inside may mirror this one */
    if (op->mirror) {
        Op *mirror = ptrmap_get(map, op->mirror);
        copy->mirror = mirror ? mirror : op->mirror;
    }
    for (int i = 0; i < op->nregions; i++) {
        op_add_region(copy);
        clone_region_into(copy->regions[i], op->regions[i], map);
    }
    for (int i = 0; i < op->nresults; i++)
        ptrmap_put(map, op->results[i], op_add_result(copy, op->results[i]->type, op->results[i]->var));
    return copy;
}

void clone_ops(Builder *b, const Region *src, PtrMap *map, bool skip_terminator)
{
    const Op *terminator = skip_terminator ? region_terminator(src) : NULL;
    const Op *last = src->last; /* b may be at the end of src itself */
    for (const Op *op = src->first; op && op != terminator; op = op == last ? NULL : op->next)
        clone_op(b, op, map);
}

Fn *clone_fn(const Fn *fn, const char *name)
{
    Arena *a = fn->program->arena;
    Fn *copy = arena_alloc(a, sizeof *copy);
    *copy = *fn;
    copy->name = arena_strdup(a, name);
    copy->arena = arena_new();
    copy->nvalues = copy->nops = 0;
    copy->mem = NULL; /* facts about the other function's values */
    copy->params = arena_alloc(a, (size_t)fn->nparams * sizeof *copy->params);
    if (fn->nparams)
        memcpy(copy->params, fn->params, (size_t)fn->nparams * sizeof *copy->params);
    copy->helpers = (Ptrs){.arena = a};
    copy->locals = (Ptrs){.arena = copy->arena};
    for (size_t i = 0; i < fn->locals.n; i++)
        ptrs_push(&copy->locals, fn->locals.at[i]);
    copy->body = region_new(copy, NULL);
    PtrMap map = {.arena = arena_new()};
    if (fn->body)
        clone_region_into(copy->body, fn->body, &map);
    arena_free(map.arena);
    return copy;
}
