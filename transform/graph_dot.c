/* graph_dot.c: the computational graph of a function as it stands, for Graphviz (--emit=dot).
 *
 * Nodes are what computes floating numbers, and what has an effect; loops and ifs are boxes around what they repeat or choose. Integers,
 * conditions and addresses are text in the nodes. What a loop carries is a node of its own: the edge back into it is dashed.
 */
#include "graph.h"

#include <string.h>

typedef struct {
    Str *out;
    Arena *arena;
    int indent, clusters;
    Str edges;
} Dot;

static void put(Dot *d, const char *text)
{
    str_fmt(d->out, "%*s%s\n", 4 * d->indent, "", text);
}

/* Lines of a label with \n between. */
static const char *label(Dot *d, const char *first, const char *second)
{
    const char *text = graph_quoted(d->arena, first);
    if (!second || !*second)
        return text;
    size_t n = strlen(text);
    return arena_printf(d->arena, "%.*s\\n%s", (int)n - 1, text, graph_quoted(d->arena, second) + 1);
}

/* The value whose node stands for v: conversions have none of their own, results of loops are what the loop carries. */
static const Value *represented(const Value *v)
{
    for (;;) {
        const Op *op = v->def;
        if (op && op->code == OP_CAST && graph_is_node(op->args[0]))
            v = op->args[0];
        else if (op && op->code == OP_FOR && v->index > 0)
            v = op->regions[0]->args[v->index];
        else if (op && op->code == OP_WHILE)
            v = region_terminator(op->regions[0])->args[v->index + 1];
        else
            return v;
    }
}

static void edge(Dot *d, const Value *from, const char *to, const char *attributes)
{
    from = represented(from);
    if (graph_is_node(from))
        str_fmt(&d->edges, "    v%d -> %s%s;\n", from->id, to, attributes);
}

static const char *node_name(Dot *d, const Value *v)
{
    return arena_printf(d->arena, "v%d", v->id);
}

static void operands(Dot *d, const Op *op, int first, const char *to)
{
    for (int i = first; i < op->nargs; i++)
        edge(d, op->args[i], to, op->code == OP_USE ? " [style=dotted]" : "");
}

static const char *var_name(const Value *v)
{
    return v->var && v->var->name ? v->var->name : "";
}

/* ---------------------------------------------------------------------- nodes */

static void value_node(Dot *d, const Op *op)
{
    const Value *v = op->results[0];
    const char *name = node_name(d, v);
    if (op->code == OP_LOAD) {
        const char *text = graph_address_text(d->arena, op->args[0], NULL, NULL);
        put(d, arena_printf(d->arena, "%s [label=%s, shape=ellipse, fillcolor=\"#d9ead3\"];", name, label(d, text, NULL)));
        return;
    }
    const char *text = op->code == OP_CAST ? graph_value_text(d->arena, op->args[0]) : graph_op_text(d->arena, op);
    put(d, arena_printf(d->arena, "%s [label=%s];", name, label(d, text, var_name(v))));
    operands(d, op, 0, name);
}

/* Stores, calls, pushes: what is done with values. */
static void effect_node(Dot *d, const Op *op, const char *text, int first)
{
    const char *name = arena_printf(d->arena, "e%d", d->clusters++);
    put(d, arena_printf(d->arena, "%s [label=%s, fillcolor=\"#fce5cd\"];", name, label(d, text, NULL)));
    operands(d, op, first, name);
}

/* The node of what is carried or merged. */
static void phi_node(Dot *d, const Value *v)
{
    if (graph_is_node(v))
        put(d, arena_printf(d->arena, "%s [label=%s, shape=ellipse];", node_name(d, v),
                            label(d, *var_name(v) ? var_name(v) : "carried", NULL)));
}

static void put_region(Dot *d, const Region *r);

static void open_cluster(Dot *d, const char *title)
{
    put(d, arena_printf(d->arena, "subgraph cluster%d {", d->clusters++));
    d->indent++;
    put(d, arena_printf(d->arena, "label=%s;", label(d, title, NULL)));
}

static void close_cluster(Dot *d)
{
    d->indent--;
    put(d, "}");
}

static void for_node(Dot *d, const Op *op)
{
    const Region *body = op->regions[0];
    const char *counter = *var_name(body->args[0]) ? var_name(body->args[0]) : "i";
    int64_t step = for_step(op);
    const char *cmp = op->cmp == OP_LT ? "<" : op->cmp == OP_LE ? "<=" : op->cmp == OP_GT ? ">" : op->cmp == OP_GE ? ">=" : "!=";
    const char *advance = step == 1    ? "++"
                          : step == -1 ? "--"
                                       : arena_printf(d->arena, " += %s", graph_value_text(d->arena, op->args[2]));
    open_cluster(d, arena_printf(d->arena, "for (%s = %s; %s %s %s; %s%s)%s", counter, graph_value_text(d->arena, op->args[0]),
                                 counter, cmp, graph_value_text(d->arena, op->args[1]), counter, advance,
                                 op->reversed ? ", last first" : ""));
    for (int k = 1; k < body->nargs; k++)
        phi_node(d, body->args[k]);
    put_region(d, body);
    close_cluster(d);
    const Op *end = region_terminator(body);
    for (int k = 1; k < body->nargs; k++) {
        if (!graph_is_node(body->args[k]))
            continue;
        edge(d, op->args[k + 2], node_name(d, body->args[k]), "");
        edge(d, end->args[k - 1], node_name(d, body->args[k]), " [style=dashed, constraint=false]");
    }
}

