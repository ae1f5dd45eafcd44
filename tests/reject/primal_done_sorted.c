// args: --vjp 'median(x)' --primal-done
// expect: 17:5: error: --primal-done: what this call writes is the function's own and gone by now, and calls are not repeated; let it write to a parameter, or differentiate without --primal-done
#include <stdlib.h>

static int ascending(const void *p, const void *q)
{
    double a = *(const double *)p, b = *(const double *)q;
    return (a > b) - (a < b);
}

double median(const double *x, int n)
{
    double *y = malloc(n * sizeof *y);
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i];

    qsort(y, n, sizeof *y, ascending);
    double m = 0.5 * (y[(n - 1) / 2] + y[n / 2]);
    free(y);
    return m;
}
