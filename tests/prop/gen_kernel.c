/* gen_kernel.c: numerical kernels, nests of loops over arrays of n, m and n*m numbers, where optimisations of whole loops are at work. n and
 * m may be 0 or 1; in many forms something is not quite as it usually is. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

enum { MAX_ARRAYS = 20, MAX_COUNTERS = 6, MAX_SCALARS = 24 };

typedef struct {
    const char *name, *dims; /* "n", "m", "nm": rows of m */
    bool is_const, is_float;
} Kernel;

typedef struct {
    const char *name;
    char dim;
    int below, above; /* so many elements are there before and behind the range */
} Counter;

static struct {
    Kernel array[MAX_ARRAYS];
    Counter counter[MAX_COUNTERS];
    const char *scalar[MAX_SCALARS];
    bool fixed[MAX_SCALARS]; /* not to be assigned to */
    const char *heap[MAX_ARRAYS];
    int narrays, ncounters, nscalars, nheap, budget;
    bool has_indices, index_is_const;
    int program;
} k;

/* ---------------------------------------------------------------------- expressions */

static const Counter *counter_of(char dim)
{
    int from = rnd(MAX_COUNTERS);
    for (int i = 0; i < k.ncounters; i++) {
        const Counter *c = &k.counter[(i + from) % k.ncounters];
        if (c->dim == dim)
            return c;
    }
    return NULL;
}

/* An index within 0..dim-1, where some counter goes over dim; NULL: there is none. Plain: the counter itself. */
static const char *index_of(char dim, bool plain)
{
    const Counter *c = counter_of(dim);
    if (!c)
        return NULL;
    int how = plain ? 9 : rnd(14);
    if (how == 0 && c->below)
        return text("%s - 1", c->name);
    if (how == 1 && c->above)
        return text("%s + 1", c->name);
    if (how == 2)
        return text("%c - 1 - %s", dim, c->name);
    if (how == 3 && chance(30))
        return text("(%s * %s + 1) %% %c", c->name, c->name, dim);
    if (how == 4 && chance(30))
        return text("%s / 2", c->name);
    if (how == 5 && k.has_indices)
        return text("idx[%s %% LEN] %% %c", c->name, dim);
    return c->name;
}

static const char *place_in(const Kernel *a, bool plain)
{
    const char *i = index_of(a->dims[0], plain), *j = a->dims[1] ? index_of(a->dims[1], plain) : NULL;
    if (!i || (a->dims[1] && !j))
        return NULL;
    if (!j)
        return text("%s[%s]", a->name, i);
    bool product = strpbrk(i, " ") != NULL;
    if (!plain && chance(12) && !strpbrk(j, " ")) /* columns of n */
        return text("%s[%s * n + %s]", a->name, j, i);
    return text(product ? "%s[(%s) * m + %s]" : "%s[%s * m + %s]", a->name, i, j);
}

static const char *read_element(bool plain)
{
    for (int tries = 0; tries < 8; tries++) {
        const char *p = place_in(&k.array[rnd(k.narrays)], plain);
        if (p)
            return p;
    }
    return NULL;
}

static const char *leaf(void)
{
    const char *e = chance(70) ? read_element(false) : NULL;
    if (e)
        return e;
    if (k.nscalars && chance(80))
        return k.scalar[rnd(k.nscalars)];
    if (k.ncounters && chance(20))
        return text("0.1 * %s", k.counter[rnd(k.ncounters)].name);
    return text("%d.%d", rnd(2), 1 + rnd(9));
}

static const char *test(void)
{
    static const char *const compare[] = {"<", ">", "<=", ">="};
    if (k.ncounters > 1 && chance(20))
        return text("%s %s %s", k.counter[0].name, chance(50) ? "!=" : compare[rnd(4)], k.counter[1].name);
    if (k.ncounters && chance(15))
        return text("%s %% 2 == %d", k.counter[rnd(k.ncounters)].name, rnd(2));
    return text("%s %s %s", leaf(), compare[rnd(4)], chance(60) ? "0.1" : leaf());
}

