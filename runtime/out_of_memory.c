/* out_of_memory.c: alone in its object file, so that a program's own definition takes its place. */
#include "adgen_rt.h"

#include <stdio.h>
#include <stdlib.h>

void ad_out_of_memory(size_t bytes)
{
    fprintf(stderr, "adgen runtime: out of memory (%lu bytes)\n", (unsigned long)bytes);
    abort();
}
