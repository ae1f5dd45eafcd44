/* analysis_test.c: SPECs, points-to and overlap, loads that can be repeated (also against brute force), activity. */
#include "transform/transform.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ helpers */

static char *messages;
static size_t messages_len;
static FILE *messages_out;

static void capture(void)
{
    diag_reset();
    messages_out = open_memstream(&messages, &messages_len);
    diag_set_output(messages_out);
}

static const char *captured(void)
{
    fflush(messages_out);
    return messages;
}

static Program *parse(const char *text)
{
    Program *p = ir_parse(text, "test");
    cr_assert_not_null(p, "IR text does not parse");
    for (size_t i = 0; i < p->fns.n; i++)
        verify_fn(p->fns.at[i], "ir_parse");
    return p;
}

static Fn *first_fn(Program *p)
{
    return p->fns.at[0];
}

typedef struct {
    OpCode code;
    Ptrs found;
} Find;

static void find_op(Op *op, void *ctx)
{
    Find *f = ctx;
    if (op->code == f->code)
        ptrs_push(&f->found, op);
}

static Ptrs ops_of(Fn *fn, OpCode code)
{
    Find f = {code, {.arena = fn->arena}};
    walk_ops(fn->body, find_op, &f);
    return f.found;
}

/* One letter for each LOAD of the first function, in order: y reloadable, n not. */
static void expect_reloads(const char *what, const char *expected, const char *text)
{
    Program *p = parse(text);
    Fn *fn = first_fn(p);
    MemInfo *m = mem_analyse(fn);
    Ptrs loads = ops_of(fn, OP_LOAD);
    char got[64] = "";
    for (size_t i = 0; i < loads.n; i++)
        got[i] = mem_reloadable(m, loads.at[i]) ? 'y' : 'n';
    cr_expect_str_eq(got, expected, "%s: got %s, expected %s", what, got, expected);
    program_free(p);
}

/* ------------------------------------------------------------------ loads that can be repeated */

Test(reload, parameters)
{
    expect_reloads("may overlap", "n", "var $x: double* param\nvar $y: double* param\n"
                   "func @f(%0:double* $x, %1:double* $y) -> void params($x, $y) body {\n  %2:double = fconst 0x1p+0\n"
                   "  %3:double = load %0\n  store %1, %2\n  yield\n}\n");
    expect_reloads("restrict", "y", "var $x: double* param restrict\nvar $y: double* param\n"
                   "func @f(%0:double* $x, %1:double* $y) -> void params($x, $y) body {\n  %2:double = fconst 0x1p+0\n"
                   "  %3:double = load %0\n  store %1, %2\n  yield\n}\n");
    expect_reloads("AD_NOALIAS", "y", "var $x: double* param\nvar $y: double* param\n"
                   "func @f(%0:double* $x, %1:double* $y) -> void params($x, $y) noalias body {\n  %2:double = fconst 0x1p+0\n"
                   "  %3:double = load %0\n  store %1, %2\n  yield\n}\n");
    expect_reloads("int and double do not overlap, char and double may", "yny",
                   "var $x: int* param\nvar $y: double* param\nvar $z: char* param\nvar $q: float* param\n"
                   "func @f(%0:int* $x, %1:double* $y, %2:char* $z, %8:float* $q) -> void params($x, $y, $z, $q) body {\n"
                   "  %3:double = fconst 0x1p+0\n  %4:int = load %0\n  %5:char = load %2\n  %6:float = load %8\n"
                   "  store %1, %3\n  yield\n}\n");
    expect_reloads("a double and a struct with one may overlap; its int may not", "ny",
                   "record <struct S> size 16 align 8 {\n  \"d\": double at 0\n  \"k\": int at 64\n}\n"
                   "var $s: <struct S>* param\nvar $y: double* param\n"
                   "func @f(%0:<struct S>* $s, %1:double* $y) -> void params($s, $y) body {\n  %2:double = fconst 0x1p+0\n"
                   "  %3:double* = field %0 #0\n  %4:double = load %3\n  %5:int* = field %0 #1\n  %6:int = load %5\n"
                   "  store %1, %2\n  yield\n}\n");
    expect_reloads("volatile", "n", "var $x: double volatile* param\n"
                   "func @f(%0:double volatile* $x) -> void params($x) body {\n  %1:double = load %0\n  yield\n}\n");
}

