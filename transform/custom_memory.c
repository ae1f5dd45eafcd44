/* custom_memory.c: the memory that a custom derivative is given in the reverse sweep, where f_vjp runs f again. What f only reads, and
 * nothing writes from f on, is passed itself. Of anything else of known length a copy is made before f runs, and f_vjp works on that:
 * it may write what it likes, and finds what f found. The rest is refused. */
#include "analysis.h"
#include "derivative.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- lengths */

/* AD_LEN's text: integers and the other parameters with + - * / and parentheses. */
typedef struct {
    Builder *b;
    const Op *call;
    const char *at;
} Length;

static Value *parse_sum(Length *l);

static void skip_space(Length *l)
{
    l->at += strspn(l->at, " \t\n");
}

static Value *parse_name(Length *l)
{
    size_t n = 0;
    while (isalnum((unsigned char)l->at[n]) || l->at[n] == '_')
        n++;
    const Fn *f = l->call->callee;
    for (int i = 0; i < f->nparams; i++) {
        const char *name = f->params[i]->name;
        if (!name || strlen(name) != n || strncmp(name, l->at, n) || !type_is_int(l->call->args[i]->type))
            continue;
        l->at += n;
        return build_cast(l->b, l->call->args[i], type_scalar(TY_LONG));
    }
    return NULL;
}

static Value *parse_atom(Length *l)
{
    skip_space(l);
    if (*l->at == '(') {
        l->at++;
        Value *v = parse_sum(l);
        skip_space(l);
        if (!v || *l->at != ')')
            return NULL;
        l->at++;
        return v;
    }
    if (!isdigit((unsigned char)*l->at))
        return parse_name(l);
    char *end;
    long n = strtol(l->at, &end, 0);
    l->at = end + strspn(end, "uUlL");
    return build_int(l->b, type_scalar(TY_LONG), n);
}

static Value *parse_product(Length *l)
{
    Value *v = parse_atom(l);
    for (skip_space(l); v && (*l->at == '*' || *l->at == '/'); skip_space(l)) {
        OpCode code = *l->at++ == '*' ? OP_MUL : OP_DIV;
        Value *y = parse_atom(l);
        v = y ? build_bin(l->b, code, v, y) : NULL;
    }
    return v;
}

static Value *parse_sum(Length *l)
{
    Value *v = parse_product(l);
    for (skip_space(l); v && (*l->at == '+' || *l->at == '-'); skip_space(l)) {
        OpCode code = *l->at++ == '+' ? OP_ADD : OP_SUB;
        Value *y = parse_product(l);
        v = y ? build_bin(l->b, code, v, y) : NULL;
    }
    return v;
}

static Value *parse_length(Builder *b, const Op *call, const char *text)
{
    Length l = {b, call, text};
    Value *v = parse_sum(&l);
    skip_space(&l);
    return v && !*l.at ? v : NULL;
}

/* AD_LEN, or the declared dimensions `x[n][m]` but for those that are part of the type that the parameter points to. */
static Value *declared_length(Builder *b, const Op *call, const Var *var, const Type *elem)
{
    int n = var->ndims;
    if (var->len)
        return parse_length(b, call, var->len);
    if (n == 0 || !var->dims[0] || !var->dims[0][0])
        return NULL;
    for (; elem->kind == TY_ARRAY; elem = elem->elem)
        n--;
    Value *v = NULL;
    for (int i = 0; i < n; i++) {
        int64_t count = var->dim_counts ? var->dim_counts[i] : 0;
        Value *dim = count ? build_int(b, type_scalar(TY_LONG), count) : parse_length(b, call, var->dims[i]);
        if (!dim)
            return NULL;
        v = v ? build_bin(b, OP_MUL, v, dim) : dim;
    }
    return v;
}

