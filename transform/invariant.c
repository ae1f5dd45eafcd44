/* invariant.c: what a loop computes anew each time although nothing it depends on changes moves before the loop.
 *
 * Floating operations and what feeds them move: in a derivative they would cost an adjoint each time around. Integer and address
 * arithmetic alone stays where the source has it: repeating it costs nothing there, and an address may be guarded by a test. Nothing
 * moves out of an if. A load moves only when nothing in the loop may write what it reads, and from where it is executed for certain
 * (the first straight part of a while's `before`, of a for that certainly runs) or where its address is known to be good; then loop
 * bounds that live in memory are known on entry, and the x[j] of `for (i...) y[i] += a[i][j] * x[j]` has one adjoint, not n.
 *
 * Before reversal, a floating load that is not certain to run moves behind a test of whether the loop runs, for its adjoint:
 *
 *     for (i = 0; i < n; i++) s += p[k] * x[i];   ->   double p_k = 0 < n ? p[k] : 0; for (...) s += p_k * x[i]; */
#include "transform.h"

typedef struct {
    const MemInfo *mem;
    Op *loop;
    bool nothing_ends; /* nothing in the function may end an object's life */
    bool certain;  /* the ops being visited run whenever the loop is reached */
    bool for_load; /* what is asked for is the address of a load that may move */
    Ptrs *guarded; /* loads that have moved behind a test; NULL: none do */
    PtrMap *map;   /* their results -> what takes their place */
} Hoister;

/* ---------------------------------------------------------------------- what may move */

static bool outside(const Hoister *h, const Value *v)
{
    return value_outside(v, h->loop);
}

/* Cannot trap and touches no memory. */
static bool harmless(const Op *op)
{
    OpKind kind = op_info[op->code].kind;
    if (kind == KIND_MATH || op->code == OP_MULZ || op_speculatable(op))
        return true;
    return op->code == OP_DIV && !type_is_int(op->results[0]->type);
}

static bool is_address(const Op *op)
{
    return op_info[op->code].kind == KIND_ADDR || op->code == OP_GLOBAL;
}

/* ---------------------------------------------------------------------- which addresses are good before the loop */

/* Without casts that keep the value. */
static const Value *skip_casts(const Value *v)
{
    for (; v->def; v = v->def->args[0]) {
        if (v->def->code == OP_PTRCAST)
            continue;
        if (v->def->code != OP_CAST || !type_is_int(v->def->args[0]->type) || v->def->args[0]->type->size > v->type->size)
            break;
    }
    return v;
}

/* The pointer that a member's address, &p->a.b, is computed from; NULL: not a member's. */
static const Value *record_of(const Value *address)
{
    const Value *record = NULL;
    for (const Op *op = address->def; op && (op->code == OP_FIELD || op_only_qualifies(op)); op = op->args[0]->def)
        if (op->code == OP_FIELD)
            record = op->args[0];
    return record;
}

/* May op end an object's life? */
static bool may_end_object(const Op *op)
{
    if (op->code == OP_FREE || op->code == OP_REALLOC || op_info[op->code].kind == KIND_CALL)
        return true;
    for (int i = 0; i < op->nregions; i++)
        for (const Op *in = op->regions[i]->first; in; in = in->next)
            if (may_end_object(in))
                return true;
    return false;
}

/* Is the same address, or a member of the same object, accessed whenever the loop is reached? */
static bool accessed_before(const Hoister *h, const Value *address)
{
    const Value *record = record_of(address);
    int left = 400;
    for (const Op *at = h->loop; at; at = at->parent->owner)
        for (const Op *op = at->prev; op && left-- > 0; op = op->prev) {
            if (!h->nothing_ends && may_end_object(op))
                return false;
            if (op->code != OP_LOAD && op->code != OP_STORE && op->code != OP_ACCUM)
                continue;
            if (same_address(op->args[0], address) || (record && record_of(op->args[0]) == record))
                return true;
        }
    return false;
}

/* Is v (a number of bytes, or of elements of elem bytes) n elements? */
static bool is_size_of(const Value *v, const Value *n, const Type *elem)
{
    v = skip_casts(v);
    if (!v->def || v->def->code != OP_MUL)
        return false;
    for (int k = 0; k < 2; k++) {
        const Value *size = v->def->args[k];
        bool matches = (size->def && size->def->code == OP_SIZEOF) ? size->def->of == elem : value_is(size, elem->size);
        if (matches && skip_casts(v->def->args[1 - k]) == n)
            return true;
    }
    return false;
}

