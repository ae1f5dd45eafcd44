#ifndef GRAPH_H
#define GRAPH_H

enum { A, B, C, D, E, NODES };

/* E = add(mul(x, x), x). value[] gets the nodes' values; each node has its shift added, so that shift's gradient is its adjoint. */
double expression(double x, const double shift[NODES], double value[NODES]);

#endif
