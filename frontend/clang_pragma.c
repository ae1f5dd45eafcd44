/* clang_pragma.c: `#pragma omp` lines, which libclang drops, found by tree-sitter and given to the statement that follows. */
#include "clang_reader.h"

#include <ctype.h>
#include <string.h>

/* ---------------------------------------------------------------------- what follows a pragma */

static size_t skip_line(const SourceFile *f, size_t i)
{
    while (i < f->len && f->text[i] != '\n') {
        if (f->text[i] == '\\' && i + 1 < f->len)
            i++;
        i++;
    }
    return i;
}

static size_t skip_comment(const SourceFile *f, size_t i)
{
    if (f->text[i + 1] == '/')
        return skip_line(f, i);
    const char *end = memmem(f->text + i + 2, f->len - i - 2, "*/", 2);
    return end ? (size_t)(end - f->text) + 2 : f->len;
}

/* AD_INDEPENDENT, AD_CHECKPOINT(n): nothing between a pragma and its loop. */
static size_t skip_annotation(const SourceFile *f, size_t i)
{
    while (i < f->len && (isalnum((unsigned char)f->text[i]) || f->text[i] == '_'))
        i++;
    if (i < f->len && f->text[i] == '(')
        while (i < f->len && f->text[i++] != ')')
            ;
    return i;
}

static size_t next_token(const SourceFile *f, size_t i)
{
    for (;;) {
        const char *s = f->text + i;
        size_t left = f->len - i;
        if (!left)
            return i;
        if (isspace((unsigned char)*s) || *s == '\\')
            i++;
        else if (*s == '#')
            i = skip_line(f, i);
        else if (left > 1 && *s == '/' && (s[1] == '/' || s[1] == '*'))
            i = skip_comment(f, i);
        else if (left > 3 && !memcmp(s, "AD_", 3))
            i = skip_annotation(f, i);
        else
            return i;
    }
}

/* ---------------------------------------------------------------------- reading a file's pragmas */

bool is_skipped(const CXSourceRangeList *skipped, size_t offset)
{
    for (unsigned i = 0; i < skipped->count; i++) {
        unsigned from, to;
        clang_getExpansionLocation(clang_getRangeStart(skipped->ranges[i]), NULL, NULL, NULL, &from);
        clang_getExpansionLocation(clang_getRangeEnd(skipped->ranges[i]), NULL, NULL, NULL, &to);
        if (offset >= from && offset < to)
            return true;
    }
    return false;
}

/* Text after `omp`, one blank between words; NULL: another pragma. */
static const char *omp_text(Arena *a, const char *text)
{
    if (strncmp(text, "omp", 3) || !isspace((unsigned char)text[3]))
        return NULL;
    Str s = {.arena = a};
    for (text += 3; *text; text++) {
        bool blank = isspace((unsigned char)*text) || (*text == '\\' && (text[1] == '\n' || text[1] == '\r'));
        if (!blank)
            str_putn(&s, text, 1);
        else if (s.n && s.s[s.n - 1] != ' ')
            str_put(&s, " ");
    }
    while (s.n && s.s[s.n - 1] == ' ')
        s.s[--s.n] = '\0';
    return s.n ? s.s : "";
}

static Loc pragma_loc(const SourceFile *f, size_t offset)
{
    Loc loc = {f->diag, 1, 1};
    for (size_t k = 0; k < offset; k++)
        loc.line += f->text[k] == '\n';
    return loc;
}

static void read_pragmas(Reader *r, SourceFile *f, CXFile file)
{
    f->pragmas_read = true;
    if (!f->text || !memmem(f->text, f->len, "omp", 3))
        return;
    Pragma *all;
    int n = sitter_pragmas(f->text, f->len, r->arena, &all);
    CXSourceRangeList *skipped = clang_getSkippedRanges(r->tu, file);
    f->pragmas = arena_alloc(r->arena, (size_t)n * sizeof *f->pragmas);
    f->targets = arena_alloc(r->arena, (size_t)n * sizeof *f->targets);
    f->used = arena_alloc(r->arena, (size_t)n * sizeof *f->used);
    for (int i = 0; i < n; i++) {
        const char *text = omp_text(r->arena, all[i].text);
        if (!text || is_skipped(skipped, all[i].offset))
            continue;
        if (!strncmp(text, "threadprivate", 13))
            diag_error(pragma_loc(f, all[i].offset), "adgen does not support `#pragma omp %s`: pass the variable as an argument", text);
        f->pragmas[f->npragmas] = (Pragma){all[i].offset, all[i].end, text};
        f->targets[f->npragmas++] = next_token(f, all[i].end);
    }
    clang_disposeSourceRangeList(skipped);
}

static void need_pragmas(Reader *r, SourceFile *f)
{
    if (!f || f->pragmas_read)
        return;
    CXFile file = clang_getFile(r->tu, diag_file_name(f->diag));
    if (file)
        read_pragmas(r, f, file);
}

/* ---------------------------------------------------------------------- entry */

const char *take_pragma(Reader *r, Place at)
{
    need_pragmas(r, at.file);
    for (int i = at.file ? at.file->npragmas : 0; i-- > 0;) {
        if (at.file->targets[i] != at.offset || at.file->used[i])
            continue;
        at.file->used[i] = true;
        return at.file->pragmas[i].text;
    }
    return NULL;
}

const char *unused_pragma(Reader *r, Place from, size_t to, Loc *loc)
{
    SourceFile *f = from.file;
    need_pragmas(r, f);
    for (int i = 0; f && i < f->npragmas; i++) {
        size_t at = f->pragmas[i].offset;
        if (f->used[i] || at < from.offset || at >= to)
            continue;
        f->used[i] = true;
        *loc = pragma_loc(f, at);
        return f->pragmas[i].text;
    }
    return NULL;
}
