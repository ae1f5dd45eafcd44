/* jacobian.c: dense and sparse Jacobians and Hessians. A static helper is the product with one direction (or, with fewer rows than columns, one seed);
 * the function itself is a loop over the unit vectors, which has no derivatives in it and is written as C text:
 *
 *   f_jac(x, n, y, J):   for each column: x, y as on entry; d_x = e_column; f_jac_jvp(x, n, y, d_x, d_y); J[:, column] = d_y
 */
#include "analysis.h"
#include "emit.h"
#include "jacobian.h"

#include <stdlib.h>
#include <string.h>

bool is_indep(const Part *p)
{
    return (p->role & ROLE_INDEP) != 0;
}

bool is_dep(const Part *p)
{
    return (p->role & ROLE_DEP) != 0;
}

bool refuse_matrix(Dense *d, Loc loc, const char *why)
{
    diag_error(loc.line ? loc : d->rq->loc, "a %s %s of '%s' cannot be made: %s", d->rq->sparse ? "sparse" : "dense", d->rq->mode == MODE_HESSIAN ? "Hessian" : "Jacobian",
               d->rq->fn_name, why);
    d->failed = true;
    return false;
}

const char *fresh(Dense *d, const char *name)
{
    while (strmap_get(&d->taken, name))
        name = arena_printf(d->arena, "%s_", name);
    strmap_put(&d->taken, name, d);
    return name;
}

/* ---------------------------------------------------------------------- what there is */

static bool is_number(const char *s)
{
    size_t n = strspn(s, "0123456789");
    return n > 0 && n < 10 && !s[n];
}

/* AD_LEN, or the declared dimensions; an objective in memory is one number. */
static void find_length(Dense *d, Part *p)
{
    const Var *v = p->var;
    long inner = 1;
    for (const Type *t = v->type->kind == TY_PTR ? v->type->elem : v->type; t->kind == TY_ARRAY; t = t->elem)
        inner *= v->type->kind == TY_PTR ? (long)t->count : 1;
    bool declared = !v->len && v->ndims > 0 && v->dims[0] && v->dims[0][0];
    Str s = {.arena = d->arena};
    if (d->rq->mode == MODE_HESSIAN && p->role == ROLE_DEP)
        p->length = "1";
    else if (v->len) /* rows, of double (*x)[3] */
        p->length = inner > 1 && !v->dims_runtime ? arena_printf(d->arena, "(%s) * %ld", v->len, inner) : v->len;
    else if (declared && !v->dims_runtime && is_number(v->dims[0]))
        p->length = arena_printf(d->arena, "%ld", inner * strtol(v->dims[0], NULL, 10));
    for (int i = 0; declared && !p->length && i < v->ndims; i++)
        str_fmt(&s, v->ndims > 1 ? "%s(%s)" : "%s%s", i ? " * " : "", v->dims[i]);
    if (s.n)
        p->length = s.s;
    p->constant = p->length && is_number(p->length);
    p->size = p->constant ? strtol(p->length, NULL, 10) : 0;
}

static void refuse_kind(Dense *d, const Part *p)
{
    refuse_matrix(d, p->var->loc, arena_printf(d->arena, "'%s' is not made of numbers of one type alone; name others in the SPEC, or use --%s", p->name,
                                               d->rq->mode == MODE_HESSIAN ? "hvp" : "jvp"));
}

/* What it is an array of, if it has derivatives, as numbers; false: it is not made of such. */
static bool has_numbers(Part *p)
{
    Type *leaf = matrix_numbers(p->leaf, &p->numbers);
    p->element = p->leaf;
    if (!p->role)
        p->numbers = 1;
    if (!p->role || !leaf)
        return !p->role;
    p->by_value = p->scalar && leaf != p->leaf;
    p->scalar = p->scalar && !p->by_value;
    p->leaf = leaf;
    p->size *= p->numbers;
    return true;
}

static void describe(Dense *d, Part *p, int i)
{
    const Fn *fn = d->rq->fn;
    Type *t = fn->body->args[i]->type;
    p->var = fn->params[i];
    p->name = p->var->name && *p->var->name ? p->var->name : arena_printf(d->arena, "arg%d", i);
    p->role = d->rq->roles[i];
    p->scalar = t->kind != TY_PTR || p->var->type->kind == TY_RECORD;
    p->leaf = t->kind == TY_PTR ? t->elem : t;
    p->nested = p->var->ndims > 1 || p->leaf->kind == TY_ARRAY;
    while (p->leaf->kind == TY_ARRAY)
        p->leaf = p->leaf->elem;
    p->constant = p->scalar;
    p->size = 1;
    strmap_put(&d->taken, p->name, d);
    if (p->scalar)
        p->length = "1";
    else
        find_length(d, p);
    scan_words(&d->taken, p->length ? p->length : "");
    if (!has_numbers(p))
        refuse_kind(d, p);
    else if (p->role && !p->length)
        refuse_matrix(d, p->var->loc, arena_printf(d->arena, "the length of '%s' is not known; annotate it with AD_LEN(...)", p->name));
}

