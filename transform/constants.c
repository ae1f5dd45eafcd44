/* constants.c: a local array that is filled with constants, and then only read, is a table that never changes.
 *
 *   for (...) { double c[3] = {1, 2, 3}; ... c[k] ... }   ->   static const double c[3] = {1, 2, 3};   for (...) { ... c[k] ... }
 *
 * It is read where it is needed, also in the reverse sweep, and nothing of it is kept.
 * Precondition: an array of real or integer elements and of a length known here; its address goes only into addresses of elements, loads
 * and stores through it; all stores are of constants, at constant indices, in one region and before every load, and all loads are in that
 * region: so each finds what the stores before it have just put there. What no store reaches is 0 or never read.
 * Tables of one function that have the same name and numbers, as copies of a helper's have, are one.
 */
#include "emit.h"

#include <string.h>

enum { MAX_ELEMENTS = 4096 };

typedef struct {
    Op *local;
    Type *elem;
    const Op **stored; /* by element: the constant, or NULL */
    int64_t count;
    const Region *filled; /* where all stores are; NULL: none so far */
    bool loaded, is_table;
    Ptrs stores;
} Table;

/* An address in a table: its element, -1 where that depends on the run. */
typedef struct {
    Table *table;
    int64_t element;
} Place;

typedef struct {
    Fn *fn;
    Arena *arena;
    Ptrs tables;
    PtrMap places;   /* Value* -> Place* */
    PtrMap replaced; /* Value* of a load -> Value*: the constant */
    Ptrs loads;      /* Op*: of an element that is known */
} Constants;

static void add_place(Constants *c, const Value *v, Table *t, int64_t element)
{
    Place *p = arena_alloc(c->arena, sizeof *p);
    *p = (Place){t, element};
    ptrmap_put(&c->places, v, p);
}

static void add_table(Constants *c, Op *local)
{
    Type *elem = local->of;
    int64_t count = 1;
    for (; elem->kind == TY_ARRAY && elem->count > 0 && !elem->elem_volatile; elem = elem->elem)
        count = count > MAX_ELEMENTS ? count : count * elem->count;
    if (local->nargs > 0 || local->of->kind != TY_ARRAY || !(type_is_int(elem) || type_is_float(elem)) || count > MAX_ELEMENTS ||
        !local->var)
        return;
    Table *t = arena_alloc(c->arena, sizeof *t);
    *t = (Table){.local = local, .elem = elem, .count = count, .is_table = true, .stores.arena = c->arena};
    t->stored = arena_alloc(c->arena, sizeof *t->stored * (size_t)count);
    ptrs_push(&c->tables, t);
    add_place(c, local->results[0], t, 0);
}

static int64_t element_of(const Table *t, const Place *p, const Op *op)
{
    int64_t k;
    if (op->code == OP_DECAY)
        return p->element;
    if (p->element < 0 || !value_int(op->args[1], &k) || k < 0 || k > t->count)
        return -1;
    return p->element + k * (op->results[0]->type->elem->size / t->elem->size);
}

static void note_store(Table *t, const Place *p, Op *op)
{
    const Op *value = op->args[1]->def;
    bool is_constant = value && (value->code == OP_ICONST || value->code == OP_FCONST) && !value->text;
    if (!is_constant || p->element < 0 || p->element >= t->count || t->loaded || (t->filled && t->filled != op->parent)) {
        t->is_table = false;
        return;
    }
    t->filled = op->parent;
    t->stored[p->element] = value;
    ptrs_push(&t->stores, op);
}

static void note_use(Constants *c, const Place *p, Op *op, int arg)
{
    Table *t = p->table;
    if (arg == 0 && (op->code == OP_DECAY || (op->code == OP_INDEX && op->nargs == 2))) {
        add_place(c, op->results[0], t, element_of(t, p, op));
    } else if (arg == 0 && op->code == OP_STORE) {
        note_store(t, p, op);
    } else if (arg == 0 && op->code == OP_LOAD && t->filled && region_contains(t->filled, op)) {
        t->loaded = true;
        if (p->element >= 0 && p->element < t->count)
            ptrs_push(&c->loads, op);
    } else {
        t->is_table = false;
    }
}

