/* What goes through an AD_INACTIVE variable of any kind is a constant. */
#include <adgen.h>
#include <math.h>
AD_INACTIVE double g;
AD_INACTIVE double ga[3];
AD_GRAD(x)
AD_JVP(x)

double i1(double x)
{
    AD_INACTIVE double c;
    c = x;
    return c * x;
}
AD_GRAD(x)
AD_JVP(x)

double i2(double x)
{
    AD_INACTIVE double c[2] = {x, x};
    return c[0] * x;
}
AD_GRAD(x)
AD_JVP(x)

double i3(double x)
{
    g = x;
    return g * x;
}
AD_GRAD(x)
AD_JVP(x)

double i4(double x)
{
    ga[1] = x;
    return ga[1] * x;
}
AD_GRAD(x)
AD_JVP(x)

double i5(double x, AD_INACTIVE double *buf)
{
    buf[0] = x;
    return buf[0] * x;
}
struct s {
    double a, b;
};
AD_GRAD(x)
AD_JVP(x)

double i6(double x)
{
    AD_INACTIVE struct s t;
    t.a = x;
    t.b = 1;
    return t.a * x;
}
AD_GRAD(x)
AD_JVP(x)

double i7(const double *x, int n)
{
    AD_INACTIVE double m = x[0];
    for (int i = 1; i < n; i++)
        if (x[i] > m)
            m = x[i];
    double s = 0;
    for (int i = 0; i < n; i++)
        s += exp(x[i] - m);
    return log(s) + m;
}
AD_GRAD(x)
AD_JVP(x)

double i8(double x, AD_INACTIVE double k)
{
    k = x;
    return k * x;
}
static double helper(AD_INACTIVE double k, double x)
{
    return k * x;
}
AD_GRAD(x)
AD_JVP(x)

double i9(double x)
{
    return helper(x, x);
}
static double helper2(double x)
{
    AD_INACTIVE static double c;
    c = x;
    return c * x;
}
AD_GRAD(x)
AD_JVP(x)

double i10(double x)
{
    return helper2(x);
}
AD_INACTIVE double stat(double x)
{
    return x * x;
}
AD_GRAD(x)
AD_JVP(x)

double i11(double x)
{
    return stat(x) * x;
}
AD_INACTIVE void put(double x, double *out)
{
    *out = x * x;
}
AD_GRAD(x)
AD_JVP(x)

double i12(double x)
{
    double o;
    put(x, &o);
    return o * x;
}
