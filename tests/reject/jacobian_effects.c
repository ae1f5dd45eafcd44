// expect: 11:19: error: a dense Hessian of 'f' cannot be made: it is run several times, but calls 'rand', whose effects would be repeated; leave that out, or use --hvp
// expect: 18:9: error: a dense Jacobian of 'g' cannot be made: it is run several times, but calls 'printf', whose effects would be repeated; leave that out, or use --jvp
// construct: random numbers and input in a dense matrix, results of `printf`: use --jvp or --vjp
#include <adgen.h>
#include <stdio.h>
#include <stdlib.h>

AD_HESSIAN()
double f(AD_LEN(n) const double *x, int n)
{
    return x[0] * rand() * x[n - 1];
}

AD_JACOBIAN()
double g(double x)
{
    /* what it returns would not be known in the other runs */
    if (printf("%g\n", x) > 3)
        x *= x;
    return x;
}
