/* workspaces.c: static pointers to memory that a function allocates for itself, and what is kept beside them.
 *
 *   static double *buf; static size_t cap;
 *   if (n > cap) { buf = realloc(buf, n * sizeof *buf); cap = n; }      ... buf[i] = x[i] * x[i]; ... s += buf[i]; ...
 *
 *   static node *all;      v = malloc(sizeof *v); v->next = all; all = v; ... while (all) { next = all->next; free(all); all = next; }
 *
 * Where what such memory holds carries derivatives, each call of the derivative has memory of its own: the variables become locals, which
 * start as the program does. That is what the function does, however often it was called before, if all that is read there was written in
 * the same call; where that is not seen it is said (-Wprivate-static). */
#include "analysis.h"
#include "derivative.h"

#include <ctype.h>
#include <string.h>

typedef struct {
    Fn *fn;
    const Request *rq;
    const MemInfo *mem;
    Ptrs all;               /* Var*: static variables that fn stores to, accessed by loads and stores alone */
    Ptrs bad;               /* Var*: accessed otherwise */
    Ptrs chosen;            /* Var*: those that become locals */
    Ptrs freed;             /* Op*: that some free may end */
    Ptrs made;              /* Op*: ALLOC, REALLOC of what their pointers lead to */
    Ptrs leaves;            /* Leaf*: their pointers */
    PtrMap owner;           /* ALLOC, REALLOC -> Leaf* that its result is stored in */
    PtrMap local, replaced; /* Var* -> the local's address; addresses -> the same */
    bool changed, plain, called, always_stored;
} Search;

static void note(Ptrs *list, const void *v)
{
    if (!ptrs_has(list, v))
        ptrs_push(list, (void *)(uintptr_t)v);
}

/* The static variable that an address is of, or of a field of. */
static Var *variable_at(const Value *p)
{
    while (p->def && p->def->code == OP_FIELD)
        p = p->def->args[0];
    return p->def && p->def->code == OP_GLOBAL ? p->def->var : NULL;
}

static void find_nonzero(Op *op, void *ctx)
{
    bool *zero = ctx;
    const Op *value = op->code == OP_STORE ? op->args[1]->def : NULL;
    while (value && (value->code == OP_PTRCAST || value->code == OP_CAST))
        value = value->args[0]->def;
    if (op->code == OP_STORE)
        *zero &= value && (value->code == OP_NULLPTR || (value->code == OP_ICONST && value_is(value->results[0], 0)));
    else
        *zero &= op->code != OP_CALL && op->code != OP_COPY;
}

/* "= NULL", "= 0", "= {0}": the same as without an initialiser. */
static bool starts_as_zero(const Var *v)
{
    const char *at = v->decl_text ? strchr(v->decl_text, '=') : NULL;
    if (v->initial) {
        bool zero = true;
        walk_ops(v->initial->body, find_nonzero, &zero);
        return zero;
    }
    for (at = at ? at + 1 : ""; *at; at++) {
        if (!strncmp(at, "void", 4))
            at += 3;
        else if (!strncmp(at, "NULL", 4))
            at += 3;
        else if (!isspace((unsigned char)*at) && !strchr("(){}*0.,", *at))
            return false;
    }
    return true;
}

static bool is_plain(const Type *t)
{
    if (t->kind == TY_RECORD && !t->is_union) {
        for (int i = 0; i < t->nfields; i++)
            if (!is_plain(t->fields[i].type))
                return false;
        return true;
    }
    return type_is_int(t) || type_is_float(t) || (t->kind == TY_PTR && t->elem->kind != TY_FUNC);
}

static bool can_be_local(const Search *s, const Var *v)
{
    bool other = v->is_const || v->is_volatile || v->is_atomic || v->is_thread || v->is_inactive || v->is_extern;
    return v->is_static && !other && is_plain(v->type) && !ptrs_has(&s->rq->global_vars, v) && starts_as_zero(v);
}

static void find_uses(Op *op, void *ctx)
{
    Search *s = ctx;
    for (int i = 0; i < op->nargs; i++) {
        const Var *v = variable_at(op->args[i]);
        if (!v)
            continue;
        bool access = i == 0 && (op->code == OP_LOAD || op->code == OP_STORE);
        if ((!access && op->code != OP_FIELD) || !can_be_local(s, v))
            note(&s->bad, v);
        else if (op->code == OP_STORE)
            note(&s->all, v);
    }
}

