/* check.c: the C text of the program that --check builds and runs.
 *
 * For each request the program gets one struct with the arguments, a function that makes them (the same ones each time, every number
 * registered with runtime/adgen_check.h), and functions that call the primal, the tangent and the adjoint. The source itself is included,
 * so that static functions and the source's types are at hand.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------- what the user said */

static bool path_is(const char *said, const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return !strncmp(said, path, n) && !strncmp(said + n, suffix, m) && said[n + m] == '=';
}

/* The VALUE of `path` + suffix, or NULL. */
static const char *said(const Ptrs *list, const char *path, const char *suffix)
{
    for (size_t i = list->n; i-- > 0;)
        if (path_is(list->at[i], path, suffix))
            return strchr((const char *)list->at[i] + strlen(path), '=') + 1;
    return NULL;
}

static void cannot_make(Maker *m, const char *path, const char *why, const char *way_out)
{
    diag_error(m->loc, "--check cannot make up '%s' of '%s': %s; %s", path, m->fn->name, why, way_out);
    m->failed = true;
}

/* ---------------------------------------------------------------------- making arguments */

static void make_value(Maker *m, const Type *t, const char *lvalue, const char *path, const Var *var);

static const char *kind_name(const Type *t)
{
    switch (t->kind) {
    case TY_F32: case TY_CF32: return "CK_F32";
    case TY_F64: case TY_CF64: return "CK_F64";
    case TY_F80: case TY_CF80: return "CK_F80";
    default: return "CK_OTHER";
    }
}

static void register_number(Maker *m, const char *lvalue, const char *kind)
{
    str_fmt(m->out, "    ck_number(ck_a, &%s, sizeof %s, %s, %d, %d);\n", lvalue, lvalue, kind, m->param, m->by_value);
}

/* The value of an element of an array: NAME[i]=EXPR, with the element's number as i. */
static const char *element_value(Maker *m, const char *path)
{
    const char *expr = m->index ? said(&m->opt->set, path, "[i]") : NULL;
    if (!expr)
        return said(&m->opt->set, path, "");
    str_fmt(m->out, "    { long i = %s; (void)i;\n", m->index);
    return expr;
}

static void element_value_end(Maker *m, const char *path)
{
    if (m->index && said(&m->opt->set, path, "[i]"))
        str_put(m->out, "    }\n");
}

static void make_float(Maker *m, const Type *t, const char *lvalue, const char *path)
{
    const char *range = said(&m->opt->range, path, ""), *colon = range ? strchr(range, ':') : NULL;
    if (range && !colon) {
        cannot_make(m, path, "a range is LO:HI", "for example --range x=0.1:2");
        return;
    }
    const char *lo = range ? arena_strndup(m->arena, range, (size_t)(colon - range)) : "0.2";
    const char *hi = range ? colon + 1 : "1.2", *expr = element_value(m, path);
    if (type_is_complex(t)) {
        const char *real = t->kind == TY_CF32 ? "float" : t->kind == TY_CF64 ? "double" : "long double";
        for (int k = 0; k < 2; k++) {
            const char *part = arena_printf(m->arena, "((%s *)&%s)[%d]", real, lvalue, k);
            str_fmt(m->out, "    %s = (%s)ck_random(ck_a, %s, %s);\n", part, real, lo, hi);
            register_number(m, part, kind_name(t));
        }
    } else {
        if (expr)
            str_fmt(m->out, "    %s = %s;\n", lvalue, expr);
        else
            str_fmt(m->out, "    %s = (%s)ck_random(ck_a, %s, %s);\n", lvalue, type_spelling(t), lo, hi);
        register_number(m, lvalue, kind_name(t));
    }
    element_value_end(m, path);
}

/* Integers: what the user says; sizes and counts are 5; elements of integer arrays 0 and 1 in turn (they are often indices). */
static void make_int(Maker *m, const Type *t, const char *lvalue, const char *path, bool bit_field)
{
    const char *expr = element_value(m, path);
    if (!expr)
        expr = m->index ? arena_printf(m->arena, "%s %% 2", m->index) : "5";
    str_fmt(m->out, "    %s = (%s)(%s);\n", lvalue, type_spelling(t), expr);
    if (!bit_field)
        register_number(m, lvalue, "CK_OTHER");
    element_value_end(m, path);
}

static void make_record(Maker *m, const Type *t, const char *lvalue, const char *path);

