/* gen.c: random programs, what is asked of adgen for each, and the driver that checks them.
 *
 *     gen FIRST COUNT DIR [STATEMENT...]     programs FIRST.. to DIR/prop.c, requests to DIR/args, the driver to DIR/driver.c
 *
 * Program k depends on k alone. Statements whose numbers are given are left out: this is how tests/prop/reduce makes a program small.
 */
#include "gen.h"
#include "prop.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef KERNELS
#define KERNELS 35 /* of a hundred programs are made by gen_kernel.c */
#endif

Gen gen;

static uint64_t random_state;
static FILE *source, *driver, *args;
static char *program; /* of the function at hand */
static size_t length, capacity;
static char **deleted;
static int ndeleted;

int rnd(int n)
{
    random_state += 0x9e3779b97f4a7c15u; /* splitmix64, Vigna 2015 */
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (int)((z ^ (z >> 31)) % (uint64_t)n);
}

bool chance(int percent)
{
    return rnd(100) < percent;
}

/* Never freed: the run is short. */
const char *text(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *s = malloc((size_t)n + 1);
    if (!s)
        abort();
    va_start(ap, format);
    vsnprintf(s, (size_t)n + 1, format, ap);
    va_end(ap);
    return s;
}

static void append(const char *s)
{
    size_t n = strlen(s);
    while (length + n + 1 > capacity) {
        program = realloc(program, capacity = 2 * capacity + 1000);
        if (!program)
            abort();
    }
    memcpy(program + length, s, n + 1);
    length += n;
}

void put(const char *format, ...)
{
    char s[8192];
    va_list ap;
    va_start(ap, format);
    vsnprintf(s, sizeof s, format, ap);
    va_end(ap);
    append(s);
}

void line(const char *format, ...)
{
    char s[8192];
    va_list ap;
    va_start(ap, format);
    vsnprintf(s, sizeof s, format, ap);
    va_end(ap);
    for (int i = 0; i < gen.e.depth; i++)
        append("    ");
    append(s);
    append("\n");
}

int mark(void)
{
    return (int)length;
}

void cut(int at)
{
    length = (size_t)at;
    program[at] = 0;
}

bool is_deleted(int statement)
{
    for (int i = 0; i < ndeleted; i++)
        if (atoi(deleted[i]) == statement)
            return true;
    return false;
}

const char *fresh(const char *stem)
{
    return text("%s%d", stem, ++gen.names);
}

/* ---------------------------------------------------------------------- parameters */

typedef enum { D_PTR, F_PTR, MATRIX, ROWS, OPTIONAL, KERNEL, STRUCT_PTR, BY_VALUE, F_BY_VALUE, STRUCT_BY_VALUE, INTS, N, M, L } Kind;

typedef struct {
    Kind kind;
    const char *name, *at; /* at: in State */
    bool is_const, is_restrict, is_float; /* the last two: of a KERNEL */
    const char *dims;      /* ... */
    int roles;             /* under the function's own SPEC */
} Param;

enum { MAXPARAMS = 12 };

typedef struct {
    Param at[MAXPARAMS];
    int n;
    bool overlap;
    const char *global;
    int global_roles;
} Params;

static bool is_pointer(const Param *p)
{
    return p->kind <= STRUCT_PTR;
}

static bool is_active(const Param *p)
{
    return p->kind < INTS;
}

static Param *add_param(Params *ps, Kind kind, const char *at)
{
    static const char *const stems[] = {"a", "f", "m", "rows", "opt", "x", "p", "c", "e", "w", "idx", "n", "m", "l"};
    Param *p = &ps->at[ps->n++];
    *p = (Param){.kind = kind, .at = at, .name = kind == N ? "n" : kind == M ? "m" : kind == L ? "l" : kind == INTS ? "idx" : fresh(stems[kind])};
    return p;
}

