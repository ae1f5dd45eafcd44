/* options_help.c: everything that is written from the option table: --help, the manual page's options (--help=man), the completion
 * script for bash (--help=bash); and --explain. */
#include "options.h"

#include <string.h>

enum { LEFT = 32, COLUMNS = 100 };

/* `--grad SPEC`, `-std=STANDARD`, `--header[=FILE]`, `-D NAME[=VALUE]` */
static const char *option_form(Arena *a, const OptionRow *r)
{
    const char *meta = r->meta ? r->meta : "";
    if (r->arg == ARG_OPTIONAL)
        return arena_printf(a, "%s[=%s]", r->name, meta);
    if (r->arg == ARG_LONG && strchr(meta, '|'))
        return arena_printf(a, "%s=%s", r->name, meta);
    bool joined = r->arg == ARG_NONE || r->arg == ARG_JOINED;
    return arena_printf(a, joined ? "%s%s" : "%s %s", r->name, meta);
}

/* The forms of a row and of those that are listed with it. */
static const char *option_forms(Arena *a, const OptionRow *r)
{
    Str s = {.arena = a};
    str_put(&s, option_form(a, r));
    for (r++; r->set && !r->help; r++)
        str_fmt(&s, ", %s", option_form(a, r));
    return s.s;
}

/* Rows after a heading without text are not listed. */
static bool is_listed(const OptionRow *r)
{
    return r->name || (r->help && *r->help);
}

static void print_text(Arena *a)
{
    printf("usage: adgen [options] FILE.c... -o OUT.c [-- compiler options]\n"
           "Derivatives of C functions, as C. A SPEC is NAME, NAME(x, y), NAME(x -> y) or NAME(x -> y; scratch).\n");
    for (const OptionRow *r = option_rows; is_listed(r); r++) {
        if (!r->set)
            printf("%s:\n", r->help);
        else if (r->help) {
            const char *forms = option_forms(a, r);
            if (strlen(forms) + 4 > LEFT && strlen(forms) + strlen(r->help) + 4 <= COLUMNS)
                printf("  %s  %s\n", forms, r->help);
            else if (strlen(forms) + 4 > LEFT)
                printf("  %s\n%*s%s\n", forms, LEFT, "", r->help);
            else
                printf("  %-*s%s\n", LEFT - 2, forms, r->help);
        }
    }
    printf("Exit status: 0 done; 1 an error in the input or a failed check; 2 wrong usage; 3 a limit or an internal error.\n");
}

/* Text for roff: a hyphen is a minus, a backslash is itself. */
static const char *roff(Arena *a, const char *text)
{
    Str s = {.arena = a};
    str_put(&s, "");
    for (const char *c = text; *c; c++) {
        if (*c == '-')
            str_put(&s, "\\-");
        else if (*c == '\\')
            str_put(&s, "\\e");
        else
            str_putn(&s, c, 1);
    }
    return s.s;
}

static void print_man(Arena *a)
{
    for (const OptionRow *r = option_rows; is_listed(r); r++) {
        if (!r->set)
            printf(".SS %s\n", roff(a, r->help));
        else if (r->help)
            printf(".TP\n.B %s\n\\&%s\n", roff(a, option_forms(a, r)), roff(a, r->help));
    }
}

/* What may follow the option: words, file names, directories, or what the shell does by itself. */
static void print_completion_case(Arena *a, const OptionRow *r)
{
    if (!r->set || r->arg == ARG_NONE || r->arg == ARG_JOINED || !r->meta)
        return;
    const char *action = NULL;
    if (strchr(r->meta, '|')) {
        char *words = arena_strdup(a, r->meta);
        for (char *c = words; *c; c++)
            *c = *c == '|' ? ' ' : *c;
        action = arena_printf(a, "-W '%s'", words);
    } else if (!strncmp(r->meta, "FILE", 4)) {
        action = "-f";
    } else if (!strcmp(r->meta, "DIR")) {
        action = "-d";
    } else if (!strcmp(r->meta, "PASS")) {
        action = arena_printf(a, "-W '%s'", pass_names(a, false));
    } else if (!strcmp(r->meta, "WARNING")) {
        action = arena_printf(a, "-W '%s'", diagnostic_names(a, false));
    } else if (!strcmp(r->meta, "DIAGNOSTIC")) {
        action = arena_printf(a, "-W '%s'", diagnostic_names(a, true));
    }
    if (action)
        printf("        %s) COMPREPLY=($(compgen %s -- \"$cur\")); return ;;\n", r->name, action);
}

static void print_bash(Arena *a)
{
    printf("# Completion for adgen. Made from its option table: changes here are lost.\n"
           "_adgen()\n{\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    COMPREPLY=()\n"
           "    # --emit=ir is three words to bash: --emit, =, ir\n"
           "    if [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "    case $prev in\n");
    for (const OptionRow *r = option_rows; is_listed(r); r++)
        print_completion_case(a, r);
    printf("    esac\n    case $cur in\n    -*) COMPREPLY=($(compgen -W '");
    for (const OptionRow *r = option_rows; is_listed(r); r++)
        if (r->set && r->arg != ARG_JOINED)
            printf("%s ", r->name);
    printf("-std=c99 -std=c11 -std=gnu11");
    for (const char *at = pass_names(a, true); *at;) {
        size_t n = strcspn(at, " ");
        printf(" -fno-%.*s", (int)n, at);
        at += n + (at[n] == ' ');
    }
    printf("' -- \"$cur\"))\n        return ;;\n    esac\n"
           "    compopt -o filenames 2>/dev/null\n"
           "    COMPREPLY=($(compgen -f -X '!*.c' -- \"$cur\") $(compgen -d -- \"$cur\"))\n}\n"
           "complete -F _adgen adgen\n");
}

/* The options' names, one a line: for tests. */
static void print_names(void)
{
    for (const OptionRow *r = option_rows; is_listed(r); r++)
        if (r->set)
            printf("%s\n", r->name);
}

void print_help(Parse *p, const char *form)
{
    p->stop = true;
    if (!form)
        print_text(p->arena);
    else if (!strcmp(form, "man"))
        print_man(p->arena);
    else if (!strcmp(form, "bash"))
        print_bash(p->arena);
    else if (!strcmp(form, "options"))
        print_names();
    else
        usage_error(p, "--help=%s: there are --help, --help=man, --help=bash and --help=options", form);
}

/* The example, indented. */
static void print_example(const char *text)
{
    printf("\nExample:\n\n");
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
        printf("    %.*s\n", (int)strcspn(at, "\n"), at);
}

void print_explanation(Parse *p, const char *name)
{
    const WarningRow *w = diagnostic_find(!strncmp(name, "-W", 2) ? name + 2 : name);
    p->stop = true;
    if (!w) {
        usage_error(p, "--explain: there is no warning or error '%s'; there are: %s", name, diagnostic_names(p->arena, true));
        return;
    }
    if (w->match)
        printf("error: %s [%s]\n\n%s\n", w->summary, w->name, w->text);
    else
        printf("warning: %s [-W%s]%s\n\n%s\n", w->summary, w->name, w->on ? ", on unless -Wno- is given" : "", w->text);
    print_example(w->example);
}
