/* jacobian.c: dense Jacobians and Hessians. A static helper is the product with one direction (or, with fewer rows than columns, one seed);
 * the function itself is a loop over the unit vectors, which has no derivatives in it and is written as C text:
 *
 *   f_jac(x, n, y, J):   for each column: x, y as on entry; d_x = e_column; f_jac_jvp(x, n, y, d_x, d_y); J[:, column] = d_y
 */
#include "analysis.h"
#include "derivative.h"
#include "emit.h"

#include <stdlib.h>
#include <string.h>

/* A parameter, or the return value (last, when it is a dependent). */
typedef struct {
    const char *name;   /* NULL: the return value */
    const Var *var;
    Type *leaf;         /* type of the numbers */
    Role role;
    bool scalar;        /* by value, or the return value */
    bool nested;        /* a[n][m]: the helper's pointer has another type */
    bool saved;         /* memory that f writes: put back between runs */
    bool constant;      /* size is a number */
    long size;
    const char *length; /* C text of an int, NULL: not known */
    const char *count;  /* C text of how many: 1, n_x */
    const char *row, *column; /* where its rows and columns start, NULL: none */
} Part;

typedef struct {
    Program *program;
    Arena *arena;
    Request *rq;
    Fn *helper;
    Mode mode;          /* the helper's: JVP, VJP or HVP */
    Part *part;
    int nparts, nparams;
    Ptrs globals;       /* Var*: saved as well */
    StrMap taken;
    const char *matrix, *rows, *columns, *index; /* names */
    Str text;
    bool failed;
} Dense;

static bool is_indep(const Part *p)
{
    return (p->role & ROLE_INDEP) != 0;
}

static bool is_dep(const Part *p)
{
    return (p->role & ROLE_DEP) != 0;
}

static bool refuse(Dense *d, Loc loc, const char *why)
{
    diag_error(loc.line ? loc : d->rq->loc, "a dense %s of '%s' cannot be made: %s", d->rq->mode == MODE_HESSIAN ? "Hessian" : "Jacobian",
               d->rq->fn_name, why);
    d->failed = true;
    return false;
}

static const char *fresh(Dense *d, const char *name)
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
    else if (v->len)
        p->length = v->len;
    else if (declared && !v->dims_runtime && is_number(v->dims[0]))
        p->length = arena_printf(d->arena, "%ld", inner * strtol(v->dims[0], NULL, 10));
    for (int i = 0; declared && !p->length && i < v->ndims; i++)
        str_fmt(&s, v->ndims > 1 ? "%s(%s)" : "%s%s", i ? " * " : "", v->dims[i]);
    if (s.n)
        p->length = s.s;
    p->constant = p->length && is_number(p->length);
    p->size = p->constant ? strtol(p->length, NULL, 10) : 0;
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
    if (p->role && !type_is_float(p->leaf))
        refuse(d, p->var->loc, arena_printf(d->arena, "'%s' is not an array of real numbers; name others in the SPEC, or use --%s", p->name,
                                            d->rq->mode == MODE_HESSIAN ? "hvp" : "jvp"));
    else if (p->role && !p->length)
        refuse(d, p->var->loc, arena_printf(d->arena, "the length of '%s' is not known; annotate it with AD_LEN(...)", p->name));
}

