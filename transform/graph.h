/* graph.h: what the writers of computational graphs share. */
#ifndef ADGEN_GRAPH_H
#define ADGEN_GRAPH_H

#include "report.h"

/* graph_text.c: values as a reader of the source knows them. */

/* `i`, `n - 1`, `x[i]`: a variable's name where there is one. */
const char *graph_value_text(Arena *a, const Value *v);
/* What a pointer addresses: `x[i]`, `s->w[2]`. With a builder, indices that are not constants are %ld, and pushed to *indices as longs. */
const char *graph_address_text(Arena *a, Value *p, Builder *b, Ptrs *indices);
/* What an op does to its operands that are graph nodes, with the constants among them: `tanh`, `3 *`, `/ n`. */
const char *graph_op_text(Arena *a, const Op *op);
/* Has the value a node: is it a floating number, and not a constant? */
bool graph_is_node(const Value *v);
/* Text between quotes of C and DOT. */
const char *graph_quoted(Arena *a, const char *text);

#endif
