/* emit_names.c: the C variables of a function: which block declares each, where, and under which name.
 *
 * Every place that mentions a variable is visited in printed order. Its block is the innermost one around all of them; it is declared
 * by its first assignment where that stands in this block itself. Two variables may have one name unless one is visible
 * where the other is declared. */
#include "emit.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* ---------------------------------------------------------------------- shapes of loops */

bool has_statements(const Plan *p, const Region *r)
{
    for (const Op *op = r->first; op != r->last; op = op_next(op))
        if (is_statement(p, op) || (op->code == OP_LOCAL && plan_of(p, op->results[0])->show == SHOW_OBJECT))
            return true;
    return false;
}

LoopShape loop_shape(const Plan *p, const Op *loop)
{
    const Region *before = loop->regions[0], *after = loop->regions[1];
    int64_t c;
    if (!copies_nothing(p, before->last) || value_int(before->last->args[0], &c))
        return LOOP_FOREVER;
    if (!has_statements(p, before))
        return LOOP_WHILE;
    return !has_statements(p, after) && copies_nothing(p, after->last) ? LOOP_DO : LOOP_FOREVER;
}

Region *scope_parent(const Plan *p, const Region *r)
{
    const Op *owner = r->owner;
    if (owner->code == OP_WHILE && r == owner->regions[1] && op_plan(p, owner)->shape == LOOP_FOREVER)
        return owner->regions[0];
    return owner->parent;
}

/* ---------------------------------------------------------------------- mentions */

typedef struct {
    Plan *p;
    CVar **by_class; /* by value id of the class's root */
    Region *region;  /* of the mention */
    Op *op;
    bool assigns;    /* an assignment that could declare */
} Mentions;

static CVar *new_var(Plan *p, Type *t)
{
    CVar *var = arena_alloc(p->arena, sizeof *var);
    var->type = t;
    *p->vars_end = var;
    p->vars_end = &var->next;
    return var;
}

static Region *common_scope(const Plan *p, Region *a, Region *b)
{
    int da = 0, db = 0;
    for (const Region *r = a; r->owner; r = scope_parent(p, r))
        da++;
    for (const Region *r = b; r->owner; r = scope_parent(p, r))
        db++;
    for (; da > db; da--)
        a = scope_parent(p, a);
    for (; db > da; db--)
        b = scope_parent(p, b);
    while (a != b) {
        a = scope_parent(p, a);
        b = scope_parent(p, b);
    }
    return a;
}

/* The first mention is remembered as it is; later ones may widen the scope and with it move the declaration outwards. */
static void mention_var(Mentions *m, CVar *var)
{
    if (var->last_mention < op_plan(m->p, m->op)->start)
        var->last_mention = op_plan(m->p, m->op)->start;
    if (!var->scope) {
        var->scope = m->region;
        var->decl_at = m->op;
        var->at_assign = m->assigns;
        return;
    }
    if (!var->scope->owner || var->scope == m->region)
        return;
    Region *scope = common_scope(m->p, var->scope, m->region);
    if (scope == var->scope)
        return;
    var->scope = scope;
    var->at_assign = var->in_header = false;
    while (var->decl_at->parent != scope) {
        Region *up = scope_parent(m->p, var->decl_at->parent);
        if (up == scope && var->decl_at->parent->owner->parent != scope)
            ICE("emit: a variable of a loop's second half is first in it");
        var->decl_at = var->decl_at->parent->owner;
    }
}

static CVar *variable_of(Mentions *m, const Value *v)
{
    int root = class_of(m->p, v);
    CVar *var = m->by_class[root];
    if (!var) {
        var = m->by_class[root] = new_var(m->p, v->type);
    }
    if (!var->hint)
        var->hint = v->var;
    plan_of(m->p, v)->var = var;
    return var;
}

static void mention_leaf(void *ctx, Value *leaf)
{
    Mentions *m = ctx;
    if (plan_of(m->p, leaf)->show == SHOW_VAR)
        mention_var(m, variable_of(m, leaf));
}

static void mention(Mentions *m, Value *v, Region *region, Op *op)
{
    m->region = region;
    m->op = op;
    m->assigns = false;
    each_leaf(m->p, v, mention_leaf, m);
}

static void mention_assigned(Mentions *m, const Value *target, Region *region, Op *op, bool assigns)
{
    m->region = region;
    m->op = op;
    m->assigns = assigns;
    mention_var(m, variable_of(m, target));
}

static bool is_undef(const Value *v)
{
    return v->def && v->def->code == OP_UNDEF;
}

