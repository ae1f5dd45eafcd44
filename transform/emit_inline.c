/* emit_inline.c: which values are printed inside the expressions that use them, and which become C variables.
 *
 * Walks each region last op first, so that all uses of a value are known when it is reached. A value moves into its use when it is
 * printed once, nothing between may write what it reads, and no loop lies between. Constants and addresses move always, small
 * integer arithmetic (i * n + j) too. emit_size.c then turns what would make an expression too long into variables. */
#include "emit.h"

#include <string.h>

enum {
    MAX_ARM = 56,        /* characters of a ?: expression's arm */
    MAX_SITES = 24,
    MAX_PATH = 1000,     /* ops looked at between definition and use */
    MAX_CHEAP = 4,       /* integer operations repeated at one use */
    MAX_REPEATED = 12    /* ... at all uses together */
};

/* ---------------------------------------------------------------------- questions about ops */

bool prints_call(const Op *op)
{
    return op->code == OP_CALL || op->code == OP_CALLPTR || op->code == OP_ALLOC || op->code == OP_REALLOC || op->code == OP_POP || op->code == OP_ROOM;
}

/* Ops that print as an expression. */
static bool is_pure_expression(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    return op->nresults == 1 && (kind == KIND_ARITH || kind == KIND_MATH || op->code == OP_LOAD || op->code == OP_MULZ ||
                                 op->code == OP_PTRDIFF || op->code == OP_PTRINT);
}

static bool is_loop(const Op *op)
{
    return op->code == OP_FOR || op->code == OP_WHILE;
}

/* Arithmetic that the compiler moves out of loops by itself, and that reads better where it is used: i * n + j, (double)n. */
static bool is_cheap(const Op *op)
{
    if (op->nresults != 1)
        return false;
    switch (op->code) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
        return type_is_int(op->results[0]->type);
    case OP_NEG:
        return type_is_int(op->results[0]->type) || (op->args[0]->var && type_is_float(op->results[0]->type));
    case OP_CAST:
        return type_is_int(op->args[0]->type) && (type_is_int(op->results[0]->type) || type_is_float(op->results[0]->type));
    default:
        return false;
    }
}

/* -INFINITY: it is clearer than a variable that holds it. */
static bool is_named_constant(const Op *op)
{
    while (op && (op->code == OP_NEG || op->code == OP_CAST))
        op = op->args[0]->def;
    return op && op->code == OP_FCONST && op->text;
}

bool is_statement(const Plan *p, const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (op->code == OP_IF)
        return !op_plan(p, op)->expression || plan_of(p, op->results[0])->show == SHOW_VAR;
    if (kind == KIND_CTL)
        return true;
    for (int i = 0; i < op->nresults; i++)
        if (plan_of(p, op->results[i])->show == SHOW_VAR)
            return true;
    if (op->nresults && plan_of(p, op->results[0])->show == SHOW_INLINE)
        return false;
    return op_info[op->code].effect == EFFECT_WRITES || op_info[op->code].effect == EFFECT_OUTSIDE;
}

bool slot_live(const Plan *p, const Op *op, int k)
{
    const OpPlan *o = op_plan(p, op);
    if (o->tail || k == o->flag_result - 1 || k == o->flag_slot - 1)
        return false;
    if (op->code == OP_IF)
        return p->raw_uses[op->results[k]->id] > 0;
    if (op->code == OP_FOR)
        return p->raw_uses[op->regions[0]->args[k + 1]->id] > 0 || p->raw_uses[op->results[k + 1]->id] > 0;
    return p->raw_uses[op->regions[0]->args[k]->id] > 0;
}

bool result_live(const Plan *p, const Op *loop, int k)
{
    return p->raw_uses[loop->regions[1]->args[k]->id] > 0 || p->raw_uses[loop->results[k]->id] > 0;
}

Value *arm_value(const Op *if_op, int arm)
{
    return if_op->regions[arm]->last->args[0];
}

/* The forward sweep's objects, as far as they were freed. */
static void find_freeing(Op *op, void *ctx)
{
    *(bool *)ctx |= op->code == OP_CALL && op->text && !strcmp(op->text, "ad_free_pushed");
}

