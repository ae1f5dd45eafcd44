/* emit_c.c: whole C files: header comment, includes, what of the source is repeated (types, constants, static functions), functions.
 *
 * The functions are printed first, which tells what they need; then what these things need in turn is found by looking for names in
 * the source text that is repeated. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

/* ---------------------------------------------------------------------- names that are taken */

static void take_words(Names *names, const char *words)
{
    for (const char *at = words; *at;) {
        size_t n = strcspn(at, " ");
        const char *word = arena_strndup(names->taken.arena, at, n);
        strmap_put(&names->taken, word, names);
        at += n + (at[n] == ' ');
    }
}

/* Keywords, macros of the standard headers, and the source's types. */
static void take_names(Names *names, const Program *p)
{
    take_words(
        names,
        "auto break case char const continue default do double else enum extern float for goto if inline int long register "
        "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false "
        "asm typeof complex imaginary I NULL EOF INFINITY NAN HUGE_VAL RAND_MAX assert errno stdin stdout stderr isnan "
        "isinf isfinite isnormal signbit fpclassify offsetof va_list va_start va_arg va_end linux unix size_t M_PI M_E "
        "malloc calloc realloc free memset memmove memcpy ad_stack ad_tape_alloc ad_tape_calloc ad_shadow_calloc");
    for (size_t i = 0; i < p->items.n; i++) {
        const TopItem *item = p->items.at[i];
        if (item->kind == TOP_TYPE && item->name)
            strmap_put(&names->taken, item->name, names);
    }
    for (size_t i = 0; i < p->macros.n; i++)
        strmap_put(&names->taken, p->macros.at[i], names);
}

/* ---------------------------------------------------------------------- what is repeated */

typedef struct {
    Program *p;
    Arena *arena;
    const EmitOptions *opt;
    const Ptrs *fns;
    Needs needs;
    StrMap words;   /* identifiers of what is printed */
    bool *repeated; /* by item */
    bool *declared; /* by item: functions whose prototype is printed, types of headers that have been looked into */
    bool changed;
} File;

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

void scan_words(StrMap *words, const char *text)
{
    for (const char *at = text; *at;) {
        if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at + 2, "*/");
            at = end ? end + 2 : at + strlen(at);
        } else if (*at == '"' || *at == '\'') {
            char quote = *at++;
            while (*at && *at != quote)
                at += at[0] == '\\' && at[1] ? 2 : 1;
            at += *at != 0;
        } else if (word_char(*at)) {
            const char *from = at;
            while (word_char(*at))
                at++;
            char *word = arena_strndup(words->arena, from, (size_t)(at - from));
            if (!isdigit((unsigned char)*from) && !strmap_get(words, word))
                strmap_put(words, word, word);
        } else {
            at++;
        }
    }
}

static bool has_word(const File *f, const char *word)
{
    return word && strmap_get(&f->words, word);
}

/* Does text, an enum or a declaration of several names, declare a word that is used? */
static bool declares_word(File *f, const char *text)
{
    File own = {.arena = f->arena, .words = {.arena = f->arena}};
    scan_words(&own.words, text);
    for (size_t i = 0; i < own.words.cap; i++)
        if (own.words.keys[i] && has_word(f, own.words.keys[i]) && strcmp(own.words.keys[i], "int") != 0 &&
            strcmp(own.words.keys[i], "double") != 0)
            return true;
    return false;
}

/* struct P of `struct P { ... }`, `typedef struct P { ... } Q` */
static const char *tag_of(File *f, const char *text)
{
    static const char *const keywords[] = {"struct ", "union ", "enum "};
    for (int i = 0; i < 3; i++) {
        const char *at = strstr(text, keywords[i]);
        if (!at || at > text + 8)
            continue;
        at += strlen(keywords[i]);
        size_t n = 0;
        while (word_char(at[n]))
            n++;
        return n ? arena_strndup(f->arena, at, n) : NULL;
    }
    return NULL;
}

