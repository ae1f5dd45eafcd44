/* passes_test.c: each rewriting pass on small programs in the IR's text form: where it must act, and where it must not. */
#include "transform/derivative.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- helpers */

#define VARS                                                                                                                      \
    "var $a: double* param\nvar $n: int param\nvar $x: double param\nvar $s: double\nvar $i: int\nvar $k: int\nvar $p: double*\n"
#define F "func @f(%0:double* $a, %1:int $n, %2:double $x) -> double params($a, $n, $x) locals($s, $i, $k, $p) body {\n"

static Program *program;

static Fn *parse(const char *text)
{
    program = ir_parse(text, "test");
    cr_assert_not_null(program, "the test's own text does not parse");
    Fn *fn = program_find_fn(program, "f");
    verify_fn(fn, "parsing");
    return fn;
}

static void run(Fn *fn, void (*pass)(Fn *fn), const char *name)
{
    pass(fn);
    verify_fn(fn, name);
}

typedef struct {
    OpCode code;
    int n;
    Op *last;
} Count;

static void count_op(Op *op, void *ctx)
{
    Count *c = ctx;
    if (op->code == c->code) {
        c->n++;
        c->last = op;
    }
}

static int count(Fn *fn, OpCode code)
{
    Count c = {.code = code};
    walk_ops(fn->body, count_op, &c);
    return c.n;
}

static Op *find(Fn *fn, OpCode code)
{
    Count c = {.code = code};
    walk_ops(fn->body, count_op, &c);
    cr_assert_not_null(c.last, "no %s", op_info[code].text);
    return c.last;
}

static Value *returned(const Fn *fn)
{
    return fn->body->last->args[0];
}

/* A function of statements in memory form whose body is `text`. */
static Fn *function(const char *text)
{
    char *whole = malloc(strlen(text) + sizeof VARS F "}\n");
    sprintf(whole, "%s%s%s}\n", VARS, F, text);
    Fn *fn = parse(whole);
    free(whole);
    return fn;
}

static void prepare(Fn *fn)
{
    run(fn, promote_locals, "promote");
    run(fn, simplify, "simplify");
    run(fn, normalise_pointers, "walk");
    run(fn, hoist_invariants, "hoist");
    run(fn, raise_loops, "raise");
    run(fn, simplify, "simplify");
}

/* ---------------------------------------------------------------------- promote */

Test(promote, variable_assigned_in_a_branch_becomes_a_result)
{
    Fn *fn = function("%3:double* = local $s of double\n store %3, %2\n"
                      "if %1 {\n %4:double = load %3\n %5:double = mul %4, %2\n store %3, %5\n yield\n} {\n yield\n}\n"
                      "%6:double = load %3\n yield %6\n");
    run(fn, promote_locals, "promote");
    cr_assert_eq(count(fn, OP_LOCAL) + count(fn, OP_LOAD) + count(fn, OP_STORE), 0);
    cr_assert_eq(returned(fn)->def->code, OP_IF);
    cr_assert_str_eq(returned(fn)->var->name, "s");
}

Test(promote, escaping_local_stays)
{
    Fn *fn = function("%3:double* = local $s of double\n store %3, %2\n call %3 \"use\" of void\n"
                      "%6:double = load %3\n yield %6\n");
    run(fn, promote_locals, "promote");
    cr_assert_eq(count(fn, OP_LOCAL), 1);
    cr_assert_eq(count(fn, OP_LOAD), 1);
}

Test(promote, variable_written_before_read_in_each_iteration_is_not_carried)
{
    Fn *fn = function("%3:double* = local $s of double\n %4:int* = local $i of int\n %5:int = iconst #0\n store %4, %5\n"
                      "while {()\n %6:int = load %4\n %7:int = lt %6, %1\n cond %7\n} {()\n"
                      " store %3, %2\n %8:double = load %3\n %9:int = load %4\n %10:double* = index %0, %9\n store %10, %8\n"
                      " %11:int = iconst #1\n %12:int = add %9, %11\n store %4, %12\n yield\n}\n yield %2\n");
    run(fn, promote_locals, "promote");
    cr_assert_eq(find(fn, OP_WHILE)->nargs, 1);
    prepare(fn);
    cr_assert_eq(find(fn, OP_FOR)->nargs, 3);
}