static void describe_all(Dense *d)
{
    const Fn *fn = d->rq->fn;
    d->nparams = fn->nparams;
    d->part = arena_alloc(d->arena, sizeof *d->part * (size_t)(fn->nparams + 1));
    for (int i = 0; i < fn->nparams; i++)
        describe(d, &d->part[d->nparts++], i);
    if (d->rq->mode == MODE_JACOBIAN && d->rq->return_is_dep)
        d->part[d->nparts++] = (Part){.leaf = fn->ret, .role = ROLE_DEP, .scalar = true, .constant = true, .size = 1, .length = "1"};
    if (fn->sret || fn->ret->kind == TY_PTR || type_is_complex(fn->ret))
        refuse(d, fn->loc, "it returns a struct, a pointer or a complex number");
    if (d->rq->global_vars.n)
        refuse(d, d->rq->loc, "its SPEC names a global variable");
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

/* ---------------------------------------------------------------------- what may be run again */

typedef struct {
    Dense *d;
    const MemInfo *m; /* NULL: inside a call */
    bool *written;    /* by object */
    int depth;
} Effects;

/* A write of what p points to. What may overlap it needs no copy: a copy of the memory that is written is put back. */
static void mark_written(const Effects *e, const Op *op, const Value *p)
{
    const int *objs;
    int n = e->m ? mem_objects(e->m, p, &objs) : 0;
    for (int i = 0; i < n; i++) {
        e->written[objs[i]] = true;
        if (mem_object_kind(e->m, objs[i]) == OBJ_UNKNOWN)
            refuse(e->d, op->loc, "it is run several times, but this changes memory that cannot be named and put back");
    }
}

static void find_writes(const Op *op, const Effects *e)
{
    bool call = op->code == OP_CALL, writes = op_info[op->code].effect == EFFECT_WRITES;
    for (int i = 0; i < op->nargs && (call || (writes && i == 0)); i++) {
        const Type *t = op->args[i]->type;
        if (t->kind == TY_PTR && call && (type_has_pointers(t->elem) || t->elem->kind == TY_VOID))
            refuse(e->d, op->loc, "it is run several times, but this call may change memory behind pointers, which cannot be put back");
        else if (t->kind == TY_PTR && !(call && t->elem_const))
            mark_written(e, op, op->args[i]);
    }
}

static void find_effect(Op *op, void *ctx)
{
    Effects *e = ctx;
    bool memory = op->code == OP_LOAD || op->code == OP_STORE;
    find_writes(op, e);
    if (memory && op->args[0]->type->elem_volatile)
        refuse(e->d, op->loc, "it is run several times, but this reads or writes volatile memory");
    if (op->code == OP_CALL && op->callee && op->callee->has_body && e->depth < 20) {
        Effects inner = {e->d, NULL, NULL, e->depth + 1};
        walk_ops(op->callee->body, find_effect, &inner);
    } else if ((op->code == OP_CALL && !(op->text && (!strcmp(op->text, "abort") || !strcmp(op->text, "exit")))) || op->code == OP_CALLPTR) {
        const char *name = op->callee ? op->callee->name : op->text ? op->text : "a function";
        refuse(e->d, op->loc, arena_printf(e->d->arena, "it is run several times, but calls '%s', whose effects would be repeated", name));
    }
}

static bool is_written(const Effects *e, int param)
{
    for (int i = 0; i < mem_count(e->m); i++) {
        ObjKind kind = mem_object_kind(e->m, i);
        bool of_param = kind == OBJ_PARAM || kind == OBJ_POINTEE;
        if (e->written[i] && of_param && mem_object_param(e->m, i) == e->d->helper->body->args[param])
            return true;
    }
    return false;
}

static void save_param(Dense *d, Part *p)
{
    p->saved = true;
    if (type_has_pointers(p->leaf) || p->leaf->kind == TY_VOID || p->leaf->kind == TY_OPAQUE)
        refuse(d, p->var->loc, arena_printf(d->arena, "it is run several times, but changes what '%s' points to, which cannot be put back", p->name));
    else if (!p->length)
        refuse(d, p->var->loc, arena_printf(d->arena, "it is run several times, but changes '%s', whose length is not known; annotate it with AD_LEN(...)",
                                            p->name));
}

static void save_globals(Dense *d, const Effects *e)
{
    for (int i = 0; i < mem_count(e->m); i++) {
        const Op *op = mem_object_kind(e->m, i) == OBJ_GLOBAL ? mem_object_op(e->m, i) : NULL;
        if (!op || !e->written[i] || ptrs_has(&d->globals, op->var))
            continue;
        if (op->var->owner || type_has_pointers(op->var->type) || strmap_get(&d->taken, op->var->name))
            refuse(d, op->var->loc, arena_printf(d->arena, "it is run several times, but changes '%s', which cannot be put back", op->var->name));
        else
            ptrs_push(&d->globals, op->var);
    }
    for (size_t i = 0; i < d->globals.n; i++)
        strmap_put(&d->taken, ((Var *)d->globals.at[i])->name, d);
}

static void find_saved(Dense *d)
{
    MemInfo *m = mem_analyse(d->helper);
    Effects e = {d, m, arena_alloc(d->arena, sizeof *e.written * (size_t)(mem_count(m) + 1)), 0};
    walk_ops(d->helper->body, find_effect, &e);
    for (int i = 0; i < d->nparams; i++)
        if (!d->part[i].scalar && is_written(&e, i))
            save_param(d, &d->part[i]);
    save_globals(d, &e);
}

/* ---------------------------------------------------------------------- the text */

static void put(Dense *d, int indent, const char *text)
{
    str_fmt(&d->text, "%*s%s\n", 4 * indent, "", wrap_line(d->arena, text, indent));
}
#define PUT(indent, ...) put(d, indent, arena_printf(d->arena, __VA_ARGS__))

/* Has it derivatives that are passed to the helper? Their sets, by the prefixes of their names: */
static bool has_set(const Dense *d, const Part *p)
{
    return p->role && (d->mode != MODE_HVP || (p->role & (ROLE_INDEP | ROLE_SCRATCH)));
}

static const char *sets(const Dense *d)
{
    return d->mode == MODE_HVP ? "vdh" : "d";
}

/* prefix_name, and not the name of a parameter. */
static const char *prefixed(const Dense *d, const char *prefix, const char *name)
{
    const char *made = arena_printf(d->arena, "%s_%s", prefix, name);
    for (int i = 0; i < d->nparams; i++)
        if (!strcmp(d->part[i].name, made))
            return prefixed(d, prefix, arena_printf(d->arena, "%s_", name));
    return made;
}

static const char *shadow(const Dense *d, const Part *p, char prefix)
{
    return prefixed(d, (char[]){prefix, '\0'}, p->name ? p->name : "return");
}

/* Is it a seed by value? The rest of the scalars are results. */
static bool is_value_seed(const Dense *d, const Part *p, char prefix)
{
    return p->scalar && (d->mode == MODE_VJP ? !p->name : p->name && (d->mode == MODE_JVP || prefix == 'v'));
}

static void put_counts(Dense *d)
{
    for (int i = 0; i < d->nparts; i++) {
        Part *p = &d->part[i];
        if (p->scalar || (!p->role && !p->saved)) {
            p->count = "1";
            continue;
        }
        p->count = fresh(d, arena_printf(d->arena, "n_%s", p->name));
        PUT(1, p->constant ? "const size_t %s = %s;" : "const size_t %s = ad_count(%s);", p->count, p->length);
    }
}

/* Where the rows (or columns) of each part start, and (if that is needed) how many there are. */
static const char *put_starts(Dense *d, Role role, const char *what, bool total)
{
    const char *at = "0";
    for (int i = 0; i < d->nparts; i++) {
        Part *p = &d->part[i];
        if (!(p->role & role))
            continue;
        *(role == ROLE_DEP ? &p->row : &p->column) = at;
        bool last = true;
        for (int k = i + 1; k < d->nparts; k++)
            last = last && !(d->part[k].role & role);
        const char *next = last ? fresh(d, what) : NULL;
        for (int k = i + 1; k < d->nparts && !next; k++)
            if (d->part[k].role & role)
                next = fresh(d, arena_printf(d->arena, "%c_%s", what[0], d->part[k].name ? d->part[k].name : "return"));
        if (last && !total)
            break;
        if (strcmp(at, "0"))
            PUT(1, "const size_t %s = %s + %s;", next, at, p->count);
        else
            PUT(1, "const size_t %s = %s;", next, p->count);
        at = next;
    }
    return at;
}

/* An array with the elements of p; C arrays of constant size under --no-malloc. */
static void put_array(Dense *d, const Part *p, const char *name, bool copy)
{
    const char *type = type_spelling(p->leaf);
    if (pass_options.no_malloc && (!p->constant || p->size <= 0))
        refuse(d, p->var->loc, arena_printf(d->arena, "--no-malloc: the length of '%s' is not a constant", p->name));
    else if (pass_options.no_malloc)
        PUT(1, copy ? "%s %s[%ld];" : "%s %s[%ld] = {0};", type, name, p->size);
    else if (copy)
        PUT(1, "void *%s = ad_tape_alloc(%s, sizeof(%s));", name, p->count, type);
    else
        PUT(1, "%s *%s = ad_tape_calloc(%s, sizeof *%s);", type, name, p->count, name);
}

static void put_allocations(Dense *d)
{
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++) {
            const Part *p = &d->part[i];
            const char *name = shadow(d, p, *set);
            if (p->scalar || !has_set(d, p))
                continue;
            strmap_put(&d->taken, name, d);
            put_array(d, p, name, false);
        }
    for (int i = 0; i < d->nparams; i++) {
        const Part *p = &d->part[i];
        if (!p->saved)
            continue;
        const char *old = prefixed(d, "old", p->name), *type = type_spelling(p->leaf);
        put_array(d, p, old, true);
        PUT(1, "memcpy(%s, %s, %s * sizeof(%s));", old, p->name, p->count, type);
    }
    for (size_t i = 0; i < d->globals.n; i++) {
        const char *g = ((Var *)d->globals.at[i])->name;
        if (pass_options.no_malloc)
            PUT(1, "unsigned char %s[sizeof %s];", prefixed(d, "old", g), g);
        else
            PUT(1, "void *%s = ad_tape_alloc(1, sizeof %s);", prefixed(d, "old", g), g);
        PUT(1, "memcpy(%s, &%s, sizeof %s);", prefixed(d, "old", g), g, g);
    }
}