static bool is_emitted(const File *f, const char *name)
{
    for (size_t i = 0; i < f->fns->n; i++)
        if (!strcmp(((const Fn *)f->fns->at[i])->name, name))
            return true;
    return false;
}

static bool is_callee(const File *f, const Fn *fn)
{
    for (size_t i = 0; i < f->needs.callees.n; i++) {
        const Fn *callee = f->needs.callees.at[i];
        if (callee == fn || (callee->name && !strcmp(callee->name, fn->name)))
            return true;
    }
    return false;
}

static bool wanted(File *f, const TopItem *item)
{
    switch (item->kind) {
    case TOP_INCLUDE:
        return true;
    case TOP_TYPE:
        if (!item->text)
            return false;
        if (has_word(f, item->name) || has_word(f, tag_of(f, item->text)))
            return true;
        return (!item->name || strstr(item->text, "enum")) && strchr(item->text, '{') && declares_word(f, strchr(item->text, '{'));
    case TOP_VAR:
        if (f->opt->primal && item->var && !item->var->is_static && !item->var->is_extern)
            return true;
        return item->var && (ptrs_has(&f->needs.globals, item->var) || has_word(f, arena_printf(f->arena, "&%s", item->name)));
    default:
        return item->fn && is_callee(f, item->fn) && !is_emitted(f, item->fn->name);
    }
}

/* Something static of another of the given files. */
static bool is_hidden_from(const TopItem *item, const TopItem *from)
{
    bool is_static = item->kind == TOP_VAR ? item->var && item->var->is_static : item->fn && item->fn->is_static;
    return is_static && item->unit != from->unit;
}

/* p->list, s.list: another list than the function of that name. */
static const char *without_members(Arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *at = copy; *at; at++) {
        bool member = (at[0] == '.' && at[1] != '.' && (at == copy || at[-1] != '.')) || (at[0] == '-' && at[1] == '>');
        for (at += member ? *at == '-' ? 2 : 1 : 0; member && word_char(*at); at++)
            *at = ' ';
        at -= member;
    }
    return copy;
}

/* What the copied source text of an item mentions: variables and functions by name. */
static void need_mentioned(File *f, const TopItem *from, const char *text)
{
    File own = {.arena = f->arena, .words = {.arena = f->arena}};
    scan_words(&own.words, without_members(f->arena, text));
    for (size_t i = 0; i < f->p->items.n; i++) {
        const TopItem *item = f->p->items.at[i];
        if (!item->name || !has_word(&own, item->name) || is_hidden_from(item, from))
            continue;
        if (item->kind == TOP_VAR && item->var && !ptrs_has(&f->needs.globals, item->var))
            ptrs_push(&f->needs.globals, item->var);
        if (item->kind == TOP_FUNCTION && item->fn && !is_callee(f, item->fn))
            ptrs_push(&f->needs.callees, item->fn);
    }
}

/* `static const struct ops *const table[] = {&garch, &egarch};` in a function: those are needed at file scope. */
static void need_in_statics(File *f)
{
    for (size_t k = 0; k < f->needs.statics.n; k++) {
        const Var *var = f->needs.statics.at[k];
        for (size_t i = 0; i < f->p->items.n && var->owner; i++) {
            const TopItem *item = f->p->items.at[i];
            if (item->kind != TOP_FUNCTION || !item->fn || strcmp(item->fn->name, var->owner->name) != 0)
                continue;
            need_mentioned(f, item, var->decl_text);
            break;
        }
    }
}

static bool is_copied_function(const TopItem *item)
{
    return item->kind == TOP_FUNCTION && item->fn->is_static && item->fn->def_text;
}

static bool is_defined_here(const File *f, const Var *var)
{
    return var->decl_text && (var->is_static || (f->opt->primal && !var->is_extern));
}

