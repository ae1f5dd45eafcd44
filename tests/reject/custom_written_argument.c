// expect: 11:5: error: 'twice' may write what 'x' points to, and its derivative runs it again
// expect: declare it with AD_LEN in 'twice'
// args: --vjp f
#include <adgen.h>
void twice(double *x, int n);
void twice_vjp(double *x, int n, double *d_x);
AD_CUSTOM_VJP(twice, twice_vjp)

double f(double *x, int n)
{
    twice(x, n);
    return x[0];
}
