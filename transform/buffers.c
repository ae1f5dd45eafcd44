/* buffers.c: buffers that a loop exchanges stay where they are; what is in them goes round instead.
 *
 *   for (t = 0; t < steps; t++) {                      for (t = 0; t < steps; t++) {
 *       for (i = 0; i < n; i++) next[i] = f(u, i);         for (i = 0; i < n; i++) next[i] = f(u, i);
 *       s = u; u = next; next = s;                 ->      for (k = 0; k < n; k++) u[k] = next[k];
 *   }                                                  }
 *
 * The pointers are then the same in all steps, no derivative has to keep them, one copy of u in each step is all that is kept (or none,
 * rows.c), and loads and stores through different pointers are known not to meet. Also three buffers and more (a wave's last states).
 * Precondition:
 *   - the loop does nothing with the pointers that it carries but to hand them round, and to load and store floating numbers through them;
 *   - each is at first an object of the function's own, made in the region that the loop is in; they are of one type and size;
 *   - those objects are reached through the carried pointers alone in the loop, through its results alone behind it, but to be freed;
 *   - a step stores about as many numbers through one of the pointers as there are in a buffer: moving them costs no more than the step;
 *   - something was stored in each before the loop, unless one is left out (compilers would warn of what is read uninitialised).
 * What the last buffer gets is left out where each step fills it before it reads from it, and nothing reads it behind the loop.
 */
#include "nest.h"

enum { MOST_BUFFERS = 4, MOST_ACCESSES = 128 };

typedef struct {
    Op *made;     /* ALLOC or LOCAL */
    Value *first; /* the loop's operand */
    Value *arg, *result;
    Ptrs accesses; /* Op*: LOAD, STORE, through arg */
    bool read;     /* behind the loop */
    bool begun; /* does it hold something before the loop? */
} Buffer;

typedef struct {
    Fn *fn;
    const MemInfo *m;
    Op *loop;
    Buffer buffer[MOST_BUFFERS]; /* each gets what the next one has */
    int n;
    int *
        of; /* by value id: 1 + the buffer that it is an address in, through the loop's argument; negative: through another value */
    bool other; /* are they used otherwise? */
    Poly length;
} Ring;

static Op *made_by(const Value *p)
{
    while (p->def && (p->def->code == OP_PTRCAST || p->def->code == OP_DECAY))
        p = p->def->args[0];
    Op *op = p->def;
    return op && (op->code == OP_ALLOC || op->code == OP_LOCAL) && !op->is_static ? op : NULL;
}

/* Follows where the argument goes to, until it comes back to the first. */
static bool find_ring(Ring *r, Value *arg)
{
    const Op *end = region_terminator(r->loop->regions[0]);
    Value *from = arg;
    do {
        if (r->n == MOST_BUFFERS || from->arg_of != r->loop->regions[0] || from->index == 0)
            return false;
        Value *first = r->loop->args[2 + from->index];
        r->buffer[r->n++] = (Buffer){.made = made_by(first),
                                     .first = first,
                                     .arg = from,
                                     .result = r->loop->results[from->index],
                                     .accesses.arena = r->fn->arena};
        from = end->args[from->index - 1];
    } while (from != arg);
    return r->n > 1;
}

