/* clang_headers.c: headers. Which of them OUT includes, which are read as if their text were the main file's, and the macros in front of an
 * #include that it looks at:
 *
 *   #define USE_DOUBLE      OUT repeats both lines, since real.h is another one without the first
 *   #include "real.h"
 *   #define T double        vector.inc is a template: OUT repeats what it declares
 *   #include "vector.inc"
 *   #define LIB_IMPLEMENTATION      so is lib.h, since it defines functions here
 *   #include "lib.h"
 */
#include "clang_items.h"

#include <stdlib.h>
#include <string.h>

/* A preprocessor's line of the main file or of an opened header. */
typedef struct {
    CXFile file; /* and offset: where it is */
    unsigned offset;
    size_t order;      /* offset in the main file */
    const char *macro; /* its name; NULL: an #include */
    const char *text;  /* of #define or #undef */
    Loc loc;
    bool taken;
} Directive;

static bool is_system_file(Reader *r, CXFile file)
{
    return clang_Location_isInSystemHeader(clang_getLocation(r->tu, file, 1, 1)) != 0;
}

bool is_opened(const Items *items, CXFile file)
{
    Reader *r = items->r;
    return clang_File_isEqual(file, r->main_file) || (items->opened.n && ptrs_has(&items->opened, source_file(r, file)));
}

/* ---------------------------------------------------------------------- preprocessor lines */

static Directive *add_directive(Items *items, CXFile file, unsigned offset, Loc loc)
{
    Directive *d = arena_alloc(items->r->scratch, sizeof *d);
    *d = (Directive){.file = file, .offset = offset, .loc = loc};
    const Directive *last = items->directives.n ? items->directives.at[items->directives.n - 1] : NULL;
    d->order = clang_File_isEqual(file, items->r->main_file) ? offset : last ? last->order : 0;
    ptrs_push(&items->directives, d);
    return d;
}

static enum CXChildVisitResult visit_directive(CXCursor c, CXCursor parent, CXClientData data)
{
    Items *items = data;
    Reader *r = items->r;
    enum CXCursorKind kind = clang_getCursorKind(c);
    CXFile file;
    unsigned offset, end;
    (void)parent;
    if (kind != CXCursor_MacroDefinition && kind != CXCursor_InclusionDirective)
        return CXChildVisit_Continue;
    clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, &offset);
    if (!file || is_system_file(r, file))
        return CXChildVisit_Continue;
    Directive *d = add_directive(items, file, offset, cursor_loc(r, c));
    if (kind != CXCursor_MacroDefinition)
        return CXChildVisit_Continue;
    clang_getExpansionLocation(clang_getRangeEnd(clang_getCursorExtent(c)), NULL, NULL, NULL, &end);
    d->macro = take_string(r->arena, clang_getCursorSpelling(c));
    d->text = arena_printf(r->arena, "#define %s", arena_strndup(r->scratch, source_file(r, file)->text + offset, end - offset));
    return CXChildVisit_Continue;
}

/* The name after `#undef` where a line of the text starts so, else NULL. */
static const char *undefined_name(Arena *a, const char *line)
{
    line += strspn(line, " \t");
    if (*line != '#')
        return NULL;
    line++;
    line += strspn(line, " \t");
    if (strncmp(line, "undef", 5) || !strchr(" \t", line[5]))
        return NULL;
    line += 5;
    line += strspn(line, " \t");
    size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    return n ? arena_strndup(a, line, n) : NULL;
}

/* libclang tells of no #undef: those of the main file, from its text. */
static void find_undefs(Items *items)
{
    Reader *r = items->r;
    const SourceFile *f = source_file(r, r->main_file);
    if (!f->text || !strstr(f->text, "undef"))
        return;
    CXSourceRangeList *skipped = clang_getSkippedRanges(r->tu, r->main_file);
    int number = 1;
    for (const char *line = f->text, *next; line; line = next, number++) {
        next = strchr(line, '\n');
        next = next ? next + 1 : NULL;
        const char *name = undefined_name(r->arena, line);
        if (!name || is_skipped(skipped, (size_t)(line - f->text)))
            continue;
        Directive *d = add_directive(items, r->main_file, (unsigned)(line - f->text), (Loc){f->diag, number, 1});
        d->macro = name;
        d->text = arena_printf(r->arena, "#undef %s", name);
    }
    clang_disposeSourceRangeList(skipped);
}

static void find_directives(Items *items)
{
    items->directives = (Ptrs){.arena = items->r->scratch};
    clang_visitChildren(clang_getTranslationUnitCursor(items->r->tu), visit_directive, items);
    bool any = false;
    for (size_t i = 0; i < items->directives.n; i++)
        any = any || ((Directive *)items->directives.at[i])->macro;
    if (any)
        find_undefs(items);
}

/* ---------------------------------------------------------------------- what is opened */

