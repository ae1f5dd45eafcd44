/* emit_lines.c: --line-directives, --report: marks at the beginning of printed lines become #line directives, where the numbering that the
 * compiler goes on with is not already right, and a list of where each line comes from. */
#include "emit.h"

#include <stdlib.h>
#include <string.h>

/* `#line 12 "loss.c"` */
static void put_directive(Str *out, int file, long line, bool name_too)
{
    str_fmt(out, "#line %ld", line);
    if (name_too) {
        str_put(out, " \"");
        for (const char *c = diag_file_name(file); *c; c++)
            str_fmt(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        str_put(out, "\"");
    }
    str_put(out, "\n");
}

/* The lines of `text` have no source line. */
static void add_unknown(Ptrs *lines, const char *text)
{
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        ptrs_push(lines, NULL);
}

static OutLine *new_line(Arena *a, OutLine where)
{
    OutLine *l = arena_alloc(a, sizeof *l);
    *l = where;
    return l;
}

void put_with_lines(Str *out, const char *text, const EmitOptions *opt)
{
    int file = -1; /* what the compiler takes the next line for */
    long line = 0;
    OutLine *marked = NULL; /* the line before, which this one may go on */
    if (opt->lines)
        add_unknown(opt->lines, out->s);
    for (const char *at = text, *eol; *at; at = eol) {
        eol = strchr(at, '\n');
        eol = eol ? eol + 1 : at + strlen(at);
        bool whole = out->n < 2 || strchr(";{}/", out->s[out->n - 2]); /* does a statement begin here? */
        if (*at == MARK_BEGIN) {
            char *end;
            OutLine where = {.file = (int)strtol(at + 1, &end, 10)};
            long number = strtol(end + 1, &end, 10);
            where.line = (int)number;
            where.reverse = end[1] == '1';
            at = end + 3;
            if (opt->line_directives && diag_file_name(where.file) && (where.file != file || number != line)) {
                put_directive(out, where.file, number, where.file != file);
                if (opt->lines)
                    ptrs_push(opt->lines, NULL);
            }
            file = where.file;
            line = number;
            marked = opt->lines ? new_line(opt->lines->arena, where) : NULL;
        } else if (whole) {
            marked = NULL;
        }
        if (opt->lines)
            ptrs_push(opt->lines, marked);
        str_putn(out, at, (size_t)(eol - at));
        line++;
    }
}