/* How many elements of its type an address certainly has behind it, from the object it was made of. */
static Value *object_length(Builder *b, const Value *p)
{
    Type *t = type_scalar(TY_LONG);
    const Op *op = p->def;
    if (!op)
        return NULL;
    Value *n = NULL;
    switch (op->code) {
    case OP_LOCAL:
        n = build_int(b, t, 1);
        for (int i = 0; i < op->nargs; i++)
            n = build_bin(b, OP_MUL, n, build_cast(b, op->args[i], t));
        return n;
    case OP_GLOBAL:
        return op->var->type->size && op->var->type == p->type->elem ? build_int(b, t, 1) : NULL;
    case OP_DECAY:
        n = object_length(b, op->args[0]);
        return n ? build_bin(b, OP_MUL, n, build_int(b, t, op->args[0]->type->elem->count)) : NULL;
    case OP_FIELD:
        return build_int(b, t, 1);
    case OP_INDEX: {
        n = object_length(b, op->args[0]);
        Value *i = build_cast(b, op->args[1], t);
        if (n && op->nargs > 2)
            i = build_bin(b, OP_MUL, i, build_cast(b, op->args[2], t));
        return n ? build_bin(b, OP_SUB, n, i) : NULL;
    }
    case OP_ALLOC:
        n = build_cast(b, op->args[0], t);
        return op->nargs > 1 ? build_bin(b, OP_MUL, n, build_cast(b, op->args[1], t)) : n;
    case OP_PTRCAST: {
        const Type *from = op->args[0]->type->elem;
        int64_t unit = from->kind == TY_VOID ? 1 : from->size;
        n = unit && p->type->elem->size ? object_length(b, op->args[0]) : NULL;
        if (!n || unit == p->type->elem->size)
            return n;
        return build_bin(b, OP_DIV, build_bin(b, OP_MUL, n, build_int(b, t, unit)), build_int(b, t, p->type->elem->size));
    }
    default:
        return NULL;
    }
}

static const char *no_length(Builder *b, const Op *call, const Var *var, const Type *leaf)
{
    Arena *a = b->fn->arena;
    if (leaf->size == 0)
        return arena_printf(a, "the size of what '%s' points to is not known", var->name ? var->name : "the argument");
    if (var->len)
        return arena_printf(a, "adgen cannot compute AD_LEN(%s) here; use integers, the other parameters, and + - * /", var->len);
    return arena_printf(a, "its length is not known; declare it with AD_LEN in '%s'", call->callee->name);
}

Value *custom_length(Builder *b, const Op *call, int k, const char **why)
{
    const Var *var = call->callee->params[k];
    const Type *leaf = call->args[k]->type->elem;
    Value *n = leaf->size ? declared_length(b, call, var, leaf) : NULL;
    if (!n && leaf->size && !var->len)
        n = object_length(b, call->args[k]);
    if (!n) {
        if (why)
            *why = no_length(b, call, var, leaf);
        return NULL;
    }
    int64_t known;
    if (!value_int(n, &known)) {
        Value *zero = build_zero(b, n->type);
        n = build_select(b, build_bin(b, OP_GT, n, zero), n, zero);
    }
    return build_cast(b, n, type_scalar(TY_ULONG));
}

/* ---------------------------------------------------------------------- what is written when */

static void reach(const MemInfo *m, int obj, IntSet *out)
{
    if (!intset_add(m->arena, out, obj))
        return;
    const MemObject *o = &m->objects[obj];
    const IntSet *stored = node_points_to(m, o->slots.all);
    for (int i = 0; i < o->children.n; i++)
        reach(m, o->children.at[i], out);
    for (int i = 0; i < stored->n; i++)
        reach(m, stored->at[i], out);
}

IntSet mem_reachable(const MemInfo *m, const Value *p)
{
    IntSet out = {0};
    const IntSet *objs = mem_points_to(m, p);
    const Type *t = p->type->elem;
    bool deep = t->kind == TY_VOID || t->kind == TY_OPAQUE || type_has_pointers(t);
    for (int i = 0; i < objs->n; i++)
        if (deep)
            reach(m, objs->at[i], &out);
        else
            intset_add(m->arena, &out, objs->at[i]);
    return out;
}

