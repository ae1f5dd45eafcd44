// check: --set n=3
// construct: functions: second derivatives through recursion
#include <adgen.h>
#include <complex.h>
#include <math.h>
static double horner(const double *a, double x, int n)
{
    return n == 0 ? a[0] * x : x * horner(a + 1, x, n - 1) + sin(a[0]);
}
AD_HVP(a, x)
double both(AD_LEN(n + 1) const double *a, double x, int n)
{
    double y = horner(a, x, n);
    return y * x * a[0];
}
double fact(double x, int n)
{
    return n > 0 ? x * fact(x + 0.1, n - 1) : x * x;
}
AD_HVP(x)
AD_HESSIAN(x)
double f2(double x, int n)
{
    return fact(x, n);
}
AD_HVP(a -> err)
void f3(AD_LEN(n + 1) const double *a, double x, AD_LEN(1) double *err, int n)
{
    *err = 0;
    *err += horner(a, x, n) * a[1];
}
AD_HESSIAN(a, x)
double f4(AD_LEN(n + 1) const double *a, double x, int n)
{
    return horner(a, x, n) * sqrt(a[1] + x);
}
AD_HVP()
AD_GRAD()
AD_JVP()
double fact2(double x, int n)
{
    return n > 0 ? x * fact2(x * x, n - 1) : x * x;
}
/* records by value; the zero rule of sqrt lets the gradient's code read the direction, so that it is made for one at a time */
typedef struct {
    double re, im;
} Z;
static Z mul(Z a, Z b)
{
    return (Z){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
static Z zpow(Z a, int n)
{
    if (n == 0)
        return (Z){1, 0};
    Z h = zpow(a, n / 2);
    h = mul(h, h);
    return n % 2 ? mul(h, a) : h;
}
AD_HESSIAN(re, im)
double modulus(double re, double im, int n)
{
    Z z = zpow((Z){re, im}, n);
    return sqrt(z.re * z.re + z.im * z.im) + z.re;
}
/* What is left out where its factor is 0, of complex numbers, in the tangent's adjoint. */
static void grow(double complex *z, int n)
{
    if (n <= 0)
        return;
    z[0] *= 1.1 + 0.1 * I * z[1];
    z[1] += csqrt(z[0] + 3);
    grow(z, n - 1);
}
AD_HVP(x)
double roots(AD_LEN(2) const double *x, int n)
{
    double complex z[2] = {x[0] + 0.1 * I * x[1], x[1] - 0.2 * I};
    grow(z, n);
    return creal(clog(z[0] + 4) * cpow(z[1] + 3, 0.3 + 0.1 * I)) + cabs(z[1]);
}
