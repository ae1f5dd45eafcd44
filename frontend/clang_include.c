/* clang_include.c: the files that were read, for -MD, and the macros that they define: OUT includes them, and must not meet those. */
#include "clang_reader.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* #define NAME, as the text has it: what an #if leaves out counts as well. */
static void find_macros(Reader *r, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    for (const char *at = text; (at = strchr(at, '#')) != NULL;) {
        at += 1 + strspn(at + 1, " \t");
        if (strncmp(at, "define", 6) != 0)
            continue;
        at += 6 + strspn(at + 6, " \t");
        ptrs_push(&r->program->macros, arena_strndup(r->arena, at, strspn(at, letters)));
    }
}

static void visit_inclusion(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    Reader *r = data;
    const char *name = take_string(r->arena, clang_getFileName(file));
    (void)stack;
    if (!*name || access(name, R_OK)) /* a header that is made up */
        return;
    Inclusion *in = arena_alloc(r->arena, sizeof *in);
    CXSourceLocation start = clang_getLocation(r->tu, file, 1, 1);
    *in = (Inclusion){name, clang_Location_isInSystemHeader(start) != 0};
    ptrs_push(&r->unit->inclusions, in);
    if (depth > 0 && !in->system)
        find_macros(r, source_file(r, file)->text);
}

void read_inclusions(Reader *r)
{
    clang_getInclusions(r->tu, visit_inclusion, r);
}

static enum CXChildVisitResult visit_macro(CXCursor c, CXCursor parent, CXClientData data)
{
    Reader *r = data;
    (void)parent;
    if (clang_getCursorKind(c) == CXCursor_MacroDefinition && !cursor_in_system(c))
        ptrs_push(&r->program->macros, take_string(r->arena, clang_getCursorSpelling(c)));
    return CXChildVisit_Continue;
}

void read_macros(Reader *r)
{
    if (r->opt->with_primal)
        clang_visitChildren(clang_getTranslationUnitCursor(r->tu), visit_macro, r);
}

/* Is there a #define in front of an #include? What is included may look at it (clang_item.c). */
bool defines_before_include(Reader *r, const char *file, const char *text)
{
    Str whole = {.arena = r->scratch};
    FILE *f = text ? NULL : fopen(file, "r");
    char buffer[4096];
    for (size_t n; f && (n = fread(buffer, 1, sizeof buffer, f)) > 0;)
        str_putn(&whole, buffer, n);
    if (f)
        fclose(f);
    text = text ? text : whole.s;
    const char *define = text ? strstr(text, "define") : NULL;
    for (const char *at = define; at && (at = strstr(at, "include")) != NULL; at++) {
        const char *hash = at;
        while (hash > text && (hash[-1] == ' ' || hash[-1] == '\t'))
            hash--;
        if (hash > text && hash[-1] == '#')
            return true;
    }
    return false;
}
