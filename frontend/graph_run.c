/* graph_run.c: --emit=dot. Without inputs: the graphs of the functions as they stand. With inputs (--set and its companions): the primals
 * that the SPECs name are built so that they report what they compute, and run. */
#include "frontend.h"

bool graph_text(Program *p, const Options *opt, const Ptrs *fns, Str *text)
{
    if (!check_says(&opt->check_opt)) {
        for (size_t i = 0; i < fns->n; i++)
            graph_dot(text, fns->at[i]);
        return diag_error_count() == 0;
    }
    if (opt->after || !p->requests.n) {
        diag_error((Loc){.file = -1},
                   opt->after ? "--after=%s shows a graph without values: leave out --set, --range, --len and --input"
                              : "a graph with values needs a SPEC%s: --grad 'f(x)' says what adjoints are of",
                   opt->after ? opt->after : "");
        return false;
    }
    Ptrs traced = {.arena = p->arena};
    for (size_t i = 0; i < p->requests.n; i++) {
        Fn *f = graph_traced(p, p->requests.at[i]);
        if (!f)
            return false;
        ptrs_push(&traced, f);
    }
    Str c = {.arena = p->arena};
    EmitOptions emit = {.command = opt->command, .out_name = "traced.c"};
    str_put(&c, "#include \"adgen_graph.h\"\n");
    emit_c(&c, p, &traced, &emit);
    return diag_error_count() == 0 && check_run_graph(p, opt, c.s, text);
}
