/* row_tables.c: matrices as tables of rows, `double **a`, made in the function: where a[i] points.
 *
 *     for (i ...) a[i] = malloc(...);                  rows of their own: a[i] is row + i * S, where no row is as long as S
 *     for (i ...) a[i] = block + i * n;                places in a block
 *     a[0] = block; for (i = 1 ...) a[i] = a[i - 1] + n;
 *
 * Then a[i][j] and a[k][j] are told apart as elements of a matrix in one piece are (overlap.c). What has to hold: every use of the table's
 * address is known, each element is stored once, by the loop (a[0] too by stores before it, of which the last counts), and an element that was not stored is not
 * loaded, which would be the source's mistake. S is the symbol of the table's own address: it stands for no number. */
#include "analysis.h"

#include <string.h>

enum { MAX_STORES = 6 };

typedef struct {
    const Value *table;
    const Op *store[MAX_STORES]; /* in program order */
    int nstores;
    const Op *read; /* the first load */
    bool lost; /* its address is used in a way that is not known */
} Table;

typedef struct {
    MemInfo *m;
    Table *tables;
    int n, cap;
    int *of; /* by value id: 1 + the number of the table */
} Tables;

/* ---------------------------------------------------------------------- uses of the tables */

static const Value *root_of(const MemInfo *m, const Value *p)
{
    while (mem_knows(m, p) && m->address[p->id].root) {
        const Value *root = m->address[p->id].root;
        if (!defined_by(root, OP_USE))
            return root;
        p = root->def->args[0];
    }
    return NULL;
}

static Table *table_of(const Tables *t, const Value *p)
{
    const Value *root = p->type->kind == TY_PTR ? root_of(t->m, p) : NULL;
    return root && t->of[root->id] ? &t->tables[t->of[root->id] - 1] : NULL;
}

static void find_table(Op *op, void *ctx)
{
    Tables *t = ctx;
    if (op->code != OP_ALLOC && op->code != OP_LOCAL)
        return;
    const Type *elem = op->results[0]->type->elem;
    while (elem->kind == TY_ARRAY)
        elem = elem->elem;
    bool untyped = op->code == OP_ALLOC && elem->kind == TY_VOID; /* malloc's */
    if (!untyped && (elem->kind != TY_PTR || elem->elem->kind == TY_FUNC))
        return;
    if (t->n == t->cap) {
        int cap = t->cap ? 2 * t->cap : 8;
        Table *more = arena_alloc(t->m->arena, (size_t)cap * sizeof *more);
        if (t->n)
            memcpy(more, t->tables, (size_t)t->n * sizeof *more);
        t->tables = more;
        t->cap = cap;
    }
    t->tables[t->n++] = (Table){.table = op->results[0]};
    t->of[op->results[0]->id] = t->n;
}

static void note_use(Op *op, void *ctx)
{
    const Tables *t = ctx;
    for (int i = 0; i < op->nargs; i++) {
        Table *table = table_of(t, op->args[i]);
        if (table && !table->read && op->code == OP_LOAD)
            table->read = op;
        if (!table || op->code == OP_FREE || op->code == OP_USE || op_is_compare(op->code) || (op->code == OP_LOAD && i == 0))
            continue;
        if (op->code == OP_STORE && i == 0 && op->args[1]->type->kind == TY_PTR && table->nstores < MAX_STORES)
            table->store[table->nstores++] = op;
        else if (!op_is_step(op->code) || i > 0 || !op->nresults || table_of(t, op->results[0]) != table)
            table->lost = true;
    }
}

/* a[1] = malloc(...); a[1] += 1; a[1] -= 1: leaves out what is stored to an element that is stored again before any is read. */
static void leave_out_overwritten(const MemInfo *m, Table *t)
{
    int n = 0;
    for (int i = 0; i < t->nstores; i++) {
        const Op *op = t->store[i], *next = i + 1 < t->nstores ? t->store[i + 1] : NULL;
        bool again = next && next->parent == op->parent && mem_knows(m, op->args[0]) && mem_knows(m, next->args[0]) &&
                     m->address[op->args[0]->id].root == m->address[next->args[0]->id].root &&
                     poly_same(m->address[op->args[0]->id].off, m->address[next->args[0]->id].off) &&
                     (!t->read || mem_position(m, t->read) > mem_position(m, next));
        if (!again)
            t->store[n++] = op;
    }
    t->nstores = n;
}

/* ---------------------------------------------------------------------- what a table holds */

/* Row at `off` bytes in the table: root + rest + scale * off; at the multiples of 8 only, where each is one pointer. */
typedef struct {
    const Value *root;
    Poly rest, scale;
    int64_t divisor; /* of scale * off */
    bool own;        /* root is what the loop allocates for one row */
} Rows;

