/* emit_runtime.c: for --standalone: the declarations and functions of the runtime that a file uses, as static functions in it.
 *
 * The build puts the runtime's sources, with its own macros expanded, into runtime_text (Makefile). Here they are cut into items at file
 * scope; what the file mentions is taken, and what that mentions in turn. Names that do not begin with ad_ get that prefix. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

typedef enum { ITEM_FUNCTION, ITEM_PROTOTYPE, ITEM_OTHER } ItemKind;

typedef struct {
    ItemKind kind;
    const char *comment; /* the one just before it, or "" */
    const char *text;
    Ptrs names; /* char*: what it declares */
    bool used;
} Item;

/* ---------------------------------------------------------------------- cutting */

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static const char *skip_comment(const char *at)
{
    const char *end = strstr(at + 2, "*/");
    return end ? end + 2 : at + strlen(at);
}

static const char *skip_literal(const char *at)
{
    char quote = *at++;
    while (*at && *at != quote)
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

/* The end of the item at `at`: after the `;`, or after a function's body. */
static const char *item_end(const char *at, ItemKind *kind)
{
    int depth = 0;
    bool call = false, assigned = false, type = !strncmp(at, "typedef", 7);
    *kind = ITEM_OTHER;
    while (*at) {
        if (at[0] == '/' && at[1] == '*') {
            at = skip_comment(at);
            continue;
        }
        if (*at == '"' || *at == '\'') {
            at = skip_literal(at);
            continue;
        }
        call |= *at == '(' && depth == 0;
        assigned |= *at == '=' && depth == 0;
        depth += *at == '{' || *at == '(';
        depth -= *at == '}' || *at == ')';
        if (*at == '{' && depth == 1 && call && !assigned)
            *kind = ITEM_FUNCTION;
        at++;
        if (depth == 0 && at[-1] == ';' && *kind != ITEM_FUNCTION) {
            *kind = call && !assigned && !type ? ITEM_PROTOTYPE : ITEM_OTHER;
            return at;
        }
        if (depth == 0 && at[-1] == '}' && *kind == ITEM_FUNCTION)
            return at;
    }
    return at;
}

/* The identifier that ends at `end`, blanks skipped. */
static char *word_before(Arena *a, const char *text, const char *end)
{
    while (end > text && !word_char(end[-1]))
        end--;
    const char *from = end;
    while (from > text && word_char(from[-1]))
        from--;
    return arena_strndup(a, from, (size_t)(end - from));
}

static void find_names(Arena *a, Item *item)
{
    const char *text = item->text, *brace = strchr(text, '{');
    if (item->kind != ITEM_OTHER) {
        ptrs_push(&item->names, word_before(a, text, strchr(text, '(')));
    } else if (!strncmp(text, "typedef", 7)) {
        const char *function = brace ? NULL : strstr(text, "(*");
        ptrs_push(&item->names, word_before(a, text, function ? strchr(function, ')') : strrchr(text, ';')));
    } else if (!strncmp(text, "enum", 4) && brace) {
        for (const char *at = brace; *at; at++)
            if ((isalpha((unsigned char)*at) || *at == '_') && !word_char(at[-1]))
                ptrs_push(&item->names,
                          arena_strndup(a, at, strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")));
    } else {
        ptrs_push(&item->names, word_before(a, text, text + strcspn(text, "[={;")));
    }
}

/* A file's or section's heading is not about the item that happens to follow. */
static bool is_heading(const char *comment)
{
    size_t n = strcspn(comment + 2, ":\n*");
    return !strncmp(comment, "/* ---", 6) || !strncmp(comment, "/* ===", 6) ||
           (n > 3 && comment[n + 2] == ':' && comment[n] == '.');
}

static void cut_items(Arena *a, const char *at, Ptrs *items)
{
    const char *comment = "";
    for (;;) {
        while (isspace((unsigned char)*at))
            at++;
        if (!*at)
            return;
        if (at[0] == '/' && at[1] == '*') {
            const char *end = skip_comment(at);
            comment = is_heading(at) ? "" : arena_strndup(a, at, (size_t)(end - at));
            at = end;
            continue;
        }
        Item *item = arena_alloc(a, sizeof *item);
        *item = (Item){.comment = comment, .names = {.arena = a}};
        const char *end = item_end(at, &item->kind);
        item->text = arena_strndup(a, at, (size_t)(end - at));
        find_names(a, item);
        ptrs_push(items, item);
        comment = "";
        at = end;
    }
}

/* ---------------------------------------------------------------------- what is used */

static void find_used(const Ptrs *items, StrMap *words)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < items->n; i++) {
            Item *item = items->at[i];
            bool wanted = false;
            for (size_t k = 0; k < item->names.n; k++)
                wanted = wanted || strmap_get(words, item->names.at[k]);
            if (!wanted || item->used)
                continue;
            item->used = changed = true;
            scan_words(words, item->text);
        }
    }
}