static bool are_objects(const Ring *r)
{
    for (int i = 0; i < r->n; i++) {
        const Buffer *b = &r->buffer[i];
        const Type *t = b->arg->type;
        if (!b->made || b->made->parent != r->loop->parent || t->kind != TY_PTR || !type_is_float(t->elem) || t->elem->size <= 0 ||
            t->elem_volatile || t != r->buffer[0].arg->type || b->first->type != t)
            return false;
        for (int k = 0; k < i; k++)
            if (r->buffer[k].made == b->made)
                return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- what is done with them */

/* Is it the loop's operand for this buffer, or what the loop hands on to the buffer before it? */
static bool is_handed_round(const Ring *r, const Op *op, int arg)
{
    for (int i = 0; i < r->n; i++) {
        const Buffer *b = &r->buffer[i];
        if (op == r->loop ? arg == 2 + b->arg->index && op->args[arg] == b->first
                          : op == region_terminator(r->loop->regions[0]) && arg == b->arg->index - 1 &&
                                op->args[arg] == r->buffer[(i + 1) % r->n].arg)
            return true;
    }
    return false;
}

static void note_use(Op *op, void *ctx)
{
    Ring *r = ctx;
    bool inside = region_contains(r->loop->regions[0], op), before = mem_position(r->m, op) < mem_position(r->m, r->loop);
    for (int i = 0; i < op->nargs; i++) {
        int of = r->of[op->args[i]->id];
        Buffer *b = of ? &r->buffer[(of < 0 ? -of : of) - 1] : NULL;
        if (!b || is_handed_round(r, op, i))
            continue;
        bool access = (op->code == OP_LOAD || op->code == OP_STORE) && i == 0 && !op->shared && !op->atomic;
        if ((op->code == OP_INDEX || op->code == OP_PTRCAST || op->code == OP_DECAY) && i == 0) {
            r->of[op->results[0]->id] = of;
        } else if (access && (of > 0 || before) && type_is_float(op->args[0]->type->elem) && b->accesses.n < MOST_ACCESSES) {
            if (inside)
                ptrs_push(&b->accesses, op);
            b->read |= !inside && !before;
            b->begun |= before && op->code == OP_STORE;
        } else if (op->code != OP_FREE || inside || before) {
            r->other = true;
        }
    }
}

/* Addresses in what the loop's results point to count as the buffer's: behind the loop it has what they have. */
static bool are_used_so(Ring *r)
{
    r->of = arena_alloc(r->fn->arena, (size_t)r->fn->nvalues * sizeof *r->of);
    for (int i = 0; i < r->n; i++) {
        Buffer *b = &r->buffer[i];
        b->begun = b->made->zeroed;
        r->of[b->made->results[0]->id] = -(i + 1);
        r->of[b->arg->id] = r->of[b->result->id] = i + 1;
    }
    walk_ops(r->fn->body, note_use, r);
    return !r->other;
}

/* ---------------------------------------------------------------------- is it worth it? */

static bool have_one_size(Ring *r)
{
    int64_t size = r->buffer[0].arg->type->elem->size;
    for (int i = 0; i < r->n; i++) {
        Poly n = object_elements(r->m, r->buffer[i].made, size);
        if (i == 0)
            r->length = n;
        poly_add(&n, &r->length, -1);
        if (!n.known || n.n || n.c)
            return false;
    }
    for (int i = 0; i < r->length.n; i++)
        for (int k = 0; k < POLY_DEGREE && r->length.t[i].sym[k] >= 0; k++)
            if (!value_outside(r->m->value[r->length.t[i].sym[k] / POLY_SIDES], r->loop))
                return false;
    return true;
}

static bool is_in_each_step(const Ring *r, const Op *op)
{
    const Region *at = op->parent;
    while (at != r->loop->regions[0] && at->owner->code == OP_FOR)
        at = at->owner->parent;
    return at == r->loop->regions[0];
}

/* Does a step do as much as moving the buffers is? */
static bool steps_are_long(const Ring *r)
{
    for (int i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->buffer[i].accesses.n; k++) {
            const Op *op = r->buffer[i].accesses.at[k];
            if (op->code != OP_STORE || !is_in_each_step(r, op))
                continue;
            Poly trips = iterations_around(r->m, op, r->loop->regions[0]);
            if (about_as_many(&r->length, &trips))
                return true;
        }
    return false;
}

/* ---------------------------------------------------------------------- whose numbers are used up? */

static const Op *child_of(const Ring *r, const Op *op)
{
    while (op->parent != r->loop->regions[0])
        op = op->parent->owner;
    return op;
}

/* Is it filled in each step before anything of it is read, and not read behind the loop? Then it does not matter what it gets. */
static bool is_filled_anew(const Ring *r, const Buffer *b)
{
    Extent part[MOST_PARTS];
    Poly zero = poly_constant(0), end = poly_unknown(), size = poly_constant(b->arg->type->elem->size),
         bytes = poly_mul(&r->length, &size);
    int n = 0, first_read = 0, last = 0; /* positions; stores that fill no range do no harm */
    for (size_t i = 0; i < b->accesses.n; i++) {
        const Op *op = b->accesses.at[i];
        if (op->code == OP_LOAD) {
            first_read = first_read ? first_read : mem_position(r->m, op);
        } else if (n < MOST_PARTS && fills_range(r->m, op, b->arg, r->loop, b->made, &part[n])) {
            int position = mem_last_position(r->m, child_of(r, op));
            last = position > last ? position : last;
            n++;
        }
    }
    if (b->read || !ranges_join(part, n, &zero, &end))
        return false;
    poly_add(&end, &bytes, -1);
    return end.known && end.n == 0 && end.c == 0 && (!first_read || first_read > last);
}

/* ---------------------------------------------------------------------- the change */

/* for (k = 0; k < n; k++) { x = a[k]; a[k] = b[k]; b[k] = x; }: from the buffer that `from` is on; its own x is left out where it is used up. */
static void move_contents(const Ring *r, int from, bool all)
{
    Builder b = before_op(region_terminator(r->loop->regions[0])), top = before_op(r->loop);
    top.loc = b.loc = r->loop->loc;
    Type *t = type_scalar(TY_LONG);
    Op *loop = build_for(&b, build_int(&b, t, 0), build_poly(&top, r->m, &r->length), build_int(&b, t, 1), OP_LT);
    Value *k = loop->regions[0]->args[0], *place[MOST_BUFFERS], *x[MOST_BUFFERS];
    k->var = var_named(r->fn, t, "", NULL, "k");
    Builder in = at_end(loop->regions[0]);
    in.loc = b.loc;
    for (int i = 0; i < r->n; i++) {
        place[i] = build_index(&in, r->buffer[(from + i) % r->n].first, k);
        x[i] = i || all ? build_load(&in, place[i]) : NULL;
    }
    for (int i = 0; i + !all < r->n; i++)
        build_store(&in, place[i], x[(i + 1) % r->n]);
    build_yield(&in, NULL, 0);
}

/* The buffer that is left out in the step, or -1; -2: none is, and compilers would warn of one that is read before anything is in it. */
static int used_up(const Ring *r)
{
    int found = -1;
    for (int i = 0; i < r->n; i++) {
        if (is_filled_anew(r, &r->buffer[i]))
            return i;
        found = r->buffer[i].begun ? found : -2;
    }
    return found;
}

static void stay(Ring *r, int left_out)
{
    move_contents(r, left_out < 0 ? 0 : (left_out + 1) % r->n, left_out < 0);
    PtrMap map = {.arena = r->fn->arena};
    for (int i = 0; i < r->n; i++) {
        region_terminator(r->loop->regions[0])->args[r->buffer[i].arg->index - 1] = r->buffer[i].first;
        ptrmap_put(&map, r->buffer[i].arg, r->buffer[i].first);
        ptrmap_put(&map, r->buffer[i].result, r->buffer[i].first);
    }
    replace_uses_map(r->fn, &map);
}

static bool is_plain(const Op *loop)
{
    return loop->code == OP_FOR && !(loop->loop && (loop->loop->omp || loop->loop->checkpoint));
}

typedef struct {
    Ptrs loops;
} Loops;

static void find_loop(Op *op, void *ctx)
{
    Loops *l = ctx;
    if (!is_plain(op))
        return;
    const Op *end = region_terminator(op->regions[0]);
    for (int i = 0; i < end->nargs; i++)
        if (end->args[i]->type->kind == TY_PTR && end->args[i]->arg_of == op->regions[0] && end->args[i]->index != i + 1) {
            ptrs_push(&l->loops, op);
            return;
        }
}

/* One ring of the loop that can be undone. */
static bool undo_ring(Fn *fn, Op *loop)
{
    const MemInfo *m = mem_analyse(fn);
    bool done = false;
    for (int i = 1; i < loop->regions[0]->nargs && !done; i++) {
        Ring r = {.fn = fn, .m = m, .loop = loop};
        if (loop->regions[0]->args[i]->type->kind != TY_PTR || !find_ring(&r, loop->regions[0]->args[i]) || !are_objects(&r) ||
            !are_used_so(&r) || !have_one_size(&r) || !steps_are_long(&r))
            continue;
        int left_out = used_up(&r);
        done = left_out != -2;
        if (done)
            stay(&r, left_out);
    }
    mem_free(m);
    return done;
}

void keep_buffers(Fn *fn)
{
    Loops l = {.loops.arena = fn->arena};
    bool any = false;
    if (pass_options.openmp || pass_options.max_tape)
        return;
    walk_ops(fn->body, find_loop, &l);
    for (size_t i = 0; i < l.loops.n; i++)
        any |= undo_ring(fn, l.loops.at[i]);
    if (any)
        simplify(fn);
}
