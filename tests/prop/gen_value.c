/* gen_value.c: structs by value, unions, out-parameters that may be the same, pointers that a callee moves or returns, searches with several
 * exits, caches. Their helpers are made where they are first used, in front of the program. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------- structs by value */

static const char *vector_value(void)
{
    static const char *const forms[] = {"vec_add(%s, %s, %s)", "vec_cross(%s, %s, %s)", "vec_pick(%s, %s, %s)"};
    const char *v[2];
    for (int i = 0; i < 2; i++)
        v[i] = gen.e.nvectors && chance(70) ? gen.e.vector[rnd(gen.e.nvectors)]
                                            : text("(struct Vec){{%s, %s, %s}, %d}", value(1), literal(), value(0), rnd(3));
    return text(forms[rnd(3)], v[0], v[1], bounded(1));
}

static void vectors(void)
{
    const char *v = fresh("v");
    if (gen.e.nvectors == MANY || gen.e.narrays > MANY - 4)
        return;
    gen.needs_vectors = true;
    line("struct Vec %s = %s;", v, vector_value());
    gen.e.vector[gen.e.nvectors++] = v;
    add_array(text("%s.e", v), 3, false, true);
    if (chance(50))
        line("%s.e[%s] %s %s;", v, index_below(3), chance(50) ? "=" : "*=", bounded(1));
    if (chance(30))
        line("%s = %s;", v, vector_value());
    if (chance(40))
        store();
}

/* ---------------------------------------------------------------------- unions */

static void union_view(void)
{
    const char *u = fresh("u");
    if (gen.e.narrays > MANY - 4)
        return;
    switch (rnd(3)) {
    case 0: line("union View %s = {{%s, %s, %s}};", u, value(1), literal(), value(1)); break;
    case 1: line("union View %s = {.v = {%s, %s, %s}};", u, value(1), value(1), literal()); break;
    default:
        line("union View %s;", u);
        line("for (int i = 0; i < 3; i++)");
        line("    %s.v[i] = %s;", u, value(2));
    }
    add_array(text("%s.v", u), 3, false, true);
    add_scalar(text("%s.at.x", u), false, false);
    add_scalar(text("%s.at.z", u), false, false);
    store();
    if (chance(40)) {
        const char *w = fresh("u");
        line("union View %s = %s;", w, u);
        add_array(text("%s.v", w), 3, false, true);
        line("%s.at.y += %s.at.x * %s;", u, w, bounded(0));
    }
}

/* Numbers, integers and nothing, told apart by a tag. */
static void tagged_values(void)
{
    const char *t = fresh("tag"), *s = fresh("s"), *i = fresh("i");
    line("struct Tagged %s[4] = {{0, {0}}};", t);
    line("for (int %s = 0; %s < 4; %s++) {", i, i, i);
    line("    %s[%s].tag = (%s + %d) %% 3;", t, i, i, rnd(3));
    line("    if (%s[%s].tag == 0)", t, i);
    line("        %s[%s].u.number = %s;", t, i, value(2));
    line("    else if (%s[%s].tag == 1)", t, i);
    line("        %s[%s].u.count = %s;", t, i, i);
    line("}");
    if (chance(50))
        line("%s[%d] = %s[%s];", t, rnd(4), t, index_below(4));
    line("double %s = 0;", s);
    line("for (int %s = 0; %s < 4; %s++)", i, i, i);
    line("    switch (%s[%s].tag) {", t, i);
    line("    case 0: %s += %s[%s].u.number * %s; break;", s, t, i, bounded(1));
    line("    case 1: %s += 0.1 * (double)%s[%s].u.count * %s; break;", s, t, i, bounded(1));
    line("    default: break;");
    line("    }");
    add_scalar(s, false, false);
}

/* ---------------------------------------------------------------------- moved, returned and handed-out addresses */

static void partition(void)
{
    const Array *a = whole_array(true, 6);
    const char *lo = fresh("lo"), *hi = fresh("hi");
    if (!a || gen.e.work > 40)
        return;
    line("double *%s = %s, *%s = %s + %d;", lo, a->name, hi, a->name, 3 + rnd(3));
    line("while (%s < %s) {", lo, hi);
    line("    if (*%s %s *%s) {", lo, chance(50) ? ">" : "<", hi);
    line("        double swap = *%s;", lo);
    line("        *%s = *%s%s;", lo, hi, chance(40) ? " * 0.9" : "");
    line("        *%s = swap;", hi);
    if (chance(40))
        line("        break;");
    line("    } else {");
    line("        *%s %s %s;", chance(50) ? lo : hi, chance(50) ? "+=" : "=", bounded(1));
    line("    }");
    line(chance(50) ? "    %s++;" : "    if (*%s > 0.2)\n            break;", lo);
    line("    %s--;", hi);
    line("}");
    if (chance(50)) {
        add_scalar(text("*%s", lo), false, false);
        store();
    }
}

