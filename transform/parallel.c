/* parallel.c: -fopenmp: which loops of the generated code run in several threads.
 *
 * A loop that stems from one with `#pragma omp for` (its forward copy, its reversal, both fused) gets a pragma if no iteration writes
 * what another one accesses. For each pair of accesses of which one writes, one of these holds:
 *   - the place belongs to the iteration: an object declared or allocated in it;
 *   - both are elements of an array of kept values that has one for each iteration;
 *   - subscripts prove that different iterations touch different places;
 *   - the source's own pragma says so. Each of the two is an access of the source's loop, or one to the shadow of what that accesses, and
 *     one of the source's is a store: the program would have a data race if they met, and shadows overlap as the primal's memory does.
 *     (J. Hueckelheim and L. Hascoet, Source-to-source automatic differentiation of OpenMP parallel loops, 2022.) Two accesses under
 *     critical or atomic, and those of variables in a reduction, are not covered;
 *   - both add to what they find there, as the reversals of two reads do: the updates become atomic.
 * What an iteration hands on to the next one is a sum, which becomes a reduction. Every other loop runs in one thread, which is always
 * right; a comment says why.
 */
#include "analysis.h"
#include "derivative.h"

#include <string.h>

/* ---------------------------------------------------------------------- where accesses come from */

static bool shares_work(const LoopInfo *loop)
{
    return loop && loop->omp && text_has_word(loop->omp, "for");
}

static void note_region(Region *r, LoopInfo *around)
{
    for (Op *op = r->first; op; op = op_next(op)) {
        LoopInfo *inner = around;
        if ((op->code == OP_FOR || op->code == OP_WHILE) && op->loop && op->loop->omp) {
            inner = arena_alloc(r->fn->program->arena, sizeof *inner); /* one for each copy of the loop */
            *inner = *op->loop;
            inner->outer = around;
            op->loop = inner;
        }
        if (around && (op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_CALL)) {
            op->loop = around;
            op->omp_role = op->code == OP_LOAD ? OMP_OF_LOAD : OMP_OF_STORE;
        }
        for (int k = 0; k < op->nregions; k++)
            note_region(op->regions[k], inner);
    }
}

void note_accesses(Fn *fn)
{
    if (pass_options.openmp)
        note_region(fn->body, NULL);
}

void follow_access(Op *op, const Op *primal)
{
    op->loop = primal->loop;
    op->omp_role = primal->omp_role;
    op->shared = primal->shared;
}

static void note_reverse(Op *op, void *ctx)
{
    (void)ctx;
    const Op *primal = op->reverses;
    bool access = op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO;
    if (op->in_reverse && access && primal && (primal->code == OP_LOAD || primal->code == OP_STORE))
        follow_access(op, primal);
}

void note_reverse_accesses(Fn *fn)
{
    if (pass_options.openmp)
        walk_ops(fn->body, note_reverse, NULL);
}

static void mark_shared(Op *op, void *ctx)
{
    (void)ctx;
    op->shared = op->shared || op_info[op->code].effect != EFFECT_PURE;
}

/* p += v: only the place is accessed as one; v is read before. */
static bool share_update(Op *from, const Op *end)
{
    Op *store = NULL;
    for (Op *op = from; op && op != end; op = op->next) {
        if (op->nregions || op->code == OP_CALL || op->code == OP_CALLPTR || (store && op->code == OP_STORE))
            return false;
        store = op->code == OP_STORE ? op : store;
    }
    for (Op *op = from; store && op != store; op = op->next)
        if (op->code == OP_LOAD && same_address(op->args[0], store->args[0]))
            return op->shared = store->shared = true;
    return false;
}

void share_ops(Op *from, const Op *end, bool update)
{
    if (update && share_update(from, end))
        return;
    for (Op *op = from; op && op != end; op = op->next) {
        mark_shared(op, NULL);
        for (int i = 0; i < op->nregions; i++)
            walk_ops(op->regions[i], mark_shared, NULL);
    }
}

/* ---------------------------------------------------------------------- one loop */

enum { MAX_PAIRS = 20000 };

