/* origin.c: which of two parameters a pointer points to, where a loop exchanges them.
 *
 *   double *a = u, *b = tmp;    for (...) { ...b[i] = ...; swap(a, b); }
 *
 * The d_ of an independent that is not a dependent is only added to; the d_ of a dependent or of scratch has seeds. A store through a pointer
 * that may point to either asks a number that goes with the pointer: 1 where it is the former's. */
#include "derivative.h"

typedef struct {
    int object;
    PtrMap flags; /* pointer Value* -> is it into the object? */
} OriginMap;

typedef struct {
    Shadow *s;
    PtrMap seen; /* Value*: against cycles */
} Check;

/* Does p point into the object that is asked about, and may it point into others? */
static bool points_into(const Shadow *s, const Value *p, bool *others)
{
    const int *objs;
    int n = mem_objects(s->mem, p, &objs);
    bool found = false;
    for (int i = 0; i < n; i++)
        found = found || objs[i] == s->origin_object;
    *others = n > found;
    return found;
}

static bool is_mixed(const Shadow *s, const Value *p)
{
    bool others;
    return s->origin_object >= 0 ? points_into(s, p, &others) && others : shadow_is_ambiguous(s, p);
}

/* Of what is not mixed. */
static bool has_origin(const Shadow *s, const Value *p)
{
    bool others;
    return s->origin_object >= 0 ? points_into(s, p, &others) : shadow_accumulates_only(s, p);
}

static bool is_known(Check *c, const Value *p);

static bool handed_on_known(Check *c, const Value *p)
{
    const Op *op = p->def ? p->def : p->arg_of->owner;
    if (op->code == OP_IF)
        return is_known(c, region_terminator(op->regions[0])->args[p->index]) && is_known(c, region_terminator(op->regions[1])->args[p->index]);
    if (op->code == OP_WHILE) {
        bool before = !p->def && p->arg_of == op->regions[0];
        const Value *first = before ? op->args[p->index] : region_terminator(op->regions[0])->args[1 + p->index];
        return is_known(c, first) && (!before || is_known(c, region_terminator(op->regions[1])->args[p->index]));
    }
    if (op->code != OP_FOR || p->index == 0)
        return false;
    return is_known(c, op->args[2 + p->index]) && is_known(c, region_terminator(op->regions[0])->args[p->index - 1]);
}

/* Is it a parameter's address or moved from one, handed on by ifs and loops alone? */
static bool is_known(Check *c, const Value *p)
{
    if (!is_mixed(c->s, p) || ptrmap_get(&c->seen, p))
        return true;
    ptrmap_put(&c->seen, p, c);
    const Op *op = p->def;
    if (!op)
        return p->arg_of->owner && handed_on_known(c, p);
    if (op->code == OP_SELECT)
        return is_known(c, op->args[1]) && is_known(c, op->args[2]);
    if (op_is_step(op->code))
        return is_known(c, op->args[0]);
    return op->nregions > 0 && handed_on_known(c, p);
}

static Value *flag_of(Shadow *s, Value *p);

static Value *flag_of_for(Shadow *s, Op *loop, Value *p)
{
    Type *t = type_scalar(TY_INT);
    int k = p->index - 1;
    Value *init = flag_of(s, loop->args[3 + k]);
    Value *flag = for_add_carried(loop, init, var_named(s->fn, t, "", NULL, "sums"));
    ptrmap_put(&s->origins, p, flag);
    Op *yield = region_terminator(loop->regions[0]);
    op_add_arg(yield, flag);
    int at = yield->nargs - 1;
    Value *next = flag_of(s, yield->args[k]); /* may add operands, which moves args */
    yield->args[at] = next;
    return flag;
}

