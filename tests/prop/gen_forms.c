/* gen_forms.c: the forms of numerical kernels, each of which is not always quite as it usually is (gen_kernel.c). */
#include "gen_kernel.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------- forms */

static void softmax(void)
{
    const Kernel *x = kernel_any("nm"), *y = kernel_writable("nm");
    if (!x || !y)
        return;
    const char *top = fresh("top"), *sum = fresh("sum"), *i = fresh("i"), *j = fresh("j"), *e = fresh("e");
    bool constant = chance(20), plain = chance(60);
    line("for (int %s = 0; %s < n; %s++) {", i, i, i);
    line("    double %s = %s, %s = 0;", top, chance(70) ? "-1e30" : text("%s[%s * m]", x->name, i), sum);
    line("    for (int %s = 0; %s < m; %s++)", j, j, j);
    if (chance(50))
        line("        if (%s[%s * m + %s] > %s)\n            %s = %s[%s * m + %s];", x->name, i, j, top, top, x->name, i, j);
    else
        line("        %s = fmax(%s, %s[%s * m + %s]);", top, top, x->name, i, j);
    line("    for (int %s = 0; %s < m; %s++) {", j, j, j);
    line("        double %s = exp(%s[%s * m + %s] - %s%s);", e, x->name, i, j, top, plain ? "" : text(" + 0.1 * %s", top));
    line("        %s[%s * m + %s] = %s;", y->name, i, j, e);
    line("        %s += %s;", sum, e);
    line("    }");
    line("    for (int %s = 0; %s < m; %s++)", j, j, j);
    line("        %s[%s * m + %s] %s %s;", y->name, i, j, constant ? "*=" : "/=", constant ? "0.5" : sum);
    line("}");
}

/* Rows, or columns, made to mean 0 and variance 1. */
static void normalised(void)
{
    const Kernel *x = kernel_any("nm"), *y = kernel_writable("nm");
    if (!x || !y)
        return;
    bool columns = chance(35), shifted = chance(25);
    const char *i = fresh("i"), *j = fresh("j"), *mean = fresh("mean"), *var = fresh("var"), *d = fresh("d");
    const char *outer = columns ? "m" : "n", *inner = columns ? "n" : "m", *at = columns ? text("%s * m + %s", j, i) : text("%s * m + %s", i, j);
    line("for (int %s = 0; %s < %s; %s++) {", i, i, outer, i);
    line("    double %s = %s, %s = 0;", mean, shifted ? "0.2" : "0", var);
    line("    for (int %s = 0; %s < %s; %s++)", j, j, inner, j);
    line("        %s += %s[%s];", mean, x->name, at);
    line("    %s /= %s;", mean, inner);
    line("    for (int %s = 0; %s < %s; %s++) {", j, j, inner, j);
    line("        double %s = %s[%s] - %s;", d, x->name, at, mean);
    line("        %s += %s * %s;", var, d, d);
    line("    }");
    line("    double r%s = 1.0 / sqrt(%s / %s + 0.1);", var, var, inner);
    line("    for (int %s = 0; %s < %s; %s++)", j, j, inner, j);
    line("        %s[%s] %s (%s[%s] - %s) * r%s%s;", y->name, at, chance(70) ? "=" : "+=", x->name, at, mean, var,
         chance(30) ? text(" + 0.1 * %s", mean) : "");
    line("}");
}

static void product(void)
{
    const Kernel *a = kernel_any("nm"), *b = kernel_any("m"), *y = kernel_writable("n"), *z = kernel_writable("nm");
    const char *i = fresh("i"), *j = fresh("j"), *l = fresh("l"), *s = fresh("s");
    if (a && b && y && chance(40)) {
        bool outside = chance(50);
        line("for (int %s = 0; %s < n; %s++) {", i, i, i);
        line("    double %s = %s;", s, outside ? "0" : text("%s[%s]", y->name, i));
        line("    for (int %s = 0; %s < m; %s++)", j, j, j);
        line("        %s += 0.4 * %s[%s * m + %s] * %s[%s];", s, a->name, i, j, b->name, j);
        line("    %s[%s] = %s;", y->name, i, chance(50) ? s : text("tanh(%s)", s));
        line("}");
    } else if (a && z) { /* a a^T z, in one of the orders */
        static const char *const orders[] = {"iIj", "Iij", "jiI", "ijI"};
        const char *order = orders[rnd(4)];
        for (int q = 0; q < 3; q++) {
            const char *c = order[q] == 'i' ? i : order[q] == 'I' ? l : j;
            line("for (int %s = 0; %s < %s; %s++)%s", c, c, order[q] == 'j' ? "m" : "n", c, q == 2 ? "" : " {");
            gen.e.depth++;
        }
        line("%s[%s * m + %s] += 0.2 * %s[%s * m + %s] * %s;", z->name, i, j, a->name, l, j, chance(60) ? text("%s[%s * m + (%s + %s) %% m]", a->name, i, j, l) : "0.7");
        gen.e.depth--;
        for (int q = 0; q < 2; q++) {
            gen.e.depth--;
            line("}");
        }
    }
}

