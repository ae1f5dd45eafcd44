/* check_run.c: --check: the generated file, a file with what they are held against, and a program for each source (transform/check.c writes it) are
 * compiled with $CC in a temporary directory and run. $CFLAGS is for all of it, $ADGEN_CHECK_FLAGS for the
 * generated code alone, $ADGEN_CHECK_RUN a command to run the program under.
 */
#include "frontend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    Program *p;
    const Options *opt;
    Arena *arena;
    const char *dir;
    Ptrs files; /* char*: in dir, to be removed */
    CheckOptions says; /* opt's, with what files say */
    Ptrs used;
    const char *graph; /* the file that a traced primal draws to; NULL: this is a check */
    bool failed;
    const char *whole; /* --with-primal: a file that includes all; else NULL */
    Ptrs helpers;      /* char*: static functions that what the derivatives are held against consists of */
} Check;

static bool check_fails(Check *c, const char *what, const char *about)
{
    diag_error((Loc){.file = -1}, "%s: %s%s", c->graph ? "--emit=dot" : "--check", what, about);
    c->failed = true;
    return false;
}

static const char *in_dir(Check *c, const char *name)
{
    char *path = arena_printf(c->arena, "%s/%s", c->dir, name);
    ptrs_push(&c->files, path);
    return path;
}

static bool write_text(Check *c, const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    bool good = f && fputs(text, f) >= 0;
    if (f)
        good = fclose(f) == 0 && good;
    return good || check_fails(c, "cannot write ", path);
}

/* 'it''s' for the shell. */
static void put_quoted(Str *s, const char *word)
{
    str_put(s, " '");
    for (const char *p = word; *p; p++)
        str_put(s, *p == '\'' ? "'\\''" : (char[]){*p, '\0'});
    str_put(s, "'");
}

static const char *directory_of(Check *c, const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? arena_strndup(c->arena, file, (size_t)(slash - file) + 1) : ".";
}

static const char *environment(const char *name, const char *otherwise)
{
    const char *v = getenv(name);
    return v && *v ? v : otherwise;
}

/* Runs the command; true for exit status 0. */
static bool run_command(Check *c, const char *command)
{
    if (c->opt->verbose)
        fprintf(stderr, "%s\n", command);
    fflush(stdout);
    int status = system(command);
    int ended = status == -1 ? 0 : WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) > 128 ? WEXITSTATUS(status) - 128 : 0;
    if (ended) /* the shell's way to say so, too */
        fprintf(stderr, "adgen: --check: stopped by signal %d (are all lengths as the function needs them? --len, AD_LEN, --set)\n", ended);
    return status == 0;
}

/* Generated code is C99, also where the source is older. */
static const char *as_c99(const char *arg)
{
    bool gnu = !strcmp(arg, "-std=gnu89") || !strcmp(arg, "-std=gnu90");
    bool old = !strcmp(arg, "-ansi") || !strcmp(arg, "-std=c89") || !strcmp(arg, "-std=c90") || !strncmp(arg, "-std=iso9899:19", 15);
    return gnu ? "-std=gnu99" : old && strcmp(arg, "-std=iso9899:1999") ? "-std=c99" : arg;
}

static bool is_input(const Check *c, const char *file)
{
    for (size_t i = 0; i < c->opt->inputs.n; i++)
        if (!strcmp(c->opt->inputs.at[i], file))
            return true;
    return false;
}

/* $CC -c, with the options that the source was read with. */
static bool compile(Check *c, const char *source, const char *object, const char *flags)
{
    Str s = {.arena = c->arena};
    str_fmt(&s, "%s -O1 -ffp-contract=off%s", environment("CC", "cc"), c->opt->openmp ? " -fopenmp" : "");
    for (size_t i = 0; i < c->opt->inputs.n; i++) { /* "x.h" is what lies beside the source, as there, whatever -I says */
        str_put(&s, " -iquote");
        put_quoted(&s, directory_of(c, c->opt->inputs.at[i]));
    }
    for (size_t i = 0; i < c->opt->clang_args.n; i++)
        put_quoted(&s, is_input(c, source) ? c->opt->clang_args.at[i] : as_c99(c->opt->clang_args.at[i]));
    for (size_t i = 0; i < c->opt->inputs.n; i++) {
        str_put(&s, " -I");
        put_quoted(&s, directory_of(c, c->opt->inputs.at[i]));
    }
    if (c->opt->with_primal) {
        str_put(&s, " -I");
        put_quoted(&s, directory_of(c, c->opt->out));
    }
    str_fmt(&s, " %s %s -c -o", environment("CFLAGS", ""), flags);
    put_quoted(&s, object);
    put_quoted(&s, source);
    return run_command(c, s.s);
}