static bool may_write(const Plan *p, Op *op, const Op *load)
{
    OpEffect effect = op_info[op->code].effect;
    if (op->nregions == 0 && effect != EFFECT_WRITES && effect != EFFECT_OUTSIDE)
        return false;
    bool frees = false;
    find_freeing(op, &frees);
    for (int i = 0; i < op->nregions && !frees; i++)
        walk_ops(op->regions[i], find_freeing, &frees);
    return frees || mem_op_may_write(p->mem, op, load->args[0]);
}

/* ---------------------------------------------------------------------- moving a value */

/* An op in the arm of a ?: is evaluated where that is. */
static Op *outermost_expression(const Plan *p, Op *op)
{
    while (op->parent->owner && op->parent->owner->code == OP_IF && op_plan(p, op->parent->owner)->expression)
        op = op->parent->owner;
    return op;
}

/* Can op's evaluation move to the site? loops: it may be repeated there. */
static bool can_move(const Plan *p, const Op *op, Op *from, Site site, bool loops)
{
    bool reads = op->code == OP_LOAD;
    int steps = 0;
    from = outermost_expression(p, from);
    for (Op *at = site.at;; at = at->parent->owner) {
        bool same = at->parent == from->parent;
        for (Op *o = same ? from->next : at->parent->first; reads && o != at; o = o->next)
            if (++steps > MAX_PATH || may_write(p, o, op))
                return false;
        if (same)
            break;
        if (!at->parent->owner)
            ICE("emit: a use that its definition does not reach");
        if (is_loop(at->parent->owner) && !loops)
            return false;
    }
    if (!site.repeated)
        return true;
    return (op_info[op->code].kind == KIND_ARITH && type_is_int(op->results[0]->type)) || (reads && !may_write(p, site.at, op));
}

static bool can_move_to_all(const Plan *p, const Op *op, Op *from, const Sites *sites, bool loops)
{
    if (sites->many)
        return false;
    for (int i = 0; i < sites->n; i++)
        if (!can_move(p, op, from, sites->at[i], loops))
            return false;
    return true;
}

/* A call moves only over what has no effect and reads nothing: C does not say what of an expression is evaluated first. */
static bool call_can_move(const Op *op, const Sites *sites)
{
    if (sites->n != 1 || sites->at[0].repeated || sites->at[0].at->parent != op->parent)
        return false;
    for (const Op *o = op->next; o != sites->at[0].at; o = o->next)
        if (o->nregions || op_info[o->code].effect != EFFECT_PURE)
            return false;
    return sites->at[0].at->nregions == 0 || sites->at[0].at->code == OP_IF;
}

/* ---------------------------------------------------------------------- ifs as expressions */

/* `if (x > m) m = x;` is better than `m = x > m ? x : m;`. */
static bool keeps_variable(const Op *op)
{
    const Value *r = op->results[0];
    for (int arm = 0; arm < 2; arm++) {
        const Value *v = arm_value(op, arm);
        if (v->def && (v->def->parent == op->regions[arm] || op_info[v->def->code].kind == KIND_CONST))
            continue;
        if (r->var && v->var == r->var)
            return true;
        if (!v->def && v->arg_of->owner && is_loop(v->arg_of->owner) && v->arg_of->last->args[v->index - 1 + (v->index == 0)] == r)
            return true;
    }
    return false;
}

static bool arm_op_fits(const Plan *p, const Op *op);

static bool arm_fits(const Plan *p, const Region *r)
{
    int n = 0;
    for (const Op *op = r->first; op != r->last; op = op_next(op))
        if (++n > 16 || !arm_op_fits(p, op))
            return false;
    return guess_size(r->last->args[0], MAX_ARM + 1) <= MAX_ARM;
}

bool if_fits(const Plan *p, const Op *op)
{
    return op->code == OP_IF && op->nresults == 1 && arm_fits(p, op->regions[0]) && arm_fits(p, op->regions[1]);
}

