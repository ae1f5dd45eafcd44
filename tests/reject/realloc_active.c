// expect: 8:9: error: realloc of memory that carries derivatives
// args: --grad f
#include <stdlib.h>
double f(const double *x, int n)
{
    double *t = malloc(sizeof *t);
    t[0] = x[0];
    t = realloc(t, sizeof *t * (size_t)n);
    t[n - 1] = x[1] * t[0];
    double s = t[n - 1] * t[0];
    free(t);
    return s;
}
