/* gen_kernel.c: numerical kernels, nests of loops over arrays of n, m and n*m numbers, where optimisations of whole loops are at work. n and
 * m may be 0 or 1; in many forms something is not quite as it usually is. */
#include "gen_kernel.h"

#include <stdio.h>
#include <string.h>

Kernels kernels;

/* ---------------------------------------------------------------------- expressions */

static const Counter *counter_of(char dim)
{
    int from = rnd(MAX_COUNTERS);
    for (int i = 0; i < kernels.ncounters; i++) {
        const Counter *c = &kernels.counter[(i + from) % kernels.ncounters];
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
    if (how == 5 && kernels.has_indices)
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
        const char *p = place_in(&kernels.array[rnd(kernels.narrays)], plain);
        if (p)
            return p;
    }
    return NULL;
}

const char *kernel_leaf(void)
{
    const char *e = chance(70) ? read_element(false) : NULL;
    if (e)
        return e;
    if (kernels.nscalars && chance(80))
        return kernels.scalar[rnd(kernels.nscalars)];
    if (kernels.ncounters && chance(20))
        return text("0.1 * %s", kernels.counter[rnd(kernels.ncounters)].name);
    return text("%d.%d", rnd(2), 1 + rnd(9));
}

const char *kernel_test(void)
{
    static const char *const compare[] = {"<", ">", "<=", ">="};
    if (kernels.ncounters > 1 && chance(20))
        return text("%s %s %s", kernels.counter[0].name, chance(50) ? "!=" : compare[rnd(4)], kernels.counter[1].name);
    if (kernels.ncounters && chance(15))
        return text("%s %% 2 == %d", kernels.counter[rnd(kernels.ncounters)].name, rnd(2));
    return text("%s %s %s", kernel_leaf(), compare[rnd(4)], chance(60) ? "0.1" : kernel_leaf());
}