/* A loop nest over a local array `%8`; body gets %9 (i) and may use %2 (n), %3 (m), %5 (1), %6 (a double). */
static const char *in_loop(Arena *a, const char *loop_attributes, const char *body)
{
    return arena_printf(a,
                        "var $n: int param\nvar $m: int param\nvar $t: double[1000]\n"
                        "func @f(%%2:int $n, %%3:int $m) -> void params($n, $m) locals($t) body {\n"
                        "  %%4:int = iconst #0\n  %%5:int = iconst #1\n  %%6:double = fconst 0x1p+0\n"
                        "  %%7:double[1000]* = local of double[1000] $t\n  %%8:double* = decay %%7\n"
                        "  %%10:int = for %%4, %%2, %%5 cmp lt%s {(%%9:int)\n%s    yield\n  }\n  yield\n}\n",
                        loop_attributes, body);
}

#define AT(result, index) "    %" result ":double* = index %8, %" index "\n"
#define PREV "    %11:int = sub %9, %5\n"
#define NEXT "    %11:int = add %9, %5\n"

Test(reload, one_loop)
{
    Arena *a = arena_new();
    expect_reloads("t[i] = ..; .. t[i]", "y", in_loop(a, "", AT("12", "9") "    store %12, %6\n    %13:double = load %12\n"));
    expect_reloads("t[i] = f(t[i])", "n", in_loop(a, "", AT("12", "9") "    %13:double = load %12\n    store %12, %13\n"));
    expect_reloads("t[i] = f(t[i-1])", "y",
                   in_loop(a, "", PREV AT("12", "11") "    %13:double = load %12\n" AT("14", "9") "    store %14, %13\n"));
    expect_reloads("t[i] = f(t[i+1])", "n",
                   in_loop(a, "", NEXT AT("12", "11") "    %13:double = load %12\n" AT("14", "9") "    store %14, %13\n"));
    expect_reloads("downwards t[i] = f(t[i+1])", "y",
                   in_loop(a, " reversed", NEXT AT("12", "11") "    %13:double = load %12\n" AT("14", "9") "    store %14, %13\n"));
    expect_reloads("t[0] is written every time", "n", in_loop(a, "", "    store %8, %6\n    %13:double = load %8\n"));
    expect_reloads("then and else of one if, in a loop", "n",
                   in_loop(a, "", "    if %9 {\n      %13:double = load %8\n      yield\n    } {\n      store %8, %6\n      yield\n    }\n"));
    expect_reloads("printf writes nothing", "y",
                   in_loop(a, "", AT("12", "9") "    store %12, %6\n    %13:double = load %12\n"
                           "    %14:char const* = string \"\\\"%g\\\"\"\n    call %14, %13 \"printf\"\n"));
    expect_reloads("a local of the loop is another one in every iteration", "n",
                   in_loop(a, "", "    %12:double* = local of double\n    store %12, %6\n    %13:double = load %12\n"));
}

static const char *nested(Arena *a, const char *before, const char *hi, const char *inner, const char *after)
{
    return in_loop(a, "", arena_printf(a, "%s    %%20:int = for %%4, %s, %%5 cmp lt {(%%19:int)\n%s    yield\n    }\n%s", before, hi, inner, after));
}

Test(reload, nests)
{
    Arena *a = arena_new();
    const char *row = "    %21:int = mul %9, %3\n    %22:int = add %21, %19\n" AT("23", "22");
    expect_reloads("t[i*m+j] stored, then read", "y",
                   nested(a, "", "%3", arena_printf(a, "%s    store %%23, %%6\n    %%24:double = load %%23\n", row), ""));
    expect_reloads("the row is longer than the stride", "n",
                   nested(a, "    %30:int = add %3, %5\n", "%30",
                          arena_printf(a, "%s    store %%23, %%6\n    %%24:double = load %%23\n", row), ""));
    expect_reloads("t[j] of an inner loop that starts again", "n",
                   nested(a, "", "%3", AT("23", "19") "    store %23, %6\n    %24:double = load %23\n", ""));
    expect_reloads("t[j], j < i, while t[i] is stored", "y",
                   nested(a, "", "%9", AT("23", "19") "    %24:double = load %23\n", AT("25", "9") "    store %25, %6\n"));
    expect_reloads("t[j], j < n, while t[i] is stored", "n",
                   nested(a, "", "%2", AT("23", "19") "    %24:double = load %23\n", AT("25", "9") "    store %25, %6\n"));
    expect_reloads("t[i*m] read where the row was filled before", "y",
                   nested(a, "", "%3", arena_printf(a, "%s    store %%23, %%6\n", row),
                          "    %31:int = mul %9, %3\n" AT("32", "31") "    %33:double = load %32\n"));
}