/* The only loop around the store that is not around the table. */
static const Op *filling_loop(const Table *t, const Op *store)
{
    const Op *loop = store->parent->owner;
    while (loop && loop->code == OP_IF)
        loop = loop->parent->owner;
    if (!loop || loop->code != OP_FOR || region_contains(loop->regions[0], t->table->def))
        return NULL;
    for (const Op *outer = loop->parent->owner; outer; outer = outer->parent->owner)
        if (outer->code != OP_IF && !region_contains(outer->regions[0], t->table->def))
            return NULL;
    return loop;
}

/* Do p's symbols mean the same in all iterations, of what is inside the loops around the table? */
static bool is_fixed(const MemInfo *m, const Poly *p, const Value *table)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < POLY_DEGREE && p->t[i].sym[k] >= 0; k++)
            if (m->depth[p->t[i].sym[k] / POLY_SIDES] > m->depth[table->id])
                return false;
    return p->known;
}

/* The store's place in the table: with * counter + rest, and `with` a constant that is one or more elements. */
static bool place_in_table(const MemInfo *m, const Table *t, const Op *store, const Op *loop, int64_t *with, Poly *rest)
{
    const Address *a = &m->address[store->args[0]->id];
    Poly w;
    if (a->root != t->table || !poly_split(a->off, symbol_of(loop->regions[0]->args[0], 0), &w, rest) || w.n || !is_fixed(m, rest, t->table))
        return false;
    *with = w.c;
    int64_t size = store->args[1]->type->size;
    return *with >= size || *with <= -size;
}

static Address address_stored(const MemInfo *m, const Op *store)
{
    return mem_knows(m, store->args[1]) ? m->address[store->args[1]->id] : (Address){NULL, NULL};
}

/* for (i ...) a[i] = malloc(...) */
static bool rows_of_their_own(const MemInfo *m, const Table *t, Rows *r)
{
    const Op *loop = t->nstores == 1 ? filling_loop(t, t->store[0]) : NULL;
    Address row = address_stored(m, t->store[0]);
    int64_t with;
    Poly rest;
    if (!loop || !row.root || !defined_by(row.root, OP_ALLOC) || !region_contains(loop->regions[0], row.root->def) ||
        !is_fixed(m, row.off, t->table) || !place_in_table(m, t, t->store[0], loop, &with, &rest))
        return false;
    for (const Op *at = row.root->def->parent->owner; at != loop; at = at->parent->owner)
        if (at->code != OP_IF)
            return false;
    *r = (Rows){row.root, poly_copy(row.off), poly_symbol(symbol_of(t->table, 0)), 1, true};
    return true;
}

/* for (i ...) a[i] = block + f(i), f of first degree: row at off is block + f(0) + (f(1) - f(0)) * (off - rest) / with. */
static bool places_in_block(const MemInfo *m, const Op *loop, Address row, int64_t with, const Poly *rest, const Value *table, Rows *r)
{
    Poly step, start;
    if (!row.root || m->depth[row.root->id] > m->depth[table->id] || !poly_split(row.off, symbol_of(loop->regions[0]->args[0], 0), &step, &start) ||
        !is_fixed(m, &step, table) || !is_fixed(m, &start, table))
        return false;
    Poly back = poly_mul(&step, rest);
    if (!poly_divide(&back, with))
        return false;
    poly_add(&start, &back, -1);
    *r = (Rows){row.root, start, step, with, false};
    return start.known;
}

/* The row at `off` in the table. */
static bool row_at(const Rows *r, const Poly *off, Poly *row)
{
    Poly p = poly_mul(&r->scale, off);
    bool whole = poly_divide(&p, r->divisor);
    *row = r->rest;
    poly_add(row, &p, 1);
    return whole && row->known;
}

/* Is it what the store before the loop puts there, too? */
static bool agrees(const MemInfo *m, const Table *t, const Op *store, const Rows *r)
{
    const Address *at = &m->address[store->args[0]->id];
    Address row = address_stored(m, store);
    Poly expected;
    return at->root == t->table && row.root == r->root && row_at(r, at->off, &expected) && poly_same(&expected, row.off);
}

/* A row that is made of one that the table holds: the address of that one in the table; NULL: it is not. */
static const Address *row_before(const MemInfo *m, const Table *t, const Value *root)
{
    const Op *load = root ? root->def : NULL;
    const Address *at = load && load->code == OP_LOAD && mem_knows(m, load->args[0]) ? &m->address[load->args[0]->id] : NULL;
    return at && at->root == t->table ? at : NULL;
}

