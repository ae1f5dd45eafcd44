/* jacobian_text.c: the C text of functions for matrices: loops over unit directions (or seeds) around a helper with one of them, or with a
 * block of them at once, innermost.
 *
 *   f_jac(x, n, y, J):   for each block of columns: x, y as on entry; d_x = those unit vectors; f_jac_jvp(x, n, y, d_x, d_y); J = d_y
 *
 * A sparse one finds its structure first, by the same loop over 64 columns at once with sets of columns instead of numbers; then the loop
 * is over colours: columns of one colour have no row in common (A. R. Curtis, M. J. D. Powell, J. K. Reid, On the estimation of sparse
 * Jacobian matrices, 1974).
 */
#include "emit.h"
#include "jacobian.h"

#include <string.h>

static void put(Dense *d, int indent, const char *text)
{
    str_fmt(&d->text, "%*s%s\n", 4 * indent, "", wrap_line(d->arena, text, indent));
}
#define PUT(indent, ...) put(d, indent, arena_printf(d->arena, __VA_ARGS__))

/* ---------------------------------------------------------------------- what is passed */

/* Has it derivatives that are passed to the helper? Their sets, by the prefixes of their names: */
static bool has_set(const Dense *d, const Part *p)
{
    return p->role && (d->mode != MODE_HVP || (p->role & (ROLE_INDEP | ROLE_SCRATCH)));
}

static const char *sets(const Dense *d)
{
    return d->mode == MODE_HVP ? "vdh" : "d";
}

/* Do its numbers differ between directions? */
static bool differs(const Dense *d, char set)
{
    return d->mode != MODE_HVP || set != 'd';
}

/* How many of the set's numbers there are for one of the primal's. */
static int width(const Dense *d, char set)
{
    return differs(d, set) && !d->bits ? d->block : 1;
}

static const char *type_of(const Dense *d, const Part *p, char set)
{
    return d->bits && !d->in_place && differs(d, set) ? "unsigned long long" : type_spelling(p->element);
}

/* Number `i` of p's in an array, k-th of n directions (NULL: there is one). */
static const char *number_at(const Dense *d, const Part *p, const char *array, const char *i, const char *k)
{
    if (p->place)
        return arena_printf(d->arena, "*%s(%s, %s)", p->place, array, i);
    const char *in = strchr(i, ' ') ? arena_printf(d->arena, "(%s)", i) : i;
    if (p->numbers > 1 && k)
        return arena_printf(d->arena, "((%s *)%s)[(%s / 2 * %d + %s) * 2 + %s %% 2]", type_spelling(p->leaf), array, in, d->block, k, in);
    if (p->numbers > 1)
        return arena_printf(d->arena, "((%s *)%s)[%s]", type_spelling(p->leaf), array, i);
    return k ? arena_printf(d->arena, "%s[%s * %d + %s]", array, in, d->block, k) : arena_printf(d->arena, "%s[%s]", array, i);
}

