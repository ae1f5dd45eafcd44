// expect: 11:9: error: 'scanf' may write memory that carries derivatives
// args: --grad f
// construct: `scanf` into active memory: read into another variable first
#include <stdio.h>
double f(const double *x, int n)
{
    double t[16];
    for (int i = 0; i < n; i++)
        t[i] = x[i];
    double s = 0;
    if (scanf("%lf", &t[1]) != 1)
        return 0;
    for (int i = 0; i < n; i++)
        s += t[i] * (i + 1);
    return s;
}