/* Under --with-primal all that is at file scope is there. */
static bool is_included(const File *f, const TopItem *item)
{
    bool in_function = item->kind == TOP_VAR ? item->var->owner != NULL : item->kind == TOP_TYPE && item->in_block;
    return f->opt->with_primal && !in_function;
}

/* A type of a header that is used: what it names, as `typedef struct model Model;` or `struct net { struct layer *layers; };` do, may be
 * defined in the main file. */
static bool is_used_header_type(File *f, const TopItem *item)
{
    return item->kind == TOP_TYPE && item->text && (has_word(f, item->name) || has_word(f, tag_of(f, item->text)));
}

static void find_repeated(File *f)
{
    f->repeated = arena_alloc(f->arena, sizeof *f->repeated * (f->p->items.n + 1));
    f->declared = arena_alloc(f->arena, sizeof *f->declared * (f->p->items.n + 1));
    for (f->changed = true; f->changed;) {
        f->changed = false;
        for (size_t i = f->p->items.n; i-- > 0;) {
            const TopItem *item = f->p->items.at[i];
            if (!item->in_main && !f->declared[i] && is_used_header_type(f, item)) {
                f->declared[i] = f->changed = true;
                scan_words(&f->words, item->text);
            }
            if (f->repeated[i] || !item->in_main || !wanted(f, item) || is_included(f, item))
                continue;
            f->repeated[i] = f->changed = true;
            const char *text = is_copied_function(item) ? item->fn->def_text : item->text;
            if (item->kind == TOP_INCLUDE || !text)
                continue;
            scan_words(&f->words, text);
            if (is_copied_function(item) || (item->kind == TOP_VAR && is_defined_here(f, item->var)))
                need_mentioned(f, item, text);
        }
    }
}

/* ---------------------------------------------------------------------- one name in several files */

/* The text that defines what the item names, in a given file or in a header; NULL: nothing, or a mere declaration. */
static const char *definition_of(const File *f, const TopItem *item)
{
    if (!item->name)
        return NULL;
    if (item->kind == TOP_VAR)
        return is_defined_here(f, item->var) ? item->var->decl_text : NULL;
    if (item->kind == TOP_FUNCTION)
        return is_copied_function(item) ? item->fn->def_text : NULL;
    bool defines = item->kind == TOP_TYPE && item->text && (strchr(item->text, '{') || !strncmp(item->text, "typedef", 7));
    return defines ? item->text : NULL;
}

/* Has OUT what the item defines, by itself or by an include, and does it name it? */
static bool is_seen(const File *f, size_t i)
{
    const TopItem *item = f->p->items.at[i];
    if (item->in_main)
        return f->repeated[i];
    return item->kind == TOP_FUNCTION ? item->fn && is_callee(f, item->fn) : has_word(f, item->name);
}

static void report_clash(const TopItem *item, const TopItem *other)
{
    diag_error(item->loc,
               "'%s' is something else in another file, and the generated file would need both; rename one of them, or "
               "differentiate the files in separate runs",
               item->name);
    diag_note(other->loc, "the other '%s' is here", item->name);
}

/* Types: a typedef and a tag may have one name. */
static bool same_name(const TopItem *a, const TopItem *b)
{
    return a->kind == b->kind && b->name && !strcmp(a->name, b->name) && (a->kind != TOP_TYPE || !strncmp(a->text, b->text, 6));
}

/* Item i is seen; by another of the given files as well? */
static void merge_item(File *f, size_t i)
{
    const TopItem *item = f->p->items.at[i];
    const char *text = definition_of(f, item);
    for (size_t k = 0; text && k < f->p->items.n; k++) {
        const TopItem *other = f->p->items.at[k];
        bool earlier = k < i || (item->in_main && !other->in_main); /* an include comes first */
        if (!earlier || item->unit == other->unit || !same_name(item, other) || !is_seen(f, k))
            continue;
        const char *first = definition_of(f, other);
        if (!first)
            continue;
        if (item->in_main)
            f->repeated[i] = false;
        if (strcmp(first, text) != 0)
            report_clash(item, other);
        return;
    }
}