bool defines_symbol(CXCursor c)
{
    enum CX_StorageClass storage = clang_Cursor_getStorageClass(c);
    if (clang_getCursorLinkage(c) != CXLinkage_External)
        return false;
    if (clang_getCursorKind(c) == CXCursor_VarDecl)
        return storage != CX_SC_Extern;
    return clang_getCursorKind(c) == CXCursor_FunctionDecl && clang_isCursorDefinition(c) &&
           (!clang_Cursor_isFunctionInlined(c) || storage == CX_SC_Extern);
}

/* What leads from the main file to a header that is opened is opened, too. */
static void open_includers(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    if (depth == 0 || !is_opened(items, included))
        return;
    for (unsigned k = 0; k + 1 < depth; k++) {
        CXFile from;
        clang_getExpansionLocation(stack[k], &from, NULL, NULL, NULL);
        if (from && !is_opened(items, from))
            ptrs_push(&items->opened, source_file(items->r, from));
    }
}

static void count_inclusion(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    (void)stack;
    if (depth == 0 || is_system_file(items->r, included))
        return;
    SourceFile *f = source_file(items->r, included);
    ptrs_push(ptrs_has(&items->once, f) ? &items->twice : &items->once, f);
}

/* Headers that include each other are entered again while they are being read, and declare nothing then; those without guards declare the
 * same again. What declares something else at the same place remains. */
static void find_repeated(Items *items, const Kids *top)
{
    Reader *r = items->r;
    StrMap places = {.arena = r->scratch};
    Ptrs repeated = {.arena = r->scratch};
    for (int i = 0; i < top->n && items->twice.n; i++) {
        CXFile file;
        unsigned offset;
        clang_getExpansionLocation(clang_getCursorLocation(top->at[i]), &file, NULL, NULL, &offset);
        SourceFile *f = file && !cursor_in_system(top->at[i]) ? source_file(r, file) : NULL;
        if (!f || !ptrs_has(&items->twice, f) || ptrs_has(&repeated, f))
            continue;
        const char *place = arena_printf(r->scratch, "%d:%u:%d", f->diag, offset, (int)clang_getCursorKind(top->at[i]));
        char *name = take_string(r->scratch, clang_getCursorSpelling(top->at[i]));
        const char *earlier = strmap_get(&places, place);
        if (earlier && strcmp(earlier, name) != 0)
            ptrs_push(&repeated, f);
        strmap_put(&places, place, name);
    }
    items->twice = repeated;
}

static bool looks_at_macro(const Items *items, const SourceFile *f)
{
    for (size_t i = 0; i < items->directives.n && f->text; i++) {
        const Directive *d = items->directives.at[i];
        if (d->macro && clang_File_isEqual(d->file, items->r->main_file) && text_has_word(f->text, d->macro))
            return true;
    }
    return false;
}

/* A file that the macros before its #include make declarations of: included several times, or no header by its name, or without guards
 * against being included twice though it looks at a macro of the main file. */
static bool is_template(const Items *items, CXFile file)
{
    SourceFile *f = source_file(items->r, file);
    const char *dot = strrchr(diag_file_name(f->diag), '.');
    if (ptrs_has(&items->twice, f) || !dot || (dot[1] != 'h' && dot[1] != 'H') || dot[2])
        return true;
    return !clang_isFileMultipleIncludeGuarded(items->r->tu, file) && looks_at_macro(items, f);
}

/* `#pragma pack` around an #include. */
static bool is_packed_outside(Reader *r, CXCursor c, CXFile file)
{
    const char *text = source_file(r, file)->text;
    return pack_of(c, "{") && !(text && strstr(text, "pragma pack"));
}

/* `#ifndef X` and then `#define X`, wherever in the file: libclang knows guards around all of it only. */
static bool has_guard(Reader *r, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    for (const char *at = text; at && (at = strstr(at, "ifndef")) != NULL;) {
        at += 6 + strspn(at + 6, " \t");
        const char *name = arena_strndup(r->scratch, at, strspn(at, letters)), *define = strstr(at, "define");
        define = define ? define + 6 + strspn(define + 6, " \t") : NULL;
        if (define && *name && !strncmp(define, name, strlen(name)))
            return true;
    }
    return false;
}

/* A type in a header without guards: where each of several files includes it, one of them through another header, OUT would have it twice. */
static bool may_be_met_twice(const Items *items, CXCursor c, CXFile file)
{
    enum CXCursorKind kind = clang_getCursorKind(c);
    bool type = kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl || kind == CXCursor_EnumDecl || kind == CXCursor_TypedefDecl;
    return type && items->r->opt->inputs.n > 1 && !clang_isFileMultipleIncludeGuarded(items->r->tu, file) &&
           !has_guard(items->r, source_file(items->r, file)->text);
}