/* before's argument, after's or the loop's result. */
static Value *flag_of_while(Shadow *s, Op *loop, Value *p)
{
    Type *t = type_scalar(TY_INT);
    Region *before = loop->regions[0], *after = loop->regions[1];
    if (p->def) {
        flag_of(s, after->args[p->index]);
        return ptrmap_get(&s->origins, p);
    }
    bool first = p->arg_of == before;
    if (first)
        op_add_arg(loop, flag_of(s, loop->args[p->index]));
    Value *flag = region_add_arg(p->arg_of, t, var_named(s->fn, t, "", NULL, "sums"));
    ptrmap_put(&s->origins, p, flag);
    if (!first)
        ptrmap_put(&s->origins, loop->results[p->index], op_add_result(loop, t, flag->var));
    Op *end = region_terminator(first ? after : before);
    op_add_arg(end, flag);
    int at = end->nargs - 1;
    Value *next = flag_of(s, end->args[p->index + (first ? 0 : 1)]);
    end->args[at] = next;
    return flag;
}

static Value *flag_of_if(Shadow *s, Op *op, int index)
{
    Value *flag[2];
    for (int r = 0; r < 2; r++)
        flag[r] = flag_of(s, region_terminator(op->regions[r])->args[index]);
    for (int r = 0; r < 2; r++)
        op_add_arg(region_terminator(op->regions[r]), flag[r]);
    return op_add_result(op, flag[0]->type, NULL);
}

static Value *make_flag(Shadow *s, Value *p)
{
    Op *op = p->def;
    if (!is_mixed(s, p)) {
        Builder top = before_op(s->fn->body->first);
        return build_int(&top, type_scalar(TY_INT), has_origin(s, p));
    }
    Op *loop = op ? op : p->arg_of->owner;
    if (loop->code == OP_WHILE)
        return flag_of_while(s, loop, p);
    if (!op)
        return flag_of_for(s, loop, p);
    if (op->code == OP_SELECT) {
        Value *x = flag_of(s, op->args[1]), *y = flag_of(s, op->args[2]);
        Builder b = after_op(op);
        return build_select(&b, op->args[0], x, y);
    }
    if (op->code == OP_IF)
        return flag_of_if(s, op, p->index);
    if (op->code == OP_FOR)
        return for_result_of(op, flag_of(s, op->regions[0]->args[p->index]));
    return flag_of(s, op->args[0]);
}

static Value *flag_of(Shadow *s, Value *p)
{
    Value *known = ptrmap_get(&s->origins, p);
    if (known)
        return known;
    Value *flag = make_flag(s, p);
    ptrmap_put(&s->origins, p, flag);
    return flag;
}

Value *origin_sums(Shadow *s, Value *p)
{
    Check c = {s, {.arena = s->fn->arena}};
    return is_known(&c, p) ? flag_of(s, p) : NULL;
}

Value *origin_is(Shadow *s, Value *p, int object)
{
    PtrMap sums = s->origins, *map = NULL;
    for (size_t i = 0; i < s->origin_maps.n && !map; i++) {
        OriginMap *known = s->origin_maps.at[i];
        map = known->object == object ? &known->flags : NULL;
    }
    if (!map) {
        OriginMap *made = arena_alloc(s->fn->arena, sizeof *made);
        *made = (OriginMap){object, {.arena = s->fn->arena}};
        ptrs_push(&s->origin_maps, made);
        map = &made->flags;
    }
    s->origin_object = object;
    s->origins = *map;
    Value *flag = origin_sums(s, p);
    *map = s->origins;
    s->origins = sums;
    s->origin_object = -1;
    return flag;
}

Value *shadow_put_aside(Builder *b, Value *shadow, Value *sums)
{
    Op *op = sums ? build_if(b, sums) : NULL;
    Builder in = op ? at_end(op->regions[0]) : *b;
    Value *saved = build_load(&in, shadow);
    build_store(&in, shadow, build_zero(&in, saved->type));
    if (!op)
        return saved;
    Builder out = at_end(op->regions[1]);
    Value *nothing = build_zero(&out, saved->type);
    build_yield(&in, &saved, 1);
    build_yield(&out, &nothing, 1);
    return op_add_result(op, saved->type, NULL);
}
