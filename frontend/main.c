/* main.c: what adgen does, in order: read the options, parse and lower each file, resolve the requests, derive, emit, write. */
#include "frontend.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_DONE = 0, STATUS_INPUT = 1, STATUS_USAGE = 2, STATUS_LIMIT = 3 };

/* Passes are recursive over the program's tree: deep input needs a deep stack. */
#define STACK_BYTES ((size_t)512 << 20)

/* ---------------------------------------------------------------------- reading */

static bool can_read(const char *file)
{
    struct stat st;
    FILE *f = stat(file, &st) ? NULL : fopen(file, "r");
    if (f && S_ISDIR(st.st_mode)) {
        fclose(f);
        f = NULL;
        errno = EISDIR;
    }
    if (!f) {
        diag_error((Loc){.file = -1}, "cannot read '%s': %s", file, strerror(errno));
        return false;
    }
    fclose(f);
    return true;
}

/* All files parsed, then all lowered: a function may be called before the file that defines it. */
static bool read_sources(Program *p, Options *opt, Ptrs *inclusions)
{
    Ptrs units = {.arena = p->arena};
    bool good = true;
    for (size_t i = 0; i < opt->inputs.n; i++)
        good = can_read(opt->inputs.at[i]) && good;
    for (size_t i = 0; i < opt->inputs.n && good; i++) {
        ptrs_push(&p->files, opt->inputs.at[i]);
        Unit *u = clang_parse(p, opt, opt->inputs.at[i], NULL);
        if (u)
            ptrs_push(&units, u);
        else
            good = false;
        trace_step(opt->inputs.at[i], "parse", NULL);
        for (size_t k = 0; u && k < u->inclusions.n; k++)
            ptrs_push(inclusions, u->inclusions.at[k]);
    }
    if (!good || diag_error_count())
        return false;
    for (size_t i = 0; i < units.n; i++) {
        lower_unit(p, units.at[i]);
        trace_step(opt->inputs.at[i], "lower", NULL);
    }
    enumerators_resolve(p);
    library_read(p);
    return diag_error_count() == 0;
}

/* ---------------------------------------------------------------------- requests */

/* What is said before any SPEC is said of the annotations. False: there are none that it could be said of. */
static bool describe_annotations(const Program *p, const Options *opt)
{
    bool matrices = false, products = false;
    for (size_t i = 0; i < p->requests.n; i++) {
        Request *rq = p->requests.at[i];
        bool matrix = rq->mode == MODE_JACOBIAN || rq->mode == MODE_HESSIAN;
        if (matrix)
            rq->sparse = opt->sparse;
        else
            rq->directions = opt->directions;
        matrices |= matrix;
        products |= !matrix;
    }
    if (opt->requests.n == 0 || ((!opt->sparse || matrices) && (!opt->directions || products)))
        return true;
    diag_error((Loc){.file = -1}, "%s comes after the SPEC that it belongs to; before all of them it is for annotations, and there are none",
               opt->sparse && !matrices ? "--sparse" : "--directions");
    return false;
}

/* What has this name already, so that no generated function can; NULL: nothing. A prototype is what the user's own code calls it by. */
static const char *taken_by(Program *p, const char *name)
{
    Type *float_type;
    const Fn *fn = program_find_fn(p, name);
    if (fn && fn->has_body)
        return "a function of the source";
    if (program_find_global(p, name))
        return "a variable of the source";
    for (size_t i = 0; i < p->items.n; i++) {
        const TopItem *item = p->items.at[i];
        bool tag = item->text && strncmp(item->text, "typedef", 7) != 0; /* a name of another kind */
        if (item->kind == TOP_TYPE && !tag && item->name && !strcmp(item->name, name))
            return "a type of the source";
    }
    for (size_t i = 0; i < p->macros.n; i++)
        if (!strcmp(p->macros.at[i], name))
            return "a macro of the source";
    return math_find(name, &float_type) != OP_COUNT ||
                   text_has_word(
                       "main malloc calloc realloc free memcpy memmove memset printf NULL NAN INFINITY HUGE_VAL EOF errno assert",
                       name)
               ? "a name of the C library"
               : NULL;
}