static void choose_params(Params *ps)
{
    int pointers = 1 + rnd(4), base = rnd(4);
    ps->overlap = chance(40);
    if (chance(50))
        add_param(ps, N, "");
    for (int i = 0; i < pointers; i++) {
        int from = ps->overlap ? base + (chance(60) ? 0 : rnd(5)) : 18 * i + 1;
        const char *at = ps->overlap && chance(25) ? "p[0].v" : text("d + %d", from);
        add_param(ps, chance(12) ? MATRIX : D_PTR, at)->is_const = chance(35);
    }
    if (chance(12))
        add_param(ps, ROWS, "")->is_const = false;
    if (chance(15))
        add_param(ps, OPTIONAL, chance(40) ? "" : "d + 90")->is_const = true;
    if (gen.single)
        add_param(ps, F_PTR, "f + 2")->is_const = chance(40);
    for (int i = 0, n = chance(40) ? 1 + chance(40) : 0; i < n; i++)
        add_param(ps, STRUCT_PTR, ps->overlap ? "p + 0" : text("p + %d", i))->is_const = chance(30);
    for (int i = 0, n = rnd(3); i < n; i++)
        add_param(ps, BY_VALUE, text("s[%d]", i));
    if (gen.single && chance(50))
        add_param(ps, F_BY_VALUE, "fs[1]");
    if (chance(15))
        add_param(ps, STRUCT_BY_VALUE, "p[2]");
    if (chance(40))
        add_param(ps, INTS, "ix")->is_const = chance(70);
    bool has_n = ps->at[0].kind == N;
    if (!has_n)
        add_param(ps, N, "");
}

/* Of a function that gen_kernel.c makes. */
static void choose_kernel_params(Params *ps)
{
    static const char *const dims[] = {"n", "m", "nm"};
    static const int sizes[][2] = {{0, 3}, {1, 1}, {4, 5}, {5, 4}, {9, 2}, {2, 9}, {20, 1}, {1, 20}, {3, 6}, {5, 0}, {6, 3}, {4, 4}, {10, 2}};
    const int *size = sizes[rnd(sizeof sizes / sizeof *sizes)];
    bool is_restrict = chance(50);
    gen.n = size[0];
    gen.m = size[1];
    ps->overlap = chance(35);
    int floats = 0;
    add_param(ps, N, "");
    add_param(ps, M, "");
    add_param(ps, L, "");
    gen.l = gen.m + (chance(20) && (gen.n == 0 || gen.n * gen.m < KERNEL_LEN)) - (gen.m > 0 && chance(30));
    for (int i = 0, n = 2 + rnd(4) - ps->overlap; i < n; i++) {
        Param *p = add_param(ps, KERNEL, text("d + %d", 22 * i));
        p->is_const = chance(40);
        p->is_restrict = is_restrict;
        if (ps->overlap && !is_restrict) /* what is only read may overlap in any case */
            p->at = text("d + %d", chance(60) ? 0 : rnd(60));
        else if (ps->overlap && p->is_const)
            p->at = text("d + %d", 88 + rnd(3) * chance(40));
        p->is_float = gen.single && floats < 3 && chance(60);
        if (p->is_float)
            p->at = text("f + %d", 21 * floats++);
        p->dims = dims[i == 0 ? 2 : rnd(3)];
    }
    for (int i = 0, n = rnd(3); i < n; i++)
        add_param(ps, BY_VALUE, text("s[%d]", i));
    if (chance(40))
        add_param(ps, INTS, "ix")->is_const = chance(70);
}

static bool writes_any(const Params *ps)
{
    for (int i = 0; i < ps->n; i++)
        if (is_pointer(&ps->at[i]) && !ps->at[i].is_const)
            return true;
    return false;
}

static const char *kernel_size(const char *dims)
{
    return dims[1] ? "n *m + 1" : dims[0] == 'n' ? "n" : "m";
}

static const char *declared(const Param *p, bool for_shadow, bool tangent)
{
    const char *c = p->is_const && (!for_shadow || tangent) ? "const " : "", *name = for_shadow ? text("d_%s", p->name) : p->name;
    switch (p->kind) {
    case D_PTR: return text("%sdouble *%s", c, name);
    case F_PTR: return text("%sfloat *%s", c, name);
    case MATRIX: return text("%sdouble %s[3][4]", c, name);
    case ROWS: return text("double **%s", name);
    case OPTIONAL: return text("%sdouble *%s", c, name);
    case KERNEL: return text("%s%s%s *%s%s", for_shadow ? "" : text("AD_LEN(%s) ", kernel_size(p->dims)), c, p->is_float ? "float" : "double", p->is_restrict && !for_shadow ? "restrict " : "", name);
    case STRUCT_PTR: return text("%sstruct P *%s", c, name);
    case BY_VALUE: return text("double %s%s", for_shadow && !tangent ? "*" : "", name);
    case F_BY_VALUE: return text("float %s%s", for_shadow && !tangent ? "*" : "", name);
    case STRUCT_BY_VALUE: return text("struct P %s%s", for_shadow && !tangent ? "*" : "", name);
    case INTS: return text("%sint *%s", c, name);
    case N: return "int n";
    case M: return "int m";
    case L: return "int l";
    }
    return "";
}