static void mention_copies(Mentions *m, Op *op, int first)
{
    bool loop = op->nregions > 0;
    Value *end = op->code == OP_YIELD ? yield_condition(m->p, op) : NULL;
    if (end)
        mention(m, end, op->parent, op);
    for (int k = 0; first + k < op->nargs; k++) {
        Value *source = op->args[first + k], *target = loop ? init_target(m->p, op, k) : copy_target(m->p, op, k);
        if (!target)
            continue;
        bool same = plan_of(m->p, source)->show == SHOW_VAR && class_of(m->p, source) == class_of(m->p, target);
        mention(m, source, op->parent, op);
        mention_assigned(m, target, op->parent, op, !same && !is_undef(source));
        if (is_undef(source))
            variable_of(m, target)->zero_init = true;
    }
}

static void mention_region(Mentions *m, Region *r);

static void mention_for(Mentions *m, Op *op)
{
    mention_copies(m, op, 3);
    for (int i = 0; i < 3; i++)
        mention(m, op->args[i], op->parent, op);
    const Value *counter = op->regions[0]->args[0];
    bool fresh = !m->by_class[class_of(m->p, counter)];
    bool outlives = plan_of(m->p, op->results[0])->show == SHOW_VAR;
    mention_assigned(m, counter, outlives ? op->parent : op->regions[0], op, false);
    CVar *var = variable_of(m, counter);
    var->in_header = fresh && !outlives;
    if (outlives)
        variable_of(m, op->results[0]);
    mention_region(m, op->regions[0]);
    if (var->in_header && var->scope == op->regions[0])
        var->decl_at = op;
}

static void mention_while(Mentions *m, Op *op)
{
    op_plan(m->p, op)->shape = loop_shape(m->p, op);
    mention_copies(m, op, 0);
    mention_region(m, op->regions[0]);
    mention_region(m, op->regions[1]);
}

static void mention_cond(Mentions *m, Op *op)
{
    Op *loop = op->parent->owner;
    bool inside = op_plan(m->p, loop)->shape == LOOP_FOREVER;
    mention(m, op->args[0], inside ? op->parent : loop->parent, inside ? op : loop);
    mention_copies(m, op, 1);
}

static void mention_object(Mentions *m, Op *op)
{
    ValuePlan *vp = plan_of(m->p, op->results[0]);
    if (vp->show != SHOW_OBJECT)
        return;
    for (int i = 0; i < op->nargs; i++)
        mention(m, op->args[i], op->parent, op);
    CVar *var = vp->var = new_var(m->p, op->of);
    var->hint = op->var ? op->var : op->results[0]->var;
    var->object = true;
    var->scope = op->parent;
    var->decl_at = op;
}

static void mention_op(Mentions *m, Op *op)
{
    switch (op->code) {
    case OP_FOR:
        mention_for(m, op);
        return;
    case OP_WHILE:
        mention_while(m, op);
        return;
    case OP_COND:
        mention_cond(m, op);
        return;
    case OP_LOCAL:
        mention_object(m, op);
        return;
    case OP_YIELD:
        if (op->parent->owner) {
            mention_copies(m, op, 0);
            return;
        }
        break;
    default:
        break;
    }
    if (!is_statement(m->p, op))
        return;
    if (op->code == OP_IF && if_condition(m->p, op))
        mention(m, if_condition(m->p, op), op->parent, op);
    for (int i = 0; i < op->nargs && op->code != OP_IF; i++)
        mention(m, op->args[i], op->parent, op);
    if (op->code == OP_IF && !op_plan(m->p, op)->expression) {
        mention_region(m, op->regions[0]);
        mention_region(m, op->regions[1]);
    } else if (op->code == OP_IF) {
        mention(m, arm_value(op, 0), op->parent, op);
        mention(m, arm_value(op, 1), op->parent, op);
    }
    bool expression = op->nregions == 0 || op_plan(m->p, op)->expression;
    for (int i = 0; i < op->nresults; i++)
        if (plan_of(m->p, op->results[i])->show == SHOW_VAR)
            mention_assigned(m, op->results[i], op->parent, op, expression && i == 0);
}

static void mention_region(Mentions *m, Region *r)
{
    bool expression = r->owner && r->owner->code == OP_IF && op_plan(m->p, r->owner)->expression;
    for (Op *op = r->first; op && !expression; op = op->next)
        mention_op(m, op);
}

