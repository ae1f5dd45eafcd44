/* prop.h: what the generated driver of a batch tells prop.c. All memory a program can reach is one State, so that overlap between
 * parameters is a matter of where in it they point, and shadows that overlap in the same way come for free. */
#ifndef PROP_H
#define PROP_H

#include <stddef.h>
#include "types.h"

typedef struct {
    double d[112];
    float f[64];
    struct P p[3];
    double s[6];   /* by-value arguments */
    float fs[2];
    double g[6];   /* the program's global */
    double ret;
    int ix[LEN];
} State;

enum { INDEP = 1, DEP = 2, SCRATCH = 4, EITHER = 8 }; /* EITHER: independent or scratch, as adgen finds (bare --grad) */

typedef struct {
    size_t offset;
    int count, is_float, roles;
} Range;

typedef struct {
    const char *name;
    const Range *ranges; /* count == 0 ends them */
    int single, is_grad;
    void (*primal)(State *x);
    void (*tangent)(State *x, State *v);
    void (*adjoint)(State *x, State *d);
} Case;

extern const Case prop_cases[];

#endif