static void while_node(Dot *d, const Op *op)
{
    const Region *before = op->regions[0], *after = op->regions[1];
    const Op *cond = region_terminator(before), *end = region_terminator(after);
    open_cluster(d, arena_printf(d->arena, "while (%s)", graph_value_text(d->arena, cond->args[0])));
    for (int k = 0; k < before->nargs; k++)
        phi_node(d, before->args[k]);
    for (int k = 0; k < after->nargs; k++)
        phi_node(d, after->args[k]);
    put_region(d, before);
    put_region(d, after);
    close_cluster(d);
    for (int k = 0; k < before->nargs; k++) {
        if (!graph_is_node(before->args[k]))
            continue;
        edge(d, op->args[k], node_name(d, before->args[k]), "");
        edge(d, end->args[k], node_name(d, before->args[k]), " [style=dashed, constraint=false]");
    }
    for (int k = 0; k < after->nargs; k++)
        if (graph_is_node(after->args[k]))
            edge(d, cond->args[k + 1], node_name(d, after->args[k]), "");
}

static void if_node(Dot *d, const Op *op)
{
    for (int r = 0; r < 2; r++) {
        if (op->regions[r]->first == op->regions[r]->last)
            continue;
        open_cluster(d, arena_printf(d->arena, r ? "else, not (%s)" : "if (%s)", graph_value_text(d->arena, op->args[0])));
        put_region(d, op->regions[r]);
        close_cluster(d);
    }
    for (int k = 0; k < op->nresults; k++) {
        const Value *v = op->results[k];
        if (!graph_is_node(v))
            continue;
        put(d, arena_printf(d->arena, "%s [label=%s, shape=diamond];", node_name(d, v),
                            label(d, graph_value_text(d->arena, op->args[0]), var_name(v))));
        for (int r = 0; r < 2; r++)
            edge(d, region_terminator(op->regions[r])->args[k], node_name(d, v), r ? " [taillabel=\"else\"]" : "");
    }
}

static void op_node(Dot *d, const Op *op)
{
    Arena *a = d->arena;
    switch (op->code) {
    case OP_FOR:
        for_node(d, op);
        break;
    case OP_WHILE:
        while_node(d, op);
        break;
    case OP_IF:
        if_node(d, op);
        break;
    case OP_STORE:
    case OP_ACCUM:
        if (type_is_differentiable(op->args[1]->type)) {
            const char *value = graph_is_node(op->args[1]) ? "" : graph_value_text(a, op->args[1]);
            effect_node(d, op,
                        arena_printf(a, op->code == OP_STORE ? "%s = %s" : "%s += %s",
                                     graph_address_text(a, op->args[0], NULL, NULL), value),
                        1);
        }
        break;
    case OP_ZERO:
        effect_node(d, op, arena_printf(a, "zero %s", graph_address_text(a, op->args[0], NULL, NULL)), 1);
        break;
    case OP_PUSH:
        effect_node(d, op, "push", 1);
        break;
    case OP_CAST:
        if (type_is_differentiable(op->results[0]->type) && !graph_is_node(op->args[0]))
            value_node(d, op);
        break;
    default:
        if (op->nresults && graph_is_node(op->results[0]))
            value_node(d, op);
        else if (op_info[op->code].kind == KIND_CALL)
            effect_node(d, op, op->text ? op->text : op->callee ? op->callee->name : "call", 0);
        break;
    }
}

static void put_region(Dot *d, const Region *r)
{
    for (const Op *op = r->first; op; op = op_next(op))
        op_node(d, op);
}

void graph_dot(Str *out, Fn *fn)
{
    Dot d = {.out = out, .arena = out->arena, .indent = 1, .edges = {.arena = out->arena}};
    str_put(&d.edges, "");
    str_fmt(out, "digraph %s {\n", graph_quoted(d.arena, fn->name));
    str_fmt(out, "    label=%s;\n    labelloc=t;\n    fontname=\"Helvetica\";\n    style=rounded;\n    color=\"#999999\";\n",
            graph_quoted(d.arena, fn->name));
    put(&d, "node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fa\", fontname=\"Helvetica\", fontsize=12];");
    put(&d, "edge [arrowsize=0.7, fontname=\"Helvetica\", fontsize=10];");
    for (int i = 0; i < fn->body->nargs; i++) {
        const Value *v = fn->body->args[i];
        if (graph_is_node(v))
            put(&d, arena_printf(d.arena, "%s [label=%s, shape=ellipse, fillcolor=\"#d9ead3\"];", node_name(&d, v),
                                 label(&d, var_name(v), NULL)));
    }
    put_region(&d, fn->body);
    const Op *end = region_terminator(fn->body);
    if (end->nargs && type_is_differentiable(end->args[0]->type)) {
        const char *text =
            graph_is_node(end->args[0]) ? "return" : arena_printf(d.arena, "return %s", graph_value_text(d.arena, end->args[0]));
        put(&d, arena_printf(d.arena, "result [label=%s, fillcolor=\"#fce5cd\", peripheries=2];", label(&d, text, NULL)));
        edge(&d, end->args[0], "result", "");
    }
    str_fmt(out, "%s}\n", d.edges.s);
}
