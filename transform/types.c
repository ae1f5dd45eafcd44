/* types.c: C types, interned: pointer equality is type equality.
 *
 * The types derived from T (pointers to it, arrays of it, functions returning it) hang in a list on T, so interning needs no table.
 * Types live for the whole run. */
#include "transform.h"

#include <string.h>

enum { CLASS_UNSIGNED, CLASS_SIGNED, CLASS_FLOATING, CLASS_COMPLEX };

typedef struct {
    const char *text;
    int64_t bytes;
    int cls;
} ScalarInfo;

static const ScalarInfo scalar_info[] = {
#define TY(code, text, bytes, cls) [TY_##code] = {text, bytes, CLASS_##cls},
    SCALAR_TYPES(TY)
#undef TY
};

/* Per-run state: the scalar types and, through their lists, everything derived from them. */
static struct {
    Arena *arena;
    Type scalars[TY_VOID];
    Type void_type;
    Type *opaques; /* linked by next_derived */
} types;

static Arena *type_arena(void)
{
    if (!types.arena)
        types.arena = arena_new();
    return types.arena;
}

static Type *type_new(TypeKind kind)
{
    Type *t = arena_alloc(type_arena(), sizeof *t);
    t->kind = kind;
    return t;
}

static Type *derive_type(Type *from, TypeKind kind)
{
    Type *t = type_new(kind);
    t->next_derived = from->derived;
    from->derived = t;
    return t;
}

Type *type_scalar(TypeKind k)
{
    if (k >= TY_VOID)
        ICE("type_scalar of kind %d", (int)k);
    Type *t = &types.scalars[k];
    if (!t->size) {
        const ScalarInfo *s = &scalar_info[k];
        t->kind = k;
        t->size = s->bytes;
        t->align = s->cls == CLASS_COMPLEX ? s->bytes / 2 : s->bytes;
        t->name = s->text;
    }
    return t;
}

Type *type_void(void)
{
    types.void_type.kind = TY_VOID;
    types.void_type.name = "void";
    return &types.void_type;
}

Type *type_ptr_q(Type *elem, bool is_const, bool is_volatile)
{
    for (Type *t = elem->derived; t; t = t->next_derived)
        if (t->kind == TY_PTR && t->elem_const == is_const && t->elem_volatile == is_volatile)
            return t;
    Type *t = derive_type(elem, TY_PTR);
    t->elem = elem;
    t->elem_const = is_const;
    t->elem_volatile = is_volatile;
    t->size = t->align = 8;
    return t;
}

Type *type_ptr(Type *elem)
{
    return type_ptr_q(elem, false, false);
}

Type *type_array_q(Type *elem, int64_t count, bool is_const, bool is_volatile)
{
    if (count >= 0) /* an unknown length belongs to one declaration: never shared */
        for (Type *t = elem->derived; t; t = t->next_derived)
            if (t->kind == TY_ARRAY && t->count == count && t->elem_const == is_const && t->elem_volatile == is_volatile)
                return t;
    Type *t = derive_type(elem, TY_ARRAY);
    t->elem = elem;
    t->elem_const = is_const;
    t->elem_volatile = is_volatile;
    t->count = count < 0 ? -1 : count;
    t->size = count < 0 ? 0 : elem->size * count;
    t->align = elem->align;
    return t;
}

Type *type_array(Type *elem, int64_t count)
{
    return type_array_q(elem, count, false, false);
}

void type_set_layout(Type *record, int64_t size, int64_t align)
{
    record->size = size;
    record->align = align;
    for (Type *t = record->derived; t; t = t->next_derived)
        if (t->kind == TY_ARRAY) /* an array is laid out like a record of its elements, for arrays of it */
            type_set_layout(t, t->count < 0 ? 0 : size * t->count, align);
}

Type *type_record(const char *name, bool is_union)
{
    Type *t = type_new(TY_RECORD);
    t->name = arena_strdup(type_arena(), name ? name : "");
    t->is_union = is_union;
    return t;
}

static bool same_params(const Type *t, Type **params, int nparams)
{
    for (int i = 0; i < nparams; i++)
        if (t->params[i] != params[i])
            return false;
    return true;
}

Type *type_func(Type *ret, Type **params, int nparams, bool variadic)
{
    for (Type *t = ret->derived; t; t = t->next_derived)
        if (t->kind == TY_FUNC && t->nparams == nparams && t->variadic == variadic && same_params(t, params, nparams))
            return t;
    Type *t = derive_type(ret, TY_FUNC);
    t->ret = ret;
    t->nparams = nparams;
    t->variadic = variadic;
    t->params = arena_alloc(type_arena(), (size_t)nparams * sizeof *t->params);
    for (int i = 0; i < nparams; i++)
        t->params[i] = params[i];
    t->name = type_declare(type_arena(), t, "");
    return t;
}

Type *type_opaque(const char *name)
{
    for (Type *t = types.opaques; t; t = t->next_derived)
        if (!strcmp(t->name, name))
            return t;
    Type *t = type_new(TY_OPAQUE);
    t->name = arena_strdup(type_arena(), name);
    t->next_derived = types.opaques;
    types.opaques = t;
    return t;
}

/* ---------------------------------------------------------------------- questions */

static bool has_class(const Type *t, int cls)
{
    return t->kind < TY_VOID && scalar_info[t->kind].cls == cls;
}

bool type_is_int(const Type *t)
{
    return has_class(t, CLASS_SIGNED) || has_class(t, CLASS_UNSIGNED);
}

