/* passes_random_test.c: random programs in the IR's memory form must compute the same bits after every pass.
 *
 * A small interpreter runs a program: scalars, pointers into objects, structured control, a call `observe` whose arguments make a trace. A
 * generator writes functions f(double *a, int n, double x) the way lowering does: locals are LOCALs, loops are whiles, early exits are
 * flags and guards. What is compared is the returned value, a's elements and the trace. */
#include "transform/transform.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- interpreter */

typedef struct Val Val;
struct Val {
    int64_t i;
    double f;
    Val *p; /* pointers: into an array of scalars */
};

typedef struct {
    Val *env; /* by value id */
    Arena *arena;
    long fuel;
    Val trace[512];
    int ntrace;
} Machine;

static int64_t leaves(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return t->count * leaves(t->elem);
    if (t->kind != TY_RECORD)
        return 1;
    int64_t n = 0;
    for (int i = 0; i < t->nfields; i++)
        n += leaves(t->fields[i].type);
    return n;
}

static int64_t field_leaf(const Type *t, int64_t field)
{
    int64_t n = 0;
    for (int i = 0; i < field; i++)
        n += leaves(t->fields[i].type);
    return n;
}

static double float_op(OpCode code, double x, double y)
{
    switch (code) {
    case OP_ADD:
        return x + y;
    case OP_SUB:
        return x - y;
    case OP_MUL:
        return x * y;
    case OP_DIV:
        return x / y;
    default:
        cr_assert_fail("float op %s", op_info[code].text);
        return 0;
    }
}

static int64_t int_op(OpCode code, int64_t x, int64_t y)
{
    switch (code) {
    case OP_ADD:
        return x + y;
    case OP_SUB:
        return x - y;
    case OP_MUL:
        return x * y;
    case OP_AND:
        return x & y;
    case OP_LAND:
        return x && y;
    case OP_LOR:
        return x || y;
    case OP_DIV:
        return x / y;
    default:
        cr_assert_fail("int op %s", op_info[code].text);
        return 0;
    }
}

/* -1, 0, 1; 2: unordered */
static int order(const Type *t, Val x, Val y)
{
    if (type_is_float(t))
        return x.f < y.f ? -1 : x.f > y.f ? 1 : x.f == y.f ? 0 : 2;
    if (t->kind == TY_PTR)
        return x.p < y.p ? -1 : x.p > y.p;
    if (!type_is_signed(t))
        return (uint64_t)x.i < (uint64_t)y.i ? -1 : (uint64_t)x.i > (uint64_t)y.i;
    return x.i < y.i ? -1 : x.i > y.i;
}

static bool compare(OpCode code, const Type *t, Val x, Val y)
{
    int o = order(t, x, y);
    switch (code) {
    case OP_EQ:
        return o == 0;
    case OP_NE:
        return o != 0;
    case OP_LT:
        return o == -1;
    case OP_LE:
        return o == -1 || o == 0;
    case OP_GT:
        return o == 1;
    default:
        return o == 1 || o == 0;
    }
}

static Val arith(const Op *op, const Val *a)
{
    const Type *t = op->results[0]->type, *from = op->args[0]->type;
    Val r = {0};
    if (op_is_compare(op->code)) {
        r.i = compare(op->code, from, a[0], a[1]);
    } else if (op->code == OP_SELECT) {
        r = a[0].i ? a[1] : a[2];
    } else if (op->code == OP_LNOT) {
        r.i = !a[0].i;
    } else if (op->code == OP_NEG) {
        r = (Val){.i = int_wrap(type_scalar(TY_LONG), 0 - (uint64_t)a[0].i), .f = -a[0].f};
    } else if (op->code == OP_CAST) {
        double f = type_is_int(from) ? (double)a[0].i : a[0].f;
        if (type_is_int(t))
            r.i = int_wrap(t, (uint64_t)(type_is_int(from) ? a[0].i : (int64_t)f));
        else
            r.f = f;
    } else if (type_is_float(t)) {
        r.f = float_op(op->code, a[0].f, a[1].f);
    } else {
        r.i = int_wrap(t, (uint64_t)int_op(op->code, a[0].i, a[1].i));
    }
    return r;
}

