/* jacobian_numbers.c: the numbers of structs and complex numbers as rows and columns of a matrix: those of a struct in the order of its
 * fields, of a complex number its real and its imaginary part. A function of OUT finds number i of an array of structs:
 *
 *   static double *f_jac_number_of_camera(struct camera *s, size_t i)
 *   {
 *       s += i / 4;
 *       i %= 4;
 *       if (i < 3)
 *           return &s->position[i];
 *       return &s->focal;
 *   }
 */
#include "emit.h"
#include "jacobian.h"

#include <string.h>

static Type *innermost(Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t;
}

Type *matrix_numbers(Type *t, long *n)
{
    Type *leaf = NULL;
    long part;
    *n = type_is_complex(t) ? 2 : 1;
    if (type_is_float(t) || type_is_complex(t))
        return type_real_of(t);
    if (t->kind == TY_ARRAY) {
        leaf = t->count > 0 ? matrix_numbers(t->elem, &part) : NULL;
        *n = leaf ? part * (long)t->count : 0;
        return leaf;
    }
    *n = 0;
    for (int i = 0; t->kind == TY_RECORD && !t->is_union && i < t->nfields; i++) {
        const Field *f = &t->fields[i];
        if (!type_reaches_float(f->type))
            continue;
        Type *other = type_has_float(f->type) ? matrix_numbers(f->type, &part) : NULL;
        if (!other || (leaf && other != leaf))
            return NULL;
        leaf = other;
        *n += part;
    }
    return leaf;
}

/* i, or how far i is behind the numbers of earlier fields. */
static const char *index_in_field(const Dense *d, long before)
{
    return before ? arena_printf(d->arena, "i - %ld", before) : "i";
}

/* "[(i - 3) / 3][(i - 3) % 3]": number `at` of an array, of elements of `size` numbers. */
static const char *subscripts(const Dense *d, const Type *t, const char *at, long size)
{
    Str s = {.arena = d->arena};
    str_put(&s, "");
    bool first = true, plain = t->kind == TY_ARRAY && t->elem->kind != TY_ARRAY && size == 1;
    if (strchr(at, ' ') && !plain)
        at = arena_printf(d->arena, "(%s)", at);
    for (; t->kind == TY_ARRAY; t = t->elem, first = false) {
        long inside = size;
        for (const Type *in = t->elem; in->kind == TY_ARRAY; in = in->elem)
            inside *= (long)in->count;
        str_fmt(&s, inside > 1 ? "[%s / %ld" : "[%s", at, inside);
        str_fmt(&s, first ? "]" : " %% %ld]", (long)t->count);
    }
    return s.s;
}

/* The address of number `at` of a field, `name`, an array or not. */
static const char *field_number(Dense *d, const char *function, Type *t, const char *name, const char *at)
{
    Type *in = innermost(t);
    if (type_is_float(in))
        return arena_printf(d->arena, "&%s%s", name, subscripts(d, t, at, 1));
    const char *first = t->kind == TY_ARRAY ? name : arena_printf(d->arena, "&%s", name);
    for (; t->kind == TY_ARRAY && t->elem->kind == TY_ARRAY; t = t->elem)
        first = arena_printf(d->arena, "*%s", first);
    if (type_is_complex(in))
        return arena_printf(d->arena, "(%s *)%s + (%s)", type_spelling(type_real_of(in)), first, at);
    return arena_printf(d->arena, "%s(%s, %s)", matrix_number_function(d, function, in), first, at);
}

/* Structs without a name have no function of their own. */
static bool is_nameless(const Type *t)
{
    return t->kind == TY_RECORD && strchr(t->name, '{') != NULL;
}

typedef struct {
    Dense *d;
    const char *function;
    Str *out;
    int depth;
} Walk;

static void put_fields(Walk *w, const Type *record, const char *prefix);

