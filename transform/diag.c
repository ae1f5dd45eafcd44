/* diag.c: what the user is told, in gcc's form:
 *
 *     loss.c:12:9: error: message
 *        12 |     x = goto_nowhere;
 *           |         ^~~~~~~~~~~~
 *
 * Text is printed as it comes. For --diagnostics-format=json|sarif an error waits for its notes, and diag_format.c prints it.
 */
#include "transform.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *name;
    char *text; /* NULL: not read yet */
    size_t len;
    bool tried; /* to read it from disk */
} SourceFile;

/* How a warning was set by options; the table's default holds otherwise. */
typedef enum { WARN_DEFAULT, WARN_OFF, WARN_ON, WARN_ERROR, WARN_NOT_ERROR } WarningState;

static const WarningRow warning_rows[] = {
#define WARNING(name, on, summary, text, example) {name, on, NULL, summary, text, example},
#define ERROR(name, match, summary, text, example) {name, true, match, summary, text, example},
#include "diagnostics.h"
#undef WARNING
#undef ERROR
};
enum { NWARNINGS = sizeof warning_rows / sizeof warning_rows[0] };

/* The diagnostics sink: per-run state. */
static struct {
    Arena *arena;
    Ptrs files; /* SourceFile* */
    Ptrs all;   /* Diagnostic*: errors and warnings in order */
    FILE *out;  /* NULL: stderr */
    DiagFormat format;
    DiagColour colour;
    size_t written; /* of `all` */
    int errors, shown, max_errors, hidden;
    bool werror;
    void (*add_notes)(Loc loc, void *ctx);
    void *notes_ctx;
    bool muted; /* the last diagnostic is not shown: nor are its notes */
    WarningState warnings[NWARNINGS];
} diag;

static Arena *diag_arena(void)
{
    if (!diag.arena)
        diag.arena = diag.files.arena = diag.all.arena = arena_new();
    return diag.arena;
}

void diag_set_output(FILE *out)
{
    diag.out = out;
}

void diag_set_format(DiagFormat format)
{
    diag.format = format;
}

bool diag_is_json(void)
{
    return diag.format == DIAG_JSON;
}

void diag_set_colour(DiagColour colour)
{
    diag.colour = colour;
}

void diag_set_werror(bool on)
{
    diag.werror = on;
}

void diag_set_max_errors(int n)
{
    diag.max_errors = n;
}

void diag_set_context(void (*add_notes)(Loc loc, void *ctx), void *ctx)
{
    diag.add_notes = add_notes;
    diag.notes_ctx = ctx;
}

void diag_reset(void)
{
    arena_free(diag.arena);
    memset(&diag, 0, sizeof diag);
}

/* ---------------------------------------------------------------------- warnings by name */

const WarningRow *diagnostic_find(const char *name)
{
    for (int i = 0; i < NWARNINGS; i++)
        if (!strcmp(warning_rows[i].name, name))
            return &warning_rows[i];
    return NULL;
}

const WarningRow *warning_find(const char *name)
{
    for (int i = 0; i < NWARNINGS; i++)
        if (!warning_rows[i].match && !strcmp(warning_rows[i].name, name))
            return &warning_rows[i];
    return NULL;
}

const char *diagnostic_names(Arena *a, bool errors)
{
    Str s = {.arena = a};
    str_put(&s, "");
    for (int i = 0; i < NWARNINGS; i++)
        if (errors || !warning_rows[i].match)
            str_fmt(&s, "%s%s", s.n ? " " : "", warning_rows[i].name);
    return s.s;
}

/* The name of the error whose message this is; NULL: it has none. */
static const char *error_name(const char *text)
{
    for (int i = 0; i < NWARNINGS; i++)
        for (const char *part = warning_rows[i].match; part && *part; part += strcspn(part, "|"), part += *part == '|')
            if (strstr(text, arena_strndup(diag_arena(), part, strcspn(part, "|"))))
                return warning_rows[i].name;
    return NULL;
}

