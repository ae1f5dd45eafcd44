/* simplify.c: sweeps of folding and dead code removal until nothing changes.
 *
 * A sweep walks the tree forwards. It replaces operands by what is known of them, folds (fold.c), reuses what was computed before (cse.c) and
 * resolves control: an if whose condition is known, or whose results say no more than its condition; what a loop carries but does not
 * change. Inside a branch its condition is known. merge_if.c joins ifs that follow each other; dce.c drops what is left over. */
#include "transform.h"

#include <string.h>

enum { MAX_SWEEPS = 24, HAS_WRITES = 1 };

typedef struct {
    Fn *fn;
    Arena *scratch;
    ValueMap replaced; /* for the rest of the function */
    unsigned char *facts; /* by value id: a Fact, inside the region that is visited */
    int nfacts;
    Ptrs compares;   /* those of them that are comparisons of integers */
    Cse *cse;
    int *uses;
    int nuses;
    bool changed;
    int nifs;
    bool touched; /* an operand of an op changed: what it was may be dead */
} Simplifier;

typedef enum { NOT_KNOWN, KNOWN_TRUE, KNOWN_FALSE } Fact;

static void simplify_region(Simplifier *s, Region *r);

/* ---------------------------------------------------------------------- what is known */

static void replace(Simplifier *s, Value *from, Value *to)
{
    value_hint(to, from->var);
    valuemap_put(&s->replaced, from, to);
    if (from->id < s->nuses && to->id < s->nuses)
        s->uses[to->id] += s->uses[from->id];
    s->changed = true;
}

static bool compares_integers(const Op *op)
{
    return op_is_compare(op->code) && type_is_int(op->args[0]->type);
}

static Fact fact_of(const Simplifier *s, const Value *v)
{
    return v->id < s->nfacts ? (Fact)s->facts[v->id] : NOT_KNOWN;
}

static void set_fact(Simplifier *s, const Value *v, Fact fact)
{
    if (v->id >= s->nfacts) {
        int n = v->id + v->id / 2 + 64;
        unsigned char *facts = arena_alloc(s->scratch, (size_t)n);
        if (s->nfacts)
            memcpy(facts, s->facts, (size_t)s->nfacts);
        s->facts = facts;
        s->nfacts = n;
    }
    s->facts[v->id] = (unsigned char)fact;
}

/* Notes what follows from v being true or false: calls set(s, x, truth) for each x that is decided with it. */
static void set_facts(Simplifier *s, Value *v, bool truth, Ptrs *undo)
{
    v = value_condition(v);
    if (value_is_const(v) || fact_of(s, v))
        return;
    set_fact(s, v, truth ? KNOWN_TRUE : KNOWN_FALSE);
    ptrs_push(undo, v);
    if (!v->def)
        return;
    if (compares_integers(v->def))
        ptrs_push(&s->compares, v);
    if (v->def->code == OP_LNOT)
        set_facts(s, v->def->args[0], !truth, undo);
    if ((v->def->code == OP_LAND && truth) || (v->def->code == OP_LOR && !truth))
        for (int i = 0; i < 2; i++)
            set_facts(s, v->def->args[i], truth, undo);
}

static void forget_facts(Simplifier *s, const Ptrs *undo)
{
    for (size_t i = 0; i < undo->n; i++)
        set_fact(s, undo->at[i], NOT_KNOWN);
    while (s->compares.n && !fact_of(s, s->compares.at[s->compares.n - 1]))
        s->compares.n--;
}

/* How x and y may be to each other where `x cmp y`: less, equal, greater. */
enum { LESS = 1, EQUAL = 2, GREATER = 4, ANY_ORDER = 7 };

static int orders_of(OpCode cmp)
{
    switch (cmp) {
    case OP_LT:
        return LESS;
    case OP_LE:
        return LESS | EQUAL;
    case OP_GT:
        return GREATER;
    case OP_GE:
        return GREATER | EQUAL;
    default:
        return cmp == OP_EQ ? EQUAL : LESS | GREATER;
    }
}

static int swapped_orders(int orders)
{
    return (orders & EQUAL) | (orders & LESS ? GREATER : 0) | (orders & GREATER ? LESS : 0);
}

