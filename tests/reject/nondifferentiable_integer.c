// expect: 9:13: error: the derivative of this value ends here: only its conversion to 'int' is used [-Werror=nondifferentiable]
// args: --grad 'f(x, y)' --grad 'g(x)' -Werror=nondifferentiable
// construct: a number that is used as an integer only (a warning): AD_CUSTOM_VJP, or -Wno-nondifferentiable
#include <math.h>

double f(double x, double y)
{
    int n;
    n = 2 * (int)(8 * x * y); /* a count that goes on as a number */
    return n * 0.125 + x * x + y;
}

/* No warning: the fraction, a table with weights, a maximum. */
double g(const double *x)
{
    static const double table[9] = {0, 1, 4, 9, 16, 25, 36, 49, 64};
    double u = 4 * x[0], top = x[1];
    int k = (int)u;
    for (int i = 2; i < 4; i++)
        if (x[i] > top)
            top = x[i];
    return table[k] + (u - k) * (table[k + 1] - table[k]) + (u - floor(u)) + top;
}