static bool add_derivative(Check *c, Ptrs *fns, Request *rq)
{
    Fn *f = derive(c->p, rq);
    if (!f)
        return check_fails(c, "nothing to hold against: ", rq->fn_name);
    push_with_helpers(fns, f);
    return true;
}

static bool add_companion(Check *c, Ptrs *fns, const Request *rq)
{
    Request *companion = check_single_request(c->arena, rq);
    companion->mode = check_companion_mode(rq->mode);
    companion->new_name = check_companion_name(c->arena, rq);
    companion->split = companion->primal_done = false;
    return add_derivative(c, fns, companion);
}

/* enum { A, B = 2 }; at file scope: its names are among those of the derivative's file, which repeats it too. */
static void note_enumerators(Check *c, const char *text)
{
    for (const char *at = text; c->opt->with_primal && (at = strstr(at, "\nenum "));) {
        const char *end = strchr(at, ';'), *name = strchr(at, '{');
        for (; end && name && name < end; name = strpbrk(name, ",}")) {
            name += 1 + strspn(name + 1, " \n");
            size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
            if (n && name < end)
                ptrs_push(&c->helpers, arena_strndup(c->arena, name, n));
        }
        at = end ? end : at + 1;
    }
}

/* What the derivatives are held against, which the user did not ask for: from the heap, wherever those keep their values. */
static bool write_companions(Check *c, const char *path)
{
    const PassOptions asked = pass_options;
    pass_options.tape = TAPE_HEAP;
    pass_options.no_malloc = false;
    Ptrs fns = {.arena = c->arena};
    for (size_t i = 0; i < c->p->requests.n; i++) {
        const Request *rq = c->p->requests.at[i];
        if (rq->mode != MODE_JVP && !add_companion(c, &fns, rq))
            return false;
        if (rq->directions && !add_derivative(c, &fns, check_single_request(c->arena, rq)))
            return false;
    }
    for (size_t i = 0; i < fns.n; i++)
        if (((const Fn *)fns.at[i])->is_static)
            ptrs_push(&c->helpers, (void *)(uintptr_t)((const Fn *)fns.at[i])->name);
    Str text = {.arena = c->arena};
    EmitOptions emit = {.command = c->opt->command, .out_name = path, .with_primal = c->opt->with_primal};
    if (fns.n)
        emit_c(&text, c->p, &fns, &emit);
    else
        str_put(&text, "typedef int ad_ck_nothing;\n");
    pass_options = asked;
    note_enumerators(c, text.s);
    return write_text(c, path, text.s);
}

static bool is_from(const Loc *loc, const char *file)
{
    return loc->file >= 0 && !strcmp(diag_file_name(loc->file), file);
}

/* Is it checked beside this source? What a header defines is, beside the first. */
static bool belongs_to(const Check *c, const Loc *loc, const char *source)
{
    for (size_t i = 0; i < c->opt->inputs.n; i++)
        if (is_from(loc, c->opt->inputs.at[i]))
            return is_from(loc, source);
    return !strcmp(source, c->opt->inputs.at[0]);
}

/* The program for one source: what of it is to be checked. False when there is nothing. */
static bool driver_text(Check *c, const char *source, Str *text)
{
    Ptrs wanted = {.arena = c->arena};
    bool primal = c->opt->emit == EMIT_PRIMAL;
    for (size_t i = 0; i < c->p->requests.n && !primal; i++) {
        Request *rq = c->p->requests.at[i];
        if (belongs_to(c, &rq->fn->loc, source))
            ptrs_push(&wanted, rq);
    }
    for (size_t i = 0; i < c->p->fns.n && primal; i++) {
        Fn *f = c->p->fns.at[i];
        if (f->has_body && !f->is_static && strcmp(f->name, "main") && is_from(&f->loc, source))
            ptrs_push(&wanted, f);
    }
    if (!wanted.n)
        return false;
    char *real = realpath(source, NULL);
    const char *path = c->whole ? c->whole : arena_strdup(c->arena, real ? real : source);
    free(real);
    bool good = c->graph ? check_graph_driver(text, c->p, path, &wanted, &c->says)
                : primal ? check_primal_driver(text, c->p, path, &wanted, &c->says)
                       : check_driver(text, c->p, path, &wanted, &c->says);
    c->failed = c->failed || !good;
    return good;
}

