/* clang_decl.c: what declarations say: text, annotations, variables and parameters. */
#include "clang_reader.h"

#include <ctype.h>
#include <string.h>

/* ---------------------------------------------------------------------- text and notes */

/* Removes every __attribute__((annotate("adgen:..."))) with the blank beside it. */
static void drop_notes(char *text)
{
    static const char open[] = "__attribute__((annotate(\"adgen:";
    for (char *at; (at = strstr(text, open)) != NULL;) {
        char *end = at + sizeof open - 1;
        while (*end && (*end != '"' || end[-1] == '\\'))
            end++;
        end = strstr(end, ")))");
        if (!end)
            return;
        end += 3;
        if (*end == ' ')
            end++;
        else if (at > text && at[-1] == ' ')
            at--;
        memmove(at, end, strlen(end) + 1);
        text = at;
    }
}

/* Removes the lines `typedef int ad_mark_N;` that AD_CHECKPOINT and AD_INDEPENDENT leave. */
static void drop_marks(char *text)
{
    static const char mark[] = "typedef int ad_mark_";
    for (char *at; (at = strstr(text, mark)) != NULL; text = at) {
        char *end = strchr(at, ';');
        while (at > text && at[-1] == ' ')
            at--;
        if (!end)
            return;
        end += end[1] == '\n' ? 2 : 1;
        memmove(at, end, strlen(end) + 1);
    }
}

/* <stdarg.h>'s macros by their names. */
static void name_va_macros(char *text)
{
    static const char builtin[] = "__builtin_va_";
    for (char *at = text; (at = strstr(at, builtin)) != NULL;)
        memmove(at, at + strlen("__builtin_"), strlen(at + strlen("__builtin_")) + 1);
}

/* The end of the parentheses that begin at `at`. */
static const char *past_parentheses(const char *at)
{
    int depth = 0;
    do {
        depth += (*at == '(') - (*at == ')');
    } while (*at && (at++, depth));
    return at;
}

/* <tgmath.h>'s macros by their names: `__tg_sqrt((typeof (__tg_promote((x))))(x))` is sqrt((x)) again. */
static void name_generic_macros(char *text)
{
    static const char prefix[] = "__tg_", cast[] = "(typeof (";
    char *to = text;
    if (!strstr(text, prefix))
        return;
    for (const char *at = text; *at;) {
        const char *end = !strncmp(at, cast, strlen(cast)) ? past_parentheses(at) : at;
        const char *promoted = strstr(at, "__tg_promote");
        bool identifier = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (promoted && promoted < end)
            at = end;
        else if (!identifier && !strncmp(at, prefix, strlen(prefix)))
            at += strlen(prefix);
        else
            *to++ = *at++;
    }
    *to = '\0';
}

static enum CXChildVisitResult find_variable(CXCursor c, CXCursor parent, CXClientData found)
{
    (void)parent;
    if (clang_getCursorKind(c) == CXCursor_DeclRefExpr && clang_getCursorKind(clang_getCursorReferenced(c)) == CXCursor_VarDecl)
        *(bool *)found = true;
    return CXChildVisit_Recurse;
}

typedef struct {
    Reader *r;
    char *text;
} SizedEnum;

/* enum { N = sizeof table / sizeof table[0] } -> enum { N = 4 }: OUT may not have the table. */
static enum CXChildVisitResult count_sized(CXCursor c, CXCursor parent, CXClientData data)
{
    SizedEnum *e = data;
    bool found = false;
    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_EnumConstantDecl)
        return CXChildVisit_Recurse;
    clang_visitChildren(c, find_variable, &found);
    const char *name = take_string(e->r->arena, clang_getCursorSpelling(c));
    const char *head = found ? arena_printf(e->r->arena, "%s = ", name) : "", *at = found ? e->text : NULL;
    while (at && (at = strstr(at, head)) && at > e->text && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
        at++;
    if (!at)
        return CXChildVisit_Continue;
    const char *end = at += strlen(head);
    for (int depth = 0; *end && *end != '}' && *end != '\n' && (*end != ',' || depth); end++)
        depth += (*end == '(') - (*end == ')');
    e->text = arena_printf(e->r->arena, "%.*s%lld%s", (int)(at - e->text), e->text, clang_getEnumConstantDeclValue(c), end);
    return CXChildVisit_Continue;
}

static char *without_sized_enums(Reader *r, CXCursor c, char *text)
{
    SizedEnum e = {r, text};
    if (strstr(text, "sizeof") && strstr(text, "enum"))
        clang_visitChildren(c, count_sized, &e);
    return e.text;
}

