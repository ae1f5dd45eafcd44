/* heap.c: blocks of malloc's that a derivative outlives or resizes. */
#include "adgen_rt.h"

#include <stdlib.h>

/* Declared here: their headers differ from system to system, and C99 mode may hide them. */
#ifdef __APPLE__
extern size_t malloc_size(const void *block);
#define malloc_usable_size malloc_size
#else
extern size_t malloc_usable_size(void *block);
#endif

size_t ad_block_size(void *p)
{
    return p ? malloc_usable_size(p) : 0;
}

void ad_free_pushed(ad_stack *s)
{
    while (ad_stack_depth(s) > 0)
        free(ad_pop_ptr(s));
    ad_stack_free(s);
}