static void run_region(Machine *m, const Region *r);

static void set_args(Machine *m, Value **to, const Op *from, int first, int n)
{
    Val vals[64];
    cr_assert_leq(n, 64);
    for (int k = 0; k < n; k++)
        vals[k] = m->env[from->args[first + k]->id];
    for (int k = 0; k < n; k++)
        m->env[to[k]->id] = vals[k];
}

static void run_loop(Machine *m, const Op *op)
{
    const Region *first = op->regions[0];
    if (op->code == OP_FOR) {
        Val i = m->env[op->args[0]->id], hi = m->env[op->args[1]->id], step = m->env[op->args[2]->id];
        set_args(m, first->args + 1, op, 3, op->nargs - 3);
        set_args(m, op->results + 1, op, 3, op->nargs - 3);
        for (; compare(op->cmp, op->args[0]->type, i, hi) && m->fuel > 0; i.i = int_wrap(op->args[0]->type, (uint64_t)(i.i + step.i))) {
            m->env[first->args[0]->id] = i;
            run_region(m, first);
            set_args(m, first->args + 1, first->last, 0, first->last->nargs);
            for (int k = 1; k < op->nresults; k++)
                m->env[op->results[k]->id] = m->env[first->args[k]->id];
        }
        m->env[op->results[0]->id] = i;
        return;
    }
    set_args(m, first->args, op, 0, op->nargs);
    for (;;) {
        run_region(m, first);
        set_args(m, op->regions[1]->args, first->last, 1, op->nresults);
        if (!m->env[first->last->args[0]->id].i || m->fuel <= 0)
            break;
        run_region(m, op->regions[1]);
        set_args(m, first->args, op->regions[1]->last, 0, op->nargs);
    }
    set_args(m, op->results, first->last, 1, op->nresults);
}

static void run_op(Machine *m, const Op *op)
{
    Val a[3] = {{0}}, r = {0};
    for (int i = 0; i < op->nargs && i < 3; i++)
        a[i] = m->env[op->args[i]->id];
    m->fuel--;
    switch (op->code) {
    case OP_ICONST:
        r.i = int_wrap(op->results[0]->type, (uint64_t)op->ival);
        break;
    case OP_FCONST:
        r.f = (double)op->fval;
        break;
    case OP_UNDEF:
    case OP_NULLPTR:
        break;
    case OP_LOCAL:
        r.p = arena_alloc(m->arena, (size_t)leaves(op->of) * sizeof(Val));
        break;
    case OP_INDEX:
        r.p = a[0].p + a[1].i * leaves(op->results[0]->type->elem);
        break;
    case OP_FIELD:
        r.p = a[0].p + field_leaf(op->args[0]->type->elem, op->ival);
        break;
    case OP_DECAY:
    case OP_PTRCAST:
        r.p = a[0].p;
        break;
    case OP_PTRDIFF:
        r.i = (a[0].p - a[1].p) / leaves(op->args[0]->type->elem);
        break;
    case OP_LOAD:
        r = *a[0].p;
        break;
    case OP_STORE:
        *a[0].p = a[1];
        break;
    case OP_CALL: /* observe(x) */
        if (m->ntrace < 512)
            m->trace[m->ntrace++] = a[0];
        break;
    case OP_IF:
        run_region(m, op->regions[!a[0].i]);
        set_args(m, op->results, op->regions[!a[0].i]->last, 0, op->nresults);
        return;
    case OP_FOR:
    case OP_WHILE:
        run_loop(m, op);
        return;
    default:
        cr_assert_eq(op_info[op->code].kind, KIND_ARITH, "op %s", op_info[op->code].text);
        r = arith(op, a);
    }
    if (op->nresults)
        m->env[op->results[0]->id] = r;
}

static void run_region(Machine *m, const Region *r)
{
    for (const Op *op = r->first; op != r->last && m->fuel > 0; op = op->next)
        run_op(m, op);
}

