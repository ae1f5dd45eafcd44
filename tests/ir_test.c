/* ir_test.c: the IR's core: containers, types, builders, the text form, the verifier, inlining. */
#include "transform/derivative.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---------------------------------------------------------------------- helpers */

static Type *f64(void)
{
    return type_scalar(TY_F64);
}

static Type *i32(void)
{
    return type_scalar(TY_INT);
}

static Var *new_var(Program *p, const char *name, Type *t)
{
    Var *v = arena_alloc(p->arena, sizeof *v);
    v->name = name;
    v->type = t;
    v->loc.file = -1;
    return v;
}

static Value *add_param(Fn *fn, const char *name, Type *t)
{
    Var **params = arena_alloc(fn->program->arena, (size_t)(fn->nparams + 1) * sizeof *params);
    if (fn->nparams)
        memcpy(params, fn->params, (size_t)fn->nparams * sizeof *params);
    Var *v = params[fn->nparams++] = new_var(fn->program, name, t);
    v->is_param = true;
    fn->params = params;
    return region_add_arg(fn->body, t, v);
}

static Fn *new_fn(Program *p, const char *name, Type *ret)
{
    Fn *fn = fn_new(p, name);
    fn->ret = ret;
    fn->has_body = true;
    return fn;
}

static char *print_program(Program *p)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    ir_print(out, p);
    fclose(out);
    return text;
}

static void expect_round_trip(Program *p)
{
    char *once = print_program(p);
    Program *back = ir_parse(once, "round trip");
    cr_assert_not_null(back, "not read back: %s", once);
    for (size_t i = 0; i < back->fns.n; i++)
        verify_fn(back->fns.at[i], "ir_parse");
    char *twice = print_program(back);
    cr_assert_str_eq(twice, once);
    free(once);
    free(twice);
    program_free(back);
}

static int count_code(const Region *r, OpCode code)
{
    int n = 0;
    for (const Op *op = r->first; op; op = op->next) {
        n += op->code == code;
        for (int i = 0; i < op->nregions; i++)
            n += count_code(op->regions[i], code);
    }
    return n;
}

/* Diagnostics go to a string. */
static char *messages;
static size_t messages_len;
static FILE *messages_out;

static void capture(void)
{
    messages_out = open_memstream(&messages, &messages_len);
    diag_set_output(messages_out);
}

static const char *captured(void)
{
    fflush(messages_out);
    return messages;
}

/* ---------------------------------------------------------------------- support, types */

Test(support, containers)
{
    Arena *a = arena_new();
    PtrMap m = {.arena = a};
    StrMap names = {.arena = a};
    Str s = {.arena = a};
    Ptrs list = {.arena = a};
    char *base = arena_alloc(a, 200000);
    for (int i = 0; i < 100000; i++) {
        ptrmap_put(&m, base + i, base + 2 * i);
        ptrs_push(&list, base + i);
        char *name = arena_printf(a, "name%d", i);
        strmap_put(&names, name, base + i);
        str_fmt(&s, "%d,", i % 10);
    }
    cr_assert(m.n == 100000 && names.n == 100000 && list.n == 100000 && s.n == 200000);
    for (int i = 0; i < 100000; i++) {
        cr_assert(ptrmap_get(&m, base + i) == base + 2 * i && list.at[i] == base + i);
        cr_assert(strmap_get(&names, arena_printf(a, "name%d", i)) == base + i);
    }
    cr_assert_null(ptrmap_get(&m, base + 100000));
    cr_assert_null(strmap_get(&names, "name"));
    arena_free(a);
}

Test(support, arenas)
{
    static const size_t sizes[] = {1, 48, 64, 4000, 100000, 300000, 1 << 20, 2 << 20, 5 << 20};
    Arena *a = arena_new(), *inner = arena_within(a);
    for (size_t i = 0; i < 5000; i++) { /* chunks of every kind: small, of large pages, of one block */
        size_t n = sizes[i % 97 == 0 ? i / 97 % 9 : i % 3];
        char *p = i % 2 ? arena_alloc(inner, n) : arena_line(inner, n);
        cr_assert((uintptr_t)p % (i % 2 ? 16 : 64) == 0 && p[0] == 0 && p[n / 2] == 0 && p[n - 1] == 0);
        memset(p, 1, n);
    }
    arena_free(a);
}

