// args: --directions 3
// expect: 11:1: error: --directions: parameter 'return' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>
#include <math.h>

typedef struct {
    double sum, last;
} Two;

/* Its seed is a struct. */
AD_VJP(x)
Two returned(AD_LEN(n) const double *x, short n)
{
    Two r = {0, 1};
    for (int i = 0; i < n; i++) {
        r.sum += r.last * x[i];
        r.last = sin(r.last * x[i]);
    }
    return r;
}
