/* apart.c: two versions of a derivative, chosen at run time, where it matters whether the arguments overlap.
 *
 *   void f_vjp(n, x, y, d_x, d_y)
 *   {
 *       if (f_apart(n, x, y)) f_vjp_apart(n, x, y, d_x, d_y);   may reload, and reverse iterations at once
 *       else f_vjp_overlapping(n, x, y, d_x, d_y);              keeps what might be overwritten
 *   }
 *
 * C without `restrict` says nothing about overlap, and few programs do overlap: what the vectorisers of compilers do for single loops.
 * f_apart compares the extents of what is accessed behind each parameter; see range.c.
 */
#include "analysis.h"
#include "derivative.h"
#include "emit.h"

#include <string.h>

enum { MAX_GROUPS = 24, MAX_ROOTS = 16 };

/* Accesses whose addresses differ by constants. */
typedef struct {
    const Op *op;
    Poly off;       /* bytes; c is that of the first */
    int64_t lo, hi; /* constant parts: first byte, one past the last */
} Group;

/* What is accessed behind one parameter. */
typedef struct {
    Value *param; /* of the primal */
    int obj;
    bool written, tested_for_null;
    bool matters; /* it may overlap another, one of them written */
    Group group[MAX_GROUPS];
    int ngroups;
    Value *begin, *end; /* in the test: pointers */
} Root;

typedef struct {
    const Fn *g;
    const MemInfo *m;
    Root root[MAX_ROOTS];
    int nroots;
    bool failed;
} Extents;

/* ---------------------------------------------------------------------- accesses */

static Root *root_of(Extents *e, const Value *param)
{
    for (int i = 0; i < e->nroots; i++)
        if (e->root[i].param == param)
            return &e->root[i];
    if (e->nroots == MAX_ROOTS)
        return NULL;
    const int *objs;
    Root *r = &e->root[e->nroots];
    if (mem_objects(e->m, param, &objs) != 1)
        return NULL;
    *r = (Root){.param = (Value *)(uintptr_t)param, .obj = objs[0]};
    e->nroots++;
    return r;
}

static bool same_terms(const Poly *p, const Poly *q)
{
    if (p->n != q->n)
        return false;
    Poly difference = poly_copy(p);
    poly_add(&difference, q, -1);
    return difference.known && difference.n == 0;
}

static bool add_access(Root *r, const Op *op, const Poly *off, int64_t size)
{
    for (int i = 0; i < r->ngroups; i++) {
        Group *g = &r->group[i];
        if (!same_terms(&g->off, off))
            continue;
        g->lo = off->c < g->lo ? off->c : g->lo;
        g->hi = off->c + size > g->hi ? off->c + size : g->hi;
        return true;
    }
    if (r->ngroups == MAX_GROUPS)
        return false;
    r->group[r->ngroups++] = (Group){op, *off, off->c, off->c + size};
    return true;
}

/* ---------------------------------------------------------------------- pointers that are handed on */

static bool is_callers(const Extents *e, int obj)
{
    ObjKind kind = mem_object_kind(e->m, obj);
    return !mem_object_own(e->m, obj) && kind != OBJ_LOCAL && kind != OBJ_HEAP;
}

static bool may_be_callers(const Extents *e, const Value *p)
{
    const int *objs;
    int n = mem_objects(e->m, p, &objs);
    for (int i = 0; i < n; i++)
        if (is_callers(e, objs[i]))
            return true;
    return false;
}

/* An access of `size` bytes at off from where p points, and that is among the values a loop or an if hands on. */
typedef struct {
    Extents *e;
    const Op *op;
    int64_t size;
    Ptrs seen; /* Value*: what is being looked through */
} Handed;

static bool access_from(Handed *h, const Value *p, const Poly *off);

static bool access_from_both(Handed *h, const Value *x, const Value *y, const Poly *off)
{
    return access_from(h, x, off) && access_from(h, y, off);
}

static bool access_through(Handed *h, const Value *root, const Poly *off)
{
    const Op *op = root->def ? root->def : root->arg_of->owner;
    if (!op || op->code == OP_WHILE)
        return false;
    if (op->code == OP_FOR && root->index > 0)
        return access_from_both(h, op->args[2 + root->index], region_terminator(op->regions[0])->args[root->index - 1], off);
    if (op->code == OP_IF && root->def)
        return access_from_both(h, region_terminator(op->regions[0])->args[root->index],
                                region_terminator(op->regions[1])->args[root->index], off);
    return op->code == OP_SELECT && access_from_both(h, op->args[1], op->args[2], off);
}

