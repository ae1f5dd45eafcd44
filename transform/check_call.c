/* check_call.c: how the program of --check calls derivatives: prototypes, sets of arguments, matrices, halves, several directions. */
#include "check.h"

#include <string.h>

static Type *without_const(Type *t)
{
    if (t->kind == TY_PTR)
        return type_ptr(without_const(t->elem));
    return t->kind == TY_ARRAY ? type_array(without_const(t->elem), t->count) : t;
}

/* The type of an argument's d_ (INTERFACE.md section 3). */
static Type *shadow_type(const Arg *a, Mode mode)
{
    if (a->is_global)
        return type_ptr(without_const(a->type->kind == TY_ARRAY ? a->type->elem : a->type));
    bool tangent = mode == MODE_JVP || mode == MODE_HVP;
    if (a->by_value)
        return tangent ? a->type : type_ptr(a->type);
    Type *t = without_const(a->type);
    return tangent && a->type->elem_const ? type_ptr_q(t->elem, true, false) : t;
}

static bool has_shadow(const Arg *a, Mode mode)
{
    return mode == MODE_GRAD || mode == MODE_HVP ? (a->role & (ROLE_INDEP | ROLE_SCRATCH)) != 0 : a->role != ROLE_NONE;
}

/* A set of derivative parameters: those that a function made in this mode has, and the set of arguments that the check passes. */
typedef struct {
    Mode mode;
    const char *args;
} Set;

/* The sets of a function made in this mode, ended by NULL. A matrix is passed by itself. */
static const Set *sets_of(Mode mode)
{
    static const Set second[] = {{MODE_HVP, "ad_ck_v"}, {MODE_GRAD, "ad_ck_d"}, {MODE_GRAD, "ad_ck_h"}, {MODE_GRAD, NULL}};
    static const Set first[][2] = {
        [MODE_GRAD] = {{MODE_GRAD, "ad_ck_d"}}, [MODE_VJP] = {{MODE_VJP, "ad_ck_d"}}, [MODE_JVP] = {{MODE_JVP, "ad_ck_d"}},
        [MODE_HVP] = {{MODE_HVP, NULL}}, [MODE_JACOBIAN] = {{MODE_GRAD, NULL}}, [MODE_HESSIAN] = {{MODE_GRAD, NULL}},
    };
    return mode == MODE_HVP ? second : first[mode];
}

bool check_is_matrix(Mode mode)
{
    return mode == MODE_JACOBIAN || mode == MODE_HESSIAN;
}

/* The arguments of one set in their order: parameters, return, globals. */
static Ptrs arguments_of_set(Maker *m, const Args *args, Mode mode)
{
    Ptrs all = {.arena = m->arena};
    for (int part = 0; part < 3; part++)
        for (int i = 0; i < args->n; i++) {
            const Arg *a = &args->at[i];
            int which = !a->var ? 1 : a->is_global ? 2 : 0;
            if (which == part && has_shadow(a, mode) && (part != 1 || mode == MODE_VJP || mode == MODE_JVP))
                ptrs_push(&all, &args->at[i]);
        }
    return all;
}

bool check_is_split(const Request *rq, Mode mode)
{
    return rq && rq->split && mode == MODE_VJP;
}

/* --primal-done: the primal runs before it, and gives the result. */
static bool after_primal(const Request *rq, Mode mode)
{
    return rq && rq->primal_done && mode == MODE_VJP;
}

/* `ad_tape *name_fwd(primal..., R *result);` */
void check_forward_prototype(Maker *m, const Args *args, const Request *rq)
{
    const char *sep = "";
    str_fmt(m->out, "ad_tape *%s(", request_forward_name(rq, m->arena));
    for (int i = 0; i < args->n; i++) {
        const Arg *a = &args->at[i];
        if (a->is_global)
            continue;
        str_fmt(m->out, "%s%s", sep, type_declare(m->arena, a->var ? a->type : type_ptr(a->type), ""));
        sep = ", ";
    }
    str_put(m->out, *sep ? ");\n" : "void);\n");
}

/* Under --tape-storage=arg; what it is held against is made without. */
static bool takes_workspace(const Maker *m, const char *name, Mode mode)
{
    if (program_find_fn(m->fn->program, name)) /* a derivative of the user's */
        return false;
    return pass_options.tape == TAPE_ARG && mode != MODE_JVP && strncmp(name, "ad_ck_", 6) != 0;
}