/* Results of type double: declared, or zero again. */
static void put_scalars(Dense *d, int indent, bool again)
{
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++) {
            const Part *p = &d->part[i];
            if (p->scalar && has_set(d, p) && (p->name || d->mode == MODE_JVP) && !is_value_seed(d, p, *set))
                PUT(indent, "%s%s%s = 0;", again ? "" : type_spelling(p->leaf), again ? "" : " ", shadow(d, p, *set));
        }
}

/* Memory as on entry, derivatives zero. What is only added to (d_ of a Hessian's independents) is not read and may stay. */
static void put_reset(Dense *d)
{
    PUT(2, "if (%s > 0) {", d->index);
    size_t before = d->text.n;
    for (int i = 0; i < d->nparams; i++)
        if (d->part[i].saved)
            PUT(3, "memcpy(%s, %s, %s * sizeof(%s));", d->part[i].name, prefixed(d, "old", d->part[i].name), d->part[i].count,
                type_spelling(d->part[i].leaf));
    for (size_t i = 0; i < d->globals.n; i++) {
        const char *g = ((Var *)d->globals.at[i])->name;
        PUT(3, "memcpy(&%s, %s, sizeof %s);", g, prefixed(d, "old", g), g);
    }
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++) {
            const Part *p = &d->part[i];
            const char *name = shadow(d, p, *set);
            if (!p->scalar && has_set(d, p) && !(d->mode == MODE_HVP && *set == 'd' && p->role == ROLE_INDEP))
                PUT(3, "memset(%s, 0, %s * sizeof *%s);", name, p->count, name);
        }
    put_scalars(d, 3, true);
    if (d->text.n > before)
        PUT(2, "}");
    else
        ICE("a matrix without derivatives");
}