static const char *address_of_number(const Dense *d, const Part *p, const char *array, const char *i)
{
    const char *number = number_at(d, p, array, i, NULL);
    return p->place ? number + 1 : arena_printf(d->arena, "&%s", number);
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

static bool passed_by_value(const Dense *d, const Part *p, char prefix)
{
    return d->mode == MODE_VJP ? !p->name : p->name && (d->mode == MODE_JVP || prefix == 'v');
}

/* Is it a seed by value? The rest of the scalars are results. */
static bool is_value_seed(const Dense *d, const Part *p, char prefix)
{
    return p->scalar && passed_by_value(d, p, prefix);
}

static bool is_result(const Dense *d, const Part *p, char prefix)
{
    return p->scalar && has_set(d, p) && (p->name || d->mode == MODE_JVP) && !is_value_seed(d, p, prefix);
}

static bool seeds_rows(const Dense *d)
{
    return d->mode == MODE_VJP;
}

static const char *seed_start(const Dense *d, const Part *p)
{
    return seeds_rows(d) ? p->row : p->column;
}

static char seed_set(const Dense *d)
{
    return d->mode == MODE_HVP ? 'v' : 'd';
}

/* ---------------------------------------------------------------------- lengths */

static void put_counts(Dense *d)
{
    for (int i = 0; i < d->nparts; i++) {
        Part *p = &d->part[i];
        if (p->scalar || (!p->saved && (p->is_global ? !has_set(d, p) : !p->role))) {
            p->count = p->elements = "1";
            continue;
        }
        if (p->by_value) {
            p->elements = "1";
            p->count = arena_printf(d->arena, "%ld", p->numbers);
            continue;
        }
        p->count = p->elements = fresh(d, arena_printf(d->arena, "n_%s", p->name));
        const char *length = p->constant ? p->length : arena_printf(d->arena, "ad_count(%s)", p->length);
        if (p->optional)
            PUT(1, "const size_t %s = %s ? %s : 0;", p->elements, p->name, length);
        else
            PUT(1, "const size_t %s = %s;", p->elements, length);
        if (p->numbers > 1 && (is_indep(p) || is_dep(p))) {
            p->count = fresh(d, arena_printf(d->arena, "numbers_%s", p->name));
            PUT(1, p->constant ? "const size_t %s = %s * %ld;" : "const size_t %s = ad_size_mul(%s, %ld);", p->count, p->elements, p->numbers);
        }
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

/* ---------------------------------------------------------------------- memory */

/* Are n numbers for each of p's a C array, not an allocation? Few numbers always, all under --no-malloc. */
static bool is_c_array(const Part *p, int n)
{
    enum { FEW = 512 };
    return pass_options.no_malloc || (p->constant && p->size > 0 && p->size <= FEW / n);
}

/* An array with n times the elements of p. */
static void put_array(Dense *d, int indent, const Part *p, const char *type, const char *name, int n)
{
    const char *size = n > 1 ? arena_printf(d->arena, "%d * sizeof *%s", n, name) : arena_printf(d->arena, "sizeof *%s", name);
    if (pass_options.no_malloc && (!p->constant || p->size <= 0))
        refuse_matrix(d, p->var->loc, arena_printf(d->arena, "--no-malloc: the length of '%s' is not a constant", p->name));
    else if (is_c_array(p, n))
        PUT(indent, "%s %s[%ld] = {0};", type, name, p->size / p->numbers * n);
    else
        PUT(indent, "%s *%s = ad_tape_calloc(%s, %s);", type, name, p->elements, size);
}

static void put_allocations(Dense *d, int indent)
{
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++) {
            const Part *p = &d->part[i];
            const char *name = shadow(d, p, *set);
            if (p->scalar || !has_set(d, p))
                continue;
            strmap_put(&d->taken, name, d);
            put_array(d, indent, p, type_of(d, p, *set), name, width(d, *set));
        }
}

/* What may be NULL is copied where it is not. */
static const char *where_given(Dense *d, const Part *p)
{
    return p->optional ? arena_printf(d->arena, "if (%s) ", p->name) : "";
}

static void put_saves(Dense *d)
{
    for (int i = 0; i < d->nparams; i++) {
        const Part *p = &d->part[i];
        if (!p->saved)
            continue;
        const char *old = prefixed(d, "old", p->name), *type = type_spelling(p->element);
        if (is_c_array(p, 1))
            put_array(d, 1, p, type, old, 1);
        else
            PUT(1, "void *%s = ad_tape_alloc(%s, sizeof(%s));", old, p->elements, type);
        PUT(1, "%smemcpy(%s, %s, %s * sizeof(%s));", where_given(d, p), old, p->name, p->elements, type);
    }
    for (size_t i = 0; i < d->globals.n; i++) {
        const char *g = ((Var *)d->globals.at[i])->name;
        PUT(1, pass_options.no_malloc ? "unsigned char %s[sizeof %s];" : "void *%s = ad_tape_alloc(1, sizeof %s);", prefixed(d, "old", g), g);
        PUT(1, "memcpy(%s, &%s, sizeof %s);", prefixed(d, "old", g), g, g);
    }
}

static void put_restore(Dense *d, int indent)
{
    for (int i = 0; i < d->nparams; i++)
        if (d->part[i].saved)
            PUT(indent, "%smemcpy(%s, %s, %s * sizeof(%s));", where_given(d, &d->part[i]), d->part[i].name, prefixed(d, "old", d->part[i].name),
                d->part[i].elements, type_spelling(d->part[i].element));
    for (size_t i = 0; i < d->globals.n; i++) {
        const char *g = ((Var *)d->globals.at[i])->name;
        PUT(indent, "memcpy(&%s, %s, sizeof %s);", g, prefixed(d, "old", g), g);
    }
}

/* Results by value, and seeds of several directions: declared, or zero again. */
static void put_scalars(Dense *d, int indent, bool again)
{
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++) {
            const Part *p = &d->part[i];
            const char *name = shadow(d, p, *set), *type = type_of(d, p, *set);
            bool wide = width(d, *set) > 1, result = is_result(d, p, *set);
            if (wide && result && again)
                PUT(indent, "memset(%s, 0, sizeof %s);", name, name);
            else if (wide && has_set(d, p) && p->scalar && !again)
                PUT(indent, result ? "%s %s[%d] = {0};" : "%s %s[%d];", type, name, width(d, *set));
            else if (!wide && result)
                PUT(indent, "%s%s%s = 0;", again ? "" : type, again ? "" : " ", name);
        }
}

/* Memory as on entry, derivatives zero. What is only added to (d_ of a Hessian's independents) is not read and may stay. */
static void put_reset(Dense *d, int indent)
{
    PUT(indent, "if (%s > 0) {", d->index);
    size_t before = d->text.n;
    put_restore(d, indent + 1);
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++) {
            const Part *p = &d->part[i];
            const char *name = shadow(d, p, *set);
            if (p->scalar || !has_set(d, p) || (d->mode == MODE_HVP && *set == 'd' && p->role == ROLE_INDEP))
                continue;
            if (width(d, *set) > 1)
                PUT(indent + 1, "memset(%s, 0, %s * %d * sizeof *%s);", name, p->elements, width(d, *set), name);
            else
                PUT(indent + 1, "memset(%s, 0, %s * sizeof *%s);", name, p->elements, name);
        }
    put_scalars(d, indent + 1, true);
    if (d->text.n > before)
        PUT(indent, "}");
    else
        ICE("a matrix without derivatives");
}

