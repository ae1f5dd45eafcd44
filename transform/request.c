/* request.c: a SPEC such as `f(w, b -> y; tmp)`, its parts, and which role each parameter and named global has. */
#include "transform.h"

#include <ctype.h>
#include <string.h>

/* ------------------------------------------------------------------ parsing: text -> lists of names */

typedef struct {
    Arena *arena;
    const char *at;
    const char *spec;
    const char **error;
} SpecReader;

static void skip_space(SpecReader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool spec_fails(SpecReader *r, const char *what)
{
    *r->error = arena_printf(r->arena, "malformed SPEC '%s': %s", r->spec, what);
    return false;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (c & 0x80); /* of UTF-8 */
}

static char *read_name(SpecReader *r)
{
    skip_space(r);
    const char *start = r->at;
    if (isdigit((unsigned char)*start))
        return NULL;
    while (is_name_char(*r->at))
        r->at++;
    return r->at == start ? NULL : arena_strndup(r->arena, start, (size_t)(r->at - start));
}

/* NAME, NAME, ... up to `->`, `;` or `)`; at least one name. */
static bool read_names(SpecReader *r, Ptrs *names, const char *where)
{
    for (;;) {
        char *name = read_name(r);
        if (!name)
            return spec_fails(r, arena_printf(r->arena, "a parameter's name is expected %s", where));
        ptrs_push(names, name);
        skip_space(r);
        if (*r->at != ',')
            return true;
        r->at++;
    }
}

static bool read_lists(SpecReader *r, Request *rq)
{
    if (!read_names(r, &rq->indep, "after '('"))
        return false;
    if (r->at[0] == '-' && r->at[1] == '>') {
        r->at += 2;
        rq->has_arrow = true;
        if (!read_names(r, &rq->dep, "after '->'"))
            return false;
    }
    if (*r->at == ';') {
        r->at++;
        if (!read_names(r, &rq->scratch, "after ';'"))
            return false;
    }
    return *r->at == ')' || spec_fails(r, "',', '->', ';' or ')' is expected after a name");
}

static bool read_spec(SpecReader *r, Request *rq)
{
    rq->fn_name = read_name(r);
    if (!rq->fn_name)
        return spec_fails(r, "it starts with a function's name, as in 'f(w, b -> y; tmp)'");
    skip_space(r);
    rq->bare = *r->at == '\0';
    if (rq->bare)
        return true;
    if (*r->at != '(')
        return spec_fails(r, "'(' is expected after the function's name");
    r->at++;
    skip_space(r);
    /* AD_GRAD() cannot be written without parentheses: an empty list is the bare form. */
    rq->bare = *r->at == ')';
    if (!rq->bare && !read_lists(r, rq))
        return false;
    r->at++;
    skip_space(r);
    return *r->at == '\0' || spec_fails(r, "there is text after ')'");
}

Request *request_parse(Arena *a, Mode mode, const char *spec, const char **error)
{
    Request *rq = arena_alloc(a, sizeof *rq);
    rq->mode = mode;
    rq->text = arena_strdup(a, spec);
    rq->loc.file = -1;
    rq->indep.arena = rq->dep.arena = rq->scratch.arena = rq->global_vars.arena = a;
    *error = NULL;
    SpecReader r = {.arena = a, .at = rq->text, .spec = rq->text, .error = error};
    return read_spec(&r, rq) ? rq : NULL;
}

/* ------------------------------------------------------------------ types: what can take part */

/* Is there a floating leaf behind t that the function may write? `const double *` no; `double **`, `struct S *` yes. Only the
 * innermost pointee's qualifier counts. A struct passed by value counts if one of its pointers does. */
static bool writable_pointee(const Type *t, int depth)
{
    if (depth > 8)
        return false;
    switch (t->kind) {
    case TY_PTR:
        if (t->elem->kind == TY_PTR)
            return writable_pointee(t->elem, depth + 1);
        return !t->elem_const && t->elem->kind != TY_FUNC && (t->elem->kind != TY_ARRAY || !t->elem->elem_const);
    case TY_ARRAY:
        return writable_pointee(t->elem, depth + 1);
    case TY_RECORD:
        for (int i = 0; i < t->nfields; i++)
            if (type_reaches_float(t->fields[i].type) && writable_pointee(t->fields[i].type, depth + 1))
                return true;
        return false;
    default:
        return false;
    }
}

static bool points_to_void(const Type *t)
{
    while (t->kind == TY_PTR)
        t = t->elem;
    return t->kind == TY_VOID;
}

/* Can the function write memory that v stands for? */
static bool can_be_dependent(const Var *v)
{
    if (!v->is_global)
        return writable_pointee(v->type, 0);
    if (v->type->kind == TY_PTR)
        return writable_pointee(v->type, 0);
    return !v->is_const && !(v->type->kind == TY_ARRAY && v->type->elem_const);
}

static const Field *find_const_float(const Type *t, Ptrs *seen)
{
    while (t->kind == TY_PTR || t->kind == TY_ARRAY)
        t = t->elem;
    if (t->kind != TY_RECORD || ptrs_has(seen, (Type *)(uintptr_t)t))
        return NULL;
    ptrs_push(seen, (Type *)(uintptr_t)t);
    for (int i = 0; i < t->nfields; i++) {
        if (t->fields[i].is_const && type_has_float(t->fields[i].type))
            return &t->fields[i];
        const Field *inner = find_const_float(t->fields[i].type, seen);
        if (inner)
            return inner;
    }
    return NULL;
}

static const Field *const_float_field(const Type *t)
{
    Ptrs seen = {.arena = arena_new()};
    const Field *found = find_const_float(t, &seen);
    arena_free(seen.arena);
    return found;
}

/* ------------------------------------------------------------------ near names */

static Fn *find_function(Request *rq, Program *p)
{
    Fn *fn = program_find_fn(p, rq->fn_name);
    if (fn)
        return fn;
    diag_error(rq->loc, "no function '%s' in the given files (SPEC '%s')", rq->fn_name, rq->text);
    Nearest near = {.wanted = rq->fn_name};
    for (size_t i = 0; i < p->fns.n; i++)
        nearest_offer(&near, ((Fn *)p->fns.at[i])->name);
    if (near.best)
        diag_note(rq->loc, "did you mean '%s'?", near.best);
    return NULL;
}

/* ------------------------------------------------------------------ roles */

typedef struct {
    Request *rq;
    Program *program;
    bool ok;
} Resolver;

static Role *global_role(Resolver *r, Var *v)
{
    Request *rq = r->rq;
    for (size_t i = 0; i < rq->global_vars.n; i++)
        if (rq->global_vars.at[i] == v)
            return &rq->global_roles[i];
    Role *longer = arena_alloc(r->program->arena, (rq->global_vars.n + 1) * sizeof *longer);
    if (rq->global_vars.n)
        memcpy(longer, rq->global_roles, rq->global_vars.n * sizeof *longer);
    rq->global_vars.arena = r->program->arena;
    ptrs_push(&rq->global_vars, v);
    rq->global_roles = longer;
    return &longer[rq->global_vars.n - 1];
}

/* The parameter or global that `name` means, and where its role is kept; NULL after an error. */
static Var *find_var(Resolver *r, const char *name, Role **role)
{
    Request *rq = r->rq;
    for (int i = 0; i < rq->fn->nparams; i++) {
        Var *v = rq->fn->params[i];
        if (v->name && strcmp(v->name, name) == 0) {
            *role = &rq->roles[i];
            return v;
        }
    }
    Var *global = program_find_global(r->program, name);
    if (global) {
        *role = global_role(r, global);
        return global;
    }
    diag_error(rq->loc, "'%s' is neither a parameter of '%s' nor a global variable (SPEC '%s')", name, rq->fn->name, rq->text);
    Nearest near = {.wanted = name};
    for (int i = 0; i < rq->fn->nparams; i++)
        nearest_offer(&near, rq->fn->params[i]->name);
    if (near.best) {
        Loc at = rq->loc;
        bool found = diag_find_word(&at, name);
        diag_note(at, "did you mean '%s'?", near.best);
        if (found)
            diag_fix(at, (int)strlen(name), near.best);
    }
    return NULL;
}

/* Its derivatives are a parameter, whose type must be written. */
static bool is_nameless(const Type *t)
{
    while (t->kind == TY_PTR || t->kind == TY_ARRAY)
        t = t->elem;
    return t->kind == TY_RECORD && strchr(type_spelling(t), '{');
}

/* Does v's type allow the role? Says what is wrong if not. */
static bool var_fits(const Request *rq, const Var *v, Role role)
{
    const char *kind = v->is_global ? "global" : "parameter";
    const Field *field = const_float_field(v->type);
    if (v->is_inactive)
        diag_error(rq->loc, "%s '%s' is declared AD_INACTIVE but named in SPEC '%s'", kind, v->name, rq->text);
    else if (!type_reaches_float(v->type) && !points_to_void(v->type))
        diag_error(rq->loc, "%s '%s' has no floating-point data: it cannot carry derivatives (SPEC '%s')", kind, v->name, rq->text);
    else if (v->is_global && is_nameless(v->type))
        diag_error(rq->loc, "global '%s' is a struct without a name: the generated function could not declare its derivatives; name it", v->name);
    else if (role != ROLE_INDEP && v->is_param && !can_be_dependent(v) && v->type->kind != TY_PTR)
        diag_error(rq->loc, "parameter '%s' is passed by value: it cannot be %s", v->name, role == ROLE_DEP ? "a dependent" : "scratch");
    else if (role != ROLE_INDEP && !can_be_dependent(v))
        diag_error(rq->loc, "%s '%s' is const: it cannot be %s", kind, v->name, role == ROLE_DEP ? "a dependent" : "scratch");
    else if (field)
        diag_error(rq->loc, "%s '%s' reaches a struct with a const floating field '%s': it cannot have a derivative", kind, v->name,
                   field->name ? field->name : "");
    else
        return true;
    if (v->loc.line)
        diag_note(v->loc, "'%s' is declared here", v->name);
    return false;
}

static void add_role(Resolver *r, const char *name, Role role)
{
    Role *have = NULL;
    Var *v = find_var(r, name, &have);
    if (!v || !var_fits(r->rq, v, role)) {
        r->ok = false;
    } else if (*have & role) {
        diag_error(r->rq->loc, "'%s' is named twice in SPEC '%s'", name, r->rq->text);
        r->ok = false;
    } else if (*have && ((*have | role) & ROLE_SCRATCH)) {
        diag_error(r->rq->loc, "'%s' is both scratch and %s in SPEC '%s'", name, *have & ROLE_INDEP ? "an independent" : "a dependent",
                   r->rq->text);
        diag_note(r->rq->loc, "an array that is read and written is named on both sides of '->'");
        r->ok = false;
    } else {
        *have = (Role)(*have | role);
    }
}

/* Is the mode's objective one number? */
static bool mode_is_scalar(Mode m)
{
    return m == MODE_GRAD || m == MODE_HVP || m == MODE_HESSIAN;
}

static void bare_roles(Resolver *r)
{
    Request *rq = r->rq;
    for (int i = 0; i < rq->fn->nparams; i++) {
        Var *v = rq->fn->params[i];
        if (v->is_inactive || !type_reaches_float(v->type))
            continue;
        if (!var_fits(rq, v, ROLE_INDEP)) {
            r->ok = false;
            continue;
        }
        bool dep = !mode_is_scalar(rq->mode) && can_be_dependent(v);
        rq->roles[i] = dep ? (Role)(ROLE_INDEP | ROLE_DEP) : ROLE_INDEP;
    }
}

static int count_roles(const Request *rq, Role role)
{
    int n = 0;
    for (int i = 0; i < rq->fn->nparams; i++)
        n += (rq->roles[i] & role) != 0;
    for (size_t i = 0; i < rq->global_vars.n; i++)
        n += (rq->global_roles[i] & role) != 0;
    return n;
}

/* The one dependent of --grad: `double *err`, `double err[1]` or a scalar global. */
static bool is_scalar_dependent(const Var *v)
{
    if (v->is_global)
        return type_is_float(v->type);
    return v->type->kind == TY_PTR && type_is_float(v->type->elem);
}

static bool scalar_dependent_fits(Request *rq)
{
    const char *ret = type_spelling(rq->fn->ret);
    int named = count_roles(rq, ROLE_DEP);
    if (rq->return_is_dep && !type_is_float(rq->fn->ret)) {
        diag_error(rq->loc, "'%s' returns '%s': a gradient needs one real scalar; use --vjp", rq->fn->name, ret);
    } else if (rq->return_is_dep && named) {
        diag_error(rq->loc, "SPEC '%s' has %d dependents: '%s' also returns '%s'; a gradient needs exactly one; use --vjp", rq->text,
                   named + 1, rq->fn->name, ret);
    } else if (!rq->return_is_dep && named == 0) {
        diag_error(rq->loc, "'%s' does not return a floating value: name what it computes, as in '%s(x -> err)', or use --vjp",
                   rq->fn->name, rq->fn->name);
    } else if (named > 1) {
        diag_error(rq->loc, "SPEC '%s' has %d dependents: a gradient needs exactly one; use --vjp", rq->text, named);
    } else {
        return true;
    }
    return false;
}

static bool scalar_dependents_are_scalars(Resolver *r)
{
    for (size_t i = 0; i < r->rq->dep.n; i++) {
        Role *role = NULL;
        Var *v = find_var(r, r->rq->dep.at[i], &role);
        if (!v || !is_scalar_dependent(v)) {
            diag_error(r->rq->loc, "dependent '%s' is not one scalar: a gradient needs a 'double *%s'; use --vjp", (char *)r->rq->dep.at[i],
                       (char *)r->rq->dep.at[i]);
            return false;
        }
        if (*role & ROLE_INDEP) {
            diag_error(r->rq->loc, "'%s' cannot be both independent and the scalar that is differentiated; use --vjp", v->name);
            return false;
        }
    }
    return true;
}

static bool dependents_fit(Resolver *r)
{
    Request *rq = r->rq;
    if (mode_is_scalar(rq->mode))
        return scalar_dependent_fits(rq) && scalar_dependents_are_scalars(r);
    if (rq->return_is_dep || count_roles(rq, ROLE_DEP) > 0)
        return true;
    diag_error(rq->loc, "SPEC '%s' has no dependent: '%s' does not return a floating value; name what it computes, as in '%s(x -> y)'",
               rq->text, rq->fn->name, rq->fn->name);
    return false;
}

/* --directions K adds an innermost index, which structs and pointers to pointers cannot take. */
static bool has_no_last_index(const Type *t)
{
    if (points_to_void(t))
        return true;
    if (t->kind == TY_PTR)
        t = t->elem;
    while (t->kind == TY_ARRAY)
        t = t->elem;
    return t->kind == TY_RECORD || t->kind == TY_PTR;
}

static bool directions_fit(const Request *rq)
{
    if (!rq->directions)
        return true;
    const char *bad = rq->return_is_dep && rq->mode != MODE_GRAD && has_no_last_index(rq->fn->ret) ? "return" : NULL;
    for (size_t i = rq->global_vars.n; i-- > 0;) {
        const Var *global = rq->global_vars.at[i];
        bad = has_no_last_index(global->type) ? global->name : bad;
    }
    for (int i = rq->fn->nparams; i-- > 0;)
        bad = rq->roles[i] && has_no_last_index(rq->fn->params[i]->type) ? rq->fn->params[i]->name : bad;
    if (bad)
        diag_error(rq->loc, "--directions: parameter '%s' is a struct or a pointer to pointers, which cannot have several directions", bad);
    return !bad;
}

static bool function_fits(const Request *rq)
{
    const Fn *fn = rq->fn;
    if (!fn->has_body)
        diag_error(rq->loc, "the body of '%s' is not in the given files; give its source file too", fn->name);
    else if (fn->is_variadic)
        diag_error(rq->loc, "'%s' has variable arguments ('...'): it cannot be differentiated", fn->name);
    else if (fn->is_inactive)
        diag_error(rq->loc, "'%s' is declared AD_INACTIVE but named in SPEC '%s'", fn->name, rq->text);
    else
        return true;
    if (fn->loc.line)
        diag_note(fn->loc, "'%s' is declared here", fn->name);
    return false;
}

static void named_roles(Resolver *r)
{
    Request *rq = r->rq;
    for (size_t i = 0; i < rq->indep.n; i++)
        add_role(r, rq->indep.at[i], ROLE_INDEP);
    for (size_t i = 0; i < rq->dep.n; i++)
        add_role(r, rq->dep.at[i], ROLE_DEP);
    for (size_t i = 0; i < rq->scratch.n; i++)
        add_role(r, rq->scratch.at[i], ROLE_SCRATCH);
}

bool request_resolve(Request *rq, Program *p)
{
    rq->fn = find_function(rq, p);
    if (!rq->fn || !function_fits(rq))
        return false;
    Resolver r = {.rq = rq, .program = p, .ok = true};
    rq->roles = arena_alloc(p->arena, (size_t)(rq->fn->nparams + 1) * sizeof *rq->roles);
    rq->return_is_dep = type_has_float(rq->fn->ret);
    if (rq->bare)
        bare_roles(&r);
    else
        named_roles(&r);
    if (!r.ok || !dependents_fit(&r))
        return false;
    if (count_roles(rq, ROLE_INDEP) == 0) {
        diag_error(rq->loc, "'%s' has no floating parameter to differentiate with respect to", rq->fn->name);
        return false;
    }
    return directions_fit(rq);
}

const char *request_result_name(const Request *rq, Arena *a)
{
    static const char *const suffix[] = {
        [MODE_GRAD] = "grad", [MODE_VJP] = "vjp",      [MODE_JVP] = "jvp",
        [MODE_HVP] = "hvp",   [MODE_JACOBIAN] = "jac", [MODE_HESSIAN] = "hess",
    };
    if (rq->split)
        return arena_printf(a, "%s_rev", rq->new_name ? rq->new_name : rq->fn_name);
    return rq->new_name ? rq->new_name : arena_printf(a, "%s_%s", rq->fn_name, suffix[rq->mode]);
}

const char *request_forward_name(const Request *rq, Arena *a)
{
    return arena_printf(a, "%s_fwd", rq->new_name ? rq->new_name : rq->fn_name);
}

/* The wider of two floating types; either may be NULL. */
static Type *wider(Type *x, Type *y)
{
    return !x || (y && y->kind > x->kind) ? y : x;
}

/* The floating type of the numbers behind t (of a struct's the first's, all are of one), NULL where there are none. */
static Type *number_type(Type *t)
{
    while (t->kind == TY_PTR || t->kind == TY_ARRAY)
        t = t->elem;
    Type *number = type_is_float(t) || type_is_complex(t) ? type_real_of(t) : NULL;
    for (int i = 0; t->kind == TY_RECORD && i < t->nfields && !number; i++)
        number = type_has_float(t->fields[i].type) ? number_type(t->fields[i].type) : NULL;
    return number;
}

Type *request_matrix_type(const Request *rq)
{
    Type *widest = NULL;
    for (int i = 0; i < rq->fn->nparams; i++)
        if (rq->roles[i] & (ROLE_INDEP | ROLE_DEP))
            widest = wider(widest, number_type(rq->fn->params[i]->type));
    for (size_t i = 0; i < rq->global_vars.n; i++)
        if (rq->global_roles[i] & (ROLE_INDEP | ROLE_DEP))
            widest = wider(widest, number_type(((const Var *)rq->global_vars.at[i])->type));
    if (rq->return_is_dep)
        widest = wider(widest, number_type(rq->fn->ret));
    return widest ? widest : type_scalar(TY_F64);
}