bool type_is_signed(const Type *t)
{
    return has_class(t, CLASS_SIGNED);
}

bool type_is_float(const Type *t)
{
    return has_class(t, CLASS_FLOATING);
}

bool type_is_complex(const Type *t)
{
    return has_class(t, CLASS_COMPLEX);
}

bool type_is_differentiable(const Type *t)
{
    return type_is_float(t) || type_is_complex(t);
}

Type *type_real_of(const Type *t)
{
    return type_is_complex(t) ? type_scalar((TypeKind)(t->kind - TY_CF32 + TY_F32)) : (Type *)(uintptr_t)t;
}

Type *type_complex_of(Type *t)
{
    return type_is_float(t) ? type_scalar((TypeKind)(t->kind - TY_F32 + TY_CF32)) : t;
}

bool type_is_scalar(const Type *t)
{
    return t->kind < TY_VOID || t->kind == TY_PTR;
}

bool type_has_pointers(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return type_has_pointers(t->elem);
    if (t->kind != TY_RECORD)
        return t->kind == TY_PTR;
    for (int i = 0; i < t->nfields; i++)
        if (type_has_pointers(t->fields[i].type))
            return true;
    return false;
}

bool type_leads_to_data(const Type *t)
{
    while (t->kind == TY_ARRAY)
        t = t->elem;
    if (t->kind == TY_PTR)
        return t->elem->kind != TY_FUNC;
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++)
        if (type_leads_to_data(t->fields[i].type))
            return true;
    return false;
}

bool type_has_union(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return type_has_union(t->elem);
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields; i++)
        if (type_has_union(t->fields[i].type))
            return true;
    return t->kind == TY_RECORD && t->is_union;
}

bool type_has_float(const Type *t)
{
    if (t->kind == TY_ARRAY)
        return type_has_float(t->elem);
    if (t->kind == TY_RECORD)
        for (int i = 0; i < t->nfields; i++)
            if (type_has_float(t->fields[i].type))
                return true;
    return type_is_float(t) || type_is_complex(t);
}

/* `seen`: records already looked into, for types that refer to themselves. */
static bool reaches_float(const Type *t, Ptrs *seen)
{
    while (t->kind == TY_PTR || t->kind == TY_ARRAY)
        t = t->elem;
    if (t->kind != TY_RECORD)
        return type_has_float(t);
    if (ptrs_has(seen, t))
        return false;
    ptrs_push(seen, (void *)(uintptr_t)t);
    for (int i = 0; i < t->nfields; i++)
        if (reaches_float(t->fields[i].type, seen))
            return true;
    return false;
}

bool type_reaches_float(const Type *t)
{
    Ptrs seen = {.arena = arena_new()};
    bool result = reaches_float(t, &seen);
    arena_free(seen.arena);
    return result;
}

/* ---------------------------------------------------------------------- spelling */

const char *type_spelling(const Type *t)
{
    if (t->kind == TY_PTR || t->kind == TY_ARRAY || (t->kind == TY_FUNC && !t->name))
        return type_declare(type_arena(), t, "");
    return t->name;
}

static char *declare(Arena *a, const Type *t, const char *inner, bool is_const, bool is_volatile);

/* `inner` as a function's declarator: -> `inner(int, double)`. */
static char *declare_params(Arena *a, const Type *t, const char *inner)
{
    Str s = {.arena = a};
    str_fmt(&s, "%s(", inner);
    for (int i = 0; i < t->nparams; i++)
        str_fmt(&s, "%s%s", i ? ", " : "", declare(a, t->params[i], "", false, false));
    str_put(&s, t->variadic ? (t->nparams ? ", ...)" : "...)") : t->nparams ? ")" : "void)");
    return s.s;
}

/* Declarators are written inside out: `inner` is what has been declared so far, the qualifiers are those of t itself. */
static char *declare(Arena *a, const Type *t, const char *inner, bool is_const, bool is_volatile)
{
    const char *quals = is_const ? (is_volatile ? "const volatile" : "const") : is_volatile ? "volatile" : "";
    switch (t->kind) {
    case TY_PTR: {
        bool paren = t->elem->kind == TY_ARRAY || t->elem->kind == TY_FUNC;
        char *star = arena_printf(a, "%s*%s%s%s%s", paren ? "(" : "", quals, *quals && *inner ? " " : "", inner, paren ? ")" : "");
        return declare(a, t->elem, star, t->elem_const, t->elem_volatile);
    }
    case TY_ARRAY: {
        char *dim = t->count < 0 ? arena_printf(a, "%s[]", inner) : arena_printf(a, "%s[%lld]", inner, (long long)t->count);
        return declare(a, t->elem, dim, is_const || t->elem_const, is_volatile || t->elem_volatile);
    }
    case TY_FUNC:
        return declare(a, t->ret, declare_params(a, t, inner), false, false);
    default:
        return arena_printf(a, "%s%s%s%s%s", quals, *quals ? " " : "", t->name, *inner ? " " : "", inner);
    }
}

char *type_declare(Arena *a, const Type *t, const char *name)
{
    return declare(a, t, name, false, false);
}

int type_open_end(const Type *t)
{
    if (t->kind != TY_RECORD || t->is_union || t->nfields < 2)
        return -1;
    const Type *last = t->fields[t->nfields - 1].type;
    return last->kind == TY_ARRAY && last->count <= 1 && last->elem->size > 0 ? t->nfields - 1 : -1;
}