static void put_frees(Dense *d, int indent)
{
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < d->nparts; i++)
            if (!d->part[i].scalar && has_set(d, &d->part[i]) && !is_c_array(&d->part[i], width(d, *set)))
                PUT(indent, "free(%s);", shadow(d, &d->part[i], *set));
}

static void put_saves_end(Dense *d)
{
    for (int i = 0; i < d->nparams; i++)
        if (d->part[i].saved && !is_c_array(&d->part[i], 1))
            PUT(1, "free(%s);", prefixed(d, "old", d->part[i].name));
    if (pass_options.no_malloc)
        return;
    for (size_t i = 0; i < d->globals.n; i++)
        PUT(1, "free(%s);", prefixed(d, "old", ((Var *)d->globals.at[i])->name));
}

/* ---------------------------------------------------------------------- seeds */

static const char *sum_of(Dense *d, const char *start, const char *i)
{
    return strcmp(start, "0") ? arena_printf(d->arena, "%s + %s", start, i) : i;
}

static const char *in_parentheses(Dense *d, const char *text)
{
    return strchr(text, ' ') ? arena_printf(d->arena, "(%s)", text) : text;
}

/* Is `at` among the numbers of p? NULL: always. total: there may be more than there are numbers. */
static const char *condition_of(const Dense *d, const Part *p, const char *at, const char *total)
{
    const char *start = seed_start(d, p), *next = NULL;
    for (const Part *q = p + 1; q < d->part + d->nparts && !next; q++)
        next = seed_start(d, q);
    if (!next)
        next = total;
    bool first = !strcmp(start, "0");
    if (p->scalar)
        return arena_printf(d->arena, "%s == %s", at, start);
    if (!next)
        return first ? NULL : arena_printf(d->arena, "%s >= %s", at, start);
    return first ? arena_printf(d->arena, "%s < %s", at, next) : arena_printf(d->arena, "%s >= %s && %s < %s", at, start, at, next);
}

