/* check.c: the C text of the program that --check builds and runs.
 *
 * For each request the program gets one struct with the arguments, a function that makes them (the same ones each time, every number
 * registered with runtime/adgen_check.h), and functions that call the primal, the tangent and the adjoint. The source itself is included,
 * so that static functions and the source's types are at hand.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- the program */

static bool is_constant(const Value *v)
{
    const Op *op = v->def;
    if (!op || (op->code == OP_FCONST || op->code == OP_ICONST))
        return op != NULL;
    bool all = op->nargs > 0 && op_info[op->code].kind == KIND_ARITH;
    for (int i = 0; i < op->nargs && all; i++)
        all = is_constant(op->args[i]);
    return all;
}

static bool is_single(const Value *v)
{
    return v->type && (v->type->kind == TY_F32 || v->type->kind == TY_CF32);
}

/* Does float take part, in what is passed or inside? Then the bounds are those of float. Constants round nothing (INFINITY is a float),
 * nor does reading data, nor what chooses among such. */
static void note_single(Op *op, void *ctx)
{
    if (op->code == OP_IF || op->code == OP_SELECT || op->code == OP_LOAD)
        return;
    for (int i = 0; i < op->nresults; i++)
        if (is_single(op->results[i]) && !is_constant(op->results[i]))
            *(bool *)ctx = true;
}

static bool reaches_single(const Type *t, int depth)
{
    if (t->kind == TY_PTR || t->kind == TY_ARRAY)
        return reaches_single(t->elem, depth + 1);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && depth < 8; i++)
        if (reaches_single(t->fields[i].type, depth + 1))
            return true;
    return t->kind == TY_F32 || t->kind == TY_CF32;
}

/* Callees count too: prepare_primal has them inlined. */
static bool uses_single(Program *p, Fn *fn, const Args *args)
{
    bool single = false;
    for (int i = 0; i < args->n; i++)
        single = single || (args->at[i].role && reaches_single(args->at[i].type, 0));
    Fn *whole = single ? NULL : prepare_primal(p, fn);
    if (whole)
        walk_ops(whole->body, note_single, &single);
    return single;
}

/* The table of a custom derivative on its own: against differences only. */
static void custom_table(Maker *m, const Args *args, int id, const Fn *own, const Request *rq, bool single)
{
    check_macros_aside(m->out, &m->macros);
    str_fmt(m->out, "static const ad_ck_param ad_ck_params%d[] = {\n", id);
    for (int i = 0; i < args->n; i++)
        str_fmt(m->out, "    {\"%s\", %d},\n", args->at[i].var ? args->at[i].name : "return", (int)args->at[i].role);
    str_fmt(m->out, "    {0, 0}\n};\n\nstatic const ad_ck_test ad_ck_test%d = {\n    .name = \"%s\", .about = \"the %s of '%s' that you gave, by itself\",\n", id,
            own->name, rq->mode == MODE_JVP ? "AD_CUSTOM_JVP" : "AD_CUSTOM_VJP", rq->fn->name);
    str_fmt(m->out, "    .params = ad_ck_params%d, .nparams = %d, .single = %d, .build = ad_ck_build%d, .primal = ad_ck_primal%d,\n    .%s = ad_ck_asked%d,\n};\n", id,
            args->n, single, id, id, rq->mode == MODE_JVP ? "tangent" : "adjoint", id);
    check_macros_back(m->out, &m->macros);
}

static void test_table(Maker *m, const Args *args, int id, const char *name, bool single, const Request *rq)
{
    check_macros_aside(m->out, &m->macros);
    str_fmt(m->out, "static const ad_ck_param ad_ck_params%d[] = {\n", id);
    for (int i = 0; i < args->n; i++)
        str_fmt(m->out, "    {\"%s\", %d},\n", args->at[i].var ? args->at[i].name : "return", (int)args->at[i].role);
    str_fmt(m->out, "    {0, 0}\n};\n\nstatic const ad_ck_test ad_ck_test%d = {\n", id);
    str_fmt(m->out, "    .name = \"%s\", .params = ad_ck_params%d, .nparams = %d, .single = %d, .build = ad_ck_build%d, .primal = ad_ck_primal%d,\n", name, id,
            args->n, single, id, id);
    if (!rq) {
        str_fmt(m->out, "    .again = ad_ck_again%d,\n};\n", id);
        check_macros_back(m->out, &m->macros);
        return;
    }
    Mode companion = check_companion_mode(rq->mode);
    if (rq->directions)
        str_fmt(m->out, "    .lanes = ad_ck_lanes%d, .nlanes = %d,\n", id, rq->directions);
    str_fmt(m->out, "    .grad = %d, ", companion == MODE_GRAD || rq->mode == MODE_GRAD);
    str_fmt(m->out, companion == MODE_GRAD ? ".adjoint = ad_ck_companion%d,\n" : ".tangent = ad_ck_companion%d,\n", id);
    if (check_is_matrix(rq->mode))
        str_fmt(m->out, "    .matrix = ad_ck_asked%d, .matrix_kind = %s,\n", id, check_kind_name(request_matrix_type(rq)));
    else if (rq->mode != MODE_JVP)
        str_fmt(m->out, rq->mode == MODE_HVP ? "    .second = ad_ck_asked%d,\n" : "    .adjoint = ad_ck_asked%d,\n", id);
    str_put(m->out, "};\n");
    check_macros_back(m->out, &m->macros);
}