static bool arm_op_fits(const Plan *p, const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (kind == KIND_CONST || op->code == OP_GLOBAL)
        return true;
    int uses = op->nresults == 1 ? p->raw_uses[op->results[0]->id] : 0;
    if (op_is_step(op->code))
        return !op->results[0]->var || uses <= 1;
    if (uses > 1 && plan_of(p, op->results[0])->cheap < 0)
        return false;
    if (op->code == OP_MULZ && op->args[0]->def && op->args[0]->def->parent == op->parent)
        return false;
    return is_pure_expression(op) || (if_fits(p, op) && !keeps_variable(op));
}

/* Can the loads in a ?: move to where it is printed? */
static bool arm_loads_move(const Plan *p, const Op *if_op, Op *from, const Sites *sites)
{
    for (int arm = 0; arm < 2; arm++)
        for (Op *op = if_op->regions[arm]->first; op; op = op->next)
            if ((op->code == OP_LOAD && !can_move_to_all(p, op, from, sites, false)) ||
                (op->code == OP_IF && !arm_loads_move(p, op, from, sites)))
                return false;
    return true;
}

/* ---------------------------------------------------------------------- uses */

static void add_sites(Plan *p, ValuePlan *vp, const Sites *from)
{
    Sites *s = &vp->sites;
    if (from->many || s->n + from->n > MAX_SITES) {
        s->many = true;
        return;
    }
    if (s->n + from->n > s->cap) {
        s->cap = 2 * (s->n + from->n);
        Site *at = arena_alloc(p->arena, sizeof *at * (size_t)s->cap);
        if (s->n)
            memcpy(at, s->at, sizeof *at * (size_t)s->n);
        s->at = at;
    }
    memcpy(s->at + s->n, from->at, sizeof *s->at * (size_t)from->n);
    s->n += from->n;
}

static void use(Plan *p, Value *v, const Sites *sites, int times)
{
    ValuePlan *vp = plan_of(p, v);
    vp->prints += times;
    add_sites(p, vp, sites);
}

static void use_at(Plan *p, Value *v, Op *at, bool repeated)
{
    Site site = {at, repeated};
    use(p, v, &(Sites){.at = &site, .n = 1}, 1);
}

static void use_copy(Plan *p, Value *v, Op *at)
{
    use_at(p, v, at, false);
    plan_of(p, v)->to_copy = true;
}

/* Offsets of 64 bits add up without overflow where both are within one object: p[k + i]. */
bool offsets_add(const Op *index, const Op *inner)
{
    for (const Op *op = index; op; op = op == index ? inner : NULL) {
        const Value *i = op->args[1];
        if (op->nargs != 2 || i->type->size < 8 || (i->def && i->def->code == OP_CAST))
            return false;
    }
    return index->args[1]->type == inner->args[1]->type;
}

/* (p + k)[i]: p + k is a variable. */
static void index_of_index(Plan *p, const Op *op)
{
    if (op->code != OP_INDEX || op->nargs != 2 || !plan_of(p, op->results[0])->accessed)
        return;
    const Op *inner = op->args[0]->def;
    if (!inner || inner->code != OP_INDEX || inner->nargs != 2)
        return;
    if (offsets_add(op, inner) && !op->args[0]->var)
        plan_of(p, op->args[0])->accessed = true;
    else
        plan_of(p, op->args[0])->own = true;
}

/* Is 0 <= i < n, as far as a look shows? */
static bool is_below(const Value *i, int64_t n)
{
    int64_t c, lo;
    while (i->def && i->def->code == OP_CAST && type_is_int(i->def->args[0]->type))
        i = i->def->args[0];
    if (i->def || !i->arg_of->owner || i->arg_of->owner->code != OP_FOR || i->index != 0)
        return value_int(i, &c) && c >= 0 && c < n;
    const Op *loop = i->arg_of->owner;
    bool upwards = loop->cmp == OP_LT && for_step(loop) > 0;
    return upwards && value_int(loop->args[0], &lo) && lo >= 0 && value_int(loop->args[1], &c) && c <= n;
}

