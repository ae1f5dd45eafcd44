/* sparse.c: compressed rows of sparse Jacobians and Hessians: from sets of directions to a structure, and its colouring.
 *
 * Columns of a Jacobian that have no row in common get one colour (A. R. Curtis, M. J. D. Powell, J. K. Reid, On the estimation of sparse
 * Jacobian matrices, 1974), columns of a Hessian colours of which no two form a path of four vertices: a star colouring (T. F. Coleman,
 * J. J. More, Estimation of sparse Hessian matrices and graph coloring problems, 1984; the algorithm is 4.1 of A. H. Gebremedhin,
 * A. Tarafdar, F. Manne, A. Pothen, New acyclic and star coloring algorithms with application to computing Hessians, 2007).
 */
#include "adgen_rt.h"

#include <stdint.h>
#include <stdlib.h>

/* A line (a row, or a column) and which of the 64 other lines from `first` on it meets. */
struct ad_csr_word {
    size_t line, first;
    unsigned long long bits;
};

void ad_csr_add(ad_csr *s, size_t line, size_t first, unsigned long long bits)
{
    if (!bits)
        return;
    if (s->nwords == s->words_cap) {
        size_t cap = s->words_cap ? 2 * s->words_cap : 256;
        struct ad_csr_word *grown = cap > SIZE_MAX / sizeof *grown ? NULL : realloc(s->words, cap * sizeof *grown);
        if (!grown) {
            ad_out_of_memory(cap > SIZE_MAX / sizeof *grown ? SIZE_MAX : cap * sizeof *grown);
            abort();
        }
        s->words = grown;
        s->words_cap = cap;
    }
    s->words[s->nwords++] = (struct ad_csr_word){line, first, bits};
}

void ad_csr_free(ad_csr *s)
{
    free(s->row_start);
    free(s->column);
    free(s->colour);
    free(s->source);
    free(s->words);
    *s = (ad_csr){0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, 0, 0};
}

/* ---------------------------------------------------------------------- structures */

/* Lists of lines: those that meet line i are at[start[i]] to at[start[i + 1] - 1]. */
typedef struct {
    size_t n, *start, *at;
} Lists;

static Lists lists_new(size_t n, size_t entries)
{
    Lists l = {n, ad_tape_calloc(n + 1, sizeof *l.start), ad_tape_alloc(entries, sizeof *l.at)};
    return l;
}

static void lists_free(Lists *l)
{
    free(l->start);
    free(l->at);
}

/* From how many there are of each to where they start. */
static void add_up(size_t *start, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i <= n; i++) {
        size_t count = start[i];
        start[i] = sum;
        sum += count;
    }
}

/* at[..] of line i in the order of the words; transposed: by the other index. `first` grows from word to word of one line. */
static Lists lists_of_words(const ad_csr *s, size_t n, int transposed)
{
    size_t entries = 0;
    for (size_t w = 0; w < s->nwords; w++)
        for (unsigned long long bits = s->words[w].bits; bits; bits &= bits - 1)
            entries++;
    Lists l = lists_new(n, entries);
    for (int fill = 0; fill < 2; fill++) {
        for (size_t w = 0; w < s->nwords; w++)
            for (unsigned b = 0; b < 64; b++) {
                if (!(s->words[w].bits >> b & 1))
                    continue;
                size_t line = s->words[w].line, other = s->words[w].first + b, i = transposed ? other : line;
                if (fill)
                    l.at[l.start[i]++] = transposed ? line : other;
                else
                    l.start[i]++;
            }
        if (!fill)
            add_up(l.start, n);
    }
    for (size_t i = n; i > 0; i--) /* each start is now the next one's */
        l.start[i] = l.start[i - 1];
    l.start[0] = 0;
    return l;
}

static Lists transpose(const Lists *l, size_t n)
{
    Lists t = lists_new(n, l->start[l->n]);
    for (size_t k = 0; k < l->start[l->n]; k++)
        t.start[l->at[k]]++;
    add_up(t.start, n);
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = l->start[i]; k < l->start[i + 1]; k++)
            t.at[t.start[l->at[k]]++] = i;
    for (size_t i = n; i > 0; i--)
        t.start[i] = t.start[i - 1];
    t.start[0] = 0;
    return t;
}

/* ---------------------------------------------------------------------- colours */

static const size_t NO_COLOUR = SIZE_MAX;

/* The smallest colour that no mark forbids for line v. */
static size_t smallest(const size_t *forbidden, size_t v)
{
    size_t c = 0;
    while (forbidden[c] == v)
        c++;
    return c;
}

/* Lines by falling number of entries: those that are hardest to place come first. */
static size_t *largest_first(const Lists *l)
{
    size_t *order = ad_tape_alloc(l->n, sizeof *order), *count = ad_tape_calloc(l->start[l->n] + 2, sizeof *count), most = 0;
    for (size_t i = 0; i < l->n; i++) {
        size_t size = l->start[i + 1] - l->start[i];
        most = size > most ? size : most;
        count[size]++;
    }
    size_t at = 0;
    for (size_t size = most + 1; size-- > 0;) {
        size_t n = count[size];
        count[size] = at;
        at += n;
    }
    for (size_t i = 0; i < l->n; i++)
        order[count[l->start[i + 1] - l->start[i]]++] = i;
    free(count);
    return order;
}

