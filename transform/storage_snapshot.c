/* storage_snapshot.c: an array that each step of a loop overwrites is copied once in each step, where its elements are needed more than once.
 *
 *   for (t = 0; t < steps; t++) {
 *       for (i = 1; i < n - 1; i++) next[i] = f(u[i - 1], u[i], u[i + 1]);
 *       for (i = 0; i < n; i++) u[i] = next[i];
 *   }
 *
 * keeps u, n elements a step, instead of what f needs of its three arguments in each of n - 2 iterations. A copy is taken in a loop's body,
 * or in a branch of an if in it, of a whole object of known size that is allocated outside the loop. It serves the loads before which
 * nothing in that iteration overwrites what they read, and values that a nest before it has stored, where that stores to each element once and
 * nothing else does from there to the copy. Whether it is worth its bytes is for the minimum cut in storage.c to say; it is
 * offered only where the object has no more elements than the loop nests that read them have iterations, but for its margins, and where they
 * are read more than once, by several loads or by a nest with more iterations.
 */
#include "nest.h"

enum { MOST_LOADS = 256, MOST_OPS_BETWEEN = 64, MAX_INDICES = 8, MAX_PATH = 24, MOST_ELEMENTS = 1 << 24 };

/* ---------------------------------------------------------------------- addresses */

/* p = root[i * si][j * sj]...: each index, its stride in elements, and the stride that is a value, or NULL. */
typedef struct {
    Value *base; /* below all indices */
    Value *index[MAX_INDICES], *stride[MAX_INDICES];
    int64_t factor[MAX_INDICES];
    int n;
} Spot;

static bool find_spot(Value *p, Spot *out)
{
    int64_t size = p->type->elem->size;
    out->n = 0;
    for (; p->def; p = p->def->args[0]) {
        const Op *op = p->def;
        if (op->code == OP_INDEX) {
            int64_t step = p->type->elem->size;
            if (out->n == MAX_INDICES || step <= 0 || step % size)
                return false;
            out->index[out->n] = op->args[1];
            out->stride[out->n] = op->nargs > 2 ? op->args[2] : NULL;
            out->factor[out->n++] = step / size;
        } else if (op->code != OP_DECAY && op->code != OP_PTRCAST) {
            break;
        }
    }
    out->base = p;
    return true;
}

void snapshot_inputs(const Op *load, Ptrs *out)
{
    Spot at;
    find_spot(load->args[0], &at);
    for (int i = 0; i < at.n; i++) {
        ptrs_push(out, at.index[i]);
        if (at.stride[i])
            ptrs_push(out, at.stride[i]);
    }
}

/* ---------------------------------------------------------------------- sizes */

Poly object_elements(const MemInfo *m, const Op *object, int64_t size)
{
    Poly bytes = poly_constant(1);
    if (object->code == OP_LOCAL)
        bytes.c = object->of->size > 0 ? object->of->size : 0;
    for (int i = 0; i < object->nargs && !(object->code == OP_ALLOC && i > 1); i++) {
        Poly factor = poly_of_value(m, object->args[i]);
        bytes = poly_mul(&bytes, &factor);
    }
    return poly_divide(&bytes, size) ? bytes : poly_unknown();
}

Poly iterations_around(const MemInfo *m, const Op *load, const Region *around)
{
    Poly r = poly_constant(1);
    for (const Region *at = load->parent; at != around; at = at->owner->parent) {
        const Op *loop = at->owner;
        bool up = loop->cmp == OP_LT || loop->cmp == OP_LE, down = loop->cmp == OP_GT || loop->cmp == OP_GE;
        if (loop->code != OP_FOR || for_step(loop) * for_step(loop) != 1 || !(up || down))
            return poly_unknown();
        Poly trips = poly_of_value(m, loop->args[up]), from = poly_of_value(m, loop->args[!up]);
        poly_add(&trips, &from, -1);
        trips.c += loop->cmp == OP_LE || loop->cmp == OP_GE;
        r = poly_mul(&r, &trips);
    }
    return r;
}

static int degree(const Term *t)
{
    int n = 0;
    while (n < POLY_DEGREE && t->sym[n] >= 0)
        n++;
    return n;
}