/* Files that have no declaration, but for the templates whose macros they define: `float.th`, which makes T and SUFFIX of FLOAT. */
static void open_empty(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    (void)stack;
    if (depth == 0 || is_opened(items, included) || is_system_file(items->r, included))
        return;
    SourceFile *f = source_file(items->r, included);
    if (looks_at_macro(items, f) && is_template(items, included))
        ptrs_push(&items->opened, f);
}

/* Headers that define functions or variables: generated code that included them would define these again beside the source. Templates, which
 * mean nothing without the macros that the source gives them; and what only the source packs. */
void open_headers(Items *items, const Kids *top)
{
    Reader *r = items->r;
    find_directives(items);
    items->opened = items->once = items->twice = (Ptrs){.arena = r->scratch};
    clang_getInclusions(r->tu, count_inclusion, items);
    find_repeated(items, top);
    for (int i = 0; i < top->n; i++) {
        CXCursor c = top->at[i];
        CXFile file;
        if (cursor_in_main(r, c) || cursor_in_system(c))
            continue;
        clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
        if (file && !is_opened(items, file) &&
            (defines_symbol(c) || is_template(items, file) || is_packed_outside(r, c, file) || may_be_met_twice(items, c, file)))
            ptrs_push(&items->opened, source_file(r, file));
    }
    clang_getInclusions(r->tu, open_empty, items);
    if (items->opened.n)
        clang_getInclusions(r->tu, open_includers, items);
}

/* ---------------------------------------------------------------------- includes */

/* `#include <x.h>` of the line at `at`, without comments; NULL where the name comes from a macro. */
static const char *include_text(Reader *r, const SourceFile *f, size_t at)
{
    size_t from = at, end = at;
    while (from > 0 && f->text[from - 1] != '\n' && f->text[from] != '#')
        from--;
    while (end < f->len && f->text[end] != '\n')
        end++;
    const char *line = arena_strndup(r->scratch, f->text + from, end - from);
    const char *open = strpbrk(line, "<\"");
    const char *close = open ? strchr(open + 1, *open == '<' ? '>' : '"') : NULL;
    return close ? arena_printf(r->arena, "#include %.*s", (int)(close + 1 - open), open) : NULL;
}

/* Up to and with the last slash. */
static const char *directory(Reader *r, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_strndup(r->arena, path, (size_t)(slash + 1 - path)) : "";
}

static const char *file_name(Reader *r, CXFile file)
{
    return take_string(r->scratch, clang_getFileName(file));
}

/* The #include at stack[0], for a file in the main file's place: names that are relative to an opened header's directory get that. */
static const char *include_from_main(Reader *r, CXFile included, CXSourceLocation *stack, unsigned depth)
{
    CXFile from;
    unsigned offset;
    clang_getExpansionLocation(stack[0], &from, NULL, NULL, &offset);
    SourceFile *f = source_file(r, from);
    const char *path = file_name(r, included), *text = f->text ? include_text(r, f, offset) : NULL;
    if (!text)
        return arena_printf(r->arena, "#include \"%s\"", path);
    const char *quote = strchr(text, '"');
    if (!quote || depth == 1)
        return text;
    const char *name = arena_strndup(r->scratch, quote + 1, strlen(quote) - 2);
    if (strcmp(arena_printf(r->scratch, "%s%s", directory(r, file_name(r, from)), name), path))
        return text;
    const char *outer = strpbrk(include_from_main(r, from, stack + 1, depth - 1), "<\"") + 1;
    return arena_printf(r->arena, "#include \"%s%s\"", directory(r, outer), name);
}

/* The number of the #include among the directives; one of a file that is included several times stands there several times. */
static size_t take_include(Items *items, CXFile file, unsigned offset)
{
    for (size_t i = 0; i < items->directives.n; i++) {
        Directive *d = items->directives.at[i];
        if (d->macro || d->taken || d->offset != offset || !clang_File_isEqual(d->file, file))
            continue;
        d->taken = true;
        return i;
    }
    return items->n;
}

static void visit_inclusion(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    Reader *r = items->r;
    CXFile from;
    unsigned line, col, offset;
    if (depth == 0)
        return;
    clang_getExpansionLocation(stack[0], &from, NULL, NULL, &offset);
    if (!from || !is_opened(items, from) || is_opened(items, included))
        return;
    size_t rank = take_include(items, from, offset);
    const char *text = include_from_main(r, included, stack, depth);
    if (strstr(text, "adgen.h")) /* annotations are not repeated */
        return;
    clang_getExpansionLocation(stack[depth - 1], &from, &line, &col, &offset);
    Placed *placed = add_item(items, offset);
    placed->seq = rank;
    TopItem *item = placed->item;
    item->kind = TOP_INCLUDE;
    item->text = text;
    item->in_main = true;
    item->loc = (Loc){source_file(r, from)->diag, (int)line, (int)col};
}

