/* options_table.c: what each option does, and the one table from which parsing, --help, the manual page and completion are made. */
#include "options.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>

/* ---------------------------------------------------------------------- what each option does */

static void add_request(Parse *p, Mode mode, const char *spec)
{
    const char *error = NULL;
    Request *rq = request_parse(p->arena, mode, spec, &error);
    if (!rq) {
        usage_error(p, "%s: %s", p->name, error);
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

static void set_hvp(Parse *p, const char *arg)
{
    add_request(p, MODE_HVP, arg);
}

static void set_jacobian(Parse *p, const char *arg)
{
    add_request(p, MODE_JACOBIAN, arg);
}

static void set_hessian(Parse *p, const char *arg)
{
    add_request(p, MODE_HESSIAN, arg);
}

static bool is_identifier(const char *s)
{
    if (!isalpha((unsigned char)*s) && *s != '_' && !(*s & 0x80))
        return false;
    while (isalnum((unsigned char)*s) || *s == '_' || (*s & 0x80)) /* of UTF-8 */
        s++;
    return *s == '\0';
}

static bool is_keyword(const char *s)
{
    return text_has_word("auto break case char const continue default do double else enum extern float for goto if inline int long register "
                         "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while",
                         s);
}

static void set_name(Parse *p, const char *arg)
{
    if (!p->last)
        usage_error(p, "--name %s comes after the --grad, --vjp or --jvp that it names", arg);
    else if (!is_identifier(arg) || is_keyword(arg))
        usage_error(p, "--name '%s' is not a C identifier", arg);
    else if (p->last->new_name)
        usage_error(p, "a second --name '%s' for the same derivative", arg);
    else
        p->last->new_name = arg;
}

static void check_halves(Parse *p)
{
    if (p->last && p->last->primal_done && p->last->split)
        usage_error(p, "--primal-done and --split exclude each other: with --split the forward function is what runs the primal");
}

static void set_primal_done(Parse *p, const char *arg)
{
    (void)arg;
    if (!p->last || p->last->mode != MODE_VJP)
        usage_error(p, "--primal-done comes after the --vjp that it belongs to");
    else
        p->last->primal_done = true;
    check_halves(p);
}

static void set_split(Parse *p, const char *arg)
{
    (void)arg;
    if (!p->last || p->last->mode != MODE_VJP)
        usage_error(p, "--split comes after the --vjp that it belongs to");
    else
        p->last->split = true;
    check_halves(p);
}

static void set_sparse(Parse *p, const char *arg)
{
    (void)arg;
    if (p->last && p->last->mode != MODE_JACOBIAN && p->last->mode != MODE_HESSIAN)
        usage_error(p, "--sparse comes after the --jacobian or --hessian that it belongs to");
    else
        *(p->last ? &p->last->sparse : &p->opt->sparse) = true;
}

/* More would be a slip: derivative arrays are K times as large as the primal's. */
enum { MOST_DIRECTIONS = 1024 };

static void set_directions(Parse *p, const char *arg)
{
    char *end;
    long k = strtol(arg, &end, 10);
    int *directions = p->last ? &p->last->directions : &p->opt->directions;
    if (p->last && (p->last->mode == MODE_JACOBIAN || p->last->mode == MODE_HESSIAN))
        usage_error(p, "--directions comes after the --jvp, --vjp, --grad or --hvp that it belongs to");
    else if (*end || k < 1 || k > MOST_DIRECTIONS)
        usage_error(p, "--directions %s: a number from 1 to %d", arg, MOST_DIRECTIONS);
    else if (*directions)
        usage_error(p, "a second --directions %s for the same derivative", arg);
    else
        *directions = (int)k;
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
        p->opt->emit = EMIT_DOT;
    else
        usage_error(p, "--emit=%s: one of c, ir, dot, primal", arg);
}

/* Is word one of words, which have spaces between? */
static bool is_among(const char *word, const char *words)
{
    size_t n = strlen(word);
    for (const char *at = words; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == n && !strncmp(at, word, n))
            return true;
    return false;
}

static void set_after(Parse *p, const char *arg)
{
    const char *names = pass_names(p->arena, false);
    if (!is_among(arg, names))
        usage_error(p, "--after=%s: there is no such pass; there are: %s", arg, names);
    p->opt->after = arg;
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

/* a[i].b=VALUE is a.b[i]=VALUE (suffix "[i]"), and a[].b=VALUE as well where VALUE has an i. */
static void push_named(Parse *p, Ptrs *list, const char *arg, const char *suffix)
{
    const char *eq = strchr(arg, '='), *dot;
    if (!eq || eq == arg || !eq[1]) {
        usage_error(p, "%s '%s': NAME=VALUE is expected", p->name, arg);
        return;
    }
    char *name = arena_strndup(p->arena, arg, (size_t)(eq - arg)), *open = name;
    while ((open = strchr(open, '[')) && (dot = strchr(open, ']')) && dot[1] == '.')
        memmove(open, dot + 1, strlen(dot));
    bool elements = eq - arg != (long)strlen(name) && name[strlen(name) - 1] != ']';
    for (const char *c = eq + 1; elements && *c; c++)
        if (*c == 'i' && !isalnum((unsigned char)c[-1]) && c[-1] != '_' && !isalnum((unsigned char)c[1]) && c[1] != '_')
            name = arena_printf(p->arena, "%s%s", name, suffix), elements = false;
    ptrs_push(list, arena_printf(p->arena, "%s%s", name, eq));
}

static void set_set(Parse *p, const char *arg)
{
    push_named(p, &p->opt->check_opt.set, arg, "[i]");
}

/* Is the text up to one of `ends` a plain number? Else it is an expression in terms of other arguments. */
static bool is_number(const char *text, const char *ends, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && (!*end || strchr(ends, *end));
}

static void set_range(Parse *p, const char *arg)
{
    push_named(p, &p->opt->check_opt.range, arg, "");
    const char *eq = strchr(arg, '='), *colon = eq ? strchr(eq, ':') : NULL;
    double lo, hi;
    if (eq && !colon)
        usage_error(p, "%s '%s': a range is LO:HI, for example --range x=0.1:2", p->name, arg);
    else if (eq && is_number(eq + 1, ":", &lo) && is_number(colon + 1, "", &hi) && !(lo <= hi))
        usage_error(p, "%s '%s': no number is in this range", p->name, arg);
}

static void set_len(Parse *p, const char *arg)
{
    push_named(p, &p->opt->check_opt.len, arg, "");
    const char *eq = strchr(arg, '=');
    double n;
    if (eq && is_number(eq + 1, "", &n) && (n < 0 || n != floor(n)))
        usage_error(p, "%s '%s': a length is a number of elements", p->name, arg);
}

static void set_input(Parse *p, const char *arg)
{
    ptrs_push(&p->opt->check_opt.files, (void *)(uintptr_t)arg);
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

static void set_link(Parse *p, const char *arg)
{
    ptrs_push(&p->opt->link_args, arena_printf(p->arena, "%s%s", p->name, arg));
}

static void set_std(Parse *p, const char *arg)
{
    p->opt->std = arg;
    pass_to_clang(p, arena_printf(p->arena, "-std=%s", arg));
}

static void set_pass_off(Parse *p, const char *arg)
{
    if (!pass_switch_off(arg))
        usage_error(p, "unknown option '-fno-%s': the optimisations that can be switched off are: %s", arg,
                    pass_names(p->arena, true));
}

static void set_accurate_tails(Parse *p, const char *arg)
{
    (void)p, (void)arg;
    pass_options.accurate_tails = true;
}

static void set_associative(Parse *p, const char *arg)
{
    (void)p, (void)arg;
    pass_options.associative = true;
}

static void set_werror(Parse *p, const char *arg)
{
    (void)p, (void)arg;
    diag_set_werror(true);
}

static void set_warning(Parse *p, const char *arg)
{
    if (!diag_set_warning(arg))
        usage_error(p, "unknown option '-W%s': the warnings are: %s", arg, diagnostic_names(p->arena, false));
}

static void set_warning_error(Parse *p, const char *arg)
{
    set_warning(p, arena_printf(p->arena, "error=%s", arg));
}

static void set_no_warning(Parse *p, const char *arg)
{
    if (!strcmp(arg, "error"))
        diag_set_werror(false);
    else
        set_warning(p, arena_printf(p->arena, "no-%s", arg));
}

static void set_max_errors(Parse *p, const char *arg)
{
    char *end;
    long n = strtol(arg, &end, 10);
    if (*end || n < 0 || n > 1000000)
        usage_error(p, "-fmax-errors=%s: a number is expected", arg);
    else
        diag_set_max_errors((int)n);
}

static void set_colour(Parse *p, const char *arg)
{
    if (!is_among(arg, "always never auto"))
        usage_error(p, "-fdiagnostics-color=%s: one of always, never, auto", arg);
    else
        diag_set_colour(*arg == 'n' ? COLOUR_NEVER : arg[1] == 'l' ? COLOUR_ALWAYS : COLOUR_AUTO);
}

static void set_format(Parse *p, const char *arg)
{
    if (!is_among(arg, "text json sarif"))
        usage_error(p, "--diagnostics-format=%s: one of text, json, sarif", arg);
    else
        diag_set_format(*arg == 't' ? DIAG_TEXT : *arg == 'j' ? DIAG_JSON : DIAG_SARIF);
}

static void set_report(Parse *p, const char *arg)
{
    p->opt->report = arg;
    pass_options.explain = true;
}

static void set_nan_trap(Parse *p, const char *arg)
{
    (void)p, (void)arg;
    pass_options.nan_trap = true;
}

static void set_with_primal(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->with_primal = true;
}

static void set_standalone(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->standalone = true;
}

static void set_line_directives(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->line_directives = true;
}

/* ---------------------------------------------------------------------- make dependencies */

static void set_deps(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->deps.user_only = !strcmp(p->name, "-MMD");
    p->opt->deps.on = true;
}

static void set_deps_file(Parse *p, const char *arg)
{
    p->opt->deps.file = arg;
}

static void set_deps_target(Parse *p, const char *arg)
{
    bool quote = !strcmp(p->name, "-MQ");
    ptrs_push(&p->opt->deps.targets, arena_strdup(p->arena, quote ? depfile_quote(p->arena, arg) : arg));
}

static void set_deps_phony(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->deps.phony = true;
}

static void set_verbose(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->verbose = true;
}

static void set_openmp(Parse *p, const char *arg)
{
    (void)arg;
    p->opt->openmp = pass_options.openmp = true;
}

/* 65536, 64K, 64k, 64KB, 64KiB. */
static void set_max_tape(Parse *p, const char *arg)
{
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    long long n = strtoll(arg, &end, 10);
    const char *unit = end > arg && *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    const char *rest = unit ? end + 1 : end;
    bool bad = end == arg || errno || n <= 0 || n > (INT64_MAX >> 11) >> shift;
    if (bad || (*rest && strcmp(rest, "B") != 0 && strcmp(rest, "iB") != 0))
        usage_error(p, "'--max-tape' needs a number of bytes, as in 65536, 64K or 2M, not '%s'", arg);
    else
        pass_options.max_tape = n << shift;
}

static void set_no_malloc(Parse *p, const char *arg)
{
    (void)p, (void)arg;
    pass_options.no_malloc = true;
    if (pass_options.tape == TAPE_HEAP)
        pass_options.tape = TAPE_STACK;
}

static void set_tape_storage(Parse *p, const char *arg)
{
    static const char *const names[] = {[TAPE_HEAP] = "heap", [TAPE_STACK] = "stack", [TAPE_STATIC] = "static", [TAPE_ARG] = "arg"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(arg, names[i])) {
            pass_options.tape = (TapeStorage)i;
            p->tape_storage = arg;
            return;
        }
    usage_error(p, "--tape-storage=%s: one of stack, static, arg, heap", arg);
}

static void not_yet(Parse *p, const char *arg)
{
    (void)arg;
    usage_error(p, "'%s' is not supported yet", p->name);
}

static void print_version(Parse *p, const char *arg)
{
    (void)arg;
    printf("adgen %s\n", ADGEN_VERSION);
    p->stop = true;
}

/* ---------------------------------------------------------------------- the table */

const OptionRow option_rows[] = {
    {NULL, ARG_NONE, NULL, NULL, "Derivatives"},
    {"--grad", ARG_LONG, "SPEC", set_grad, "gradient of a scalar objective (reverse mode): NAME_grad"},
    {"--vjp", ARG_LONG, "SPEC", set_vjp, "vector-Jacobian product (general reverse mode): NAME_vjp"},
    {"--jvp", ARG_LONG, "SPEC", set_jvp, "Jacobian-vector product (tangent, forward mode): NAME_jvp"},
    {"--hvp", ARG_LONG, "SPEC", set_hvp, "Hessian-vector product (forward over reverse): NAME_hvp"},
    {"--jacobian", ARG_LONG, "SPEC", set_jacobian, "dense matrices, lengths from AD_LEN: NAME_jac, NAME_hess"},
    {"--hessian", ARG_LONG, "SPEC", set_hessian, NULL},
    {"--name", ARG_LONG, "NEW", set_name, "name of the function made by the SPEC before it"},
    {"--directions", ARG_LONG, "K", set_directions, "K directions at once for the SPEC before it: a last index in derivatives"},
    {"--sparse", ARG_NONE, NULL, set_sparse, "for the --jacobian or --hessian before it: compressed rows (CSR)"},
    {"--primal-done", ARG_NONE, NULL, set_primal_done, "for the --vjp before it: the caller has just run the primal"},
    {"--split", ARG_NONE, NULL, set_split, "for the --vjp before it: NAME_fwd leaves a tape, NAME_rev takes it"},
    {NULL, ARG_NONE, NULL, NULL, "Output"},
    {"-o", ARG_EITHER, "FILE", set_out, "the generated C file (- is standard output)"},
    {"--header", ARG_OPTIONAL, "FILE", set_header, "also write a header for the generated functions (OUT with .h)"},
    {"--with-primal", ARG_NONE, NULL, set_with_primal, "OUT includes the source and is compiled in its place"},
    {"--standalone", ARG_NONE, NULL, set_standalone, "put the runtime's part into OUT: nothing to link but libm"},
    {"--nan-trap", ARG_NONE, NULL, set_nan_trap, "stop at the first derivative that is not finite, and say where"},
    {"--line-directives", ARG_NONE, NULL, set_line_directives, "#line back to the source, for debuggers and profilers"},
    {"--emit", ARG_LONG, "c|ir|dot|primal", set_emit, "derivatives, IR, graph (with values: --set), the source's functions"},
    {"--report", ARG_LONG, "FILE.html", set_report, "a page: source beside derivative, what is kept, why, how many bytes"},
    {"--after", ARG_LONG, "PASS", set_after, "with --emit=ir and dot: stop after this pass"},
    {"-MD", ARG_NONE, NULL, set_deps, "also write dependencies for make, as gcc does"},
    {"-MMD", ARG_NONE, NULL, set_deps, NULL},
    {"-MP", ARG_NONE, NULL, set_deps_phony, NULL},
    {"-MF", ARG_EITHER, "FILE", set_deps_file, "their file (OUT with .d); their target (OUT)"},
    {"-MT", ARG_EITHER, "TARGET", set_deps_target, NULL},
    {"-MQ", ARG_EITHER, "TARGET", set_deps_target, NULL},
    {NULL, ARG_NONE, NULL, NULL, "Checking"},
    {"--check", ARG_NONE, NULL, set_check, "build and run against central differences and the tangent"},
    {"--set", ARG_LONG, "NAME=EXPR", set_set, "value of a parameter (n=20, b=NULL, y=x), or of elements (idx[i]=i%n)"},
    {"--range", ARG_LONG, "NAME=LO:HI", set_range, "random values in this range (default 0.2:1.2)"},
    {"--len", ARG_LONG, "NAME=EXPR", set_len, "elements behind a pointer that has no AD_LEN (also s.w, rows a[])"},
    {"--input", ARG_LONG, "FILE.json", set_input, "arguments from a file: {\"n\": 3, \"w\": [0.1, 0.2, 0.3]}"},
    {"-l", ARG_EITHER, "NAME", set_link, "a library to link with, and directories of such"},
    {"-L", ARG_EITHER, "DIR", set_link, NULL},
    {NULL, ARG_NONE, NULL, NULL, "Reading the source, as in gcc (also all that follows --)"},
    {"-I", ARG_EITHER, "DIR", set_joined, "directories of headers"},
    {"-isystem", ARG_SEPARATE, "DIR", set_separate, NULL},
    {"-D", ARG_EITHER, "NAME[=VALUE]", set_joined, "macros"},
    {"-U", ARG_EITHER, "NAME", set_joined, NULL},
    {"-std=", ARG_JOINED, "STANDARD", set_std, "the source's standard; a file to read first"},
    {"-include", ARG_SEPARATE, "FILE", set_separate, NULL},
    {"-fopenmp", ARG_NONE, NULL, set_openmp, "OpenMP pragmas are honoured: parallel derivatives"},
    {NULL, ARG_NONE, NULL, NULL, "Optimisation and memory"},
    {"-faccurate-tails", ARG_NONE, NULL, set_accurate_tails, "all digits of derivatives near 0; sums in parts, vectorised"},
    {"-fassociative", ARG_NONE, NULL, set_associative, NULL},
    {"-fno-", ARG_JOINED, "PASS", set_pass_off, "do without it (checkpoint, fuse, hoist, log, reload ...): same numbers"},
    {"--tape-storage", ARG_LONG, "heap|stack|static|arg", set_tape_storage, "heap (default), proven arrays, or the caller's workspace"},
    {"--max-tape", ARG_LONG, "BYTES[K|M|G]", set_max_tape, "keep no more than this for the reverse sweep: run steps again"},
    {"--no-malloc", ARG_NONE, NULL, set_no_malloc, "no heap: all sizes have proven bounds (--tape-storage=stack, static or arg)"},
    {NULL, ARG_NONE, NULL, NULL, "Messages"},
    {"-W", ARG_JOINED, "WARNING", set_warning, "warnings on or off; all or one of them errors"},
    {"-Wno-", ARG_JOINED, "WARNING", set_no_warning, NULL},
    {"-Werror", ARG_NONE, NULL, set_werror, NULL},
    {"-Werror=", ARG_JOINED, "WARNING", set_warning_error, NULL},
    {"--explain", ARG_LONG, "DIAGNOSTIC", print_explanation, "what a warning or error means, with an example"},
    {"-fmax-errors=", ARG_JOINED, "N", set_max_errors, "show only the first N errors"},
    {"--diagnostics-format", ARG_LONG, "text|json|sarif", set_format, "form of messages: gcc's, JSON lines, SARIF 2.1.0"},
    {"-fdiagnostics-color=", ARG_JOINED, "WHEN", set_colour, "always, never, auto (default: on a terminal)"},
    {"-v", ARG_NONE, NULL, set_verbose, "say the passes, with times and sizes; print the version"},
    {"--version", ARG_NONE, NULL, print_version, NULL},
    {NULL, ARG_NONE, NULL, NULL, "Other"},
    {"@", ARG_JOINED, "FILE", not_yet, "more options from a file"},
    {"--help", ARG_OPTIONAL, "man|bash", print_help, "print this; the manual page's options; completion for bash"},
    {NULL, ARG_NONE, NULL, NULL, ""}, /* what follows is part of the interface, and refused rather than ignored until it exists */
    {NULL, ARG_NONE, NULL, NULL, NULL},
};
