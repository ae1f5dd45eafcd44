/* Where there is no derivative: the values that INTERFACE's section 3 fixes. Checked by conventions.main.c. */
// construct: numbers: kinks: a derivative by convention
#include <adgen.h>
#include <math.h>

AD_GRAD(x)
double c_fabs(double x)
{
    return fabs(x);
}

AD_GRAD(a, b)
double c_fmax(double a, double b)
{
    return 3 * fmax(a, b);
}

AD_GRAD(a, b)
double c_fmin(double a, double b)
{
    return 3 * fmin(a, b);
}

AD_GRAD(x)
double c_sqrt(double x)
{
    return sqrt(x);
}

/* A factor that is exactly zero times an infinite partial contributes 0. */
AD_GRAD(x)
double c_sqrt_times(double x, double k)
{
    return k * sqrt(x);
}

AD_JVP(x)
double t_sqrt(double x)
{
    return sqrt(x);
}

AD_GRAD(x, y)
double c_pow(double x, double y)
{
    return pow(x, y);
}

AD_GRAD(x, y)
double c_hypot(double x, double y, double k)
{
    return k * hypot(x, y);
}

AD_GRAD(x)
double c_log_times(double x, double k)
{
    return k * log(x) + k * cbrt(x) + k * asin(x + 1);
}

AD_GRAD(x)
double c_branch(double x)
{
    return x > 0 ? x * x : 5 * x;
}