/* Time steps of a stencil: between two arrays, or in place, forwards or backwards. */
static void steps(void)
{
    const Kernel *u = kernel_writable("n"), *w = kernel_any("n");
    const char *t = fresh("t"), *i = fresh("i"), *old = fresh("old");
    if (!u || !w)
        return;
    line("for (int %s = 0; %s < %s; %s++) {", t, t, chance(50) ? "m" : "3", t);
    switch (rnd(4)) {
    case 0:
        line("    for (int %s = 1; %s < n - 1; %s++)", i, i, i);
        line("        %s[%s] = 0.5 * %s[%s] + 0.2 * (%s[%s - 1] + %s[%s + 1])%s;", u->name, i, u->name, i, u->name, i, u->name, i,
             chance(50) ? text(" + 0.1 * sin(%s[%s])", w->name, i) : "");
        break;
    case 1:
        line("    for (int %s = n - 2; %s >= 0; %s--)", i, i, i);
        line("        %s[%s] -= 0.3 * %s[%s + 1] * %s[%s];", u->name, i, u->name, i, w->name, i);
        break;
    case 2:
        line("    double %s[n + 1];", old);
        line("    for (int %s = 0; %s < n; %s++)", i, i, i);
        line("        %s[%s] = %s[%s];", old, i, u->name, i);
        line("    for (int %s = 1; %s < n - 1; %s++)", i, i, i);
        line("        %s[%s] += 0.2 * (%s[%s - 1] - 2.0 * %s[%s] * %s[%s] + %s[%s + 1]);", u->name, i, old, i, old, i, chance(50) ? old : u->name, i, old, i);
        break;
    default:
        line("    double %s = 0;", old);
        line("    for (int %s = 0; %s < n; %s++) {", i, i, i);
        line("        double flux = 0.3 * %s[%s] * %s[%s];", u->name, i, chance(50) ? u->name : w->name, i);
        line("        %s[%s] += %s - flux;", u->name, i, old);
        line("        %s = flux;", old);
        line("    }");
    }
    line("}");
}

/* A recurrence whose rows are all kept. */
static void unrolled_in_time(void)
{
    const Kernel *h = kernel_writable("nm"), *x = kernel_any("n"), *b = kernel_any("m");
    const char *t = fresh("t"), *j = fresh("j"), *l = fresh("l"), *s = fresh("s");
    if (!h || !x || !b)
        return;
    line("for (int %s = 1; %s < n; %s++)", t, t, t);
    line("    for (int %s = 0; %s < m; %s++) {", j, j, j);
    line("        double %s = %s[%s] * %s[%s];", s, x->name, t, b->name, j);
    line("        for (int %s = 0; %s < m; %s++)", l, l, l);
    line("            %s += 0.3 * %s[(%s - 1) * m + %s] * %s[%s];", s, h->name, t, l, b->name, chance(50) ? l : j);
    line("        %s[%s * m + %s] = tanh(%s);", h->name, t, j, s);
    line("    }");
}

/* Pairs of particles, with a cutoff. */
static void pairs(void)
{
    const Kernel *x = kernel_any("n"), *f = kernel_writable("n");
    const char *i = fresh("i"), *j = fresh("j"), *d = fresh("d"), *p = fresh("p"), *e = fresh("e");
    if (!x || !f)
        return;
    line("double %s = 0;", e);
    line("for (int %s = 0; %s < n; %s++)", i, i, i);
    line("    for (int %s = %s; %s < %s; %s++) {", j, chance(50) ? "0" : text("%s + 1", i), j, chance(60) ? "n" : text("n - %s", i), j);
    if (chance(50))
        line("        if (%s == %s)\n            continue;", i, j);
    line("        double %s = %s[%s] - %s[%s], %s = 0;", d, x->name, i, x->name, j, p);
    line("        if (%s * %s < 0.8)", d, d);
    line("            %s = 0.2 * exp(-%s * %s);", p, d, d);
    line("        %s += %s;", e, p);
    if (chance(60)) {
        line("        %s[%s] += %s;", f->name, i, p);
        line("        %s[%s] -= %s * %s;", f->name, j, p, chance(50) ? "1.0" : d);
    }
    line("    }");
    kernel_new_scalar(e, false);
}