/* Lines that meet one line in `across` get different colours; lines without entries none. Returns how many there are. */
static size_t colour_apart(const Lists *lines, const Lists *across, size_t *colour)
{
    size_t *forbidden = ad_tape_alloc(lines->n + 1, sizeof *forbidden), *order = largest_first(lines), colours = 0;
    for (size_t i = 0; i <= lines->n; i++)
        forbidden[i] = NO_COLOUR;
    for (size_t i = 0; i < lines->n; i++)
        colour[i] = NO_COLOUR;
    for (size_t o = 0; o < lines->n; o++) {
        size_t v = order[o];
        for (size_t k = lines->start[v]; k < lines->start[v + 1]; k++)
            for (size_t r = across->start[lines->at[k]]; r < across->start[lines->at[k] + 1]; r++)
                if (colour[across->at[r]] != NO_COLOUR)
                    forbidden[colour[across->at[r]]] = v;
        if (lines->start[v] == lines->start[v + 1])
            continue;
        colour[v] = smallest(forbidden, v);
        colours = colour[v] >= colours ? colour[v] + 1 : colours;
    }
    free(forbidden);
    free(order);
    return colours;
}

/* Is x, a neighbour of w, also one of another vertex with w's colour? Then a path of four has two colours only, should v get that of x. */
static int ends_path(const Lists *l, const size_t *colour, size_t x, size_t w)
{
    for (size_t k = l->start[x]; k < l->start[x + 1]; k++)
        if (l->at[k] != w && l->at[k] != x && colour[l->at[k]] == colour[w])
            return 1;
    return 0;
}

static size_t colour_stars(const Lists *l, size_t *colour)
{
    size_t *forbidden = ad_tape_alloc(l->n + 1, sizeof *forbidden), *order = largest_first(l), colours = 0;
    for (size_t i = 0; i <= l->n; i++)
        forbidden[i] = NO_COLOUR;
    for (size_t i = 0; i < l->n; i++)
        colour[i] = NO_COLOUR;
    for (size_t o = 0; o < l->n; o++) {
        size_t v = order[o];
        for (size_t k = l->start[v]; k < l->start[v + 1]; k++) {
            size_t w = l->at[k];
            if (w != v && colour[w] != NO_COLOUR)
                forbidden[colour[w]] = v;
            for (size_t j = l->start[w]; w != v && j < l->start[w + 1]; j++) {
                size_t x = l->at[j];
                if (x != v && x != w && colour[x] != NO_COLOUR && (colour[w] == NO_COLOUR || ends_path(l, colour, x, w)))
                    forbidden[colour[x]] = v;
            }
        }
        if (l->start[v] == l->start[v + 1])
            continue;
        colour[v] = smallest(forbidden, v);
        colours = colour[v] >= colours ? colour[v] + 1 : colours;
    }
    free(forbidden);
    free(order);
    return colours;
}

/* ---------------------------------------------------------------------- where values come from */

/* In row i of the compressed matrix, entry k stands alone in its colour, or its mirror image does in its own row. */
static void find_symmetric_sources(ad_csr *s)
{
    size_t *seen = ad_tape_calloc(s->colours + 1, sizeof *seen);
    unsigned char *alone = ad_tape_alloc(s->nonzeros, 1);
    for (size_t i = 0; i < s->rows; i++) {
        for (size_t k = s->row_start[i]; k < s->row_start[i + 1]; k++)
            seen[s->colour[s->column[k]]]++;
        for (size_t k = s->row_start[i]; k < s->row_start[i + 1]; k++)
            alone[k] = seen[s->colour[s->column[k]]] == 1;
        for (size_t k = s->row_start[i]; k < s->row_start[i + 1]; k++)
            seen[s->colour[s->column[k]]] = 0;
        for (size_t k = s->row_start[i]; k < s->row_start[i + 1]; k++)
            s->source[k] = alone[k] ? i * s->colours + s->colour[s->column[k]] : s->column[k] * s->colours + s->colour[i];
    }
    free(seen);
    free(alone);
}

/* A Hessian's structure is made symmetric: the second derivatives that are found by one order of differentiation count for both. */
static Lists symmetric(const Lists *l)
{
    Lists t = transpose(l, l->n), both = lists_new(l->n, 2 * l->start[l->n]);
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        size_t a = l->start[i], b = t.start[i];
        both.start[i] = n;
        while (a < l->start[i + 1] || b < t.start[i + 1]) {
            size_t x = a < l->start[i + 1] ? l->at[a] : SIZE_MAX, y = b < t.start[i + 1] ? t.at[b] : SIZE_MAX;
            both.at[n++] = x < y ? x : y;
            a += x <= y;
            b += y <= x;
        }
    }
    both.start[l->n] = n;
    lists_free(&t);
    return both;
}

int ad_csr_begin(ad_csr *s, size_t rows, size_t columns)
{
    if (s->row_start && s->rows == rows && s->columns == columns)
        return 0;
    ad_csr_free(s);
    s->rows = rows;
    s->columns = columns;
    return 1;
}

