/* check_arguments.c: the arguments that a program for --check makes up, as C text. */
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
static const char *said(const Maker *m, const Ptrs *list, const char *path, const char *suffix)
{
    for (size_t i = list->n; i-- > 0;)
        if (path_is(list->at[i], path, suffix)) {
            const char *value = strchr((const char *)list->at[i] + strlen(path), '=') + 1;
            if (m->opt->used)
                ptrs_push(m->opt->used, (void *)(uintptr_t)value);
            return value;
        }
    return NULL;
}

/* The value that the user gives to `path` + suffix, by an option or in a file, or NULL. */
static const char *given(const Maker *m, const char *path, const char *suffix)
{
    const char *value = said(m, &m->opt->set, path, suffix), *input = said(m, &m->opt->input, path, suffix);
    return value ? value : input;
}

static void cannot_make(Maker *m, const char *path, const char *why, const char *way_out)
{
    if (!m->quiet)
        diag_error(m->loc, "--check cannot make up '%s' of '%s': %s; %s", path, m->fn->name, why, way_out);
    m->failed = true;
}

/* ---------------------------------------------------------------------- making arguments */

static void make_value(Maker *m, const Type *t, const char *lvalue, const char *path, const Var *var);

const char *check_kind_name(const Type *t)
{
    switch (t->kind) {
    case TY_F32: case TY_CF32: return "AD_CK_F32";
    case TY_F64: case TY_CF64: return "AD_CK_F64";
    case TY_F80: case TY_CF80: return "AD_CK_F80";
    default: return "AD_CK_OTHER";
    }
}

static void register_number(Maker *m, const char *lvalue, const char *kind)
{
    str_fmt(m->out, "    ad_ck_number(ad_ck_a, &%s, sizeof %s, %s, %d, %d);\n", lvalue, lvalue, kind, m->param, m->by_value);
    if (m->shown && strcmp(kind, "AD_CK_OTHER") && strcmp(m->shown, "ad_ck_return"))
        str_fmt(m->out, "    ad_ck_named(ad_ck_a, \"%s\", %d%s);\n", m->shown, m->shown_n, m->shown_at);
}

/* The value of an element of an array: NAME[i]=EXPR, with the element's number as i. */
static const char *element_value(Maker *m, const char *path)
{
    const char *expr = m->index ? given(m, path, "[i]") : NULL;
    if (!expr)
        return given(m, path, "");
    str_fmt(m->out, "    { long i = %s; (void)i;\n", m->index);
    return expr;
}

static void element_value_end(Maker *m, const char *path)
{
    if (m->index && given(m, path, "[i]"))
        str_put(m->out, "    }\n");
}

