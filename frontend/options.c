/* options.c: the command line, as INTERFACE's section 1 has it, read by the table of options_table.c. */
#include "options.h"

#include <ctype.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_DONE = 0, STATUS_USAGE = 2 };

void usage_error(Parse *p, const char *fmt, ...)
{
    Str s = {.arena = p->arena};
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = arena_alloc(p->arena, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    va_end(ap);
    str_put(&s, text);
    diag_error((Loc){.file = -1}, "%s", s.s);
    p->failed = true;
}

/* ---------------------------------------------------------------------- @FILE */

/* Words as a shell has them: blanks between, quotes and backslashes. The next one at *at, NULL at the end. */
static char *next_word(Arena *a, const char **at)
{
    Str s = {.arena = a};
    const char *c = *at;
    while (isspace((unsigned char)*c))
        c++;
    if (!*c)
        return NULL;
    str_put(&s, "");
    for (char quote = 0; *c && (quote || !isspace((unsigned char)*c)); c++) {
        if (*c == '\\' && c[1])
            str_putn(&s, ++c, 1);
        else if (*c == quote)
            quote = 0;
        else if (!quote && (*c == '\'' || *c == '"'))
            quote = *c;
        else
            str_putn(&s, c, 1);
    }
    *at = c;
    return s.s;
}

enum { MAX_FILE_DEPTH = 20 };

/* The words of the command with those of each @FILE in its place; as in gcc, what cannot be read is a word itself. */
static void expand_word(Parse *p, const char *word, Ptrs *out, int depth)
{
    FILE *f = word[0] == '@' && word[1] ? fopen(word + 1, "r") : NULL;
    if (!f) {
        ptrs_push(out, arena_strdup(p->arena, word));
        return;
    }
    Str s = {.arena = p->arena};
    char buf[4096];
    str_put(&s, "");
    for (size_t n; (n = fread(buf, 1, sizeof buf, f)) > 0;)
        str_putn(&s, buf, n);
    fclose(f);
    if (depth > MAX_FILE_DEPTH) {
        usage_error(p, "'%s': files of options within files of options, more than %d deep", word, MAX_FILE_DEPTH);
        return;
    }
    const char *at = s.s;
    for (char *w; !p->failed && (w = next_word(p->arena, &at));)
        expand_word(p, w, out, depth + 1);
}

/* ---------------------------------------------------------------------- parsing */

/* Does the word begin this option? Sets *value to an argument inside the word, or NULL. */
static bool row_matches(const OptionRow *r, const char *word, const char **value)
{
    size_t n = strlen(r->name);
    *value = NULL;
    if (strncmp(word, r->name, n) != 0)
        return false;
    const char *rest = word + n;
    if (r->arg == ARG_JOINED)
        *value = rest;
    else if (*rest && r->arg == ARG_EITHER)
        *value = rest;
    else if (*rest == '=' && (r->arg == ARG_LONG || r->arg == ARG_OPTIONAL))
        *value = rest + 1;
    else
        return *rest == '\0';
    return true;
}

/* Several rows may be prefixes of a word (-M and -MMD, -I and -isystem): the longest name wins. */
static const OptionRow *find_row(const char *word, const char **value)
{
    const OptionRow *best = NULL;
    for (const OptionRow *r = option_rows; r->name || r->help; r++) {
        const char *v;
        if (r->set && row_matches(r, word, &v) && (!best || strlen(r->name) > strlen(best->name))) {
            best = r;
            *value = v;
        }
    }
    return best;
}

/* What `--gradd=x` may have been meant to be. Short options are too much alike. */
static const char *nearest_option(Arena *a, const char *word)
{
    Nearest near = {.wanted = arena_strndup(a, word, strcspn(word, "="))};
    for (const OptionRow *r = option_rows; strlen(near.wanted) > 3 && (r->name || r->help); r++)
        nearest_offer(&near, r->name);
    return near.best;
}

/* Handles words[i]; returns the index of the last word used. */
static size_t parse_option(Parse *p, const Ptrs *words, size_t i)
{
    const char *value = NULL;
    const OptionRow *r = find_row(words->at[i], &value);
    if (!r) {
        const char *near = nearest_option(p->arena, words->at[i]);
        usage_error(p, near ? "unknown option '%s'; did you mean '%s'?" : "unknown option '%s' (adgen --help lists them)",
                    (const char *)words->at[i], near);
        return i;
    }
    p->name = r->name;
    bool needs = r->arg == ARG_LONG || r->arg == ARG_EITHER || r->arg == ARG_SEPARATE;
    if (needs && !value) {
        if (i + 1 >= words->n) {
            usage_error(p, "'%s' needs an argument", r->name);
            return i;
        }
        value = words->at[++i];
    }
    if ((r->arg == ARG_JOINED || r->arg == ARG_LONG) && !*value)
        usage_error(p, "'%s' needs an argument", r->name);
    else
        r->set(p, value);
    return i;
}

/* What follows --: for the C front end, but adgen must know the standard, and what it cannot do. */
static void parse_passed(Parse *p, const char *word)
{
    if (!strncmp(word, "-std=", 5))
        p->opt->std = word + 5;
    const char *value;
    const OptionRow *r = !strcmp(word, "-fopenmp") ? find_row(word, &value) : NULL;
    if (r) {
        p->name = word;
        r->set(p, value);
    }
    ptrs_push(&p->opt->clang_args, arena_strdup(p->arena, word));
}

/* The command as a shell would take it, without the program's directory. */
static const char *command_text(Arena *a, int argc, char **argv)
{
    Str s = {.arena = a};
    str_put(&s, "adgen");
    for (int i = 1; i < argc; i++) {
        bool plain = argv[i][0] != '\0';
        for (const char *c = argv[i]; *c; c++)
            plain = plain && (isalnum((unsigned char)*c) || strchr("_-+=./,:@%", *c));
        str_put(&s, plain ? " " : " '");
        for (const char *c = argv[i]; *c; c++) {
            if (*c == '\'' && !plain)
                str_put(&s, "'\\''");
            else
                str_putn(&s, c, 1);
        }
        if (!plain)
            str_put(&s, "'");
    }
    return s.s;
}

/* In the build tree adgen is build/adgen beside build/libadgen_rt.a and runtime/ is next to build/ or one level further up
 * (build/asan); installed it is PREFIX/lib/adgen/adgen.bin. */
static void find_runtime(Options *opt, Arena *a)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0)
        return;
    self[n] = '\0';
    const char *dir = dirname(self);
    static const char *const headers[] = {"../runtime", "../../runtime", "../../include"};
    static const char *const libs[] = {"libadgen_rt.a", "../libadgen_rt.a"};
    for (size_t i = 0; i < 3 && !opt->include_dir; i++)
        if (!access(arena_printf(a, "%s/%s/adgen.h", dir, headers[i]), R_OK))
            opt->include_dir = arena_printf(a, "%s/%s", dir, headers[i]);
    for (size_t i = 0; i < 2 && !opt->runtime_lib; i++)
        if (!access(arena_printf(a, "%s/%s", dir, libs[i]), R_OK))
            opt->runtime_lib = arena_printf(a, "%s/%s", dir, libs[i]);
    if (opt->include_dir) {
        ptrs_push(&opt->clang_args, arena_strdup(a, "-idirafter"));
        ptrs_push(&opt->clang_args, arena_strdup(a, opt->include_dir));
    }
}