bool diag_set_warning(const char *option)
{
    bool no = !strncmp(option, "no-", 3);
    const char *name = option + (no ? 3 : 0);
    bool error = !strncmp(name, "error=", 6);
    name += error ? 6 : 0;
    WarningState state = error ? (no ? WARN_NOT_ERROR : WARN_ERROR) : no ? WARN_OFF : WARN_ON;
    bool all = !strcmp(name, "all") || !strcmp(name, "extra"); /* what is worth a warning is on from the start */
    const WarningRow *w = warning_find(name);
    if (w)
        diag.warnings[w - warning_rows] = state;
    return w || all || no;
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

const char *diag_file_text(int file)
{
    SourceFile *f = source_file(file);
    if (f)
        load_text(f);
    return f && f->text ? f->text : "";
}

static void line_text(Loc loc, const char **line, size_t *len)
{
    SourceFile *f = source_file(loc.file);
    *line = NULL;
    if (!f || loc.line <= 0)
        return;
    load_text(f);
    if (!f->text)
        return;
    const char *at = f->text, *end = f->text + f->len;
    for (int i = 1; i < loc.line && at; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (!at || at >= end)
        return;
    const char *eol = memchr(at, '\n', (size_t)(end - at));
    *line = at;
    *len = (size_t)((eol ? eol : end) - at);
    if (*len && at[*len - 1] == '\r')
        --*len;
}

int diag_columns(Loc loc, const char **line, int *end)
{
    size_t len = 0;
    *end = loc.col + 1;
    line_text(loc, line, &len);
    if (!*line)
        return 0;
    size_t at = (size_t)loc.col - 1;
    if (loc.col > 0 && at < len && (isalnum((unsigned char)(*line)[at]) || (*line)[at] == '_')) {
        while (at < len && (isalnum((unsigned char)(*line)[at]) || (*line)[at] == '_'))
            at++;
        *end = (int)at + 1;
    }
    return (int)len;
}

/* ---------------------------------------------------------------------- printing */

static FILE *diag_stream(void)
{
    return diag.out ? diag.out : stderr;
}

static const char *colour(const char *code)
{
    const char *term = getenv("TERM");
    bool terminal = !diag.out && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 && !getenv("NO_COLOR");
    return diag.colour == COLOUR_ALWAYS || (diag.colour == COLOUR_AUTO && terminal) ? code : "";
}

static void print_prefix(FILE *out, Loc loc)
{
    const char *name = diag_file_name(loc.file);
    fprintf(out, "%s", colour("\033[1m"));
    if (!name)
        fprintf(out, "adgen: ");
    else if (loc.line <= 0)
        fprintf(out, "%s: ", name);
    else if (loc.col <= 0)
        fprintf(out, "%s:%d: ", name, loc.line);
    else
        fprintf(out, "%s:%d:%d: ", name, loc.line, loc.col);
    fprintf(out, "%s", colour("\033[m"));
}

static void print_caret(FILE *out, Loc loc)
{
    const char *line;
    int end, len = diag_columns(loc, &line, &end);
    if (!line)
        return;
    fprintf(out, "%5d | %.*s\n", loc.line, len, line);
    if (loc.col <= 0 || loc.col > len + 1)
        return;
    fprintf(out, "      | ");
    for (int i = 0; i < loc.col - 1; i++)
        fputc(line[i] == '\t' ? '\t' : ' ', out);
    fprintf(out, "%s^", colour("\033[1;32m"));
    for (int i = loc.col + 1; i < end; i++)
        fputc('~', out);
    fprintf(out, "%s\n", colour("\033[m"));
}

static void print_text(const Diagnostic *d)
{
    static const char *const names[] = {"error", "warning", "note"}, *const codes[] = {"\033[1;31m", "\033[1;35m", "\033[1;36m"};
    FILE *out = diag_stream();
    fflush(stdout);
    trace_clear();
    print_prefix(out, d->loc);
    fprintf(out, "%s%s: %s%s", colour(codes[d->severity]), names[d->severity], colour("\033[m"), d->text);
    if (d->option)
        fprintf(out, " [%s]", d->option);
    fprintf(out, "\n");
    print_caret(out, d->loc);
}

/* JSON lines: what is complete, as no note can follow any more. */
static void write_complete(size_t n)
{
    for (; diag.format == DIAG_JSON && diag.written < n; diag.written++)
        diag_write_json(diag_stream(), diag.all.at[diag.written]);
}

static char *format_text(const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = arena_alloc(diag_arena(), (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    return text;
}

static Diagnostic *new_diagnostic(Severity severity, Loc loc, const char *text, const char *option)
{
    Diagnostic *d = arena_alloc(diag_arena(), sizeof *d);
    *d = (Diagnostic){.severity = severity, .loc = loc, .text = text, .option = option, .notes.arena = diag_arena()};
    return d;
}

/* Two derivatives of one function meet the same mistake: it is said once. */
static bool said_before(const Diagnostic *d)
{
    for (size_t i = 0; i < diag.all.n; i++) {
        const Diagnostic *old = diag.all.at[i];
        if (old->severity == d->severity && old->loc.file == d->loc.file && old->loc.line == d->loc.line &&
            old->loc.col == d->loc.col && !strcmp(old->text, d->text))
            return true;
    }
    return false;
}

static void report(Diagnostic *d)
{
    bool error = d->severity == DIAG_SEVERITY_ERROR;
    bool again = said_before(d), hide = error && !again && diag.max_errors && diag.shown >= diag.max_errors;
    diag.errors += error;
    diag.hidden += hide;
    diag.muted = again || hide;
    if (diag.muted)
        return;
    diag.shown += error;
    write_complete(diag.all.n);
    ptrs_push(&diag.all, d);
    if (diag.format == DIAG_TEXT)
        print_text(d);
    if (error && diag.add_notes)
        diag.add_notes(d->loc, diag.notes_ctx);
}

void diag_error(Loc loc, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = format_text(fmt, ap);
    report(new_diagnostic(DIAG_SEVERITY_ERROR, loc, text, error_name(text)));
    va_end(ap);
}

void diag_warning(Loc loc, const char *name, const char *fmt, ...)
{
    const WarningRow *w = warning_find(name);
    if (!w)
        ICE("the warning '%s' is not in diagnostics.h", name);
    WarningState state = diag.warnings[w - warning_rows];
    diag.muted = state == WARN_OFF || (state == WARN_DEFAULT && !w->on);
    if (diag.muted)
        return;
    bool error = state == WARN_ERROR || (diag.werror && state != WARN_NOT_ERROR);
    va_list ap;
    va_start(ap, fmt);
    report(new_diagnostic(error ? DIAG_SEVERITY_ERROR : DIAG_SEVERITY_WARNING, loc, format_text(fmt, ap),
                          arena_printf(diag_arena(), error ? "-Werror=%s" : "-W%s", name)));
    va_end(ap);
}

void diag_note(Loc loc, const char *fmt, ...)
{
    if (diag.muted)
        return;
    va_list ap;
    va_start(ap, fmt);
    Diagnostic *d = new_diagnostic(DIAG_SEVERITY_NOTE, loc, format_text(fmt, ap), NULL);
    va_end(ap);
    if (diag.all.n) {
        Ptrs *notes = &((Diagnostic *)diag.all.at[diag.all.n - 1])->notes;
        for (size_t i = 0; i < notes->n; i++)
            if (!strcmp(((Diagnostic *)notes->at[i])->text, d->text))
                return;
        ptrs_push(notes, d);
    }
    if (diag.format == DIAG_TEXT)
        print_text(d);
}

/* Under the caret, as clang does: what belongs there. */
static void print_fix(FILE *out, const Diagnostic *d)
{
    const char *line;
    int end, len = diag_columns(d->fix_at, &line, &end);
    if (!line || d->fix_at.col <= 0 || d->fix_at.col > len + 1)
        return;
    fprintf(out, "      | ");
    for (int i = 0; i < d->fix_at.col - 1; i++)
        fputc(line[i] == '\t' ? '\t' : ' ', out);
    fprintf(out, "%s%s%s\n", colour("\033[32m"), d->fix, colour("\033[m"));
}

void diag_fix(Loc loc, int len, const char *text)
{
    if (diag.muted || loc.file < 0 || loc.line <= 0 || !diag.all.n)
        return;
    Diagnostic *d = diag.all.at[diag.all.n - 1];
    if (d->notes.n)
        d = d->notes.at[d->notes.n - 1];
    d->fix_at = loc;
    d->fix_len = len;
    d->fix = arena_strdup(diag_arena(), text);
    if (diag.format == DIAG_TEXT)
        print_fix(diag_stream(), d);
}

/* Where the text at loc begins; NULL: not known. */
static const char *text_at(Loc loc)
{
    const char *line;
    int end, len = diag_columns(loc, &line, &end);
    return line && loc.col > 0 && loc.col <= len ? line + loc.col - 1 : NULL;
}

static void advance(Loc *loc, char c)
{
    loc->col = c == '\n' ? 1 : loc->col + 1;
    loc->line += c == '\n';
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool diag_find_word(Loc *loc, const char *word)
{
    Loc at = *loc;
    size_t n = strlen(word);
    char before = ' ';
    for (const char *c = text_at(at); c && *c && *c != ';' && *c != '{'; before = *c++, advance(&at, before))
        if (!in_word(before) && !strncmp(c, word, n) && !in_word(c[n])) {
            *loc = at;
            return true;
        }
    return false;
}

bool diag_find_close(Loc *loc)
{
    Loc at = *loc;
    int depth = 0;
    for (const char *c = text_at(at); c && *c && *c != ';' && *c != '{'; advance(&at, *c++)) {
        depth += (*c == '(') - (*c == ')');
        if (*c == ')' && depth <= 0) {
            *loc = at;
            return depth == 0;
        }
    }
    return false;
}

int diag_error_count(void)
{
    return diag.errors;
}

/* ---------------------------------------------------------------------- the end of the run */

void diag_finish(int status)
{
    if (diag.hidden) {
        diag.muted = false;
        diag_note((Loc){.file = -1}, "%d more error%s not shown (-fmax-errors=%d)", diag.hidden, diag.hidden > 1 ? "s are" : " is",
                  diag.max_errors);
        diag.hidden = 0;
    }
    write_complete(diag.all.n);
    if (diag.format == DIAG_SARIF)
        diag_write_sarif(diag_stream(), &diag.all, warning_rows, NWARNINGS, status);
    diag.all.n = diag.written = 0;
    fflush(diag_stream());
}

/* The last message of a run that cannot go on. */
static _Noreturn void stop(Loc loc, const char *text)
{
    report(new_diagnostic(DIAG_SEVERITY_ERROR, loc, text, NULL));
    diag_finish(3);
    exit(3);
}

_Noreturn void ice_at(const char *file, int line, const char *fmt, ...)
{
    const char *base = strrchr(file, '/');
    va_list ap;
    va_start(ap, fmt);
    const char *what = format_text(fmt, ap);
    va_end(ap);
    what = arena_printf(diag_arena(), "%s (%s:%d)", what, base ? base + 1 : file, line);
    static const char please[] = "this is a bug in adgen: please report it with the command line and the source file";
    diag.max_errors = 0;
    if (diag.format != DIAG_TEXT)
        stop((Loc){.file = -1}, arena_printf(diag_arena(), "internal error: %s; %s", what, please));
    FILE *out = diag_stream();
    fflush(stdout);
    fprintf(out, "adgen: internal error: %s\nadgen: %s\n", what, please);
    fflush(out);
    exit(3);
}

_Noreturn void limit_exceeded(Loc loc, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = format_text(fmt, ap);
    va_end(ap);
    diag.max_errors = 0;
    stop(loc, arena_printf(diag_arena(), "%s [a limit of adgen]", text));
}