/* Elimination in place, which may stop at a small pivot. */
static void elimination(void)
{
    const Kernel *a = kernel_writable("nm");
    const char *p = fresh("p"), *i = fresh("i"), *j = fresh("j"), *q = fresh("q");
    if (!a)
        return;
    line("for (int %s = 0; %s < n && %s < m; %s++) {", p, p, p, p);
    if (chance(60)) {
        line("    if (fabs(%s[%s * m + %s]) < 0.02)", a->name, p, p);
        line("        %s;", gen.e.returns_value && !kernels.nheap && chance(40) ? "return 0.25" : "break");
    }
    line("    for (int %s = %s + 1; %s < n; %s++) {", i, p, i, i);
    line("        double %s = %s[%s * m + %s] / (0.4 + fabs(%s[%s * m + %s]));", q, a->name, i, p, a->name, p, p);
    line("        for (int %s = %s; %s < m; %s++)", j, p, j, j);
    line("            %s[%s * m + %s] -= 0.4 * %s * %s[%s * m + %s];", a->name, i, j, q, a->name, p, j);
    line("    }");
    line("}");
}

/* A row at a time through scratch that is filled anew, or nearly. */
static void rows(void)
{
    const Kernel *x = kernel_any("nm"), *y = kernel_writable("n");
    const char *r = fresh("r"), *t = fresh("tmp"), *j = fresh("j"), *s = fresh("s");
    if (!x || !y)
        return;
    bool carried = chance(30), scan = chance(40);
    line("double %s[%s + 1];", t, chance(70) ? "m" : "20");
    line("for (int %s = 0; %s < m; %s++)", j, j, j);
    line("    %s[%s] = 0.1;", t, j);
    line("for (int %s = 0; %s < n; %s++) {", r, r, r);
    line("    double %s = 0;", s);
    line("    for (int %s = %s; %s < m; %s++)", j, chance(25) ? "1" : "0", j, j);
    line("        %s[%s] = sin(%s[%s * m + %s])%s;", t, j, x->name, r, j, carried ? text(" + 0.2 * %s[%s]", t, j) : "");
    line("    for (int %s = 0; %s < m%s; %s++)", j, j, scan ? " - 1" : "", j);
    line("        %s += %s[%s] * %s[%s];", s, t, j, t, scan ? text("%s + 1", j) : text("m - 1 - %s", j));
    line("    %s[%s] %s 0.3 * %s;", y->name, r, chance(60) ? "+=" : "=", s);
    line("}");
}

/* Slices of one block. */
static void slices(void)
{
    const char *w = fresh("work"), *j = fresh("j");
    if (kernels.narrays + 2 >= MAX_ARRAYS)
        return;
    line("double *%s = malloc((size_t)(n + m + 1) * sizeof *%s);", w, w);
    line("double *%sn = %s, *%sm = %s + n;", w, w, w, w);
    line("for (int %s = 0; %s < n; %s++)", j, j, j);
    line("    %sn[%s] = 0.3;", w, j);
    line("for (int %s = 0; %s < m; %s++)", j, j, j);
    line("    %sm[%s] = 0.1 * %s;", w, j, j);
    kernels.array[kernels.narrays++] = (Kernel){text("%sn", w), "n", false, false};
    kernels.array[kernels.narrays++] = (Kernel){text("%sm", w), "m", false, false};
    kernels.heap[kernels.nheap++] = w;
}

static void local_array(void)
{
    static const char *const dims[] = {"n", "m", "nm"};
    const char *t = fresh("t"), *d = dims[rnd(3)], *size = d[1] ? "n * m" : d, *i = fresh("i");
    if (kernels.narrays == MAX_ARRAYS)
        return;
    if (chance(25))
        line("static double %s[KERNEL_LEN + 1];", t);
    else
        line("double %s[%s + 1];", t, size);
    line("for (int %s = 0; %s < %s; %s++)", i, i, size, i);
    line("    %s[%s] = %s;", t, i, chance(50) ? "0" : text("0.1 + 0.05 * %s", i));
    kernels.array[kernels.narrays++] = (Kernel){t, d, false, false};
}