/* a[0] = block; for (i = 1 ...) a[i] = a[i - 1] + n, or a[0] + i * n. */
static bool rows_after_another(const MemInfo *m, const Table *t, const Op *loop, int64_t with, const Poly *rest, Rows *r)
{
    const Op *first = t->store[0];
    Address row = address_stored(m, t->store[1]), base = address_stored(m, first);
    const Address *before = row_before(m, t, row.root), *start = &m->address[first->args[0]->id];
    Poly back, with_i, from;
    if (!before || start->root != t->table || !base.root || !is_fixed(m, start->off, t->table))
        return false;
    if (poly_same(before->off, start->off)) { /* all from the first */
        Poly off = poly_copy(base.off);
        poly_add(&off, row.off, 1);
        return off.known && places_in_block(m, loop, (Address){base.root, &off}, with, rest, t->table, r);
    }
    back = poly_copy(m->address[t->store[1]->args[0]->id].off);
    poly_add(&back, before->off, -1);
    if (!back.known || back.n || back.c != with || !value_is(loop->args[2], 1) || !is_fixed(m, row.off, t->table) || !is_fixed(m, base.off, t->table) ||
        m->depth[base.root->id] > m->depth[t->table->id])
        return false;
    /* row.off is what each adds: as if a[i] = base + (off(i) - off(first)) / with * row.off */
    with_i = poly_mul(row.off, start->off);
    *r = (Rows){base.root, poly_copy(base.off), poly_copy(row.off), with, false};
    Rows none = {base.root, poly_constant(0), poly_constant(1), with, false};
    if (!row_at(&none, &with_i, &from))
        return false;
    poly_add(&r->rest, &from, -1);
    return r->rest.known;
}

static bool contents(const MemInfo *m, const Table *t, Rows *r)
{
    if (t->lost || t->nstores == 0 || t->nstores > 2)
        return false;
    if (rows_of_their_own(m, t, r))
        return true;
    const Op *last = t->store[t->nstores - 1], *loop = filling_loop(t, last);
    int64_t with;
    Poly rest;
    if (!loop || !place_in_table(m, t, last, loop, &with, &rest))
        return false;
    if (t->nstores == 1)
        return places_in_block(m, loop, address_stored(m, last), with, &rest, t->table, r);
    if (region_contains(loop->regions[0], t->store[0]) || m->depth[t->store[0]->args[0]->id] > m->depth[t->table->id])
        return false;
    return (places_in_block(m, loop, address_stored(m, last), with, &rest, t->table, r) || rows_after_another(m, t, loop, with, &rest, r)) &&
           agrees(m, t, t->store[0], r);
}

/* ---------------------------------------------------------------------- rows */

typedef struct {
    Tables *tables;
    Rows *rows;
    bool *known;
} Placing;

static bool define_row(MemInfo *m, const Value *row, const Value *place, const Rows *r)
{
    Poly off;
    if (!m->row)
        m->row = arena_alloc(m->arena, (size_t)m->nvalues * sizeof *m->row);
    if (!row_at(r, m->address[place->id].off, &off))
        return false;
    m->row[row->id] = (Address){r->root, affine_keep(m, &off)};
    return true;
}

static void place_row(Op *op, void *ctx)
{
    Placing *p = ctx;
    MemInfo *m = p->tables->m;
    if (op->code != OP_LOAD || op->results[0]->type->kind != TY_PTR || !mem_knows(m, op->args[0]))
        return;
    const Address *at = &m->address[op->args[0]->id];
    int i = at->root ? p->tables->of[at->root->id] - 1 : -1;
    if (i >= 0 && p->known[i])
        define_row(m, op->results[0], op->args[0], &p->rows[i]);
}

void mem_find_rows(MemInfo *m)
{
    Tables t = {.m = m, .of = arena_alloc(m->arena, (size_t)m->nvalues * sizeof *t.of)};
    walk_ops(m->fn->body, find_table, &t);
    if (!t.n)
        return;
    walk_ops(m->fn->body, note_use, &t);
    Placing p = {&t, arena_alloc(m->arena, (size_t)t.n * sizeof *p.rows), arena_alloc(m->arena, (size_t)t.n * sizeof *p.known)};
    for (int i = 0; i < t.n; i++) {
        leave_out_overwritten(m, &t.tables[i]);
        p.known[i] = contents(m, &t.tables[i], &p.rows[i]);
        Rows row = p.rows[i];
        row.rest = poly_constant(0);
        if (p.known[i] && row.own)
            p.known[i] = define_row(m, row.root, t.tables[i].store[0]->args[0], &row);
    }
    walk_ops(m->fn->body, place_row, &p);
}
