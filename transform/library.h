/* library.h: what passes ask about calls of BLAS and LAPACK (library.c), and of all that has a derivative of its own. */
#ifndef ADGEN_LIBRARY_H
#define ADGEN_LIBRARY_H

#include "transform.h"

/* Has the call a derivative for the mode, the user's or a library function's? Can its argument k carry one? */
bool call_has_derivative(const Op *call, Mode mode);
bool call_carries(const Op *call, int k);
bool call_is_library(const Op *call);
bool call_only_reads(const Op *call); /* a library function that does nothing but give a result */
/* How a constant argument of a library function reads in C; NULL: as it is. */
const char *library_constant(Arena *a, const Op *call, int k);

#endif
