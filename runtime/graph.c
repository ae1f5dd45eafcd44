/* graph.c: the computational graph of one execution, for `adgen --emit=dot` with inputs.
 *
 * The adjoints are sums of products along the edges, from the dependents back: each dependent has adjoint 1.
 */
#include "adgen_graph.h"
#include "check_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPERANDS = 8, MAX_INDICES = 8, NAME = 64, MAX_SHOWN = 500, MAX_NODES = 50000 };

typedef struct {
    char text[NAME], name[NAME];
    int line;
    double value, adjoint;
    int noperands, operand[MAX_OPERANDS];
    double partial[MAX_OPERANDS];
    char independent, varied, output, shown;
} Node;

typedef struct {
    const void *at;
    int node;
    char stored;
} Cell;

/* Node 0 is none. */
static struct {
    Node *node;
    int n, cap;
    int *latest; /* by value number */
    int nlatest;
    Cell *cell;
    int ncells, cell_cap;
    int noperands, operand[MAX_OPERANDS];
    double partial[MAX_OPERANDS];
    int nindices;
    long index[MAX_INDICES];
} graph;

static void *grown(void *p, size_t bytes)
{
    p = realloc(p, bytes);
    if (!p) {
        fprintf(stderr, "graph: out of memory\n");
        exit(2);
    }
    return p;
}

static int new_node(const char *text, const char *name, double value)
{
    if (graph.n >= MAX_NODES) {
        fprintf(stderr, "more than %d operations, too many for a graph; --set gives smaller sizes\n", MAX_NODES);
        exit(1);
    }
    if (graph.n + 1 >= graph.cap)
        graph.node = grown(graph.node, sizeof *graph.node * (size_t)(graph.cap = 2 * graph.cap + 64));
    Node *n = &graph.node[++graph.n];
    memset(n, 0, sizeof *n);
    snprintf(n->text, sizeof n->text, "%s", text);
    snprintf(n->name, sizeof n->name, "%s", name);
    n->value = value;
    return graph.n;
}

static void set_latest(int id, int node)
{
    if (id >= graph.nlatest) {
        graph.latest = grown(graph.latest, sizeof *graph.latest * (size_t)(id + 64));
        memset(graph.latest + graph.nlatest, 0, sizeof *graph.latest * (size_t)(id + 64 - graph.nlatest));
        graph.nlatest = id + 64;
    }
    graph.latest[id] = node;
}

static int latest(int id)
{
    return id < graph.nlatest ? graph.latest[id] : 0;
}

static Cell *cell_at(const void *at)
{
    for (int i = graph.ncells; i-- > 0;)
        if (graph.cell[i].at == at)
            return &graph.cell[i];
    return NULL;
}

static void set_cell(const void *at, int node, char stored)
{
    Cell *c = cell_at(at);
    if (!c) {
        if (graph.ncells == graph.cell_cap)
            graph.cell = grown(graph.cell, sizeof *graph.cell * (size_t)(graph.cell_cap = 2 * graph.cell_cap + 64));
        c = &graph.cell[graph.ncells++];
    }
    *c = (Cell){at, node, stored};
}

/* ---------------------------------------------------------------------- what the traced function reports */

void ad_graph_operand(int id, double partial)
{
    if (graph.noperands == MAX_OPERANDS)
        return;
    graph.operand[graph.noperands] = latest(id);
    graph.partial[graph.noperands++] = partial;
}

void ad_graph_op(int id, const char *text, const char *name, int line, double value)
{
    int k = new_node(text, name, value);
    Node *n = &graph.node[k];
    n->line = line;
    for (int i = 0; i < graph.noperands; i++) {
        int from = graph.operand[i];
        if (!from)
            continue;
        n->operand[n->noperands] = from;
        n->partial[n->noperands++] = graph.partial[i];
        n->varied |= graph.node[from].varied;
    }
    graph.noperands = 0;
    set_latest(id, k);
}

void ad_graph_constant(int id, double value)
{
    set_latest(id, new_node("", "", value));
}

void ad_graph_parameter(int id, const char *name, int independent, double value)
{
    int k = new_node("", name, value);
    graph.node[k].independent = graph.node[k].varied = (char)independent;
    set_latest(id, k);
}

void ad_graph_copy(int to, int from)
{
    set_latest(to, latest(from));
}

void ad_graph_index(long i)
{
    if (graph.nindices < MAX_INDICES)
        graph.index[graph.nindices++] = i;
}

/* The name with the indices at its %ld. */
static void fill_in(char *out, const char *name)
{
    size_t n = 0;
    int next = 0;
    for (const char *c = name; *c && n + 24 < NAME; c++) {
        if (!strncmp(c, "%ld", 3)) {
            n += (size_t)snprintf(out + n, NAME - n, "%ld", next < graph.nindices ? graph.index[next++] : 0);
            c += 2;
        } else {
            out[n++] = *c;
        }
    }
    out[n] = '\0';
    graph.nindices = 0;
}

void ad_graph_load(int id, const void *at, const char *name, int independent, double value)
{
    char full[NAME];
    fill_in(full, name);
    Cell *c = cell_at(at);
    /* what was written by other means than stores that are reported is not what the cell remembers */
    if (!c || memcmp(&graph.node[c->node].value, &value, sizeof value)) {
        int k = new_node("", full, value);
        graph.node[k].independent = graph.node[k].varied = (char)(independent && !c);
        set_cell(at, k, 0);
        c = cell_at(at);
    }
    set_latest(id, c->node);
}

