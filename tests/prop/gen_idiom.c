/* gen_idiom.c: patterns of several statements. Many have a variant that looks like an easier one: a loop whose iterations are not quite
 * independent, scratch that is not quite rewritten, a value that is overwritten once more. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

/* `for (int i = 0; i < n; i++) {` over an array, in one direction or the other. */
static const char *plain_head(int len)
{
    const char *i = fresh("i"), *bound = len >= gen.n && chance(60) ? "n" : text("%d", len);
    int trips = *bound == 'n' ? gen.n : len;
    if (chance(25))
        line("for (int %s = %s - 1; %s >= 0; %s--) {", i, bound, i, i);
    else
        line("for (int %s = 0; %s < %s; %s++) {", i, i, bound, i);
    gen.e.depth++;
    gen.e.work *= trips;
    gen.e.can_break = gen.e.can_continue = false;
    add_int(i, 0, trips - 1, false, true);
    return i;
}

static void end_plain(const Env *saved)
{
    Env s = *saved;
    gen.e = s;
    line("}");
}

/* ---------------------------------------------------------------------- pointers */

static void walk_read(void)
{
    const Array *a = whole_array(false, 6);
    const char *q = fresh("q"), *s = fresh("s"), *i = fresh("i");
    if (!a)
        return;
    line("double %s = 0;", s);
    if (chance(50)) {
        line("for (const double *%s = %s, *end = %s + %d; %s < end; %s++)", q, a->name, a->name, 1 + rnd(6), q, q);
        line("    %s += *%s * %s;", s, q, bounded(1));
    } else {
        line("const double *%s = %s + %d;", q, a->name, rnd(2));
        line("for (int %s = 0; %s < %d; %s++)", i, i, 1 + rnd(4), i);
        line("    %s += 0.5 * %s%s;", s, chance(50) ? "*" : "sin(0.9) * *", text("%s++", q));
    }
    add_scalar(s, false, false);
}

static void walk_write(void)
{
    const Array *a = whole_array(true, 6);
    const char *q = fresh("q"), *i = fresh("i");
    if (!a)
        return;
    line("double *%s = %s;", q, a->name);
    bool up = chance(60);
    if (!up)
        line("%s += 5;", q);
    line("for (int %s = 0; %s < 5; %s++)%s", i, i, i, up ? "" : " {");
    if (up) {
        line("    *%s++ %s %s;", q, chance(50) ? "=" : "+=", bounded(2));
    } else {
        line("    %s--;", q);
        line("    *%s = 0.7 * *%s + %s;", q, q, bounded(1));
        line("}");
    }
}

static void chosen_pointer(void)
{
    const Array *a = some_target(), *b = some_target();
    if (!a || !b || gen.e.narrays > MANY - 4)
        return;
    const char *q = fresh("q");
    if (chance(50))
        line("double *%s = %s ? %s : %s;", q, condition(1), a->name, b->name);
    else
        line("double *%s = %s + %d;", q, a->name, 1 + rnd(2));
    add_array(q, 4, false, true);
    store();
}

static void element_pointer(void)
{
    const Array *a = whole_array(true, 6);
    if (!a)
        return;
    const char *r = fresh("r"), *at = index_below(a->len);
    line("double *%s = %s;", r, chance(50) ? text("&%s[%s]", a->name, at) : text("%s + (%s)", a->name, at));
    add_scalar(text("*%s", r), false, false);
    line("*%s += %s;", r, bounded(1));
}

static void ping_pong(void)
{
    const Array *a = some_target(), *b = some_target();
    if (!a || !b || gen.e.work * 30 > 300)
        return;
    const char *cur = fresh("cur"), *next = fresh("next"), *t = fresh("step"), *i = fresh("i");
    line("double *%s = %s, *%s = %s;", cur, a->name, next, b->name);
    line("for (int %s = 0; %s < %s; %s++) {", t, t, chance(50) ? "n" : "3", t);
    Env saved = gen.e;
    gen.e.depth++;
    line("for (int %s = 1; %s < 5; %s++)", i, i, i);
    add_int(i, 1, 4, false, true);
    line("    %s[%s] = 0.4 * %s[%s - 1] + 0.3 * %s[%s] %s;", next, i, cur, i, cur, i, chance(60) ? text("+ %s", bounded(1)) : "");
    if (chance(80)) {
        line("double *swap = %s;", cur);
        line("%s = %s;", cur, next);
        line("%s = swap;", next);
    } else {
        line("%s = %s;", cur, next);
    }
    gen.e = saved;
    line("}");
    add_array(cur, 6, false, true);
}