Test(reload, order_and_ends)
{
    const char *head = "var $t: double\nvar $c: int param\nfunc @f(%0:int $c) -> void params($c) locals($t) body {\n  %1:double = fconst 0x1p+0\n"
                       "  %2:double* = local of double $t\n";
    Arena *a = arena_new();
    expect_reloads("stored before", "y", arena_printf(a, "%s  store %%2, %%1\n  %%3:double = load %%2\n  yield\n}\n", head));
    expect_reloads("stored after", "n", arena_printf(a, "%s  %%3:double = load %%2\n  store %%2, %%1\n  yield\n}\n", head));
    expect_reloads("then and else of one if", "y",
                   arena_printf(a, "%s  if %%0 {\n    %%3:double = load %%2\n    yield\n  } {\n    store %%2, %%1\n    yield\n  }\n  yield\n}\n", head));
    expect_reloads("freed after", "n",
                   "func @f() -> void body {\n  %1:unsigned long = iconst #8\n  %2:void* = alloc %1\n  %3:double* = ptrcast %2\n"
                   "  %4:double = load %3\n  free %2\n  yield\n}\n");
    expect_reloads("given to unknown code", "n",
                   arena_printf(a, "%s  %%3:double = load %%2\n  call %%2 \"mystery\"\n  yield\n}\n", head));
    expect_reloads("not given to unknown code", "y",
                   arena_printf(a, "%s  %%3:double = load %%2\n  call %%1 \"mystery\"\n  yield\n}\n", head));
}

Test(reload, stored_values)
{
    Arena *a = arena_new();
    Program *p = parse(in_loop(a, "", AT("12", "9") "    store %12, %6\n    store %8, %6\n"));
    Fn *fn = first_fn(p);
    Ptrs stores = ops_of(fn, OP_STORE);
    MemInfo *m = mem_analyse(fn);
    cr_assert(!mem_stored_reloadable(m, stores.at[0]), "t[0] is written after t[i]");
    cr_assert(!mem_stored_reloadable(m, stores.at[1]), "t[0] is written every time");
    program_free(p);
    p = parse(in_loop(a, "", AT("12", "9") "    store %12, %6\n"));
    cr_assert(mem_stored_reloadable(mem_analyse(first_fn(p)), ops_of(first_fn(p), OP_STORE).at[0]), "t[i] keeps what it gets");
    program_free(p);
}

Test(memory, structs_and_rows)
{
    Program *p = parse("record <struct Net> size 24 align 8 {\n  \"w\": double* at 0\n  \"b\": double* at 64\n  \"next\": <struct Net>* at 128\n}\n"
                       "var $net: <struct Net>* param\nvar $x: double** param\n"
                       "func @f(%0:<struct Net>* $net, %1:double** $x) -> void params($net, $x) body {\n"
                       "  %2:double** = field %0 #0\n  %3:double* = load %2\n  %4:double** = field %0 #1\n  %5:double* = load %4\n"
                       "  %6:<struct Net>** = field %0 #2\n  %7:<struct Net>* = load %6\n  %8:<struct Net>** = field %7 #2\n"
                       "  %9:<struct Net>* = load %8\n  %10:double* = load %1\n  %11:double* = load %2\n  yield\n}\n");
    Fn *fn = first_fn(p);
    MemInfo *m = mem_analyse(fn);
    Ptrs loads = ops_of(fn, OP_LOAD);
    int obj[6];
    for (size_t i = 0; i < loads.n; i++) {
        const int *objs;
        cr_assert_eq(mem_objects(m, ((Op *)loads.at[i])->results[0], &objs), 1, "load %zu", i);
        obj[i] = objs[0];
        cr_assert_eq(mem_object_kind(m, obj[i]), OBJ_POINTEE);
    }
    cr_assert_neq(obj[0], obj[1]);
    cr_assert_eq(obj[0], obj[5], "one object per field");
    cr_assert_eq(obj[2], obj[3], "a list is one object");
    cr_assert_eq(mem_object_param(m, obj[4]), fn->body->args[1]);
    cr_assert(mem_objects_may_alias(m, obj[0], obj[4]));
    program_free(p);
}

Test(memory, stored_pointers)
{
    Program *p = parse("var $x: double* param\nvar $c: int param\nvar $rows: double*[2]\n"
                       "func @f(%0:double* $x, %1:int $c) -> void params($x, $c) locals($rows) body {\n"
                       "  %2:double*[2]* = local of double*[2] $rows\n  %3:double** = decay %2\n"
                       "  %4:unsigned long = iconst #8\n  %5:void* = alloc %4\n  %6:double* = ptrcast %5\n"
                       "  %7:double* = if %1 {\n    yield %0\n  } {\n    yield %6\n  }\n"
                       "  store %3, %7\n  %8:double* = load %3\n  %9:double = load %8\n  yield\n}\n");
    Fn *fn = first_fn(p);
    MemInfo *m = mem_analyse(fn);
    Op *load = ops_of(fn, OP_LOAD).at[0];
    const int *objs;
    cr_assert_eq(mem_objects(m, load->results[0], &objs), 2);
    cr_assert(mem_object_kind(m, objs[0]) == OBJ_PARAM && mem_object_kind(m, objs[1]) == OBJ_HEAP);
    cr_assert(!mem_objects_may_alias(m, objs[0], objs[1]));
    cr_assert(mem_object_read_only(m, objs[0]));
    program_free(p);
}