Test(types, interning_and_declarations)
{
    Arena *a = arena_new();
    Type *params[] = {f64(), type_ptr(type_void())};
    Type *fn = type_func(f64(), params, 2, false);
    cr_assert(fn == type_func(f64(), params, 2, false) && fn != type_func(f64(), params, 2, true));
    cr_assert(type_ptr(f64()) == type_ptr(f64()) && type_ptr(f64()) != type_ptr_q(f64(), true, false));
    cr_assert(type_array(i32(), 3) == type_array(i32(), 3) && type_array(i32(), -1) != type_array(i32(), -1));
    cr_assert_str_eq(type_declare(a, type_ptr_q(f64(), true, false), "p"), "const double *p");
    cr_assert_str_eq(type_declare(a, type_ptr(type_array(f64(), 20)), "m"), "double (*m)[20]");
    cr_assert_str_eq(type_declare(a, type_ptr_q(type_ptr(f64()), true, false), "rows"), "double *const *rows");
    cr_assert_str_eq(type_declare(a, type_ptr(fn), "f"), "double (*f)(double, void *)");
    cr_assert_str_eq(type_declare(a, type_array(type_ptr(fn), 3), "table"), "double (*table[3])(double, void *)");
    cr_assert_str_eq(type_declare(a, type_array(type_array(f64(), 4), 3), "a"), "double a[3][4]");
    cr_assert_str_eq(type_spelling(type_ptr(i32())), "int *");
    arena_free(a);
}

Test(types, floating_leaves)
{
    Program *p = program_new();
    Type *list = type_record("struct List", false);
    Field fields[] = {{.name = "next", .type = type_ptr(list)}, {.name = "n", .type = i32()}};
    list->fields = fields;
    list->nfields = 2;
    cr_assert(!type_has_float(list) && !type_reaches_float(list));
    fields[1].type = type_ptr(type_array(f64(), 3));
    cr_assert(!type_has_float(list) && type_reaches_float(type_ptr(list)));
    cr_assert(!type_reaches_float(type_ptr(type_void())) && type_has_float(type_scalar(TY_CF32)));
    program_free(p);
}

Test(diag, form)
{
    capture();
    int f = diag_add_file("loss.c", "int x;\n\tfoo = 1;\n", 17);
    cr_assert(diag_add_file("loss.c", NULL, 0) == f);
    diag_error((Loc){f, 2, 2}, "no %s", "foo");
    diag_set_warning("no-private-static");
    diag_warning((Loc){f, 1, 1}, "private-static", "not shown");
    diag_note((Loc){f, 1, 1}, "nor this");
    diag_set_werror(true);
    diag_warning((Loc){.file = -1}, "unused-option", "shown");
    cr_assert_str_eq(captured(),
                     "loss.c:2:2: error: no foo\n    2 | \tfoo = 1;\n      | \t^~~\nadgen: error: shown [-Werror=unused-option]\n");
    cr_assert(diag_error_count() == 2);
}

/* ---------------------------------------------------------------------- building and the text form */

/* double sq(double x) { return x * x; } in memory form */
static Fn *make_square(Program *p)
{
    Fn *fn = new_fn(p, "sq", f64());
    Value *x = add_param(fn, "x", f64());
    Builder b = at_end(fn->body);
    Var *v = new_var(p, "x", f64());
    ptrs_push(&fn->locals, v);
    Value *local = build_local(&b, f64(), v, NULL, 0);
    build_store(&b, local, x);
    Value *left = build_load(&b, local), *right = build_load(&b, local);
    Value *r = build_bin(&b, OP_MUL, left, right);
    build_yield(&b, &r, 1);
    return fn;
}

