/* options.c: the command line, as INTERFACE's section 1 has it: one table from which parsing and --help are made. */
#include "frontend.h"

#include <ctype.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_DONE = 0, STATUS_INPUT = 1, STATUS_USAGE = 2 };

/* How an option takes its argument. */
typedef enum {
    ARG_NONE,     /* --check */
    ARG_LONG,     /* --grad SPEC, --grad=SPEC */
    ARG_EITHER,   /* -Idir, -I dir, -o FILE */
    ARG_SEPARATE, /* -include FILE */
    ARG_JOINED,   /* -std=c99, -Wno-NAME */
    ARG_OPTIONAL  /* --header, --header=FILE */
} ArgKind;

/* The state of one parse. */
typedef struct {
    Options *opt;
    Arena *arena;
    Request *last;    /* the SPEC that --name and friends belong to */
    const char *name; /* the option being handled, as typed */
    bool failed, stop;
} Parse;

typedef struct {
    const char *name;
    ArgKind arg;
    const char *meta; /* the argument's name in --help */
    void (*set)(Parse *p, const char *arg);
    const char *help; /* NULL: listed with the option before it */
} OptionRow;

static void usage_error(Parse *p, const char *what, const char *about)
{
    fprintf(stderr, "adgen: error: ");
    fprintf(stderr, what, about);
    fprintf(stderr, "\n");
    p->failed = true;
}

/* ---------------------------------------------------------------------- what each option does */

static void add_request(Parse *p, Mode mode, const char *spec)
{
    const char *error = NULL;
    Request *rq = request_parse(p->arena, mode, spec, &error);
    if (!rq) {
        fprintf(stderr, "adgen: error: %s: %s\n", p->name, error);
        p->failed = true;
        return;
    }
    rq->text = spec;
    rq->loc.file = -1;
    ptrs_push(&p->opt->requests, rq);
    p->last = rq;
}

static void set_grad(Parse *p, const char *arg)
{
    add_request(p, MODE_GRAD, arg);
}

static void set_vjp(Parse *p, const char *arg)
{
    add_request(p, MODE_VJP, arg);
}

static void set_jvp(Parse *p, const char *arg)
{
    add_request(p, MODE_JVP, arg);
}

static bool is_identifier(const char *s)
{
    if (!isalpha((unsigned char)*s) && *s != '_')
        return false;
    while (isalnum((unsigned char)*s) || *s == '_')
        s++;
    return *s == '\0';
}

static void set_name(Parse *p, const char *arg)
{
    if (!p->last)
        usage_error(p, "--name %s comes after the --grad, --vjp or --jvp that it names", arg);
    else if (!is_identifier(arg))
        usage_error(p, "--name '%s' is not a C identifier", arg);
    else if (p->last->new_name)
        usage_error(p, "a second --name '%s' for the same derivative", arg);
    else
        p->last->new_name = arg;
}

static void set_out(Parse *p, const char *arg)
{
    if (p->opt->out)
        usage_error(p, "more than one -o: '%s'", arg);
    p->opt->out = arg;
}

static void set_emit(Parse *p, const char *arg)
{
    if (!strcmp(arg, "c"))
        p->opt->emit = EMIT_C;
    else if (!strcmp(arg, "ir"))
        p->opt->emit = EMIT_IR;
    else if (!strcmp(arg, "primal"))
        p->opt->emit = EMIT_PRIMAL;
    else if (!strcmp(arg, "dot"))
        usage_error(p, "--emit=%s is not supported yet", arg);
    else
        usage_error(p, "--emit=%s: one of c, ir, primal", arg);
}

static void set_after(Parse *p, const char *arg)
{
    (void)p;
    pass_options.after = arg;
}

static void set_header(Parse *p, const char *arg)
{
    p->opt->header = true;
    p->opt->header_file = arg;
}

static void set_check(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->check = true;
}

static void push_named(Parse *p, Ptrs *list, const char *arg)
{
    const char *eq = strchr(arg, '=');
    if (!eq || eq == arg || !eq[1])
        fprintf(stderr, "adgen: error: %s '%s': NAME=VALUE is expected\n", p->name, arg), p->failed = true;
    else
        ptrs_push(list, (void *)(uintptr_t)arg);
}

static void set_set(Parse *p, const char *arg)
{
    push_named(p, &p->opt->check_opt.set, arg);
}

static void set_range(Parse *p, const char *arg)
{
    push_named(p, &p->opt->check_opt.range, arg);
}

static void set_len(Parse *p, const char *arg)
{
    push_named(p, &p->opt->check_opt.len, arg);
}

static void pass_to_clang(Parse *p, const char *arg)
{
    ptrs_push(&p->opt->clang_args, arena_strdup(p->arena, arg));
}

/* -I dir becomes -Idir; -include and -isystem stay two words. */
static void set_joined(Parse *p, const char *arg)
{
    pass_to_clang(p, arena_printf(p->arena, "%s%s", p->name, arg));
}

static void set_separate(Parse *p, const char *arg)
{
    pass_to_clang(p, p->name);
    pass_to_clang(p, arg);
}