/* Is the loop's index among the numbers of p? NULL: always. */
static const char *condition_of(const Dense *d, const Part *p, bool rows)
{
    const char *start = rows ? p->row : p->column, *next = NULL;
    for (const Part *q = p + 1; q < d->part + d->nparts && !next; q++)
        next = rows ? q->row : q->column;
    bool first = !strcmp(start, "0");
    if (p->scalar)
        return arena_printf(d->arena, "%s == %s", d->index, start);
    if (!next)
        return first ? NULL : arena_printf(d->arena, "%s >= %s", d->index, start);
    return first ? arena_printf(d->arena, "%s < %s", d->index, next)
                 : arena_printf(d->arena, "%s >= %s && %s < %s", d->index, start, d->index, next);
}

static void put_seeds(Dense *d)
{
    bool rows = d->mode == MODE_VJP;
    for (int i = 0; i < d->nparts; i++) {
        const Part *p = &d->part[i];
        if (p->scalar || !(rows ? p->row : p->column))
            continue;
        const char *condition = condition_of(d, p, rows), *start = rows ? p->row : p->column;
        if (condition)
            PUT(2, "if (%s)", condition);
        const char *at = strcmp(start, "0") ? arena_printf(d->arena, "%s - %s", d->index, start) : d->index;
        PUT(condition ? 3 : 2, "%s[%s] = 1;", shadow(d, p, d->mode == MODE_HVP ? 'v' : 'd'), at);
    }
}