Test(memory, may_alias)
{
    Program *p = parse("record <struct P> size 16 align 8 {\n  \"x\": double at 0\n  \"y\": double at 64\n}\nvar $a: <struct P>* param\n"
                       "var $i: int param\nvar $j: int param\n"
                       "func @f(%0:<struct P>* $a, %1:int $i, %2:int $j) -> void params($a, $i, $j) body {\n"
                       "  %3:int = iconst #1\n  %4:int = add %1, %3\n"
                       "  %5:<struct P>* = index %0, %1\n  %6:<struct P>* = index %0, %2\n  %7:<struct P>* = index %0, %4\n"
                       "  %8:double* = field %5 #0\n  %9:double* = field %6 #1\n  %10:double* = field %6 #0\n  %11:double* = field %7 #0\n"
                       "  yield\n}\n");
    Fn *fn = first_fn(p);
    MemInfo *m = mem_analyse(fn);
    Ptrs fields = ops_of(fn, OP_FIELD);
    Value *x_i = ((Op *)fields.at[0])->results[0], *y_j = ((Op *)fields.at[1])->results[0];
    Value *x_j = ((Op *)fields.at[2])->results[0], *x_i1 = ((Op *)fields.at[3])->results[0];
    cr_assert(!mem_may_alias(m, x_i, y_j), "different fields of array elements");
    cr_assert(mem_may_alias(m, x_i, x_j));
    cr_assert(!mem_may_alias(m, x_i, x_i1), "i does not change: it is a parameter");
    cr_assert(!mem_may_alias_now(m, x_i, x_i1));
    program_free(p);
}

/* ------------------------------------------------------------------ the overlap test against brute force */

enum { RANDOM_LOOPS = 4, RANDOM_SYMBOLS = 2 };

/* c + sum of k[i] * counter i + sum of kn[i][s] * counter i * symbol s + ks[s] * symbol s */
typedef struct {
    int c, k[RANDOM_LOOPS], kn[RANDOM_LOOPS], ks;
    int symbol; /* of kn and ks */
} Subscript;

typedef struct {
    int lo, hi_symbol, hi_counter, hi_add; /* hi = symbol, or an outer counter, plus hi_add */
    int step;
    bool down;
    Value *counter;
} RandomLoop;

/* Loops 0 .. common-1 are around both accesses, loop `common` around the load only, `common + 1` around the store only. */
typedef struct {
    RandomLoop loop[RANDOM_LOOPS];
    int common;
    bool store_first;
    Subscript at[2]; /* 0: load, 1: store */
    int symbol[RANDOM_SYMBOLS];
    Value *symbols[RANDOM_SYMBOLS];
} Nest;

static unsigned random_state;

static int pick(int n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (int)((random_state >> 8) % (unsigned)n);
}

static bool in_nest(const Nest *n, int access, int loop)
{
    return loop < n->common || loop == n->common + access;
}

static Subscript random_subscript(const Nest *n, int access)
{
    Subscript s = {.c = pick(7) - 3, .symbol = pick(RANDOM_SYMBOLS)};
    for (int i = 0; i < n->common + 2; i++) {
        if (!in_nest(n, access, i))
            continue;
        if (pick(3))
            s.k[i] = pick(4) == 0 ? -1 : pick(3);
        else
            s.kn[i] = 1;
    }
    s.ks = pick(8) == 0;
    return s;
}

static Nest random_nest(void)
{
    Nest n = {.common = pick(RANDOM_LOOPS - 1), .store_first = pick(2)};
    for (int i = 0; i < n.common + 2; i++) {
        RandomLoop *l = &n.loop[i];
        *l = (RandomLoop){.lo = pick(2), .hi_symbol = pick(RANDOM_SYMBOLS), .hi_counter = -1, .hi_add = pick(4) ? 0 : pick(3) - 1};
        if (i > 0 && n.common > 0 && pick(3) == 0)
            l->hi_counter = pick(i < n.common ? i : n.common);
        l->step = pick(4) ? 1 : 2;
        l->down = pick(5) == 0;
    }
    n.at[0] = random_subscript(&n, 0);
    n.at[1] = pick(3) ? random_subscript(&n, 1) : n.at[0];
    if (n.at[1].k[n.common] || n.at[1].kn[n.common])
        n.at[1].k[n.common + 1] = n.at[1].k[n.common], n.at[1].kn[n.common + 1] = n.at[1].kn[n.common],
        n.at[1].k[n.common] = n.at[1].kn[n.common] = 0;
    return n;
}