Mode check_companion_mode(Mode mode)
{
    return mode == MODE_HVP || mode == MODE_HESSIAN ? MODE_GRAD : MODE_JVP;
}

const char *check_companion_name(Arena *a, const Request *rq)
{
    return rq->mode == MODE_JVP ? request_result_name(check_single_request(a, rq), a) : arena_printf(a, "ad_ck_companion_of_%s", request_result_name(rq, a));
}

Request *check_single_request(Arena *a, const Request *rq)
{
    Request *one = arena_alloc(a, sizeof *one);
    *one = *rq;
    if (rq->directions)
        one->new_name = arena_printf(a, "ad_ck_single_of_%s", request_result_name(rq, a));
    one->directions = 0;
    return one;
}

static void check_request(Maker *m, Program *p, const Request *rq, int id)
{
    const Request *one = check_single_request(m->arena, rq);
    const char *name = request_result_name(one, m->arena), *companion_name = check_companion_name(m->arena, rq);
    Mode companion = check_companion_mode(rq->mode);
    m->fn = rq->fn;
    Args args = check_args_of(m, rq->fn, rq);
    check_args_struct(m, &args, id);
    if (!m->opt->whole) {
        if (check_is_split(rq, rq->mode))
            check_forward_prototype(m, &args, one);
        if (rq->mode != MODE_JVP)
            check_prototype(m, &args, name, one, rq->mode);
        check_prototype(m, &args, companion_name, rq, companion);
        str_put(m->out, "\n");
    }
    check_build_function(m, &args, id);
    check_call(m, &args, id, "primal", rq->fn->name, MODE_VJP, false, NULL);
    check_call(m, &args, id, "companion", companion_name, companion, true, rq);
    if (check_is_split(rq, rq->mode))
        check_call_halves(m, &args, id, one);
    else if (rq->mode != MODE_JVP)
        check_call(m, &args, id, "asked", name, rq->mode, true, one);
    if (rq->directions) {
        if (!m->opt->whole)
            check_lanes_prototype(m, &args, rq);
        check_call_lanes(m, &args, id, rq);
    }
    test_table(m, &args, id, request_result_name(rq, m->arena), uses_single(p, rq->fn, &args), rq);
}

/* Which of its parameters point to one number, as far as its body alone tells. */
static void note_lengths_of(const Fn *f)
{
    if (!f->has_body || f->unsupported.what)
        return;
    Fn *g = clone_fn(f, f->name);
    promote_locals(g);
    simplify(g);
    note_single_numbers(g);
}

/* A derivative of the user's on its own, where its arguments can be made up; returns whether they can. */
static bool check_custom(Maker *m, Program *p, Fn *f, const Fn *own, Mode mode, int id)
{
    const char *error = NULL;
    Request *rq = request_parse(m->arena, mode, f->name, &error);
    size_t length = m->out->n;
    bool failed = m->failed;
    if (!rq || !request_resolve(rq, p))
        return false;
    note_lengths_of(f);
    m->fn = f;
    m->quiet = true;
    m->failed = false;
    Args args = check_args_of(m, f, rq);
    check_args_struct(m, &args, id);
    check_build_function(m, &args, id);
    check_call(m, &args, id, "primal", f->name, MODE_VJP, false, NULL);
    check_call(m, &args, id, "asked", own->name, mode, true, rq);
    custom_table(m, &args, id, own, rq, uses_single(p, f, &args));
    bool made = !m->failed;
    if (!made)
        m->out->s[m->out->n = length] = '\0';
    m->quiet = false;
    m->failed = failed;
    return made;
}

/* ... and where they cannot: that is said. */
static void unknown_table(Maker *m, const Fn *f, const Fn *own, Mode mode, int id)
{
    check_macros_aside(m->out, &m->macros);
    str_fmt(m->out, "static const ad_ck_test ad_ck_test%d = {.name = \"%s\", .about = \"the %s of '%s' that you gave\", .unknown = 1};\n", id, own->name,
            mode == MODE_JVP ? "AD_CUSTOM_JVP" : "AD_CUSTOM_VJP", f->name);
    check_macros_back(m->out, &m->macros);
}

static int check_or_say(Maker *m, Program *p, Fn *f, const Fn *own, Mode mode, int id)
{
    if (!check_custom(m, p, f, own, mode, id))
        unknown_table(m, f, own, mode, id);
    return 1;
}