/* A named global is passed to the helper like an array of as many numbers as it has. */
static void describe_global(Dense *d, Part *p, const Var *var, Role role)
{
    *p = (Part){.name = var->name, .var = var, .role = role, .leaf = var->type, .is_global = true, .constant = true, .size = 1};
    for (; p->leaf->kind == TY_ARRAY; p->leaf = p->leaf->elem)
        p->size *= (long)p->leaf->count;
    p->nested = var->type->kind == TY_ARRAY && var->type->elem->kind == TY_ARRAY;
    p->length = arena_printf(d->arena, "%ld", p->size);
    strmap_put(&d->taken, p->name, d);
    if (!has_numbers(p))
        refuse_kind(d, p);
}

static void describe_all(Dense *d)
{
    const Fn *fn = d->rq->fn;
    d->nparams = fn->nparams;
    d->part = arena_alloc(d->arena, sizeof *d->part * ((size_t)fn->nparams + d->rq->global_vars.n + 1));
    for (int i = 0; i < fn->nparams; i++)
        describe(d, &d->part[d->nparts++], i);
    for (size_t i = 0; i < d->rq->global_vars.n; i++)
        describe_global(d, &d->part[d->nparts++], d->rq->global_vars.at[i], d->rq->global_roles[i]);
    if (d->rq->mode == MODE_JACOBIAN && d->rq->return_is_dep) {
        Part *p = &d->part[d->nparts++];
        *p = (Part){.leaf = fn->ret, .role = ROLE_DEP, .scalar = true, .constant = true, .size = 1, .length = "1"};
        if (!has_numbers(p))
            refuse_matrix(d, fn->loc, "what it returns is not made of real numbers of one type");
    }
    if (fn->ret->kind == TY_PTR)
        refuse_matrix(d, fn->loc, "it returns a pointer");
}

static void find_numbers(Dense *d, const char *name)
{
    for (int i = 0; i < d->nparts; i++)
        if ((is_indep(&d->part[i]) || is_dep(&d->part[i])) && d->part[i].element->kind == TY_RECORD)
            d->part[i].place = matrix_number_function(d, name, d->part[i].element);
}

/* Fewer seeds than directions? Lengths that are not constants count as many. */
static Mode helper_mode(const Dense *d)
{
    long rows = 0, columns = 0;
    bool rows_known = true, columns_known = true;
    for (int i = 0; i < d->nparts; i++) {
        const Part *p = &d->part[i];
        rows += is_dep(p) ? p->size : 0;
        columns += is_indep(p) ? p->size : 0;
        rows_known = rows_known && (!is_dep(p) || p->constant);
        columns_known = columns_known && (!is_indep(p) || p->constant);
    }
    if (d->rq->mode == MODE_HESSIAN)
        return MODE_HVP;
    return rows_known && (!columns_known || rows < columns) ? MODE_VJP : MODE_JVP;
}

/* ---------------------------------------------------------------------- the function */

void matrix_parameter(Fn *fn, const char *name, Type *t)
{
    Var *v = arena_alloc(fn->arena, sizeof *v);
    *v = (Var){.name = name, .type = t, .owner = fn};
    fn_add_param(fn, t, v);
}

static Fn *driver(Dense *d, const char *name)
{
    Fn *fn = clone_fn(d->rq->fn, name);
    Region *old = fn->body;
    fn->body = region_new(fn, NULL);
    fn->nparams = 0;
    fn->sret = false;
    for (int i = 0; i < d->nparams; i++) {
        Var *v = arena_alloc(fn->arena, sizeof *v);
        *v = *d->rq->fn->params[i];
        v->name = d->part[i].name;
        fn_add_param(fn, old->args[i]->type, v);
    }
    Type *number = request_matrix_type(d->rq);
    if (d->rq->sparse) {
        matrix_parameter(fn, d->matrix, type_ptr(type_opaque("ad_csr")));
        matrix_parameter(fn, d->values, type_ptr(type_ptr(number)));
    } else {
        matrix_parameter(fn, d->matrix, type_ptr(number));
    }
    Builder b = at_end(fn->body);
    build_yield(&b, NULL, 0);
    fn->ret = type_void();
    fn->ret_spelled = NULL;
    fn->is_static = fn->is_inline = false;
    fn->text_body = d->text.s;
    fn->helper = d->helper;
    fn->helpers = (Ptrs){.arena = fn->arena};
    for (size_t i = 0; i < d->number_functions.n; i++)
        ptrs_push(&fn->helpers, d->number_functions.at[i]);
    if (d->structure)
        ptrs_push(&fn->helpers, d->structure);
    return fn;
}