/* What has no effect without another option. */
static void check_unused(const Options *opt)
{
    Loc nowhere = {.file = -1};
    bool whole = opt->emit != EMIT_IR && opt->emit != EMIT_DOT;
    if (opt->after && whole)
        diag_warning(nowhere, "unused-option", "--after=%s has no effect without --emit=ir or --emit=dot", opt->after);
    if (!opt->check && opt->emit != EMIT_DOT && check_says(&opt->check_opt))
        diag_warning(nowhere, "unused-option", "--set, --range, --len and --input have no effect without --check or --emit=dot");
    if (opt->emit != EMIT_C && opt->standalone)
        diag_warning(nowhere, "unused-option", "--standalone has no effect on --emit=ir, dot and primal");
}

/* By any path: a.c and ./a.c. */
static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    if (!strcmp(a, b))
        return strcmp(a, "-") != 0;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* The files that are written: OUT, the header, the report, the dependencies; NULL: not this one. */
static void name_outputs(const Options *opt, Arena *a, const char *outs[4])
{
    bool named = strcmp(opt->out, "-") != 0, deps = opt->deps.on && (opt->deps.file || named);
    bool header = opt->header && (opt->header_file || named);
    outs[0] = opt->out;
    outs[1] = !header ? NULL : opt->header_file ? opt->header_file : with_suffix(a, opt->out, ".h");
    outs[2] = opt->report;
    outs[3] = deps ? depfile_name(opt, a) : NULL;
}

/* No file is written that is read, or written twice. */
static void check_files(Parse *p)
{
    const Options *opt = p->opt;
    const char *outs[4];
    if (!opt->out)
        return;
    name_outputs(opt, p->arena, outs);
    for (int k = 0; k < 4; k++) {
        for (size_t i = 0; i < opt->inputs.n && outs[k]; i++)
            if (same_file(opt->inputs.at[i], outs[k]))
                usage_error(p, "'%s' is an input and the output", outs[k]);
        for (int j = 0; j < k && outs[k]; j++)
            if (outs[j] && same_file(outs[j], outs[k]))
                usage_error(p, "'%s' would be written twice: give each output a name of its own", outs[k]);
    }
}