static void enter_params(const Params *ps)
{
    for (int i = 0; i < ps->n; i++) {
        const Param *p = &ps->at[i];
        switch (p->kind) {
        case D_PTR: case F_PTR: add_array(p->name, LEN, p->kind == F_PTR, true)->is_const = p->is_const; break;
        case MATRIX: {
            Array *a = add_array(p->name, LEN, false, true);
            a->is_const = p->is_const;
            a->cols = 4;
            break;
        }
        case ROWS: add_array(p->name, 12, false, true)->cols = 4; break;
        case OPTIONAL: gen.e.optional[gen.e.noptionals++] = p->name; break;
        case STRUCT_PTR: add_struct_p(text("%s->", p->name), p->name, p->is_const); break;
        case STRUCT_BY_VALUE:
            add_struct_p(text("%s.", p->name), text("(&%s)", p->name), false);
            for (int k = 1; k <= 2; k++)
                gen.e.array[gen.e.narrays - k].apart = true; /* is a pure independent */
            gen.e.record[gen.e.nrecords - 1].apart = true;
            break;
        case BY_VALUE: case F_BY_VALUE: add_scalar(p->name, p->kind == F_BY_VALUE, false); break;
        case INTS: gen.e.index[gen.e.nindices++] = (Index){p->name, LEN, LEN - 1, p->is_const}; break;
        case N: add_int("n", gen.n, gen.n, false, true); break;
        case KERNEL: case M: case L: break;
        }
    }
    if (ps->global)
        add_array(ps->global, 6, false, true);
}

static void enter_kernel_params(const Params *ps, int number)
{
    kernel_begin(number);
    for (int i = 0; i < ps->n; i++) {
        const Param *p = &ps->at[i];
        if (p->kind == KERNEL)
            kernel_array(p->name, p->dims, p->is_const, p->is_float);
        else if (p->kind == BY_VALUE)
            kernel_scalar(p->name);
        else if (p->kind == INTS)
            kernel_indices(p->is_const);
    }
}

/* ---------------------------------------------------------------------- functions */

static void function_body(int statements)
{
    gen.e.depth = 1;
    gen.e.work = 1;
    for (int i = 0; i < statements; i++)
        statement();
    const char *result = gen.e.returns_value ? text("%s + %s", value(1), bounded(2)) : NULL;
    if (result && gen.e.nheap) {
        line("double result = %s;", result);
        result = "result";
    }
    frees(0);
    if (result)
        line("return %s;", result);
    put("}\n\n");
}

static void make_helper(int program_number)
{
    Helper *h = &gen.helper[gen.nhelpers];
    h->name = text("h%d_%d", program_number, gen.nhelpers);
    h->kind = rnd(7);
    gen.e = (Env){.in_helper = true, .returns_value = h->kind == 0 || h->kind == 2 || h->kind == 5};
    put("%s", h->kind == 0 || h->kind == 5 || chance(70) ? "static " : ""); /* others of a type may be called through pointers to it */
    gen.budget = 12;
    switch (h->kind) {
    case 0:
        put("double %s(double a, double b)\n{\n    int n = %d;\n", h->name, gen.n);
        add_int("n", gen.n, gen.n, false, true);
        add_scalar("a", false, false);
        add_scalar("b", false, false);
        function_body(1 + rnd(2));
        break;
    case 1:
        put("void %s(double a, double *r)\n{\n    int n = %d;\n", h->name, gen.n);
        add_int("n", gen.n, gen.n, false, true);
        add_scalar("a", false, false);
        add_scalar("*r", false, false);
        function_body(1 + rnd(2));
        break;
    case 2:
        put("double %s(const double *x, double *y, int n)\n{\n", h->name);
        add_array("x", LEN, false, true)->is_const = true;
        add_array("y", LEN, false, true);
        add_int("n", gen.n, gen.n, false, true);
        function_body(2 + rnd(3));
        break;
    case 3:
        put("struct Q %s(struct Q q, double a)\n{\n", h->name);
        add_scalar("q.w", false, false);
        add_scalar("a", false, false);
        add_array("q.g", 3, false, true);
        add_int("q.k", 0, 2, false, false);
        put("    q.g[1] = a;\n");
        gen.e.depth = gen.e.work = 1;
        for (int i = 0; i < 2; i++)
            store();
        put("    return q;\n}\n\n");
        break;
    case 5:
        put("double %s(double a, double b)\n{\n    return %s * tanh(b) + sin(a);\n}\n\n", h->name, literal());
        break;
    case 6:
        put("void %s(double *y, const double *opt, int n)\n{\n", h->name);
        add_array("y", LEN, false, true);
        add_int("n", gen.n, gen.n, false, true);
        gen.e.optional[gen.e.noptionals++] = "opt";
        function_body(1 + rnd(2));
        break;
    default:
        put("void %s(struct P *p, const double *x, int n)\n{\n", h->name);
        add_struct_p("p->", "p", false);
        add_array("x", LEN, false, true)->is_const = true;
        add_int("n", gen.n, gen.n, false, true);
        function_body(1 + rnd(3));
    }
    gen.nhelpers++;
}