void ad_graph_store(const void *at, const char *name, int from)
{
    char full[NAME];
    int k = latest(from);
    fill_in(full, name);
    if (!k)
        return;
    if (!graph.node[k].name[0] && graph.node[k].noperands)
        snprintf(graph.node[k].name, NAME, "%s", full);
    set_cell(at, k, 1);
}

void ad_graph_result(int id)
{
    if (latest(id))
        graph.node[latest(id)].output = 1;
}

void ad_graph_result_in(const void *at, size_t bytes)
{
    for (int i = 0; i < graph.ncells; i++) {
        const char *p = graph.cell[i].at, *from = at;
        if (graph.cell[i].stored && p >= from && p < from + bytes)
            graph.node[graph.cell[i].node].output = 1;
    }
}

/* ---------------------------------------------------------------------- adjoints */

/* What dependent memory holds at the end; named after it. */
static void find_outputs(const ad_ck_args *a)
{
    for (size_t i = 0; i < a->nleaves; i++) {
        Cell *c = a->leaf[i].roles & AD_CK_DEP ? cell_at(a->leaf[i].at) : NULL;
        if (c && c->stored)
            graph.node[c->node].output = 1;
    }
}

/* Later nodes depend on earlier ones only. Only what leads to an output is shown. */
static int run_backwards(void)
{
    int shown = 0;
    for (int k = graph.n; k > 0; k--) {
        Node *n = &graph.node[k];
        if (n->output) {
            n->adjoint += 1;
            n->shown = 1;
        }
        for (int i = 0; i < n->noperands && n->shown; i++) {
            Node *from = &graph.node[n->operand[i]];
            from->shown = 1;
            if (n->adjoint != 0)
                from->adjoint += n->adjoint * n->partial[i];
        }
        shown += n->shown;
    }
    return shown;
}

/* ---------------------------------------------------------------------- DOT */

static void put_text(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', out);
        fputc(*c, out);
    }
}

static void print_node(FILE *out, int k)
{
    const Node *n = &graph.node[k];
    int leaf = n->noperands == 0;
    fprintf(out, "    n%d [label=\"", k);
    if (leaf) {
        put_text(out, n->name[0] ? n->name : n->text);
        fprintf(out, "%s%.6g", n->name[0] || n->text[0] ? " = " : "", n->value);
    } else {
        put_text(out, n->text);
        fprintf(out, "\\n");
        put_text(out, n->name);
        fprintf(out, "%s%.6g", n->name[0] ? " = " : "", n->value);
    }
    if (n->varied)
        fprintf(out, "\\nadjoint %.6g", n->adjoint == 0 ? 0 : n->adjoint);
    fprintf(out, "\"");
    if (n->independent)
        fprintf(out, ", shape=ellipse, fillcolor=\"#d9ead3\"");
    else if (leaf)
        fprintf(out, ", shape=plain, fillcolor=none, fontcolor=\"#666666\"");
    else if (n->output)
        fprintf(out, ", fillcolor=\"#fce5cd\", peripheries=2");
    else if (!n->varied)
        fprintf(out, ", color=\"#bbbbbb\", fontcolor=\"#666666\"");
    if (n->line)
        fprintf(out, ", tooltip=\"line %d\"", n->line);
    fprintf(out, "];\n");
}

static void print_edges(FILE *out, int k)
{
    const Node *n = &graph.node[k];
    for (int i = 0; i < n->noperands; i++) {
        const Node *from = &graph.node[n->operand[i]];
        fprintf(out, "    n%d -> n%d", n->operand[i], k);
        if (from->varied)
            fprintf(out, " [label=\" %.4g\"]", n->partial[i] == 0 ? 0 : n->partial[i]);
        else
            fprintf(out, " [color=\"#bbbbbb\"]");
        fprintf(out, ";\n");
    }
}

static void print_graph(FILE *out, const char *name, const char *what)
{
    fprintf(out,
            "digraph \"%s\" {\n"
            "    label=\"%s: %s\";\n"
            "    labelloc=t;\n    fontname=\"Helvetica\";\n    rankdir=LR;\n"
            "    node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fa\", fontname=\"Helvetica\", fontsize=12];\n"
            "    edge [fontname=\"Helvetica\", fontsize=10, fontcolor=\"#666666\", arrowsize=0.7];\n",
            name, name, what);
    for (int k = 1; k <= graph.n; k++)
        if (graph.node[k].shown)
            print_node(out, k);
    for (int k = 1; k <= graph.n; k++)
        if (graph.node[k].shown)
            print_edges(out, k);
    fprintf(out, "}\n");
}

static void release(ad_ck_args *a)
{
    free(graph.node);
    free(graph.latest);
    free(graph.cell);
    memset(&graph, 0, sizeof graph);
    ad_ck_args_free(a);
}

int ad_ck_graph(const ad_ck_test *t, const char *file)
{
    ad_ck_args a = {.test = t, .random = 88172645463325252ULL};
    t->build(&a);
    graph.node = grown(NULL, sizeof *graph.node * (size_t)(graph.cap = 64));
    srand(1);
    t->again(&a);
    find_outputs(&a);
    int shown = run_backwards();
    FILE *out = shown <= MAX_SHOWN ? fopen(file, "a") : NULL;
    if (out)
        print_graph(out, t->name,
                    shown ? "at each node its value and its adjoint, on edges the partial derivatives"
                          : "with these inputs it computes no dependent");
    else
        fprintf(stderr, "%s: a graph of %d nodes, more than the %d that can be read; --set gives smaller sizes\n", t->name, shown,
                MAX_SHOWN);
    int failed = !out || fclose(out) != 0;
    release(&a);
    return failed;
}