/* A pointer that moves along, p = p + 1, has no place that is known. */
static bool access_from(Handed *h, const Value *p, const Poly *off)
{
    if (!may_be_callers(h->e, p))
        return true;
    const Address *at = &h->e->m->address[p->id];
    const Value *root = at->root ? at->root : p;
    Poly sum = poly_copy(off);
    if (at->off)
        poly_add(&sum, at->off, 1);
    if (!sum.known)
        return false;
    if (!root->def && root->arg_of == h->e->g->body) {
        Root *r = root_of(h->e, root);
        if (!r || !add_access(r, h->op, &sum, h->size))
            return false;
        r->written |= h->op->code == OP_STORE;
        return true;
    }
    if (ptrs_has(&h->seen, root))
        return at->off == NULL || (at->off->n == 0 && at->off->c == 0);
    ptrs_push(&h->seen, (Value *)(uintptr_t)root);
    bool good = access_through(h, root, &sum);
    h->seen.n--;
    return good;
}

/* ---------------------------------------------------------------------- what the function does */

/* Only what may be the caller's is of interest, and then it has to be one parameter's. */
static void visit(Op *op, void *ctx)
{
    Extents *e = ctx;
    OpEffect effect = op_info[op->code].effect;
    for (int i = 0; i < op->nargs && !e->failed; i++) {
        const Value *p = op->args[i];
        if (p->type->kind != TY_PTR || effect == EFFECT_PURE || (i > 0 && op->code == OP_STORE) || !may_be_callers(e, p))
            continue;
        Handed h = {e, op, p->type->elem->size, {.arena = e->g->arena}};
        Poly start = poly_constant(0);
        e->failed = !(op->code == OP_LOAD || op->code == OP_STORE) || h.size <= 0 || !access_from(&h, p, &start);
    }
}

static void visit_null_tests(Op *op, void *ctx)
{
    Extents *e = ctx;
    bool null_test = op->code == OP_EQ || op->code == OP_NE || op->code == OP_LNOT || op->code == OP_IF || op->code == OP_SELECT;
    for (int i = 0; i < op->nargs && null_test; i++)
        for (int k = 0; k < e->nroots; k++)
            e->root[k].tested_for_null |= e->root[k].param == op->args[i];
}

/* ---------------------------------------------------------------------- the test */

static int64_t unit_of(const Root *r)
{
    const Type *t = r->param->type->elem;
    int64_t size = t->kind == TY_VOID ? 1 : t->size;
    for (int i = 0; i < r->ngroups && size > 1; i++) {
        const Group *g = &r->group[i];
        bool whole = g->lo % size == 0 && g->hi % size == 0;
        for (int k = 0; k < g->off.n; k++)
            whole = whole && g->off.t[k].coef % size == 0;
        if (!whole)
            size = 1;
    }
    return size > 0 ? size : 1;
}

/* Is group x never below (above) y where the access of y (x) is executed? Then it need not be looked at for the end (the beginning). */
static bool is_beyond(const MemInfo *m, const Group *x, const Group *y, const Op *executed)
{
    Poly difference = x->off;
    poly_add(&difference, &y->off, -1);
    difference.c = 0; /* is in lo and hi */
    return range_is_positive(m, &difference, executed);
}

static bool is_covered(const MemInfo *m, const Root *r, int i, bool end)
{
    for (int k = 0; k < r->ngroups; k++) {
        const Group *x = &r->group[i], *y = &r->group[k];
        if (k == i)
            continue;
        bool covered = end ? y->hi - y->off.c >= x->hi - x->off.c && is_beyond(m, y, x, x->op)
                           : y->lo - y->off.c <= x->lo - x->off.c && is_beyond(m, x, y, x->op);
        if (covered)
            return true;
    }
    return false;
}