/* x and c, a constant, compare so in `orders` of ways: x and d? */
static int orders_to(int orders, int64_t c, int64_t d)
{
    bool below = orders & LESS, above = orders & GREATER, at = orders & EQUAL;
    int64_t least = below ? INT64_MIN : at ? c : c + 1, most = above ? INT64_MAX : at ? c : c - 1;
    return (least < d ? LESS : 0) | (least <= d && d <= most ? EQUAL : 0) | (most > d ? GREATER : 0);
}

/* 1 or 0 where a comparison that is known decides this one (n <= 0 is false: 0 < n), else -1. */
static int decided_by(const Op *known, bool truth, const Op *asked)
{
    Value *x = asked->args[0], *y = asked->args[1];
    int64_t c, d;
    if (known->args[0]->type != x->type)
        return -1;
    int may = truth ? orders_of(known->code) : ANY_ORDER & ~orders_of(known->code), wanted = orders_of(asked->code);
    for (int side = 0; side < 2; side++, may = swapped_orders(may)) {
        Value *u = known->args[side], *v = known->args[!side];
        for (int other = 0; other < 2; other++) {
            Value *p = other ? y : x, *q = other ? x : y;
            int orders = may, need = other ? swapped_orders(wanted) : wanted;
            if (value_is_const(u) || !value_same(u, p))
                continue;
            if (value_int(v, &c) && value_int(q, &d) && c > -INT32_MAX && c < INT32_MAX && ((c >= 0 && d >= 0) || type_is_signed(x->type)))
                orders = orders_to(may, c, d);
            else if (!value_same(v, q))
                continue;
            if (!(orders & ~need) || !(orders & need))
                return !(orders & ~need);
        }
    }
    return -1;
}

static Value *decided_compare(Simplifier *s, Op *op)
{
    enum { SEARCHED = 8 };
    if (!compares_integers(op))
        return NULL;
    for (size_t i = s->compares.n, least = i > SEARCHED ? i - SEARCHED : 0; i-- > least;) {
        const Value *known = s->compares.at[i];
        int truth = decided_by(known->def, fact_of(s, known) == KNOWN_TRUE, op);
        Builder b = before_op(op);
        if (truth >= 0)
            return build_int(&b, op->results[0]->type, truth);
    }
    return NULL;
}

/* A constant for v before op where v's truth is known there, else v. */
static Value *known_value(Simplifier *s, Value *v, Op *op)
{
    Fact fact = fact_of(s, v);
    if (!fact || !type_is_int(v->type) || (fact == KNOWN_TRUE && !value_is_bool(v)))
        return v;
    Builder b = before_op(op);
    s->changed = true;
    return build_int(&b, v->type, fact == KNOWN_TRUE);
}

static void update_operands(Simplifier *s, Op *op)
{
    for (int i = 0; i < op->nargs; i++) {
        op->args[i] = valuemap_end(&s->replaced, op->args[i]);
        if (op->code != OP_USE)
            op->args[i] = known_value(s, op->args[i], op);
    }
}

/* ---------------------------------------------------------------------- if */

/* A branch that only computes: its ops can run before the if. */
static bool region_speculatable(const Region *r)
{
    int n = 0;
    for (const Op *op = r->first; op && op != r->last; op = op->next)
        if (!op_speculatable(op) || ++n > 8)
            return false;
    return true;
}

static bool yields_int(const Op *op, int branch, int k, int64_t c)
{
    return value_is(op->regions[branch]->last->args[k], c);
}

static Value *truth_of(Builder *b, Value *c, bool negate)
{
    if (negate)
        return build_un(b, OP_LNOT, c);
    return value_is_bool(c) ? build_cast(b, c, type_scalar(TY_INT)) : build_bin(b, OP_NE, c, build_zero(b, c->type));
}

/* if c {yield 1} else {yield 0} -> c != 0; if c {yield x} else {yield 0} -> c && x; and so on, where x is 0 or 1. The value is computed
 * before `b`, where x must be visible. NULL: no such form. */