static void make_field(Maker *m, const Field *f, const char *lvalue, const char *path)
{
    if (!f->name && f->type->kind == TY_RECORD)
        make_record(m, f->type, lvalue, path);
    if (!f->name || f->is_const)
        return;
    char *inner = arena_printf(m->arena, "%s.%s", lvalue, f->name), *inner_path = arena_printf(m->arena, "%s.%s", path, f->name);
    const char *outer = m->index;
    if (f->bit_width)
        make_int(m, f->type, inner, inner_path, true);
    else
        make_value(m, f->type, inner, inner_path, NULL);
    m->index = outer;
}

static void make_record(Maker *m, const Type *t, const char *lvalue, const char *path)
{
    if (t->is_union && type_has_float(t)) {
        cannot_make(m, path, "it is a union", "check it from a program of your own");
        return;
    }
    for (int pointers = 0; pointers < 2; pointers++) /* lengths before what they measure */
        for (int i = 0; i < t->nfields && !t->is_union; i++)
            if ((t->fields[i].type->kind == TY_PTR) == pointers)
                make_field(m, &t->fields[i], lvalue, path);
}

/* for (k = 0; k < count; k++) make base[k] */
static void make_elements(Maker *m, const Type *elem, const char *base, const char *count, const char *path)
{
    const char *k = arena_printf(m->arena, "ck_k%d", m->unique++), *outer = m->index;
    str_fmt(m->out, "    for (long %s = 0; %s < %s; %s++) {\n", k, k, count, k);
    m->index = outer && elem->kind != TY_RECORD ? arena_printf(m->arena, "(%s * (%s) + %s)", outer, count, k) : k;
    make_value(m, elem, arena_printf(m->arena, "%s[%s]", base, k), path, NULL);
    m->index = outer;
    str_put(m->out, "    }\n");
}

/* The number of elements (rows, of `double (*)[3]`) behind a pointer, as C text: the user's --len, declared dimensions, AD_LEN; one for
 * a record. */
static const char *element_count(Maker *m, const Type *elem, const char *path, const Var *var)
{
    const char *len = said(&m->opt->len, path, "");
    if (!len && var && var->ndims > 0 && var->dims[0] && var->dims[0][0]) {
        Str product = {.arena = m->arena};
        int n = var->dims_runtime ? var->ndims : 1;
        for (int i = 0; i < n; i++)
            str_fmt(&product, "%s(%s)", i ? " * " : "", var->dims[i]);
        return product.s;
    }
    if (!len && var)
        len = var->len;
    return len ? len : elem->kind == TY_RECORD ? "1" : NULL;
}

/* Pointers that a check can leave empty or fill by convention. True when done. */
static bool make_plain_pointer(Maker *m, const Type *t, const char *lvalue, const char *path)
{
    const Type *elem = t->elem;
    const char *given = said(&m->opt->set, path, "");
    if (given) { /* NULL, another argument, a function's name */
        str_fmt(m->out, "    %s = (void *)(%s);\n    ck_alias(ck_a, (const void *)%s, 0, %d);\n", lvalue, given, lvalue, m->param);
    } else if (elem->kind == TY_FUNC) {
        cannot_make(m, path, "it points to a function", arena_printf(m->arena, "name one: --set %s=FUNCTION", path));
    } else if (elem->kind == TY_CHAR && t->elem_const) {
        str_fmt(m->out, "    %s = \"check\";\n", lvalue);
    } else if (elem->kind == TY_OPAQUE && !strcmp(elem->name, "FILE")) {
        str_fmt(m->out, "    %s = stdout;\n", lvalue);
    } else if (elem->kind == TY_VOID || elem->kind == TY_OPAQUE || (elem->kind == TY_RECORD && ptrs_has(&m->inside, elem))) {
        str_fmt(m->out, "    %s = NULL;\n", lvalue);
    } else {
        return false;
    }
    return true;
}

/* The argument's local, which lengths of its fields may be written in, as far as it has been made. */
static void sync_local(Maker *m)
{
    if (m->local)
        str_fmt(m->out, "    %s = ck->%s;\n", m->local, m->local);
}