/* Is the object alive when the loop is reached? Its op comes before the loop, in a region around it. */
static bool is_alive(const Hoister *h, const Op *object)
{
    for (const Op *at = h->loop; at; at = at->parent->owner) {
        if (!h->nothing_ends && at != h->loop && may_end_object(at))
            return false;
        for (const Op *op = at->prev; op; op = op->prev) {
            if (op == object)
                return true;
            if (!h->nothing_ends && may_end_object(op))
                return false;
        }
    }
    return false;
}

/* p[i] with p = malloc(n * sizeof *p) and a counter i from 0 or more up to n, or with an array of so many elements. */
static bool in_bounds(const Hoister *h, const Value *address)
{
    const Op *index = address->def;
    if (!index || index->code != OP_INDEX || index->nargs != 2)
        return false;
    const Value *i = skip_casts(index->args[1]), *base = skip_casts(index->args[0]);
    const Op *loop = i->def ? NULL : i->arg_of->owner, *object = base->def;
    int64_t lo, c;
    if (!object || !loop || loop->code != OP_FOR || i->index != 0 || loop->cmp != OP_LT || for_step(loop) <= 0)
        return false;
    if (!value_int(loop->args[0], &lo) || lo < 0)
        return false;
    const Value *n = skip_casts(loop->args[1]);
    const Type *elem = address->type->elem;
    if (object->code == OP_ALLOC && object->nargs == 1)
        return is_size_of(object->args[0], n, elem) && is_alive(h, object);
    if (object->code == OP_ALLOC)
        return skip_casts(object->args[0]) == n && value_is(object->args[1], elem->size) && is_alive(h, object);
    if (object->code != OP_DECAY || !value_int(n, &c))
        return false;
    const Type *array = object->args[0]->type->elem;
    return object->args[0]->def && object->args[0]->def->code == OP_LOCAL && array->kind == TY_ARRAY && c <= array->count;
}

/* A variable, a record given by value, or a part of one. */
static bool in_variable(const Hoister *h, const Value *address)
{
    const Op *op = address->def;
    int64_t i;
    if (!op)
        return address->arg_of == h->loop->parent->fn->body && address->var && address->var->is_param && address->var->type->kind == TY_RECORD;
    if (op->code == OP_INDEX)
        return op->nargs == 2 && op->args[0]->def && op->args[0]->def->code == OP_DECAY && value_int(op->args[1], &i) && i >= 0 &&
               op->args[0]->def->args[0]->type->elem->kind == TY_ARRAY && i < op->args[0]->def->args[0]->type->elem->count &&
               in_variable(h, op->args[0]->def->args[0]);
    if (op->code == OP_DECAY) /* of its first element */
        return op->args[0]->type->elem->kind == TY_ARRAY && op->args[0]->type->elem->count > 0 && in_variable(h, op->args[0]);
    return op->code == OP_FIELD ? in_variable(h, op->args[0]) : op->code == OP_LOCAL || op->code == OP_GLOBAL;
}

static bool good_address(const Hoister *h, const Value *address)
{
    if (in_variable(h, address))
        return true;
    return in_bounds(h, address) || accessed_before(h, address);
}

static bool has_loop(const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        if (op->code == OP_FOR || op->code == OP_WHILE)
            return true;
        for (int i = 0; i < op->nregions; i++)
            if (has_loop(op->regions[i]))
                return true;
    }
    return false;
}

/* ---------------------------------------------------------------------- what moves */

static bool movable(const Hoister *h, const Op *op)
{
    if (op->nregions || op->nresults == 0 || op_info[op->code].effect >= EFFECT_WRITES)
        return false;
    if (op->code == OP_LOAD)
        return !op->args[0]->type->elem_volatile && !mem_op_may_write(h->mem, h->loop, op->args[0]) &&
               (h->certain || good_address(h, op->args[0]));
    if (is_address(op))
        return h->certain || h->for_load;
    return harmless(op) || (h->certain && op_info[op->code].kind == KIND_ARITH);
}