static Value *bool_result(Builder *b, Op *op, int k)
{
    Value *c = op->args[0], *yield[2] = {op->regions[0]->last->args[k], op->regions[1]->last->args[k]};
    Type *t = op->results[k]->type;
    if (!type_is_int(t) || !value_is_bool(yield[0]) || !value_is_bool(yield[1]))
        return NULL;
    Value *v = NULL;
    for (int i = 0; i < 2 && !v; i++)
        for (int64_t x = 0; x < 2 && !v; x++) {
            if (!yields_int(op, i, k, x))
                continue;
            bool negate = (i == 0) != (x == 1); /* of the condition: branch 0 gives 1 or branch 1 gives 0 keep it */
            Value *other = yield[!i];
            v = truth_of(b, c, negate);
            if (!value_is_const(other))
                v = build_bin(b, x ? OP_LOR : OP_LAND, v, build_cast(b, other, type_scalar(TY_INT)));
            else if (yields_int(op, !i, k, x))
                v = build_int(b, type_scalar(TY_INT), x);
        }
    return v ? build_cast(b, v, t) : NULL;
}

/* Both branches yield the same, or one yields nothing that may be read. */
static Value *agreed_result(Simplifier *s, Op *op, int k)
{
    Value *yield[2] = {op->regions[0]->last->args[k], op->regions[1]->last->args[k]};
    bool same = value_same(yield[0], yield[1]);
    for (int i = 0; i < 2; i++) {
        bool other_undef = yield[!i]->def && yield[!i]->def->code == OP_UNDEF;
        if ((same || other_undef) && value_outside(yield[i], op))
            return yield[i];
    }
    if (!same || !value_is_const(yield[0]))
        return NULL;
    Builder b = before_op(op);
    PtrMap none = {.arena = s->scratch};
    return clone_op(&b, yield[0]->def, &none)->results[0];
}

/* bool_result, after moving what the branches compute for it before the if. */
static Value *result_as_condition(Op *op, int k)
{
    bool inside[2];
    for (int i = 0; i < 2; i++) {
        Value *v = op->regions[i]->last->args[k];
        inside[i] = !value_outside(v, op) && !value_is_const(v);
        if (!value_is_bool(v) || (inside[i] && !region_speculatable(op->regions[i])))
            return NULL;
    }
    if (!value_is_const(op->regions[0]->last->args[k]) && !value_is_const(op->regions[1]->last->args[k]))
        return NULL;
    for (int i = 0; i < 2; i++)
        if (inside[i])
            region_splice(op->regions[i], op);
    Builder b = before_op(op);
    return bool_result(&b, op, k);
}

static bool yields_same(const Op *op, int j, int k)
{
    return value_same(op->regions[0]->last->args[j], op->regions[0]->last->args[k]) && op->results[j]->type == op->results[k]->type &&
           value_same(op->regions[1]->last->args[j], op->regions[1]->last->args[k]);
}

static void simplify_if_results(Simplifier *s, Op *op)
{
    for (int k = 0; k < op->nresults; k++) {
        Value *v = agreed_result(s, op, k);
        if (!v && !op->mirror)
            v = result_as_condition(op, k);
        for (int j = 0; !v && j < k; j++)
            v = yields_same(op, j, k) ? op->results[j] : NULL;
        if (v)
            replace(s, op->results[k], v);
    }
}

/* 1 or 0 where v's truth is known, else -1. */
static int truth(Simplifier *s, Value *v)
{
    int64_t c;
    if (value_int(v, &c))
        return c != 0;
    Fact fact = fact_of(s, v);
    return !fact ? -1 : fact == KNOWN_TRUE;
}

static void visit_knowing(Simplifier *s, Region *r, Value *c, bool known)
{
    Ptrs undo = {.arena = s->scratch};
    set_facts(s, c, known, &undo);
    simplify_region(s, r);
    forget_facts(s, &undo);
}

static bool region_is_empty(const Region *r)
{
    return r->first == r->last;
}

/* The first operand of an if or a COND is the condition itself. */
static void decide_by(Simplifier *s, Op *op)
{
    Value *c = value_condition(op->args[0]), *chosen = fold_status(c, OP_NE, 0, op);
    c = chosen ? chosen : c;
    s->touched |= c != op->args[0];
    op->args[0] = c;
}

