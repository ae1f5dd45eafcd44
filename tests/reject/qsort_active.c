// expect: 15:5: error: cannot differentiate through call of 'qsort'
// args: --grad f
// construct: `qsort` of active data: sort in C, or AD_CUSTOM_VJP
#include <stdlib.h>
static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
double f(const double *x, int n)
{
    double t[16], s = 0;
    for (int i = 0; i < n; i++)
        t[i] = x[i];
    qsort(t, (size_t)n, sizeof *t, order);
    for (int i = 0; i < n; i++)
        s += t[i] * (i + 1);
    return s;
}
