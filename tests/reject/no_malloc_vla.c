// args: --no-malloc
// expect: 9:12: error: --no-malloc: no bound is known for the size of this array; make it constant, or bound it by 'if (n > 100) return ...;' before
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double f(const double *x, int n)
{
    double t[n], s = 0;
    for (int i = 0; i < n; i++)
        t[i] = x[i] * x[i];
    for (int i = 0; i < n; i++)
        s += t[i] * t[n - 1 - i];
    return s;
}