/* `p = a[0]; p[k]` walks through all of a, which a[0][k] must not: p is a variable. */
static void index_of_array(Plan *p, const Op *op)
{
    const Value *base = op->args[0];
    int depth = 1;
    if (op->code != OP_INDEX)
        return;
    for (; base->def && base->def->code == OP_INDEX && base->def->nargs == 2; base = base->def->args[0])
        depth++;
    const Op *array = base->def;
    if (!array || array->code != OP_DECAY || decay_ends(array))
        return;
    if (depth > 1 || op->nargs > 2 || !is_below(op->args[1], array->args[0]->type->elem->count))
        plan_of(p, op->args[0])->own = true;
}

static bool accesses(const Op *op)
{
    return op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_FIELD || op->code == OP_DECAY;
}

/* Is operand i of op, where op itself is evaluated, not always? */
static bool may_skip(const Op *op, int i)
{
    return i > 0 && (op->code == OP_MULZ || op->code == OP_LAND || op->code == OP_LOR || op->code == OP_SELECT);
}

static void use_operands(Plan *p, Op *op)
{
    const ValuePlan *vp = op->nresults ? plan_of(p, op->results[0]) : NULL;
    Site here = {op, false};
    Sites sites = {.at = &here, .n = 1};
    int times = 1;
    if (vp && vp->show == SHOW_INLINE) {
        sites = vp->sites;
        times = vp->prints;
        index_of_index(p, op);
    }
    if (vp && vp->updated)
        return;
    if (accesses(op))
        plan_of(p, op->args[0])->accessed = true;
    index_of_array(p, op);
    const Op *owner = op->parent->owner;
    bool lazy = (vp && vp->show == SHOW_INLINE && vp->lazy) || (owner && owner->code == OP_IF && op_plan(p, owner)->expression);
    for (int i = 0; i < op->nargs; i++) {
        use(p, op->args[i], &sites, op->code == OP_MULZ && i == 0 ? 2 * times : times);
        plan_of(p, op->args[i])->lazy |= lazy || may_skip(op, i);
    }
    if (op->code == OP_IF && op_plan(p, op)->expression)
        for (int arm = 0; arm < 2; arm++) {
            use(p, arm_value(op, arm), &sites, times);
            plan_of(p, arm_value(op, arm))->lazy = true;
        }
}

/* store p, load p + e: one C statement, whose target is printed once. */
static void find_update(Plan *p, Op *store)
{
    const Op *v = store->args[1]->def, *whole = v;
    if (v && v->code == OP_CAST && p->raw_uses[v->results[0]->id] == 1)
        v = v->args[0]->def;
    if (!v || (v->code != OP_ADD && v->code != OP_SUB && v->code != OP_MUL && v->code != OP_DIV) || p->raw_uses[v->results[0]->id] != 1)
        return;
    for (int i = 0; i < (v->code == OP_ADD || v->code == OP_MUL ? 2 : 1); i++) {
        Op *load = v->args[i]->def;
        if (load && load->code == OP_CAST && p->raw_uses[load->results[0]->id] == 1)
            load = load->args[0]->def;
        if (!load || load->code != OP_LOAD || p->raw_uses[load->results[0]->id] != 1 || !same_address(load->args[0], store->args[0]) ||
            load->parent != store->parent || v->parent != store->parent || !can_move(p, load, load, (Site){store, false}, false))
            continue;
        op_plan(p, store)->update = load;
        plan_of(p, load->results[0])->updated = true;
        plan_of(p, whole->results[0])->locked = plan_of(p, v->results[0])->locked = true;
        return;
    }
}

/* ---------------------------------------------------------------------- decisions */

static Show decide_address(const Op *op, const ValuePlan *vp)
{
    const Type *record = op->code == OP_FIELD ? op->args[0]->type->elem : NULL;
    if (record && record->fields[op->ival].bit_width)
        return SHOW_INLINE;
    if (vp->own || (op->code == OP_PTRCAST && op->tape))
        return SHOW_VAR;
    return vp->prints > 1 && vp->value->var && op->results[0]->type->elem->kind != TY_ARRAY ? SHOW_VAR : SHOW_INLINE;
}