enum { ELEMENTS = 8 };

typedef struct {
    Val result, a[ELEMENTS], trace[512];
    int ntrace;
    bool ended;
} Outcome;

static Outcome run(const Fn *fn, int n, double x)
{
    Outcome out = {0};
    Machine *m = calloc(1, sizeof *m);
    m->arena = arena_new();
    m->env = calloc((size_t)fn->nvalues + 1, sizeof *m->env);
    m->fuel = 200000;
    for (int i = 0; i < ELEMENTS; i++)
        out.a[i].f = 0.75 * i - n;
    m->env[fn->body->args[0]->id].p = out.a;
    m->env[fn->body->args[1]->id].i = n;
    m->env[fn->body->args[2]->id].f = x;
    run_region(m, fn->body);
    out.result = m->env[fn->body->last->args[0]->id];
    out.ended = m->fuel > 0;
    out.ntrace = m->ntrace;
    memcpy(out.trace, m->trace, sizeof out.trace);
    arena_free(m->arena);
    free(m->env);
    free(m);
    return out;
}

static bool same_float(double x, double y)
{
    return (isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0;
}

static bool same_outcome(const Outcome *p, const Outcome *q)
{
    bool same = same_float(p->result.f, q->result.f) && p->ntrace == q->ntrace;
    for (int i = 0; i < ELEMENTS; i++)
        same = same && same_float(p->a[i].f, q->a[i].f);
    for (int i = 0; same && i < p->ntrace; i++)
        same = same_float(p->trace[i].f, q->trace[i].f);
    return same;
}

/* ---------------------------------------------------------------------- generator */

enum { INTS = 4, FLOATS = 4, MAX_DEPTH = 3 };

typedef struct {
    Fn *fn;
    Builder b;
    uint64_t seed;
    Value *ints[INTS], *floats[FLOATS]; /* addresses of LOCALs */
    Value *array, *record;              /* double[3]; struct { double x; int k; } */
    Value *pointer;                     /* LOCAL double *, somewhere in a */
    int depth, statements;
} Gen;

static int rnd(Gen *g, int n)
{
    g->seed = g->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((g->seed >> 33) % (uint64_t)n);
}

static Type *i32(void)
{
    return type_scalar(TY_INT);
}

static Type *f64(void)
{
    return type_scalar(TY_F64);
}

static Value *constant(Gen *g, int64_t v)
{
    return build_int(&g->b, i32(), v);
}

static Value *element(Gen *g, Value *index)
{
    return build_index(&g->b, g->fn->body->args[0], index);
}

static Value *gen_float(Gen *g, int depth);

static Value *gen_int(Gen *g, int depth)
{
    static const OpCode ops[] = {OP_ADD, OP_SUB, OP_MUL};
    static const OpCode comparisons[] = {OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE};
    switch (depth ? rnd(g, 9) : rnd(g, 3)) {
    case 0:
        return constant(g, rnd(g, 4));
    case 1:
        return build_load(&g->b, g->ints[rnd(g, INTS)]);
    case 2:
        return rnd(g, 2) ? g->fn->body->args[1] : build_load(&g->b, build_field(&g->b, g->record, 1));
    case 3: {
        Value *x = gen_int(g, depth - 1);
        return build_bin(&g->b, comparisons[rnd(g, 6)], x, gen_int(g, depth - 1));
    }
    case 4: {
        Value *x = gen_float(g, depth - 1);
        return build_bin(&g->b, comparisons[rnd(g, 6)], x, gen_float(g, depth - 1));
    }
    case 5:
        return build_un(&g->b, OP_LNOT, gen_int(g, depth - 1));
    case 6: {
        Value *x = gen_int(g, depth - 1);
        return build_bin(&g->b, rnd(g, 2) ? OP_LAND : OP_LOR, x, gen_int(g, depth - 1));
    }
    default: {
        Value *x = gen_int(g, depth - 1);
        return build_bin(&g->b, ops[rnd(g, 3)], x, gen_int(g, depth - 1));
    }
    }
}

/* 0..7 */
static Value *gen_index(Gen *g)
{
    return build_bin(&g->b, OP_AND, gen_int(g, 1), constant(g, ELEMENTS - 1));
}

static Value *array_element(Gen *g)
{
    return build_index(&g->b, build_decay(&g->b, g->array), constant(g, rnd(g, 3)));
}

static Value *gen_float(Gen *g, int depth)
{
    static const OpCode ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_ADD};
    static const double values[] = {0.0, 1.0, -0.0, 0.5, -1.5};
    switch (depth ? rnd(g, 10) : rnd(g, 4)) {
    case 0:
        return build_float(&g->b, f64(), values[rnd(g, 5)]);
    case 1:
        return build_load(&g->b, g->floats[rnd(g, FLOATS)]);
    case 2:
        return g->fn->body->args[2];
    case 3:
        return build_load(&g->b, array_element(g));
    case 4:
        return build_load(&g->b, element(g, gen_index(g)));
    case 5:
        return build_load(&g->b, build_field(&g->b, g->record, 0));
    case 6:
        return build_cast(&g->b, gen_int(g, depth - 1), f64());
    default: {
        Value *x = gen_float(g, depth - 1);
        return build_bin(&g->b, ops[rnd(g, 4)], x, gen_float(g, depth - 1));
    }
    }
}

