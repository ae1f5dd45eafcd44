/* unknown_target.c: alone in its object file, so that a program's own definition takes its place. */
#include "adgen_rt.h"

#include <stdio.h>
#include <stdlib.h>

void ad_unknown_target(const char *where)
{
    fprintf(stderr, "adgen runtime: %s points to a function that is not in the files given to adgen\n", where);
    abort();
}