/* Two source files may use a name for the same thing, which OUT then has once, but not for two. A header that one file includes may be opened
 * in another (clang_headers.c), or have been another one for it because of its macros. */
static void merge_files(File *f)
{
    bool several = false;
    for (size_t i = 1; i < f->p->items.n; i++)
        several = several || ((TopItem *)f->p->items.at[i])->unit != ((TopItem *)f->p->items.at[0])->unit;
    for (size_t i = 0; i < f->p->items.n && several; i++)
        if (is_seen(f, i))
            merge_item(f, i);
}

/* ---------------------------------------------------------------------- the file's parts */

static void put_include(File *f, Str *out, bool needed, const char *name)
{
    if (!needed)
        return;
    for (size_t i = 0; i < f->p->items.n; i++) {
        const TopItem *item = f->p->items.at[i];
        if (item->kind == TOP_INCLUDE && item->in_main && strstr(item->text, name))
            return;
    }
    str_fmt(out, "#include %s\n", name);
}

static bool declares_size_t(const File *f)
{
    static const char *const names[] = {"<stdlib.h>", "<stdio.h>", "<string.h>", "<time.h>"};
    for (size_t i = 0; i < f->p->items.n; i++) {
        const TopItem *item = f->p->items.at[i];
        for (int k = 0; k < 4 && item->kind == TOP_INCLUDE && item->in_main; k++)
            if (strstr(item->text, names[k]))
                return true;
    }
    return false;
}

/* A variable of the source may be named like a macro of <math.h> or <complex.h>, which OUT includes though the source does not. */
static void put_undefs(const File *f, Str *out)
{
    static const char *const macros[] = {"INFINITY", "NAN", "HUGE_VAL", "HUGE_VALF", "HUGE_VALL", "I"};
    for (size_t k = 0; k < sizeof macros / sizeof macros[0]; k++)
        for (size_t i = 0; i < f->p->items.n; i++) {
            const TopItem *item = f->p->items.at[i];
            if (!f->repeated[i] || item->kind != TOP_VAR || strcmp(item->name, macros[k]) != 0)
                continue;
            str_fmt(out, "#undef %s\n", macros[k]);
            break;
        }
}

/* A macro that an include looks at; was: its text before, or NULL. In a header it may be the user's own, in the file that includes it. */
static void put_macro(Str *out, const TopItem *item, const char *was, bool header)
{
    bool ends = !strncmp(item->text, "#undef", 6);
    if ((ends && !was) || (was && !strcmp(was, item->text)))
        return;
    if (ends)
        str_fmt(out, "%s\n", item->text);
    else if (was || !header)
        str_fmt(out, "%s%s%s%s\n", was ? "#undef " : "", was ? item->name : "", was ? "\n" : "", item->text);
    else
        str_fmt(out, "#ifndef %s\n%s\n#endif\n", item->name, item->text);
}

/* A macro of the source that what OUT includes by itself would be spoilt by: f2c.h has abs(x); `#define top 3` meets the runtime's names. */
static bool macros_clash(const File *f)
{
    static const char library[] = "abs labs llabs div exit abort random select time remove rename signal index log exp pow floor ceil sqrt fabs";
    StrMap own = {.arena = f->arena};
    if (f->p->macros.n)
        scan_runtime(&own);
    for (size_t i = 0; i < f->p->macros.n; i++)
        if (strmap_get(&own, f->p->macros.at[i]) || text_has_word(library, f->p->macros.at[i]))
            return true;
    return false;
}

