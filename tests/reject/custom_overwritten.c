// expect: 10:10: error: what 'p' points to is needed again by the derivative of 'sum'
// expect: AD_LEN in 'sum'
// expect: 12:10: note: it may be overwritten here
// args: --vjp f
#include <adgen.h>
double sum(const double *p, int n);
double sum_vjp(const double *p, int n, double *d_p, double d_return);
AD_CUSTOM_VJP(sum, sum_vjp)
double f(double *x, int n) {
  return sum(x, n) +
         (
         x[0] = 1);
}
