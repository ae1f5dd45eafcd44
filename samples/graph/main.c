/* The values and adjoints of every node of x^2 + x at 2, and the graph for Graphviz. */
#include "graph.h"
#include "graph_grad.h"

#include "check.h"

static int write_dot(const char *file, double d_x, const double *value, const double *adjoint)
{
    static const char *const label[NODES] = {"A = x", "B = x", "C = A * B", "D = x", "E = C + D"};
    static const int edge[][2] = {{A, C}, {B, C}, {C, E}, {D, E}};
    FILE *f = fopen(file, "w");
    if (!f)
        return -1;
    fprintf(f, "digraph expression {\n    rankdir=LR;\n    node [shape=box];\n    x [label=\"x = %g\\ndE/dx = %g\"];\n", value[A],
            d_x);
    for (int i = 0; i < NODES; i++)
        fprintf(f, "    n%d [label=\"%s = %g\\ndE/d%c = %g\"];\n", i, label[i], value[i], 'A' + i, adjoint[i]);
    fprintf(f, "    x -> n%d;\n    x -> n%d;\n    x -> n%d;\n", A, B, D);
    for (size_t i = 0; i < sizeof edge / sizeof edge[0]; i++)
        fprintf(f, "    n%d -> n%d;\n", edge[i][0], edge[i][1]);
    fprintf(f, "}\n");
    return fclose(f) ? -1 : 0;
}

int main(void)
{
    static const double expected[NODES] = {2, 2, 1, 1, 1}, no_shift[NODES] = {0};
    double value[NODES], adjoint[NODES] = {0}, scratch[NODES] = {0}, d_x = 0;
    check_number("x^2 + x at 2", expression_grad(2, no_shift, value, &d_x, adjoint, scratch), 6, 0);
    for (int i = E; i >= A; i--) {
        char what[48];
        snprintf(what, sizeof what, "node %c, value %g: dE/d%c", 'A' + i, value[i], 'A' + i);
        check_number(what, adjoint[i], expected[i], 0);
    }
    check_number("dE/dx = A + B + D", d_x, 5, 0);
    if (write_dot("graph.dot", d_x, value, adjoint))
        return 1;
    puts("wrote graph.dot (dot -Tsvg graph.dot -o graph.svg draws it)");
    return check_status();
}
