/* emit_lines.c: --line-directives: marks at the beginning of printed lines become #line directives, where the numbering that the
 * compiler goes on with is not already right. */
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

void put_with_lines(Str *out, const char *text)
{
    int file = -1; /* what the compiler takes the next line for */
    long line = 0;
    for (const char *at = text, *eol; *at; at = eol) {
        eol = strchr(at, '\n');
        eol = eol ? eol + 1 : at + strlen(at);
        if (*at == MARK_BEGIN) {
            char *end;
            int marked = (int)strtol(at + 1, &end, 10);
            long number = strtol(end + 1, &end, 10);
            at = end + 1;
            if (diag_file_name(marked) && (marked != file || number != line))
                put_directive(out, marked, number, marked != file);
            file = marked;
            line = number;
        }
        str_putn(out, at, (size_t)(eol - at));
        line++;
    }
}