static void make_pointer(Maker *m, const Type *t, const char *lvalue, const char *path, const Var *var)
{
    if (make_plain_pointer(m, t, lvalue, path))
        return;
    Type *elem = t->elem;
    const char *count = element_count(m, elem, path, var);
    if (!count) {
        cannot_make(m, path, "its length is not known",
                    var ? arena_printf(m->arena, "annotate it with AD_LEN(...) or give --len '%s=...'", path)
                        : arena_printf(m->arena, "give --len '%s=...'", path));
        return;
    }
    char *p = arena_printf(m->arena, "ck_p%d", m->unique), *n = arena_printf(m->arena, "ck_n%d", m->unique);
    m->unique++;
    sync_local(m);
    char *inner = elem->kind == TY_PTR ? arena_printf(m->arena, "%s[]", path) : arena_strdup(m->arena, path);
    str_fmt(m->out, "    {\n    long %s = (long)(%s);\n", n, count);
    str_fmt(m->out, "    %s = ck_array(ck_a, %s, sizeof *%s);\n", type_declare(m->arena, type_ptr(elem), p), n, p);
    str_fmt(m->out, "    %s = (void *)%s;\n", lvalue, p);
    sync_local(m);
    bool was_by_value = m->by_value;
    const char *outer = m->index;
    m->by_value = false;
    m->index = NULL;
    make_elements(m, elem, p, n, inner);
    m->by_value = was_by_value;
    m->index = outer;
    str_put(m->out, "    }\n");
}

static void make_value(Maker *m, const Type *t, const char *lvalue, const char *path, const Var *var)
{
    if (type_is_float(t) || type_is_complex(t)) {
        make_float(m, t, lvalue, path);
    } else if (type_is_int(t)) {
        make_int(m, t, lvalue, path, false);
    } else if (t->kind == TY_RECORD) {
        size_t depth = m->inside.n;
        ptrs_push(&m->inside, (void *)(uintptr_t)t);
        make_record(m, t, lvalue, path);
        m->inside.n = depth;
    } else if (t->kind == TY_ARRAY && t->count >= 0) {
        make_elements(m, t->elem, lvalue, arena_printf(m->arena, "%lld", (long long)t->count), path);
    } else if (t->kind == TY_PTR) {
        make_pointer(m, t, lvalue, path, var);
    } else {
        cannot_make(m, path, "its type is not known", "check it from a program of your own");
    }
}

/* ---------------------------------------------------------------------- the arguments of one function */

static Args args_of(Maker *m, const Fn *fn, const Request *rq)
{
    int nglobals = rq ? (int)rq->global_vars.n : 0;
    Args args = {.at = arena_alloc(m->arena, sizeof(Arg) * (size_t)(fn->nparams + nglobals + 1))};
    for (int i = 0; i < fn->nparams; i++) {
        const Var *var = fn->params[i];
        bool record = var->type->kind == TY_RECORD;
        args.at[args.n++] = (Arg){
            .name = var->name && *var->name ? var->name : arena_printf(m->arena, "ck_arg%d", i),
            .type = record ? var->type : fn->body->args[i]->type,
            .var = var,
            .role = rq ? rq->roles[i] : ROLE_NONE,
            .by_value = record || fn->body->args[i]->type->kind != TY_PTR,
        };
    }
    for (int i = 0; i < nglobals; i++) {
        const Var *var = rq->global_vars.at[i];
        args.at[args.n++] = (Arg){.name = var->name, .type = var->type, .var = var, .role = rq->global_roles[i], .is_global = true};
    }
    if (fn->ret->kind != TY_VOID && fn->ret->kind != TY_PTR)
        args.at[args.n++] = (Arg){.name = "ck_return", .type = fn->ret, .role = rq && rq->return_is_dep ? ROLE_DEP : ROLE_NONE};
    return args;
}

/* In which round an argument is made: what others are sized by comes first, what the user sets in terms of others last. */
static int making_round(const Maker *m, const Arg *a)
{
    bool given = said(&m->opt->set, a->name, "") != NULL;
    if (!a->var)
        return 5;
    if (type_is_scalar(a->type) && a->type->kind != TY_PTR)
        return given ? 1 : 0;
    if (given)
        return 4;
    return a->type->kind == TY_RECORD || (a->type->kind == TY_PTR && a->type->elem->kind == TY_RECORD) ? 2 : 3;
}

static void args_struct(Maker *m, const Args *args, int id)
{
    str_fmt(m->out, "\nstruct ck_args%d {\n", id);
    for (int i = 0; i < args->n; i++)
        str_fmt(m->out, "    %s;\n", type_declare(m->arena, args->at[i].type, args->at[i].name));
    str_put(m->out, "    char ck_end;\n};\n\n");
}