Test(promote, records_and_constant_indices_are_split)
{
    Fn *fn = parse("record <struct P> size 32 align 8 {\n \"x\": double at 0\n \"v\": double[3] at 64\n}\n" VARS "var $q: <struct P>\n" F
                   "%3:<struct P>* = local $q of <struct P>\n %4:double* = field %3 #0\n store %4, %2\n"
                   "%5:double[3]* = field %3 #1\n %6:double* = decay %5\n %7:int = iconst #2\n %8:double* = index %6, %7\n"
                   "store %8, %2\n %9:double = load %8\n %10:double = load %4\n %11:double = add %9, %10\n yield %11\n}\n");
    run(fn, promote_locals, "promote");
    cr_assert_eq(count(fn, OP_LOCAL), 0);
    cr_assert_eq(returned(fn)->def->args[0], fn->body->args[2]);
}

Test(promote, array_with_a_variable_index_stays)
{
    Fn *fn = function("%3:double[4]* = local $s of double[4]\n %4:double* = decay %3\n %5:double* = index %4, %1\n store %5, %2\n"
                      "%6:int = iconst #0\n %7:double* = index %4, %6\n %8:double = load %7\n yield %8\n");
    run(fn, promote_locals, "promote");
    cr_assert_eq(count(fn, OP_LOCAL), 1);
    cr_assert_eq(count(fn, OP_LOAD), 1);
}

/* ---------------------------------------------------------------------- simplify */

