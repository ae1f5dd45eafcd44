/* report_run.c: --report: the page of transform/report.c with the computational graphs, which Graphviz's dot draws where it is. */
#include "frontend.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_SIZED = 12000 }; /* bytes of DOT */

/* What `dot -Tsvg` makes of the text, from its <svg> on; NULL: it is not there, or has a complaint. */
static const char *draw(Arena *a, const Str *dot)
{
    char name[] = "/tmp/adgen-graph-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0)
        return NULL;
    bool good = write(fd, dot->s, dot->n) == (ssize_t)dot->n;
    close(fd);
    FILE *f = good ? popen(arena_printf(a, "dot -Tsvg %s 2>/dev/null", name), "r") : NULL;
    Str svg = {.arena = a};
    char buf[4096];
    for (size_t n; f && (n = fread(buf, 1, sizeof buf, f)) > 0;)
        str_putn(&svg, buf, n);
    good = f && pclose(f) == 0;
    unlink(name);
    return good && svg.n ? strstr(svg.s, "<svg") : NULL;
}

static ReportGraph graph_of(Program *p, const Request *rq)
{
    Str dot = {.arena = p->arena};
    Fn *primal = prepare_primal(p, rq->fn);
    if (!primal)
        return (ReportGraph){0};
    graph_dot(&dot, primal);
    if (dot.n > PAGE_SIZED)
        return (ReportGraph){.why = "The computational graph is too large for a page; adgen --emit=dot writes it."};
    const char *svg = draw(p->arena, &dot);
    return svg ? (ReportGraph){.svg = svg} : (ReportGraph){.why = "Graphviz's dot would draw the computational graph here."};
}

void report_page(Program *p, const Options *opt, const Ptrs *fns, Report *report, Str *out)
{
    report->command = opt->command;
    report->out_name = opt->out;
    report->sources = &opt->inputs;
    report->graphs = arena_alloc(p->arena, sizeof *report->graphs * (fns->n + 1));
    for (size_t i = 0; i < fns->n; i++)
        for (size_t k = 0; k < p->requests.n; k++)
            if (!strcmp(request_result_name(p->requests.at[k], p->arena), ((Fn *)fns->at[i])->name))
                report->graphs[i] = graph_of(p, p->requests.at[k]);
    report_html(out, fns, report);
}