/* About as large as what is read. */
static const char *expression(int depth)
{
    if (depth == 0)
        return leaf();
    const char *x = expression(depth - 1), *y = leaf();
    switch (rnd(18)) {
    case 0: return text("(%s + %s)", x, leaf());
    case 1: return text("(%s - %s)", x, leaf());
    case 2: return text("0.5 * %s * %s", x, leaf());
    case 3: return text("%s * %s", leaf(), leaf());
    case 4: return text("sin(%s)", x);
    case 5: return text("tanh(%s)", x);
    case 6: return text("exp(-0.5 * %s * %s)", y, y);
    case 7: return text("%s / (1.5 + %s * %s)", x, y, y);
    case 8: return text("sqrt(1.0 + %s * %s)", y, y);
    case 9: return text("fmax(%s, %s)", x, leaf());
    case 10: return text("(%s ? %s : %s)", test(), x, chance(40) ? "0.0" : leaf());
    case 11: return text("1.0 / (1.0 + exp(-%s))", leaf());
    case 12: return text("fabs(%s)", x);
    case 13: return text("log(1.0 + %s * %s)", y, y);
    case 14: return text("(%s - %s) * 0.7", leaf(), leaf());
    default: return text("0.9 * %s", x);
    }
}

/* ---------------------------------------------------------------------- loops */

static const char *other(char dim)
{
    return dim == 'n' ? "n" : "m";
}

static const char *counter_type(void)
{
    static const char *const types[] = {"long", "size_t", "unsigned", "short", "size_t"};
    return chance(75) ? "int" : types[rnd(5)];
}

/* `for (...) {` */
static void open_over(char dim, bool simple)
{
    const char *i = fresh("i"), *d = other(dim), *type = counter_type();
    Counter c = {i, dim, 0, 0};
    const Counter *o = counter_of(dim);
    switch (simple ? 9 : rnd(16)) {
    case 0: line("for (int %s = %s - 1; %s >= 0; %s--) {", i, d, i, i); break;
    case 1: line("for (int %s = 1; %s < %s; %s++) {", i, i, d, i); c.below = 1; break;
    case 2: line("for (int %s = 1; %s < %s - 1; %s++) {", i, i, d, i); c.below = c.above = 1; break;
    case 3: line("for (int %s = 0; %s < %s - 1; %s++) {", i, i, d, i); c.above = 1; break;
    case 4: line("for (int %s = 0; %s < %s; %s += 2) {", i, i, d, i); break;
    case 5: case 6:
        if (o) {
            static const char *const form[] = {"for (int %s = 0; %s < %s; %s++) {", "for (int %s = 0; %s <= %s; %s++) {"};
            line(form[rnd(2)], i, i, o->name, i);
            break;
        }
        line("for (int %s = 0; %s < %s; ++%s) {", i, i, d, i);
        break;
    case 7:
        if (o) {
            line("for (int %s = %s + 1; %s < %s; %s++) {", i, o->name, i, d, i);
            c.below = 1;
            break;
        }
        line("for (int %s = 0; %s != %s; %s++) {", i, i, d, i);
        break;
    case 8:
        if (*type == 's' || *type == 'u') {
            line("for (%s %s = %s; %s-- > 0;) {", type, i, text("(%s)%s", type, d), i);
            break;
        }
        /* fall through */
    default: line("for (%s %s = 0; %s < %s%s; %s++) {", type, i, i, text(strcmp(type, "int") ? "(%s)" : "", type), d, i);
    }
    gen.e.depth++;
    k.counter[k.ncounters++] = c;
}

typedef struct {
    int ncounters, nscalars;
} Inside;

static Inside inside(void)
{
    return (Inside){k.ncounters, k.nscalars};
}

static void close_to(Inside s)
{
    for (; k.ncounters > s.ncounters; k.ncounters--) {
        gen.e.depth--;
        line("}");
    }
    k.nscalars = s.nscalars;
}

static void new_scalar(const char *name, bool fixed)
{
    if (k.nscalars == MAX_SCALARS)
        k.nscalars--;
    k.fixed[k.nscalars] = fixed;
    k.scalar[k.nscalars++] = name;
}