static void look_at(Op *op, void *ctx)
{
    Constants *c = ctx;
    if (op->code == OP_LOCAL)
        add_table(c, op);
    for (int i = 0; i < op->nargs && c->tables.n; i++) {
        const Place *p = ptrmap_get(&c->places, op->args[i]);
        if (p)
            note_use(c, p, op, i);
    }
}

/* `{{1, 2}, {3, 4}}` from element *at on. */
static void put_values(Constants *c, Str *s, const Table *t, const Type *type, int64_t *at)
{
    if (type->kind != TY_ARRAY) {
        const Op *k = t->stored[(*at)++];
        str_put(s,
                type_is_int(type) ? int_literal(c->arena, type, k ? k->ival : 0) : float_literal(c->arena, type, k ? k->fval : 0));
        return;
    }
    str_put(s, "{");
    for (int64_t i = 0; i < type->count; i++) {
        str_put(s, i ? ", " : "");
        put_values(c, s, t, type->elem, at);
    }
    str_put(s, "}");
}

static Var *find_static(const Fn *fn, const char *name)
{
    for (size_t i = 0; i < fn->statics.n; i++)
        if (!strcmp(((Var *)fn->statics.at[i])->name, name))
            return fn->statics.at[i];
    return NULL;
}

static Var *variable_of(Constants *c, const Table *t)
{
    const Var *local = t->local->var;
    Str values = {.arena = c->arena};
    int64_t at = 0;
    put_values(c, &values, t, t->local->of, &at);
    const char *name = local->name;
    for (int k = 1;; k++) {
        const char *text = arena_printf(c->arena, "static const %s = %s", type_declare(c->arena, t->local->of, name), values.s);
        Var *var = find_static(c->fn, name);
        if (var && !strcmp(var->decl_text, text))
            return var;
        if (!var) {
            var = arena_alloc(c->arena, sizeof *var);
            *var = (Var){.name = name,
                         .type = t->local->of,
                         .loc = local->loc,
                         .is_static = true,
                         .is_global = true,
                         .is_const = true,
                         .owner = c->fn,
                         .decl_text = text};
            ptrs_push(&c->fn->statics, var);
            return var;
        }
        name = arena_printf(c->arena, "%s%d", local->name, k);
    }
}

static void make_const(Op *op, void *ctx)
{
    Constants *c = ctx;
    const Place *p = op->nresults && (op->code == OP_DECAY || op->code == OP_INDEX) ? ptrmap_get(&c->places, op->results[0]) : NULL;
    if (p && p->table->is_table && p->table->loaded)
        op->results[0]->type = type_ptr_q(op->results[0]->type->elem, true, false);
}

static void replace(Constants *c, Table *t)
{
    Op *local = t->local;
    local->code = OP_GLOBAL;
    local->var = variable_of(c, t);
    local->of = NULL;
    local->zeroed = false;
    local->results[0]->type = type_ptr_q(local->var->type, true, false);
    for (size_t i = 0; i < t->stores.n; i++)
        op_remove(t->stores.at[i]);
}

static void fold_load(Constants *c, Op *load)
{
    const Place *p = ptrmap_get(&c->places, load->args[0]);
    const Op *k = p->table->stored[p->element];
    Type *t = p->table->elem;
    if (!p->table->is_table)
        return;
    Builder b = before_op(load);
    ptrmap_put(&c->replaced, load->results[0],
               type_is_int(t) ? build_int(&b, t, k ? k->ival : 0) : build_float(&b, t, k ? k->fval : 0));
}

void make_constant_tables(Fn *fn)
{
    Constants c = {.fn = fn,
                   .arena = fn->arena,
                   .tables.arena = fn->arena,
                   .loads.arena = fn->arena,
                   .places.arena = fn->arena,
                   .replaced.arena = fn->arena};
    size_t made = 0;
    walk_ops(fn->body, look_at, &c);
    for (size_t i = 0; i < c.loads.n; i++)
        fold_load(&c, c.loads.at[i]);
    replace_uses_map(fn, &c.replaced);
    walk_ops(fn->body, make_const, &c);
    for (size_t i = 0; i < c.tables.n; i++) {
        Table *t = c.tables.at[i];
        if (t->is_table && t->loaded)
            replace(&c, t), made++;
    }
    if (made)
        simplify(fn);
}