/* Which of several derivatives is wrong: those that the user gave are run when something disagrees. Returns how many, numbered from `first`. */
static int check_customs(Maker *m, Program *p, const char *source, int first)
{
    int n = 0;
    for (size_t i = 0; i < p->fns.n; i++) {
        Fn *f = p->fns.at[i];
        char *file = f->loc.file >= 0 ? realpath(diag_file_name(f->loc.file), NULL) : NULL;
        bool here = file && !strcmp(file, source);
        free(file);
        if (here && f->custom_vjp)
            n += check_or_say(m, p, f, f->custom_vjp, MODE_VJP, first + n);
        if (here && f->custom_jvp)
            n += check_or_say(m, p, f, f->custom_jvp, MODE_JVP, first + n);
    }
    return n;
}

static void check_primal(Maker *m, const Fn *fn, int id)
{
    m->fn = fn;
    Args args = check_args_of(m, fn, NULL);
    const char *again = arena_printf(m->arena, "ad_ck_again_%s", fn->name);
    check_args_struct(m, &args, id);
    check_prototype(m, &args, again, NULL, MODE_GRAD);
    str_put(m->out, "\n");
    check_build_function(m, &args, id);
    check_call(m, &args, id, "primal", fn->name, MODE_VJP, false, NULL);
    check_call(m, &args, id, "again", again, MODE_VJP, false, NULL);
    test_table(m, &args, id, fn->name, false, NULL);
}

static Maker maker_new(Str *out, Program *p, const char *source, const CheckOptions *opt)
{
    Maker m = {.out = out, .arena = p->arena, .opt = opt, .inside = {.arena = p->arena}, .macros = check_macros(p, source)};
    str_fmt(out, "#define main ad_ck_source_main\n#include \"%s\"\n#undef main\n#undef abs\n#undef div\n\n", source);
    check_macros_aside(out, &m.macros);
    str_put(out, "#include <string.h>\n#include \"adgen_rt.h\"\n#include \"adgen_check.h\"\n#include \"adgen_graph.h\"\n");
    check_macros_back(out, &m.macros);
    for (size_t i = 0; i < opt->tables.n; i++)
        str_put(out, opt->tables.at[i]);
    return m;
}

static void main_function(Maker *m, int n, int ncustom)
{
    str_put(m->out, "\n");
    check_macros_aside(m->out, &m->macros);
    str_put(m->out, "int main(void)\n{\n    int wrong = 0;\n");
    for (int i = 0; i < n; i++)
        str_fmt(m->out, "    wrong += ad_ck_run(&ad_ck_test%d);\n", i);
    for (int i = n; i < n + ncustom; i++)
        str_fmt(m->out, "    if (wrong)\n        ad_ck_run(&ad_ck_test%d);\n", i);
    str_put(m->out, "    return wrong ? 1 : 0;\n}\n");
}

bool check_driver(Str *out, Program *p, const char *source, const Ptrs *requests, const CheckOptions *opt)
{
    Maker m = maker_new(out, p, source, opt);
    for (size_t i = 0; i < requests->n; i++)
        check_request(&m, p, requests->at[i], (int)i);
    main_function(&m, (int)requests->n, check_customs(&m, p, source, (int)requests->n));
    return !m.failed;
}

bool check_primal_driver(Str *out, Program *p, const char *source, const Ptrs *fns, const CheckOptions *opt)
{
    Maker m = maker_new(out, p, source, opt);
    for (size_t i = 0; i < fns->n; i++)
        check_primal(&m, fns->at[i], (int)i);
    main_function(&m, (int)fns->n, 0);
    return !m.failed;
}

/* ---------------------------------------------------------------------- graphs */

static void graph_request(Maker *m, const Request *rq, int id)
{
    m->fn = rq->fn;
    Args args = check_args_of(m, rq->fn, rq), plain = {arena_alloc(m->arena, sizeof(Arg) * (size_t)(args.n + 1)), args.n};
    const char *traced = graph_traced_name(m->arena, rq);
    for (int i = 0; i < args.n; i++) {
        plain.at[i] = args.at[i];
        plain.at[i].role = ROLE_NONE;
    }
    check_args_struct(m, &args, id);
    check_prototype(m, &plain, traced, NULL, MODE_GRAD);
    str_put(m->out, "\n");
    check_build_function(m, &args, id);
    check_call(m, &plain, id, "primal", rq->fn->name, MODE_VJP, false, NULL);
    check_call(m, &plain, id, "again", traced, MODE_VJP, false, NULL);
    test_table(m, &args, id, rq->fn->name, false, NULL);
}

bool check_graph_driver(Str *out, Program *p, const char *source, const Ptrs *requests, const CheckOptions *opt)
{
    Maker m = maker_new(out, p, source, opt);
    for (size_t i = 0; i < requests->n; i++)
        graph_request(&m, requests->at[i], (int)i);
    str_put(out, "\n");
    check_macros_aside(out, &m.macros);
    str_put(out, "int main(int argc, char **argv)\n{\n    int wrong = argc != 2;\n");
    for (size_t i = 0; i < requests->n; i++)
        str_fmt(out, "    wrong += ad_ck_graph(&ad_ck_test%zu, argv[1]);\n", i);
    str_put(out, "    return wrong ? 1 : 0;\n}\n");
    return !m.failed;
}