Test(simplify, keeps_what_floating_zero_may_change)
{
    Fn *fn = function("%3:double = fconst 0x0p+0\n %4:double = add %2, %3\n %5:double = mul %4, %3\n yield %5\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(count(fn, OP_ADD), 1);
    cr_assert_eq(count(fn, OP_MUL), 1);
}

Test(simplify, drops_exact_identities)
{
    Fn *fn = function("%3:double = fconst 0x0p+0\n %4:double = sub %2, %3\n %5:double = fconst 0x1p+0\n %6:double = mul %4, %5\n"
                      "%7:double = div %6, %5\n yield %7\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(returned(fn), fn->body->args[2]);
}

Test(simplify, folds_in_the_operands_type)
{
    Fn *fn = function("%3:float = fconst 0x1.99999ap-4\n %4:float = mul %3, %3\n %5:double = cast %4\n yield %5\n");
    run(fn, simplify, "simplify");
    cr_assert_eq((double)returned(fn)->def->fval, (double)(0.1f * 0.1f));
}

Test(simplify, never_folds_libm)
{
    Fn *fn = function("%3:double = fconst 0x1p+0\n %4:double = exp %3\n yield %4\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(count(fn, OP_EXP), 1);
}

Test(simplify, load_is_not_reused_across_a_store)
{
    Fn *fn = function("%3:double = load %0\n %4:double* = index %0, %1\n store %4, %2\n %5:double = load %0\n %6:double = load %0\n"
                      "%7:double = add %3, %5\n %8:double = add %7, %6\n yield %8\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(count(fn, OP_LOAD), 2);
}

Test(simplify, flag_of_an_early_return_becomes_an_else)
{
    Fn *fn = function("%3:double* = local $s of double\n %4:int* = local $k of int\n %5:int = iconst #0\n store %4, %5\n store %3, %2\n"
                      "%6:int = lt %1, %5\n"
                      "if %6 {\n %7:int = iconst #1\n store %4, %7\n yield\n} {\n yield\n}\n"
                      "%8:int = load %4\n %9:int = not %8\n"
                      "if %9 {\n %10:double = load %0\n store %3, %10\n yield\n} {\n yield\n}\n"
                      "%11:double = load %3\n yield %11\n");
    run(fn, promote_locals, "promote");
    run(fn, simplify, "simplify");
    cr_assert_eq(count(fn, OP_IF), 1);
    cr_assert_eq(count(fn, OP_LNOT), 0);
    cr_assert_eq(find(fn, OP_IF)->nresults, 1);
}

Test(simplify, condition_holds_inside_its_branch)
{
    Fn *fn = function("%3:int = iconst #3\n %4:int = lt %1, %3\n"
                      "if %4 {\n if %4 {\n call %2 \"observe\" of void\n yield\n} {\n call %0 \"observe\" of void\n yield\n}\n yield\n}"
                      " {\n yield\n}\n yield %2\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(count(fn, OP_IF), 1);
    cr_assert_eq(count(fn, OP_CALL), 1);
}

Test(simplify, effects_keep_number_and_order)
{
    Fn *fn = function("%3:double = fconst 0x1p+0\n call %2 \"observe\" of void\n call %3 \"observe\" of void\n call %2 \"observe\" of void\n"
                      "yield %2\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(count(fn, OP_CALL), 3);
    cr_assert_eq(find(fn, OP_CALL)->args[0], fn->body->args[2]);
}

Test(simplify, mutually_dead_carried_values_go)
{
    Fn *fn = function("%3:int = iconst #0\n %4:int = iconst #1\n %20:double = fconst 0x0p+0\n"
                      "%5:int, %6:double, %7:double = while %3, %2, %20 {(%8:int, %9:double, %10:double)\n"
                      " %11:int = lt %8, %1\n cond %11, %8, %9, %10\n} {(%12:int, %13:double, %14:double)\n"
                      " call %2 \"observe\" of void\n %15:int = add %12, %4\n yield %15, %14, %13\n}\n yield %2\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(find(fn, OP_WHILE)->nargs, 1);
}

Test(simplify, stores_to_a_local_that_nobody_reads_go)
{
    Fn *fn = function("%3:double[4]* = local $s of double[4]\n %4:double* = decay %3\n %5:double* = index %4, %1\n store %5, %2\n"
                      "yield %2\n");
    run(fn, simplify, "simplify");
    cr_assert_eq(count(fn, OP_STORE) + count(fn, OP_LOCAL), 0);
}

/* ---------------------------------------------------------------------- raise, walk, hoist */

/* i starts at `lo`; while `cond` (uses %6 = i, defines %7) { a[i] += x; next (uses %6 of the body, defines %12) } */
static Fn *loop(const char *start, const char *cond, const char *next)
{
    char text[1024];
    snprintf(text, sizeof text,
             "%%3:int* = local $i of int\n %s\n store %%3, %%4\n"
             "while {()\n %%6:int = load %%3\n %s\n cond %%7\n} {()\n %%8:int = load %%3\n %%9:double* = index %%0, %%8\n store %%9, %%2\n"
             " %s\n store %%3, %%12\n yield\n}\n yield %%2\n",
             start, cond, next);
    Fn *fn = function(text);
    prepare(fn);
    return fn;
}

Test(raise, counted_loops_become_for)
{
    static const struct { const char *start, *cond, *next; OpCode cmp; } loops[] = {
        {"%4:int = iconst #0", "%7:int = lt %6, %1", "%11:int = iconst #1\n %12:int = add %8, %11", OP_LT},
        {"%4:int = iconst #0", "%7:int = le %6, %1", "%11:int = iconst #2\n %12:int = add %8, %11", OP_LE},
        {"%4:int = iconst #9", "%7:int = gt %6, %1", "%11:int = iconst #3\n %12:int = sub %8, %11", OP_GT},
        {"%4:int = iconst #0", "%7:int = ne %6, %1", "%11:int = iconst #1\n %12:int = add %8, %11", OP_LT},
        {"%4:int = iconst #1", "%7:int = ne %6, %1", "%11:int = iconst #1\n %12:int = add %8, %11", OP_NE},
        {"%4:int = iconst #0", "%7:int = gt %1, %6", "%11:int = iconst #1\n %12:int = add %8, %11", OP_LT},
        {"%4:int = iconst #0", "%5:int = ge %6, %1\n %7:int = not %5", "%11:int = iconst #1\n %12:int = add %8, %11", OP_LT},
        {"%4:int = iconst #9", "%7:int = cast %6", "%11:int = iconst #1\n %12:int = sub %8, %11", OP_GT},
        {"%4:int = iconst #0", "%5:int = mul %1, %1\n %7:int = lt %6, %5", "%12:int = add %8, %1", OP_LT},
    };
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        Fn *fn = loop(loops[i].start, loops[i].cond, loops[i].next);
        cr_assert_eq(count(fn, OP_FOR), 1, "loop %zu", i);
        cr_assert_eq(find(fn, OP_FOR)->cmp, loops[i].cmp, "loop %zu", i);
        cr_assert_str_eq(find(fn, OP_FOR)->regions[0]->args[0]->var->name, "i");
    }
}

Test(raise, other_loops_stay_while)
{
    static const struct { const char *start, *cond, *next; } loops[] = {
        {"%4:int = iconst #0", "%7:int = ne %6, %1", "%11:int = iconst #2\n %12:int = add %8, %11"},   /* may miss its end */
        {"%4:int = iconst #1", "%7:int = lt %6, %1", "%11:int = iconst #2\n %12:int = mul %8, %11"},   /* not a step */
        {"%4:int = iconst #0", "%7:int = lt %6, %1", "%11:int = iconst #1\n %12:int = sub %8, %11"},   /* away from its end */
        {"%4:int = iconst #0", "%5:int = mul %6, %6\n %7:int = lt %5, %1", "%11:int = iconst #1\n %12:int = add %8, %11"},
        {"%4:int = iconst #0", "%5:double = load %0\n %10:double = cast %6\n %7:int = lt %10, %5", "%11:int = iconst #1\n %12:int = add %8, %11"},
    };
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        cr_assert_eq(count(loop(loops[i].start, loops[i].cond, loops[i].next), OP_WHILE), 1, "loop %zu", i);
}

Test(raise, value_that_counts_along_is_not_carried)
{
    Fn *fn = function("%3:int = iconst #0\n %4:int = iconst #1\n %20:int = iconst #3\n"
                      "%5:int $i, %6:int $k = while %3, %20 {(%8:int $i, %9:int $k)\n %11:int = lt %8, %1\n cond %11, %8, %9\n}"
                      " {(%12:int $i, %13:int $k)\n %14:double* = index %0, %13\n store %14, %2\n %15:int = add %12, %4\n"
                      " %16:int = add %13, %20\n yield %15, %16\n}\n %21:double* = index %0, %6\n %22:double = load %21\n yield %22\n");
    prepare(fn);
    cr_assert_eq(find(fn, OP_FOR)->nargs, 3);
    cr_assert_eq(count(fn, OP_MUL), 2); /* 3 + 3 * i inside, and of the last i behind */
}

Test(walk, pointer_up_to_an_end_pointer_becomes_a_counted_loop)
{
    Fn *fn = function("%3:double** = local $p of double*\n store %3, %0\n %4:double* = index %0, %1\n"
                      "while {()\n %5:double* = load %3\n %6:int = lt %5, %4\n cond %6\n} {()\n %7:double* = load %3\n store %7, %2\n"
                      " %8:int = iconst #1\n %9:double* = index %7, %8\n store %3, %9\n yield\n}\n yield %2\n");
    prepare(fn);
    Op *f = find(fn, OP_FOR);
    cr_assert_eq(f->nargs, 3);
    cr_assert_eq(f->args[0]->type, type_scalar(TY_LONG));
    cr_assert_eq(find(fn, OP_STORE)->args[0]->def->args[0], fn->body->args[0]);
}

#define SUM_TO_LOADED_BOUND(write)                                                                                                \
    "%3:int = iconst #0\n %4:int = iconst #1\n %5:double = cast %1\n"                                                             \
    "%6:int $i = while %3 {(%7:int $i)\n %8:double = load %0\n %9:int = cast %8\n %10:int = lt %7, %9\n cond %10, %7\n}"           \
    " {(%11:int $i)\n" write " %12:int = add %11, %4\n yield %12\n}\n yield %2\n"

Test(hoist, bound_in_memory_moves_out_when_nothing_writes_it)
{
    Fn *fn = function(SUM_TO_LOADED_BOUND(" %13:double = fconst 0x1p+0\n"));
    prepare(fn);
    cr_assert_eq(count(fn, OP_WHILE), 0);
    fn = function(SUM_TO_LOADED_BOUND(" %13:double* = index %0, %11\n store %13, %2\n"));
    prepare(fn);
    cr_assert_eq(count(fn, OP_WHILE), 1);
}

Test(hoist, nothing_leaves_an_if)
{
    Fn *fn = function("%3:int = iconst #0\n %4:int = iconst #1\n"
                      "%6:int $i = while %3 {(%7:int $i)\n %10:int = lt %7, %1\n cond %10, %7\n} {(%11:int $i)\n"
                      " if %1 {\n %14:double = exp %2\n %13:double* = index %0, %11\n store %13, %14\n yield\n} {\n yield\n}\n"
                      " %12:int = add %11, %4\n yield %12\n}\n yield %2\n");
    prepare(fn);
    cr_assert_eq(find(fn, OP_EXP)->parent->owner->code, OP_IF);
}

Test(hoist, libm_of_invariant_operands_leaves_the_loop)
{
    Fn *fn = function("%3:int = iconst #0\n %4:int = iconst #1\n"
                      "%6:int $i = while %3 {(%7:int $i)\n %10:int = lt %7, %1\n cond %10, %7\n} {(%11:int $i)\n"
                      " %14:double = exp %2\n %13:double* = index %0, %11\n store %13, %14\n"
                      " %12:int = add %11, %4\n yield %12\n}\n yield %2\n");
    prepare(fn);
    cr_assert_eq(find(fn, OP_EXP)->parent, fn->body);
}

/* ---------------------------------------------------------------------- exits */

/* if (n <= 0) { r = 2; k = 0 } else { r = x * x; k = x }; if (n <= 0) {} else { *a += LEFT }; return r */
static Fn *with_exit(const char *left)
{
    char text[1200];
    sprintf(text,
            "  %%3:int = iconst #0\n  %%4:int = le %%1, %%3\n  %%5:double = fconst 0x0p+0\n"
            "  %%6:double, %%7:double = if %%4 {\n    %%8:double = fconst 0x8p-2\n    yield %%8, %%5\n  } {\n    %%9:double = mul %%2, %%2\n"
            "    yield %%9, %%2\n  }\n"
            "  %%10:double = if %%4 {\n    yield %%5\n  } {\n    %%11:double = mul %%7, %%6\n    yield %%11\n  }\n"
            "  accum %%0, %s\n  yield %%6\n", left);
    return function(text);
}

Test(exits, arm_that_leaves_nothing_to_do_ends_the_function)
{
    Fn *fn = with_exit("%10");
    run(fn, early_exits, "exits");
    const Op *branch = find(fn, OP_IF);
    cr_assert_eq(count(fn, OP_IF), 1);
    cr_assert_eq(returned(fn)->def, branch);
    cr_assert_eq(branch->regions[0]->first, branch->regions[0]->last->prev, "only the constant is left of the way out");
    cr_assert_eq(find(fn, OP_ACCUM)->parent, branch->regions[1]);
}

Test(exits, arm_that_still_adds_stays)
{
    Fn *fn = with_exit("%6");
    run(fn, early_exits, "exits");
    cr_assert_eq(find(fn, OP_ACCUM)->parent, fn->body);
}