/* Can v be had before the loop? Looks through movable ops of the loop's own straight line. */
static bool available(const Hoister *h, const Value *v, const Region *line, int depth)
{
    if (outside(h, v))
        return true;
    const Op *op = v->def;
    if (!op || op->parent != line || depth == 0 || !movable(h, op))
        return false;
    for (int i = 0; i < op->nargs; i++)
        if (!available(h, op->args[i], line, depth - 1))
            return false;
    return true;
}

/* Worth a move by itself; the rest follows when needed. */
static bool worth_moving(const Op *op)
{
    if (op->code == OP_LOAD)
        return true;
    OpKind kind = op_info[op->code].kind;
    const Type *t = op->nresults ? op->results[0]->type : NULL;
    return (kind == KIND_ARITH || kind == KIND_MATH) && (type_is_float(t) || type_is_complex(t)) && op->code != OP_USE;
}

/* A load that would not run where the loop has no iterations, of an array that may be filled then as little: compilers would warn. */
static void start_filled(const Op *load)
{
    const Value *p = load->args[0];
    while (p->def && op_info[p->def->code].kind == KIND_ADDR && p->def->nargs > 0)
        p = p->def->args[0];
    if (p->def && p->def->code == OP_LOCAL && p->def->nargs == 0 && p->type->elem->kind == TY_ARRAY && loop_depth(p->def) == 0)
        p->def->zeroed = true;
}

static void move_out(const Hoister *h, Value *v)
{
    if (outside(h, v))
        return;
    for (int i = 0; i < v->def->nargs; i++)
        move_out(h, v->def->args[i]);
    if (v->def->code == OP_LOAD && !h->certain)
        start_filled(v->def);
    Builder b = before_op(h->loop);
    op_move(v->def, &b);
}

/* Nothing in the (innermost) loop writes what it reads, and its address is known before. */
static bool may_be_guarded(Hoister *h, const Op *load, const Region *line)
{
    if (h->loop->code != OP_FOR || has_loop(line) || load->code != OP_LOAD || !type_is_float(load->results[0]->type) || load->args[0]->type->elem_volatile ||
        mem_op_may_write(h->mem, h->loop, load->args[0]))
        return false;
    h->for_load = true;
    return available(h, load->args[0], line, 8);
}

static void move_behind_test(const Hoister *h, Op *load)
{
    Op *loop = h->loop;
    Value *old = load->results[0];
    move_out(h, load->args[0]);
    Builder b = before_op(loop);
    b.loc = load->loc;
    Op *test = build_if(&b, build_bin(&b, loop->cmp, loop->args[0], loop->args[1]));
    Value *value = op_add_result(test, old->type, old->var);
    Builder then = at_end(test->regions[0]), otherwise = at_end(test->regions[1]);
    then.loc = otherwise.loc = load->loc;
    Value *loaded = build_load(&then, load->args[0]), *zero = build_zero(&otherwise, old->type);
    build_yield(&then, &loaded, 1);
    build_yield(&otherwise, &zero, 1);
    ptrmap_put(h->map, old, value);
    ptrs_push(h->guarded, load);
}

/* ---------------------------------------------------------------------- over the function */

/* Can control not get past op? Then what follows is not certain to run. */
static bool may_stop(const Op *op)
{
    if (op_info[op->code].effect == EFFECT_OUTSIDE)
        return true;
    for (int i = 0; i < op->nregions; i++)
        for (const Op *in = op->regions[i]->first; in; in = in->next)
            if (may_stop(in))
                return true;
    return op->code == OP_WHILE;
}

static void hoist_line(Hoister *h, Region *line, bool certain)
{
    h->certain = certain;
    for (Op *op = line->first, *next; op; op = next) {
        next = op->next;
        if (h->certain && may_stop(op))
            h->certain = false;
        h->for_load = op->code == OP_LOAD;
        if (op->nresults && worth_moving(op) && available(h, op->results[0], line, 8))
            move_out(h, op->results[0]);
        else if (h->guarded && may_be_guarded(h, op, line))
            move_behind_test(h, op);
    }
}