static void put_own_includes(File *f, Str *out)
{
    const Needs *n = &f->needs;
    put_include(f, out, n->assert_h, "<assert.h>");
    put_include(f, out, n->complex_h, "<complex.h>");
    put_include(f, out, n->cblas && !f->p->has_cblas, "<cblas.h>");
    put_include(f, out, n->math, "<math.h>");
    put_include(f, out, n->stddef_h && !n->stdlib && !n->string && !declares_size_t(f), "<stddef.h>");
    put_include(f, out, n->stdlib, "<stdlib.h>");
    put_include(f, out, n->string, "<string.h>");
    put_include(f, out, n->stdint_h, "<stdint.h>");
    put_include(f, out, n->stdarg_h, "<stdarg.h>");
    put_include(f, out, n->stdio_h, "<stdio.h>");
    put_include(f, out, n->runtime && !f->opt->standalone, "<adgen_rt.h>");
}

static void put_source_includes(const File *f, Str *out, bool header)
{
    StrMap seen = {.arena = f->arena};
    for (size_t i = 0; i < f->opt->sources.n; i++)
        str_fmt(out, "#include \"%s\"\n", (const char *)f->opt->sources.at[i]);
    for (size_t i = 0; i < f->p->items.n && !f->opt->with_primal; i++) {
        const TopItem *item = f->p->items.at[i];
        if (item->kind != TOP_INCLUDE || !item->in_main)
            continue;
        const char *key = item->name ? item->name : item->text, *was = strmap_get(&seen, key);
        strmap_put(&seen, key, (char *)(uintptr_t)item->text);
        if (item->name)
            put_macro(out, item, was, header);
        else if (!was)
            str_fmt(out, "%s\n", item->text);
    }
}

/* runtime: its text, under --standalone. */
static void put_includes(File *f, Str *out, const char *runtime, bool header)
{
    size_t before = out->n;
    if (macros_clash(f)) {
        put_own_includes(f, out);
        str_fmt(out, "%s%s", *runtime ? "\n" : "", runtime);
        put_source_includes(f, out, header);
        runtime = "";
    } else {
        put_source_includes(f, out, header);
        put_own_includes(f, out);
    }
    put_undefs(f, out);
    if (out->n > before)
        str_put(out, "\n");
    str_put(out, runtime);
}

static const char *global_text(File *f, const Var *var)
{
    if (is_defined_here(f, var))
        return var->decl_text;
    const char *std = f->p->std;
    bool c99 = std && (strstr(std, "99") || strstr(std, "89") || strstr(std, "90"));
    const char *thread = !var->is_thread ? "" : c99 ? "__thread " : "_Thread_local ";
    return arena_printf(f->arena, "extern %s%s%s", thread, var->is_const ? "const " : "",
                        declare_var(f->arena, var->type, var, var->name));
}

static bool is_defined_before(const File *f, const TopItem *item)
{
    for (size_t i = 0; i < f->p->items.n && f->p->items.at[i] != item; i++) {
        const TopItem *other = f->p->items.at[i];
        if (f->declared[i] && other->fn == item->fn)
            return true;
    }
    return false;
}

/* What is to be declared of a function that is called, or whose address is used; NULL: nothing. */
static const char *prototype_of(const File *f, size_t i)
{
    const TopItem *item = f->p->items.at[i];
    if (item->kind != TOP_FUNCTION || !item->in_main || !item->fn || !item->text)
        return NULL;
    bool emitted = is_emitted(f, item->fn->name) && is_callee(f, item->fn) && !is_included(f, item);
    return (f->repeated[i] || emitted) && !is_defined_before(f, item) ? item->text : NULL;
}

/* A table of functions needs their prototypes before it. */
static void put_prototypes_for(File *f, Str *out, const char *text)
{
    File own = {.arena = f->arena, .words = {.arena = f->arena}};
    scan_words(&own.words, text);
    for (size_t i = 0; i < f->p->items.n; i++) {
        const TopItem *item = f->p->items.at[i];
        const char *prototype = has_word(&own, item->name) ? prototype_of(f, i) : NULL;
        if (!prototype || f->declared[i])
            continue;
        str_fmt(out, "%s;\n", prototype);
        f->declared[i] = true;
    }
}