char *decl_source(Reader *r, CXCursor c, CXPrintingPolicy policy)
{
    char *text = take_string(r->arena, clang_getCursorPrettyPrinted(c, policy));
    drop_notes(text);
    drop_marks(text);
    name_va_macros(text);
    name_generic_macros(text);
    for (size_t n = strlen(text); n && (text[n - 1] == '\n' || text[n - 1] == ' '); n--)
        text[n - 1] = '\0';
    return without_sized_enums(r, c, text);
}

typedef struct {
    Reader *r;
    Note *notes;
    int n, cap;
} NoteVisit;

static enum CXChildVisitResult visit_note(CXCursor c, CXCursor parent, CXClientData data)
{
    NoteVisit *v = data;
    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_AnnotateAttr)
        return CXChildVisit_Continue;
    char *text = take_string(v->r->arena, clang_getCursorSpelling(c));
    char *colon = strncmp(text, "adgen:", 6) ? NULL : strchr(text + 6, ':');
    if (!colon)
        return CXChildVisit_Continue;
    *colon = '\0';
    if (v->n == v->cap) {
        v->cap = v->cap ? 2 * v->cap : 4;
        Note *more = arena_alloc(v->r->arena, (size_t)v->cap * sizeof *more);
        if (v->n)
            memcpy(more, v->notes, (size_t)v->n * sizeof *more);
        v->notes = more;
    }
    v->notes[v->n++] = (Note){text + 6, colon + 1, cursor_loc(v->r, c)};
    return CXChildVisit_Continue;
}

int read_notes(Reader *r, CXCursor c, Note **out)
{
    NoteVisit v = {.r = r};
    clang_visitChildren(c, visit_note, &v);
    *out = v.notes;
    return v.n;
}

/* ---------------------------------------------------------------------- variables */

/* The expressions among a declaration's children that are dimensions, innermost first: all but the initialiser. */
static Kids dimensions_of(Reader *r, CXCursor c)
{
    Kids all = cursor_kids(r, c), dims = {.at = all.at};
    CXCursor init = clang_Cursor_getVarDeclInitializer(c);
    for (int i = 0; i < all.n; i++)
        if (clang_isExpression(clang_getCursorKind(all.at[i])) && !clang_equalCursors(all.at[i], init))
            dims.at[dims.n++] = all.at[i];
    return dims;
}

static bool runtime_dim(const Type *t)
{
    return t->kind == TY_ARRAY && t->count < 0;
}

static bool points_to_vla(const Type *t)
{
    for (bool outer = true; t->kind == TY_ARRAY || t->kind == TY_PTR; t = t->elem, outer = false)
        if (!outer && runtime_dim(t))
            return true;
    return false;
}

/* The source text of one dimension: an enum constant keeps its name, what macros made is folded. */
static const char *dim_text(Reader *r, const Type *array, const CXCursor *dim)
{
    if (array->vla_dim)
        return expr_text(r->arena, array->vla_dim);
    if (array->count < 0)
        return "";
    if (dim && clang_getCursorKind(*dim) == CXCursor_DeclRefExpr) {
        CXCursor ref = clang_getCursorReferenced(*dim);
        if (clang_getCursorKind(ref) == CXCursor_EnumConstantDecl && clang_getEnumConstantDeclValue(ref) == array->count)
            return take_string(r->arena, clang_getCursorSpelling(*dim));
    }
    return arena_printf(r->arena, "%lld", (long long)array->count);
}

/* Fills dims from the declared array type, outermost first; `dims` are the expressions innermost first. Returns the element type. */
static Type *declared_dims(Reader *r, Var *v, Type *t, const Kids *dims)
{
    int n = 0;
    for (const Type *a = t; a->kind == TY_ARRAY; a = a->elem)
        n++;
    v->dims = arena_alloc(r->arena, (size_t)n * sizeof *v->dims);
    v->dim_counts = arena_alloc(r->arena, (size_t)n * sizeof *v->dim_counts);
    for (; t->kind == TY_ARRAY; t = t->elem) {
        int inner = n - 1 - v->ndims; /* how many arrays are inside this one: its expression's index */
        const CXCursor *dim = inner < dims->n ? &dims->at[inner] : NULL;
        bool first_of_param = v->is_param && v->ndims == 0;
        v->dims_runtime |= !first_of_param && runtime_dim(t);
        v->dim_counts[v->ndims] = t->vla_dim || t->count < 0 ? 0 : t->count;
        v->dims[v->ndims++] = dim_text(r, t, dim);
    }
    return t;
}

/* A pointer with VLAs behind it, as pointer to the innermost element that has a size. */
static Type *flattened(Type *t)
{
    if (t->kind == TY_PTR && points_to_vla(t)) {
        Type *e = t->elem;
        while (e->kind == TY_ARRAY && points_to_vla(type_ptr(e)))
            e = e->elem;
        return type_ptr_q(flattened(e), t->elem_const, t->elem_volatile);
    }
    return t;
}

