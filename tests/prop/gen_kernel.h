/* gen_kernel.h: what gen_kernel.c and gen_forms.c share: the arrays, counters and scalars of the kernel that is written. */
#ifndef GEN_KERNEL_H
#define GEN_KERNEL_H

#include "gen.h"

enum { MAX_ARRAYS = 20, MAX_COUNTERS = 6, MAX_SCALARS = 24 };

typedef struct {
    const char *name, *dims; /* "n", "m", "nm": rows of m */
    bool is_const, is_float;
} Kernel;

typedef struct {
    const char *name;
    char dim;
    int below, above; /* so many elements are there before and behind the range */
} Counter;

/* What the function under construction has. */
typedef struct {
    Kernel array[MAX_ARRAYS];
    Counter counter[MAX_COUNTERS];
    const char *scalar[MAX_SCALARS];
    bool fixed[MAX_SCALARS]; /* not to be assigned to */
    const char *heap[MAX_ARRAYS];
    int narrays, ncounters, nscalars, nheap, budget;
    bool has_indices, index_is_const;
    int program;
} Kernels;
extern Kernels kernels;

/* gen_kernel.c: an expression, and what it is made of; a condition. */
const char *kernel_leaf(void);
const char *kernel_test(void);
const char *kernel_expression(int depth);
void kernel_new_scalar(const char *name, bool fixed);
const Kernel *kernel_writable(const char *dims);
const Kernel *kernel_any(const char *dims);
void kernel_assign(void);
void kernel_loop(void);

/* gen_forms.c: a softmax, an elimination, a recurrence, ... */
void kernel_form(void);

#endif