static void put_single_seeds(Dense *d)
{
    for (int i = 0; i < d->nparts; i++) {
        const Part *p = &d->part[i];
        if (p->scalar || !seed_start(d, p))
            continue;
        const char *condition = condition_of(d, p, d->index, NULL), *start = seed_start(d, p);
        if (condition)
            PUT(2, "if (%s)", condition);
        const char *at = strcmp(start, "0") ? arena_printf(d->arena, "%s - %s", d->index, start) : d->index;
        PUT(condition ? 3 : 2, "%s = 1;", number_at(d, p, shadow(d, p, seed_set(d)), at, NULL));
    }
}

static void put_block_seeds(Dense *d, const char *k)
{
    const char *at = arena_printf(d->arena, "%s + %s", d->index, k);
    PUT(2, "for (size_t %s = 0; %s < %d; %s++) {", k, k, d->block, k);
    for (int i = 0; i < d->nparts; i++) {
        const Part *p = &d->part[i];
        const char *name = shadow(d, p, seed_set(d)), *start = seed_start(d, p);
        if (!start)
            continue;
        if (p->scalar) {
            PUT(3, "%s[%s] = %s;", name, k, condition_of(d, p, at, NULL));
            continue;
        }
        PUT(3, "if (%s)", condition_of(d, p, at, d->total));
        const char *number = strcmp(start, "0") ? arena_printf(d->arena, "%s - %s", at, start) : at;
        PUT(4, "%s = 1;", number_at(d, p, name, number, k));
    }
    PUT(2, "}");
}

/* All columns of these colours. */
static void put_colour_seeds(Dense *d, const char *i, const char *k)
{
    for (int n = 0; n < d->nparts; n++) {
        const Part *p = &d->part[n];
        const char *name = shadow(d, p, seed_set(d)), *start = seed_start(d, p);
        if (!start || (p->scalar && d->block == 1))
            continue;
        const char *colour = arena_printf(d->arena, "%s->colour[%s]", d->matrix, p->scalar ? start : sum_of(d, start, i));
        if (!p->scalar)
            PUT(2, "for (size_t %s = 0; %s < %s; %s++)", i, i, p->count, i);
        if (p->scalar)
            PUT(2, "for (size_t %s = 0; %s < %d; %s++)", k, k, d->block, k);
        if (p->scalar)
            PUT(3, "%s[%s] = %s == %s + %s;", name, k, colour, d->index, k);
        else if (d->block == 1)
            PUT(3, "%s = %s == %s;", number_at(d, p, name, i, NULL), colour, d->index);
        else
            PUT(3, "if (%s - %s < %d)", colour, d->index, d->block);
        if (!p->scalar && d->block > 1)
            PUT(4, "%s = 1;", number_at(d, p, name, i, arena_printf(d->arena, "(%s - %s)", colour, d->index)));
    }
}

/* Part of the names of functions for sets in the bytes of numbers. */
static const char *kind_of(const Part *p)
{
    return p->leaf->kind == TY_F32 ? "float" : p->leaf->kind == TY_F64 ? "double" : "ldouble";
}