static Show decide(Plan *p, Op *op, ValuePlan *vp)
{
    OpKind kind = op_info[op->code].kind;
    if (kind == KIND_CONST)
        return SHOW_INLINE;
    if (op->code == OP_LOCAL || op->code == OP_GLOBAL)
        return vp->prints || vp->sites.n ? SHOW_OBJECT : SHOW_NONE;
    if (!vp->prints)
        return SHOW_NONE;
    if (vp->updated || (!vp->own && is_named_constant(op)))
        return SHOW_INLINE;
    bool named = vp->value->var != NULL;
    if (op_is_step(op->code)) {
        Show show = decide_address(op, vp);
        if (!vp->own && op->code == OP_DECAY && op->args[0]->def && op->args[0]->def->code == OP_LOCAL)
            return SHOW_INLINE; /* a callee's parameter: the array has a name already */
        bool crosses = show == SHOW_INLINE && named && !can_move_to_all(p, op, op, &vp->sites, false);
        return crosses && op->results[0]->type->elem->kind != TY_ARRAY ? SHOW_VAR : show;
    }
    if (!named && vp->cheap >= 0 && !vp->own && !vp->sites.many && (!vp->to_copy || vp->at_copy) &&
        vp->cheap * vp->prints <= MAX_REPEATED && can_move_to_all(p, op, op, &vp->sites, true))
        return SHOW_INLINE;
    if (vp->prints != 1 || vp->sites.n != 1 || vp->own || (vp->to_copy && !vp->at_copy))
        return SHOW_VAR;
    if (op->code == OP_POP && vp->value->type->kind == TY_PTR)
        return SHOW_VAR; /* the call gives a void pointer */
    if (prints_call(op))
        return !vp->lazy && call_can_move(op, &vp->sites) ? SHOW_INLINE : SHOW_VAR;
    if (op->nresults != 1)
        return SHOW_VAR;
    if (op->code == OP_IF && !arm_loads_move(p, op, op, &vp->sites))
        return SHOW_VAR;
    return can_move_to_all(p, op, op, &vp->sites, false) ? SHOW_INLINE : SHOW_VAR;
}

static void mark_arms(Plan *p, const Op *if_op)
{
    for (int arm = 0; arm < 2; arm++)
        for (Op *op = if_op->regions[arm]->first; op; op = op->next)
            for (int i = 0; i < op->nresults; i++)
                plan_of(p, op->results[i])->locked = true;
}

static void plan_region(Plan *p, Region *r);

static void plan_if(Plan *p, Op *op)
{
    OpPlan *o = op_plan(p, op);
    o->expression = !o->tail && !o->flag_result && !o->tested && op->nresults == 1 && plan_of(p, op->results[0])->prints && if_fits(p, op) && !keeps_variable(op);
    if (o->expression) {
        ValuePlan *vp = plan_of(p, op->results[0]);
        if (vp->locked || outermost_expression(p, op) != op)
            vp->show = SHOW_INLINE;
        else
            vp->show = decide(p, op, vp);
        mark_arms(p, op);
        use_operands(p, op);
    } else {
        for (int i = 0; i < op->nresults; i++)
            plan_of(p, op->results[i])->show = slot_live(p, op, i) ? SHOW_VAR : SHOW_NONE;
        if (if_condition(p, op))
            use_at(p, if_condition(p, op), op, false);
    }
    plan_region(p, op->regions[1]);
    plan_region(p, op->regions[0]);
}

static void plan_for(Plan *p, Op *op)
{
    use_at(p, op->args[0], op, op->reversed);
    use_at(p, op->args[1], op, true);
    use_at(p, op->args[2], op, true);
    plan_of(p, op->regions[0]->args[0])->show = SHOW_VAR;
    plan_of(p, op->results[0])->show = p->raw_uses[op->results[0]->id] ? SHOW_VAR : SHOW_NONE;
    for (int k = 0; k < op->nargs - 3; k++) {
        bool live = slot_live(p, op, k);
        plan_of(p, op->regions[0]->args[k + 1])->show = live ? SHOW_VAR : SHOW_NONE;
        plan_of(p, op->results[k + 1])->show = live ? SHOW_VAR : SHOW_NONE;
        if (live)
            use_copy(p, op->args[k + 3], op);
    }
    plan_region(p, op->regions[0]);
}

