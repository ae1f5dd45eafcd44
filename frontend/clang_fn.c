/* clang_fn.c: functions, and what stands at file scope. */
#include "clang_items.h"

#include <string.h>

/* ---------------------------------------------------------------------- functions */

static const struct {
    const char *kind;
    Mode mode;
} request_kinds[] = {{"grad", MODE_GRAD}, {"vjp", MODE_VJP},           {"jvp", MODE_JVP},
                     {"hvp", MODE_HVP},   {"jacobian", MODE_JACOBIAN}, {"hessian", MODE_HESSIAN}};

static bool already_requested(const Program *p, const Request *rq)
{
    for (size_t i = 0; i < p->requests.n; i++) {
        const Request *o = p->requests.at[i];
        if (o->mode == rq->mode && !strcmp(o->fn_name, rq->fn_name) && !strcmp(o->text, rq->text))
            return true;
    }
    return false;
}

static bool request_note(Reader *r, const Note *note, const Fn *fn)
{
    for (size_t i = 0; i < sizeof request_kinds / sizeof *request_kinds; i++) {
        if (strcmp(note->kind, request_kinds[i].kind))
            continue;
        bool bare = note->text[strspn(note->text, " ")] == '\0';
        const char *spec = bare ? fn->name : arena_printf(r->arena, "%s(%s)", fn->name, note->text);
        const char *error = NULL;
        Request *rq = request_parse(r->arena, request_kinds[i].mode, spec, &error);
        if (!rq)
            diag_error(note->loc, "%s", error);
        if (!rq || already_requested(r->program, rq)) /* a redeclaration inherits the annotations of the first */
            return true;
        rq->loc = note->loc;
        ptrs_push(&r->program->requests, rq);
        return true;
    }
    return false;
}

static bool is_before(Loc a, Loc b)
{
    return a.file == b.file && (a.line < b.line || (a.line == b.line && a.col < b.col));
}

/* double f(x, n) AD_LEN(n) double *x; int n; {...}: clang gives the function what stands in front of the first of these declarations. */
static Var *old_style_param(const Fn *fn, Loc note)
{
    Var *next = NULL;
    for (int i = 0; i < fn->nparams && is_before(fn->loc, note); i++)
        if (is_before(note, fn->params[i]->loc) && (!next || is_before(fn->params[i]->loc, next->loc)))
            next = fn->params[i];
    return next;
}

static void fn_notes(Reader *r, CXCursor c, Fn *fn, bool defined_here)
{
    Note *notes;
    int n = read_notes(r, c, &notes);
    for (int i = 0; i < n; i++) {
        Var *param = old_style_param(fn, notes[i].loc);
        if (param && !strcmp(notes[i].kind, "len"))
            param->len = notes[i].text;
        else if (!strcmp(notes[i].kind, "inactive"))
            *(param ? &param->is_inactive : &fn->is_inactive) = true;
        else if (!strcmp(notes[i].kind, "noalias"))
            fn->noalias = true;
        else if (defined_here ? !request_note(r, &notes[i], fn) : !strcmp(notes[i].kind, "len"))
            diag_error(notes[i].loc, "this annotation does not belong on function '%s'", fn->name);
    }
}

/* double f(x, n) double x; int n; {...}  is printed as  double f(x, n), with no types. */
static bool is_old_style(const Fn *fn, const char *text)
{
    Str names = {.arena = fn->arena};
    str_fmt(&names, "%s(", fn->name);
    for (int i = 0; i < fn->nparams; i++)
        str_fmt(&names, "%s%s", i ? ", " : "", fn->params[i]->name);
    str_put(&names, ")");
    return fn->nparams > 0 && text && strstr(text, names.s);
}

/* double f(double, int) */
static const char *prototype_of(Reader *r, CXCursor c, int n)
{
    Arena *a = r->arena;
    Str s = {.arena = a};
    const char *ret = take_string(a, clang_getTypeSpelling(clang_getResultType(clang_getCursorType(c))));
    str_fmt(&s, "%s%s%s(", ret, ret[strlen(ret) - 1] == '*' ? "" : " ", take_string(a, clang_getCursorSpelling(c)));
    for (int i = 0; i < n; i++)
        str_fmt(&s, "%s%s", i ? ", " : "",
                take_string(a, clang_getTypeSpelling(clang_getCursorType(clang_Cursor_getArgument(c, (unsigned)i)))));
    str_put(&s, ")");
    return s.s;
}