/* Has `of` all symbols of t, and at least half its coefficient? */
static bool covers(const Term *of, const Term *t)
{
    Term left = *of;
    for (int i = 0; i < POLY_DEGREE && t->sym[i] >= 0; i++) {
        if (!term_power(&left, t->sym[i]))
            return false;
        left = term_without(&left, t->sym[i]);
    }
    return of->coef >= t->coef / 2;
}

bool about_as_many(const Poly *n, const Poly *trips)
{
    int most = 0;
    if (!n->known || !trips->known)
        return false;
    if (n->n == 0)
        return trips->n == 0 && n->c <= 2 * trips->c;
    for (int i = 0; i < n->n; i++)
        most = degree(&n->t[i]) > most ? degree(&n->t[i]) : most;
    for (int i = 0; i < n->n; i++) {
        bool covered = degree(&n->t[i]) < most || n->t[i].coef < 0;
        for (int k = 0; k < trips->n && !covered; k++)
            covered = covers(&trips->t[k], &n->t[i]);
        if (!covered)
            return false;
    }
    return true;
}

Value *build_poly(Builder *b, const MemInfo *m, const Poly *p)
{
    Type *t = type_scalar(TY_LONG);
    Value *sum = NULL;
    for (int i = 0; i < p->n; i++) {
        Value *product = p->t[i].coef == 1 ? NULL : build_int(b, t, p->t[i].coef);
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            Value *v = build_cast(b, (Value *)(uintptr_t)m->value[p->t[i].sym[k] / POLY_SIDES], t);
            product = product ? build_bin(b, OP_MUL, product, v) : v;
        }
        sum = sum ? build_bin(b, OP_ADD, sum, product) : product;
    }
    if (!sum || p->c)
        sum = sum ? build_bin(b, OP_ADD, sum, build_int(b, t, p->c)) : build_int(b, t, p->c);
    return sum;
}

static double estimate_term(const Term *t)
{
    double product = (double)t->coef;
    for (int k = degree(t); k-- > 0;)
        product *= UNKNOWN_TRIPS;
    return product;
}

static int64_t in_bounds(double n)
{
    return n < 1 ? 1 : n > MOST_ELEMENTS ? MOST_ELEMENTS : (int64_t)n;
}

/* p, where what is not known is as many as storage.c takes it to be. */
static int64_t estimate(const Poly *p)
{
    double sum = (double)p->c;
    for (int i = 0; i < p->n; i++)
        sum += estimate_term(&p->t[i]);
    return in_bounds(sum);
}

int64_t trips_of(const MemInfo *m, const Op *loop, int known)
{
    int64_t step = loop->code == OP_FOR ? for_step(loop) : 0;
    double most = UNKNOWN_TRIPS;
    if (!step || loop->args[0]->id >= known || loop->args[1]->id >= known)
        return UNKNOWN_TRIPS;
    Poly trips = poly_of_value(m, loop->args[1]), lo = poly_of_value(m, loop->args[0]);
    poly_add(&trips, &lo, -1);
    if (!trips.known)
        return UNKNOWN_TRIPS;
    if (trips.n == 0)
        return in_bounds((double)(trips.c / step));
    for (int i = 0; i < trips.n; i++) {
        double n = estimate_term(&trips.t[i]);
        most = step > 0 && n > most ? n : step < 0 && -n > most ? -n : most;
    }
    return in_bounds(most);
}

static bool known_before(const MemInfo *m, const Poly *p, const Op *loop)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++)
            if (!value_outside(m->value[p->t[i].sym[k] / POLY_SIDES], loop))
                return false;
    return true;
}

/* ---------------------------------------------------------------------- which loads go together */

static const Op *outermost_loop(const Region *r)
{
    const Op *found = NULL;
    for (; r->owner; r = r->owner->parent)
        if (r->owner->code == OP_FOR || r->owner->code == OP_WHILE)
            found = r->owner;
    return found;
}

/* The op of region r that op is, or is in; NULL: it is not inside r. */
static Op *child_of(const Region *r, Op *op)
{
    while (op && op->parent != r)
        op = op->parent->owner;
    return op;
}

typedef struct {
    const MemInfo *m;
    const Op *load;
    const Region *r;
    bool spoiled;
} OwnElement;

