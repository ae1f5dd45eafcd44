// expect: 10:20: error: second derivatives through 'power', which has a custom one, are not supported yet
// args: --hvp f
#include <adgen.h>
double power(double x, int n) { return n ? x * power(x, n - 1) : 1; }
double power_vjp(double x, int n, double *d_x, double d_return);
AD_CUSTOM_VJP(power, power_vjp)

double f(double x)
{
    double y = 2 * power(x, 3);
    return y * y;
}
