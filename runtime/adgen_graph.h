/* adgen_graph.h: what the programs that `adgen --emit=dot` builds include: a primal reports each of its operations, and the graph of
 * what was executed is printed for Graphviz, with values and adjoints. Not for users' own programs.
 *
 * Numbers (id) are those of values in the traced function; the node that is meant is the one which the latest execution made.
 */
#ifndef ADGEN_GRAPH_H
#define ADGEN_GRAPH_H

#include "adgen_check.h"

/* What the next ad_graph_op depends on, with its partial derivative. */
void ad_graph_operand(int id, double partial);
void ad_graph_op(int id, const char *text, const char *name, int line, double value);
void ad_graph_constant(int id, double value);
void ad_graph_parameter(int id, const char *name, int independent, double value);
void ad_graph_copy(int to, int from);
/* An index for the name of what is loaded or stored next: each is a %ld in it. */
void ad_graph_index(long i);
void ad_graph_load(int id, const void *at, const char *name, int independent, double value);
void ad_graph_store(const void *at, const char *name, int from);
/* What the function returns, if that is a dependent. */
void ad_graph_result(int id);
void ad_graph_result_in(const void *at, size_t bytes);

/* Runs t->again, the traced function, and adds its graph to the file. Returns 0, or 1 after a message. */
int ad_ck_graph(const ad_ck_test *t, const char *file);

#endif