/* About as large as what is read. */
const char *kernel_expression(int depth)
{
    if (depth == 0)
        return kernel_leaf();
    const char *x = kernel_expression(depth - 1), *y = kernel_leaf();
    switch (rnd(18)) {
    case 0: return text("(%s + %s)", x, kernel_leaf());
    case 1: return text("(%s - %s)", x, kernel_leaf());
    case 2: return text("0.5 * %s * %s", x, kernel_leaf());
    case 3: return text("%s * %s", kernel_leaf(), kernel_leaf());
    case 4: return text("sin(%s)", x);
    case 5: return text("tanh(%s)", x);
    case 6: return text("exp(-0.5 * %s * %s)", y, y);
    case 7: return text("%s / (1.5 + %s * %s)", x, y, y);
    case 8: return text("sqrt(1.0 + %s * %s)", y, y);
    case 9: return text("fmax(%s, %s)", x, kernel_leaf());
    case 10: return text("(%s ? %s : %s)", kernel_test(), x, chance(40) ? "0.0" : kernel_leaf());
    case 11: return text("1.0 / (1.0 + exp(-%s))", kernel_leaf());
    case 12: return text("fabs(%s)", x);
    case 13: return text("log(1.0 + %s * %s)", y, y);
    case 14: return text("(%s - %s) * 0.7", kernel_leaf(), kernel_leaf());
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
    kernels.counter[kernels.ncounters++] = c;
}

typedef struct {
    int ncounters, nscalars;
} Inside;

static Inside inside(void)
{
    return (Inside){kernels.ncounters, kernels.nscalars};
}

static void close_to(Inside s)
{
    for (; kernels.ncounters > s.ncounters; kernels.ncounters--) {
        gen.e.depth--;
        line("}");
    }
    kernels.nscalars = s.nscalars;
}

void kernel_new_scalar(const char *name, bool fixed)
{
    if (kernels.nscalars == MAX_SCALARS)
        kernels.nscalars--;
    kernels.fixed[kernels.nscalars] = fixed;
    kernels.scalar[kernels.nscalars++] = name;
}

static const char *some_variable(void)
{
    for (int tries = 0; tries < 4 && kernels.nscalars; tries++) {
        int i = rnd(kernels.nscalars);
        if (!kernels.fixed[i])
            return kernels.scalar[i];
    }
    return NULL;
}

const Kernel *kernel_writable(const char *dims)
{
    for (int tries = 0; tries < 20; tries++) {
        const Kernel *a = &kernels.array[rnd(kernels.narrays)];
        if (!a->is_const && (!dims || !strcmp(a->dims, dims)))
            return a;
    }
    return NULL;
}

const Kernel *kernel_any(const char *dims)
{
    for (int tries = 0; tries < 20; tries++) {
        const Kernel *a = &kernels.array[rnd(kernels.narrays)];
        if (!strcmp(a->dims, dims))
            return a;
    }
    return NULL;
}

/* ---------------------------------------------------------------------- statements */

void kernel_assign(void)
{
    const char *to = chance(75) ? NULL : some_variable();
    if (kernels.has_indices && !kernels.index_is_const && kernels.ncounters && chance(4)) {
        const char *i = kernels.counter[rnd(kernels.ncounters)].name;
        line("idx[%s %% LEN] = (idx[%s %% LEN] + 1) %% LEN;", i, i);
        return;
    }
    for (int tries = 0; tries < 6 && !to; tries++) {
        const Kernel *a = kernel_writable(NULL);
        to = a ? place_in(a, chance(80)) : NULL;
    }
    to = to ? to : some_variable();
    if (!to)
        return;
    const char *y = kernel_leaf();
    switch (rnd(10)) {
    case 0: case 1: case 2: line("%s = %s;", to, kernel_expression(2)); break;
    case 3: line("%s = 0.5 * %s + 0.3 * %s;", to, to, kernel_expression(1)); break;
    case 4: line("%s *= 0.8 * cos(%s);", to, kernel_leaf()); break;
    case 5: line("%s -= 0.3 * %s;", to, kernel_expression(1)); break;
    case 6: line("%s = 0;", to); break;
    case 7: line("%s /= 1.2 + %s * %s;", to, y, y); break;
    default: line("%s += 0.3 * %s;", to, kernel_expression(2));
    }
}

static void statements(int count);

static void branch(void)
{
    Inside s = inside();
    line("if (%s) {", kernel_test());
    gen.e.depth++;
    statements(1 + rnd(2));
    kernels.nscalars = s.nscalars;
    gen.e.depth--;
    if (chance(50)) {
        line("} else {");
        gen.e.depth++;
        statements(1 + rnd(2));
        kernels.nscalars = s.nscalars;
        gen.e.depth--;
    }
    line("}");
}

void kernel_loop(void)
{
    Inside s = inside();
    char dim = chance(50) ? 'n' : 'm';
    const Kernel *sum = chance(35) ? kernel_writable(counter_of('n') ? "n" : "m") : NULL;
    const char *name = chance(40) ? fresh("s") : NULL, *to = sum ? place_in(sum, true) : NULL;
    if (name) {
        line("double %s = %s;", name, chance(60) ? "0" : kernel_leaf());
        kernel_new_scalar(name, false);
    }
    int left = rnd(12), nscalars = kernels.nscalars;
    open_over(dim, chance(60));
    if (left == 0)
        line("if (%s) {", kernel_test()), line("    break;"), line("}");
    if (left == 1)
        line("if (%s) {", kernel_test()), line("    continue;"), line("}");
    statements(1 + rnd(3));
    if (name)
        line("%s += %s;", name, kernel_expression(2));
    if (left == 2)
        line("if (%s) {", kernel_test()), line("    break;"), line("}");
    kernels.nscalars = nscalars;
    s.nscalars = nscalars;
    close_to(s);
    if (name && to)
        line("%s %s %s;", to, chance(50) ? "=" : "+=", chance(50) ? name : text("tanh(%s)", name));
}

static void local(void)
{
    const char *name = fresh("v");
    line("double %s = %s;", name, kernel_expression(2));
    kernel_new_scalar(name, false);
}

static void one(void)
{
    int deep = kernels.ncounters, c = rnd(100);
    if (kernels.budget-- < 0 || c < 40)
        kernel_assign();
    else if (c < 70 && deep < 3)
        kernel_loop();
    else if (c < 85 && gen.e.depth < 7)
        branch();
    else if (c < 95)
        local();
    else
        kernel_assign();
}

static void statements(int count)
{
    for (int i = 0; i < count; i++)
        one();
}

/* In front of the function. */
void kernel_helpers(int program)
{
    put("static double dot_%d(const double *a, const double *b, int n)\n{\n    double s = 0;\n    for (int i = 0; i < n; i++)\n"
        "        s += 0.3 * a[i] * b[i];\n    return s;\n}\n\n", program);
    put("static void add_%d(double *y, double s, const double *x, int n)\n{\n    for (int i = 0; i < n; i++)\n"
        "        y[i] += 0.4 * s * x[i];\n}\n\n", program);
}

/* ---------------------------------------------------------------------- the function */

void kernel_array(const char *name, const char *dims, bool is_const, bool is_float)
{
    kernels.array[kernels.narrays++] = (Kernel){name, dims, is_const, is_float};
}

void kernel_scalar(const char *name)
{
    kernel_new_scalar(name, false);
}

void kernel_indices(bool is_const)
{
    kernels.has_indices = true;
    kernels.index_is_const = is_const;
}

void kernel_begin(int program)
{
    memset(&kernels, 0, sizeof kernels);
    kernels.program = program;
}

void kernel_body(void)
{
    gen.e.depth = 1;
    kernels.budget = 12 + rnd(14);
    int forms = 1 + rnd(4);
    line("double e = 0;");
    kernel_new_scalar("e", false);
    for (int i = 0; i < forms; i++) {
        int at = mark(), id = gen.statements++;
        int narrays = kernels.narrays, nscalars = kernels.nscalars, nheap = kernels.nheap;
        kernel_form();
        if (is_deleted(id)) {
            cut(at);
            kernels.narrays = narrays;
            kernels.nscalars = nscalars;
            kernels.nheap = nheap;
        }
    }
    const char *result = gen.e.returns_value ? kernel_expression(1) : NULL;
    Inside s = inside();
    if (!result)
        line("(void)e;");
    if (result && chance(70)) {
        open_over(chance(50) ? 'n' : 'm', true);
        line("e += %s;", kernel_expression(1));
        close_to(s);
    }
    if (result)
        line("e += %s;", result);
    for (int i = kernels.nheap; i-- > 0;)
        line("free(%s);", kernels.heap[i]);
    if (result)
        line("return e;");
    put("}\n\n");
}
