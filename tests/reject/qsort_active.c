// expect: 10:5: error: cannot differentiate through call of 'qsort'
// args: --grad f
// construct: `qsort` of active data with a comparison that is not known: name the function in the call
#include <stdlib.h>
double f(const double *x, int n, int (*order)(const void *, const void *))
{
    double t[16], s = 0;
    for (int i = 0; i < n; i++)
        t[i] = x[i];
    qsort(t, (size_t)n, sizeof *t, order);
    for (int i = 0; i < n; i++)
        s += t[i] * (i + 1);
    return s;
}