/* Every request fits the program, and no two functions get one name. */
static bool resolve_requests(Program *p, const Options *opt)
{
    bool good = describe_annotations(p, opt);
    for (size_t i = 0; i < opt->requests.n; i++)
        ptrs_push(&p->requests, opt->requests.at[i]);
    for (size_t i = 0; i < p->requests.n; i++)
        good = request_resolve(p->requests.at[i], p) && good;
    for (size_t i = 0; i < p->requests.n && good; i++) {
        Request *rq = p->requests.at[i];
        const char *name = request_result_name(rq, p->arena);
        const char *taken = taken_by(p, name);
        if (rq->split && !taken) {
            const char *forward = request_forward_name(rq, p->arena);
            taken = taken_by(p, forward);
            name = taken ? forward : name;
        }
        if (taken) {
            diag_error(rq->loc, "the derivative of '%s' would be called '%s', like %s; name it with --name", rq->fn_name, name, taken);
            good = false;
        }
        for (size_t j = 0; j < i; j++)
            if (!strcmp(name, request_result_name(p->requests.at[j], p->arena))) {
                diag_error(rq->loc, "two derivatives would be called '%s'; name one of them with --name", name);
                good = false;
            }
    }
    return good;
}

/* The functions that OUT will hold: the derivatives, or without requests (--emit=ir, primal) the given files' own functions. */
static bool make_functions(Program *p, const Options *opt, Ptrs *fns)
{
    bool derivatives = opt->emit == EMIT_C || p->requests.n;
    if (opt->emit == EMIT_PRIMAL)
        derivatives = false;
    bool graph = opt->emit == EMIT_DOT && !opt->after; /* of what is differentiated */
    for (size_t i = 0; i < p->requests.n && graph; i++) {
        Fn *f = prepare_primal(p, ((Request *)p->requests.at[i])->fn);
        if (f)
            ptrs_push(fns, f);
    }
    if (graph && p->requests.n)
        return diag_error_count() == 0;
    for (size_t i = 0; i < p->requests.n && derivatives; i++) {
        diag_set_context(note_call_path, p->requests.at[i]);
        Fn *f = derive(p, p->requests.at[i]);
        diag_set_context(NULL, NULL);
        if (f)
            push_with_helpers(fns, f);
        if (f && f->workspace)
            ptrs_push(fns, f->workspace);
    }
    Ptrs seen = {.arena = p->arena}; /* a function may be declared before it is defined */
    for (size_t i = 0; i < p->items.n && !derivatives; i++) {
        TopItem *item = p->items.at[i];
        if (item->kind != TOP_FUNCTION || !item->in_main || !item->fn || !item->fn->has_body || item->fn->is_static ||
            ptrs_has(&seen, item->fn))
            continue;
        ptrs_push(&seen, item->fn);
        Fn *f = prepare_primal(p, item->fn);
        if (f)
            ptrs_push(fns, f);
    }
    return diag_error_count() == 0;
}

/* ---------------------------------------------------------------------- output */

static void emit_ir(Str *out, const Ptrs *fns)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    for (size_t i = 0; f && i < fns->n; i++)
        ir_print_fn(f, fns->at[i]);
    if (!f || fclose(f))
        ICE("cannot print the IR");
    str_putn(out, text, n);
    free(text);
}

