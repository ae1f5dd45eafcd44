// args: --directions 3
// expect: 22:12: error: 3 directions at once are not possible: 'norm_vjp' takes one direction, and the length of its 'd_x' is not known (declare it with AD_LEN)
#include <adgen.h>
double norm(const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i] * x[i];
    return s;
}
double norm_vjp(const double *x, int n, double *d_x, double d_return)
{
    for (int i = 0; i < n; i++)
        d_x[i] += 2 * x[i] * d_return;
    return norm(x, n);
}
AD_CUSTOM_VJP(norm, norm_vjp)

AD_VJP()
double f(AD_LEN(n) const double *x, int n)
{
    return norm(x, n);
}