static const char *some_variable(void)
{
    for (int tries = 0; tries < 4 && k.nscalars; tries++) {
        int i = rnd(k.nscalars);
        if (!k.fixed[i])
            return k.scalar[i];
    }
    return NULL;
}

static const Kernel *writable(const char *dims)
{
    for (int tries = 0; tries < 20; tries++) {
        const Kernel *a = &k.array[rnd(k.narrays)];
        if (!a->is_const && (!dims || !strcmp(a->dims, dims)))
            return a;
    }
    return NULL;
}

static const Kernel *any(const char *dims)
{
    for (int tries = 0; tries < 20; tries++) {
        const Kernel *a = &k.array[rnd(k.narrays)];
        if (!strcmp(a->dims, dims))
            return a;
    }
    return NULL;
}

/* ---------------------------------------------------------------------- statements */

static void assign(void)
{
    const char *to = chance(75) ? NULL : some_variable();
    if (k.has_indices && !k.index_is_const && k.ncounters && chance(4)) {
        const char *i = k.counter[rnd(k.ncounters)].name;
        line("idx[%s %% LEN] = (idx[%s %% LEN] + 1) %% LEN;", i, i);
        return;
    }
    for (int tries = 0; tries < 6 && !to; tries++) {
        const Kernel *a = writable(NULL);
        to = a ? place_in(a, chance(80)) : NULL;
    }
    to = to ? to : some_variable();
    if (!to)
        return;
    const char *y = leaf();
    switch (rnd(10)) {
    case 0: case 1: case 2: line("%s = %s;", to, expression(2)); break;
    case 3: line("%s = 0.5 * %s + 0.3 * %s;", to, to, expression(1)); break;
    case 4: line("%s *= 0.8 * cos(%s);", to, leaf()); break;
    case 5: line("%s -= 0.3 * %s;", to, expression(1)); break;
    case 6: line("%s = 0;", to); break;
    case 7: line("%s /= 1.2 + %s * %s;", to, y, y); break;
    default: line("%s += 0.3 * %s;", to, expression(2));
    }
}

static void statements(int count);

static void branch(void)
{
    Inside s = inside();
    line("if (%s) {", test());
    gen.e.depth++;
    statements(1 + rnd(2));
    k.nscalars = s.nscalars;
    gen.e.depth--;
    if (chance(50)) {
        line("} else {");
        gen.e.depth++;
        statements(1 + rnd(2));
        k.nscalars = s.nscalars;
        gen.e.depth--;
    }
    line("}");
}

static void loop(void)
{
    Inside s = inside();
    char dim = chance(50) ? 'n' : 'm';
    const Kernel *sum = chance(35) ? writable(counter_of('n') ? "n" : "m") : NULL;
    const char *name = chance(40) ? fresh("s") : NULL, *to = sum ? place_in(sum, true) : NULL;
    if (name) {
        line("double %s = %s;", name, chance(60) ? "0" : leaf());
        new_scalar(name, false);
    }
    int left = rnd(12), nscalars = k.nscalars;
    open_over(dim, chance(60));
    if (left == 0)
        line("if (%s) {", test()), line("    break;"), line("}");
    if (left == 1)
        line("if (%s) {", test()), line("    continue;"), line("}");
    statements(1 + rnd(3));
    if (name)
        line("%s += %s;", name, expression(2));
    if (left == 2)
        line("if (%s) {", test()), line("    break;"), line("}");
    k.nscalars = nscalars;
    s.nscalars = nscalars;
    close_to(s);
    if (name && to)
        line("%s %s %s;", to, chance(50) ? "=" : "+=", chance(50) ? name : text("tanh(%s)", name));
}

static void local(void)
{
    const char *name = fresh("v");
    line("double %s = %s;", name, expression(2));
    new_scalar(name, false);
}

static void one(void)
{
    int deep = k.ncounters, c = rnd(100);
    if (k.budget-- < 0 || c < 40)
        assign();
    else if (c < 70 && deep < 3)
        loop();
    else if (c < 85 && gen.e.depth < 7)
        branch();
    else if (c < 95)
        local();
    else
        assign();
}