/* Can w run after op, in this or a later iteration of a loop around both? */
bool mem_runs_after(const MemInfo *m, const Op *w, const Op *op)
{
    if (mem_position(m, w) > mem_position(m, op))
        return true;
    for (const Op *owner = op->parent->owner; owner; owner = owner->parent->owner)
        for (int r = 0; r < owner->nregions; r++)
            if (owner->code != OP_IF && region_contains(owner->regions[r], w))
                return true;
    return false;
}

/* A function with a custom derivative is taken to write through its pointers to non-const, and globals. */
static bool custom_call_writes(const MemInfo *m, const Op *call, int obj)
{
    if (m->objects[obj].kind == OBJ_GLOBAL && !m->objects[obj].own)
        return true;
    for (int k = 0; k < call->nargs; k++) {
        if (call->args[k]->type->kind != TY_PTR || (!custom_may_write(call, k) && !type_has_pointers(call->args[k]->type->elem)))
            continue;
        IntSet objs = mem_reachable(m, call->args[k]);
        for (int i = 0; i < objs.n; i++)
            if (objs.at[i] == obj || mem_objects_may_alias(m, objs.at[i], obj))
                return true;
    }
    return false;
}

static bool is_custom(const Op *op)
{
    return op->code == OP_CALL && op->callee && (op->callee->custom_vjp || op->callee->custom_jvp);
}

static bool write_matters(const MemInfo *m, const MemWrite *w, const Op *call, int obj, bool by_itself)
{
    if (!mem_runs_after(m, w->op, call) && !(by_itself && w->op == call))
        return false;
    return !is_custom(w->op) || custom_call_writes(m, w->op, obj);
}

/* An op that may overwrite the object once the call has begun (by_itself), or ended. */
static const Op *later_write(const MemInfo *m, const Op *call, int obj, bool by_itself)
{
    const MemObject *o = &m->objects[obj];
    for (int i = 0; i < o->overlaps.n; i++) {
        const IntSet *writes = &m->objects[o->overlaps.at[i]].writes;
        for (int k = 0; k < writes->n; k++)
            if (write_matters(m, &m->writes[writes->at[k]], call, obj, by_itself))
                return m->writes[writes->at[k]].op;
    }
    for (int i = 0; i < m->wild.n && (mem_escaped(m, obj) || !o->own); i++)
        if (write_matters(m, &m->writes[m->wild.at[i]], call, obj, by_itself))
            return m->writes[m->wild.at[i]].op;
    return NULL;
}

static const Op *argument_written(const MemInfo *m, const Op *call, const Value *p)
{
    IntSet objs = mem_reachable(m, p);
    if (p->def && p->def->code == OP_NULLPTR)
        return NULL;
    for (int i = 0; i < objs.n; i++) {
        const Op *w = later_write(m, call, objs.at[i], true);
        if (w)
            return w;
    }
    return objs.n ? NULL : call;
}

bool mem_written_later(const MemInfo *m, const Op *call, const Value *p)
{
    const IntSet *objs = mem_points_to(m, p);
    if (p->def && p->def->code == OP_NULLPTR)
        return false;
    for (int i = 0; i < objs->n; i++) {
        if (later_write(m, call, objs->at[i], false))
            return true;
    }
    return objs->n == 0;
}

/* Has the memory no contents before the call: its own, and written by nothing else? */
static bool starts_undefined(const MemInfo *m, const Op *call, const Value *p)
{
    const IntSet *objs = mem_points_to(m, p);
    for (int i = 0; i < objs->n; i++) {
        const MemObject *o = &m->objects[objs->at[i]];
        if ((o->kind != OBJ_LOCAL && o->kind != OBJ_HEAP) || o->op->zeroed)
            return false;
        for (int k = 0; k < o->writes.n; k++) {
            const Op *w = m->writes[o->writes.at[k]].op;
            if (w != call && w->code != OP_LOCAL && w->code != OP_FREE)
                return false;
        }
        for (int k = 0; k < m->wild.n; k++)
            if (m->writes[m->wild.at[k]].op != call)
                return false;
    }
    return objs->n > 0;
}