/* ---------------------------------------------------------------------- requests */

/* SPEC of its own: some of the parameters, in roles of their own. Not where parameters overlap: roles would contradict each other. */
static const char *own_spec(Params *ps, bool returns)
{
    static const int roles[] = {INDEP, INDEP | DEP, DEP, SCRATCH, INDEP | DEP};
    const char *part[3] = {"", "", ""};
    bool grad = chance(30) && returns, mixed = chance(40) && !grad;
    gen.apart = mixed;
    for (int i = 0; i < ps->n; i++) {
        Param *p = &ps->at[i];
        if (!is_active(p))
            continue;
        if (is_pointer(p) && !p->is_const)
            p->roles = mixed ? roles[rnd(5)] : grad ? INDEP : roles[1 + rnd(4)];
        else
            p->roles = p->kind == STRUCT_BY_VALUE || chance(75) ? INDEP : 0; /* pointers may be made to point into it */
    }
    if (ps->global && chance(50))
        ps->global_roles = grad ? INDEP : (mixed ? roles[rnd(5)] : roles[1 + rnd(4)]);
    bool any = false, dep = returns;
    for (int i = 0; i <= ps->n; i++) {
        int r = i < ps->n ? ps->at[i].roles : ps->global_roles;
        const char *name = i < ps->n ? ps->at[i].name : ps->global;
        any = any || (r & INDEP);
        dep = dep || (r & DEP);
        for (int k = 0; k < 3; k++)
            if (r & (1 << k))
                part[k] = text("%s%s%s", part[k], *part[k] ? ", " : "", name);
    }
    if (!any || !dep)
        return NULL;
    const char *arrow = *part[1] ? text(" -> %s", part[1]) : "", *scratch = *part[2] ? text("; %s", part[2]) : "";
    return text("AD_%s(%s%s%s)", grad ? "GRAD" : "VJP", part[0], arrow, scratch);
}

static void ranges_of(const char *id, const Params *ps, int what, bool returns)
{
    fprintf(driver, "static const Range ranges_%s[] = {\n", id);
    for (int i = 0; i <= ps->n; i++) {
        bool is_global = i == ps->n;
        if (is_global ? !ps->global : !is_active(&ps->at[i]))
            continue;
        const Param *p = is_global ? NULL : &ps->at[i];
        int bare = is_global ? 0 : p->is_const || !is_pointer(p) ? INDEP : what == 'g' ? INDEP | EITHER : INDEP | DEP;
        int roles = what != 's' ? bare : is_global ? ps->global_roles : p->roles;
        if (!roles)
            continue;
        Kind kind = is_global ? D_PTR : p->kind;
        if (kind == ROWS) {
            fprintf(driver, "    {offsetof(State, d[72]), 4, 0, %d}, {offsetof(State, d[80]), 8, 0, %d},\n", roles, roles);
            continue;
        }
        if (kind == OPTIONAL && !*p->at)
            continue;
        const char *at = is_global ? "g + 0" : p->at;
        char where[40];
        snprintf(where, sizeof where, "((State *)0)->%s", at);
        if (kind == STRUCT_PTR || kind == STRUCT_BY_VALUE) {
            const char *base = kind == STRUCT_PTR ? text("(char *)(((State *)0)->%s)", at) : text("(char *)&((State *)0)->%s", at);
            fprintf(driver, "    {P_AT(%s, u), 1, 0, %d}, {P_AT(%s, v), LEN, 0, %d}, {P_AT(%s, q.w), 1, 0, %d}, {P_AT(%s, q.g), 3, 0, %d},\n", base,
                    roles, base, roles, base, roles, base, roles);
        } else {
            bool value = kind == BY_VALUE || kind == F_BY_VALUE, single = kind == F_PTR || kind == F_BY_VALUE || (p && p->is_float);
            fprintf(driver, "    {(size_t)(%s%s), %d, %d, %d},\n", value ? "&" : "", where, value ? 1 : is_global ? 6 : kind == KERNEL ? KERNEL_LEN : LEN, single, roles);
        }
    }
    if (returns)
        fprintf(driver, "    {offsetof(State, ret), 1, 0, DEP},\n");
    fprintf(driver, "    {0, 0, 0, 0}\n};\n");
}