static void returned_address(void)
{
    const Array *a = some_target(), *b = some_target();
    if (!a || !b)
        return;
    gen.needs_addresses = true;
    line("*pick(%s, %s, %s) %s %s;", a->name, b->name, condition(1), chance(50) ? "+=" : "=", bounded(1));
    if (chance(50) && gen.e.narrays < MANY - 4) {
        const char *p = fresh("p");
        line("double *%s = %s;", p, a->name);
        line("advance(&%s, %s);", p, chance(50) ? b->name : "NULL");
        add_array(p, 4, false, true);
        store();
    }
}

static void cursor(void)
{
    const Array *a = whole_array(true, LEN);
    const char *c = fresh("c"), *s = fresh("s");
    if (!a)
        return;
    gen.needs_addresses = true;
    line("struct Cursor %s = {%s, %d};", c, a->name, 4 + rnd(LEN - 4));
    line("double %s = next_of(&%s);", s, c);
    line("while (%s.left > 1) {", c);
    line("    %s = 0.5 * %s + next_of(&%s);", s, s, c);
    if (chance(50))
        line("    if (%s > 0.8)\n            break;", s);
    if (chance(50))
        line("    *%s.at = 0.5 * *%s.at + 0.2 * sin(%s);", c, c, s);
    if (chance(30))
        line("    if (%s < -0.8) {\n            %s.left--;\n            continue;\n        }", s, c);
    line("    %s *= 0.9;", s);
    line("}");
    add_scalar(s, false, false);
}

/* ---------------------------------------------------------------------- out-parameters */

static const char *some_place(void)
{
    for (int tries = 0; tries < 8; tries++) {
        bool is_float;
        const char *lv = some_lvalue(&is_float);
        if (lv && !is_float)
            return *lv == '*' ? lv + 1 : text("&%s", lv);
    }
    return NULL;
}

/* All three may be one place. */
static void out_parameters(void)
{
    const char *a = some_place(), *b = chance(30) ? a : some_place(), *c = chance(20) ? b : some_place();
    if (!a || !b || !c || gen.apart)
        return;
    gen.needs_outs = true;
    line("%s(%s, %s, %s);", chance(50) ? "turn" : "mix", a, b, c);
}

static void search(void)
{
    const Array *a = whole_array(false, 6);
    const char *s = fresh("s"), *at = fresh("at");
    if (!a)
        return;
    gen.needs_outs = true;
    line("double %s;", s);
    line("int %s = %d;", at, rnd(3));
    line("if (search(%s, %d, %s, &%s, &%s) %s 0)", a->name, 3 + rnd(4), bounded(0), s, at, chance(50) ? "==" : "!=");
    line("    %s *= %s;", s, bounded(1));
    add_scalar(s, false, false);
    add_int(at, 0, 5, false, true);
    store();
}

/* ---------------------------------------------------------------------- loops with several exits, caches, copies */

static void several_exits(void)
{
    const char *k = fresh("k"), *s = fresh("s");
    if (gen.e.work > 20)
        return;
    line("int %s = 0;", k);
    line("double %s = %s;", s, value(1));
    line("for (;;) {");
    Env saved = gen.e;
    gen.e.depth++;
    gen.e.work *= gen.n;
    gen.e.can_break = gen.e.can_continue = false;
    line("if (%s >= n)", k);
    line("    break;");
    add_int(k, 0, gen.n - 1, false, true);
    add_scalar(s, false, false);
    store();
    line("if (%s) {", condition(1));
    line("    %s %s %s;", s, chance(50) ? "=" : "+=", bounded(1));
    line("    break;");
    line("}");
    if (chance(60)) {
        line("if (%s > 0.5) {", s);
        line("    %s += 2;", k);
        line("    %s -= 0.4;", s);
        line("    continue;");
        line("}");
    }
    store();
    line("%s = 0.7 * %s + %s;", s, s, bounded(1));
    if (!gen.e.nheap && chance(25)) {
        line("if (%s < -0.9)", s);
        line(gen.e.returns_value ? "    return %s;" : "    return;", s);
    }
    line("%s++;", k);
    gen.e = saved;
    line("}");
    add_scalar(s, false, false);
}