/* ---------------------------------------------------------------------- which of them */

static const Var *root_variable(const MemInfo *m, int obj)
{
    while (m->objects[obj].parent >= 0)
        obj = m->objects[obj].parent;
    const MemObject *o = &m->objects[obj];
    return o->kind == OBJ_GLOBAL && o->op->code == OP_GLOBAL ? o->op->var : NULL;
}

static bool holds_active(const Search *s, const Activity *a, int obj)
{
    const int *held;
    int n = mem_held_objects(s->mem, obj, &held);
    for (int k = 0; k < n; k++)
        if (mem_object_kind(s->mem, held[k]) == OBJ_HEAP && active_object(a, held[k]))
            return true;
    return false;
}

/* Those whose memory carries derivatives. */
static void choose_active(Search *s)
{
    const Activity *a = activity_draft(s->fn, s->mem, s->rq);
    for (int i = 0; i < s->mem->nobjects; i++) {
        const Var *v = root_variable(s->mem, i);
        bool behind = s->mem->objects[i].kind == OBJ_POINTEE;
        if (v && ptrs_has(&s->all, v) && (behind ? active_object(a, i) : holds_active(s, a, i)))
            note(&s->chosen, v);
    }
}

static bool is_chosen(const Search *s, const Value *p)
{
    const Var *v = variable_at(p);
    return v && ptrs_has(&s->chosen, v);
}

static void find_loaded(Op *op, void *ctx)
{
    Search *s = ctx;
    const Var *v = op->code == OP_LOAD ? variable_at(op->args[0]) : NULL;
    if (v && ptrs_has(&s->all, v) && !ptrs_has(&s->chosen, v)) {
        note(&s->chosen, v);
        s->changed = true;
    }
}

/* Static variables that v is computed from. */
static void choose_loaded(Search *s, const Value *v, int depth)
{
    const Op *op = v->def;
    if (!op || depth > 20)
        return;
    find_loaded((Op *)(uintptr_t)op, s);
    for (int i = 0; i < op->nargs && op->code != OP_LOAD; i++)
        choose_loaded(s, op->args[i], depth + 1);
}

/* What is stored beside a chosen variable goes along, and what decides whether that is stored: cap, a flag. */
static void choose_beside(Op *op, void *ctx)
{
    Search *s = ctx;
    if (op->code != OP_STORE || !is_chosen(s, op->args[0]))
        return;
    for (const Op *other = op->parent->first; other && op->parent != s->fn->body; other = other->next) {
        const Var *v = other->code == OP_STORE ? variable_at(other->args[0]) : NULL;
        if (v && ptrs_has(&s->all, v) && !ptrs_has(&s->chosen, v)) {
            note(&s->chosen, v);
            s->changed = true;
        }
    }
    for (const Op *owner = op->parent->owner; owner; owner = owner->parent->owner)
        if (owner->code == OP_IF)
            choose_loaded(s, owner->args[0], 0);
}

/* Functions that stay called, and those that they call. */
static void find_callees(Op *op, void *ctx)
{
    Ptrs *fns = ctx;
    Fn *f = op->code == OP_CALL || op->code == OP_FNADDR ? op->callee : NULL;
    if (!f || !f->has_body || !f->body || ptrs_has(fns, f))
        return;
    ptrs_push(fns, f);
    walk_ops(f->body, find_callees, fns);
}

static void find_mention(Op *op, void *ctx)
{
    Search *s = ctx;
    s->called |= op->code == OP_GLOBAL && ptrs_has(&s->chosen, op->var);
}

static bool choose(Search *s)
{
    choose_active(s);
    for (s->changed = s->chosen.n > 0; s->changed;) {
        s->changed = false;
        walk_ops(s->fn->body, choose_beside, s);
    }
    Ptrs callees = {.arena = s->fn->arena};
    walk_ops(s->fn->body, find_callees, &callees);
    for (size_t i = 0; i < callees.n; i++)
        walk_ops(((Fn *)callees.at[i])->body, find_mention, s);
    for (size_t i = 0; i < s->chosen.n; i++)
        s->called |= ptrs_has(&s->bad, s->chosen.at[i]);
    return s->chosen.n > 0 && !s->called;
}

static bool is_made(const Search *s, int obj)
{
    const Op *op = mem_object_op(s->mem, obj);
    return op && ptrs_has(&s->made, op);
}