/* `static const struct { int a; } t[2] = {...}`, then `static const struct { int a; } *q = t`: one declaration, for a struct without a tag is
 * another type each time. What the second adds, `*q = t`; NULL: they are two. */
static const char *added_declarator(const char *text, const char *next)
{
    const char *open = text ? strchr(text, '{') : NULL, *at = open;
    int depth = 0;
    if (!open || open - text < 8 || (strncmp(open - 7, "struct ", 7) && strncmp(open - 6, "union ", 6)))
        return NULL;
    for (; *at; at++) {
        depth += (*at == '{') - (*at == '}');
        if (depth == 0)
            break;
    }
    size_t n = (size_t)(at - text) + 1;
    return *at && !strncmp(text, next, n) ? next + n : NULL;
}

/* `extern double x;` in two files, or before the definition, is one declaration. */
static bool is_declared_again(const File *f, size_t i)
{
    const TopItem *item = f->p->items.at[i];
    for (size_t k = 0; k < i && item->kind == TOP_VAR; k++) {
        const TopItem *other = f->p->items.at[k];
        if (f->repeated[k] && other->kind == TOP_VAR && other->var == item->var)
            return true;
    }
    return false;
}

/* struct state a = {&b}, b = {&a}: b is declared before a is defined. */
static void put_variables_for(File *f, Str *out, size_t first)
{
    const Var *var = ((const TopItem *)f->p->items.at[first])->var;
    const char *init = strchr(var->decl_text, '=');
    for (size_t i = first + 1; i < f->p->items.n && init; i++) {
        const TopItem *item = f->p->items.at[i];
        bool later = f->repeated[i] && item->kind == TOP_VAR && item->var != var && is_defined_here(f, item->var) && item->var->is_static;
        if (!later || f->declared[i] || is_declared_again(f, i) || !text_has_word(init, item->name))
            continue;
        str_fmt(out, "static %s%s;\n", item->var->is_const ? "const " : "", declare_var(f->arena, item->var->type, item->var, item->name));
        f->declared[i] = true;
    }
}

/* Types and variables, in the source's order. */
static void put_declarations(File *f, Str *out)
{
    bool after_type = false, any = false;
    const char *before = NULL;
    for (size_t i = 0; i < f->p->items.n; i++) {
        const TopItem *item = f->p->items.at[i];
        if (!f->repeated[i] || (item->kind != TOP_TYPE && item->kind != TOP_VAR) || is_declared_again(f, i))
            continue;
        const char *text = item->kind == TOP_TYPE ? item->text : global_text(f, item->var);
        const char *added = item->kind == TOP_VAR ? added_declarator(before, text) : NULL;
        before = item->kind == TOP_VAR ? text : NULL;
        if (added) {
            out->n -= strlen(";\n");
            str_fmt(out, ",%s;\n", added);
            continue;
        }
        bool block = item->kind == TOP_TYPE && strchr(item->text, '\n');
        if (any && (block || after_type))
            str_put(out, "\n");
        if (item->kind == TOP_VAR && is_defined_here(f, item->var)) {
            put_prototypes_for(f, out, item->var->decl_text);
            put_variables_for(f, out, i);
        }
        if (item->pack)
            str_fmt(out, "#pragma pack(push, %d)\n%s;\n#pragma pack(pop)\n", item->pack, text);
        else
            str_fmt(out, "%s;\n", text);
        after_type = block;
        any = true;
    }
    if (any)
        str_put(out, "\n");
}

/* A copied function; parameters that it does not use are said to be so, for -Wunused-parameter. */
static void put_copy(Str *out, const Fn *fn)
{
    const char *body = strchr(fn->def_text, '{');
    size_t head = body ? (size_t)(body - fn->def_text) + 1 : 0;
    str_fmt(out, "%.*s", (int)head, fn->def_text);
    for (int i = 0; i < fn->nparams && body; i++)
        if (fn->params[i]->name && !text_has_word(body, fn->params[i]->name))
            str_fmt(out, "\n    (void)%s;", fn->params[i]->name);
    str_fmt(out, "%s\n\n", fn->def_text + head);
}