static const char *argument(const Param *p, const char *state)
{
    switch (p->kind) {
    case MATRIX: return text("(double (*)[4])(%s->%s)", state, p->at);
    case ROWS: return text("(double *[]){%s->d + 72, %s->d + 80, %s->d + 84}", state, state, state);
    case OPTIONAL: return *p->at ? text("%s->%s", state, p->at) : "NULL";
    case N: return text("%d", gen.n);
    case M: return text("%d", gen.m);
    case L: return text("%d", gen.l);
    default: return text("%s->%s", state, p->at);
    }
}

/* what: 'p' the primal, 't' its tangent, 'v' bare VJP, 'g' bare gradient, 's' the function's own SPEC. */
static void wrapper(const char *id, const char *function, const Params *ps, int what, bool returns)
{
    const char *protos = "", *values = "", *sep = "";
    for (int i = 0; i < ps->n; i++) {
        protos = text("%s%s%s", protos, sep, what == 'p' ? declared(&ps->at[i], false, false) : declared(&ps->at[i], false, false));
        values = text("%s%s%s", values, sep, argument(&ps->at[i], "x"));
        sep = ", ";
    }
    for (int i = 0; i < ps->n && what != 'p'; i++) {
        const Param *p = &ps->at[i];
        if (!is_active(p) || (what == 's' && !p->roles))
            continue;
        bool address = what != 't' && !is_pointer(p);
        protos = text("%s, %s", protos, declared(p, true, what == 't'));
        values = text("%s, %s%s", values, address ? "&" : "", argument(p, "d"));
    }
    bool grad = what == 'g' || (what == 's' && strstr(function, "_grad"));
    if (returns && what != 'p' && !grad) {
        protos = text("%s, %s", protos, what == 't' ? "double *d_return" : "double d_return");
        values = text("%s, %s", values, what == 't' ? "&d->ret" : "d->ret");
    }
    if (what == 's' && ps->global_roles) {
        protos = text("%s, double *d_%s", protos, ps->global);
        values = text("%s, d->g", values);
    }
    fprintf(driver, "%s %s(%s);\nstatic void call_%s(State *x%s)\n{\n", returns ? "double" : "void", function, protos, id,
            what == 'p' ? "" : ", State *d");
    if (ps->global)
        fprintf(driver, "    memcpy(%s, x->g, sizeof x->g);\n", ps->global);
    fprintf(driver, "    %s%s(%s);\n", returns ? "x->ret = " : "", function, values);
    if (ps->global)
        fprintf(driver, "    memcpy(x->g, %s, sizeof x->g);\n", ps->global);
    fprintf(driver, "}\n\n");
}

static const char *cases; /* rows of prop_cases */

static void add_case(const char *f, const char *derivative, const Params *ps, int what, bool returns)
{
    wrapper(derivative, derivative, ps, what, returns);
    ranges_of(derivative, ps, what, returns);
    bool grad = what == 'g' || (what == 's' && strstr(derivative, "_grad"));
    cases = text("%s    {\"%s\", ranges_%s, %d, %d, call_%s, call_%s_jb, call_%s},\n", cases, derivative, derivative, gen.single, grad, f, f, derivative);
}

static void request(const char *f, Params *ps, const char *spec, bool returns)
{
    if (ps->global)
        fprintf(driver, "extern double %s[6];\n", ps->global);
    wrapper(f, f, ps, 'p', returns);
    fprintf(args, "--jvp %s --name %s_jb --vjp %s --name %s_vb\n", f, f, f, f);
    wrapper(text("%s_jb", f), text("%s_jb", f), ps, 't', returns);
    add_case(f, text("%s_vb", f), ps, 'v', returns);
    if (returns) {
        fprintf(args, "--grad %s --name %s_gb\n", f, f);
        add_case(f, text("%s_gb", f), ps, 'g', true);
    }
    if (spec && !ps->global_roles) /* its tangent would be another one */
        add_case(f, text("%s_%s", f, strstr(spec, "GRAD") ? "grad" : "vjp"), ps, 's', returns);
}