/* double sum(const double *w, int n): a loop that calls sq */
static Fn *make_sum(Program *p, Fn *sq)
{
    Fn *fn = new_fn(p, "sum", f64());
    Value *w = add_param(fn, "w", type_ptr_q(f64(), true, false));
    Value *n = add_param(fn, "n", i32());
    Builder b = at_end(fn->body);
    b.loc = (Loc){diag_add_file("sum.c", NULL, 0), 3, 5};
    Value *s = build_float(&b, f64(), 0.1L), *zero = build_int(&b, i32(), 0), *one = build_int(&b, i32(), 1);
    Op *loop = build_for(&b, zero, n, one, OP_LT);
    loop->loop = arena_alloc(p->arena, sizeof *loop->loop);
    loop->loop->independent = loop->loop->checkpoint = true;
    loop->loop->omp = "parallel for reduction(+:s)";
    Value *acc = for_add_carried(loop, s, new_var(p, "s", f64()));
    Builder in = at_end(loop->regions[0]);
    Value *x = build_load(&in, build_index(&in, w, loop->regions[0]->args[0]));
    Op *call = op_build(&in, OP_CALL, &x, 1, 0);
    call->callee = sq;
    Value *next = build_bin(&in, OP_ADD, acc, op_add_result(call, f64(), NULL));
    build_yield(&in, &next, 1);
    build_yield(&b, (Value *[]){for_result_of(loop, acc)}, 1);
    return fn;
}

Test(text, hand_built)
{
    Program *p = program_new();
    p->std = "c99";
    Fn *sq = make_square(p), *sum = make_sum(p, sq);
    verify_fn(sq, "building");
    verify_fn(sum, "building");
    expect_round_trip(p);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    ir_print_fn(out, sq);
    fclose(out);
    cr_assert_str_eq(text, "var $x: double param\n"
                           "var $x#1: double\n"
                           "func @sq(%0:double $x) -> double params($x) locals($x#1) body {\n"
                           "  %1:double* = local of double $x#1\n"
                           "  store %1, %0\n"
                           "  %2:double = load %1\n"
                           "  %3:double = load %1\n"
                           "  %4:double = mul %2, %3\n"
                           "  yield %4\n"
                           "}\n");
    free(text);
}

static const char everything[] =
    "std \"gnu11\"\n"
    "input \"a.c\"\n"
    "file 0 \"a.c\"\n"
    "record <struct P> size 24 align 8 {\n"
    "  \"next\": <struct P>* at 0\n"
    "  \"m\": double[2][1] at 64\n"
    "  \"\": <#1> at 128\n"
    "}\n"
    "record <#1> union size 4 align 4 {\n"
    "  \"flags\": unsigned int at 0 bits 3 const\n"
    "  \"c\": char const[4] at 0\n"
    "}\n"
    "var $g: <struct P>[7] global static decl \"struct P g[7] = {0}; /* \\\"x\\\" \\\\ \\x01 \\n */\" !0:1:1\n"
    "var $f: double(double, void*, ...)* param inactive len \"n*m\"\n"
    "var $a: double const volatile* param const_object restrict array_param dim \"\" dim \"m\" dims_runtime spelled \"real\"\n"
    "var $i: unsigned long long\n"
    "var $out: opaque \"FILE\"*\n"
    "globals($g, $out)\n"
    "item include main text \"#include <math.h>\" !0:1:1\n"
    "item var name \"g\" $g text \"struct P g[7]\"\n"
    "item function name \"h\" @h text \"void h(void)\"\n"
    "func @all(%0:double(double, void*, ...)* $f, %1:double const volatile* $a) -> double params($f, $a) locals($i) static noalias "
    "custom_vjp @h comment \"two\\nlines\" body !0:2:3 {\n"
    "  %2:int = iconst #-5 \"ENUM\"\n"
    "  %3:long double = fconst 0xc.cccccccccccccdp-7 // 0.1\n"
    "  %4:float = fconst inf \"INFINITY\" // inf\n"
    "  %5:double = undef\n"
    "  %6:<struct P>[7]* = global $g\n"
    "  %7:<struct P>* = decay %6\n"
    "  %8:double[2][1]* = field %7 #1\n"
    "  %9:unsigned long = sizeof of <struct P>\n"
    "  %10:double*, %11:int = callptr %0, %5 of double* note \"a reason\"\n"
    "  %12:int $i, %13:double = for %2, %2, %2, %5 cmp gt reversed loop( independent checkpoint 3 omp \"simd\" ) !0:3:1 "
    "{(%14:int $i, %15:double)\n"
    "    ^0 if %14 {\n"
    "      yield\n"
    "    } {\n"
    "      store %10, %15\n"
    "      yield\n"
    "    }\n"
    "    yield %15\n"
    "  }\n"
    "  %16:double, %17:int = while %5 !-:4:1 {(%18:double)\n"
    "    cond %2, %18, %2\n"
    "  } {(%19:double, %20:int)\n"
    "    yield %19\n"
    "  }\n"
    "  if %2 mirror ^0 { mirror ^0.0\n"
    "    yield\n"
    "  } { mirror ^body\n"
    "    %21:double = use %15\n"
    "    yield\n"
    "  }\n"
    "  %22:double* = local %2 of double $i zeroed tape static guarded\n"
    "  yield %16\n"
    "}\n"
    "func @h() -> void variadic unsupported \"asm is not supported\" !0:9:1\n";