/* r->begin = p + smallest index; r->end = p + largest + 1. */
static bool place(Ranges *ranges, Root *r)
{
    int64_t unit = unit_of(r);
    Range hull = {NULL, NULL};
    for (int i = 0; i < r->ngroups; i++) {
        const Group *g = &r->group[i];
        bool lower = !is_covered(ranges->m, r, i, false), upper = !is_covered(ranges->m, r, i, true);
        Range x;
        if (!lower && !upper)
            continue;
        if (!range_of_poly(ranges, g->op, &g->off, unit, &x))
            return false;
        Type *t = type_scalar(TY_LONG);
        x.lo = range_sum(ranges, OP_ADD, x.lo, build_int(&ranges->b, t, g->lo / unit));
        x.hi = range_sum(ranges, OP_ADD, x.hi, build_int(&ranges->b, t, g->hi / unit));
        Range both = hull.lo && hull.hi ? range_hull(ranges, hull, x) : x;
        hull.lo = !lower ? hull.lo : hull.lo ? both.lo : x.lo;
        hull.hi = !upper ? hull.hi : hull.hi ? both.hi : x.hi;
    }
    if (!hull.lo || !hull.hi)
        return false;
    Value *p = range_value(ranges, r->param);
    Type *t = unit == p->type->elem->size ? p->type->elem : type_scalar(TY_CHAR);
    p = build_ptrcast(&ranges->b, p, type_ptr_q(t, true, false));
    r->begin = build_index(&ranges->b, p, hull.lo);
    r->end = build_index(&ranges->b, p, hull.hi);
    return true;
}

static Value *not_after(Builder *b, Value *p, Value *q)
{
    if (p->type != q->type) {
        Type *bytes = type_ptr_q(type_scalar(TY_CHAR), true, false);
        p = p->type == bytes ? p : build_ptrcast(b, p, bytes);
        q = q->type == bytes ? q : build_ptrcast(b, q, bytes);
    }
    return build_bin(b, OP_LE, p, q);
}

static Value *are_apart(Ranges *ranges, const Root *x, const Root *y)
{
    Builder *b = &ranges->b;
    Value *apart = build_bin(b, OP_LOR, not_after(b, x->end, y->begin), not_after(b, y->end, x->begin));
    const Root *both[2] = {x, y};
    for (int i = 0; i < 2; i++)
        if (both[i]->tested_for_null)
            apart = build_bin(b, OP_LOR, build_un(b, OP_LNOT, range_value(ranges, both[i]->param)), apart);
    return apart;
}

static bool may_matter(const MemInfo *m, const Root *x, const Root *y)
{
    return mem_write_may_change(m, y->obj, x->obj) || mem_write_may_change(m, x->obj, y->obj);
}

static Value *all_apart(Ranges *ranges, const Extents *e)
{
    Value *all = NULL;
    for (int i = 0; i < e->nroots; i++)
        for (int k = i + 1; k < e->nroots; k++)
            if (may_matter(e->m, &e->root[i], &e->root[k])) {
                Value *one = are_apart(ranges, &e->root[i], &e->root[k]);
                all = all ? build_bin(&ranges->b, OP_LAND, all, one) : one;
            }
    return all;
}

static Fn *new_test(const Fn *g, const char *name)
{
    Fn *fn = clone_fn(g, name);
    Region *old = fn->body;
    fn->body = region_new(fn, NULL);
    for (int i = 0; i < old->nargs; i++)
        region_add_arg(fn->body, old->args[i]->type, old->args[i]->var);
    fn->ret = type_scalar(TY_INT);
    fn->ret_spelled = NULL;
    fn->sret = false;
    fn->is_static = true;
    fn->is_inline = false;
    fn->locals.n = 0;
    for (int i = 0; i < fn->nparams; i++) {
        Var *v = arena_alloc(fn->arena, sizeof *v);
        *v = *fn->params[i];
        v->is_restrict = false;
        if (v->ndims > 1 && v->dims_runtime) { /* double a[n][m]: only double *a can be indexed past a row's end */
            v->ndims = 0;
            v->is_array_param = false;
            v->type = fn->body->args[i]->type;
        }
        fn->params[i] = fn->body->args[i]->var = v;
    }
    return fn;
}

Fn *apart_test(const Fn *g, const char *name)
{
    MemInfo *m = mem_analyse((Fn *)(uintptr_t)g);
    Extents e = {.g = g, .m = m};
    if (g->sret)
        return NULL;
    walk_ops(g->body, visit, &e);
    walk_ops(g->body, visit_null_tests, &e);
    bool any = false;
    for (int i = 0; i < e.nroots && !e.failed; i++)
        for (int k = i + 1; k < e.nroots; k++)
            if (may_matter(m, &e.root[i], &e.root[k]))
                any = e.root[i].matters = e.root[k].matters = true;
    if (e.failed || !any)
        return NULL;
    Fn *fn = new_test(g, name);
    Ranges ranges;
    ranges_init(&ranges, m, fn);
    for (int i = 0; i < e.nroots; i++)
        if (e.root[i].matters && !place(&ranges, &e.root[i]))
            return NULL;
    Value *all = all_apart(&ranges, &e);
    for (int i = 0; i < e.nroots; i++) /* for apart_restrict */
        fn->params[e.root[i].param->index]->is_restrict = e.root[i].written;
    build_yield(&ranges.b, &all, 1);
    fn->comment = arena_printf(fn->arena, "Does what %s writes overlap nothing else that it accesses?", g->name);
    verify_fn(fn, "apart");
    simplify(fn);
    return fn;
}

