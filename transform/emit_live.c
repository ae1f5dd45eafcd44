/* emit_live.c: live ranges of the values that become C variables, and which of them share one.
 *
 * Program points number the ops in printed order. Control is structured, so a value's range is: from its definition to each use
 * in the same region; for a use in an if's branch, that branch up to the use and the way to the if; for a use in a loop, all of the
 * loop. A loop's or if's copies (init -> argument -> yielded value -> result) cost nothing when both ends share a variable, which they
 * can unless their ranges overlap; so can versions of one source variable. */
#include "emit.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- program points */

static void number_region(Plan *p, Region *r, int *n)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        OpPlan *o = op_plan(p, op);
        o->start = o->end = (*n)++;
        for (int i = 0; i < op->nregions; i++) {
            o->from[i] = (*n)++;
            number_region(p, op->regions[i], n);
            o->to[i] = (*n)++;
        }
        if (op->nregions)
            o->end = (*n)++;
    }
}

static int region_number(const Region *r)
{
    return r->owner->nregions > 1 && r->owner->regions[1] == r;
}

static int definition_point(const Plan *p, const Value *v)
{
    if (v->def)
        return 2 * op_plan(p, v->def)->end + 1;
    if (!v->arg_of->owner)
        return 1;
    return 2 * op_plan(p, v->arg_of->owner)->from[region_number(v->arg_of)] + 1;
}

static const Region *definition_region(const Value *v)
{
    return v->def ? v->def->parent : v->arg_of;
}

/* ---------------------------------------------------------------------- ranges */

/* For one range more. */
static void make_room(Plan *p, Segs *s)
{
    if (s->n < s->cap)
        return;
    s->cap = s->cap ? 2 * s->cap : 4;
    Seg *at = arena_alloc(p->arena, sizeof *at * (size_t)s->cap);
    if (s->n)
        memcpy(at, s->at, sizeof *at * (size_t)s->n);
    s->at = at;
}

static void add_range(Plan *p, const Value *v, int from, int to)
{
    Segs *s = &plan_of(p, v)->live;
    if (s->n && s->at[s->n - 1].from <= from && to <= s->at[s->n - 1].to)
        return;
    make_room(p, s);
    s->at[s->n++] = (Seg){from, to};
}

static bool is_loop(const Op *op)
{
    return op->code == OP_FOR || op->code == OP_WHILE;
}

static bool is_within(const Plan *p, const Region *inner, const Region *outer)
{
    if (inner == outer || !outer->owner)
        return true;
    const OpPlan *o = op_plan(p, outer->owner);
    int at = op_plan(p, inner->last)->start, k = region_number(outer);
    return o->from[k] < at && at < o->to[k];
}

/* v is read at `point` of region r. Around a region that the read before it was in, v is known to be live. */
static void live_until(Plan *p, const Value *v, const Region *r, int point)
{
    const Region *home = definition_region(v), *last = plan_of(p, v)->last_read;
    plan_of(p, v)->last_read = r;
    while (r != home) {
        const Op *owner = r->owner;
        if (!owner)
            ICE("emit: a use outside its definition's region");
        const OpPlan *o = op_plan(p, owner);
        if (is_loop(owner))
            add_range(p, v, 2 * o->start, 2 * o->end);
        else
            add_range(p, v, 2 * o->from[region_number(r)], point);
        if (last && is_within(p, last, r))
            return;
        point = 2 * o->start;
        r = owner->parent;
    }
    add_range(p, v, definition_point(p, v), point);
}

typedef struct {
    Plan *p;
    const Region *region;
    int point;
} Reading;

static void read_leaf(void *ctx, Value *leaf)
{
    const Reading *reading = ctx;
    if (plan_of(reading->p, leaf)->show == SHOW_VAR)
        live_until(reading->p, leaf, reading->region, reading->point);
}

/* The statement at op reads the variables in v. */
static void reads(Plan *p, Value *v, const Op *op, int point)
{
    each_leaf(p, v, read_leaf, &(Reading){p, op->parent, point});
}

/* ---------------------------------------------------------------------- copies */

Value *init_target(const Plan *p, const Op *loop, int k)
{
    if (!slot_live(p, loop, k))
        return NULL;
    return loop->regions[0]->args[loop->code == OP_FOR ? k + 1 : k];
}

Value *copy_target(const Plan *p, const Op *terminator, int k)
{
    const Op *owner = terminator->parent->owner;
    if (!owner)
        return NULL;
    if (terminator->code == OP_COND)
        return result_live(p, owner, k) ? owner->regions[1]->args[k] : NULL;
    if (owner->code == OP_IF)
        return !op_plan(p, owner)->expression && slot_live(p, owner, k) ? owner->results[k] : NULL;
    return init_target(p, owner, k);
}

