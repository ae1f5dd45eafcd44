/* emit_header.c: for --header: what each derivative parameter holds, as a comment; prototypes that C and C++ take. */
#include "emit.h"

#include <string.h>

/* ---------------------------------------------------------------------- documentation */

static const Request *request_of(Program *p, const Fn *fn, Arena *a)
{
    for (size_t i = 0; i < p->requests.n; i++)
        if (!strcmp(request_result_name(p->requests.at[i], a), fn->name))
            return p->requests.at[i];
    return NULL;
}

/* What the derivative of `primal` is called in fn: a parameter of the primal may have its name. */
static const char *name_in(Arena *a, const Fn *fn, const char *prefix, const Var *primal)
{
    const char *name = arena_printf(a, "%s%s", prefix, primal->name);
    for (int i = 0; i < fn->nparams; i++)
        if (fn->params[i]->is_made && fn->params[i]->name && !strcmp(fn->params[i]->name, name))
            return declared_name(a, fn, i);
    return name;
}

/* "\n  d_w, d_b: what" for the parameters with one of these roles, "rows: y, z" where the prefix is empty. */
static bool put_names(Str *s, const Request *rq, const Fn *fn, bool (*wanted)(int role, int of), int of, const char *prefix, const char *before)
{
    bool any = false;
    for (int i = 0; i < rq->fn->nparams; i++)
        if (rq->roles && wanted((int)rq->roles[i], of)) {
            str_fmt(s, "%s%s", any ? ", " : before, name_in(s->arena, fn, prefix, rq->fn->params[i]));
            any = true;
        }
    for (size_t i = 0; i < rq->global_vars.n; i++)
        if (rq->global_roles && wanted((int)rq->global_roles[i], of)) {
            str_fmt(s, "%s%s", any ? ", " : before, name_in(s->arena, fn, prefix, rq->global_vars.at[i]));
            any = true;
        }
    return any;
}

static bool is_role(int role, int of)
{
    return role == of;
}

static bool has_role(int role, int of)
{
    return (role & of) != 0;
}

static void put_role(Str *s, const Request *rq, const Fn *fn, int role, const char *prefix, const char *what)
{
    if (put_names(s, rq, fn, is_role, role, prefix, "\n  "))
        str_fmt(s, ": %s", what);
}

static void describe_first(Str *s, const Request *rq, const Fn *fn)
{
    bool tangent = rq->mode == MODE_JVP;
    put_role(s, rq, fn, ROLE_INDEP, "d_", tangent ? "direction" : "the derivative is added; zero it first");
    if (rq->mode != MODE_GRAD)
        put_role(s, rq, fn, ROLE_DEP, "d_",
                 tangent ? "tangent of the result" : "seed of the result; on return the derivative by its value on entry");
    put_role(s, rq, fn, ROLE_INDEP | ROLE_DEP, "d_",
             tangent ? "direction; on return the tangent of the result" : "seed of the result; on return the derivative");
    put_role(s, rq, fn, ROLE_SCRATCH, "d_", tangent ? "as the array itself: scratch" : "zero (or a seed of the final value): scratch");
    for (int i = fn->nparams - 1; i >= 0; i--)
        if (fn->params[i]->name && !strcmp(fn->params[i]->name, "d_return")) {
            str_fmt(s, "\n  d_return: %s", tangent ? "tangent of the return value" : "seed of the return value");
            break;
        }
}

static void describe_second(Str *s, const Request *rq, const Fn *fn)
{
    put_role(s, rq, fn, ROLE_INDEP, "v_", "direction");
    put_role(s, rq, fn, ROLE_INDEP, "d_", "the gradient is added; zero it first");
    put_role(s, rq, fn, ROLE_INDEP, "h_", "the Hessian times v is added; zero it first");
    put_role(s, rq, fn, ROLE_SCRATCH, "v_", "as the array itself: scratch");
    put_role(s, rq, fn, ROLE_SCRATCH, "d_", "zero: scratch");
    put_role(s, rq, fn, ROLE_SCRATCH, "h_", "zero: scratch");
}

static void describe_matrix(Str *s, const Request *rq, const Fn *fn)
{
    if (rq->mode == MODE_JACOBIAN) {
        bool any = put_names(s, rq, fn, has_role, ROLE_DEP, "", "\n  rows: ");
        if (rq->return_is_dep)
            str_put(s, any ? ", the return value" : "\n  rows: the return value");
    }
    put_names(s, rq, fn, has_role, ROLE_INDEP, "", rq->mode == MODE_JACOBIAN ? "\n  columns: " : "\n  rows and columns: ");
}

const char *header_comment(Arena *a, Program *p, const Fn *fn)
{
    const Request *rq = request_of(p, fn, a);
    Str s = {.arena = a};
    str_put(&s, fn->comment ? fn->comment : fn->name);
    if (rq && (rq->mode == MODE_GRAD || rq->mode == MODE_VJP || rq->mode == MODE_JVP))
        describe_first(&s, rq, fn);
    else if (rq && rq->mode == MODE_HVP)
        describe_second(&s, rq, fn);
    else if (rq)
        describe_matrix(&s, rq, fn);
    return s.s;
}

/* ---------------------------------------------------------------------- C++ */

static const char *cxx_name(Arena *a, const char *name)
{
    static const char words[] =
        " alignas alignof and and_eq asm bitand bitor bool catch char8_t char16_t char32_t class compl concept consteval "
        "constexpr constinit const_cast co_await co_return co_yield decltype delete dynamic_cast explicit export false "
        "friend mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public "
        "reinterpret_cast requires static_assert static_cast template this thread_local throw true try typeid typename "
        "using virtual wchar_t xor xor_eq ";
    return strstr(words, arena_printf(a, " %s ", name)) ? arena_printf(a, "%s_", name) : name;
}

/* A dimension that C++ takes: a number, or none at first. */
static bool plain_dims(const Var *v)
{
    for (int i = 0; i < v->ndims; i++) {
        size_t digits = strspn(v->dims[i], "0123456789");
        if (v->dims[i][digits] || (digits == 0 && i > 0))
            return false;
    }
    return true;
}

char *cxx_prototype(Arena *a, const Fn *fn)
{
    Fn like = *fn;
    like.params = arena_alloc(a, sizeof *like.params * (size_t)(fn->nparams + 1));
    for (int i = 0; i < fn->nparams; i++) {
        Var *v = arena_alloc(a, sizeof *v);
        *v = *fn->params[i];
        v->name = v->name ? cxx_name(a, v->name) : v->name;
        v->is_restrict = false;
        if (v->is_array_param && !plain_dims(v)) {
            v->is_array_param = false;
            v->ndims = 0;
        }
        like.params[i] = v;
    }
    return replace_word(a, prototype(a, &like, NULL), "_Bool", "bool");
}