/* i becomes the number's within one of these structs, which are an array or not. */
static void put_nameless(Walk *w, Type *t, const char *name, const char *at)
{
    const Type *in = innermost(t);
    int indent = 4 * w->depth;
    long size;
    matrix_numbers((Type *)(uintptr_t)in, &size);
    if (t->kind == TY_ARRAY) {
        const char *element = arena_printf(w->d->arena, "k%d", w->depth);
        str_fmt(w->out, "%*sconst size_t %s = %s;\n", indent, "", element, at);
        name = arena_printf(w->d->arena, "%s%s", name, subscripts(w->d, t, element, size));
        str_fmt(w->out, strchr(at, ' ') ? "%*si = (%s) %% %ld;\n" : "%*si = %s %% %ld;\n", indent, "", at, size);
    } else if (strcmp(at, "i")) {
        str_fmt(w->out, "%*si = %s;\n", indent, "", at);
    }
    put_fields(w, in, *name ? arena_printf(w->d->arena, "%s.", name) : name);
}

static void put_fields(Walk *w, const Type *record, const char *prefix)
{
    long before = 0, all = 0, part;
    matrix_numbers((Type *)(uintptr_t)record, &all);
    for (int i = 0; i < record->nfields; i++) {
        const Field *f = &record->fields[i];
        if (!type_has_float(f->type))
            continue;
        matrix_numbers(f->type, &part);
        const char *at = index_in_field(w->d, before),
                   *name = f->name ? arena_printf(w->d->arena, "%s%s", prefix, f->name) : prefix;
        bool nameless = is_nameless(innermost(f->type)), last = (before += part) == all;
        if (!last)
            str_fmt(w->out, "%*sif (i < %ld)%s\n", 4 * w->depth, "", before, nameless ? " {" : "");
        w->depth += !last;
        if (!nameless)
            str_fmt(w->out, "%*sreturn %s;\n", 4 * w->depth, "", field_number(w->d, w->function, f->type, name, at));
        else if (f->name)
            put_nameless(w, f->type, name, at);
        else if (strcmp(at, "i"))
            str_fmt(w->out, "%*si = %s;\n", 4 * w->depth, "", at);
        if (nameless && !f->name)
            put_fields(w, f->type, prefix);
        w->depth -= !last;
        if (!last && nameless)
            str_fmt(w->out, "%*s}\n", 4 * w->depth, "");
    }
}

static const char *function_text(Dense *d, const char *function, const Type *record, long all)
{
    Str s = {.arena = d->arena};
    if (all > 1)
        str_fmt(&s, "    s += i / %ld;\n    i %%= %ld;\n", all, all);
    else
        str_put(&s, "    s += i;\n    i = 0;\n");
    put_fields(&(Walk){d, function, &s, 1}, record, "s->");
    return s.s;
}

const char *matrix_number_function(Dense *d, const char *function, Type *record)
{
    Fn *fn = ptrmap_get(&d->number_of, record);
    if (fn)
        return fn->name;
    const char *space = strrchr(record->name, ' '), *tag = is_nameless(record) ? "struct" : space ? space + 1 : record->name;
    const char *name = arena_printf(d->arena, "%s_number_of_%s", function, tag);
    while (program_find_fn(d->program, name) || strmap_get(&d->taken, name))
        name = arena_printf(d->arena, "%s_", name);
    strmap_put(&d->taken, name, d);
    long all;
    Type *leaf = matrix_numbers(record, &all);
    fn = clone_fn(d->rq->fn, name);
    fn->body = region_new(fn, NULL);
    fn->nparams = 0;
    fn->sret = fn->is_inline = fn->is_variadic = false;
    matrix_parameter(fn, "s", type_ptr(record));
    matrix_parameter(fn, "i", type_opaque("size_t"));
    Builder b = at_end(fn->body);
    build_yield(&b, NULL, 0);
    fn->ret = type_ptr(leaf);
    fn->ret_spelled = NULL;
    fn->is_static = true;
    fn->comment = NULL;
    fn->text_body = function_text(d, function, record, all);
    fn->helpers = (Ptrs){.arena = fn->arena};
    ptrmap_put(&d->number_of, record, fn);
    ptrs_push(&d->number_functions, fn);
    return name;
}