/* OUT, the header and the dependencies: all of them or none. */
static bool write_output(Program *p, const Options *opt, const Ptrs *fns, const Ptrs *inclusions, Str *text)
{
    EmitOptions emit = {.command = opt->command,
                        .out_name = opt->out,
                        .primal = opt->emit == EMIT_PRIMAL,
                        .standalone = opt->standalone && opt->emit == EMIT_C,
                        .line_directives = opt->line_directives,
                        .with_primal = opt->with_primal && opt->emit == EMIT_C,
                        .sources.arena = p->arena};
    for (size_t i = 0; i < opt->inputs.n && emit.with_primal; i++)
        ptrs_push(&emit.sources, (void *)(uintptr_t)relative_path(p->arena, opt->inputs.at[i], opt->out));
    Str header = {.arena = p->arena}, deps = {.arena = p->arena};
    Ptrs lines = {.arena = p->arena};
    Str page = {.arena = p->arena};
    if (opt->report)
        emit.lines = &lines;
    Pending files[4] = {{0}};
    if (opt->emit == EMIT_IR)
        emit_ir(text, fns);
    else if (opt->emit == EMIT_DOT)
        graph_text(p, opt, fns, text);
    else
        emit_c(text, p, fns, &emit);
    bool good = diag_error_count() == 0;
    if (opt->header && good) {
        emit.with_primal = false;
        emit.sources.n = 0;
        emit.out_name = opt->header_file ? opt->header_file : with_suffix(p->arena, opt->out, ".h");
        emit_header(&header, p, fns, &emit);
        good = diag_error_count() == 0 && pending_write(&files[1], p->arena, emit.out_name, &header);
    }
    if (opt->deps.on && good) {
        depfile_text(&deps, opt, inclusions);
        good = pending_write(&files[2], p->arena, depfile_name(opt, p->arena), &deps);
    }
    if (opt->report && good) {
        Report report = {.text = text->s, .lines = &lines};
        report_page(p, opt, fns, &report, &page);
        good = pending_write(&files[3], p->arena, opt->report, &page);
    }
    good = good && pending_write(&files[0], p->arena, opt->out, text);
    for (int i = 0; i < 4; i++)
        good = good && pending_finish(&files[i]);
    for (int i = 0; i < 4; i++)
        pending_drop(&files[i]);
    return good;
}

/* The pipeline. */
static int run(Options *opt)
{
    Program *p = program_new();
    p->std = opt->std;
    p->with_primal = opt->with_primal;
    trace_start(opt->verbose);
    Ptrs inclusions = {.arena = p->arena};
    if (!read_sources(p, opt, &inclusions) || !options_spare(opt, p->arena, &inclusions))
        return STATUS_INPUT;
    if (!resolve_requests(p, opt))
        return STATUS_INPUT;
    if (opt->emit == EMIT_C && p->requests.n == 0) {
        diag_error((Loc){.file = -1},
                   "nothing to do: give --grad, --vjp or --jvp, or annotate a function with AD_GRAD, AD_VJP or AD_JVP");
        return STATUS_USAGE;
    }
    Ptrs fns = {.arena = p->arena};
    if (!make_functions(p, opt, &fns))
        return STATUS_INPUT;
    Str text = {.arena = p->arena};
    if (!write_output(p, opt, &fns, &inclusions, &text))
        return STATUS_INPUT;
    trace_step(opt->out, "emit", NULL);
    trace_end();
    if (opt->check && !check_run(p, opt, text.s))
        return STATUS_INPUT;
    return diag_error_count() ? STATUS_INPUT : STATUS_DONE;
}

/* ---------------------------------------------------------------------- the process */

typedef struct {
    Options opt;
    int status;
} Work;

/* A signal is adgen's own mistake; it ends like every other one, with what to report. */
static void on_crash(int sig)
{
    static const char text[] =
        "adgen: internal error: stopped by a signal. Please report it with the source file and the command.\n";
    (void)sig;
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(STATUS_LIMIT);
}

static void catch_crashes(void *stack, size_t bytes)
{
#ifndef __SANITIZE_ADDRESS__
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    stack_t alt = {.ss_sp = stack, .ss_size = bytes};
    sigaltstack(&alt, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction act = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
        sigaction(signals[i], &act, NULL);
    }
#else
    (void)stack, (void)bytes, (void)on_crash;
#endif
}

static void *work_thread(void *arg)
{
    static char crash_stack[1 << 16];
    Work *w = arg;
    catch_crashes(crash_stack, sizeof crash_stack);
    w->status = run(&w->opt);
    return NULL;
}

int main(int argc, char **argv)
{
    Work w = {.status = STATUS_LIMIT};
    Arena *arena = arena_new();
    int status = 0;
    if (!options_parse(argc, argv, arena, &w.opt, &status)) {
        diag_finish(status);
        arena_free(arena);
        return status;
    }
    pthread_attr_t attr;
    pthread_t thread;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    if (pthread_create(&thread, &attr, work_thread, &w) == 0)
        pthread_join(thread, NULL);
    else
        work_thread(&w); /* little address space: the stack there is */
    pthread_attr_destroy(&attr);
    if (fflush(stdout) && w.status == STATUS_DONE)
        w.status = STATUS_INPUT;
    diag_finish(w.status);
    arena_free(arena);
    return w.status;
}