static void set_int(Gen *g, Value *address, Value *v)
{
    build_store(&g->b, address, build_bin(&g->b, OP_AND, v, constant(g, 63)));
}

static void gen_block(Gen *g, int n);

static void inside(Gen *g, Region *r, void (*fill)(Gen *g))
{
    Builder outer = g->b;
    g->b = at_end(r);
    fill(g);
    build_yield(&g->b, NULL, 0);
    g->b = outer;
}

static void fill_some(Gen *g)
{
    gen_block(g, 1 + rnd(g, 3));
}

static void fill_nothing(Gen *g)
{
    (void)g;
}

static void gen_if(Gen *g)
{
    Op *op = build_if(&g->b, gen_int(g, 2));
    inside(g, op->regions[0], fill_some);
    inside(g, op->regions[1], rnd(g, 2) ? fill_some : fill_nothing);
}

static Value *new_local(Gen *g, Type *t, const char *name)
{
    Var *v = arena_alloc(g->fn->arena, sizeof *v);
    v->name = name;
    v->type = t;
    v->owner = g->fn;
    return build_local(&g->b, t, v, NULL, 0);
}

/* if (flag) {} else { some } */
static void guarded(Gen *g, Value *flag)
{
    Op *guard = build_if(&g->b, build_un(&g->b, OP_LNOT, build_load(&g->b, flag)));
    inside(g, guard->regions[0], fill_some);
    inside(g, guard->regions[1], fill_nothing);
}