/* ---------------------------------------------------------------------- arguments */

static Value *refuse(Shadow *s, const Op *call, int k, const Op *write, const char *why)
{
    const Var *p = call->callee->params[k];
    const char *name = p->name ? p->name : "an argument";
    bool itself = write == call || !write;
    if (itself)
        diag_error(call->loc,
                   "'%s' may write what '%s' points to, and its derivative runs it again: adgen must keep a copy, but %s",
                   call->callee->name, name, why);
    else
        diag_error(call->loc, "what '%s' points to is needed again by the derivative of '%s': adgen must keep a copy, but %s", name,
                   call->callee->name, why);
    if (!itself)
        diag_note(write->loc, "it may be overwritten here; if this is other memory, use restrict or AD_NOALIAS");
    s->failed = true;
    return call->args[k];
}

/* One number behind a pointer: kept as a value. */
static Value *copy_of_scalar(Shadow *s, Builder *b, Op *call, int k, bool defined)
{
    Value *p = call->args[k];
    Builder fwd = before_op(call);
    Value *local =
        build_local(b, p->type->elem, var_named(s->fn, p->type->elem, "entry_", call->callee->params[k], "arg"), NULL, 0);
    if (defined)
        build_store(b, local, build_use(b, build_load(&fwd, p)));
    return build_ptrcast(b, local, type_without_const(p->type));
}

static Value *copy_of_memory(Shadow *s, Builder *b, Op *call, int k, Value *n, bool defined, Ptrs *to_free)
{
    Value *p = call->args[k];
    Type *t = type_without_const(p->type), *size_type = type_scalar(TY_ULONG);
    Builder fwd = before_op(call);
    fwd.loc = call->loc;
    Builder *at = defined ? &fwd : b;
    Value *args[2] = {defined ? n : build_use(b, n), build_int(at, size_type, t->elem->size)};
    Op *op = op_build(at, OP_ALLOC, args, 2, 1);
    op->tape = true;
    op->note = "for the derivative of the call, which runs it again";
    Value *copy = op->results[0];
    copy->type = t;
    copy->var = var_named(s->fn, t, "entry_", call->callee->params[k], "arg");
    if (defined) {
        Value *copied[3] = {copy, p, build_bin(&fwd, OP_MUL, n, build_int(&fwd, size_type, t->elem->size))};
        op_build(&fwd, OP_COPY, copied, 3, 0);
        copy = build_use(b, copy);
    }
    ptrs_push(to_free, copy);
    return copy;
}

Value *custom_argument(Shadow *s, Builder *b, Op *call, int k, Ptrs *to_free)
{
    Value *p = call->args[k];
    if (p->type->kind != TY_PTR || p->type->elem->kind == TY_FUNC || p->type->elem->kind == TY_OPAQUE)
        return build_use(b, p);
    bool own = call->callee->params[k]->type->kind == TY_RECORD;
    const Op *write = custom_may_write(call, k) && !own ? call : argument_written(s->mem, call, p);
    if (!write)
        return build_use(b, p);
    const char *why = "it holds pointers to other memory; pass that itself";
    Builder fwd = before_op(call);
    if (type_has_pointers(p->type->elem))
        return refuse(s, call, k, write, why);
    Value *n = own ? build_int(&fwd, type_scalar(TY_ULONG), 1) : custom_length(&fwd, call, k, &why);
    if (!n)
        return refuse(s, call, k, write, why);
    bool defined = !starts_undefined(s->mem, call, p);
    if (value_is(n, 1) && type_is_scalar(p->type->elem))
        return copy_of_scalar(s, b, call, k, defined);
    return copy_of_memory(s, b, call, k, n, defined, to_free);
}
