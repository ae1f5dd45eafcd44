// expect: 15:9: error: 'buf' carries derivatives from this write to a later read, but SPEC 'f(x)' does not name it
// args: --grad 'f(x)'
// construct: static memory that a function hands out, or shares between variables: pass it as a parameter
#include <stdlib.h>
static double *buf, *same;
static int cap;
double f(const double *x, int n, double **out)
{
    if (n > cap) {
        buf = realloc(buf, n * sizeof *buf);
        cap = n;
    }
    *out = buf; /* the caller reads it until the next call */
    for (int i = 0; i < n; i++)
        buf[i] = x[i] * x[i];
    return buf[0] * buf[n - 1];
}