/* for (i = lo; i cmp hi; i += step) { some; if (c) break; some } */
static void gen_for(Gen *g)
{
    static const struct { OpCode cmp; int64_t lo, hi, step; } forms[] = {
        {OP_LT, 0, 4, 1}, {OP_LE, 1, 5, 2}, {OP_GT, 5, 0, -1}, {OP_GE, 6, 1, -3}, {OP_NE, 2, 6, 1}, {OP_NE, 0, 0, -1}, {OP_LT, 3, 2, 1},
    };
    int form = rnd(g, 7);
    bool breaks = rnd(g, 3) == 0;
    Value *i = new_local(g, i32(), "i"), *done = new_local(g, i32(), "done");
    build_store(&g->b, i, constant(g, forms[form].lo));
    build_store(&g->b, done, constant(g, 0));
    Value *bound = rnd(g, 2) && forms[form].cmp == OP_LT ? build_bin(&g->b, OP_AND, gen_int(g, 1), constant(g, 3)) : constant(g, forms[form].hi);
    Op *loop = build_while(&g->b);
    Builder outer = g->b;
    g->b = at_end(loop->regions[0]);
    Value *c = build_bin(&g->b, forms[form].cmp, build_load(&g->b, i), bound);
    if (breaks)
        c = build_bin(&g->b, OP_LAND, build_un(&g->b, OP_LNOT, build_load(&g->b, done)), c);
    build_cond(&g->b, c, NULL, 0);
    g->b = at_end(loop->regions[1]);
    gen_block(g, 1);
    if (breaks) {
        Op *op = build_if(&g->b, gen_int(g, 2));
        inside(g, op->regions[0], rnd(g, 2) ? fill_some : fill_nothing);
        Builder then = before_op(op->regions[0]->last);
        build_store(&then, done, build_int(&then, i32(), 1));
        inside(g, op->regions[1], fill_nothing);
        guarded(g, done);
    } else {
        gen_block(g, rnd(g, 3));
    }
    if (rnd(g, 3) == 0) { /* a second value that counts along */
        Value *k = g->ints[rnd(g, INTS)];
        build_store(&g->b, k, build_bin(&g->b, OP_ADD, build_load(&g->b, k), constant(g, 1 + rnd(g, 3))));
    }
    build_store(&g->b, i, build_bin(&g->b, OP_ADD, build_load(&g->b, i), constant(g, forms[form].step)));
    build_yield(&g->b, NULL, 0);
    g->b = outer;
    if (rnd(g, 2))
        set_int(g, g->ints[rnd(g, INTS)], build_load(&g->b, i));
}

/* while (i-- > 0), while (++i < k), for (i; (unsigned long)i < k; i++), short counters, do .. while (i < k) */
static void gen_odd_loop(Gen *g)
{
    int form = rnd(g, 5);
    Type *t = form == 3 ? type_scalar(TY_SHORT) : form == 4 ? type_scalar(TY_UINT) : i32(), *wide = form == 2 ? type_scalar(TY_ULONG) : i32();
    Value *i = new_local(g, t, "j");
    build_store(&g->b, i, build_int(&g->b, t, form == 0 ? rnd(g, 5) : rnd(g, 2)));
    Value *one = build_int(&g->b, i32(), form == 0 ? -1 : 1);
    Op *loop = build_while(&g->b);
    Builder outer = g->b;
    g->b = at_end(loop->regions[0]);
    Value *now = build_load(&g->b, i);
    Value *stepped = build_cast(&g->b, build_bin(&g->b, OP_ADD, build_cast(&g->b, now, i32()), one), t);
    if (form == 4)
        gen_block(g, 1);
    if (form < 2 || form == 4)
        build_store(&g->b, i, stepped);
    Value *compared = build_cast(&g->b, form == 1 || form == 4 ? stepped : now, form == 4 ? t : wide);
    Value *end = build_int(&g->b, compared->type, form == 0 ? 0 : rnd(g, 6));
    build_cond(&g->b, build_bin(&g->b, form == 0 ? OP_GT : OP_LT, compared, end), NULL, 0);
    g->b = at_end(loop->regions[1]);
    gen_block(g, form == 4 ? 0 : 1);
    Value *at = element(g, build_bin(&g->b, OP_AND, build_cast(&g->b, build_load(&g->b, i), i32()), constant(g, ELEMENTS - 1)));
    build_store(&g->b, at, gen_float(g, 1));
    if (form == 2 || form == 3)
        build_store(&g->b, i, build_cast(&g->b, build_bin(&g->b, OP_ADD, build_cast(&g->b, build_load(&g->b, i), i32()), one), t));
    build_yield(&g->b, NULL, 0);
    g->b = outer;
    set_int(g, g->ints[rnd(g, INTS)], build_cast(&g->b, build_load(&g->b, i), i32()));
}

