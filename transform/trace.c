/* trace.c: -v says for each function what each pass took and left; a run of more than 2 seconds says on a terminal where it is. */
#include "transform.h"

#include <time.h>
#include <unistd.h>

static struct {
    bool verbose;
    bool progress;        /* a progress line is on the terminal */
    double started, last; /* seconds */
} trace;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void trace_start(bool verbose)
{
    trace.verbose = verbose;
    trace.started = trace.last = now();
}

static void count_op(Op *op, void *ctx)
{
    (void)op;
    ++*(size_t *)ctx;
}

void trace_clear(void)
{
    if (trace.progress)
        fprintf(stderr, "\r\033[K");
    trace.progress = false;
}

void trace_note(Loc loc, const char *text)
{
    if (trace.verbose)
        fprintf(stderr, "adgen: %s:%d: %s\n", diag_file_name(loc.file), loc.line, text);
}

void trace_step(const char *what, const char *step, const Fn *fn)
{
    enum { QUIET_SECONDS = 2 };
    double t = now(), ms = 1e3 * (t - trace.last);
    if (trace.started == 0)
        return;
    if (trace.verbose) {
        size_t ops = 0;
        if (fn && fn->body)
            walk_ops(fn->body, count_op, &ops);
        fprintf(stderr, "adgen: %-24s %-10s %9.2f ms", what, step, ms);
        if (fn)
            fprintf(stderr, " %8zu operations", ops);
        fprintf(stderr, "\n");
    } else if (t - trace.started > QUIET_SECONDS && isatty(STDERR_FILENO)) {
        trace_clear();
        fprintf(stderr, "adgen: %s: %s ...", what, step);
        fflush(stderr);
        trace.progress = true;
    }
    trace.last = now();
}

void trace_end(void)
{
    trace_clear();
    if (trace.verbose)
        fprintf(stderr, "adgen: %-24s %-10s %9.2f ms\n", "all", "", 1e3 * (now() - trace.started));
}
