/* depfile.c: make dependencies, as gcc writes them (its mkdeps.cc is the authority for quoting and line breaks). */
#include "frontend.h"

#include <string.h>

enum { COLUMNS = 72 };

const char *depfile_quote(Arena *arena, const char *name)
{
    Str s = {.arena = arena};
    str_put(&s, "");
    for (const char *c = name; *c; c++) {
        if (*c == ' ' || *c == '\t') {
            /* backslashes before a blank would quote each other */
            for (const char *back = c; back > name && back[-1] == '\\'; back--)
                str_put(&s, "\\");
            str_put(&s, "\\");
        } else if (*c == '$') {
            str_put(&s, "$");
        } else if (*c == '#') {
            str_put(&s, "\\");
        }
        str_putn(&s, c, 1);
    }
    return s.s;
}

const char *depfile_name(const Options *opt, Arena *arena)
{
    if (opt->deps.file)
        return opt->deps.file;
    const char *slash = strrchr(opt->out, '/'), *dot = strrchr(slash ? slash : opt->out, '.');
    return arena_printf(arena, "%.*s.d", dot ? (int)(dot - opt->out) : (int)strlen(opt->out), opt->out);
}

static const char *without_dot(const char *name)
{
    while (name[0] == '.' && name[1] == '/') {
        name += 2;
        while (*name == '/')
            name++;
    }
    return name;
}

/* A word after those in this line, or in the next line. Returns the new column. */
static size_t put_word(Str *out, const char *word, size_t column)
{
    size_t n = strlen(word);
    if (column && column + n > COLUMNS) {
        str_put(out, " \\\n");
        column = 0;
        column++;
        str_put(out, " ");
    } else if (column) {
        column++;
        str_put(out, " ");
    }
    str_put(out, word);
    return column + n;
}

void depfile_text(Str *out, const Options *opt, const Ptrs *files)
{
    StrMap seen = {.arena = out->arena};
    Ptrs names = {.arena = out->arena};
    for (size_t i = 0; i < files->n; i++) {
        const Inclusion *f = files->at[i];
        const char *name = without_dot(f->name);
        if ((f->system && opt->deps.user_only) || strmap_get(&seen, name))
            continue;
        strmap_put(&seen, name, out);
        ptrs_push(&names, arena_strdup(out->arena, depfile_quote(out->arena, name)));
    }
    size_t column = 0;
    for (size_t i = 0; i < opt->deps.targets.n; i++)
        column = put_word(out, opt->deps.targets.at[i], column);
    if (!opt->deps.targets.n)
        column = put_word(out, depfile_quote(out->arena, without_dot(opt->out)), column);
    str_put(out, ":");
    column++;
    for (size_t i = 0; i < names.n; i++)
        column = put_word(out, names.at[i], column);
    str_put(out, "\n");
    for (size_t i = 0; i < names.n && opt->deps.phony; i++) {
        bool input = false;
        for (size_t k = 0; k < opt->inputs.n; k++)
            input = input || !strcmp(names.at[i], depfile_quote(out->arena, without_dot(opt->inputs.at[k])));
        if (!input)
            str_fmt(out, "%s:\n", (const char *)names.at[i]);
    }
}
