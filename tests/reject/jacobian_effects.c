// expect: 9:5: error: a dense Hessian of 'f' cannot be made: it is run several times, but calls 'printf', whose effects would be repeated
// construct: side effects in a dense matrix: use --jvp or --vjp
#include <adgen.h>
#include <stdio.h>

AD_HESSIAN()
double f(AD_LEN(n) const double *x, int n)
{
    printf("%d\n", n);
    return x[0] * x[1];
}