typedef struct {
    Fn *fn;
    const MemInfo *mem;
    const int *uses;      /* by value id */
    Op *loop;
    Ptrs accesses;        /* Op*: of memory that is not the iteration's own */
    Ptrs atomic;          /* Op*: ACCUMs that are to be atomic */
    int pairs;
    const char *why;      /* it runs in one thread; NULL: nothing is against several */
    Loc where;            /* ... because of this line, or 0 */
} Share;

static void refuse(Share *s, const char *why, const Op *op)
{
    if (s->why)
        return;
    s->why = why;
    s->where = op ? op->loc : (Loc){0};
}

/* Is it an object that each iteration has for itself? */
static bool is_own(const Share *s, const Value *p)
{
    const Op *op = address_root(p)->def;
    return op && (op->code == OP_LOCAL || op->code == OP_ALLOC) && region_contains(s->loop->regions[0], op);
}

/* Does the loop's pragma speak of the access? */
static bool is_covered(const Share *s, const Op *op)
{
    const LoopInfo *l = op->loop;
    while (l && l != s->loop->loop)
        l = l->outer;
    return l && op->omp_role != OMP_NONE;
}

/* ... and of the object, which the threads share? One that is declared in a parallel region around a loop belongs to a thread. */
static bool object_is_shared(const Share *s, const Value *p)
{
    const int *objs;
    int n = mem_objects(s->mem, p, &objs);
    for (int i = 0; i < n; i++) {
        ObjKind kind = mem_object_kind(s->mem, objs[i]);
        const Op *op = mem_object_op(s->mem, objs[i]);
        if (kind != OBJ_LOCAL && kind != OBJ_HEAP)
            continue;
        bool scalar = op && op->code == OP_LOCAL && op->nargs == 0 && type_is_scalar(op->of);
        if (!op || scalar || op->home || op->tape || !text_has_word(s->loop->loop->omp, "parallel") ||
            region_contains(s->loop->regions[0], op))
            return false;
    }
    return n > 0;
}

static bool is_promised(const Share *s, const Op *a, const Op *b)
{
    return !text_has_word(s->loop->loop->omp, "untrusted") && !(a->shared && b->shared) && (a->omp_role == OMP_OF_STORE || b->omp_role == OMP_OF_STORE) &&
           is_covered(s, a) && is_covered(s, b) && object_is_shared(s, a->args[0]) && object_is_shared(s, b->args[0]);
}

/* Are both elements of one array of kept values, which has one for each iteration of the loop? */
static bool is_element_of_iteration(const Share *s, const Op *a, const Op *b)
{
    const Keep *k = a->kept;
    for (int d = 0; k && k == b->kept && d < k->depth; d++)
        if (k->nest[d] == s->loop || k->nest[d] == s->loop->mirror)
            return true;
    return false;
}

static void need_atomic(Share *s, Op *op)
{
    if (!ptrs_has(&s->atomic, op))
        ptrs_push(&s->atomic, op);
}

static void check_pair(Share *s, Op *a, Op *b)
{
    if (++s->pairs > MAX_PAIRS)
        refuse(s, "it has too many accesses to compare", NULL);
    if (s->why || is_element_of_iteration(s, a, b) || !mem_iterations_meet(s->mem, s->loop, a, b) || is_promised(s, a, b))
        return;
    if (a->code == OP_ACCUM && b->code == OP_ACCUM && type_is_float(a->args[1]->type) && type_is_float(b->args[1]->type)) {
        need_atomic(s, a);
        need_atomic(s, b);
        return;
    }
    refuse(s, "iterations may write the same place", a->code == OP_LOAD ? b : a);
}

/* ---------------------------------------------------------------------- what is in it */

static bool is_scalar_zero(const Op *op)
{
    return op->code == OP_ZERO && type_is_scalar(op->args[0]->type->elem) && value_is(op->args[1], 1);
}

/* What is freed in the iteration was allocated in it. */
static void gather_free(Share *s, const Op *op)
{
    const Op *alloc = free_target(op);
    if (!alloc || !region_contains(s->loop->regions[0], alloc))
        refuse(s, "it frees what others may use", op);
}