/* ---------------------------------------------------------------------- programs */

/* In front of the first program of the file that calls them. */
static void put_helpers(void)
{
    static bool vectors, addresses, outs;
    char *rest = program;
    program = NULL;
    length = capacity = 0;
    gen.needs_vectors &= !vectors;
    gen.needs_addresses &= !addresses;
    gen.needs_outs &= !outs;
    vectors |= gen.needs_vectors;
    addresses |= gen.needs_addresses;
    outs |= gen.needs_outs;
    put("");
    value_helpers();
    fputs(program, source);
    free(program);
    program = rest;
    length = strlen(rest);
    capacity = length + 1;
}

static void make_program(int number)
{
    const char *f = text("f%d", number);
    Params ps = {.n = 0};
    random_state = (uint64_t)number * 7919 + 12345;
    gen = (Gen){.n = 3 + rnd(4), .single = chance(12)};
    length = 0;
    put("/* ---- %d ---- */\n", number);
    bool kernel = chance(KERNELS);
    if (!kernel && chance(20)) {
        ps.global = text("g%d", number);
        put("double %s[6];\n\n", ps.global);
    }
    if (kernel)
        choose_kernel_params(&ps);
    else
        choose_params(&ps);
    bool returns = chance(75);
    if (!writes_any(&ps))
        returns = true;
    for (int i = kernel ? 0 : rnd(3); i > 0; i--)
        make_helper(number);
    if (kernel)
        kernel_helpers(number);
    const char *spec = !ps.overlap && chance(60) ? own_spec(&ps, returns) : NULL;
    if (ps.global_roles)
        spec = NULL, ps.global_roles = 0;
    put("%s%s%s %s(", spec ? spec : "", spec ? "\n" : "", returns ? "double" : "void", f);
    for (int i = 0; i < ps.n; i++)
        put("%s%s", i ? ", " : "", declared(&ps.at[i], false, false));
    put(")\n{\n");
    gen.e = (Env){.returns_value = returns};
    if (kernel) {
        enter_kernel_params(&ps, number);
        kernel_body();
    } else {
        enter_params(&ps);
        gen.budget = 4 + rnd(30);
        function_body(2 + rnd(9));
    }
    put_helpers();
    fputs(program, source);
    request(f, &ps, spec, returns);
}

static FILE *open_in(const char *dir, const char *name)
{
    FILE *f = fopen(text("%s/%s", dir, name), "w");
    if (!f) {
        perror(dir);
        exit(2);
    }
    return f;
}

/* Two dumps of prop.c: the same numbers but for rounding? */
static int compare_dumps(const char *one, const char *two)
{
    FILE *a = fopen(one, "r"), *b = fopen(two, "r");
    char name_a[80], name_b[80];
    double x[4];
    int single;
    while (a && b && fscanf(a, "%79s %*d %d %lf %lf", name_a, &single, &x[0], &x[1]) == 4) {
        if (fscanf(b, "%79s %*d %*d %lf %lf", name_b, &x[2], &x[3]) != 3 || strcmp(name_a, name_b))
            return 1;
        for (int i = 0; i < 2; i++)
            if (!(fabs(x[i] - x[i + 2]) <= (single ? 1e-4 : 1e-10) * (1 + fabs(x[i]))))
                return 1;
    }
    return !a || !b;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "--close"))
        return compare_dumps(argv[2], argv[3]);
    if (argc < 4) {
        fprintf(stderr, "usage: gen FIRST COUNT DIR [STATEMENT...]\n");
        return 2;
    }
    int first = atoi(argv[1]), count = atoi(argv[2]);
    source = open_in(argv[3], "prop.c");
    driver = open_in(argv[3], "driver.c");
    args = open_in(argv[3], "args");
    deleted = argv + 4;
    ndeleted = argc - 4;
    cases = "";
    fputs("#include <adgen.h>\n#include <math.h>\n#include <stdlib.h>\n#include <string.h>\n#include \"types.h\"\n\n", source);
    fputs("#include <adgen.h>\n#include <string.h>\n#include \"prop.h\"\n\n#define P_AT(base, field) (size_t)((base) + offsetof(struct P, field))\n\n", driver);
    for (int i = 0; i < count; i++)
        make_program(first + i);
    fprintf(driver, "const Case prop_cases[] = {\n%s    {NULL, NULL, 0, 0, NULL, NULL, NULL}\n};\n", cases);
    return fclose(source) || fclose(driver) || fclose(args);
}