static Op *simplify_if(Simplifier *s, Op *op)
{
    decide_by(s, op);
    Op *next = op->next;
    int known = truth(s, op->args[0]);
    if (known >= 0) {
        Region *taken = op->regions[!known];
        for (int k = 0; k < op->nresults; k++)
            replace(s, op->results[k], taken->last->args[k]);
        Op *first = region_splice(taken, op);
        op_remove(op);
        s->changed = true;
        return first == op ? next : first;
    }
    long memory = cse_memory(s->cse);
    for (int i = 0; i < 2; i++) {
        cse_set_memory(s->cse, memory);
        visit_knowing(s, op->regions[i], op->args[0], i == 0);
    }
    cse_set_memory(s->cse, memory);
    if (op->mark & HAS_WRITES)
        cse_clobber(s->cse);
    simplify_if_results(s, op);
    if (op->nresults == 0 && region_is_empty(op->regions[0]) && !region_is_empty(op->regions[1])) {
        Region *then = op->regions[1];
        op->regions[1] = op->regions[0];
        op->regions[0] = then;
        Builder b = before_op(op);
        op->args[0] = value_condition(build_un(&b, OP_LNOT, op->args[0]));
        s->changed = true;
    }
    return next;
}

/* ---------------------------------------------------------------------- loops */

/* Where a loop keeps what it carries: entry k is carried in init[k], args[k] and next[k]. */
typedef struct {
    Op *loop;
    int n;
    Value **init, **args, **next;
    Value **later_args, **later; /* WHILE: arguments of the second region, and what they are */
    bool *invariant;
} Carried;

static Carried carried_of(Simplifier *s, Op *loop)
{
    Carried c = {.loop = loop};
    if (loop->code == OP_FOR) {
        c.n = loop->nargs - 3;
        c.init = loop->args + 3;
        c.args = loop->regions[0]->args + 1;
        c.next = loop->regions[0]->last->args;
    } else {
        c.n = loop->nargs;
        c.init = loop->args;
        c.args = loop->regions[0]->args;
        c.next = loop->regions[1]->last->args;
        c.later_args = loop->regions[1]->args;
        c.later = loop->regions[0]->last->args + 1;
    }
    c.invariant = arena_alloc(s->scratch, (size_t)c.n + 1);
    memset(c.invariant, true, (size_t)c.n + 1);
    return c;
}

/* v, if the carried values that are taken for invariant are what they were at the start. */
static Value *resolve(Simplifier *s, const Carried *c, Value *v)
{
    v = valuemap_end(&s->replaced, v);
    if (c->later && v->arg_of == c->loop->regions[1])
        v = valuemap_end(&s->replaced, c->later[v->index]);
    int k = v->index - (c->loop->code == OP_FOR);
    if (v->arg_of == c->loop->regions[0] && k >= 0 && c->invariant[k])
        v = valuemap_end(&s->replaced, c->init[k]);
    return v;
}

/* Carried values that no iteration changes: all are taken for such until one is found to change. */
static void replace_invariant(Simplifier *s, Op *loop)
{
    Carried c = carried_of(s, loop);
    for (bool again = true; again;) {
        again = false;
        for (int k = 0; k < c.n; k++) {
            if (!c.invariant[k] || value_same(resolve(s, &c, c.next[k]), c.init[k]))
                continue;
            c.invariant[k] = false;
            again = true;
        }
    }
    for (int k = 0; k < c.n; k++) {
        if (!c.invariant[k])
            continue;
        if (loop->code == OP_FOR)
            replace(s, loop->results[1 + k], c.init[k]);
        replace(s, c.args[k], c.init[k]);
    }
}