static const char *bit_of(Dense *d, const char *i)
{
    return index_set_size(d->structure) == 64 ? arena_printf(d->arena, "ad_bit(%s, %s)", i, d->index)
                                              : arena_printf(d->arena, "ad_bit_of_32(%s, %s)", i, d->index);
}

static void put_bit_seeds(Dense *d, const char *i)
{
    for (int n = 0; n < d->nparts; n++) {
        const Part *p = &d->part[n];
        if (p->scalar || !seed_start(d, p))
            continue;
        PUT(3, "for (size_t %s = 0; %s < %s; %s++)", i, i, p->count, i);
        const char *name = shadow(d, p, seed_set(d)), *bit = bit_of(d, sum_of(d, seed_start(d, p), i));
        if (d->in_place)
            PUT(4, "ad_put_set_%s(%s, %s);", kind_of(p), address_of_number(d, p, name, i), bit);
        else
            PUT(4, "%s[%s] = %s;", name, i, bit);
    }
}

/* ---------------------------------------------------------------------- the call */

static const char *seed_value(Dense *d, const Part *p)
{
    const char *start = seed_start(d, p);
    if (!start) /* its direction stays zero */
        return "0";
    if (d->bits)
        return bit_of(d, start);
    if (d->rq->sparse)
        return arena_printf(d->arena, "%s->colour[%s] == %s", d->matrix, start, d->index);
    return condition_of(d, p, d->index, NULL);
}

/* By value it is one set, of both its parts. */
static const char *set_of_complex(Dense *d, const Part *p, const char *name)
{
    return arena_printf(d->arena, "ad_set_%s(%s) | ad_set_%s(%s)", kind_of(p), address_of_number(d, p, name, "0"), kind_of(p),
                        address_of_number(d, p, name, "1"));
}

static void put_call(Dense *d, int indent)
{
    Str s = {.arena = d->arena};
    str_fmt(&s, "%s(", d->bits ? d->structure->name : d->helper->name);
    for (int i = 0; i < d->nparams; i++)
        str_fmt(&s, "%s%s", i ? ", " : "", d->part[i].name);
    for (const char *set = sets(d); *set; set++)
        for (int i = 0; i < 2 * d->nparts; i++) { /* globals come last */
            const Part *p = &d->part[i % d->nparts];
            bool wide = width(d, *set) > 1;
            if (!has_set(d, p) || p->is_global != (i >= d->nparts))
                continue;
            str_put(&s, ", ");
            if (is_value_seed(d, p, *set) && !wide)
                str_put(&s, seed_value(d, p));
            else if (p->by_value && !wide && passed_by_value(d, p, *set))
                str_put(&s, d->bits && !p->place && differs(d, *set) ? set_of_complex(d, p, shadow(d, p, *set)) : arena_printf(d->arena, "*%s", shadow(d, p, *set)));
            else if (p->scalar)
                str_fmt(&s, "%s%s", wide ? "" : "&", shadow(d, p, *set));
            else
                str_fmt(&s, "%s%s", p->nested || (wide && p->var && p->var->is_array_param) ? "(void *)" : "", shadow(d, p, *set));
        }
    if (d->again && !d->bits)
        str_fmt(&s, ", %s", strcmp(d->index, "0") ? arena_printf(d->arena, "%s > 0", d->index) : "0");
    str_put(&s, ");");
    put(d, indent, s.s);
}

/* ---------------------------------------------------------------------- results */

/* The loops around an assignment of results, the one along the matrix's lines inside. Returns the indentation. */
static int put_result_loops(Dense *d, const Part *p, const char *i, const char *k)
{
    const char *lines = d->block > 1 ? arena_printf(d->arena, "for (size_t %s = 0; %s < %d && %s + %s < %s; %s++)", k, k, d->block, d->index, k,
                                                    d->total, k)
                                     : NULL;
    const char *numbers = p->scalar ? NULL : arena_printf(d->arena, "for (size_t %s = 0; %s < %s; %s++)", i, i, p->count, i);
    const char *outer = seeds_rows(d) ? lines : numbers, *inner = seeds_rows(d) ? numbers : lines;
    int indent = 2;
    if (outer)
        PUT(indent++, "%s", outer);
    if (inner)
        PUT(indent++, "%s", inner);
    return indent;
}