/* The IR of the nest. */
static Value *emit_product(Builder *b, Value *x, int k)
{
    return build_bin(b, OP_MUL, x, build_int(b, x->type, k));
}

static Value *emit_subscript(Builder *b, const Nest *n, const Subscript *s)
{
    Value *sum = build_int(b, type_scalar(TY_INT), s->c);
    for (int i = 0; i < n->common + 2; i++) {
        if (s->k[i])
            sum = build_bin(b, OP_ADD, sum, emit_product(b, n->loop[i].counter, s->k[i]));
        if (s->kn[i])
            sum = build_bin(b, OP_ADD, sum, build_bin(b, OP_MUL, n->symbols[s->symbol], n->loop[i].counter));
    }
    return s->ks ? build_bin(b, OP_ADD, n->symbols[s->symbol], sum) : sum;
}

static Builder emit_loop(Builder *b, Nest *n, int i)
{
    RandomLoop *l = &n->loop[i];
    Value *hi = l->hi_counter >= 0 ? n->loop[l->hi_counter].counter : n->symbols[l->hi_symbol];
    hi = build_bin(b, OP_ADD, hi, build_int(b, hi->type, l->hi_add));
    Op *loop = build_for(b, build_int(b, hi->type, l->lo), hi, build_int(b, hi->type, l->step), OP_LT);
    loop->reversed = l->down;
    l->counter = loop->regions[0]->args[0];
    return at_end(loop->regions[0]);
}

static void emit_nest(Fn *fn, Nest *n)
{
    Builder at[RANDOM_LOOPS + 1];
    at[0] = at_end(fn->body);
    Value *base = build_decay(&at[0], build_local(&at[0], type_array(type_scalar(TY_F64), 1000), NULL, NULL, 0));
    Value *one = build_float(&at[0], type_scalar(TY_F64), 1);
    for (int i = 0; i < n->common; i++)
        at[i + 1] = emit_loop(&at[i], n, i);
    for (int turn = 0; turn < 2; turn++) {
        int access = n->store_first ? 1 - turn : turn;
        Builder inner = emit_loop(&at[n->common], n, n->common + access);
        Value *p = build_index(&inner, base, emit_subscript(&inner, n, &n->at[access]));
        if (access == 0)
            build_load(&inner, p);
        else
            build_store(&inner, p, one);
        build_yield(&inner, NULL, 0);
    }
    for (int i = n->common; i >= 0; i--)
        build_yield(&at[i], NULL, 0);
}

/* Runs the nest: is an element stored to after it was loaded? */
typedef struct {
    const Nest *n;
    int counter[RANDOM_LOOPS];
    bool loaded[4096], conflict;
} Run;

static int run_subscript(const Run *r, const Subscript *s)
{
    int x = s->c + s->ks * r->n->symbol[s->symbol];
    for (int i = 0; i < r->n->common + 2; i++)
        x += (s->k[i] + s->kn[i] * r->n->symbol[s->symbol]) * r->counter[i];
    return x + 2048;
}

static void run_access(Run *r, int access)
{
    int at = run_subscript(r, &r->n->at[access]);
    if (access == 0)
        r->loaded[at] = true;
    else if (r->loaded[at])
        r->conflict = true;
}

static void run_loop(Run *r, int i, int access)
{
    const RandomLoop *l = &r->n->loop[i];
    int hi = (l->hi_counter >= 0 ? r->counter[l->hi_counter] : r->n->symbol[l->hi_symbol]) + l->hi_add;
    int trips = hi > l->lo ? (hi - l->lo + l->step - 1) / l->step : 0;
    for (int t = 0; t < trips; t++) {
        r->counter[i] = l->lo + l->step * (l->down ? trips - 1 - t : t);
        if (i >= r->n->common)
            run_access(r, access);
        else if (i + 1 < r->n->common)
            run_loop(r, i + 1, 0);
        else
            for (int turn = 0; turn < 2; turn++) {
                int which = r->n->store_first ? 1 - turn : turn;
                run_loop(r, r->n->common + which, which);
            }
    }
}