/* What NAME_workspace is given: the integer parameters, or their types. */
static void integer_arguments(Maker *m, const Args *args, Str *out, bool types)
{
    str_put(out, "");
    for (int i = 0; i < args->n; i++) {
        const Arg *a = &args->at[i];
        if (a->var && !a->is_global && type_is_int(a->type))
            str_fmt(out, types ? "%s%s" : "%sad_ck->%s", out->n ? ", " : "", types ? type_declare(m->arena, a->type, "") : a->name);
    }
    if (types && !out->n)
        str_put(out, "void");
}

/* Its parameter, and the function that says how large it has to be. */
static bool declare_workspace(Maker *m, const Args *args, const char *name, Mode mode, Str *params, const char *sep)
{
    Str sizes = {.arena = m->arena};
    if (!takes_workspace(m, name, mode))
        return false;
    str_fmt(params, "%svoid *", sep);
    integer_arguments(m, args, &sizes, true);
    str_fmt(m->out, "size_t %s_workspace(%s);\n", name, sizes.s);
    return true;
}

/* Exactly so much of it, so that the sanitizers see what is too little. */
static bool make_workspace(Maker *m, const Args *args, const char *name, Mode mode)
{
    Str sizes = {.arena = m->arena};
    if (!takes_workspace(m, name, mode))
        return false;
    integer_arguments(m, args, &sizes, false);
    str_fmt(m->out, "    void *ad_ck_space = ad_ck_malloc(%s_workspace(%s));\n", name, sizes.s);
    return true;
}

/* `R name(primal..., d_..., d_return, d_globals...);` */
void check_prototype(Maker *m, const Args *args, const char *name, const Request *rq, Mode mode)
{
    Str params = {.arena = m->arena};
    bool split = check_is_split(rq, mode);
    const char *sep = split ? ", " : "";
    str_put(&params, split ? "(ad_tape *" : "(");
    for (int i = 0; i < args->n; i++)
        if (args->at[i].var && !args->at[i].is_global) {
            str_fmt(&params, "%s%s", sep, type_declare(m->arena, args->at[i].type, ""));
            sep = ", ";
        }
    for (const Set *set = sets_of(mode); set->args; set++) {
        Ptrs all = arguments_of_set(m, args, set->mode);
        for (size_t i = 0; i < all.n; i++) {
            const Arg *a = all.at[i];
            Type *t = a->var ? shadow_type(a, set->mode) : set->mode == MODE_JVP ? type_ptr(a->type) : a->type;
            str_fmt(&params, "%s%s", sep, type_declare(m->arena, t, ""));
            sep = ", ";
        }
    }
    if (check_is_matrix(mode)) {
        str_fmt(&params, "%s%s%s%s", sep, rq->sparse ? "ad_csr *, " : "", type_spelling(request_matrix_type(rq)), rq->sparse ? " **" : " *");
        sep = ", ";
    }
    if (declare_workspace(m, args, name, mode, &params, sep))
        sep = ", ";
    str_put(&params, *sep ? ")" : "void)");
    Type *ret = check_is_matrix(mode) || split || after_primal(rq, mode) ? type_void() : m->fn->ret;
    str_fmt(m->out, "%s;\n", type_declare(m->arena, ret, arena_printf(m->arena, "%s%s", name, params.s)));
}

/* Globals are copied in before a call and out after it. */
static void copy_globals(Maker *m, const Args *args, bool in)
{
    for (int i = 0; i < args->n; i++) {
        const char *g = args->at[i].name;
        if (!args->at[i].is_global)
            continue;
        if (in)
            str_fmt(m->out, "    memcpy((void *)&%s, &ad_ck->%s, sizeof ad_ck->%s);\n", g, g, g);
        else
            str_fmt(m->out, "    memcpy(&ad_ck->%s, (const void *)&%s, sizeof ad_ck->%s);\n", g, g, g);
    }
}

static void pass_primal(Maker *m, const Args *args, const char *sep)
{
    for (int i = 0; i < args->n; i++)
        if (args->at[i].var && !args->at[i].is_global) {
            str_fmt(m->out, "%sad_ck->%s", sep, args->at[i].name);
            sep = ", ";
        }
}

/* `ad_ck->ad_ck_return = f(` and what f is given. */
static void begin_call(Maker *m, const Args *args, const char *name, bool returns)
{
    str_fmt(m->out, "    %s%s(", returns ? "ad_ck->ad_ck_return = " : "", name);
    pass_primal(m, args, "");
}

static bool has_primal_arguments(const Args *args)
{
    for (int i = 0; i < args->n; i++)
        if (args->at[i].var && !args->at[i].is_global)
            return true;
    return false;
}