/* Locals with the parameters' names let lengths and values be written in terms of them. */
static void build_function(Maker *m, const Args *args, int id)
{
    str_fmt(m->out, "static void ck_build%d(ck_args *ck_a)\n{\n    struct ck_args%d *ck = ck_a->args = ck_array(ck_a, 1, sizeof *ck);\n", id, id);
    for (int i = 0; i < args->n; i++)
        if (args->at[i].var && args->at[i].type->kind != TY_ARRAY)
            str_fmt(m->out, "    %s; (void)%s;\n", type_declare(m->arena, args->at[i].type, args->at[i].name), args->at[i].name);
    for (int round = 0; round <= 5; round++) {
        for (int i = 0; i < args->n; i++) {
            const Arg *a = &args->at[i];
            if (making_round(m, a) != round)
                continue;
            m->param = i;
            m->by_value = a->by_value;
            m->loc = a->var ? a->var->loc : m->fn->loc;
            char *lvalue = arena_printf(m->arena, "ck->%s", a->name);
            m->local = a->var && a->type->kind != TY_ARRAY ? a->name : NULL;
            make_value(m, a->type, lvalue, a->name, a->var);
            sync_local(m);
        }
    }
    str_put(m->out, "}\n\n");
}

/* ---------------------------------------------------------------------- the program */

/* Does float take part, in what is passed or inside? Then the bounds are those of float. */
static void note_single(Op *op, void *ctx)
{
    for (int i = 0; i < op->nresults; i++)
        if (op->results[i]->type && (op->results[i]->type->kind == TY_F32 || op->results[i]->type->kind == TY_CF32))
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
        single = single || reaches_single(args->at[i].type, 0);
    Fn *whole = single ? NULL : prepare_primal(p, fn);
    if (whole)
        walk_ops(whole->body, note_single, &single);
    return single;
}

static void test_table(Maker *m, const Args *args, int id, const char *name, bool single, const Request *rq)
{
    str_fmt(m->out, "static const ck_param ck_params%d[] = {\n", id);
    for (int i = 0; i < args->n; i++)
        str_fmt(m->out, "    {\"%s\", %d},\n", args->at[i].var ? args->at[i].name : "return", (int)args->at[i].role);
    str_fmt(m->out, "    {0, 0}\n};\n\nstatic const ck_test ck_test%d = {\n", id);
    str_fmt(m->out, "    .name = \"%s\", .params = ck_params%d, .nparams = %d, .single = %d, .build = ck_build%d, .primal = ck_primal%d,\n", name, id,
            args->n, single, id, id);
    if (!rq) {
        str_fmt(m->out, "    .again = ck_again%d,\n};\n", id);
        return;
    }
    Mode companion = check_companion_mode(rq->mode);
    if (rq->directions)
        str_fmt(m->out, "    .lanes = ck_lanes%d, .nlanes = %d,\n", id, rq->directions);
    str_fmt(m->out, "    .grad = %d, ", companion == MODE_GRAD || rq->mode == MODE_GRAD);
    str_fmt(m->out, companion == MODE_GRAD ? ".adjoint = ck_companion%d,\n" : ".tangent = ck_companion%d,\n", id);
    if (check_is_matrix(rq->mode))
        str_fmt(m->out, "    .matrix = ck_asked%d, .matrix_kind = %s,\n", id, kind_name(request_matrix_type(rq)));
    else if (rq->mode != MODE_JVP)
        str_fmt(m->out, rq->mode == MODE_HVP ? "    .second = ck_asked%d,\n" : "    .adjoint = ck_asked%d,\n", id);
    str_put(m->out, "};\n");
}

Mode check_companion_mode(Mode mode)
{
    return mode == MODE_HVP || mode == MODE_HESSIAN ? MODE_GRAD : MODE_JVP;
}

const char *check_companion_name(Arena *a, const Request *rq)
{
    return rq->mode == MODE_JVP ? check_single_name(a, rq) : arena_printf(a, "ck_companion_of_%s", request_result_name(rq, a));
}

const char *check_single_name(Arena *a, const Request *rq)
{
    return rq->directions ? arena_printf(a, "ck_single_of_%s", request_result_name(rq, a)) : request_result_name(rq, a);
}