Test(text, everything_reads_back)
{
    Program *p = ir_parse(everything, "everything");
    cr_assert_not_null(p);
    char *text = print_program(p);
    /* Declarations are printed in order of mention: compare sorted lines, then print(parse(print)) exactly. */
    for (char *copy = strdup(everything), *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, "record <#", 9) != 0 && !strstr(line, "<#1>"))
            cr_assert(strstr(text, line) != NULL, "lost: %s\nin\n%s", line, text);
    free(text);
    expect_round_trip(p);
    Fn *all = program_find_fn(p, "all");
    verify_fn(all, "ir_parse");
    cr_assert(all->custom_vjp == program_find_fn(p, "h") && all->params[1]->ndims == 2 && all->params[1]->owner == all);
    cr_assert(program_find_global(p, "g")->type->size == 7 * 24);
}

Test(text, syntax_errors)
{
    capture();
    static const char *const bad[] = {"func",
                                      "func @f() -> int body {\n yield %0\n}\n",
                                      "func @f() -> int body {\n %0:int = nop\n}",
                                      "func @f() -> void body {",
                                      "nonsense",
                                      "var $x: intt\n",
                                      "func @f() -> void body {\n if %0 {",
                                      "record <a> size 1 align 1 {\n\"x\n",
                                      "func @f() -> void custom_vjp @g\n",
                                      "file 3 \"a\"\n",
                                      "func @f(%99999999999999999999:int) -> void\n",
                                      "%1",
                                      "func @f() -> void body {\n yield %-1\n}\n",
                                      "func @f() -> void body {\n %0:int = iconst #\n yield\n}\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_null(ir_parse(bad[i], "bad"), "accepted: %s", bad[i]);
    cr_assert(diag_error_count() == (int)(sizeof bad / sizeof *bad));
    /* No cut of a good text may do worse than be refused. */
    for (size_t n = 0; n < sizeof everything; n += 7) {
        char *cut = strndup(everything, n);
        program_free(ir_parse(cut, "cut"));
        free(cut);
    }
}

Test(text, op_names_are_unique)
{
    for (int i = 0; i < OP_COUNT; i++)
        for (int j = 0; j < i; j++)
            cr_assert(strcmp(op_info[i].text, op_info[j].text) != 0, "two ops are called %s", op_info[i].text);
}

/* ---------------------------------------------------------------------- the verifier */

static Fn *parse_one(const char *text)
{
    Program *p = ir_parse(text, "test");
    cr_assert_not_null(p);
    return p->fns.at[0];
}

/* Each text breaks one rule. */
static const struct {
    const char *text, *message;
} broken[] = {
    {"func @f(%0:int) -> void params($n) body {\n if %0 {\n %1:int = iconst #1\n yield\n } {\n yield\n }\n %2:int = add %1, %0\n"
     " yield\n}\n",
     "an operand is not visible here: `%2:int = add %1, %0`"},
    {"func @f() -> void body {\n}\n", "a region has no terminator"},
    {"func @f() -> void body {\n yield\n yield\n}\n", "a terminator is not the last op"},
    {"var $d: double\nfunc @f(%0:int, %1:double) -> void params($n, $d) body {\n %2:int = add %0, %1\n yield\n}\n",
     "operand types do not go together"},
    {"var $d: double\nfunc @f(%0:double) -> void params($d) body {\n %1:double = lt %0, %0\n yield\n}\n", "wrong result type"},
    {"var $d: double\nfunc @f(%0:double) -> int params($d) body {\n yield %0\n}\n", "what is returned has the wrong type"},
    {"var $d: <struct S>*\nrecord <struct S> size 8 align 8 {\n}\nfunc @f(%0:<struct S>*) -> void params($d) body {\n"
     " %1:<struct S> = load %0\n yield\n}\n",
     "records and arrays are not moved whole"},
    {"var $p: double*\nvar $x: float\nfunc @f(%0:double*, %1:float) -> void params($p, $x) body {\n store %0, %1\n yield\n}\n",
     "the value's type is not the memory's"},
    {"func @f(%0:int) -> void params($n) body {\n %1:int, %2:int = for %0, %0, %0, %0 cmp lt {(%3:int, %4:int)\n yield\n }\n "
     "yield\n}\n",
     "the body's yield does not fit its arguments"},
    {"func @f(%0:int) -> void params($n) body {\n %1:int = while %0 {(%2:int)\n yield %2\n } {(%3:int)\n yield %3\n }\n yield\n}\n",
     "a region has the wrong terminator"},
    {"var $x: float\nvar $y: double\nfunc @f(%0:float, %1:double) -> void params($x, $y) body {\n %2:double = pow %0, %1\n "
     "yield\n}\n",
     "wrong operand type"},
    {"func @f(%0:float) -> void body {\n yield\n}\n", "the body's arguments are not the parameters"},
    {"func @f() -> void body {\n call @g\n yield\n}\nfunc @g() -> void params($x)\n", "the arguments do not fit"},
};

static void run_broken(const char *text, int out)
{
    diag_set_output(fdopen(out, "w"));
    verify_fn(parse_one(text), "a pass");
    _exit(0);
}

Test(verify, violations_end_the_run)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        int ends[2], status = 0;
        char message[2000] = "";
        cr_assert(pipe(ends) == 0);
        pid_t child = fork();
        if (child == 0)
            run_broken(broken[i].text, ends[1]);
        close(ends[1]);
        for (size_t n = 0; n < sizeof message - 1;) {
            ssize_t got = read(ends[0], message + n, sizeof message - 1 - n);
            if (got <= 0)
                break;
            n += (size_t)got;
        }
        close(ends[0]);
        waitpid(child, &status, 0);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3, "accepted: %s", broken[i].text);
        cr_assert(strstr(message, "internal error: after a pass, function f"), "%s", message);
        cr_assert(strstr(message, broken[i].message), "expected \"%s\", got \"%s\"", broken[i].message, message);
    }
}