/* `double (*a)[m]` is `double a[][m]`: C gives both the same type, and the second form has a place for the dimensions. */
static void set_param_type(Reader *r, Decl *d, CXType declared, Type *t, const Kids *dims)
{
    Var *v = d->var;
    v->is_array_param = t->kind == TY_ARRAY;
    bool pointer_to_vla = t->kind == TY_PTR && t->elem->kind == TY_ARRAY && points_to_vla(t);
    if (!v->is_array_param && !pointer_to_vla) {
        d->ctype = v->type = t;
        return;
    }
    if (pointer_to_vla)
        t = type_array(t->elem, -1);
    v->is_array_param = true;
    bool is_const = cx_is_const(declared.kind == CXType_Pointer ? clang_getPointeeType(declared) : declared);
    d->ctype = type_ptr_q(t->elem, is_const, cx_is_volatile(declared));
    declared_dims(r, v, t, dims);
    v->type = v->dims_runtime ? flattened(d->ctype) : d->ctype;
    char *spelling = take_string(r->scratch, clang_getTypeSpelling(declared));
    v->is_restrict |= strstr(spelling, "restrict ") || strstr(spelling, "restrict]"); /* a[restrict n] */
}

static void set_local_type(Reader *r, Decl *d, Type *t, const Kids *dims)
{
    Var *v = d->var;
    d->ctype = v->type = t;
    bool vla = false;
    for (const Type *a = t; a->kind == TY_ARRAY; a = a->elem)
        vla |= runtime_dim(a);
    if (vla && !v->is_global)
        v->type = declared_dims(r, v, t, dims);
    else
        v->type = flattened(t);
}

Decl *decl_new(Reader *r, CXCursor c)
{
    Decl *d = arena_alloc(r->arena, sizeof *d);
    d->loc = cursor_loc(r, c);
    ptrmap_put(&r->decls, c.data[0], d);
    return d;
}

static void var_notes(Reader *r, CXCursor c, Var *v)
{
    Note *notes;
    int n = read_notes(r, c, &notes);
    for (int i = 0; i < n; i++) {
        if (!strcmp(notes[i].kind, "inactive"))
            v->is_inactive = true;
        else if (!strcmp(notes[i].kind, "len") && v->is_param)
            v->len = notes[i].text;
        else
            diag_error(notes[i].loc, "this annotation does not belong on %s '%s'", v->is_param ? "parameter" : "variable", v->name);
    }
}

/* AD_LEN counts rows where the declaration has some, as C counts elements; declared dimensions that are all there say more. With run-time
 * dimensions the array is flat: numbers are counted. */
static void length_in_elements(Reader *r, Var *v)
{
    if (!v->len || v->ndims < 2)
        return;
    if (v->dims[0] && v->dims[0][0]) {
        v->len = NULL;
        return;
    }
    for (int i = 1; v->dims_runtime && i < v->ndims; i++)
        v->len = v->dim_counts[i] ? arena_printf(r->arena, "(%s) * %lld", v->len, (long long)v->dim_counts[i])
                                  : arena_printf(r->arena, "(%s) * (%s)", v->len, v->dims[i]);
}

static Var *var_new(Reader *r, CXCursor c, Decl *d)
{
    Var *v = d->var = arena_alloc(r->arena, sizeof *v);
    CXType t = clang_getCursorType(c);
    v->name = take_string(r->arena, clang_getCursorSpelling(c));
    v->loc = d->loc;
    v->is_param = clang_getCursorKind(c) == CXCursor_ParmDecl;
    v->owner = r->fn ? r->fn->decl->fn : NULL;
    v->is_static = clang_Cursor_getStorageClass(c) == CX_SC_Static;
    v->is_extern = clang_Cursor_getStorageClass(c) == CX_SC_Extern;
    bool adjusted =
        v->is_param && clang_getArrayElementType(t).kind != CXType_Invalid; /* `const double x[]`: x itself is not const */
    v->is_const = !adjusted && cx_is_const(t);
    v->is_volatile = !adjusted && cx_is_volatile(t);
    v->is_restrict = clang_isRestrictQualifiedType(clang_getCanonicalType(t));
    v->is_atomic = clang_getCanonicalType(t).kind == CXType_Atomic;
    v->is_thread = clang_getCursorTLSKind(c) != CXTLS_None;
    v->spelled = spelled_base(r, t);
    return v;
}

Decl *read_param(Reader *r, Fn *owner, CXCursor c, int number, bool defined)
{
    Decl *p = decl_new(r, c);
    Var *v = var_new(r, c, p);
    v->owner = owner;
    Kids dims = {0};
    if (defined)
        dims = dimensions_of(r, c);
    set_param_type(r, p, clang_getCursorType(c), read_written_type(r, clang_getCursorType(c), &dims), &dims);
    if (!v->name[0] && defined)
        v->name = arena_printf(r->arena, "unused%d", number);
    var_notes(r, c, v);
    length_in_elements(r, v);
    return p;
}