static void statements(int count)
{
    for (int i = 0; i < count; i++)
        one();
}

/* ---------------------------------------------------------------------- forms */

static void softmax(void)
{
    const Kernel *x = any("nm"), *y = writable("nm");
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
    const Kernel *x = any("nm"), *y = writable("nm");
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
    const Kernel *a = any("nm"), *b = any("m"), *y = writable("n"), *z = writable("nm");
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
    const Kernel *u = writable("n"), *w = any("n");
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
    const Kernel *h = writable("nm"), *x = any("n"), *b = any("m");
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
    const Kernel *x = any("n"), *f = writable("n");
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
    new_scalar(e, false);
}

/* Elimination in place, which may stop at a small pivot. */
static void elimination(void)
{
    const Kernel *a = writable("nm");
    const char *p = fresh("p"), *i = fresh("i"), *j = fresh("j"), *q = fresh("q");
    if (!a)
        return;
    line("for (int %s = 0; %s < n && %s < m; %s++) {", p, p, p, p);
    if (chance(60)) {
        line("    if (fabs(%s[%s * m + %s]) < 0.02)", a->name, p, p);
        line("        %s;", gen.e.returns_value && !k.nheap && chance(40) ? "return 0.25" : "break");
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
    const Kernel *x = any("nm"), *y = writable("n");
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
    if (k.narrays + 2 >= MAX_ARRAYS)
        return;
    line("double *%s = malloc((size_t)(n + m + 1) * sizeof *%s);", w, w);
    line("double *%sn = %s, *%sm = %s + n;", w, w, w, w);
    line("for (int %s = 0; %s < n; %s++)", j, j, j);
    line("    %sn[%s] = 0.3;", w, j);
    line("for (int %s = 0; %s < m; %s++)", j, j, j);
    line("    %sm[%s] = 0.1 * %s;", w, j, j);
    k.array[k.narrays++] = (Kernel){text("%sn", w), "n", false, false};
    k.array[k.narrays++] = (Kernel){text("%sm", w), "m", false, false};
    k.heap[k.nheap++] = w;
}

static void local_array(void)
{
    static const char *const dims[] = {"n", "m", "nm"};
    const char *t = fresh("t"), *d = dims[rnd(3)], *size = d[1] ? "n * m" : d, *i = fresh("i");
    if (k.narrays == MAX_ARRAYS)
        return;
    if (chance(25))
        line("static double %s[KERNEL_LEN + 1];", t);
    else
        line("double %s[%s + 1];", t, size);
    line("for (int %s = 0; %s < %s; %s++)", i, i, size, i);
    line("    %s[%s] = %s;", t, i, chance(50) ? "0" : text("0.1 + 0.05 * %s", i));
    k.array[k.narrays++] = (Kernel){t, d, false, false};
}

/* Buffers that steps exchange. */
static void exchanged(void)
{
    const Kernel *x = any("n");
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
    const Kernel *x = any("nm"), *w = any("m"), *y = writable("n");
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
    const Kernel *x = any("n"), *y = writable("n");
    const char *i = fresh("i"), *w = fresh("w");
    if (!x || !y)
        return;
    line("double %s = %s;", w, chance(60) ? "1" : leaf());
    line("for (int %s = 0; %s < n; %s++) {", i, i, i);
    line("    %s[%s] %s %s * %s[%s];", y->name, i, chance(70) ? "+=" : "=", w, x->name, i);
    line("    %s *= %s;", w, chance(60) ? "0.8" : text("0.5 * %s[%s]", x->name, i));
    line("}");
    new_scalar(w, false);
}

static void triangles(void)
{
    const Kernel *x = any("n"), *y = writable("n"), *z = writable("n");
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
    const Kernel *x = any("nm"), *y = writable("nm");
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
    const Kernel *x = any("n"), *y = writable("n");
    const char *t = fresh("t"), *i = fresh("i"), *q = fresh("q"), *c = fresh("c");
    if (!x || !y)
        return;
    line("double %s[3]%s, %s[3] = {0};", t, chance(60) ? " = {0.2, -0.5, 0.3}" : text(" = {0.2, %s, 0.3}", leaf()), c);
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
    const Kernel *a = any("nm"), *z = writable("nm"), *b = any("m"), *y = writable("n");
    const char *i = fresh("i"), *s = fresh("s");
    if (!a || !z || !b || !y || a->is_float || z->is_float || b->is_float)
        return;
    line("for (int %s = 0; %s < n; %s++) {", i, i, i);
    line("    double %s = dot_%d(%s + %s * m, %s, m);", s, k.program, a->name, i, chance(70) ? b->name : text("%s + %s * m", z->name, i));
    line("    add_%d(%s + %s * m, %s, %s, m);", k.program, z->name, chance(70) ? i : "0", chance(50) ? s : text("0.5 * tanh(%s)", s), b->name);
    if (chance(60))
        line("    %s[%s] %s 0.5 * %s;", y->name, i, chance(50) ? "=" : "+=", s);
    line("}");
}

/* In front of the function. */
void kernel_helpers(int program)
{
    put("static double dot_%d(const double *a, const double *b, int n)\n{\n    double s = 0;\n    for (int i = 0; i < n; i++)\n"
        "        s += 0.3 * a[i] * b[i];\n    return s;\n}\n\n", program);
    put("static void add_%d(double *y, double s, const double *x, int n)\n{\n    for (int i = 0; i < n; i++)\n"
        "        y[i] += 0.4 * s * x[i];\n}\n\n", program);
}

/* A nest in a loop that ends when it is told to. */
static void iterated(void)
{
    const char *it = fresh("it");
    bool at_end = chance(50);
    line("int %s = 0;", it);
    line(at_end ? "do {" : "while (%s < 3 && e < 4.0) {", it);
    gen.e.depth++;
    int nscalars = k.nscalars;
    loop();
    assign();
    if (chance(30))
        line("if (%s)\n            break;", test());
    if (!at_end)
        line("%s++;", it);
    k.nscalars = nscalars;
    gen.e.depth--;
    line(at_end ? "} while (++%s < 4 && %s);" : "}", it, test());
}

static void early_return(void)
{
    if (k.nheap)
        return;
    line("if (%s)", test());
    line(gen.e.returns_value ? "    return %s;" : "    return;", expression(1));
}

static void form(void)
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
        loop();
}