/* Fills fn from its definition or a prototype. */
static void fill_fn(Reader *r, Decl *d, CXCursor c, bool defined)
{
    Fn *fn = d->fn;
    CXType t = clang_getCursorType(c);
    int n = clang_Cursor_getNumArguments(c);
    fn->loc = cursor_loc(r, c);
    fn->ret = read_type(r, clang_getResultType(t));
    fn->sret = fn->ret->kind == TY_RECORD;
    fn->ret_spelled = spelled_base(r, clang_getResultType(t));
    fn->is_static = clang_getCursorLinkage(c) == CXLinkage_Internal;
    fn->is_inline = clang_Cursor_isFunctionInlined(c);
    fn->is_variadic = t.kind == CXType_FunctionProto && clang_isFunctionTypeVariadic(t);
    fn->nparams = d->nparams = n > 0 ? n : 0;
    d->params = arena_alloc(r->arena, (size_t)fn->nparams * sizeof *d->params);
    fn->params = arena_alloc(r->arena, (size_t)fn->nparams * sizeof *fn->params);
    for (int i = 0; i < fn->nparams; i++) {
        d->params[i] = read_param(r, fn, clang_Cursor_getArgument(c, (unsigned)i), i + 1, defined);
        fn->params[i] = d->params[i]->var;
    }
    d->ctype = read_type(r, t);
    if (d->in_system)
        return;
    fn->decl_text = decl_source(r, c, r->terse);
    if (is_old_style(fn, fn->decl_text))
        fn->decl_text = prototype_of(r, c, fn->nparams);
    if (defined && (fn->is_static || fn->is_inline))
        fn->def_text = decl_source(r, c, r->policy);
}

static bool same_place(Loc a, Loc b)
{
    return a.line == b.line && a.col == b.col && a.file >= 0 && b.file >= 0 &&
           !strcmp(diag_file_name(a.file), diag_file_name(b.file));
}

/* The function of an earlier file that this one is: external, or static in a header that both include. */
static Fn *earlier_fn(Reader *r, CXCursor c, const char *name, bool internal)
{
    Loc loc = cursor_loc(r, c);
    for (size_t i = 0; i < r->program->fns.n; i++) {
        Fn *fn = r->program->fns.at[i];
        if (!strcmp(fn->name, name) && fn->is_static == internal && (!internal || same_place(fn->loc, loc)))
            return fn;
    }
    return NULL;
}

/* An Fn that only names something outside the program. */
static Fn *outside_fn(Reader *r, const char *name)
{
    Fn *fn = arena_alloc(r->arena, sizeof *fn);
    fn->name = name;
    fn->program = r->program;
    fn->ret = type_void();
    fn->loc.file = -1;
    fn->arena = fn->locals.arena = r->arena;
    return fn;
}

static void check_single_definition(Reader *r, CXCursor def, const Fn *earlier)
{
    if (clang_Cursor_isFunctionInlined(def) || earlier->is_static)
        return;
    diag_error(cursor_loc(r, def), "function '%s' is defined twice", earlier->name);
    diag_note(earlier->loc, "the other definition is here");
}

static void make_fn(Reader *r, Decl *d, CXCursor c, CXCursor def)
{
    bool defined = !clang_Cursor_isNull(def), internal = clang_getCursorLinkage(c) == CXLinkage_Internal;
    CXCursor best = defined ? def : c;
    const char *name = take_string(r->arena, clang_getCursorSpelling(c));
    d->in_system = cursor_in_system(c);
    bool outside = d->in_system && !(defined && (internal || clang_Cursor_isFunctionInlined(def)));
    Fn *earlier = outside ? NULL : earlier_fn(r, best, name, internal);
    if (outside) {
        d->fn = outside_fn(r, name);
        fill_fn(r, d, best, false);
        return;
    }
    d->fn = earlier ? earlier : fn_new(r->program, name);
    if (earlier && earlier->has_body) {
        Decl *other = arena_alloc(r->arena, sizeof *other);
        *other = *d;
        other->fn = outside_fn(r, name); /* filled aside: the earlier definition stays as it is */
        fill_fn(r, other, best, false);
        d->params = other->params;
        d->nparams = other->nparams;
        d->ctype = other->ctype;
        if (defined)
            check_single_definition(r, def, earlier);
        return;
    }
    fill_fn(r, d, best, defined);
    fn_notes(r, best, d->fn, defined);
    if (defined) {
        CXCursor *keep = arena_alloc(r->scratch, sizeof *keep);
        *keep = def;
        ptrmap_put(&r->cursors, d, keep);
    }
}

/* The body is read, later: the function is in the file itself, or reached from there. */
static void want_body(Reader *r, Decl *d)
{
    if (d->fn->has_body || !ptrmap_get(&r->cursors, d))
        return;
    d->fn->has_body = true;
    ptrs_push(&r->bodies, d);
    if (d->in_system)
        ptrs_push(&r->unit->functions, d);
}