static bool same_object(const MemInfo *m, const Value *p, const Value *q)
{
    const IntSet *x = mem_points_to(m, p), *y = mem_points_to(m, q);
    for (int i = 0; i < x->n; i++)
        if (intset_has(y, x->at[i]))
            return true;
    return x->n == 0 || y->n == 0;
}

static void find_spoiler(Op *op, void *ctx)
{
    OwnElement *e = ctx;
    Extent all;
    bool at_address = op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO || op->code == OP_COPY;
    if (e->spoiled || op->nregions || op == e->load)
        return;
    if (at_address ? !same_object(e->m, op->args[0], e->load->args[0]) : !mem_op_may_write(e->m, op, e->load->args[0]))
        return; /* in another iteration, too */
    bool later = op->code == OP_STORE && op->parent == e->load->parent && mem_position(e->m, op) > mem_position(e->m, e->load);
    e->spoiled = !later || !same_address(op->args[0], e->load->args[0]) || !mem_knows(e->m, op->args[0]) ||
                 !fills_once(e->m, op, e->m->address[op->args[0]->id].root, e->r, e->m->address[op->args[0]->id].root->def, &all);
}

/* Does the op of r that the load is in leave what it reads as it was, until the load has read it?
 * for (i...) p[i] = r[i] + b * p[i];   does: each element is stored to once, after it is read. */
static bool leaves_unread(const MemInfo *m, Op *in, const Op *load, const Region *r)
{
    OwnElement e = {m, load, r, false};
    if (in == load || !mem_op_may_write(m, in, load->args[0]))
        return true;
    const Value *root = mem_knows(m, load->args[0]) ? m->address[load->args[0]->id].root : NULL;
    if (!root || !root->def || in->code != OP_FOR)
        return false;
    walk_ops(in->regions[0], find_spoiler, &e);
    return !e.spoiled;
}

/* The outermost region on the load's way, a loop's body or an if's branch inside a loop, where the load reads what was there when the loop or
 * if of that region that it is in began. */
static Region *steady_region(const MemInfo *m, Op *load)
{
    Region *path[MAX_PATH];
    int n = 0;
    for (Region *r = load->parent; r->owner; r = r->owner->parent) {
        if (n == MAX_PATH)
            return NULL;
        path[n++] = r;
    }
    bool looped = false;
    while (n-- > 0) {
        Op *in = child_of(path[n], load);
        looped |= path[n]->owner->code != OP_IF;
        if (looped && !path[n]->owner->fused && leaves_unread(m, in, load, path[n]))
            return path[n];
    }
    return NULL;
}

static bool same_until(const MemInfo *m, const Snapshot *s, const Op *load, const Op *end)
{
    int n = 0;
    const Op *op = s->place;
    for (; op && op != end; op = op->next)
        if (++n > MOST_OPS_BETWEEN || mem_op_may_write(m, op, load->args[0]))
            return false;
    return op == end; /* which leaves it unread */
}

/* Is the object freed before the copy is taken? (Then the primal reads none of it, but the copy would.) */
static bool is_freed_before(const MemInfo *m, const Value *root, const Op *op)
{
    const IntSet *objs = mem_points_to(m, root);
    for (int i = 0; i < objs->n; i++) {
        const IntSet *writes = &m->objects[objs->at[i]].writes;
        for (int k = 0; k < writes->n; k++) {
            const MemWrite *w = &m->writes[writes->at[k]];
            if (w->op->code == OP_FREE && w->position < mem_position(m, op))
                return true;
        }
    }
    return objs->n != 1;
}

/* Is it an object of known size, made before the loops around r? */
static bool is_whole_object(const Spot *at, const Region *r)
{
    const Op *object = at->base->def;
    const Op *loop = outermost_loop(r);
    if (!object || (object->code != OP_ALLOC && object->code != OP_LOCAL) || !loop || !value_outside(at->base, loop))
        return false;
    return !(object->code == OP_LOCAL && object->nargs && object->of->size <= 0);
}

/* What a load of a tangent's memory is the twin of: that is written where the primal's is, and has its size. */
static Op *primal_of(Op *load)
{
    return load->mirror && load->mirror->code == OP_LOAD ? load->mirror : load;
}

