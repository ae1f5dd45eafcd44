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

/* ---------------------------------------------------------------------- writing */

/* A file on its way: a temporary neighbour of its final name, so that a failed run leaves what was there. */
typedef struct {
    const char *name;
    char *temp; /* NULL: written in place (a device or pipe), or nothing to rename */
} Pending;

static bool write_all(FILE *f, const Str *text)
{
    bool good = !text->n || fwrite(text->s, 1, text->n, f) == text->n;
    return fflush(f) == 0 && good;
}

static bool write_failed(const char *name)
{
    fprintf(stderr, "adgen: error: cannot write '%s': %s\n", name, strerror(errno));
    return false;
}

static bool write_in_place(const char *name, const Str *text)
{
    FILE *f = fopen(name, "w");
    if (!f)
        return write_failed(name);
    bool good = write_all(f, text);
    return (fclose(f) == 0 && good) || write_failed(name);
}

/* Writes text to a temporary file beside `name`; pending_finish renames it. A link is followed: what it points to is replaced. */
static bool pending_write(Pending *pend, Arena *arena, const char *name, const Str *text)
{
    struct stat st;
    *pend = (Pending){.name = name};
    if (!strcmp(name, "-"))
        return write_all(stdout, text) || write_failed("standard output");
    bool exists = stat(name, &st) == 0;
    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return write_failed(name);
    }
    if (exists && !S_ISREG(st.st_mode))
        return write_in_place(name, text);
    if (exists && access(name, W_OK))
        return write_failed(name);
    char *real = exists ? realpath(name, NULL) : NULL;
    if (real)
        pend->name = arena_strdup(arena, real);
    free(real);
    pend->temp = arena_printf(arena, "%s.XXXXXX", pend->name);
    int fd = mkstemp(pend->temp);
    if (fd < 0) {
        pend->temp = NULL;
        return write_failed(name);
    }
    mode_t mask = umask(0);
    umask(mask);
    FILE *f = fdopen(fd, "w");
    bool good = f && fchmod(fd, exists ? st.st_mode & 07777 : 0666 & ~mask) == 0 && write_all(f, text);
    if (f)
        good = fclose(f) == 0 && good;
    if (good)
        return true;
    write_failed(name);
    unlink(pend->temp);
    pend->temp = NULL;
    return false;
}

static bool pending_finish(Pending *pend)
{
    if (!pend->temp || rename(pend->temp, pend->name) == 0)
        return true;
    write_failed(pend->name);
    unlink(pend->temp);
    return false;
}

static void pending_drop(const Pending *pend)
{
    if (pend->temp)
        unlink(pend->temp);
}

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
        fprintf(stderr, "adgen: error: cannot read '%s': %s\n", file, strerror(errno));
        return false;
    }
    fclose(f);
    return true;
}

/* All files parsed, then all lowered: a function may be called before the file that defines it. */
static bool read_sources(Program *p, Options *opt)
{
    Ptrs units = {.arena = p->arena};
    bool good = true;
    for (size_t i = 0; i < opt->inputs.n; i++)
        good = can_read(opt->inputs.at[i]) && good;
    for (size_t i = 0; i < opt->inputs.n && good; i++) {
        ptrs_push(&p->files, opt->inputs.at[i]);
        Unit *u = clang_parse(p, opt, opt->inputs.at[i]);
        if (u)
            ptrs_push(&units, u);
        else
            good = false;
    }
    if (!good || diag_error_count())
        return false;
    for (size_t i = 0; i < units.n; i++)
        lower_unit(p, units.at[i]);
    return diag_error_count() == 0;
}

/* ---------------------------------------------------------------------- requests */

/* Every request fits the program, and no two functions get one name. */
static bool resolve_requests(Program *p, const Options *opt)
{
    bool good = true;
    for (size_t i = 0; i < opt->requests.n; i++)
        ptrs_push(&p->requests, opt->requests.at[i]);
    for (size_t i = 0; i < p->requests.n; i++)
        good = request_resolve(p->requests.at[i], p) && good;
    for (size_t i = 0; i < p->requests.n && good; i++) {
        Request *rq = p->requests.at[i];
        const char *name = request_result_name(rq, p->arena);
        Fn *clash = program_find_fn(p, name);
        if (clash && clash->has_body) {
            diag_error(rq->loc, "the derivative of '%s' would be called '%s', like a function of the source; name it with --name", rq->fn_name, name);
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
    for (size_t i = 0; i < p->requests.n && derivatives; i++) {
        Fn *f = derive(p, p->requests.at[i]);
        if (f)
            ptrs_push(fns, f);
    }
    for (size_t i = 0; i < p->items.n && !derivatives; i++) {
        TopItem *item = p->items.at[i];
        if (item->kind != TOP_FUNCTION || !item->in_main || !item->fn || !item->fn->has_body || item->fn->is_static)
            continue;
        Fn *f = prepare_primal(p, item->fn);
        if (f && !ptrs_has(fns, f))
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

/* foo.c -> foo.h */
static const char *header_name(const Options *opt, Arena *arena)
{
    if (opt->header_file)
        return opt->header_file;
    size_t n = strlen(opt->out);
    if (n > 2 && !strcmp(opt->out + n - 2, ".c"))
        n -= 2;
    return arena_printf(arena, "%.*s.h", (int)n, opt->out);
}

static bool write_output(Program *p, const Options *opt, const Ptrs *fns, Str *text)
{
    EmitOptions emit = {.command = opt->command, .out_name = opt->out, .primal = opt->emit == EMIT_PRIMAL};
    if (opt->emit == EMIT_IR)
        emit_ir(text, fns);
    else
        emit_c(text, p, fns, &emit);
    Str header = {.arena = p->arena};
    Pending files[2] = {{0}};
    if (opt->header) {
        EmitOptions hemit = emit;
        hemit.out_name = header_name(opt, p->arena);
        emit_header(&header, p, fns, &hemit);
        if (diag_error_count() || !pending_write(&files[0], p->arena, hemit.out_name, &header))
            return false;
    }
    if (diag_error_count() || !pending_write(&files[1], p->arena, opt->out, text)) {
        pending_drop(&files[0]);
        return false;
    }
    return pending_finish(&files[1]) && pending_finish(&files[0]);
}

/* The pipeline. */
static int run(Options *opt)
{
    Program *p = program_new();
    p->std = opt->std;
    diag_set_werror(opt->werror);
    for (size_t i = 0; i < opt->disabled_warnings.n; i++)
        diag_disable_warning(opt->disabled_warnings.at[i]);

    if (!read_sources(p, opt))
        return STATUS_INPUT;
    if (!resolve_requests(p, opt))
        return STATUS_INPUT;
    if (opt->emit == EMIT_C && p->requests.n == 0) {
        fprintf(stderr, "adgen: error: nothing to do: give --grad, --vjp or --jvp, or annotate a function with AD_GRAD, AD_VJP or AD_JVP\n");
        return STATUS_USAGE;
    }
    Ptrs fns = {.arena = p->arena};
    if (!make_functions(p, opt, &fns))
        return STATUS_INPUT;
    Str text = {.arena = p->arena};
    if (!write_output(p, opt, &fns, &text))
        return STATUS_INPUT;
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
    static const char text[] = "adgen: internal error: stopped by a signal. Please report it with the source file and the command.\n";
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
    arena_free(arena);
    return w.status;
}