static void plan_while(Plan *p, Op *op)
{
    for (int k = 0; k < op->nargs; k++) {
        bool live = slot_live(p, op, k);
        plan_of(p, op->regions[0]->args[k])->show = live ? SHOW_VAR : SHOW_NONE;
        if (live)
            use_copy(p, op->args[k], op);
    }
    for (int k = 0; k < op->nresults; k++) {
        bool live = result_live(p, op, k);
        plan_of(p, op->regions[1]->args[k])->show = live ? SHOW_VAR : SHOW_NONE;
        plan_of(p, op->results[k])->show = live ? SHOW_VAR : SHOW_NONE;
    }
    plan_region(p, op->regions[1]);
    plan_region(p, op->regions[0]);
}

static void plan_terminator(Plan *p, Op *op)
{
    Op *owner = op->parent->owner;
    if (!owner) {
        for (int i = 0; i < op->nargs && !has_returned(p, op); i++)
            use_at(p, op->args[i], op, false);
        return;
    }
    if (owner->code == OP_IF && op_plan(p, owner)->expression)
        return;
    bool cond = op->code == OP_COND;
    Value *end = cond ? NULL : yield_condition(p, op);
    if (end)
        use_at(p, end, op, false);
    if (cond)
        use_at(p, op->args[0], op, false);
    for (int i = cond; i < op->nargs; i++)
        if (cond ? result_live(p, owner, i - 1) : slot_live(p, owner, i))
            use_copy(p, op->args[i], op);
}

static void plan_op(Plan *p, Op *op)
{
    switch (op->code) {
    case OP_IF:
        plan_if(p, op);
        return;
    case OP_FOR:
        plan_for(p, op);
        return;
    case OP_WHILE:
        plan_while(p, op);
        return;
    case OP_YIELD:
    case OP_COND:
        plan_terminator(p, op);
        return;
    default:
        break;
    }
    for (int i = op->nresults; i-- > 0;) {
        ValuePlan *vp = plan_of(p, op->results[i]);
        if (vp->locked)
            vp->show = vp->prints ? SHOW_INLINE : SHOW_NONE;
        else
            vp->show = decide(p, op, vp);
        if (op->code == OP_GLOBAL && vp->show == SHOW_INLINE)
            vp->show = SHOW_OBJECT;
        if (op->nresults > 1 && (i > 0 || vp->prints)) /* frexp(x, &e); */
            vp->show = SHOW_VAR;
    }
    if (op->code == OP_STORE)
        find_update(p, op);
    bool none = op->nresults == 1 && plan_of(p, op->results[0])->show == SHOW_NONE;
    OpEffect effect = op_info[op->code].effect;
    if (!none || effect == EFFECT_WRITES || effect == EFFECT_OUTSIDE)
        use_operands(p, op);
}

static void plan_region(Plan *p, Region *r)
{
    for (Op *op = r->last; op; op = op->prev)
        plan_op(p, op);
}

/* ---------------------------------------------------------------------- implied strides */

/* Subscripts that an array with run-time dimensions still takes in C (emit_addr.c's rows(), before there are names). */
static int rows_left(const Plan *p, const Value *v)
{
    const Op *op = v->def;
    if (op && op->code == OP_INDEX && op->nargs == 3 && plan_of(p, v)->show == SHOW_INLINE) {
        int base = rows_left(p, op->args[0]);
        return base > 1 ? base - 1 : 1;
    }
    if (op)
        return op->code == OP_LOCAL && declared_rows(op->var ? op->var : v->var) == op->nargs ? op->nargs : 1;
    if (v->arg_of != p->fn->body || v->index >= p->fn->nparams)
        return 1;
    return declared_rows(v->var ? v->var : p->fn->params[v->index]);
}

/* A variable for m * k, of double a[n][m][k], is not needed where all its uses print as a[i][j][l]. `implied` counts such uses by id. */
static void hide_strides(Plan *p, Region *r, int *implied)
{
    for (Op *op = r->last; op; op = op->prev) {
        for (int i = op->nregions; i-- > 0;)
            hide_strides(p, op->regions[i], implied);
        if (op->code == OP_INDEX && op->nargs == 3 && rows_left(p, op->args[0]) > 1)
            implied[op->args[2]->id]++;
        Value *v = is_cheap(op) ? op->results[0] : NULL;
        if (!v || !implied[v->id] || implied[v->id] < p->raw_uses[v->id])
            continue;
        if (plan_of(p, v)->show == SHOW_VAR)
            plan_of(p, v)->show = SHOW_NONE;
        for (int i = 0; i < op->nargs; i++)
            implied[op->args[i]->id]++;
    }
}

