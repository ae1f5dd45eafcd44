/* report.h: what adgen shows and checks besides derivatives: --check, --emit=dot, --report. */
#ifndef ADGEN_REPORT_H
#define ADGEN_REPORT_H

#include "transform.h"

/* ====================================================================== check.c: --check */

/* What the user says about the arguments that --check makes up. Each is `NAME=VALUE`; NAME is a parameter or a path below one
 * (`s.w`, rows of a T **: `a[]`). */
typedef struct {
    Ptrs set;   /* char*: NAME=EXPR, or NAME[i]=EXPR for each element i */
    Ptrs range; /* char*: NAME=LO:HI for random floating values */
    Ptrs len;   /* char*: NAME=EXPR, number of elements */
    Ptrs files; /* char*: --input FILE.json, not read yet */
    Ptrs input, input_len; /* char*: what a file says, as in set and len; these give way to set, len and AD_LEN */
    Ptrs tables;           /* char*: C definitions that `input` refers to */
    Ptrs *used;            /* char*: those of `input` that were asked for; NULL: nobody wants to know */
    bool whole;            /* the program is one file, in which what is checked is defined before */
} CheckOptions;
/* The C text of a program that checks `requests` (Request*, resolved and derived; the companions they are held against are called
 * check_companion_name) on functions of source, which it includes; it runs with runtime/adgen_check.h. With primal_only: all functions in
 * fns (Fn*) against their written-back selves. False after a diag_error: an argument cannot be made up without more options. */
bool check_driver(Str *out, Program *p, const char *source, const Ptrs *requests, const CheckOptions *opt);
bool check_primal_driver(Str *out, Program *p, const char *source, const Ptrs *fns, const CheckOptions *opt);
/* What a derivative is held against besides differences: the gradient for second derivatives, else the tangent. */
Mode check_companion_mode(Mode mode);
const char *check_companion_name(Arena *a, const Request *rq);
Request *check_single_request(Arena *a, const Request *rq); /* the same derivative of one direction; without --directions a copy */

/* ====================================================================== graph_dot.c graph_trace.c: --emit=dot */

/* The graph of a function as it stands, for Graphviz: what is computed from what; loops and ifs are boxes. */
void graph_dot(Str *out, Fn *fn);
/* The primal of a request with calls that report each operation (runtime/adgen_graph.h). NULL after diag_error. */
Fn *graph_traced(Program *p, const Request *rq);
const char *graph_traced_name(Arena *a, const Request *rq);
/* check.c: the program that runs the traced primals of the requests and appends their graphs, with values and adjoints, to the file that
 * is its argument. */
bool check_graph_driver(Str *out, Program *p, const char *source, const Ptrs *requests, const CheckOptions *opt);

/* ====================================================================== decisions.c report.c: --report */

/* What was decided about a line; made by decisions.c. */
typedef enum { DECIDED_KEEP, DECIDED_LOG, DECIDED_FUSED, DECIDED_INACTIVE } DecisionKind;
typedef struct {
    DecisionKind kind;
    Loc loc;
    const char *what;  /* "tanh(s)" */
    const char *where; /* "in an array by iteration" */
    int64_t bytes;     /* of one; 0 for what keeps nothing */
    const char *count; /* how many, in terms of the function's sizes: "n × m" */
    const char *why;
} Decision;
/* After all passes: which loops of fn are fused. */
void decided_fused(Fn *fn);

typedef struct {
    const char *svg, *why; /* the graph, or why there is none */
} ReportGraph;
typedef struct {
    const char *command, *out_name, *text; /* text: what OUT holds */
    const Ptrs *sources;                   /* char*: names of the given files */
    const Ptrs *lines;                     /* OutLine*: EmitOptions.lines */
    ReportGraph *graphs;                   /* one for each function */
} Report;
/* The page for these functions (Fn*). */
void report_html(Str *out, const Ptrs *fns, const Report *report);

#endif