static void put_call(Dense *d, int indent)
{
    Str s = {.arena = d->arena};
    str_fmt(&s, "%s(", d->helper->name);
    for (int i = 0; i < d->nparams; i++)
        str_fmt(&s, "%s%s", i ? ", " : "", d->part[i].name);
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++) {
            const Part *p = &d->part[i];
            if (!has_set(d, p))
                continue;
            str_put(&s, ", ");
            if (is_value_seed(d, p, *set))
                str_put(&s, condition_of(d, p, d->mode == MODE_VJP));
            else
                str_fmt(&s, "%s%s", p->scalar ? "&" : p->nested ? "(void *)" : "", shadow(d, p, *set));
        }
    str_put(&s, ");");
    put(d, indent, s.s);
}

static const char *sum_of(Dense *d, const char *start, const char *i)
{
    return strcmp(start, "0") ? arena_printf(d->arena, "(%s + %s)", start, i) : i;
}

/* J[(r_y + i) * columns + column] = d_y[i]; */
static void put_results(Dense *d)
{
    const char *i = fresh(d, "i");
    for (int k = 0; k < d->nparts; k++) {
        const Part *p = &d->part[k];
        const char *start = d->mode == MODE_JVP ? p->row : p->column;
        const char *from = shadow(d, p, d->mode == MODE_HVP ? 'h' : 'd'), *row = d->index, *column = d->index;
        if (!start)
            continue;
        if (!p->scalar)
            PUT(2, "for (size_t %s = 0; %s < %s; %s++)", i, i, p->count, i);
        const char *at = p->scalar ? start : sum_of(d, start, i);
        if (d->mode == MODE_VJP)
            column = at[0] == '(' ? arena_strndup(d->arena, at + 1, strlen(at) - 2) : at;
        else
            row = at;
        const char *line_start = strcmp(row, "0") ? arena_printf(d->arena, "%s * %s + ", row, d->columns) : "";
        PUT(p->scalar ? 2 : 3, p->scalar ? "%s[%s%s] = %s;" : "%s[%s%s] = %s[%s];", d->matrix, line_start, column, from, i);
    }
}

static void put_frees(Dense *d)
{
    if (pass_options.no_malloc)
        return;
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++)
            if (!d->part[i].scalar && has_set(d, &d->part[i]))
                PUT(1, "free(%s);", shadow(d, &d->part[i], *set));
    for (int i = 0; i < d->nparams; i++)
        if (d->part[i].saved)
            PUT(1, "free(%s);", prefixed(d, "old", d->part[i].name));
    for (size_t i = 0; i < d->globals.n; i++)
        PUT(1, "free(%s);", prefixed(d, "old", ((Var *)d->globals.at[i])->name));
}