/* for (p = a; p < a + k; p++) some of *p */
static void gen_walk(Gen *g)
{
    Value *a = g->fn->body->args[0], *p = g->pointer;
    build_store(&g->b, p, build_index(&g->b, a, constant(g, rnd(g, 2))));
    Value *end = build_index(&g->b, a, constant(g, 2 + rnd(g, 6)));
    Op *loop = build_while(&g->b);
    Builder outer = g->b;
    g->b = at_end(loop->regions[0]);
    build_cond(&g->b, build_bin(&g->b, rnd(g, 2) ? OP_LT : OP_NE, build_load(&g->b, p), end), NULL, 0);
    g->b = at_end(loop->regions[1]);
    Value *f = g->floats[rnd(g, FLOATS)], *at = build_load(&g->b, p);
    build_store(&g->b, f, build_bin(&g->b, OP_ADD, build_load(&g->b, f), build_load(&g->b, at)));
    if (rnd(g, 2))
        build_store(&g->b, at, gen_float(g, 1));
    build_store(&g->b, p, build_index(&g->b, at, constant(g, 1)));
    build_yield(&g->b, NULL, 0);
    g->b = outer;
    if (rnd(g, 2))
        set_int(g, g->ints[0], build_cast(&g->b, build_bin(&g->b, OP_PTRDIFF, build_load(&g->b, p), a), i32()));
}

/* Early return: done = c; if (!done) { some } */
static void gen_exit(Gen *g)
{
    Value *done = new_local(g, i32(), "returned");
    build_store(&g->b, done, constant(g, 0));
    Op *op = build_if(&g->b, gen_int(g, 2));
    inside(g, op->regions[0], fill_some);
    Builder then = before_op(op->regions[0]->last);
    build_store(&then, done, build_int(&then, i32(), 1));
    inside(g, op->regions[1], rnd(g, 2) ? fill_some : fill_nothing);
    guarded(g, done);
}

static void gen_observe(Gen *g)
{
    Value *v = gen_float(g, 1);
    Op *call = op_build(&g->b, OP_CALL, &v, 1, 0);
    call->text = "observe";
    call->of = type_void();
}

static void gen_statement(Gen *g)
{
    bool nest = g->depth < MAX_DEPTH;
    g->depth++;
    switch (rnd(g, nest ? 16 : 8)) {
    case 0:
        set_int(g, g->ints[rnd(g, INTS)], gen_int(g, 2));
        break;
    case 1:
        build_store(&g->b, element(g, gen_index(g)), gen_float(g, 2));
        break;
    case 2:
        build_store(&g->b, array_element(g), gen_float(g, 2));
        break;
    case 3:
        build_store(&g->b, build_field(&g->b, g->record, 0), gen_float(g, 2));
        break;
    case 4:
        set_int(g, build_field(&g->b, g->record, 1), gen_int(g, 2));
        break;
    case 5:
        gen_observe(g);
        break;
    case 6:
    case 7:
        build_store(&g->b, g->floats[rnd(g, FLOATS)], gen_float(g, 3));
        break;
    case 8:
    case 9:
        gen_if(g);
        break;
    case 10:
        gen_walk(g);
        break;
    case 11:
        gen_exit(g);
        break;
    case 12:
    case 13:
        gen_odd_loop(g);
        break;
    default:
        gen_for(g);
    }
    g->depth--;
}

static void gen_block(Gen *g, int n)
{
    for (int i = 0; i < n; i++)
        gen_statement(g);
}

static void add_param(Fn *fn, Var **params, const char *name, Type *t)
{
    Var *v = arena_alloc(fn->arena, sizeof *v);
    v->name = name;
    v->type = t;
    v->is_param = true;
    params[fn->nparams++] = v;
    fn->params = params;
    region_add_arg(fn->body, t, v);
}

static Type *record_type(void)
{
    Type *t = type_record("struct R", false);
    t->fields = calloc(2, sizeof *t->fields);
    t->fields[0] = (Field){.name = "x", .type = f64()};
    t->fields[1] = (Field){.name = "k", .type = i32(), .offset_bits = 64};
    t->nfields = 2;
    t->size = 16;
    t->align = 8;
    return t;
}