/* J[(r_y + i) * columns + column + k] = d_y[i * 4 + k]; */
static void put_results(Dense *d, const char *i, const char *k)
{
    bool wide = d->block > 1;
    const char *at_k = wide ? arena_printf(d->arena, "%s + %s", d->index, k) : d->index;
    for (int n = 0; n < d->nparts; n++) {
        const Part *p = &d->part[n];
        const char *start = d->mode == MODE_JVP ? p->row : p->column;
        const char *from = shadow(d, p, d->mode == MODE_HVP ? 'h' : 'd'), *row = at_k, *column = at_k;
        if (!start)
            continue;
        int indent = put_result_loops(d, p, i, k);
        const char *at = p->scalar ? start : sum_of(d, start, i);
        *(d->mode == MODE_VJP ? &column : &row) = at;
        const char *line_start = strcmp(row, "0") ? arena_printf(d->arena, "%s * %s + ", in_parentheses(d, row), d->stride) : "";
        const char *number = p->scalar ? (wide ? arena_printf(d->arena, "%s[%s]", from, k) : from) : number_at(d, p, from, i, wide ? k : NULL);
        PUT(indent, "%s[%s%s] = %s;", d->target, line_start, column, number);
    }
}

static void put_bit_results(Dense *d, const char *i)
{
    for (int n = 0; n < d->nparts; n++) {
        const Part *p = &d->part[n];
        const char *start = d->mode == MODE_JVP ? p->row : p->column, *from = shadow(d, p, d->mode == MODE_HVP ? 'h' : 'd');
        if (!start)
            continue;
        const char *set = p->scalar ? from : number_at(d, p, from, i, NULL);
        if (d->in_place)
            set = arena_printf(d->arena, "ad_set_%s(%s)", kind_of(p),
                               p->scalar ? arena_printf(d->arena, "&%s", from) : address_of_number(d, p, from, i));
        if (!p->scalar)
            PUT(3, "for (size_t %s = 0; %s < %s; %s++)", i, i, p->count, i);
        PUT(p->scalar ? 3 : 4, "ad_csr_add(%s, %s, %s, %s);", d->matrix, p->scalar ? start : sum_of(d, start, i), d->index, set);
    }
}

/* ---------------------------------------------------------------------- bodies */

/* When there is nothing to loop over, the primal's effects happen all the same. */
static void put_call_without_lines(Dense *d)
{
    const char *index = d->index;
    for (int i = 0; i < d->nparts && !d->rq->sparse; i++)
        if (seeds_rows(d) || (is_indep(&d->part[i]) && (d->part[i].scalar || d->part[i].by_value)))
            return;
    PUT(1, "if (%s == 0) { /* the primal's effects all the same */", d->total);
    for (int i = 0; i < d->nparts && d->block > 1; i++)
        if (is_value_seed(d, &d->part[i], seed_set(d)) && has_set(d, &d->part[i]))
            PUT(2, "memset(%s, 0, sizeof %s);", shadow(d, &d->part[i], seed_set(d)), shadow(d, &d->part[i], seed_set(d)));
    d->index = "0";
    put_call(d, 2);
    d->index = index;
    PUT(1, "}");
}

static void put_loop(Dense *d)
{
    const char *k = d->block > 1 ? fresh(d, "k") : NULL, *i = d->counter;
    put_allocations(d, 1);
    put_scalars(d, 1, false);
    if (d->block > 1)
        PUT(1, "for (size_t %s = 0; %s < %s; %s += %d) {", d->index, d->index, d->total, d->index, d->block);
    else
        PUT(1, "for (size_t %s = 0; %s < %s; %s++) {", d->index, d->index, d->total, d->index);
    put_reset(d, 2);
    if (d->rq->sparse)
        put_colour_seeds(d, i, k);
    else if (d->block > 1)
        put_block_seeds(d, k);
    else
        put_single_seeds(d);
    put_call(d, 2);
    put_results(d, i, k);
    PUT(1, "}");
    put_call_without_lines(d);
}