/* Every value's variable, also of those that are not mentioned by themselves (a loop's results). */
static void resolve_values(Mentions *m)
{
    for (int i = 0; i < m->p->nvals; i++) {
        ValuePlan *vp = &m->p->vals[i];
        if (vp->value && vp->show == SHOW_VAR && !vp->var)
            vp->var = m->by_class[class_of(m->p, vp->value)];
    }
}

static void mention_params(Mentions *m)
{
    Fn *fn = m->p->fn;
    for (int i = 0; i < fn->body->nargs; i++) {
        ValuePlan *vp = plan_of(m->p, fn->body->args[i]);
        CVar *var;
        if (vp->show == SHOW_OBJECT) {
            var = vp->var = new_var(m->p, vp->value->type->elem);
            var->object = true;
        } else {
            var = variable_of(m, vp->value);
        }
        var->param = i < fn->nparams;
        var->hint = vp->value->var ? vp->value->var : i < fn->nparams ? fn->params[i] : NULL;
        var->scope = fn->body;
        var->decl_at = fn->body->first;
        var->declared = var->param;
    }
}

/* ---------------------------------------------------------------------- names */

static void visible_range(const Plan *p, CVar *var)
{
    var->first = var->param || !var->decl_at ? 0 : 2 * op_plan(p, var->decl_at)->start;
    const Region *scope = var->scope;
    while (scope->owner && op_plan(p, scope->owner)->unnested && scope->owner->regions[op_plan(p, scope->owner)->unnested - 1] == scope)
        scope = scope->owner->parent;
    const Op *owner = scope->owner;
    if (!owner) {
        var->last = INT_MAX;
        return;
    }
    const OpPlan *o = op_plan(p, owner);
    bool second = owner->nregions > 1 && owner->regions[1] == scope;
    bool whole = owner->code == OP_WHILE && o->shape == LOOP_FOREVER;
    var->last = 2 * (whole ? o->end : o->to[second]);
}

typedef struct {
    const Plan *plan;
    const Names *reserved;
    StrMap used; /* name -> Ptrs of CVar */
    Arena *arena;
    StrMap last; /* base of numbered names -> int*: the largest number given */
} Namer;

static bool name_free(const Namer *n, const char *name, const CVar *var)
{
    if (strmap_get(&n->plan->references, name) || (!var->param && strmap_get(&n->reserved->taken, name)))
        return false;
    const Ptrs *others = strmap_get(&n->used, name);
    for (size_t i = 0; others && i < others->n; i++) {
        const CVar *other = others->at[i];
        if (other->first <= var->last && var->first <= other->last)
            return false;
    }
    return true;
}

static void give_name(Namer *n, CVar *var, const char *name)
{
    var->name = name;
    Ptrs *others = strmap_get(&n->used, name);
    if (!others) {
        others = arena_alloc(n->arena, sizeof *others);
        others->arena = n->arena;
        strmap_put(&n->used, name, others);
    }
    ptrs_push(others, var);
}

static bool ends_in_digit(const char *name)
{
    return *name && isdigit((unsigned char)name[strlen(name) - 1]);
}

/* Index variables of a[i][j] as text: "ij", or "row_col"; NULL where it has others. */
static const char *index_names(const Plan *p, const Namer *n, const Value *index, const char *outer)
{
    while (index->def && index->def->code == OP_CAST && plan_of(p, index)->show == SHOW_INLINE)
        index = index->def->args[0];
    const ValuePlan *vp = plan_of(p, index);
    int64_t k;
    if (value_int(index, &k))
        return k < 0 ? NULL : arena_printf(n->arena, "%s%lld", outer, (long long)k);
    if (vp->show != SHOW_VAR || !vp->var->name)
        return NULL;
    bool shorts = strlen(vp->var->name) == 1;
    return arena_printf(n->arena, "%s%s%s", outer, *outer && !shorts ? "_" : "", vp->var->name);
}

/* A name for what is at an address: x[i] is x_i, a[i][j] a_ij, p->f f. */
static const char *place_name(const Plan *p, const Namer *n, const Value *at)
{
    const Value *indices[4];
    int count = 0;
    for (; at->def && plan_of(p, at)->show == SHOW_INLINE; at = at->def->args[0]) {
        if (at->def->code == OP_INDEX && count < 4)
            indices[count++] = at->def->args[1];
        else if (at->def->code != OP_DECAY)
            break;
    }
    const ValuePlan *vp = plan_of(p, at);
    const char *base = vp->show != SHOW_INLINE && vp->var ? vp->var->name : NULL, *all = "";
    if (at->def && at->def->code == OP_FIELD)
        base = at->def->args[0]->type->elem->fields[at->def->ival].name;
    else if (at->def && at->def->code == OP_GLOBAL)
        base = at->def->var->name;
    bool first = count == 0 && vp->show == SHOW_VAR && (vp->indexed || (vp->var->hint && vp->var->hint->is_array_param));
    while (base && all && count-- > 0)
        all = index_names(p, n, indices[count], all);
    if (first)
        all = "0";
    if (!base || !all || !strncmp(all, base, strlen(base)))
        return NULL;
    return *all ? arena_printf(n->arena, "%s%s%s", base, isdigit((unsigned char)*all) && !ends_in_digit(base) ? "" : "_", all) : base;
}