/* Directions at once: most of the work of one is the primal's. */
enum { BLOCK = 4, LARGEST_BLOCK = 8 };

static int block_size(const Dense *d)
{
    long lines = 0;
    bool known = true;
    Role role = d->mode == MODE_VJP ? ROLE_DEP : ROLE_INDEP;
    for (int i = 0; i < d->nparts; i++) {
        lines += d->part[i].role & role ? d->part[i].size : 0;
        known = known && (!(d->part[i].role & role) || d->part[i].constant);
    }
    if (!known)
        return BLOCK;
    return lines > LARGEST_BLOCK ? LARGEST_BLOCK : lines > 1 ? (int)lines : 1;
}

static const char *helper_name(const Dense *d, const char *name, const char *suffix)
{
    name = arena_printf(d->arena, "%s_%s", name, suffix);
    while (program_find_fn(d->program, name))
        name = arena_printf(d->arena, "%s_", name);
    return name;
}

/* Are there structs (with complex_too: or complex numbers) among what has derivatives? */
static bool has_structs(const Dense *d, bool complex_too)
{
    for (int i = 0; i < d->nparts; i++)
        if (d->part[i].role && (d->part[i].element->kind == TY_RECORD || (complex_too && d->part[i].numbers > 1)))
            return true;
    return false;
}

/* The helper of a block of directions, or of one where several are not possible. */
static Fn *make_helper(Dense *d, const char *name)
{
    static const char *const suffix[] = {[MODE_JVP] = "jvp", [MODE_VJP] = "vjp", [MODE_HVP] = "hvp"};
    Request inner = *d->rq;
    inner.mode = d->mode;
    inner.sparse = false;
    inner.one_version = true; /* its body is looked at here */
    inner.new_name = helper_name(d, name, suffix[d->mode]);
    d->block = block_size(d);
    if (d->block > 1 && !pass_options.after && !has_structs(d, false)) {
        Request block = inner;
        block.directions = d->block;
        block.inner = true;
        Fn *helper = derive(d->program, &block);
        if (helper || diag_error_count())
            return helper;
    }
    d->block = 1;
    return derive(d->program, &inner);
}

/* The same with sets of directions: words in arrays of their own where that can be done, else in the bytes of the numbers. */
static Fn *make_structure(Dense *d, const char *name)
{
    for (int in_place = has_structs(d, true); in_place < 2; in_place++) {
        Request inner = *d->rq;
        inner.mode = d->mode;
        inner.new_name = helper_name(d, name, "structure");
        inner.inner = inner.index_sets = true;
        inner.sets_in_place = d->in_place = in_place;
        Fn *fn = derive(d->program, &inner);
        if (fn || diag_error_count())
            return fn;
    }
    ICE("no structure of '%s', and no reason why", d->rq->fn_name);
}

Fn *matrix_function(Program *p, Request *rq)
{
    Dense d = {.program = p, .arena = p->arena, .rq = rq};
    d.globals.arena = d.taken.arena = d.text.arena = d.number_of.arena = d.number_functions.arena = p->arena;
    const char *name = request_result_name(rq, p->arena);
    if (!prepare_for(rq)) /* it knows more of the parameters then: note_single_numbers */
        return NULL;
    describe_all(&d);
    if (d.failed)
        return NULL;
    d.mode = helper_mode(&d);
    d.helper = make_helper(&d, name);
    if (!d.helper || pass_options.after)
        return d.helper;
    d.helper->is_static = true;
    for (int i = 0; i < d.nparams; i++) /* a bare SPEC's scratch is known only now */
        describe(&d, &d.part[i], i);
    if (d.failed)
        return NULL;
    find_numbers(&d, name);
    d.structure = rq->sparse ? make_structure(&d, name) : NULL;
    if (rq->sparse && !d.structure)
        return NULL;
    if (d.structure)
        d.structure->is_static = true;
    matrix_effects(&d);
    if (d.failed)
        return NULL;
    d.matrix = fresh(&d, rq->mode == MODE_HESSIAN ? "H" : "J");
    d.values = fresh(&d, "value");
    if (rq->sparse && pass_options.no_malloc)
        refuse_matrix(&d, rq->loc, "--no-malloc: the size of a sparse structure is not known; leave out --sparse");
    else if (rq->sparse)
        sparse_body(&d);
    else
        dense_body(&d);
    return d.failed ? NULL : driver(&d, name);
}