Test(verify, use_is_exempt_from_scope)
{
    verify_fn(
        parse_one(
            "var $n: int\nfunc @f(%0:int) -> void params($n) body {\n if %0 {\n %1:int = iconst #1\n yield\n } {\n yield\n }\n"
            " %2:int = use %1\n yield\n}\n"),
        "test");
}

/* ---------------------------------------------------------------------- moving and replacing */

Test(ir, replace_and_clone)
{
    Program *p = program_new();
    Fn *sum = make_sum(p, make_square(p));
    Fn *copy = clone_fn(sum, "copy");
    verify_fn(copy, "clone_fn");
    cr_assert(copy->nvalues == sum->nvalues && !ptrs_has(&p->fns, copy));
    /* A chain a -> b -> c, and long ones. */
    Value *s = copy->body->first->results[0];
    Builder b = after_op(s->def);
    PtrMap map = {.arena = arena_new()};
    Value *from = s;
    for (int i = 0; i < 100000; i++) {
        Value *to = build_float(&b, f64(), i);
        ptrmap_put(&map, from, to);
        from = to;
    }
    replace_uses_map(copy, &map);
    verify_fn(copy, "replace_uses_map");
    Op *loop = copy->body->last->prev;
    cr_assert(loop->code == OP_FOR && loop->args[3] == from && loop_depth(loop->regions[0]->first) == 1);
    cr_assert(region_contains(copy->body, loop->regions[0]->first) && !region_contains(loop->regions[0], loop));
    replace_uses(copy, from, s);
    cr_assert(loop->args[3] == s);
    arena_free(map.arena);
}

/* ---------------------------------------------------------------------- size */