/* The written-back functions and globals get names of their own, beside the source's. */
static const char *renaming_flags(Check *c)
{
    Str s = {.arena = c->arena};
    str_put(&s, "");
    for (size_t i = 0; i < c->p->fns.n && c->opt->emit == EMIT_PRIMAL; i++) {
        const Fn *f = c->p->fns.at[i];
        if (f->has_body && !f->is_static)
            str_fmt(&s, " -D%s=ad_ck_again_%s", f->name, f->name);
    }
    for (size_t i = 0; i < c->p->globals.n && c->opt->emit == EMIT_PRIMAL; i++) {
        const Var *v = c->p->globals.at[i];
        if (!v->is_static && !v->is_extern && v->owner == NULL)
            str_fmt(&s, " -D%s=ad_ck_again_%s", v->name, v->name);
    }
    return s.s;
}

/* Compiles and runs the program for source number k. */
static void check_source(Check *c, size_t k, const char *objects)
{
    const char *source = c->opt->inputs.at[k];
    Str text = {.arena = c->arena}, link = {.arena = c->arena};
    if (!driver_text(c, source, &text))
        return;
    const char *program = in_dir(c, arena_printf(c->arena, "check%zu", k));
    const char *file = in_dir(c, arena_printf(c->arena, "check%zu.c", k)), *object = in_dir(c, arena_printf(c->arena, "check%zu.o", k));
    if (!write_text(c, file, text.s) || !compile(c, file, object, "-w")) {
        check_fails(c, "cannot compile the program that checks ", source);
        return;
    }
    str_fmt(&link, "%s %s%s -o", environment("CC", "cc"), environment("CFLAGS", ""), c->opt->openmp ? " -fopenmp" : "");
    put_quoted(&link, program);
    put_quoted(&link, object);
    str_put(&link, objects);
    for (size_t i = 0; i < c->opt->inputs.n; i++) {
        if (i == k || c->whole)
            continue;
        const char *other = in_dir(c, arena_printf(c->arena, "source%zu_%zu.o", k, i));
        if (!compile(c, c->opt->inputs.at[i], other, arena_printf(c->arena, "-w -Dmain=ad_ck_source_main%zu", i)))
            check_fails(c, "cannot compile ", c->opt->inputs.at[i]);
        put_quoted(&link, other);
    }
    put_quoted(&link, c->opt->runtime_lib);
    for (size_t i = 0; i < c->opt->link_args.n; i++)
        put_quoted(&link, c->opt->link_args.at[i]);
    str_put(&link, " -lm -lpthread");
    /* What other files of a larger program define may be missing where it is not called. */
    const char *incomplete = arena_printf(c->arena, "%s -no-pie -Wl,--unresolved-symbols=ignore-all 2>/dev/null", link.s);
    if (!run_command(c, link.s) && !run_command(c, incomplete)) {
        check_fails(c, "cannot link the program that checks ", source);
        return;
    }
    Str run = {.arena = c->arena};
    if (diag_is_json())
        str_put(&run, "ADGEN_CHECK_JSON=1 ");
    if (c->opt->openmp || pass_options.associative) /* sums in another order */
        str_put(&run, "ADGEN_CHECK_THREADS=1 ");
    str_put(&run, environment("ADGEN_CHECK_RUN", ""));
    put_quoted(&run, program);
    if (c->graph) {
        put_quoted(&run, c->graph);
        str_put(&run, " >/dev/null"); /* what the function says itself */
    }
    if (!run_command(c, run.s))
        c->failed = true;
    if (c->failed && c->graph)
        check_fails(c, "no graph can be drawn of ", source);
}

/* --with-primal: all in one. What of the runtime --standalone has put into the derivative stands beside the runtime itself, and helpers of the
 * derivative beside those of what it is held against: under other names. */
