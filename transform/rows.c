/* rows.c: an array that each step of a loop overwrites lives in the rows that are kept of it.
 *
 *   for (t = 0; t < steps; t++) {                          for (t = 0; t < steps; t++) {
 *       for (k = 0; k < n; k++) kept_u[t * n + k] = u[k];      double *u = kept_u + t * n, *next = u + n;
 *       for (i = 0; i < n; i++) next[i] = f(u, i);      ->     for (i = 0; i < n; i++) next[i] = f(u, i);
 *       for (i = 0; i < n; i++) u[i] = next[i];            }
 *   }
 *
 * Row t is the array before step t, as it was, and row t + 1 what the step leaves; before the loop the array is row 0, behind it the last
 * row. Precondition:
 *   - the array is the function's own, and as long as a row; all that is done with it is load, store and free; it is made in the region that
 *     the loop is in, where the rows can be made before it;
 *   - a copy of all of it is taken in each step of the loop, before the step overwrites it, and the rows are written nowhere else and read
 *     behind the loop alone;
 *   - what first overwrites it in a step is a loop that stores to a range that is always the same, to each element once, and loads of the
 *     array no other element than it stores to. The rest is copied from row to row.
 * Where that loop does nothing but copy another array of the function, that one is row t + 1 if
 *   - nothing outside the step, or behind the copy, touches it;
 *   - stores in each step of which each begins where another ends fill just that range, and then only it is read.
 */
#include "nest.h"

enum { MOST_ACCESSES = 64, DEPTH = 8 };

/* An array, and all that is done with it. */
typedef struct {
    Op *made;      /* ALLOC or LOCAL */
    Ptrs accesses; /* Op*: LOAD, STORE, ACCUM */
    Ptrs frees;    /* Op* */
} Array;

typedef struct {
    Fn *fn;
    const MemInfo *m;
    Op *copy, *loop;  /* that keeps a row; the steps */
    Op *load, *store; /* of the copy */
    Array array, rows;
    Value *length;                  /* of a row: a long */
    Op *over, *cell;                /* the loop that overwrites the array, and its store */
    Extent range;                   /* of it, in bytes */
    Array next;                     /* what that copies, where it goes: made is NULL otherwise */
    Value *count, *clamped, *at[3]; /* of the steps, of elements; the array before, in and behind the loop */
    Value *after;                   /* row t + 1 */
} Rows;

/* ---------------------------------------------------------------------- what is done with an array */

static Op *made_by(const Value *p)
{
    while (p->def && (p->def->code == OP_INDEX || p->def->code == OP_DECAY || p->def->code == OP_PTRCAST))
        p = p->def->args[0];
    return p->def && (p->def->code == OP_ALLOC || p->def->code == OP_LOCAL) ? p->def : NULL;
}

typedef struct {
    Array *array;
    bool *into; /* by value id: an address in the array */
    bool other; /* is it used otherwise? */
} Uses;

static bool goes_on(const Op *op)
{
    return op->code == OP_INDEX || op->code == OP_DECAY || op->code == OP_PTRCAST;
}

static bool is_access(const Op *op)
{
    return op->code == OP_LOAD || op->code == OP_STORE || op->code == OP_ACCUM;
}

static void note_use(Op *op, void *ctx)
{
    Uses *u = ctx;
    for (int i = 0; i < op->nargs; i++) {
        if (!u->into[op->args[i]->id])
            continue;
        bool plain = i == 0 && !op->shared && !op->atomic;
        if (plain && goes_on(op))
            u->into[op->results[0]->id] = true;
        else if (plain && is_access(op) && type_is_float(op->args[0]->type->elem) && !op->args[0]->type->elem_volatile)
            ptrs_push(&u->array->accesses, op);
        else if (plain && op->code == OP_FREE)
            ptrs_push(&u->array->frees, op);
        else
            u->other = true;
    }
}

/* False: something else is done with it, too. */
static bool find_uses(Rows *r, Array *a, Op *made)
{
    Arena *arena = r->fn->arena;
    *a = (Array){made, {.arena = arena}, {.arena = arena}};
    Uses u = {a, arena_alloc(arena, (size_t)r->fn->nvalues), false};
    u.into[made->results[0]->id] = true;
    walk_ops(r->fn->body, note_use, &u);
    return !u.other && a->accesses.n <= MOST_ACCESSES;
}

