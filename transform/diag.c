/* diag.c: what the user is told, in gcc's form:
 *
 *     loss.c:12:9: error: message
 *        12 |     x = goto_nowhere;
 *           |         ^
 */
#include "transform.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *name;
    char *text; /* NULL: not read yet */
    size_t len;
    bool tried; /* to read it from disk */
} SourceFile;

/* The diagnostics sink: per-run state. */
static struct {
    Arena *arena;
    Ptrs files;    /* SourceFile* */
    Ptrs disabled; /* char*: NAME of -Wno-NAME */
    FILE *out;     /* NULL: stderr */
    int errors;
    bool werror;
    bool muted; /* the last diagnostic was a disabled warning: its notes are not shown */
} diag;

static Arena *diag_arena(void)
{
    if (!diag.arena)
        diag.arena = diag.files.arena = diag.disabled.arena = arena_new();
    return diag.arena;
}

void diag_set_output(FILE *out)
{
    diag.out = out;
}

void diag_set_werror(bool on)
{
    diag.werror = on;
}

void diag_disable_warning(const char *name)
{
    char *copy = arena_strdup(diag_arena(), name);
    ptrs_push(&diag.disabled, copy);
}

void diag_reset(void)
{
    arena_free(diag.arena);
    memset(&diag, 0, sizeof diag);
}

/* ---------------------------------------------------------------------- files */

int diag_add_file(const char *name, const char *text, size_t len)
{
    Arena *a = diag_arena();
    SourceFile *f = NULL;
    int index = 0;
    for (; index < (int)diag.files.n && !f; index++)
        if (!strcmp(((SourceFile *)diag.files.at[index])->name, name))
            f = diag.files.at[index--];
    if (!f) {
        f = arena_alloc(a, sizeof *f);
        f->name = arena_strdup(a, name);
        ptrs_push(&diag.files, f);
    }
    if (text && !f->text) {
        f->text = arena_strndup(a, text, len);
        f->len = len;
    }
    return index;
}

static SourceFile *source_file(int file)
{
    return file >= 0 && (size_t)file < diag.files.n ? diag.files.at[file] : NULL;
}

const char *diag_file_name(int file)
{
    SourceFile *f = source_file(file);
    return f ? f->name : NULL;
}

/* Headers are registered by name only: their text is read when a caret line needs it. */
static void load_text(SourceFile *f)
{
    if (f->text || f->tried)
        return;
    f->tried = true;
    FILE *in = fopen(f->name, "rb");
    if (!in)
        return;
    Str s = {.arena = diag_arena()};
    char buf[4096];
    for (size_t n; (n = fread(buf, 1, sizeof buf, in)) > 0;)
        str_putn(&s, buf, n);
    fclose(in);
    f->text = s.s;
    f->len = s.n;
}

/* ---------------------------------------------------------------------- printing */

static FILE *diag_stream(void)
{
    return diag.out ? diag.out : stderr;
}

static void print_prefix(FILE *out, Loc loc)
{
    const char *name = diag_file_name(loc.file);
    if (!name)
        fprintf(out, "adgen: ");
    else if (loc.line <= 0)
        fprintf(out, "%s: ", name);
    else if (loc.col <= 0)
        fprintf(out, "%s:%d: ", name, loc.line);
    else
        fprintf(out, "%s:%d:%d: ", name, loc.line, loc.col);
}

static void print_caret(FILE *out, Loc loc)
{
    SourceFile *f = source_file(loc.file);
    if (!f || loc.line <= 0)
        return;
    load_text(f);
    if (!f->text)
        return;
    const char *line = f->text, *end = f->text + f->len;
    for (int i = 1; i < loc.line && line; i++) {
        line = memchr(line, '\n', (size_t)(end - line));
        line = line ? line + 1 : NULL;
    }
    if (!line || line >= end)
        return;
    const char *eol = memchr(line, '\n', (size_t)(end - line));
    int len = (int)((eol ? eol : end) - line);
    if (len && line[len - 1] == '\r')
        len--;
    fprintf(out, "%5d | %.*s\n", loc.line, len, line);
    if (loc.col <= 0 || loc.col > len + 1)
        return;
    fprintf(out, "      | ");
    for (int i = 0; i < loc.col - 1; i++)
        fputc(line[i] == '\t' ? '\t' : ' ', out);
    fprintf(out, "^\n");
}

static void report(Loc loc, const char *severity, const char *fmt, va_list ap, const char *suffix)
{
    FILE *out = diag_stream();
    fflush(stdout);
    print_prefix(out, loc);
    fprintf(out, "%s: ", severity);
    vfprintf(out, fmt, ap);
    fprintf(out, "%s\n", suffix);
    print_caret(out, loc);
    diag.muted = false;
}

void diag_error(Loc loc, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report(loc, "error", fmt, ap, "");
    va_end(ap);
    diag.errors++;
}

static bool warning_disabled(const char *name)
{
    for (size_t i = 0; i < diag.disabled.n; i++)
        if (!strcmp(diag.disabled.at[i], name))
            return true;
    return false;
}

void diag_warning(Loc loc, const char *name, const char *fmt, ...)
{
    if (warning_disabled(name)) {
        diag.muted = true;
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    const char *suffix = arena_printf(diag_arena(), diag.werror ? " [-Werror=%s]" : " [-W%s]", name);
    report(loc, diag.werror ? "error" : "warning", fmt, ap, suffix);
    va_end(ap);
    if (diag.werror)
        diag.errors++;
}

void diag_note(Loc loc, const char *fmt, ...)
{
    if (diag.muted)
        return;
    va_list ap;
    va_start(ap, fmt);
    report(loc, "note", fmt, ap, "");
    va_end(ap);
}

int diag_error_count(void)
{
    return diag.errors;
}

/* ---------------------------------------------------------------------- the end of the run */

_Noreturn void ice_at(const char *file, int line, const char *fmt, ...)
{
    FILE *out = diag_stream();
    fflush(stdout);
    fprintf(out, "adgen: internal error: ");
    va_list ap;
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    const char *base = strrchr(file, '/');
    fprintf(out, " (%s:%d)\n", base ? base + 1 : file, line);
    fprintf(out, "adgen: this is a bug in adgen: please report it with the command line and the source file\n");
    fflush(out);
    exit(3);
}

_Noreturn void limit_exceeded(Loc loc, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report(loc, "error", fmt, ap, " [a limit of adgen]");
    va_end(ap);
    fflush(diag_stream());
    exit(3);
}
