/* skip.c: reverse code that only hands on a derivative which is zero on one side of an if moves into its other side.
 *
 *   d_r2 = r2 < c2 ? f(r2) : 0;                       if (r2 < c2) {
 *   for (k...)                                            d_r2 = f(r2);
 *       d_x[k] += d_r2 * kept_d[k];            ->         for (k...)
 *                                                             d_x[k] += d_r2 * kept_d[k];
 *                                                     }
 *
 * What follows the if is traced as it is on the side where the derivative is zero: products, sums and loops of zeros are zero, a sum of x and
 * zero is x, and what is increased by zero stays. All up to the first op that does something else moves, as far as something is added to memory.
 * (0 + d is not computed any more: -0.0 stays, and 0 times infinity is not met.) It is done where there is something to save: a loop, or
 * arithmetic and stores that compilers do not vectorise under a condition anyway.
 */
#include "derivative.h"

/* What a value is on the side of the zero. */
typedef enum { OTHER, ZERO_THERE, SAME_THERE } ThereKind;
typedef struct {
    ThereKind kind;
    Value *same; /* ... as this, which is known before the if */
} There;

typedef struct {
    Fn *fn;
    Op *branch;
    int zero;       /* the region that yields zeros */
    PtrMap there;   /* Value* -> There*, of what is not OTHER */
    PtrMap tainted; /* Value*: depends on the derivative in another way */
    bool adds;      /* the ops that were looked at add to memory */
    bool changed;
} Skip;

static bool is_zero(const Value *v)
{
    return v->def && v->def->code == OP_FCONST && !v->def->text && v->def->fval == 0;
}

static There there_of(const Skip *s, Value *v)
{
    const There *t = ptrmap_get(&s->there, v);
    return t ? *t : (There){is_zero(v) ? ZERO_THERE : OTHER, NULL};
}

static void set_there(Skip *s, Value *v, There t)
{
    There *own = arena_alloc(s->fn->arena, sizeof *own);
    *own = t;
    ptrmap_put(&s->there, v, own);
}

/* Does v depend on the zero, so that it is something else there? */
static bool is_affected(const Skip *s, const Value *v)
{
    return ptrmap_get(&s->there, v) || ptrmap_get(&s->tainted, v);
}

static There same_as(Value *v, There t)
{
    return t.kind == OTHER ? (There){SAME_THERE, v} : t;
}

/* ---------------------------------------------------------------------- what follows, on the side of the zero */

static There scalar_there(const Skip *s, const Op *op)
{
    const There other = {OTHER, NULL}, zero = {ZERO_THERE, NULL};
    There a = there_of(s, op->args[0]), b = op->nargs > 1 ? there_of(s, op->args[1]) : other;
    bool zero_a = a.kind == ZERO_THERE, zero_b = b.kind == ZERO_THERE;
    switch (op->code) {
    case OP_NEG:
    case OP_CAST:
        return zero_a && type_is_float(op->results[0]->type) ? zero : other;
    case OP_MUL:
    case OP_MULZ:
        return zero_a || zero_b ? zero : other;
    case OP_DIV:
        return zero_a ? zero : other;
    case OP_SUB:
    case OP_ADD:
        if (zero_a && (op->code == OP_ADD || zero_b))
            return same_as(op->args[1], b);
        return zero_b ? same_as(op->args[0], a) : other;
    case OP_SELECT:
        return zero_b && there_of(s, op->args[2]).kind == ZERO_THERE && !is_affected(s, op->args[0]) ? zero : other;
    default:
        return other;
    }
}

static bool follow_region(Skip *s, const Region *r);

/* Carried values are zero throughout, or what they were before the loop. */
static bool follow_for(Skip *s, const Op *op)
{
    const Region *body = op->regions[0];
    for (int i = 0; i < 3; i++)
        if (is_affected(s, op->args[i]))
            return false;
    for (int i = 1; i < body->nargs; i++)
        set_there(s, body->args[i], same_as(op->args[2 + i], there_of(s, op->args[2 + i])));
    if (!follow_region(s, body))
        return false;
    for (int i = 1; i < body->nargs; i++) {
        There before = there_of(s, body->args[i]), next = there_of(s, body->last->args[i - 1]);
        if (before.kind != next.kind || before.same != next.same)
            return false;
        set_there(s, op->results[i], before);
    }
    return true;
}

static bool follow_if(Skip *s, const Op *op)
{
    if (is_affected(s, op->args[0]) || !follow_region(s, op->regions[0]) || !follow_region(s, op->regions[1]))
        return false;
    for (int i = 0; i < op->nresults; i++) {
        Value *v[2] = {op->regions[0]->last->args[i], op->regions[1]->last->args[i]};
        There t[2] = {there_of(s, v[0]), there_of(s, v[1])};
        for (int k = 0; k < 2; k++)
            t[k] = value_outside(v[k], op) ? same_as(v[k], t[k]) : t[k];
        if (t[0].kind == OTHER || t[0].kind != t[1].kind || t[0].same != t[1].same)
            return false;
        set_there(s, op->results[i], t[0]);
    }
    return true;
}

