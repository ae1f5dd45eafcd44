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

/* "\n  d_w, d_b: what" for the parameters with this role. */
static void put_role(Str *s, const Request *rq, int role, const char *what)
{
    bool any = false;
    for (int i = 0; i < rq->fn->nparams; i++)
        if (rq->roles && (int)rq->roles[i] == role) {
            str_fmt(s, any ? ", d_%s" : "\n  d_%s", rq->fn->params[i]->name);
            any = true;
        }
    for (size_t i = 0; i < rq->global_vars.n; i++)
        if (rq->global_roles && (int)rq->global_roles[i] == role) {
            str_fmt(s, any ? ", d_%s" : "\n  d_%s", ((const Var *)rq->global_vars.at[i])->name);
            any = true;
        }
    if (any)
        str_fmt(s, ": %s", what);
}

const char *header_comment(Arena *a, Program *p, const Fn *fn)
{
    const Request *rq = request_of(p, fn, a);
    Str s = {.arena = a};
    str_put(&s, fn->comment ? fn->comment : fn->name);
    if (!rq || (rq->mode != MODE_GRAD && rq->mode != MODE_VJP && rq->mode != MODE_JVP))
        return s.s;
    bool tangent = rq->mode == MODE_JVP;
    put_role(&s, rq, ROLE_INDEP, tangent ? "direction" : "the derivative is added; zero it first");
    if (rq->mode != MODE_GRAD)
        put_role(&s, rq, ROLE_DEP,
                 tangent ? "tangent of the result" : "seed of the result; on return the derivative by its value on entry");
    put_role(&s, rq, ROLE_INDEP | ROLE_DEP,
             tangent ? "direction; on return the tangent of the result" : "seed of the result; on return the derivative");
    put_role(&s, rq, ROLE_SCRATCH, tangent ? "as the array itself: scratch" : "zero (or a seed of the final value): scratch");
    for (int i = fn->nparams - 1; i >= 0; i--)
        if (fn->params[i]->name && !strcmp(fn->params[i]->name, "d_return")) {
            str_fmt(&s, "\n  d_return: %s", tangent ? "tangent of the return value" : "seed of the return value");
            break;
        }
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