static void make_float(Maker *m, const Type *t, const char *lvalue, const char *path)
{
    const char *range = said(m, &m->opt->range, path, ""), *colon = range ? strchr(range, ':') : NULL;
    const char *lo = range ? arena_strndup(m->arena, range, (size_t)(colon - range)) : "0.2";
    const char *hi = range ? colon + 1 : "1.2", *expr = element_value(m, path);
    if (type_is_complex(t)) {
        const char *real = t->kind == TY_CF32 ? "float" : t->kind == TY_CF64 ? "double" : "long double";
        for (int k = 0; k < 2; k++) {
            const char *part = arena_printf(m->arena, "((%s *)&%s)[%d]", real, lvalue, k);
            str_fmt(m->out, "    %s = (%s)ad_ck_between(ad_ck_a, %s, %s, \"%s\");\n", part, real, lo, hi, path);
            register_number(m, part, check_kind_name(t));
        }
    } else {
        if (expr)
            str_fmt(m->out, "    %s = %s;\n", lvalue, expr);
        else
            str_fmt(m->out, "    %s = (%s)ad_ck_between(ad_ck_a, %s, %s, \"%s\");\n", lvalue, type_spelling(t), lo, hi, path);
        register_number(m, lvalue, check_kind_name(t));
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
        register_number(m, lvalue, "AD_CK_OTHER");
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
    const char *outer = m->index, *shown = m->shown;
    m->shown = arena_printf(m->arena, m->single ? "%s->%s" : "%s.%s", shown, f->name);
    bool single = m->single;
    m->single = false;
    if (f->bit_width)
        make_int(m, f->type, inner, inner_path, true);
    else
        make_value(m, f->type, inner, inner_path, NULL);
    m->index = outer;
    m->shown = shown;
    m->single = single;
}

static void make_record(Maker *m, const Type *t, const char *lvalue, const char *path)
{
    if (t->is_union && type_has_float(t)) {
        int view = union_is_one_view(t) ? union_view(t) : -1;
        if (view < 0)
            cannot_make(m, path, "it is a union", "check it from a program of your own");
        else
            make_field(m, &t->fields[view], lvalue, path);
        return;
    }
    for (int pointers = 0; pointers < 2; pointers++) /* lengths before what they measure */
        for (int i = 0; i < t->nfields && !t->is_union; i++)
            if ((t->fields[i].type->kind == TY_PTR) == pointers)
                make_field(m, &t->fields[i], lvalue, path);
}

/* Element k of what is shown; of `double a[n][m]` with run-time dimensions, a row and a column. */
static void show_element(Maker *m, const char *k, const Var *rows)
{
    bool two = rows && rows->ndims == 2 && rows->dims_runtime;
    m->shown = arena_printf(m->arena, two ? "%s[%%ld][%%ld]" : "%s[%%ld]", m->shown);
    m->shown_at = two ? arena_printf(m->arena, "%s, %s / (long)(%s), %s %% (long)(%s)", m->shown_at, k, rows->dims[1], k, rows->dims[1])
                      : arena_printf(m->arena, "%s, %s", m->shown_at, k);
    m->shown_n += two ? 2 : 1;
}

/* for (k = 0; k < count; k++) make base[k]; rows: the variable whose run-time dimensions are flattened here, or NULL */
static void make_elements(Maker *m, const Type *elem, const char *base, const char *count, const char *path, const Var *rows)
{
    int shown_n = m->shown_n;
    const char *k = arena_printf(m->arena, "ad_ck_k%d", m->unique++), *outer = m->index, *shown = m->shown, *shown_at = m->shown_at;
    bool single = m->single;
    if (!single)
        show_element(m, k, rows);
    str_fmt(m->out, "    for (long %s = 0; %s < %s; %s++) {\n", k, k, count, k);
    m->index = outer && elem->kind != TY_RECORD ? arena_printf(m->arena, "(%s * (%s) + %s)", outer, count, k) : k;
    make_value(m, elem, arena_printf(m->arena, "%s[%s]", base, k), path, NULL);
    m->index = outer;
    m->shown = shown;
    m->shown_at = shown_at;
    m->shown_n = shown_n;
    m->single = false;
    str_put(m->out, "    }\n");
}

/* The number of elements (rows, of `double (*)[3]`) behind a pointer, as C text: the user's --len, declared dimensions, AD_LEN; one for
 * a record. */
static const char *element_count(Maker *m, const Type *elem, const char *path, const Var *var)
{
    const char *len = said(m, &m->opt->len, path, "");
    if (!len && var && !var->len && var->ndims > 0 && var->dims[0] && var->dims[0][0]) {
        Str product = {.arena = m->arena};
        int n = var->dims_runtime ? var->ndims : 1;
        for (int i = 0; i < n; i++)
            str_fmt(&product, "%s(%s)", i ? " * " : "", var->dims[i]);
        return product.s;
    }
    if (!len && var)
        len = var->len;
    if (!len)
        len = said(m, &m->opt->input_len, path, "");
    return len ? len : elem->kind == TY_RECORD ? "1" : NULL;
}

/* --set x=2 where x is an array: the value of its elements. */
static bool is_value_of_elements(const char *value, const Type *elem)
{
    char *end;
    double number = strtod(value, &end);
    while (elem->kind == TY_ARRAY)
        elem = elem->elem;
    return !*end && (number < 0 || number > 0) && (type_is_float(elem) || type_is_int(elem));
}

/* A struct that another file defines. */
static bool is_hidden(const Type *t)
{
    return t->kind == TY_OPAQUE || (t->kind == TY_RECORD && t->nfields == 0 && t->size <= 0);
}

/* A static function of the source is another one in the derivative's file, whose table does not have it. */
static bool is_own_of_each(const Maker *m, const char *name)
{
    const Fn *f = program_find_fn(m->fn->program, name);
    return f && f->is_static && !m->opt->whole;
}

static void note_function(Op *op, void *ctx)
{
    const Type *t = op->code == OP_LOAD ? op->results[0]->type : NULL;
    if (op->code == OP_CALLPTR || (t && t->kind == TY_PTR && t->elem->kind == TY_FUNC))
        *(bool *)ctx = true;
}

/* Does the function read no pointer to a function out of memory? Those in records may then be anything. */
static bool calls_none_stored(const Maker *m)
{
    bool reads = false;
    Fn *whole = prepare_primal(m->fn->program, (Fn *)m->fn);
    if (whole)
        walk_ops(whole->body, note_function, &reads);
    return whole && !reads;
}

/* Pointers that a check can leave empty or fill by convention. True when done. */
static bool make_plain_pointer(Maker *m, const Type *t, const char *lvalue, const char *path)
{
    const Type *elem = t->elem;
    const char *value = given(m, path, "");
    if (value && is_value_of_elements(value, elem)) {
        return false;
    } else if (value && elem->kind == TY_FUNC && is_own_of_each(m, value)) {
        cannot_make(m, path, "that function is static, and the derivative's file has a copy of its own",
                    "give it external linkage, or check with --with-primal");
    } else if (value) { /* NULL, another argument, a function's name */
        str_fmt(m->out, "    %s = (void *)(%s);\n    ad_ck_alias(ad_ck_a, (const void *)%s, 0, %d);\n", lvalue, value, lvalue, m->param);
    } else if (elem->kind == TY_FUNC && m->inside.n && calls_none_stored(m)) {
        str_fmt(m->out, "    %s = NULL;\n", lvalue);
    } else if (elem->kind == TY_FUNC) {
        cannot_make(m, path, "it points to a function", arena_printf(m->arena, "name one: --set %s=FUNCTION", path));
    } else if (elem->kind == TY_CHAR && t->elem_const) {
        str_fmt(m->out, "    %s = \"check\";\n", lvalue);
    } else if (elem->kind == TY_OPAQUE && !strcmp(elem->name, "FILE")) {
        str_fmt(m->out, "    %s = stdout;\n", lvalue);
    } else if (elem->kind == TY_VOID || is_hidden(elem) || (elem->kind == TY_RECORD && ptrs_has(&m->inside, elem))) {
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
        str_fmt(m->out, "    %s = ad_ck->%s;\n", m->local, m->local);
}

static void make_pointer(Maker *m, const Type *t, const char *lvalue, const char *path, const Var *var)
{
    if (make_plain_pointer(m, t, lvalue, path))
        return;
    Type *elem = t->elem;
    if (m->index && said(m, &m->opt->input, path, "[i]")) {
        cannot_make(m, path, "a file has one list for the fields of all elements", "give them by --set or check from a program of your own");
        return;
    }
    const char *count = element_count(m, elem, path, var);
    if (!count) {
        cannot_make(m, path, "its length is not known",
                    var ? arena_printf(m->arena, "annotate it with AD_LEN(...) or give --len '%s=...'", path)
                        : arena_printf(m->arena, "give --len '%s=...'", path));
        return;
    }
    char *p = arena_printf(m->arena, "ad_ck_p%d", m->unique), *n = arena_printf(m->arena, "ad_ck_n%d", m->unique);
    m->unique++;
    sync_local(m);
    char *inner = elem->kind == TY_PTR ? arena_printf(m->arena, "%s[]", path) : arena_strdup(m->arena, path);
    bool is_said = said(m, &m->opt->len, path, "") != NULL;
    str_fmt(m->out, is_said ? "    {\n    long %s = ad_ck_length((long)(%s), \"%s\");\n" : "    {\n    long %s = (long)(%s);\n", n, count, path);
    str_fmt(m->out, "    %s = ad_ck_array(ad_ck_a, %s, sizeof *%s);\n", type_declare(m->arena, type_ptr(elem), p), n, p);
    str_fmt(m->out, "    %s = (void *)%s;\n", lvalue, p);
    sync_local(m);
    bool was_by_value = m->by_value;
    const char *outer = m->index;
    m->by_value = false;
    m->index = NULL;
    m->single = elem->kind == TY_RECORD && !strcmp(count, "1");
    make_elements(m, elem, p, n, inner, var);
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
        make_elements(m, t->elem, lvalue, arena_printf(m->arena, "%lld", (long long)t->count), path, NULL);
    } else if (t->kind == TY_PTR) {
        make_pointer(m, t, lvalue, path, var);
    } else {
        cannot_make(m, path, "its type is not known", "check it from a program of your own");
    }
}

/* ---------------------------------------------------------------------- the arguments of one function */

Args check_args_of(Maker *m, const Fn *fn, const Request *rq)
{
    int nglobals = rq ? (int)rq->global_vars.n : 0;
    Args args = {.at = arena_alloc(m->arena, sizeof(Arg) * (size_t)(fn->nparams + nglobals + 1))};
    for (int i = 0; i < fn->nparams; i++) {
        const Var *var = fn->params[i];
        bool record = var->type->kind == TY_RECORD;
        args.at[args.n++] = (Arg){
            .name = var->name && *var->name ? var->name : arena_printf(m->arena, "ad_ck_arg%d", i),
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
        args.at[args.n++] = (Arg){.name = "ad_ck_return", .type = fn->ret, .role = rq && rq->return_is_dep ? ROLE_DEP : ROLE_NONE};
    return args;
}

/* In which round an argument is made: what others are sized by comes first, what the user sets in terms of others last. */
static int making_round(const Maker *m, const Arg *a)
{
    bool is_given = given(m, a->name, "") != NULL;
    if (!a->var)
        return 5;
    if (type_is_scalar(a->type) && a->type->kind != TY_PTR)
        return is_given ? 1 : 0;
    if (is_given)
        return 4;
    return a->type->kind == TY_RECORD || (a->type->kind == TY_PTR && a->type->elem->kind == TY_RECORD) ? 2 : 3;
}

void check_args_struct(Maker *m, const Args *args, int id)
{
    str_fmt(m->out, "\nstruct ad_ck_args%d {\n", id);
    for (int i = 0; i < args->n; i++)
        str_fmt(m->out, "    %s;\n", type_declare(m->arena, args->at[i].type, args->at[i].name));
    str_put(m->out, "    char ad_ck_end;\n};\n\n");
}

/* Would a local of this name hide a type that the function's text needs (`layer *layer`)? */
static bool hides_a_type(const Args *args, const char *name)
{
    for (int i = 0; i < args->n; i++) {
        const Type *t = args->at[i].type;
        while (t->kind == TY_PTR || t->kind == TY_ARRAY)
            t = t->elem;
        if ((t->kind == TY_RECORD || t->kind == TY_OPAQUE) && !strcmp(t->name, name))
            return true;
    }
    return false;
}

static bool has_local(const Args *args, int i)
{
    return args->at[i].var && args->at[i].type->kind != TY_ARRAY && !hides_a_type(args, args->at[i].name);
}

/* Locals with the parameters' names let lengths and values be written in terms of them. */
void check_build_function(Maker *m, const Args *args, int id)
{
    str_fmt(m->out, "static void ad_ck_build%d(ad_ck_args *ad_ck_a)\n{\n    struct ad_ck_args%d *ad_ck = ad_ck_a->ad_ck_made = ad_ck_array(ad_ck_a, 1, sizeof *ad_ck);\n", id, id);
    for (int i = 0; i < args->n; i++)
        if (has_local(args, i))
            str_fmt(m->out, "    %s; (void)%s;\n", type_declare(m->arena, args->at[i].type, args->at[i].name), args->at[i].name);
    for (int round = 0; round <= 5; round++) {
        for (int i = 0; i < args->n; i++) {
            const Arg *a = &args->at[i];
            if (making_round(m, a) != round)
                continue;
            m->param = i;
            m->by_value = a->by_value;
            m->shown = a->name;
            m->shown_at = "";
            m->shown_n = 0;
            m->loc = a->var ? a->var->loc : m->fn->loc;
            char *lvalue = arena_printf(m->arena, "ad_ck->%s", a->name);
            m->local = has_local(args, i) ? a->name : NULL;
            make_value(m, a->type, lvalue, a->name, a->var);
            sync_local(m);
        }
    }
    str_put(m->out, "}\n\n");
}