/* The for of which v is the counter; NULL: of none. */
static const Op *counted_by(const Value *v)
{
    const Op *loop = v->arg_of ? v->arg_of->owner : NULL;
    return loop && loop->code == OP_FOR && v->index == 0 && type_is_signed(v->type) ? loop : NULL;
}

/* v is at least `least`: a counter that goes up from a constant, or a constant more. */
static bool counts_from(const Value *v, int64_t *least)
{
    int64_t step, more = 0;
    if ((defined_by(v, OP_ADD) || defined_by(v, OP_SUB)) && type_is_signed(v->type) && value_int(v->def->args[1], &more)) {
        more = v->def->code == OP_SUB ? -more : more;
        v = v->def->args[0];
    }
    const Op *loop = counted_by(v);
    if (!loop || (loop->cmp != OP_LT && loop->cmp != OP_LE) || !value_int(loop->args[2], &step) || step <= 0 || !value_int(loop->args[0], least))
        return false;
    return !__builtin_add_overflow(*least, more, least);
}

/* for (i = 0; ...) for (j = 0; j <= i; j++), and for (i ...; i < n; ...) for (j = i; j < n; ...) */
static bool runs_by_counter(const Op *loop)
{
    int64_t end, least;
    const Op *outer = counted_by(loop->args[0]);
    if (outer && outer->cmp == loop->cmp && value_same(outer->args[1], loop->args[1]))
        return true;
    if (loop->cmp == OP_LE && value_is(loop->args[0], 0) && !type_is_signed(loop->args[0]->type))
        return true;
    bool up = loop->cmp == OP_LT || loop->cmp == OP_LE, equal = loop->cmp == OP_LE || loop->cmp == OP_GE;
    return loop->cmp != OP_NE && counts_from(loop->args[up], &least) && value_int(loop->args[!up], &end) && (end < least || (equal && end == least));
}

/* Does a for have at least one iteration when it is reached? Constant bounds, or those of a loop around it. */
static bool certainly_runs(const Op *loop)
{
    int64_t lo, hi;
    if (value_int(loop->args[0], &lo) && value_int(loop->args[1], &hi) && type_is_signed(loop->args[0]->type)) {
        bool up = loop->cmp == OP_LT || loop->cmp == OP_LE, down = loop->cmp == OP_GT || loop->cmp == OP_GE;
        bool equal = loop->cmp == OP_LE || loop->cmp == OP_GE;
        return (up && lo < hi) || (down && lo > hi) || (equal && lo == hi);
    }
    if (runs_by_counter(loop))
        return true;
    for (const Op *outer = loop->parent->owner; outer; outer = outer->parent->owner)
        if (outer->code == OP_FOR && outer->cmp == loop->cmp && value_same(outer->args[0], loop->args[0]) &&
            value_same(outer->args[1], loop->args[1]))
            return true;
    return false;
}

/* Inner loops first: what leaves one may leave the next. */
static void hoist_region(const Hoister *how, Region *r)
{
    for (Op *op = r->first, *next; op; op = next) {
        next = op_next(op);
        for (int i = 0; i < op->nregions; i++)
            hoist_region(how, op->regions[i]);
        if (op->code != OP_FOR && op->code != OP_WHILE)
            continue;
        Hoister h = *how;
        h.loop = op;
        for (int i = 0; i < op->nregions; i++)
            hoist_line(&h, op->regions[i], op->code == OP_WHILE ? i == 0 : certainly_runs(op));
    }
}

static void hoist_all(Fn *fn, Hoister how)
{
    how.mem = mem_analyse(fn);
    how.nothing_ends = true;
    for (const Op *op = fn->body->first; op && how.nothing_ends; op = op->next)
        how.nothing_ends = !may_end_object(op);
    hoist_region(&how, fn->body);
    mem_free(how.mem);
}

void hoist_invariants(Fn *fn)
{
    if (has_loop(fn->body))
        hoist_all(fn, (Hoister){0});
}

void hoist_guarded(Fn *fn)
{
    PtrMap map = {.arena = fn->arena};
    Ptrs loads = {.arena = fn->arena};
    if (!has_loop(fn->body))
        return;
    hoist_all(fn, (Hoister){.guarded = &loads, .map = &map});
    replace_uses_map(fn, &map);
    for (size_t i = 0; i < loads.n; i++)
        op_remove(loads.at[i]);
}