/* Has an earlier run written it, for the source to include? */
static bool is_generated(const char *name)
{
    static const char mark[] = "/* Generated by adgen ";
    char start[sizeof mark] = "";
    FILE *f = fopen(name, "r");
    size_t n = f ? fread(start, 1, sizeof mark - 1, f) : 0;
    if (f)
        fclose(f);
    return n == 0 || !strcmp(start, mark);
}

bool options_spare(const Options *opt, Arena *a, const Ptrs *inclusions)
{
    const char *outs[4];
    name_outputs(opt, a, outs);
    for (size_t i = 0; i < inclusions->n; i++) {
        const char *read = ((const Inclusion *)inclusions->at[i])->name;
        for (int k = 0; k < 4; k++)
            if (outs[k] && same_file(read, outs[k]) && !is_generated(read)) {
                diag_error((Loc){.file = -1}, "'%s', which the source includes, would be overwritten: give the output another name",
                           outs[k]);
                return false;
            }
    }
    return true;
}

/* What cannot be told from one option alone. */
static void check_whole(Parse *p)
{
    Options *opt = p->opt;
    check_unused(opt);
    pass_options.after = opt->emit == EMIT_IR || opt->emit == EMIT_DOT ? opt->after : NULL;
    if (!opt->deps.on && (opt->deps.file || opt->deps.targets.n || opt->deps.phony))
        usage_error(p, "-MF, -MT, -MQ and -MP need -MD or -MMD");
    if (opt->deps.on && !opt->deps.file && opt->out && !strcmp(opt->out, "-"))
        usage_error(p, "-MD with -o - needs a name: -MF FILE");
    if (pass_options.no_malloc && p->tape_storage && pass_options.tape == TAPE_HEAP)
        usage_error(p, "--no-malloc does not go with --tape-storage=heap");
    if (opt->inputs.n == 0)
        usage_error(p, "no input file");
    else if (!opt->out)
        usage_error(p, "no output: -o OUT.c is missing (-o - writes to standard output)");
    check_files(p);
    if (opt->header && !opt->header_file && opt->out && !strcmp(opt->out, "-"))
        usage_error(p, "--header with -o - needs a name: --header=FILE");
    for (size_t i = 0; i < opt->requests.n && opt->standalone; i++)
        if (opt->sparse || ((Request *)opt->requests.at[i])->sparse)
            usage_error(p, "--sparse needs the runtime, which has ad_csr and its functions: leave out --standalone");
    if (opt->emit != EMIT_C && opt->requests.n && opt->emit == EMIT_PRIMAL)
        usage_error(p, "--emit=primal writes no derivative: leave out --grad, --vjp and --jvp");
}

static void start_lists(Options *opt, Arena *arena)
{
    Ptrs *lists[] = {&opt->inputs, &opt->link_args,        &opt->requests,        &opt->clang_args,   &opt->deps.targets,
                     &opt->check_opt.set, &opt->check_opt.range, &opt->check_opt.len, &opt->check_opt.files,
                     &opt->check_opt.input, &opt->check_opt.input_len, &opt->check_opt.tables};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        lists[i]->arena = arena;
}

/* Messages about options have the form asked for, wherever that stands. */
static void find_format(Parse *p, const Ptrs *words)
{
    static const char option[] = "--diagnostics-format";
    const char *form = NULL;
    for (size_t i = 0; i < words->n; i++) {
        const char *w = words->at[i];
        if (!strncmp(w, option, sizeof option - 1) && w[sizeof option - 1] == '=')
            form = w + sizeof option;
        else if (!strcmp(w, option) && i + 1 < words->n)
            form = words->at[i + 1];
    }
    if (form)
        diag_set_format(!strcmp(form, "json") ? DIAG_JSON : !strcmp(form, "sarif") ? DIAG_SARIF : DIAG_TEXT);
    (void)p;
}

bool options_parse(int argc, char **argv, Arena *arena, Options *opt, int *status)
{
    memset(opt, 0, sizeof *opt);
    start_lists(opt, arena);
    Parse p = {.opt = opt, .arena = arena};
    Ptrs words = {.arena = arena};
    opt->command = command_text(arena, argc, argv);
    find_runtime(opt, arena);
    for (int i = 1; i < argc; i++)
        expand_word(&p, argv[i], &words, 0);
    find_format(&p, &words);
    bool passing = false;
    for (size_t i = 0; i < words.n && !p.stop; i++) {
        const char *word = words.at[i];
        if (passing)
            parse_passed(&p, word);
        else if (!strcmp(word, "--"))
            passing = true;
        else if (word[0] == '-' && word[1])
            i = parse_option(&p, &words, i);
        else
            ptrs_push(&opt->inputs, words.at[i]);
    }
    if (!p.stop && !p.failed)
        check_whole(&p);
    *status = p.failed ? STATUS_USAGE : STATUS_DONE;
    return !p.failed && !p.stop;
}