static void set_std(Parse *p, const char *arg)
{
    p->opt->std = arg;
    pass_to_clang(p, arena_printf(p->arena, "-std=%s", arg));
}

static void set_pass_off(Parse *p, const char *arg)
{
    if (!strcmp(arg, "recompute") || !strcmp(arg, "reload"))
        pass_options.store_everything = true;
    else
        usage_error(p, "unknown option '-fno-%s'", arg);
}

static void set_werror(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->werror = true;
}

static void set_no_warning(Parse *p, const char *arg)
{
    ptrs_push(&p->opt->disabled_warnings, (void *)(uintptr_t)arg);
}

static void set_verbose(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->verbose = true;
}

static void set_format(Parse *p, const char *arg)
{
    if (!strcmp(arg, "json") || !strcmp(arg, "sarif"))
        usage_error(p, "--diagnostics-format=%s is not supported yet", arg);
    else if (strcmp(arg, "text"))
        usage_error(p, "--diagnostics-format=%s: one of text, json, sarif", arg);
}

static void not_yet(Parse *p, const char *arg)
{
    (void)arg;
    usage_error(p, "'%s' is not supported yet", p->name);
}

static void print_help(Parse *p, const char *arg);

static void print_version(Parse *p, const char *arg)
{
    (void)arg;
    printf("adgen %s\n", ADGEN_VERSION);
    p->stop = true;
}

/* ---------------------------------------------------------------------- the table */

static const OptionRow rows[] = {
    {"-o", ARG_EITHER, "FILE", set_out, "the generated C file (- is standard output)"},
    {"--grad", ARG_LONG, "SPEC", set_grad, "gradient of a scalar objective (reverse mode): NAME_grad"},
    {"--vjp", ARG_LONG, "SPEC", set_vjp, "vector-Jacobian product (general reverse mode): NAME_vjp"},
    {"--jvp", ARG_LONG, "SPEC", set_jvp, "Jacobian-vector product (tangent, forward mode): NAME_jvp"},
    {"--name", ARG_LONG, "NEW", set_name, "name of the function made by the SPEC before it"},
    {"--header", ARG_OPTIONAL, "FILE", set_header, "also write a header for the generated functions (default: OUT with .h)"},
    {"--emit", ARG_LONG, "KIND", set_emit, "what OUT holds: c (default), ir, or primal (the source's functions, no derivative)"},
    {"--after", ARG_LONG, "PASS", set_after, "with --emit=ir: stop after this pass"},
    {"--check", ARG_NONE, NULL, set_check, "build and run the derivatives against central differences and the tangent"},
    {"--set", ARG_LONG, "NAME=EXPR", set_set, "--check: value of a parameter (n=20, bias=NULL, y=x), or of elements (idx[i]=i%n)"},
    {"--range", ARG_LONG, "NAME=LO:HI", set_range, "--check: random values in this range (default 0.2:1.2)"},
    {"--len", ARG_LONG, "NAME=EXPR", set_len, "--check: elements behind a pointer that has no AD_LEN (also s.w, rows a[])"},
    {"-I", ARG_EITHER, "DIR", set_joined, "as in gcc, for reading the source (also -D, -U, -std=, -include, -isystem)"},
    {"-D", ARG_EITHER, "NAME[=VALUE]", set_joined, NULL},
    {"-U", ARG_EITHER, "NAME", set_joined, NULL},
    {"-std=", ARG_JOINED, "STANDARD", set_std, NULL},
    {"-include", ARG_SEPARATE, "FILE", set_separate, NULL},
    {"-isystem", ARG_SEPARATE, "DIR", set_separate, NULL},
    {"-fno-", ARG_JOINED, "PASS", set_pass_off, "switch an optimisation off (recompute, reload): the numbers stay the same"},
    {"-Werror", ARG_NONE, NULL, set_werror, "make warnings errors"},
    {"-Wno-", ARG_JOINED, "NAME", set_no_warning, "leave out a warning"},
    {"--diagnostics-format", ARG_LONG, "FORMAT", set_format, "form of messages: text"},
    {"-v", ARG_NONE, NULL, set_verbose, "say what is done"},
    {"--version", ARG_NONE, NULL, print_version, "print the version"},
    {"--help", ARG_NONE, NULL, print_help, "print this"},
    /* Part of the interface, and refused rather than ignored until it exists. */
    {"--hvp", ARG_LONG, "SPEC", not_yet, NULL},
    {"--jacobian", ARG_LONG, "SPEC", not_yet, NULL},
    {"--hessian", ARG_LONG, "SPEC", not_yet, NULL},
    {"--directions", ARG_LONG, "K", not_yet, NULL},
    {"--primal-done", ARG_NONE, NULL, not_yet, NULL},
    {"--split", ARG_NONE, NULL, not_yet, NULL},
    {"--max-tape", ARG_LONG, "BYTES", not_yet, NULL},
    {"--report", ARG_LONG, "FILE", not_yet, NULL},
    {"--standalone", ARG_NONE, NULL, not_yet, NULL},
    {"--no-malloc", ARG_NONE, NULL, not_yet, NULL},
    {"--with-primal", ARG_NONE, NULL, not_yet, NULL},
    {"--line-directives", ARG_NONE, NULL, not_yet, NULL},
    {"-fopenmp", ARG_NONE, NULL, not_yet, NULL},
    {"-MD", ARG_NONE, NULL, not_yet, NULL},
    {"-MMD", ARG_NONE, NULL, not_yet, NULL},
    {"-MF", ARG_EITHER, "FILE", not_yet, NULL},
    {"-MT", ARG_EITHER, "TARGET", not_yet, NULL},
};
enum { NROWS = sizeof rows / sizeof rows[0] };