/* False: op does something there. */
static bool follow(Skip *s, const Op *op)
{
    bool affected = false;
    if (op->code == OP_FOR && !op->omp)
        return follow_for(s, op);
    if (op->code == OP_IF)
        return follow_if(s, op);
    if (op->code == OP_ACCUM) {
        s->adds = true;
        return !is_affected(s, op->args[0]) && there_of(s, op->args[1]).kind == ZERO_THERE;
    }
    if (op->nregions || op->nresults != 1 || op->code == OP_LOCAL || op_info[op->code].effect > EFFECT_READS ||
        (op->code == OP_LOAD && op->args[0]->type->elem_volatile))
        return false;
    for (int i = 0; i < op->nargs; i++)
        affected |= is_affected(s, op->args[i]);
    if (!affected)
        return true;
    There t = scalar_there(s, op);
    if (t.kind != OTHER)
        set_there(s, op->results[0], t);
    else
        ptrmap_put(&s->tainted, op->results[0], op->results[0]);
    return op_info[op->code].effect == EFFECT_PURE;
}

static bool follow_region(Skip *s, const Region *r)
{
    for (const Op *op = r->first; op && op->next; op = op->next)
        if (!follow(s, op))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- what can move */

/* The last op that adds to memory, of those after the branch that do nothing there; NULL: none. */
static Op *find_end(Skip *s)
{
    Op *end = NULL;
    for (Op *op = s->branch->next; op && op->next; op = op->next) {
        s->adds = false;
        if (!follow(s, op))
            break;
        if (s->adds)
            end = op;
    }
    return end;
}

typedef struct {
    PtrMap *from; /* Value*, looked for */
    Ptrs *found;
} Users;

static void find_users(Op *op, void *ctx)
{
    Users *u = ctx;
    for (int i = 0; i < op->nargs; i++)
        if (ptrmap_get(u->from, op->args[i]) && !ptrs_has(u->found, op->args[i]))
            ptrs_push(u->found, op->args[i]);
}

/* The values made between the branch and `after` that are used from there on. */
static Ptrs used_later(const Skip *s, Op *after)
{
    Ptrs found = {.arena = s->fn->arena};
    PtrMap made = {.arena = s->fn->arena};
    Users u = {&made, &found};
    for (Op *op = s->branch->next; op != after; op = op->next)
        for (int i = 0; i < op->nresults; i++)
            ptrmap_put(&made, op->results[i], op->results[i]);
    for (Op *op = after; op; op = op->next) {
        find_users(op, &u);
        for (int r = 0; r < op->nregions; r++)
            walk_ops(op->regions[r], find_users, &u);
    }
    return found;
}

static bool is_behind(const Skip *s, const Op *op)
{
    for (const Op *at = s->branch; at && op; at = at->next)
        if (at == op)
            return true;
    return false;
}

/* Ops that do not depend on the branch and are needed behind what moves go before it. False: one cannot. */
static bool can_stay(const Skip *s, const Value *v)
{
    const Op *op = v->def;
    if (op->parent != s->branch->parent || op == s->branch || is_affected(s, v))
        return false;
    if (op_info[op->code].effect != EFFECT_PURE || op->nregions)
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (is_behind(s, op->args[i]->def) && !can_stay(s, op->args[i]))
            return false;
    return true;
}

static void keep_before(const Skip *s, Op *op)
{
    if (!is_behind(s, op))
        return;
    for (int i = 0; i < op->nargs; i++)
        keep_before(s, op->args[i]->def);
    Builder b = before_op(s->branch);
    op_move(op, &b);
}

static bool is_slow(const Op *op)
{
    if (op->code == OP_FOR || op->code == OP_WHILE || (op_info[op->code].kind == KIND_MATH && op->code != OP_FABS) ||
        (op->code == OP_DIV && type_is_float(op->results[0]->type)))
        return true;
    for (int r = 0; r < op->nregions; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            if (is_slow(in))
                return true;
    return false;
}

/* ---------------------------------------------------------------------- moving */

typedef struct {
    PtrMap map;
} Renaming;

static void rename_operands(Op *op, void *ctx)
{
    Renaming *r = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&r->map, op->args[i]);
}

/* Moves the ops up to before `after` to the end of the side that is not zero. */
static void move(Skip *s, Op *after, const Ptrs *results, PtrMap *replaced)
{
    Op *branch = s->branch, *yields[2] = {branch->regions[0]->last, branch->regions[1]->last};
    Renaming r = {{.arena = s->fn->arena}};
    for (int i = 0; i < branch->nresults; i++)
        ptrmap_put(&r.map, branch->results[i], yields[!s->zero]->args[i]);
    Builder b = before_op(yields[!s->zero]), zeros = before_op(yields[s->zero]);
    while (branch->next != after) {
        Op *op = branch->next;
        op_move(op, &b);
        rename_operands(op, &r);
        for (int k = 0; k < op->nregions; k++)
            walk_ops(op->regions[k], rename_operands, &r);
    }
    for (size_t i = 0; i < results->n; i++) {
        Value *v = results->at[i];
        There t = there_of(s, v);
        op_add_arg(yields[!s->zero], v);
        op_add_arg(yields[s->zero], t.kind == ZERO_THERE ? build_zero(&zeros, v->type) : t.same);
        ptrmap_put(replaced, v, op_add_result(branch, v->type, v->var));
    }
}

static void rename_later(Op *from, PtrMap *replaced)
{
    Renaming r = {*replaced};
    for (Op *op = from; op; op = op->next) {
        rename_operands(op, &r);
        for (int k = 0; k < op->nregions; k++)
            walk_ops(op->regions[k], rename_operands, &r);
    }
}

static bool writes(const Op *op)
{
    for (int r = 0; r < op->nregions; r++)
        for (const Op *in = op->regions[r]->first; in; in = in->next)
            if (op_info[in->code].effect >= EFFECT_WRITES || writes(in))
                return true;
    return false;
}

/* What a select guards may be vectorised as it is, but for loops; what stands behind stores under a condition is not. */
static bool pays(const Op *branch, const Op *end)
{
    if (branch->code == OP_IF && writes(branch))
        return true;
    for (const Op *op = branch; op != end->next; op = op->next)
        if (branch->code == OP_SELECT ? op->code == OP_FOR : is_slow(op))
            return true;
    return false;
}

/* What is used behind `end` becomes a result of the branch, or stays before it; false: it can do neither. */
static bool sort_out(const Skip *s, const Op *end, Ptrs *results, Ptrs *stay)
{
    Ptrs later = used_later(s, end->next);
    for (size_t i = 0; i < later.n; i++) {
        Value *v = later.at[i];
        There t = there_of(s, v);
        Value *before = t.kind == OTHER ? v : t.kind == SAME_THERE && is_behind(s, t.same->def) ? t.same : NULL;
        if (before && !can_stay(s, before))
            return false;
        if (before)
            ptrs_push(stay, before);
        if (t.kind != OTHER)
            ptrs_push(results, v);
    }
    return true;
}

/* What result i is on a side of the branch, an if or a select. */
static Value *on_side(const Op *branch, int side, int i)
{
    return branch->code == OP_SELECT ? branch->args[1 + side] : branch->regions[side]->last->args[i];
}

/* The select that s->branch is becomes an if. */
static void open_select(Skip *s)
{
    Op *select = s->branch;
    PtrMap replaced = {.arena = s->fn->arena};
    Builder b = before_op(select);
    b.loc = select->loc;
    s->branch = build_if(&b, select->args[0]);
    s->branch->in_reverse = select->in_reverse;
    for (int side = 0; side < 2; side++) {
        Builder end = at_end(s->branch->regions[side]);
        build_yield(&end, &select->args[1 + side], 1);
    }
    ptrmap_put(&replaced, select->results[0], op_add_result(s->branch, select->results[0]->type, select->results[0]->var));
    rename_later(select->next, &replaced);
    op_remove(select);
}

/* The zeros of one side are followed. */
static bool skip_side(Skip *s, Op *branch, int zero)
{
    bool any = false;
    s->branch = branch;
    s->zero = zero;
    s->there = s->tainted = (PtrMap){.arena = s->fn->arena};
    for (int i = 0; i < branch->nresults; i++)
        if (is_zero(on_side(branch, zero, i)) && !is_zero(on_side(branch, !zero, i))) {
            set_there(s, branch->results[i], (There){ZERO_THERE, NULL});
            any = true;
        }
    Op *end = any ? find_end(s) : NULL;
    Ptrs results = {.arena = s->fn->arena}, stay = results;
    if (!end || !pays(branch, end) || !sort_out(s, end, &results, &stay))
        return false;
    if (branch->code == OP_SELECT)
        open_select(s);
    for (size_t i = 0; i < stay.n; i++)
        keep_before(s, ((Value *)stay.at[i])->def);
    PtrMap replaced = {.arena = s->fn->arena};
    Op *after = end->next;
    move(s, after, &results, &replaced);
    rename_later(after, &replaced);
    return true;
}

/* In loops: elsewhere little is saved, and a way out of the function is to be found as it is (exits.c). */
static void skip_region(Skip *s, Region *r, bool in_loop)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        bool chooses = op->code == OP_SELECT || (op->code == OP_IF && op->nresults > 0);
        if (in_loop && chooses && (skip_side(s, op, 1) || skip_side(s, op, 0))) {
            s->changed = true;
            op = s->branch;
        }
        for (int k = 0; k < op->nregions; k++)
            skip_region(s, op->regions[k], in_loop || op->code != OP_IF);
    }
}

static void forget_mirror(Op *op, void *ctx)
{
    (void)ctx;
    if (op->code == OP_IF)
        op->mirror = NULL;
}

void skip_zeros(Fn *fn)
{
    Skip s = {.fn = fn};
    skip_region(&s, fn->body, false);
    if (!s.changed)
        return;
    walk_ops(fn->body, forget_mirror, NULL); /* ifs of both sweeps on one condition become one */
    simplify(fn);
}