static bool may_be_made(const Search *s, const Value *p)
{
    const int *objs;
    int n = mem_objects(s->mem, p, &objs);
    for (int k = 0; k < n; k++)
        if (is_made(s, objs[k]))
            return true;
    return false;
}

/* Does anybody else get the memory's address? */
static bool is_handed_out(const Search *s)
{
    const MemInfo *m = s->mem;
    const Op *yield = region_terminator(s->fn->body);
    const int *objs;
    int n = yield->nargs && yield->args[0]->type->kind == TY_PTR ? mem_objects(m, yield->args[0], &objs) : 0;
    for (int k = 0; k < n; k++)
        if (is_made(s, objs[k]))
            return true;
    for (int i = 0; i < m->nobjects; i++) {
        const Var *v = root_variable(m, i);
        bool own = m->objects[i].kind == OBJ_LOCAL || m->objects[i].kind == OBJ_HEAP || (v && ptrs_has(&s->chosen, v));
        if (is_made(s, i) && mem_escaped(m, i))
            return true;
        n = own ? 0 : mem_held_objects(m, i, &objs);
        for (int k = 0; k < n; k++)
            if (is_made(s, objs[k]))
                return true;
    }
    return false;
}

/* ---------------------------------------------------------------------- who frees it? */

typedef enum { LEAF_EMPTY, LEAF_OWNS, LEAF_VIEW, LEAF_ENDED, LEAF_UNKNOWN } LeafState;

/* A pointer of a chosen variable: is what it holds at the end still to be freed? */
typedef struct {
    const Var *var;
    int field; /* -1: the variable itself */
    LeafState state;
} Leaf;

static Leaf *leaf_at(const Search *s, const Var *var, const Value *address)
{
    int field = address->def && address->def->code == OP_FIELD ? (int)address->def->ival : -1;
    for (size_t i = 0; i < s->leaves.n; i++) {
        Leaf *leaf = s->leaves.at[i];
        if (leaf->var == var && leaf->field == field)
            return leaf;
    }
    Leaf *leaf = arena_alloc(s->fn->arena, sizeof *leaf);
    *leaf = (Leaf){var, field, LEAF_EMPTY};
    ptrs_push((Ptrs *)(uintptr_t)&s->leaves, leaf);
    return leaf;
}

static const Op *without_casts(const Value *p)
{
    while (p->def && p->def->code == OP_PTRCAST)
        p = p->def->args[0];
    return p->def;
}

/* Lists are the function's to free; a block belongs to the pointer that malloc's result is stored in. */
static void find_owner(Op *op, void *ctx)
{
    Search *s = ctx;
    bool store = op->code == OP_STORE && op->args[1]->type->kind == TY_PTR && is_chosen(s, op->args[0]);
    if (!store || type_has_pointers(op->args[1]->type->elem))
        return;
    Leaf *leaf = leaf_at(s, variable_at(op->args[0]), op->args[0]);
    const Op *value = without_casts(op->args[1]);
    OpCode code = value ? value->code : OP_COUNT;
    if (code == OP_NULLPTR)
        return;
    LeafState state = code == OP_ALLOC || code == OP_REALLOC ? LEAF_OWNS : code == OP_INDEX ? LEAF_VIEW : LEAF_UNKNOWN;
    Leaf *other = state == LEAF_OWNS ? ptrmap_get(&s->owner, value) : NULL;
    leaf->state = (leaf->state == LEAF_EMPTY || leaf->state == state) && (!other || other == leaf) ? state : LEAF_UNKNOWN;
    if (state == LEAF_OWNS)
        ptrmap_put(&s->owner, value, leaf);
}

/* free(buf) that leaves the address there ends it for good; free(p) of what may be it is not followed. */
static void find_free(Op *op, void *ctx)
{
    Search *s = ctx;
    const Op *load = op->code == OP_FREE ? without_casts(op->args[0]) : NULL;
    if (op->code != OP_FREE)
        return;
    bool direct = load && load->code == OP_LOAD && is_chosen(s, load->args[0]), kept = false;
    const int *objs;
    int n = mem_objects(s->mem, op->args[0], &objs);
    for (int k = 0; k < n; k++)
        if (mem_object_op(s->mem, objs[k]))
            note(&s->freed, mem_object_op(s->mem, objs[k]));
    if (type_has_pointers(op->args[0]->type->elem) && !direct)
        return;
    for (const Op *next = op->next; next && direct; next = next->next)
        kept |= next->code == OP_STORE && same_address(next->args[0], load->args[0]);
    for (size_t i = 0; i < s->leaves.n; i++) {
        Leaf *leaf = s->leaves.at[i];
        bool this = direct && leaf == leaf_at(s, variable_at(load->args[0]), load->args[0]);
        if (this && !kept && leaf->state == LEAF_OWNS)
            leaf->state = LEAF_ENDED;
        else if (!direct && may_be_made(s, op->args[0]) && leaf->state == LEAF_OWNS)
            leaf->state = LEAF_UNKNOWN;
    }
}