static bool conflicts(Nest *n)
{
    for (int a = 0; a <= 5; a++)
        for (int b = 0; b <= 5; b++) {
            n->symbol[0] = a;
            n->symbol[1] = b;
            static Run r;
            memset(&r, 0, sizeof r);
            r.n = n;
            if (n->common > 0)
                run_loop(&r, 0, 0);
            else
                for (int turn = 0; turn < 2; turn++)
                    run_loop(&r, n->store_first ? 1 - turn : turn, n->store_first ? 1 - turn : turn);
            if (r.conflict)
                return true;
        }
    return false;
}

Test(reload, never_where_brute_force_finds_an_overwrite)
{
    int proven = 0, free_of_conflict = 0;
    for (int round = 0; round < 20000; round++) {
        random_state = (unsigned)round * 2654435761u + 12345u;
        Nest n = random_nest();
        Program *p = program_new();
        Fn *fn = fn_new(p, "f");
        fn->has_body = true;
        for (int s = 0; s < RANDOM_SYMBOLS; s++)
            n.symbols[s] = region_add_arg(fn->body, type_scalar(TY_INT), NULL);
        emit_nest(fn, &n);
        MemInfo *m = mem_analyse(fn);
        bool safe = mem_reloadable(m, ops_of(fn, OP_LOAD).at[0]), conflict = conflicts(&n);
        if (safe && conflict) {
            ir_print_fn(stderr, fn);
            cr_assert_fail("round %d: called reloadable, but is overwritten", round);
        }
        proven += safe;
        free_of_conflict += !conflict;
        program_free(p);
    }
    cr_log_info("%d of %d proven", proven, free_of_conflict);
    cr_assert(proven > free_of_conflict / 2, "too little is proven: %d of %d", proven, free_of_conflict);
}

/* ------------------------------------------------------------------ SPECs */

static void expect_malformed(const char *spec, const char *part)
{
    const char *error;
    Arena *a = arena_new();
    cr_expect_null(request_parse(a, MODE_VJP, spec, &error), "%s", spec);
    cr_expect(error && strstr(error, part), "%s: %s", spec, error ? error : "no message");
    arena_free(a);
}

Test(request, parsing)
{
    const char *error;
    Arena *a = arena_new();
    Request *rq = request_parse(a, MODE_VJP, " f ( w , b->y,z ; tmp ) ", &error);
    cr_assert(rq && !error && !rq->bare && rq->has_arrow && rq->indep.n == 2 && rq->dep.n == 2 && rq->scratch.n == 1);
    cr_assert_str_eq(rq->fn_name, "f");
    cr_assert_str_eq(rq->dep.at[1], "z");
    cr_assert_str_eq(request_result_name(rq, a), "f_vjp");
    rq = request_parse(a, MODE_JACOBIAN, "f", &error);
    cr_assert(rq && rq->bare);
    cr_assert_str_eq(request_result_name(rq, a), "f_jac");
    rq->new_name = "J";
    cr_assert_str_eq(request_result_name(rq, a), "J");
    cr_assert(request_parse(a, MODE_GRAD, "f()", &error)->bare, "AD_GRAD() cannot be written without parentheses");
    expect_malformed("", "starts with a function's name");
    expect_malformed("f(w", "expected after a name");
    expect_malformed("f(w,)", "name is expected");
    expect_malformed("f(w ->)", "after '->'");
    expect_malformed("f(w;)", "after ';'");
    expect_malformed("f(w) g", "after ')'");
    expect_malformed("f[w]", "'(' is expected");
    expect_malformed("f(2)", "name is expected");
    arena_free(a);
}

/* The roles of f's parameters as letters: i d b(oth) s -, then those of named globals, then R if the return value is a dependent; or the
 * diagnostics. */
static void expect_roles(Program *p, Mode mode, const char *spec, const char *expected)
{
    static const char letter[] = {[0] = '-', [ROLE_INDEP] = 'i', [ROLE_DEP] = 'd', [ROLE_INDEP | ROLE_DEP] = 'b', [ROLE_SCRATCH] = 's'};
    const char *error;
    capture();
    Request *rq = request_parse(p->arena, mode, spec, &error);
    cr_assert_not_null(rq, "%s", spec);
    Str got = {.arena = p->arena};
    str_put(&got, "");
    if (request_resolve(rq, p)) {
        for (int i = 0; i < rq->fn->nparams; i++)
            str_fmt(&got, "%c", letter[rq->roles[i]]);
        for (size_t i = 0; i < rq->global_vars.n; i++)
            str_fmt(&got, "%c", letter[rq->global_roles[i]]);
        str_put(&got, rq->return_is_dep ? "R" : "");
        cr_expect_str_eq(got.s, expected, "%s: %s", spec, got.s);
    } else {
        cr_expect(strstr(captured(), expected), "%s: expected '%s' in: %s", spec, expected, captured());
    }
}