void dense_body(Dense *d)
{
    bool by_row = seeds_rows(d);
    put_counts(d);
    d->columns = put_starts(d, ROLE_INDEP, "columns", true);
    if (d->mode != MODE_HVP)
        d->rows = put_starts(d, ROLE_DEP, "rows", by_row);
    d->index = fresh(d, by_row ? "row" : "column");
    d->total = by_row ? d->rows : d->columns;
    d->target = d->matrix;
    d->stride = d->columns;
    d->counter = fresh(d, "i");
    put_saves(d);
    put_loop(d);
    put_frees(d, 1);
    put_saves_end(d);
}

/* 64 columns (or rows) in each run. */
static void put_structure(Dense *d)
{
    d->index = fresh(d, seeds_rows(d) ? "row" : "column");
    const char *i = d->counter, *total = seeds_rows(d) ? d->rows : d->columns, *rows = d->mode == MODE_HVP ? d->columns : d->rows;
    int size = index_set_size(d->structure);
    PUT(1, "if (ad_csr_begin(%s, %s, %s)) { /* the structure: sets of %s, %d at once%s */", d->matrix, rows, d->columns,
        seeds_rows(d) ? "rows" : "columns", size, d->in_place ? ", in the bytes of the numbers" : "");
    d->bits = true;
    put_allocations(d, 2);
    put_scalars(d, 2, false);
    PUT(2, "for (size_t %s = 0; %s < %s; %s += %d) {", d->index, d->index, total, d->index, size);
    put_reset(d, 3);
    put_bit_seeds(d, i);
    put_call(d, 3);
    put_bit_results(d, i);
    PUT(2, "}");
    put_restore(d, 2);
    put_frees(d, 2);
    d->bits = false;
    const char *how = d->mode == MODE_HVP ? "AD_CSR_SYMMETRIC" : seeds_rows(d) ? "AD_CSR_BY_ROWS" : "AD_CSR_BY_COLUMNS";
    PUT(2, "ad_csr_finish(%s, %s);", d->matrix, how);
    PUT(1, "}");
}

void sparse_body(Dense *d)
{
    bool by_row = seeds_rows(d);
    const char *type = type_spelling(request_matrix_type(d->rq));
    put_counts(d);
    d->columns = put_starts(d, ROLE_INDEP, "columns", true);
    if (d->mode != MODE_HVP)
        d->rows = put_starts(d, ROLE_DEP, "rows", true);
    d->counter = fresh(d, "i");
    put_saves(d);
    put_structure(d);
    d->index = fresh(d, "colour");
    d->total = arena_printf(d->arena, "%s->colours", d->matrix);
    d->target = fresh(d, "compressed");
    d->stride = by_row ? d->columns : d->total;
    PUT(1, "%s *%s = ad_tape_alloc(ad_size_mul(%s, %s), sizeof(%s));", type, d->target, d->total, by_row || d->mode == MODE_HVP ? d->columns : d->rows,
        type);
    put_loop(d);
    const char *values = d->values, *e = fresh(d, "entry");
    PUT(1, "if (!*%s)", values);
    PUT(2, "*%s = ad_tape_alloc(%s->nonzeros, sizeof(%s));", values, d->matrix, type);
    PUT(1, "for (size_t %s = 0; %s < %s->nonzeros; %s++)", e, e, d->matrix, e);
    PUT(2, "(*%s)[%s] = %s[%s->source[%s]];", values, e, d->target, d->matrix, e);
    PUT(1, "free(%s);", d->target);
    put_frees(d, 1);
    put_saves_end(d);
}