static void gather(Op *op, void *ctx)
{
    Share *s = ctx;
    switch (op->code) {
    case OP_LOAD:
    case OP_STORE:
    case OP_ACCUM:
        if (!is_own(s, op->args[0]))
            ptrs_push(&s->accesses, op);
        return;
    case OP_ZERO:
        if (is_own(s, op->args[0]))
            return;
        if (!is_scalar_zero(op))
            refuse(s, "it clears an array that it shares", op);
        ptrs_push(&s->accesses, op);
        return;
    case OP_COPY:
        if (!is_own(s, op->args[0]) || !is_own(s, op->args[1]))
            refuse(s, "it copies an array that it shares", op);
        return;
    case OP_FREE:
        gather_free(s, op);
        return;
    case OP_ALLOC:
    case OP_ASSERT:
        return;
    case OP_PUSH:
    case OP_POP:
        refuse(s, "values are kept on a stack", op);
        return;
    default:
        break;
    }
    if (op->code == OP_CALL && op->text && !strncmp(op->text, "ad_log_", 7))
        refuse(s, "what it overwrites is logged in order", op);
    bool promised = op->code == OP_CALL && is_covered(s, op) && !text_has_word(s->loop->loop->omp, "untrusted");
    if (op_info[op->code].effect != EFFECT_PURE && !promised)
        refuse(s, "it calls a function that may have effects", op);
}

/* Is y = arg + ..., arg used for nothing else? Counts the uses that this accounts for. */
static bool sums_up(const Share *s, const Value *y, const Value *arg, int *accounted)
{
    if (y == arg) {
        ++*accounted;
        return true;
    }
    const Op *op = y->def;
    if (!op || s->uses[y->id] != 1 || value_outside(y, s->loop))
        return false;
    if (op->code == OP_ADD)
        return sums_up(s, op->args[0], arg, accounted) || sums_up(s, op->args[1], arg, accounted);
    if (op->code == OP_SUB)
        return sums_up(s, op->args[0], arg, accounted);
    if (op->code == OP_FOR && y->index > 0) {
        const Value *inner = op->regions[0]->args[y->index];
        int inner_uses = 0;
        return sums_up(s, region_terminator(op->regions[0])->args[y->index - 1], inner, &inner_uses) &&
               inner_uses == s->uses[inner->id] && sums_up(s, op->args[2 + y->index], arg, accounted);
    }
    return op->code == OP_IF && sums_up(s, region_terminator(op->regions[0])->args[y->index], arg, accounted) &&
           sums_up(s, region_terminator(op->regions[1])->args[y->index], arg, accounted);
}

static void check_carried(Share *s)
{
    const Op *loop = s->loop, *yield = region_terminator(loop->regions[0]);
    if (s->uses[loop->results[0]->id])
        refuse(s, "its counter is used after it", NULL);
    for (int k = 1; k < loop->regions[0]->nargs; k++) {
        const Value *arg = loop->regions[0]->args[k];
        int accounted = 0;
        bool scalar = type_is_scalar(arg->type) && arg->type->kind != TY_PTR;
        if (!scalar || !sums_up(s, yield->args[k - 1], arg, &accounted) || accounted != s->uses[arg->id])
            refuse(s, "an iteration needs a value of the one before", yield->args[k - 1]->def);
    }
}

/* ---------------------------------------------------------------------- objects of an iteration */

/* Is `home`, where a local was declared, inside the loop, or inside the one that it reverses? */
static bool is_at_home(const Op *loop, const Op *home)
{
    for (const Op *op = home; op; op = op->parent ? op->parent->owner : NULL)
        if (op == loop || op == loop->mirror || (op->mirror && op->mirror == loop))
            return true;
    return false;
}

typedef struct {
    const Op *loop;
    const Value *object;
    int inside, all;
    Op *end;               /* a FREE of it behind the loop */
    Op *decay;             /* its address as that of the first element, taken before the loop */
} Mentions;

static void count_mentions(Op *op, void *ctx)
{
    Mentions *m = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (op->args[i] != m->object)
            continue;
        bool inside = region_contains(m->loop->regions[0], op);
        m->all++;
        m->inside += inside;
        if (!inside && op->code == OP_FREE && op->parent == m->loop->parent)
            m->end = op;
        if (!inside && op->code == OP_DECAY)
            m->decay = op;
    }
}