#define PARAMS                                                                                                                   \
    "var $w: double const* param\nvar $y: double* param\nvar $b: double param\nvar $n: int param\nvar $ctx: void* param\n" \
    "var $q: double* param inactive\nvar $err: double* param\nvar $ws: double[10] global\n"
#define HEADER(ret) \
    "func @f(%0:double const* $w, %1:double* $y, %2:double $b, %3:int $n, %4:void* $ctx, %5:double* $q, %6:double* $err) -> " ret \
    " params($w, $y, $b, $n, $ctx, $q, $err) body {\n"

Test(request, roles)
{
    Program *p = parse(PARAMS "globals($ws)\n" HEADER("double") "  yield %2\n}\n");
    expect_roles(p, MODE_VJP, "f", "ibi---bR");
    expect_roles(p, MODE_GRAD, "f", "iii---iR");
    expect_roles(p, MODE_GRAD, "f(w, b; y)", "isi----R");
    expect_roles(p, MODE_VJP, "f(w, y, ctx -> y, ws)", "ib--i--dR");
    expect_roles(p, MODE_VJP, "g", "no function 'g'");
    expect_roles(p, MODE_VJP, "f(x)", "'x' is neither a parameter");
    expect_roles(p, MODE_VJP, "f(er)", "did you mean 'err'?");
    expect_roles(p, MODE_VJP, "f(n)", "no floating-point data");
    expect_roles(p, MODE_VJP, "f(w, w)", "named twice");
    expect_roles(p, MODE_VJP, "f(y; y)", "both scratch and an independent");
    expect_roles(p, MODE_VJP, "f(b -> w)", "'w' is const");
    expect_roles(p, MODE_VJP, "f(w -> b)", "passed by value");
    expect_roles(p, MODE_VJP, "f(q)", "AD_INACTIVE");
    expect_roles(p, MODE_GRAD, "f(w -> err)", "2 dependents");
    program_free(p);
}

Test(request, one_scalar)
{
    Program *p = parse(PARAMS HEADER("void") "  yield\n}\n");
    expect_roles(p, MODE_GRAD, "f(w -> err)", "i-----d");
    expect_roles(p, MODE_GRAD, "f", "does not return a floating value");
    expect_roles(p, MODE_GRAD, "f(w -> err, y)", "2 dependents");
    expect_roles(p, MODE_GRAD, "f(w, err -> err)", "both independent and");
    expect_roles(p, MODE_VJP, "f(w)", "has no dependent");
    expect_roles(p, MODE_VJP, "f", "ibi---b");
    program_free(p);
}

/* ------------------------------------------------------------------ activity */

/* v for values that are active, . for the others, over all floating op results of f in order; or the diagnostics. */
static void expect_active(const char *what, Mode mode, const char *spec, const char *text, const char *expected)
{
    const char *error;
    capture();
    Program *p = parse(text);
    Fn *fn = first_fn(p);
    Request *rq = request_parse(p->arena, mode, spec, &error);
    cr_assert(request_resolve(rq, p), "%s: %s", what, captured());
    Activity *act = activity_analyse(fn, mem_analyse(fn), rq);
    if (diag_error_count()) {
        cr_expect(strstr(captured(), expected), "%s: expected '%s' in: %s", what, expected, captured());
        return;
    }
    Str got = {.arena = p->arena};
    str_put(&got, "");
    for (Op *op = fn->body->first; op; op = op->next)
        for (int i = 0; i < op->nresults; i++)
            if (type_is_float(op->results[i]->type))
                str_put(&got, active_value(act, op->results[i]) ? "v" : ".");
    cr_expect_str_eq(got.s, expected, "%s: got %s, expected %s", what, got.s, expected);
    program_free(p);
}