Test(ir, large_and_deep)
{
    Program *p = program_new();
    Fn *fn = new_fn(p, "big", i32());
    Value *n = add_param(fn, "n", i32());
    Builder b = at_end(fn->body);
    Value *v = n;
    for (int i = 0; i < 100000; i++)
        v = build_bin(&b, OP_ADD, v, n);
    Builder at = b;
    enum { DEPTH = 5000 };
    Op *outer[DEPTH];
    for (int i = 0; i < DEPTH; i++) {
        outer[i] = build_if(&at, n);
        op_add_result(outer[i], i32(), NULL);
        Builder other = at_end(outer[i]->regions[1]);
        build_yield(&other, &n, 1);
        at = at_end(outer[i]->regions[0]);
    }
    build_yield(&at, &v, 1);
    for (int i = DEPTH - 1; i > 0; i--) {
        Builder in = at_end(outer[i - 1]->regions[0]);
        build_yield(&in, outer[i]->results, 1);
    }
    build_yield(&b, outer[0]->results, 1);
    verify_fn(fn, "building");
    expect_round_trip(p);
    verify_fn(clone_fn(fn, "copy"), "clone_fn");
    cr_assert(inline_calls(fn));
}

/* ---------------------------------------------------------------------- inlining */

Test(inlining, splices_bodies)
{
    Program *p = program_new();
    Fn *sum = make_sum(p, make_square(p));
    cr_assert(inline_calls(sum));
    verify_fn(sum, "inline_calls");
    cr_assert(count_code(sum->body, OP_CALL) == 0 && count_code(sum->body, OP_MUL) == 1 && count_code(sum->body, OP_LOCAL) == 1);
    cr_assert(sum->locals.n == 1);
    Op *loop = sum->body->last->prev;
    Op *add = loop->regions[0]->last->prev;
    cr_assert(add->code == OP_ADD && add->args[1]->def->code == OP_MUL && add->args[1]->def->parent == loop->regions[0]);
    expect_round_trip(p);
}

Test(inlining, nested_calls_and_results_that_are_parameters)
{
    Fn *f = parse_one("var $a: double\nvar $b: double\nvar $c: double\n"
                      "func @f(%0:double) -> double params($a) body {\n %1:double = call %0 @g\n %2:double = call %1 @g\n"
                      " %3:double = add %1, %2\n yield %3\n}\n"
                      "func @g(%0:double) -> double params($b) body {\n %1:double = call %0 @id\n %2:double = neg %1\n"
                      " %3:double = call %2 @id\n yield %3\n}\n"
                      "func @id(%0:double) -> double params($c) body {\n yield %0\n}\n");
    cr_assert(inline_calls(f));
    verify_fn(f, "inline_calls");
    cr_assert(count_code(f->body, OP_CALL) == 0 && count_code(f->body, OP_NEG) == 2);
    Op *add = f->body->last->prev;
    cr_assert(add->args[0]->def->code == OP_NEG && add->args[1]->def->args[0] == add->args[0]);
}

Test(inlining, what_stays_a_call)
{
    Fn *f = parse_one("var $a: double\nvar $b: double\nvar $c: double\n"
                      "func @f(%0:double) -> double params($a) body {\n %1:double = call %0 @logged\n %2:double = call %1 @custom\n"
                      " %3:double = call %2 @outside\n %4:double = call %3 \"rand\" of double\n yield %4\n}\n"
                      "func @logged(%0:double) -> double params($b) inactive body {\n yield %0\n}\n"
                      "func @custom(%0:double) -> double params($c) custom_vjp @outside body {\n yield %0\n}\n"
                      "func @outside() -> double params($c)\n");
    cr_assert(inline_calls(f));
    verify_fn(f, "inline_calls");
    cr_assert(count_code(f->body, OP_CALL) == 4);
}

/* double apply(double (*h)(double), double x) { return h(x); } with the parameters in memory, called with two functions */
static const char indirect[] = "var $x: double\nvar $h: double(double)*\nvar $y: double\n"
                               "func @f(%0:double) -> double params($x) body {\n"
                               " %1:double(double)* = fnaddr @sq\n %2:double = call %1, %0 @apply\n"
                               " %3:double(double)* = fnaddr \"sin\"\n %4:double = call %3, %2 @apply\n yield %4\n}\n"
                               "func @apply(%0:double(double)*, %1:double) -> double params($h, $y) body {\n"
                               " %2:double(double)** = local of double(double)* $h\n store %2, %0\n"
                               " %3:double(double)* = load %2\n %4:double = callptr %3, %1\n yield %4\n}\n"
                               "func @sq(%0:double) -> double params($y) body {\n %1:double = mul %0, %0\n yield %1\n}\n";