static void check_request(Maker *m, Program *p, const Request *rq, int id)
{
    const char *name = check_single_name(m->arena, rq), *companion_name = check_companion_name(m->arena, rq);
    Mode companion = check_companion_mode(rq->mode);
    m->fn = rq->fn;
    Args args = args_of(m, rq->fn, rq);
    args_struct(m, &args, id);
    if (check_is_split(rq, rq->mode))
        check_forward_prototype(m, &args, rq);
    if (rq->mode != MODE_JVP)
        check_prototype(m, &args, name, rq, rq->mode);
    check_prototype(m, &args, companion_name, rq, companion);
    str_put(m->out, "\n");
    build_function(m, &args, id);
    check_call(m, &args, id, "primal", rq->fn->name, MODE_VJP, false, NULL);
    check_call(m, &args, id, "companion", companion_name, companion, true, rq);
    if (check_is_split(rq, rq->mode))
        check_call_halves(m, &args, id, rq);
    else if (rq->mode != MODE_JVP)
        check_call(m, &args, id, "asked", name, rq->mode, true, rq);
    if (rq->directions) {
        check_lanes_prototype(m, &args, rq);
        check_call_lanes(m, &args, id, rq);
    }
    test_table(m, &args, id, request_result_name(rq, m->arena), uses_single(p, rq->fn, &args), rq);
}

static void check_primal(Maker *m, const Fn *fn, int id)
{
    m->fn = fn;
    Args args = args_of(m, fn, NULL);
    const char *again = arena_printf(m->arena, "ck_again_%s", fn->name);
    args_struct(m, &args, id);
    check_prototype(m, &args, again, NULL, MODE_GRAD);
    str_put(m->out, "\n");
    build_function(m, &args, id);
    check_call(m, &args, id, "primal", fn->name, MODE_VJP, false, NULL);
    check_call(m, &args, id, "again", again, MODE_VJP, false, NULL);
    test_table(m, &args, id, fn->name, false, NULL);
}

static Maker maker_new(Str *out, Program *p, const char *source, const CheckOptions *opt)
{
    Maker m = {.out = out, .arena = p->arena, .opt = opt, .inside = {.arena = p->arena}};
    str_fmt(out,
            "#define main ck_source_main\n#include \"%s\"\n#undef main\n\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include "
            "\"adgen_rt.h\"\n#include \"adgen_check.h\"\n",
            source);
    return m;
}

static void main_function(Maker *m, int n)
{
    str_put(m->out, "\nint main(void)\n{\n    int wrong = 0;\n");
    for (int i = 0; i < n; i++)
        str_fmt(m->out, "    wrong += ck_run(&ck_test%d);\n", i);
    str_put(m->out, "    return wrong ? 1 : 0;\n}\n");
}

bool check_driver(Str *out, Program *p, const char *source, const Ptrs *requests, const CheckOptions *opt)
{
    Maker m = maker_new(out, p, source, opt);
    for (size_t i = 0; i < requests->n; i++)
        check_request(&m, p, requests->at[i], (int)i);
    main_function(&m, (int)requests->n);
    return !m.failed;
}

bool check_primal_driver(Str *out, Program *p, const char *source, const Ptrs *fns, const CheckOptions *opt)
{
    Maker m = maker_new(out, p, source, opt);
    for (size_t i = 0; i < fns->n; i++)
        check_primal(&m, fns->at[i], (int)i);
    main_function(&m, (int)fns->n);
    return !m.failed;
}

/* ---------------------------------------------------------------------- graphs */

static void graph_request(Maker *m, const Request *rq, int id)
{
    m->fn = rq->fn;
    Args args = args_of(m, rq->fn, rq), plain = {arena_alloc(m->arena, sizeof(Arg) * (size_t)(args.n + 1)), args.n};
    const char *traced = graph_traced_name(m->arena, rq);
    for (int i = 0; i < args.n; i++) {
        plain.at[i] = args.at[i];
        plain.at[i].role = ROLE_NONE;
    }
    args_struct(m, &args, id);
    check_prototype(m, &plain, traced, NULL, MODE_GRAD);
    str_put(m->out, "\n");
    build_function(m, &args, id);
    check_call(m, &plain, id, "primal", rq->fn->name, MODE_VJP, false, NULL);
    check_call(m, &plain, id, "again", traced, MODE_VJP, false, NULL);
    test_table(m, &args, id, rq->fn->name, false, NULL);
}

bool check_graph_driver(Str *out, Program *p, const char *source, const Ptrs *requests, const CheckOptions *opt)
{
    Maker m = maker_new(out, p, source, opt);
    str_put(out, "#include \"adgen_graph.h\"\n");
    for (size_t i = 0; i < requests->n; i++)
        graph_request(&m, requests->at[i], (int)i);
    str_put(out, "\nint main(int argc, char **argv)\n{\n    int wrong = argc != 2;\n");
    for (size_t i = 0; i < requests->n; i++)
        str_fmt(out, "    wrong += ck_graph(&ck_test%zu, argv[1]);\n", i);
    str_put(out, "    return wrong ? 1 : 0;\n}\n");
    return !m.failed;
}