static bool has_copies(const Op *op)
{
    return op->code == OP_FOR || op->code == OP_WHILE || op->code == OP_COND || (op->code == OP_YIELD && op->parent->owner);
}

/* The k-th copy made at op (a terminator; a loop: its initial values): source and target, NULL when there is none. */
static Value *copy_at(const Plan *p, const Op *op, int k, Value **target)
{
    int first = op->code == OP_FOR ? 3 : op->code == OP_COND;
    if (first + k >= op->nargs)
        return NULL;
    *target = is_loop(op) ? init_target(p, op, k) : copy_target(p, op, k);
    return op->args[first + k];
}

int class_of(const Plan *p, const Value *v)
{
    int i = v->id;
    while (p->vals[i].parent != i)
        i = p->vals[i].parent = p->vals[p->vals[i].parent].parent;
    return i;
}

static bool same_variable(const Plan *p, const Value *a, const Value *b)
{
    return plan_of(p, a)->show == SHOW_VAR && plan_of(p, b)->show == SHOW_VAR && class_of(p, a) == class_of(p, b);
}

bool copies_nothing(const Plan *p, const Op *op)
{
    Value *source, *target = NULL;
    for (int k = 0; (source = copy_at(p, op, k, &target)); k++)
        if (target && !same_variable(p, source, target) && !(source->def && source->def->code == OP_UNDEF))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- liveness of the whole function */

static void live_region(Plan *p, Region *r);

static void live_for(Plan *p, Op *op, const OpPlan *o)
{
    /* the initial values are assigned before the counter's */
    each_leaf(p, op->args[0], read_leaf, &(Reading){p, op->parent, 2 * (op->reversed ? o->end : o->start) + 1});
    each_leaf(p, op->args[1], read_leaf, &(Reading){p, op->parent, 2 * o->end});
    each_leaf(p, op->args[2], read_leaf, &(Reading){p, op->parent, 2 * o->end});
    const Region *body = op->regions[0];
    add_range(p, body->args[0], 2 * o->start + 1, 2 * o->end);
    for (int k = 0; k < op->nargs - 3; k++) {
        if (!slot_live(p, op, k))
            continue;
        reads(p, op->args[k + 3], op, 2 * o->start);
        add_range(p, body->args[k + 1], 2 * o->start + 1, 2 * o->from[0] + 1);
        add_range(p, body->args[k + 1], 2 * op_plan(p, body->last)->start + 1, 2 * o->end + 1);
    }
    live_region(p, op->regions[0]);
}

static void live_while(Plan *p, Op *op, const OpPlan *o)
{
    Region *before = op->regions[0], *after = op->regions[1];
    for (int k = 0; k < op->nargs; k++) {
        if (!slot_live(p, op, k))
            continue;
        reads(p, op->args[k], op, 2 * o->start);
        add_range(p, before->args[k], 2 * o->start + 1, 2 * o->from[0] + 1);
        add_range(p, before->args[k], 2 * op_plan(p, after->last)->start + 1, 2 * o->to[1] + 1);
    }
    for (int k = 0; k < op->nresults; k++) {
        if (!result_live(p, op, k))
            continue;
        add_range(p, after->args[k], 2 * op_plan(p, before->last)->start + 1, 2 * o->from[1] + 1);
        add_range(p, op->results[k], 2 * o->end, 2 * o->end + 1);
    }
    live_region(p, before);
    live_region(p, after);
}

static void live_copies(Plan *p, Op *op, const OpPlan *o)
{
    Value *source, *target = NULL;
    const Op *owner = op->parent->owner;
    for (int k = 0; (source = copy_at(p, op, k, &target)); k++) {
        if (!target)
            continue;
        reads(p, source, op, 2 * o->start);
        if (owner->code == OP_IF)
            add_range(p, target, 2 * o->start + 1, 2 * op_plan(p, owner)->to[region_number(op->parent)] + 1);
    }
    Value *end = op->code == OP_COND ? op->args[0] : yield_condition(p, op);
    if (end)
        reads(p, end, op, 2 * o->start);
}

static void live_op(Plan *p, Op *op)
{
    const OpPlan *o = op_plan(p, op);
    if (op->code == OP_FOR) {
        live_for(p, op, o);
        return;
    }
    if (op->code == OP_WHILE) {
        live_while(p, op, o);
        return;
    }
    if (has_copies(op)) {
        if (op->code == OP_YIELD && op_plan(p, op->parent->owner)->expression)
            return;
        live_copies(p, op, o);
        return;
    }
    if (op->code == OP_IF && !o->expression) {
        if (if_condition(p, op))
            reads(p, if_condition(p, op), op, 2 * o->start);
        live_region(p, op->regions[0]);
        live_region(p, op->regions[1]);
        return;
    }
    if (!is_statement(p, op) && op->code != OP_LOCAL && op->code != OP_YIELD)
        return;
    for (int i = 0; i < op->nargs; i++)
        reads(p, op->args[i], op, 2 * o->start);
    if (o->expression)
        for (int arm = 0; arm < 2; arm++)
            reads(p, arm_value(op, arm), op, 2 * o->start);
    for (int i = 0; i < op->nresults; i++)
        add_range(p, op->results[i], definition_point(p, op->results[i]), definition_point(p, op->results[i]));
}

static void live_region(Plan *p, Region *r)
{
    for (Op *op = r->first; op; op = op_next(op))
        live_op(p, op);
}

static int by_start(const void *a, const void *b)
{
    const Seg *x = a, *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : (x->to > y->to) - (x->to < y->to);
}

static void normalise(Segs *s)
{
    if (s->n < 2)
        return;
    qsort(s->at, (size_t)s->n, sizeof *s->at, by_start);
    int n = 1;
    for (int i = 1; i < s->n; i++) {
        Seg *last = &s->at[n - 1];
        if (s->at[i].from > last->to + 1)
            s->at[n++] = s->at[i];
        else if (s->at[i].to > last->to)
            last->to = s->at[i].to;
    }
    s->n = n;
}

/* ---------------------------------------------------------------------- sharing */

/* The first range that ends at `point` or later, from `first` on: 1, 2, 4... further, then between the last two. */
static int first_ending(const Segs *s, int first, int point)
{
    int step = 1, lo = first;
    for (; lo + step <= s->n && s->at[lo + step - 1].to < point; step *= 2)
        lo += step;
    int hi = lo + step < s->n ? lo + step : s->n;
    while (lo < hi) {
        int middle = lo + (hi - lo) / 2;
        if (s->at[middle].to < point)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static bool overlap(const Segs *a, const Segs *b)
{
    for (int i = 0, j = 0; i < a->n && j < b->n;) {
        if (a->at[i].to < b->at[j].from)
            i = first_ending(a, i, b->at[j].from);
        else if (b->at[j].to < a->at[i].from)
            j = first_ending(b, j, a->at[i].from);
        else
            return true;
    }
    return false;
}

/* Joins x with the ranges of s that it meets or touches. */
static void insert_range(Plan *p, Segs *s, Seg x)
{
    int i = first_ending(s, 0, x.from - 1), j = i;
    for (; j < s->n && s->at[j].from <= x.to + 1; j++) {
        x.from = s->at[j].from < x.from ? s->at[j].from : x.from;
        x.to = s->at[j].to > x.to ? s->at[j].to : x.to;
    }
    if (i == j)
        make_room(p, s);
    memmove(s->at + i + 1, s->at + j, sizeof *s->at * (size_t)(s->n - j));
    s->at[i] = x;
    s->n += i + 1 - j;
}

static const Region *common_region(const Plan *p, const Region *a, const Region *b)
{
    while (!is_within(p, b, a))
        a = a->owner->parent;
    return a;
}

/* What the values of a class have in common; at the class's root. */
typedef struct {
    Var *var;
    const Region *scope;
    bool fixed; /* a const parameter: nothing may be assigned to it */
    bool counter;
} Class;

static void merge(Plan *p, Class *classes, int a, int b)
{
    if (a == b)
        return;
    int root = a < b ? a : b, other = a < b ? b : a;
    Segs all = p->vals[root].live, few = p->vals[other].live; /* the fewer ranges go into the more */
    if (all.n < few.n) {
        Segs swapped = all;
        all = few;
        few = swapped;
    }
    for (int i = 0; i < few.n; i++)
        insert_range(p, &all, few.at[i]);
    p->vals[other].parent = root;
    p->vals[root].live = all;
    Class *r = &classes[root], *o = &classes[other];
    if (!r->var)
        r->var = o->var;
    r->fixed |= o->fixed;
    r->counter |= o->counter;
    r->scope = common_region(p, r->scope, o->scope);
}

static bool can_merge(const Plan *p, const Class *classes, int a, int b)
{
    const Class *x = &classes[a], *y = &classes[b];
    return a != b && p->vals[a].value->type == p->vals[b].value->type && !x->fixed && !y->fixed &&
           !overlap(&p->vals[a].live, &p->vals[b].live);
}

/* Adjoints of one variable's versions have Vars of their own, but one name. */
static bool same_name(const Var *x, const Var *y)
{
    return x == y || (x->name && y->name && !strcmp(x->name, y->name));
}

static void try_copy(Plan *p, Class *classes, const Value *source, const Value *target, bool named)
{
    if (plan_of(p, source)->show != SHOW_VAR || plan_of(p, target)->show != SHOW_VAR)
        return;
    int a = class_of(p, source), b = class_of(p, target);
    const Var *x = classes[a].var, *y = classes[b].var;
    if (x && y ? !same_name(x, y) : named)
        return;
    if (can_merge(p, classes, a, b))
        merge(p, classes, a, b);
}

static Class *new_classes(Plan *p)
{
    Class *classes = arena_alloc(p->arena, sizeof *classes * (size_t)(p->nvals + 1));
    for (int i = 0; i < p->nvals; i++) {
        const Value *v = p->vals[i].value;
        p->vals[i].parent = i;
        if (!v)
            continue;
        normalise(&p->vals[i].live);
        classes[i].var = v->var;
        classes[i].scope = definition_region(v);
        classes[i].fixed = !v->def && v->arg_of == p->fn->body && v->var && v->var->is_const;
        classes[i].counter = !v->def && v->arg_of->owner && v->arg_of->owner->code == OP_FOR && v->index == 0;
    }
    return classes;
}

/* A loop's arguments and results are one variable each: the value at its header. */
static void merge_loop(Plan *p, Class *classes, const Op *op)
{
    for (int k = 0; k < op->nresults; k++) {
        const Value *arg = op->regions[op->code == OP_WHILE]->args[k], *result = op->results[k];
        if (plan_of(p, arg)->show == SHOW_VAR && plan_of(p, result)->show == SHOW_VAR)
            merge(p, classes, class_of(p, arg), class_of(p, result));
    }
}

static void merge_copies(Plan *p, Class *classes, bool named)
{
    for (int i = p->nops; i-- > 0;) { /* inner and later copies first */
        const Op *op = p->ops[i].op;
        if (!has_copies(op))
            continue;
        Value *source, *target = NULL;
        for (int k = 0; (source = copy_at(p, op, k, &target)); k++)
            if (target)
                try_copy(p, classes, source, target, named);
        if (op->code == OP_FOR)
            try_copy(p, classes, op->args[0], op->regions[0]->args[0], named);
    }
}

/* Is b's scope within a's, and a there first? */
static bool encloses(const Plan *p, const Class *classes, int a, int b)
{
    const Segs *x = &p->vals[a].live, *y = &p->vals[b].live;
    if (!is_within(p, classes[b].scope, classes[a].scope))
        return false;
    return classes[a].scope == classes[b].scope || (x->n && y->n && x->at[0].from <= y->at[0].from);
}

/* Versions of one source variable that follow each other, unless that would need a wider scope. */
static void merge_versions(Plan *p, Class *classes)
{
    PtrMap groups = {.arena = p->arena};
    for (int i = 0; i < p->nvals; i++) {
        const ValuePlan *vp = &p->vals[i];
        if (!vp->value || vp->show != SHOW_VAR || class_of(p, vp->value) != i || !classes[i].var || classes[i].counter)
            continue;
        Ptrs *group = ptrmap_get(&groups, classes[i].var);
        if (!group) {
            group = arena_alloc(p->arena, sizeof *group);
            group->arena = p->arena;
            ptrmap_put(&groups, classes[i].var, group);
        }
        bool merged = false;
        for (size_t k = 0; k < group->n && !merged; k++) {
            const Value *other = group->at[k];
            int a = class_of(p, other);
            merged = can_merge(p, classes, a, i) && (encloses(p, classes, a, i) || encloses(p, classes, i, a));
            if (merged)
                merge(p, classes, a, i);
        }
        if (!merged)
            ptrs_push(group, vp->value);
    }
}

/* A value that shares no variable with its copy's target can be printed in the copy itself. */
static bool move_to_copies(Plan *p)
{
    bool changed = false;
    for (int i = 0; i < p->nops; i++) {
        Value *source, *target = NULL;
        const Op *op = p->ops[i].op;
        if (!has_copies(op))
            continue;
        for (int k = 0; (source = copy_at(p, op, k, &target)); k++) {
            if (!target || !source->def || source->def->nregions > 1 || same_variable(p, source, target))
                continue;
            ValuePlan *vp = plan_of(p, source);
            if (vp->show == SHOW_VAR && !vp->at_copy && p->raw_uses[source->id] == 1)
                vp->at_copy = changed = true;
        }
    }
    return changed;
}

bool plan_live(Plan *p)
{
    int n = 1;
    number_region(p, p->fn->body, &n);
    for (int i = 0; i < p->fn->body->nargs; i++)
        add_range(p, p->fn->body->args[i], 1, 1);
    live_region(p, p->fn->body);
    Class *classes = new_classes(p);
    for (int i = 0; i < p->nops; i++)
        if (is_loop(p->ops[i].op))
            merge_loop(p, classes, p->ops[i].op);
    merge_copies(p, classes, true);
    merge_copies(p, classes, false);
    merge_versions(p, classes);
    return move_to_copies(p);
}