/* Initialiser of a variable; a VLA pointer takes the variable's own type, whose dimensions are known. */
static Expr *read_var_init(Reader *r, CXCursor c, Decl *d)
{
    CXCursor init = clang_Cursor_getVarDeclInitializer(c);
    if (clang_Cursor_isNull(init))
        return NULL;
    Expr *e = read_init(r, init, d->ctype);
    if (e->kind == EX_CAST && same_shape(e->type, d->ctype))
        e->type = d->ctype;
    return e;
}

/* With the members of a struct that has no name. */
static const char *static_source(Reader *r, CXCursor c)
{
    const char *text = decl_source(r, c, r->policy);
    return strstr(text, "(unnamed ") ? decl_source(r, c, r->with_tags) : text;
}

static bool is_plain(const Expr *e)
{
    if (!e || e->kind != EX_INIT)
        return !e || e->kind != EX_UNSUPPORTED;
    bool plain = e->type->kind == TY_ARRAY || (e->type->kind == TY_RECORD && !e->type->is_union);
    for (int i = 0; i < e->nargs && plain; i++)
        plain = is_plain(e->args[i]);
    return plain;
}

/* double a[2][2] = {1, 2, 3, 4}: with the braces that compilers miss. */
static const char *with_braces(Reader *r, const char *text, const Expr *init)
{
    const char *equals = r->braces_missing && init && is_plain(init) ? strstr(text, " = {") : NULL;
    return equals ? arena_printf(r->arena, "%.*s = %s", (int)(equals - text), text, expr_text(r->arena, init)) : text;
}

Decl *read_local(Reader *r, CXCursor c)
{
    if (clang_getCursorLinkage(c) != CXLinkage_NoLinkage) { /* also `extern` of what is static at file scope */
        decl_of_var(r, c);
        return NULL;
    }
    Decl *d = decl_new(r, c);
    Var *v = var_new(r, c, d);
    Kids dims = dimensions_of(r, c);
    set_local_type(r, d, read_written_type(r, clang_getCursorType(c), &dims), &dims);
    var_notes(r, c, v);
    d->is_static_local = v->is_static;
    if (v->is_static) {
        v->is_global = true; /* one object, named by GLOBAL */
        v->decl_text = static_source(r, c);
        ptrs_push(&v->owner->statics, v);
    } else {
        ptrs_push(&v->owner->locals, v);
    }
    r->braces_missing = false;
    d->init = read_var_init(r, c, d);
    if (v->is_static)
        v->decl_text = with_braces(r, v->decl_text, d->init);
    return d;
}

/* The variable of an earlier file that this external one is. */
static Var *earlier_global(Reader *r, const char *name)
{
    for (size_t i = 0; i < r->program->globals.n; i++) {
        Var *v = r->program->globals.at[i];
        if (!v->is_static && !strcmp(v->name, name))
            return v;
    }
    return NULL;
}

static void read_global(Reader *r, Decl *d, CXCursor c, bool defined)
{
    Var *v = var_new(r, c, d);
    v->is_global = true;
    v->owner = NULL;
    v->is_extern = !defined && v->is_extern;
    Kids dims = dimensions_of(r, c);
    set_local_type(r, d, read_type(r, clang_getCursorType(c)), &dims);
    var_notes(r, c, v);
    if (cursor_in_system(c))
        return;
    Var *earlier = v->is_static ? NULL : earlier_global(r, v->name);
    v->decl_text = static_source(r, c);
    if (!earlier)
        ptrs_push(&r->program->globals, v);
    else if (earlier->is_extern && !v->is_extern)
        *earlier = *v;
    if (earlier)
        d->var = earlier;
    ptrs_push(&r->unit->globals, d);
    r->braces_missing = false;
    d->init = read_var_init(r, c, d);
    d->var->decl_text = with_braces(r, d->var->decl_text, d->init);
}

Decl *decl_of_var(Reader *r, CXCursor c)
{
    Decl *d = ptrmap_get(&r->decls, c.data[0]);
    if (d)
        return d;
    CXCursor first = clang_getCanonicalCursor(c);
    d = ptrmap_get(&r->decls, first.data[0]);
    if (!d) {
        CXCursor def = clang_getCursorDefinition(c);
        bool defined = !clang_Cursor_isNull(def);
        d = decl_new(r, first);
        FnScope *scope = r->fn;
        r->fn = NULL;
        read_global(r, d, defined ? def : c, defined);
        r->fn = scope;
    }
    ptrmap_put(&r->decls, c.data[0], d);
    return d;
}
