// args: --vjp 'total(x)' --primal-done
// expect: 15:12: error: --primal-done: what the recursive calls would keep for their reverse is not there, and calls are not repeated; differentiate without --primal-done
#include <math.h>

static double tree(const double *x, int n)
{
    if (n == 1)
        return sin(x[0]);
    double left = tree(x, n / 2), right = tree(x + n / 2, n - n / 2);
    return left * right + exp(left);
}

double total(const double *x, int n)
{
    return tree(x, n) * tree(x, n);
}
