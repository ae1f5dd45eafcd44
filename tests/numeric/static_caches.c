// check: --set n=5 -Wno-private-static
// construct: memory: static variables that cache what they computed
#include <adgen.h>
#include <math.h>
static double cached(double x)
{
    static double last_x = -1, last_y;
    static int calls;
    calls++;
    if (x == last_x)
        return last_y;
    last_x = x;
    last_y = exp(x) * x;
    return last_y;
}
AD_GRAD(x)
double withcache(double x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += cached(x) * i;
    return s;
}
static double gammas(double x, int k)
{
    static double table[4] = {1, 1};
    static int known = 2;
    static const double step[2] = {1, 2};
    for (; known <= k; known++)
        table[known] = table[known - 1] * known * step[0];
    return pow(x, k) / table[k];
}
AD_GRAD(x)
double series(double x)
{
    double s = 0;
    for (int k = 3; k >= 0; k--)
        s += gammas(x, k);
    return s;
}
