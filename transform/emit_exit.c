/* emit_exit.c: finds what was `break` or an early `return` in the source.
 *
 *     while (!done && i < n) {          while (i < n) {
 *         ...                               ...
 *         done = s > 3;            ->       if (s > 3)
 *         if (!done)                            break;
 *             i++;                          i++;
 *     }                                 }
 *
 * The loop's condition must be false once the flag is set, nothing else may ask for the flag, and a set flag must mean that the rest of
 * the body does nothing. The flag can be the result of an if, whose arms then break by themselves. What leaves the loop must be in
 * its variables when it breaks: that is known when variables have been chosen (exits_failed). */
#include "emit.h"

bool is_quiet(const Op *op)
{
    OpEffect effect = op_info[op->code].effect;
    return op->nregions == 0 && op->code != OP_LOCAL && (effect == EFFECT_PURE || effect == EFFECT_READS);
}

/* The last op of r that is more than an expression; NULL: none. */
static Op *last_action(const Region *r)
{
    Op *op = r->last->prev;
    while (op && is_quiet(op))
        op = op->prev;
    return op;
}

/* Is v `!flag`? */
static bool is_not(const Value *v, const Value *flag)
{
    const Op *op = v->def;
    if (!op)
        return false;
    return (op->code == OP_LNOT && op->args[0] == flag) || (op->code == OP_EQ && op->args[0] == flag && value_is(op->args[1], 0));
}

/* Is c 0 whenever flag is not? */
static bool false_with(const Value *c, const Value *flag)
{
    const Op *op = c->def;
    if (!op)
        return false;
    if (is_not(c, flag))
        return true;
    if (op->code == OP_LAND)
        return false_with(op->args[0], flag) || false_with(op->args[1], flag);
    if (op->code != OP_IF || op->nresults != 1)
        return false;
    if (value_is(arm_value(op, 0), 0))
        return op->args[0] == flag;
    return value_is(arm_value(op, 1), 0) && false_with(op->args[0], flag);
}

/* ---------------------------------------------------------------------- returns */

static int count_ops(const Region *r)
{
    int n = 0;
    for (const Op *op = r->first; op; op = op_next(op)) {
        n++;
        for (int i = 0; i < op->nregions; i++)
            n += count_ops(op->regions[i]);
    }
    return n;
}

enum { MUCH_MORE = 5 };

static void plan_return(Plan *p, Region *r)
{
    const Op *yield = r->last;
    Op *op = last_action(r);
    if (!op || op->code != OP_IF || if_fits(p, op))
        return;
    for (int i = 0; i < op->nresults; i++)
        if (p->raw_uses[op->results[i]->id] != (yield->nargs && yield->args[0] == op->results[i]))
            return;
    int a = count_ops(op->regions[0]), b = count_ops(op->regions[1]), less = a < b ? a : b;
    bool guards = less == 1 || a + b > MUCH_MORE * less; /* of two that are alike none is the way out */
    if (op->nresults != yield->nargs || (!yield->nargs && (!guards || a + b < 12)))
        return;
    OpPlan *o = op_plan(p, op);
    o->tail = true;
    o->unnested = a > b ? 1 : 2;
    plan_return(p, op->regions[0]);
    plan_return(p, op->regions[1]);
}

/* ---------------------------------------------------------------------- breaks */

static void plan_break(Plan *p, Region *r, Value *flag);

/* The if that makes the flag: each arm says for itself whether it breaks. */
static void plan_producer(Plan *p, Exit *x, Op *op)
{
    OpPlan *o = op_plan(p, op);
    int k = x->flag->index;
    x->producer = op;
    o->flag_result = k + 1;
    for (int arm = 0; arm < 2; arm++)
        plan_break(p, op->regions[arm], op->regions[arm]->last->args[k]);
    if (value_is(op->regions[0]->last->args[k], 1))
        o->unnested = 2;
    else if (value_is(op->regions[1]->last->args[k], 1))
        o->unnested = 1;
}

static bool only_quiet_between(const Op *from, const Op *to)
{
    for (const Op *op = from->next; op != to; op = op->next)
        if (!op || !is_quiet(op))
            return false;
    return true;
}

static void plan_break(Plan *p, Region *r, Value *flag)
{
    Exit *x = arena_alloc(p->arena, sizeof *x);
    op_plan(p, r->owner)->exits[r->owner->nregions > 1 && r->owner->regions[1] == r] = x;
    x->flag = flag;
    Op *last = last_action(r), *made = flag->def && flag->def->parent == r ? flag->def : NULL;
    int uses = p->raw_uses[flag->id];
    if (last && last->code == OP_IF && made != last) {
        Value *c = last->args[0];
        bool inverted = is_not(c, flag);
        if ((c == flag && uses == 2) || (inverted && uses == 2 && p->raw_uses[c->id] == 1)) {
            x->test = last;
            x->broken = inverted;
            op_plan(p, last)->tested = x;
            op_plan(p, last)->unnested = 1 + !x->broken;
            if (made && made->code == OP_IF && !if_fits(p, made) && only_quiet_between(made, last))
                plan_producer(p, x, made);
            return;
        }
    }
    if (last && made == last && last->code == OP_IF && uses == 1 && !if_fits(p, made))
        plan_producer(p, x, made);
}