/* Is it freed once behind the loop, if at all? */
static bool ends_behind(const Rows *r, const Array *a)
{
    const Op *end = a->frees.n ? a->frees.at[0] : NULL;
    return !end || (a->frees.n == 1 && end->parent == r->loop->parent && mem_position(r->m, end) > mem_position(r->m, r->loop));
}

static bool is_before(const Rows *r, const Op *op)
{
    return mem_position(r->m, op) < mem_position(r->m, r->loop);
}

static bool is_inside(const Rows *r, const Op *op)
{
    return region_contains(r->loop->regions[0], op);
}

/* The op of the loop's body that op is or is in. */
static Op *child_of(const Rows *r, Op *op)
{
    while (op->parent != r->loop->regions[0])
        op = op->parent->owner;
    return op;
}

/* ---------------------------------------------------------------------- is it such a loop? */

static bool is_zero(const Poly *p)
{
    return p->known && p->n == 0 && p->c == 0;
}

/* Where it is, in bytes behind root. */
static Poly offset_of(const MemInfo *m, const Op *access, const Value *root)
{
    const Value *p = access->args[0];
    if (p == root)
        return poly_constant(0);
    return mem_knows(m, p) && m->address[p->id].root == root && m->address[p->id].off ? poly_copy(m->address[p->id].off) : poly_unknown();
}

static bool counts_up(const Op *loop)
{
    return loop->code == OP_FOR && value_is(loop->args[2], 1) && (loop->cmp == OP_LT || loop->cmp == OP_LE) &&
           !loop->reversed && !loop->omp && !(loop->loop && loop->loop->omp);
}

/* for (k = 0; k < n; k++) row[k] = array[k], in a loop: sorts out what is what. */
static bool is_copy(Rows *r)
{
    Op *copy = r->copy, *loop = copy->parent->owner;
    int64_t lo;
    if (!loop || !counts_up(loop) || !counts_up(copy) || copy->cmp != OP_LT || copy->nargs > 3 || !value_int(copy->args[0], &lo) ||
        lo != 0)
        return false;
    for (Op *op = copy->regions[0]->first; op->code != OP_YIELD; op = op->next) {
        if (op->nregions ||
            (is_access(op) && op->code == OP_LOAD ? r->load
             : is_access(op)                      ? r->store
                                                  : NULL) ||
            (!is_access(op) && op_info[op->code].effect != EFFECT_PURE))
            return false;
        if (op->code == OP_LOAD)
            r->load = op;
        else if (is_access(op))
            r->store = op;
    }
    r->loop = loop;
    r->length = copy->args[1];
    return r->load && r->store && r->store->code == OP_STORE && r->store->args[1] == r->load->results[0] &&
           r->length->type->kind == TY_LONG;
}

/* Is p, of the copy, `row` elements behind the array's first, where the copy's counter is 0, and does it go on by one element each time? */
static bool walks(const Rows *r, const Op *access, Poly *row)
{
    Poly off = offset_of(r->m, access, made_by(access->args[0])->results[0]), with;
    return off.known && poly_split(&off, symbol_of(r->copy->regions[0]->args[0], 0), &with, row) && with.known && with.n == 0 &&
           with.c == access->args[0]->type->elem->size;
}

/* Is row t the t-th piece of the rows, of `length` elements? */
static bool is_row(const Rows *r)
{
    Poly off, with, rest, bytes = poly_of_value(r->m, r->length), lo = poly_of_value(r->m, r->loop->args[0]);
    Poly scale = poly_constant(r->store->args[0]->type->elem->size);
    bytes = poly_mul(&bytes, &scale);
    if (!walks(r, r->store, &off) || !poly_split(&off, symbol_of(r->loop->regions[0]->args[0], 0), &with, &rest) ||
        !poly_same(&with, &bytes))
        return false;
    Poly start = poly_mul(&with, &lo);
    poly_add(&rest, &start, 1);
    return is_zero(&rest);
}