/* Buffers that steps exchange. */
static void exchanged(void)
{
    const Kernel *x = kernel_any("n");
    const char *u = fresh("u"), *v = fresh("v"), *t = fresh("t"), *i = fresh("i"), *s = fresh("s");
    if (!x)
        return;
    bool whole = chance(60), swaps = chance(85), heap = chance(50) || !swaps;
    line("{");
    if (heap)
        line("    double *%sa = malloc((size_t)(n + 1) * sizeof *%sa), *%sa = malloc((size_t)(n + 1) * sizeof *%sa), *%s = %sa, *%s = %sa;", u, u, v, v, u, u, v, v);
    else
        line("    double %sa[n + 1], %sa[n + 1], *%s = %sa, *%s = %sa;", u, v, u, u, v, v);
    line("    for (int %s = 0; %s < n; %s++)", i, i, i);
    line("        %s[%s] = %s[%s] = %s[%s];", u, i, v, i, x->name, i);
    line("    for (int %s = 0; %s < m; %s++) {", t, t, t);
    line("        for (int %s = %d; %s < n; %s++)", i, !whole, i, i);
    line("            %s[%s] = 0.6 * sin(%s[%s]) + 0.3 * %s[%s] * %s[%s];", v, i, u, chance(50) ? i : text("n - 1 - %s", i), chance(30) ? v : u, i, x->name, i);
    line("        double *%s = %s;", s, u);
    line("        %s = %s;", u, v);
    line(swaps ? "        %s = %s;" : "        (void)%s, (void)%s;", v, s);
    line("    }");
    line("    for (int %s = 0; %s < n; %s++)", i, i, i);
    line("        e += %s[%s] * %s[%s];", u, i, chance(50) ? v : u, i);
    if (heap)
        line("    free(%sa), free(%sa);", u, v);
    line("}");
}

/* Calls that could be made once for all. */
static void tabulated(void)
{
    const Kernel *x = kernel_any("nm"), *w = kernel_any("m"), *y = kernel_writable("n");
    const char *i = fresh("i"), *q = fresh("q"), *j = fresh("j"), *s = fresh("s");
    if (!x || !w || !y)
        return;
    line("for (int %s = 0; %s < n; %s++)", i, i, i);
    line("    for (int %s = 0; %s < 3; %s++) {", q, q, q);
    line("        double %s = 0;", s);
    line("        for (int %s = 0; %s < m; %s++)", j, j, j);
    line("            %s += %s[%s * m + %s] * exp(-%s[%s] * %s[%s])%s;", s, x->name, i, j, w->name, j, w->name, j, chance(30) ? text(" * cos(0.1 * %s)", q) : "");
    line("        %s[%s] %s 0.2 * %s;", y->name, i, chance(60) ? "+=" : "=", s);
    line("    }");
}

static void powers(void)
{
    const Kernel *x = kernel_any("n"), *y = kernel_writable("n");
    const char *i = fresh("i"), *w = fresh("w");
    if (!x || !y)
        return;
    line("double %s = %s;", w, chance(60) ? "1" : kernel_leaf());
    line("for (int %s = 0; %s < n; %s++) {", i, i, i);
    line("    %s[%s] %s %s * %s[%s];", y->name, i, chance(70) ? "+=" : "=", w, x->name, i);
    line("    %s *= %s;", w, chance(60) ? "0.8" : text("0.5 * %s[%s]", x->name, i));
    line("}");
    kernel_new_scalar(w, false);
}

static void triangles(void)
{
    const Kernel *x = kernel_any("n"), *y = kernel_writable("n"), *z = kernel_writable("n");
    const char *i = fresh("i"), *j = fresh("j");
    static const char *const compare[] = {"<=", "<", ">", ">=", "==", "!="};
    if (!x || !y || !z)
        return;
    line("for (int %s = 0; %s < n; %s++)", i, i, i);
    line("    for (int %s = 0; %s < n; %s++)", j, j, j);
    line("        if (%s %s %s)", j, compare[rnd(6)], chance(80) ? i : "m");
    line("            %s[%s] += 0.3 * %s[%s] * %s[%s];", y->name, i, x->name, j, z->name, chance(50) ? j : i);
    line("        else");
    line("            %s[%s] %s 0.2 * %s[%s];", z->name, chance(60) ? j : i, chance(70) ? "-=" : "=", x->name, i);
}