/* ---------------------------------------------------------------------- the function */

void kernel_array(const char *name, const char *dims, bool is_const, bool is_float)
{
    k.array[k.narrays++] = (Kernel){name, dims, is_const, is_float};
}

void kernel_scalar(const char *name)
{
    new_scalar(name, false);
}

void kernel_indices(bool is_const)
{
    k.has_indices = true;
    k.index_is_const = is_const;
}

void kernel_begin(int program)
{
    memset(&k, 0, sizeof k);
    k.program = program;
}

void kernel_body(void)
{
    gen.e.depth = 1;
    k.budget = 12 + rnd(14);
    int forms = 1 + rnd(4);
    line("double e = 0;");
    new_scalar("e", false);
    for (int i = 0; i < forms; i++) {
        int at = mark(), id = gen.statements++;
        int narrays = k.narrays, nscalars = k.nscalars, nheap = k.nheap;
        form();
        if (is_deleted(id)) {
            cut(at);
            k.narrays = narrays;
            k.nscalars = nscalars;
            k.nheap = nheap;
        }
    }
    const char *result = gen.e.returns_value ? expression(1) : NULL;
    Inside s = inside();
    if (!result)
        line("(void)e;");
    if (result && chance(70)) {
        open_over(chance(50) ? 'n' : 'm', true);
        line("e += %s;", expression(1));
        close_to(s);
    }
    if (result)
        line("e += %s;", result);
    for (int i = k.nheap; i-- > 0;)
        line("free(%s);", k.heap[i]);
    if (result)
        line("return e;");
    put("}\n\n");
}