Test(activity, values)
{
    const char *head = "var $x: double param\nvar $k: double param\nvar $t: double\n"
                       "func @f(%0:double $x, %1:double $k) -> double params($x, $k) locals($t) body {\n";
    Arena *a = arena_new();
    expect_active("not varied, active, not useful, killed by floor and int", MODE_GRAD, "f(x)",
                  arena_printf(a, "%s  %%2:double = mul %%1, %%1\n  %%3:double = mul %%0, %%2\n  %%4:double = sin %%0\n"
                                  "  %%5:double = floor %%0\n  %%6:int = cast %%0\n  %%7:double = cast %%6\n"
                                  "  %%8:double = add %%3, %%5\n  %%9:double = add %%8, %%7\n  yield %%9\n}\n", head),
                  ".v...vv");
    expect_active("through a local; control dependence carries nothing", MODE_GRAD, "f(x)",
                  arena_printf(a, "%s  %%2:double* = local of double $t\n  store %%2, %%0\n  %%3:double = load %%2\n"
                                  "  %%4:int = lt %%0, %%1\n  %%5:double = if %%4 {\n    yield %%1\n  } {\n    yield %%1\n  }\n"
                                  "  %%6:double = add %%3, %%5\n  yield %%6\n}\n", head),
                  "v.v");
    expect_active("a chain carried by a loop", MODE_GRAD, "f(x)",
                  arena_printf(a, "%s  %%2:int = iconst #0\n  %%3:int = iconst #1\n"
                                  "  %%4:int, %%5:double, %%6:double = for %%2, %%3, %%3, %%1, %%1 cmp lt {(%%7:int, %%8:double, %%9:double)\n"
                                  "    yield %%9, %%0\n  }\n  yield %%5\n}\n", head),
                  "v.");
    expect_active("unknown code", MODE_GRAD, "f(x)",
                  arena_printf(a, "%s  %%2:double = call %%0 \"mystery\" of double\n  yield %%2\n}\n", head), "body is not in the given files");
    expect_active("unknown code on inactive data", MODE_GRAD, "f(x)",
                  arena_printf(a, "%s  %%2:double = call %%1 \"mystery\" of double\n  %%3:double = mul %%2, %%0\n  yield %%3\n}\n", head), ".v");
}

Test(activity, memory)
{
    const char *head = "var $x: double const* param\nvar $tmp: double* param\nvar $out: double* param\n"
                       "func @f(%0:double const* $x, %1:double* $tmp, %2:double* $out) -> double params($x, $tmp, $out) body {\n";
    const char *through = "  %3:double = load %0\n  store %1, %3\n  %4:double = load %1\n  store %2, %4\n  %5:double = load %2\n";
    Arena *a = arena_new();
    expect_active("not listed, written and read", MODE_GRAD, "f(x)", arena_printf(a, "%s%s  yield %%4\n}\n", head, through),
                  "name it as scratch: 'f(x; tmp)'");
    expect_active("scratch", MODE_GRAD, "f(x; tmp)", arena_printf(a, "%s%s  yield %%4\n}\n", head, through), "vv.");
    expect_active("bare: scratch by itself", MODE_GRAD, "f", arena_printf(a, "%s%s  yield %%4\n}\n", head, through), "vv.");
    expect_active("only written", MODE_GRAD, "f(x; tmp)", arena_printf(a, "%s  %%3:double = load %%0\n  store %%2, %%3\n  yield %%3\n}\n", head),
                  "v");
    expect_active("data that is not listed", MODE_VJP, "f(tmp -> out)",
                  arena_printf(a, "%s  %%3:double = load %%0\n  %%4:double = load %%1\n  %%5:double = mul %%3, %%4\n  store %%2, %%5\n"
                                  "  yield %%5\n}\n", head), ".vv");
}

Test(activity, buffers_reached_without_their_field)
{
    expect_active("stored through &net->a, read through net->a", MODE_GRAD, "f(x)",
                  "record <struct Net> size 16 align 8 {\n  \"a\": double* at 0\n  \"b\": double* at 64\n}\n"
                  "var $x: double param\nvar $net: <struct Net>* param\n"
                  "func @f(%0:double $x, %1:<struct Net>* $net) -> double params($x, $net) body {\n"
                  "  %2:double** = ptrcast %1\n  %3:double* = load %2\n  store %3, %0\n"
                  "  %4:double** = field %1 #0\n  %5:double* = load %4\n  %6:double = load %5\n  yield %6\n}\n",
                  "'net' carries derivatives");
}

Test(activity, scratch_under_a_bare_grad)
{
    const char *error;
    Program *p = parse("var $x: double const* param\nvar $tmp: double* param\nvar $s: double* param\n"
                       "func @f(%0:double const* $x, %1:double* $tmp, %2:double* $s) -> double params($x, $tmp, $s) body {\n"
                       "  %3:double = load %0\n  store %1, %3\n  %4:double = load %1\n  %5:double = load %2\n"
                       "  %6:double = mul %5, %4\n  store %2, %6\n  yield %6\n}\n");
    Fn *fn = first_fn(p);
    Request *rq = request_parse(p->arena, MODE_GRAD, "f", &error);
    cr_assert(request_resolve(rq, p));
    activity_analyse(fn, mem_analyse(fn), rq);
    cr_assert_eq(rq->roles[0], ROLE_INDEP);
    cr_assert_eq(rq->roles[1], ROLE_SCRATCH, "written before it is read");
    cr_assert_eq(rq->roles[2], ROLE_INDEP, "read before it is written");
    program_free(p);
}