/* The second region's arguments and the results of a while that are the same, or the same as something outside. */
static void replace_results(Simplifier *s, Op *loop)
{
    PtrMap seen = {.arena = s->scratch};
    Region *after = loop->regions[1];
    Value **vals = loop->regions[0]->last->args + 1;
    for (int k = 0; k < loop->nresults; k++) {
        Value *v = valuemap_end(&s->replaced, vals[k]);
        if (value_is_const(v) && !value_outside(v, loop)) {
            Builder b = before_op(loop);
            PtrMap none = {.arena = s->scratch};
            v = clone_op(&b, v->def, &none)->results[0];
        }
        Value *first = ptrmap_get(&seen, v);
        if (value_outside(v, loop)) {
            replace(s, loop->results[k], v);
            replace(s, after->args[k], v);
        } else if (first) {
            replace(s, loop->results[k], loop->results[first->index]);
            replace(s, after->args[k], first);
        } else {
            ptrmap_put(&seen, v, after->args[k]);
        }
    }
}

/* What the condition says of the values that `before` hands on: in the loop it was true, behind it false. */
static void replace_decided(Simplifier *s, Op *loop, bool held)
{
    Op *cond = loop->regions[0]->last;
    Ptrs undo = {.arena = s->scratch};
    set_facts(s, cond->args[0], held, &undo);
    for (int k = 0; k < loop->nresults; k++) {
        Value *v = valuemap_end(&s->replaced, cond->args[1 + k]), *to = held ? loop->regions[1]->args[k] : loop->results[k];
        bool unused = to->id < s->nuses && s->uses[to->id] == 0;
        if (unused || value_is_const(v) || truth(s, v) < 0 || !type_is_int(v->type) || valuemap_end(&s->replaced, to) != to)
            continue;
        if (truth(s, v) == 1 && !value_is_bool(v))
            continue;
        Builder b = held ? before_op(loop->regions[1]->first) : after_op(loop);
        replace(s, to, build_int(&b, v->type, truth(s, v)));
    }
    forget_facts(s, &undo);
}

static Op *simplify_while(Simplifier *s, Op *op)
{
    Op *next = op->next, *cond = op->regions[0]->last;
    if (value_is(valuemap_end(&s->replaced, cond->args[0]), 0)) { /* do { ... } while (0) */
        for (int k = 0; k < op->nargs; k++)
            replace(s, op->regions[0]->args[k], op->args[k]);
        for (int k = 0; k < op->nresults; k++)
            replace(s, op->results[k], cond->args[1 + k]);
        Op *first = region_splice(op->regions[0], op);
        op_remove(op);
        s->changed = true;
        return first == op ? next : first;
    }
    replace_invariant(s, op);
    if (op->mark & HAS_WRITES)
        cse_clobber(s->cse);
    long memory = cse_memory(s->cse);
    simplify_region(s, op->regions[0]);
    replace_results(s, op);
    replace_decided(s, op, true);
    replace_decided(s, op, false);
    cond = op->regions[0]->last;
    decide_by(s, cond);
    cse_set_memory(s->cse, memory);
    if (op->mark & HAS_WRITES)
        cse_clobber(s->cse);
    visit_knowing(s, op->regions[1], cond->args[0], true);
    cse_set_memory(s->cse, memory);
    if (op->mark & HAS_WRITES)
        cse_clobber(s->cse);
    return next;
}

static bool holds(const Op *for_op)
{
    int64_t lo, hi;
    if (!value_int(for_op->args[0], &lo) || !value_int(for_op->args[1], &hi))
        return true;
    bool less = type_is_signed(for_op->args[0]->type) ? lo < hi : (uint64_t)lo < (uint64_t)hi;
    switch (for_op->cmp) {
    case OP_LT:
        return less;
    case OP_LE:
        return less || lo == hi;
    case OP_GT:
        return !less && lo != hi;
    case OP_GE:
        return !less;
    default:
        return lo != hi;
    }
}

static Op *simplify_for(Simplifier *s, Op *op)
{
    Op *next = op->next;
    if (!holds(op)) { /* no iteration */
        replace(s, op->results[0], op->args[0]);
        for (int k = 1; k < op->nresults; k++)
            replace(s, op->results[k], op->args[2 + k]);
        op_remove(op);
        return next;
    }
    replace_invariant(s, op);
    if (op->mark & HAS_WRITES)
        cse_clobber(s->cse);
    long memory = cse_memory(s->cse);
    simplify_region(s, op->regions[0]);
    cse_set_memory(s->cse, memory);
    if (op->mark & HAS_WRITES)
        cse_clobber(s->cse);
    return next;
}