/* ---------------------------------------------------------------------- entry */

static void first_store(ValuePlan *vp, Value *at)
{
    const Value *root = at;
    while (root->def && op_is_step(root->def->code))
        root = root->def->args[0];
    bool tape = root->def && (root->def->code == OP_ROOM || (root->def->code == OP_ALLOC && root->def->tape));
    if (!vp->stored && !tape)
        vp->stored = at;
}

static void count_uses(Op *op, void *ctx)
{
    Plan *p = ctx;
    for (int i = 0; i < op->nargs; i++)
        p->raw_uses[op->args[i]->id]++;
    if (op->code == OP_INDEX) {
        bool is_next = op->next->code == OP_PTRCAST && op->next->tape && op->next->args[0] == op->results[0]; /* bundle.c: the next array */
        plan_of(p, op->args[0])->indexed = true;
        plan_of(p, op->args[1])->is_index |= !is_next;
    }
    if (op->code == OP_STORE)
        first_store(plan_of(p, op->args[1]), op->args[0]);
    for (int i = 0; i < op->nresults; i++) {
        ValuePlan *vp = plan_of(p, op->results[i]);
        vp->value = op->results[i];
        vp->cheap = -1;
        if (is_cheap(op) && !op->results[0]->var) {
            vp->cheap = op->code != OP_CAST;
            for (int k = 0; k < op->nargs; k++)
                vp->cheap += plan_of(p, op->args[k])->cheap > 0 ? plan_of(p, op->args[k])->cheap : 0;
            if (vp->cheap > MAX_CHEAP)
                vp->cheap = -1;
        }
    }
    for (int r = 0; r < op->nregions; r++)
        for (int i = 0; i < op->regions[r]->nargs; i++) {
            ValuePlan *vp = plan_of(p, op->regions[r]->args[i]);
            vp->value = op->regions[r]->args[i];
            vp->cheap = -1;
        }
}

static void reset(Plan *p)
{
    memset(p->raw_uses, 0, sizeof *p->raw_uses * (size_t)(p->nvals + 1));
    for (int i = 0; i < p->nvals; i++)
        p->vals[i] = (ValuePlan){.at_copy = p->vals[i].at_copy, .cheap = -1};
    for (int i = 0; i < p->nops; i++)
        p->ops[i] = (OpPlan){.op = p->ops[i].op, .no_break = p->ops[i].no_break};
    Region *body = p->fn->body;
    for (int i = 0; i < body->nargs; i++)
        plan_of(p, body->args[i])->value = body->args[i];
    walk_ops(body, count_uses, p);
}

void plan_inline(Plan *p)
{
    reset(p);
    plan_exits(p);
    Fn *fn = p->fn;
    plan_region(p, fn->body);
    for (int i = 0; i < fn->body->nargs; i++) {
        ValuePlan *vp = plan_of(p, fn->body->args[i]);
        bool record = i >= fn->nparams || fn->params[i]->type->kind == TY_RECORD;
        vp->show = record ? SHOW_OBJECT : SHOW_VAR;
    }
    limit_sizes(p);
    int *implied = arena_alloc(p->arena, sizeof *implied * (size_t)(p->nvals + 1));
    hide_strides(p, fn->body, implied);
}

void each_leaf(const Plan *p, Value *v, void (*f)(void *ctx, Value *leaf), void *ctx)
{
    const ValuePlan *vp = plan_of(p, v);
    if (vp->show != SHOW_INLINE) {
        f(ctx, v);
        return;
    }
    const Op *op = v->def;
    for (int i = 0; i < op->nargs; i++)
        each_leaf(p, op->args[i], f, ctx);
    if (op->code == OP_IF)
        for (int arm = 0; arm < 2; arm++)
            each_leaf(p, arm_value(op, arm), f, ctx);
}