/* The first l numbers of rows a stride of m apart, where l may be more than that. */
static void strided(void)
{
    const Kernel *x = kernel_any("nm"), *y = kernel_writable("nm");
    const char *i = fresh("i"), *j = fresh("j"), *s = fresh("s");
    if (!x || !y)
        return;
    line("for (int %s = 0; %s < n; %s++) {", i, i, i);
    line("    double %s = 0;", s);
    line("    for (int %s = 0; %s < l; %s++)", j, j, j);
    line("        %s[%s * m + %s] = sin(%s[%s * m + %s]);", y->name, i, j, x->name, i, j);
    line("    for (int %s = 0; %s < l; %s++)", j, j, j);
    line("        %s += %s[%s * m + %s] * %s[%s * m + %s];", s, y->name, i, j, chance(50) ? y->name : x->name, i, j);
    line("    for (int %s = 0; %s < l; %s++)", j, j, j);
    line("        %s[%s * m + %s] %s 0.3 * %s;", y->name, i, j, chance(50) ? "*=" : "=", s);
    line("}");
}

/* A table of constants; loops that are so short that they are written out. */
static void constants(void)
{
    const Kernel *x = kernel_any("n"), *y = kernel_writable("n");
    const char *t = fresh("t"), *i = fresh("i"), *q = fresh("q"), *c = fresh("c");
    if (!x || !y)
        return;
    line("double %s[3]%s, %s[3] = {0};", t, chance(60) ? " = {0.2, -0.5, 0.3}" : text(" = {0.2, %s, 0.3}", kernel_leaf()), c);
    line("for (int %s = 1; %s < n - 1; %s++) {", i, i, i);
    line("    for (int %s = 0; %s < 3; %s++)", q, q, q);
    line("        %s[%s] = %s[%s] * %s[%s + %s - 1]%s;", c, q, t, q, x->name, i, q, chance(30) ? text(" + 0.1 * %s[%s]", c, q) : "");
    line("    %s[%s] %s %s[0] + %s[1] * %s[2];", y->name, i, chance(50) ? "=" : "+=", c, c, c);
    if (chance(30))
        line("    %s[1] = 0.9 * %s[%s];", t, t, chance(50) ? "1" : "2");
    line("}");
}

/* Vectors handed to other functions. */
static void called(void)
{
    const Kernel *a = kernel_any("nm"), *z = kernel_writable("nm"), *b = kernel_any("m"), *y = kernel_writable("n");
    const char *i = fresh("i"), *s = fresh("s");
    if (!a || !z || !b || !y || a->is_float || z->is_float || b->is_float)
        return;
    line("for (int %s = 0; %s < n; %s++) {", i, i, i);
    line("    double %s = dot_%d(%s + %s * m, %s, m);", s, kernels.program, a->name, i, chance(70) ? b->name : text("%s + %s * m", z->name, i));
    line("    add_%d(%s + %s * m, %s, %s, m);", kernels.program, z->name, chance(70) ? i : "0", chance(50) ? s : text("0.5 * tanh(%s)", s), b->name);
    if (chance(60))
        line("    %s[%s] %s 0.5 * %s;", y->name, i, chance(50) ? "=" : "+=", s);
    line("}");
}

/* A nest in a loop that ends when it is told to. */
static void iterated(void)
{
    const char *it = fresh("it");
    bool at_end = chance(50);
    line("int %s = 0;", it);
    line(at_end ? "do {" : "while (%s < 3 && e < 4.0) {", it);
    gen.e.depth++;
    int nscalars = kernels.nscalars;
    kernel_loop();
    kernel_assign();
    if (chance(30))
        line("if (%s)\n            break;", kernel_test());
    if (!at_end)
        line("%s++;", it);
    kernels.nscalars = nscalars;
    gen.e.depth--;
    line(at_end ? "} while (++%s < 4 && %s);" : "}", it, kernel_test());
}

static void early_return(void)
{
    if (kernels.nheap)
        return;
    line("if (%s)", kernel_test());
    line(gen.e.returns_value ? "    return %s;" : "    return;", kernel_expression(1));
}

void kernel_form(void)
{
    static void (*const all[])(void) = {softmax,   normalised, product, steps,     unrolled_in_time, pairs,   elimination,
                                        called,    rows,      exchanged,  tabulated, powers,  triangles,        strided, constants};
    if (chance(45))
        all[rnd(sizeof all / sizeof *all)]();
    else if (chance(20))
        chance(50) ? local_array() : slices();
    else if (chance(15))
        iterated();
    else if (chance(12))
        early_return();
    else
        kernel_loop();
}
