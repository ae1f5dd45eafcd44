// args: --jacobian 'mixed(x -> y)' --jacobian 'mixed(x -> y)' --sparse --name mixed_sparse
// construct: functions: Jacobians of functions that call functions of other files with a custom derivative
#include <adgen.h>
#include <math.h>
double gain(double x, double k);
double gain_vjp(double x, double k, double *d_x, double *d_k, double d_return);
AD_CUSTOM_VJP(gain, gain_vjp)
void square(AD_LEN(n) double *x, int n);
void square_vjp(double *x, int n, double *d_x);
AD_CUSTOM_VJP(square, square_vjp)

void mixed(int n, AD_LEN(n) const double *x, AD_LEN(2) double *y)
{
    double t[8];
    for (int i = 0; i < 4; i++)
        t[i] = gain(x[i % n], 0.5 * i);
    square(t, 4);
    y[0] = y[1] = 0;
    for (int i = 0; i < n; i++) {
        y[0] += t[i % 4] * x[i];
        y[1] += gain(t[i % 4], y[0]);
    }
    square(y, 2);
}
