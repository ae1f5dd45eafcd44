/* report.c: --report: one page with source and generated code side by side, what belongs together, and what was decided about each line.
 * The page is report.html, which the build turns into report_text; here is the data that it shows, as JSON. */
#include "emit.h"
#include "report.h"

#include <string.h>

extern const char *const report_text[]; /* made by the build: the lines of report.html; NULL ends them */

typedef struct {
    Str *out;
    Arena *arena;
    int files[64]; /* diagnostics' numbers of the files shown */
    int nfiles;
} Page;

/* "text", also inside a <script>: no `<`. */
static void put_string(Str *out, const char *text, size_t n)
{
    str_put(out, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            str_fmt(out, "\\%c", c);
        else if (c < 0x20 || c == '<')
            str_fmt(out, "\\u%04x", c);
        else
            str_putn(out, text + i, 1);
    }
    str_put(out, "\"");
}

static void put_text(Str *out, const char *text)
{
    put_string(out, text, strlen(text));
}

/* ["line", "line"] */
static void put_lines(Str *out, const char *text)
{
    str_put(out, "[");
    for (const char *at = text, *sep = ""; *at; sep = ",\n") {
        size_t n = strcspn(at, "\n");
        str_put(out, sep);
        put_string(out, at, n);
        at += n + (at[n] == '\n');
    }
    str_put(out, "]");
}

/* The place of a file in the list of those shown; -1: it is not, there are too many. */
static int file_number(Page *page, int file)
{
    for (int i = 0; i < page->nfiles; i++)
        if (page->files[i] == file)
            return i;
    if (page->nfiles == (int)(sizeof page->files / sizeof page->files[0]) || !diag_file_name(file))
        return -1;
    page->files[page->nfiles] = file;
    return page->nfiles++;
}

static void put_origins(Page *page, const Ptrs *lines)
{
    str_put(page->out, "[");
    for (size_t i = 0; i < lines->n; i++) {
        const OutLine *l = lines->at[i];
        int file = l ? file_number(page, l->file) : -1;
        str_fmt(page->out, file < 0 ? "%s0" : "%s[%d,%d,%d]", i ? "," : "", file, file < 0 ? 0 : l->line,
                file < 0 ? 0 : l->reverse);
    }
    str_put(page->out, "]");
}

static void put_decision(Page *page, const Decision *d, int file)
{
    static const char *const kinds[] = {"keep", "log", "fused", "inactive"};
    Str *out = page->out;
    str_fmt(out, "{\"kind\": \"%s\", \"file\": %d, \"line\": %d, \"bytes\": %lld, \"what\": ", kinds[d->kind], file, d->loc.line,
            (long long)d->bytes);
    put_text(out, d->what);
    str_put(out, ", \"where\": ");
    put_text(out, d->where);
    str_put(out, ", \"count\": ");
    put_text(out, d->count);
    str_put(out, ", \"why\": ");
    put_text(out, d->why);
    str_put(out, "}");
}

static void put_function(Page *page, const Fn *fn, const ReportGraph *graph)
{
    Str *out = page->out;
    const char *sep = "";
    str_put(out, "{\"name\": ");
    put_text(out, fn->name);
    str_put(out, ", \"comment\": ");
    put_text(out, fn->comment ? arena_strndup(page->arena, fn->comment, strcspn(fn->comment, "\n")) : "");
    str_put(out, ", \"svg\": ");
    put_text(out, graph->svg ? graph->svg : "");
    str_put(out, ", \"graphless\": ");
    put_text(out, graph->why ? graph->why : "");
    str_put(out, ", \"decisions\": [");
    for (size_t i = 0; fn->decisions && i < fn->decisions->n; i++) {
        const Decision *d = fn->decisions->at[i];
        int file = d->loc.line > 0 ? file_number(page, d->loc.file) : -1;
        if (file < 0)
            continue;
        str_put(out, sep);
        put_decision(page, d, file);
        sep = ",\n";
    }
    str_put(out, "]}");
}

static void put_files(Page *page)
{
    str_put(page->out, "[");
    for (int i = 0; i < page->nfiles; i++) {
        str_put(page->out, i ? ",\n{\"name\": " : "{\"name\": ");
        put_text(page->out, diag_file_name(page->files[i]));
        str_put(page->out, ", \"lines\": ");
        put_lines(page->out, diag_file_text(page->files[i]));
        str_put(page->out, "}");
    }
    str_put(page->out, "]");
}

static void put_data(Page *page, const Ptrs *fns, const Report *report)
{
    Str *out = page->out;
    const char *sep = "";
    str_put(out, "{\"command\": ");
    put_text(out, report->command ? report->command : "");
    str_put(out, ",\n\"out\": {\"name\": ");
    put_text(out, report->out_name);
    str_put(out, ", \"lines\": ");
    put_lines(out, report->text);
    str_put(out, ",\n\"from\": ");
    put_origins(page, report->lines);
    str_put(out, "},\n\"functions\": [");
    for (size_t i = 0; i < fns->n; i++) {
        const Fn *fn = fns->at[i];
        if (fn->is_static && !fn->decisions)
            continue;
        str_put(out, sep);
        put_function(page, fn, &report->graphs[i]);
        sep = ",\n";
    }
    str_put(out, "],\n\"files\": ");
    put_files(page);
    str_put(out, "}");
}

void report_html(Str *out, const Ptrs *fns, const Report *report)
{
    static const char place[] = "@DATA@";
    Page page = {.out = out, .arena = out->arena};
    for (size_t i = 0; i < report->sources->n; i++)
        file_number(&page, diag_add_file(report->sources->at[i], NULL, 0));
    for (const char *const *line = report_text; *line; line++) {
        const char *here = strstr(*line, place);
        if (!here) {
            str_put(out, *line);
            continue;
        }
        str_putn(out, *line, (size_t)(here - *line));
        put_data(&page, fns, report);
        str_put(out, here + sizeof place - 1);
    }
}