typedef struct {
    const Plan *p;
    Namer *n;
    const char *text;
} Counters;

static void add_counter(void *ctx, Value *leaf)
{
    Counters *c = ctx;
    const ValuePlan *vp = plan_of(c->p, leaf);
    if (vp->show == SHOW_VAR && vp->var->in_header && strlen(vp->var->name) <= 2 && !strstr(c->text, vp->var->name))
        c->text = arena_printf(c->n->arena, "%s%s", c->text, vp->var->name);
}

/* A name for w + k * n: w_k. */
static const char *row_name(const Plan *p, const Namer *n, const Op *op)
{
    const ValuePlan *base = plan_of(p, op->args[0]);
    Namer at = *n;
    Counters c = {p, &at, ""};
    each_leaf(p, op->args[1], add_counter, &c);
    if (base->show != SHOW_VAR || !base->var->name || !*c.text)
        return "p";
    return arena_printf(n->arena, "%s_%s", base->var->name, c.text);
}

/* A name for a variable that the user has not named: counters i j k; what is loaded or stored has its place's name. */
static const char *derived_name(const Plan *p, const Namer *n, const CVar *var, const Value *v)
{
    static const char *const counters[] = {"i", "j", "k", "l"};
    if (!v->def && v->arg_of->owner && v->arg_of->owner->code == OP_FOR && v->index == 0)
        for (int i = 0; i < 4; i++)
            if (name_free(n, counters[i], var))
                return counters[i];
    if (v->def && v->def->code == OP_INDEX && v->def->nargs == 2)
        return row_name(p, n, v->def);
    const Value *place = v->def && v->def->code == OP_LOAD ? v->def->args[0] : plan_of(p, v)->stored;
    const char *name = place ? place_name(p, n, place) : NULL;
    return name ? name : v->type->kind == TY_PTR ? "p" : plan_of(p, v)->is_index ? "at" : "t";
}

/* i > 0 in decimal. */
static void put_number(char *to, int i)
{
    int digits = 1;
    for (int rest = i; rest >= 10; rest /= 10)
        digits++;
    to[digits] = '\0';
    for (; digits; i /= 10)
        to[--digits] = (char)('0' + i % 10);
}

/* base1, base2... (x1_1, x1_2... of x1): a small number that is free again, else the next. */
static const char *numbered_name(Namer *n, const char *base, const CVar *var)
{
    enum { SEARCHED = 16 };
    int *last = strmap_get(&n->last, base);
    if (!last) {
        last = arena_alloc(n->arena, sizeof *last);
        strmap_put(&n->last, base, last);
    }
    size_t length = strlen(base);
    char *name = arena_alloc(n->arena, length + sizeof "_2147483647");
    memcpy(name, base, length);
    if (ends_in_digit(base))
        name[length++] = '_';
    int i = 1;
    do {
        if (i == SEARCHED && *last > SEARCHED)
            i = *last;
        put_number(name + length, i++);
    } while (!name_free(n, name, var));
    if (i - 1 > *last)
        *last = i - 1;
    return name;
}

static void name_variable(Plan *p, Namer *n, CVar *var, const Value *first)
{
    const char *base = var->hint && var->hint->name ? var->hint->name : first ? derived_name(p, n, var, first) : "result";
    if (var->hint && first && first->def && first->def->code == OP_LOAD && !name_free(n, base, var)) {
        const char *derived = derived_name(p, n, var, first); /* x_i rather than max1 */
        base = strlen(derived) > 1 ? derived : base;
    }
    give_name(n, var, name_free(n, base, var) ? base : numbered_name(n, base, var));
}

static void refer(Plan *p, const char *name)
{
    if (name)
        strmap_put(&p->references, name, p);
}