static bool is_kept(const Rows *r)
{
    const Region *around = r->loop->parent;
    const Op *rows = r->rows.made, *array = r->array.made;
    Poly row, length = poly_of_value(r->m, r->length), all = object_elements(r->m, array, r->load->results[0]->type->size);
    if (rows->parent != around || array->parent != around || !is_before(r, array) || !is_row(r) || !walks(r, r->load, &row) ||
        !is_zero(&row) || !all.known || !poly_same(&all, &length) || !ends_behind(r, &r->array) || !ends_behind(r, &r->rows))
        return false;
    for (size_t i = 0; i < r->rows.accesses.n; i++) {
        const Op *op = r->rows.accesses.at[i];
        if (op != r->store && (op->code != OP_LOAD || is_before(r, op) || is_inside(r, op)))
            return false;
    }
    return true;
}

/* Is it more than 0, as a constant or as a product of dimensions that `declared`, a LOCAL, has? */
static bool is_positive(const MemInfo *m, const Op *declared, const Poly *p)
{
    if (!p->known || p->c < 0 || (p->c == 0 && p->n == 0))
        return false;
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++) {
            bool dimension = false;
            for (int a = 0; a < declared->nargs && declared->code == OP_LOCAL; a++) {
                Poly d = poly_of_value(m, declared->args[a]), of = poly_symbol(p->t[i].sym[k]);
                dimension |= poly_same(&d, &of);
            }
            if (!dimension || p->t[i].coef < 0)
                return false;
        }
    return true;
}

bool fills_once(const MemInfo *m, const Op *store, const Value *root, const Region *r, const Op *declared, Extent *out)
{
    Poly width = poly_constant(store->args[0]->type->elem->size), with, rest;
    *out = (Extent){offset_of(m, store, root), poly_unknown()};
    for (const Region *at = store->parent; at != r; at = at->owner->parent) {
        const Op *inner = at->owner;
        int64_t step;
        if (inner->code != OP_FOR || !value_int(inner->args[2], &step) || (step != 1 && step != -1) ||
            (inner->cmp != OP_LT && inner->cmp != OP_GE))
            return false;
        bool up = inner->cmp == OP_LT;
        Poly lo = poly_of_value(m, inner->args[!up]), hi = poly_of_value(m, inner->args[up]);
        if (up != (step == 1) || !out->lo.known || !poly_split(&out->lo, symbol_of(at->args[0], 0), &with, &rest) ||
            !poly_same(&with, &width) || (declared && !is_positive(m, declared, &width)))
            return false;
        out->lo = rest;
        hi.c += !up;
        Poly start = poly_mul(&with, &lo);
        poly_add(&out->lo, &start, 1);
        poly_add(&hi, &lo, -1);
        width = poly_mul(&width, &hi);
    }
    out->hi = out->lo;
    poly_add(&out->hi, &width, 1);
    return true;
}

bool fills_range(const MemInfo *m, const Op *store, const Value *root, const Op *loop, const Op *declared, Extent *out)
{
    return fills_once(m, store, root, loop->regions[0], declared, out) && poly_steady(m, &out->lo, loop) && poly_steady(m, &out->hi, loop);
}

bool ranges_join(const Extent *part, int n, const Poly *lo, Poly *hi)
{
    bool used[MOST_PARTS] = {false};
    *hi = *lo;
    for (int i = 0, left = n; left > 0; i++) {
        if (i == n)
            return false;
        if (used[i] || !poly_same(&part[i].lo, hi))
            continue;
        *hi = part[i].hi;
        used[i] = true;
        left--;
        i = -1;
    }
    return n > 0;
}

/* The first that overwrites the array in a step. */
static bool find_over(Rows *r)
{
    for (size_t i = 0; i < r->array.accesses.n; i++) {
        Op *op = r->array.accesses.at[i];
        if (op->code == OP_LOAD || !is_inside(r, op))
            continue;
        Op *child = child_of(r, op);
        if (r->over && r->over != child)
            break; /* behind it: to row t + 1 */
        if (r->over || op->code != OP_STORE || child->code != OP_FOR)
            return false;
        r->over = child;
        r->cell = op;
    }
    return r->over && mem_position(r->m, r->over) > mem_position(r->m, r->copy) && fills_range(r->m, r->cell, r->array.made->results[0], r->loop, r->array.made, &r->range);
}