/* ---------------------------------------------------------------------- sums */

static void normalise(void)
{
    const Array *a = whole_array(false, 6), *b = whole_array(true, 6);
    if (!a || !b)
        return;
    const char *s = fresh("sum");
    line("double %s = 0.5;", s);
    Env saved = gen.e;
    const char *i = plain_head(6);
    line("%s += exp(0.3 * sin(%s[%s]))%s;", s, a->name, i, chance(30) ? text(" + 0.1 * sin(%s)", s) : "");
    if (chance(40))
        line("%s[%s] %s %s;", b->name, i, chance(50) ? "=" : "+=", bounded(1));
    end_plain(&saved);
    saved = gen.e;
    i = plain_head(6);
    line("%s[%s] %s %s / %s;", b->name, i, chance(60) ? "=" : "+=", bounded(1), s);
    if (chance(30))
        line("%s *= 0.9;", s);
    end_plain(&saved);
    add_scalar(s, false, false);
}

static void running_sum(void)
{
    const Array *b = whole_array(true, 6);
    const char *s = fresh("sum");
    if (!b)
        return;
    line("double %s = %s;", s, chance(50) ? "0" : value(1));
    add_scalar(s, false, false);
    Env saved = gen.e;
    const char *i = plain_head(6);
    bool early = chance(50);
    if (early)
        line("%s[%s] += sin(%s);", b->name, i, s);
    line("%s += %s;", s, bounded(2));
    if (!early && chance(50))
        line("%s[%s] = %s;", b->name, index_below(6), chance(50) ? s : text("cos(%s)", s));
    if (chance(30))
        store();
    end_plain(&saved);
}

static void largest(void)
{
    const Array *a = whole_array(false, 6);
    if (!a)
        return;
    const char *best = fresh("best"), *m = fresh("m");
    line("int %s = 0;", best);
    line("double %s = %s[0];", m, a->name);
    Env saved = gen.e;
    const char *i = plain_head(6);
    line("if (%s[%s] > %s) {", a->name, i, m);
    line("    %s = %s[%s];", m, a->name, i);
    line("    %s = %s;", best, i);
    line("}");
    end_plain(&saved);
    add_int(best, 0, 5, false, true);
    add_scalar(m, false, false);
}

/* ---------------------------------------------------------------------- scratch */

/* An array from outside the loop that each iteration writes, or nearly, before it reads it. */
static void loop_scratch(void)
{
    const char *t = fresh("t"), *j = fresh("j"), *total = fresh("s");
    int len = 3 + rnd(3);
    bool whole = chance(60);
    if (gen.e.work * 30 > 300)
        return;
    if (whole && chance(50)) {
        line("double %s[%d];", t, len);
    } else {
        line("double *%s = calloc(%d, sizeof *%s);", t, len, t);
        gen.e.heap[gen.e.nheap++] = t;
    }
    line("double %s = 0;", total);
    Env saved = gen.e;
    const char *i = plain_head(6);
    Env inner = gen.e;
    line("for (int %s = %s; %s < %d; %s++)", j, whole ? "0" : chance(50) ? "1" : text("%s %% 2", i), j, len, j);
    add_int(j, 0, len - 1, false, true);
    if (!whole && chance(40))
        line("    if (%s)", condition(0));
    line("    %s[%s] %s %s;", t, j, whole || chance(60) ? "=" : "+=", value(2));
    gen.e = inner;
    add_array(t, len, false, true);
    body(1 + rnd(3));
    line("%s += %s;", total, bounded(2));
    end_plain(&saved);
    add_scalar(total, false, false);
    if (!whole || gen.n > 0)
        add_array(t, len, false, true);
}