static const char *whole_text(Check *c)
{
    Ptrs names = {.arena = c->arena};
    Str s = {.arena = c->arena};
    str_put(&s, "");
    if (c->opt->standalone)
        runtime_names(c->arena, &names);
    for (size_t i = 0; i < names.n; i++)
        str_fmt(&s, "#define %s ad_ck_own_%s\n", (const char *)names.at[i], (const char *)names.at[i]);
    str_put(&s, "#include \"derivative.c\"\n");
    for (size_t i = 0; i < names.n; i++)
        str_fmt(&s, "#undef %s\n", (const char *)names.at[i]);
    for (size_t i = 0; i < c->helpers.n; i++)
        str_fmt(&s, "#define %s ad_ck_beside_%s\n", (const char *)c->helpers.at[i], (const char *)c->helpers.at[i]);
    str_put(&s, "#include \"companion.c\"\n");
    for (size_t i = 0; i < c->helpers.n; i++)
        str_fmt(&s, "#undef %s\n", (const char *)c->helpers.at[i]);
    return s.s;
}

static void build_and_run(Check *c, const char *out_text)
{
    const char *out = in_dir(c, "derivative.c"), *out_object = in_dir(c, "derivative.o");
    const char *companions = in_dir(c, "companion.c"), *companions_object = in_dir(c, "companion.o");
    const char *flags = c->graph ? "-w" : arena_printf(c->arena, "-Wall -Wextra -Wpedantic %s", environment("ADGEN_CHECK_FLAGS", ""));
    bool primal = c->opt->emit == EMIT_PRIMAL || c->graph; /* nothing to hold against */
    if (!write_text(c, out, out_text) || (!primal && !write_companions(c, companions)))
        return;
    Str objects = {.arena = c->arena};
    if (c->opt->with_primal && !primal) { /* one translation unit: the source, its derivatives, what they are held against */
        str_put(&objects, "");
        c->whole = in_dir(c, "whole.c");
        c->says.whole = true; /* all is declared already */
        if (write_text(c, c->whole, whole_text(c)))
            for (size_t i = 0; i < c->opt->inputs.n; i++)
                check_source(c, i, objects.s);
        return;
    }
    put_quoted(&objects, out_object);
    if (!compile(c, out, out_object, arena_printf(c->arena, "%s%s", flags, renaming_flags(c)))) {
        check_fails(c, "the generated file does not compile", "");
        return;
    }
    if (!primal) {
        put_quoted(&objects, companions_object);
        if (!compile(c, companions, companions_object, flags)) {
            check_fails(c, "what the derivatives are held against does not compile", "");
            return;
        }
    }
    for (size_t i = 0; i < c->opt->inputs.n; i++)
        check_source(c, i, objects.s);
    c->failed = !check_input_used(&c->says) || c->failed;
}

/* What build does with a temporary directory, which is removed afterwards. */
static bool in_temporary(Check *c, const char *out_text)
{
    c->says = c->opt->check_opt;
    c->says.used = &c->used;
    for (size_t i = 0; i < c->says.files.n; i++)
        if (!check_input_read(c->arena, &c->says, c->says.files.at[i]))
            return false;
    if (!c->opt->include_dir || !c->opt->runtime_lib)
        return check_fails(c, "adgen's own runtime library is not beside it", "");
    char *dir = arena_printf(c->arena, "%s/adgen-check-XXXXXX", environment("TMPDIR", "/tmp"));
    if (!mkdtemp(dir))
        return check_fails(c, "no temporary directory: ", strerror(errno));
    c->dir = dir;
    if (c->graph)
        c->graph = in_dir(c, c->graph);
    build_and_run(c, out_text);
    return !c->failed;
}

static void remove_files(Check *c)
{
    for (size_t i = 0; i < c->files.n && !getenv("ADGEN_CHECK_KEEP"); i++)
        unlink(c->files.at[i]);
    if (c->dir)
        rmdir(c->dir);
}

bool check_run(Program *p, const Options *opt, const char *out_text)
{
    Check c = {.p = p, .opt = opt, .arena = p->arena, .files = {.arena = p->arena}, .used = {.arena = p->arena}, .helpers = {.arena = p->arena}};
    bool good = in_temporary(&c, out_text);
    remove_files(&c);
    return good;
}

bool check_run_graph(Program *p, const Options *opt, const char *traced, Str *dot)
{
    Check c = {.p = p, .opt = opt, .arena = p->arena, .files = {.arena = p->arena}, .used = {.arena = p->arena}, .graph = "graph.dot"};
    bool good = in_temporary(&c, traced);
    FILE *f = good ? fopen(c.graph, "r") : NULL;
    char buf[4096];
    for (size_t n; f && (n = fread(buf, 1, sizeof buf, f)) > 0;)
        str_putn(dot, buf, n);
    if (f)
        fclose(f);
    remove_files(&c);
    return good && f;
}