static bool all_is_freed(Search *s)
{
    walk_ops(s->fn->body, find_owner, s);
    walk_ops(s->fn->body, find_free, s);
    for (size_t i = 0; i < s->leaves.n; i++) {
        const Leaf *leaf = s->leaves.at[i];
        if (leaf->state == LEAF_UNKNOWN)
            return false;
    }
    for (size_t i = 0; i < s->made.n; i++) /* a list that nobody frees */
        if (!ptrs_has(&s->freed, s->made.at[i]) && type_has_pointers(shadow_pointer_type(s->made.at[i])->elem))
            return false;
    return true;
}

/* ---------------------------------------------------------------------- is what an earlier call left of no matter? */

static bool depends_on_chosen(const Search *s, const Value *v, int depth)
{
    const Op *op = v->def;
    if (op && op->code == OP_LOAD)
        return is_chosen(s, op->args[0]);
    bool any = depth > 20;
    for (int i = 0; op && i < op->nargs && !any; i++)
        any = depends_on_chosen(s, op->args[i], depth + 1);
    return any;
}

/* Nothing but the variables is changed there. */
static bool only_grows(const Search *s, const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op)) {
        bool good = op_info[op->code].effect == EFFECT_PURE || op->code == OP_LOAD || op->code == OP_ALLOC ||
                    op->code == OP_REALLOC || op->code == OP_FREE || op->code == OP_YIELD || op->code == OP_IF ||
                    (op->code == OP_CALL && known_call(op)) || (op->code == OP_STORE && is_chosen(s, op->args[0]));
        for (int k = 0; k < op->nregions && good; k++)
            good = only_grows(s, op->regions[k]);
        if (!good || op->nresults > (op->code == OP_IF ? 0 : 1))
            return false;
    }
    return true;
}

/* Numbers of theirs only decide whether the memory grows. */
static void check_decision(Op *op, void *ctx)
{
    Search *s = ctx;
    if (op->code == OP_IF && depends_on_chosen(s, op->args[0], 0))
        s->plain &= op->nresults == 0 && only_grows(s, op->regions[0]) && only_grows(s, op->regions[1]);
    if (op->code == OP_WHILE || op->code == OP_FOR || op_is_compare(op->code) || op->code == OP_IF)
        return;
    for (int i = 0; i < op->nargs; i++) {
        const Op *load = op->args[i]->def;
        bool number = load && load->code == OP_LOAD && load->results[0]->type->kind != TY_PTR && is_chosen(s, load->args[0]);
        s->plain &= !number || op->code == OP_LNOT || op->code == OP_CAST;
    }
}

/* Is nothing that an earlier call left read at all? */
static void check_loads(Op *op, void *ctx)
{
    Search *s = ctx;
    if (op->code == OP_LOAD && is_chosen(s, op->args[0]))
        s->always_stored &= op->args[0]->def->code == OP_GLOBAL && stored_on_every_way(op, variable_at(op->args[0]));
}

static void list_made(Search *s)
{
    for (int i = 0; i < s->mem->nobjects; i++) {
        const MemObject *o = &s->mem->objects[i];
        if (o->kind != OBJ_GLOBAL || o->op->code != OP_GLOBAL || !ptrs_has(&s->chosen, o->op->var))
            continue;
        const int *held;
        int n = mem_held_objects(s->mem, i, &held);
        for (int k = 0; k < n; k++)
            if (mem_object_kind(s->mem, held[k]) == OBJ_HEAP)
                note(&s->made, mem_object_op(s->mem, held[k]));
    }
}

/* ---------------------------------------------------------------------- locals in their place */

static void free_at_end(const Search *s, Builder *b, Value *address, const Var *var)
{
    const Type *t = address->type->elem;
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++)
        free_at_end(s, b, build_field(b, address, i), var);
    if (t->kind != TY_PTR || leaf_at(s, var, address)->state != LEAF_OWNS)
        return;
    Value *p = build_load(b, address);
    op_build(b, OP_FREE, &p, 1, 0);
}