Decl *declare_fn(Reader *r, CXCursor c)
{
    CXCursor first = clang_getCanonicalCursor(c);
    Decl *d = ptrmap_get(&r->decls, first.data[0]);
    if (d)
        return d;
    FnScope *scope = r->fn;
    r->fn = NULL;
    d = decl_new(r, first);
    d->is_fn = true;
    make_fn(r, d, c, clang_getCursorDefinition(c));
    r->fn = scope;
    if (!d->in_system)
        ptrs_push(&r->unit->functions, d);
    return d;
}

Decl *decl_of_fn(Reader *r, CXCursor c)
{
    Decl *d = declare_fn(r, c);
    want_body(r, d);
    return d;
}

Decl *builtin_fn(Reader *r, const char *name, Type *ret)
{
    for (size_t i = 0; i < r->builtins.n; i++) {
        Decl *d = r->builtins.at[i];
        if (!strcmp(d->fn->name, name))
            return d;
    }
    Decl *d = arena_alloc(r->arena, sizeof *d);
    d->is_fn = d->in_system = true;
    d->fn = outside_fn(r, arena_strdup(r->arena, name));
    d->fn->ret = ret;
    d->fn->is_variadic = true;
    d->ctype = type_func(ret, NULL, 0, true);
    d->loc.file = -1;
    ptrs_push(&r->builtins, d);
    return d;
}

void read_bodies(Reader *r)
{
    for (size_t i = 0; i < r->bodies.n; i++) {
        Decl *d = r->bodies.at[i];
        FnScope scope = {.decl = d, .cursor = *(CXCursor *)ptrmap_get(&r->cursors, d)};
        r->fn = &scope;
        d->body = read_body(r, scope.cursor);
        r->fn = NULL;
    }
}

/* ---------------------------------------------------------------------- file scope */

static Fn *named_fn(Reader *r, const Note *note, const char *name)
{
    Fn *fn = program_find_fn(r->program, name);
    if (!fn)
        diag_error(note->loc, "no function '%s' is declared here", name);
    return fn;
}

/* AD_CUSTOM_VJP(f, f_vjp) comes as the note "custom_vjp" with text "f, f_vjp". */
static void read_custom_derivative(Reader *r, const Note *note)
{
    char f[256], derivative[256];
    if (sscanf(note->text, " %255[A-Za-z0-9_] , %255[A-Za-z0-9_]", f, derivative) != 2) {
        diag_error(note->loc, "a custom derivative is given as two function names: AD_CUSTOM_VJP(f, f_vjp)");
        return;
    }
    Fn *fn = named_fn(r, note, f), *own = named_fn(r, note, derivative);
    if (!fn || !own || !custom_fits(fn, own, !strcmp(note->kind, "custom_jvp"), note->loc))
        return;
    if (!strcmp(note->kind, "custom_vjp"))
        fn->custom_vjp = own;
    else
        fn->custom_jvp = own;
}

static void read_mark(Reader *r, CXCursor c)
{
    Note *notes;
    int n = read_notes(r, c, &notes);
    for (int i = 0; i < n; i++) {
        if (!strncmp(notes[i].kind, "custom_", 7))
            read_custom_derivative(r, &notes[i]);
        else
            diag_error(notes[i].loc, "this annotation does not belong at file scope");
    }
}

static bool is_asked_for(const Reader *r, const char *name)
{
    const Ptrs *lists[] = {&r->opt->requests, &r->program->requests};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->n; i++)
            if (!strcmp(((const Request *)lists[k]->at[i])->fn_name, name))
                return true;
    return false;
}

void read_top_level(Reader *r)
{
    Kids all = cursor_kids(r, clang_getTranslationUnitCursor(r->tu)), top = {.at = all.at};
    for (int i = 0; i < all.n; i++)
        if (clang_isDeclaration(clang_getCursorKind(all.at[i])) && !cursor_in_system(all.at[i]))
            top.at[top.n++] = all.at[i];
    for (int i = 0; i < top.n; i++) {
        CXCursor c = top.at[i];
        if (clang_getCursorKind(c) == CXCursor_FunctionDecl) {
            Decl *d = declare_fn(r, c);
            if (clang_isCursorDefinition(c) && (cursor_in_main(r, c) || defines_symbol(c) || is_asked_for(r, d->fn->name)))
                want_body(r, d);
        } else if (clang_getCursorKind(c) == CXCursor_VarDecl) {
            decl_of_var(r, c);
        }
    }
    for (int i = 0; i < top.n; i++)
        if (clang_getCursorKind(top.at[i]) == CXCursor_TypedefDecl)
            read_mark(r, top.at[i]);
    read_items(r, &top);
}