/* Prototypes of what is called and not defined above, then the static functions that are called. */
static void put_callees(File *f, Str *out)
{
    bool any = false;
    for (size_t i = 0; i < f->p->items.n; i++) {
        const char *prototype = prototype_of(f, i);
        if (!prototype || f->declared[i])
            continue;
        str_fmt(out, "%s;\n", prototype);
        any = f->declared[i] = true;
    }
    for (size_t i = 0; i < f->needs.callees.n; i++) {
        const Fn *callee = f->needs.callees.at[i];
        if (callee->program && callee->program == f->p->library) /* beside those of the library that the source declares itself */
            str_fmt(out, "%s;\n", callee->decl_text);
        any = any || callee->program == f->p->library;
    }
    if (any)
        str_put(out, "\n");
    Ptrs seen = {.arena = f->arena}; /* a declaration and the definition are two items */
    for (size_t i = 0; i < f->p->items.n; i++) {
        const TopItem *item = f->p->items.at[i];
        if (!f->repeated[i] || !is_copied_function(item) || ptrs_has(&seen, item->fn))
            continue;
        ptrs_push(&seen, item->fn);
        put_copy(out, item->fn);
    }
}

static const char *first_line(Arena *a, const char *text)
{
    return arena_strndup(a, text, strcspn(text, "\n"));
}

/* A comment must not end early. */
static const char *harmless(Arena *a, const char *text)
{
    char *s = arena_strdup(a, text);
    for (char *at = s; (at = strstr(at, "*/"));)
        at[1] = '|';
    return s;
}

static void put_header_comment(File *f, Str *out)
{
    str_put(out, "/* Generated by adgen " ADGEN_VERSION "; changes here are lost.\n");
    if (f->opt->command)
        str_fmt(out, " *\n *     %s\n", harmless(f->arena, f->opt->command));
    if (!f->opt->primal)
        str_put(out, " *\n");
    for (size_t i = 0; i < f->fns->n && !f->opt->primal; i++) {
        const Fn *fn = f->fns->at[i];
        if (!fn->is_static)
            str_fmt(out, " * %s%s%s\n", fn->name, fn->comment ? ": " : "", fn->comment ? first_line(f->arena, fn->comment) : "");
    }
    str_put(out, " */\n");
}

static File file_new(Program *p, const Ptrs *fns, const EmitOptions *opt)
{
    File f = {.p = p, .arena = arena_new(), .opt = opt, .fns = fns};
    f.words.arena = f.needs.globals.arena = f.needs.callees.arena = f.needs.statics.arena = f.arena;
    return f;
}

typedef struct {
    const Ptrs *fns;
    size_t at;
    bool *early; /* by index: is called before it is defined */
} Order;

static void note_early(Op *op, void *ctx)
{
    const Order *o = ctx;
    for (size_t i = o->at + 1; i < o->fns->n && op->code == OP_CALL; i++)
        if (o->fns->at[i] == op->callee)
            o->early[i] = true;
}

/* Of static functions that call one another. */
static void put_early_prototypes(Str *out, const Ptrs *fns, Arena *a)
{
    Order o = {fns, 0, arena_alloc(a, fns->n + 1)};
    bool any = false;
    for (o.at = 0; o.at < fns->n; o.at++)
        if (((Fn *)fns->at[o.at])->body)
            walk_ops(((Fn *)fns->at[o.at])->body, note_early, &o);
    for (size_t i = 0; i < fns->n; i++)
        if (o.early[i]) {
            str_fmt(out, "%s;\n", wrap_line(a, prototype(a, fns->at[i], NULL), 0));
            any = true;
        }
    if (any)
        str_put(out, "\n");
}