static Value *make_local(Search *s, Var *var)
{
    Var *copy = arena_alloc(s->fn->arena, sizeof *copy);
    *copy = *var;
    copy->is_static = copy->is_global = false;
    copy->owner = s->fn;
    copy->decl_text = NULL;
    copy->initial = NULL;
    ptrs_push(&s->fn->locals, copy);
    Builder top = before_op(s->fn->body->first), end = before_op(region_terminator(s->fn->body));
    top.loc = end.loc = var->loc;
    Value *local = build_local(&top, var->type, copy, NULL, 0);
    local->def->zeroed = true;
    free_at_end(s, &end, local, var);
    return local;
}

static void replace(Op *op, void *ctx)
{
    Search *s = ctx;
    for (int i = 0; i < op->nargs; i++)
        op->args[i] = map_value(&s->replaced, op->args[i]);
    Value *local = op->code == OP_GLOBAL ? ptrmap_get(&s->local, op->var) : NULL;
    if (!local)
        return;
    ptrmap_put(&s->replaced, op->results[0], local);
    op_remove(op);
}

static bool is_null(const Value *p)
{
    while (p->def && p->def->code == OP_PTRCAST)
        p = p->def->args[0];
    return p->def && p->def->code == OP_NULLPTR;
}

/* The first time: realloc(NULL, n) is malloc(n). */
static void start_anew(Op *op, void *ctx)
{
    Search *s = ctx;
    if (op->code == OP_FREE && is_null(op->args[0]))
        op_remove(op);
    if (op->code != OP_REALLOC || op->nargs != 2 || !is_null(op->args[0]))
        return;
    Builder b = before_op(op);
    Value *bytes = build_cast(&b, op->args[1], type_scalar(TY_ULONG));
    Op *made = op_build(&b, OP_ALLOC, &bytes, 1, 1);
    made->results[0]->type = op->results[0]->type;
    replace_uses(s->fn, op->results[0], made->results[0]);
    note(&s->made, made);
    op_remove(op);
}

static void localise(Search *s)
{
    for (size_t i = 0; i < s->chosen.n; i++)
        ptrmap_put(&s->local, s->chosen.at[i], make_local(s, s->chosen.at[i]));
    walk_ops(s->fn->body, replace, s);
    promote_locals(s->fn);
    simplify(s->fn);
    walk_ops(s->fn->body, start_anew, s);
}

void localise_workspaces(Fn *fn)
{
    Arena *a = fn->arena;
    if (!fn->request || fn->request->primal_done)
        return;
    fn->anew.arena = a;
    Search s = {.fn = fn, .rq = fn->request, .plain = true, .always_stored = true};
    s.freed.arena = s.all.arena = s.bad.arena = s.chosen.arena = s.made.arena = s.leaves.arena = s.local.arena = s.owner.arena =
        s.replaced.arena = a;
    walk_ops(fn->body, find_uses, &s);
    if (s.all.n == 0)
        return;
    s.mem = mem_analyse(fn);
    if (!choose(&s))
        return;
    list_made(&s);
    if (is_handed_out(&s) || !all_is_freed(&s))
        return;
    walk_ops(fn->body, check_decision, &s);
    walk_ops(fn->body, check_loads, &s);
    localise(&s);
    for (size_t i = 0; i < s.chosen.n && !s.always_stored; i++)
        note(&fn->anew, s.chosen.at[i]);
    fn->anew_plain = s.plain;
}

/* Is all that is read in memory of f's own written before? */
static bool all_is_written_first(Fn *fn)
{
    MemInfo *m = mem_analyse(fn);
    bool good = true;
    for (int i = 0; i < m->nobjects && good; i++)
        if (m->objects[i].kind == OBJ_HEAP)
            good = memory_is_filled(fn, m, i, NULL);
    mem_free(m);
    return good;
}

void warn_of_workspaces(Fn *fn)
{
    if (!fn->anew.n || (fn->anew_plain && all_is_written_first(fn)))
        return;
    for (size_t i = 0; i < fn->anew.n; i++) {
        const Var *var = fn->anew.at[i];
        if (var->type->kind == TY_PTR || var->type->kind == TY_RECORD)
            diag_warning(var->loc, "private-static",
                         "derivatives of '%s' have their own copy of the static variable '%s'; it starts anew in each call",
                         fn->request->fn_name, var->name);
    }
}