/* ---------------------------------------------------------------------- loops over arrays */

static void stencil(void)
{
    const Array *a = whole_array(true, 6), *b = whole_array(false, 6);
    if (!a || !b)
        return;
    const char *i = fresh("i");
    static const char *const heads[] = {"for (int %s = 1; %s < 5; %s++)", "for (int %s = 4; %s > 0; %s--)", "for (int %s = 1; %s < 5; %s += 2)"};
    int k = rnd(3);
    line(heads[k], i, i, i);
    line("    %s[%s] = %s * %s[%s %s 1] + 0.4 * %s%s[%s]%s;", a->name, i, literal(), b->name, i, chance(50) ? "-" : "+", chance(50) ? "" : "sin(1.0) * ",
         a->name, i, chance(30) ? " * 0.5" : "");
}

/* Two loops over the same arrays: what the first read or added up, the second overwrites. */
static void two_loops(void)
{
    const Array *a = whole_array(true, 6), *b = whole_array(true, 6), *c = whole_array(false, 6);
    if (!a || !b || !c)
        return;
    static const char *const ops[] = {"=", "+=", "-="};
    Env saved = gen.e;
    const char *i = plain_head(6);
    line("%s[%s] %s 0.5 * %s[%s] * sin(%s[%s]);", a->name, i, ops[rnd(3)], b->name, i, c->name, chance(60) ? i : index_below(6));
    end_plain(&saved);
    if (chance(30))
        store();
    saved = gen.e;
    i = plain_head(6);
    line("%s[%s] %s cos(%s[%s])%s;", b->name, i, ops[rnd(3)], a->name, chance(60) ? i : index_below(6), chance(40) ? text(" * tanh(%s[%s])", b->name, i) : "");
    end_plain(&saved);
}

static void product(void)
{
    const Array *a = whole_array(false, 9), *b = whole_array(false, 9), *c = whole_array(true, 9);
    if (!a || !b || !c || gen.e.work > 20)
        return;
    const char *i = fresh("i"), *j = fresh("j"), *k = fresh("k");
    bool local_sum = chance(50);
    line("for (int %s = 0; %s < 3; %s++)", i, i, i);
    line("    for (int %s = 0; %s < 3; %s++) {", j, j, j);
    if (local_sum)
        line("        double sum = 0;");
    line("        for (int %s = %s; %s < 3; %s++)", k, chance(70) ? "0" : i, k, k);
    line("            %s += 0.3 * %s[%s * 3 + %s] * sin(%s[%s * 3 + %s]);", local_sum ? "sum" : text("%s[%s * 3 + %s]", c->name, i, j), a->name, i, k,
         b->name, k, j);
    if (local_sum)
        line("        %s[%s * 3 + %s] = sum;", c->name, i, j);
    line("    }");
}

static void shrinking_bound(void)
{
    const char *m = fresh("m"), *i = fresh("i");
    if (gen.e.work * gen.n > 300)
        return;
    line("int %s = n;", m);
    line("for (int %s = 0; %s < %s; %s++) {", i, i, m, i);
    Env saved = gen.e;
    gen.e.depth++;
    gen.e.work *= gen.n;
    gen.e.can_break = gen.e.can_continue = false;
    add_int(i, 0, gen.n - 1, false, true);
    body(1);
    line("if (%s && %s > 2)", condition(0), m);
    line("    %s--;", m);
    body(1);
    gen.e = saved;
    line("}");
}

static void swap_elements(void)
{
    const Array *a = whole_array(true, 6);
    if (!a)
        return;
    const char *t = fresh("t"), *i = index_below(a->len), *j = index_below(a->len);
    line("double %s = %s[%s];", t, a->name, i);
    line("%s[%s] = %s[%s];", a->name, i, a->name, j);
    line("%s[%s] = %s;", a->name, j, t);
}