void emit_c(Str *out, Program *p, const Ptrs *fns, const EmitOptions *opt)
{
    emit_tables(p, fns);
    File f = file_new(p, fns, opt);
    Names names = {.taken = {.arena = f.arena}};
    take_names(&names, p);
    Str body = {.arena = f.arena};
    str_put(&body, "");
    Emitter e = {.out = &body, .arena = f.arena, .program = p, .needs = &f.needs, .opt = opt};
    put_early_prototypes(&body, fns, f.arena);
    for (size_t i = 0; i < fns->n; i++) {
        str_put(&body, i ? "\n" : "");
        emit_function(&e, fns->at[i], &names);
    }
    need_in_statics(&f);
    scan_words(&f.words, body.s);
    find_repeated(&f);
    merge_files(&f);
    Str runtime = {.arena = f.arena};
    str_put(&runtime, "");
    if (opt->standalone)
        emit_runtime(&runtime, &f.words, &f.needs);
    put_header_comment(&f, out);
    if (f.needs.openmp)
        str_put(out, "#ifndef _OPENMP\n#pragma GCC diagnostic ignored \"-Wunknown-pragmas\"\n#endif\n\n");
    put_includes(&f, out, runtime.s, false);
    put_declarations(&f, out);
    put_callees(&f, out);
    put_with_lines(out, body.s, opt);
    arena_free(f.arena);
}

/* ---------------------------------------------------------------------- headers */

static char *guard_name(Arena *a, const char *file)
{
    const char *base = file && strrchr(file, '/') ? strrchr(file, '/') + 1 : file ? file : "adgen_out.h";
    char *guard = arena_strdup(a, base);
    for (char *c = guard; *c; c++)
        *c = word_char(*c) ? (char)toupper((unsigned char)*c) : '_';
    return isdigit((unsigned char)guard[0]) ? arena_printf(a, "H_%s", guard) : guard;
}

void emit_header(Str *out, Program *p, const Ptrs *fns, const EmitOptions *opt)
{
    File f = file_new(p, fns, opt);
    bool tape = false; /* are there types of the runtime? */
    Str body = {.arena = f.arena};
    str_put(&body, "");
    Emitter e = {.out = &body, .arena = f.arena, .program = p, .needs = &f.needs, .opt = opt};
    for (size_t i = 0; i < fns->n; i++) {
        const Fn *fn = fns->at[i];
        if (fn->is_static) /* a helper */
            continue;
        str_put(&body, body.n ? "\n" : "");
        f.needs.stddef_h |= returns_size(fn);
        const char *c = prototype(f.arena, fn, NULL), *cxx = cxx_prototype(f.arena, fn);
        bool both = strcmp(c, cxx) != 0;
        tape |= fn->ret->kind == TY_PTR && fn->ret->elem == type_opaque("ad_tape");
        emit_comment(&e, header_comment(f.arena, p, fn));
        if (both) {
            str_put(&body, "#ifdef __cplusplus\n");
            line(&e, "%s;", cxx);
            str_put(&body, "#else\n");
        }
        line(&e, "%s;", c);
        str_put(&body, both ? "#endif\n" : "");
    }
    scan_words(&f.words, body.s);
    find_repeated(&f);
    merge_files(&f);
    tape |= strmap_get(&f.words, "ad_csr") != NULL;
    const char *guard = guard_name(f.arena, opt->out_name);
    f.needs.runtime = tape;
    put_header_comment(&f, out);
    str_fmt(out, "#ifndef %s\n#define %s\n\n", guard, guard);
    put_includes(&f, out, "", true);
    str_put(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    if (tape && opt->standalone)
        str_put(out, "typedef struct ad_stack ad_tape;\n\n");
    put_declarations(&f, out);
    str_fmt(out, "%s\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n", body.s);
    arena_free(f.arena);
}