/* What a loop that reverses each iteration at once keeps for that is of no use to the next iteration. */
static bool is_kept_for_iteration(const Op *loop, const Op *op)
{
    return op->tape && !op->zeroed && loop->fused;
}

/* Moves the object into the loop if that is all that uses it. */
static void move_in(Fn *fn, Op *loop, Op *op)
{
    Mentions m = {.loop = loop, .object = op->results[0]}, first = {.loop = loop};
    walk_ops(fn->body, count_mentions, &m);
    if (m.decay) {
        first.object = m.decay->results[0];
        walk_ops(fn->body, count_mentions, &first);
    }
    if (m.inside + (m.end != NULL) + (m.decay != NULL) != m.all || first.inside != first.all || m.inside + first.inside == 0)
        return;
    Builder top = before_op(loop->regions[0]->first), bottom = before_op(region_terminator(loop->regions[0]));
    op_move(op, &top);
    if (m.decay)
        op_move(m.decay, &top);
    if (m.end)
        op_move(m.end, &bottom);
}

/* A local that hoist_locals took out of the loop goes back, where the loop is all that uses it; and memory for one iteration goes in. */
static void take_home(Fn *fn, Op *loop, const Ptrs *objects)
{
    for (size_t i = 0; i < objects->n; i++) {
        Op *op = objects->at[i];
        bool belongs = (op->home && is_at_home(loop, op->home)) || is_kept_for_iteration(loop, op);
        if (belongs && !region_contains(loop->regions[0], op))
            move_in(fn, loop, op);
    }
}

static void collect_objects(Op *op, void *ctx)
{
    if ((op->code == OP_LOCAL && op->nargs == 0) || (op->code == OP_ALLOC && op->tape))
        ptrs_push(ctx, op);
}

/* ---------------------------------------------------------------------- updates */

static bool is_load_of(const Share *s, const Value *v, const Op *store)
{
    const Op *load = v->def;
    if (!load || load->code != OP_LOAD || load->parent != store->parent || s->uses[v->id] != 1 || !same_address(load->args[0], store->args[0]))
        return false;
    for (const Op *op = load->next; op != store; op = op->next) {
        bool other = (op->code == OP_STORE || op->code == OP_ACCUM) && !mem_may_alias_now(s->mem, op->args[0], store->args[0]);
        if (op->nregions || (op_info[op->code].effect > EFFECT_READS && !other))
            return false;
    }
    return true;
}

/* The + or - in the sum v that has the place's old value as an operand: *k. NULL: there is none. */
static Op *find_old(const Share *s, const Value *v, const Op *store, int *k)
{
    Op *op = v->def;
    if (!op || (op->code != OP_ADD && op->code != OP_SUB) || s->uses[v->id] != 1 || op->parent != store->parent)
        return NULL;
    Op *found = NULL;
    for (int i = 0; i < (op->code == OP_ADD ? 2 : 1) && !found; i++) {
        *k = i;
        found = is_load_of(s, op->args[i], store) ? op : find_old(s, op->args[i], store, k);
    }
    return found;
}

/* p = p + v under atomic, or of an array in a reduction, is an update: it may become atomic. */
static void find_update(Op *store, void *ctx)
{
    Share *s = ctx;
    int k;
    if (store->code != OP_STORE || !store->shared || !type_is_float(store->args[1]->type))
        return;
    Op *old = find_old(s, store->args[1], store, &k);
    if (!old)
        return;
    Builder b = before_op(old), at = before_op(store);
    b.loc = at.loc = store->loc;
    Value *rest = old->code == OP_SUB ? build_un(&b, OP_NEG, old->args[1]) : old->args[1 - k];
    Op *load = old->args[k]->def;
    PtrMap map = {.arena = s->fn->arena};
    ptrmap_put(&map, old->results[0], rest);
    replace_uses_map(s->fn, &map);
    build_accum(&at, store->args[0], store->args[1]);
    follow_access(store->prev, store);
    op_remove(store);
    op_remove(old);
    op_remove(load);
}

/* ---------------------------------------------------------------------- the decision */