static bool mentions(const StrMap *words, const char *list)
{
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, " ");
        if (strmap_get(words, arena_strndup(words->arena, at, n)))
            return true;
        at += n + (at[n] == ' ');
    }
    return false;
}

static bool mentions_math(const StrMap *words)
{
    Type *t;
    for (size_t i = 0; i < words->cap; i++)
        if (words->keys[i] && math_find(words->keys[i], &t) != OP_COUNT)
            return true;
    return mentions(words, "INFINITY NAN HUGE_VAL isnan isinf isfinite signbit");
}

/* ---------------------------------------------------------------------- printing */

/* What comes from a macro is on one line: it gets the usual layout. */
static const char *lay_out(Arena *a, const char *text)
{
    Str s = {.arena = a};
    int indent = 0, parens = 0;
    if (strchr(text, '\n'))
        return text;
    str_put(&s, "");
    for (const char *c = text; *c; c++) {
        parens += (*c == '(') - (*c == ')');
        if (*c == '{' && !parens) {
            while (s.n && s.s[s.n - 1] == ' ')
                s.s[--s.n] = '\0';
            str_fmt(&s, "\n%*s{\n%*s", 4 * indent, "", 4 * indent + 4, "");
            indent++;
        } else if (*c == '}' && !parens) {
            indent--;
            while (s.n && s.s[s.n - 1] == ' ')
                s.s[--s.n] = '\0';
            str_fmt(&s, "%*s}", 4 * indent, "");
        } else if (*c == ';' && !parens && indent) {
            str_fmt(&s, ";\n%*s", 4 * indent, "");
        } else if (*c != ' ' || (s.n && s.s[s.n - 1] != ' ')) {
            str_putn(&s, *c == '*' && c[1] == ' ' ? "*" : c, 1);
            c += *c == '*' && c[1] == ' ';
        }
    }
    return s.s;
}

/* A function of the C library, declared where headers differ: it stays what it is. */
static bool is_external(const Item *item)
{
    return !strncmp(item->text, "extern ", 7);
}

/* The two functions that differ with and without -fopenmp: the text that the build has preprocessed is that without. */
static const char *thread_function(Arena *a, const char *name)
{
    bool count = !strcmp(name, "ad_thread_count");
    const char *ask = count ? "omp_get_max_threads" : "omp_get_thread_num";
    if (!count && strcmp(name, "ad_thread") != 0)
        return NULL;
    return arena_printf(a,
                        "#ifdef _OPENMP\nextern int %s(void);\n#endif\n\nstatic long %s(void)\n{\n#ifdef _OPENMP\n"
                        "    return %s();\n#else\n    return %d;\n#endif\n}",
                        ask, name, ask, count);
}