/* In the loop that overwrites it, is only the element read that is? */
static bool reads_own_element(const Rows *r)
{
    for (size_t i = 0; i < r->array.accesses.n; i++) {
        const Op *op = r->array.accesses.at[i];
        if (op->code == OP_LOAD && region_contains(r->over->regions[0], op) &&
            (op->parent != r->cell->parent || !same_address(op->args[0], r->cell->args[0])))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- the array that is copied */

static void count_effects(Op *op, void *ctx)
{
    int *n = ctx;
    *n += op_info[op->code].effect != EFFECT_PURE || op->nargs > 3;
}

static Op *copied_load(const Rows *r)
{
    Op *load = r->cell->args[1]->def;
    int effects = 0;
    walk_ops(r->over->regions[0], count_effects, &effects);
    if (!load || load->code != OP_LOAD || load->parent != r->cell->parent || r->over->nargs > 3 || effects != 2)
        return NULL;
    Poly from = offset_of(r->m, load, made_by(load->args[0])->results[0]), to = offset_of(r->m, r->cell, r->array.made->results[0]);
    return from.known && poly_same(&from, &to) ? load : NULL;
}

/* Do the stores fill just what is copied, and is it read behind them alone? */
static bool is_filled(const Rows *r, const Array *a)
{
    Extent filled[MOST_PARTS];
    int n = 0, last = 0;
    for (size_t i = 0; i < a->accesses.n; i++) {
        Op *op = a->accesses.at[i];
        int position = op->code == OP_LOAD ? 0 : mem_last_position(r->m, child_of(r, op));
        if (op->code != OP_LOAD && (op->code != OP_STORE || n == MOST_PARTS || !fills_range(r->m, op, a->made->results[0], r->loop, r->array.made, &filled[n++])))
            return false;
        last = position > last ? position : last;
    }
    for (size_t i = 0; i < a->accesses.n; i++) {
        const Op *op = a->accesses.at[i];
        if (op->code == OP_LOAD && mem_position(r->m, op) <= last)
            return false;
    }
    Poly end;
    return ranges_join(filled, n, &r->range.lo, &end) && poly_same(&end, &r->range.hi);
}

/* Is the whole array overwritten? */
static bool is_whole(const Rows *r)
{
    Poly length = poly_of_value(r->m, r->length), size = poly_constant(r->load->results[0]->type->size), zero = poly_constant(0);
    length = poly_mul(&length, &size);
    return poly_same(&r->range.lo, &zero) && poly_same(&r->range.hi, &length);
}

static void find_next(Rows *r)
{
    Op *load = copied_load(r), *made = load ? made_by(load->args[0]) : NULL;
    Array a;
    if (!made || made == r->array.made || made == r->rows.made || (made->zeroed && !is_whole(r)) || made->tape ||
        made->parent != r->loop->parent || !is_before(r, made) || load->args[0]->type->elem != r->cell->args[0]->type->elem ||
        !find_uses(r, &a, made) || !ends_behind(r, &a))
        return;
    for (size_t i = 0; i < a.accesses.n; i++) {
        const Op *op = a.accesses.at[i];
        if (!is_inside(r, op) || mem_position(r->m, op) > mem_last_position(r->m, r->over))
            return;
    }
    if (is_filled(r, &a))
        r->next = a;
}

/* ---------------------------------------------------------------------- values where the array is made */

/* v before the array is made, or NULL. b NULL: only whether there is such a thing (then v is returned). */
static Value *value_there(const Rows *r, Builder *b, Value *v, int depth)
{
    const Op *place = r->array.made, *op = v->def;
    const Region *home = op ? op->parent : v->arg_of;
    if ((!op || (mem_position(r->m, op) && mem_position(r->m, op) < mem_position(r->m, place))) && region_contains(home, place))
        return v;
    if (!op || depth == 0 || op->nregions || (op_info[op->code].kind != KIND_CONST && !op_speculatable(op)))
        return NULL;
    PtrMap map = {.arena = r->fn->arena};
    for (int i = 0; i < op->nargs; i++) {
        Value *arg = value_there(r, b, op->args[i], depth - 1);
        if (!arg)
            return NULL;
        ptrmap_put(&map, op->args[i], arg);
    }
    return b ? clone_op(b, op, &map)->results[v->index] : v;
}

static bool can_be_made(const Rows *r)
{
    const Op *loop = r->loop, *rows = r->rows.made;
    return rows->nargs == 2 && value_there(r, NULL, r->length, DEPTH) && value_there(r, NULL, loop->args[0], DEPTH) &&
           value_there(r, NULL, loop->args[1], DEPTH) && value_there(r, NULL, rows->args[1], DEPTH);
}

/* ---------------------------------------------------------------------- the change */

static Value *at_least_zero(Builder *b, Value *v)
{
    int64_t c;
    Value *zero = build_int(b, v->type, 0);
    if (value_int(v, &c))
        return c > 0 ? v : zero;
    return build_select(b, build_bin(b, OP_GT, v, zero), v, zero);
}

/* Room for a row more, before the array is made. */
static void make_rows(Rows *r)
{
    Op *rows = r->rows.made;
    Builder b = before_op(r->array.made);
    b.loc = rows->loc;
    Type *t = type_scalar(TY_LONG), *size = type_scalar(TY_ULONG);
    Value *lo = build_cast(&b, value_there(r, &b, r->loop->args[0], DEPTH), t);
    Value *hi = build_cast(&b, value_there(r, &b, r->loop->args[1], DEPTH), t);
    Value *steps = build_bin(&b, OP_SUB, hi, lo);
    r->count = at_least_zero(&b, r->loop->cmp == OP_LE ? build_bin(&b, OP_ADD, steps, build_int(&b, t, 1)) : steps);
    r->clamped = at_least_zero(&b, value_there(r, &b, r->length, DEPTH));
    Value *nrows = build_cast(&b, build_bin(&b, OP_ADD, r->count, build_int(&b, t, 1)), size);
    Value *args[2] = {build_bin(&b, OP_MUL, nrows, build_cast(&b, r->clamped, size)), value_there(r, &b, rows->args[1], DEPTH)};
    op_set_args(rows, args, 2);
    op_move(rows, &b);
}

/* A pointer variable for the row that is `length` elements behind p. */
static Value *row_behind(Rows *r, Builder *b, Value *p, Value *elements, const Var *name)
{
    Value *v = elements ? build_index(b, p, elements) : p;
    return build_pointer_variable(b, v, var_named(r->fn, v->type, "", name, "row"));
}

/* for (k = lo; k < hi; k++) to[k] = from[k], or 0 */
static void copy_between(Rows *r, Builder *b, Value *to, Value *from, Value *lo, Value *hi)
{
    Type *t = type_scalar(TY_LONG);
    Op *loop = build_for(b, lo, hi, build_int(b, t, 1), OP_LT);
    Value *k = loop->regions[0]->args[0];
    k->var = var_named(r->fn, t, "", NULL, "k");
    Builder in = at_end(loop->regions[0]);
    in.loc = b->loc;
    Value *v = from ? build_load(&in, build_index(&in, from, k)) : build_float(&in, to->type->elem, 0);
    build_store(&in, build_index(&in, to, k), v);
    build_yield(&in, NULL, 0);
}

/* p's elements as a long at b: the bytes of a range's end. */
static Value *elements_of(const Rows *r, Builder *b, const Poly *p, int64_t size)
{
    Poly e = poly_copy(p);
    poly_divide(&e, size);
    return build_poly(b, r->m, &e);
}

/* What the step leaves as it is. */
static void copy_rest(Rows *r, Op *first)
{
    int64_t size = r->load->results[0]->type->size;
    Poly length = poly_of_value(r->m, r->length), scale = poly_constant(size), zero = poly_constant(0),
         bytes = poly_mul(&length, &scale);
    Builder b = before_op(first);
    b.loc = r->over->loc;
    Type *t = type_scalar(TY_LONG);
    if (!poly_same(&r->range.lo, &zero)) {
        Value *lo = elements_of(r, &b, &r->range.lo, size);
        copy_between(r, &b, r->after, r->at[1], build_int(&b, t, 0),
                     build_select(&b, build_bin(&b, OP_LT, lo, r->length), lo, r->length));
    }
    if (!poly_same(&r->range.hi, &bytes))
        copy_between(r, &b, r->after, r->at[1], at_least_zero(&b, elements_of(r, &b, &r->range.hi, size)), r->length);
}

static bool in_elements(const Poly *p, int64_t size)
{
    bool whole = p->known && p->c % size == 0;
    for (int i = 0; whole && i < p->n; i++)
        whole = p->t[i].coef % size == 0;
    return whole;
}

/* Elements between the array's first and p, an address in it. */
static Value *elements_before(Builder *b, const Value *p, int64_t size)
{
    Type *t = type_scalar(TY_LONG);
    Value *sum = NULL;
    for (; p->def->code != OP_ALLOC && p->def->code != OP_LOCAL; p = p->def->args[0]) {
        const Op *op = p->def;
        if (op->code != OP_INDEX)
            continue;
        Value *i = build_cast(b, op->args[1], t);
        if (op->nargs > 2)
            i = build_bin(b, OP_MUL, i, build_cast(b, op->args[2], t));
        if (p->type->elem->size != size)
            i = build_bin(b, OP_MUL, i, build_int(b, t, p->type->elem->size / size));
        sum = sum ? build_bin(b, OP_ADD, i, sum) : i;
    }
    return sum;
}

/* p, an address in the array, behind `root` instead. */
static Value *moved(Builder *b, Value *p, Value *root)
{
    Value *index = NULL;
    int n = 0;
    for (const Value *q = p; q->def->code != OP_ALLOC && q->def->code != OP_LOCAL; q = q->def->args[0])
        if (q->def->code == OP_INDEX) {
            n += q->def->nargs > 2 || q->type->elem != root->type->elem ? 2 : 1;
            index = q->def->args[1];
        }
    if (n > 1)
        index = elements_before(b, p, root->type->elem->size);
    return index ? build_index(b, root, index) : root;
}

static void move_access(Op *op, Value *root)
{
    Builder b = before_op(op);
    b.loc = op->loc;
    op->args[0] = moved(&b, op->args[0], root);
}

static bool is_array_of(const Type *t, const Type *elem)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t == elem;
}

/* Are its elements reached by indices alone? (That is what `moved` repeats.) */
static bool is_plain(const Array *a, const Type *elem)
{
    for (size_t i = 0; i < a->accesses.n; i++) {
        const Op *op = a->accesses.at[i];
        if (op->args[0]->type->elem != elem)
            return false;
        for (const Value *p = op->args[0]; p->def != a->made; p = p->def->args[0])
            if (p->def->code == OP_INDEX && !is_array_of(p->type->elem, elem))
                return false;
    }
    return true;
}

static const Var *name_of(const Array *a)
{
    const Op *access = a->accesses.at[0];
    const Value *p = access->args[0];
    while (p->def != a->made && !(p->def->code == OP_PTRCAST && p->var))
        p = p->def->args[0];
    return p->def == a->made && a->made->var ? a->made->var : p->var;
}

static void make_pointers(Rows *r)
{
    Value *memory = r->rows.made->results[0];
    Type *pointer = r->store->args[0]->type, *t = type_scalar(TY_LONG);
    const Var *name = name_of(&r->array), *other = r->next.made ? name_of(&r->next) : NULL;
    Op *first = r->loop->regions[0]->first;
    Builder top = before_op(r->array.made), in = before_op(first), behind = before_op(r->loop->next);
    top.loc = in.loc = behind.loc = r->loop->loc;
    r->at[0] = build_ptrcast(&top, memory, pointer);
    if (r->array.made->zeroed)
        copy_between(r, &top, r->at[0], NULL, build_int(&top, t, 0), r->clamped);
    Value *t0 = build_cast(&in, r->loop->regions[0]->args[0], t);
    Value *step = build_bin(&in, OP_SUB, t0, build_cast(&in, r->loop->args[0], t));
    r->at[1] = row_behind(r, &in, r->at[0], build_bin(&in, OP_MUL, step, r->length), name);
    r->after = row_behind(r, &in, r->at[1], r->length, other ? other : var_named(r->fn, pointer, "next_", name, "row"));
    r->at[2] = row_behind(r, &behind, r->at[0], build_bin(&behind, OP_MUL, r->count, r->length), name);
}

static void move_accesses(Rows *r)
{
    for (size_t i = 0; i < r->array.accesses.n; i++) {
        Op *op = r->array.accesses.at[i];
        if (op == r->load)
            continue;
        bool before = is_before(r, op), inside = !before && is_inside(r, op);
        bool later = op == r->cell || mem_position(r->m, op) > mem_position(r->m, r->cell);
        move_access(op, before ? r->at[0] : !inside ? r->at[2] : later ? r->after : r->at[1]);
    }
    for (size_t i = 0; i < r->next.accesses.n; i++)
        if (!region_contains(r->over->regions[0], r->next.accesses.at[i]))
            move_access(r->next.accesses.at[i], r->after);
}

/* The array itself is no longer needed. */
static void drop(const Rows *r, const Array *a)
{
    for (size_t i = 0; i < a->frees.n; i++)
        op_remove(a->frees.at[i]);
    simplify(r->fn);
    int *uses = count_uses(r->fn);
    if (a->made->parent && uses[a->made->results[0]->id] == 0)
        op_remove(a->made);
}

static void live_in_rows(Rows *r)
{
    Op *first = r->over;
    for (size_t i = 0; i < r->next.accesses.n; i++) {
        Op *child = child_of(r, r->next.accesses.at[i]);
        first = mem_position(r->m, child) < mem_position(r->m, first) ? child : first;
    }
    make_rows(r);
    make_pointers(r);
    copy_rest(r, first);
    move_accesses(r);
    op_remove(r->copy);
    if (r->next.made)
        op_remove(r->over);
    if (!r->loop->note)
        r->loop->note = "each step reads one row of what is kept and writes the next";
    drop(r, &r->array);
    if (r->next.made)
        drop(r, &r->next);
}

static bool is_possible(Rows *r)
{
    if (!is_copy(r))
        return false;
    Op *rows = made_by(r->store->args[0]), *array = made_by(r->load->args[0]);
    if (!rows || !array || rows == array || rows->code != OP_ALLOC || !rows->tape || rows->zeroed || array->tape ||
        r->load->results[0]->type != r->store->args[0]->type->elem || !find_uses(r, &r->rows, rows) ||
        !find_uses(r, &r->array, array))
        return false;
    const Type *elem = r->store->args[0]->type->elem;
    if (!is_plain(&r->array, elem) || !is_kept(r) || !find_over(r) || !reads_own_element(r) ||
        !in_elements(&r->range.lo, elem->size) || !in_elements(&r->range.hi, elem->size) || !can_be_made(r))
        return false;
    find_next(r);
    if (r->next.made && !is_plain(&r->next, elem))
        r->next = (Array){0};
    return true;
}

/* A loop of a loop that has one load and one store. */
static void find_copy(Op *op, void *ctx)
{
    const Op *around = op->parent->owner;
    if (op->code == OP_FOR && around && around->code == OP_FOR && op->regions[0]->last->prev &&
        op->regions[0]->last->prev->code == OP_STORE && op->regions[0]->last->prev->kept)
        ptrs_push(ctx, op);
}

void live_in_kept_rows(Fn *fn)
{
    Ptrs copies = {.arena = fn->arena};
    if (pass_options.max_tape || fn->split || fn->limited)
        return;
    walk_ops(fn->body, find_copy, &copies);
    for (size_t i = 0; i < copies.n; i++) {
        MemInfo *m = mem_analyse(fn);
        Rows r = {.fn = fn, .m = m, .copy = copies.at[i]};
        if (is_possible(&r))
            live_in_rows(&r);
        mem_free(m);
    }
}