static void put_body(Dense *d)
{
    bool by_row = d->mode == MODE_VJP;
    put_counts(d);
    d->columns = put_starts(d, ROLE_INDEP, "columns", true);
    if (d->mode != MODE_HVP)
        d->rows = put_starts(d, ROLE_DEP, "rows", by_row);
    put_allocations(d);
    put_scalars(d, 1, false);
    d->index = fresh(d, by_row ? "row" : "column");
    PUT(1, "for (size_t %s = 0; %s < %s; %s++) {", d->index, d->index, by_row ? d->rows : d->columns, d->index);
    put_reset(d);
    put_seeds(d);
    put_call(d, 2);
    put_results(d);
    PUT(1, "}");
    bool scalar = false;
    for (int i = 0; i < d->nparts; i++)
        scalar = scalar || (is_indep(&d->part[i]) && d->part[i].scalar);
    if (!by_row && !scalar) {
        PUT(1, "if (%s == 0) /* the primal's effects all the same */", d->columns);
        put_call(d, 2);
    }
    put_frees(d);
}

/* ---------------------------------------------------------------------- the function */

static Fn *driver(Dense *d, const char *name)
{
    Fn *fn = clone_fn(d->rq->fn, name);
    Region *old = fn->body;
    fn->body = region_new(fn, NULL);
    fn->params = arena_alloc(fn->arena, sizeof *fn->params * (size_t)(d->nparams + 1));
    for (int i = 0; i < d->nparams; i++) {
        Var *v = arena_alloc(fn->arena, sizeof *v);
        *v = *d->rq->fn->params[i];
        v->name = d->part[i].name;
        fn->params[i] = v;
        region_add_arg(fn->body, old->args[i]->type, v);
    }
    Var *matrix = arena_alloc(fn->arena, sizeof *matrix);
    *matrix = (Var){.name = d->matrix, .type = type_ptr(request_matrix_type(d->rq)), .is_param = true, .owner = fn};
    fn->params[d->nparams] = matrix;
    fn->nparams = d->nparams + 1;
    region_add_arg(fn->body, matrix->type, matrix);
    Builder b = at_end(fn->body);
    build_yield(&b, NULL, 0);
    fn->ret = type_void();
    fn->ret_spelled = NULL;
    fn->is_static = fn->is_inline = false;
    fn->text_body = d->text.s;
    fn->helper = d->helper;
    return fn;
}

Fn *dense_matrix(Program *p, Request *rq)
{
    static const char *const suffix[] = {[MODE_JVP] = "jvp", [MODE_VJP] = "vjp", [MODE_HVP] = "hvp"};
    Dense d = {.program = p, .arena = p->arena, .rq = rq};
    d.globals.arena = d.taken.arena = d.text.arena = p->arena;
    const char *name = request_result_name(rq, p->arena);
    Request inner = *rq;
    describe_all(&d);
    if (d.failed)
        return NULL;
    d.mode = inner.mode = helper_mode(&d);
    inner.new_name = arena_printf(p->arena, "%s_%s", name, suffix[d.mode]);
    while (program_find_fn(p, inner.new_name))
        inner.new_name = arena_printf(p->arena, "%s_", inner.new_name);
    d.helper = derive(p, &inner);
    if (!d.helper || pass_options.after)
        return d.helper;
    d.helper->is_static = true;
    for (int i = 0; i < d.nparams; i++) /* a bare SPEC's scratch is known only now */
        describe(&d, &d.part[i], i);
    if (d.failed)
        return NULL;
    find_saved(&d);
    if (d.failed)
        return NULL;
    d.matrix = fresh(&d, rq->mode == MODE_HESSIAN ? "H" : "J");
    put_body(&d);
    return d.failed ? NULL : driver(&d, name);
}