static void conditional_variable(void)
{
    const char *last = fresh("last");
    line("double %s = %s;", last, value(1));
    Env saved = gen.e;
    plain_head(6);
    line("if (%s)", condition(1));
    line("    %s = %s;", last, value(2));
    add_scalar(last, false, true);
    store();
    end_plain(&saved);
    add_scalar(last, false, false);
}

static void newton(void)
{
    const char *y = fresh("y"), *c = fresh("c");
    line("double %s = 1.0 + 0.5 * %s, %s = 1.0;", c, bounded(1), y);
    line("for (int it = 0; it < 20; it++) {");
    line("    double r = %s * %s * %s + %s - %s;", y, y, y, y, c);
    line("    %s -= r / (3.0 * %s * %s + 1.0);", y, y, y);
    line("    if (fabs(r) < 1e-4)");
    line("        break;");
    line("}");
    add_scalar(y, false, false);
}

/* ---------------------------------------------------------------------- structs, calls, blocks of memory */

static void struct_statement(void)
{
    if (!gen.e.nrecords)
        return;
    const Record *r = &gen.e.record[rnd(gen.e.nrecords)], *w = &gen.e.record[rnd(gen.e.nrecords)];
    const char *s = fresh("rec");
    switch (rnd(3)) {
    case 0:
        line("struct P %s = *%s;", s, r->address);
        add_struct_p(text("%s.", s), text("(&%s)", s), false);
        break;
    case 1:
        if (!w->is_const && w != r)
            line("%sq = %sq;", w->field, r->field);
        break;
    default:
        line("struct Q %s = %sq;", s, r->field);
        line("%s.w += %s;", s, bounded(1));
        if (!w->is_const)
            line("%sq = %s;", w->field, s);
        add_scalar(text("%s.g[1]", s), false, false);
        add_scalar(text("%s.w", s), false, false);
    }
}

static void call_helper(void)
{
    if (!gen.nhelpers)
        return;
    const Helper *h = &gen.helper[rnd(gen.nhelpers)];
    const Array *a = whole_array(false, LEN), *b = whole_array(true, LEN);
    const char *s = fresh("s");
    switch (h->kind) {
    case 1:
        for (int tries = 0; tries < 5; tries++) {
            bool is_float;
            const char *lv = some_lvalue(&is_float);
            if (lv && !is_float) {
                line("%s(%s, &%s);", h->name, value(1), lv);
                return;
            }
        }
        break;
    case 2:
        if (a && b) {
            line("double %s = %s(%s, %s, n);", s, h->name, a->name, b->name);
            add_scalar(s, false, false);
        }
        break;
    case 3:
        if (gen.e.nrecords) {
            const Record *r = &gen.e.record[rnd(gen.e.nrecords)];
            if (r->is_const)
                line("double %s = %s(%sq, %s).w;", s, h->name, r->field, value(1));
            else
                line("%sq = %s(%sq, %s);", r->field, h->name, r->field, value(1));
            if (r->is_const)
                add_scalar(s, false, false);
        }
        break;
    case 4:
        if (gen.e.nrecords && a) {
            const Record *r = &gen.e.record[rnd(gen.e.nrecords)];
            if (!r->is_const)
                line("%s(%s, %s, n);", h->name, r->address, a->name);
        }
        break;
    default:
        break;
    }
}

static void move_memory(void)
{
    const Array *a = whole_array(true, 6), *b = whole_array(false, 6);
    if (a && b)
        line("memmove(%s, %s%s, %d * sizeof *%s);", a->name, b->name, chance(50) ? " + 1" : "", 2 + rnd(3), a->name);
}

void idiom(void)
{
    static void (*const all[])(void) = {
        walk_read, walk_write, chosen_pointer, element_pointer, ping_pong, normalise, running_sum, running_sum, largest, loop_scratch,
        loop_scratch, loop_scratch, stencil, two_loops, two_loops, product, shrinking_bound, swap_elements, conditional_variable, newton,
        struct_statement, struct_statement, call_helper, call_helper, call_helper, move_memory,
    };
    all[rnd(sizeof all / sizeof *all)]();
}