static Snapshot *snapshot_of(Snapshots *all, Op *load, const Spot *at, const Spot *primal, Region *r)
{
    const MemInfo *m = all->fn->mem;
    Op *in = child_of(r, load);
    for (size_t i = all->list.n; i-- > 0;) {
        Snapshot *s = all->list.at[i];
        if (s->base == at->base && s->place->parent == r && s->like->results[0]->type == load->results[0]->type && same_until(m, s, primal_of(load), in))
            return s;
    }
    Snapshot *s = arena_alloc(all->fn->arena, sizeof *s);
    *s = (Snapshot){.place = in, .base = at->base, .object = primal->base->def, .like = load, .address = load->args[0], .read = arena_alloc(all->fn->arena, sizeof *s->read)};
    *s->read = poly_constant(0);
    ptrs_push(&all->list, s);
    return s;
}

/* The load that is read in the most iterations, each time the copy is taken, says what it costs and whether it is offered. */
static bool is_read_throughout(const Op *load, const Region *r)
{
    for (const Region *at = load->parent; at != r; at = at->owner->parent)
        if (at->owner->code != OP_FOR)
            return false;
    return load->parent != r;
}

void snapshot_offer(Snapshots *all, Op *load)
{
    const MemInfo *m = all->fn->mem;
    Spot at, primal;
    Op *known = primal_of(load);
    Type *t = load->results[0]->type;
    if (all->loads.n == MOST_LOADS || load->in_reverse || !mem_position(m, known) || !type_is_float(t) || t->size <= 0 ||
        load->shared || is_bit_field(load->args[0]) || !find_spot(load->args[0], &at) || !find_spot(known->args[0], &primal))
        return;
    Region *r = steady_region(m, known);
    if (!r || child_of(r, load) == NULL || !is_whole_object(&at, r) || !is_whole_object(&primal, r) || !mem_knows(m, primal.base) ||
        is_freed_before(m, primal.base, known) || !(keep_is_indexed(&all->keeper, r) || room_is_for(&all->keeper, r)))
        return;
    Snapshot *s = snapshot_of(all, load, &at, &primal, r);
    if (!s)
        return;
    ptrs_push(&all->loads, load);
    ptrmap_put(&all->of, load, s);
    s->nloads++;
    Poly n = object_elements(m, s->object, t->size), trips = iterations_around(m, load, r);
    if (!is_read_throughout(load, r) || !known_before(m, &n, outermost_loop(r)))
        return;
    if (trips.known)
        poly_add(s->read, &trips, 1);
    if (!about_as_many(&n, s->read))
        return;
    s->again |= trips.known && 2 * estimate(&n) <= estimate(&trips);
    if (!s->good) {
        s->good = true;
        s->like = load;
        s->elements = estimate(&n);
    }
}

Snapshot *snapshot_for(const Snapshots *all, const Op *load)
{
    Snapshot *s = ptrmap_get(&all->of, load);
    return s && s->good && (s->nloads > 1 || s->again) ? s : NULL;
}

/* May op, which is in `in`, change an element of the object that the store has stored to? Its own other executions do not. */
static void find_other_write(Op *op, void *ctx)
{
    OwnElement *e = ctx;
    bool at_address = op->code == OP_STORE || op->code == OP_ACCUM || op->code == OP_ZERO || op->code == OP_COPY;
    if (op != e->load && !op->nregions)
        e->spoiled |= at_address ? same_object(e->m, op->args[0], e->load->args[0]) : mem_op_may_write(e->m, op, e->load->args[0]);
}

/* Is what `store` stores still there when the copy is taken, in the same iteration? */
static bool lasts_until(const MemInfo *m, const Snapshot *s, Op *store)
{
    const Region *r = s->place->parent;
    const Value *root = mem_knows(m, store->args[0]) ? m->address[store->args[0]->id].root : NULL;
    Op *in = child_of(r, store);
    Extent all;
    OwnElement e = {m, store, r, false};
    if (!in || !root || !root->def || mem_position(m, in) >= mem_position(m, s->place) || !fills_once(m, store, root, r, NULL, &all))
        return false; /* where a value is asked for, all its loops ran */
    for (int k = 0; k < in->nregions; k++)
        walk_ops(in->regions[k], find_other_write, &e);
    for (const Op *op = in->next; op != s->place && !e.spoiled; op = op->next)
        e.spoiled = mem_op_may_write(m, op, store->args[0]);
    return !e.spoiled;
}