/* What is passed for one set: by-value tangents as they are, addresses of by-value adjoints. */
static void pass_set(Maker *m, const Args *args, int id, const Set *set, const char **sep)
{
    bool tangents = set->mode == MODE_JVP || set->mode == MODE_HVP;
    Ptrs all = arguments_of_set(m, args, set->mode);
    for (size_t i = 0; i < all.n; i++) {
        const Arg *a = all.at[i];
        bool address = !a->var ? tangents : a->is_global ? a->type->kind != TY_ARRAY : a->by_value && !tangents;
        str_fmt(m->out, "%s%s((struct ad_ck_args%d *)%s->ad_ck_made)->%s", *sep, address ? "&" : "", id, set->args, a->name);
        *sep = ", ";
    }
}

/* What comes after `ad_ck_tape = f_fwd(primal...`. */
static void begin_reverse(Maker *m, const Args *args, const Request *rq)
{
    const char *result = !args->n || args->at[args->n - 1].var ? "" : has_primal_arguments(args) ? ", &ad_ck->ad_ck_return" : "&ad_ck->ad_ck_return";
    str_fmt(m->out, "%s);\n    %s(ad_ck_tape", result, request_result_name(rq, m->arena));
    pass_primal(m, args, ", ");
}

/* The forward and the reverse function, one after the other. */
void check_call_halves(Maker *m, const Args *args, int id, const Request *rq)
{
    str_fmt(m->out, "static void ad_ck_asked%d(ad_ck_args *ad_ck_a, ad_ck_args *ad_ck_d)\n{\n    struct ad_ck_args%d *ad_ck = ad_ck_a->ad_ck_made;\n", id, id);
    copy_globals(m, args, true);
    str_fmt(m->out, "    ad_tape *ad_ck_tape = %s(", request_forward_name(rq, m->arena));
    pass_primal(m, args, "");
    begin_reverse(m, args, rq);
    const char *sep = ", ";
    for (const Set *set = sets_of(MODE_VJP); set->args; set++)
        pass_set(m, args, id, set, &sep);
    str_put(m->out, ");\n");
    copy_globals(m, args, false);
    str_put(m->out, "}\n\n");
}

/* A sparse matrix is made dense: value by value, 0 elsewhere. */
static void spread_matrix(Maker *m, const char *type)
{
    check_macros_aside(m->out, &m->macros);
    str_fmt(m->out, "    for (size_t i = 0; i < ad_ck_s.rows * ad_ck_s.columns; i++)\n        ((%s *)ad_ck_m)[i] = 0;\n", type);
    str_fmt(m->out, "    for (size_t i = 0; i < ad_ck_s.rows; i++)\n"
                    "        for (size_t k = ad_ck_s.row_start[i]; k < ad_ck_s.row_start[i + 1]; k++)\n"
                    "            ((%s *)ad_ck_m)[i * ad_ck_s.columns + ad_ck_s.column[k]] = ad_ck_values[k];\n", type);
    str_put(m->out, "    ad_ck_free(ad_ck_values);\n    ad_csr_free(&ad_ck_s);\n");
    check_macros_back(m->out, &m->macros);
}

/* One call: of the primal (or its like), or a derivative. */
void check_call(Maker *m, const Args *args, int id, const char *role, const char *name, Mode mode, bool derivative, const Request *rq)
{
    str_fmt(m->out, "static void ad_ck_%s%d(ad_ck_args *ad_ck_a", role, id);
    for (const Set *set = sets_of(mode); derivative && set->args; set++)
        str_fmt(m->out, ", ad_ck_args *%s", set->args);
    bool matrix = derivative && check_is_matrix(mode);
    str_fmt(m->out, "%s)\n{\n    struct ad_ck_args%d *ad_ck = ad_ck_a->ad_ck_made;\n", matrix ? ", void *ad_ck_m" : "", id);
    bool sparse = matrix && rq->sparse;
    const char *number = matrix ? type_spelling(request_matrix_type(rq)) : NULL;
    if (sparse)
        str_fmt(m->out, "    ad_csr ad_ck_s = {0};\n    %s *ad_ck_values = NULL;\n", number);
    copy_globals(m, args, true);
    bool workspace = derivative && make_workspace(m, args, name, mode);
    bool returns = args->n && !args->at[args->n - 1].var && !matrix;
    if (derivative && after_primal(rq, mode)) {
        begin_call(m, args, m->fn->name, returns);
        str_put(m->out, ");\n");
        returns = false;
    }
    begin_call(m, args, name, returns);
    const char *sep = has_primal_arguments(args) ? ", " : "";
    for (const Set *set = sets_of(mode); derivative && set->args; set++)
        pass_set(m, args, id, set, &sep);
    str_fmt(m->out, "%s);\n%s", sparse ? ", &ad_ck_s, &ad_ck_values" : matrix ? ", ad_ck_m" : workspace ? ", ad_ck_space" : "",
            workspace ? "    ad_ck_free(ad_ck_space);\n" : "");
    if (sparse)
        spread_matrix(m, number);
    copy_globals(m, args, false);
    str_put(m->out, "}\n\n");
}