/* ---------------------------------------------------------------------- macros that an include looks at */

typedef struct {
    const Items *items;
    const char *name;
    size_t after; /* offset in the main file */
    bool found;
    bool shared; /* a header that another of the given files includes looks at it, too */
} MacroUse;

/* The same for all ways to the file. */
static char *real_name(Reader *r, CXFile file)
{
    return take_string(r->arena, clang_File_tryGetRealPathName(file));
}

static bool is_known_header(const Program *p, const char *path)
{
    for (size_t i = 0; i < p->headers.n; i++)
        if (!strcmp(p->headers.at[i], path))
            return true;
    return false;
}

static void find_macro_use(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    MacroUse *u = data;
    Reader *r = u->items->r;
    unsigned offset;
    if (depth == 0)
        return;
    clang_getExpansionLocation(stack[depth - 1], NULL, NULL, NULL, &offset);
    if (offset < u->after || is_opened(u->items, included))
        return;
    bool system = is_system_file(r, included);
    if (system ? u->name[0] != '_' : !text_has_word(source_file(r, included)->text, u->name)) /* system: _GNU_SOURCE and its kin */
        return;
    u->found = true;
    u->shared = u->shared || (!system && is_known_header(r->program, real_name(r, included)));
}

static MacroUse macro_use(const Items *items, const char *name, size_t after)
{
    MacroUse use = {items, name, after, false, false};
    clang_getInclusions(items->r->tu, find_macro_use, &use);
    return use;
}

/* What the macro was last in another of the given files. */
static const TopItem *earlier_macro(const Items *items, const char *name)
{
    const Program *p = items->r->program;
    for (size_t i = p->items.n; i-- > 0;) {
        const TopItem *item = p->items.at[i];
        if (item->kind == TOP_INCLUDE && item->name && !strcmp(item->name, name))
            return item;
    }
    return NULL;
}

static void check_earlier(const Items *items, const Directive *d, const MacroUse *use)
{
    const TopItem *earlier = use->shared && d->macro[0] != '_' ? earlier_macro(items, d->macro) : NULL;
    if (!earlier || !strcmp(earlier->text, d->text))
        return;
    diag_error(d->loc,
               "what is included looks at '%s', which is something else in another file, and the generated file would need both; "
               "differentiate the files in separate runs",
               d->macro);
    diag_note(earlier->loc, "the other '%s' is here", d->macro);
}

static void add_macro(Items *items, const Directive *d, size_t rank)
{
    Placed *placed = add_item(items, d->order);
    placed->seq = rank;
    TopItem *item = placed->item;
    item->kind = TOP_INCLUDE;
    item->text = d->text;
    item->name = d->macro;
    item->in_main = true;
    item->loc = d->loc;
    ptrs_push(&items->r->program->macros, (void *)(uintptr_t)d->macro);
}

/* `#define USE_DOUBLE` before `#include "real.h"`: real.h is another one without it. */
static void add_macros(Items *items)
{
    for (size_t i = 0; i < items->directives.n; i++) {
        const Directive *d = items->directives.at[i];
        if (!d->macro || !is_opened(items, d->file))
            continue;
        MacroUse use = macro_use(items, d->macro, d->order);
        if (!use.found)
            continue;
        check_earlier(items, d, &use);
        add_macro(items, d, i);
    }
}

static bool has_directive(const Items *items, const char *macro)
{
    for (size_t i = 0; i < items->directives.n; i++) {
        const Directive *d = items->directives.at[i];
        if (d->macro && !strcmp(d->macro, macro))
            return true;
    }
    return false;
}

/* What another of the given files defines, and this one does not, must not be seen by what this one includes. */
static void end_earlier_macros(Items *items)
{
    Reader *r = items->r;
    size_t n = r->program->macros.n; /* add_macro adds to these */
    for (size_t i = 0; i < n; i++) {
        const char *name = r->program->macros.at[i];
        const TopItem *earlier = name[0] != '_' && !has_directive(items, name) ? earlier_macro(items, name) : NULL;
        if (!earlier || !strncmp(earlier->text, "#undef", 6) || !macro_use(items, name, 0).found)
            continue;
        Directive d = {.macro = name, .text = arena_printf(r->arena, "#undef %s", name), .loc = earlier->loc};
        add_macro(items, &d, 0);
    }
}

static void note_header(CXFile included, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Items *items = data;
    Reader *r = items->r;
    (void)stack;
    if (depth && !is_system_file(r, included) && !is_opened(items, included))
        ptrs_push(&r->program->headers, real_name(r, included));
}

void add_includes(Items *items)
{
    clang_getInclusions(items->r->tu, visit_inclusion, items);
    end_earlier_macros(items);
    add_macros(items);
    clang_getInclusions(items->r->tu, note_header, items);
}