Test(inlining, known_targets_of_pointers)
{
    Fn *f = parse_one(indirect);
    cr_assert(inline_calls(f));
    verify_fn(f, "inline_calls");
    cr_assert(count_code(f->body, OP_CALLPTR) == 0 && count_code(f->body, OP_CALL) == 0);
    cr_assert(count_code(f->body, OP_MUL) == 1 && count_code(f->body, OP_SIN) == 1);
}

Test(inlining, unknown_targets_stay)
{
    Fn *f = parse_one("var $x: double\nvar $h: double(double)*\nvar $n: int\n"
                      "func @f(%0:double, %1:int) -> double params($x, $n) body {\n"
                      " %2:double(double)* = fnaddr \"sin\"\n %3:double(double)** = local of double(double)* $h\n store %3, %2\n"
                      " if %1 {\n  %4:double(double)* = fnaddr \"cos\"\n  store %3, %4\n  yield\n } {\n  yield\n }\n"
                      " %5:double(double)* = load %3\n %6:double = callptr %5, %0\n yield %6\n}\n");
    cr_assert(inline_calls(f));
    verify_fn(f, "inline_calls");
    cr_assert(count_code(f->body, OP_CALLPTR) == 1 && count_code(f->body, OP_SIN) == 0);
}

/* f and g call each other, and g calls h: calls of f and g stay, that of h is expanded. */
Test(inlining, recursive_calls_stay)
{
    Fn *f = parse_one(
        "var $x: double\n"
        "func @f(%0:double) -> double params($x) body {\n %1:double = call %0 @g !-:3:1\n yield %1\n}\n"
        "func @g(%0:double) -> double params($x) body {\n %1:double = call %0 @f\n %2:double = call %1 @h\n yield %2\n}\n"
        "func @h(%0:double) -> double params($x) body {\n %1:double = mul %0, %0\n yield %1\n}\n");
    Fn *g = program_find_fn(f->program, "g"), *h = program_find_fn(f->program, "h");
    cr_assert(calls_itself(f) && calls_itself(g) && !calls_itself(h));
    cr_assert(inline_calls(f) && inline_calls(g));
    verify_fn(f, "inline_calls");
    cr_assert(count_code(f->body, OP_CALL) == 1 && f->body->first->callee == g);
    cr_assert(count_code(g->body, OP_CALL) == 1 && g->body->first->callee == f && count_code(g->body, OP_MUL) == 1);
}

Test(inlining, unsupported_constructs_are_reported_once)
{
    capture();
    Fn *f = parse_one("var $x: double\nfile 0 \"u.c\"\n"
                      "func @f(%0:double) -> double params($x) body {\n %1:double = call %0 @g\n %2:double = call %1 @h\n"
                      " %3:double = call %2 @g\n yield %3\n}\n"
                      "func @g(%0:double) -> double params($x) body {\n %1:double = call %0 @h\n yield %1\n}\n"
                      "func @h(%0:double) -> double params($x) unsupported \"inline assembly is not supported\" !0:7:3 body {\n"
                      " yield %0\n}\n");
    cr_assert(!inline_calls(f));
    cr_assert(diag_error_count() == 1, "%s", captured());
    cr_assert_not_null(strstr(captured(), "u.c:7:3: error: inline assembly is not supported"));
    cr_assert_not_null(strstr(captured(), "needed by f: f -> g -> h"));
}

Test(inlining, growth_is_limited, .exit_code = 3)
{
    capture();
    Program *p = program_new();
    Fn *callee = make_square(p);
    for (int level = 0; level < 30; level++) { /* each calls the one before it twice */
        Fn *fn = new_fn(p, arena_printf(p->arena, "level%d", level), f64());
        Value *v = add_param(fn, "x", f64());
        Builder b = at_end(fn->body);
        for (int k = 0; k < 2; k++) {
            Op *call = op_build(&b, OP_CALL, &v, 1, 0);
            call->callee = callee;
            v = op_add_result(call, f64(), NULL);
        }
        build_yield(&b, &v, 1);
        callee = fn;
    }
    inline_calls(callee);
    exit(1);
}
