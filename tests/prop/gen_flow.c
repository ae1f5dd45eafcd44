/* gen_flow.c: jumps, side effects inside expressions, calls through pointers, arguments that may be left out. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------- goto */

static void skip_forward(void)
{
    const char *to = fresh("skip");
    if (gen.e.depth > 4)
        return;
    line("if (%s)", condition(1));
    line("    goto %s;", to);
    line("{");
    block(1 + rnd(2));
    line("}");
    line("%s:;", to);
}

static void out_of_nest(void)
{
    const char *out = fresh("out"), *i = fresh("i"), *j = fresh("j");
    if (gen.e.work > 12)
        return;
    line("for (int %s = 0; %s < n; %s++)", i, i, i);
    line("    for (int %s = 0; %s <= %s; %s++) {", j, j, i, j);
    Env saved = gen.e;
    gen.e.depth += 2;
    gen.e.work *= gen.n * gen.n;
    add_int(i, 0, gen.n - 1, false, true);
    add_int(j, 0, gen.n - 1, false, true);
    store();
    line("if (%s)", condition(1));
    line("    goto %s;", out);
    store();
    gen.e = saved;
    line("    }");
    line("%s:;", out);
}

static void again(void)
{
    const char *label = fresh("again"), *k = fresh("k");
    if (gen.e.work > 40)
        return;
    line("int %s = 0;", k);
    line("%s: {", label);
    Env saved;
    open_scope(&saved);
    gen.e.work *= 3;
    gen.e.can_break = gen.e.can_continue = false;
    add_int(k, 0, 2, false, true);
    store();
    store();
    close_scope(&saved, true);
    line("}");
    line("if (++%s < 3%s)", k, chance(40) ? text(" && %s", condition(0)) : "");
    line("    goto %s;", label);
}

/* default in the middle, falling through both ways. */
static void odd_switch(void)
{
    const Int *v = some_int(false);
    if (!v || v->lo < 0 || gen.e.depth > 4)
        return;
    bool could_break = gen.e.can_break, could_continue = gen.e.can_continue;
    gen.e.can_break = gen.e.can_continue = false;
    line("switch (%s %% 4) {", v->name);
    line("case 2:");
    gen.e.depth++;
    store();
    gen.e.depth--;
    line("/* fall through */");
    line("default:");
    gen.e.depth++;
    store();
    if (could_continue && gen.e.nheap == gen.e.loop_heap && chance(30)) {
        gen.e.loop_exits = true;
        line("continue;");
    } else if (chance(60)) {
        line("break;");
    }
    gen.e.depth--;
    line("/* fall through */");
    line("case 0:;"); /* store() may have nothing to say */
    gen.e.depth++;
    store();
    gen.e.depth--;
    line("}");
    gen.e.can_break = could_break;
    gen.e.can_continue = could_continue;
}

static void return_from_loop(void)
{
    const char *i = fresh("i");
    const Array *a = some_array(false, 6);
    if (!a || gen.e.nheap || gen.e.work > 20)
        return;
    line("for (int %s = 0; %s < n; %s++) {", i, i, i);
    Env saved = gen.e;
    gen.e.depth++;
    gen.e.work *= gen.n;
    gen.e.can_break = gen.e.can_continue = false;
    add_int(i, 0, gen.n - 1, false, true);
    store();
    line("if (%s > 0.9)", value(0));
    if (gen.e.returns_value)
        line("    return %s;", value(1));
    else
        line("    return;");
    store();
    gen.e = saved;
    line("}");
}

/* ---------------------------------------------------------------------- effects inside expressions */

static void nested_effects(void)
{
    const Array *a = whole_array(true, 6), *b = whole_array(false, 6);
    const char *k = fresh("k"), *s = fresh("s"), *p = fresh("p"), *q = fresh("q");
    if (!a || !b)
        return;
    switch (rnd(6)) {
    case 0:
        line("int %s = 0;", k);
        line("while (%s < 5)", k);
        line("    %s[%s++] %s %s;", a->name, k, chance(50) ? "=" : "+=", bounded(2));
        break;
    case 1:
        line("{");
        line("    double *%s = %s;", p, a->name);
        line("    const double *%s = %s + 1, *end = %s + 5;", q, b->name, b->name);
        line("    while (%s < end)", q);
        line("        *%s++ %s 0.4 * *%s++;", p, chance(50) ? "=" : "+=", q);
        line("}");
        break;
    case 2:
        line("double %s;", s);
        line("%s = (%s = %s) * %s;", element(a, index_below(a->len)), s, value(1), bounded(1));
        add_scalar(s, false, false);
        break;
    case 3:
        line("*(%s ? &%s[0] : &%s[%s]) += %s;", condition(1), a->name, a->name, index_below(a->len), bounded(1));
        break;
    case 4:
        line("double %s = %s;", s, value(1));
        line("if ((%s *= 0.5) > %s && (%s += 0.1) < 0.8)", s, literal(), s);
        line("    %s[%s] -= %s;", a->name, index_below(a->len), s);
        add_scalar(s, false, false);
        break;
    default:
        line("int %s = (int)(2.9 * fabs(sin(%s)));", k, some_read());
        add_int(k, 0, 2, false, true);
        line("%s[%s] *= %s;", a->name, k, bounded(1));
    }
}

/* ---------------------------------------------------------------------- calls */

static const char *some_callback(void)
{
    for (int tries = 0; tries < 6 && gen.nhelpers; tries++) {
        const Helper *h = &gen.helper[rnd(gen.nhelpers)];
        if (h->kind == 0 || h->kind == 5)
            return h->name;
    }
    return NULL;
}

static void callback(void)
{
    const char *one = some_callback(), *two = some_callback(), *f = fresh("fn"), *s = fresh("s");
    if (!one)
        return;
    if (chance(60))
        line("double (*%s)(double, double) = %s ? %s : %s;", f, condition(1), one, two);
    else
        line("double (*%s)(double, double) = %s;", f, one);
    line("double %s = %s(%s, %s);", s, f, value(1), bounded(1));
    add_scalar(s, false, false);
}

/* A parameter that may be NULL. */
static void optional(void)
{
    if (!gen.e.noptionals)
        return;
    const char *p = gen.e.optional[rnd(gen.e.noptionals)];
    bool is_float;
    const char *lv = some_lvalue(&is_float);
    if (!lv)
        return;
    switch (rnd(3)) {
    case 0:
        line("%s += %s ? 0.3 * %s[%s] : %s;", lv, p, p, index_below(LEN), literal());
        break;
    case 1:
        line("if (%s != NULL)", p);
        line("    %s = 0.6 * sin(%s[%s] * %s);", lv, p, index_below(LEN), some_read());
        break;
    default:
        line("if (!%s)", p);
        line("    %s *= 0.5;", lv);
        line("else");
        line("    %s *= cos(%s[%s]);", lv, p, index_below(LEN));
    }
}

static void pass_optional(void)
{
    const Array *a = whole_array(true, LEN), *b = whole_array(false, LEN);
    for (int i = 0; i < gen.nhelpers && a; i++)
        if (gen.helper[i].kind == 6) {
            line("%s(%s, %s, n);", gen.helper[i].name, a->name, b && chance(60) ? b->name : "NULL");
            return;
        }
}

void flow_idiom(void)
{
    static void (*const all[])(void) = {
        skip_forward, out_of_nest, again, odd_switch, odd_switch, return_from_loop, nested_effects, nested_effects, nested_effects,
        callback, callback, optional, optional, optional, pass_optional, pass_optional,
    };
    all[rnd(sizeof all / sizeof *all)]();
}