/* ---------------------------------------------------------------------- several directions at once */

static const char *const set_names[] = {"ad_ck_v", "ad_ck_d", "ad_ck_h"};

/* `R name(primal..., d_...)`: what holds derivatives is passed as an address. */
void check_lanes_prototype(Maker *m, const Args *args, const Request *rq)
{
    Str params = {.arena = m->arena};
    bool split = check_is_split(rq, rq->mode);
    const char *sep = split ? ", " : "";
    str_put(&params, split ? "(ad_tape *" : "(");
    for (int i = 0; i < args->n; i++)
        if (args->at[i].var && !args->at[i].is_global) {
            str_fmt(&params, "%s%s", sep, type_declare(m->arena, args->at[i].type, ""));
            sep = ", ";
        }
    for (const Set *set = sets_of(rq->mode); set->args; set++)
        for (size_t n = arguments_of_set(m, args, set->mode).n; n > 0; n--) {
            str_fmt(&params, "%svoid *", sep);
            sep = ", ";
        }
    declare_workspace(m, args, request_result_name(rq, m->arena), rq->mode, &params, sep);
    str_put(&params, ")");
    if (split)
        check_forward_prototype(m, args, rq);
    Type *ret = split || after_primal(rq, rq->mode) ? type_void() : m->fn->ret;
    if (!m->fn->program->with_primal) /* else its definition is in front */
        str_fmt(m->out, "%s;\n",
                type_declare(m->arena, ret, arena_printf(m->arena, "%s%s", request_result_name(rq, m->arena), params.s)));
}

static Type *number_of(Type *t)
{
    while (t->kind == TY_PTR || t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

/* What is passed for one set: copies with the directions' numbers beside each other. */
static void pass_lanes(Maker *m, const Args *args, int id, const Set *set, const char **sep)
{
    Ptrs all = arguments_of_set(m, args, set->mode);
    for (size_t i = 0; i < all.n; i++) {
        const Arg *a = all.at[i];
        const char *field = arena_printf(m->arena, "((struct ad_ck_args%d *)%s[0]->ad_ck_made)->%s", id, set->args, a->name);
        bool pointer = a->type->kind == TY_PTR;
        str_fmt(m->out, "%s\n        ad_ck_wide(&ad_ck_w, %s, %s%s, sizeof(%s), %s%s)", *sep, set->args, pointer ? "" : "&", field,
                type_declare(m->arena, number_of(a->type), ""), pointer ? "0" : "sizeof ", pointer ? "" : field);
        *sep = ", ";
    }
}

void check_call_lanes(Maker *m, const Args *args, int id, const Request *rq)
{
    str_fmt(m->out, "static void ad_ck_lanes%d(ad_ck_args *ad_ck_a, ad_ck_args **ad_ck_v, ad_ck_args **ad_ck_d, ad_ck_args **ad_ck_h)\n{\n", id);
    str_fmt(m->out, "    struct ad_ck_args%d *ad_ck = ad_ck_a->ad_ck_made;\n    ad_ck_wides ad_ck_w = {%d, 0, 0};\n", id, rq->directions);
    for (int i = 0; i < 3; i++)
        str_fmt(m->out, "    (void)%s;\n", set_names[i]);
    copy_globals(m, args, true);
    bool workspace = make_workspace(m, args, request_result_name(rq, m->arena), rq->mode);
    bool returns = args->n && !args->at[args->n - 1].var, split = check_is_split(rq, rq->mode);
    if (split) {
        str_fmt(m->out, "    ad_tape *ad_ck_tape = %s(", request_forward_name(rq, m->arena));
        pass_primal(m, args, "");
        begin_reverse(m, args, rq);
    } else {
        if (after_primal(rq, rq->mode)) {
            begin_call(m, args, m->fn->name, returns);
            str_put(m->out, ");\n");
        }
        begin_call(m, args, request_result_name(rq, m->arena), returns && !after_primal(rq, rq->mode));
    }
    const char *sep = split || has_primal_arguments(args) ? ", " : "";
    for (const Set *set = sets_of(rq->mode); set->args; set++)
        pass_lanes(m, args, id, set, &sep);
    str_fmt(m->out, "%s);\n    ad_ck_narrow(&ad_ck_w);\n", workspace ? ", ad_ck_space" : "");
    if (workspace)
        str_put(m->out, "    ad_ck_free(ad_ck_space);\n");
    copy_globals(m, args, false);
    str_put(m->out, "}\n\n");
}
