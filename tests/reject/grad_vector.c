// expect: 9:9: error: the dependent of 'f(x -> y)' is not one scalar: this may be another element behind it; use --vjp
// args: --grad 'f(x -> y)'
// construct: `--grad`, `--hvp`, `--hessian` with an array as the result: `--vjp`, `--jacobian`
#include <math.h>

void f(const double *x, double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = sin(x[i]);
}
