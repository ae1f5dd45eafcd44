/* mincut.c: maximum flow and minimum cut (E. A. Dinic, Algorithm for solution of a problem of maximum flow in networks, 1970). */
#include "derivative.h"

typedef struct {
    int to, next;
    int64_t residual;
} Edge;

struct FlowGraph {
    Arena *arena;
    Edge *edges;
    int nedges, cap;
    int *head, *level, *at, *queue;
    bool *to_sink;
    int nodes;
};

FlowGraph *flow_new(Arena *a, int nodes)
{
    FlowGraph *g = arena_alloc(a, sizeof *g);
    size_t n = (size_t)nodes;
    g->arena = a;
    g->nodes = nodes;
    g->head = arena_alloc(a, sizeof(int) * n);
    g->level = arena_alloc(a, sizeof(int) * n);
    g->at = arena_alloc(a, sizeof(int) * n);
    g->queue = arena_alloc(a, sizeof(int) * n);
    g->to_sink = arena_alloc(a, sizeof(bool) * n);
    for (int i = 0; i < nodes; i++)
        g->head[i] = -1;
    return g;
}

static void half_edge(FlowGraph *g, int from, int to, int64_t capacity)
{
    if (g->nedges == g->cap) {
        int cap = g->cap ? 2 * g->cap : 64;
        Edge *grown = arena_alloc(g->arena, sizeof *grown * (size_t)cap);
        for (int i = 0; i < g->nedges; i++)
            grown[i] = g->edges[i];
        g->edges = grown;
        g->cap = cap;
    }
    g->edges[g->nedges] = (Edge){to, g->head[from], capacity};
    g->head[from] = g->nedges++;
}

void flow_edge(FlowGraph *g, int from, int to, int64_t capacity)
{
    half_edge(g, from, to, capacity); /* an edge and its reverse are neighbours: e ^ 1 */
    half_edge(g, to, from, 0);
}

static bool find_levels(FlowGraph *g, int s, int t)
{
    for (int i = 0; i < g->nodes; i++)
        g->level[i] = -1;
    int n = 0;
    g->queue[n++] = s;
    g->level[s] = 0;
    for (int q = 0; q < n; q++)
        for (int e = g->head[g->queue[q]]; e >= 0; e = g->edges[e].next)
            if (g->edges[e].residual > 0 && g->level[g->edges[e].to] < 0) {
                g->level[g->edges[e].to] = g->level[g->queue[q]] + 1;
                g->queue[n++] = g->edges[e].to;
            }
    return g->level[t] >= 0;
}

static int64_t push_flow(FlowGraph *g, int v, int t, int64_t amount)
{
    if (v == t)
        return amount;
    for (; g->at[v] >= 0; g->at[v] = g->edges[g->at[v]].next) {
        Edge *e = &g->edges[g->at[v]];
        if (e->residual <= 0 || g->level[e->to] != g->level[v] + 1)
            continue;
        int64_t sent = push_flow(g, e->to, t, amount < e->residual ? amount : e->residual);
        if (sent > 0) {
            int i = g->at[v];
            g->edges[i].residual -= sent;
            g->edges[i ^ 1].residual += sent;
            return sent;
        }
    }
    return 0;
}

/* Marks the nodes from which the sink can still be reached: the sink's side of the cut that is nearest to it. */
static void mark_sink_side(FlowGraph *g, int t)
{
    int n = 0;
    g->queue[n++] = t;
    g->to_sink[t] = true;
    for (int q = 0; q < n; q++)
        for (int e = g->head[g->queue[q]]; e >= 0; e = g->edges[e].next) {
            int from = g->edges[e].to; /* the edge from -> queue[q] is e's reverse */
            if (g->edges[e ^ 1].residual > 0 && !g->to_sink[from]) {
                g->to_sink[from] = true;
                g->queue[n++] = from;
            }
        }
}

int64_t flow_solve(FlowGraph *g, int s, int t)
{
    int64_t total = 0;
    while (find_levels(g, s, t)) {
        for (int i = 0; i < g->nodes; i++)
            g->at[i] = g->head[i];
        for (int64_t sent; (sent = push_flow(g, s, t, FLOW_INFINITE)) > 0;)
            total += sent;
    }
    mark_sink_side(g, t);
    return total;
}

bool flow_on_sink_side(const FlowGraph *g, int node)
{
    return g->to_sink[node];
}