void ad_csr_finish(ad_csr *s, ad_csr_kind kind)
{
    size_t rows = s->rows, columns = s->columns;
    Lists by_row = lists_of_words(s, rows, kind == AD_CSR_BY_ROWS);
    free(s->words);
    s->words = NULL;
    s->nwords = s->words_cap = 0;
    if (kind == AD_CSR_SYMMETRIC) {
        Lists both = symmetric(&by_row);
        lists_free(&by_row);
        by_row = both;
    }
    Lists by_column = transpose(&by_row, columns);
    if (kind == AD_CSR_BY_ROWS) { /* the words come column by column */
        lists_free(&by_row);
        by_row = transpose(&by_column, rows);
    }
    s->row_start = by_row.start;
    s->column = by_row.at;
    s->nonzeros = by_row.start[rows];
    s->colour = ad_tape_alloc(kind == AD_CSR_BY_ROWS ? rows : columns, sizeof *s->colour);
    s->source = ad_tape_alloc(s->nonzeros, sizeof *s->source);
    s->colours = kind == AD_CSR_SYMMETRIC ? colour_stars(&by_row, s->colour)
                 : kind == AD_CSR_BY_ROWS ? colour_apart(&by_row, &by_column, s->colour)
                                          : colour_apart(&by_column, &by_row, s->colour);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = by_row.start[i]; k < by_row.start[i + 1]; k++)
            s->source[k] = kind == AD_CSR_BY_ROWS ? s->colour[i] * columns + s->column[k] : i * s->colours + s->colour[s->column[k]];
    if (kind == AD_CSR_SYMMETRIC)
        find_symmetric_sources(s);
    lists_free(&by_column);
}

/* ---------------------------------------------------------------------- sets in arrays */

/* The place of element i: with a negative increment the first is the last. */
static long vector_place(long n, long i, long inc)
{
    return inc < 0 ? (n - 1 - i) * -inc : i * inc;
}

#define AD_SETS_OF(name, type)                                                                                                         \
    unsigned long long ad_set_##name##_array(const type *p, long n)                                                                    \
    {                                                                                                                                  \
        unsigned long long set = 0;                                                                                                    \
        for (long i = 0; p && i < n; i++)                                                                                              \
            set |= ad_set_##name(p + i);                                                                                               \
        return set;                                                                                                                    \
    }                                                                                                                                  \
    void ad_add_set_##name##_array(type *p, long n, unsigned long long set)                                                            \
    {                                                                                                                                  \
        for (long i = 0; p && i < n; i++)                                                                                              \
            ad_add_set_##name(p + i, set);                                                                                             \
    }                                                                                                                                  \
    unsigned long long ad_set_##name##_in(const type *p, long n, size_t size, long count)                                              \
    {                                                                                                                                  \
        unsigned long long set = 0;                                                                                                    \
        for (long i = 0; p && i < n * count; i++)                                                                                      \
            set |= ad_set_##name((const type *)((const char *)p + (size_t)(i / count) * size) + i % count);                            \
        return set;                                                                                                                    \
    }                                                                                                                                  \
    void ad_add_set_##name##_in(type *p, long n, size_t size, long count, unsigned long long set)                                      \
    {                                                                                                                                  \
        for (long i = 0; p && i < n * count; i++)                                                                                      \
            ad_add_set_##name((type *)((char *)p + (size_t)(i / count) * size) + i % count, set);                                      \
    }                                                                                                                                  \
    void ad_put_set_##name##_in(type *p, long n, size_t size, long count, unsigned long long set)                                      \
    {                                                                                                                                  \
        for (long i = 0; p && i < n * count; i++)                                                                                      \
            ad_put_set_##name((type *)((char *)p + (size_t)(i / count) * size) + i % count, set);                                      \
    }                                                                                                                                  \
    void ad_put_set_##name##_array(type *p, long n, long length, long ld, unsigned long long set)                                      \
    {                                                                                                                                  \
        for (long i = 0; i < n; i++)                                                                                                   \
            if (i % (ld < 0 ? -ld : ld) < length)                                                                                      \
                ad_put_set_##name(p + i, set);                                                                                         \
    }                                                                                                                                  \
    void ad_add_set_##name##_vector(long n, const type *x, long incx, type *y, long incy, unsigned long long set)                      \
    {                                                                                                                                  \
        for (long i = 0; i < n; i++)                                                                                                   \
            ad_add_set_##name(y + vector_place(n, i, incy), ad_set_##name(x + vector_place(n, i, incx)) | set);                        \
    }                                                                                                                                  \
    void ad_put_set_##name##_vector(long n, const type *x, long incx, type *y, long incy)                                              \
    {                                                                                                                                  \
        for (long i = 0; i < n; i++)                                                                                                   \
            ad_put_set_##name(y + vector_place(n, i, incy), ad_set_##name(x + vector_place(n, i, incx)));                              \
    }
AD_SETS_OF(float, float)
AD_SETS_OF(double, double)
AD_SETS_OF(ldouble, long double)