static int find_flag(const Plan *p, const Op *loop)
{
    const Region *before = loop->regions[0], *after = loop->regions[1];
    const Op *cond = before->last;
    for (int k = 0; k < before->nargs; k++) {
        const Value *flag = before->args[k];
        if (!type_is_int(flag->type) || !value_is(loop->args[k], 0) || !false_with(cond->args[0], flag))
            continue;
        bool leaves = false;
        for (int j = 0; j < loop->nresults; j++)
            leaves |= cond->args[1 + j] == flag && (p->raw_uses[after->args[j]->id] || p->raw_uses[loop->results[j]->id]);
        if (!leaves)
            return k;
    }
    return -1;
}

static void plan_loop_exits(Op *op, void *ctx)
{
    Plan *p = ctx;
    if (op->code != OP_WHILE || op_plan(p, op)->no_break)
        return;
    int k = find_flag(p, op);
    if (k < 0)
        return;
    op_plan(p, op)->flag_slot = k + 1;
    plan_of(p, op->regions[0]->args[k])->is_zero = true;
    plan_break(p, op->regions[1], op->regions[1]->last->args[k]);
}

void plan_exits(Plan *p)
{
    plan_return(p, p->fn->body);
    walk_ops(p->fn->body, plan_loop_exits, p);
}

/* ---------------------------------------------------------------------- questions */

Exit *region_exit(const Plan *p, const Region *r)
{
    if (!r->owner)
        return NULL;
    return op_plan(p, r->owner)->exits[r->owner->nregions > 1 && r->owner->regions[1] == r];
}

Value *if_condition(const Plan *p, const Op *op)
{
    const Exit *x = op_plan(p, op)->tested;
    if (!x)
        return op->args[0];
    return x->producer ? NULL : x->flag;
}

bool has_returned(const Plan *p, const Op *yield)
{
    const Op *op = last_action(yield->parent);
    return op && op_plan(p, op)->tail;
}

Value *yield_condition(const Plan *p, const Op *yield)
{
    const Op *owner = yield->parent->owner;
    if (owner && op_plan(p, owner)->tail)
        return yield->nargs && !has_returned(p, yield) ? yield->args[0] : NULL;
    const Exit *x = region_exit(p, yield->parent);
    int64_t flag;
    return x && !x->producer && !x->test && !value_int(x->flag, &flag) ? x->flag : NULL;
}

/* ---------------------------------------------------------------------- afterwards */

/* Is one of the variables that leave the loop set behind the break, as in `if (done) break; trips++;`? */
static bool set_after_break(const Plan *p, const Op *loop, const Region *r)
{
    const Region *before = loop->regions[0];
    const Exit *x = region_exit(p, r);
    const Op *exit = x->producer ? x->producer : x->test;
    for (const Op *op = exit ? exit->next : NULL; op; op = op->next)
        for (int k = 0; k < op->nresults; k++)
            for (int j = 0; j < loop->nresults; j++) {
                const Value *v = op->results[k], *slot = before->last->args[1 + j];
                if (p->raw_uses[loop->results[j]->id] > 0 && slot->arg_of == before && plan_of(p, v)->show == SHOW_VAR &&
                    class_of(p, v) == class_of(p, slot))
                    return true;
            }
    return false;
}

/* Are the values that leave the loop in its variables at each break? */
static bool exit_holds(const Plan *p, const Op *loop, const Region *r)
{
    const Exit *x = region_exit(p, r);
    if (set_after_break(p, loop, r))
        return false;
    if (yield_condition(p, r->last) && !copies_nothing(p, r->last))
        return false;
    if (x->test) {
        const Region *broken = x->test->regions[x->broken];
        if (x->producer && (has_statements(p, broken) || !copies_nothing(p, broken->last)))
            return false;
    }
    for (int arm = 0; x->producer && arm < 2; arm++)
        if (!exit_holds(p, loop, x->producer->regions[arm]))
            return false;
    return true;
}

static bool value_holds(const Plan *p, const Op *yield, int k)
{
    const Value *v = yield->args[k], *slot = yield->parent->owner->regions[0]->args[k];
    return plan_of(p, v)->show == SHOW_VAR && class_of(p, v) == class_of(p, slot);
}

static bool loop_holds(const Plan *p, const Op *loop)
{
    const Region *before = loop->regions[0], *after = loop->regions[1];
    if (loop_shape(p, loop) != LOOP_WHILE || !exit_holds(p, loop, after))
        return false;
    for (int j = 0; j < loop->nresults; j++) {
        const Value *v = before->last->args[1 + j];
        if (p->raw_uses[loop->results[j]->id] == 0 || (v->def ? v->def->parent != before : v->arg_of != before))
            continue;
        if (v->def || !value_holds(p, after->last, v->index))
            return false;
    }
    return true;
}

bool exits_failed(Plan *p)
{
    bool failed = false;
    for (int i = 0; i < p->nops; i++) {
        OpPlan *o = &p->ops[i];
        if (o->flag_slot && !loop_holds(p, o->op))
            o->no_break = failed = true;
    }
    return failed;
}