static const char *clause(Arena *a, const char *omp, const char *name)
{
    const char *at = strstr(omp, arena_printf(a, " %s(", name));
    if (!at)
        return "";
    int depth = 0;
    const char *end = at + 1;
    do {
        depth += (*end == '(') - (*end == ')');
        end++;
    } while (*end && (depth || end[-1] != ')'));
    return arena_strndup(a, at, (size_t)(end - at));
}

static void explain(Share *s)
{
    Arena *a = s->fn->arena;
    const char *line = s->where.line > 0 ? arena_printf(a, " (line %d)", s->where.line) : "";
    const char *text = arena_printf(a, "in one thread: %s%s", s->why, line);
    s->loop->note = s->loop->note ? arena_printf(a, "%s; %s", s->loop->note, text) : text;
    trace_note(s->loop->loc, text);
}

static void give_pragma(Share *s)
{
    Arena *a = s->fn->arena;
    const char *omp = s->loop->loop->omp;
    if (s->atomic.n && !text_has_word(omp, "num_threads"))
        separate_sums(s->fn, s->loop, &s->atomic, &s->accesses);
    bool simd = text_has_word(omp, "simd") && s->atomic.n == 0;
    if (!shares_work(s->loop->loop)) {
        s->loop->omp = simd ? "simd" : NULL;
        return;
    }
    s->loop->omp = arena_printf(a, "parallel for%s%s%s%s", simd ? " simd" : "", clause(a, omp, "if"), clause(a, omp, "num_threads"),
                                clause(a, omp, "schedule"));
    for (size_t i = 0; i < s->atomic.n; i++)
        ((Op *)s->atomic.at[i])->atomic = true;
}

/* The loop's accesses are known. */
static void check_memory(Share *s)
{
    for (size_t i = 0; i < s->accesses.n && !s->why; i++)
        for (size_t k = i; k < s->accesses.n && !s->why; k++) {
            Op *a = s->accesses.at[i], *b = s->accesses.at[k];
            if (a->code != OP_LOAD || b->code != OP_LOAD)
                check_pair(s, a, b);
        }
}

/* Can several threads share the loop? */
static bool try_share(Share *s)
{
    walk_ops(s->loop->regions[0], gather, s);
    check_carried(s);
    if (!s->why)
        check_memory(s);
    if (!s->why && !shares_work(s->loop->loop) && s->atomic.n)
        refuse(s, "iterations may add to the same place", s->atomic.at[0]);
    if (s->why) {
        explain(s);
        return false;
    }
    s->loop->reversed = false; /* the order does not matter */
    give_pragma(s);
    return true;
}

typedef struct {
    Fn *fn;
    Ptrs loops; /* FORs with a pragma, outer before inner */
} Loops;

static void collect_loop(Op *op, void *ctx)
{
    if (op->code == OP_FOR && op->loop && op->loop->omp)
        ptrs_push(&((Loops *)ctx)->loops, op);
}

static bool inside_of_shared(const Op *loop)
{
    for (const Op *op = loop->parent->owner; op; op = op->parent->owner)
        if (op->omp)
            return true;
    return false;
}

void share_loops(Fn *fn)
{
    Loops l = {fn, {.arena = fn->arena}};
    if (!pass_options.openmp || !fn->body || fn->text_body)
        return;
    walk_ops(fn->body, collect_loop, &l);
    if (l.loops.n == 0)
        return;
    Ptrs objects = {.arena = fn->arena};
    walk_ops(fn->body, collect_objects, &objects);
    const int *uses = count_uses(fn);
    const MemInfo *mem = mem_analyse(fn);
    for (size_t i = 0; i < l.loops.n; i++) {
        take_home(fn, l.loops.at[i], &objects);
        Share s = {.fn = fn, .mem = mem, .uses = uses, .loop = l.loops.at[i]};
        walk_ops(s.loop->regions[0], find_update, &s);
    }
    uses = count_uses(fn);
    mem = mem_analyse(fn);
    for (size_t i = 0; i < l.loops.n; i++) {
        Share s = {.fn = fn, .mem = mem, .uses = uses, .loop = l.loops.at[i], .accesses.arena = fn->arena, .atomic.arena = fn->arena};
        if (!inside_of_shared(s.loop))
            try_share(&s);
    }
}
