// expect: 9:21: error: alloca inside a loop or a branch is not supported; use malloc, or call it at the function's start
// args: --grad 'f(x)'
// construct: `alloca` in a loop: call it at the function's start
#include <alloca.h>
double f(const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        double *t = alloca((unsigned)n * sizeof *t);
        t[i] = x[i];
        s += t[i] * t[i];
    }
    return s;
}