static void cache(void)
{
    const char *s = fresh("s");
    gen.needs_outs = true;
    line("double %s = weight(%s) * %s;", s, index_below(6), value(1));
    add_scalar(s, false, false);
}

/* Structs of numbers alone and flat arrays. */
static void flat_copies(void)
{
    const Array *a = whole_array(true, 6);
    const char *p = fresh("pair");
    if (!a || gen.e.narrays > MANY - 4)
        return;
    line("struct Pair %s[3];", p);
    line("memcpy(%s, %s, %s);", p, a->name, chance(50) ? text("sizeof %s", p) : text("6 * sizeof(double)"));
    line("%s[%s].y %s %s[%s].x * %s;", p, index_below(3), chance(50) ? "=" : "+=", p, index_below(3), bounded(1));
    if (chance(60))
        line("memcpy(%s, %s%s, 2 * sizeof *%s);", a->name, p, chance(50) ? " + 1" : "", p);
    add_scalar(text("%s[%d].x", p, rnd(3)), false, false);
    add_scalar(text("%s[%d].y", p, rnd(3)), false, false);
}

void value_idiom(void)
{
    static void (*const all[])(void) = {
        vectors, vectors, vectors, union_view, tagged_values, partition, returned_address, cursor, out_parameters, out_parameters,
        search, several_exits, several_exits, cache, flat_copies,
    };
    all[rnd(sizeof all / sizeof *all)]();
}

void value_helpers(void)
{
    if (gen.needs_vectors)
        put("static struct Vec vec_add(struct Vec a, struct Vec b, double c)\n{\n    for (int i = 0; i < 3; i++)\n        a.e[i] = 0.5 * a.e[i] + "
            "c * b.e[i];\n    a.k += b.k;\n    return a;\n}\n\n"
            "static struct Vec vec_cross(struct Vec a, struct Vec b, double c)\n{\n    struct Vec r = {.k = a.k};\n    if (c > 0.9)\n        return b;\n"
            "    for (int i = 0; i < 3; i++)\n        r.e[i] = 0.4 * c * (a.e[(i + 1) %% 3] * b.e[(i + 2) %% 3] - sin(a.e[(i + 2) %% 3]));\n    return r;\n}\n\n"
            "static struct Vec vec_pick(struct Vec a, struct Vec b, double c)\n{\n    struct Vec *p = a.e[0] > c ? &a : &b;\n    p->e[a.k %% 3] *= c;\n"
            "    return *p;\n}\n\n");
    if (gen.needs_addresses)
        put("static double *pick(double *a, double *b, int first)\n{\n    return first ? a + 1 : &b[2];\n}\n\n"
            "static void advance(double **p, double *other)\n{\n    if (other && **p > 0.1)\n        *p = other;\n    *p += 2;\n}\n\n"
            "static double next_of(struct Cursor *c)\n{\n    c->left--;\n    return *c->at++;\n}\n\n");
    if (gen.needs_outs)
        put("static void turn(double *a, double *b, double *c)\n{\n    *a = 0.5 * *b - 0.3 * *c;\n    *b = sin(*a) * *c;\n    *c += 0.1 * *a * *b;\n}\n\n"
            "static void mix(double *a, const double *b, double *c)\n{\n    double t = *a;\n    *a = *b * 0.7;\n    *c *= t;\n    *a += 0.2 * *b * t;\n}\n\n"
            "static int search(const double *x, int n, double above, double *sum, int *at)\n{\n    const double *p = x, *end = x + n;\n    *sum = 0;\n"
            "    while (1) {\n        if (p == end)\n            return -1;\n        *sum += *p * *p;\n        if (*p > above)\n            break;\n"
            "        if (*sum > 1.5) {\n            *sum *= 0.5;\n            return 1;\n        }\n        p++;\n    }\n    *at = (int)(p - x) %% 6;\n    return 0;\n}\n\n"
            "static double weight(int i)\n{\n    static double table[6];\n    static int ready;\n    if (!ready) {\n        for (int k = 0; k < 6; k++)\n"
            "            table[k] = 1 / (1.0 + k);\n        ready = 1;\n    }\n    return table[i];\n}\n\n");
}
