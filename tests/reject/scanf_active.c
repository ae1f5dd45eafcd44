// expect: 12:9: error: 'scanf' may write memory that carries derivatives
// args: --grad f
// construct: `scanf` into active memory with a format that is not a literal: write the format in the call
#include <stdio.h>
double f(const double *x, int n, const char *format)
{
    double t[16];
    for (int i = 0; i < n; i++)
        t[i] = x[i];
    double s = 0;
    /* what is assigned depends on the format */
    if (scanf(format, &t[1]) != 1)
        return 0;
    for (int i = 0; i < n; i++)
        s += t[i] * (i + 1);
    return s;
}