static void gen_locals(Gen *g)
{
    static const char *const int_names[] = {"k", "l", "m", "q"}, *const float_names[] = {"r", "s", "t", "u"};
    for (int i = 0; i < INTS; i++) {
        g->ints[i] = new_local(g, i32(), int_names[i]);
        build_store(&g->b, g->ints[i], constant(g, i));
    }
    for (int i = 0; i < FLOATS; i++) {
        g->floats[i] = new_local(g, f64(), float_names[i]);
        build_store(&g->b, g->floats[i], build_float(&g->b, f64(), 0.25L * i));
    }
    g->array = new_local(g, type_array(f64(), 3), "v");
    for (int i = 0; i < 3; i++)
        build_store(&g->b, build_index(&g->b, build_decay(&g->b, g->array), constant(g, i)), build_float(&g->b, f64(), i));
    g->record = new_local(g, record_type(), "rec");
    build_store(&g->b, build_field(&g->b, g->record, 0), build_float(&g->b, f64(), 2));
    build_store(&g->b, build_field(&g->b, g->record, 1), constant(g, 3));
    g->pointer = new_local(g, type_ptr(f64()), "p");
}

static Fn *generate(Program *p, uint64_t seed)
{
    Fn *fn = fn_new(p, "f");
    fn->ret = f64();
    fn->has_body = true;
    Var **params = arena_alloc(fn->arena, 3 * sizeof *params);
    add_param(fn, params, "a", type_ptr(f64()));
    add_param(fn, params, "n", i32());
    add_param(fn, params, "x", f64());
    Gen g = {.fn = fn, .b = at_end(fn->body), .seed = seed * 7919 + 1};
    gen_locals(&g);
    gen_block(&g, 4 + rnd(&g, 6));
    Value *sum = gen_float(&g, 3);
    for (int i = 0; i < FLOATS; i++)
        sum = build_bin(&g.b, OP_ADD, sum, build_load(&g.b, g.floats[i]));
    build_yield(&g.b, &sum, 1);
    return fn;
}

/* ---------------------------------------------------------------------- the test */

static char *text_of(const Fn *fn)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    ir_print_fn(out, fn);
    fclose(out);
    return text;
}

static const struct {
    const char *name;
    void (*run)(Fn *fn);
} passes[] = {
    {"simplify (memory form)", simplify},
    {"promote_locals", promote_locals},
    {"simplify", simplify},
    {"normalise_pointers", normalise_pointers},
    {"hoist_invariants", hoist_invariants},
    {"raise_loops", raise_loops},
    {"simplify (at the end)", simplify},
};

static const struct { int n; double x; } inputs[] = {{0, 0.5}, {1, -1.0}, {3, 2.0}, {7, 0.0}};

static void check_seed(uint64_t seed)
{
    Program *p = program_new();
    Fn *fn = generate(p, seed);
    verify_fn(fn, "generation");
    Outcome expected[4];
    for (int k = 0; k < 4; k++)
        expected[k] = run(fn, inputs[k].n, inputs[k].x);
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        passes[i].run(fn);
        verify_fn(fn, passes[i].name);
        for (int k = 0; k < 4; k++) {
            if (!expected[k].ended)
                continue;
            Outcome got = run(fn, inputs[k].n, inputs[k].x);
            cr_assert(same_outcome(&expected[k], &got), "seed %lu, n = %d: other results after %s", (unsigned long)seed, inputs[k].n,
                      passes[i].name);
        }
    }
    char *once = text_of(fn);
    int values = fn->nvalues;
    simplify(fn);
    cr_assert_eq(fn->nvalues, values, "seed %lu: simplify goes on building values", (unsigned long)seed);
    char *twice = text_of(fn);
    cr_assert_str_eq(once, twice, "seed %lu: simplify is not idempotent", (unsigned long)seed);
    free(once);
    free(twice);
    program_free(p);
}

Test(passes_random, programs_compute_the_same_bits_after_every_pass, .timeout = 120)
{
    const char *n = getenv("PASSES_SEEDS");
    for (uint64_t seed = 0; seed < (n ? strtoull(n, NULL, 10) : 1500); seed++)
        check_seed(seed);
}