/* What the op's text names: a local variable of that name would hide it. */
static void find_references(Op *op, void *ctx)
{
    Plan *p = ctx;
    if (op->of)
        refer(p, base_type_name(op->of, op->var));
    for (int i = 0; i < op->nresults; i++)
        refer(p, base_type_name(op->results[i]->type, op->results[i]->var));
    if (op->code == OP_GLOBAL) {
        if (!op->var->owner)
            refer(p, op->var->name);
        else if (!ptrs_has(&p->statics, op->var))
            ptrs_push(&p->statics, op->var);
    } else if (op->code == OP_CALL || op->code == OP_FNADDR) {
        refer(p, op->callee ? op->callee->name : op->text);
    } else if (op->code == OP_ICONST) {
        refer(p, op->text);
    } else if (op_info[op->code].kind == KIND_MATH) {
        refer(p, math_c_name(op, p->arena));
    }
}

static void name_variables(Plan *p, const Names *reserved)
{
    Namer n = {p, reserved, {.arena = p->arena}, p->arena, {.arena = p->arena}};
    PtrMap first = {.arena = p->arena}; /* CVar -> its first value */
    for (int i = 0; i < p->nvals; i++)
        if (p->vals[i].var && !ptrmap_get(&first, p->vals[i].var))
            ptrmap_put(&first, p->vals[i].var, p->vals[i].value);
    for (CVar *var = p->vars; var; var = var->next)
        visible_range(p, var);
    for (int named = 2; named-- > 0;) /* the user's names first */
        for (CVar *var = p->vars; var; var = var->next)
            if (!var->name && (!named || (var->hint && var->hint->name)))
                name_variable(p, &n, var, var->object ? NULL : ptrmap_get(&first, var));
}

/* ---------------------------------------------------------------------- reversed loops that count trips */

static void add_decls(Plan *p)
{
    CVar **ends = arena_alloc(p->arena, sizeof *ends * (size_t)(p->nops + 1));
    for (CVar *var = p->vars; var; var = var->next) {
        if (var->param || var->object || !var->decl_at || var->in_header)
            continue;
        int at = var->decl_at->mark;
        if (ends[at])
            ends[at]->next_decl = var;
        else
            p->ops[at].decls = var;
        ends[at] = var;
    }
}

static void plan_trips(Plan *p)
{
    for (int i = 0; i < p->nops; i++) {
        Op *op = p->ops[i].op;
        if (op->code != OP_FOR || !loop_counts_trips(p, op))
            continue;
        CVar *trip = p->ops[i].trip = new_var(p, op->args[0]->type);
        trip->scope = op->regions[0];
        trip->decl_at = op;
        trip->in_header = true;
    }
}

void plan_names(Plan *p, const Names *reserved)
{
    p->vars = NULL;
    p->vars_end = &p->vars;
    Mentions m = {.p = p};
    m.by_class = arena_alloc(p->arena, sizeof *m.by_class * (size_t)(p->nvals + 1));
    mention_params(&m);
    mention_region(&m, p->fn->body);
    resolve_values(&m);
    plan_trips(p);
    p->references.arena = p->statics.arena = p->arena;
    for (int i = 1; i < p->fn->nparams; i++) /* a first parameter may have its type's name, and those behind it see it */
        refer(p, base_type_name(p->fn->params[i]->type, p->fn->params[i]));
    walk_ops(p->fn->body, find_references, p);
    plan_statics(p, reserved);
    name_variables(p, reserved);
    add_decls(p);
}

static void number_op(Op *op, void *ctx)
{
    Plan *p = ctx;
    if (p->ops) {
        p->ops[p->nops].op = op;
        op->mark = p->nops;
    }
    p->nops++;
}

Plan *plan_fn(Fn *fn, Arena *arena, const Names *reserved)
{
    Plan *p = arena_alloc(arena, sizeof *p);
    type_allocations(fn, arena);
    place_steps(fn);
    set_what_is_read_first(fn, arena);
    p->fn = fn;
    p->arena = arena;
    p->nvals = fn->nvalues;
    p->mem = mem_analyse(fn);
    p->vals = arena_alloc(arena, sizeof *p->vals * (size_t)(p->nvals + 1));
    p->raw_uses = arena_alloc(arena, sizeof *p->raw_uses * (size_t)(p->nvals + 1));
    walk_ops(fn->body, number_op, p);
    p->ops = arena_alloc(arena, sizeof *p->ops * (size_t)(p->nops + 1));
    p->nops = 0;
    walk_ops(fn->body, number_op, p);
    do {
        for (int round = 0; round < 3; round++) {
            plan_inline(p);
            if (!plan_live(p))
                break;
        }
    } while (exits_failed(p));
    plan_names(p, reserved);
    return p;
}