/* ---------------------------------------------------------------------- sweeps */

/* Ops without regions. Returns where to go on: at ops that folding made, or behind op. */
static Op *simplify_plain(Simplifier *s, Op *op)
{
    Op *prev = op->prev, *next = op->next;
    Region *r = op->parent;
    const Value *first = op->nargs > 0 ? op->args[0] : NULL, *second = op->nargs > 1 ? op->args[1] : NULL;
    Value *v = op->nresults <= 1 ? fold_op(op, s->uses, s->nuses) : NULL;
    s->touched |= (first && op->args[0] != first) || (second && op->args[1] != second);
    v = v ? v : decided_compare(s, op);
    if (v) {
        replace(s, op->results[0], v);
        op_remove(op);
        return prev ? prev->next : r->first;
    }
    v = cse_find(s->cse, op);
    if (v) {
        const Op *local = op->code == OP_LOAD ? op->args[0]->def : NULL;
        if (local && local->code == OP_LOCAL && local->var && !local->var->is_param) /* not what a callee calls it */
            value_hint(v, local->var);
        replace(s, op->results[0], v);
        for (int k = 1; k < op->nresults; k++)
            replace(s, op->results[k], v->def->results[k]);
        op_remove(op);
        return next;
    }
    if (op_info[op->code].effect >= EFFECT_WRITES)
        cse_clobber(s->cse);
    if (op->code == OP_STORE)
        cse_stored(s->cse, op);
    return next;
}

static Op *simplify_op(Simplifier *s, Op *op)
{
    update_operands(s, op);
    switch (op->code) {
    case OP_IF:
        return simplify_if(s, op);
    case OP_WHILE:
        return simplify_while(s, op);
    case OP_FOR:
        return simplify_for(s, op);
    default:
        return simplify_plain(s, op);
    }
}

static void simplify_region(Simplifier *s, Region *r)
{
    size_t scope = cse_enter(s->cse);
    for (Op *op = r->first; op;)
        op = simplify_op(s, op);
    cse_leave(s->cse, scope);
}

/* Marks ops that may write memory, and those that contain one; counts uses and ifs. */
static bool mark_writes(Simplifier *s, Region *r)
{
    bool any = false;
    for (Op *op = r->first; op; op = op_next(op)) {
        s->nifs += op->code == OP_IF;
        bool writes = op_info[op->code].effect >= EFFECT_WRITES;
        for (int i = 0; i < op->nargs; i++)
            s->uses[op->args[i]->id]++;
        for (int i = 0; i < op->nregions; i++)
            writes |= mark_writes(s, op->regions[i]);
        op->mark = writes ? HAS_WRITES : 0;
        any |= writes;
    }
    return any;
}

/* *ifs: are there two? */
static bool sweep(Fn *fn, bool *touched, bool *ifs)
{
    Arena *scratch = arena_new();
    Simplifier s = {.fn = fn, .scratch = scratch, .replaced.arena = scratch, .compares.arena = scratch, .cse = cse_new(scratch)};
    s.nuses = fn->nvalues;
    s.uses = arena_alloc(scratch, (size_t)s.nuses * sizeof *s.uses);
    mark_writes(&s, fn->body);
    int nops = fn->nops;
    simplify_region(&s, fn->body);
    replace_uses_by_id(fn, &s.replaced); /* what a loop's later part said of its earlier one */
    arena_free(scratch);
    *touched = s.touched || fn->nops != nops;
    *ifs = s.nifs > 1;
    return s.changed;
}

/* In a sweep at the end, where nothing has changed since what is dead was removed, there is no more of it. */
void simplify(Fn *fn)
{
    fn->at_rest = false;
    for (int n = 0; n < MAX_SWEEPS && !fn->at_rest; n++) {
        bool touched, ifs, changed = sweep(fn, &touched, &ifs);
        if (ifs)
            changed |= merge_ifs(fn);
        if (n == 0 || changed || touched)
            changed |= remove_dead(fn);
        fn->at_rest = !changed;
    }
}