bool snapshot_holds(Snapshots *all, Op *store)
{
    Spot at;
    if (is_bit_field(store->args[0]) || store->shared || !find_spot(store->args[0], &at))
        return false;
    for (size_t i = 0; i < all->list.n; i++) {
        Snapshot *s = all->list.at[i];
        if (!s->good || s->base != at.base || s->like->results[0]->type != store->args[1]->type || !lasts_until(all->fn->mem, s, store))
            continue;
        ptrmap_put(&all->of, store, s);
        s->nloads++;
        return true;
    }
    return false;
}

/* ---------------------------------------------------------------------- making it */

/* The address of the object's first element at b. */
static Value *first_element(Builder *b, Value *p)
{
    const Op *op = p->def;
    if (op->code == OP_ALLOC || op->code == OP_LOCAL)
        return p;
    Value *base = first_element(b, op->args[0]);
    if (op->code == OP_INDEX)
        return base;
    return op->code == OP_DECAY ? build_decay(b, base) : build_ptrcast(b, base, p->type);
}

/* first: its address */
static bool has_rows(const Op *object, const Value *first)
{
    const Type *t = object->of;
    if (object->code == OP_ALLOC)
        return first->def->code == OP_DECAY;
    return object->code == OP_LOCAL && (object->nargs > 1 || (t->kind == TY_ARRAY && t->elem->kind == TY_ARRAY));
}

static void build_copy(Fn *fn, const Snapshot *s, Value *to, Value *length)
{
    Type *t = type_scalar(TY_LONG);
    Builder b = before_op(s->place);
    b.loc = s->like->loc;
    Value *from = first_element(&b, s->address);
    if (has_rows(s->base->def, from)) /* from[k] goes on behind the first row */
        from = build_pointer_variable(&b, from, var_named(fn, from->type, "", s->base->def->var, "rows"));
    Op *loop = build_for(&b, build_int(&b, t, 0), length, build_int(&b, t, 1), OP_LT);
    Value *k = loop->regions[0]->args[0];
    k->var = var_named(fn, t, "", NULL, "k");
    Builder in = at_end(loop->regions[0]);
    in.loc = b.loc;
    Value *v = build_load(&in, build_index(&in, from, k));
    build_store(&in, build_index(&in, to, k), v);
    in.region->last->kept = s->keep;
    build_yield(&in, NULL, 0);
}

void snapshot_make(Snapshots *all, Keeper *keeper, Snapshot *s)
{
    const MemInfo *m = all->fn->mem;
    Poly n = object_elements(m, s->object, s->like->results[0]->type->size);
    Builder b = before_op((Op *)(uintptr_t)outermost_loop(s->place->parent));
    Value *length = build_poly(&b, m, &n), *to;
    s->keep = keep_block(keeper, s->like->results[0], s->place, length, &to);
    build_copy(all->fn, s, to, length);
}

Value *snapshot_load(Snapshot *s, const Op *load, Op *user, Resolve resolve, void *ctx)
{
    Type *t = type_scalar(TY_LONG);
    Spot spot;
    find_spot(load->args[0], &spot);
    Value *sum = NULL, *index[MAX_INDICES], *stride[MAX_INDICES];
    for (int i = 0; i < spot.n; i++) {
        index[i] = resolve(ctx, spot.index[i], user);
        stride[i] = spot.stride[i] ? resolve(ctx, spot.stride[i], user) : NULL;
    }
    Op *at = user; /* once for all that the iteration reads */
    for (Op *op = user; op; op = op->parent->owner)
        at = op->parent->mirror == s->place->parent ? op : at;
    Value *row = keep_block_again(s->keep, at, resolve, ctx);
    Builder b = before_op(user);
    b.loc = user->loc;
    for (int i = spot.n - 1; i >= 0; i--) {
        Value *k = build_cast(&b, index[i], t);
        if (stride[i])
            k = build_bin(&b, OP_MUL, k, build_cast(&b, stride[i], t));
        if (spot.factor[i] != 1)
            k = build_bin(&b, OP_MUL, k, build_int(&b, t, spot.factor[i]));
        sum = sum ? build_bin(&b, OP_ADD, sum, k) : k;
    }
    Value *v = build_load(&b, sum ? build_index(&b, row, sum) : row);
    v->def->kept = s->keep;
    return v;
}