static void say_restrict(Fn *fn, int i)
{
    Var *v = arena_alloc(fn->arena, sizeof *v);
    *v = *fn->params[i];
    v->is_restrict = true;
    fn->params[i] = fn->body->args[i]->var = v;
}

/* Parameters that are only read may be the same array; then so may their shadows, which are written. */
void apart_restrict(Fn *apart, const Fn *test)
{
    const Signature none = {0}, *sig = apart->shadow ? &apart->shadow->sig : &none;
    for (int i = 0; i < test->nparams; i++) {
        Value *shadow = i < sig->nshadow ? sig->shadow[i] : NULL;
        const Type *t = test->body->args[i]->type;
        if (t->kind == TY_PTR && t->elem->kind != TY_FUNC && test->params[i]->type->kind != TY_RECORD)
            say_restrict(apart, i);
        if (test->params[i]->is_restrict && shadow && shadow->type->kind == TY_PTR)
            say_restrict(apart, shadow->index);
    }
    for (int i = 0; i < test->nparams; i++)
        test->params[i]->is_restrict = false;
}

/* ---------------------------------------------------------------------- the choice */

static void put_call(Str *s, const Fn *fn, const Fn *like, const char *before, const char *after)
{
    str_fmt(s, "%s%s(", before, fn->name);
    for (int i = 0; i < fn->nparams; i++)
        str_fmt(s, "%s%s%s", i ? ", " : "", fn->params[i]->ndims == like->params[i]->ndims ? "" : "(void *)",
                like->params[i]->name);
    str_fmt(s, ")%s", after);
}

/* The user has a parameter of the name that a derivative has, too. */
static bool is_taken(const Fn *fn, int before, const char *name)
{
    for (int i = 0; i < before; i++)
        if (!strcmp(fn->params[i]->name, name))
            return true;
    return false;
}

Fn *apart_choice(const char *name, Fn *test, Fn *apart, Fn *overlapping)
{
    Fn *fn = clone_fn(overlapping, name);
    Region *old = fn->body;
    fn->body = region_new(fn, NULL);
    fn->params = arena_alloc(fn->arena, sizeof *fn->params * (size_t)(fn->nparams + 1));
    for (int i = 0; i < old->nargs; i++) {
        Var *v = NULL;
        if (i < fn->nparams) {
            v = arena_alloc(fn->arena, sizeof *v);
            *v = *overlapping->params[i];
            if (!v->name || !*v->name)
                v->name = arena_printf(fn->arena, "arg%d", i);
            while (is_taken(fn, i, v->name))
                v->name = arena_printf(fn->arena, "%s1", v->name);
            fn->params[i] = v;
        }
        region_add_arg(fn->body, old->args[i]->type, v);
    }
    bool returns = fn->ret->kind != TY_VOID;
    Str line = {.arena = fn->arena}, text = {.arena = fn->arena};
    Builder b = at_end(fn->body);
    if (test)
        put_call(&line, test, fn, "if (", apart->npitches ? " && " : ")");
    if (apart->npitches)
        str_fmt(&line, "%s%s)", test ? "" : "if (", pitch_condition(apart, fn));
    str_fmt(&text, "    %s\n", wrap_line(fn->arena, line.s, 1));
    line.n = 0;
    put_call(&line, apart, fn, returns ? "return " : "", ";");
    str_fmt(&text, "        %s\n", wrap_line(fn->arena, line.s, 2));
    line.n = 0;
    str_put(&text, returns ? "" : "    else\n");
    put_call(&line, overlapping, fn, returns ? "return " : "", ";");
    str_fmt(&text, "    %s%s\n", returns ? "" : "    ", wrap_line(fn->arena, line.s, returns ? 1 : 2));
    build_yield(&b, NULL, 0);
    fn->text_body = text.s;
    fn->is_static = fn->is_inline = false;
    apart->is_static = overlapping->is_static = true;
    fn->helper = apart;
    apart->helper = overlapping;
    overlapping->helper = test;
    if (test)
        test->is_static = true;
    return fn;
}