static void print_help(Parse *p, const char *arg)
{
    (void)arg;
    printf("usage: adgen [options] FILE.c... -o OUT.c [-- compiler options]\n"
           "Derivatives of C functions, as C. A SPEC is NAME, NAME(x, y), NAME(x -> y) or NAME(x -> y; scratch).\n\n");
    for (const OptionRow *r = rows; r < rows + NROWS; r++) {
        if (!r->help)
            continue;
        char left[64];
        const char *meta = r->meta ? r->meta : "";
        const char *form = r->arg == ARG_NONE ? "  %s%s" : r->arg == ARG_JOINED ? "  %s%s" : "  %s %s";
        snprintf(left, sizeof left, r->arg == ARG_OPTIONAL ? "  %s[=%s]" : form, r->name, meta);
        printf("%-31s%s\n", left, r->help);
    }
    printf("\nExit status: 0 done; 1 an error in the input or a failed check; 2 wrong usage; 3 a limit or an internal error.\n");
    p->stop = true;
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
    for (const OptionRow *r = rows; r < rows + NROWS; r++) {
        const char *v;
        if (row_matches(r, word, &v) && (!best || strlen(r->name) > strlen(best->name))) {
            best = r;
            *value = v;
        }
    }
    return best;
}

/* Handles argv[i]; returns the index of the last word used. */
static int parse_option(Parse *p, int argc, char **argv, int i)
{
    const char *value = NULL;
    const OptionRow *r = find_row(argv[i], &value);
    if (!r) {
        usage_error(p, "unknown option '%s' (adgen --help lists them)", argv[i]);
        return i;
    }
    p->name = r->name;
    bool needs = r->arg == ARG_LONG || r->arg == ARG_EITHER || r->arg == ARG_SEPARATE;
    if (needs && !value) {
        if (i + 1 >= argc) {
            usage_error(p, "'%s' needs an argument", r->name);
            return i;
        }
        value = argv[++i];
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
    if (!strcmp(word, "-fopenmp")) {
        p->name = word;
        not_yet(p, NULL);
    }
    pass_to_clang(p, word);
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
 * (build/asan); installed it is PREFIX/bin/adgen. */
static void find_runtime(Options *opt, Arena *a)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0)
        return;
    self[n] = '\0';
    const char *dir = dirname(self);
    static const char *const headers[] = {"../runtime", "../../runtime", "../include"};
    static const char *const libs[] = {"libadgen_rt.a", "../lib/libadgen_rt.a"};
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

/* What cannot be told from one option alone. */
static void check_whole(Parse *p)
{
    Options *opt = p->opt;
    if (opt->inputs.n == 0)
        usage_error(p, "no input file%s", "");
    else if (!opt->out)
        usage_error(p, "no output: -o OUT.c%s is missing (-o - writes to standard output)", "");
    for (size_t i = 0; i < opt->inputs.n && opt->out; i++)
        if (!strcmp(opt->inputs.at[i], opt->out))
            usage_error(p, "'%s' is an input and the output", opt->out);
    if (opt->header && !opt->header_file && opt->out && !strcmp(opt->out, "-"))
        usage_error(p, "--header with -o -%s needs a name: --header=FILE", "");
    if (opt->emit != EMIT_C && opt->requests.n && opt->emit == EMIT_PRIMAL)
        usage_error(p, "--emit=primal writes no derivative: leave out --grad, --vjp and --jvp%s", "");
}

bool options_parse(int argc, char **argv, Arena *arena, Options *opt, int *status)
{
    memset(opt, 0, sizeof *opt);
    Ptrs *lists[] = {&opt->inputs,        &opt->requests,        &opt->clang_args,   &opt->disabled_warnings,
                     &opt->check_opt.set, &opt->check_opt.range, &opt->check_opt.len};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        lists[i]->arena = arena;
    Parse p = {.opt = opt, .arena = arena};
    opt->command = command_text(arena, argc, argv);
    find_runtime(opt, arena);
    bool passing = false;
    for (int i = 1; i < argc && !p.stop; i++) {
        if (passing)
            parse_passed(&p, argv[i]);
        else if (!strcmp(argv[i], "--"))
            passing = true;
        else if (argv[i][0] == '-' && argv[i][1])
            i = parse_option(&p, argc, argv, i);
        else
            ptrs_push(&opt->inputs, argv[i]);
    }
    if (!p.stop && !p.failed)
        check_whole(&p);
    *status = p.failed ? STATUS_USAGE : STATUS_DONE;
    return !p.failed && !p.stop;
}