static void put_item(Str *out, const Item *item, const Item *before)
{
    const char *name = item->names.n ? item->names.at[0] : "", *threads = thread_function(out->arena, name);
    const char *text = item->kind == ITEM_FUNCTION ? lay_out(out->arena, item->text) : item->text;
    bool block = strchr(text, '\n') != NULL;
    if (before && (block || *item->comment || strchr(before->text, '\n') || before->kind != item->kind))
        str_put(out, "\n");
    if (*item->comment)
        str_fmt(out, "%s\n", item->comment);
    if (threads)
        str_fmt(out, "%s\n", threads);
    else if (item->kind != ITEM_OTHER && !strcmp(name, "ad_out_of_memory"))
        str_fmt(out, "%s%s\n", item->kind == ITEM_PROTOTYPE ? "" : "#ifdef __GNUC__\n__attribute__((weak))\n#endif\n", text);
    else if (item->kind != ITEM_OTHER && strncmp(text, "static ", 7) != 0 && !is_external(item))
        str_fmt(out, "static %s\n", text);
    else
        str_fmt(out, "%s\n", text);
}

/* The internal names of the runtime's files, under names that no user has. */
static const char *with_prefix(Arena *a, const Ptrs *items, const char *text)
{
    for (size_t i = 0; i < items->n; i++) {
        const Item *item = items->at[i];
        for (size_t k = 0; k < item->names.n && item->used; k++)
            if (strncmp(item->names.at[k], "ad_", 3) != 0 && !is_external(item))
                text = replace_word(a, text, item->names.at[k], arena_printf(a, "ad_%s", (const char *)item->names.at[k]));
    }
    return text;
}

static void all_items(Arena *a, Ptrs *items)
{
    Str all = {.arena = a};
    str_put(&all, "");
    for (const char *const *line = runtime_text; *line; line++)
        str_put(&all, *line);
    cut_items(a, all.s, items);
}

void scan_runtime(StrMap *words)
{
    Str all = {.arena = words->arena};
    str_put(&all, "");
    for (const char *const *line = runtime_text; *line; line++)
        str_put(&all, *line);
    scan_words(words, all.s);
}

void runtime_names(Arena *a, Ptrs *names)
{
    Ptrs items = {.arena = a};
    all_items(a, &items);
    for (size_t i = 0; i < items.n; i++) {
        const Item *item = items.at[i];
        for (size_t k = 0; k < item->names.n && !is_external(item); k++) {
            const char *name = item->names.at[k];
            ptrs_push(names, !strncmp(name, "ad_", 3) ? arena_strdup(a, name) : arena_printf(a, "ad_%s", name));
        }
    }
}

void emit_runtime(Str *out, StrMap *words, Needs *needs)
{
    Arena *a = words->arena;
    Ptrs items = {.arena = a};
    Str text = {.arena = a};
    str_put(&text, "");
    all_items(a, &items);
    StrMap own = {.arena = a};
    for (size_t i = 0; i < words->cap; i++)
        if (words->keys[i] && !strncmp(words->keys[i], "ad_", 3))
            strmap_put(&own, words->keys[i], out);
    find_used(&items, &own);
    const Item *before = NULL;
    for (size_t i = 0; i < items.n; i++) {
        const Item *item = items.at[i];
        if (!item->used)
            continue;
        put_item(&text, item, before);
        before = item;
    }
    if (!before)
        return;
    needs->stdlib |= mentions(&own, "malloc calloc realloc free abort exit");
    needs->string |= mentions(&own, "memcpy memset memmove memcmp strlen");
    needs->stdio_h |= mentions(&own, "fprintf printf stderr fputs");
    needs->stdarg_h |= mentions(&own, "va_list");
    needs->stdint_h |= mentions(&own, "SIZE_MAX uint64_t uint32_t int64_t uintptr_t");
    needs->stddef_h |= mentions(&own, "size_t NULL ptrdiff_t");
    needs->math |= mentions_math(&own);
    str_fmt(out, "/* ---- from adgen's runtime ---- */\n\n%s\n/* ---- end of the runtime ---- */\n\n",
            with_prefix(a, &items, text.s));
}
